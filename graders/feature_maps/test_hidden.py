"""The hidden criteria of `feature_maps`, which students never get: other networks and filters."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_left,
    as_model,
    as_tuple,
    assert_choice,
    assert_close,
    assert_equal,
    convolve,
    criterion,
    described,
    layer,
    make_model,
    make_network,
)


def numbers(*sizes, seed=0):
    """Numbers of both signs, in single precision."""
    return np.random.default_rng([*sizes, seed]).normal(0.1, 1.0, sizes).astype("float32")


def outputs_of(found, x, call):
    """What a model that reveals layers returns for `x`, a dict."""
    outputs = as_model(found, call).predict(x)
    if not isinstance(outputs, dict):
        raise CriterionFailed("a model that returns a dict, with the names of the layers", described(outputs))
    return outputs


def assert_outputs(outputs, expected):
    """Each layer of `expected` has the right output, as floats of single precision allow."""
    for name, output in expected.items():
        if name not in outputs:
            raise CriterionFailed(f"an output for the layer {name}", f"outputs for {', '.join(map(str, outputs))}")
        assert_close(outputs[name], output, f"the output of {name}", rtol=1e-3, atol=1e-4)


def two_ways(keras, kernel, statistics, last):
    """A network whose convolution goes two ways, through a pool and through a mean, to one end."""
    here = keras.Input((5, 4, 2))
    maps = keras.layers.Conv2D(kernel.shape[-1], kernel.shape[:2], use_bias=False, name="look")(here)
    even = keras.layers.BatchNormalization(name="even")(maps)
    kept = keras.layers.Dropout(0.5, name="kept")(even)
    most = keras.layers.GlobalMaxPooling2D(name="most")(kept)
    mean = keras.layers.GlobalAveragePooling2D(name="mean")(even)
    both = keras.layers.Concatenate(name="both")([mean, most])
    model = keras.Model(here, keras.layers.Dense(last.shape[-1], use_bias=False, name="end")(both))
    model.set_weights([kernel, *statistics, last])
    return model


@criterion("reveal", points=2, hint="Do the layers keep their weights, and does every layer have an opening?")
def test_any_network(student):
    """A network with maps, normalisation, dropout and two branches says what it says."""
    kernel, last = numbers(2, 3, 2, 3), numbers(6, 2)
    statistics = [numbers(3, seed=1), numbers(3, seed=2), numbers(3, seed=3), np.abs(numbers(3, seed=4)) + 0.5]
    x = numbers(7, 5, 4, 2)
    looked = convolve(x, kernel, padding="valid")
    scale, shift, mean, variance = statistics
    even = (looked - mean) / np.sqrt(variance + 1e-3) * scale + shift
    both = np.concatenate([even.mean(axis=(1, 2)), even.max(axis=(1, 2))], axis=1)
    expected = {"look": looked, "even": even, "kept": even, "most": both[:, 3:], "mean": both[:, :3], "both": both}
    model = make_network(student, two_ways, kernel, statistics, last)
    assert_outputs(outputs_of(student.reveal(model), x, "reveal(model)"), expected | {"end": both @ last})


@criterion("reveal", points=1, hint="Are all layers of the given model left, with their weights, and may they learn?")
def test_the_model_stays(student):
    """The model that is opened stays as it is."""
    model = make_model(student, (3,), layer("Dense", units=4, name="one"), layer("Dense", units=2, name="two"))
    student.reveal(model)
    left = as_left(model)
    assert_equal([each.name for each in left.layers], ["one", "two"], "the layers that are left")
    assert_equal([each.trainable for each in left.layers], [True, True], "what may learn")
    for found, weights in zip(left.weights, model.weights, strict=True):
        assert_close(found, weights, "the weights that are left")


def boxes_in_boxes(keras, first, last):
    """Models in models, three deep, functional and sequential ones in turn."""
    place = here = keras.Input((2, 3), name="deepest")
    for each in (keras.layers.Rescaling(-1.5, name="turn"), keras.layers.ReLU(name="cut")):
        place = each(place)
    deep = keras.Model(here, place, name="deep")
    middle = keras.Sequential([keras.Input((2, 3)), deep, keras.layers.Flatten(name="flat")], name="middle")
    place = here = keras.Input((2, 3))
    for each in (keras.layers.Dense(3, use_bias=False, name="first"), middle, keras.layers.Dropout(0.5, name="kept")):
        place = each(place)
    outer = keras.Model(here, place, name="outer")
    small = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, use_bias=False, name="last")], name="small")
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Permute((2, 1), name="swap"), outer, small])
    model.set_weights([first, last])
    return model


@criterion("reveal_nested", points=1, hint="What if a model in a model has a model in it?")
def test_boxes_in_boxes(student):
    """Models in models in models are opened, with the weights that they have."""
    first, last, x = numbers(3, 3, seed=5), numbers(6, 2, seed=6), numbers(5, 3, 2, seed=7)
    swapped = np.swapaxes(x, 1, 2)
    mixed = swapped @ first
    cut = np.maximum(-1.5 * mixed, 0)
    expected = {"swap": swapped, "first": mixed, "turn": -1.5 * mixed, "cut": cut, "flat": cut.reshape(5, 6)}
    expected |= {"kept": cut.reshape(5, 6), "last": cut.reshape(5, 6) @ last}
    model = make_network(student, boxes_in_boxes, first, last)
    assert_outputs(outputs_of(student.reveal_nested(model), x, "reveal_nested(model)"), expected)


@criterion("reveal_nested", points=1, hint="A model without a model in it is opened, too. Does each call begin anew?")
def test_plain_ones_too(student):
    """Models without a model in them are opened, one after another, and stay as they are."""
    for names in (("one", "two"), ("three", "four")):
        weights = numbers(3, 4, seed=len(names[0])), numbers(4, 2, seed=len(names[0]))
        layers = [layer("Dense", units=u, use_bias=False, name=name) for u, name in zip((4, 2), names, strict=True)]
        model, x = make_model(student, (3,), *layers, weights=weights), numbers(4, 3, seed=8)
        outputs = outputs_of(student.reveal_nested(model), x, "reveal_nested(model)")
        assert_outputs(outputs, {names[0]: x @ weights[0], names[1]: x @ weights[0] @ weights[1]})
        left = as_left(model).layers
        assert_equal([each.name for each in left], list(names), "the layers that are left")
        assert_equal([each.trainable for each in left], [True, True], "what may learn")


@criterion("to_pictures", points=1, hint="Maps of any height, width and number, and of any size.")
@pytest.mark.parametrize("shape", [(1, 7, 2), (6, 5, 3), (9, 4, 1), (3, 2, 8)])
def test_any_maps(student, shape):
    """Maps of any shape and size become pictures."""
    for scale in (0.001, 1.0, 3000.0):
        maps = np.float64(scale) * numbers(*shape)
        found = as_array(student.to_pictures(maps), "to_pictures(maps)")
        each = np.moveaxis(maps, -1, 0)
        low, high = each.min(axis=(1, 2), keepdims=True), each.max(axis=(1, 2), keepdims=True)
        # Half a step is what rounding takes, and a little more what half precision does.
        exact = 255 * (each - low) / (high - low)
        assert_close(found.astype(float), exact, "to_pictures(maps)", rtol=0, atol=0.65)


def known_filters():
    """Filters whose answer is known: bars of both signs, at any size, with some noise in colour.

    Returns weights (5, 4, 3, 12), patterns (4, 5, 4), and the pattern and the sign of each filter.
    """
    down, right = np.mgrid[-2:3, -1:3]
    shapes = [down == 0, right == 1, down == right, down + right < 0]
    patterns = np.stack([shape - shape.mean() for shape in shapes])
    draw = np.random.default_rng(40)
    which, signs = np.arange(12) * 5 % 4, np.where(np.arange(12) % 3, 1.0, -1.0)
    sizes = 10.0 ** draw.uniform(-3, 3, 12)
    clean = np.stack(
        [np.repeat(sign * patterns[kind][..., None], 3, axis=-1) for kind, sign in zip(which, signs, strict=True)],
        axis=-1,
    )
    return sizes * (clean + draw.normal(0, 0.12, clean.shape)), patterns, which, signs


def like(filters, patterns):
    """The likeness of each filter with each pattern, in our own NumPy."""
    answers = np.einsum("ijcf,pij->fp", filters, patterns)
    of_filters = np.sqrt(np.einsum("ijcf,ijcf->f", filters, filters))
    of_patches = np.sqrt(filters.shape[2] * np.einsum("pij,pij->p", patterns, patterns))
    return answers / of_filters[:, None] / of_patches


@criterion(
    "likeness", points=2, hint="Rows, columns, channels, filters: does each axis of the weights stay what it is?"
)
def test_known_filters(student):
    """Twelve filters whose pattern, size and sign are known are told apart."""
    filters, patterns, which, signs = known_filters()
    found = as_array(student.likeness(filters, patterns), "likeness(filters, patterns)")
    assert_close(found, like(filters, patterns), "likeness(filters, patterns)", rtol=1e-3, atol=1e-3)
    assert_equal(np.abs(found).argmax(axis=1).tolist(), which.tolist(), "the patterns")
    assert_equal(np.sign(found[np.arange(12), which]).tolist(), signs.tolist(), "the signs")
    for channels in (1, 2):
        some, others = numbers(3, 6, channels, 5), numbers(4, 3, 6, seed=9)
        found = student.likeness(some, others)
        assert_close(found, like(some, others), "likeness(filters, patterns)", rtol=1e-3, atol=1e-3)


@criterion(
    "name_filters", points=2, hint="Any number of filters and patterns; `names` and `clear` are what you are given."
)
@pytest.mark.parametrize("filters, patterns, clear", [(9, 4, 0.5), (1, 6, 0.2), (14, 1, 0.7), (6, 3, 0.9)])
def test_any_labels(student, filters, patterns, clear):
    """Filters of any number get the right labels."""
    alike = np.random.default_rng([filters, patterns]).uniform(-1, 1, (filters, patterns))
    names = [f"pattern {number}" for number in range(patterns)]
    best = np.abs(alike).argmax(axis=1)
    sizes = alike[np.arange(filters), best]
    right = [("+" if size > 0 else "-") + names[place] for size, place in zip(sizes, best, strict=True)]
    right = [text if abs(size) >= clear else "?" for text, size in zip(right, sizes, strict=True)]
    found = student.name_filters(alike, names, clear=clear)
    labels = as_tuple(found, "name_filters(…)", [f"filter {number}" for number in range(filters)])
    assert_equal([str(label) for label in labels], right, "the labels")


@criterion("strongest_pictures", points=2, hint="Any number of pictures, filters and favourites, the strongest first.")
@pytest.mark.parametrize("shape, count", [((9, 3, 4, 5), 4), ((6, 1, 2, 1), 6), ((5, 4, 1, 7), 1), ((40, 2, 3, 5), 15)])
def test_any_favourites(student, shape, count):
    """Favourites of any number are found among pictures of any number."""
    maps = np.random.default_rng(shape).permutation(np.prod(shape)).reshape(shape) / 16.0 - 5
    expected = np.argsort(-maps.max(axis=(1, 2)), axis=0, kind="stable")[:count].T
    found = student.strongest_pictures(maps, count)
    assert_close(as_array(found, "strongest_pictures(…)"), expected, "strongest_pictures(…)", rtol=0, atol=0)


@criterion("seen_pixels", points=2, hint="Work out another case on paper: a long window behind two strides.")
@pytest.mark.parametrize(
    "layers",
    [
        pytest.param([(1, 1)], id="a window of one pixel"),
        pytest.param([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1)], id="a deep network"),
        pytest.param([(2, 3), (2, 3), (2, 3)], id="strides longer than the windows"),
        pytest.param([(3, 1), (3, 1), (2, 2)] * 4, id="blocks of three layers"),
    ],
)
def test_any_layers(student, layers):
    """Any windows and strides are worked out."""
    apart = np.cumprod([1, *(stride for _, stride in layers)])[:-1]
    expected = 1 + np.cumsum((np.array([window for window, _ in layers]) - 1) * apart)
    found = as_array(student.seen_pixels(layers), "seen_pixels(…)")
    assert_close(found.astype(float), expected.astype(float), "seen_pixels(…)")


@criterion("answers", points=1, hint="To which patch is this filter's answer positive?")
def test_what_a_minus_means(student):
    """You know what a filter with a minus looks for."""
    wrong = {
        "a": "There the answer is far below zero, and the ReLU cuts it off.",
        "c": "What is negative are the weights, and weights times dark, negative pixels are positive.",
    }
    assert_choice(student.answers, "minus", "b", wrong)


@criterion("answers", points=1, hint="How many neighbours of the map lie in 8 pixels?")
def test_a_moved_picture(student):
    """You know what becomes of maps if the picture moves."""
    wrong = {
        "b": "That many numbers of the map lie 64 pixels apart.",
        "c": "A pool forgets where in its small window something was; the map as a whole still has places.",
    }
    assert_choice(student.answers, "moved", "a", wrong)


@criterion("answers", points=1, hint="What do you not see if you look at eight pictures of 144?")
def test_what_favourites_tell(student):
    """You know what favourites tell about a filter, and what they do not."""
    wrong = {
        "a": "You have seen eight pictures only; it may answer to many others nearly as strongly.",
        "b": "Nobody gave the filter a task: it became useful for naming all the kinds.",
    }
    assert_choice(student.answers, "favourites", "c", wrong)
