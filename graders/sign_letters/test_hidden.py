"""The hidden criteria of `sign_letters`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_model,
    as_tuple,
    assert_choice,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    crossentropy,
    datasets,
    described,
    layer,
    make_folder,
    make_model,
)
from proctor.datasets import sign_letters


@pytest.fixture(scope="module")
def new_letters():
    """The test letters, (n, 28, 28, 1), and classes; graded notebooks cannot load them."""
    return sign_letters.as_arrays(datasets.load("sign_letters", split="test"))


@pytest.fixture(scope="module")
def put_aside():
    """The letters put aside in the notebook, (n, 28, 28, 1), and their classes."""
    pictures, classes = sign_letters.as_arrays(datasets.load("sign_letters"))
    return datasets.put_aside(pictures, classes)[1]


@criterion("read", points=1, hint="Try a table of larger pictures, with its columns in another order.")
@pytest.mark.parametrize("side, count", [(13, 40), (20, 3)])
def test_any_table(student, side, count):
    """A table of pictures of any size is read, with its lines and columns in any order."""
    rng = np.random.default_rng(side)
    pictures, labels = rng.integers(0, 256, (count, side, side)), rng.permutation(np.arange(count) % 25)
    names = ["label", *(f"pixel{number}" for number in range(1, side * side + 1))]
    table = np.column_stack([labels, pictures.reshape(count, -1)])
    order = rng.permutation(len(names))
    lines = [",".join(names[place] for place in order), *(",".join(map(str, line)) for line in table[:, order])]
    file = make_folder(student, {"other/letters.csv": "\n".join(lines) + "\n"}).joinpath("other", "letters.csv")
    found = as_tuple(student.read_table(file), "read_table(file)", ("pictures", "labels"))
    levels = as_array(found[0], "the pictures")
    if levels.size == pictures.size:  # other criteria tell of scale and channel
        levels = levels.reshape(pictures.shape) * (255 if levels.max() <= 1 else 1)
    assert_close(levels, pictures, "the pictures")
    assert_close(found[1], labels, "the labels")


@criterion("classes", points=1, hint="Try labels of type uint8, and some thousand of them.")
@pytest.mark.parametrize("kind", ["uint8", "int32", "int64"])
def test_any_labels(student, kind):
    """Any number of labels, of any type of whole numbers, are turned into classes."""
    classes = np.random.default_rng(4).integers(0, 24, 1500)
    found = student.close_gap((classes + (classes > 8)).astype(kind))
    assert_close(found, classes, "close_gap(labels)")


@criterion("one_hot", points=1, hint="Try many classes, labels of type uint8, and two classes.")
@pytest.mark.parametrize("count, kind", [(2, "int64"), (24, "uint8"), (31, "int32")])
def test_any_classes(student, count, kind):
    """Any number of labels of any number of classes becomes rows."""
    classes = (0.9 * count * np.random.default_rng(count).random(300) ** 2).astype(kind)
    expected = np.zeros((300, count))
    expected[np.arange(300), classes] = 1
    assert_close(student.one_hot(classes, count), expected, "the rows")


@criterion("network", points=1, hint="Call it with other sizes of pictures, and with other numbers of classes.")
@pytest.mark.parametrize("side, classes", [(25, 7), (33, 2)])
def test_any_size_and_number(student, side, classes):
    """For any size of pictures and any number of classes, there are as many numbers."""
    model = as_model(student.build_network(side, classes), f"build_network({side}, {classes})")
    levels = np.random.default_rng(side).uniform(0, 255, (4, side, side, 1)).astype("float32")
    found = model.predict(levels)
    assert_shape(found, (4, classes), f"the answer to 4 pictures of {side} × {side} pixels")


@criterion("compile", points=1, hint="What tells class numbers from one-hot rows, whatever numbers are in them?")
def test_labels_of_any_type(student):
    """Class numbers and one-hot rows of any type are told apart, and the "accuracy" is the share of
    pictures that are right."""
    layers = layer("Flatten"), layer("Dense", units=5, activation="softmax")
    x = np.eye(5, dtype="float32")[[0, 3, 2, 1, 1, 4, 0, 1]].reshape(-1, 5, 1, 1)
    numbers = np.array([0, 3, 2, 2, 0, 0, 0, 1])  # five of eight are what the model says; the sum is 8
    for labels in (numbers.astype("float64"), np.eye(5)[numbers], np.eye(5, dtype="uint8")[numbers]):
        own = make_model(student, (5, 1, 1), *layers, weights=[3 * np.eye(5), np.zeros(5)])
        compiled = as_model(call_unchanged(student, "compile_for", own, labels), "compile_for(model, labels)")
        report = compiled.evaluate(x, labels, verbose=0, return_dict=True)
        if not isinstance(report, dict):
            raise CriterionFailed('a report with "loss" and "accuracy"', described(report))
        assert_close(report.get("loss"), crossentropy(own, (x, numbers)), "the loss", rtol=0.01)
        assert_close(report.get("accuracy", 5 / 8), 5 / 8, "the accuracy, with five of eight right,", rtol=0.01)


@criterion("accuracy", points=4, hint="How far apart are the two learning curves, and is the second one still rising?")
def test_reads_new_letters(student, new_letters, put_aside, thresholds, credit, gap):
    """The saved network reads 94 % of the pictures that this notebook has never loaded."""
    found = accuracy(student.model, new_letters)
    credit.within(found, thresholds, "new")
    gap(student.model, found, new_letters, put_aside)


@criterion("spell", points=1, hint="Try many pictures, of other sizes, with a network of your own.")
def test_spells_any_pictures(student):
    """Any number of pictures of any size is read, in their order."""
    rng = np.random.default_rng(6)
    layers = layer("Flatten"), layer("Dense", units=24, activation="softmax")
    weights = [rng.normal(0, 0.01, (15, 24)), rng.normal(0, 0.1, 24)]
    model = make_model(student, (5, 3, 1), *layers, weights=weights)
    pictures = rng.uniform(0, 255, (70, 5, 3, 1)).astype("float32")
    word = "".join("ABCDEFGHIKLMNOPQRSTUVWXY"[number] for number in model.predict(pictures).argmax(axis=1))
    found = student.spell(model, pictures)
    # Another criterion tells of a list of letters.
    assert_equal(
        "".join(map(str, found)) if isinstance(found, (list, tuple)) else found, word, "spell(model, pictures)"
    )


@criterion(
    "answers",
    points=1,
    hint="What is −log(p), if each of 24 letters gets the same probability p?",
)
def test_where_a_loss_begins(student):
    """You know with which loss an honest beginner starts."""
    wrong = {
        "a": "The learning rate decides what happens after the beginning. Which probabilities does it begin with?",
        "b": "Work out the loss of somebody who gives each of 24 letters the same probability.",
    }
    assert_choice(student.answers, "start", "c", wrong)


@criterion("answers", points=1, hint="What does the network learn about an output that is never the right one?")
def test_what_the_gap_does(student):
    """You know what becomes of an output whose class does not occur."""
    wrong = {
        "b": "How would Keras know which of the 25 classes occur? It sees one batch at a time.",
        "c": "Each label has an output of its own among the 25. Which one does a picture of K teach?",
    }
    assert_choice(student.answers, "outputs", "a", wrong)


@criterion("answers", points=1, hint="Write down both losses for one picture, as sums over the classes.")
def test_what_the_way_of_writing_does(student):
    """You know what the two crossentropies have in common."""
    wrong = {
        "a": "Of the 24 numbers, 23 are 0. What is left of the sum over all classes?",
        "c": "A class number says at which place to look for the probability. Does its distance count?",
    }
    assert_choice(student.answers, "loss", "b", wrong)
