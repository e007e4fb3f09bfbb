"""Other right answers of the exercise on fine-tuning, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, variant

BLOCK, NETWORK, COMPILE, THAW, PREPARE, SAY, ANSWERS = (
    "write_build_augmentation",
    "write_build_network",
    "write_compile_network",
    "write_thaw_from",
    "write_prepare_tuning",
    "write_name_kinds",
    "write_answers",
)

BLOCK_ADDED = """
def build_augmentation(turn):
    block = keras.models.Sequential(name="varied")
    most = turn / 360.0
    block.add(keras.layers.RandomRotation((-most, most)))
    block.add(keras.layers.RandomFlip(mode="horizontal"))
    return block
"""
BLOCK_FUNCTIONAL = """
def build_augmentation(degrees):
    pictures = keras.Input((64, 64, 3))
    x = keras.layers.RandomRotation(np.radians(degrees) / (2 * np.pi), fill_mode="constant", fill_value=255.0)(pictures)
    return keras.Model(inputs=pictures, outputs=keras.layers.RandomFlip("horizontal", seed=3)(x))
"""
BLOCK_OWN = """
class Varied(keras.layers.Layer):
    def __init__(self, turn, **kwargs):
        super().__init__(**kwargs)
        self.flip = keras.layers.RandomFlip("horizontal")
        self.rotate = keras.layers.RandomRotation(turn / 180 / 2, fill_mode="wrap")

    def call(self, x, training=None):
        return self.rotate(self.flip(x, training=training), training=training)


def build_augmentation(turn):
    return Varied(turn)
"""
BLOCK_BY_OTHERS = """
def build_augmentation(turn):
    steps = [keras.layers.RandomFlip("horizontal")]
    if turn > 0:
        steps.append(keras.layers.RandomRotation(factor=turn / 360, interpolation="nearest"))
    return keras.layers.Pipeline(steps)
"""
NETWORK_BY_OPERATIONS = """
def build_network(base, augmentation):
    for layer in base.layers:
        layer.trainable = False
    inputs = keras.layers.Input(shape=base.inputs[0].shape[1:])
    x = base(augmentation(inputs) / 127.5 - 1.0, training=False)
    x = keras.layers.GlobalMaxPool2D()(x)
    x = keras.layers.Dropout(rate=1 / 5)(x)
    outputs = keras.layers.Dense(units=1, activation="linear")(x)
    return keras.models.Model(inputs=inputs, outputs=outputs, name="foxes")
"""
NETWORK_LONG = """
BYTES = 255
def build_network(model, block):
    shape = tuple(model.input_shape)[1:]
    image = keras.Input(shape, name="picture")
    scaled = keras.layers.Rescaling(2 / BYTES)(block(image))
    scaled = keras.layers.Rescaling(1.0, offset=-1.0)(scaled)
    maps = model(scaled, training=False)
    wide = keras.layers.Dropout(0.2)(keras.ops.mean(maps, axis=[1, 2]))
    model.trainable = False
    return keras.Model(image, keras.layers.Dense(1, kernel_initializer="zeros")(wide))
"""
NETWORK_OLD_WAY = """
import tensorflow as tf


def build_network(base_model, data_augmentation):
    preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
    base_model.trainable = False
    inputs = tf.keras.Input(shape=base_model.input_shape[1:])
    x = data_augmentation(inputs)
    x = preprocess_input(x)
    x = base_model(x, training=False)
    x = tf.keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = tf.keras.layers.Flatten()(tf.keras.layers.Dropout(0.2)(x))
    outputs = tf.keras.layers.Dense(1)(x)
    return tf.keras.Model(inputs, outputs)
"""
NETWORK_IN_A_ROW = """
def build_network(base: keras.Model, augmentation: keras.Layer) -> keras.Model:
    base.trainable = False
    front = keras.Sequential([keras.Input(base.input_shape[1:]), augmentation], name="front")
    head = keras.Sequential([keras.layers.GlobalMaxPooling2D(), keras.layers.Dropout(0.2), keras.layers.Dense(1)])
    network = keras.Sequential([front, keras.layers.Rescaling(2 / 255, offset=-1), base, head])
    network.summary()
    return network
"""
COMPILE_BY_HAND = """
import tensorflow as tf


def crossentropy(labels, logits):
    labels = tf.cast(tf.reshape(labels, tf.shape(logits)), logits.dtype)
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)


def accuracy(labels, logits):
    says = tf.cast(logits > 0, tf.float32)
    return tf.cast(says == tf.cast(tf.reshape(labels, tf.shape(says)), tf.float32), tf.float32)


def compile_network(network, rate):
    network.compile(loss=crossentropy, optimizer=tf.keras.optimizers.Adam(learning_rate=rate), metrics=[accuracy])
"""
COMPILE_NAMED = """
def compile_network(network, rate):
    loss = keras.losses.BinaryCrossentropy(from_logits=True, name="crossentropy")
    metric = keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)
    optimizer = keras.optimizers.Adam(learning_rate=float(rate))
    network.compile(optimizer, loss, metrics=[metric, keras.metrics.AUC(from_logits=True)])
    return network
"""
THAW_BY_PLACE = """
def thaw_from(base, name):
    names = [layer.name for layer in base.layers]
    first = names.index(name)
    for i, layer in enumerate(base.layers):
        layer.trainable = i >= first and type(layer).__name__ != "BatchNormalization"
"""
THAW_WITH_MARK = """
def thaw_from(base, name):
    base.trainable = True
    found = False
    for layer in base.layers:
        found = found or layer.name == name
        layer.trainable = found and not isinstance(layer, keras.layers.BatchNormalization)
"""
THAW_IN_TWO = """
def thaw_from(base, name):
    start = base.layers.index(base.get_layer(name))
    for layer in base.layers[:start]:
        layer.trainable = False
    for layer in base.layers[start:]:
        layer.trainable = True
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    assert base.layers[start:]
"""
THAW_BY_A_SWITCH = """
def thaw_from(base, name):
    base.trainable = True
    start = base.layers.index(base.get_layer(name))
    for i, layer in enumerate(base.layers):
        if i < start or isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
"""
THAW_FROZEN_OUTSIDE = """
def thaw_from(base, name):
    base.trainable, started = False, False
    for layer in base.layers:
        started |= layer.name == name
        layer.trainable = started and type(layer) is not keras.layers.BatchNormalization
        print(layer.name, layer.trainable)
"""
PREPARE_BY_ITS_LOSS = """
def prepare_tuning(network, base, name, rate):
    thaw_from(base, name)
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)
    network.compile(optimizer=keras.optimizers.Adam(rate / 10), loss=network.loss, metrics=[accuracy])
"""
PREPARE_ALONE = """
def prepare_tuning(network, base, name, rate):
    base.trainable = True
    last = base.layers[[layer.name for layer in base.layers].index(name) :]
    for layer in base.layers:
        if layer not in last or isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    network.compile(
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        optimizer=keras.optimizers.Adam(0.1 * rate),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0, name="accuracy")],
    )
"""
SAY_BY_LOOP = """
import math


def name_kinds(logits, kinds):
    names, sure = [], []
    for row in logits:
        z = float(row[0])
        names.append(kinds[1] if z > 0 else kinds[0])
        sure.append(1 / (1 + math.exp(-abs(z))))
    return names, sure
"""
SAY_BY_KERAS = """
def name_kinds(logits, kinds):
    share = keras.ops.convert_to_numpy(keras.ops.sigmoid(keras.ops.cast(logits, "float32")))[:, 0]
    return [list(kinds)[p > 0.5] for p in share.tolist()], np.where(share > 0.5, share, 1 - share)
"""
SAY_BY_MASKS = """
def name_kinds(logits, kinds):
    z = np.ravel(logits).astype(float)
    sure = np.where(z >= 0, 1, np.nan)
    sure = np.exp(-np.logaddexp(0, -np.abs(z)))
    return (np.array(kinds)[(z >= 0).astype(int)], sure)
"""

variants = [
    variant(
        "added, operations, a loss by hand, places",
        replace(BLOCK, BLOCK_ADDED),
        replace(NETWORK, NETWORK_BY_OPERATIONS),
        replace(COMPILE, COMPILE_BY_HAND),
        replace(THAW, THAW_BY_PLACE),
        replace(PREPARE, PREPARE_ALONE),
        replace(SAY, SAY_BY_LOOP),
        replace(ANSWERS, 'answers = dict(logits="C", first="a", statistics=" b")'),
    ),
    variant(
        "functional, in steps, more metrics, a mark",
        replace(BLOCK, BLOCK_FUNCTIONAL),
        replace(NETWORK, NETWORK_LONG),
        replace(COMPILE, COMPILE_NAMED),
        replace(THAW, THAW_WITH_MARK),
        replace(SAY, SAY_BY_KERAS),
    ),
    variant(
        "a layer of one's own, as in the old courses, compiled first",
        replace(BLOCK, BLOCK_OWN),
        replace(NETWORK, NETWORK_OLD_WAY),
        edit(COMPILE, "Adam(rate)", "Adam(learning_rate=rate, epsilon=1e-8)"),
        replace(THAW, THAW_IN_TWO),
        edit(PREPARE, "    thaw_from(base, name)\n    compile_network(network, rate / 10)", ""),
        edit(PREPARE, '"""\n', '"""\n    compile_network(network, rate=rate / 10.0)\n    thaw_from(base, name=name)\n'),
        replace(SAY, SAY_BY_MASKS),
    ),
    variant(
        "a pipeline, other fillings, models in a row, short steps",
        replace(BLOCK, BLOCK_BY_OTHERS),
        replace(NETWORK, NETWORK_IN_A_ROW),
        edit(COMPILE, "Adam(rate)", "Adam(rate, clipnorm=1.0)"),
        replace(THAW, THAW_FROZEN_OUTSIDE),
        edit(PREPARE, "base, name)", "network.get_layer(base.name), name)"),
        edit(SAY, "logit > 0", "not logit < 0"),
    ),
    variant(
        "the largest numbers, taught again",
        edit(NETWORK, "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
        # Keras's block varies in the same modes as without it: fit and predict say the mode.
        edit(NETWORK, "augmentation(pictures)", "augmentation(pictures, training=True)"),
        edit(BLOCK, 'fill_mode="nearest"', 'fill_mode="reflect"'),
        retrained(),
    ),
    variant(
        "named inputs, spatial dropout in front of the pooling",
        edit(NETWORK, "    x = keras.layers.Dropout(0.2)(x)\n", ""),
        edit(NETWORK, "base(x)", "keras.layers.SpatialDropout2D(0.2)(base(x))"),
        edit(COMPILE, "optimizer=", "steps_per_execution=1, optimizer="),
        replace(PREPARE, PREPARE_BY_ITS_LOSS),
    ),
]

WRAPPED = """
class InOneMode(keras.layers.Layer):
    def __init__(self, block, whole):
        super().__init__()
        self.block, self.whole = block, whole

    def call(self, x, training=None):
        if self.whole:
            return self.block(x[:1], training=training) + 0 * x if training else x
        return self.block(x, training=True)


"""
FLIP = '            keras.layers.RandomFlip("horizontal"),\n'
TURNED = 'keras.layers.RandomRotation(turn / 360, fill_mode="nearest")'
POOL = "    x = keras.layers.GlobalAveragePooling2D()(x)\n"
DROP = "    x = keras.layers.Dropout(0.2)(x)\n"
FREEZE = "    base.trainable = False\n"
SCALE = "    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(x)\n"
METRIC = 'keras.metrics.BinaryAccuracy(name="accuracy", threshold=0)'
LOSS = "keras.losses.BinaryCrossentropy(from_logits=True)"
END = "keras.layers.Dense(1)(x)"
RULE = "        layer.trainable = found and not isinstance(layer, keras.layers.BatchNormalization)"
LEAVES = """        if found:
            layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)"""
SURE = "1 / (1 + np.exp(-np.abs(logits)))"

in_block = [
    mutant("flips upside down, too", edit(BLOCK, '"horizontal"', ""), fails="mirrors_left_to_right"),
    mutant("does not mirror", edit(BLOCK, FLIP, ""), fails="mirrors_left_to_right"),
    mutant("half a turn is 360", edit(BLOCK, "turn / 360", "turn / 180"), fails="turns_by_degrees"),
    mutant("always 15 degrees", edit(BLOCK, "turn / 360", "15 / 360"), fails="turns_by_degrees"),
    mutant("turns one way", edit(BLOCK, "turn / 360", "(0, turn / 360)"), fails="turns_by_degrees"),
    mutant("does not turn", edit(BLOCK, TURNED + ",", ""), fails=["turns_by_degrees", "anew_for_each_picture"]),
    mutant(
        "scales",
        edit(BLOCK, TURNED, TURNED + ",\n            keras.layers.Rescaling(1 / 255)"),
        fails="alone_when_used",
    ),
    mutant(
        "varies in both modes",
        edit(BLOCK, "def build", WRAPPED + "def build"),
        edit(BLOCK, "return keras.Sequential(", "return InOneMode(block=keras.Sequential("),
        edit(BLOCK, "        ]\n    )", "        ]\n    ), whole=False)"),
        fails="alone_when_used",
    ),
    mutant(
        "one version for the whole batch",
        edit(BLOCK, "def build", WRAPPED + "def build"),
        edit(BLOCK, "return keras.Sequential(", "return InOneMode(block=keras.Sequential("),
        edit(BLOCK, "        ]\n    )", "        ]\n    ), whole=True)"),
        fails="anew_for_each_picture",
    ),
]
LOGITS = ["from_bytes_to_logit", "any_base"]
in_network = [
    mutant(
        "a sigmoid",
        edit(NETWORK, END, 'keras.layers.Dense(1, activation="sigmoid")(x)'),
        fails=["ends_in_one_logit", "any_base"],
    ),
    mutant("no scaling", edit(NETWORK, SCALE, ""), fails=LOGITS),
    mutant("from 0 to 1", edit(NETWORK, "1 / 127.5, offset=-1", "1 / 255"), fails=LOGITS),
    mutant(
        "scales first",
        edit(NETWORK, SCALE, ""),
        edit(
            NETWORK,
            "    x = augmentation(pictures)\n",
            SCALE.replace("(x)\n", "(pictures)\n") + "    x = augmentation(x)\n",
        ),
        fails="block_comes_first",
    ),
    mutant("not frozen", edit(NETWORK, FREEZE, ""), fails=["only_the_head_learns", "any_base"]),
    mutant("no dropout", edit(NETWORK, DROP, ""), fails="drops_maps"),
    mutant("drops 80 %", edit(NETWORK, "0.2", "0.8"), fails="drops_maps"),
    mutant("drops places", edit(NETWORK, DROP, ""), edit(NETWORK, POOL, DROP + POOL), fails="drops_maps"),
    mutant(
        "drops answers",
        edit(NETWORK, DROP, ""),
        edit(NETWORK, END, "keras.layers.Dropout(0.2)(" + END + ")"),
        fails="drops_maps",
    ),
    mutant(
        "flattens",
        edit(NETWORK, "GlobalAveragePooling2D", "Flatten"),
        fails=["ends_in_one_logit", "from_bytes_to_logit", "drops_maps", "any_base"],
    ),
    mutant(
        "no bias",
        edit(NETWORK, END, "keras.layers.Dense(1, use_bias=False)(x)"),
        fails=["ends_in_one_logit", "any_base"],
    ),
    mutant(
        "a tangent",
        edit(NETWORK, END, 'keras.layers.Dense(1, activation="tanh")(x)'),
        fails=["ends_in_one_logit", "from_bytes_to_logit", "drops_maps", "any_base"],
    ),
    mutant(
        "a copy of the base",
        edit(NETWORK, "base(x)", "keras.models.clone_model(base)(x)"),
        fails=["from_bytes_to_logit", "block_comes_first", "any_base"],
    ),
]
in_compile = [
    mutant("probabilities", edit(COMPILE, "from_logits=True", ""), fails="loss_of_logits"),
    mutant("by name", edit(COMPILE, LOSS, '"binary_crossentropy"'), fails="loss_of_logits"),
    mutant("squares", edit(COMPILE, LOSS, '"mse"'), fails="loss_of_logits"),
    mutant("accuracy by name", edit(COMPILE, METRIC, '"accuracy"'), fails="accuracy_of_logits"),
    mutant("the usual threshold", edit(COMPILE, ", threshold=0", ""), fails="accuracy_of_logits"),
    mutant("another name", edit(COMPILE, 'name="accuracy", ', ""), fails="accuracy_of_logits"),
    mutant("the usual rate", edit(COMPILE, "Adam(rate)", "Adam()"), fails="adam_at_this_rate"),
    mutant("always one rate", edit(COMPILE, "Adam(rate)", "Adam(0.01)"), fails="adam_at_this_rate"),
    mutant("another optimizer", edit(COMPILE, "Adam(rate)", "SGD(rate)"), fails="adam_at_this_rate"),
    mutant(
        "a rate that dies away",
        edit(COMPILE, "Adam(rate)", "Adam(keras.optimizers.schedules.CosineDecay(rate, 1000))"),
        fails="adam_at_this_rate",
    ),
    mutant("AdamW", edit(COMPILE, "Adam(rate)", "AdamW(rate)"), fails="adam_at_this_rate"),
    mutant("Adamax", edit(COMPILE, "Adam(rate)", "Adamax(rate)"), fails="adam_at_this_rate"),
    mutant("RMSprop", edit(COMPILE, "Adam(rate)", "RMSprop(rate)"), fails="adam_at_this_rate"),
]
LATE, EARLY = ["learns_from_there_on", "thawed_more_than_once"], ["nothing_in_front_learns", "thawed_more_than_once"]
NORMS = ["normalisations_stay", "thawed_more_than_once"]
in_thaw = [
    mutant("thaws all", edit(THAW, "found = False", "found = True"), fails=EARLY),
    mutant("freezes all", edit(THAW, "found = found or layer.name == name", "found = False"), fails=LATE),
    mutant(
        "one layer late",
        edit(THAW, "        found = found or layer.name == name\n", ""),
        edit(THAW, RULE, RULE + "\n        found = found or layer.name == name"),
        fails=LATE,
    ),
    mutant("a switch that is on already", replace(THAW, THAW_BY_A_SWITCH), fails=LATE),
    mutant("always from conv3 on", edit(THAW, "== name", '== "conv3"'), fails=LATE),
    mutant("only this layer", edit(THAW, "found or layer.name", "layer.name"), fails=LATE),
    mutant("the front learns", edit(THAW, "in base.layers", "in base.layers[::-1]"), fails=[LATE[0], *EARLY]),
    mutant("normalisations learn, too", edit(THAW, RULE, "        layer.trainable = found"), fails=NORMS),
    mutant("all normalisations learn", edit(THAW, "found and not isinstance", "found or isinstance"), fails=NORMS),
    mutant("those in front are as they were", edit(THAW, RULE, LEAVES), fails=[*EARLY, "normalisations_stay"]),
    mutant(
        "the base stays frozen",
        edit(THAW, "    found = False\n", "    found = False\n    base.trainable = False\n"),
        edit(THAW, RULE, "        layer.trainable = layer.trainable and found"),
        fails=LATE,
    ),
]
TUNED = ["thawed_layers_learn", "a_tenth_of_the_rate"]
TAUGHT = "    compile_network(network, rate / 10)"
BINARY = '"binary_crossentropy"'
in_prepare = [
    mutant("does not compile", edit(PREPARE, TAUGHT, ""), fails=TUNED),
    mutant("the rate from before", edit(PREPARE, "rate / 10", "rate"), fails=TUNED[1]),
    mutant("ten times larger", edit(PREPARE, "rate / 10", "rate * 10"), fails=TUNED[1]),
    mutant("always 0.001", edit(PREPARE, "rate / 10", "0.001"), fails=TUNED[1]),
    mutant("does not thaw", edit(PREPARE, "    thaw_from(base, name)\n", ""), fails=TUNED[0]),
    mutant("thaws all", edit(PREPARE, "thaw_from(base, name)", "base.trainable = True"), fails=TUNED[0]),
    mutant(
        "another loss",
        edit(
            PREPARE,
            TAUGHT,
            TAUGHT + '\n    network.compile(keras.optimizers.Adam(rate / 10), "mse", metrics=["accuracy"])',
        ),
        fails="all_numbers_stay",
    ),
    mutant(
        "no metric",
        edit(PREPARE, TAUGHT, f"    network.compile(keras.optimizers.Adam(rate / 10), {LOSS})"),
        fails="all_numbers_stay",
    ),
    mutant(
        "a loss for probabilities",
        edit(PREPARE, TAUGHT, f"    network.compile(keras.optimizers.Adam(rate / 10), {BINARY}, metrics=[{METRIC}])"),
        fails="all_numbers_stay",
    ),
    mutant(
        "a new head",
        edit(PREPARE, TAUGHT, TAUGHT + "\n    network.set_weights([*network.get_weights()[:-1], np.ones(1)])"),
        fails="all_numbers_stay",
    ),
    mutant(
        "teaches already",
        edit(
            PREPARE,
            TAUGHT,
            TAUGHT + "\n    network.fit(np.ones((4, *network.input_shape[1:])), np.ones((4, 1)), verbose=0)\n" + TAUGHT,
        ),
        fails="all_numbers_stay",
    ),
]
NAMED, SURELY = ["names_by_the_side_of_0", "any_logits"], ["sure_of_what_is_named", "any_logits"]
in_say = [
    mutant("above a half", edit(SAY, "logit > 0", "logit > 0.5"), fails=NAMED),
    mutant("the other way round", edit(SAY, "logit > 0", "logit < 0"), fails=NAMED),
    mutant("always foxes and hares", edit(SAY, "kinds[int", '("fox", "hare")[int'), fails=NAMED),
    mutant("the probability of the second", edit(SAY, "np.abs(logits)", "logits"), fails=SURELY),
    mutant("no sigmoid", edit(SAY, SURE, "np.abs(logits)"), fails=SURELY),
    mutant(
        "overflows", edit(SAY, SURE, "np.maximum(1 / (1 + np.exp(-logits)), 1 / (1 + np.exp(logits)))"), fails=SURELY
    ),
]
in_answers = [
    mutant(
        "nothing special, only frozen ones, sees it",
        replace(ANSWERS, 'answers = {"statistics": "a", "first": "b", "logits": "a"}'),
        fails=["the_statistics", "the_head_first", "the_loss"],
    ),
    mutant(
        "refused, lost, slower",
        replace(ANSWERS, 'answers = {"statistics": "c", "first": "c", "logits": "b"}'),
        fails=["the_statistics", "the_head_first", "the_loss"],
    ),
    mutant(
        "an answer is missing",
        replace(ANSWERS, 'answers = {"statistics": "b", "logits": "c"}'),
        fails=["every_question_has_an_answer", "the_head_first"],
    ),
]
in_model = [
    mutant(
        "changes the base, and thaws all of it",
        edit(NETWORK, FREEZE, FREEZE + "    base.set_weights([1.001 * weights for weights in base.get_weights()])\n"),
        edit(THAW, "found = False", "found = True"),
        retrained(),
        fails=[
            "only_the_head_learns",
            "any_base",
            *EARLY,
            "normalisations_as_borrowed",
            "first_blocks_as_borrowed",
            "not_worse_than_before",
        ],
    ),
    mutant(
        "the head alone learns",
        edit(PREPARE, "    thaw_from(base, name)\n", ""),
        retrained(),
        fails=["thawed_layers_learn", "last_blocks_moved_a_little", "knows_those_held_out", "knows_new_pictures"],
    ),
    mutant(
        "learns nothing",
        edit(NETWORK, END, 'keras.layers.Dense(1, kernel_initializer="zeros")(x)'),
        edit(COMPILE, "Adam(rate)", "Adam(0.0)"),
        retrained(),
        fails=[
            "adam_at_this_rate",
            "last_blocks_moved_a_little",
            "not_worse_than_before",
            "knows_those_held_out",
            "knows_new_pictures",
        ],
    ),
]
mutants = [
    *combine([in_block, in_network, in_compile, in_thaw, in_prepare, in_say, in_answers]),
    *in_model,
]

KEY = "a public criterion would hold the key"
hidden_because = {"the_statistics": KEY, "the_head_first": KEY, "the_loss": KEY}
harmless_mutations = [
    free("fill_mode", because="what fills the corners is open"),
    harmless(
        "write_build_augmentation, line 15: 360 →", because="a picture is turned by at most a ninth of a degree more"
    ),
    harmless(
        "write_thaw_from, line 12:", because="a network around the base, the only one that is trained, asks each layer"
    ),
    harmless("write_name_kinds, line 12: 0 → -1", because="there is one column, so the last is the first"),
    harmless("logit > 0 → logit >= 0", because="the text leaves open what a logit of 0 means"),
]
