"""The description of a data set, and of the place it is read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Source = Literal["real", "drawn"]


@dataclass(frozen=True)
class Dataset:
    """One data set: where its real file is, and how it is read, drawn and exported for students.

    Args:
        name: the name by which `load` finds it.
        noun: what its items are called, such as "digits".
        draw: (split) → data of the stand-in; a split is "train" or "test".
        drawing: version of the stand-in, to be raised whenever `draw` returns something else.
        count: (data) → how many items it holds.
        file: name of its real file in `$PROCTOR_DATA` and in the Keras cache; "" if there is none.
        url, sha256: where that file is published, or "" if it is fetched from nowhere, and its
            checksum in hexadecimal digits.
        beside: names of further real files, in the same folder as `file`.
        read: (path, split) → data; `path` is the real file, or what `write` wrote.
        part: name of the file or folder that `write` writes; "" if the data is drawn on each load.
        write: (training data, path) writes the part of the data that students may have.
    """

    name: str
    noun: str
    draw: Callable[[str], Any]
    drawing: int
    count: Callable[[Any], int]
    file: str = ""
    url: str = ""
    sha256: str = ""
    beside: tuple[str, ...] = ()
    read: Callable[[Path, str], Any] | None = None
    part: str = ""
    write: Callable[[Any, Path], None] | None = None


@dataclass(frozen=True)
class Found:
    """The place that a data set is read from.

    Args:
        source: "real" or "drawn".
        path: the file or folder to read; None if it is to be drawn.
        where: the place in words, such as "from $PROCTOR_DATA". It is shown to students, so it
            names no folder of the machine.
    """

    source: Source
    path: Path | None
    where: str


def files_of(dataset: Dataset, found: Found) -> list[Path]:
    """Return each file that `dataset` is read from, in a fixed order; none if it is drawn."""
    if found.path is None:
        return []
    paths = [found.path, *sorted(found.path.rglob("*")), *(found.path.with_name(name) for name in dataset.beside)]
    return [path for path in paths if path.is_file()]
