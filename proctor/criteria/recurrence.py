"""Names and other rows of signs that networks of `proctor.recurrent` make."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor import recurrent
from proctor.channel.student import Student, share
from proctor.criteria.arrays import as_array, as_arrays, as_tuple
from proctor.criteria.texts import as_number_rows, as_texts
from proctor.errors import CriterionFailed


def as_weights(found: Any, like: recurrent.Weights, what: str, other: str) -> tuple[recurrent.Weights, Any]:
    """The five arrays of the weights in a pair (weights, other), even if swapped or alone.

    So each criterion can tell of one slip: of the order, one that looks at the second part.

    Args:
        found: from the submission.
        like: weights of the same shapes.
        what: the pair's name in the message, such as "train(...)".
        other: the other part's name.

    Returns the weights and the other part, which is None if they are alone.
    """
    weights, rest = found, None
    if not _is_weights(found):
        weights, rest = as_tuple(found, what, ("the weights", other))
        if _is_weights(rest):
            weights, rest = rest, weights
    return as_arrays(weights, like, "the weights", recurrent.PARTS), rest


def make_generator(student: Student, seed: int) -> Any:
    """A handle to one of NumPy's generators of random numbers, for a function of the student's."""
    return share(student, _make_generator)(seed)


def draw_names(
    student: Student, function: str, weights: recurrent.Weights, signs: str, limit: int, seed: int = 1, count: int = 1
) -> list[str]:
    """Texts that the student's function draws, one after the other with the same generator.

    Args:
        student: the submission.
        function: the name of its function of weights, signs, a generator and a limit.
        weights: the network's.
        signs: a text with each sign once.
        limit: how many signs are drawn at most.
        seed: of the generator.
        count: how many texts.

    Raises CriterionFailed if something else than texts comes back.
    """
    found = share(student, _draw)(getattr(student, function), weights, signs, limit, seed, count)
    return as_texts(found, "the names")


def draw_choices(
    student: Student, function: str, probabilities: Any, temperature: float, seed: int = 1, count: int = 1
) -> list[int]:
    """Numbers that the student's function chooses, one after the other with the same generator.

    Args:
        student: the submission.
        function: the name of its function of probabilities, a temperature and a generator.
        probabilities: an array or a list.
        temperature: what the function is given.
        seed: of the generator.
        count: how many choices.

    Raises CriterionFailed if something else than a whole number comes back each time.
    """
    found = share(student, _choose)(getattr(student, function), np.array(probabilities), temperature, seed, count)
    (numbers,) = as_number_rows([np.ravel(as_array(found, "the choices"))], "the choices", 1)
    if len(numbers) != count:
        raise CriterionFailed(f"a single number from each of {count} calls", f"{len(numbers)} numbers")
    return numbers


def make_names(weights: recurrent.Weights, signs: str, limit: int, count: int) -> list[str]:
    """Names that a network makes, all at the same time, by the grader's own chance.

    Args:
        weights: the network's.
        signs: a text with each sign once; a name ends with the first of them.
        limit: how many signs a name has at most.
        count: how many names.
    """
    rng, states, last = np.random.default_rng(1), np.zeros((count, len(weights[2]))), np.zeros(count, int)
    names = [""] * count
    kernel, recur, bias, head, head_bias = weights
    for _ in range(limit):
        states = np.tanh(kernel[last] + states @ recur + bias)
        last = np.argmax(states @ head + head_bias + rng.gumbel(size=(count, len(signs))), axis=1)
        names = [name + signs[sign] * (signs[0] not in name) for name, sign in zip(names, last, strict=True)]
    return names


def _is_weights(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == len(recurrent.PARTS) and np.ndim(value[0]) == 2


def _make_generator(seed: int) -> Any:
    """Runs in the student's process, where the generator stays."""
    import numpy as np

    return np.random.default_rng(seed)


def _choose(choose: Any, probabilities: Any, temperature: Any, seed: Any, count: Any) -> Any:
    """Runs in the student's process."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [choose(probabilities.copy(), temperature, rng) for _ in range(count)]


def _draw(sample: Any, weights: Any, signs: Any, limit: Any, seed: Any, count: Any) -> Any:
    """Runs in the student's process."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [sample(weights, signs, rng, limit) for _ in range(count)]
