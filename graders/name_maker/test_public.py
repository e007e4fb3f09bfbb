"""The public criteria of `name_maker`: short names, networks that spell, and one that learns."""

import itertools
import math
from collections import Counter

import numpy as np

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    as_weights,
    assert_all_close,
    assert_apart,
    assert_between,
    assert_close,
    assert_drawn,
    assert_dtype,
    assert_equal,
    assert_shape,
    call_in_place,
    call_unchanged,
    criterion,
    described,
    draw_names,
    fetch,
    find_nearest,
    make_generator,
    make_names,
    recurrent,
    share,
    train_in_every_order,
    write_alike,
)
from proctor.datasets import creature_names

SIGNS = "\nabcdefghijklmnopqrstuvwxyz"


def assert_rows(student, name, signs, expected, ordered):
    """Assert what is heard and what follows, as whole numbers."""
    found = as_tuple(call_unchanged(student, "encode", name, signs), "encode(...)", ("heard", "following"))
    for row, what in zip(found, ("heard", "following"), strict=True):
        assert_dtype(as_array(row, what), "int", what)
        assert_shape(row, (len(name) + 1,), what)
    swapped = not ordered and as_array(found[0], "heard")[0] != 0  # that is told by another criterion
    assert_all_close(found[::-1] if swapped else found, np.array(expected), "encode(...)", ("heard", "following"))


@criterion("encode", points=1, hint="What does the network hear before the first letter? What follows the last?")
def test_a_name_on_paper(student):
    """It hears a line break and the letters, and should expect the letters and a line break."""
    assert_rows(student, "cabb", "\nabc", [[0, 3, 1, 2, 2], [3, 1, 2, 2, 0]], ordered=True)


@criterion("encode", points=1, hint="Which number has a letter in the text `signs`?")
def test_signs_in_any_order(student):
    """The number of a letter is its place in `signs`, whatever their order is."""
    assert_rows(student, "wet", "\nqwzert", [[0, 2, 4, 6], [2, 4, 6, 0]], ordered=False)


WILD = np.array([[-7.0, 3.0, 5.0], [10.0, -5.0, 0.5]])


@criterion("clip", points=1, hint="What is above the bound becomes the bound. And what is below minus the bound?")
def test_cut_at_the_bound(student):
    """At a bound of 4, -7, 3, 5, 10, -5, 0.5 become -4, 3, 4, 4, -4, 0.5; the same at one of 6."""
    for bound, expected in ((4.0, [[-4, 3, 4], [4, -4, 0.5]]), (6.0, [[-6, 3, 5], [6, -5, 0.5]])):
        arrays, _ = call_in_place(student, "clip", [WILD], bound)
        assert_close(arrays[0], np.array(expected), f"the slopes, clipped at {bound:g}")


@criterion("clip", points=1, hint="Does it go through the whole list, to the last array?")
def test_every_array(student):
    """All arrays of the list are clipped, of whatever shapes they are."""
    slopes = [np.array([0.9, -0.2]), np.array([[[0.1], [-0.8]]]), np.array([[-2.0], [0.3], [0.6]]), np.array([7.0])]
    arrays, _ = call_in_place(student, "clip", slopes, 0.5)
    expected = [[0.5, -0.2], [[[0.1], [-0.5]]], [[-0.5], [0.3], [0.5]], [0.5]]
    assert_all_close(arrays, expected, "the slopes", [f"array {number} of the list" for number in (1, 2, 3, 4)])


@criterion("clip", points=2, hint="`a = ...` makes a new array; `a[:] = ...` and `out=a` write into the old one.")
def test_in_place(student):
    """Whoever has the arrays that were given finds the clipped slopes in them."""
    if not call_in_place(student, "clip", [WILD, 3 * WILD.T], 2.0)[1]:
        raise CriterionFailed("the arrays that were given to be changed", "they are as they were")


@criterion("sample", points=2, hint="Are signs drawn with the network's probabilities, all of them, and just these?")
def test_drawn_by_their_probabilities(student):
    """In 3,000 draws, each sign comes about as often as its probability says."""
    for chances in ((0.1, 0.4, 0.05, 0.3, 0.15), (0.45, 0.05, 0.3, 0.2, 0.0)):
        found = draw_names(student, "sample", recurrent.always(*chances), "\nabcd", 1, 5, 3000)
        shares = dict(zip("\nabcd", chances, strict=True))
        assert_drawn(Counter(name[:1] or "\n" for name in found), shares, "the first sign")


@criterion("sample", points=1, hint="What does the network hear next? The sign that was just drawn.")
def test_hears_its_own_sign(student):
    """A network says a, b or c after a line break, d after a, e after b, f after c, and then a line
    break: so it makes “ad”, “be” and “cf”, and no other names."""
    for name in draw_names(student, "sample", recurrent.chain([1, 2, 3], 4, 5, 6, 0, 0, 0), "\nabcdef", 30, 2, 40):
        if name.lstrip("\n").partition("\n")[0] not in ("ad", "be", "cf"):
            raise CriterionFailed("“ad”, “be” or “cf”", described(name))


@criterion("sample", points=1, hint="`hear` returns two things. What does the next step need of them?")
def test_hands_its_state_on(student):
    """A network that has “banana” in its state, whatever letters it hears, makes “banana”."""
    (found,) = draw_names(student, "sample", recurrent.spelling(2, 1, 3, 1, 3, 1, 0, signs=4), "\nabn", 30)
    assert_equal(found.lstrip("\n").partition("\n")[0], "banana", "the name")


@criterion("sample", points=1, hint="The line break is a sign like any other, and the last one.")
def test_ends_with_its_line_break(student):
    """A name has one line break, and that is its last sign."""
    for name in draw_names(student, "sample", recurrent.always(0.4, 0.3, 0.1, 0.2), "\nabc", 90, 3, 60):
        if not name.endswith("\n") or name.count("\n") != 1:
            raise CriterionFailed("a name with a line break at its end, and no other", described(name))


@criterion("sample", points=1, hint="Count the signs. Is the line break one of them?")
def test_stops_at_the_limit(student):
    """No more signs are drawn than the limit says, the line break included."""
    for limit in (1, 2, 13):
        (found,) = draw_names(student, "sample", recurrent.always(0.0, 0.5, 0.5), "\nab", limit)
        assert_equal(len(found), limit, "the number of signs of a name that does not end")
    for most, right in ((4, "dacb"), (5, "dacb\n")):
        (found,) = draw_names(student, "sample", recurrent.chain(4, 3, 0, 2, 1), "\nabcd", most)
        if found.rstrip("\n") != "dacb":
            raise CriterionFailed(f"{right!r} with a limit of {most}", described(found))


@criterion("sample", points=1, hint="Does all chance come from `rng`, and from no generator that is made inside?")
def test_chance_comes_from_the_generator(student):
    """The same seed makes the same names, using a generator again or another seed makes others."""
    weights = recurrent.always(0.0, 0.2, 0.2, 0.2, 0.2, 0.2)
    first, again, other = (draw_names(student, "sample", weights, "\nabcde", 25, seed, 2) for seed in (8, 8, 9))
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


NOTHING = [np.zeros(shape) for shape in [(4, 2), (2, 2), (2,), (2, 4), (4,)]]


def assert_step_apart(student, judge):
    """Judge `one_step` with the functions that it calls, or with others in their place."""
    soft = write_alike(student, "clip", soften, [np.array([2.0])], 1.0)
    assert_apart(student, "one_step", {"encode": made_up_rows, "clip": soft}, judge)


def assert_step(student, name, weights, bound, signs="\nabc", loss=None, moves=None):
    """Assert the loss, or how far the weights are moved at a rate of 2, whatever `encode` does."""

    def judge(apart):
        found = student.one_step([np.array(part) for part in weights], name, signs, 2.0, bound)
        lost, right = loss, moves
        if apart:
            lost, slopes = recurrent.loss_and_slopes(weights, *made_up_rows(name, signs))
            right = [-2 * bound * np.tanh(slope / bound) for slope in slopes]
        if moves is None:
            _, loss_found = as_tuple(found, "one_step(...)", ("the weights", "the loss"))
            assert_close(loss_found, lost, "the loss, the second part,")
        else:
            new, _ = as_weights(found, weights, "one_step(...)", "the loss")
            moved = [part - old for part, old in zip(new, weights, strict=True)]
            steps = [f"the step of {part}" for part in recurrent.PARTS]
            assert_all_close(moved, right, "the steps", steps, rtol=1e-4, atol=1e-6)

    assert_step_apart(student, judge)


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
    assert_step(student, "abba", NOTHING, 10.0, moves=[*NOTHING[:4], np.array([-0.1, 0.3, 0.3, -0.5])])


@criterion("one_step", points=1, hint="First clip the slopes, then multiply by the rate. Which bound was given?")
def test_clipped_before_the_rate(student):
    """If the slopes are clipped at 0.1 there, the step is -0.1, 0.2, 0.2 and -0.2."""
    assert_step(student, "abba", NOTHING, 0.1, moves=[*NOTHING[:4], np.array([-0.1, 0.2, 0.2, -0.2])])


@criterion("one_step", points=1, hint="Are all five arrays moved, each by its own slopes?")
def test_all_five_arrays_move(student):
    """From weights that are not zero, each of the five arrays goes down its own slopes."""
    rng = np.random.default_rng(6)
    weights = [rng.normal(0, 0.7, shape) for shape in [(5, 3), (3, 3), (3,), (3, 5), (5,)]]
    _, slopes = recurrent.loss_and_slopes(weights, np.array([0, 4, 2, 2]), np.array([4, 2, 2, 0]))
    assert_step(student, "daa", weights, 99.0, "\nbacd", moves=[-2 * slope for slope in slopes])


@criterion("one_step", points=1, hint="`w -= ...` writes into the array that was given; `w = w - ...` makes a new one.")
def test_leaves_the_weights(student):
    """The weights that were given stay as they are."""
    weights = recurrent.begin(4, 2, seed=3)
    assert_step_apart(student, lambda _: call_unchanged(student, "one_step", weights, "cab", "\nabc", 0.5, 0.04))


def fold(weights, name, signs, rate, bound):
    """In place of the student's `one_step`: weights in which the order of the names can be seen."""
    return [rate * part + len(name) + bound for part in weights], float(len(name) * len(signs))


def down(weights, name, signs, rate, bound):
    """What one step is, for names of a single letter."""
    place = signs.index(name)
    loss, slopes = recurrent.loss_and_slopes(weights, np.array([0, place]), np.array([place, 0]))
    cut = [np.maximum(-bound, np.minimum(slope, bound)) for slope in slopes]
    return [part - rate * slope for part, slope in zip(weights, cut, strict=True)], loss


def taught(student, weights, names, passes, seed=1, signs="\nbca", rate=0.5, bound=50.0):
    """The weights after a training, and the pair that they came in."""
    rng = make_generator(student, seed)
    found = student.train([np.array(part) for part in weights], list(names), signs, rate, bound, passes, rng)
    return as_weights(found, weights, "train(...)", "the losses")[0], found


@criterion("train", points=1, hint="Which weights does the next step begin with, and the next pass?")
def test_three_passes_with_one_name(student):
    """With one name, three passes are three steps in a row, at the given rate and bound."""

    def judge(apart):
        weights, step = recurrent.begin(4, 2, seed=5), fold if apart else down
        found, _ = taught(student, weights, ["b"], 3, bound=0.1)
        for _ in range(3):
            weights, _ = step(weights, "b", "\nbca", 0.5, 0.1)
        assert_all_close(found, weights, "the weights", recurrent.PARTS, rtol=1e-4, atol=1e-6)

    assert_apart(student, "train", {"one_step": fold}, judge)


@criterion("train", points=1, hint="One number for each pass: the mean of the losses of all its steps.")
def test_the_mean_loss_of_each_pass(student):
    """At a rate of 0 nothing is learned, and the loss of each pass is the mean of the names'."""

    def judge(apart):
        weights, names = recurrent.begin(4, 2, seed=5), ["b", "cc", "b"] if apart else ["c", "a", "c"]
        weights[4] = np.array([0.5, -1.0, 0.0, 2.0])
        _, pair = taught(student, weights, names, 2, rate=0.0)
        _, losses = as_tuple(pair, "train(...)", ("the weights", "the losses"))
        expected = np.mean([(fold if apart else down)(weights, name, "\nbca", 0.0, 50.0)[1] for name in names])
        assert_close(as_array(losses, "the losses"), np.full(2, expected), "the losses", rtol=1e-4)

    assert_apart(student, "train", {"one_step": fold}, judge)


@criterion("train", points=2, hint="A new order for each pass, and in each of them every name once.")
def test_a_new_order_in_each_pass(student):
    """Each pass goes through all names once, in an order of its own, which `rng` decides."""

    def judge(apart):
        start, step, chosen = recurrent.begin(4, 2, seed=5), fold if apart else down, []
        for seed in (1, 2, 3, 4, 5, 6, 1):
            names = ["a", "bb"] if apart else ["a", "b"]
            found, _ = taught(student, start, names, 5, seed, rate=0.9)
            ways = train_in_every_order(start, names, 5, lambda *given: step(*given, "\nbca", 0.9, 50.0))
            nearest, gap = find_nearest(found, ways)
            if not gap < 1e-4:
                raise CriterionFailed("each pass to go through both names once", "weights to which no order leads")
            chosen.append(ways[nearest].orders)
        if len({a == b for orders in chosen for a, b in itertools.pairwise(orders)}) < 2:
            raise CriterionFailed("a new order in each pass, by chance", "one order, or one there and back")
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
        held = share(student, weights), share(student, names)
        student.train(*held, "\nabc", 0.1, 5.0, 2, make_generator(student, 3))
        assert_equal(fetch(held[1]), names, "the names")
        assert_all_close(fetch(held[0]), weights, "the weights that were given", recurrent.PARTS, rtol=0, atol=0)

    assert_apart(student, "train", {"one_step": fold}, judge)


def count_pairs(weights, name, *_):
    """In place of `one_step`: weights of a network that counts which sign follows which."""
    import numpy as np

    row = np.maximum(np.frombuffer(f"\n{name}\n".encode(), np.uint8), 96).astype(int) - 96
    head = np.exp(weights[3])
    np.add.at(head, (row[:-1], row[1:]), 1)
    return [9 * np.eye(*weights[0].shape), 0 * weights[1], 0 * weights[2], np.log(head), 0 * weights[4]], 0.0


def judge_learned(student, credit, measure):
    """Judge the weights of a small network that has heard 300 names, five times each."""
    names, start = creature_names.draw("train")[:300], recurrent.begin(len(SIGNS), 30, 1)

    def judge(apart):
        measure(taught(student, start, names, 5, 1, SIGNS, rate=0.08, bound=0.05)[0], names)
        if credit.fraction < 1 and not apart:
            raise CriterionFailed(credit.expected, credit.found)

    assert_apart(student, "train", {"one_step": count_pairs}, judge)


@criterion("names", points=1, hint="Does the loss fall in your notebook? If not, look at the groups above first.")
def test_the_loss_falls_by_a_quarter(student, thresholds, credit):
    """The loss for names that were never heard falls to three quarters of what it was, or less."""
    texts = [np.frombuffer(f"\n{name}\n".encode(), np.uint8) for name in creature_names.draw("test")[:100]]
    rows = [np.maximum(text, 96).astype(int) - 96 for text in texts]

    def measure(weights, _):
        losses = [recurrent.loss_and_slopes(weights, row[:-1], row[1:])[0] for row in rows]
        credit.within(float(np.mean(losses)) / math.log(len(SIGNS)), thresholds, "fall")

    judge_learned(student, credit, measure)


@criterion("names", points=1, hint="Does `following` end with the line break, so that the network learns of ends?")
def test_names_end(student, thresholds, credit):
    """Four in five of the names that a trained network makes end within 24 signs."""

    def measure(weights, _):
        credit.within(np.mean(["\n" in name for name in make_names(weights, SIGNS, 24, 200)]), thresholds, "ended")

    judge_learned(student, credit, measure)


@criterion("names", points=1, hint="Does `train` go through all names?")
def test_names_are_new(student, thresholds, credit):
    """At most one in ten of the names that a trained network makes is a name that it has heard."""

    def measure(weights, names):
        made = make_names(weights, SIGNS, 24, 200)
        assert_between(len(set(made)), 100, 200, "the number of different names among 200")
        credit.within(float(np.mean([name.rstrip("\n") in names for name in made])), thresholds, "copied")

    judge_learned(student, credit, measure)


KNOWN = ["cab", "x", "ab", "bb"]


def both_shares(student, samples, known):
    """The two shares that the student's function returns; one criterion judges their order."""
    found = as_tuple(call_unchanged(student, "shares", samples, known), "shares(...)", ("ended", "copied"))
    return [as_array(share, name) for share, name in zip(found, ("ended", "copied"), strict=True)]


@criterion("shares", points=1, hint="How many of the five have a line break at their end?")
def test_the_share_that_ended(student):
    """Of five samples, four of which end with a line break, 4/5 ended."""
    assert_close(both_shares(student, ["ab\n", "cab", "b\n", "ab\n", "\n"], KNOWN)[0], 0.8, "ended")


@criterion("shares", points=1, hint="Compare without the line break. Does a name that comes twice count twice?")
def test_the_share_that_was_copied(student):
    """Of ten samples, four of which are a known name, 2/5 were copied."""
    samples = ["ab\n", "b\n", "ab\n", "a\n", "cabb\n", "xab\n", "cab\n", "ba\n", "bb\n", "\n"]
    ended, copied = both_shares(student, samples, KNOWN)
    assert_close(ended if ended == 0.4 else copied, 0.4, "copied")


@criterion("shares", points=1, hint="What ran into the limit is no name yet, so it is no copy. Shares of all samples!")
def test_cut_off_is_not_copied(student):
    """A sample without a line break is no copy, but one of all samples."""
    ended, copied = both_shares(student, ["cab", "abc", "ab\n", "b\n"], KNOWN)
    assert_close(ended if ended == 0.25 else copied, 0.25, "copied")
