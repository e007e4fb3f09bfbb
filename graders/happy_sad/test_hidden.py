"""The hidden criteria of `happy_sad`, which students never get."""

import numpy as np
import pytest
from PIL import Image

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    assert_close,
    assert_equal,
    assert_shape,
    assert_stops,
    criterion,
    datasets,
    take_batches,
)

SIDE, MARGIN, MOVED = 150, 3, 3
# An invented album: mood, file name, width, height, Pillow's mode and colour of each picture.
ALBUM = [
    ("happy", "a.png", 60, 80, "RGB", (250, 10, 20)),
    ("happy", "b.png", 150, 150, "RGBA", (20, 240, 30, 255)),
    ("happy", "c.png", 200, 90, "RGB", (15, 25, 245)),
    ("sad", "d.png", 150, 150, "RGB", (200, 200, 0)),
    ("sad", "e.png", 90, 90, "RGBA", (0, 180, 190, 255)),
]


@pytest.fixture(scope="module")
def mirrored():
    """The eighty faces mirrored, each shifted a little to the left and to the right, with moods."""
    folder = datasets.load("happy_sad")
    pictures, moods = [], []
    for mood, name in enumerate(("happy", "sad")):
        for file in sorted((folder / name).glob("*.png")):
            face = np.asarray(Image.open(file).convert("RGB"), dtype="float32")[:, ::-1] / 255
            wide = np.pad(face, ((0, 0), (MARGIN, MARGIN), (0, 0)), mode="edge")
            for left in (MARGIN - MOVED, MARGIN + MOVED):
                pictures.append(wide[:, left : left + SIDE])
                moods.append(mood)
    return np.stack(pictures), np.array(moods)


@criterion("count_faces", points=1, hint="Does it look at the folder it is given, and only at pictures?")
def test_counts_any_folder(student):
    """Any folder's pictures are counted, and other files are not."""
    folder = album(student, "album_to_count")
    for name in ("notes.txt", "sad/Thumbs.db", "happy/png"):
        folder.joinpath(name).write_text("not a picture")
    assert_equal(student.count_faces(folder), {"happy": 3, "sad": 2}, "the count of a folder of five")


@criterion("load_faces", points=2, hint="Does it read the folder it is given, with pictures of any size?")
def test_loads_any_folder(student):
    """Pictures of other sizes and kinds, in another folder, become batches of the same form."""
    dataset = student.load_faces(album(student, "album_to_load"))
    batches = take_batches(dataset, ("pictures", "labels"), at_most=10)
    if len(batches) != 1:
        raise CriterionFailed("one batch for a folder of five pictures", f"{len(batches)} batches")
    pictures, labels = batches[0]
    assert_shape(pictures, (5, SIDE, SIDE, 3), "pictures")
    colours = [np.array(colour[:3]) / 255 for *_, colour in ALBUM]
    for picture, label in zip(pictures, labels.reshape(5, -1), strict=True):
        which = int(np.argmin([np.abs(picture - colour).mean() for colour in colours]))
        assert_close(picture[::49, ::49], np.broadcast_to(colours[which], (4, 4, 3)), "a picture", rtol=0, atol=0.01)
        found = "happy" if int(label[-1]) == 0 else "sad"
        if found != ALBUM[which][0]:
            raise CriterionFailed(f"the label of a {ALBUM[which][0]} picture", f"that of a {found} one")


@criterion("stop_when_perfect", points=1, hint="Whose accuracy is in which key, and what if neither is there?")
def test_listens_to_val_accuracy_alone(student):
    """Only `val_accuracy` counts; a training whose `logs` do not have it goes on."""
    for logs in ({"accuracy": 1.0, "val_accuracy": 0.975}, {"accuracy": 1.0}, {}):
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


@criterion(
    "happiness", points=2, needs="build_model", hint="What does the network expect of a picture's numbers and shape?"
)
def test_happiness_of_any_face(student):
    """The answer is the network's own probability of happy, for any picture."""
    model = as_model(student.build_model(), "build_model()")
    rng = np.random.default_rng(11)
    for high in (40, 120, 256):
        face = rng.integers(0, high, (SIDE, SIDE, 3), dtype="uint8")
        found = model.predict(face[None].astype("float32") / 255)[0]
        expected = float(found[0]) if len(found) == 2 else 1 - float(found[0])
        assert_close(student.happiness(model, face), expected, "happiness", rtol=2e-3)


@criterion(
    "recognises", points=4, needs="build_model", hint="Has it looked at mouths, or learned eighty pictures by heart?"
)
def test_knows_them_in_the_mirror(student, mirrored, thresholds, credit):
    """The saved model recognises the moods of faces that it has never met: mirrored
    ones, moved a little."""
    credit.within(accuracy(student.model, mirrored), thresholds, "mirror")


def album(student, name):
    """Make a folder with the pictures of ALBUM in the student's process, and return its path."""
    folder = student.Path(name)
    for mood, file, width, height, mode, colour in ALBUM:
        folder.joinpath(mood).mkdir(parents=True, exist_ok=True)
        student.Image.new(mode, (width, height), colour).save(folder.joinpath(mood, file))
    return folder
