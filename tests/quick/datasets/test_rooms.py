"""Stories of who is in which room."""

import numpy as np

from proctor import datasets
from proctor.datasets import rooms


def test_stories_of_rooms_tell_where_the_answer_is():
    """It is in the sentence about the person, of whom there is one."""
    stories = datasets.load("rooms")
    assert len(stories) == 9000
    assert stories[:20] == rooms.draw_stories(20, seed=4601)
    for story in stories[:500]:
        assert story.text[story.start : story.end] == story.answer
        (person,) = [name for name in rooms.PEOPLE if name in story.question]
        sentences = story.text.split(". ")
        (place,) = [place for place, sentence in enumerate(sentences) if person in sentence.rstrip(".").split()]
        begins = len(". ".join([*sentences[:place], ""]))
        assert begins <= story.start < story.end <= begins + len(sentences[place])


def test_new_rooms_are_in_no_story_to_learn_from():
    """Two people may be in the same room; new names of rooms are made of known words."""
    stories = datasets.load("rooms")
    assert 0.1 < np.mean([story.text.count(story.answer) > 1 for story in stories]) < 0.6
    new = {story.answer for story in rooms.draw_stories(300, seed=1, new=True)}
    assert len(new) > 10
    assert not any(name in story.text for story in stories for name in new)
    assert {word for name in new for word in name.split()} <= {word for one in stories for word in one.answer.split()}
