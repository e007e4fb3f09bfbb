"""The public criteria of `name_maker`: short names, networks that spell, and one that learns."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_text,
    as_texts,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_drawn,
    assert_dtype,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    recurrent,
    share,
)
from proctor.datasets import creature_names

WEIGHTS = ("the kernel", "R", "b", "H", "c")
SIGNS = "\nabcdefghijklmnopqrstuvwxyz"


def as_weights(found, like):
    """The student's five arrays, which must have the shapes of these."""
    parts = as_tuple(found, "the weights", WEIGHTS)
    for part, right, name in zip(parts, like, WEIGHTS, strict=True):
        assert_shape(part, right.shape, name)
    return [as_array(part, name) for part, name in zip(parts, WEIGHTS, strict=True)]


def assert_weights(found, expected):
    """Assert that the student's five arrays are these."""
    for part, right, name in zip(as_weights(found, expected), expected, WEIGHTS, strict=True):
        assert_close(part, right, name, rtol=1e-4, atol=1e-6)


def with_weights(found, what, other):
    """The weights and the other part of a pair, also if they are swapped."""
    first, second = as_tuple(found, what, ("the weights", other))
    swapped = isinstance(second, (list, tuple)) and len(second) == 5 and np.ndim(second[0]) == 2
    return (second, first) if swapped else (first, second)


def rows(student, name, signs):
    """What is heard and what follows, as arrays of whole numbers."""
    found = as_tuple(call_unchanged(student, "encode", name, signs), "encode(...)", ("heard", "following"))
    for row, what in zip(found, ("heard", "following"), strict=True):
        assert_dtype(as_array(row, what), "int", what)
        assert_shape(row, (len(name) + 1,), what)
    return found


@criterion("encode", points=1, hint="What does the network hear before the first letter? What follows the last?")
def test_a_name_on_paper(student):
    """The network hears a line break and the letters, and should expect the letters and a line
    break."""
    heard, following = rows(student, "cabb", "\nabc")
    assert_close(heard, [0, 3, 1, 2, 2], "heard")
    assert_close(following, [3, 1, 2, 2, 0], "following")


@criterion("encode", points=1, hint="Which number has a letter in the text `signs`?")
def test_signs_in_any_order(student):
    """The number of a letter is its place in `signs`, whatever their order is."""
    heard, following = rows(student, "wet", "\nqwzert")
    if as_array(heard, "heard")[0] != 0:  # swapped is told by the criterion above
        heard, following = following, heard
    assert_close(heard, [0, 2, 4, 6], "heard")
    assert_close(following, [2, 4, 6, 0], "following")


def clip_and_look(clip, slopes, bound):
    """Runs in the student's process: the arrays themselves, the list, and what came back."""
    held = list(slopes)
    found = clip(slopes, bound)
    return held, list(slopes), found


def clipped(student, slopes, bound):
    """The clipped arrays, wherever they are, and whether the arrays themselves were changed."""
    slopes = [np.array(part) for part in slopes]
    held, listed, found = share(student, clip_and_look)(student.clip, slopes, bound)
    for parts in (held, listed, found):
        if isinstance(parts, (list, tuple)) and len(parts) == len(slopes):
            arrays = [as_array(part, "an array of slopes") for part in parts]
            if any(not np.array_equal(part, old) for part, old in zip(arrays, slopes, strict=True)):
                return arrays, parts is held
    return held, False


WILD = np.array([[-7.0, 3.0, 5.0], [10.0, -5.0, 0.5]])


@criterion("clip", points=1, hint="What is above the bound becomes the bound. And what is below minus the bound?")
def test_cut_at_the_bound(student):
    """At a bound of 4, slopes of -7, 3, 5, 10, -5 and 0.5 become -4, 3, 4, 4, -4 and 0.5; at one of
    6, they become -6, 3, 5, 6, -5 and 0.5."""
    for bound, expected in (
        (4.0, [[-4.0, 3.0, 4.0], [4.0, -4.0, 0.5]]),
        (6.0, [[-6.0, 3.0, 5.0], [6.0, -5.0, 0.5]]),
    ):
        arrays, _ = clipped(student, [WILD], bound)
        assert_close(arrays[0], expected, f"the slopes, clipped at {bound:g}")


@criterion("clip", points=1, hint="Does it go through the whole list, to the last array?")
def test_every_array(student):
    """All arrays of the list are clipped, of whatever shapes they are."""
    slopes = [np.array([0.9, -0.2]), np.array([[[0.1], [-0.8]]]), np.array([[-2.0], [0.3], [0.6]]), np.array([7.0])]
    arrays, _ = clipped(student, slopes, 0.5)
    expected = [[0.5, -0.2], [[[0.1], [-0.5]]], [[-0.5], [0.3], [0.5]], [0.5]]
    for number, (found, right) in enumerate(zip(arrays, expected, strict=True), start=1):
        assert_close(found, right, f"array {number} of the list")


@criterion("clip", points=2, hint="`a = ...` makes a new array; `a[:] = ...` and `out=a` write into the old one.")
def test_in_place(student):
    """Whoever has the arrays that were given finds the clipped slopes in them."""
    _, in_place = clipped(student, [WILD, 3 * WILD[0]], 2.0)
    if not in_place:
        raise CriterionFailed("the arrays that were given to be changed", "they are as they were")


def always(*chances):
    """Weights of a network that says the same whatever it has heard: a sign has a chance each."""
    signs, units = len(chances), 3
    logs = np.log(np.maximum(chances, 1e-30))
    return [np.zeros(shape) for shape in [(signs, units), (units, units), (units,), (units, signs)]] + [logs]


def chain(*followers):
    """Weights of a network that says a follower of the sign that it hears, and forgets the rest."""
    one, head = np.eye(len(followers)), np.zeros((len(followers), len(followers)))
    for sign, follower in enumerate(followers):
        head[sign, follower] = 60
    return [10 * one, 0 * one, 0 * one[0], head, 0 * one[0]]


def spelling(*word, signs):
    """Weights of a network that spells a word, by its memory, once it has heard a line break."""
    units = len(word)
    kernel = np.zeros((signs, units))
    kernel[0, 0] = 10
    return [kernel, 10 * np.eye(units, k=1), np.zeros(units), 60 * np.eye(signs)[list(word)], np.zeros(signs)]


def draw_many(sample, weights, signs, limit, seed, count):
    """Runs in the student's process: names that are drawn with one generator."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return [sample(weights, signs, rng, limit) for _ in range(count)]


def draws(student, weights, signs, limit, seed=1, count=1):
    """Names that the student's function draws, one after the other."""
    found = share(student, draw_many)(student.sample, weights, signs, limit, seed, count)
    return [as_text(name, "a name") for name in as_texts(found, "the names")]


@criterion("sample", points=2, hint="Are signs drawn with the network's probabilities, all of them, and just these?")
def test_drawn_by_their_probabilities(student):
    """In 3,000 draws, each sign comes about as often as its probability says."""
    for chances in ((0.1, 0.4, 0.05, 0.3, 0.15), (0.45, 0.05, 0.3, 0.2, 0.0)):
        found = Counter(name[:1] or "\n" for name in draws(student, always(*chances), "\nabcd", 1, 5, 3000))
        assert_drawn(found, dict(zip("\nabcd", chances, strict=True)), "the first sign")


@criterion("sample", points=1, hint="What does the network hear next? The sign that was just drawn.")
def test_hears_its_own_sign(student):
    """A network says a, b or c after a line break, d after a, e after b, f after c, and then a line
    break: so it makes “ad”, “be” and “cf”, and no other names."""
    for name in draws(student, chain([1, 2, 3], 4, 5, 6, 0, 0, 0), "\nabcdef", 30, 2, 40):
        if name.lstrip("\n").partition("\n")[0] not in ("ad", "be", "cf"):
            raise CriterionFailed("“ad”, “be” or “cf”", described(name))


@criterion("sample", points=1, hint="`hear` returns two things. What does the next step need of them?")
def test_hands_its_state_on(student):
    """A network that has “banana” in its state, whatever letters it hears, makes “banana”."""
    (found,) = draws(student, spelling(2, 1, 3, 1, 3, 1, 0, signs=4), "\nabn", 30)
    assert_equal(found.lstrip("\n").partition("\n")[0], "banana", "the name")


@criterion("sample", points=1, hint="The line break is a sign like any other, and the last one.")
def test_ends_with_its_line_break(student):
    """A name has one line break, and that is its last sign."""
    for name in draws(student, always(0.4, 0.3, 0.1, 0.2), "\nabc", 90, 3, 60):
        if not name.endswith("\n") or name.count("\n") != 1:
            raise CriterionFailed("a name with a line break at its end, and no other", described(name))


@criterion("sample", points=1, hint="Count the signs. Is the line break one of them?")
@pytest.mark.parametrize("limit", [1, 2, 13])
def test_stops_at_the_limit(student, limit):
    """No more signs are drawn than the limit says, the line break included."""
    (found,) = draws(student, always(0.0, 0.5, 0.5), "\nab", limit)
    assert_equal(len(found), limit, "the number of signs of a name that does not end")
    for most, right in ((4, "dacb"), (5, "dacb\n")):
        (found,) = draws(student, chain(4, 3, 0, 2, 1), "\nabcd", most)
        if found.rstrip("\n") != "dacb":
            raise CriterionFailed(f"{right!r} with a limit of {most}", described(found))


@criterion("sample", points=1, hint="Does all chance come from `rng`, and from no generator that is made inside?")
def test_chance_comes_from_the_generator(student):
    """The same seed makes the same names again, one generator makes a new name each time, and
    another seed makes others."""
    weights = always(0.0, 0.2, 0.2, 0.2, 0.2, 0.2)
    first, again, other = (draws(student, weights, "\nabcde", 25, seed, 2) for seed in (8, 8, 9))
    if first != again:
        raise CriterionFailed("the same names with the same seed", "others")
    if first[0] == first[1]:
        raise CriterionFailed("a new name when the generator is used again", "the same one")
    if set(first) & set(other):
        raise CriterionFailed("other names with another seed", "the same ones")


def made_up_rows(name, signs):
    """In place of the student's `encode`."""
    import numpy as np

    return np.array([0, len(signs) - 1, 1]), np.array([1, 1, len(name) % len(signs)])


def soften(slopes, bound):
    """In place of the student's `clip`."""
    import numpy as np

    for part in slopes:
        part[...] = bound * np.tanh(part / bound)


def soften_and_return(slopes, bound):
    """In place of a `clip` that returns something."""
    import numpy as np

    for part in slopes:
        part[...] = bound * np.tanh(part / bound)
    return slopes


NOTHING = [np.zeros(shape) for shape in [(4, 2), (2, 2), (2,), (2, 4), (4,)]]


def returns_something(clip):
    """Runs in the student's process: whether `clip` gives something back."""
    import contextlib

    import numpy as np

    with contextlib.suppress(Exception):  # what is wrong with it is told by the criteria on `clip`
        return clip([np.array([2.0])], 1.0) is not None
    return False


def stand_ins(student):
    """What stands in for the functions that `one_step` calls."""
    returned = share(student, returns_something)(student.clip)
    return {"encode": made_up_rows, "clip": soften_and_return if returned else soften}


def assert_step(student, name, weights, bound, signs="\nabc", loss=None, moves=None):
    """Assert the loss, or how far the weights are moved at a rate of 2, whatever `encode` does."""

    def judge(apart):
        given = [np.array(part) for part in weights]
        found = student.one_step(given, name, signs, 2.0, bound)
        new, _ = with_weights(found, "one_step(...)", "the loss")
        if apart:
            expected, slopes = recurrent.loss_and_slopes(weights, *made_up_rows(name, signs))
            right = [-2 * bound * np.tanh(slope / bound) for slope in slopes]
        else:
            expected, right = loss, moves
        if loss is not None:
            assert_close(found[1], expected, "the loss, the second part,")
        if moves is not None:
            moved = [part - old for part, old in zip(as_weights(new, weights), weights, strict=True)]
            for part, move, what in zip(moved, right, WEIGHTS, strict=True):
                assert_close(part, move, f"the step of {what}", rtol=1e-4, atol=1e-6)

    assert_apart(student, "one_step", stand_ins(student), judge)


@criterion("one_step", points=1, hint="`loss_and_slopes` returns two things. Which of them, for which weights?")
def test_the_loss_before_the_step(student):
    """From weights of zeros, the loss of any name is log 4 where there are four signs; with chances
    of 1/2, 1/4, 1/8 and 1/8, that of “ab” is 2 × log 2."""
    assert_step(student, "abba", NOTHING, 10.0, loss=math.log(4))
    weights = [*NOTHING[:4], -math.log(2) * np.array([1.0, 2.0, 3.0, 3.0])]
    assert_step(student, "ab", weights, 10.0, loss=2 * math.log(2))


@criterion("one_step", points=1, hint="Down, not up: which sign has the step? And where does the rate go?")
def test_a_step_on_paper(student):
    """From weights of zeros, the slopes of c for “abba” are 0.05, -0.15, -0.15 and 0.25; at a rate
    of 2, the step is -0.1, 0.3, 0.3 and -0.5."""
    moves = [*(0 * part for part in NOTHING[:4]), np.array([-0.1, 0.3, 0.3, -0.5])]
    assert_step(student, "abba", NOTHING, 10.0, moves=moves)


@criterion("one_step", points=1, hint="First clip the slopes, then multiply by the rate. Which bound was given?")
def test_clipped_before_the_rate(student):
    """If the slopes are clipped at 0.1 there, the step is -0.1, 0.2, 0.2 and -0.2."""
    moves = [*(0 * part for part in NOTHING[:4]), np.array([-0.1, 0.2, 0.2, -0.2])]
    assert_step(student, "abba", NOTHING, 0.1, moves=moves)


@criterion("one_step", points=1, hint="Are all five arrays moved, each by its own slopes?")
def test_all_five_arrays_move(student):
    """From weights that are not zero, each of the five arrays goes down its own slopes."""
    rng = np.random.default_rng(6)
    weights = [rng.normal(0, 0.7, shape) for shape in [(5, 3), (3, 3), (3,), (3, 5), (5,)]]
    _, slopes = recurrent.loss_and_slopes(weights, np.array([0, 4, 2, 2]), np.array([4, 2, 2, 0]))
    assert_step(student, "dbb", weights, 99.0, "\nabcd", moves=[-2 * slope for slope in slopes])


@criterion("one_step", points=1, hint="`w -= ...` writes into the array that was given; `w = w - ...` makes a new one.")
def test_leaves_the_weights(student):
    """The weights that were given stay as they are."""

    def judge(_):
        call_unchanged(student, "one_step", recurrent.begin(4, 2, seed=3), "cab", "\nabc", 0.5, 0.04)

    assert_apart(student, "one_step", stand_ins(student), judge)


def fold(weights, name, signs, rate, bound):
    """In place of the student's `one_step`: weights in which the order of the names can be seen."""
    return [rate * part + len(name) + bound for part in weights], float(len(name) * len(signs))


def down(weights, name, _signs, rate, bound):
    """What one step is, for names of a single letter."""
    place = "\nabc".index(name)
    loss, slopes = recurrent.loss_and_slopes(weights, np.array([0, place]), np.array([place, 0]))
    slopes = [np.maximum(-bound, np.minimum(slope, bound)) for slope in slopes]
    return [part - rate * slope for part, slope in zip(weights, slopes, strict=True)], loss


def teach(train, weights, names, *settings):
    """Runs in the student's process: what came back, and what became of the arguments."""
    import numpy as np

    signs, rate, bound, passes, seed = settings
    return train(weights, names, signs, rate, bound, passes, np.random.default_rng(seed)), weights, names


def taught(student, weights, names, passes, seed=1, signs="\nabc", **settings):
    """The weights and losses after a training, and the pair that they came in."""
    rate, bound = settings.get("rate", 0.5), settings.get("bound", 50.0)
    given = [np.array(part) for part in weights], list(names), signs, rate, bound, passes, seed
    found = share(student, teach)(student.train, *given)[0]
    new, losses = with_weights(found, "train(...)", "the losses")
    return as_weights(new, weights), losses, found


@criterion("train", points=1, hint="Which weights does the next step begin with, and the next pass?")
def test_three_passes_with_one_name(student):
    """With a single name, three passes are three steps, each from the weights of the last one, with
    the rate and the bound that were given."""

    def judge(apart):
        weights = recurrent.begin(4, 2, seed=5)
        found, _, _ = taught(student, weights, ["b"], 3, bound=0.1)
        for _ in range(3):
            weights, _ = (fold if apart else down)(weights, "b", "\nabc", 0.5, 0.1)
        assert_weights(found, weights)

    assert_apart(student, "train", {"one_step": fold}, judge)


@criterion("train", points=1, hint="One number for each pass: the mean of the losses of all its steps.")
def test_the_mean_loss_of_each_pass(student):
    """At a rate of 0 nothing is learned, and the loss of each pass is the mean of the names'."""

    def judge(apart):
        weights, names = recurrent.begin(4, 2, seed=5), ["c", "a", "c"]
        weights[4] = np.array([0.5, -1.0, 0.0, 2.0])
        names = ["b", "cc", "b"] if apart else names
        _, _, pair = taught(student, weights, names, 2, rate=0.0)
        found = as_array(pair[1], "the losses")
        assert_shape(found, (2,), "the losses of two passes")
        step = fold if apart else down
        expected = np.mean([step(weights, name, "\nabc", 0.0, 50.0)[1] for name in names])
        assert_close(found, np.broadcast_to(expected, 2), "the losses", rtol=1e-4)

    assert_apart(student, "train", {"one_step": fold}, judge)


@criterion("train", points=2, hint="A new order for each pass, and in each of them every name once.")
def test_a_new_order_in_each_pass(student):
    """Each pass goes through all names once, in an order of its own, which `rng` decides."""

    def judge(apart):
        start, step, chosen = recurrent.begin(4, 2, seed=5), fold if apart else down, []
        ways = [(start, ())]
        names = ["a", "bb"] if apart else ["a", "b"]
        for _ in range(5):
            after = []
            for weights, past in ways:
                for order in itertools.permutations(names):
                    new = weights
                    for name in order:
                        new, _ = step(new, name, "\nabc", 0.9, 50.0)
                    after.append((new, (*past, order)))
            ways = after
        for seed in (1, 2, 3, 4, 5, 6, 1):
            found, _, _ = taught(student, start, names, 5, seed, rate=0.9)
            gaps = [max(abs(a - b).max() for a, b in zip(found, way, strict=True)) for way, _ in ways]
            if min(gaps) > 1e-4:
                raise CriterionFailed(
                    "the weights after five passes, each through both names once",
                    "weights to which no order of the names leads",
                )
            chosen.append(ways[int(np.argmin(gaps))][1])
        if all(len(set(orders)) == 1 for orders in chosen):
            raise CriterionFailed("a new order in each pass", "the same order in all passes")
        if len(set(chosen)) < 2:
            raise CriterionFailed("other orders with another seed", "the same orders")
        if chosen[-1] != chosen[0]:
            raise CriterionFailed("the same orders with the same seed", "others")

    assert_apart(student, "train", {"one_step": fold}, judge)


@criterion("train", points=1, hint="`rng.shuffle(names)` and `weights[0] = ...` change what was given.")
def test_leaves_names_and_weights(student):
    """The names and the weights that were given stay as they are."""

    def judge(_):
        weights, names = recurrent.begin(4, 2, seed=5), list("abcabcaabbcc")
        _, left, heard = share(student, teach)(student.train, weights, names, "\nabc", 0.1, 5.0, 2, 3)
        assert_equal(heard, names, "the names")
        for part, old, name in zip(left, weights, WEIGHTS, strict=True):
            if not np.array_equal(part, old):
                raise CriterionFailed(f"{name} to stay as it was", "it was changed")

    assert_apart(student, "train", {"one_step": fold}, judge)


def learn(student, seed=1):
    """The weights of a small network that has heard 300 names, five times each."""
    names = creature_names.draw("train")[:300]
    weights = recurrent.begin(len(SIGNS), 30, seed)
    return taught(student, weights, names, 5, seed, SIGNS, rate=0.08, bound=0.05)[0], names


def many_names(weights, count=200, limit=24, seed=1):
    """The texts of many names that a network makes at the same time."""
    kernel, recur, bias, head, head_bias = weights
    rng, states, last = np.random.default_rng(seed), np.zeros((count, len(bias))), np.zeros(count, int)
    columns = []
    for _ in range(limit):
        states = np.tanh(kernel[last] + states @ recur + bias)
        last = np.argmax(states @ head + head_bias + rng.gumbel(size=(count, len(head_bias))), axis=1)
        columns.append(last)
    texts = ("".join(SIGNS[sign] for sign in row) for row in np.stack(columns, axis=1))
    return [before + end for before, end, _ in (text.partition("\n") for text in texts)]


@criterion(
    "names",
    points=1,
    hint="Does the loss fall in your notebook? If not, look at the groups above first.",
)
def test_the_loss_falls_by_a_quarter(student, thresholds, credit):
    """Names that it has never heard surprise a trained network less: its loss is at most three
    quarters of what it was."""
    weights, _ = learn(student)
    losses = []
    for name in creature_names.draw("test")[:100]:
        row = np.maximum(np.frombuffer(f"\n{name}\n".encode(), np.uint8), 96).astype(int) - 96
        losses.append(recurrent.loss_and_slopes(weights, row[:-1], row[1:])[0])
    credit.within(float(np.mean(losses)) / math.log(len(SIGNS)), thresholds, "fall")


@criterion("names", points=1, hint="Does `following` end with the line break, so that the network learns of ends?")
def test_names_end(student, thresholds, credit):
    """Four in five of the names that a trained network makes end within 24 signs."""
    weights, _ = learn(student)
    credit.within(float(np.mean([name.endswith("\n") for name in many_names(weights)])), thresholds, "ended")


@criterion("names", points=1, hint="Does `train` go through all names?")
def test_names_are_new(student, thresholds, credit):
    """At most one in ten of the names that a trained network makes is a name that it has heard."""
    weights, names = learn(student)
    made = many_names(weights)
    assert_between(len(set(made)), 100, 200, "the number of different names among 200")
    credit.within(float(np.mean([name.rstrip("\n") in names for name in made])), thresholds, "copied")


SAMPLES, KNOWN = ["ab\n", "cab", "b\n", "ab\n", "\n"], ["x", "cab", "ab", "bb"]


def both_shares(student, samples, known):
    """The two shares that the student's function returns; one criterion judges their order."""
    found = as_tuple(call_unchanged(student, "shares", samples, known), "shares(...)", ("ended", "copied"))
    return [as_array(share, name) for share, name in zip(found, ("ended", "copied"), strict=True)]


@criterion("shares", points=1, hint="How many of the five have a line break at their end?")
def test_the_share_that_ended(student):
    """Of five samples, four of which end with a line break, 4/5 ended."""
    assert_close(both_shares(student, SAMPLES, KNOWN)[0], 0.8, "ended")


@criterion("shares", points=1, hint="Compare without the line break. Does a name that comes twice count twice?")
def test_the_share_that_was_copied(student):
    """Of five samples, two of which are a known name, 2/5 were copied."""
    ended, copied = both_shares(student, ["ab\n", "b\n", "ab\n", "a\n", "cabb\n"], KNOWN)
    assert_close(ended if ended == 0.4 else copied, 0.4, "copied")


@criterion("shares", points=1, hint="What ran into the limit is no name yet, so it is no copy. Shares of all samples!")
def test_cut_off_is_not_copied(student):
    """A sample without a line break is no copy, but one of all samples."""
    ended, copied = both_shares(student, ["cab", "x", "ab\n", "b\n"], KNOWN)
    assert_close(ended if ended == 0.25 else copied, 0.25, "copied")
