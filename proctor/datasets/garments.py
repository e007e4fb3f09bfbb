"""Ten kinds of garments drawn from polygons: a stand-in for small photographs of clothes."""

from __future__ import annotations

from typing import Any

import numpy as np

DRAWING = 1  # version of the pixels; raise it when any changes, and cached garments are drawn again

SIDE = 28  # pixels
FINE = 3  # garments are drawn this many times larger and then shrunk, which smooths their edges
CANVAS = FINE * SIDE

Point = tuple[float, float]
Between = tuple[float, float]


def draw_garments(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` garments in random order; the classes' counts differ by at most one.

    The classes are those of Fashion-MNIST: T-shirt, trousers, pullover, dress, coat, sandal, shirt,
    sneaker, bag, ankle boot. Some garments could be of either of two classes, as real ones can.

    Returns images, uint8 (n, 28, 28), light on black, and labels, uint8 (n,). Everything follows
    from `seed`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
    images = np.empty((n, SIDE, SIDE), np.float32)
    for image, label in zip(images, labels, strict=True):
        image[:] = _draw(_DRAW[label], rng)
    images += 6 * rng.standard_normal(images.shape, dtype=np.float32) * (images > 0)
    return np.rint(images).clip(0, 255).astype(np.uint8), labels


class _Pen:
    """Draws shapes around the middle of the picture, whose edges are at -1 and 1."""

    def __init__(self, pen: Any, grey: int, rng: np.random.Generator):
        self._pen = pen
        self._grey = grey
        self._middle = CANVAS / 2 * (1 + rng.uniform(-0.1, 0.1, 2))
        self._scale = CANVAS / 2 * rng.uniform(0.82, 1.04, 2) * (rng.choice([-1, 1]), 1)  # either side to the front
        self._lean = rng.uniform(-0.06, 0.06)

    def shape(self, *points: Point, shade: float = 1.0) -> None:
        """Draw the polygon with these corners; `shade` is 0 for black."""
        self._pen.polygon([self._place(point) for point in points], fill=round(shade * self._grey))

    def both(self, *points: Point, shade: float = 1.0) -> None:
        """Draw the polygon on the right, and its mirror image on the left."""
        self.shape(*points, shade=shade)
        self.shape(*[(-x, y) for x, y in points], shade=shade)

    def line(self, start: Point, end: Point, shade: float, width: int = 2) -> None:
        """Draw a line, `width` thirds of a pixel thick."""
        self._pen.line([self._place(start), self._place(end)], fill=round(shade * self._grey), width=width)

    def _place(self, point: Point) -> Point:
        x, y = point
        return (
            float(self._middle[0] + (x + self._lean * y) * self._scale[0]),
            float(self._middle[1] + y * self._scale[1]),
        )


def _draw(draw: Any, rng: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    sheet = Image.new("L", (CANVAS, CANVAS))
    draw(_Pen(ImageDraw.Draw(sheet), int(rng.integers(90, 256)), rng), rng)
    return np.asarray(sheet.reduce(FINE), np.float32)


def _draw_top(
    pen: _Pen, rng: np.random.Generator, *, sleeve: Between, wide: Between, long: Between, opened: float
) -> None:
    """Draw what is worn above the waist.

    Args:
        sleeve: length of the sleeves, 1 to the hands.
        wide: half of the width at the waist.
        long: where it ends.
        opened: how probable a line of buttons down the middle is.
    """
    waist, hem, reach = rng.uniform(*wide), rng.uniform(*long), rng.uniform(*sleeve)
    shoulder, cuff = waist + rng.uniform(0.0, 0.12), rng.uniform(0.11, 0.17)
    top = -0.85
    pen.shape((-shoulder, top + 0.12), (-0.2, top), (0.2, top), (shoulder, top + 0.12), (waist, hem), (-waist, hem))
    out, down = shoulder + 0.36 * reach + 0.06, top + 0.25 + 1.4 * reach
    pen.both(
        (shoulder - 0.1, top + 0.1),
        (shoulder + 0.04, top + 0.14),
        (out + cuff / 2, down - 0.04),
        (out - cuff, down + 0.04),
        (shoulder - 0.08, top + 0.6),
        shade=rng.uniform(0.82, 1.0),
    )
    depth = rng.uniform(0.05, 0.3)
    pen.shape((-0.18, top - 0.02), (0.18, top - 0.02), (0, top + depth), shade=rng.choice([0.0, 0.6]))
    if rng.uniform() < opened:
        pen.line((0, top + depth), (0, hem), rng.uniform(0.3, 0.7))
    if rng.uniform() < 0.35:  # stripes, or a print
        for y in np.linspace(top + 0.5, hem - 0.15, int(rng.integers(1, 5))):
            pen.line((-waist + 0.04, y), (waist - 0.04, y), rng.uniform(0.3, 0.9), int(rng.integers(2, 8)))


def _draw_t_shirt(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_top(pen, rng, sleeve=(0.05, 0.45), wide=(0.4, 0.58), long=(0.6, 0.9), opened=0.05)


def _draw_pullover(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_top(pen, rng, sleeve=(0.75, 1.05), wide=(0.42, 0.58), long=(0.55, 0.85), opened=0.05)


def _draw_coat(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_top(pen, rng, sleeve=(0.75, 1.05), wide=(0.38, 0.56), long=(0.8, 1.0), opened=0.85)


def _draw_shirt(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_top(pen, rng, sleeve=(0.25, 1.0), wide=(0.36, 0.54), long=(0.65, 0.95), opened=0.5)


def _draw_trousers(pen: _Pen, rng: np.random.Generator) -> None:
    hip, foot, gap = rng.uniform(0.26, 0.38), rng.uniform(0.12, 0.2), rng.uniform(0.04, 0.14)
    fork = rng.uniform(-0.5, -0.2)
    pen.both((0, -0.95), (hip, -0.95), (hip + 0.04, fork), (gap + 2 * foot, 0.95), (gap, 0.95), (0.01, fork))


def _draw_dress(pen: _Pen, rng: np.random.Generator) -> None:
    if rng.uniform() < 0.3:  # with sleeves
        sleeve = (0.05, 0.9)
        _draw_top(pen, rng, sleeve=sleeve, wide=(0.24, 0.38), long=(0.85, 1.0), opened=0.15)
        return
    chest, waist, hem = rng.uniform(0.2, 0.3), rng.uniform(0.16, 0.26), rng.uniform(0.25, 0.6)
    pen.shape((-chest, -0.9), (chest, -0.9), (waist, -0.25), (hem, 0.95), (-hem, 0.95), (-waist, -0.25))
    pen.shape((-0.12, -0.95), (0.12, -0.95), (0, rng.uniform(-0.85, -0.55)), shade=0.0)


def _draw_sandal(pen: _Pen, rng: np.random.Generator) -> None:
    heel, front = rng.uniform(0.0, 0.45), rng.uniform(0.3, 0.5)
    sole = rng.uniform(0.08, 0.16)
    pen.shape((-0.9, front), (0.9, front - heel), (0.9, front - heel + sole), (-0.9, front + sole))
    pen.shape((0.7, front - heel), (0.9, front - heel), (0.88, front + 0.1), (0.76, front + 0.1))
    for x in rng.uniform(-0.8, 0.6, int(rng.integers(2, 5))):
        height = rng.uniform(0.3, 0.8)
        pen.line(
            (x, front), (x + rng.uniform(-0.3, 0.4), front - height), rng.uniform(0.6, 1.0), int(rng.integers(3, 9))
        )


def _draw_shoe(pen: _Pen, rng: np.random.Generator, *, shaft: Between, laces: float) -> None:
    """Draw a closed shoe that points to the left; `shaft` is the height at the heel."""
    high, toe, front = rng.uniform(*shaft), rng.uniform(0.15, 0.35), rng.uniform(0.35, 0.55)
    back = rng.uniform(0.0, 0.25)
    pen.shape(
        (-0.92, front - toe),
        (-0.45, front - toe - 0.1),
        (back - 0.15, front - 0.55 - 0.5 * (high - 0.5)),
        (back, front - high),
        (0.85, front - high),
        (0.92, front),
        (-0.95, front),
    )
    pen.shape((-0.97, front), (0.94, front), (0.94, front + 0.12), (-0.97, front + 0.12), shade=rng.uniform(0.4, 1.0))
    if rng.uniform() < laces:
        for x in (-0.4, -0.28, -0.16):
            pen.line((x, front - 0.5), (x + 0.12, front - 0.25), rng.uniform(0.2, 0.6))
    if rng.uniform() < 0.4:
        pen.line((0.1, front - 0.05), (0.5, front - high + 0.1), rng.uniform(0.3, 0.7), 4)


def _draw_sneaker(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_shoe(pen, rng, shaft=(0.45, 0.78), laces=0.7)


def _draw_boot(pen: _Pen, rng: np.random.Generator) -> None:
    _draw_shoe(pen, rng, shaft=(0.75, 1.3), laces=0.3)


def _draw_bag(pen: _Pen, rng: np.random.Generator) -> None:
    wide, top, low, spread = (
        rng.uniform(0.55, 0.95),
        rng.uniform(-0.4, 0.1),
        rng.uniform(0.6, 0.9),
        rng.uniform(-0.15, 0.15),
    )
    arch = rng.uniform(0.2, 0.55)
    for x, y in ((-wide * 0.5, -arch), (wide * 0.5, -arch)):
        pen.line((1.1 * x, top), (0.8 * x, top + y), 0.8, 4)
    pen.line((-0.42 * wide, top - arch), (0.42 * wide, top - arch), 0.8, 4)
    pen.shape((-wide, top), (wide, top), (wide + spread, low), (-wide - spread, low))
    pen.line((-wide, top + 0.2), (wide, top + 0.2), rng.uniform(0.4, 0.9), int(rng.integers(2, 6)))


_DRAW = (
    _draw_t_shirt,
    _draw_trousers,
    _draw_pullover,
    _draw_dress,
    _draw_coat,
    _draw_sandal,
    _draw_shirt,
    _draw_sneaker,
    _draw_bag,
    _draw_boot,
)
