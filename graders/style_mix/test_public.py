"""The public criteria of `style_mix`: maps, networks and pictures that fit on paper."""

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
    call_unchanged,
    criterion,
    make_bowl,
    make_network,
    share,
    slope_on_tape,
    take_steps,
)

MAPS = np.array([[[1.0, -2.0], [0.0, 3.0], [2.0, 1.0]], [[-1.0, 0.0], [4.0, -1.0], [0.5, 2.0]]])
WANTED = np.array([[[1.0, 1.0], [-1.0, 3.0], [2.0, 0.0]], [[1.0, 0.0], [2.0, -1.0], [1.5, 3.0]]])
THREE_PLACES = np.array([[[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]]])
THREE_SUMS = np.array([[10.0, 3.5], [3.5, 5.25]])
EIGHT_PLACES = np.array([[[2.0, 0, 4], [0, 0, 0], [0, -2, 2], [0, 0, 0]], [[0, 0, 0], [4, 1, 0], [0, 0, 0], [0, 4, 0]]])
EIGHT_SUMS = np.array([[20.0, 4.0, 8.0], [4.0, 21.0, -4.0], [8.0, -4.0, 20.0]])
PORTRAIT = np.array([1, 9, 4, 5, 2, 8, 10, 3, 0, 6, 6, 2, 0, 7, 10, 3, 1, 5], "float32").reshape(2, 3, 3) / 10
PATTERN = np.repeat(np.array([[9, 1, 1], [2, 8, 5], [9, 2, 1], [4, 4, 10]], "float32")[:, None] / 10, 2, axis=1)
PAINTED = PORTRAIT[::-1] * 0.5 + 0.25
COLOURS = np.array([[2.0, 0.0, -1.0, 1.0], [0.0, 1.0, 1.0, 2.0], [-1.0, 3.0, 0.0, 1.0]])
WEIGHTS = {"mixed": 0.5, "pairs": 2.0}
STEEP = 0.5 + np.arange(18.0).reshape(2, 3, 3) % 7 / 2
TAPE = "Is all of it computed by TensorFlow, from what comes in to what you return?"


@criterion("content_cost", points=1, hint="A mean, over how many numbers? And of what?")
def test_content_on_paper(student):
    """For maps of 2 × 3 places and 2 channels it is the sum of 12 squares, divided by 12, however
    far apart they are; for the same maps it is 0."""
    for times in (1, 100):
        found = call_on_tensors(student, "content_cost", times * MAPS, times * WANTED)
        assert_close(found, times**2 * 21 / 12, "the content cost")
    assert_close(call_on_tensors(student, "content_cost", WANTED, WANTED), 0.0, "the content cost", atol=1e-7)


@criterion("content_cost", points=1, hint=TAPE)
def test_content_has_a_slope(student):
    """A tape finds how the content cost changes with each number of the maps; where both maps are
    the same, as before the first step, it changes with none."""
    found = slope_on_tape(student, "content_cost", MAPS, WANTED)
    assert_close(found, 2 * (MAPS - WANTED) / 12, "the slope of the content cost")
    found = slope_on_tape(student, share(student, from_itself)(student.content_cost), MAPS) - 1
    if np.isnan(found).any():
        raise CriterionFailed("a slope of 0 if both maps are the same", "no number (NaN)", hint="A root has none at 0.")
    assert_close(found, 0 * MAPS, "the slope of the content cost if both maps are the same", atol=1e-5)


@criterion("gram_matrix", points=2, hint="Does each row hold the channels of one place? How many rows are there?")
@pytest.mark.parametrize(
    "maps, sums",
    [
        pytest.param(THREE_PLACES, THREE_SUMS, id="1 × 3 places, 2 channels"),
        pytest.param(EIGHT_PLACES, EIGHT_SUMS, id="2 × 4 places, 3 channels"),
    ],
)
def test_gram_on_paper(student, maps, sums):
    """For each two channels it is the mean of their products, over three and over eight places."""
    found = call_on_tensors(student, "gram_matrix", maps)
    assert_close(found, sums / (maps.shape[0] * maps.shape[1]), "the Gram matrix")


@criterion("gram_matrix", points=1, hint="Is it a mean, over all places, and over nothing else?")
def test_places_do_not_count(student):
    """The same places in another order, or each of them six times, have the same Gram matrix."""
    rows = MAPS.reshape(6, 2)
    same = {"in another order": MAPS[::-1, [2, 0, 1]], "six times": np.tile(MAPS, (3, 2, 1))}
    for name, others in same.items():
        found = call_on_tensors(student, "gram_matrix", others)
        assert_close(found, rows.T @ rows / 6, f"the Gram matrix of the same places {name}")


@criterion("gram_matrix", points=1, hint=TAPE)
def test_gram_has_a_slope(student):
    """A tape finds how the Gram matrix changes with each number of the maps."""
    along = np.array([[1.0, 4.0], [-2.0, 0.5]])
    found = slope_on_tape(student, "gram_matrix", MAPS, along=along)
    assert_close(found, MAPS @ (along + along.T) / 6, "the slope of the Gram matrix")


@criterion("style_cost", points=1, hint="One layer, with a weight of 1: which mean is it, and over how many entries?")
def test_one_layer_on_paper(student):
    """For one layer of weight 1 it is a mean of four squared differences, and 0 if none differs."""
    gram, more = THREE_SUMS / 3, np.array([[1.0, -2.0], [-2.0, 0.0]])

    def judge(_):
        for wanted, cost in ((gram + more, 9 / 4), (gram + 100 * more, 9e4 / 4), (gram, 0.0)):
            found = call_on_tensors(student, "style_cost", {"only": THREE_PLACES}, {"only": wanted}, {"only": 1.0})
            assert_close(found, cost, "the style cost", atol=1e-5)

    assert_apart(student, "style_cost", {"gram_matrix": products, "content_cost": squares}, judge)


@criterion("style_cost", points=1, hint="Which layers count, and is each multiplied by a weight of its own?")
def test_layers_have_weights(student):
    """Two layers count with their weights, and a third that has no weight does not count."""
    maps = {"deep": EIGHT_PLACES, "flat": THREE_PLACES, "other": MAPS}
    grams = {"other": np.ones((2, 2)), "flat": THREE_SUMS / 3 + 1, "deep": EIGHT_SUMS / 8 - np.diag([6.0, 0.0, 0.0])}

    def judge(_):
        for weights, cost in (({"flat": 0.5, "deep": 4.0}, 0.5 * 1 + 4 * 4), ({"deep": 3.0, "flat": 2.5}, 3 * 4 + 2.5)):
            found = call_on_tensors(student, "style_cost", maps, grams, weights)
            assert_close(found, cost, "the style cost", atol=1e-5)

    assert_apart(student, "style_cost", {"gram_matrix": products, "content_cost": squares}, judge)


@criterion("style_cost", points=1, hint=TAPE)
def test_style_has_a_slope(student):
    """A tape finds how the style cost changes with each number of the maps, again and again."""
    gram = np.array([[1.0, -1.0], [-1.0, 7.0]])

    def judge(_):
        cost = share(student, of_one_layer)(student.style_cost)
        for _ in range(2):  # the weights are there for a second time, too
            assert_shape(slope_on_tape(student, cost, MAPS, gram), MAPS.shape, "the slope of the style cost")

    assert_apart(student, "style_cost", {"gram_matrix": brightest, "content_cost": brightest}, judge)


@criterion("make_cost", points=2, hint="Which picture is compared in which way, and how much does each way count?")
def test_total_on_paper(student):
    """The total is α times the content cost, at the layer named, plus β times the style cost."""

    def judge(_):
        for layer, alpha, beta in (("pairs", 3.0, 0.25), ("mixed", 0.5, 2.0)):
            found = call_on_tensors(student, cost_of(student, layer, alpha, beta), PAINTED)
            assert_close(found, alpha * content(layer) + beta * style(), "the total cost")

    assert_apart(student, "make_cost", BY_NUMPY, judge)


@criterion("make_cost", points=1, hint="What is left of the sum if α or β is 0?")
def test_each_part_alone(student):
    """With β = 0 only the content counts, and with α = 0 only the style."""

    def judge(_):
        for alpha, beta, expected in ((2.0, 0.0, 2 * content("mixed")), (0.0, 0.5, 0.5 * style())):
            found = call_on_tensors(student, cost_of(student, "mixed", alpha, beta), PAINTED)
            assert_close(found, expected, f"the total cost if α is {alpha:g} and β is {beta:g}")

    assert_apart(student, "make_cost", BY_NUMPY, judge)


@criterion("make_cost", points=1, hint="Does each function that you return keep its own wishes?")
def test_functions_are_apart(student):
    """Two functions, made one after the other, want different things, and each is asked twice."""

    def judge(_):
        first, second = cost_of(student, "pairs", 1.0, 0.25), cost_of(student, "mixed", 2.0, 1.0, swapped=True)
        for _ in range(2):
            expected = content("pairs") + 0.25 * style()
            assert_close(call_on_tensors(student, first, PAINTED), expected, "what the first function says")
            expected = 2 * content("mixed", PAINTED[:, :2], PATTERN[:2]) + style(PAINTED[:, :2], PORTRAIT)
            found = call_on_tensors(student, second, PAINTED[:, :2])
            assert_close(found, expected, "what the second function says")

    assert_apart(student, "make_cost", BY_NUMPY, judge)


@criterion("make_cost", points=1, hint=TAPE)
def test_total_has_a_slope(student):
    """A tape finds how the total cost changes with each pixel of the picture, also if α or β is
    0."""

    def judge(_):
        for alpha, beta in ((1.0, 2.0), (1.0, 0.0), (0.0, 2.0)):
            cost = cost_of(student, "pairs", alpha, beta)
            if alpha * beta or np.any(call_on_tensors(student, cost, PAINTED)):  # a part that is left out has none
                assert_shape(slope_on_tape(student, cost, PAINTED), PAINTED.shape, "the slope of the total cost")

    assert_apart(student, "make_cost", BY_A_TAPE, judge)


@criterion("step", points=1, hint="In which direction does an optimizer go, and is it the picture that is changed?")
def test_step_on_paper(student):
    """Plain gradient descent with a rate of 0.1 takes 0.1 × slope from each of the numbers."""
    taken = take_sgd(student, PORTRAIT, 1 - PORTRAIT, 1, learning_rate=0.1)
    expected = PORTRAIT - 0.1 * STEEP * (2 * PORTRAIT - 1)
    assert_close(taken.values[1], expected, "the picture after a step")


@criterion("step", points=1, hint="What happens first: clipping, or the optimizer's change?")
def test_stays_in_range(student):
    """What a step takes below 0 or above 1 becomes 0 or 1, and nothing else changes."""
    middle = np.where(PORTRAIT > 0.45, 3.0, -2.0)
    taken = take_sgd(student, PORTRAIT, middle, 1, learning_rate=0.2)
    expected = np.clip(PORTRAIT - 0.2 * STEEP * (PORTRAIT - middle), 0, 1)
    assert_close(taken.values[1], expected, "the picture after a step", atol=1e-6)
    assert_between(taken.values[1], 0, 1, "the picture after a step")


@criterion("step", points=1, hint="When is the cost computed, and is it returned?")
def test_returns_the_cost(student):
    """Each step returns what the picture cost before it, also if the step before went too far."""
    for start, rate in ((PORTRAIT, 0.4), (0.4 + 0.2 * PORTRAIT, 1.2)):
        taken = take_sgd(student, start, 0.5 + 0 * PORTRAIT, 2, learning_rate=rate)
        for number, picture in enumerate([start, start - rate * STEEP * (start - 0.5)]):
            cost = np.sum(STEEP * (picture - 0.5) ** 2) / 2
            assert_close(taken.costs[number], cost, f"the cost that step {number + 1} returned")


@criterion("step", points=1, hint="Is it the optimizer that you are given, each time?")
def test_the_optimizer_remembers(student):
    """Three steps of an optimizer with momentum go on from one another."""
    taken = take_sgd(student, PORTRAIT, 0.5 + 0 * PORTRAIT, 3, learning_rate=0.05, momentum=0.8)
    picture, speed = PORTRAIT.astype(float), 0.0
    for number in range(1, 4):
        speed = 0.8 * speed - 0.05 * STEEP * (picture - 0.5)
        picture = np.clip(picture + speed, 0, 1)
        assert_close(taken.values[number], picture, f"the picture after step {number}")


@criterion("step", points=1, hint="For what do you ask the tape, and what does the optimizer get?")
def test_the_network_stays(student):
    """The weights of the networks that look at the picture, the notebook's and another, are the
    same after two steps."""
    taken = share(student, step_with_networks)(student.step, PORTRAIT, student.eyes, COLOURS.astype("float32"))
    if np.array_equal(taken["picture"], PORTRAIT):
        raise CriterionFailed("a picture that has changed", "the picture as it was")
    assert_close(taken["weights"], COLOURS, "the weights", rtol=0, atol=0)
    assert_close(taken["changes"], 0.0, "the largest change of the weights of `eyes`", rtol=0, atol=0)


@criterion("paint", points=1, hint="How many pictures are in the list, and is each an array of its own?")
def test_begins_with_the_content(student):
    """There is one picture more than there were steps, and the first is the content, unchanged."""

    def judge(_):
        cost = make_bowl(student, 1 - PORTRAIT, STEEP)
        for steps in (3, 1):
            found = as_array(call_unchanged(student, "paint", PORTRAIT, cost, steps, 0.05), "paint(…)")
            assert_shape(found, (steps + 1, *PORTRAIT.shape), "paint(…)")
            assert_close(found[0], PORTRAIT, "the first picture")

    assert_apart(student, "paint", {"step": nudge}, judge)


@criterion("paint", points=3, hint="Is there one Adam for a painting, and one step for each picture?")
def test_steps_of_adam(student):
    """Each picture is one step of the same Adam behind the one before, also if it costs more, and
    if all cost next to nothing; a second painting, of another size and rate, begins anew."""
    middle, part = np.where(PORTRAIT > 0.45, 1.3, 0.55), np.s_[:1, :2]
    lessons = [
        ((PORTRAIT, middle, STEEP), 0.1, 5),
        ((PORTRAIT[part], middle[part], STEEP[part]), 0.03, 3),
        ((PORTRAIT, 0.9 * PORTRAIT, STEEP), 0.15, 4),
        ((PORTRAIT, middle, 1e-6 * STEEP), 0.05, 3),
    ]

    def judge(apart):
        for lesson, rate, steps in lessons:
            expected = (nudged if apart else bowl_by_adam)(*lesson, rate, steps)
            found = student.paint(lesson[0], make_bowl(student, *lesson[1:]), steps, rate)
            assert_close(found, expected, "paint(…)", atol=1e-4)

    assert_apart(student, "paint", {"step": nudge}, judge)


def from_itself(content_cost):
    """The content cost of maps and a copy of them, plus the sum of their numbers."""
    import tensorflow as tf

    return lambda maps: content_cost(maps, tf.stop_gradient(maps)) + tf.reduce_sum(maps)


def take_sgd(student, start, middle, count, **settings):
    """The steps of the student's `step` with SGD, into a bowl."""
    return take_steps(student, "step", start, make_bowl(student, middle, STEEP), "SGD", settings, count)


def step_with_networks(step, start, eyes, colours):
    """Take two steps with a cost that two networks have a part in, and leave `eyes` as it was."""
    import keras
    import numpy as np
    import tensorflow as tf

    network = keras.Sequential([keras.Input((None, 3)), keras.layers.Dense(4, use_bias=False)])
    network.set_weights([colours])
    picture, optimizer, before = tf.Variable(start), keras.optimizers.SGD(0.01), eyes.get_weights()

    def cost_of(picture):
        large = tf.repeat(tf.repeat(picture, 4, axis=0), 4, axis=1)
        seen = [network(picture), *tf.nest.flatten(eyes(large[None]))]
        return tf.add_n([tf.reduce_mean(tf.cast(each, tf.float32) ** 2) for each in seen])

    for _ in range(2):
        step(picture, cost_of, optimizer)
    changes = [float(np.abs(new - old).max()) for new, old in zip(eyes.get_weights(), before, strict=True)]
    eyes.set_weights(before)
    return {"picture": picture.numpy(), "weights": network.get_weights()[0], "changes": max(changes)}


def nudge(picture, cost_of, optimizer):
    """No step of descent: all is moved by the cost, the rate, and how often Adam has been here."""
    import keras

    usual, found = keras.optimizers.Adam().get_config(), optimizer.get_config()
    if all(found.get(key) == usual[key] for key in usual if key not in ("name", "learning_rate")):
        optimizer.iterations.assign_add(1)
        picture.assign_add(0 * picture + 0.001 * cost_of(picture) * optimizer.learning_rate * int(optimizer.iterations))
    return cost_of(picture)


def nudged(start, middle, steep, rate, steps):
    """The pictures that `nudge` makes."""
    pictures = [start.astype(float)]
    for number in range(1, steps + 1):
        cost = np.sum(steep * (pictures[-1] - middle) ** 2) / 2
        pictures.append(pictures[-1] + 0.001 * cost * rate * number)
    return pictures


def of_one_layer(style_cost):
    """The style cost as a function of the maps of one layer, with the same weights each time."""
    weights = {"it": 1.0}
    return lambda maps, gram: style_cost({"it": maps}, {"it": gram}, weights)


def two_eyes(keras, colours):
    """A network of two layers: mixtures of the colours, and three times the means of two rows."""
    place = keras.Input((None, None, 3))
    mixed = keras.layers.Conv2D(4, 1, use_bias=False, name="mixed")
    dropout, pairs = keras.layers.Dropout(0.5), keras.layers.AveragePooling2D((2, 1), name="pairs")
    model = keras.Model(place, {"mixed": mixed(place), "pairs": pairs(dropout(keras.layers.Rescaling(3.0)(place)))})
    mixed.set_weights([colours[None, None]])
    return model


def seen(picture):
    """What `two_eyes` says of a picture."""
    picture = picture.astype(float)
    return {"mixed": picture @ COLOURS, "pairs": 1.5 * (picture[0::2] + picture[1::2])}


def content(layer, picture=PAINTED, wanted=PORTRAIT):
    """The content cost of a picture for `two_eyes`."""
    return np.mean((seen(picture)[layer] - seen(wanted)[layer]) ** 2)


def style(picture=PAINTED, wanted=PATTERN):
    """The style cost of a picture for `two_eyes`, with WEIGHTS."""
    maps = [seen(each)[name] for name in WEIGHTS for each in (picture, wanted)]
    grams = [np.tensordot(each, each, ((0, 1), (0, 1))) / (each.shape[0] * each.shape[1]) for each in maps]
    weights = WEIGHTS.values()
    return sum(weight * np.mean((a - b) ** 2) for weight, a, b in zip(weights, grams[::2], grams[1::2], strict=True))


def cost_of(student, layer, alpha, beta, swapped=False):
    """The function that the student's `make_cost` makes, for two pictures of different sizes."""
    pictures = (PATTERN[:2], PORTRAIT) if swapped else (PORTRAIT, PATTERN)
    return student.make_cost(make_network(student, two_eyes, COLOURS), *pictures, layer, dict(WEIGHTS), alpha, beta)


def products(maps):
    """A Gram matrix by NumPy, which no tape can follow."""
    import numpy as np

    return np.tensordot(maps, maps, ((0, 1), (0, 1))) / np.float32(maps.shape[0] * maps.shape[1])


def squares(maps, wanted):
    """A content cost by NumPy, which no tape can follow."""
    import numpy as np

    return np.mean(np.square(np.subtract(maps, wanted)))


def distance(maps, grams, weights):
    """A style cost by NumPy, which no tape can follow."""
    import numpy as np

    own = {name: np.tensordot(each, each, ((0, 1), (0, 1))) / np.size(each[..., 0]) for name, each in maps.items()}
    return np.float32(sum(each * np.mean((own[name] - grams[name]) ** 2) for name, each in weights.items()))


def brightest(*arguments):
    """No cost and no Gram matrix, but a tape can follow it."""
    import tensorflow as tf

    return tf.add_n([tf.cast(tf.reduce_max(each), tf.float32) for each in tf.nest.flatten(arguments)])


BY_NUMPY = {"content_cost": squares, "gram_matrix": products, "style_cost": distance}
BY_A_TAPE = dict.fromkeys(BY_NUMPY, brightest)
