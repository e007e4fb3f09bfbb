"""Texts, rows of numbers, and draws by chance."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from assertions import said, student

from proctor.criteria.chance import assert_drawn, assert_seeded
from proctor.criteria.texts import as_number_rows, as_text, as_texts
from proctor.errors import CourseError


@pytest.mark.parametrize("value", [["a", "é"], ("a", b"\xc3\xa9")])
def test_strings_in_any_wrapping_are_texts(value):
    """Lists and tuples of strings are texts, and so are the bytes that tensors hold."""
    assert as_texts(value, "w") == ["a", "é"]
    assert as_text(value[1], "w") == "é"


def test_arrays_and_numpy_strings_are_texts():
    """What comes from a notebook as an array of strings is a list of them."""
    notebook = student(array=np.array(["a", "b"]), mixed=[np.str_("a"), "b"], single=np.str_("a"), none=np.array([]))
    assert as_texts(notebook.array, "w") == as_texts(notebook.mixed, "w") == ["a", "b"]
    assert as_text(notebook.single, "w") == "a"
    assert as_texts(notebook.none, "w") == []


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ("a b", "'a b' (str)"),
        ({"a": 0}, "a dict of 1 item"),
        (["a", 3], "one with 3 (int) at place 1"),
        (np.array([0.5]), "an array of shape (1,)"),
        (["a", ["b"]], "one with a list of 1 item at place 1"),
    ],
)
def test_what_are_no_texts_is_called_what_it_is(value, found):
    """A student reads what their code gave instead of a list of strings."""
    assert said(as_texts, value, "w") == ("`w` to be a list of strings", found)
    assert said(as_text, [value], "w") == ("`w` to be a string", "a list of 1 item")


@pytest.mark.parametrize(
    "value", [[[1, 2], []], ([1.0, 2], ()), [np.array([1, 2]), np.array([])], [[np.int32(1), 2], []]]
)
def test_rows_need_not_be_equally_long(value):
    """Rows of whole numbers in any wrapping are lists of them."""
    assert as_number_rows(value, "w", 2) == [[1, 2], []]
    assert as_number_rows(np.array([[1, 2], [3, 4]]), "w", 2) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "value, expected, found",
    [
        ([[1]], "`w` to be a list of 2 items, a list of numbers each", "a list of 1 item"),
        (3, "`w` to be a list of 2 items, a list of numbers each", "3 (int)"),
        ([[1], 2], "row 1 of `w` to be a list of whole numbers", "2 (int)"),
        ([["a"], [2]], "row 0 of `w` to be a list of whole numbers", "a list of 1 item"),
        ([[1], [1.5]], "row 1 of `w` to be a list of whole numbers", "a list of 1 item"),
        ([[1], [math.nan]], "row 1 of `w` to be a list of whole numbers", "a list of 1 item"),
        ([[1], np.ones((2, 2))], "row 1 of `w` to be a list of whole numbers", "an array of shape (2, 2)"),
    ],
)
def test_what_are_no_rows_is_called_what_it_is(value, expected, found):
    """A student reads which row is none, and what it is instead."""
    assert said(as_number_rows, value, "w", 2) == (expected, found)


@pytest.mark.parametrize("outcomes", [2, 5, 30])
def test_draws_by_their_probabilities_pass(outcomes):
    """Two hundred samples of right draws pass, and those of other probabilities fail, the outcome
    that is farthest off being named."""
    rng = np.random.default_rng(outcomes)
    right = rng.dirichlet(np.full(outcomes, 4.0))
    probabilities = dict(enumerate(right))
    for _ in range(200):
        assert_drawn(Counter(rng.choice(outcomes, 3000, p=right).tolist()), probabilities, "the number")
    wrong = Counter(rng.choice(outcomes, 3000, p=right**2 / np.sum(right**2)).tolist())
    expected, found = said(assert_drawn, wrong, probabilities, "the number")
    assert "the number to be" in expected
    assert "of 3,000 times" in expected
    assert found.endswith("times")


def test_only_the_seed_may_decide_what_is_drawn():
    """Draws of the seed alone pass and come back; others fail, and so do those of no seed."""
    assert assert_seeded(lambda seed: np.random.default_rng(seed).integers(0, 99, 9).tolist(), "the line")
    shared = np.random.default_rng(1)
    assert said(assert_seeded, lambda seed: shared.integers(0, 99, 9).tolist(), "the line") == (
        "the line to be the same with the same seed",
        "another time something else",
    )
    assert said(assert_seeded, lambda seed: [3, 5], "the line") == (
        "the line to be another one with another seed",
        "the same again",
    )


def test_what_cannot_be_drawn_must_not_come():
    """An outcome without a probability fails at once; one that never comes counts as none."""
    half = {"a": 0.5, "b": 0.5, "c": 0.0}
    assert_drawn({"a": 48, "b": 52}, half, "the letter")
    assert_drawn({"a": 48, "b": 52, "c": 0}, half, "the letter")
    assert_drawn({"a": 7}, {"a": 1.0}, "the letter")
    for stray in ("c", "d"):
        expected, found = said(assert_drawn, {"a": 50, "b": 49, stray: 1}, half, "the letter")
        assert (expected, found) == (f"the letter never to be '{stray}'", "1 of 100 times")
    expected, found = said(assert_drawn, {"a": 100}, half, "the letter")
    assert (expected, found) == ("the letter to be 'a' about 50 of 100 times", "100 times")


@pytest.mark.parametrize("count, other", [(8, 0.5), (100, 0.4)])
def test_too_few_draws_are_the_authors_mistake(count, other):
    """Where the test would not be reliable, or the probabilities are none, it is not made."""
    with pytest.raises(CourseError, match="too few"):
        assert_drawn({"a": count}, {"a": 0.5, "b": other}, "the letter")
