"""The public criteria of `residual`, which students get with the notebook."""

from functools import partial
from itertools import permutations, product

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_left,
    as_model,
    assert_apart,
    assert_choices,
    assert_close,
    assert_equal,
    assert_shape,
    convolve,
    criterion,
    datasets,
    layer,
    make_model,
    measure_layers,
    measure_model,
    normalise,
    share,
)

HALF = 0.04  # half precision is about as precise, for numbers of about 1
NORMALISATION = "gamma", "beta", "moving_mean", "moving_variance"
WAYS_TO_USE = "in a lesson", "in use", "called as network(x)"
STEPS = [pytest.param(*step, id="stride {}, {} filters".format(*step)) for step in ((1, 4), (1, 3), (2, 4), (3, 4))]
SMALL_WEIGHTS = [
    (name, np.random.default_rng([rows, columns]).uniform(0.3, 2, (rows, columns) if name == "kernel" else columns))
    for rows, columns in ((2, 3), (3, 2), (2, 4))
    for name in ("kernel", "bias", *NORMALISATION)
] + [(name, np.array([0.5, 1.5, -1.0, 2.0])) for name in ("layer's scale", "layer's shift")]


def rectify(x):
    """ReLU."""
    return np.maximum(x, 0)


# Usual slips, and what then comes out of a block, from what its branch and its shortcut say.
ENDS = {
    "": lambda branch, past: rectify(branch + past),
    "the ReLU behind the sum were missing": lambda branch, past: branch + past,
    "the last ReLU came before the sum": lambda branch, past: rectify(branch) + past,
    "the branch had a ReLU, and the sum another": lambda branch, past: rectify(rectify(branch) + past),
    "the shortcut had a ReLU": lambda branch, past: rectify(branch + rectify(past)),
    "nothing were added to the branch": lambda branch, _: rectify(branch),
    "one way were taken from the other": lambda branch, past: rectify(past - branch),
    "both ways were multiplied": lambda branch, past: rectify(branch * past),
    "the mean of both ways were taken": lambda branch, past: rectify((branch + past) / 2),
}
PLAIN_ENDS = {"": lambda branch, _: rectify(branch), "the last ReLU were missing": lambda branch, _: branch}


@criterion("norm", points=1, hint="What do `padding`, `strides` and the first two arguments of the convolution say?")
@pytest.mark.parametrize("window, stride, size", [(3, 1, (9, 7)), (3, 2, (5, 4)), (1, 3, (3, 3)), (4, 2, (5, 4))])
def test_maps_of_any_stride(student, window, stride, size):
    """Of 9 × 7 pixels, a stride of 1 leaves 9 × 7, one of 2 leaves 5 × 4 and one of 3 leaves
    3 × 3, in as many maps as `filters` says, whatever the window is."""
    found = measure_layers(student, "conv_norm", (9, 7, 2), 4, window, stride)
    assert_shape(found.output[0], (*size, 4), "what comes out for one picture")


@criterion("norm", points=1, hint="Is there a bias? How large is the window, and how often is there a normalisation?")
@pytest.mark.parametrize("window, count", [(3, 72), (1, 8), (4, 128)])
def test_parameters_of_the_piece(student, window, count):
    """From 2 maps to 4, there are 72 numbers in a convolution of 3 × 3, 8 in one of 1 × 1, and
    16 in the normalisation."""
    found = measure_layers(student, "conv_norm", (9, 7, 2), 4, window)
    assert_equal(found.parameters, count + 16, "the count of numbers")


@criterion("norm", points=1, hint="Which comes first, and is there anything else?")
@pytest.mark.parametrize("window, stride", [(3, 1), (3, 2), (1, 3)])
def test_what_the_piece_computes(student, window, stride):
    """With weights of the check's, it is a convolution, then a normalisation, and nothing else."""
    found = measure_layers(student, "conv_norm", (9, 7, 2), 4, window=window, stride=stride)
    assert_explained(found, tell_piece, 1, stride)


@criterion("norm", points=1, hint="Which `momentum` has your normalisation?")
def test_averages_move_by_a_tenth(student):
    """In a lesson, the averages keep 0.9 of what they were at each step."""
    step = measure_layers(student, "conv_norm", (9, 7, 2), 4, lesson=True).means
    if len(step) != 3 or not len(step[0]):
        raise CriterionFailed("a BatchNormalization behind the convolution", "none")
    first, second = step[1] - step[0], step[2] - step[1]
    if np.abs(first).max() < 1e-6:
        raise CriterionFailed("averages that move in a lesson", "averages that stay as they are")
    assert_close(np.abs(second).sum() / np.abs(first).sum(), 0.9, "what is kept of an average", atol=0.005)


@criterion("norm", points=2, hint="What does your normalisation get when it is called, beside the place?")
@pytest.mark.parametrize("lesson, averages", [(True, False), (False, True), (None, True)], ids=WAYS_TO_USE)
def test_lesson_and_use(student, lesson, averages):
    """In a lesson, the piece takes mean and deviation of the batch; in use, the averages."""
    found = measure_layers(student, "conv_norm", (9, 7, 2), 4, lesson=lesson)
    assert_steady(found)
    if not found.heeds:
        raise CriterionFailed("a BatchNormalization", "none")
    if any(each != averages for each in found.heeds):
        ways = "mean and deviation of the batch", "the averages that it has kept"
        raise CriterionFailed(ways[averages], ways[not averages])


@criterion("identity", points=1, hint="What is added to the branch, and what stands behind the sum?")
def test_a_silent_block(student):
    """If the branch says only zeros, what comes out is the ReLU of what went in."""
    x = np.array([[[[1.5, -2.0], [0.0, 3.0], [-1.0, 0.5]], [[-0.25, 4.0], [2.0, -3.5], [1.0, 1.0]]]])
    ask = partial(measure_layers, student, "identity_block", (2, 3, 2), x=x, silent=True)
    close = partial(assert_close, expected=rectify(x), what="what comes out", atol=0.01)
    assert_apart(student, "identity_block", STAND_INS, lambda _: close(ask().output))


@criterion("identity", points=1, hint="How many filters has each of the two convolutions, and how large is its window?")
def test_parameters_of_the_identity_block(student):
    """For 4 maps, there are 288 numbers in two convolutions and 32 in their normalisations."""
    assert_count(student, "identity_block", (6, 5, 4), (), 288 + 32, 8)


@criterion("identity", points=3, hint="Follow both ways with a pencil: what happens on each, and behind the sum?")
@pytest.mark.parametrize("height, width, maps", [(6, 5, 4), (3, 8, 7), (5, 5, 1)])
def test_what_the_identity_block_computes(student, height, width, maps):
    """With weights of the check's, it adds what went in to what the branch says; ReLU is last."""
    assert_block(student, "identity_block", (height, width, maps))


@criterion("silence", points=2, hint="Which layers does your loop meet, and which two variables get zeros?")
def test_silenced(student):
    """Scales and shifts of all normalisations are 0, here of three."""
    for after, (name, before) in zip(silenced(student).weights, SMALL_WEIGHTS, strict=True):
        if name in ("gamma", "beta"):
            assert_close(after, 0 * before, name)


@criterion("silence", points=1, hint="Which variables does your function change besides scale and shift?")
def test_the_rest_stays(student):
    """Everything else stays: averages, and the weights of all other layers."""
    left = silenced(student)
    assert_equal(left.trainable_parameters, 20 + 27 + 8, "the count of numbers that can learn")
    for after, (name, before) in zip(left.weights, SMALL_WEIGHTS, strict=True):
        if name not in ("gamma", "beta"):
            assert_close(after, before, name)


@criterion("plain", points=2, hint="Which convolution has the stride, and behind which is there a ReLU?")
@pytest.mark.parametrize("stride, filters", STEPS)
def test_what_the_plain_block_computes(student, stride, filters):
    """With weights that the check gives to it, the plain block is two pieces and a ReLU behind
    each of them, for any stride."""
    assert_block(student, "plain_block", (7, 5, 3), filters, *[stride] * (stride > 1), stride=stride)


@criterion("plain", points=1, hint="How many filters has each of the two convolutions, and how large is its window?")
def test_parameters_of_the_plain_block(student):
    """From 2 maps to 4, there are 216 numbers in the convolutions, 32 in the normalisations."""
    assert_count(student, "plain_block", (9, 7, 2), (4,), 72 + 144 + 32, 8)


@criterion("projection", points=1, hint="Which convolutions have the stride, and do both ways come to the same shape?")
@pytest.mark.parametrize("stride, size", [(1, (9, 7)), (2, (5, 4)), (3, (3, 3))])
def test_projections_of_any_stride(student, stride, size):
    """Of 9 × 7 pixels in 2 maps, a stride of 1 leaves 9 × 7, one of 2 leaves 5 × 4 and one of 3
    leaves 3 × 3, in as many maps as `filters` says."""
    ask = partial(measure_layers, student, "projection_block", (9, 7, 2), 4, stride)
    fit = partial(assert_shape, shape=(*size, 4), what="what comes out for one picture")
    assert_apart(student, "projection_block", STAND_INS, lambda _: fit(ask().output[0]))


@criterion("projection", points=1, hint="Which filters and which window has each convolution, also in the shortcut?")
def test_parameters_of_the_projection_block(student):
    """From 2 maps to 4, there are 224 numbers in the convolutions, 48 in the normalisations."""
    assert_count(student, "projection_block", (1, 1, 2), (4, 2), 72 + 144 + 8 + 3 * 16, 12)


@criterion("projection", points=3, hint="Follow both ways with a pencil: what happens on each, and behind the sum?")
@pytest.mark.parametrize("stride, filters", STEPS)
def test_what_the_projection_block_computes(student, stride, filters):
    """With weights that the check gives to it, the block adds a projection of what went in to
    what its branch says, and ends in a ReLU."""
    assert_block(student, "projection_block", (7, 5, 3), filters, stride, stride=stride)


@criterion("network", points=2, hint="Go through the table step by step: what does each step do with its numbers?")
def test_what_the_network_computes(student):
    """With blocks and weights that the check gives to it, the network answers as the table
    says, with 3 blocks in a stage if no number is given."""
    assert_network(student, 32, 6, 3)


@criterion("network", points=2, hint="Which number of your function should be `side`, `kinds` or `repeats`?")
@pytest.mark.parametrize("side, kinds, repeats", [(16, 3, 1), (23, 9, 2), (32, 6, 5)])
def test_networks_of_other_sizes(student, side, kinds, repeats):
    """Networks for other pictures, other numbers of kinds and other depths are right, too."""
    assert_network(student, side, kinds, repeats)


@criterion("network", points=1, hint="Which layer of yours is not in the table?")
def test_nothing_left_to_chance(student):
    """In a lesson, the network answers the same pictures with the same numbers each time."""
    assert_apart(student, "build_network", STAND_INS, lambda _: assert_steady(measured(student, 32, 3, 2, True)))


@criterion("trained", points=2, hint="Are the checks above green? Then train it again, to the end.")
def test_knows_its_pictures(student, known, thresholds, credit):
    """The saved residual network reads the pictures that it learned from."""
    credit.within(accuracy(student.residual, known), thresholds, "known")


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"depth": "abc", "shortcut": "abc", "company": "abc"})


@pytest.fixture(scope="module")
def known():
    """A part of the pictures that the notebook learns from, made smaller, and their labels."""
    (pictures, labels), _ = datasets.put_aside(*datasets.load("signs"))
    return pictures[:480].reshape(480, 32, 2, 32, 2, 3).mean(axis=(2, 4)).round().astype("uint8"), labels[:480]


def other_piece(place, filters, window=3, stride=1):
    """What stands in for a wrong `conv_norm`: a piece of another kind, with biases."""
    import keras

    return keras.layers.BatchNormalization()(keras.layers.Conv2D(filters, window, stride, "same")(place))


STAND_INS = {"conv_norm": other_piece}


def piece(x, conv, norm, stride):
    """What a convolution and a normalisation make of maps in use; None if they do not fit."""
    kernel, bias = conv
    if x is None or kernel.ndim != 4 or kernel.shape[2] != x.shape[3] or len(norm[0]) != kernel.shape[3]:
        return None
    return normalise(convolve(x, kernel, stride) + bias, *norm)


def tell_piece(x, convs, norms, stride):
    """What a single piece answers, right and with a usual slip."""
    right = piece(x, convs[0], norms[0], stride)
    if right is not None:
        yield "", right
        yield "there were an activation behind it", rectify(right)


def tell_block(x, convs, norms, stride, ends=ENDS):
    """What a block answers, right and with usual slips; a third piece is in its shortcut."""
    past = piece(x, convs[2], norms[2], stride) if len(convs) > 2 else x
    for told, first, second in (("", stride, 1), ("the second convolution had the stride", 1, stride)):
        one = piece(x, convs[0], norms[0], first)
        for why, bend in ((told, rectify), ("no ReLU were between the convolutions", lambda one: one)):
            branch = None if one is None else piece(bend(one), convs[1], norms[1], second)
            if branch is not None and past is not None and (ends is PLAIN_ENDS or branch.shape == past.shape):
                for other, end in ends.items():
                    yield " and ".join(filter(None, (why, other))), end(branch, past)


def assert_steady(found):
    """Assert that layers answer as before when they are used once more."""
    if not found.steady:
        raise CriterionFailed("the same answers in every lesson", "others each time: what is random in it?")


def assert_count(student, name, shape, arguments, count, biases):
    """Assert how many numbers a block has; what stands in for `conv_norm` has biases, too."""

    def judge(standing_in):
        found = measure_layers(student, name, shape, *arguments, lesson=True)
        assert_steady(found)
        assert_equal(found.parameters - biases * standing_in, count, "the count of numbers")

    assert_apart(student, name, STAND_INS, judge)


def assert_explained(found, tell, count, stride=1):
    """Assert that layers answer as in NumPy, whichever layer is which: `tell` yields slips, ""
    for none, and answers for given convolutions and normalisations, `count` of each."""
    kernels = found.named("kernel")
    norms = list(zip(*map(found.named, NORMALISATION), strict=False))
    if (len(kernels), len(norms)) != (count, count):
        raise CriterionFailed(f"{count} of each, convolution and normalisation", f"{len(kernels)} and {len(norms)}")
    biases = found.named("bias") or [0] * count
    if len(biases) != count:
        raise CriterionFailed("no biases in the convolutions", f"{len(biases)} convolutions with a bias")
    pairs = product(permutations(zip(kernels, biases, strict=True)), permutations(norms))
    assert_told(found.output, (way for convs, others in pairs for way in tell(found.x, convs, others, stride)))


def assert_told(found, ways, atol=HALF):
    """Assert that answers are those of a way without a slip; say which slip explains others."""
    slip = None
    for told, output in ways:
        if output is not None and output.shape == found.shape and np.abs(output - found).max() < atol:
            if not told:
                return
            slip = slip or told
    few = np.array2string(found.ravel()[:4], precision=3)
    told = f"answers as if {slip}" if slip else f"other answers, such as {few}"
    raise CriterionFailed("the answers that the text describes", told)


def assert_block(student, name, shape, *arguments, stride=1):
    """Assert what a block computes."""
    count = 3 if name == "projection_block" else 2
    tell = partial(tell_block, ends=PLAIN_ENDS if name == "plain_block" else ENDS)
    judge = partial(measure_layers, student, name, shape, *arguments)
    assert_apart(student, name, STAND_INS, lambda _: assert_explained(judge(), tell, count, stride))


def silenced(student):
    """A network with three normalisations after `silence`."""
    layers = [each for units in (3, 2, 4) for each in (layer("Dense", units=units), layer("BatchNormalization"))]
    layers.append(layer("LayerNormalization"))
    network = make_model(student, (2,), *layers, weights=[before for _, before in SMALL_WEIGHTS])
    student.silence(network)
    return as_left(network)


def begin_stage_with(place, filters, stride):
    """A block that begins a stage, for the student's function; it heeds the size of its maps."""
    import keras

    place = keras.layers.Conv2D(filters, 1, strides=stride, use_bias=False)(place)
    pixels = keras.ops.sum(keras.ops.ones_like(place[..., :1]), axis=(1, 2), keepdims=True)
    return 0.6 * place + pixels / 150


def go_on_with(place):
    """A further block, for the student's function."""
    import keras

    return keras.layers.Rescaling(0.9, offset=0.2)(place)


NETWORK_SLIPS = {
    "": {},
    "the bytes were not scaled": {"scale": (1, 0)},
    "the bytes were scaled to numbers from 0 to 1": {"scale": (1 / 255, 0)},
    "1 was not taken away from the scaled bytes": {"scale": (1 / 127.5, 0)},
    "step 2 had no ReLU": {"bend": lambda x: x},
    "step 2 moved on by one pixel": {"strides": (1, 1, 2, 2)},
    "the first stage had a stride of 2": {"strides": (2, 2, 2, 2)},
    "the last stage had no stride": {"strides": (2, 1, 2, 1)},
    "each stage had a block more": {"more": 1},
    "each stage had a block less": {"more": -1},
    "the largest number of each map were taken": {"pool": np.max},
    "there were no softmax": {"end": lambda scores: scores},
    "there were a sigmoid in place of the softmax": {"end": lambda scores: 1 / (1 + np.exp(-scores))},
}


def measured(student, side, kinds, repeats, lesson=False):
    """A network with the grader's blocks and weights, measured with patches of colour."""
    blocks = share(student, begin_stage_with), share(student, go_on_with)
    network = as_model(student.build_network(*blocks, side, kinds, *[repeats] * (repeats != 3)), "build_network(…)")
    colours = np.random.default_rng(side).choice([0, 90, 250], (9, 3, 2, 3))
    x = np.repeat(np.repeat(colours, side // 2, axis=1), side, axis=2)[:, :side, :side]
    return measure_model(student, network, x, lesson)


def assert_network(student, side, kinds, repeats):
    """Assert that a network answers as one in NumPy that does as the table says."""

    def judge(_):
        found = measured(student, side, kinds, repeats)
        assert_shape(found.output, (9, kinds), "the answers to 9 pictures")
        widths = [kernel.shape[-1] for kernel in found.named("kernel")]
        norms = [len(array) for name in NORMALISATION for array in found.named(name)]
        head = [array.shape for _, array in found.weights[-2:]] == [(32, kinds), (kinds,)]
        if widths != [8, 8, 16, 32, kinds] or norms != 4 * [8] or not head or len(found.named("bias")) > 2:
            raise CriterionFailed(f"layers of 8, 8, 16, 32 filters and {kinds} units", f"{widths}, or other parts")
        ways = ((told, compute(found, repeats, **slip)) for told, slip in NETWORK_SLIPS.items())
        assert_told(found.output, ways, HALF / 4)

    assert_apart(student, "build_network", STAND_INS, judge)


def compute(found, repeats, scale=(1 / 127.5, -1), bend=rectify, strides=(2, 1, 2, 2), more=0, pool=np.mean, end=None):
    """The answers of a network in NumPy with the grader's blocks."""
    first, *stages, last = found.named("kernel")
    biases = found.named("bias")
    x = convolve(found.x * scale[0] + scale[1], first, strides[0]) + (biases[0] if len(biases) > 1 else 0)
    x = bend(normalise(x, *(found.named(name)[0] for name in NORMALISATION)))
    for kernel, stride in zip(stages, strides[1:], strict=True):
        x = 0.6 * convolve(x, kernel, stride)
        x += x.shape[1] * x.shape[2] / 150
        for _ in range(repeats - 1 + more):
            x = 0.9 * x + 0.2
    scores = pool(x, axis=(1, 2)) @ last + biases[-1]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return end(scores) if end else powers / powers.sum(axis=1, keepdims=True)
