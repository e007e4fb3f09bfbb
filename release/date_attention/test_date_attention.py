"""The public criteria of `date_attention`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_array,
    as_model,
    as_texts,
    as_tuple,
    assert_apart,
    assert_between,
    assert_choices,
    assert_close,
    assert_equal,
    assert_parameters,
    assert_same_layers,
    assert_shape,
    criterion,
    draw_for_parts,
    gru_both_ways,
    gru_step,
    make_block,
)
from proctor.datasets import dates

HALF = 0.01  # half precision is about as precise, for numbers of about 1
HIDDEN, SIGNS, ANSWERS = 16, 1 + len(dates.CHARACTERS), len(dates.ISO_CHARACTERS)


def draw_notes(count, length, width, units):
    """Notes and states of these sizes."""
    draw = np.random.default_rng([count, length, width, units])
    return [draw.normal(0, 1, shape).astype("float32") for shape in ((count, length, width), (count, units))]


NOTES, STATES = draw_notes(3, 7, 6, 5)
TO_READ = np.array([[9, 1, 28, 16, 40, 1, 0], [7, 4, 8, 3, 11, 0, 0], [35, 28, 5, 41, 2, 15, 9], [6, 0, 0, 0, 0, 0, 0]])

SIZES = [
    pytest.param(2, 1, 4, 3, id="a single note for each date"),
    pytest.param(1, 12, 2, 8, id="twelve notes of a single date"),
    pytest.param(9, 4, 15, 2, id="nine dates"),
]


@criterion(
    "numbers", points=1, hint="Which number has a space, the first of `CHARACTERS`? And which one has a capital M?"
)
def test_numbers_of_a_date(student):
    """`3 May` becomes 9, 1, 28, 16, 40."""
    assert_close(as_array(student.to_numbers("3 May", 5), "the numbers"), [9, 1, 28, 16, 40], "the numbers")


@criterion("numbers", points=1, hint="What stands where the text has ended, and how many numbers are there in all?")
@pytest.mark.parametrize("length", [3, 4, 8])
def test_zeros_behind(student, length):
    """Behind the numbers of a text are zeros, until there are as many as asked for."""
    found = as_array(student.to_numbers("1.9", length), "the numbers")
    assert_shape(found, (length,), "the numbers")
    assert_close(found, [7, 3, 15] + [0] * (length - 3), "the numbers")


@criterion("attend", points=2, hint="Along which axis does the softmax go? Print the shapes, and sums of the weights.")
def test_weights_of_a_date(student):
    """The weights have the shape (n, length) and those of a date sum to 1; where all scores are
    alike, each of 4 notes has the weight 1/4."""
    for notes, alike in ((NOTES, False), (NOTES[:, :4], True)):
        found, _ = ask_attend(student, notes, STATES, alike=alike)
        weights = as_array(found[1], "the weights")
        assert_shape(weights, notes.shape[:2], "the weights")
        assert_close(weights.sum(axis=1), np.ones(3), "the sums of the weights of a date", atol=HALF)
        assert_between(weights, 0.0, 1.0, "the weights")
        if alike:
            assert_close(weights, np.full((3, 4), 0.25), "the weights", atol=HALF)


@criterion("attend", points=2, hint="What goes into `parts.hidden`? And what becomes of the scores?")
def test_where_it_looks(student):
    """With numbers that the check gives to the parts, every note has the weight that the text
    describes."""
    found, arrays = ask_attend(student, NOTES, STATES)
    assert_looks(pick(found, NOTES.shape[1], "the weights"), NOTES, STATES, arrays)


@criterion("attend", points=2, hint="Which axis disappears when you add up, and what is added?")
def test_the_context(student):
    """The context has the shape (n, width): every note times its weight, added up over the notes
    of a date."""
    found, arrays = ask_attend(student, NOTES, STATES)
    context = next((each for each in found if each.size == 3 * 6), found[0])  # the order costs another criterion
    assert_shape(context, (3, 6), "the context")
    given = [each.reshape(3, 7) for each in found if each.size == 3 * 7]  # wrong ones cost their own criterion
    assert_context(context, NOTES, STATES, arrays, given)


@criterion("attend", points=1, hint="Which layers have weights in your function? Those in `parts` are all it needs.")
def test_looks_with_the_given_parts(student):
    """Every look uses the layers in `parts`, and no others with weights."""
    assert_shares(student, "attend", 2, HIDDEN * (5 + 6) + HIDDEN + HIDDEN + 1)


@criterion("attend", points=1, hint="Which number of your function should be a size of the notes or of the state?")
@pytest.mark.parametrize("count, length, width, units", SIZES)
def test_any_look(student, count, length, width, units):
    """Looks at any number of notes of any size are right."""
    notes, states = draw_notes(count, length, width, units)
    found, arrays = ask_attend(student, notes, states)
    assert_looks(pick(found, length, "the weights"), notes, states, arrays)
    assert_context(pick(found, width, "the context"), notes, states, arrays)


@criterion("one", points=2, hint="What does the head get: the cell's output, the context, or the state before?")
def test_the_probabilities(student):
    """With numbers that the check gives to the parts, the probabilities are those that the text
    describes, and come first of three."""

    def judge(standing_in):
        found, arrays = ask_one(student, NOTES, STATES, standing_in)
        assert_shape(found[0], (3, ANSWERS), "the first of the three, the probabilities")
        assert_step(found[0], 0, NOTES, STATES, arrays, "the probabilities")

    assert_apart(student, "one_character", {"attend": other_look}, judge)


@criterion("one", points=1, hint="The cell returns two things, and takes two. Which is the state?")
def test_the_new_state(student):
    """The new state is what the cell makes of the context and the old state."""

    def judge(standing_in):
        found, arrays = ask_one(student, NOTES, STATES, standing_in)
        assert_step(pick(found, 5, "the new state"), 2, NOTES, STATES, arrays, "the new state")

    assert_apart(student, "one_character", {"attend": other_look}, judge)


@criterion("one", points=1, hint="Which state does the look use, and what else does `attend` return?")
def test_weights_are_handed_on(student):
    """The weights are those of a look with the state before the step."""

    def judge(standing_in):
        found, arrays = ask_one(student, NOTES, STATES, standing_in)
        assert_step(pick(found, 7, "the weights"), 1, NOTES, STATES, arrays, "the weights")

    assert_apart(student, "one_character", {"attend": other_look}, judge)


@criterion("one", points=1, hint="Which layers have weights in your function? Those in `parts` are all it needs.")
def test_writes_with_the_given_parts(student):
    """Every step uses the layers in `parts`, and no others with weights."""
    cell_and_head = 3 * 5 * (6 + 5 + 2) + ANSWERS * (5 + 1)

    def judge(standing_in):
        looks_too = 0 if standing_in else HIDDEN * (5 + 6) + HIDDEN + HIDDEN + 1
        assert_shares(student, "one_character", 3, looks_too + cell_and_head)

    assert_apart(student, "one_character", {"attend": other_look}, judge)


@criterion("one", points=1, hint="Which number of your function should be a size of the notes or of the state?")
@pytest.mark.parametrize("count, length, width, units", SIZES)
def test_any_step(student, count, length, width, units):
    """Steps with any number of notes of any size are right."""
    notes, states = draw_notes(count, length, width, units)

    def judge(standing_in):
        found, arrays = ask_one(student, notes, states, standing_in)
        for which, (size, what) in enumerate(
            ((ANSWERS, "the probabilities"), (length, "the weights"), (units, "the new state"))
        ):
            assert_step(pick(found, size, what), which, notes, states, arrays, what)

    assert_apart(student, "one_character", {"attend": other_look}, judge)


@criterion("reader", points=1, hint="Two outputs in a list, in the text's order. How many rows has each?")
@pytest.mark.parametrize("length, steps", [(7, 3), (4, 9)])
def test_outputs_of_the_reader(student, length, steps):
    """The reader answers with the probabilities of each step, and with the weights of each look."""

    def judge(_):
        model = as_model(student.build_reader(student.make_parts(6, 5), length, steps), "build_reader(…)")
        numbers = np.arange(2 * length).reshape(2, length) % SIGNS
        answers = as_tuple(
            answer_with(student, model, None, numbers), "the reader's outputs", ("probabilities", "weights")
        )
        for array, size, what in zip(answers, (ANSWERS, length), ("probabilities", "weights"), strict=True):
            assert_shape(array, (2, steps, size), f"the {what}")

    assert_apart(student, "build_reader", {"one_character": other_step}, judge)


@criterion("reader", points=2, hint="Which layers are made in the loop? Use those in `parts`.")
def test_weights_are_counted_once(student):
    """A reader of 5 steps has as many weights as one of 2: those of the five parts."""

    def judge(standing_in):
        count = sum(int(np.prod(shape)) for shape in shapes_of(6, 5, standing_in))
        for steps in (2, 5):
            model = as_model(student.build_reader(student.make_parts(6, 5), 4, steps), "build_reader(…)")
            assert_parameters(model, exactly=count)

    assert_apart(student, "build_reader", {"one_character": other_step}, judge)


@criterion("reader", points=1, hint="Where do the notes come from, and what is the state before the first step?")
def test_the_first_step(student):
    """With numbers that the check gives to the parts, the first character and the first look are
    those that the text describes."""
    assert_apart(student, "build_reader", {"one_character": other_step}, lambda apart: judge_steps(student, apart, 1))


@criterion(
    "reader", points=2, hint="Does the state that a step returns reach the next one? Do all have the same notes?"
)
def test_the_further_steps(student):
    """The same holds for all further characters and looks."""
    assert_apart(student, "build_reader", {"one_character": other_step}, lambda apart: judge_steps(student, apart, 4))


@criterion("reader", points=1, hint="Two readers of the same parts should have the same weights. Do yours?")
def test_reads_with_the_given_parts(student):
    """All readers of the same parts have the same weights: theirs."""

    def judge(_):
        parts = student.make_parts(6, 5)
        one, other = (as_model(student.build_reader(parts, 4, steps), "build_reader(…)") for steps in (2, 3))
        assert_same_layers(one, other)

    assert_apart(student, "build_reader", {"one_character": other_step}, judge)


@criterion("reader", points=1, hint="Which number of your function should be `length`, `steps` or a size of the parts?")
@pytest.mark.parametrize("length, steps, width, units", [(9, 1, 4, 7), (2, 6, 10, 3)])
def test_any_reader(student, length, steps, width, units):
    """Readers of any size are right."""
    numbers = np.random.default_rng(length).integers(0, SIGNS, (5, length))
    assert_apart(
        student,
        "build_reader",
        {"one_character": other_step},
        lambda apart: judge_steps(student, apart, steps, numbers, width, units),
    )


@criterion("texts", points=1, hint="Which probability of a row is the largest, and which character has this place?")
def test_the_most_probable_characters(student):
    """The most probable characters of each row make its text."""
    rows = [[[9, 1, 0], [0, 10, 3]], [[10, 10, 0], [7, 2, 5]], [[4, 6, 8], [1, 1, 1]]]
    found = as_texts(student.to_texts(likely(np.array(rows).reshape(3, 6))), "the texts")
    assert_equal(found, ["9100-3", "--0725", "468111"], "the texts")


@criterion("texts", points=2, hint="Compare whole texts, pair by pair. How many pairs are there?")
@pytest.mark.parametrize(
    "found, right, share",
    [
        (
            ["2019-04-05", "1988-09-24", "1999-08-04", "1979-05-03"],
            ["2009-04-05", "1988-09-24", "1999-08-03", "1979-05-03"],
            0.5,
        ),
        (["1988-09-24", "2009-04-05"], ["2009-04-05", "1988-09-24"], 0),
        (["ab", "cd", "cd", "ef"], ["ab", "cd", "cd", "xf"], 0.75),
    ],
    ids=["a wrong year and a wrong day", "the right ones, but in another order", "three of four"],
)
def test_whole_texts_count(student, found, right, share):
    """A text counts only if it is right from the first character to the last."""
    assert_close(student.exact_match(found, right), share, "the share", atol=1e-6)


@criterion("trained", points=2, hint="Are the checks above green? Then train it again, to the end.")
def test_reads_what_it_learned(student, thresholds, credit):
    """The saved reader reads 85 % of the dates that it learned from."""
    texts, answers = dates.draw_dates(1000, seed=dates.SEED)  # the first of those in the data set
    credit.within(read(student.reader, texts, answers)[0], thresholds, "known")


@criterion("trained", points=2, hint="Draw its maps. Does your look depend on the state?")
def test_its_look_moves(student):
    """The saved reader looks elsewhere for the year than for the day, and elsewhere in another
    date."""
    texts, answers = dates.draw_dates(200, seed=dates.SEED)
    _, maps = read(student.reader, texts, answers)
    assert_close(maps.sum(axis=2), np.ones((200, 10)), "the sums of the weights of a look", atol=HALF)
    assert_between(maps, 0.0, 1.0, "the weights")
    for one, other, what in (
        (maps[:, 2:4], maps[:, 8:10], "how far its looks move from the year to the day"),
        (maps[:, 8:10], np.roll(maps[:, 8:10], 1, axis=0), "how far its looks differ between two dates"),
    ):
        assert_between(float(np.abs(one - other).sum(axis=2).mean() / 2), 0.3, 1.0, what)


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"axis": "abc", "steps": "abc", "order": "abc"})


def shapes_of(width, units, standing_in=False, begins="encoder"):
    """The shapes of a reader's weights, part by part, from one of the parts on."""
    half, three = width // 2, 3 * units
    gru = [(16, 3 * half), (half, 3 * half), (2, 3 * half)]
    encoder, cell = [(SIGNS, 16), *gru, *gru], [(width, three), (units, three), (2, three)]
    hidden, head = [(width + units, HIDDEN), (HIDDEN,), (HIDDEN, 1), (1,)], [(units, ANSWERS), (ANSWERS,)]
    between = {"encoder": [] if standing_in else [*hidden, *cell], "hidden": hidden}
    if begins == "attend":
        return hidden
    if begins == "one":
        return [*([] if standing_in else hidden), *cell, *head]
    return [*encoder, *between["encoder"], *head]


def ask_attend(student, notes, states, alike=False):
    """What `attend` makes of notes and states, and the weights of the two layers."""
    parts = student.make_parts(notes.shape[2], states.shape[1])
    model = make_block(student, "attend", [notes.shape[1:], states.shape[1:]], parts, parts=2)
    mine, arrays = draw_for_parts(model, shapes_of(notes.shape[2], states.shape[1], begins="attend"))
    arrays[3][:] = 0.1  # so that there are scores on both sides of 0
    if alike:
        mine = [0 * each for each in mine]
    return answer_with(student, model, mine, [notes, states]), [array.astype(float) for array in arrays]


def ask_one(student, notes, states, standing_in):
    """What `one_character` makes of notes and states, and the weights of its layers."""
    parts = student.make_parts(notes.shape[2], states.shape[1])
    model = make_block(student, "one_character", [notes.shape[1:], states.shape[1:]], parts, parts=3)
    mine, arrays = draw_for_parts(model, shapes_of(notes.shape[2], states.shape[1], standing_in, "one"))
    return answer_with(student, model, mine, [notes, states]), [array.astype(float) for array in arrays]


def pick(found, size, what):
    """The one of several arrays that has rows of this size, wherever it stands."""
    for array in found:
        if array.size == len(array) * size:
            return array.reshape(len(array), size)
    raise CriterionFailed(f"{what}: {size} numbers for each date", ", ".join(str(array.shape) for array in found))


def softmax(x, axis=-1):
    """Numbers above 0 that sum to 1 along an axis."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def scores_of(notes, states, kernel, bias, last, offset, *_, state_first=False):
    """The score of each note, of shape (n, length)."""
    repeated = np.repeat(states[:, None], notes.shape[1], axis=1)
    both = np.concatenate([repeated, notes] if state_first else [notes, repeated], axis=2)
    return (np.tanh(both @ kernel + bias) @ last + offset)[..., 0]


def looks(*given, state_first=False):
    """The weights of a look, of shape (n, length)."""
    return softmax(scores_of(*given, state_first=state_first), axis=1)


def mix(notes, weights):
    """The context: the notes of each date, weighted and added up."""
    return np.einsum("nl,nlw->nw", weights, notes.astype(float))


def assert_looks(found, notes, states, arrays):
    """Assert that weights are right; the state may stand before or behind the notes."""
    slip = None
    for first in (False, True):
        scores = scores_of(notes, states, *arrays, state_first=first)
        ways = {
            "": softmax(scores, axis=1),
            "weights as if the softmax went over the dates": softmax(scores, axis=0),
            "weights as if the softmax went along an axis of one": np.ones_like(scores),
            "scores as they are, without a softmax": scores,
            "weights as if a sigmoid stood in place of the softmax": 1 / (1 + np.exp(-scores)),
        }
        for told, weights in ways.items():
            if np.abs(found - weights).max() < HALF:
                if not told:
                    return
                slip = slip or told
    few = np.array2string(found.ravel()[:4], precision=3)
    raise CriterionFailed("the weights that the text describes", slip or f"other weights, such as {few}")


def assert_context(found, notes, states, arrays, given=()):
    """Assert that a context is right, or at least what some other weights make of the notes."""
    ways = [looks(notes, states, *arrays, state_first=first) for first in (False, True)]
    for weights in (*ways, *given):
        expected = mix(notes, weights)
        if np.abs(found - expected).max() < HALF * max(1, np.abs(expected).max()):
            return
    assert_close(found, mix(notes, ways[0]), "the context", atol=HALF)


def take_step(notes, state, arrays, state_first=False):
    """What a step returns: with two arrays that of `other_step`, with five one by `other_look`."""
    *hidden, head, offset = arrays
    if not hidden:
        state = 0.7 * state + notes[:, 0, :1] + 0.2
        return softmax(state @ head + offset), notes[..., 0] - state[:, :1], state
    *hidden, kernel, recurrent, bias = hidden
    if hidden:
        weights = looks(notes, state, *hidden, state_first=state_first)
        context = mix(notes, weights)
    else:
        context, weights = other_look(notes, state, None)
    state = gru_step(context, state, (kernel, recurrent, bias))
    return softmax(state @ head + offset), weights, state


def assert_step(found, which, notes, states, arrays, what):
    """Assert that one of the three that a step returns is right."""
    ways = [take_step(notes, states, arrays, first)[which] for first in (False, True)]
    if np.abs(found - ways[1]).max() > HALF:
        assert_close(found, ways[0], what, atol=HALF)


def assert_shares(student, name, results, count):
    """Assert that two calls with the same parts share all weights, and how many these are."""
    parts = student.make_parts(6, 5)
    one, other = (make_block(student, name, [(7, 6), (5,)], parts, parts=results) for _ in range(2))
    assert_parameters(one, exactly=count)
    assert_same_layers(one, other)


def other_look(notes, state, parts):  # noqa: ARG001
    """Stands in for `attend`."""
    return notes[:, 0] - state[:, 1:2] * notes[:, -1], notes[..., 1] * state[:, :1]


def other_step(notes, state, parts):
    """Stands in for `one_character`: a step without a cell."""
    state = 0.7 * state + notes[:, 0, :1] + 0.2
    return parts.head(state), notes[..., 0] - state[:, :1], state


def judge_steps(student, standing_in, steps, numbers=TO_READ, width=6, units=5):
    """Judge what a reader answers, with numbers of ours in its parts."""
    model = as_model(student.build_reader(student.make_parts(width, units), numbers.shape[1], steps), "build_reader(…)")
    mine, arrays = draw_for_parts(model, shapes_of(width, units, standing_in))
    found = answer_with(student, model, mine, numbers)
    arrays = [array.astype(float) for array in arrays]
    problem = None
    for first in (False, True):
        notes, state = gru_both_ways(arrays[0][numbers], arrays[1:4], arrays[4:7]), np.zeros((len(numbers), units))
        rows = []
        for _ in range(steps):
            step = take_step(notes, state, arrays[7:], first)
            rows.append(step[:2])
            state = step[2]
        try:
            for which, what in ((0, "the probabilities"), (1, "the weights")):
                expected = np.stack([row[which] for row in rows], axis=1)
                assert_close(pick_rows(found, expected.shape, what), expected, f"{what} of each step", atol=HALF)
            return
        except CriterionFailed as failed:
            problem = problem or failed
    raise problem


def pick_rows(found, shape, what):
    """The output of this shape, wherever it stands."""
    for array in found:
        if array.shape == shape:
            return array
    raise CriterionFailed(f"{what} in the shape {shape}", ", ".join(str(array.shape) for array in found))


def likely(places):
    """Probabilities of characters, of which those at these places are the largest."""
    draw = np.random.default_rng(5).uniform(0, 0.4, (*places.shape, ANSWERS))
    draw += np.eye(ANSWERS)[places] * 0.5
    return draw / draw.sum(axis=-1, keepdims=True)


def read(reader, texts, answers):
    """The share of texts that a reader reads without a mistake, and its maps."""
    found = as_tuple(
        as_model(reader, "reader").predict(dates.as_numbers(texts)),
        "the reader's outputs",
        ("probabilities", "weights"),
    )
    probabilities, maps = (as_array(each, "an output").astype(float) for each in found)
    assert_shape(probabilities, (len(texts), 10, ANSWERS), "the probabilities")
    assert_shape(maps, (len(texts), 10, dates.LENGTH), "the weights")
    right = np.array([[dates.ISO_CHARACTERS.index(each) for each in answer] for answer in answers])
    return float((probabilities.argmax(axis=2) == right).all(axis=1).mean()), maps
