"""The public criteria of `folder_pipeline`, which students get with the notebook."""

from types import SimpleNamespace

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    as_tuple,
    ask_network,
    assert_apart,
    assert_between,
    assert_choices,
    assert_close,
    assert_convolutions,
    assert_equal,
    assert_learns_by_crossentropy,
    assert_one_probability,
    assert_parameters,
    assert_reports,
    assert_scales_pictures,
    assert_shape,
    criterion,
    datasets,
    described,
    input_side,
    layer,
    make_folder,
    make_model,
    pictures,
    share,
    take_batches,
)

SIDE, SMALLEST, ALBUM_SIDE, BATCH, BUDGET = 64, 32, 16, 32, 300_000
# Of the short lesson: the side of its pictures, how many there are, and how far a weight must move.
# One epoch with the model's own optimizer is 0.12, five with those that Keras makes at most 0.02.
PLACES, KNOWN, NEW, EPOCHS, LEAST_RISE = 5, 18, 7, 5, 0.05
# Of an album of this size, a pass through hardly mixed pictures begins with one kind alone.
COUNTS = {"train/zebras": 120, "train/ants": 100, "validation/zebras": 12, "validation/ants": 21}
NAMES = [f"{kind}/{number}.{('png', 'jpg')[number % 2]}" for kind in COUNTS for number in range(COUNTS[kind])]
ALBUM = {name: (10 + 40 * (i % 6), 10 + 40 * (i // 6 % 6), 5 + 30 * (i // 36)) for i, name in enumerate(NAMES)}


@pytest.fixture(scope="module")
def parts(student):
    """The batches of one pass through both datasets, and the names of what they show."""
    sizes = (20, 20), (16, 30), (40, 24), (9, 9)
    files = {name: np.full((*sizes[i % 4], 3), colour, "uint8") for i, (name, colour) in enumerate(ALBUM.items())}
    loaded = student.load_parts(make_folder(student, files), ALBUM_SIDE)
    pair = as_tuple(loaded, "load_parts(folder, side)", ("to learn from", "to judge by"))
    passes = [take_batches(dataset, ("pictures", "labels"), at_most=300) for dataset in pair]
    return [(pairs, [name for shown, _ in pairs for name in which_pictures(shown)]) for pairs in passes]


@pytest.fixture(scope="module")
def network(student):
    """A network of `build_model`, and its answers to very different pictures."""
    return ask_network(student, "build_model", SIDE)


@pytest.fixture(scope="module")
def lesson(student):
    """What `train` made of pictures with a bright pixel each: what it returned, its steps, and how
    far the weight of each picture's pixel moved towards its label."""
    rng, count, size = np.random.default_rng(21), KNOWN + NEW, 3 * PLACES**2
    places, labels = rng.permutation(size)[:count], rng.integers(0, 2, count)
    shown = np.eye(size, dtype="float32")[places].reshape(count, PLACES, PLACES, 3)
    unit = layer("Dense", units=1, use_bias=False, activation="sigmoid")
    model = make_model(student, (PLACES, PLACES, 3), layer("Flatten"), unit, weights=[np.zeros((size, 1))])
    optimizer = {"class_name": "SGD", "config": {"learning_rate": 0.5}}
    model.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
    slices, columns = student.tf.data.Dataset.from_tensor_slices, labels[:, None].astype("float32")
    known, new = slices((shown[:KNOWN], columns[:KNOWN])), slices((shown[KNOWN:], columns[KNOWN:]))
    returned = student.train(model, known.batch(2), new.batch(7), EPOCHS)
    taught = as_left(model)
    rises = taught.weights[0][places, 0] * (2 * labels - 1)
    return SimpleNamespace(returned=returned, steps=taught.steps, rises=rises[:KNOWN], leaks=rises[KNOWN:])


@criterion("classes", points=1, hint="Sort the names, and return them as a list.")
def test_alphabetical_order(student):
    """The classes of a folder are listed in alphabetical order."""
    names = ("zebras", "ants", "moths", "bees")
    found = student.list_classes(make_folder(student, dict.fromkeys(names)))
    assert_equal(as_names(found), ["ants", "bees", "moths", "zebras"], "list_classes(folder)")


@criterion("classes", points=1, hint="Ask each path whether it is a folder, and look at how its name begins.")
def test_only_visible_folders(student):
    """Files and hidden folders are no classes; a folder without pictures is one."""
    files = {"notes.txt": "not a class", "ants/1.png": np.zeros((4, 4, 3), "uint8"), ".ipynb_checkpoints": None}
    found = student.list_classes(make_folder(student, {**files, "zebras.old": None, "moths": None}))
    assert_equal(as_names(found), ["ants", "moths", "zebras.old"], "list_classes(folder)")


@criterion("count", points=1, hint="One entry for each class, named like its folder, and a number in it.")
def test_counts_horses_and_humans(student):
    """The pictures of both kinds in train/ are counted."""
    folder = datasets.load("horses_humans") / "train"
    expected = {kind: sum(1 for _ in (folder / kind).glob("*.jpg")) for kind in ("horses", "humans")}
    assert_counted(student, student.folder.joinpath("train"), expected)


@criterion("count", points=1, hint="Look at the ending of each name, in capital letters too, and into no folder below.")
def test_counts_pictures_alone(student):
    """Files of all three endings are counted, in capital letters too, and nothing else is."""
    dot, horses = np.zeros((4, 4, 3), "uint8"), ("1.jpg", "1.jpeg", "3.png", "4.JPG", "5.JPEG", "6.PNG")
    files = {f"humans/{name}": "none" for name in ("notes.txt", "jpg", "1.jpg.txt", "2.gif", "3.bmp")}
    files |= dict.fromkeys([*[f"horses/{name}" for name in horses], "humans/7.png", "humans/old/8.png"], dot)
    folder = make_folder(student, files)
    assert_counted(student, folder, {"horses": 6, "humans": 1})


@criterion("load_parts", points=1, hint="Print the shape, the smallest and the largest number of one batch.")
def test_batches_of_pictures_from_0_to_255(parts):
    """Batches have 32 pictures of the side asked for, the last one fewer, numbers from 0 to 255."""
    for pairs, _ in parts:
        for shown, _ in pairs[:-1]:
            assert_shape(shown, (BATCH, ALBUM_SIDE, ALBUM_SIDE, 3), "a batch of pictures")
        assert_shape(pairs[-1][0], (None, ALBUM_SIDE, ALBUM_SIDE, 3), "the last batch of pictures")
        assert_between(len(pairs[-1][0]), 1, BATCH, "the number of pictures in the last batch")
        for shown, _ in pairs:
            assert_between(shown, 0, 255.5, "the numbers in a batch of pictures")
        assert_between(max(float(shown.max()) for shown, _ in pairs), 200, 255.5, "the largest number of all batches")


@criterion("load_parts", points=1, hint="Which folder is each of the two datasets made of, and does a batch get lost?")
def test_every_picture_in_its_own_part(parts):
    """Each picture comes once, in the dataset of its own part, and never in the other one."""
    for part, (_, names) in zip(("train", "validation"), parts, strict=True):
        expected = {name for name in ALBUM if name.startswith(part)}
        strangers, missing = [name for name in names if name not in expected], expected.difference(names)
        if strangers:
            raise CriterionFailed(f"pictures of {part}/ alone in its dataset", f"{len(strangers)} that are not in it")
        if missing or len(names) != len(expected):
            told = f"{len(names)}, and {len(missing)} of them never"
            raise CriterionFailed(f"each of the {len(expected)} pictures in {part}/ once", told)


@criterion("load_parts", points=1, hint="Which folder's name comes first in the alphabet?")
def test_labels_follow_the_alphabet(parts):
    """In both datasets the class that comes first in the alphabet is 0, the other one is 1."""
    for pairs, names in parts:
        labels = np.concatenate([as_labels(labels) for _, labels in pairs])
        for name, label in zip(names, labels, strict=False):
            kind = name.split("/")[1] if name else ""
            if kind and label != (kind == "zebras"):
                raise CriterionFailed("ants with 0 and zebras with 1", f"one of the {kind} with {label:g}")


@criterion("load_parts", points=1, hint="In what order do the pictures to learn from come?")
def test_kinds_are_mixed(parts):
    """The pictures to learn from come in mixed order."""
    # Another criterion tells of parts in the other order.
    pairs, _ = max(parts, key=lambda part: sum(name.startswith("train") for name in part[1]))
    labels = np.concatenate([np.ravel(labels if labels.ndim < 2 else labels[..., -1]) for _, labels in pairs])
    # Of 55 in random order 30 are zebras; fewer than 11, or more than 49, once in a billion times.
    shares = [quarter.mean() for quarter in np.array_split(labels, 4)]
    if min(shares) < 0.2 or max(shares) > 0.9:
        told = f"{shares[0]:.0%} of label 1 in the first quarter, {shares[-1]:.0%} in the last"
        raise CriterionFailed("both kinds in each quarter of a pass", told)


@criterion("build_model", points=1, hint="What shape has what goes in, and what comes out of the last layer?")
def test_one_probability(student):
    """The model answers each picture, of the side that it was built for, with one probability."""
    assert_one_probability(student, "build_model", SMALLEST)


@criterion("build_model", points=1, hint="What does each convolution end in? Which layer has most parameters?")
def test_convolutions_and_a_small_file(network):
    """The model has two convolutions with ReLU or more, and 300,000 parameters at most for
    64 × 64."""
    assert_convolutions(network[0], least=2)
    assert_parameters(network[0], at_most=BUDGET)


@criterion("build_model", points=2, hint="What does the first layer multiply by, and is there another one like it?")
def test_scales_the_pictures_itself(student, network):
    """The numbers from 0 to 255 are scaled inside the model, once."""
    assert_scales_pictures(student, "build_model", SIDE, network)


@criterion("build_model", points=1, hint="Which loss is there for one probability and a label that is 0 or 1?")
def test_is_taught_by_crossentropy(student, network):
    """The loss is the crossentropy of the probability with labels 0 and 1."""
    assert_learns_by_crossentropy(student, "build_model", SIDE, network)


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write this one out in full.")
def test_reports_its_accuracy(network):
    """Asked about pictures and their labels, the model reports its "accuracy"."""
    model, found = network
    assert_reports(model, (pictures.very_different(SIDE), (found[:, -1:] > 0.5).astype("float32")), "accuracy")


@criterion("halve_side", points=1, hint="Call the function that is given, once for each side; Keras models can count.")
def test_of_a_dense_layer(student):
    """For two units behind Flatten, it is 386 parameters with 8 × 8 pixels, 98 with 4 × 4."""

    def build_dense(side):
        keras = __import__("keras")
        return keras.Sequential([keras.Input((side, side, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])

    found = student.halve_side(share(student, build_dense), 8)
    assert_close(as_tuple(found, "halve_side(build, 8)", ("whole", "half")), [386, 98], "the numbers of parameters")


@criterion("train", points=1, hint="Does `fit` get the first dataset as it came, and the model as it was compiled?")
def test_learns_every_picture(lesson):
    """The model that is given learns from every picture of the first dataset."""
    if missed := np.count_nonzero(lesson.rises < LEAST_RISE):
        raise CriterionFailed(f"each of {KNOWN} pictures to be learned", f"little or nothing learned from {missed}")


@criterion("train", points=1, hint="What goes into `fit` to learn from, and what as `validation_data`?")
def test_learns_nothing_from_the_part_held_apart(lesson):
    """The model learns nothing from the second dataset."""
    if used := np.count_nonzero(lesson.leaks):
        raise CriterionFailed("nothing learned from the pictures held apart", f"something learned from {used} of them")
    if not np.any(lesson.rises):  # without which nothing can be learned wrongly
        raise CriterionFailed("a model that has been taught", "one with the weights that it had before")


@criterion("train", points=1, hint="How many epochs is `fit` asked for, how often is it called, and what is returned?")
def test_lasts_as_many_epochs_as_asked(lesson):
    """`train` takes as many epochs as it is asked for, and returns the History of them."""
    told = len(as_array(as_record(lesson).get("loss", []), "the losses of the epochs"))
    # Of steps on the pictures held apart another criterion tells.
    if told != EPOCHS or (lesson.steps != EPOCHS * KNOWN // 2 and not np.any(lesson.leaks)):
        wanted = f"a History of {EPOCHS} epochs, and {EPOCHS * KNOWN // 2} steps"
        raise CriterionFailed(wanted, f"one of {told}, and {lesson.steps} steps")


@criterion("train", points=1, hint="`fit` judges a model by what it gets as `validation_data`.")
def test_is_judged_by_the_part_held_apart(lesson):
    """At the end of each epoch the model is judged by the second dataset."""
    record = as_record(lesson)
    if "val_loss" not in record:
        raise CriterionFailed('a History with "val_loss"', f"one with {', '.join(map(str, record))}")
    found, losses = (as_array(record.get(name, []), name) for name in ("val_loss", "loss"))
    # The model has no opinion on pictures whose bright pixels it has not learned: 50 % each. Of one
    # that has, about which another criterion tells, the loss at the end is known.
    end = np.log1p(np.exp(-lesson.leaks)).mean()
    if found.shape != losses.shape or not np.allclose(found.ravel()[-1:], end, rtol=0.005):
        assert_close(found, np.full(losses.shape, np.log(2)), "val_loss after each epoch", rtol=0.005)


@criterion("name_picture", points=1, hint="Of which class is the answer of the network the probability?")
@pytest.mark.parametrize("of_zebras, expected", [(0.2, ("ants", 0.8)), (0.9, ("zebras", 0.9))])
def test_the_more_probable_class(student, of_zebras, expected):
    """The answer is the more probable class, by name, and its own probability."""
    network = make_network(student, weights=[0, 0, 0], bias=np.log(of_zebras / (1 - of_zebras)))
    folder = make_folder(student, {"1.png": np.full((ALBUM_SIDE, ALBUM_SIDE, 3), 90, "uint8")})
    assert_named(student.name_picture(network, folder.joinpath("1.png"), ["ants", "zebras"]), expected)


@criterion("name_picture", points=2, hint="What size, what numbers and what shape does the network expect?")
def test_a_picture_of_another_size(student):
    """The network is shown the picture in the file, resized, with numbers from 0 to 255."""
    network = make_network(student, weights=[0.02, -0.03, 0.01], bias=-0.4)  # likes red, dislikes green
    for colour, expected in (((200, 20, 40), ("zebras", 0.9677)), ((20, 100, 60), ("ants", 0.9168))):
        folder = make_folder(student, {"1.png": np.full((30, 50, 3), colour, "uint8")})
        assert_named(student.name_picture(network, folder.joinpath("1.png"), ["ants", "zebras"]), expected)


@criterion("accuracy", points=2, hint="Where did the second curve end? Are the pictures scaled in the model alone?")
def test_tells_the_validation_pictures(student, thresholds, credit):
    """The saved model is right about 90 % of the pictures in validation/, from 0 to 255."""
    model = as_model(student.model)
    shown = pictures.read_folder(datasets.load("horses_humans") / "validation", input_side(model, SIDE))
    credit.within(accuracy(student.model, shown), thresholds, "validation")


@criterion("answers", points=0, hint="One letter for each question.")
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, {"quarter": "abc", "series": "abc"})


def as_names(found):
    """What `list_classes` returned, a list or a tuple, as a list."""
    if not isinstance(found, (list, tuple, np.ndarray)):
        raise CriterionFailed("list_classes(folder) to be a list of names", described(found))
    return [str(name) if isinstance(name, str) else described(name) for name in found]


def list_classes(folder):  # noqa: ARG001
    return ["horses", "humans"]


def assert_counted(student, folder, expected):
    """Assert what `count_pictures` returns, whatever the student's `list_classes` does."""

    def judge(_):
        found = student.count_pictures(folder)
        if not isinstance(found, dict) or set(found) != set(expected):
            raise CriterionFailed("a dict with a count for horses and one for humans", described(found))
        assert_close([found[name] for name in expected], list(expected.values()), "the counts of horses and humans")

    assert_apart(student, "count_pictures", {"list_classes": list_classes}, judge)


def which_pictures(shown):
    """The path in the album of each picture, at any scale; "" where it is none."""
    if shown.ndim != 4 or shown.shape[-1] != 3 or not shown.size:
        return [""] * (len(shown) if shown.ndim else 0)
    scale = 255 if float(shown.max()) <= 1.01 else 1  # another criterion tells of the scale
    means = scale * shown.astype(float).mean(axis=(1, 2))
    names, colours = list(ALBUM), np.array(list(ALBUM.values()))
    apart = np.abs(means[:, None] - colours).max(axis=-1)
    return [names[row.argmin()] if row.min() < 6 else "" for row in apart]  # JPEG changes a colour by up to 2


def as_labels(labels):
    """The labels of a batch, flat; they may be in a column."""
    if labels.ndim < 1 or labels.shape[1:] not in ((), (1,)) or not np.isin(labels, (0, 1)).all():
        raise CriterionFailed("labels of 0 and 1, flat or in a column", f"labels like {labels[:2].tolist()}")
    return labels.ravel()


def as_record(lesson):
    """What the History says."""
    if not isinstance(record := getattr(lesson.returned, "history", None), dict):
        raise CriterionFailed("the History that `fit` returns", described(lesson.returned))
    return record


def make_network(student, weights, bias):
    """A network whose logit is the weighted sum of a picture's mean colours, and a bias."""
    layers = layer("GlobalAveragePooling2D"), layer("Dense", units=1, activation="sigmoid")
    return make_model(student, (ALBUM_SIDE, ALBUM_SIDE, 3), *layers, weights=[np.reshape(weights, (3, 1)), [bias]])


def assert_named(found, expected):
    """Assert that `name_picture` returned this name and probability."""
    name, probability = as_tuple(found, "name_picture(model, file, classes)", ("name", "probability"))
    assert_equal(name, expected[0], "the name")
    assert_close(probability, expected[1], "the probability", rtol=2e-3)  # four digits, in float32
