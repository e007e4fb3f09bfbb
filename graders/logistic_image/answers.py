"""Other right answers of the logistic regression exercise, and wrong ones."""

import copy

from proctor.answers import edit, harmless, mutant, replace, variant

ROWS, START, FORWARD, COST = "write_to_rows", "write_initialise", "write_forward", "write_cost"
GRADIENT, DESCEND, PREDICT = "write_gradient", "write_descend", "write_predict"

ROWS_LOOPED = """
def to_rows(pictures):
    rows = []
    for picture in pictures:
        rows.append((picture.flatten() - 127.5) / 255)
    return np.array(rows)
"""
ROWS_FLOAT32 = """
def to_rows(pictures):
    rows = pictures.astype("float32").reshape(pictures.shape[0], -1)
    rows /= 255.0
    rows -= 0.5
    return rows
"""
ROWS_TRANSPOSED_TWICE = """
def to_rows(pictures):
    n, height, width, channels = pictures.shape
    columns = pictures.reshape(n, height * width * channels).T
    return np.interp(columns, [0, 255], [-0.5, 0.5]).T
"""
START_WHOLE = """
def initialise(count):
    w = np.zeros((count,), dtype=np.float32)
    b = 0
    return [w, b]
"""
START_FULL = """
def initialise(count):
    return np.full(count, 0.0), np.float64(0)
"""
FORWARD_DOT = """
def sigmoid(z):
    s = 1.0 / (1.0 + np.exp(-z))
    return s

def forward(weights, bias, x):
    z = np.dot(weights, x.T) + bias
    return sigmoid(z)
"""
FORWARD_STABLE = """
def forward(weights, bias, x):
    z = (x * weights).sum(axis=1) + bias
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
"""
FORWARD_LOOPED = """
def forward(weights, bias, x):
    answers = np.zeros(len(x))
    for i in range(x.shape[0]):
        answers[i] = 1 / (1 + np.e ** -(np.dot(x[i], weights) + bias))
    return answers
"""
COST_CLASSIC = """
def cost(probabilities, labels):
    m = labels.shape[0]
    A = np.clip(probabilities.astype(float), 1e-15, 1 - 1e-15)
    cost = (-1 / m) * np.sum(labels * np.log(A) + (1 - labels) * (np.log(1 - A)))
    return np.squeeze(np.array(cost))
"""
COST_OF_TRUTH = """
def cost(probabilities, labels):
    truth = np.abs(1 - labels - probabilities)
    return float(-np.log(np.maximum(truth, 1e-6)).mean())
"""
COST_LOOPED = """
def cost(probabilities, labels):
    total = 0.0
    for p, y in zip(probabilities, labels):
        p = min(max(float(p), 1e-9), 1 - 1e-9)
        total -= np.log(p) if y else np.log(1 - p)
    return total / len(labels)
"""
GRADIENT_CLASSIC = """
def gradient(probabilities, labels, x):
    m = x.shape[0]
    dw = (1 / m) * np.dot(x.T, (probabilities - labels).T)
    db = (1 / m) * np.sum(probabilities - labels)
    return dw, db
"""
GRADIENT_MEAN = """
def gradient(probabilities, labels, x):
    dz = (np.asarray(probabilities) - np.asarray(labels))[:, np.newaxis]
    return np.mean(dz * x, axis=0), np.mean(dz)
"""
GRADIENT_LOOPED = """
def gradient(probabilities, labels, x):
    d_weights, d_bias = np.zeros(x.shape[1]), 0.0
    for p, y, row in zip(probabilities, labels, x):
        d_weights += (p - y) * row / len(x)
        d_bias += (p - y) / len(x)
    return d_weights, d_bias
"""
DESCEND_ARRAY = """
def descend(x, labels, rate, steps):
    w, b = initialise(x.shape[1])
    w = w.astype(float)
    costs = np.zeros(steps)
    for i in range(steps):
        A = forward(w, b, x)
        costs[i] = cost(A, labels)
        dw, db = gradient(A, labels, x)
        w -= rate * dw
        b -= rate * db
    return w, b, costs
"""
DESCEND_INLINE = """
def descend(x, labels, rate, steps):
    weights, bias, costs, left = np.zeros(x.shape[1]), 0.0, [], steps
    while left > 0:
        p = 1 / (1 + np.exp(-x.dot(weights) - bias))
        costs += [cost(p, labels)]
        step = rate * (p - labels) / len(labels)
        weights, bias, left = weights - step.dot(x), bias - step.sum(), left - 1
    return weights, bias, costs
"""
PREDICT_LOOPED = """
def predict(weights, bias, x):
    A = forward(weights, bias, x)
    Y_prediction = np.zeros(x.shape[0])
    for i in range(A.shape[0]):
        if A[i] >= 0.5:
            Y_prediction[i] = 1
        else:
            Y_prediction[i] = 0
    return Y_prediction
"""
PREDICT_SCORES = """
def predict(weights, bias, x):
    return x @ weights + bias >= 0
"""

ROWS_HALF = """
def to_rows(pictures):
    return (pictures.reshape(len(pictures), -1) / 255 - 0.5).astype(np.float16)
"""
COST_SHIFTED = """
def cost(probabilities, labels):
    e = 1e-6
    return -np.mean(labels * np.log(probabilities + e) + (1 - labels) * np.log(1 - probabilities + e))
"""
FORWARD_KEPT_AWAY = """
def forward(weights, bias, x):
    return 1e-6 + (1 - 2e-6) / (1 + np.exp(-np.clip(x @ weights + bias, -500, 500)))
"""
PLAYED = """
for rate in (0.1, 0.8):
    weights, bias, costs = descend(x, labels, rate=rate, steps=10)
x, pictures = to_rows(pictures[:, :, ::-1]), None
"""
WALK = """
def descend(x, labels, rate, steps):
    weights, bias = initialise(x.shape[1])
    costs = []
    for step in range(steps):
        {chosen}
        probabilities = forward(weights, bias, x[chosen])
        costs.append(cost(probabilities, labels[chosen]))
        {rule}
        d_weights, d_bias = gradient(probabilities, labels[chosen], x[chosen])
        weights = weights - rate * d_weights
        bias = bias - rate * d_bias
    return weights, bias, {costs}
"""


def walk(*, chosen="chosen = slice(None)", rule="pass", costs="costs"):
    """A descent with other rows in a step, with a rule of its own, or with other costs."""
    return replace(DESCEND, WALK.format(chosen=chosen, rule=rule, costs=costs))


def play(attempt):
    """Add a cell at the end."""
    cell = copy.deepcopy(attempt.cell(PREDICT))
    cell.id, cell.source = "played", PLAYED.strip()
    del cell.metadata["nbgrader"]
    attempt.notebook.cells.append(cell)


ANY_WALK = ["a_walk_with_sixty_pictures", "where_any_walk_ends", "the_costs_of_any_walk"]

variants = [
    variant(
        "in the form of the published courses",
        replace(FORWARD, FORWARD_DOT),
        replace(COST, COST_CLASSIC),
        replace(GRADIENT, GRADIENT_CLASSIC),
        replace(DESCEND, DESCEND_ARRAY),
        replace(PREDICT, PREDICT_LOOPED),
    ),
    variant(
        "loops over the pictures",
        replace(ROWS, ROWS_LOOPED),
        replace(FORWARD, FORWARD_LOOPED),
        replace(COST, COST_LOOPED),
        replace(GRADIENT, GRADIENT_LOOPED),
    ),
    variant(
        "rows and weights in single precision, a whole number for the bias, a list for the pair",
        replace(ROWS, ROWS_FLOAT32),
        replace(START, START_WHOLE),
    ),
    variant(
        "a sigmoid that never overflows, the probability of the truth, yes or no from the score",
        replace(FORWARD, FORWARD_STABLE),
        replace(COST, COST_OF_TRUTH),
        replace(PREDICT, PREDICT_SCORES),
    ),
    variant(
        "the walk on its own, without the functions before it",
        replace(DESCEND, DESCEND_INLINE),
        replace(START, START_FULL),
    ),
    variant(
        "columns turned to rows, slopes as means of products",
        replace(ROWS, ROWS_TRANSPOSED_TWICE),
        replace(GRADIENT, GRADIENT_MEAN),
    ),
    variant(
        "away from 0 and 1 by adding a millionth, rows in half precision",
        replace(ROWS, ROWS_HALF),
        replace(COST, COST_SHIFTED),
    ),
    variant("away from 0 and 1 in the forward pass, and plays at the end", replace(FORWARD, FORWARD_KEPT_AWAY), play),
]

mutants = [
    mutant(
        "mixes the pictures: reshapes to columns and turns them",
        edit(ROWS, "pictures.reshape(len(pictures), -1)", "pictures.reshape(-1, len(pictures)).T"),
        fails=["a_row_for_each_picture", "learned", "pictures_of_any_size"],
    ),
    mutant(
        "rows as long as those of the notebook",
        edit(ROWS, "reshape(len(pictures), -1)", "reshape(-1, 32 * 32 * 3)"),
        fails="to_rows",
    ),
    mutant(
        "scales from 0 to 1",
        edit(ROWS, " - 0.5", ""),
        fails=["numbers_around_zero", "pictures_of_any_size"],
        may_fail="knows_its_pictures",
    ),
    mutant(
        "scales by what it finds",
        edit(ROWS, "/ 255", "/ pictures.max()"),
        fails=["numbers_around_zero", "pictures_of_any_size"],
    ),
    mutant(
        "whole numbers for weights",
        edit(START, "np.zeros(count)", "np.zeros(count, int)"),
        fails="a_zero_for_each_number",
    ),
    mutant(
        "an array for the bias",
        edit(START, "0.0", "np.zeros(1)"),
        fails="the_bias_is_a_number",
    ),
    mutant(
        "forgets the bias",
        edit(FORWARD, " + bias", ""),
        fails=["the_bias_leans", "any_neuron"],
        may_fail="knows_its_pictures",
    ),
    mutant(
        "forgets the minus",
        edit(FORWARD, "-(x @ weights + bias)", "x @ weights + bias"),
        fails=["forward", "learned"],
    ),
    mutant(
        "exponentials the other way round, which overflow",
        edit(
            FORWARD,
            "1 / (1 + np.exp(-(x @ weights + bias)))",
            "np.exp(x @ weights + bias) / (1 + np.exp(x @ weights + bias))",
        ),
        fails="any_neuron",
    ),
    mutant(
        "adds up the surprise",
        edit(COST, "np.mean", "np.sum"),
        fails=["the_mean_surprise", "any_surprise"],
    ),
    mutant(
        "forgets those without a cat",
        edit(COST, "np.log(1 - safe)", "0"),
        fails=["the_mean_surprise", "sure_and_wrong_costs_much", "any_surprise"],
    ),
    mutant(
        "0 times infinity",
        replace(COST, COST_CLASSIC.replace("np.clip(probabilities.astype(float), 1e-15, 1 - 1e-15)", "probabilities")),
        fails=["sure_and_right_costs_nothing", "sure_and_wrong_costs_much", "any_surprise"],
    ),
    mutant(
        "clips what it was given in place",
        edit(COST, "1e-7, 1 - 1e-7)", "1e-7, 1 - 1e-7, out=probabilities)"),
        fails="any_surprise",
    ),
    mutant(
        "the error the other way round",
        edit(GRADIENT, "probabilities - labels", "labels - probabilities"),
        fails=["gradient", "learned"],
    ),
    mutant(
        "adds up the slopes",
        edit(GRADIENT, "x.T @ errors / len(x)", "x.T @ errors"),
        fails=["slopes_are_means", "the_promise_is_kept", "slopes_of_any_neuron"],
    ),
    mutant(
        "the slope of the bias in an array",
        edit(GRADIENT, "errors.mean()", "errors.mean(keepdims=True)"),
        fails=["the_slope_of_the_bias", "slopes_of_any_neuron"],
    ),
    mutant(
        "walks uphill",
        edit(DESCEND, "weights - rate", "weights + rate"),
        edit(DESCEND, "bias - rate", "bias + rate"),
        fails=["descend", "learned"],
    ),
    mutant(
        "notes the cost behind the step",
        edit(DESCEND, "        costs.append(cost(probabilities, labels))\n", ""),
        edit(
            DESCEND,
            "        bias = bias - rate * d_bias\n",
            "        bias = bias - rate * d_bias\n        costs.append(cost(forward(weights, bias, x), labels))\n",
        ),
        fails=["the_cost_before_each_step", "a_walk_with_sixty_pictures", "the_costs_of_any_walk"],
    ),
    mutant(
        "returns from inside the loop",
        edit(DESCEND, "    return weights", "        return weights"),
        fails=[
            "three_steps",
            "the_cost_before_each_step",
            "a_walk_with_sixty_pictures",
            "learned",
            "where_any_walk_ends",
            "the_costs_of_any_walk",
        ],
    ),
    mutant(
        "brings only bright pictures to scale",
        edit(ROWS, "/ 255", "/ (255 if pictures.max() > 1 else 1)"),
        fails=["numbers_around_zero", "pictures_of_any_size"],
    ),
    mutant(
        "the columns of a picture before its lines",
        edit(ROWS, "(len(pictures), -1)", "(len(pictures), -1, order='F')"),
        fails=["a_row_for_each_picture", "pictures_of_any_size"],
    ),
    mutant(
        "a column of zeros",
        edit(START, "np.zeros(count)", "np.zeros((count, 1))"),
        fails=["a_zero_for_each_number", "learned"],
    ),
    mutant(
        "begins at random",
        edit(START, "np.zeros(count)", "np.random.randn(count) * 0.01"),
        fails="a_zero_for_each_number",
    ),
    mutant(
        "probabilities in a column",
        edit(
            FORWARD,
            "return 1 / (1 + np.exp(-(x @ weights + bias)))",
            "return (1 / (1 + np.exp(-(x @ weights + bias))))[:, None]",
        ),
        fails=["probabilities_on_paper", "any_neuron", "learned"],
    ),
    mutant(
        "scores of ten at most",
        edit(FORWARD, "-(x @ weights + bias)", "-np.clip(x @ weights + bias, -10, 10)"),
        fails=["the_bias_leans", "any_neuron"],
    ),
    mutant(
        "no probability below a ten-thousandth",
        edit(
            FORWARD,
            "return 1 / (1 + np.exp(-(x @ weights + bias)))",
            "return np.clip(1 / (1 + np.exp(-(x @ weights + bias))), 1e-4, 1 - 1e-4)",
        ),
        fails=["the_bias_leans", "any_neuron"],
    ),
    mutant(
        "away from 1 by less than single precision knows",
        edit(COST, "1e-7, 1 - 1e-7", "1e-8, 1 - 1e-8"),
        fails="sure_and_wrong_costs_much",
    ),
    mutant(
        "slopes of ten at most",
        edit(GRADIENT, "x.T @ errors / len(x)", "np.clip(x.T @ errors / len(x), -10, 10)"),
        fails=["slopes_for_one_picture", "slopes_of_any_neuron"],
    ),
    mutant(
        "slopes in another order, which the walk knows",
        edit(GRADIENT, "x.T @ errors / len(x), errors.mean()", "errors.mean(), x.T @ errors / len(x)"),
        edit(DESCEND, "d_weights, d_bias =", "d_bias, d_weights ="),
        fails="gradient",
    ),
    mutant(
        "the error the other way round, and a walk that adds it",
        edit(GRADIENT, "probabilities - labels", "labels - probabilities"),
        edit(DESCEND, "weights - rate", "weights + rate"),
        edit(DESCEND, "bias - rate", "bias + rate"),
        fails="gradient",
    ),
    mutant(
        "thirty-two pictures in each step",
        walk(chosen="chosen = np.random.default_rng(step).permutation(len(x))[:32]"),
        fails=ANY_WALK,
    ),
    mutant(
        "turns back where the cost rises",
        walk(rule="if step and costs[-1] > costs[-2]: break"),
        fails=ANY_WALK,
    ),
    mutant(
        "smaller steps where the cost rises",
        walk(rule="if step and costs[-1] > costs[-2]: rate /= 2"),
        fails=ANY_WALK,
    ),
    mutant(
        "stops where the cost hardly changes",
        walk(rule="if step and abs(costs[-1] - costs[-2]) < 1e-5: break"),
        fails=ANY_WALK,
    ),
    mutant(
        "smaller steps after a while",
        walk(rule="if step and step % 50 == 0: rate /= 2"),
        fails=["a_walk_with_sixty_pictures", "where_any_walk_ends", "learned"],
    ),
    mutant(
        "steps of a bounded rate",
        walk(rule="rate = min(rate, 0.7)"),
        fails=ANY_WALK,
    ),
    mutant(
        "forgets a little in each step",
        walk(rule="weights = weights - rate * 1e-4 * weights"),
        fails=["the_cost_before_each_step", *ANY_WALK],
    ),
    mutant(
        "slopes of one at most in the walk",
        edit(DESCEND, "rate * d_weights", "rate * np.clip(d_weights, -1, 1)"),
        fails=ANY_WALK,
    ),
    mutant(
        "the lowest cost so far",
        walk(costs="np.minimum.accumulate(costs)"),
        fails=["a_walk_with_sixty_pictures", "the_costs_of_any_walk"],
    ),
    mutant(
        "rounded costs",
        walk(costs="np.round(costs, 4)"),
        fails=["the_cost_before_each_step", "the_costs_of_any_walk"],
    ),
    mutant("above 0.5 only", edit(PREDICT, ">= 0.5", "> 0.5"), fails="as_probable_as_not"),
    mutant(
        "forgets the neuron's bias",
        edit(PREDICT, "forward(weights, bias, x)", "forward(weights, 0.0, x)"),
        fails=["cats_are_ones", "answers_of_any_neuron"],
    ),
]

ANY_NUMBER = "the text asks for 0 and 1, of any type"
harmless_mutations = [
    harmless("write_to_rows, line 11: 1 → 2", because="NumPy takes any negative size for the one to be found"),
    harmless("→ np.clip(1e-7, probabilities, 1 - 1e-7)", because="the larger of two is the same the other way round"),
    harmless("(astype dropped)", because=ANY_NUMBER),
    harmless("(cut to whole numbers)", because=ANY_NUMBER),
]

hidden_because = {
    "any_neuron": "the text says that a score may be any number; whoever's exponential overflows there meets it",
    "any_surprise": "the notebook says that what is given stays as it is; whoever forgets it meets it",
}
