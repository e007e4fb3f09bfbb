"""The public criteria of `series_conv_lstm`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_apart,
    assert_close,
    assert_compiled,
    assert_dtype,
    assert_layer_count,
    assert_shape,
    at_least,
    call_unchanged,
    criterion,
    datasets,
    described,
    layer,
    make_folder,
    make_model,
    mean_squared_error,
    share,
)

START, SUN_START, CONTEXT = 6 * 365, 2500, 60


def assert_parsed(student, text, column, expected):
    """Assert that the student's function reads these numbers from a column of a file."""
    folder = make_folder(student, {"readings.csv": text})
    found = student.parse_series(folder.joinpath("readings.csv"), column)
    assert_close(found, np.array(expected), "the series")
    assert_dtype(found, "float", "the series")


@criterion("parse_series", points=1, hint="Which lines hold readings? And in which column are they?")
def test_a_file_like_that_of_the_temperatures(student):
    """Of a file with quoted dates, the second column is read, below the first line, as floats."""
    text = '"Date","Temp"\n"2001-06-01",9.5\n"2001-06-02",-0.4\n"2001-06-03",11\n"2001-06-04",7.2\n'
    assert_parsed(student, text, 1, [9.5, -0.4, 11.0, 7.2])


@criterion("parse_series", points=1, hint="Do you use `column`? And what does an empty line at the end do?")
def test_a_file_like_that_of_the_sunspots(student):
    """Of a file with three columns and two empty lines at its end, the third column is read."""
    text = ",Date,Monthly Mean\n0,1749-01-31,96.7\n1,1749-02-28,104.3\n2,1749-03-31,0.0\n\n\n"
    assert_parsed(student, text, 2, [96.7, 104.3, 0.0])


@criterion(
    "causal_conv", points=1, hint="Write the sum for day 2 on paper: which number of the kernel stands at which day?"
)
def test_convolution_on_paper(student):
    """The kernel (1, 10, 100) makes of 1, 2, 3, 4 the outputs 100, 210, 321, 432."""
    found = call_unchanged(student, "causal_conv", np.arange(1.0, 5.0), np.array([1.0, 10.0, 100.0]))
    assert_close(found, np.array([100.0, 210.0, 321.0, 432.0]), "the outputs")


@criterion("causal_conv", points=1, hint="May an output notice a reading that comes later?")
@pytest.mark.parametrize(
    "kernel",
    [
        pytest.param([0.5, -1.0, 4.0], id="a kernel of three"),
        pytest.param([2.0, 0.0, -3.0, 1.5], id="a kernel of four"),
    ],
)
def test_one_warm_night(student, kernel):
    """A single 1 on day 3 shows the kernel backwards, from day 3 on."""
    night, expected = np.zeros(9), np.zeros(9)
    night[3], expected[3 : 3 + len(kernel)] = 1, kernel[::-1]
    assert_close(student.causal_conv(night, np.array(kernel)), expected, "the outputs")


@criterion("causal_conv", points=1, hint="There are as many outputs as days, whatever the size of the kernel.")
@pytest.mark.parametrize(
    "kernel, expected",
    [
        pytest.param([-2.0], [-4.0, 2.0], id="a kernel of one"),
        pytest.param([5.0, 4.0, 3.0, 1.0], [2.0, 5.0], id="a kernel of four on two days"),
    ],
)
def test_smallest_and_largest_kernels(student, kernel, expected):
    """Of 2, -1, the kernel (-2) makes -4, 2, and the kernel (5, 4, 3, 1) makes 2, 5."""
    assert_close(student.causal_conv(np.array([2.0, -1.0]), np.array(kernel)), np.array(expected), "the outputs")


def the_day_itself(series):
    """A forecast that knows the past alone."""
    return series * 1.0


def mean_so_far(series):
    """A forecast that knows the past alone."""
    import numpy as np

    return np.cumsum(series) / np.arange(1, len(series) + 1)


def always_the_same(series):
    """A forecast that knows nothing at all."""
    return series * 0.0 + 4.0


def centred_mean(series):
    """The mean of two days before, the day, and two days after it."""
    import numpy as np

    return np.convolve(series, np.ones(5) / 5, mode="same")


def next_day(series):
    """The day after, and nothing else."""
    return series.take(range(1, len(series) + 1), mode="clip")


def a_week_later(series):
    """The reading seven days later, or the last one."""
    return series.take(range(7, len(series) + 7), mode="clip")


def the_end_at_the_beginning(series):
    """The day itself, but on day 0 the last reading of all."""
    import numpy as np

    return np.append(series[-1], series[1:])


def assert_verdict(student, forecaster, day, expected, seed=3, days=25):
    """Assert what the student's function says of a forecaster."""
    series = np.round(np.random.default_rng(seed).normal(12, 4, days), 1)
    found = call_unchanged(student, "looks_ahead", share(student, forecaster), series, day)
    verdict = as_array(found, "looks_ahead(...)")
    if verdict.size != 1 or verdict.dtype.kind not in "biu":
        raise CriterionFailed("True or False", described(found))
    if bool(verdict.item()) != expected:
        raise CriterionFailed(f"`looks_ahead` to return {expected}", described(found))


@criterion("looks_ahead", points=1, hint="Which readings do you change, and which outputs do you compare?")
@pytest.mark.parametrize(
    "forecaster, day",
    [
        pytest.param(the_day_itself, 10, id="the day itself, which one does know"),
        pytest.param(mean_so_far, 10, id="the mean of all days so far"),
        pytest.param(mean_so_far, 23, id="the mean of all days so far, one day before the last"),
        pytest.param(always_the_same, 10, id="always the same number"),
    ],
)
def test_who_knows_the_past_alone_is_let_pass(student, forecaster, day):
    """A forecast that depends on the day itself and on days before it does not look ahead."""
    assert_verdict(student, forecaster, day, False)


@criterion("looks_ahead", points=1, hint="An output that moves, although only later readings were changed, has looked.")
def test_a_centred_mean_is_caught(student):
    """The mean of five days, of which two come later, looks ahead."""
    assert_verdict(student, centred_mean, 12, True)


@criterion(
    "looks_ahead",
    points=1,
    hint="*All* later readings are changed, and all outputs count, from that of day 0 to that of `day`.",
)
@pytest.mark.parametrize(
    "forecaster, day",
    [
        pytest.param(next_day, 12, id="the next day alone"),
        pytest.param(next_day, 0, id="the next day alone, seen from day 0"),
        pytest.param(a_week_later, 3, id="one day, a week later"),
        pytest.param(the_end_at_the_beginning, 12, id="the last day, seen from day 0 alone"),
    ],
)
def test_whoever_sees_a_single_later_day_is_caught(student, forecaster, day):
    """A forecast looks ahead that copies the next day, or one a week later, or the last one on day
    0 alone."""
    assert_verdict(student, forecaster, day, True)


@criterion("make_pairs", points=2, hint="The target of a day is the next day. And what is the last axis for?")
def test_targets_are_a_day_later(student):
    """With length=3 and step=1, a ramp from 0 to 5 has the inputs 0 1 2, 1 2 3, 2 3 4 and the
    targets 1 2 3, 2 3 4, 3 4 5, each of shape (3, 3, 1)."""
    assert_pairs(student, np.arange(6.0), 3, 1, [0, 1, 2])


@criterion("make_pairs", points=1, hint="Where do the pieces begin, and which is the last that has all its targets?")
@pytest.mark.parametrize(
    "days, length, step, starts",
    [
        pytest.param(11, 4, 2, [0, 2, 4, 6], id="11 days, length=4, step=2"),
        pytest.param(12, 4, 3, [0, 3, 6], id="12 days, length=4, step=3"),
        pytest.param(12, 2, 5, [0, 5], id="12 days, length=2, step=5"),
    ],
)
def test_pieces_begin_at_every_step(student, days, length, step, starts):
    """Of a ramp from 0 to 10, with length=4 and step=2, the pieces begin with 0, 2, 4 and 6."""
    assert_pairs(student, np.arange(float(days)), length, step, starts)


def assert_pairs(student, series, length, step, starts):
    """Assert that the student's pieces are those that begin at `starts`."""
    found = call_unchanged(student, "make_pairs", series, length, step)
    inputs, targets = as_tuple(found, "make_pairs(...)", ("inputs", "targets"))
    places = np.add.outer(starts, range(length))[..., None]
    assert_close(inputs, series[places], "the inputs")
    assert_close(targets, series[places + 1], "the targets")


@pytest.fixture(scope="module")
def untrained(student):
    """The student's model for a series of about 10 ± 4."""
    return as_model(student.build_model(10.0, 4.0), "build_model(...)")


@criterion("build_model", points=1, hint="`Input((None, 1))`; and has each layer an answer for every day?")
def test_answers_after_each_day(untrained):
    """The model takes series of any length, here of 7 days, and answers with one number after each
    day."""
    answers_to(untrained, np.random.default_rng(1).normal(10, 4, (3, 7)))


@criterion("build_model", points=1, hint="A convolution, a layer with a memory, and an end that may answer any number.")
def test_convolution_memory_and_an_open_end(untrained):
    """The model has a convolution and a recurrent layer, and ends without an activation."""
    assert_layer_count(untrained, convolution=at_least(1), recurrent=at_least(1))
    for row in reversed(range(len(untrained.layers))):
        one = untrained.layers[row].wrapped or untrained.layers[row]
        if one.activation not in (None, "linear"):
            raise CriterionFailed(
                "an end without an activation", f"{one.activation} at the end", detail=untrained.table(), marked=(row,)
            )
        if untrained.layers[row].parameters:
            break


@criterion(
    "build_model", points=1, hint="Two kinds of layers can see later days: which are they, and how is it avoided?"
)
def test_no_output_sees_a_later_input(untrained):
    """If a later day is changed, what the model answered before stays as it was."""
    assert_knows_the_past_alone(untrained, 10.0, 4.0)


@criterion("build_model", points=1, hint="The text names three losses that measure how far a number is off.")
def test_compiled_for_numbers(untrained):
    """The model is compiled with a loss for numbers: squared or absolute error, or Huber."""
    assert_compiled(untrained, loss=("mean_squared_error", "mean_absolute_error", "huber"))


@criterion(
    "build_model",
    points=1,
    hint="Scale on the way in *and* back on the way out, with the `mean` and `std` you are given.",
)
def test_answers_in_the_units_of_the_series(student):
    """Untrained, a model for series of about -0.004 ± 0.001 answers numbers of about that size, and
    not the same to all of them."""
    mean, std = -0.004, 0.001
    model = as_model(student.build_model(mean, std), "build_model(...)")
    found = answers_to(model, np.random.default_rng(2).normal(mean, 3 * std, (8, 7)))
    worst = float(found.flat[np.abs(found - mean).argmax()])
    if not abs(worst - mean) <= 15 * std:  # the readings themselves lie up to 9 std from the mean
        raise CriterionFailed(
            f"answers between {mean - 15 * std:g} and {mean + 15 * std:g}", f"an answer of {worst:.5g}"
        )
    # Models of the usual sizes: 0.013 to 0.25 std; without scaling in, 0.0001. A last layer that
    # starts with zeros answers the mean to all.
    spread = found.std(axis=0).mean()
    if np.ptp(found) > 0 and not spread >= 0.003 * std:
        raise CriterionFailed(
            "answers to 8 series that differ", f"answers that differ by {spread:.1g}: are the readings scaled in?"
        )


@criterion(
    "forecast", points=2, hint="The answer after day t is the forecast for day t + 1. So where is that for `start`?"
)
def test_the_sum_of_all_days_before(student):
    """A model that answers with the sum of all days so far forecasts of 1, 2, 3, …, 10, from day 6
    on, 21, 28, 36, 45; and from day 1 on 1, 3, 6, and so on."""
    memory = layer("SimpleRNN", units=1, activation="linear", return_sequences=True)
    model = make_model(student, (None, 1), memory, weights=[[[1.0]], [[1.0]], [0.0]])
    for start in (6, 1):
        days = np.arange(start, 10)
        found = call_unchanged(student, "forecast", model, np.arange(1.0, 11.0), start)
        assert_close(found, days * (days + 1) / 2, f"the forecast from day {start} on", rtol=1e-4)


@criterion("temperatures", points=1, hint="Was the model built and trained before a convolution or a layer was mended?")
def test_the_saved_model_knows_the_past_alone(student):
    """What the saved model answers after a day does not change with what comes later."""
    assert_knows_the_past_alone(student.model, 11.0, 4.0)


@criterion("temperatures", points=2, hint="Look at the loss curve: has it learned? And which pairs did it learn from?")
def test_better_than_naive_on_two_years(student, thresholds, credit):
    """On the two years, the saved model's mean squared error is at most 85 % of the naive one's."""
    series = readings("temperatures.csv")
    credit.within(ratio(student.model, series, START), thresholds, "temperatures")


def swinging(later):
    """A series that follows a rule for forty days, each reading 1.2 times the one before it, minus
    the one before that, plus 4; then these `later` readings."""
    series = [9.0, 3.0]
    while len(series) < 40:
        series.append(1.2 * series[-1] - series[-2] + 4)
    return np.array(series + list(later))


LATER = [7.0, -3.0, 12.0, 0.0, 5.0, 9.0, 2.5]


def rule(series, start, window=2):
    """What a linear model of two readings forecasts of a series that followed that rule before
    `start`."""
    return 1.2 * series[start - 1 : -1] - series[start - 2 : -2] + 2.0 * window


@criterion("linear_forecast", points=1, hint="Which readings are in a row, and is there a constant?")
@pytest.mark.parametrize(
    "start, window", [pytest.param(30, 2, id="weights for two days"), pytest.param(33, 1, id="a weight for one day")]
)
def test_a_rule_is_found(student, start, window):
    """A series that follows a linear rule throughout is forecast exactly."""
    series = swinging([]) if window == 2 else 40 + 20 * 1.05 ** np.arange(40)
    found = call_unchanged(student, "linear_forecast", series, start, window)
    assert_close(found, series[start:], "the forecast", rtol=1e-4)


@criterion(
    "linear_forecast", points=1, hint="Which days are learned from? And are forecasts made from the readings that came?"
)
def test_the_rule_of_the_days_before_start(student):
    """Where a series stops following its rule at day `start`, the forecasts still follow the rule
    of before, from the readings that came."""
    found = student.linear_forecast(swinging(LATER), 40, 2)
    assert_close(found, rule(swinging(LATER), 40), "the forecast", rtol=1e-4)


def weighted(model, series, start):
    """What `forecast` is with a model that weights the last reading."""
    weight, bias = model.get_weights()
    return weight.item() * series[start - 1 : -1] + bias.item()


@pytest.fixture(scope="module")
def halving(student):
    """A model that forecasts half of the last reading plus 1."""
    return make_model(student, (None, 1), layer("Dense", units=1), weights=[[[0.5]], [1.0]])


def assert_error(student, model, key, expected):
    """Assert that the student's errors have this number under `key`, whatever is wrong with the
    forecasts."""

    def judge(_):
        found = call_unchanged(student, "compare_errors", model, swinging(LATER), 40, 2)
        if not isinstance(found, dict) or key not in found:
            raise CriterionFailed(f'a dict with the key "{key}"', described(found))
        assert_close(found[key], expected, f'compare_errors(...)["{key}"]', rtol=1e-4)

    assert_apart(student, "compare_errors", {"forecast": weighted, "linear_forecast": rule}, judge)


@criterion("compare_errors", points=1, hint="The squares of what the naive forecast is off by, from `start` on.")
def test_error_of_the_naive_forecast(student, halving):
    """Under "naive" is the mean squared error of the naive forecast from `start` on."""
    assert_error(student, halving, "naive", mean_squared_error(swinging(LATER)[39:-1], np.array(LATER)))


@criterion("compare_errors", points=1, hint="Pass on `start` and `window`; compare with the readings from `start` on.")
def test_error_of_the_linear_model(student, halving):
    """Under "linear" is the mean squared error of the linear model from `start` on."""
    assert_error(student, halving, "linear", mean_squared_error(rule(swinging(LATER), 40), np.array(LATER)))


@criterion(
    "compare_errors", points=1, hint="Pass on the model that is given; compare with the readings from `start` on."
)
def test_error_of_the_network(student, halving):
    """Under "network" is the mean squared error of the given model's forecasts from `start` on."""
    forecast = 0.5 * swinging(LATER)[39:-1] + 1
    assert_error(student, halving, "network", mean_squared_error(forecast, np.array(LATER)))


@criterion("sunspots", points=1, hint="Does `build_model` use the `mean` and `std` it is given?")
def test_better_than_naive_on_sunspots(student, thresholds, credit):
    """On the months from 2500 on, the saved model's mean squared error is at most 95 % of the naive
    one's."""
    credit.within(ratio(student.sunspots_model, readings("sunspots.csv"), SUN_START), thresholds, "sunspots")


def answers_to(model, series):
    """What a model answers after each day of several series, (n, days) both."""
    found = as_array(model.predict(series[..., None].astype("float32")), "the answers")
    assert_shape(found, (*series.shape, 1), "the answers")
    return found[..., 0].astype(float)


def assert_knows_the_past_alone(model, mean, std):
    """Assert that no answer up to some day moves when all that comes after it is changed."""
    rng = np.random.default_rng(4)
    series, days = np.repeat(rng.normal(mean, std, (1, 26)), 4, axis=0), [4, 12, 23]
    for row, day in enumerate(days, start=1):
        series[row, day + 1 :] = rng.normal(mean + std, 2 * std, 25 - day)
    answers = answers_to(model, series)
    for row, day in enumerate(days, start=1):
        moved = np.abs(answers[row, : day + 1] - answers[0, : day + 1])
        if not moved.max() <= 1e-4 * std:  # rounding moves float32 by some 1e-6 of them
            first = int(np.argmax(~(moved <= 1e-4 * std)))
            raise CriterionFailed(
                "answers that do not move when a later day is changed",
                f"the answer after day {first} moves by {moved[first]:.3g} if only days from {day + 1} on are changed",
            )


def readings(name):
    """The last number of each line of a file, but the first line."""
    lines = (datasets.load("temperatures") / name).read_text().splitlines()
    return np.array([float(line.rpartition(",")[2]) for line in lines[1:]])


def ratio(model, series, start):
    """The model's mean squared error over that of the naive forecast, from `start` on.

    Of each day the model is shown the CONTEXT days before it alone, so there is nothing ahead to be
    seen.
    """
    places = np.add.outer(np.arange(start, len(series)), np.arange(-CONTEXT, 0))
    error = mean_squared_error(answers_to(model, series[places])[:, -1], series[start:])
    return error / mean_squared_error(series[start - 1 : -1], series[start:])
