"""Points on an inner and an outer ring, which no straight line parts."""

from __future__ import annotations

import numpy as np


def draw_rings(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on two rings around the origin, the inner one with a radius of 0.8, the outer of 1.6.

    Args:
        count: number of points; two in five of them lie on the inner ring.
        seed: of the points.

    Returns points, float64 (count, 2) around 1 in size, and labels, int64 (count,), 1 on the inner
    ring and 0 on the outer, in random order.
    """
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 5 < 2).astype(np.int64)
    radius = np.where(labels == 1, 0.8, 1.6) + rng.normal(0, 0.15, count)
    angle = rng.uniform(0, 2 * np.pi, count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    order = rng.permutation(count)
    return points[order], labels[order]
