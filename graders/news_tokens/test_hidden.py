"""The hidden criteria of `news_tokens`: other files, texts and vocabularies, and many of them."""

import csv
import io
from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_number_rows,
    as_text,
    as_texts,
    as_tuple,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    make_folder,
)

SOME = "rain the oven of tide in theatre other an hand inn ofen s 3 been bee é über a"
WORDS = SOME.split()


def random_texts(count, seed, words=WORDS):
    """Texts of these words, the first ones more frequent; some are empty."""
    rng = np.random.default_rng(seed)
    places = [(len(words) * rng.random(rng.integers(0, 15)) ** 2).astype(int) for _ in range(count)]
    return [" ".join(words[place] for place in row) for row in places]


@criterion("read_articles", points=1, hint="Does it read the file that it is given, all of it, and as it is?")
def test_reads_any_file(student):
    """Any file is read, with all its rows and characters, whatever its columns are."""
    texts = [
        "caf\u00e9 for \u00a33",
        "",
        'a "b" c',
        "  two  spaces ",
        "x,y",
        "",
        "three\nlines\n\nof text",
        '"',
        ",",
        "0",
    ]
    texts = [text or number % 4 * f"again and again {number % 3}" for number, text in enumerate(4 * texts + [""])]
    categories = [("Tech", "sport", "arts, and more")[number % 7 % 3] for number in range(len(texts))]
    for columns, end in ((["id", "category", "day", "text"], "\n"), (["text", "category"], "\r\n")):
        file = io.StringIO()
        table = csv.DictWriter(file, columns, restval="1, 2", lineterminator=end)
        table.writeheader()
        table.writerows({"text": text, "category": name} for text, name in zip(texts, categories, strict=True))
        folder = make_folder(student, {"other/news of today.txt": file.getvalue().encode()})
        found = student.read_articles(folder.joinpath("other", "news of today.txt"))
        found_texts, found_categories = as_tuple(found, "read_articles(file)", ("texts", "categories"))
        assert_equal(as_texts(found_texts, "the texts"), texts, "the texts")
        assert_equal(as_texts(found_categories, "the categories"), categories, "the categories")


@criterion("standardise", points=1, hint="Try a text without any letter, an empty one, and letters like é.")
@pytest.mark.parametrize(
    "text, expected",
    [
        ("", ""),
        ("?! … — ()", ""),
        ("one", "one"),
        ("\tÉLAN\r\nvital\n", "élan vital"),
        ("3.14%,€2/kg;A&B", "3 14 2 kg a b"),
        ("“Naïve” – it’s Σ+ж=7", "naïve it s σ ж 7"),
        ("[x]{y}<z>|w~v^u`t\\s*r@q#p$o", "x y z w v u t s r q p o"),
    ],
)
def test_standardises_any_text(student, text, expected):
    """Any text becomes words in small letters, with single spaces, and may be empty in the end."""
    assert_equal(as_text(student.standardise(text), "standardise(text)"), expected, "standardise(text)")


@criterion("stop_words", points=1, hint="Does it use the stop words that it is given, and what if nothing is left?")
def test_any_stop_words(student):
    """Any stop words go, out of any text, and all of its words may."""
    for number, text in enumerate(["", "the", "the-end", *random_texts(30, 5)]):
        stop_words = set(np.random.default_rng(number).choice(WORDS, 7, replace=False).tolist()) | {"the"}
        spaced = text.replace(" ", "  " if number % 2 else "\n")
        found = as_text(call_unchanged(student, "remove_stop_words", spaced, stop_words), "remove_stop_words(…)")
        expected = " ".join(word for word in text.split() if word not in stop_words)
        assert_equal(found, expected, "remove_stop_words(…)")
    assert_equal(as_text(student.remove_stop_words("to be", set()), "remove_stop_words(…)"), "to be", "without any")


@criterion("vocabulary", points=1, hint="Does it count all words of all the texts that it is given?")
@pytest.mark.parametrize("seed, size", [(1, 8), (2, 3), (3, 15), (4, 100)])
def test_any_vocabulary(student, seed, size):
    """Of any texts, the vocabulary has the most frequent words, in the right order."""
    texts = random_texts(60, seed)
    counts = Counter(word for text in texts for word in text.split())
    expected = [count for _, count in counts.most_common(size - 2)]
    found = as_texts(call_unchanged(student, "make_vocabulary", list(texts), size), "the vocabulary")[2:]
    occur = [counts[entry] for entry in found]
    assert_equal(occur, expected, "how often each word of it occurs")
    if len(set(found)) < len(found):
        raise CriterionFailed("each word once", "one of them twice")


@criterion("encode", points=1, hint="Does it use the vocabulary and all the texts that it is given?")
@pytest.mark.parametrize("seed, known", [(11, 16), (12, 4), (13, 0), (14, 1)])
def test_encodes_any_text(student, seed, known):
    """Any texts are encoded by any vocabulary, also by one that knows no word of them."""
    words = [*np.random.default_rng(seed).permutation(WORDS)[:known].tolist(), "moon", "cheese"]
    vocabulary, texts = ["", "[UNK]", *words], random_texts(40, seed)
    found = call_unchanged(student, "encode", texts, vocabulary)
    rows = as_number_rows(found, "encode(texts, vocabulary)", len(texts))
    expected = [[words.index(word) + 2 if word in words else 1 for word in text.split()] for text in texts]
    assert_equal(rows, expected, "encode(texts, vocabulary)")


@criterion("pad", points=1, hint="Try a length of 1, and one that is longer than all rows.")
@pytest.mark.parametrize("count, length", [(50, 6), (1, 9), (20, 1), (13, 40)])
def test_pads_any_rows(student, count, length):
    """Any rows are padded to any length, large numbers too."""
    rng = np.random.default_rng([count, length])
    rows = [rng.integers(1, 70_000, rng.integers(0, 12)).tolist() for _ in range(count)]
    found = call_unchanged(student, "pad", rows, length)
    expected = np.array([(row + [0] * length)[:length] for row in rows])
    assert_shape(as_array(found, "pad(rows, length)"), (count, length), "pad(rows, length)")
    assert_close(as_array(found, "pad(rows, length)"), expected, "pad(rows, length)", rtol=0, atol=0.1)


@criterion("labels", points=1, hint="Does it use the categories that it is given, however many there are?")
@pytest.mark.parametrize("seed, count", [(21, 90), (22, 7), (23, 1)])
def test_labels_any_categories(student, seed, count):
    """Any categories are numbered, many and few, in the order that `sorted` gives."""
    names = ["Zoo", "weather", "arts", "Arts", "10", "9", "world news", "élan"]
    categories = np.random.default_rng(seed).choice(names, count).tolist()
    found = call_unchanged(student, "number_labels", categories)
    found_names, labels = as_tuple(found, "number_labels(categories)", ("names", "labels"))
    expected = sorted(set(categories))
    assert_equal(as_texts(found_names, "the names"), expected, "the names")
    assert_dtype(labels, "int", "the labels")
    assert_close(labels, np.array([expected.index(name) for name in categories]), "the labels")


@criterion("decode", points=1, hint="Does it use the vocabulary that it is given, and all numbers of the row?")
@pytest.mark.parametrize("seed", [31, 32])
def test_decodes_any_row(student, seed):
    """Any row comes back as words of any vocabulary, lists and arrays."""
    vocabulary = ["", "[UNK]", *np.random.default_rng(seed).permutation(WORDS).tolist()]
    row = np.random.default_rng(seed).integers(1, len(vocabulary), 40).tolist() + [0] * (seed % 2 * 5)
    expected = " ".join(vocabulary[number] for number in row if number)
    for given in (list(row), np.array(row, "int32")):
        found = as_text(call_unchanged(student, "decode", given, vocabulary), "decode(row, vocabulary)")
        assert_equal(found, expected, "decode(row, vocabulary)")
