"""What functions put behind a place of Keras's functional style, with weights of the grader's."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.student import Student, share
from proctor.errors import CriterionFailed
from proctor.models.view import ModelView

SEED = 5


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
    begin = share(student, _make_place)(list(shape))
    place = getattr(student, name)(begin, *arguments, **settings)
    if place is None or isinstance(place, (bool, int, float, str, list, tuple, dict, np.ndarray, ModelView)):
        raise CriterionFailed(f"{name}(…) to return a place", described(place))
    report = share(student, _use)(begin, place, x.astype("float32"), silent, lesson, SEED)
    if not isinstance(report, dict):
        raise CriterionFailed(f"{name}(…) to return the place behind its last layer", str(report))
    return Measured(x, report)


def measure_model(student: Student, model: ModelView, x: np.ndarray, lesson: bool | None = False) -> Measured:
    """Measure a model that a function of the student's returned, with weights of the grader's.

    Args:
        student: the submission.
        model: it has these weights afterwards.
        x: what goes in.
        lesson: as for `measure_layers`.
    """
    report = share(student, _use)(None, model, x.astype("float32"), False, lesson, SEED)
    return Measured(x, report)


def _make_place(shape: list[int]) -> Any:
    import keras

    return keras.Input(shape)


def _use(begin: Any, place: Any, x: Any, silent: bool, lesson: bool, seed: int) -> Any:
    import keras
    import numpy as np

    model = place
    if begin is not None:
        if not isinstance(place, type(begin)):
            return "something else"
        try:
            model = keras.Model(begin, place)
        except ValueError:
            return "a place that no way leads to from the one that it was given"
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
    steady = bool(np.abs(use() - output).max() < 0.01)
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
