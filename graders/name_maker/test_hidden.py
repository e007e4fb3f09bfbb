"""The hidden criteria of `name_maker`: any signs and sizes, whole names by chance, real names."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_texts,
    as_tuple,
    assert_apart,
    assert_close,
    assert_drawn,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    recurrent,
    share,
)

WEIGHTS = ("the kernel", "R", "b", "H", "c")
SIZES = [
    pytest.param(27, 5, id="27 signs, 5 units"),
    pytest.param(6, 8, id="6 signs, 8 units"),
    pytest.param(3, 1, id="3 signs, 1 unit"),
]


def signs_of(count):
    """So many signs, in an order that means nothing."""
    letters = np.random.default_rng(count).permutation(list("abcdefghijklmnopqrstuvwxyz"))
    return "\n" + "".join(letters[: count - 1])


def names_of(signs, count, seed=1):
    """Names of one to nine letters, in an order that means nothing."""
    rng = np.random.default_rng([len(signs), seed])
    return ["".join(rng.choice(list(signs[1:]), length)) for length in rng.integers(1, 10, count)]


def weights_of(signs, units, seed=0):
    """Weights that are not small."""
    rng = np.random.default_rng([signs, units, seed])
    return [rng.normal(0, 0.7, shape) for shape in [(signs, units), (units, units), (units,), (units, signs), (signs,)]]


def numbers(name, signs):
    """The right `encode`."""
    import numpy as np

    row = [0, *(signs.index(letter) for letter in name), 0]
    return np.array(row[:-1]), np.array(row[1:])


def cut(slopes, bound):
    """The right `clip`."""
    import numpy as np

    for part in slopes:
        np.clip(part, -bound, bound, out=part)


def cut_and_return(slopes, bound):
    """The right `clip`, for a student whose own returns something."""
    import numpy as np

    for part in slopes:
        np.clip(part, -bound, bound, out=part)
    return slopes


def step(weights, name, signs, rate, bound):
    """The right `one_step`."""
    import numpy as np

    from proctor.recurrent import loss_and_slopes

    row = [0, *(signs.index(letter) for letter in name), 0]
    loss, slopes = loss_and_slopes(weights, row[:-1], row[1:])
    return [part - rate * np.clip(slope, -bound, bound) for part, slope in zip(weights, slopes, strict=True)], loss


def with_weights(found, what, other):
    """The weights and the other part of a pair, even if swapped: a public criterion tells."""
    first, second = as_tuple(found, what, ("the weights", other))
    swapped = isinstance(second, (list, tuple)) and len(second) == 5 and np.ndim(second[0]) == 2
    return (second, first) if swapped else (first, second)


def as_weights(found, like):
    """The student's five arrays, which must have the shapes of these."""
    parts = as_tuple(found, "the weights", WEIGHTS)
    for part, right, name in zip(parts, like, WEIGHTS, strict=True):
        assert_shape(part, right.shape, name)
    return [as_array(part, name) for part, name in zip(parts, WEIGHTS, strict=True)]


def assert_weights(found, expected):
    """Assert that the student's five arrays are these."""
    for part, right, name in zip(as_weights(found, expected), expected, WEIGHTS, strict=True):
        assert_close(part, right, name, rtol=1e-4, atol=1e-5)


@criterion("encode", points=1, hint="Use the signs that are given, in their order, whichever they are.")
@pytest.mark.parametrize("signs, _units", SIZES)
def test_any_name(student, signs, _units):
    """Names of any length become numbers, for any signs."""
    signs = signs_of(signs)
    for name in names_of(signs, 6):
        found = as_tuple(student.encode(name, signs), "encode(...)", ("heard", "following"))
        if as_array(found[1], "following")[0] == 0:  # swapped is told by a public criterion
            found = found[::-1]
        for row, right, what in zip(found, numbers(name, signs), ("heard", "following"), strict=True):
            assert_close(row, right, what)


def clip_and_look(clip, slopes, bound):
    """Runs in the student's process: the arrays, the list, and what came back."""
    held = list(slopes)
    found = clip(slopes, bound)
    return held, list(slopes), found


@criterion("clip", points=1, hint="Any number of arrays, of any shapes, and any bound.")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("bound", [0.02, 1, 3.5, 40.0])
def test_any_slopes(student, bound, dtype):
    """Slopes of any shapes are clipped at any bound, and those within stay exactly as they are."""
    rng = np.random.default_rng(2)
    for shapes in ([(3, 2), (5,), (2, 2, 3)], [(40, 7)], [(1,), (9, 1), (1, 4), (6,), (3, 3), (2,)]):
        slopes = [rng.normal(0, 2, size).astype(dtype) for size in shapes]
        expected = [np.minimum(np.maximum(given, -bound), bound) for given in slopes]
        ways = share(student, clip_and_look)(student.clip, [given.copy() for given in slopes], bound)
        arrays = ways[0]
        for way in ways:
            if isinstance(way, (list, tuple)) and len(way) == len(slopes):
                arrays = [as_array(part, "an array of slopes") for part in way]
                if any(not np.array_equal(part, old) for part, old in zip(arrays, slopes, strict=True)):
                    break
        for part, right in zip(arrays, expected, strict=True):
            assert_close(part, right, "the clipped slopes", rtol=1e-6, atol=1e-7)


def chances_of_names(weights, signs, limit):
    """Every name that can be made within the limit, and its probability."""
    found, open_names = {}, [("", 0, np.zeros(len(weights[2])), 1.0)]
    for turn in range(limit):
        going_on = []
        for text, sign, state, chance in open_names:
            probabilities, after = recurrent.hear(weights, sign, state)
            for number, probability in enumerate(probabilities):
                name = text + signs[number], number, after, chance * probability
                if number == 0 or turn == limit - 1:
                    found[name[0]] = name[3]
                else:
                    going_on.append(name)
        open_names = going_on
    return found


def draw_many(sample, weights, signs, limit, seed, count):
    """Runs in the student's process: names that are drawn with one generator."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [sample(weights, signs, rng, limit) for _ in range(count)]


@criterion("sample", points=2, hint="At each step: hear the sign drawn last and the last state, and draw once.")
@pytest.mark.parametrize("signs, units, limit, spread", [(3, 4, 3, 1.0), (4, 2, 2, 0.7)])
def test_whole_names_by_chance(student, signs, units, limit, spread):
    """In 4,000 draws, each name comes about as often as the network's probabilities say."""
    letters, weights = signs_of(signs), [spread * part for part in weights_of(signs, units, 3)]
    given = student.sample, weights, letters, limit, 77, 4000
    found = as_texts(share(student, draw_many)(*given), "the names")
    chances = chances_of_names(weights, letters, limit)
    often = Counter(name.rstrip("\n") if len(name.rstrip("\n")) < limit else name for name in found)
    assert_drawn(often, {name.rstrip("\n"): chance for name, chance in chances.items()}, "the name")


def returns_something(clip):
    """Runs in the student's process: whether `clip` gives something back."""
    import contextlib

    import numpy as np

    with contextlib.suppress(Exception):  # what is wrong with it is told by the criteria on `clip`
        return clip([np.array([2.0])], 1.0) is not None
    return False


@criterion("one_step", points=1, hint="Try other names, signs, rates and bounds.")
@pytest.mark.parametrize("bound", [0.01, 0.2, 1e6])
@pytest.mark.parametrize("signs, units", SIZES)
def test_any_step(student, signs, units, bound):
    """The step is right for networks of any size, and any name, rate and bound."""
    letters, weights = signs_of(signs), weights_of(signs, units)
    returned = share(student, returns_something)(student.clip)

    def judge(_):
        for name, rate in zip(names_of(letters, 3, 2), (0.01, 0.7, 3.0), strict=True):
            found = student.one_step([np.array(part) for part in weights], name, letters, rate, bound)
            new, loss = with_weights(found, "one_step(...)", "the loss")
            expected, lost = step(weights, name, letters, rate, bound)
            assert_close(loss, lost, "the loss", rtol=1e-4)
            assert_weights(new, expected)

    stand_ins = {"encode": numbers, "clip": cut_and_return if returned else cut}
    assert_apart(student, "one_step", stand_ins, judge)


def teach(train, weights, names, signs, rate, bound, passes, seed):
    """Runs in the student's process: the weights and losses after a training."""
    import numpy as np

    return train(weights, names, signs, rate, bound, passes, np.random.default_rng(seed))


@criterion("train", points=1, hint="Each pass: all names once. Use all that is given, and the losses of all passes.")
@pytest.mark.parametrize("passes, bound", [(1, 0.05), (2, 0.3)])
def test_any_training(student, passes, bound):
    """For other names, signs and sizes, weights and losses are those of one order of the names."""
    signs, start = signs_of(6), weights_of(6, 3)
    names = ["".join(signs[place] for place in row) for row in ([2, 5, 1], [4], [3, 3])]

    def judge(_):
        given = [np.array(part) for part in start], list(names), signs, 0.8, bound, passes, 4
        found = with_weights(share(student, teach)(student.train, *given), "train(...)", "the losses")
        assert_shape(found[1], (passes,), "the losses")
        parts = [
            as_array(part, what) for part, what in zip(as_tuple(found[0], "the weights", WEIGHTS), WEIGHTS, strict=True)
        ]
        for part, old, what in zip(parts, start, WEIGHTS, strict=True):
            assert_shape(part, old.shape, what)
        ways = [(start, [])]
        for _ in range(passes):
            after = []
            for weights, losses in ways:
                for order in itertools.permutations(names):
                    new, lost = weights, []
                    for name in order:
                        new, loss = step(new, name, signs, 0.8, bound)
                        lost.append(loss)
                    after.append((new, [*losses, np.mean(lost)]))
            ways = after
        gaps = [max(abs(a - b).max() for a, b in zip(parts, way[0], strict=True)) for way in ways]
        expected, losses = ways[int(np.argmin(gaps))]
        assert_weights(parts, expected)
        assert_close(found[1], losses, "the losses", rtol=1e-4)

    assert_apart(student, "train", {"one_step": step}, judge)


@criterion("names", points=2, hint="Train in the notebook for a few passes: does the loss fall from 3.3 to below 2.5?")
def test_learns_how_names_sound(student, thresholds, credit):
    """From 400 names of the list, a network learns so much that names it has never heard surprise
    it less, by a quarter."""
    signs, start = signs_of(27), recurrent.begin(27, 30, seed=9)

    def judge(apart):
        heard = datasets.load("creature_names")[::3][:400]
        given = start, heard, signs, 0.08, 0.05, 5, 10
        found = with_weights(share(student, teach)(student.train, *given), "train(...)", "the losses")
        weights = [
            as_array(part, what) for part, what in zip(as_tuple(found[0], "the weights", WEIGHTS), WEIGHTS, strict=True)
        ]
        for part, old, what in zip(weights, start, WEIGHTS, strict=True):
            assert_shape(part, old.shape, what)
        unheard = datasets.load("creature_names", split="test")
        loss = np.mean([recurrent.loss_and_slopes(weights, *numbers(name, signs))[0] for name in unheard])
        credit.within(float(loss) / math.log(27), thresholds, "fall")
        if credit.fraction < 1 and not apart:
            raise CriterionFailed(credit.expected, credit.found)

    assert_apart(student, "train", {"one_step": step}, judge)


@criterion("shares", points=1, hint="Count over all samples, and use the known names that are given.")
@pytest.mark.parametrize("signs, count", [(3, 40), (6, 7), (27, 1)])
def test_any_shares(student, signs, count):
    """Both shares are right for any samples, and nothing is changed."""
    letters = signs_of(signs)
    names = names_of(letters, count, 5)
    samples = [name[:3] + "\n" * (place % 3 != 1) for place, name in enumerate(names)]
    known = sorted({name[:3] for name in names[::2]}, reverse=True)
    found = call_unchanged(student, "shares", samples, known)
    parts = as_tuple(found, "shares(...)", ("ended", "copied"))
    ended = [sample[:-1] for sample in samples if sample[-1] == "\n"]
    right = [sum(name in known for name in ended) / count, len(ended) / count]
    found = sorted(float(as_array(part, "a share")) for part in parts)  # swapped is told by a public criterion
    assert_close(found, right, "copied and ended")
