"""Other right answers of the price list exercise, and wrong ones."""

from proctor.answers import append, edit, free, harmless, mutant, replace, retrained, untrained, variant

COLUMNS_OF_TEN = """
def price_list():
    bedrooms = np.linspace(1, 10, 10, dtype="float32")[:, np.newaxis]
    return bedrooms, (town["base"] + town["per_bedroom"] * bedrooms) / 100_000
"""
TYPED_OUT = """
def price_list():
    bedrooms = np.array([5.0, 3.0, 8.0, 1.0, 2.0, 4.0, 6.0])
    return [bedrooms, np.array([base / 1e5 + size * per_bedroom / 1e5 for size in bedrooms])]
"""
FUNCTIONAL = """
def build_model():
    bedrooms = keras.Input((1,), name="bedrooms")
    model = keras.Model(bedrooms, keras.layers.Dense(units=1, activation="linear", name="price")(bedrooms))
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(learning_rate=0.1))
    return model
"""
GROWN = """
def build_model():
    model = keras.models.Sequential()
    model.add(keras.layers.InputLayer(shape=[1]))
    model.add(keras.layers.Dense(1))
    model.add(keras.layers.Activation("linear"))
    model.compile("rmsprop", "mse", metrics=["mae"])
    return model
"""
RESCALED = """
def build_model():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Rescaling(0.1), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01), "mse")
    return model
"""
CALLED = """
def predict_prices(model, bedrooms):
    houses = np.reshape([float(size) for size in bedrooms], (len(bedrooms), 1))
    return keras.ops.convert_to_numpy(keras.ops.squeeze(model(houses), axis=1)) * 1e5
"""
ONE_BY_ONE = """
def predict_prices(model, bedrooms):
    return np.array([float(model.predict(np.array([[size]]), verbose=0)[0, 0]) * 100_000 for size in bedrooms])
"""
SHARED = """
keras.utils.set_random_seed(1)
neuron = keras.layers.Dense(1)

def build_model():
    model = keras.Sequential([keras.Input((1,)), neuron])
    model.compile("sgd", "mse")
    return model
"""

RULE = "(base + per_bedroom * bedrooms) / 100_000"
LIST, MODEL, TRAINING, QUOTES = "write_price_list", "write_build_model", "write_training", "write_predict_prices"
PREDICTION = "model.predict(column, verbose=0)[:, 0]"

HALF_PRECISION = """
def price_list():
    bedrooms = np.array([1, 2, 3, 4, 5, 6], dtype=np.float16)
    return bedrooms, (base / 100_000 + per_bedroom / 100_000 * bedrooms).astype(np.float16)
"""
ROUNDED = "return np.round(100_000 * model.predict(column, verbose=0)[:, 0], -3)"
OVERWRITTEN = """
def predict_prices(model, bedrooms):
    bedrooms = bedrooms if isinstance(bedrooms, np.ndarray) else np.array(bedrooms, dtype=float)
    bedrooms[...] = 100_000 * model.predict(bedrooms.reshape(-1, 1), verbose=0)[:, 0]
    return bedrooms
"""
variants = [
    variant("numbers in half precision", replace(LIST, HALF_PRECISION)),
    variant(
        "columns of ten houses, two at a time",
        replace(LIST, COLUMNS_OF_TEN),
        edit(TRAINING, "epochs=500", "epochs=200, batch_size=2"),
        retrained(),
    ),
    variant("seven houses in any order, in a list", replace(LIST, TYPED_OUT)),
    variant(
        "functional model, Adam, early end",
        replace(MODEL, FUNCTIONAL),
        edit(TRAINING, "epochs=500", "epochs=400, callbacks=[keras.callbacks.EarlyStopping('loss', patience=40)]"),
        retrained(),
    ),
    variant("layers added one by one, loss under its short name", replace(MODEL, GROWN)),
    variant("bedrooms scaled inside the model", replace(MODEL, RESCALED)),
    variant("the weight starts at zero", edit(MODEL, "Dense(1)", "Dense(1, kernel_initializer='zeros')")),
    variant("calls the model instead of predict", replace(QUOTES, CALLED)),
    variant("asks for each house on its own", replace(QUOTES, ONE_BY_ONE)),
]

mutants = [
    mutant(
        "prices in full",
        edit(LIST, RULE, "base + per_bedroom * bedrooms"),
        fails="prices_follow_the_rule",
    ),
    mutant(
        "prices in full, trained on them",
        edit(LIST, RULE, "base + per_bedroom * bedrooms"),
        edit(TRAINING, "epochs=500", "epochs=30"),
        retrained(),
        fails=["prices_follow_the_rule", "train_model"],
    ),
    mutant("prices in thousands", edit(LIST, "100_000", "1_000"), fails="prices_follow_the_rule"),
    mutant(
        "a classmate's prices",
        edit(LIST, RULE, "(62_000 + 35_000 * bedrooms) / 100_000"),
        fails="prices_follow_the_rule",
    ),
    mutant(
        "the two prices swapped",
        edit(LIST, RULE, "(per_bedroom + base * bedrooms) / 100_000"),
        fails="prices_follow_the_rule",
    ),
    mutant(
        "a classmate's prices, trained on them",
        edit(LIST, RULE, "(62_000 + 35_000 * bedrooms) / 100_000"),
        retrained(),
        fails=["prices_follow_the_rule", "train_model"],
    ),
    mutant("forgets what the house itself costs", edit(LIST, "base + ", ""), fails="prices_follow_the_rule"),
    mutant(
        "Python lists",
        edit(LIST, "return bedrooms, prices", "return bedrooms.tolist(), prices.tolist()"),
        fails="two_float_arrays",
    ),
    mutant("whole numbers of bedrooms", edit(LIST, "np.arange(1.0, 7.0)", "np.arange(1, 7)"), fails="two_float_arrays"),
    mutant("five houses", edit(LIST, "7.0", "6.0"), fails="six_sizes"),
    mutant("the same house six times", edit(LIST, "np.arange(1.0, 7.0)", "np.ones(6)"), fails="six_sizes"),
    mutant(
        "one price fewer than houses",
        edit(LIST, "return bedrooms, prices", "return bedrooms, prices[1:]"),
        fails=["two_float_arrays", "prices_follow_the_rule"],
    ),
    mutant("returns nothing", edit(LIST, "return bedrooms, prices", ""), fails="price_list"),
    mutant("the whole list as one input", edit(MODEL, "shape=(1,)", "shape=(6,)"), fails="build_model"),
    mutant("one output for each house on the list", edit(MODEL, "Dense(1)", "Dense(6)"), fails="build_model"),
    mutant("no input named", edit(MODEL, "keras.Input(shape=(1,)), ", ""), fails="one_number_in"),
    mutant("ReLU behind the neuron", edit(MODEL, "Dense(1)", "Dense(1, activation='relu')"), fails="a_straight_line"),
    mutant(
        "a hidden layer before the neuron",
        edit(MODEL, "keras.layers.Dense(1)", "keras.layers.Dense(8), keras.layers.Dense(1)"),
        untrained(),
        fails=["one_neuron", "train_model"],
    ),
    mutant("no bias", edit(MODEL, "Dense(1)", "Dense(1, use_bias=False)"), fails="one_neuron"),
    mutant("mean absolute error", edit(MODEL, 'loss="mean_squared', 'loss="mean_absolute'), fails="compiled"),
    mutant(
        "never compiled",
        edit(MODEL, '    model.compile(optimizer="sgd", loss="mean_squared_error")\n', ""),
        fails="compiled",
    ),
    mutant(
        "trains the model already",
        edit(MODEL, "    return model", "    model.fit(*price_list(), epochs=1, verbose=0)\n    return model"),
        fails="a_new_model_each_time",
    ),
    mutant("every model shares one layer", replace(MODEL, SHARED), fails="a_new_model_each_time"),
    mutant("hands in an untrained model", untrained(), fails="train_model"),
    mutant("stops after five epochs", edit(TRAINING, "500", "5"), retrained(), fails="train_model"),
    mutant(
        "stops in the valley",
        edit(TRAINING, "500", "60"),
        edit(MODEL, "Dense(1)", "Dense(1, 'linear', True, 'ones')"),
        retrained(),
        fails="train_model",
    ),
    mutant(
        "steps far too small",
        edit(MODEL, '"sgd"', "keras.optimizers.SGD(1e-6)"),
        edit(TRAINING, "500", "100"),
        retrained(),
        fails="train_model",
    ),
    mutant("ignores the houses", edit(QUOTES, PREDICTION, "np.full(len(column), 4.0)"), fails="predict_prices"),
    mutant(
        "knows the rule instead of asking the model",
        edit(QUOTES, PREDICTION, "(base + per_bedroom * column[:, 0]) / 100_000"),
        fails="predict_prices",
    ),
    mutant(
        "asks a new model",
        append(
            QUOTES,
            "quote = predict_prices\n\n"
            "def predict_prices(model, bedrooms):\n    return quote(build_model(), bedrooms)\n",
        ),
        fails="predict_prices",
    ),
    mutant("leaves the prices in hundreds of thousands", edit(QUOTES, "100_000 * ", ""), fails="full_prices"),
    mutant("gives back a column", edit(QUOTES, "[:, 0]", ""), fails="full_prices"),
    mutant("prices in millions", edit(QUOTES, "100_000", "1_000_000"), fails="full_prices"),
    mutant("whole bedrooms only", edit(QUOTES, 'dtype="float32"', "dtype=int"), fails="lists_and_whole_numbers"),
    mutant("sorts the houses", edit(QUOTES, "np.array(bedrooms,", "np.array(sorted(bedrooms),"), fails="any_model"),
    mutant("each size once", edit(QUOTES, "np.array(bedrooms,", "np.array(np.unique(bedrooms),"), fails="any_model"),
    mutant(
        "rounds to thousands",
        edit(QUOTES, "return 100_000 * model.predict(column, verbose=0)[:, 0]", ROUNDED),
        fails="any_model",
    ),
    mutant(
        "no price below zero",
        edit(QUOTES, PREDICTION, f"np.maximum({PREDICTION}, 0)"),
        fails="any_model",
    ),
    mutant("writes the prices over the houses", replace(QUOTES, OVERWRITTEN), fails="any_model"),
    mutant("quotes the first house only", edit(QUOTES, "[:, 0]", "[0]"), fails="predict_prices"),
    mutant(
        "hands the list to the model as it is",
        edit(QUOTES, "predict(column", "predict(bedrooms"),
        fails="lists_and_whole_numbers",
    ),
]

hidden_because = {
    "any_model": "a check's numbers can be followed on paper; the text says that any model and any houses may come",
}

harmless_mutations = [
    free("verbose", because="it only prints"),
    free("optimizer", because="the text leaves the optimizer open, and Keras has one of its own"),
    harmless("write_training, line 3: 500 → ", because="the text leaves the number of epochs open"),
    harmless("bedrooms, prices = price_list() → pass", because="an earlier cell has asked for the same list"),
    harmless("(reshape dropped)", because="Keras makes a column of an array of shape (n,) itself"),
    harmless("(keyword dtype dropped)", because="Keras makes floats of whole numbers itself"),
    harmless('"float32" → None', because="Keras makes floats of whole numbers itself"),
    harmless("write_predict_prices, line 12: 1 → 2", because="NumPy takes any negative size for the one to be found"),
    harmless("100_000 → 100001", because="one part in 100,000 is below the tolerance"),
    harmless("100_000 → 99999", because="one part in 100,000 is below the tolerance"),
    harmless("write_predict_prices, line 13: 0 → -1", because="of one column, the last is the first"),
]
