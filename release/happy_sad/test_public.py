"""The public criteria of `happy_sad`, which students get with the notebook."""

import numpy as np
import pytest
from PIL import Image

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_input_shape,
    assert_layer_count,
    assert_parameters,
    assert_probabilities,
    assert_reports,
    assert_shape,
    assert_stops,
    at_least,
    criterion,
    datasets,
    first_batch,
    layer,
    make_model,
    output_activation,
    take_batches,
)

SIDE, BATCH = 150, 10
PARTS = ("pictures", "labels")
AGREEING = {
    ("index", 1): ("sigmoid", "binary_crossentropy"),
    ("index", 2): ("softmax", "sparse_categorical_crossentropy"),
    ("one-hot", 2): ("softmax", "categorical_crossentropy"),
}


@pytest.fixture(scope="module")
def faces():
    """The faces, float32 (80, 150, 150, 3) from 0 to 1, and their moods, 0 (happy) or 1 (sad)."""
    folder = datasets.load("happy_sad")
    pictures, moods = [], []
    for mood, name in enumerate(("happy", "sad")):
        for file in sorted((folder / name).glob("*.png")):
            pictures.append(np.asarray(Image.open(file).convert("RGB"), dtype="float32") / 255)
            moods.append(mood)
    return np.stack(pictures), np.array(moods)


@criterion("count_faces", points=1, hint="One entry for each folder, named like it.")
def test_forty_of_each_mood(student):
    """The folder has forty happy and forty sad faces."""
    assert_equal(student.count_faces(student.faces), {"happy": 40, "sad": 40}, "count_faces(faces)")


@criterion("load_faces", points=2, hint="Print the shape, the type, the smallest and the largest number of one batch.")
def test_batches_of_ten_from_0_to_1(student):
    """The batches hold ten pictures of 150×150×3, floating-point numbers from 0 to 1."""
    for pictures, _ in batches(student):
        assert_shape(pictures, (BATCH, SIDE, SIDE, 3), "pictures")
        assert_dtype(pictures, "float", "pictures")
        assert_between(pictures, 0, 1, "the numbers in a batch of pictures")
        assert_between(float(pictures.max()), 0.5, 1, "the largest number in a batch")


@criterion("load_faces", points=2, hint="Does a batch get lost, or do colours or rows and columns change places?")
def test_every_face_once(student, faces):
    """An epoch shows each of the eighty faces once."""
    found = np.concatenate([pictures for pictures, _ in batches(student)])
    nearest = which_face(found, faces[0])
    if (nearest < 0).any():
        raise CriterionFailed("the eighty faces", f"{int((nearest < 0).sum())} pictures that are none of them")
    times = np.bincount(nearest, minlength=len(faces[0]))
    if (times != 1).any():
        raise CriterionFailed(
            "each of the eighty faces once",
            f"{int((times == 0).sum())} faces that never come and {int((times > 1).sum())} that come more than once",
        )


@criterion("load_faces", points=1, hint="Keras sorts the folders' names; which mood comes first?")
def test_happy_is_0_and_sad_is_1(student, faces):
    """Each face has the label of its folder: happy is 0, sad is 1."""
    for pictures, labels in batches(student):
        nearest = which_face(pictures, faces[0])
        if (nearest < 0).all():
            raise CriterionFailed("a batch of faces", "pictures that are none of the eighty")
        moods, known = as_moods(labels), nearest >= 0
        wrong = known & (moods != faces[1][nearest])
        if wrong.any():
            first = ("happy", "sad")[faces[1][nearest[wrong]][0]]
            raise CriterionFailed("happy faces with 0, sad ones with 1", f"a {first} one with {moods[wrong][0]}")


@criterion("load_faces", points=1, hint="In what order do the faces come?")
def test_moods_are_mixed(student):
    """Nearly every batch has faces of both moods."""
    moods = [as_moods(labels) for _, labels in batches(student)]
    mixed = sum(0 < batch.mean() < 1 for batch in moods)
    if mixed < 0.6 * len(moods):
        raise CriterionFailed("both moods in nearly every batch", f"both in {mixed} of {len(moods)} batches")


@criterion("stop_when_perfect", points=1, hint="Count how often in a row it was perfect; stop when that is `epochs`.")
@pytest.mark.parametrize(
    "accuracies, after", [([1.0], None), ([1.0, 1.0], 2), ([0.9, 0.9875, 1.0], None), ([0.9, 1.0, 1.0], 3)]
)
def test_stops_after_two_perfect_epochs(student, accuracies, after):
    """Training stops after two perfect epochs in a row, not after one."""
    assert_stops(student, student.StopWhenPerfect(), logs_of(accuracies), after)


@criterion("stop_when_perfect", points=1, hint="What becomes of the count after an epoch that is not perfect?")
@pytest.mark.parametrize(
    "accuracies, after", [([1.0, 0.9875, 1.0], None), ([1.0, 0.975, 1.0, 1.0], 4), ([1.0, 0.5] * 4, None)]
)
def test_a_setback_starts_the_count_again(student, accuracies, after):
    """An epoch that is not perfect starts the count again."""
    assert_stops(student, student.StopWhenPerfect(), logs_of(accuracies), after)


@criterion("build_model", points=1, hint="Colour pictures in; one probability out, or one for each of the two moods.")
def test_probabilities_of_a_mood(student):
    """The saved model turns colour pictures into the probability of sad, or
    into one for each mood."""
    model = student.model
    assert_input_shape(model, (None, SIDE, SIDE, 3))
    found = model.predict(np.random.default_rng(3).random((4, SIDE, SIDE, 3), dtype="float32"))
    if found.shape not in ((4, 1), (4, 2)):
        raise CriterionFailed("one or two numbers for each picture", f"an answer of shape {found.shape} for 4 pictures")
    assert_probabilities(found, "the answers")
    if found.shape == (4, 1) and bool((found == 1).all()):
        raise CriterionFailed("an answer that depends on the picture", "always 1, as softmax of a single unit is")


@criterion(
    "build_model", points=1, hint="Which layer has most of the parameters, and what could make its input smaller?"
)
def test_a_small_network_with_eyes(student):
    """The saved model has two or more convolutions, and three million parameters at most."""
    assert_layer_count(student.model, Conv2D=at_least(2))
    assert_parameters(student.model, at_most=3_000_000)


@criterion(
    "build_model", points=2, hint="What does one label look like, and which last layer and loss speak that language?"
)
def test_labels_last_layer_and_loss_agree(student):
    """The labels of `load_faces`, the last layer and the loss say the same thing."""
    model = student.model
    _, labels = first_batch(student.load_faces(student.faces), PARTS)
    kind = "one-hot" if labels.ndim == 2 and labels.shape[1] == 2 else "index"
    units, ends = (model.output_shape or (None,))[-1], output_activation(model)
    loss = (model.compiled or {}).get("loss")
    if AGREEING.get((kind, units)) != (ends, loss):
        raise CriterionFailed(
            "labels, last layer and loss that agree",
            f"labels of shape {labels.shape}, {units} unit(s) with {ends or 'an unknown'} activation, the loss {loss}",
            detail=model.table(),
            marked=(len(model.layers) - 1,),
        )


@criterion("build_model", points=1, hint="The key in `logs` is the name that was compiled with, letter by letter.")
def test_reports_its_accuracy(student):
    """A model that `build_model` makes can be asked about a batch of `load_faces`, and
    reports its "accuracy"."""
    assert_reports(student.build_model(), first_batch(student.load_faces(student.faces), PARTS), "accuracy")


@criterion(
    "happiness", points=1, needs="build_model", hint="Which mood is it whose probability your network answers with?"
)
def test_a_network_that_says_twenty_percent_sad(student):
    """Asked with a network that finds every face 20 % sad, the answer is the number 0.8."""
    units = (as_model(student.build_model(), "build_model()").output_shape or (None,))[-1]
    if units not in (1, 2):
        raise CriterionFailed("a model with one or two outputs", str(units))
    ends = layer("Dense", units=units, activation="sigmoid" if units == 1 else "softmax")
    weights = [np.zeros((3, units)), np.log([0.2 / 0.8]) if units == 1 else np.log([0.8, 0.2])]
    network = make_model(student, (SIDE, SIDE, 3), layer("GlobalAveragePooling2D"), ends, weights=weights)
    face = np.full((SIDE, SIDE, 3), 90, "uint8")
    assert_close(student.happiness(network, face), 0.8, "happiness", rtol=1e-3)


@criterion("recognises", points=4, needs="build_model", hint="Did the training stop before the 25th epoch?")
def test_knows_all_eighty(student, faces, thresholds, credit):
    """The saved model is right about every one of the eighty faces."""
    credit.within(accuracy(student.model, faces), thresholds, "known")


def batches(student):
    """The batches of one pass through the student's data set."""
    return take_batches(student.load_faces(student.faces), PARTS, at_most=100)


def logs_of(accuracies):
    """The `logs` of epochs with these validation accuracies."""
    return [{"accuracy": 0.95, "val_accuracy": found} for found in accuracies]


def as_moods(labels):
    """The labels of a batch as integers, 0 or 1; they may be flat, in a column or one-hot."""
    if labels.ndim == 2 and labels.shape[1] == 2:
        one_hot = (labels.sum(axis=1) == 1).all() and ((labels == 0) | (labels == 1)).all()
        found = labels.argmax(axis=1) if one_hot else None
    else:
        plain = labels.ndim == 1 or labels.shape[1:] == (1,)
        found = labels.ravel().astype(int) if plain and ((labels == 0) | (labels == 1)).all() else None
    if found is None:
        raise CriterionFailed("labels of 0 and 1, flat, in a column or one-hot", f"labels like {labels[:2].tolist()}")
    return found


def which_face(pictures, known):
    """The index in `known` of the face on each picture, at any scale; -1 where it is none."""
    if pictures.shape[1:] != known.shape[1:]:
        raise CriterionFailed(f"pictures of shape {known.shape[1:]}", f"shape {pictures.shape[1:]}")
    rows, columns = (array.reshape(len(array), -1).astype("float32") for array in (pictures, known))
    if rows.max() > 2 or rows.max() < 0.01:  # bytes, or scaled twice: another criterion says so
        rows = rows / 255 if rows.max() > 2 else rows * 255
    squares = (rows**2).sum(1)[:, None] + (columns**2).sum(1) - 2 * rows @ columns.T
    nearest = squares.argmin(axis=1)
    close = np.abs(rows - columns[nearest]).mean(axis=1) < 0.004
    return np.where(close, nearest, -1)
