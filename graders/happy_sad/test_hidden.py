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
    criterion,
    datasets,
    described,
    layer,
    make_model,
    take_batches,
)

SIDE, MOVED = 150, 3
COLOURS = {"grey": (128, 102, 128), "dark": (115, 77, 127), "yellow": (178, 153, 64)}
# An invented album of thirteen pictures: mood → width and height in pixels, Pillow's mode, and
# colours from 0 to 255. The last one is as light as a picture can be.
ALBUM = {
    "happy": [
        (60, 80, "RGB", (250, 10, 20)),
        (150, 150, "RGBA", (20, 240, 30, 255)),
        (200, 90, "RGB", (15, 25, 245)),
        (151, 149, "RGB", (120, 60, 7)),
    ],
    "sad": [
        (150, 150, "RGB", (200, 200, 0)),
        (90, 90, "RGBA", (0, 180, 190, 255)),
        (150, 150, "RGB", (33, 44, 55)),
        (40, 40, "RGB", (130, 3, 131)),
        (300, 300, "RGBA", (77, 177, 77, 255)),
        (150, 75, "RGB", (222, 111, 122)),
        (75, 150, "RGB", (99, 98, 33)),
        (150, 150, "RGBA", (1, 2, 3, 255)),
        (150, 150, "RGB", (255, 255, 255)),
    ],
}
PICTURES = [(mood, *picture) for mood, pictures in ALBUM.items() for picture in pictures]


@pytest.fixture(scope="module")
def mirrored():
    """The eighty faces mirrored, each moved a little to the left or to the right, with moods."""
    folder = datasets.load("happy_sad")
    pictures, moods = [], []
    for mood, name in enumerate(("happy", "sad")):
        for number, file in enumerate(sorted((folder / name).glob("*.png"))):
            face = np.asarray(Image.open(file).convert("RGB"), dtype="float32")[:, ::-1] / 255
            wide = np.pad(face, ((0, 0), (MOVED, MOVED), (0, 0)), mode="edge")
            left = 2 * MOVED * (number % 2)
            pictures.append(wide[:, left : left + SIDE])
            moods.append(mood)
    return np.stack(pictures), np.array(moods)


@criterion("count_faces", points=1, hint="Does it look at each folder in the one it is given, and only at pictures?")
def test_counts_any_folder(student):
    """Any folder's pictures are counted, whatever its moods are called, and other files are not."""
    folder = album(student, "album_to_count")
    folder.joinpath("surprised").mkdir()
    for name in ("notes.txt", "cover.png", "sad/Thumbs.db", "happy/png", "happy/a.png.txt", "surprised/one.png"):
        folder.joinpath(name).write_text("not looked into")
    expected = {"happy": len(ALBUM["happy"]), "sad": len(ALBUM["sad"]), "surprised": 1}
    assert_equal(student.count_faces(folder), expected, "the count of a folder of fourteen")


@criterion("load_faces", points=2, hint="Does it read the folder it is given, with pictures of any size, to the last?")
def test_loads_any_folder(student):
    """Pictures of other sizes and kinds, in another folder, become batches of the same form."""
    dataset = student.load_faces(album(student, "album_to_load"))
    batches = take_batches(dataset, ("pictures", "labels"), at_most=2 * len(PICTURES))
    if sorted(len(pictures) for pictures, _ in batches) != [3, 10]:
        sizes = ", ".join(str(len(pictures)) for pictures, _ in batches[:8])
        raise CriterionFailed("batches of 10 and 3 pictures for a folder of thirteen", f"batches of {sizes}")
    colours = np.array([colour[:3] for *_, colour in PICTURES]) / 255
    seen = []
    for pictures, labels in batches:
        assert_shape(pictures, (None, SIDE, SIDE, 3), "pictures")
        for picture, label in zip(pictures, labels.reshape(len(labels), -1), strict=True):
            which = int(np.abs(picture[::49, ::49].mean(axis=(0, 1)) - colours).sum(axis=1).argmin())
            expected = np.broadcast_to(colours[which], (4, 4, 3))
            assert_close(picture[::49, ::49], expected, "a picture of a single colour", rtol=0, atol=0.002)
            found = "happy" if int(label[-1]) == 0 else "sad"
            if found != PICTURES[which][0]:
                raise CriterionFailed(f"the label of a {PICTURES[which][0]} picture", f"that of a {found} one")
            seen.append(which)
    assert_equal(sorted(seen), list(range(len(PICTURES))), "the numbers of the pictures that came")


@criterion("happiness", points=2, hint="What does the network expect of a picture's numbers and shape?")
def test_happiness_of_any_face(student):
    """The answer is the network's own probability of happy, for any picture."""
    answer = as_model(student.build_model(), "build_model()").predict(np.zeros((1, SIDE, SIDE, 3), "float32"))
    units = answer.shape[-1] if isinstance(answer, np.ndarray) else 0
    if units not in (1, 2):
        raise CriterionFailed("a model with one or two outputs", described(answer))
    # The logit of sad is the sum of a face's mean colours with these weights, less 20.
    weights = np.array([[40.0], [-20.0], [16.0]]) * ([1] if units == 1 else [0, 1])
    biases = np.array([-20.0] if units == 1 else [0.0, -20.0])
    ends = layer("Dense", units=units, activation="sigmoid" if units == 1 else "softmax")
    network = make_model(student, (SIDE, SIDE, 3), layer("GlobalAveragePooling2D"), ends, weights=[weights, biases])
    for name, colour in COLOURS.items():
        face = (np.random.default_rng(sum(colour)).integers(-40, 41, (SIDE, SIDE, 3)) + colour).astype("uint8")
        happy = 1 - float(network.predict(face[None].astype("float32") / 255)[0, -1])
        assert_close(student.happiness(network, face), happy, f"happiness of a {name} face", rtol=2e-3)


@criterion("recognises", points=4, hint="Has it looked at mouths, or learned eighty pictures by heart?")
def test_knows_them_in_the_mirror(student, mirrored, thresholds, credit):
    """The saved model recognises the moods of faces that it has never met: mirrored
    ones, moved a little."""
    credit.within(accuracy(student.model, mirrored), thresholds, "mirror")


def album(student, name):
    """Make a folder with the pictures of ALBUM in the student's process, and return its path."""
    folder = student.Path(name)
    for number, (mood, width, height, mode, colour) in enumerate(PICTURES):
        folder.joinpath(mood).mkdir(parents=True, exist_ok=True)
        student.Image.new(mode, (width, height), colour).save(folder.joinpath(mood, f"{number}.png"))
    return folder
