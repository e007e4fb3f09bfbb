"""Other right answers of the exercise on prints and negatives, and wrong ones."""

import copy

from proctor.answers import edit, harmless, mutant, replace, variant

NEGATIVES, PREPARE, START, FORWARD, BACKWARD, PREDICT, TRAIN, SHARE = (
    f"write_{name}"
    for name in ("with_negatives", "prepare", "initialise", "forward", "backward", "predict", "train", "balanced_share")
)

NEGATIVES_FILLED = """
def with_negatives(pictures, labels):
    n = pictures.shape[0]
    box = np.zeros((2 * n,) + pictures.shape[1:])
    both = np.zeros((2 * n, 1))
    for i in range(n):
        box[i] = pictures[i]
        box[n + i] = 255.0 - pictures[i]
        both[i] = both[n + i] = labels[i]
    return [box, both]
"""
NEGATIVES_STACKED = """
def with_negatives(pictures, labels):
    box = np.vstack((pictures, ~pictures if pictures.dtype == np.uint8 else 255 - pictures))
    return box, np.tile(labels, (2, 1))
"""
PREPARE_CLASSIC = """
def prepare(pictures):
    flat = pictures.reshape(pictures.shape[0], -1).T
    return (flat / 255.0 * 2 - 1).T
"""
PREPARE_SINGLE = """
def prepare(pictures):
    n, height, width, channels = pictures.shape
    return (pictures.reshape(n, height * width * channels).astype("float32") - 127.5) / 127.5
"""
START_CLASSIC = """
def initialise(layer_dims, seed):
    np.random.seed(seed)
    parameters = []
    L = len(layer_dims)
    for l in range(1, L):
        W = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2.0 / layer_dims[l - 1])
        b = np.zeros((layer_dims[l], 1))
        parameters.append((W.T, b[:, 0]))
    return parameters
"""
START_LIST = """
def initialise(sizes, seed):
    generator = np.random.default_rng(seed)
    pairs = []
    for number in range(len(sizes) - 1):
        deviation = (2 / sizes[number]) ** 0.5
        weights = deviation * generator.standard_normal((sizes[number], sizes[number + 1]), dtype="float32")
        pairs.append([weights, np.zeros(sizes[number + 1], "float32")])
    return pairs
"""
FORWARD_CLASSIC = """
def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))

def relu(Z):
    return np.maximum(0, Z)

def forward(parameters, X):
    A = X
    outputs = [A]
    L = len(parameters)
    for l in range(L):
        W, b = parameters[l]
        Z = np.dot(A, W) + b
        if l < L - 1:
            A = relu(Z)
        else:
            A = sigmoid(Z)
        outputs.append(A)
    return outputs
"""
FORWARD_RECURSIVE = """
def forward(parameters, x):
    weights, biases = parameters[0]
    scores = x @ weights + biases
    if len(parameters) == 1:
        return [x, (1 + np.tanh(scores / 2)) / 2]
    return [x] + forward(parameters[1:], scores * (scores > 0))
"""
BACKWARD_CLASSIC = """
def backward(parameters, outputs, Y):
    m = Y.shape[0]
    L = len(parameters)
    grads = {}
    dZ = outputs[L] - Y
    for l in reversed(range(L)):
        W, b = parameters[l]
        A_prev = outputs[l]
        grads["dW" + str(l + 1)] = np.dot(A_prev.T, dZ) / m
        grads["db" + str(l + 1)] = np.sum(dZ, axis=0) / m
        if l > 0:
            dA = np.dot(dZ, W.T)
            dZ = np.array(dA, copy=True)
            dZ[A_prev <= 0] = 0
    return [(grads["dW" + str(l)], grads["db" + str(l)]) for l in range(1, L + 1)]
"""
BACKWARD_CHAIN = """
def backward(parameters, outputs, labels):
    p = np.clip(outputs[-1], 1e-12, 1 - 1e-12)
    slopes = (-(labels / p) + (1 - labels) / (1 - p)) / labels.size
    found = []
    for number in range(len(parameters) - 1, -1, -1):
        a = outputs[number + 1]
        own = p * (1 - p) if number == len(parameters) - 1 else (a > 0) * 1.0
        errors = slopes * own
        found.append([np.einsum("nk,nj->kj", outputs[number], errors), np.ones(len(errors)) @ errors])
        slopes = errors @ parameters[number][0].T
    return tuple(found[::-1])
"""
PREDICT_LOOPED = """
def predict(parameters, x):
    answers = np.zeros((x.shape[0], 1))
    for i, probability in enumerate(forward(parameters, x)[-1][:, 0]):
        if probability >= 0.5:
            answers[i, 0] = 1
    return answers
"""
PREDICT_BOOLEAN = """
def predict(parameters, x):
    return ~(forward(parameters, x)[-1] < 0.5)
"""
TRAIN_IN_COPIES = """
import copy

def train(parameters, x, labels, rate, steps):
    parameters = copy.deepcopy(parameters)
    wrong = np.empty(steps, int)
    for step in range(steps):
        outputs = forward(parameters, x)
        wrong[step] = np.abs(predict(parameters, x) * 1 - labels).sum()
        grads = backward(parameters, outputs, labels)
        parameters = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(parameters, grads)]
    return parameters, wrong
"""
TRAIN_IN_PLACE = """
def train(parameters, x, labels, rate, steps):
    parameters = [[np.array(part, dtype=float) for part in pair] for pair in parameters]
    wrong = []
    while len(wrong) < steps:
        outputs = forward(parameters, x)
        wrong.append(int((predict(parameters, x) != labels).sum()))
        for pair, slopes in zip(parameters, backward(parameters, outputs, labels)):
            for part, slope in zip(pair, slopes):
                part -= rate * slope
    return [parameters, wrong]
"""
TRAIN_INLINE = """
def train(parameters, x, labels, rate, steps):
    pairs = [(weights.copy(), biases.copy()) for weights, biases in parameters]
    wrong = np.zeros(steps)
    for step in range(steps):
        outputs = [x]
        for weights, biases in pairs[:-1]:
            outputs.append(np.clip(outputs[-1] @ weights + biases, 0, None))
        scores = outputs[-1] @ pairs[-1][0] + pairs[-1][1]
        wrong[step] = np.abs((scores >= 0) - labels).sum()
        errors = (0.5 + 0.5 * np.tanh(scores / 2) - labels) / len(x)
        for (weights, biases), inputs in zip(pairs[::-1], outputs[::-1]):
            before = errors @ weights.T * (inputs > 0)
            weights -= rate * (inputs.T @ errors)
            biases -= rate * errors.sum(0)
            errors = before
    return pairs, wrong
"""
SHARE_COUNTED = """
def balanced_share(answers, labels):
    hits = [0, 0]
    counts = [0, 0]
    for answer, label in zip(answers.ravel(), labels.ravel()):
        counts[int(label)] += 1
        hits[int(label)] += answer == label
    return 0.5 * (hits[0] / counts[0] + hits[1] / counts[1])
"""
SHARE_BY_SUMS = """
def balanced_share(answers, labels):
    cats = np.sum(answers * labels) / np.sum(labels)
    rest = np.sum((1 - answers) * (1 - labels)) / np.sum(1 - labels)
    return np.array([cats, rest]).mean()
"""

PLAYED = """
network = initialise([768, 5, 1], seed=9)
x, pictures, parameters = prepare(pictures), None, train(network, x, box_labels, rate=0.1, steps=2)
"""


def play(attempt):
    """Add a cell at the end."""
    cell = copy.deepcopy(attempt.cell(SHARE))
    cell.id, cell.source = "played", PLAYED.strip()
    del cell.metadata["nbgrader"]
    attempt.notebook.cells.append(cell)


variants = [
    variant(
        "in the form of the published courses",
        replace(PREPARE, PREPARE_CLASSIC),
        replace(START, START_CLASSIC),
        replace(FORWARD, FORWARD_CLASSIC),
        replace(BACKWARD, BACKWARD_CLASSIC),
        replace(TRAIN, TRAIN_IN_COPIES),
    ),
    variant("loops over pictures and answers", replace(NEGATIVES, NEGATIVES_FILLED), replace(PREDICT, PREDICT_LOOPED)),
    variant("single precision, lists for pairs", replace(PREPARE, PREPARE_SINGLE), replace(START, START_LIST)),
    variant("recursion, and the sigmoid by tanh", replace(FORWARD, FORWARD_RECURSIVE)),
    variant("the chain rule spelled out", replace(BACKWARD, BACKWARD_CHAIN), replace(SHARE, SHARE_BY_SUMS)),
    variant("one function within another, and plays at the end", replace(TRAIN, TRAIN_INLINE), play),
    variant("steps in copies that are changed in place", replace(TRAIN, TRAIN_IN_PLACE), replace(SHARE, SHARE_COUNTED)),
    variant(
        "answers are booleans, bytes turned round",
        replace(NEGATIVES, NEGATIVES_STACKED),
        replace(PREDICT, PREDICT_BOOLEAN),
    ),
]

STEP = "(weights - rate * d_weights, biases - rate * d_biases)"
WRONG = "        wrong.append(np.sum((outputs[-1] >= 0.5) != (labels == 1)))\n"
ONCE = "        outputs = forward(parameters, x) if not wrong else outputs\n"
IN_PLACE = """
        for (weights, biases), (d_weights, d_biases) in zip(parameters, gradients):
            weights -= rate * d_weights
            biases -= rate * d_biases
        _ = [
"""
COUNTS = ["a_walk_with_sixty_rows", "the_counts_of_any_walk"]
NARROW = ["one_step_on_paper", "a_count_for_each_step", "a_walk_with_sixty_rows"]
OVERFLOWS = "np.exp(outputs[-1] @ weights + biases) / (1 + np.exp(outputs[-1] @ weights + biases))"
ANY_WALK = ["a_walk_with_sixty_rows", "where_any_walk_ends", "the_counts_of_any_walk"]
MORE = "        if wrong[-1] > min(wrong): "


def walk(title, fails, *edits):
    """A wrong answer that trains in another way."""
    return mutant(title, *(edit(TRAIN, *change) for change in edits), fails=fails)


mutants = [
    mutant(
        "each print beside its negative",
        edit(
            NEGATIVES,
            "np.concatenate([pictures, 255 - pictures])",
            "np.stack([pictures, 255 - pictures], axis=1).reshape(-1, *pictures.shape[1:])",
        ),
        fails=["prints_then_negatives", "any_box", "learned"],
    ),
    mutant(
        "each label twice in a row",
        edit(NEGATIVES, "np.concatenate([labels, labels])", "np.repeat(labels, 2, axis=0)"),
        fails=["each_label_twice", "any_box", "learned"],
    ),
    mutant(
        "minus instead of the negative",
        edit(NEGATIVES, "255 - pictures", "-pictures"),
        fails=["prints_then_negatives", "any_box"],
    ),
    mutant(
        "labels in a row",
        edit(NEGATIVES, "np.concatenate([labels, labels])", "np.concatenate([labels, labels]).ravel()"),
        fails=["each_label_twice", "any_box", "learned"],
    ),
    mutant(
        "columns for pictures",
        edit(PREPARE, "pictures.reshape(len(pictures), -1)", "pictures.reshape(-1, len(pictures)).T"),
        fails=["a_row_for_each_picture", "any_pictures", "learned"],
    ),
    mutant(
        "scales to what is there",
        edit(PREPARE, "/ 127.5 - 1", "/ pictures.max() * 2 - 1"),
        fails=["numbers_around_zero", "any_pictures"],
    ),
    mutant(
        "cuts fractions off", edit(PREPARE, "pictures.reshape", "pictures.astype(int).reshape"), fails=["any_pictures"]
    ),
    mutant(
        "all weights zero",
        edit(START, "draw.normal(0, np.sqrt(2 / inputs), (inputs, neurons))", "np.zeros((inputs, neurons))"),
        fails=["how_far_weights_scatter", "the_seed_decides", "layers_are_unlike", "learned"],
    ),
    mutant(
        "the same seed for each layer",
        edit(START, "draw.normal(", "np.random.default_rng(seed).normal("),
        fails="layers_are_unlike",
    ),
    mutant("a seed of its own", edit(START, "default_rng(seed)", "default_rng(1)"), fails="the_seed_decides"),
    mutant("no seed", edit(START, "default_rng(seed)", "default_rng()"), fails="the_seed_decides"),
    mutant(
        "biases at random",
        edit(START, "np.zeros(neurons)", "draw.normal(size=neurons)"),
        fails="how_far_weights_scatter",
    ),
    mutant(
        "weights the other way round",
        edit(START, "(inputs, neurons))", "(neurons, inputs))"),
        fails=["shapes_of_all_layers", "learned"],
    ),
    mutant(
        "forgets the ReLU",
        edit(FORWARD, "np.maximum(outputs[-1] @ weights + biases, 0)", "outputs[-1] @ weights + biases"),
        fails=["three_layers", "any_network", "learned"],
    ),
    mutant(
        "forgets the biases of the last layer",
        edit(FORWARD, "(outputs[-1] @ weights + biases)))", "(outputs[-1] @ weights)))"),
        fails=["three_layers", "any_network"],
    ),
    mutant(
        "forgets the biases in the middle",
        edit(FORWARD, "np.maximum(outputs[-1] @ weights + biases, 0)", "np.maximum(outputs[-1] @ weights, 0)"),
        fails=["three_layers", "any_network"],
    ),
    mutant(
        "the ReLU in the last layer",
        edit(
            FORWARD,
            "1 / (1 + np.exp(-(outputs[-1] @ weights + biases)))",
            "np.maximum(outputs[-1] @ weights + biases, 0)",
        ),
        fails=["forward", "learned"],
    ),
    mutant(
        "only the probabilities",
        edit(FORWARD, "return [*outputs, 1", "return [1"),
        fails=["forward", "learned"],
    ),
    mutant(
        "without x itself",
        edit(FORWARD, "return [*outputs, 1", "return [*outputs[1:], 1"),
        fails=["forward", "learned"],
    ),
    mutant(
        "the error the other way round",
        edit(BACKWARD, "outputs[-1] - labels", "labels - outputs[-1]"),
        fails=["backward", "learned"],
    ),
    mutant(
        "sums instead of means",
        edit(BACKWARD, " / len(labels)", ""),
        fails=["slopes_of_one_layer", "any_depth", "learned"],
    ),
    mutant(
        "lets errors through silent neurons",
        edit(BACKWARD, " * (inputs > 0)", ""),
        fails=["slopes_of_the_first_of_two", "any_depth", "learned"],
    ),
    mutant(
        "the last layer first",
        edit(
            BACKWARD,
            "gradients.insert(0, (inputs.T @ errors, errors.sum(axis=0)))",
            "gradients.append((inputs.T @ errors, errors.sum(axis=0)))",
        ),
        fails=["slopes_of_the_last_of_two", "slopes_of_the_first_of_two", "any_depth", "learned"],
    ),
    mutant(
        "the output of a layer for its input",
        edit(BACKWARD, "reversed(outputs[:-1])", "reversed(outputs[1:])"),
        fails=["backward", "learned"],
    ),
    mutant(
        "biases and weights swapped",
        edit(BACKWARD, "(inputs.T @ errors, errors.sum(axis=0))", "(errors.sum(axis=0), inputs.T @ errors)"),
        fails=["backward", "learned"],
    ),
    mutant("above 0.5 only", edit(PREDICT, ">= 0.5", "> 0.5"), fails="as_probable_as_not"),
    mutant(
        "answers in a row",
        edit(PREDICT, "[-1] >= 0.5)", "[-1][:, 0] >= 0.5)"),
        fails="predict",
    ),
    mutant(
        "uphill",
        edit(
            TRAIN,
            "weights - rate * d_weights, biases - rate * d_biases",
            "weights + rate * d_weights, biases + rate * d_biases",
        ),
        fails=["train", "learned"],
    ),
    mutant(
        "forgets the biases",
        edit(TRAIN, "biases - rate * d_biases", "biases"),
        fails=["one_step_on_paper", "learns_what_no_neuron_can", *ANY_WALK],
    ),
    mutant(
        "forgets the rate",
        edit(TRAIN, STEP, "(weights - d_weights, biases - d_biases)"),
        fails=["one_step_on_paper", "learns_what_no_neuron_can", *ANY_WALK],
        may_fail=["both_know_the_box", "four_layers_see_cats"],
    ),
    mutant(
        "one forward pass for all steps",
        edit(TRAIN, "        outputs = forward(parameters, x)\n", ONCE),
        fails=["learns_what_no_neuron_can", "a_count_for_each_step", *ANY_WALK, "learned"],
    ),
    mutant(
        "a single step",
        edit(TRAIN, "    return parameters, wrong", "        return parameters, wrong"),
        fails=["learns_what_no_neuron_can", "a_count_for_each_step", *ANY_WALK, "learned"],
    ),
    mutant("as many steps as in the notebook", edit(TRAIN, "range(steps)", "range(400)"), fails="train"),
    mutant(
        "counts the right ones",
        edit(TRAIN, "!= (labels == 1)", "== (labels == 1)"),
        fails=["one_step_on_paper", "learns_what_no_neuron_can", "a_count_for_each_step", *COUNTS],
    ),
    mutant(
        "shares instead of counts",
        edit(TRAIN, "np.sum(", "np.mean("),
        fails=["one_step_on_paper", "learns_what_no_neuron_can", "a_count_for_each_step", *COUNTS],
    ),
    mutant(
        "begins anew",
        edit(
            TRAIN,
            "    wrong = []\n",
            "    wrong = []\n    parameters = initialise([len(x[0]), *(len(biases) for _, biases in parameters)], 1)\n",
        ),
        fails="train",
    ),
    mutant(
        "changes what it was given",
        edit(TRAIN, "        parameters = [\n", IN_PLACE),
        fails="train",
    ),
    mutant(
        "returns where it began",
        edit(TRAIN, "        parameters = [\n", "        _ = [\n"),
        fails=["train", "learned"],
    ),
    walk("turns back where the count rises", [*ANY_WALK, "learned"], (WRONG, WRONG + MORE + "break\n")),
    walk("smaller steps where the count rises", [*ANY_WALK, "learned"], (WRONG, WRONG + MORE + "rate /= 2\n")),
    walk(
        "smaller steps after a while",
        [*ANY_WALK, "one_step_on_paper"],
        ("range(steps):\n", "range(steps):\n        rate *= 0.995\n"),
    ),
    walk("steps of a bounded rate", ANY_WALK, ("    wrong = []\n", "    wrong, rate = [], min(rate, 2.0)\n")),
    walk(
        "stops when it knows all",
        ["a_count_for_each_step", "learns_what_no_neuron_can", "where_any_walk_ends", "the_counts_of_any_walk"],
        (WRONG, WRONG + "        if not wrong[-1]: break\n"),
    ),
    walk(
        "stands still as soon as it knows all",
        ["where_any_walk_ends", "the_counts_of_any_walk"],
        (
            WRONG,
            WRONG + "        if not wrong[-1]:\n            wrong += [0] * (steps - len(wrong))\n            break\n",
        ),
    ),
    walk("at most 100 steps", [*ANY_WALK, "learned"], ("range(steps)", "range(min(steps, 100))")),
    walk("slopes of one at most", NARROW, ("rate * d_weights", "rate * np.clip(d_weights, -1, 1)")),
    walk("forgets a little in each step", ANY_WALK, ("weights - rate", "weights * 0.9999 - rate")),
    mutant(
        "weights from a uniform distribution",
        edit(START, "draw.normal(0, np.sqrt(2 / inputs), ", "draw.uniform(-np.sqrt(6 / inputs), np.sqrt(6 / inputs), "),
        fails="how_far_weights_scatter",
    ),
    mutant(
        "the deviation by the neurons of the layer",
        edit(START, "np.sqrt(2 / inputs)", "np.sqrt(2 / neurons)"),
        fails=["how_far_weights_scatter", "learned"],
    ),
    mutant(
        "a row of biases",
        edit(START, "np.zeros(neurons)", "np.zeros((1, neurons))"),
        fails="shapes_of_all_layers",
    ),
    mutant(
        "a sigmoid that overflows",
        edit(FORWARD, "1 / (1 + np.exp(-(outputs[-1] @ weights + biases)))", OVERFLOWS),
        fails=["one_layer", "any_network"],
    ),
    mutant(
        "the share of all",
        edit(SHARE, "(right[labels == 1].mean() + right[labels == 0].mean()) / 2", "right.mean()"),
        fails="balanced_share",
    ),
    mutant(
        "the cats alone",
        edit(SHARE, "(right[labels == 1].mean() + right[labels == 0].mean()) / 2", "right[labels == 1].mean()"),
        fails="balanced_share",
    ),
    mutant(
        "looks at the answers for the kinds",
        edit(
            SHARE,
            "(right[labels == 1].mean() + right[labels == 0].mean())",
            "(right[answers == 1].mean() + right[answers == 0].mean())",
        ),
        fails=["always_the_same", "any_share"],
    ),
]

ANY_NUMBER = "the text asks for 0 and 1, of any type"
harmless_mutations = [
    harmless("(astype dropped)", because=ANY_NUMBER),
    harmless("(cut to whole numbers)", because=ANY_NUMBER),
    harmless("write_prepare, line 11: 1 → 2", because="NumPy takes any negative size for the one to be found"),
    harmless("write_train, line 19: outputs[-1] >= 0.5", because="what is exactly 0.5 the text decides for `predict`"),
]

hidden_because = {
    "any_pictures": "pictures with fractions are rare, and the docstring says “numbers”",
    "where_any_walk_ends": "the text asks for so many steps, and a public criterion shows that they go on at 0",
    "the_counts_of_any_walk": "the text asks for so many steps, and a public criterion shows that they go on at 0",
}
