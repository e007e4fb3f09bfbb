"""The public criteria of `news_topics`: what one works out on paper, and what the network knows."""

import re
from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    as_texts,
    as_tuple,
    assert_close,
    assert_crossentropy_loss,
    assert_dtype,
    assert_equal,
    assert_probabilities,
    assert_reports,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    make_folder,
    read_files,
)
from proctor.datasets.news import STOP_WORDS, as_lists


def are_texts(part):
    """Whether these are strings."""
    return isinstance(part, list | tuple) and all(isinstance(text, str) for text in part)


COPIES = ["vote", "goal goal", "vote", "film", "vote late", "goal goal", "chip", "vote", "chip"]
COPIES_LABELS = np.array([2, 3, 0, 1, 2, 3, 4, 2, 1])


def drop(student):
    """What `drop_copies` makes of these."""
    found = student.drop_copies(list(COPIES), COPIES_LABELS.copy())
    return as_tuple(found, "drop_copies(texts, labels)", ("texts", "labels"))


@criterion("copies", points=1, hint="Go through the texts from the beginning. Which of them have come before?")
def test_each_text_once(student):
    """Each text stays once, and they stay in the order in which they come first."""
    call_unchanged(student, "drop_copies", COPIES, COPIES_LABELS)
    found = as_texts(drop(student)[0], "the texts")
    assert_equal(found, ["vote", "goal goal", "film", "vote late", "chip"], "the texts")


@criterion("copies", points=1, hint="At which places do the texts stand that stay?")
def test_labels_of_the_first(student):
    """Each text keeps the label of its first place, whatever label a copy has."""
    texts, labels = drop(student)
    if are_texts(labels):
        texts, labels = labels, texts  # another criterion tells of it, and of the order of the texts
    if not are_texts(texts) or sorted(texts) != sorted(set(COPIES)):
        texts = list(dict.fromkeys(COPIES))
    assert_dtype(labels, "int", "the labels")
    assert_close(labels, np.array([COPIES_LABELS[COPIES.index(text)] for text in texts]), "the labels")


# Fourteen articles, sorted by their labels. The label is how many letters the first word has.
ARTICLES = [
    f"{word} {end}" for word, ends in (("a", "pqst"), ("to", "pqr"), ("the", "pqrst"), ("this", "pq")) for end in ends
]
LENGTHS = np.array([len(text.split()[0]) for text in ARTICLES])
NAMES = ("train_texts", "held_texts", "train_labels", "held_labels")


def divide(student, count, seed):
    """The four parts of a split of these, as they came."""
    found = student.split(list(ARTICLES), LENGTHS.copy(), count, seed)
    return as_tuple(found, "split(texts, labels, count, seed)", NAMES)


def divided(student, count, seed):
    """The four parts of a split; of their order, one criterion tells, and no other."""
    first, second, third, fourth = divide(student, count, seed)
    if not are_texts(second) and are_texts(third):
        second, third = third, second
    first, second = as_texts(first, "train_texts"), as_texts(second, "held_texts")
    return (second, first, fourth, third) if len(first) == count != len(second) else (first, second, third, fourth)


@criterion("split", points=1, hint="How many texts does each of the four parts have? In which order are they returned?")
@pytest.mark.parametrize("count", [4, 1, 13])
def test_sizes(student, count):
    """Of 14 articles, 4 are held back if 4 should be, and 10 remain to learn from."""
    call_unchanged(student, "split", ARTICLES, LENGTHS, count, 5)
    for part, name, size in zip(divide(student, count, 5), NAMES, 2 * (14 - count, count), strict=True):
        if name.endswith("texts"):
            found = len(as_texts(part, name))
        else:
            assert_dtype(part, "int", name)
            found = len(as_array(part, name).ravel())
        if found != size:
            raise CriterionFailed(f"{size} {name}, with count = {count}", f"{found}")


@criterion("split", points=1, hint="Which articles are in neither part, and which ones are in both, or twice?")
def test_each_article_in_one_part(student):
    """Each article is either held back or there to learn from, and no article is lost."""
    train, held, *_ = divided(student, 5, 11)
    counts = Counter([*train, *held])
    if twice := [text for text, number in counts.items() if number > 1]:
        where = "in both parts" if twice[0] in train and twice[0] in held else "twice in one"
        raise CriterionFailed("each article in one of the two parts, and once", f"{twice[0]!r} {where}")
    if lost := [text for text in ARTICLES if text not in counts]:
        raise CriterionFailed("each article in one of the two parts", f"{lost[0]!r} in neither")
    assert_equal(sorted(counts), sorted(ARTICLES), "all texts of both parts")


@criterion("split", points=1, hint="Do texts and labels get into their new order by the same places?")
@pytest.mark.parametrize("seed", [2, 3])
def test_labels_stay_with_their_texts(student, seed):
    """In both parts, each label is that of its text."""
    parts = divided(student, 6, seed)
    for texts, labels, name in zip(parts[:2], parts[2:], ("train_labels", "held_labels"), strict=True):
        assert_close(labels, np.array([len(text.split()[0]) for text in texts]), name)


@criterion("split", points=1, hint="Which articles can ever be held back? Those at the beginning, too?")
def test_drawn_at_random(student):
    """With many seeds, each article is sometimes held back, and in ever new company."""
    drawn = [frozenset(divided(student, 4, seed)[1]) for seed in range(90)]
    for text in ARTICLES:  # a right split leaves one out, or keeps it in, less than once in a billion times
        if not 0 < sum(text in held for held in drawn) < len(drawn):
            often = "always" if text in drawn[0] else "never"
            raise CriterionFailed("each article held back with some of 90 seeds", f"{text!r} {often}")
    if len(set(drawn)) < 50:
        raise CriterionFailed("50 different choices or more with 90 seeds", f"{len(set(drawn))}")


@criterion("split", points=1, hint="From which number does the random choice follow?")
def test_a_split_for_each_seed(student):
    """The same seed gives the same split again, in the same order."""
    (first, again), _ = zip(*((divided(student, 5, 8), divided(student, 5, 9)) for _ in range(2)), strict=True)
    for one, other, name in zip(first, again, NAMES, strict=True):
        same = one == other if name.endswith("texts") else np.array_equal(one, other)
        if not same:
            raise CriterionFailed(f"the same {name} with the same seed again", "others, or another order")


# In the first texts, tea is 6 ×, cup 4 ×, oat 3 ×, jam 2 ×, egg 1 ×; fig and ham are in the others.
FIRST = ["cup oat tea tea", "jam tea cup oat", "oat tea cup egg", "tea cup jam tea"]
OTHER = ["fig egg cup fig", "fig fig jam egg", "egg fig ham tea"]


def vectorised(student, first, other, size, length, strict=False):
    """The list of words, without the two entries that are none, and two arrays of rows.

    Criteria tell of a list in another form, and, as the strict one, of rows in another form.
    """
    found = student.vectorise(list(first), list(other), size, length)
    words, *rows = as_tuple(found, "vectorise(...)", ("words", "train_rows", "other_rows"))
    if isinstance(words, dict):
        words = sorted(words, key=words.get) if are_texts(list(words)) else list(words.values())
    there = {word for text in [*first, *other] for word in text.split()}
    words, arrays = (
        [word for word in as_texts(words, "words") if word in there],
        [as_array(some, "rows") for some in rows],
    )
    if not strict and all(array.ndim == 2 for array in arrays):
        rows = [array[:, :length] for array in arrays]
        if len(rows[0]) == len(other) != len(first):
            rows = rows[::-1]
    return words, rows


def assert_rows(found, words, texts, length, name):
    """Assert that these are the rows of texts, by this list of words."""
    numbers = {word: number for number, word in enumerate(words, start=2)}
    rows = [[numbers.get(word, 1) for word in text.split()][:length] for text in texts]
    expected = np.array([row + (length - len(row)) * [0] for row in rows])
    assert_shape(as_array(found, name), expected.shape, name)
    assert_close(found, expected, name)


@criterion("vectorise", points=1, hint="Which two entries come first, and how often is each word in the first texts?")
def test_the_list_of_words(student):
    """The list begins with "" and [UNK]; then come the words of the first texts, tea before all."""
    found = call_unchanged(student, "vectorise", FIRST, ["tea tea"], 30, 4)
    words = as_texts(as_tuple(found, "vectorise(...)", ("words", "train_rows", "other_rows"))[0], "words")
    assert_equal(words, ["", "[UNK]", "tea", "cup", "oat", "jam", "egg"], "words")


@criterion("vectorise", points=1, hint="Which entries does the size count?")
@pytest.mark.parametrize("size", [4, 6, 3])
def test_size_counts_all_entries(student, size):
    """With a size of 4, the list has two words beside its first two entries: tea and cup."""
    words, _ = vectorised(student, FIRST, ["tea cup oat"], size, 4)
    if len(words) != size - 2:
        raise CriterionFailed(f"{size - 2} words for a size of {size}", f"{len(words)}")


@criterion("vectorise", points=2, hint="From which texts does the list of words come?")
@pytest.mark.parametrize("size", [7, 5, 30])
def test_other_texts_stay_unseen(student, size):
    """A word that is in the other texts alone is unknown, however frequent it is there."""
    words, (_, rows) = vectorised(student, FIRST, OTHER, size, 4)
    if strange := [word for word in words if word in ("fig", "ham")]:
        raise CriterionFailed("words of the first texts alone", f"{strange[0]!r}, which is in the other texts alone")
    rows = as_array(rows, "other_rows")
    assert_shape(rows, (3, 4), "other_rows")
    unknown = np.array([[word in ("fig", "ham") for word in text.split()] for text in OTHER])
    if not np.all(rows[unknown] == 1):
        wanted = "a 1 for fig and ham, which are in the other texts alone"
        raise CriterionFailed(wanted, f"the numbers {np.unique(rows[unknown]).tolist()}")


@criterion(
    "vectorise", points=1, hint="Its number is the place of a word in the list, counted from 0; which one is unknown?"
)
def test_numbers_are_places(student):
    """In both lists of texts, a word becomes its place in the list, and 1 if it is not there."""
    other = ["oat egg tea jam", "egg cup cup oat"]
    first = [*FIRST, "tea tea oat cup"]
    words, rows = vectorised(student, first, other, 5, 4)
    for found, texts, name in zip(rows, (first, other), ("train_rows", "other_rows"), strict=True):
        assert_rows(found, words, texts, 4, name)


@criterion("vectorise", points=1, hint="Where do the zeros stand, and which words of a long text are cut off?")
@pytest.mark.parametrize("length", [3, 6])
def test_rows_of_one_length(student, length):
    """All rows are equally long: the first words of a text, or all of them and zeros at the end."""
    first = ["tea cup tea oat", "", "cup oat", "tea"]
    other = ["oat", "oat cup tea tea cup", ""]
    words, rows = vectorised(student, first, other, 20, length, strict=True)
    for found, texts, name in zip(rows, (first, other), ("train_rows", "other_rows"), strict=True):
        assert_dtype(found, "int", name)
        assert_rows(found, words, texts, length, name)


def rename(text, letter):
    """The text with this letter before each word: the words are others, and sort as before."""
    return " ".join(letter + word for word in text.split())


@criterion("vectorise", points=1, hint="What decides between words that are equally frequent? Is it the same tomorrow?")
def test_the_same_order_tomorrow(student):
    """Equally frequent words come in an order that is the same each time that Python starts."""
    texts = ["one", "owl ink", "sea fog elm rye", "ash bay", "hut ivy nut", "oak pea", "zoo", "yak jar log"]
    orders = []
    for letter in "abcd":
        words, _ = vectorised(student, [rename(text, letter) for text in texts], [f"{letter}ink"], 50, 2)
        orders.append([word[1:] for word in words])
    # No rule takes notice of a letter that each word begins with; the order of a set does.
    if any(order != orders[0] for order in orders):
        raise CriterionFailed("an order that follows a rule", "one that is left to a set, it seems")


SIZE, NUMBERS, KINDS = 11, 3, 4  # of the networks below


def built(student, size=SIZE, numbers=NUMBERS, kinds=KINDS):
    """A network of the student's; words build one that has no Input."""
    model = as_model(student.build_network(size, numbers, kinds), "build_network(...)")
    if model.input_shape is None:
        model.predict(np.array([[1, 2, 3]]))
    return model


def scattered(student):
    """Such a network with other numbers in it, also for the padding."""
    model, draw = built(student), np.random.default_rng(34)
    model.set_weights([_draw(draw, array.shape) for array in model.weights])
    return model


def _draw(draw, shape):
    return draw.normal(0.2, 0.9, shape) if len(shape) > 1 else draw.uniform(0.1, 0.5, shape)


def answer(model, row):
    """What it says of one row; of the shape, another criterion tells."""
    return as_array(model.predict(np.array([row])), "the answer").astype(float).ravel()


ROWS = np.random.default_rng(5).integers(1, SIZE, (6, 5))  # without padding


@criterion("network", points=1, hint="What does the shape of the Input say, and which activation makes probabilities?")
def test_rows_of_any_length(student):
    """Rows of two numbers or of seven become four probabilities each."""
    model = built(student)
    if length := (model.input_shape or (None, None))[-1]:
        raise CriterionFailed("an Input for rows of any length", f"one for rows of {length} numbers")
    for length in (2, 7):
        found = as_array(model.predict(1 + np.arange(3 * length).reshape(3, length) % 10), "the answers")
        assert_shape(found, (3, KINDS), f"the answers to 3 rows of {length} numbers")
        assert_probabilities(found, "the answers")


@criterion("network", points=2, hint="Which layer makes one vector of all the words, and how?")
def test_an_average_of_words(student):
    """The order of the words does not matter; how large a part of the text each of them is does."""
    model = scattered(student)
    said = answer(model, [2, 5, 5, 9])
    assert_close(answer(model, [5, 9, 2, 5]), said, "the answer to the same words in another order", atol=1e-2)
    twice = answer(model, [2, 5, 5, 9, 2, 5, 5, 9])
    assert_close(twice, said, "the answer to the same text twice in a row", atol=1e-2)
    other = answer(model, [2, 9, 9, 9, 9, 9, 9, 5])
    if np.abs(said - other).max() < 1e-3:
        raise CriterionFailed("another answer if a word is a larger part of the text", "the same answer")


@criterion("network", points=2, hint="How does the `Embedding` learn that 0 is no word?")
def test_padding_is_masked(student):
    """However much padding a text has, and wherever, the answer stays the same."""
    model = scattered(student)
    said = answer(model, [3, 5, 8])
    for row in ([3, 5, 8, 0], [3, 5, 8] + 30 * [0], [0, 0, 3, 0, 5, 8]):
        assert_close(answer(model, row), said, f"the answer to {row} and to [3, 5, 8]", atol=1e-2)
    for array in (weights := model.weights):  # other numbers for the padding
        if array.shape == (SIZE, NUMBERS):
            array[0] += 5
    model.set_weights(weights)
    found = answer(model, [3, 5, 8, 0, 0])
    assert_close(found, said, "the answer if padding has other numbers in the table", atol=1e-2)


@criterion("network", points=1, hint="How many rows and columns does the table of the `Embedding` have? Does it learn?")
def test_the_table_learns(student):
    """There is a table with a row for each word, and it changes in training; the last layer too."""
    model = built(student)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")  # another criterion judges its own
    before = model.weights
    if (SIZE, NUMBERS) not in [array.shape for array in before]:
        wanted = f"a table of the shape ({SIZE}, {NUMBERS}) for build_network({SIZE}, {NUMBERS}, {KINDS})"
        raise CriterionFailed(wanted, "no weights of this shape", detail=model.table())
    shape = as_array(model.predict(ROWS), "the answers").shape[:-1]  # another criterion judges it
    model.fit(ROWS, np.arange(np.prod(shape)).reshape(shape) % KINDS, epochs=2, verbose=0)
    for old, new in zip(before, as_left(model).weights, strict=True):
        if old.shape == (SIZE, NUMBERS) and np.array_equal(old, new):
            raise CriterionFailed("a table that changes in training", "the same one after it")
        if old.ndim == 2 and old.shape[1] == KINDS and np.array_equal(old, new):
            raise CriterionFailed("a last layer that changes in training", "the same one after it")


@criterion("network", points=1, hint="Look at `compile`: which loss takes labels that are whole numbers?")
def test_taught_by_crossentropy(student):
    """It learns by the crossentropy with whole-numbered labels, and reports its accuracy."""
    model = built(student)
    labels = np.arange(6) % KINDS
    assert_crossentropy_loss(model, ROWS)
    assert_reports(model, (ROWS, labels), "accuracy")
    before = model.weights
    model.fit(ROWS, labels, epochs=1, verbose=0)
    if all(np.array_equal(old, new) for old, new in zip(before, as_left(model).weights, strict=True)):
        raise CriterionFailed("weights that change in training", "the same ones after a round")


def read_archive():
    """The clean articles of the archive, each with its label."""
    texts, categories = as_lists(datasets.load("news"))
    names = sorted(set(categories))
    articles = {}
    for text, category in zip(texts, categories, strict=True):
        plain = " ".join(word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS)
        articles.setdefault(plain, names.index(category))
    return articles


def encode(texts, words, length=120):
    """The rows of texts, by the student's list of words; of its first entries, others tell."""
    words = as_texts(words, "words")
    numbers = {word: number for number, word in enumerate(words, start=0 if words[:1] == [""] else 2)}
    rows = np.zeros((len(texts), length), int)
    for row, text in zip(rows, texts, strict=True):
        found = [numbers.get(word, 1) for word in text.split()[:length]]
        row[: len(found)] = found
    return rows


def divided_archive(student):
    """The articles to learn from and those held back, by their texts: two dicts of labels."""
    articles = read_archive()
    held = set(as_texts(student.held_texts, "held_texts"))
    if strange := held - set(articles):
        raise CriterionFailed("held_texts to be articles of the archive", f"{min(strange)[:60]!r} among them")
    if not 100 <= len(held) <= 1000:
        raise CriterionFailed("some hundred held_texts", f"{len(held)} different ones")
    return (
        {text: label for text, label in articles.items() if text not in held},
        {text: articles[text] for text in held},
    )


def share_right(student, articles):
    """The share of articles that the saved network sends to the right desk."""
    texts, labels = list(articles), np.array(list(articles.values()))
    return accuracy(as_model(student.model, "model"), (encode(texts, student.words), labels))


@criterion("trained", points=1, hint="How does the curve of the accuracy end? Run the training to its end.")
def test_knows_what_it_has_learned(student, thresholds, credit):
    """The saved network is right in 95 % of the articles that it has learned from."""
    credit.within(share_right(student, divided_archive(student)[0]), thresholds, "learned")


@criterion("trained", points=2, hint="Do `words` and the network belong to the same run of the notebook?")
def test_knows_what_was_held_back(student, thresholds, credit):
    """The saved network is right in 90 % of the articles that were held back."""
    credit.within(share_right(student, divided_archive(student)[1]), thresholds, "held")


def arrows(text):
    """A list of words and a table, of "word x y, …", behind two entries that are no words."""
    rows = [entry.split() for entry in text.split(",")]
    return ["", "[UNK]", *(row[0] for row in rows[2:])], np.array([row[1:] for row in rows], float)


def find(student, word, given, count, strict=False):
    """The neighbours; of the three that are none, one criterion tells, and no other."""
    found = as_texts(student.neighbours(word, *given, count), "neighbours(...)")
    none = {word, "", "[UNK]"}
    if none & set(found) and not strict:
        found = as_texts(student.neighbours(word, *given, count + 3), "neighbours(...)")
        found = [name for name in found if name not in none][:count]
    return found


# As angles: milk 0°, coffee 18°, tea 27°, cup 45°, spoon 63°, snow 108°, night 198°.
PANTRY = arrows("0 -2 -5, 1 -1 -4, night -3 -1, cup 1 1, tea 2 1, snow -1 3, coffee 9 3, spoon 1 2, milk 4 0")


@criterion("neighbours", points=1, hint="Draw the seven arrows. The largest cosine belongs to the smallest angle.")
def test_smallest_angles(student):
    """The neighbours are the words with the smallest angles, however long their arrows are."""
    call_unchanged(student, "neighbours", "tea", *PANTRY, 3)
    assert_equal(find(student, "tea", PANTRY, 3)[:3], ["coffee", "cup", "milk"], "the neighbours of tea")
    assert_equal(find(student, "snow", PANTRY, 2)[:2], ["spoon", "cup"], "the neighbours of snow")


@criterion("neighbours", points=1, hint="Which three entries of the list can never be an answer?")
@pytest.mark.parametrize("words", ["teapots 4 3, tea 3 4, teapot 4 3", "tea 3 4, teapot 4 3, teapots 4 3"])
def test_who_is_no_neighbour(student, words):
    """The word itself and the first two entries are left out; a word of equal direction is not."""
    given = arrows(f"0 4 3, 1 3 4, {words}, night 0 5")
    assert_equal(find(student, "teapot", given, 2, strict=True)[:2], ["teapots", "tea"], "the neighbours of teapot")


@criterion("neighbours", points=1, hint="Can a word with a negative cosine be a neighbour? How many are there at most?")
@pytest.mark.parametrize("count", [1, 3, 9])
def test_as_many_as_asked_for(student, count):
    """There are as many as asked for, also if their cosines are negative, or all that there are."""
    given = arrows("0 -3 -4, 1 -3 -4, moon -4 -3, sun -5 0, tea 4 3, night -4 3, snow -3 4")
    expected = ["snow", "night", "sun", "moon"][:count]
    assert_equal(find(student, "tea", given, count), expected, f"{count} neighbours of tea")


# Directions at right angles, of length 1, and how far six points reach in each of them.
DIRECTIONS = np.array([[2, 1, 2], [-2, 2, 1], [1, 2, -2]]) / 3
REACH = np.array([[6, 1, 0], [-6, 1, 0], [3, -2, 0], [-3, -2, 0], [0, 1, 0.5], [0, 1, -0.5]])


def assert_plane(student, table, expected):
    """Assert where points lie in the plane; each column may have either sign."""
    found = student.to_plane(table.copy())
    points = as_array(found, "to_plane(table)")
    assert_shape(points, expected.shape, "to_plane(table)")
    signs = np.where((points * expected).sum(axis=0) < 0, -1.0, 1.0)
    assert_close(found, signs * expected, "to_plane(table)", atol=1e-4)


@criterion("plane", points=1, hint="Which of the three arrays has the directions, in rows or in columns?")
def test_a_plane_on_paper(student):
    """Six points whose mean is zero get the coordinates that they were made with."""
    assert_plane(student, REACH @ DIRECTIONS, REACH[:, :2])
    call_unchanged(student, "to_plane", REACH @ DIRECTIONS)


@criterion("plane", points=1, hint="Where is the mean of the points that you look for directions in?")
def test_seen_from_the_mean(student):
    """Where the points lie as a whole does not matter: they are seen from their mean."""
    assert_plane(student, REACH @ DIRECTIONS + [40.0, -7.0, 12.0], REACH[:, :2])


WORDS = ["", "[UNK]", "goal", "café", "2004", "élan"]
TABLE = np.array(
    [[9, 9, 9], [8, 8, 8], [0.25, -1.5, 3.0], [-2.0, 0.123456, 1 / 3], [1e-4, 70.25, -0.7], [5.5, 0, -4.25]]
)


def written(student, name):
    """The lines of one of the two files; both replace older ones."""
    folder = make_folder(student, {"vectors.tsv": "1\t2\n", "words.tsv": "older\nwords\n", "notes.txt": "stay"})
    student.write_vectors(list(WORDS), TABLE.copy(), folder)
    files = read_files(student, folder)
    if name not in files:
        raise CriterionFailed(f"a file {name} in the folder", f"{', '.join(sorted(files))}")
    try:
        text = (files[name] or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise CriterionFailed(f"{name} in UTF-8", "another encoding") from None
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


@criterion("files", points=1, hint="Which entries of the list are words, and where does each of them stand?")
def test_a_line_for_each_word(student):
    """In words.tsv stands a word in each line, without the two entries that are none."""
    assert_equal(written(student, "words.tsv"), WORDS[2:], "the lines of words.tsv")


@criterion("files", points=1, hint="What stands between two numbers, and which rows of the table are words?")
def test_a_line_for_each_row(student):
    """In vectors.tsv stands a row of the table in each line, with tabs between the numbers."""
    lines = written(student, "vectors.tsv")
    try:
        rows = [[float(value) for value in line.split("\t")] for line in lines]
    except ValueError:
        raise CriterionFailed("lines of numbers with a tab between two", f"the line {lines[0]!r}") from None
    if [len(row) for row in rows] != [3, 3, 3, 3]:
        sizes = ", ".join(str(len(row)) for row in rows)
        raise CriterionFailed("4 lines of 3 numbers", f"lines of {sizes} numbers")
    assert_close(np.array(rows), TABLE[2:], "the numbers in vectors.tsv", rtol=1e-5, atol=1e-6)
