"""The hidden criteria of `sequential_and_functional`, which students never get."""

import numpy as np
import pytest

from proctor import (
    accuracy,
    as_array,
    as_model,
    assert_choice,
    assert_close,
    criterion,
    datasets,
    make_network,
)


@pytest.fixture(scope="module")
def new():
    """The test pictures and their labels; graded notebooks cannot load them."""
    return datasets.load("signs", split="test")


@criterion("twins", points=1, hint="Try both functions on two networks with branches.")
def test_any_twins(student):
    """Networks with branches are given weights and compared, too."""
    first, second = (make_network(student, two_roads, *random_weights(seed)) for seed in (3, 4))
    x = np.random.default_rng(5).normal(0, 1, (11, 5, 4, 2)).astype("float32")
    answers = [read(x, *random_weights(seed)) for seed in (3, 4)]
    right = np.abs(answers[0] - answers[1]).max()
    found = as_array(student.largest_difference(first, second, x), "largest_difference(…)")
    assert_close(found.ravel(), [right], "largest_difference(…)", rtol=1e-2)
    student.give_weights(first, second)
    assert_close(second.predict(x), answers[0], "the answers with the weights of the other", atol=2e-3)


@criterion("trained", points=2, hint="How do the two curves of the chain end, and did you train it to the end?")
def test_the_chain_reads_new_pictures(student, new, thresholds, credit):
    """The saved chain reads 80 % of the pictures that this notebook has never loaded."""
    credit.within(accuracy(student.chain, new), thresholds, "new_chain")


@criterion("trained", points=2, hint="How do the two curves of the fork end, and did you train it to the end?")
def test_the_fork_reads_new_pictures(student, new, thresholds, credit):
    """The saved fork reads 87 % of the pictures that this notebook has never loaded."""
    credit.within(accuracy(student.fork, new), thresholds, "new_fork")


@criterion("pair", points=1, hint="Try readers of other kinds, with pictures that are not square.")
def test_any_reader(student):
    """A reader with branches is used as well, with pictures that are not square, and five kinds."""
    weights = random_weights(6)
    pair = as_model(student.build_same(make_network(student, two_roads, *weights)), "build_same(reader)")
    left, right = np.random.default_rng(7).normal(0, 1, (2, 9, 5, 4, 2)).astype("float32")
    expected = (read(left, *weights) * read(right, *weights)).sum(axis=1, keepdims=True)
    found = pair.predict([left, right])
    found = found.reshape(-1, 1) if isinstance(found, np.ndarray) else found  # the shape is judged elsewhere
    assert_close(found, expected, "the answers to the pairs", atol=2e-3)


@criterion("answers", points=1, hint="How long is the row that comes out of an Add?")
def test_what_an_add_makes(student):
    """You know what an Add leaves for the layer behind it."""
    wrong = {
        "b": "How long is the row that comes out, if two rows of 64 numbers are added number by number?",
        "c": "There is one dense layer, behind the join. How many biases has it?",
    }
    assert_choice(student.answers, "add", "a", wrong)


@criterion("answers", points=1, hint="What would keep the weights of two readers equal?")
def test_what_sharing_does(student):
    """You know what is lost if two readers do not share their weights."""
    wrong = {
        "a": "Two readers begin with different weights, and each sees other pictures. What would make them equal?",
        "c": "The Dot adds none. But who brings the weights?",
    }
    assert_choice(student.answers, "shared", "b", wrong)


@criterion("answers", points=1, hint="In a list, what does each layer get to see?")
def test_what_a_list_cannot_say(student):
    """You know what a list of layers cannot say."""
    wrong = {
        "a": "A model is a layer, too. May a layer stand at the beginning of the list?",
        "b": "There is a layer that drops numbers at random. Does it need more than what the layer before it says?",
    }
    assert_choice(student.answers, "style", "c", wrong)


def two_roads(keras, kernel, bias):
    """A reader with two roads, for pictures of 5 × 4 numbers in two channels."""
    begin = keras.Input((5, 4, 2))
    roads = [keras.layers.GlobalMaxPooling2D()(begin), keras.layers.GlobalAveragePooling2D()(begin)]
    end = keras.layers.Dense(5, activation="softmax")
    reader = keras.Model(begin, end(keras.layers.Concatenate()(roads)))
    end.set_weights([kernel, bias])
    return reader


def random_weights(seed):
    """A kernel and a bias for `two_roads`."""
    draw = np.random.default_rng(seed)
    return draw.normal(0, 1, (4, 5)).astype("float32"), draw.normal(0, 1, 5).astype("float32")


def read(x, kernel, bias):
    """What `two_roads` answers, in NumPy."""
    scores = np.concatenate([x.max(axis=(1, 2)), x.mean(axis=(1, 2))], axis=1).astype(float) @ kernel + bias
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)
