"""Other right answers of the gradient check exercise, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

SLOPES, ERROR, FAIR, RIGHT = "write_two_slopes", "write_relative_error", "write_slope_error", "write_is_right"
MEASURE, WRONG, MENDED = "write_measure", "write_wrong_parameters", "write_mended_backward"

SLOPES_CLASSIC = """
def two_slopes(f, theta, step=1e-7):
    J_minus, J, J_plus = f(theta - step), f(theta), f(theta + step)
    return [(J - J_minus) / step, (J_plus - J) / step]
"""
SLOPES_LOOPED = """
def two_slopes(f, x, step=1e-7):
    return np.array([(f(x + h) - f(x)) / h for h in (-step, step)])
"""
ERROR_CLASSIC = """
def relative_error(grad, gradapprox):
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    return numerator / denominator if denominator else 0
"""
ERROR_ROOTS = """
def relative_error(promised, measured):
    def length(array):
        return np.sqrt(np.sum(np.square(array)))

    if np.all(np.asarray(promised) == 0) and np.all(np.asarray(measured) == 0):
        return 0.0
    return length(np.subtract(promised, measured)) / (length(promised) + length(measured))
"""
ERROR_LOOPED = """
import math

def relative_error(promised, measured):
    above = left = right = 0.0
    for p, m in zip(np.ravel(promised).tolist(), np.ravel(measured).tolist()):
        above += (p - m) ** 2
        left += p**2
        right += m**2
    if left + right == 0:
        return 0.0
    return math.sqrt(above) / (math.sqrt(left) + math.sqrt(right))
"""
FAIR_MEDIAN = """
def slope_error(promised, left, right):
    return relative_error(promised, np.median([promised, left, right], axis=0))
"""
FAIR_WHERE = """
def slope_error(promised, left, right):
    low, high = np.minimum(left, right), np.maximum(left, right)
    nearest = np.where(promised < low, low, np.where(promised > high, high, promised))
    return relative_error(promised, nearest)
"""
FAIR_LOOPED = """
def slope_error(promised, left, right):
    nearest = []
    for p, l, r in zip(np.ravel(promised), np.ravel(left), np.ravel(right)):
        if min(l, r) <= p <= max(l, r):
            nearest.append(p)
        elif abs(p - l) < abs(p - r):
            nearest.append(l)
        else:
            nearest.append(r)
    return relative_error(np.ravel(promised), np.array(nearest))
"""
RIGHT_BRANCHED = """
def is_right(f, derivative, x, limit=1e-7):
    if slope_error(derivative(x), *two_slopes(f, x)) <= limit:
        return 1
    else:
        return 0
"""
RIGHT_NUMPY = """
def is_right(f, derivative, x, limit=1e-5):
    sides = two_slopes(f, x, step=1e-7)
    return np.less_equal(slope_error(derivative(x), sides[0], sides[1]), limit)
"""
MEASURE_IN_PLACE = """
def measure(cost_of, parameters, step=1e-7):
    left = {name: np.zeros_like(array) for name, array in parameters.items()}
    right = {name: np.zeros_like(array) for name, array in parameters.items()}
    here = cost_of(parameters)
    for name in parameters:
        flat = parameters[name].reshape(-1)
        for i in range(flat.size):
            old = flat[i]
            flat[i] = old + step
            right[name].reshape(-1)[i] = (cost_of(parameters) - here) / step
            flat[i] = old - step
            left[name].reshape(-1)[i] = (here - cost_of(parameters)) / step
            flat[i] = old
    return left, right
"""
MEASURE_DEEP = """
import copy

def measure(cost_of, parameters, step=1e-7):
    left, right = copy.deepcopy(parameters), copy.deepcopy(parameters)
    for name, array in parameters.items():
        for index, value in np.ndenumerate(array):
            def f(v):
                other = copy.deepcopy(parameters)
                other[name][index] = v
                return cost_of(other)
            left[name][index], right[name][index] = two_slopes(f, value, step)
    return left, right
"""
MEASURE_VECTOR = """
def to_vector(parameters):
    return np.concatenate([array.ravel() for array in parameters.values()])

def to_dict(vector, like):
    parts, start = {}, 0
    for name, array in like.items():
        parts[name] = vector[start : start + array.size].reshape(array.shape)
        start += array.size
    return parts

def measure(cost_of, parameters, step=1e-7):
    theta = to_vector(parameters)
    gradapprox = np.zeros((theta.size, 2))
    for i in range(theta.size):
        def J(value):
            thetaplus = np.copy(theta)
            thetaplus[i] = value
            return cost_of(to_dict(thetaplus, parameters))
        gradapprox[i] = two_slopes(J, theta[i], step)
    return to_dict(gradapprox[:, 0], parameters), to_dict(gradapprox[:, 1], parameters)
"""
WRONG_LOOPED = """
def wrong_parameters(promised, cost_of, parameters, limit=1e-5):
    left, right = measure(cost_of, parameters)
    culprits = []
    for name in promised:
        error = slope_error(promised[name], left[name], right[name])
        if np.isnan(error) or error > limit:
            culprits.append(name)
    return culprits
"""
WRONG_SETS = """
def wrong_parameters(promised, cost_of, parameters, limit=1e-5):
    sides = measure(cost_of, parameters)
    innocent = {n for n in parameters if slope_error(promised[n], sides[0][n], sides[1][n]) <= limit}
    return set(parameters) - innocent
"""
MENDED_TURNED = """
def mended_backward(parameters, x, y):
    gradients = their_backward(parameters, x, y)
    gradients["W2"] = gradients["W2"].T
    return gradients
"""
MENDED_CLASSIC = """
def mended_backward(parameters, X, Y):
    m = X.shape[0]
    A1, A2, A3 = forward(parameters, X)
    dZ3 = 2.0 / m * (A3 - Y)
    dW3 = np.dot(A2.T, dZ3)
    db3 = np.sum(dZ3, axis=0)
    dZ2 = np.multiply(np.dot(dZ3, parameters["W3"].T), np.int64(A2 > 0))
    dW2 = np.dot(A1.T, dZ2)
    db2 = np.sum(dZ2, axis=0)
    dZ1 = np.multiply(np.dot(dZ2, parameters["W2"].T), np.int64(A1 > 0))
    return {"W1": np.dot(X.T, dZ1), "b1": np.sum(dZ1, axis=0), "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
"""
MENDED_LOOPED = """
def mended_backward(parameters, x, y):
    gradients = {name: np.zeros(array.shape) for name, array in parameters.items()}
    for point, height in zip(x, y):
        first, second, answer = forward(parameters, point)
        at_answer = 2 * (answer - height) / len(x)
        at_second = parameters["W3"] @ at_answer * (second > 0)
        at_first = parameters["W2"] @ at_second * (first > 0)
        said = zip((point, first, second), (at_first, at_second, at_answer))
        for layer, (below, above) in enumerate(said, start=1):
            gradients[f"W{layer}"] += np.outer(below, above)
            gradients[f"b{layer}"] += above
    return gradients
"""
NUDGED_B3 = """
def nudged_b3(parameters, x, y):
    def cost_with(number):
        return cost({**parameters, "b3": np.array([number])}, x, y)

    return np.array([np.mean(two_slopes(cost_with, parameters["b3"][0]))])
"""
FAIR_FARTHER = """
def slope_error(promised, left, right):
    to_left, to_right = np.abs(np.subtract(promised, left)), np.abs(np.subtract(promised, right))
    return relative_error(promised, np.where(to_left > to_right, left, right))
"""
IN_A_ROW = "    return tuple({name: side[name].ravel() for name in side} for side in (left, right))"
NAMES_TYPED = """for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
        values = parameters[name]"""

variants = [
    variant(
        "in the form of the published courses: one long vector",
        replace(SLOPES, SLOPES_CLASSIC),
        replace(ERROR, ERROR_CLASSIC),
        replace(MEASURE, MEASURE_VECTOR),
        replace(MENDED, MENDED_CLASSIC),
    ),
    variant(
        "loops over elements and points",
        replace(SLOPES, SLOPES_LOOPED),
        replace(ERROR, ERROR_LOOPED),
        replace(FAIR, FAIR_LOOPED),
        replace(WRONG, WRONG_LOOPED),
        replace(MENDED, MENDED_LOOPED),
    ),
    variant("the middle of three", replace(FAIR, FAIR_MEDIAN), replace(RIGHT, RIGHT_NUMPY)),
    variant("nudged in place and put back", replace(MEASURE, MEASURE_IN_PLACE), replace(WRONG, WRONG_SETS)),
    variant("a deep copy for every nudge", replace(MEASURE, MEASURE_DEEP), replace(RIGHT, RIGHT_BRANCHED)),
    variant(
        "roots of sums, nested where, turned afterwards",
        replace(ERROR, ERROR_ROOTS),
        replace(FAIR, FAIR_WHERE),
        replace(MENDED, MENDED_TURNED),
    ),
]

UNWRITTEN = "\ndef {}(*given, **named):\n    raise NotImplementedError()\n"
NORMS = "np.linalg.norm(promised) + np.linalg.norm(measured)"
APART = "np.linalg.norm(promised - measured) / lengths"
NEAREST = "nearest = np.clip(promised, np.minimum(left, right), np.maximum(left, right))"
NUDGED = "nudged = values.copy()"
CLAIMED = "slope_error(derivative(x), left, right)"
COMPARED = "slope_error(promised[name], left[name], right[name])"
RIGHT_W2, WRONG_W2 = "first.T @ at_second", "at_second.T @ first"
NAN_ALONE = """    if any(np.isnan(error) for error in errors.values()):
        return [name for name, error in errors.items() if np.isnan(error)]
    return ["""
ACCUSED = "[name for name, error in errors.items() if not error <= limit]"
mutants = [
    *(
        mutant(f"{cell[6:]} is not written", replace(cell, UNWRITTEN.format(cell[6:])), fails=cell[6:])
        for cell in (SLOPES, ERROR, FAIR, MEASURE)
    ),
    mutant(
        "signs turned round",
        edit(SLOPES, "return left, right", "return -left, -right"),
        fails="two_slopes",
    ),
    mutant("another usual step", edit(SLOPES, "step=1e-7", "step=1e-4"), fails="any_two_slopes"),
    mutant(
        "0 where one of both is nothing but zeros",
        edit(ERROR, "lengths == 0", "np.linalg.norm(promised) * np.linalg.norm(measured) == 0"),
        fails="nothing_but_zeros",
    ),
    mutant(
        "the limit for the step", edit(RIGHT, "two_slopes(f, x)", "two_slopes(f, x, limit)"), fails="any_derivative"
    ),
    mutant(
        "makes zeros of NaN",
        edit(WRONG, "slope_error(promised[name]", "slope_error(np.nan_to_num(promised[name])"),
        fails="not_a_number",
    ),
    mutant(
        "left and right the other way round",
        edit(SLOPES, "return left, right", "return right, left"),
        fails=["two_slopes"],
    ),
    mutant(
        "only a step to the right",
        edit(SLOPES, "f(x - step)", "f(x + step)"),
        fails=["two_slopes"],
    ),
    mutant(
        "forgets to divide on one side",
        edit(SLOPES, "(here - f(x - step)) / step", "here - f(x - step)"),
        fails=["two_slopes"],
    ),
    mutant(
        "the mean of both sides, twice",
        edit(SLOPES, "return left, right", "return (left + right) / 2, (left + right) / 2"),
        fails=["two_slopes"],
    ),
    mutant("a step of its own", edit(SLOPES, "here = f(x)", "step = 1e-7\n    here = f(x)"), fails=["two_slopes"]),
    mutant(
        "half a step to the right",
        edit(SLOPES, "f(x + step)", "f(x + step / 2)"),
        fails=["two_slopes"],
    ),
    mutant(
        "adds up absolute values",
        edit(ERROR, APART, "np.abs(promised - measured).sum() / lengths"),
        fails=["relative_error"],
    ),
    mutant(
        "forgets the roots",
        edit(ERROR, APART, "np.linalg.norm(promised - measured) ** 2 / lengths**2"),
        fails=["relative_error"],
    ),
    mutant(
        "relative to the measured slopes alone",
        edit(ERROR, NORMS, "np.linalg.norm(measured)"),
        fails=["relative_error"],
    ),
    mutant(
        "the length of the sum", edit(ERROR, NORMS, "np.linalg.norm(promised + measured)"), fails=["relative_error"]
    ),
    mutant(
        "a small number in the denominator",
        edit(ERROR, NORMS, f"{NORMS} + 1e-8"),
        fails=["any_error"],
    ),
    mutant(
        "takes what is very small for zero",
        edit(ERROR, "lengths == 0", "lengths < 1e-10"),
        fails=["any_error"],
    ),
    mutant(
        "0/0",
        edit(ERROR, "lengths == 0", "lengths < 0"),
        fails=["nothing_but_zeros"],
    ),
    mutant(
        "the largest stretch of a matrix",
        edit(ERROR, "(promised - measured)", "(promised - measured, 2 if np.ndim(promised) == 2 else None)"),
        fails=["lengths_on_paper", "any_error"],
    ),
    mutant(
        "an error for each element",
        edit(ERROR, APART, "np.abs(promised - measured) / lengths"),
        fails=["relative_error"],
    ),
    mutant("knows no kinks", edit(FAIR, NEAREST, "nearest = (np.asarray(left) + right) / 2"), fails=["slope_error"]),
    mutant(
        "takes the left side for the smaller one",
        edit(FAIR, NEAREST, "nearest = np.clip(promised, left, right)"),
        fails=["slope_error"],
    ),
    mutant(
        "compares with the left side alone",
        edit(FAIR, NEAREST, "nearest = left"),
        fails=["slope_error"],
    ),
    mutant(
        "one pair of sides for the whole array",
        edit(FAIR, NEAREST, "nearest = np.clip(promised, np.min([left, right]), np.max([left, right]))"),
        fails=["any_slope_error"],
    ),
    mutant("the farther end", replace(FAIR, FAIR_FARTHER), fails=["slope_error"]),
    mutant("True where it is wrong", edit(RIGHT, "<=", ">"), fails=["is_right"]),
    mutant("below the limit only", edit(RIGHT, "<=", "<"), fails=["at_most_the_limit"]),
    mutant("promises at another point", edit(RIGHT, "derivative(x)", "derivative(0.7)"), fails=["is_right"]),
    mutant(
        "looks at one point, whatever it is asked",
        edit(RIGHT, "    left, right = two_slopes", "    x = 0.7\n    left, right = two_slopes"),
        fails=["right_derivatives", "any_derivative"],
    ),
    mutant("a limit of its own for a number", edit(RIGHT, "<= limit", "<= 1e-5"), fails=["is_right"]),
    mutant(
        "not above the limit, so that NaN passes",
        edit(RIGHT, "bool(slope_error(derivative(x), left, right) <= limit)", f"not {CLAIMED} > limit"),
        fails=["any_derivative"],
    ),
    mutant(
        "nudges the parameters themselves",
        edit(MEASURE, NUDGED, "nudged = values"),
        fails=["measure"],
    ),
    mutant(
        "adds a step and takes it away again",
        edit(
            MEASURE,
            "values[place], step)",
            "values[place], step)\n            values[place] += step\n            values[place] -= step",
        ),
        fails=["parameters_stay"],
    ),
    mutant(
        "only the first row",
        edit(MEASURE, "np.ndindex(values.shape)", "np.ndindex((1,) * (values.ndim - 1) + values.shape[-1:])"),
        fails=["measure"],
    ),
    mutant(
        "nudges all numbers of a parameter at once",
        edit(MEASURE, "nudged[place] = number", "nudged += number - values[place]"),
        fails=["small_cost_on_paper", "slopes_of_a_network", "any_measurement"],
    ),
    mutant("slopes in a row", edit(MEASURE, "    return left, right", IN_A_ROW), fails=["measure"]),
    mutant(
        "a step of its own for the network",
        edit(MEASURE, "values[place], step)", "values[place])"),
        fails=["any_measurement"],
    ),
    mutant(
        "knows the names of one network",
        edit(MEASURE, "for name, values in parameters.items():", NAMES_TYPED),
        fails=["small_cost_on_paper", "any_measurement"],
    ),
    mutant("the name is typed", edit(WRONG, ACCUSED, "['W2']"), fails=["wrong_parameters"]),
    mutant(
        "only the worst",
        edit(WRONG, ACCUSED, "[max(errors, key=errors.get)] if max(errors.values()) > limit else []"),
        fails=["wrong_parameters"],
    ),
    mutant(
        "NaN is not above the limit",
        edit(WRONG, "not error <= limit", "error > limit"),
        fails=["wrong_parameters"],
    ),
    mutant("names the innocent", edit(WRONG, "not error <= limit", "error <= limit"), fails=["wrong_parameters"]),
    mutant("returns the errors", edit(WRONG, ACCUSED, "errors"), fails=["wrong_parameters"]),
    mutant("a limit of its own", edit(WRONG, "<= limit", "<= 1e-5"), fails=["wrong_parameters"]),
    mutant("a coarse limit", edit(WRONG, "<= limit", "<= max(limit, 0.03)"), fails=["wrong_parameters"]),
    mutant(
        "names nobody else where some are not numbers",
        edit(WRONG, "    return [", NAN_ALONE),
        fails=["planted_faults"],
    ),
    mutant(
        "pairs slopes by their order",
        edit(
            WRONG, "slope_error(promised[name],", "slope_error(list(promised.values())[list(parameters).index(name)],"
        ),
        fails=["planted_faults"],
    ),
    mutant(
        "compares with the mean of both sides",
        edit(WRONG, COMPARED, "relative_error(promised[name], (left[name] + right[name]) / 2)"),
        fails=["wrong_parameters"],
    ),
    mutant(
        "looks at absolute differences",
        edit(WRONG, COMPARED, "np.abs(promised[name] - (left[name] + right[name]) / 2).max()"),
        fails=["wrong_parameters"],
    ),
    mutant("copied but not mended", edit(MENDED, RIGHT_W2, WRONG_W2), fails=["mended_backward"]),
    mutant(
        "mends another line",
        edit(MENDED, RIGHT_W2, WRONG_W2),
        edit(MENDED, "x.T @ at_first", "(at_first.T @ x).T"),
        fails=["mended_backward"],
    ),
    mutant(
        "mends by nudging",
        edit(MENDED, '"b3": at_answer.sum(axis=0)', '"b3": nudged_b3(parameters, x, y)'),
        append(MENDED, NUDGED_B3),
        fails=["any_network"],
    ),
    mutant(
        "mends one line and spoils another",
        edit(MENDED, "at_first.sum(axis=0)", "at_first.mean(axis=0)"),
        fails=["mended_backward"],
    ),
    mutant("the number of points of the notebook", edit(MENDED, "/ len(x)", "/ 61"), fails=["mended_backward"]),
]
SYMMETRIC = "the error between two slopes, or beside two sides, is the same the other way round"
harmless_mutations = [
    harmless("x[...] = 0", because="the point is a number, not an array that could be changed in place"),
    harmless("→ np.clip(np.minimum(left, right), promised,", because="the middle of three numbers is the same"),
    harmless("→ relative_error(nearest, promised)", because=SYMMETRIC),
    harmless("→ slope_error(derivative(x), right, left)", because=SYMMETRIC),
    harmless("→ slope_error(promised[name], right[name], left[name])", because=SYMMETRIC),
    harmless('→ at_answer * parameters["W3"].T', because="a column times a row is the same as their matrix product"),
]

REFERENCE = "it needs right slopes to compare with, which students must not get"
hidden_because = {
    "any_two_slopes": "the usual step stands in the first line of the function, which is given",
    "any_error": "the notebook warns of a small number in the denominator; whoever adds one meets it",
    "any_derivative": "the next function but one has a public criterion about NaN",
    "any_measurement": "the notebook names the step, and a public criterion of `two_slopes` asks for it",
    "any_slope_error": REFERENCE,
    "fair_at_kinks": REFERENCE,
    "planted_faults": REFERENCE,
    "any_network": REFERENCE,
}
