"""The public criteria of `happy_sad`, which students get with the notebook."""

import numpy as np
import pytest
from PIL import Image

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
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
    described,
    first_batch,
    layer,
    make_model,
    output_activation,
    take_batches,
)

SIDE, BATCH = 150, 10
PARTS = ("pictures", "labels")
# Label smoothing of 0.2 changes the loss by a fifth; the squared or absolute error is half of it.
LOSS_TOLERANCE = 0.25


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


@pytest.fixture(scope="module")
def epoch(student):
    """The batches of one pass through the student's data set, of which eight are right."""
    return take_batches(student.load_faces(student.faces), PARTS, at_most=40)


@pytest.fixture(scope="module")
def labels(student):
    """The labels of a first batch, whether or not there is a last."""
    found = first_batch(student.load_faces(student.faces), PARTS)[1]
    if found.shape[1:] not in ((), (1,), (2,)):
        raise CriterionFailed("labels that are flat, in a column or one-hot", f"labels of shape {found.shape}")
    return found


@criterion("count_faces", points=1, hint="One entry for each folder, named like it.")
def test_forty_of_each_mood(student):
    """The folder has forty happy and forty sad faces."""
    assert_equal(student.count_faces(student.faces), {"happy": 40, "sad": 40}, "count_faces(faces)")


@criterion("load_faces", points=2, hint="Print the shape, the type, the smallest and the largest number of one batch.")
def test_batches_of_ten_from_0_to_1(epoch):
    """The batches hold ten pictures of 150×150×3, floating-point numbers from 0 to 1."""
    for pictures, _ in epoch:
        assert_shape(pictures, (BATCH, SIDE, SIDE, 3), "pictures")
        assert_dtype(pictures, "float", "pictures")
        assert_between(pictures, 0, 1, "the numbers in a batch of pictures")
        assert_between(float(pictures.max()), 0.5, 1, "the largest number in a batch")


@criterion("load_faces", points=2, hint="Does a batch get lost, or do colours or rows and columns change places?")
def test_every_face_once(epoch, faces):
    """An epoch shows each of the eighty faces once."""
    found = np.concatenate([pictures for pictures, _ in epoch])
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
def test_happy_is_0_and_sad_is_1(epoch, faces):
    """Each face has the label of its folder: happy is 0, sad is 1."""
    for pictures, labels in epoch:
        nearest = which_face(pictures, faces[0])
        if (nearest < 0).all():
            raise CriterionFailed("a batch of faces", "pictures that are none of the eighty")
        moods, known = as_moods(labels), nearest >= 0
        wrong = known & (moods != faces[1][nearest])
        if wrong.any():
            first = ("happy", "sad")[faces[1][nearest[wrong]][0]]
            raise CriterionFailed("happy faces with 0, sad ones with 1", f"a {first} one with {moods[wrong][0]}")


@criterion("load_faces", points=1, hint="In what order do the faces come?")
def test_moods_are_mixed(epoch):
    """Nearly every batch has faces of both moods."""
    moods = [as_moods(labels) for _, labels in epoch]
    mixed = sum(0 < batch.mean() < 1 for batch in moods)
    if mixed < 0.6 * len(moods):
        raise CriterionFailed("both moods in nearly every batch", f"both in {mixed} of {len(moods)} batches")


@criterion("stop_when_perfect", points=1, hint="Count how often in a row it was perfect; stop when that is `epochs`.")
@pytest.mark.parametrize(
    "accuracies, after",
    [
        pytest.param([1.0], None, id="one perfect epoch is not enough"),
        pytest.param([1.0, 1.0], 2, id="the first two epochs are perfect"),
        pytest.param([0.9, 0.9875, 1.0], None, id="only the last epoch is perfect"),
        pytest.param([0.9, 1.0, 1.0], 3, id="the last two of three epochs are perfect"),
    ],
)
def test_stops_after_two_perfect_epochs(student, accuracies, after):
    """Training stops after two perfect epochs in a row, not after one."""
    assert_stops(student, student.StopWhenPerfect(), logs_of(accuracies), after)


@criterion(
    "stop_when_perfect", points=1, hint="Perfect is every face; what becomes of the count after any other epoch?"
)
@pytest.mark.parametrize(
    "accuracies, after",
    [
        pytest.param([1.0, 0.9875, 1.0], None, id="a setback between two perfect epochs"),
        pytest.param([1.0, 0.975, 1.0, 1.0], 4, id="a setback, then two perfect epochs"),
        pytest.param([1.0, 0.5] * 4, None, id="every second epoch is perfect"),
        pytest.param([0.995, 0.9975] * 2, None, id="one face of some hundred is wrong"),
    ],
)
def test_a_setback_starts_the_count_again(student, accuracies, after):
    """An epoch that is not perfect, by however little, starts the count again."""
    assert_stops(student, student.StopWhenPerfect(), logs_of(accuracies), after)


@criterion("stop_when_perfect", points=1, hint="Whose accuracy is in which key, and what if neither is there?")
def test_listens_to_val_accuracy_alone(student):
    """Only `val_accuracy` counts; a training whose `logs` do not have it goes on."""
    for logs in ({"accuracy": 1.0, "val_accuracy": 0.995}, {"accuracy": 1.0}, {}):
        assert_stops(student, student.StopWhenPerfect(), [logs] * 4, after=None)
    assert_stops(student, student.StopWhenPerfect(), [{"accuracy": 0.9, "val_accuracy": 1.0}] * 2, after=2)


@criterion("stop_when_perfect", points=1, hint="What is left of the first training when the second begins?")
def test_every_training_starts_afresh(student):
    """`epochs` may be any number, and a second training with the same callback
    starts its own count."""
    perfect = {"accuracy": 1.0, "val_accuracy": 1.0}
    callback = student.StopWhenPerfect(epochs=3)
    for count, after in ((2, None), (2, None), (3, 3)):
        assert_stops(student, callback, [perfect] * count, after)


@criterion("build_model", points=1, hint="Colour pictures in; one probability out, or one for each of the two moods.")
def test_probabilities_of_a_mood(student):
    """The network turns colour pictures of 150 × 150 pixels into the probability of sad, or
    into one for each mood."""
    model, found = asked_network(student)
    if model.input_shape is not None:
        sides = [size and SIDE for size in model.input_shape[1:3]]  # None is any size
        assert_input_shape(model, (None, *sides, 3))
    if found.shape not in ((len(found), 1), (len(found), 2)):
        raise CriterionFailed("one or two numbers for each picture", f"{found.shape[1:]} numbers for each")
    assert_probabilities(found, "the answers")
    # Without an activation, the answers of an untrained network may lie between 0 and 1 by chance.
    ends = output_activation(model) if model.class_name in ("Sequential", "Functional") else None
    if ends not in (None, "sigmoid", "softmax", "hard_sigmoid"):
        raise CriterionFailed("an end that makes probabilities", f"the activation {ends}", detail=model.table())
    if found.shape[1] == 1 and found.min() > 0.999:
        raise CriterionFailed("an answer that depends on the picture", "always 1, as softmax of a single unit is")


@criterion(
    "build_model", points=1, hint="Which layer has most of the parameters, and what could make its input smaller?"
)
def test_a_small_network_with_eyes(student):
    """The network has two or more convolutions, and three million parameters at most."""
    model, _ = asked_network(student)
    assert_layer_count(model, convolution=at_least(2))
    assert_parameters(model, at_most=3_000_000)


@criterion(
    "build_model", points=2, hint="What does one label look like, and which last layer and loss speak that language?"
)
def test_labels_last_layer_and_loss_agree(student, labels):
    """The labels of `load_faces`, the last layer and the loss say the same thing."""
    model, found = asked_network(student)
    sad = found[:, -1].astype(float)
    if not ((sad > 0) & (sad < 1)).all():
        raise CriterionFailed("a last layer that ends in probabilities", f"answers like {found[0].tolist()}")
    losses = []
    for moods in (sad < 0.5, sad >= 0.5):
        report = model.evaluate(noise(), as_labels(moods, labels), verbose=0, return_dict=True)
        losses.append(report.get("loss") if isinstance(report, dict) else report)
    assert_close(
        as_array(losses[0], "the loss") - as_array(losses[1], "the loss"),
        np.abs(np.log(sad / (1 - sad))).mean(),
        f"the loss of unlikely labels, shaped {labels.shape}, less that of likely ones",
        rtol=LOSS_TOLERANCE,
    )


@criterion("build_model", points=1, hint="The key in `logs` is the name that was compiled with, letter by letter.")
def test_reports_its_accuracy(student, labels):
    """The network can be asked about labels like those of `load_faces`, and reports its
    "accuracy"."""
    model, found = asked_network(student)
    assert_reports(model, (noise(), as_labels(found[:, -1] < 0.5, labels)), "accuracy")


@criterion("happiness", points=1, hint="Which mood is it whose probability your network answers with?")
def test_a_network_that_says_twenty_percent_sad(student):
    """Asked with a network that finds every face 20 % sad, the answer is the number 0.8."""
    units = asked_network(student)[1].shape[-1]
    if units not in (1, 2):
        raise CriterionFailed("a model with one or two outputs", str(units))
    ends = layer("Dense", units=units, activation="sigmoid" if units == 1 else "softmax")
    weights = [np.zeros((3, units)), np.log([0.2 / 0.8]) if units == 1 else np.log([0.8, 0.2])]
    network = make_model(student, (SIDE, SIDE, 3), layer("GlobalAveragePooling2D"), ends, weights=weights)
    face = np.full((SIDE, SIDE, 3), 90, "uint8")
    assert_close(student.happiness(network, face), 0.8, "happiness", rtol=1e-3)


@criterion("recognises", points=4, hint="Did the training stop before the 25th epoch?")
def test_knows_all_eighty(student, faces, thresholds, credit):
    """The saved model is right about every one of the eighty faces."""
    credit.within(accuracy(student.model, faces), thresholds, "known")


def logs_of(accuracies):
    """The `logs` of epochs with these validation accuracies."""
    return [{"accuracy": 0.95, "val_accuracy": found} for found in accuracies]


def noise():
    """Ten pictures of noise, of very different brightness, float32 (10, 150, 150, 3)."""
    rng = np.random.default_rng(3)
    return np.stack([level * rng.random((SIDE, SIDE, 3), "float32") for level in np.linspace(0.1, 1, 10)])


def asked_network(student):
    """A network that `build_model` makes, and its answers to `noise`.

    A network without an `Input` has its layers' sizes once it has been asked.
    """
    model = as_model(student.build_model(), "build_model()")
    found = model.predict(noise())
    if not isinstance(found, np.ndarray) or found.ndim != 2:
        raise CriterionFailed("a row of one or two numbers for each picture", described(found))
    return model, found


def as_labels(moods, like):
    """Moods, (n,) of 0 and 1, as labels of the form and type of the batch `like`."""
    moods = np.asarray(moods, int)
    one_hot = like.ndim == 2 and like.shape[1] == 2
    return (np.eye(2)[moods] if one_hot else moods.reshape(-1, *like.shape[1:])).astype(like.dtype)


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
