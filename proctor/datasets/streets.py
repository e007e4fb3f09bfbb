"""Drawn streets, and what is to be seen at each of their pixels: sky, house, road or car."""

from __future__ import annotations

import numpy as np

from proctor.datasets.critters import INK, Colour, darker, to_rgb
from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of scenes and pixels; raise it when any changes

KINDS = ("sky", "house", "road", "car")
SKY, HOUSE, ROAD, CAR = range(len(KINDS))
HIGH, WIDE = 48, 64  # pixels of a picture
FINE = 3  # pictures are drawn this many times larger and then shrunk, which smooths their edges
GRAIN, SHADE = 13, 16  # the spread of the noise of single pixels, and of the light in patches
COUNTS_AND_SEEDS = {"train": (440, 3001), "test": (120, 3002)}


def draw_streets(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw streets with houses and cars, some of which hide one another; all follows from `seed`.

    Returns pictures, uint8 (count, 48, 64, 3), and labels, uint8 (count, 48, 64): for each pixel
    the number of one of `KINDS`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    streets = [_draw_street(rng) for _ in range(count)]
    return np.stack([picture for picture, _ in streets]), np.stack([labels for _, labels in streets])


class _Canvas:
    """A picture and its labels, drawn together; places are in pixels of the picture."""

    def __init__(self, colour: Colour, kind: int):
        from PIL import Image, ImageDraw

        size = FINE * WIDE, FINE * HIGH
        self.picture, self.labels = Image.new("RGB", size, colour), Image.new("L", size, kind)
        self._pens = [(ImageDraw.Draw(self.picture), 0), (ImageDraw.Draw(self.labels), 1)]

    def polygon(self, *points: tuple[float, float], fill: Colour, kind: int) -> None:
        corners = [(FINE * x, FINE * y) for x, y in points]
        for pen, number in self._pens:
            pen.polygon(corners, fill=(fill, kind)[number])

    def ellipse(self, x: float, y: float, across: float, down: float, fill: Colour, kind: int) -> None:
        box = FINE * (x - across), FINE * (y - down), FINE * (x + across), FINE * (y + down)
        for pen, number in self._pens:
            pen.ellipse(box, fill=(fill, kind)[number])

    def rectangle(self, left: float, top: float, right: float, bottom: float, fill: Colour, kind: int) -> None:
        self.polygon((left, top), (right, top), (right, bottom), (left, bottom), fill=fill, kind=kind)


def _draw_street(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    sky = to_rgb(rng.uniform(0.55, 0.62), rng.uniform(0.05, 0.4), rng.uniform(0.65, 0.95))
    canvas, horizon = _Canvas(sky, SKY), rng.uniform(24, 31)
    for _ in range(rng.integers(0, 4)):  # clouds
        x, y = rng.uniform((0, 0), (WIDE, 15))
        for _ in range(3):
            grey = int(rng.uniform(185, 240))
            canvas.ellipse(x, y, rng.uniform(3, 8), rng.uniform(1, 3), (grey, grey, min(255, grey + 6)), SKY)
            x, y = x + rng.uniform(-6, 6), y + rng.uniform(-2, 2)
    _draw_houses(canvas, horizon, sky, rng)
    _draw_road(canvas, horizon, sky, rng)
    bottoms = np.sort(rng.uniform(horizon + 1.5, HIGH + 1, rng.integers(1, 6)))
    for bottom in bottoms:  # the farthest first
        _draw_car(canvas, rng.uniform(0, WIDE), bottom, 3 + 0.38 * (bottom - horizon), sky, rng)
    return _photograph(canvas, rng)


def _draw_houses(canvas: _Canvas, horizon: float, sky: Colour, rng: np.random.Generator) -> None:
    left, ground = rng.uniform(-8, 3), horizon + 3
    while left < WIDE:
        wide, top = rng.uniform(7, 17), horizon - rng.uniform(5, 20)
        right = left + wide
        grey = rng.uniform() < 0.3
        wall = to_rgb(
            rng.uniform(0.0, 0.13), rng.uniform(0, 0.12) if grey else rng.uniform(0.2, 0.6), rng.uniform(0.4, 0.95)
        )
        roof = darker(wall, rng.uniform(0.5, 0.8))
        canvas.rectangle(left, top, right, ground, wall, HOUSE)
        if rng.uniform() < 0.6:  # a gable, and a chimney before it
            peak = top - rng.uniform(2, 6)
            canvas.polygon((left - 0.7, top), ((left + right) / 2, peak), (right + 0.7, top), fill=roof, kind=HOUSE)
            x = rng.uniform(left + 1, right - 2.5)
            canvas.rectangle(x, peak - rng.uniform(0, 2), x + rng.uniform(1.2, 2), top, roof, HOUSE)
        elif rng.uniform() < 0.5:  # a mast
            x = rng.uniform(left + 1, right - 2)
            canvas.rectangle(x, top - rng.uniform(3, 7), x + 1.2, top, roof, HOUSE)
        pane = sky if rng.uniform() < 0.5 else darker(wall, 0.5)
        for x in np.arange(left + 1.5, right - 2.2, rng.uniform(3, 4.5)):
            for y in np.arange(top + 1.5, horizon - 2, rng.uniform(3.5, 5)):
                canvas.rectangle(x, y, x + 1.6, y + 2, pane, HOUSE)
        left = right + (rng.uniform(1, 5) if rng.uniform() < 0.4 else 0.0)


def _draw_road(canvas: _Canvas, horizon: float, sky: Colour, rng: np.random.Generator) -> None:
    grey = int(rng.uniform(70, 150))
    asphalt = grey, grey, grey + 6
    canvas.rectangle(0, horizon, WIDE, HIGH, asphalt, ROAD)
    if rng.uniform() < 0.5:  # a pavement
        canvas.rectangle(0, horizon, WIDE, horizon + rng.uniform(1, 3), (grey + 45, grey + 42, grey + 38), ROAD)
    y = rng.uniform(horizon + 5, HIGH - 4)
    for x in np.arange(rng.uniform(-9, 0), WIDE, 13):
        canvas.rectangle(x, y, x + 7, y + 1.2, (215, 212, 200), ROAD)
    for _ in range(rng.integers(0, 3)):  # puddles and shadows
        x, y = rng.uniform((0, horizon + 3), (WIDE, HIGH))
        fill = darker(sky, 0.85) if rng.uniform() < 0.5 else darker(asphalt, 0.6)
        canvas.ellipse(x, y, rng.uniform(3, 9), rng.uniform(0.8, 2), fill, ROAD)


def _draw_car(
    canvas: _Canvas, middle: float, bottom: float, high: float, sky: Colour, rng: np.random.Generator
) -> None:
    wide, turned = high * rng.uniform(1.9, 2.5), bool(rng.integers(2))
    coloured = rng.uniform() < 0.55
    paint = to_rgb(rng.uniform(), rng.uniform(0.35, 0.85) if coloured else 0.03, rng.uniform(0.25, 0.95))

    def at(x: float, y: float) -> tuple[float, float]:
        return middle + wide * ((1 - x if turned else x) - 0.5), bottom - high * (1 - y)

    canvas.ellipse(middle, bottom - 0.04 * high, 0.52 * wide, 0.1 * high, (45, 45, 50), ROAD)
    canvas.polygon(at(0.15, 0.5), at(0.28, 0), at(0.68, 0), at(0.84, 0.5), fill=darker(paint, 0.85), kind=CAR)
    pane = darker(sky, rng.uniform(0.6, 1))
    for corners in ((0.22, 0.45, 0.31, 0.1, 0.46, 0.46), (0.52, 0.52, 0.52, 0.1, 0.66, 0.76)):
        low, _, upper, y, end, low_end = corners
        canvas.polygon(at(low, 0.45), at(upper, y), at(end, y), at(low_end, 0.45), fill=pane, kind=CAR)
    canvas.polygon(
        at(0, 0.5), at(0.1, 0.42), at(0.92, 0.44), at(1, 0.55), at(1, 0.85), at(0, 0.85), fill=paint, kind=CAR
    )
    for x in (0.2, 0.79):
        canvas.ellipse(*at(x, 0.82), 0.18 * high, 0.18 * high, INK, CAR)


def _photograph(canvas: _Canvas, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The picture, with uneven light and noise, and its labels."""
    from PIL import Image

    light = rng.normal(0, SHADE, (5, 6)).astype(np.float32)
    shade = np.asarray(Image.fromarray(light).resize((WIDE, HIGH), Image.Resampling.BICUBIC), float)[..., None]
    pixels = np.asarray(canvas.picture.reduce(FINE), float) * rng.uniform(0.75, 1.1) + shade
    pixels = pixels + rng.normal(0, GRAIN, pixels.shape)
    labels = np.asarray(canvas.labels)[FINE // 2 :: FINE, FINE // 2 :: FINE]
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8), labels.copy()


STREETS = Dataset(
    name="streets",
    noun="streets",
    draw=lambda split: draw_streets(*COUNTS_AND_SEEDS[split]),
    drawing=DRAWING,
    count=lambda data: len(data[0]),
)
