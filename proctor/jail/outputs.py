"""A cell's output records as they go into a notebook: known fields only, terminal effects undone, no path of ours."""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from proctor.text import neutral, visible, without_escapes

_SAFE_TEXT = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
_PICTURES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def tidy(records: list[dict[str, Any]]) -> list[NotebookNode]:
    """nbformat outputs of the records that came from a jail, whatever they hold."""
    return [output for output in map(_output, records) if output is not None]


def _output(record: dict[str, Any]) -> NotebookNode | None:
    kind = record["output_type"]
    if kind == "stream":
        name = record.get("name") if record.get("name") in ("stdout", "stderr") else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=_overwritten(str(record.get("text", ""))))
    if kind == "error":
        traceback = record.get("traceback")
        lines = traceback if isinstance(traceback, list) else []
        return nbformat.v4.new_output(
            "error",
            ename=_plain(str(record.get("ename", ""))[:200]),
            evalue=_plain(str(record.get("evalue", ""))),
            traceback=[_plain(str(line)) for line in lines],
        )
    shown = record.get("data")
    data: dict[str, Any] = shown if isinstance(shown, dict) else {}
    bundle = {mime: _plain(data[mime]) for mime in _SAFE_TEXT if isinstance(data.get(mime), str)}
    pictures = {mime: data[mime] for mime in _PICTURES if isinstance(data.get(mime), str)}
    bundle |= {mime: picture for mime, picture in pictures.items() if _BASE64.fullmatch(picture)}
    if not bundle:
        return None
    if kind == "display_data":
        return nbformat.v4.new_output(kind, data=bundle)
    count = record.get("execution_count")
    return nbformat.v4.new_output(kind, data=bundle, execution_count=count if type(count) is int else None)


def _plain(text: str) -> str:
    return visible(neutral(text))


def _overwritten(text: str) -> str:
    """`text` as a terminal would leave it: what a carriage return or a backspace overwrote is gone."""
    lines = without_escapes(text).replace("\r\n", "\n").split("\n")
    return _plain("\n".join(_line(line) for line in lines))


def _line(line: str) -> str:
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
