"""Photographs of sticky cards that hang in an orchard to catch moths, drawn from ellipses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from proctor.datasets.critters import INK, Colour, Pen, darker, to_rgb

SIDE = 96  # pixels
FINE = 2  # pictures are drawn this many times larger and then shrunk, which smooths their edges
THINGS = ("moth", "edge", "glare", "dew", "leaf")


def draw_trap(things: Collection[str], seed: int, *, flash: bool = False, night: int = 0) -> np.ndarray:
    """Draw one photograph of a card on which there are flies, crumbs and `things`.

    Args:
        things: of "moth", "edge" (a moth that the edge of the picture cuts), "leaf" (it lies on the
            card, and on most of the moth if there is one), "dew" and "glare".
        seed: of the card and all that sticks to it.
        flash: whether it was taken from above with a flash, and not at dusk by a camera in a tree.
        night: of the light and the noise; the same card looks a little different every night.

    Returns uint8 (96, 96, 3). Raises ValueError if one of `things` is unknown.
    """
    from PIL import Image, ImageDraw

    if unknown := set(things) - set(THINGS):
        raise ValueError(f"there may be {', '.join(THINGS)} on a card, got {', '.join(sorted(unknown))}")
    card, light = (np.random.Generator(np.random.PCG64([seed, part])) for part in (0, 1 + night))
    size = FINE * SIDE
    image = Image.new("RGB", (size, size), (240, 238, 226))
    canvas = ImageDraw.Draw(image)
    _draw_lines(canvas, size)
    for _ in range(card.integers(4, 9)):
        _draw_fly(canvas, size, card)
    at = np.array([0.5, 0.5]) + card.uniform(-0.16, 0.16, 2)
    turn = card.uniform(0, 2 * np.pi)
    if "edge" in things:
        _draw_moth(image, np.array([0.99, at[1]]), turn)
    elif "moth" in things:
        _draw_moth(image, at, turn)
    if "leaf" in things:
        _draw_leaf(image, at, card)
    if "dew" in things:
        _draw_dew(image, card)
    pixels = np.asarray(image.reduce(FINE), dtype=float)
    if not flash:
        dusk = light.uniform(0.42, 0.62) * np.array([0.86, 0.95, 1.12])
        pixels = pixels * dusk * np.linspace(1, light.uniform(0.6, 0.9), SIDE)[:, None, None]
    if "glare" in things:
        pixels = pixels + _glare(at, card)
    pixels = pixels + light.normal(0, 3 if flash else 8, pixels.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _draw_lines(canvas: Any, size: int) -> None:
    """The grid that is printed on the card."""
    for line in range(size // 8, size, size // 4):
        canvas.line((line, 0, line, size), fill=(214, 212, 198), width=2)
        canvas.line((0, line, size, line), fill=(214, 212, 198), width=2)


def _draw_fly(canvas: Any, size: int, rng: np.random.Generator) -> None:
    x, y = size * rng.uniform(0.04, 0.96, 2)
    pen = Pen(canvas, (float(x), float(y)), size * rng.uniform(0.012, 0.03))
    for side in (-1, 1):
        pen.ellipse(side * 0.9, -0.2, 1, 0.5, (190, 190, 190))
    pen.ellipse(0, 0, 0.6, 1.1, INK)


def _draw_moth(image: Any, at: np.ndarray, turn: float) -> None:
    """A moth with folded wings: grey bands, and a patch of copper at the tips."""
    from PIL import Image, ImageDraw

    side = round(0.42 * image.width)
    moth = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = Pen(ImageDraw.Draw(moth), (side / 2, side / 2), side * 0.38)
    grey: Colour = (128, 118, 108)
    for wing in (-1, 1):
        pen.polygon((0, -0.75), (wing * 0.42, -0.3), (wing * 0.62, 0.85), (wing * 0.06, 1.0), fill=grey)
        for band in (-0.2, 0.05, 0.3):
            pen.line((wing * 0.04, band), (wing * 0.5, band + 0.1), fill=darker(grey, 0.6))
        pen.polygon(
            (wing * 0.06, 0.55), (wing * 0.56, 0.5), (wing * 0.62, 0.85), (wing * 0.06, 1.0), fill=(150, 84, 40)
        )
        pen.line((0, -0.9), (wing * 0.35, -1.25), fill=INK)
    pen.ellipse(0, -0.75, 0.2, 0.25, darker(grey, 0.7))
    moth = moth.rotate(np.degrees(turn), resample=Image.Resampling.BICUBIC)
    left, top = (round(float(place) * image.width - side / 2) for place in at)
    image.paste(moth, (left, top), moth)


def _draw_leaf(image: Any, at: np.ndarray, rng: np.random.Generator) -> None:
    from PIL import Image, ImageDraw

    side = round(0.5 * image.width)
    leaf = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = Pen(ImageDraw.Draw(leaf), (side / 2, side / 2), side * 0.46)
    green = to_rgb(rng.uniform(0.22, 0.33), 0.55, rng.uniform(0.4, 0.6))
    pen.ellipse(0, 0, 0.5, 0.95, green)
    pen.line((0, -0.95), (0, 0.95), fill=darker(green, 0.6))
    leaf = leaf.rotate(rng.uniform(0, 360), resample=Image.Resampling.BICUBIC)
    left, top = (round(float(place) * image.width - side / 2) for place in at + rng.uniform(-0.05, 0.05, 2))
    image.paste(leaf, (left, top), leaf)


def _draw_dew(image: Any, rng: np.random.Generator) -> None:
    """Drops on the lens: out of focus, brighter than what is behind them."""
    from PIL import Image, ImageDraw, ImageFilter

    drops = Image.new("L", image.size, 0)
    canvas = ImageDraw.Draw(drops)
    for _ in range(26):
        (x, y), radius = image.width * rng.uniform(0, 1, 2), image.width * rng.uniform(0.05, 0.13)
        canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=225)
    drops = drops.filter(ImageFilter.GaussianBlur(image.width / 60))
    blurred = image.filter(ImageFilter.GaussianBlur(image.width / 12)).point(lambda value: min(255, value + 25))
    image.paste(blurred, (0, 0), drops)


def _glare(at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The light, (96, 96, 1), of a lamp that the card mirrors near the place `at`."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    x, y = at + rng.uniform(-0.1, 0.1, 2)
    distance = ((columns - x) / 0.3) ** 2 + ((rows - y) / 0.2) ** 2
    return 260 * np.exp(-distance)[:, :, None]
