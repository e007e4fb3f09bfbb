"""The public criteria of `mnist_conv`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    assert_close,
    assert_crossentropy_loss,
    assert_dtype,
    assert_equal,
    assert_lasts,
    assert_layer_count,
    assert_layer_order,
    assert_parameters,
    assert_probabilities,
    assert_reports,
    assert_shape,
    assert_teaches_all,
    call_unchanged,
    criterion,
    datasets,
    pictures,
)

SHAPE, BUDGET = (28, 28, 1), 1_000_000


@pytest.fixture(scope="module")
def known_digits():
    """A ninth of the training digits, (n, 28, 28, 1) from 0 to 1, and their labels."""
    (images, labels), _ = datasets.put_aside(*datasets.load("mnist"))
    return images[::9, ..., None] / np.float32(255), labels[::9]


@criterion("add_channel", points=1, hint="Print the shape, the type and the largest number of what you return.")
def test_fractions_with_a_channel(student):
    """Two pictures of bytes become fractions of shape (2, 28, 28, 1), and 255 becomes exactly 1."""
    images, fractions = np.zeros((2, 28, 28), "uint8"), np.zeros((2, 28, 28, 1))
    images[0, 3, 8], fractions[0, 3, 8, 0] = 255, 1
    images[1, 20, 6], fractions[1, 20, 6, 0] = 51, 0.2
    found = student.add_channel(images)
    assert_shape(found, fractions.shape, "add_channel(images)")
    assert_dtype(found, "float", "add_channel(images)")
    assert_close(found, fractions, "add_channel(images)")
    assert_equal(float(found.max()), 1.0, "the largest fraction")


@criterion("add_channel", points=1, hint="Return a new array; does one of your lines write into the one that came in?")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=f"pictures of type {kind}") for kind in ("uint8", "float32", "float64")]
)
def test_leaves_its_input_alone(student, kind):
    """The pictures that come in keep their numbers and their shape."""
    levels = np.random.default_rng(9).integers(0, 256, (4, 28, 28)).astype(kind)
    call_unchanged(student, "add_channel", levels)


@criterion("build_model", points=1, hint="Pictures with a channel in, and what makes ten numbers that sum to 1?")
def test_ten_probabilities(student):
    """The model answers each picture of 28×28×1 fractions with ten probabilities."""
    model = built(student)
    # Keras lets pictures of 28 rows pass where others were announced.
    announced = model.input_shape or (None, *SHAPE)
    if len(announced) == 4 and any(size not in (None, due) for size, due in zip(announced[1:], SHAPE, strict=True)):
        raise CriterionFailed(f"an input of shape {SHAPE}", f"{announced[1:]}", detail=model.table())
    found = model.predict(np.random.default_rng(5).random((6, *SHAPE), dtype="float32"))
    assert_shape(found, (6, 10), "the answer to 6 pictures")
    assert_probabilities(found, "the ten numbers for each picture")


@criterion("build_model", points=1, hint="Count them in the summary, and see which comes first.")
def test_one_convolution_and_one_pool(student):
    """There is exactly one convolution, and exactly one pooling layer behind it."""
    assert_one_of_each(built(student))


@criterion("build_model", points=1, hint="Which activation does the convolution have?")
def test_relu_behind_the_convolution(student):
    """ReLU, or a relative of it, follows the convolution before any dense layer does."""
    model = built(student)
    if model.class_name not in ("Sequential", "Functional"):
        return  # what a `call` method of its own applies is not among its layers
    names = [one.class_name for one in model.layers]
    first = next((row for row, name in enumerate(names) if "Conv" in name), 0)
    behind = next((row for row, name in enumerate(names) if row > first and "Dense" in name), len(names))
    found = {one.activation for one in model.layers[first:behind]} - {None, "linear"}
    if not found - {"sigmoid", "tanh", "softmax"}:
        raise CriterionFailed(
            "a convolution with ReLU", found.pop() if found else "no activation", detail=model.table(), marked=(first,)
        )


@criterion("build_model", points=1, hint="Which layer has most of them, and what could make its input smaller?")
def test_within_the_budget(student):
    """The model has at most 1,000,000 parameters."""
    assert_parameters(built(student), at_most=BUDGET)


@criterion(
    "build_model", points=1, hint="Does compile() have a loss for integer labels, and the metric by its full name?"
)
def test_reports_its_accuracy(student):
    """Asked about pictures and their integer labels, the model reports its "accuracy"."""
    assert_reports(student.build_model(), pictures.bars(20, SHAPE, seed=7), "accuracy")


@criterion("build_model", points=1, hint="Which crossentropy takes integers, and does it expect probabilities?")
def test_is_taught_by_crossentropy(student):
    """The loss is the crossentropy of the model's probabilities with integer labels."""
    assert_crossentropy_loss(student.build_model(), np.random.default_rng(11).random((40, *SHAPE), dtype="float32"))


@criterion("train", points=1, hint="Does `fit` know the callback, and the callback your `target`?")
def test_ends_when_the_target_is_met(student):
    """With a target that the first epoch meets, training ends after that epoch."""
    assert_lasts(student, "train", SHAPE, 1, target=0.01, max_epochs=3)


@criterion("train", points=1, hint="How many epochs is `fit` asked for, and how often is it called?")
def test_ends_at_max_epochs(student):
    """With a target that is never met, the model is taught for `max_epochs` epochs and no more."""
    assert_lasts(student, "train", SHAPE, 3, target=2.0, max_epochs=3)


@criterion("train", points=1, hint="Does `fit` get the model and all pictures and labels of the call, unchanged?")
def test_teaches_what_it_is_given(student):
    """The model given to `train` learns all pictures given to it, which stay as they are."""
    assert_teaches_all(student, "train", SHAPE, target=2.0, max_epochs=8)


@criterion("accuracy", points=1, hint="Did `build_model` change after you trained? Train again.")
def test_hands_in_what_it_shows(student):
    """The saved model, too, has one convolution, one pooling layer and at most
    1,000,000 parameters."""
    assert_one_of_each(student.model)
    assert_parameters(student.model, at_most=BUDGET)


@criterion("accuracy", points=3, hint="Where does the learning curve end, and is it still rising?")
def test_reads_the_training_digits(student, known_digits, thresholds, credit):
    """The saved model reads 99.5 % of the training digits correctly."""
    credit.within(accuracy(student.model, known_digits), thresholds, "known")


def built(student):
    """A model of `build_model`; a picture builds one that has no Input."""
    model = as_model(student.build_model(), "build_model()")
    if not model.built:
        model.predict(np.zeros((1, *SHAPE), "float32"))
    return model


def assert_one_of_each(model):
    """Assert that the model has one convolution and, after it, one pooling layer of any class."""
    assert_layer_count(model, convolution=1, pooling=1)
    assert_layer_order(model, "convolution", "pooling")
    pool = next(one for one in model.layers if "Pool" in one.class_name)
    if (np.asarray(pool.config.get("pool_size", 2)) == 1).all():
        raise CriterionFailed("a pooling layer that makes its input smaller", "a pool of single pixels", model.table())
