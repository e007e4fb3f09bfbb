"""Other right answers of the window exercise, and wrong ones."""

from proctor.answers import append, edit, mutant, replace, retrained, untrained, variant

FLAT_MAP = """
def windowed_dataset(series, window, batch_size, shuffle):
    dataset = tf.data.Dataset.from_tensor_slices(series)
    dataset = dataset.window(window + 1, shift=1, drop_remainder=True)
    dataset = dataset.flat_map(lambda cut: cut.batch(window + 1))
    if shuffle:
        dataset = dataset.shuffle(2000)
    dataset = dataset.map(lambda cut: (cut[:-1], cut[-1:]))
    return dataset.batch(batch_size)
"""
FROM_KERAS = """
def windowed_dataset(series, window, batch_size, shuffle):
    return keras.utils.timeseries_dataset_from_array(
        series[:-1], series[window:], sequence_length=window, batch_size=batch_size, shuffle=shuffle
    )
"""
BY_INDEX = """
def windowed_dataset(series, window, batch_size, shuffle):
    values = tf.constant(series)
    starts = tf.data.Dataset.range(len(series) - window)
    if shuffle:
        starts = starts.shuffle(len(series), reshuffle_each_iteration=True)
    pairs = starts.map(lambda i: (values[i : i + window], values[i + window]))
    return pairs.batch(batch_size).prefetch(2)
"""
NORMALIZED = """
def build_model(window, mean, std):
    inputs = keras.Input((window,))
    x = keras.layers.Normalization(axis=None, mean=mean, variance=std**2)(inputs)
    x = keras.layers.Dense(48)(x)
    x = keras.layers.LeakyReLU()(x)
    x = keras.layers.Dense(24, activation="tanh")(x)
    x = keras.layers.Dense(1)(x)
    outputs = keras.layers.Normalization(axis=None, mean=mean, variance=std**2, invert=True)(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=keras.losses.Huber(delta=10.0))
    return model
"""
COLUMN_WISE = """
def mean_squared_error(forecast, actual):
    return keras.losses.MeanSquaredError()(np.reshape(actual, (1, -1)), np.reshape(forecast, (1, -1)))
"""
STACKED = """
def forecast(model, series, start, window):
    windows = np.stack([series[day - window : day] for day in range(start, len(series))])
    return np.squeeze(keras.ops.convert_to_numpy(model(windows)), axis=1)
"""
LOOPED = """
def spread_of_batches(dataset):
    means = []
    for windows, labels in dataset.as_numpy_iterator():
        means.append(labels.sum() / len(labels))
    means = np.array(means)
    return np.sqrt(np.mean((means - means.mean()) ** 2))
"""

PAIRS = "tf.data.Dataset.from_tensor_slices((cuts[:, :-1], cuts[:, -1]))"
APART = """
def windowed_dataset(series, window, batch_size, shuffle):
    cuts = np.lib.stride_tricks.sliding_window_view(series, window + 1)
    windows = tf.data.Dataset.from_tensor_slices(cuts[:, :-1])
    labels = tf.data.Dataset.from_tensor_slices(cuts[:, -1])
    if shuffle:
        windows, labels = windows.shuffle(len(cuts)), labels.shuffle(len(cuts))
    return tf.data.Dataset.zip((windows, labels)).batch(batch_size)
"""
OF_BATCHES = """
def windowed_dataset(series, window, batch_size, shuffle):
    cuts = np.lib.stride_tricks.sliding_window_view(series, window + 1)
    dataset = tf.data.Dataset.from_tensor_slices((cuts[:, :-1], cuts[:, -1])).batch(batch_size)
    return dataset.shuffle(len(cuts)) if shuffle else dataset
"""
DAYS_SHUFFLED = """
def windowed_dataset(series, window, batch_size, shuffle):
    series = np.random.permutation(series) if shuffle else np.asarray(series)
    cuts = np.lib.stride_tricks.sliding_window_view(series, window + 1)
    return tf.data.Dataset.from_tensor_slices((cuts[:, :-1], cuts[:, -1])).batch(batch_size)
"""
TARGETS_OF_KERAS = """
def windowed_dataset(series, window, batch_size, shuffle):
    return keras.utils.timeseries_dataset_from_array(
        series, series, sequence_length=window, batch_size=batch_size, shuffle=shuffle
    )
"""
ONE_EARLY = """
all_windows = windowed_dataset


def windowed_dataset(series, *settings, **named):
    return all_windows(series[:-1], *settings, **named)
"""
# `forecast` cuts its windows with `windowed_dataset`, so these fail, too, if labels are a day
# off or a window is missing.
FORECAST = ["five_days_of_a_ramp", "forecast_of_any_series"]

variants = [
    variant(
        "windows with Dataset.window and flat_map, labels in a column", replace("write_windowed_dataset", FLAT_MAP)
    ),
    variant("windows from timeseries_dataset_from_array", replace("write_windowed_dataset", FROM_KERAS)),
    variant("windows cut by their first day", replace("write_windowed_dataset", BY_INDEX)),
    variant(
        "normalization layers, functional, Huber, trained anew", replace("write_build_model", NORMALIZED), retrained()
    ),
    variant("the error from Keras, a tensor", replace("write_mean_squared_error", COLUMN_WISE)),
    variant("all windows stacked in one call of the model", replace("write_forecast", STACKED)),
    variant(
        "the spread in a loop, the naive forecast from the other end",
        replace("write_spread_of_batches", LOOPED),
        edit("write_naive_forecast", "series[start - 1 : -1]", "np.roll(series, 1)[start:]"),
    ),
    variant(
        "the validation part counted from the end, the training part a copy",
        edit("write_split_series", "series[:start]", "np.copy(series[:start])"),
        edit("write_split_series", "series[start - window :]", "series[-(len(series) - start + window) :]"),
    ),
]

mutants = [
    mutant(
        "forecasts a day with itself",
        edit("write_naive_forecast", "series[start - 1 : -1]", "series[start:]"),
        fails=["naive_lags_by_one", "naive_on_any_series"],
    ),
    mutant(
        "lags by two days",
        edit("write_naive_forecast", "series[start - 1 : -1]", "series[start - 2 : -2]"),
        fails=["naive_lags_by_one", "naive_on_any_series"],
    ),
    mutant(
        "repeats the last training day for a year",
        edit("write_naive_forecast", "series[start - 1 : -1]", "np.full(len(series) - start, series[start - 1])"),
        fails=["naive_lags_by_one", "naive_on_any_series"],
    ),
    mutant(
        "subtracts a column from a flat array",
        edit("write_mean_squared_error", "np.ravel(forecast) - np.ravel(actual)", "forecast - actual"),
        fails=["error_of_four_days", "error_of_any_forecast"],
    ),
    mutant(
        "takes the root",
        edit("write_mean_squared_error", "float(np.mean(difference**2))", "float(np.sqrt(np.mean(difference**2)))"),
        fails=["error_of_four_days", "error_of_any_forecast"],
    ),
    mutant(
        "has the label inside the window",
        edit("write_windowed_dataset", PAIRS, "tf.data.Dataset.from_tensor_slices((cuts[:, 1:], cuts[:, -1]))"),
        retrained(),
        fails=["windows_and_labels_line_up", "windows_of_any_series", "beats_naive", *FORECAST],
    ),
    mutant(
        "labels windows with the day after the next",
        edit("write_windowed_dataset", "(cuts[:, :-1], cuts[:, -1])", "(cuts[:-1, :-1], cuts[1:, -1])"),
        fails=["windowed_dataset", *FORECAST],
    ),
    mutant(
        "pairs windows with their own first day",
        replace("write_windowed_dataset", TARGETS_OF_KERAS),
        fails=["windowed_dataset", *FORECAST],
    ),
    mutant(
        "loses the last, smaller batch",
        edit("write_windowed_dataset", ".batch(batch_size)", ".batch(batch_size, drop_remainder=True)"),
        fails=[
            "every_window_in_order",
            "shuffling_changes_only_the_order",
            "windows_of_any_series",
            *FORECAST,
        ],
    ),
    mutant(
        "stops one window early",
        append("write_windowed_dataset", ONE_EARLY),
        fails=["every_window_in_order", "shuffling_changes_only_the_order", "windows_of_any_series", *FORECAST],
    ),
    mutant(
        "shuffles windows and labels apart",
        replace("write_windowed_dataset", APART),
        fails="windows_and_labels_line_up",
    ),
    mutant(
        "shuffles batches instead of windows",
        replace("write_windowed_dataset", OF_BATCHES),
        fails="batches_draw_from_the_whole_series",
    ),
    mutant(
        "shuffles the days before it cuts",
        replace("write_windowed_dataset", DAYS_SHUFFLED),
        fails=["windows_and_labels_line_up", "shuffling_changes_only_the_order", "every_epoch_has_its_own_order"],
    ),
    mutant(
        "shuffles with a buffer of one batch",
        edit("write_windowed_dataset", "shuffle(len(cuts))", "shuffle(batch_size)"),
        fails="batches_draw_from_the_whole_series",
    ),
    mutant(
        "remembers the first epoch's order",
        edit("write_windowed_dataset", "shuffle(len(cuts))", "shuffle(len(cuts), reshuffle_each_iteration=False)"),
        fails="every_epoch_has_its_own_order",
    ),
    mutant(
        "always shuffles",
        edit("write_windowed_dataset", "if shuffle:", "if True:"),
        fails=["every_window_in_order", "windows_of_any_series", *FORECAST],
    ),
    mutant(
        "never shuffles",
        edit("write_windowed_dataset", "if shuffle:", "if False:"),
        fails=[
            "shuffling_changes_only_the_order",
            "batches_draw_from_the_whole_series",
            "every_epoch_has_its_own_order",
        ],
    ),
    mutant(
        "lets the first windows of the fourth year into training",
        edit("write_split_series", "series[:start]", "series[: start + window]"),
        fails=["training_ends_before_start", "no_leak_across_any_split"],
    ),
    mutant(
        "leaves the first days of the fourth year unjudged",
        edit("write_split_series", "series[start - window :]", "series[start:]"),
        fails=["first_validation_label_is_start", "no_leak_across_any_split", *FORECAST],
    ),
    mutant(
        "measures the spread of labels, not of batches",
        edit(
            "write_spread_of_batches",
            "np.std([np.mean(labels) for _, labels in dataset])",
            "np.mean([np.std(labels) for _, labels in dataset])",
        ),
        fails="why_shuffle",
    ),
    mutant(
        "does not scale back",
        edit("write_build_model", "            keras.layers.Rescaling(std, offset=mean),\n", ""),
        untrained(),
        fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "scales nothing",
        edit("write_build_model", "            keras.layers.Rescaling(std, offset=mean),\n", ""),
        edit("write_build_model", "            keras.layers.Rescaling(1 / std, offset=-mean / std),\n", ""),
        untrained(),
        fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "forgets the offset on the way in",
        edit("write_build_model", "Rescaling(1 / std, offset=-mean / std)", "Rescaling(1 / std)"),
        untrained(),
        fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "ends in a relu",
        edit("write_build_model", "keras.layers.Dense(1)", 'keras.layers.Dense(1, activation="relu")'),
        untrained(),
        fails="dense_layers_with_an_open_end",
    ),
    mutant(
        "has twenty days built in",
        edit("write_build_model", "keras.Input((window,))", "keras.Input((WINDOW,))"),
        untrained(),
        fails=["takes_windows_of_any_length", "answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "is compiled for a classification",
        edit("write_build_model", 'loss="mean_squared_error"', 'loss="binary_crossentropy"'),
        untrained(),
        fails="compiled_for_numbers",
    ),
    mutant(
        "returns the column as it comes from the model",
        edit("write_forecast", ".ravel()", ""),
        fails=FORECAST,
    ),
    mutant(
        "shuffles the windows that it forecasts from",
        edit("write_forecast", "shuffle=False", "shuffle=True"),
        fails=FORECAST,
    ),
    mutant("hands in an untrained model", untrained(), fails="beats_naive"),
]
