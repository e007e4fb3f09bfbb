"""The public criteria of `series_windows`, which students get with the notebook."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_close,
    assert_compiled,
    assert_equal,
    assert_layer_count,
    assert_shape,
    at_least,
    criterion,
    layer,
    make_model,
    mean_squared_error,
    take_batches,
)

SPLIT, DAYS, WINDOW, NOISE = 3 * 365 + 1, 4 * 365 + 1, 20, 6.0
RAMP = np.arange(100) + 0.25
LEARNING = ("Dense", "Normalization", "BatchNormalization", "LayerNormalization", "PReLU")


@criterion("baseline", points=1, hint="What does one know about day `start` on the evening before it?")
def test_naive_lags_by_one(student):
    """On a ramp, the naive forecast of each day is one less than the day."""
    found = student.naive_forecast(np.arange(12.0), 8)
    assert_close(found, [7.0, 8.0, 9.0, 10.0], "naive_forecast(0 … 11, start=8)")


@criterion("baseline", points=1, hint="Print the shape of the difference when one of the two is a column.")
@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(((4,), (4,)), id="both flat"),
        pytest.param(((4, 1), (4,)), id="the forecast is a column"),
        pytest.param(((4,), (4, 1)), id="what came is a column"),
        pytest.param(((4, 1), (4, 1)), id="both columns"),
    ],
)
def test_error_of_four_days(student, shapes):
    """Misses of 1, 0, -2 and 3 make a mean squared error of 3.5, whichever
    of the two is a column."""
    forecast = np.array([11.0, 20.0, 28.0, 43.0]).reshape(shapes[0])
    actual = np.array([10.0, 20.0, 30.0, 40.0]).reshape(shapes[1])
    what = f"the error of shapes {shapes[0]} and {shapes[1]}"
    assert_close(student.mean_squared_error(forecast, actual), 3.5, what)


@criterion("windowed_dataset", points=2, hint="Which value comes right after the last one of a window?")
@pytest.mark.parametrize(
    "shuffle", [pytest.param(False, id="without shuffling"), pytest.param(True, id="with shuffling")]
)
def test_windows_and_labels_line_up(student, shuffle):
    """On a ramp of halves, 0.5, 1.5, 2.5, …, every window climbs by one from day to day and its
    label is the next number."""
    windows, labels, _ = epoch(student, np.arange(30) + 0.5, 4, 5, shuffle)
    steps = np.diff(np.column_stack([windows, labels]), axis=1)
    wrong = np.flatnonzero((steps != 1).any(axis=1))
    if wrong.size:
        row = int(wrong[0])
        shown = range(max(0, row - 1), min(len(windows), row + 3))
        raise CriterionFailed(
            "windows of consecutive days, each with the day after its last one as label",
            f"the window {list_of(windows[row])} with the label {labels[row]:g}",
            detail=[["window", "label"]] + [[list_of(windows[i]), f"{labels[i]:g}"] for i in shown],
            marked=tuple(i - shown[0] for i in shown if i in wrong),
        )


@criterion(
    "windowed_dataset", points=1, hint="Count: a series of n days has n - window windows. What happens to the last?"
)
def test_every_window_in_order(student):
    """Without shuffling, every window is there once and in order, the last one too, in
    batches of the asked size."""
    _, labels, sizes = epoch(student, np.arange(23), 5, 7, False)
    assert_equal(
        [int(label) for label in labels], list(range(5, 23)), "the labels of a ramp from 0 to 22 with window=5"
    )
    assert_equal(sizes, [7, 7, 4], "the sizes of the batches")


@criterion("windowed_dataset", points=1, hint="What is the argument `shuffle` for, and what may it change?")
def test_shuffling_changes_only_the_order(student):
    """With shuffling, the same labels come, each once, in another order."""
    _, labels, _ = epoch(student, np.arange(60), 6, 8, True)
    assert_equal(sorted(int(label) for label in labels), list(range(6, 60)), "the sorted labels of a ramp from 0 to 59")
    if (np.diff(labels) > 0).all():
        raise CriterionFailed("the windows in a random order", "the windows in the order of time")


@criterion("windowed_dataset", points=1, hint="How large is the shuffle's buffer, and does it hold windows or batches?")
def test_batches_draw_from_the_whole_series(student):
    """With shuffling, each batch holds windows from all over the series, the first one too."""
    dataset = student.windowed_dataset(np.arange(SPLIT), WINDOW, 32, True)
    passes = [take_batches(dataset, ("windows", "labels"), at_most=100) for _ in range(3)]
    spread = float(np.mean([np.std(labels) for batches in passes for _, labels in batches]))
    whole = float(np.std(np.arange(WINDOW, SPLIT)))
    if not spread >= 0.8 * whole:
        raise CriterionFailed(
            f"labels that lie about as far apart within a batch as in the whole ramp (standard deviation {whole:.0f})",
            f"a standard deviation of {spread:.0f} within a batch",
        )
    latest = max(float(batches[0][1].max()) for batches in passes)
    if latest < 0.8 * SPLIT:
        raise CriterionFailed(
            f"late days in the first batch, too, out of a ramp from 0 to {SPLIT - 1}",
            f"{latest:.0f} as the latest day of three first batches",
        )


@criterion("windowed_dataset", points=1, hint="Is the random order remembered from the first epoch?")
def test_every_epoch_has_its_own_order(student):
    """With shuffling, a second epoch comes in an order of its own."""
    dataset = student.windowed_dataset(np.arange(80), 5, 10, True)
    passes = [take_batches(dataset, ("windows", "labels"), at_most=80) for _ in range(2)]
    first, second = (np.concatenate([labels.ravel() for _, labels in batches]) for batches in passes)
    if len(first) == len(second) and (first == second).all():
        raise CriterionFailed("another order in the second epoch", "the same order in both")


@criterion("split_series", points=1, hint="The fourth year begins with day `start`; training must not have seen it.")
def test_training_ends_before_start(student):
    """The training part is everything before `start`, and nothing else."""
    train, _ = parts(student, RAMP, 80, 10)
    assert_close(train, RAMP[:80], "train")


@criterion("split_series", points=1, hint="How many days before its first label does a window begin?")
def test_first_validation_label_is_start(student):
    """The validation part begins one window before `start`, so that its first
    label is day `start`."""
    _, valid = parts(student, RAMP, 80, 10)
    assert_close(valid, RAMP[70:], "valid")


@criterion("why_shuffle", points=1, hint="One number per batch first; then how far these numbers lie apart.")
def test_spread_of_four_batches(student):
    """Batches with the mean labels 1, 4, 7 and 10 stray by 3.354."""
    labels = np.array([2.0, -1.0, 2.0, 9.0, 1.0, 2.0, 7.5, 7.5, 6.0, 12.0, 8.0, 10.0])
    found = student.spread_of_batches(batches(student, labels, 3))
    assert_close(found, 3.3541, "the spread", rtol=1e-3)


@criterion("build_model", points=1, hint="What goes in are `window` numbers, what comes out is one.")
@pytest.mark.parametrize("window", [pytest.param(WINDOW, id="twenty days"), pytest.param(7, id="seven days")])
def test_takes_windows_of_any_length(student, window):
    """The model takes `window` numbers and answers with one, whatever `window` is."""
    _, found = asked_model(student, window, 100.0, 20.0)
    assert_shape(found, (None, 1), "the answers")


@criterion("build_model", points=1, hint="Two layers in between, one that bends, and an end that may answer anything.")
def test_dense_layers_with_an_open_end(student):
    """The model has three Dense layers or more and is no straight line; its last Dense layer has
    one unit and no activation."""
    model, _ = asked_model(student, WINDOW, 0.0, 1.0)
    assert_layer_count(model, Dense=at_least(3))
    others = [layer.class_name for layer in model.layers if layer.parameters and layer.class_name not in LEARNING]
    if others:
        raise CriterionFailed("Dense layers to do the learning", f"a layer of type {others[0]}", detail=model.table())
    last = max(i for i, layer in enumerate(model.layers) if layer.class_name == "Dense")
    dense, bent = model.layers[last], [layer.activation for layer in model.layers[last:]]
    bent = [activation for activation in bent if activation not in (None, "linear")]
    if dense.config["units"] != 1 or bent:
        raise CriterionFailed(
            "the last Dense layer with one unit and no activation",
            f"{dense.config['units']} unit(s) with {bent[0] if bent else 'no'} activation",
            detail=model.table(),
            marked=(last,),
        )
    here, step = np.random.default_rng(5).normal(0, 5, (2, 50, WINDOW)).astype("float32")
    bend = model.predict(here + step) + model.predict(here - step) - 2 * model.predict(here)
    if np.abs(bend).max() < 0.01:
        raise CriterionFailed(
            "a network that is not linear", "one without an activation that bends", detail=model.table()
        )


@criterion("build_model", points=1, hint="The text names three losses that measure how far a number is off.")
def test_compiled_for_numbers(student):
    """The model is compiled with a loss for numbers: squared or absolute error, or Huber."""
    model = as_model(student.build_model(WINDOW, 100.0, 20.0), "build_model(...)")
    assert_compiled(model, loss=("mean_squared_error", "mean_absolute_error", "huber"))


@criterion(
    "build_model",
    points=1,
    hint="Scale on the way in *and* back on the way out, with the `mean` and `std` you are given.",
)
@pytest.mark.parametrize(
    "mean, std",
    [pytest.param(5000.0, 10.0, id="about 5000 ± 10"), pytest.param(-700.0, 2.0, id="about -700 ± 2")],
)
def test_answers_in_the_units_of_the_series(student, mean, std):
    """Untrained, a model for a series of about 5000 ± 10, or of about -700 ± 2, answers
    numbers of about that size."""
    _, found = asked_model(student, 12, mean, std)
    far = float(np.abs(found - mean).max())
    if far > 6 * std:
        worst = float(found.ravel()[np.abs(found - mean).argmax()])
        raise CriterionFailed(f"answers between {mean - 6 * std:g} and {mean + 6 * std:g}", f"an answer of {worst:.5g}")


@criterion("forecast", points=1, hint="Which three days does one know on the evening before day 5? And before day 9?")
def test_five_days_of_a_ramp(student):
    """The last five days of a ramp are forecast from the three days before
    each, as a flat array."""
    model = make_model(student, (3,), layer("Dense", units=4, activation="tanh"), layer("Dense", units=1))
    known = np.array([[2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7], [6, 7, 8]], "float32") / 10
    found = student.forecast(model, np.arange(10, dtype="float32") / 10, 5, 3)
    assert_close(found, model.predict(known)[:, 0], "the forecast for days 5 to 9", rtol=1e-3)


@criterion("beats_naive", points=2, hint="Look at the two loss curves: has it learned, and on what?")
def test_better_than_naive_on_fresh_evenings(student, thresholds, credit):
    """On evenings of the fourth year with new noise, the saved model's MSE is at most 85
    % of the naive one's."""
    known, following = evenings(np.random.default_rng(7), 400)
    naive = mean_squared_error(known[:, -1], following)
    error = mean_squared_error(student.model.predict(known), following)
    credit.within(error / naive, thresholds, "error")


def epoch(student, series, window, batch_size, shuffle):
    """All windows, (n, window), labels, (n,), and batch sizes of the student's data set."""
    dataset = student.windowed_dataset(series, window, batch_size, shuffle)
    windows, labels = [], []
    for x, y in take_batches(dataset, ("windows", "labels"), at_most=3 * math.ceil(len(series) / batch_size) + 2):
        if x.ndim != 2 or x.shape[1] != window or y.shape not in ((len(x),), (len(x), 1)):
            raise CriterionFailed(
                f"batches of shapes (batch, {window}) and (batch,)", f"a batch of shapes {x.shape} and {y.shape}"
            )
        windows.append(x)
        labels.append(y.ravel())
    return np.concatenate(windows), np.concatenate(labels), [len(y) for y in labels]


def parts(student, series, start, window):
    """The training and validation parts into which the student's function splits a series."""
    names = ("train", "valid")
    found = as_tuple(student.split_series(series, start, window), "split_series(...)", names)
    return [as_array(part, name) for part, name in zip(found, names, strict=True)]


def batches(student, labels, size):
    """A data set in the student's process with these labels and arbitrary windows."""
    return student.tf.data.Dataset.from_tensor_slices((np.zeros((len(labels), 2)), labels)).batch(size)


def asked_model(student, window, mean, std):
    """A model for such a series, and its answers to 200 windows of random days around `mean`.

    A network without an `Input` has its layers' sizes once it has been asked.
    """
    model = as_model(student.build_model(window, mean, std), "build_model(...)")
    windows = np.random.default_rng(1).normal(mean, std, (200, window)).astype("float32")
    return model, as_array(model.predict(windows), "the answers").astype(float)


def evenings(rng, count):
    """Sales of the 20 days up to `count` evenings, (count, 20), and of the day after, (count,)."""
    day = rng.integers(SPLIT, DAYS, count)[:, None] - np.arange(WINDOW, -1, -1)
    year = 2 * np.pi * day / 365.25
    sales = 120 + 0.04 * day - 55 * np.cos(year) - 20 * np.cos(2 * year + 0.9) + rng.normal(0, NOISE, day.shape)
    return sales[:, :WINDOW].astype("float32"), sales[:, WINDOW].astype("float32")


def list_of(window):
    """A window as text: "[1 2 3]"."""
    return "[" + " ".join(f"{value:g}" for value in window) + "]"
