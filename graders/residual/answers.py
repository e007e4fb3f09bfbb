"""Other right answers of the exercise on residual networks, and wrong ones."""

from proctor.answers import append, combine, edit, mutant, replace, untrained, variant

NORM, IDENTITY, SILENCE, PLAIN = "write_conv_norm", "write_identity_block", "write_silence", "write_plain_block"
PROJECTION, NETWORK, ANSWERS = "write_projection_block", "write_build_network", "write_answers"

OLD_COURSE = {
    NORM: """
from tensorflow.keras import layers
from tensorflow.keras.layers import Add, BatchNormalization, Conv2D

def conv_norm(X, filters, window=3, stride=1):
    X = Conv2D(filters=filters, kernel_size=window, strides=(stride, stride), padding='same', use_bias=False)(X)
    X = BatchNormalization(axis=3, momentum=0.9)(X)
    return X
""",
    IDENTITY: """
def identity_block(X):
    X_shortcut = X
    F = X.shape[3]
    X = conv_norm(X, F, 3, 1)
    X = layers.Activation('relu')(X)
    X = conv_norm(X, F, 3, 1)
    X = Add()([X, X_shortcut])
    X = layers.Activation('relu')(X)
    return X
""",
    PROJECTION: """
def projection_block(X, filters, stride):
    X_shortcut = X
    X = conv_norm(X, filters, 3, stride)
    X = layers.Activation('relu')(X)
    X = conv_norm(X, filters, 3, 1)
    X_shortcut = conv_norm(X_shortcut, filters, 1, stride)
    X = Add()([X, X_shortcut])
    return layers.Activation('relu')(X)
""",
    PLAIN: """
def plain_block(X, filters, stride=1):
    for s in (stride, 1):
        X = layers.Activation('relu')(conv_norm(X, filters, 3, s))
    return X
""",
    NETWORK: """
def build_network(begin_stage, go_on, side, kinds, repeats=3):
    inputs = layers.Input(shape=(side, side, 3))
    X = inputs / 127.5 - 1.0
    X = layers.Activation('relu')(conv_norm(X, 8, 3, 2))
    for stage in range(3):
        X = begin_stage(X, 8 * 2 ** stage, 1 if stage == 0 else 2)
        i = 1
        while i < repeats:
            X = go_on(X)
            i += 1
    X = layers.GlobalAvgPool2D()(X)
    X = layers.Dense(units=kinds)(X)
    X = layers.Softmax()(X)
    return keras.models.Model(inputs=inputs, outputs=X, name='ResNet20')
""",
    SILENCE: """
def silence(net):
    for layer in net.layers:
        if 'BatchNormalization' in type(layer).__name__:
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma * 0, beta * 0, mean, variance])
    return net
""",
}
OPERATIONS = {
    NORM: """
def conv_norm(place, filters, window=3, stride=1):
    piece = keras.Sequential(
        [
            keras.layers.Conv2D(filters, 2 * (window,), stride, "same", use_bias=False, kernel_initializer="he_normal"),
            keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
        ]
    )
    return piece(place)
""",
    IDENTITY: """
def branch_of(place, filters, stride):
    return conv_norm(keras.ops.relu(conv_norm(place, filters, stride=stride)), filters)

def identity_block(place):
    return keras.ops.relu(place + branch_of(place, place.shape[-1], 1))
""",
    PROJECTION: """
def projection_block(place, filters, stride):
    past = conv_norm(place, filters, 1, stride)
    return keras.ops.relu(past + branch_of(place, filters, stride))
""",
    PLAIN: """
def plain_block(place, filters, stride=1):
    return keras.ops.relu(branch_of(place, filters, stride))
""",
    NETWORK: """
def build_network(begin_stage, go_on, side, kinds, repeats=3):
    place = begin = keras.Input((side, side, 3), name="bytes")
    place = keras.layers.Rescaling(2 / 255, -1)(place)
    place = keras.ops.relu(conv_norm(place, 8, stride=2))
    for filters, stride in zip([8, 16, 32], [1, 2, 2]):
        blocks = [lambda place: begin_stage(place, filters, stride)] + [go_on] * (repeats - 1)
        for block in blocks:
            place = block(place)
    place = keras.ops.mean(place, axis=(1, 2))
    return keras.Model([begin], [keras.ops.softmax(keras.layers.Dense(kinds)(place))])
""",
    SILENCE: """
import tensorflow as tf

def silence(network):
    norms = [each for each in network.layers if isinstance(each, tf.keras.layers.BatchNormalization)]
    for norm in norms:
        for variable in (norm.gamma, norm.beta):
            variable.assign(tf.zeros(variable.shape))
""",
}
WITHOUT_PIECES = {
    IDENTITY: """
def identity_block(inputs):
    L = keras.layers
    channels = int(inputs.shape[-1])
    x = L.Conv2D(channels, 3, padding="same", use_bias=False)(inputs)
    x = L.ReLU()(L.BatchNormalization(momentum=0.9)(x))
    x = L.Conv2D(channels, 3, padding="same", use_bias=False)(x)
    x = L.BatchNormalization(momentum=0.9)(x)
    return L.ReLU()(L.add([inputs, x]))
""",
    PROJECTION: """
def projection_block(inputs, filters, stride):
    L = keras.layers
    x = L.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(inputs)
    x = L.Activation("relu")(L.BatchNormalization()(x))
    x = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same", use_bias=False)(x))
    shortcut = L.Conv2D(filters, 1, strides=stride, use_bias=False)(inputs)
    return L.Activation("relu")(L.Add()([L.BatchNormalization()(shortcut), x]))
""",
}


def changes(cells):
    """All of these cells replaced."""
    return [replace(cell, source) for cell, source in cells.items()]


BLOCKS = "(begin_stage, go_on, side, kinds, repeats=3):"
GLOBAL_NAMES = [
    edit(NETWORK, f"def build_network{BLOCKS}", f"RELU = keras.layers.ReLU\n\ndef build_network{BLOCKS}"),
    edit(NETWORK, "keras.layers.ReLU()(conv", "RELU()(conv"),
]
variants = [
    variant("in the words of the old course", *changes(OLD_COURSE)),
    variant("operations in place of layers, a branch of its own", *changes(OPERATIONS)),
    variant(
        "layer by layer, without the pieces",
        *changes(WITHOUT_PIECES),
        edit(SILENCE, "np.zeros(layer.beta.shape)", "0 * layer.beta"),
        edit(ANSWERS, '"depth": "b"', '"depth": " B"'),
    ),
    variant(
        "the activation of the ReLU, one layer for both, other names",
        edit(
            IDENTITY,
            "    filters = place.shape[-1]",
            "    relu = keras.layers.ReLU()\n    _, _, _, filters = place.shape",
        ),
        edit(IDENTITY, "keras.layers.ReLU()(conv", "relu(conv"),
        edit(IDENTITY, "keras.layers.ReLU()(keras", "relu(keras"),
        edit(PLAIN, "return keras.layers.ReLU()(", "return keras.activations.relu("),
        edit(PROJECTION, "return keras.layers.ReLU()(", 'return keras.layers.Activation("relu")('),
        *GLOBAL_NAMES,
    ),
    variant(
        "the sums the other way round, the scale in two steps",
        edit(NORM, "momentum=0.9", "momentum=0.9, scale=True, center=True"),
        edit(PROJECTION, "[branch, shortcut]", "[shortcut, branch]"),
        edit(IDENTITY, "[branch, place]", "(place, branch)"),
        edit(
            NETWORK,
            "Rescaling(1 / 127.5, offset=-1)(begin)",
            "Rescaling(2)(keras.layers.Rescaling(1 / 255, -0.5)(begin))",
        ),
    ),
    variant(
        "stages written out",
        edit(
            NETWORK,
            """    for filters, stride in ((8, 1), (16, 2), (32, 2)):
        place = begin_stage(place, filters, stride)
        for _ in range(repeats - 1):
            place = go_on(place)
""",
            """    place = begin_stage(place, 8, 1)
    for i in range(1, repeats):
        place = go_on(place)
    place = begin_stage(place, filters=16, stride=2)
    for i in range(1, repeats):
        place = go_on(place)
    place = begin_stage(place, stride=2, filters=32)
    for i in range(1, repeats):
        place = go_on(place)
""",
        ),
        edit(
            SILENCE,
            "isinstance(layer, keras.layers.BatchNormalization)",
            "type(layer) == keras.layers.BatchNormalization",
        ),
        edit(
            NORM,
            'keras.layers.Conv2D(filters, window, strides=stride, padding="same", use_bias=False)(place)',
            'keras.layers.Convolution2D(filters, 2 * [window], (stride, stride), "SAME", use_bias=False)(place)',
        ),
    ),
]

COMPUTED = {
    NORM: "what_the_piece_computes",
    IDENTITY: "what_the_identity_block_computes",
    PLAIN: "what_the_plain_block_computes",
    PROJECTION: "what_the_projection_block_computes",
}
COUNTED = {
    NORM: "parameters_of_the_piece",
    IDENTITY: "parameters_of_the_identity_block",
    PLAIN: "parameters_of_the_plain_block",
    PROJECTION: "parameters_of_the_projection_block",
}
STRIDES = {NORM: "maps_of_any_stride", PROJECTION: "projections_of_any_stride"}
WHOLE = ["what_the_network_computes", "networks_of_other_sizes"]
COUNT = "networks_of_any_blocks"
SILENT, RUINED = ["silenced", "silences_any_network"], ["the_rest_stays", "silences_any_network"]
NORM_FIRST = """
def conv_norm(place, filters, window=3, stride=1):
    place = keras.layers.BatchNormalization(momentum=0.9)(place)
    return keras.layers.Conv2D(filters, window, strides=stride, padding="same", use_bias=False)(place)
"""
NORM_END = "return keras.layers.BatchNormalization(momentum=0.9)(place)"
RELU_AT_THE_END = "return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(place))"
DROPPED = "return keras.layers.Dropout(0.2)(keras.layers.BatchNormalization(momentum=0.9)(place))"
ALL_ZERO = """
def silence(network):
    network.set_weights([0 * each for each in network.get_weights()])
"""
SUM, PAIR = "keras.layers.ReLU()(keras.layers.Add()([branch, %s]))", "keras.layers.Add()([branch, %s])"
FIRST = "keras.layers.ReLU()(conv_norm(place, filters, stride=stride))"
END = "return keras.layers.ReLU()(conv_norm(place, filters))"
OTHER_SHAPE = "(stride, filters) != (1, place.shape[-1])"
PAST = f"if not {OTHER_SHAPE}:\n        return identity_block(place)\n"
SHORTCUT = "conv_norm(place, filters, window=1, stride=stride)"
SECOND = "branch = conv_norm(branch, filters)"
BATCH = "isinstance(layer, keras.layers.BatchNormalization)"
NO_GAMMA, NO_BETA = (f"layer.{each}.assign(np.zeros(layer.{each}.shape))" for each in ("gamma", "beta"))


def wrong(cell, fails, slips):
    """Mutants with one change each, all of which fail the same criteria."""
    return [mutant(f"{title} ({cell[6:]})", edit(cell, old, new), fails=fails) for title, (old, new) in slips.items()]


in_norm = [
    *wrong(
        NORM,
        [STRIDES[NORM], COMPUTED[NORM]],
        {"not padded": (', padding="same"', ""), "no stride": (", strides=stride", "")},
    ),
    *wrong(NORM, COUNTED[NORM], {"with a bias": (", use_bias=False", ""), "always 3 × 3": ("s, window,", "s, 3,")}),
    *wrong(
        NORM,
        COMPUTED[NORM],
        {
            "a ReLU between": ("use_bias=False", 'use_bias=False, activation="relu"'),
            "a ReLU at the end": (NORM_END, RELU_AT_THE_END),
        },
    ),
    *wrong(
        NORM,
        "averages_move_by_a_tenth",
        {"Keras's momentum": ("momentum=0.9", ""), "the other momentum": ("momentum=0.9", "momentum=0.1")},
    ),
    *wrong(NORM, "lesson_and_use", {"always a lesson": ("=0.9)(place)", "=0.9)(place, training=True)")}),
    *wrong(NORM, ["lesson_and_use", "averages_move_by_a_tenth"], {"frozen": ("=0.9)", "=0.9, trainable=False)")}),
    *wrong(NORM, "lesson_and_use", {"dropout": (NORM_END, DROPPED)}),
    *wrong(NORM, "norm", {"nothing comes back": ("return ", "")}),
    mutant("the normalisation first", replace(NORM, NORM_FIRST), fails=[COUNTED[NORM], COMPUTED[NORM]]),
]
in_identity = [
    *wrong(
        IDENTITY,
        ["a_silent_block", COMPUTED[IDENTITY]],
        {
            "nothing is added": (PAIR % "place", "branch"),
            "the branch twice": ("[branch, place]", "[branch, branch]"),
            "no ReLU at the end": ("return keras.layers.ReLU()(", "return ("),
            "a ReLU before the sum": (SUM % "place", "keras.layers.Add()([keras.layers.ReLU()(branch), place])"),
            "subtracted": ("Add()", "Subtract()"),
            "side by side": ("Add()", "Concatenate()"),
            "the mean": ("Add()", "Average()"),
        },
    ),
    *wrong(
        IDENTITY,
        COMPUTED[IDENTITY],
        {
            "a ReLU too many": (SECOND, "branch = keras.layers.ReLU()(conv_norm(branch, filters))"),
            "no ReLU between": ("keras.layers.ReLU()(conv_norm(place, filters))", "conv_norm(place, filters)"),
        },
    ),
    *wrong(
        IDENTITY,
        [COUNTED[IDENTITY], COMPUTED[IDENTITY]],
        {
            "one convolution": (SECOND, "pass"),
            "the first is not used": (SECOND, "branch = conv_norm(place, filters)"),
        },
    ),
    *wrong(
        IDENTITY,
        COUNTED[IDENTITY],
        {
            "a window of 1 × 1": (SECOND, "branch = conv_norm(branch, filters, 1)"),
            "dropout": (SECOND, "branch = keras.layers.Dropout(0.2)(conv_norm(branch, filters))"),
        },
    ),
    *wrong(
        IDENTITY,
        "identity",
        {
            "always 8 maps": ("place.shape[-1]", "8"),
            "as many filters as rows": ("place.shape[-1]", "place.shape[1]"),
            "a projection": ("[branch, place]", "[branch, conv_norm(place, filters, 1)]"),
        },
    ),
]
in_silence = [
    *wrong(
        SILENCE,
        SILENT,
        {
            "scales alone": (NO_BETA, "pass"),
            "shifts alone": (NO_GAMMA, "pass"),
            "scales of 1": ("np.zeros(layer.gamma.shape)", "np.ones(layer.gamma.shape)"),
            "a name in place of the variable": (NO_GAMMA, "gamma = np.zeros(layer.gamma.shape)"),
            "every second layer": ("network.layers:", "network.layers[1:4:2]:"),
            "a copy": ("    for layer", "    network = keras.models.clone_model(network)\n    for layer"),
        },
    ),
    *wrong(SILENCE, RUINED, {"whatever has a scale": (BATCH, 'hasattr(layer, "gamma")')}),
    mutant("the first alone", append(SILENCE, "            break"), fails=SILENT),
    mutant("its averages, too", append(SILENCE, "            layer.moving_mean.assign(layer.beta)"), fails=RUINED),
    *wrong(SILENCE, "the_rest_stays", {"frozen": (NO_BETA, f"{NO_BETA}\n            layer.trainable = False")}),
    mutant("every layer", replace(SILENCE, ALL_ZERO), fails=RUINED),
]
in_plain = [
    *wrong(
        PLAIN,
        COMPUTED[PLAIN],
        {
            "no last ReLU": (END, "return conv_norm(place, filters)"),
            "no ReLU between": (FIRST, "conv_norm(place, filters, stride=stride)"),
            "the stride in both": (END, END.replace("filters", "filters, stride=stride")),
            "no stride": (", stride=stride", ""),
            "another default": ("stride=1):", "stride=2):"),
            "a way past where it fits": (f"place = {FIRST}", f"{PAST}    place = {FIRST}"),
        },
    ),
    *wrong(
        PLAIN,
        COUNTED[PLAIN],
        {
            "filters of the place": ("norm(place, filters, s", "norm(place, place.shape[-1], s"),
            "dropout": (END, END.replace("(place, filters)", "(keras.layers.Dropout(0.2)(place), filters)")),
        },
    ),
    *wrong(PLAIN, "plain", {"one convolution": (END, "return place")}),
    mutant(
        "the stride in the second (plain_block)",
        edit(PLAIN, "filters, stride=stride", "filters"),
        edit(PLAIN, END, END.replace("filters", "filters, stride=stride")),
        fails=COMPUTED[PLAIN],
    ),
]
in_projection = [
    *wrong(
        PROJECTION,
        [STRIDES[PROJECTION], COMPUTED[PROJECTION]],
        {"a shortcut without its stride": ("window=1, stride=stride", "window=1")},
    ),
    *wrong(
        PROJECTION,
        [COUNTED[PROJECTION], COMPUTED[PROJECTION]],
        {
            "a shortcut from the branch": (SHORTCUT, "conv_norm(branch, filters, window=1)"),
            "the shortcut alone": (PAIR % "shortcut", "shortcut"),
            "a pool as the shortcut": (
                SHORTCUT,
                'keras.layers.Dense(filters)(keras.layers.MaxPooling2D(stride, padding="same")(place))',
            ),
        },
    ),
    *wrong(
        PROJECTION,
        COUNTED[PROJECTION],
        {"a shortcut of 3 × 3": ("window=1, ", ""), "a window of the stride": ("window=1", "window=stride")},
    ),
    *wrong(
        PROJECTION,
        COMPUTED[PROJECTION],
        {
            "a shortcut with a ReLU": ("[branch, shortcut]", "[branch, keras.layers.ReLU()(shortcut)]"),
            "no last ReLU": ("return keras.layers.ReLU()(", "return ("),
            "no ReLU between": (FIRST, "conv_norm(place, filters, stride=stride)"),
            "no projection where it fits": (SHORTCUT, f"{SHORTCUT} if {OTHER_SHAPE} else place"),
            "a ReLU before the sum": (SUM % "shortcut", "keras.layers.Add()([keras.layers.ReLU()(branch), shortcut])"),
        },
    ),
    mutant(
        "the stride in the second (projection_block)",
        edit(PROJECTION, FIRST, "keras.layers.ReLU()(conv_norm(place, filters))"),
        edit(PROJECTION, SECOND, "branch = conv_norm(branch, filters, stride=stride)"),
        fails=COMPUTED[PROJECTION],
    ),
    mutant(
        "a stride of 2",
        edit(PROJECTION, "(place, filters, stride=stride)", "(place, filters, stride=2)"),
        edit(PROJECTION, "window=1, stride=stride", "window=1, stride=2"),
        fails=[STRIDES[PROJECTION], COMPUTED[PROJECTION]],
    ),
]
in_network = [
    *wrong(
        NETWORK,
        WHOLE,
        {
            "not scaled": ("Rescaling(1 / 127.5, offset=-1)", "Rescaling(1)"),
            "from 0 to 1": ("1 / 127.5, offset=-1", "1 / 255"),
            "without the offset": (", offset=-1", ""),
            "no ReLU in step 2": (
                "keras.layers.ReLU()(conv_norm(place, 8, stride=2))",
                "conv_norm(place, 8, stride=2)",
            ),
            "step 2 without a stride": ("8, stride=2", "8"),
            "a first stage with a stride": ("(8, 1)", "(8, 2)"),
            "a last stage without a stride": ("(32, 2)", "(32, 1)"),
            "the largest numbers": ("GlobalAverage", "GlobalMax"),
            "no softmax": (', activation="softmax"', ""),
            "sigmoids": ("softmax", "sigmoid"),
        },
    ),
    *wrong(
        NETWORK,
        [*WHOLE, COUNT],
        {
            "a block too many": ("range(repeats - 1)", "range(repeats)"),
            "24 filters": ("(32, 2)", "(24, 2)"),
            "flattened": ("GlobalAveragePooling2D", "Flatten"),
            "the blocks lead nowhere": ("            place = go_on", "            go_on"),
            "the shallow ones first": ("range(repeats - 1)", "range(repeats - 1 if filters < 32 else 0)"),
        },
    ),
    *wrong(
        NETWORK,
        ["networks_of_other_sizes", COUNT],
        {
            "always three blocks": ("range(repeats - 1)", "range(2)"),
            "always six kinds": ("Dense(kinds", "Dense(6"),
        },
    ),
    *wrong(NETWORK, "networks_of_other_sizes", {"always 32 pixels": ("Input((side, side, 3))", "Input((32, 32, 3))")}),
    *wrong(NETWORK, ["what_the_network_computes", COUNT], {"another default": ("repeats=3", "repeats=2")}),
    *wrong(
        NETWORK,
        "nothing_left_to_chance",
        {
            "dropout": (
                "keras.layers.GlobalAveragePooling2D()(place)",
                "keras.layers.Dropout(0.2)(keras.layers.GlobalAveragePooling2D()(place))",
            ),
            "noise": (
                "(conv_norm(place, 8, stride=2))",
                "(keras.layers.GaussianNoise(0.3)(conv_norm(place, 8, stride=2)))",
            ),
        },
    ),
    *wrong(NETWORK, "network", {"nothing comes back": ("return ", "")}),
    mutant(
        "always its own blocks",
        edit(NETWORK, "= begin_stage(place", "= projection_block(place"),
        edit(NETWORK, "= go_on(place", "= identity_block(place"),
        fails=[*WHOLE, COUNT],
    ),
]
in_answers = [
    *wrong(
        ANSWERS,
        "how_deep",
        {"counts blocks": ('"depth": "b"', '"depth": "a"'), "all": ('"depth": "b"', '"depth": "c"')},
    ),
    *wrong(
        ANSWERS,
        "a_shortcut_without_projection",
        {
            "fears for the shapes": ('"shortcut": "a"', '"shortcut": "b"'),
            "fears for the learning": ('"shortcut": "a"', '"shortcut": "c"'),
        },
    ),
    *wrong(
        ANSWERS,
        "a_lesson_that_is_none",
        {
            "no difference": ('"company": "b"', '"company": "a"'),
            "learns by looking": ('"company": "b"', '"company": "c"'),
        },
    ),
    *wrong(
        ANSWERS,
        ["every_question_has_an_answer", "a_lesson_that_is_none"],
        {"a question is left out": (', "company": "b"', "")},
    ),
]
mutants = combine([in_norm, in_identity, in_silence, in_plain, in_projection, in_network, in_answers])
mutants += [mutant("hands in a network that has learned nothing", untrained(), fails="trained")]
KEY = "a public criterion would hold the key"
hidden_because = {"how_deep": KEY, "a_shortcut_without_projection": KEY, "a_lesson_that_is_none": KEY}
