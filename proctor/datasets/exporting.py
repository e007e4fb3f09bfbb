"""`export`: the part of the data that students may have, in a folder of its own."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from proctor.datasets import places
from proctor.datasets.dataset import Dataset, Found
from proctor.datasets.loading import SOURCES, find, named, read

FINGERPRINT = ".fingerprint"
LAYOUT = 1  # raise it when what `export` writes changes


def export(names: Iterable[str], folder: str | os.PathLike[str]) -> None:
    """Write the training data of `names`, and nothing of their test data, into `folder` for any user to read.

    A process whose `$PROCTOR_DATA` is `folder` loads the training data of `names` from it, without a cache, and has no
    test split of anything. What is there already from the same source is left as it is, so exporting again is quick.

    Raises ProctorError if a name is unknown or its data cannot be read.
    """
    folder = Path(folder)
    sets = [named(name) for name in sorted(set(names))]
    found = {dataset.name: find(dataset) for dataset in sets}
    fingerprint = _fingerprint(sets, found)
    if _is_there(folder, sets, fingerprint):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FINGERPRINT).unlink(missing_ok=True)
    for dataset in sets:
        if dataset.write is not None:
            path = folder / dataset.part
            with places.draft(path) as new:
                dataset.write(read(dataset, found[dataset.name], "train"), new)
                _open_to_all(new)
                _put_aside(path)
    sources = {dataset.name: found[dataset.name].source for dataset in sets}
    for name, text in ((SOURCES, json.dumps(sources, indent=2) + "\n"), (FINGERPRINT, fingerprint)):
        with places.draft(folder / name) as new:
            new.write_text(text)
            _open_to_all(new)
    folder.chmod(0o755)


def _is_there(folder: Path, sets: list[Dataset], fingerprint: str) -> bool:
    try:
        same = (folder / FINGERPRINT).read_text() == fingerprint
    except OSError:
        return False
    return same and all((folder / dataset.part).exists() for dataset in sets) and (folder / SOURCES).exists()


def _fingerprint(sets: list[Dataset], found: dict[str, Found]) -> str:
    """Changes whenever `export` would write something else."""
    facts: list[object] = [LAYOUT]
    for dataset in sets:
        where = found[dataset.name]
        facts += [dataset.name, where.source, dataset.drawing if where.path is None else _state(where.path)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _state(path: Path) -> list[list[object]]:
    """Name, size and time of the file `path`, or of all that are in the folder `path`."""
    files = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
    return [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files if file.is_file()]


def _open_to_all(path: Path) -> None:
    """Let every user read `path` and, if it is a folder, what is in it."""
    for each in (path, *path.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


def _put_aside(path: Path) -> None:
    """Clear the way for a new folder at `path`: a folder, unlike a file, does not replace another."""
    if path.is_dir():
        with tempfile.TemporaryDirectory(prefix=".former-", dir=path.parent) as former:
            os.replace(path, Path(former) / path.name)
