"""What is asked of a network that answers from the average of the vectors of words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proctor.channel.reference import as_left
from proctor.criteria.arrays import as_array, assert_close
from proctor.criteria.layers import as_model
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

NEAR = 1e-2
"""How far answers may lie apart that should be equal: in half precision, sums round so much."""
APART = 1e-3
"""How far answers lie apart that should not be equal; those of equal sums do not."""

Table = tuple[int, int]


def scatter_table(model: ModelView, table: Table, spread: float = 1.0) -> ModelView:
    """Give a network of words other numbers, also those of the padding, as if it had learned.

    Args:
        model: a network in the student's process.
        table: the shape of its table: how many words, and how many numbers each has.
        spread: what the numbers of matrices are multiplied by; 20 brings answers to 0 and 1.

    Returns the model. However wide its layers are, what reaches its last one has about the size of
    `spread`, so that its answers are not all alike.
    """
    model, draw = as_model(model), np.random.default_rng(34)

    def scatter(shape: tuple[int, ...]) -> np.ndarray:
        if len(shape) < 2:
            return draw.uniform(0.1, 0.5, shape)
        if shape == table:
            return spread * draw.normal(0.2, 0.9, shape)
        return spread * draw.normal(0, 0.9, shape) / max(1.0, shape[0] / table[1]) ** 0.5

    model.set_weights([scatter(array.shape) for array in model.weights])
    return model


def answer_row(model: ModelView, row: Sequence[int]) -> np.ndarray:
    """What a network says of one row, flat: of the shape, another criterion has to tell."""
    return as_array(model.predict(np.array([row])), "the answer").astype(float).ravel()


def assert_averages_words(model: ModelView) -> None:
    """Assert that a network answers from an average: in no order, by shares, and not from a sum.

    Args:
        model: with numbers of `scatter_table`, for ten words or more.
    """
    said = answer_row(model, [2, 5, 5, 9])
    assert_close(answer_row(model, [5, 9, 2, 5]), said, "the answer to the same words in another order", atol=NEAR)
    twice = answer_row(model, [2, 5, 5, 9, 2, 5, 5, 9])
    assert_close(twice, said, "the answer to the same text twice in a row", atol=NEAR)
    if np.abs(said - answer_row(model, [2, 9, 9, 9, 9, 9, 9, 5])).max() < APART:
        raise CriterionFailed("another answer if a word is a larger part of the text", "the same answer")


def assert_masks_padding(model: ModelView, table: Table) -> None:
    """Assert that 0 is no word for a network: neither its vector nor how often it is there counts.

    Args:
        model: with numbers of `scatter_table`, for ten words or more.
        table: the shape of its table.
    """
    said = answer_row(model, [3, 5, 8])
    for row in ([3, 5, 8, 0], [3, 5, 8] + 30 * [0], [0, 0, 3, 0, 5, 8]):
        assert_close(answer_row(model, row), said, f"the answer to {row} and to [3, 5, 8]", atol=NEAR)
    if np.abs(said - answer_row(model, [1, 3, 5, 8])).max() < APART:
        raise CriterionFailed("another answer with a 1, an unknown word, in the text", "the same answer")
    weights = [array + 5 * np.eye(len(array), 1) if array.shape == table else array for array in model.weights]
    model.set_weights(weights)  # other numbers for the padding
    found = answer_row(model, [3, 5, 8, 0, 0])
    assert_close(found, said, "the answer if padding has other numbers in the table", atol=NEAR)


def assert_table_learns(model: ModelView, table: Table, kinds: int) -> None:
    """Assert that training changes a table of this shape, and the last layer.

    However the model is compiled, it is taught by a crossentropy and plain steps.

    Args:
        model: a fresh network.
        table: the shape that its table should have.
        kinds: how many probabilities it answers with.
    """
    model = as_model(model)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    before, rows = model.weights, np.random.default_rng(5).integers(1, table[0], (6, 5))
    if table not in [array.shape for array in before]:
        raise CriterionFailed(f"a table of the shape {table}", "no weights of this shape", detail=model.table())
    shape = as_array(model.predict(rows), "the answers").shape[:-1]  # another criterion judges it
    model.fit(rows, np.arange(np.prod(shape)).reshape(shape) % kinds, epochs=2, verbose=0)
    for old, new in zip(before, as_left(model).weights, strict=True):
        if old.shape == table and np.array_equal(old, new):
            raise CriterionFailed("a table that changes in training", "the same one after it")
        if old.ndim == 2 and old.shape[1] == kinds and np.array_equal(old, new):
            raise CriterionFailed("a last layer that changes in training", "the same one after it")
