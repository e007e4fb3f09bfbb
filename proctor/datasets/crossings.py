"""Drawn street crossings, and the many boxes that an imagined detector finds in each of them.

There is no network. Its output is made from the known boxes: each thing is found several times,
not quite in its place, and there are boxes around nothing, mostly weak ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from proctor.datasets.critters import INK, Colour, darker, to_rgb
from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of scenes, pixels and outputs; raise it when any changes

KINDS = ("car", "van", "bicycle", "person")
WIDE, HIGH = 256, 160  # pixels of a picture
CELLS, SLOTS = 10, 2  # the detector's square has 10 × 10 cells, with two boxes in each
FINE = 2  # pictures are drawn this many times larger and then shrunk, which smooths their edges
HORIZON, CAMERA = 50, 2.5  # pixels from the top, and metres above the street
SIZES = {"car": (4.2, 1.5), "van": (4.8, 2.1), "bicycle": (1.8, 1.1), "person": (0.65, 1.75)}  # metres
STANDS = {"car": (78, 128), "van": (78, 112), "bicycle": (92, 150), "person": (84, 152)}  # lower edges, pixels
SCENES_AND_SEEDS = {"train": (60, 2901), "test": (60, 2902)}

Scenes = tuple[np.ndarray, np.ndarray, list[np.ndarray], list[np.ndarray]]


def draw_crossings(count: int, seed: int) -> Scenes:
    """Draw scenes with three to nine things each; everything follows from `seed`.

    Returns pictures, uint8 (count, 160, 256, 3), outputs, float32 (count, 10, 10, 2, 9), and for
    each scene the true boxes, float64 (things, 4) with left, top, right and bottom in pixels, and
    kinds, int64 (things,), numbers of `KINDS`.
    """
    boxes, kinds, outputs = imagine_crossings(count, seed)
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    pictures = [_draw_picture(*scene, rng) for scene in zip(boxes, kinds, strict=True)]
    return np.stack(pictures), outputs, boxes, kinds


def imagine_crossings(count: int, seed: int) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """The true boxes, kinds and outputs of `draw_crossings`, without the pictures.

    The last axis of an output has the confidence, the box (middle x, middle y, width, height, in
    sides of the square into which the picture is fitted) and the probabilities of the kinds.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    scenes = [_place_things(rng) for _ in range(count)]
    outputs = [_imagine_output(*scene, rng) for scene in scenes]
    return [boxes for boxes, _ in scenes], [kinds for _, kinds in scenes], np.stack(outputs)


def count_found(found: ArrayLike, found_kinds: ArrayLike, boxes: np.ndarray, kinds: np.ndarray) -> tuple[int, int]:
    """How many of the true things were found, and how many of the found boxes are false.

    A found box fits a thing of its kind if each of its edges is off by at most a fifth of the
    thing's width or height. Each thing can be found once; every other box is false.

    Args:
        found, boxes: left, top, right and bottom, shape (n, 4); the found ones in the order in
            which they may claim a thing.
        found_kinds, kinds: shape (n,).
    """
    free = list(range(len(boxes)))
    for box, kind in zip(np.asarray(found, dtype=float).reshape(-1, 4), np.asarray(found_kinds).ravel(), strict=True):
        for thing in free:
            left, top, right, bottom = boxes[thing]
            room = 0.2 * np.array([right - left, bottom - top, right - left, bottom - top])
            if kind == kinds[thing] and (np.abs(box - boxes[thing]) <= room).all():
                free.remove(thing)
                break
    hits = len(boxes) - len(free)
    return hits, len(np.asarray(found_kinds).ravel()) - hits


def _place_things(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Boxes in pixels and kinds of a scene's things, the farthest first."""
    things: list[tuple[str, np.ndarray]] = []

    def stand(kind: str, middle: float, bottom: float, grown: float = 1.0) -> None:
        metre = grown * (bottom - HORIZON) / CAMERA
        wide, high = metre * SIZES[kind][0], metre * SIZES[kind][1]
        box = np.array([middle - wide / 2, bottom - high, middle + wide / 2, bottom])
        if box[0] < 2 or box[2] > WIDE - 2:
            return
        for name, other in things:
            common = _common(box, other)
            hidden = common / _area(box if bottom < other[3] else other)
            share = common / (_area(box) + _area(other) - common)
            if hidden > 0.8 or share > (0.33 if kind == name else 0.7):
                return
        things.append((kind, box))

    for _ in range(rng.integers(3, 6)):
        kind = KINDS[rng.integers(len(KINDS))]
        middle, bottom = rng.uniform(20, WIDE - 20), rng.uniform(*STANDS[kind])
        before = len(things)
        stand(kind, middle, bottom)
        if len(things) == before:
            continue
        wide = things[-1][1][2] - things[-1][1][0]
        if kind == "bicycle":  # its rider
            stand("person", middle, bottom - 0.25 * (bottom - HORIZON) / CAMERA, 0.95)
        elif kind == "van" and rng.uniform() < 0.7:  # a car before it
            stand("car", middle + rng.uniform(-0.05, 0.05) * wide, bottom + 3)
        elif rng.uniform() < 0.6:  # a neighbour, half hidden
            stand(kind, middle + rng.choice([-1, 1]) * rng.uniform(0.5, 0.7) * wide, bottom + rng.uniform(0, 3))
    if len(things) < 3:
        return _place_things(rng)
    things.sort(key=lambda thing: float(thing[1][3]))
    return np.array([box for _, box in things]), np.array([KINDS.index(kind) for kind, _ in things])


def _area(box: np.ndarray) -> float:
    return float(np.prod(box[2:] - box[:2]))


def _common(box: np.ndarray, other: np.ndarray) -> float:
    """The area that both boxes cover."""
    return float(np.prod(np.maximum(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0)))


def _imagine_output(boxes: np.ndarray, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    output = np.empty((CELLS, CELLS, SLOTS, 5 + len(KINDS)))
    output[..., 0] = rng.uniform(0, 0.06, output.shape[:-1])
    output[..., 1:3] = rng.uniform(0, 1, (*output.shape[:-1], 2))
    output[..., 3:5] = rng.uniform(0.03, 0.4, (*output.shape[:-1], 2))
    output[..., 5:] = rng.dirichlet(np.ones(len(KINDS)), output.shape[:-1])
    free = [slot for slot in np.ndindex(output.shape[:-1]) if 2 <= slot[0] < 8]
    side = max(WIDE, HIGH)
    bars = np.array([side - WIDE, side - HIGH] * 2) / 2

    def fill(slot: tuple[int, ...], box: np.ndarray, kind: int, confidence: float, sure: float) -> None:
        (left, top, right, bottom), shares = (box + bars) / side, rng.dirichlet(np.ones(len(KINDS) - 1))
        free.remove(slot)
        output[slot][:5] = confidence, (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        output[slot][5:] = np.insert((1 - sure) * shares, kind, sure)

    for box, kind in zip(boxes, kinds, strict=True):
        cell = (box[1::2].mean() + bars[1]) / side * CELLS - 0.5, (box[::2].mean() + bars[0]) / side * CELLS - 0.5
        size = np.tile(box[2:] - box[:2], 2)
        confidence = rng.uniform(0.35, 0.5) if rng.uniform() < 0.015 else rng.uniform(0.78, 0.98)
        for number in range(rng.integers(3, 7)):
            slot = min(free, key=lambda slot: (slot[0] - cell[0]) ** 2 + (slot[1] - cell[1]) ** 2)
            if number == 0:
                fill(slot, box + size * rng.normal(0, 0.02, 4), kind, confidence, rng.uniform(0.75, 0.97))
            elif number == 1 and rng.uniform() < 0.35:  # taken for something else
                other = (kind + rng.integers(1, len(KINDS))) % len(KINDS)
                fill(slot, box + size * rng.uniform(-0.08, 0.08, 4), other, 0.5 * confidence, rng.uniform(0.4, 0.7))
            else:
                weaker = confidence * rng.uniform(0.55, 0.97)
                fill(slot, box + size * rng.uniform(-0.08, 0.08, 4), kind, weaker, rng.uniform(0.6, 0.95))
    strong = rng.poisson(0.25)
    for number in range(strong + rng.integers(4, 9)):
        kind = int(rng.integers(len(KINDS)))
        metre, (x, y) = rng.uniform(12, 35), rng.uniform((20, 70), (WIDE - 20, HIGH - 20))
        half = metre * np.array(SIZES[KINDS[kind]]) / 2
        confidence, sure = (
            rng.uniform((0.6, 0.6), (0.85, 0.85)) if number < strong else rng.uniform((0.15, 0.4), (0.5, 0.9))
        )
        fill(free[rng.integers(len(free))], np.array([x, y, x, y]) + np.array([*-half, *half]), kind, confidence, sure)
    return output.astype(np.float32)


def _draw_picture(boxes: np.ndarray, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (FINE * WIDE, FINE * HIGH), to_rgb(0.57, rng.uniform(0.15, 0.4), rng.uniform(0.85, 1)))
    canvas = ImageDraw.Draw(image)

    def place(x: float, y: float) -> tuple[float, float]:
        return FINE * x, FINE * y

    left = -10.0
    while left < WIDE:  # houses
        right, top = left + rng.uniform(24, 50), rng.uniform(4, 34)
        wall = to_rgb(rng.uniform(0.02, 0.13), rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9))
        canvas.rectangle((*place(left, top), *place(right, HORIZON + 8)), fill=wall)
        for x in np.arange(left + 5, right - 6, 10):
            for y in np.arange(top + 5, HORIZON - 6, 12):
                canvas.rectangle((*place(x, y), *place(x + 5, y + 7)), fill=darker(wall, 0.6))
        left = right
    canvas.rectangle((*place(0, HORIZON + 8), *place(WIDE, HORIZON + 22)), fill=(170, 164, 156))
    canvas.rectangle((*place(0, HORIZON + 22), *place(WIDE, HIGH)), fill=(104, 104, 110))
    for x in range(-90, WIDE + 90, 26):  # stripes, which run towards the viewer
        corners = [(x, 118), (x + 12, 118), (x + 12 + (x - WIDE / 2) * 0.35, HIGH), (x + (x - WIDE / 2) * 0.35, HIGH)]
        canvas.polygon([place(*corner) for corner in corners], fill=(190, 188, 182))
    for box, kind in zip(boxes, kinds, strict=True):
        colour = to_rgb(rng.uniform(), rng.uniform(0.45, 0.85), rng.uniform(0.45, 0.9))
        _DRAW[kind](_Frame(canvas, box, bool(rng.integers(2))), colour)
    pixels = rng.uniform(0.85, 1.05) * np.asarray(image.reduce(FINE), dtype=float) + rng.normal(0, 3, (HIGH, WIDE, 3))
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


class _Frame:
    """Draws in a box: (0, 0) is its left upper corner, and (1, 1) its right lower one."""

    def __init__(self, canvas: Any, box: np.ndarray, turned: bool):
        self._canvas, self._box, self._turned = canvas, box, turned

    def polygon(self, *points: tuple[float, float], fill: Colour) -> None:
        self._canvas.polygon([self._place(*point) for point in points], fill=fill)

    def line(self, *points: tuple[float, float], fill: Colour, thick: float = 0.06) -> None:
        width = max(1, round(FINE * thick * (self._box[3] - self._box[1])))
        self._canvas.line([self._place(*point) for point in points], fill=fill, width=width)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A disc; its radius is in heights of the box."""
        (x, y), far = self._place(x, y), FINE * radius * (self._box[3] - self._box[1])
        self._canvas.ellipse((x - far, y - far, x + far, y + far), fill=fill)

    def _place(self, x: float, y: float) -> tuple[float, float]:
        left, top, right, bottom = self._box
        return FINE * (left + (1 - x if self._turned else x) * (right - left)), FINE * (top + y * (bottom - top))


def _wheels(frame: _Frame, places: Sequence[float], radius: float) -> None:
    for x in places:
        frame.disc(x, 1 - radius, radius, INK)
        frame.disc(x, 1 - radius, 0.45 * radius, (190, 190, 190))


def _draw_car(frame: _Frame, colour: Colour) -> None:
    frame.polygon((0.17, 0.45), (0.3, 0.0), (0.68, 0.0), (0.82, 0.45), fill=darker(colour, 0.8))
    frame.polygon((0.23, 0.43), (0.32, 0.09), (0.48, 0.09), (0.48, 0.43), fill=(200, 222, 235))
    frame.polygon((0.52, 0.43), (0.52, 0.09), (0.66, 0.09), (0.76, 0.43), fill=(200, 222, 235))
    frame.polygon((0.0, 0.48), (0.1, 0.4), (0.9, 0.42), (1.0, 0.52), (1.0, 0.86), (0.0, 0.86), fill=colour)
    _wheels(frame, (0.2, 0.79), 0.2)


def _draw_van(frame: _Frame, colour: Colour) -> None:
    frame.polygon((0.0, 0.0), (0.74, 0.0), (0.86, 0.4), (1.0, 0.5), (1.0, 0.88), (0.0, 0.88), fill=colour)
    frame.polygon((0.66, 0.1), (0.73, 0.1), (0.82, 0.4), (0.66, 0.4), fill=(200, 222, 235))
    frame.line((0.03, 0.55), (0.97, 0.55), fill=darker(colour, 0.65), thick=0.04)
    frame.line((0.6, 0.06), (0.6, 0.86), fill=darker(colour, 0.65), thick=0.02)
    _wheels(frame, (0.18, 0.8), 0.15)


def _draw_bicycle(frame: _Frame, colour: Colour) -> None:
    for x in (0.2, 0.8):
        frame.disc(x, 0.68, 0.32, INK)
        frame.disc(x, 0.68, 0.25, (120, 120, 126))
    frame.line((0.2, 0.68), (0.38, 0.25), (0.7, 0.25), (0.48, 0.7), (0.2, 0.68), fill=colour)
    frame.line((0.48, 0.7), (0.36, 0.14), fill=colour)
    frame.line((0.8, 0.68), (0.68, 0.05), (0.8, 0.03), fill=colour)
    frame.line((0.28, 0.12), (0.45, 0.12), fill=INK)


def _draw_person(frame: _Frame, colour: Colour) -> None:
    for x in (0.22, 0.78):
        frame.polygon((0.4, 0.5), (0.6, 0.5), (x + 0.17, 1.0), (x - 0.17, 1.0), fill=darker(colour, 0.4))
    frame.polygon((0.08, 0.24), (0.92, 0.24), (0.78, 0.58), (0.22, 0.58), fill=colour)
    frame.disc(0.5, 0.11, 0.11, (205, 160, 130))


_DRAW: tuple[Callable[[_Frame, Colour], None], ...] = (_draw_car, _draw_van, _draw_bicycle, _draw_person)


CROSSINGS = Dataset(
    name="crossings",
    noun="crossings",
    draw=lambda split: draw_crossings(*SCENES_AND_SEEDS[split]),
    drawing=DRAWING,
    count=lambda data: len(data[0]),
)
