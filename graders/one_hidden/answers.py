"""Other right answers of the petals exercise, and wrong ones."""

import copy

from proctor.answers import edit, harmless, mutant, replace, variant

START, HIDDEN, OUTPUT, COST = "write_initialise", "write_hidden_layer", "write_output_layer", "write_cost"
BACKWARD, UPDATE, TRAIN, PREDICT = "write_backward", "write_update", "write_train", "write_predict"

START_CLASSIC = """
def initialise(inputs, hidden):
    W1 = np.random.randn(inputs, hidden) * 0.5
    b1 = np.zeros((hidden,))
    W2 = np.random.randn(hidden) * 0.5
    b2 = 0
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    return parameters
"""
START_SINGLE = """
def initialise(inputs, hidden):
    draw = np.random.RandomState()
    return dict(
        b2=np.float32(0),
        b1=np.zeros(hidden, "float32"),
        W1=(draw.standard_normal((inputs, hidden)) / 2).astype("float32"),
        W2=(draw.standard_normal(hidden) / 2).astype("float32"),
    )
"""
HIDDEN_CLASSIC = """
def hidden_layer(parameters, x):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    Z1 = np.dot(W1.T, x.T) + b1.reshape(-1, 1)
    A1 = np.tanh(Z1)
    return A1.T
"""
HIDDEN_LOOPED = """
def hidden_layer(parameters, x):
    said = []
    for weights, bias in zip(parameters["W1"].T, parameters["b1"]):
        z = bias
        for k in range(x.shape[1]):
            z = z + x[:, k] * weights[k]
        said.append((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)))
    return np.stack(said, axis=1)
"""
OUTPUT_CLASSIC = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def output_layer(parameters, hidden):
    Z2 = np.dot(parameters["W2"], hidden.T) + parameters["b2"]
    return sigmoid(Z2)
"""
OUTPUT_TANH = """
def output_layer(parameters, hidden):
    z = np.einsum("nh,h->n", hidden, parameters["W2"]) + parameters["b2"]
    return (np.tanh(z / 2) + 1) / 2
"""
BACKWARD_AGAIN = """
def backward(parameters, x, hidden, probabilities, labels):
    hidden = hidden_layer(parameters, x)
    errors = (output_layer(parameters, hidden) - labels) / len(labels)
    inner = np.einsum("n,j,nj->nj", errors, parameters["W2"], 1 - np.square(hidden))
    inner_weights = np.einsum("ni,nj->ij", x, inner)
    return {"b2": errors.sum(), "W2": errors @ hidden, "b1": np.ones(len(x)) @ inner, "W1": inner_weights}
"""
TRAIN_INLINE = """
def train(parameters, x, labels, rate, steps):
    W1, b1, W2, b2 = (np.array(parameters[name], float) for name in ("W1", "b1", "W2", "b2"))
    costs = []
    for _ in range(steps):
        hidden = np.tanh(x @ W1 + b1)
        said = 1 / (1 + np.exp(-(hidden @ W2 + b2)))
        safe = np.clip(said, 1e-9, 1 - 1e-9)
        costs.append(-np.mean(labels * np.log(safe) + (1 - labels) * np.log(1 - safe)))
        errors = (said - labels) / len(x)
        inner = np.outer(errors, W2) * (1 - hidden**2)
        W1 -= rate * x.T @ inner
        b1 -= rate * inner.sum(0)
        W2 -= rate * hidden.T @ errors
        b2 -= rate * errors.sum()
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, costs
"""
PLAYED = """
parameters = initialise(2, 6)
x, labels = datasets.grow_flower(90, seed=5, petals=6)
hidden, probabilities, gradients, walks = None, None, None, []
"""
COST_CLASSIC = """
def cost(A2, Y):
    m = Y.shape[0]
    A2 = np.minimum(np.maximum(A2, 1e-10), 1 - 1e-10)
    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    return float(np.squeeze(-np.sum(logprobs) / m))
"""
COST_OF_TRUTH = """
def cost(probabilities, labels):
    truth = np.abs(1 - labels - probabilities)
    return -np.log(np.maximum(truth, 1e-6)).mean()
"""
BACKWARD_CLASSIC = """
def backward(parameters, x, hidden, probabilities, labels):
    m = x.shape[0]
    W2 = parameters["W2"].reshape(1, -1)
    A1, A2, X = hidden.T, probabilities.reshape(1, -1), x.T
    dZ2 = A2 - labels
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1)
    return {"W1": dW1.T, "b1": db1, "W2": dW2[0], "b2": db2[0, 0]}
"""
BACKWARD_LOOPED = """
def backward(parameters, x, hidden, probabilities, labels):
    slopes = {name: np.zeros(np.shape(value)) for name, value in parameters.items()}
    errors = probabilities - labels
    slopes["b2"] += np.mean(errors)
    for j in range(hidden.shape[1]):
        slopes["W2"][j] = np.mean(errors * hidden[:, j])
        at_score = errors * parameters["W2"][j] * (1 - hidden[:, j] ** 2)
        slopes["b1"][j] = np.mean(at_score)
        for i in range(x.shape[1]):
            slopes["W1"][i, j] = np.mean(at_score * x[:, i])
    return slopes
"""
UPDATE_CLASSIC = """
def update(parameters, grads, learning_rate):
    W1 = parameters["W1"].copy()
    b1 = parameters["b1"].copy()
    W2 = parameters["W2"].copy()
    b2 = parameters["b2"]
    W1 -= learning_rate * grads["W1"]
    b1 -= learning_rate * grads["b1"]
    W2 -= learning_rate * grads["W2"]
    b2 = b2 - learning_rate * grads["b2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
"""
UPDATE_DEEP = """
import copy

def update(parameters, gradients, rate):
    new = copy.deepcopy(parameters)
    for name in ("b2", "W2", "b1", "W1"):
        new[name] = new[name] + gradients[name] * -rate
    return new
"""
TRAIN_ARRAY = """
def train(parameters, x, labels, rate, steps):
    parameters = {name: np.copy(value) for name, value in parameters.items()}
    costs, step = np.empty(steps), 0
    while step < steps:
        hidden = hidden_layer(parameters, x)
        A2 = output_layer(parameters, hidden)
        costs[step] = cost(A2, labels)
        for name, slope in backward(parameters, x, hidden, A2, labels).items():
            parameters[name] = parameters[name] - rate * slope
        step += 1
    return [parameters, costs]
"""
PREDICT_LOOPED = """
def predict(parameters, x):
    answers = []
    for probability in output_layer(parameters, hidden_layer(parameters, x)):
        answers.append(1.0 if probability >= 0.5 else 0.0)
    return np.array(answers)
"""
PREDICT_SCORES = """
def predict(parameters, x):
    return hidden_layer(parameters, x) @ parameters["W2"] + parameters["b2"] >= 0
"""


def play(attempt):
    """Add a cell at the end."""
    cell = copy.deepcopy(attempt.cell(PREDICT))
    cell.id, cell.source = "played", PLAYED.strip()
    del cell.metadata["nbgrader"]
    attempt.notebook.cells.append(cell)


variants = [
    variant(
        "in the form of the published courses",
        replace(START, START_CLASSIC),
        replace(HIDDEN, HIDDEN_CLASSIC),
        replace(OUTPUT, OUTPUT_CLASSIC),
        replace(COST, COST_CLASSIC),
        replace(BACKWARD, BACKWARD_CLASSIC),
        replace(UPDATE, UPDATE_CLASSIC),
    ),
    variant(
        "loops over neurons and inputs, tanh by hand",
        replace(HIDDEN, HIDDEN_LOOPED),
        replace(BACKWARD, BACKWARD_LOOPED),
        replace(PREDICT, PREDICT_LOOPED),
    ),
    variant("loops backward only", replace(BACKWARD, BACKWARD_LOOPED)),
    variant("single precision, a last bias of NumPy's", replace(START, START_SINGLE), replace(TRAIN, TRAIN_ARRAY)),
    variant(
        "the sigmoid by tanh, the probability of the truth", replace(OUTPUT, OUTPUT_TANH), replace(COST, COST_OF_TRUTH)
    ),
    variant("a deep copy, blue from the score", replace(UPDATE, UPDATE_DEEP), replace(PREDICT, PREDICT_SCORES)),
    variant("goes forward once more to go backward, and plays at the end", replace(BACKWARD, BACKWARD_AGAIN), play),
    variant("the walk on its own, without the functions before it", replace(TRAIN, TRAIN_INLINE)),
]

SCORE = 'hidden @ parameters["W2"] + parameters["b2"]'
STEP = "return {name: parameters[name] - rate * gradients[name] for name in parameters}"
FORWARD = """        hidden = hidden_layer(parameters, x)
        probabilities = output_layer(parameters, hidden)
"""
ONCE = """        if not costs:
            hidden = hidden_layer(parameters, x)
            probabilities = output_layer(parameters, hidden)
"""
FIRST = "    all_x, all_labels = x, labels\n    for _ in range(steps):\n"
NOTED = "        costs.append(cost(probabilities, labels))\n"
LAST = "        parameters = update(parameters, gradients, rate)\n"
BEHIND = "        costs.append(cost(output_layer(parameters, hidden_layer(parameters, x)), labels))\n"
ANY_WALK = ["a_walk_with_sixty_points", "where_any_walk_ends", "the_costs_of_any_walk"]
ALL_BUT_ONE_STEP = ["three_steps", "the_cost_before_each_step", *ANY_WALK]

mutants = [
    mutant(
        "all weights alike",
        edit(START, "draw.normal(0, 0.5, (inputs, hidden))", "np.full((inputs, hidden), 0.5)"),
        edit(START, "draw.normal(0, 0.5, hidden)", "np.full(hidden, 0.5)"),
        fails=["weights_at_random", "learned"],
    ),
    mutant(
        "weights from 0 to 1",
        edit(START, "draw.normal(0, 0.5, (inputs, hidden))", "draw.random((inputs, hidden))"),
        fails="weights_at_random",
    ),
    mutant(
        "hundredths, as one often reads",
        edit(START, "draw.normal(0, 0.5, hidden)", "0.01 * draw.normal(0, 1, hidden)"),
        fails="weights_at_random",
    ),
    mutant(
        "W1 the other way round",
        edit(START, "(inputs, hidden))", "(hidden, inputs))"),
        fails=["the_shapes_of_the_table", "learned"],
    ),
    mutant("the last bias in an array", edit(START, "0.0", "np.zeros(1)"), fails="the_shapes_of_the_table"),
    mutant(
        "weights from a uniform distribution",
        edit(START, "draw.normal(0, 0.5, (inputs, hidden))", "draw.uniform(-0.866, 0.866, (inputs, hidden))"),
        fails="weights_at_random",
    ),
    mutant(
        "a smaller standard deviation",
        edit(START, "draw.normal(0, 0.5, hidden)", "draw.normal(0, 0.4, hidden)"),
        fails="weights_at_random",
    ),
    mutant("the same start every time", edit(START, "default_rng()", "default_rng(7)"), fails="weights_at_random"),
    mutant(
        "the same numbers for both layers",
        edit(START, "    return {", "    both = draw.normal(0, 0.5, (inputs, hidden))\n    return {"),
        edit(START, '"W1": draw.normal(0, 0.5, (inputs, hidden))', '"W1": both'),
        edit(START, '"W2": draw.normal(0, 0.5, hidden)', '"W2": both[0].copy()'),
        fails="weights_at_random",
    ),
    mutant(
        "a row of hidden biases",
        edit(START, "np.zeros(hidden)", "np.zeros((1, hidden))"),
        fails="the_shapes_of_the_table",
    ),
    mutant("biases at random", edit(START, "np.zeros(hidden)", "draw.normal(0, 0.5, hidden)"), fails="biases_of_zero"),
    mutant(
        "forgets the tanh",
        edit(HIDDEN, "np.tanh", ""),
        fails=["hidden_layer", "learned"],
    ),
    mutant(
        "sigmoid in the hidden layer",
        edit(HIDDEN, "np.tanh(", "1 / (1 + np.exp(-1) ** ("),
        edit(HIDDEN, '["b1"])', '["b1"]))'),
        fails=["hidden_layer", "learned"],
    ),
    mutant(
        "forgets the hidden biases",
        edit(HIDDEN, ' + parameters["b1"]', ""),
        fails=["hidden_biases", "learned", "any_hidden_layer"],
    ),
    mutant(
        "forgets the sigmoid",
        edit(OUTPUT, f"1 / (1 + np.exp(-({SCORE})))", SCORE),
        fails=["output_layer", "learned"],
    ),
    mutant(
        "hidden neurons that never say quite 1",
        edit(HIDDEN, "return np.tanh(", "return 0.999 * np.tanh("),
        fails="hidden_layer",
    ),
    mutant(
        "probabilities in a column",
        edit(OUTPUT, f"return 1 / (1 + np.exp(-({SCORE})))", f"return (1 / (1 + np.exp(-({SCORE}))))[:, None]"),
        fails=["probabilities_on_paper", "any_output", "learned"],
    ),
    mutant(
        "scores of ten at most",
        edit(OUTPUT, f"-({SCORE})", f"-np.clip({SCORE}, -10, 10)"),
        fails=["the_last_bias", "any_output"],
    ),
    mutant(
        "a sigmoid that overflows",
        edit(OUTPUT, f"1 / (1 + np.exp(-({SCORE})))", f"np.exp({SCORE}) / (1 + np.exp({SCORE}))"),
        fails=["the_last_bias", "any_output"],
    ),
    mutant("adds up the surprise", edit(COST, "np.mean", "np.sum"), fails=["the_mean_surprise", "any_surprise"]),
    mutant(
        "takes the logarithm of 0",
        edit(COST, "np.clip(probabilities, 1e-7, 1 - 1e-7)", "probabilities"),
        fails="at_both_ends",
    ),
    mutant(
        "clips what it was given in place",
        edit(COST, "1e-7, 1 - 1e-7)", "1e-7, 1 - 1e-7, out=probabilities)"),
        fails=["at_both_ends", "any_surprise"],
    ),
    mutant(
        "the error the other way round",
        edit(BACKWARD, "(probabilities - labels)", "(labels - probabilities)"),
        fails=[
            "slopes_at_the_last_neuron",
            "slopes_of_the_hidden_biases",
            "slopes_of_the_hidden_weights",
            "the_promise_is_kept",
            "learned",
            "any_slopes",
        ],
    ),
    mutant(
        "adds up instead of averaging",
        edit(BACKWARD, " / len(x)", ""),
        fails=["slopes_are_means", "the_promise_is_kept", "learned", "any_slopes"],
    ),
    mutant(
        "forgets the slope of tanh",
        edit(BACKWARD, " * (1 - hidden**2)", ""),
        fails=[
            "slopes_of_the_hidden_biases",
            "slopes_of_the_hidden_weights",
            "the_promise_is_kept",
            "learned",
            "any_slopes",
        ],
    ),
    mutant("names with a d before them", edit(BACKWARD, '"W1":', '"dW1":'), fails=["backward", "learned"]),
    mutant(
        "W1's slopes the other way round",
        edit(BACKWARD, "x.T @ at_scores", "at_scores.T @ x"),
        fails=["slopes_of_the_hidden_weights", "the_promise_is_kept", "learned", "any_slopes"],
    ),
    mutant(
        "slopes of five at most",
        edit(BACKWARD, "x.T @ at_scores", "np.clip(x.T @ at_scores, -5, 5)"),
        fails=["slopes_of_the_hidden_weights", "any_slopes"],
    ),
    mutant(
        "the error the other way round, and steps that add it",
        edit(BACKWARD, "(probabilities - labels)", "(labels - probabilities)"),
        edit(UPDATE, "- rate", "+ rate"),
        fails=[
            "slopes_at_the_last_neuron",
            "slopes_of_the_hidden_biases",
            "slopes_of_the_hidden_weights",
            "the_promise_is_kept",
            "any_slopes",
            "one_step_on_paper",
            "any_step",
        ],
    ),
    mutant(
        "slopes of twenty at most in a step",
        edit(UPDATE, "rate * gradients[name]", "rate * np.clip(gradients[name], -20, 20)"),
        fails=["one_step_on_paper", "any_step"],
    ),
    mutant(
        "uphill",
        edit(UPDATE, "- rate", "+ rate"),
        fails=["one_step_on_paper", "learned", "any_step"],
    ),
    mutant("forgets the rate", edit(UPDATE, "rate * ", ""), fails=["one_step_on_paper", "any_step"]),
    mutant(
        "changes the old arrays",
        edit(
            UPDATE,
            "return {name: parameters[name] - rate * gradients[name] for name in parameters}",
            "for name in parameters:\n        parameters[name] -= rate * gradients[name]\n    return parameters",
        ),
        fails=["the_old_ones_stay", "any_step"],
    ),
    mutant(
        "forgets the last bias in a step",
        edit(UPDATE, "for name in parameters", "for name in ('W1', 'b1', 'W2')"),
        fails=["one_step_on_paper", "learned", "any_step"],
    ),
    mutant(
        "begins anew",
        edit(
            TRAIN,
            "    costs = []\n",
            "    parameters = initialise(x.shape[1], len(parameters['b1']))\n    costs = []\n",
        ),
        fails="train",
    ),
    mutant("as many steps as in the notebook", edit(TRAIN, "range(steps)", "range(2000)"), fails="train"),
    mutant(
        "one forward pass for all steps",
        edit(TRAIN, FORWARD, ONCE),
        fails=["three_steps", "the_cost_before_each_step", "learned", *ANY_WALK],
    ),
    mutant(
        "returns from inside the loop",
        edit(TRAIN, "    return parameters", "        return parameters"),
        fails=["three_steps", "the_cost_before_each_step", "learned", *ANY_WALK],
    ),
    mutant(
        "returns where it began",
        edit(TRAIN, "        parameters = update", "        _ = update"),
        fails=["train", "learned"],
    ),
    mutant(
        "notes the cost behind the step",
        edit(TRAIN, NOTED, ""),
        edit(TRAIN, LAST, LAST + BEHIND),
        fails=["the_cost_before_each_step", "a_walk_with_sixty_points", "the_costs_of_any_walk"],
    ),
    mutant("blue is 0", edit(PREDICT, ">=", "<"), fails="predict"),
    *[
        mutant(title, edit(TRAIN, "    for _ in range(steps):\n", FIRST), edit(TRAIN, LAST, rule), fails=fails)
        for title, rule, fails in [
            ("turns back where the cost rises", LAST + "        if costs[-1] > min(costs): break\n", ANY_WALK),
            ("smaller steps where the cost rises", "        rate /= 1 + (costs[-1] > min(costs))\n" + LAST, ANY_WALK),
            ("steps of a bounded rate", LAST.replace("rate)", "min(rate, 3.0))"), ANY_WALK),
            ("smaller steps after a while", LAST.replace("rate)", "rate / (1 + len(costs) // 60))"), ANY_WALK),
            ("half of the points", LAST + "        x, labels = all_x[::2], all_labels[::2]\n", ALL_BUT_ONE_STEP),
            ("at most 100 steps", LAST + "        if len(costs) == 100: break\n", ANY_WALK),
        ]
    ],
    mutant(
        "the lowest cost so far",
        edit(TRAIN, "return parameters, costs", "return parameters, np.minimum.accumulate(costs)"),
        fails=["a_walk_with_sixty_points", "the_costs_of_any_walk"],
    ),
    mutant(
        "rounded costs",
        edit(TRAIN, "return parameters, costs", "return parameters, np.round(costs, 4)"),
        fails=["the_cost_before_each_step", "the_costs_of_any_walk"],
    ),
    mutant("close to 0.5", edit(PREDICT, ">= 0.5", ">= 0.4999"), fails=["as_probable_as_not", "any_answers"]),
    mutant("above 0.5 only", edit(PREDICT, ">= 0.5", "> 0.5"), fails="as_probable_as_not"),
]

ANY_NUMBER = "the text asks for 0 and 1, of any type"
harmless_mutations = [
    harmless("inputs → inputs[...] = 0", because="the number of inputs is no array that could be changed in place"),
    harmless("→ np.clip(1e-7, probabilities, 1 - 1e-7)", because="the larger of two is the same the other way round"),
    harmless("(astype dropped)", because=ANY_NUMBER),
    harmless("(cut to whole numbers)", because=ANY_NUMBER),
]
