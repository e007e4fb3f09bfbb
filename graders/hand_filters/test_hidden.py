"""The hidden criteria of `hand_filters`: other pictures and filters, and our own answers."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    assert_apart,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    described,
)

SIZES = [
    pytest.param((3, 3), id="3 × 3 pixels"),
    pytest.param((9, 4), id="9 × 4 pixels"),
    pytest.param((6, 17), id="6 × 17 pixels"),
    pytest.param((21, 13), id="21 × 13 pixels"),
]
TYPES = [
    pytest.param("uint8", id="bytes"),
    pytest.param("int64", id="whole numbers"),
    pytest.param("float64", id="fractions"),
    pytest.param("float32", id="single precision"),
]


def any_picture(size, dtype="float64", seed=0):
    """A picture of noise; of bytes from 0 to 255, of other types with negative numbers, too."""
    draw = np.random.default_rng([*size, seed])
    if dtype == "uint8":
        return draw.integers(0, 256, size).astype("uint8")
    return (300 * draw.normal(size=size)).astype(dtype)


def any_kernel(seed):
    """A filter without any symmetry; every other one of whole numbers."""
    kernel = np.random.default_rng(500 + seed).normal(0.3, 2, (3, 3))
    return np.round(3 * kernel).astype("int64") if seed % 2 else kernel


def answers(picture, kernel):
    """The answers of a filter at all places where it fits; it may stand in for the student's."""
    import numpy

    patches = numpy.lib.stride_tricks.sliding_window_view(picture.astype(float), (3, 3))
    return numpy.einsum("rcij,ij->rc", patches, kernel.astype(float))


def assert_near(found, expected, dtype, what):
    """Assert that `found` is `expected` to the precision of pictures of this type."""
    scale = float(np.abs(expected).max())
    assert_close(found, expected, what, rtol=1e-4, atol=(1e-4 if dtype == "float32" else 1e-6) * max(scale, 1.0))


@criterion(
    "apply_filter", points=1, hint="Height and width may differ, and be odd or even; leave the picture as it is."
)
@pytest.mark.parametrize("size", SIZES)
def test_any_size(student, size):
    """Pictures of any height and width get the right answers, and are left as they were."""
    for seed in range(3):
        picture, kernel = any_picture(size, seed=seed), any_kernel(seed)
        found = call_unchanged(student, "apply_filter", picture, kernel)
        assert_near(found, answers(picture, kernel), "float64", "the answers")


@criterion(
    "apply_filter", points=1, hint="Bytes, whole numbers, fractions: do you calculate with floats from the start?"
)
@pytest.mark.parametrize("dtype", TYPES)
def test_any_type(student, dtype):
    """Pictures and filters of any type of numbers, bytes, too, get the right answers."""
    for seed in range(4):
        picture, kernel = any_picture((8, 11), dtype, seed), any_kernel(seed)
        if seed == 3:
            kernel = np.abs(kernel).astype("uint8")
        found = call_unchanged(student, "apply_filter", picture, kernel)
        assert_near(found, answers(picture, kernel), dtype, "the answers")


@criterion("normalise", points=1, hint="Any sum, also a negative one; and the filter that is given stays as it is.")
def test_any_filter(student):
    """Any filter is normalised, and left as it was."""
    for seed in range(6):
        kernel = any_kernel(seed)
        total = float(kernel.sum())
        found = call_unchanged(student, "normalise", kernel)
        assert_close(found, kernel / total if abs(total) > 1e-9 else kernel.astype(float), "the normalised filter")
        balanced = kernel.astype(float)
        balanced[1, 1] -= balanced.sum()
        found = call_unchanged(student, "normalise", balanced)
        assert_close(found, balanced, "the filter with the sum 0")


@criterion("to_picture", points=1, hint="Any shape and any numbers; and what is given stays as it is.")
@pytest.mark.parametrize("shape", [(7,), (5, 8), (2, 3, 4)])
def test_any_answers(student, shape):
    """Answers of any shape and type become the right bytes, and are left as they were."""
    draw = np.random.default_rng(len(shape))
    whole = draw.integers(-300, 600, shape)
    near_half = whole + draw.choice([-0.49, 0.49], shape)
    for given in (whole, near_half, 4000 * whole, (whole + 0.25).astype("float32")):
        expected = np.minimum(np.maximum(np.rint(given.astype(float)), 0), 255)
        found = as_array(call_unchanged(student, "to_picture", given), "the picture")
        assert_close(found.astype(float), expected, "the picture", rtol=0, atol=1e-9)


@criterion(
    "max_pool", points=1, hint="Try odd heights and widths, bytes and negative numbers; leave what is given as it is."
)
@pytest.mark.parametrize("size", [(2, 2), (2, 9), (7, 4), (11, 11), (10, 6), (3, 3)])
def test_any_pooling(student, size):
    """Pictures of any height, width and type are pooled, and left as they were."""
    for seed, dtype in enumerate(("uint8", "int64", "float64", "float64")):
        picture = any_picture(size, dtype, seed) - (900 if seed == 3 else 0)
        high, wide = size[0] // 2, size[1] // 2
        blocks = picture[: 2 * high, : 2 * wide].astype(float).reshape(high, 2, wide, 2)
        found = as_array(call_unchanged(student, "max_pool", picture), "the pooled picture")
        assert_close(found.astype(float), blocks.max(axis=(1, 3)), "the pooled picture")


@criterion("vertical_edges", points=1, hint="Rows of any brightness get 0, and an edge is seen wherever it stands.")
def test_any_rows_and_edges(student):
    """Pictures whose rows are plain get 0 everywhere, whatever the rows are; and edges are seen in
    narrow pictures, too."""
    kernel = as_array(student.vertical_edges, "vertical_edges")
    assert_shape(kernel, (3, 3), "vertical_edges")
    if kernel.dtype.kind not in "fiub" or not np.isfinite(kernel).all():
        raise CriterionFailed("`vertical_edges` to be nine numbers", described(kernel))
    kernel = kernel.astype(float)
    for seed in range(3):
        rows = np.repeat(np.random.default_rng(seed).uniform(0, 255, (12, 1)), 7, axis=1)
        # A filter of single precision leaves a rounding.
        assert_close(answers(rows, kernel), np.zeros((10, 5)), "the answers to plain rows", atol=1e-3)
    for left, right in ((50.0, 200.0), (200.0, 50.0)):
        largest = max(
            np.abs(answers(np.repeat([[left] * n + [right] * (4 - n)], 3, axis=0), kernel)).max() for n in (1, 2, 3)
        )
        if not round(largest, 3) >= 30:
            raise CriterionFailed("an answer of at least 30 to an edge between 50 and 200", f"{largest:g}")


@criterion(
    "edge_strength",
    points=2,
    hint="Use the picture and the kernel that are given, whatever they are, and kernel.T for the other direction.",
)
@pytest.mark.parametrize("dtype", TYPES)
def test_any_strength(student, dtype):
    """The strength is right for pictures of any size and type and for any filter, and nothing is
    changed."""

    def judge(_):
        for seed, size in enumerate(((3, 3), (5, 8), (12, 7))):
            picture, kernel = any_picture(size, dtype, seed), any_kernel(seed)
            found = call_unchanged(student, "edge_strength", picture, kernel)
            expected = np.hypot(answers(picture, kernel), answers(picture, kernel.T))
            assert_near(found, expected, dtype, "the strength")

    assert_apart(student, "edge_strength", {"apply_filter": answers}, judge)
