"""Other right answers of the exercise on optimisers, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

BINARY, CATEGORICAL, BATCHES = "write_binary_crossentropy", "write_categorical_crossentropy", "write_mini_batches"
DESCEND, MOMENTUM, RMSPROP, ADAM = "write_descend", "write_momentum", "write_rmsprop", "write_adam"
INVERSE, EXPONENTIAL, STAIRCASE, TRAIN = "write_inverse_time", "write_exponential", "write_staircase", "write_train"

BINARY_LOOPED = """
def binary_crossentropy(probabilities, labels):
    total = 0.0
    for p, y in zip(np.ravel(probabilities), np.ravel(labels)):
        p = min(max(float(p), 1e-7), 1 - 1e-7)
        total += -np.log(p) if y == 1 else -np.log(1 - p)
    return total / np.size(labels)
"""
BINARY_CHOSEN = """
def binary_crossentropy(probabilities, labels):
    right = np.where(labels, probabilities, 1.0 - np.asarray(probabilities))
    return float(np.log(np.maximum(right, 1e-7)).mean() * -1)
"""
CATEGORICAL_PICKED = """
def categorical_crossentropy(probabilities, one_hot):
    rows = np.arange(len(one_hot))
    picked = np.asarray(probabilities)[rows, np.argmax(one_hot, axis=1)]
    return -np.log(np.maximum(picked, 1e-7)).mean()
"""
CATEGORICAL_ROWS = """
def categorical_crossentropy(probabilities, one_hot):
    p = np.maximum(probabilities, 1e-7)
    surprises = [-np.sum(y * np.log(row)) for row, y in zip(p, one_hot)]
    return sum(surprises) / len(surprises)
"""
BATCHES_SHUFFLED = """
import random

def mini_batches(x, y, batch_size, seed):
    order = list(range(len(x)))
    random.Random(seed).shuffle(order)
    x, y = np.array([x[i] for i in order]), np.array([y[i] for i in order])
    batches = []
    while len(x):
        batches.append([x[:batch_size], y[:batch_size]])
        x, y = x[batch_size:], y[batch_size:]
    return batches
"""
BATCHES_YIELDED = """
def mini_batches(x, y, batch_size, seed):
    np.random.seed(seed)
    order = np.random.permutation(x.shape[0])
    for chosen in np.array_split(order, range(batch_size, len(order), batch_size)):
        yield x[chosen], y[chosen]
"""
BATCHES_COUNTED = """
def mini_batches(X, Y, mini_batch_size, seed):
    m = X.shape[0]
    permutation = list(np.random.RandomState(seed).permutation(m))
    shuffled_X, shuffled_Y = X[permutation], Y[permutation]
    complete = m // mini_batch_size
    found = []
    for k in range(complete):
        part = slice(k * mini_batch_size, (k + 1) * mini_batch_size)
        found.append((shuffled_X[part], shuffled_Y[part]))
    if m % mini_batch_size != 0:
        found.append((shuffled_X[complete * mini_batch_size :], shuffled_Y[complete * mini_batch_size :]))
    return found
"""
MOMENTUM_DICT = """
def momentum(parameter, gradient, state, learning_rate, beta=0.9):
    if state is None:
        state = {"velocity": np.zeros_like(gradient)}
    velocity = state["velocity"] + (1 - beta) * (gradient - state["velocity"])
    return parameter - learning_rate * velocity, {"velocity": velocity}
"""
MOMENTUM_OBJECT = """
class Ball:
    def __init__(self):
        self.velocity = 0.0

    def push(self, gradient, beta):
        self.velocity = beta * self.velocity + (1 - beta) * gradient
        return self

def momentum(parameter, gradient, state, learning_rate, beta=0.9):
    state = (Ball() if state is None else state).push(gradient, beta)
    return parameter - learning_rate * state.velocity, state
"""
RMSPROP_LISTED = """
def rmsprop(parameter, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    old = state[0] if state else np.zeros(np.shape(parameter))
    new = rho * old + (1 - rho) * np.square(gradient)
    return [parameter - learning_rate * gradient / (new**0.5 + epsilon), [new]]
"""
ADAM_DICT = """
def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    if state is None:
        state = {"m": np.zeros_like(parameter), "v": np.zeros_like(parameter), "t": 0}
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * gradient
    v = beta2 * state["v"] + (1 - beta2) * np.power(gradient, 2)
    m_corrected, v_corrected = m / (1 - np.power(beta1, t)), v / (1 - np.power(beta2, t))
    return parameter - learning_rate * m_corrected / (np.sqrt(v_corrected) + epsilon), {"m": m, "v": v, "t": t}
"""
ADAM_RATE = """
def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t, m, s = state or (1, 0, 0)
    m = m * beta1 + gradient * (1 - beta1)
    s = s * beta2 + gradient * gradient * (1 - beta2)
    rate = learning_rate * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return parameter - rate * m / (s**0.5 + epsilon * (1 - beta2**t) ** 0.5), (t + 1, m, s)
"""
STAIRCASE_LOOPED = """
def staircase(rate, epoch, factor=0.5, every=15):
    while epoch >= every:
        rate, epoch = rate * factor, epoch - every
    return rate
"""
TRAIN_BY_PARAMETER = """
def train(x, y, optimiser, learning_rate, epochs, batch_size=64, schedule=None):
    theta, losses = start_parameters(0), []
    memory = {"W1": None, "b1": None, "W2": None, "b2": None}
    for epoch in range(epochs):
        rate = learning_rate
        if schedule:
            rate = schedule(rate, epoch)
        for points, labels in mini_batches(x, y, batch_size, seed=epoch):
            slopes = backward(theta, points, labels)
            moved = {key: optimiser(theta[key], slopes[key], memory[key], rate) for key in theta}
            theta = {key: pair[0] for key, pair in moved.items()}
            memory = {key: pair[1] for key, pair in moved.items()}
        losses += [float(binary_crossentropy(forward(theta, x), y))]
    return theta, np.array(losses)
"""
EVERYTHING_32 = """
def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    mean, square, t = (0.0, 0.0, 0) if state is None else state
    parameter, gradient = np.asarray(parameter, "float32"), np.asarray(gradient, "float32")
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient**2
    step = mean / (1 - beta1 ** (t + 1)) / (np.sqrt(square / (1 - beta2 ** (t + 1))) + epsilon)
    return parameter - learning_rate * step, (mean, square, t + 1)
"""

variants = [
    variant(
        "loops over numbers, Python's own shuffle, dicts as states",
        replace(BINARY, BINARY_LOOPED),
        replace(CATEGORICAL, CATEGORICAL_ROWS),
        replace(BATCHES, BATCHES_SHUFFLED),
        replace(MOMENTUM, MOMENTUM_DICT),
        replace(ADAM, ADAM_DICT),
        replace(STAIRCASE, STAIRCASE_LOOPED),
        replace(TRAIN, TRAIN_BY_PARAMETER),
    ),
    variant(
        "only the true class, batches from a generator, a list as state, a corrected rate",
        replace(BINARY, BINARY_CHOSEN),
        replace(CATEGORICAL, CATEGORICAL_PICKED),
        replace(BATCHES, BATCHES_YIELDED),
        replace(RMSPROP, RMSPROP_LISTED),
        replace(ADAM, ADAM_RATE),
        edit(INVERSE, "rate / (1 + decay * epoch)", "1 / (1 / rate + decay * epoch / rate)"),
    ),
    variant(
        "complete batches first, an object of its own as state",
        replace(
            BATCHES,
            BATCHES_COUNTED.replace("X, Y, mini_batch_size, seed", "x, y, batch_size, seed").replace(
                "    m = X", "    X, Y, mini_batch_size = x, y, batch_size\n    m = X"
            ),
        ),
        replace(MOMENTUM, MOMENTUM_OBJECT),
        edit(EXPONENTIAL, "rate * factor**epoch", "rate * np.exp(epoch * np.log(factor))"),
    ),
    variant(
        "an empty dict as the state of descent, products for squares",
        edit(DESCEND, "learning_rate * gradient, state", "np.multiply(learning_rate, gradient), {}"),
        edit(RMSPROP, "gradient**2", "gradient * gradient"),
        edit(STAIRCASE, "(epoch // every)", "int(epoch / every)"),
    ),
    variant(
        "losses as tensors of Keras",
        edit(BINARY, "return -np.mean(", "import keras\n    return keras.ops.convert_to_tensor(-np.mean("),
        edit(BINARY, "np.log(1 - p))", "np.log(1 - p)))"),
        edit(
            TRAIN,
            "losses.append(binary_crossentropy(forward(parameters, x), y))",
            "losses.append(float(binary_crossentropy(forward(parameters, x), y)))",
        ),
    ),
    variant("Adam in float32", replace(ADAM, EVERYTHING_32)),
]

CLIP = "np.clip(probabilities, 1e-7, 1 - 1e-7)"
PAIRS = "[(x[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]"
# Training compares its losses with the cross-entropy, and deals out with the student's batches.
DESCENT = ["against_the_slope", "ten_steps_of_descent"]
MOMENTA = ["the_ball_starts_slowly", "the_ball_remembers", "ten_steps_of_momentum"]

mutants = [
    mutant("nothing clipped", edit(BINARY, CLIP, "np.asarray(probabilities)"), fails="finite_when_sure"),
    mutant("a sum, not a mean", edit(BINARY, "-np.mean", "-np.sum"), fails="binary_crossentropy"),
    mutant(
        "divides by the number of rows",
        edit(
            BINARY,
            "-np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))",
            "-np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p)) / len(p)",
        ),
        fails="binary_loss_of_any_shape",
    ),
    mutant(
        "takes zeros as they are",
        edit(CATEGORICAL, "np.clip(probabilities, 1e-7, 1)", "np.asarray(probabilities)"),
        fails="finite_with_zeros",
    ),
    mutant(
        "the mean over rows and classes",
        edit(CATEGORICAL, "/ len(p)", "/ np.size(p)"),
        fails="categorical_crossentropy",
    ),
    mutant(
        "shuffles inputs and labels apart",
        edit(BATCHES, "    starts", "    y = np.random.default_rng(seed + 1).permutation(y)\n    starts"),
        fails=["pairs_stay_together", "batches_of_anything", "adam_finds_the_moons"],
    ),
    mutant(
        "loses the last, smaller batch",
        edit(BATCHES, "range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
        fails=["every_example_once", "the_last_batch_is_smaller", "batches_of_anything"],
    ),
    mutant(
        "does not shuffle",
        edit(BATCHES, "np.random.default_rng(seed).permutation(len(x))", "np.arange(len(x))"),
        fails=["the_seed_decides", "batches_are_mixed"],
    ),
    mutant(
        "shuffles the batches, not the examples",
        edit(BATCHES, "order = np.random.default_rng(seed).permutation(len(x))", "order = np.arange(len(x))"),
        edit(
            BATCHES,
            "range(0, len(x), batch_size)",
            "np.random.default_rng(seed).permutation(range(0, len(x), batch_size))",
        ),
        fails=["the_last_batch_is_smaller", "batches_are_mixed"],
    ),
    mutant(
        "shuffles the examples themselves",
        edit(BATCHES, "    starts", "    x[...] = x[order]\n    y[...] = y[order]\n    starts"),
        fails=["mini_batches", "train"],
    ),
    mutant("uphill", edit(DESCEND, "parameter - ", "parameter + "), fails=[*DESCENT, "a_loss_for_each_epoch"]),
    mutant(
        "changes the parameter in place",
        edit(
            DESCEND,
            "return parameter - learning_rate * gradient, state",
            "parameter -= learning_rate * gradient\n    return parameter, state",
        ),
        fails=["descent_leaves_its_arguments_alone", "ten_steps_of_descent"],
    ),
    mutant(
        "adds the whole slope to the velocity",
        edit(MOMENTUM, "(1 - beta) * gradient", "gradient"),
        fails=MOMENTA,
    ),
    mutant("forgets the velocity", edit(MOMENTUM, "* velocity, velocity", "* velocity, None"), fails=MOMENTA[1:]),
    mutant(
        "forgets the root",
        edit(RMSPROP, "np.sqrt(square)", "square"),
        fails=["the_first_step_of_rmsprop", "the_second_step_of_rmsprop", "ten_steps_of_rmsprop"],
    ),
    mutant(
        "remembers the root",
        edit(RMSPROP, ", square\n", ", np.sqrt(square)\n"),
        fails=["the_second_step_of_rmsprop", "ten_steps_of_rmsprop"],
    ),
    mutant("divides by zero", edit(RMSPROP, " + epsilon", ""), fails=["rmsprop_stands_still", "ten_steps_of_rmsprop"]),
    mutant(
        "corrects nothing",
        edit(ADAM, " / (1 - beta1**t)", ""),
        edit(ADAM, "square / (1 - beta2**t)", "square"),
        fails=["the_first_step_of_adam", "the_second_step_of_adam", "ten_steps_of_adam"],
    ),
    mutant(
        "corrects as if each step were the first",
        edit(ADAM, "(mean, square, t)\n", "(mean, square, 0)\n"),
        fails=["the_second_step_of_adam", "ten_steps_of_adam"],
    ),
    mutant("counts from 0", edit(ADAM, "    t = t + 1\n", ""), fails=["adam", "adam_finds_the_moons"]),
    mutant(
        "remembers the corrected mean",
        edit(ADAM, "step = mean / (1 - beta1**t)", "mean = mean / (1 - beta1**t)\n    step = mean"),
        fails=["the_second_step_of_adam", "ten_steps_of_adam"],
    ),
    mutant("0 / 0 where it is flat", edit(ADAM, " + epsilon", ""), fails=["adam_stands_still", "ten_steps_of_adam"]),
    mutant(
        "epoch 0 is the first to be slower",
        edit(INVERSE, "(1 + decay * epoch)", "(1 + decay * (epoch + 1))"),
        fails="inverse_time",
    ),
    mutant("an exponential of e", edit(EXPONENTIAL, "factor**epoch", "np.exp(-factor * epoch)"), fails="exponential"),
    mutant("a ramp for the stairs", edit(STAIRCASE, "(epoch // every)", "(epoch / every)"), fails="staircase"),
    mutant(
        "the same order in every epoch",
        edit(TRAIN, "batch_size, epoch)", "batch_size, 0)"),
        fails="steps_on_mini_batches",
    ),
    mutant(
        "all examples in one batch",
        edit(TRAIN, "batch_size, epoch)", "len(x), epoch)"),
        fails=["steps_on_mini_batches", "adam_finds_the_moons"],
    ),
    mutant(
        "one state for all parameters",
        edit(TRAIN, "    states = dict.fromkeys(parameters)", "    state = None"),
        edit(
            TRAIN,
            "parameters[name], states[name] = optimiser(parameters[name], gradient, states[name], rate)",
            "parameters[name], state = optimiser(parameters[name], gradient, state, rate)",
        ),
        fails=["each_parameter_has_a_state", "adam_finds_the_moons"],
    ),
    mutant(
        "forgets the states after each epoch",
        edit(TRAIN, "        rate = ", "        states = dict.fromkeys(parameters)\n        rate = "),
        fails="each_parameter_has_a_state",
    ),
    mutant(
        "ignores the schedule",
        edit(TRAIN, "learning_rate if schedule is None else schedule(learning_rate, epoch)", "learning_rate"),
        fails="follows_the_schedule",
    ),
    mutant(
        "slows down what is slow already",
        edit(
            TRAIN,
            "rate = learning_rate if schedule is None else schedule(learning_rate, epoch)",
            "learning_rate = learning_rate if schedule is None else schedule(learning_rate, epoch)",
        ),
        edit(TRAIN, "states[name], rate)", "states[name], learning_rate)"),
        fails="follows_the_schedule",
    ),
    mutant(
        "the loss before the epoch",
        edit(TRAIN, "        losses.append(binary_crossentropy(forward(parameters, x), y))\n", ""),
        edit(
            TRAIN,
            "        rate = ",
            "        losses.append(binary_crossentropy(forward(parameters, x), y))\n        rate = ",
        ),
        fails="a_loss_for_each_epoch",
    ),
    mutant(
        "the loss of the last batch",
        edit(TRAIN, "forward(parameters, x), y)", "forward(parameters, x_batch[:9]), y_batch[:9])"),
        fails="a_loss_for_each_epoch",
    ),
]

BOUNDS = "np.clip is the smaller of the larger, whichever of the two comes first"
harmless_mutations = [
    harmless("np.clip(1e-7, probabilities, 1 - 1e-7)", because=BOUNDS),
    harmless("np.clip(1e-7, probabilities, 1)", because=BOUNDS),
    harmless("write_categorical_crossentropy, line 12: 1 → 2", because="no probability is above 1"),
]

hidden_because = {
    "binary_loss_of_any_shape": "other shapes than the notebook's, which the text allows, but few will meet",
}
