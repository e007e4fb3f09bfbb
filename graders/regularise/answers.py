"""Other right answers of the exercise on overfitting, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

PENALTY, SLOPES, DROPOUT = "write_l2_penalty", "write_l2_slopes", "write_dropout"
BACKWARD, FORWARD, ANSWERS = "write_dropout_backward", "write_forward", "write_answers"

PENALTY_CLASSIC = """
def l2_penalty(parameters, lambd, m):
    W1 = parameters[0][0]
    L2_regularization_cost = np.sum(np.square(W1))
    for l in range(1, len(parameters)):
        W = parameters[l][0]
        L2_regularization_cost += np.sum(np.square(W))
    return (1.0 / m) * (lambd / 2) * L2_regularization_cost
"""
PENALTY_NORM = """
def l2_penalty(parameters, strength, count):
    flat = np.concatenate([pair[0].ravel() for pair in parameters])
    return 0.5 * strength / count * np.linalg.norm(flat) ** 2
"""
PENALTY_LOOPED = """
def l2_penalty(parameters, strength, count):
    total = 0
    for layer in parameters:
        for row in layer[0]:
            for weight in row:
                total += float(weight) ** 2
    return strength * total / 2 / count
"""
SLOPES_CLASSIC = """
def l2_slopes(parameters, lambd, m):
    grads = []
    for l in range(len(parameters)):
        W, b = parameters[l]
        dW = (lambd / m) * W
        db = np.zeros_like(b)
        grads.append([dW, db])
    return tuple(grads)
"""
SLOPES_WEIGHTED = """
def l2_slopes(parameters, strength, count):
    return [tuple(price * part / count for price, part in zip((strength, 0), layer)) for layer in parameters]
"""
DROPOUT_CLASSIC = """
def dropout(A, keep_prob, training):
    if training == False:
        return A, None
    D = np.random.rand(*A.shape)
    D = (D < keep_prob).astype(int)
    A = A * D
    A = A / keep_prob
    return A, D
"""
DROPOUT_SCALED = """
def dropout(values, keep, training):
    mask = np.random.binomial(1, keep, values.shape) / keep if training else np.ones(values.shape)
    return [mask * values, mask]
"""
BACKWARD_SCALED = """
def dropout_backward(slopes, mask, keep):
    return np.multiply(slopes, mask)
"""
DROPOUT_SILENT = """
def dropout(values, keep, training):
    silent = np.random.uniform(size=values.shape) > keep
    if not training:
        silent[...] = False
        keep = 1
    left = np.array(values, float) / keep
    left[silent] = 0
    return left, silent
"""
BACKWARD_SILENT = """
def dropout_backward(slopes, mask, keep):
    return np.where(mask, 0.0, slopes / keep)
"""
DROPOUT_PLACES = """
generator = np.random.default_rng(7)

def dropout(values, keep, training):
    if not training:
        return values.copy(), ()
    places = np.nonzero(generator.random(values.shape) < keep)
    left = np.zeros(values.shape)
    left[places] = values[places] / keep
    return left, places
"""
BACKWARD_PLACES = """
def dropout_backward(slopes, mask, keep):
    back = np.zeros(slopes.shape)
    back[mask] = slopes[mask] / keep
    return back
"""
FORWARD_PLAIN = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(parameters, X, keep_prob, training):
    L = len(parameters)
    A, outputs, masks = X, [], []
    for l in range(L):
        W, b = parameters[l]
        Z = np.dot(A, W) + b
        if l == L - 1:
            A = sigmoid(Z)
        else:
            A, D = dropout(np.maximum(0, Z), keep_prob, training)
            masks += [D]
        outputs += [A]
    return outputs, masks
"""
FORWARD_RECURSIVE = """
def forward(parameters, x, keep, training):
    scores = x @ parameters[0][0] + parameters[0][1]
    if len(parameters) == 1:
        return [np.exp(-np.logaddexp(0, -scores))], []
    left, mask = dropout(scores * (scores > 0), keep, training)
    outputs, masks = forward(parameters[1:], left, keep, training)
    return (left, *outputs), (mask, *masks)
"""

variants = [
    variant(
        "in the form of the published courses",
        replace(PENALTY, PENALTY_CLASSIC),
        replace(SLOPES, SLOPES_CLASSIC),
        replace(DROPOUT, DROPOUT_CLASSIC),
    ),
    variant(
        "a forward pass without functions of its own, and letters written otherwise",
        replace(FORWARD, FORWARD_PLAIN),
        replace(ANSWERS, 'answers = dict(strict="A", silent=" c", both="B")'),
    ),
    variant(
        "a mask that is divided already",
        replace(PENALTY, PENALTY_NORM),
        replace(DROPOUT, DROPOUT_SCALED),
        replace(BACKWARD, BACKWARD_SCALED),
    ),
    variant(
        "a mask of those that are silent",
        replace(PENALTY, PENALTY_LOOPED),
        replace(DROPOUT, DROPOUT_SILENT),
        replace(BACKWARD, BACKWARD_SILENT),
    ),
    variant(
        "a mask of places, one generator for all calls",
        replace(DROPOUT, DROPOUT_PLACES),
        replace(BACKWARD, BACKWARD_PLACES),
    ),
    variant(
        "recursive, in tuples; keeps a number that equals `keep`",
        replace(FORWARD, FORWARD_RECURSIVE),
        replace(SLOPES, SLOPES_WEIGHTED),
        edit(
            DROPOUT,
            "np.random.default_rng().random(np.shape(values)) < keep",
            "np.random.random_sample(values.shape) <= keep",
        ),
        edit(BACKWARD, "slopes * mask / keep", "(mask / keep) * slopes"),
    ),
]

WEIGHTS = "strength / count * weights"
GAPS = "dropout(np.maximum(x @ weights + biases, 0), keep, training)"
DRAWN = "np.random.default_rng().random(np.shape(values))"
LEARNED_WITH_GAPS = ["dropout_on_points_put_aside", "dropout_on_unseen_points"]
mutants = [
    mutant(
        "forgets the half",
        edit(PENALTY, "return strength / (2 * count)", "return strength / count"),
        fails=["a_penalty_on_paper", "any_penalty"],
    ),
    mutant(
        "charges for biases, too",
        edit(PENALTY, "weights**2", "weights**2) + np.sum(_**2"),
        fails=["biases_cost_nothing", "any_penalty"],
    ),
    mutant(
        "the last layer alone",
        edit(PENALTY, "in parameters)", "in parameters[-1:])"),
        fails=["a_penalty_on_paper", "any_penalty"],
    ),
    mutant("a slope twice as steep", edit(SLOPES, WEIGHTS, "2 * " + WEIGHTS), fails=["slopes_on_paper", "any_slopes"]),
    mutant(
        "forgets the number of points",
        edit(SLOPES, " / count", ""),
        fails=["slopes_on_paper", "any_slopes", "l2_on_points_put_aside", "l2_on_unseen_points"],
    ),
    mutant(
        "slopes for biases, too",
        edit(SLOPES, "np.zeros(np.shape(biases))", "strength / count * biases"),
        fails=["biases_have_no_slope", "any_slopes"],
    ),
    mutant(
        "one zero for all biases",
        edit(SLOPES, "np.zeros(np.shape(biases))", "0.0"),
        fails=["biases_have_no_slope", "any_slopes"],
    ),
    mutant(
        "no price at all",
        edit(SLOPES, WEIGHTS, "0 * weights"),
        fails=["slopes_on_paper", "any_slopes", "l2_on_points_put_aside", "l2_on_unseen_points"],
    ),
    mutant("forgets to divide", edit(DROPOUT, " / keep", ""), fails=["dropped_or_divided", "the_mean_stays"]),
    mutant(
        "keep for the share that is dropped",
        edit(DROPOUT, "< keep", "> keep"),
        fails=["as_many_as_asked_for", "the_mean_stays", "slopes_where_kept"],
    ),
    mutant(
        "drops when it is asked",
        edit(DROPOUT, "    if not training:\n        return values, None\n", ""),
        fails="off_when_asked",
    ),
    mutant(
        "a fixed seed",
        edit(DROPOUT, "default_rng()", "default_rng(1)"),
        fails="anew_at_each_call",
        may_fail=LEARNED_WITH_GAPS,
    ),
    mutant(
        "a number of them that is certain",
        edit(
            DROPOUT, DRAWN + " < keep", "np.random.permutation(values.size).reshape(values.shape) < keep * values.size"
        ),
        fails="anew_at_each_call",
    ),
    mutant(
        "whole columns",
        edit(DROPOUT, DRAWN, "np.random.default_rng().random(np.shape(values)[-1])"),
        fails=["each_number_on_its_own", "as_many_as_asked_for", "the_mean_stays"],
    ),
    mutant(
        "drops in place",
        edit(DROPOUT, "    return values * mask / keep, mask", "    values *= mask\n    return values / keep, mask"),
        fails="the_mean_stays",
    ),
    mutant(
        "a mask of what is above 0",
        edit(DROPOUT, "return values * mask / keep, mask", "return values * mask / keep, values * mask > 0"),
        fails=["no_slope_where_dropped", "slopes_where_kept", "any_way_back"],
    ),
    mutant(
        "a mask of what is not 0",
        edit(DROPOUT, "return values * mask / keep, mask", "return values * mask / keep, values * mask != 0"),
        fails="slopes_where_kept",
    ),
    mutant(
        "a mask that is thrown away",
        edit(DROPOUT, "keep, mask", "keep, np.ones(values.shape)"),
        fails=["no_slope_where_dropped", "slopes_where_kept", "any_way_back"],
    ),
    mutant(
        "goes back through a new mask",
        edit(BACKWARD, "mask / keep", "(np.random.random(slopes.shape) < keep) / keep"),
        fails=["no_slope_where_dropped", "any_way_back"],
    ),
    mutant(
        "forgets to divide on the way back", edit(BACKWARD, " / keep", ""), fails=["slopes_where_kept", "any_way_back"]
    ),
    mutant(
        "goes back in place",
        edit(BACKWARD, "return slopes * mask / keep", "slopes *= mask\n    return slopes / keep"),
        fails="any_way_back",
    ),
    mutant(
        "no dropout at all",
        edit(FORWARD, "x, mask = " + GAPS, "x, mask = np.maximum(x @ weights + biases, 0), 1"),
        fails=[
            "gaps_behind_each_hidden_layer",
            "any_network",
            "dropout_on_points_put_aside",
            "dropout_on_unseen_points",
        ],
    ),
    mutant(
        "drops the inputs, too",
        edit(
            FORWARD,
            "    outputs, masks = [], []\n",
            "    outputs, masks = [], []\n    x = dropout(x, keep, training)[0]\n",
        ),
        fails=[
            "gaps_behind_each_hidden_layer",
            "masks_belong_to_their_layers",
            "any_network",
        ],
        may_fail=LEARNED_WITH_GAPS,
    ),
    mutant(
        "divides the answer, too",
        edit(
            FORWARD,
            "outputs.append(1 / (1 + np.exp(-(x @ weights + biases))))",
            "outputs.append(1 / (1 + np.exp(-(x @ weights + biases))) / (keep if training else 1))",
        ),
        fails=["no_gaps_at_the_end", "any_network"],
        may_fail=LEARNED_WITH_GAPS,
    ),
    mutant(
        "hands on what has no gaps",
        edit(
            FORWARD,
            "x, mask = " + GAPS,
            "x = np.maximum(x @ weights + biases, 0)\n        left, mask = dropout(x, keep, training)",
        ),
        edit(FORWARD, "        outputs.append(x)", "        outputs.append(left)"),
        fails=["gaps_behind_each_hidden_layer", "no_gaps_at_the_end", "masks_belong_to_their_layers", "any_network"],
        may_fail=LEARNED_WITH_GAPS,
    ),
    mutant(
        "tanh instead of ReLU",
        edit(FORWARD, "np.maximum(x @ weights + biases, 0)", "np.tanh(x @ weights + biases)"),
        fails=[
            "asked_without_gaps",
            "gaps_behind_each_hidden_layer",
            "any_network",
            "dropout_on_points_put_aside",
            "dropout_on_unseen_points",
        ],
    ),
    mutant(
        "always learns",
        edit(FORWARD, "0), keep, training)", "0), keep, True)"),
        fails=["asked_without_gaps", "any_network"],
    ),
    mutant(
        "the masks from the end",
        edit(FORWARD, "return outputs, masks", "return outputs, masks[::-1]"),
        fails=["masks_belong_to_their_layers", "dropout_on_points_put_aside", "dropout_on_unseen_points"],
    ),
    mutant(
        "half as large later, more L2 where nothing is learned, learns by heart with too much of L2",
        edit(ANSWERS, '"silent": "c"', '"silent": "a"'),
        edit(ANSWERS, '"both": "b"', '"both": "a"'),
        edit(ANSWERS, '"strict": "a"', '"strict": "b"'),
        fails=["what_the_division_is_for", "what_to_try_first", "what_too_much_does"],
    ),
    mutant(
        "as large later, more dropout where nothing is learned, a perfect diagonal",
        edit(ANSWERS, '"silent": "c"', '"silent": "b"'),
        edit(ANSWERS, '"both": "b"', '"both": "c"'),
        edit(ANSWERS, '"strict": "a"', '"strict": "c"'),
        fails=["what_the_division_is_for", "what_to_try_first", "what_too_much_does"],
    ),
    mutant(
        "leaves the strictest out",
        edit(ANSWERS, ', "strict": "a"', ""),
        fails=["every_question_has_an_answer", "what_too_much_does"],
    ),
]

hidden_because = {
    "the_mean_stays": "the stub says that the values stay as they are",
    "any_way_back": "the stub says that the slopes stay as they are",
    "what_the_division_is_for": "a public criterion would hold the key",
    "what_to_try_first": "a public criterion would hold the key",
    "what_too_much_does": "a public criterion would hold the key",
}
harmless_mutations = [
    harmless("< keep → ", because="a random number from 0 to 1 is never exactly `keep`, or hardly ever"),
]
