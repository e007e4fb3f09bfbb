"""The hidden criteria of `fashion_dense`, which students never get."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_array,
    assert_choice,
    assert_close,
    assert_dtype,
    criterion,
    datasets,
)


@pytest.fixture(scope="module")
def new_garments():
    """The test garments, as rows from 0 to 1, with labels; graded notebooks cannot load them."""
    images, labels = datasets.load("fashion", split="test")
    return images.reshape(-1, 784) / np.float32(255), labels


@pytest.fixture(scope="module")
def put_aside():
    """4,000 or fewer of the garments put aside, as rows from 0 to 1, and their labels."""
    _, (images, labels) = datasets.put_aside(*datasets.load("fashion"))
    return images[:4000].reshape(-1, 784) / np.float32(255), labels[:4000]


@criterion("to_rows", points=1, hint="Does the same picture always become the same row, whatever comes with it?")
@pytest.mark.parametrize(
    "count, darkest, brightest, kind",
    [
        pytest.param(1, 0, 256, "uint8", id="one picture"),
        pytest.param(28, 0, 90, "uint8", id="28 dark pictures"),
        pytest.param(33, 20, 200, "int32", id="whole numbers of type int32"),
        pytest.param(5, 0, 120, "float32", id="grey levels such as 3.7, of type float32"),
        pytest.param(2, 3, 9, "float64", id="grey levels such as 3.7, of type float64"),
    ],
)
def test_the_same_in_any_batch(student, count, darkest, brightest, kind):
    """Any number of pictures, dark or bright, of any numeric type, becomes rows in the same way."""
    levels = np.random.default_rng(count).uniform(darkest, brightest, (count, 28, 28)).astype(kind)
    found = student.to_rows(levels)
    assert_dtype(found, "float", "to_rows(images)")
    # 0.001 is the rounding error of float16, and a quarter of that of dividing by 256.
    assert_close(found, levels.reshape(count, 784).astype("float64") / 255, "to_rows(images)", rtol=1e-3)


@criterion("confusion_matrix", points=2, hint="Try another number of classes, many labels, and a single one.")
@pytest.mark.parametrize(
    "count, classes, kind",
    [
        pytest.param(1, 3, "int64", id="a single answer"),
        pytest.param(900, 2, "uint8", id="two classes"),
        pytest.param(700, 10, "int32", id="ten classes"),
        pytest.param(500, 23, "uint8", id="23 classes"),
    ],
)
def test_counts_any_answers(student, count, classes, kind):
    """Any number of answers about any number of classes is counted."""
    labels, guesses = (draw_classes(count, classes, seed).astype(kind) for seed in (1, 2))
    expected = np.zeros((classes, classes))
    for label, guess in zip(labels, guesses, strict=True):
        expected[label, guess] += 1
    assert_close(student.confusion_matrix(labels, guesses, classes=classes), expected, "the matrix")


@criterion("share_right", points=1, hint="Some classes have more inputs than others: does each input count the same?")
@pytest.mark.parametrize("classes", [1, 2, 7, 30])
def test_share_of_any_matrix(student, classes):
    """The share is read from a matrix of any size, whether or not the classes are equally large."""
    matrix = draw_matrix(classes, seed=3)
    assert_close(student.share_right(matrix), np.diag(matrix).sum() / matrix.sum(), "share_right(matrix)", rtol=1e-4)


@criterion("most_mixed_up", points=1, hint="Try matrices of other sizes, and work out what should come.")
@pytest.mark.parametrize("classes", [2, 3, 4, 9, 10, 31])
def test_mixed_up_in_any_matrix(student, classes):
    """The pair is found in matrices of any size."""
    for seed in range(6):
        matrix = draw_matrix(classes, seed)
        sums = {(i, j): matrix[i, j] + matrix[j, i] for i in range(classes) for j in range(i)}
        expected = sorted(max(sums, key=sums.get))
        found = student.most_mixed_up(matrix)
        found = np.sort(as_array(list(found) if isinstance(found, set) else found, "most_mixed_up(matrix)"))
        assert_close(found, expected, "the two classes, the smaller first,")


@criterion("answers", points=1, hint="With how large a number does each weight of the first layer get multiplied?")
def test_why_scaling_matters(student):
    """You know why the network has a hard start with grey levels."""
    wrong = {
        "a": "They can be turned into each other without any loss, so they hold the same.",
        "c": "Count the weights: do they depend on how large the inputs are?",
    }
    assert_choice(student.answers, "unscaled", "b", wrong)


@criterion("answers", points=1, hint="What is counted in a column, and what in a row?")
def test_what_a_column_says(student):
    """You can read the sums of a confusion matrix."""
    wrong = {
        "b": "How many shirts there are is a sum over all guesses about them: is that a row or a column?",
        "c": "A shirt that is recognised is in one square alone, and it is in the row of the shirts, too.",
    }
    assert_choice(student.answers, "column", "a", wrong)


@criterion(
    "answers", points=1, hint="Invent a table with two kinds of garments, and make one of them ten times as many."
)
def test_what_the_mix_does(student):
    """You know what else than the network decides on its share of right answers."""
    wrong = {
        "a": "The network is the same, but the share is a mean over the pictures, and these are others.",
        "b": "The share is a mean over pictures, not over kinds: how many of the pictures are easy now?",
    }
    assert_choice(student.answers, "mix", "c", wrong)


@criterion("accuracy", points=4, hint="How far apart are the two learning curves, and is the second one still rising?")
def test_sorts_new_garments(student, new_garments, put_aside, thresholds, credit, gap):
    """The saved model sorts 85 % of garments that it has never seen into the right box."""
    found = accuracy(student.model, new_garments)
    credit.within(found, thresholds, "new")
    gap(student.model, found, new_garments, put_aside)


def draw_classes(count, classes, seed):
    """Random class numbers, the larger ones more often."""
    return (classes * np.random.default_rng([seed, count]).random(count) ** 0.6).astype(int)


def draw_matrix(classes, seed):
    """A random confusion matrix of classes that differ in size."""
    rng = np.random.default_rng([classes, seed])
    matrix = rng.integers(0, 400_000, (classes, classes))
    matrix[np.diag_indices(classes)] = rng.integers(0, 900_000, classes)
    return matrix
