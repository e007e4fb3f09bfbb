"""The public criteria of `feature_maps`: networks, maps and filters that fit on paper."""

import numpy as np

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_between,
    assert_choices,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    layer,
    make_model,
    make_network,
    without_warnings,
)

X = np.array([[1.0, -2.0], [3.0, 1.0], [-1.0, 4.0]])
QUESTIONS = {"minus": "abc", "moved": "abc", "favourites": "abc"}


def assert_reveals(found, x, expected, call):
    """The model `found` returns, in a dict, what each layer of `expected` says of `x`."""
    outputs = as_model(found, call).predict(x)
    if not isinstance(outputs, dict):
        raise CriterionFailed("a model that returns a dict, with the names of the layers", described(outputs))
    for name, output in expected.items():
        if name not in outputs:
            raise CriterionFailed(f"an output for the layer {name}", f"outputs for {', '.join(map(str, outputs))}")
        assert_close(outputs[name], output, f"the output of {name}", rtol=1e-4, atol=1e-5)


def branching(keras):
    """A network with two branches, one longer than the other, which meet again."""
    here = keras.Input((2,), name="here")
    double = keras.layers.Rescaling(2.0, name="double")(here)
    positive = keras.layers.ReLU(name="positive")(double)
    shifted = keras.layers.Rescaling(1.0, offset=1.0, name="shifted")(here)
    return keras.Model(here, keras.layers.Add(name="together")([shifted, positive]))


def boxed(keras, functional, deep, weights):
    """A network in a network, or in one that is in a third; two may both be functional."""
    begin = keras.Input((2,))
    positive = keras.layers.ReLU(name="positive")
    inner = keras.Sequential([begin, positive], name="box")
    if functional:
        inner = keras.Model(begin, positive(begin), name="box")
    if deep:
        inner = keras.Sequential(
            [keras.Input((2,)), inner, keras.layers.Rescaling(-1.0, name="turned")], name="big_box"
        )
    double = keras.layers.Dense(2, use_bias=False, name="double")
    layers = [double, inner, keras.layers.Rescaling(1.0, offset=-1.0, name="lower")]
    place = here = keras.Input((2,))
    if functional:
        for each in layers:
            place = each(place)
        model = keras.Model(here, place)
    else:
        model = keras.Sequential([here, *layers])
    double.set_weights([weights])
    return model


@criterion("reveal", points=2, hint="Which outputs does the new model have, and under which names?")
def test_a_chain_of_layers(student):
    """Of three layers that follow one another, each one's output is there, under its name."""
    weights = [[[1.0, 0.5], [-2.0, 1.0]], [0.0, 3.0], [[2.0], [-1.0]], [0.5]]
    layers = [layer("Dense", units=2, name="mix"), layer("ReLU", name="bend"), layer("Dense", units=1, name="end")]
    chain = make_model(student, (2,), *layers, weights=weights)
    mix = X @ np.array(weights[0]) + weights[1]
    bend = np.maximum(mix, 0)
    expected = {"mix": mix, "bend": bend, "end": bend @ np.array(weights[2]) + weights[3]}
    assert_reveals(student.reveal(chain), X, expected, "reveal(model)")


@criterion("reveal", points=2, hint="Do you name places that exist, or send the input through the layers once more?")
def test_branches(student):
    """Of a network whose branches meet again, each layer's output is there."""
    double, shifted = 2 * X, X + 1
    positive = np.maximum(double, 0)
    expected = {"double": double, "positive": positive, "shifted": shifted, "together": shifted + positive}
    assert_reveals(student.reveal(make_network(student, branching)), X, expected, "reveal(model)")


@criterion("reveal_nested", points=1, hint="What do you do with a layer that has layers?")
def test_a_model_in_a_model(student):
    """Layers before, in and behind a model in a sequential model are there."""
    assert_opens(student, functional=False, deep=False)


@criterion("reveal_nested", points=1, hint="Do you open models of every kind, and step over their inputs?")
def test_a_model_in_a_functional_model(student):
    """Layers before, in and behind a functional model in a functional model are there."""
    assert_opens(student, functional=True, deep=False)


@criterion("reveal_nested", points=1, hint="What if one of the inner model's layers is a model, too?")
def test_a_box_in_a_box(student):
    """A model in a model in a model is opened, too."""
    assert_opens(student, functional=False, deep=True)


def assert_opens(student, functional, deep):
    """`reveal_nested` opens the network that `boxed` makes."""
    positive = np.maximum(2 * X, 0)
    expected = {"double": 2 * X, "positive": positive, "lower": positive - 1}
    if deep:
        expected |= {"turned": -positive, "lower": -positive - 1}
    found = student.reveal_nested(make_network(student, boxed, functional, deep, 2 * np.eye(2)))
    assert_reveals(found, X, expected, "reveal_nested(model)")


@criterion("to_pictures", points=1, hint="Stretch each map by itself: which axes belong to one map?")
def test_each_map_from_0_to_255(student):
    """Two maps of 2 × 3 numbers are stretched from 0 to 255, each by itself; filters come first."""
    maps = np.stack([[[-1.0, 0.0, 4.0], [1.0, 2.0, 3.0]], [[130.0, 30.0, 50.0], [90.0, 70.0, 110.0]]], axis=-1)
    found = as_array(call_unchanged(student, "to_pictures", maps), "to_pictures(maps)")
    expected = np.array([[[0.0, 51, 255], [102, 153, 204]], [[255, 0, 51], [153, 102, 204]]])
    assert_close(found.astype(float), expected, "to_pictures(maps)", rtol=0, atol=1.1)


@criterion("to_pictures", points=1, hint="What do you divide by if all numbers of a map are equal?")
def test_a_constant_map(student):
    """A map whose numbers are all equal becomes 0 everywhere, and the one beside it does not."""
    maps = np.stack([np.full((3, 2), -7.5), [[0.0, 1.0], [5.0, 0.0], [1.0, 0.0]], np.full((3, 2), 3.0)], axis=-1)
    with without_warnings(student):
        found = as_array(student.to_pictures(maps), "to_pictures(maps)")
    assert_shape(found, (3, 3, 2), "to_pictures(maps)")
    for number in (0, 2):
        assert_close(found[number].astype(float), np.zeros((3, 2)), f"picture {number}")
    assert_between(found[1].max(), 200, 255, "the brightest number of picture 1")


@criterion("to_pictures", points=1, hint="Which type has an array of bytes, and when do you round?")
def test_rounded_bytes(student):
    """The pictures are of type uint8, and rounded to the nearest whole number."""
    found = student.to_pictures(np.array([[[3.0], [3.25], [3.75], [4.1], [5.0]]]))
    if not isinstance(found, np.ndarray) or found.dtype != np.uint8:
        raise CriterionFailed("an array of type uint8", described(found))
    # 31.9, 95.6 and 140.2, that is, if they were not rounded
    expected = np.array([0.0, 32, 96, 140, 255])
    assert_close(np.sort(found.ravel()).astype(float), expected, "the numbers of to_pictures(maps)")


def one_channel(*filters):
    """Filters (rows, columns) as the weights of a convolution with one channel."""
    return np.stack([np.asarray(each, float) for each in filters], axis=-1)[:, :, None, :]


UPRIGHT = np.array([[-1.0, 2.0, -1.0], [-1.0, 2.0, -1.0]])
LEFT = np.array([[1.0, 0.0, -1.0], [1.0, 0.0, -1.0]])


@criterion("likeness", points=1, hint="Which products are added up, and what is the sum divided by?")
def test_filters_on_paper(student):
    """Three filters of 2 × 3 are compared with two patterns, as on paper."""
    filters = one_channel(UPRIGHT, [[3.0, 0.0, 0.0], [0.0, 0.0, -4.0]], [[0.0, 0.0, 0.0], [-2.0, 0.0, 2.0]])
    expected = np.array([[1.0, 0.0], [1 / (5 * 12**0.5), 7 / 10], [0.0, -4 / (8**0.5 * 2)]])
    found = call_unchanged(student, "likeness", filters, np.stack([UPRIGHT, LEFT]))
    assert_close(found, expected, "likeness(filters, patterns)", atol=1e-4)


@criterion("likeness", points=1, hint="Divide by the lengths of both, of the filter and of the patch.")
def test_size_does_not_count(student):
    """A filter of any size, and a pattern of any size, are as alike as before; the sign stays."""
    filters = one_channel(5 * UPRIGHT, -0.25 * UPRIGHT, UPRIGHT + LEFT)
    mixed = (12 / 16) ** 0.5
    expected = np.array([[1.0, 1.0], [-1.0, -1.0], [mixed, mixed]])
    found = student.likeness(filters, np.stack([0.5 * UPRIGHT, 3 * UPRIGHT]))
    assert_close(found, expected, "likeness(filters, patterns)", atol=1e-4)


@criterion("likeness", points=1, hint="How often does the patch hold the pattern? All three sums go over the channels.")
def test_three_channels(student):
    """A filter that wants a bar in red only is less like a grey bar than one that wants it in all
    three colours."""
    nothing = np.zeros_like(UPRIGHT)
    colours = [(UPRIGHT, UPRIGHT, UPRIGHT), (UPRIGHT, nothing, nothing), (UPRIGHT, nothing, -UPRIGHT)]
    filters = np.stack([np.stack(channels, axis=-1) for channels in colours], axis=-1)
    expected = np.array([[1.0, 0.0], [1 / 3**0.5, 0.0], [0.0, 0.0]])
    found = student.likeness(filters, np.stack([UPRIGHT, LEFT]))
    assert_close(found, expected, "likeness(filters, patterns)", atol=1e-4)


@criterion("likeness", points=1, hint="What is the length of a filter of zeros, and what happens if you divide by it?")
def test_a_filter_of_zeros(student):
    """A filter of zeros has a likeness of 0 with everything, and its neighbour is not changed."""
    filters = one_channel(np.zeros((2, 3)), LEFT)
    found = student.likeness(filters, np.stack([UPRIGHT, LEFT]))
    assert_close(found, np.array([[0.0, 0.0], [0.0, 1.0]]), "likeness(filters, patterns)", atol=1e-4)


@criterion("name_filters", points=1, hint="Which likeness is the largest if you leave its sign aside?")
def test_labels_with_signs(student):
    """A filter gets the name of the pattern that it is most like in size, and the sign of it."""
    alike = np.array([[0.9, 0.1, -0.2], [0.5, -0.75, 0.6], [-0.3, -0.6, 0.8], [-0.7, 0.5, 0.2]])
    found = call_unchanged(student, "name_filters", alike, ["bar", "edge", "dot"])
    assert_labels(found, ["+bar", "-edge", "+dot", "-bar"])


@criterion("name_filters", points=1, hint="Do you compare the size with `clear`, also that of a negative likeness?")
def test_clear_enough(student):
    """A likeness of less than `clear` in size gives "?", and one of exactly `clear` is enough."""
    alike = np.array([[0.25, -0.125], [0.0, 0.375], [-0.375, 0.25], [0.125, -0.25]])
    assert_labels(student.name_filters(alike, ["bar", "edge"], clear=0.375), ["?", "+edge", "-bar", "?"])
    assert_labels(student.name_filters(alike, ["bar", "edge"], clear=0.25), ["+bar", "+edge", "-bar", "-edge"])
    assert_labels(student.name_filters(np.array([[0.25], [-0.75]]), ["bar"]), ["?", "-bar"])


def assert_labels(found, expected):
    """A text for each filter, in a list, a tuple or an array."""
    labels = as_tuple(found, "name_filters(…)", [f"filter {number}" for number in range(len(expected))])
    for number, (label, right) in enumerate(zip(labels, expected, strict=True)):
        if not isinstance(label, str):
            raise CriterionFailed(f"a text for filter {number}", described(label))
        assert_equal(str(label), right, f"the label of filter {number}")


@criterion("strongest_pictures", points=1, hint="How strong is a filter's answer to a picture: where do you look?")
def test_one_good_spot_is_enough(student):
    """A picture with a single large number is stronger than one with many middling ones."""
    maps = np.zeros((3, 2, 2, 1))
    maps[0, :, :, 0], maps[1, 1, 0, 0], maps[2, 0, 1, 0] = 2.0, 5.0, 1.0
    assert_pictures(student.strongest_pictures(maps, 3), [[1, 0, 2]])


@criterion("strongest_pictures", points=1, hint="Which end of the order do you keep, and has each filter its own?")
def test_each_filter_has_its_own(student):
    """Each of two filters has its own favourites of 4 and of 20 pictures, the strongest first."""
    strengths = np.array([[3.0, -1.0], [1.0, -4.0], [7.0, -3.0], [5.0, -2.0]])
    maps = np.full((4, 2, 3, 2), -9.0)
    maps[:, 1, 2] = strengths
    assert_pictures(call_unchanged(student, "strongest_pictures", maps, 3), [[2, 3, 0], [0, 3, 2]])
    order = np.array([np.arange(20) * 7 % 20, np.arange(20) * 3 % 20])
    strengths = np.empty((20, 1, 1, 2))
    for number, favourites in enumerate(order):
        strengths[favourites, 0, 0, number] = np.arange(20, 0, -1)
    assert_pictures(student.strongest_pictures(strengths, 12), order[:, :12])


def assert_pictures(found, expected):
    """Numbers of pictures, whole ones."""
    assert_close(as_array(found, "strongest_pictures(…)"), np.array(expected), "strongest_pictures(…)", rtol=0, atol=0)
    assert_dtype(found, "int", "strongest_pictures(…)")


@criterion("seen_pixels", points=1, hint="How many more pixels does the last of `w` neighbours bring?")
def test_windows_without_strides(student):
    """Windows of 3, 5 and 2, all with a stride of 1, see 3, 7 and 8 pixels."""
    assert_seen(student.seen_pixels([(3, 1), (5, 1), (2, 1)]), [3, 7, 8])


@criterion("seen_pixels", points=1, hint="From which layer on does a stride count: its own, or the next?")
def test_strides_count_behind(student):
    """The example of the text gives 5, 6 and 10, and two strides multiply."""
    assert_seen(call_unchanged(student, "seen_pixels", [(5, 1), (2, 2), (3, 1)]), [5, 6, 10])
    assert_seen(student.seen_pixels([(3, 2), (3, 3), (4, 1), (1, 2), (2, 1)]), [3, 7, 25, 25, 37])


def assert_seen(found, expected):
    """A whole number for each layer, of any type."""
    assert_close(as_array(found, "seen_pixels(…)").astype(float), np.array(expected, float), "seen_pixels(…)")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)
