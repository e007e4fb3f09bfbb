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

SEED = 5  # of the numbers that `measure_model` gives to weights


def make_block(
    student: Student, name: str, shapes: Sequence[tuple[int, ...]], *arguments: Any, parts: int = 1, **settings: Any
) -> ModelView:
    """A model of one of the student's blocks alone.

    Args:
        student: the submission.
        name: of the block: a function of one or more places in a network, and of `arguments`.
        shapes: of the places that it is given, without the batch.
        arguments, settings: data, such as the number of filters.
        parts: how many places it returns; several come in a tuple or a list.

    Raises CriterionFailed if it returns anything else.
    """
    build, places = share(student, _build), [list(shape) for shape in shapes]
    block = build(getattr(student, name), places, list(arguments), settings, parts)
    if isinstance(block, str):
        wanted = "a place in a network" if parts == 1 else f"{parts} places in a network"
        raise CriterionFailed(f"{name}(…) to return {wanted}", block)
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


def draw_for_parts(
    model: ModelView, shapes: Sequence[tuple[int, ...]], seed: int = 12
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The same for a model of several layers, which may have them in any order.

    Args:
        model: a model that has its weights.
        shapes: those of the weights that it must have, layer by layer.
        seed: of the numbers.

    Returns the weights twice: in the model's order and in that of `shapes`. Of weights of one
    shape, the model has the same first as `shapes`.

    Raises CriterionFailed if the model's weights have other shapes.
    """
    found = [array.shape for array in model.weights]
    if sorted(found) != sorted(shapes):
        told = ", ".join(map(str, found)) or "none"
        raise CriterionFailed("the layers of the text, each once, and no others", f"weights of the shapes {told}"[:300])
    draw = np.random.default_rng(seed)
    arrays = [
        draw.normal(0, 1.5 / max(1, int(np.prod(shape[:-1]))) ** 0.5, shape).astype("float32") for shape in shapes
    ]
    left = list(arrays)
    mine = [left.pop(next(place for place, array in enumerate(left) if array.shape == shape)) for shape in found]
    return mine, arrays


def assert_same_layers(one: ModelView, other: ModelView) -> None:
    """Assert that two models have the same weights, as they do if made of the same new layers.

    Raises CriterionFailed if any of them differ.
    """
    rows = [sorted((array.shape, array.tobytes()) for array in model.weights) for model in (one, other)]
    if rows[0] != rows[1]:
        raise CriterionFailed("the layers that it is given, used again", "layers with other numbers in them")


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


class Measured:
    """What a few layers say with given weights, and which these are.

    Attributes:
        x: what went in.
        output: what came out, as float64.
        steady: whether the same came out when it was used once more.
        weights: pairs of a name, such as "kernel" or "moving_mean", and an array, in the order of
            the layers.
        parameters: how many numbers these are.
        means: the averages of all normalisations in one row: before, after one use, after two.
        heeds: for each normalisation, whether the output depends on its averages.
    """

    def __init__(self, x: np.ndarray, report: dict[str, Any]):
        self.x = x.astype(float)
        self.output = np.asarray(report["output"], dtype=float)
        self.steady = bool(report["steady"])
        self.weights = list(zip(report["names"], report["weights"], strict=True))
        self.parameters = sum(int(array.size) for _, array in self.weights)
        self.means: list[np.ndarray] = report["means"]
        self.heeds: list[bool] = report["heeds"]

    def named(self, name: str) -> list[np.ndarray]:
        """All weights of this name, as float64."""
        return [array.astype(float) for each, array in self.weights if each == name]


def measure_layers(
    student: Student,
    name: str,
    shape: tuple[int, ...],
    *arguments: Any,
    x: np.ndarray | None = None,
    silent: bool = False,
    lesson: bool | None = False,
    **settings: Any,
) -> Measured:
    """Measure what the student's function `name` puts behind a place.

    All weights get numbers of the grader's, scales of normalisations also negative ones.

    Args:
        student: the submission.
        name: of a function whose first argument is a place, and which returns a place.
        shape: of what comes from the place, without the batch.
        arguments, settings: further arguments of the function.
        x: what goes in; by default four rows of noise.
        silent: leave the weights as they are, but set scales and shifts of normalisations to 0.
        lesson: whether to use the layers as `fit` does it, or else as `predict` does; None leaves
            that to them.

    Raises CriterionFailed if the function returns no place, or one that does not belong to it.
    """
    x = np.random.default_rng(7).normal(0.2, 1, (4, *shape)) if x is None else x
    block = make_block(student, name, [shape], *arguments, **settings)
    return measure_model(student, block, x, lesson, silent=silent)


def measure_model(
    student: Student, model: ModelView, x: np.ndarray, lesson: bool | None = False, *, silent: bool = False
) -> Measured:
    """Measure a model that a function of the student's returned, with weights of the grader's.

    Args:
        student: the submission.
        model: it has these weights afterwards.
        x: what goes in.
        lesson, silent: as for `measure_layers`.
    """
    return Measured(x, share(student, _use)(model, x.astype("float32"), silent, lesson, SEED))


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(size in (None, found) for found, size in zip(shape, wanted, strict=True))


def _build(block: Any, shapes: list[list[int]], arguments: list[Any], settings: dict[str, Any], parts: int) -> Any:
    import keras

    places = [keras.Input(tuple(shape)) for shape in shapes]
    found = block(*places, *arguments, **settings)
    ends = list(found) if isinstance(found, (list, tuple)) else [found]
    if not all(isinstance(end, keras.KerasTensor) for end in ends):
        kind = str(type(found)).split("'")[1].split(".")[-1]  # "<class 'numpy.ndarray'>"
        return "None (is there a `return`?)" if found is None else f"something of the type {kind}"
    if len(ends) != parts:
        return "one" if len(ends) == 1 else f"{len(ends)}"
    try:
        return keras.Model(places if len(places) > 1 else places[0], ends if parts > 1 else ends[0])
    except ValueError:
        return "a place that no way leads to from what it was given"


def _call(model: Any, weights: Any, x: Any) -> Any:
    if weights is not None:
        model.set_weights(weights)
    found = model(x[0] if isinstance(x, list) and len(x) == 1 else x)
    return [each.numpy() for each in (found if isinstance(found, (list, tuple)) else [found])]


def _use(model: Any, x: Any, silent: bool, lesson: bool, seed: int) -> Any:
    import numpy as np

    if not model.built:
        model.build((None, *x.shape[1:]))
    variables, draw = list(model.weights), np.random.default_rng(seed)
    names = [variable.name.split(":")[0] for variable in variables]
    for name, variable in zip(names, variables, strict=True):
        shape = tuple(variable.shape)
        numbers = {
            "gamma": draw.uniform(0.6, 1.4, shape) * draw.choice([-1, 1], shape),
            "beta": draw.normal(0, 0.5, shape),
            "moving_mean": draw.normal(0, 1, shape),
            "moving_variance": draw.uniform(0.5, 2, shape),
            "bias": draw.normal(0, 0.5, shape),
        }.get(name, draw.normal(0, 1.4 / max(1, np.prod(shape[:-1])) ** 0.5, shape))
        if not silent:
            variable.assign(numbers)
        elif name in ("gamma", "beta"):
            variable.assign(np.zeros(shape))
    weights = [np.array(variable, "float32") for variable in variables]

    def use() -> Any:
        return np.array(model(x, training=lesson), "float32")

    def read_means() -> Any:
        found = [np.array(each).ravel() for name, each in zip(names, variables, strict=True) if name == "moving_mean"]
        return np.concatenate(found) if found else np.zeros(0)

    means = [read_means()]
    output = use()
    means.append(read_means())
    steady = bool(np.abs(use() - output).max() < 0.002)
    means.append(read_means())
    heeds = []
    for index, name in enumerate(names):
        if name == "moving_mean":
            for variable, array in zip(variables, weights, strict=True):
                variable.assign(array)
            variables[index].assign(weights[index] + 1.5)
            heeds.append(bool(np.abs(use() - output).max() > 0.01))
    found = {"names": names, "weights": weights, "output": output, "steady": steady}
    return {**found, "means": means, "heeds": heeds}
