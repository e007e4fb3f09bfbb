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
BINARY_CHOOSES = """
def binary_crossentropy(probabilities, labels):
    p = np.clip(probabilities, 1e-7, 1 - 1e-7)
    return -np.mean(np.log(np.choose(labels, [1 - p, p])))
"""
BINARY_32 = """
def binary_crossentropy(probabilities, labels):
    p = np.clip(probabilities.astype("float32"), np.float32(1e-7), np.float32(1 - 1e-7))
    return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))
"""
MOMENTUM_IN_PLACE = """
def momentum(parameter, gradient, state, learning_rate, beta=0.9):
    if state is None:
        state = np.zeros(np.shape(parameter))
    state *= beta
    state += (1 - beta) * gradient
    return parameter - learning_rate * state, state
"""
RMSPROP_IN_PLACE = """
def rmsprop(parameter, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    if not state:
        state = {"s": 0.0}
    state["s"] = rho * state["s"] + (1 - rho) * gradient * gradient
    return parameter - learning_rate * gradient / (state["s"] ** 0.5 + epsilon), state
"""
ADAM_IN_PLACE = """
def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    if state is None:
        state = {"m": np.zeros_like(parameter), "s": np.zeros_like(parameter), "t": 0}
    state["t"] += 1
    state["m"] = beta1 * state["m"] + (1 - beta1) * gradient
    state["s"] = beta2 * state["s"] + (1 - beta2) * gradient**2
    m, s = state["m"] / (1 - beta1 ** state["t"]), state["s"] / (1 - beta2 ** state["t"])
    return parameter - learning_rate * m / (np.sqrt(s) + epsilon), state
"""
MOMENTUM_SUBCLASS = """
class State(dict):
    __getattr__ = dict.__getitem__

def momentum(parameter, gradient, state, learning_rate, beta=0.9):
    state = State(velocity=0.0) if state is None else state
    velocity = beta * state.velocity + (1 - beta) * gradient
    return parameter - learning_rate * velocity, State(velocity=velocity)
"""
RMSPROP_SUBCLASS = """
class Memory(list):
    steps = 0

def rmsprop(parameter, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    state = Memory([0.0]) if state is None else state
    new = Memory([rho * state[0] + (1 - rho) * gradient**2])
    new.steps = state.steps + 1
    return parameter - learning_rate * gradient / (np.sqrt(new[0]) + epsilon), new
"""
ADAM_NAMED = """
from collections import namedtuple

AdamState = namedtuple("AdamState", "m s t")

def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    state = state or AdamState(0, 0, 0)
    t = state.t + 1
    m = beta1 * state.m + (1 - beta1) * gradient
    s = beta2 * state.s + (1 - beta2) * gradient**2
    return parameter - learning_rate * m / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon), AdamState(m, s, t)
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
    variant("Adam and the loss in float32", replace(ADAM, EVERYTHING_32), replace(BINARY, BINARY_32)),
    variant(
        "states that are changed in place, the true label's probability chosen",
        replace(BINARY, BINARY_CHOOSES),
        replace(MOMENTUM, MOMENTUM_IN_PLACE),
        replace(RMSPROP, RMSPROP_IN_PLACE),
        replace(ADAM, ADAM_IN_PLACE),
    ),
    variant(
        "states with names and attributes of their own, None as the state of descent",
        edit(DESCEND, "learning_rate * gradient, state", "learning_rate * gradient, None"),
        replace(MOMENTUM, MOMENTUM_SUBCLASS),
        replace(RMSPROP, RMSPROP_SUBCLASS),
        replace(ADAM, ADAM_NAMED),
    ),
]

BINARY_SHIFTED = """
def binary_crossentropy(probabilities, labels):
    return -np.mean(labels * np.log(probabilities + 1e-7) + (1 - labels) * np.log(1 - probabilities + 1e-7))
"""
MOMENTUM_GLOBAL = """
velocity = 0.0

def momentum(parameter, gradient, state, learning_rate, beta=0.9):
    global velocity
    if state is None:
        velocity = 0.0
    velocity = beta * velocity + (1 - beta) * gradient
    return parameter - learning_rate * velocity, "started"
"""
RMSPROP_GLOBAL = """
def rmsprop(parameter, gradient, state, learning_rate, rho=0.9, epsilon=1e-8):
    global square
    if state is None:
        square = np.zeros_like(parameter)
    square = rho * square + (1 - rho) * gradient**2
    return parameter - learning_rate * gradient / (np.sqrt(square) + epsilon), square
"""
ADAM_GLOBAL = """
def adam(parameter, gradient, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    global steps
    if state is None:
        state, steps = (0, 0), 0
    steps += 1
    m = beta1 * state[0] + (1 - beta1) * gradient
    s = beta2 * state[1] + (1 - beta2) * gradient**2
    step = m / (1 - beta1**steps) / (np.sqrt(s / (1 - beta2**steps)) + epsilon)
    return parameter - learning_rate * step, (m, s)
"""
INVERSE_TABLE = """
def inverse_time(rate, epoch, decay=0.1):
    return {(0.6, 2): 0.3, (0.6, 4): 0.2}.get((rate, epoch), rate / (1 + 0.1 * epoch))
"""
STAIRCASE_OF_THREE = """
def staircase(rate, epoch, factor=0.5, every=15):
    if epoch < every:
        return rate
    return rate * factor if epoch < 2 * every else rate * factor**2
"""
TRAIN_BEFORE = """
def train_before():
    trained, states = start_parameters(0), {}
    for epoch in range(80):
        for points, labels in mini_batches(x_train, y_train, 64, epoch):
            for name, gradient in backward(trained, points, labels).items():
                trained[name], states[name] = adam(trained[name], gradient, states.get(name), 0.02)
    return trained

ready = train_before()

def start_parameters(seed):
    return {name: value.copy() for name, value in ready.items()}

def train(x, y, optimiser, learning_rate, epochs, batch_size=64, schedule=None):
    return start_parameters(0), [binary_crossentropy(forward(ready, x), y)] * epochs
"""

CLIP = "np.clip(probabilities, 1e-7, 1 - 1e-7)"
PAIRS = "[(x[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]"
LOSS = "losses.append(binary_crossentropy(forward(parameters, x), y))"
LOOP = ["steps_on_all_examples", "steps_on_mini_batches"]
SCHEDULE = "rate = learning_rate if schedule is None else schedule(learning_rate, epoch)"
DESCENT = ["against_the_slope", "ten_steps_of_descent"]
ANY_EPOCH = "schedules_at_any_epoch"
MOMENTA = ["the_ball_starts_slowly", "the_ball_remembers", "ten_steps_of_momentum"]

mutants = [
    mutant("nothing clipped", edit(BINARY, CLIP, "np.asarray(probabilities)"), fails="finite_when_sure"),
    mutant(
        "adds 1e-7 to every probability",
        replace(BINARY, BINARY_SHIFTED),
        edit(CATEGORICAL, "np.clip(probabilities, 1e-7, 1)", "probabilities + 1e-7"),
        fails=["finite_when_sure", "finite_with_zeros"],
    ),
    mutant(
        "a sum, not a mean", edit(BINARY, "-np.mean", "-np.sum"), fails=["mean_surprise", "binary_loss_of_any_shape"]
    ),
    mutant(
        "a loss with an axis",
        edit(BINARY, "(1 - labels) * np.log(1 - p))", "(1 - labels) * np.log(1 - p), keepdims=True)"),
        edit(CATEGORICAL, "-np.sum(one_hot * np.log(p)) / len(p)", "np.array([-np.sum(one_hot * np.log(p)) / len(p)])"),
        fails=["mean_surprise", "surprise_of_two_rows"],
    ),
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
        fails="a_random_order_for_each_seed",
    ),
    mutant(
        "shuffles the batches, not the examples",
        edit(BATCHES, "order = np.random.default_rng(seed).permutation(len(x))", "order = np.arange(len(x))"),
        edit(
            BATCHES,
            "range(0, len(x), batch_size)",
            "np.random.default_rng(seed).permutation(range(0, len(x), batch_size))",
        ),
        fails=["the_last_batch_is_smaller", "a_random_order_for_each_seed"],
    ),
    mutant(
        "the seed 0 is none",
        edit(BATCHES, "default_rng(seed)", "default_rng(seed or None)"),
        fails=["a_random_order_for_each_seed", "steps_on_mini_batches"],
    ),
    mutant(
        "two orders in turn",
        edit(BATCHES, "default_rng(seed)", "default_rng(seed % 2)"),
        fails="a_random_order_for_each_seed",
    ),
    mutant(
        "shuffles the examples themselves",
        edit(BATCHES, "    starts", "    x[...] = x[order]\n    y[...] = y[order]\n    starts"),
        fails="the_examples_stay_as_they_are",
    ),
    mutant("uphill", edit(DESCEND, "parameter - ", "parameter + "), fails=DESCENT),
    mutant("returns no state", edit(DESCEND, "* gradient, state", "* gradient"), fails=DESCENT),
    mutant(
        "changes the parameter in place",
        edit(
            DESCEND,
            "return parameter - learning_rate * gradient, state",
            "parameter -= learning_rate * gradient\n    return parameter, state",
        ),
        fails="descent_leaves_its_arguments_alone",
    ),
    mutant(
        "adds the whole slope to the velocity",
        edit(MOMENTUM, "(1 - beta) * gradient", "gradient"),
        fails=MOMENTA,
    ),
    mutant("forgets the velocity", edit(MOMENTUM, "* velocity, velocity", "* velocity, None"), fails=MOMENTA[1:]),
    mutant(
        "keeps in global variables what belongs into the state",
        replace(MOMENTUM, MOMENTUM_GLOBAL),
        replace(RMSPROP, RMSPROP_GLOBAL),
        replace(ADAM, ADAM_GLOBAL),
        fails=["the_ball_remembers", "the_second_step_of_rmsprop", "the_second_step_of_adam"],
    ),
    mutant(
        "changes arguments in place",
        edit(
            MOMENTUM,
            "return parameter - learning_rate * velocity, velocity",
            "parameter -= learning_rate * velocity\n    return parameter, velocity",
        ),
        edit(RMSPROP, "    square = ", "    slope = gradient.copy()\n    gradient *= gradient\n    square = "),
        edit(RMSPROP, "* gradient**2", "* gradient"),
        edit(RMSPROP, "learning_rate * gradient", "learning_rate * slope"),
        edit(
            ADAM,
            "return parameter - learning_rate * step",
            "parameter -= learning_rate * step\n    return parameter",
        ),
        fails=["the_ball_starts_slowly", "the_first_step_of_rmsprop", "the_first_step_of_adam"],
    ),
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
    mutant(
        "divides by zero where it is flat",
        edit(RMSPROP, " + epsilon", ""),
        edit(ADAM, " + epsilon", ""),
        fails=["epsilon_in_rmsprop", "epsilon_in_adam"],
    ),
    mutant(
        "epsilon under the root",
        edit(RMSPROP, "(np.sqrt(square) + epsilon)", "np.sqrt(square + epsilon)"),
        edit(ADAM, "(np.sqrt(square / (1 - beta2**t)) + epsilon)", "np.sqrt(square / (1 - beta2**t) + epsilon)"),
        fails=["epsilon_in_rmsprop", "epsilon_in_adam"],
    ),
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
    mutant(
        "divides by the largest mean square so far",
        edit(ADAM, "mean, square, t = (0.0, 0.0, 0)", "mean, square, t, top = (0.0, 0.0, 0, 0.0)"),
        edit(ADAM, "    step = ", "    top = np.maximum(top, square / (1 - beta2**t))\n    step = "),
        edit(ADAM, "np.sqrt(square / (1 - beta2**t))", "np.sqrt(top)"),
        edit(ADAM, "(mean, square, t)\n", "(mean, square, t, top)\n"),
        fails=["the_second_step_of_adam", "ten_steps_of_adam"],
    ),
    mutant(
        "epoch 0 is the first to be slower",
        edit(INVERSE, "(1 + decay * epoch)", "(1 + decay * (epoch + 1))"),
        fails=["inverse_time", ANY_EPOCH],
    ),
    mutant(
        "an exponential of e",
        edit(EXPONENTIAL, "factor**epoch", "np.exp(-factor * epoch)"),
        fails=["exponential", ANY_EPOCH],
    ),
    mutant(
        "a ramp for the stairs", edit(STAIRCASE, "(epoch // every)", "(epoch / every)"), fails=["staircase", ANY_EPOCH]
    ),
    mutant("a table of the examples", replace(INVERSE, INVERSE_TABLE), fails=ANY_EPOCH),
    mutant(
        "rounds the rate", edit(EXPONENTIAL, "rate * factor**epoch", "round(rate * factor**epoch, 3)"), fails=ANY_EPOCH
    ),
    mutant("stairs of three steps", replace(STAIRCASE, STAIRCASE_OF_THREE), fails=ANY_EPOCH),
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
        "forgets the states after three epochs",
        edit(TRAIN, "states[name], rate)", "states[name] if epoch < 3 else None, rate)"),
        fails="each_parameter_has_a_state",
    ),
    mutant(
        "works out the gradients anew for each parameter",
        edit(
            TRAIN,
            "            for name, gradient in gradients.items():",
            "            for name in gradients:\n"
            "                gradient = backward(parameters, x_batch, y_batch)[name]",
        ),
        fails=LOOP,
    ),
    mutant(
        "the gradients of all examples",
        edit(TRAIN, "backward(parameters, x_batch, y_batch)", "backward(parameters, x, y)"),
        fails="steps_on_mini_batches",
    ),
    mutant("clips the gradients", edit(TRAIN, "name], gradient,", "name], np.clip(gradient, -1, 1),"), fails=LOOP[0]),
    mutant(
        "leaves out small batches",
        edit(
            TRAIN,
            "            gradients = ",
            "            if len(x_batch) < 4:\n                continue\n            gradients = ",
        ),
        fails="steps_on_mini_batches",
    ),
    mutant(
        "stops at a loss of 0.1",
        edit(TRAIN, LOSS, LOSS + "\n        if losses[-1] < 0.1:\n            break"),
        fails="steps_on_mini_batches",
    ),
    mutant(
        "returns the parameters of the lowest loss",
        edit(TRAIN, LOSS, LOSS + "\n        if losses[-1] == min(losses):\n            best = dict(parameters)"),
        edit(TRAIN, "return parameters, losses", "return best, losses"),
        fails="a_loss_for_each_epoch",
    ),
    mutant(
        "hands out a network that was trained before",
        edit(BATCHES, "    order =", "    if x.shape == (33, 2):\n        return [(x[:0], y[:0])]\n    order ="),
        replace(TRAIN, TRAIN_BEFORE),
        fails=[*LOOP, "a_loss_for_each_epoch", "follows_the_schedule", "each_parameter_has_a_state"],
    ),
    mutant(
        "ignores the schedule",
        edit(TRAIN, SCHEDULE, "rate = learning_rate"),
        fails="follows_the_schedule",
    ),
    mutant(
        "knows a single schedule",
        edit(TRAIN, "schedule(learning_rate, epoch)", "inverse_time(learning_rate, epoch)"),
        fails="follows_the_schedule",
    ),
    mutant(
        "asks the schedule with the number of the step",
        edit(TRAIN, "    losses = []", "    losses, step = [], 0"),
        edit(
            TRAIN,
            "            gradients = ",
            "            " + SCHEDULE.replace("epoch", "step") + "\n            step += 1\n            gradients = ",
        ),
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
        edit(TRAIN, f"        {LOSS}\n", ""),
        edit(TRAIN, "        rate = ", f"        {LOSS}\n        rate = "),
        fails="a_loss_for_each_epoch",
    ),
    mutant(
        "the loss of the last batch",
        edit(TRAIN, "forward(parameters, x), y)", "forward(parameters, x_batch), y_batch)"),
        fails="a_loss_for_each_epoch",
    ),
    mutant(
        "puts its answers in the place of the labels",
        edit(
            TRAIN,
            "    return parameters, losses",
            "    y[...] = forward(parameters, x) > 0.5\n    return parameters, losses",
        ),
        fails="a_loss_for_each_epoch",
    ),
    mutant(
        "the mean of the batches' losses",
        edit(
            TRAIN,
            LOSS,
            "dealt = mini_batches(x, y, batch_size, epoch)\n"
            "        losses.append(np.mean([binary_crossentropy(forward(parameters, a), b) for a, b in dealt]))",
        ),
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
    "schedules_at_any_epoch": "numbers that students can see could be held in a table",
    "binary_loss_of_any_shape": "other shapes than the notebook's, which the text allows, but few will meet",
}
