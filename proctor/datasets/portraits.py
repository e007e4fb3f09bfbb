"""Drawn portraits: many people, and several pictures of each, no two of which are alike."""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the pictures; raise it when any changes

HIGH, WIDE = 48, 40  # pixels of a picture
FINE = 3  # pictures are drawn this many times larger and then shrunk, which smooths their edges
PICTURES = 20  # of each person
PEOPLE_AND_SEEDS = {"train": (60, 3101), "test": (40, 3102)}
PALE, DARK = np.array([248.0, 212.0, 186.0]), np.array([104.0, 66.0, 46.0])
HAIR = ("bald", "short", "fringe", "parted", "long", "curls", "bun")
HAIR_HUES = (
    (0.07, 0.5, 0.14),
    (0.07, 0.6, 0.32),
    (0.06, 0.65, 0.5),
    (0.12, 0.5, 0.8),
    (0.03, 0.8, 0.6),
    (0.6, 0.06, 0.68),
)
WHITE, INK, RED = (246, 246, 242), (15, 12, 12), np.array([150.0, 40.0, 50.0])
SHADE = 0.78  # how bright the skin is where less light falls on it

Colour = tuple[int, int, int]


def draw_portraits(people: int, pictures: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw so many pictures of each of so many people; everything follows from `seed`.

    A person keeps the shape of the face, skin, hair, eyes, brows, nose, mouth, glasses and beard.
    Light, place, tilt, size, mood, clothes and noise are new in every picture.

    Returns pictures, uint8 (people × pictures, 48, 40, 3), in no order, and whose they are, numbers
    from 0 on, int64 (people × pictures,).
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    cast = [_imagine_person(rng) for _ in range(people)]
    labels = rng.permutation(np.repeat(np.arange(people), pictures))
    drawn = np.stack([_take_picture(cast[label], rng) for label in labels])
    return drawn, labels.astype(np.int64)


def area_under_curve(distances: ArrayLike, same: ArrayLike) -> float:
    """How often a pair of pictures of one person is nearer together than a pair of two people.

    Args:
        distances: a number for each pair, shape (pairs,).
        same: whether the pair shows one person, shape (pairs,).

    Returns a number from 0 to 1; equal distances count one half. It is the area under the curve of
    the people let in rightly over those let in wrongly, for all thresholds.
    """
    distances, same = np.asarray(distances, float), np.asarray(same, bool)
    _, places, counts = np.unique(distances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    own, others = int(same.sum()), int((~same).sum())
    return float(1 - (ranks[same].sum() - own * (own + 1) / 2) / (own * others))


def list_pairs(labels: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each two pictures once: two arrays of places, and whether both are of one person."""
    labels = np.asarray(labels)
    first, second = np.triu_indices(len(labels), k=1)
    return first, second, labels[first] == labels[second]


def _imagine_person(rng: np.random.Generator) -> dict[str, Any]:
    """What stays the same in all pictures of a person; lengths are in radii of the face."""
    paleness = rng.uniform(0, 1)
    hue, saturation, value = HAIR_HUES[rng.integers(len(HAIR_HUES))]
    return {
        "skin": PALE * paleness + DARK * (1 - paleness) + rng.uniform(-10, 10, 3),
        "wide": rng.uniform(0.66, 0.86),
        "high": rng.uniform(0.92, 1.1),
        "jaw": rng.uniform(1.7, 3.2),
        "hair": HAIR[rng.integers(len(HAIR))],
        "hair_colour": _to_rgb(hue + rng.uniform(-0.02, 0.02), saturation, value * rng.uniform(0.8, 1.2)),
        "hairline": rng.uniform(0.42, 0.68),
        "apart": rng.uniform(0.25, 0.42),
        "level": rng.uniform(-0.22, 0.02),
        "eye": rng.uniform(0.09, 0.16),
        "iris": _to_rgb(rng.choice([0.07, 0.3, 0.57]), 0.6, rng.uniform(0.25, 0.6)),
        "brow": rng.uniform(0.03, 0.09),
        "brow_up": rng.uniform(0.18, 0.3),
        "slant": rng.uniform(-0.08, 0.08),
        "nose": rng.uniform(0.16, 0.36),
        "nose_wide": rng.uniform(0.06, 0.15),
        "mouth": rng.uniform(0.16, 0.36),
        "mouth_level": rng.uniform(0.42, 0.62),
        "lips": rng.uniform(0.03, 0.1),
        "glasses": ("none", "none", "round", "square")[rng.integers(4)],
        "rim": _to_rgb(rng.uniform(), rng.uniform(0, 0.9), rng.uniform(0.05, 0.5)),
        "beard": ("none", "none", "none", "moustache", "full")[rng.integers(5)],
        "ears": rng.uniform(0.1, 0.22),
    }


class _Pen:
    """Draws on a small canvas; lengths are in radii of a face, which is tilted and not central."""

    def __init__(self, rng: np.random.Generator):
        from PIL import Image, ImageDraw

        backdrop = _to_rgb(rng.uniform(), rng.uniform(0.05, 0.6), rng.uniform(0.3, 0.9))
        self.picture = Image.new("RGB", (FINE * WIDE, FINE * HIGH), backdrop)
        self.pen = ImageDraw.Draw(self.picture)
        self.radius = FINE * WIDE * rng.uniform(0.4, 0.47)
        self.middle = FINE * np.array([WIDE, HIGH + 2]) / 2 + FINE * rng.uniform(-2.5, 2.5, 2)
        angle = np.deg2rad(rng.uniform(-13, 13))
        self.tilt = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

    def fill(self, points: Any, colour: Any) -> None:
        """Fill the shape that has these corners."""
        self.pen.polygon(self._place(points), fill=_bytes(colour))

    def oval(self, x: float, y: float, wide: float, high: float, colour: Any, power: float = 2.0) -> None:
        """Fill what `_oval` outlines."""
        self.fill(_oval(x, y, wide, high, power), colour)

    def stroke(self, points: np.ndarray, colour: Any, width: float) -> None:
        """Draw a line through these points."""
        wide = max(1, round(width * self.radius))
        self.pen.line(self._place(points), fill=_bytes(colour), width=wide, joint="curve")

    def _place(self, points: Any) -> list[tuple[float, float]]:
        return [(x, y) for x, y in (self.middle + self.radius * np.asarray(points) @ self.tilt).tolist()]


def _take_picture(person: dict[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Draw a person anew, uint8 (48, 40, 3)."""
    pen, turn = _Pen(rng), rng.uniform(-0.12, 0.12)
    clothes = _to_rgb(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.9))
    pen.oval(0, person["high"] + 0.85, 1.15, 0.62, clothes, 3)
    _draw_head(pen, person)
    _draw_hair(pen, person)
    awake = rng.uniform(0.35, 1.1)
    for side in (-1, 1):
        _draw_eye(pen, person, side, turn, awake, rng.uniform(-0.02, 0.02))
    _draw_nose_and_mouth(pen, person, turn, rng.uniform(-0.06, 0.14))
    return _light(np.asarray(pen.picture.reduce(FINE), float), rng)


def _draw_head(pen: _Pen, person: dict[str, Any]) -> None:
    """Draw the face, the beard, and what hair there is behind them."""
    wide, high, skin, hair = person["wide"], person["high"], person["skin"], person["hair_colour"]
    if person["hair"] == "long":
        pen.oval(0, 0.12, wide + 0.22, high + 0.2, hair, 3)
    if person["hair"] == "curls":
        for place in np.linspace(0.95, 2.05, 9) * np.pi:
            pen.oval((wide + 0.08) * np.cos(place), -0.15 + high * np.sin(place), 0.27, 0.27, hair)
    if person["hair"] == "bun":
        pen.oval(0, -high - 0.12, 0.3, 0.26, hair)
    pen.oval(0, high * 0.85, wide * 0.5, 0.5, skin * SHADE)
    for side in (-1, 1):
        pen.oval(side * wide, person["level"] + 0.1, person["ears"], person["ears"] * 1.5, skin * SHADE)
    pen.oval(0, 0, wide, high, skin, person["jaw"])
    if person["beard"] == "full":
        outline = _oval(0, 0, wide, high, person["jaw"])
        pen.fill([*outline[outline[:, 1] > 0.2], [wide * 0.5, 0.28], [-wide * 0.5, 0.28]], hair)
        pen.oval(0, person["mouth_level"], person["mouth"] + 0.05, 0.13, skin)


def _draw_hair(pen: _Pen, person: dict[str, Any]) -> None:
    """Draw what hair there is above the forehead."""
    if person["hair"] == "bald":
        return
    line = -person["hairline"]
    crown = _oval(0, -0.05, person["wide"] + 0.06, person["high"] + 0.06, 2.3)
    crown = crown[crown[:, 1] < line + 0.12]
    crown = crown[np.argsort(-crown[:, 0])]
    left, right = crown[-1, 0], crown[0, 0]
    edges = {
        "fringe": [[left, line + 0.3], [0, line + 0.26], [right, line + 0.3]],
        "parted": [[left, line + 0.3], [-0.25, line - 0.18], [right * 0.8, line + 0.2]],
    }
    others = [[left * 0.8, line + 0.03], [0, line - 0.06], [right * 0.8, line + 0.03]]
    pen.fill([*crown, *edges.get(person["hair"], others)], person["hair_colour"])


def _draw_eye(pen: _Pen, person: dict[str, Any], side: int, turn: float, awake: float, gaze: float) -> None:
    """Draw the left or the right eye, its brow, and its half of the glasses."""
    x, level, eye = turn + side * person["apart"], person["level"], person["eye"]
    pen.oval(x, level, eye * 1.25, eye * awake, WHITE)
    pen.oval(x + turn / 3 + gaze, level, eye * 0.62, eye * 0.62 * min(1.0, awake + 0.15), person["iris"])
    pen.oval(x + turn / 3 + gaze, level, eye * 0.3, eye * 0.3, INK)
    across = np.linspace(-1, 1, 5)
    arch = level - person["brow_up"] - 0.04 * (1 - across**2) + side * person["slant"] * across
    brow = np.stack([x + 1.4 * eye * across, arch], axis=1)
    pen.stroke(brow, np.multiply(person["hair_colour"], 0.75), person["brow"])
    if person["glasses"] != "none":
        rim = _oval(x, level, 0.23, 0.2, 2.0 if person["glasses"] == "round" else 6.0)
        pen.stroke(np.concatenate([rim, rim[:2]]), person["rim"], 0.06)
        pen.stroke(np.array([[x - side * 0.22, level], [turn, level]]), person["rim"], 0.06)


def _draw_nose_and_mouth(pen: _Pen, person: dict[str, Any], turn: float, smile: float) -> None:
    """Draw the nose, the moustache and the mouth."""
    tip, wing, x = person["level"] + person["nose"] + 0.06, person["nose_wide"], turn * 1.3
    pen.fill([[x, person["level"] + 0.05], [x + wing, tip], [x - wing, tip]], person["skin"] * SHADE)
    across, level = np.linspace(-1, 1, 9), person["mouth_level"]
    if person["beard"] != "none":
        whisker = np.stack([turn + 1.1 * person["mouth"] * across, level - 0.1 + 0.06 * across**2], axis=1)
        pen.stroke(whisker, person["hair_colour"], 0.12)
    lips = np.stack([turn + person["mouth"] * across, level + smile * (0.4 - across**2)], axis=1)
    pen.stroke(lips, (person["skin"] + RED) / 2, person["lips"] + 0.03)


def _light(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Let light fall on it, strong or weak, warm or cold, from one side; add noise."""
    down, right = np.mgrid[-1 : 1 : HIGH * 1j, -1 : 1 : WIDE * 1j]
    where = rng.uniform(0, 2 * np.pi)
    slope = 1 + rng.uniform(0, 0.4) * (np.cos(where) * right + np.sin(where) * down)
    lit = picture * slope[..., None] * rng.uniform(0.6, 1.2) * rng.uniform(0.85, 1.15, 3)
    return np.clip(lit + rng.normal(0, rng.uniform(4, 12), picture.shape), 0, 255).astype(np.uint8)


def _oval(x: float, y: float, wide: float, high: float, power: float) -> np.ndarray:
    """Points around (x, y): an ellipse if `power` is 2, more like a rectangle if it is larger."""
    around = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    circle = np.stack([np.cos(around), np.sin(around)], axis=1)
    return np.array([x, y]) + np.sign(circle) * np.abs(circle) ** (2 / power) * [wide, high]


def _to_rgb(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1.0, saturation, min(value, 1.0)))
    return red, green, blue


def _bytes(colour: Any) -> Colour:
    red, green, blue = (int(part) for part in np.clip(colour, 0, 255))
    return red, green, blue


def _write(data: Any, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, pictures=data[0], labels=data[1])


def _read(path: Path, _split: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["pictures"], arrays["labels"]


PORTRAITS = Dataset(
    name="portraits",
    noun="portraits",
    draw=lambda split: draw_portraits(PEOPLE_AND_SEEDS[split][0], PICTURES, PEOPLE_AND_SEEDS[split][1]),
    drawing=DRAWING,
    count=lambda data: len(data[0]),
    read=_read,
    part="portraits.npz",
    write=_write,
)
