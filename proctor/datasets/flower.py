"""Points on the petals of a flower, two-coloured, which no straight line parts."""

from __future__ import annotations

import numpy as np


def grow_flower(count: int, seed: int, petals: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Points on the petals of a flower, which are red and blue in turn and a little twisted.

    Args:
        count: number of points, half of them on red petals; of an odd number, one more.
        seed: of the points.
        petals: number of petals, an even one.

    Returns points, float64 (count, 2) within 2 of the origin, and labels, int64 (count,), 0 for red
    and 1 for blue, in random order.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    petal = 2 * rng.integers(0, petals // 2, count) + labels
    across = rng.uniform(-1, 1, count)
    radius = np.sqrt(np.cos(across * np.pi / 2) * rng.uniform(0, 1, count))
    angle = (petal + across / 2) * 2 * np.pi / petals + radius / 2 + rng.normal(0, 0.1, count)
    points = 2 * np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    order = rng.permutation(count)
    return points[order], labels[order]
