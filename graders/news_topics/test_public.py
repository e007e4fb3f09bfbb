"""The public criteria of `news_topics`: what one works out on paper, and what the network knows."""

import re

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_model,
    as_table,
    as_texts,
    as_tuple,
    assert_averages_words,
    assert_between,
    assert_close,
    assert_close_but_signs,
    assert_crossentropy_loss,
    assert_drawn_anew,
    assert_dtype,
    assert_each_once,
    assert_equal,
    assert_learns,
    assert_masks_padding,
    assert_order_of_no_set,
    assert_probabilities,
    assert_reports_accuracy,
    assert_shape,
    assert_table_learns,
    assert_word_rows,
    call_unchanged,
    criterion,
    datasets,
    make_folder,
    place_words,
    read_files,
    read_lines,
    scatter_table,
)
from proctor.datasets.news import STOP_WORDS, as_lists


def are_texts(part):
    """Whether these are strings."""
    return isinstance(part, list | tuple) and all(isinstance(text, str) for text in part)


COPIES = ["vote", "goal goal", "vote", "film", "vote late", "goal goal", "chip", "vote", "chip"]
COPIES_LABELS = np.array([2, 3, 0, 1, 2, 3, 4, 2, 1])


@criterion("copies", points=1, hint="Go through the texts from the beginning. Which of them have come before?")
def test_each_text_once(student):
    """Each text stays once, and they stay in the order in which they come first."""
    found = call_unchanged(student, "drop_copies", COPIES, COPIES_LABELS)
    texts, _ = as_tuple(found, "drop_copies(texts, labels)", ("texts", "labels"))
    assert_equal(as_texts(texts, "the texts"), ["vote", "goal goal", "film", "vote late", "chip"], "the texts")


@criterion("copies", points=1, hint="At which places do the texts stand that stay?")
def test_labels_of_the_first(student):
    """Each text keeps the label of its first place, whatever label a copy has."""
    found = student.drop_copies(list(COPIES), COPIES_LABELS.copy())
    texts, labels = as_tuple(found, "drop_copies(texts, labels)", ("texts", "labels"))
    if are_texts(labels):
        texts, labels = labels, texts  # another criterion tells of it, and of the order of the texts
    if not are_texts(texts) or sorted(texts) != sorted(set(COPIES)):
        texts = list(dict.fromkeys(COPIES))
    assert_dtype(labels, "int", "the labels")
    assert_close(labels, np.array([COPIES_LABELS[COPIES.index(text)] for text in texts]), "the labels")


# Articles, sorted by their labels: how many letters the first word has. MORE are 45 and 15.
ARTICLES = [f"{'good'[:n]} {end}" for n, ends in enumerate(("pqst", "pqr", "pqrst", "pq"), 1) for end in ends]
MORE = [f"{'late' if place % 4 == 3 else 'a'} {place}" for place in range(60)]
NAMES = ("train_texts", "held_texts", "train_labels", "held_labels")


def label(texts):
    """The labels of these."""
    return np.array([len(text.split()[0]) for text in texts])


def divide(student, count, seed, articles=ARTICLES, strict=False):
    """The four parts of a split; the strict criterion tells of another order of them."""
    found = student.split(list(articles), label(articles), count, seed)
    first, second, third, fourth = as_tuple(found, "split(texts, labels, count, seed)", NAMES)
    if not strict:
        if not are_texts(second) and are_texts(third):
            second, third = third, second
        first, second = as_texts(first, "train_texts"), as_texts(second, "held_texts")
        if len(first) == count != len(second):
            return second, first, fourth, third
    return first, second, third, fourth


@criterion("split", points=1, hint="How many texts does each of the four parts have? In which order are they returned?")
@pytest.mark.parametrize("count", [4, 1, 13])
def test_sizes(student, count):
    """Of 14 articles, 4 are held back if 4 should be, and 10 remain to learn from."""
    call_unchanged(student, "split", ARTICLES, label(ARTICLES), count, 5)
    for part, name, size in zip(divide(student, count, 5, strict=True), NAMES, 2 * (14 - count, count), strict=True):
        if name.endswith("labels"):
            assert_dtype(part, "int", name)
        found = len(as_texts(part, name) if name.endswith("texts") else as_array(part, name).ravel())
        if found != size:
            raise CriterionFailed(f"{size} {name}, with count = {count}", f"{found}")


@criterion("split", points=1, hint="Which articles are in neither part, and which ones are in both, or twice?")
def test_each_article_in_one_part(student):
    """Each article is either held back or there to learn from, and no article is lost."""
    assert_each_once(divide(student, 5, 11)[:2], ARTICLES, "the two parts")


@criterion("split", points=1, hint="Do texts and labels get into their new order by the same places?")
@pytest.mark.parametrize("seed", [2, 3])
def test_labels_stay_with_their_texts(student, seed):
    """In both parts, each label is that of its text."""
    parts = divide(student, 6, seed)
    for texts, labels, name in zip(parts[:2], parts[2:], ("train_labels", "held_labels"), strict=True):
        assert_close(labels, label(texts), name)


@criterion("split", points=1, hint="Which articles can ever be held back? Those at the beginning, too? Of each desk?")
def test_drawn_at_random(student):
    """Each article has the same chance to be held back, whatever its place and its desk are."""
    assert_drawn_anew([divide(student, 4, seed)[1] for seed in range(90)], ARTICLES, "held back")
    often = [np.mean(label(divide(student, 20, seed, MORE)[1]) == 4) for seed in range(30)]  # 0.25 ± 0.015
    assert_between(np.mean(often), 0.15, 0.35, "the share of a desk that has a quarter of the articles")


@criterion("split", points=1, hint="From which number does the random choice follow?")
def test_a_split_for_each_seed(student):
    """The same seed gives the same split in the same order, also when Python starts anew."""
    parts = [divide(student, 5, seed) for seed in (8, 9, 8)]
    for one, other, name in zip(parts[0], parts[2], NAMES, strict=True):
        if not np.array_equal(one, other):
            raise CriterionFailed(f"the same {name} with the same seed again", "others, or another order")
    for part in (0, 1):
        assert_order_of_no_set(
            lambda letter, part=part: [
                [text[1:] for text in divide(student, 25, seed, [letter + text for text in MORE])[part]]
                for seed in (8, 9)
            ]
        )


# In the first texts, tea is 6 ×, cup 4 ×, oat 3 ×, jam 2 ×, egg 1 ×; fig and ham are in the others.
FIRST = ["cup oat tea tea", "jam tea cup oat", "oat tea cup egg", "tea cup jam tea"]
ROWS_OF = ("train_rows", "other_rows")
OTHER = ["fig egg cup fig", "fig fig jam egg", "egg fig ham tea"]


def vectorised(student, first, other, size, length, strict=False):
    """The words, and two arrays of rows; other criteria tell of what is around them."""
    found = student.vectorise(list(first), list(other), size, length)
    words, *rows = as_tuple(found, "vectorise(...)", ("words", *ROWS_OF))
    if isinstance(words, dict):
        words = list(words if are_texts(list(words)) else words.values())
    there = " ".join([*first, *other]).split()
    words = [word for word in as_texts(words, "words") if word in there]
    rows = [as_array(some, "rows") for some in rows]
    if not strict and all(array.ndim == 2 for array in rows):
        rows = [array[:, :length] for array in rows]
        rows = rows[::-1] if len(rows[0]) == len(other) != len(first) else rows
    return words, rows


@criterion("vectorise", points=1, hint="Which two entries come first, and how often is each word in the first texts?")
def test_the_list_of_words(student):
    """The list begins with "" and [UNK]; then come the words of the first texts, tea before all."""
    found = call_unchanged(student, "vectorise", FIRST, ["tea tea"], 30, 2)
    words = as_texts(as_tuple(found, "vectorise(...)", ("words", *ROWS_OF))[0], "words")
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
    if words != (alone := vectorised(student, FIRST, ["tea tea"], size, 4)[0]):
        wanted = f"the words {', '.join(alone)}, whatever the other texts are"
        raise CriterionFailed(wanted, ", ".join(words))
    assert_shape(rows, (3, 4), "other_rows")
    unknown = np.array([[word in ("fig", "ham") for word in text.split()] for text in OTHER])
    if not np.all(rows[unknown] == 1):
        raise CriterionFailed("a 1 for fig and ham, which the list lacks", f"{np.unique(rows[unknown]).tolist()}")


@criterion("vectorise", points=1, hint="A word becomes its place in the list, counted from 0. Which one is unknown?")
def test_numbers_are_places(student):
    """In both lists of texts, a word becomes its place in the list, and 1 if it is not there."""
    both = [*FIRST, "tea tea oat cup"], ["oat egg tea jam", "egg cup cup oat"]
    words, rows = vectorised(student, *both, 5, 4)
    assert_word_rows(rows, both, ["", "[UNK]", *words], 4, ROWS_OF)


@criterion("vectorise", points=1, hint="Where do the zeros stand, and which words of a long text are cut off?")
@pytest.mark.parametrize("length", [3, 6])
def test_rows_of_one_length(student, length):
    """All rows are equally long: the first words of a text, or all of them and zeros at the end."""
    both = ["tea cup tea oat", "", "cup oat", "tea"], ["oat", "oat cup tea tea cup", ""]
    words, rows = vectorised(student, *both, 20, length, strict=True)
    assert_word_rows(rows, both, ["", "[UNK]", *words], length, ROWS_OF, "int")


@criterion("vectorise", points=1, hint="What decides between words that are equally frequent? Is it the same tomorrow?")
def test_the_same_order_tomorrow(student):
    """Equally frequent words come in an order that is the same each time that Python starts."""
    texts = ["one", "owl ink", "sea fog elm rye", "ash bay", "hut ivy nut", "oak pea", "zoo", "yak jar log"]

    def order(letter):
        first = [" ".join(letter + word for word in text.split()) for text in texts]
        return [[word[1:] for word in vectorised(student, first, first[:1], 50, 2)[0]]]

    assert_order_of_no_set(order)


TABLE_SHAPE, KINDS = (11, 3), 4  # of the networks below


def built(student):
    """A network of the student's; words build one that has no Input."""
    model = as_model(student.build_network(*TABLE_SHAPE, KINDS), "build_network(11, 3, 4)")
    if model.input_shape is None:
        model.predict(np.array([[1, 2, 3]]))
    return model


ROWS = np.random.default_rng(5).integers(1, 11, (6, 5))  # without padding


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
    largest = float(np.max(scatter_table(model, TABLE_SHAPE, 20).predict(ROWS)))
    assert_between(largest, 0.6, 1, "the largest probability of a network with large weights")


@criterion("network", points=2, hint="Which layer makes one vector of all the words, and how?")
def test_an_average_of_words(student):
    """The order of the words does not matter; how large a part of the text each of them is does."""
    assert_averages_words(scatter_table(built(student), TABLE_SHAPE))


@criterion("network", points=2, hint="How does the `Embedding` learn that 0 is no word?")
def test_padding_is_masked(student):
    """However much padding a text has, and wherever, the answer stays the same."""
    assert_masks_padding(scatter_table(built(student), TABLE_SHAPE), TABLE_SHAPE)


@criterion("network", points=1, hint="How many rows and columns does the table of the `Embedding` have? Does it learn?")
def test_the_table_learns(student):
    """There is a table with a row for each word, and it changes in training; the last layer too."""
    assert_table_learns(built(student), TABLE_SHAPE, KINDS)


@criterion("network", points=1, hint="Look at `compile`: which loss takes labels that are whole numbers?")
def test_taught_by_crossentropy(student):
    """It learns by the crossentropy with whole-numbered labels, and reports its accuracy."""
    model = scatter_table(built(student), TABLE_SHAPE)
    assert_crossentropy_loss(model, ROWS)
    assert_reports_accuracy(model, ROWS)
    assert_learns(model, ROWS, np.arange(6) % KINDS)


def share_right(student, held_back):
    """Of the articles that are held back, or that are not, the share that get to the right desk."""
    texts, categories = as_lists(datasets.load("news"))
    plain = [" ".join(word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS) for text in texts]
    desks = dict(zip(reversed(plain), reversed(categories), strict=True))  # of copies, the first one counts
    held, words = set(as_texts(student.held_texts, "held_texts")), as_texts(student.words, "words")
    if strange := held - set(desks):
        raise CriterionFailed("held_texts to be articles of the archive", f"{min(strange)[:60]!r} among them")
    if not 100 <= len(held) <= 1000:
        raise CriterionFailed("some hundred held_texts", f"{len(held)} different ones")
    asked = [text for text in desks if (text in held) == held_back]
    labels = np.array([sorted(set(categories)).index(desks[text]) for text in asked])
    rows = place_words(asked, words if words[:1] == [""] else ["", "", *words], 120)  # another criterion tells of it
    return accuracy(as_model(student.model, "model"), (rows, labels))


@criterion("trained", points=1, hint="How does the curve of the accuracy end? Run the training to its end.")
def test_knows_what_it_has_learned(student, thresholds, credit):
    """The saved network is right in 95 % of the articles that it has learned from."""
    credit.within(share_right(student, held_back=False), thresholds, "learned")


@criterion("trained", points=2, hint="Do `words` and the network belong to the same run of the notebook?")
def test_knows_what_was_held_back(student, thresholds, credit):
    """The saved network is right in 90 % of the articles that were held back."""
    credit.within(share_right(student, held_back=True), thresholds, "held")


def arrows(text):
    """A list of words and a table, of "word x y, …", behind two entries that are no words."""
    rows = [entry.split() for entry in text.split(",")]
    return ["", "[UNK]", *(row[0] for row in rows[2:])], np.array([row[1:] for row in rows], float)


def find(student, word, given, count, strict=False):
    """The neighbours; of the three that are none, one criterion tells, and no other."""
    found = as_texts(student.neighbours(word, *given, count), "neighbours(...)")
    if {word, "", "[UNK]"} & set(found) and not strict:
        found = as_texts(student.neighbours(word, *given, count + 3), "neighbours(...)")
        found = [name for name in found if name not in (word, "", "[UNK]")][:count]
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
    assert_equal(find(student, "tea", given, count), ["snow", "night", "sun", "moon"][:count], "the neighbours of tea")


# Directions at right angles, of length 1, and how far six points reach in each of them.
DIRECTIONS = np.array([[1, 2, 2], [2, -2, 1], [2, 1, -2]]) / 3
REACH = np.array([[6, 1, 0], [-6, 1, 0], [3, -2, 0], [-3, -2, 0], [0, 1, 0.5], [0, 1, -0.5]])


@criterion("plane", points=1, hint="Which of the three arrays has the directions, in rows or in columns?")
def test_a_plane_on_paper(student):
    """Six points whose mean is zero get the coordinates that they were made with."""
    found = call_unchanged(student, "to_plane", REACH @ DIRECTIONS)
    assert_close_but_signs(found, REACH[:, :2], "to_plane(table)", atol=1e-4)


@criterion("plane", points=1, hint="Where is the mean of the points that you look for directions in?")
def test_seen_from_the_mean(student):
    """Where the points lie as a whole does not matter: they are seen from their mean."""
    found = student.to_plane(REACH @ DIRECTIONS + [40.0, -7.0, 12.0])
    assert_close_but_signs(found, REACH[:, :2], "to_plane(table)", atol=1e-4)


WORDS = ["", "[UNK]", "goal", "café", "2004", "élan"]
TABLE = np.array([[9, 9, 9], [8, 8, 8], [1 / 4, -1.5, 3], [-2, 0.123456, 1 / 3], [1e-4, 70.25, -0.7], [5, 0, -4.25]])


def written(student, name):
    """The lines of one of the two files; both replace older ones, and leave others alone."""
    folder = make_folder(student, {"vectors.tsv": "1\t2\n", "words.tsv": "older\nwords\n", "notes.txt": "stay"})
    student.write_vectors(list(WORDS), TABLE.copy(), folder)
    return read_lines(read_files(student, folder), name)


@criterion("files", points=1, hint="Which entries of the list are words, and where does each of them stand?")
def test_a_line_for_each_word(student):
    """In words.tsv stands a word in each line, without the two entries that are none."""
    assert_equal(written(student, "words.tsv"), WORDS[2:], "the lines of words.tsv")
    call_unchanged(student, "write_vectors", WORDS, TABLE, folder := make_folder(student, {"notes.txt": "stay"}))
    assert_equal(read_files(student, folder).get("notes.txt"), b"stay", "another file in the folder")


@criterion("files", points=1, hint="What stands between two numbers, and which rows of the table are words?")
def test_a_line_for_each_row(student):
    """In vectors.tsv stands a row of the table in each line, with tabs between the numbers."""
    rows = as_table(written(student, "vectors.tsv"), (4, 3), "vectors.tsv")
    assert_close(rows, TABLE[2:], "the numbers in vectors.tsv", rtol=1e-5, atol=1e-6)
