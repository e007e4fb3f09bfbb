"""The public criteria of `fashion_dense`, which students get with the notebook."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    assert_between,
    assert_choices,
    assert_close,
    assert_crossentropy_loss,
    assert_dtype,
    assert_layer_count,
    assert_nonlinear,
    assert_parameters,
    assert_probabilities,
    assert_reports,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    described,
    make_learner,
    pictures,
)

SHAPE, BUDGET = (784,), 250_000
KINDS = 8  # of bars that are taught; the other two are among the new pictures alone
EPOCHS, RATE = 5, 0.0125  # of the short lesson; no optimizer has this learning rate unless it is told
THREE = np.array([[5, 1, 0], [2, 30, 4], [0, 8, 10]])


@pytest.fixture(scope="module")
def known_garments():
    """A ninth of the garments that the notebook trains with, as rows from 0 to 1, and labels."""
    (images, labels), _ = datasets.put_aside(*datasets.load("fashion"))
    return images[::9].reshape(-1, 784) / np.float32(255), labels[::9]


@pytest.fixture(scope="module")
def network(student):
    """A network of `build_model`."""
    return as_model(student.build_model(), "build_model()")


@pytest.fixture(scope="module")
def lesson(student):
    """A short lesson by `train`."""
    model, (known, new) = make_learner(student, SHAPE, learning_rate=RATE, run_eagerly=True), draw_lesson()
    returned = student.train(model, *known, *new, epochs=EPOCHS)
    return Lesson(returned, model, as_left(model), known, new)


@pytest.fixture(scope="module")
def once(student):
    """What `train` changed of its arguments, or None, and how many steps its only epoch took."""
    model, (known, new) = make_learner(student, SHAPE, learning_rate=RATE, run_eagerly=True), draw_lesson()
    problem = None
    try:
        call_unchanged(student, "train", model, *known, *new, epochs=1)
    except CriterionFailed as failed:
        problem = failed
    return problem, as_left(model).steps


@criterion("to_rows", points=1, hint="Print the shape and the type of what you return, and its largest number.")
def test_unrolled_line_by_line(student):
    """Two pictures become two rows of 784 fractions, line by line: 0 becomes 0, 51 a fifth, 255 a
    whole."""
    images, rows = np.zeros((2, 28, 28), "uint8"), np.zeros((2, 784))
    images[0, 3, 4], rows[0, 3 * 28 + 4] = 255, 1
    images[1, 20, 6], rows[1, 20 * 28 + 6] = 51, 0.2
    found = student.to_rows(images)
    assert_shape(found, rows.shape, "to_rows(images)")
    assert_dtype(found, "float", "to_rows(images)")
    assert_close(found, rows, "to_rows(images)", rtol=1e-3)  # the rounding error of float16


@criterion("to_rows", points=1, hint="Return a new array; does one of your lines write into the one that came in?")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=f"pictures of type {kind}") for kind in ("uint8", "float32", "float64")]
)
def test_leaves_its_input_alone(student, kind):
    """The pictures that come in keep their numbers and their shape."""
    levels = np.random.default_rng(9).integers(0, 256, (4, 28, 28)).astype(kind)
    call_unchanged(student, "to_rows", levels)


@criterion("build_model", points=1, hint="How many kinds are there, and which activation makes numbers that sum to 1?")
def test_ten_probabilities(network):
    """The model answers each row of 784 fractions with ten probabilities."""
    found = network.predict(fractions(6, seed=5))
    assert_shape(found, (6, 10), "the answer to 6 rows")
    assert_probabilities(found, "the ten numbers for each row")


@criterion("build_model", points=1, hint="Count the dense layers and the parameters in the summary.")
def test_two_dense_layers(network):
    """The model has exactly two dense layers, and 250,000 parameters at most."""
    if not network.built:  # a row of numbers builds one that has no Input
        network.predict(fractions(1, seed=6))
    assert_layer_count(network, Dense=2)
    assert_parameters(network, at_most=BUDGET)


@criterion("build_model", points=1, hint="Which activation does the hidden layer have?")
def test_draws_more_than_straight_lines(network):
    """The hidden layer bends what the model makes of a row, as ReLU does."""
    assert_nonlinear(network, SHAPE)


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write this one out in full.")
def test_reports_its_accuracy(network):
    """Asked about rows and their integer labels, the model reports its "accuracy"."""
    assert_reports(network, pictures.bars(20, SHAPE, seed=7), "accuracy")


@criterion("build_model", points=1, hint="Which crossentropy takes integers, and does it expect probabilities?")
def test_is_taught_by_crossentropy(network):
    """The loss is the crossentropy of the model's probabilities with integer labels."""
    assert_crossentropy_loss(network, fractions(40, seed=11))


@criterion("train", points=1, hint="Does `fit` get the model, as it was compiled, and all of x and y, as they came?")
def test_teaches_what_it_is_given(lesson, once):
    """The model given to `train` learns all of x and y, which stay as they are."""
    if once[0]:
        raise once[0]
    rate = float(as_array(lesson.taught.optimizer.learning_rate, "the learning rate").mean())
    if not np.isclose(rate, RATE):
        raise CriterionFailed("the optimizer that the model was compiled with", f"one with the learning rate {rate:g}")
    (before, _), (after, _) = lesson.model.weights, lesson.taught.weights
    x, y = lesson.known
    # The weights of a kind rise most where its own pictures are bright, from the first step on.
    bright = np.stack([x[y == kind].mean(axis=0) > 0.5 for kind in range(KINDS)])
    rise = bright @ (after - before)[:, :KINDS]
    missed = [kind for kind in range(KINDS) if rise[:, kind].argmax() != kind or rise[kind, kind] <= 0]
    if missed:
        raise CriterionFailed("each kind of picture in x to be learned", f"nothing learned of kind {missed[0]}")


@criterion("train", points=1, hint="How many epochs is `fit` asked for, how often is it called, and what is returned?")
def test_lasts_as_many_epochs_as_asked(lesson, once):
    """`train` takes as many epochs as it is asked for, and returns the History of them."""
    epochs = len(as_array(as_record(lesson).get("loss", []), "the losses of the epochs"))
    if epochs != EPOCHS:
        raise CriterionFailed(f"a History of {EPOCHS} epochs", f"one of {epochs}")
    _, steps = once
    # Of steps on the new pictures another criterion tells.
    if not steps or (lesson.taught.steps != EPOCHS * steps and not has_learned_new(lesson)):
        raise CriterionFailed(f"{EPOCHS} epochs of {steps} steps", f"{lesson.taught.steps} steps")


@criterion("train", points=1, hint="Which pair does `fit` get as validation_data?")
def test_judges_by_the_new_pictures(lesson):
    """The History holds a "val_accuracy" for each epoch: the share of x_new that is right."""
    record = as_record(lesson)
    if "val_accuracy" not in record:
        known = ", ".join(sorted(str(name)[:40] for name in record)[:6])
        raise CriterionFailed('a History of every epoch\'s "val_accuracy"', f"one of {known}")
    found, losses = (as_array(record.get(name, []), name) for name in ("val_accuracy", "loss"))
    assert_shape(found, losses.shape, "the val_accuracy of the epochs")
    # Two of 440 pictures may be so near the border of two kinds that rounding decides.
    right = accuracy(lesson.taught, lesson.new)
    assert_between(found.ravel()[-1:], right - 0.005, right + 0.005, "the share of the new pictures that is right")


@criterion("train", points=1, hint="Is x_new, or a part of it, among what `fit` learns from?")
def test_does_not_learn_from_the_new_pictures(lesson):
    """What is in x_new alone is not learned."""
    if has_learned_new(lesson):
        raise CriterionFailed(
            "kinds of pictures that are only in x_new to stay unknown", "signs that they were learned"
        )


@criterion(
    "confusion_matrix", points=1, hint="Work it out on paper. Is the true label the row, and the guess the column?"
)
def test_six_answers(student):
    """Six answers about three classes are counted in the right squares."""
    found = student.confusion_matrix(np.array([0, 1, 1, 2, 2, 2]), np.array([0, 1, 2, 2, 2, 0]), classes=3)
    assert_close(found, [[1, 0, 0], [0, 1, 1], [1, 0, 2]], "the matrix")


@criterion(
    "confusion_matrix", points=1, hint="How large is the matrix, whatever the labels are? And without `classes`?"
)
def test_every_class_has_its_row_and_column(student):
    """Classes that do not occur have a row and a column of zeros; there are ten classes if
    nothing else is said."""
    labels, guesses = np.array([2, 2, 8, 4]), np.array([2, 4, 2, 2])
    for classes, settings in ((10, {}), (11, {"classes": 11})):
        expected = np.zeros((classes, classes))
        expected[2, 2] = expected[2, 4] = expected[8, 2] = expected[4, 2] = 1
        found = student.confusion_matrix(labels, guesses, **settings)
        assert_close(found, expected, f"the matrix of {classes} classes")


@criterion("confusion_matrix", points=1, hint="What does NumPy make of uint8 numbers whose sum or product exceeds 255?")
def test_labels_may_be_bytes(student):
    """Labels and guesses of type uint8 are counted, in many classes and many times, and stay as
    they are."""
    labels = np.repeat(np.array([39, 3, 17], "uint8"), [400, 20, 1])
    guesses = np.repeat(np.array([38, 39, 3, 17], "uint8"), [300, 105, 15, 1])
    expected = np.zeros((40, 40))
    expected[39, 38], expected[39, 39], expected[3, 39], expected[3, 3], expected[17, 17] = 300, 100, 5, 15, 1
    found = call_unchanged(student, "confusion_matrix", labels, guesses, classes=40)
    assert_close(found, expected, "the matrix")


@criterion("share_right", points=1, hint="Add up the diagonal. What is it to be divided by?")
def test_three_quarters(student):
    """Of 60 inputs of which 45 lie on the diagonal, three quarters are right."""
    assert_close(student.share_right(THREE.copy()), 3 / 4, "share_right(matrix)", rtol=1e-4)


@criterion("most_mixed_up", points=1, hint="Add up, for each pair, the two squares of the table that it has.")
@pytest.mark.parametrize(
    "matrix, pair",
    [
        pytest.param([[5, 4, 0], [4, 9, 0], [7, 0, 8]], [0, 1], id="4 + 4 is more than 7 + 0"),
        pytest.param([[20, 1, 4], [1, 50, 5], [2, 2, 9]], [1, 2], id="5 + 2 is more than 4 + 2"),
        pytest.param([[9, 0, 3], [0, 9, 2], [4, 6, 9]], [1, 2], id="2 + 6 is more than 3 + 4"),
    ],
)
def test_both_ways_count(student, matrix, pair):
    """The mistakes in both directions are added up."""
    assert_pair(student.most_mixed_up(np.array(matrix)), pair)


@criterion("most_mixed_up", points=1, hint="What is on the diagonal is right. How do you leave it out?")
@pytest.mark.parametrize(
    "matrix, pair",
    [
        pytest.param([[90, 1, 0], [0, 80, 2], [3, 0, 70]], [0, 2], id="much is right"),
        pytest.param([[0, 2], [3, 0]], [0, 1], id="nothing is right"),
        pytest.param([[4, 0, 0], [0, 5, 1], [0, 0, 6]], [1, 2], id="there is a single mistake"),
    ],
)
def test_what_is_right_is_no_mix_up(student, matrix, pair):
    """However much is right, two different classes are found."""
    assert_pair(student.most_mixed_up(np.array(matrix)), pair)


@criterion("most_mixed_up", points=1, hint="np.fill_diagonal writes into the array it gets. Whose array is that?")
def test_leaves_the_matrix_alone(student):
    """The matrix that is given stays as it is."""
    call_unchanged(student, "most_mixed_up", THREE.copy())


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"unscaled": "abc", "column": "abc", "mix": "abc"})


@criterion("accuracy", points=2, hint="Where did the learning curves end? Was the network taught with fractions?")
def test_sorts_the_garments_it_learned_from(student, known_garments, thresholds, credit):
    """The saved model sorts 87 % of the garments that it learned from into the right box."""
    credit.within(accuracy(student.model, known_garments), thresholds, "known")


def fractions(count, seed):
    """Random rows from 0 to 1, float32 (count, 784)."""
    return np.random.default_rng(seed).random((count, *SHAPE), dtype="float32")


class Lesson(NamedTuple):
    """What `train` did with a small model.

    Args:
        returned: what should be a History.
        model, taught: before, and as it was left.
        known: the pictures and labels that it was to learn from.
        new: the pictures and labels that it was to be judged by.
    """

    returned: Any
    model: Any
    taught: Any
    known: tuple
    new: tuple


def draw_lesson():
    """Some kinds of bars to learn from, and mostly other kinds to be judged by."""
    (x, y), (x_new, y_new) = pictures.bars(400, SHAPE, seed=3), pictures.bars(1000, SHAPE, seed=4)
    # The first half, every second picture, and all but the last tenth lack some kinds.
    order = np.concatenate([np.flatnonzero((low <= y) & (y < high)) for low, high in ((0, 4), (4, 7), (7, KINDS))])
    order = order[:310]
    chosen = (y_new >= KINDS) | (np.arange(1000) < 60)
    return (x[order], y[order]), (x_new[chosen], y_new[chosen])


def as_record(lesson):
    """What the History says."""
    record = getattr(lesson.returned, "history", None)
    if not isinstance(record, dict):
        raise CriterionFailed("the History that `fit` returns", described(lesson.returned))
    return record


def has_learned_new(lesson):
    """Whether the kinds that are among the new pictures alone have been learned.

    Otherwise each step lowers their weights, for no pixel is negative.
    """
    before, after = (weights[0][:, KINDS:] for weights in (lesson.model.weights, lesson.taught.weights))
    return bool((after > before).any())


def assert_pair(found, pair):
    """Assert that the two class numbers are those of `pair`, in either order; a set has none."""
    found = list(found) if isinstance(found, set) else found
    assert_close(np.sort(as_array(found, "most_mixed_up(matrix)")), pair, "the two classes, the smaller first,")
