"""The hidden criteria of `rnn_cells`: the grader's own steps, and finite differences."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    share,
    without_warnings,
)

SLOPES = ("d_x", "d_state", "d_kernel", "d_recurrent", "d_bias")
SIZES = [
    pytest.param((5, 3, 2), id="five examples, three features, two units"),
    pytest.param((1, 1, 4), id="one example, one feature, four units"),
    pytest.param((4, 2, 1), id="four examples, two features, one unit"),
    pytest.param((2, 6, 3), id="two examples, six features, three units"),
]
TYPES = [
    pytest.param("float64", id="double precision"),
    pytest.param("float32", id="single precision"),
    pytest.param("int64", id="whole numbers"),
]
LENGTHS = [
    pytest.param((3, 5, 2, 4), id="five beats"),
    pytest.param((2, 1, 3, 2), id="a single beat"),
    pytest.param((1, 7, 1, 3), id="a single stream of seven beats"),
    pytest.param((4, 2, 3, 1), id="two beats, one unit"),
]


def numbers(*shape, seed=0, spread=0.8):
    """Random numbers around 0."""
    return np.random.default_rng([*shape, seed]).normal(0.05, spread, shape)


def stable_sigmoid(scores):
    """The right sigmoid."""
    import numpy as np

    return 0.5 + 0.5 * np.tanh(np.asarray(scores, float) / 2)


def rnn_reference(x, state, weights):
    """The right `rnn_step`."""
    import numpy as np

    new = np.tanh(x @ weights[0] + state @ weights[1] + weights[2])
    return new, new


def lstm_reference(x, state, weights):
    """The right `lstm_step`."""
    import numpy as np

    units = weights[1].shape[0]
    scores = x @ weights[0] + state[0] @ weights[1] + weights[2]
    gates = 0.5 + 0.5 * np.tanh(scores / 2)
    cell = gates[:, units : 2 * units] * state[1]
    cell = cell + gates[:, :units] * np.tanh(scores[:, 2 * units : 3 * units])
    output = gates[:, 3 * units :] * np.tanh(cell)
    return output, (output, cell)


def gru_reference(x, state, weights):
    """The right `gru_step`."""
    import numpy as np

    units = weights[1].shape[0]
    of_x, of_state = x @ weights[0] + weights[2][0], state @ weights[1] + weights[2][1]
    gates = 0.5 + 0.5 * np.tanh((of_x + of_state)[:, : 2 * units] / 2)
    candidate = np.tanh(of_x[:, 2 * units :] + gates[:, units:] * of_state[:, 2 * units :])
    new = gates[:, :units] * (state - candidate) + candidate
    return new, new


def step_back(upstream, x, state, new, weights):
    """The right `rnn_step_backward`."""
    scores = upstream * (1 - new * new)
    return scores @ weights[0].T, scores @ weights[1].T, x.T @ scores, state.T @ scores, scores.sum(axis=0)


def in_a_row(step, x, state, weights):
    """What `through_time` should return."""
    outputs = np.zeros((*x.shape[:2], weights[1].shape[0]))
    for beat in range(x.shape[1]):
        outputs[:, beat], state = step(x[:, beat], state, weights)
    return outputs, state


def weights_of(features, units, blocks=1, seed=0):
    """A kernel, a recurrent kernel and a bias; a GRU has three blocks and two biases."""
    bias = (2, 3 * units) if blocks == 3 else (blocks * units,)
    return [numbers(*shape, seed=seed) for shape in [(features, blocks * units), (units, blocks * units), bias]]


def cast(dtype, x, *others):
    """What a student's function gets: in this precision, or x in whole numbers."""
    if dtype == "int64":
        return (np.rint(3 * x).astype(int), *others)
    return tuple(
        [part.astype(dtype) for part in each] if isinstance(each, list) else each.astype(dtype) for each in (x, *others)
    )


def tolerance(dtype):
    """The relative tolerance for what is worked out of numbers in this precision, or the usual."""
    return 1e-4 if dtype == "float32" else None


@criterion("rnn_step", points=1, hint="Any number of examples, features and units; whole numbers, too.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("sizes", SIZES)
def test_any_step(student, sizes, dtype):
    """Steps of any size are right, and leave what they are given as it was."""
    batch, features, units = sizes
    x, state, weights = cast(dtype, numbers(batch, features), numbers(batch, units), weights_of(features, units))
    found = call_unchanged(student, "rnn_step", x, state, weights)
    expected, _ = rnn_reference(x.astype(float), state, weights)
    for part, name in zip(
        as_tuple(found, "rnn_step(...)", ("output", "state")), ("the output", "the state"), strict=True
    ):
        assert_close(part, expected, name, rtol=tolerance(dtype))


@criterion("through_time", points=1, hint="Any step, any number of streams, beats and units.")
@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("kind", ["simple RNN", "LSTM", "GRU"])
def test_any_network(student, kind, lengths):
    """The loop is right for a simple RNN, an LSTM and a GRU, for streams of any length, and leaves
    what it is given as it was."""
    batch, time, features, units = lengths
    step, blocks = {"simple RNN": (rnn_reference, 1), "LSTM": (lstm_reference, 4), "GRU": (gru_reference, 3)}[kind]
    x, state, weights = numbers(batch, time, features), numbers(batch, units), weights_of(features, units, blocks)
    if kind == "LSTM":
        state = [state, numbers(batch, units, seed=1)]
    found = call_unchanged(student, "through_time", share(student, step), x, state, weights)
    outputs, kept = as_tuple(found, "through_time(...)", ("outputs", "state"))
    right, left = in_a_row(step, x, state, weights)
    assert_close(outputs, right, "outputs")
    if kind == "LSTM":
        h, c = as_tuple(kept, "the state", ("h", "c"))
        assert_close(h, left[0], "the h that is kept")
        assert_close(c, left[1], "the c that is kept")
    else:
        assert_close(kept, left, "the state")


def telling(x, state, weights):
    """A step that keeps all that it has heard, in a tuple, and says how much that is."""
    import numpy as np

    state = (*state, *x.ravel().tolist(), weights["mark"])
    return np.full((len(x), 2), float(len(state))), state


@criterion("through_time", points=1, hint="The loop hands on whatever the step keeps, and whatever the weights are.")
def test_any_state(student):
    """State and weights are handed on as they are, and the beats in their order."""
    x = numbers(2, 4, 3)
    given = share(student, telling), x, (7.0,), {"mark": -1.0}
    outputs, kept = as_tuple(student.through_time(*given), "through_time(...)", ("outputs", "state"))
    heard = [number for beat in range(4) for number in [*x[:, beat].ravel(), -1.0]]
    assert_close(as_array(kept, "the state"), np.array([7.0, *heard]), "the state")
    assert_close(outputs, np.tile(np.array([8.0, 15.0, 22.0, 29.0])[:, None], (2, 1, 2)), "outputs")


@criterion("rnn_step_backward", points=1, hint="Which numbers does each input, each state and each weight move?")
@pytest.mark.parametrize("sizes", SIZES)
def test_slopes_by_nudging(student, sizes):
    """For steps of any size, the slopes are those that one finds by nudging every number."""
    batch, features, units = sizes
    given = [numbers(batch, features), numbers(batch, units), *weights_of(features, units)]
    upstream, new = numbers(batch, units, seed=2), rnn_reference(given[0], given[1], given[2:])[0]
    found = student.rnn_step_backward(upstream, *given[:2], new, given[2:])
    for number, (name, slopes) in enumerate(
        zip(SLOPES, as_tuple(found, "rnn_step_backward(...)", SLOPES), strict=True)
    ):

        def cost(array, number=number):
            x, state, *weights = [*given[:number], array, *given[number + 1 :]]
            return np.sum(upstream * rnn_reference(x, state, weights)[0])

        assert_gradient(slopes, cost, given[number], name)


@criterion("rnn_step_backward", points=1, hint="Slopes have fractions even where x has none; change nothing given.")
@pytest.mark.parametrize("dtype", TYPES)
def test_any_precision_back(student, dtype):
    """The slopes are right in any precision, also for whole numbers, and nothing given is
    changed."""
    x, state, weights = cast(dtype, numbers(40, 3), numbers(40, 5), weights_of(3, 5))
    upstream = numbers(40, 5, seed=3)  # large slopes are slopes, too
    upstream = upstream.astype(dtype) if dtype == "float32" else 100 * upstream
    new = rnn_reference(x, state, weights)[0]
    found = call_unchanged(student, "rnn_step_backward", upstream, x, state, new, weights)
    right = step_back(upstream, x, state, new, weights)
    for name, slopes, expected in zip(SLOPES, as_tuple(found, "rnn_step_backward(...)", SLOPES), right, strict=True):
        assert_close(slopes, expected, name, rtol=tolerance(dtype), atol=3e-5 if dtype == "float32" else None)


@criterion("rnn_backward", points=2, hint="Any number of streams, beats and units: which state is before the first?")
@pytest.mark.parametrize("lengths", LENGTHS)
def test_all_slopes_by_nudging(student, lengths):
    """For streams of any length, the slopes are those that one finds by nudging every number."""
    batch, time, features, units = lengths
    given = [numbers(batch, time, features), numbers(batch, units), *weights_of(features, units)]
    upstream = numbers(batch, time, units, seed=4)
    outputs, _ = in_a_row(rnn_reference, given[0], given[1], given[2:])

    def judge(_):
        found = student.rnn_backward(upstream, *given[:2], outputs, given[2:])
        for number, (name, slopes) in enumerate(zip(SLOPES, as_tuple(found, "rnn_backward(...)", SLOPES), strict=True)):

            def cost(array, number=number):
                x, state, *weights = [*given[:number], array, *given[number + 1 :]]
                return np.sum(upstream * in_a_row(rnn_reference, x, state, weights)[0])

            assert_gradient(slopes, cost, given[number], name)

    assert_apart(student, "rnn_backward", {"rnn_step_backward": step_back}, judge)


@criterion("rnn_backward", points=1, hint="Slopes have fractions even where x has none; change nothing given.")
@pytest.mark.parametrize("dtype", TYPES)
def test_a_long_way_back(student, dtype):
    """Over forty beats, in any precision and for whole numbers, the slopes are right, and nothing
    given is changed."""
    x, state, weights = cast(dtype, numbers(3, 40, 2), numbers(3, 4), weights_of(2, 4))
    outputs, _ = in_a_row(rnn_reference, x, state, weights)
    upstream = (1 if dtype == "float32" else 100) * numbers(3, 40, 4, seed=5)
    if dtype == "float32":
        outputs, upstream = outputs.astype(dtype), upstream.astype(dtype)
    expected = [np.zeros(x.shape), np.zeros(state.shape), *(np.zeros(part.shape) for part in weights)]
    for beat in reversed(range(40)):
        before = state if beat == 0 else outputs[:, beat - 1]
        here = step_back(upstream[:, beat] + expected[1], x[:, beat], before, outputs[:, beat], weights)
        expected[0][:, beat], expected[1] = here[:2]
        expected[2:] = [total + part for total, part in zip(expected[2:], here[2:], strict=True)]

    def judge(_):
        found = call_unchanged(student, "rnn_backward", upstream, x, state, outputs, weights)
        for name, slopes, right in zip(SLOPES, as_tuple(found, "rnn_backward(...)", SLOPES), expected, strict=True):
            assert_close(
                slopes,
                right,
                name,
                rtol=1e-3 if dtype == "float32" else None,
                atol=1e-4 if dtype == "float32" else None,
            )

    assert_apart(student, "rnn_backward", {"rnn_step_backward": step_back}, judge)


@criterion("sigmoid", points=1, hint="Any shape, near scores beside far ones, whole numbers; change nothing given.")
@pytest.mark.parametrize("shape", [(7,), (3, 4), (2, 3, 2)])
@pytest.mark.parametrize("dtype", TYPES)
def test_any_gate(student, shape, dtype):
    """Scores of any shape and size become gates, without a warning, and are left as they were."""
    scores = 6 * numbers(*shape)
    scores.ravel()[:] = np.sort(scores.ravel())[::-1]
    if dtype != "float32":
        scores.ravel()[[1, 2, -1]] = 5000, -5000, -745
    scores = scores.astype(dtype)
    with without_warnings(student):
        found = call_unchanged(student, "sigmoid", scores)
    assert_close(found, stable_sigmoid(scores), "the gates", rtol=tolerance(dtype))


def assert_step(student, name, reference, sizes, dtype, blocks):
    """Assert that a gated step is right for these sizes, and leaves what it is given as it was."""
    batch, features, units = sizes
    pair = blocks == 4
    weights = weights_of(features, units, blocks, seed=len(name))
    states = [numbers(batch, units, seed=7), 2 * numbers(batch, units, seed=8)]
    x, state, weights = cast(dtype, 2 * numbers(batch, features, seed=6), states, weights)
    state = state if pair else state[0]
    expected, left = reference(x.astype(float), state, weights)

    def judge(_):
        found = as_tuple(call_unchanged(student, name, x, state, weights), f"{name}(...)", ("output", "state"))
        assert_close(found[0], expected, "the output", rtol=tolerance(dtype))
        kept = as_tuple(found[1], "the state", ("h", "c")) if pair else (found[1],)
        for part, right in zip(kept, left if pair else (left,), strict=True):
            assert_close(part, right, "the state", rtol=tolerance(dtype))

    assert_apart(student, name, {"sigmoid": stable_sigmoid}, judge)


@criterion("lstm_step", points=2, hint="Any number of examples, features and units; whole numbers, too.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("sizes", SIZES)
def test_any_lstm(student, sizes, dtype):
    """LSTM steps of any size are right, and leave what they are given as it was."""
    assert_step(student, "lstm_step", lstm_reference, sizes, dtype, 4)


@criterion("gru_step", points=1, hint="Any number of examples, features and units; whole numbers, too.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("sizes", SIZES)
def test_any_gru(student, sizes, dtype):
    """GRU steps of any size are right, and leave what they are given as it was."""
    assert_step(student, "gru_step", gru_reference, sizes, dtype, 3)


@criterion("lamp_weights", points=1, hint="What if a button is pressed again and again, or none for long?")
def test_a_long_evening(student):
    """However often the buttons are pressed, and if nobody touches them for a thousand beats, the
    lamp does what it should."""
    names = ("kernel", "recurrent kernel", "bias")
    parts = as_tuple(student.lamp_weights(), "lamp_weights()", names)
    for part, shape, name in zip(parts, [(2, 4), (1, 4), (4,)], names, strict=True):
        assert_shape(part, shape, name)
        assert_between(part, -1e30, 1e30, name)
    weights = [as_array(part, "the weights").astype(float) for part in parts]
    draw = np.random.default_rng(77)
    pressed = draw.random((12, 1100, 1)) < np.linspace(0.2, 0.9, 12)[:, None, None]
    pressed[6:, 80:] = False  # a thousand beats and more
    is_on = draw.random((12, 1100, 1)) < np.tile([0.5, 0.8, 0.2], 4)[:, None, None]
    buttons = np.concatenate([pressed & is_on, pressed & ~is_on], axis=2)
    light, _ = in_a_row(lstm_reference, buttons.astype(float), [np.zeros((12, 1))] * 2, weights)
    shines = np.zeros(12, bool)
    for beat in range(1100):
        shines = (shines | buttons[:, beat, 0]) & ~buttons[:, beat, 1]
        wrong = (light[:, beat, 0] > 0.5) != shines
        if wrong.any():
            evening = "while buttons are pressed" if beat < 80 else "long after a button was pressed"
            raise CriterionFailed("the lamp to do what the buttons say", f"one that does not, {evening}")
