"""Other right answers of the exercise on recurrent steps, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

STEP, LOOP, STEP_BACK, BACK = "write_rnn_step", "write_through_time", "write_rnn_step_backward", "write_rnn_backward"
SIGMOID, LSTM, LAMP, GRU = "write_sigmoid", "write_lstm_step", "write_lamp_weights", "write_gru_step"

STEP_LOOPED = """
def rnn_step(x, state, weights):
    kernel, recurrent, bias = weights
    batch, units = state.shape
    new = np.zeros((batch, units))
    for i in range(batch):
        for j in range(units):
            score = bias[j]
            for k in range(x.shape[1]):
                score += x[i, k] * kernel[k, j]
            for k in range(units):
                score += state[i, k] * recurrent[k, j]
            new[i, j] = np.tanh(score)
    return new, new.copy()
"""
STEP_COURSE = """
def rnn_step(xt, a_prev, parameters):
    Wax, Waa, ba = parameters[0].T, parameters[1].T, parameters[2].reshape(-1, 1)
    a_next = np.tanh(np.dot(Waa, a_prev.T) + np.dot(Wax, xt.T) + ba)
    return a_next.T, a_next.T
"""
STEP_JOINED = """
def rnn_step(x, state, weights):
    both = np.concatenate([x, state], axis=-1)
    new = np.tanh(np.dot(both, np.vstack(weights[:2])) + weights[-1])
    return [new, new]
"""
LOOP_FILLED = """
def through_time(step, x, state, weights):
    outputs = None
    for t in range(np.shape(x)[1]):
        output, state = step(x[:, t, :], state, weights)
        if outputs is None:
            outputs = np.empty((x.shape[0], x.shape[1], output.shape[1]))
        outputs[:, t, :] = output
    return outputs, state
"""
LOOP_MOVED = """
def through_time(step, x, state, weights):
    said = []
    for beat in np.moveaxis(x, 1, 0):
        result = step(beat, state, weights)
        said += [result[0]]
        state = result[1]
    return np.array(said).transpose(1, 0, 2), state
"""
LOOP_FOLDED = """
import itertools

def through_time(step, x, state, weights):
    beats = np.swapaxes(x, 0, 1)
    pairs = itertools.accumulate(beats, lambda pair, beat: step(beat, pair[1], weights), initial=(None, state))
    outputs, states = zip(*list(pairs)[1:])
    return np.stack(outputs, 1), states[-1]
"""
STEP_BACK_COURSE = """
def rnn_step_backward(da_next, xt, a_prev, a_next, parameters):
    Wax, Waa, ba = parameters
    dtanh = np.multiply(da_next, 1 - np.square(a_next))
    dxt = np.dot(Wax, dtanh.T).T
    dWax = np.dot(dtanh.T, xt).T
    da_prev = np.dot(Waa, dtanh.T).T
    dWaa = np.dot(dtanh.T, a_prev).T
    dba = np.sum(dtanh, axis=0, keepdims=True)
    return dxt, da_prev, dWax, dWaa, dba.reshape(ba.shape)
"""
STEP_BACK_EINSUM = """
def rnn_step_backward(upstream, x, state, new, weights):
    at_scores = upstream / np.cosh(np.arctanh(new)) ** 2
    return [
        np.einsum("ij,kj->ik", at_scores, weights[0]),
        np.einsum("ij,kj->ik", at_scores, weights[1]),
        np.einsum("ik,ij->kj", x, at_scores),
        np.einsum("ik,ij->kj", state, at_scores),
        np.einsum("ij->j", at_scores),
    ]
"""
STEP_BACK_AGAIN = """
def rnn_step_backward(upstream, x, state, new, weights):
    new, _ = rnn_step(x, state, weights)
    upstream = upstream - upstream * new * new
    d_kernel = np.add.reduce(x[:, :, None] * upstream[:, None, :])
    d_recurrent = np.add.reduce(state[:, :, None] * upstream[:, None, :])
    d_bias = np.ones(len(x)) @ upstream
    return np.inner(upstream, weights[0]), np.inner(upstream, weights[1]), d_kernel, d_recurrent, d_bias
"""
BACK_COURSE = """
def rnn_backward(da, x, a0, a, parameters):
    m, T_x, n_x = x.shape
    n_a = a0.shape[1]
    dx = np.zeros((m, T_x, n_x))
    dWax, dWaa, dba = np.zeros((n_x, n_a)), np.zeros((n_a, n_a)), np.zeros((n_a,))
    da_prevt = np.zeros((m, n_a))
    states = [a0] + [a[:, t, :] for t in range(T_x)]
    for t in range(T_x - 1, -1, -1):
        gradients = rnn_step_backward(da[:, t, :] + da_prevt, x[:, t, :], states[t], states[t + 1], parameters)
        dxt, da_prevt, dWaxt, dWaat, dbat = gradients
        dx[:, t, :] = dxt
        dWax += dWaxt
        dWaa += dWaat
        dba += dbat
    return dx, da_prevt, dWax, dWaa, dba
"""
BACK_ALONE = """
def rnn_backward(upstream, x, state, outputs, weights):
    kernel, recurrent, bias = weights
    before = np.concatenate([state[:, None], outputs[:, :-1]], axis=1)
    scores = np.zeros(outputs.shape)
    carried = 0
    for t in range(x.shape[1])[::-1]:
        scores[:, t] = (upstream[:, t] + carried) * (1 - outputs[:, t] ** 2)
        carried = scores[:, t] @ recurrent.T
    d_kernel, d_recurrent = np.tensordot(x, scores, ((0, 1), (0, 1))), np.tensordot(before, scores, ((0, 1), (0, 1)))
    return [scores @ kernel.T, carried, d_kernel, d_recurrent, scores.sum(axis=(0, 1))]
"""
BACK_LISTS = """
def rnn_backward(upstream, x, state, outputs, weights):
    slopes, d_state = [], 0.0
    for t in range(x.shape[1] - 1, -1, -1):
        old = state if t == 0 else outputs[:, t - 1]
        found = rnn_step_backward(upstream[:, t] + d_state, x[:, t], old, outputs[:, t], weights)
        d_state = found[1]
        slopes.insert(0, found)
    d_x, _, *parts = zip(*slopes)
    return np.stack(d_x, axis=1), d_state, *(np.sum(part, axis=0) for part in parts)
"""
SIGMOID_MASKED = """
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    out = np.empty_like(z)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out
"""
SIGMOID_TANH = """
def sigmoid(scores):
    return (1 + np.tanh(np.asarray(scores) / 2)) / 2
"""
SIGMOID_CLIPPED = """
def sigmoid(scores):
    return 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
"""
SIGMOID_TWO = """
def sigmoid(scores):
    e = np.exp(np.minimum(scores, 0))
    return e / (e + np.exp(-np.maximum(scores, 0)))
"""
SIGMOID_SINGLE = """
import math

def one(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

sigmoid = np.vectorize(one, otypes=[float])
"""
LAMP_WHOLE = """
def lamp_weights():
    kernel = np.zeros((2, 4), dtype=int)
    kernel[0], kernel[1] = [1000, -1000, 1000, 0], [0, -1000, 0, 0]
    return kernel, np.zeros((1, 4), int), np.array([-500, 500, 0, 500])
"""
SIGMOID_LOG = """
def sigmoid(scores):
    return np.exp(-np.logaddexp(0, -np.asarray(scores, float)))
"""
LSTM_COURSE = """
def lstm_step(xt, states, parameters):
    a_prev, c_prev = states
    W, U, b = parameters
    n_a = a_prev.shape[1]
    concat = np.concatenate((xt, a_prev), axis=1)
    all_weights = np.concatenate((W, U), axis=0)
    it = sigmoid(np.dot(concat, all_weights[:, 0:n_a]) + b[0:n_a])
    ft = sigmoid(np.dot(concat, all_weights[:, n_a : 2 * n_a]) + b[n_a : 2 * n_a])
    cct = np.tanh(np.dot(concat, all_weights[:, 2 * n_a : 3 * n_a]) + b[2 * n_a : 3 * n_a])
    ot = sigmoid(np.dot(concat, all_weights[:, 3 * n_a :]) + b[3 * n_a :])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    return a_next, [a_next, c_next]
"""
LSTM_RESHAPED = """
def lstm_step(x, state, weights):
    scores = x @ weights[0] + state[0] @ weights[1] + weights[2]
    blocks = scores.reshape(len(x), 4, -1).transpose(1, 0, 2)
    let_in, stays, shown = sigmoid(blocks[[0, 1, 3]])
    cell = stays * state[1] + let_in * np.tanh(blocks[2])
    output = np.tanh(cell) * shown
    return output, np.stack([output, cell])
"""
LSTM_ALONE = """
def lstm_step(x, state, weights):
    def gate(scores):
        return 0.5 * (1 + np.tanh(0.5 * scores))

    h, c = state
    part = [[w[..., n * h.shape[1] : (n + 1) * h.shape[1]] for w in weights] for n in range(4)]
    i, f, g, o = [x @ k + h @ r + b for k, r, b in part]
    new = gate(f) * c + gate(i) * np.tanh(g)
    return gate(o) * np.tanh(new), (gate(o) * np.tanh(new), new)
"""
LAMP_COUPLED = """
def lamp_weights():
    on = [60, -60, 60, 0]
    off = [60, -60, -60, 0]
    return [[on, off], [[0, 0, 0, 0]], [-30, 30, 0, 30]]
"""
LAMP_LISTENING = """
def lamp_weights():
    kernel = np.zeros((2, 4), dtype="float32")
    kernel[0] = [0, 0, 40, 0]
    kernel[1] = [0, 0, -40, 0]
    recurrent = np.array([[0, 0, 20, 0]])
    return kernel, recurrent, np.array([50, -50, -5.0, 50])
"""
GRU_SLICED = """
def gru_step(xt, h, weights):
    W, U, b = weights
    n = h.shape[-1]
    z = sigmoid(xt @ W[:, :n] + b[0, :n] + h @ U[:, :n] + b[1, :n])
    r = sigmoid(xt @ W[:, n : 2 * n] + b[0, n : 2 * n] + h @ U[:, n : 2 * n] + b[1, n : 2 * n])
    candidate = np.tanh(xt @ W[:, 2 * n :] + b[0, 2 * n :] + r * (h @ U[:, 2 * n :] + b[1, 2 * n :]))
    h_next = (1 - z) * candidate + z * h
    return h_next, h_next
"""
GRU_MIXED = """
def gru_step(x, state, weights):
    of_x = np.stack(np.split(x @ weights[0] + weights[2][0], 3, axis=-1))
    of_state = np.stack(np.split(state @ weights[1] + weights[2][1], 3, axis=-1))
    z, r = 0.5 + 0.5 * np.tanh((of_x + of_state)[:2] / 2)
    written = np.tanh(of_x[2] + r * of_state[2])
    new = written + z * (state - written)
    return [new, np.array(new)]
"""

variants = [
    variant(
        "in the form of the published courses",
        replace(STEP, STEP_COURSE),
        replace(LOOP, LOOP_FILLED),
        replace(STEP_BACK, STEP_BACK_COURSE),
        replace(BACK, BACK_COURSE),
        replace(SIGMOID, SIGMOID_MASKED),
        replace(LSTM, LSTM_COURSE),
        replace(GRU, GRU_SLICED),
    ),
    variant("loops over examples and units", replace(STEP, STEP_LOOPED), replace(LOOP, LOOP_MOVED)),
    variant(
        "joined kernels, einsum, reshaped blocks",
        replace(STEP, STEP_JOINED),
        replace(STEP_BACK, STEP_BACK_EINSUM),
        replace(BACK, BACK_ALONE),
        replace(LSTM, LSTM_RESHAPED),
        replace(GRU, GRU_MIXED),
    ),
    variant(
        "a fold, lists, and a new state that is worked out again",
        replace(LOOP, LOOP_FOLDED),
        replace(STEP_BACK, STEP_BACK_AGAIN),
        replace(BACK, BACK_LISTS),
        replace(LSTM, LSTM_ALONE),
    ),
    variant(
        "a sigmoid by the tanh, a lamp whose cell is always written anew",
        replace(SIGMOID, SIGMOID_TANH),
        replace(LAMP, LAMP_COUPLED),
    ),
    variant("whole numbers for the lamp, two exponents", replace(SIGMOID, SIGMOID_TWO), replace(LAMP, LAMP_WHOLE)),
    variant("one score at a time", replace(SIGMOID, SIGMOID_SINGLE)),
    variant("clipped scores", replace(SIGMOID, SIGMOID_CLIPPED)),
    variant(
        "a sigmoid by logarithms, a lamp that listens to itself",
        replace(SIGMOID, SIGMOID_LOG),
        replace(LAMP, LAMP_LISTENING),
    ),
]

STEP_LINE = "new = np.tanh(x @ kernel + state @ recurrent + bias)"
LOOP_LINE = "output, state = step(x[:, beat], state, weights)"
BLOCKS = "i, f, g, o = np.split("
mutants = combine(
    [
        [
            mutant(
                "forgets the tanh",
                edit(STEP, STEP_LINE, STEP_LINE.replace("np.tanh", "")),
                fails=["what_is_heard", "what_is_remembered", "any_step"],
            ),
            mutant(
                "forgets the state", edit(STEP, "state @ recurrent + ", ""), fails=["what_is_remembered", "any_step"]
            ),
            mutant(
                "the recurrent kernel turned round",
                edit(STEP, "state @ recurrent", "state @ recurrent.T"),
                fails=["what_is_remembered", "any_step"],
            ),
            mutant("forgets the bias", edit(STEP, " + bias", ""), fails=["what_is_heard", "any_step"]),
            mutant("adds the bias twice", edit(STEP, " + bias", " + bias + bias"), fails=["what_is_heard", "any_step"]),
            mutant(
                "keeps the state as it was",
                edit(STEP, "return new, new", "return new, state"),
                fails=["says_and_keeps_the_same", "any_step"],
            ),
            mutant(
                "returns the new state once",
                edit(STEP, "return new, new", "return new"),
                fails=["says_and_keeps_the_same", "any_step"],
            ),
            mutant(
                "keeps the scores",
                edit(STEP, "return new, new", "return new, np.arctanh(new)"),
                fails=["says_and_keeps_the_same", "any_step"],
            ),
            mutant(
                "a state in whole numbers",
                edit(STEP, STEP_LINE, "new = np.tanh(x @ kernel + state @ recurrent + bias).astype(x.dtype)"),
                fails=["what_is_heard", "any_step"],
            ),
            mutant(
                "writes the new state into the old one",
                edit(STEP, STEP_LINE, "state[:] = np.tanh(x @ kernel + state @ recurrent + bias)\n    new = state"),
                fails=["says_and_keeps_the_same", "any_step"],
            ),
        ],
        [
            mutant(
                "time and batch swapped",
                edit(LOOP, "axis=1", "axis=0"),
                fails=["running_sums", "begins_with_the_state", "any_units", "any_network", "any_state"],
            ),
            mutant(
                "goes through the examples",
                edit(LOOP, "x.shape[1]", "x.shape[0]"),
                edit(LOOP, "x[:, beat]", "x[beat]"),
                fails=[
                    "running_sums",
                    "begins_with_the_state",
                    "what_the_last_step_kept",
                    "any_units",
                    "any_network",
                    "any_state",
                ],
            ),
            mutant(
                "the outputs of the last step alone",
                edit(LOOP, "np.stack(outputs, axis=1)", "output"),
                fails=["running_sums", "begins_with_the_state", "any_units", "any_network", "any_state"],
            ),
            mutant(
                "every step meets the first state",
                edit(LOOP, LOOP_LINE, "output, last = step(x[:, beat], state, weights)"),
                edit(LOOP, "axis=1), state", "axis=1), last"),
                fails="through_time",
            ),
            mutant(
                "begins with a state of zeros",
                edit(LOOP, "    outputs = []", "    outputs = []\n    state = 0 * state"),
                fails=["begins_with_the_state", "what_the_last_step_kept", "any_units", "any_network", "any_state"],
            ),
            mutant(
                "hands on what was said, not what was kept",
                edit(LOOP, "outputs.append(output)", "outputs.append(output)\n        state = output"),
                fails="through_time",
            ),
            mutant(
                "returns the last output as the state",
                edit(LOOP, "axis=1), state", "axis=1), output"),
                fails=["what_the_last_step_kept", "any_network", "any_state"],
            ),
            mutant(
                "collects what is kept",
                edit(LOOP, "outputs.append(output)", "outputs.append(state)"),
                fails=["running_sums", "begins_with_the_state", "any_units", "any_network", "any_state"],
            ),
            mutant(
                "outputs in whole numbers",
                edit(LOOP, "axis=1), state", "axis=1).astype(x.dtype), state"),
                fails="any_units",
            ),
            mutant(
                "from the last beat to the first",
                edit(LOOP, "in range(x.shape[1])", "in reversed(range(x.shape[1]))"),
                fails=["running_sums", "begins_with_the_state", "any_units", "any_network", "any_state"],
            ),
            mutant(
                "forgets the last beat",
                edit(LOOP, "range(x.shape[1])", "range(max(1, x.shape[1] - 1))"),
                fails="through_time",
            ),
            mutant(
                "the outputs without the state",
                edit(LOOP, "axis=1), state", "axis=1)"),
                fails=["what_the_last_step_kept", "any_network", "any_state"],
            ),
            mutant("always a simple RNN", edit(LOOP, "= step(", "= rnn_step("), fails="through_time"),
            mutant(
                "units as the state says",
                edit(
                    LOOP,
                    "return np.stack(outputs, axis=1)",
                    "return np.reshape(np.stack(outputs, axis=1), (*x.shape[:2], state.shape[1]))",
                ),
                fails=["any_units", "what_the_last_step_kept", "any_network", "any_state"],
            ),
        ],
        [
            mutant(
                "forgets the tanh on the way back", edit(STEP_BACK, " * (1 - new**2)", ""), fails="rnn_step_backward"
            ),
            mutant("takes the state for its square", edit(STEP_BACK, "new**2", "new"), fails="rnn_step_backward"),
            mutant(
                "the slope of the sigmoid",
                edit(STEP_BACK, "(1 - new**2)", "new * (1 - new)"),
                fails="rnn_step_backward",
            ),
            mutant("the slope at the old state", edit(STEP_BACK, "new**2", "state**2"), fails="rnn_step_backward"),
            mutant(
                "the recurrent kernel the wrong way round",
                edit(STEP_BACK, "recurrent.T", "recurrent"),
                fails=["slopes_of_the_state", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "the recurrent kernel for the kernel",
                edit(
                    STEP_BACK,
                    "d_scores @ kernel.T, d_scores @ recurrent.T",
                    "d_scores @ recurrent.T, d_scores @ kernel.T",
                ),
                fails=["slopes_of_what_was_heard", "slopes_of_the_state", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "the new state for the old one",
                edit(STEP_BACK, "state.T @ d_scores", "new.T @ d_scores"),
                fails=["slopes_of_the_weights", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "the recurrent slopes turned round",
                edit(STEP_BACK, "state.T @ d_scores", "d_scores.T @ state"),
                fails=["slopes_of_the_weights", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "the mean over the batch",
                edit(STEP_BACK, "d_scores.sum(axis=0)", "d_scores.mean(axis=0)"),
                fails=["slopes_of_the_weights", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "no sum over the batch",
                edit(STEP_BACK, "d_scores.sum(axis=0)", "d_scores[0]"),
                fails=["slopes_of_the_weights", "slopes_by_nudging", "any_precision_back"],
            ),
            mutant(
                "slopes cut off",
                edit(STEP_BACK, "upstream * (1 - new**2)", "np.clip(upstream * (1 - new**2), -10, 10)"),
                fails="any_precision_back",
            ),
            mutant(
                "upstream changed in place",
                edit(
                    STEP_BACK,
                    "d_scores = upstream * (1 - new**2)",
                    "upstream *= (1 - new**2).astype(upstream.dtype)\n    d_scores = upstream",
                ),
                fails=[
                    "slopes_of_what_was_heard",
                    "slopes_of_the_state",
                    "slopes_of_the_weights",
                    "any_precision_back",
                ],
            ),
        ],
        [
            mutant(
                "nothing comes back from later steps",
                edit(BACK, "upstream[:, beat] + d_state", "upstream[:, beat]"),
                fails=[
                    "from_the_last_output_to_the_first_beat",
                    "slopes_of_the_stream",
                    "slopes_of_shared_weights",
                    "all_slopes_by_nudging",
                    "a_long_way_back",
                ],
            ),
            mutant(
                "only what comes back, not what was seen",
                edit(BACK, "np.zeros(state.shape)", "upstream[:, -1]"),
                edit(BACK, "upstream[:, beat] + d_state", "d_state"),
                fails=["slopes_of_the_stream", "slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "adds up what comes back",
                edit(BACK, "d_x[:, beat], d_state, *slopes", "d_x[:, beat], more, *slopes"),
                edit(
                    BACK, "        d_weights = [total", "        d_state = d_state + more\n        d_weights = [total"
                ),
                fails=[
                    "from_the_last_output_to_the_first_beat",
                    "slopes_of_the_stream",
                    "slopes_of_shared_weights",
                    "all_slopes_by_nudging",
                    "a_long_way_back",
                ],
            ),
            mutant(
                "the slopes of the last step done alone",
                edit(BACK, "total + part", "part"),
                fails=["slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "the mean over the steps",
                edit(BACK, "total + part", "total + part / x.shape[1]"),
                fails=["slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "a last state before the first step",
                edit(BACK, "outputs[:, beat - 1] if beat > 0 else state", "outputs[:, beat - 1]"),
                fails=["back_through_one_beat", "slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "zeros before the first step",
                edit(BACK, "else state", "else 0 * state"),
                fails=["back_through_one_beat", "slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "the same state before and after",
                edit(BACK, "outputs[:, beat - 1] if", "outputs[:, beat] if"),
                fails=["slopes_of_shared_weights", "all_slopes_by_nudging", "a_long_way_back"],
            ),
            mutant(
                "from the first beat to the last",
                edit(BACK, "reversed(range(x.shape[1]))", "range(x.shape[1])"),
                fails=[
                    "from_the_last_output_to_the_first_beat",
                    "slopes_of_the_stream",
                    "slopes_of_shared_weights",
                    "all_slopes_by_nudging",
                    "a_long_way_back",
                ],
            ),
            mutant(
                "leaves the first beat out",
                edit(BACK, "range(x.shape[1])", "range(1, x.shape[1])"),
                fails="rnn_backward",
            ),
            mutant(
                "no slopes for the first state",
                edit(BACK, "return d_x, d_state,", "return d_x, np.zeros(state.shape),"),
                fails=[
                    "back_through_one_beat",
                    "from_the_last_output_to_the_first_beat",
                    "slopes_of_the_stream",
                    "all_slopes_by_nudging",
                    "a_long_way_back",
                ],
            ),
            mutant(
                "slopes in whole numbers", edit(BACK, "np.zeros(x.shape)", "np.zeros_like(x)"), fails="a_long_way_back"
            ),
            mutant(
                "slopes of the whole way cut off",
                edit(
                    BACK,
                    "return d_x, d_state, *d_weights",
                    "return [np.clip(part, -30, 30) for part in (d_x, d_state, *d_weights)]",
                ),
                fails="a_long_way_back",
            ),
            mutant(
                "writes the sums into upstream",
                edit(BACK, "        before =", "        upstream[:, beat] += d_state\n        before ="),
                edit(BACK, "upstream[:, beat] + d_state", "upstream[:, beat]"),
                fails=[
                    "from_the_last_output_to_the_first_beat",
                    "slopes_of_the_stream",
                    "slopes_of_shared_weights",
                    "a_long_way_back",
                ],
            ),
        ],
        [
            mutant(
                "the plain formula",
                replace(SIGMOID, "def sigmoid(scores):\n    return 1 / (1 + np.exp(-scores))"),
                fails=["far_from_zero", "any_gate"],
            ),
            mutant(
                "both branches worked out",
                replace(
                    SIGMOID,
                    "def sigmoid(z):\n    return np.where(z < 0, np.exp(z) / (1 + np.exp(z)), 1 / (1 + np.exp(-z)))",
                ),
                fails=["far_from_zero", "any_gate"],
            ),
            mutant(
                "clips too early",
                replace(SIGMOID, "def sigmoid(z):\n    return 1 / (1 + np.exp(-np.clip(z, -7, 7)))"),
                fails=["far_from_zero", "any_gate"],
            ),
            mutant(
                "the warnings switched off",
                replace(
                    SIGMOID,
                    "def sigmoid(z):\n    with np.errstate(all='ignore'):\n        return 1 / (1 + np.exp(-1.0 * z))",
                ),
                fails="far_from_zero",
            ),
            mutant(
                "the warnings switched off for all",
                replace(
                    SIGMOID,
                    "np.seterr(over='ignore')\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-1.0 * z))",
                ),
                fails="far_from_zero",
            ),
            mutant(
                "forgets to return the gates",
                edit(SIGMOID, "return np.where", "gates = np.where"),
                fails="sigmoid",
            ),
            mutant("open for shut", edit(SIGMOID, "scores < 0", "scores > 0"), fails="sigmoid"),
            mutant("the positive half alone", edit(SIGMOID, "np.where(scores < 0, small, 1)", "1"), fails="sigmoid"),
            mutant(
                "changes the scores", edit(SIGMOID, "np.abs(scores)", "np.abs(scores, out=scores)"), fails="sigmoid"
            ),
        ],
        [
            mutant(
                "input gate and forget gate swapped",
                edit(LSTM, BLOCKS, "f, i, g, o = np.split("),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "candidate and output gate swapped",
                edit(LSTM, BLOCKS, "i, f, o, g = np.split("),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "the order of another library",
                edit(LSTM, BLOCKS, "f, i, o, g = np.split("),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "the columns of a unit side by side",
                edit(
                    LSTM,
                    "np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)",
                    "np.moveaxis((x @ kernel + h @ recurrent + bias).reshape(*h.shape, 4), 2, 0)",
                ),
                fails=["like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "no tanh before the output",
                edit(LSTM, "sigmoid(o) * np.tanh(c)", "sigmoid(o) * c"),
                fails=["the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "shows the old cell",
                edit(LSTM, "    c = sigmoid(f)", "    old = c\n    c = sigmoid(f)"),
                edit(LSTM, "np.tanh(c)\n", "np.tanh(old)\n"),
                fails=["the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "a candidate without its tanh",
                edit(LSTM, "np.tanh(g)", "g"),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "a candidate by the sigmoid",
                edit(LSTM, "np.tanh(g)", "sigmoid(g)"),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "forgets what the gate says to keep",
                edit(LSTM, "sigmoid(f) * c", "(1 - sigmoid(f)) * c"),
                fails=["the_cell_on_paper", "the_output_on_paper", "like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "the cell goes through the recurrent kernel",
                edit(LSTM, "h @ recurrent", "c @ recurrent"),
                fails=["like_keras_lstm", "any_lstm"],
            ),
            mutant(
                "keeps c before h",
                edit(LSTM, "return h, (h, c)", "return h, (c, h)"),
                fails=["keeps_a_pair", "any_lstm"],
            ),
            mutant(
                "three things instead of a pair in a pair",
                edit(LSTM, "return h, (h, c)", "return h, h, c"),
                fails=["keeps_a_pair", "any_lstm"],
            ),
            mutant(
                "says and keeps the cell alone",
                edit(LSTM, "return h, (h, c)", "return h, c"),
                fails=["keeps_a_pair", "any_lstm"],
            ),
            mutant(
                "keeps the old output",
                edit(LSTM, "    h = sigmoid(o)", "    new = sigmoid(o)"),
                edit(LSTM, "return h, (h, c)", "return new, (h, c)"),
                fails=["keeps_a_pair", "any_lstm"],
            ),
            mutant(
                "writes into the cell that it was given",
                edit(
                    LSTM,
                    "c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)",
                    "c *= sigmoid(f)\n    c += sigmoid(i) * np.tanh(g)",
                ),
                fails=["keeps_a_pair", "any_lstm"],
            ),
        ],
        [
            mutant(
                "a lamp that fades in a long evening",
                edit(LAMP, "[-20.0, 20.0,", "[-20.0, 7.0,"),
                fails="a_long_evening",
            ),
            mutant(
                "a lamp that fades", edit(LAMP, "[-20.0, 20.0,", "[-20.0, 5.0,"), fails=["remembers", "a_long_evening"]
            ),
            mutant(
                "OFF does not open the forget gate's door",
                edit(LAMP, "[0.0, -40.0, 0.0, 0.0]", "[0.0, 0.0, 0.0, 0.0]"),
                fails=["on_and_off", "a_long_evening"],
            ),
            mutant(
                "ON shuts the forget gate, OFF opens the input gate",
                edit(LAMP, "[40.0, 0.0, 20.0, 0.0], [0.0, -40.0,", "[0.0, -40.0, 20.0, 0.0], [40.0, 0.0,"),
                fails=["on_and_off", "remembers", "a_long_evening"],
            ),
            mutant(
                "OFF takes away one pressing of ON",
                edit(LAMP, "[0.0, -40.0, 0.0, 0.0]", "[40.0, 0.0, -20.0, 0.0]"),
                fails=["on_and_off", "a_long_evening"],
            ),
            mutant(
                "a lamp that shines from the beginning",
                edit(LAMP, "[-20.0, 20.0, 0.0, 20.0]", "[20.0, 20.0, 1.0, 20.0]"),
                fails=["on_and_off", "remembers", "a_long_evening"],
            ),
            mutant(
                "the gates in another order",
                edit(
                    LAMP,
                    "return [kernel, recurrent, bias]",
                    "return [part[..., [1, 0, 2, 3]] for part in (kernel, recurrent, bias)]",
                ),
                fails=["on_and_off", "remembers", "a_long_evening"],
            ),
            mutant("the kernel turned round", edit(LAMP, "return [kernel,", "return [kernel.T,"), fails="lamp_weights"),
            mutant(
                "shows a shy light",
                edit(LAMP, "0.0, 20.0])", "0.0, 0.0])"),
                fails=["on_and_off", "remembers", "a_long_evening"],
            ),
        ],
        [
            mutant(
                "z and 1 - z swapped",
                edit(GRU, "z * state + (1 - z) *", "(1 - z) * state + z *"),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "reset gate and update gate swapped",
                edit(
                    GRU,
                    "z, r = sigmoid(x_z + s_z), sigmoid(x_r + s_r)",
                    "r, z = sigmoid(x_z + s_z), sigmoid(x_r + s_r)",
                ),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "resets before the product",
                edit(
                    GRU,
                    "np.tanh(x_g + r * s_g)",
                    "np.tanh(x_g + (r * state) @ recurrent[:, -state.shape[1] :] + bias[1, -state.shape[1] :])",
                ),
                fails=["reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "the second bias outside the brackets",
                edit(GRU, "state @ recurrent + bias[1]", "state @ recurrent"),
                edit(GRU, "x @ kernel + bias[0]", "x @ kernel + bias[0] + bias[1]"),
                fails=["reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "one bias alone",
                edit(GRU, "state @ recurrent + bias[1]", "state @ recurrent"),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "the same bias twice",
                edit(GRU, "bias[1]", "bias[0]"),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant("no reset", edit(GRU, "r * s_g", "s_g"), fails=["reset_on_paper", "like_keras_gru", "any_gru"]),
            mutant(
                "resets what is heard, too",
                edit(GRU, "x_g + r * s_g", "r * (x_g + s_g)"),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "writes without forgetting",
                edit(GRU, "(1 - z) * np.tanh", "np.tanh"),
                fails=["keeps_and_writes", "reset_on_paper", "like_keras_gru", "any_gru"],
            ),
            mutant(
                "keeps the candidate",
                edit(GRU, "return new, new", "return new, np.tanh(x_g + r * s_g)"),
                fails=["gru_says_and_keeps_the_same", "any_gru"],
            ),
            mutant(
                "a GRU that writes into its state",
                edit(
                    GRU,
                    "    new = z * state + (1 - z) * np.tanh(x_g + r * s_g)",
                    "    state *= z\n    state += (1 - z) * np.tanh(x_g + r * s_g)\n    new = state",
                ),
                fails=["gru_says_and_keeps_the_same", "any_gru"],
            ),
        ],
    ]
)

harmless_mutations = [
    harmless("zip(slopes, d_weights)", because="a sum is the same the other way round"),
    harmless("scores < 0 → scores <= 0", because="at 0, both forms give one half"),
    harmless("-20.0 → 20.0", because="the candidate is 0 where ON is not pressed, so the input gate may stay open"),
]

hidden_because = {
    "a_long_evening": "a thousand beats would take Keras seconds; the public criterion plays two hundred",
    "a_long_way_back": "the docstring tells of whole numbers, and what fits on paper has few",
    "any_precision_back": "slopes of every size would not fit on paper",
}
