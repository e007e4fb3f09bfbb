"""The hidden criteria of `series_conv_lstm`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_close,
    assert_shape,
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

CONTEXT = 60


@criterion("parse_series", points=1, hint="Is the number of lines, of columns or the name of a column built in?")
@pytest.mark.parametrize(
    "columns, column, rows, end",
    [
        pytest.param(4, 3, 57, "\n", id="the last of four columns"),
        pytest.param(3, 0, 2, "", id="the first column, two lines, no line break at the end"),
        pytest.param(5, 2, 403, "\n\n", id="the third of five columns"),
    ],
)
def test_any_column_of_any_file(student, columns, column, rows, end):
    """Any column of numbers is read, from files of any length."""
    table = np.round(np.random.default_rng(rows).normal(0, 30, (rows, columns)), 2)
    lines = [",".join(f"name {place}" for place in range(columns))]
    lines += [",".join(f"{value:.2f}" for value in row) for row in table]
    folder = make_folder(student, {"some.csv": "\n".join(lines) + end})
    assert_close(student.parse_series(folder.joinpath("some.csv"), column), table[:, column], "the series")


@criterion("causal_conv", points=1, hint="Is the size of the kernel built in, or that of the series?")
@pytest.mark.parametrize(
    "days, size",
    [pytest.param(40, 7, id="7 on 40 days"), pytest.param(301, 2, id="2 on 301"), pytest.param(6, 11, id="11 on 6")],
)
def test_any_convolution(student, days, size):
    """Any kernel on any series is right."""
    rng = np.random.default_rng(days)
    series, kernel = rng.normal(3, 9, days), rng.normal(0, 1, size)
    expected = [
        sum(kernel[-1 - back] * series[day - back] for back in range(min(size, day + 1))) for day in range(days)
    ]
    assert_close(call_unchanged(student, "causal_conv", series, kernel), np.array(expected), "the outputs")


def from_the_other_end(series):
    """The sum of the day and all that follow."""
    import numpy as np

    return np.cumsum(series[::-1])[::-1]


def less_the_mean(series):
    """Each reading less the mean of all."""
    return series - series.mean()


def a_glimpse(series):
    """The day itself, and a hundredth of the next one."""
    return series + 0.01 * series.take(range(1, len(series) + 1), mode="clip")


def a_loan(series):
    """The reading, with the sum of all added on the first day and taken off on the second."""
    lent = series.copy()
    lent[:1] += series.sum()
    lent[1:2] -= series.sum()
    return lent


def three_days_ago(series):
    """The reading three days before, or the first one."""
    return series.take(range(-3, len(series) - 3), mode="clip")


@criterion("looks_ahead", points=1, hint="Another order of the same numbers has the same mean. And what is rounding?")
@pytest.mark.parametrize(
    "forecaster, expected",
    [
        pytest.param(from_the_other_end, True, id="what reads from the other end"),
        pytest.param(less_the_mean, True, id="what knows the mean of all"),
        pytest.param(a_glimpse, True, id="a glimpse of the next day"),
        pytest.param(a_loan, True, id="what changes two days and not their sum"),
        pytest.param(three_days_ago, False, id="what knows the past alone"),
    ],
)
def test_other_suspects(student, forecaster, expected):
    """Other forecasts are told apart, on other series and days."""
    for days, day in ((40, 31), (17, 5), (2, 0)):
        series = np.random.default_rng(days).normal(-6, 3, days)
        found = call_unchanged(student, "looks_ahead", share(student, forecaster), series, day)
        verdict = as_array(found, "looks_ahead(...)")
        if verdict.size != 1 or bool(verdict.item()) != expected:
            raise CriterionFailed(f"`looks_ahead` to return {expected}", described(found))


@criterion("make_pairs", points=1, hint="Try pieces of one day, and a single piece that takes the whole series.")
@pytest.mark.parametrize(
    "days, length, step",
    [
        pytest.param(50, 1, 7, id="pieces of one day"),
        pytest.param(31, 30, 4, id="a single piece"),
        pytest.param(233, 45, 10, id="pieces that overlap"),
        pytest.param(64, 9, 9, id="pieces side by side"),
    ],
)
def test_pairs_of_any_series(student, days, length, step):
    """Inputs and targets are right for any series, length and step."""
    series = np.random.default_rng(days).normal(0, 5, days)
    found = call_unchanged(student, "make_pairs", series, length, step)
    starts = range(0, days - length, step)
    names = ("inputs", "targets")
    for later, part in enumerate(as_tuple(found, "make_pairs(...)", names)):
        expected = np.array([series[start + later : start + later + length, None] for start in starts])
        assert_close(part, expected, f"the {names[later]}")


@criterion("build_model", points=1, hint="Where do `mean` and `std` enter your layers? Both are needed, twice.")
def test_scaling_for_any_series(student):
    """Untrained, a model for a series far from zero answers numbers of about its size, and not the
    same to all."""
    mean, std = -30.0, 0.001
    model = as_model(student.build_model(mean, std), "build_model(...)")
    found = answers_to(model, np.random.default_rng(2).normal(mean, 3 * std, (8, 9)))
    if not np.abs(found - mean).max() <= 15 * std:
        raise CriterionFailed(
            f"answers of about {mean:g} ± {std:g}", f"answers from {found.min():.6g} to {found.max():.6g}"
        )
    # As for the public criterion. Where the mean is not taken off, what is 30,000 times its spread
    # comes in, and the answers differ by less than 0.001 std.
    spread = found.std(axis=0).mean()
    if np.ptp(found) > 0 and not spread >= 0.003 * std:
        raise CriterionFailed(
            "answers to 8 series that differ",
            f"answers that differ by {spread:.1g}",
            hint="What comes in should be (x - mean) / std. What does your first layer make of x = mean?",
        )


@criterion("forecast", points=1, hint="Compare one forecast by hand with the model's answer to all days before it.")
def test_forecast_of_any_series(student):
    """Any series is forecast, each day from all days before it."""
    kernel = np.random.default_rng(5).normal(0, 1, 70)
    sums = layer("Conv1D", filters=1, kernel_size=70, padding="causal")
    model = make_model(student, (None, 1), sums, weights=[kernel[:, None, None], [-1.0]])
    for start in (50, 69):
        series = np.random.default_rng(start).normal(0, 2, 70)
        answers = np.convolve(series[:-1], kernel[::-1])[:69] - 1
        found = call_unchanged(student, "forecast", model, series, start)
        assert_close(found, answers[start - 1 :], f"the forecast from day {start} on", rtol=1e-3, atol=1e-3)


@criterion("temperatures", points=2, hint="More epochs, or fewer units, if it knows its own years by heart.")
def test_better_than_naive_on_two_other_years(student, thresholds, credit):
    """On the two years that follow, which are not in the student's file, the saved model's mean
    squared error is at most 85 % of the naive one's."""
    credit.within(ratio(student.model, "temperatures.csv"), thresholds, "temperatures")


@criterion("linear_forecast", points=1, hint="Each day from `window` to start - 1 is learned from once.")
@pytest.mark.parametrize(
    "days, start, window",
    [
        pytest.param(60, 30, 4, id="four weights, learned from 26 days"),
        pytest.param(40, 39, 9, id="nine weights, the last day alone"),
        pytest.param(55, 21, 1, id="one weight, learned from 20 days"),
    ],
)
def test_least_squares_of_any_series(student, days, start, window):
    """The weights are those of least squares on all days before `start`, for any series."""
    series = np.random.default_rng(days).normal(20, 5, days)
    rows = [[*series[day - window : day], 1.0] for day in range(window, days)]
    weights = np.linalg.lstsq(np.array(rows[: start - window]), series[window:start], rcond=None)[0]
    found = call_unchanged(student, "linear_forecast", series, start, window)
    assert_close(found, np.array(rows[start - window :]) @ weights, "the forecast", rtol=1e-3)


@criterion("sunspots", points=1, hint="Does the notebook's own picture show it, too?")
def test_better_than_naive_on_other_sunspots(student, thresholds, credit):
    """On the months that follow, which are not in the student's file, the saved model's mean
    squared error is at most 95 % of the naive one's."""
    credit.within(ratio(student.sunspots_model, "sunspots.csv"), thresholds, "sunspots")


def answers_to(model, series):
    """What a model answers after each day of several series, (n, days) both."""
    found = as_array(model.predict(series[..., None].astype("float32")), "the answers")
    assert_shape(found, (*series.shape, 1), "the answers")
    return found[..., 0].astype(float)


def readings(name, split):
    """The last number of each line of a file, but the first line."""
    lines = (datasets.load("temperatures", split=split) / name).read_text().splitlines()
    return np.array([float(line.rpartition(",")[2]) for line in lines[1:]])


def ratio(model, name):
    """The model's mean squared error over that of the naive forecast, on the series that students
    do not have.

    Of each day the model is shown the CONTEXT days before it alone, so there is nothing ahead to be
    seen.
    """
    known, later = readings(name, "train"), readings(name, "test")
    series = np.concatenate([known[-CONTEXT:], later])
    windows = np.lib.stride_tricks.sliding_window_view(series[:-1], CONTEXT)
    error = mean_squared_error(answers_to(model, windows)[:, -1], later)
    return error / mean_squared_error(series[CONTEXT - 1 : -1], later)
