"""What the package has to know of a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Source = Literal["real", "drawn"]


@dataclass(frozen=True)
class Dataset:
    """One data set: where its real file is, and how it is read, drawn and handed to students.

    Args:
        name: what `load` calls it.
        noun: what its items are called, such as "digits".
        draw: split -> data, the stand-in's; a split is "train" or "test".
        drawing: a number that changes whenever `draw` yields something else.
        count: data -> how many items it holds.
        file: name of its real file in `$PROCTOR_DATA` and in the Keras cache; "" if there is no real one.
        url, sha256: where that file is published, and its checksum.
        read: (path, split) -> data; the path is the real file's or the student's part's.
        part: name of the file or folder that holds the student's part; "" if it is drawn anew each time.
        write: (training data, path) writes the student's part.
    """

    name: str
    noun: str
    draw: Callable[[str], Any]
    drawing: int
    count: Callable[[Any], int]
    file: str = ""
    url: str = ""
    sha256: str = ""
    read: Callable[[Path, str], Any] | None = None
    part: str = ""
    write: Callable[[Any, Path], None] | None = None


@dataclass(frozen=True)
class Found:
    """Where a data set comes from.

    Args:
        source: "real" or "drawn".
        path: the file or folder to read; None if it is to be drawn.
        where: in words, such as "from $PROCTOR_DATA"; names no folder of the machine.
    """

    source: Source
    path: Path | None
    where: str
