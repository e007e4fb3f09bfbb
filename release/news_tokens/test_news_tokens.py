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
    and the names of the columns as an article.
    """
    folder = make_folder(student, {"a file.csv": content.encode()})
    found = student.read_articles(folder.joinpath("a file.csv"))
    pair = as_tuple(found, "read_articles(file)", ("texts", "categories"))
    found_texts, found_categories = as_texts(pair[0], "the texts"), as_texts(pair[1], "the categories")
    if forgiving and found_categories[-1:] == texts[-1:]:
        found_texts, found_categories = found_categories, found_texts
    if forgiving and (found_texts[:1], found_categories[:1]) == (["text"], ["category"]):
        found_texts, found_categories = found_texts[1:], found_categories[1:]
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
    content = 'category,text\ntech,"Small, cheap, and slow"\npolitics,"""Never,"" she said"\ntech,no comma\n'
    texts = ["Small, cheap, and slow", '"Never," she said', "no comma"]
    assert_read(student, content, texts, ["tech", "politics", "tech"])


@criterion("read_articles", points=1, hint="Does it take the file apart into lines before it looks at the quotes?")
def test_a_line_break_in_a_text(student):
    """A text may go over several lines, and stays as it is."""
    content = 'category,text\ntech,"\nA robot\nfolds shirts"\nsport,It rained\n'
    assert_read(student, content, ["\nA robot\nfolds shirts", "It rained"], ["tech", "sport"])


@criterion("read_articles", points=1, hint="Where do you look for the place of a column?")
def test_columns_by_their_names(student):
    """The two columns are found by their names, among others and in any order."""
    content = "page,text,author,category\n3,a long match,Ada,sport\n1,a short vote,Ben,politics\n"
    assert_read(student, content, ["a long match", "a short vote"], ["sport", "politics"])


def assert_standard(student, text, expected):
    """Assert what `standardise` makes of a text."""
    assert_equal(as_text(student.standardise(text), "standardise(text)"), expected, f"standardise({text!r})")


@criterion("standardise", points=1, hint="Which characters of this text are neither letters nor digits?")
def test_a_loud_text(student):
    """Of a text with capitals, quotes, brackets and a £, small letters and digits are left."""
    assert_standard(student, '"Too LOUD!", said 7 Mayors (of 12). £20 each?', "too loud said 7 mayors of 12 20 each")


@criterion("standardise", points=1, hint="What takes the place of a character that goes, and of several in a row?")
def test_spaces_between_words(student):
    """What goes leaves a space behind, and in the end a single space is between two words."""
    assert_standard(
        student, "  the well-known band's\n3rd album -- out now\t... ", "the well known band s 3rd album out now"
    )


@criterion("standardise", points=1, hint="a to z are not all the letters there are.")
def test_letters_of_other_languages(student):
    """Letters of other languages are letters, and become small ones, too."""
    assert_standard(student, "Café Ångström, São Paulo", "café ångström são paulo")


def assert_left(student, text, stop_words, expected):
    """Assert what `remove_stop_words` leaves of a text."""
    found = student.remove_stop_words(text, set(stop_words.split()))
    what = f"remove_stop_words({text!r}, …)"
    assert_equal(as_text(found, what), expected, what)


@criterion("stop_words", points=1, hint="Which words are these, and in which order do the others stand?")
def test_a_cat_on_a_mat(student):
    """Without the and on, the cat sat on a mat and the mat sat still becomes cat sat a mat and mat
    sat still."""
    text, left = "the cat sat on a mat and the mat sat still", "cat sat a mat and mat sat still"
    assert_left(student, text, "the on", left)
    call_unchanged(student, "remove_stop_words", text, {"the", "on"})


@criterion("stop_words", points=1, hint="What is to go is a whole word, and not some letters.")
def test_whole_words_alone(student):
    """Words that contain a stop word stay whole: other, theatre, in-house, again."""
    text = "other theatre in-house again begin the-end bathe"
    assert_left(student, text, "the in a he", text)


@criterion("stop_words", points=1, hint="Look at the first word, at the last one, and at two in a row.")
def test_wherever_they_stand(student):
    """Stop words go at the beginning, at the end and in a row; twice is the same as once."""
    assert_left(student, "of the the in time the of the end of the of", "the of in", "time end")
    again = as_text(student.remove_stop_words("time end", {"the", "of", "in"}), "remove_stop_words('time end', …)")
    assert_equal(again, "time end", "the same text a second time")


@criterion("stop_words", points=1, hint="Between two words may be more than a space; what is there afterwards?")
def test_single_spaces(student):
    """Whatever stood between the words, a single space does afterwards, and none at the ends."""
    assert_left(student, "  rain  and\nsun \t and  wind ", "and or", "rain sun wind")


def assert_ranked(found, texts, size):
    """Assert that after its first two entries, a vocabulary has the most frequent words of texts.

    Those that are equally frequent may be in any order.
    """
    words = as_texts(found, "the vocabulary")
    words = words[len([word for word in words if word in ("", "[UNK]")]) :]  # another criterion tells of these
    counts = Counter(word for text in texts for word in text.split())
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
    ],
)
def test_the_most_frequent_word_first(student, texts):
    """After these two come the words, the most frequent of all texts first."""
    found = student.make_vocabulary(list(texts), 20)
    assert_ranked(found, texts, 20)
    words = set(as_texts(found, "the vocabulary")) - {"", "[UNK]"}
    if missing := set(" ".join(texts).split()) - words:
        raise CriterionFailed("all words of the texts, if there is room for them", f"none for {min(missing)!r}")


@criterion("vocabulary", points=1, hint="Does the size count the first two entries? What if there are few words?")
@pytest.mark.parametrize("size, expected", [(4, 4), (5, 5), (6, 6), (50, 6)])
def test_size_counts_all_entries(student, size, expected):
    """Of texts with four words, a vocabulary of size 4 has two words, one of size 50 has four."""
    found = as_texts(student.make_vocabulary(list(CUPS), size), "the vocabulary")
    if len(found) != expected:
        raise CriterionFailed(f"{expected} entries for a size of {size}", f"{len(found)}")


WORDS = ["", "[UNK]", "match", "of", "the", "day", "apple"]


def assert_encoded(student, texts, vocabulary, expected):
    """Assert what `encode` makes of some texts."""
    found = student.encode(list(texts), list(vocabulary))
    rows = as_number_rows(found, "encode(texts, vocabulary)", len(texts))
    assert_equal(rows, expected, "encode(texts, vocabulary)")


@criterion("encode", points=1, hint="The number of a word is its place in the vocabulary, counted from 0.")
def test_places_of_words(student):
    """In "", [UNK], match, of, the, day, apple, the match of the day is 4, 2, 3, 4, 5."""
    assert_encoded(student, ["the match of the day", "apple day"], WORDS, [[4, 2, 3, 4, 5], [6, 5]])
    call_unchanged(student, "encode", ["apple day"], list(WORDS))


@criterion("encode", points=1, hint="A word that is not there has a number, too, and a place in the row.")
def test_unknown_words(student):
    """An unknown word becomes 1 and keeps its place, also if it is the only one."""
    assert_encoded(student, ["the pear of day plum", "plum", "apples match"], WORDS, [[4, 1, 3, 5, 1], [1], [1, 2]])


@criterion("encode", points=1, hint="One list for each text, of just as many numbers as it has words.")
def test_a_row_for_each_text(student):
    """Each text has a row of its own, as long as it has words; an empty text has an empty one."""
    assert_encoded(student, ["day", "", "of of of of", "the"], WORDS, [[5], [], [3, 3, 3, 3], [4]])


def assert_padded(student, rows, length, expected):
    """Assert what `pad` makes of some rows."""
    found = student.pad([list(row) for row in rows], length)
    assert_shape(as_array(found, "pad(rows, length)"), (len(rows), length), "pad(rows, length)")
    assert_close(as_array(found, "pad(rows, length)"), np.array(expected), "pad(rows, length)")


@criterion("pad", points=1, hint="At which end do the zeros stand?")
def test_zeros_at_the_end(student):
    """Short rows are filled up with zeros at their end."""
    assert_padded(student, [[7, 300], [5], [2, 2, 9]], 4, [[7, 300, 0, 0], [5, 0, 0, 0], [2, 2, 9, 0]])
    call_unchanged(student, "pad", [[7, 300], [5, 6, 7, 8, 9]], 4)


@criterion("pad", points=1, hint="Which end of an article tells the most important things?")
def test_cut_at_the_end(student):
    """Of long rows, the first numbers stay."""
    assert_padded(student, [[4, 8, 2, 6, 9], [3, 5, 7]], 3, [[4, 8, 2], [3, 5, 7]])


@criterion("pad", points=1, hint="What becomes of a row without numbers, and of which kind are the numbers?")
def test_an_array_of_whole_numbers(student):
    """It is one array of whole numbers, with a row for each that is given, the empty ones too."""
    found = student.pad([[], [6, 1, 4], [], [11]], 2)
    assert_shape(as_array(found, "pad(rows, length)"), (4, 2), "pad(rows, length)")
    assert_dtype(found, "int", "pad(rows, length)")


SECTIONS = ["sport", "tech", "sport", "arts", "tech", "arts", "sport", "money"]


def as_numbered(student, categories):
    """The names and the labels of categories, as they came."""
    found = student.number_labels(list(categories))
    return as_tuple(found, "number_labels(categories)", ("names", "labels"))


@criterion("labels", points=1, hint="Each name once; how does `sorted` order them?")
def test_names_in_alphabetical_order(student):
    """The names are in alphabetical order, each of them once."""
    names, _ = as_numbered(student, SECTIONS)
    assert_equal(as_texts(names, "the names"), ["arts", "money", "sport", "tech"], "the names")


@criterion("labels", points=2, hint="Which label does the first name have, and which one the last?")
def test_labels_from_zero(student):
    """The labels are whole numbers, the places of the categories in that order, from 0 on."""
    _, found = as_numbered(student, SECTIONS)
    labels = as_array(found, "the labels")
    assert_shape(labels, (len(SECTIONS),), "the labels")
    if labels.min() == 1 and np.array_equal(labels - 1, [2, 3, 2, 0, 3, 0, 2, 1]):
        raise CriterionFailed("labels from 0 on", f"labels from 1 to {labels.max():g}")
    assert_dtype(labels, "int", "the labels")
    assert_close(labels, np.array([2, 3, 2, 0, 3, 0, 2, 1]), "the labels")
    call_unchanged(student, "number_labels", list(SECTIONS))


def assert_decoded(student, row, expected):
    """Assert the words that `decode` makes of a row of numbers."""
    found = student.decode(np.array(row), list(WORDS))
    assert_equal(as_text(found, "decode(row, vocabulary)"), expected, f"decode({row}, …)")


@criterion("decode", points=1, hint="Each number is a place in the vocabulary; what joins the words?")
def test_words_come_back(student):
    """In the vocabulary above, 4, 2, 3, 1, 5 is the match of [UNK] day."""
    assert_decoded(student, [4, 2, 3, 1, 5], "the match of [UNK] day")
    call_unchanged(student, "decode", np.array([6, 0, 0]), list(WORDS))


@criterion("decode", points=1, hint="Padding is no word, so what is left of it in the text?")
def test_padding_is_no_word(student):
    """Zeros at the end leave nothing behind, not even a space; a row of zeros is an empty text."""
    assert_decoded(student, [6, 1, 5, 0, 0, 0], "apple [UNK] day")
    assert_decoded(student, [0, 0, 0], "")
