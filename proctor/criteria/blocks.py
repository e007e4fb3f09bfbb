"""Ask a student's block, a function that adds layers to a network, for its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from proctor.channel.student import Student, share
from proctor.criteria.arrays import as_array
from proctor.criteria.layers import as_model
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView


def make_block(
    student: Student, name: str, shapes: Sequence[tuple[int, ...]], *arguments: Any, parts: int = 1
) -> ModelView:
    """A model of one of the student's blocks alone.

    Args:
        student: the submission.
        name: of the block: a function of one or more places in a network, and of `arguments`.
        shapes: of the places that it is given, without the batch.
        arguments: data, such as the number of filters.
        parts: how many places it returns; several come in a tuple or a list.

    Raises CriterionFailed if it returns anything else.
    """
    block = share(student, _build)(getattr(student, name), [list(shape) for shape in shapes], list(arguments), parts)
    if isinstance(block, str):
        wanted = "a place in a network" if parts == 1 else f"{parts} places in a network"
        raise CriterionFailed(wanted, f"{name}(…) returned {block}")
    return as_model(block, f"{name}(…)")


def assert_new_layers(
    student: Student, name: str, shapes: Sequence[tuple[int, ...]], *arguments: Any, parts: int = 1
) -> None:
    """Assert that a block makes layers of its own each time it is called.

    Args:
        student, name, shapes, arguments, parts: as for `make_block`.

    Raises CriterionFailed if two calls share weights.
    """
    first, second = (make_block(student, name, shapes, *arguments, parts=parts).weights for _ in range(2))
    if any(one.ndim > 1 and np.array_equal(one, other) for one, other in zip(first, second, strict=False)):
        raise CriterionFailed("new layers each time it is called", "layers that are used again")


def draw_weights(
    model: ModelView, shapes: Sequence[tuple[int | None, ...]] | None = None, seed: int = 12
) -> list[np.ndarray]:
    """Weights for a model, biases too, of a size at which its answers are of the size of 1.

    Args:
        model: a model that has its weights.
        shapes: which they must have, in Keras's order, such as `[(3, 3, None, 8), (8,)]`, where
            None is any size; by default any.
        seed: of the numbers.

    Raises CriterionFailed if the model's weights have other shapes.
    """
    found = [array.shape for array in model.weights]
    if shapes is not None and not (len(found) == len(shapes) and all(map(_fits, found, shapes))):
        told = ", ".join(map(str, found)) or "none"
        raise CriterionFailed("the layers of the text, and no others", f"weights of the shapes {told}"[:300])
    draw = np.random.default_rng(seed)
    inputs = [max(1, int(np.prod(shape[:-1]))) if len(shape) > 1 else 9 for shape in found]
    sizes = zip(found, inputs, strict=True)
    return [draw.normal(0, 1.5 / count**0.5, shape).astype("float32") for shape, count in sizes]


def answer_with(student: Student, model: ModelView, weights: list[np.ndarray] | None, x: Any) -> list[np.ndarray]:
    """The answers of a model in the student's process, an array for each output.

    It is called once, which takes far less time than `predict` does with a model that is new.

    Args:
        student: the submission.
        model: what one of the student's functions made.
        weights: what the model is given before; None leaves it as it is.
        x: an array, or a list of arrays for several inputs.
    """
    found = share(student, _call)(model, weights, x)
    return [as_array(each, "the answer").astype(float) for each in found]


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(size in (None, found) for found, size in zip(shape, wanted, strict=True))


def _build(block: Any, shapes: list[list[int]], arguments: list[Any], parts: int) -> Any:
    import keras

    places = [keras.Input(tuple(shape)) for shape in shapes]
    found = block(*places, *arguments)
    ends = list(found) if isinstance(found, (list, tuple)) else [found]
    if not all(isinstance(end, keras.KerasTensor) for end in ends):
        kind = str(type(found)).split("'")[1].split(".")[-1]  # "<class 'numpy.ndarray'>"
        return "None" if found is None else f"something of the type {kind}"
    if len(ends) != parts:
        return "one" if len(ends) == 1 else f"{len(ends)}"
    return keras.Model(places if len(places) > 1 else places[0], ends)


def _call(model: Any, weights: Any, x: Any) -> Any:
    if weights is not None:
        model.set_weights(weights)
    found = model(x[0] if isinstance(x, list) and len(x) == 1 else x)
    return [each.numpy() for each in (found if isinstance(found, (list, tuple)) else [found])]
