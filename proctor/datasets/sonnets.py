"""Lines of verse: of Shakespeare's sonnets, or of drawn ones.

Each split is a pair of lists of lines: 300 lines to read, and lines to put aside, which have no
other words than those. A drawn line is a frame whose gaps are filled; where it speaks of somebody
twice, the two pronouns fit together.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from proctor.datasets.dataset import Dataset
from proctor.errors import ProctorError

DRAWING = 1  # version of the stand-in; raise it when `draw` returns something else
COUNT, ASIDE = 300, 90  # of the lines to read, and of drawn ones to put aside
SHORTEST, LONGEST = 4, 10  # words in a line
SEED = 3701
PART = "sonnets-part.txt"
LARGEST = 2**20  # bytes of the real file

Verse = tuple[list[str], list[str]]

FRAMES = """
{adjective} was {own} {thing} when {they} would {act} the {thing}
{adjective} as the {thing} is the {thing} that will {act} {them}
{act} {own} {thing} and the {thing} will {act} {them}
{thing} or {thing} may {act} {them} but never {own} {thing}
{act} the {adjective} {thing} before {they} may {act} {own} {thing}
{adjective} {thing} and {adjective} {thing} will {act} {own} {thing}
"""
SOMEBODY = [
    {"they": "i", "own": "my", "them": "me"},
    {"they": "thou", "own": "thy", "them": "thee"},
    {"they": "he", "own": "his", "them": "him"},
    {"they": "she", "own": "her", "them": "her"},
    {"they": "we", "own": "our", "them": "us"},
    {"they": "they", "own": "their", "them": "them"},
]
WORDS = {
    "adjective": """amber ancient bitter blind bold brave bright calm clear cold crooked dark deep distant faint frozen
        gentle golden hollow honest humble idle lonely mild narrow noble pale patient proud quiet restless rough
        silent silver slow soft steep strange tender wild""",
    "thing": """anchor apple autumn bell blossom boat bridge candle cloud copper crown dawn desert door echo ember
        feather field flame forest garden glass harbour harvest hill island ivy journey lamp lantern letter lily
        meadow mirror moon morning mountain needle oak orchard path pearl rain raven river road rope sail shadow shore
        silence smoke snow song spring star stone storm stranger summer thorn thread tide tower voice water wind
        window winter""",
    "act": """answer bless break bury carry chase cheer cool count cross darken drown fill find follow forget free guard
        guide heal hide hold keep leave lift light lose mend miss move name open pass praise raise reach remember
        scatter seek shelter shake sink spare steal teach trouble trust turn wake warm warn""",
}


def draw(split: str) -> Verse:
    """Draw the lines to read, and others of the same words; raises ProctorError for "test"."""
    _refuse(split)
    rng = np.random.default_rng(SEED)
    lines: dict[str, None] = {}  # in their order, each once
    while len(lines) < 2 * (COUNT + ASIDE):
        lines[_draw_line(rng)] = None
    return _put_aside(list(lines), ASIDE)


def _draw_line(rng: np.random.Generator) -> str:
    frames, line = FRAMES.strip().splitlines(), []
    somebody = SOMEBODY[rng.integers(len(SOMEBODY))]
    for word in frames[rng.integers(len(frames))].split():
        gap = word.strip("{}")
        fillers = WORDS[gap].split() if gap in WORDS else [somebody.get(gap, word)]
        line.append(fillers[rng.integers(len(fillers))])
    return " ".join(line)


def _put_aside(lines: list[str], most: int) -> Verse:
    """The first lines, and so many others at most that have no other words than those."""
    heard = lines[:COUNT]
    words = {word for line in heard for word in line.split()}
    return heard, [line for line in lines[COUNT:] if line not in heard and words.issuperset(line.split())][:most]


def read(path: Path, split: str) -> Verse:
    """Return the real lines to read and those to put aside: small letters, without punctuation.

    Args:
        path: the text file, or what `write` wrote.
        split: "train".

    Raises ProctorError for the test split, OSError or ValueError if the file cannot be read or has
    too few lines of verse.
    """
    _refuse(split)
    with path.open("rb") as file:
        text = file.read(LARGEST).decode("utf-8").lower().replace("’", "'")
    if path.name == PART:
        first, _, second = text.strip().partition("\n\n")
        return first.splitlines(), second.splitlines()
    rows = [re.findall(r"[a-z]+(?:['-][a-z]+)*", line) for line in text.splitlines()]
    lines = [" ".join(row) for row in rows if SHORTEST <= len(row) <= LONGEST]
    heard, others = _put_aside(lines, len(lines))
    if len(heard) < COUNT or not others:
        raise ValueError(f"it must hold more than {COUNT} lines of verse")
    return heard, others


def write(data: Verse, path: Path) -> None:
    """Write a line into each line; an empty one is between the two lists."""
    path.write_text("\n\n".join("\n".join(lines) for lines in data) + "\n", encoding="utf-8")


def _refuse(split: str) -> None:
    if split == "test":
        raise ProctorError("sonnets: the lines that are put aside come with the others; there is no test split.")


SONNETS = Dataset(
    name="sonnets",
    noun="lines to read",
    draw=draw,
    drawing=DRAWING,
    count=lambda data: len(data[0]),
    file="sonnets.txt",
    read=read,
    part=PART,
    write=write,
)
