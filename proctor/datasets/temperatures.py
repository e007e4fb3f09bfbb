"""Two series in CSV files: a city's daily minimum temperatures, and monthly sunspot numbers."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np

from proctor.datasets import places
from proctor.datasets.dataset import Dataset

DRAWING = 2  # version of the stand-in; raise it when `draw` returns something else
SEED = 9501
FILES = "temperatures.csv", "sunspots.csv"  # in the folder of each split
SUNSPOTS = "Sunspots.csv"  # the published file, beside that of the temperatures
# How many lines of each file, after the first, are the training split; the others are for testing.
DAYS, MONTHS = 2920, 2868
ALL_DAYS, ALL_MONTHS = 3650, 3235
TEMPERATURES_HEADER, SUNSPOTS_HEADER = '"Date","Temp"', ",Date,Monthly Mean Total Sunspot Number"


def draw_temperatures(days: int = ALL_DAYS, seed: int = SEED) -> np.ndarray:
    """Draw minimum temperatures with a yearly season and weather that lasts some days.

    The weather is an autoregressive process of order 2. Years have 365 days.

    Returns degrees Celsius with one decimal, float64 (days,).
    """
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 2.3, days + 100)
    weather = np.zeros(days + 100)
    for day in range(2, len(weather)):
        weather[day] = 0.55 * weather[day - 1] - 0.06 * weather[day - 2] + noise[day]
    year = 2 * np.pi * (np.arange(days) - 27) / 365
    return np.round(11.2 + 4.2 * np.cos(year) + 0.3 * np.cos(2 * year) + weather[100:], 1)


def draw_sunspots(months: int = ALL_MONTHS, seed: int = SEED) -> np.ndarray:
    """Draw monthly numbers in cycles of about eleven years, of different heights, that rise fast.

    Returns numbers from 0 on with one decimal, float64 (months,).
    """
    rng = np.random.default_rng(seed + 1)
    level = np.empty(0)
    while len(level) < months:
        part = np.linspace(0, 1, int(rng.normal(131, 13)), endpoint=False)
        level = np.append(level, rng.uniform(80, 240) * np.sin(np.pi * part**0.75) ** 2)
    level = level[:months]
    noise, restless = rng.normal(0, 1, months), np.zeros(months)
    for month in range(1, months):
        restless[month] = 0.3 * restless[month - 1] + noise[month]
    return np.round(np.maximum(0, level + 3 + (4 + 0.13 * level) * restless), 1)


def draw(split: str) -> Path:
    """Return the folder of the stand-in's split, drawn once and kept in the cache."""
    name = os.path.join("drawn", f"temperatures-{split}-{DRAWING}")
    return places.cached(name, lambda new: _write_split(new, split, *_draw_lines()))


def _draw_lines() -> tuple[list[str], list[str]]:
    """The lines of both files as they are published, with drawn numbers."""
    ends = (np.datetime64("1749-02") + np.arange(ALL_MONTHS)).astype("datetime64[D]") - 1
    days = np.arange(np.datetime64("1981-01-01"), np.datetime64("1991-01-01"))
    days = days[[not str(day).endswith("02-29") for day in days]]
    temperatures = [f'"{day}",{value:.1f}' for day, value in zip(days, draw_temperatures(), strict=True)]
    sunspots = [f"{row},{day},{value:.1f}" for row, (day, value) in enumerate(zip(ends, draw_sunspots(), strict=True))]
    return [TEMPERATURES_HEADER, *temperatures], [SUNSPOTS_HEADER, *sunspots]


def _write_split(new: Path, split: str, *files: list[str]) -> None:
    """Write the first lines of each file, or those that follow, below the names of the columns."""
    new.mkdir(parents=True)
    for name, lines, count in zip(FILES, files, (DAYS, MONTHS), strict=True):
        rows = lines[1 : 1 + count] if split == "train" else lines[1 + count :]
        (new / name).write_text("\n".join([lines[0], *rows]) + "\n")


def read(path: Path, split: str) -> Path:
    """Return the folder of one split, with temperatures.csv and sunspots.csv.

    Args:
        path: the published file of the temperatures, which has that of the sunspots beside it, or
            the folder that `write` wrote.
        split: "train" for the first eight years and the months until 1987, "test" for what follows.

    Raises OSError or ValueError if a file is missing or has too few lines.
    """
    if path.is_dir():
        if split == "test":
            raise ValueError("it holds the training part alone")
        return path
    sunspots = path.with_name(SUNSPOTS)
    if not sunspots.is_file():
        raise ValueError(f"{SUNSPOTS} must lie beside it")
    files = [file.read_text().splitlines() for file in (path, sunspots)]
    for lines, count in zip(files, (DAYS, MONTHS), strict=True):
        if len(lines) < 1 + count + 365:
            raise ValueError(f"a file with some {count + 365:,} lines or more is needed, found {len(lines):,}")
    content = "\n".join([*files[0], *files[1]])
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    return places.cached(f"temperatures-{split}-{key}", lambda new: _write_split(new, split, *files))


def write(data: Path, path: Path) -> None:
    """Copy the training files, since a jail has no cache to write them into."""
    path.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(data / name, path / name)


TEMPERATURES = Dataset(
    name="temperatures",
    noun="days",
    draw=draw,
    drawing=DRAWING,
    count=lambda folder: len((folder / FILES[0]).read_text().splitlines()) - 1,
    file="daily-min-temperatures.csv",
    sha256="8b9de63ed6789492bf497625e7f9beb96a63d367b4b0a21754006f749fa5e5da",
    beside=(SUNSPOTS,),
    read=read,
    part="temperatures",
    write=write,
)
