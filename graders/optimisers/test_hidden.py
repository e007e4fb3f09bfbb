"""The hidden criteria of `optimisers`: other shapes, ten steps, and moons that nobody has seen."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_close,
    call_unchanged,
    criterion,
    described,
    share,
    take,
    take_batches,
)

SHAPES = [
    pytest.param((7,), id="one axis"),
    pytest.param((4, 1), id="a column"),
    pytest.param((2, 3, 4), id="three axes"),
]


def random(shape, seed):
    """Random numbers around 0."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)


@criterion("binary_crossentropy", points=1, hint="Try arrays of other shapes: the mean is over all answers.")
@pytest.mark.parametrize("shape", SHAPES)
def test_binary_loss_of_any_shape(student, shape):
    """The loss is the mean over all answers, for arrays of any shape."""
    probabilities = 1 / (1 + np.exp(-3 * random(shape, 1)))
    labels = (random(shape, 2) > 0.4).astype(int)
    right = np.where(labels == 1, probabilities, 1 - probabilities)
    found = call_unchanged(student, "binary_crossentropy", probabilities, labels)
    assert_close(np.ravel(as_array(found, "the loss")), [-np.mean(np.log(right))], "the loss", rtol=1e-4)


@criterion("categorical_crossentropy", points=1, hint="Try other numbers of rows and of classes.")
@pytest.mark.parametrize("count, classes", [(1, 4), (9, 2), (5, 10)])
def test_categorical_loss_of_any_shape(student, count, classes):
    """The loss is the mean over the rows, for any number of rows and classes."""
    powers = np.exp(random((count, classes), 3))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    labels = np.random.default_rng(count).integers(0, classes, count)
    found = call_unchanged(student, "categorical_crossentropy", probabilities, np.eye(classes)[labels])
    expected = -np.mean(np.log(probabilities[range(count), labels]))
    assert_close(np.ravel(as_array(found, "the loss")), [expected], "the loss", rtol=1e-4)


@criterion("mini_batches", points=1, hint="Try pictures with rows of labels, and labels without a second axis.")
@pytest.mark.parametrize(
    "x_shape, y_shape",
    [
        pytest.param((17, 3, 2), (17, 4), id="pictures with rows of labels"),
        pytest.param((17,), (17,), id="single numbers with single labels"),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 6, 17])
def test_batches_of_anything(student, x_shape, y_shape, batch_size):
    """Examples and labels of any shape are dealt, each once, with their partner."""
    x, y = random(x_shape, 4), random(y_shape, 5)
    batches = take_batches(student.mini_batches(x, y, batch_size, 9), ("x", "y"), at_most=18)
    found_x, found_y = (np.concatenate(parts) for parts in zip(*batches, strict=True)) if batches else ([], [])
    if (len(found_x), len(found_y)) != (17, 17):
        raise CriterionFailed("17 examples and 17 labels", f"{len(found_x)} and {len(found_y)}")
    dealt, given = (
        {first.tobytes(): second.tobytes() for first, second in zip(a, b, strict=True)}
        for a, b in ((np.asarray(found_x, float), np.asarray(found_y, float)), (x, y))
    )
    if dealt != given:
        raise CriterionFailed("each example once, with the label that belongs to it", "others")


def reference(name, slopes, rate, settings):
    """The moves of an optimiser along these slopes, by the formulae of the notebook."""
    mean = square = 0.0
    for t, slope in enumerate(slopes, start=1):
        if name == "descend":
            yield -rate * slope
        elif name == "momentum":
            mean = settings["beta"] * mean + (1 - settings["beta"]) * slope
            yield -rate * mean
        elif name == "rmsprop":
            square = settings["rho"] * square + (1 - settings["rho"]) * slope**2
            yield -rate * slope / (np.sqrt(square) + settings["epsilon"])
        else:
            beta1, beta2 = settings["beta1"], settings["beta2"]
            mean, square = beta1 * mean + (1 - beta1) * slope, beta2 * square + (1 - beta2) * slope**2
            yield -rate * mean / (1 - beta1**t) / (np.sqrt(square / (1 - beta2**t)) + settings["epsilon"])


DEFAULTS = {
    "descend": {},
    "momentum": {"beta": 0.9},
    "rmsprop": {"rho": 0.9, "epsilon": 1e-8},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
}
OTHERS = {
    "descend": {},
    "momentum": {"beta": 0.6},
    "rmsprop": {"rho": 0.99},
    "adam": {"beta1": 0.7, "beta2": 0.9},
}


def take_steps(optimiser, parameters, slopes, rate, settings):
    """Take a step from each parameter; runs in the student's process, where the state stays."""
    state, found = None, []
    for parameter, slope in zip(parameters, slopes, strict=True):
        new, state = optimiser(parameter, slope, state, rate, **settings)
        found.append(new)
    return found


def assert_ten_steps(student, name, shape, settings):
    """Assert that ten steps of the student's optimiser are those of the formulae."""
    parameters, slopes = ([random(shape, seed + step) for step in range(10)] for seed in (10, 30))
    given = [np.asarray(parameter) for parameter in parameters], [np.asarray(slope) for slope in slopes]
    found = take(share(student, take_steps)(getattr(student, name), *given, 0.03, settings), 10)
    moves = reference(name, slopes, 0.03, {**DEFAULTS[name], **settings})
    for t, (parameter, move, new) in enumerate(zip(parameters, moves, found, strict=True), start=1):
        assert_close(new, parameter + move, f"the parameter after step {t}", rtol=1e-4, atol=1e-6)


TEN = [
    pytest.param((3,), False, id="three numbers"),
    pytest.param((2, 4), True, id="2 × 4 numbers, other settings"),
    pytest.param((), False, id="a single number"),
]


@criterion("descend", points=1, hint="Try parameters of other shapes: a single number, three, two rows of four.")
@pytest.mark.parametrize("shape, others", TEN)
def test_ten_steps_of_descent(student, shape, others):
    """Ten steps are those of the formula, for parameters of any shape."""
    assert_ten_steps(student, "descend", shape, OTHERS["descend"] if others else {})


@criterion("momentum", points=1, hint="Compare your formulae with the text's term by term; try the third step, too.")
@pytest.mark.parametrize("shape, others", TEN)
def test_ten_steps_of_momentum(student, shape, others):
    """Ten steps are those of the formulae, for parameters of any shape."""
    assert_ten_steps(student, "momentum", shape, OTHERS["momentum"] if others else {})


@criterion("rmsprop", points=1, hint="Compare your formulae with the text's term by term; try the third step, too.")
@pytest.mark.parametrize("shape, others", TEN)
def test_ten_steps_of_rmsprop(student, shape, others):
    """Ten steps are those of the formulae, for parameters of any shape."""
    assert_ten_steps(student, "rmsprop", shape, OTHERS["rmsprop"] if others else {})


@criterion(
    "adam",
    points=1,
    hint="Compare your formulae with the text's term by term: both corrections, and a t that grows with each step.",
)
@pytest.mark.parametrize("shape, others", TEN)
def test_ten_steps_of_adam(student, shape, others):
    """Ten steps are those of the formulae, for parameters of any shape."""
    assert_ten_steps(student, "adam", shape, OTHERS["adam"] if others else {})


@criterion("schedules", points=1, hint="Try other rates, settings and epochs, late ones too.")
@pytest.mark.parametrize("rate, setting", [(0.37, 0.23), (0.0123, 0.81)])
def test_schedules_at_any_epoch(student, rate, setting):
    """The rates follow the formulae, for any rate, any settings and any epoch."""
    for epoch in (0, 1, 2, 6, 7, 11, 40):
        at = f"of epoch {epoch}"
        assert_close(student.inverse_time(rate, epoch, decay=setting), rate / (1 + setting * epoch), f"inverse {at}")
        assert_close(student.exponential(rate, epoch, factor=setting), rate * setting**epoch, f"exponential {at}")
        for every in (3, 7):
            expected = rate * setting ** (epoch // every)
            assert_close(student.staircase(rate, epoch, factor=setting, every=every), expected, f"staircase {at}")


def squashed_moons(count, seed):
    """Points in two squashed crescents, array (count, 2), and labels, array (count, 1)."""
    rng = np.random.default_rng(seed)
    labels, angle = rng.permutation(np.arange(count) % 2)[:, None], rng.uniform(0, np.pi, (count, 1))
    upper, lower = np.hstack([np.cos(angle), np.sin(angle)]), np.hstack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    points = np.where(labels == 0, upper, lower) + rng.normal(0, 0.15, (count, 2))
    return points * [1.0, 0.1], labels


@criterion(
    "train",
    points=3,
    hint="How far do your networks get in the race of the notebook?",
)
def test_adam_finds_the_moons(student, thresholds, credit):
    """Trained with Adam on other moons, a network gets 92 of 100 points right that it has never
    seen."""
    x, y = squashed_moons(600, seed=71)
    found = as_tuple(student.train(x, y, student.adam, 0.02, 60), "train(...)", ("parameters", "losses"))[0]
    if not isinstance(found, dict):
        raise CriterionFailed("`parameters` to be a dict of arrays", described(found))
    weights = {name: as_array(found[name], name) for name in ("W1", "b1", "W2", "b2")}
    x, y = squashed_moons(2000, seed=72)
    answers = np.tanh(x @ weights["W1"] + weights["b1"]) @ weights["W2"] + weights["b2"] > 0
    credit.within(float(np.mean(answers == y)), thresholds, "right")
