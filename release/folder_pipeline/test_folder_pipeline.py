"""The public criteria of `folder_pipeline`, which students get with the notebook."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    as_tuple,
    assert_between,
    assert_choices,
    assert_close,
    assert_crossentropy_loss,
    assert_equal,
    assert_input_shape,
    assert_layer_count,
    assert_parameters,
    assert_reports,
    assert_shape,
    at_least,
    criterion,
    datasets,
    described,
    layer,
    make_folder,
    make_model,
    output_activation,
    pictures,
    share,
    take_batches,
)

SIDE, BATCH, BUDGET = 64, 32, 300_000
# The largest difference of logits that a fresh network makes of very different pictures. With ReLU,
# on four seeds and five networks of other forms: 0.06 to 2.8 with pictures that are scaled once, at
# least 15 with pictures that are not scaled, at most 0.0075 with those that are scaled twice.
LEAST_SPREAD, MOST_SPREAD = 0.02, 6
ALBUM_SIDE = 16
ASKED_SIDE = 40  # with a network for which `build_model` is judged
PLACES, EPOCHS, BATCHES = 6, 3, 4  # of the short lesson: the side of its pictures, its epochs, batches in each


class Album(NamedTuple):
    """Pictures of a single colour each, in folders.

    Args:
        files: path → uint8 array.
        colours: path → its colour.
    """

    files: dict
    colours: dict


def draw_album(counts, sizes=((20, 20), (16, 30), (40, 24), (9, 9))):
    """An album of `counts` pictures for each folder, each of a colour of its own."""
    files, colours = {}, {}
    for kind, count in counts.items():
        for number in range(count):
            code = len(files)
            colour = (10 + 80 * (code % 4), 10 + 80 * (code // 4 % 4), 5 + 60 * (code // 16))
            name = f"{kind}/{number}.{('png', 'jpg')[number % 2]}"
            files[name] = np.full((*sizes[number % len(sizes)], 3), colour, "uint8")
            colours[name] = colour
    return Album(files, colours)


ALBUM = draw_album({"train/zebras": 25, "train/ants": 20, "validation/zebras": 5, "validation/ants": 7})


@pytest.fixture(scope="module")
def parts(student):
    """The batches of one pass through both datasets, and the names of what they show."""
    album = make_folder(student, ALBUM.files)
    loaded = as_tuple(
        student.load_parts(album, ALBUM_SIDE), "load_parts(folder, side)", ("to learn from", "to judge by")
    )
    batches = [one_pass(student, dataset) for dataset in loaded]
    return [(pairs, [name for pictures, _ in pairs for name in which_pictures(pictures)]) for pairs in batches]


@pytest.fixture(scope="module")
def network(student):
    """A network of `build_model` for 40 × 40 pixels, and its answers to very different pictures."""
    model = as_model(student.build_model(ASKED_SIDE), "build_model(side)")
    found = model.predict(very_different(ASKED_SIDE))
    if not isinstance(found, np.ndarray) or found.ndim != 2:
        raise CriterionFailed("a row of one number for each picture", described(found))
    return model, found


@pytest.fixture(scope="module")
def seer(student):
    """A network that likes red, dislikes green, and takes numbers from 0 to 255."""
    return make_network(student, ALBUM_SIDE, weights=[0.02, -0.03, 0.01], bias=-0.4)


@pytest.fixture(scope="module")
def lesson(student):
    """A short lesson by `train`, of three epochs."""
    return teach(student)


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
    assert_equal(as_counts(student.count_pictures(student.folder.joinpath("train"))), expected, "the counts")


@criterion("count", points=1, hint="Look at the ending of each name, in capital letters too, and into no folder below.")
def test_counts_pictures_alone(student):
    """Files of all three endings are counted, in capital letters too, and nothing else is."""
    dot = np.zeros((4, 4, 3), "uint8")
    files = {f"ants/{name}": dot for name in ("1.jpg", "2.jpeg", "3.png", "4.JPG", "5.JPEG", "6.PNG")}
    files |= {f"bees/{name}": "no picture" for name in ("notes.txt", "jpg", "1.jpg.txt", "Thumbs.db")}
    found = student.count_pictures(make_folder(student, {**files, "bees/7.png": dot, "bees/old/8.png": dot}))
    assert_equal(as_counts(found), {"ants": 6, "bees": 1}, "the counts")


@criterion("load_parts", points=1, hint="Print the shape, the smallest and the largest number of one batch.")
def test_batches_of_pictures_from_0_to_255(parts):
    """Both datasets have batches of 32 pictures of the side asked for, the last one smaller, with
    numbers from 0 to 255."""
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
    """Each picture in train/ comes once in the first dataset, each in validation/ once in the
    second, and none in the other one."""
    for part, (_, names) in zip(("train", "validation"), parts, strict=True):
        expected = {name for name in ALBUM.files if name.startswith(part)}
        strangers, missing = [name for name in names if name not in expected], expected.difference(names)
        if strangers:
            raise CriterionFailed(f"pictures of {part}/ alone in its dataset", f"{len(strangers)} that are not in it")
        if missing or len(names) != len(expected):
            raise CriterionFailed(
                f"each of the {len(expected)} pictures in {part}/ once", f"{len(names)}, of which {len(missing)} never"
            )


@criterion("load_parts", points=1, hint="Which folder's name comes first in the alphabet?")
def test_labels_follow_the_alphabet(parts):
    """In both datasets the class that comes first in the alphabet is 0, the other one is 1."""
    for pairs, names in parts:
        labels = np.concatenate([as_labels(labels) for _, labels in pairs])
        for name, label in zip(names, labels, strict=True):
            kind = name.split("/")[1] if name else ""
            if kind and label != (kind == "zebras"):
                raise CriterionFailed("ants with 0 and zebras with 1", f"one of the {kind} with {label:g}")


@criterion("load_parts", points=1, hint="In what order do the pictures to learn from come?")
def test_kinds_are_mixed(parts):
    """The pictures to learn from come in mixed order."""
    labels = np.concatenate([as_labels(labels) for _, labels in parts[0][0]])
    changes = int((labels[1:] != labels[:-1]).sum())
    # Of 45 in random order, 22 differ from the one before, and fewer than 8 once in 100,000 times.
    if changes < 8:
        raise CriterionFailed("both kinds, well mixed", f"a change of kind {changes} times in {len(labels)} pictures")


@criterion("build_model", points=1, hint="What shape has what goes in, and what comes out of the last layer?")
def test_one_probability(network):
    """The model answers each picture, of the side that it was built for, with one probability."""
    model, found = network
    if model.input_shape is not None:
        assert_input_shape(model, (None, *[size and ASKED_SIDE for size in model.input_shape[1:3]], 3))
    assert_shape(found, (16, 1), "the answers to 16 pictures")
    assert_between(found, 0, 1, "the answers")
    # Without an activation, the answers of an untrained network may lie between 0 and 1 by chance.
    ends = output_activation(model) if model.class_name in ("Sequential", "Functional") else None
    if ends not in (None, "sigmoid", "hard_sigmoid"):
        raise CriterionFailed("an end that makes one probability", f"the activation {ends}", detail=model.table())


@criterion(
    "build_model", points=1, hint="Which layer has most of the parameters, and what could make its input smaller?"
)
def test_convolutions_and_a_small_file(student):
    """The model has two or more convolutions, and for 64 × 64 pixels 300,000 parameters at most."""
    model = as_model(student.build_model(SIDE), "build_model(side)")
    if not model.built:  # a picture builds one that has no Input
        model.predict(very_different(SIDE)[:1])
    assert_layer_count(model, convolution=at_least(2))
    assert_parameters(model, at_most=BUDGET)


@criterion("build_model", points=2, hint="What does the first layer multiply by, and is there another one like it?")
def test_scales_the_pictures_itself(network):
    """The numbers from 0 to 255 are scaled inside the model, once."""
    model, found = network
    share_of_1 = np.clip(found.astype(float).ravel(), 1e-7, 1 - 1e-7)
    # Without an activation, about which another criterion tells, the answers are the logits.
    logits = found if output_activation(model) == "linear" else np.log(share_of_1 / (1 - share_of_1))
    spread = logits.max() - logits.min()
    if spread > MOST_SPREAD:
        raise CriterionFailed("numbers of about the size of 1 in the network", "far larger ones: nothing scales them")
    if spread < LEAST_SPREAD:
        raise CriterionFailed("numbers of about the size of 1 in the network", "far smaller ones: scaled twice?")


@criterion("build_model", points=1, hint="Which loss is there for one probability and a label that is 0 or 1?")
def test_is_taught_by_crossentropy(network):
    """The loss is the crossentropy of the probability with labels 0 and 1."""
    # Dark ones, so that a network that does not scale them has no answers that round to 0 or 1.
    assert_crossentropy_loss(network[0], very_different(ASKED_SIDE) / 16)


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write this one out in full.")
def test_reports_its_accuracy(network):
    """Asked about pictures and their labels, the model reports its "accuracy"."""
    model, found = network
    assert_reports(model, (very_different(ASKED_SIDE), (found > 0.5).astype("float32")), "accuracy")


@criterion("halve_side", points=1, hint="Call the function that is given, once for each side; Keras models can count.")
def test_of_a_dense_layer(student):
    """For two units behind Flatten, it is 386 parameters with 8 × 8 pixels, 98 with 4 × 4."""
    found = student.halve_side(share(student, build_dense), 8)
    assert_close(as_tuple(found, "halve_side(build, 8)", ("whole", "half")), [386, 98], "the numbers of parameters")


@criterion("train", points=1, hint="Does `fit` get the first dataset as it came, and the model that was given?")
def test_learns_every_picture(lesson):
    """The model that is given learns from every picture of the first dataset."""
    missed = [
        number for number, rise in enumerate(lesson.rises) if not (rise > 0 if lesson.labels[number] else rise < 0)
    ]
    if missed:
        raise CriterionFailed(
            f"something learned from each of {len(lesson.rises)} pictures", f"nothing right from {len(missed)} of them"
        )


@criterion("train", points=1, hint="What goes into `fit` to learn from, and what as `validation_data`?")
def test_learns_nothing_from_the_part_held_apart(lesson):
    """The model learns nothing from the second dataset."""
    assert_learned(lesson)
    used = int(np.count_nonzero(lesson.leaks))
    if used:
        raise CriterionFailed("nothing learned from the pictures held apart", f"something learned from {used} of them")


@criterion("train", points=1, hint="How many epochs is `fit` asked for, how often is it called, and what is returned?")
def test_lasts_as_many_epochs_as_asked(lesson):
    """`train` takes as many epochs as it is asked for, and returns the History of them."""
    told = len(as_array(lesson.record.get("loss", []), "the losses of the epochs"))
    if (told, lesson.taught.steps) != (EPOCHS, EPOCHS * BATCHES):
        raise CriterionFailed(
            f"a History of {EPOCHS} epochs, and {EPOCHS * BATCHES} steps",
            f"one of {told}, and {lesson.taught.steps} steps",
        )


@criterion("train", points=1, hint="`fit` judges a model by what it gets as `validation_data`.")
def test_is_judged_by_the_part_held_apart(lesson):
    """At the end of each epoch the model is judged by the second dataset."""
    told = lesson.record.get("val_loss")
    if told is None:
        raise CriterionFailed('a History with "val_loss"', f"one with {', '.join(map(str, lesson.record))}")
    # The model has no opinion on pictures whose bright pixels it has never seen: 50 % each.
    assert_close(as_array(told, "val_loss"), np.full(EPOCHS, np.log(2)), "val_loss after each epoch", rtol=0.005)


@criterion("name_picture", points=1, hint="Of which class is the answer of the network the probability?")
@pytest.mark.parametrize(
    "of_zebras, expected",
    [
        pytest.param(0.2, ("ants", 0.8), id="a network that says 20 % zebra"),
        pytest.param(0.9, ("zebras", 0.9), id="a network that says 90 % zebra"),
    ],
)
def test_the_more_probable_class(student, of_zebras, expected):
    """The answer is the more probable class, by name, and its own probability."""
    network = make_network(student, ALBUM_SIDE, weights=[0, 0, 0], bias=np.log(of_zebras / (1 - of_zebras)))
    folder = make_folder(student, {"1.png": np.full((ALBUM_SIDE, ALBUM_SIDE, 3), 90, "uint8")})
    assert_named(student.name_picture(network, folder.joinpath("1.png"), ["ants", "zebras"]), expected)


@criterion("name_picture", points=2, hint="What size, what numbers and what shape does the network expect?")
@pytest.mark.parametrize(
    "colour, expected",
    [
        pytest.param((200, 20, 40), ("zebras", 0.9677), id="a red picture"),
        pytest.param((20, 100, 60), ("ants", 0.9168), id="a green picture"),
    ],
)
def test_a_picture_of_another_size(student, seer, colour, expected):
    """The network is shown the picture in the file, resized, with numbers from 0 to 255."""
    folder = make_folder(student, {"1.png": np.full((30, 50, 3), colour, "uint8")})
    assert_named(student.name_picture(seer, folder.joinpath("1.png"), ["ants", "zebras"]), expected)


@criterion("accuracy", points=2, hint="Where did the second curve end? Are the pictures scaled in the model alone?")
def test_tells_the_validation_pictures(student, thresholds, credit):
    """The saved model is right about 90 % of the pictures in validation/, from 0 to 255."""
    shown = pictures.read_folder(datasets.load("horses_humans") / "validation", side_of(student.model))
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


def as_counts(found):
    """What `count_pictures` returned, with plain whole numbers."""
    if not isinstance(found, dict):
        raise CriterionFailed("count_pictures(folder) to be a dict", described(found))
    return {name: int(as_array(count, "a count")) if np.ndim(count) == 0 else count for name, count in found.items()}


def one_pass(student, dataset):
    """The batches of one epoch; a dataset of Keras's own kind may be endless, and has a length."""

    def in_order(dataset):
        kinds = [kind.__name__ for kind in type(dataset).__mro__]
        return [dataset[number] for number in range(len(dataset))] if "PyDataset" in kinds else dataset

    return take_batches(share(student, in_order)(dataset), ("pictures", "labels"), at_most=100)


def which_pictures(shown):
    """The path in the album of each picture, at any scale; "" where it is none."""
    if shown.ndim != 4 or shown.shape[-1] != 3:
        raise CriterionFailed("batches of pictures with three channels", f"arrays of shape {shown.shape}")
    scale = 255 if float(shown.max()) <= 1.01 else 1  # another criterion tells of the scale
    means = scale * shown.astype(float).mean(axis=(1, 2))
    names, colours = list(ALBUM.colours), np.array(list(ALBUM.colours.values()))
    apart = np.abs(means[:, None] - colours).max(axis=-1)
    return [names[row.argmin()] if row.min() < 6 else "" for row in apart]  # JPEG changes a colour by up to 2


def as_labels(labels):
    """The labels of a batch, flat; they may be in a column."""
    if labels.ndim not in (1, 2) or labels[0].size != 1 or not np.isin(labels, (0, 1)).all():
        raise CriterionFailed("labels of 0 and 1, flat or in a column", f"labels like {labels[:2].tolist()}")
    return labels.ravel()


def very_different(side):
    """Plain pictures, noise and large squares, float32 (16, side, side, 3) from 0 to 255."""
    rng = np.random.default_rng(3)
    plain = [np.full((side, side, 3), colour) for colour in ([0] * 3, [255] * 3, [255, 0, 0], [0, 0, 255], [0, 255, 0])]
    squares = [np.kron(rng.integers(0, 256, (4, 4, 3)), np.ones((side, side, 1)))[::4, ::4] for _ in range(6)]
    return np.stack([*plain, *rng.integers(0, 256, (5, side, side, 3)), *squares]).astype("float32")


def build_dense(side):
    keras = __import__("keras")
    return keras.Sequential([keras.Input((side, side, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])


class Lesson(NamedTuple):
    """What `train` did with a model of one unit.

    Args:
        record: what the History says.
        taught: the model as it was left.
        rises: by how much the weight rose that sees the bright pixel of each picture learned from.
        labels: of these pictures.
        leaks: the same for the bright pixels of the pictures held apart.
    """

    record: dict
    taught: Any
    rises: np.ndarray
    labels: np.ndarray
    leaks: np.ndarray


def teach(student):
    """Let `train` teach pictures with one bright pixel each, at a place of its own."""
    rng = np.random.default_rng(21)
    places, labels = rng.permutation(3 * PLACES**2)[:20], rng.integers(0, 2, 20)
    shown = np.zeros((20, 3 * PLACES**2), "float32")
    shown[np.arange(20), places] = 1
    shown = shown.reshape(20, PLACES, PLACES, 3)
    unit = layer("Dense", units=1, use_bias=False, activation="sigmoid")
    model = make_model(student, (PLACES, PLACES, 3), layer("Flatten"), unit, weights=[np.zeros((3 * PLACES**2, 1))])
    model.compile(
        optimizer={"class_name": "SGD", "config": {"learning_rate": 0.5}},
        loss="binary_crossentropy",
        metrics=["accuracy"],
        run_eagerly=True,
    )

    slices, columns = student.tf.data.Dataset.from_tensor_slices, labels[:, None].astype("float32")
    known, new = slices((shown[:13], columns[:13])), slices((shown[13:], columns[13:]))
    history = student.train(model, known.batch(4), new.batch(4), EPOCHS)
    record = getattr(history, "history", None)
    if not isinstance(record, dict):
        raise CriterionFailed("the History that `fit` returns", described(history))
    taught = as_left(model)
    rises = taught.weights[0][places, 0]
    return Lesson(record, taught, rises[:13], labels[:13], rises[13:])


def assert_learned(lesson):
    """Assert that something has been learned, without which nothing can be learned wrongly."""
    if not np.any(lesson.rises):
        raise CriterionFailed("a model that has been taught", "one with the weights that it had before")


def make_network(student, side, weights, bias):
    """A network whose logit is the weighted sum of a picture's mean colours, and a bias."""
    layers = layer("GlobalAveragePooling2D"), layer("Dense", units=1, activation="sigmoid")
    return make_model(student, (side, side, 3), *layers, weights=[np.reshape(weights, (3, 1)), [bias]])


def assert_named(found, expected):
    """Assert that `name_picture` returned this name and probability."""
    name, probability = as_tuple(found, "name_picture(model, file, classes)", ("name", "probability"))
    assert_equal(name, expected[0], "the name")
    assert_close(probability, expected[1], "the probability", rtol=2e-3)  # four digits, in float32


def side_of(model):
    """The side of the pictures that a model takes, which the notebook sets to 64."""
    shape = as_model(model).input_shape
    return (shape[1] if shape is not None and len(shape) == 4 else None) or SIDE
