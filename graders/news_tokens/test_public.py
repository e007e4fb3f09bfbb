"""The public criteria of `news_tokens`: files, texts and vocabularies that fit on paper."""

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


def assert_read(student, content, texts, categories, forgiving=True):
    """Assert what `read_articles` returns for a file with this content.

    A slip that `test_three_articles` tells of is forgiven elsewhere: the lists in the other order,
    the names of the columns as an article, and the first or the last article left out.
    """
    folder = make_folder(student, {"a file.csv": content.encode()})
    found = student.read_articles(folder.joinpath("a file.csv"))
    pair = as_tuple(found, "read_articles(file)", ("texts", "categories"))
    found_texts, found_categories = as_texts(pair[0], "the texts"), as_texts(pair[1], "the categories")
    if forgiving and found_categories[-1:] == texts[-1:]:
        found_texts, found_categories = found_categories, found_texts
    if forgiving and (found_texts[:1], found_categories[:1]) == (["text"], ["category"]):
        found_texts, found_categories = found_texts[1:], found_categories[1:]
    if forgiving and found_texts in (texts[1:], texts[:-1]) and len(found_texts) == len(found_categories):
        kept = slice(1, None) if found_texts == texts[1:] else slice(-1)
        texts, categories = texts[kept], categories[kept]
    assert_equal(found_texts, texts, "the texts")
    assert_equal(found_categories, categories, "the categories")


@criterion(
    "read_articles",
    points=1,
    hint="Which list comes first, are the names of the columns an article, and what is £ in UTF-8?",
)
def test_three_articles(student):
    """Of a file of three articles come their three texts and three categories, in its order."""
    content = "category,text\nsport,two goals in a minute\nbusiness,oil for £3\nsport,no goals at all\n"
    texts = ["two goals in a minute", "oil for £3", "no goals at all"]
    assert_read(student, content, texts, ["sport", "business", "sport"], forgiving=False)


@criterion("read_articles", points=1, hint="Python's `csv` knows these rules; splitting at each comma does not.")
def test_commas_and_quotes(student):
    """Commas and quotes within a text stay in it; the quotes around it go."""
    content = (
        "category,text\nsport,a plain text\n"
        'tech,"Small, cheap, and slow"\npolitics,"""Never,"" she said"\ntech,no comma\n'
    )
    texts = ["a plain text", "Small, cheap, and slow", '"Never," she said', "no comma"]
    assert_read(student, content, texts, ["sport", "tech", "politics", "tech"])


@criterion("read_articles", points=1, hint="Does it take the file apart into lines before it looks at the quotes?")
def test_a_line_break_in_a_text(student):
    """A text may go over several lines, and stays as it is."""
    content = 'category,text\nbusiness,Up and down\ntech,"\nA robot\nfolds shirts"\nsport,It rained\n'
    texts = ["Up and down", "\nA robot\nfolds shirts", "It rained"]
    assert_read(student, content, texts, ["business", "tech", "sport"])


@criterion("read_articles", points=1, hint="Where do you look for the place of a column?")
def test_columns_by_their_names(student):
    """The two columns are found by their names, among others and in any order."""
    content = "page,text,author,category\n3,a long match,Ada,sport\n1,a short vote,Ben,politics\n"
    assert_read(student, content, ["a long match", "a short vote"], ["sport", "politics"])


def assert_text(found, expected, what, forgiving):
    """Assert that a text is the expected one.

    A slip that other criteria tell of can be forgiven: white space, and a list of the words.
    """
    if forgiving:
        words = as_texts(found, what) if isinstance(found, list | tuple) else [as_text(found, what)]
        found = " ".join(" ".join(words).split())
    assert_equal(as_text(found, what), expected, what)


def assert_standard(student, text, expected, forgiving=True):
    """Assert what `standardise` makes of a text."""
    assert_text(student.standardise(text), expected, f"standardise({text!r})", forgiving)


@criterion("standardise", points=1, hint="Which characters of this text are neither letters nor digits?")
def test_a_loud_text(student):
    """Of a text with capitals, quotes, brackets and a £, small letters and digits are left."""
    assert_standard(student, '"Too LOUD!", said 7 Mayors (of 12). £20 each?', "too loud said 7 mayors of 12 20 each")


@criterion("standardise", points=1, hint="What takes the place of a character that goes, and of several in a row?")
def test_spaces_between_words(student):
    """What goes leaves a space behind, and in the end a single space is between two words."""
    text = "  the well-known band's\n3rd album -- out now\t... "
    assert_standard(student, text, "the well known band s 3rd album out now", forgiving=False)


@criterion("standardise", points=1, hint="a to z are not all the letters there are.")
def test_letters_of_other_languages(student):
    """Letters of other languages are letters, and become small ones, too."""
    assert_standard(student, "Café Ångström, São Paulo", "café ångström são paulo")


def assert_left(student, text, stop_words, expected, forgiving=True):
    """Assert what `remove_stop_words` leaves of a text."""
    found = student.remove_stop_words(text, set(stop_words.split()))
    assert_text(found, expected, f"remove_stop_words({text!r}, …)", forgiving)


@criterion("stop_words", points=1, hint="Which words are these, and in which order do the others stand?")
def test_a_cat_on_a_mat(student):
    """Without the and on, the cat sat on a mat and the mat sat still becomes cat sat a mat and mat
    sat still."""
    text, left = "the cat sat on a mat and the mat sat still", "cat sat a mat and mat sat still"
    assert_left(student, text, "the on", left)
    call_unchanged(student, "remove_stop_words", text, {"the", "on"})


@criterion("stop_words", points=1, hint="What is to go is a whole word, and not some letters.")
def test_whole_words_alone(student):
    """Words that contain a stop word, or are a part of one, stay: theatre, in-house, bathe, hen."""
    text = "hen bothers theatre in-house begin the-end bathe"
    assert_left(student, text, "the in a he when", text)


@criterion("stop_words", points=1, hint="Look at the first word, at the last one, and at two in a row.")
def test_wherever_they_stand(student):
    """Stop words go at the beginning, at the end and in a row; twice is the same as once."""
    assert_left(student, "of the the in time the of the end of the of", "the of in", "time end")
    assert_left(student, "time end", "the of in", "time end")


@criterion("stop_words", points=1, hint="Between two words may be more than a space; what is there afterwards?")
def test_single_spaces(student):
    """Whatever stood between the words, a single space does afterwards, and none at the ends."""
    assert_left(student, "  rain  and\nsun \t and  wind ", "and or", "rain sun wind", forgiving=False)
    assert_left(student, "snow \n ice", "and or", "snow ice", forgiving=False)
    assert_left(student, " and\n", "and or", "", forgiving=False)


def as_entries(found):
    """The entries of a vocabulary.

    Slips that `test_two_places_given_away` tells of are forgiven: a dict of words or of numbers,
    and words in pairs with how often they occur.
    """
    if isinstance(found, dict):
        found = list(found if all(isinstance(entry, str) for entry in found) else found.values())
    if isinstance(found, list):
        found = [entry[0] if isinstance(entry, tuple) and len(entry) == 2 else entry for entry in found]
    return as_texts(found, "the vocabulary")


def assert_ranked(found, texts, size):
    """Assert that after its first two entries, a vocabulary has the most frequent words of texts.

    Those that are equally frequent may be in any order. Another criterion tells of the two entries.
    """
    counts = Counter(word for text in texts for word in text.split())
    words = [word for place, word in enumerate(as_entries(found)) if place > 1 or word in counts]
    words = [word for word in words if word not in ("", "[UNK]")]
    strange = [word for word in words if word not in counts]
    if strange:
        raise CriterionFailed("words of the texts alone", f"{strange[0]!r}, which is none of them")
    if len(set(words)) < len(words):
        raise CriterionFailed("each word once", f"{Counter(words).most_common(1)[0][0]!r} more than once")
    expected = [count for _, count in counts.most_common(size - 2)]
    for place, (word, count) in enumerate(zip(words, expected, strict=False), start=2):
        if counts[word] != count:
            told = f"{word!r}, which is there {counts[word]}×"
            raise CriterionFailed(f"at place {place} a word that is there {count}×", told)


CUPS = ["cup final cup", "final cup vote", "goal cup vote final"]  # cup 4, final 3, vote 2, goal 1


@criterion("vocabulary", points=1, hint="What do the places 0 and 1 stand for?")
def test_two_places_given_away(student):
    """The first two entries are an empty string and [UNK]."""
    found = as_texts(call_unchanged(student, "make_vocabulary", CUPS, 9), "the vocabulary")
    assert_equal(found[:2], ["", "[UNK]"], "the first two entries")
    if "" in found[2:] or "[UNK]" in found[2:]:
        raise CriterionFailed("both entries once", "one of them once more")


@criterion("vocabulary", points=2, hint="How often does each word occur in all the texts together?")
@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(CUPS, id="cup four times, final three times, vote twice, goal once"),
        pytest.param(["b a c a b", "c b", "b d d d d d"], id="d five times, b four times, a and c twice"),
        pytest.param(["sun sun", *3 * ["rain"], "snow"], id="rain in three equal texts, sun twice, snow once"),
    ],
)
def test_the_most_frequent_word_first(student, texts):
    """After these two come the words, the most frequent of all texts first."""
    found = student.make_vocabulary(list(texts), 20)
    assert_ranked(found, texts, 20)
    if missing := set(" ".join(texts).split()) - set(as_entries(found)):
        raise CriterionFailed("all words of the texts, if there is room for them", f"none for {min(missing)!r}")


@criterion("vocabulary", points=1, hint="Does the size count the first two entries? What if there are few words?")
@pytest.mark.parametrize("size, expected", [(4, 4), (5, 5), (6, 6), (50, 6)])
def test_size_counts_all_entries(student, size, expected):
    """Of texts with four words, a vocabulary of size 4 has two words, one of size 50 has four."""
    found = as_entries(student.make_vocabulary([*CUPS, ""], size))
    if len(found) != expected:
        raise CriterionFailed(f"{expected} entries for a size of {size}", f"{len(found)}")


WORDS = ["", "[UNK]", "match", "of", "the", "day", "apple"]


def as_encoded(student, texts):
    """The numbers that `encode` makes of some texts: as it returned them, and as lists."""
    found = student.encode(list(texts), list(WORDS))
    return found, as_number_rows(found, "encode(texts, vocabulary)", len(texts))


def without_padding(row):
    """A row without zeros at its end, of which `test_a_row_for_each_text` tells."""
    return np.trim_zeros(row, "b")


@criterion("encode", points=1, hint="The number of a word is its place in the vocabulary, counted from 0.")
def test_places_of_words(student):
    """In "", [UNK], match, of, the, day, apple, the match of the day is 4, 2, 3, 4, 5."""
    found, rows = as_encoded(student, ["the match of the day", "apple day"])
    rows = [without_padding(row) for row in rows]
    assert_equal(rows, [[4, 2, 3, 4, 5], [6, 5]], "encode(texts, vocabulary)")
    for row in found:
        assert_dtype(row, "int", "a row of encode(texts, vocabulary)")
    call_unchanged(student, "encode", ["apple day"], list(WORDS))


@criterion("encode", points=1, hint="A word that is not there has a number, too, and a place in the row.")
def test_unknown_words(student):
    """An unknown word becomes 1 and keeps its place, also if it is the only one."""
    _, rows = as_encoded(student, ["the pear of day plum", "plum", "apples match"])
    unknown = [[number == 1 for number in without_padding(row)] for row in rows]
    if unknown != [[False, True, False, False, True], [True], [True, False]]:
        wanted = "a 1 for pear, plum and apples, as in [[4, 1, 3, 5, 1], [1], [1, 2]], and for no other word"
        raise CriterionFailed(wanted, f"{rows}")


@criterion("encode", points=1, hint="One list for each text, of just as many numbers as it has words.")
def test_a_row_for_each_text(student):
    """Each text has a row of its own, as long as it has words; an empty text has an empty one."""
    _, rows = as_encoded(student, ["day", "", "of of of of", "the"])
    assert_equal([len(row) for row in rows], [1, 0, 4, 1], "the lengths of the rows")


def assert_padded(student, rows, length, expected):
    """Assert what `pad` makes of some rows."""
    found = student.pad([list(row) for row in rows], length)
    assert_shape(as_array(found, "pad(rows, length)"), (len(rows), length), "pad(rows, length)")
    assert_close(as_array(found, "pad(rows, length)"), np.array(expected), "pad(rows, length)")


@criterion("pad", points=1, hint="At which end do the zeros stand?")
def test_zeros_at_the_end(student):
    """Short rows are filled up with zeros at their end."""
    assert_padded(student, [[7, 300], [5], [2, 2, 9]], 4, [[7, 300, 0, 0], [5, 0, 0, 0], [2, 2, 9, 0]])
    call_unchanged(student, "pad", [[7, 300], [5, 6, 7]], 4)


@criterion("pad", points=1, hint="Which end of an article tells the most important things?")
def test_cut_at_the_end(student):
    """Of long rows, the first numbers stay."""
    assert_padded(student, [[4, 8, 2, 6, 9], [3, 5, 7]], 3, [[4, 8, 2], [3, 5, 7]])


@criterion("pad", points=1, hint="What becomes of a row without numbers, and of which kind are the numbers?")
def test_an_array_of_whole_numbers(student):
    """It is one array of whole numbers, with a row for each that is given, the empty ones too."""
    found = student.pad([[], [6, 1, 4], [], [11]], 3)
    assert_shape(as_array(found, "pad(rows, length)"), (4, 3), "pad(rows, length)")
    assert_dtype(found, "int", "pad(rows, length)")


SECTIONS = ["sport", "tech", "sport", "arts", "tech", "arts", "sport", "money"]


def as_numbered(student, categories):
    """The names and the labels of categories, as they came."""
    found = student.number_labels(list(categories))
    return as_tuple(found, "number_labels(categories)", ("names", "labels"))


def is_every_name(found):
    """Whether this is a list of all names, each of them once, in any order."""
    texts = isinstance(found, list | tuple) and all(isinstance(name, str) for name in found)
    return texts and sorted(found) == sorted(set(SECTIONS))


@criterion("labels", points=1, hint="What comes first? Each name once; how does `sorted` order them?")
def test_names_in_alphabetical_order(student):
    """The names are in alphabetical order, each of them once."""
    names, _ = as_numbered(student, SECTIONS)
    assert_equal(as_texts(names, "the names"), ["arts", "money", "sport", "tech"], "the names")


@criterion("labels", points=2, hint="Which label does the first name have, and which one the last?")
def test_labels_from_zero(student):
    """The labels are whole numbers, the places of the categories in the list, from 0 on."""
    names, labels = as_numbered(student, SECTIONS)
    if is_every_name(labels):
        names, labels = labels, names  # of the order of both, and of the names, another criterion tells
    if not is_every_name(names):
        names = sorted(set(SECTIONS))
    expected = np.array([names.index(category) for category in SECTIONS])
    array = as_array(labels, "the labels")
    assert_shape(array, expected.shape, "the labels")
    if np.array_equal(array - 1, expected):
        raise CriterionFailed("labels from 0 on", f"labels from 1 to {array.max():g}")
    assert_dtype(labels, "int", "the labels")
    assert_close(array, expected, "the labels")
    call_unchanged(student, "number_labels", list(SECTIONS))


def assert_decoded(student, row, expected, forgiving=False):
    """Assert the words that `decode` makes of a row of numbers."""
    found = student.decode(row, list(WORDS))
    assert_text(found, expected, f"decode({np.asarray(row).tolist()}, …)", forgiving)


@criterion("decode", points=1, hint="Each number is a place in the vocabulary; what joins the words?")
def test_words_come_back(student):
    """In the vocabulary above, 4, 2, 3, 4, 1, 5 is the match of the [UNK] day."""
    assert_decoded(student, np.array([4, 2, 3, 4, 1, 5]), "the match of the [UNK] day", forgiving=True)
    call_unchanged(student, "decode", np.array([6, 0, 0]), list(WORDS))


@criterion("decode", points=1, hint="Padding is no word, so what is left of it in the text?")
def test_padding_is_no_word(student):
    """Zeros at the end leave nothing behind, not even a space; a row of zeros is an empty text."""
    assert_decoded(student, np.array([6, 3, 5, 0, 0, 0]), "apple of day")
    assert_decoded(student, [0, 0, 0], "")
