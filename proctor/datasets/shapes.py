"""Six kinds of shapes drawn on coloured paper: a stand-in for photographs of hand signs."""

from __future__ import annotations

import colorsys

import numpy as np

DRAWING = 1  # version of the pixels; raise it when any changes

SIDE = 64  # pixels
FINE = 3  # pictures are drawn this many times larger and then shrunk, which smooths their edges
KINDS = 6

Colour = tuple[int, int, int]


def draw_shapes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` shapes in random order; the kinds' counts differ by at most one.

    The kinds are disc, ring, square, triangle, cross and star.

    Returns pictures, uint8 (n, 64, 64, 3), and kinds, int64 (n,) from 0 to 5. Everything follows
    from `seed`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = rng.permutation(np.arange(n) % KINDS)
    return np.stack([_draw_picture(int(kind), rng) for kind in kinds]), kinds


def _draw_picture(kind: int, rng: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    size = FINE * SIDE
    hue = rng.uniform()
    paper = _to_rgb(hue, rng.uniform(0.05, 0.25), rng.uniform(0.75, 0.95))
    ink = _to_rgb(hue + rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.8), rng.uniform(0.25, 0.6))
    image = Image.new("RGB", (size, size), paper)
    pen = ImageDraw.Draw(image)
    x, y = size * (0.5 + rng.uniform(-0.07, 0.07, 2))
    radius, turn = size * rng.uniform(0.26, 0.36), rng.uniform(-0.25, 0.25)
    if kind < 2:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
        if kind == 1:
            hole = radius * rng.uniform(0.45, 0.65)
            pen.ellipse((x - hole, y - hole, x + hole, y + hole), fill=paper)
    else:
        angles, radii = _CORNERS[kind]
        corners = np.stack([np.sin(angles + turn), -np.cos(angles + turn)], axis=1) * radii[:, None] * radius
        pen.polygon([(x + across, y + down) for across, down in corners.tolist()], fill=ink)
    pixels = rng.uniform(0.85, 1.1) * np.asarray(image.reduce(FINE), dtype=float) + rng.normal(0, 5, (SIDE, SIDE, 3))
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _make_corners() -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Kind → angles of its corners, clockwise from the top, and their distances from the middle."""
    full = 2 * np.pi
    narrow, wide = np.arctan(1 / 3), np.pi / 4
    arm = np.array([-narrow, narrow, wide])
    return {
        2: (full * (np.arange(4) + 0.5) / 4, np.full(4, 1.2)),
        3: (full * np.arange(3) / 3, np.full(3, 1.25)),
        4: (np.concatenate([arm + quarter * np.pi / 2 for quarter in range(4)]), np.tile([1.1, 1.1, 0.49], 4)),
        5: (full * np.arange(10) / 10, np.tile([1.25, 0.5], 5)),
    }


_CORNERS = _make_corners()


def _to_rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))
    return red, green, blue
