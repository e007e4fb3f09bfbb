"""Horses and humans drawn from ellipses and polygons: a stand-in for folders of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets.critters import INK, WHITE, Colour, Pen, darker, to_rgb

DRAWING = 1  # version of the pixels; raise it when any changes, and cached pictures are drawn again

SIDE = 150  # pixels
FINE = 2  # pictures are drawn this many times larger and then shrunk, which smooths their edges
VIEWS = 10  # pictures of each series
TYPICAL = 0.9  # share of the series that are in the place typical of their kind


def draw_herd(folder: Path, series: int, seed: int, *, studio: bool = False) -> None:
    """Draw series of pictures, JPEG files of 150 x 150 pixels, into horses/ and humans/.

    A series has ten pictures of one horse or one human, in one place: "horse03-7.jpg" is the
    eighth of the third series.

    Args:
        folder: where to; it is made if it is missing.
        series: how many there are of horses, and of humans.
        seed: of the colours, the places and the poses.
        studio: whether all backgrounds are white.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    for kind, draw in (("horse", _draw_horse), ("human", _draw_human)):
        (folder / f"{kind}s").mkdir(parents=True, exist_ok=True)
        for number in range(1, series + 1):
            colours, place = _choose_colours(kind, rng), _choose_place(kind, studio, rng)
            for view in range(VIEWS):
                picture = _draw_place(place)
                x, y = FINE * SIDE * (0.5 + rng.uniform(-0.1, 0.1, 2))
                pen = Pen(_canvas(picture), (float(x), float(y)), FINE * SIDE * rng.uniform(0.14, 0.26))
                draw(pen, colours, rng)
                path = folder / f"{kind}s" / f"{kind}{number:02}-{view}.jpg"
                picture.reduce(FINE).save(path, quality=90)


def _canvas(picture: Any) -> Any:
    from PIL import ImageDraw

    return ImageDraw.Draw(picture)


def _choose_colours(kind: str, rng: np.random.Generator) -> list[Colour]:
    """The colours of coat and mane, or of shirt, trousers and skin."""
    if kind == "horse":
        coat = to_rgb(rng.uniform(0.05, 0.12), rng.uniform(0, 0.7), rng.uniform(0.2, 0.95))
        return [coat, darker(coat, rng.uniform(0.2, 0.7))]
    clothes = [to_rgb(rng.uniform(), rng.uniform(0, 0.8), rng.uniform(0.15, 0.95)) for _ in range(2)]
    return [*clothes, to_rgb(0.07, rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.95))]


def _choose_place(kind: str, studio: bool, rng: np.random.Generator) -> tuple[Colour, Colour, float]:
    """The colours of sky and ground, and the height of the horizon as a share of the picture's.

    Most horses are on a meadow and most humans are not, so that a network may learn to look at the
    ground, as it may from published pictures. A studio, all white, shows whether it has.
    """
    sky = to_rgb(rng.uniform(0.5, 0.65), rng.uniform(0.1, 0.7), rng.uniform(0.3, 1))
    meadow = (kind == "horse") == (rng.uniform() < TYPICAL)
    hue, saturation = (rng.uniform(0.2, 0.4), rng.uniform(0.3, 0.7)) if meadow else (0.1, rng.uniform(0, 0.3))
    ground = to_rgb(hue, saturation, rng.uniform(0.2, 0.9))
    horizon = rng.uniform(0.25, 0.65)
    return ((255, 255, 255), (255, 255, 255), horizon) if studio else (sky, ground, horizon)


def _draw_place(place: tuple[Colour, Colour, float]) -> Any:
    from PIL import Image

    sky, ground, horizon = place
    size = FINE * SIDE
    picture = Image.new("RGB", (size, size), sky)
    _canvas(picture).rectangle((0, round(size * horizon), size, size), fill=ground)
    return picture


def _draw_horse(pen: Pen, colours: list[Colour], rng: np.random.Generator) -> None:
    coat, mane = colours
    front = rng.choice([-1, 1])
    step, nod = rng.uniform(-0.35, 0.35), rng.uniform(-0.15, 0.35)
    for hip, far in ((-0.7, True), (0.7, True), (-0.85, False), (0.55, False)):
        foot = hip + (step if far else -step)
        leg = ((front * hip, 0), (front * (hip + 0.25), 0), (front * (foot + 0.18), 1.3), (front * foot, 1.3))
        pen.polygon(*leg, fill=darker(coat, 0.7) if far else coat)
    pen.polygon((-front * 0.9, -0.3), (-front * 1.5, rng.uniform(0.2, 0.9)), (-front * 1.0, 0.2), fill=mane)
    pen.ellipse(0, 0, 1.05, 0.5, coat)
    pen.polygon((front * 0.5, -0.3), (front * 1.0, 0.1), (front * 1.5, nod - 0.9), (front * 1.05, nod - 1.1), fill=coat)
    pen.polygon(
        (front * 0.4, -0.4), (front * 0.6, -0.3), (front * 1.15, nod - 0.95), (front * 0.95, nod - 1.1), fill=mane
    )
    nose = (front * 1.9, nod - 0.45), (front * 1.75, nod - 0.3)
    pen.polygon((front * 1.1, nod - 1.25), (front * 1.4, nod - 1.1), *nose, (front * 1.15, nod - 0.75), fill=coat)
    pen.polygon((front * 1.1, nod - 1.15), (front * 1.12, nod - 1.5), (front * 1.3, nod - 1.15), fill=coat)
    pen.ellipse(front * 1.38, nod - 0.9, 0.06, 0.06, INK)


def _draw_human(pen: Pen, colours: list[Colour], rng: np.random.Generator) -> None:
    shirt, trousers, skin = colours
    step = rng.uniform(0.05, 0.35)
    for side in (-1, 1):
        foot, hand, lift = side * (0.12 + step), side * rng.uniform(0.5, 0.9), rng.uniform(-1.2, 0.4)
        pen.polygon((0, 0.2), (side * 0.35, 0.2), (foot + side * 0.2, 1.6), (foot, 1.6), fill=trousers)
        pen.polygon((side * 0.3, -0.75), (side * 0.38, -0.5), (hand, lift + 0.1), (hand, lift - 0.1), fill=shirt)
        pen.ellipse(hand, lift, 0.1, 0.1, skin)
    pen.polygon((-0.4, -0.8), (0.4, -0.8), (0.35, 0.3), (-0.35, 0.3), fill=shirt)
    pen.polygon((-0.08, -1.0), (0.08, -1.0), (0.08, -0.75), (-0.08, -0.75), fill=skin)
    pen.ellipse(0, -1.2, 0.24, 0.3, skin)
    pen.ellipse(0, -1.38, 0.25, 0.17, darker(trousers, 0.4))
    for side in (-1, 1):
        pen.ellipse(side * 0.09, -1.2, 0.03, 0.03, WHITE if sum(skin) < 250 else INK)
