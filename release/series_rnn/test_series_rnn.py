"""The public criteria of `series_rnn`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_left,
    as_model,
    assert_close,
    assert_compiled,
    assert_layer_count,
    assert_shape,
    at_least,
    call_unchanged,
    criterion,
    fetch,
    layer,
    make_model,
    mean_absolute_error,
    share,
)

DAY, SPLIT, HOURS, WINDOW = 48, 18 * 48, 24 * 48, 24


@criterion("as_sequences", points=2, hint="Print the shape: how many steps are there, and how many features at each?")
@pytest.mark.parametrize(
    "count, window", [pytest.param(3, 4, id="three windows of four hours"), pytest.param(2, 5, id="two of five")]
)
def test_one_feature_at_each_step(student, count, window):
    """Three windows of four hours become three sequences of four steps with one feature, in the
    same order."""
    windows = np.arange(float(count * window)).reshape(count, window) - 2.5
    found = as_array(call_unchanged(student, "as_sequences", windows), "as_sequences(...)")
    assert_shape(found, (count, window, 1), "as_sequences(...)")
    assert_close(found[:, :, 0], windows, "the numbers in the sequences")


def assert_huber(student, errors, delta, expected):
    """Assert that forecasts which are off by `errors` have this loss."""
    actual = np.linspace(-40.0, -31.0, len(errors))
    found = call_unchanged(student, "huber", actual, actual + np.array(errors), delta)
    assert_close(found, expected, f"the loss of {list_of(errors)} with delta={delta:g}")


@criterion("huber", points=1, hint="Up to delta: half of the square, then the mean of all.")
@pytest.mark.parametrize(
    "errors, delta, expected",
    [
        pytest.param([1.0, -2.0, 0.0, 3.0], 4.0, 1.75, id="1, -2, 0 and 3 with delta=4"),
        pytest.param([0.5, -0.5], 1.0, 0.125, id="0.5 and -0.5 with delta=1"),
    ],
)
def test_small_errors(student, errors, delta, expected):
    """Errors of 1, -2, 0 and 3 have a loss of 1.75 with delta=4."""
    assert_huber(student, errors, delta, expected)


@criterion("huber", points=1, hint="Beyond delta: what is the loss of the first error, worked out by hand?")
@pytest.mark.parametrize(
    "errors, delta, expected",
    [
        pytest.param([5.0], 2.0, 8.0, id="5 with delta=2"),
        pytest.param([-5.0], 2.0, 8.0, id="-5 with delta=2"),
        pytest.param([3.0, -4.0], 0.5, 1.625, id="3 and -4 with delta=0.5"),
    ],
)
def test_large_errors(student, errors, delta, expected):
    """An error of 5 has a loss of 8 with delta=2, and so has one of -5."""
    assert_huber(student, errors, delta, expected)


@criterion("huber", points=1, hint="Each error goes its own way: some of them are small, and some are large.")
def test_small_and_large_errors(student):
    """Errors of 1, -6, 0 and 3 have a loss of 3.625 with delta=2."""
    assert_huber(student, [1.0, -6.0, 0.0, 3.0], 2.0, 3.625)


@criterion("huber", points=1, hint="At delta, both formulae must say the same.")
@pytest.mark.parametrize("delta", [pytest.param(1.0, id="delta=1"), pytest.param(3.0, id="delta=3")])
@pytest.mark.parametrize("sign", [pytest.param(1, id="above"), pytest.param(-1, id="below")])
def test_meets_at_delta(student, delta, sign):
    """An error of delta has a loss of half of its square, and there is no leap right before or
    right after it."""
    for factor in (0.999, 1.0, 1.001):
        expected = delta**2 * (0.5 + (factor - 1) + (0.5 * (factor - 1) ** 2 if factor < 1 else 0.0))
        assert_huber(student, [sign * factor * delta], delta, expected)


@criterion("build_model", points=1, hint="What goes in are `window` steps of one number, what comes out is one number.")
def test_takes_sequences_of_any_length(student):
    """A model for seven hours takes seven steps of one reading and answers with one."""
    model = as_model(student.build_model(7, 100.0, 20.0, 0.001), "build_model(...)")
    if model.input_shape and model.input_shape[1] not in (7, None):
        raise CriterionFailed("a model that takes the shape (None, 7, 1)", f"one that takes {model.input_shape}")
    assert_shape(answers_of(model, 7, 100.0, 20.0), (None, 1), "the answers")


@criterion(
    "build_model",
    points=2,
    hint="What shape goes into each recurrent layer? The hours must be its steps: the second axis, not the last.",
)
def test_reads_hour_by_hour(student):
    """The model has a recurrent layer, and its steps are the hours."""
    model = built(student)
    assert_layer_count(model, recurrent=at_least(1))
    shapes = [layer.input_shape for layer in model.layers if is_recurrent(layer)]
    if any(shape and len(shape) == 3 and (shape[1] or WINDOW) <= WINDOW // 3 for shape in shapes):
        shape = next(shape for shape in shapes if shape[1] and shape[1] <= WINDOW // 3)
        raise CriterionFailed(
            f"recurrent layers that read {WINDOW} steps", f"one that reads {shape[1]}: {shape}", detail=model.table()
        )


@criterion("build_model", points=1, hint="What does the last unit do to numbers below 0?")
def test_open_end(student):
    """The last Dense layer has one unit, and no activation follows."""
    model = built(student)
    inner = [layer.wrapped or layer for layer in model.layers]
    dense = [row for row, layer in enumerate(inner) if layer.class_name == "Dense"]
    if not dense:
        raise CriterionFailed("a Dense layer with one unit at the end", "no Dense layer", detail=model.table())
    bent = [layer.activation for layer in inner[dense[-1] :] if layer.activation not in (None, "linear")]
    units = inner[dense[-1]].config.get("units")
    if units != 1 or bent:
        raise CriterionFailed(
            "the last Dense layer with one unit and no activation",
            f"{units} unit{'' if units == 1 else 's'} with {bent[0] if bent else 'no'} activation",
            detail=model.table(),
            marked=(dense[-1],),
        )


@criterion(
    "build_model",
    points=1,
    hint="Scale on the way in *and* back on the way out, with the `mean` and `std` you are given.",
)
def test_answers_in_the_units_of_the_series(student):
    """Untrained, a model for a series of about 5000 ± 10 answers numbers of about that size."""
    mean, std = 5000.0, 10.0
    found = answers_of(as_model(student.build_model(5, mean, std, 0.001), "build_model(...)"), 5, mean, std)
    far = float(np.abs(found - mean).max())
    if not far <= 6 * std:
        worst = float(found.ravel()[np.abs(found - mean).argmax()])
        raise CriterionFailed(f"answers between {mean - 6 * std:g} and {mean + 6 * std:g}", f"an answer of {worst:.5g}")


@criterion("build_model", points=1, hint="The text names three losses on which a glitch has a limited pull.")
def test_a_loss_that_glitches_cannot_rule(student):
    """The model is compiled with Huber's loss, the mean absolute error, or log-cosh."""
    assert_compiled(built(student), loss=("huber", "mean_absolute_error", "log_cosh"))


@criterion("build_model", points=1, hint="Which rate does the optimizer get in `compile`?")
@pytest.mark.parametrize("rate", [pytest.param(0.02, id="0.02"), pytest.param(3e-4, id="0.0003")])
def test_compiled_with_the_rate(student, rate):
    """The model's optimizer has the learning rate that `build_model` was given."""
    model = as_model(student.build_model(5, -40.0, 9.0, rate), "build_model(...)")
    assert_compiled(model)
    assert_close(fetch(model.optimizer.learning_rate), rate, "the learning rate", rtol=1e-3)


@criterion("build_model", points=1, hint="`Rescaling` and `Normalization` scale without Python code of your own.")
def test_no_lambda(student):
    """The model has no Lambda layer, with which Keras would refuse to load it."""
    model = built(student)
    rows = [row for row, layer in enumerate(model.layers) if "Lambda" in (layer.class_name, name_of_wrapped(layer))]
    if rows:
        raise CriterionFailed(
            "a model without Lambda layers", f"{len(rows)} of them", detail=model.table(), marked=rows
        )


def change_weights(model):
    """Turn the sign of each weight of a model, as a training would change it."""
    for weight in model.trainable_variables:
        weight.assign(-weight)


@criterion("build_model", points=1, hint="Are the layers made inside of `build_model`, anew at each call?")
def test_builds_a_fresh_model(student):
    """Each call builds a model of its own: what is done to one does not show in the next."""
    first = as_model(student.build_model(6, -40.0, 9.0, 0.001), "build_model(...)")
    before = first.weights
    share(student, change_weights)(first)
    changed = as_left(first).weights
    second = as_model(student.build_model(6, -40.0, 9.0, 0.001), "build_model(...)").weights
    same = [
        after.size
        for old, after, new in zip(before, changed, second, strict=False)
        if after.shape == new.shape and not np.array_equal(old, after) and np.array_equal(after, new)
    ]
    if same:
        raise CriterionFailed("a new model at each call", f"one that shares {sum(same):,} weights with the one before")


@criterion("sweep_rates", points=2, hint="What do you multiply by to get from one rate to the next? Count the steps.")
@pytest.mark.parametrize(
    "low, high, expected",
    [
        pytest.param(0.01, 100.0, [0.01, 0.1, 1.0, 10.0, 100.0], id="five from 0.01 to 100"),
        pytest.param(1.0, 8.0, [1.0, 2.0, 4.0, 8.0], id="four from 1 to 8"),
    ],
)
def test_rates_on_paper(student, low, high, expected):
    """Five rates from 0.01 to 100 are 0.01, 0.1, 1, 10 and 100."""
    found = student.sweep_rates(low, high, len(expected))
    assert_close(found, np.array(expected), f"sweep_rates({low:g}, {high:g}, {len(expected)})", rtol=1e-5)


def hand_out(model, weights):
    """A function that returns the model, always with these weights."""

    def make_model():
        model.set_weights(weights)
        return model

    return make_model


def make_paper_model(student):
    """A function that makes a model with one weight w = 0: the forecast is w times the reading."""
    weights = [np.zeros((1, 1))]
    model = make_model(student, (1, 1), layer("Flatten"), layer("Dense", units=1, use_bias=False), weights=weights)
    optimizer = {"class_name": "SGD", "config": {"learning_rate": 0.01}}
    model.compile(optimizer=optimizer, loss="mean_squared_error", run_eagerly=True)
    return share(student, hand_out)(model, weights)


def swept(student, make, rates):
    """The losses of the student's sweep over one window with the reading 1 and the label 8."""
    found = call_unchanged(student, "sweep", make, np.ones((1, 1, 1)), np.array([8.0]), np.array(rates))
    losses = as_array(found, "the losses")
    assert_shape(losses, (len(rates),), "the losses")
    return losses


@criterion(
    "sweep",
    points=2,
    hint="One model for the whole sweep; before each epoch, its optimizer gets the rate of that epoch.",
)
def test_sweep_on_paper(student):
    """With one weight w = 0, one window (1 °C, then 8 °C) and rates of 0.25, 0.25, 0.5 and 0.6, w
    goes from 0 to 4, 6 and 8, and the losses are 64, 16, 4 and 0."""
    losses = swept(student, make_paper_model(student), [0.25, 0.25, 0.5, 0.6])
    assert_close(losses, np.array([64.0, 16.0, 4.0, 0.0]), "the losses", atol=1e-4)


@criterion("sweep", points=1, hint="Where does your function take its model from?")
def test_each_sweep_has_a_fresh_model(student):
    """A second sweep begins anew, with another model from `make_model`."""
    make = make_paper_model(student)
    for rates, expected in (([0.25, 0.25], [64.0, 16.0]), ([0.125, 0.25], [64.0, 36.0])):
        assert_close(swept(student, make, rates), np.array(expected), "the losses", atol=1e-4)


@criterion("sweep", points=1, hint="Is there something that ends the training, or leaves out a loss, when it explodes?")
def test_sweeps_to_the_end(student):
    """The sweep goes on to its last rate when the loss explodes, and writes that down."""
    losses = swept(student, make_paper_model(student), [0.25, 1e20, 1e20, 1e20]).astype(float)
    assert_close(losses[:2], np.array([64.0, 16.0]), "the losses before the explosion", atol=1e-4)
    if (losses[2:] < 1e9).any():
        raise CriterionFailed("inf, nan or huge losses at last", list_of(losses[2:]))


def assert_choice_of(student, losses, margin, place):
    """Assert that the student's function chooses the rate at `place`, divided by `margin`."""
    rates = np.array([0.002, 0.01, 0.05, 0.25, 1.25, 6.25])[: len(losses)]
    found = call_unchanged(student, "choose_rate", rates, np.array(losses), margin)
    what = f"the rate for losses of {list_of(losses)} at rates of {list_of(rates)}, with margin={margin:g}"
    assert_close(found, rates[place] / margin, what, rtol=1e-5)


@criterion("choose_rate", points=1, hint="Which rate has the lowest loss, and what is it divided by?")
@pytest.mark.parametrize(
    "losses, margin, place",
    [
        pytest.param([9.0, 8.0, 4.0, 3.0, 5.0], 10, 3, id="the lowest in between"),
        pytest.param([9.0, 6.0, 2.0], 1, 2, id="the lowest at last, and a margin of 1"),
        pytest.param([4.0, 5.0, 7.0], 4, 0, id="the lowest at first"),
        pytest.param([9.0, 3.0, 6.0, 2.0], 10, 3, id="6 is just twice 3, and not more"),
    ],
)
def test_lowest_loss_with_a_margin(student, losses, margin, place):
    """In a sweep that does not diverge, it is the rate with the lowest loss, divided by the
    margin."""
    assert_choice_of(student, losses, margin, place)


@criterion("choose_rate", points=2, hint="Go from left to right, and compare each loss with the lowest one before it.")
@pytest.mark.parametrize(
    "losses, place",
    [
        pytest.param([9.0, 5.0, 3.0, 7.0, 1.0], 2, id="a leap from 3 to 7, then 1"),
        pytest.param([9.0, 3.0, 5.0, 6.5, 2.0, 2.5], 1, id="in two steps from 3 beyond 6, then 2"),
        pytest.param([6.0, 13.0, 4.0], 0, id="diverged at once, then 4"),
        pytest.param([9.0, 3.0, 5.5, 5.9, 2.0, 4.5], 4, id="up to 5.9 after 3, which is not yet too much"),
    ],
)
def test_nothing_after_the_explosion(student, losses, place):
    """What comes after a loss of more than twice the lowest one before it does not count."""
    assert_choice_of(student, losses, 5, place)


@criterion("choose_rate", points=1, hint="What does a comparison with nan say? Try `np.nan > 1`, and `np.nan < 1`.")
@pytest.mark.parametrize(
    "losses, place",
    [
        pytest.param([9.0, 5.0, 6.0, np.nan, np.nan], 1, id="nan at the end"),
        pytest.param([9.0, 5.0, np.inf, np.nan], 1, id="inf, then nan"),
        pytest.param([9.0, 5.0, np.nan, 1.0], 1, id="nan, then a low loss"),
        pytest.param([9.0, np.inf, 3.0], 0, id="inf, then a low loss"),
    ],
)
def test_infinite_and_undefined_losses(student, losses, place):
    """At inf or nan, the sweep has diverged."""
    assert_choice_of(student, losses, 2, place)


@criterion("beats_naive", points=2, hint="Look at the curves: has it learned? If not, go back to the sweep.")
def test_better_than_naive_on_fresh_hours(student, thresholds, credit):
    """On hours with new noise and new glitches, the mean absolute error of the saved recurrent
    network is at most 85 % of the naive one's."""
    assert_layer_count(student.model, recurrent=at_least(1))
    readings = readings_of(7)
    known = np.stack([readings[hour - WINDOW : hour] for hour in range(SPLIT, HOURS)])
    following = readings[SPLIT:]
    error = mean_absolute_error(student.model.predict(known[:, :, None], batch_size=144), following)
    credit.within(error / mean_absolute_error(known[:, -1], following), thresholds, "error")


def readings_of(seed):
    """24 days of readings on the moon of the notebook, with noise and glitches of their own."""
    rng, turn = np.random.default_rng([49, seed]), 2 * np.pi * np.arange(HOURS) / DAY
    glitch = rng.choice([-1, 1], HOURS) * rng.uniform(8, 20, HOURS) * (rng.random(HOURS) < 0.03)
    return (-40 + 12 * np.sin(turn) + 3 * np.sin(2 * turn + 1) + rng.normal(0, 1, HOURS) + glitch).astype("float32")


def built(student):
    """A model as the student's function builds it for 24 hours."""
    return as_model(student.build_model(WINDOW, -40.0, 9.0, 0.001), "build_model(...)")


def answers_of(model, window, mean, std):
    """What a model answers to 20 windows of random hours around `mean`."""
    windows = np.random.default_rng(1).normal(mean, std, (20, window, 1)).astype("float32")
    return as_array(model.predict(windows), "the answers").astype(float)


def is_recurrent(layer):
    """Whether a layer is recurrent, or has a recurrent one inside."""
    names = (layer.class_name, name_of_wrapped(layer))
    return any(name in ("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional") for name in names)


def name_of_wrapped(layer):
    """The class of the layer inside a wrapper; "" for any other layer."""
    return layer.wrapped.class_name if layer.wrapped else ""


def list_of(numbers):
    """Some numbers as text: "1, -2, 0, 3"."""
    return ", ".join(f"{number:g}" for number in numbers)
