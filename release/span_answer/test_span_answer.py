"""The public criteria of `span_answer`: numbers that fit on paper, and other stories."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_left,
    as_model,
    as_number_rows,
    as_text,
    as_tuple,
    assert_between,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    draw_weights,
    make_network,
    share_of_spans,
)
from proctor.datasets import rooms

QUESTION, STORY = "Where is Ada?", "Ada is in the wine cellar."
CUT_QUESTION, CUT_STORY = "Where|is|Ada|?", "Ada|is|in|the|wine|cell|ar|."


def lay_out(question, story, cut_question, cut_story, length):
    """The offsets and the parts of a row; the pieces of the texts are cut at bars."""
    offsets, parts = [], []
    for part, text, pieces in ((0, question, cut_question), (1, story, cut_story)):
        place = 0
        for piece in pieces.split("|"):
            place = text.index(piece, place)
            offsets.append((place, place + len(piece)))
            parts.append(part)
            place += len(piece)
        if part == 0:
            offsets.append((0, 0))
            parts.append(-1)
    more = max(length - len(parts), 0)
    return np.array(offsets + [(0, 0)] * more)[:length], np.array(parts + [-1] * more)[:length]


def as_pair(found, what):
    """A pair of whole numbers, or fails."""
    found = as_tuple(found, what, ("first", "last"))
    try:
        return tuple(as_number_rows([found], what, 1)[0])
    except CriterionFailed:
        raise CriterionFailed(f"{what} to be two whole numbers", described(found)) from None


def assert_found(student, laid, start, end, expected):
    """Assert which tokens an answer has, or that it has none."""
    what = f"find_tokens(…, start={start}, end={end})"
    found = student.find_tokens(*laid, start, end)
    if expected is None:
        if found is not None:
            raise CriterionFailed(f"{what} to be None: the answer is not whole in this row", described(found))
    elif found is None:
        raise CriterionFailed(f"{what} to be {expected}", "None")
    else:
        assert_equal(as_pair(found, what), expected, what)


@criterion("tokens", points=2, hint="Which token has the character `start` in it, and which the character `end - 1`?")
def test_an_answer_on_paper(student):
    """In the example of the text, “wine cellar” has the first token 9 and the last token 11."""
    laid = lay_out(QUESTION, STORY, CUT_QUESTION, CUT_STORY, 14)
    assert_found(student, laid, 14, 25, (9, 11))
    assert_found(student, laid, 10, 18, (8, 9))
    assert_found(student, laid, 19, 25, (10, 11))
    assert_found(student, laid, 23, 26, (11, 12))


@criterion("tokens", points=1, hint="Try a single token, one at character 0, one at the end, and a part of a token.")
def test_answers_at_both_ends(student):
    """An answer may be one token or a part of it, at the very start of the story or at its end."""
    story, cut = "Kitchen or wine cellar, old attic", "Kit|chen|or|wine|cellar|,|old|attic"
    laid = lay_out("Where?", story, "Where|?", cut, 12)
    assert_found(student, laid, 0, 7, (3, 4))
    assert_found(student, laid, 24, 33, (9, 10))
    assert_found(student, laid, 28, 33, (10, 10))
    assert_found(student, laid, 11, 15, (6, 6))
    assert_found(student, laid, 12, 14, (6, 6))
    assert_found(student, laid, 13, 19, (6, 7))
    assert_found(student, lay_out("Where?", "Hall", "Where|?", "Hall", 4), 0, 4, (3, 3))


@criterion("tokens", points=1, hint="The words of the answer occur twice. What says which of the two is meant?")
def test_an_answer_that_occurs_twice(student):
    """If the same words stand in the story twice, those that begin at `start` are meant."""
    story = "Tom is in the long hall. Ada is in the long hall."
    laid = lay_out(QUESTION, story, CUT_QUESTION, "Tom|is|in|the|long|ha|ll|.|Ada|is|in|the|long|ha|ll|.", 24)
    assert_found(student, laid, 39, 48, (17, 19))
    assert_found(student, laid, 14, 23, (9, 11))


@criterion("tokens", points=1, hint="A token of the question may have the same offsets. Which array tells them apart?")
def test_the_question_is_another_text(student):
    """Tokens of the question are never the answer, even with the same offsets."""
    question, story = "Is Ada in the attic or in the hall?", "In attic or hall sits Ada."
    laid = lay_out(question, story, "Is|Ada|in|the|attic|or|in|the|hall|?", "In|attic|or|hall|sits|Ada|.", 20)
    assert_found(student, laid, 3, 8, (12, 12))
    assert_found(student, laid, 0, 16, (11, 14))
    assert_found(student, laid, 12, 16, (14, 14))


@criterion("tokens", points=1, hint="Which token is missing? Ask for the first and for the last one by themselves.")
@pytest.mark.parametrize(
    "length, start, end, expected",
    [
        pytest.param(11, 14, 25, None, id="the last token is cut off"),
        pytest.param(12, 14, 26, None, id="the last token is one sign, and cut off"),
        pytest.param(9, 14, 25, None, id="both tokens are cut off"),
        pytest.param(7, 7, 13, None, id="both are cut off, and the question is longer than the story"),
        pytest.param(12, 14, 25, (9, 11), id="just whole"),
        pytest.param(11, 10, 18, (8, 9), id="whole in a story that is cut off behind it"),
    ],
)
def test_answers_that_are_cut_off(student, length, start, end, expected):
    """If its first or its last token is not in the row, there is no answer: None."""
    assert_found(student, lay_out(QUESTION, STORY, CUT_QUESTION, CUT_STORY, length), start, end, expected)
    question, more = "Ada or Tom, who is in a cellar?", 6  # so many tokens more than the other question has
    laid = lay_out(question, STORY, "Ada|or|Tom|,|who|is|in|a|cellar|?", CUT_STORY, length + more)
    assert_found(student, laid, start, end, expected and (expected[0] + more, expected[1] + more))


def assert_text(student, story, cut, first, last, expected):
    """Assert the piece from one token of the story to another; five tokens stand before it."""
    offsets, _ = lay_out(QUESTION, story, CUT_QUESTION, cut, len(cut.split("|")) + 7)
    found = student.find_text(story, offsets, first + 5, last + 5)
    what = f"find_text(…, first={first + 5}, last={last + 5})"
    assert_equal(as_text(found, what), expected, what)


@criterion("text", points=1, hint="At which character does the first token begin, and where does the last one end?")
def test_a_piece_on_paper(student):
    """In the example, tokens 9 to 11 are “wine cellar”; words may stand elsewhere, too."""
    assert_text(student, STORY, CUT_STORY, 4, 6, "wine cellar")
    assert_text(student, STORY, CUT_STORY, 4, 4, "wine")
    assert_text(student, STORY, CUT_STORY, 0, 2, "Ada is in")
    assert_text(student, STORY, CUT_STORY, 6, 7, "ar.")
    assert_text(student, "up the stairs, the attic", "up|the|stairs|,|the|attic", 4, 5, "the attic")


@criterion("text", points=1, hint="What stands between two tokens is in the story: take it from there.")
def test_what_stands_between(student):
    """What stands between two tokens comes along: spaces, line breaks, or nothing."""
    story, cut = "Up  in\nthe attic-room,Ada", "Up|in|the|attic|-|room|,|Ada"
    assert_text(student, story, cut, 0, 1, "Up  in")
    assert_text(student, story, cut, 1, 2, "in\nthe")
    assert_text(student, story, cut, 2, 5, "the attic-room")
    assert_text(student, story, cut, 6, 7, ",Ada")
    assert_text(student, story, cut, 0, 7, story)


# An encoder that knows each token by four numbers, whatever stands beside it.
KINDS, WIDTH, LENGTH = 9, 4, 38  # as long as the notebook's, or shorter
X = np.random.default_rng(46).integers(1, KINDS, (7, LENGTH))
SHORT = X[:, :6]
NEAR = 0.05  # half precision


def know_words(keras, kinds, width, length):
    """A network in the place of the encoder."""
    numbers = keras.Input((length,))
    return keras.Model(numbers, keras.layers.Embedding(kinds, width)(numbers))


def make_encoder(student, x):
    """Such a network in the student's process, for rows as long as these."""
    return make_network(student, know_words, KINDS, WIDTH, x.shape[1])


def ask_heads(student, encoder, x):
    """A reader, its outputs with drawn weights, and the table of its encoder."""
    reader = as_model(student.build_reader(encoder), "build_reader(encoder)")
    weights = [1.4 * array for array in draw_weights(reader, seed=46)]
    tables = [array for array in weights if array.shape == (KINDS, WIDTH)]
    if not tables:
        raise CriterionFailed("a network with the encoder in it", "one without", detail=reader.table())
    return reader, answer_with(student, reader, weights, x), tables[0].astype(float)


@criterion("heads", points=2, hint="Along which axis does the softmax go? What is the shape before it?")
def test_probabilities_of_tokens(student):
    """There are two outputs, with a probability for each token; in each row they sum to 1."""
    reader, found, _ = ask_heads(student, make_encoder(student, X), X)
    if len(found) != 2:
        raise CriterionFailed("two outputs", f"{len(found)}", detail=reader.table())
    for which, output in zip(("first", "second"), found, strict=True):
        assert_shape(output, X.shape, f"the {which} output for 7 rows of {LENGTH} tokens")
        assert_between(output, 0, 1, f"the {which} output")
        assert_close(output.sum(axis=1), np.ones(len(X)), f"the sums over the rows of the {which} output", atol=NEAR)


def is_linear(scores, numbers):
    """Whether one layer makes these scores of the numbers of each token, up to a shift."""
    scores = (scores - scores.mean(axis=1, keepdims=True)).ravel()
    numbers = (numbers - numbers.mean(axis=1, keepdims=True)).reshape(-1, WIDTH)
    kernel = np.linalg.lstsq(numbers, scores, rcond=None)[0]
    return np.abs(scores).max() > 0.5 and np.abs(numbers @ kernel - scores).max() < NEAR


def list_heads(found, x):
    """What outputs say of each token, one array like `x` each, even if one output has both."""
    for output in found:
        if output.size % x.size:
            raise CriterionFailed("a number for each token", f"an output of the shape {output.shape}")
    return [head for output in found for head in np.moveaxis(output.reshape(*x.shape, -1), -1, 0)]


@criterion("heads", points=2, hint="From which numbers does a score come? What happens to it before the softmax?")
def test_scores_of_one_layer(student):
    """The score of a token comes from its own numbers, by one Dense layer without activation."""
    _, found, table = ask_heads(student, make_encoder(student, X), X)
    for output in list_heads(found, X):
        ways = [np.log(np.maximum(output, 1e-6))]
        if np.abs(output.sum(axis=1) - 1).max() > NEAR:  # another criterion tells of that
            inside = np.clip(output, 1e-6, 1 - 1e-6)
            ways += [output, np.log(inside / (1 - inside))]
        if not any(is_linear(way, table[X]) for way in ways):
            raise CriterionFailed("scores that one Dense layer makes of the numbers of each token", "others")


@criterion("heads", points=1, hint="Do both heads have a Dense layer of their own?")
def test_two_heads(student):
    """The two heads have weights of their own: they can say different things."""
    _, found, _ = ask_heads(student, make_encoder(student, SHORT), SHORT)
    found = np.array(list_heads(found, SHORT))
    scores = np.log(np.maximum(found, 1e-6))
    scores = (scores - scores.mean(axis=2, keepdims=True)).reshape(len(found), -1)
    alike = abs(scores[0] @ scores[-1]) > 0.999 * np.linalg.norm(scores[0]) * np.linalg.norm(scores[-1])
    if np.ptp(found[0]) > NEAR and alike:
        raise CriterionFailed("two outputs that can say different things", "outputs from the same scores")


@criterion("heads", points=1, hint="Is it the given encoder that stands below your heads? Does it learn with them?")
def test_the_encoder_learns(student):
    """The heads stand on the encoder that was given, and it learns with them."""
    encoder = make_encoder(student, SHORT)
    reader, found, table = ask_heads(student, encoder, SHORT)
    before = as_left(encoder).weights
    if not any(array.shape == table.shape and np.abs(array - table).max() < NEAR for array in before):
        raise CriterionFailed("the encoder that was given, below the heads", "another one")
    if np.ptp(found[0]) < NEAR:
        return  # another criterion tells of outputs that say nothing
    reader.compile(optimizer="sgd", loss="mse")
    wanted = [np.resize(np.eye(6)[SHORT[:, 0] % 6], output.shape) for output in found]
    reader.fit(SHORT, wanted if len(wanted) > 1 else wanted[0], epochs=1, verbose=0)
    if all(np.array_equal(one, other) for one, other in zip(before, as_left(encoder).weights, strict=True)):
        raise CriterionFailed("an encoder that changes when the network learns", "it stays as it was")


def assert_best(student, p, q, parts, longest, unchanged=False):
    """Assert that a legal pair is chosen, and that none is better."""
    p, q, parts = given = np.array(p, float), np.array(q, float), np.array(parts)
    if unchanged:
        found = call_unchanged(student, "choose_span", *given, longest)
    else:
        found = student.choose_span(*given, longest)
    if found is None:
        raise CriterionFailed("a pair of tokens", "None")
    first, last = as_pair(found, "choose_span(…)")
    if not (0 <= first < len(p) and 0 <= last < len(p)):
        raise CriterionFailed(f"two tokens of a row of {len(p)}", f"{first} and {last}")
    best, chosen = -1.0, None
    for i in range(len(p)):
        for j in range(i, min(i + longest, len(p))):
            if parts[i] == parts[j] == 1 and p[i] * q[j] > best:
                best, chosen = p[i] * q[j], (i, j)
    told = f"{chosen}, with {p[chosen[0]]:.3g} · {q[chosen[1]]:.3g} = {best:.3g}"
    here = f"({first}, {last})"
    if first > last:
        raise CriterionFailed(told, f"{here}: the last token is before the first")
    if parts[first] != 1 or parts[last] != 1:
        raise CriterionFailed(told, f"{here}, which is not in the story: the parts are {parts.tolist()}")
    if last - first >= longest:
        raise CriterionFailed(told, f"{here}: that is {last - first + 1} tokens, and at most {longest} are allowed")
    if p[first] * q[last] < best * (1 - 1e-6):
        raise CriterionFailed(told, f"{here}, with {p[first]:.3g} · {q[last]:.3g} = {p[first] * q[last]:.3g}")


# The example of the text.
P, Q = [0.1, 0, 0.5, 0.4, 0], [0, 0.6, 0, 0.1, 0.3]


@criterion("span", points=2, hint="Write down all legal pairs of the example, with their products.")
def test_a_span_on_paper(student):
    """In the example of the text, tokens 2 and 4 are the best pair: 0.5 · 0.3."""
    assert_best(student, P, Q, [1] * 5, 5)
    assert_best(student, [0.2, 0.7, 0.1], [0.05, 0.15, 0.8], [1] * 3, 3)


@criterion("span", points=1, hint="Which pairs may you look at? Compare the places of the two tokens.")
def test_the_end_is_not_before_the_start(student):
    """The last token is never before the first, and may be the same token."""
    assert_best(student, [0.05, 0.05, 0.9], [0.9, 0.06, 0.04], [1] * 3, 3)
    assert_best(student, [0.3, 0.1, 0.6, 0], [0.1, 0.7, 0.2, 0], [1] * 4, 4)
    assert_best(student, [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [1] * 3, 2)


@criterion("span", points=1, hint="How many tokens are there from 3 to 5, both of them counted?")
def test_the_length_is_bounded(student):
    """An answer has at most `longest` tokens, both ends counted; so many it may have."""
    p, q = [0.7, 0.1, 0.12, 0.08], [0.05, 0.05, 0.2, 0.7]
    for longest in (2, 3, 1, 4):
        assert_best(student, p, q, [1] * 4, longest)


@criterion("span", points=1, hint="Which tokens are the story's? Look at the parts, not at the places.")
def test_only_in_the_story(student):
    """Both tokens are in the story, however probable others are; the arrays stay as they are."""
    parts = [0, 0, -1, 1, 1, 1, -1, -1]
    p = [0.3, 0.2, 0.05, 0.05, 0.15, 0.1, 0.05, 0.1]
    assert_best(student, p, [0.1, 0.35, 0.1, 0.02, 0.08, 0.1, 0.05, 0.2], parts, 8)
    assert_best(student, p, [0.05, 0.05, 0.1, 0.02, 0.03, 0.05, 0.3, 0.4], parts, 8)
    p, q = [0.1, 0.05, 0.2, 0.15, 0.1, 0.2, 0.2], [0.05, 0.2, 0.05, 0.1, 0.3, 0.2, 0.1]
    assert_best(student, p, q, [0, -1, 1, 1, -1, -1, -1], 4, unchanged=True)
    p, q = [0.04] * 24 + [0.01, 0.02, 0.01, 0], [0.04] * 24 + [0.01, 0, 0.01, 0.02]
    assert_best(student, p, q, [0] * 24 + [-1, 1, 1, 1], 5)
    assert_best(student, [0.4, 0.6, 0, 0, 0], [0.7, 0.3, 0, 0, 0], [0, 0, -1, 1, 1], 2)


@criterion("span", points=1, hint="What does the text compare: a sum, or a product? And what if all numbers are small?")
def test_the_greatest_product(student):
    """The product counts, also if all probabilities are tiny."""
    assert_best(student, [0.6, 0.02, 0.3, 0.04, 0.02, 0.02], [0.02, 0.04, 0.02, 0.25, 0.04, 0.63], [1] * 6, 2)
    assert_best(student, [0.5, 0.02, 0.04, 0.03, 0.4, 0.01], [0.02, 0.02, 0.02, 0.02, 0.05, 0.87], [1] * 6, 2)
    assert_best(student, [5e-9, 2e-9, 1e-9, 4e-9], [1e-9, 3e-9, 6e-9, 2e-9], [1] * 4, 3)


def assert_overlap(student, found, true, expected):
    """Assert how far two answers agree."""
    assert_close(student.overlap(found, true), expected, f"overlap({found!r}, {true!r})")


@criterion("overlap", points=1, hint="Count the words of both answers, and those that they share.")
def test_overlap_on_paper(student):
    """“cellar” and “wine cellar” overlap by 2/3, and the same answer by 1."""
    assert_overlap(student, "cellar", "wine cellar", 2 / 3)
    assert_overlap(student, "old wine cellar", "old wine cellar", 1)
    assert_overlap(student, "in one small attic", "attic", 2 / 5)


@criterion("overlap", points=1, hint="How often is each word in the one answer, and how often in the other?")
def test_words_that_occur_twice(student):
    """A word counts as often as it is in both answers."""
    assert_overlap(student, "the room by the window", "the room", 4 / 7)
    assert_overlap(student, "the hall", "the end of the hall", 4 / 7)
    assert_overlap(student, "the room under the stairs", "the shelf under the big table", 6 / 11)


@criterion("overlap", points=1, hint="What if no word is shared, or none was found? And which words are the same?")
def test_unusual_answers(student):
    """No shared words give 0; white space does not matter; capitals, signs and pieces do."""
    assert_overlap(student, "attic", "hall", 0)
    assert_overlap(student, "", "long hall", 0)
    assert_overlap(student, "   ", "hall", 0)
    assert_overlap(student, "  long   hall\n", "hall long", 1)
    assert_overlap(student, "Hall of fame", "hall of fame", 4 / 6)
    assert_overlap(student, "cell", "cellar", 0)
    assert_overlap(student, "wine-cellar", "wine cellar", 0)


@criterion("trained", points=3, hint="How many answers come back letter by letter in section 2? Did the lesson end?")
def test_marks_exact_answers(student, thresholds, credit):
    """In 90 % of other stories, the saved reader marks exactly the answer."""
    credit.within(share_of_spans(student, rooms.draw_stories(250, seed=461), LENGTH), thresholds, "exact")


@criterion("trained", points=1, hint="Which place of the answer do your labels mean, if its words stand there twice?")
def test_finds_the_right_place(student, thresholds, credit):
    """Where others are said to be in the same room, it marks the right place in 85 %."""
    stories = [story for story in rooms.draw_stories(900, seed=462) if story.text.count(story.answer) > 1]
    credit.within(share_of_spans(student, stories[:150], LENGTH), thresholds, "place")
