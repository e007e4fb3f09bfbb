"""The hidden criteria of `span_answer`: any rows, other encoders, and stories nobody has."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_model,
    as_number_rows,
    as_text,
    as_tuple,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    make_network,
    share_of_spans,
)
from proctor.datasets import rooms

LENGTH = 38  # of the notebook's rows
WORDS = ["the", "old", "wine", "cellar", "hall", ",", "attic", "Ada", "is", "in", ".", "room", "under", "stairs", "a"]


def write(rng, count):
    """A text of so many tokens, some with no space between, and their offsets."""
    text, offsets = "", []
    for _ in range(count):
        text += str(rng.choice(["", " ", " ", "  "]))
        word = str(rng.choice(WORDS))
        offsets.append((len(text), len(text) + len(word)))
        text += word
    return text, offsets


def draw_row(rng, length, question=None, story=None):
    """A story, and the offsets and parts of a row; the story may be cut off."""
    asked = write(rng, question or int(rng.integers(1, length - 2)))[1]
    text, told = write(rng, story or int(rng.integers(1, length)))
    offsets = [*asked, (0, 0), *told]
    parts = [0] * len(asked) + [-1] + [1] * len(told)
    more = max(0, length - len(parts))
    return text, told, np.array(offsets + [(0, 0)] * more)[:length], np.array(parts + [-1] * more)[:length]


def as_pair(found, what):
    """A pair of whole numbers, or fails."""
    return tuple(as_number_rows([as_tuple(found, what, ("first", "last"))], what, 1)[0])


@criterion("tokens", points=1, hint="Does it use all that it is given, for rows of any length, and change nothing?")
@pytest.mark.parametrize("seed, length, count", [(1, 8, 60), (2, 30, 60), (3, 128, 20)])
def test_any_answers(student, seed, length, count):
    """Answers in rows of any length are found, or are not whole in the row."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        _, told, offsets, parts = draw_row(rng, length)
        first = int(rng.integers(len(told)))
        last = int(rng.integers(first, min(first + 4, len(told))))
        before = int(np.sum(parts == 0)) + 1
        expected = (before + first, before + last) if before + last < length else None
        what = f"find_tokens(…) in a row of {length} tokens"
        found = call_unchanged(student, "find_tokens", offsets, parts, told[first][0], told[last][1])
        assert_equal(found if found is None else as_pair(found, what), expected, what)


@criterion("text", points=1, hint="Does it use the story and the offsets that it is given, and change nothing?")
@pytest.mark.parametrize("seed, length", [(1, 12), (2, 40), (3, 90)])
def test_any_pieces(student, seed, length):
    """The piece is right for any story and any two tokens."""
    rng = np.random.default_rng(seed)
    for _ in range(12):
        text, _, offsets, parts = draw_row(rng, length, story=length)
        first, last = np.sort(rng.choice(np.flatnonzero(parts == 1), 2)).tolist()
        found = call_unchanged(student, "find_text", text, offsets, first, last)
        expected = text[offsets[first][0] : offsets[last][1]]
        assert_equal(as_text(found, "find_text(…)"), expected, "find_text(…)")


def know_words(keras, kinds, width, length):
    """A network in the place of the encoder."""
    numbers = keras.Input((length,))
    return keras.Model(numbers, keras.layers.Embedding(kinds, width)(numbers))


@criterion("heads", points=1, hint="Is there a number in your function that belongs to the notebook's encoder?")
@pytest.mark.parametrize("kinds, width, length", [(11, 3, 17), (5, 8, 2)])
def test_other_encoders(student, kinds, width, length):
    """Encoders of other lengths and widths get two heads of the size that the text says."""
    encoder = make_network(student, know_words, kinds, width, length)
    reader = as_model(student.build_reader(encoder), "build_reader(encoder)")
    sizes = [array.size for array in reader.weights]
    more = sum(sizes) - kinds * width
    if more not in (2 * width, 2 * (width + 1)):
        wanted = f"two Dense layers of one unit on {width} numbers: {2 * (width + 1)} parameters more"
        raise CriterionFailed(wanted, f"{more} more than the encoder", detail=reader.table())
    outputs = reader.predict(np.random.default_rng(5).integers(1, kinds, (4, length)))
    for output in outputs if isinstance(outputs, (list, tuple)) else [outputs]:
        assert_shape(output, (4, length), f"an output for 4 rows of {length} tokens")


@criterion("span", points=1, hint="Does it use all that it is given, for rows of any length?")
@pytest.mark.parametrize("seed, length, count", [(1, 5, 60), (2, 24, 30), (3, 60, 6)])
def test_any_spans(student, seed, length, count):
    """The best legal pair is found for any probabilities, in rows of any length."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        p, q = rng.dirichlet(np.full(length, 0.3), 2)
        question = int(rng.integers(0, length - 2))
        story = int(rng.integers(1, length - question))
        parts = np.array([0] * question + [-1] + [1] * story + [-1] * length)[:length]
        longest = int(rng.integers(1, 8))
        found = student.choose_span(p, q, parts, longest)
        if found is None:
            raise CriterionFailed("a pair of tokens", described(found))
        first, last = as_pair(found, "choose_span(…)")
        legal = [(i, j) for i in range(length) for j in range(i, min(length, i + longest)) if parts[i] == parts[j] == 1]
        if (first, last) not in legal:
            raise CriterionFailed("a legal pair", f"({first}, {last}) in a row of {length} tokens")
        assert_close(p[first] * q[last], max(p[i] * q[j] for i, j in legal), "the product of the chosen pair")


def measure(found, true):
    """The overlap of two answers."""
    here, there = found.split(), true.split()
    return 2 * sum(min(here.count(word), there.count(word)) for word in {*here}) / (len(here) + len(there))


@criterion("overlap", points=1, hint="Is it the same if the two answers are of other lengths, with words repeated?")
@pytest.mark.parametrize("seed, longest", [(1, 4), (2, 9), (3, 30)])
def test_any_overlaps(student, seed, longest):
    """The overlap is right for any answers."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        true = rng.choice(WORDS, rng.integers(1, longest))
        found = [*rng.choice(WORDS, rng.integers(0, longest)), true[0]]  # at least a word is shared
        found, true = " ".join(rng.permutation(found)), " ".join(true)
        assert_close(student.overlap(found, true), measure(found, true), f"overlap({found!r}, {true!r})")


@criterion("trained", points=2, hint="Did the lesson run to its end?")
def test_stories_never_seen(student, thresholds, credit):
    """In 90 % of 400 stories that nobody has, the saved reader marks exactly the answer."""
    credit.within(share_of_spans(student, rooms.draw_stories(400, seed=46_001), LENGTH), thresholds, "unseen")


@criterion("trained", points=1, hint="Did the lesson run to its end, and does the encoder learn in it?")
def test_rooms_never_read_of(student, thresholds, credit):
    """It also marks rooms whose names are in no story to learn from."""
    credit.within(
        share_of_spans(student, rooms.draw_stories(300, seed=46_002, new=True), LENGTH), thresholds, "new_rooms"
    )
