"""Other right answers of the exercise on chains and graphs, and wrong ones."""

from proctor.answers import append, combine, edit, free, mutant, replace, untrained, variant

CHAIN, GRAPH, FORK = "write_build_chain", "write_build_graph", "write_build_fork"
GIVE, DIFFERENCE, PAIR, ANSWERS = "write_give_weights", "write_largest_difference", "write_build_same", "write_answers"

CHAIN_BY_ADD = """
import tensorflow as tf
from tensorflow.keras import layers

def build_chain(side, kinds):
    m = tf.keras.models.Sequential()
    m.add(layers.Rescaling(scale=2 / 255, offset=-1.0, input_shape=(side, side, 3)))
    m.add(layers.Conv2D(filters=16, kernel_size=(5, 5), strides=(2, 2), padding="valid"))
    m.add(layers.Activation("relu"))
    m.add(layers.MaxPool2D(pool_size=(2, 2), strides=2))
    m.add(layers.Conv2D(32, (3, 3), activation=tf.nn.relu))
    m.add(layers.MaxPool2D((2, 2)))
    m.add(layers.Conv2D(64, (3, 3)))
    m.add(layers.ReLU())
    m.add(layers.GlobalAvgPool2D())
    m.add(layers.Dense(units=kinds))
    m.add(layers.Softmax())
    return m
"""
CHAIN_BY_LOOP = """
def build_chain(side, kinds):
    layers = [keras.layers.Rescaling(1 / 127.5), keras.layers.Rescaling(1, offset=-1)]
    for filters, window, step in [(16, 5, 2), (32, 3, 1), (64, 3, 1)]:
        layers.append(keras.layers.Conv2D(filters, window, step, activation="relu"))
        if filters < 64:
            layers.append(keras.layers.MaxPooling2D(2))
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(kinds, "softmax")]
    return keras.Sequential(layers)
"""
GRAPH_BY_LOOP = """
L = keras.layers

def eyes(place):
    place = L.Rescaling(1 / 127.5, -1)(place)
    for filters, window, step in ((16, 5, 2), (32, 3, 1)):
        place = L.MaxPooling2D()(L.ReLU()(L.Conv2D(filters, window, strides=step)(place)))
    return L.Conv2D(64, 3, activation=keras.activations.relu)(place)

def build_graph(side, kinds):
    pictures = keras.Input(shape=(side, side, 3), name="pictures")
    averages = L.GlobalAveragePooling2D(name="averages")(eyes(pictures))
    return keras.models.Model(inputs=pictures, outputs=L.Dense(kinds, activation="softmax", name="opinion")(averages))
"""
FORK_BY_EYES = """
def build_fork(side, kinds):
    pictures = keras.Input(shape=(side, side, 3), name="pictures")
    maps = eyes(pictures)
    rows = [L.GlobalMaxPool2D()(maps), L.GlobalAvgPool2D()(maps)]
    out = L.Dense(kinds)(L.concatenate(rows, axis=-1))
    return keras.Model(inputs=[pictures], outputs=[L.Activation("softmax")(out)], name="fork")
"""
GRAPH_OF_OPERATIONS = """
def build_graph(side, kinds):
    first = keras.Input((side, side, 3))
    x = first / 127.5 - 1
    x = keras.ops.relu(keras.layers.Conv2D(16, 5, strides=2)(x))
    x = keras.layers.MaxPooling2D()(x)
    x = keras.ops.relu(keras.layers.Conv2D(32, 3)(x))
    x = keras.layers.MaxPooling2D()(x)
    x = keras.ops.relu(keras.layers.Conv2D(64, 3)(x))
    x = keras.ops.mean(x, axis=(1, 2))
    return keras.Model(first, keras.ops.softmax(keras.layers.Dense(kinds)(x)))
"""
FORK_OF_OPERATIONS = """
def build_fork(side, kinds):
    first = keras.Input((side, side, 3))
    x = first / 127.5 - 1
    x = keras.ops.relu(keras.layers.Conv2D(16, 5, strides=2)(x))
    x = keras.layers.MaxPooling2D()(x)
    x = keras.ops.relu(keras.layers.Conv2D(32, 3)(x))
    x = keras.layers.MaxPooling2D()(x)
    x = keras.ops.relu(keras.layers.Conv2D(64, 3)(x))
    both = keras.ops.concatenate([keras.ops.mean(x, axis=(1, 2)), keras.ops.max(x, axis=(1, 2))], axis=1)
    return keras.Model(first, keras.ops.softmax(keras.layers.Dense(kinds)(both)))
"""
GRAPH_FROM_THE_CHAIN = """
def build_graph(side, kinds):
    place = begin = keras.Input((side, side, 3))
    for layer in build_chain(side, kinds).layers:
        place = layer(place)
    return keras.Model(begin, place)
"""
FORK_FROM_THE_GRAPH = """
def build_fork(side, kinds):
    base = build_graph(side, kinds)
    maps = base.layers[-3].output
    both = keras.layers.Concatenate()([base.layers[-2].output, keras.layers.GlobalMaxPooling2D()(maps)])
    return keras.Model(base.input, keras.layers.Dense(kinds, activation="softmax")(both))
"""
GIVE_ONE_BY_ONE = """
def give_weights(source, target):
    for old, new in zip(target.weights, source.weights):
        old.assign(new)
    return target
"""
GIVE_BY_LAYERS = """
def give_weights(source, target):
    learned = [layer.get_weights() for layer in source.layers if layer.weights]
    for layer, weights in zip([layer for layer in target.layers if layer.weights], learned):
        layer.set_weights(weights)
"""
DIFFERENCE_BY_LOOP = """
def largest_difference(first, second, pictures):
    a, b = np.array(first(pictures)), np.array(second(pictures))
    largest = 0.0
    for row, other in zip(a.reshape(len(a), -1), b.reshape(len(b), -1)):
        for p, q in zip(row, other):
            largest = max(largest, float(abs(p - q)))
    return largest
"""
PAIR_OF_OPERATIONS = """
def build_same(reader):
    shape = tuple(reader.input_shape)[1:]
    a = keras.layers.Input(shape=shape, name="left")
    b = keras.layers.Input(shape=shape, name="right")
    p, q = reader(a), reader(b)
    same = keras.ops.sum(p * q, axis=-1, keepdims=True)
    return keras.Model(inputs=[a, b], outputs=same)
"""
PAIR_BY_MULTIPLY = """
def build_same(reader):
    inputs = [keras.Input(reader.input_shape[1:]) for _ in range(2)]
    first, second = [reader(place) for place in inputs]
    products = keras.layers.Multiply()([first, second])
    return keras.Model(inputs, keras.ops.sum(products, axis=1, keepdims=True))
"""
EYES = """
    eyes = keras.Sequential(
        [
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            keras.layers.Conv2D(16, 5, strides=2, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
        ]
    )
"""
FORK_WITH_EYES = f"""
def build_fork(side, kinds):{EYES}
    begin = keras.Input((side, side, 3))
    maps = eyes(begin)
    average, largest = keras.layers.GlobalAveragePooling2D()(maps), keras.layers.GlobalMaxPooling2D()(maps)
    both = keras.layers.Concatenate()([average, largest])
    return keras.Model(begin, keras.layers.Dense(kinds, activation="softmax")(both))
"""
GRAPH_OF_ONE_POOL = """
def build_graph(side, kinds):
    begin = keras.Input((side, side, 3))
    pool, bend = keras.layers.MaxPooling2D(), keras.layers.ReLU()
    place = keras.layers.Rescaling(1 / 127.5, offset=-1)(begin)
    place = pool(bend(keras.layers.Conv2D(16, 5, strides=2)(place)))
    place = bend(pool(keras.layers.Conv2D(32, 3)(place)))
    place = bend(keras.layers.Conv2D(64, 3)(place))
    place = keras.layers.GlobalAveragePooling2D()(place)
    return keras.Model(begin, keras.layers.Dense(kinds, activation="softmax")(place))
"""
GIVE_BY_FILE = """
def give_weights(source, target):
    import tempfile

    path = tempfile.mkdtemp() + "/given.weights.h5"
    source.save_weights(path)
    target.load_weights(path)
"""
PAIR_BY_CALL = """
class Same(keras.Model):
    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def call(self, both):
        return keras.ops.sum(self.reader(both[0]) * self.reader(both[1]), axis=1, keepdims=True)


def build_same(reader):
    same = Same(reader)
    same([np.zeros((1, *reader.input_shape[1:]))] * 2)
    return same
"""
PAIR_BY_PARTS = """
def build_same(reader):
    left = reader.inputs[0]
    right = keras.Input(reader.input_shape[1:])
    return keras.Model([left, right], keras.layers.dot([reader.outputs[0], reader(right)], axes=-1))
"""

variants = [
    variant(
        "layers that are added, of the old courses; a function for the eyes; one weight after the other",
        replace(CHAIN, CHAIN_BY_ADD),
        replace(GRAPH, GRAPH_BY_LOOP),
        replace(FORK, FORK_BY_EYES),
        replace(GIVE, GIVE_ONE_BY_ONE),
        replace(DIFFERENCE, DIFFERENCE_BY_LOOP),
        replace(PAIR, PAIR_OF_OPERATIONS),
        edit(ANSWERS, '"add": "a"', '"add": " A"'),
    ),
    variant(
        "layers from a loop, without an Input; operations in the graph; layer by layer",
        replace(CHAIN, CHAIN_BY_LOOP),
        replace(GRAPH, GRAPH_OF_OPERATIONS),
        replace(FORK, FORK_OF_OPERATIONS),
        replace(GIVE, GIVE_BY_LAYERS),
        edit(DIFFERENCE, ".max()", ".max(axis=0).max(axis=0)"),
        replace(PAIR, PAIR_BY_MULTIPLY),
    ),
    variant(
        "the graph from the chain's layers",
        replace(GRAPH, GRAPH_FROM_THE_CHAIN),
        replace(PAIR, PAIR_BY_PARTS),
        edit(DIFFERENCE, "np.abs(", "np.absolute("),
    ),
    variant(
        "the fork from the graph",
        replace(FORK, FORK_FROM_THE_GRAPH),
        edit(PAIR, "Dot(axes=1)([reader(left), reader(right)])", "Dot(1)([reader(right), reader(left)])"),
        edit(GIVE, "target.set_weights(source.get_weights())", "target.set_weights(list(source.get_weights()))"),
    ),
    variant(
        "pooling over all there is, a flat row",
        edit(CHAIN, "keras.layers.GlobalAveragePooling2D(),", "keras.layers.GlobalAveragePooling2D(keepdims=True),"),
        edit(CHAIN, "keras.layers.Dense(kinds", "keras.layers.Flatten(),\n            keras.layers.Dense(kinds"),
        edit(FORK, "Concatenate()([average, largest])", "Concatenate(axis=1)([largest, average])"),
        edit(DIFFERENCE, ".max()", ".ravel().tolist())"),
        edit(DIFFERENCE, "    return np.abs", "    return max(np.abs"),
    ),
    variant(
        "a model in the fork, one pool for two steps, weights by way of a file, a pair with a call of its own",
        replace(FORK, FORK_WITH_EYES),
        replace(GRAPH, GRAPH_OF_ONE_POOL),
        replace(GIVE, GIVE_BY_FILE),
        edit(DIFFERENCE, "np.abs(", "np.fabs("),
        replace(PAIR, PAIR_BY_CALL),
    ),
    variant(
        "the chain written as a graph",
        replace(CHAIN, GRAPH_BY_LOOP.replace("build_graph", "build_chain")),
        edit(GIVE, "target.set_weights(source.get_weights())", "w = source.get_weights()\n    target.set_weights(w)"),
    ),
]
COMPUTES = {CHAIN: "what_the_chain_computes", GRAPH: "what_the_graph_computes", FORK: "what_the_fork_computes"}
SIZES = {CHAIN: "chains_of_other_sizes", GRAPH: "graphs_of_other_sizes", FORK: "forks_of_other_sizes"}
RIGHT_PAIR = ["pairs_on_paper", "any_reader"]
GIVEN = ["weights_are_given", "weights_from_a_chain_to_a_graph", "any_twins"]
WRONG_FORK = ["parameters_of_the_fork", "what_the_fork_computes"]
COMPARED = ["the_largest_difference", "any_twins"]
TWO_TRUNKS = """
def build_fork(side, kinds):
    begin = keras.Input((side, side, 3))
    roads = []
    for last in (keras.layers.GlobalAveragePooling2D(), keras.layers.GlobalMaxPooling2D()):
        place = keras.layers.Rescaling(1 / 127.5, offset=-1)(begin)
        place = keras.layers.Conv2D(16, 5, strides=2, activation="relu")(place)
        place = keras.layers.MaxPooling2D()(place)
        place = keras.layers.Conv2D(32, 3, activation="relu")(place)
        place = keras.layers.MaxPooling2D()(place)
        roads.append(last(keras.layers.Conv2D(64, 3, activation="relu")(place)))
    both = keras.layers.Concatenate()(roads)
    return keras.Model(begin, keras.layers.Dense(kinds, activation="softmax")(both))
"""
EYES_TWICE = FORK_WITH_EYES.replace("MaxPooling2D()(maps)", "MaxPooling2D()(eyes(begin))")
LAYERS_OUTSIDE = """
first = keras.layers.Conv2D(16, 5, strides=2, activation="relu")
second = keras.layers.Conv2D(32, 3, activation="relu")
third = keras.layers.Conv2D(64, 3, activation="relu")

def build_graph(side, kinds):
    begin = keras.Input((side, side, 3))
    place = first(keras.layers.Rescaling(1 / 127.5, offset=-1)(begin))
    place = second(keras.layers.MaxPooling2D()(place))
    place = third(keras.layers.MaxPooling2D()(place))
    place = keras.layers.GlobalAveragePooling2D()(place)
    return keras.Model(begin, keras.layers.Dense(kinds, activation="softmax")(place))
"""
IN_A_BOX = """
def build_graph(side, kinds):
    begin = keras.Input((side, side, 3))
    return keras.Model(begin, build_chain(side, kinds)(begin))
"""
CHAIN_AGAIN = CHAIN_BY_LOOP.replace("build_chain", "build_graph")
CLONE = """
def build_same(reader):
    left, right = keras.Input(reader.input_shape[1:]), keras.Input(reader.input_shape[1:])
    copy = keras.models.clone_model(reader)
    copy.set_weights(reader.get_weights())
    copy.name = "other"
    return keras.Model([left, right], keras.layers.Dot(axes=1)([copy(left), copy(right)]))
"""
TWO_READERS = CLONE.replace("[copy(left), copy(right)]", "[reader(left), copy(right)]")
NEW_WEIGHTS = CLONE.replace("    copy.set_weights(reader.get_weights())\n", "")
FIRST, THIRD = 'Conv2D(16, 5, strides=2, activation="relu")', 'Conv2D(64, 3, activation="relu")'
POOL = "keras.layers.MaxPooling2D(),\n"
DENSE = "keras.layers.Dense(kinds"
POOLED = "MaxPooling2D()(place)\n    place = keras.layers.Conv2D(32"


def trunk_slips(cell):
    """Slips in the part that all three networks have, in one of them."""
    computes = COMPUTES[cell]
    return [
        mutant(f"numbers from 0 to 1 ({cell})", edit(cell, "1 / 127.5, offset=-1", "1 / 255"), fails=computes),
        mutant(f"without the offset ({cell})", edit(cell, ", offset=-1", ""), fails=computes),
        mutant(
            f"a first convolution without ReLU ({cell})", edit(cell, FIRST, "Conv2D(16, 5, strides=2)"), fails=computes
        ),
        mutant(f"a third convolution without ReLU ({cell})", edit(cell, THIRD, "Conv2D(64, 3)"), fails=computes),
        mutant(f"steps of one pixel ({cell})", edit(cell, ", strides=2", ""), fails=computes),
        mutant(f"padded ({cell})", edit(cell, FIRST, FIRST[:-1] + ', padding="same")'), fails=computes),
        mutant(f"no softmax ({cell})", edit(cell, ', activation="softmax"', ""), fails=computes),
        mutant(f"sigmoids ({cell})", edit(cell, '"softmax"', '"sigmoid"'), fails=computes),
    ]


def size_slips(cell, others):
    """Numbers of the notebook in place of parameters, in one of the three networks."""
    return [
        mutant(f"always 64 pixels ({cell})", edit(cell, "Input((side, side, 3))", "Input((64, 64, 3))"), fails=others),
        mutant(f"always 6 kinds ({cell})", edit(cell, "Dense(kinds", "Dense(6"), fails=others),
    ]


def turned(answers, by):
    """The list from another beginning: no two networks of a submission have the same slip."""
    return answers[by:] + answers[:by]


COMMON = [
    *zip(*(trunk_slips(cell) for cell in (CHAIN, GRAPH, FORK)), strict=True),
    *zip(*(size_slips(cell, sizes) for cell, sizes in SIZES.items()), strict=True),
]
slips = [
    [
        *(first for first, _, _ in COMMON),
        mutant("24 filters", edit(CHAIN, "Conv2D(32,", "Conv2D(24,"), fails="parameters_of_the_chain"),
        mutant("the largest in the chain", edit(CHAIN, "GlobalAverage", "GlobalMax"), fails="what_the_chain_computes"),
        mutant(
            "no biases",
            edit(CHAIN, FIRST, FIRST[:-1] + ", use_bias=False)"),
            fails=["parameters_of_the_chain", "what_the_chain_computes"],
        ),
        mutant(
            "average pooling",
            edit(
                CHAIN,
                POOL + "            keras.layers.Conv2D(32",
                POOL.replace("MaxPooling2D()", "AveragePooling2D(2)") + "            keras.layers.Conv2D(32",
            ),
            fails="what_the_chain_computes",
        ),
        mutant("some are dropped", edit(CHAIN, DENSE, "keras.layers.Dropout(0.2)," + DENSE), fails=COMPUTES[CHAIN]),
        mutant(
            "cut to 64 pixels",
            edit(CHAIN, "    keras.layers.Res", "keras.layers.Resizing(64, 64), keras.layers.Res"),
            fails=SIZES[CHAIN],
        ),
    ],
    turned(
        [
            *(second for _, second, _ in COMMON[:4] + COMMON[6:]),
            mutant("the chain in a box", replace(GRAPH, IN_A_BOX), fails="made_of_places"),
            mutant("the chain again", replace(GRAPH, CHAIN_AGAIN), fails="made_of_places"),
            mutant("48 filters", edit(GRAPH, "Conv2D(64,", "Conv2D(48,"), fails="parameters_of_the_graph"),
            mutant(
                "a pool that leads nowhere",
                edit(
                    GRAPH,
                    'strides=2, activation="relu")(place)\n    place = ',
                    'strides=2, activation="relu")(place)\n    ',
                ),
                fails="what_the_graph_computes",
            ),
            mutant("layers outside of the function", replace(GRAPH, LAYERS_OUTSIDE), fails=SIZES[GRAPH]),
            mutant(
                "a padded pool", edit(GRAPH, POOLED, POOLED.replace("()", '(padding="same")', 1)), fails=SIZES[GRAPH]
            ),
        ],
        4,
    ),
    turned(
        [
            *(third for _, _, third in COMMON[2:4] + COMMON[6:7]),
            *(third for _, _, third in COMMON[8:]),
            mutant(
                "a road that leads nowhere",
                edit(FORK, "(both))", "(average))"),
                fails=WRONG_FORK,
            ),
            mutant(
                "added up",
                edit(FORK, "Concatenate()", "Add()"),
                fails=WRONG_FORK,
            ),
            mutant(
                "two times the convolutions",
                replace(FORK, TWO_TRUNKS),
                fails=WRONG_FORK,
            ),
            mutant(
                "the second road begins too early",
                edit(FORK, "GlobalMaxPooling2D()(maps)", "GlobalMaxPooling2D()(place)"),
                fails=WRONG_FORK,
            ),
            mutant("two averages", edit(FORK, "GlobalMaxPooling2D", "GlobalAveragePooling2D"), fails=COMPUTES[FORK]),
            mutant("two largest", edit(FORK, "GlobalAveragePooling2D", "GlobalMaxPooling2D"), fails=COMPUTES[FORK]),
            mutant("one road twice", edit(FORK, "[average, largest]", "[largest, largest]"), fails=COMPUTES[FORK]),
            mutant("seen twice", replace(FORK, EYES_TWICE), fails="parameters_of_the_fork"),
            mutant(
                "one under the other",
                edit(FORK, "Concatenate()", "Concatenate(axis=0)"),
                fails=[*WRONG_FORK, SIZES[FORK]],
            ),
        ],
        7,
    ),
    [
        mutant(
            "the other way round",
            edit(GIVE, "target.set_weights(source.get_weights())", "source.set_weights(target.get_weights())"),
            fails=GIVEN,
        ),
        mutant("another name", edit(GIVE, "target.set_weights(source.get_weights())", "target = source"), fails=GIVEN),
        mutant(
            "the first layer alone",
            edit(GIVE, "target.set_weights(source", "target.layers[0].set_weights(source.layers[0]"),
            fails=GIVEN,
        ),
        mutant(
            "no biases are given",
            edit(
                GIVE,
                "target.set_weights(source.get_weights())",
                "target.set_weights([w if w.ndim > 1 else 0 * w for w in source.get_weights()])",
            ),
            fails=GIVEN,
        ),
        mutant(
            "layer by layer, with the input among them",
            edit(
                GIVE,
                "target.set_weights(source.get_weights())",
                "for old, new in zip(source.layers, target.layers):\n        new.set_weights(old.get_weights())",
            ),
            fails="weights_from_a_chain_to_a_graph",
        ),
        mutant(
            "those that learn",
            edit(
                GIVE,
                "target.set_weights(source.get_weights())",
                "for old, new in zip(target.trainable_weights, source.trainable_weights):\n        old.assign(new)",
            ),
            fails="weights_from_a_chain_to_a_graph",
        ),
        mutant(
            "takes them away",
            edit(GIVE, "    target", "    given = source.get_weights()\n    target"),
            append(GIVE, "    source.set_weights([0 * each for each in given])"),
            fails="weights_are_given",
        ),
    ],
    [
        mutant("with its sign", edit(DIFFERENCE, "np.abs(", "("), fails=COMPARED),
        mutant("the mean", edit(DIFFERENCE, ".max()", ".mean()"), fails=COMPARED),
        mutant("the sum", edit(DIFFERENCE, ".max()", ".sum()"), fails=COMPARED),
        mutant("the smallest", edit(DIFFERENCE, ".max()", ".min()"), fails=COMPARED),
        mutant("one for each picture", edit(DIFFERENCE, ".max()", ".max(axis=1)"), fails=COMPARED),
        mutant("with itself", edit(DIFFERENCE, "- second", "- first"), fails=COMPARED),
        mutant("the first picture alone", edit(DIFFERENCE, ").max()", ")[0].max()"), fails=COMPARED),
        mutant("ten pictures", edit(DIFFERENCE, ").max()", ")[:10].max()"), fails="the_largest_difference"),
        mutant(
            "the difference of the largest",
            edit(DIFFERENCE, "first.predict(pictures, verbose=0)", "first.predict(pictures, verbose=0).max()"),
            edit(DIFFERENCE, "second.predict(pictures, verbose=0)", "second.predict(pictures, verbose=0).max()"),
            fails=COMPARED,
        ),
    ],
    [
        mutant("a copy", replace(PAIR, CLONE), fails="the_reader_itself"),
        mutant(
            "a copy for one of the two", replace(PAIR, TWO_READERS), fails=["the_reader_itself", "no_more_parameters"]
        ),
        mutant("a new reader", replace(PAIR, NEW_WEIGHTS), fails=[*RIGHT_PAIR, "the_reader_itself"]),
        mutant(
            "the left one twice", edit(PAIR, "reader(right)", "reader(left)"), fails=["pairs_on_paper", "any_reader"]
        ),
        mutant("products alone", edit(PAIR, "Dot(axes=1)", "Multiply()"), fails=RIGHT_PAIR),
        mutant("by their angle", edit(PAIR, "axes=1", "axes=1, normalize=True"), fails=RIGHT_PAIR),
        mutant("how far apart", edit(PAIR, "Dot(axes=1)", "Subtract()"), fails=RIGHT_PAIR),
        mutant(
            "a dense layer behind",
            edit(PAIR, "keras.layers.Dot(", 'keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dot('),
            edit(PAIR, "reader(right)]))", "reader(right)])))"),
            fails=[*RIGHT_PAIR, "no_more_parameters"],
        ),
        mutant("frozen", edit(PAIR, "    left,", "    reader.trainable = False\n    left,"), fails="the_reader_stays"),
        mutant(
            "with the fork of the notebook",
            edit(PAIR, "    left,", "    reader = build_fork(64, 6)\n    left,"),
            fails=[*RIGHT_PAIR, "no_more_parameters", "the_reader_itself"],
        ),
        mutant(
            "one input",
            edit(PAIR, "keras.Model([left, right]", "keras.Model(left"),
            edit(PAIR, "reader(right)", "reader(left)"),
            fails="pair",
        ),
        mutant("the reader and no more", replace(PAIR, "def build_same(reader):\n    return reader"), fails="pair"),
        mutant("nothing comes back", edit(PAIR, "return keras", "keras"), fails="pair"),
        mutant(
            "always 64 pixels (pair)",
            edit(PAIR, "= keras.Input(reader.input_shape[1:])", "= keras.Input((64, 64, 3))"),
            edit(PAIR, ", keras.Input(reader.input_shape[1:])", ", keras.Input((64, 64, 3))"),
            fails=["no_more_parameters", "any_reader"],
        ),
    ],
    [
        mutant("as many as before", edit(ANSWERS, '"add": "a"', '"add": "b"'), fails="what_an_add_makes"),
        mutant("a bias for each road", edit(ANSWERS, '"add": "a"', '"add": "c"'), fails="what_an_add_makes"),
        mutant("the same in the end", edit(ANSWERS, '"shared": "b"', '"shared": "a"'), fails="what_sharing_does"),
        mutant("no more parameters", edit(ANSWERS, '"shared": "b"', '"shared": "c"'), fails="what_sharing_does"),
        mutant("a network in front", edit(ANSWERS, '"style": "c"', '"style": "a"'), fails="what_a_list_cannot_say"),
        mutant("dropped numbers", edit(ANSWERS, '"style": "c"', '"style": "b"'), fails="what_a_list_cannot_say"),
        mutant(
            "a question is left out",
            edit(ANSWERS, ', "style": "c"', ""),
            fails=["every_question_has_an_answer", "what_a_list_cannot_say"],
        ),
    ],
]
mutants = combine(slips)
mutants += [mutant("hands in networks that have learned nothing", untrained(), fails="trained")]
KEY = "a public criterion would hold the key"
hidden_because = {
    "what_an_add_makes": KEY,
    "what_sharing_does": KEY,
    "what_a_list_cannot_say": KEY,
}
harmless_mutations = [free("verbose", because="what `predict` prints is not judged")]
