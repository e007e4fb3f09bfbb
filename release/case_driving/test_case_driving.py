"""The public criteria of `case_driving`: numbers on paper, and that every question is answered."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_numbers,
    as_tuple,
    assert_between,
    assert_choices,
    assert_close,
    call_unchanged,
    criterion,
    described,
    take,
)

ONE_LETTER = "One letter for each question, in quotes, under the question's name."


@criterion("start", points=0, hint=ONE_LETTER)
def test_the_start_is_decided(student):
    """The question on the first month has one of its choices."""
    assert_choices(student.start, {"begin": "abc"}, "start")


@criterion("loss", points=1, hint="Which labels are part of the sum, and how many are these?")
@pytest.mark.parametrize(
    "probabilities, labels, mean",
    [
        pytest.param([[0.5, 0.25]], [[1, 0]], (np.log(2) + np.log(4 / 3)) / 2, id="both labels known"),
        pytest.param([[0.125, 0.9]], [[1, -1]], np.log(8), id="the second label unknown"),
        pytest.param(
            [[0.25, 0.3, 0.5], [0.9, 0.5, 0.75]],
            [[1, -1, 0], [-1, -1, 0]],
            (np.log(4) + np.log(2) + np.log(4)) / 3,
            id="two pictures, three labels known",
        ),
    ],
)
def test_the_mean_of_known_labels(student, probabilities, labels, mean):
    """The loss is the mean of the cross-entropies of all labels that are known."""
    found = call_unchanged(student, "loss", np.array(probabilities), np.array(labels))
    assert_close(found, mean, "loss(…)", rtol=1e-4)


@criterion("holes", points=0, hint=ONE_LETTER)
def test_the_holes_are_decided(student):
    """Both questions on puddles and persons have one of their choices."""
    assert_choices(student.holes, {"rare": "abc", "stop": "abc"}, "holes")


@criterion("data", points=0, hint=ONE_LETTER)
def test_the_data_are_decided(student):
    """Both questions on the pictures have one of their choices."""
    assert_choices(student.data, {"others": "abc", "without": "abc"}, "data")


@criterion("gaps", points=1, hint="A fraction is 0.05 for 5 %. No gap is larger than the largest of the five errors.")
def test_fractions(student, values):
    """All four gaps are fractions, and smaller than the largest error."""
    largest = max(values["dev"], values["test"])
    for name, size in as_numbers(student.gaps, "gaps", ["bias", "variance", "mismatch", "fitted"]).items():
        assert_between(size, -largest, largest, f'gaps["{name}"]')


@criterion("read", points=0, hint=ONE_LETTER)
def test_the_reading_is_decided(student):
    """All three questions on the errors have one of their choices."""
    assert_choices(student.read, {"work_on": "abc", "test_set": "abc", "easier": "abc"}, "read")


TALLY = [{"fog", "night"}, {"night"}, set(), {"rain"}, {"night", "rain"}, {"fog"}, {"rain", "night"}, set()]


@criterion("table", points=1, hint="How many of all mistakes are of a kind? Those of two kinds count for both.")
def test_share_and_ceiling(student):
    """Each kind has its share of the mistakes, and its ceiling is that share of the error."""
    found = rows_of(call_unchanged(student, "ceiling_table", TALLY, 0.052))
    for kind, row in {"night": (0.5, 0.026), "rain": (0.375, 0.0195), "fog": (0.25, 0.013)}.items():
        if kind not in found:
            raise CriterionFailed("a row for each kind that occurs", f"none for {kind}")
        assert_close(found.pop(kind), row, f'the row of "{kind}"', rtol=1e-4)
    if others := [str(kind) for kind, numbers in found.items() if any(numbers)]:
        raise CriterionFailed("no row for a kind that does not occur, or zeros", ", ".join(others))


@criterion("table", points=1, hint="Which kind is worth most? Look at `sorted` and its `key`.")
def test_the_highest_ceiling_first(student):
    """The rows are in the order of their ceilings, the highest first."""
    kinds = list(rows_of(student.ceiling_table(TALLY, 0.052)))
    assert [kind for kind in kinds if kind in ("night", "rain", "fog")] == ["night", "rain", "fog"]


@criterion("sums", points=0, hint=ONE_LETTER)
def test_the_sum_is_decided(student):
    """The question on the sum of the shares has one of its choices."""
    assert_choices(student.sums, {"sum": "abc"}, "sums")


@criterion("mend", points=0, hint=ONE_LETTER)
def test_mending_is_decided(student):
    """All three questions on mending have one of their choices."""
    assert_choices(student.mend, {"mend": "abc", "painted": "abc", "labels": "abc"}, "mend")


@criterion("later", points=0, hint=ONE_LETTER)
def test_every_letter_is_answered(student):
    """All three letters are answered with one of their choices."""
    assert_choices(student.later, {"gate": "abc", "together": "abc", "steering": "abc"}, "later")


def rows_of(table):
    """The rows of a student's table: kind → (share, ceiling), in its order."""
    found = {}
    for row in take(table, 100):
        kind, share, ceiling = as_tuple(row, "a row", ("kind", "share", "ceiling"))
        if not isinstance(kind, str) or kind in found:
            raise CriterionFailed("a row for each kind, which begins with its name", described(row))
        numbers = as_numbers({"share": share, "ceiling": ceiling}, "row", ["share", "ceiling"])
        found[kind] = tuple(numbers.values())
    return found
