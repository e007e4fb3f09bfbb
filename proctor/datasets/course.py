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
_cache: dict[tuple[str, int, int], dict[str, Dataset]] = {}


def use_course(folder: Path) -> None:
    """Make this process use the data sets that the course folder `folder` defines, and no others.

    A process that grades must call this first: the `course_data.py` of its working directory might
    be a student's.
    """
    global _folder
    _folder = folder


def find_definitions(exported: bool) -> Path | None:
    """Return the path of the file that defines the course's data sets; None if there is none.

    It is in the folder given to `use_course`. Without one, a notebook is running: in a jail the
    file is in `$PROCTOR_DATA`, on a student's machine in the working directory.

    Args:
        exported: whether `$PROCTOR_DATA` is a folder that `export` wrote, as in a jail.
    """
    beside = Path(os.environ["PROCTOR_DATA"]) if exported else Path.cwd()
    path = (_folder or beside) / COURSE_DATA
    return path if path.is_file() else None


def load_course_sets(path: Path | None, taken: dict[str, Dataset]) -> dict[str, Dataset]:
    """Return, by name, the data sets that are variables of the Python file `path`.

    Args:
        path: the file, or None.
        taken: data sets whose names may not be used again.

    Raises ProctorError if the file cannot be run, or a name is in `taken`.
    """
    if path is None:
        return {}
    status = path.stat()
    key = (str(path), status.st_mtime_ns, status.st_size)
    if key not in _cache:
        _cache[key] = _load_definitions(path)
    for name in _cache[key]:
        if name in taken:
            raise ProctorError(f"{COURSE_DATA}: Proctor itself has a data set {name!r}; give yours another name.")
    return _cache[key]


def _load_definitions(path: Path) -> dict[str, Dataset]:
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
