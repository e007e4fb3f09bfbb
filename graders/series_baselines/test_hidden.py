"""The hidden criteria of `series_baselines`: series without a pattern, and the ends of ranges."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    call_unchanged,
    criterion,
    described,
    mean_squared_error,
)


def random_series(hours, seed=0):
    """Random readings around -20, without any pattern."""
    return np.random.default_rng([hours, seed]).normal(-20, 7, hours)


def lagged(series, start, lag):
    """The reading `lag` hours before each hour from `start` on: a part of the series, no copy."""
    return series[start - lag : len(series) - lag]


def means(series, start, window):
    """The mean of the `window` readings before each hour from `start` on."""
    import numpy as np

    return np.array([np.mean(series[hour - window : hour]) for hour in range(start, len(series))])


def changes(series, lag):
    """Each reading less the one `lag` hours before."""
    import numpy as np

    return np.array([series[hour] - series[hour - lag] for hour in range(lag, len(series))])


def calm(series, start, lag, half):
    """The mean of the readings around the one `lag` hours before each hour."""
    import numpy as np

    return np.array([np.mean(series[hour - lag - half : hour - lag + half + 1]) for hour in range(start, len(series))])


def with_trend(series, start, lag, window):
    """The reading `lag` hours before each hour, plus the mean of `window` differences."""
    import numpy as np

    steps = [series[hour] - series[hour - lag] for hour in range(lag, len(series))]
    trend = [np.mean(steps[hour - lag - window : hour - lag]) for hour in range(start, len(series))]
    return np.array([series[hour - lag] for hour in range(start, len(series))]) + trend


PARTS = {"lagged_forecast": lagged, "moving_average_forecast": means, "differences": changes}


@criterion("split_in_time", points=1, hint="Does it use the series and the `start` that it is given?")
@pytest.mark.parametrize("hours, start", [(50, 1), (200, 133), (37, 36)])
def test_any_split(student, hours, start):
    """Any series is split at any hour, in the order of time."""
    series = random_series(hours)
    found = call_unchanged(student, "split_in_time", series, start)
    train, valid = as_tuple(found, "split_in_time(...)", ("train", "valid"))
    assert_close(train, series[:start], "train")
    assert_close(valid, series[start:], "valid")


@criterion("errors", points=1, hint="All hours count the same, however many there are.")
@pytest.mark.parametrize("hours, scale", [(1, 1.0), (9, 100.0), (300, 0.1)])
def test_errors_of_any_forecast(student, hours, scale):
    """The three errors are right for any number of hours, large errors and small ones."""
    actual = random_series(hours)
    misses = scale * np.random.default_rng(hours).normal(-0.4, 1, hours)
    found = call_unchanged(student, "errors", actual + misses, actual)
    if not isinstance(found, dict):
        raise CriterionFailed("a dict", described(found))
    expected = {
        "bias": sum(misses) / hours,
        "mae": sum(abs(miss) for miss in misses) / hours,
        "mse": sum(miss**2 for miss in misses) / hours,
    }
    for key, number in expected.items():
        assert_close(found.get(key), number, f'errors(...)["{key}"]', rtol=1e-3)


@criterion("lagged_forecast", points=1, hint="Does it use the series, the `start` and the `lag` that it is given?")
@pytest.mark.parametrize(
    "hours, start, lag",
    [
        pytest.param(60, 1, 1, id="from the second hour on"),
        pytest.param(200, 150, 49, id="the last fifty hours, a day back"),
        pytest.param(33, 32, 32, id="the last hour alone, from the first"),
        pytest.param(40, 10, 3, id="more hours to forecast than before them"),
    ],
)
def test_any_lagged_forecast(student, hours, start, lag):
    """Any series is forecast with any lag, from any hour on."""
    series = random_series(hours)
    found = call_unchanged(student, "lagged_forecast", series, start, lag)
    assert_close(found, lagged(series, start, lag), "the forecast")


@criterion("moving_average_forecast", points=1, hint="Try a window of 1, and one that takes all hours before `start`.")
@pytest.mark.parametrize(
    "hours, start, window",
    [
        pytest.param(60, 25, 1, id="a window of one hour"),
        pytest.param(90, 40, 40, id="all hours before `start`"),
        pytest.param(33, 32, 7, id="the last hour alone"),
        pytest.param(300, 100, 49, id="a window of a day"),
        pytest.param(50, 12, 6, id="more hours to forecast than before them"),
    ],
)
def test_any_moving_average(student, hours, start, window):
    """The means of any series are right for any window, from any hour on."""
    series = random_series(hours)
    found = call_unchanged(student, "moving_average_forecast", series, start, window)
    assert_close(found, means(series, start, window), "the forecast")


@criterion("differences", points=1, hint="Does it use the series and the `lag` that it is given?")
@pytest.mark.parametrize("hours, lag", [(60, 1), (200, 53), (33, 32), (40, 25)])
def test_any_differences(student, hours, lag):
    """The differences of any series are right for any lag."""
    series = random_series(hours)
    assert_close(call_unchanged(student, "differences", series, lag), changes(series, lag), "the differences")


@criterion("difference_forecast", points=1, hint="Try the earliest start there is, and a window longer than the lag.")
@pytest.mark.parametrize(
    "hours, start, lag, window",
    [
        pytest.param(60, 17, 12, 5, id="from the earliest hour there is"),
        pytest.param(80, 50, 4, 30, id="a window longer than the lag"),
        pytest.param(30, 29, 1, 1, id="the last hour alone"),
        pytest.param(300, 200, 53, 53, id="a window of a day"),
    ],
)
def test_any_difference_forecast(student, hours, start, lag, window):
    """Any series is forecast with any lag and window, from any hour on."""
    series = random_series(hours)

    def judge(_):
        found = call_unchanged(student, "difference_forecast", series, start, lag, window)
        assert_close(found, with_trend(series, start, lag, window), "the forecast")

    assert_apart(student, "difference_forecast", PARTS, judge)


WIDTHS = [
    pytest.param(60, 20, 12, 8, id="the first reading of all is needed"),
    pytest.param(80, 50, 9, 8, id="up to the hour right before"),
    pytest.param(30, 29, 1, 0, id="the hour before, the last hour alone"),
    pytest.param(300, 200, 53, 4, id="a day back"),
]


@criterion("smoothed_past", points=1, hint="Try half=0, and a half that reaches up to the hour right before.")
@pytest.mark.parametrize("hours, start, lag, half", WIDTHS)
def test_any_smoothed_past(student, hours, start, lag, half):
    """The smoothed past of any series is right for any lag and width, from any hour on."""
    series = random_series(hours)
    found = call_unchanged(student, "smoothed_past", series, start, lag, half)
    assert_close(found, calm(series, start, lag, half), "the smoothed past")


@criterion("smooth_forecast", points=1, hint="Try half=0, and compare with `difference_forecast`.")
@pytest.mark.parametrize("hours, start, lag, half", WIDTHS)
@pytest.mark.parametrize("window", [1, 8])
def test_any_smooth_forecast(student, hours, start, lag, half, window):
    """Any series is forecast with any lag, window and width, from any hour on."""
    series = random_series(hours)
    expected = calm(series, start, lag, half) + means(changes(series, lag), start - lag, window)

    def judge(_):
        found = call_unchanged(student, "smooth_forecast", series, start, lag, window, half)
        assert_close(found, expected, "the forecast")

    others = PARTS | {"smoothed_past": calm, "difference_forecast": with_trend}
    assert_apart(student, "smooth_forecast", others, judge)


def make_series(day, level, drift, weather):
    """The readings of a moon, as the notebook makes them."""
    hour = np.arange(24 * day)
    turn = 2 * np.pi * hour / day
    season = day * (0.25 * np.sin(turn) + 0.06 * np.sin(2 * turn + 1))
    return level + drift * hour / day + season + np.random.default_rng(weather).normal(0, 1, len(hour))


@criterion(
    "own",
    points=1,
    needs="smooth_forecast",
    hint="The mean squared error of `smooth_forecast` with your `window` and `half`, on the validation part.",
)
def test_error_of_ones_own_choice(student, values):
    """The error that you state for your choice is that of the validation part of your own moon."""
    own = student.own
    if not isinstance(own, dict) or "best" not in own:
        raise CriterionFailed('a dict with the key "best"', described(own))
    chosen, around = (as_array(size, what) for size, what in ((student.window, "window"), (student.half, "half")))
    if chosen.size != 1 or around.size != 1:
        raise CriterionFailed("`window` and `half` to be a single number each", described(student.window))
    day, series = values["day"], make_series(**values)
    start = 18 * day
    sums, sums_of_changes = (np.cumsum([0.0, *numbers]) for numbers in (series, changes(series, day)))
    pasts, trends = {}, {}
    for half in range(day):
        width = 2 * half + 1
        pasts[half] = (sums[width:] - sums[:-width])[start - day - half :][: 6 * day] / width
    for window in range(1, 17 * day + 1):
        trends[window] = (sums_of_changes[window:-1] - sums_of_changes[: -1 - window])[17 * day - window :] / window
    if chosen.item() not in trends or around.item() not in pasts:
        raise CriterionFailed("a window and a half that such a series allows", f"{chosen.item()} and {around.item()}")
    expected = mean_squared_error(pasts[around.item()] + trends[chosen.item()], series[start:])
    assert_close(own["best"], expected, 'own["best"]', rtol=0, atol=0.0006)
