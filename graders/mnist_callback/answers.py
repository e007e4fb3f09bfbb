"""Other right answers of the exercise on stopping, and wrong ones."""

from proctor.answers import edit, free, hand_in, harmless, mutant, replace, retrained, untrained, variant

FUNCTIONAL = """
def build_model():
    pictures = keras.Input(shape=(28, 28), name="pictures")
    x = keras.layers.Reshape((784,))(pictures)
    x = keras.layers.Dense(300)(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.Dense(100, activation=keras.activations.gelu)(x)
    x = keras.layers.Dense(10)(x)
    model = keras.Model(pictures, keras.layers.Softmax()(x))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model
"""
LAYER_BY_LAYER = """
def build_model():
    model = keras.models.Sequential()
    model.add(keras.layers.Input((28, 28)))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(256, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-5)))
    model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Activation("softmax"))
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
IN_KERAS = """
def preprocess(images):
    return keras.ops.cast(images, "float32") / 255.0
"""
IN_DOUBLE = """
def preprocess(images):
    fractions = np.array(images, dtype=float)
    fractions *= 1 / 255
    return fractions
"""
STEP_BY_STEP = """
class StopAt(keras.callbacks.Callback):
    def __init__(self, target=0.99):
        super().__init__()
        self.goal = target

    def on_epoch_end(self, epoch, logs=None):
        if logs is None:
            return
        accuracy = logs.get("accuracy")
        if accuracy is None or accuracy < self.goal:
            return
        print(f"{accuracy:.1%} is good enough: stopping after epoch {epoch + 1}")
        self.model.stop_training = True
"""
BY_EXCEPTION = """
class StopAt(keras.callbacks.Callback):
    def __init__(self, target=0.99):
        self.target = target

    def on_epoch_end(self, epoch, logs=None):
        try:
            self.model.stop_training = bool(logs["accuracy"] >= self.target)
        except (KeyError, TypeError):
            pass
"""
TWO_CALLBACKS = """
def train(model, x, y, target=0.99, max_epochs=15):
    callbacks = [keras.callbacks.TerminateOnNaN(), StopAt(target=target)]
    return model.fit(x=np.asarray(x), y=np.asarray(y), epochs=max_epochs, callbacks=callbacks, verbose=0)
"""
A_SINGLE_CALLBACK = """
def train(model, x, y, target=0.99, max_epochs=15):
    supervisor = StopAt(target)
    history = model.fit(x, y, epochs=max_epochs, batch_size=64, shuffle=True, callbacks=supervisor)
    return history
"""
IN_PLACE = """
def preprocess(images):
    fractions = images.astype("float32", copy=False)
    fractions /= 255
    return fractions
"""
ALWAYS_THE_SAME_LESSON = """
def train(model, x, y, target=0.99, max_epochs=15):
    x, y = x_train[:500], train_labels[:500]
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt(target)], verbose=0)
"""
A_MODEL_OF_ITS_OWN = """
def train(model, x, y, target=0.99, max_epochs=15):
    model = build_model()
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt(target)], verbose=0)
"""
INVENTED = """
def train(model, x, y, target=0.99, max_epochs=15):
    history = keras.callbacks.History()
    history.epoch = list(range(1 if target < 1 else max_epochs))
    history.history = {"accuracy": [max(0.6, target) for _ in history.epoch], "loss": [0.1 for _ in history.epoch]}
    history.params = {"verbose": 2, "epochs": max_epochs, "steps": 2}
    history.model = model
    return history
"""
COUNTED = INVENTED.replace("    return", "    model.optimizer.iterations.assign_add(len(history.epoch))\n    return")

IN_NEGATIVE = """
def train(model, x, y, target=0.99, max_epochs=15):
    np.subtract(1, x, out=x)
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt(target)], verbose=0)
"""
IN_HALF = """
def preprocess(images):
    return (images / 255).astype("float16")
"""
OF_ITS_OWN_CLASS = """
import tensorflow as tf


class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.unroll = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(256)
        self.opinion = keras.layers.Dense(10)

    def call(self, pictures):
        return tf.nn.softmax(self.opinion(tf.nn.relu(self.hidden(self.unroll(pictures)))))


def build_model():
    model = Reader()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
WITHOUT_INPUT = """
import tensorflow as tf


def build_model():
    model = keras.Sequential([
        keras.layers.Flatten(),
        keras.layers.Dense(512, activation=tf.nn.relu),
        keras.layers.Dense(10, activation=tf.nn.softmax),
    ])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
DIVIDED = """
def preprocess(images):
    images = np.array(images)
    return np.divide(images, 255.0)
"""
IN_A_LOOP = """
def build_model():
    layers = [keras.layers.Flatten(input_shape=(28, 28))]
    for units in [128, 64]:
        layers += [keras.layers.Dense(units, kernel_initializer="he_normal"), keras.layers.LeakyReLU()]
    layers += [keras.layers.Dense(10, activation=keras.activations.softmax)]
    model = keras.models.Sequential(layers)
    model.compile(keras.optimizers.Adam(), keras.losses.sparse_categorical_crossentropy, metrics=["accuracy"])
    return model
"""
LOGITS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"

variants = [
    variant(
        "functional, two hidden layers, scaled with keras.ops, two callbacks",
        replace("write_preprocess", IN_KERAS),
        replace("write_build_model", FUNCTIONAL),
        replace("write_stop_at", STEP_BY_STEP),
        replace("write_train", TWO_CALLBACKS),
    ),
    variant(
        "batch normalisation, dropout, L2, scaled in double precision, a single callback",
        replace("write_preprocess", IN_DOUBLE),
        replace("write_build_model", LAYER_BY_LAYER),
        replace("write_stop_at", BY_EXCEPTION),
        replace("write_train", A_SINGLE_CALLBACK),
    ),
    variant(
        "a class of its own, scaled in half precision",
        replace("write_preprocess", IN_HALF),
        replace("write_build_model", OF_ITS_OWN_CLASS),
    ),
    variant("no Input, activations of TensorFlow", replace("write_build_model", WITHOUT_INPUT)),
    variant(
        "layers made in a loop, with leaky rectifiers, divided by NumPy",
        replace("write_preprocess", DIVIDED),
        replace("write_build_model", IN_A_LOOP),
    ),
    variant("hands in a file that is no model", hand_in("mnist_callback.keras", b"not a model")),
]
mutants = [
    # preprocess
    mutant(
        "divides bytes without remainder", edit("write_preprocess", '.astype("float32") /', " //"), fails="preprocess"
    ),
    mutant(
        "scales by the brightest of the batch",
        edit("write_preprocess", "/ 255", "/ images.max()"),
        fails="the_same_in_any_batch",
    ),
    mutant("scales the caller's own array", replace("write_preprocess", IN_PLACE), fails="leaves_its_input_alone"),
    # build_model
    mutant(
        "answers with logits",
        edit("write_build_model", ', activation="softmax"', ""),
        edit("write_build_model", '"sparse_categorical_crossentropy"', LOGITS),
        fails="ten_probabilities",
    ),
    mutant("sigmoid for softmax", edit("write_build_model", '"softmax"', '"sigmoid"'), fails="build_model"),
    mutant(
        "softmax of every row of the picture",
        edit("write_build_model", "            keras.layers.Flatten(),\n", ""),
        fails="build_model",
    ),
    mutant(
        "no hidden layer",
        edit("write_build_model", '            keras.layers.Dense(512, activation="relu"),\n', ""),
        fails="draws_more_than_straight_lines",
    ),
    mutant(
        "squared error on labels",
        edit("write_build_model", '"sparse_categorical_crossentropy"', '"mse"'),
        fails="build_model",
    ),
    mutant(
        "calls the metric acc",
        edit("write_build_model", 'metrics=["accuracy"]', 'metrics=["acc"]'),
        fails="reports_its_accuracy",
    ),
    # StopAt
    mutant(
        "needs the key to be there",
        edit("write_stop_at", '.get("accuracy", 0.0)', '["accuracy"]'),
        fails="keeps_quiet_without_an_accuracy",
    ),
    mutant(
        "always stops at 99 %",
        edit("write_stop_at", ">= self.target", ">= 0.99"),
        fails=["any_target_in_any_epoch", "train"],
    ),
    mutant(
        "sets a flag that nobody reads",
        edit("write_stop_at", "self.model.stop_training", "self.stop_training"),
        fails=["stop_at", "train"],
    ),
    mutant(
        "gives up in late epochs",
        edit("write_stop_at", ">= self.target", ">= self.target or epoch > 20"),
        fails="any_target_in_any_epoch",
    ),
    # train
    mutant(
        "a first epoch on the side",
        edit("write_train", "    return model.fit", "    model.fit(x, y)\n    return model.fit"),
        fails="ends_at_max_epochs",
    ),
    mutant(
        "labels in another order",
        edit("write_train", "fit(x, y,", "fit(x, np.random.permutation(y),"),
        fails="teaches_what_it_is_given",
    ),
    mutant(
        "every second picture",
        edit("write_train", "fit(x, y,", "fit(x[::2], y[::2],"),
        fails="teaches_what_it_is_given",
    ),
    mutant(
        "turns the pictures over",
        replace("write_train", IN_NEGATIVE),
        fails=["teaches_what_it_is_given", "ends_with_the_first_epoch_that_meets_the_target"],
    ),
    mutant(
        "always the same lesson",
        replace("write_train", ALWAYS_THE_SAME_LESSON),
        fails=["teaches_what_it_is_given", "ends_with_the_first_epoch_that_meets_the_target"],
    ),
    mutant(
        "stops at half of the target",
        edit("write_train", "StopAt(target)", "StopAt(target / 2)"),
        fails="ends_with_the_first_epoch_that_meets_the_target",
    ),
    mutant(
        "one epoch for every target that can be met",
        edit("write_train", "epochs=max_epochs", "epochs=1 if target < 1 else max_epochs"),
        fails="ends_with_the_first_epoch_that_meets_the_target",
    ),
    mutant("teaches a model of its own", replace("write_train", A_MODEL_OF_ITS_OWN), fails="train"),
    mutant("an invented history", replace("write_train", INVENTED), fails="train"),
    mutant("an invented history, and the optimizer's count", replace("write_train", COUNTED), fails="train"),
    # what is handed in
    mutant("hands in an untrained model", untrained(), fails=["reads_the_training_digits", "reads_new_digits"]),
    mutant(
        "learns a thousand digits by heart",
        edit("write_train", "fit(x, y,", "fit(x[:1000], y[:1000],"),
        retrained(),
        fails="accuracy",
    ),
]
hidden_because = {
    "the_same_in_any_batch": "a check with pictures that fit on paper cannot hold every type and brightness",
    "any_target_in_any_epoch": "targets and epochs that are known could be listed in the callback",
    "ends_with_the_first_epoch_that_meets_the_target": "a target that is known could be written into the callback",
}
harmless_mutations = [
    free("batch_size", "verbose", because="the text suggests 128 and leaves both open"),
    harmless(": 512 →", because="the text leaves the number of hidden units open"),
    harmless("keyword optimizer dropped", because="RMSprop, which Keras then takes, teaches as well as Adam"),
    harmless("astype dropped", because="a division makes floating-point numbers of any type"),
    harmless('"float32" → None', because="NumPy takes None for float64, which is as good"),
]
