"""Other right answers of the window exercise, and wrong ones."""

from proctor.answers import append, edit, free, harmless, mutant, replace, retrained, untrained, variant

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
SUBCLASSED = """
@keras.saving.register_keras_serializable()
class Forecaster(keras.Model):
    def __init__(self, mean, std, **settings):
        super().__init__(**settings)
        self.mean, self.std = mean, std
        self.hidden = [keras.layers.Dense(32, activation=tf.nn.swish), keras.layers.Dense(32, activation=tf.nn.relu)]
        self.last = keras.layers.Dense(1)

    def call(self, windows):
        x = (windows - self.mean) / self.std
        for layer in self.hidden:
            x = layer(x)
        return self.last(x) * self.std + self.mean

    def get_config(self):
        return super().get_config() | {"mean": self.mean, "std": self.std}


def build_model(window, mean, std):
    model = Forecaster(mean, std)
    model(np.zeros((1, window)))
    model.compile("rmsprop", "mae")
    return model
"""
WITHOUT_INPUT = """
def build_model(window, mean, std):
    layers = [keras.layers.Dense(40, activation="gelu"), keras.layers.Dropout(0.05), keras.layers.Dense(20)]
    inside = keras.Sequential([*layers, keras.layers.Dense(1)])
    scaled = keras.layers.Rescaling(1 / std, offset=-mean / std)
    model = keras.Sequential([scaled, inside, keras.layers.Rescaling(std, offset=mean)])
    model.compile(keras.optimizers.Adam(3e-3), "mean_squared_error")
    return model
"""
COLUMN_WISE = """
def mean_squared_error(forecast, actual):
    return keras.losses.MeanSquaredError()(np.reshape(actual, (1, -1)), np.reshape(forecast, (1, -1)))
"""
DAY_BY_DAY = """
def forecast(model, series, start, window):
    answers = []
    for day in range(start, len(series)):
        answers.append(model.predict_on_batch(series[day - window : day][None])[0, 0])
    return np.array(answers)
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
        "windows with Dataset.window and flat_map, labels in a column; forecasts in one call of the model",
        replace("write_windowed_dataset", FLAT_MAP),
        replace("write_forecast", STACKED),
    ),
    variant(
        "a list of layers without Input, one that does not bend, trained anew",
        replace("write_build_model", WITHOUT_INPUT),
        retrained(),
    ),
    variant(
        "windows cut by their first day; forecasts a day at a time",
        replace("write_windowed_dataset", BY_INDEX),
        replace("write_forecast", DAY_BY_DAY),
    ),
    variant(
        "windows from timeseries_dataset_from_array; normalization layers, Huber; the error from Keras, a tensor",
        replace("write_windowed_dataset", FROM_KERAS),
        replace("write_build_model", NORMALIZED),
        replace("write_mean_squared_error", COLUMN_WISE),
    ),
    variant(
        "a class of its own that has been called, mean absolute error, trained anew",
        replace("write_build_model", SUBCLASSED),
        retrained(),
    ),
    variant(
        "the spread in a loop, the naive forecast from the other end, the parts counted from the end",
        replace("write_spread_of_batches", LOOPED),
        edit("write_naive_forecast", "series[start - 1 : -1]", "np.roll(series, 1)[start:]"),
        edit("write_split_series", "series[:start]", "np.copy(series[:start])"),
        edit("write_split_series", "series[start - window :]", "series[-(len(series) - start + window) :]"),
    ),
]

mutants = [
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
        fails=["windows_and_labels_line_up", "windows_of_any_series", *FORECAST],
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
        "shuffles with a buffer for half of the windows",
        edit("write_windowed_dataset", "shuffle(len(cuts))", "shuffle(len(cuts) // 2)"),
        fails="batches_draw_from_the_whole_series",
    ),
    mutant(
        "never comes to an end",
        edit("write_windowed_dataset", ".batch(batch_size)", ".batch(batch_size).repeat()"),
        replace("write_forecast", STACKED),
        fails="windowed_dataset",
    ),
    mutant(
        "makes whole numbers of the days",
        edit("write_split_series", "return series[:start]", "return series[:start].astype(int)"),
        edit("write_split_series", "series[start - window :]", "series[start - window :].astype(int)"),
        fails=["split_series", *FORECAST],
    ),
    mutant(
        "remembers the first epoch's order",
        edit("write_windowed_dataset", "shuffle(len(cuts))", "shuffle(len(cuts), reshuffle_each_iteration=False)"),
        fails="every_epoch_has_its_own_order",
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
        fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "has twenty days built in",
        edit("write_build_model", "keras.Input((window,))", "keras.Input((WINDOW,))"),
        fails=["takes_windows_of_any_length", "answers_in_the_units_of_the_series", "scaling_for_any_series"],
    ),
    mutant(
        "ends in a relu behind the last layer",
        edit("write_build_model", "keras.layers.Dense(1),", "keras.layers.Dense(1), keras.layers.ReLU(),"),
        fails="dense_layers_with_an_open_end",
    ),
    mutant(
        "layers that do not bend",
        edit("write_build_model", '64, activation="relu"', "64"),
        edit("write_build_model", '32, activation="relu"', "32"),
        fails="dense_layers_with_an_open_end",
    ),
    mutant(
        "is compiled for a classification",
        edit("write_build_model", 'loss="mean_squared_error"', 'loss="binary_crossentropy"'),
        fails="compiled_for_numbers",
    ),
    mutant(
        "returns the column as it comes from the model",
        edit("write_forecast", ".ravel()", ""),
        fails=FORECAST,
    ),
    mutant("hands in an untrained model", untrained(), fails="beats_naive"),
]

ONE_BEND = "one layer that bends is enough, as the text says"
harmless_mutations = [
    free("verbose", because="what is printed is not judged"),
    free("windowed_dataset[2]", because="a forecast is the same in batches of any size"),
    harmless("line 16: 64 → ", because="the layers are of the student's choice"),
    harmless("line 17: 32 → ", because="the layers are of the student's choice"),
    harmless("Dense(64) (keyword activation dropped)", because=ONE_BEND),
    harmless("Dense(32) (keyword activation dropped)", because=ONE_BEND),
    harmless('"relu" → None', because=ONE_BEND),
    harmless("keyword optimizer dropped", because="the text leaves the optimizer open; RMSprop learns the series, too"),
    harmless("keyword metrics dropped", because="the text asks for a loss alone"),
]
