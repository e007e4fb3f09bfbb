"""The public criteria of `series_baselines`: series to be followed on paper, and your own moon."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    mean_squared_error,
)


def assert_series(found, expected, what):
    """Assert that `found` are these numbers, and say so if all of them are off by the same."""
    array = as_array(found, what)
    off = float(array[0] - expected[0]) if array.shape == expected.shape else 0.0
    if abs(off) > 0.1 and np.allclose(array - expected, off, atol=1e-3):
        raise CriterionFailed(
            f"{what} to be {list_of(expected)}",
            f"{list_of(array)}: each of them {abs(off):g} too {'high' if off > 0 else 'low'}",
        )
    assert_close(found, expected, what)


def list_of(numbers):
    """The first of some numbers as text: "7, 8, 9, …"."""
    return ", ".join(f"{number:g}" for number in numbers[:4]) + (", …" if len(numbers) > 4 else "")


@criterion(
    "split_in_time", points=1, hint="Hour `start` is the first one of the validation part, and no hour is in both."
)
def test_split_of_a_ramp(student):
    """A ramp from 0 to 9 is split at hour 4 into 0 to 3 and 4 to 9."""
    found = call_unchanged(student, "split_in_time", np.arange(10.0), 4)
    train, valid = as_tuple(found, "split_in_time(...)", ("train", "valid"))
    assert_close(train, np.arange(4.0), "train")
    assert_close(valid, np.arange(4.0, 10.0), "valid")


ON_PAPER = [
    pytest.param([3.0, -1.0, 4.0, 10.0], [1.0, 1.0, 4.0, 7.0], id="errors of 2, -2, 0 and 3"),
    pytest.param([2.0, -3.5], [4.0, 0.0], id="errors of -2 and -3.5"),
]


def assert_error(student, key, forecast, actual, expected):
    """Assert that the student's errors have this number under `key`."""
    found = call_unchanged(student, "errors", np.array(forecast), np.array(actual))
    if not isinstance(found, dict) or key not in found:
        raise CriterionFailed(f'a dict with the key "{key}"', described(found))
    assert_close(found[key], expected, f'errors(...)["{key}"]')


@criterion("errors", points=1, hint="Forecast minus actual, signs kept, then the mean.")
@pytest.mark.parametrize("forecast, actual", ON_PAPER)
def test_bias_on_paper(student, forecast, actual):
    """Errors of 2, -2, 0 and 3 have a bias of 0.75; errors of -2 and -3.5 one of -2.75."""
    assert_error(student, "bias", forecast, actual, 0.75 if len(forecast) == 4 else -2.75)


@criterion("errors", points=1, hint="The size of each error, whatever its sign, then the mean.")
@pytest.mark.parametrize("forecast, actual", ON_PAPER)
def test_mean_absolute_error_on_paper(student, forecast, actual):
    """Errors of 2, -2, 0 and 3 are 1.75 on average; errors of -2 and -3.5 are 2.75."""
    assert_error(student, "mae", forecast, actual, 1.75 if len(forecast) == 4 else 2.75)


@criterion("errors", points=1, hint="Square each error, then take the mean: no root, and not the square of the mean.")
@pytest.mark.parametrize("forecast, actual", ON_PAPER)
def test_mean_squared_error_on_paper(student, forecast, actual):
    """The squares of 2, -2, 0 and 3 are 4.25 on average; those of -2 and -3.5 are 8.125."""
    assert_error(student, "mse", forecast, actual, 4.25 if len(forecast) == 4 else 8.125)


@criterion("lagged_forecast", points=1, hint="Which reading is the newest one that is known before hour `start`?")
def test_naive_forecast_of_a_ramp(student):
    """On a ramp from 0 to 11, the naive forecast for hours 8 to 11 is 7, 8, 9, 10."""
    found = call_unchanged(student, "lagged_forecast", np.arange(12.0), 8, 1)
    assert_series(found, np.arange(7.0, 11.0), "the naive forecast")


@criterion("lagged_forecast", points=1, hint="How many forecasts are there, and which readings are they?")
@pytest.mark.parametrize(
    "start, lag",
    [
        pytest.param(15, 6, id="six hours back, from hour 15 on"),
        pytest.param(6, 6, id="six hours back, from hour 6 on"),
        pytest.param(18, 2, id="two hours back, from hour 18 on"),
    ],
)
def test_any_lag_on_a_ramp(student, start, lag):
    """On a ramp, each forecast is `lag` less than its hour."""
    found = student.lagged_forecast(np.arange(20.0), start, lag)
    assert_series(found, np.arange(start, 20.0) - lag, "the forecast")


@criterion("moving_average_forecast", points=2, hint="The four hours right before hour 9 are 5, 6, 7 and 8.")
@pytest.mark.parametrize(
    "start, window, late",
    [
        pytest.param(9, 4, 2.5, id="a window of 4, from hour 9 on"),
        pytest.param(5, 5, 3.0, id="a window of 5, from hour 5 on"),
    ],
)
def test_means_on_a_ramp(student, start, window, late):
    """On a ramp, the mean of the last 4 hours is 2.5 less than the hour to come, that of the last
    5 hours 3 less."""
    found = student.moving_average_forecast(np.arange(14.0), start, window)
    assert_series(found, np.arange(start, 14.0) - late, "the forecast")


@criterion("moving_average_forecast", points=1, hint="Each hour has a mean of its own, of `window` readings.")
def test_means_on_paper(student):
    """Of 3, 9, 0, 6, 12, -3, the means of three before hours 3, 4 and 5 are 4, 5 and 6."""
    series = np.array([3.0, 9.0, 0.0, 6.0, 12.0, -3.0])
    found = call_unchanged(student, "moving_average_forecast", series, 3, 3)
    assert_close(found, np.array([4.0, 5.0, 6.0]), "the forecast")


@criterion(
    "differences", points=1, hint="The later reading minus the earlier one; the first pair is hours 0 and `lag`."
)
@pytest.mark.parametrize(
    "lag, expected",
    [
        pytest.param(1, [2.0, -3.0, 5.0, 0.0, -8.0], id="a lag of 1"),
        pytest.param(2, [-1.0, 2.0, 5.0, -8.0], id="a lag of 2"),
        pytest.param(4, [4.0, -6.0], id="a lag of 4"),
    ],
)
def test_differences_on_paper(student, lag, expected):
    """The differences of 5, 7, 4, 9, 9, 1 are -1, 2, 5, -8 with a lag of 2."""
    found = call_unchanged(student, "differences", np.array([5.0, 7.0, 4.0, 9.0, 9.0, 1.0]), lag)
    assert_close(found, np.array(expected), f"differences(series, {lag})")


def squares(hours):
    """0, 1, 4, 9, …"""
    return np.arange(float(hours)) ** 2


# Of the squares, and of a pattern with a trend, the parts that a forecast is made of can be written
# down at once. So a slip in one of your functions does not count again in those that call it.
def squares_lagged(series, start, lag):
    """What `lagged_forecast` is of the squares."""
    import numpy as np

    return (np.arange(start, len(series)) - float(lag)) ** 2


def squares_differences(series, lag):
    """What `differences` is of the squares."""
    import numpy as np

    return lag * (2.0 * np.arange(lag, len(series)) - lag)


def climbing_mean(series, start, window):
    """What `moving_average_forecast` is of numbers that climb by the same from one to the next."""
    return series[start:] - (series[1] - series[0]) * (window + 1) / 2


def squares_smoothed(series, start, lag, half):
    """What `smoothed_past` is of the squares."""
    import numpy as np

    return (np.arange(start, len(series)) - float(lag)) ** 2 + half * (half + 1) / 3


def squares_with_trend(series, start, lag, window):
    """What `difference_forecast` is of the squares."""
    import numpy as np

    return np.arange(float(start), len(series)) ** 2 - lag * (window + 1)


OF_SQUARES = {
    "lagged_forecast": squares_lagged,
    "differences": squares_differences,
    "moving_average_forecast": climbing_mean,
}


def pattern_with_trend(hours):
    """A pattern that comes again every five hours, on top of a trend of 2 an hour."""
    return np.resize([3.0, -7.0, 0.0, 11.0, 4.0], hours) + 2.0 * np.arange(hours)


def pattern_lagged(series, start, lag):
    """What `lagged_forecast` is of the pattern with its trend, for a lag of five hours."""
    return series[start:] - 2.0 * lag


def pattern_differences(series, lag):
    """What `differences` is of the pattern with its trend, for a lag of five hours."""
    import numpy as np

    return np.full(len(series) - lag, 2.0 * lag)


OF_A_PATTERN = {
    "lagged_forecast": pattern_lagged,
    "differences": pattern_differences,
    "moving_average_forecast": climbing_mean,
}


@criterion("difference_forecast", points=1, hint="Which two parts are added, and with which sign?")
def test_a_pattern_with_a_trend_is_forecast_exactly(student):
    """A pattern of five hours, on top of a steady trend, is forecast without any error, and the
    series stays as it is."""
    series, changed = pattern_with_trend(31), []

    def judge(_):
        if changed:  # what stands in returns copies, and would hide it
            raise changed[0]
        try:
            found = call_unchanged(student, "difference_forecast", series, 22, 5, 7)
        except CriterionFailed as problem:
            changed.append(problem)
            raise
        assert_series(found, series[22:], "the forecast")

    assert_apart(student, "difference_forecast", OF_A_PATTERN, judge)


@criterion(
    "difference_forecast",
    points=2,
    hint="The first difference belongs to hour `lag`. So at which place does that of hour `start` stand?",
)
@pytest.mark.parametrize(
    "start, lag, window, short",
    [
        pytest.param(12, 3, 4, 15.0, id="a lag of 3 and a window of 4"),
        pytest.param(7, 5, 2, 15.0, id="a lag of 5 and a window of 2"),
        pytest.param(9, 2, 1, 4.0, id="a lag of 2 and a window of 1"),
    ],
)
def test_differences_of_the_squares(student, start, lag, window, short):
    """On the squares, the forecast is `lag * (window + 1)` too low: 15 with a lag of 3 and a window
    of 4."""

    def judge(_):
        found = student.difference_forecast(squares(17), start, lag, window)
        assert_series(found, squares(17)[start:] - short, "the forecast")

    assert_apart(student, "difference_forecast", OF_SQUARES, judge)


@criterion("smoothed_past", points=2, hint="As many readings on one side of the past hour as on the other.")
@pytest.mark.parametrize(
    "start, lag, half",
    [
        pytest.param(13, 10, 2, id="a lag of 10 and half=2"),
        pytest.param(9, 6, 3, id="a lag of 6 and half=3"),
        pytest.param(8, 3, 2, id="a lag of 3 and half=2"),
    ],
)
def test_smoothed_past_of_a_ramp(student, start, lag, half):
    """On a ramp, the smoothed past is `lag` less than the hour, however wide it is."""
    found = student.smoothed_past(np.arange(18.0), start, lag, half)
    assert_series(found, np.arange(start, 18.0) - lag, "the smoothed past")


@criterion("smoothed_past", points=1, hint="With half=1, three readings: the past hour and one on each side of it.")
@pytest.mark.parametrize(
    "half, expected",
    [
        pytest.param(1, [4.0, 5.0, 6.0, 3.0], id="half=1"),
        pytest.param(0, [9.0, 0.0, 6.0, 12.0], id="half=0, which is the past as it was"),
    ],
)
def test_smoothed_past_on_paper(student, half, expected):
    """Of 3, 9, 0, 6, 12, -9, 5, 8, the smoothed past of hours 4 to 7, three hours back, is 4, 5, 6,
    3 with half=1, and 9, 0, 6, 12 with half=0."""
    series = np.array([3.0, 9.0, 0.0, 6.0, 12.0, -9.0, 5.0, 8.0])
    found = call_unchanged(student, "smoothed_past", series, 4, 3, half)
    assert_close(found, np.array(expected), "the smoothed past")


@criterion("smooth_forecast", points=1, hint="The trend is that of `difference_forecast`; the past is another.")
@pytest.mark.parametrize(
    "start, lag, window, half, off",
    [
        pytest.param(12, 3, 4, 2, -13.0, id="a lag of 3, a window of 4 and half=2"),
        pytest.param(11, 5, 2, 3, -11.0, id="a lag of 5, a window of 2 and half=3"),
    ],
)
def test_smooth_forecast_of_the_squares(student, start, lag, window, half, off):
    """On the squares, the forecast is `lag * (window + 1)` too low for its trend, and
    `half * (half + 1) / 3` too high for its past."""

    def judge(_):
        found = call_unchanged(student, "smooth_forecast", squares(17), start, lag, window, half)
        assert_series(found, squares(17)[start:] + off, "the forecast")

    others = OF_SQUARES | {"smoothed_past": squares_smoothed, "difference_forecast": squares_with_trend}
    assert_apart(student, "smooth_forecast", others, judge)


def paper_smoothed(*_arguments, **_settings):
    """What `smoothed_past` is of the series on paper."""
    import numpy as np

    return np.array([5.0, 6.0, 3.0])


def paper_differences(series, *_arguments, **_settings):
    """What `differences` is of the series on paper, and not of a smoothed one."""
    import numpy as np

    return np.array([3.0, 3.0, -9.0, -1.0, -4.0]) + series[0] - 3


def paper_means(series, start, *_arguments, **_settings):
    """What `moving_average_forecast` is of these differences."""
    import numpy as np

    return np.array([3.0, -3.0, -5.0])[start - 2 :] + series[0] - 3


def paper_lagged(*_arguments, **_settings):
    """What `lagged_forecast` is of the series on paper."""
    import numpy as np

    return np.array([0.0, 6.0, 12.0])


def paper_with_trend(*_arguments, **_settings):
    """What `difference_forecast` is of the series on paper."""
    import numpy as np

    return np.array([3.0, 3.0, 7.0])


PARTS_ON_PAPER = {
    "smoothed_past": paper_smoothed,
    "differences": paper_differences,
    "moving_average_forecast": paper_means,
    "lagged_forecast": paper_lagged,
    "difference_forecast": paper_with_trend,
}


@criterion("smooth_forecast", points=1, hint="The past is smoothed; the differences are those of the readings.")
def test_smooth_forecast_on_paper(student):
    """Of 3, 9, 0, 6, 12, -9, 5, 8, the forecasts for hours 5 to 7 with lag=3, window=2 and half=1
    are 5 + 3, 6 - 3 and 3 - 5."""
    series = np.array([3.0, 9.0, 0.0, 6.0, 12.0, -9.0, 5.0, 8.0])

    def judge(_):
        found = call_unchanged(student, "smooth_forecast", series, 5, 3, 2, 1)
        assert_close(found, np.array([8.0, 3.0, -2.0]), "the forecast")

    assert_apart(student, "smooth_forecast", PARTS_ON_PAPER, judge)


def make_series(day, level, drift, weather):
    """The readings of a moon, as the notebook makes them."""
    hour = np.arange(24 * day)
    turn = 2 * np.pi * hour / day
    season = day * (0.25 * np.sin(turn) + 0.06 * np.sin(2 * turn + 1))
    return level + drift * hour / day + season + np.random.default_rng(weather).normal(0, 1, len(hour))


def assert_own(student, key, expected):
    """Assert that the student's number of this name is `expected`, to three decimals."""
    if not isinstance(student.own, dict) or key not in student.own:
        raise CriterionFailed(f'`own` to be a dict with the key "{key}"', described(student.own))
    number = as_array(student.own[key], f'own["{key}"]')
    if number.size != 1:
        raise CriterionFailed(f'`own["{key}"]` to be a single number', described(student.own[key]))
    if not abs(number.item() - expected) <= 0.0006:  # the right number is not told
        raise CriterionFailed("the number of your own moon, right to three decimals", f"{number.item():.6g}")


def whole_number(value, what, most):
    """The student's whole number from 1 to `most`."""
    number = as_array(value, what)
    if number.size != 1 or number.dtype.kind not in "iuf" or not 1 <= number <= most or number != np.round(number):
        raise CriterionFailed(f"`{what}` to be a whole number from 1 to {most}", described(value))
    return int(number.item())


def naive_error(series, start):
    """The mean squared error of the naive forecast from `start` on."""
    return float(np.mean(np.diff(series[start - 1 :]) ** 2))


@criterion("own", points=1, hint="Of the training part alone, with a lag of one day of your moon.")
def test_drift_of_ones_own_moon(student, values):
    """The drift is that of your own moon, measured on the training part."""
    day, series = values["day"], make_series(**values)
    expected = (series[17 * day : 18 * day].sum() - series[:day].sum()) / (17 * day)
    assert_own(student, "drift", expected)


@criterion("own", points=1, hint="The mean *squared* error of the forecast with a lag of one *hour*, from SPLIT on.")
def test_naive_error_of_ones_own_moon(student, values):
    """The naive forecast's mean squared error is that of your own moon, from the 19th day on."""
    assert_own(student, "naive", naive_error(make_series(**values), 18 * values["day"]))


@criterion(
    "own",
    points=1,
    needs="smooth_forecast",
    hint="The table above shows which windows do well. A window counts differences, `half` counts readings.",
)
def test_beats_the_naive_forecast(student, values):
    """With the windows you chose, the mean squared error on your own moon is at most 60 % of the
    naive forecast's."""
    day, series = values["day"], make_series(**values)
    window, half = whole_number(student.window, "window", 17 * day), whole_number(student.half, "half", day - 1)
    forecast = as_array(student.smooth_forecast(series, 18 * day, day, window, half), "the forecast")
    assert_shape(forecast, (6 * day,), "the forecast")
    error, naive = mean_squared_error(forecast, series[18 * day :]), naive_error(series, 18 * day)
    if not error <= 0.6 * naive:
        raise CriterionFailed(
            "an error of at most 60 % of the naive forecast's",
            f"{100 * error / naive:.0f} % with a window of {window} and half={half}",
        )
