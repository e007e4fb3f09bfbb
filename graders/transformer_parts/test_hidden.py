"""The hidden criteria of `transformer_parts`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    make_network,
    transformers,
)


def numbers(seed, *shape):
    """Random numbers around 0."""
    return np.random.default_rng([seed, *shape]).normal(0.05, 1, shape)


def look_up(queries, keys, values, mask=None):
    """The right `attention`."""
    import numpy as np

    scores = np.einsum("...qd,...kd->...qk", queries, keys) / keys.shape[-1] ** 0.5
    if mask is not None:
        scores = scores - 1e9 * (1 - np.asarray(mask, float))
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    powers = powers / powers.sum(axis=-1, keepdims=True)
    return powers @ values, powers


def heads_of(looking, looked_at, weights, mask=None):
    """The right `multi_head`."""
    weights = [np.asarray(array, float) for array in weights]
    outputs, wheres = np.zeros((*looking.shape[:2], weights[6].shape[2])) + weights[7], []
    for head in range(weights[0].shape[1]):
        made = [
            x @ weights[i][:, head] + weights[i + 1][head] for x, i in ((looking, 0), (looked_at, 2), (looked_at, 4))
        ]
        output, where = look_up(*made, mask)
        outputs += output @ weights[6][head]
        wheres.append(where)
    return outputs, np.stack(wheres, axis=1)


@criterion("positions", points=1, hint="Any number of places and of columns.")
@pytest.mark.parametrize("length, size", [(1, 2), (7, 10), (40, 16), (3, 64)])
def test_any_positions(student, length, size):
    """The patterns of any size are right."""
    places, pairs = np.arange(length)[:, None], np.arange(size // 2)
    turned = np.exp(1j * places * 10000.0 ** (-2 * pairs / size))
    expected = np.stack([turned.imag, turned.real], axis=-1).reshape(length, size)
    assert_close(student.positions(length, size), expected, "the patterns", atol=5e-3)


@criterion("attention", points=1, hint="Any number of axes in front, of queries and keys; values of another width.")
@pytest.mark.parametrize("front", [(), (3,), (2, 3)])
@pytest.mark.parametrize("sizes", [(2, 5, 3, 4), (1, 1, 2, 1), (4, 2, 9, 6)])
@pytest.mark.parametrize("is_masked", [pytest.param(False, id="no mask"), pytest.param(True, id="a mask")])
def test_any_attention(student, front, sizes, is_masked):
    """Attention of any size is right, and leaves what it is given as it was."""
    count, places, size, width = sizes
    given = [2 * numbers(1, *front, count, size), numbers(2, *front, places, size), numbers(3, *front, places, width)]
    mask = numbers(4, *front[:1], *[1] * (len(front) - 1), count, places) < 0.3
    mask[..., 0] |= ~mask.any(axis=-1)
    given += [mask] if is_masked else []
    output, weights = as_tuple(call_unchanged(student, "attention", *given), "attention(...)", ("output", "weights"))
    right = look_up(*given)
    assert_close(weights, right[1], "the weights", rtol=1e-4, atol=1e-6)
    assert_close(output, right[0], "the output", rtol=1e-4, atol=1e-6)


@criterion("masks", points=1, hint="Any number of words and places.")
def test_any_masks(student):
    """Masks of any size are right."""
    for shape in ((1, 1), (5, 2), (2, 9)):
        rows = np.random.default_rng(shape).integers(0, 3, shape) * 40
        found = as_array(student.padding_mask(rows), "padding_mask(...)").astype(float)
        assert_close(found, (rows > 0)[:, None].astype(float), "the padding mask")
    for length in (2, 3, 7):
        found = as_array(student.look_ahead_mask(length), "look_ahead_mask(...)").astype(float)
        right = [[float(column <= row) for column in range(length)] for row in range(length)]
        assert_close(found[0] if found.ndim == 3 else found, right, "the look-ahead mask")


@criterion("heads", points=1, hint="Any number of heads, places and numbers, with any mask.")
@pytest.mark.parametrize("sizes", [(2, 3, 5, 4, 3, 2), (1, 1, 2, 3, 1, 5), (3, 4, 4, 6, 2, 3)])
def test_any_heads(student, sizes):
    """With any number of heads and with any mask, the output and the weights are right."""
    batch, count, places, width, heads, size = sizes
    looking, looked_at = numbers(5, batch, count, width), numbers(6, batch, places, width)
    shapes = [(width, heads, size), (heads, size)] * 3 + [(heads, size, width), (width,)]
    weights = [numbers(7 + index, *shape) for index, shape in enumerate(shapes)]
    masks = [
        None,
        *(numbers(8, *shape) < 0.2 for shape in ((batch, count, places), (batch, 1, places), (count, places))),
    ]

    def judge(_):
        for mask in masks:
            if mask is not None:
                mask[..., -1] |= ~mask.any(axis=-1)
            found = call_unchanged(student, "multi_head", looking, looked_at, weights, mask)
            parts = as_tuple(found, "multi_head(...)", ("output", "weights"))
            right = heads_of(looking, looked_at, weights, mask)
            assert_close(parts[0], right[0], "the output", rtol=1e-3, atol=1e-4)
            assert_close(parts[1], right[1], "the weights", rtol=1e-3, atol=1e-5)

    assert_apart(student, "multi_head", {"attention": look_up}, judge)


def assert_layer(student, name, shapes, heads, hidden):
    """Assert that a layer looks where its weights say, and only where its masks allow it."""
    count = len(shapes) // 2
    masks = [numbers(10, 2, *shape) < 0.4 for shape in shapes[count:]]
    for mask in masks:
        mask[..., 0] |= ~mask.any(axis=-1)

    def attend(step, looking, looked_at, weights):
        return heads_of(looking, looked_at, weights, masks[step])[0]

    given = {count + index: mask for index, mask in enumerate(masks)}
    transformers.assert_adds_and_normalises(student, name, shapes, attend, given, heads, hidden)


@criterion("encoder", points=1, hint="Try it with three heads, and with a mask.")
@pytest.mark.parametrize("heads, hidden", [(3, 11), (2, 7)])
def test_any_encoder(student, heads, hidden):
    """With any number of heads, and with a mask, an encoder layer answers as the text says."""
    assert_layer(student, "encoder_layer", [(4, 6), (1, 4)], heads, hidden)


@criterion("decoder", points=1, hint="Try it with three heads, and with masks.")
@pytest.mark.parametrize("heads, hidden", [(3, 11), (2, 7)])
def test_any_decoder(student, heads, hidden):
    """With any number of heads, and with masks, a decoder layer answers as the text says."""
    assert_layer(student, "decoder_layer", [(3, 6), (5, 6), (3, 3), (1, 5)], heads, hidden)


def doubling(keras, kinds, row_length, length):
    """A network whose next sign depends on the order of all that it was told."""
    ops = keras.ops
    rows, told = keras.Input((row_length,)), keras.Input((length,))
    weighed = ops.cumsum(ops.cast(told, "int32") * ops.arange(1, length + 1), axis=1)
    read = ops.sum(ops.cast(rows, "int32") * ops.arange(1, row_length + 1), axis=1, keepdims=True)
    return keras.Model(
        [rows, told], ops.one_hot(ops.mod(weighed + read + 3 * ops.arange(length), kinds), kinds) * 0.4 + 0.01
    )


@criterion("write", points=1, hint="Any number of words, of signs, and of places.")
@pytest.mark.parametrize("count, row_length, length, kinds", [(4, 3, 5, 11), (1, 6, 1, 5), (7, 2, 8, 23)])
def test_written_by_any_network(student, count, row_length, length, kinds):
    """With any network, the signs are those that it finds most probable."""
    draw = np.random.default_rng(kinds)
    rows, marks = draw.integers(0, kinds, (count, row_length)), draw.integers(0, kinds, count)
    network = make_network(student, doubling, kinds, row_length, length)
    found = as_array(call_unchanged(student, "write", network, rows, marks, length), "write(...)")
    assert_shape(found, (count, length), "the signs")
    told = marks[:, None]
    for place in range(length):
        said = (
            3 * place
            + (told * np.arange(1, told.shape[1] + 1)).sum(axis=1)
            + (rows * np.arange(1, row_length + 1)).sum(axis=1)
        )
        told = np.concatenate([told, said[:, None] % kinds], axis=1)
    assert_close(found, told[:, 1:], "the signs")


def written(transformer, mark, seed, count=300):
    """The share of letters that a transformer writes correctly on its own."""
    draw = np.random.default_rng(seed)
    lengths = 3 + np.arange(count) % 6
    kinds = draw.integers(1, 13, count)  # some words have few different letters
    rows = np.where(np.arange(8) < lengths[:, None], 3 + draw.integers(0, 12, (count, 8)) % kinds[:, None], 0)
    answers = np.zeros((count, 9), int)
    told = np.zeros((count, 10), int)
    for row, answer, length in zip(rows, answers, lengths, strict=True):
        answer[:length] = row[:length] if mark == 1 else row[:length][::-1]
    told[:, 0] = mark
    for place in range(9):
        found = transformer.predict([rows, told[:, :9]])
        if not isinstance(found, np.ndarray) or found.shape != (count, 9, 15):
            raise CriterionFailed("probabilities of the shape (n, 9, 15)", f"an answer of the shape {np.shape(found)}")
        told[:, place + 1] = found[:, place].argmax(axis=1)
    return np.mean((told[:, 1:] == answers)[answers > 0])


@criterion("write", points=1, hint="Does it look ahead in the lesson? Did you train it to the end?")
def test_copies_new_words(student, thresholds, credit):
    """The saved transformer copies words that it has never seen, all on its own."""
    credit.within(written(student.transformer, 1, 71), thresholds, "written")


@criterion("write", points=1, hint="Does it look ahead in the lesson? Did you train it to the end?")
def test_writes_new_words_backwards(student, thresholds, credit):
    """The saved transformer writes words backwards that it has never seen, all on its own."""
    credit.within(written(student.transformer, 2, 72), thresholds, "written")
