"""The hidden criteria of `numpy_basics`: other shapes and types, and one long array."""

import numpy as np
import pytest

from proctor import as_array, assert_close, assert_shape, call_unchanged, criterion

TYPES = [
    pytest.param("float64", id="double precision"),
    pytest.param("float32", id="single precision"),
    pytest.param("int64", id="whole numbers"),
]
SHAPES = [
    pytest.param((7,), id="one axis"),
    pytest.param((4, 5), id="two axes"),
    pytest.param((2, 3, 4), id="three axes"),
    pytest.param((2, 1, 3, 2), id="four axes"),
]


def numbers(shape, dtype="float64", seed=0):
    """Random numbers around 0, cut to whole ones for an integer dtype."""
    return np.random.default_rng([seed, *shape]).normal(0, 3, shape).astype(dtype)


def assert_matches(found, expected, dtype, what):
    """Assert that `found` is `expected` to the precision of `dtype`, that of the inputs."""
    array = as_array(found, what)
    assert_close(array.astype("float32") if dtype == "float32" else array, expected, what)


@criterion("sigmoid", points=1, hint="Try numbers of other types, arrays of other shapes.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_sigmoid(student, shape, dtype):
    """The sigmoid is right for any shape and type of numbers."""
    x = numbers(shape, dtype)
    assert_matches(call_unchanged(student, "sigmoid", x), 1 / (1 + np.exp(-x.astype(float))), dtype, "sigmoid")


@criterion("sigmoid_derivative", points=1, hint="Try numbers of other types, arrays of other shapes, a single number.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [*SHAPES, pytest.param((), id="a single number")])
def test_any_slope(student, shape, dtype):
    """The slope is right for any shape and type of numbers."""
    x = numbers(shape, dtype)
    expected = 1 / (2 + np.exp(x.astype(float)) + np.exp(-x.astype(float)))
    assert_matches(call_unchanged(student, "sigmoid_derivative", x), expected, dtype, "sigmoid_derivative")


@criterion("image_to_vector", points=1, hint="Try pictures of whole numbers, with one row, with four channels.")
@pytest.mark.parametrize("dtype", ["uint8", "float32", "int64"])
@pytest.mark.parametrize(
    "shape", [pytest.param((4, 6, 3), id="a picture in colour"), pytest.param((1, 5, 4), id="a row with four channels")]
)
def test_any_image(student, shape, dtype):
    """Images of any shape and type become vectors."""
    image = np.random.default_rng(5).integers(0, 256, shape).astype(dtype)
    found = call_unchanged(student, "image_to_vector", image)
    assert_close(found, np.array([number for row in image for pixel in row for number in pixel]), "the vector")


@criterion("normalise_rows", points=1, hint="Try rows of other lengths and types, long rows and short ones.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_rows(student, shape, dtype):
    """Rows are normalised whatever the shape of the array and the type of its numbers."""
    rows = 20 * numbers(shape, dtype, seed=1)
    lengths = np.sqrt((rows.astype(float) ** 2).sum(axis=-1, keepdims=True))
    expected = np.divide(rows, lengths, out=np.zeros(shape), where=lengths != 0)
    assert_matches(call_unchanged(student, "normalise_rows", rows), expected, dtype, "the rows")


@criterion("softmax", points=1, hint="Try scores of other shapes and types.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_scores(student, shape, dtype):
    """Scores of any shape and type become probabilities."""
    scores = numbers(shape, dtype, seed=2)
    powers = np.exp(scores.astype(float))
    expected = powers / powers.sum(axis=-1, keepdims=True)
    assert_matches(call_unchanged(student, "softmax", scores), expected, dtype, "the probabilities")


@criterion("l1_loss", points=1, hint="Try arrays with one axis and with three.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_absolute_differences(student, shape, dtype):
    """The loss is one number for arrays of any shape and type."""
    predicted, true = numbers(shape, dtype, seed=3), numbers(shape, dtype, seed=4)
    expected = np.asarray(sum(abs(float(p) - float(t)) for p, t in zip(predicted.flat, true.flat, strict=True)))
    assert_matches(student.l1_loss(predicted, true), expected, dtype, "l1_loss")


@criterion("l2_loss", points=1, hint="Try arrays with one axis and with three.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_squared_differences(student, shape, dtype):
    """The loss is one number for arrays of any shape and type."""
    predicted, true = numbers(shape, dtype, seed=5), numbers(shape, dtype, seed=6)
    expected = np.asarray(sum((float(p) - float(t)) ** 2 for p, t in zip(predicted.flat, true.flat, strict=True)))
    assert_matches(student.l2_loss(predicted, true), expected, dtype, "l2_loss")


@criterion("distance_table", points=1, hint="Try other numbers of points, centres and coordinates, and other types.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "points, centres, axes",
    [
        pytest.param(6, 4, 3, id="6 points, 4 centres, 3 coordinates"),
        pytest.param(1, 5, 2, id="1 point, 5 centres, 2 coordinates"),
        pytest.param(7, 1, 7, id="7 points, 1 centre, 7 coordinates"),
        pytest.param(3, 3, 3, id="3 points, 3 centres, 3 coordinates"),
    ],
)
def test_any_table(student, points, centres, axes, dtype):
    """The table is right for any number of points, centres and coordinates."""
    here, there = numbers((points, axes), dtype, seed=7), numbers((centres, axes), dtype, seed=8)
    expected = np.array([[np.linalg.norm(a.astype(float) - b) for b in there] for a in here])
    found = call_unchanged(student, "distance_table", here, there)
    assert_matches(found, expected, dtype, "the table")


@criterion(
    "distance_table", points=2, hint="A loop over the points, or over all pairs, takes too long: let NumPy broadcast."
)
def test_millions_of_points(student):
    """For four million points on a line and a centre, the table is there in moments."""
    points, centres = np.arange(4e6, dtype="float32")[:, None] % 97 / 8, np.array([[3.75]])
    found = student.distance_table(points, centres)
    assert_shape(found, (len(points), len(centres)), "the table")
    some = slice(None, None, 4001)
    expected = np.abs(points[some] - centres)
    assert_close(as_array(found, "the table")[some], expected, "the table, of which every 4,001st row is looked at")
