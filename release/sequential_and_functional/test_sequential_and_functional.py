"""The public criteria of `sequential_and_functional`, which students get with the notebook."""

import re

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    assert_choices,
    assert_close,
    assert_input_shape,
    assert_parameters,
    assert_shape,
    call_unchanged,
    convolve,
    criterion,
    datasets,
    described,
    layer,
    make_model,
    make_network,
    share,
)

SIDE, KINDS = 64, 6
CHAIN_PARAMETERS = (25 * 3 + 1) * 16 + (9 * 16 + 1) * 32 + (9 * 32 + 1) * 64 + (64 + 1) * KINDS
FORK_PARAMETERS = CHAIN_PARAMETERS + 64 * KINDS
AVERAGE, LARGEST = ("average",), ("largest",)
BOTH = ("average", "largest")
OTHER_SIZES = [pytest.param(40, 3, id="40 pixels, 3 kinds"), pytest.param(57, 9, id="57 pixels, 9 kinds")]
# Usual slips, and what makes a network in NumPy that has them.
SLIPS = {
    "the bytes were not scaled": {"scale": (1, 0)},
    "the bytes were scaled to numbers from 0 to 1": {"scale": (1 / 255, 0)},
    "1 was not taken away from the scaled bytes": {"scale": (1 / 127.5, 0)},
    "the bytes were scaled twice": {"scale": (1 / 127.5**2, -1 / 127.5 - 1)},
    "the first convolution had no ReLU": {"bends": (0, 1, 1)},
    "the second convolution had no ReLU": {"bends": (1, 0, 1)},
    "the third convolution had no ReLU": {"bends": (1, 1, 0)},
    "no convolution had a ReLU": {"bends": (0, 0, 0)},
    "the first convolution moved on by one pixel at a time": {"stride": 1},
    "the pictures were padded": {"is_padded": True},
    "the pooling took averages": {"pool": np.mean},
    "there were no softmax": {"end": lambda scores: scores},
    "there were a sigmoid in place of the softmax": {"end": lambda scores: 1 / (1 + np.exp(-scores))},
}
OTHER_ROADS = {
    "the end took the largest number of each map": LARGEST,
    "the end took averages alone": AVERAGE,
    "both roads took averages": ("average", "average"),
    "both roads took the largest numbers": ("largest", "largest"),
    "the roads were added up": ("sum",),
}


@criterion("chain", points=1, hint="Compare with the table, box by box: filters, windows, and what comes out.")
def test_parameters_of_the_chain(student):
    """For 64 pixels and 6 kinds, the chain has 24,742 parameters."""
    assert_parameters(built(student, "build_chain", SIDE, KINDS), exactly=CHAIN_PARAMETERS)


@criterion("chain", points=2, hint="Go through the table step by step: what does each step do with its numbers?")
def test_what_the_chain_computes(student):
    """With weights that the check gives to it, the chain answers as the table says."""
    assert_computes(student, "build_chain", AVERAGE)


@criterion("chain", points=1, hint="Is there a number in your function that should be `side` or `kinds`?")
@pytest.mark.parametrize("side, kinds", OTHER_SIZES)
def test_chains_of_other_sizes(student, side, kinds):
    """Chains for pictures of other sizes, and for other numbers of kinds, are right, too, and
    each is a network of its own."""
    assert_takes(student, "build_chain", side, kinds, AVERAGE)


@criterion("graph", points=1, hint="Does it begin with a place and end with `keras.Model(begin, end)`?")
def test_made_of_places(student):
    """The graph is made in the functional style, layer by layer."""
    network = built(student, "build_graph", SIDE, KINDS)
    if not share(student, is_functional)(network):
        raise CriterionFailed("a model made by keras.Model(begin, end)", f"a {network.class_name} model")
    if any("/" in layer.name for layer in network.layers):
        raise CriterionFailed("one layer after the other", "a model in the model", detail=network.table())


@criterion("graph", points=1, hint="Compare both drawings, box by box.")
def test_parameters_of_the_graph(student):
    """The graph has as many parameters as the chain."""
    found = built(student, "build_graph", SIDE, KINDS)
    if found.parameters != CHAIN_PARAMETERS:  # a slip that the chain has, too, costs its point once
        assert_parameters(found, exactly=built(student, "build_chain", SIDE, KINDS).parameters)


@criterion("graph", points=2, hint="Does each layer get the place behind the one before it? Is a step missing?")
def test_what_the_graph_computes(student):
    """With weights that the check gives to it, the graph answers as the table says."""
    assert_computes(student, "build_graph", AVERAGE)


@criterion("graph", points=1, hint="Is there a number in your function that should be `side` or `kinds`?")
@pytest.mark.parametrize("side, kinds", OTHER_SIZES)
def test_graphs_of_other_sizes(student, side, kinds):
    """Graphs for pictures of other sizes, and for other numbers of kinds, are right, too, and
    each is a network of its own."""
    assert_takes(student, "build_graph", side, kinds, AVERAGE)


@criterion("twins", points=1, hint="From which of the two models do the weights come, and to which do they go?")
def test_weights_are_given(student):
    """The target has the weights of the source; the source keeps its own."""
    given, others = small_weights(seed=1), small_weights(seed=2)
    layers = layer("Dense", units=3), layer("Dense", units=2)
    source, target = (make_model(student, (4,), *layers, weights=weights) for weights in (given, others))
    student.give_weights(source, target)
    for what, model in (("target", target), ("source", source)):
        for found, right in zip(as_left(model).weights, given, strict=True):
            assert_close(found, right, f"the weights of the {what}")


@criterion(
    "twins", points=1, hint="What is in `target.layers` and not in `source.layers`? Do weights need layers at all?"
)
def test_weights_from_a_chain_to_a_graph(student):
    """A graph takes the weights of a chain, too, also if both are frozen."""
    given = small_weights(seed=3)
    source, target = make_network(student, small_chain), make_network(student, small_graph)
    source.set_weights(given)
    student.give_weights(source, target)
    for found, right in zip(target.weights, given, strict=True):
        assert_close(found, right, "the weights of the target")


@criterion("twins", points=2, hint="Which answers do you subtract, and what becomes of a difference below 0?")
@pytest.mark.parametrize(
    "rows, gaps",
    [
        pytest.param([97, 98, 99], [[0.25, 0.5], [0, 0.25], [0, -1.75]], id="at the end"),
        pytest.param([9, 40, 80], [[0.25, 1.75], [0, 0.5], [0.5, 0]], id="below 0"),
        pytest.param([0, 1, 2], [[1.75, 0], [-1.5, -1], [-1, 0]], id="first of all"),
    ],
)
def test_the_largest_difference(student, rows, gaps):
    """Of all answers to 100 inputs, 1.75 is the largest difference of both, wherever it is."""
    first, dense = np.array([[0.5, -3], [2, 0], [1, 3]]), layer("Dense", units=2)
    models = [make_model(student, (3,), dense, weights=[each, [0, 0]]) for each in (first, first + gaps)]
    x = np.zeros((100, 3), "float32")  # to zeros, both answer 0
    x[rows] = np.eye(3)
    found = as_array(call_unchanged(student, "largest_difference", *models, x), "largest_difference(…)")
    assert_close(found.item() if found.size == 1 else found, 1.75, "largest_difference(…)", rtol=1e-3)


@criterion("fork", points=1, hint="How often does the picture go through the convolutions, and what does the join do?")
def test_parameters_of_the_fork(student):
    """For 64 pixels and 6 kinds, the fork has 25,126 parameters, and uses each of them once."""
    network = built(student, "build_fork", SIDE, KINDS)
    assert_parameters(network, exactly=FORK_PARAMETERS)
    again = share(student, find_called_again)(network)
    if again:
        raise CriterionFailed("every layer with parameters called once", f"{again}, called twice")


@criterion(
    "fork", points=3, hint="Where does each of the two roads begin, what does it take, and does it reach the join?"
)
def test_what_the_fork_computes(student):
    """With weights that the check gives to it, the fork answers as the table says: both roads
    count, side by side."""
    assert_computes(student, "build_fork", BOTH)


@criterion("fork", points=1, hint="Is there a number in your function that should be `side` or `kinds`?")
@pytest.mark.parametrize("side, kinds", OTHER_SIZES)
def test_forks_of_other_sizes(student, side, kinds):
    """Forks for pictures of other sizes, and for other numbers of kinds, are right, too, and
    each is a network of its own."""
    assert_takes(student, "build_fork", side, kinds, BOTH)


@criterion("trained", points=1, hint="Are the checks of `chain` green? Then train it again.")
def test_the_chain_knows_its_pictures(student, known, thresholds, credit):
    """The saved chain reads the pictures that it learned from."""
    credit.within(accuracy(student.chain, known), thresholds, "known_chain")


@criterion("trained", points=1, hint="Are the checks of `fork` green? Then train it again.")
def test_the_fork_knows_its_pictures(student, known, thresholds, credit):
    """The saved fork reads the pictures that it learned from."""
    credit.within(accuracy(student.fork, known), thresholds, "known_fork")


@pytest.fixture(scope="module")
def known():
    """A part of the pictures that the notebook learns from, and their labels."""
    return tuple(part[:480] for part in datasets.put_aside(*datasets.load("signs"))[0])


@criterion("pair", points=2, hint="Which two rows are multiplied, and what do you do with the products?")
def test_pairs_on_paper(student):
    """For the probabilities in the text, and for two other pairs, the answer is as on paper."""
    one = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]
    other = [[0.6, 0.1, 0.3], [0.2, 0.2, 0.6], [0.1, 0.2, 0.7]]
    found = paired(student, plain_reader(student)).predict([read_as(one), read_as(other)])
    assert_close(found, [[0.39], [0.24], [0.59]], "the answers to three pairs", atol=2e-3)


@criterion("pair", points=1, hint="What has weights in your network, beside the reader? Which shape have its inputs?")
def test_no_more_parameters(student):
    """The pair has exactly the parameters of its reader, here one for pictures of 6 × 5 pixels."""
    reader = plain_reader(student, (6, 5, 3))
    assert_parameters(paired(student, reader), exactly=reader.parameters)


@criterion("pair", points=1, hint="Does your network call `reader`, or something that was made after its pattern?")
def test_the_reader_itself(student):
    """If the reader learns something new, the pair knows it at once."""
    reader = plain_reader(student)
    pair = paired(student, reader)
    left = [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]
    right = [[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]
    before = np.asarray(pair.predict([read_as(left), read_as(right)]), float)
    reader.set_weights([np.zeros((3, 3)), np.log([0.05, 0.9, 0.05])])  # now it always says these three
    found = np.asarray(pair.predict([read_as(left), read_as(right)]), float)
    if np.ptp(found, axis=0).max() > 0.001 or np.allclose(found, before, atol=0.001):
        raise CriterionFailed(
            "one answer to all pairs, once the reader says the same of all pictures", described(found)
        )


@criterion("pair", points=1, hint="Which lines of your function change something in `reader`?")
def test_the_reader_stays(student):
    """The reader stays as it is: it can still learn, and answers as before."""
    reader, said = plain_reader(student), [[0.5, 0.3, 0.2], [0.7, 0.2, 0.1]]
    paired(student, reader)
    left = as_left(reader)
    assert_close(left.predict(read_as(said)), said, "what the reader says", rtol=1e-3)
    if left.trainable_parameters != reader.parameters:
        raise CriterionFailed("a reader that can learn", f"{left.trainable_parameters} parameters that can change")


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"add": "abc", "shared": "abc", "style": "abc"})


def built(student, name, side, kinds):
    """What a student's function returns; a picture makes the weights of one without an Input."""
    model = as_model(getattr(student, name)(side, kinds), f"{name}({side}, {kinds})")
    if not model.weights:
        model.predict(some_pictures(side)[:1])
    return model


def is_functional(model):
    """Whether a model was made of places; runs in the student's process."""
    names = [each.__name__ for each in type(model).__mro__]
    return "Functional" in names and "Sequential" not in names


def find_called_again(model):
    """A layer with parameters that a model calls twice, or ""; runs in the student's process."""
    calls = [call.operation for row in getattr(model, "_nodes_by_depth", {}).values() for call in row]
    return next((each.name for each in calls if calls.count(each) > 1 and getattr(each, "weights", ())), "")


def some_pictures(side):
    """Three pictures with numbers from 0 to 255: noise, a bright square, and stripes."""
    pictures = np.random.default_rng(side).integers(0, 256, (3, side, side, 3)).astype("float32")
    pictures[1, side // 3 : side // 2, side // 4 : side // 2] = 250
    pictures[2] = 40 + 5 * np.arange(side)[:, None, None] % 160
    return pictures


def assert_takes(student, name, side, kinds, roads):
    """A network is right for pictures of this side if one for 64 pixels is, and new each time."""
    network, other = (built(student, name, side, kinds) for _ in range(2))
    if network.input_shape is not None:
        assert_input_shape(network, (None, *(size and side for size in network.input_shape[1:3]), 3))  # None is any
    found = network.predict(some_pictures(side))
    assert_shape(found, (3, kinds), f"the answer to 3 pictures of {side} × {side} pixels")
    found = find_slip(network, roads, side)
    if found and not find_slip(built(student, name, SIDE, KINDS), roads):
        raise CriterionFailed(
            "the answers of the network in the table", found, hint="Is something padded, or cut to size?"
        )
    if network.weights and np.array_equal(network.weights[0], other.weights[0]):
        found = "two that share their weights"
        raise CriterionFailed("two networks, if it is called twice", found, hint="Which layers are made only once?")


def assert_computes(student, name, roads):
    """A network answers as one in NumPy; a slip that the chain has, too, costs its points once."""
    network = built(student, name, SIDE, KINDS)
    found = find_slip(network, roads)
    if found and not (
        name != "build_chain"
        and found.startswith("answers as if")
        and found == find_slip(built(student, "build_chain", SIDE, KINDS), AVERAGE)
    ):
        raise CriterionFailed("the answers of the network in the table", found, detail=network.table())


def find_slip(network, roads, side=SIDE):
    """In what a network differs from one in NumPy that does as the table says; "" if in nothing."""
    random = [each.class_name for each in network.layers if re.search("Dropout|Noise|Random", each.class_name)]
    if random:
        return f"a layer {random[0]}, of which the table says nothing"
    shapes = [array.shape for array in network.weights]
    if [len(shape) for shape in shapes] != [4, 1, 4, 1, 4, 1, 2, 1]:
        return f"weights of the shapes {', '.join(map(str, shapes))}, not of three convolutions and a dense layer"
    # With these, every usual slip changes some answer by 0.15 or more.
    draw, sizes = np.random.default_rng(24), {1: 0.3, 2: 1.5, 4: 2}
    weights = [draw.normal(0, sizes[len(shape)] / max(1, np.prod(shape[:-1])) ** 0.5, shape) for shape in shapes]
    network.set_weights([array.astype("float32") for array in weights])
    found = np.asarray(network.predict(some_pictures(side)))
    usual = [("", roads, {}), *((told, roads, slip) for told, slip in SLIPS.items())]
    usual += [(told, others, {}) for told, others in OTHER_ROADS.items()]
    for told, ways, slip in usual:
        for row in (compute(side, weights, order, slip) for order in (ways, ways[::-1])):
            # Half precision is precise to 0.02.
            if row is not None and row.shape == found.shape and np.abs(found - row).max() < 0.02:
                return told and f"answers as if {told}"
    return f"other answers, such as {np.array2string(found.ravel()[:4].astype(float), precision=3)}"


def compute(side, weights, roads, slip):
    """The answers of a network in NumPy to `some_pictures`; None if its weights do not fit."""
    scale, bends, pool = slip.get("scale", (1 / 127.5, -1)), slip.get("bends", (1, 1, 1)), slip.get("pool", np.max)
    x = some_pictures(side) * scale[0] + scale[1]
    for step in range(3):
        if weights[2 * step].shape[2] != x.shape[3] or weights[2 * step].shape[0] > min(x.shape[1:3]):
            return None  # the convolutions do not follow one another
        kernel, bias = weights[2 * step : 2 * step + 2]
        stride = 1 if step else slip.get("stride", 2)
        x = convolve(x, kernel, stride, "same" if "is_padded" in slip else "valid") + bias
        x = np.maximum(x, 0) if bends[step] else x
        if step < 2:
            height, width = x.shape[1] // 2, x.shape[2] // 2
            x = pool(x[:, : 2 * height, : 2 * width].reshape(len(x), height, 2, width, 2, -1), axis=(2, 4))
    summaries = {"average": x.mean(axis=(1, 2)), "largest": x.max(axis=(1, 2))}
    summaries["sum"] = summaries["average"] + summaries["largest"]
    row = np.concatenate([summaries[road] for road in roads], axis=1)
    if row.shape[1] != len(weights[6]):
        return None
    scores = row @ weights[6] + weights[7]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return slip["end"](scores) if "end" in slip else powers / powers.sum(axis=1, keepdims=True)


def small_weights(seed):
    """Weights of two dense layers, with biases."""
    draw = np.random.default_rng(seed)
    return [draw.normal(0, 1, shape).astype("float32") for shape in ((4, 3), (3,), (3, 2), (2,))]


def small_chain(keras):
    """A chain of two layers, frozen."""
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)], trainable=False)


def small_graph(keras):
    """The same in the functional style."""
    begin = keras.Input((4,))
    return keras.Model(begin, keras.layers.Dense(2)(keras.layers.Dense(3)(begin)), trainable=False)


def paired(student, reader):
    """What `build_same` makes of a reader: a model with two inputs, or with a `call` of its own."""
    pair = as_model(student.build_same(reader), "build_same(reader)")
    shape = pair.input_shape
    if shape and not (len(shape) == 2 and isinstance(shape[0], tuple)):
        raise CriterionFailed("a model with two inputs", f"one with an input of shape {shape}")
    return pair


def plain_reader(student, shape=(SIDE, SIDE, 3)):
    """A reader of three kinds: a colour is a hundred times the logarithm of what it says."""
    layers = layer("GlobalAveragePooling2D"), layer("Dense", units=3, activation="softmax")
    return make_model(student, shape, *layers, weights=[np.eye(3) / 100, np.zeros(3)])


def read_as(said):
    """Pictures of one colour each, of which `plain_reader` says this."""
    return np.tile(100 * np.log(said)[:, None, None], (1, SIDE, SIDE, 1)).astype("float32")
