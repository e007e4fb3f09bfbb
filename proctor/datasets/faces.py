"""Happy and sad faces drawn from ellipses and arcs: a stand-in for a folder of pictures."""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import Any

import numpy as np

DRAWING = 1  # version of the pixels; raise it when any changes, and cached faces are drawn again

SIDE = 150  # pixels
FINE = 2  # faces are drawn this many times larger and then shrunk, which smooths their edges

Colour = tuple[int, int, int]


def draw_faces(folder: Path, n: int, seed: int) -> None:
    """Draw `n` faces as PNG files of 150 x 150 pixels, half of them into each of happy/ and sad/.

    Both folders lie in `folder`; of an odd `n`, one more is happy. Colours, sizes, positions and
    how strong a mood shows follow from `seed`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    for mood in ("happy", "sad"):
        (folder / mood).mkdir(parents=True, exist_ok=True)
    for i in range(n):
        mood = ("happy", "sad")[i % 2]
        _draw_face(mood == "happy", rng).save(folder / mood / f"{mood}-{i // 2:02}.png")


def _draw_face(happy: bool, rng: np.random.Generator) -> Any:
    """Draw one face; returns a Pillow image."""
    from PIL import Image, ImageDraw

    size = FINE * SIDE
    hue = rng.uniform(0, 1)
    picture = Image.new("RGB", (size, size), _to_rgb(hue + rng.uniform(0.25, 0.75), 0.5, rng.uniform(0.15, 0.6)))
    pen = ImageDraw.Draw(picture)
    radius = size * rng.uniform(0.36, 0.44)
    room = size * 0.06
    x, y = size / 2 + rng.uniform(-room, room, 2)
    ink = _to_rgb(hue, 0.6, 0.15)
    line = round(radius * rng.uniform(0.07, 0.11))

    def ellipse(dx: float, dy: float, wide: float, high: float, fill: Colour) -> None:
        """Draw an ellipse around (dx, dy); lengths are in radii of the face."""
        box = (x + (dx - wide) * radius, y + (dy - high) * radius, x + (dx + wide) * radius, y + (dy + high) * radius)
        pen.ellipse(box, fill=fill)

    def stroke(dx: np.ndarray, dy: np.ndarray, teeth: bool = False) -> None:
        """Draw a line through the points (dx, dy); with `teeth` it is closed and filled white."""
        points = list(zip(x + dx * radius, y + dy * radius, strict=True))
        if teeth:
            pen.polygon(points, fill=(250, 250, 250))
            points.append(points[0])
        pen.line(points, fill=ink, width=line, joint="curve")

    ellipse(0, 0, 1, rng.uniform(0.9, 1.0), _to_rgb(hue, rng.uniform(0.45, 0.8), rng.uniform(0.85, 1.0)))
    apart, level = rng.uniform(0.30, 0.42), rng.uniform(-0.36, -0.22)
    eye, gaze = rng.uniform(0.13, 0.19), rng.uniform(-0.05, 0.05)
    lift = rng.uniform(0.06, 0.11)
    for side in (-1, 1):
        ellipse(side * apart, level, eye, eye * 1.2, (250, 250, 250))
        ellipse(side * apart + gaze, level + 0.04, eye * 0.5, eye * 0.55, ink)
        # Happy brows are raised arches, sad ones slant up towards the middle.
        across = np.linspace(-0.17, 0.17, 9)
        brow = lift * (1 - (across / 0.17) ** 2) if happy else lift * -side * across / 0.17
        stroke(side * apart + across, level - 0.33 - brow)

    curve, wide = rng.uniform(0.2, 0.4), rng.uniform(0.38, 0.58)
    across = np.linspace(-1, 1, 31)
    drop = curve * (1 / 3 - across**2) * (1 if happy else -1)
    stroke(wide * across, rng.uniform(0.36, 0.48) + drop, teeth=bool(rng.uniform() < 0.4))
    return picture.reduce(FINE)


def _to_rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))
    return red, green, blue
