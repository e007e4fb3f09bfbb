"""Stories of who is in which room."""

import numpy as np
import pytest

from proctor import datasets
from proctor.datasets import rooms

pytestmark = pytest.mark.usefixtures("nothing_around")


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


def test_words_are_laid_out_in_rows():
    """Question, `[SEP]` and story; what is empty has no place, and long rows are cut off."""
    story = rooms.Story("Ada is in the hall.", "Where is Ada?", "hall", 14, 18)
    words, offsets, parts = rooms.lay_out([story], 13)
    assert " ".join(words[0]) == "Where is Ada ? [SEP] Ada is in the hall .  "
    assert parts[0].tolist() == [0, 0, 0, 0, -1, 1, 1, 1, 1, 1, 1, -1, -1]
    texts = {0: story.question, 1: story.text}
    told = [(word, part, *offset) for word, part, offset in zip(words[0], parts[0], offsets[0], strict=True)]
    assert all(texts[part][begins:ends] == word for word, part, begins, ends in told if part >= 0)
    assert not offsets[parts == -1].any()
    for whole, cut in zip((words, offsets, parts), rooms.lay_out([story], 8), strict=True):
        assert np.array_equal(cut, whole[:, :8])


def test_numbers_name_words():
    """Each word has its number wherever it stands, and no other word has it."""
    stories = rooms.draw_stories(30, seed=1)
    words, _, _ = rooms.lay_out(stories, 38)
    numbers = np.unique(words.astype(str), return_inverse=True)[1].reshape(words.shape)
    assert rooms.name_words(numbers, stories)
    assert not rooms.name_words(np.where(numbers == 2, 3, numbers), stories)
    marked = numbers.copy()
    marked[4, 9] += 100
    assert not rooms.name_words(marked, stories)


def point(stories, length, aside=0):
    """Heads that are sure of the answers, or point so many tokens aside of their ends."""
    words, offsets, parts = rooms.lay_out(stories, length)
    p, q = np.full((2, *words.shape), 1e-3)
    for row, story in enumerate(stories):
        p[row, (parts[row] == 1) & (offsets[row, :, 0] == story.start)] = 0.9
        q[row, np.flatnonzero((parts[row] == 1) & (offsets[row, :, 1] == story.end)) + aside] = 0.9
    return p, q, parts


def test_exact_answers_are_counted():
    """An answer is exact if both of its ends are right, among the spans that are legal."""
    stories = rooms.draw_stories(60, seed=2)
    p, q, parts = point(stories, 60)
    assert rooms.share_exact(stories, p, q) == 1
    assert rooms.share_exact(stories, p, point(stories, 60, aside=1)[1]) == 0
    half = q.copy()
    half[::2] = point(stories, 60, aside=1)[1][::2]
    assert rooms.share_exact(stories, p, half) == 0.5
    outside = np.where(parts == 1, 0, 1.0)
    assert rooms.share_exact(stories, p + outside, q + outside) == 1
    before = np.where(np.cumsum(p > 0.5, axis=1) == 0, 1.0, 0)
    assert rooms.share_exact(stories, p, q + before) == 1
    words = np.array([len(rooms.TOKENS.findall(story.answer)) for story in stories])
    for longest in (1, 2, 4):
        assert rooms.share_exact(stories, p, q, longest) == np.mean(words <= longest)


def test_answers_that_are_cut_off_are_not_exact():
    """Their tokens are not in the row, so nothing can point at them."""
    stories = rooms.draw_stories(200, seed=3)
    p, q, parts = point(stories, 24)
    whole = [(parts[row] == 1) @ (p[row] > 0.5) * ((parts[row] == 1) @ (q[row] > 0.5)) for row in range(len(stories))]
    assert 0.3 < np.mean(whole) < 1
    assert rooms.share_exact(stories, p, q) == np.mean(whole)
