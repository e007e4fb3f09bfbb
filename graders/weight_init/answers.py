"""Other right answers of the exercise on beginnings, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

ZEROS, APART, NORMAL, SURE = "write_start_zeros", "write_apart", "write_start_normal", "write_share_sure"
STRENGTHS, PREDICT, HE, ANSWERS = "write_strengths", "write_predict_strengths", "write_start_he", "write_answers"

ZEROS_CLASSIC = """
def start_zeros(layers_dims):
    parameters = []
    L = len(layers_dims)
    for l in range(1, L):
        W = np.zeros((layers_dims[l - 1], layers_dims[l]))
        b = np.zeros((layers_dims[l],))
        parameters.append((W, b))
    return parameters
"""
NORMAL_CLASSIC = """
def start_normal(layers_dims, deviation):
    np.random.seed(3)
    parameters = []
    for l in range(1, len(layers_dims)):
        W = np.random.randn(layers_dims[l - 1], layers_dims[l]) * deviation
        parameters.append((W, np.zeros(layers_dims[l])))
    return parameters
"""
HE_CLASSIC = """
def start_he(layers_dims):
    np.random.seed(3)
    parameters = []
    for l in range(1, len(layers_dims)):
        W = np.random.randn(layers_dims[l - 1], layers_dims[l]) * np.sqrt(2.0 / layers_dims[l - 1])
        parameters.append((W, np.zeros(layers_dims[l])))
    return parameters
"""
HE_UNIFORM = """
def start_he(sizes):
    rng, parameters = np.random.default_rng(), ()
    for k in range(len(sizes) - 1):
        edge = (6 / sizes[k]) ** 0.5
        parameters += ([rng.uniform(-edge, edge, (sizes[k], sizes[k + 1])), np.zeros(sizes[k + 1])],)
    return parameters
"""
HE_BY_LAYER = """
def start_he(sizes):
    parameters = []
    for k in range(1, len(sizes)):
        parameters += start_normal(sizes[k - 1 : k + 1], (2 / sizes[k - 1]) ** 0.5)
    return parameters
"""
HE_SINGLE = """
def start_he(sizes):
    parameters = []
    for shape in zip(sizes[:-1], sizes[1:]):
        weights = np.random.standard_normal(shape).astype("float32") / np.float32(np.sqrt(shape[0] / 2))
        parameters.append([weights, np.zeros(shape[1], "float32")])
    return parameters
"""
HE_BY_COLUMN = """
def start_he(sizes):
    rng = np.random.default_rng(11)
    parameters = []
    for inputs, neurons in zip(sizes, sizes[1:]):
        columns = [rng.normal(scale=2**0.5 / inputs**0.5, size=inputs) for _ in range(neurons)]
        parameters.append((np.stack(columns, axis=1), np.zeros(neurons)))
    return parameters
"""
NORMAL_RECURSIVE = """
def start_normal(sizes, deviation, rng=None):
    rng = rng or np.random.default_rng()
    if len(sizes) < 2:
        return []
    layer = (deviation * rng.standard_normal((sizes[0], sizes[1])), np.zeros(sizes[1]))
    return [layer, *start_normal(sizes[1:], deviation, rng)]
"""
APART_LOOPED = """
def apart(weights):
    largest = 0.0
    for row in weights:
        for one in row:
            for other in row:
                largest = max(largest, abs(one - other))
    return largest
"""
APART_PAIRS = """
def apart(weights):
    return np.abs(weights[:, :, None] - weights[:, None, :]).max().item()
"""
SURE_LOOPED = """
def share_sure(probabilities, limit=0.99):
    count = 0
    values = probabilities.flatten()
    for p in values:
        if p >= limit or 1 - p >= limit:
            count += 1
    return count / len(values)
"""
SURE_AROUND = """
def share_sure(probabilities, limit=0.99):
    return (np.abs(np.asarray(probabilities) - 0.5) >= limit - 0.5).mean()
"""
SURE_ADDED = """
def share_sure(probabilities, limit=0.99):
    blue = probabilities >= limit
    return (np.sum(blue) + np.sum((probabilities <= 1 - limit) & ~blue)) / probabilities.size
"""
STRENGTHS_NORM = """
def strengths(parameters, x):
    A = x
    result = np.zeros(len(parameters))
    for l, (W, b) in enumerate(parameters):
        Z = np.dot(A, W) + b
        A = np.where(Z > 0, Z, 0)
        result[l] = np.linalg.norm(A) / np.sqrt(A.size)
    return result
"""
STRENGTHS_ROWS = """
def strengths(parameters, x):
    rows, found = [list(row) for row in x], []
    for weights, biases in parameters:
        rows = [[max(0.0, float(np.dot(row, weights[:, j]) + biases[j])) for j in range(len(biases))] for row in rows]
        squares = [value * value for row in rows for value in row]
        found.append((sum(squares) / len(squares)) ** 0.5)
    return found
"""
PREDICT_LOOPED = """
def predict_strengths(sizes, deviation):
    strength, found = 1, []
    for l in range(len(sizes) - 1):
        strength = strength * deviation * np.sqrt(sizes[l] / 2)
        found.append(strength)
    return found
"""
PREDICT_SQUARES = """
def predict_strengths(sizes, deviation):
    return np.sqrt([np.prod(0.5 * np.array(sizes[:k], float) * deviation**2) for k in range(1, len(sizes))])
"""
PREDICT_WHOLE = """
def predict_strengths(sizes, deviation):
    return [deviation**k * np.sqrt(np.prod(sizes[:k]) / 2**k) for k in range(1, len(sizes))]
"""

LINEAR_AT_LAST = """
def strengths(parameters, x):
    found = []
    for number, (weights, biases) in enumerate(parameters, start=1):
        x = x @ weights + biases
        if number < len(parameters):
            x = np.maximum(x, 0)
        found.append(np.sqrt(np.mean(x**2)))
    return found
"""

variants = [
    variant(
        "in the form of the published courses",
        replace(ZEROS, ZEROS_CLASSIC),
        replace(NORMAL, NORMAL_CLASSIC),
        replace(HE, HE_CLASSIC),
        replace(ANSWERS, 'answers = dict(no_relu="A", zeros=" b", tenth="C")'),
    ),
    variant(
        "by loops over single numbers",
        replace(APART, APART_LOOPED),
        replace(SURE, SURE_LOOPED),
        replace(STRENGTHS, STRENGTHS_ROWS),
        replace(PREDICT, PREDICT_LOOPED),
    ),
    variant("a uniform distribution with the right deviation", replace(HE, HE_UNIFORM), replace(APART, APART_PAIRS)),
    variant("layer by layer, from the start at random", replace(HE, HE_BY_LAYER), replace(SURE, SURE_AROUND)),
    variant(
        "in single and in half precision",
        replace(HE, HE_SINGLE),
        replace(STRENGTHS, STRENGTHS_NORM),
        edit(NORMAL, "(inputs, neurons))", '(inputs, neurons)).astype("float16")'),
        replace(SURE, SURE_ADDED),
    ),
    variant(
        "column by column, one layer by recursion, squares multiplied",
        replace(HE, HE_BY_COLUMN),
        replace(NORMAL, NORMAL_RECURSIVE),
        replace(PREDICT, PREDICT_SQUARES),
    ),
]

NORMAL_DRAWN = "rng.normal(0, deviation, (inputs, neurons))"
HE_DRAWN = "rng.normal(0, np.sqrt(2 / inputs), (inputs, neurons))"
DIFFERENCE = "np.max(np.max(weights, axis=1) - np.min(weights, axis=1))"
LAYER = "        x = np.maximum(x @ weights + biases, 0)\n"
KEYS = ["what_zeros_can_learn", "what_is_left_behind_ten_layers", "without_relu"]
HE_SCATTER = ["the_right_deviations", "the_right_start_for_any_layers"]
mutants = [
    mutant(
        "a bias in a row of its own",
        edit(ZEROS, "np.zeros(neurons)", "np.zeros((1, neurons))"),
        fails=["the_shapes_of_zeros", "zeros_of_any_sizes"],
    ),
    mutant(
        "a row for each neuron, as in other courses",
        edit(ZEROS, "(inputs, neurons)", "(neurons, inputs)"),
        fails=["the_shapes_of_zeros", "zeros_of_any_sizes"],
    ),
    mutant(
        "forgets the last layer",
        edit(ZEROS, "sizes[1:]", "sizes[1:-1]"),
        fails="start_zeros",
    ),
    mutant(
        "begins with ones",
        edit(ZEROS, "np.zeros((inputs", "np.ones((inputs"),
        fails=["nothing_but_zeros", "zeros_of_any_sizes"],
    ),
    mutant(
        "uses the sizes up",
        edit(ZEROS, "    return [", "    first = sizes.pop(0)\n    return ["),
        edit(ZEROS, "zip(sizes, sizes[1:])", "zip([first] + sizes, sizes)"),
        fails="zeros_of_any_sizes",
    ),
    mutant("rows for columns", edit(APART, DIFFERENCE, "np.max(np.ptp(weights, axis=0))"), fails="apart"),
    mutant("of the whole layer at once", edit(APART, DIFFERENCE, "np.ptp(weights)"), fails="apart"),
    mutant(
        "the mean over the rows",
        edit(APART, DIFFERENCE, "np.mean(np.ptp(weights, axis=1))"),
        fails=["apart_on_paper", "any_neurons_apart"],
    ),
    mutant(
        "only compares with the first neuron",
        edit(APART, DIFFERENCE, "np.max(np.abs(weights - weights[:, :1]))"),
        fails=["apart_on_paper", "any_neurons_apart"],
    ),
    mutant(
        "sorts each row in place",
        edit(APART, f"return {DIFFERENCE}", "weights.sort(axis=1)\n    return np.max(weights[:, -1] - weights[:, 0])"),
        fails="any_neurons_apart",
    ),
    mutant(
        "a difference for each row",
        edit(APART, DIFFERENCE, "np.max(weights, axis=1) - np.min(weights, axis=1)"),
        fails="apart",
    ),
    mutant(
        "from 0 to the deviation",
        edit(NORMAL, NORMAL_DRAWN, "deviation * rng.random((inputs, neurons))"),
        fails=["normally_distributed", "any_layers_at_random"],
    ),
    mutant(
        "evenly distributed",
        edit(NORMAL, NORMAL_DRAWN, "rng.uniform(-(3**0.5) * deviation, 3**0.5 * deviation, (inputs, neurons))"),
        fails="normally_distributed",
    ),
    mutant(
        "the sum of two even distributions",
        edit(NORMAL, NORMAL_DRAWN, "rng.triangular(-(6**0.5), 0, 6**0.5, (inputs, neurons)) * deviation"),
        fails="normally_distributed",
    ),
    mutant(
        "takes the deviation for the variance, and the right start is made of it",
        edit(NORMAL, "deviation, (inputs", "deviation**0.5, (inputs"),
        replace(HE, HE_BY_LAYER),
        fails=["normally_distributed", "any_layers_at_random"],
    ),
    mutant(
        "biases in a row, and the right start is made of it",
        edit(NORMAL, "np.zeros(neurons)", "np.zeros((1, neurons))"),
        replace(HE, HE_BY_LAYER),
        fails=["the_shapes_of_random_parameters", "any_layers_at_random"],
    ),
    mutant(
        "takes the deviation for the variance",
        edit(NORMAL, "deviation, (inputs", "deviation**0.5, (inputs"),
        fails=["normally_distributed", "any_layers_at_random"],
    ),
    mutant(
        "the mean and the deviation changed over",
        edit(NORMAL, "0, deviation", "deviation, 0"),
        fails=["normally_distributed", "random_numbers_differ", "any_layers_at_random"],
    ),
    mutant(
        "the same seed for each layer",
        edit(NORMAL, "rng.normal", "np.random.default_rng(1).normal"),
        fails="random_numbers_differ",
    ),
    mutant(
        "one random neuron, repeated",
        edit(NORMAL, NORMAL_DRAWN, "np.repeat(rng.normal(0, deviation, (inputs, 1)), neurons, axis=1)"),
        fails=["random_numbers_differ", "normally_distributed", "any_layers_at_random"],
    ),
    mutant(
        "biases at random, too",
        edit(NORMAL, "np.zeros(neurons)", "rng.normal(0, deviation, neurons)"),
        fails=["biases_of_zero", "any_layers_at_random"],
    ),
    mutant(
        "random weights the other way round",
        edit(NORMAL, "deviation, (inputs, neurons)", "deviation, (neurons, inputs)"),
        fails=["the_shapes_of_random_parameters", "any_layers_at_random"],
    ),
    mutant(
        "sure of blue only",
        edit(SURE, "(probabilities >= limit) | (probabilities <= 1 - limit)", "probabilities >= limit"),
        fails="share_sure",
    ),
    mutant(
        "the limit itself is not sure",
        edit(
            SURE,
            "(probabilities >= limit) | (probabilities <= 1 - limit)",
            "(probabilities > limit) | (probabilities < 1 - limit)",
        ),
        fails=["the_limit_itself_is_sure"],
    ),
    mutant(
        "counts what is sure of both twice",
        edit(
            SURE,
            "np.mean((probabilities >= limit) | (probabilities <= 1 - limit))",
            "np.mean(probabilities >= limit) + np.mean(probabilities <= 1 - limit)",
        ),
        fails="any_share",
    ),
    mutant("counts them", edit(SURE, "np.mean", "np.sum"), fails="share_sure"),
    mutant(
        "always the usual limit",
        edit(
            SURE,
            "(probabilities >= limit) | (probabilities <= 1 - limit)",
            "(probabilities >= 0.99) | (probabilities <= 0.01)",
        ),
        fails=["the_limit_itself_is_sure", "any_share"],
    ),
    mutant(
        "the standard deviation",
        edit(STRENGTHS, "np.sqrt(np.mean(x**2))", "np.std(x)"),
        fails="strengths",
    ),
    mutant("forgets the root", edit(STRENGTHS, "np.sqrt(np.mean(x**2))", "np.mean(x**2)"), fails="strengths"),
    mutant(
        "forgets the biases",
        edit(STRENGTHS, " + biases", ""),
        fails=["biases_count", "any_strengths"],
    ),
    mutant(
        "measures the scores",
        edit(STRENGTHS, LAYER, "        scores = x @ weights + biases\n        x = np.maximum(scores, 0)\n"),
        edit(STRENGTHS, "x**2", "scores**2"),
        fails="strengths",
    ),
    mutant("the last layer without ReLU", replace(STRENGTHS, LINEAR_AT_LAST), fails="strengths"),
    mutant(
        "the examples go into every layer",
        edit(STRENGTHS, "x = np.maximum", "signal = np.maximum"),
        edit(STRENGTHS, "x**2", "signal**2"),
        fails=["two_layers_on_paper", "any_strengths"],
    ),
    mutant(
        "neurons for inputs",
        edit(PREDICT, "sizes[:-1]", "sizes[1:]"),
        fails="predict_strengths",
    ),
    mutant(
        "each layer on its own",
        edit(PREDICT, "np.cumprod(", "np.array("),
        fails=["predicts_three_layers", "predicts_any_layers"],
    ),
    mutant("forgets the half that ReLU takes", edit(PREDICT, "inputs / 2", "inputs"), fails="predict_strengths"),
    mutant(
        "the mean square",
        edit(PREDICT, "deviation * np.sqrt(inputs / 2)", "deviation**2 * inputs / 2"),
        fails=["predicts_one_layer", "predicts_three_layers", "predicts_any_layers"],
    ),
    mutant(
        "the product of many whole numbers, which runs over",
        replace(PREDICT, PREDICT_WHOLE),
        fails="predicts_any_layers",
    ),
    mutant(
        "begins the list with the input",
        edit(PREDICT, "np.cumprod([", "np.cumprod([1.0] + ["),
        fails="predict_strengths",
    ),
    mutant("goes by the neurons of the layer", edit(HE, "2 / inputs", "2 / neurons"), fails=HE_SCATTER),
    mutant("goes by the inputs of the first layer", edit(HE, "2 / inputs", "2 / sizes[0]"), fails=HE_SCATTER),
    mutant("without the 2", edit(HE, "2 / inputs", "1 / inputs"), fails=HE_SCATTER),
    mutant("inputs and neurons added up", edit(HE, "2 / inputs", "2 / (inputs + neurons)"), fails=HE_SCATTER),
    mutant("the variance for the deviation", edit(HE, "np.sqrt(2 / inputs)", "2 / inputs"), fails=HE_SCATTER),
    mutant(
        "the last layer like one without ReLU",
        edit(HE, "2 / inputs", "(1 if neurons == 1 else 2) / inputs"),
        fails=HE_SCATTER,
    ),
    mutant(
        "half of the neurons are the others with the sign changed",
        edit(HE, HE_DRAWN, f"{HE_DRAWN}[:, np.arange(neurons) // 2] * (-1.0) ** np.arange(neurons)"),
        fails="random_numbers_of_the_right_start_differ",
    ),
    mutant(
        "the same seed for each layer of the right start",
        edit(HE, "rng.normal", "np.random.default_rng(1).normal"),
        fails="random_numbers_of_the_right_start_differ",
    ),
    mutant(
        "small biases against dead neurons",
        edit(HE, "np.zeros(neurons)", "np.full(neurons, 0.01)"),
        fails=["no_biases_in_the_right_start", "the_right_start_for_any_layers"],
    ),
    mutant(
        "biases of the right start in a column",
        edit(HE, "np.zeros(neurons)", "np.zeros((neurons, 1))"),
        fails=["the_shapes_of_the_right_start", "the_right_start_for_any_layers", "learned"],
    ),
    mutant("a deviation of 2 for all", edit(HE, "np.sqrt(2 / inputs)", "2"), fails=[*HE_SCATTER, "learned"]),
    mutant(
        "a deviation of a hundredth for all", edit(HE, "np.sqrt(2 / inputs)", "0.01"), fails=[*HE_SCATTER, "learned"]
    ),
    mutant(
        "all change, five layers' share, 2 / n again",
        replace(ANSWERS, 'answers = {"zeros": "a", "tenth": "b", "no_relu": "b"}'),
        fails=KEYS,
    ),
    mutant(
        "the last layer changes, one layer's share, 4 / n",
        replace(ANSWERS, 'answers = {"zeros": "c", "tenth": "a", "no_relu": "c"}'),
        fails=KEYS,
    ),
    mutant(
        "leaves a question out",
        edit(ANSWERS, ', "tenth": "c"', ""),
        fails=["every_question_has_an_answer", "what_is_left_behind_ten_layers"],
    ),
]

harmless_mutations = [harmless("1 → -1 (axis)", because="axis 1 of two is the last one")]

hidden_because = {
    "any_share": "the stub says that it is a share from 0 to 1",
    "predicts_any_layers": "the plot of the tower shows it",
    "zeros_of_any_sizes": "the stub says that the sizes stay as they are; the notebook shows what is left of them",
    "any_neurons_apart": "the stub says that the weights stay as they are",
    "what_zeros_can_learn": "a public criterion would hold the key",
    "what_is_left_behind_ten_layers": "a public criterion would hold the key",
    "without_relu": "a public criterion would hold the key",
}
