"""Dates as people write them, and the same in the form of ISO 8601, such as 1979-05-03.

Names of months and days are English, whatever the machine speaks. Of two digits of a year, 40 to 99
are of the 20th century and 00 to 39 of the 21st. Where dots part the numbers, the day comes first;
where slashes do, the month.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the dates; raise it when they change
COUNTS = {"train": 4000, "test": 1000}
SEED = 4301
FIRST, LAST = datetime.date(1940, 1, 1), datetime.date(2039, 12, 31)
LENGTH = 20
"""No date has more characters."""
CHARACTERS = " ,./-0123456789abcdefghijklmnopqrstuvwxyz"
"""The characters of dates, if all letters are small."""
ISO_CHARACTERS = "0123456789-"
"""The characters of ISO dates."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
_ENDINGS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}


def _month(date: datetime.date) -> str:
    return _MONTHS[date.month - 1]


def _weekday(date: datetime.date) -> str:
    return _DAYS[date.weekday()]


FORMATS: dict[str, Callable[[datetime.date], str]] = {
    "plain": lambda date: f"{date.day} {_month(date)} {date.year}",
    "ordinal": lambda date: f"{date.day}{_ENDINGS.get(date.day, 'th')} {_month(date)} {date.year}",
    "month first": lambda date: f"{_month(date)} {date.day}, {date.year}",
    "short": lambda date: f"{_weekday(date)[:3]}, {date.day} {_month(date)[:3]} {date.year}",
    "dots": lambda date: f"{date.day}.{date.month}.{date.year}",
    "weekday": lambda date: f"{_weekday(date)}, {date.day}.{date.month}.{date.year % 100:02}",
    "slashes": lambda date: f"{date.month}/{date.day}/{date.year}",
    "two digits": lambda date: f"{date.day} {_month(date)} {date.year % 100:02}",
    "year first": lambda date: f"{date.year} {_month(date)} {date.day}",
}
"""Ways to write a date."""
UNSEEN = "two digits", "year first"
"""Ways that no date to learn from has: a new mixture of what they have, and a new order."""
KNOWN = tuple(name for name in FORMATS if name not in UNSEEN)
"""Ways that the dates to learn from have."""


def draw_dates(count: int, seed: int, formats: Sequence[str] = KNOWN) -> tuple[list[str], list[str]]:
    """Draw dates, no two written alike.

    Args:
        count: how many.
        seed: of the dates.
        formats: the ways in which they are written, all equally often; names of `FORMATS`.

    Returns two lists: the dates as people write them, and the same in the form of ISO 8601.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    found: dict[str, str] = {}
    while len(found) < count:
        date = FIRST + datetime.timedelta(days=int(rng.integers((LAST - FIRST).days + 1)))
        text = FORMATS[formats[int(rng.integers(len(formats)))]](date)
        found.setdefault(text, date.isoformat())
    return list(found), list(found.values())


def as_numbers(texts: Sequence[str], length: int = LENGTH) -> np.ndarray:
    """The numbers of texts, from 1 on, and zeros behind them, int64 (n, length)."""
    table = {character: number for number, character in enumerate(CHARACTERS, 1)}
    rows = np.zeros((len(texts), length), np.int64)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = [table[character] for character in text.lower()]
    return rows


def _draw(split: str) -> tuple[list[str], list[str]]:
    texts, isos = draw_dates(sum(COUNTS.values()), SEED)
    part = slice(COUNTS["train"]) if split == "train" else slice(COUNTS["train"], None)
    return texts[part], isos[part]


DATES = Dataset(name="dates", noun="dates", draw=_draw, drawing=DRAWING, count=lambda data: len(data[0]))
