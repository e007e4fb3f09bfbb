"""The keys. A wrong choice is told its sentence on the feedback page; the key never is."""

from proctor import assert_choice, criterion


@criterion("answers", points=1, hint="Try it out: softmax(scores), and softmax(scores + 5).")
def test_a_shift_of_the_scores(student):
    """You know what a shift of all scores does."""
    wrong = {
        "a": "They cannot all become larger, because they sum to 1.",
        "c": "Every exponential becomes larger by the same factor, that of the others too.",
    }
    assert_choice(student.answers, "shift", "b", wrong)


@criterion("answers", points=1, hint="Try it out: softmax(scores), and softmax(5 * scores).")
def test_a_larger_scale(student):
    """You know what it does to multiply all scores."""
    wrong = {
        "a": "Then scores of 0 and 1 would be worth as much as 0 and 5.",
        "b": "Look at the differences between the scores: they do not shrink.",
    }
    assert_choice(student.answers, "scale", "c", wrong)
