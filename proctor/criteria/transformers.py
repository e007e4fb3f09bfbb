"""What is asked of the layers of a transformer, which look at some places and not at others.

A layer is a student's function of places in a network: that of its row, that of the memory if it
looks at one, and a mask for each; then the number of heads and the number of hidden units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import permutations, product
from typing import Any

import numpy as np

from proctor.channel.reference import make_network
from proctor.channel.student import Student
from proctor.criteria.arrays import as_array, assert_close, assert_explained, assert_shape
from proctor.criteria.blocks import answer_with, draw_weights, make_block
from proctor.criteria.calls import call_unchanged
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

Shapes = Sequence[tuple[int, ...]]
Group = list[list[np.ndarray]]
Attend = Callable[[int, np.ndarray, np.ndarray, list[np.ndarray]], np.ndarray]

HEADS, HIDDEN = 2, 9  # of the layers that are asked
LEAST = 1e-4  # what moves an answer of the size of 1 moves it more than that; roundings move it less
SLIPS = {
    "": "",
    "0": "nothing were added to the first step",
    "1": "nothing were added to the second step",
    "last": "nothing were added to the last step",
    "straight": "the Dense had no ReLU",
    "end": "there were a ReLU at the end",
    "before": "each step normalised before, and not after",
    "own": "it looked at its own row a second time",
    "begin": "the last step were added to what went into the layer",
}


def as_mask(found: Any, what: str) -> np.ndarray:
    """Truth values as an array of ones and zeros.

    Raises CriterionFailed for anything else than an array of True and False, or of 1 and 0.
    """
    array = as_array(found, what).astype(float)
    others = array[(array != 0) & (array != 1)]
    if others.size:
        raise CriterionFailed(f"{what} to be True and False", f"numbers such as {others[0]:.3g}")
    return array


def assert_layer_weights(student: Student, name: str, shapes: Shapes, heads: int, hidden: int) -> None:
    """Assert that a layer has the attentions, the two Dense and the normalisations of a paper.

    After Vaswani et al., *Attention Is All You Need*, 2017.

    Args:
        student: the submission.
        name: of its layer.
        shapes: of the places that it is given: rows first, then as many masks.
        heads, hidden: how many heads, and how many units of the first Dense.

    Raises CriterionFailed, with the shapes of weights that are missing or too many.
    """
    width, size, count = shapes[0][-1], shapes[0][-1] // heads, len(shapes) // 2
    wanted: list[tuple[int, ...]] = [(width, heads, size), (heads, size)] * 3 * count
    wanted += [(heads, size, width), (width,)] * count
    wanted += [(width, hidden), (hidden,), (hidden, width), (width,)]
    wanted += [(width,)] * 2 * (count + 1)
    found = [array.shape for array in make_block(student, name, shapes, heads, hidden).weights]
    missing, others = _tell_more(wanted, found), _tell_more(found, wanted)
    if missing or others:
        raise CriterionFailed(missing or "fewer layers", others or "none of these")


def _tell_more(shapes: Shapes, others: Shapes) -> str:
    counts = Counter(shapes)
    return ", ".join(f"{counts[shape]} weights of the shape {shape}" for shape in counts - Counter(others))


def assert_sees(
    student: Student, name: str, shapes: Shapes, masks: Mapping[int, np.ndarray], which: int, sees: np.ndarray
) -> None:
    """Assert which places of what goes into a layer move which places of what comes out.

    Args:
        student, name, shapes: as for `assert_layer_weights`.
        masks: by the number of the place, for two examples; True everywhere if it has none.
        which: the number of the row whose places are changed, one after the other.
        sees: truth values (2, places of the output, places of this row).

    Raises CriterionFailed, with a pair of places for which it is otherwise.
    """
    block = make_block(student, name, shapes, HEADS, HIDDEN)
    weights = draw_weights(block)
    attentions, _, norms = _split(weights)
    for attention in attentions:
        attention[0][:] /= 5  # so that no place is hardly looked at
    for gamma, _ in norms:
        gamma += 1  # and that what comes out hangs on it
    xs = _draw_inputs(shapes, masks, seed=6)
    places, width = shapes[which]
    changed = [list(xs) for _ in range(places)]
    for place, row in enumerate(changed):
        row[which] = xs[which].copy()
        row[which][:, place] = -2 * xs[which][:, place] + np.linspace(-3, 3, width)
    found = answer_with(student, block, weights, [np.concatenate(each) for each in zip(xs, *changed, strict=True)])[0]
    assert_shape(found, (2 + 2 * places, shapes[0][0], shapes[0][1]), "what comes out")
    before, *after = np.split(found, 1 + places)
    moved = np.abs(np.stack(after, axis=2) - before[:, :, None]).max(axis=3) > LEAST
    for example, looking, place in np.argwhere(moved != np.asarray(sees, bool))[:1]:
        masked, moves = ("is not masked", "does not move") if sees[example][looking][place] else ("is masked", "moves")
        wanted = "masked places that move nothing, and others that do"
        raise CriterionFailed(wanted, f"place {place} {masked}, and {moves} place {looking}")


def assert_adds_and_normalises(
    student: Student,
    name: str,
    shapes: Shapes,
    attend: Attend | None = None,
    masks: Mapping[int, np.ndarray] | None = None,
    heads: int = HEADS,
    hidden: int = HIDDEN,
) -> None:
    """Assert that a layer answers as the one in the paper: it looks, and then it thinks.

    What comes out of each step is added to what went into it, and the sum is normalised. The last
    step is a Dense with ReLU and one without.

    Args:
        student, name, shapes, heads, hidden: as for `assert_layer_weights`.
        attend: what an attention says, of the number of the step, the row that looks, what is
            looked at, and eight weights. Without it, all places are looked at alike.
        masks: as for `assert_sees`.

    Raises CriterionFailed for other layers and other answers, with the slip that they are like.
    """
    block, xs = make_block(student, name, shapes, heads, hidden), _draw_inputs(shapes, masks or {}, seed=4)
    weights, rows = draw_weights(block), xs[: len(shapes) // 2]
    groups = _split(weights)
    kinds, wanted = ("MultiHeadAttention", "Dense", "LayerNormalization"), (len(rows), 2, len(rows) + 1)
    if tuple(map(len, groups)) != wanted:
        found = map(len, groups)
        told = [", ".join(f"{n} of {kind}" for n, kind in zip(row, kinds, strict=True)) for row in (wanted, found)]
        raise CriterionFailed(told[0], told[1])
    for gamma, _ in groups[2]:
        gamma *= 2  # so that what is added counts
    for attention in groups[0] if attend is None else []:
        attention[0][:] = attention[1][:] = 0  # no queries
        attention[4] *= 2
    said = answer_with(student, block, weights, xs)[0]
    orders = list(product(*map(permutations, groups)))
    answers = partial(_answer, rows, attend or _look_at_all_alike)
    ways = ((told, partial(answers, slip, *order)) for slip, told in SLIPS.items() for order in orders)
    assert_explained(said, ways, "the answers that the text describes")


def _draw_inputs(shapes: Shapes, masks: Mapping[int, np.ndarray], seed: int) -> list[np.ndarray]:
    """What goes into a layer, twice: random rows and, behind them, masks."""
    draw, count = np.random.default_rng(seed), len(shapes) // 2
    rows = [draw.normal(0, 0.9, (2, *shape)) for shape in shapes[:count]]
    rows += [np.asarray(masks.get(index, np.ones((2, *shapes[index])))) for index in range(count, len(shapes))]
    return [row.astype("float32") for row in rows]


def _split(weights: Sequence[np.ndarray]) -> tuple[Group, Group, Group]:
    """The eight weights of each attention, the two of each Dense, the two of each normalisation."""
    pairs = [list(weights[index : index + 2]) for index in range(0, len(weights), 2)]
    looks = [array for pair in pairs if pair[0].ndim == 3 for array in pair]
    attentions = [looks[index : index + 8] for index in range(0, len(looks), 8)]
    return attentions, [pair for pair in pairs if pair[0].ndim == 2], [pair for pair in pairs if pair[0].ndim == 1]


def _look_at_all_alike(_: int, looking: np.ndarray, looked_at: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    values = (np.tensordot(looked_at, weights[4], 1) + weights[5]).mean(axis=1, keepdims=True)
    return np.asarray(np.tensordot(values, weights[6], 2) + weights[7] + 0 * looking)


def _normalise(rows: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    mean, variance = rows.mean(axis=-1, keepdims=True), rows.var(axis=-1, keepdims=True)
    return np.asarray((rows - mean) / np.sqrt(variance + 1e-3) * gamma + beta)


def _answer(
    xs: Sequence[np.ndarray], attend: Attend, slip: str, attentions: Group, denses: Group, norms: Group
) -> np.ndarray:
    """What a layer in NumPy says that has one of the slips."""
    x, last = xs[0], len(attentions)
    for step, norm in enumerate(norms):
        inner = _normalise(x, *norm) if slip == "before" else x
        if step < last:
            said = attend(step, inner, inner if step == 0 or slip == "own" else xs[1], attentions[step])
        else:
            bent = inner @ denses[0][0] + denses[0][1]
            said = (bent if slip == "straight" else np.maximum(bent, 0)) @ denses[1][0] + denses[1][1]
        begin = xs[0] if slip == "begin" and step == last else x
        total = said if slip == str(step) or (slip == "last" and step == last) else begin + said
        x = total if slip == "before" else _normalise(total, *norm)
    return np.maximum(x, 0) if slip == "end" else x


def draw_some_weights(model: ModelView, shapes: Shapes) -> list[np.ndarray]:
    """Weights for a model that may also keep fixed numbers in a layer, such as patterns.

    Args:
        model: a model that has its weights.
        shapes: which of them get other numbers, see `draw_weights`. All others stay as they are.

    Raises CriterionFailed if the model has not just so many weights of these shapes.
    """
    counts = Counter(array.shape for array in model.weights)
    if any(counts[shape] != count for shape, count in Counter(shapes).items()):
        told = ", ".join(str(array.shape) for array in model.weights) or "none"
        raise CriterionFailed("the layers of the text, and no others", f"weights of the shapes {told}"[:300])
    pairs = zip(draw_weights(model), model.weights, strict=True)
    return [drawn if drawn.shape in shapes else kept for drawn, kept in pairs]


def encode_plainly(place: Any, mask: Any, heads: int, hidden: int) -> Any:
    """An encoder layer without weights, for a student's function; see `share`."""
    import keras

    mask = keras.ops.ones_like(place[:, None, :, 0]) if mask is None else keras.ops.cast(mask, place.dtype)
    return 0.6 * keras.ops.tanh(place) + 0.2 * keras.ops.matmul(mask, place) + heads / 10 - hidden / 50


def decode_plainly(place: Any, memory: Any, own_mask: Any, memory_mask: Any, heads: int, hidden: int) -> Any:
    """A decoder layer without weights, for a student's function; see `share`."""
    import keras

    def seen(mask: Any, rows: Any) -> Any:
        mask = keras.ops.ones_like(rows[:, None, :, 0]) if mask is None else keras.ops.cast(mask, rows.dtype)
        return keras.ops.matmul(mask, rows)

    place = 0.7 * keras.ops.tanh(place)
    place = place + 0.3 * seen(own_mask, place) + 0.2 * seen(memory_mask, memory)
    return place + heads / 20 - hidden / 20


def code_plainly(
    rows: np.ndarray, told: np.ndarray, masks: Sequence[Sequence[np.ndarray]], heads: int, hidden: int
) -> np.ndarray:
    """What layers of `encode_plainly` and as many of `decode_plainly` make of rows of numbers.

    Args:
        rows: what goes into the encoder, of shape (n, places, width).
        told: what goes into the decoder.
        masks: for each layer, those of the encoder, of the decoder's own row, and of the memory.
        heads, hidden: as the layers were told.
    """
    for mask, _, _ in masks:
        rows = 0.6 * np.tanh(rows) + 0.2 * mask @ rows + heads / 10 - hidden / 50
    for _, own, mask in masks:
        told = 0.7 * np.tanh(told)
        told = told + 0.3 * own @ told + 0.2 * mask @ rows + heads / 20 - hidden / 20
    return told


def plain_positions(length: int, size: int) -> Any:
    """Patterns of places, but no waves, in place of a student's; see `assert_apart`."""
    import numpy as np

    return (np.arange(length)[:, None] / 4 - np.arange(size) / 3).astype("float32")


def plain_embed(numbers: Any, kinds: int, width: int) -> Any:
    """The bare rows of an Embedding, in place of a student's."""
    import keras

    return keras.layers.Embedding(kinds, width)(numbers)


def plain_padding_mask(numbers: Any) -> Any:
    """A mask (n, 1, places), but of all numbers up to 3, in place of a student's."""
    return (numbers > 3)[:, None]


def plain_look_ahead_mask(length: int) -> Any:
    """A mask by which each place sees itself and the one before it, in place of a student's."""
    import numpy as np

    return np.eye(length, dtype=bool) | np.eye(length, k=-1, dtype=bool)


STAND_INS = {
    "positions": plain_positions,
    "embed": plain_embed,
    "padding_mask": plain_padding_mask,
    "look_ahead_mask": plain_look_ahead_mask,
}


def assert_writes(
    student: Student, name: str, rows: np.ndarray, marks: np.ndarray, length: int, *, unchanged: bool = False
) -> None:
    """Assert that a function writes sign by sign what a network finds most probable.

    The network says, modulo 7, the sum of what it was told so far and of the same place of the row,
    where there is one.

    Args:
        student: the submission.
        name: of a function of a network of rows and what is told, rows, marks and a length.
        rows, marks: whole numbers (n, places) and (n,), less than 7.
        length: how many signs are written.
        unchanged: whether rows and marks have to stay as they are.

    Raises CriterionFailed if it returns other signs.
    """
    network = make_network(student, _build_summing, rows.shape[1], length)
    heard, right = marks, []
    for place in range(length):
        right.append((heard + (rows[:, place] if place < rows.shape[1] else 0)) % 7)
        heard = heard + right[-1]
    call = partial(call_unchanged, student, name) if unchanged else getattr(student, name)
    found = as_array(call(network, rows, marks, length), f"{name}(...)")
    assert_close(found, np.stack(right, axis=1), "the signs")


def _build_summing(keras: Any, row_length: int, length: int) -> Any:
    """A network that says what it was told so far and the row's sign, added up, modulo 7."""
    rows, told = keras.Input((row_length,)), keras.Input((length,))
    ops = keras.ops
    heard = ops.cumsum(ops.cast(told, "int32"), axis=1)
    read = ops.pad(ops.cast(rows, "int32"), [(0, 0), (0, max(0, length - row_length))])[:, :length]
    said = ops.one_hot(ops.mod(heard + read, 7), 7)
    return keras.Model([rows, told], 0.7 * said + 0.3 / 7)
