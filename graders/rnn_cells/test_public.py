"""The public criteria of `rnn_cells`: examples on paper, and what Keras and TensorFlow say."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    layer,
    make_model,
    share,
    without_warnings,
)

LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)
SLOPES = ("d_x", "d_state", "d_kernel", "d_recurrent", "d_bias")


def case(seed, *shapes):
    """Random arrays of these shapes, with one decimal."""
    draw = np.random.default_rng(seed)
    return [draw.normal(0, 0.6, shape).round(1) for shape in shapes]


def near_sigmoid(scores):
    """In place of the student's: right for scores near zero."""
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(scores, -7, 7)))


def made_up(upstream, x, state, new, weights):
    """In place of the student's `rnn_step_backward`: arrays of the right shapes, made up."""
    import numpy as np

    d_x = x / 2 + upstream.sum(axis=1, keepdims=True)
    d_kernel, d_recurrent = x.sum() * weights[0] + new[-1], state.sum() + np.outer(new[0], upstream[-1])
    return d_x, upstream / 2 - new / 4, d_kernel, d_recurrent, upstream[0] * new[-1]


def said(found):
    """What was said first, also if it came without a state, or with the parts of one."""
    return found[0] if isinstance(found, (tuple, list)) and len(found) in (2, 3) else found


def assert_kept(kept, output, what):
    """Assert that a step of two units keeps what it says to three examples."""
    assert_shape(output, (3, 2), "the output")
    assert_shape(kept, (3, 2), what)
    apart = abs(as_array(kept, what).astype(float) - as_array(output, "the output")).max()
    if not apart < 1e-2:
        raise CriterionFailed(f"{what} to be the output", f"other numbers, {apart:.3g} apart")


def assert_says_and_keeps(student, name, columns, biases):
    """Assert that a step returns its new state twice, and leaves what it is given as it was."""
    x, state, *weights = case(5, (3, 4), (3, 2), (4, columns), (2, columns), biases)

    def judge(_):
        found = call_unchanged(student, name, x, state, weights)
        output, kept = as_tuple(found, f"{name}(...)", ("output", "state"))
        assert_kept(kept, output, "the state")

    assert_apart(student, name, {"sigmoid": near_sigmoid}, judge)


def assert_lstm(student, given, output=None, cell=None):
    """Assert that `lstm_step` says or keeps these numbers, however its state is arranged."""

    def judge(_):
        found = student.lstm_step(*given)
        first = said(found)
        if output is not None:
            assert_close(first, output, "the output", rtol=1e-4)
        if cell is not None:
            if isinstance(found, (tuple, list)) and len(found) == 3:
                found = found[0], found[1:]
            _, kept = as_tuple(found, "lstm_step(...)", ("output", "state"))
            if (isinstance(kept, (tuple, list)) or np.ndim(kept) == 3) and len(kept) == 2:
                kept = kept[0] if np.array_equal(kept[1], first) else kept[1]
            assert_close(kept, cell, "the cell", rtol=1e-4)

    assert_apart(student, "lstm_step", {"sigmoid": near_sigmoid}, judge)


def assert_gru(student, given, expected):
    """Assert that `gru_step` says these numbers."""

    def judge(_):
        assert_close(said(student.gru_step(*given)), expected, "the new state", rtol=1e-4)

    assert_apart(student, "gru_step", {"sigmoid": near_sigmoid}, judge)


# Three examples, two features, two units; the scores are log 2, log 3, -log 2 and so on.
HEARD = np.array([[1, 0], [0, 2], [-1, 1]])


@criterion("rnn_step", points=1, hint="Work out one score by hand: what is heard meets a column of the kernel.")
def test_what_is_heard(student):
    """From a state of zeros, a step puts out the tanh of what one works out on paper."""
    kernel, bias = np.array([[LOG2, -LOG3], [LOG3, 0.0]]), np.array([0.0, LOG2])
    found = said(student.rnn_step(HEARD, np.zeros((3, 2)), [kernel, np.eye(2), bias]))
    # The scores are (log 2, log 2/3), (2 log 3, log 2) and (log 3/2, log 6).
    assert_close(found, np.array([[0.6, -5 / 13], [40 / 41, 0.6], [5 / 13, 35 / 37]]), "the output")


@criterion("rnn_step", points=1, hint="Which number of the state meets which row of the recurrent kernel?")
def test_what_is_remembered(student):
    """Where nothing is heard, the state goes through the recurrent kernel."""
    recurrent = np.array([[0.0, LOG2], [LOG3, 0.0]])
    found = said(student.rnn_step(np.zeros((3, 1)), 1.0 * HEARD, [np.ones((1, 2)), recurrent, np.zeros(2)]))
    # The scores are (0, log 2), (2 log 3, 0) and (log 3, -log 2).
    assert_close(found, np.array([[0.0, 0.6], [40 / 41, 0.0], [0.8, -0.6]]), "the output")


@criterion("rnn_step", points=1, hint="Two things are returned, and nothing that is given is changed.")
def test_says_and_keeps_the_same(student):
    """A step returns its new state twice: as what it says, and as what it keeps."""
    assert_says_and_keeps(student, "rnn_step", 2, (2,))


def adding(x, state, weights):
    """A step that adds up what it hears, and says ten times the sum."""
    total = state + weights * x
    return 10 * total, total


def keeping_a_pair(x, state, weights):
    """A step that keeps a sum and a count, and says both side by side, and then the weights."""
    import numpy as np

    total, count = state[0] + x, state[1] + 1
    return np.concatenate([total, count, np.tile(weights, (len(x), 1))], axis=1), (total, count)


def run(student, step, *given):
    """What `through_time` returned with a step of the grader's."""
    return call_unchanged(student, "through_time", share(student, step), *given)


@criterion("through_time", points=1, hint="Which axis of x is time? Which axis of the outputs should be?")
def test_running_sums(student):
    """With a step that adds up what it hears, the outputs are the running sums of each stream."""
    x = np.array([[[1.0], [2.0], [-4.0]], [[5.0], [0.5], [3.0]]])
    outputs = said(run(student, adding, x, np.zeros((2, 1)), 2.0))
    assert_close(outputs, np.array([[[20.0], [60.0], [-20.0]], [[100.0], [110.0], [170.0]]]), "outputs")


@criterion("through_time", points=1, hint="What does the first step get for its state?")
def test_begins_with_the_state(student):
    """The first beat meets the state that the loop is given."""
    x, state = np.array([[[1, -1], [2, 0]], [[4, 3], [0, 5]]]), np.array([[7.0, -2.0], [0.5, 9.0]])
    outputs = said(run(student, adding, x, state, 1.0))
    expected = np.array([[[80.0, -30.0], [100.0, -30.0]], [[45.0, 120.0], [45.0, 170.0]]])
    assert_close(outputs, expected, "outputs")


@criterion("through_time", points=1, hint="What a step says is collected; what it keeps goes to the next step.")
def test_what_the_last_step_kept(student):
    """The state that comes back is what the last step has kept, a pair if the step keeps a pair."""
    x, state = np.array([[[3.0], [1.0], [4.0]], [[1.0], [-5.0], [9.0]]]), (np.zeros((2, 1)), np.full((2, 1), 5.0))
    found = run(student, keeping_a_pair, x, state, np.array([0.5]))
    if not isinstance(found, (tuple, list)):
        raise CriterionFailed("through_time(...) to be a pair (outputs, state)", described(found))
    _, kept = as_tuple(found, "through_time(...)", ("outputs", "state"))
    total, count = as_tuple(kept, "the state", ("sum", "count"))
    assert_close(total, np.array([[8.0], [5.0]]), "the sum")
    assert_close(count, np.array([[8.0], [8.0]]), "the count")


@criterion("through_time", points=1, hint="Does your loop ask the step alone how many units there are?")
@pytest.mark.parametrize(
    "batch, time",
    [
        pytest.param(1, 1, id="one stream of one beat"),
        pytest.param(1, 4, id="one stream"),
        pytest.param(3, 1, id="a single beat"),
        pytest.param(3, 2, id="three streams of two beats"),
    ],
)
def test_any_units(student, batch, time):
    """Streams of whole numbers, of any length, also of a single beat or all alone, give outputs as
    wide as what the step says."""
    x = np.arange(batch * time * 2).reshape(batch, time, 2)[::-1] - 3
    state = np.zeros((batch, 2)), np.zeros((batch, 1))
    outputs = said(run(student, keeping_a_pair, x, state, np.array([0.5, -3.0])))
    beats = np.tile(np.arange(1.0, time + 1)[:, None], (batch, 1, 1))
    rest = np.tile([0.5, -3.0], (batch, time, 1))
    assert_close(outputs, np.concatenate([np.cumsum(x, axis=1), beats, rest], axis=2), "outputs")


# The slopes of the scores of HEARD's three examples are to be (4, -9), (2, 3) and (-1, 0.5).
BEFORE, RECURRENT = np.array([[1.0, 2.0], [0.5, -1.0], [-3.0, 4.0]]), np.array([[1.0, 2.0], [-0.5, 3.0]])
AFTER = np.array([[0.6, 0.8], [-0.8, 0.6], [0.0, 0.5]])
UPSTREAM = np.array([[4 / 0.64, -9 / 0.36], [2 / 0.36, 3 / 0.64], [-1.0, 0.5 / 0.75]])
# The kernel and the bias with which the step really leads from BEFORE to AFTER.
*KERNEL, BIAS = np.linalg.solve(np.c_[HEARD, np.ones(3)], np.arctanh(AFTER) - BEFORE @ RECURRENT)


def back_on_paper(student):
    """The five slopes of one step with these numbers."""
    weights = [np.array(KERNEL), RECURRENT, BIAS]
    found = call_unchanged(student, "rnn_step_backward", UPSTREAM, HEARD, BEFORE, AFTER, weights)
    return as_tuple(found, "rnn_step_backward(...)", SLOPES)


@criterion("rnn_step_backward", points=1, hint="First back through the tanh; then, which units does an input move?")
def test_slopes_of_what_was_heard(student):
    """The slopes for x are sums over the units: slope of the score × weight."""
    one, other = np.transpose(KERNEL)  # the weights of the two units
    expected = np.array([4 * one - 9 * other, 2 * one + 3 * other, other / 2 - one])
    assert_close(back_on_paper(student)[0], expected, "d_x")


@criterion("rnn_step_backward", points=1, hint="Who sends and who receives? Look at rows and columns of the kernel.")
def test_slopes_of_the_state(student):
    """The slopes for the state are sums over the units, as one works them out on paper."""
    assert_close(back_on_paper(student)[1], np.array([[-14.0, -29.0], [8.0, 8.0], [0.0, 2.0]]), "d_state")


@criterion("rnn_step_backward", points=1, hint="Every example moves a weight's slope; a sum, not a mean.")
def test_slopes_of_the_weights(student):
    """The slopes for kernel, recurrent kernel and bias are sums over the examples, as one works
    them out on paper."""
    found = back_on_paper(student)
    assert_close(found[2], np.array([[5.0, -9.5], [3.0, 6.5]]), "d_kernel")
    assert_close(found[3], np.array([[8.0, -9.0], [2.0, -19.0]]), "d_recurrent")
    assert_close(found[4], np.array([5.0, -5.5]), "d_bias")


def back(student, *given):
    """The five slopes that `rnn_backward` returned."""
    return as_tuple(call_unchanged(student, "rnn_backward", *given), "rnn_backward(...)", SLOPES)


def one_unit(scores, states, kernel, recurrent):
    """What has to be heard so that a single unit has these scores; `states` are those before."""
    return (np.asarray(scores) - recurrent * np.asarray(states)) / kernel


@criterion("rnn_backward", points=1, hint="With a single beat, the step does all: what is the state before it?")
def test_back_through_one_beat(student):
    """Back through a single beat come the slopes of the one step."""
    state, outputs = np.array([[0.5], [-1.0]]), np.array([[[0.6]], [[0.8]]])
    x = one_unit([[[LOG2]], [[LOG3]]], state[:, None], 3.0, -2.0)
    upstream, weights = np.array([[[6.25]], [[-25.0]]]), [np.array([[3.0]]), np.array([[-2.0]]), np.zeros(1)]

    def judge(apart):
        found = back(student, upstream, x, state, outputs, weights)
        d_x, d_state = np.array([[12.0], [-27.0]]), np.array([[-8.0], [18.0]])
        expected = d_x, d_state, x[0] * 4 - x[1] * 9, np.array([[11.0]]), np.array([-5.0])
        if apart:
            expected = made_up(upstream[:, 0], x[:, 0], state, outputs[:, 0], weights)
        for name, slopes, right in zip(SLOPES, found, expected, strict=True):
            assert_close(slopes, right[:, None] if name == "d_x" else right, name)

    assert_apart(student, "rnn_backward", {"rnn_step_backward": made_up}, judge)


@criterion("rnn_backward", points=1, hint="What a step finds for its state enters the step before it. In which order?")
def test_from_the_last_output_to_the_first_beat(student):
    """If the last of three outputs alone was seen, the slopes travel back from it, as one works
    them out on paper."""
    outputs, state = np.array([[[0.6], [0.8], [0.5]]]), np.array([[-1.0]])
    x = one_unit([[[LOG2], [LOG3], [LOG3 / 2]]], [[[-1.0], [0.6], [0.8]]], -4.0, 2.0)
    upstream, weights = np.array([[[0.0], [0.0], [4.0]]]), [np.array([[-4.0]]), np.array([[2.0]]), np.zeros(1)]

    def judge(apart):
        found = back(student, upstream, x, state, outputs, weights)
        scores = np.array([2.7648, 2.16, 3.0])  # slopes of the scores: 4 × 0.75, then × 2 × 0.36, × 2 × 0.64
        made = np.array([0.7375, 1.875, 4.0])  # 4, then 4 / 2 - 0.5 / 4, then 1.875 / 2 - 0.8 / 4
        d_x = x[0, :, 0] / 2 + made if apart else -4 * scores
        assert_close(found[0], d_x[None, :, None], "d_x")
        assert_close(found[1], np.array([[0.21875 if apart else 5.5296]]), "d_state")

    assert_apart(student, "rnn_backward", {"rnn_step_backward": made_up}, judge)


# Two streams of four beats, three units: the outputs, the slopes that TensorFlow finds, and those
# that come back if `made_up` stands in.
OUTPUTS = """
    0.388473 0.830579 -0.353992 0.907675 0.890715 0.37006 0.10131 -0.151367 -0.898463 0.765915 0.923738 0.467995
    -0.019997 0.635149 -0.129273 -0.109498 0.657525 -0.913489 -0.162193 0.727219 -0.965624 -0.25677 0.719497 -0.978293
"""
TENSORFLOW = {
    "d_x": "-0.215392 0.228731 0.035346 0.103521 0.406612 -1.084078 -0.404172 0.113627",
    "d_state": "-0.141231 0.279606 -0.182223 0.54273 -0.250796 0.253518",
    "d_kernel": "0.687563 -0.225382 0.322917",
    "d_recurrent": "0.042992 0.018925 0.240821 -0.957549 0.726625 -0.580284 0.793131 0.033526 -0.728702",
    "d_bias": "-1.310457 0.142223 0.214055",
}
MADE_UP = {
    "d_x": "-0.3584 0.417424 -1.489412 0.3 0.411163 -1.410405 0.428892 1.2",
    "d_state": "-0.272094 -0.03839 -0.134981 0.161848 -0.408913 0.331177",
    "d_kernel": "-1.088459 2.37939 -3.766679",
    "d_recurrent": "0.490294 1.298852 1.849382 0.642372 1.152934 2.109875 0.790021 1.357953 0.683514",
    "d_bias": "0.11313 0.102739 0.144964",
}


def table(text, shape):
    """The numbers of a text as an array of this shape."""
    return np.array(text.split(), float).reshape(shape)


def assert_like_tensorflow(student, names):
    """Assert that these slopes are those that TensorFlow finds for four beats."""
    x, state, *weights, upstream = case(21, (2, 4, 1), (2, 3), (1, 3), (3, 3), (3,), (2, 4, 3))
    shapes = dict(zip(SLOPES, [np.shape(part) for part in (x, state, *weights)], strict=True))

    def judge(apart):
        found = back(student, upstream, x, state, table(OUTPUTS, (2, 4, 3)), weights)
        for name, slopes in zip(SLOPES, found, strict=True):
            if name in names:
                expected = table((MADE_UP if apart else TENSORFLOW)[name], shapes[name])
                assert_close(slopes, expected, name, rtol=1e-4)

    assert_apart(student, "rnn_backward", {"rnn_step_backward": made_up}, judge)


@criterion("rnn_backward", points=1, hint="At each beat, two slopes meet: for what was seen, and for what went on.")
def test_slopes_of_the_stream(student):
    """For four beats that were all seen, the slopes for x and for the first state are those that
    TensorFlow finds."""
    assert_like_tensorflow(student, ["d_x", "d_state"])


@criterion("rnn_backward", points=1, hint="All steps share the weights: what becomes of the slopes of each step?")
def test_slopes_of_shared_weights(student):
    """For four beats that were all seen, the slopes for the weights are those that TensorFlow
    finds."""
    assert_like_tensorflow(student, ["d_kernel", "d_recurrent", "d_bias"])


@criterion("sigmoid", points=1, hint="Look at the sign in the exponent, and at the brackets.")
def test_sigmoid_on_paper(student):
    """The sigmoid of 0, log 3, -log 4 and log 9 is 0.5, 0.75, 0.2 and 0.9."""
    found = call_unchanged(student, "sigmoid", np.array([[0.0, LOG3], [-LOG4, 2 * LOG3]]))
    assert_close(found, np.array([[0.5, 0.75], [0.2, 0.9]]), "the gates")


def overflows(function, scores):
    """What NumPy warns of, or would if the warnings were not switched off; "" for nothing."""
    import numpy as np

    found, switches, before = [], (np.errstate, np.seterr), np.geterr()

    class Off(np.errstate):
        """A switch that does nothing."""

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            return None

    handler = np.seterrcall(lambda kind, _: found.append(kind))
    np.seterr(over="call", invalid="call", divide="call")
    np.errstate, np.seterr = Off, lambda **_: before
    try:
        function(scores)
    finally:
        np.errstate, np.seterr = switches
        np.seterr(**before)
        np.seterrcall(handler)
    return ", ".join(sorted(set(found)))


@criterion("sigmoid", points=1, hint="Which exponential is too large? Which one is not, for a score of the same sign?")
def test_far_from_zero(student):
    """At scores from -1000 to 1000 the gates are shut, open or between, and NumPy does not warn."""
    scores = np.array([[-1000.0, 1000.0, 0.0], [-LOG4, 800.0, -800.0]])
    with without_warnings(student):
        found = student.sigmoid(scores)
    assert_close(found, np.array([[0.0, 1.0, 0.5], [0.2, 1.0, 0.0]]), "the gates", atol=1e-8)
    hushed = share(student, overflows)(student.sigmoid, scores)
    if hushed:
        raise CriterionFailed("nothing that NumPy would warn of", f"{hushed}, with the warnings switched off")


# Only the biases are not zero: gates of 0.75, 0.8 and 0.9, a candidate of 0.6.
GATES = [np.zeros((2, 4)), np.zeros((1, 4)), np.array([LOG3, LOG4, LOG2, 2 * LOG3])]
QUIET = HEARD, (np.zeros((3, 1)), np.full((3, 1), 2.0))


@criterion("lstm_step", points=1, hint="Which block of columns belongs to which gate, and what does each gate do?")
def test_the_cell_on_paper(student):
    """With an input gate of 0.75, a forget gate of 0.8 and a candidate of 0.6, a cell of 2 becomes
    0.8 × 2 + 0.75 × 0.6."""
    assert_lstm(student, (*QUIET, GATES), cell=np.full((3, 1), 2.05))


@criterion("lstm_step", points=1, hint="What does the cell go through, before it is shown?")
def test_the_output_on_paper(student):
    """With an output gate of 0.9, a new cell of 2.05 is shown as 0.9 × tanh(2.05)."""
    assert_lstm(student, (*QUIET, GATES), output=np.full((3, 1), 0.9 * math.tanh(2.05)))


@criterion("lstm_step", points=1, hint="Four blocks of columns: how wide is each, and which numbers make its scores?")
def test_like_keras_lstm(student):
    """With two features and two units, output and cell are those of Keras's LSTM."""
    x, h, c, *weights = case(22, (3, 2), (3, 2), (3, 2), (2, 8), (2, 8), (8,))
    assert_lstm(student, (x, (h, c), weights), LSTM_OUTPUT, LSTM_CELL)


LSTM_OUTPUT = np.array([[0.492441, 0.21165], [-0.083401, -0.077938], [-0.258979, -0.021166]])
LSTM_CELL = np.array([[0.738099, 1.111231], [-0.189563, -0.448077], [-0.508663, -0.23218]])


@criterion("lstm_step", points=1, hint="The output, and then the pair of output and cell; nothing given is changed.")
def test_keeps_a_pair(student):
    """A step returns its output, and the pair of output and cell as its state."""
    x, h, c, *weights = case(24, (3, 3), (3, 2), (3, 2), (3, 8), (2, 8), (8,))

    def judge(_):
        found = call_unchanged(student, "lstm_step", x, [h, c], weights)
        output, state = as_tuple(found, "lstm_step(...)", ("output", "state"))
        kept, cell = as_tuple(state, "the state", ("h", "c"))
        assert_kept(kept, output, "the h that is kept")
        assert_shape(cell, (3, 2), "the c that is kept")

    assert_apart(student, "lstm_step", {"sigmoid": near_sigmoid}, judge)


def lamp_of(student):
    """The three arrays of the lamp, if their shapes are right."""
    parts = as_tuple(student.lamp_weights(), "lamp_weights()", ("kernel", "recurrent kernel", "bias"))
    names = "the kernel", "the recurrent kernel", "the bias"
    for part, shape, name in zip(parts, [(2, 4), (1, 4), (4,)], names, strict=True):
        assert_shape(part, shape, name)
        assert_between(part, -1e30, 1e30, name)
    return [as_array(part, "the weights").astype("float64") for part in parts]


def assert_lamp(student, evenings):
    """Assert that Keras's LSTM with these weights shines when it should; 1 is ON, 0 is OFF."""
    buttons = np.array([[[beat == "1", beat == "0"] for beat in evening] for evening in evenings], "float32")
    lamp = make_model(student, (None, 2), layer("LSTM", units=1, return_sequences=True), weights=lamp_of(student))
    for evening, outputs in zip(evenings, lamp.predict(buttons)[:, :, 0], strict=True):
        shines, last = False, "no button yet"
        for beat, button in enumerate(evening):
            shines = button == "1" or (shines and button != "0")
            last = {"1": f"ON at beat {beat}", "0": f"OFF at beat {beat}"}.get(button, last)
            if (outputs[beat] > 0.5) != shines:
                wanted = f"the lamp to {'shine' if shines else 'be dark'} at beat {beat}, after {last}"
                raise CriterionFailed(wanted, f"an output of {outputs[beat]:.3f}")


@criterion("lamp_weights", points=1, hint="One unit hears two numbers, and has four scores: how many rows and columns?")
def test_weights_of_one_unit(student):
    """There are a kernel, a recurrent kernel and a bias, with the shapes of an LSTM of one unit."""
    lamp_of(student)


@criterion("lamp_weights", points=1, hint="Which gates must be open, and which shut, when ON is pressed? And OFF?")
def test_on_and_off(student):
    """ON switches the lamp on and OFF switches it off, at once, and in the beginning it is dark."""
    assert_lamp(student, ["..1..0..1.0.", "1..0..1.....", ".0.....1...0"])


@criterion("lamp_weights", points=1, hint="How much of the cell is left after a thousand beats with your forget gate?")
def test_remembers(student):
    """Whether it shines or is dark, the lamp stays as it is for two hundred beats."""
    assert_lamp(student, ["...1..".ljust(200, "."), 200 * ".", "..1..1".ljust(200, ".")])


@criterion("gru_step", points=1, hint="Is it z or 1 - z that keeps the old state? What are the scores of z made of?")
def test_keeps_and_writes(student):
    """With an update gate of 0.75 and a candidate of 0.6, a state of 2 becomes
    0.75 × 2 + 0.25 × 0.6."""
    weights = [np.zeros((2, 3)), np.zeros((1, 3)), np.array([[2 * LOG3, 0.0, LOG2], [-LOG3, 0.0, 0.0]])]
    assert_gru(student, (HEARD, np.full((3, 1), 2.0), weights), np.full((3, 1), 1.65))


@criterion("gru_step", points=1, hint="What is multiplied with r, before the product with the state or after it?")
def test_reset_on_paper(student):
    """With a reset gate of 0.75, what comes from a state of 2, its bias included, counts
    three quarters."""
    # From the state comes 2 × -1 + 5 = 3, three quarters of it 2.25; the candidate is tanh(log 3).
    bias = np.array([[-LOG4, LOG4, LOG3 - 2.25], [0.0, LOG3 - LOG4, 5.0]])
    weights = [np.zeros((2, 3)), np.array([[0.0, 0.0, -1.0]]), bias]
    assert_gru(student, (HEARD, np.full((3, 1), 2.0), weights), np.full((3, 1), 0.2 * 2 + 0.8 * 0.8))


@criterion("gru_step", points=1, hint="Three blocks of columns: how wide is each, and what goes with which bias?")
def test_like_keras_gru(student):
    """With two features and two units, the new state is that of Keras's GRU."""
    x, state, *weights = case(23, (3, 2), (3, 2), (2, 6), (2, 6), (2, 6))
    assert_gru(student, (x, state, weights), GRU_STATE)


GRU_STATE = np.array([[0.376554, -0.023878], [0.641204, -0.151015], [0.199384, -0.401461]])


@criterion("gru_step", points=1, hint="Two things are returned, and nothing that is given is changed.")
def test_gru_says_and_keeps_the_same(student):
    """A step returns its new state twice: as what it says, and as what it keeps."""
    assert_says_and_keeps(student, "gru_step", 6, (2, 6))
