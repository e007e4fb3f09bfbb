"""Little stories of who is in which room, with a question and where in the story its answer stands.

The question is where one of the people is, of whom one sentence tells. Names of rooms have one to
five words, and several people may be in the same room. In the style of task 1 of Weston et al.,
*Towards AI-Complete Question Answering*, 2015, with names, rooms and sentences of our own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the stories; raise it when they change
SEEDS = {"train": 4601, "test": 4602}
COUNTS = {"train": 9000, "test": 600}

PEOPLE = ("Ada", "Kofi", "Lena", "Mira", "Omar")
PLACES = (
    *("kitchen", "attic", "library", "hall", "pantry", "workshop", "balcony", "wine cellar", "dining room"),
    *("music room", "guest room", "winter garden", "room under the stairs", "room with the piano"),
)
KINDS = ("old", "small", "blue", "warm", "long")
NEW_EVERY = 4  # so many of the pairs of a kind and a place are in no story to learn from
STAYS = (
    "{person} went to the {room}.",
    "{person} walked into the {room}.",
    "{person} ran to the {room}.",
    "{person} is in the {room}.",
    "{person} sleeps in the {room}.",
)
NOBODY = ("The {room} is empty.", "Nobody is in the {room}.", "It is dark in the {room}.")
QUESTION = "Where is {person}?"
TOKENS = re.compile(r"\w+|[^\w\s]+")  # a word, or signs


class Story(NamedTuple):
    """A story, a question, and the answer.

    Args:
        text: the story.
        question: where one of its people is.
        answer: the words of the story that say it, such as "wine cellar".
        start: the place in `text` of the first character of the answer.
        end: the place behind its last one: `text[start:end]` is the answer.
    """

    text: str
    question: str
    answer: str
    start: int
    end: int


def draw_stories(count: int, seed: int, new: bool = False) -> list[Story]:
    """Draw stories.

    Args:
        count: number of stories.
        seed: of the stories.
        new: whether the asked person is in a room whose name is in no story to learn from.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return [_draw_story(rng, new) for _ in range(count)]


def lay_out(stories: Sequence[Story], length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay questions and stories out as a tokenizer does that keeps words whole.

    A row has the question, `[SEP]` and the story, and is filled up or cut off.

    Returns for each row and token what it says, strings (n, length), "" in empty places; where in
    its text it begins and the place behind it, whole numbers (n, length, 2); and 0 for the
    question, 1 for the story, -1 for all others, shape (n, length).
    """
    words = np.full((len(stories), length), "", dtype=object)
    offsets = np.zeros((len(stories), length, 2), dtype=int)
    parts = np.full((len(stories), length), -1)
    for row, story in enumerate(stories):
        asked = [(found.group(), found.span(), 0) for found in TOKENS.finditer(story.question)]
        told = [(found.group(), found.span(), 1) for found in TOKENS.finditer(story.text)]
        for place, token in enumerate([*asked, ("[SEP]", (0, 0), -1), *told][:length]):
            words[row, place], offsets[row, place], parts[row, place] = token
    return words, offsets, parts


def name_words(numbers: np.ndarray, stories: Sequence[Story]) -> bool:
    """Whether rows of tokens have one number for each word of `lay_out`, and no two the same."""
    words, _, _ = lay_out(stories, numbers.shape[1])
    pairs = {*zip(words.ravel().tolist(), numbers.ravel().tolist(), strict=True)}
    return len(pairs) == len({word for word, _ in pairs}) == len({number for _, number in pairs})


def share_exact(stories: Sequence[Story], p: np.ndarray, q: np.ndarray, longest: int = 12) -> float:
    """The share of stories in which the most probable span is the answer, letter by letter.

    Args:
        p, q: for each token of `lay_out` the probability that the answer begins with it, and that
            it ends with it, shape (n, length).
        longest: how many tokens a span has at most. None ends before it begins, or is outside of
            the story.
    """
    _, offsets, parts = lay_out(stories, p.shape[1])
    inside, every = parts == 1, np.arange(len(stories))
    legal = np.triu(inside[:, :, None] & inside[:, None, :])
    legal &= ~np.triu(legal, longest)
    products = np.where(legal, p[:, :, None] * q[:, None, :], -1.0).reshape(len(p), -1)
    first, last = np.unravel_index(products.argmax(axis=1), legal.shape[1:])
    found = np.stack([offsets[every, first, 0], offsets[every, last, 1]], axis=1)
    return float(np.mean((found == [(story.start, story.end) for story in stories]).all(axis=1)))


def _draw_room(rng: np.random.Generator, new: bool = False) -> str:
    """The name of a room; if it is new, a kind and a place that are never together elsewhere."""
    while True:
        kind, place = int(rng.integers(-3, len(KINDS))), int(rng.integers(len(PLACES)))
        if kind < 0 and not new:
            return PLACES[place]
        if kind >= 0 and new == ((kind + place) % NEW_EVERY == 0):
            return f"{KINDS[kind]} {PLACES[place]}"


def _draw_story(rng: np.random.Generator, new: bool) -> Story:
    people = [str(person) for person in rng.permutation(PEOPLE)[:3]]
    asked = people[0]
    told = [*people[: int(rng.integers(2, 4))]]
    rooms = {person: _draw_room(rng) for person in told}
    if new:
        rooms[asked] = _draw_room(rng, new=True)
    order = [str(person) for person in rng.permutation(told)]
    lines: list[tuple[str | None, str, str]] = [(person, str(rng.choice(STAYS)), rooms[person]) for person in order]
    if rng.random() < 0.3:  # somebody else is in the same room
        other = int(rng.choice([place for place, line in enumerate(lines) if line[0] != asked]))
        lines[other] = (*lines[other][:2], rooms[asked])
    if rng.random() < 0.5:
        lines.insert(int(rng.integers(0, len(lines) + 1)), (None, str(rng.choice(NOBODY)), _draw_room(rng)))
    text, start = "", 0
    for person, frame, room in lines:
        line = frame.format(person=person, room=room)
        if person == asked:
            start = len(text) + frame.format(person=person, room="\0").index("\0")
        text += line + " "
    return Story(text.rstrip(), QUESTION.format(person=asked), rooms[asked], start, start + len(rooms[asked]))


def draw(split: str) -> list[Story]:
    """Draw the stories of a split."""
    return draw_stories(COUNTS[split], SEEDS[split])


ROOMS = Dataset(name="rooms", noun="stories", draw=draw, drawing=DRAWING, count=len)
