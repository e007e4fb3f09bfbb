"""The public criteria of `augment`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_model,
    as_tuple,
    ask_network,
    assert_choices,
    assert_close,
    assert_convolutions,
    assert_keeps_range,
    assert_layer_count,
    assert_learns_by_crossentropy,
    assert_leaves_alone,
    assert_mirrors,
    assert_one_probability,
    assert_parameters,
    assert_reports,
    assert_scales_pictures,
    assert_shape,
    assert_spread,
    assert_varies_each_anew,
    at_least,
    call_unchanged,
    criterion,
    datasets,
    described,
    fetch,
    layer,
    make_model,
    moves_of,
    pictures,
    share,
    turns_of,
)

SIDE, SMALLEST, BUDGET, LEARNED = 48, 32, 300_000, 0.62
HARDLY = 1, 0.02, 0.02  # numbers that also a block with other units takes
SMALL, LABELS = 12, [2, 0, 1, 1, 0, 2, 0]


@pytest.fixture(scope="module")
def network(student):
    """A network of `build_network`, and its answers to very different pictures."""
    return ask_network(student, "build_network", SIDE)


@criterion("augmentation", points=1, hint="Which flips does the block make? What does `RandomFlip` do if nobody says?")
def test_mirrors_left_to_right(student):
    """With turn, shift and zoom 0, about half of the pictures are mirrored, left to right alone."""
    assert_mirrors(moves_by(student, 0, 0, 0)[0])


@criterion("augmentation", points=2, hint="In what does `RandomRotation` count, and how many degrees is one of these?")
@pytest.mark.parametrize("turn", [40, 10])
def test_turns_by_degrees(student, turn):
    """With a `turn` of 40, pictures are turned by angles between -40° and 40°."""
    linear, _ = moves_by(student, turn, 0, 0)
    assert_spread(turns_of(linear), turn, turn / 20 + 1, "angles, in degrees,")


@criterion("augmentation", points=1, hint="Along which axes are pictures shifted, and how far?")
@pytest.mark.parametrize("shift", [0.2, 0.1])
def test_shifts_both_ways(student, shift):
    """With a `shift` of 0.1, pictures are shifted by up to a tenth of the side along both axes."""
    _, shifts = moves_by(student, 0, shift, 0)
    for axis, name in enumerate(("left and right", "up and down")):
        assert_spread(shifts[:, axis], shift, 0.01, f"shifts {name}, as parts of the side,")


@criterion("augmentation", points=1, hint="By how much do the things in a picture become larger, and smaller?")
@pytest.mark.parametrize("zoom", [0.2, 0.4])
def test_zooms(student, zoom):
    """With a `zoom` of 0.2, pictures become larger or smaller by about a fifth at most."""
    linear, _ = moves_by(student, 0, 0, zoom)
    assert_sizes(np.linalg.norm(linear, axis=1), zoom)


@criterion("augmentation", points=2, hint="Does every layer in the block ask which mode it is in?")
def test_leaves_pictures_alone_without_training(student):
    """With training=False, the block changes nothing in a picture."""
    for _ in range(2):
        assert_leaves_alone(student, student.build_augmentation(*HARDLY), SIDE)


@criterion("augmentation", points=1, hint="Which layer in the block changes the numbers, and not their places?")
def test_numbers_stay_from_0_to_255(student):
    """Numbers go from 0 to 255 afterwards, too, in both modes."""
    assert_keeps_range(student, student.build_augmentation(*HARDLY), SIDE)


@criterion("augmentation", points=1, hint="When is it chosen how a picture is varied, and for which pictures?")
def test_anew_for_each_picture(student):
    """Every picture of a batch is varied in its own way, and in another one the next time."""
    assert_varies_each_anew(student, student.build_augmentation(*HARDLY), SIDE)


@criterion("versions", points=1, hint="How many versions of each single picture come back?")
def test_as_many_of_each(student):
    """There are `copies` versions of each picture, and the arrays stay as they are."""
    versions, _ = versions_of(student, LABELS, 2)
    assert_shape(versions, (2 * len(LABELS), SMALL, SMALL, 3), "the varied pictures")
    counts = np.bincount(which(versions), minlength=len(LABELS))
    if (counts != 2).any():
        raise CriterionFailed(f"2 versions of each of {len(LABELS)} pictures", f"{counts.tolist()} versions of them")


@criterion("versions", points=2, hint="In which order are the pictures repeated, and in which one the labels?")
def test_each_with_its_label(student):
    """Each version has the label of the picture that it was made from."""
    versions, labels = versions_of(student, LABELS, 3)
    assert_shape(labels, (len(versions),), "the labels")
    wrong = set(zip(which(versions).tolist(), labels.tolist(), strict=True)) - set(enumerate(LABELS))
    for number, label in sorted(wrong):
        due = LABELS[number] if number < len(LABELS) else "another"
        raise CriterionFailed(f"label {due} for all versions of picture {number}", f"{label:g} for one of them")


@criterion("versions", points=1, hint="What does the block get, how often and in which mode, and what becomes of it?")
def test_each_version_is_another(student):
    """Versions are what the block makes of a picture, and all differ from one another."""
    versions, _ = versions_of(student, LABELS, 6)
    if versions[..., 0].max() <= 1:
        raise CriterionFailed("numbers from 0 to 255, as the block makes them", "numbers from 0 to 1")
    shown = scenes(len(LABELS))
    marks = [*versions[..., 1].reshape(len(versions), -1), *shown[..., 1].reshape(len(LABELS), -1)]
    if alike := len(marks) - len({mark.astype("float32").round(1).tobytes() for mark in marks}):
        raise CriterionFailed("versions that differ from one another and from their picture", f"{alike} alike")
    if np.median(np.abs(versions - shown[which(versions) % len(shown)])[..., 1:]) > 0.9:  # 0.67 of the block's noise
        raise CriterionFailed("versions of the pictures that are given", "some that are varied more than once")


@criterion("network", points=1, hint="What shape has what goes in, and what comes out of the last layer?")
def test_one_probability(student):
    """The network answers each picture, of the side that it was built for, with one probability."""
    assert_one_probability(student, "build_network", SMALLEST)


@criterion("network", points=1, hint="What does each convolution end in? Which layer has most parameters?")
def test_convolutions_and_a_small_file(network):
    """It has two convolutions with ReLU and pooling or more, and 300,000 parameters at most."""
    assert_convolutions(network[0], least=2)
    assert_layer_count(network[0], pooling=at_least(2))
    assert_parameters(network[0], at_most=BUDGET)


@criterion("network", points=1, hint="What does the network multiply by, and in which modes does it do so?")
def test_scales_the_pictures_itself(student, network):
    """The numbers from 0 to 255 are scaled inside the network, once."""
    assert_scales_pictures(student, "build_network", SIDE, network)


@criterion("network", points=1, hint="Which loss is there for one probability and a label that is 0 or 1?")
def test_is_taught_by_crossentropy(student, network):
    """The loss is the crossentropy of the probability with labels 0 and 1."""
    assert_learns_by_crossentropy(student, "build_network", SIDE, network)


@criterion("network", points=1, hint="compile() takes the names of metrics; write this one out in full.")
def test_reports_its_accuracy(network):
    """Asked about pictures and their labels, the network reports its "accuracy"."""
    model, found = network
    assert_reports(model, (pictures.very_different(SIDE), (found[:, -1:] > 0.5).astype("float32")), "accuracy")


@criterion("network", points=2, hint="What does the block get, and who says in which mode it is?")
def test_block_varies_while_the_network_learns(student):
    """The pictures go through the block first; it varies them only while the network learns."""
    learning, judging, apart = try_block(student)
    shown = pictures.very_different(SMALLEST)
    if len(learning) != 1:
        raise CriterionFailed("pictures that go through the block that is given, once", f"{len(learning)} times")
    for mode, calls in (("learns", learning), ("is judged", judging)):
        for got, training in calls:
            if training is not (mode == "learns"):
                told = "varying" if training else "not varying"
                raise CriterionFailed(f"the right mode while the network {mode}", f"a block that is {told} then")
            if np.shape(got) != shown.shape or np.corrcoef(np.ravel(got), shown.ravel())[0, 1] < 0.999:
                raise CriterionFailed("a block that gets the pictures", "one that gets something else")
    if apart > 1e-5:
        raise CriterionFailed("a network that learns from what the block makes", "one that goes on with the pictures")


@criterion("network", points=1, hint="What is built if no block is given, and what is the same in both networks?")
def test_plain_without_a_block(student, network):
    """Without a block nothing varies the pictures, and all other layers are the same."""
    random = [layer.class_name for layer in network[0].layers if layer.class_name.startswith("Rand")]
    if random:
        raise CriterionFailed("no layer that varies pictures where no block is given", random[0])

    def build(build_network, side):
        keras = __import__("keras")
        return build_network(side, keras.Sequential([keras.layers.Identity()]))

    other = as_model(share(student, build)(student.build_network, SIDE), "build_network(side, block)")
    if parts(other) != parts(network[0]):
        raise CriterionFailed("the same without a block", f"{parts(network[0])}; with one {parts(other)}")


@criterion("gap", points=1, hint="Work it out on paper: two means, and one difference. How many points are 0.01?")
@pytest.mark.parametrize(
    "known, new, last, expected",
    [([0.5, 0.75, 1.0, 0.75], [0.5, 0.5, 0.75, 0.5], 3, 25.0), ([0.75, 0.75], [0.5, 0.625], 2, 18.75)],
)
def test_mean_in_points(student, known, new, last, expected):
    """The gap is the difference of two means, and half of all pictures are 50 points."""
    found = gap_of(student, known, new, last)
    assert_close(np.abs(found), np.array(expected), "the size of gap(...)", atol=1e-3)


@criterion("gap", points=1, hint="Which of the two means is subtracted from which?")
@pytest.mark.parametrize("new, sign", [([0.5, 0.75, 1.0], -1), ([0.5, 0.25, 0.25], 1)])
def test_negative_if_new_ones_are_known_better(student, new, sign):
    """The gap is negative if the network was better at the pictures held out, else positive."""
    found = gap_of(student, [0.25, 0.5, 0.5], new, 2)
    if np.sign(found) != sign:
        raise CriterionFailed(f"a {'negative' if sign < 0 else 'positive'} number", described(found.item()))


@criterion("gap", points=2, hint="Which epochs are the last ones, and what if there are fewer?")
@pytest.mark.parametrize("last, expected", [(1, 50.0), (2, 37.5), (3, 25.0), (4, 18.75), (8, 18.75)])
def test_the_last_epochs(student, last, expected):
    """Only the last epochs count; where there are fewer, all of them do."""
    # Other criteria tell of the sign and of the unit.
    unit = gap_of(student, [0.75], [0.25], 1) / 50
    unit = unit if np.isclose(np.abs(unit), (0.01, 1)).any() else 1
    found = gap_of(student, [0.5, 0.5, 0.5, 1.0], [0.5, 0.5, 0.25, 0.5], last)
    assert_close(found, unit * expected, "gap(...)", atol=1e-3)


@criterion("accuracy", points=2, hint="Where did the lower curve of the network with the block end?")
def test_knows_the_pictures_held_out(student, thresholds, credit):
    """The saved network is right about most of the pictures held out."""
    credit.within(accuracy(student.model, datasets.load("pets")[1]), thresholds, "held_out")


@criterion("accuracy", points=2, hint="Has the network that was saved learned with your block in it?")
def test_the_gap_is_closed(student, thresholds, credit):
    """The saved network hardly knows the pictures it learned from better than those held out."""
    known, new = (accuracy(student.model, part) for part in datasets.load("pets"))
    if known < LEARNED:
        raise CriterionFailed("a network that has learned its pictures", f"one that is right about {known:.0%} of them")
    credit.within(known - new, thresholds, "gap")


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, dict.fromkeys(("mirror", "above", "judge"), "abc"))


def moves_by(student, turn, shift, zoom):
    """Where a block with these numbers moves what is in pictures: matrices, and shifts."""
    return moves_of(student, student.build_augmentation(turn, shift, zoom), SIDE)


def assert_sizes(sizes, zoom):
    """Assert that things become up to `zoom` larger and smaller, along both axes."""
    for axis, name in enumerate(("wide", "high")):
        low, high = float(sizes[:, axis].min()), float(sizes[:, axis].max())
        within = 1 - zoom - 0.03 < low and high < 1 / (1 - zoom) + 0.03
        if not within or low > 1 - 0.5 * zoom or high < 1 + 0.5 * zoom:
            wanted = f"things that become about {1 - zoom:g} to {1 + zoom:g} times as {name}"
            raise CriterionFailed(wanted, f"{low:.3g} to {high:.3g} times for {len(sizes)} pictures")


def scenes(count):
    """Small pictures: their red tells which one each is, their green is noise."""
    noise = np.random.default_rng(count).uniform(0, 255, (count, SMALL, SMALL, 3)).astype("float32")
    noise[..., 0] = 20 * np.arange(1, count + 1)[:, None, None]
    return noise


def which(versions):
    """The number of the picture that each version was made from."""
    red = np.median(versions[..., 0].astype(float), axis=(1, 2))
    red = red * (255 if red.max() <= 1 else 1)  # another criterion tells of what was scaled
    return np.clip(np.rint(red / 20) - 1, 0, None).astype(int)


def versions_of(student, labels, copies):
    """What `make_versions` returns for small pictures, with a block that adds noise to them."""
    block = make_model(student, (SMALL, SMALL, 3), layer("GaussianNoise", stddev=1.0))
    made = call_unchanged(student, "make_versions", block, scenes(len(labels)), np.array(labels), copies)
    versions, labels = as_tuple(made, "make_versions(...)", ("pictures", "labels"))
    assert_shape(versions := as_array(versions, "the varied pictures"), (None, SMALL, SMALL, 3), "the varied pictures")
    return versions, as_array(labels, "the labels")


def parts(model):
    """How many parameters a network has, and which of its layers have none, or only few."""
    kinds = [layer.class_name for layer in model.layers]
    plain = sorted(kind for kind in kinds if any(word in kind for word in ("Drop", "Norm", "Pool", "Rescal")))
    return ", ".join([f"{model.parameters:,} parameters", *plain])


def try_block(student):
    """What a block in a network gets while it learns and while it is judged, pairs of pictures and
    whether it is to vary them; and how far the answers are apart if it makes all pictures black."""

    def build(build_network, side, shown):
        keras, tensorflow = __import__("keras"), __import__("tensorflow")
        seen, black = [], []

        class Block(keras.layers.Layer):
            def call(self, x, training=None):
                if isinstance(x, tensorflow.Tensor) and hasattr(x, "numpy"):  # not while it is built
                    seen.append((x.numpy(), bool(training)))
                return x * 0 if black else x

        network, found = build_network(side, keras.Sequential([Block()])), []
        for training in (True, False):
            seen.clear()
            network(shown, training=training)
            found.append(list(seen))
        black.append(True)
        answers = network(shown, training=False).numpy()
        return *found, float(answers.max() - answers.min())

    return fetch(share(student, build)(student.build_network, SMALLEST, pictures.very_different(SMALLEST)))


def gap_of(student, known, new, last):
    """What `gap` returns for two lists of accuracies, which it leaves as they are."""
    history = {"accuracy": known, "val_accuracy": new, "loss": known[::-1], "val_loss": new[::-1]}
    found = as_array(call_unchanged(student, "gap", history, last), "gap(...)")
    assert_shape(found, (), "gap(...)")
    return found
