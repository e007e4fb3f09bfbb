"""The public criteria of `transformer_parts`: examples on paper, and what Keras says."""

import math
from itertools import permutations, product

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_array,
    as_model,
    as_tuple,
    assert_apart,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    draw_weights,
    make_block,
    make_network,
    share,
)

LOG2, LOG3, LOG5 = math.log(2), math.log(3), math.log(5)
HALF = 0.03  # half precision is about as precise, for numbers of about 1
# The sines and cosines of six places, in a pattern of six numbers.
WAVES = """
    0 1 0 1 0 1                                         0.841471 0.540302 0.0463992 0.998923 0.00215443 0.999998
    0.909297 -0.416147 0.0926985 0.995694 0.00430886 0.999991  0.14112 -0.989992 0.138798 0.990321 0.00646326 0.999979
    -0.756802 -0.653644 0.184599 0.982814 0.00861763 0.999963  -0.958924 0.283662 0.23 0.973190 0.010772 0.999942
"""


def table(text, *shape):
    """The numbers of a text as an array of this shape."""
    return np.array(text.split(), float).reshape(shape)


def case(seed, *shapes):
    """Random arrays of these shapes, with one decimal."""
    draw = np.random.default_rng(seed)
    return [draw.normal(0, 0.9, shape).round(1) for shape in shapes]


@criterion("positions", points=1, hint="Which column is the sine of the place itself, and what is place 0?")
def test_the_fastest_pair(student):
    """With two columns, the pattern of place p is the sine and the cosine of p."""
    found = as_array(student.positions(5, 2), "positions(5, 2)")
    assert_shape(found, (5, 2), "the patterns")
    assert_close(found, table(WAVES, 6, 6)[:5, :2], "the patterns", atol=2e-3)


@criterion(
    "positions", points=1, hint="Work out the exponent of the second pair: which i is it, and what is 2i / size?"
)
def test_the_slower_pairs(student):
    """With four columns, the second pair turns a hundred times as slowly as the first."""
    found = as_array(student.positions(301, 4), "positions(301, 4)")
    assert_shape(found, (301, 4), "the patterns")
    assert_close(found[300, 2:], np.array([0.14112, -0.989992]), "the second pair of place 300", atol=5e-3)
    assert_close(found[100, 2:], np.array([0.841471, 0.540302]), "the second pair of place 100", atol=5e-3)


@criterion("positions", points=1, hint="Which columns are sines? Do both columns of a pair have the same angle?")
def test_six_columns(student):
    """With six columns, the patterns of six places are those of a table."""
    assert_close(student.positions(6, 6), table(WAVES, 6, 6), "the patterns", atol=2e-3)


# Keys of 4 numbers, so that the scores are divided by 2.
QUERIES = np.array([[2.0, 0.0, 0.0, -2.0], [0.0, 4.0, 0.0, 0.0]])
KEYS = np.array([[LOG2, 0.0, 1.0, 0.0], [0.0, LOG5 / 2, -3.0, -LOG3], [1.0, 0.0, 2.0, 1.0]])
ON_PAPER = np.array([[2 / 6, 3 / 6, 1 / 6], [1 / 7, 5 / 7, 1 / 7]])


def looked(student, *given, **settings):
    """What `attention` returned, a pair; nothing that it is given may be changed."""
    return as_tuple(call_unchanged(student, "attention", *given, **settings), "attention(...)", ("output", "weights"))


@criterion(
    "attention", points=1, hint="Work out one score by hand. By what is it divided, and over which axis goes the sum?"
)
def test_weights_on_paper(student):
    """The weights of two queries at three keys of four numbers are those that one works out on
    paper: 2/6, 3/6, 1/6 and 1/7, 5/7, 1/7."""
    _, weights = looked(student, QUERIES, KEYS, np.zeros((3, 2)))
    assert_close(weights, ON_PAPER, "the weights", rtol=1e-4)


@criterion("attention", points=1, hint="What is mixed, and with which weights?")
def test_output_on_paper(student):
    """If all keys are alike, the output of every query is the mean of the values."""
    values = np.array([[3.0, -6.0, 0.5], [0.0, 1.5, 2.0], [9.0, 0.0, -4.0]])
    output, _ = looked(student, QUERIES, np.ones((3, 4)), values)
    assert_close(output, np.array([[4.0, -1.5, -0.5]] * 2), "the output", rtol=1e-4)


@criterion("attention", points=1, hint="What does True mean? And which weights do those share that may be looked at?")
def test_what_true_means(student):
    """Keys whose mask is True share the weights, and those whose mask is False get none."""
    mask = np.array([[True, False, True, True, False], [False, False, True, True, False]])
    values = np.array([[6.0], [10.0], [-3.0], [9.0], [-50.0]])
    output, weights = looked(student, QUERIES, np.ones((5, 4)), values, mask)
    assert_close(weights, np.array([[1, 0, 1, 1, 0], [0, 0, 1.5, 1.5, 0]]) / 3, "the weights", rtol=1e-4)
    assert_close(output, np.array([[4.0], [3.0]]), "the output", rtol=1e-4)


@criterion("attention", points=1, hint="Is the mask there before the softmax? And how large do your powers become?")
@pytest.mark.parametrize("sign", [pytest.param(1, id="far above zero"), pytest.param(-1, id="far below zero")])
def test_far_scores(student, sign):
    """Scores of 2,000 and more above or below zero are no trouble, and a masked key gets no weight
    however large its score is."""
    keys = sign * np.array([[2000.0], [2000.0 + sign * LOG3], [5000.0], [3900.0]])
    mask = np.array([[True, True, False, False]])
    _, weights = looked(student, np.array([[0.0], [1.0]]), keys, np.zeros((4, 2)), mask)
    assert_close(weights, np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.75, 0.0, 0.0]]), "the weights", rtol=1e-3)


@criterion("attention", points=1, hint="Which two axes does your function turn round, and which one is the last?")
def test_axes_in_front(student):
    """With a batch and heads in front, every matrix is looked up for itself, and the mask is
    stretched to all."""
    queries = np.stack([[QUERIES, QUERIES[::-1], 0 * QUERIES]] * 2)
    keys = np.stack([[KEYS] * 3, [KEYS[::-1]] * 3])
    values = np.stack([[np.eye(3)[:, :2]] * 3, [[[1.0, 2.0], [0.0, 4.0], [3.0, 0.0]]] * 3])
    mask = np.array([[[[True, True, True]]], [[[True, True, False]]]])
    output, weights = looked(student, queries, keys, values, mask)
    thirds, half = np.full((2, 3), 1 / 3), np.full((2, 1), 0.5)
    last = np.array([[0.25, 0.75, 0.0], [1 / 6, 5 / 6, 0.0]])  # the keys the other way round, and one masked
    right = [[ON_PAPER, ON_PAPER[::-1], thirds], [last, last[::-1], np.hstack([half, half, 0 * half])]]
    assert_close(weights, np.array(right), "the weights", rtol=1e-4)
    assert_close(output, np.array(right) @ values, "the output", rtol=1e-4)


NUMBERS = np.array([[5, 1, 3, 0], [2, 0, 0, 0], [0, 7, 0, 4]])
STANDS = np.array([[[1, 1, 1, 0]], [[1, 0, 0, 0]], [[0, 1, 0, 1]]], float)


def as_truth(found, what):
    """Truth values as an array of ones and zeros; fails for anything else."""
    array = as_array(found, what).astype(float)
    if not np.isin(array, (0, 1)).all():
        raise CriterionFailed(f"{what} to be True and False", f"numbers such as {array.ravel()[0]:.3g}")
    return array


@criterion("masks", points=1, hint="Where is True, and how many axes has the mask?")
def test_padding_of_an_array(student):
    """The padding mask of three rows has the shape (3, 1, 4), and is True where a sign stands."""
    found = as_truth(call_unchanged(student, "padding_mask", NUMBERS), "padding_mask(...)")
    assert_shape(found, (3, 1, 4), "the mask")
    assert_close(found, STANDS, "the mask")


@criterion("masks", points=1, hint="Which of the things in your function can take a place in a network?")
def test_padding_in_a_network(student):
    """The padding mask of a place in a network does the same with what comes through it."""
    block = make_block(student, "padding_mask", [(4,)])
    (found,) = answer_with(student, block, None, NUMBERS.astype("float32"))
    if not np.array_equal(np.ravel(found), np.ravel(STANDS)):  # a mask that is turned round costs its point once
        assert_close(found.ravel(), as_truth(student.padding_mask(NUMBERS), "padding_mask(...)").ravel(), "the mask")


@criterion("masks", points=1, hint="Row: who looks. Column: at what. And does a place see itself?")
@pytest.mark.parametrize(
    "length, expected", [(1, [[1]]), (4, [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]])]
)
def test_looking_ahead(student, length, expected):
    """Of four places, the first sees only itself, the second two, the third three, and the last
    all."""
    found = as_truth(student.look_ahead_mask(length), "look_ahead_mask(...)")
    assert_close(found[0] if found.ndim == 3 and len(found) == 1 else found, np.array(expected, float), "the mask")


# Two examples, two who look, three to be looked at; width 3, two heads, four numbers in each.
SHAPES = [(3, 2, 4), (2, 4)] * 3 + [(2, 4, 3), (3,)]
LOOKING, LOOKED_AT, *HEADS = case(11, (2, 2, 3), (2, 3, 3), *SHAPES)
MASKS = {
    "none": None,
    "padding": np.array([[[True, True, False]], [[False, True, False]]]),
    "pairs": np.array([[True, False, True], [False, True, True]]),
}
# What Keras's layer says with and without a mask, and what comes out with `other_attention`.
KERAS = {
    "none": "-1.0839 1.9485 -0.07383 -1.2479 1.0381 0.075787 -0.14716 -0.11878 3.4289 0.43931 -2.3225 4.5564",
    "padding": "-0.81536 0.9498 0.31615 -0.90178 0.39836 0.16905 0.015 -1.225 4.317 0.015 -1.225 4.317",
    "pairs": "-0.94389 2.3707 -0.092813 -1.6316 1.6831 -0.30682 -0.22169 0.40651 2.9872 0.79578 -2.54 4.9308",
}
OTHER = {
    "none": "6.6078 -1.1651 3.0861 -3.4304 -8.1514 9.9996 0.26586 -7.0002 4.1768 8.9733 14.524 1.7345",
    "padding": "3.3769 2.0577 1.5062 -1.3478 3.9036 2.7437 -0.35049 -0.66824 1.1677 2.277 6.1793 0.38731",
    "pairs": "3.987 -1.7022 1.8675 -1.2698 -13.081 9.4921 0.81635 -5.332 3.5091 3.0393 27.489 -4.8706",
}
WHERE = """
    0.55615 0.18008 0.26377 0.22391 0.40303 0.37306 0.23694 0.3051 0.45796 0.40364 0.31984 0.27652
    0.2792 0.34525 0.37555 0.16789 0.33816 0.49395 0.52292 0.31728 0.15979 0.088106 0.2958 0.61609
"""
OTHER_WHERE = """
    -1.0433 -1.6567 -1.5633 2.1767 1.5633 1.6567 -1.0767 -1.5233 -1.7233 -4.1667 -4.6133 -4.8133
    -0.53 0.07 0.52333 -0.21 0.39 0.84333 0.77333 1.8267 2.36 -7.6867 -6.6333 -6.1
"""


def other_attention(queries, keys, values, mask=None):
    """In place of the student's: a look-up of another kind."""
    scores = queries.sum(-1)[..., None] - 2 * keys[..., None, :, 0] / 3
    scores = scores if mask is None else scores * mask
    return scores @ values, scores


def assert_heads(student, kind):
    """Assert what comes out of `multi_head` with a mask of this kind."""

    def judge(apart):
        given = [LOOKING, LOOKED_AT, HEADS, *([] if kind == "none" else [MASKS[kind]])]
        found = call_unchanged(student, "multi_head", *given)
        output, _ = as_tuple(found, "multi_head(...)", ("output", "weights"))
        assert_close(output, table((OTHER if apart else KERAS)[kind], 2, 2, 3), "the output", rtol=2e-3, atol=2e-3)

    assert_apart(student, "multi_head", {"attention": other_attention}, judge)


@criterion("heads", points=1, hint="Which row of signs makes the queries? Does each kernel come with its bias?")
def test_as_in_keras(student):
    """With the same weights, the output of two heads is that of Keras's layer."""
    assert_heads(student, "none")


@criterion("heads", points=1, hint="Where in the mask do the heads need an axis? Does every head get the mask?")
@pytest.mark.parametrize(
    "kind", [pytest.param("padding", id="a padding mask"), pytest.param("pairs", id="a mask for all")]
)
def test_masks_of_heads(student, kind):
    """With a mask of shape (batch, 1, keys) or (queries, keys), the output is that of Keras's
    layer, too."""
    assert_heads(student, kind)


@criterion("heads", points=1, hint="Two things are returned. Which axis of the second one belongs to the heads?")
def test_where_the_heads_look(student):
    """It is told where each head looks: an array (batch, heads, queries, keys)."""

    def judge(apart):
        _, where = as_tuple(student.multi_head(LOOKING, LOOKED_AT, HEADS), "multi_head(...)", ("output", "weights"))
        assert_close(where, table(OTHER_WHERE if apart else WHERE, 2, 2, 2, 3), "the weights", rtol=2e-3, atol=2e-3)

    assert_apart(student, "multi_head", {"attention": other_attention}, judge)


ENCODER = [(5, 6), (1, 5)]  # five places of six numbers, and a mask
DECODER = [(4, 6), (5, 6), (4, 4), (1, 5)]
WIDTH = 6


@criterion("encoder", points=1, hint="Which `key_dim` has the attention? How many units has each Dense?")
@pytest.mark.parametrize("heads, hidden", [(2, 8), (3, 5)])
def test_layers_of_the_encoder(student, heads, hidden):
    """An encoder layer has one attention, two Dense and two normalisations of the right sizes."""
    assert_layers(make_block(student, "encoder_layer", ENCODER, heads, hidden), 1, heads, hidden)


@criterion(
    "encoder", points=1, hint="Follow both ways with a pencil: what is added to what, and what comes behind the sum?"
)
def test_what_the_encoder_computes(student):
    """With weights that the check gives to it, an encoder layer answers as the text says."""
    assert_computes(student, "encoder_layer", ENCODER, 1)


@criterion("encoder", points=1, hint="Does the attention get the mask, and under which name?")
def test_masked_places(student):
    """What stands at a masked place changes nothing at other places; what stands elsewhere
    does."""
    mask = np.array([[[1, 1, 0, 1, 1]], [[0, 1, 1, 1, 0]]], float)
    assert_sees(student, "encoder_layer", ENCODER, {1: mask}, 0, mask[:, 0, None] * np.ones((5, 1)) + np.eye(5))


@criterion(
    "decoder", points=1, hint="How many attentions are there, and how many normalisations? Which sizes have they?"
)
@pytest.mark.parametrize("heads, hidden", [(2, 8), (3, 5)])
def test_layers_of_the_decoder(student, heads, hidden):
    """A decoder layer has two attentions, two Dense and three normalisations of the right sizes."""
    assert_layers(make_block(student, "decoder_layer", DECODER, heads, hidden), 2, heads, hidden)


@criterion(
    "decoder", points=1, hint="Follow all ways with a pencil: what is added to what, and what comes behind the sum?"
)
def test_what_the_decoder_computes(student):
    """With weights that the check gives to it, a decoder layer answers as the text says."""
    assert_computes(student, "decoder_layer", DECODER, 2)


@criterion("decoder", points=1, hint="Which mask does the first attention get, and under which name?")
def test_own_mask(student):
    """Each place sees just those of its own row that its mask allows."""
    own = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 1]]) * np.ones((2, 1, 1))
    assert_sees(student, "decoder_layer", DECODER, {2: own}, 0, own)


@criterion("decoder", points=1, hint="Which mask does the second attention get, and under which name?")
def test_memory_mask(student):
    """Each place sees just those places of the memory that its mask allows."""
    mask = np.array([[[1, 0, 0, 1, 1]], [[0, 1, 1, 0, 1]]], float)
    assert_sees(student, "decoder_layer", DECODER, {3: mask}, 1, mask * np.ones((4, 1)))


@criterion("transformer", points=1, hint="By what are the rows of the Embedding multiplied, and what is added to them?")
def test_embedded_signs(student):
    """A sign becomes its row of the Embedding, times the root of the width, plus the pattern of its
    place."""
    numbers = np.array([[3, 0, 8, 3], [1, 1, 5, 0]])

    def judge(apart):
        block = make_block(student, "embed", [(4,)], 9, 6)
        (rows,) = weights = draw_weights(block, [(9, 6)])
        (found,) = answer_with(student, block, weights, numbers.astype("float32"))
        patterns = other_positions(4, 6) if apart else table(WAVES, 6, 6)[:4]
        assert_close(found, rows[numbers] * 6**0.5 + patterns, "what comes out", atol=HALF)

    assert_apart(student, "embed", {"positions": other_positions}, judge)


@criterion("transformer", points=2, hint="Go through the table: what does each layer get, and what stands at the end?")
@pytest.mark.parametrize("sizes", [(7, 3, 5, 6, 2, 9, 2), (10, 6, 2, 6, 3, 4, 1)])
def test_what_the_transformer_computes(student, sizes):
    """With layers and weights that the check gives to it, the transformer answers as the table
    says, with one layer on each side if no number is given."""
    assert_transformer(student, *sizes)


@criterion("transformer", points=1, hint="Which mask do the decoder layers get for their own row?")
def test_the_future_cannot_change_the_past(student):
    """What is told later changes no answer before it; what was told before does count."""
    rows, told = np.array([[2, 5, 0], [4, 3, 6]]), np.array([[1, 3, 4, 2, 6], [5, 2, 2, 6, 1]])

    def judge(_):
        ask = ready(student, 7, 3, 5, 6, 2, 9, 1)
        before = ask(rows, told)
        for place in range(5):
            other = told.copy()
            other[:, place] = 7 - told[:, place]
            moved = np.abs(ask(rows, other) - before).max(axis=2)
            if moved[:, :place].max(initial=0) > 1e-4:
                raise CriterionFailed(
                    "answers that nothing moves that is told later", f"place {place} moves an earlier one"
                )
            if moved[:, place].min() < 1e-4 or moved[:, min(place + 1, 4)].min() < 1e-4:
                raise CriterionFailed("answers that depend on what was told so far", f"place {place} moves nothing")

    assert_apart(student, "build_transformer", HELPERS, judge)


@criterion("transformer", points=1, hint="Of which of the two inputs is the padding mask? Who gets it?")
def test_nothing_is_looked_at(student):
    """Neither encoder nor decoder looks at the empty places of the row, and both look at all
    others."""
    rows, told = np.array([[6, 5, 0, 0], [4, 0, 0, 0], [5, 4, 6, 4]]), np.array([[1, 2, 3], [2, 1, 3], [3, 3, 1]])

    def judge(_):
        ask = ready(student, 7, 4, 3, 6, 2, 9, 1)
        before = ask(rows, told)
        for sign in (0, 4, 5, 6):
            moved = np.abs(ask(rows, told, sign) - before).max(axis=(1, 2)) > 1e-4
            expected = (rows == sign).any(axis=1) & (sign > 0)
            if not np.array_equal(moved, expected):
                what = "empty places" if sign == 0 else "some of the signs"
                raise CriterionFailed("all signs to be looked at, and no empty places", f"another treatment of {what}")

    assert_apart(student, "build_transformer", HELPERS, judge)


@criterion("write", points=1, hint="At which place do you read the network's answer, and where do you write it?")
def test_written_sign_by_sign(student):
    """With a network of the check's, the signs are those that one works out on paper."""
    # It says the sum, modulo 7, of what it was told so far and of the same place of the row.
    rows, marks = np.array([[1, 2, 3, 4], [5, 0, 0, 0]]), np.array([1, 2])
    assert_written(student, rows, marks, 3, np.array([[2, 5, 4], [0, 2, 4]]))


@criterion("write", points=1, hint="Which signs are told before each question, and how many are written?")
def test_another_length(student):
    """It works for other lengths and numbers of words, and leaves rows and marks as they are."""
    assert_written(student, np.array([[3, 6]]), np.array([4]), 2, np.array([[0, 3]]))
    assert_written(
        student, np.array([[1], [0], [6]]), np.array([0, 6, 3]), 4, np.array([[1, 1, 2, 4], [6, 5, 3, 6], [2, 5, 3, 6]])
    )


@criterion("write", points=1, hint="Are the checks above green? Then train it again, to the end.")
def test_knows_how_to_copy(student, thresholds, credit):
    """The saved transformer, told the right letters so far, knows the next letter of a copy."""
    credit.within(share_known(student.transformer, 1), thresholds, "next_letter")


@criterion("write", points=1, hint="Are the checks above green? Then train it again, to the end.")
def test_knows_how_to_go_backwards(student, thresholds, credit):
    """The saved transformer, told the right letters so far, knows the next letter of a word that is
    written backwards."""
    credit.within(share_known(student.transformer, 2), thresholds, "next_letter")


def split(weights):
    """Weights as attentions, eight arrays each, pairs of a Dense, and pairs of a normalisation."""
    pairs = [weights[index : index + 2] for index in range(0, len(weights), 2)]
    looks = [pair for pair in pairs if pair[0].ndim == 3]
    attentions = [[array for pair in looks[index : index + 4] for array in pair] for index in range(0, len(looks), 4)]
    return attentions, [pair for pair in pairs if pair[0].ndim == 2], [pair for pair in pairs if pair[0].ndim == 1]


def assert_layers(block, attentions, heads, hidden):
    """Assert which layers with weights there are."""
    size = WIDTH // heads
    shapes = attentions * ([(WIDTH, heads, size), (heads, size)] * 3 + [(heads, size, WIDTH), (WIDTH,)])
    shapes += [(WIDTH, hidden), (hidden,), (hidden, WIDTH), (WIDTH,)] + 2 * (attentions + 1) * [(WIDTH,)]
    found = [array.shape for array in block.weights]
    if sorted(found) != sorted(shapes):
        told = [f"{count} weights of the shape {shape}" for shape, count in differing(shapes, found)]
        more = [f"{count} weights of the shape {shape}" for shape, count in differing(found, shapes)]
        raise CriterionFailed(", ".join(told) or "fewer layers", ", ".join(more) or "none of these")


def differing(shapes, others):
    """Which shapes are there more often than in another list, and how often."""
    return [
        (each, len(shapes) and shapes.count(each))
        for each in dict.fromkeys(shapes)
        if shapes.count(each) > others.count(each)
    ]


def normalised(x, pair):
    """What a LayerNormalization makes of rows."""
    mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-3) * pair[0] + pair[1]


def mean_of(looked_at, weights):
    """What an attention says whose queries are all 0, so that it looks at all places alike."""
    values = np.tensordot(looked_at, weights[4], 1) + weights[5]
    return np.tensordot(values.mean(axis=1, keepdims=True), weights[6], 2) + weights[7]


# Usual slips of a layer.
SLIPS = {
    "": {},
    "nothing were added to the first step": {"add": 0},
    "nothing were added to the second step": {"add": 1},
    "nothing were added to the last step": {"add": -1},
    "the Dense had no ReLU": {"bend": lambda x: x},
    "there were a ReLU at the end": {"end": lambda x: np.maximum(x, 0)},
    "each step normalised before, and not after": {"before": True},
    "it looked at its own row a second time": {"own": True},
    "the last step were added to what went into the layer": {"first": True},
}


def computed(
    xs,
    attentions,
    denses,
    norms,
    add=None,
    bend=lambda x: np.maximum(x, 0),
    end=None,
    before=False,
    own=False,
    first=False,
):
    """What a layer in NumPy says, whose attentions look at all places alike."""
    x, count = xs[0], len(attentions) + 1
    for step in range(count):
        went_in = xs[0] if first and step == count - 1 else x
        inner = normalised(x, norms[step]) if before else x
        if step < len(attentions):
            said = mean_of(inner if step == 0 or own else xs[1], attentions[step]) + 0 * x
        else:
            said = bend(inner @ denses[0][0] + denses[0][1]) @ denses[1][0] + denses[1][1]
        total = said if add is not None and step == add % count else went_in + said
        x = total if before else normalised(total, norms[step])
    return end(x) if end else x


def assert_computes(student, name, shapes, attentions):
    """Assert what a layer says if its attentions look at all places alike."""
    hidden = 9
    block = make_block(student, name, shapes, 2, hidden)
    weights = draw_weights(block)
    groups = split(weights)
    if [len(group) for group in groups] != [attentions, 2, attentions + 1]:
        wanted = f"{attentions} of MultiHeadAttention, 2 of Dense, {attentions + 1} of LayerNormalization"
        raise CriterionFailed(wanted, ", ".join(str(len(group)) for group in groups))
    for each in groups[0]:
        each[0][:] = each[1][:] = 0  # no queries
        each[4] *= 2
    for each in groups[2]:
        each[0][:] *= 2  # so that what is added counts
    xs = [array.astype("float32") for array in case(4, *((2, *shape) for shape in shapes[: len(shapes) // 2]))]
    xs += [np.ones((2, *shape), "float32") for shape in shapes[len(shapes) // 2 :]]
    (found,) = answer_with(student, block, weights, xs)
    for told, slip in SLIPS.items():
        for attention, denses, norms in orders(*groups):
            right = computed(xs, attention, denses, norms, **slip)
            if right.shape == found.shape and np.abs(right - found).max() < HALF:
                if told:
                    raise CriterionFailed("the answers that the text describes", f"answers as if {told}")
                return
    few = np.array2string(found.ravel()[:4], precision=3)
    raise CriterionFailed("the answers that the text describes", f"other answers, such as {few}")


def orders(attentions, denses, norms):
    """All orders in which layers of a kind may have been made."""
    for order in permutations(attentions):
        for pair in permutations(denses):
            if pair[0][0].shape[0] == WIDTH and pair[1][0].shape[1] == WIDTH and pair[0][0].shape[1] == len(pair[1][0]):
                for row in permutations(norms):
                    yield order, pair, row


def assert_sees(student, name, shapes, masks, which, sees):
    """Assert which places of an input move which places of the output."""
    block = make_block(student, name, shapes, 2, 9)
    xs = [array.astype("float32") for array in case(6, *((2, *shape) for shape in shapes))]
    for index in range(len(shapes) // 2, len(shapes)):
        xs[index] = np.asarray(masks.get(index, np.ones((2, *shapes[index]))), "float32")
    weights = draw_weights(block)
    for attention in split(weights)[0]:
        attention[0][:] /= 5  # so that no place is hardly looked at
    (before,) = answer_with(student, block, weights, xs)
    for place in range(shapes[which][0]):
        other = [array.copy() for array in xs]
        other[which][:, place] = -2 * other[which][:, place] + np.linspace(-3, 3, WIDTH)
        (after,) = answer_with(student, block, None, other)
        moved = np.abs(after - before).max(axis=2)
        for example in range(2):
            for place_out in range(len(moved[0])):
                if bool(sees[example][place_out][place]) != (moved[example, place_out] > 1e-3):
                    where = "is masked" if not sees[example][place_out][place] else "is not masked"
                    did = "moves" if moved[example, place_out] > 1e-3 else "does not move"
                    wanted = "masked places that move nothing, and others that do"
                    raise CriterionFailed(wanted, f"place {place} {where}, and {did} place {place_out}")


def other_positions(length, size):
    """In place of the student's: patterns of another kind."""
    import numpy as np

    return (np.arange(length)[:, None] / 4 - np.arange(size) / 3).astype("float32")


def other_embed(numbers, kinds, width):
    """In place of the student's: the bare rows of an Embedding."""
    import keras

    return keras.layers.Embedding(kinds, width)(numbers)


def other_padding(numbers):
    """In place of the student's: small numbers are masked, too."""
    return (numbers > 3)[:, None]


def other_look_ahead(length):
    """In place of the student's: each place sees itself and the one before it."""
    import numpy as np

    return np.eye(length, dtype=bool) | np.eye(length, k=-1, dtype=bool)


HELPERS = {
    "positions": other_positions,
    "embed": other_embed,
    "padding_mask": other_padding,
    "look_ahead_mask": other_look_ahead,
}


def encode_with(place, mask, heads, hidden):
    """An encoder layer for the student's function, without weights."""
    import keras

    mask = keras.ops.ones_like(place[:, :, 0])[:, None] if mask is None else keras.ops.cast(mask, place.dtype)
    return 0.6 * keras.ops.tanh(place) + 0.2 * keras.ops.matmul(mask, place) + heads / 10 - hidden / 50


def decode_with(place, memory, own_mask, memory_mask, heads, hidden):
    """A decoder layer for the student's function, without weights."""
    import keras

    def seen(mask, rows):
        mask = keras.ops.ones_like(rows[:, :, 0])[:, None] if mask is None else keras.ops.cast(mask, rows.dtype)
        return keras.ops.matmul(mask, rows)

    place = 0.7 * keras.ops.tanh(place) + 0.3 * seen(own_mask, place)
    return place + 0.2 * seen(memory_mask, memory) + heads / 20 - hidden / 20


def ready(student, kinds, row_length, answer_length, width, heads, hidden, layers):
    """A transformer with the check's layers and weights: a function that asks it, also if the rows
    of one sign are others in both Embeddings."""
    layered = share(student, encode_with), share(student, decode_with)
    sizes = kinds, row_length, answer_length, width, heads, hidden, layers
    first = np.ones((1, row_length)), np.ones((1, answer_length))
    network = built(student.build_transformer(*layered, *sizes), *first)
    weights = draw_weights(network)

    def ask(rows, told, sign=None):
        changed = [
            array + (len(array) == kinds) * (np.arange(len(array)) == sign).reshape(-1, *[1] * (array.ndim - 1))
            for array in weights
        ]
        changed = [
            new if new.ndim == 2 and new.shape == (kinds, width) else old
            for new, old in zip(changed, weights, strict=True)
        ]
        (found,) = answer_with(student, network, changed, [rows.astype("float32"), told.astype("float32")])
        assert_shape(found, (len(rows), answer_length, kinds), f"the answers to {len(rows)} words")
        return found

    return ask


def built(network, rows, told):
    """A network that has its weights, as one of a class of the student's has them after a call."""
    network = as_model(network, "build_transformer(...)")
    if not network.weights:
        network.predict([rows, told])
    return network


def ends_of(network, kinds, width):
    """The shapes of the weights that both ends must have, in the order in which they are there."""
    shapes = [(kinds, width), (kinds, width), (width, kinds), (kinds,)]
    found = [array.shape for array in network.weights]
    return found if sorted(found) == sorted(shapes) else shapes


def assert_transformer(student, kinds, row_length, answer_length, width, heads, hidden, layers):
    """Assert that a transformer with the check's layers answers as one in NumPy, whatever its masks
    are."""
    draw = np.random.default_rng(kinds)
    rows, told = draw.integers(1, kinds, (3, row_length)), draw.integers(1, kinds, (3, answer_length))

    def judge(apart):
        layered = share(student, encode_with), share(student, decode_with)
        sizes = kinds, row_length, answer_length, width, heads, hidden, *([] if layers == 1 else [layers])
        network = built(student.build_transformer(*layered, *sizes), rows, told)
        weights = draw_weights(network, ends_of(network, kinds, width))
        embeddings = [array for array in weights if array.shape == (kinds, width)]
        kernel, bias = [array for array in weights if array.shape in ((width, kinds), (kinds,))]
        scale, waves = (1, 0 * table(WAVES, 6, 6)) if apart else (width**0.5, table(WAVES, 6, 6))
        masks = [np.ones((3, 1, row_length)), *([other_padding(rows)] if apart else [])]
        kernel *= 3
        bias -= 9  # which no softmax heeds
        (found,) = answer_with(student, network, weights, [rows.astype("float32"), told.astype("float32")])
        assert_shape(found, (3, answer_length, kinds), "the answers to 3 words")
        ways = [lambda x: x.cumsum(axis=1), lambda x: x.sum(axis=1, keepdims=True)]
        ways += [lambda x: other_look_ahead(answer_length) @ x, lambda x: other_padding(told) @ x] if apart else []
        answers = []
        for (of_rows, of_told), seen, own, other in product((embeddings, embeddings[::-1]), ways, masks, masks):
            memory, place = of_rows[rows] * scale + waves[:row_length], of_told[told] * scale + waves[:answer_length]
            for _ in range(layers):
                memory = 0.6 * np.tanh(memory) + 0.2 * own @ memory + heads / 10 - hidden / 50
            for _ in range(layers):
                place = 0.7 * np.tanh(place) + 0.3 * seen(place)
                place = place + 0.2 * other @ memory + heads / 20 - hidden / 20
            powers = np.exp(place @ kernel + bias)
            answers.append(powers / powers.sum(axis=-1, keepdims=True))
        best = min(answers, key=lambda right: np.abs(right - found).max())
        assert_close(found, best, "the probabilities", atol=HALF)

    assert_apart(student, "build_transformer", HELPERS, judge)


def adding(keras, kinds, row_length, length):
    """A network that says what it was told so far and the row's sign, added up, modulo kinds."""
    rows, told = keras.Input((row_length,)), keras.Input((length,))
    ops = keras.ops
    heard = ops.cumsum(ops.cast(told, "int32"), axis=1)
    read = ops.pad(ops.cast(rows, "int32"), [(0, 0), (0, max(0, length - row_length))])[:, :length]
    said = ops.one_hot(ops.mod(heard + read, kinds), kinds)
    return keras.Model([rows, told], 0.7 * said + 0.3 / kinds)


def assert_written(student, rows, marks, length, expected):
    """Assert what `write` returns with a network of the grader's."""
    network = make_network(student, adding, 7, rows.shape[1], length)
    found = as_array(call_unchanged(student, "write", network, rows, marks, length), "write(...)")
    assert_close(found, expected, "the signs")


def share_known(transformer, mark, lengths=(3, 9), seed=2024):
    """The share of letters that a transformer knows if it is told the right ones so far."""
    rows, told, answers = draw_lesson(mark, lengths, seed)
    found = transformer.predict([rows, told])
    if not isinstance(found, np.ndarray) or found.shape != (len(rows), 9, 15):
        raise CriterionFailed("probabilities of the shape (n, 9, 15)", f"an answer of the shape {np.shape(found)}")
    return np.mean(found.argmax(axis=2)[answers > 0] == answers[answers > 0])


def draw_lesson(mark, lengths, seed, count=300):
    """Words of such lengths, what is told, and the answers."""
    draw = np.random.default_rng(seed)
    rows = draw.integers(3, 15, (count, 8))
    ends = draw.integers(*lengths, count)
    rows[np.arange(8) >= ends[:, None]] = 0
    backwards = [[*row[:end][::-1], *row[end:]] for row, end in zip(rows, ends, strict=True)]
    answers = np.concatenate([rows if mark == 1 else backwards, np.zeros((count, 1), int)], axis=1)
    return rows, np.concatenate([np.full((count, 1), mark), answers[:, :-1]], axis=1), answers
