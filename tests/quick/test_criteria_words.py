"""Rows of words, what is divided at random, lines of files, and directions."""

from __future__ import annotations

import random

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_table,
    assert_close_but_signs,
    assert_drawn_anew,
    assert_each_once,
    assert_order_of_no_set,
    assert_word_rows,
    cosines_with,
    place_words,
    read_lines,
)

ITEMS = [f"{place} end" for place in range(60)]


def told(check, *arguments):
    """What was expected and found."""
    with pytest.raises(CriterionFailed) as failed:
        check(*arguments)
    return failed.value.expected, failed.value.found


def test_words_become_their_places():
    """Unknown words are 1, what is too long is cut, and zeros stand at the end."""
    words = ["", "[UNK]", "tea", "cup"]
    rows = place_words(["cup tea fig tea", "", "tea"], words, 3)
    assert rows.tolist() == [[3, 2, 1], [0, 0, 0], [2, 0, 0]]
    assert place_words([], words, 3).shape == (0, 3)
    assert_word_rows([rows], [["cup tea fig", "", "tea"]], words, 3, ["first"], "int")
    assert "first" in told(assert_word_rows, [rows + 1], [["cup tea fig", "", "tea"]], words, 3, ["first"])[0]
    found = told(assert_word_rows, [rows * 1.0], [["cup", "", ""]], words, 3, ["rows"], "int")
    assert found == ("`rows` to hold integers", "float64")


def drawn(take, letter):
    """What `take` draws from the items with each of two seeds, without the letter."""
    return [[text[1:] for text in take([letter + text for text in ITEMS], seed)] for seed in (8, 9)]


def by_chance(texts, seed):
    return random.Random(seed).sample(texts, 30)


@pytest.mark.parametrize(
    "take",
    [
        by_chance,
        lambda texts, seed: [text for text in texts if text in by_chance(texts, seed)],
        lambda texts, seed: sorted(by_chance(texts, seed)),
        lambda texts, seed: sorted(texts, key=lambda text: random.Random(f"{seed} {text}").random())[:30],
        lambda texts, seed: texts,
    ],
    ids=["drawn", "as they were", "sorted", "by the text and the seed", "all"],
)
def test_an_order_by_a_rule(take):
    """It is the same with another letter before all texts, or another with each seed."""
    assert_order_of_no_set(lambda letter: drawn(take, letter))


@pytest.mark.parametrize(
    "take",
    [
        lambda texts, seed: list(set(texts) - {*by_chance(texts, seed)}),
        lambda texts, seed: list({*by_chance(texts, seed)}),
    ],
    ids=["what is left", "what is drawn"],
)
def test_the_order_of_a_set(take):
    """Another letter brings another order, which seeds do not."""
    assert told(assert_order_of_no_set, lambda letter: drawn(take, letter))[1] == "one that is left to a set, it seems"
    assert told(assert_order_of_no_set, lambda letter: drawn(take, letter)[:1])[0] == "an order that follows a rule"


def test_each_once():
    """What is twice, lost or strange is named."""
    assert_each_once((["a", "c"], ["b"]), "abc", "the two parts")
    assert told(assert_each_once, (["a", "c"], ["b", "a"]), "abc", "both") == (
        "each one once in both",
        "'a' in several",
    )
    assert told(assert_each_once, (["a", "a"], ["b", "c"]), "abc", "both")[1] == "'a' twice"
    assert told(assert_each_once, (["a"], ["b"]), "abc", "both") == ("each one in both", "'c' in none")
    assert told(assert_each_once, (["a", "d"], ["b", "c"]), "abc", "both") == ("nothing else in both", "'d'")


def test_drawn_anew():
    """What is never or always drawn is named, and so are draws that repeat themselves."""
    draws = [random.Random(seed).sample(range(14), 4) for seed in range(90)]
    assert_drawn_anew(draws, range(14), "held back")
    assert told(assert_drawn_anew, draws, range(15), "held back")[1] == "14 never"
    assert told(assert_drawn_anew, [[*some, 99] for some in draws], [99], "drawn")[1] == "99 always"
    few = [draws[place % 20] for place in range(90)]
    assert told(assert_drawn_anew, few, range(14), "drawn")[0] == "45 different choices or more with 90 seeds"


def test_lines_of_a_file():
    """Whether the last line is ended or not, and with the line ends of Windows."""
    for content in ("café\n2\t1", "café\n2\t1\n", "café\r\n2\t1\r\n"):
        assert read_lines({"a.tsv": content.encode()}, "a.tsv") == ["café", "2\t1"]
    assert told(read_lines, {"b.tsv": b""}, "a.tsv") == ("a file a.tsv in the folder", "b.tsv")
    assert told(read_lines, {}, "a.tsv")[1] == "an empty one"
    assert told(read_lines, {"a.tsv": "café".encode("latin-1")}, "a.tsv") == ("a.tsv in UTF-8", "another encoding")


def test_numbers_of_lines():
    """With a tab between two of them, and nothing else."""
    assert as_table(["1\t2.5", "-3e-1\t4"], (2, 2), "a.tsv").tolist() == [[1, 2.5], [-0.3, 4]]
    assert told(as_table, ["1\t2", "3,4"], (2, 2), "a.tsv")[1] == "the line '3,4'"
    assert told(as_table, ["1\t2", "3"], (2, 2), "a.tsv") == (
        "a.tsv to have 2 lines of 2 numbers",
        "2 lines of 1 and 2 numbers",
    )


def test_directions():
    """Cosines are those of double precision, and columns may have the other sign."""
    table = np.array([[3, 4], [4, 3], [-6, -8]], "float32")
    assert np.allclose(cosines_with(table, 0), [1, 0.96, -1])
    assert_close_but_signs(table * [1, -1], table, "it")
    assert "it" in told(assert_close_but_signs, table * [1, -2], table, "it")[0]
    assert "shape" in " ".join(told(assert_close_but_signs, table[:2], table, "it"))
