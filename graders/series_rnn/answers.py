"""Other right answers of the recurrent exercise, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

LAYERS = """            keras.layers.Rescaling(1 / std, offset=-mean / std),
            keras.layers.LSTM(32),
            keras.layers.Dense(1),
            keras.layers.Rescaling(std, offset=mean),
"""
COMPILED = "optimizer=keras.optimizers.SGD(rate, momentum=0.9), loss=keras.losses.Huber(delta=2.0)"
SCHEDULED = """
def sweep(make_model, sequences, labels, rates):
    keras.backend.clear_session()
    set_rate = keras.callbacks.LearningRateScheduler(lambda epoch: float(rates[epoch]))
    history = make_model().fit(sequences, labels, batch_size=32, epochs=len(rates), callbacks=[set_rate], verbose=0)
    return np.array(history.history["loss"])
"""
BY_ASSIGNMENT = """
class Climb(keras.callbacks.Callback):
    def __init__(self, rates):
        super().__init__()
        self.rates = rates
        self.losses = []

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(self.rates[epoch])

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])


def sweep(make_model, sequences, labels, rates):
    climb = Climb(rates)
    data = tf.data.Dataset.from_tensor_slices((sequences, labels)).shuffle(len(labels)).batch(32)
    make_model().fit(data, epochs=len(rates), callbacks=[climb], verbose=0)
    return tf.constant(climb.losses)
"""
BIDIRECTIONAL = """
def build_model(window, mean, std, rate):
    inputs = keras.Input(shape=(None, 1))
    x = keras.layers.Normalization(axis=None, mean=mean, variance=std**2)(inputs)
    x = keras.layers.Bidirectional(keras.layers.GRU(12))(x)
    x = keras.layers.Dense(16, activation="relu")(x)
    x = keras.layers.Dense(1, activation="linear")(x)
    outputs = keras.layers.Normalization(axis=None, mean=mean, variance=std**2, invert=True)(x)
    model = keras.Model(inputs, outputs)
    model.compile(loss="mae", optimizer=keras.optimizers.Adam(learning_rate=rate), metrics=["mae"])
    return model
"""
TWO_IN_A_ROW = """
def build_model(window, mean, std, rate):
    model = keras.models.Sequential()
    model.add(keras.layers.Rescaling(1.0 / std, -mean / std, input_shape=[window, 1]))
    model.add(keras.layers.SimpleRNN(16, return_sequences=True))
    model.add(keras.layers.SimpleRNN(16))
    model.add(keras.layers.Dense(1))
    model.add(keras.layers.Rescaling(std, mean))
    model.compile(loss=tf.keras.losses.Huber(), optimizer=tf.keras.optimizers.SGD(learning_rate=rate, momentum=0.9))
    return model
"""
SUBCLASSED = """
@keras.saving.register_keras_serializable()
class Forecaster(keras.Model):
    def __init__(self, mean, std, **settings):
        super().__init__(**settings)
        self.mean, self.std = mean, std
        self.memory = keras.layers.GRU(24)
        self.last = keras.layers.Dense(1)

    def call(self, sequences):
        return self.last(self.memory((sequences - self.mean) / self.std)) * self.std + self.mean

    def get_config(self):
        return super().get_config() | {"mean": self.mean, "std": self.std}


def build_model(window, mean, std, rate):
    model = Forecaster(mean, std)
    model(np.zeros((1, window, 1)))
    model.compile(keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, clipnorm=50.0), "log_cosh")
    return model
"""
CONVOLUTION_FIRST = """
def build_model(window, mean, std, rate):
    inside = keras.Sequential([
        keras.layers.Conv1D(16, 3, padding="causal", activation="relu"),
        keras.layers.LSTM(16, return_sequences=True),
        keras.layers.TimeDistributed(keras.layers.Dense(1)),
    ])
    inputs = keras.Input((window, 1))
    scaled = inside((inputs - mean) / std)[:, -1]
    model = keras.Model(inputs, scaled * std + mean)
    model.compile(loss="huber", optimizer=keras.optimizers.SGD(rate, 0.9))
    return model
"""
LOOPED_HUBER = """
def huber(actual, forecast, delta):
    losses = []
    for a, f in zip(actual.flatten(), forecast.flatten()):
        e = a - f
        if -delta < e < delta:
            losses.append(0.5 * e * e)
        else:
            losses.append(delta * abs(e) - 0.5 * delta**2)
    return sum(losses) / len(losses)
"""
CLIPPED_HUBER = """
def huber(actual, forecast, delta):
    error = tf.abs(tf.subtract(forecast, actual))
    small = tf.minimum(error, delta)
    return tf.reduce_mean(small * (error - small / 2))
"""
WHOLE_SWEEP = """
def choose_rate(rates, losses, margin):
    losses = np.where(np.isfinite(losses), losses, np.inf)
    lowest = np.minimum.accumulate(losses)
    diverged = np.flatnonzero((losses[1:] > 2 * lowest[:-1]) | np.isinf(losses[1:])) + 1
    end = diverged[0] if len(diverged) else len(losses)
    return float(rates[int(np.argmin(losses[:end]))] / margin)
"""
RATES_IN_A_LOOP = """
def sweep_rates(low, high, count):
    factor = (high / low) ** (1 / (count - 1))
    rates = [low]
    while len(rates) < count:
        rates.append(rates[-1] * factor)
    return rates
"""

variants = [
    variant(
        "expand_dims; Huber in a loop; one fit with LearningRateScheduler; the session cleared; rates in a loop",
        edit("write_as_sequences", "windows[..., np.newaxis]", "np.expand_dims(windows, axis=-1)"),
        replace("write_huber", LOOPED_HUBER),
        replace("write_sweep", SCHEDULED),
        replace("write_sweep_rates", RATES_IN_A_LOOP),
    ),
    variant(
        "tensors; a callback of its own; the sweep read without a loop",
        edit("write_as_sequences", "windows[..., np.newaxis]", "tf.expand_dims(windows, 2)"),
        replace("write_huber", CLIPPED_HUBER),
        replace("write_sweep", BY_ASSIGNMENT),
        replace("write_choose_rate", WHOLE_SWEEP),
        edit(
            "write_sweep_rates",
            "np.geomspace(low, high, count)",
            "tf.exp(tf.linspace(*np.log([low, high]), count))",
        ),
    ),
    variant(
        "a functional network for any length, both directions, Adam, mean absolute error; a typed rate",
        replace("write_build_model", BIDIRECTIONAL),
        edit("write_rate", "choose_rate(rates, losses, margin=3)", "5e-3"),
    ),
    variant(
        "two simple recurrent layers by add, with input_shape; a logspace",
        replace("write_build_model", TWO_IN_A_ROW),
        edit(
            "write_sweep_rates",
            "np.geomspace(low, high, count)",
            "np.logspace(*np.log10([low, high]), count)",
        ),
    ),
    variant(
        "a class of its own with log-cosh, trained anew",
        replace("write_build_model", SUBCLASSED),
        edit("write_as_sequences", "windows[..., np.newaxis]", "windows.reshape(len(windows), -1, 1)"),
        retrained(),
    ),
    variant("a convolution first, and an answer at every step", replace("write_build_model", CONVOLUTION_FIRST)),
]

SEQUENCES = ["one_feature_at_each_step", "sequences_of_any_windows"]
HUBER = "huber_at_and_around_delta"
SWEEP = ["sweep_on_paper", "each_sweep_has_a_fresh_model", "sweeps_to_the_end", "any_sweep"]
RATE_AFTER = """
def sweep(make_model, sequences, labels, rates):
    model, losses = make_model(), []
    for rate in rates:
        losses.append(model.fit(sequences, labels, epochs=1, verbose=0).history["loss"][0])
        model.optimizer.learning_rate = rate
    return losses
"""
EVALUATED = """
def sweep(make_model, sequences, labels, rates):
    model, losses = make_model(), []
    for rate in rates:
        model.optimizer.learning_rate = rate
        model.fit(sequences, labels, epochs=1, verbose=0)
        losses.append(model.evaluate(sequences, labels, verbose=0))
    return losses
"""
TERMINATED = """
def sweep(make_model, sequences, labels, rates):
    model = make_model()
    set_rate = keras.callbacks.LearningRateScheduler(lambda epoch: float(rates[epoch]))
    until = keras.callbacks.TerminateOnNaN()
    return model.fit(sequences, labels, epochs=len(rates), callbacks=[set_rate, until], verbose=0).history["loss"]
"""
RECOMPILED = """
def sweep(make_model, sequences, labels, rates):
    model, losses = make_model(), []
    for rate in rates:
        model.compile(optimizer=keras.optimizers.SGD(rate), loss=model.loss)
        losses.append(model.fit(sequences, labels, epochs=1, verbose=0).history["loss"][0])
    return losses
"""
LAMBDA = edit(
    "write_build_model",
    "keras.layers.Rescaling(std, offset=mean)",
    "keras.layers.Lambda(lambda y: y * std + mean)",
)
SHARED = """
memory, last = keras.layers.LSTM(32), keras.layers.Dense(1)


def build_model(window, mean, std, rate):
    scaled = keras.layers.Rescaling(1 / std, offset=-mean / std)
    back = keras.layers.Rescaling(std, offset=mean)
    model = keras.Sequential([keras.Input((window, 1)), scaled, memory, last, back])
    model.compile(optimizer=keras.optimizers.SGD(rate, momentum=0.9), loss="huber")
    return model
"""
LOWEST = """
def choose_rate(rates, losses, margin):
    return rates[np.argmin(losses)] / margin
"""
LOWEST_NUMBER = """
def choose_rate(rates, losses, margin):
    return rates[np.nanargmin(losses)] / margin
"""
LAST_BEFORE = """
def choose_rate(rates, losses, margin):
    end = 1
    while end < len(losses) and losses[end] <= 2 * min(losses[:end]):
        end += 1
    return rates[end - 1] / margin
"""
THAN_THE_ONE_BEFORE = """
def choose_rate(rates, losses, margin):
    end = 1
    while end < len(losses) and losses[end] <= 2 * losses[end - 1]:
        end += 1
    return rates[np.argmin(losses[:end])] / margin
"""
BLIND_TO_NAN = """
def choose_rate(rates, losses, margin):
    best = 0
    for place, loss in enumerate(losses):
        if loss > 2 * losses[best]:
            break
        if loss < losses[best]:
            best = place
    return rates[best] / margin
"""

# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # as_sequences
        mutant(
            "one step with many features",
            edit("write_as_sequences", "windows[..., np.newaxis]", "windows[:, np.newaxis, :]"),
            fails=SEQUENCES,
        ),
        mutant(
            "one sequence of all windows",
            edit("write_as_sequences", "windows[..., np.newaxis]", "windows[np.newaxis]"),
            fails=SEQUENCES,
        ),
        mutant(
            "the order of the hours is lost",
            edit("write_as_sequences", "windows[..., np.newaxis]", "windows.T.reshape(*windows.shape, 1)"),
            fails=SEQUENCES,
        ),
        mutant(
            "the window built in",
            edit("write_as_sequences", "windows[..., np.newaxis]", "windows.reshape(-1, WINDOW, 1)"),
            fails=SEQUENCES,
        ),
    ],
    [  # huber
        mutant("no half in the square", edit("write_huber", "error**2 / 2", "error**2"), fails=["huber"]),
        mutant(
            "a leap at delta",
            edit("write_huber", "(error - delta / 2)", "error"),
            fails=["large_errors", "small_and_large_errors", "meets_at_delta", HUBER],
        ),
        mutant(
            "right for a delta of 1 alone",
            edit("write_huber", "delta * (error - delta / 2)", "delta * error - 0.5"),
            fails=["large_errors", "small_and_large_errors", "meets_at_delta", HUBER],
        ),
        mutant(
            "does not see errors below zero",
            edit("write_huber", "np.abs(forecast - actual)", "forecast - actual"),
            fails=["large_errors", "small_and_large_errors", HUBER],
        ),
        mutant(
            "one way for all, by the mean error",
            edit("write_huber", "np.where(error <= delta,", "np.where(np.mean(error) <= delta,"),
            fails=["small_and_large_errors", HUBER],
        ),
        mutant(
            "the delta of the notebook",
            edit("write_huber", "error = np.abs", "delta = 2.0\n    error = np.abs"),
            fails=["huber"],
        ),
        mutant(
            "the sum instead of the mean",
            edit("write_huber", "np.mean(np.where", "np.sum(np.where"),
            fails=["small_errors", "large_errors", "small_and_large_errors", HUBER],
        ),
    ],
    [  # sweep_rates
        mutant(
            "rates that grow by the same difference",
            edit("write_sweep_rates", "np.geomspace(", "np.linspace("),
            fails=["sweep_rates"],
        ),
        mutant(
            "rates rounded to six digits after the point",
            edit("write_sweep_rates", "np.geomspace(low, high, count)", "np.geomspace(low, high, count).round(6)"),
            fails=["any_rates"],
        ),
        mutant(
            "never gets to the last rate",
            edit(
                "write_sweep_rates",
                "np.geomspace(low, high, count)",
                "low * (high / low) ** np.linspace(0, 1, count + 1)[:-1]",
            ),
            fails=["sweep_rates"],
        ),
    ],
    [  # sweep
        mutant(
            "a new model for each rate",
            edit("write_sweep", "    for rate in rates:\n", "    for rate in rates:\n        model = make_model()\n"),
            fails=SWEEP,
        ),
        mutant("sets each rate after its epoch", replace("write_sweep", RATE_AFTER), fails=SWEEP),
        mutant("asks for the loss after the epoch", replace("write_sweep", EVALUATED), fails=SWEEP),
        mutant("ends where the loss explodes", replace("write_sweep", TERMINATED), fails=["sweeps_to_the_end"]),
        mutant("compiles the model anew for each rate", replace("write_sweep", RECOMPILED), fails=["any_sweep"]),
        mutant(
            "all windows in one batch",
            edit("write_sweep", "verbose=0)", "verbose=0, batch_size=len(labels))"),
            fails=["any_sweep"],
        ),
    ],
    [  # choose_rate
        mutant(
            "the lowest loss of all, or the first that is no number",
            replace("write_choose_rate", LOWEST),
            fails=["nothing_after_the_explosion", "infinite_and_undefined_losses", "choice_of_any_sweep"],
        ),
        mutant(
            "the lowest number of all",
            replace("write_choose_rate", LOWEST_NUMBER),
            fails=["nothing_after_the_explosion", "infinite_and_undefined_losses", "choice_of_any_sweep"],
        ),
        mutant("the last rate before the explosion", replace("write_choose_rate", LAST_BEFORE), fails=["choose_rate"]),
        mutant(
            "compares with the loss right before",
            replace("write_choose_rate", THAN_THE_ONE_BEFORE),
            fails=["nothing_after_the_explosion"],
        ),
        mutant(
            "goes on behind what is no number",
            replace("write_choose_rate", BLIND_TO_NAN),
            fails=["infinite_and_undefined_losses", "choice_of_any_sweep"],
        ),
        mutant(
            "forgets the margin",
            edit("write_choose_rate", "rates[best] / margin", "rates[best]"),
            fails=["choose_rate"],
        ),
        mutant(
            "just twice the lowest loss is too much",
            edit("write_choose_rate", "not loss <= 2 * losses[best]", "not loss < 2 * losses[best]"),
            fails=["lowest_loss_with_a_margin"],
        ),
    ],
    [  # build_model: its layers
        mutant(
            "does not scale back",
            edit("write_build_model", "            keras.layers.Rescaling(std, offset=mean),\n", ""),
            fails=["answers_in_the_units_of_the_series", "scaling_for_any_series"],
        ),
        mutant(
            "the std for its square",
            edit(
                "write_build_model",
                "keras.layers.Rescaling(1 / std, offset=-mean / std)",
                "keras.layers.Normalization(axis=None, mean=mean, variance=std)",
            ),
            fails=["scaling_for_any_series"],
        ),
        mutant(
            "the window of the notebook",
            edit("write_build_model", "keras.Input((window, 1))", "keras.Input((WINDOW, 1))"),
            fails=["takes_sequences_of_any_length"],
        ),
        mutant(
            "reads the window as one step",
            edit(
                "write_build_model", "keras.layers.LSTM(32)", "keras.layers.Reshape((1, window)), keras.layers.LSTM(32)"
            ),
            fails=["reads_hour_by_hour"],
        ),
        mutant(
            "no recurrent layer at all",
            edit(
                "write_build_model", "keras.layers.LSTM(32)", 'keras.layers.Flatten(), keras.layers.Dense(32, "relu")'
            ),
            fails=["reads_hour_by_hour"],
        ),
        mutant(
            "an answer for every step",
            edit("write_build_model", "LSTM(32)", "LSTM(32, return_sequences=True)"),
            fails=["takes_sequences_of_any_length"],
        ),
        mutant(
            "ends in a relu",
            edit("write_build_model", "keras.layers.Dense(1)", 'keras.layers.Dense(1, activation="relu")'),
            fails=["open_end"],
        ),
        mutant("scales in a Lambda layer", LAMBDA, fails=["no_lambda"]),
        mutant(
            "layers that all its models share", replace("write_build_model", SHARED), fails=["builds_a_fresh_model"]
        ),
    ],
    [  # build_model: how it is compiled
        mutant(
            "the squared error",
            edit("write_build_model", "keras.losses.Huber(delta=2.0)", '"mean_squared_error"'),
            fails=["a_loss_that_glitches_cannot_rule"],
        ),
        mutant(
            "a rate of its own",
            edit("write_build_model", "SGD(rate, momentum=0.9)", "SGD(0.001, momentum=0.9)"),
            fails=["compiled_with_the_rate"],
        ),
    ],
]
mutants = combine(slips)
mutants += [
    mutant(
        "trains at a rate at which nothing is learned",
        edit("write_rate", "choose_rate(rates, losses, margin=3)", "1e-6"),
        retrained(),
        fails="beats_naive",
    ),
    mutant("hands in an untrained model", untrained(), fails="beats_naive"),
]
hidden_because = {
    "any_rates": "rates that one can read are not cut by rounding",
    "scaling_for_any_series": "it holds the series for which a deviation is not its own square",
    "any_sweep": "losses that can be worked out on paper come from few windows and few steps",
}

LAYER = "the layers are of the student's choice"
harmless_mutations = [
    free("verbose", because="what is printed is not judged"),
    free("LSTM[0]", because=LAYER),
    free("momentum", because="the text leaves the optimizer open, as long as it has the rate"),
    free("delta", because="the text leaves open from which size on an error is large for the network"),
    free("margin", because="a distance of about 3 is advised; what counts is how well the network forecasts"),
    harmless("error <= delta", because="at delta, both formulae say the same"),
    harmless("keyword epochs dropped", because="without it, Keras trains for one epoch, too"),
    harmless("write_sweep, line 18: 0 → -1", because="the history of one epoch has one loss"),
    harmless("loss <= losses[best]", because="of two rates with the same loss, the text leaves either"),
]
