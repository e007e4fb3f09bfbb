"""The hidden criteria of `transfer_frozen`: other networks, and pictures that nobody has seen."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    assert_between,
    assert_choice,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_shape,
    criterion,
    datasets,
    make_network,
    scatter_weights,
    share,
)


def numbers(channels, seed):
    """The numbers of `eyes`, in Keras's order; none of them is like a new one."""
    draw = np.random.default_rng([channels, seed])
    sizes = [(1, 1, 3, channels), *4 * [(channels,)], (1, 1, 3, channels), (2 * channels, 3), (3,)]
    return [draw.uniform(0.2, 1.5, size).astype("float32") for size in sizes]


def eyes(keras, side, weights):
    """A network with branches, whose pictures are not square."""
    channels = weights[0].shape[-1]
    here = keras.Input((side, side + 1, 3), name="picture")
    look = keras.layers.Conv2D(channels, 1, use_bias=False, name="look")(here)
    even = keras.layers.BatchNormalization(name="even")(look)
    kept = keras.layers.Dropout(0.4, name="kept")(even)
    grey = keras.layers.Conv2D(channels, 1, use_bias=False, name="grey")(here)
    both = keras.layers.Concatenate(name="both")([kept, grey])
    mean = keras.layers.GlobalAveragePooling2D(name="mean")(both)
    model = keras.Model(here, keras.layers.Dense(3, name="end")(mean))
    model.set_weights(list(weights))
    return model


def frozen(keras, side, weights, build):
    """The same up to `both`, frozen."""
    model = build(keras, side, weights)
    base = keras.Model(model.inputs, model.get_layer("both").output)
    base.trainable = False
    return base


def make_base(student, side, weights):
    """The frozen part of `eyes`."""
    return make_network(student, frozen, side, weights, share(student, eyes))


def both_of(x, weights):
    """What `both` says, in our own NumPy."""
    kernel, scale, shift, mean, variance, grey = (each.astype(float) for each in weights[:6])
    even = (x @ kernel[0, 0] - mean) / np.sqrt(variance + 1e-3) * scale + shift
    return np.concatenate([even, x @ grey[0, 0]], axis=-1)


def pictures_of(count, side):
    """Bytes, in pictures that are not square."""
    return np.random.default_rng([count, side]).integers(0, 256, (count, side, side + 1, 3), dtype="uint8")


def bits(arrays):
    """All bits of each array, in single precision."""
    return [np.asarray(array, np.float32).tobytes() for array in arrays]


@criterion("borrow", points=1, hint="Do the layers keep their numbers, and is the name that you are given the cut?")
def test_any_network(student):
    """Any network is cut at any layer, more than once, and its numbers stay, bit for bit."""
    weights, x = numbers(2, 0), pictures_of(5, 4).astype("float32") / 100
    model = make_network(student, eyes, 4, weights)
    both = both_of(x, weights)
    cuts = [
        ("both", both, weights[:6]),
        ("mean", both.mean(axis=(1, 2)), weights[:6]),
        ("grey", both[..., 2:], weights[5:6]),
    ]
    for name, output, lent in cuts:
        base = as_model(student.borrow(model, name), "borrow(…)")
        assert_close(base.predict(x), output, f"the output cut at {name}", rtol=1e-3, atol=1e-3)
        assert_equal(base.trainable_parameters, 0, "the count of numbers that training may change")
        if sorted(bits(base.weights)) != sorted(bits(lent)):
            raise CriterionFailed(f"{len(lent)} borrowed arrays, bit for bit", f"{len(base.weights)}, or other numbers")
    if bits(as_left(model).weights) != bits(weights):
        raise CriterionFailed("a model that keeps its numbers", "other numbers in it afterwards")


@criterion("compute_features", points=2, hint="Any number of pictures, of any size: are all there, in their order?")
@pytest.mark.parametrize("count, side, channels", [(1, 3, 4), (131, 2, 3)])
def test_any_pictures(student, count, side, channels):
    """Any number of pictures get their features, floats."""
    weights, shown = numbers(channels, count), pictures_of(count, side)
    found = student.compute_features(make_base(student, side, weights), shown)
    assert_dtype(as_array(found, "compute_features(…)"), "float", "compute_features(…)")
    assert_close(found, both_of(shown / 127.5 - 1, weights), "compute_features(…)", rtol=1e-3, atol=1e-3)


@criterion(
    "build_head", points=1, hint="Does the head follow the shape that it is given, with one weight for each map?"
)
def test_any_shape(student):
    """A head of any shape answers with one probability, wherever in a map the numbers stand."""
    x = np.random.default_rng(9).normal(0, 1, (12, 5, 1, 3)).astype("float32") + np.arange(12).reshape(12, 1, 1, 1) / 4
    new = as_model(student.build_head((5, 1, 3)), "build_head(shape)")
    head = scatter_weights(student, new, (5, 1, 3), seed=5)
    assert_between(head.parameters, 3, 30, "the count of the head's numbers")
    found = as_array(head.predict(np.concatenate([x, x[:, ::-1]]).astype("float32")), "the answers")
    assert_shape(found, (24, 1), "the answers")
    assert_between(found, 0, 1, "the answers")
    if (gap := np.abs(found[:12] - found[12:]).max()) > 1e-3:
        raise CriterionFailed("the same answers for maps that are upside down", f"answers that differ by {gap:.2g}")


@criterion(
    "put_together", points=2, hint="Try it with a base of other maps: does the head still get what it learned from?"
)
def test_any_parts(student):
    """Any base and any head become one model, which base and head survive."""
    side, channels, ends = 5, 4, 3
    weights, shown = numbers(channels, ends), pictures_of(6, side)
    last = np.random.default_rng(ends).normal(0, 1, (2 * channels, ends)).astype("float32")
    head = make_network(student, mean_head, [side, side + 1, 2 * channels], last)
    found = as_model(student.put_together(make_base(student, side, weights), head), "put_together(base, head)")
    answers = both_of(shown / 127.5 - 1, weights).mean(axis=(1, 2)) @ last.astype(float)
    assert_close(found.predict(shown.astype("float32")), answers, "the answers", rtol=2e-3, atol=1e-2)
    after = share(student, train_once)(found, shown.astype("float32"), np.ones((6, ends), "float32"))
    if changed := len(set(bits(weights[:6])) - set(bits(after))):
        raise CriterionFailed("a base that a step of training leaves as it is", f"{changed} of 6 arrays changed")


def mean_head(keras, shape, weights):
    """A head with the means of the maps."""
    layers = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(len(weights[0]), use_bias=False)]
    model = keras.Sequential([keras.Input(tuple(shape)), *layers])
    model.set_weights([weights])
    return model


def train_once(model, x, y):
    """The numbers of a model after a step of training."""
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=1, verbose=0)
    return model.get_weights()


def tall(keras, side, weights, build):
    """A functional model with a frozen base, and a head of two layers."""
    here = keras.Input((side, side + 1, 3))
    base = build(keras, side, weights[:8])
    base.trainable = False
    place = keras.layers.Dense(4, activation="tanh", name="hidden")(base(keras.layers.Rescaling(1 / 127.5, -1)(here)))
    model = keras.Model(here, keras.layers.Dense(1, activation="sigmoid", name="kind")(place))
    model.set_weights(list(weights))
    return model


@criterion("start_again", points=1, hint="Is it a copy of the model that it is given, layer by layer?")
def test_any_network_starts_again(student):
    """Of any network, a new one is made, all of whose layers can learn."""
    sizes = (3, 4), (4,), (4, 1), (1,)
    weights = [*numbers(3, 8), *(np.full(size, 0.7, "float32") for size in sizes)]
    given = make_network(student, tall, 4, weights, share(student, eyes))
    found = as_model(student.start_again(given), "start_again(model)")
    shapes, count = [array.shape for array in weights], sum(array.size for array in weights)
    assert_equal([np.shape(drawn) for drawn in found.weights], shapes, "the sizes")
    assert_equal(found.trainable_parameters, count - 2 * 3, "the count of numbers that training may change")
    if kept := set(bits(found.weights)) & set(bits(weights)):
        raise CriterionFailed("other numbers in all layers", f"{len(kept)} arrays as they were")


@criterion("answers", points=1, hint="What goes into the base, round by round, if the pictures change?")
def test_mirrored_pictures(student):
    """You know when features can be kept, and when not."""
    wrong = {
        "a": "A filter for edges on the left finds none on the right: it says something else of a mirrored picture.",
        "c": "The order of the pictures has nothing to do with what they look like.",
    }
    assert_choice(student.answers, "flip", "b", wrong)


@criterion("answers", points=1, hint="What do the maps of an early cut show, and what those of a late one?")
def test_where_to_cut(student):
    """You know where to cut for a task that is unlike the old one."""
    wrong = {
        "a": "Its last layers have learned what animals are made of, and have given up fine lines for it.",
        "b": "Lines and edges are the same everywhere; its first layers know them.",
    }
    assert_choice(student.answers, "fabric", "c", wrong)


@criterion("answers", points=1, hint="Which of the four kinds of numbers in such a layer belong to training?")
def test_frozen_normalisation(student):
    """You know what freezing does to a normalisation."""
    wrong = {
        "b": "So it is in layers that are not frozen. Keras makes frozen ones work as when they are used.",
        "c": "Then the layers behind them would get numbers of another size than they learned from.",
    }
    assert_choice(student.answers, "norm", "a", wrong)


@criterion("model", points=3, hint="How far apart are the two kinds of the forty, and of those held apart?")
def test_knows_new_pictures(student, thresholds, credit):
    """The saved model is right about pictures that this notebook has never loaded."""
    lent = datasets.load("newcomers", split="test")
    credit.within(accuracy(as_model(student.model), (lent.pictures.astype("float32"), lent.labels)), thresholds, "new")
