"""Other right answers of the forecast that never looks ahead, and wrong ones."""

from proctor.answers import append, combine, edit, harmless, mutant, replace, retrained, untrained, variant

WITH_CSV = """
import csv


def parse_series(path, column):
    with open(path) as file:
        reader = csv.reader(file, delimiter=",")
        next(reader)
        return np.array([float(row[column]) for row in reader if row], dtype="float32")
"""
FROM_TEXT = """
def parse_series(path, column):
    lines = path.read_text().strip().split("\\n")[1:]
    return tf.constant([float(line.split(",")[column]) for line in lines])
"""
GENFROMTXT = """
def parse_series(path, column):
    return np.genfromtxt(path, delimiter=",", skip_header=1)[:, column]
"""
FULL_CONVOLUTION = """
def causal_conv(series, kernel):
    return np.convolve(series, kernel[::-1])[: len(series)]
"""
LOOPED_CONVOLUTION = """
def causal_conv(series, kernel):
    outputs = []
    for day in range(len(series)):
        total = 0.0
        for back in range(len(kernel)):
            if day - back >= 0:
                total += kernel[len(kernel) - 1 - back] * series[day - back]
        outputs.append(total)
    return outputs
"""
KERAS_CONVOLUTION = """
def causal_conv(series, kernel):
    padded = tf.pad(tf.constant(series, "float32"), [[len(kernel) - 1, 0]])
    weights = tf.constant(kernel, "float32")[:, None, None]
    return tf.nn.conv1d(padded[None, :, None], weights, 1, "VALID")[0, :, 0]
"""
CUT_OFF = """
def looks_ahead(forecaster, series, day):
    known = forecaster(series[: day + 1])
    return bool(np.max(np.abs(known - forecaster(series)[: day + 1])) > 1e-6)
"""
NOT_A_NUMBER = """
def looks_ahead(forecaster, series, day):
    changed = series.copy()
    changed[day + 1 :] = np.nan
    return np.isnan(forecaster(changed)[: day + 1]).any()
"""
BY_LOOP = """
def looks_ahead(forecaster, series, day):
    other = np.concatenate([series[: day + 1], -3 * series[day + 1 :] + 100])
    for before, after in zip(forecaster(series)[: day + 1], forecaster(other)):
        if not np.isclose(before, after):
            return True
    return False
"""
PAIRS_BY_LOOP = """
def make_pairs(series, length, step):
    inputs, targets = [], []
    for start in range(0, len(series) - length, step):
        inputs.append(series[start : start + length])
        targets.append(series[start + 1 : start + length + 1])
    return np.expand_dims(inputs, -1), np.expand_dims(targets, -1)
"""
PAIRS_STACKED = """
def make_pairs(series, length, step):
    starts = np.arange(0, len(series) - length, step)
    places = starts[:, None] + np.arange(length + 1)
    cuts = tf.expand_dims(tf.gather(tf.convert_to_tensor(series), places), axis=-1)
    return [cuts[:, :-1], cuts[:, 1:]]
"""
TWO_MEMORIES = """
def build_model(mean, std):
    inputs = keras.Input((None, 1))
    x = keras.layers.Normalization(axis=None, mean=mean, variance=std**2)(inputs)
    x = keras.layers.ZeroPadding1D((4, 0))(x)
    x = keras.layers.Conv1D(24, 5)(x)
    x = keras.layers.LeakyReLU()(x)
    x = keras.layers.GRU(32, return_sequences=True)(x)
    x = keras.layers.LSTM(24, return_sequences=True)(x)
    x = keras.layers.Dense(1)(x)
    outputs = keras.layers.Normalization(axis=None, mean=mean, variance=std**2, invert=True)(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=keras.losses.Huber(delta=10.0), metrics=["mae"])
    return model
"""
SUBCLASSED = """
@keras.saving.register_keras_serializable()
class Forecaster(keras.Model):
    def __init__(self, mean, std, **settings):
        super().__init__(**settings)
        self.mean, self.std = mean, std
        self.convolution = keras.layers.Conv1D(32, 4, padding="causal", activation=tf.nn.swish)
        self.memory = keras.layers.RNN(keras.layers.LSTMCell(28), return_sequences=True)
        self.last = keras.layers.Dense(1)

    def call(self, series):
        x = self.memory(self.convolution((series - self.mean) / self.std))
        return self.last(x) * self.std + self.mean

    def get_config(self):
        return super().get_config() | {"mean": self.mean, "std": self.std}


def build_model(mean, std):
    model = Forecaster(mean, std)
    model(np.zeros((1, 10, 1), "float32"))
    model.compile(keras.optimizers.Adam(2e-3), "mse")
    return model
"""
BY_ADDING = """
def build_model(mean, std):
    model = keras.Sequential()
    model.add(keras.layers.Input(shape=[None, 1]))
    model.add(keras.layers.Rescaling(1 / std, -mean / std))
    model.add(keras.layers.Conv1D(filters=32, kernel_size=6, strides=1, padding="causal", activation="relu"))
    model.add(keras.layers.LSTM(32, return_sequences=True))
    model.add(keras.layers.Dense(16, activation="relu"))
    model.add(keras.layers.Conv1D(1, 1))
    model.add(keras.layers.Rescaling(std, mean))
    model.compile(loss="mae", optimizer=keras.optimizers.RMSprop(learning_rate=3e-3))
    return model
"""
RESIDUAL = """
def build_model(mean, std):
    readings = keras.Input((None, 1))
    scaled = keras.layers.Rescaling(1 / std, offset=-mean / std)(readings)
    x = keras.layers.Conv1D(16, 4, padding="causal", activation="relu")(scaled)
    x = keras.layers.GRU(16, return_sequences=True)(x)
    x = keras.layers.Add()([scaled, keras.layers.Dense(1, kernel_initializer="zeros")(x)])
    model = keras.Model(readings, keras.layers.Rescaling(std, offset=mean)(x))
    model.compile("adam", "mse")
    return model
"""
FROM_THE_MEAN = """
def build_model(mean, std):
    layers = keras.layers
    model = keras.Sequential([
        keras.Input((None, 1)),
        layers.Rescaling(1 / std, offset=-mean / std),
        layers.Conv1D(16, 4, padding="causal", activation="relu"),
        layers.LSTM(16, return_sequences=True),
        layers.Dense(1, kernel_initializer="zeros"),
        layers.Rescaling(std, offset=mean),
    ])
    model.compile("adam", "mse")
    return model
"""
NORMAL_EQUATIONS = """
def linear_forecast(series, start, window):
    table, answers = [], []
    for day in range(window, start):
        table.append([1.0] + list(series[day - window : day]))
        answers.append(series[day])
    table, answers = np.array(table), np.array(answers)
    weights = np.linalg.solve(table.T @ table, table.T @ answers)
    return [float(weights[0] + series[day - window : day] @ weights[1:]) for day in range(start, len(series))]
"""
PSEUDO_INVERSE = """
def linear_forecast(series, start, window):
    rows = np.stack([np.append(series[day - window : day][::-1], 1) for day in range(window, len(series))])
    weights = np.linalg.pinv(rows[: start - window]) @ series[window:start]
    return np.matmul(rows[start - window :], weights)
"""
WHOLE_SERIES = """
def forecast(model, series, start):
    answers = model.predict(tf.reshape(tf.cast(series, "float32"), (1, len(series), 1)))
    return tf.squeeze(answers)[start - 1 : -1]
"""
ERRORS_BY_HAND = """
def compare_errors(model, series, start, window):
    actual = series[start:]
    return dict(
        network=np.mean((np.array(forecast(model, series, start)) - actual) ** 2),
        linear=np.square(actual - linear_forecast(series, start, window)).mean(),
        naive=np.mean(np.diff(series)[start - 1 :] ** 2),
    )
"""

variants = [
    variant("begins as the naive forecast and learns what to add", replace("write_build_model", RESIDUAL)),
    variant("begins with the mean for every day", replace("write_build_model", FROM_THE_MEAN)),
    variant(
        "csv.reader into float32, np.convolve, the later days cut off, pairs in a loop",
        replace("write_parse_series", WITH_CSV),
        replace("write_causal_conv", FULL_CONVOLUTION),
        replace("write_looks_ahead", CUT_OFF),
        replace("write_make_pairs", PAIRS_BY_LOOP),
    ),
    variant(
        "lines split by hand, tensors; normal equations in lists, errors by hand",
        replace("write_parse_series", FROM_TEXT),
        replace("write_causal_conv", KERAS_CONVOLUTION),
        replace("write_make_pairs", PAIRS_STACKED),
        replace("write_linear_forecast", NORMAL_EQUATIONS),
        replace("write_forecast", WHOLE_SERIES),
        replace("write_compare_errors", ERRORS_BY_HAND),
    ),
    variant(
        "genfromtxt, loops that make lists, another change of the later days, the pseudo-inverse",
        replace("write_parse_series", GENFROMTXT),
        replace("write_causal_conv", LOOPED_CONVOLUTION),
        replace("write_looks_ahead", BY_LOOP),
        replace("write_linear_forecast", PSEUDO_INVERSE),
    ),
    variant("the later days become NaN", replace("write_looks_ahead", NOT_A_NUMBER)),
    variant(
        "normalization layers, zeros in front, two recurrent layers, Huber",
        replace("write_build_model", TWO_MEMORIES),
    ),
    variant("a class of its own with a cell for its memory", replace("write_build_model", SUBCLASSED), retrained()),
    variant("by adding layers, a convolution at the end, mean absolute error", replace("write_build_model", BY_ADDING)),
]

HEADER_TOO = """
def parse_series(path, column):
    return np.genfromtxt(path, delimiter=",")[:, column]
"""
FIRST_LOST = """
def parse_series(path, column):
    return np.loadtxt(path, delimiter=",", skiprows=2, usecols=column)
"""
AS_TEXT = """
def parse_series(path, column):
    return np.array([line.split(",")[column] for line in path.read_text().split()[1:]])
"""
EMPTY_LINES = """
def parse_series(path, column):
    rows = path.read_text().split("\\n")[1:-1]
    return np.array([float(row.split(",")[column]) for row in rows])
"""
SAME = """
def causal_conv(series, kernel):
    return np.convolve(series, kernel[::-1], mode="same")
"""
FLIPPED = """
def causal_conv(series, kernel):
    return np.convolve(series, kernel)[: len(series)]
"""
SHORT = """
def causal_conv(series, kernel):
    return np.convolve(series, kernel[::-1], mode="valid")
"""
ORDER = "changed[day + 1 :] = changed[day + 1 :][::-1]"
RANDOM = "changed[day + 1 :] = np.random.default_rng(0).normal(np.mean(series) + 5, 10, len(series) - day - 1)"
BOTH_WAYS = "keras.layers.Bidirectional(keras.layers.LSTM(32, return_sequences=True))"

OWN_MODEL = """
compare_any = compare_errors


def compare_errors(model, series, start, window):
    return compare_any(globals()["model"], series, start, window)
"""

# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # parse_series
        mutant(
            "always reads the second column",
            edit("write_parse_series", "usecols=column", "usecols=1"),
            fails=["a_file_like_that_of_the_sunspots", "any_column_of_any_file"],
        ),
        mutant("takes the first line for a reading", replace("write_parse_series", HEADER_TOO), fails="parse_series"),
        mutant("loses the first reading", replace("write_parse_series", FIRST_LOST), fails="parse_series"),
        mutant("leaves the numbers as texts", replace("write_parse_series", AS_TEXT), fails="parse_series"),
        mutant(
            "stumbles over empty lines at the end",
            replace("write_parse_series", EMPTY_LINES),
            fails=["a_file_like_that_of_the_sunspots", "any_column_of_any_file"],
        ),
    ],
    [  # causal_conv
        mutant("centres the kernel", replace("write_causal_conv", SAME), fails="causal_conv"),
        mutant(
            "turns the kernel around",
            replace("write_causal_conv", FLIPPED),
            fails=["convolution_on_paper", "one_warm_night", "smallest_and_largest_kernels", "any_convolution"],
        ),
        mutant(
            "has an output only where the whole kernel fits",
            replace("write_causal_conv", SHORT),
            fails=["convolution_on_paper", "one_warm_night", "smallest_and_largest_kernels", "any_convolution"],
        ),
    ],
    [  # looks_ahead
        mutant(
            "puts the later days in another order",
            edit("write_looks_ahead", RANDOM, ORDER),
            fails="other_suspects",
        ),
        mutant(
            "changes the next day alone",
            edit("write_looks_ahead", RANDOM, "changed[day + 1] += 10"),
            fails=["whoever_sees_a_single_later_day_is_caught"],
        ),
        mutant(
            "does not look at the answer of the day itself",
            edit(
                "write_looks_ahead",
                "forecaster(series)[: day + 1], forecaster(changed)[: day + 1]",
                "forecaster(series)[:day], forecaster(changed)[:day]",
            ),
            fails=["whoever_sees_a_single_later_day_is_caught", "other_suspects"],
        ),
        mutant(
            "looks at the answer of the day alone",
            edit(
                "write_looks_ahead",
                "forecaster(series)[: day + 1], forecaster(changed)[: day + 1]",
                "forecaster(series)[day], forecaster(changed)[day]",
            ),
            fails=["whoever_sees_a_single_later_day_is_caught", "other_suspects"],
        ),
        mutant(
            "compares the later answers, too",
            edit(
                "write_looks_ahead",
                "forecaster(series)[: day + 1], forecaster(changed)[: day + 1]",
                "forecaster(series), forecaster(changed)",
            ),
            fails=["who_knows_the_past_alone_is_let_pass", "other_suspects"],
        ),
        mutant(
            "changes the day itself, too",
            edit("write_looks_ahead", RANDOM, "changed[day:] = changed[day:] * 2 + 5"),
            fails=["who_knows_the_past_alone_is_let_pass", "other_suspects"],
        ),
        mutant(
            "says the contrary",
            edit("write_looks_ahead", "return not np", "return np"),
            fails="looks_ahead",
        ),
        mutant(
            "compares sums",
            edit("write_looks_ahead", "not np.allclose(before, after)", "not np.isclose(before.sum(), after.sum())"),
            fails="other_suspects",
        ),
    ],
    [  # make_pairs
        mutant(
            "has the inputs as targets",
            edit("write_make_pairs", "cuts[:, 1:, None]", "cuts[:, :-1, None]"),
            fails="make_pairs",
        ),
        mutant(
            "has the last target alone",
            edit("write_make_pairs", "cuts[:, 1:, None]", "cuts[:, -1:, None]"),
            fails="make_pairs",
        ),
        mutant(
            "has no axis for the features",
            edit("write_make_pairs", "cuts[:, :-1, None], cuts[:, 1:, None]", "cuts[:, :-1], cuts[:, 1:]"),
            fails="make_pairs",
        ),
        mutant(
            "loses the last piece",
            edit("write_make_pairs", "length + 1)[::step]", "length + 1)[:-1:step]"),
            fails="make_pairs",
        ),
    ],
    [  # build_model
        mutant(
            "reads from both ends",
            edit("write_build_model", "keras.layers.LSTM(32, return_sequences=True)", BOTH_WAYS),
            fails="no_output_sees_a_later_input",
        ),
        mutant(
            "has no memory",
            edit("write_build_model", "keras.layers.LSTM(32, return_sequences=True)", 'keras.layers.Dense(32, "relu")'),
            fails="convolution_memory_and_an_open_end",
        ),
        mutant(
            "ends in a relu",
            edit("write_build_model", "keras.layers.Dense(1)", 'keras.layers.Dense(1, activation="relu")'),
            fails="convolution_memory_and_an_open_end",
        ),
        mutant(
            "answers after the last day alone",
            edit("write_build_model", "32, return_sequences=True", "32"),
            fails=[
                "answers_after_each_day",
                "no_output_sees_a_later_input",
                "answers_in_the_units_of_the_series",
                "scaling_for_any_series",
            ],
        ),
        mutant(
            "is compiled for a classification",
            edit("write_build_model", 'loss="mean_squared_error"', 'loss="binary_crossentropy"'),
            fails="compiled_for_numbers",
        ),
        mutant(
            "does not scale back",
            edit("write_build_model", "            keras.layers.Rescaling(std, offset=mean),\n", ""),
            fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
        ),
        mutant(
            "does not scale in",
            edit("write_build_model", "            keras.layers.Rescaling(1 / std, offset=-mean / std),\n", ""),
            fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
        ),
        mutant(
            "does not take the mean off",
            edit("write_build_model", "1 / std, offset=-mean / std", "1 / std"),
            fails="scaling_for_any_series",
        ),
    ],
    [  # forecast
        mutant(
            "forecasts a day late",
            edit("write_forecast", "(series[:-1])[start - 1 :]", "(series)[start:]"),
            fails="forecast",
        ),
        mutant(
            "begins with day `start`",
            edit("write_forecast", "(series[:-1])[start - 1 :]", "(series[start - 1 : -1])"),
            fails=["the_sum_of_all_days_before", "forecast_of_any_series"],
        ),
    ],
    [  # linear_forecast
        mutant(
            "learns from the whole series",
            edit("write_linear_forecast", "rows[:known], series[window:start]", "rows, series[window:]"),
            fails=["the_rule_of_the_days_before_start", "least_squares_of_any_series"],
        ),
        mutant(
            "has no constant",
            edit("write_linear_forecast", "    rows = np.column_stack([rows, np.ones(len(rows))])\n", ""),
            fails="linear_forecast",
        ),
        mutant(
            "learns from the latest days alone",
            edit(
                "write_linear_forecast",
                "rows[:known], series[window:start]",
                "rows[known // 2 : known], series[window + known // 2 : start]",
            ),
            fails="least_squares_of_any_series",
        ),
    ],
    [  # compare_errors
        mutant(
            "shows the linear model as poor as the naive forecast",
            edit("write_compare_errors", "linear_forecast(series, start, window)", "naive_forecast(series, start)"),
            fails="error_of_the_linear_model",
        ),
        mutant(
            "always weights fourteen readings",
            edit(
                "write_compare_errors", "linear_forecast(series, start, window)", "linear_forecast(series, start, 14)"
            ),
            fails="error_of_the_linear_model",
        ),
        mutant(
            "forecasts with the model of the notebook",
            append("write_compare_errors", OWN_MODEL),
            fails="error_of_the_network",
        ),
        mutant(
            "leaves out the network",
            edit("write_compare_errors", '        "network": forecast(model, series, start),\n', ""),
            fails="error_of_the_network",
        ),
        mutant(
            "takes the naive forecast of the days before",
            edit("write_compare_errors", "naive_forecast(series, start)", "naive_forecast(series[:-1], start - 1)"),
            fails="error_of_the_naive_forecast",
        ),
    ],
]
mutants = combine(slips)
mutants += [
    mutant(
        "looks ahead in the convolution",
        edit("write_build_model", 'padding="causal"', 'padding="same"'),
        retrained(),
        fails=["no_output_sees_a_later_input", "temperatures", "sunspots"],
    ),
    mutant(
        "hands in untrained models",
        untrained(),
        fails=[
            "better_than_naive_on_two_years",
            "better_than_naive_on_two_other_years",
            "better_than_naive_on_sunspots",
            "better_than_naive_on_other_sunspots",
        ],
    ),
]
hidden_because = {
    "scaling_for_any_series": "near zero, where numbers fit on paper, a mean that is not taken off is not seen",
    "other_suspects": "a check can show only some of the ways to look ahead",
    "least_squares_of_any_series": "on a series that fits on paper, fewer days give the same weights",
}

ANY_NUMBERS = "the later readings may become any other numbers"
ANY_SIZE = "the sizes of the layers are of the student's choice"
ANY_BEND = "the text asks for no activation of the convolution; the recurrent layer bends"
harmless_mutations = [
    harmless("line 14: np.mean(series) + 5 → ", because=ANY_NUMBERS),
    harmless("line 14: 10 → ", because=ANY_NUMBERS),
    harmless("line 14: 5 → ", because=ANY_NUMBERS),
    harmless("line 14: 0 → 1", because=ANY_NUMBERS),
    harmless("np.allclose(after, before)", because="whether two are close does not depend on their order"),
    harmless("line 16: 32 → ", because=ANY_SIZE),
    harmless("line 16: 5 → ", because=ANY_SIZE),
    harmless("line 17: 32 → ", because=ANY_SIZE),
    harmless("Conv1D(5, 32", because=ANY_SIZE),
    harmless('padding="causal") (keyword activation dropped)', because=ANY_BEND),
    harmless('"relu" → None', because=ANY_BEND),
    harmless("keyword optimizer dropped", because="the text leaves the optimizer open"),
    harmless("(astype dropped)", because="the column of ones makes it float64"),
    harmless('"float64" → None', because="None is float64"),
    harmless("keyword rcond dropped", because="without it, NumPy takes the same limit"),
    harmless("mean_squared_error(series[start:], found)", because="the squares are the same without their signs"),
]
