"""Makes nbformat outputs of the output records that a jail sent.

Only known fields pass; terminal control codes and this machine's paths are removed.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from proctor.feedback.old_ways import todays_way
from proctor.text import neutral, visible, without_escapes

_SAFE_TEXT = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def tidy(records: list[dict[str, Any]]) -> list[NotebookNode]:
    """nbformat outputs made of a jail's output records, which may hold anything.

    Args:
        records: dicts with "output_type" and what `client._parse_record` let pass.

    Returns the outputs in order; a record without any data that is safe to show is left out.
    """
    return [output for output in map(_make_output, records) if output is not None]


def _make_output(record: dict[str, Any]) -> NotebookNode | None:
    kind = record["output_type"]
    if kind == "stream":
        name = record.get("name") if record.get("name") in ("stdout", "stderr") else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=_render_terminal_text(str(record.get("text", ""))))
    if kind == "error":
        traceback = record.get("traceback")
        lines = list(traceback) if isinstance(traceback, list) else []
        lines += [*filter(None, [todays_way(f"{record.get('ename', '')}: {record.get('evalue', '')}")])]
        return nbformat.v4.new_output(
            "error",
            ename=_make_plain(str(record.get("ename", ""))[:200]),
            evalue=_make_plain(str(record.get("evalue", ""))),
            traceback=[_make_plain(str(line)) for line in lines],
        )
    found = record.get("data")
    data: dict[str, Any] = found if isinstance(found, dict) else {}
    bundle = {mime: _make_plain(data[mime]) for mime in _SAFE_TEXT if isinstance(data.get(mime), str)}
    pictures = {mime: data[mime] for mime in _PICTURES if isinstance(data.get(mime), str)}
    bundle |= {mime: picture for mime, picture in pictures.items() if _BASE64.fullmatch(picture)}
    if not bundle:
        return None
    if kind == "display_data":
        return nbformat.v4.new_output(kind, data=bundle)
    count = record.get("execution_count")
    return nbformat.v4.new_output(kind, data=bundle, execution_count=count if type(count) is int else None)


def _make_plain(text: str) -> str:
    return visible(neutral(text))


def _render_terminal_text(text: str) -> str:
    """`text` as a terminal shows it, with carriage returns and backspaces carried out."""
    lines = without_escapes(text).replace("\r\n", "\n").split("\n")
    return _make_plain("\n".join(_overwrite_line(line) for line in lines))


def _overwrite_line(line: str) -> str:
    line = line.rstrip("\r").rsplit("\r", 1)[-1]
    if "\b" not in line:
        return line
    left: list[str] = []
    for character in line:
        if character != "\b":
            left.append(character)
        elif left:
            left.pop()
    return "".join(left)
