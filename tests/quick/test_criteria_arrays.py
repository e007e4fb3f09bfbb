"""Assertions about numbers, arrays and other data, and what a student reads when one fails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from assertions import LONGEST, failure, model, said, student
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from proctor.channel.described import described
from proctor.criteria.arrays import (
    as_array,
    as_tuple,
    assert_between,
    assert_close,
    assert_dtype,
    assert_probabilities,
    assert_shape,
    assert_truth,
)
from proctor.criteria.equality import assert_equal
from proctor.errors import CriterionFailed

floats = arrays.arrays(
    st.sampled_from(["f2", "f4", "f8"]),
    arrays.array_shapes(min_dims=0, max_dims=3, max_side=4),
    elements=st.floats(-100, 100, width=16),
)


data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ("3", "'3' (str)"),
        ([[1, 2], [3]], "a list of 2 items"),
        ([1, "2"], "a list of 2 items"),
        (np.array(["a"]), "an array of <U1"),
        (np.array([None]), "an array of object"),
        (object(), "an object"),
        ({"a": 1}, "a dict of 1 item"),
    ],
)
def test_what_is_no_array_is_called_what_it_is(value, found):
    """A student reads what their code gave instead of an array."""
    assert said(as_array, value, "w") == ("`w` to be an array of numbers", found)


@pytest.mark.parametrize(
    "value", [1, 2.5, True, [1, 2], ((1, 2.0),), np.float32(3), np.zeros((2, 0)), [np.ones(2)] * 3]
)
def test_numbers_in_any_wrapping_are_an_array(value):
    """Numbers and lists of numbers count as arrays."""
    np.testing.assert_array_equal(as_array(value, "w"), np.asarray(value))


def test_no_object_is_asked_what_it_is():
    """An object that would make an array of itself is none."""

    class Sly:
        def __array__(self, *args, **kwargs):
            raise AssertionError

    class Always(np.ndarray):
        def __eq__(self, other):
            return True

    failure(as_array, Sly(), "w")
    failure(as_array, [Sly()], "w")
    failure(as_array, np.zeros(3).view(Always), "w")


@given(floats)
def test_an_array_is_close_to_itself_and_to_its_rounding(array):
    """Rounding to the coarser dtype never fails."""
    assert_close(array, array, "w")
    assert_close(array.astype("f2"), array, "w")
    assert_close(array.tolist(), array.astype("f4"), "w")


@given(floats, st.data())
def test_one_value_off_is_found_and_named(array, draw):
    """Wherever a value is off by a hundredth of the largest, its index is in the message."""
    if not array.size:
        return
    array = array.astype("f4")
    flat = draw.draw(st.integers(0, array.size - 1))
    other = array.copy()
    other.flat[flat] += max(float(np.abs(array).max()), 1e-3) / 100
    index = list(map(int, np.unravel_index(flat, array.shape)))
    expected, found = said(assert_close, other, array, "w")
    assert expected.startswith(f"`w`{index if index else ''} to be ")
    assert ("differ" in found) == (array.size > 1)


@given(floats, st.sampled_from([np.nan, np.inf, -np.inf]))
def test_nan_and_infinity_never_pass_for_a_number(array, value):
    """Not even with a tolerance without end, and NaN not even against itself."""
    if not array.size:
        return
    other = array.copy()
    other.flat[-1] = value
    failure(assert_close, other, array, "w")
    failure(assert_close, other, array, "w", rtol=1e9, atol=0.1)
    failure(assert_close, array, other, "w")
    if math.isnan(value):
        failure(assert_close, other, other, "w")
    else:
        assert_close(other, other, "w")


def test_what_a_student_reads_about_a_value_that_is_off():
    """First difference, largest deviation, tolerance; not a wall of numbers."""
    expected = np.arange(12, dtype="f4").reshape(3, 4)
    found = expected.copy()
    found[1, 2] = 7
    found[2, 0] = 8.5
    assert said(assert_close, found, expected, "w") == (
        "`w`[1, 2] to be 6 (give or take 0.00071)",
        "7 there, and 2 of 12 values differ, by 1 at most",
    )
    assert said(assert_close, 0.25, 0.5, "loss") == ("`loss` to be 0.5 (give or take 5.5e-05)", "0.25")
    assert said(assert_close, np.array(1.00001), np.array(1.0), "w")[1] == "1.00001"
    assert said(assert_close, np.array(1.000000200001), np.array(1.0), "w", rtol=1e-9)[1] == "1.000000200001"
    assert said(assert_close, np.zeros((3, 1)), np.zeros((3, 3)), "w") == ("`w` to be of shape (3, 3)", "shape (3, 1)")
    assert said(assert_close, np.zeros(3), 0.0, "w") == ("`w` to be a single number", "shape (3,)")
    assert said(assert_close, 0.0, np.zeros(3), "the mean of w")[0] == "the mean of w to be of shape (3,)"


@pytest.mark.parametrize(
    "found, expected, close",
    [
        (np.float32(1 / 3), 1 / 3, True),
        (float(np.float32(1 / 3)), np.array(1 / 3), True),  # computed in float32, handed back as a Python number
        (np.array(np.float32(1 / 3), "f8") + 1e-5, np.array(1 / 3), False),
        (np.float16(1 / 3), 1 / 3, True),
        (np.zeros(2, "f4"), np.full(2, 1e-8), True),
        (np.full(2, 1e-3, "f4"), np.zeros(2), False),
        (np.array([1000.0, 1e-4], "f4"), np.array([1000.0, 0.0]), True),  # what cancels 1000 - 1000 in float32
        (np.array([1e-6, 2e-6], "f4"), np.array([1e-6, 1e-6], "f4"), False),
        (3, 3.0, True),
        (np.uint8(3), np.int64(3), True),
        (np.uint8(250), np.int64(-6), False),
        (2**53, 2**53 + 1, False),
        ([True], [1], True),
        (np.array([1 + 1j]), np.array([1 + 1.0000001j]), True),
        (np.zeros((0, 3)), np.zeros((0, 3)), True),
    ],
)
def test_tolerance_follows_what_was_computed_with(found, expected, close):
    """A rounding of the coarser dtype passes, a difference does not; integers are exact."""
    if close:
        assert_close(found, expected, "w")
    else:
        failure(assert_close, found, expected, "w")


@given(data)
def test_data_equals_itself(value):
    """Any data, nested in any way, is equal to itself."""
    assert_equal(value, value, "it")


@given(data, data)
def test_equal_data_is_equal_in_python_too(left, right):
    """What passes is what Python finds equal."""
    try:
        assert_equal(left, right, "it")
    except CriterionFailed:
        assert left != right or repr(left) != repr(right)
    else:
        assert left == right


class AlwaysEqual(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "found, expected, told",
    [
        (1, True, ("`it` to be True", "1 (int)")),
        (True, 1, ("`it` to be 1", "True (bool)")),
        (AlwaysEqual(3), 4, ("`it` to be 4", "an AlwaysEqual")),
        ("3", 3, ("`it` to be 3", "'3' (str)")),
        (None, 3, ("`it` to be 3", "None (is there a `return`?)")),
        ((1, 2), [1, 2], ("`it` to be [1, 2]", "a tuple of 2 items")),
        (float("nan"), float("nan"), ("`it` to be NaN", "NaN")),
        ([1, [2, 3]], [1, [2, 4]], ("`it`[1][1] to be 4", "3")),
        ([1], [1, 2], ("`it` to have 2 items", "1 item: [1]")),
        ({"a": 1}, {"a": 1, "b": 2}, ("`it` to have the keys ['a', 'b']", "no 'b'")),
        ({"a": 1, "c": 2}, {"a": 1}, ("`it` to have the keys ['a']", "also 'c'")),
        ({"a": [1]}, {"a": [2]}, ("`it`['a'][0] to be 2", "1")),
        (np.array([1, 2]), np.array([1, 3]), ("`it`[1] to be 3", "2 there, and 1 of 2 values differ")),
        (np.zeros((2, 1)), np.zeros(2), ("`it` to be of shape (2,)", "shape (2, 1)")),
        (np.array([True]), np.array([1]), ("`it` to hold int64", "bool")),
        ([1], np.array([1]), ("`it` to be an array of shape (1,)", "a list of 1 item")),
    ],
)
def test_what_is_not_equal_is_told_where(found, expected, told):
    """The first place that differs, and what is there."""
    assert said(assert_equal, found, expected, "it") == told


def test_what_counts_as_equal():
    """Numbers by value, an array without axes as its number, dicts in any order."""
    assert_equal(1, 1.0, "it")
    assert_equal(np.array(3), 3, "it")
    assert_equal(3.0, np.float32(3), "it")
    assert_equal({"b": np.ones(2), "a": (1, "x")}, {"a": (1, "x"), "b": np.ones(2)}, "it")
    assert_equal(np.array([1, 2]), np.array([1.0, 2.0]), "it")


def test_however_large_a_difference_is_the_message_is_short():
    """Never a wall of numbers."""
    failure(assert_equal, list(range(10**5)), list(range(10**5 + 1)), "it")
    failure(assert_equal, "x" * 10**5, "y" * 10**5, "it")
    failure(assert_equal, {str(n): n for n in range(10**4)}, {}, "it")
    failure(assert_equal, np.zeros(10**5), np.ones(10**5), "it")
    failure(assert_equal, 10**4000, 1, "it")
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    failure(assert_equal, deep, deep, "it")
    failure(as_array, deep, "it")


@pytest.mark.parametrize(
    "wrap", [bool, int, float, np.array, lambda answer: [answer]], ids=["bool", "int", "float", "array", "list"]
)
def test_a_truth_is_one_in_any_wrapping(wrap):
    """True is True as a number and in an array of one item, and it is not False."""
    for answer in (True, False):
        assert_truth(wrap(answer), answer, "it")
        failure(assert_truth, wrap(answer), not answer, "it")


def test_what_is_no_truth_is_told():
    """Words, None, several answers and other numbers are neither True nor False."""
    assert said(assert_truth, False, True, "`it`") == ("`it` to be True", "False (bool)")
    for answer in (None, "True", [True, True], np.array([]), 2, math.nan):
        failure(assert_truth, answer, True, "it")
        failure(assert_truth, answer, False, "it")


def test_shape_dtype_and_bounds():
    """The small ones say what they want and what they got."""
    assert_shape(np.zeros((3, 4)), (None, 4), "w")
    assert said(assert_shape, np.zeros((3, 1)), (None, 3), "w") == ("`w` to be of shape (any, 3)", "shape (3, 1)")
    assert said(assert_shape, 3, (5,), "w") == ("`w` to be of shape (5,)", "a single number")
    assert said(assert_shape, np.zeros(2), (), "w") == ("`w` to be a single number", "shape (2,)")
    assert_dtype(np.zeros(2, "f2"), "float", "w")
    assert_dtype([1, 2], "int", "w")
    assert_dtype(np.zeros(2, "u1"), "number", "w")
    assert said(assert_dtype, np.zeros(2, "u1"), "float", "w") == ("`w` to hold floating-point numbers", "uint8")
    assert said(assert_dtype, np.zeros(2, bool), "number", "w") == ("`w` to hold numbers", "bool")
    assert_between([0, 0.5, 1], 0, 1, "w")
    assert said(assert_between, [[0, 1.5]], 0, 1, "w") == ("`w` to be from 0 to 1", "1.5 at [0, 1]")
    assert said(assert_between, float("nan"), 0, np.inf, "loss") == ("`loss` to be from 0 to inf", "NaN")


@given(arrays.arrays("f4", (5, 4), elements=st.floats(-20, 20, width=16)))
def test_a_softmax_gives_probabilities_and_its_logits_do_not(logits):
    """Rounding does not keep probabilities from summing to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    assert_probabilities(powers / powers.sum(axis=1, keepdims=True))
    failure(assert_probabilities, logits + 30)


def test_what_are_no_probabilities():
    """Out of bounds, NaN, or not summing to 1; one column need not."""
    assert_probabilities(np.array([[0.3], [0.9]]))
    assert_probabilities([0.25, 0.75], "p")
    assert_probabilities(np.full((2, 3), 1 / 3, "f2"))
    told = ("predictions to be probabilities that sum to 1 in each row", "a sum of 1.5 for row 1")
    assert said(assert_probabilities, np.array([[0.5, 0.5], [0.75, 0.75]])) == told
    assert said(assert_probabilities, [-0.5, 1.5])[1] == "-0.5 at [0]"
    assert said(assert_probabilities, [[np.nan, 1.0]])[1] == "NaN at [0, 0]"


def test_what_came_back_is_described_in_few_words():
    """The message names what the code returned: an uncalled function, a class or an object, too."""

    class Own:
        pass

    def relu(x):
        return x

    here = student(relu=relu, Own=Own, own=Own(), maths=math, nothing=None)
    assert described(here.relu) == "the function relu itself (is it called?)"
    assert described(here.Own) == "the class Own itself"
    assert described(here.own) == "an Own"
    assert described(here.maths) == "the module math itself"
    assert described(here.nothing) == "None (is there a `return`?)"
    assert described(np.float32(0.5)) == "0.5 (float32)"
    assert described({}) == "a dict of 0 items"
    assert described(model()) == "a Keras model"
    assert len(described("x" * 1000)) < LONGEST


@pytest.mark.parametrize("value", [(1, 2), [1, 2], np.array([1, 2]), np.array([[1, 2], [3, 4]])])
def test_a_pair_is_a_pair_in_any_wrapping(value):
    """A tuple, a list, or an array of two rows."""
    first, second = as_tuple(value, "found", ("x", "y"))
    np.testing.assert_array_equal(np.array([first, second]), np.array(value))


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ((1,), "a tuple of 1 item"),
        ([1, 2, 3], "a list of 3 items"),
        ({"x": 1, "y": 2}, "a dict of 2 items"),
        ("ab", "'ab' (str)"),
        (np.zeros(3), "an array of shape (3,)"),
        (np.array(2), "an array of shape ()"),
    ],
)
def test_what_is_no_pair_is_told_with_the_names_of_its_parts(value, found):
    """A student reads which two values were asked for."""
    assert said(as_tuple, value, "price_list()", ("x", "y")) == ("price_list() to be a pair (x, y)", found)


def test_triples_and_longer_ones_are_told_too():
    """Three are a triple; more are counted."""
    assert said(as_tuple, 1, "f()", ("a", "b", "c"))[0] == "f() to be a triple (a, b, c)"
    assert said(as_tuple, 1, "f()", ("a", "b", "c", "d"))[0] == "f() to be 4 items (a, b, c, d)"
