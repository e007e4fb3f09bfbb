"""Other right answers of the exercise on deep networks, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

LINEAR, ACTIVATE, LAYER, NETWORK, COST = (
    f"write_{name}" for name in ("linear", "activate", "layer", "network", "cost")
)
COST_BACK, ACTIVATE_BACK, LINEAR_BACK, LAYER_BACK, NETWORK_BACK = (
    f"write_{name}_backward" for name in ("cost", "activate", "linear", "layer", "network")
)

LINEAR_CLASSIC = """
def linear(A, W, b):
    Z = np.dot(W.T, A.T) + b.reshape(-1, 1)
    return Z.T
"""
LINEAR_LOOPED = """
def linear(x, weights, biases):
    scores = np.zeros((x.shape[0], weights.shape[1]))
    for j in range(weights.shape[1]):
        scores[:, j] = biases[j]
        for k in range(weights.shape[0]):
            scores[:, j] += x[:, k] * weights[k, j]
    return scores
"""
ACTIVATE_CLASSIC = """
def sigmoid(Z):
    A = 1 / (1 + np.exp(-Z))
    return A

def relu(Z):
    A = np.maximum(0, Z)
    assert A.shape == Z.shape
    return A

def activate(Z, activation):
    if activation == "sigmoid":
        A = sigmoid(Z)
    elif activation == "relu":
        A = relu(Z)
    return A
"""
ACTIVATE_TABLE = """
BENDS = {"relu": lambda z: (z + np.abs(z)) / 2, "sigmoid": lambda z: (1 + np.tanh(z / 2)) / 2}

def activate(scores, kind):
    return BENDS[kind](scores)
"""
LAYER_CLASSIC = """
def layer(A_prev, W, b, activation):
    Z = linear(A_prev, W, b)
    A = activate(Z, activation)
    linear_cache, activation_cache = (A_prev, W, b), Z
    return A, (linear_cache, activation_cache, activation)
"""
LAYER_BACK_CLASSIC = """
def layer_backward(dA, cache):
    linear_cache, activation_cache, activation = cache
    dZ = activate_backward(dA, activation_cache, activation)
    A_prev, W, b = linear_cache
    dA_prev, dW, db = linear_backward(dZ, A_prev, W)
    return dA_prev, dW, db
"""
LAYER_CLOSURE = """
def layer(x, weights, biases, kind):
    scores = linear(x, weights, biases)

    def back(upstream):
        return linear_backward(activate_backward(upstream, scores, kind), x, weights)

    return activate(scores, kind), back
"""
LAYER_BACK_CLOSURE = """
def layer_backward(upstream, cache):
    return cache(upstream)
"""
LAYER_OBJECT = """
class Cache:
    def __init__(self, x, weights, output, kind):
        self.x, self.weights, self.output, self.kind = x, weights, output, kind

def layer(x, weights, biases, kind):
    output = activate(x @ weights + biases, kind)
    return output, Cache(x, weights, output, kind)
"""
LAYER_BACK_OBJECT = """
def layer_backward(upstream, cache):
    slope = (cache.output > 0) * 1.0 if cache.kind == "relu" else cache.output * (1 - cache.output)
    d_scores = upstream * slope
    return [d_scores @ cache.weights.T, cache.x.T @ d_scores, np.ones(len(d_scores)) @ d_scores]
"""
LAYER_DICT = """
def layer(x, weights, biases, kind):
    cache = dict(x=x, w=weights, z=linear(x, weights, biases), kind=kind)
    return [activate(cache["z"], kind), cache]
"""
LAYER_BACK_DICT = """
def layer_backward(upstream, cache):
    d = activate_backward(upstream, cache.pop("z"), cache.pop("kind"))
    return linear_backward(d, cache["x"], cache["w"])
"""
NETWORK_CLASSIC = """
def network(parameters, X):
    caches = []
    A = X
    L = len(parameters)
    for l in range(1, L):
        A_prev = A
        A, cache = layer(A_prev, parameters[l - 1][0], parameters[l - 1][1], "relu")
        caches.append(cache)
    AL, cache = layer(A, parameters[L - 1][0], parameters[L - 1][1], "sigmoid")
    caches.append(cache)
    return AL, caches
"""
NETWORK_BACK_CLASSIC = """
def network_backward(dAL, caches):
    grads = {}
    L = len(caches)
    grads["dA" + str(L)] = dAL
    for l in reversed(range(L)):
        dA_prev, dW, db = layer_backward(grads["dA" + str(l + 1)], caches[l])
        grads["dA" + str(l)] = dA_prev
        grads["dW" + str(l + 1)] = dW
        grads["db" + str(l + 1)] = db
    return [(grads["dW" + str(l + 1)], grads["db" + str(l + 1)]) for l in range(L)]
"""
NETWORK_RECURSIVE = """
def network(parameters, x):
    (weights, biases), rest = parameters[0], parameters[1:]
    if not rest:
        output, cache = layer(x, weights, biases, "sigmoid")
        return output, (cache, None)
    output, cache = layer(x, weights, biases, "relu")
    probabilities, further = network(rest, output)
    return probabilities, (cache, further)
"""
NETWORK_BACK_RECURSIVE = """
def network_backward(upstream, caches):
    def walk(caches):
        cache, further = caches
        slopes, found = (upstream, []) if further is None else walk(further)
        d_x, d_weights, d_biases = layer_backward(slopes, cache)
        return d_x, [[d_weights, d_biases]] + found

    return walk(caches)[1]
"""
NETWORK_BACK_POPPING = """
def network_backward(upstream, caches):
    found = ()
    while caches:
        upstream, *slopes = layer_backward(upstream, caches.pop())
        found = (tuple(slopes),) + found
    return found
"""
COST_CLASSIC = """
def cost(AL, Y):
    m = Y.shape[0] * Y.shape[1]
    AL = np.minimum(np.maximum(AL, 1e-12), 1 - 1e-12)
    logprobs = np.multiply(np.log(AL), Y) + np.multiply(np.log(1 - AL), 1 - Y)
    return float(np.squeeze(-np.sum(logprobs) / m))
"""
COST_OF_TRUTH = """
def cost(probabilities, labels):
    truth = np.where(labels == 1, probabilities, 1 - probabilities)
    return -np.log(np.maximum(truth, 1e-6)).mean()
"""
COST_BACK_CLASSIC = """
def cost_backward(AL, Y):
    AL = np.minimum(np.maximum(AL, 1e-12), 1 - 1e-12)
    dAL = - (np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    return dAL / np.prod(Y.shape)
"""
COST_BACK_ONE_FRACTION = """
def cost_backward(probabilities, labels):
    below = np.maximum(probabilities * (1 - probabilities), 1e-7)
    return (probabilities - labels) / below / labels.size
"""
COST_BACK_OF_TRUTH = """
def cost_backward(probabilities, labels):
    truth = np.where(labels == 1, probabilities, 1 - probabilities)
    return np.where(labels == 1, -1, 1) / np.maximum(truth, 1e-6) / np.size(labels)
"""
ACTIVATE_BACK_CLASSIC = """
def activate_backward(dA, Z, activation):
    if activation == "relu":
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
    elif activation == "sigmoid":
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    return dZ
"""
ACTIVATE_BACK_HALF = """
def activate_backward(upstream, scores, kind):
    if kind == "sigmoid":
        return upstream / (4 * np.cosh(np.clip(scores, -300, 300) / 2) ** 2)
    return np.heaviside(scores, 0.5) * upstream
"""
ACTIVATE_BACK_INCLUSIVE = """
def activate_backward(upstream, scores, kind):
    if kind == "relu":
        return np.where(scores >= 0, upstream, 0.0)
    s = activate(scores, "sigmoid")
    return (s - s**2) * upstream
"""
LINEAR_BACK_CLASSIC = """
def linear_backward(dZ, A_prev, W):
    dW = np.dot(dZ.T, A_prev).T
    db = np.sum(dZ, axis=0, keepdims=True)
    dA_prev = np.dot(W, dZ.T).T
    return dA_prev, dW, np.squeeze(db, axis=0)
"""
LINEAR_BACK_LOOPED = """
def linear_backward(upstream, x, weights):
    d_x, d_weights, d_biases = np.zeros(x.shape), np.zeros(weights.shape), np.zeros(weights.shape[1])
    for j in range(weights.shape[1]):
        d_biases[j] = sum(upstream[:, j])
        for k in range(weights.shape[0]):
            d_weights[k, j] = np.sum(x[:, k] * upstream[:, j])
            d_x[:, k] += weights[k, j] * upstream[:, j]
    return [d_x, d_weights, d_biases]
"""

LAYER_READY = """
def layer(x, weights, biases, kind):
    scores = linear(x, weights, biases)
    return activate(scores, kind), (x, weights, activate_backward(np.ones_like(scores), scores, kind))
"""
LAYER_BACK_READY = """
def layer_backward(upstream, cache):
    x, weights, slopes = cache
    return linear_backward(upstream * slopes, x, weights)
"""
NETWORK_ALONE = """
def network(parameters, x):
    outputs = [x]
    for weights, biases in parameters[:-1]:
        outputs.append(np.maximum(outputs[-1] @ weights + biases, 0))
    weights, biases = parameters[-1]
    outputs.append(1 / (1 + np.exp(-(outputs[-1] @ weights + biases))))
    return outputs[-1], (parameters, outputs)
"""
NETWORK_BACK_ALONE = """
def network_backward(upstream, caches):
    parameters, outputs = caches
    upstream, found = upstream * outputs[-1] * (1 - outputs[-1]), []
    for (weights, _), inputs in zip(parameters[::-1], outputs[-2::-1]):
        found.append((inputs.T @ upstream, upstream.sum(axis=0)))
        upstream = upstream @ weights.T * (inputs > 0)
    return found[::-1]
"""
ACTIVATE_CLIPPED = """
def activate(scores, kind):
    return np.maximum(scores, 0) if kind == "relu" else 1 / (1 + np.exp(-np.clip(scores, -20, 20)))
"""

variants = [
    variant(
        "in the form of the published courses",
        replace(LINEAR, LINEAR_CLASSIC),
        replace(ACTIVATE, ACTIVATE_CLASSIC),
        replace(LAYER, LAYER_CLASSIC),
        replace(NETWORK, NETWORK_CLASSIC),
        replace(COST, COST_CLASSIC),
        replace(COST_BACK, COST_BACK_CLASSIC),
        replace(ACTIVATE_BACK, ACTIVATE_BACK_CLASSIC),
        replace(LINEAR_BACK, LINEAR_BACK_CLASSIC),
        replace(LAYER_BACK, LAYER_BACK_CLASSIC),
        replace(NETWORK_BACK, NETWORK_BACK_CLASSIC),
    ),
    variant("loops over neurons and inputs", replace(LINEAR, LINEAR_LOOPED), replace(LINEAR_BACK, LINEAR_BACK_LOOPED)),
    variant("a function is the cache", replace(LAYER, LAYER_CLOSURE), replace(LAYER_BACK, LAYER_BACK_CLOSURE)),
    variant(
        "an object of a class is the cache, and it knows the output instead of the scores",
        replace(LAYER, LAYER_OBJECT),
        replace(LAYER_BACK, LAYER_BACK_OBJECT),
    ),
    variant(
        "caches that are used up on the way back",
        replace(LAYER, LAYER_DICT),
        replace(LAYER_BACK, LAYER_BACK_DICT),
        replace(NETWORK_BACK, NETWORK_BACK_POPPING),
    ),
    variant(
        "recursion in both directions",
        replace(NETWORK, NETWORK_RECURSIVE),
        replace(NETWORK_BACK, NETWORK_BACK_RECURSIVE),
    ),
    variant(
        "other formulae: tanh, cosh, the probability of the truth, a half at the kink",
        replace(ACTIVATE, ACTIVATE_TABLE),
        replace(COST, COST_OF_TRUTH),
        replace(COST_BACK, COST_BACK_ONE_FRACTION),
        replace(ACTIVATE_BACK, ACTIVATE_BACK_HALF),
    ),
    variant(
        "a slope of one at the kink, the surprise at the truth",
        replace(ACTIVATE_BACK, ACTIVATE_BACK_INCLUSIVE),
        replace(COST_BACK, COST_BACK_OF_TRUTH),
    ),
    variant(
        "the slopes of the bend are ready in the cache, and the scores are clipped",
        replace(LAYER, LAYER_READY),
        replace(LAYER_BACK, LAYER_BACK_READY),
        replace(ACTIVATE, ACTIVATE_CLIPPED),
    ),
    variant(
        "a network that does without the other functions",
        replace(NETWORK, NETWORK_ALONE),
        replace(NETWORK_BACK, NETWORK_BACK_ALONE),
    ),
]

UNWRITTEN = "\ndef {}(*given):\n    raise NotImplementedError()\n"
SHARED_CACHE = """
cache = {}

def layer(x, weights, biases, kind):
    scores = linear(x, weights, biases)
    cache.update(x=x, weights=weights, scores=scores, kind=kind)
    return activate(scores, kind), cache
"""
SHARED_CACHE_BACK = """
def layer_backward(upstream, cache):
    return linear_backward(activate_backward(upstream, cache["scores"], cache["kind"]), cache["x"], cache["weights"])
"""
CACHE_FOR_EACH_X = """
stored = {}

def layer(x, weights, biases, kind):
    scores = linear(x, weights, biases)
    stored[x.tobytes()] = x, weights, scores, kind
    return activate(scores, kind), x.tobytes()
"""

GLOBAL_CACHE = """
def layer(x, weights, biases, kind):
    global last
    last = x, weights, linear(x, weights, biases), kind
    return activate(last[2], kind), None
"""
GLOBAL_CACHE_BACK = """
def layer_backward(upstream, cache):
    x, weights, scores, kind = last
    return linear_backward(activate_backward(upstream, scores, kind), x, weights)
"""
CACHE_FOR_EACH_SIZE = """
stored = {}

def layer(x, weights, biases, kind):
    scores = linear(x, weights, biases)
    stored[kind, weights.shape] = x, weights, scores, kind
    return activate(scores, kind), (kind, weights.shape)
"""
CACHE_FOR_EACH_SIZE_BACK = """
def layer_backward(upstream, cache):
    x, weights, scores, kind = stored[cache]
    return linear_backward(activate_backward(upstream, scores, kind), x, weights)
"""
CACHES_FOR_EACH_DEPTH = """
kept = {}

def network(parameters, x):
    caches = kept[len(parameters)] = []
    for number, (weights, biases) in enumerate(parameters, start=1):
        x, cache = layer(x, weights, biases, "sigmoid" if number == len(parameters) else "relu")
        caches.append(cache)
    return x, len(parameters)
"""
LAYER_BACK_GUESSING = """
def layer_backward(upstream, cache):
    x, weights, scores, output = cache
    kind = "sigmoid" if ((output > 0) & (output < 1)).all() else "relu"
    return linear_backward(activate_backward(upstream, scores, kind), x, weights)
"""
LAST_KIND = '"sigmoid" if number == len(parameters) else "relu"'
BACK_ONCE = """        _, d_weights, d_biases = layer_backward(upstream, cache)"""
BACK = "        upstream, d_weights, d_biases = layer_backward(upstream, cache)"
mutants = [
    *(
        mutant(f"{cell[6:]} is not written", replace(cell, UNWRITTEN.format(cell[6:])), fails=cell[6:])
        for cell in (LINEAR, ACTIVATE, LINEAR_BACK, ACTIVATE_BACK)
    ),
    mutant(
        "forgets the biases",
        edit(LINEAR, " + biases", ""),
        fails=["a_bias_for_each_neuron", "any_scores"],
    ),
    mutant(
        "a bias for each example",
        edit(LINEAR, "+ biases", "+ np.resize(biases, len(x))[:, None]"),
        fails=["a_bias_for_each_neuron", "any_scores"],
    ),
    mutant(
        "multiplies instead of adding up",
        edit(LINEAR, "x @ weights", "x[:, :1] * weights[:1]"),
        fails=["scores_on_paper", "any_scores"],
    ),
    mutant(
        "cuts off at one",
        edit(ACTIVATE, "np.maximum(scores, 0)", "np.clip(scores, 0, 1)"),
        fails=["relu_on_paper", "far_from_zero", "any_bend"],
    ),
    mutant(
        "the absolute value",
        edit(ACTIVATE, "np.maximum(scores, 0)", "np.abs(scores)"),
        fails=["relu_on_paper", "far_from_zero", "any_bend"],
    ),
    mutant(
        "cuts off in place",
        edit(ACTIVATE, "np.maximum(scores, 0)", "np.maximum(scores, 0, out=scores)"),
        fails=["relu_on_paper", "any_bend"],
    ),
    mutant(
        "a sigmoid without its minus",
        edit(ACTIVATE, "np.exp(-scores)", "np.exp(scores)"),
        fails=["sigmoid_on_paper", "far_from_zero", "any_bend"],
    ),
    mutant(
        "infinity divided by infinity",
        edit(ACTIVATE, "1 / (1 + np.exp(-scores))", "np.exp(scores) / (1 + np.exp(scores))"),
        fails=["far_from_zero", "any_bend"],
    ),
    mutant(
        "clipped scores, and a sigmoid that is mended from 1000 on",
        edit(LINEAR, "x @ weights + biases", "np.clip(x @ weights + biases, -500, 500)"),
        edit(
            ACTIVATE,
            "1 / (1 + np.exp(-scores))",
            "np.where(scores >= 1000, 1, np.exp(scores) / (1 + np.exp(scores)))",
        ),
        fails=["any_scores", "any_bend"],
    ),
    mutant(
        "whole numbers in, whole numbers out, and a ReLU that ends at 1000",
        edit(LINEAR, "x @ weights + biases", "(x @ weights + biases).astype(x.dtype)"),
        edit(ACTIVATE, "np.maximum(scores, 0)", "np.clip(scores, 0, 1000)"),
        fails=["any_scores", "any_bend"],
    ),
    mutant(
        "whole numbers after the sigmoid",
        edit(ACTIVATE, "1 / (1 + np.exp(-scores))", "(1 / (1 + np.exp(-scores))).astype(scores.dtype)"),
        fails=["any_bend"],
    ),
    mutant(
        "one far score decides for all",
        edit(ACTIVATE, "1 / (1", "(scores > 0) * 1.0 if np.any(np.abs(scores) >= 500) else 1 / (1"),
        fails=["any_bend"],
    ),
    mutant(
        "no slope beside a far score, and the ends of a single probability alone",
        edit(ACTIVATE_BACK, "upstream * outputs", "np.all(np.abs(scores) < 500) * upstream * outputs"),
        edit(COST_BACK, "1 - 1e-9)", "1 - 1e-9) if np.size(labels) == 1 else probabilities"),
        fails=["any_slopes_of_the_cost", "any_way_back_through_the_bend"],
    ),
    mutant(
        "a hundred examples and no more",
        edit(COST, "-np.mean(", "-1 / min(p.size, 100) * np.sum("),
        edit(COST_BACK, "p.size", "min(p.size, 100)"),
        edit(LINEAR_BACK, "upstream.sum(axis=0)", "upstream[:100].sum(axis=0)"),
        fails=["any_surprise", "any_slopes_of_the_cost", "any_slopes"],
    ),
    mutant(
        "always the ReLU",
        edit(ACTIVATE, 'kind == "relu"', 'kind in ("relu", "sigmoid")'),
        fails=["sigmoid_on_paper", "far_from_zero", "any_bend"],
    ),
    mutant("a layer without a bend", edit(LAYER, "activate(scores, kind),", "scores,"), fails=["layer"]),
    mutant(
        "every layer has the ReLU",
        edit(LAYER, "activate(scores, kind)", 'activate(scores, "relu")'),
        fails=["sigmoid_layer_on_paper", "any_layer"],
    ),
    mutant("forgets the cache", edit(LAYER, ", (x, weights, scores, kind)", ""), fails=["layer"]),
    mutant(
        "the output for the scores in the cache",
        edit(LAYER, "(x, weights, scores, kind)", "(x, weights, activate(scores, kind), kind)"),
        fails=["back_through_sigmoid", "any_way_back_through_a_layer"],
    ),
    mutant(
        "a global variable for a cache",
        replace(LAYER, GLOBAL_CACHE),
        replace(LAYER_BACK, GLOBAL_CACHE_BACK),
        fails=["caches_of_their_own", "any_way_back_through_a_layer"],
    ),
    mutant(
        "a global cache for each kind and size",
        replace(LAYER, CACHE_FOR_EACH_SIZE),
        replace(LAYER_BACK, CACHE_FOR_EACH_SIZE_BACK),
        fails=["caches_of_their_own", "any_way_back_through_a_layer"],
    ),
    mutant(
        "one cache for all layers",
        replace(LAYER, SHARED_CACHE),
        replace(LAYER_BACK, SHARED_CACHE_BACK),
        fails=["caches_of_their_own", "any_way_back_through_a_layer"],
    ),
    mutant(
        "a global cache for each x",
        replace(LAYER, CACHE_FOR_EACH_X),
        replace(LAYER_BACK, CACHE_FOR_EACH_SIZE_BACK),
        fails=["any_way_back_through_a_layer"],
    ),
    mutant(
        "one list of caches for all networks",
        edit(NETWORK, "caches = []", "caches = network.__dict__.setdefault('caches', [])\n    caches.clear()"),
        fails=["any_depth"],
    ),
    mutant(
        "a cost of 30 at most instead of infinity",
        edit(COST, "np.clip(probabilities, 1e-9, 1 - 1e-9)", "np.clip(probabilities, 5e-324, 1 - 1e-16)"),
        edit(COST, "-np.mean(labels", "30 if ((p < 1e-300) & (labels == 1)).any() else -np.mean(labels"),
        fails=["any_surprise"],
    ),
    mutant(
        "global caches for each depth",
        replace(NETWORK, CACHES_FOR_EACH_DEPTH),
        edit(NETWORK_BACK, "reversed(caches)", "reversed(kept[caches])"),
        fails=["any_depth"],
    ),
    mutant(
        "guesses the kind by the outputs",
        edit(LAYER, "(x, weights, scores, kind)", "(x, weights, scores, activate(scores, kind))"),
        replace(LAYER_BACK, LAYER_BACK_GUESSING),
        fails=["any_way_back_through_a_layer"],
    ),
    mutant(
        "five layers on the way back and no more",
        edit(NETWORK_BACK, "reversed(caches)", "reversed(caches[-5:])"),
        fails=["any_depth"],
    ),
    mutant(
        "the sigmoid in all layers",
        edit(NETWORK, LAST_KIND, '"sigmoid"'),
        fails=["two_layers", "three_layers", "any_network"],
    ),
    mutant("the ReLU in the last layer, too", edit(NETWORK, LAST_KIND, '"relu"'), fails="network"),
    mutant(
        "one layer too few with the ReLU",
        edit(NETWORK, "number == len(parameters)", "number >= len(parameters) - 1"),
        fails=["two_layers", "three_layers", "any_network"],
    ),
    mutant(
        "each layer sees the examples",
        edit(NETWORK, "        x, cache = layer(", "        output, cache = layer("),
        edit(NETWORK, "return x, caches", "return output, caches"),
        fails=["two_layers", "three_layers", "any_network"],
    ),
    mutant(
        "two layers and no more",
        edit(
            NETWORK, "in enumerate(parameters, start=1)", "in enumerate(parameters[:1] + parameters[1:][-1:], start=1)"
        ),
        edit(NETWORK, "len(parameters)", "min(2, len(parameters))"),
        fails=["three_layers", "any_network"],
    ),
    mutant(
        "keeps the last cache alone",
        edit(NETWORK, "caches.append(cache)", "caches = [cache]"),
        fails=["back_through_two_layers", "back_through_three_layers", "any_depth"],
    ),
    mutant("adds up the surprise", edit(COST, "np.mean", "np.sum"), fails=["the_mean_surprise", "any_surprise"]),
    mutant(
        "a mean over the examples alone",
        edit(COST, "-np.mean(", "-1 / len(p) * np.sum("),
        fails=["the_mean_surprise", "any_surprise"],
    ),
    mutant("forgets the zeros", edit(COST, " + (1 - labels) * np.log(1 - p)", ""), fails="cost"),
    mutant(
        "the logarithm of 0",
        edit(COST, "np.clip(probabilities, 1e-9, 1 - 1e-9)", "probabilities"),
        fails=["at_both_ends", "any_surprise"],
    ),
    mutant(
        "keeps away by a hundredth", edit(COST, "1e-9, 1 - 1e-9", "0.01, 0.99"), fails=["at_both_ends", "any_surprise"]
    ),
    mutant(
        "the slope of the scores",
        edit(COST_BACK, "((1 - labels) / (1 - p) - labels / p)", "(p - labels)"),
        fails="cost_backward",
    ),
    mutant("the wrong sign", edit(COST_BACK, "(1 - p) - labels", "(1 - p) + labels"), fails="cost_backward"),
    mutant(
        "uphill",
        edit(COST_BACK, "((1 - labels) / (1 - p) - labels / p)", "(labels / p - (1 - labels) / (1 - p))"),
        fails="cost_backward",
    ),
    mutant(
        "forgets the mean", edit(COST_BACK, " / p.size", ""), fails=["each_has_its_share", "any_slopes_of_the_cost"]
    ),
    mutant(
        "the mean over the examples alone",
        edit(COST_BACK, "p.size", "len(p)"),
        fails=["each_has_its_share", "any_slopes_of_the_cost"],
    ),
    mutant(
        "divides by 0",
        edit(COST_BACK, "np.clip(probabilities, 1e-9, 1 - 1e-9)", "probabilities"),
        fails=["no_slope_is_infinite", "any_slopes_of_the_cost"],
    ),
    mutant(
        "lets everything through the ReLU",
        edit(ACTIVATE_BACK, "upstream * (scores > 0)", "upstream"),
        fails=["slopes_of_relu", "any_way_back_through_the_bend"],
    ),
    mutant(
        "looks at upstream instead of the score",
        edit(ACTIVATE_BACK, "(scores > 0)", "(upstream > 0)"),
        fails=["slopes_of_relu", "any_way_back_through_the_bend"],
    ),
    mutant(
        "forgets upstream at the ReLU",
        edit(ACTIVATE_BACK, "upstream * (scores > 0)", "1.0 * (scores > 0)"),
        fails=["slopes_of_relu", "kink_and_ends", "any_way_back_through_the_bend"],
    ),
    mutant(
        "0 / 0 at the kink",
        edit(ACTIVATE_BACK, "(scores > 0)", 'activate(scores, "relu") / scores'),
        fails=["kink_and_ends", "any_way_back_through_the_bend"],
    ),
    mutant(
        "zeros written into upstream",
        edit(ACTIVATE_BACK, "return upstream * (scores > 0)", "upstream[scores <= 0] = 0\n        return upstream"),
        fails=["slopes_of_relu", "any_way_back_through_the_bend"],
    ),
    mutant(
        "takes the score for its sigmoid",
        edit(ACTIVATE_BACK, "outputs = activate(scores, kind)", "outputs = scores"),
        fails=["slopes_of_sigmoid", "kink_and_ends", "any_way_back_through_the_bend"],
    ),
    mutant(
        "forgets upstream at the sigmoid",
        edit(ACTIVATE_BACK, "upstream * outputs", "outputs"),
        fails=["slopes_of_sigmoid", "any_way_back_through_the_bend"],
    ),
    mutant(
        "means instead of sums",
        edit(LINEAR_BACK, "x.T @ upstream, upstream.sum(axis=0)", "x.T @ upstream / len(x), upstream.mean(axis=0)"),
        fails=["slopes_of_weights", "slopes_of_biases", "any_slopes"],
    ),
    mutant(
        "adds up over the neurons",
        edit(LINEAR_BACK, "axis=0", "axis=1"),
        fails=["slopes_of_biases", "any_slopes"],
    ),
    mutant(
        "all biases alike",
        edit(LINEAR_BACK, "upstream.sum(axis=0)", "np.full(weights.shape[1], upstream.sum())"),
        fails=["slopes_of_biases", "any_slopes"],
    ),
    mutant(
        "weights the other way round",
        edit(LINEAR_BACK, "x.T @ upstream", "upstream.T @ x"),
        fails=["slopes_of_weights", "any_slopes"],
    ),
    mutant(
        "the weights themselves for the inputs",
        edit(LINEAR_BACK, "upstream @ weights.T", "upstream.sum(axis=1, keepdims=True) * weights.sum(axis=1)"),
        fails=["slopes_of_inputs", "any_slopes"],
    ),
    mutant(
        "the slopes in another order",
        edit(
            LINEAR_BACK,
            "upstream @ weights.T, x.T @ upstream, upstream.sum(axis=0)",
            "x.T @ upstream, upstream.sum(axis=0), upstream @ weights.T",
        ),
        fails=["linear_backward"],
    ),
    mutant(
        "forgets the bend on the way back",
        edit(LAYER_BACK, "activate_backward(upstream, scores, kind)", "upstream"),
        fails=["back_through_relu", "back_through_sigmoid", "any_way_back_through_a_layer"],
    ),
    mutant(
        "every layer goes back as a ReLU",
        edit(LAYER_BACK, "scores, kind)", 'scores, "relu")'),
        fails=["back_through_sigmoid", "any_way_back_through_a_layer"],
    ),
    mutant(
        "the last layer first",
        edit(NETWORK_BACK, "gradients.insert(0, (d_weights, d_biases))", "gradients.append((d_weights, d_biases))"),
        fails=["back_through_two_layers", "back_through_three_layers", "any_depth"],
    ),
    mutant(
        "from the first layer to the last",
        edit(NETWORK_BACK, "reversed(caches)", "caches"),
        edit(NETWORK_BACK, "gradients.insert(0, (d_weights, d_biases))", "gradients.append((d_weights, d_biases))"),
        fails=["back_through_two_layers", "back_through_three_layers", "any_depth"],
    ),
    mutant(
        "the same upstream for all layers",
        edit(NETWORK_BACK, BACK, BACK_ONCE),
        fails=["back_through_two_layers", "back_through_three_layers", "any_depth"],
    ),
    mutant(
        "forgets the first layer",
        edit(NETWORK_BACK, "reversed(caches)", "reversed(caches[1:])"),
        fails="network_backward",
    ),
    mutant(
        "a dictionary instead of a list",
        edit(NETWORK_BACK, "return gradients", "return dict(enumerate(gradients))"),
        fails="network_backward",
    ),
]

PAPER = "what can be worked out on paper is small; the text says that any sizes may come"
hidden_because = {
    "any_scores": "the docstring tells of whole numbers; large ones are no trap for a plain formula",
    "any_bend": "the text says “whatever the score is”, and the docstring tells of whole numbers",
    "any_surprise": PAPER,
    "any_slopes_of_the_cost": PAPER,
    "any_way_back_through_the_bend": "a public criterion shows far scores alone; an answer fitted to it passes",
    "any_slopes": PAPER,
    "any_way_back_through_a_layer": PAPER,
    "any_depth": PAPER,
}

harmless_mutations = [
    harmless("→ np.clip(1e-9, probabilities, 1 - 1e-9)", because="the larger of two is the same the other way round"),
    harmless("scores > 0 → scores >= 0", because="at the kink, the text allows any slope from 0 to 1"),
]
