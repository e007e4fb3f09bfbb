"""The hidden criteria of `mnist_conv`, which students never get."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    assert_close,
    assert_dtype,
    assert_ends_at_target,
    criterion,
    datasets,
)

SHAPE = (28, 28, 1)


@pytest.fixture(scope="module")
def new_digits():
    """The test digits, (n, 28, 28, 1) from 0 to 1, with labels; graded
    notebooks cannot load them."""
    images, labels = datasets.load("mnist", split="test")
    return images[..., None] / np.float32(255), labels


@pytest.fixture(scope="module")
def put_aside():
    """4,000 or fewer of the digits put aside, (n, 28, 28, 1) from 0 to 1, and their labels."""
    _, (images, labels) = datasets.put_aside(*datasets.load("mnist"))
    return images[:4000][..., None] / np.float32(255), labels[:4000]


@criterion(
    "add_channel", points=1, hint="Does the same picture always become the same fractions, whatever comes with it?"
)
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
    """Any number of pictures, dark or bright, keeps its order, its rows and columns, and is
    scaled in the same way."""
    levels = np.random.default_rng(count).uniform(darkest, brightest, (count, 28, 28)).astype(kind)
    found = student.add_channel(levels)
    assert_dtype(found, "float", "add_channel(images)")
    # 0.001 is the rounding error of float16, and a quarter of that of dividing by 256.
    assert_close(found, levels[..., None].astype("float64") / 255, "add_channel(images)", rtol=1e-3)


@criterion("train", points=1, hint="Is the callback made with the target that `train` was given?")
def test_ends_with_the_first_epoch_that_meets_the_target(student):
    """Training ends with the first epoch that meets the target, whatever the target is."""
    assert_ends_at_target(student, "train", SHAPE, target=0.5, max_epochs=15)


@criterion("accuracy", points=3, hint="Nearly all of the training digits, and few of the new ones?")
def test_reads_new_digits(student, new_digits, put_aside, thresholds, credit, gap):
    """The saved model reads 98.5 % of digits that it has never seen correctly."""
    found = accuracy(student.model, new_digits)
    credit.within(found, thresholds, "new")
    gap(student.model, found, new_digits, put_aside)
