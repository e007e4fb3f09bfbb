"""The criteria of `mnist_conv` that never leave this folder."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    assert_close,
    assert_dtype,
    assert_equal,
    criterion,
    crossentropy,
    datasets,
    fetch,
    share,
)


@pytest.fixture(scope="module")
def new_digits():
    """The test digits, which no notebook can load at grading, as fractions with a channel, and their labels."""
    images, labels = datasets.load("mnist", split="test")
    return images[..., None] / np.float32(255), labels


@pytest.fixture(scope="module")
def put_aside():
    """Up to 4,000 of the digits that the notebook puts aside, as fractions with a channel, and their labels."""
    images, labels = datasets.load("mnist")
    first = len(images) - len(images) // 10
    chosen = slice(first, first + 4000)
    return images[chosen][..., None] / np.float32(255), labels[chosen]


@criterion(
    "add_channel", points=1, hint="Does the same picture always become the same fractions, whatever comes with it?"
)
@pytest.mark.parametrize(
    "count, darkest, brightest, kind",
    [(1, 0, 255, "uint8"), (28, 0, 90, "uint8"), (33, 20, 200, "int32"), (5, 0, 120, "float32"), (2, 3, 9, "float64")],
)
def test_the_same_in_any_batch(student, count, darkest, brightest, kind):
    """Any number of pictures, dark or bright, keeps its order, its rows and columns, and is scaled in the same way."""
    levels = np.random.default_rng(count).integers(darkest, brightest, (count, 28, 28), endpoint=True).astype(kind)
    found = student.add_channel(levels)
    assert_dtype(found, "float", "add_channel(images)")
    assert_close(found, levels[..., None].astype("float64") / 255, "add_channel(images)", rtol=1e-3)


@criterion("add_channel", points=1, hint="Return a new array; does one of your lines write into the one that came in?")
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_leaves_its_input_alone(student, kind):
    """The pictures that come in keep their numbers and their shape."""
    levels = np.random.default_rng(9).integers(0, 256, (4, 28, 28)).astype(kind)
    images = share(student, levels)
    student.add_channel(images)
    assert_equal(fetch(images), levels, "images")


@criterion("build_model", points=1, hint="Which crossentropy takes integers, and does it expect probabilities?")
def test_is_taught_by_crossentropy(student):
    """The loss is the crossentropy of the model's probabilities with integer labels."""
    pictures = np.random.default_rng(11).random((40, 28, 28, 1), dtype="float32")
    model = built(student)
    found = model.predict(pictures)
    least, most = found.argmin(axis=1).astype("uint8"), found.argmax(axis=1).astype("uint8")
    # The difference of two labellings, so that what a regulariser adds to both does not matter.
    losses = [model.evaluate(pictures, labels, verbose=0, return_dict=True)["loss"] for labels in (least, most)]
    expected = crossentropy(model, (pictures, least)) - crossentropy(model, (pictures, most))
    assert_close(losses[0] - losses[1], expected, "the loss of unlikely labels less that of likely ones", rtol=0.02)


@criterion("train", points=1, hint="Is the callback made with the target that `train` was given?")
def test_ends_with_the_first_epoch_that_meets_the_target(student):
    """Training ends with the first epoch that meets the target, whatever the target is."""
    # Three labels in ten are made up, so that the accuracy comes to 0.5 slowly and nowhere near 0.99.
    pictures, labels = stripes(600)
    labels[::10], labels[3::10], labels[6::10] = 0, 1, 2
    history = student.train(built(student), pictures, labels, target=0.5, max_epochs=15)
    found = accuracies_of(history)
    meets = [epoch + 1 for epoch, value in enumerate(found) if value >= 0.5]
    if (meets[:1] or [15]) != [len(found)]:
        raise CriterionFailed(f"an end after epoch {(meets or [15])[0]}", f"after {len(found)}")


@criterion("train", points=1, hint="Does `fit` get the model, the pictures and the labels that `train` was given?")
def test_teaches_what_it_is_given(student):
    """The model given to `train` learns the pictures and labels given to it."""
    model, lesson = built(student), stripes(600)
    before = crossentropy(model, lesson)
    student.train(model, *lesson, target=2.0, max_epochs=6)
    after = crossentropy(model, lesson)
    if not after < before:
        raise CriterionFailed(f"a crossentropy below the {before:.3g} of before", f"{after:.3g} after 6 epochs")


@criterion(
    "accuracy", points=3, needs="build_model", hint="Nearly all of the training digits, and few of the new ones?"
)
def test_reads_new_digits(student, new_digits, put_aside, thresholds, credit, gap):
    """The saved model reads 98.5 % of digits that it has never seen correctly."""
    found = accuracy(student.model, new_digits)
    credit.between(found, zero=thresholds["new_none"], full=thresholds["new_full"])
    gap(student.model, found, new_digits, put_aside)


def stripes(count):
    """`count` easy pictures, bright in one of ten pairs of columns, and in which; in mixed order."""
    rng = np.random.default_rng(count)
    labels = rng.integers(0, 10, count)
    pictures = rng.random((count, 28, 28, 1), dtype="float32") / 4
    for picture, label in zip(pictures, labels, strict=True):
        picture[:, 4 + 2 * label : 6 + 2 * label] += 0.75
    return pictures, labels.astype("uint8")


def accuracies_of(history):
    """The accuracy of every epoch that a History remembers."""
    if history is None or isinstance(history, (dict, list, tuple, float, np.ndarray)):
        found = "None (is there a `return`?)" if history is None else f"a value of type {type(history).__name__}"
        raise CriterionFailed("`train` to return the History that `fit` returns", found)
    found = history.history.get("accuracy")
    if not found:
        raise CriterionFailed(
            "a History of every epoch's accuracy", f"one of {', '.join(history.history) or 'nothing'}"
        )
    return found


def built(student):
    """The model that `build_model` makes."""
    model = student.build_model()
    if not hasattr(model, "predict"):
        found = "None (is there a `return`?)" if model is None else f"a value of type {type(model).__name__}"
        raise CriterionFailed("`build_model` to return a Keras model", found)
    return model
