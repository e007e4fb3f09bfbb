"""The hidden criteria of `emoji`: other lists, tables and networks, and words nobody has met."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_array,
    as_model,
    as_tuple,
    assert_apart,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
)
from proctor.datasets import emoji

NONSENSE = ["lorem", "ipsum", "dolor", "sit", "amet", "elan", "vital", "uber", "7", "don't", "a", "in"]


def softmax(scores):
    """Probabilities, where the student's `softmax` is not right."""
    import numpy as np

    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def places(sentences, words, length):
    """The rows of sentences."""
    numbers = {word: place for place, word in enumerate(words, start=2)}
    rows = np.zeros((len(sentences), length), int)
    for row, sentence in zip(rows, sentences, strict=True):
        found = [numbers.get(word, 1) for word in sentence.lower().split()][:length]
        row[: len(found)] = found
    return rows


def average(rows, table):
    """The mean of the words of each row."""
    counts = np.maximum((rows > 0).sum(axis=1, keepdims=True), 1)
    return (table[rows] * (rows > 0)[..., None]).sum(axis=1) / counts


@criterion("rows", points=1, hint="Does it use the list and the length that it is given, and all the sentences?")
@pytest.mark.parametrize("seed, count, known, length", [(1, 40, 9, 7), (2, 30, 3, 12), (3, 25, 1, 1), (4, 300, 12, 5)])
def test_any_sentences(student, seed, count, known, length):
    """Any sentences become rows, with any list of words and any length."""
    rng = np.random.default_rng(seed)
    words = rng.permutation(NONSENSE)[:known].tolist()
    sentences = [" ".join(rng.choice(NONSENSE, rng.integers(0, 16))) for _ in range(count)]
    sentences = [sentence.title() if place % 3 else sentence for place, sentence in enumerate(sentences)]
    found = as_array(call_unchanged(student, "to_rows", sentences, words, length), "the rows")
    assert_shape(found, (count, length), "the rows")
    assert_close(found.astype(float), places(sentences, words, length).astype(float), "the rows")


@criterion("table", points=1, hint="Does it use the list and the vectors that it is given, whatever their sizes are?")
@pytest.mark.parametrize(
    "seed, count, size, dtype", [(1, 7, 3, "float64"), (2, 1, 6, "float64"), (3, 11, 50, "float32")]
)
def test_any_table(student, seed, count, size, dtype):
    """Any list of words gets its table, of vectors of any size, and nothing is changed."""
    rng = np.random.default_rng(seed)
    vectors = {word: rng.normal(0, 2, size).astype(dtype) for word in rng.permutation(NONSENSE).tolist()}
    words = rng.permutation(NONSENSE)[:count].tolist()
    known = np.array([vectors[word] for word in words])
    expected = np.concatenate([np.zeros((1, size)), known.mean(axis=0, keepdims=True), known])
    assert_close(call_unchanged(student, "make_table", words, vectors), expected, "the table")


@criterion("average", points=1, hint="Does it use the table that it is given, and all the rows?")
@pytest.mark.parametrize("count, length, words, size", [(1, 1, 3, 2), (9, 6, 40, 50), (30, 12, 5, 3)])
def test_any_averages(student, count, length, words, size):
    """Any rows of any table are averaged, and nothing is changed."""
    rng = np.random.default_rng([count, length])
    table = rng.normal(0, 2, (words, size)) * (np.arange(words) > 0)[:, None]
    rows = rng.integers(0, words, (count, length)) * (rng.random((count, length)) < 0.6)
    found = call_unchanged(student, "average_words", rows, table)
    assert_close(found, average(rows, table), "the averages")


@criterion("softmax", points=1, hint="Try one score in a row, many, and whole numbers.")
@pytest.mark.parametrize("shape", [(1, 4), (5, 1), (7, 30), (2, 2)], ids=["1 × 4", "5 × 1", "7 × 30", "2 × 2"])
def test_any_scores(student, shape):
    """Scores of any shape become probabilities, whole numbers too, and are left as they are."""
    scores = np.random.default_rng(shape).normal(-5, 4, shape)
    for given in (scores, np.round(scores).astype(int), 10 * scores.astype("float32")):
        found = call_unchanged(student, "softmax", given)
        assert_close(found, softmax(given.astype(float)), "the probabilities")


@criterion("slopes", points=1, hint="Does it use all the sentences, and the weights that it is given?")
@pytest.mark.parametrize("count, size, kinds", [(1, 3, 2), (40, 6, 5), (7, 50, 3)])
def test_any_slopes(student, count, size, kinds):
    """The slopes are right for any sizes, and nothing is changed."""
    rng = np.random.default_rng([count, size])
    x, weights, bias = rng.normal(0, 1, (count, size)), rng.normal(0, 0.4, (size, kinds)), rng.normal(0, 1, kinds)
    labels = (rng.random(count) ** 2 * kinds).astype(int)
    error = (softmax(x @ weights + bias) - np.eye(kinds)[labels]) / count

    def judge(_):
        found = call_unchanged(student, "slopes", x, labels, weights, bias)
        parts = as_tuple(found, "slopes(...)", ("slopes of the weights", "slopes of the bias"))
        if np.ndim(parts[0]) < np.ndim(parts[1]):
            parts = parts[::-1]  # public criteria tell of that, and of a bias in a row
        parts = parts[0], parts[1][0] if np.shape(parts[1]) == (1, kinds) else parts[1]
        for part, expected, name in zip(parts, (x.T @ error, error.sum(axis=0)), ("weights", "bias"), strict=True):
            assert_close(part, expected, f"the slopes of the {name}")

    assert_apart(student, "slopes", {"softmax": softmax}, judge)


@criterion("pairs", points=1, hint="Does it use all four things that it is given, however many pairs there are?")
@pytest.mark.parametrize("count, kinds", [(1, 2), (64, 2), (57, 7)])
def test_any_pairs(student, count, kinds):
    """The share is right for any pairs, and nothing is changed."""
    rng = np.random.default_rng([count, kinds])
    first, second = rng.dirichlet(np.ones(kinds), (2, count))
    labels = [
        np.where(rng.random(count) < 0.7, each.argmax(axis=1), rng.integers(0, kinds, count))
        for each in (first, second)
    ]
    right = [each.argmax(axis=1) == known for each, known in zip((first, second), labels, strict=True)]
    found = call_unchanged(student, "share_of_pairs", first, second, *labels)
    assert_close(found, np.mean(right[0] & right[1]), "the share")


@criterion("reader", points=1, hint="Is there a number in your function that should be `units` or `kinds`?")
@pytest.mark.parametrize("words, size, units, kinds", [(6, 4, 2, 3), (30, 7, 11, 6)])
def test_readers_of_other_sizes(student, words, size, units, kinds):
    """Readers with other tables, units and kinds have the weights that the text says."""
    table = np.random.default_rng(units).normal(0, 1, (words, size)) * (np.arange(words) > 0)[:, None]
    model = as_model(student.build_reader(table, units, kinds), "build_reader(...)")
    if model.input_shape is None:  # words make its weights
        model.predict(np.array([[1, 2, 3]]))
    expected = [(words, size), (size, 4 * units), (units, 4 * units), (4 * units,), (units, kinds), (kinds,)]
    assert_equal(sorted(array.shape for array in model.weights), sorted(expected), "the shapes of the weights")


@criterion("trained", points=1, needs="slopes", hint="Do the costs go down, and is the average that of the words?")
def test_the_average_knows_new_words(student, thresholds, credit):
    """The average is right in 75 % of sentences with words that it has never met."""
    sentences, labels = emoji.draw_sentences(300, seed=39_001, new=True)
    found = as_array(student.ask_average(sentences), "the probabilities")
    assert_shape(found, (len(labels), len(emoji.FACES)), f"the probabilities of {len(labels)} sentences")
    credit.within(float(np.mean(found.argmax(axis=1) == labels)), thresholds, "new_average")


@criterion("trained", points=1, hint="Is the table frozen, and has the training come to its end?")
def test_the_reader_knows_new_words(student, thresholds, credit):
    """The reader is right in 85 % of sentences with words that it has never met."""
    sentences, labels = emoji.draw_sentences(300, seed=39_002, new=True)
    credit.within(accuracy(student.reader, (places(sentences, emoji.WORDS, 14), labels)), thresholds, "new_reader")


@criterion("trained", points=1, hint="Is the table frozen, and has the training come to its end?")
def test_the_order_of_new_words(student, thresholds, credit):
    """Of pairs of words that it has never met, the reader gets 40 % right."""
    first, second, first_labels, second_labels = emoji.draw_pairs(200, seed=39_003, new=True)
    model = as_model(student.reader, "reader")
    right = [
        as_array(model.predict(places(some, emoji.WORDS, 14)), "the answers").argmax(axis=-1) == labels
        for some, labels in ((first, first_labels), (second, second_labels))
    ]
    credit.within(float(np.mean(right[0] & right[1])), thresholds, "new_pairs")
