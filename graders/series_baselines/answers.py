"""Other right answers of the exercise on forecasts without training, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

SPLIT, ERRORS, LAGGED, MEANS = (
    "write_split_in_time",
    "write_errors",
    "write_lagged_forecast",
    "write_moving_average_forecast",
)
CHANGES, TREND, PAST, SMOOTH, OWN = (
    "write_differences",
    "write_difference_forecast",
    "write_smoothed_past",
    "write_smooth_forecast",
    "write_own",
)
CHOICE = "write_choice"

LOOPED_LAG = """
def lagged_forecast(series, start, lag):
    forecast = []
    for hour in range(start, len(series)):
        forecast.append(series[hour - lag])
    return forecast
"""
LOOPED_MEANS = """
def moving_average_forecast(series, start, window):
    forecast = []
    for hour in range(start, len(series)):
        forecast.append(sum(series[hour - window : hour]) / window)
    return forecast
"""
LOOPED_PAST = """
def smoothed_past(series, start, lag, half):
    past = np.zeros(len(series) - start)
    for i in range(len(past)):
        centre = start + i - lag
        past[i] = series[centre - half : centre + half + 1].mean()
    return past
"""
LOOPED_TREND = """
def difference_forecast(series, start, lag, window):
    forecast = []
    for t in range(start, len(series)):
        changes = [series[k] - series[k - lag] for k in range(t - window, t)]
        forecast.append(series[t - lag] + sum(changes) / len(changes))
    return np.array(forecast)
"""
LOOPED_SMOOTH = """
def smooth_forecast(series, start, lag, window, half):
    forecast = np.empty(len(series) - start)
    for t in range(start, len(series)):
        past = np.mean(series[t - lag - half : t - lag + half + 1])
        forecast[t - start] = past + np.mean(series[t - window : t] - series[t - window - lag : t - lag])
    return forecast
"""
CUMULATIVE = """
def moving_average_forecast(series, start, window):
    sums = np.concatenate([[0.0], np.cumsum(series)])
    return (sums[start:-1] - sums[start - window : -1 - window]) / window
"""
CONVOLVED_MEANS = """
def moving_average_forecast(series, start, window):
    return np.convolve(series, np.ones(window) / window, mode="valid")[start - window : -1]
"""
CONVOLVED_PAST = """
def smoothed_past(series, start, lag, half):
    width = 2 * half + 1
    smooth = np.convolve(series, np.full(width, 1 / width), "valid")
    return smooth[start - lag - half :][: len(series) - start]
"""
SHIFTED_MEANS = """
def moving_average_forecast(series, start, window):
    return np.mean([lagged_forecast(series, start, lag) for lag in range(1, window + 1)], axis=0)
"""
SHIFTED_PAST = """
def smoothed_past(series, start, lag, half):
    return sum(lagged_forecast(series, start, lag + k) for k in range(-half, half + 1)) / (2 * half + 1)
"""
EXCHANGED = """
def smooth_forecast(series, start, lag, window, half):
    trend = difference_forecast(series, start, lag, window) - lagged_forecast(series, start, lag)
    return trend + smoothed_past(series, start, lag, half)
"""
ALL_THEN_CUT = """
def difference_forecast(series, start, lag, window):
    first = lag + window
    whole = moving_average_forecast(differences(series, lag), window, window)
    whole = whole + lagged_forecast(series, first, lag)
    return whole[start - first :]
"""
AVERAGED = """
def errors(forecast, actual):
    off = np.subtract(forecast, actual)
    n = len(off)
    return dict(mse=float(off @ off / n), mae=float(np.linalg.norm(off, 1) / n), bias=float(off.sum() / n))
"""
ROUNDED = """
ahead = lagged_forecast(series, SPLIT, 1)
own = {
    "drift": round(float(differences(train, day).mean()), 3),
    "naive": round(float(((ahead - series[SPLIT:]) ** 2).mean()), 3),
    "best": round(float(np.square(smooth_forecast(series, SPLIT, day, window, half) - valid).mean()), 3),
}
"""
FROM_THE_TABLE = """
row, column = np.unravel_index(tried[:, 1:].argmin(), tried[:, 1:].shape)
window, half = windows[row], halves[1:][column]
"""
ONE_BY_ONE = """
own = {}
own["drift"] = differences(series[:SPLIT], lag=day).mean()
own["naive"] = errors(naive, valid)["mse"]
own["best"] = errors(forecast=smooth_forecast(series, SPLIT, day, window, half), actual=valid)["mse"]
"""

variants = [
    variant(
        "loops and lists",
        replace(LAGGED, LOOPED_LAG),
        replace(MEANS, LOOPED_MEANS),
        replace(PAST, LOOPED_PAST),
        replace(TREND, LOOPED_TREND),
        replace(SMOOTH, LOOPED_SMOOTH),
    ),
    variant(
        "means by cumulative sums, a past by convolution; errors by norms; another choice, rounded",
        replace(MEANS, CUMULATIVE),
        replace(PAST, CONVOLVED_PAST),
        replace(ERRORS, AVERAGED),
        edit(CHOICE, "day, 3", "16, 2"),
        replace(OWN, ROUNDED),
    ),
    variant(
        "means by convolution; one past exchanged for the other; the choice looked up in the table",
        replace(MEANS, CONVOLVED_MEANS),
        replace(SMOOTH, EXCHANGED),
        replace(CHOICE, FROM_THE_TABLE),
        replace(OWN, ONE_BY_ONE),
    ),
    variant(
        "means of shifted series",
        replace(MEANS, SHIFTED_MEANS),
        replace(PAST, SHIFTED_PAST),
        replace(SMOOTH, EXCHANGED),
    ),
    variant(
        "a series rolled round; np.split; differences of a rolled series; the whole forecast, then cut",
        edit(LAGGED, "series[start - lag : -lag]", "np.roll(series, lag)[start:]"),
        edit(SPLIT, "series[:start], series[start:]", "np.split(series, [start])"),
        edit(CHANGES, "series[lag:] - series[:-lag]", "(series - np.roll(series, lag))[lag:]"),
        replace(TREND, ALL_THEN_CUT),
    ),
    variant(
        "indices; differences by way of the lagged forecast; copies of the parts",
        edit(LAGGED, "series[start - lag : -lag]", "series[np.arange(start, len(series)) - lag]"),
        edit(SPLIT, "series[:start], series[start:]", "[series[:start].copy(), series[start:].copy()]"),
        edit(CHANGES, "series[lag:] - series[:-lag]", "series[lag:] - lagged_forecast(series, lag, lag)"),
    ),
]

CENTRED = """
def moving_average_forecast(series, start, window):
    return np.convolve(series, np.ones(window) / window, mode="same")[start:]
"""
EVER_LONGER = """
def moving_average_forecast(series, start, window):
    return np.array([series[:hour].mean() for hour in range(start, len(series))])
"""
EARLIER_ONLY = """
def smoothed_past(series, start, lag, half):
    return moving_average_forecast(series[: len(series) - lag + 1], start - lag + 1, min(2 * half + 1, start - lag + 1))
"""
OVERWRITTEN = """
def differences(series, lag):
    series[lag:] -= series[:-lag].copy()
    return series[lag:]
"""
OWN_DAY = """
by_lag = difference_forecast


def difference_forecast(series, start, lag, window):
    return by_lag(series, start, day, window)
"""
MEANS_CRITERIA = ["means_on_a_ramp", "means_on_paper", "any_moving_average", "error_of_ones_own_choice"]
OWN_NUMBERS = ["drift_of_ones_own_moon", "naive_error_of_ones_own_moon", "error_of_ones_own_choice"]

mutants = [
    mutant(
        "hour `start` is in both parts",
        edit(SPLIT, "series[:start], ", "series[: start + 1], "),
        edit(OWN, "differences(train, day)", "differences(series[:SPLIT], day)"),
        fails="split_in_time",
    ),
    mutant(
        "hour `start` is in neither part",
        edit(SPLIT, "series[start:]", "series[start + 1 :]"),
        fails=["split_in_time", "own"],
    ),
    mutant(
        "the validation part first",
        edit(SPLIT, "series[:start], series[start:]", "series[start:], series[:start]"),
        fails=["split_in_time", "own"],
    ),
    mutant(
        "three quarters for training, wherever `start` is",
        edit(SPLIT, "    return", "    start = 3 * len(series) // 4\n    return"),
        fails="split_in_time",
    ),
    mutant(
        "actual minus forecast",
        edit(ERRORS, "forecast - actual", "actual - forecast"),
        fails=["bias_on_paper", "errors_of_any_forecast"],
    ),
    mutant(
        "a bias without its sign",
        edit(ERRORS, '"bias": np.mean(error)', '"bias": abs(np.mean(error))'),
        fails=["bias_on_paper", "errors_of_any_forecast"],
    ),
    mutant(
        "the absolute value of the mean",
        edit(ERRORS, "np.mean(np.abs(error))", "np.abs(np.mean(error))"),
        fails=["mean_absolute_error_on_paper", "errors_of_any_forecast"],
    ),
    mutant(
        "the root of the mean squared error",
        edit(ERRORS, "np.mean(error**2)", "np.sqrt(np.mean(error**2))"),
        fails=[
            "mean_squared_error_on_paper",
            "errors_of_any_forecast",
            "naive_error_of_ones_own_moon",
            "error_of_ones_own_choice",
        ],
    ),
    mutant(
        "sums instead of means",
        edit(ERRORS, "error = forecast - actual", "error = len(forecast) * (forecast - actual)"),
        fails=[
            "bias_on_paper",
            "mean_absolute_error_on_paper",
            "mean_squared_error_on_paper",
            "errors_of_any_forecast",
            "naive_error_of_ones_own_moon",
            "error_of_ones_own_choice",
        ],
    ),
    mutant(
        "three numbers without their names",
        edit(
            ERRORS,
            '{"bias": np.mean(error), "mae": np.mean(np.abs(error)), "mse": np.mean(error**2)}',
            "error, error, error",
        ),
        fails=["errors", "own"],
    ),
    mutant(
        "the reading of the very hour",
        edit(LAGGED, "series[start - lag : -lag]", "series[start - lag + 1 :][: len(series) - start]"),
        fails=["lagged_forecast", "naive_error_of_ones_own_moon"],
    ),
    mutant(
        "one reading for all hours",
        edit(LAGGED, "series[start - lag : -lag]", "np.full(len(series) - start, series[start - lag])"),
        fails=["lagged_forecast", "naive_error_of_ones_own_moon"],
    ),
    mutant(
        "always an hour back",
        edit(LAGGED, "series[start - lag : -lag]", "series[start - 1 : -1]"),
        fails=["any_lag_on_a_ramp", "any_lagged_forecast"],
    ),
    mutant(
        "a forecast for the hour after the end",
        edit(LAGGED, "series[start - lag : -lag]", "series[start - lag : len(series) - lag + 1]"),
        fails=["lagged_forecast", "own"],
    ),
    mutant(
        "the hour itself is in its mean",
        edit(MEANS, "series[start - window : -1]", "series[start - window + 1 :]"),
        fails=MEANS_CRITERIA,
    ),
    mutant("a window around the hour", replace(MEANS, CENTRED), fails=MEANS_CRITERIA),
    mutant("a window that grows", replace(MEANS, EVER_LONGER), fails=MEANS_CRITERIA),
    mutant(
        "one mean for all hours",
        edit(MEANS, "windows.mean(axis=-1)", "np.full(len(series) - start, series[start - window : start].mean())"),
        fails=MEANS_CRITERIA,
    ),
    mutant(
        "sums of the last hours",
        edit(MEANS, "windows.mean(axis=-1)", "windows.sum(axis=-1)"),
        fails=[*MEANS_CRITERIA, "beats_the_naive_forecast"],
    ),
    mutant(
        "the earlier reading minus the later one",
        edit(CHANGES, "series[lag:] - series[:-lag]", "series[:-lag] - series[lag:]"),
        fails=["differences", "drift_of_ones_own_moon", "beats_the_naive_forecast", "error_of_ones_own_choice"],
    ),
    mutant(
        "differences of differences",
        edit(CHANGES, "series[lag:] - series[:-lag]", "np.diff(series, n=lag)"),
        fails=["differences", "drift_of_ones_own_moon", "beats_the_naive_forecast", "error_of_ones_own_choice"],
    ),
    mutant(
        "zeros where there is no difference",
        edit(CHANGES, "series[lag:] - series[:-lag]", "np.concatenate([np.zeros(lag), series[lag:] - series[:-lag]])"),
        fails=["differences", "own"],
    ),
    mutant(
        "writes the differences over the readings",
        replace(CHANGES, OVERWRITTEN),
        fails=["differences", "a_pattern_with_a_trend_is_forecast_exactly", "own"],
    ),
    mutant(
        "takes the differences to begin with hour 0",
        edit(TREND, "start - lag, window", "start, window"),
        fails="difference_forecast",
    ),
    mutant(
        "averages differences that end an hour early",
        edit(TREND, "differences(series, lag), start - lag", "differences(series, lag)[:-1], start - lag - 1"),
        fails=["differences_of_the_squares", "any_difference_forecast"],
    ),
    mutant(
        "forgets to add the past",
        edit(TREND, "lagged_forecast(series, start, lag) + trend", "trend"),
        fails="difference_forecast",
    ),
    mutant(
        "forgets the trend",
        edit(TREND, "lagged_forecast(series, start, lag) + trend", "lagged_forecast(series, start, lag)"),
        fails="difference_forecast",
    ),
    mutant(
        "subtracts the trend",
        edit(TREND, "lagged_forecast(series, start, lag) + trend", "lagged_forecast(series, start, lag) - trend"),
        fails="difference_forecast",
    ),
    mutant(
        "the trend of the first hour for all",
        edit(TREND, "+ trend", "+ trend[0]"),
        fails=["differences_of_the_squares", "any_difference_forecast"],
    ),
    mutant(
        "the length of the own moon's day, whatever `lag` is",
        append(
            TREND,
            OWN_DAY,
        ),
        fails="difference_forecast",
    ),
    mutant(
        "looks at the hours before alone",
        replace(PAST, EARLIER_ONLY),
        fails=["smoothed_past", "beats_the_naive_forecast", "error_of_ones_own_choice"],
    ),
    mutant(
        "a past that is an hour late",
        edit(
            PAST,
            "series[start - lag - half : len(series) - lag + half]",
            "series[max(start - lag - half - 1, 0) : len(series) - lag + half - 1]",
        ),
        fails=["smoothed_past", "beats_the_naive_forecast", "error_of_ones_own_choice"],
    ),
    mutant(
        "divides by the readings on both sides, without the one in the middle",
        edit(PAST, ".mean(axis=-1)", ".sum(axis=-1) / max(1, 2 * half)"),
        fails=["smoothed_past", "beats_the_naive_forecast", "error_of_ones_own_choice"],
    ),
    mutant(
        "a past half as wide",
        edit(PAST, "readings =", "half = half // 2\n    readings ="),
        fails=["smoothed_past_on_paper", "any_smoothed_past", "error_of_ones_own_choice"],
    ),
    mutant(
        "the calmer past without the trend",
        edit(SMOOTH, "smoothed_past(series, start, lag, half) + trend", "smoothed_past(series, start, lag, half)"),
        fails="smooth_forecast",
    ),
    mutant(
        "the past as it was",
        edit(
            SMOOTH, "smoothed_past(series, start, lag, half) + trend", "difference_forecast(series, start, lag, window)"
        ),
        fails="smooth_forecast",
    ),
    mutant(
        "differences of a smoothed series",
        edit(
            SMOOTH,
            "differences(series, lag)",
            "differences(np.convolve(series, np.ones(2 * half + 1) / (2 * half + 1), 'same'), lag)",
        ),
        fails=["smooth_forecast_on_paper", "any_smooth_forecast"],
    ),
    mutant(
        "both pasts, one on top of the other",
        edit(SMOOTH, "+ trend", "+ difference_forecast(series, start, lag, window)"),
        fails="smooth_forecast",
    ),
    mutant(
        "the own moon's window, whatever `window` is",
        edit(SMOOTH, "start - lag, window)", "start - lag, 2)"),
        fails="smooth_forecast",
    ),
    mutant(
        "the drift of an hour instead of a day",
        edit(OWN, "differences(train, day)", "differences(train, 1)"),
        fails="drift_of_ones_own_moon",
    ),
    mutant(
        "the drift that made the moon instead of the one that its readings show",
        edit(OWN, "np.mean(differences(train, day))", 'moon["drift"]'),
        fails="drift_of_ones_own_moon",
    ),
    mutant(
        "the drift of all 24 days",
        edit(OWN, "differences(train, day)", "differences(series, day)"),
        fails="drift_of_ones_own_moon",
    ),
    mutant(
        "the naive error in degrees",
        edit(
            OWN, 'lagged_forecast(series, SPLIT, 1), valid)["mse"]', 'lagged_forecast(series, SPLIT, 1), valid)["mae"]'
        ),
        fails="naive_error_of_ones_own_moon",
    ),
    mutant(
        "the same hour yesterday taken for the naive forecast",
        edit(OWN, "lagged_forecast(series, SPLIT, 1)", "lagged_forecast(series, SPLIT, day)"),
        fails="naive_error_of_ones_own_moon",
    ),
    mutant(
        "the naive error of the training part",
        edit(OWN, "lagged_forecast(series, SPLIT, 1), valid", "lagged_forecast(train, 1, 1), train[1:]"),
        fails="naive_error_of_ones_own_moon",
    ),
    mutant(
        "a classmate's numbers",
        replace(OWN, 'own = {"drift": 1.7654, "naive": 3.4321, "best": 1.2987}'),
        fails=OWN_NUMBERS,
    ),
    mutant(
        "trusts the last difference alone",
        edit(CHOICE, "day, 3", "1, 3"),
        fails="beats_the_naive_forecast",
    ),
    mutant("blurs the morning", edit(CHOICE, "day, 3", "day, day // 4"), fails="beats_the_naive_forecast"),
    mutant("chooses no smoothing", edit(CHOICE, "day, 3", "day, 0"), fails="beats_the_naive_forecast"),
    mutant(
        "states the best number of the table instead",
        edit(OWN, 'errors(smooth_forecast(series, SPLIT, day, window, half), valid)["mse"]', "tried.min()"),
        fails="error_of_ones_own_choice",
    ),
    mutant(
        "leaves the smoothed error out",
        edit(OWN, '"best": errors', '"calmest": errors'),
        fails="error_of_ones_own_choice",
    ),
    mutant(
        "names no window",
        edit(CHOICE, "window, half = day, 3", "half = 3"),
        fails=["beats_the_naive_forecast", *OWN_NUMBERS],
    ),
    mutant(
        "adds the trend to the readings themselves",
        edit(
            TREND,
            "return lagged_forecast(series, start, lag) + trend",
            "past = lagged_forecast(series, start, lag)\n    past += trend\n    return past",
        ),
        fails=["a_pattern_with_a_trend_is_forecast_exactly", "any_difference_forecast", *OWN_NUMBERS],
    ),
]

hidden_because = {
    "error_of_ones_own_choice": "a criterion that works out this number is a whole forecast, and would be an answer",
}

harmless_mutations = [
    harmless("-1 → 1 (axis)", because="the windows make a table, whose last axis is its second"),
    harmless(
        "write_choice, line 3: 3 → ", because="the text leaves the choice open, and the number stated goes with it"
    ),
    harmless("→ errors(valid, lagged_forecast(", because="the squares of the errors are the same without their signs"),
    harmless("→ errors(valid, smooth_forecast(", because="the squares of the errors are the same without their signs"),
    harmless("→ smooth_forecast(series, SPLIT, window, day", because="the window of the solution is a day"),
]
