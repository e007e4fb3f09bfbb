"""The hidden criteria of `fine_tune`: other networks, and pictures that nobody has seen."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_model,
    as_texts,
    as_tuple,
    assert_choice,
    assert_close,
    assert_pools,
    call_unchanged,
    criterion,
    datasets,
    give_head,
    layer,
    list_learning,
    make_model,
    make_network,
    take_one_step,
    without_warnings,
)


def wide(keras, side, weights):
    """A base with two branches, for pictures that are not square."""
    channels = weights[0].shape[-1]
    here = keras.Input((side, side + 2, 3), name="picture")
    look = keras.layers.Conv2D(channels, 1, use_bias=False, name="look")(here)
    even = keras.layers.BatchNormalization(epsilon=0.0, name="even")(look)
    grey = keras.layers.Conv2D(channels, 1, use_bias=False, name="grey")(here)
    model = keras.Model(here, keras.layers.Concatenate(name="both")([even, grey]))
    model.set_weights(list(weights))
    return model


@criterion("network", points=1, hint="Does the network take its size from `base`, and its block from what it is given?")
@pytest.mark.parametrize("side, channels", [(5, 2), (9, 3)])
def test_any_base(student, side, channels):
    """Around any base, for pictures of any size, the network answers with logits."""
    draw = np.random.default_rng(side)
    sizes = (1, 1, 3, channels), *4 * [(channels,)], (1, 1, 3, channels)
    weights = [draw.uniform(0.2, 1.2, size).astype("float32") for size in sizes]
    head = [draw.uniform(-1, 1, size).astype("float32") for size in ((2 * channels, 1), (1,))]
    base = make_network(student, wide, side, weights)
    block = make_model(student, (side, side + 2, 3), layer("RandomFlip", mode="horizontal"))
    network = as_model(student.build_network(base, block), "build_network(base, augmentation)")
    if not give_head(student, network, base, *head):
        raise CriterionFailed("a weight for each map and a bias behind the base", "other numbers")
    shown = draw.integers(0, 256, (7, side, side + 2, 3)).astype("float32")
    kernel, factor, shift, mean, variance, grey = (each.astype(float) for each in weights)
    scaled = shown.astype(float) / 127.5 - 1
    even = (scaled @ kernel[0, 0] - mean) / np.sqrt(variance) * factor + shift
    maps = np.concatenate([even, scaled @ grey[0, 0]], axis=-1)
    found = as_array(network.predict(shown), "the logits").astype(float)
    assert_pools(found, maps, *head)
    take_one_step(student, network, shown, np.ones((7, 1)), "sgd")
    if not all(map(np.array_equal, as_model(base).weights, weights)):
        raise CriterionFailed("a base that a step of training leaves as it is", "one that changes")


def long(keras, weights):
    """A base of six layers with numbers, under names that are not in their order."""
    place = here = keras.Input((3, 4, 3))
    layers = keras.layers
    for number in range(3):
        place = layers.Conv2D(3 + number, 1, use_bias=number != 1, name=f"part{2 - number}")(place)
        place = layers.BatchNormalization(name=f"calm{number}")(place)
    model = keras.Model(here, place, name="long")
    model.set_weights(list(weights))
    return model


SIZES = (1, 1, 3, 3), *5 * [(3,)], (1, 1, 3, 4), *4 * [(4,)], (1, 1, 4, 5), *5 * [(5,)]


@criterion(
    "thaw", points=1, hint="Thaw one base twice, from an early layer and then from a late one. Do its numbers stay?"
)
def test_thawed_more_than_once(student):
    """A base can be thawed again from another layer, and all its numbers stay as they are."""
    draw, order = np.random.default_rng(3), ["part2", "calm0", "part1", "calm1", "part0", "calm2"]
    weights = [draw.uniform(0.2, 1.0, size).astype("float32") for size in SIZES]
    base = make_network(student, long, weights)
    for name in ("calm1", "calm0", "calm2", "part1"):
        student.thaw_from(base, name)
        for found, old in zip(as_model(base).weights, weights, strict=True):
            assert_close(found, old, "the numbers of the base")
        learning = list_learning(student, base)
        for place, each in enumerate(order):
            due = place >= order.index(name) and each.startswith("part")
            if any(learning[each]) is not due:
                told = "learn" if due else "stay as it is"
                raise CriterionFailed(f"{each} to {told} after thaw_from(base, {name!r})", "the contrary")


@criterion("say", points=1, hint="Try one logit, whole numbers, and logits of 800 and -800.")
@pytest.mark.parametrize("logits", [[[800.0], [-800.0], [0.4], [-0.4]], [[3], [-7], [1]], [[-0.01]]])
def test_any_logits(student, logits):
    """Large, small, whole and single logits become words, without a warning."""
    array, kinds = np.array(logits), ["duck", "cat"]
    with without_warnings(student):
        found = call_unchanged(student, "name_kinds", array, kinds)
    names, sure = as_tuple(found, "name_kinds(logits, kinds)", ("names", "probabilities"))
    if as_texts(names, "the names") != [kinds[int(logit > 0)] for logit in array[:, 0]]:
        raise CriterionFailed("the kind on whose side of 0 each logit lies", "others")
    expected = 1 / (1 + np.exp(-np.abs(array[:, 0].astype(float))))
    assert_close(as_array(sure, "the probabilities"), expected, "the probabilities", atol=1e-4)


@criterion("answers", points=1, hint="What does such a layer do in each of its two modes, and which one is it in?")
def test_the_statistics(student):
    """You know what becomes of the normalisations in a base that is thawed as a whole."""
    wrong = {
        "a": "They are not learned, but they are collected, while the layer is thawed and the network learns.",
        "c": "Nothing is refused, and nothing is said. That is what makes it dangerous.",
    }
    assert_choice(student.answers, "statistics", "b", wrong)


@criterion("answers", points=1, hint="What does a head say that begins with random numbers, and who is blamed for it?")
def test_the_head_first(student):
    """You know why the head learns alone at first."""
    wrong = {
        "b": "Keras compiles any network, frozen or not.",
        "c": "A thawed layer computes what a frozen one does. It may only change its numbers.",
    }
    assert_choice(student.answers, "first", "a", wrong)


@criterion("answers", points=1, hint="Which numbers can a probability be, and which can a logit be?")
def test_the_loss(student):
    """You know what a loss for probabilities makes of logits."""
    wrong = {
        "a": "The loss sees numbers, and not where they come from.",
        "b": "A loss for probabilities applies no sigmoid. It expects that this was done.",
    }
    assert_choice(student.answers, "logits", "c", wrong)


@criterion("model", points=2, hint="Has it learned the 400 pictures by heart? Is everything in it that was built?")
def test_knows_new_pictures(student, thresholds, credit):
    """The saved network is right about foxes and hares that this notebook has never drawn."""
    shown, labels = datasets.draw_species(300, seed=24_680, kinds=("fox", "hare"))
    credit.within(accuracy(as_model(student.model), (shown.astype("float32"), labels)), thresholds, "new")
