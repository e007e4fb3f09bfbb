"""The hidden criteria of `series_windows`, which students never get."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_close,
    assert_equal,
    call_unchanged,
    criterion,
    layer,
    make_model,
    mean_squared_error,
    take_batches,
)

SPLIT, DAYS, WINDOW, NOISE = 3 * 365 + 1, 4 * 365 + 1, 20, 6.0
PARTS = ("windows", "labels")


def random_series(days, seed):
    """A series of `days` random numbers around 0 without any pattern, float32."""
    return np.random.default_rng(seed).normal(0, 3, days).astype("float32")


def make_series(seed):
    """The notebook's series of four years, with noise of another seed."""
    day = np.arange(DAYS)
    year = 2 * np.pi * day / 365.25
    sales = 120 + 0.04 * day - 55 * np.cos(year) - 20 * np.cos(2 * year + 0.9)
    return (sales + np.random.default_rng(seed).normal(0, NOISE, DAYS)).astype("float32")


def cut(series, window):
    """All windows of a series, (n, window), and the value after each, (n,)."""
    cuts = np.lib.stride_tricks.sliding_window_view(series, window + 1)
    return cuts[:, :-1], cuts[:, -1]


@criterion("baseline", points=1, hint="Does it use `start` and the series it is given?")
@pytest.mark.parametrize(
    "days, start",
    [
        pytest.param(50, 1, id="from the second day on"),
        pytest.param(200, 150, id="the last fifty days"),
        pytest.param(33, 32, id="the last day alone"),
    ],
)
def test_naive_on_any_series(student, days, start):
    """The naive forecast is right for any series and any first day."""
    series = random_series(days, start)
    expected = [series[day - 1] for day in range(start, days)]
    assert_close(student.naive_forecast(series, start), np.array(expected), "the naive forecast")


@criterion("baseline", points=1, hint="Flatten both before you subtract; square before you average.")
@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(((300,), (300,)), id="both flat"),
        pytest.param(((300, 1), (300,)), id="the forecast is a column"),
        pytest.param(((300,), (300, 1)), id="what came is a column"),
    ],
)
def test_error_of_any_forecast(student, shapes):
    """The mean squared error is right for long forecasts of either shape."""
    forecast, actual = random_series(300, 1), random_series(300, 2)
    expected = sum((float(a) - float(b)) ** 2 for a, b in zip(forecast, actual, strict=True)) / 300
    found = student.mean_squared_error(forecast.reshape(shapes[0]), actual.reshape(shapes[1]))
    assert_close(found, expected, f"the error of shapes {shapes[0]} and {shapes[1]}", rtol=1e-4)


@criterion("windowed_dataset", points=2, hint="Try windows of one day, and a batch that is larger than all there is.")
@pytest.mark.parametrize(
    "days, window, batch_size",
    [
        pytest.param(50, 1, 7, id="windows of one day"),
        pytest.param(31, 30, 8, id="a single window"),
        pytest.param(200, 12, 64, id="large batches"),
        pytest.param(40, 9, 500, id="one batch for all"),
    ],
)
def test_windows_of_any_series(student, days, window, batch_size):
    """Windows and labels are right for any series, window and batch size."""
    series = random_series(days, days + window)
    dataset = call_unchanged(student, "windowed_dataset", series, window, batch_size, False)
    windows, labels, sizes = epoch(dataset, days + 5)
    expected = cut(series, window)
    count = len(expected[1])
    assert_equal(sizes, [min(batch_size, count - i) for i in range(0, count, batch_size)], "the sizes of the batches")
    assert_close(windows, expected[0], "windows")
    assert_close(labels, expected[1], "labels")


@criterion("split_series", points=1, hint="Together the two parts' windows have every label once.")
@pytest.mark.parametrize(
    "days, start, window",
    [
        pytest.param(60, 40, 1, id="windows of one day"),
        pytest.param(500, 333, 25, id="a third for validation"),
        pytest.param(90, 30, 30, id="as many days for training as a window has"),
    ],
)
def test_no_leak_across_any_split(student, days, start, window):
    """In any split, training knows nothing from `start` on, and validation forecasts
    every day from `start` on."""
    names, series = ("train", "valid"), random_series(days, window)
    found = as_tuple(student.split_series(series, start, window), "split_series(...)", names)
    train, valid = (as_array(part, name) for part, name in zip(found, names, strict=True))
    if valid.ndim != 1 or len(valid) <= window:
        raise CriterionFailed("a flat part for validation, longer than a window", f"one of shape {valid.shape}")
    assert_close(train, series[:start], "train")
    windows, labels = cut(valid, window)
    assert_close(labels, series[start:], "the labels of the validation windows")
    assert_close(windows, cut(series[start - window :], window)[0], "the validation windows")


@criterion("why_shuffle", points=1, hint="Each batch counts once, also a smaller last one.")
@pytest.mark.parametrize("column", [pytest.param(False, id="flat labels"), pytest.param(True, id="labels in a column")])
def test_spread_of_any_batches(student, column):
    """The spread is right for any labels, flat or in a column, and with a smaller last batch."""
    labels = random_series(107, 5)
    means = [labels[i : i + 10].mean() for i in range(0, 107, 10)]
    labels = labels[:, None] if column else labels
    dataset = student.tf.data.Dataset.from_tensor_slices((np.zeros((107, 3)), labels)).batch(10)
    assert_close(student.spread_of_batches(dataset), float(np.std(means)), "the spread", rtol=1e-3)


@criterion("build_model", points=1, hint="Where do `mean` and `std` enter your layers?")
@pytest.mark.parametrize(
    "mean, std",
    [
        pytest.param(-300.0, 40.0, id="about -300 ± 40"),
        pytest.param(0.5, 0.001, id="about 0.5 ± 0.001"),
        pytest.param(2e4, 3e2, id="about 20000 ± 300"),
    ],
)
def test_scaling_for_any_series(student, mean, std):
    """Untrained, a model for any series answers numbers of about its size,
    and not always the same."""
    windows = np.random.default_rng(2).normal(mean, std, (200, 9)).astype("float32")
    model = as_model(student.build_model(9, mean, std), "build_model(...)")
    found = as_array(model.predict(windows), "the answers").astype(float)
    if float(np.abs(found - mean).max()) > 6 * std or float(found.std()) < 0.005 * std:
        raise CriterionFailed(
            f"answers of about {mean:g} ± {std:g}", f"answers from {found.min():.6g} to {found.max():.6g}"
        )


@criterion(
    "forecast", points=2, hint="Compare one forecast by hand with the model's answer to the window before that day."
)
@pytest.mark.parametrize(
    "days, start, window",
    [
        pytest.param(70, 50, 6, id="the last twenty days"),
        pytest.param(120, 90, 15, id="the last quarter"),
        pytest.param(30, 29, 10, id="the last day alone"),
    ],
)
def test_forecast_of_any_series(student, days, start, window):
    """Any series is forecast day by day from the window before each, in order."""
    model = make_model(student, (window,), layer("Dense", units=8, activation="tanh"), layer("Dense", units=1))
    series = random_series(days, days)
    expected = model.predict(cut(series[start - window :], window)[0])[:, 0]
    assert_close(call_unchanged(student, "forecast", model, series, start, window), expected, "the forecast", rtol=1e-3)


@criterion("beats_naive", points=1, hint="Does your own comparison in the notebook show it, too?")
def test_better_than_naive_on_the_fourth_year(student, thresholds, credit):
    """On the fourth year, the saved model's MSE is at most 85 % of the naive one's."""
    credit.within(ratio(student.model, [48]), thresholds, "error")


@criterion(
    "beats_naive",
    points=2,
    hint="More epochs, or fewer units, if it knows its own series by heart.",
)
def test_better_than_naive_with_other_noise(student, thresholds, credit):
    """On five fourth years with other noise, the saved model's MSE is at most 85
    % of the naive one's."""
    credit.within(ratio(student.model, range(9101, 9106)), thresholds, "error")


def epoch(dataset, at_most):
    """All windows, (n, window), labels, (n,), and batch sizes of one pass through a data set."""
    batches = take_batches(dataset, PARTS, at_most)
    windows = [part for part, _ in batches]
    if any(part.ndim != 2 or part.shape[1] != windows[0].shape[1] for part in windows):
        raise CriterionFailed("windows of one length in every batch", f"shapes {[part.shape for part in windows][:4]}")
    labels = [labels.ravel() for _, labels in batches]
    return np.concatenate(windows), np.concatenate(labels), [len(part) for part in labels]


def ratio(model, seeds):
    """The model's MSE over that of the naive forecast, both on the fourth years of `seeds`."""
    errors = []
    for seed in seeds:
        windows, labels = cut(make_series(seed)[SPLIT - WINDOW :], WINDOW)
        errors.append((mean_squared_error(model.predict(windows), labels), mean_squared_error(windows[:, -1], labels)))
    found, naive = np.mean(errors, axis=0)
    return math.inf if not naive else float(found / naive)
