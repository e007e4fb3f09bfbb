"""The hidden criteria of `jazz_lstm`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_apart,
    assert_close,
    assert_equal,
    assert_parameters,
    assert_probabilities,
    assert_shape,
    call_unchanged,
    criterion,
    share,
)
from proctor.datasets import jazz

UNITS = 64
ANSWERS = ("probabilities", "h", "c")
HALF = 0.003  # half precision rounds numbers of about 1 to 0.0005, several times in a step
SIZES = [
    pytest.param(9, 1, 3, id="one unit"),
    pytest.param(30, 6, 1, id="one tune"),
    pytest.param(5, 17, 8, id="few words, many units"),
]


@criterion("pairs", points=1, hint="Use the array that it is given, whatever its size.")
@pytest.mark.parametrize("count, words", [(1, 2), (40, 9), (3, 77)])
def test_any_tunes(student, count, words):
    """Tunes of any number and length are cut."""
    tunes = np.random.default_rng(words).integers(0, 90, (count, words))
    found = call_unchanged(student, "pairs", tunes)
    heard, following = as_tuple(found, "pairs(...)", ("heard", "following"))
    assert_close(heard, tunes[:, :-1], "heard")
    assert_close(following, tunes[:, 1:], "following")


@criterion("one_step", points=2, hint="Which parts, which words and which memory does it use? Those that it is given.")
@pytest.mark.parametrize("vocabulary, units, tunes", SIZES)
def test_any_step(student, vocabulary, units, tunes):
    """A step of any network is right, from any memory."""
    weights = random_weights(vocabulary, units)
    words, states = random_moment(vocabulary, units, tunes)
    parts = student.make_parts(vocabulary, units)
    set_weights(parts, weights)
    found = student.one_step(parts, words, list(states))
    probabilities, memory = as_tuple(found, "one_step(...)", ("probabilities", "[h, c]"))
    h, c = as_tuple(memory, "the new memory", ("h", "c"))
    for one, right, what in zip((probabilities, h, c), lstm(weights, words, *states), ANSWERS, strict=True):
        assert_close(one, right, what, rtol=2e-3, atol=HALF)


@criterion("count_weights", points=1, hint="Try it on `make_parts` of several sizes, with `count_params()`.")
@pytest.mark.parametrize("vocabulary, width, units, steps", [(23, 16, 64, 39), (1, 7, 3, 2), (50, 4, 9, 300)])
def test_any_network(student, vocabulary, width, units, steps):
    """The weights of networks of any size are counted."""
    expected = vocabulary * width + 4 * units * (width + units + 1) + (units + 1) * vocabulary
    assert_close(student.count_weights(vocabulary, width, units, steps), expected, "the number of weights")


@criterion("build_listener", points=2, hint="Compare with your `one_step`, asked word after word.")
@pytest.mark.parametrize(
    "vocabulary, units, tunes, steps",
    [pytest.param(9, 1, 3, 1, id="one unit, a single step"), pytest.param(30, 6, 2, 7, id="seven steps")],
)
def test_any_listener(student, vocabulary, units, tunes, steps):
    """The answers of any network to tunes of any length are right."""
    heard = np.random.default_rng(steps).integers(0, vocabulary, (tunes, steps))
    weights = random_weights(vocabulary, units)
    states, expected = np.zeros((2, tunes, units)), []
    for words in heard.T:
        answer, *states = lstm(weights, words, *states)
        expected.append(answer)

    def judge(_):
        parts = student.make_parts(vocabulary, units)
        model = as_model(student.build_listener(parts, steps), "build_listener(...)")
        set_weights(parts, weights)
        assert_close(model.predict(heard), np.stack(expected, axis=1), "the answers", rtol=2e-3, atol=HALF)

    assert_apart(student, "build_listener", {"one_step": right_step}, judge)


@criterion("build_player", points=2, hint="Compare with your `one_step`, which it is a plan of.")
@pytest.mark.parametrize("vocabulary, units, tunes", SIZES)
def test_any_player(student, vocabulary, units, tunes):
    """The player of any network answers right, with the weights of the parts and no others."""
    weights = random_weights(vocabulary, units)
    words, states = random_moment(vocabulary, units, tunes)

    def judge(_):
        parts = student.make_parts(vocabulary, units)
        model = as_model(student.build_player(parts), "build_player(...)")
        set_weights(parts, weights)
        found = as_tuple(model.predict([words, *states]), "the player's answers", ANSWERS)
        for one, right, what in zip(found, lstm(weights, words, *states), ANSWERS, strict=True):
            assert_close(one, right, what, rtol=2e-3, atol=HALF)
        assert_parameters(model, exactly=sum(array.size for array in weights))

    assert_apart(student, "build_player", {"one_step": right_step}, judge)


@criterion("temper", points=1, hint="Is it 1 / T, and do they sum to 1 for any T?")
@pytest.mark.parametrize("temperature", [0.05, 0.7, 1, 2.5, 5])
def test_any_temperature(student, temperature):
    """Any probabilities are tempered right, at any temperature."""
    for words in (2, 23, 300):
        probabilities = np.random.default_rng(words).dirichlet(np.ones(words))
        powers = probabilities ** (1 / temperature)
        found = call_unchanged(student, "temper", probabilities, temperature)
        assert_close(found, powers / powers.sum(), "the new probabilities", rtol=1e-5)


@criterion(
    "improvise",
    points=1,
    hint="Is each word drawn by chance, with the probabilities that a single call of `temper` gives?",
)
@pytest.mark.parametrize(
    "temperature, likely, unlikely, count",
    [pytest.param(0.5, 0.42, 0.145, 201, id="T = 0.5"), pytest.param(3.0, 0.84, 0.04, 101, id="T = 3")],
)
def test_words_come_as_often_as_they_should(student, temperature, likely, unlikely, count):
    """In a long solo, each word comes about as often as its tempered probability says."""
    one, *others = (unlikely * np.array([1.07, 1.03, 0.97, 0.93])).tolist()
    probabilities = [one, likely, *[0.0] * 18, *others]
    expected = tempered(probabilities, temperature)

    def judge(_):
        player = share(student, careless_player)(probabilities, UNITS)
        words = as_array(student.improvise(player, UNITS, 2, count, temperature, 12), "the solo")
        assert_shape(words, (count,), "the solo")
        often = np.array([(words[1:] == word).sum() for word in range(23)]) / (count - 1)
        # Five standard deviations of a share, or never: once in a million times by chance.
        stray = 5 * np.sqrt(expected * (1 - expected) / (count - 1)) + 1e-9
        stray = np.where(often == 0, np.minimum(stray, expected / 2), stray)
        if (np.abs(often - expected) > stray).any():
            word = int(np.argmax(np.abs(often - expected) - stray))
            raise CriterionFailed(f"word {word} in about {expected[word]:.0%} of the places", f"{often[word]:.0%}")

    assert_apart(student, "improvise", {"temper": tempered}, judge)


@criterion("legal", points=1, hint="Does it keep to the rules in your notebook, too?")
def test_plays_what_is_allowed(student, thresholds, credit):
    """On its own answers, 95 % of the player's steps are allowed by the grammar."""
    rng = np.random.default_rng(9001)
    tunes, states = [np.arange(30) % len(jazz.CHORDS)], [np.zeros((30, UNITS), "float32")] * 2
    for _ in range(49):
        probabilities, *states = ask(student.player, tunes[-1], states)
        sums = probabilities.astype(float).cumsum(axis=1)
        tunes.append((sums <= rng.random((30, 1)) * sums[:, -1:]).sum(axis=1))
    legal = [jazz.legal_words(tune)[1:].mean() for tune in np.stack(tunes, axis=1)]
    credit.within(float(np.mean(legal)), thresholds, "allowed")


@criterion("legal", points=2, hint="It must expect all that may come, not one tune alone. Was it trained to the end?")
def test_is_seldom_surprised(student, thresholds, credit):
    """Unseen tunes surprise the player by at most 1.5 nats a word."""
    tunes = jazz.draw_tunes(24, seed=9002, bars=6)
    states, surprise = [np.zeros((24, UNITS), "float32")] * 2, []
    for words, following in zip(tunes.T[:-1], tunes.T[1:], strict=True):
        probabilities, *states = ask(student.player, words, states)
        surprise.append(-np.log(np.maximum(probabilities[np.arange(24), following].astype(float), 1e-7)))
    credit.within(float(np.mean(surprise)), thresholds, "surprise")


@criterion("var_length", points=1, hint="Try numbers around 128, 128 · 128 and 128 · 128 · 128.")
def test_any_number(student):
    """Numbers of any size are written right."""
    drawn = np.random.default_rng(4).integers(0, 2**28, 20)
    edges = [128**power + near for power in (1, 2, 3, 4, 7) for near in (-1, 0, 1)]
    for number in (1, 64, 255, 8192, *edges, *map(int, drawn)):
        expected = bytes([number & 127])
        while number >> 7 * len(expected):
            expected = bytes([128 | number >> 7 * len(expected) & 127]) + expected
        assert_equal(student.var_length(number), expected, f"var_length({number})")


def ask(player, words, states):
    """A player's probabilities and new memory, in one list."""
    found = as_model(player, "player").predict([words, *states])
    answers = as_tuple(found, "the player's answers", ANSWERS)
    assert_shape(answers[0], (len(words), len(jazz.WORDS)), "the probabilities")
    assert_probabilities(answers[0], "the probabilities")
    return answers


def random_weights(vocabulary, units):
    """The weights of three layers, in Keras's order."""
    rng = np.random.default_rng([vocabulary, units])
    shapes = [(vocabulary, 16), (16, 4 * units), (units, 4 * units), (4 * units,), (units, vocabulary), (vocabulary,)]
    return [rng.normal(0, 0.7, shape).astype("float32") for shape in shapes]


def set_weights(parts, weights):
    """Give three layers these weights."""
    for part, own in zip(parts, (weights[:1], weights[1:4], weights[4:]), strict=True):
        part.set_weights(own)


def random_moment(vocabulary, units, tunes):
    """A random word for each tune, and a random memory."""
    rng = np.random.default_rng([vocabulary, units, tunes])
    return rng.integers(0, vocabulary, tunes), rng.normal(0, 0.8, (2, tunes, units)).astype("float32")


def lstm(weights, words, h, c):
    """A step of Keras's LSTM cell with an embedding and a softmax: probabilities, h and c."""
    worth, kernel, recurrent, bias, head, head_bias = (array.astype(float) for array in weights)
    let_in, keep, new, show = np.split(worth[words] @ kernel + h @ recurrent + bias, 4, axis=1)
    c = sigmoid(keep) * c + sigmoid(let_in) * np.tanh(new)
    h = sigmoid(show) * np.tanh(c)
    powers = np.exp(h @ head + head_bias)
    return powers / powers.sum(axis=1, keepdims=True), h, c


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def right_step(parts, words, states):
    """Stands in for `one_step`."""
    embed, cell, head = parts
    output, states = cell(embed(words), states)
    return head(output), states


def tempered(probabilities, temperature):
    """Stands in for `temper`."""
    import numpy

    powers = numpy.asarray(probabilities, "float64") ** (1 / temperature)
    return powers / powers.sum()


def careless_player(probabilities, units):
    """A player with the same probabilities whatever it hears."""
    keras = __import__("keras")
    word = keras.Input((), dtype="int32")
    h, c = keras.Input((units,)), keras.Input((units,))
    answers = keras.ops.convert_to_tensor([probabilities], "float32") + 0 * h[:, :1]
    return keras.Model([word, h, c], [answers, h, c])
