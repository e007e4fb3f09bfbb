"""The public criteria of `hand_filters`: small examples that can be worked out on paper."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    assert_apart,
    assert_between,
    assert_close,
    assert_dtype,
    assert_shape,
    criterion,
    described,
)

# A filter of single precision whose row adds up to 0 leaves this much, at most, of 255.
ROUNDING = 1e-3
# Whoever turns a filter, or takes rows for columns, gets something else from it.
ODD_ONE = np.array([[1, 2, 0], [0, 0, -3], [0, 4, 0]])


def chosen_filter(student):
    """The student's `vertical_edges`, as an array of floats of shape (3, 3)."""
    kernel = as_array(student.vertical_edges, "vertical_edges")
    assert_shape(kernel, (3, 3), "vertical_edges")
    assert_between(kernel, -1e6, 1e6, "vertical_edges")
    return kernel.astype(float)


def one_answer(picture, kernel):
    """The answer to 3 × 3 pixels; it stands in where the student's `apply_filter` is not right."""
    import numpy

    return numpy.array([[float((picture * kernel).sum())]])


@criterion("apply_filter", points=1, hint="Work out one answer on paper: which pixel lies under which number?")
def test_answers_on_paper(student):
    """On a picture of 4 × 5 pixels, the answers are those on paper, at all 2 × 3 places."""
    picture = np.array([[1, 0, 2, 0, 0], [0, 3, 0, 1, 0], [2, 0, 1, 0, 0], [0, 1, 0, 0, 5]], float)
    found = student.apply_filter(picture, ODD_ONE)
    assert_close(found, np.array([[1.0, 5.0, 2.0], [7.0, 3.0, 2.0]]), "the answers")


@criterion(
    "apply_filter", points=1, hint="A filter's upper left number lies on the upper left pixel: nothing is turned."
)
def test_one_pixel(student):
    """A single bright pixel in the middle shows the filter turned by half a circle, as on paper."""
    picture = np.zeros((5, 5))
    picture[2, 2] = 1
    found = student.apply_filter(picture, ODD_ONE)
    assert_close(found, np.array([[0.0, 4, 0], [-3, 0, 0], [0, 2, 1]]), "the answers")


@criterion("apply_filter", points=1, hint="What do bytes make of 200 + 100, and of 50 - 60? Calculate with floats.")
def test_beyond_bytes(student):
    """Answers below 0 and above 255 come out of bytes as they are."""
    picture = np.array([[250, 10, 200, 180], [240, 20, 190, 170], [230, 30, 255, 160]], "uint8")
    found = student.apply_filter(picture, np.full((3, 3), 2, "uint8"))
    assert_close(found, np.array([[2850.0, 2430.0]]), "the answers of nine twos")
    found = student.apply_filter(picture, np.array([[1, 0, -1]] * 3, "int8"))
    assert_close(found, np.array([[75.0, -450.0]]), "the answers of three differences")


@criterion("apply_filter", points=1, hint="Of which type is the array that you fill?")
def test_fractions(student):
    """Answers have fractions, also those of a picture of bytes."""
    picture = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]], "uint8")
    found = student.apply_filter(picture, np.full((3, 3), 0.125))
    assert_close(found, np.array([[5.75]]), "the answer")
    assert_dtype(found, "float", "the answer")


@criterion("normalise", points=1, hint="By what is each number divided, so that they add up to 1?")
def test_adds_up_to_one(student):
    """A filter with the sum 8 is divided by 8, and one with the sum -2 by -2."""
    kernel = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]])
    assert_close(student.normalise(kernel), kernel / 8, "the normalised filter")
    kernel = np.array([[-1.0, 0, 0], [0, -3, 2], [0, 0, 0]])
    assert_close(student.normalise(kernel), kernel / -2, "the normalised filter")


@criterion("normalise", points=1, hint="What is to become of a filter whose numbers add up to 0?")
def test_sum_of_zero(student):
    """A filter with the sum 0 stays as it is."""
    kernel = np.array([[2, 0, -5], [0, 1, 0], [0, 3, -1]])
    assert_close(student.normalise(kernel), kernel, "the filter", rtol=1e-6)


@criterion("normalise", points=1, hint="Compare the size of the sum, whatever its sign, with 10⁻⁹: `1e-9`.")
def test_nearly_zero(student):
    """A sum nearer to 0 than 10⁻⁹ counts as 0, and any other is divided by, however small it is."""
    kernel = np.array([[0.1, 0.2, -0.3], [0, 0, 0], [0, 0, 0]])
    assert_close(student.normalise(kernel), kernel, "the filter with the sum 0.1 + 0.2 - 0.3")
    assert_close(student.normalise(-kernel), -kernel, "the filter with the sum 0.3 - 0.1 - 0.2")
    kernel = np.array([[3.0, 0, 0], [0, 1, 0], [0, 0, 0]])
    assert_close(student.normalise(1e-9 * kernel), kernel / 4, "the filter with the sum 4e-9")
    assert_close(student.normalise(-1e-9 * kernel), kernel / 4, "the filter with the sum -4e-9")
    assert_close(student.normalise(1e-10 * kernel), 1e-10 * kernel, "the filter with the sum 4e-10", atol=1e-12)


@criterion("to_picture", points=1, hint="What is below 0, and what is above 255? Clip before you change the type.")
def test_beyond_both_ends(student):
    """What is below 0 becomes 0, and what is above 255 becomes 255."""
    found = as_array(student.to_picture(np.array([[-40.0, 0, 17], [255, 256, 40000]])), "the picture")
    assert_close(found.astype(int), np.array([[0, 0, 17], [255, 255, 255]]), "the picture")


@criterion("to_picture", points=1, hint="A change of type cuts fractions off; round first.")
def test_nearest_whole_number(student):
    """Fractions are rounded to the nearest whole number."""
    found = as_array(student.to_picture(np.array([99.8, 201.49, 0.7, 254.6, 7.4])), "the picture")
    assert_close(found.astype(float), np.array([100.0, 201, 1, 255, 7]), "the picture")


@criterion("to_picture", points=1, hint="Which type has an array of bytes?")
def test_bytes(student):
    """The picture is an array of type uint8."""
    found = student.to_picture(np.array([[3.0, 77.0]]))
    if not isinstance(found, np.ndarray) or found.dtype != np.uint8:
        raise CriterionFailed("an array of type uint8", described(found))


@criterion("max_pool", points=1, hint="Which four numbers are in the first block, and which of them is the largest?")
def test_blocks_on_paper(student):
    """The largest of each block stays, wherever in the block it was."""
    picture = np.array([[9, 2, 1, 3, 0, 1], [4, 5, 8, 0, 2, 3], [0, 1, 6, 2, 1, 7], [7, 3, 2, 4, 5, 1]], float)
    assert_close(student.max_pool(picture), np.array([[9.0, 8, 3], [7, 6, 7]]), "the pooled picture")


@criterion("max_pool", points=1, hint="What is the largest of four numbers that are all below zero?")
def test_negative_numbers(student):
    """The largest of negative numbers is the one nearest to 0."""
    assert_close(student.max_pool(np.array([[-7.5, -2.25], [-3.0, -9.0]])), np.array([[-2.25]]), "the pooled picture")


@criterion("max_pool", points=1, hint="How many whole blocks are there in 5 rows, and in 3 columns?")
def test_left_over(student):
    """A row or a column that is left over at the end is left out."""
    picture = np.array([[1, 2, 9], [3, 0, 9], [5, 4, 9], [0, 6, 9], [9, 9, 9]], float)
    assert_close(student.max_pool(picture), np.array([[3.0], [6.0]]), "the pooled picture")


@criterion(
    "vertical_edges", points=1, hint="Each row of the filter lies on pixels that are all alike. What must it add up to?"
)
def test_blind_to_rows(student):
    """A horizontal edge and a plain wall get the answer 0."""
    sums = chosen_filter(student).sum(axis=1)
    for name, rows in (("a plain wall", [[90, 90, 90]]), ("a horizontal edge", [[50, 50, 200], [50, 200, 200]])):
        assert_close(np.array(rows) @ sums, np.zeros(len(rows)), f"the answers to {name}", atol=ROUNDING)


@criterion("vertical_edges", points=1, hint="Left and right of the edge, the numbers of the filter have to differ.")
@pytest.mark.parametrize(
    "left, right", [pytest.param(50, 200, id="from dark to bright"), pytest.param(200, 50, id="from bright to dark")]
)
def test_sees_vertical_edges(student, left, right):
    """An edge between 50 and 200 gets an answer of at least 30 in size."""
    found = np.array([[left, left, right], [left, right, right]], float) @ chosen_filter(student).sum(axis=0)
    assert_between(np.round(np.abs(found).max(), 3), 30, np.inf, "the size of the largest answer")


@criterion("edge_strength", points=1, hint="Two answers at each place: of the kernel, and of kernel.T.")
def test_three_four_five(student):
    """Where the vertical answer is 3 and the horizontal one is 4, the strength is 5."""
    picture = np.array([[7.0, 4, 0], [3, 9, 2], [1, 12, 5]])
    kernel = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])

    def judge(_):
        assert_close(student.edge_strength(picture, kernel), np.array([[5.0]]), "the strength")

    assert_apart(student, "edge_strength", {"apply_filter": one_answer}, judge)


@criterion("edge_strength", points=1, hint="Squares are never negative; is the root drawn?")
def test_any_direction(student):
    """Edges to the left, to the right, up and down are equally strong."""
    kernel = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    picture = np.repeat([[0.0, 0, 7]], 3, axis=0)

    def judge(_):
        for turns in range(4):
            found = student.edge_strength(np.rot90(picture, turns).copy(), kernel)
            assert_close(found, np.array([[21.0]]), "the strength")

    assert_apart(student, "edge_strength", {"apply_filter": one_answer}, judge)
