"""Drawn animals and plants: twelve kinds to train a network on, and three more to try it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from proctor.datasets.critters import INK, WHITE, Colour, Pen, darker, to_rgb

DRAWING = 1  # version of the pixels; raise it when any changes

SIDE = 64  # pixels
FINE = 3  # pictures are drawn this many times larger and then shrunk, which smooths their edges

KINDS = (
    "angelfish", "wrasse", "butterfly", "snail", "spider", "turtle", "mouse", "flower", "mushroom", "cactus",
    "cat", "deer",
)  # fmt: skip
"""What the base was trained on."""

NEW_KINDS = ("fox", "hare", "duck")
"""What the base has never seen."""


def draw_species(n: int, seed: int, kinds: Sequence[str] = KINDS) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` animals and plants in random order; the kinds' counts differ by at most one.

    Args:
        n: number of pictures.
        seed: everything follows from it.
        kinds: names from `KINDS` and `NEW_KINDS`.

    Returns pictures, uint8 (n, 64, 64, 3), and labels, int64 (n,): places in `kinds`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = rng.permutation(np.arange(n) % len(kinds))
    pictures = [_draw_picture(kinds[label], rng) for label in labels]
    return np.array(pictures, np.uint8).reshape(-1, SIDE, SIDE, 3), labels


def _draw_picture(kind: str, rng: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    size = FINE * SIDE
    light = rng.uniform() < 0.5
    ground = to_rgb(rng.uniform(), rng.uniform(0, 0.5), rng.uniform(0.7, 1) if light else rng.uniform(0.1, 0.45))
    image = Image.new("RGB", (size, size), ground)
    canvas = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 4)):  # things in the background
        x, y, wide, high = size * rng.uniform((-0.2, -0.2, 0.1, 0.1), (0.9, 0.9, 0.6, 0.6))
        colour = darker(ground, rng.uniform(0.7, 0.95))
        shape = canvas.rectangle if rng.uniform() < 0.5 else canvas.ellipse
        shape((x, y, x + wide, y + high), fill=colour)
    paint = to_rgb(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.5) if light else rng.uniform(0.6, 1))
    x, y = size * (0.5 + rng.uniform(-0.1, 0.1, 2))
    pen = Pen(canvas, (float(x), float(y)), size * rng.uniform(0.2, 0.32))
    _DRAW[kind](pen, paint, darker(ground, 0.9), rng)
    if rng.uniform() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    pixels = rng.uniform(0.8, 1.1) * np.asarray(image.reduce(FINE), float) + rng.normal(0, 5, (SIDE, SIDE, 3))
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def _fish(pen: Pen, paint: Colour, rng: np.random.Generator) -> None:
    tail = rng.uniform(0.4, 0.7)
    pen.polygon((0.7, 0), (1.5, -tail), (1.5, tail), fill=darker(paint, 0.7))
    pen.polygon((-0.3, -0.5), (0.5, -1.0), (0.6, -0.3), fill=darker(paint, 0.7))
    pen.ellipse(0, 0, 1.05, 0.65, paint)


def _eye(pen: Pen, x: float, y: float, radius: float = 0.12) -> None:
    pen.ellipse(x, y, radius, radius, WHITE)
    pen.ellipse(x, y, radius / 2, radius / 2, INK)


def _angelfish(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _fish(pen, paint, rng)
    for x in np.arange(-0.4, 0.8, rng.uniform(0.26, 0.34)).tolist():
        high = 0.6 * (1 - (x / 1.05) ** 2) ** 0.5
        pen.polygon((x, -high), (x + 0.13, -high), (x + 0.13, high), (x, high), fill=ground)
    _eye(pen, -0.65, -0.15)


def _wrasse(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _fish(pen, paint, rng)
    for y in np.arange(-0.42, 0.5, rng.uniform(0.26, 0.34)).tolist():
        wide = 0.95 * (1 - (y / 0.65) ** 2) ** 0.5
        pen.polygon((-0.35 * wide, y), (wide, y), (wide, y + 0.13), (-0.35 * wide, y + 0.13), fill=ground)
    _eye(pen, -0.65, -0.15)


def _butterfly(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    spread = rng.uniform(0.8, 1.1)
    for side in (-1, 1):
        pen.polygon((0, 0), (side * spread, -1.0), (side * 1.2 * spread, -0.2), fill=paint)
        pen.ellipse(side * 0.55 * spread, 0.45, 0.45, 0.45, darker(paint, 0.75))
        pen.ellipse(side * 0.8 * spread, -0.5, 0.15, 0.15, ground)
        pen.line((0, -0.6), (side * 0.35, -1.1), INK)
    pen.ellipse(0, 0, 0.1, 0.75, INK)


def _snail(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    body = darker(paint, 0.6)
    pen.polygon((1.3, 0.9), (-1.1, 0.9), (-1.3, 0.0), (-0.95, -0.1), (-0.7, 0.6), fill=body)
    for lean in (-0.25, 0.1):
        pen.line((-1.1, 0.0), (-1.1 + lean, rng.uniform(-0.65, -0.45)), body)
    for radius, colour in ((0.85, paint), (0.62, ground), (0.48, paint), (0.28, ground), (0.16, paint)):
        pen.ellipse(0.2, 0.1, radius, radius, colour)


def _spider(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    for side in (-1, 1):
        for number in range(4):
            knee = side * rng.uniform(0.75, 0.9), -0.75 + 0.4 * number
            foot = side * rng.uniform(1.15, 1.35), -0.9 + 0.65 * number
            for thick in (0.0, 0.04):
                pen.line((0, 0.1 + thick), (knee[0], knee[1] + thick), paint)
                pen.line((knee[0], knee[1] + thick), (foot[0], foot[1] + thick), paint)
    pen.ellipse(0, 0.35, 0.45, 0.55, paint)
    pen.ellipse(0, -0.3, 0.3, 0.3, darker(paint, 0.7))
    pen.ellipse(0, 0.35, 0.12, 0.25, ground)


def _turtle(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    skin = darker(paint, 0.65)
    pen.ellipse(-1.2, rng.uniform(-0.1, 0.25), 0.3, 0.25, skin)
    for x in (-0.7, 0.65):
        pen.polygon((x - 0.2, 0.3), (x + 0.2, 0.3), (x + 0.2, 0.85), (x - 0.2, 0.85), fill=skin)
    pen.polygon((-1.05, 0.45), (-0.85, -0.25), (-0.35, -0.7), (0.35, -0.7), (0.85, -0.25), (1.05, 0.45), fill=paint)
    for start, end in (((-0.35, -0.7), (0.3, 0.45)), ((0.35, -0.7), (-0.3, 0.45)), ((-0.9, -0.1), (0.9, -0.1))):
        for shift in (0.0, 0.05):
            pen.line((start[0] + shift, start[1]), (end[0] + shift, end[1]), ground)


def _mouse(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    pen.line((0.7, 0.5), (1.5, rng.uniform(-0.4, 0.5)), darker(paint, 0.6))
    pen.ellipse(0.1, 0.25, 0.85, 0.55, paint)
    pen.polygon((-0.5, -0.2), (-1.4, 0.45), (-0.5, 0.7), fill=paint)
    for x in (-0.55, -0.25):
        pen.ellipse(x, -0.35, 0.27, 0.3, darker(paint, 0.75))
    pen.ellipse(-1.35, 0.43, 0.09, 0.09, INK)
    pen.ellipse(-0.85, 0.2, 0.08, 0.08, ground)


def _flower(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    green = to_rgb(rng.uniform(0.25, 0.4), 0.6, rng.uniform(0.3, 0.7))
    pen.polygon((-0.06, 0), (0.06, 0), (0.06, 1.5), (-0.06, 1.5), fill=green)
    pen.ellipse(0.35, 1.0, 0.32, 0.12, green)
    turn, petals = rng.uniform(0, 1), int(rng.integers(5, 8))
    for angle in (2 * np.pi * (np.arange(petals) + turn) / petals).tolist():
        pen.ellipse(0.5 * float(np.cos(angle)), -0.4 + 0.5 * float(np.sin(angle)), 0.27, 0.27, paint)
    pen.ellipse(0, -0.4, 0.26, 0.26, ground)


def _mushroom(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    thick = rng.uniform(0.2, 0.3)
    pen.polygon((-thick, 0), (thick, 0), (1.3 * thick, 1.2), (-1.3 * thick, 1.2), fill=darker(WHITE, 0.8))
    corners = np.linspace(np.pi, 2 * np.pi, 12)
    pen.polygon(*zip(np.cos(corners).tolist(), (0.1 + 1.1 * np.sin(corners)).tolist(), strict=True), fill=paint)
    for x, y in ((-0.5, -0.25), (0.0, -0.6), (0.5, -0.3)):
        pen.ellipse(x + rng.uniform(-0.1, 0.1), y, 0.14, 0.14, ground)


def _cactus(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    pen.polygon((-0.3, -1.0), (0.3, -1.0), (0.3, 1.2), (-0.3, 1.2), fill=paint)
    for side in (-1, 1):
        y = rng.uniform(-0.2, 0.4)
        pen.polygon((0, y), (side * 0.95, y), (side * 0.95, y + 0.25), (0, y + 0.25), fill=paint)
        pen.polygon((side * 0.7, y - 0.7), (side * 0.95, y - 0.7), (side * 0.95, y), (side * 0.7, y), fill=paint)
    for x in (-0.15, 0.0, 0.15):
        for shift in (0.0, 0.03):
            pen.line((x + shift, -0.9), (x + shift, 1.1), ground)


def _legs(pen: Pen, colour: Colour, rng: np.random.Generator) -> None:
    for hip in (-0.6, -0.35, 0.4, 0.65):
        foot = hip + rng.uniform(-0.15, 0.15)
        pen.polygon((hip - 0.1, 0.3), (hip + 0.1, 0.3), (foot + 0.07, 1.1), (foot - 0.07, 1.1), fill=colour)


def _cat(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _legs(pen, darker(paint, 0.5), rng)
    lift = rng.uniform(-0.9, -0.3)
    for shift in (0.0, 0.05, 0.1):
        pen.line((0.75, 0.1 + shift), (1.2, lift + shift), paint)
    pen.ellipse(0, 0.2, 0.85, 0.35, paint)
    pen.ellipse(-0.85, -0.25, 0.45, 0.4, paint)
    for x in (-1.25, -0.75):
        pen.polygon((x, -0.4), (x + 0.08, rng.uniform(-0.95, -0.85)), (x + 0.35, -0.5), fill=paint)
    for x in (-1.0, -0.7):
        pen.ellipse(x, -0.3, 0.08, 0.08, ground)


def _deer(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _legs(pen, darker(paint, 0.5), rng)
    pen.polygon((0.75, 0.0), (1.0, 0.1), (0.85, 0.3), fill=darker(paint, 0.8))
    pen.ellipse(0, 0.1, 0.85, 0.38, paint)
    pen.polygon((-0.8, 0.2), (-0.4, -0.1), (-0.8, -0.9), (-1.0, -0.8), fill=paint)
    pen.polygon((-0.75, -0.95), (-0.75, -0.65), (-1.4, -0.5), (-1.4, -0.65), fill=paint)
    for lean in (-0.3, 0.15):
        top = -0.85 + lean + rng.uniform(-0.1, 0.1), -1.6
        middle = (-0.85 + top[0]) / 2, -1.25
        for start, end in (((-0.85, -0.9), top), (middle, (middle[0] + 0.3, -1.5)), (middle, (middle[0] - 0.3, -1.5))):
            for shift in (0.0, 0.05):
                pen.line((start[0] + shift, start[1]), (end[0] + shift, end[1]), darker(paint, 0.6))
    pen.ellipse(-1.0, -0.75, 0.06, 0.06, ground)


def _fox(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _legs(pen, darker(paint, 0.5), rng)
    lift = rng.uniform(-0.5, 0.3)
    pen.polygon((0.6, 0.1), (1.2, lift - 0.2), (1.6, lift), (1.2, lift + 0.3), fill=darker(paint, 0.8))
    pen.ellipse(0, 0.2, 0.85, 0.33, paint)
    for x in (-1.0, -0.65):
        pen.polygon((x - 0.12, -0.35), (x, rng.uniform(-0.95, -0.8)), (x + 0.15, -0.35), fill=darker(paint, 0.8))
    pen.polygon((-1.5, 0.0), (-1.05, -0.45), (-0.5, -0.4), (-0.5, 0.2), fill=paint)
    pen.ellipse(-0.95, -0.2, 0.07, 0.07, ground)


def _hare(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    _legs(pen, darker(paint, 0.5), rng)
    pen.ellipse(0.85, rng.uniform(-0.1, 0.1), 0.2, 0.2, darker(paint, 0.8))
    pen.ellipse(0.1, 0.15, 0.85, 0.45, paint)
    for x in (-0.8, -0.6):
        lean = rng.uniform(0, 0.35)
        top = rng.uniform(-1.45, -1.2)
        pen.polygon((x - 0.1, -0.4), (x + lean - 0.1, top), (x + lean + 0.1, top), (x + 0.1, -0.4), fill=paint)
    pen.ellipse(-0.8, -0.2, 0.42, 0.35, paint)
    pen.ellipse(-0.9, -0.25, 0.07, 0.07, ground)


def _duck(pen: Pen, paint: Colour, ground: Colour, rng: np.random.Generator) -> None:
    for x in (-0.1, 0.25):
        pen.polygon((x - 0.05, 0.7), (x + 0.05, 0.7), (x + 0.05, 1.2), (x - 0.25, 1.2), fill=darker(paint, 0.5))
    pen.ellipse(0.2, 0.35, 0.85, 0.5, paint)
    pen.polygon((0.7, 0.2), (1.3, rng.uniform(-0.3, -0.1)), (1.0, 0.5), fill=paint)
    pen.polygon((-0.75, 0.3), (-0.3, 0.1), (-0.35, -0.6), (-0.7, -0.6), fill=paint)
    pen.ellipse(-0.55, -0.65, 0.38, 0.36, paint)
    pen.polygon((-0.85, -0.75), (-1.45, -0.6), (-0.85, -0.5), fill=darker(paint, 0.5))
    pen.ellipse(0.3, 0.3, 0.45, 0.25, darker(paint, 0.7))
    pen.ellipse(-0.62, -0.75, 0.07, 0.07, ground)


_Draw = Callable[[Pen, Colour, Colour, np.random.Generator], Any]
_DRAW: dict[str, _Draw] = {
    "angelfish": _angelfish,
    "wrasse": _wrasse,
    "butterfly": _butterfly,
    "snail": _snail,
    "spider": _spider,
    "turtle": _turtle,
    "mouse": _mouse,
    "flower": _flower,
    "mushroom": _mushroom,
    "cactus": _cactus,
    "cat": _cat,
    "deer": _deer,
    "fox": _fox,
    "hare": _hare,
    "duck": _duck,
}
