"""News articles on five topics in a CSV file: those of the BBC, or a drawn newswire instead."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from proctor.datasets import places
from proctor.datasets.dataset import Dataset
from proctor.datasets.newswire import TOPICS, write_articles

DRAWING = 1  # version of the newswire; raise it when any article changes
SIZES_AND_SEEDS = {"train": (1_780, 3301), "test": (445, 3302)}
REAL_TRAIN = 1_780  # so many rows of the published file are the training split, the others the test
MEMBER, LARGEST = "bbc-text.csv", 2**26  # bytes of the unpacked file
COLUMNS = ["category", "text"]

_STOP_WORDS = (
    # articles and pronouns
    "a an the i me my we us our you your he him his she her it its they them their"
    " this that these those who whom whose which what one ones"
    # verbs that help others
    " am is are was were be been being has have had having do does did doing"
    " can could may might must shall should will would"
    # where, when, how and why
    " about above after against all also among and any as at back because before below between both but by down"
    " during each for from further here how if in into more most no nor not of off on only or other out over own"
    " same so some such than then there though through to too under until up upon very when where while why with"
    # what an apostrophe leaves of it's, don't, we're, I've, they'll
    " s t re ve ll"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that are in every article, whatever it is about."""


def draw(split: str) -> Path:
    """Return the CSV file of the stand-in's split, drawn once and kept in the cache."""
    name = os.path.join("drawn", f"news-{split}-{DRAWING}.csv")
    count, seed = SIZES_AND_SEEDS[split]
    return places.cached(name, lambda new: _write_table(new, write_articles(count, seed, others=split == "test")))


def read(path: Path, split: str) -> Path:
    """Return the CSV file of one split.

    Args:
        path: the published zip, or the file that `write` wrote.
        split: "train", or "test" for the articles after it that are not in it, too.

    Raises OSError, BadZipFile, KeyError or ValueError if it holds something else.
    """
    if path.suffix == ".csv":
        if split == "test":
            raise ValueError("it holds the training part alone")
        return path
    with zipfile.ZipFile(path) as packed, packed.open(MEMBER) as file:
        content = file.read(LARGEST)
    key = hashlib.sha256(content).hexdigest()[:16]
    return places.cached(f"news-{split}-{key}.csv", lambda new: _write_table(new, _cut(content, split)))


def write(data: Path, path: Path) -> None:
    """Copy the training file, since a jail has no cache to write it into."""
    shutil.copyfile(data, path)


def as_lists(file: Path) -> tuple[list[str], list[str]]:
    """The texts of a file that `load` returns, and their categories."""
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def _cut(content: bytes, split: str) -> list[tuple[str, str]]:
    """The rows of a split of the published table; raises ValueError if it is another."""
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    if header != COLUMNS or len(rows) < REAL_TRAIN + 100 or {len(row) for row in rows} != {2}:
        raise ValueError(f"it must have the columns {' and '.join(COLUMNS)}, and {REAL_TRAIN + 100:,} rows or more")
    if not {category for category, _ in rows} <= set(TOPICS):
        raise ValueError(f"its categories must be {', '.join(TOPICS)}")
    known = [(category, text) for category, text in rows[:REAL_TRAIN]]
    if split == "train":
        return known
    seen = {text for _, text in known}
    return [(category, text) for category, text in rows[REAL_TRAIN:] if text not in seen]


def _write_table(new: Path, rows: Sequence[tuple[str, str]]) -> None:
    with new.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows)


NEWS = Dataset(
    name="news",
    noun="articles",
    draw=draw,
    drawing=DRAWING,
    count=lambda file: len(as_lists(file)[0]),
    file="bbc-text.zip",
    read=read,
    part="news.csv",
    write=write,
)
