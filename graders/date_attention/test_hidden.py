"""The hidden criteria of `date_attention`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_texts,
    as_tuple,
    assert_choice,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
)
from proctor.datasets import dates


@criterion("numbers", points=1, hint="Try it on every date of the notebook: which characters have they?")
@pytest.mark.parametrize("length", [20, 26])
def test_numbers_of_any_date(student, length):
    """Dates in any way to write them become the right numbers."""
    texts, _ = dates.draw_dates(20, seed=501, formats=list(dates.FORMATS))
    for text in [*texts, " 3 may ", "-", "", dates.CHARACTERS[-20:].upper()]:
        found = as_array(student.to_numbers(text, length), "the numbers")
        assert_close(found, dates.as_numbers([text], length)[0], "the numbers")


@criterion("texts", points=1, hint="Does it go by the largest of each row, however many rows and steps there are?")
@pytest.mark.parametrize("count, steps", [(1, 12), (30, 10), (11, 1)])
def test_answers_of_any_length(student, count, steps):
    """Any probabilities become the right texts."""
    draw = np.random.default_rng(count)
    probabilities = draw.dirichlet(np.full(11, 0.5), (count, steps)).astype("float32")
    expected = ["".join(dates.ISO_CHARACTERS[place] for place in row) for row in probabilities.argmax(axis=2)]
    found = as_texts(call_unchanged(student, "to_texts", probabilities), "the texts")
    assert_equal(found, expected, "the texts")


@criterion("texts", points=1, hint="By what do you divide?")
@pytest.mark.parametrize("count, right", [(7, 7), (9, 0), (24, 5), (1, 1)])
def test_any_share(student, count, right):
    """The share is right for any number of texts."""
    _, answers = dates.draw_dates(count, seed=502)
    wrong = [(text[:-1] + "x", answers[place - 1])[place % 2] for place, text in enumerate(answers)]
    found = [*answers[:right], *wrong[right:]]
    order = np.random.default_rng(count).permutation(count)
    found, answers = [found[place] for place in order], [answers[place] for place in order]
    assert_close(call_unchanged(student, "exact_match", found, answers), right / count, "the share", atol=1e-6)


@criterion("trained", points=3, hint="Are the checks above green? Then train it again, to the end.")
def test_reads_new_dates(student, thresholds, credit):
    """The saved reader reads 85 % of dates that this notebook has never seen."""
    known = set(dates.draw_dates(sum(dates.COUNTS.values()), dates.SEED)[0])
    texts, answers = dates.draw_dates(1500, seed=940_211)
    new = [(text, answer) for text, answer in zip(texts, answers, strict=True) if text not in known]
    credit.within(share_read(student.reader, new), thresholds, "new")


@criterion("answers", points=1, hint="Which axis of the scores are the dates, which the notes?")
def test_a_softmax_over_dates(student):
    """You know what a softmax along the wrong axis does."""
    wrong = {
        "a": "To 1 sum the weights along axis 0. Is that the weights of one date?",
        "b": "That is what comes of the last axis, which has the size 1. How large is axis 0?",
    }
    assert_choice(student.answers, "axis", "c", wrong)


@criterion("answers", points=1, hint="Which layers does a further step use?")
def test_weights_of_more_steps(student):
    """You know what more steps cost."""
    wrong = {
        "a": "Does a further step have layers of its own?",
        "c": "A layer that is used again: does it have other weights then?",
    }
    assert_choice(student.answers, "steps", "b", wrong)


@criterion("answers", points=1, hint="What did the reader know of the year, in all dates that it learned from?")
def test_a_new_order(student):
    """You know what a reader lacks that fails in a way it has never met."""
    wrong = {
        "b": "It reads what it knows without mistakes already. What could further epochs teach it about the new order?",
        "c": "It was large enough for all ways that it met. Where would a larger one have met the new order?",
    }
    assert_choice(student.answers, "order", "a", wrong)


def share_read(reader, pairs):
    """The share of dates that a reader reads without a mistake."""
    rows = dates.as_numbers([text for text, _ in pairs])
    found = as_tuple(as_model(reader, "reader").predict(rows), "the reader's outputs", ("probabilities", "weights"))
    probabilities = as_array(found[0], "the probabilities")
    assert_shape(probabilities, (len(pairs), 10, len(dates.ISO_CHARACTERS)), "the probabilities")
    if not np.isfinite(probabilities.astype(float)).all():
        raise CriterionFailed("probabilities", "numbers that are not finite")
    read = ["".join(dates.ISO_CHARACTERS[place] for place in row) for row in probabilities.argmax(axis=2)]
    return float(np.mean([one == answer for one, (_, answer) in zip(read, pairs, strict=True)]))
