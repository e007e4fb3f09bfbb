"""A daily series of four years with a linear trend, a yearly season and noise."""

from __future__ import annotations

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the values; raise it when any changes
DAYS = 1461
SEEDS = {"train": 6301, "test": 6302}


def generate_series(seed: int, days: int = DAYS) -> tuple[np.ndarray, np.ndarray]:
    """Generate a daily series; each `seed` has another level, trend, season and noise.

    Returns days and values, float32 (days,) each.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    level, growth = rng.uniform(30, 60), rng.uniform(3, 9)
    swing, overtone = rng.uniform(12, 25), rng.uniform(0.2, 0.5)
    start, lag = rng.uniform(0, 2 * np.pi, 2)
    noise = rng.uniform(2.5, 4.5)
    day = np.arange(days, dtype=np.float32)
    year = 2 * np.pi * day.astype(np.float64) / 365.25
    season = np.sin(year + start) + overtone * np.sin(3 * year + lag)
    values = level + growth * day / 365.25 + swing * season + noise * rng.standard_normal(days)
    return day, values.astype(np.float32)


SERIES = Dataset(
    name="series",
    noun="days",
    draw=lambda split: generate_series(SEEDS[split]),
    drawing=DRAWING,
    count=lambda data: len(data[0]),
)
