"""The hidden criteria of `news_topics`: any texts and tables, and articles that nobody has seen."""

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
    assert_close,
    assert_close_but_signs,
    assert_each_once,
    assert_equal,
    assert_shape,
    assert_word_rows,
    call_unchanged,
    cosines_with,
    criterion,
    datasets,
    make_folder,
    place_words,
    read_files,
    read_lines,
)
from proctor.datasets.news import STOP_WORDS, as_lists

SOME = "rain tide ofen inn hand é élan über 3 2004 oven sea moon cheese fern gull"
WORDS = SOME.split()


def draw_texts(count, seed, words=WORDS, most=14):
    """Texts of these words, the first ones more frequent; some are empty."""
    rng = np.random.default_rng(seed)
    places = [(len(words) * rng.random(rng.integers(0, most)) ** 2).astype(int) for _ in range(count)]
    return [" ".join(words[place] for place in row) for row in places]


def draw_counted(count, seed):
    """Texts in which no two words are equally frequent, and the last of WORDS is the most so."""
    rng = np.random.default_rng(seed)
    words = rng.permutation([word for place, word in enumerate(WORDS) for _ in range(1 + 2 * place)]).tolist()
    ends = np.sort(rng.integers(0, len(words) + 1, count - 1))
    return [" ".join(some) for some in np.split(np.array(words, object), ends)]


@criterion("copies", points=1, hint="Does it use the texts that it is given, all of them, and their labels?")
@pytest.mark.parametrize("seed, count, most", [(1, 90, 3), (2, 30, 12), (3, 1, 5), (4, 300, 4)])
def test_any_copies(student, seed, count, most):
    """Of any texts, each stays once with the label of its first place, and nothing is changed."""
    texts, labels = draw_texts(count, seed, most=most), np.random.default_rng(seed).integers(0, 9, count)
    found = call_unchanged(student, "drop_copies", texts, labels)
    found_texts, found_labels = as_tuple(found, "drop_copies(texts, labels)", ("texts", "labels"))
    once = list(dict.fromkeys(texts))
    assert_equal(as_texts(found_texts, "the texts"), once, "the texts")
    assert_close(found_labels, labels[[texts.index(text) for text in once]], "the labels")


@criterion(
    "split", points=1, hint="Does it use the labels and the count that it is given, however many articles there are?"
)
@pytest.mark.parametrize("size, count", [(2, 1), (57, 20), (400, 399), (31, 3)])
def test_any_split(student, size, count):
    """Any articles are divided, with their labels, and nothing is changed."""
    rng = np.random.default_rng([size, count])
    texts, labels = [f"{WORDS[place % 16]} {place}" for place in range(size)], rng.integers(0, 4, size)
    found = call_unchanged(student, "split", texts, labels, count, 3_400 + size)
    names = ("train_texts", "held_texts", "train_labels", "held_labels")
    train, held, train_labels, held_labels = as_tuple(found, "split(...)", names)
    train, held = as_texts(train, names[0]), as_texts(held, names[1])
    assert_equal((len(train), len(held)), (size - count, count), "the numbers of articles in both parts")
    assert_each_once((train, held), texts, "the two parts")
    for some, found_labels, name in ((train, train_labels, names[2]), (held, held_labels, names[3])):
        assert_close(found_labels, labels[[texts.index(text) for text in some]], name)


@criterion("vectorise", points=1, hint="Does it use all the texts, the size and the length that it is given?")
@pytest.mark.parametrize("seed, size, length", [(1, 9, 5), (2, 3, 1), (3, 100, 30), (4, 14, 120)])
def test_any_texts(student, seed, size, length):
    """Any texts become rows, by the words of the first ones alone, and nothing is changed."""
    first, other = draw_counted(70, seed), draw_texts(40, seed + 9, [*WORDS[3:], "lorem", "ipsum"][::-1])
    found = call_unchanged(student, "vectorise", first, other, size, length)
    words, *rows = as_tuple(found, "vectorise(...)", ("words", "train_rows", "other_rows"))
    known = ["", "[UNK]", *WORDS[::-1]][:size]
    assert_equal(as_texts(words, "words"), known, "words")
    assert_word_rows(rows, (first, other), known, length, ("train_rows", "other_rows"))


@criterion("network", points=1, hint="Is there a number in your function that should be one of its parameters?")
@pytest.mark.parametrize("size, numbers, kinds", [(7, 5, 2), (30, 2, 6)])
def test_networks_of_other_sizes(student, size, numbers, kinds):
    """Networks of other sizes have the right table and answers."""
    model = as_model(student.build_network(size, numbers, kinds), "build_network(...)")
    rows = np.arange(1, size)[:, None] * [1, 1, 1]
    assert_shape(as_array(model.predict(rows), "the answers"), (size - 1, kinds), "the answers")
    found, shapes = [array.shape for array in model.weights], [(size, numbers), (numbers, kinds), (kinds,)]
    if shapes[0] not in found:
        raise CriterionFailed(f"a table of the shape ({size}, {numbers})", "no weights of this shape")
    layers = [layer.class_name for layer in model.layers if layer.class_name != "InputLayer"]
    if len(layers) > 3 or found != shapes:
        return  # there are more layers, as there may be
    draw = np.random.default_rng(size)
    table, kernel, bias = (draw.normal(0, 1, shape) for shape in shapes)
    model.set_weights([table, kernel, bias])
    rows[:, 1], rows[:, 2] = rows[::-1, 0], 0
    counts = (rows > 0).sum(axis=1, keepdims=True)
    powers = np.exp((table[rows] * (rows > 0)[..., None]).sum(axis=1) / counts @ kernel + bias)
    expected = powers / powers.sum(axis=1, keepdims=True)
    assert_close(model.predict(rows), expected, "the answers with weights of the check's", rtol=1e-2, atol=1e-2)


@criterion("trained", points=2, hint="Has the training come to its end? Is `words` the list that it was trained with?")
def test_knows_new_articles(student, thresholds, credit):
    """The saved network is right in 90 % of articles that nobody has seen."""
    raw, categories = as_lists(datasets.load("news", split="test"))
    texts = [" ".join(word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS) for text in raw]
    names = sorted(set(categories))
    words = as_texts(student.words, "words")
    rows = place_words(texts, words if words[:1] == [""] else ["", "", *words], 120)
    labels = np.array([names.index(category) for category in categories])
    credit.within(accuracy(as_model(student.model, "model"), (rows, labels)), thresholds, "unseen")


@criterion("neighbours", points=1, hint="Does it use the table and the words that it is given, and the count?")
@pytest.mark.parametrize("seed, size, numbers, count", [(1, 60, 16, 9), (2, 5, 2, 1), (3, 300, 3, 400)])
def test_any_neighbours(student, seed, size, numbers, count):
    """In any table, the neighbours are those with the largest cosines, and nothing is changed."""
    rng = np.random.default_rng(seed)
    words = ["", "[UNK]", *(f"w{place}" for place in rng.permutation(size))]
    table = (rng.normal(0.3, 1, (size + 2, numbers)) * rng.uniform(0.01, 30, (size + 2, 1))).astype("float32")
    for here in (2, size // 2 + 1, size + 1):
        found = as_texts(call_unchanged(student, "neighbours", words[here], words, table, count), "neighbours(...)")
        cosines = cosines_with(table, here)
        others = sorted((place for place in range(2, size + 2) if place != here), key=lambda place: -cosines[place])
        expected = [cosines[place] for place in others[:count]]
        known = {words[place]: cosines[place] for place in others}
        if strange := [word for word in found if word not in known]:
            raise CriterionFailed("other words of the list", f"{strange[0]!r}")
        if len(set(found)) != len(expected):
            raise CriterionFailed(f"{len(expected)} different words", f"{len(set(found))}")
        assert_close(np.array([known[word] for word in found]), np.array(expected), "their cosines", atol=1e-5)


@criterion("plane", points=1, hint="Does it use the table that it is given, all its rows and columns?")
@pytest.mark.parametrize("count, numbers", [(40, 16), (3, 8), (90, 2), (2, 2)])
def test_any_plane(student, count, numbers):
    """In any table, the two directions are those with the greatest differences."""
    rng = np.random.default_rng([count, numbers])
    table = (
        rng.normal(2, 1, (count, numbers))
        * np.geomspace(5, 0.3, numbers)
        @ np.linalg.qr(rng.normal(size=(numbers,) * 2))[0]
    )
    points = call_unchanged(student, "to_plane", table)
    centred = table - table.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    assert_close_but_signs(points, left[:, :2] * sizes[:2], "to_plane(table)", atol=1e-3)


@criterion("files", points=1, hint="Does it use the words, the table and the folder that it is given?")
def test_any_files(student):
    """Any words and vectors are written, exactly enough, and older files are replaced."""
    rng = np.random.default_rng(34)
    words, table = ["", "[UNK]", *WORDS], rng.normal(0, 2, (len(WORDS) + 2, 7)).astype("float32")
    folder = make_folder(student, {"words.tsv": "old", "vectors.tsv": "old"})
    call_unchanged(student, "write_vectors", words, table, folder)
    files = read_files(student, folder)
    assert_equal(read_lines(files, "words.tsv"), WORDS, "the lines of words.tsv")
    found = as_table(read_lines(files, "vectors.tsv"), (len(WORDS), 7), "vectors.tsv")
    assert_close(found, table[2:].astype(float), "the numbers in vectors.tsv", rtol=1e-5, atol=1e-5)
