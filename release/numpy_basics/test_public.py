"""The public criteria of `numpy_basics`: small examples that can be worked out on paper."""

import numpy as np
import pytest

from proctor import as_array, assert_close, assert_dtype, assert_shape, call_unchanged, criterion, without_warnings

THIRDS = np.log([3.0, 1 / 3, 9.0, 1.0])
"""Numbers whose sigmoids are 3/4, 1/4, 9/10 and 1/2."""


def assert_floats(found, expected, what):
    """Assert that `found` holds floats, the expected ones."""
    assert_dtype(found, "float", what)
    assert_close(found, expected, what)


@criterion("sigmoid", points=1, hint="At log 3, exp(-x) is 1/3; what is 1 / (1 + 1/3)?")
def test_three_quarters(student):
    """The sigmoids of log 3, -log 3, log 9 and 0 are 3/4, 1/4, 9/10 and 1/2."""
    assert_close(student.sigmoid(THIRDS), np.array([0.75, 0.25, 0.9, 0.5]), "sigmoid")


@criterion("sigmoid", points=1, hint="NumPy's functions take numbers and arrays alike; those of `math` do not.")
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((), id="a single number"),
        pytest.param((1,), id="one axis"),
        pytest.param((2, 2, 3), id="three axes"),
    ],
)
def test_sigmoid_of_any_shape(student, shape):
    """The sigmoids have the shape of the numbers, and these stay as they are."""
    x = np.resize(THIRDS, shape) if shape else float(THIRDS[0])
    expected = np.resize([0.75, 0.25, 0.9, 0.5], shape)
    assert_close(call_unchanged(student, "sigmoid", x), expected, "sigmoid")


@criterion("sigmoid", points=1, hint="In uint8, -1 is 255. Turn the numbers into floats first.")
@pytest.mark.parametrize(
    "x, expected",
    [
        pytest.param(np.array([-1, 0, 2]), [0.26894142, 0.5, 0.88079708], id="-1, 0 and 2, of type int64"),
        pytest.param(np.array([1, 0, 2], "uint8"), [0.73105858, 0.5, 0.88079708], id="1, 0 and 2, of type uint8"),
    ],
)
def test_sigmoid_of_whole_numbers(student, x, expected):
    """The sigmoids of whole numbers are fractions."""
    assert_floats(student.sigmoid(x), np.array(expected), "sigmoid")


@criterion(
    "sigmoid",
    points=2,
    hint="Which exponent gets large? np.where calculates both of its sides for all numbers: is each harmless?",
)
@pytest.mark.parametrize("x, expected", [(-1000.0, 0.0), (1000.0, 1.0), (-30.0, 9.3576e-14)])
def test_sigmoid_far_from_zero(student, x, expected):
    """At -1000 and 1000 the sigmoid is 0 and 1, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.sigmoid(np.array([x, 0.0]))
    assert_close(found, np.array([expected, 0.5]), f"sigmoid of [{x:g}, 0]")


@criterion(
    "sigmoid_derivative", points=1, hint="At 0 the sigmoid is 1/2: what are share and 1 - share, and their product?"
)
def test_slopes_on_paper(student):
    """The slopes at log 3, -log 3, log 9 and 0 are 3/16, 3/16, 9/100 and 1/4."""
    found = student.sigmoid_derivative(THIRDS)
    assert_close(found, np.array([0.1875, 0.1875, 0.09, 0.25]), "sigmoid_derivative")


@criterion(
    "sigmoid_derivative",
    points=1,
    needs="sigmoid_far_from_zero",
    hint="Use your own sigmoid, which can do this already.",
)
def test_flat_far_from_zero(student):
    """At -1000 and 1000 the sigmoid is flat, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.sigmoid_derivative(np.array([-1000.0, 0.0, 1000.0]))
    assert_close(found, np.array([0.0, 0.25, 0.0]), "sigmoid_derivative")


@criterion("image_to_vector", points=1, hint="Print the vector: which of the first pixel's three numbers come where?")
def test_read_like_a_page(student):
    """A picture of 2 × 2 pixels in colour becomes 12 numbers, pixel by pixel and row by row."""
    image = np.array([[[5, 1, 7], [2, 8, 0]], [[6, 3, 9], [4, 10, 11]]])
    found = student.image_to_vector(image)
    assert_close(found, np.array([5, 1, 7, 2, 8, 0, 6, 3, 9, 4, 10, 11]), "the vector")


@criterion(
    "image_to_vector", points=1, hint="How many axes has the result? And does your function ask for a third one?"
)
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((3, 4), id="a picture in grey"),
        pytest.param((2, 5, 1), id="a single channel"),
        pytest.param((2, 3, 2, 3), id="four axes"),
        pytest.param((4,), id="a vector already"),
    ],
)
def test_one_axis_is_left(student, shape):
    """Whatever its shape, an array becomes one with a single axis, and stays as it is itself."""
    image = np.arange(np.prod(shape)).reshape(shape) / 8
    assert_close(call_unchanged(student, "image_to_vector", image), image.ravel(), "the vector")


@criterion("normalise_rows", points=1, hint="(3, 4) has the length 5. Along which axis do you add up the squares?")
def test_rows_of_length_one(student):
    """The rows (3, 4), (0, -2) and (-5, 12) become (0.6, 0.8), (0, -1) and (-5/13, 12/13)."""
    rows = np.array([[3.0, 4.0], [0.0, -2.0], [-5.0, 12.0]])
    expected = np.array([[0.6, 0.8], [0.0, -1.0], [-5 / 13, 12 / 13]])
    assert_close(call_unchanged(student, "normalise_rows", rows), expected, "the rows")


@criterion("normalise_rows", points=1, hint="By what may a row of zeros be divided, so that it stays a row of zeros?")
def test_a_row_of_zeros_stays(student):
    """A row of zeros stays a row of zeros, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.normalise_rows(np.array([[0.0, 0.0, 0.0], [2.0, -1.0, 2.0]]))
    assert_close(found, np.array([[0, 0, 0], [2 / 3, -1 / 3, 2 / 3]]), "the rows")


@criterion("normalise_rows", points=1, hint="The last axis is axis=-1, however many there are.")
@pytest.mark.parametrize("shape", [pytest.param((2,), id="a single row"), pytest.param((2, 3, 2), id="three axes")])
def test_rows_are_the_last_axis(student, shape):
    """A single row is normalised, and so is each pixel of a picture."""
    rows = np.resize([3.0, 4.0, 8.0, -6.0, 1.0, 0.0], shape)
    expected = np.resize([0.6, 0.8, 0.8, -0.6, 1.0, 0.0], shape)
    assert_close(student.normalise_rows(rows), expected, "the rows")


@criterion("normalise_rows", points=1, hint="In uint8, 120 × 120 has no room. Turn the numbers into floats first.")
@pytest.mark.parametrize(
    "dtype", [pytest.param("int64", id="of type int64"), pytest.param("uint8", id="of type uint8")]
)
def test_rows_of_whole_numbers(student, dtype):
    """The whole numbers (120, 160) become the fractions (0.6, 0.8)."""
    found = call_unchanged(student, "normalise_rows", np.array([[120, 160], [0, 200]], dtype))
    assert_floats(found, np.array([[0.6, 0.8], [0.0, 1.0]]), "the rows")


@criterion("softmax", points=1, hint="exp of these scores is 1, 3 and 4. What is their sum?")
def test_one_row_of_scores(student):
    """The scores log 1, log 3 and log 4 become the probabilities 1/8, 3/8 and 4/8."""
    found = call_unchanged(student, "softmax", np.log([1.0, 3.0, 4.0]))
    assert_close(found, np.array([0.125, 0.375, 0.5]), "the probabilities")


@criterion("softmax", points=1, hint="Sum along the last axis, and let the sum keep it (keepdims=True).")
@pytest.mark.parametrize("shape", [pytest.param((2, 3), id="two rows"), pytest.param((2, 1, 3), id="three axes")])
def test_each_row_on_its_own(student, shape):
    """Each row of scores becomes probabilities of its own."""
    scores = np.log([1.0, 3.0, 4.0, 6.0, 1.0, 1.0]).reshape(shape)
    expected = np.array([0.125, 0.375, 0.5, 0.75, 0.125, 0.125]).reshape(shape)
    assert_close(student.softmax(scores), expected, "the probabilities")


@criterion("softmax", points=2, hint="Subtract from each row a number of its own, so that no exponent is above 0.")
@pytest.mark.parametrize(
    "scores, expected",
    [
        pytest.param([[1000.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.5, 0.5]], id="a score of 1000"),
        pytest.param([[-1000.0, -1000.0], [1000.0, 1000.0]], [[0.5, 0.5], [0.5, 0.5]], id="rows far from each other"),
        pytest.param([[-2000.0, -1000.0, 1000.0]], [[0.0, 0.0, 1.0]], id="scores far from each other"),
    ],
)
def test_scores_of_a_thousand(student, scores, expected):
    """Scores of 1000 and -1000 become probabilities, too, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.softmax(np.array(scores))
    assert_close(found, np.array(expected), "the probabilities")


@criterion("softmax", points=1, hint="In uint8, 1 - 3 is 254. Turn the scores into floats first.")
@pytest.mark.parametrize(
    "dtype", [pytest.param("int64", id="of type int64"), pytest.param("uint8", id="of type uint8")]
)
def test_whole_scores(student, dtype):
    """The whole scores 3, 1 and 2 become the probabilities 0.665, 0.090 and 0.245."""
    found = student.softmax(np.array([3, 1, 2], dtype))
    assert_floats(found, np.array([0.66524096, 0.09003057, 0.24472847]), "the probabilities")


PREDICTED, TRUE = np.array([[1.5, -2.0, 4.0], [0.0, 7.0, -3.0]]), np.array([[2.0, 1.0, 3.5], [0.0, 9.0, -3.25]])
"""The differences are -0.5, -3, 0.5, 0, -2 and 0.25."""


@criterion("l1_loss", points=1, hint="Add up the sizes of the differences, whatever their sign: over rows and columns.")
def test_absolute_differences(student):
    """Differences of -0.5, -3, 0.5, 0, -2 and 0.25 make a loss of 6.25."""
    assert_close(call_unchanged(student, "l1_loss", PREDICTED, TRUE), 6.25, "l1_loss")


@criterion("l2_loss", points=1, hint="Square each difference, then add up: no root, no mean, over rows and columns.")
def test_squared_differences(student):
    """Differences of -0.5, -3, 0.5, 0, -2 and 0.25 make a loss of 13.5625."""
    assert_close(call_unchanged(student, "l2_loss", PREDICTED, TRUE), 13.5625, "l2_loss")


BYTES = np.array([3, 255, 7], "uint8"), np.array([5, 0, 7], "uint8")
TRAP = "In uint8, 3 - 5 is 254, and 255 × 255 is 1. Turn the numbers into floats first."


@criterion("l1_loss", points=1, hint=TRAP)
def test_absolute_differences_of_pictures(student):
    """Between 3, 255, 7 and 5, 0, 7, of the type uint8, the loss is 257."""
    assert_close(student.l1_loss(*BYTES), 257, "l1_loss")


@criterion("l2_loss", points=1, hint=TRAP)
def test_squared_differences_of_pictures(student):
    """Between 3, 255, 7 and 5, 0, 7, of the type uint8, the loss is 65029."""
    assert_close(student.l2_loss(*BYTES), 65029, "l2_loss")


@criterion(
    "distance_table", points=2, hint="A row for each point, a column for each centre; (6, 8) is 10 away from (0, 0)."
)
def test_three_points_two_centres(student):
    """The points (0, 0), (3, 4) and (6, 8) are 0, 5 and 10 away from (0, 0), and 3, 4 and √73 from
    (3, 0)."""
    points, centres = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), np.array([[0.0, 0.0], [3.0, 0.0]])
    found = call_unchanged(student, "distance_table", points, centres)
    assert_close(found, np.array([[0, 3], [5, 4], [10, np.sqrt(73)]]), "the table")


@criterion(
    "distance_table", points=1, hint="Sum over the last axis alone, however long it is; n, m and d may all differ."
)
@pytest.mark.parametrize(
    "points, centres, expected",
    [
        pytest.param([[1.0], [-2.0]], [[4.0], [1.0], [0.0]], [[3, 0, 1], [6, 3, 2]], id="points on a line"),
        pytest.param([[1.0, 2, 2, 4]], [[0.0, 0, 0, 0], [1, 2, 2, 0]], [[5, 4]], id="four numbers for each point"),
    ],
)
def test_any_number_of_coordinates(student, points, centres, expected):
    """Points may have one coordinate or many."""
    found = student.distance_table(np.array(points), np.array(centres))
    assert_close(found, np.array(expected), "the table")


@criterion("distance_table", points=1, hint="A sum of squares is never below 0; what is the root of -0.0000000001?")
def test_a_point_that_is_a_centre(student):
    """A point has the distance 0 from itself, whatever its coordinates."""
    points = np.random.default_rng(8).normal(50, 1, (12, 3))
    with without_warnings(student):
        found = as_array(student.distance_table(points, points), "the table")
    assert_shape(found, (12, 12), "the table")
    assert_close(np.diag(found), np.zeros(12), "the distances from themselves", atol=1e-4)


@criterion("distance_table", points=1, hint="In uint8, 3 - 5 is 254. Turn points and centres into floats first.")
@pytest.mark.parametrize(
    "dtype", [pytest.param("int64", id="of type int64"), pytest.param("uint8", id="of type uint8")]
)
def test_whole_coordinates(student, dtype):
    """The colours (3, 255) and (5, 0) are 255.008 apart, in whole numbers too."""
    found = student.distance_table(np.array([[3, 255]], dtype), np.array([[5, 0], [3, 254]], dtype))
    assert_floats(found, np.array([[np.sqrt(65029), 1.0]]), "the table")
