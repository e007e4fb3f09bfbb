"""The hidden criteria of `read_the_curves`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_choice,
    assert_close,
    assert_ends_by_patience,
    assert_keeps_best,
    call_unchanged,
    criterion,
    crossentropy,
    datasets,
    described,
    teach_one_input,
)

CLEAR = 1e-4
"""By how much, as a share, what decides about a history must differ: rounding is far below it."""


def smooth(values, reach=2):
    """The mean of the values that are at most `reach` epochs away."""
    import numpy as np

    values = np.asarray(values, float)
    return np.array([values[max(0, i - reach) : i + reach + 1].mean() for i in range(len(values))])


def begin(history, reach=2, margin=0.05):
    """The first epoch of overfitting, or None."""
    import numpy as np

    def smoothed(name):
        values = np.asarray(history[name], float)
        return np.array([values[max(0, i - reach) : i + reach + 1].mean() for i in range(len(values))])

    loss, val_loss = smoothed("loss"), smoothed("val_loss")
    turn = int(val_loss.argmin())
    return turn + 2 if val_loss[-1] > (1 + margin) * val_loss[turn] and loss[-1] < loss[turn] else None


def judge(history, goal, reach=2, margin=0.05, lately=5):
    """The verdict."""
    if begin(history, reach, margin) is not None:
        return "too much"
    loss, val_loss = smooth(history["loss"], reach), smooth(history["val_loss"], reach)
    falls = val_loss[-1] < (1 - margin) * val_loss[max(0, len(val_loss) - 1 - lately)]
    return "too little" if falls or loss[-1] > goal else "right"


def is_clear(history, reach=2, margin=0.05, goal=None, lately=5):
    """Whether no decision about a history is a close one."""
    loss, val_loss = smooth(history["loss"], reach), smooth(history["val_loss"], reach)
    turn = val_loss.argmin()
    others = np.delete(val_loss, turn)
    earlier = val_loss[max(0, len(val_loss) - 1 - lately)]
    gaps = [val_loss[-1] / val_loss[turn] - 1 - margin, val_loss[-1] / earlier - 1 + margin]
    gaps += [others.min() / val_loss[turn] - 1] if len(others) else []
    gaps += [loss[-1] / loss[turn] - 1] if turn < len(loss) - 1 else []
    gaps += [loss[-1] / goal - 1] if goal else []
    return min(map(abs, gaps)) > CLEAR


def draw_history(seed, epochs, rise=0.0, apart=0.0, speed=0.15, floor=0.3, noise=0.05):
    """Noisy losses; `speed` and the turning point are shares of the epochs."""
    rng, time = np.random.default_rng(seed), np.arange(1, epochs + 1) / epochs
    turn = rng.uniform(0.3, 0.6)
    loss = floor + 2 * np.exp(-time / speed) + apart * np.maximum(time - turn, 0)
    val_loss = loss + rng.uniform(0.05, 0.3) + rise * np.maximum(time - turn, 0)
    shares = 1 + noise * rng.normal(size=(2, epochs)) * [[0.4], [1]]
    return dict(zip(("loss", "val_loss"), ([loss, val_loss] * shares).tolist(), strict=True))


KINDS = {
    "overfits": {"rise": 0.9},
    "overfits late and little": {"rise": 0.25, "noise": 0.01},
    "rises hardly": {"rise": 0.03, "noise": 0.001, "speed": 0.08},
    "rises a little": {"rise": 0.09, "noise": 0.001, "speed": 0.08},
    "only falls": {"speed": 0.7, "noise": 0.001},
    "falls slowly": {"speed": 0.45, "noise": 0.004},
    "has learned nothing": {"floor": 1.9, "speed": 0.05},
    "levels off": {"noise": 0.02},
    "comes apart": {"apart": 2.0, "rise": 0.2},
}


def choose(count, seed, **settings):
    """As many clear histories of each kind."""
    goal = settings.get("goal")
    for number, (name, kind) in enumerate(KINDS.items()):
        found, tried = 0, 0
        while found < count:
            history = draw_history([seed, number, tried], (12, 30, 45, 17)[(seed + number + tried) % 4], **kind)
            tried += 1
            if is_clear(history, **settings):
                found += 1
                yield pytest.param(history, settings, id=f"a history that {name}" + (f", goal {goal}" if goal else ""))


@criterion("smooth", points=1, hint="Try a longer list, and a reach that is larger than half of it.")
@pytest.mark.parametrize("reach", [0, 1, 2, 5, 11])
@pytest.mark.parametrize("count", [1, 2, 9, 30])
def test_any_curve(student, count, reach):
    """Any number of values is smoothed with any reach; the values stay as they are."""
    values = np.random.default_rng([count, reach]).normal(-1, 5, count)
    found = as_array(call_unchanged(student, "smooth", values, reach), "smooth(...)")
    assert_close(found, smooth(values, reach), "smooth(...)", rtol=1e-4, atol=1e-4)
    found = as_array(student.smooth(values[::-1].tolist()), "smooth(...)")
    assert_close(found, smooth(values[::-1], 2), "smooth(...) of a list, with the usual reach,", rtol=1e-4, atol=1e-4)


@criterion("overfits_from", points=2, hint="Go through the three rules again, one by one, with a history of your own.")
@pytest.mark.parametrize(
    "history, settings",
    [*choose(2, 1), *choose(1, 2, reach=0, margin=0.3), *choose(1, 3, reach=5, margin=0.02)],
)
def test_begins_in_any_history(student, history, settings):
    """The first epoch of overfitting is found in any history, with noise, reach and margin."""

    def assert_begins(_):
        expected, found = (
            begin(history, **settings),
            call_unchanged(student, "overfits_from", history, *settings.values()),
        )
        if found is None or expected is None:
            if found is not expected:
                raise CriterionFailed("an epoch" if expected else "None", described(found))
            return
        assert_close(as_array(found, "the epoch"), np.array(expected), "the first epoch of overfitting")

    assert_apart(student, "overfits_from", {"smooth": smooth}, assert_begins)


@criterion("diagnose", points=2, hint="Go through the rules again, in their order, with a history of your own.")
@pytest.mark.parametrize(
    "history, settings",
    [
        *choose(1, 4, goal=0.5),
        *choose(1, 5, goal=0.2),
        *choose(1, 6, goal=1.1, reach=4, margin=0.02, lately=2),
        *choose(1, 7, goal=2.5, reach=1, margin=0.3, lately=9),
    ],
)
def test_any_verdict(student, history, settings):
    """The verdict is right for any history, with any goal, reach, margin and `lately`."""

    def assert_verdict(_):
        expected, found = judge(history, **settings), call_unchanged(student, "diagnose", history, *settings.values())
        if not isinstance(found, str) or found.strip().casefold() != expected:
            raise CriterionFailed(f'"{expected}"', described(found))

    assert_apart(student, "diagnose", {"smooth": smooth, "overfits_from": begin}, assert_verdict)


@criterion("stop_early", points=1, hint="Try large losses, negative ones, a long list, and much patience.")
@pytest.mark.parametrize("patience", [1, 2, 4, 9])
@pytest.mark.parametrize("min_delta", [0.0, 0.25, 3.0])
@pytest.mark.parametrize("level", [-20, 0, 5000])
def test_any_losses(student, level, min_delta, patience):
    """The end and the epoch that is kept are right for any losses, patience and `min_delta`."""
    rng = np.random.default_rng([patience, level + 20])
    for count in (1, 6, 40):
        # Sums of eighths, so that no rounding decides; several of them are equal.
        losses = (level + np.cumsum(rng.integers(-12, 10, count)) / 8).tolist()
        best, kept, last = losses[0], 1, 1
        while last < count and last - kept < patience:
            last += 1
            if losses[last - 1] < best - min_delta:
                best, kept = losses[last - 1], last
        found = call_unchanged(student, "stop_early", losses, patience, min_delta)
        assert_close(
            as_array(as_tuple(found, "stop_early(...)", ("last", "kept")), "last, kept"), [last, kept], "last, kept"
        )


@criterion("train", points=1, hint="Is the patience that of the call?")
def test_any_patience(student):
    """With another patience, the lesson ends in time and keeps the best weights, too."""
    lesson = teach_one_input(student, "train", patience=2, max_epochs=60)
    assert_ends_by_patience(lesson)
    assert_keeps_best(lesson)


@criterion("network", points=2, hint="Did early stopping end your lesson, and bring the best weights back?")
def test_loss_of_fresh_garments(student, thresholds, credit):
    """The saved network has a low loss on garments that it has never seen."""
    images, labels = datasets.load("fashion", split="test")
    fresh = images[:3000].reshape(-1, 784) / np.float32(255), labels[:3000]
    credit.within(crossentropy(student.model, fresh), thresholds, "fresh")


@criterion("answers", points=1, hint="What does dropout do while a network learns, and what when it is asked?")
def test_why_a_validation_loss_is_lower(student):
    """You know why a validation loss can lie below the training loss."""
    wrong = {
        "a": "Nothing is learned from validation pictures: they change no weight.",
        "c": "The goal is a number that you compare with. It changes no loss.",
    }
    assert_choice(student.answers, "below", "b", wrong)


@criterion("answers", points=1, hint="Throw forty dice, and keep the lowest. What would one more throw bring?")
def test_how_honest_the_lowest_loss_is(student):
    """You know what the lowest of many validation losses is worth."""
    wrong = {
        "a": "The epoch was picked because its loss on these pictures came out low. Fresh ones have not picked it.",
        "b": "No weight has learned from them, but the epoch was picked by them, and part of its low loss was luck.",
    }
    assert_choice(student.answers, "honest", "c", wrong)


@criterion("answers", points=1, hint="What does a mistake cost that is made with a confidence of 60 %, and of 99 %?")
def test_how_loss_and_share_differ(student):
    """You know how a loss can rise while the share of right answers stays."""
    wrong = {
        "b": "Both can be right: one counts the mistakes, and the other asks how sure they were.",
        "c": "Then the share that is right would fall.",
    }
    assert_choice(student.answers, "surer", "a", wrong)
