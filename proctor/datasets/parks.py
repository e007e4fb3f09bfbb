"""Pictures of a way through a park, as the camera of a small bus sees it, drawn from shapes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from proctor.datasets.critters import INK, Colour, Pen, darker, to_rgb

SIDE = 96  # pixels
FINE = 2  # pictures are drawn this many times larger and then shrunk, which smooths their edges
THINGS = ("person", "bicycle", "barrier", "puddle")
TROUBLES = ("night", "fog", "rain", "far")


def draw_park(
    things: Collection[str], seed: int, *, troubles: Collection[str] = (), street: bool = False
) -> np.ndarray:
    """Draw one picture with `things` on the way.

    Args:
        things: of "person", "bicycle", "barrier" and "puddle".
        seed: of places, colours, light and noise.
        troubles: of "night", "fog", "rain" (drops on the lens) and "far" (all things are small).
        street: whether it is a street in a town, photographed by a walker, and not a way in a park,
            seen from low down by the camera of the bus.

    Returns uint8 (96, 96, 3). Raises ValueError if a thing or a trouble is unknown.
    """
    from PIL import Image, ImageDraw, ImageFilter

    if unknown := set(things) - set(THINGS) | set(troubles) - set(TROUBLES):
        raise ValueError(f"there may be {', '.join(THINGS + TROUBLES)}, got {', '.join(sorted(unknown))}")
    rng = np.random.Generator(np.random.PCG64(seed))
    size = FINE * SIDE
    horizon = 0.5 if street else 0.38
    image = Image.new("RGB", (size, size), to_rgb(0.58, rng.uniform(0.15, 0.4), rng.uniform(0.85, 1)))
    canvas = ImageDraw.Draw(image)
    _draw_ground(canvas, size, horizon, street, rng)
    radius = size * (0.05 if "far" in troubles else 0.15 if street else 0.19)
    depth = horizon + (0.06 if "far" in troubles else 0.22)
    spread = (0.44, 0.56) if "far" in troubles else (0.28, 0.72)
    places = rng.permutation(np.linspace(*spread, max(2, len(things))))
    for thing, x in zip(sorted(things, key=THINGS.index, reverse=True), places, strict=False):
        pen = Pen(canvas, (size * float(x), size * depth), radius)
        _DRAW[thing](pen, to_rgb(rng.uniform(), rng.uniform(0.5, 0.9), rng.uniform(0.4, 0.9)))
    if "rain" in troubles:
        drops = Image.new("L", image.size, 0)
        for _ in range(24):
            (x, y), wide = size * rng.uniform(0, 1, 2), size * rng.uniform(0.04, 0.1)
            ImageDraw.Draw(drops).ellipse((x - wide, y - wide, x + wide, y + 1.3 * wide), fill=230)
        image.paste(image.filter(ImageFilter.GaussianBlur(size / 14)), (0, 0), drops)
    pixels = np.asarray(image.reduce(FINE), dtype=float)
    if "fog" in troubles:
        veil = rng.uniform(0.72, 0.86)
        pixels = (1 - veil) * pixels + veil * 205
    if "night" in troubles:
        pixels = rng.uniform(0.16, 0.28) * pixels * np.array([0.8, 0.9, 1.2])
    pixels = pixels + rng.normal(0, 3 if street else 7, pixels.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _draw_ground(canvas: Any, size: int, horizon: float, street: bool, rng: np.random.Generator) -> None:
    """Houses or trees at the horizon, and a way between grass or pavements."""
    ground = (150, 145, 140) if street else to_rgb(rng.uniform(0.24, 0.32), 0.5, rng.uniform(0.45, 0.7))
    canvas.rectangle((0, size * horizon, size, size), fill=ground)
    for left in np.arange(0, 1, 0.14):
        high = rng.uniform(0.12, 0.4) if street else rng.uniform(0.08, 0.22)
        box = tuple(size * part for part in (left, horizon - high, left + 0.12, horizon))
        if street:
            canvas.rectangle(box, fill=to_rgb(rng.uniform(0.02, 0.12), 0.35, rng.uniform(0.5, 0.85)))
        else:
            canvas.ellipse(box, fill=to_rgb(rng.uniform(0.25, 0.36), 0.5, rng.uniform(0.25, 0.45)))
    way = (92, 92, 96) if street else (188, 172, 148)
    corners = ((0.44, horizon), (0.56, horizon), (1.02, 1.0), (-0.02, 1.0))
    canvas.polygon([(size * x, size * y) for x, y in corners], fill=way)


def _draw_person(pen: Pen, colour: Colour) -> None:
    for side in (-1, 1):
        pen.polygon((0, 0.1), (side * 0.28, 0.1), (side * 0.34, 1.1), (side * 0.12, 1.1), fill=darker(colour, 0.4))
    pen.polygon((-0.32, -0.65), (0.32, -0.65), (0.28, 0.25), (-0.28, 0.25), fill=colour)
    pen.ellipse(0, -0.92, 0.2, 0.25, (205, 160, 130))


def _draw_bicycle(pen: Pen, colour: Colour) -> None:
    for side in (-1, 1):
        pen.ellipse(side * 0.62, 0.7, 0.42, 0.42, INK)
        pen.ellipse(side * 0.62, 0.7, 0.32, 0.32, (170, 165, 155))
    pen.polygon(
        (-0.62, 0.75), (-0.2, 0.05), (0.42, 0.0), (0.62, 0.7), (0.5, 0.7), (0.34, 0.15), (-0.1, 0.18), fill=colour
    )
    pen.polygon((-0.4, -0.05), (0.0, -0.05), (0.0, 0.08), (-0.4, 0.08), fill=INK)
    pen.polygon((0.3, -0.2), (0.65, -0.2), (0.65, -0.1), (0.3, -0.1), fill=INK)


def _draw_barrier(pen: Pen, colour: Colour) -> None:
    for side in (-1, 1):
        pen.polygon(
            (side * 0.9, 0.1), (side * 0.78, 0.1), (side * 0.78, 1.1), (side * 0.9, 1.1), fill=darker(colour, 0.5)
        )
    for part in range(6):
        left = -1.05 + 0.35 * part
        stripe = (200, 40, 40) if part % 2 else (240, 240, 235)
        pen.polygon((left, 0.0), (left + 0.35, 0.0), (left + 0.35, 0.4), (left, 0.4), fill=stripe)


def _draw_puddle(pen: Pen, colour: Colour) -> None:
    """A puddle; what it mirrors has a little of `colour`."""
    red, green, blue = colour
    mirrored = (150 + red // 8, 170 + green // 8, 190 + blue // 8)
    pen.ellipse(0, 1.25, 1.0, 0.28, (96, 118, 140))
    pen.ellipse(-0.2, 1.2, 0.5, 0.1, mirrored)


_DRAW = {"person": _draw_person, "bicycle": _draw_bicycle, "barrier": _draw_barrier, "puddle": _draw_puddle}
