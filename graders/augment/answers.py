"""Other right answers of the exercise on augmentation, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

BLOCK, VERSIONS, NETWORK = "write_build_augmentation", "write_make_versions", "write_build_network"
GAP, ANSWERS = "write_gap", "write_answers"

ADDED = """
from tensorflow.keras import layers

LIMIT = 360.0


def build_augmentation(degrees, shift, zoom):
    block = keras.models.Sequential(name="augmentation")
    block.add(layers.RandomZoom((-zoom, zoom), (-zoom, zoom), fill_mode="nearest"))
    block.add(layers.RandomTranslation((-shift, shift), (-shift, shift), fill_mode="wrap"))
    block.add(layers.RandomRotation((-degrees / LIMIT, degrees / LIMIT), fill_mode="constant", fill_value=255.0))
    block.add(layers.RandomFlip(mode="horizontal"))
    return block
"""
FUNCTIONAL = """
def build_augmentation(turn, shift, zoom):
    inputs = keras.layers.Input(shape=(SIDE, SIDE, 3))
    x = keras.layers.RandomTranslation(height_factor=shift, width_factor=shift)(inputs)
    x = keras.layers.RandomRotation(factor=np.radians(turn) / (2 * np.pi), interpolation="nearest")(x)
    x = keras.layers.RandomFlip("horizontal", seed=3)(x)
    outputs = keras.layers.RandomZoom(height_factor=zoom)(x)
    return keras.Model(inputs=inputs, outputs=outputs)
"""
PIPELINE = """
def build_augmentation(turn, shift, zoom):
    steps = [keras.layers.RandomFlip("horizontal")]
    if turn:
        steps.append(keras.layers.RandomRotation(turn / 360))
    if shift:
        steps.append(keras.layers.RandomTranslation(shift, shift))
    if zoom > 0:
        steps.append(keras.layers.RandomZoom(zoom))
    return keras.layers.Pipeline(steps)
"""
BRIGHTENED = """
def build_augmentation(turn, shift, zoom):
    return keras.Sequential([
        keras.layers.RandomBrightness(0.1),
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(turn / 360),
        keras.layers.RandomTranslation(shift, shift),
        keras.layers.RandomZoom(zoom),
    ])
"""
OWN_LAYER = """
class Augmentation(keras.layers.Layer):
    def __init__(self, *steps):
        super().__init__()
        self.steps = steps

    def call(self, x, training=None):
        for step in self.steps:
            x = step(x, training=training)
        return x


def build_augmentation(turn, shift, zoom):
    L = keras.layers
    turned = L.RandomRotation(turn / 180 / 2, fill_mode="nearest")
    return Augmentation(L.RandomFlip("horizontal"), turned, L.RandomTranslation(shift, shift), L.RandomZoom(zoom, zoom))
"""
OLD_WAY = """
def build_augmentation(turn, shift, zoom):
    return keras.Sequential([
        keras.layers.RandomFlip("horizontal", input_shape=(SIDE, SIDE, 3)),
        keras.layers.RandomZoom(zoom, fill_mode="constant"),
        keras.layers.RandomTranslation(shift, shift, fill_mode="constant"),
        keras.layers.RandomRotation([-turn / 360, turn / 360], fill_mode="constant"),
    ])
"""
LAYER_BY_LAYER = """
def build_network(side, augmentation=None):
    network = keras.Sequential()
    network.add(keras.Input(shape=(side, side, 3)))
    for layer in augmentation.layers if augmentation is not None else []:
        network.add(layer)
    network.add(keras.layers.Rescaling(1 / 255))
    for filters in 16, 32:
        network.add(keras.layers.Conv2D(filters, 3))
        network.add(keras.layers.ReLU())
        network.add(keras.layers.MaxPooling2D((3, 3)))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(1, activation="sigmoid"))
    network.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
    return network
"""
TENSORS = """
import tensorflow as tf


def make_versions(augmentation, pictures, labels, copies):
    repeated = tf.repeat(tf.cast(pictures, tf.float32), copies, axis=0)
    return augmentation(repeated, training=True), tf.repeat(labels, copies)
"""
BY_LOOP = """
def make_versions(augmentation, pictures, labels, copies):
    varied, their_labels = [], []
    for picture, label in zip(pictures, labels):
        for _ in range(copies):
            varied.append(augmentation(picture[None], training=True)[0].numpy())
            their_labels.append(label)
    return varied, their_labels
"""
BY_ROUNDS = """
def make_versions(block, images, kinds, n):
    rounds = [np.array(block(images, training=True)) for _ in range(n)]
    return np.concatenate(rounds), np.concatenate([kinds] * n)
"""
TILED = """
def make_versions(augmentation, pictures, labels, copies):
    places = np.random.permutation(np.tile(np.arange(len(pictures)), copies))
    return [augmentation(pictures[places].astype("float32"), training=True), labels[places]]
"""
NETWORK_ADDED = """
from tensorflow.keras import layers, models


def build_network(size, augmentation=None):
    net = models.Sequential([layers.Input((size, size, 3))])
    if augmentation:
        net.add(augmentation)
    net.add(layers.Rescaling(1.0 / 127.5, offset=-1))
    for n in [24, 48]:
        net.add(layers.Conv2D(n, (5, 5), activation="relu"))
        net.add(layers.MaxPool2D(3))
    net.add(layers.Flatten())
    net.add(layers.Dense(1, activation="sigmoid"))
    net.compile(loss=keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.RMSprop(0.001), metrics=["accuracy"])
    return net
"""
SCALED_FIRST = """
def build_network(side, augmentation=None):
    stack = [keras.layers.Rescaling(1 / 255)]
    stack += [] if augmentation is None else [augmentation]
    for filters in (8, 16, 32, 32):
        stack += [keras.layers.Conv2D(filters, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D(2)]
    stack += [keras.layers.Flatten(), keras.layers.Dense(32, "relu"), keras.layers.Dense(1, "sigmoid")]
    network = keras.Sequential([keras.Input((side, side, 3)), *stack])
    network.compile("nadam", "binary_crossentropy", metrics=["accuracy"])
    return network
"""
NETWORK_IN_IT = """
def build_network(side, augmentation=None):
    inputs = keras.Input((side, side, 3))
    core = keras.Sequential([
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.AveragePooling2D(2),
        keras.layers.BatchNormalization(),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(4),
        keras.layers.Flatten(),
        keras.layers.Dense(1, activation=keras.activations.sigmoid),
    ])
    # A functional model passes its own mode on, whatever is said here.
    varied = augmentation(inputs, training=True) if augmentation is not None else inputs
    network = keras.Model(inputs, core(varied))
    right = keras.metrics.BinaryAccuracy("accuracy")
    network.compile(optimizer=keras.optimizers.Adam(1e-3), loss=["binary_crossentropy"], metrics=[right])
    return network
"""
OWN_AFFINE = """
class Vary(keras.layers.Layer):
    def __init__(self, turn, shift, zoom):
        super().__init__()
        self.turn, self.shift, self.zoom = turn, shift, zoom
        self.seeds = keras.random.SeedGenerator()

    def call(self, x, training=None):
        if not training:
            return x
        x = keras.ops.cast(x, "float32")
        n, c = keras.ops.shape(x)[0], (SIDE - 1) / 2

        def chance(most):
            return keras.random.uniform((n,), -1.0, 1.0, seed=self.seeds) * most

        angle, size = chance(self.turn) * np.pi / 180, 1 / (1 + chance(self.zoom))
        right, down = chance(self.shift) * SIDE, chance(self.shift) * SIDE
        mirror = keras.ops.sign(chance(1.0))
        a, b = size * keras.ops.cos(angle) * mirror, -size * keras.ops.sin(angle)
        d, e = size * keras.ops.sin(angle) * mirror, size * keras.ops.cos(angle)
        left, up = c - a * (c + right) - b * (c + down), c - d * (c + right) - e * (c + down)
        none = keras.ops.zeros_like(a)
        return keras.ops.image.affine_transform(x, keras.ops.stack([a, b, left, d, e, up, none, none], axis=1))


def build_augmentation(turn, shift, zoom):
    return Vary(turn, shift, zoom)
"""
SUBCLASSED = """
class Network(keras.Model):
    def __init__(self, augmentation):
        super().__init__()
        self.augmentation = augmentation
        self.body = [
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]

    def call(self, x, training=None):
        if self.augmentation is not None:
            x = self.augmentation(x, training=training)
        for layer in self.body:
            x = layer(x)
        return x


def build_network(side, augmentation=None):
    network = Network(augmentation)
    network.build((None, side, side, 3))
    network.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return network
"""
GLOBAL = """
def build_network(side, augmentation=None):
    inputs = keras.Input((side, side, 3))
    x = inputs if augmentation is None else augmentation(inputs)
    x = keras.layers.Lambda(lambda t: t / 255.0)(x)
    for filters in 16, 32, 64:
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Activation("relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    network = keras.Model(inputs, keras.ops.sigmoid(keras.layers.Dense(1)(x)))
    network.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return network
"""
FLOORED = """
def make_versions(augmentation, pictures, labels, copies):
    made = [np.array(augmentation(pictures, training=True)).astype(np.uint8) for _ in range(copies)]
    return np.vstack(made), np.hstack([labels] * copies)
"""
OF_A_DATASET = """
def make_versions(augmentation, pictures, labels, copies):
    import tensorflow as tf

    pairs = tf.data.Dataset.from_tensor_slices((pictures, labels)).repeat(copies).batch(3)
    pairs = pairs.map(lambda some, kinds: (augmentation(some, training=True), kinds)).unbatch()
    made, kinds = zip(*pairs.as_numpy_iterator())
    return np.stack(made), np.stack(kinds)
"""
GAP_LOOP = """
def gap(history, last=5):
    known = list(history["accuracy"])[-last:]
    new = list(history["val_accuracy"])[-last:]
    total = 0.0
    for a, b in zip(known, new):
        total += (a - b) * 100
    return total / len(known)
"""
GAP_ARRAY = """
def gap(history, last=5):
    n = min(last, len(history["accuracy"]))
    both = np.array([history["accuracy"], history["val_accuracy"]], dtype="float64")[:, -n:] * 100
    return np.diff(both[::-1].mean(axis=1))[0]
"""
GAP_PERCENT = """
import statistics


def gap(history, n=5):
    mean = lambda name: statistics.fmean(history[name][max(0, len(history[name]) - n):])
    return mean("accuracy") * 100.0 - mean("val_accuracy") * 100.0
"""
ANSWERS_UPPER = 'answers = dict(mirror="b", above="c", judge="a")'

variants = [
    variant(
        "layers that are added, and pairs for numbers",
        replace(BLOCK, ADDED),
        replace(VERSIONS, BY_LOOP),
        replace(NETWORK, NETWORK_ADDED),
        replace(GAP, GAP_LOOP),
        replace(ANSWERS, ANSWERS_UPPER),
    ),
    variant(
        "functional, a block after the scaling, rounds",
        replace(BLOCK, FUNCTIONAL),
        replace(VERSIONS, BY_ROUNDS),
        replace(NETWORK, SCALED_FIRST),
        replace(GAP, GAP_ARRAY),
    ),
    variant(
        "a pipeline, a network in the network, in mixed order",
        replace(BLOCK, PIPELINE),
        replace(VERSIONS, TILED),
        replace(NETWORK, NETWORK_IN_IT),
        replace(GAP, GAP_PERCENT),
    ),
    variant("brightness as well", replace(BLOCK, BRIGHTENED)),
    variant("a layer of one's own, and tensors", replace(BLOCK, OWN_LAYER), replace(VERSIONS, TENSORS)),
    variant("with input_shape, and a loop over the layers", replace(BLOCK, OLD_WAY), replace(NETWORK, LAYER_BY_LAYER)),
    variant(
        "a transformation of one's own, whole numbers, a subclass of Model",
        replace(BLOCK, OWN_AFFINE),
        replace(VERSIONS, FLOORED),
        replace(NETWORK, SUBCLASSED),
    ),
    variant("a tf.data.Dataset, and a global mean", replace(VERSIONS, OF_A_DATASET), replace(NETWORK, GLOBAL)),
    variant("trained with a pipeline", replace(BLOCK, PIPELINE), retrained()),
]

FLIP, TURN = 'keras.layers.RandomFlip("horizontal"),', "keras.layers.RandomRotation(turn / 360),"
ZOOM = "keras.layers.RandomZoom(zoom),"
VARIED = "x = pictures if augmentation is None else augmentation(pictures)"
SCALED = "x = keras.layers.Rescaling(1 / 255)(x)"
FLAT = "x = keras.layers.Flatten()(x)"
CALLED = "augmentation(np.repeat(pictures, copies, axis=0), training=True)"
END = 'Dense(1, activation="sigmoid")'
ALWAYS = """
class Always(keras.layers.Layer):
    def __init__(self, block):
        super().__init__()
        self.block = block

    def call(self, x):
        return self.block(x, training=True)


def build_augmentation(turn, shift, zoom):
    return Always(keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(turn / 360),
        keras.layers.RandomTranslation(shift, shift),
        keras.layers.RandomZoom(zoom),
    ]))
"""
WITHIN = """
class InMode(keras.layers.Layer):
    def __init__(self, block, training):
        super().__init__()
        self.block, self.training = block, training

    def call(self, x):
        return self.block(x, training=self.training)


"""
ONE_FOR_ALL = """
class Once(keras.layers.Layer):
    def __init__(self, block):
        super().__init__()
        self.block = block

    def call(self, x, training=None):
        if not training:
            return x
        wide = keras.ops.reshape(keras.ops.transpose(x, (1, 2, 0, 3)), (1, SIDE, SIDE, -1))
        wide = self.block(wide, training=True)
        return keras.ops.transpose(keras.ops.reshape(wide, (SIDE, SIDE, -1, 3)), (2, 0, 1, 3))


def build_augmentation(turn, shift, zoom):
    return Once(keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(turn / 360),
        keras.layers.RandomTranslation(shift, shift),
        keras.layers.RandomZoom(zoom),
    ]))
"""

FUNCTION = """
def build_augmentation(turn, shift, zoom):
    block = keras.Sequential([
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(turn / 360),
        keras.layers.RandomTranslation(shift, shift),
        keras.layers.RandomZoom(zoom),
    ])
    return lambda pictures, training=None: block(pictures, training=training)
"""
CHAINED = """
def make_versions(augmentation, pictures, labels, copies):
    made = []
    for _ in range(copies):
        pictures = augmentation(pictures, training=True)
        made.append(np.asarray(pictures))
    return np.concatenate(made), np.tile(labels, copies)
"""

SIGN = "negative_if_new_ones_are_known_better"

slips = [
    [  # the block
        mutant("flips upside down, too", edit(BLOCK, '"horizontal"', ""), fails="mirrors_left_to_right"),
        mutant("does not mirror", edit(BLOCK, FLIP, ""), fails="mirrors_left_to_right"),
        mutant("degrees for turns", edit(BLOCK, "turn / 360", "turn"), fails="turns_by_degrees"),
        mutant("half a turn is 360", edit(BLOCK, "turn / 360", "turn / 180"), fails="turns_by_degrees"),
        mutant("turns one way", edit(BLOCK, "turn / 360", "(0, turn / 360)"), fails="turns_by_degrees"),
        mutant("always 40 degrees", edit(BLOCK, "turn / 360", "40 / 360"), fails="augmentation"),
        mutant("does not turn", edit(BLOCK, TURN, ""), fails="turns_by_degrees"),
        mutant("shifts up and down alone", edit(BLOCK, "(shift, shift)", "(shift, 0)"), fails="shifts_both_ways"),
        mutant("half the shift", edit(BLOCK, "(shift, shift)", "(shift / 2, shift / 2)"), fails="shifts_both_ways"),
        mutant("shifts one way", edit(BLOCK, "(shift, shift)", "((0, shift), (0, shift))"), fails="shifts_both_ways"),
        mutant("becomes smaller alone", edit(BLOCK, "Zoom(zoom)", "Zoom((0, zoom))"), fails="zooms"),
        mutant("becomes higher alone", edit(BLOCK, "Zoom(zoom)", "Zoom(zoom, 0)"), fails="zooms"),
        mutant("the shift for the zoom", edit(BLOCK, "Zoom(zoom)", "Zoom(shift)"), fails=["zooms", "shifts_both_ways"]),
        mutant(
            "scales in the block",
            edit(BLOCK, ZOOM, ZOOM + "\n            keras.layers.Rescaling(1 / 255),"),
            fails="numbers_stay_from_0_to_255",
        ),
        mutant("varies in both modes", replace(BLOCK, ALWAYS), fails="leaves_pictures_alone_without_training"),
        mutant("one version for the whole batch", replace(BLOCK, ONE_FOR_ALL), fails="anew_for_each_picture"),
        mutant("a function for a layer", replace(BLOCK, FUNCTION), fails="leaves_pictures_alone_without_training"),
        mutant("no return", edit(BLOCK, "return keras.Sequential(", "keras.Sequential("), fails="augmentation"),
    ],
    [  # versions
        mutant(
            "labels in another order than the pictures",
            edit(VERSIONS, "np.repeat(labels, copies)", "np.tile(labels, copies)"),
            fails=["each_with_its_label", "any_pictures"],
        ),
        mutant(
            "the labels of the first copy alone",
            edit(VERSIONS, "np.repeat(labels, copies)", "labels"),
            fails=["each_with_its_label", "any_pictures"],
        ),
        mutant(
            "one version, repeated",
            edit(VERSIONS, CALLED, "np.repeat(augmentation(pictures, training=True), copies, axis=0)"),
            fails="each_version_is_another",
        ),
        mutant("versions of versions", replace(VERSIONS, CHAINED), fails="each_version_is_another"),
        mutant(
            "the block twice",
            edit(VERSIONS, CALLED, f"augmentation({CALLED}, training=True)"),
            fails="each_version_is_another",
        ),
        mutant("says no mode", edit(VERSIONS, ", training=True", ""), fails="each_version_is_another"),
        mutant("as if judged", edit(VERSIONS, "training=True", "training=False"), fails="each_version_is_another"),
        mutant(
            "by predict",
            edit(VERSIONS, CALLED, "augmentation.predict(np.repeat(pictures, copies, axis=0), verbose=0)"),
            fails="each_version_is_another",
        ),
        mutant(
            "three copies always",
            edit(VERSIONS, CALLED, CALLED.replace("copies", "3")),
            edit(VERSIONS, "(labels, copies)", "(labels, 3)"),
            fails=["as_many_of_each", "any_pictures"],
        ),
        mutant(
            "one copy too many",
            edit(VERSIONS, CALLED, CALLED.replace("copies", "copies + 1")),
            edit(VERSIONS, "(labels, copies)", "(labels, copies + 1)"),
            fails=["as_many_of_each", "any_pictures"],
        ),
        mutant(
            "scaled to 0 to 1",
            edit(VERSIONS, "np.asarray(versions)", "np.asarray(versions) / 255"),
            fails=["each_version_is_another", "any_pictures"],
        ),
        mutant(
            "shuffles the labels it is given",
            edit(VERSIONS, "    versions =", "    np.random.shuffle(labels)\n    versions ="),
            fails="versions",
        ),
        mutant(
            "the labels first",
            edit(
                VERSIONS,
                "return np.asarray(versions), np.repeat(labels, copies)",
                "return np.repeat(labels, copies), np.asarray(versions)",
            ),
            fails="versions",
        ),
    ],
    [  # the network
        mutant("does not scale", edit(NETWORK, SCALED, ""), fails="scales_the_pictures_itself"),
        mutant("scales twice", edit(NETWORK, SCALED, SCALED + "\n    " + SCALED), fails="scales_the_pictures_itself"),
        mutant(
            "uses no block",
            edit(NETWORK, VARIED, "x = pictures"),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "calls the block, and goes on with the pictures",
            edit(NETWORK, VARIED, "x = pictures\n    if augmentation is not None:\n        augmentation(pictures)"),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "varies while it is judged, too",
            edit(NETWORK, "def build_network", WITHIN + "def build_network"),
            edit(NETWORK, "augmentation(pictures)", "InMode(augmentation, True)(pictures)"),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "varies never",
            edit(NETWORK, "def build_network", WITHIN + "def build_network"),
            edit(NETWORK, "augmentation(pictures)", "InMode(augmentation, False)(pictures)"),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "the block behind the convolutions",
            edit(NETWORK, VARIED, "x = pictures"),
            edit(NETWORK, FLAT, "x = x if augmentation is None else augmentation(x)\n    " + FLAT),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "always the same block",
            edit(NETWORK, VARIED, "x = build_augmentation(turn, shift, zoom)(pictures)"),
            fails=["block_varies_while_the_network_learns", "plain_without_a_block"],
        ),
        mutant(
            "another network without a block",
            edit(NETWORK, "(16, 32, 64)", "(16, 32, 64) if augmentation is not None else (16, 32, 48)"),
            fails="plain_without_a_block",
        ),
        mutant(
            "convolutions that bend nothing",
            edit(NETWORK, ', padding="same", activation="relu"', ', padding="same"'),
            fails="convolutions_and_a_small_file",
        ),
        mutant(
            "one convolution that bends",
            edit(
                NETWORK,
                'padding="same", activation="relu"',
                'padding="same", activation="relu" if filters < 32 else None',
            ),
            fails="convolutions_and_a_small_file",
        ),
        mutant(
            "two layers that bend, behind the convolutions",
            edit(NETWORK, ', padding="same", activation="relu"', ', padding="same"'),
            edit(NETWORK, FLAT, FLAT + '\n    x = keras.layers.Dense(64, activation="relu")(x)'),
            fails="convolutions_and_a_small_file",
        ),
        mutant(
            "steps of two for pooling",
            edit(NETWORK, "        x = keras.layers.MaxPooling2D()(x)\n", ""),
            edit(NETWORK, "(filters, 3,", "(filters, 3, strides=2,"),
            fails="convolutions_and_a_small_file",
        ),
        mutant(
            "no dropout without a block",
            edit(NETWORK, "Dropout(0.3)(x)", "Dropout(0.3)(x) if augmentation is not None else x"),
            fails="plain_without_a_block",
        ),
        mutant(
            "scales with a block alone",
            edit(NETWORK, SCALED, "x = x if augmentation is None else keras.layers.Rescaling(1 / 255)(x)"),
            fails=["scales_the_pictures_itself", "plain_without_a_block"],
        ),
        mutant(
            "scales without a block alone",
            edit(NETWORK, SCALED, "x = keras.layers.Rescaling(1 / 255)(x) if augmentation is None else x"),
            fails="plain_without_a_block",
        ),
        mutant(
            "through the block twice",
            edit(NETWORK, "augmentation(pictures)", "augmentation(augmentation(pictures))"),
            fails="block_varies_while_the_network_learns",
        ),
        mutant(
            "a subclass that goes on with the pictures",
            replace(NETWORK, SUBCLASSED.replace("x = self.augmentation(", "self.augmentation(")),
            fails="block_varies_while_the_network_learns",
        ),
        mutant("one convolution", edit(NETWORK, "(16, 32, 64)", "(16,)"), fails="convolutions_and_a_small_file"),
        mutant("too many units", edit(NETWORK, "Dense(64", "Dense(256"), fails="convolutions_and_a_small_file"),
        mutant("always 48 pixels in", edit(NETWORK, "(side, side, 3)", "(48, 48, 3)"), fails="network"),
        mutant("softmax over one unit", edit(NETWORK, END, END.replace("sigmoid", "softmax")), fails="one_probability"),
        mutant("an end without activation", edit(NETWORK, END, "Dense(1)"), fails="one_probability"),
        mutant("the squared error", edit(NETWORK, '"binary_crossentropy"', '"mse"'), fails="is_taught_by_crossentropy"),
        mutant("the metric's old name", edit(NETWORK, '["accuracy"]', '["acc"]'), fails="reports_its_accuracy"),
        mutant("no optimizer", edit(NETWORK, '"adam"', "None"), fails="reports_its_accuracy"),
    ],
    [  # the gap
        mutant("as a share", edit(GAP, "100 * (known - new)", "known - new"), fails=["mean_in_points", "any_history"]),
        mutant("the other way round", edit(GAP, "known - new", "new - known"), fails=[SIGN, "any_history"]),
        mutant(
            "never negative", edit(GAP, "100 * (known - new)", "abs(100 * (known - new))"), fails=[SIGN, "any_history"]
        ),
        mutant("over the whole history", edit(GAP, "[-last:]", ""), fails="gap"),
        mutant("over the first epochs", edit(GAP, "[-last:]", "[:last]"), fails="gap"),
        mutant("always five epochs", edit(GAP, "[-last:]", "[-5:]"), fails="gap"),
        mutant("the last epoch alone", edit(GAP, "[-last:]", "[-1:]"), fails="gap"),
        mutant("of the losses", edit(GAP, '("accuracy", "val_accuracy")', '("loss", "val_loss")'), fails="gap"),
        mutant("rounded", edit(GAP, "100 * (known - new)", "round(100 * (known - new))"), fails="gap"),
    ],
    [  # the questions
        mutant("a mirrored leaf", edit(ANSWERS, '"mirror": "b"', '"mirror": "a"'), fails="the_mirror"),
        mutant("a mirrored sky", edit(ANSWERS, '"mirror": "b"', '"mirror": "c"'), fails="the_mirror"),
        mutant("pictures that slipped in", edit(ANSWERS, '"above": "c"', '"above": "a"'), fails="the_curve_above"),
        mutant("fewer are easier", edit(ANSWERS, '"above": "c"', '"above": "b"'), fails="the_curve_above"),
        mutant("learns from the judges", edit(ANSWERS, '"judge": "a"', '"judge": "b"'), fails="the_judge"),
        mutant("a little lower", edit(ANSWERS, '"judge": "a"', '"judge": "c"'), fails="the_judge"),
        mutant("an answer left out", edit(ANSWERS, '"above": "c", ', ""), fails="answers"),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in an untrained model", untrained(), fails="accuracy"),
    mutant(
        "hands in a network that learned without a block",
        edit(NETWORK, VARIED, "x = pictures"),
        retrained(),
        fails=["block_varies_while_the_network_learns", "accuracy"],
    ),
]
hidden_because = {
    "the_mirror": "a public criterion would hold the key",
    "the_curve_above": "a public criterion would hold the key",
    "the_judge": "a public criterion would hold the key",
}
harmless_mutations = [
    free("Dropout[0]", "Conv2D[1]", "padding", because="the text leaves the sizes of the layers open"),
    harmless("360 → 359", because="angles that are 0.3 % larger are as good"),
    harmless("360 → 361", because="angles that are 0.3 % smaller are as good"),
    harmless("Dropout(0.3)(x) → pass", because="the text advises some, and asks for none"),
    harmless("keyword optimizer dropped", because="Keras takes RMSprop then, and the text leaves the optimizer open"),
    *(
        harmless(
            f"write_build_network, line 17: {filters} →", because="the text leaves open how many filters there are"
        )
        for filters in (16, 32, 64)
    ),
    harmless("write_build_network, line 22: 64 →", because="the text leaves open how many units there are"),
    harmless("→ keras.layers.Dense(64) (", because="the text leaves the layer before the last open"),
    harmless('write_build_network, line 22: "relu" → None', because="the text leaves the layer before the last open"),
    harmless("write_build_network, line 16: 255 →", because="numbers to 0.996 or 1.004 are about as large as 1"),
    harmless("write_build_network, line 16: 1 → 2", because="numbers from 0 to 2 are about as large as 1"),
]
