"""Folders of files in a student's process, for functions that read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from proctor.channel.student import Student, share
from proctor.errors import CriterionFailed


def make_folder(student: Student, files: Mapping[str, np.ndarray | str | bytes | None]) -> Any:
    """Make a folder with these files where the student's functions can read it.

    It is removed when the student's process ends.

    Args:
        student: the submission.
        files: what is in it, by the path in the folder, such as "train/cats/1.png". An array is
            saved as a picture: uint8 (height, width), (height, width, 3) or, with transparency,
            (height, width, 4). A text and bytes are written as they are, and None makes an empty
            folder.

    Returns a handle to its `pathlib.Path`, for the student's functions.
    """
    return share(student, _write_files)(dict(files))


def _write_files(files: dict[str, Any]) -> Any:
    import atexit
    import shutil
    import tempfile
    from pathlib import Path

    from PIL import Image

    folder = Path(tempfile.mkdtemp(prefix="proctor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            Image.fromarray(content).save(path)
    return folder


def read_files(student: Student, folder: Any) -> dict[str, bytes | None]:
    """Read a folder where the student's functions write.

    Args:
        student: the submission.
        folder: a handle to its `pathlib.Path`, as `make_folder` returns one.

    Returns the contents of all files in it and in folders below, by the path in the folder, such as
    "train/cats/1.png"; None for an empty folder. Nothing at all if there is no such folder.
    """
    found: dict[str, bytes | None] = share(student, _read_files)(folder)
    return found


def _read_files(folder: Any) -> dict[str, bytes | None]:
    paths = sorted(folder.rglob("*"))
    filled = {path.parent for path in paths}
    files = {path: path.read_bytes() if path.is_file() else None for path in paths if path not in filled}
    return {path.relative_to(folder).as_posix(): content for path, content in files.items()}


def read_lines(files: Mapping[str, bytes | None], name: str) -> list[str]:
    """The lines of a text file in UTF-8, whether the last one is ended or not.

    Args:
        files: what `read_files` returned.
        name: of the file.

    Raises CriterionFailed if it is not there, or in another encoding.
    """
    if name not in files:
        raise CriterionFailed(f"a file {name} in the folder", ", ".join(sorted(files)) or "an empty one")
    try:
        text = (files[name] or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise CriterionFailed(f"{name} in UTF-8", "another encoding") from None
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def as_table(lines: Sequence[str], shape: tuple[int, int], name: str) -> np.ndarray:
    """The numbers of lines with a tab between two of them, as an array, or fails.

    Args:
        lines: what `read_lines` returned.
        shape: how many lines of how many numbers there must be.
        name: of the file, in the message.
    """
    rows = []
    for line in lines:
        try:
            rows.append([float(value) for value in line.split("\t")])
        except ValueError:
            raise CriterionFailed(
                f"{name} to have lines of numbers, a tab between two", f"the line {line[:60]!r}"
            ) from None
    if [len(row) for row in rows] != shape[0] * [shape[1]]:
        sizes = sorted({len(row) for row in rows})
        raise CriterionFailed(
            f"{name} to have {shape[0]} lines of {shape[1]} numbers",
            f"{len(rows)} lines of {' and '.join(map(str, sizes[:3]))} numbers",
        )
    return np.array(rows)


def make_paths(student: Student, names: Sequence[str], folder: Any = "") -> Any:
    """Make a list of paths for a function of the student's.

    Args:
        student: the submission.
        names: of files, such as "a.jpg" or "cats/a.jpg"; they need not be there.
        folder: a handle to the `pathlib.Path` of the folder that they are in; by default, none.

    Returns the list, in which each `pathlib.Path` is a handle.
    """
    return share(student, _make_paths)(list(names), folder)


def names_of(student: Student, paths: Any, folder: Any = "") -> list[str]:
    """The names of paths that came from the student: a list, tuple or array of paths or texts.

    Args:
        student: the submission.
        paths: what came back.
        folder: a handle to a `pathlib.Path`. The names are those in this folder, and begin with
            "../" if they lie elsewhere; by default, they are the paths as they are.
    """
    found: list[str] = share(student, _names_of)(paths, folder)
    return found


def assert_untouched(before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> None:
    """Assert that a folder has the same files, with the same bytes, as before.

    Args:
        before, after: what `read_files` returned.

    Raises CriterionFailed, with the number of files that are gone, or changed, or new.
    """
    gone, more = before.keys() - after.keys(), after.keys() - before.keys()
    changed = [name for name in before.keys() & after.keys() if before[name] != after[name]]
    if gone or changed:
        raise CriterionFailed("all files as they were", f"{len(gone)} of them gone, {len(changed)} changed")
    if more:
        raise CriterionFailed("no new files among them", f"{len(more)}, such as {min(more)}")


def _make_paths(names: list[str], folder: Any) -> Any:
    from pathlib import Path

    return [Path(folder, name) for name in names]


def _names_of(paths: Any, folder: Any) -> list[str]:
    import os

    return [os.path.relpath(str(path), str(folder)) if str(folder) else str(path) for path in paths]
