"""The hidden criteria of `mnist_callback`, which students never get."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    assert_close,
    assert_dtype,
    assert_ends_at_target,
    assert_stops,
    criterion,
    datasets,
)

SHAPE = (28, 28)


@pytest.fixture(scope="module")
def new_digits():
    """The test digits, from 0 to 1, with labels; no notebook can load them when it is graded."""
    images, labels = datasets.load("mnist", split="test")
    return images / np.float32(255), labels


@pytest.fixture(scope="module")
def put_aside():
    """Up to 4,000 of the digits that the notebook puts aside, from 0 to 1, and their labels."""
    _, (images, labels) = datasets.put_aside(*datasets.load("mnist"))
    return images[:4000] / np.float32(255), labels[:4000]


@criterion(
    "preprocess", points=1, hint="Does the same picture always become the same fractions, whatever comes with it?"
)
@pytest.mark.parametrize(
    "count, darkest, brightest, kind",
    [
        pytest.param(1, 0, 256, "uint8", id="one picture"),
        pytest.param(7, 0, 90, "uint8", id="dark pictures"),
        pytest.param(33, 20, 200, "int32", id="whole numbers of type int32"),
        pytest.param(5, 0, 120, "float32", id="grey levels such as 3.7, of type float32"),
        pytest.param(2, 3, 9, "float64", id="grey levels such as 3.7, of type float64"),
    ],
)
def test_the_same_in_any_batch(student, count, darkest, brightest, kind):
    """Any number of pictures, dark or bright, of any numeric type, is scaled in the same way."""
    levels = np.random.default_rng(count).uniform(darkest, brightest, (count, *SHAPE)).astype(kind)
    found = student.preprocess(levels)
    assert_dtype(found, "float", "preprocess(images)")
    # 0.001 is the rounding error of float16, and a quarter of that of dividing by 256.
    assert_close(found, levels.astype("float64") / 255, "preprocess(images)", rtol=1e-3)


@criterion("stop_at", points=1, hint="Where does the number in your comparison come from?")
@pytest.mark.parametrize(
    "target, epoch, reached, stops",
    [
        pytest.param(0.9, 0, 0.9, True, id="target 0.9, met by the first epoch"),
        pytest.param(0.9, 40, 0.899, False, id="target 0.9, not met by 41 epochs"),
        pytest.param(0.5, 3, 0.7, True, id="target 0.5, met by the fourth epoch"),
        pytest.param(1.0, 12, 0.999, False, id="target 1, not met by 13 epochs"),
        pytest.param(1.0, 1, 1.0, True, id="target 1, met by the second epoch"),
    ],
)
def test_any_target_in_any_epoch(student, target, epoch, reached, stops):
    """Any other target works in the same way, in the first epoch and in a late one."""
    early = [{"accuracy": target / 2, "loss": 2.0}] * epoch
    logs = [*early, {"accuracy": reached, "loss": 0.3}]
    assert_stops(student, student.StopAt(target), logs, after=len(logs) if stops else None)


@criterion("train", points=1, hint="Is the callback made with the target that `train` was given?")
def test_ends_with_the_first_epoch_that_meets_the_target(student):
    """Training ends with the first epoch that meets the target, whatever the target is."""
    assert_ends_at_target(student, "train", SHAPE, target=0.5, max_epochs=15)


@criterion("accuracy", points=3, hint="Nearly all of the training digits, and few of the new ones?")
def test_reads_new_digits(student, new_digits, put_aside, thresholds, credit, gap):
    """The saved model reads 97 % of digits that it has never seen correctly."""
    found = accuracy(student.model, new_digits)
    credit.within(found, thresholds, "new")
    gap(student.model, found, new_digits, put_aside)
