"""The public criteria of `fine_tune`: small networks whose answers can be worked out in NumPy."""

import functools

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
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
    assert_reports,
    assert_spread,
    assert_varies_each_anew,
    call_unchanged,
    criterion,
    datasets,
    fetch,
    layer,
    list_learning,
    make_model,
    make_network,
    make_noting,
    moves_of,
    notes_of,
    output_activation,
    share,
    take_one_step,
    turns_of,
    without_warnings,
)

SIDE = 64
MOST_MOVED = 0.4  # kernels move by 0.10 to 0.13 with a tenth of the rate, and by 0.88 to 0.99 with all of it
LUCK = 0.05  # how much one epoch differs from the next
MAPS = 4
KERNEL = np.array([[1.0, 0.0, -1.0, 0.5], [-2.0, 1.0, 0.0, 0.5], [0.5, -1.0, 2.0, -1.0]], "float32")
FACTOR, SHIFT = np.array([1.0, 2.0, -1.5, 1.25], "float32"), np.array([0.25, 1.0, 0.5, -2.0], "float32")
MEAN, VARIANCE = np.array([0.5, 0.125, -0.5, 0.75], "float32"), np.array([4.0, 1.5, 0.25, 2.0], "float32")
EYES = [KERNEL[None, None], FACTOR, SHIFT, MEAN, VARIANCE]
HEAD, BIAS = np.array([[2.0], [-1.5], [1.5], [2.0]], "float32"), np.array([6.5], "float32")
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


def eyes(keras, weights, note):
    """A base that notes what it gets: a convolution of 1 × 1 and a normalisation."""
    here = keras.Input((2, 3, 3))
    place = keras.layers.Conv2D(weights[0].shape[-1], 1, use_bias=False, name="look")(note(here))
    model = keras.Model(here, keras.layers.BatchNormalization(epsilon=0.0, name="even")(place), name="eyes")
    model.set_weights(list(weights))
    return model


def set_head(network, base, head, bias):
    """Give what is not in the base other numbers."""
    known = [id(each) for each in base.weights]
    for each in network.weights:
        if id(each) not in known and tuple(each.shape) in (head.shape, bias.shape):
            each.assign(head if tuple(each.shape) == head.shape else bias)


def call(network, shown, training):
    """What a network says in this mode."""
    import numpy as np

    return np.asarray(network(shown, training=training))


class Parts:
    """A network of `build_network`, around a base and a block that are known."""

    def __init__(self, student, head=HEAD, bias=BIAS):
        self.student = student
        self.block, self.inside = make_noting(student, mirrors=True), make_noting(student)
        self.base = make_network(student, eyes, EYES, self.inside)
        self.network = as_model(student.build_network(self.base, self.block), "build_network(base, augmentation)")
        share(student, set_head)(self.network, self.base, head, bias)

    def ask(self, shown, training):
        """What the network says in this mode, as logits."""
        return self.as_logits(fetch(share(self.student, call)(self.network, shown, training)))

    def as_logits(self, found):
        """The answers before a sigmoid, if there is one: another criterion tells of that."""
        found = as_array(found, "the answers").astype(float)
        if output_activation(self.network) != "sigmoid":
            return found
        found = np.clip(found, 1e-7, 1 - 1e-7)
        return np.log(found / (1 - found))

    def notes(self):
        """What the block and the base have got since this was asked last."""
        return notes_of(self.student, self.block), notes_of(self.student, self.inside)


@pytest.fixture(scope="module")
def parts(student):
    """One network for the criteria that do not train it."""
    return Parts(student)


@criterion("network", points=1, hint="How many units are at the end, and what is applied to what they say?")
def test_ends_in_one_logit(parts):
    """The network ends in one unit without an activation, with a weight for each map and a bias."""
    assert_output_shape(parts.network, (None, 1))
    assert_equal(parts.network.parameters - sum(array.size for array in EYES), MAPS + 1, "the head's count of numbers")
    found = as_array(parts.network.predict(BYTES), "the answers")
    if found.min() >= 0 and found.max() <= 1:
        raise CriterionFailed(
            "logits, which may be any numbers", f"only numbers from {found.min():.2g} to {found.max():.2g}"
        )


@criterion("network", points=2, hint="What does the base get for a byte of 0, and of 255? And what follows behind it?")
def test_from_bytes_to_logit(parts):
    """For bytes from 0 to 255 the network says what the head makes of the base's maps."""
    maps = ((BYTES.astype(float) / 127.5 - 1) @ KERNEL - MEAN) / np.sqrt(VARIANCE) * FACTOR + SHIFT
    found = parts.as_logits(parts.network.predict(BYTES))
    try:
        assert_close(found, maps.max(axis=(1, 2)) @ HEAD.astype(float) + BIAS, "the logits", rtol=2e-3, atol=3e-2)
    except CriterionFailed:  # the mean of each map is as good as its largest number
        assert_close(found, maps.mean(axis=(1, 2)) @ HEAD.astype(float) + BIAS, "the logits", rtol=2e-3, atol=3e-2)


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
    made = Parts(student, head=10 * np.eye(MAPS, 1, dtype="float32"), bias=np.ones(1, "float32"))
    found = made.ask(np.repeat(BYTES[3:4], 400, axis=0), True)
    values, counts = np.unique(found.round(2), return_counts=True)
    if len(values) == 1:
        raise CriterionFailed("a number that is dropped in some of 400 answers", "the same answer each time")
    dropped = counts[np.isclose(values, 1, atol=0.01)].sum() / len(found)
    if len(values) > 2 or not dropped:
        raise CriterionFailed("numbers dropped just before the last unit", "some dropped at another place")
    if not 0.1 < dropped < 0.32:
        raise CriterionFailed("about a fifth of the numbers dropped", f"{dropped:.0%}")


@criterion("network", points=1, hint="Which numbers are in `network.trainable_weights`?")
def test_only_the_head_learns(student):
    """For now, training changes the head, and nothing in the base, statistics included."""
    made = Parts(student)
    changes = take_one_step(student, made.network, BYTES, np.ones((len(BYTES), 1)), "sgd")
    if count := sum(not np.array_equal(a, b) for a, b in zip(EYES, as_model(made.base).weights, strict=True)):
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


def tower(keras, trainable):
    """A base of convolutions of 1 × 1, normalisations and others, all frozen or all thawed."""
    here, numpy = keras.Input((2, 3, 3)), __import__("numpy")
    layers = keras.layers
    chain = [layers.Conv2D(4, 1, name="look"), layers.BatchNormalization(name="even"), layers.ReLU(name="bend")]
    chain += [layers.Conv2D(3, 1, name="blend"), layers.BatchNormalization(name="level")]
    place = here
    for each in [*chain, layers.Dropout(0.3, name="kept"), layers.Conv2D(2, 1, name="end")]:
        place = each(place)
    model, draw = keras.Model(here, place, name="tower"), numpy.random.default_rng(8)
    model.set_weights([draw.uniform(0.2, 1.0, array.shape) for array in model.get_weights()])
    model.trainable = True
    model.trainable = trainable
    return model


NAMES = ["look", "even", "blend", "level", "end"]  # the layers of the tower that have numbers
NORMALISATIONS = ["even", "level"]


def thawed(student, name, trainable):
    """Which arrays learn once a tower is thawed from a layer on; before, all or none of it was."""
    base = make_network(student, tower, trainable)
    if not trainable:
        student.thaw_from(base, "end")
    student.thaw_from(base, name)
    return list_learning(student, base)


@criterion("thaw", points=2, hint="Which layers does the cell above list? Is anything else frozen that should learn?")
@pytest.mark.parametrize("name, first", [("blend", 2), ("even", 1), ("bend", 2), ("look", 0), ("end", 4)])
def test_learns_from_there_on(student, name, first):
    """The named layer and all behind it can learn, normalisations aside, whatever was frozen."""
    learning = thawed(student, name, False)
    for late in NAMES[first:]:
        if late not in NORMALISATIONS and not all(learning[late]):
            raise CriterionFailed(f"all of {late} to learn after thaw_from(base, {name!r})", "some that does not")


@criterion("thaw", points=1, hint="Which layers are in front of it? What if these were thawed before?")
@pytest.mark.parametrize("name, first", [("blend", 2), ("level", 3), ("kept", 4), ("even", 1)])
def test_nothing_in_front_learns(student, name, first):
    """Nothing in front of the named layer can learn, whether it was thawed before or frozen."""
    for trainable in (True, False):
        learning = thawed(student, name, trainable)
        for early in NAMES[:first]:
            if early not in NORMALISATIONS and any(learning[early]):
                raise CriterionFailed(f"{early} to stay as it is after thaw_from(base, {name!r})", "one that learns")


@criterion("thaw", points=2, hint="What is `trainable` of each normalisation, also behind the named layer?")
def test_normalisations_stay(student):
    """A step of training changes nothing in any normalisation: no statistics, factor or shift."""
    for name, trainable in (("look", True), ("blend", False), ("end", True)):
        base = make_network(student, tower, trainable)
        student.thaw_from(base, name)
        network = share(student, add_head)(base)
        changes = take_one_step(student, network, BYTES / 255, np.ones((len(BYTES), 1)), "sgd")
        parts = zip(("factor", "shift", "mean", "variance"), changes[2:6], changes[8:12], strict=True)
        if changed := [part for part, even, level in parts if np.any(even) or np.any(level)]:
            raise CriterionFailed(
                f"normalisations as they were after thaw_from(base, {name!r})", f"another {changed[-1]}"
            )


def add_head(base):
    """A network of a base and one unit."""
    import keras

    here = keras.Input(base.input_shape[1:])
    return keras.Model(here, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(base(here))))


def ready(keras, build, learned):
    """A network around a frozen tower; whether it has learned a little."""
    import numpy as np

    base, here = build(keras, False), keras.Input((2, 3, 3))
    place = keras.layers.GlobalAveragePooling2D()(base(keras.layers.Rescaling(1 / 255)(here)))
    network = keras.Model(here, keras.layers.Dense(1, name="head")(place))
    network.compile(keras.optimizers.SGD(0.001), "mae", auto_scale_loss=False)
    if learned:
        network.fit(np.ones((4, 2, 3, 3)), np.ones((4, 1)), verbose=0)
    return network


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
    network = make_network(student, ready, share(student, tower), learned)
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


@criterion("tuning", points=1, hint="Is anything taught in here, or made anew? And is the loss the same as before?")
def test_all_numbers_stay(student):
    """All numbers of the network are as they were, and it goes on with the same loss."""

    def judge(stands_in):
        network, before = prepared(student, "blend", 0.05)
        for found, old in zip(network.weights, before, strict=True):
            assert_close(found, old, "the numbers of the network")
        if stands_in:
            assert_compiled(network, loss="huber")
        elif (network.compiled or {}).get("optimizer") != "sgd":  # others tell of a network that is not compiled anew
            assert_crossentropy_loss(network, BYTES)

    assert_apart(student, "prepare_tuning", STANDING_IN, judge)


LOGITS = np.array([[-2.0], [0.25], [3.0], [-0.125], [0.75]], "float32")


def named(student, logits, kinds):
    """What `name_kinds` returns."""
    found = call_unchanged(student, "name_kinds", logits, kinds)
    return as_tuple(found, "name_kinds(logits, kinds)", ("names", "probabilities"))


@criterion("say", points=1, hint="On which side of 0 does a logit of 0.25 lie?")
def test_names_by_the_side_of_0(student):
    """A logit below 0 means the first kind, one above 0 the second."""
    for kinds, expected in ((("owl", "bat"), [0, 1, 1, 0, 1]), (("bat", "elk"), [0, 1, 1, 0, 1])):
        names = as_texts(named(student, LOGITS, kinds)[0], "the names")
        assert_equal(names, [kinds[place] for place in expected], "the names")


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
