"""The public criteria of `jazz_lstm`, which students get with the notebook.

Most networks here have a cell that can be followed on paper: it has two numbers in `c`, and at each
step it halves them and adds tanh of what it hears and half of `h`. Word k is worth k / 5 to the
first number and -k / 5 to the second; `h` is tanh(c).
"""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_equal,
    assert_parameters,
    assert_probabilities,
    assert_shape,
    call_on_tensors,
    criterion,
    described,
    share,
)
from proctor.datasets import jazz

UNITS = 64
WORDS = np.array([3, 0, 2])  # not as many as there are units: Keras adds a column to a square array as if it were a row
MEMORY = np.array([[0.4, -0.2], [1.0, 2.0], [-0.6, 0.0]], "float32")
TO_HEAR = np.array([[3, 1, 0, 2, 2], [0, 2, 3, 3, 1], [1, 0, 0, 0, 3]])
ANSWERS = ("probabilities", "h", "c")
HALF = 0.003  # half precision rounds numbers of about 1 to 0.0005, several times in a step
HEAD = np.array([[1.0, -2.0, 0.5, 0.0], [0.25, 1.0, -1.0, 2.0]]), np.array([0.1, 0.0, -0.2, 0.3])


@criterion("pairs", points=1, hint="Which word comes right after the first, and which has none after it?")
def test_what_comes_next(student):
    """Each word but the last is heard, and followed by the next one."""
    found = student.pairs(np.array([[3, 9, 4, 7], [5, 0, 8, 2]]))
    heard, following = as_tuple(found, "pairs(...)", ("heard", "following"))
    assert_close(heard, [[3, 9, 4], [5, 0, 8]], "heard")
    assert_close(following, [[9, 4, 7], [0, 8, 2]], "following")


@criterion("one_step", points=1, hint="The head answers to what comes out of the cell.")
def test_what_may_come_next(student):
    """The probabilities of the next word are right, for a cell that can be followed on paper."""
    found = student.one_step(paper_parts(student), WORDS, [np.tanh(MEMORY), MEMORY])
    probabilities, _ = as_tuple(found, "one_step(...)", ("probabilities", "[h, c]"))
    expected, _ = paper_step(WORDS, MEMORY)
    assert_close(probabilities, expected, "the probabilities", rtol=2e-3, atol=HALF)


@criterion("one_step", points=1, hint="A cell returns two things: its output, and the list of the new h and c.")
def test_the_new_memory(student):
    """The new memory is right: first h, then c."""
    found = student.one_step(paper_parts(student), WORDS, [np.tanh(MEMORY), MEMORY])
    _, states = as_tuple(found, "one_step(...)", ("probabilities", "[h, c]"))
    h, c = as_tuple(states, "the new memory", ("h", "c"))
    _, expected = paper_step(WORDS, MEMORY)
    assert_close(h, np.tanh(expected), "the new h", rtol=2e-3, atol=HALF)
    assert_close(c, expected, "the new c", rtol=2e-3, atol=HALF)


@criterion("count_weights", points=1, hint="Count layer by layer. How many layers does a tune of 1,000 steps have?")
@pytest.mark.parametrize("steps", [pytest.param(1, id="one step"), pytest.param(1000, id="a thousand steps")])
def test_a_small_network(student, steps):
    """With 3 words, 2 numbers for each and 1 unit there are 28 weights, however many the steps."""
    assert_close(student.count_weights(3, 2, 1, steps), 28, "the number of weights")


@criterion("build_listener", points=1, hint="One answer for each step; `keras.ops.stack` makes one tensor of them.")
@pytest.mark.parametrize("steps", [pytest.param(2, id="two steps"), pytest.param(5, id="five steps")])
def test_an_answer_for_each_step(student, steps):
    """After each word of a tune, the listener gives the probabilities of the next."""

    def judge(standing_in):
        model = as_model(
            student.build_listener(make_parts(student, 23, UNITS, standing_in), steps), "build_listener(...)"
        )
        found = as_array(model.predict(np.arange(4 * steps).reshape(4, steps) % 23), "the answers")
        assert_shape(found, (4, steps, 23), "the answers to 4 tunes")
        assert_probabilities(found, "the answers")

    assert_apart(student, "build_listener", {"one_step": other_step}, judge)


@criterion("build_listener", points=2, hint="Is a layer made anew at each step? Use those in `parts`.")
@pytest.mark.parametrize("steps", [pytest.param(2, id="two steps"), pytest.param(5, id="five steps")])
def test_weights_are_counted_once(student, steps):
    """However many the steps, the listener has the weights of the three parts, and no others."""

    def judge(standing_in):
        model = as_model(
            student.build_listener(make_parts(student, 23, UNITS, standing_in), steps), "build_listener(...)"
        )
        assert_parameters(model, exactly=count_parts(23, UNITS, standing_in))

    assert_apart(student, "build_listener", {"one_step": other_step}, judge)


@criterion("build_listener", points=1, hint="Does the memory of each step reach the next, and begin with zeros?")
def test_a_tune_on_paper(student):
    """The listener's answers to three tunes are right, for a cell that can be followed on paper."""

    def judge(standing_in):
        parts = make_parts(student, 4, 2, standing_in)
        model = as_model(student.build_listener(parts, TO_HEAR.shape[1]), "build_listener(...)")
        set_paper_weights(parts, standing_in)
        expected, memory = [], np.zeros((len(TO_HEAR), 2))
        for words in TO_HEAR.T:
            answer, memory = (plain_step if standing_in else paper_step)(words, memory)
            expected.append(answer)
        assert_close(model.predict(TO_HEAR), np.stack(expected, axis=1), "the answers", rtol=2e-3, atol=HALF)

    assert_apart(student, "build_listener", {"one_step": other_step}, judge)


@criterion("build_player", points=1, hint="A list of three inputs and a list of three outputs, in the text's order.")
def test_a_word_and_the_memory(student):
    """The player takes a word, h and c, and gives probabilities, h and c."""

    def judge(standing_in):
        model = as_model(student.build_player(make_parts(student, 23, UNITS, standing_in)), "build_player(...)")
        found = model.predict([np.array([4, 0, 6]), *np.zeros((2, 3, UNITS), "float32")])
        probabilities, h, c = as_tuple(found, "the player's answers", ANSWERS)
        assert_shape(probabilities, (3, 23), "the probabilities")
        assert_probabilities(probabilities, "the probabilities")
        assert_shape(h, (3, UNITS), "h")
        assert_shape(c, (3, UNITS), "c")

    assert_apart(student, "build_player", {"one_step": other_step}, judge)


@criterion(
    "build_player",
    points=2,
    hint="Is it made of the very layers in `parts`, and do h and c go in and come out in the text's order?",
)
def test_no_weights_of_its_own(student):
    """The player has the weights of the three parts, and no others: when they change, it does."""

    def judge(standing_in):
        parts = make_parts(student, 4, 2, standing_in)
        model = as_model(student.build_player(parts), "build_player(...)")
        set_paper_weights(parts, standing_in)
        found = model.predict([WORDS, np.tanh(MEMORY), MEMORY])
        probabilities, h, c = as_tuple(found, "the player's answers", ANSWERS)
        expected, after = (plain_step if standing_in else paper_step)(WORDS, MEMORY)
        assert_close(probabilities, expected, "the probabilities", rtol=2e-3, atol=HALF)
        assert_close(h, np.tanh(after), "the new h", rtol=2e-3, atol=HALF)
        assert_close(c, after, "the new c", rtol=2e-3, atol=HALF)
        assert_parameters(model, exactly=count_parts(4, 2, standing_in))

    assert_apart(student, "build_player", {"one_step": other_step}, judge)


@criterion("temper", points=1, hint="First the power 1 / T of each, then divide by their sum.")
@pytest.mark.parametrize(
    "temperature, expected",
    [
        pytest.param(1.0, [0.6, 0.3, 0.1, 0.0], id="T = 1"),
        pytest.param(0.5, [36 / 46, 9 / 46, 1 / 46, 0.0], id="T = 0.5"),
    ],
)
def test_squares_on_paper(student, temperature, expected):
    """At T = 1, probabilities stay as they are; at T = 0.5 their squares are divided by their
    sum."""
    found = student.temper(np.array([0.6, 0.3, 0.1, 0.0]), temperature)
    assert_close(found, expected, "the new probabilities", rtol=1e-5)


@criterion("temper", points=1, hint="In which precision do you compute? It may get float32, or a tensor.")
def test_exact_enough_to_choose_by(student):
    """Of probabilities in single precision, in arrays or a tensor, the new ones sum to 1 to eight
    digits."""
    single = np.random.default_rng(3).dirichlet(np.ones(50), 20).astype("float32")
    answers = [student.temper(row, 1.3) for row in single]
    answers += [student.temper(np.full(300, 1 / 300, "float32"), 0.05)]  # its powers are below all numbers of float32
    answers += [call_on_tensors(student, "temper", single[0], 1.3)]
    for answer in answers:
        found = as_array(answer, "the new probabilities").astype("float64")
        assert_between(abs(float(found.sum()) - 1), 0, 1e-8, "how far their sum is from 1")


@criterion("improvise", points=2, hint="What goes in at each step? The word that was just chosen, and the new h and c.")
def test_feeds_its_own_answers_back(student):
    """A player that counts, and is always sure of the next word, plays the tune it has in mind."""
    tune, h, c = [4], 0, 0
    while len(tune) < 40:
        tune.append((tune[-1] + h + 3 * c) % 11)
        h, c = h + 1, (c + tune[-2]) % 7

    def judge(_):
        found = solo(student, share(student, counting_player)(11, 3), 3, 4, 40)
        wrong = next((place for place in range(40) if found[place] != tune[place]), None)
        if wrong is not None:
            raise CriterionFailed(f"word {wrong} of the solo to be {tune[wrong]}", f"{found[wrong]}")

    assert_apart(student, "improvise", {"temper": as_they_are}, judge)


@criterion("improvise", points=1, hint="`count` words, the first one included.")
@pytest.mark.parametrize("count", [1, 2, 12])
def test_as_many_words_as_asked_for(student, count):
    """A solo begins with the first word and has `count` words."""

    def judge(_):
        found = solo(student, share(student, counting_player)(23, UNITS), UNITS, 5, count)
        assert_equal(found[0], 5, "the first word")

    assert_apart(student, "improvise", {"temper": as_they_are}, judge)


@criterion("improvise", points=1, hint="Make one generator from `seed`, at the start, and draw every word from it.")
def test_the_seed_decides(student):
    """The same seed gives the same solo, and another seed another."""

    def judge(_):
        player = share(student, careless_player)([0.25] * 4 + [0.0] * 19, UNITS)
        first, again, *others = (solo(student, player, UNITS, 1, 16, seed) for seed in (5, 5, 6, 7))
        if again != first:
            raise CriterionFailed("the same solo with seed=5 again", "another")
        if first in others or others[0] == others[1]:
            raise CriterionFailed("other solos with seed=6 and seed=7", "the same")
        if first[2:] == others[0][1:-1]:
            raise CriterionFailed("choices of its own for seed=6", "those of seed=5, without its first one")

    assert_apart(student, "improvise", {"temper": as_they_are}, judge)


@criterion("improvise", points=1, hint="Is it the tempered probabilities that it draws by?")
def test_careful_at_a_low_temperature(student):
    """At T = 0.05, a player that thinks one word twice as likely as any other plays just that."""

    def judge(_):
        player = share(student, careless_player)([0.2, 0.2, 0.4, 0.2] + [0.0] * 19, UNITS)
        found = solo(student, player, UNITS, 1, 25, temperature=0.05)
        assert_equal(found, [1] + 24 * [2], "the solo")

    assert_apart(student, "improvise", {"temper": all_or_nothing}, judge)


@criterion("legal", points=2, hint="Has the listener been trained, and is the player made of the same parts?")
def test_expects_what_is_allowed(student, thresholds, credit):
    """While it hears unseen tunes, 95 % of what the player expects is allowed by the grammar."""
    tunes = jazz.draw_tunes(24, seed=7001, bars=6)
    allowed = np.stack([jazz.allowed_words(tune)[1:] for tune in tunes], axis=1)
    credit.within(float((listen(student.player, tunes) * allowed).sum(axis=-1).mean()), thresholds, "allowed")


@criterion("var_length", points=2, hint="Divide by 128: the remainder is the last byte, and the rest comes before it.")
@pytest.mark.parametrize(
    "number, expected",
    [
        pytest.param(0, "00", id="0"),
        pytest.param(127, "7f", id="127"),
        pytest.param(128, "81 00", id="128"),
        pytest.param(320, "82 40", id="320"),
        pytest.param(16384, "81 80 00", id="16384"),
        pytest.param(2**28, "81 80 80 80 00", id="268435456"),
    ],
)
def test_bytes_on_paper(student, number, expected):
    """The numbers of the table are written as it says, and larger ones in three and five bytes."""
    found = student.var_length(number)
    if not isinstance(found, bytes):
        raise CriterionFailed("bytes", described(found))
    assert_equal(found.hex(" "), expected, f"var_length({number})")


def paper_parts(student):
    """The three layers of a network that can be followed on paper."""
    parts = student.make_parts(4, 2)
    set_paper_weights(parts)
    return parts


def make_parts(student, vocabulary, units, standing_in):
    """The three layers of a network, or those that `other_step` is a step of."""
    return (share(student, other_parts) if standing_in else student.make_parts)(vocabulary, units)


def count_parts(vocabulary, units, standing_in):
    """How many weights they have."""
    return vocabulary * 16 + units * (17 if standing_in else 4 * (16 + units + 1)) + vocabulary * (units + 1)


def set_paper_weights(parts, standing_in=False):
    """Give the layers the weights that the top of this file describes."""
    embed, cell, head = parts
    worth, kernel, recurrent = np.zeros((4, 16)), np.zeros((16, 8)), np.zeros((2, 8))
    worth[:, 0] = np.arange(4) / 5
    kernel[0, 4:6] = 1, -1
    recurrent[[0, 1], [4, 5]] = 0.5
    embed.set_weights([worth])
    gates = [kernel, recurrent, np.array([50, 50, 0, 0, 0, 0, 50, 50])]
    cell.set_weights([kernel[:, 4:6], np.zeros(2)] if standing_in else gates)
    head.set_weights(list(HEAD))


def paper_step(words, memory):
    """The probabilities after a step of that network, and its new c."""
    memory = memory / 2 + np.tanh(words[:, None] / 5 * [1, -1] + np.tanh(memory) / 2)
    powers = np.exp(np.tanh(memory) @ HEAD[0] + HEAD[1])
    return powers / powers.sum(axis=1, keepdims=True), memory


def plain_step(words, memory):
    """The same of `other_step`."""
    memory = np.tanh(memory) / 2 + memory / 4 + words[:, None] / 5 * [1, -1]
    powers = np.exp(memory @ HEAD[0] + HEAD[1])
    return powers / powers.sum(axis=1, keepdims=True), memory


def other_parts(vocabulary, units):
    """Layers without a cell: in its place is a Dense layer."""
    layers = __import__("keras").layers
    parts = layers.Embedding(vocabulary, 16), layers.Dense(units), layers.Dense(vocabulary, activation="softmax")
    for part, width in zip(parts, (1, 16, units), strict=True):
        part.build((None, width))
    return parts


def other_step(parts, words, states):
    """A step that stands in for the student's: with a memory for the head, but without a cell."""
    keras = __import__("keras")
    memory = states[0] / 2 + states[1] / 4 + parts[1](parts[0](words))
    return parts[2](memory), [keras.ops.tanh(memory), memory]


def counting_player(vocabulary, units):
    """A player that is sure of the next word, which depends on the last one and on h and c."""
    keras = __import__("keras")
    word = keras.Input((), dtype="int32")
    h, c = keras.Input((units,)), keras.Input((units,))
    following = (word + keras.ops.cast(h[:, 0] + 3 * c[:, -1], "int32")) % vocabulary
    heard = c + keras.ops.cast(word, "float32")[:, None]
    return keras.Model([word, h, c], [keras.ops.one_hot(following, vocabulary), h + 1, heard % 7])


def careless_player(probabilities, units):
    """A player with the same probabilities whatever it hears."""
    keras = __import__("keras")
    word = keras.Input((), dtype="int32")
    h, c = keras.Input((units,)), keras.Input((units,))
    answers = keras.ops.convert_to_tensor([probabilities], "float32") + 0 * h[:, :1]
    return keras.Model([word, h, c], [answers, h, c])


def as_they_are(probabilities, *_, **__):
    """Stands in for `temper`, at T = 1."""
    import numpy

    found = numpy.asarray(probabilities, "float64")
    return found / found.sum()


def all_or_nothing(probabilities, temperature):
    """Stands in for `temper`, at a very low T and at 1."""
    import numpy

    found = numpy.asarray(probabilities, "float64")
    found = found if temperature > 0.1 else (found == found.max()) * 1.0
    return found / found.sum()


def solo(student, player, units, first, count, seed=3, temperature=1.0):
    """The words of a solo, as a list of whole numbers."""
    found = as_array(student.improvise(player, units, first, count, temperature, seed), "the solo")
    assert_shape(found, (count,), "the solo")
    return [int(word) for word in found]


def listen(player, tunes):
    """A player's probabilities after each word but the last: (words - 1, n, vocabulary)."""
    states = [np.zeros((len(tunes), UNITS), "float32")] * 2
    answers = []
    for words in tunes.T[:-1]:
        found = as_model(player, "player").predict([words, *states])
        probabilities, *states = as_tuple(found, "the player's answers", ANSWERS)
        assert_shape(probabilities, (len(tunes), len(jazz.WORDS)), "the probabilities")
        assert_probabilities(probabilities, "the probabilities")
        answers.append(probabilities)
    return np.stack(answers)
