"""The public criteria of `fine_tune`: small networks whose answers can be worked out in NumPy."""

import functools

import numpy as np
import pytest

from proctor import (
    TOWER,
    TOWER_NORMALISATIONS,
    AroundBase,
    CriterionFailed,
    accuracy,
    add_head,
    as_array,
    as_left,
    as_model,
    as_texts,
    as_tuple,
    assert_apart,
    assert_between,
    assert_choices,
    assert_close,
    assert_compiled,
    assert_crossentropy_loss,
    assert_equal,
    assert_keeps_range,
    assert_learns_by_adam,
    assert_leaves_alone,
    assert_mirrors,
    assert_output_shape,
    assert_pools,
    assert_reports,
    assert_spread,
    assert_varies_each_anew,
    call_unchanged,
    criterion,
    datasets,
    layer,
    list_learning,
    make_model,
    make_network_on_tower,
    make_tower,
    moves_of,
    take_one_step,
    turns_of,
    without_warnings,
)

SIDE = 64
MOST_MOVED = 0.4  # kernels move by 0.10 to 0.18 with a tenth of the rate, and several times as far with all of it
LUCK = 0.05  # how much one epoch differs from the next
MAPS = 4
# Pictures of bytes, not square; their largest is not 255.
BYTES = np.random.default_rng(3).integers(8, 248, (24, 2, 3, 3)).astype("float32")
QUESTIONS = {"statistics": "abc", "first": "abc", "logits": "abc"}


@criterion("augmentation", points=1, hint="Which flips does the block make? What does `RandomFlip` do if nobody says?")
def test_mirrors_left_to_right(student):
    """About half of the pictures are mirrored, left to right alone."""
    assert_mirrors(moves_of(student, student.build_augmentation(2), SIDE)[0])


@criterion("augmentation", points=1, hint="In what does `RandomRotation` count, and how many degrees is one of these?")
@pytest.mark.parametrize("turn", [40, 10])
def test_turns_by_degrees(student, turn):
    """With a `turn` of 40, pictures are turned by angles between -40° and 40°."""
    linear, _ = moves_of(student, student.build_augmentation(turn), SIDE)
    assert_spread(turns_of(linear), turn, turn / 20 + 1, "angles, in degrees,")


@criterion("augmentation", points=1, hint="When is it chosen how a picture is varied, and for which pictures?")
def test_anew_for_each_picture(student):
    """Every picture of a batch is varied in its own way, and in another one the next time."""
    assert_varies_each_anew(student, student.build_augmentation(5), SIDE)


@criterion("augmentation", points=1, hint="What else than its layers that move pixels is in the block?")
def test_alone_when_used(student):
    """With training=False nothing changes, and numbers go from 0 to 255 in both modes."""
    assert_leaves_alone(student, student.build_augmentation(5), SIDE)
    assert_keeps_range(student, student.build_augmentation(5), SIDE)


@pytest.fixture(scope="module")
def parts(student):
    """One network for the criteria that do not train it."""
    return AroundBase(student, "build_network")


@criterion("network", points=1, hint="How many units are at the end, and what is applied to what they say?")
def test_ends_in_one_logit(parts):
    """The network ends in one unit without an activation, with a weight for each map and a bias."""
    assert_output_shape(parts.network, (None, 1))
    count = sum(array.size for array in parts.weights)
    assert_equal(parts.network.parameters - count, MAPS + 1, "the head's count of numbers")
    found = as_array(parts.network.predict(BYTES), "the answers")
    if np.abs(found).max() <= 1:
        found = f"only numbers from {found.min():.2g} to {found.max():.2g}"
        raise CriterionFailed("logits, which may be any numbers", found)


@criterion("network", points=2, hint="What does the base get for a byte of 0, and of 255? And what follows behind it?")
def test_from_bytes_to_logit(parts):
    """For bytes from 0 to 255 the network says what the head makes of the base's maps."""
    found = parts.as_logits(parts.network.predict(BYTES))
    assert_pools(found, parts.maps_of(BYTES), *parts.head)


@criterion("network", points=1, hint="What does the block get, and who says in which mode it is?")
def test_block_comes_first(parts):
    """The block gets bytes, and the base what it makes of them; it varies them only in learning."""
    for learns, doing in ((True, "learns"), (False, "is used")):
        parts.notes()
        parts.ask(BYTES, learns)
        got, went_on = parts.notes()
        if len(got) != 1 or len(went_on) != 1:
            raise CriterionFailed("one block and one base behind it", f"{len(got)} and {len(went_on)}")
        shown, varies = got[0]
        if np.shape(shown) != BYTES.shape or np.abs(shown - BYTES).max() > 1:
            raise CriterionFailed("a block that gets bytes", f"one that gets numbers up to {np.max(shown):.3g}")
        if varies is not learns:
            told = "varies pictures" if varies else "does not vary pictures"
            raise CriterionFailed(f"the right mode while the network {doing}", f"a block that {told}")
        expected = BYTES[:, :, ::-1] if learns else BYTES
        if np.corrcoef(np.ravel(went_on[0][0]), expected.ravel())[0, 1] < 0.999:
            raise CriterionFailed("a base that gets what the block makes", "one that gets something else")


@criterion("network", points=1, hint="What drops numbers while the network learns, and where does it stand?")
def test_drops_maps(student):
    """While the network learns, about a fifth of the pooled numbers are dropped."""
    head, bias = 10 * np.eye(MAPS, 1, dtype="float32"), np.ones(1, "float32")
    made = AroundBase(student, "build_network", head, bias)
    found = made.ask(np.repeat(BYTES[3:4], 400, axis=0), True)
    values, counts = np.unique(found.round(2), return_counts=True)
    if len(values) == 1:
        raise CriterionFailed("a number that is dropped in some of 400 answers", "the same answer each time")
    dropped = counts[np.isclose(values, made.head[1], atol=0.01)].sum() / len(found)
    if len(values) > 2 or not dropped:
        raise CriterionFailed("numbers dropped just before the last unit", "some dropped at another place")
    if not 0.1 < dropped < 0.32:
        raise CriterionFailed("about a fifth of the numbers dropped", f"{dropped:.0%}")


@criterion("network", points=1, hint="Which numbers are in `network.trainable_weights`?")
def test_only_the_head_learns(student):
    """For now, training changes the head, and nothing in the base, statistics included."""
    made = AroundBase(student, "build_network")
    changes = take_one_step(student, made.network, BYTES, np.ones((len(BYTES), 1)), "sgd")
    if count := sum(not np.array_equal(a, b) for a, b in zip(made.weights, as_model(made.base).weights, strict=True)):
        raise CriterionFailed("a base that a step of training leaves as it is", f"{count} of 5 arrays changed")
    if not any(np.any(change) for change in changes):
        raise CriterionFailed("a head that a step of training changes", "nothing that changes")


INPUTS = np.array([[1.0, 2.0], [-1.0, 1.0], [2.0, -1.0], [0.5, 0.5], [1.0, 3.0]], "float32")
WEIGHTS = [[[1.0], [-0.5]], [0.25]]  # the logits are 0.25, -1.25, 2.75, 0.5 and -0.25


def compile_one(student, rate=0.02):
    """A network with one unit, as `compile_network` leaves it."""
    model = make_model(student, (2,), layer("Dense", units=1), weights=WEIGHTS)
    student.compile_network(model, rate)
    return model


@criterion("compile", points=2, hint="What does the loss take the network's numbers for, unless you say so?")
def test_loss_of_logits(student):
    """The loss is the crossentropy of logits with labels 0 and 1."""
    assert_crossentropy_loss(compile_one(student), INPUTS)


@criterion("compile", points=1, hint="What is a logit of 0.25: more than a half, or less? Which name has the metric?")
def test_accuracy_of_logits(student):
    """The "accuracy" is the share of labels on the right side of a logit of 0."""
    compiled, labels = as_left(compile_one(student)), np.array([1, 0, 0, 1, 1])
    assert_reports(compiled, (INPUTS, labels), "accuracy")
    found = compiled.evaluate(INPUTS, labels, verbose=0, return_dict=True)["accuracy"]
    assert_close(found, np.array(0.6), 'the "accuracy" of three right answers in five', atol=1e-4)


@criterion("compile", points=1, hint="Which optimizer is it, and which number does it get?")
def test_adam_at_this_rate(student):
    """Adam learns with the rate that is given."""
    for rate in (0.02, 0.003):
        assert_learns_by_adam(student, compile_one(student, rate), INPUTS, rate)


def thawed(student, name, trainable):
    """Which arrays learn once a tower is thawed from a layer on; before, all or none of it was."""
    base = make_tower(student, trainable)
    if not trainable:
        student.thaw_from(base, "end")
    student.thaw_from(base, name)
    return list_learning(student, base)


@criterion("thaw", points=2, hint="Which layers does the cell above list? Is anything else frozen that should learn?")
@pytest.mark.parametrize("name, first", [("blend", 2), ("even", 1), ("bend", 2), ("look", 0), ("end", 4)])
def test_learns_from_there_on(student, name, first):
    """The named layer and all behind it can learn, normalisations aside, whatever was frozen."""
    learning = thawed(student, name, False)
    for late in TOWER[first:]:
        if late not in TOWER_NORMALISATIONS and not all(learning[late]):
            raise CriterionFailed(f"all of {late} to learn after thaw_from(base, {name!r})", "some that does not")


@criterion("thaw", points=1, hint="Which layers are in front of it? What if these were thawed before?")
@pytest.mark.parametrize("name, first", [("blend", 2), ("level", 3), ("kept", 4), ("even", 1)])
def test_nothing_in_front_learns(student, name, first):
    """Nothing in front of the named layer can learn, whether it was thawed before or frozen."""
    for trainable in (True, False):
        learning = thawed(student, name, trainable)
        for early in TOWER[:first]:
            if early not in TOWER_NORMALISATIONS and any(learning[early]):
                raise CriterionFailed(f"{early} to stay as it is after thaw_from(base, {name!r})", "one that learns")


@criterion("thaw", points=2, hint="What is `trainable` of each normalisation, also behind the named layer?")
def test_normalisations_stay(student):
    """A step of training changes nothing in any normalisation: no statistics, factor or shift."""
    for name, trainable in (("look", True), ("blend", False), ("end", True)):
        base = make_tower(student, trainable)
        student.thaw_from(base, name)
        changes = take_one_step(student, add_head(student, base), BYTES / 255, np.ones((len(BYTES), 1)), "sgd")
        parts = zip(("factor", "shift", "mean", "variance"), changes[2:6], changes[8:12], strict=True)
        if changed := [part for part, even, level in parts if np.any(even) or np.any(level)]:
            told = f"normalisations as they were after thaw_from(base, {name!r})"
            raise CriterionFailed(told, f"another {changed[-1]}")


def thaw_two(base, name):
    """Stands in for `thaw_from`, for a tower alone."""
    base.trainable = True
    for each in base.layers:
        each.trainable = each.name in {"blend": ("blend", "end"), "end": ("end",)}[name]


def compile_otherwise(network, rate):
    """Stands in for `compile_network`: the rate is right, the loss is not."""
    import keras

    network.compile(keras.optimizers.Adam(rate), "huber", metrics=["accuracy"])


STANDING_IN = {"thaw_from": thaw_two, "compile_network": compile_otherwise}


def prepared(student, name, rate, learned=False):
    """A network around a tower, and its numbers, before and after `prepare_tuning`."""
    network = make_network_on_tower(student, learned=learned)
    before = network.weights
    student.prepare_tuning(network, network.get_layer("tower"), name, rate)
    return network, before


@criterion("tuning", points=2, hint="When does Keras look up which numbers it may change?")
def test_thawed_layers_learn(student):
    """In a network that has learned with a frozen base, the layers from `name` on learn now."""

    def judge(_):
        for name, first in (("blend", 6), ("end", 12)):
            network, _ = prepared(student, name, 0.05, learned=True)
            changes = take_one_step(student, network, BYTES, np.arange(len(BYTES)) % 2)
            changed = [bool(np.any(change)) for change in changes]
            if any(changed[:2] + changed[6:first]):
                raise CriterionFailed(f"nothing in front of {name} to learn", "something that does")
            if not all(changed[first : first + 2] + changed[12:]):
                raise CriterionFailed(f"all from {name} on to learn", "some that does not")

    assert_apart(student, "prepare_tuning", STANDING_IN, judge)


@criterion("tuning", points=1, hint="What does the optimizer get, and what of it is a tenth?")
def test_a_tenth_of_the_rate(student):
    """Adam learns with a tenth of the rate that is given."""

    def judge(_):
        for rate in (0.05, 0.2):
            network, _ = prepared(student, "blend", rate)
            assert_learns_by_adam(student, network, BYTES, rate / 10)

    assert_apart(student, "prepare_tuning", STANDING_IN, judge)


@criterion(
    "tuning", points=1, hint="Is anything taught in here, or made anew? What else than the rate is it compiled with?"
)
def test_all_numbers_stay(student):
    """All numbers of the network are as they were; it goes on with the same loss and metric."""

    def judge(stands_in):
        network, before = prepared(student, "blend", 0.05)
        for found, old in zip(network.weights, before, strict=True):
            assert_close(found, old, "the numbers of the network")
        if stands_in:
            assert_compiled(network, loss="huber")
        elif (network.compiled or {}).get("optimizer") != "sgd":  # others tell of a network that is not compiled anew
            assert_crossentropy_loss(network, BYTES)
            assert_reports(network, (BYTES, np.ones(len(BYTES))), "accuracy")

    assert_apart(student, "prepare_tuning", STANDING_IN, judge)


LOGITS = np.array([[-2.0], [0.25], [3.0], [-0.125], [0.75]], "float32")


def named(student, logits, kinds):
    """What `name_kinds` returns."""
    found = call_unchanged(student, "name_kinds", logits, kinds)
    return as_tuple(found, "name_kinds(logits, kinds)", ("names", "probabilities"))


@criterion("say", points=1, hint="On which side of 0 does a logit of 0.25 lie?")
def test_names_by_the_side_of_0(student):
    """A logit below 0 means the first kind, one above 0 the second."""
    for kinds in (("owl", "bat"), ("bat", "elk")):
        names = as_texts(named(student, LOGITS, kinds)[0], "the names")
        assert_equal(names, [kinds[place] for place in (0, 1, 1, 0, 1)], "the names")


@criterion("say", points=1, hint="σ(-2) is 0.12, and it says how likely which of the two kinds is?")
def test_sure_of_what_is_named(student):
    """The probability is that of the kind that was named; no number overflows on the way."""
    logits = np.concatenate([LOGITS, [[-800.0], [800.0]]]).astype("float32")
    with without_warnings(student):
        found = as_array(named(student, logits, ("owl", "bat"))[1], "the probabilities")
    assert_close(found, 1 / (1 + np.exp(-np.abs(logits[:, 0]))), "the probabilities", atol=1e-4)


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


KINDS_OF_NUMBERS = ("kernel", "factor", "shift", "mean", "variance")
BLOCKS = 4


def compare(model):
    """How far each array of the base has moved, as a share of its size: {(block, kind): share}."""
    borrowed, found = datasets.species_base.read_weights()[: 5 * BLOCKS], as_model(model).weights
    if [np.shape(each) for each in found[: len(borrowed)]] != [each.shape for each in borrowed]:
        raise CriterionFailed("the 20 arrays of the base, and then a head", f"{len(found)} arrays of other shapes")
    names = [(block, kind) for block in range(BLOCKS) for kind in KINDS_OF_NUMBERS]
    pairs = zip(names, found, borrowed, strict=False)
    return {name: float(np.linalg.norm(now.astype(float) - was) / np.linalg.norm(was)) for name, now, was in pairs}


@criterion("model", points=2, hint="Which bars are there in the picture above, besides those of kernels?")
def test_normalisations_as_borrowed(student):
    """All normalisations in the saved network are as they were borrowed, bit for bit."""
    moved = compare(student.model)
    if changed := [
        f"{kind} in block {block + 1}" for (block, kind), part in moved.items() if part and kind != "kernel"
    ]:
        raise CriterionFailed("means, variances, factors and shifts as they were", f"another {changed[-1]}")


@criterion("model", points=1, hint="From which layer on was the base thawed, and what was frozen in front of it?")
def test_first_blocks_as_borrowed(student):
    """The kernels of the first two blocks in the saved network are as borrowed, bit for bit."""
    moved = compare(student.model)
    for block in (0, 1):
        if moved[block, "kernel"]:
            raise CriterionFailed("kernels in blocks 1 and 2 as they were", f"another one in block {block + 1}")


@criterion("model", points=2, hint="Was the network compiled again after thawing, and with which rate?")
def test_last_blocks_moved_a_little(student):
    """The kernels of the last two blocks in the saved network have moved, but not by much."""
    moved = compare(student.model)
    for block in (2, 3):
        if not 0 < moved[block, "kernel"] < MOST_MOVED:
            found = f"moved by {moved[block, 'kernel']:.0%}" if moved[block, "kernel"] else "not moved at all"
            raise CriterionFailed(f"a kernel in block {block + 1} that moved by less than {MOST_MOVED:.0%}", found)


@criterion("model", points=1, hint="What were both networks worth, and was the first one saved before the tuning?")
def test_not_worse_than_before(student):
    """The tuned network is right about as many pictures held out as the one before, or more."""
    if any(compare(student.before).values()):
        raise CriterionFailed("a network from before, with the borrowed base", "one whose base has changed")
    shown = held_out()
    earlier, later = accuracy(as_model(student.before), shown), accuracy(as_model(student.model), shown)
    assert_between(np.array(earlier), 0.7, 1.0, "the share that the network from before knows")
    assert_between(np.array(later), earlier - LUCK, 1.0, "the share that the tuned network knows")


@criterion("model", points=1, hint="Where do the curves end? Is anything missing between a picture and its logit?")
def test_knows_those_held_out(student, thresholds, credit):
    """The saved network is right about the pictures held out."""
    credit.within(accuracy(as_model(student.model), held_out()), thresholds, "held_out")


@functools.cache
def held_out():
    """The pictures that are held out, with their labels."""
    shown, labels = datasets.draw_species(300, seed=2402, kinds=("fox", "hare"))
    return shown.astype("float32"), labels
