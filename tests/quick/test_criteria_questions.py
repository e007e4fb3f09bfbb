"""Questions with choices: what is right, what is told, and that the key never is."""

import pytest

from proctor import CriterionFailed, assert_choice, assert_choices
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
