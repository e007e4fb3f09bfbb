"""Other right answers of the exercise on convolutions, and wrong ones."""

from proctor.answers import append, edit, free, harmless, mutant, replace, retrained, untrained, variant

FUNCTIONAL = """
def build_model():
    pictures = keras.Input(shape=(28, 28, 1))
    x = keras.layers.Conv2D(16, (3, 3), padding="same")(pictures)
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPool2D(pool_size=(2, 2), strides=2)(x)
    x = keras.layers.Reshape((-1,))(x)
    x = keras.layers.Dense(100, activation="relu")(x)
    x = keras.layers.Dropout(0.3)(x)
    x = keras.layers.Dense(10)(x)
    model = keras.Model(inputs=pictures, outputs=keras.layers.Softmax()(x))
    model.compile(
        optimizer=keras.optimizers.Nadam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model
"""
LAYER_BY_LAYER = """
def build_model():
    model = keras.models.Sequential(name="reader")
    model.add(keras.layers.InputLayer(shape=(28, 28, 1)))
    model.add(keras.layers.Convolution2D(filters=24, kernel_size=5, use_bias=False))
    model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.MaxPooling2D())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(64, activation="relu", kernel_regularizer="l2"))
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Activation("softmax"))
    optimizer = keras.optimizers.SGD(learning_rate=0.05, momentum=0.9, nesterov=True)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
NESTED = """
def build_model():
    eyes = keras.Sequential([keras.layers.Conv2D(32, 3, activation="relu"), keras.layers.MaxPooling2D(3)])
    mind = keras.Sequential([keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")])
    model = keras.Sequential([keras.Input((28, 28, 1)), eyes, keras.layers.Flatten(), mind])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
AVERAGES = """
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
BY_RESHAPING = """
def add_channel(images):
    fractions = np.asarray(images) * (1 / 255)
    return fractions.reshape(len(images), 28, 28, 1)
"""
IN_KERAS = """
def add_channel(images):
    return keras.layers.Rescaling(1 / 255)(images[..., None])
"""
BY_NEW_AXIS = """
def add_channel(images):
    return (images / 255.0)[:, :, :, np.newaxis].astype(np.float32)
"""
A_SINGLE_CALLBACK = """
def train(model, x, y, target=0.997, max_epochs=10):
    supervisor = StopAt(target)
    return model.fit(np.array(x), np.array(y), epochs=max_epochs, batch_size=64, callbacks=supervisor)
"""
TWO_PARTS = """
def train(model, x, y, target=0.997, max_epochs=10):
    history = model.fit(
        x, y, validation_split=0.1, batch_size=100, epochs=max_epochs, verbose=0,
        callbacks=[keras.callbacks.TerminateOnNaN(), StopAt(target=target)],
    )
    return history
"""
IN_PLACE = """
def add_channel(images):
    fractions = images.astype("float32", copy=False)
    fractions /= 255
    return fractions[..., None]
"""
RESHAPED_IN_PLACE = """
def add_channel(images):
    images.shape = (len(images), 28, 28, 1)
    return images / 255
"""
ANOTHER_MODEL = """
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
"""
A_MODEL_OF_ITS_OWN = """
def train(model, x, y, target=0.997, max_epochs=10):
    model = build_model()
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt(target)], verbose=0)
"""

INVENTED = """
def train(model, x, y, target=0.997, max_epochs=10):
    history = keras.callbacks.History()
    history.epoch = list(range(1 if target < 1 else max_epochs))
    history.history = {"accuracy": [max(0.6, target) for _ in history.epoch], "loss": [0.1 for _ in history.epoch]}
    history.params = {"verbose": 2, "epochs": max_epochs, "steps": 2}
    history.model = model
    return history
"""
COUNTED = INVENTED.replace("    return", "    model.optimizer.iterations.assign_add(len(history.epoch))\n    return")

IN_NEGATIVE = """
def train(model, x, y, target=0.997, max_epochs=10):
    np.subtract(1, x, out=x)
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt(target)], verbose=0)
"""
IN_HALF = """
def add_channel(images):
    return (images / 255).astype("float16")[..., np.newaxis]
"""
WITHOUT_INPUT = """
import tensorflow as tf


def build_model():
    model = keras.Sequential([
        keras.layers.Conv2D(16, 3, activation=tf.nn.relu),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation=tf.nn.softmax),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
OF_ITS_OWN_CLASS = """
import tensorflow as tf


class Reader(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolution = keras.layers.Conv2D(8, 3)
        self.pool = keras.layers.MaxPooling2D()
        self.unroll = keras.layers.Flatten()
        self.opinion = keras.layers.Dense(10)

    def call(self, pictures):
        return tf.nn.softmax(self.opinion(self.unroll(self.pool(tf.nn.relu(self.convolution(pictures))))))


def build_model():
    model = Reader()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
RELU_BEHIND_THE_POOL = """
            keras.layers.Conv2D(32, 5),
            keras.layers.MaxPooling2D(2),
            keras.layers.ReLU(),
"""

WHOLE = 'np.expand_dims(images.astype("float32") / 255, axis=-1)'
POOL = "            keras.layers.MaxPooling2D(2),\n"
CONVOLUTION = '            keras.layers.Conv2D(32, 5, activation="relu"),\n'
LOGITS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"

variants = [
    variant(
        "functional, dropout, reshaped in double precision, a single callback",
        replace("write_add_channel", BY_RESHAPING),
        replace("write_build_model", FUNCTIONAL),
        replace("write_train", A_SINGLE_CALLBACK),
    ),
    variant(
        "batch normalisation, L2, momentum, scaled with a Keras layer, some pictures kept for validation",
        replace("write_add_channel", IN_KERAS),
        replace("write_build_model", LAYER_BY_LAYER),
        replace("write_train", TWO_PARTS),
    ),
    variant(
        "models in a model, a new axis",
        replace("write_add_channel", BY_NEW_AXIS),
        replace("write_build_model", NESTED),
    ),
    variant(
        "average pooling, no hidden layer, scaled in half precision",
        replace("write_add_channel", IN_HALF),
        replace("write_build_model", "def build_model():" + AVERAGES),
    ),
    variant(
        "ReLU behind the pool, which is the same",
        edit("write_build_model", CONVOLUTION + POOL, RELU_BEHIND_THE_POOL),
    ),
    variant(
        "no Input, activations of TensorFlow, normalised behind the pool", replace("write_build_model", WITHOUT_INPUT)
    ),
    variant("a class of its own", replace("write_build_model", OF_ITS_OWN_CLASS)),
]
mutants = [
    # add_channel
    mutant(
        "rows and columns change places",
        edit("write_add_channel", "images.astype(", "images.transpose(0, 2, 1).astype("),
        fails="add_channel",
    ),
    mutant(
        "scales by the brightest of the batch",
        edit("write_add_channel", "/ 255", "/ images.max()"),
        fails="the_same_in_any_batch",
    ),
    mutant(
        "only for as many pictures as there are",
        edit(
            "write_add_channel", "axis=-1)", "axis=-1).reshape(len(train_images) if len(images) > 2 else 2, 28, 28, 1)"
        ),
        fails="add_channel",
    ),
    mutant("scales the caller's own array", replace("write_add_channel", IN_PLACE), fails="leaves_its_input_alone"),
    mutant(
        "reshapes the caller's own array",
        replace("write_add_channel", RESHAPED_IN_PLACE),
        fails="leaves_its_input_alone",
    ),
    # build_model
    mutant(
        "two convolutions",
        edit("write_build_model", CONVOLUTION, CONVOLUTION * 2),
        fails="one_convolution_and_one_pool",
    ),
    mutant(
        "no pool",
        edit("write_build_model", POOL, ""),
        fails=["one_convolution_and_one_pool", "within_the_budget"],
    ),
    mutant(
        "a pool of single pixels",
        edit("write_build_model", "Conv2D(32", "Conv2D(8"),
        edit("write_build_model", "MaxPooling2D(2)", "MaxPooling2D(1)"),
        fails="one_convolution_and_one_pool",
    ),
    mutant(
        "pools first",
        edit("write_build_model", CONVOLUTION + POOL, POOL + CONVOLUTION),
        fails="one_convolution_and_one_pool",
    ),
    mutant("too many units", edit("write_build_model", "Dense(128", "Dense(512"), fails="within_the_budget"),
    mutant(
        "a convolution without ReLU",
        edit("write_build_model", '5, activation="relu"', "5"),
        fails="relu_behind_the_convolution",
    ),
    mutant(
        "the bend of a sigmoid",
        edit("write_build_model", '5, activation="relu"', '5, activation="sigmoid"'),
        fails="relu_behind_the_convolution",
    ),
    mutant("an input of 29 rows", edit("write_build_model", "Input((28,", "Input((29,"), fails="ten_probabilities"),
    mutant(
        "answers with logits",
        edit("write_build_model", ', activation="softmax"', ""),
        edit("write_build_model", '"sparse_categorical_crossentropy"', LOGITS),
        fails="ten_probabilities",
    ),
    mutant(
        "crossentropy for one-hot labels",
        edit("write_build_model", '"sparse_categorical', '"categorical'),
        fails="build_model",
    ),
    mutant(
        "calls the metric acc",
        edit("write_build_model", 'metrics=["accuracy"]', 'metrics=["acc"]'),
        fails="reports_its_accuracy",
    ),
    # train
    mutant("forgets the callback", edit("write_train", "callbacks=[StopAt(target)], ", ""), fails="train"),
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
        "labels of its own",
        edit("write_train", "fit(x, y,", "fit(x, np.arange(len(y)) % 10,"),
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
    mutant("hands in another model", append("write_train", ANOTHER_MODEL), untrained(), fails="accuracy"),
    mutant(
        "learns two thousand digits by heart",
        edit("write_train", "fit(x, y,", "fit(x[:2000], y[:2000],"),
        retrained(),
        fails=["reads_the_training_digits", "reads_new_digits"],
    ),
]
hidden_because = {
    "the_same_in_any_batch": "a check with pictures that fit on paper cannot hold every type and brightness",
    "ends_with_the_first_epoch_that_meets_the_target": "a target that is known could be written into the callback",
}
harmless_mutations = [
    free("batch_size", "verbose", because="the text calls several sensible and leaves both open"),
    free("Conv2D[0]", "Conv2D[1]", because="the number of filters and their windows are choices of one's own"),
    harmless("write_build_model, line 14: 2 → 3", because="the size of the pool is a choice of one's own"),
    harmless(": 128 → 1", because="the text leaves the number of hidden units and the batch size open"),
    harmless(": 422 → 42", because="the text leaves the optimizer's steps open"),
    harmless("Dense(128) (keyword", because="no hidden layer is asked for; the convolution has its ReLU"),
    harmless('write_build_model, line 16: "relu" → None', because="the same, written in another way"),
    harmless("astype dropped", because="a division makes floating-point numbers of any type"),
    harmless('"float32" → None', because="NumPy takes None for float64, which is as good"),
]
