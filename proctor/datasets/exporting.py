"""`export`: write the data that students may have into a folder that a jail can be given."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from proctor.datasets import places
from proctor.datasets.course import COURSE_DATA
from proctor.datasets.dataset import Dataset, Found, files_of
from proctor.datasets.loading import SOURCES, definition, find, named, read

FINGERPRINT = ".fingerprint"
LAYOUT = 1  # version of the files that `export` writes; raise it when they change


def export(names: Iterable[str], folder: str | os.PathLike[str]) -> None:
    """Write the training data of `names`, not their test data, into `folder`, for any user to read.

    A process whose `$PROCTOR_DATA` is `folder` loads that training data from it, without a cache,
    and is refused the test split of every data set. Data exported earlier from the same source is
    left as it is, so exporting again is quick.

    Raises ProctorError if a name is unknown or its data cannot be read.
    """
    folder = Path(folder)
    sets = [named(name) for name in sorted(set(names))]
    found = {dataset.name: find(dataset) for dataset in sets}
    defined = next((path for dataset in sets if (path := definition(dataset.name))), None)
    definitions = defined.read_text(encoding="utf-8") if defined else ""
    fingerprint = _fingerprint(sets, found, definitions)
    if _is_exported(folder, sets, fingerprint):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FINGERPRINT).unlink(missing_ok=True)
    for dataset in sets:
        if dataset.write is not None:
            path = folder / dataset.part
            with places.draft(path) as new:
                dataset.write(read(dataset, found[dataset.name], "train"), new)
                _make_readable(new)
                _remove_folder(path)
    sources = {dataset.name: found[dataset.name].source for dataset in sets}
    (folder / COURSE_DATA).unlink(missing_ok=True)
    texts = {COURSE_DATA: definitions} if definitions else {}
    for name, text in (texts | {SOURCES: json.dumps(sources, indent=2) + "\n", FINGERPRINT: fingerprint}).items():
        with places.draft(folder / name) as new:
            new.write_text(text)
            _make_readable(new)
    folder.chmod(0o755)


def _is_exported(folder: Path, sets: list[Dataset], fingerprint: str) -> bool:
    try:
        same = (folder / FINGERPRINT).read_text() == fingerprint
    except OSError:
        return False
    return same and all((folder / dataset.part).exists() for dataset in sets) and (folder / SOURCES).exists()


def _fingerprint(sets: list[Dataset], found: dict[str, Found], definitions: str) -> str:
    """Return a digest that changes whenever `export` would write something else."""
    facts: list[object] = [LAYOUT, *([definitions] if definitions else [])]
    for dataset in sets:
        where = found[dataset.name]
        files = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files_of(dataset, where)]
        facts += [dataset.name, where.source, dataset.drawing if where.path is None else files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _make_readable(path: Path) -> None:
    """Let every user read `path` and, if it is a folder, everything in it."""
    for each in (path, *path.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


def _remove_folder(path: Path) -> None:
    """Remove `path` if it is a folder: rename(2) replaces a file, but no folder with files."""
    if path.is_dir():
        with tempfile.TemporaryDirectory(prefix=".former-", dir=path.parent) as former:
            os.replace(path, Path(former) / path.name)
