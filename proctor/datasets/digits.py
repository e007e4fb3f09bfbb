"""Digits and letters in the fonts that matplotlib installs: stand-ins for real pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

DRAWING = 1  # version of the pixels; raise it when any changes, and cached digits are drawn again

FONTS = [
    f"DejaVu{family}.ttf"
    for family in (
        *("Sans", "Sans-Bold", "Sans-Oblique", "Sans-BoldOblique"),
        *("SansMono", "SansMono-Bold", "SansMono-Oblique", "SansMono-BoldOblique"),
        *("Serif", "Serif-Bold", "Serif-Italic", "Serif-BoldItalic"),
    )
]
SIDE = 28
CANVAS = 2 * SIDE  # glyphs are distorted at twice their size; halving it smooths their edges
SHEET = 96  # side, in pixels, of the picture that holds one upright glyph


def draw_digits(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` digits in random order; the classes' counts differ by at most one.

    Returns images, uint8 (n, 28, 28), light on black, and labels, uint8 (n,).
    """
    return draw_glyphs("0123456789", n, seed)


def draw_glyphs(characters: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` of these characters in random order; their counts differ by at most one.

    Returns images, uint8 (n, 28, 28), light on black, and their places in `characters`, uint8 (n,).
    """
    from PIL import Image

    rng = np.random.Generator(np.random.PCG64(seed))
    labels = rng.permutation(np.arange(n) % len(characters)).astype(np.uint8)
    fonts = rng.integers(len(FONTS), size=n)
    corners = _draw_corners(n, rng)
    glyphs = _render_glyphs(characters)
    images = np.empty((n, SIDE, SIDE), np.float32)
    for i in range(n):
        glyph = glyphs[fonts[i]][labels[i]]
        bent = glyph.transform((CANVAS, CANVAS), Image.Transform.QUAD, corners[i].tolist(), Image.Resampling.BILINEAR)
        images[i] = bent.reduce(2)
    images *= rng.uniform(0.65, 1.0, size=(n, 1, 1)).astype(np.float32)
    images += 14 * rng.standard_normal(images.shape, dtype=np.float32)
    return np.rint(images).clip(0, 255).astype(np.uint8), labels


def _draw_corners(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how each image is distorted.

    Returns x and y of the four points of the glyph's sheet that become the image's corners, in
    pixels, from the upper left counter-clockwise: float64 (n, 8), as Pillow's
    `Image.Transform.QUAD` wants them.
    """
    angle = rng.uniform(-0.3, 0.3, n)
    slant = rng.uniform(-0.25, 0.25, n)
    width = rng.uniform(0.75, 1.15, n)
    height = rng.uniform(0.8, 1.15, n)
    shift = rng.uniform(-5.5, 5.5, (n, 1, 2))
    bend = rng.uniform(-5.0, 5.0, (n, 4, 2))
    square = np.array([(-1, -1), (-1, 1), (1, 1), (1, -1)]) * CANVAS / 2
    turned = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=-1).reshape(n, 2, 2)
    stretched = np.zeros((n, 2, 2))
    stretched[:, 0, 0] = 1 / width
    stretched[:, 0, 1] = slant
    stretched[:, 1, 1] = 1 / height
    points: np.ndarray = (square + shift + bend) @ turned.transpose(0, 2, 1) @ stretched.transpose(0, 2, 1) + SHEET / 2
    return points.reshape(n, 8)


def _render_glyphs(characters: str) -> list[list[Any]]:
    """Return, for each font, pictures of the characters, upright and centred on a `SHEET`."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    glyphs = []
    for name in FONTS:
        # Basic layout: the pixels must not depend on whether a shaping library is installed.
        font = ImageFont.truetype(str(folder / name), size=54, layout_engine=ImageFont.Layout.BASIC)
        row = []
        for character in characters:
            left, top, right, bottom = font.getbbox(character)
            sheet = Image.new("L", (SHEET, SHEET))
            at = (SHEET - left - right) / 2, (SHEET - top - bottom) / 2
            ImageDraw.Draw(sheet).text(at, character, fill=255, font=font)
            row.append(sheet)
        glyphs.append(row)
    return glyphs
