"""Read a submission safely: sizes are bounded, no link is followed, nothing is run."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from proctor.course.assignment import Assignment
from proctor.course.cells import grade_id, is_check
from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import is_zip, open_zip
from proctor.intake.pictures import Pictures
from proctor.intake.recover import recover

TIMESTAMP = "timestamp.txt"
"""The file beside a notebook that says when it was handed in, as nbgrader writes it."""
NOTEBOOK_BYTES = 30 * 2**20
FILE_BYTES = 64 * 2**20
OUTPUT_CHARACTERS = 50_000
"""How much of a check cell's saved output is kept."""
_READ = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""How files are opened: no link is followed, no pipe waited for, no line end changed."""


@dataclass(frozen=True)
class Submission:
    """A submission as it was read.

    Args:
        student: who handed it in (the folder's name).
        notebook: the submitted notebook; only check cells keep their outputs, as text for flags,
            and text cells their pictures.
        files: artifact's file name → its bytes.
        notes: a sentence for each thing that was not as expected and could be mended.
    """

    student: str
    notebook: NotebookNode
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_submission(folder: Path, student: str, assignment: Assignment, source: NotebookNode) -> Submission:
    """Read the submission in a folder, or in the zip file that `proctor pack` made.

    The notebook is found by its file name, or else by the grade ids in it.

    Args:
        folder: the submission's.
        student: whose it is.
        assignment: what it is a submission of.
        source: the instructor's notebook.

    Raises UnreadableSubmission, with what was found instead, if the folder has no notebook of this
    assignment.
    """
    require_folder(folder, student, assignment.name)
    notes: list[str] = []
    handed_in = open_hand_in(folder, assignment, notes)
    notebook = recover(source, find_notebook(handed_in, assignment.name, source, notes), assignment.name, notes)
    files = {}
    for name in assignment.artifacts.values():
        data = _read_artifact(handed_in, name, notes)
        if data is not None:
            files[name] = data
    others = [name for name in handed_in.names() if name.endswith(".keras")]
    for name in assignment.artifacts.values():
        if others and name not in others:
            named = ", ".join(others[:5])
            notes.append(f"there is no {name}, and {named} was not read: hand in the model under the name {name}")
    return Submission(student, notebook, files, notes)


def require_folder(folder: Path, student: str, name: str) -> None:
    """Raise UnreadableSubmission unless `folder` is a real folder and `student` is UTF-8."""
    if student.encode("utf-8", "replace") != os.fsencode(student):
        raise UnreadableSubmission(f"the folder {student!r} has a name that is not text in UTF-8; rename it")
    if not folder.is_dir() or folder.is_symlink():
        raise UnreadableSubmission(f"{student} handed in nothing for '{name}' (no such folder)")


class HandedIn:
    """The files that were handed in.

    Args:
        folder: where they lie.
        unpacked: name → content of those that lay in a zip file; they count before those in the
            folder.
    """

    def __init__(self, folder: Path, unpacked: dict[str, bytes] | None = None):
        self._folder = folder
        self._unpacked = unpacked or {}

    def names(self) -> list[str]:
        """The names of all files, sorted; raises UnreadableSubmission if they cannot be listed."""
        try:
            return sorted({*os.listdir(self._folder), *self._unpacked})
        except OSError as error:
            raise UnreadableSubmission(f"the folder {self._folder.name} cannot be read ({error.strerror})") from error

    def read(self, name: str, limit: int) -> bytes:
        """The content of a file; the limit and what is raised are those of `read_file`."""
        return self._unpacked[name] if name in self._unpacked else read_file(self._folder / name, limit)


def is_zipped(folder: Path) -> bool:
    """Whether a submission's folder holds a zip file and no loose notebook."""
    names = HandedIn(folder).names()
    return any(map(is_zip, names)) and not any(name.endswith(".ipynb") for name in names)


def open_hand_in(folder: Path, assignment: Assignment, notes: list[str]) -> HandedIn:
    """The files of a submission, loose ones or those in the one zip file that was handed in.

    If a notebook lies loose in the folder, a zip file beside it is not opened. Otherwise the files
    in the zip count before loose ones of the same name.

    Args:
        folder: the submission's.
        assignment: what it is a submission of.
        notes: a sentence for each file that is left unread is added.

    Raises UnreadableSubmission if there are several zip files and no notebook, or the one cannot be
    read (see `open_zip`).
    """
    names = HandedIn(folder).names()
    zips = [name for name in names if is_zip(name)]
    if not zips:
        return HandedIn(folder)
    if loose := [name for name in names if name.endswith(".ipynb")]:
        notes.append(f"{', '.join(zips[:3])} was not opened: {loose[0]}, which lies beside it, counts")
        return HandedIn(folder)
    if len(zips) > 1:
        named = ", ".join(zips[:5])
        raise UnreadableSubmission(f"there is no notebook, but several zip files: {named}. Leave the one that is meant")
    advice = f"Ask for the zip file that this makes: proctor pack {assignment.name}.ipynb"

    def limit_of(name: str) -> int:
        if name in assignment.artifacts.values():
            return FILE_BYTES
        return NOTEBOOK_BYTES if name.endswith(".ipynb") else 0

    try:
        data = read_file(folder / zips[0], FILE_BYTES)
    except UnreadableSubmission as error:
        raise UnreadableSubmission(f"{error}. {advice}") from None
    unpacked = open_zip(data, zips[0], advice, limit_of)
    if not any(name.endswith(".ipynb") for name in unpacked):
        raise UnreadableSubmission(f"there is no notebook in {zips[0]}. {advice}")
    twice = sorted(unpacked.keys() & set(names))
    notes.extend(f"{name} beside {zips[0]} was not read: the one in the zip file counts" for name in twice)
    return HandedIn(folder, unpacked)


def _read_artifact(handed_in: HandedIn, name: str, notes: list[str]) -> bytes | None:
    """The bytes of a handed-in model file; None if it is missing, or (with a note) unreadable."""
    try:
        return handed_in.read(name, FILE_BYTES)
    except FileNotFoundError:
        return None
    except UnreadableSubmission as error:
        notes.append(f"{error}; it counts as not handed in")
        return None


def read_file(path: Path, limit: int) -> bytes:
    """Read a regular file; a symbolic link is not followed (`O_NOFOLLOW`, open(2)).

    Args:
        path: the file.
        limit: the most bytes that it may have.

    Raises FileNotFoundError if there is nothing, UnreadableSubmission if it is not a regular file
    or is larger.
    """
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableSubmission(f"{path.name} is not a plain file ({error.strerror})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableSubmission(f"{path.name} is not a plain file")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableSubmission(f"{path.name} is larger than {limit // 2**20} MiB")
    return data


def find_notebook(handed_in: HandedIn, name: str, source: NotebookNode, notes: list[str]) -> NotebookNode:
    """Find and read a notebook of an assignment among the files that were handed in.

    Without a file of the right name, it is the one with more than half of the source's grade ids.

    Args:
        handed_in: the files.
        name: the notebook's, without ".ipynb".
        source: the instructor's notebook.
        notes: a sentence for each thing that had to be mended is added.

    Raises UnreadableSubmission if there is none, or several that could be it.
    """
    found = handed_in.names()
    if f"{name}.ipynb" in found:
        return read_notebook(handed_in, f"{name}.ipynb", notes)
    expected = {grade_id(cell) for cell in source.cells} - {""}
    candidates = []
    for file in [file for file in found if file.endswith(".ipynb")][:20]:
        try:
            remarks: list[str] = []
            notebook = read_notebook(handed_in, file, remarks)
        except UnreadableSubmission:
            continue
        if len(expected & {grade_id(cell) for cell in notebook.cells}) > len(expected) / 2:
            candidates.append((file, notebook, remarks))
    if not candidates:
        holds = f"; it holds {', '.join(found[:5])}" if found else "; it is empty"
        raise UnreadableSubmission(f"there is no {name}.ipynb in the submission{holds}")
    if len(candidates) > 1:
        names = ", ".join(file for file, _, _ in candidates)
        raise UnreadableSubmission(f"there is no {name}.ipynb but several notebooks that could be it: {names}")
    file, notebook, remarks = candidates[0]
    notes.extend([f"the notebook was handed in as '{file}', not '{name}.ipynb'", *remarks])
    return notebook


def read_notebook(handed_in: HandedIn, file: str, notes: list[str]) -> NotebookNode:
    """Read a notebook file into format 4.5, with no outputs but the text of check cells'.

    Args:
        handed_in: the files.
        file: its name.
        notes: a sentence for each thing that had to be mended is added.

    Raises UnreadableSubmission if the file is not a notebook.
    """
    return parse_notebook(handed_in.read(file, NOTEBOOK_BYTES), file, notes)


def parse_notebook(data: bytes, name: str, notes: list[str]) -> NotebookNode:
    """Read a notebook from `data`, the content of the file `name`, as `read_notebook` does."""
    text = _decode(data, name, notes)
    if not text.strip():
        raise UnreadableSubmission(f"{name} is empty")
    if text.lstrip()[:1] == "<":
        raise UnreadableSubmission(f"{name} is a web page, not a notebook; download the notebook file itself")
    try:
        content = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise UnreadableSubmission(f"{name} is not a notebook: its JSON is nested too deep") from error
    except ValueError as error:
        raise UnreadableSubmission(f"{name} is not valid JSON ({error}); was it cut short?") from error
    return _convert_to_version_4(content, text, name, notes)


def _convert_to_version_4(content: Any, text: str, name: str, notes: list[str]) -> NotebookNode:
    version = content.get("nbformat") if isinstance(content, dict) else None
    if not isinstance(version, int) or version not in (3, 4):
        raise UnreadableSubmission(f"{name} is not a notebook of version 3 or 4 (nbformat {version!r})")
    try:
        if version == 3:
            content = nbformat.reads(text, as_version=4)
            notes.append(f"{name} is in the old notebook format 3 and was converted")
        return _clean_notebook(content, notes)
    except Exception as error:  # nbformat raises whatever its converters do
        raise UnreadableSubmission(f"{name} is not a well-formed notebook ({type(error).__name__}: {error})") from error


def _clean_notebook(content: dict[str, Any], notes: list[str]) -> NotebookNode:
    """A notebook with only what is graded of each cell: type, source, id, metadata and pictures."""
    cells = []
    pictures = Pictures()
    for cell in content["cells"]:
        source = cell["source"]
        if isinstance(source, list):
            source = "".join(source)
        if not isinstance(source, str):
            raise ValueError(f"a cell's source is {type(source).__name__}")
        kind = cell["cell_type"] if cell["cell_type"] in ("code", "markdown", "raw") else "raw"
        metadata = cell.get("metadata")
        clean = {
            "cell_type": kind,
            "source": _clean_text(source),
            "metadata": metadata if isinstance(metadata, dict) else {},
            "id": str(cell.get("id", "")),
        }
        if kind == "code":
            count = cell.get("execution_count")
            clean["execution_count"] = count if type(count) is int else None
            clean["outputs"] = _read_outputs(cell) if is_check(nbformat.from_dict(clean)) else []
        if kind == "markdown" and (attached := pictures.read(cell.get("attachments"))):
            clean["attachments"] = attached
        cells.append(clean)
    notes.extend(pictures.notes)
    notebook: NotebookNode = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    return notebook


def _clean_text(source: str) -> str:
    """A cell's text in UTF-8, without null characters, its lines ended by newlines alone."""
    text = source.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\x00", "").replace("\r\n", "\n")


def _read_outputs(cell: dict[str, Any]) -> list[dict[str, str]]:
    """The text and HTML of a cell's saved outputs, joined into one output of bounded length."""
    texts = []
    outputs = cell.get("outputs")
    for output in outputs[:50] if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output.get("data"), dict) else {}
        for text in (output.get("text"), data.get("text/plain"), data.get("text/html")):
            joined = "".join(part for part in text if isinstance(part, str)) if isinstance(text, list) else text
            texts.append(joined)
    whole = "\n".join(text[:OUTPUT_CHARACTERS] for text in texts if isinstance(text, str))[:OUTPUT_CHARACTERS]
    return [{"output_type": "stream", "name": "stdout", "text": whole}] if whole else []


def _decode(data: bytes, name: str, notes: list[str]) -> str:
    """The text, in UTF-8 or as its byte order mark says; raises UnreadableSubmission if neither."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        if (encoding == "utf-8") == data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8":
            notes.append(f"{name} is encoded as {encoding} and was read as such")
        return text
    raise UnreadableSubmission(f"{name} is not text in UTF-8; was another file renamed to it?")
