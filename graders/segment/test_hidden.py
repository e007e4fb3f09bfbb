"""The hidden criteria of `segment`: other labels, other sizes, and streets that nobody has seen."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    assert_close,
    assert_refuses,
    call_unchanged,
    criterion,
)
from proctor.datasets import streets


def measure_iou(true, found, kinds):
    """The mean IoU, from a table of how often each kind was taken for each."""
    table = np.bincount(kinds * np.ravel(true).astype(int) + np.ravel(found).astype(int), minlength=kinds**2)
    table = table.reshape(kinds, kinds).astype(float)
    unions = table.sum(axis=0) + table.sum(axis=1) - table.diagonal()
    return (table.diagonal()[unions > 0] / unions[unions > 0]).mean()


@pytest.fixture(scope="module")
def unseen():
    """Streets that follow from a seed of the grader's."""
    return streets.draw_streets(120, seed=86_211)


@criterion("colours", points=1, hint="Any size, any colours; and what is given stays as it is.")
@pytest.mark.parametrize("shape", [(7, 3, 5), (1, 9, 2), (4, 4, 11)])
def test_any_picture(student, shape):
    """Pictures of any size are coloured in any colours, and nothing is changed."""
    draw = np.random.default_rng(shape)
    logits, colours = draw.normal(0, 30, shape).astype("float32"), draw.integers(0, 256, (shape[2], 3), dtype="uint8")
    found = as_array(call_unchanged(student, "paint", logits, colours), "paint(…)")
    assert_close(found.astype(float), colours[logits.argmax(axis=2)].astype(float), "the colours")


@criterion("mean_iou", points=1, hint="Any number of pictures and of kinds; and what is given stays as it is.")
@pytest.mark.parametrize("shape, kinds", [((3, 6, 4), 4), ((40,), 23), ((2, 5, 9), 2), ((11, 8), 6)])
def test_any_labels(student, shape, kinds):
    """Labels of any shape, with any number of kinds, are compared, and nothing is changed."""
    draw = np.random.default_rng([kinds, *shape])
    true = draw.choice(kinds, shape, p=draw.dirichlet(np.ones(kinds))).astype("uint8")
    found = np.where(draw.uniform(size=shape) < 0.6, true, draw.integers(0, kinds, shape)).astype("uint8")
    value = as_array(call_unchanged(student, "mean_iou", true, found, kinds), "mean_iou(…)")
    expected = measure_iou(true, found, kinds)
    assert_close(value.item() if value.size == 1 else value, expected, "the mean IoU", rtol=1e-3)


@criterion("unet", points=1, hint="Are both sizes looked at, for any number of levels?")
@pytest.mark.parametrize("height, width, levels, wrong", [(64, 88, 4, 88), (27, 32, 1, 27), (96, 34, 2, 34)])
def test_refuses_any_size(student, height, width, levels, wrong):
    """Other sizes that do not fit are refused, too, with a sentence."""
    assert_refuses(student, "build_unet", [height, width, 3, 5, levels], [wrong, 2**levels])


@criterion("trained", points=2, hint="How do the curves end, and did you train it to the end?")
def test_colours_unseen_streets(student, unseen, thresholds, credit):
    """The saved network is right in 91 % of the pixels of streets that nobody has seen."""
    credit.within(accuracy(student.unet, unseen), thresholds, "new_accuracy")


@criterion("trained", points=2, hint="Which kind does it miss? Look at the pictures below the table.")
def test_finds_every_kind(student, unseen, thresholds, credit):
    """In streets that nobody has seen, the mean IoU of the saved network is at least 0.75."""
    pictures, labels = unseen
    found = student.unet.predict(pictures)
    if not isinstance(found, np.ndarray) or found.shape != (*labels.shape, len(streets.KINDS)):
        raise CriterionFailed("logits for each pixel", "answers of another shape")
    credit.within(measure_iou(labels, found.argmax(axis=-1), len(streets.KINDS)), thresholds, "new_iou")
