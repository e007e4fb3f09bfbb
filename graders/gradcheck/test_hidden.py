"""The hidden criteria of `gradcheck`: other functions and networks, and planted faults."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    call_unchanged,
    criterion,
    described,
)

NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
POLYNOMIALS = [(0.7, -1.3, 0.4), (-2.1, 0.3, 1.7, -0.6), (1.9, 0.0, -0.8, 0.0, 0.35)]
SHAPES = [
    pytest.param((), id="single numbers"),
    pytest.param((5,), id="five numbers"),
    pytest.param((3, 4), id="arrays of 3 × 4"),
    pytest.param((2, 1, 3), id="arrays with three axes"),
]


def value(coefficients, x):
    """A polynomial's value at x."""
    return sum(coefficient * x**power for power, coefficient in enumerate(coefficients))


def slopes_of(coefficients):
    """The coefficients of a polynomial's derivative."""
    return [power * coefficient for power, coefficient in enumerate(coefficients)][1:]


def polynomial(student, coefficients):
    """The polynomial as a function in the student's process."""
    return student.np.polynomial.Polynomial(np.array(coefficients, float))


def error(promised, measured):
    """The relative error."""
    promised, measured = np.ravel(promised), np.ravel(measured)
    return float(
        np.sqrt(np.sum((promised - measured) ** 2)) / (np.sqrt(promised @ promised) + np.sqrt(measured @ measured))
    )


def lesson(widths, seed=0, points=8):
    """Random parameters, points and heights, for so many inputs and neurons in two layers."""
    inputs, first, second = widths
    draw = np.random.default_rng([*widths, seed])
    shapes = ((inputs, first), (first,), (first, second), (second,), (second, 1), (1,))
    parameters = {name: draw.normal(0.15, 0.9, shape) for name, shape in zip(NAMES, shapes, strict=True)}
    return parameters, draw.normal(0.2, 1, (points, inputs)), draw.normal(0.5, 1.3, (points, 1))


def forward(parameters, x):
    """Both layers before their ReLU, and the answer."""
    first = x @ parameters["W1"] + parameters["b1"]
    second = np.maximum(0, first) @ parameters["W2"] + parameters["b2"]
    return first, second, np.maximum(0, second) @ parameters["W3"] + parameters["b3"]


def cost(parameters, x, y):
    """The mean squared error."""
    return float(np.mean((forward(parameters, x)[-1] - y) ** 2))


def gradients(parameters, x, y, at_kinks=0.0):
    """The slopes of the cost; `at_kinks` is what the slope of ReLU is taken to be at 0."""
    first, second, answer = forward(parameters, x)
    at_answer = 2 * (answer - y) / len(x)
    at_second = at_answer @ parameters["W3"].T * np.where(second == 0, at_kinks, second > 0)
    at_first = at_second @ parameters["W2"].T * np.where(first == 0, at_kinks, first > 0)
    found = {"W1": x.T @ at_first, "b1": at_first.sum(axis=0)}
    found |= {"W2": np.maximum(0, first).T @ at_second, "b2": at_second.sum(axis=0)}
    return found | {"W3": np.maximum(0, second).T @ at_answer, "b3": at_answer.sum(axis=0)}


def at_their_kinks(layer):
    """A lesson in which neurons of one layer stand at the kink of their ReLU."""
    parameters, x, y = lesson((2, 3, 4), seed=3)
    if layer == "first":  # no bias, and a point at the origin
        x[4] = 0
        return parameters | {"b1": np.zeros(3), "b2": np.full(4, 0.3)}, x, y
    parameters["W2"][:, 1], parameters["b2"][1] = 0, 0
    return parameters, x, y


def assert_accuses(found, expected):
    """Assert that a list of names is that of the wrong parameters, in any order."""
    if not isinstance(found, (list, tuple, set, frozenset)) or not all(isinstance(name, str) for name in found):
        raise CriterionFailed("`wrong_parameters(...)` to be a list of names", described(found))
    if set(found) != set(expected):
        raise CriterionFailed(
            f"{', '.join(expected) or 'nobody'} to be accused", ", ".join(sorted(set(found))) or "nobody"
        )


def assert_says(found, expected):
    """Assert that an answer is True or False, also as a number or a NumPy boolean."""
    answer = as_array(found, "is_right(...)")
    if answer.size != 1 or bool(answer.ravel()[0]) is not expected:
        raise CriterionFailed(f"`is_right(...)` to be {expected}", described(found))


@criterion("two_slopes", points=1, hint="Any function, any point, any step.")
@pytest.mark.parametrize("step", [pytest.param(0.3, id="a step of 0.3"), pytest.param(0.0043, id="a step of 0.0043")])
def test_any_two_slopes(student, step):
    """The two slopes of any function are right, at any point and with any step."""
    for coefficients, x in zip(POLYNOMIALS, (-1.7, 0.6, 2.3), strict=True):
        here, below, above = (value(coefficients, at) for at in (x, x - step, x + step))
        found = as_tuple(
            student.two_slopes(polynomial(student, coefficients), x, step), "two_slopes(...)", ("left", "right")
        )
        assert_close(found[0], (here - below) / step, "the left slope")
        assert_close(found[1], (above - here) / step, "the right slope")
        # With the usual step, by curvature and rounding, 1e-6 off.
        found = as_tuple(
            student.two_slopes(polynomial(student, coefficients), x), "two_slopes(f, x)", ("left", "right")
        )
        for side in found:
            assert_close(side, value(slopes_of(coefficients), x), "a slope with the usual step", rtol=1e-5, atol=1e-5)


@criterion("relative_error", points=1, hint="Any shape, any size, any sign: a length has squares and a root.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_error(student, shape):
    """The relative error of any slopes is right, however small or large they are, and they are
    left as they were."""
    draw = np.random.default_rng(len(shape) + 40)
    for scale, apart in ((1.0, 0.7), (2e-13, 0.2), (4e5, 1e-3)):
        promised = np.asarray(scale * draw.normal(size=shape))
        measured = np.asarray(promised + apart * scale * draw.normal(size=shape))
        given = (promised, measured) if shape else (float(promised), float(measured))
        found = call_unchanged(student, "relative_error", *given)
        assert_close(found, error(promised, measured), "the error", rtol=1e-5)


@criterion("slope_error", points=1, hint="Each element is compared with its own two sides.")
@pytest.mark.parametrize("shape", SHAPES)
def test_any_slope_error(student, shape):
    """The error of any slopes beside any two sides is right, and nothing given is changed."""
    draw = np.random.default_rng(len(shape) + 50)
    for scale in (1.0, 1e-8):
        left, right = (np.asarray(scale * draw.normal(0.3, 2, shape)) for _ in range(2))
        promised = np.asarray(np.maximum(left, right) + scale * draw.normal(0.2, 1, shape))
        promised.flat[0] = min(left.flat[0], right.flat[0]) - 0.4 * scale
        low, high = np.where(left < right, left, right), np.where(left < right, right, left)
        nearest = np.where(promised < low, low, np.where(promised > high, high, promised))
        given = [array if shape else float(array) for array in (promised, left, right)]
        expected = error(promised, nearest)

        def judge(_, given=given, expected=expected):
            assert_close(call_unchanged(student, "slope_error", *given), expected, "the error", rtol=1e-5)

        assert_apart(student, "slope_error", {"relative_error": relative_error}, judge)


def relative_error(promised, measured):
    """In place of the student's."""
    import numpy as np

    lengths = np.linalg.norm(promised) + np.linalg.norm(measured)
    return np.linalg.norm(promised - measured) / lengths if lengths != 0 else 0.0


def slope_error(promised, left, right):
    """In place of the student's."""
    import numpy as np

    nearest = np.clip(promised, np.minimum(left, right), np.maximum(left, right))
    lengths = np.linalg.norm(promised) + np.linalg.norm(nearest)
    return np.linalg.norm(promised - nearest) / lengths if lengths != 0 else 0.0


def two_slopes(f, x, step=1e-7):
    """In place of the student's."""
    here = f(x)
    return (here - f(x - step)) / step, (f(x + step) - here) / step


def measure(cost_of, parameters, step=1e-7):
    """In place of the student's."""
    import numpy as np

    sides, base = ({}, {}), cost_of(parameters)
    for side, sign in zip(sides, (-1, 1), strict=True):
        for name, values in parameters.items():
            side[name] = np.zeros(values.shape)
            for place in np.ndindex(values.shape):
                nudged = values.copy()
                nudged[place] += sign * step
                side[name][place] = sign * (cost_of({**parameters, name: nudged}) - base) / step
    return sides


@criterion("is_right", points=1, hint="Small faults, NaN, and the limit that is given.")
def test_any_derivative(student):
    """Right and slightly wrong derivatives are told apart, by the limit that is given."""

    def judge(_):
        for coefficients, x in zip(POLYNOMIALS, (-1.7, 0.6, 2.3), strict=True):
            f, slopes = polynomial(student, coefficients), np.array(slopes_of(coefficients))
            slightly = polynomial(student, 1.001 * slopes)
            assert_says(student.is_right(f, polynomial(student, slopes), x), True)
            assert_says(student.is_right(f, polynomial(student, [value(slopes, x)]), x), True)  # at x alone
            assert_says(student.is_right(f, slightly, x), False)
            assert_says(student.is_right(f, slightly, x, 0.01), True)
            assert_says(student.is_right(f, slightly, x, limit=2e-4), False)
            assert_says(student.is_right(f, polynomial(student, 0.5 * slopes), x, limit=0.33), False)  # an error of 1/3
            assert_says(student.is_right(f, polynomial(student, [np.nan]), x), False)

    assert_apart(student, "is_right", {"two_slopes": two_slopes, "slope_error": slope_error}, judge)


@criterion("measure", points=2, hint="Does it use the step, the cost and the names given?")
@pytest.mark.parametrize(
    "widths", [pytest.param((3, 2, 4), id="3, 2 and 4 neurons"), pytest.param((1, 5, 1), id="1, 5 and 1 neurons")]
)
@pytest.mark.parametrize("step", [pytest.param(0.125, id="a step of 0.125"), pytest.param(0.01, id="a step of 0.01")])
def test_any_measurement(student, widths, step):
    """Both slopes are right for every number of any network, and of another cost."""
    parameters, x, y = lesson(widths, seed=7)
    other = {"b": np.array([-1.4]), "a": np.array([0.9, 0.004, -2.2])}

    def small_cost(given):
        return given["a"][0] ** 2 + given["a"][0] * given["b"][0] + abs(given["a"][1])

    def judge(_):
        assert_measures(student, student.cost_on(x, y), lambda given: cost(given, x, y), parameters, step)
        assert_measures(student, student.small_cost, small_cost, other, step)

    assert_apart(student, "measure", {"two_slopes": two_slopes}, judge)


def assert_measures(student, cost_of, own_cost, parameters, step):
    """Assert that `measure` returns both slopes of `own_cost`, which is the student's `cost_of`."""
    found = as_tuple(student.measure(cost_of, parameters, step=step), "measure(...)", ("left", "right"))
    for side, sign, slopes in zip(("left", "right"), (-1, 1), found, strict=True):
        if not isinstance(slopes, dict) or set(slopes) != set(parameters):
            raise CriterionFailed(f"the {side} slopes to be a dict of {', '.join(parameters)}", described(slopes))
        for name, values in parameters.items():
            expected = np.zeros(values.shape)
            for place in np.ndindex(values.shape):
                nudged = values.copy()
                nudged[place] += sign * step
                expected[place] = sign * (own_cost({**parameters, name: nudged}) - own_cost(parameters)) / step
            assert_close(slopes[name], expected, f"the {side} slopes of {name}", rtol=1e-5)


PARTS = {"measure": measure, "slope_error": slope_error}
FAULTS = {
    "the sign turned round": lambda slopes: -slopes,
    "twice as large": lambda slopes: 2 * slopes,
    "the mean for the sum": lambda slopes: slopes / 8,
    "nothing but zeros": lambda slopes: 0 * slopes,
    "one number off by a hundredth": lambda slopes: off_by_a_hundredth(slopes),
    "the largest number left out": lambda slopes: np.where(abs(slopes) == abs(slopes).max(), 0, slopes),
    "one that is not a number": lambda slopes: np.where(abs(slopes) == abs(slopes).max(), np.nan, slopes),
}


def off_by_a_hundredth(slopes):
    """The slopes, the last of which is off by a hundredth of the largest."""
    spoiled = slopes.copy()
    spoiled.flat[-1] += 0.01 * abs(slopes).max()
    return spoiled


@criterion(
    "wrong_parameters",
    points=1,
    hint="Each parameter has an error of its own, in relation to the size of its slopes.",
)
@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault) for fault in FAULTS])
def test_planted_faults(student, fault):
    """Whatever fault is planted in the slopes of whichever parameter, that parameter is named and
    no other; where slopes are tiny, too."""
    assert_apart(student, "wrong_parameters", PARTS, lambda _: assert_finds(student, fault))


def assert_finds(student, fault):
    """Assert that a fault is found wherever it is planted, and that no other name is accused."""
    for scale, widths in ((1.0, (2, 3, 3)), (1e-4, (1, 4, 2))):
        parameters, x, y = lesson(widths, seed=9)
        parameters, y = parameters | {"W3": scale * parameters["W3"], "b3": scale * parameters["b3"]}, scale * y
        right, cost_of = gradients(parameters, x, y), student.cost_on(x, y)
        assert_accuses(student.wrong_parameters(right, cost_of, parameters), [])
        for culprits in [[name] for name in NAMES] + [["b1", "W3"]]:
            # The order of the names in a dict says nothing.
            promised = {name: FAULTS[fault](right[name]) if name in culprits else right[name] for name in NAMES[::-1]}
            found = call_unchanged(student, "wrong_parameters", promised, cost_of, parameters)
            assert_accuses(found, culprits)
    spoiled = right | {"W2": 1.02 * right["W2"]}  # an error of 0.02 / 2.02
    mixed = right | {"b2": np.nan * right["b2"], "W3": 2 * right["W3"]}
    assert_accuses(student.wrong_parameters(mixed, cost_of, parameters), ["b2", "W3"])
    for limit, culprits in ((0.1, []), (0.002, ["W2"])):
        assert_accuses(student.wrong_parameters(spoiled, cost_of, parameters, limit=limit), culprits)


@criterion(
    "wrong_parameters",
    points=1,
    hint="At a kink, every slope between left and right is right, and those beyond are not.",
)
@pytest.mark.parametrize("layer", ["first", "second"])
def test_fair_at_kinks(student, layer):
    """Neurons at the kink of their ReLU are not accused, whatever the pass takes for the slope
    there; a promise beyond both sides is."""
    assert_apart(student, "wrong_parameters", PARTS, lambda _: assert_fair(student, layer))


def assert_fair(student, layer):
    """Assert that only promises beyond both sides are accused."""
    parameters, x, y = at_their_kinks(layer)
    cost_of = student.cost_on(x, y)
    for at_kinks in (0.0, 0.5, 1.0):
        promised = gradients(parameters, x, y, at_kinks)
        assert_accuses(student.wrong_parameters(promised, cost_of, parameters), [])
        spoiled = promised | {"W3": 1.1 * promised["W3"]}
        assert_accuses(student.wrong_parameters(spoiled, cost_of, parameters), ["W3"])
    beyond = gradients(parameters, x, y, 1.4)
    culprits = ["b1"] if layer == "first" else ["W2", "b2"]
    assert_accuses(student.wrong_parameters(beyond, cost_of, parameters), culprits)


@criterion(
    "mended_backward",
    points=2,
    hint="One pass backward, for any widths and any heights; nudging is too coarse where heights are large.",
)
@pytest.mark.parametrize("height", [pytest.param(1.0, id="small heights"), pytest.param(1e8, id="very large heights")])
def test_any_network(student, height):
    """The slopes are right for networks and heights of any size, and nothing given is changed."""
    for widths in ((1, 6, 6), (3, 2, 5), (2, 4, 1), (1, 1, 3)):
        parameters, x, y = lesson(widths, seed=13, points=sum(widths))
        y = height * y
        found = call_unchanged(student, "mended_backward", parameters, x, y)
        expected = gradients(parameters, x, y)
        if not isinstance(found, dict) or set(found) != set(NAMES):
            raise CriterionFailed(f"`mended_backward(...)` to be a dict of {', '.join(NAMES)}", described(found))
        for name in NAMES:
            assert_close(found[name], expected[name], f"the slopes of {name}")
