"""The hidden criteria of `style_mix`: other shapes, other networks, and a real painting."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    assert_apart,
    assert_between,
    assert_close,
    assert_shape,
    bowl_by_adam,
    call_on_tensors,
    criterion,
    datasets,
    make_bowl,
    make_network,
    slope_on_tape,
    take_steps,
)

SHAPES = pytest.mark.parametrize("shape", [(1, 1, 6), (7, 4, 1), (3, 5, 2), (12, 2, 9), (5, 5, 5)], ids=str)


def numbers(*sizes, seed=0):
    """Numbers of both signs, in single precision."""
    return np.random.default_rng([*sizes, seed]).normal(0.1, 1.0, sizes).astype("float32")


def picture_of(*sizes, seed=0):
    """A picture of noise, in single precision."""
    return np.random.default_rng([*sizes, seed]).uniform(0, 1, sizes).astype("float32")


def gram_of(maps):
    """The Gram matrix of maps, in our own NumPy."""
    rows = maps.astype(float).reshape(-1, maps.shape[-1])
    return rows.T @ rows / len(rows)


@criterion("content_cost", points=1, hint="Maps of any height, width and number of channels.")
@SHAPES
def test_content_of_any_maps(student, shape):
    """The content cost of maps of any shape is right, in both directions, and 0 for equal ones."""
    maps, wanted = numbers(*shape), 2 * numbers(*shape, seed=1)
    expected = np.mean((maps.astype(float) - wanted) ** 2)
    for one, other in ((maps, wanted), (wanted, maps)):
        assert_close(call_on_tensors(student, "content_cost", one, other), expected, "the content cost")
    assert_close(call_on_tensors(student, "content_cost", maps, maps), 0.0, "the content cost", atol=1e-7)


@criterion("gram_matrix", points=2, hint="Maps of any height, width and number of channels.")
@SHAPES
def test_gram_of_any_maps(student, shape):
    """The Gram matrix of maps of any shape is symmetric, is negative in no direction, and holds the
    right means."""
    maps = 3 * numbers(*shape, seed=2)
    found = as_array(call_on_tensors(student, "gram_matrix", maps), "the Gram matrix")
    assert_shape(found, (shape[-1], shape[-1]), "the Gram matrix")
    found, expected = found.astype(float), gram_of(maps)
    scale = np.abs(expected).max()
    assert_close(found, expected, "the Gram matrix", rtol=1e-3, atol=1e-3 * scale)
    assert_between(np.abs(found - found.T).max() / scale, 0, 1e-2, "what parts it from itself, turned")
    assert_between(np.linalg.eigvalsh(found) / scale, -1e-2, np.inf, "its eigenvalues")


def by_tensors(maps):
    """A Gram matrix."""
    import tensorflow as tf

    return tf.einsum("hwi,hwj->ij", maps, maps) / (maps.shape[0] * maps.shape[1])


def by_squares(maps, wanted):
    """A content cost."""
    import tensorflow as tf

    return tf.reduce_mean((maps - wanted) ** 2)


def by_layers(maps, grams, weights):
    """A style cost."""
    import tensorflow as tf

    places = {name: maps[name].shape[0] * maps[name].shape[1] for name in weights}
    found = {name: tf.einsum("hwi,hwj->ij", maps[name], maps[name]) / places[name] for name in weights}
    return tf.add_n([weight * tf.reduce_mean((found[name] - grams[name]) ** 2) for name, weight in weights.items()])


def by_network(network, content, style, layer, weights, alpha, beta):
    """A function that says what a picture costs."""
    import tensorflow as tf

    def look(picture):
        maps = {name: each[0] for name, each in network(picture[None]).items()}
        return maps, {
            name: tf.einsum("hwi,hwj->ij", each, each) / each[..., 0].shape.num_elements()
            for name, each in maps.items()
        }

    wanted, grams = look(content)[0][layer], look(style)[1]

    def cost_of(picture):
        maps, own = look(picture)
        costs = [weight * tf.reduce_mean((own[name] - grams[name]) ** 2) for name, weight in weights.items()]
        return alpha * tf.reduce_mean((maps[layer] - wanted) ** 2) + beta * tf.add_n(costs)

    return cost_of


def by_tape(picture, cost_of, optimizer):
    """A step."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        cost = cost_of(picture)
    optimizer.apply_gradients([(tape.gradient(cost, picture), picture)])
    picture.assign(tf.clip_by_value(picture, 0.0, 1.0))
    return cost


COSTS = {"content_cost": by_squares, "gram_matrix": by_tensors, "style_cost": by_layers}


@criterion("style_cost", points=2, hint="Any number of layers, of any shapes, with any weights.")
@pytest.mark.parametrize("count", [1, 2, 4])
def test_style_of_any_layers(student, count):
    """Any number of layers count with their weights, and the own style costs nothing."""
    shapes = [(3, 5, 2), (7, 2, 4), (2, 2, 6), (9, 1, 3)]
    maps = {f"layer {number}": numbers(*shape) for number, shape in enumerate(shapes)}
    grams = {name: gram_of(numbers(4, 3, each.shape[-1], seed=count)) for name, each in reversed(maps.items())}
    weights = {f"layer {number}": [0.25, 3.0, -1.5, 0.4][number] for number in range(4)[-count:]}
    expected = sum(each * np.mean((gram_of(maps[name]) - grams[name]) ** 2) for name, each in weights.items())
    own = {name: gram_of(each) for name, each in maps.items()}

    def judge(_):
        assert_close(
            call_on_tensors(student, "style_cost", maps, grams, weights), expected, "the style cost", rtol=1e-3
        )
        assert_close(call_on_tensors(student, "style_cost", maps, own, weights), 0.0, "the style cost", atol=1e-4)

    assert_apart(student, "style_cost", {"gram_matrix": by_tensors, "content_cost": by_squares}, judge)


def three_eyes(keras, kernels):
    """A network of three convolutions that follow one another, and squares between them."""
    place = here = keras.Input((None, None, 3))
    outputs = {}
    for number, kernel in enumerate(kernels):
        convolution = keras.layers.Conv2D(kernel.shape[-1], kernel.shape[:2], use_bias=False, name=f"look{number}")
        place = outputs[f"look{number}"] = convolution(place)
        convolution.set_weights([kernel])
        place = keras.layers.Dropout(0.5)(keras.layers.Multiply()([place, place]))
    return keras.Model(here, outputs)


KERNELS = [0.5 * numbers(2, 3, 3, 4), 0.3 * numbers(1, 2, 4, 2), 0.4 * numbers(2, 1, 2, 5)]


def seen(picture):
    """What `three_eyes` says of a picture, in our own NumPy."""
    found, place = {}, picture.astype(float)
    for number, kernel in enumerate(KERNELS):
        windows = np.lib.stride_tricks.sliding_window_view(place, kernel.shape[:2], axis=(0, 1))
        found[f"look{number}"] = np.einsum("hwcij,ijcf->hwf", windows, kernel.astype(float))
        place = found[f"look{number}"] ** 2
    return found


def total(picture, content, style, layer, weights, alpha, beta, look=seen):
    """What a picture costs, in our own NumPy."""
    here, wanted, liked = look(picture), look(content), look(style)
    styles = [each * np.mean((gram_of(here[name]) - gram_of(liked[name])) ** 2) for name, each in weights.items()]
    return alpha * np.mean((here[layer] - wanted[layer]) ** 2) + beta * sum(styles)


@criterion("make_cost", points=2, hint="Any network, any layer, and a style of another size.")
@pytest.mark.parametrize(
    "layer, weights, alpha, beta",
    [
        ("look2", {"look0": 1.0, "look1": 0.5}, 2.0, 3.0),
        ("look0", {"look2": 0.7}, 0.3, 1.0),
        ("look1", {"look0": 0.1, "look1": 0.2, "look2": 0.4}, 1.0, 0.02),
    ],
)
def test_total_of_any_network(student, layer, weights, alpha, beta):
    """The total and its slope are right for a network with three layers, and any wishes."""
    content, style, picture = picture_of(6, 8, 3), picture_of(9, 5, 3, seed=1), picture_of(6, 8, 3, seed=2)
    wishes = content, style, layer, weights, alpha, beta
    nudge = np.zeros_like(picture, dtype=float)
    nudge[2, 3, 1] = 2.0**-10
    slope = (total(picture + nudge, *wishes) - total(picture - nudge, *wishes)) / 2.0**-9

    def judge(_):
        cost_of = student.make_cost(make_network(student, three_eyes, KERNELS), *wishes)
        assert_close(call_on_tensors(student, cost_of, picture), total(picture, *wishes), "the total cost", rtol=1e-3)
        found = slope_on_tape(student, cost_of, picture)
        assert_close(found[2, 3, 1], slope, "the slope of the total cost", rtol=2e-3)

    assert_apart(student, "make_cost", COSTS, judge)


@criterion("step", points=2, hint="Pictures of any size, and any optimizer.")
@pytest.mark.parametrize("shape, rate", [((1, 1, 3), 0.3), ((4, 7, 3), 0.02), ((9, 5, 3), 0.1)], ids=str)
def test_steps_of_any_picture(student, shape, rate):
    """Steps of Adam, from any picture, are those that our own steps are, and say what it cost."""
    start, steep = picture_of(*shape), 1 + picture_of(*shape, seed=1)
    middle = np.where(start > 0.5, -0.3, 1.4).astype("float32")
    taken = take_steps(student, "step", start, make_bowl(student, middle, steep), "Adam", {"learning_rate": rate}, 6)
    expected = bowl_by_adam(start, middle, steep, rate, 6)
    for number in range(6):
        cost = np.sum(steep * (expected[number] - middle) ** 2) / 2
        assert_close(taken.costs[number], cost, f"the cost that step {number + 1} returned", rtol=1e-3)
        assert_close(taken.values[number + 1], expected[number + 1], "the picture", rtol=1e-3, atol=1e-3)


@criterion("paint", points=1, hint="Pictures of any size, any number of steps, none as well.")
@pytest.mark.parametrize(
    "shape, steps, rate", [((2, 5, 3), 0, 0.1), ((6, 3, 3), 12, 0.02), ((3, 3, 3), 4, 0.5)], ids=str
)
def test_paints_any_picture(student, shape, steps, rate):
    """Any picture is painted in any number of steps."""
    start, steep = picture_of(*shape), 1 + picture_of(*shape, seed=1)
    middle = np.where(start > 0.5, -0.3, 1.4).astype("float32")

    def judge(_):
        found = as_array(student.paint(start, make_bowl(student, middle, steep), steps, rate), "paint(…)")
        expected = bowl_by_adam(start, middle, steep, rate, steps)
        assert_close(found, expected, "paint(…)", rtol=1e-3, atol=1e-3)

    assert_apart(student, "paint", {"step": by_tape}, judge)


def build_eyes(keras):
    """The notebook's network."""
    from proctor.datasets.species_base import load_species_base

    base, maps = load_species_base(), {}
    here = keras.Input((None, None, 3))
    place = keras.layers.Rescaling(2.0, offset=-1.0)(here)
    for layer in base.layers[:11]:
        place = maps[layer.name] = layer(place)
    return keras.Model(here, {name: maps[name] for name in ("relu1", "relu2", "relu3")})


def seen_by_eyes(picture):
    """What the notebook's network says of a picture, in our own NumPy."""
    with np.load(datasets.species_base.WEIGHTS, allow_pickle=False) as arrays:
        weights = [arrays[name].astype("float32").astype(float) for name in sorted(arrays.files)]
    place, found = 2 * picture.astype(float) - 1, {}
    for number in range(3):
        kernel, scale, shift, mean, variance = weights[5 * number : 5 * number + 5]
        rim = kernel.shape[0] // 2
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(place, ((rim, rim), (rim, rim), (0, 0))), kernel.shape[:2], axis=(0, 1)
        )
        maps = np.tensordot(windows, kernel.transpose(2, 0, 1, 3), 3)
        maps = np.maximum((maps - mean) / np.sqrt(variance + 1e-3) * scale + shift, 0)
        found[f"relu{number + 1}"] = maps
        place = maps.reshape(maps.shape[0] // 2, 2, maps.shape[1] // 2, 2, -1).max(axis=(1, 3))
    return found


@criterion("paint", points=2, hint="Which cost is it that falls, and does Adam get the rate that you are given?")
def test_falls_by_two_fifths(student, thresholds):
    """A drawn hare that is painted in stripes for 40 steps costs 40 % less, and stays a picture."""
    hare = datasets.draw_species(1, seed=32, kinds=("hare",))[0][0, 12:60, 8:56].astype("float32") / 255
    down, right = np.mgrid[:32, :40]
    stripes = np.where(((down + 2 * right) % 12 < 6)[..., None], [0.9, 0.7, 0.1], [0.1, 0.2, 0.5]).astype("float32")
    wishes = hare, stripes, "relu3", {"relu1": 0.5, "relu2": 0.3, "relu3": 0.2}, 1.0, 10.0

    def judge(_):
        cost_of = student.make_cost(make_network(student, build_eyes), *wishes)
        painted = as_array(student.paint(hare, cost_of, 40, 0.02), "paint(…)")
        assert_shape(painted, (41, *hare.shape), "paint(…)")
        assert_close(painted[0], hare, "the first picture", atol=1e-3)
        assert_between(painted, 0, 1, "the pictures")
        before, after = (total(each, *wishes, look=seen_by_eyes) for each in (hare, painted[-1]))
        if not after <= thresholds["left"] * before:
            raise CriterionFailed(f"a cost of at most {thresholds['left']:.0%}", f"{after / before:.0%} are left")

    assert_apart(student, "paint", {"make_cost": by_network, "step": by_tape}, judge)
