"""The public criteria of `segment`, which students get with the notebook."""

import contextlib
from functools import cache, partial
from itertools import product

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    answer_with,
    as_array,
    as_left,
    as_model,
    assert_apart,
    assert_close,
    assert_crossentropy_loss,
    assert_explained,
    assert_new_layers,
    assert_refuses,
    assert_reports,
    assert_shape,
    call_unchanged,
    convolve_all,
    criterion,
    datasets,
    draw_weights,
    enlarge_maps,
    layer,
    make_block,
    make_model,
    pool_maps,
)

COLOURS = np.array([[250, 130, 10], [0, 40, 90], [77, 200, 5]], "uint8")
BLOCKS = [pytest.param((6, 10, 2), 3, id="6 × 10 pixels"), pytest.param((4, 8, 5), 1, id="4 × 8 pixels, one filter")]
OTHER_NETWORKS = [
    pytest.param((8, 20, 3, 4, 1), id="8 × 20 pixels, 3 kinds, 4 filters, 1 level"),
    pytest.param((24, 16, 5, 1, 3), id="24 × 16 pixels, 5 kinds, 1 filter, 3 levels"),
]
TOLD = (8, 12, 4, 3, 2)  # height, width, kinds, filters, levels
NO_SIZES = [(50, 64, 2, 50), (7, 8, 1, 7), (48, 60, 3, 60), (36, 24, 3, 36)]
TWO_ROADS = [
    pytest.param((3, 5, 4), (6, 10, 2), 3, id="from 3 × 5 to 6 × 10 pixels"),
    pytest.param((2, 1, 1), (4, 2, 3), 2, id="from 2 × 1 to 4 × 2 pixels"),
]
DRAW = np.random.default_rng(7)
LAST = [DRAW.normal(0, 2, (1, 1, 3, 4)), DRAW.normal(0, 1, 4)]  # kernel and bias of a small network
LOOKS = DRAW.normal(0, 1, (4, 5, 6, 3)).astype("float32")
NEAR = 0.03  # half precision is precise to 0.01, and every usual slip changes some answer by more


@criterion("colours", points=1, hint="Write down the numbers of one pixel. Which of them is the highest?")
def test_colours_on_paper(student):
    """In a picture of 2 × 3 pixels, each gets the colour of the kind with the highest number."""
    logits = np.array([[[2, -1, 0.5], [-3, 4, 1], [0, 0.25, 5]], [[-2, -1, -4], [-5, -9, -6], [7, 8, 2]]])
    found = as_array(student.paint(logits, COLOURS), "paint(…)")
    assert_close(found.astype(float), COLOURS[[[0, 1, 2], [1, 0, 1]]].astype(float), "the colours")


@criterion("colours", points=1, hint="Which comes first, if two are equally high? And are large numbers still numbers?")
def test_colours_of_any_numbers(student):
    """Numbers far from 0 count as well, and of equally high ones the first."""
    logits = np.array([[[-1e4, -901, -900], [5, 1001, 1e4]], [[3, 3, 3], [-2, 0.5, 0.5]], [[-1, -7, -1], [0, 0, 1]]])
    found = as_array(student.paint(logits, COLOURS), "paint(…)")
    assert_close(found.astype(float), COLOURS[[[2, 2], [0, 1], [0, 2]]].astype(float), "the colours")


@criterion("colours", points=1, hint="Is there a 4 in your function, or a name that it is not given?")
@pytest.mark.parametrize("kinds", [2, 6])
def test_colours_that_are_given(student, kinds):
    """The colours are those that the function is given, for as many kinds as there are; it leaves
    what it is given as it is."""
    colours = (40 * np.arange(3 * kinds).reshape(kinds, 3) % 251).astype("uint8")
    kind = np.arange(20).reshape(5, 4) * 7 % kinds
    found = as_array(call_unchanged(student, "paint", np.eye(kinds)[kind] - 0.5, colours), "paint(…)")
    assert_close(found.astype(float), colours[kind].astype(float), "the colours")


def assert_iou(student, true, found, kinds, expected):
    """Assert that the mean IoU is this number, up to a tiny number in a denominator."""
    value = as_array(student.mean_iou(np.array(true), np.array(found), kinds), "mean_iou(…)")
    assert_close(value.item() if value.size == 1 else value, expected, "the mean IoU", rtol=1e-3)


@criterion("mean_iou", points=2, hint="Count for one kind: how many pixels are in both, how many in at least one?")
def test_iou_on_paper(student):
    """For ten pixels of three kinds it is the mean of 2/5, 1/3 and 3/6; for equal labels, 1."""
    true, found = [[0, 0, 0, 1, 1], [2, 2, 2, 2, 1]], [[0, 0, 2, 1, 2], [2, 2, 2, 0, 0]]
    assert_iou(student, true, found, 3, (2 / 5 + 1 / 3 + 3 / 6) / 3)
    assert_iou(student, found, found, 3, 1.0)


@criterion("mean_iou", points=1, hint="What is its union? The mean is over which kinds? Does 20 · 24 fit into a byte?")
def test_kinds_that_occur_nowhere(student):
    """A kind that occurs neither in the truth nor in what was found is left out of the mean."""
    assert_iou(student, [[1, 1], [1, 4], [4, 4]], [[1, 1], [4, 4], [4, 4]], 6, (2 / 3 + 3 / 4) / 2)
    assert_iou(student, [[3, 3, 3]], [[3, 3, 3]], 5, 1.0)
    small = np.array([[20, 20, 3], [20, 3, 3]], "uint8")
    assert_iou(student, small[0], small[1], 24, (1 / 2 + 1 / 2) / 2)


@criterion("mean_iou", points=1, hint="Which kinds does your function leave out: only those that nobody has named?")
def test_kinds_in_one_of_the_two(student):
    """A kind that is only in the truth, or was only found, counts with 0."""
    assert_iou(student, [0, 0, 0, 1], [0, 0, 0, 0], 3, (3 / 4 + 0) / 2)
    assert_iou(student, [1, 1, 1, 1, 1], [2, 1, 1, 0, 1], 3, (3 / 5 + 0 + 0) / 3)


@criterion("mean_iou", points=1, hint="Is it a mean over pictures? The text says what to do with several.")
def test_pictures_are_counted_together(student):
    """The pixels of several pictures are counted as if they were in one."""
    true, found = [[[0, 0, 0, 1]], [[1, 1, 1, 1]]], [[[0, 0, 0, 0]], [[1, 1, 0, 0]]]
    assert_iou(student, true, found, 2, (3 / 6 + 2 / 5) / 2)


@criterion("convolutions", points=2, hint="Two layers: windows, padding, activation. Does the second get the first?")
@pytest.mark.parametrize("shape, filters", BLOCKS)
def test_what_two_convolutions_compute(student, shape, filters):
    """With weights that the check gives to them, two convolutions answer as the text says."""
    (found,), weights, x = ask_block(student, "two_convolutions", [shape], filters, twice(filters))
    usual = {
        "": (1, 1),
        "the first had no ReLU": (0, 1),
        "the second had no ReLU": (1, 0),
        "neither had a ReLU": (0, 0),
    }
    compare(found, [(told, partial(convolve_all, x[0], weights, bends)) for told, bends in usual.items()])


@criterion("convolutions", points=1, hint="Are there as many filters as the function is told, in layers made anew?")
def test_convolutions_are_new(student):
    """The block has as many filters as it is told to have, and each call makes new layers."""
    assert_new(student, "two_convolutions")


@criterion("down", points=1, hint="What is the first place that comes back, and what the second?")
@pytest.mark.parametrize("shape, filters", BLOCKS)
def test_pools(student, shape, filters):
    """The first place has the largest number of each 2 × 2 pixels of the second."""

    def judge(_):
        (pooled, before), _, _ = ask_block(student, "down_block", [shape], filters)
        assert_shape(pooled, (3, shape[0] // 2, shape[1] // 2, None), "the first place")
        if before.shape[1:3] == shape[:2]:  # if it is not, it is judged below
            usual = {"": np.max, "it took averages": np.mean}
            compare(pooled, [(told, partial(pool_maps, before, 2, take)) for told, take in usual.items()])

    assert_apart(student, "down_block", {"two_convolutions": mixed}, judge)


@criterion("down", points=2, hint="Behind which layer is the second place? Follow it upwards in your function.")
@pytest.mark.parametrize("shape, filters", BLOCKS)
def test_before_the_pooling(student, shape, filters):
    """The second place is behind both convolutions and before the pooling: no pixel is lost."""

    def judge(standing):
        both, weights, x = ask_block(student, "down_block", [shape], filters, twice(None, standing))
        found = max(both[::-1], key=lambda part: part.shape[1])  # in which order they come back is judged elsewhere
        right = partial(mix if standing else convolve_all, x[0], weights)
        compare(found, [("", right), ("it were behind the pooling", lambda: pool_maps(right()))])

    assert_apart(student, "down_block", {"two_convolutions": mixed}, judge)


@criterion("down", points=1, hint="How many filters has it, and does each call make new layers?")
def test_down_blocks_are_new(student):
    """The block has as many filters as it is told to have, and each call makes new layers."""
    assert_apart(student, "down_block", {"two_convolutions": mixed}, lambda _: assert_new(student, "down_block"))


@criterion("up", points=3, hint="Three steps: double, join, convolve twice. What does each step get?")
@pytest.mark.parametrize("below, skip, filters", TWO_ROADS)
def test_what_the_up_block_computes(student, below, skip, filters):
    """With weights that the check gives to it, the block on the way up answers as the text says."""

    def judge(standing):
        shapes = [(2, 2, filters, None), (filters,), *twice(filters, standing)]
        (found,), weights, x = ask_block(student, "up_block", [below, skip], filters, shapes)
        doubled, behind = enlarge_maps(x[0], weights[0]) + weights[1], mix if standing else convolve_all
        bent = np.maximum(doubled, 0)
        usual = [("", [doubled, x[1]]), ("", [x[1], doubled]), ("the skip had no part in it", [doubled])]
        usual += [("there were a ReLU in step 1", parts) for parts in ([bent, x[1]], [x[1], bent])]
        ways = [(told, lambda parts=parts: behind(np.concatenate(parts, -1), weights[2:])) for told, parts in usual]
        compare(found, ways)

    assert_apart(student, "up_block", {"two_convolutions": mixed}, judge)


@criterion("up", points=1, hint="How many filters has it, and does each call make new layers?")
def test_up_blocks_are_new(student):
    """The block has as many filters as it is told to have, and each call makes new layers."""
    assert_apart(student, "up_block", {"two_convolutions": mixed}, lambda _: assert_new(student, "up_block"))


@criterion("unet", points=1, hint="What does the last layer do with its numbers? A logit may be any number.")
def test_ends_in_logits(student):
    """It gives a number for each kind at each pixel, of any size: no activation cuts it off."""

    def judge(_):
        *_, found = ask_unet(student, TOLD)
        assert_shape(found, (3, *TOLD[:3]), "the answers to 3 pictures of 8 × 12 pixels, with 4 kinds")
        if not (found.min() < -0.2 and found.max() > 1.2):
            told = f"all of them from {found.min():.2g} to {found.max():.2g}"
            raise CriterionFailed("numbers below 0 and above 1, too", told)

    assert_apart(student, "build_unet", STAND_INS, judge)


@criterion("unet", points=3, hint="Go through the five steps of the text: scaling, filters of each level, order.")
def test_what_the_unet_computes(student):
    """With weights that the check gives to it, a small U-Net of 2 levels answers as the text says.
    (Where its skips begin, and how it ends, is judged apart.)"""
    assert_apart(student, "build_unet", STAND_INS, lambda standing: assert_computes(student, TOLD, standing))


@criterion("unet", points=2, hint="Which of the two places of a down block is the skip, and does it reach the join?")
def test_every_skip_arrives(student):
    """If the road behind the pooling is cut, the answers still change with what the second
    convolution before it does, on every level."""

    def judge(standing):
        levels, block = TOLD[4], 2 if standing else 4  # arrays of a block on the way down
        model, weights, x, _ = ask_unet(student, TOLD, standing, loose=True)
        for level in range(levels):
            below = block * (level + 1)  # the layer behind the pooling; before it is the last of the block
            cut = [0 * array if place in (below, below + 1) else array for place, array in enumerate(weights)]
            changed = [1.5 * array if place in (below - 2, below - 1) else array for place, array in enumerate(cut)]
            before, after = (answer_with(student, model, each, x)[0] for each in (cut, changed))
            if np.abs(before - after).max() < 0.01:
                raise CriterionFailed(f"a skip on level {level + 1} from before the pooling", "none that arrives")

    assert_apart(student, "build_unet", STAND_INS, judge)


@criterion("unet", points=1, hint="Is there a number in your function that should be a parameter?")
@pytest.mark.parametrize("told", OTHER_NETWORKS)
def test_other_networks(student, told):
    """Networks for other sizes, kinds, filters and levels are right, too, and new each time."""

    def judge(standing):
        assert_shape(ask_unet(student, told)[-1], (3, *told[:3]), "the answers to 3 pictures")
        first, second = (as_model(student.build_unet(*told), "build_unet(…)").weights for _ in range(2))
        if first and np.array_equal(first[0], second[0]):
            raise CriterionFailed("two networks, if it is called twice", "two that share their weights")
        try:
            assert_computes(student, told, standing)
        except CriterionFailed:
            with contextlib.suppress(CriterionFailed):
                assert_computes(student, TOLD, standing)
                ours.append(told)
            if ours or not standing:
                raise  # if not, the network of 2 levels is wrong as well, which is judged elsewhere

    ours = []  # networks that are wrong, while the one of 2 levels is right
    assert_apart(student, "build_unet", STAND_INS, judge)


@criterion("unet", points=2, hint="When can a number be halved twice? And what does your sentence name?")
@pytest.mark.parametrize("height, width, levels, wrong", NO_SIZES)
def test_refuses_sizes(student, height, width, levels, wrong):
    """Sizes that cannot be halved so often are refused: a ValueError names the size, and the number
    of which it has to be a multiple."""
    assert_refuses(student, "build_unet", [height, width, 5, 3, levels], [wrong, 2**levels])


@criterion("loss", points=2, hint="Does the loss know that it gets logits, and that the labels are whole numbers?")
def test_cross_entropy_of_logits(student):
    """The loss is the cross-entropy of logits with labels that are whole numbers."""
    assert_crossentropy_loss(compiled(student, "adam"), LOOKS)


@criterion("loss", points=1, hint="What does compile() get, besides the loss?")
@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_optimizer_and_metric(student, optimizer):
    """The network has the optimizer that is given, and reports its accuracy."""
    left = compiled(student, optimizer)
    assert_reports(left, (LOOKS, np.arange(120).reshape(4, 5, 6) % 4), "accuracy")
    found = (left.compiled or {}).get("optimizer")
    if found != optimizer:
        raise CriterionFailed(f'the optimizer "{optimizer}", which is given', f"{found}")


@criterion("trained", points=2, hint="Are the checks above green? Then train it again, from its first line.")
def test_colours_the_streets_it_knows(student, thresholds, credit):
    """The saved network is right in 91 % of the pixels of streets that it has learned from."""
    pictures, labels = datasets.load("streets")
    credit.within(accuracy(student.unet, (pictures[:60], labels[:60])), thresholds, "known_accuracy")


def compiled(student, optimizer):
    """A small network that ends in logits, compiled by the student's function."""
    model = make_model(student, (5, 6, 3), layer("Conv2D", filters=4, kernel_size=1), weights=LAST)
    student.compile_network(model, optimizer)
    return as_left(model)


def some_numbers(shape):
    """Positive and negative numbers."""
    return np.random.default_rng([5, *shape]).normal(0, 1, shape).astype("float32")


def ask_block(student, name, shapes, filters, wanted=None):
    """The answers of one of the student's blocks alone, its weights and its inputs."""
    model = make_block(student, name, shapes, filters, parts=1 + (name == "down_block"))
    weights, x = draw_weights(model, wanted), [some_numbers((3, *shape)) for shape in shapes]
    return answer_with(student, model, weights, x), weights, x


def assert_new(student, name):
    """Assert that a block has as many filters as it is told, and layers of its own in each call."""
    shapes = [(2, 3, 4), (4, 6, 2)] if name == "up_block" else [(4, 6, 2)]
    for part in ask_block(student, name, shapes, 7)[0]:
        assert_shape(part, (3, None, None, 7), "what comes out of 7 filters")
    assert_new_layers(student, name, shapes, 7, parts=1 + (name == "down_block"))


def twice(filters, standing=False):
    """The shapes of the weights of two convolutions, or of what stands in."""
    return [(None, filters), (filters,)] if standing else [(3, 3, None, filters), (filters,)] * 2


def shapes_of(told, standing):
    """The shapes of the weights of a U-Net; None is any size."""
    _, _, kinds, filters, levels = told
    shapes = [shape for level in range(levels + 1) for shape in twice(filters * 2**level, standing)]
    for level in reversed(range(levels)):
        first = (None, filters * 2**level) if standing else (2, 2, filters * 2**level, None)
        shapes += [first, (filters * 2**level,), *twice(filters * 2**level, standing)]
    return [*shapes, (1, 1, None, kinds), (kinds,)]


def ask_unet(student, told, standing=None, loose=False):
    """A new U-Net of the student's, weights of ours, three pictures, and its answers to them."""
    model = as_model(student.build_unet(*told), "build_unet(…)")
    draw = np.random.default_rng([8, *told])
    x = draw.integers(0, 256, (3, *told[:2], 3)).astype("float32")
    x[1, told[0] // 3 :, : told[1] // 2] = 250
    x[2] = 30 + 9 * np.arange(told[1])[None, :, None] % 200
    if not model.weights:
        answer_with(student, model, None, x)  # which makes them
    shapes = None if standing is None else shapes_of(told, standing)
    weights = draw_weights(model, [(None,) * len(shape) for shape in shapes] if loose else shapes)
    return model, weights, x, answer_with(student, model, weights, x)[0]


def compare(found, ways):
    """Assert that answers are those of the layers in the text."""
    assert_explained(found, ways, "the answers of the layers in the text", atol=NEAR)


def mix(x, weights):
    """What `mixed` does, in NumPy."""
    return x @ weights[0] + weights[1]


def mixed(place, filters):
    """Stands in for `two_convolutions`: each pixel by itself."""
    return __import__("keras").layers.Dense(filters)(place)


def mixed_down(place, filters):
    """Stands in for `down_block`: each pixel by itself, and the mean of four."""
    layers = __import__("keras").layers
    before = layers.Dense(filters)(place)
    return layers.AveragePooling2D(2)(before), before


def mixed_up(place, skip, filters):
    """Stands in for `up_block`: a sum, whatever the size of the skip."""
    layers = __import__("keras").layers
    below = layers.UpSampling2D()(layers.Dense(filters)(place))
    side = layers.Dense(filters)(skip)
    if side.shape[1:3] != below.shape[1:3]:
        side = layers.Resizing(*below.shape[1:3])(side)
    return layers.Add()([below, side])


STAND_INS = {"two_convolutions": mixed, "down_block": mixed_down, "up_block": mixed_up}


def compute(x, weights, standing, carried, orders):
    """What a U-Net answers, in NumPy: `carried` says what the skips carry, `orders` what is first
    in the join of each level."""
    left, kept = list(weights), []

    def take(count):
        return [left.pop(0) for _ in range(count)]

    def block(x):
        return mix(x, take(2)) if standing else convolve_all(x, take(4))

    for _ in orders:
        one = convolve_all(x, left[:2], [1]) if carried == "one" else x
        before = block(x)
        kept.append(before if carried == "both" else one)
        x = pool_maps(before, 2, np.mean if standing else np.max)
    x = block(x)
    for skip, order in zip(reversed(kept), orders, strict=True):
        if standing:
            x = mix(x, take(2)).repeat(2, axis=1).repeat(2, axis=2) + mix(skip, take(2))
        else:
            parts = [enlarge_maps(x, left[0]) + left[1], skip][: 1 if carried == "nothing" else 2]
            del left[:2]
            x = block(np.concatenate(parts[::order], axis=-1))
    return convolve_all(x, left, [0])


def assert_computes(student, told, standing):
    """Assert that a U-Net answers as the text says; where its skips begin and its end are free."""
    _, weights, x, found = ask_unet(student, told, standing)
    row = cache(lambda factor, offset, *way: compute(x * factor + offset, weights, standing, *way))
    orders = [(1,) * told[4]] if standing else list(product([1, -1], repeat=told[4]))
    carried = [("both", order) for order in orders]
    if not standing:
        carried += [(what, order) for what in ("one", "input") for order in orders] + [("nothing", orders[0])]
    ends = [(slip, scale, end) for slip, scale in SCALES.items() for end in ENDS[: 1 if slip else None]]
    ways = [(slip, lambda end=end, way=(*scale, *way): end(row(*way))) for slip, scale, end in ends for way in carried]
    compare(found, ways)


ENDS = [  # what may stand behind the logits, such as a softmax: it is judged apart
    lambda x: x,
    lambda x: (
        np.exp(x - x.max(axis=-1, keepdims=True)) / np.exp(x - x.max(axis=-1, keepdims=True)).sum(-1, keepdims=True)
    ),
    lambda x: (1 + np.tanh(x / 2)) / 2,
    lambda x: np.maximum(x, 0),
    np.tanh,
]
SCALES = {
    "": (1 / 127.5, -1),
    "the bytes were not scaled": (1, 0),
    "the bytes were scaled to numbers from 0 to 1": (1 / 255, 0),
    "1 was not taken away from the scaled bytes": (1 / 127.5, 0),
}
