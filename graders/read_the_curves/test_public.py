"""The public criteria of `read_the_curves`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_choices,
    assert_close,
    assert_ends_by_patience,
    assert_keeps_best,
    assert_shape,
    assert_teaches_all,
    call_unchanged,
    criterion,
    crossentropy,
    datasets,
    described,
    pictures,
    teach_one_input,
)

QUESTIONS = {"below": "abc", "honest": "abc", "surer": "abc"}
FALLING = [2.0, 1.5, 1.0, 0.75, 0.5, 0.25]


@pytest.fixture(scope="module")
def lesson(student):
    """A lesson that patience ends."""
    return teach_one_input(student, "train", patience=4, max_epochs=40)


@criterion("smooth", points=1, hint="Take a pencil: which three values belong to the second epoch, which to the third?")
def test_in_the_middle(student):
    """With a reach of 1, each value between the two ends becomes the mean of three."""
    found = smoothed(student, [4.0, 1.0, 7.0, -2.0, 10.0], 1)
    assert_close(found[1:-1], [4.0, 2.0, 5.0], "the smoothed values of the second, third and fourth epoch")


@criterion("smooth", points=1, hint="How many values are there near an end? Divide by as many.")
def test_at_the_ends(student):
    """Near the two ends, the mean is of the values that exist."""
    found = smoothed(student, [4.0, 1.0, 7.0, -2.0, 10.0], 1)
    assert_close(found[[0, -1]], [2.5, 4.0], "with a reach of 1, the first and the last smoothed value")
    found = smoothed(student, [4.0, 1.0, 7.0, 2.0], 3)
    assert_close(found, [3.5] * 4, "four values, smoothed with a reach of 3,")


@criterion("smooth", points=1, hint="Does a slice of yours begin before the first value, or write into the values?")
def test_smooths_nothing_or_all(student):
    """A reach of 0 leaves each value as it is, a very large one makes all of them the mean."""
    values = np.array([3.0, -1.5, 8.0, 0.25, 6.5])
    found = as_array(call_unchanged(student, "smooth", values, 0), "smooth(...)")
    assert_close(found, values, "five values, smoothed with a reach of 0,")
    assert_close(smoothed(student, list(values), 20), [3.25] * 5, "five values, smoothed with a reach of 20,")
    assert_close(smoothed(student, [7], 2), [7.0], "a single value, smoothed with a reach of 2,")


@criterion("overfits_from", points=1, hint="Counted from 1, and the epoch after the turning point.")
@pytest.mark.parametrize(
    "val_loss, epoch", [([2.0, 1.5, 1.0, 1.5, 2.0], 4), ([1.0, 1.5, 2.0, 2.5], 2), ([3.0, 2.0, 2.5, 1.0, 2.0], 5)]
)
def test_the_epoch_after_the_turning_point(student, val_loss, epoch):
    """Overfitting begins with the epoch after the lowest validation loss."""
    assert_begins(student, FALLING, val_loss, 0.25, epoch, near=0)


@criterion("overfits_from", points=1, hint="Several epochs with the same lowest loss: which one is the turning point?")
def test_the_first_of_the_lowest(student):
    """If several epochs have the lowest validation loss, the first of them is the turning point."""
    assert_begins(student, FALLING, [2.0, 1.0, 1.5, 1.0, 1.75], 0.25, 3)
    assert_begins(student, FALLING, [0.5, 0.5, 0.5, 0.5, 1.0], 0.25, 2)


@criterion("overfits_from", points=1, hint="What is a margin of 0.25 if the lowest loss is 2, and what if it is 0.5?")
@pytest.mark.parametrize(
    "val_loss, margin, epoch",
    [
        pytest.param([2.0, 1.0, 1.25], 0.25, None, id="exactly the margin above 1"),
        pytest.param([2.0, 1.0, 1.25], 0.125, 3, id="twice the margin above 1"),
        pytest.param([4.0, 2.0, 2.375], 0.25, None, id="less than a quarter above 2"),
        pytest.param([1.0, 0.5, 0.6875], 0.25, 3, id="more than a quarter above 0.5"),
        pytest.param([2.0, 1.0, 1.3125], 0.25, 3, id="more than a quarter above 1"),
    ],
)
def test_the_margin_is_a_share(student, val_loss, margin, epoch):
    """A rise counts if it is more than `margin`, as a share of the lowest validation loss."""
    assert_begins(student, FALLING, val_loss, margin, epoch)


@criterion("overfits_from", points=1, hint="Which epoch do you compare with the turning point?")
@pytest.mark.parametrize(
    "val_loss", [[3.0, 2.0, 1.0, 0.5], [1.0, 1.0, 1.0], [2.0, 1.0, 2.0, 1.125], [2.0, 1.0, 3.0, 0.75], [1.5]]
)
def test_nothing_where_it_has_not_risen(student, val_loss):
    """Where the validation loss has not risen at the last epoch, the answer is None."""
    assert_begins(student, FALLING, val_loss, 0.25, None)


@criterion("overfits_from", points=1, hint="Compare the training loss at two epochs: which two?")
@pytest.mark.parametrize(
    "loss, epoch",
    [
        pytest.param([2.0, 1.0, 1.5, 2.5], None, id="a training loss that rises with the validation loss"),
        pytest.param([2.0, 1.0, 0.5, 1.0], None, id="a training loss that ends where it was at the turning point"),
        pytest.param([2.0, 1.0, 1.5, 0.75], 3, id="a training loss that ends lower than at the turning point"),
        pytest.param([2.0, 1.0, 0.25, 0.5], 3, id="a training loss that is lower, though it has risen lately"),
    ],
)
def test_the_training_loss_must_be_lower(student, loss, epoch):
    """It is overfitting only if the training loss is lower than at the turning point."""
    assert_begins(student, loss, [2.0, 1.0, 1.5, 2.5], 0.25, epoch)


@criterion("overfits_from", points=1, hint="Are both curves smoothed, with the reach that was given?")
def test_looks_through_the_noise(student):
    """Both curves are smoothed before anything else, and the history stays as it is."""
    history = {"loss": [4.0, 2.0, 1.0, 0.25, 0.5, 0.625], "val_loss": [4.0, 2.0, 1.0, 2.0, 0.75, 4.5]}

    def judge(_):
        found = call_unchanged(student, "overfits_from", history, 1, 0.25)
        assert_epoch(found, 5, f"of {history}, with a reach of 1")

    assert_apart(student, "overfits_from", {"smooth": smooth_by_list}, judge)


@criterion("diagnose", points=1, hint="Which rule comes first? Which arguments does `overfits_from` get?")
@pytest.mark.parametrize("loss", [[2.0, 1.0, 0.5, 0.25], [2.0, 1.75, 1.5, 1.25]])
def test_too_much(student, loss):
    """A network that overfits has learned too much, whatever its training loss is."""
    assert_verdict(student, loss, [4.0, 1.0, 1.75, 2.5], 2, "too much")


@criterion("diagnose", points=1, hint="Which loss is compared with the goal: of which curve, at which epoch?")
@pytest.mark.parametrize(
    "loss, verdict",
    [
        pytest.param([2.0, 0.25, 1.0, 0.75, 0.75], "too little", id="a training loss of 0.75 for a goal of 0.5"),
        pytest.param([2.0, 1.5, 1.0, 0.75, 0.5], "right", id="a training loss of 0.5 for a goal of 0.5"),
        pytest.param([2.0, 1.0, 0.25, 0.125, 0.0625], "right", id="a training loss far below the goal"),
    ],
)
def test_the_goal(student, loss, verdict):
    """Where the validation loss is flat, the goal decides, and the gap does not."""
    assert_verdict(student, loss, [2.0, 1.0, 1.0, 1.0, 1.0], 2, verdict)


@criterion("diagnose", points=1, hint="Work it out for a margin of a quarter: how low must the last loss be?")
@pytest.mark.parametrize(
    "val_loss, verdict",
    [
        ([3.0, 1.0, 1.0, 0.875, 0.625], "too little"),
        ([3.0, 1.0, 1.0, 0.875, 0.75], "right"),
        ([6.0, 2.0, 2.0, 2.0, 1.625], "right"),
        ([3.0, 0.5, 0.5, 0.5, 0.3125], "too little"),
        ([3.0, 1.0, 1.0, 0.6875, 0.8125], "right"),
    ],
)
def test_still_falling(student, val_loss, verdict):
    """A validation loss that still falls by more than the margin, a share, means too little."""
    assert_verdict(student, FALLING, val_loss, 2, verdict, goal=8.0)


@criterion("diagnose", points=1, hint="Count back from the last epoch: which one is `lately` epochs earlier?")
@pytest.mark.parametrize("lately, verdict", [(1, "right"), (2, "too little"), (4, "too little")])
def test_how_far_back(student, lately, verdict):
    """The last epoch is compared with that which is `lately` epochs earlier."""
    assert_verdict(student, FALLING, [3.0, 3.0, 1.0, 0.75, 0.6875], lately, verdict, goal=8.0)
    assert_verdict(
        student, FALLING, [3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 1.0, 0.8125][-4 - lately :], lately, "right", goal=8.0
    )


@criterion("diagnose", points=1, hint="What does a negative index do if the history is shorter than that?")
@pytest.mark.parametrize(
    "val_loss, verdict",
    [
        ([2.0, 1.0], "too little"),
        ([1.0, 0.875], "right"),
        ([2.0, 1.0, 1.0, 0.875, 0.875], "too little"),
        ([1.0], "right"),
    ],
)
def test_short_histories(student, val_loss, verdict):
    """A history that is too short to look 5 epochs back is compared with its first epoch."""
    assert_verdict(student, [0.5, 0.25] * 3, val_loss, 5, verdict, goal=8.0)


@criterion("diagnose", points=1, hint="Are both curves smoothed, with the reach that was given?")
def test_the_verdict_looks_through_the_noise(student):
    """The rules are about the smoothed curves, and the history stays as it is."""
    history = {"loss": [2.0, 1.0, 0.625, 0.25, 0.625], "val_loss": [2.0, 1.0, 1.25, 1.0, 0.6875]}
    assert_apart(
        student,
        "diagnose",
        {"smooth": smooth_by_list, "overfits_from": overfits_by_list},
        lambda _: assert_text(call_unchanged(student, "diagnose", history, 0.5, 1, 0.25, 1), "right", history),
    )


@criterion("stop_early", points=1, hint="Write down, for each epoch, the best so far and how long ago it was.")
@pytest.mark.parametrize(
    "losses, patience, expected",
    [
        ([1.0, 0.5, 0.75, 0.625, 0.25], 2, (4, 2)),
        ([1.0, 0.5, 0.75, 0.25, 0.5], 1, (3, 2)),
        ([2.0, 3.0, 4.0, 5.0, 6.0], 3, (4, 1)),
    ],
)
def test_ends_and_keeps(student, losses, patience, expected):
    """Training ends when `patience` epochs in a row were no improvement, and keeps the best."""
    assert_close(ends_of(student, losses, patience), np.array(expected), f"last, kept of {losses}")


@criterion("stop_early", points=1, hint="Does an improvement start the count anew? What is a loss compared with?")
@pytest.mark.parametrize(
    "losses, expected", [([2.0, 2.5, 1.5, 1.75, 1.0, 1.25, 1.125, 1.5], (7, 5)), ([2.0, 1.0, 1.75, 1.5, 1.25], (4, 2))]
)
def test_in_a_row(student, losses, expected):
    """Only epochs in a row count, and each is compared with the best so far."""
    assert_stop(student, losses, 2, 0.0, expected)


@criterion("stop_early", points=1, hint="What comes back after the loop, when patience never ran out?")
@pytest.mark.parametrize(
    "losses, patience, expected",
    [([300.0, 200.0, 100.0], 2, (3, 3)), ([3.0, 1.0, 2.0, 1.5], 3, (4, 2)), ([1.25], 1, (1, 1))],
)
def test_the_list_ends_first(student, losses, patience, expected):
    """If the list ends first, the last epoch is the end, and the best is kept all the same."""
    assert_stop(student, losses, patience, 0.0, expected)


@criterion("stop_early", points=1, hint="Is an epoch with the same loss an improvement?")
def test_equal_is_no_improvement(student):
    """An epoch with the same loss as the best is no improvement."""
    assert_stop(student, [0.5, 0.5, 0.5, 0.5, 0.5], 3, 0.0, (4, 1))
    assert_stop(student, [2.0, 1.0, 1.5, 1.0, 1.5], 2, 0.0, (4, 2))


@criterion(
    "stop_early",
    points=1,
    hint="With which loss do you compare, and is it `min_delta` below?",
)
@pytest.mark.parametrize(
    "losses, expected",
    [
        ([1.0, 0.875, 0.625, 0.5, 0.25, 0.25, 0.25, 0.25], (7, 5)),
        ([1.0, 0.75, 0.75, 0.75], (3, 1)),
        ([1.0, 0.875, 0.8125, 0.875], (3, 1)),
    ],
)
def test_more_than_min_delta(student, losses, expected):
    """A loss must be below that of the latest improvement by more than `min_delta`."""
    assert_stop(student, losses, 2, 0.25, expected)


@criterion("train", points=2, hint="What is watched, and how patient is it? How many epochs is `fit` asked for?")
def test_ends_when_patience_does(lesson):
    """The lesson ends after four epochs in a row without a lower validation loss."""
    assert_ends_by_patience(lesson)


@criterion("train", points=2, hint="Which argument of EarlyStopping brings the best weights back? Is it True?")
def test_leaves_the_best_weights(lesson):
    """The model is left with the weights of the epoch that had the lowest validation loss."""
    assert_keeps_best(lesson)


@criterion("train", points=1, hint="What becomes of the weights if nobody stops the lesson?")
def test_the_best_weights_at_max_epochs(student):
    """They are those of the best epoch, too, where `max_epochs` ends the lesson."""
    lesson = teach_one_input(student, "train", patience=100, max_epochs=12)
    assert_ends_by_patience(lesson)
    assert_keeps_best(lesson)


@criterion("train", points=1, hint="What does `fit` return, and does it get the validation data?")
def test_returns_the_history(lesson):
    """The History that comes back holds the validation loss of each epoch."""
    record = getattr(lesson.returned, "history", None)
    if not isinstance(record, dict):
        raise CriterionFailed("the History that `fit` returns", described(lesson.returned))
    if "val_loss" not in record:
        known = ", ".join(sorted(str(name)[:40] for name in record)[:6]) or "nothing"
        raise CriterionFailed('a History of every epoch\'s "val_loss"', f"one of {known}")
    losses = lesson.losses[: int(lesson.epochs)]
    assert_close(record["val_loss"], losses, 'History.history["val_loss"]', rtol=1e-3)


@criterion("train", points=1, hint="Does `fit` get all of x and y, and nothing else to learn from?")
def test_teaches_all_of_x_and_y(student):
    """The model learns all of x and y, and all arrays stay as they are."""
    new = pictures.bars(60, (14, 17), seed=8)
    assert_teaches_all(student, "train", (14, 17), x_new=new[0], y_new=new[1], patience=8, max_epochs=8)


@criterion("network", points=1, hint="Are the weights in the file those of the best epoch of your lesson?")
def test_loss_of_the_validating_garments(student, thresholds, credit):
    """The saved network has a low loss on the garments that validated."""
    images, labels = datasets.load("fashion")
    x_new, y_new = images[-2000:-1000].reshape(-1, 784) / np.float32(255), labels[-2000:-1000]
    credit.within(crossentropy(student.model, (x_new, y_new)), thresholds, "validated")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


def smooth_nothing(values, reach=2):
    """Stand in for `smooth` where the reach is 0."""
    import numpy as np

    return np.array(values, float) if reach == 0 else np.full(len(values), np.nan)


def smooth_by_list(values, reach=2):
    """Stand in for `smooth`: the four curves that are used with a reach of 1, smoothed on paper."""
    import numpy as np

    curves = {
        (4.0, 0.25): [3, 7 / 3, 13 / 12, 7 / 12, 11 / 24, 9 / 16],
        (4.0, 2.0): [3, 7 / 3, 5 / 3, 1.25, 29 / 12, 2.625],
        (2.0, 0.25): [1.5, 29 / 24, 0.625, 0.5, 0.4375],
        (2.0, 1.0): [1.5, 17 / 12, 13 / 12, 47 / 48, 27 / 32],
    }
    return np.array(curves[float(values[0]), float(values[3])]) if reach == 1 else np.full(len(values), np.nan)


def overfits_by_list(history, reach=2, margin=0.05):
    """Stand in for `overfits_from`: of the histories used here, those that begin with 4 overfit."""
    return 3 if history["val_loss"][0] == 4.0 and (reach, margin) == (0, 0.25) else None


def smoothed(student, values, reach):
    """What `smooth` returned, of the right length."""
    found = as_array(student.smooth(values, reach), "smooth(...)")
    assert_shape(found, (len(values),), "smooth(...)")
    return found


def assert_epoch(found, expected, name, near=1):
    """Assert that `overfits_from` returned this epoch, or one as `near`; or None."""
    if found is None and expected is None:
        return
    if found is None or expected is None:
        raise CriterionFailed("None" if expected is None else "an epoch", f"{described(found)}, {name}")
    if np.abs(as_array(found, "the epoch") - expected).max() > near:
        raise CriterionFailed(f"epoch {expected}", f"{described(found)}, {name}")


def assert_begins(student, loss, val_loss, margin, expected, near=1):
    """Assert where overfitting begins, without smoothing; one criterion asks for the very epoch."""
    history = {"loss": loss[: len(val_loss)], "val_loss": val_loss}
    assert_apart(
        student,
        "overfits_from",
        {"smooth": smooth_nothing},
        lambda _: assert_epoch(student.overfits_from(history, 0, margin), expected, f"of {history}", near),
    )


def assert_text(found, expected, name):
    """Assert the verdict, whatever its case."""
    if not isinstance(found, str) or found.strip().casefold() != expected:
        raise CriterionFailed(f'"{expected}" for {name}', described(found))


def assert_verdict(student, loss, val_loss, lately, expected, goal=0.5):
    """Assert what `diagnose` says, without smoothing, for a margin of 0.25."""
    history = {"loss": loss[-len(val_loss) :], "val_loss": val_loss}
    assert_apart(
        student,
        "diagnose",
        {"smooth": smooth_nothing, "overfits_from": overfits_by_list},
        lambda _: assert_text(student.diagnose(history, goal, 0, 0.25, lately), expected, history),
    )


def assert_stop(student, losses, patience, min_delta, expected):
    """Assert the pair that `stop_early` returns; how it counts is judged by one criterion alone."""
    shift = (4, 2) - ends_of(student, [4.0, 3.0, 5.0, 6.0, 7.0, 8.0], 2)
    shift[np.abs(shift) > 1] = 0
    found = ends_of(student, losses, patience, min_delta)
    due = expected - shift  # as this function counts
    if (found != due).any():
        raise CriterionFailed(f"last, kept = {tuple(due.tolist())} for {losses}", str(tuple(found.tolist())))


def ends_of(student, *arguments):
    """What `stop_early` returned, as an array."""
    pair = as_tuple(student.stop_early(*arguments), "stop_early(...)", ("last", "kept"))
    found = [as_array(number, name) for number, name in zip(pair, ("last", "kept"), strict=True)]
    for number, name in zip(found, ("last", "kept"), strict=True):
        assert_shape(number, (), name)
    return np.array(found)
