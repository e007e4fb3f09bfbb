"""What a grader asks of objects that stay in the student's process."""

from __future__ import annotations

import collections
import enum

import numpy as np
import pytest
from wire_values import SCALARS, talk

from proctor.channel.student import Handle, LocalLink, Student, fetch, raises, share, take
from proctor.channel.wire import Reference, decode, encode
from proctor.errors import CourseError, CriterionFailed, StudentError, WireError
from proctor.jail.client import Jail


class Counter:
    """A student's object."""

    def __init__(self):
        self.n = 0

    def add(self, k=1):
        self.n += k
        return self


def student(**names):
    return Student(LocalLink(names))


def test_objects_stay_and_are_asked():
    """What is not data comes back as a handle whose attributes and methods can be asked."""
    counter = student(counter=Counter()).counter
    assert counter.add(k=2).add().n == 3
    assert counter.add() == counter


def test_nothing_passes_by_reference():
    """A student's function cannot change the grader's array, and the grader sees a
    change of a shared one."""

    def spoil(x):
        x[0] = 9
        return x

    someone = student(spoil=spoil)
    array = np.zeros(2)
    assert someone.spoil(array)[0] == 9
    assert array[0] == 0
    shared = share(someone, array)
    someone.spoil(shared)
    assert fetch(shared)[0] == 9


def add_up(f, count):
    """The numbers f(0), f(1), ... added up."""
    import math

    return math.fsum(f(number) for number in range(count))


def test_a_graders_function_runs_in_the_students_process():
    """A shared function gets the student's objects themselves, and the student's functions
    can call it."""
    someone = student(square=lambda number: number**2, call=lambda f, g: f(g, 3))
    shared = share(someone, add_up)
    assert shared(someone.square, 4) == 14
    assert someone.call(shared, someone.square) == 5


def test_a_function_that_needs_the_graders_names_is_not_shared():
    """It could not find them in the student's process, so the author is told at once."""

    def first(words):
        return words[0] + SCALARS

    def second(words):
        return words[0] + lost

    lost = "word"
    for function, name in ((first, "SCALARS"), (second, "lost")):
        with pytest.raises(CourseError, match=f"uses {name}, .* import it inside"):
            share(student(), function)


def test_an_endless_iterable_is_taken_in_part():
    """`take` stops by itself."""

    def forever():
        while True:
            yield 1

    assert take(student(f=forever).f(), 3) == [1, 1, 1]


def test_an_iterable_that_goes_on_with_large_arrays_is_told():
    """What yields more than can be looked at is stopped, with a question to the student."""

    def forever():
        while True:
            yield np.zeros((10, 1000, 1000)), np.zeros(10)

    with pytest.raises(StudentError, match=r"yielded 5 items with more than 50,000,000 numbers .* does it ever stop"):
        take(student(f=forever).f(), 100)


def test_a_lying_number_arrives_as_the_number_it_is():
    """A subclass with its own comparisons is its plain value on this side."""

    class Liar(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    found = student(x=Liar(3)).x
    assert type(found) is int
    assert found != 4


def test_raises_demands_the_exception():
    """`raises` passes for the class or a subclass, and fails otherwise with what happened."""

    def fail():
        raise KeyError("k")

    someone = student(fail=fail, fine=lambda: 1)
    with raises("LookupError"):
        someone.fail()
    with pytest.raises(CriterionFailed, match="no error"), raises("ValueError"):
        someone.fine()
    with pytest.raises(CriterionFailed, match="KeyError"), raises("ValueError"):
        someone.fail()


def test_a_stub_raises_nothing_that_is_demanded():
    """An answer that is not written yet is told so, whichever exception is to be raised."""

    def stub():
        raise NotImplementedError

    for demanded in "ValueError", "RuntimeError":
        with pytest.raises(StudentError, match="NotImplementedError"), raises(demanded):
            student(stub=stub).stub()


def test_an_error_names_the_students_line():
    """The innermost line of the student's own is told, not ours."""
    namespace: dict = {}
    exec("def f():\n    return 1 / 0", namespace)
    with pytest.raises(StudentError) as caught:
        Student(LocalLink(namespace)).f()
    assert caught.value.where == "your f, line 2"


def test_a_reference_is_only_a_number_and_names():
    """Nothing else of an object crosses."""
    assert decode(encode(Reference(1, "dict", "{}", False))) == Reference(1, "dict", "{}", False)


class Mood(enum.StrEnum):
    """A student's enumeration."""

    HAPPY = "happy"


@pytest.mark.parametrize(
    "value, expected",
    [
        (np.float32(0.5), np.float32(0.5)),
        (np.bool_(True), np.bool_(True)),
        (np.longdouble(1.5), np.float64(1.5)),
        (np.array(2.5), np.array(2.5)),
        ({np.int64(7): 3}, {7: 3}),
        ({np.int64(7)}, {7}),
        ({frozenset({1})}, {frozenset({1})}),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.zeros(1, [("a", "i4"), ("b", "f4")]), [(0, 0.0)]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (bytearray(b"ab"), b"ab"),
        (Mood.HAPPY, "happy"),
        ("a\ud800", "a\\ud800"),
    ],
)
def test_odd_but_honest_values_arrive(value, expected):
    """What students' code returns beside lists and arrays arrives as the
    data that it stands for."""
    found = student(x=value).x
    assert type(found) is type(expected)
    assert found == expected


def test_tensors_of_any_dtype_arrive():
    """Texts and short floats of TensorFlow are data too."""
    import tensorflow as tf

    assert student(x=tf.constant(["a"])).x == [b"a"]
    assert student(x=tf.constant(b"a")).x == b"a"
    found = student(x=tf.constant([1.5], tf.bfloat16)).x
    assert (found.dtype, found[0]) == (np.float32, 1.5)


def test_no_name_of_ours_hides_a_students():
    """A notebook may call its own things as the grader's end calls its."""
    names = {
        *(name for kind in (Student, Handle, LocalLink, Jail) for name in vars(kind)),
        *vars(student()),
        *("link", "_link", "revive", "models", "_models", "ask", "count", "of"),
    }
    for name in names:
        if not name.startswith("__"):
            assert getattr(student(**{name: 7}), name) == 7


def test_a_value_that_is_not_sent_costs_only_its_criterion():
    """A value that is too large or odd for the channel is a student's error, live
    and in the jail alike."""
    with pytest.raises(StudentError, match="20001 bits"):
        _ = student(x=2**20000).x


def test_what_a_grader_cannot_send_is_the_graders_fault():
    """A criterion that sends an object is at fault, and the student's process lives on."""
    with talk() as jail:
        with pytest.raises(WireError, match="object is not data"):
            jail.ask({"op": "put", "value": object()})
        assert not jail.ended
