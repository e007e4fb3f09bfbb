"""A hand-in in its place in `submitted/`: read, and replaced in one step."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from proctor.course.course import Course
from proctor.course.private import make_private_folder, write_private
from proctor.errors import UnreadableSubmission
from proctor.intake.listing import is_hidden
from proctor.intake.submission import FILE_BYTES, read_file

_STAGE = "collecting"
"""The folder in `.proctor/` where a hand-in is put together."""


def read_place(place: Path) -> dict[str, bytes]:
    """The files of a hand-in that lies in its place, by their paths in it.

    Raises UnreadableSubmission if it is no folder, or if a file is too large or no plain file.
    """
    if place.is_symlink() or not place.is_dir():
        raise UnreadableSubmission(f"{place} is there and is not a folder")
    paths = [path for path in sorted(place.rglob("*")) if path.is_symlink() or not path.is_dir()]
    files = {path.relative_to(place).as_posix(): path for path in paths}
    return {name: read_file(path, FILE_BYTES) for name, path in files.items() if not is_hidden(name)}


def digest(files: dict[str, bytes]) -> str:
    """A digest of files, by their paths, that tells hand-ins apart."""
    found = hashlib.sha256()
    for name, data in sorted(files.items()):
        found.update(f"{name!r} {len(data)} ".encode() + data)
    return found.hexdigest()


def replace_place(course: Course, place: Path, files: dict[str, bytes]) -> None:
    """Put files in a hand-in's place by renaming folders. What is half done, `put_back` undoes.

    Args:
        course: the course.
        place: the folder in `submitted/<student>/`.
        files: path in the folder → content.

    Raises OSError if that fails; `put_back` brings back what was there then.
    """
    stage = course.state / _STAGE
    made, before = stage / "made", stage / "before" / place.parent.name / place.name
    shutil.rmtree(made, ignore_errors=True)
    make_private_folder(course, made)
    for name, data in files.items():
        write_private(course, made / name, data)
    make_private_folder(course, place.parent)
    if place.exists():
        make_private_folder(course, before.parent)
        place.rename(before)
    made.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def put_back(course: Course) -> None:
    """Put back what was taken out of its place by a step that failed, or a run that was killed."""
    stage = course.state / _STAGE
    for before in sorted(stage.glob("before/*/*")):
        place = course.submitted(before.parent.name, before.name)
        if not os.path.lexists(place):
            make_private_folder(course, place.parent)
            before.rename(place)
    shutil.rmtree(stage, ignore_errors=True)
