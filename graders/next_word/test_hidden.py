"""The hidden criteria of `next_word`: any lines, sizes and temperatures, and all other fables."""

import itertools
from collections import Counter

import numpy as np
import pytest

from proctor import (
    as_array,
    as_model,
    as_number_rows,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_drawn,
    assert_equal,
    assert_probabilities,
    assert_shape,
    call_unchanged,
    criterion,
    crossentropy,
    draw_choices,
    make_generator,
    share,
)
from proctor.datasets import fables


def random_lines(count, seed, size=12):
    """A vocabulary in an order that means nothing, and lines of it; some are there again."""
    rng = np.random.default_rng(seed)
    words = ["", "/", *rng.permutation([f"w{number}" for number in range(size)]).tolist()]
    lines = [" ".join([*rng.choice(words[2:], rng.integers(0, 15)), "/"]) for _ in range(count)]
    return words, [*lines, *lines[::3], lines[0].replace(" /", "")]


@criterion("n_grams", points=1, hint="Use the lines and the vocabulary that are given, whichever they are.")
@pytest.mark.parametrize("count, seed", [(40, 1), (1, 2), (7, 3)])
def test_any_lines(student, count, seed):
    """The n-grams of any lines are listed, in any vocabulary."""
    words, lines = random_lines(count, seed)
    numbers = [[words.index(word) for word in line.split()] for line in lines]
    pairs = [(row[:place], row[place]) for row in numbers for place in range(1, len(row))]
    found = as_tuple(call_unchanged(student, "n_grams", lines, words), "n_grams(...)", ("beginnings", "following"))
    first = found[0].tolist() if isinstance(found[0], np.ndarray) else found[0]
    swapped = isinstance(first, list | tuple) and not isinstance([*first, []][0], list | tuple | np.ndarray)
    beginnings, following = found[::-1] if swapped else found  # a public criterion tells of the order
    rows = as_number_rows(beginnings, "the beginnings", len(pairs))
    assert rows == [row for row, _ in pairs]
    assert_close(following, np.array([number for _, number in pairs]), "following")


@criterion("pad", points=1, hint="Try a length of 1, and one that is longer than all rows.")
@pytest.mark.parametrize("count, length", [(50, 6), (1, 9), (20, 1), (13, 40)])
def test_pads_any_rows(student, count, length):
    """Any rows are padded to any length, large numbers too."""
    rng = np.random.default_rng([count, length])
    rows = [rng.integers(1, 70_000, rng.integers(1, 12)).tolist() for _ in range(count)]
    found = call_unchanged(student, "pad", rows, length)
    expected = np.array([([0] * length + row)[-length:] for row in rows])
    assert_close(as_array(found, "pad(rows, length)"), expected, "pad(rows, length)", rtol=0, atol=0.1)


@criterion("build_model", points=1, hint="Use the size and the length that are given, whichever they are.")
@pytest.mark.parametrize("size, length", [(40, 12), (3, 1), (300, 3)])
def test_any_sizes(student, size, length):
    """Networks of any sizes give probabilities for all words."""
    model = as_model(student.build_model(size, length), "build_model(...)")
    rows = np.random.default_rng(size).integers(0, size, (11, length))
    rows[0], rows[1] = size - 1, 0
    found = as_array(model.predict(rows), "the answers")
    assert_shape(found, (11, size), f"the answers to 11 rows of {length} numbers")
    assert_probabilities(found, "the answers")


@criterion("perplexity", points=1, hint="Count all questions, each by the word that followed.")
@pytest.mark.parametrize("kind", ["float32", "float64"])
@pytest.mark.parametrize("count, size", [(200, 30), (1, 2), (13, 7)])
def test_any_answers(student, count, size, kind):
    """The perplexity of any answers is right, and they are left as they are."""
    rng = np.random.default_rng([count, size])
    chances, following = rng.dirichlet(np.ones(size), count).astype(kind), rng.integers(0, size, count)
    right = np.exp(np.mean(-np.log(chances[np.arange(count), following].astype(float))))
    found = as_array(call_unchanged(student, "perplexity", chances, following), "the perplexity")
    assert_close(found, right, "the perplexity", rtol=1e-4)


@criterion(
    "rules", points=1, hint="Does it find the rule, or learn the 300 fables by heart? Was it trained to the end?"
)
def test_all_other_fables(student, thresholds, credit):
    """All fables that were neither read nor put aside surprise it at most a fifth as much as a
    bigram model."""
    words = ["", "/", *sorted({word for line in fables.list_fables() for word in line.split()})]
    numbers = [[*(words.index(word) for word in line.split()), 1] for line in fables.list_fables()]
    padded = np.array([[0] * (7 - count) + row[:count] for row in numbers for count in range(1, 8)])
    following = np.array([row[count] for row in numbers for count in range(1, 8)])
    heard, others = slice(7 * fables.COUNT), slice(7 * (fables.COUNT + fables.ASIDE), None)
    pairs = fables.count_pairs(padded[heard, -1], following[heard], len(words))
    by_pairs = np.exp(-np.mean(np.log(pairs[padded[others, -1], following[others]])))
    found = np.exp(crossentropy(student.fable_model, (padded[others], following[others])))
    credit.within(float(found / by_pairs), thresholds, "rules")


def raised(probabilities, temperature):
    """The tempered probabilities."""
    powers = np.asarray(probabilities, float) ** (1 / temperature)
    return powers / powers.sum()


@criterion("choose", points=1, hint="Is it the power 1 / T for any T, and are all words drawn from?")
@pytest.mark.parametrize(
    "temperature, probabilities",
    [
        (0.1, [0.23, 0.22, 0.29, 0.26]),
        (0.7, [0.1, 0.25, 0.02, 0.13, 0.5]),
        (2, [0.64, 0.0, 0.25, 0.1, 0.01]),
        (3.0, [0.001, 0.999]),
        (1, [0.09, 0.31, 0.1, 0.1, 0.2, 0.1, 0.1]),
    ],
)
def test_any_temperature(student, temperature, probabilities):
    """At any temperature, words come as often as the tempered probabilities say."""
    found = draw_choices(student, "choose", probabilities, temperature, 31, 3000)
    assert_drawn(Counter(found), dict(enumerate(raised(probabilities, temperature))), "the word")


def make_turning(length, table):
    """Runs in the student's process: a model that answers by a table of the last word."""
    keras = __import__("keras")
    words = keras.Input((length,), dtype="int32")
    return keras.Model(words, keras.ops.take(keras.ops.convert_to_tensor(table, "float32"), words[:, -1], axis=0))


def right_pad(rows, length):
    """In place of the student's `pad`."""
    import numpy

    return numpy.array([([0] * length + list(row))[-length:] for row in rows])


def right_choose(probabilities, temperature, rng):
    """In place of the student's `choose`."""
    import numpy

    powers = numpy.asarray(probabilities, "float64") ** (1 / temperature)
    return int(rng.choice(len(powers), p=powers / powers.sum()))


@criterion("write_line", points=1, hint="One choice for each word, by what the model says to the words so far.")
def test_words_by_chance(student):
    """In a long line, each word comes as often after another one as the tempered answers say."""
    table = np.array([[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0.4, 0.6], [0, 0, 0.7, 0.3]])

    def judge(_):
        model = share(student, make_turning)(4, table.tolist())
        rng, beginning = make_generator(student, 12), [3, 2]
        found = call_unchanged(student, "write_line", model, beginning, 0.5, rng, 160)
        line = as_array(found, "the line").tolist()
        assert_equal([*line[:2], len(line)], [3, 2, 160], "the first two words, and how many there are,")
        for word in (2, 3):
            after = [int(new) for old, new in itertools.pairwise(line[1:]) if old == word]
            assert_between(len(after), 35, 125, f"how often {word} comes in 160 words")
            assert_drawn(Counter(after), dict(enumerate(raised(table[word], 0.5))), f"the word after {word}")

    assert_apart(student, "write_line", {"pad": right_pad, "choose": right_choose}, judge)
