"""The public criteria of `transformer_parts`: examples on paper, and what Keras says."""

from functools import partial
from itertools import product

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
    share,
    transformers,
)

LOG2, LOG3, LOG5 = np.log([2, 3, 5])
HALF = 0.03  # half precision is about as precise, for numbers of about 1
# Sines and cosines of twelve places, in a pattern of six numbers; what Keras's MultiHeadAttention
# says without a mask and with two, and the same with `other_attention`; where both look.
TABLES = """
    0 1 0 1 0 1                                           0.84147 0.5403 0.046399 0.99892 0.0021544 1
    0.9093 -0.41615 0.092699 0.99569 0.0043089 0.99999    0.14112 -0.98999 0.1388 0.99032 0.0064633 0.99998
    -0.7568 -0.65364 0.1846 0.98281 0.0086176 0.99996     -0.95892 0.28366 0.23 0.97319 0.010772 0.99994
    -0.27942 0.96017 0.27491 0.96147 0.012926 0.99992     0.65699 0.7539 0.31922 0.94768 0.01508 0.99989
    0.98936 -0.1455 0.36285 0.93185 0.017235 0.99985      0.41212 -0.91113 0.4057 0.91401 0.019389 0.99981
    -0.54402 -0.83907 0.44767 0.8942 0.021543 0.99977     -0.99999 0.0044257 0.48868 0.87246 0.023697 0.99972

    -1.0839 1.9485 -0.07383 -1.2479 1.0381 0.075787 -0.14716 -0.11878 3.4289 0.43931 -2.3225 4.5564
    -0.81536 0.9498 0.31615 -0.90178 0.39836 0.16905 0.015 -1.225 4.317 0.015 -1.225 4.317
    -0.94389 2.3707 -0.092813 -1.6316 1.6831 -0.30682 -0.22169 0.40651 2.9872 0.79578 -2.54 4.9308
    6.6078 -1.1651 3.0861 -3.4304 -8.1514 9.9996 0.26586 -7.0002 4.1768 8.9733 14.524 1.7345
    3.3769 2.0577 1.5062 -1.3478 3.9036 2.7437 -0.35049 -0.66824 1.1677 2.277 6.1793 0.38731
    3.987 -1.7022 1.8675 -1.2698 -13.081 9.4921 0.81635 -5.332 3.5091 3.0393 27.489 -4.8706

    0.55615 0.18008 0.26377 0.22391 0.40303 0.37306 0.23694 0.3051 0.45796 0.40364 0.31984 0.27652
    0.2792 0.34525 0.37555 0.16789 0.33816 0.49395 0.52292 0.31728 0.15979 0.088106 0.2958 0.61609
    -1.0433 -1.6567 -1.5633 2.1767 1.5633 1.6567 -1.0767 -1.5233 -1.7233 -4.1667 -4.6133 -4.8133
    -0.53 0.07 0.52333 -0.21 0.39 0.84333 0.77333 1.8267 2.36 -7.6867 -6.6333 -6.1
"""
WAVES, SAID, WHERE = (np.array(text.split(), float) for text in TABLES.split("\n\n"))
WAVES, SAID, WHERE = WAVES.reshape(12, 6), SAID.reshape(2, 3, 2, 2, 3), WHERE.reshape(2, 2, 2, 2, 3)


@criterion("positions", points=1, hint="Which column is the sine of the place itself, and what is place 0?")
def test_the_fastest_pair(student):
    """With two columns, the pattern of place p is the sine and the cosine of p."""
    assert_close(student.positions(5, 2), WAVES[:5, :2], "the patterns", atol=2e-3)


@criterion("positions", points=1, hint="What is the exponent of the second pair: which i is it, and what is 2i / size?")
def test_the_slower_pairs(student):
    """With four columns, the second pair turns a hundred times as slowly as the first."""
    found = as_array(student.positions(301, 4), "positions(301, 4)")
    assert_shape(found, (301, 4), "the patterns")
    expected = np.array([[0.84147, 0.5403], [0.14112, -0.98999]])
    assert_close(found[[100, 300], 2:], expected, "the second pair of places 100 and 300", atol=5e-3)


@criterion("positions", points=1, hint="Which columns are sines? Do both columns of a pair have the same angle?")
def test_six_columns(student):
    """With six columns, the patterns of twelve places are those of a table."""
    assert_close(student.positions(12, 6), WAVES, "the patterns", atol=2e-3)


# Keys of 4 numbers, so that the scores are divided by 2.
QUERIES = np.array([[2.0, 0.0, 0.0, -2.0], [0.0, 4.0, 0.0, 0.0]])
KEYS = np.array([[LOG2, 0.0, 1.0, 0.0], [0.0, LOG5 / 2, -3.0, -LOG3], [1.0, 0.0, 2.0, 1.0]])
ON_PAPER = np.array([[2 / 6, 3 / 6, 1 / 6], [1 / 7, 5 / 7, 1 / 7]])


def looked(student, *given, call=None):
    """What `attention` returned, a pair."""
    return as_tuple((call or student.attention)(*given), "attention(...)", ("output", "weights"))


@criterion("attention", points=1, hint="Work out a score by hand. By what is it divided? Over which axis goes the sum?")
def test_weights_on_paper(student):
    """Two queries give three keys the weights 2/6, 3/6, 1/6 and 1/7, 5/7, 1/7, as on paper."""
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
    """Scores of 2,000 are no trouble, and a masked key gets no weight, however large its score."""
    keys = sign * np.array([[2000.0], [2000.0 + sign * LOG3], [5000.0], [3900.0]])
    mask = np.array([[True, True, False, False]])
    _, weights = looked(student, np.array([[0.0], [1.0]]), keys, np.zeros((4, 2)), mask)
    assert_close(weights, np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.75, 0.0, 0.0]]), "the weights", rtol=1e-3)


@criterion("attention", points=1, hint="Which two axes does your function turn round, and which one is the last?")
def test_axes_in_front(student):
    """With more axes in front, each matrix is looked up for itself. The arrays stay as they are."""
    queries = np.stack([[QUERIES, QUERIES[::-1], 0 * QUERIES]] * 2)
    keys = np.stack([[KEYS] * 3, [KEYS[::-1]] * 3])
    values = np.stack([[np.eye(3)[:, :2]] * 3, [[[1.0, 2.0], [0.0, 4.0], [3.0, 0.0]]] * 3])
    mask = np.array([[[[True, True, True]]], [[[True, True, False]]]])
    output, weights = looked(student, queries, keys, values, mask, call=partial(call_unchanged, student, "attention"))
    last = np.array([[0.25, 0.75, 0.0], [1 / 6, 5 / 6, 0.0]])  # the keys the other way round, and one masked
    right = np.array([[ON_PAPER, ON_PAPER[::-1], [[1 / 3] * 3] * 2], [last, last[::-1], [[0.5, 0.5, 0.0]] * 2]])
    assert_close(weights, right, "the weights", rtol=1e-4)
    assert_close(output, right @ values, "the output", rtol=1e-4)


NUMBERS = np.array([[5, 1, 3, 0], [2, 0, 0, 0], [0, 7, 0, 4]])
STANDS = np.array([[[1, 1, 1, 0]], [[1, 0, 0, 0]], [[0, 1, 0, 1]]], float)


@criterion("masks", points=1, hint="Where is True, and how many axes has the mask?")
def test_padding_of_an_array(student):
    """The padding mask of three rows has the shape (3, 1, 4), and is True where a sign stands."""
    found = transformers.as_mask(call_unchanged(student, "padding_mask", NUMBERS), "padding_mask(...)")
    assert_close(found, STANDS, "the mask")


@criterion("masks", points=1, hint="Which of the things in your function can take a place in a network?")
def test_padding_in_a_network(student):
    """The padding mask of a place in a network does the same with what comes through it."""
    block = make_block(student, "padding_mask", [(4,)])
    found = answer_with(student, block, None, NUMBERS.astype("float32"))[0]
    if not np.array_equal(np.ravel(found), np.ravel(STANDS)):  # a mask that is turned round costs its point once
        of_array = as_array(student.padding_mask(NUMBERS), "padding_mask(...)").astype(float)
        assert_close(found.ravel(), of_array.ravel(), "the mask")


@criterion("masks", points=1, hint="Row: who looks. Column: at what. And does a place see itself?")
@pytest.mark.parametrize("length", [1, 4])
def test_looking_ahead(student, length):
    """Of four places, the first sees only itself, the second two, the third three, the last all."""
    found = transformers.as_mask(student.look_ahead_mask(length), "look_ahead_mask(...)")
    expected = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]], float)[:length, :length]
    assert_close(found[0] if found.ndim == 3 and len(found) == 1 else found, expected, "the mask")


# Two examples, two who look, three to be looked at; width 3, two heads, four numbers in each.
SHAPES = [(3, 2, 4), (2, 4)] * 3 + [(2, 4, 3), (3,)]
DRAW = np.random.default_rng(11)
LOOKING, LOOKED_AT, *HEADS = (DRAW.normal(0, 0.9, shape).round(1) for shape in [(2, 2, 3), (2, 3, 3), *SHAPES])
MASKS = [None, np.array([[[True, True, False]], [[False, True, False]]]), np.array([[1, 0, 1], [0, 1, 1]], bool)]


def other_attention(queries, keys, values, mask=None):
    """In place of the student's: a look-up of another kind."""
    scores = queries.sum(-1)[..., None] - 2 * keys[..., None, :, 0] / 3
    scores = scores if mask is None else scores * mask
    return scores @ values, scores


def assert_heads(student, number, part=0):
    """Assert what `multi_head` returns with this mask: the output or, as part 1, the weights."""

    def judge(apart):
        call = student.multi_head if number or part else partial(call_unchanged, student, "multi_head")
        found = call(LOOKING, LOOKED_AT, HEADS, *([MASKS[number]] if number else []))
        found = as_tuple(found, "multi_head(...)", ("output", "weights"))[part]
        expected, what = (WHERE[int(apart)], "the weights") if part else (SAID[int(apart), number], "the output")
        assert_close(found, expected, what, rtol=2e-3, atol=2e-3)

    assert_apart(student, "multi_head", {"attention": other_attention}, judge)


@criterion("heads", points=1, hint="Which row of signs makes the queries? Does each kernel come with its bias?")
def test_as_in_keras(student):
    """With the same weights, two heads say what Keras's layer says, and leave them as they are."""
    assert_heads(student, 0)


@criterion("heads", points=1, hint="Where in the mask do the heads need an axis? Does every head get the mask?")
@pytest.mark.parametrize("number", [pytest.param(1, id="a padding mask"), pytest.param(2, id="a mask for all")])
def test_masks_of_heads(student, number):
    """With a mask of shape (batch, 1, keys) or (queries, keys), it is that of Keras, too."""
    assert_heads(student, number)


@criterion("heads", points=1, hint="Two things are returned. Which axis of the second one belongs to the heads?")
def test_where_the_heads_look(student):
    """It is told where each head looks: an array (batch, heads, queries, keys)."""
    assert_heads(student, 0, part=1)


ENCODER, DECODER = [(5, 6), (1, 5)], [(4, 6), (5, 6), (4, 4), (1, 5)]  # rows of six numbers, then masks


@criterion("encoder", points=1, hint="Which `key_dim` has the attention? How many units has each Dense?")
@pytest.mark.parametrize("heads, hidden", [(2, 8), (3, 5)])
def test_layers_of_the_encoder(student, heads, hidden):
    """An encoder layer has one attention, two Dense and two normalisations of the right sizes."""
    transformers.assert_layer_weights(student, "encoder_layer", ENCODER, heads, hidden)


@criterion("encoder", points=1, hint="Follow both ways with a pencil: what is added to what, and what comes then?")
def test_what_the_encoder_computes(student):
    """With weights that the check gives to it, an encoder layer answers as the text says."""
    transformers.assert_adds_and_normalises(student, "encoder_layer", ENCODER)


@criterion("encoder", points=1, hint="Does the attention get the mask, and under which name?")
def test_masked_places(student):
    """What stands at a masked place changes nothing at others; what stands elsewhere does."""
    mask = np.array([[[1, 1, 0, 1, 1]], [[0, 1, 1, 1, 0]]], float)
    transformers.assert_sees(student, "encoder_layer", ENCODER, {1: mask}, 0, mask * np.ones((5, 1)) + np.eye(5))


@criterion("decoder", points=1, hint="How many attentions and normalisations are there? Which sizes have they?")
@pytest.mark.parametrize("heads, hidden", [(2, 8), (3, 5)])
def test_layers_of_the_decoder(student, heads, hidden):
    """A decoder layer has two attentions, two Dense and three normalisations of the right sizes."""
    transformers.assert_layer_weights(student, "decoder_layer", DECODER, heads, hidden)


@criterion("decoder", points=1, hint="Follow all ways with a pencil: what is added to what, and what comes then?")
def test_what_the_decoder_computes(student):
    """With weights that the check gives to it, a decoder layer answers as the text says."""
    transformers.assert_adds_and_normalises(student, "decoder_layer", DECODER)


@criterion("decoder", points=1, hint="Which mask does the first attention get, and under which name?")
def test_own_mask(student):
    """Each place sees just those of its own row that its mask allows."""
    own = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 1, 1]]) * np.ones((2, 1, 1))
    transformers.assert_sees(student, "decoder_layer", DECODER, {2: own}, 0, own)


@criterion("decoder", points=1, hint="Which mask does the second attention get, and under which name?")
def test_memory_mask(student):
    """Each place sees just those places of the memory that its mask allows."""
    mask = np.array([[[1, 0, 0, 1, 1]], [[0, 1, 1, 0, 1]]], float)
    transformers.assert_sees(student, "decoder_layer", DECODER, {3: mask}, 1, mask * np.ones((4, 1)))


@criterion("transformer", points=1, hint="By what are the rows of the Embedding multiplied, and what is added to them?")
def test_embedded_signs(student):
    """A sign becomes its row of the Embedding, times the width's root, plus its place's pattern."""
    numbers = np.array([[3, 0, 8, 3, 2, 2, 7, 5, 4, 6, 1, 0], [1, 1, 5, 0, 8, 2, 3, 3, 1, 7, 7, 4]])

    def judge(apart):
        block = make_block(student, "embed", [(12,)], 9, 6)
        weights = transformers.draw_some_weights(block, [(9, 6)])
        (rows,) = (array for array in weights if array.shape == (9, 6))
        found = answer_with(student, block, weights, numbers.astype("float32"))[0]
        patterns = transformers.plain_positions(12, 6) if apart else WAVES
        assert_close(found, rows[numbers] * 6**0.5 + patterns, "what comes out", atol=HALF)

    assert_apart(student, "embed", {"positions": transformers.plain_positions}, judge)


@criterion("transformer", points=2, hint="Go through the table: what does each layer get, and what stands at the end?")
@pytest.mark.parametrize("sizes", [(7, 3, 5, 6, 2, 9, 2), (10, 6, 2, 6, 3, 4)])
def test_what_the_transformer_computes(student, sizes):
    """With layers and weights of the check's, the transformer answers as the table says, with one
    layer on each side if no number is given."""
    kinds, row_length, length, width, heads, hidden, *layers = sizes
    rows, told = (np.random.default_rng(kinds).integers(1, kinds, (3, each)) for each in (row_length, length))
    ends = [(kinds, width), (kinds, width), (width, kinds), (kinds,)]

    def judge(apart):
        network = build(student, *sizes)
        weights = transformers.draw_some_weights(network, ends)
        tables = [array for array in weights if array.shape == ends[0]]
        kernel, bias = (array for array in weights if array.shape in ends[2:])
        kernel *= 3
        bias -= 9  # which no softmax heeds
        found = ask(student, network, weights, rows, told, kinds)
        scale, waves = (1, 0 * WAVES) if apart else (width**0.5, WAVES)
        seen = [np.tri(length), np.ones((length, length))]  # whatever the masks are: other criteria ask for them
        seen += [transformers.plain_look_ahead_mask(length), transformers.plain_padding_mask(told)] if apart else []
        masks = [np.ones((3, 1, row_length)), *([transformers.plain_padding_mask(rows)] if apart else [])]
        answers, ways = [], product(product(masks, seen, masks), repeat=(*layers, 1)[0])
        for (of_rows, of_told), way in product((tables, tables[::-1]), ways):
            memory, place = of_rows[rows] * scale + waves[:row_length], of_told[told] * scale + waves[:length]
            place = transformers.code_plainly(memory, place, way, heads, hidden)
            powers = np.exp(place @ kernel + bias)
            answers.append(powers / powers.sum(axis=-1, keepdims=True))
        best = min(answers, key=lambda right: np.abs(right - found).max())
        assert_close(found, best, "the probabilities", atol=HALF)

    assert_apart(student, "build_transformer", transformers.STAND_INS, judge)


@criterion("transformer", points=1, hint="Which mask do the decoder layers get for their own row?")
def test_the_future_cannot_change_the_past(student):
    """What is told later changes no answer before it; what was told before does count."""
    rows, told = np.array([[2, 5, 0], [4, 3, 6]]), np.array([[1, 3, 4, 2, 6], [5, 2, 2, 6, 1]])
    others = [np.where(np.arange(5) == place, 7 - told, told) for place in range(5)]

    def judge(_):
        network = build(student, 7, 3, 5, 6, 2, 9, 2)
        found = ask(student, network, draw_weights(network), np.tile(rows, (6, 1)), np.concatenate([told, *others]))
        before, *after = found.reshape(6, 2, 5, -1)
        moved = np.abs(np.array(after) - before).max(axis=3)  # for each place that is told otherwise
        for place, answers in enumerate(moved):
            if answers[:, :place].max(initial=0) > 1e-4:
                raise CriterionFailed("answers that nothing moves that is told later", f"place {place} moves others")
            if answers[:, place : place + 2].min() < 1e-4:
                raise CriterionFailed("answers that depend on what was told so far", f"place {place} moves nothing")

    assert_apart(student, "build_transformer", transformers.STAND_INS, judge)


@criterion("transformer", points=1, hint="Of which of the two inputs is the padding mask? Who gets it?")
def test_nothing_is_looked_at(student):
    """No layer of either side looks at empty places of the row, and all others are looked at."""
    rows, told = np.array([[6, 5, 0, 0], [4, 0, 0, 0], [5, 4, 6, 4]]), np.array([[1, 2, 3], [2, 1, 3], [3, 3, 1]])

    def judge(_):
        network = build(student, 7, 4, 3, 6, 2, 9, 2)
        weights = draw_weights(network)
        before = ask(student, network, weights, rows, told)
        for sign in (0, 4, 5, 6):
            other = [array + (np.arange(7) == sign)[:, None] if array.shape == (7, 6) else array for array in weights]
            moved = np.abs(ask(student, network, other, rows, told) - before).max(axis=(1, 2)) > 1e-4
            if not np.array_equal(moved, (rows == sign).any(axis=1) & (sign > 0)):
                what = "some of the signs" if sign else "empty places"
                raise CriterionFailed("all signs to be looked at, and no empty places", f"another treatment of {what}")

    assert_apart(student, "build_transformer", transformers.STAND_INS, judge)


def build(student, kinds, row_length, length, *sizes):
    """A transformer of the student's with the check's layers, which has its weights."""
    layers = share(student, transformers.encode_plainly), share(student, transformers.decode_plainly)
    network = as_model(student.build_transformer(*layers, kinds, row_length, length, *sizes), "build_transformer(...)")
    if not network.weights:  # one of a class of the student's has them after a call
        network.predict([np.ones((1, row_length)), np.ones((1, length))])
    return network


def ask(student, network, weights, rows, told, kinds=None):
    """What a transformer answers with these weights."""
    answers = answer_with(student, network, weights, [rows.astype("float32"), told.astype("float32")])
    (found,) = as_tuple(answers, "the answers", ("probabilities",)) if kinds else answers[:1]
    assert_shape(found, (*told.shape, kinds), f"the answers to {len(rows)} words")
    return found


@criterion("write", points=1, hint="At which place do you read the network's answer, and where do you write it?")
def test_written_sign_by_sign(student):
    """It writes what a network says that adds up, modulo 7, what it is told and the row's sign."""
    transformers.assert_writes(student, "write", np.array([[1, 2, 3, 4], [5, 0, 0, 0]]), np.array([1, 2]), 3)


@criterion("write", points=1, hint="Which signs are told before each question, and how many are written?")
@pytest.mark.parametrize("rows, marks, length", [([[3, 6]], [4], 2), ([[1], [0], [6]], [0, 6, 3], 4)])
def test_another_length(student, rows, marks, length):
    """It works for other lengths and numbers of words, and leaves rows and marks as they are."""
    transformers.assert_writes(student, "write", np.array(rows), np.array(marks), length, unchanged=True)


@criterion("write", points=1, hint="Are the checks above green? Then train it again, to the end.")
def test_knows_how_to_copy(student, thresholds, credit):
    """The saved transformer, told the right letters so far, knows the next letter of a copy."""
    credit.within(share_known(student.transformer, 1), thresholds, "next_letter")


@criterion("write", points=1, hint="Are the checks above green? Then train it again, to the end.")
def test_knows_how_to_go_backwards(student, thresholds, credit):
    """Told the right letters so far, it knows the next letter of a word written backwards."""
    credit.within(share_known(student.transformer, 2), thresholds, "next_letter")


def share_known(transformer, mark):
    """The share of letters that a transformer knows if it is told the right ones so far."""
    draw = np.random.default_rng(2024)
    rows, lengths, answers = draw.integers(3, 15, (300, 8)), draw.integers(3, 9, 300), np.zeros((300, 9), int)
    rows[np.arange(8) >= lengths[:, None]] = 0
    for row, answer, length in zip(rows, answers, lengths, strict=True):
        answer[:length] = row[:length] if mark == 1 else row[:length][::-1]
    found = as_array(transformer.predict([rows, np.insert(answers[:, :-1], 0, mark, axis=1)]), "the answers")
    assert_shape(found, (300, 9, 15), "the answers to 300 words")
    return np.mean(found.argmax(axis=2)[answers > 0] == answers[answers > 0])
