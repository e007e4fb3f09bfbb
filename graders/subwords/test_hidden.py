"""The hidden criteria of `subwords`: other texts, rows and merges, and many of them."""

import itertools

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_number_rows,
    as_texts,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_equal,
    criterion,
    described,
)


def cut(text):
    import re

    return re.findall(r"\s?\S+|\s", text)


def count_pairs(rows, times):
    counts = {}
    for row, often in zip(rows, times, strict=True):
        for pair in zip(row, row[1:], strict=False):  # noqa: RUF007 - it is sent without the imports of this file
            counts[pair] = counts.get(pair, 0) + often
    return counts


def most_frequent(pairs):
    return min(pairs, key=lambda pair: (-pairs[pair], pair))


def merge(row, pair, number):
    merged = []
    for right in row:
        if merged and not isinstance(merged[-1], str) and (merged[-1], right) == tuple(pair):
            merged[-1:] = [f"{number}"]  # a string, so that it is no part of the next pair
        else:
            merged.append(right)
    return [int(part) for part in merged]


def numbers_of(text, merges):
    import re

    numbers = []
    for chunk in re.findall(r"\s?\S+|\s", text):
        row = list(chunk.encode("utf-8"))
        for number, (left, right) in enumerate(merges, start=256):
            place = 0
            while place + 1 < len(row):
                if (row[place], row[place + 1]) == (left, right):
                    row[place : place + 2] = [number]
                place += 1
        numbers += row
    return numbers


def learn(counts, how_many):
    """The merges that are learned from these chunks."""
    rows, times, merges = [list(chunk.encode("utf-8")) for chunk in counts], list(counts.values()), []
    while len(merges) < how_many and (pairs := count_pairs(rows, times)):
        merges.append(most_frequent(pairs))
        rows = [merge(row, merges[-1], 255 + len(merges)) for row in rows]
    return merges


def spell(merges):
    """The bytes that each number stands for."""
    pieces = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        pieces.append(pieces[left] + pieces[right])
    return pieces


PARTS = ["ba", "nä", "zo", "k", "ringe", "s", "tö", "llel", "oo", "ough", "th", "e", "iv"]


def draw_words(count, seed):
    """A text of made-up words, the short ones more frequent."""
    rng = np.random.default_rng(seed)
    lengths = rng.geometric(0.45, count)
    return ["".join(PARTS[int(len(PARTS) * rng.random() ** 1.5)] for _ in range(length)) for length in lengths]


def draw_counts(count, seed):
    """Chunks, and how often each of them occurs."""
    counts = {}
    for word in draw_words(count, seed):
        counts[f" {word}"] = counts.get(f" {word}", 0) + 1
    return counts


ANY_TEXTS = [
    "Zoë's  naïve\tcafé\n\n 3.14 €",
    "\r\n  鳥と空。 второй день\n",
    " 🦉👩‍🚀🏽 e\u0301 \u00a0\u2003x\u2028y\x00z ",
    "ringe ringe ringe bath baths booze\n",
    "\n",
]


@criterion("cut", points=1, hint="Is there other white space than spaces, line breaks and tabs?")
@pytest.mark.parametrize("text", ANY_TEXTS)
def test_cuts_any_text(student, text):
    """Any text is cut at any white space, and its chunks make the text again."""
    assert_equal(as_texts(student.cut(text), "cut(text)"), cut(text), "cut(text)")


def as_row(found, what):
    """A list of whole numbers: a list, a tuple or an array of them."""
    try:
        return as_number_rows([found], what, 1)[0]
    except CriterionFailed:
        raise CriterionFailed(f"{what} to be a list of whole numbers", described(found)) from None


def as_pair(found, what):
    """A pair of whole numbers as a tuple."""
    return tuple(as_row(as_tuple(found, what, ("left", "right")), what))


@criterion("pairs", points=1, hint="Does it use all rows that it is given, and all pairs?")
@pytest.mark.parametrize("seed", [1, 2])
def test_counts_any_rows(student, seed):
    """In any rows, all pairs are counted."""
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, 5, rng.integers(0, 9)).tolist() for _ in range(60)] + [[256, 300, 256, 300]]
    times = rng.integers(1, 40, len(rows)).tolist()
    found = student.count_pairs([list(row) for row in rows], list(times))
    if not isinstance(found, dict):
        raise CriterionFailed("a dict", described(found))
    expected = count_pairs(rows, times)
    missing, strange = set(expected) - set(found), set(found) - set(expected)
    if missing or strange:
        raise CriterionFailed(f"{len(expected)} pairs", f"{len(missing)} of them missing, and {len(strange)} others")
    wrong = [pair for pair in expected if found[pair] != expected[pair]]
    if wrong:
        raise CriterionFailed("each pair as often as it occurs", f"{len(wrong)} of {len(expected)} counted otherwise")


@criterion("pairs", points=1, hint="Many pairs may be equally frequent: which one is the smallest?")
@pytest.mark.parametrize("seed", [3, 4, 5, 6])
def test_chooses_among_many_pairs(student, seed):
    """Among many pairs, the right one is chosen."""
    rng = np.random.default_rng(seed)
    pairs = {tuple(pair): int(rng.integers(1, 4)) for pair in rng.integers(0, 400, (200, 2)).tolist()}
    found = as_pair(student.most_frequent(dict(pairs)), "most_frequent(pairs)")
    assert_equal(found, most_frequent(pairs), "most_frequent(pairs)")


@criterion("merge", points=1, hint="Does it merge each pair of the row that it is given, and no other numbers?")
@pytest.mark.parametrize("pair", [(1, 2), (0, 0), (2, 1), (300, 2)])
def test_merges_in_any_row(student, pair):
    """In any row, any pair is merged."""
    for seed in range(8):
        row = np.random.default_rng(seed).choice([0, 1, 2, 300], 30).tolist()
        found = as_row(student.merge(list(row), pair, 500 + seed), "merge(row, pair, number)")
        assert_equal(found, merge(row, pair, 500 + seed), "merge(row, pair, number)")


@criterion("learn", points=1, hint="Does it use all the chunks that it is given, and how often they occur?")
@pytest.mark.parametrize("seed", [11, 12])
def test_learns_from_any_chunks(student, seed):
    """From any chunks, the right merges are learned in the right order."""
    counts = {**draw_counts(400, seed), "🦉🦉": 40, "aaaa": 30}

    def judge(_):
        found = student.learn_merges(dict(counts), 40)
        if not isinstance(found, (list, tuple, dict, np.ndarray)):
            raise CriterionFailed("a list of pairs", described(found))
        merges = [as_pair(pair, "each of the merges") for pair in found]
        expected = learn(counts, 40)
        same = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(merges, expected, strict=False))))
        if merges != expected:
            raise CriterionFailed("40 merges", f"{len(merges)}, of which the first {same} are right")

    functions = {"count_pairs": count_pairs, "most_frequent": most_frequent, "merge": merge}
    assert_apart(student, "learn_merges", functions, judge)


@criterion("decode", points=1, hint="Does it use all the merges and all the pieces that it is given?")
@pytest.mark.parametrize("text", ANY_TEXTS)
def test_decodes_any_numbers(student, text):
    """Any numbers become text, with any pieces."""
    merges = learn(draw_counts(200, 21), 30)
    pieces = spell(merges)
    found = student.decode(numbers_of(text, merges), list(pieces))
    assert_equal(found, text, "decode(numbers, pieces)")
    made = student.make_pieces(list(merges))
    assert_equal(list(made) if isinstance(made, (list, tuple)) else made, pieces, "make_pieces(merges)")


@criterion("encode", points=1, hint="Join the pieces of all numbers: is every character there, in its place?")
@pytest.mark.parametrize("text", ANY_TEXTS)
def test_any_text_comes_back(student, text):
    """The numbers of any text stand for just this text."""
    merges = learn(draw_counts(200, 31), 30)
    pieces = spell(merges)

    def judge(_):
        numbers = as_row(student.encode(text, list(merges)), "encode(text, merges)")
        if any(not 0 <= number < len(pieces) for number in numbers):
            raise CriterionFailed(f"numbers from 0 to {len(pieces) - 1}", f"{min(numbers)} to {max(numbers)}")
        back = b"".join(pieces[number] for number in numbers).decode("utf-8", "replace")
        assert_equal(back, text, "the text that the numbers stand for")

    assert_apart(student, "encode", {"cut": cut, "merge": merge}, judge)


@criterion("encode", points=1, hint="Does it use all the merges that it is given, in their order?")
@pytest.mark.parametrize("how_many", [0, 7, 120])
def test_encodes_any_text(student, how_many):
    """Any text is encoded by any merges."""
    merges = learn(draw_counts(300, 32), how_many)
    text = (" ".join(draw_words(60, 33)) + "\nringeringe ooo").replace("ä", "a").replace("ö", "o")

    def judge(_):
        numbers = as_row(student.encode(text, list(merges)), "encode(text, merges)")
        assert_equal(numbers, numbers_of(text, merges), "encode(text, merges)")

    assert_apart(student, "encode", {"cut": cut, "merge": merge}, judge)


@criterion("spelled", points=1, hint="Does it use the merges that it is given, and all the chunks?")
def test_the_share_falls_as_merges_grow(student):
    """The more merges have been learned, the fewer words of a new text are spelled."""
    merges = learn(draw_counts(300, 41), 60)
    chunks = [f" {word}" for word in draw_words(80, 42)] + [" ", "\n", "é"]

    def judge(_):
        shares = [student.share_spelled(chunks, merges[:size]) for size in (0, 15, 60)]
        for found, size in zip(shares, (0, 15, 60), strict=True):
            expected = np.mean([len(numbers_of(chunk, merges[:size])) > 1 for chunk in chunks])
            assert_close(found, float(expected), f"the share after {size} merges", rtol=1e-3)

    assert_apart(student, "share_spelled", {"encode": numbers_of, "cut": cut, "merge": merge}, judge)


@criterion("library", points=1, hint="Does it begin with bytes alone, and learn from all texts, as many as it is told?")
@pytest.mark.parametrize("seed, merges", [(51, 40), (52, 90)])
def test_the_library_learns_as_much(student, seed, merges):
    """From any texts, it learns as good pieces as byte-pair encoding does."""
    words = [word.replace("ä", "a").replace("ö", "o") for word in draw_words(900, seed)]
    texts = [" " + " ".join(words[place : place + 30]) for place in range(0, len(words), 30)]
    counts = {}
    for chunk in cut("".join(texts)):
        counts[chunk] = counts.get(chunk, 0) + 1
    expected = len(numbers_of("".join(texts), learn(counts, merges)))
    tokenizer = student.train_tokenizer(list(texts), 256 + merges)
    if tokenizer is None or isinstance(tokenizer, (str, bytes, list, tuple, dict, int, float)):
        raise CriterionFailed("a tokenizers.Tokenizer", described(tokenizer))
    found = sum(len(tokenizer.encode(text).ids) for text in texts)
    assert_between(found, 1, 1.03 * expected, "the number of pieces of all texts")
