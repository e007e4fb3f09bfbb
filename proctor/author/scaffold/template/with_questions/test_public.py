"""What students see checked: that there is an answer, not that it is right."""

from proctor import assert_choices, criterion


@criterion("answers", points=0, hint='`answers` has one of the letters for each question: "a", "b" or "c".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"shift": "abc", "scale": "abc"})
