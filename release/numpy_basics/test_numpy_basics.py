"""The public criteria of `numpy_basics`: small examples that can be worked out on paper."""

import numpy as np
import pytest

from proctor import as_array, assert_close, assert_dtype, assert_shape, call_unchanged, criterion, without_warnings

THIRDS = np.log([3.0, 1 / 3, 9.0, 1.0])
"""Numbers whose sigmoids are 3/4, 1/4, 9/10 and 1/2."""
COARSE = 1e-4
"""Relative tolerance that allows a length plus 1e-5; how exact it must be, short rows ask."""


ALIKE = "One sigmoid for each number, in its place. NumPy's functions take arrays of any shape; those of `math` do not."


def assert_floats(found, expected, what, rtol=None):
    """Assert that `found` holds floats, the expected ones."""
    assert_dtype(found, "float", what)
    assert_close(found, expected, what, rtol=rtol)


@criterion("sigmoid", points=1, hint="At log 3, exp(-x) is 1/3; what is 1 / (1 + 1/3)?")
def test_three_quarters(student):
    """The sigmoids of log 3, -log 3, log 9 and 0 are 3/4, 1/4, 9/10 and 1/2."""
    assert_close(student.sigmoid(THIRDS), np.array([0.75, 0.25, 0.9, 0.5]), "sigmoid")


@criterion("sigmoid", points=1, hint=ALIKE)
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((), id="a single number"),
        pytest.param((1,), id="one axis"),
        pytest.param((2, 2, 3), id="three axes"),
    ],
)
def test_sigmoid_of_any_shape(student, shape):
    """The sigmoids have the shape of the numbers."""
    x = np.resize(THIRDS, shape) if shape else float(THIRDS[0])
    expected = np.resize([0.75, 0.25, 0.9, 0.5], shape)
    assert_close(student.sigmoid(x), expected, "sigmoid", atol=0.01)  # how exact it is, is asked above


@criterion(
    "sigmoid",
    points=1,
    hint="A whole number has the sigmoid of the float. But in uint8, -1 is 255: turn the numbers into floats first.",
)
@pytest.mark.parametrize(
    "x, expected",
    [
        pytest.param(np.array([-1, 0, 2]), [0.26894142, 0.5, 0.88079708], id="-1, 0 and 2, of type int64"),
        pytest.param(np.array([1, 0, 2], "uint8"), [0.73105858, 0.5, 0.88079708], id="1, 0 and 2, of type uint8"),
        pytest.param(np.array([1, 0, 2], "uint16"), [0.73105858, 0.5, 0.88079708], id="1, 0 and 2, of type uint16"),
        pytest.param(np.array([-128, 0], "int8"), [0, 0.5], id="-128 and 0, of type int8"),
    ],
)
def test_sigmoid_of_whole_numbers(student, x, expected):
    """The sigmoids of whole numbers are fractions."""
    assert_floats(student.sigmoid(x), np.array(expected), "sigmoid")


@criterion(
    "sigmoid",
    points=2,
    hint="Which exponent gets large? np.where calculates both of its sides for all numbers: is each harmless? "
    "If you cut exponents off, do so far out, at 500.",
)
@pytest.mark.parametrize(
    "x, expected, atol",
    [
        pytest.param(
            [-1000.0, -1.0, 0.0, 2.0, 1000.0], [0, 0.26894142, 0.5, 0.88079708, 1], None, id="from -1000 to 1000"
        ),
        pytest.param([-800.0, 750.0, -710.0, 0.0], [0, 1, 0, 0.5], None, id="-800, 750, -710 and 0"),
        # 0 will do, so that float32 does; exponents that are cut off at 20 make 2e-9 of it.
        pytest.param([-30.0], [9.3576e-14], 1e-12, id="-30 alone"),
    ],
)
def test_sigmoid_far_from_zero(student, x, expected, atol):
    """At -1000 and 1000 the sigmoid is 0 and 1, beside them it is as ever. NumPy has nothing to
    warn of, and the numbers themselves stay as they are."""
    with without_warnings(student):
        found = call_unchanged(student, "sigmoid", np.array(x))
    assert_close(found, np.array(expected), "sigmoid", atol=atol)


@criterion(
    "sigmoid_derivative",
    points=1,
    hint="At 0 the sigmoid is 1/2, and the slope there 1/2 × (1 - 1/2). What is it at log 3?",
)
def test_slopes_on_paper(student):
    """The slopes at log 3, -log 3, log 9 and 0 are 3/16, 3/16, 9/100 and 1/4."""
    found = call_unchanged(student, "sigmoid_derivative", THIRDS)
    assert_close(found, np.array([0.1875, 0.1875, 0.09, 0.25]), "sigmoid_derivative")


@criterion(
    "sigmoid_derivative",
    points=1,
    hint="Is it your sigmoid that warns? Then mend that first. Otherwise: which exponent gets large?",
)
def test_flat_far_from_zero(student):
    """At -1000 and 1000 the sigmoid is flat, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.sigmoid_derivative(np.array([-1000.0, -800.0, 0.0, 1.0, 1000.0]))
    assert_close(found, np.array([0.0, 0.0, 0.25, 0.19661193, 0.0]), "sigmoid_derivative")


@criterion("image_to_vector", points=1, hint="Print the vector: which of the first pixel's three numbers come where?")
def test_read_like_a_page(student):
    """A picture of 2 × 2 pixels in colour becomes 12 numbers, pixel by pixel and row by row."""
    image = np.array([[[5, 1, 7], [2, 8, 0]], [[6, 3, 9], [4, 10, 11]]])
    found = student.image_to_vector(image)
    assert_close(found, np.array([5, 1, 7, 2, 8, 0, 6, 3, 9, 4, 10, 11]), "the vector")


@criterion(
    "image_to_vector",
    points=1,
    hint="How many axes has the result? Does your function ask for a third one, or change the order or the numbers?",
)
@pytest.mark.parametrize(
    "image",
    [
        pytest.param(np.arange(12).reshape(3, 4) / 7, id="a picture in grey"),
        pytest.param(np.arange(10).reshape(2, 5, 1) / 7, id="a single channel"),
        pytest.param(np.arange(36).reshape(2, 3, 2, 3) / 7, id="four axes"),
        pytest.param(np.arange(4) / 7, id="a vector already"),
        pytest.param(np.arange(12).reshape(3, 4).T / 7, id="the transpose of a picture"),
    ],
)
def test_one_axis_is_left(student, image):
    """Whatever its shape, an array becomes one with a single axis, which holds the same numbers row
    by row; the array itself stays as it is."""
    found = call_unchanged(student, "image_to_vector", image)
    assert_close(found, image.ravel(), "the vector", rtol=1e-4)  # float32 will do, float16 will not


@criterion(
    "normalise_rows",
    points=1,
    hint="(3, 4) has the length 5. Along which axis do you add up the squares, and is that axis kept?",
)
def test_rows_of_length_one(student):
    """The rows (3, 4), (0, -2) and (-5, 12) become (0.6, 0.8), (0, -1) and (-5/13, 12/13)."""
    rows = np.array([[3.0, 4.0], [0.0, -2.0], [-5.0, 12.0]])
    expected = np.array([[0.6, 0.8], [0.0, -1.0], [-5 / 13, 12 / 13]])
    assert_close(call_unchanged(student, "normalise_rows", rows), expected, "the rows", rtol=COARSE)


@criterion(
    "normalise_rows",
    points=1,
    hint="By what may a row of zeros be divided, so that it stays one? Every other row needs its own length.",
)
@pytest.mark.parametrize(
    "row, expected",
    [
        pytest.param([0.0, 0.0, 0.0], [0, 0, 0], id="a row of zeros"),
        pytest.param([0.3, -0.4], [0.6, -0.8], id="a row of length 1/2"),
        pytest.param([3e-4, -4e-4], [0.6, -0.8], id="a row of length 0.0005"),
    ],
)
def test_a_row_of_zeros_stays(student, row, expected):
    """A row of zeros stays a row of zeros, a very short row gets the length 1 like any other, and
    NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.normalise_rows(np.array(row))
    assert_close(found, np.array(expected), "the row", rtol=1e-3)  # 1e-7 may be added to a length


@criterion("normalise_rows", points=1, hint="The last axis is axis=-1, and keepdims=True keeps it under the rows.")
@pytest.mark.parametrize("shape", [pytest.param((2,), id="a single row"), pytest.param((2, 3, 2), id="three axes")])
def test_rows_are_the_last_axis(student, shape):
    """A single row is normalised, and so is each pixel of a picture, also beside black ones."""
    rows = np.resize([3.0, 4.0, 0.0, 0.0, 8.0, -6.0], shape)
    expected = np.resize([0.6, 0.8, 0.0, 0.0, 0.8, -0.6], shape)
    found = as_array(student.normalise_rows(rows), "the rows")
    assert_shape(found, shape, "the rows")
    others = rows.any(axis=-1)  # what becomes of zeros themselves, is asked above
    assert_close(found[others], expected[others], "the rows that are not zeros", rtol=COARSE)


@criterion("normalise_rows", points=1, hint="In uint8, 120 × 120 has no room. Turn the numbers into floats first.")
@pytest.mark.parametrize(
    "row, expected",
    [
        pytest.param(np.array([120, 160], "uint8"), [0.6, 0.8], id="120 and 160, of type uint8"),
        pytest.param(np.array([-96, 72], "int8"), [-0.8, 0.6], id="-96 and 72, of type int8"),
        pytest.param(np.array([30000, 40000], "uint16"), [0.6, 0.8], id="30000 and 40000, of type uint16"),
        pytest.param(np.array([-120000, 160000]), [-0.6, 0.8], id="-120000 and 160000, of type int64"),
    ],
)
def test_rows_of_whole_numbers(student, row, expected):
    """Whole numbers become fractions: (120, 160), of the type of pictures, becomes (0.6, 0.8)."""
    assert_floats(student.normalise_rows(row), np.array(expected), "the row", rtol=COARSE)


@criterion("softmax", points=1, hint="exp of these scores is 1, 3 and 4. What is their sum?")
def test_one_row_of_scores(student):
    """The scores log 1, log 3 and log 4 become the probabilities 1/8, 3/8 and 4/8."""
    found = student.softmax(np.log([1.0, 3.0, 4.0]))
    assert_close(found, np.array([0.125, 0.375, 0.5]), "the probabilities")


@criterion("softmax", points=1, hint="Sum along the last axis, and let the sum keep it (keepdims=True).")
@pytest.mark.parametrize("shape", [pytest.param((2, 3), id="two rows"), pytest.param((2, 1, 3), id="three axes")])
def test_each_row_on_its_own(student, shape):
    """Each row of scores becomes probabilities of its own."""
    scores = np.log([1.0, 3.0, 4.0, 6.0, 1.0, 1.0]).reshape(shape)
    expected = np.array([0.125, 0.375, 0.5, 0.75, 0.125, 0.125]).reshape(shape)
    assert_close(student.softmax(scores), expected, "the probabilities")


ONE_APART = [0.26894142, 0.73105858]
"""The probabilities of two scores of which the second is larger by 1."""


@criterion("softmax", points=2, hint="Subtract from each row a number of its own, so that no exponent is above 0.")
@pytest.mark.parametrize(
    "scores, expected",
    [
        pytest.param([[1000.0, 0.0], [0.0, 0.0]], [[1, 0], [0.5, 0.5]], id="a score of 1000"),
        pytest.param([[1000.0, 1001.0], [-1000.0, -999.0]], [ONE_APART, ONE_APART], id="rows far from each other"),
        pytest.param(
            [[750.0, 751.0], [-751.0, -750.0], [0.0, 1.0]], [ONE_APART] * 3, id="scores of ±750, and of 0 and 1"
        ),
        pytest.param([[-1000.0] * 3 + [1000.0, 1001.0]], [[0, 0, 0, *ONE_APART]], id="scores far from each other"),
    ],
)
def test_scores_of_a_thousand(student, scores, expected):
    """Scores of 1000 and 1001 become the same probabilities as 0 and 1, NumPy has nothing to warn
    of, and the scores themselves stay as they are."""
    with without_warnings(student):
        found = call_unchanged(student, "softmax", np.array(scores))
    assert_close(found, np.array(expected), "the probabilities")


@criterion(
    "softmax",
    points=1,
    hint="The probabilities are those of the same floats. In uint8, 1 - 3 is 254: turn the scores into floats first.",
)
@pytest.mark.parametrize(
    "scores, expected",
    [
        pytest.param(np.array([3, 1, 2]), [0.66524096, 0.09003057, 0.24472847], id="of type int64"),
        pytest.param(np.array([3, 1, 2], "uint8"), [0.66524096, 0.09003057, 0.24472847], id="of type uint8"),
        pytest.param(np.array([3, 1, 2], "uint16"), [0.66524096, 0.09003057, 0.24472847], id="of type uint16"),
        pytest.param(np.array([-100, 100, 100], "int8"), [0, 0.5, 0.5], id="-100, 100 and 100, of type int8"),
    ],
)
def test_whole_scores(student, scores, expected):
    """The whole scores 3, 1 and 2 become the probabilities 0.665, 0.090 and 0.245."""
    assert_floats(student.softmax(scores), np.array(expected), "the probabilities")


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


WHOLE = [
    pytest.param(np.array([3, 255], "uint8"), np.array([20, 0], "uint8"), id="3, 255 and 20, 0, of type uint8"),
    pytest.param(np.array([-100], "int8"), np.array([100], "int8"), id="-100 and 100, of type int8"),
    pytest.param(np.array([5], "uint16"), np.array([60000], "uint16"), id="5 and 60000, of type uint16"),
    pytest.param(np.array([0]), np.array([3_000_000_000]), id="0 and 3,000,000,000, of type int64"),
    pytest.param(np.array([200], "uint8"), np.array([0.5]), id="200, of type uint8, and 0.5"),
    pytest.param(np.array([0.25]), np.array([3], "uint8"), id="0.25 and 3, of type uint8"),
]
TRAP = "In uint8, 3 - 20 is 239, and 255 × 255 is 1. Turn the numbers into floats first, and both arrays."


def assert_counts(found, predicted, true, power, what):
    """Assert that `found` is the loss of whole numbers, in any shape.

    Its mean or its root will do: sums and shapes have a criterion of their own.
    """
    powers = np.abs(predicted.astype(float) - true.astype(float)) ** power
    losses = [powers.sum(), powers.mean(), np.sqrt(powers.sum()), np.sqrt(powers.mean())]
    if isinstance(found, np.ndarray) and found.size == 1:
        found = found.reshape(())
    is_number = isinstance(found, (int, float, np.generic, np.ndarray)) and np.ndim(found) == 0
    if not (is_number and np.isclose(found, losses, rtol=1e-4).any()):
        assert_close(found, losses[0], what)


@criterion("l1_loss", points=1, hint=TRAP)
@pytest.mark.parametrize("predicted, true", WHOLE)
def test_absolute_differences_of_pictures(student, predicted, true):
    """Whole numbers count for what they are, in uint8 too: 3 and 20 differ by 17."""
    assert_counts(student.l1_loss(predicted, true), predicted, true, 1, "l1_loss")


@criterion("l2_loss", points=1, hint=TRAP)
@pytest.mark.parametrize("predicted, true", WHOLE)
def test_squared_differences_of_pictures(student, predicted, true):
    """Whole numbers count for what they are, in uint8 too: the square of 3 - 20 is 289."""
    assert_counts(student.l2_loss(predicted, true), predicted, true, 2, "l2_loss")


def assert_distances(found, expected, atol=None):
    """Assert that `found` holds these distances.

    Their squares, or a row for each centre, will do: these slips have a criterion of their own.
    """
    table = as_array(found, "the table")
    if table.shape == expected.T.shape != expected.shape:
        table = table.T
    squares = table.shape == expected.shape and np.allclose(table, expected**2, rtol=1e-4)
    assert_close(table, expected**2 if squares else expected, "the table", atol=atol)


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
    assert_distances(found, np.array(expected))


@criterion("distance_table", points=1, hint="A sum of squares is never below 0; what is the root of -0.0000000001?")
def test_a_point_that_is_a_centre(student):
    """Of twelve points close to one another, each has the distance 0 from itself and the right one
    from all others, and NumPy has nothing to warn of."""
    points = np.random.default_rng(8).normal(50, 1, (12, 3))
    expected = np.array([[np.linalg.norm(one - other) for other in points] for one in points])
    with without_warnings(student):
        found = student.distance_table(points, points)
    assert_distances(found, expected, atol=1e-4)


@criterion("distance_table", points=1, hint="In uint8, 3 - 5 is 254. Turn points and centres into floats first.")
@pytest.mark.parametrize(
    "points, centres, expected",
    [
        pytest.param(
            np.array([[3, 255]], "uint8"), np.array([[5, 0], [3, 254]], "uint8"), [[65029**0.5, 1]], id="of type uint8"
        ),
        pytest.param(
            np.array([[-100, 3]], "int8"), np.array([[100, 3], [-100, 7]], "int8"), [[200, 4]], id="of type int8"
        ),
        pytest.param(
            np.array([[60000, 3]], "uint16"),
            np.array([[0, 3], [60000, 8]], "uint16"),
            [[60000, 5]],
            id="of type uint16",
        ),
        pytest.param(np.array([[10**5, -7]]), np.array([[0, -7], [10**5, -4]]), [[10**5, 3]], id="of type int64"),
        pytest.param(
            np.array([[3, 255]], "uint8"), np.array([[3.5, 255], [3, 252]]), [[0.5, 3]], id="and centres of floats"
        ),
    ],
)
def test_whole_coordinates(student, points, centres, expected):
    """The colours (3, 255) and (5, 0) are 255.008 apart, in whole numbers too."""
    found = student.distance_table(points, centres)
    assert_dtype(found, "float", "the table")
    assert_distances(found, np.array(expected))
