"""The hidden criteria of `numpy_basics`: other shapes and types, and one long array."""

import numpy as np
import pytest

from proctor import CriterionFailed, as_array, assert_close, assert_shape, criterion, described

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


def assert_matches(found, expected, dtype, what, rtol=None):
    """Assert that `found` is `expected` to the precision of `dtype`, that of the inputs."""
    array = as_array(found, what)
    assert_close(array.astype("float32") if dtype == "float32" else array, expected, what, rtol=rtol)


def assert_sum(found, expected, dtype, what):
    """Assert that `found` is this number, in whatever shape: that has a criterion of its own."""
    if isinstance(found, np.ndarray) and found.size == 1:
        found = found.reshape(())
    assert_close(found, expected, what, rtol=1e-4 if dtype == "float32" else 1e-6)


@criterion("sigmoid", points=1, hint="Try numbers of other types, arrays of other shapes.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_sigmoid(student, shape, dtype):
    """The sigmoid is right for any shape and type of numbers."""
    x = numbers(shape, dtype)
    assert_matches(student.sigmoid(x), 1 / (1 + np.exp(-x.astype(float))), dtype, "sigmoid")


@criterion("sigmoid_derivative", points=1, hint="Try numbers of other types, arrays of other shapes, a single number.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [*SHAPES, pytest.param((), id="a single number")])
def test_any_slope(student, shape, dtype):
    """The slope is right for any shape and type of numbers."""
    x = numbers(shape, dtype)
    expected = 1 / (2 + np.exp(x.astype(float)) + np.exp(-x.astype(float)))
    assert_matches(student.sigmoid_derivative(x), expected, dtype, "sigmoid_derivative")


@criterion("image_to_vector", points=1, hint="Try pictures of whole numbers, with one row, with four channels.")
@pytest.mark.parametrize("dtype", ["uint8", "float32", "int64"])
@pytest.mark.parametrize(
    "shape", [pytest.param((4, 6, 3), id="a picture in colour"), pytest.param((1, 5, 4), id="a row with four channels")]
)
def test_any_image(student, shape, dtype):
    """Images of any shape and type become vectors."""
    image = np.random.default_rng(5).integers(0, 256, shape).astype(dtype)
    found = student.image_to_vector(image)
    assert_close(found, np.array([number for row in image for pixel in row for number in pixel]), "the vector")


@criterion("normalise_rows", points=1, hint="Try rows of other lengths and types, and arrays of other shapes.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_rows(student, shape, dtype):
    """Rows are normalised whatever the shape of the array and the type of its numbers."""
    rows = 20 * numbers(shape, dtype, seed=1)
    lengths = np.sqrt((rows.astype(float) ** 2).sum(axis=-1, keepdims=True))
    expected = np.divide(rows, lengths, out=np.zeros(shape), where=lengths != 0)
    # That nothing is added to the length, a public criterion asks.
    assert_matches(student.normalise_rows(rows), expected, dtype, "the rows", rtol=1e-4)


@criterion("softmax", points=1, hint="Try scores of other shapes and types.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_scores(student, shape, dtype):
    """Scores of any shape and type become probabilities."""
    scores = numbers(shape, dtype, seed=2)
    powers = np.exp(scores.astype(float))
    expected = powers / powers.sum(axis=-1, keepdims=True)
    assert_matches(student.softmax(scores), expected, dtype, "the probabilities")


@criterion("l1_loss", points=1, hint="Try arrays with one axis and with three.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_absolute_differences(student, shape, dtype):
    """The loss is one number for arrays of any shape and type."""
    predicted, true = numbers(shape, dtype, seed=3), numbers(shape, dtype, seed=4)
    expected = sum(abs(float(p) - float(t)) for p, t in zip(predicted.flat, true.flat, strict=True))
    assert_sum(student.l1_loss(predicted, true), expected, dtype, "l1_loss")


@criterion("l2_loss", points=1, hint="Try arrays with one axis and with three.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_squared_differences(student, shape, dtype):
    """The loss is one number for arrays of any shape and type."""
    predicted, true = numbers(shape, dtype, seed=5), numbers(shape, dtype, seed=6)
    expected = sum((float(p) - float(t)) ** 2 for p, t in zip(predicted.flat, true.flat, strict=True))
    assert_sum(student.l2_loss(predicted, true), expected, dtype, "l2_loss")


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
    found = student.distance_table(here, there)
    assert_matches(found, expected, dtype, "the table")


@criterion(
    "distance_table",
    points=2,
    hint="A loop over the points, or over all pairs, takes longer: let NumPy broadcast. A row for each point, as ever.",
)
def test_millions_of_points(student):
    """For three million points with three coordinates and two centres, the table is there within
    four seconds, and tells which centre is nearer."""
    rng, centres = np.random.default_rng(9), np.array([[1.0, 0.5, -2.0], [-1.5, 0.0, 2.0]])
    nearer = rng.integers(0, 2, 3_000_000)
    points = (centres[nearer] + np.resize(rng.normal(0, 0.1, (999, 3)), (len(nearer), 3))).astype("float32")
    few = student.distance_table(points[:3], centres)
    if isinstance(few, (list, tuple)):
        told = "A list of millions of rows takes as long to make as a loop does: return the array itself."
        raise CriterionFailed("the table to be an array of NumPy's", described(few), tell=told)
    table = as_array(student.distance_table(points, centres), "the table")
    # Which way round it lies, and whether the root is there, is asked elsewhere.
    table = table.T if table.shape == (2, len(points)) else table
    assert_shape(table, (len(points), 2), "the table")
    assert_close(table.argmin(axis=1), nearer, "the number of the nearer centre")
