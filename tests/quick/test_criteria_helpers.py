"""What graders assert with, and what a student reads when it does not hold."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from proctor import datasets, pictures
from proctor.channel.described import described
from proctor.channel.student import LocalLink, Student
from proctor.course.assignment import Threshold
from proctor.criteria.arrays import (
    as_array,
    as_tuple,
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_probabilities,
    assert_shape,
    assert_truth,
)
from proctor.criteria.batches import first_batch, take_batches
from proctor.criteria.calls import assert_apart, assert_refuses, call_unchanged, without_warnings
from proctor.criteria.chance import assert_drawn, assert_seeded
from proctor.criteria.criterion import Credit
from proctor.criteria.files import assert_untouched, make_folder, make_paths, names_of, read_files
from proctor.criteria.layers import (
    as_model,
    assert_compiled,
    assert_input_shape,
    assert_layer,
    assert_layer_count,
    assert_layer_order,
    assert_output_shape,
    assert_parameters,
    at_least,
    at_most,
    output_activation,
)
from proctor.criteria.metrics import accuracy, crossentropy, mean_absolute_error, mean_squared_error
from proctor.criteria.texts import as_number_rows, as_text, as_texts
from proctor.criteria.training import assert_crossentropy_loss, assert_reports
from proctor.errors import CourseError, CriterionFailed, StudentError
from proctor.models.view import ModelView

LONGEST = 200
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


def failure(check: Callable[..., Any], *args: Any, **kwargs: Any) -> CriterionFailed:
    """How `check` fails; whatever it is, it is short enough to be read."""
    with pytest.raises(CriterionFailed) as failed:
        check(*args, **kwargs)
    assert len(failed.value.expected) < LONGEST
    assert len(failed.value.found) < LONGEST
    return failed.value


def student(**names: Any) -> Student:
    """A notebook with these names."""
    return Student(LocalLink(names))


def said(check: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, str]:
    """What was expected and what was found."""
    failed = failure(check, *args, **kwargs)
    return failed.expected, failed.found


# Arrays


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


# Data sets


def batches_of(count: int, size: int = 4):
    return [(np.full((size, 2), number), np.arange(size)) for number in range(count)]


def endless():
    while True:
        yield np.zeros(3), np.zeros(3)


def test_batches_are_taken_whole():
    """A generator, a list or a tf.data.Dataset gives its batches, each a tuple of arrays."""
    import tensorflow as tf

    made = tf.data.Dataset.from_tensor_slices((np.zeros((10, 2)), np.arange(10))).batch(4)
    here = student(made=made, listed=batches_of(3), generated=(batch for batch in batches_of(3)))
    for dataset in (here.made, here.listed, here.generated):
        taken = take_batches(dataset, ("pictures", "labels"), at_most=3)
        assert len(taken) == 3
        assert [type(part) for part in taken[0]] == [np.ndarray] * 2
    assert [len(labels) for _, labels in take_batches(here.made, ("x", "y"), at_most=9)] == [4, 4, 2]


def test_a_data_set_of_kerass_own_kind_is_passed_through_once():
    """It has a length. Iterated over, that of `ImageDataGenerator` never ends."""
    import itertools

    import keras

    # Keras has no types, so that mypy takes any class of its for one of an unknown kind.
    class Repeating(keras.utils.PyDataset):  # type: ignore[misc]
        def __len__(self):
            return 3

        def __getitem__(self, number):
            return batches_of(3)[number]

        def __iter__(self):
            return itertools.cycle(batches_of(3))

    taken = take_batches(student(made=Repeating()).made, ("pictures", "labels"), at_most=5)
    assert [shown[0, 0] for shown, _ in taken] == [0, 1, 2]


def test_an_endless_data_set_is_said_to_be_endless():
    """It is not waited for; its first batch is to be had all the same."""
    told = said(take_batches, student(x=endless()).x, ("pictures", "labels"), at_most=5)
    assert told[0] == "batches of pictures and labels that come to an end"
    assert told[1].startswith("more than 5 of them")
    assert first_batch(student(x=endless()).x, ("pictures", "labels"))[0].shape == (3,)


@pytest.mark.parametrize(
    "value, expected, found",
    [
        (None, "batches of x and y", "None (is there a `return`?)"),
        (7, "batches of x and y", "7 (int)"),
        (np.zeros(3), "batches of x and y", "an array of shape (3,)"),
        ([], "batches of x and y", "no batch at all"),
        ([np.zeros(3)], "each batch to be a pair (x, y)", "an array of shape (3,)"),
        ([(np.zeros(3), "a")], "`y` to be an array of numbers", "'a' (str)"),
    ],
)
def test_what_are_no_batches_is_told(value, expected, found):
    """A student reads what was asked for and what came."""
    for take in (lambda: take_batches(value, ("x", "y"), at_most=5), lambda: first_batch(value, ("x", "y"))):
        assert said(take) == (expected, found)


# Calls


def test_an_argument_that_was_changed_is_named():
    """Contents, type and shape of arrays, lists and dicts are watched, wherever they
    stand; NaN equals itself."""

    def good(x, items, *, table):
        return x.sum() + len(items) + len(table)

    def writes(x, items, *, table):
        x[0] = 0

    def appends(x, items, *, table):
        items.append(object())

    def counts(x, items, *, table):
        table["n"] += 1

    given = (np.array([np.nan, 2]), [1, 2])
    here = student(good=good, writes=writes, appends=appends, counts=counts)
    assert np.isnan(call_unchanged(here, "good", *given, table={"n": 1}))
    for name, which in (("writes", "argument 1"), ("appends", "argument 2"), ("counts", "`table`")):
        told = said(call_unchanged, here, name, *given, table={"n": 1})
        assert told == (f"`{name}` to leave its arguments as they are", f"{which} was changed")
    with pytest.raises(CriterionFailed) as failure:
        call_unchanged(here, "writes", *given, table={"n": 1})
    assert "makes another one" in failure.value.hint


@pytest.mark.parametrize("half", ["def half(x): return x / 3", "half = None", ""], ids=["wrong", "no function", "none"])
def test_a_function_is_judged_apart_from_those_that_it_calls(half):
    """A function is right if it is with the grader's functions in place of the student's; what it
    says is what went wrong with the student's, and afterwards these are in place again."""
    notebook: dict[str, Any] = {}
    exec(f"{half}\ndef quarter(x): return half(half(x))\ndef eighth(x): return half(half(x))", notebook)
    before = notebook.get("half")
    here = student(**{name: notebook[name] for name in ("quarter", "eighth")})

    def half_of(x):
        return x / 2

    def judge(name, part):
        def judge(theirs):
            assert_close(getattr(here, name)(8.0), part, "the part")

        assert_apart(here, name, {"half": half_of}, judge)

    judge("quarter", 2.0)
    with pytest.raises((CriterionFailed, StudentError)) as failure:
        judge("eighth", 1.0)
    assert "2" not in getattr(failure.value, "found", "")
    assert notebook.get("half") is before


@pytest.mark.parametrize(
    "sentence, said",
    [
        ("'50 is no multiple of 4.'", None),
        ("", "no words"),
        ("'not 5 of 40'", "not 5 of 40"),
        (None, "no error at all"),
    ],
)
def test_a_refusal_names_what_is_wrong(sentence, said):
    """A ValueError with all the numbers passes; without one of them or an error, it fails."""
    notebook: dict[str, Any] = {}
    line = "return size" if sentence is None else f"raise ValueError({sentence})"
    exec(f"def halve(size, times): {line}", notebook)
    here = student(halve=notebook["halve"])
    if said is None:
        assert_refuses(here, "halve", [50, 2], [50, 4])
        return
    with pytest.raises(CriterionFailed) as failure:
        assert_refuses(here, "halve", [50, 2], [50, 4])
    assert "50 and 4" in failure.value.expected
    assert failure.value.found == said


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "number, operation", [(1000.0, np.exp), (0.0, lambda x: 1 / x), (-1.0, np.sqrt)], ids=["over", "divide", "invalid"]
)
def test_what_numpy_warns_of_fails_a_criterion(number, operation):
    """A warning that the notebook would show fails the criterion in the warning's own words, each
    time; one that is switched off in any way does not. After it, all is as before."""

    def quiet(x):
        with np.errstate(all="ignore"):
            return operation(x)

    def hushed(x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return operation(x)

    def forgotten(x):
        warnings.filterwarnings("ignore")
        np.seterr(all="ignore")
        return operation(x)

    here = student(bad=operation, quiet=quiet, hushed=hushed, forgotten=forgotten)
    before = np.geterr(), list(warnings.filters), warnings.showwarning
    for _ in range(2):
        with pytest.raises(CriterionFailed, match=r"RuntimeWarning: .* encountered in"), without_warnings(here):
            here.bad(np.array([number]))
    for silent in (here.quiet, here.hushed, here.forgotten):
        with without_warnings(here):
            silent(np.array([number]))
    assert (np.geterr(), list(warnings.filters), warnings.showwarning) == before


def test_what_rounds_to_zero_is_no_warning():
    """A notebook that has NumPy raise for everything may calculate exp(-1000), and meets its own
    exception for exp(1000)."""
    here = student(exp=np.exp)
    with np.errstate(all="raise"):
        with without_warnings(here):
            assert here.exp(np.array([-1000.0])) == 0
        with pytest.raises(StudentError, match="FloatingPointError: overflow"), without_warnings(here):
            here.exp(np.array([1000.0]))


def test_a_value_that_is_no_number_where_one_is_wanted():
    """Where a single number is expected, the message does not ask for an array."""
    assert said(assert_close, None, 2.0, "loss") == ("`loss` to be a single number", "None (is there a `return`?)")
    assert said(assert_shape, "a", (), "loss") == ("`loss` to be a single number", "'a' (str)")
    assert said(assert_close, "a", [2.0], "w") == ("`w` to be an array of numbers", "'a' (str)")


# Data to learn from


def test_a_folder_is_made_where_the_student_reads():
    """`make_folder` writes pictures, texts and empty folders, each time into a new folder."""
    picture = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    someone = student(read=lambda folder: np.asarray(Image.open(folder / "a" / "1.png")), names=list_files)
    folder = make_folder(someone, {"a/1.png": picture, "b/notes.txt": "hello", "empty": None})
    assert_equal(someone.names(folder), ["a", "a/1.png", "b", "b/notes.txt", "empty"], "names")
    assert_equal(someone.read(folder), picture, "the picture")
    assert someone.names(make_folder(someone, {})) == []


def test_a_folder_is_read_where_the_student_writes(tmp_path):
    """`read_files` has the bytes of all files, also below, and what is empty; of a folder that is
    not there it has nothing."""
    someone = student(write=lambda folder: (folder / "a" / "new").write_bytes(b"\x00\xff"))
    folder = make_folder(someone, {"a/1.jpg": b"\xff\xd8", "b/notes.txt": "hello", "empty": None})
    before = read_files(someone, folder)
    assert before == {"a/1.jpg": b"\xff\xd8", "b/notes.txt": b"hello", "empty": None}
    someone.write(folder)
    after = read_files(someone, folder)
    assert after["a/new"] == b"\x00\xff"
    assert read_files(someone, folder.joinpath("none")) == {}
    assert_untouched(before, dict(before))
    assert said(assert_untouched, before, after) == ("no new files among them", "1, such as a/new")
    assert said(assert_untouched, before, {"a/1.jpg": b""}) == ("all files as they were", "2 of them gone, 1 changed")


def test_paths_come_and_go_by_their_names():
    """`make_paths` makes a list of paths, `names_of` names those that come back in any form."""
    someone = student(
        reverse=lambda paths: tuple(paths[::-1]),
        texts=lambda paths: [str(path) for path in paths],
        array=lambda paths: np.array(paths, dtype=object),
        elsewhere=lambda paths: [path.parent.parent / "x" for path in paths],
    )
    folder = make_folder(someone, {"a/1.jpg": "", "b.jpg": ""})
    paths = make_paths(someone, ["a/1.jpg", "b.jpg"], folder)
    assert names_of(someone, paths, folder) == ["a/1.jpg", "b.jpg"]
    assert names_of(someone, someone.reverse(paths), folder) == ["b.jpg", "a/1.jpg"]
    for name in ("texts", "array"):
        assert names_of(someone, getattr(someone, name)(paths), folder) == ["a/1.jpg", "b.jpg"]
    assert names_of(someone, someone.elsewhere(paths), folder) == ["x", "../x"]
    assert names_of(someone, make_paths(someone, ["c.jpg"])) == ["c.jpg"]


def list_files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_pictures_of_folders_are_read_as_keras_reads_them(tmp_path):
    """`read_folder` numbers the classes alphabetically, and resizes as Keras does, to any side."""
    import keras

    rng = np.random.default_rng(4)
    for kind, size in (("zebras", (20, 31)), ("ants", (9, 50)), ("ants", (64, 64))):
        (tmp_path / kind).mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (*size, 3), "uint8")).save(tmp_path / kind / f"{size[0]}.png")
    (tmp_path / "ants" / "notes.txt").write_text("no picture")
    for side in (16, 64):
        found, labels = pictures.read_folder(tmp_path, side)
        settings = {"image_size": (side, side), "shuffle": False, "verbose": False, "batch_size": None}
        expected = [picture for picture, _ in keras.utils.image_dataset_from_directory(tmp_path, **settings)]
        assert labels.tolist() == [0, 0, 1]
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, np.stack(expected), atol=0.01)
    with pytest.raises(ValueError, match="read-only"):  # they are kept, for the next submission
        found[0] = 0


def test_files_that_are_no_whole_pictures_are_left_out(tmp_path):
    """`read_folder` skips what is empty, cut short or no picture; `every` takes some files."""
    picture = np.random.default_rng(2).integers(0, 256, (30, 20, 3), "uint8")
    for kind, count in (("ants", 5), ("zebras", 4)):
        (tmp_path / kind).mkdir()
        for number in range(count):
            (tmp_path / kind / f"{number}.png").write_bytes(pictures.as_file(picture, "png"))
    (tmp_path / "ants" / "5.jpg").write_bytes(b"")
    (tmp_path / "ants" / "6.jpg").write_text("no picture")
    (tmp_path / "zebras" / "7.jpg").write_bytes(pictures.as_file(picture, "jpeg", left=0.5))
    assert pictures.read_folder(tmp_path, 8)[1].tolist() == [0] * 5 + [1] * 4
    assert pictures.read_folder(tmp_path, 8, every=2)[1].tolist() == [0] * 3 + [1] * 2


@pytest.mark.parametrize("draw", [pictures.bars, pictures.stripes, pictures.noise])
@pytest.mark.parametrize("shape", [(28, 28), (14, 32, 3), (40, 17, 1)])
def test_drawn_lessons_are_the_same_for_a_seed(draw, shape):
    """Pictures are fractions of the asked shape, labels ten classes, and the
    seed decides about them."""
    images, labels = draw(200, shape, seed=3)
    assert (images.shape, images.dtype, labels.dtype) == ((200, *shape), np.float32, np.uint8)
    assert images.min() >= 0
    assert images.max() <= 1.01
    assert set(labels) == set(range(10))
    again, others = draw(200, shape, seed=3), draw(200, shape, seed=4)
    assert (images == again[0]).all()
    assert (labels == again[1]).all()
    assert (images != others[0]).any()


def test_drawn_lessons_show_what_they_teach():
    """The brightest row of a bar and the brightest column of a stripe give the label
    away; noise gives nothing."""
    images, labels = pictures.bars(60, (28, 28), seed=1)
    assert ((images.mean(axis=2).argmax(axis=1) - 4) // 2 == labels).all()
    images, labels = pictures.stripes(60, (28, 28, 1), seed=1)
    assert ((images.mean(axis=(1, 3)).argmax(axis=1) - 4) // 2 == labels).all()
    with pytest.raises(ValueError, match="14 pixels"):
        pictures.bars(1, (13, 28), seed=1)


@pytest.mark.parametrize("count, aside", [(100, 10), (25, 2), (9, 0)])
def test_the_last_tenth_is_put_aside(count, aside):
    """Nothing is in both parts, and nothing is lost."""
    x, y = np.arange(count), np.arange(count) * 2
    (first, first_y), (last, last_y) = datasets.put_aside(x, y)
    assert len(last) == aside
    assert (np.concatenate([first, last]) == x).all()
    assert (first_y == 2 * first).all()
    assert (last_y == 2 * last).all()


def test_credit_within_a_threshold_of_the_assignment():
    """Nothing at `none`, everything at `full`; a threshold that is not stated is the author's
    fault, not a failure."""
    credit = Credit()
    thresholds: dict[str, Threshold] = {"known": {"none": 0.5, "full": 0.9}, "plain": 0.9}
    for value, fraction in ((0.5, 0), (0.7, 0.5), (0.95, 1), (float("nan"), 0)):
        credit.within(value, thresholds, "known")
        assert credit.fraction == pytest.approx(fraction)
    for name in ("new", "plain"):
        with pytest.raises(CourseError, match=name):
            credit.within(0.7, thresholds, name)


# Models, described by hand as `models.describe` does


def layer(class_name: str, output: tuple[Any, ...] = (None, 10), activation: str | None = None, **config: Any) -> Any:
    return {
        "name": class_name.lower(),
        "class_name": class_name,
        "config": config,
        "input_shape": [None, 4],
        "output_shape": list(output),
        "parameters": 10 * config.get("units", 0),
        "trainable": True,
        "activation": activation,
    }


def model(*layers: Any, predict: Callable[..., Any] | None = None, **description: Any) -> ModelView:
    """A model with these layers that answers with `predict`, a function of the inputs."""
    about = {
        "name": "digits",
        "class_name": "Sequential",
        "keras_version": "3.15.1",
        "input_shape": [None, 28, 28],
        "output_shape": list(layers[-1]["output_shape"]) if layers else None,
        "parameters": sum(layer["parameters"] for layer in layers),
        "trainable_parameters": 0,
        "layers": list(layers),
        "compiled": None,
        "steps": None,
        **description,
    }
    return ModelView(lambda: about, lambda x, batch_size: predict(x) if predict else x, list)


def convolutional() -> ModelView:
    return model(
        layer("Conv2D", (None, 26, 26, 8), "linear", filters=8, kernel_size=[3, 3], padding="valid"),
        layer("BatchNormalization", (None, 26, 26, 8)),
        layer("ReLU", (None, 26, 26, 8), "relu"),
        layer("MaxPooling2D", (None, 13, 13, 8), pool_size=[2, 2], strides=[2, 2]),
        layer("Flatten", (None, 1352)),
        layer("Dense", (None, 64), "relu", units=64, use_bias=True),
        layer("Dropout", (None, 64), rate=0.1),
        layer("Dense", (None, 10), "linear", units=10, kernel_initializer={"class_name": "HeNormal", "config": {}}),
        layer("Softmax", (None, 10), "softmax", axis=-1),
    )


X = np.arange(4.0)[:, None]


def test_layers_are_counted():
    """Classes by any of their names, exactly or within a bound."""
    seen = convolutional()
    assert_layer_count(seen, Conv2D=1, MaxPool2D=1, Dense=2, LSTM=0)
    assert_layer_count(seen, Dense=at_least(2), Conv2D=at_most(1), Dropout=at_least(1))
    failed = failure(assert_layer_count, seen, Dense=1)
    assert (failed.expected, failed.found, failed.marked) == ("1 Dense layer", "2", (5, 7))
    assert failed.detail is not None
    assert failed.detail[0] == ["layer", "type", "output shape", "parameters", "settings"]
    assert failed.detail[1 + failed.marked[0]][0] == "dense"
    assert said(assert_layer_count, seen, LSTM=at_least(1)) == ("at least 1 LSTM layers", "none")


def test_a_wrapped_layer_counts_as_itself_and_its_wrapper():
    """A bidirectional LSTM is an LSTM, too."""
    inner = {"class_name": "LSTM", "config": {"units": 8, "activation": "tanh"}}
    seen = model(layer("Bidirectional", layer=inner))
    assert_layer_count(seen, Bidirectional=1, LSTM=1, GRU=0)
    assert_layer(seen, "LSTM", units=8, activation="tanh")


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ({"layers": []}, "a dict of 1 item"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (student(build_model=lambda: None).build_model, "the function <lambda> itself (is it called?)"),
    ],
)
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(lambda value: as_model(value), id="as_model"),
        pytest.param(lambda value: assert_layer_count(value, Dense=1), id="layer_count"),
        pytest.param(lambda value: assert_layer_order(value, "Conv2D", "Dense"), id="layer_order"),
        pytest.param(lambda value: assert_layer(value, -1, units=10), id="layer"),
        pytest.param(lambda value: assert_input_shape(value, (None, 4)), id="input_shape"),
        pytest.param(lambda value: assert_output_shape(value, (None, 4)), id="output_shape"),
        pytest.param(lambda value: assert_parameters(value, at_most=3), id="parameters"),
        pytest.param(lambda value: assert_compiled(value, loss="mse"), id="compiled"),
        pytest.param(lambda value: output_activation(value), id="output_activation"),
        pytest.param(lambda value: accuracy(value, (X, np.zeros(4))), id="accuracy"),
        pytest.param(lambda value: crossentropy(value, (X, np.zeros(4))), id="crossentropy"),
        pytest.param(lambda value: assert_reports(value, (X, np.zeros(4)), "accuracy"), id="reports"),
        pytest.param(lambda value: assert_crossentropy_loss(value, X), id="crossentropy_loss"),
    ],
)
def test_what_is_no_model_is_told_in_plain_words(check, value, found):
    """Whatever came instead of a model, no assertion about models ends in an error of ours."""
    assert said(check, value) == ("a Keras model", found)
    assert said(as_model, value, "build_model()") == ("build_model() to be a Keras model", found)


def test_kinds_of_layers():
    """A kind counts all its classes, wrapped layers, operations and nested models."""
    inner = {"class_name": "Conv1D", "config": {}}
    seen = model(
        layer("SeparableConv2D"),
        layer("TimeDistributed", layer=inner),
        layer("MaxPool"),
        layer("GlobalAveragePooling2D"),
        layer("Bidirectional", layer={"class_name": "GRU", "config": {}}),
        layer("SpatialDropout2D"),
        layer("Dense"),
    )
    assert_layer_count(seen, convolution=2, pooling=at_least(2), recurrent=1, dropout=1, normalization=0, Dense=1)
    assert_layer_order(seen, "convolution", "pooling", "recurrent", "Dense")
    assert said(assert_layer_count, seen, pooling=1) == ("1 pooling layer", "2")
    assert said(assert_layer_order, seen, "pooling", "convolution")[1] == "no convolution behind the pooling"
    with pytest.raises(CourseError, match="no kind of layers 'pool'"):
        assert_layer_count(seen, pool=1)


def test_layers_follow_one_another():
    """Others may stand between them."""
    seen = convolutional()
    assert_layer_order(seen, "Conv2D", "MaxPooling2D", "Dense", "Dense")
    told = said(assert_layer_order, seen, "MaxPooling2D", "Conv2D")
    assert told == ("layers in the order MaxPooling2D, Conv2D", "no Conv2D behind the MaxPooling2D")
    assert said(assert_layer_order, seen, "LSTM", "Dense")[1] == "no LSTM"
    failure(assert_layer_order, seen, "Dense", "Dense", "Dense")


def test_an_activation_of_its_own_counts_as_that_of_the_layer_before():
    """Dense and Softmax are one layer, and so are Conv2D, BatchNormalization and ReLU."""
    seen = convolutional()
    assert_layer(seen, -1, class_name="Dense", units=10, activation="softmax")
    assert_layer(seen, "Conv2D", activation="relu")
    assert output_activation(seen) == "softmax"
    assert output_activation(model(layer("Dense", activation="linear"))) == "linear"
    assert output_activation(model(layer("Flatten"), layer("Softmax", activation="softmax"))) == "softmax"
    assert output_activation(model()) is None


def test_a_layer_is_as_it_should_be_however_it_is_spelt():
    """Numbers for pairs, lists for tuples, names in any spelling, alternatives."""
    seen = convolutional()
    assert_layer(seen, 0, kernel_size=3, filters=(4, 8, 16), padding={"valid", "same"})
    assert_layer(seen, 0, kernel_size=(3, 3), output_shape=(None, None, None, 8))
    assert_layer(seen, "MaxPool2D", pool_size=(2, 2), activation=None)
    assert_layer(seen, "Dense", kernel_initializer="he_normal")
    assert_layer(seen, "Dense", kernel_initializer=("GlorotNormal", "HeNormal"), activation=("softmax", "sigmoid"))
    assert_layer(seen, -2, class_name="Dropout", rate=0.1)
    assert_layer(seen, "Dense", use_bias=True, units=64)
    assert_layer(model(layer("Dense", dtype={"class_name": "DTypePolicy", "config": {"name": "f16"}})), 0, dtype="f16")
    failure(assert_layer, seen, "Dense", use_bias=1)
    failure(assert_layer, seen, 0, kernel_size=(3, 5, 5))


def test_what_a_student_reads_about_a_layer():
    """The setting that is off, what it is, and which row of the table it is."""
    seen = convolutional()
    failed = failure(assert_layer, seen, -1, units=10, activation="sigmoid")
    told = ("the last layer with activation=sigmoid", "activation=softmax", (7,))
    assert (failed.expected, failed.found, failed.marked) == told
    told_closest = failure(assert_layer, seen, "Dense", units=128, activation="relu")
    assert (told_closest.found, told_closest.marked) == ("units=64", (5,))
    assert said(assert_layer, seen, "LSTM", units=3) == ("an LSTM layer", "none")
    assert said(assert_layer, seen, 0, rate=0.5) == ("layer 0 with rate=0.5", "rate=not set")
    assert said(assert_layer, seen, 20, units=1)[0] == "21 layers or more"
    assert said(assert_layer, seen, -20, units=1)[0] == "20 layers or more"
    assert (
        said(assert_layer, seen, "Dense", activation=("elu", "gelu"))[0] == "a Dense layer with activation=elu or gelu"
    )


def test_shapes_and_parameters_of_a_model():
    """None stands for any size; a model that saw no data says so."""
    seen = convolutional()
    assert_input_shape(seen, (None, 28, 28))
    assert_output_shape(seen, (None, 10))
    assert_output_shape(seen, (None, None))
    failed = failure(assert_output_shape, seen, (None, 2))
    assert (failed.expected, failed.found, failed.marked) == ("outputs of shape (None, 2)", "(None, 10)", (8,))
    failure(assert_input_shape, seen, (None, 28, 28, 1))
    assert "has not seen any data" in said(assert_input_shape, model(input_shape=None), (None, 4))[1]
    two = model(layer("Dense"), input_shape=[[None, 4], [None, 8]])
    assert_input_shape(two, ((None, 4), (None, 8)))
    failure(assert_input_shape, two, ((None, 4), (None, 9)))
    failure(assert_input_shape, two, (None, 4))
    assert_parameters(seen, at_most=740, at_least=740, exactly=740)
    failed = failure(assert_parameters, seen, at_most=700)
    assert (failed.expected, failed.found, failed.marked) == ("at most 700 parameters", "740", (5,))
    assert said(assert_parameters, seen, at_least=1000) == ("at least 1,000 parameters", "740")
    assert said(assert_parameters, seen, exactly=1) == ("1 parameters", "740")


def test_what_a_model_is_compiled_with():
    """Names in any spelling; a metric may stand among others; every output has its loss."""
    seen = model(compiled={"optimizer": "sgd", "loss": "mean_squared_error", "metrics": ["auc", "accuracy"]})
    assert_compiled(seen, loss="mse", optimizer="SGD", metrics="acc")
    assert_compiled(seen, loss=("mae", "MeanSquaredError"), optimizer=("Adam", "SGD"), metrics=("precision", "AUC"))
    told = ("loss huber or mean_absolute_error", "mean_squared_error")
    assert said(assert_compiled, seen, loss=("Huber", "mae")) == told
    assert said(assert_compiled, seen, metrics="recall") == ("metrics recall", "auc, accuracy")
    assert "not: call model.compile" in said(assert_compiled, model())[1]
    two = model(compiled={"optimizer": "sgd", "loss": ["mean_squared_error", "huber"], "metrics": []})
    assert_compiled(two, loss=("mse", "huber"))
    failure(assert_compiled, two, loss="mse")
    assert said(assert_compiled, two, metrics="acc")[1] == "none"


# Metrics


def predicting(found: Any, activation: str | None, **about: Any) -> ModelView:
    return model(
        layer("Dense", activation=activation), predict=lambda x: np.asarray(found)[x[:, 0].astype(int)], **about
    )


PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2]])


@pytest.mark.parametrize("labels", [[0, 1, 2, 2], [[0], [1], [2], [2]], np.eye(3)[[0, 1, 2, 2]], [0.0, 1.0, 2.0, 2.0]])
def test_accuracy_takes_labels_in_any_form(labels):
    """Integers, a column of them, or one-hot rows."""
    assert accuracy(predicting(PROBABILITIES, "softmax"), (X, np.array(labels))) == 0.75
    assert accuracy(predicting(np.log(PROBABILITIES) + 3, "linear"), (X, np.array(labels))) == 0.75


@pytest.mark.parametrize(
    "found, activation, about",
    [
        ([[0.2], [0.8], [0.6], [0.1]], "sigmoid", {}),
        ([0.2, 0.8, 0.6, 0.1], "sigmoid", {}),
        ([[-1.0], [2.0], [0.2], [-3.0]], "linear", {}),
        ([[-1.0], [2.0], [0.2], [-3.0]], None, {}),
        ([[-1.0], [0.4], [0.2], [-3.0]], None, {"compiled": {"from_logits": True}}),
        ([[0.2], [0.8], [0.6], [0.1]], None, {}),
    ],
)
def test_one_output_is_a_probability_or_a_logit(found, activation, about):
    """How the model ends decides where one class ends and the other begins."""
    assert accuracy(predicting(found, activation, **about), (X, np.array([0, 1, 1, 1]))) == 0.75


def test_every_token_counts():
    """Predictions for each step of a sequence are judged one by one."""
    found = np.broadcast_to(PROBABILITIES, (2, 4, 3))
    assert accuracy(predicting(found, "softmax"), (X[:2], np.array([[0, 1, 2, 0], [1, 1, 1, 1]]))) == 5 / 8


def test_crossentropy_is_the_same_from_probabilities_and_logits():
    """It is the mean of the negative log of what the right class got."""
    labels = np.array([0, 1, 2, 2])
    right = -np.log([0.7, 0.8, 0.6, 0.2]).mean()
    assert crossentropy(predicting(PROBABILITIES, "softmax"), (X, labels)) == pytest.approx(right)
    assert crossentropy(predicting(np.log(PROBABILITIES) - 400, "linear"), (X, labels)) == pytest.approx(right)
    one = np.array([0.2, 0.8, 0.6, 0.1])
    right = -np.log([0.8, 0.8, 0.6, 0.1]).mean()
    assert crossentropy(predicting(one, "sigmoid"), (X, np.array([0, 1, 1, 1]))) == pytest.approx(right)
    logits = np.log(one / (1 - one))[:, None]
    assert crossentropy(predicting(logits, "linear"), (X, np.array([[0], [1], [1], [1]]))) == pytest.approx(right)
    assert np.isfinite(crossentropy(predicting(np.eye(3)[[1, 1, 1, 1]], "softmax"), (X, labels)))


def test_a_model_with_a_call_of_its_own_is_judged_by_its_numbers():
    """Its last layer has no activation; that `call` applies softmax behind it is not to be seen."""
    labels = np.array([0, 1, 2, 2])
    right = crossentropy(predicting(PROBABILITIES, "softmax"), (X, labels))
    assert crossentropy(predicting(PROBABILITIES, "linear", class_name="Reader"), (X, labels)) == pytest.approx(right)
    logits = predicting(np.log(PROBABILITIES), "linear", class_name="Reader")
    assert crossentropy(logits, (X, labels)) == pytest.approx(right)
    one = predicting([[0.2], [0.8], [0.6], [0.1]], "linear", class_name="Reader")
    assert accuracy(one, (X, np.array([0, 1, 1, 1]))) == 0.75


def test_predictions_that_do_not_fit_the_labels_fail():
    """What does not fit never broadcasts."""
    fits = predicting(PROBABILITIES, "softmax")
    failure(accuracy, fits, (X, np.zeros((4, 2))))
    failure(accuracy, fits, (X, np.array([0, 1, 2, 3])))
    failure(accuracy, predicting(PROBABILITIES.reshape(4, 3, 1), "softmax"), (X, np.zeros(4)))
    failure(accuracy, model(predict=lambda x: [x, x]), (X, np.zeros(4)))
    failure(crossentropy, predicting(np.full((4, 3), np.nan), "softmax"), (X, np.zeros(4)))


@settings(max_examples=50)
@given(
    arrays.arrays("f8", (6,), elements=st.floats(-1e3, 1e3)), arrays.arrays("f8", (6,), elements=st.floats(-1e3, 1e3))
)
def test_mean_errors_take_a_column_for_a_row(found, true):
    """(n, 1) counts as (n,), and never broadcasts to (n, n)."""
    squared, absolute = np.mean((found - true) ** 2), np.mean(np.abs(found - true))
    for left, right in ((found, true), (found[:, None], true), (found, true[:, None]), (found.tolist(), true)):
        assert mean_squared_error(left, right) == pytest.approx(squared)
        assert mean_absolute_error(left, right) == pytest.approx(absolute)


HOSTILE = st.one_of(
    st.sampled_from([None, "2", b"2", [], {}, {"a": 1}, [None], [[1], [2, 3]], 10**400, [10**400], np.nan, 1e308]),
    arrays.arrays(
        st.sampled_from(["f2", "f4", "f8", "u1", "i8", "u8", "?", "c8"]),
        st.sampled_from([(), (0,), (3,), (3, 1), (1, 3), (3, 3), (3, 0), (1,), (3, 1, 1)]),
    ),
)


@settings(max_examples=200)
@given(HOSTILE, arrays.arrays("f8", (3,), elements=st.floats(-10, 10)))
def test_no_metric_is_ever_nan(found, true):
    """Whatever was predicted, an error is a number that is not too small,
    or the criterion fails."""
    for metric in (mean_squared_error, mean_absolute_error):
        try:
            error = metric(found, true)
        except CriterionFailed:
            continue
        assert error >= 0
        if error < 1e-9:
            np.testing.assert_allclose(np.asarray(found, float).reshape(3), true, atol=1e-4)


def test_no_class_metric_is_ever_nan():
    """Predictions that are no probabilities where they should be, and none at all, fail."""
    none = predicting(np.zeros((4, 3)), "softmax")
    assert said(crossentropy, none, (X, np.zeros(4)))[1] == "a sum of 0"
    failure(accuracy, predicting(np.zeros((0, 3)), "softmax"), (X[:0], np.zeros(0)))
    failure(crossentropy, predicting(np.zeros((0, 3)), "softmax"), (X[:0], np.zeros(0)))
    huge = predicting(np.array([[1e308, -1e308, 0]] * 4), "linear")
    assert crossentropy(huge, (X, np.zeros(4))) == pytest.approx(0)
    assert crossentropy(huge, (X, np.ones(4))) > 1e308
    for kind in ("f2", "u1", "i8"):
        found = np.array([[0, 5, 1], [7, 0, 1], [3, 2, 9], [1, 0, 0]], kind)
        assert accuracy(predicting(found, "linear"), (X, np.array([1, 0, 2, 1]))) == 0.75


def test_labels_off_by_one_are_told_as_such():
    """A model trained with labels from 1 to 3 is told so, with three outputs or four."""
    for outputs in (3, 4):
        found = np.eye(outputs)[[1, 2, 3 % outputs, 1]]
        told = said(accuracy, predicting(found, "softmax"), (X, np.array([0, 1, 2, 0])))
        assert told[1] == "every class one output further"
    assert accuracy(predicting(np.eye(2)[[1, 0, 1, 0]], "softmax"), (X, np.array([0, 1, 0, 1]))) == 0


def test_complex_numbers_are_no_predictions():
    """An imaginary part is not dropped."""
    assert said(mean_squared_error, np.array([1 + 5j]), [1.0])[1] == "complex ones"


def test_mean_errors_refuse_what_does_not_fit():
    """Another shape, NaN or infinity is no error but a failure."""
    assert said(mean_squared_error, np.zeros((6, 2)), np.zeros(6)) == ("predictions of shape (6,)", "shape (6, 2)")
    assert said(mean_squared_error, np.zeros(1), np.zeros(6))[1] == "shape (1,)"
    assert said(mean_absolute_error, [np.nan, 1], [0, 1]) == ("predictions to be finite numbers", "NaN")
    assert said(mean_absolute_error, [np.inf, 1], [0, 1])[1] == "infinity"
    failure(mean_absolute_error, None, [0, 1])


# Texts


@pytest.mark.parametrize("value", [["a", "é"], ("a", b"\xc3\xa9")])
def test_strings_in_any_wrapping_are_texts(value):
    """Lists and tuples of strings are texts, and so are the bytes that tensors hold."""
    assert as_texts(value, "w") == ["a", "é"]
    assert as_text(value[1], "w") == "é"


def test_arrays_and_numpy_strings_are_texts():
    """What comes from a notebook as an array of strings is a list of them."""
    notebook = student(array=np.array(["a", "b"]), mixed=[np.str_("a"), "b"], single=np.str_("a"))
    assert as_texts(notebook.array, "w") == as_texts(notebook.mixed, "w") == ["a", "b"]
    assert as_text(notebook.single, "w") == "a"


@pytest.mark.parametrize(
    "value, found",
    [
        (None, "None (is there a `return`?)"),
        ("a b", "'a b' (str)"),
        ({"a": 0}, "a dict of 1 item"),
        (["a", 3], "one with 3 (int) at place 1"),
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
