"""The public criteria of `next_word`: examples on paper, and the two saved networks."""

from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    as_number_rows,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_crossentropy_loss,
    assert_drawn,
    assert_dtype,
    assert_equal,
    assert_layer_count,
    assert_probabilities,
    assert_seeded,
    assert_shape,
    at_least,
    call_unchanged,
    criterion,
    crossentropy,
    datasets,
    draw_choices,
    make_generator,
    share,
)
from proctor.datasets import fables

WORDS = ["", "/", "sea", "be", "or", "to", "not", "all"]


def listed(student, lines):
    """The beginnings and what follows them, even if the pair is the other way round."""
    found = as_tuple(student.n_grams(list(lines), list(WORDS)), "n_grams(...)", ("beginnings", "following"))
    first = found[0].tolist() if isinstance(found[0], np.ndarray) else found[0]
    swapped = isinstance(first, list | tuple) and not isinstance([*first, []][0], list | tuple | np.ndarray)
    return found[::-1] if swapped else found


def assert_beginnings(student, lines, expected):
    """Assert the beginnings of some lines."""
    found = as_number_rows(listed(student, lines)[0], "the beginnings", len(expected))
    assert_equal(found, expected, "the beginnings")


@criterion("n_grams", points=2, hint="Which beginnings does “to be or /” have in the table, and in which order?")
def test_beginnings_on_paper(student):
    """“to be or not to be /” begins with its first word, its first two words, … its first six."""
    assert_beginnings(student, ["to be or not to be /"], [[5, 3, 4, 6, 5, 3][:count] for count in range(1, 7)])


@criterion("n_grams", points=1, hint="Beginnings first, then one whole number for each: the word right behind it.")
def test_what_follows(student):
    """What follows in “to be or not to be /” is be, or, not, to, be and the stroke."""
    found = as_tuple(
        student.n_grams(["to be or not to be /"], list(WORDS)), "n_grams(...)", ("beginnings", "following")
    )
    following = as_array(found[1], "following")
    if following.shape == (6, len(WORDS)) and set(np.unique(following)) == {0, 1}:
        raise CriterionFailed("a whole number for each beginning", "rows of zeros and a one")
    assert_close(following, np.array([3, 4, 6, 5, 3, 1]), "following")
    assert_dtype(found[1], "int", "following")


@criterion("n_grams", points=1, hint="Line after line; and how often is a line there that you hear twice?")
def test_every_line_in_its_order(student):
    """Lines come in their order, and a line that is there twice comes twice."""
    lines = ["sea or sea /", "all /", "be all /", "all /", "sea or sea /"]
    sea, be = [[2], [2, 4], [2, 4, 2]], [[3], [3, 7]]
    assert_beginnings(student, lines, [*sea, [7], *be, [7], *sea])


@criterion("n_grams", points=1, hint="Between which words does an n-gram lie? Which line has no such place?")
def test_lines_without_n_grams(student):
    """A line of one word has no n-grams, with a stroke or without, and the others keep theirs."""
    assert_beginnings(student, ["sea", "to sea", "/", "all or"], [[5], [7]])
    call_unchanged(student, "n_grams", ["to sea /", "all"], list(WORDS))


def assert_padded(student, rows, length, expected):
    """Assert what `pad` makes of some rows."""
    found = student.pad([list(row) for row in rows], length)
    assert_close(as_array(found, "pad(rows, length)"), np.array(expected), "pad(rows, length)")


@criterion("pad", points=1, hint="At which end do the zeros stand?")
def test_zeros_before(student):
    """Rows that are too short get zeros before their numbers."""
    assert_padded(student, [[7, 300], [5], [2, 2, 9, 4]], 4, [[0, 0, 7, 300], [0, 0, 0, 5], [2, 2, 9, 4]])
    call_unchanged(student, "pad", [[7, 300], [5, 6, 7, 8]], 3)


@criterion("pad", points=1, hint="Which words are nearest to the question?")
def test_the_end_is_kept(student):
    """Of rows that are too long, the last numbers stay."""
    assert_padded(student, [[4, 8, 2, 6, 9], [3, 5, 7]], 2, [[6, 9], [5, 7]])


@criterion("pad", points=1, hint="One array for all rows. Of which kind are its numbers, and how long is each row?")
def test_an_array_of_whole_numbers(student):
    """It is one array of whole numbers, with a row of the given length for each row."""
    found = student.pad([[6, 1, 4], [11], [2, 3], [1, 1, 1]], 5)
    assert_shape(as_array(found, "pad(rows, length)"), (4, 5), "pad(rows, length)")
    assert_dtype(found, "int", "pad(rows, length)")


SIZE, LENGTH = 9, 4
ROWS = np.random.default_rng(37).integers(1, SIZE, (24, LENGTH))


def built(student, size=SIZE, length=LENGTH):
    """A network of the student's; rows build one that has no Input."""
    model = as_model(student.build_model(size, length), "build_model(...)")
    if model.input_shape is None:
        model.predict(np.zeros((1, length), int))
    return model


def scattered(student):
    """Such a network, with other numbers for all weights, so that it clearly prefers some words."""
    model, draw = built(student), np.random.default_rng(4)
    drawn = [draw.normal(0, 2 / np.sqrt((*array.shape, 1)[0]), array.shape) for array in model.weights]
    for shrink in (1, 2, 4):  # until no probability is among those that Keras cuts off
        model.set_weights([(abs(array) if np.ndim(array) == 1 else array) / shrink for array in drawn])
        if np.min(as_array(model.predict(ROWS), "the answers")) > 1e-6:
            break
    return model


@criterion("build_model", points=1, hint="How long is a row, how many words are there, what makes probabilities?")
@pytest.mark.parametrize("size, length", [(9, 4), (5, 7)])
def test_probabilities_of_all_words(student, size, length):
    """Rows of numbers of words, 0 and the last one too, become a probability for each word."""
    rows = np.arange(6 * length).reshape(6, length) * 2 % size
    model = built(student, size, length)
    if (model.input_shape or (None,))[-1] not in (None, length):
        raise CriterionFailed(f"rows of {length} numbers as its input", f"the shape {model.input_shape}")
    found = as_array(model.predict(rows), "the answers")
    assert_shape(found, (6, size), f"the answers to 6 rows of {length} numbers")
    assert_probabilities(found, "the answers")


@criterion("build_model", points=1, hint="Compare with the table: which layers does it name?")
def test_the_layers_of_the_table(student):
    """There is an Embedding, and a recurrent layer."""
    assert_layer_count(built(student), embedding=at_least(1), recurrent=at_least(1))


@criterion("build_model", points=1, hint="Which layer reads word by word? Does the first word get through?")
def test_every_word_and_their_order(student):
    """The answer depends on every word of a row, and on their order."""
    model, row = scattered(student), [3, 5, 2, 7]
    rows = [row, *([*row[:place], 6, *row[place + 1 :]] for place in range(4)), [5, 3, 2, 7], [7, 5, 2, 3]]
    found = as_array(model.predict(np.array(rows)), "the answers").astype(float)
    names = ["the first word", "the second word", "the third word", "the last word", "the order", "the order"]
    for other, what in zip(found[1:], names, strict=True):
        if not abs(other - found[0]).max() > 1e-5:
            raise CriterionFailed(f"another answer when {what} is another", "the same answer")


@criterion("build_model", points=1, hint="Look at `compile`: which loss takes answers that are whole numbers?")
def test_the_loss_is_the_crossentropy(student):
    """Its loss is the crossentropy with answers that are whole numbers."""
    assert_crossentropy_loss(scattered(student), ROWS)


@criterion("build_model", points=1, hint="Which optimizer, and which rate? Is a layer told not to learn?")
def test_all_of_it_learns(student):
    """In some rounds of training all layers change, and what followed surprises it less."""
    model = built(student)
    lesson, before = (ROWS, (ROWS[:, -1] + 1) % SIZE), model.weights
    surprise = crossentropy(model, lesson)
    model.fit(*lesson, epochs=12, batch_size=24, verbose=0)
    after = as_left(model)
    for old, new in zip(before, after.weights, strict=True):
        if old.ndim > 1 and np.array_equal(old, new):
            stays = f"an array {old.shape} that stays"
            raise CriterionFailed("weights of all layers that change", stays, detail=model.table())
    found = crossentropy(after, lesson)
    if not found < 0.997 * surprise:
        raise CriterionFailed(f"a crossentropy below {surprise:.3f}, as it was before", f"{found:.3f}")


def assert_perplexity(student, probabilities, following, expected):
    """Assert the perplexity of some answers."""
    found = as_array(student.perplexity(np.array(probabilities), np.array(following)), "the perplexity")
    assert_close(found, expected, "the perplexity", rtol=1e-4)


@criterion("perplexity", points=1, hint="A mean of logarithms, then back. Which probability of each row counts?")
def test_between_four_words(student):
    """With 1/2 and 1/8 for the words that followed, the perplexity is 4."""
    assert_perplexity(student, [[0.25, 0.25, 0.5], [0.125, 0.375, 0.5]], [2, 0], 4.0)
    assert_perplexity(student, [[0.1, 0.9], [0.4, 0.6], [0.1, 0.9]], [0, 0, 0], 250 ** (1 / 3))


@criterion("perplexity", points=1, hint="What does somebody get who is always sure and right, and who knows nothing?")
def test_knowing_all_and_nothing(student):
    """Whoever is sure and right has 1; whoever finds five words equally likely has 5."""
    assert_perplexity(student, [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [1, 0, 1], 1.0)
    assert_perplexity(student, np.full((7, 5), 0.2), [4, 0, 0, 2, 1, 4, 3], 5.0)


@criterion("perplexity", points=1, hint="Sum logarithms, rather than multiply probabilities.")
def test_thousands_of_questions(student):
    """It works for three thousand questions, in single precision too."""
    for kind in ("float32", "float64"):
        assert_perplexity(student, np.full((3000, 6), [0.25, *5 * [0.15]], kind), np.zeros(3000, int), 4.0)


def rows_of(lines, known, length):
    """The padded beginnings of lines, and what follows them, by the words of known lines."""
    words = ["", "/", *sorted({word for line in known for word in line.split()})]
    padded, following = [], []
    for line in lines:
        row = np.array([*(words.index(word) for word in line.split()), 1])
        places = np.arange(len(row) - 1)[:, None] + np.arange(1 - length, 1)
        padded.append(np.where(places < 0, 0, row[np.maximum(places, 0)]))
        following.append(row[1:])
    return np.concatenate(padded), np.concatenate(following)


@criterion("rules", points=3, hint="Is the curve far below the dotted line? Try another rate, or more units.")
def test_fables_put_aside(student, thresholds, credit):
    """Fables put aside surprise the saved network at most a fifth as much as a bigram model."""
    heard, aside = (rows_of(lines, fables.list_fables(), 7) for lines in fables.draw_fables())
    pairs = fables.count_pairs(heard[0][:, -1], heard[1], 27)
    by_pairs = np.exp(-np.mean(np.log(pairs[aside[0][:, -1], aside[1]])))
    credit.within(float(np.exp(crossentropy(student.fable_model, aside)) / by_pairs), thresholds, "rules")


@criterion("by_heart", points=3, hint="Does the curve come near to 1? Try another rate, or more units.")
def test_knows_what_it_has_read(student, thresholds, credit):
    """The saved network knows 80 % of the words in the lines that it has read."""
    verse, _ = datasets.load("sonnets")
    rows = rows_of(verse, verse, max(len(line.split()) for line in verse))
    credit.within(accuracy(student.verse_model, rows), thresholds, "known")


BOWL = np.array([0.1, 0.4, 0.05, 0.0, 0.3, 0.15])


@criterion("choose", points=1, hint="Which word is it at T = 0? Is anything divided by T there?")
def test_greedy(student):
    """At T = 0 the most probable word is chosen, always."""
    for probabilities, best in ((BOWL, 1), ([0.26, 0.24, 0.24, 0.26 + 1e-9], 3), ([0.6, 0.4], 0)):
        assert_equal(draw_choices(student, "choose", probabilities, 0, count=40), 40 * [best], "40 choices at T = 0")
    assert_equal(draw_choices(student, "choose", BOWL, 0.0), [1], "a choice at T = 0.0")


@criterion("choose", points=1, hint="At T = 1, each word is drawn with the probability that the network gave to it.")
def test_by_chance(student):
    """At T = 1, in 2,000 choices each word comes about as often as its probability says."""
    assert_drawn(Counter(draw_choices(student, "choose", BOWL, 1.0, 2, 2000)), dict(enumerate(BOWL)), "the word")


@criterion("choose", points=1, hint="Which power is 1 / T at T = 0.5? What do they sum to afterwards?")
@pytest.mark.parametrize("temperature, power", [(0.5, 2), (2.0, 0.5)])
def test_tempered(student, temperature, power):
    """At T = 0.5, words come as often as squares of the probabilities say, at T = 2 as roots do."""
    found = Counter(draw_choices(student, "choose", BOWL, temperature, 3, 2000))
    assert_drawn(found, dict(enumerate(BOWL**power / (BOWL**power).sum())), "the word")


@criterion("choose", points=1, hint="Does all chance come from `rng`, and from no generator that is made inside?")
def test_chance_comes_from_the_generator(student):
    """The same seed makes the same choices, another seed or a second use makes others."""
    first = assert_seeded(lambda seed: draw_choices(student, "choose", [0.2] * 5, 1.0, seed, 40), "40 choices")
    if first[:20] == first[20:] or len(set(first)) == 1:
        raise CriterionFailed("new choices when the generator is used again", "the same ones")


@criterion("choose", points=1, hint="What comes in may be float32. What comes back, and what became of the array?")
def test_a_whole_number(student):
    """By 900 probabilities in single precision a whole number is chosen; they stay as they are."""
    for row in np.random.default_rng(3).dirichlet(np.ones(900), 20).astype("float32"):
        assert_between(draw_choices(student, "choose", row, 1.3), 0, 899, "the number of the word")
    found = call_unchanged(student, "choose", row, 0.7, make_generator(student, 5))
    assert_dtype(found, "int", "the number of a word")
    assert_shape(found, (), "the number of a word")


def make_counting(length, size):
    """Runs in the student's process: a model that is sure of the next word, by all of its row."""
    keras = __import__("keras")
    words = keras.Input((length,), dtype="int32")
    following = 2 + keras.ops.sum(words * keras.ops.arange(1, length + 1), axis=1) % (size - 2)
    following = keras.ops.where(keras.ops.equal(words[:, -1], 5), 1, following)
    return keras.Model(words, keras.ops.one_hot(following, size, dtype="float32"))


def count_on(line, length, size, most, apart):
    """The line that is right with that model, or with `add_up` in place of `pad`."""
    line = list(line)
    while len(line) < most and line[-1] != 1:
        row = [sum(line)] * (length - 1) + line[-1:] if apart else ([0] * length + line)[-length:]
        total = sum(place * number for place, number in enumerate(row, start=1))
        line.append(1 if line[-1] == 5 else 2 + total % (size - 2))
    return line


def add_up(rows, length):
    """In place of the student's `pad`: the sum of each row many times, then its last number."""
    import numpy

    return numpy.array([[sum(row)] * (length - 1) + [row[-1]] for row in rows])


def tossed(probabilities, temperature, rng):
    """In place of the student's `choose`: the sure word, or by chance one of the last two."""
    last = len(probabilities) - 1
    toss = last - int(temperature > 0.3 and rng.random() < 0.5)
    return next((number for number, probability in enumerate(probabilities) if probability > 0.99), toss)


def written(student, model, beginning, most, temperature=1.0, seed=1):
    """A line that the student's function writes, as a list of whole numbers."""
    found = student.write_line(model, list(beginning), temperature, make_generator(student, seed), most)
    assert_shape(found, (None,), "the line")
    return [int(number) for number in as_array(found, "the line")]


def judge_line(student, judge, choose=tossed):
    """Judge `write_line` with the functions that it calls, or with others in their place."""
    assert_apart(student, "write_line", {"pad": add_up, "choose": choose}, judge)


@criterion("write_line", points=2, hint="Which words does the model see for the third choice, in which row?")
@pytest.mark.parametrize(
    "length, beginning",
    [pytest.param(6, [11], id="one word"), pytest.param(3, [3, 14, 2, 11, 17], id="more words than the model takes")],
)
def test_hears_its_own_words(student, length, beginning):
    """Each word is chosen by what the model says to all the words before it, padded or cut."""

    def judge(apart):
        expected = count_on(beginning, length, 19, 12, apart)
        found = written(student, share(student, make_counting)(length, 19), beginning, 12)
        if found[:11] != expected[:11]:  # another criterion looks at the limit
            raise CriterionFailed(f"the line {expected}", f"{found}")

    judge_line(student, judge)


@criterion("write_line", points=1, hint="What does the number 1 mean, and is it a part of the line?")
def test_ends_with_its_stroke(student):
    """A line ends with the stroke that is chosen, and not before."""
    sure, unsure = share(student, make_counting)(2, 8), share(student, make_steady)(2, [0.0, 0.4, 0.6])

    def judge(_):
        found = call_unchanged(student, "write_line", sure, [2, 5], 1.0, make_generator(student, 1), 9)
        assert_equal(as_array(found, "the line").tolist(), [2, 5, 1], "the line")
        for seed in range(15):
            line = written(student, unsure, [2], 9, 1.0, seed)
            if 1 in line[:-1] or (line[-1] != 1 and len(line) < 8):  # another criterion looks at the limit
                raise CriterionFailed("a line that ends with its first 1", f"{line}, with at most 9 words")

    judge_line(student, judge)


@criterion("write_line", points=1, hint="The words that it begins with count, too. How many are there when it stops?")
@pytest.mark.parametrize("most", [2, 3, 8])
def test_stops_at_the_limit(student, most):
    """A line without a stroke has as many words as the limit says, the beginning included."""
    model = share(student, make_steady)(5, [1.0, 0.0] if most == 8 else [0.0, 0.0, 1.0])  # nothing is no stroke
    judge_line(student, lambda _: assert_equal(len(written(student, model, [3, 2], most)), most, "the number of words"))


def make_steady(length, probabilities):
    """Runs in the student's process: a model with the same probabilities whatever it hears."""
    keras = __import__("keras")
    words = keras.Input((length,), dtype="int32")
    answers = keras.ops.convert_to_tensor([probabilities], "float32")
    return keras.Model(words, answers + 0 * keras.ops.cast(words[:, :1], "float32"))


@criterion("write_line", points=1, hint="What do you hand on to `choose`? And what is used from call to call?")
def test_hands_on_temperature_and_chance(student):
    """The temperature that is given counts, and all chance comes from the generator."""

    def judge(_):
        model = share(student, make_steady)(3, [0.0, 0.0, 0.3, 0.3, 0.4])
        assert_equal(written(student, model, [2], 7, 0)[:7], [2, *6 * [4]], "the line at T = 0")
        line = assert_seeded(lambda seed: written(student, model, [2], 17, 1.0, seed), "the line")
        if len(set(line[1:])) == 1:
            raise CriterionFailed("words by chance at T = 1", f"the line {line}")

    def heated(_, temperature, rng):
        return 4 - int(temperature > 0.3 and rng.random() < 0.5)

    judge_line(student, judge, heated)
