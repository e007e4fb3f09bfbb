"""The public criteria of `sign_letters`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_model,
    as_tuple,
    assert_choices,
    assert_close,
    assert_crossentropy_loss,
    assert_equal,
    assert_layer_count,
    assert_parameters,
    assert_probabilities,
    assert_reports,
    assert_shape,
    at_least,
    at_most,
    call_unchanged,
    criterion,
    datasets,
    described,
    layer,
    make_folder,
    make_model,
    raises,
)
from proctor.datasets import sign_letters

BUDGET, CLASSES, SIDE = 30_000, 24, 28
# The letters in some order, and their classes.
NUMBERS = [24, 3, 10, 9 - 1, 11, 0, 23, 12, 7, 22, 13, 1, 21, 14, 6, 20, 15, 2, 19, 16, 5, 18, 17, 4]
EXPECTED = [23, 3, 9, 8, 10, 0, 22, 11, 7, 21, 12, 1, 20, 13, 6, 19, 14, 2, 18, 15, 5, 17, 16, 4]


@pytest.fixture(scope="module")
def known_letters():
    """A part of the pictures that the notebook learns from, (n, 28, 28, 1), and classes."""
    return sign_letters.as_arrays(datasets.load("sign_letters"), first=300, most=900)


@pytest.fixture(scope="module")
def network(student):
    """A network for the letters."""
    return built(student, SIDE, CLASSES)


@pytest.fixture(scope="module")
def by_numbers(student):
    """A network of the grader's, and what `compile_for` makes of it for class numbers."""
    own = make_own(student)
    return own, as_model(student.compile_for(own, np.array([0, 1, 1])), "compile_for(model, labels)")


@pytest.fixture(scope="module")
def by_rows(student):
    """A network of the grader's, and what `compile_for` makes of it for one-hot rows."""
    own = make_own(student)
    rows = np.array([[0, 0, 1], [0, 1, 0], [0, 0, 1]])
    return own, as_model(student.compile_for(own, rows), "compile_for(model, labels)")


@criterion("read", points=1, hint="Which numbers of a line are pixels, and how many of them make a row of the picture?")
def test_two_pictures_on_paper(student):
    """A table of two pictures of 2 × 2 pixels is read, line by line and row by row."""
    found = read(student, "label,pixel1,pixel2,pixel3,pixel4\n24,10,20,30,40\n3,255,0,7,9\n")
    assert_close(found[0], np.array([[10, 20, 30, 40], [255, 0, 7, 9]]).reshape(2, 2, 2, 1), "the pictures")
    assert_close(found[1], [24, 3], "the labels")


@criterion("read", points=2, hint="Which name does the column have that a number is in, and where does pixel10 belong?")
@pytest.mark.parametrize(
    "columns, line, picture",
    [
        pytest.param("pixel3,pixel1,label,pixel4,pixel2", "30,10,8,40,20", [[10, 20], [30, 40]], id="2 × 2 pixels"),
        pytest.param(
            "pixel9,label,pixel8,pixel7,pixel6,pixel5,pixel4,pixel3,pixel2,pixel1",
            "90,8,80,70,60,50,40,30,20,10",
            [[10, 20, 30], [40, 50, 60], [70, 80, 90]],
            id="3 × 3 pixels, the last one first",
        ),
        pytest.param(
            "pixel1,pixel10,pixel11,pixel12,pixel13,pixel14,pixel15,pixel16,"
            "pixel2,pixel3,pixel4,pixel5,pixel6,pixel7,pixel8,pixel9,label",
            "1,10,11,12,13,14,15,16,2,3,4,5,6,7,8,9,8",
            [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]],
            id="4 × 4 pixels, alphabetically",
        ),
    ],
)
def test_columns_in_any_order(student, columns, line, picture):
    """Each number is the pixel that its column is called, in whatever order the columns stand."""
    dark = ",".join("0" * len(line.split(",")))
    found = read(student, f"{columns}\n{line}\n{dark}\n")
    assert_table(found, [picture, np.zeros_like(picture)], [8, 0])


@criterion("read", points=1, hint="How many axes has the array that is read from a table with one line?")
def test_a_single_picture(student):
    """A table with a single picture gives one picture and one label."""
    found = read(student, "label,pixel1,pixel2,pixel3,pixel4\n5,50,60,70,80\n")
    assert_table(found, [[[50, 60], [70, 80]]], [5])


@criterion("classes", points=1, hint="Which classes should I (8), K (10) and Y (24) have?")
def test_the_gap_is_closed(student):
    """All 24 letters, in any order, have the classes 0 to 23, in the order of the alphabet."""
    assert_close(student.close_gap(np.array(NUMBERS)), EXPECTED, "close_gap(labels)")


@criterion("classes", points=1, hint="Does the class of a letter depend on which other letters are there?")
@pytest.mark.parametrize(
    "labels, classes",
    [
        pytest.param([24, 24, 10], [23, 23, 9], id="Y, Y, K"),
        pytest.param([2, 8, 2, 5], [2, 8, 2, 5], id="C, I, C, F"),
        pytest.param([17], [16], id="R alone"),
    ],
)
def test_a_few_letters_alone(student, labels, classes):
    """A letter has the same class, whichever letters are there beside it."""
    assert_close(student.close_gap(np.array(labels)), classes, "close_gap(labels)")


@criterion("classes", points=1, hint="`raise ValueError(...)` if any label is none of the 24 letters.")
@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([3, 9, 10], id="a 9, which would be J"),
        pytest.param([25, 0], id="a 25, which would be Z"),
        pytest.param([7, 7, -1], id="a -1"),
        pytest.param([4, 40], id="a 40"),
        pytest.param([-6, 2], id="a -6"),
    ],
)
def test_no_letter_is_made_up(student, labels):
    """A label that is none of the 24 letters raises a ValueError."""
    with raises("ValueError"):
        student.close_gap(np.array(labels))


@criterion("classes", points=1, hint="Does one of your lines write into the array that came in?")
def test_leaves_the_labels_alone(student):
    """The labels that come in stay as they are."""
    call_unchanged(student, "close_gap", np.array([24, 3, 10, 8]))


@criterion("one_hot", points=1, hint="Each row has its 1 at the place that the class says, counted from 0.")
def test_rows_on_paper(student):
    """The classes 2, 0, 3 and 2 of four are written as rows."""
    found = call_unchanged(student, "one_hot", np.array([2, 0, 3, 2]), 4)
    assert_close(found, [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], "one_hot(classes, 4)")


@criterion("one_hot", points=1, hint="Where does the length of a row come from?")
def test_a_place_for_every_class(student):
    """The rows have a place for classes that do not occur, too."""
    found = student.one_hot(np.array([1, 0, 1]), 5)
    assert_close(found, [[0, 1, 0, 0, 0], [1, 0, 0, 0, 0], [0, 1, 0, 0, 0]], "one_hot(classes, 5)")


@criterion("network", points=1, hint="How many letters have a class, and which activation makes numbers that sum to 1?")
def test_a_probability_for_each_letter(network):
    """For 28 pixels and 24 classes, the network gives 24 probabilities for each picture."""
    found = network.predict(grey_levels(6, SIDE, seed=5))
    assert_shape(found, (6, CLASSES), "the answer to 6 pictures")
    assert_probabilities(found, "the 24 numbers for each picture")


@criterion("network", points=1, hint="Count the convolutions in the summary.")
def test_one_or_two_convolutions(network):
    """The network has one or two convolutions."""
    assert_layer_count(network, convolution=at_least(1))
    assert_layer_count(network, convolution=at_most(2))


@criterion("network", points=1, hint="Which layer has most of them, and what could make its input smaller?")
def test_within_the_budget(network):
    """For 28 pixels and 24 classes, the network has at most 30,000 parameters."""
    assert_parameters(network, at_most=BUDGET)


@criterion("network", points=2, hint="Is there a number in your function that should be `side` or `classes`?")
def test_three_classes_of_other_pictures(student):
    """For 40 pixels and 3 classes, the network gives three numbers for each picture."""
    found = built(student, 40, 3).predict(grey_levels(5, 40, seed=6))
    assert_shape(found, (5, 3), "the answer to 5 pictures of 40 × 40 pixels")


@criterion("compile", points=1, hint="Which of the two crossentropies takes class numbers?")
def test_fits_class_numbers(by_numbers):
    """For class numbers, the loss is the crossentropy with class numbers."""
    own, compiled = by_numbers
    assert_crossentropy_loss(compiled, examples())
    assert_same_network(own, compiled)


@criterion(
    "compile", points=1, hint="Which of the two crossentropies takes rows, and how can you see that they are rows?"
)
def test_fits_one_hot_rows(by_rows):
    """For one-hot rows, the loss is the crossentropy with one-hot rows."""
    own, compiled = by_rows
    assert_crossentropy_loss(compiled, examples(), one_hot=True)
    assert_same_network(own, compiled)


@criterion("compile", points=1, hint="compile() takes the names of metrics, and an optimizer.")
def test_reports_its_accuracy(by_numbers):
    """The model can be taught, and reports its "accuracy"."""
    own, compiled = by_numbers
    x = examples()
    assert_reports(compiled, (x, own.predict(x).argmax(axis=1)), "accuracy")


@criterion("accuracy", points=1, hint="Did `build_network` change after you trained? Train again.")
def test_hands_in_what_it_shows(student):
    """The saved network, too, has 24 outputs, one or two convolutions and at most
    30,000 parameters."""
    assert_shape(student.model.predict(grey_levels(2, SIDE, seed=8)), (2, CLASSES), "the answer to 2 pictures")
    assert_layer_count(student.model, convolution=at_least(1))
    assert_layer_count(student.model, convolution=at_most(2))
    assert_parameters(student.model, at_most=BUDGET)


@criterion("accuracy", points=3, hint="Where did the learning curve end, and was it still rising?")
def test_reads_what_it_learned_from(student, known_letters, thresholds, credit):
    """The saved network reads 98 % of the pictures that it learned from."""
    credit.within(accuracy(student.model, known_letters), thresholds, "known")


@criterion("spell", points=1, hint="Which class has the largest probability, for each picture?")
def test_spells_letters_before_the_gap(student):
    """Five pictures with the classes 7, 4, 0, 3 and 8 are read as "HEADI", and stay as they are."""
    found = call_unchanged(student, "spell", *make_spelling(student, [7, 4, 0, 3, 8]))
    if not isinstance(found, str):
        raise CriterionFailed('the text "HEADI"', described(found))
    assert_equal(found, "HEADI", "spell(model, pictures)")


@criterion("spell", points=1, hint="Which letter has the class 9?")
def test_spells_letters_behind_the_gap(student):
    """Pictures with the classes 9, 0, 23, 0 and 9 are read as "KAYAK", one with 14 as "P"."""
    for classes, word in (([9, 0, 23, 0, 9], "KAYAK"), ([14], "P")):
        found = student.spell(*make_spelling(student, classes))
        # Another criterion tells of a list of letters.
        found = "".join(map(str, found)) if isinstance(found, (list, tuple)) else found
        assert_equal(found, word, "spell(model, pictures)")


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"start": "abc", "outputs": "abc", "loss": "abc"})


def read(student, table):
    """What `read_table` returns for a file with this text."""
    found = student.read_table(make_folder(student, {"table.csv": table}).joinpath("table.csv"))
    return as_tuple(found, "read_table(file)", ("pictures", "labels"))


def assert_table(found, pictures, labels):
    """Assert which pictures and labels were read; another criterion tells of scale and channel."""
    expected, levels = np.array(pictures)[..., None], as_array(found[0], "the pictures")
    if levels.size == expected.size:
        levels = levels.reshape(expected.shape) * (255 if levels.max() <= 1 else 1)
    assert_close(levels, expected, "the pictures")
    assert_close(found[1], labels, "the labels")


def grey_levels(count, side, seed):
    """Random pictures, float32 (count, side, side, 1) from 0 to 255."""
    return np.random.default_rng(seed).uniform(0, 255, (count, side, side, 1)).astype("float32")


def built(student, side, classes):
    """What `build_network` returns; a picture makes the weights of one without an Input."""
    model = as_model(student.build_network(side, classes), f"build_network({side}, {classes})")
    if not model.built:
        model.predict(grey_levels(1, side, seed=4))
    return model


def make_own(student):
    """A network with three outputs, whose probabilities differ from picture to picture."""
    weights = np.random.default_rng(3).normal(0, 1, (6, 3))
    layers = layer("Flatten"), layer("Dense", units=3, activation="softmax")
    return make_model(student, (2, 3, 1), *layers, weights=[weights, np.array([0.5, 0.0, -0.5])])


def examples():
    """Inputs of the network of `make_own`."""
    return np.random.default_rng(13).normal(0, 1, (21, 2, 3, 1)).astype("float32")


def assert_same_network(own, compiled):
    """Assert that what came back answers as the network that was given."""
    x = examples()
    assert_close(compiled.predict(x), own.predict(x), "the probabilities of the compiled model", atol=1e-3)


def make_spelling(student, classes):
    """A network, and pictures with a bright pixel at the place of their class."""
    layers = layer("Flatten"), layer("Dense", units=CLASSES, activation="softmax")
    model = make_model(student, (4, 6, 1), *layers, weights=[0.02 * np.eye(CLASSES), np.zeros(CLASSES)])
    return model, 255 * np.eye(CLASSES, dtype="float32")[classes].reshape(-1, 4, 6, 1)
