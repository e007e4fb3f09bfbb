"""Questions with choices or a number: what is right and told, and that the key never is."""

import numpy as np
import pytest

from proctor import CriterionFailed, as_numbers, assert_choice, assert_choices, assert_number
from proctor.errors import CourseError
from proctor.feedback.table import html, text
from proctor.verdict import CriterionResult

KEY = "c"
WRONG = {"a": "Four in five patients are healthy: who always says so is right as often.", "b": "It needs a scale."}


def failure(answers, wrong=WRONG):
    """What `assert_choice` raises for these answers."""
    with pytest.raises(CriterionFailed) as raised:
        assert_choice(answers, "metric", KEY, wrong)
    return raised.value


@pytest.mark.parametrize("choice", ["c", "C", " c\n"])
def test_the_key_passes_in_any_spelling(choice):
    """Spaces and case do not make a right choice wrong."""
    assert_choice({"metric": choice, "other": "a"}, "metric", KEY, WRONG)
    assert_choices({"metric": choice}, {"metric": "abc"})


@pytest.mark.parametrize("choice", ["a", "B"])
def test_a_wrong_choice_tells_its_sentence(choice):
    """What the choice overlooks is told; which one is right is in no part of the message."""
    failed = failure({"metric": choice})
    assert failed.tell == WRONG[choice.lower()]
    assert f'"{KEY}"' not in failed.expected + failed.found + failed.tell
    assert_choices({"metric": choice}, {"metric": "abc"})


@pytest.mark.parametrize(
    "answers, told",
    [
        ({}, '"metric" has no answer in `answers`.'),
        ({"metrik": "c"}, '"metric" has no answer in `answers`.'),
        ({"metric": ""}, 'The answer to "metric" is none of its choices.'),
        ({"metric": "d"}, 'The answer to "metric" is none of its choices.'),
        ({"metric": ["c"]}, 'The answer to "metric" is none of its choices.'),
        (["c"], "`answers` is not a dict."),
        (None, "`answers` is not a dict."),
    ],
)
def test_what_is_no_choice_fails_both_criteria(answers, told):
    """A question without one of its choices is told so, in public and in hidden criteria."""
    assert failure(answers).tell == told
    with pytest.raises(CriterionFailed, match=r"metric|a dict"):
        assert_choices(answers, {"metric": "abc"})


def test_choices_may_be_words():
    """A string is its letters; a tuple is its words."""
    assert_choices({"more": "Yes"}, {"more": ("yes", "no")})
    with pytest.raises(CriterionFailed, match="one of yes, no"):
        assert_choices({"more": "y"}, {"more": ("yes", "no")})


@pytest.mark.parametrize("wrong", [{}, {"a": ""}, {"a": "No.", "C": "Yes."}])
def test_a_question_without_its_sentences_is_the_authors_fault(wrong):
    """A wrong choice without a sentence, or a key that has one, is refused, whatever the answer."""
    with pytest.raises(CourseError, match="every choice but the key needs a sentence"):
        assert_choice({"metric": "c"}, "metric", KEY, wrong)


def test_the_table_tells_the_sentence_of_a_hidden_criterion_and_no_more():
    """In both forms stand title, sentence and hint, not what was expected and found."""
    failed = failure({"metric": "a"})
    result = CriterionResult(
        *("metric", "questions", "The metric fits the task.", "Who is ill?", 1, 0, "failed"),
        hidden=True,
        expected="EXPECTED",
        found="FOUND",
        tell=failed.tell,
    )
    for shown in (text("questions", [result]), html("questions", [result])):
        assert WRONG["a"] in " ".join(shown.split())
        assert "Who is ill?" in shown
        assert "EXPECTED" not in shown
        assert "FOUND" not in shown


SLIPS = [(0.06, "Others miss fewer."), (6.0, "That is in percent."), (0.08, "The key of another student.")]


@pytest.mark.parametrize("number", [0.08, 0.08004])
def test_the_right_number_passes(number):
    """It may be rounded on the way; a slip that leads to the right number is none."""
    assert_number(number, 0.08, SLIPS, "the bias")


@pytest.mark.parametrize("number, told", [(0.06, SLIPS[0][1]), (6.0, SLIPS[1][1]), (0.5, ""), (float("nan"), "")])
def test_a_wrong_number_tells_what_it_overlooks(number, told):
    """A usual slip has its sentence, any other number has none, and the key is in no message."""
    with pytest.raises(CriterionFailed) as raised:
        assert_number(number, 0.08, SLIPS, "the bias")
    assert raised.value.tell == told
    assert "0.08" not in raised.value.expected + raised.value.found + raised.value.tell


def test_a_slip_without_its_sentence_is_the_authors_fault():
    """Whatever the number is."""
    with pytest.raises(CourseError, match="needs a sentence"):
        assert_number(0.08, 0.08, [(0.06, " ")], "the bias")


def test_numbers_of_a_dict_may_have_any_dtype():
    """Python's, NumPy's and arrays of one element are numbers; further entries do not matter."""
    found = {"dev": np.int32(3), "test": np.array([2.5]), "training": 4, "note": "mine"}
    assert as_numbers(found, "sizes", ["training", "dev", "test"]) == {"training": 4.0, "dev": 3.0, "test": 2.5}


@pytest.mark.parametrize("found", [None, [1.0], {}, {"dev": "3"}, {"dev": [1, 2]}, {"dev": None}, {"dev": 1j}])
def test_what_has_no_number_fails(found):
    """The message names the dict or the entry."""
    with pytest.raises(CriterionFailed, match="sizes"):
        as_numbers(found, "sizes", ["dev"])
