"""Names of creatures: of real dinosaurs, or of creatures that we invented.

The real file is a text with a name in each line. A drawn name is made of one to three syllables and
of an ending, such as "brook" + "moth".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the stand-in; raise it when `draw` returns something else
COUNTS = {"train": 1250, "test": 250}
SEED = 5309
EVERY = 6  # of the real names, one in so many is kept for the test split
PART = "creature_names.txt"
LARGEST = 2**20  # bytes of the real file

# fmt: off
BEGINNINGS = [
    "b", "bl", "br", "ch", "d", "dr", "f", "fl", "fr", "g", "gl", "gr", "h", "j", "k", "kr", "l", "m", "n", "p",
    "pl", "qu", "r", "s", "sk", "sn", "t", "th", "tr", "v", "w", "x", "y", "z"
]
VOWELS = ["a", "a", "e", "e", "i", "i", "o", "o", "u", "u", "ee", "oo"]
CLOSINGS = ["b", "d", "l", "ll", "m", "n", "nd", "ng", "p", "r", "rk", "rn", "sh", "th", "zz"]
ENDINGS = [
    "back", "claw", "fang", "foot", "horn", "jaw", "ling", "moth", "paw", "snout", "tail", "tusk", "wing", "whisker"
]
# fmt: on
CLOSED = 0.4  # how many of the syllables have a closing


def draw(split: str) -> list[str]:
    """Draw the invented names of a split; the two have none in common."""
    rng = np.random.default_rng(SEED)
    names: dict[str, None] = {}  # in their order, each once
    while len(names) < sum(COUNTS.values()):
        name = ""
        for _ in range(rng.choice([1, 2, 3], p=[0.45, 0.45, 0.1])):
            name += rng.choice(BEGINNINGS) + rng.choice(VOWELS)
            name += rng.choice(CLOSINGS) if rng.random() < CLOSED else ""
        names[name + rng.choice(ENDINGS)] = None
    drawn = list(map(str, names))
    return drawn[: COUNTS["train"]] if split == "train" else drawn[COUNTS["train"] :]


def read(path: Path, split: str) -> list[str]:
    """Return the real names of a split in small letters, each once, in their order.

    Args:
        path: the text file, or what `write` wrote, which is all for the training split.
        split: "train" or "test", which is every sixth name.

    Raises OSError or ValueError if the file cannot be read or holds other things than names.
    """
    with path.open("rb") as file:
        lines = file.read(LARGEST).decode("ascii").lower().split()
    names = list(dict.fromkeys(lines))
    if not names or not all(name.isalpha() for name in names):
        raise ValueError("it must hold a name of the letters a to z in each line")
    if path.name == PART:
        return names
    return names[::EVERY] if split == "test" else [name for place, name in enumerate(names) if place % EVERY]


def write(data: list[str], path: Path) -> None:
    """Write a name into each line."""
    path.write_text("\n".join(data) + "\n", encoding="ascii")


CREATURE_NAMES = Dataset(
    name="creature_names",
    noun="names",
    draw=draw,
    drawing=DRAWING,
    count=len,
    file="dinos.txt",
    read=read,
    part=PART,
    write=write,
)
