"""What is asked of a transformer's layers, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import CriterionFailed, answer_with, make_block, share, transformers
from proctor.channel.student import LocalLink, Student

LAYERS = keras.layers
ENCODER, DECODER = [(5, 6), (1, 5)], [(4, 6), (5, 6), (4, 4), (1, 5)]


def look(place, at, mask, heads):
    """An attention behind a place, alone."""
    return LAYERS.MultiHeadAttention(heads, place.shape[-1] // heads)(place, at, attention_mask=mask)


def think(place, hidden, activation="relu"):
    """Two Dense behind a place, alone."""
    return LAYERS.Dense(place.shape[-1])(LAYERS.Dense(hidden, activation=activation)(place))


def encoder(place, mask, heads, hidden):
    """A right one."""
    place = LAYERS.LayerNormalization()(place + look(place, place, mask, heads))
    return LAYERS.LayerNormalization()(place + think(place, hidden))


def decoder(place, memory, own_mask, memory_mask, heads, hidden):
    """A right one, with its layers made in another order."""
    last, middle, first = (LAYERS.LayerNormalization() for _ in range(3))
    place = first(place + look(place, place, own_mask, heads))
    place = middle(place + look(place, memory, memory_mask, heads))
    return last(place + think(place, hidden))


def straight(place, mask, heads, hidden):
    """Without ReLU."""
    place = LAYERS.LayerNormalization()(place + look(place, place, mask, heads))
    return LAYERS.LayerNormalization()(place + think(place, hidden, None))


def alone(place, mask, heads, hidden):
    """Nothing is added at the end."""
    place = LAYERS.LayerNormalization()(place + look(place, place, mask, heads))
    return LAYERS.LayerNormalization()(think(place, hidden))


def before(place, mask, heads, hidden):
    """Normalises first."""
    inner = LAYERS.LayerNormalization()(place)
    place = place + look(inner, inner, mask, heads)
    return place + think(LAYERS.LayerNormalization()(place), hidden)


def blind(place, mask, heads, hidden):
    """Heeds no mask."""
    return encoder(place, None, heads, hidden)


def narrow(place, mask, heads, hidden):
    """Has too small an attention, and a normalisation less."""
    return think(place + LAYERS.MultiHeadAttention(heads, 1)(place, place, attention_mask=mask), hidden)


def one(place, mask, heads, hidden):
    """Says something of the first place alone."""
    return encoder(place, mask, heads, hidden)[:, 0]


def forgetful(place, memory, own_mask, memory_mask, heads, hidden):
    """Looks at its own row twice."""
    place = LAYERS.LayerNormalization()(place + look(place, place, own_mask, heads))
    place = LAYERS.LayerNormalization()(place + look(place, place, None, heads))
    return LAYERS.LayerNormalization()(place + think(place, hidden))


def write(network, rows, marks, length):
    """Writes sign by sign."""
    told = np.zeros((len(rows), length + 1), int)
    told[:, 0] = marks
    for place in range(length):
        told[:, place + 1] = np.argmax(network([rows, told[:, :-1]])[:, place], axis=-1)
    return told[:, 1:]


def write_into(network, rows, marks, length):
    """The same, but it changes what it is given."""
    found = write(network, rows, marks, length)
    rows[:] = 0
    return found


def write_late(network, rows, marks, length):
    """Moved on by a place."""
    return np.roll(write(network, rows, marks, length), 1, axis=1)


def embedded(place, fixed):
    """An Embedding, and patterns that are kept."""
    place = LAYERS.Embedding(7, 6)(place)
    return Kept()(place) if fixed else place


class Kept(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Adds numbers that are never learned."""

    def build(self, shape):
        """Makes them."""
        self.numbers = self.add_weight(shape=(shape[1], shape[2]), trainable=False, initializer="ones")

    def call(self, x):
        """Adds them."""
        return x + self.numbers


WRONG = straight, alone, before, blind, narrow, one, forgetful, write_into, write_late
FUNCTIONS = encoder, decoder, write, embedded, *WRONG
STUDENT = Student(LocalLink({each.__name__: each for each in FUNCTIONS}))


def test_right_layers_pass():
    """Whichever order their layers are made in, and with a true attention, too."""
    for name, shapes in (("encoder", ENCODER), ("decoder", DECODER)):
        transformers.assert_layer_weights(STUDENT, name, shapes, 3, 8)
        transformers.assert_adds_and_normalises(STUDENT, name, shapes)

    def attend(_, looking, looked_at, weights):
        queries, keys, values = (
            np.einsum("bpw,whs->bhps", x, weights[index]) + weights[index + 1][:, None]
            for x, index in ((looking, 0), (looked_at, 2), (looked_at, 4))
        )
        scores = np.where(mask[:, None], queries @ np.swapaxes(keys, 2, 3) / keys.shape[3] ** 0.5, -1e9)
        powers = np.exp(scores - scores.max(axis=3, keepdims=True))
        said = powers / powers.sum(axis=3, keepdims=True) @ values
        return np.einsum("bhps,hsw->bpw", said, weights[6]) + weights[7]

    mask = np.array([[[1, 1, 0, 1, 1]], [[0, 1, 1, 1, 0]]], bool)
    transformers.assert_adds_and_normalises(STUDENT, "encoder", ENCODER, attend, {1: mask}, 3, 7)
    with pytest.raises(CriterionFailed):
        transformers.assert_adds_and_normalises(STUDENT, "blind", ENCODER, attend, {1: mask})


@pytest.mark.parametrize(
    "name, found",
    [
        ("straight", "answers as if the Dense had no ReLU"),
        ("alone", "answers as if nothing were added to the second step"),
        ("before", "answers as if each step normalised before, and not after"),
        ("narrow", "1 of MultiHeadAttention, 2 of Dense, 0 of LayerNormalization"),
        ("one", "answers of the shape (2, 6)"),
    ],
)
def test_slips_are_told(name, found):
    """A student reads which slip their layer is like."""
    with pytest.raises(CriterionFailed) as failed:
        transformers.assert_adds_and_normalises(STUDENT, name, ENCODER)
    assert failed.value.found == found


def test_a_layer_that_does_not_look_at_the_memory_is_told():
    """It looks at its own row in place of the memory."""
    with pytest.raises(CriterionFailed) as failed:
        transformers.assert_adds_and_normalises(STUDENT, "forgetful", DECODER)
    assert failed.value.found == "answers as if it looked at its own row a second time"


def test_weights_of_other_sizes_are_told():
    """Missing ones and further ones."""
    with pytest.raises(CriterionFailed) as failed:
        transformers.assert_layer_weights(STUDENT, "narrow", ENCODER, 2, 8)
    assert failed.value.expected.startswith("3 weights of the shape (6, 2, 3), 3 weights of the shape (2, 3)")
    assert failed.value.found.startswith("3 weights of the shape (6, 2, 1), 3 weights of the shape (2, 1)")


def test_masked_places_move_nothing():
    """A layer sees what its masks allow, and itself; another one is told by a pair of places."""
    mask = np.array([[[1, 1, 0, 1, 1]], [[0, 1, 1, 1, 0]]])
    sees = mask * np.ones((5, 1)) + np.eye(5)
    transformers.assert_sees(STUDENT, "encoder", ENCODER, {1: mask}, 0, sees)
    transformers.assert_sees(STUDENT, "decoder", DECODER, {3: mask}, 1, mask * np.ones((4, 1)))
    for name, wanted, found in (
        ("blind", sees, "place 2 is masked, and moves place 0"),
        ("encoder", sees + 1, "place 2 is not masked, and does not move place 0"),
        ("one", sees, "shape (12, 6)"),
    ):
        with pytest.raises(CriterionFailed) as failed:
            transformers.assert_sees(STUDENT, name, ENCODER, {1: mask}, 0, wanted)
        assert failed.value.found == found


def test_numbers_that_are_kept_stay():
    """An Embedding gets other numbers, and what a layer keeps does not."""
    block = make_block(STUDENT, "embedded", [(4,)], True)
    rows, kept = transformers.draw_some_weights(block, [(7, 6)])
    assert kept.shape == (4, 6)
    assert np.all(kept == 1)
    (found,) = answer_with(STUDENT, block, [rows, kept], np.array([[1, 6, 0, 2]], "float32"))
    np.testing.assert_allclose(found, rows[[[1, 6, 0, 2]]] + 1, atol=1e-5)
    with pytest.raises(CriterionFailed) as failed:
        transformers.draw_some_weights(block, [(7, 6), (7, 6)])
    assert failed.value.found == "weights of the shapes (7, 6), (4, 6)"


@pytest.mark.parametrize("masks", [True, False])
def test_plain_layers_are_those_in_numpy(masks):
    """What they make of rows is what `code_plainly` makes of them, with masks and without."""
    draw = np.random.default_rng(1)
    rows, told = draw.normal(0, 1, (2, 3, 4)).astype("float32"), draw.normal(0, 1, (2, 5, 4)).astype("float32")
    seen = [draw.random(shape) < 0.5 for shape in ((2, 1, 3), (5, 5), (2, 1, 3))]
    given = seen if masks else [None] * 3
    memory, place = rows, told
    for _ in range(2):
        memory = transformers.encode_plainly(memory, given[0], 2, 9)
    for _ in range(2):
        place = transformers.decode_plainly(place, memory, given[1], given[2], 2, 9)
    used = seen if masks else [np.ones((2, 1, 3)), np.ones((2, 1, 5)), np.ones((2, 1, 3))]
    np.testing.assert_allclose(place, transformers.code_plainly(rows, told, [used] * 2, 2, 9), atol=1e-4)


def test_stand_ins_run_in_a_students_process():
    """They are of the right shapes, and nothing of them is an answer."""
    functions = {name: share(STUDENT, function) for name, function in transformers.STAND_INS.items()}
    assert np.shape(functions["positions"](3, 4)) == (3, 4)
    assert np.array_equal(functions["padding_mask"](np.array([[0, 3, 4]])), [[[False, False, True]]])
    assert np.array_equal(functions["look_ahead_mask"](3), [[1, 0, 0], [1, 1, 0], [0, 1, 1]])
    assert functions["embed"](np.array([[1, 2]]), 5, 4).shape == (1, 2, 4)


def test_masks_are_zeros_and_ones():
    """Truth values and their numbers are taken, and others are told."""
    assert np.array_equal(transformers.as_mask([[True, False]], "the mask"), [[1.0, 0.0]])
    with pytest.raises(CriterionFailed) as failed:
        transformers.as_mask(np.array([0.0, -1e9]), "the mask")
    assert failed.value.found == "numbers such as -1e+09"


def test_writing_sign_by_sign():
    """The signs are those that one works out, whether there are more places than signs or fewer."""
    for rows, length in (([[1, 2, 3, 4], [5, 0, 0, 0]], 3), ([[1], [0]], 4)):
        given = np.array(rows), np.array([1, 2]), length
        transformers.assert_writes(STUDENT, "write", *given, unchanged=True)
        transformers.assert_writes(STUDENT, "write_into", *given)
        for name, unchanged in (("write_into", True), ("write_late", False)):
            with pytest.raises(CriterionFailed):
                transformers.assert_writes(STUDENT, name, *given, unchanged=unchanged)
