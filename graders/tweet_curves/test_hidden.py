"""The hidden criteria of `tweet_curves`: other texts, vocabularies, curves and headlines."""

import re

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_texts,
    as_tuple,
    assert_choice,
    assert_close,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
)
from proctor.datasets.headlines import encode_headlines

NONSENSE = ["lorem", "ipsum", "dolor", "sit", "amet", "elan", "vital", "uber", "a", "in", "qua", "sic"]


@criterion("words", points=1, hint="Try texts with several signs in a row, at the beginning and at the end.")
@pytest.mark.parametrize("seed", range(6))
def test_any_text(student, seed):
    """Any text is cut into its words, however long it is."""
    rng = np.random.default_rng(seed)
    signs = list("abcyzABCYZ     09-_'’\"“”.,;:!?()[]{}/\\@#$%^&*+=~`|<>éßñ…\t\n")
    text = "".join(rng.choice(signs, 8 * 4**seed // 8 + 20))
    found = as_texts(student.to_words(text), "to_words(text)")
    if found != re.findall("[a-z]+", text.lower()):
        raise CriterionFailed("each run of letters from a to z, in small letters", "other words")


@criterion("known", points=1, hint="Does it use all texts, and the vectors that it is given?")
@pytest.mark.parametrize("seed, count", [(1, 1), (2, 40), (3, 7)])
def test_any_share(student, seed, count):
    """The share is right for any texts and vectors, and nothing is changed."""
    rng = np.random.default_rng(seed)
    lists = [rng.choice(NONSENSE, rng.integers(0, 9)).tolist() for _ in range(count)] + [["sic", "qua", "sic"]]
    vectors = {word: rng.normal(0, 1, 4) for word in rng.permutation(NONSENSE)[: 3 + seed].tolist()}
    words = [word for words in lists for word in words]
    found = call_unchanged(student, "share_known", lists, vectors)
    assert_close(found, np.mean([word in vectors for word in words]), "the share")


@criterion(
    "matrix", points=1, hint="Does it use the vocabulary and the vectors that it is given, whatever their sizes?"
)
@pytest.mark.parametrize(
    "seed, count, size, dtype", [(1, 9, 3, "float64"), (2, 1, 7, "float64"), (3, 12, 50, "float32")]
)
def test_any_vocabulary(student, seed, count, size, dtype):
    """Any vocabulary gets its matrix, of vectors of any size, and nothing is changed."""
    rng = np.random.default_rng(seed)
    vectors = {word: rng.normal(0, 2, size).astype(dtype) for word in rng.permutation(NONSENSE)[:7].tolist()}
    vocabulary = ["", "[UNK]", *rng.permutation(NONSENSE)[:count].tolist()]
    expected = np.array([vectors.get(word, np.zeros(size)) for word in vocabulary])
    assert_close(call_unchanged(student, "make_matrix", vocabulary, vectors), expected, "the matrix")


@criterion(
    "split", points=1, hint="Does it work with any number of rows and columns, and leave the arrays as they are?"
)
@pytest.mark.parametrize("total, length, count", [(500, 3, 77), (9, 1, 4), (40, 16, 30)])
def test_any_split(student, total, length, count):
    """Any rows are split, and nothing is changed."""
    rng = np.random.default_rng(total)
    rows, labels = rng.integers(0, 9, (total, length)), rng.integers(0, 3, total)
    rows[:, 0] = rng.permutation(total)  # so that each row is another one
    found = as_tuple(
        call_unchanged(student, "split", rows, labels, count, 11), "split(...)", ("x", "y", "x_new", "y_new")
    )
    x, y, x_new, y_new = (as_array(part, "a part") for part in found)
    parts = [(x, y), (x_new, y_new)]
    if len(x) == count != total - count:
        parts = parts[::-1]  # another criterion judges the order
    assert_shape(parts[1][0], (count, length), "x_new")
    both, theirs = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    order, mine = np.argsort(both[:, 0]), np.argsort(rows[:, 0])
    assert_close(both[order], rows[mine], "the rows of both parts, sorted,")
    assert_close(theirs[order], labels[mine], "the labels of both parts, sorted as the rows,")


@criterion("slope", points=2, hint="Try a long curve, one of large numbers, and one that is all below 0.")
@pytest.mark.parametrize("count, level, rise", [(20, 0.6, -0.004), (3, -7.0, 0.5), (57, 400.0, 3.0), (2, 0.1, 0.01)])
def test_any_slope(student, count, level, rise):
    """The slope of any curve is right, and the values stay as they are."""
    epochs = np.arange(count)
    values = level + rise * epochs + abs(rise) * np.random.default_rng(count).normal(0, 2, count)
    expected = np.polyfit(epochs, values, 1)[0]
    for given in (values, values.tolist()):
        assert_close(call_unchanged(student, "slope", given), expected, "the slope", rtol=1e-4, atol=1e-6 * abs(level))


@criterion("network", points=1, hint="Is there a number in your function that `matrix` or `length` should give?")
def test_networks_of_other_sizes(student):
    """Networks for another vocabulary, other vectors and longer rows have that matrix, too."""
    entries, width, length = 11, 9, 21
    matrix = np.random.default_rng(width).normal(0, 1, (entries, width)).astype("float32")
    model = as_model(student.build_network(matrix, length), "build_network(...)")
    rows = np.random.default_rng(length).integers(0, entries, (7, length))
    found = as_array(model.predict(rows), "the answers")
    if not any(weights.shape == matrix.shape for weights in model.weights):
        raise CriterionFailed(f"weights of the shape {matrix.shape}, those of the matrix", "none", detail=model.table())
    if model.input_shape and model.input_shape[-1] not in (None, length):
        raise CriterionFailed(f"a network for rows of {length} numbers", f"one for rows of {model.input_shape[-1]}")
    if len(found) != 7:
        raise CriterionFailed("an answer to each of 7 rows", f"{len(found)} answers")


@pytest.fixture(scope="module")
def unseen(student):
    """The probability that the saved network gives the right label of headlines no student has."""
    texts, labels, vocabulary, _ = datasets.load("headlines", split="test")
    rows = encode_headlines(texts, vocabulary, 16)
    found = as_array(student.model.predict(rows), "the answers").astype(float)
    assert_shape(found, (len(rows), 1), f"the answers to {len(rows)} headlines")
    return np.where(labels == 1, found[:, 0], 1 - found[:, 0])


@criterion("curve", points=1, hint="Have you saved the network after its last epoch, and is the matrix right?")
def test_the_loss_of_unseen_headlines(unseen, thresholds, credit):
    """The saved network has a loss of at most 0.66 on headlines that it has never seen."""
    credit.within(float(-np.log(np.clip(unseen, 1e-7, 1)).mean()), thresholds, "loss")


@criterion("curve", points=2, hint="Have you saved the network after its last epoch, and is the matrix right?")
def test_the_accuracy_of_unseen_headlines(unseen, thresholds, credit):
    """The saved network is right in 62 % of headlines that it has never seen."""
    credit.within(float(np.mean(unseen > 0.5)), thresholds, "accuracy")


@criterion("answers", points=1, hint="What is the slope of a network that has never learned anything?")
def test_what_a_flat_curve_hides(student):
    """You know what a slope of 0 may hide."""
    wrong = {
        "a": "A network that is too large learns by heart, and then its validation loss rises.",
        "c": "A loss that did not change in twenty epochs need not do so in forty. First see whether it has learned.",
    }
    assert_choice(student.answers, "flat", "b", wrong)


@criterion("answers", points=1, hint="How many weights has the embedding of each of the two networks?")
def test_why_frozen_vectors_help(student):
    """You know why frozen vectors hold a network back."""
    wrong = {
        "a": "How long a vector is makes little difference: the next layer can scale it as it likes.",
        "b": "It falls more slowly: your network knows its own headlines less well than the other one does.",
    }
    assert_choice(student.answers, "vectors", "c", wrong)


@criterion("answers", points=1, hint="What counts is how good the weights are that are used, not how they were found.")
def test_which_network_to_use(student):
    """You know which network to use, whatever its curve looked like later."""
    wrong = {
        "b": "A slope tells how a training went. In epoch 2, A was better than B, on the same headlines.",
        "c": "Those weights are the worst of the four in the question: by then A had learned by heart.",
    }
    assert_choice(student.answers, "choice", "a", wrong)
