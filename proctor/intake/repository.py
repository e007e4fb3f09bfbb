"""Find hand-ins in a student's repository, and the lines that their cells have in its files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from proctor.errors import ProctorError, UnreadableSubmission
from proctor.intake.submission import NOTEBOOK_BYTES, read_file

_BLANKS = " \t\r\n"


def repository_of(folder: Path) -> Path:
    """The top folder of the Git repository that `folder` lies in; `folder` if it is in none."""
    here = folder.resolve()
    return next((place for place in (here, *here.parents) if (place / ".git").exists()), here)


def find_hand_ins(repository: Path, names: list[str]) -> dict[str, list[Path]]:
    """The folders that hold `<name>.ipynb`, by name; exercises without such a file are left out.

    Links are not followed, and neither hidden folders nor environments of Python are looked into.
    """
    found: dict[str, list[Path]] = {}
    wanted = {f"{name}.ipynb": name for name in names}
    for place, folders, files in os.walk(repository):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for file in wanted.keys() & set(files):
            found.setdefault(wanted[file], []).append(Path(place))
    return {name: found[name] for name in names if name in found}


def choose_folder(repository: Path, name: str, folders: list[Path]) -> Path:
    """The folder of an exercise's hand-in.

    Args:
        repository: where it was looked for.
        name: the exercise's.
        folders: those with `<name>.ipynb`. If there is none, it is the folder `<name>`, or the
            repository itself, where a notebook of another name is known by its grade ids.

    Raises UnreadableSubmission if there are several.
    """
    if len(folders) > 1:
        named = ", ".join(f"{folder.relative_to(repository).as_posix()}/" for folder in folders[:5])
        raise UnreadableSubmission(f"there are several {name}.ipynb, in {named}; keep the one that is to be graded")
    if folders:
        return folders[0]
    own = repository / name
    return own if own.is_dir() else repository


def notebook_file(folder: Path, name: str) -> Path | None:
    """The notebook of an exercise in a hand-in's folder: by its name, or the only one there is."""
    if (folder / f"{name}.ipynb").is_file():
        return folder / f"{name}.ipynb"
    others = sorted(folder.glob("*.ipynb"))
    return others[0] if len(others) == 1 else None


def cell_lines(path: Path) -> dict[str, int]:
    """Grade id → the line of the notebook file (from 1) where the cell's source begins.

    It is empty for a file that is not a notebook of format 4 in UTF-8.
    """
    try:
        text = read_file(path, NOTEBOOK_BYTES).decode("utf-8")
        places = _find_sources(text)
    except (OSError, ProctorError, ValueError, RecursionError):
        return {}
    lines: dict[str, int] = {}
    line, counted = 1, 0
    for name, place in places:
        line, counted = line + text.count("\n", counted, place), place
        lines.setdefault(name, line)
    return lines


def _find_sources(text: str) -> list[tuple[str, int]]:
    """(grade id, index of the first character of its source) of each cell that has a grade id."""
    found = []
    for key, start, _ in _members(text, _skip(text, 0)):
        for cell_start, cell in _items(text, start) if key == "cells" else ():
            name = _grade_id(cell)
            if name:
                sources = [at for inner, at, _ in _members(text, cell_start) if inner == "source"]
                first = next((at for at in sources), cell_start)
                found.append((name, next((at for at, _ in _items(text, first)), first)))
    return found


def _grade_id(cell: Any) -> str:
    try:
        name = cell["metadata"]["nbgrader"]["grade_id"]
    except (KeyError, TypeError):
        return ""
    return name if isinstance(name, str) else ""


def _members(text: str, at: int) -> Iterator[tuple[str, int, Any]]:
    """(key, index of the value, value) of each member of the JSON object that begins at `at`."""
    if text[at : at + 1] != "{":
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        key, at = _DECODER.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        value, at = _DECODER.raw_decode(text, start)
        yield key, start, value
        at = _next(text, at)


def _items(text: str, at: int) -> Iterator[tuple[int, Any]]:
    """(index, value) of each item of the JSON array that begins at `at`."""
    if text[at : at + 1] != "[":
        return
    at = _skip(text, at + 1)
    while text[at : at + 1] not in ("]", ""):
        value, end = _DECODER.raw_decode(text, at)
        yield at, value
        at = _next(text, end)


_DECODER = json.JSONDecoder()


def _next(text: str, at: int) -> int:
    """Where the member or item after the one that ends at `at` begins; the end if there is none."""
    comma = _skip(text, at)
    return _skip(text, comma + 1) if text[comma : comma + 1] == "," else len(text)


def _skip(text: str, at: int) -> int:
    """The index of the first character from `at` on that is not blank."""
    while text[at : at + 1] and text[at] in _BLANKS:
        at += 1
    return at
