"""A notebook's file as different programs write it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import nbformat
from nbformat import NotebookNode


def _plain(notebook: NotebookNode) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(nbformat.writes(notebook))
    return data


def _write_as_colab(notebook: NotebookNode) -> bytes:
    """Colab: format 4.0, in which cells have no ids, and its own ids in the metadata."""
    data = _plain(notebook)
    data["nbformat_minor"] = 0
    data["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for number, cell in enumerate(data["cells"]):
        cell["metadata"]["id"] = f"{number:012x}"
        cell.pop("id", None)
    return json.dumps(data).encode()


def _write_as_vscode(notebook: NotebookNode) -> bytes:
    """VS Code: one-space indentation and, in each cell, the language."""
    data = _plain(notebook)
    data["metadata"]["kernelspec"] = {"name": "course", "display_name": ".venv (3.11)", "language": "python"}
    for cell in data["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return json.dumps(data, indent=1).encode()


def _write_on_windows(notebook: NotebookNode) -> bytes:
    """An editor on Windows: a byte order mark, and a carriage return in each line of the file."""
    return b"\xef\xbb\xbf" + json.dumps(_plain(notebook), indent=1, ensure_ascii=False).replace("\n", "\r\n").encode()


def _write_with_carriage_returns(notebook: NotebookNode) -> bytes:
    """A cell pasted on Windows: a carriage return at the end of each line of code."""
    changed = copy.deepcopy(notebook)
    for cell in changed.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    return json.dumps(_plain(changed)).encode()


def _write_in_format_3(notebook: NotebookNode) -> bytes:
    """IPython 2: format 3, in which a notebook has worksheets and a cell an input."""
    written: str = nbformat.writes(nbformat.convert(copy.deepcopy(notebook), 3), version=3)
    return written.encode()


FORMATS: dict[str, Callable[[NotebookNode], bytes]] = {
    "Colab": _write_as_colab,
    "VS Code": _write_as_vscode,
    "an editor on Windows": _write_on_windows,
    "Jupyter, with code pasted on Windows,": _write_with_carriage_returns,
    "an IPython of format 3": _write_in_format_3,
}
"""Who writes → a function that makes the bytes of the file from a notebook."""
