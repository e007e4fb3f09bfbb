"""Other right answers of the petals exercise, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

START, HIDDEN, OUTPUT, COST = "write_initialise", "write_hidden_layer", "write_output_layer", "write_cost"
BACKWARD, UPDATE, TRAIN, PREDICT = "write_backward", "write_update", "write_train", "write_predict"

START_CLASSIC = """
def initialise(inputs, hidden):
    np.random.seed(2)
    W1 = np.random.randn(inputs, hidden) * 0.5
    b1 = np.zeros((hidden,))
    W2 = np.random.randn(hidden) * 0.5
    b2 = 0
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    return parameters
"""
START_SINGLE = """
def initialise(inputs, hidden):
    draw = np.random.default_rng(5)
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
NOTED = "        costs.append(cost(probabilities, labels))\n"
LAST = "        parameters = update(parameters, gradients, rate)\n"
BEHIND = "        costs.append(cost(output_layer(parameters, hidden_layer(parameters, x)), labels))\n"
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
    mutant("biases at random", edit(START, "np.zeros(hidden)", "draw.normal(0, 0.5, hidden)"), fails="biases_of_zero"),
    mutant(
        "forgets the tanh",
        edit(HIDDEN, "np.tanh", ""),
        fails=["hidden_layer", "learns_what_no_line_can", "learned", "any_walk"],
    ),
    mutant(
        "sigmoid in the hidden layer",
        edit(HIDDEN, "np.tanh(", "1 / (1 + np.exp(-1) ** ("),
        edit(HIDDEN, '["b1"])', '["b1"]))'),
        fails=["hidden_layer", "learns_what_no_line_can", "learned", "any_walk", "any_answers"],
    ),
    mutant(
        "forgets the hidden biases",
        edit(HIDDEN, ' + parameters["b1"]', ""),
        fails=["hidden_biases", "learns_what_no_line_can", "learned", "any_hidden_layer", "any_walk", "any_answers"],
    ),
    mutant(
        "forgets the sigmoid",
        edit(OUTPUT, f"1 / (1 + np.exp(-({SCORE})))", SCORE),
        fails=["output_layer", "learned", "any_walk", "any_answers"],
    ),
    mutant(
        "adds up the surprise", edit(COST, "np.mean", "np.sum"), fails=["the_mean_surprise", "any_surprise", "any_walk"]
    ),
    mutant(
        "takes the logarithm of 0",
        edit(COST, "np.clip(probabilities, 1e-7, 1 - 1e-7)", "probabilities"),
        fails="at_both_ends",
    ),
    mutant(
        "clips what it was given in place",
        edit(COST, "1e-7, 1 - 1e-7)", "1e-7, 1 - 1e-7, out=probabilities)"),
        fails="any_surprise",
    ),
    mutant(
        "the error the other way round",
        edit(BACKWARD, "(probabilities - labels)", "(labels - probabilities)"),
        fails=[
            "slopes_at_the_last_neuron",
            "slopes_of_the_hidden_biases",
            "slopes_of_the_hidden_weights",
            "the_promise_is_kept",
            "learns_what_no_line_can",
            "learned",
            "any_slopes",
            "any_walk",
        ],
    ),
    mutant(
        "adds up instead of averaging",
        edit(BACKWARD, " / len(x)", ""),
        fails=["slopes_are_means", "the_promise_is_kept", "learned", "any_slopes", "any_walk"],
    ),
    mutant(
        "forgets the slope of tanh",
        edit(BACKWARD, " * (1 - hidden**2)", ""),
        fails=[
            "slopes_of_the_hidden_biases",
            "slopes_of_the_hidden_weights",
            "the_promise_is_kept",
            "learns_what_no_line_can",
            "learned",
            "any_slopes",
            "any_walk",
        ],
    ),
    mutant("names with a d before them", edit(BACKWARD, '"W1":', '"dW1":'), fails=["backward", "train", "learned"]),
    mutant(
        "W1's slopes the other way round",
        edit(BACKWARD, "x.T @ at_scores", "at_scores.T @ x"),
        fails=["slopes_of_the_hidden_weights", "the_promise_is_kept", "train", "learned", "any_slopes"],
    ),
    mutant(
        "uphill",
        edit(UPDATE, "- rate", "+ rate"),
        fails=["one_step_on_paper", "learns_what_no_line_can", "learned", "any_step", "any_walk"],
    ),
    mutant("forgets the rate", edit(UPDATE, "rate * ", ""), fails=["one_step_on_paper", "any_step", "any_walk"]),
    mutant(
        "changes the old arrays",
        edit(
            UPDATE,
            "return {name: parameters[name] - rate * gradients[name] for name in parameters}",
            "for name in parameters:\n        parameters[name] -= rate * gradients[name]\n    return parameters",
        ),
        fails=["the_old_ones_stay", "any_walk"],
    ),
    mutant(
        "forgets the last bias in a step",
        edit(UPDATE, "for name in parameters", "for name in ('W1', 'b1', 'W2')"),
        fails=["one_step_on_paper", "train", "learned", "any_step"],
    ),
    mutant(
        "begins anew",
        edit(
            TRAIN,
            "    costs = []\n",
            "    parameters = initialise(x.shape[1], len(parameters['b1']))\n    costs = []\n",
        ),
        fails=["one_step", "three_steps", "the_cost_before_each_step", "any_walk"],
    ),
    mutant("as many steps as in the notebook", edit(TRAIN, "range(steps)", "range(2000)"), fails="train"),
    mutant(
        "one forward pass for all steps",
        edit(TRAIN, FORWARD, ONCE),
        fails=["three_steps", "the_cost_before_each_step", "learns_what_no_line_can", "learned", "any_walk"],
    ),
    mutant(
        "returns from inside the loop",
        edit(TRAIN, "    return parameters", "        return parameters"),
        fails=["three_steps", "the_cost_before_each_step", "learns_what_no_line_can", "learned", "any_walk"],
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
        fails=["the_cost_before_each_step", "any_walk"],
    ),
    mutant("blue is 0", edit(PREDICT, ">=", "<"), fails="predict"),
    mutant("above 0.5 only", edit(PREDICT, ">= 0.5", "> 0.5"), fails="as_probable_as_not"),
]

ANY_NUMBER = "the text asks for 0 and 1, of any type"
harmless_mutations = [
    harmless("inputs → inputs[...] = 0", because="the number of inputs is no array that could be changed in place"),
    harmless("→ np.clip(1e-7, probabilities, 1 - 1e-7)", because="the larger of two is the same the other way round"),
    harmless("(astype dropped)", because=ANY_NUMBER),
    harmless("(cut to whole numbers)", because=ANY_NUMBER),
]

hidden_because = {
    "any_surprise": "the notebook says that what is given stays as it is; whoever forgets it meets it",
}
