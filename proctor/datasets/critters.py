"""Cats and other things drawn from ellipses and polygons: a stand-in for small photographs."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

DRAWING = 1  # version of the pixels; raise it when any changes

SIDE = 64  # pixels
FINE = 3  # pictures are drawn this many times larger and then shrunk, which smooths their edges
GRAIN = 25  # the spread of the noise in pictures of pets
SHARE = 0.4  # of the pictures that show a cat

POSED_SIDE = 48  # pixels of a picture of `draw_poses`
MOST_TURNED, MOST_SHIFTED, MOST_ZOOMED = 45.0, 0.12, 0.2  # degrees, and shares of the side and of the size

Colour = tuple[int, int, int]
INK, WHITE, PINK = (20, 20, 20), (245, 245, 245), (220, 140, 145)


def draw_cats(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` pictures, two in five with a cat, the others with a dog, fish, house, tree or car.

    Returns pictures, uint8 (n, 64, 64, 3), and labels, int64 (n,): 1 for a cat. Everything follows
    from `seed`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = (rng.permutation(n) < round(SHARE * n)).astype(np.int64)
    return np.stack([_draw_picture(bool(label), rng) for label in labels]), labels


def draw_pets(folder: Path, count: int, seed: int) -> None:
    """Draw cats into cats/ and dogs into dogs/, JPEG files of 64 x 64 pixels.

    Something stands before most of them, and the light is poor: they are not all easy to tell.

    Args:
        folder: where to; it is made if it is missing.
        count: how many there are of each.
        seed: of everything in the pictures.
    """
    from PIL import Image

    rng = np.random.Generator(np.random.PCG64(seed))

    def draw_cat(pen: Pen, fur: Colour, _: Colour) -> None:
        _draw_cat(pen, fur, rng)

    def draw_dog(pen: Pen, fur: Colour, _: Colour) -> None:
        _draw_dog(pen, fur, rng)

    for kind, draw in (("cat", draw_cat), ("dog", draw_dog)):
        (folder / f"{kind}s").mkdir(parents=True, exist_ok=True)
        for number in range(count):
            pixels = _draw_scene(draw, rng)
            Image.fromarray(_obscure(pixels, rng)).save(folder / f"{kind}s" / f"{kind}.{number}.jpg", quality=90)


def draw_poses(n: int, seed: int, varied: bool) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` pictures, half of cats and half of dogs, each before a plain wall.

    Args:
        n: how many.
        seed: of everything in the pictures.
        varied: whether the animals are turned, shifted and of different sizes, or all upright in
            the middle and of one size.

    Returns pictures, uint8 (n, 48, 48, 3), and labels, int64 (n,): 0 for a cat, 1 for a dog.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = (rng.permutation(n) < n // 2).astype(np.int64)
    return np.stack([_draw_pose(bool(label), varied, rng) for label in labels]), labels


def _draw_pose(dog: bool, varied: bool, rng: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    size = FINE * POSED_SIDE
    wall = to_rgb(rng.uniform(), rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.95))
    fur = to_rgb(rng.choice([0.07, 0.09, 0.1, 0.6]), rng.uniform(0.05, 0.6), rng.uniform(0.2, 0.95))
    # On a canvas of twice the size, so that a shifted animal has a whole body.
    canvas = Image.new("RGB", (2 * size, 2 * size), wall)
    (_draw_dog if dog else _draw_cat)(Pen(ImageDraw.Draw(canvas), (size, size), 0.25 * size), fur, rng)
    turn = math.radians(rng.uniform(-MOST_TURNED, MOST_TURNED)) * varied
    x, y = size * (0.5 + rng.uniform(-MOST_SHIFTED, MOST_SHIFTED, 2) * varied)
    zoom = 1 + rng.uniform(-MOST_ZOOMED, MOST_ZOOMED) * varied
    cos, sin = math.cos(turn) / zoom, math.sin(turn) / zoom
    back = (cos, sin, size - cos * x - sin * y, -sin, cos, size + sin * x - cos * y)
    image = canvas.transform((size, size), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=wall)
    pixels = np.asarray(image.reduce(FINE), dtype=float)
    middle = pixels.mean()
    pixels = middle + rng.uniform(0.75, 1.0) * (pixels - middle) + rng.normal(0, 3, pixels.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _obscure(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture with plain rectangles before it, of less contrast, and grainy."""
    found = pixels.astype(float)
    for _ in range(rng.integers(0, 5)):
        top, left = rng.integers(-8, SIDE - 8, 2)
        height, width = rng.integers(8, 32, 2)
        found[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = rng.integers(0, 256, 3)
    middle = found.mean()
    found = middle + rng.uniform(0.3, 1.0) * (found - middle) + rng.normal(0, GRAIN, found.shape)
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


class Pen:
    """Draws shapes whose points are given in radii around the middle of the thing drawn.

    Args:
        pen: Pillow's ImageDraw of the picture.
        middle: x and y in pixels.
        radius: in pixels.
    """

    def __init__(self, pen: Any, middle: tuple[float, float], radius: float):
        self._pen = pen
        self._x, self._y = middle
        self._radius = radius

    def ellipse(self, x: float, y: float, wide: float, high: float, fill: Colour) -> None:
        """Draw an ellipse around (x, y), of half the width `wide` and half the height `high`."""
        self._pen.ellipse((*self._place(x - wide, y - high), *self._place(x + wide, y + high)), fill=fill)

    def polygon(self, *points: tuple[float, float], fill: Colour) -> None:
        """Draw the polygon with these corners."""
        self._pen.polygon([self._place(x, y) for x, y in points], fill=fill)

    def line(self, start: tuple[float, float], end: tuple[float, float], fill: Colour) -> None:
        """Draw a thin line."""
        self._pen.line((*self._place(*start), *self._place(*end)), fill=fill, width=2)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return self._x + x * self._radius, self._y + y * self._radius


def _draw_picture(cat: bool, rng: np.random.Generator) -> np.ndarray:
    def draw(pen: Pen, fur: Colour, paint: Colour) -> None:
        if cat:
            _draw_cat(pen, fur, rng)
        else:
            other = (_draw_dog, _draw_fish, _draw_house, _draw_tree, _draw_car)[rng.integers(5)]
            other(pen, paint if rng.uniform() < 0.8 else fur, rng)

    return _draw_scene(draw, rng)


def _draw_scene(draw: Callable[[Pen, Colour, Colour], None], rng: np.random.Generator) -> np.ndarray:
    """Draw a room, and in it what `draw` draws with a pen, the colour of fur, and another one."""
    from PIL import Image, ImageDraw

    size = FINE * SIDE
    hue = rng.uniform()
    image = Image.new("RGB", (size, size), to_rgb(hue, rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.95)))
    canvas = ImageDraw.Draw(image)
    if rng.uniform() < 0.6:  # a floor
        floor = to_rgb(hue + rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.9))
        canvas.rectangle((0, size * rng.uniform(0.55, 0.85), size, size), fill=floor)
    if rng.uniform() < 0.5:  # a curtain
        left = rng.uniform(0, 0.8)
        curtain = to_rgb(rng.uniform(), rng.uniform(0.1, 0.6), rng.uniform(0.2, 0.95))
        right, bottom = left + rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.7)
        canvas.rectangle((size * left, 0, size * right, size * bottom), fill=curtain)

    fur = to_rgb(rng.choice([0.07, 0.09, 0.1, 0.6]), rng.uniform(0.05, 0.6), rng.uniform(0.2, 0.95))
    paint = to_rgb(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.95))
    x, y = size * (0.5 + rng.uniform(-0.06, 0.06, 2))
    pen = Pen(canvas, (float(x), float(y)), size * rng.uniform(0.26, 0.34))
    draw(pen, fur, paint)
    light = rng.uniform(0.75, 1.1)
    pixels = light * np.asarray(image.reduce(FINE), dtype=float) + rng.normal(0, 6, (SIDE, SIDE, 3))
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _draw_cat(pen: Pen, fur: Colour, rng: np.random.Generator) -> None:
    pen.ellipse(rng.uniform(-0.5, 0.5), 1.5, 0.9, 1.0, fur)
    for side in (-1, 1):
        pen.polygon((side * 0.95, -0.3), (side * rng.uniform(0.75, 0.95), -1.25), (side * 0.2, -0.75), fill=fur)
        pen.polygon((side * 0.8, -0.5), (side * 0.78, -1.05), (side * 0.4, -0.72), fill=PINK)
    _draw_face(pen, fur, rng)
    pen.polygon((-0.12, 0.15), (0.12, 0.15), (0, 0.3), fill=PINK)
    for side in (-1, 1):
        for drop in (-0.1, 0.05, 0.2):
            pen.line((side * 0.25, 0.3), (side * 1.15, 0.3 + drop), fill=WHITE)


def _draw_dog(pen: Pen, fur: Colour, rng: np.random.Generator) -> None:
    pen.ellipse(rng.uniform(-0.5, 0.5), 1.5, 0.9, 1.0, fur)
    _draw_face(pen, fur, rng)
    for side in (-1, 1):
        pen.ellipse(side * 0.95, 0.1, 0.28, 0.65, darker(fur, 0.6))
    pen.ellipse(0, 0.4, 0.4, 0.3, darker(fur, 0.85))
    pen.ellipse(0, 0.25, 0.16, 0.12, INK)


def _draw_face(pen: Pen, fur: Colour, rng: np.random.Generator) -> None:
    pen.ellipse(0, 0, 1, 0.85, fur)
    for side in (-1, 1):
        pen.ellipse(side * 0.4, -0.15, 0.2, 0.17, to_rgb(rng.uniform(0.12, 0.4), 0.7, 0.9))
        pen.ellipse(side * 0.4, -0.15, 0.07, 0.16, INK)


def _draw_fish(pen: Pen, paint: Colour, rng: np.random.Generator) -> None:
    side = rng.choice([-1, 1])
    pen.ellipse(0, 0, 1.1, 0.6, paint)
    pen.polygon((side * 0.9, 0), (side * 1.6, -0.6), (side * 1.6, 0.6), fill=darker(paint, 0.6))
    pen.ellipse(-side * 0.6, -0.15, 0.14, 0.14, WHITE)
    pen.ellipse(-side * 0.62, -0.15, 0.07, 0.07, INK)


def _draw_house(pen: Pen, paint: Colour, rng: np.random.Generator) -> None:
    door = rng.uniform(-0.5, 0.3)
    pen.polygon((-0.9, -0.2), (0.9, -0.2), (0.9, 1.2), (-0.9, 1.2), fill=paint)
    pen.polygon((-1.1, -0.2), (1.1, -0.2), (0, -1.1), fill=darker(paint, 0.6))
    pen.polygon((door, 0.4), (door + 0.4, 0.4), (door + 0.4, 1.2), (door, 1.2), fill=darker(paint, 0.4))


def _draw_tree(pen: Pen, paint: Colour, rng: np.random.Generator) -> None:
    pen.polygon((-0.15, 0), (0.15, 0), (0.2, 1.5), (-0.2, 1.5), fill=darker(paint, 0.4))
    pen.ellipse(0, -0.4, 0.8, 0.8, to_rgb(rng.uniform(0.2, 0.4), 0.6, rng.uniform(0.3, 0.8)))


def _draw_car(pen: Pen, paint: Colour, rng: np.random.Generator) -> None:
    roof = rng.uniform(0.5, 0.7)
    corners = ((-1.3, 0), (-0.8, 0), (-0.5, -roof), (0.5, -roof), (0.8, 0), (1.3, 0), (1.3, 0.6), (-1.3, 0.6))
    pen.polygon(*corners, fill=paint)
    for side in (-1, 1):
        pen.ellipse(side * 0.75, 0.6, 0.3, 0.3, INK)


def darker(colour: Colour, share: float) -> Colour:
    """Return `colour` with each of its parts multiplied by `share`, from 0 to 1."""
    red, green, blue = (round(share * part) for part in colour)
    return red, green, blue


def to_rgb(hue: float, saturation: float, value: float) -> Colour:
    """Return the colour as three bytes; its parts are from 0 to 1, and a hue may be any number."""
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))
    return red, green, blue
