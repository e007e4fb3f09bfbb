"""How many answers a student's network finds in texts, as spans of tokens."""

from __future__ import annotations

from collections.abc import Sequence

from proctor.channel.described import described
from proctor.channel.student import Student
from proctor.criteria.arrays import as_array, as_tuple, assert_shape
from proctor.criteria.layers import as_model
from proctor.datasets import rooms
from proctor.errors import CriterionFailed


def share_of_spans(student: Student, stories: Sequence[rooms.Story], length: int) -> float:
    """The share of stories in which the best legal span of the saved network is the answer.

    Args:
        student: the submission. Its function `encode` makes rows of questions and texts, and its
            network `reader` says for each token how well an answer begins, and ends, there.
        stories: of the data set `rooms`.
        length: of a row.

    Raises CriterionFailed if the rows do not say the stories, or the network answers otherwise.
    """
    rows = student.encode([story.question for story in stories], [story.text for story in stories])
    numbers = as_array(as_tuple(rows, "encode(…)", ("rows", "offsets", "parts"))[0], "the rows")
    assert_shape(numbers, (len(stories), length), "the rows")
    if not rooms.name_words(numbers, stories):
        raise CriterionFailed("rows of tokens as the given `encode` makes them", described(numbers))
    outputs = as_tuple(as_model(student.reader, "reader").predict(numbers), "the outputs of the reader", ("p", "q"))
    starts, ends = (as_array(output, "an output of the reader").astype(float) for output in outputs)
    for scores in (starts, ends):
        assert_shape(scores, (len(stories), length), "an output of the reader")
    return rooms.share_exact(stories, starts, ends)
