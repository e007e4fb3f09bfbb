"""The data sets that a course defines itself, in a file `course_data.py` in its folder."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from proctor.datasets.dataset import Dataset
from proctor.errors import ProctorError

COURSE_DATA = "course_data.py"

_folder: Path | None = None
_read: dict[tuple[str, int, int], dict[str, Dataset]] = {}


def use_course(folder: Path) -> None:
    """Let this process know the data sets that `folder` defines, and look for no others.

    A process that grades says so before it asks for any: the folder that it happens to run in may be a student's.
    """
    global _folder
    _folder = folder


def definitions(exported: bool) -> Path | None:
    """The file that defines the course's data sets, None if there is none.

    It lies in the folder that `use_course` named; else, where a notebook runs, in `$PROCTOR_DATA` if that is an
    `exported` folder (in a jail), or beside the notebook (with a student).
    """
    beside = Path(os.environ["PROCTOR_DATA"]) if exported else Path.cwd()
    path = (_folder or beside) / COURSE_DATA
    return path if path.is_file() else None


def course_sets(path: Path | None, taken: dict[str, Dataset]) -> dict[str, Dataset]:
    """The data sets that the file `path` defines: each of its variables that holds one.

    Args:
        path: what `definitions` found.
        taken: those whose names are not to be had.

    Raises ProctorError if the file cannot be run, or one has a name that is `taken`.
    """
    if path is None:
        return {}
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    if key not in _read:
        _read[key] = _run(path)
    for name in _read[key]:
        if name in taken:
            raise ProctorError(f"{COURSE_DATA}: Proctor itself has a data set {name!r}; give yours another name.")
    return _read[key]


def _run(path: Path) -> dict[str, Dataset]:
    spec = importlib.util.spec_from_file_location("proctor_course_data", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # an author's file may raise anything
        raise ProctorError(f"{COURSE_DATA} cannot be run: {type(error).__name__}: {error}") from error
    finally:
        sys.dont_write_bytecode = written
    return {value.name: value for value in vars(module).values() if isinstance(value, Dataset)}
