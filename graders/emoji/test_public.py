"""The public criteria of `emoji`: short sentences, numbers on paper, and what the networks know."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    as_tuple,
    assert_apart,
    assert_close,
    assert_crossentropy_loss,
    assert_dtype,
    assert_probabilities,
    assert_reports,
    assert_shape,
    call_unchanged,
    criterion,
    without_warnings,
)
from proctor.datasets import emoji

LOG2, LOG3, LOG5 = math.log(2), math.log(3), math.log(5)
LIST = ["rain", "not", "sun", "a", "tea"]


def assert_rows(student, sentences, length, expected):
    """Assert the rows that `to_rows` makes of sentences with the words of LIST."""
    found = call_unchanged(student, "to_rows", list(sentences), list(LIST), length)
    assert_shape(as_array(found, "the rows"), (len(sentences), length), "the rows")
    assert_close(as_array(found, "the rows").astype(float), np.array(expected, float), "the rows")
    return found


@criterion("rows", points=1, hint="Which number has the first word of the list? Rows 0 and 1 belong to no word.")
def test_places_of_words(student):
    """In the list rain, not, sun, a, tea, the sentence "sun not rain" is 4, 3, 2."""
    sentences = ["sun not rain", "tea a sun", "not tea not", "a sun tea"]
    found = assert_rows(student, sentences, 3, [[4, 3, 2], [6, 5, 4], [3, 6, 3], [5, 4, 6]])
    assert_dtype(found, "int", "the rows")


@criterion("rows", points=1, hint="What happens to capitals, to two spaces, and to a space at the beginning?")
def test_capitals_and_spaces(student):
    """Words may be written in capitals, with any white space around them."""
    assert_rows(student, ["Sun NOT Rain", "  tEA \t not\nSUN ", "A  tea   a"], 3, [[4, 3, 2], [6, 3, 4], [5, 6, 5]])


@criterion("rows", points=1, hint="A word that is not in the list has a number, too, and a place in the row.")
def test_unknown_words(student):
    """An unknown word becomes 1 and keeps its place."""
    sentences = ["not snow sun", "moon a moon", "teas rain nota"]
    assert_rows(student, sentences, 3, [[3, 1, 4], [1, 5, 1], [1, 2, 1]])


@criterion("rows", points=1, hint="At which end do the zeros stand, and which words of a long sentence stay?")
def test_one_length(student):
    """Short sentences, and empty ones, get zeros at their end; of long ones the beginning stays."""
    sentences = ["tea", "", "not a sun rain tea not", "rain sun"]
    assert_rows(student, sentences, 4, [[6, 0, 0, 0], [0, 0, 0, 0], [3, 5, 4, 2], [2, 4, 0, 0]])
    assert_rows(student, [13 * "tea "], 12, [12 * [6]])


TEA = ["sun", "tea", "not"]
VECTORS = {"not": [2.5, -6.0], "rain": [8.0, 8.0], "sun": [-1.0, 3.0], "tea": [3.0, 0.5], "snow": [9.0, 1.0]}
VECTORS = {word: np.array(vector) for word, vector in VECTORS.items()}


@pytest.fixture
def tea_table(student):
    """The table that `make_table` makes of three of five words."""
    return as_array(call_unchanged(student, "make_table", list(TEA), dict(VECTORS)), "the table")


@criterion("table", points=1, hint="How many rows come before the first word, and what is in row 0?")
def test_two_rows_and_the_words(tea_table):
    """Three words of two numbers give a table of five rows, and its row 0 is all zeros."""
    assert_shape(tea_table, (5, 2), "the table")
    assert_close(tea_table[0], np.zeros(2), "row 0")


@criterion("table", points=1, hint="Go through the list, not through the dictionary.")
def test_vectors_in_the_order_of_the_list(tea_table):
    """From row 2 on stand the vectors of the words, in the order of the list."""
    assert_close(tea_table[2:], np.array([[-1, 3], [3, 0.5], [2.5, -6]]), "the rows from 2 on")


@criterion("table", points=1, hint="The mean of which vectors, and number by number?")
def test_the_unknown_word_is_ordinary(tea_table):
    """Row 1, the unknown word, is the mean of the vectors of the words in the list."""
    assert_close(tea_table[1], np.array([1.5, -2.5 / 3]), "row 1")


# Padding, the unknown word, and four words; the vector of the last one is all zeros.
PAPER = np.array([[0.0, 0, 0], [7, -20, 0.5], [1, 2, -3], [3, -4, 0], [-2.5, 6, 9], [0, 0, 0]])


def assert_average(student, rows, expected):
    """Assert what `average_words` makes of rows of the table PAPER."""
    with without_warnings(student):
        found = call_unchanged(student, "average_words", np.array(rows), PAPER)
    assert_close(found, np.array(expected), "the averages")


@criterion("average", points=1, hint="Look the vectors up first: what is the shape of `table[rows]`?")
def test_means_on_paper(student):
    """The average of two words is the mean of their vectors, number by number."""
    assert_average(student, [[2, 3], [4, 3], [4, 4]], [[2, -1, -1.5], [0.25, 1, 4.5], [-2.5, 6, 9]])


@criterion("average", points=1, hint="By which number do you divide? Count words, not places.")
@pytest.mark.parametrize("more", [pytest.param(0, id="two zeros"), pytest.param(7, id="nine zeros")])
def test_padding_does_not_count(student, more):
    """However much padding a row has, and wherever, the average is that of its words."""
    rows = [row + more * [0] for row in ([2, 3, 0, 0], [3, 0, 0, 4], [0, 4, 0, 0])]
    assert_average(student, rows, [[2, -1, -1.5], [0.25, 1, 4.5], [-2.5, 6, 9]])


@criterion("average", points=1, hint="Which number is padding? Look at the rows of numbers, not at the vectors.")
def test_every_word_counts(student):
    """An unknown word counts, a repeated word counts twice, a word whose vector is zeros counts."""
    rows = [[1, 3, 1, 3], [3, 3, 2, 3], [2, 5, 3, 5]]
    assert_average(student, rows, [[5, -12, 0.25], [2.5, -2.5, -0.75], [1, -0.5, -0.75]])


@criterion("average", points=1, hint="What do you divide by if there is no word?")
def test_a_sentence_without_words(student):
    """The average of no words is zeros, and NumPy has nothing to warn of."""
    assert_average(student, [[0, 0, 0], [4, 2, 3], [0, 0, 0]], [[0, 0, 0], [0.5, 4 / 3, 2], [0, 0, 0]])


@criterion("softmax", points=1, hint="Each power divided by the sum of the powers of its own row.")
def test_probabilities_on_paper(student):
    """The scores 0, log 2 and log 5 become 1/8, 2/8 and 5/8, in each row by itself."""
    scores = np.array([[0, LOG2, LOG5], [LOG3, -LOG2, LOG2], [-1 + LOG2, -1, -1]])
    found = call_unchanged(student, "softmax", scores)
    assert_close(found, np.array([[1, 2, 5], [48 / 11, 8 / 11, 32 / 11], [4, 2, 2]]) / 8, "the probabilities")


@criterion("softmax", points=1, hint="The largest score of which row do you take away?")
def test_large_scores(student):
    """Scores of a thousand above 0 and below give probabilities, without a warning."""
    scores = np.array([[1000.0, 1001.0], [-1000.0, -1002.0], [700.0, -800.0], [-800.0, 900.0]])
    with without_warnings(student):
        found = student.softmax(scores)
    first = np.array([1 / (1 + math.e), 1 / (1 + math.exp(-2)), 1, 0])
    assert_close(found, np.column_stack([first, 1 - first]), "the probabilities")


def made_up(scores):
    """In place of the student's `softmax`: some probabilities that are no softmax."""
    shares = 1 + (scores - 0.6) ** 2
    return shares / shares.sum(axis=1, keepdims=True)


# The rows of probabilities are (1, 2, 5)/8, (3, 1, 1)/5, (3, 2, 5)/10 and (1, 1, 1)/3.
X = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])
LABELS, WEIGHTS, BIAS = np.array([1, 0, 0, 2]), np.array([[0, LOG2, LOG5], [LOG3, 0, 0]]), np.zeros(3)
SAID = np.array([[1 / 8, 2 / 8, 5 / 8], [3 / 5, 1 / 5, 1 / 5], [3 / 10, 2 / 10, 5 / 10], [1 / 3, 1 / 3, 1 / 3]])


def judge_slopes(student, place, given, said, strict=False):
    """Assert the slopes of the weights (0) or of the bias (1); `said` are the probabilities.

    Order and shape are judged where it is strict; each mistake costs one criterion.
    """
    x, labels, weights, bias = given

    def judge(apart):
        found = call_unchanged(student, "slopes", *given)
        found = as_tuple(found, "slopes(...)", ("slopes of the weights", "slopes of the bias"))
        if not (strict and place == 0) and np.ndim(found[0]) < np.ndim(found[1]):
            found = found[::-1]
        if not strict and np.shape(found[1]) == (1, len(bias)):
            found = found[0], found[1][0]
        error = ((made_up(x @ weights + bias) if apart else said) - np.eye(said.shape[1])[labels]) / len(x)
        expected = error.sum(axis=0) if place else x.T @ error
        assert_close(found[place], expected, f"the slopes of the {'bias' if place else 'weights'}")

    assert_apart(student, "slopes", {"softmax": made_up}, judge)


@criterion("slopes", points=2, hint="Write the errors down, a row for each sentence. Which label has which column?")
def test_slopes_of_the_weights(student):
    """The slopes of the weights are those that one works out on paper."""
    judge_slopes(student, 0, (1.0 * X, LABELS, WEIGHTS, BIAS), SAID, strict=True)


@criterion("slopes", points=1, hint="Over what do you sum the errors, so that each emoji keeps a number of its own?")
def test_slopes_of_the_bias(student):
    """The slopes of the bias are those that one works out on paper."""
    judge_slopes(student, 1, (1.0 * X, LABELS, WEIGHTS, BIAS), SAID, strict=True)


@criterion("slopes", points=1, hint="Do the scores have the bias in them? How many places has each row of y?")
@pytest.mark.parametrize("place", [pytest.param(0, id="weights"), pytest.param(1, id="bias")])
def test_the_bias_takes_part(student, place):
    """A bias changes the slopes, and an emoji that is no sentence's label has slopes, too."""
    said = np.array(4 * [[1 / 2, 1 / 4, 1 / 4]])
    x, weights, bias = np.array([[1.0], [-2.0], [4.0], [0.5]]), np.zeros((1, 3)), np.array([LOG2, 0.0, 0.0])
    judge_slopes(student, place, (x, np.array([1, 0, 1, 1]), weights, bias), said)


# Of seven pairs, four have a right first sentence, three a right second one, and two have both.
FIRST = np.array([[35, 40, 25], [10, 20, 70], [30, 40, 30], [0, 10, 90], [50, 40, 10], [1, 98, 1], [20, 50, 30]]) / 100
SECOND = np.array([[30, 30, 40], [20, 60, 20], [80, 10, 10], [25, 40, 35], [10, 80, 10], [98, 1, 1], [5, 20, 75]]) / 100
FIRST_LABELS, SECOND_LABELS = np.array([1, 2, 1, 2, 1, 0, 2]), np.array([2, 0, 1, 1, 1, 2, 1])


@criterion("pairs", points=1, hint="Of which pairs are both sentences right? Make a row of seven yes and no.")
def test_pairs_on_paper(student):
    """Of seven pairs, of which two are right in both sentences, the share is 2/7."""
    found = call_unchanged(student, "share_of_pairs", FIRST, SECOND, FIRST_LABELS, SECOND_LABELS)
    assert_close(found, 2 / 7, "the share")


@criterion("pairs", points=1, hint="Does the order of the pairs matter? Compare each answer with its own label.")
@pytest.mark.parametrize(
    "chosen, expected",
    [
        pytest.param([0, 3, 0], 1.0, id="three that are right"),
        pytest.param([1, 2, 4], 0.0, id="three with one right sentence each"),
        pytest.param([5, 6], 0.0, id="two with none"),
        pytest.param([3], 1.0, id="one that is right"),
        pytest.param([1, 0, 2], 1 / 3, id="one of three"),
    ],
)
def test_all_or_none(student, chosen, expected):
    """A pair with one right sentence counts as little as one with none."""
    found = student.share_of_pairs(FIRST[chosen], SECOND[chosen], FIRST_LABELS[chosen], SECOND_LABELS[chosen])
    assert_close(found, expected, "the share")


# A table of nine rows of three numbers; the network gets five units and says four probabilities.
TABLE = (np.random.default_rng(39).normal(0, 1, (9, 3)) * (1 - np.eye(9, 1))).astype("float32")
UNITS, KINDS = 5, 4
SHAPES = [(3, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,), (UNITS, KINDS), (KINDS,)]
HALF = 1e-2  # what half precision may be apart


def built(student):
    """A network of the student's with this table; words build one that has no Input."""
    model = as_model(student.build_reader(TABLE, UNITS, KINDS), "build_reader(...)")
    if model.input_shape is None:
        model.predict(np.array([[1, 2, 3]]))
    return model


@pytest.fixture(scope="module")
def small(student):
    """One such network."""
    return built(student)


def some_words(model):
    """Six rows of words without padding, as long as the network takes them."""
    length = (model.input_shape or (None, None))[-1] or 6
    return np.random.default_rng(length).integers(1, len(TABLE), (6, length))


def read_words(rows, table, kernel, recurrent, bias, dense, dense_bias):
    """What an LSTM and a softmax say of rows of words without padding, in NumPy."""
    h = c = np.zeros((len(rows), len(recurrent)))
    for words in rows.T:
        gates = np.split(table[words] @ kernel + h @ recurrent + bias, 4, axis=1)
        let_in, keep, let_out = (1 / (1 + np.exp(-gates[gate])) for gate in (0, 1, 3))
        c = keep * c + let_in * np.tanh(gates[2])
        h = let_out * np.tanh(c)
    powers = np.exp(h @ dense + dense_bias)
    return powers / powers.sum(axis=1, keepdims=True)


@criterion("reader", points=1, hint="What does the shape of the Input say, and which activation makes probabilities?")
def test_rows_of_any_length(small):
    """Rows of two numbers or of seven become four probabilities each."""
    for length in (2, 7):
        found = as_array(small.predict(np.arange(3 * length).reshape(3, length) % 9), "the answers")
        assert_shape(found, (3, KINDS), f"the answers to 3 rows of {length} numbers")
        assert_probabilities(found, "the answers")


@criterion("reader", points=1, hint="How does the `Embedding` get the table that the function is given?")
def test_the_table_is_in_it(small):
    """The network has the table that it was given."""
    tables = [array for array in small.weights if array.shape == TABLE.shape]
    if not tables:
        raise CriterionFailed("weights of the shape (9, 3), those of the table", "none", detail=small.table())
    assert_close(tables[0][1:], TABLE[1:], "rows 1 to 8 of the table", atol=2e-3)


@criterion("reader", points=1, hint="How many weights can be trained? Which layer should keep its own?")
def test_the_table_is_frozen(student):
    """Training leaves the table as it is, and changes the other weights."""
    model = built(student)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")  # another criterion judges its own
    before, words = model.weights, some_words(model)
    shape = as_array(model.predict(words), "the answers").shape[:-1]  # another criterion judges it
    model.fit(words, np.arange(np.prod(shape)).reshape(shape) % KINDS, epochs=1, verbose=0)
    for old, new in zip(before, as_left(model).weights, strict=True):
        changed = not np.array_equal(old, new)
        if changed and old.shape == TABLE.shape:
            raise CriterionFailed("the table as it was, after a round of training", "another one")
        if not changed and old.shape in ((3, 4 * UNITS), (UNITS, KINDS)):
            raise CriterionFailed("weights of the LSTM and the Dense layer that change in training", "the same ones")


@criterion("reader", points=2, hint="How does the `Embedding` learn that 0 is no word?")
def test_padding_is_masked(student):
    """However many zeros stand behind a sentence, the answer stays the same."""
    model = built(student)
    draw = np.random.default_rng(7)
    scattered = [draw.normal(0.3, 0.9, array.shape) if array.shape != TABLE.shape else TABLE for array in model.weights]
    model.set_weights(scattered)
    rows = np.array([[3, 5, 4], [7, 1, 0], [8, 0, 0], [2, 6, 8]])
    length, answers = (model.input_shape or (None, None))[-1], []  # a fixed one costs another criterion
    for more in (0, 1, 20):
        if length:  # then let other vectors stand for the padding
            first = more * np.eye(len(TABLE), 1)
            model.set_weights([array + first if array.shape == TABLE.shape else array for array in scattered])
        width = max(length - 3, 0) if length else more
        answer = as_array(model.predict(np.pad(rows, [(0, 0), (0, width)])), "the answers").astype(float)
        answers.append(answer[:, -1] if answer.ndim == 3 else answer)  # another criterion judges the shape
    for more, found in zip((1, 20), answers[1:], strict=True):
        assert_close(found, answers[0], f"the answers with {more} more zeros", rtol=2e-3, atol=HALF)


@criterion("reader", points=1, hint="Compare with the table above: which layers, in which order?")
def test_reads_as_an_lstm(student):
    """With weights that the check gives to it, it answers as the LSTM and the layer of the text."""
    model = built(student)
    draw = np.random.default_rng(3900)
    drawn = {shape: draw.normal(0, 0.9, shape).astype("float32") for shape in SHAPES}
    shapes = [array.shape for array in model.weights]
    if sorted(shape for shape in shapes if shape != TABLE.shape) != sorted(SHAPES):
        wanted = "a table, an LSTM of 5 units and a Dense layer of 4"
        raise CriterionFailed(wanted, "other weights", detail=model.table())
    model.set_weights([{**drawn, TABLE.shape: TABLE}[shape] for shape in shapes])
    words = some_words(model)
    expected = read_words(words, TABLE, *(drawn[shape] for shape in SHAPES))
    found = as_array(model.predict(words), "the answers")
    assert_shape(found, expected.shape, "the answers")
    assert_close(found, expected, "the answers", rtol=2e-3, atol=HALF)


@criterion("reader", points=1, hint="Look at `compile`: which loss takes labels that are whole numbers?")
def test_taught_by_crossentropy(small):
    """It learns by the crossentropy with whole-numbered labels, and reports its accuracy."""
    words, labels = some_words(small), np.arange(6) % KINDS
    assert_crossentropy_loss(small, words)
    assert_reports(small, (words, labels), "accuracy")
    before = small.weights
    small.fit(words, labels, epochs=1, verbose=0)
    if all(np.array_equal(old, new) for old, new in zip(before, as_left(small).weights, strict=True)):
        raise CriterionFailed("weights that change in training", "the same ones after a round")


def places(sentences, length=10):
    """The rows of sentences, whose known words come first in the list of words."""
    numbers = {word: place for place, word in enumerate(emoji.WORDS, start=2)}
    found = [[numbers.get(word, 1) for word in sentence.lower().split()] for sentence in sentences]
    return np.array([row + (length - len(row)) * [0] for row in found])


def share_right(model, pairs):
    """The share of pairs in which a network is right in both sentences."""
    first, second, first_labels, second_labels = pairs
    right = [
        as_array(model.predict(places(some)), "the answers").argmax(axis=-1) == labels
        for some, labels in ((first, first_labels), (second, second_labels))
    ]
    return float(np.mean(right[0] & right[1]))


@criterion("trained", points=1, needs="slopes", hint="Do the costs in the picture go down, and stay down?")
def test_the_average_knows_topics(student, thresholds, credit):
    """With your slopes, the average is right in 80 % of other sentences."""
    sentences, labels = emoji.draw_sentences(250, seed=391)
    found = as_array(student.ask_average(sentences), "the probabilities")
    assert_shape(found, (250, 5), "the probabilities of 250 sentences")
    credit.within(float(np.mean(found.argmax(axis=1) == labels)), thresholds, "average")


@criterion("trained", points=1, hint="How does the curve of the accuracy end? Run the training to its end.")
def test_the_reader_knows_topics(student, thresholds, credit):
    """The saved reader is right in 90 % of other sentences."""
    sentences, labels = emoji.draw_sentences(250, seed=392)
    credit.within(accuracy(student.reader, (places(sentences), labels)), thresholds, "reader")


@criterion("trained", points=2, hint="Does the network read word by word? Run the training to its end.")
def test_the_reader_knows_order(student, thresholds, credit):
    """Of other pairs that differ in order only, the saved reader gets 85 % right."""
    credit.within(share_right(as_model(student.reader, "reader"), emoji.draw_pairs(150, seed=393)), thresholds, "pairs")
