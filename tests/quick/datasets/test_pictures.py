"""Pictures of digits, garments, faces, cats and other things, real and drawn."""

import gzip
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from proctor import datasets
from proctor.datasets import (
    sign_letters,
)
from proctor.datasets.critters import draw_pets
from proctor.errors import ProctorError

pytestmark = pytest.mark.usefixtures("nothing_around")


def test_drawn_faces_are_laid_out_like_the_real_ones():
    """Forty happy and forty sad PNG pictures of 150 x 150 pixels."""
    folder = datasets.load("happy_sad")
    for mood in ("happy", "sad"):
        found = []
        for path in (folder / mood).iterdir():
            with Image.open(path) as picture:
                found.append((picture.format, picture.mode, picture.size))
        assert found == [("PNG", "RGB", (150, 150))] * 40
    assert sorted(path.name for path in folder.iterdir()) == ["happy", "sad"]


def test_the_zip_of_faces_is_unpacked_safely(real, tmp_path, monkeypatch):
    """Only pictures in happy/ and sad/ leave the zip; nothing lands beside the folder."""
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    folder = datasets.load("happy_sad")
    unpacked = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert unpacked == {f"{mood}/{mood}-0{i}.png" for mood in ("happy", "sad") for i in range(3)}
    assert not list(tmp_path.rglob("outside.png"))
    with pytest.raises(ProctorError, match="no test split"):
        datasets.load("happy_sad", split="test")


def test_garments_are_read_as_digits_are(tmp_path, monkeypatch, capsys):
    """The real garments lie in a file with the layout of MNIST's, and are exported in the same."""
    images = np.random.default_rng(1).integers(0, 256, (30, 28, 28)).astype(np.uint8)
    labels = (np.arange(30) % 10).astype(np.uint8)
    arrays = {"x_train": images[:20], "y_train": labels[:20], "x_test": images[20:], "y_test": labels[20:]}
    np.savez(tmp_path / "fashion_mnist.npz", allow_pickle=False, **arrays)
    file = tmp_path / "fashion_mnist.npz"
    np.savez(file, x_train=images[:20], y_train=labels[:20], x_test=images[20:], y_test=labels[20:])
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    assert np.array_equal(datasets.load("fashion", split="test")[0], images[20:])
    assert capsys.readouterr().out == "fashion: 10 real test garments (from $PROCTOR_DATA)\n"
    datasets.export(["fashion"], tmp_path / "out")
    with np.load(tmp_path / "out" / "fashion_mnist.npz", allow_pickle=False) as exported:
        assert sorted(exported) == ["x_train", "y_train"]
        assert np.array_equal(exported["x_train"], images[:20])


def test_drawn_garments_are_of_ten_kinds():
    """As many of each kind; the same seed draws the same ones, another seed others."""
    images, labels = datasets.draw_garments(60, seed=1)
    assert images.shape == (60, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert np.bincount(labels).tolist() == [6] * 10
    assert np.array_equal(images, datasets.draw_garments(60, seed=1)[0])
    assert not {image.tobytes() for image in images} & {
        image.tobytes() for image in datasets.draw_garments(60, seed=2)[0]
    }
    assert all(120 > image.mean() > 2 for image in images)


def test_real_cats_are_read_from_their_two_files(real_cats, monkeypatch, capsys):
    """Training and test pictures lie in a file each, and `load` reads the right one."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_cats))
    for split, count in (("train", 5), ("test", 3)):
        pictures, labels = datasets.load("cats", split=split)
        assert pictures.shape == (count, 64, 64, 3)
        assert pictures.dtype == np.uint8
        assert (pictures == count).all()
        assert labels.tolist() == [number % 2 for number in range(count)]
        assert labels.dtype == np.int64
    assert "cats: 3 real test pictures (from $PROCTOR_DATA)" in capsys.readouterr().out
    (real_cats / "test_catvnoncat.h5").unlink()
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("cats", split="test")


def test_real_signs_are_read_from_their_two_files(tmp_path, monkeypatch):
    """The files of hand signs are laid out like those of the cats, under other names."""
    for split, name, count in (("train", "train_signs_from_jpg.h5", 7), ("test", "test_signs.h5", 4)):
        with h5py.File(tmp_path / name, "w") as file:
            file[f"{split}_set_x"] = np.full((count, 64, 64, 3), count, np.uint8)
            file[f"{split}_set_y"] = np.arange(count) % 6
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    pictures, labels = datasets.load("signs", split="test")
    assert pictures.shape == (4, 64, 64, 3)
    assert labels.tolist() == [0, 1, 2, 3]
    datasets.export(["signs"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert datasets.load("signs")[1].tolist() == [0, 1, 2, 3, 4, 5, 0]


def test_letters_are_a_table_whose_columns_are_in_alphabetical_order(tmp_path, monkeypatch):
    """The published rows are split in their order; only the columns change places, and a jail gets
    the training rows."""
    rng = np.random.default_rng(2)
    labels = np.array([number for number in range(25) if number != 9], np.uint8)[np.arange(5_510) % 24]
    table = np.column_stack([labels, rng.integers(0, 256, (5_510, 784))])
    names = ["label", *(f"pixel{number}" for number in range(1, 785))]
    lines = [",".join(names), *(",".join(map(str, row)) for row in table.tolist())]
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    packed = tmp_path / "sign_mnist_test.csv.gz"
    packed.write_bytes(gzip.compress("\n".join(lines).encode(), 1))
    for split, first, count in (("train", 0, 5_400), ("test", 5_400, 110)):
        file = datasets.load("sign_letters", split=split)
        assert file.read_text().startswith("label,pixel1,pixel10,pixel100,pixel101,")
        pictures, classes = sign_letters.as_arrays(file)
        assert np.array_equal(pictures.reshape(count, 784), table[first : first + count, 1:])
        assert np.array_equal(classes, np.arange(first, first + count) % 24)
    few, _ = sign_letters.as_arrays(file, first=3, most=2)
    assert np.array_equal(few, pictures[3:5])
    datasets.export(["sign_letters"], tmp_path / "out")
    packed.write_bytes(gzip.compress("\n".join([lines[0], *lines[4000:]]).encode(), 1))
    with pytest.raises(ProctorError, match=r"sign_mnist_test\.csv\.gz .* cannot be read: it must have"):
        datasets.load("sign_letters")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert sign_letters.as_arrays(datasets.load("sign_letters"))[0].shape == (5_400, 28, 28, 1)


def test_drawn_letters_leave_out_j_and_z():
    """As many of each of the 24 letters, dark on light, to learn from; others to judge by."""
    (pictures, classes), (others, _) = (
        sign_letters.as_arrays(datasets.load("sign_letters", split=split)) for split in ("train", "test")
    )
    assert pictures.shape == (6_000, 28, 28, 1)
    assert np.bincount(classes).tolist() == [250] * 24
    assert np.median(pictures) > 200
    assert len(others) == 2_000
    assert not {picture.tobytes() for picture in pictures} & {picture.tobytes() for picture in others}


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_cats_are_exported_without_hdf5(kind, real_cats, tmp_path, monkeypatch):
    """A jail gets the same training pictures in a file that NumPy alone reads, and no others."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real_cats))
    pictures, labels = datasets.load("cats")
    datasets.export(["cats"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("cats")
    assert datasets.source("cats") == kind
    assert np.array_equal(pictures, again[0])
    assert np.array_equal(labels, again[1])
    with np.load(tmp_path / "out" / "cats.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["x_train", "y_train"]


def test_horses_and_humans_are_held_apart_by_series(real_horses, tmp_path, monkeypatch):
    """Whole series of the published training pictures are put aside, and those with a white
    background are a part of their own; no picture is in two parts, a jail gets no test picture."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_horses))
    folder, test = datasets.load("horses_humans"), datasets.load("horses_humans", split="test")
    found = {part: {path.name for path in (folder / part).glob("*/*")} for part in ("train", "validation", "studio")}
    series = {part: sorted({name.split("-")[0] for name in names}) for part, names in found.items()}
    assert series == {
        "train": ["horse01", "horse02", "horse04", "horse05", "human01", "human02", "human04", "human06"],
        "validation": ["horse06", "human03"],
        "studio": ["horse01", "human01"],
    }
    assert {path.name.split("-")[0] for path in test.glob("*/*")} == {"horse03", "human05"}
    datasets.export(["horses_humans"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("horses_humans")
    assert again == tmp_path / "out" / "horses-and-humans"
    for part, names in found.items():
        assert {path.name for path in (again / part).glob("*/*")} == names
    with pytest.raises(ProctorError, match="test split is not available"):
        datasets.load("horses_humans", split="test")


def test_a_zip_without_horses_and_humans_is_refused(tmp_path, monkeypatch):
    """Another zip of that name, as one with other folders, ends in a sentence about the file."""
    with zipfile.ZipFile(tmp_path / "horse-or-human.zip", "w") as packed:
        packed.writestr("horses/horse01-0.png", b"")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match=r"horse-or-human\.zip .* cannot be read"):
        datasets.load("horses_humans")


def test_drawn_horses_and_humans_are_laid_out_like_the_real_ones():
    """JPEG pictures of 150 x 150 pixels, as many of each kind, the same ones in no two parts."""
    folder, test = datasets.load("horses_humans"), datasets.load("horses_humans", split="test")
    seen = set()
    for part, count in ((folder / "train", 300), (folder / "validation", 80), (folder / "studio", 60), (test, 120)):
        assert sorted(path.name for path in part.iterdir()) == ["horses", "humans"]
        for kind in part.iterdir():
            files = list(kind.iterdir())
            assert len(files) == count
            seen |= {file.read_bytes() for file in files}
            with Image.open(files[0]) as picture:
                assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (150, 150))
    assert len(seen) == 2 * (300 + 80 + 60 + 120)


def states(folder):
    """How many files of each class are pictures, empty, cut short or no pictures."""
    found = {}
    for kind in ("cats", "dogs"):
        found[kind] = dict.fromkeys(("whole", "empty", "cut short", "no picture"), 0)
        for file in (folder / kind).iterdir():
            state = "whole" if file.stat().st_size else "empty"
            try:
                with Image.open(file) as picture:
                    state = "cut short"
                    picture.load()
                    state = "whole"
            except OSError:
                state = "no picture" if state == "whole" else state
            found[kind][state] += 1
    return found


def test_the_folder_of_cats_and_dogs_is_messy():
    """Some drawn files are empty, cut short or no pictures; all of the test split are whole."""
    folder, test = datasets.load("cats_dogs"), datasets.load("cats_dogs", split="test")
    assert states(folder) == {
        "cats": {"whole": 689, "empty": 4, "cut short": 5, "no picture": 3},
        "dogs": {"whole": 688, "empty": 2, "cut short": 7, "no picture": 5},
    }
    assert states(test) == {
        kind: {"whole": 200, "empty": 0, "cut short": 0, "no picture": 0} for kind in ("cats", "dogs")
    }
    pictures = {file.read_bytes() for file in folder.glob("*/*.jpg") if file.stat().st_size > 200}
    assert not pictures & {file.read_bytes() for file in test.glob("*/*.jpg")}


def test_real_cats_and_dogs_are_made_messy(tmp_path, monkeypatch):
    """The published zip is unpacked safely, its validation part is the test split, and a jail gets
    the messy folder as it is."""
    (tmp_path / "real").mkdir()
    draw_pets(tmp_path / "pets", 45, seed=1)
    with zipfile.ZipFile(tmp_path / "real" / "cats-and-dogs-filtered.zip", "w") as packed:
        for picture in sorted((tmp_path / "pets").glob("*/*.jpg")):
            part = "train" if int(picture.stem.split(".")[1]) < 42 else "validation"
            packed.write(picture, f"{part}/{picture.parent.name}/{picture.name}")
        packed.writestr("../cats/outside.jpg", b"")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "real"))
    folder, test = datasets.load("cats_dogs"), datasets.load("cats_dogs", split="test")
    messy = {
        "cats": {"whole": 40, "empty": 1, "cut short": 1, "no picture": 1},
        "dogs": {"whole": 41, "empty": 1, "cut short": 0, "no picture": 2},
    }
    assert states(folder) == messy
    assert [state["whole"] for state in states(test).values()] == [3, 3]
    datasets.export(["cats_dogs"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert states(datasets.load("cats_dogs")) == messy


def test_drawn_pets_to_learn_from_are_upright_and_the_others_are_turned():
    """800 pictures to learn from, 400 held out and 600 to test with, half of each dogs, and none of
    them twice."""
    learned, held_out = datasets.load("pets")
    parts = learned, held_out, datasets.load("pets", split="test")
    assert [len(labels) for _, labels in parts] == [800, 400, 600]
    for pictures, labels in parts:
        assert (pictures.dtype, pictures.shape[1:]) == (np.uint8, (48, 48, 3))
        assert (labels.dtype, labels.mean()) == (np.int64, 0.5)
        assert len(set(np.flatnonzero(labels[:20] == 0))) not in (0, 20)
    everything = np.concatenate([pictures for pictures, _ in parts])
    assert len({picture.tobytes() for picture in everything}) == len(everything)
    # The mean of all pictures shows an animal where all are in one place, and a haze otherwise.
    sharp, hazy = (np.ptp(pictures.mean(axis=(0, 3))) for pictures, _ in parts[:2])
    assert sharp > 1.5 * hazy


def test_real_pets_are_small_photographs(tmp_path, monkeypatch):
    """The published zip is read without unpacking it, its validation part is dealt out, and a jail
    gets the same pictures."""
    (tmp_path / "real").mkdir()
    draw_pets(tmp_path / "drawn", 212, seed=1)
    with zipfile.ZipFile(tmp_path / "real" / "cats-and-dogs-filtered.zip", "w") as packed:
        for picture in sorted((tmp_path / "drawn").glob("*/*.jpg")):
            number = int(picture.stem.split(".")[1])
            if number < 4:
                packed.write(picture, f"train/{picture.parent.name}/{picture.name}")
            packed.write(picture, f"validation/{picture.parent.name}/{picture.name}")
        packed.writestr("validation/cats/notes.txt", b"")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "real"))
    (x, y), (x_new, y_new) = datasets.load("pets")
    test = datasets.load("pets", split="test")
    assert x.shape == (8, 48, 48, 3)
    assert [part.sum() for part in (y, y_new, test[1])] == [4, 200, 12]
    datasets.export(["pets"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("pets")
    assert all(np.array_equal(a, b) for a, b in zip((x, y, x_new, y_new), (*again[0], *again[1]), strict=True))


def test_a_zip_without_dogs_is_no_data_set_of_pets(tmp_path, monkeypatch):
    """A message says what is missing."""
    with zipfile.ZipFile(tmp_path / "cats-and-dogs-filtered.zip", "w") as packed:
        packed.writestr("train/cats/notes.txt", b"")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match=r"train/cats/ and train/dogs/"):
        datasets.load("pets")


def test_drawn_cats_are_two_in_five_of_the_pictures():
    """209 pictures to learn from, 84 of them with a cat, and 400 others to judge by."""
    pictures, labels = datasets.load("cats")
    assert pictures.shape == (209, 64, 64, 3)
    assert pictures.dtype == np.uint8
    assert (labels.dtype, labels.sum()) == (np.int64, 84)
    again = datasets.load("cats")
    assert np.array_equal(pictures, again[0])
    others, _ = datasets.load("cats", split="test")
    assert len(others) == 400
    assert not {picture.tobytes() for picture in pictures} & {picture.tobytes() for picture in others}
