"""Other right answers of the exercise on borrowed layers, and wrong ones."""

from proctor.answers import combine, edit, free, mutant, replace, retrained, variant

BORROW, FEATURES, HEAD, JOIN, AGAIN, ANSWERS = (
    "write_borrow",
    "write_compute_features",
    "write_build_head",
    "write_put_together",
    "write_start_again",
    "write_answers",
)

BORROW_LOOP = """
def borrow(model, name):
    outputs = [layer.output for layer in model.layers if layer.name == name]
    lent = keras.models.Model(inputs=model.inputs, outputs=outputs[0])
    for layer in lent.layers:
        layer.trainable = False
    return lent
"""
BORROW_FROZEN_FIRST = """
def borrow(model, name):
    model.trainable = False
    return keras.Model(model.inputs[0], model.get_layer(name).output, name="base")
"""
BORROW_COPY = """
def borrow(model, name):
    lent = keras.Model(model.inputs, model.get_layer(name).output)
    copy = keras.models.clone_model(lent)
    copy.set_weights(lent.get_weights())
    copy.trainable = False
    return copy
"""
BORROW_COUNTED = """
import tensorflow as tf
def borrow(model, name):
    names = [layer.name for layer in model.layers]
    place = model.layers[names.index(name)].output
    base = tf.keras.Model(model.inputs, place, trainable=False)
    for i in range(len(base.layers)):
        base.layers[i].trainable = False
    return base
"""
FEATURES_CALLED = """
def compute_features(base, pictures):
    x = np.asarray(pictures).astype("float32") / 127.5 - 1.0
    return base(x, training=False).numpy()
"""
FEATURES_IN_BATCHES = """
def compute_features(base, pictures):
    found = []
    for start in range(0, len(pictures), 50):
        batch = np.float32(pictures[start : start + 50])
        found.append(base.predict_on_batch((batch - 127.5) / 127.5))
    return np.concatenate(found, axis=0)
"""
FEATURES_OF_KERAS = """
def compute_features(base, pictures):
    scaled = keras.applications.mobilenet_v2.preprocess_input(pictures.astype("float32"))
    return base.predict(scaled, batch_size=16)
"""
FEATURES_ONE_BY_ONE = """
def compute_features(base, pictures):
    outputs = [base(datasets.scale_pictures(picture)[np.newaxis])[0] for picture in pictures]
    return keras.ops.stack(outputs)
"""
HEAD_FUNCTIONAL = """
def build_head(shape):
    features = keras.Input(shape)
    x = keras.layers.GlobalMaxPooling2D()(features)
    x = keras.layers.Dropout(0.2)(x)
    x = keras.layers.Dense(1)(x)
    model = keras.Model(features, keras.layers.Activation("sigmoid")(x))
    model.compile(
        loss=keras.losses.BinaryCrossentropy(), optimizer=keras.optimizers.RMSprop(1e-2), metrics=["accuracy"]
    )
    return model
"""
HEAD_ADDED = """
def build_head(shape):
    network = keras.models.Sequential()
    network.add(keras.layers.MaxPooling2D(pool_size=tuple(shape[:2]), input_shape=shape))
    network.add(keras.layers.Flatten())
    network.add(keras.layers.BatchNormalization())
    network.add(keras.layers.Dense(1, activation=keras.activations.sigmoid))
    steps = keras.optimizers.Adam(learning_rate=0.01)
    network.compile(optimizer=steps, loss="binary_crossentropy", metrics=["accuracy"])
    return network
"""
HEAD_BY_OPERATIONS = """
def build_head(shape):
    features = keras.Input(shape=shape)
    largest = keras.ops.max(features, axis=[1, 2])
    head = keras.Model(features, keras.layers.Dense(units=1, activation="sigmoid", kernel_regularizer="l2")(largest))
    head.compile(keras.optimizers.SGD(0.05, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
    return head
"""
JOIN_FUNCTIONAL = """
def put_together(base, head):
    pictures = keras.Input(base.input_shape[1:])
    x = keras.layers.Rescaling(scale=2 / 255, offset=-1.0)(pictures)
    return keras.Model(inputs=pictures, outputs=head(base(x, training=False)))
"""
JOIN_ADDED = """
def put_together(base, head):
    model = keras.Sequential(name="whole")
    model.add(keras.Input(shape=base.inputs[0].shape[1:]))
    model.add(keras.layers.Rescaling(1 / 255))
    model.add(keras.layers.Rescaling(2, offset=-1))
    base.trainable = False
    model.add(base)
    model.add(head)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
"""
JOIN_BY_OPERATIONS = """
def put_together(base, head):
    inputs = keras.Input(base.input_shape[1:])
    outputs = base(inputs / 127.5 - 1)
    for layer in head.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            outputs = layer(outputs)
    return keras.Model(inputs, outputs)
"""
AGAIN_FROM_CONFIG = """
def start_again(model):
    def thaw(layer):
        layer.trainable = True
        for inner in getattr(layer, "layers", []):
            thaw(inner)

    new = type(model).from_config(model.get_config())
    thaw(new)
    new.compile(optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
    return new
"""
AGAIN_FROM_JSON = """
def start_again(model):
    network = keras.models.model_from_json(model.to_json())
    network.trainable = False
    network.trainable = True  # there and back, so that it is set everywhere
    network.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy", "AUC"])
    return network
"""

variants = [
    variant(
        "a hidden layer in the head, no bias at its end",
        edit(HEAD, "Pooling2D(),", 'Pooling2D(),\n            keras.layers.Dense(4, activation="relu"),'),
        edit(HEAD, "Dense(1, ", "Dense(1, use_bias=False, "),
    ),
    variant(
        "loops, a call, functional",
        replace(BORROW, BORROW_LOOP),
        replace(FEATURES, FEATURES_CALLED),
        replace(HEAD, HEAD_FUNCTIONAL),
        replace(JOIN, JOIN_FUNCTIONAL),
        replace(AGAIN, AGAIN_FROM_CONFIG),
        replace(ANSWERS, 'answers = dict(norm="A", fabric="c", flip=" b")'),
    ),
    variant(
        "frozen first, batches, added one by one, JSON",
        replace(BORROW, BORROW_FROZEN_FIRST),
        replace(FEATURES, FEATURES_IN_BATCHES),
        replace(HEAD, HEAD_ADDED),
        replace(JOIN, JOIN_ADDED),
        replace(AGAIN, AGAIN_FROM_JSON),
    ),
    variant(
        "a copy, Keras's own scaling, operations",
        replace(BORROW, BORROW_COPY),
        replace(FEATURES, FEATURES_OF_KERAS),
        replace(HEAD, HEAD_BY_OPERATIONS),
        replace(JOIN, JOIN_BY_OPERATIONS),
    ),
    variant(
        "found by counting, one picture after the other",
        replace(BORROW, BORROW_COUNTED),
        replace(FEATURES, FEATURES_ONE_BY_ONE),
        edit(HEAD, "GlobalAveragePooling2D()", "GlobalAvgPool2D()"),
        edit(JOIN, "1 / 127.5", "1.0 / 127.5"),
        edit(AGAIN, "clone_model(model)", "clone_model(model, clone_function=lambda l: l.from_config(l.get_config()))"),
    ),
    variant(
        "the largest, larger steps",
        edit(HEAD, "GlobalAveragePooling2D()", "GlobalMaxPooling2D()"),
        edit(HEAD, "Adam(0.01)", "Adam(0.03)"),
        edit(HEAD, ', kernel_initializer="zeros"', ""),
        edit(FEATURES, "pictures / 127.5 - 1", "2 * (pictures / 255 - 0.5)"),
        edit(AGAIN, '"adam"', "keras.optimizers.SGD(0.01)"),
    ),
    variant(
        "normalised, with a seed",
        edit(
            HEAD,
            "GlobalAveragePooling2D(),",
            "GlobalAveragePooling2D(),\n            keras.layers.LayerNormalization(),",
        ),
        edit(BORROW, "    return base", "    assert not base.trainable_weights\n    return base"),
        edit(FEATURES, "return base.predict(", "return base.predict(x="),
        edit(AGAIN, "    return new", "    new.build(model.input_shape)\n    return new"),
    ),
]

CUT = ["cut_at_a_named_layer", "no_more_than_needed", "any_network"]
SCALED = ["scaled_as_it_learned", "any_pictures"]
JOINED = ["from_bytes_to_answers", "any_parts"]
STRAIGHT_ON = """
def borrow(model, name):
    x = model.inputs[0]
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            x = layer(x)
        if layer.name == name:
            break
    base = keras.Model(model.inputs, x)
    base.trainable = False
    return base
"""
FEATURES_KEPT = """
kept = {}
def compute_features(base, pictures):
    kind = base.name, pictures.shape
    if kind not in kept:
        kept[kind] = base.predict(pictures / 127.5 - 1, verbose=0)
    return kept[kind]
"""
FROZEN = "    base.trainable = False\n"
THAWED = """    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = True
"""
NOISE = """    thaw(new)
    new.set_weights([weights * np.random.uniform(0.9, 1.1, weights.shape) for weights in model.get_weights()])
"""
POOLED = "            keras.layers.GlobalAveragePooling2D(),\n"
BCE = 'loss="binary_crossentropy"'
DOUBLE_END = """Dense(1, activation="relu"),
            keras.layers.Activation("sigmoid"),"""
CLONE = "new = keras.models.clone_model(model)"

in_borrow = [
    mutant("forgets to freeze", edit(BORROW, FROZEN, ""), fails=["all_frozen", "any_network"]),
    mutant(
        "freezes the first layers",
        edit(BORROW, FROZEN, "    for layer in base.layers[:2]:\n        layer.trainable = False\n"),
        fails=["all_frozen", "any_network"],
    ),
    mutant(
        "lets the last layer learn",
        edit(BORROW, FROZEN, "    for layer in base.layers[:-1]:\n        layer.trainable = False\n"),
        fails="all_frozen",
    ),
    mutant(
        "lets the normalisations go on",
        edit(BORROW, FROZEN, FROZEN + THAWED),
        fails="all_frozen",
    ),
    mutant("in front of the layer", edit(BORROW, "(name).output", "(name).input"), fails=CUT),
    mutant("the whole model", edit(BORROW, "model.get_layer(name).output", "model.outputs"), fails=CUT),
    mutant("always the same cut", edit(BORROW, "model.get_layer(name)", "model.layers[-2]"), fails=CUT),
    mutant("new numbers", edit(BORROW, FROZEN, "    base = keras.models.clone_model(base)\n" + FROZEN), fails=CUT),
    mutant(
        "one layer after the other",
        replace(BORROW, STRAIGHT_ON),
        fails=["no_more_than_needed", "all_frozen", "any_network"],
    ),
]
in_features = [
    mutant("bytes as they are", edit(FEATURES, "pictures / 127.5 - 1", "pictures"), fails=SCALED),
    mutant("from 0 to 1", edit(FEATURES, "pictures / 127.5 - 1", "pictures / 255"), fails=SCALED),
    mutant("from 0 to 2", edit(FEATURES, " / 127.5 - 1", " / 127.5"), fails=SCALED),
    mutant("from the largest byte", edit(FEATURES, "127.5 - 1", "(pictures.max() / 2) - 1"), fails=SCALED),
    mutant("keeps them for all pictures", replace(FEATURES, FEATURES_KEPT), fails="scaled_as_it_learned"),
    mutant("bytes that run over", edit(FEATURES, "pictures / 127.5", "pictures * 2 / 255"), fails=SCALED),
    mutant("scaled twice", edit(FEATURES, "127.5 - 1", "127.5 / 127.5 - 1"), fails=SCALED),
    mutant(
        "as in training",
        edit(FEATURES, "base.predict(pictures / 127.5 - 1, verbose=0)", "base(pictures / 127.5 - 1, training=True)"),
        fails=[*SCALED, "looks_as_when_used"],
    ),
    mutant("one batch", edit(FEATURES, "predict(pictures", "predict(pictures[:32]"), fails=SCALED),
    mutant("means of the maps", edit(FEATURES, "verbose=0)", "verbose=0).mean(axis=(1, 2))"), fails=SCALED),
    mutant("the last first", edit(FEATURES, "predict(pictures", "predict(pictures[::-1]"), fails=SCALED),
]
in_head = [
    mutant(
        "flattens",
        edit(HEAD, "GlobalAveragePooling2D()", "Flatten()"),
        fails=["where_makes_no_difference", "few_numbers", "any_shape"],
    ),
    mutant(
        "small pools",
        edit(HEAD, "GlobalAveragePooling2D(),", "MaxPooling2D(),\n            keras.layers.Flatten(),"),
        fails=["where_makes_no_difference", "few_numbers", "any_shape"],
    ),
    mutant(
        "the softmax of one unit",
        edit(HEAD, '"sigmoid"', '"softmax"'),
        fails=["one_probability", "where_makes_no_difference", "taught_by_crossentropy"],
    ),
    mutant(
        "no activation",
        edit(HEAD, 'activation="sigmoid", ', ""),
        fails=["one_probability", "taught_by_crossentropy"],
    ),
    mutant(
        "nothing below a half",
        edit(HEAD, 'Dense(1, activation="sigmoid", kernel_initializer="zeros"),', DOUBLE_END),
        fails="one_probability",
    ),
    mutant(
        "a layer in between",
        edit(HEAD, POOLED, POOLED + '            keras.layers.Dense(64, activation="relu"),\n'),
        fails=["few_numbers", "any_shape"],
    ),
    mutant("squares", edit(HEAD, BCE, 'loss="mse"'), fails="taught_by_crossentropy"),
    mutant("another name", edit(HEAD, '["accuracy"]', '["acc"]'), fails="taught_by_crossentropy"),
    mutant("steps of nothing", edit(HEAD, "Adam(0.01)", "Adam(0.0)"), fails="taught_by_crossentropy"),
    mutant(
        "pools the wrong axes",
        edit(HEAD, "GlobalAveragePooling2D()", 'GlobalAveragePooling2D(data_format="channels_first")'),
        fails=["where_makes_no_difference", "few_numbers", "any_shape"],
    ),
]
in_join = [
    mutant("no scaling", edit(JOIN, "            keras.layers.Rescaling(1 / 127.5, offset=-1),\n", ""), fails=JOINED),
    mutant("from 0 to 1", edit(JOIN, "1 / 127.5, offset=-1", "1 / 255"), fails=JOINED),
    mutant("another shift", edit(JOIN, "offset=-1", "offset=1"), fails=JOINED),
    mutant(
        "thaws the base",
        edit(JOIN, "    return", "    base.trainable = True\n    return"),
        fails=["only_the_head_can_be_trained", "any_parts"],
    ),
    mutant(
        "freezes the head, too",
        edit(JOIN, "    return", "    head.trainable = False\n    return"),
        fails="only_the_head_can_be_trained",
    ),
    mutant(
        "without the head",
        edit(JOIN, "            head,\n", ""),
        fails=["from_bytes_to_answers", "only_the_head_can_be_trained", "any_parts"],
    ),
    mutant("a new head", edit(JOIN, "            head,", "            keras.models.clone_model(head),"), fails=JOINED),
    mutant("a new base", edit(JOIN, "            base,", "            keras.models.clone_model(base),"), fails=JOINED),
]
in_again = [
    mutant(
        "forgets to thaw",
        edit(AGAIN, "    thaw(new)\n", ""),
        fails=["nothing_is_frozen", "any_network_starts_again"],
    ),
    mutant(
        "thaws the whole, which does nothing",
        edit(AGAIN, "thaw(new)", "new.trainable = True"),
        fails=["nothing_is_frozen", "any_network_starts_again"],
    ),
    mutant(
        "thaws the given one",
        edit(AGAIN, "    thaw(new)\n", "    thaw(new)\n    thaw(model)\n"),
        fails="the_given_one_stays",
    ),
    mutant(
        "the old numbers",
        edit(AGAIN, CLONE, CLONE + "\n    new.set_weights(model.get_weights())"),
        fails=["new_numbers_each_time", "any_network_starts_again"],
    ),
    mutant("noise on the old numbers", edit(AGAIN, "    thaw(new)\n", NOISE), fails="new_numbers_each_time"),
    mutant(
        "the old head",
        edit(AGAIN, CLONE, CLONE + "\n    new.layers[-1].set_weights(model.layers[-1].get_weights())"),
        fails=["new_numbers_each_time", "any_network_starts_again"],
    ),
    mutant(
        "the old base",
        edit(AGAIN, CLONE, CLONE + "\n    new.layers[-2].set_weights(model.layers[-2].get_weights())"),
        fails=["new_numbers_each_time", "any_network_starts_again"],
    ),
    mutant(
        "the same seed",
        edit(AGAIN, CLONE, "keras.utils.set_random_seed(1)\n    " + CLONE),
        fails="new_numbers_each_time",
    ),
    mutant(
        "the model itself",
        edit(AGAIN, CLONE, "new = model"),
        fails=["new_numbers_each_time", "the_given_one_stays", "any_network_starts_again"],
    ),
    mutant(
        "does not compile",
        edit(AGAIN, '    new.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])\n', ""),
        fails="compiled_as_before",
    ),
    mutant("squares", edit(AGAIN, BCE, 'loss="mse"'), fails="compiled_as_before"),
    mutant("steps of nothing", edit(AGAIN, '"adam"', "keras.optimizers.Adam(0.0)"), fails="compiled_as_before"),
    mutant(
        "the base alone",
        edit(AGAIN, CLONE, "new = keras.models.clone_model(model.layers[1])"),
        fails=["the_same_layers", "nothing_is_frozen", "compiled_as_before", "any_network_starts_again"],
    ),
]
in_answers = [
    mutant(
        "mirrored maps, the last layer, factor and shift",
        replace(ANSWERS, 'answers = {"flip": "a", "fabric": "a", "norm": "b"}'),
        fails=["mirrored_pictures", "where_to_cut", "frozen_normalisation"],
    ),
    mutant(
        "another order, none, left out",
        replace(ANSWERS, 'answers = {"flip": "c", "fabric": "b", "norm": "c"}'),
        fails=["mirrored_pictures", "where_to_cut", "frozen_normalisation"],
    ),
    mutant(
        "an answer is missing",
        replace(ANSWERS, 'answers = {"flip": "b", "fabric": "c"}'),
        fails=["every_question_has_an_answer", "frozen_normalisation"],
    ),
]
# One training for all of these; without compile, the three from nothing are not trained.
in_model = [
    mutant(
        "changes the base",
        edit(
            FEATURES,
            "return base.predict(pictures / 127.5 - 1, verbose=0)",
            "found = base.predict(pictures / 127.5 - 1, verbose=0)\n"
            "    base.set_weights([1.001 * weights for weights in base.get_weights()])\n    return found",
        ),
        retrained(),
        fails=["looks_as_when_used", "borrowed_bit_for_bit"],
    ),
    mutant(
        "learns nothing",
        edit(HEAD, "Adam(0.01)", "Adam(0.0)"),
        fails=["taught_by_crossentropy", "knows_those_apart", "knows_new_pictures"],
    ),
    mutant(
        "thaws the base",
        edit(JOIN, "    return", "    base.trainable = True\n    return"),
        fails=["only_the_head_can_be_trained", "any_parts", "only_a_head_was_added"],
    ),
    mutant(
        "does not compile",
        edit(AGAIN, '    new.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])\n', ""),
        fails="compiled_as_before",
    ),
]
mutants = [
    *combine([in_borrow, in_features, in_head, in_join, in_again, in_answers]),
    *combine([[slip] for slip in in_model]),
]

KEY = "a public criterion would hold the key"
hidden_because = {"mirrored_pictures": KEY, "where_to_cut": KEY, "frozen_normalisation": KEY}
harmless_mutations = [
    free("verbose", because="whether a bar is shown while the network looks"),
    free("kernel_initializer", because="the text advises zeros; other numbers mostly do, too"),
]
