"""The hidden criteria of `series_rnn`, which students never get."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_left,
    as_model,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    layer,
    make_model,
    mean_absolute_error,
    share,
)

DAY, SPLIT, HOURS, WINDOW = 48, 18 * 48, 24 * 48, 24


@criterion("as_sequences", points=1, hint="Does it use the windows that it is given, however many and however long?")
@pytest.mark.parametrize(
    "count, window",
    [
        pytest.param(1, 9, id="a single window"),
        pytest.param(40, 1, id="windows of one hour"),
        pytest.param(13, 30, id="windows of thirty hours"),
    ],
)
def test_sequences_of_any_windows(student, count, window):
    """Any number of windows of any length become sequences of as many steps with one feature."""
    windows = np.random.default_rng([count, window]).normal(-40, 9, (count, window)).astype("float32")
    found = as_array(call_unchanged(student, "as_sequences", windows), "as_sequences(...)")
    assert_shape(found, (count, window, 1), "as_sequences(...)")
    assert_close(found[:, :, 0], windows, "the numbers in the sequences")


@criterion("huber", points=2, hint="Compare with `keras.losses.Huber(delta=...)`, for several sizes of delta.")
@pytest.mark.parametrize(
    "shape, delta",
    [
        pytest.param((50,), 0.1, id="delta=0.1"),
        pytest.param((1,), 1.3, id="one error"),
        pytest.param((200,), 7.0, id="delta=7"),
        pytest.param((60, 1), 2.0, id="columns"),
        pytest.param((9, 4), 25.0, id="tables, and delta=25"),
    ],
)
def test_huber_at_and_around_delta(student, shape, delta):
    """The loss is right for errors of any size, far from delta, close to it, and at it."""
    rng = np.random.default_rng([*shape, round(10 * delta)])
    sizes = delta * rng.choice([0, 0.1, 0.5, 0.99, 1 - 1e-6, 1, 1 + 1e-6, 1.01, 2, 5, 40], shape)
    errors, actual = rng.choice([-1, 1], shape) * sizes, rng.normal(-40, 9, shape)
    expected = sum(
        error**2 / 2 if abs(error) <= delta else delta * (abs(error) - delta / 2) for error in errors.ravel().tolist()
    )
    found = call_unchanged(student, "huber", actual, actual + errors, delta)
    assert_close(found, expected / errors.size, f"the loss with delta={delta:g}", rtol=3e-4)


def copy_weights(source, target):
    """Give a model the weights of another with the same layers."""
    for given, own in zip(source.trainable_variables, target.trainable_variables, strict=True):
        own.assign(given)


@criterion("build_model", points=1, hint="Is it (x − mean) / std on the way in, and y · std + mean on the way out?")
def test_scaling_for_any_series(student):
    """A model for a series of about 80 ± 40 answers like one with the same weights for 0 ± 1, in
    the units of its own series, and not always the same."""
    mean, std = 80.0, 40.0
    windows = np.random.default_rng(2).normal(0, 1, (20, 4, 1)).astype("float32")
    plain = as_model(student.build_model(4, 0.0, 1.0, 0.001), "build_model(...)")
    model = as_model(student.build_model(4, mean, std, 0.001), "build_model(...)")
    model.predict(mean + std * windows[:2])  # from now on it has weights, however it was made
    unscaled = as_array(plain.predict(windows), "the answers").astype(float)
    share(student, copy_weights)(plain, model)
    found = as_array(as_left(model).predict(mean + std * windows), "the answers").astype(float)
    apart = float(np.abs(found - (mean + std * unscaled)).max())
    if not apart <= 0.02 * std:  # half precision takes them 0.005 * std apart
        raise CriterionFailed("the same answers, but for the units", f"answers that are {apart:.3g} apart")
    if not float(found.std()) >= 0.005 * std:
        raise CriterionFailed("answers that differ", f"answers from {found.min():.6g} to {found.max():.6g}")


@criterion("sweep_rates", points=1, hint="Does it use `low`, `high` and `count`? Look at the last rate.")
@pytest.mark.parametrize("low, high, count", [(1e-6, 3.0, 50), (0.02, 0.05, 2), (0.5, 700.0, 7)])
def test_any_rates(student, low, high, count):
    """Any number of rates grow by the same factor from low to high."""
    expected = [low * (high / low) ** (place / (count - 1)) for place in range(count)]
    assert_close(student.sweep_rates(low, high, count), np.array(expected), "the rates", rtol=1e-5, atol=0)


def hand_out(model, weights):
    """A function that returns the model, always with these weights."""

    def make_model():
        model.set_weights(weights)
        return model

    return make_model


def make_line(student):
    """A function that makes a linear model of five readings, with a momentum of 0.5."""
    weights = [np.zeros((5, 1)), np.zeros(1)]
    model = make_model(student, (5, 1), layer("Flatten"), layer("Dense", units=1), weights=weights)
    optimizer = {"class_name": "SGD", "config": {"learning_rate": 0.01, "momentum": 0.5}}
    model.compile(optimizer=optimizer, loss="mean_squared_error", run_eagerly=True)
    return share(student, hand_out)(model, weights)


@criterion(
    "sweep", points=2, hint="All windows, one epoch at each rate in the given order, and the model as it was compiled."
)
@pytest.mark.parametrize(
    "count, rates",
    [
        pytest.param(16, np.geomspace(0.001, 0.2, 4), id="four rates"),
        pytest.param(70, np.array([0.05, 0.01, 0.1]), id="three batches, and rates in another order"),
        pytest.param(7, np.array([0.04]), id="a single rate"),
    ],
)
def test_any_sweep(student, count, rates):
    """The losses of any sweep are those of a model that is trained on all windows at these rates,
    one after the other, in batches of 32."""
    rng = np.random.default_rng(count)
    alike = 1 if count <= 32 else count  # `fit` shuffles: the batches are known if all windows are alike
    sequences = np.repeat(rng.normal(0, 1, (count // alike, 5, 1)), alike, axis=0)
    labels = np.repeat(rng.normal(2, 1, count // alike), alike)
    inputs = np.column_stack([sequences[:, :, 0], np.ones(count)])
    weights, speed, expected = np.zeros(6), np.zeros(6), []
    for rate in rates:
        squares = 0.0
        for batch in range(0, count, 32):
            rows = inputs[batch : batch + 32]
            errors = rows @ weights - labels[batch : batch + 32]
            squares += np.sum(errors**2)
            speed = 0.5 * speed - rate * 2 * rows.T @ errors / len(rows)
            weights = weights + speed
        expected.append(squares / count)
    found = call_unchanged(student, "sweep", make_line(student), sequences, labels, rates)
    assert_close(found, np.array(expected), "the losses", rtol=1e-3)


def chosen(rates, losses, margin):
    """The rate with the lowest loss before a sweep diverges, divided by `margin`."""
    lowest, rate = losses[0], rates[0]
    for place in range(1, len(losses)):
        if not math.isfinite(losses[place]) or losses[place] > 2 * lowest:
            break
        if losses[place] < lowest:
            lowest, rate = losses[place], rates[place]
    return rate / margin


def draw_sweep(seed, ending):
    """A sweep that falls, trembles on a floor, and ends in one of four ways."""
    rng = np.random.default_rng(seed)
    before, floor, after = rng.integers(3, 9, 3)
    fall = rng.uniform(4, 9) * np.exp(-np.sort(rng.uniform(0, 1.2, before)))
    low = fall[-1] * rng.uniform(0.62, 0.98, floor)
    climb = {
        "calm": low.min() * rng.uniform(1.1, 1.8, after),
        "explodes": low.min() * np.cumprod(rng.uniform(2.1, 5, after)),
        "nan": np.full(after, np.nan),
        "inf": np.full(after, np.inf),
        "lands low": np.concatenate([low.min() * rng.uniform(2.2, 30, 2), low.min() * rng.uniform(0.2, 0.9, after)]),
        "nan, lands low": np.concatenate([[np.nan], low.min() * rng.uniform(0.2, 0.9, after)]),
    }[ending]
    losses = np.concatenate([fall, low, climb])
    return np.sort(rng.uniform(1e-5, 1, len(losses)) ** 2), losses


@criterion("choose_rate", points=2, hint="Go through your own sweep by hand, rule by rule, and compare.")
@pytest.mark.parametrize("ending", ["calm", "explodes", "nan", "inf", "lands low", "nan, lands low"])
@pytest.mark.parametrize("margin", [1, 3.5])
def test_choice_of_any_sweep(student, ending, margin):
    """The choice is right for any sweep, however it ends."""
    for seed in range(3):
        rates, losses = draw_sweep([seed, len(ending)], ending)
        found = call_unchanged(student, "choose_rate", rates, losses, margin)
        assert_close(found, chosen(rates.tolist(), losses.tolist(), margin), "the rate", rtol=1e-5)


@criterion("beats_naive", points=2, hint="Does your own comparison in the notebook show it, too?")
def test_better_than_naive_on_the_known_days(student, thresholds, credit):
    """On the validation part, the saved model's mean absolute error is at most 85 % of the naive
    one's."""
    credit.within(ratio(student.model, [49]), thresholds, "error")


@criterion("beats_naive", points=2, hint="Fewer epochs, or fewer units, if it knows its own series by heart.")
def test_better_than_naive_with_other_weather(student, thresholds, credit):
    """On five validation parts with other noise and other glitches, the saved model's mean absolute
    error is at most 85 % of the naive one's."""
    credit.within(ratio(student.model, range(9101, 9106)), thresholds, "error")


def make_series(seed):
    """The notebook's series, with noise and glitches of another seed."""
    rng, turn = np.random.default_rng(seed), 2 * np.pi * np.arange(HOURS) / DAY
    noise, loose = rng.normal(0, 1, HOURS), rng.random(HOURS) < 0.03
    glitch = rng.choice([-1, 1], HOURS) * rng.uniform(8, 20, HOURS)
    return (-40 + 12 * np.sin(turn) + 3 * np.sin(2 * turn + 1) + noise + loose * glitch).astype("float32")


def ratio(model, seeds):
    """The model's error over that of the naive forecast, on the validation parts of `seeds`."""
    cuts = np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(make_series(seed)[SPLIT - WINDOW :], WINDOW + 1) for seed in seeds]
    )
    windows, labels = cuts[:, :-1, None], cuts[:, -1]
    naive = mean_absolute_error(windows[:, -1], labels)
    return mean_absolute_error(model.predict(windows, batch_size=144), labels) / naive
