"""The public criteria of `gradcheck`: small examples that can be worked out on paper."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    numerical_gradient,
)

SMALL = {"a": np.array([2.0, 0.0]), "b": np.array([5.0])}
WIDTHS = [
    pytest.param((1, 4, 4), id="two hidden layers of four neurons"),
    pytest.param((2, 3, 5), id="two inputs, then three and five neurons"),
]


def polynomial(student, *coefficients):
    """The function c0 + c1 x + c2 x² + … in the student's process."""
    return student.np.polynomial.Polynomial(np.array(coefficients, float))


def both_sides(found, what):
    """The pair (left, right) that the student's function returned."""
    return as_tuple(found, what, ("left", "right"))


def assert_says(found, expected, what):
    """Assert that an answer is True or False, also as a number or a NumPy boolean."""
    answer = as_array(found, what)
    if answer.size != 1 or bool(answer.ravel()[0]) is not expected:
        raise CriterionFailed(f"`{what}` to be {expected}", described(found))


def assert_accuses(found, expected, what="wrong_parameters(...)"):
    """Assert that a list of names is that of the wrong parameters, in any order."""
    if not isinstance(found, (list, tuple, set, frozenset)) or not all(isinstance(name, str) for name in found):
        raise CriterionFailed(f"`{what}` to be a list of names", described(found))
    if set(found) != set(expected):
        raise CriterionFailed(
            f"{', '.join(expected) or 'nobody'} to be accused", ", ".join(sorted(set(found))) or "nobody"
        )


def lesson(widths, seed=0):
    """Random parameters, points and heights, for so many inputs and neurons in two layers."""
    inputs, first, second = widths
    draw = np.random.default_rng([*widths, seed])
    shapes = {
        "W1": (inputs, first),
        "b1": (first,),
        "W2": (first, second),
        "b2": (second,),
        "W3": (second, 1),
        "b3": (1,),
    }
    parameters = {name: draw.normal(0.1, 0.8, shape) for name, shape in shapes.items()}
    return parameters, draw.normal(0, 1, (9, inputs)), draw.normal(0, 1, (9, 1))


def cost(parameters, x, y):
    """The mean squared error, as the notebook works it out."""
    first = np.maximum(0, x @ parameters["W1"] + parameters["b1"])
    second = np.maximum(0, first @ parameters["W2"] + parameters["b2"])
    return float(np.mean((second @ parameters["W3"] + parameters["b3"] - y) ** 2))


def parts(found, parameters, what):
    """The student's dict, if it has the names of the parameters."""
    if not isinstance(found, dict) or set(found) != set(parameters):
        names = ", ".join(f'"{name}"' for name in parameters)
        raise CriterionFailed(f"`{what}` to be a dict of {names}", described(found))
    return found


def close_by(f, x, step=1e-5):
    """In place of `two_slopes`: right for small steps alone."""
    step, here = min(step, 1e-5), f(x)
    return (here - f(x - step)) / step, (f(x + step) - here) / step


def of_small_cost(_cost_of, parameters, **_settings):
    """In place of `measure`: the slopes of the small cost, whatever the cost."""
    import numpy as np

    (first, second), b = parameters["a"], parameters["b"]
    sides = [-1.0, 1.0] if second == 0 else 2 * [np.sign(second)]
    return [{"a": np.array([2 * first + b[0], side]), "b": np.array([first])} for side in sides]


def between(promised, left, right):
    """In place of `slope_error`: 0 if all promises are about between the sides, or 0.5, or NaN."""
    import numpy as np

    low, high = np.minimum(left, right), np.maximum(left, right)
    return 0.5 - 0.5 * np.all((promised > low - 1e-3) & (promised < high + 1e-3)) + 0 * np.sum(promised)


def difference(promised, measured):
    """In place of `relative_error`: the differences, added up."""
    import numpy as np

    return float(np.sum(np.abs(promised - measured)))


PARTS = {"two_slopes": close_by, "slope_error": between, "measure": of_small_cost}


@criterion("two_slopes", points=1, hint="Work out three values on paper: at the point, and a step to either side.")
@pytest.mark.parametrize(
    "x, step, left, right",
    [pytest.param(3.0, 0.5, 5.5, 6.5, id="x² at 3"), pytest.param(-1.0, 0.25, -2.25, -1.75, id="x² at -1")],
)
def test_two_slopes_on_paper(student, x, step, left, right):
    """The two slopes of x² are those on paper, at 3 with a step of 0.5 and at -1 with one of
    0.25."""
    found = both_sides(student.two_slopes(polynomial(student, 0, 0, 1), x, step), "two_slopes(...)")
    assert_close(found[0], left, "the left slope")
    assert_close(found[1], right, "the right slope")


@criterion("two_slopes", points=1, hint="Left of 0, the absolute value falls; right of it, it grows.")
@pytest.mark.parametrize(
    "x, left, right",
    [pytest.param(0.0, -1, 1, id="at 0"), pytest.param(0.25, 0, 1, id="at 0.25, half a step beside the kink")],
)
def test_slopes_at_a_kink(student, x, left, right):
    """At its kink, the absolute value has another slope on the left than on the right."""
    found = both_sides(student.two_slopes(student.np.abs, x, 0.5), "two_slopes(...)")
    assert_close(found[0], float(left), "the left slope")
    assert_close(found[1], float(right), "the right slope")


@criterion("relative_error", points=1, hint="Which lengths stand above the fraction's line, and which below it?")
def test_lengths_on_paper(student):
    """Between (3, 0) and (0, 4), the error is 5/7, in matrices too; between 2 and 6 it is 4/8."""
    assert_close(student.relative_error(np.array([3.0, 0.0]), np.array([0.0, 4.0])), 5 / 7, "the error")
    assert_close(student.relative_error(np.diag([3.0, 0.0]), np.diag([0.0, 4.0])), 5 / 7, "the error")
    assert_close(student.relative_error(2.0, 6.0), 0.5, "the error")


@criterion("relative_error", points=1, hint="What is to come out where the fraction would be 0/0?")
@pytest.mark.parametrize(
    "slopes",
    [pytest.param(0.0, id="the number 0"), pytest.param(np.zeros((2, 3)), id="an array of zeros")],
)
def test_nothing_but_zeros(student, slopes):
    """Between zeros and zeros, the error is 0; between zeros and anything else, it is 1."""
    assert_close(student.relative_error(slopes, slopes), 0.0, "the error")
    assert_close(student.relative_error(slopes, slopes + 2.0), 1.0, "the error beside 2")
    assert_close(student.relative_error(slopes - 3.0, slopes), 1.0, "the error of -3")


@criterion("slope_error", points=1, hint="Which of the two sides is the larger one? It may be either.")
@pytest.mark.parametrize(
    "promised, left, right",
    [
        pytest.param(0.5, 0.0, 1.0, id="0.5 between 0 and 1"),
        pytest.param(3.0, 4.0, 2.0, id="3 between 4 and 2"),
        pytest.param(-1.0, -1.0, 1.0, id="-1 at the left end"),
        pytest.param(1.0, -1.0, 1.0, id="1 at the right end"),
        pytest.param(np.array([1.5, -3.0]), np.array([1.0, -2.0]), np.array([2.0, -4.0]), id="two slopes at once"),
    ],
)
def test_between_costs_nothing(student, promised, left, right):
    """A promise between the two sides, or at either end, has an error of 0."""

    def judge(_):
        assert_close(student.slope_error(promised, left, right), 0.0, "the error", atol=1e-12)

    assert_apart(student, "slope_error", {"relative_error": difference}, judge)


@criterion(
    "slope_error",
    points=1,
    hint="For each element: is the promise below both sides, above both, or between?",
)
def test_the_nearest_end(student):
    """A promise beyond both sides is compared with the nearer end: 6 with 4 where the sides are 2
    and 4, and 1 with 2 where they are 3 and 2."""

    def judge(apart):
        several = np.sqrt(5) / (np.sqrt(46) + np.sqrt(29))
        expected = (2.0, 1.0, 3.0) if apart else (0.2, 1 / 3, several)
        assert_close(student.slope_error(6.0, 2.0, 4.0), expected[0], "the error of 6 beside 2 and 4")
        assert_close(student.slope_error(1.0, 3.0, 2.0), expected[1], "the error of 1 beside 3 and 2")
        found = student.slope_error(np.array([6.0, 1.0, 3.0]), np.array([2.0, 3.0, 4.0]), np.array([4.0, 2.0, 2.0]))
        assert_close(found, expected[2], "the error of (6, 1, 3)")

    assert_apart(student, "slope_error", {"relative_error": difference}, judge)


@criterion("is_right", points=1, hint="Measure at x, promise at x, and compare the error with the limit.")
@pytest.mark.parametrize(
    "function, derivative, x",
    [
        pytest.param("sin", "cos", 0.7, id="cos for sin"),
        pytest.param("exp", "exp", -1.2, id="exp for exp"),
        pytest.param("sinh", "cosh", 2.0, id="cosh for sinh"),
        pytest.param("square", "exp2", 1.0, id="2ˣ for the square, which is right where x is 1"),
        pytest.param("abs", "sign", -2.5, id="the sign for the absolute value"),
        pytest.param("abs", "sign", 0.0, id="0 for the absolute value at its kink"),
    ],
)
def test_right_derivatives(student, function, derivative, x):
    """Derivatives that keep their promise are right, at a kink, too."""

    def judge(_):
        found = student.is_right(getattr(student.np, function), getattr(student.np, derivative), x)
        assert_says(found, True, "is_right(...)")

    assert_apart(student, "is_right", PARTS, judge)


@criterion("is_right", points=1, hint="If the promise is not near what was measured, is the answer False?")
@pytest.mark.parametrize(
    "function, derivative, x",
    [
        pytest.param("cos", "sin", 0.7, id="sin for cos"),
        pytest.param("exp", "expm1", 0.5, id="exp - 1 for exp"),
        pytest.param("abs", "exp", -2.5, id="exp for the absolute value"),
        pytest.param("square", "sqrt", 1.5, id="the root for the square"),
    ],
)
def test_wrong_derivatives(student, function, derivative, x):
    """Derivatives that do not keep their promise are found out."""

    def judge(_):
        found = student.is_right(getattr(student.np, function), getattr(student.np, derivative), x)
        assert_says(found, False, "is_right(...)")

    assert_apart(student, "is_right", PARTS, judge)


@criterion("is_right", points=1, hint="An error of exactly the limit is still right, a larger one is not.")
def test_at_most_the_limit(student):
    """For the absolute value at 0, a promise of 3 has an error of 2/4, at most 0.5 and
    more than 0.49."""
    three = polynomial(student, 3)

    def judge(_):
        for limit, expected in ((0.5, True), (0.49, False)):
            found = student.is_right(student.np.abs, three, 0.0, limit=limit)
            assert_says(found, expected, f"is_right(..., limit={limit})")

    assert_apart(student, "is_right", PARTS, judge)


@criterion("measure", points=1, hint="Nudge one number of one array, all others held still.")
def test_small_cost_on_paper(student):
    """The slopes of the small cost are those on paper: 9 and 9, -1 and 1, 2 and 2."""

    def judge(_):
        sides = both_sides(student.measure(student.small_cost, SMALL), "measure(...)")
        for side, kinked, found in zip(("left", "right"), (-1.0, 1.0), sides, strict=True):
            slopes = parts(found, SMALL, f"the {side} slopes")
            assert_close(slopes["a"], np.array([9.0, kinked]), f"the {side} slopes of a", rtol=1e-4)
            assert_close(slopes["b"], np.array([2.0]), f"the {side} slopes of b", rtol=1e-4)

    assert_apart(student, "measure", {"two_slopes": close_by}, judge)


@criterion("measure", points=1, hint="Each array of slopes has the shape of its parameter; go through all its places.")
@pytest.mark.parametrize("widths", WIDTHS)
def test_slopes_of_a_network(student, widths):
    """For a network, every slope is there, in the shape of its parameter, and near the true one."""
    parameters, x, y = lesson(widths)

    def judge(_):
        sides = both_sides(student.measure(student.cost_on(x, y), parameters), "measure(...)")
        for side, found in zip(("left", "right"), sides, strict=True):
            slopes = parts(found, parameters, f"the {side} slopes")
            for name, values in parameters.items():
                expected = numerical_gradient(lambda array, name=name: cost({**parameters, name: array}, x, y), values)
                what = f"the {side} slopes of {name}"
                assert_shape(slopes[name], values.shape, what)
                assert_close(slopes[name], expected, what, rtol=1e-3, atol=1e-4)

    assert_apart(student, "measure", {"two_slopes": close_by}, judge)


@criterion("measure", points=1, hint="Nudge a copy, or put the very number back that was there before.")
def test_parameters_stay(student):
    """After the measurement, the parameters are exactly what they were."""
    parameters, x, y = lesson((2, 3, 3))
    tiny = {name: 1e-8 * values for name, values in parameters.items()}

    def judge(_):
        call_unchanged(student, "measure", student.cost_on(x, y), tiny)

    assert_apart(student, "measure", {"two_slopes": close_by}, judge)


@criterion("wrong_parameters", points=1, hint="Which errors are small enough to be believed?")
def test_nobody_is_accused(student):
    """Where all promises are right, also at the kink, the list is empty."""

    def judge(_):
        for at_the_kink in (-1.0, 0.3, 1.0):
            promised = {"a": np.array([9.0, at_the_kink]), "b": np.array([2.0])}
            assert_accuses(student.wrong_parameters(promised, student.small_cost, SMALL), [])

    assert_apart(student, "wrong_parameters", PARTS, judge)


# Away from the kink, where the slopes are 9, -1 and 2.
SMOOTH = {"a": np.array([2.0, -3.0]), "b": np.array([5.0])}


@criterion("wrong_parameters", points=1, hint="Each name has an error of its own; return the names.")
@pytest.mark.parametrize(
    "a, b, culprits",
    [
        pytest.param([9.0, -1.0], [-2.0], ["b"], id="the sign of b turned round"),
        pytest.param([9.1, -1.0], [2.0], ["a"], id="one number of a too large"),
        pytest.param([9.0, 1.0], [2.0], ["a"], id="the sign of one number of a turned round"),
        pytest.param([2.0, 2.0], [9.0], ["a", "b"], id="both wrong"),
    ],
)
def test_the_culprits(student, a, b, culprits):
    """Parameters whose promises are wrong are named, and no others."""
    promised = {"a": np.array(a), "b": np.array(b)}

    def judge(_):
        assert_accuses(student.wrong_parameters(promised, student.small_cost, SMOOTH), culprits)

    assert_apart(student, "wrong_parameters", PARTS, judge)


@criterion("wrong_parameters", points=1, hint="Is NaN at most the limit? Is it above the limit?")
def test_not_a_number(student):
    """A parameter whose slopes are not numbers is accused, and no other, also where the right slope
    is 0."""
    promised = {"a": np.array([9.0, np.nan]), "b": np.array([2.0])}
    at_zero = {"a": np.array([0.0, -3.0]), "b": np.array([5.0])}, {"a": np.array([5.0, -1.0]), "b": np.array([np.nan])}

    def judge(_):
        assert_accuses(student.wrong_parameters(promised, student.small_cost, SMOOTH), ["a"])
        assert_accuses(student.wrong_parameters(at_zero[1], student.small_cost, at_zero[0]), ["b"])

    assert_apart(student, "wrong_parameters", PARTS, judge)


@criterion(
    "wrong_parameters",
    points=1,
    hint="Does it compare with the limit that it is given? An error of exactly the limit is still right.",
)
def test_the_limit_that_is_given(student):
    """Where a is (0, 0) and b is 0, promises of 0 and 3 for a have an error of 2/4: at most 0.5,
    and more than 0.49."""
    parameters, promised = {"a": np.zeros(2), "b": np.zeros(1)}, {"a": np.array([0.0, 3.0]), "b": np.zeros(1)}

    def judge(_):
        for limit, culprits in ((0.5, []), (0.49, ["a"])):
            found = student.wrong_parameters(promised, student.small_cost, parameters, limit=limit)
            assert_accuses(found, culprits, f"wrong_parameters(..., limit={limit})")

    assert_apart(student, "wrong_parameters", PARTS, judge)


@criterion("mended_backward", points=2, hint="Row i, column j of W2: from which neuron to which? Try other widths.")
@pytest.mark.parametrize("widths", WIDTHS)
def test_every_promise_is_kept(student, widths):
    """The slopes of all six parameters are those that one finds by nudging, for layers of equal
    and of different widths."""
    parameters, x, y = lesson(widths, seed=5)
    found = parts(student.mended_backward(parameters, x, y), parameters, "mended_backward(...)")
    for name, values in parameters.items():
        assert_gradient(
            found[name],
            lambda array, name=name: cost({**parameters, name: array}, x, y),
            values,
            f"the slopes of {name}",
        )
