"""Data sets are found or drawn, and handed out without their test part."""

import csv
import gzip
import io
import json
import os
import re
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import tokenizers
from PIL import Image

from proctor import datasets
from proctor.author.wheel import build_wheel
from proctor.datasets import (
    creature_names,
    crossings,
    emoji,
    fables,
    headlines,
    jazz,
    loading,
    newcomers,
    news,
    newswire,
    places,
    portraits,
    resumes,
    sign_letters,
    sonnets,
    species,
    species_base,
    streets,
    whistles,
    word_vectors,
)
from proctor.datasets.critters import draw_pets
from proctor.errors import ProctorError
from proctor.jail.client import SPAWN
from proctor.jail.course_jail import Jails, jail_limits


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One cache for all tests, because drawing all digits takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def nothing_around(cache, tmp_path, monkeypatch):
    """A machine without network or real data, on which nothing was announced yet."""
    monkeypatch.delenv("PROCTOR_DATA", raising=False)
    monkeypatch.setenv("PROCTOR_OFFLINE", "1")
    monkeypatch.setenv("PROCTOR_CACHE", str(cache))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(loading, "_announced", set())
    monkeypatch.setattr(places, "_unreachable", set())


@pytest.fixture
def real(tmp_path):
    """A folder with small files laid out like the published ones."""
    folder = tmp_path / "real"
    folder.mkdir()
    images = np.arange(30 * 28 * 28, dtype=np.uint32).astype(np.uint8).reshape(30, 28, 28)
    labels = np.arange(30, dtype=np.uint8) % 10
    np.savez(folder / "mnist.npz", x_train=images[:20], y_train=labels[:20], x_test=images[20:], y_test=labels[20:])
    datasets.draw_faces(tmp_path / "faces", 6, seed=0)
    with zipfile.ZipFile(folder / "happy-or-sad.zip", "w") as packed:
        for picture in (tmp_path / "faces").glob("*/*.png"):
            packed.write(picture, picture.relative_to(tmp_path / "faces"))
        packed.writestr("../outside.png", b"")
        packed.writestr("happy/notes.txt", b"")
    return folder


def test_real_data_comes_before_a_stand_in(real, monkeypatch, capsys):
    """What lies in $PROCTOR_DATA is loaded, and a line says so."""
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    images, labels = datasets.load("mnist")
    assert images.shape == (20, 28, 28)
    assert images.dtype == np.uint8
    assert labels.tolist() == [*range(10)] * 2
    assert len(datasets.load("mnist", split="test")[1]) == 10
    assert capsys.readouterr().out == (
        "mnist: 20 real digits (from $PROCTOR_DATA)\nmnist: 10 real test digits (from $PROCTOR_DATA)\n"
    )


def test_the_keras_cache_is_looked_at(real, tmp_path, capsys):
    """What Keras has downloaded is used when $PROCTOR_DATA has nothing."""
    (tmp_path / "keras").mkdir()
    real.rename(tmp_path / "keras" / "datasets")
    assert datasets.source("mnist") == "real"
    datasets.load("mnist")
    assert capsys.readouterr().out == "mnist: 20 real digits (from the Keras cache)\n"


def test_digits_are_drawn_when_there_are_no_real_ones(capsys):
    """Without any real file, 20,000 balanced digits are drawn, once; the line says
    why and names no folder."""
    images, labels = datasets.load("mnist")
    assert images.shape == (20_000, 28, 28)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [2_000] * 10
    again = datasets.load("mnist")
    assert np.array_equal(images, again[0])
    assert np.array_equal(labels, again[1])
    assert capsys.readouterr().out == (
        "mnist: 20,000 drawn stand-in digits (no real ones found: PROCTOR_OFFLINE is set, no $PROCTOR_DATA)\n"
    )


def test_drawn_test_digits_are_others_than_the_training_digits():
    """The drawn test split shares no image with the training split."""
    train = {image.tobytes() for image in datasets.load("mnist")[0]}
    images, labels = datasets.load("mnist", split="test")
    assert len(labels) == 4_000
    assert np.bincount(labels).tolist() == [400] * 10
    assert not any(image.tobytes() in train for image in images)


def test_a_drawing_is_fixed_by_its_seed(tmp_path):
    """The same seed draws the same pixels, another seed others."""
    first, same, other = (datasets.draw_digits(50, seed) for seed in (3, 3, 4))
    assert np.array_equal(first[0], same[0])
    assert not np.array_equal(first[0], other[0])
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        datasets.draw_faces(tmp_path / name, 2, seed)
    a, b, c = ((tmp_path / name / "sad" / "sad-00.png").read_bytes() for name in "abc")
    assert a == b != c


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


@pytest.mark.parametrize("name", ["mnist", "happy_sad"])
def test_a_cache_that_cannot_be_written_does_not_matter(name, tmp_path, monkeypatch):
    """Data loads although the cache folder cannot be made."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("PROCTOR_CACHE", str(tmp_path / "file" / "cache"))
    assert datasets.load(name, split="test")


def test_a_damaged_cache_does_not_matter(tmp_path, monkeypatch):
    """Digits are drawn anew when the cached ones cannot be read."""
    monkeypatch.setenv("PROCTOR_CACHE", str(tmp_path / "cache"))
    datasets.load("mnist", split="test")
    [cached] = (tmp_path / "cache").rglob("*.npz")
    cached.write_bytes(cached.read_bytes()[:1000])
    assert datasets.load("mnist", split="test")[0].shape == (4_000, 28, 28)


@pytest.mark.parametrize("name, file", [("mnist", "mnist.npz"), ("happy_sad", "happy-or-sad.zip")])
def test_a_damaged_real_file_is_told(name, file, real, monkeypatch):
    """A real file that cannot be read is an error that names it, not a silent stand-in."""
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    (real / file).write_bytes(b"not what it was")
    with pytest.raises(ProctorError, match=rf"{file} \(from \$PROCTOR_DATA\) cannot be read") as told:
        datasets.load(name)
    assert str(real) not in str(told.value)


def test_series_differ_in_everything_by_seed():
    """Each seed generates its own series of 1461 days; the same seed the same one."""
    days, values = datasets.load("series")
    assert days.shape == values.shape == (1461,)
    assert days.dtype == values.dtype == np.float32
    assert days[0] == 0
    assert np.all(np.diff(days) == 1)
    assert np.isfinite(values).all()
    assert np.array_equal(datasets.generate_series(1)[1], datasets.generate_series(1)[1])
    levels = {round(float(datasets.generate_series(seed)[1].mean())) for seed in range(10)}
    assert len(levels) > 5
    assert len(datasets.generate_series(1, days=100)[1]) == 100


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


@pytest.fixture
def real_cats(tmp_path):
    """A folder with small files laid out like the two published ones."""
    folder = tmp_path / "cats"
    folder.mkdir()
    for split, count in (("train", 5), ("test", 3)):
        with h5py.File(folder / f"{split}_catvnoncat.h5", "w") as file:
            file[f"{split}_set_x"] = np.full((count, 64, 64, 3), count, np.uint8)
            file[f"{split}_set_y"] = np.arange(count) % 2
    return folder


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


def test_drawn_shapes_are_of_six_kinds():
    """As many of each kind; the same seed draws the same ones, another seed others."""
    pictures, kinds = datasets.draw_shapes(30, seed=1)
    assert pictures.shape == (30, 64, 64, 3)
    assert pictures.dtype == np.uint8
    assert kinds.dtype == np.int64
    assert np.bincount(kinds).tolist() == [5] * 6
    assert np.array_equal(pictures, datasets.draw_shapes(30, seed=1)[0])
    assert not np.array_equal(pictures, datasets.draw_shapes(30, seed=2)[0])


def test_species_are_drawn_of_the_kinds_that_are_asked_for():
    """As many of each kind; the same seed draws the same ones, another seed others."""
    pictures, labels = datasets.draw_species(36, seed=1)
    assert pictures.shape == (36, 64, 64, 3)
    assert pictures.dtype == np.uint8
    assert labels.dtype == np.int64
    assert np.bincount(labels).tolist() == [3] * 12
    assert np.array_equal(pictures, datasets.draw_species(36, seed=1)[0])
    assert not np.array_equal(pictures, datasets.draw_species(36, seed=2)[0])
    others, labels = datasets.draw_species(7, seed=1, kinds=species.NEW_KINDS)
    assert sorted(np.bincount(labels).tolist()) == [2, 2, 3]
    assert len({picture.tobytes() for picture in others}) == 7
    assert datasets.draw_species(0, seed=1)[0].shape == (0, 64, 64, 3)


def test_the_trained_network_tells_new_species_apart():
    """Its weights are in the package, small and halves; it is nearly always right."""
    assert species_base.WEIGHTS.stat().st_size < 800_000
    with np.load(species_base.WEIGHTS) as arrays:
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.float16)}
    pictures, labels = datasets.draw_species(100, seed=77)
    model = datasets.load_species_base()
    assert [layer.name for layer in model.layers][:4] == ["conv1", "norm1", "relu1", "pool1"]
    guesses = model.predict(datasets.scale_pictures(pictures), verbose=0).argmax(axis=1)
    assert (guesses == labels).mean() > 0.95
    assert "proctor/datasets/species_base.npz" in zipfile.ZipFile(io.BytesIO(build_wheel())).namelist()


def make_network_file(folder, network):
    """A folder with the published network's file, as Keras names its arrays, and no pictures."""
    import keras

    names = {keras.layers.Conv2D: "conv2d", keras.layers.BatchNormalization: "batch_normalization"}
    names |= {keras.layers.DepthwiseConv2D: "depthwise_conv2d"}
    counts = dict.fromkeys(names.values(), 0)
    with h5py.File(folder / newcomers.NETWORK_FILE, "w") as file:
        for layer in network.layers:
            if name := names.get(type(layer)):
                group = f"layers/{name}_{counts[name]}/vars" if counts[name] else f"layers/{name}/vars"
                counts[name] += 1
                for place, weights in enumerate(layer.get_weights()):
                    file[f"{group}/{place}"] = weights


def test_a_network_is_lent_with_few_pictures(real_horses, tmp_path, monkeypatch):
    """Half of the forty show each kind; the network has the published weights, also when it was
    exported, and a file that is missing is told."""
    import keras

    network = keras.applications.MobileNetV2((128, 128, 3), alpha=0.35, include_top=False, weights=None)
    network.set_weights([weights + np.float32(0.01) for weights in network.get_weights()])
    make_network_file(real_horses, network)
    monkeypatch.setenv("PROCTOR_DATA", str(real_horses))
    lent = datasets.load("newcomers")
    assert lent.kinds == ("horse", "human")
    assert lent.pictures.shape[1:] == (128, 128, 3)
    assert lent.pictures.dtype == np.uint8
    assert len(lent.pictures) == len(lent.labels)
    datasets.export(["newcomers"], tmp_path / "exported")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "exported"))
    exported = datasets.load("newcomers")
    assert np.array_equal(exported.pictures, lent.pictures)
    assert np.array_equal(exported.labels, lent.labels)
    for found, weights in zip(exported.load_base().get_weights(), network.get_weights(), strict=True):
        assert found.tobytes() == weights.tobytes()
    borrowed = keras.Model(network.inputs, network.get_layer(lent.layers[-1]).output)
    assert len(borrowed.weights) == exported.borrowed
    with pytest.raises(ProctorError, match="not available here"):
        datasets.load("newcomers", split="test")
    (real_horses / newcomers.PICTURES_FILE).unlink()
    monkeypatch.setenv("PROCTOR_DATA", str(real_horses))
    with pytest.raises(ProctorError, match="must lie beside it"):
        datasets.load("newcomers")


def test_foxes_and_ducks_come_with_the_network_of_the_package():
    """Twenty of each to learn from; no picture is in two parts."""
    lent, test = datasets.load("newcomers"), datasets.load("newcomers", split="test")
    assert lent.kinds == ("fox", "duck")
    assert np.bincount(lent.labels[: newcomers.FEW]).tolist() == [20, 20]
    assert len({picture.tobytes() for picture in [*lent.pictures, *test.pictures]}) == 600
    base = lent.load_base()
    assert [layer for layer in lent.layers if not base.get_layer(layer)] == []
    for found, weights in zip(base.get_weights(), datasets.load_species_base().get_weights(), strict=True):
        assert found.tobytes() == weights.tobytes()


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


@pytest.fixture
def real_horses(tmp_path):
    """A folder with a small zip laid out like the published one."""
    folder = tmp_path / "horses"
    folder.mkdir()
    datasets.draw_herd(tmp_path / "herd" / "train", 6, seed=0)
    datasets.draw_herd(tmp_path / "herd" / "validation", 1, seed=1, studio=True)
    with zipfile.ZipFile(folder / "horse-or-human.zip", "w") as packed:
        for picture in (tmp_path / "herd").rglob("*.jpg"):
            packed.write(picture, picture.relative_to(tmp_path / "herd"))
        packed.writestr("train/horses/notes.txt", b"")
    return folder


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


def mat_file(matrices, *, compressed):
    """The bytes of a MAT-file of level 5 that holds these matrices."""

    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)

    content = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    for name, matrix in matrices.items():
        label = name.encode()
        parts = [
            element(6, bytes(8)),
            element(5, np.array(matrix.shape, "<i4").tobytes()),
            # A name of up to four letters lies in the same eight bytes as its type and length.
            struct.pack("<HH", 1, len(label)) + label.ljust(4, b"\0"),
            element({"f": 9, "u": 2}[matrix.dtype.kind], matrix.tobytes(order="F")),
        ]
        whole = element(14, b"".join(parts))
        packed = zlib.compress(whole)
        content += struct.pack("<II", 15, len(packed)) + packed if compressed else whole
    return content


@pytest.fixture(params=[True, False], ids=["compressed", "not compressed"])
def real_points(request, tmp_path):
    """A folder with a small file laid out like the published one, and its matrices."""
    folder = tmp_path / "points"
    folder.mkdir()
    matrices = {
        "X": np.arange(14.0).reshape(7, 2),
        "y": np.array([[0, 1, 1, 0, 1, 0, 0]], np.uint8).T,
        "yval": np.array([[1], [0], [1]], np.uint8),
        "Xval": -np.arange(6.0).reshape(3, 2),
    }
    (folder / "data.mat").write_bytes(mat_file(matrices, compressed=request.param))
    return folder, matrices


def test_real_points_are_read_from_a_mat_file(real_points, monkeypatch):
    """Points and labels of both splits are those in the file, whether it is compressed or not."""
    folder, matrices = real_points
    monkeypatch.setenv("PROCTOR_DATA", str(folder))
    for split, ending in (("train", ""), ("test", "val")):
        points, labels = datasets.load("diagonal", split=split)
        assert np.array_equal(points, matrices["X" + ending])
        assert labels.tolist() == matrices["y" + ending].ravel().tolist()
        assert (points.dtype, labels.dtype) == (np.float64, np.int64)


def test_a_damaged_mat_file_is_named(real_points, monkeypatch):
    """Whatever is missing or changed in a MAT-file, the message says which file cannot be read."""
    folder, _ = real_points
    monkeypatch.setenv("PROCTOR_DATA", str(folder))
    content = (folder / "data.mat").read_bytes()
    damaged = [content[:length] for length in (0, 50, 130, len(content) // 2, len(content) - 5)]
    damaged += [content[:place] + b"\xff\x7f" + content[place + 2 :] for place in range(128, 200, 7)]
    for number, changed in enumerate(damaged):
        (folder / "data.mat").write_bytes(changed)
        try:
            datasets.load("diagonal", split="test")
        except ProctorError as error:
            assert "data.mat" in str(error)
        else:
            assert number >= 5, "a file that ends too early was read"


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_points_are_exported_without_the_test_part(kind, real_points, tmp_path, monkeypatch):
    """A jail gets the training points, of either source, and no others."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real_points[0]))
    points, labels = datasets.load("diagonal")
    datasets.export(["diagonal"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("diagonal")
    assert datasets.source("diagonal") == kind
    assert np.array_equal(points, again[0])
    assert np.array_equal(labels, again[1])
    with np.load(tmp_path / "out" / "diagonal.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["x_train", "y_train"]


def test_drawn_points_lie_on_both_sides_of_a_diagonal():
    """The label is the side of the diagonal for about nine points in ten, in both splits."""
    for split, count in (("train", 211), ("test", 2000)):
        points, labels = datasets.load("diagonal", split=split)
        assert points.shape == (count, 2)
        assert 0.8 < np.mean((points.sum(axis=1) > 0) == labels) < 0.93
        assert np.array_equal(points, datasets.load("diagonal", split=split)[0])


@pytest.fixture
def real_temperatures(tmp_path):
    """A folder with the two files of readings, laid out like the published ones."""
    folder = tmp_path / "real"
    folder.mkdir()
    days = [f'"day {day}",{day / 10}' for day in range(3650)]
    (folder / "daily-min-temperatures.csv").write_text("\n".join(['"Date","Temp"', *days]) + "\n")
    months = [f"{month},month {month},{month}.5" for month in range(3235)]
    (folder / "Sunspots.csv").write_text("\n".join([",Date,Monthly Mean", *months]))
    return folder


def test_the_last_years_of_both_series_are_the_test_part(real_temperatures, monkeypatch, capsys):
    """Eight of ten years, and the months until 1987, are for learning; the others for testing."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    folders = [datasets.load("temperatures", split=split) for split in ("train", "test")]
    assert "temperatures: 2,920 real days" in capsys.readouterr().out
    known, later = ((folder / "temperatures.csv").read_text().splitlines() for folder in folders)
    assert [known[0], known[1], known[-1]] == ['"Date","Temp"', '"day 0",0.0', '"day 2919",291.9']
    assert [later[0], later[1], later[-1]] == ['"Date","Temp"', '"day 2920",292.0', '"day 3649",364.9']
    known, later = ((folder / "sunspots.csv").read_text().splitlines() for folder in folders)
    assert (len(known), known[-1]) == (2869, "2867,month 2867,2867.5")
    assert (len(later), later[1], later[-1]) == (368, "2868,month 2868,2868.5", "3234,month 3234,3234.5")


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_both_series_are_exported_without_the_test_part(kind, real_temperatures, tmp_path, monkeypatch):
    """A jail gets the training files, of either source, and no others."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    texts = {path.name: path.read_text() for path in datasets.load("temperatures").iterdir()}
    datasets.export(["temperatures"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    folder = datasets.load("temperatures")
    assert datasets.source("temperatures") == kind
    assert {path.name: path.read_text() for path in folder.iterdir()} == texts
    assert sorted(texts) == ["sunspots.csv", "temperatures.csv"]


@pytest.mark.parametrize("file, cut", [("Sunspots.csv", 0), ("Sunspots.csv", 900), ("daily-min-temperatures.csv", 900)])
def test_a_series_that_is_missing_or_too_short_is_told(file, cut, real_temperatures, monkeypatch):
    """If one of the two files is missing or has too few lines, the other is not used alone."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    path = real_temperatures / file
    path.write_text(path.read_text()[:cut])
    if not cut:
        path.unlink()
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("temperatures")


def test_drawn_temperatures_have_a_season_and_drawn_sunspots_cycles():
    """January is warmer than July, and there is a cycle of sunspots about every eleven years."""
    folders = [datasets.load("temperatures", split=split) for split in ("train", "test")]
    days, months = (
        np.concatenate([np.loadtxt(folder / name, delimiter=",", skiprows=1, usecols=column) for folder in folders])
        for name, column in (("temperatures.csv", 1), ("sunspots.csv", 2))
    )
    assert (len(days), len(months)) == (3650, 3235)
    years = days.reshape(10, 365).mean(axis=0)
    assert years[:31].mean() > years[181:212].mean() + 5
    smooth = np.convolve(months, np.ones(12) / 12, mode="valid")
    assert 20 <= np.sum((smooth[1:] > 40) & (smooth[:-1] <= 40)) <= 32
    assert months.min() >= 0


ANALOGIES = """man woman king queen|man woman father mother|man woman son daughter|man woman brother sister
japan tokyo china beijing|france paris england london|russia moscow iraq baghdad|japan japanese china chinese
france french germany german|italy italian spain spanish|large larger small smaller|high higher low lower
go went come came|take took give gave|say said see saw|car cars house houses|day days week weeks
man woman husband wife|take taking give giving""".replace("\n", "|").split("|")


@pytest.fixture
def real_words(tmp_path):
    """A folder with some words laid out like the cut file of GloVe's."""
    folder = tmp_path / "real"
    folder.mkdir()
    rows = [["the", *range(50)], [",", *range(-50, 0)], ["#1/2", *[0.25] * 50], ["naïve", *[-1e-05] * 50]]
    text = "\n".join(" ".join(map(str, row)) for row in rows) + "\n"
    (folder / "glove.6B.50d.first2446.txt.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def test_real_words_are_read_and_exported_in_their_order(real_words, tmp_path, monkeypatch, capsys):
    """Each word has fifty numbers, whatever signs it is made of; there is no test part of them."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    vectors = datasets.load("word_vectors")
    assert "word_vectors: 4 real words" in capsys.readouterr().out
    assert list(vectors) == ["the", ",", "#1/2", "naïve"]
    assert vectors[","].dtype == np.float64
    assert vectors[","].tolist() == [*range(-50, 0)]
    with pytest.raises(ProctorError, match="no test split"):
        datasets.load("word_vectors", split="test")
    datasets.export(["word_vectors"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("word_vectors")
    assert list(again) == list(vectors)
    assert all(np.array_equal(again[word], vectors[word]) for word in vectors)


@pytest.mark.parametrize("line", ["the" + 50 * " 1", "of" + 49 * " 1", "of" + 50 * " x"])
def test_words_that_come_twice_or_lack_numbers_are_told(line, real_words, monkeypatch):
    """A file with another layout is not taken for word vectors."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    path = real_words / "glove.6B.50d.first2446.txt.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + line.encode()))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("word_vectors")


def test_drawn_words_complete_analogies_by_their_directions():
    """Cosines find more answers than distances do, and the question's words would often be
    nearest."""
    vectors = datasets.load("word_vectors")
    words, table = list(vectors), np.array(list(vectors.values()))
    lengths = np.linalg.norm(table, axis=1)
    right: list[bool] = []
    by_distance: list[bool] = []
    careless: list[bool] = []
    for first, second, third, answer in map(str.split, ANALOGIES):
        target = vectors[second] - vectors[first] + vectors[third]
        for order, found in ((-table @ target / lengths, right), (np.linalg.norm(table - target, axis=1), by_distance)):
            ranking = [words[place] for place in np.argsort(order)]
            found.append(next(word for word in ranking if word not in (first, second, third)) == answer)
        careless.append(words[np.argmax(table @ target / lengths)] in (first, second, third))
    assert np.mean(right) > 0.8 > np.mean(by_distance)
    assert np.mean(careless) > 0.4
    assert lengths.max() > 2.5 * lengths.min()


def test_a_drawing_of_words_is_fixed():
    """The same words have the same vectors each time, and others in the test split."""
    train, again, test = (word_vectors.draw(split) for split in ("train", "train", "test"))
    assert len(train) == 350
    assert list(train) == list(again) == list(test)
    assert all(np.array_equal(train[word], again[word]) for word in train)
    assert not any(np.allclose(train[word], test[word]) for word in train)


def test_pairs_have_the_same_words_and_two_emojis():
    """Both sentences of a pair have the same words in another order, and none is to be learned."""
    sentences, labels, vectors = datasets.load("emoji")
    assert len(sentences) == len(labels) == 500
    assert sorted(set(labels.tolist())) == [0, 1, 2, 3, 4]
    assert list(vectors) == list(emoji.WORDS)
    for new in (False, True, None):
        first, second, first_labels, second_labels = emoji.draw_pairs(60, seed=5, new=new)
        assert [sorted(each.split()) for each in first] == [sorted(each.split()) for each in second]
        assert not any(one == other for one, other in zip(first, second, strict=True))
        assert (first_labels != second_labels).all()
        plain, plain_labels = emoji.draw_sentences(80, seed=5, new=new)
        assert len(plain) == len(plain_labels) == 80
        assert not {*first, *second, *plain} & set(sentences)
        words = {word for sentence in [*first, *plain] for word in sentence.lower().split()}
        assert words <= {*emoji.WORDS, "zoe", "ours"}
        assert "daughter" not in words or new is not False
    others, other_labels, same = emoji.draw("test")
    assert len(others) == len(other_labels) == 300
    assert not set(others) & set(sentences)
    assert all(np.array_equal(same[word], vectors[word]) for word in vectors)


def test_words_of_sentences_come_first_whatever_else_is_read(real_words, tmp_path, monkeypatch, capsys):
    """The real vectors begin with those of the sentences' words, in a fixed order; a file that
    lacks one is not taken for them."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_words))
    with pytest.raises(ProctorError, match=r"cannot be read: .* words are missing"):
        datasets.load("emoji")
    path = real_words / "glove.6B.50d.first2446.txt.gz"
    rows = ["\n".join(f"{word}{50 * f' {place}.5'}" for place, word in enumerate(emoji.WORDS[::-1]) if word != "the")]
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + rows[0].encode()))
    vectors = datasets.load("emoji")[2]
    assert f"emoji: {len(emoji.WORDS) + 3} real word vectors" in capsys.readouterr().out
    assert list(vectors)[:-3] == list(emoji.WORDS)
    assert vectors[emoji.WORDS[-1]].tolist() == [0.5] * 50
    datasets.export(["emoji"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("emoji")[2]
    assert list(again) == list(vectors)
    assert all(np.array_equal(again[word], vectors[word]) for word in vectors)


def test_what_has_no_public_address_is_looked_for_at_none(monkeypatch, capsys):
    """Of a data set that is published nowhere, the stand-in is loaded at once, and the line says
    why."""
    monkeypatch.delenv("PROCTOR_OFFLINE")
    datasets.load("cats")
    assert places._unreachable == set()
    assert "(no real ones found: they have no public address, no $PROCTOR_DATA)" in capsys.readouterr().out


def test_a_flower_has_petals_of_two_colours_in_turn():
    """Half of the points are red and half blue; the middles of neighbouring petals differ; the
    same seed grows the same flower."""
    for petals in (4, 6):
        points, labels = datasets.grow_flower(3000, seed=1, petals=petals)
        assert labels.sum() == 1500
        radius = np.hypot(*points.T)
        assert radius.max() < 2
        turns = (np.arctan2(points[:, 1], points[:, 0]) - radius / 4) / (2 * np.pi) * petals
        nearest = np.rint(turns) % 2
        assert np.mean((nearest == labels)[np.abs(turns - np.rint(turns)) < 0.2]) > 0.99
        assert np.array_equal(points, datasets.grow_flower(3000, seed=1, petals=petals)[0])
    assert not np.array_equal(points, datasets.grow_flower(3000, seed=2, petals=6)[0])


def test_tunes_keep_to_the_grammar():
    """Every word of a drawn tune is allowed, every chord and every note comes up, and a seed draws
    the same tunes again."""
    tunes = datasets.load("jazz")
    assert tunes.shape == (1500, 40)
    assert all(jazz.legal_words(tune).all() for tune in tunes[:200])
    assert set(np.unique(tunes)) == set(range(len(jazz.WORDS)))
    assert np.array_equal(jazz.draw_tunes(5, seed=1, bars=3), jazz.draw_tunes(5, seed=1, bars=3))
    assert not np.array_equal(jazz.draw_tunes(5, seed=1, bars=3), jazz.draw_tunes(5, seed=2, bars=3))


@pytest.mark.parametrize(
    "words, wrong",
    [
        pytest.param("Dm7 F4 E4 G4 A4 G7 G4", [], id="nothing"),
        pytest.param("F4 Dm7 F4", [0], id="a note before the first chord"),
        pytest.param("Dm7 E4 F4", [1], id="a bar that begins beside its chord"),
        pytest.param("Dm7 D4 A4 B4", [2, 3], id="a leap of a fifth, a note beside the scale"),
        pytest.param("Dm7 F4 A4 G7 B4 A4 B4 A4 Cmaj7 E5", [3, 8 + 1], id="a chord too early, a leap over the bar"),
        pytest.param("Dm7 F4 A4 G4 F4 E4 G7", [5], id="a fifth note in the bar"),
        pytest.param("Dm7 F4 A4 G4 F4 A7", [5], id="a chord that may not follow"),
    ],
)
def test_the_grammar_says_what_is_wrong(words, wrong):
    """Each word that the rules do not allow is found, and no other."""
    tune = [jazz.WORDS.index(word) for word in words.split()]
    assert np.flatnonzero(~jazz.legal_words(tune)).tolist() == wrong


def test_tunes_can_be_heard():
    """A chord sounds for its bar, a note that is repeated within a bar is held, and an A is heard
    as 440 Hz."""
    tune = [jazz.WORDS.index(word) for word in ["Fmaj7", "A4", "A4", "A4", "G4", "Dm7", "A4"]]
    notes = jazz.to_notes(tune)
    assert notes[:4] == [(0, 4, pitch) for pitch in jazz.CHORDS["Fmaj7"].hand]
    assert [note for note in notes if note[2] > 60] == [(0, 3, 69), (3, 1, 67), (4, 1, 69)]
    sound = jazz.perform(tune[1:4])
    assert np.abs(sound).max() == 1
    assert abs(np.abs(np.fft.rfft(sound)).argmax() * 8000 / len(sound) - 440) < 2
    assert jazz.perform([]).size > 0


def test_rings_lie_around_the_origin():
    """Two in five points lie on the inner ring, whatever the seed, and the same seed draws the same
    rings."""
    points, labels = datasets.draw_rings(3000, seed=1)
    assert labels.sum() == 1200
    radius = np.hypot(*points.T)
    for label, expected in ((1, 0.8), (0, 1.6)):
        assert abs(radius[labels == label].mean() - expected) < 0.02
        assert np.abs(points[labels == label].mean(axis=0)).max() < 0.1
    assert np.mean((radius < 1.2) == labels) > 0.98
    assert np.array_equal(points, datasets.draw_rings(3000, seed=1)[0])
    assert not np.array_equal(points, datasets.draw_rings(3000, seed=2)[0])


def test_an_unknown_name_gets_the_nearest_one():
    """A mistyped name is answered with the right one, a mistyped split with the two there are."""
    with pytest.raises(ProctorError, match=r'There is no data set "minst". Did you mean "mnist"\?'):
        datasets.load("minst")
    with pytest.raises(ProctorError, match='must be "train" or "test"'):
        datasets.load("mnist", split="validation")


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_an_export_holds_the_training_data_only(kind, real, tmp_path, monkeypatch):
    """From an exported folder the training data loads, of either source, and no
    test data can be had."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real))
    images, labels = datasets.load("mnist")
    faces = sorted(path.read_bytes() for path in datasets.load("happy_sad").rglob("*.png"))
    out = tmp_path / "out"
    datasets.export(["mnist", "happy_sad", "series"], out)
    assert json.loads((out / "sources.json").read_text()) == {"happy_sad": kind, "mnist": kind, "series": "drawn"}
    with np.load(out / "mnist.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["x_train", "y_train"]

    monkeypatch.setenv("PROCTOR_DATA", str(out))
    monkeypatch.setenv("PROCTOR_CACHE", str(tmp_path / "no cache"))
    again = datasets.load("mnist")
    assert np.array_equal(images, again[0])
    assert np.array_equal(labels, again[1])
    assert datasets.load("happy_sad") == out / "happy-or-sad"
    assert faces == sorted(path.read_bytes() for path in datasets.load("happy_sad").rglob("*.png"))
    assert [datasets.source(name) for name in ("mnist", "happy_sad", "series")] == [kind, kind, "drawn"]
    assert len(datasets.load("series")[1]) == 1461
    for name in datasets.names():
        with pytest.raises(ProctorError, match="the test split is not available here"):
            datasets.load(name, split="test")
    assert not (tmp_path / "no cache").exists()


def test_an_export_is_readable_by_everyone(tmp_path):
    """Whatever the umask, any user may read what is exported, and nothing else
    is left in the folder."""
    before = os.umask(0o077)
    try:
        datasets.export(["happy_sad", "series"], tmp_path / "out")
    finally:
        os.umask(before)
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".fingerprint", "happy-or-sad", "sources.json"}


def test_an_export_is_renewed_only_when_its_source_changes(real, tmp_path, monkeypatch):
    """Exporting again leaves the files alone until the source is another one."""
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    out = tmp_path / "out"

    def exported():
        datasets.export(["mnist", "happy_sad"], out)
        return [(out / name).stat().st_mtime_ns for name in ("mnist.npz", "happy-or-sad/happy")]

    first = exported()
    assert exported() == first
    with np.load(real / "mnist.npz") as arrays:
        fewer = {name: array[:5] for name, array in arrays.items()}
    np.savez(real / "mnist.npz", **fewer)
    assert exported() != first
    assert len(np.load(out / "mnist.npz")["y_train"]) == 5
    (out / "mnist.npz").unlink()
    exported()
    assert (out / "mnist.npz").exists()


def test_data_is_whole_for_everyone_who_asks_at_once(course):
    """Many jails may start together in a new course: each finds all pictures once its limits are
    known, and none are taken away under it."""
    assignment = replace(course.assignment("double"), dataset="happy_sad")

    def count(_: int) -> int:
        variables = jail_limits(course, assignment, Jails(SPAWN)).environment or {}
        return len(list(Path(variables["PROCTOR_DATA"], "happy-or-sad").rglob("*.png")))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(count, range(8))) == [80] * 8


def test_an_address_that_does_not_answer_is_given_up(monkeypatch, capsys):
    """Where the public address does not answer, a stand-in is there in seconds, and
    it is not asked again."""
    monkeypatch.delenv("PROCTOR_OFFLINE")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("https_proxy", raising=False)
    start = time.monotonic()
    assert datasets.source("mnist") == "drawn"
    assert time.monotonic() - start < 4
    assert places._unreachable == {"storage.googleapis.com"}
    datasets.load("mnist", split="test")
    assert "(no real ones found: offline, no $PROCTOR_DATA)" in capsys.readouterr().out


def test_importing_is_light():
    """Importing the data sets brings in neither Keras nor what only drawing
    and downloading need."""
    code = (
        "import sys, proctor.datasets; print(*{'keras', 'tensorflow', 'matplotlib', 'PIL', 'pooch'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_trap_shows_what_is_on_it():
    """A night changes the light and not the card; each thing changes the picture; a flash is
    brighter than dusk; and the same picture is drawn again."""
    empty = datasets.draw_trap([], 7)
    assert empty.shape == (96, 96, 3)
    assert empty.dtype == np.uint8
    assert np.array_equal(empty, datasets.draw_trap([], 7))
    for things in (["moth"], ["edge"], ["glare"], ["dew"], ["leaf"]):
        assert not np.array_equal(empty, datasets.draw_trap(things, 7))
    assert datasets.draw_trap([], 7, flash=True).mean() > empty.mean() + 50
    card, next_night, other = (
        datasets.draw_trap(["moth"], seed, night=night).mean(axis=2) for seed, night in ((7, 0), (7, 1), (8, 0))
    )
    assert np.corrcoef(card.ravel(), next_night.ravel())[0, 1] > 0.7 > np.corrcoef(card.ravel(), other.ravel())[0, 1]
    with pytest.raises(ValueError, match="got bat, owl"):
        datasets.draw_trap(["owl", "moth", "bat"], 7)


def test_a_tally_has_as_many_of_each_kind_as_are_asked_for():
    """Some mistakes are of two kinds and some of none; one kind can be alone; the same seed draws
    the same tally."""
    counts = {"dew": 30, "label": 6, "glare": 46}
    tally = datasets.draw_tally(counts, 100, seed=1, alone="label")
    assert len(tally) == 100
    assert {kind: sum(kind in each for each in tally) for kind in counts} == counts
    assert {"dew", "glare"} in tally
    assert set() in tally
    assert tally.count({"label"}) == 6
    assert tally == datasets.draw_tally(counts, 100, seed=1, alone="label")
    assert tally != datasets.draw_tally(counts, 100, seed=2, alone="label")


def test_a_park_shows_what_is_on_the_way():
    """Each thing and each trouble changes the picture; night is darker; what is far is small; and
    the same picture is drawn again."""
    empty = datasets.draw_park([], 7)
    assert empty.shape == (96, 96, 3)
    assert empty.dtype == np.uint8
    assert np.array_equal(empty, datasets.draw_park([], 7))
    for thing in ("person", "bicycle", "barrier", "puddle"):
        near, far = (datasets.draw_park([thing], 7, troubles=troubles) for troubles in ((), ["far"]))
        assert not np.array_equal(empty, near)
        assert not np.array_equal(near, far)
    for trouble in ("night", "fog", "rain"):
        assert not np.array_equal(empty, datasets.draw_park([], 7, troubles=[trouble]))
    assert datasets.draw_park([], 7, troubles=["night"]).mean() < empty.mean() / 2
    assert not np.array_equal(empty, datasets.draw_park([], 7, street=True))
    with pytest.raises(ValueError, match="got owl, snow"):
        datasets.draw_park(["owl", "person"], 7, troubles=["snow"])


def test_whistles_are_drawn_in_their_places():
    """Recordings have up to two calls, which do not overlap, and a seed decides on all of it."""
    calls, others, backgrounds = datasets.load("whistles")
    assert [len(part) for part in (calls, others, backgrounds)] == [150, 200, 40]
    assert {sound.dtype.name for part in (calls, others, backgrounds) for sound in part} == {"float32"}
    recordings, ends = datasets.draw_recordings(30, seed=3)
    assert recordings.shape == (30, 24_000)
    assert recordings.dtype == np.float32
    assert {len(own) for own in ends} == {0, 1, 2}
    assert all((np.diff(own) > 0.4 * 8000).all() and (own <= 24_000).all() for own in ends)
    again, _ = datasets.draw_recordings(30, seed=3)
    assert np.array_equal(recordings, again)
    assert not np.array_equal(recordings, datasets.draw_recordings(30, seed=4)[0])


def test_a_lamp_is_judged_by_its_calls():
    """A call counts as heard within ten frames of its end, once; other rings are too many."""
    ends = [np.array([30, 60]), np.array([], int)]
    rows = np.zeros((2, 100))
    assert whistles.f1_per_call(rows, ends) == 0
    rows[0, 20:26] = 0.5  # rings once, and is near enough to the first end
    assert whistles.f1_per_call(rows, ends) == 2 * 1 / (1 + 2)
    rows[0, 71] = 0.9  # too late for the second
    assert whistles.f1_per_call(rows, ends) == 2 * 1 / (2 + 2)
    rows[0, 70] = 0.9
    assert whistles.f1_per_call(rows, ends) == 1
    rows[1] = 1  # rings in frames 0, 20, 40, 60 and 80
    assert whistles.f1_per_call(rows, ends) == 2 * 2 / (7 + 2)


def test_a_tone_is_seen_at_its_frequency():
    """With 8000 samples a second, a tone of 1000 Hz is seen at a quarter of the frequencies."""
    found = whistles.analyse(np.sin(2 * np.pi * 1000 / 8000 * np.arange(2000)), 256, 200)
    assert found.shape == (9, 129)
    assert (found.argmax(axis=1) == 32).all()


def test_people_are_drawn_many_times():
    """Each has as many portraits, in no order, no two of which are alike; a seed decides on all."""
    pictures, labels = datasets.load("portraits")
    assert (pictures.shape, pictures.dtype) == ((1200, 48, 40, 3), np.uint8)
    assert np.array_equal(np.bincount(labels), np.full(60, 20))
    assert (np.diff(labels) < 0).any()
    assert len({picture.tobytes() for picture in pictures}) == 1200
    again, _ = datasets.draw_portraits(60, 20, seed=3101)
    assert np.array_equal(pictures, again)
    assert not np.array_equal(pictures[:2], datasets.draw_portraits(1, 2, seed=3102)[0])
    assert len(datasets.load("portraits", split="test")[0]) == 40 * 20


def test_students_get_the_portraits_as_they_are(tmp_path):
    """What is exported for a jail is read as it was drawn."""
    datasets.export(["portraits"], tmp_path)
    read = portraits.PORTRAITS.read
    assert read is not None
    pictures, labels = read(tmp_path / "portraits.npz", "train")
    assert np.array_equal(pictures, datasets.load("portraits")[0])
    assert np.array_equal(labels, datasets.load("portraits")[1])


def test_the_area_counts_pairs_that_are_in_order():
    """A pair of one person should be nearer than one of two people; equal ones count one half."""
    same = np.array([True, False, True, False, False])
    assert portraits.area_under_curve([1, 2, 3, 4, 5], same) == 5 / 6
    assert portraits.area_under_curve([0.5, 9, 0.1, 7, 8], same) == 1
    assert portraits.area_under_curve([3, 3, 3, 3, 3], same) == 0.5
    assert portraits.area_under_curve([2, 2, 2, 1, 3], same) == (0.5 + 0 + 1) * 2 / 6
    first, second, of_one = portraits.list_pairs([4, 7, 4])
    assert [*zip(first, second, of_one, strict=True)] == [(0, 1, False), (0, 2, True), (1, 2, False)]


def test_crossings_are_drawn_around_their_boxes():
    """Things lie in the picture, each is found in the output, and a seed decides on all of it."""
    pictures, outputs, boxes, kinds = datasets.load("crossings")
    assert (pictures.shape, pictures.dtype.name) == ((60, 160, 256, 3), "uint8")
    assert (outputs.shape, outputs.dtype.name) == ((60, 10, 10, 2, 9), "float32")
    assert np.allclose(outputs[..., 5:].sum(axis=-1), 1)
    assert outputs.min() >= 0
    assert {int(kind) for own in kinds for kind in own} == set(range(len(crossings.KINDS)))
    for output, own, own_kinds in zip(outputs, boxes, kinds, strict=True):
        assert own.shape == (len(own_kinds), 4)
        assert (own[:, :2] < own[:, 2:]).all()
        assert own.min() > 0
        assert (own <= [256, 160, 256, 160]).all()
        rows = output.reshape(-1, 9)
        rows = rows[rows[:, 0] > 0.3]
        edges = np.concatenate([rows[:, 1:3] - rows[:, 3:5] / 2, rows[:, 1:3] + rows[:, 3:5] / 2], axis=1)
        found = crossings.count_found(256 * edges - [0, 48, 0, 48], rows[:, 5:].argmax(axis=1), own, own_kinds)
        assert found[0] == len(own)
    again = crossings.imagine_crossings(60, seed=2901)
    assert np.array_equal(again[2], outputs)
    assert all(map(np.array_equal, again[0], boxes))
    assert not np.array_equal(crossings.imagine_crossings(60, seed=2902)[2], outputs)


def test_a_thing_is_found_once():
    """A box counts if its kind is right and no edge is off by over a fifth; a second is false."""
    boxes, kinds = np.array([[0.0, 0, 10, 20], [50, 50, 60, 70]]), np.array([2, 0])
    assert crossings.count_found(np.zeros((0, 4)), [], boxes, kinds) == (0, 0)
    assert crossings.count_found([], [], boxes, kinds) == (0, 0)
    assert crossings.count_found([[2, 4, 8, 24]], [2], boxes, kinds) == (1, 0)
    assert crossings.count_found([[2.1, 4, 8, 24]], [2], boxes, kinds) == (0, 1)
    assert crossings.count_found([[0, 0, 10, 20], [1, 0, 10, 20], [50, 50, 60, 70]], [2, 2, 1], boxes, kinds) == (1, 2)


def test_streets_have_a_kind_for_every_pixel():
    """Every kind occurs, houses stand between sky and road, and a seed decides on all of it."""
    pictures, labels = datasets.load("streets")
    assert (pictures.shape, pictures.dtype.name) == ((440, 48, 64, 3), "uint8")
    assert (labels.shape, labels.dtype.name) == ((440, 48, 64), "uint8")
    shares = np.bincount(labels.ravel()) / labels.size
    assert shares.size == len(streets.KINDS) == 4
    assert shares.min() > 0.05
    rows = [np.nonzero(labels == kind)[1].mean() for kind in range(4)]
    assert rows[streets.SKY] < rows[streets.HOUSE] < rows[streets.ROAD] < rows[streets.CAR] + 5
    again = streets.draw_streets(5, seed=3001)
    assert np.array_equal(again[0], pictures[:5])
    assert np.array_equal(again[1], labels[:5])
    assert not np.array_equal(datasets.load("streets", split="test")[1][:5], labels[:5])


def read_table(file):
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


@pytest.fixture
def real_headlines(real_words):
    """The folder of `real_words` with 7,100 headlines in it, of which the first comes twice."""
    records = [{"headline": f"rain in town {place}", "is_sarcastic": place % 3 // 2} for place in range(7_099)]
    content = json.dumps([records[0], *records]).encode()
    (real_words / "sarcasm.json.gz").write_bytes(gzip.compress(content))
    return real_words


def test_real_headlines_come_once_and_serious_ones_first(real_headlines, tmp_path, monkeypatch, capsys):
    """The test part is others; the vectors lie beside the headlines, and both are exported."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_headlines))
    texts, labels, vocabulary, vectors = datasets.load("headlines")
    assert "headlines: 4,000 real headlines" in capsys.readouterr().out
    assert texts[:2] == ["rain in town 0", "rain in town 1"]
    assert labels.tolist() == sorted(place % 3 // 2 for place in range(4_000))
    assert list(vectors) == ["the", ",", "#1/2", "naïve"]
    assert vocabulary == ["", "[UNK]", "in", "rain", "town"]
    others, other_labels, *_ = datasets.load("headlines", split="test")
    assert len(others) == len(other_labels) == 3_000
    assert not set(others) & set(texts)
    datasets.export(["headlines"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again, same_labels, same_vocabulary, same_vectors = datasets.load("headlines")
    assert again == texts
    assert (same_labels.tolist(), same_vocabulary) == (labels.tolist(), vocabulary)
    assert all(np.array_equal(same_vectors[word], vectors[word]) for word in vectors)


def test_headlines_without_their_vectors_or_of_another_form_are_told(real_headlines, monkeypatch):
    """What cannot be read is told, and no stand-in takes its place."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_headlines))
    (real_headlines / "glove.6B.50d.first2446.txt.gz").unlink()
    with pytest.raises(ProctorError, match="must lie beside it"):
        datasets.load("headlines")
    for content in (b'{"headline": 1}', b"[" + b'{"headline": "rain"},' * 7_100 + b"{}]", b"[]"):
        (real_headlines / "sarcasm.json.gz").write_bytes(gzip.compress(content))
        with pytest.raises(ProctorError, match="cannot be read"):
            datasets.load("headlines")


def test_drawn_headlines_lean_by_their_vectors_and_nobody_can_be_right_each_time():
    """A line through the vectors is right more often than chance, and far from always."""
    texts, labels, vocabulary, vectors = headlines.draw("train")
    others, other_labels, same_vocabulary, same = headlines.draw("test")
    assert vocabulary == same_vocabulary
    assert (len(texts), len(others), len(vectors)) == (4_000, 3_000, 500)
    assert not set(texts) & set(others)
    assert labels.tolist() == sorted(labels.tolist())
    assert all(np.array_equal(vectors[word], same[word]) for word in vectors)
    lists = [re.findall("[a-z]+", text.lower()) for text in [*texts, *others]]
    assert {word for words in lists for word in words} == {*vocabulary[2:]}
    known = [word in vectors for words in lists for word in words]
    plain = [word in vectors for text in texts for word in text.lower().split()]
    assert np.mean(known) > 0.65 > np.mean(plain) + 0.05
    sums = np.array([np.sum([vectors.get(word, np.zeros(50)) for word in words], axis=0) for words in lists])
    found = np.linalg.lstsq(np.c_[sums[:4_000], np.ones(4_000)], labels, rcond=None)[0]
    right = ((np.c_[sums[4_000:], np.ones(3_000)] @ found > 0.5) == other_labels).mean()
    assert 0.65 < right < 0.85
    assert headlines.draw_headlines(5, 1)[0] == headlines.draw_headlines(5, 1)[0] != headlines.draw_headlines(5, 2)[0]


def test_headlines_become_rows_of_numbers():
    """A row ends with zeros, or with its headline's last word that is kept."""
    vocabulary = ["", "[UNK]", "rain", "the", "zoo", "s"]
    rows = headlines.encode_headlines(["The zoo's RAIN?", "", "rain, a 2nd rain"], vocabulary, 4)
    assert rows.tolist() == [[3, 4, 5, 2], [0, 0, 0, 0], [2, 1, 1, 2]]
    assert headlines.encode_headlines(["the zoo the rain"], vocabulary, 2).tolist() == [[3, 4]]
    assert headlines.encode_headlines([], vocabulary, 4).shape == (0, 4)


def test_real_news_are_split_in_their_order(tmp_path, monkeypatch):
    """The first rows are to learn from; a text that is among them is in no test split; a jail gets
    the training part."""
    rows = [("sport", "tech", "business")[number % 3] + f",text {number} costs £3" for number in range(1_890)]
    rows[1_800] = rows[5]
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "bbc-text.zip", "w") as packed:
        packed.writestr("bbc-text.csv", "\n".join(["category,text", *rows]))
    table = read_table(datasets.load("news"))
    assert table[0] == ["category", "text"]
    assert [",".join(row) for row in table[1:]] == rows[:1_780]
    texts, categories = news.as_lists(datasets.load("news", split="test"))
    assert len(texts) == len(categories) == 109
    assert "text 1800 costs £3" not in texts
    datasets.export(["news"], tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "bbc-text.zip", "w") as packed:
        packed.writestr("bbc-text.csv", "\n".join(["category,text", *rows, "weather,it rains"]))
    with pytest.raises(ProctorError, match="its categories must be business, entertainment"):
        datasets.load("news")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert read_table(datasets.load("news")) == table


def test_drawn_news_have_all_that_a_csv_file_may_have():
    """Articles on five topics, with commas, quotes and line breaks; in the test split are other
    articles, and words that no other has."""
    (texts, categories), (others, _) = (
        news.as_lists(datasets.load("news", split=split)) for split in ("train", "test")
    )
    assert len(texts) == 1_780
    assert len(others) == 445
    assert min(Counter(categories).values()) > 250
    assert sorted(set(categories)) == sorted(newswire.TOPICS)
    assert all(sum(sign in text for text in texts) > 300 for sign in ',"\n£')
    assert not set(texts) & set(others)
    known, unknown = ({word for text in some for word in text.split()} for some in (texts, others))
    assert 100 < len(unknown - known) < 0.5 * len(unknown)
    assert newswire.write_articles(3, 5) == newswire.write_articles(3, 5) != newswire.write_articles(3, 6)


def test_names_of_creatures_are_drawn_once_each():
    """Both splits have the names that they always have, of small letters, and none in common."""
    train, again, test = (creature_names.draw(split) for split in ("train", "train", "test"))
    assert train == again
    assert (len(set(train)), len(set(test))) == (1250, 250)
    assert not set(train) & set(test)
    assert all(name.isascii() and name.isalpha() and name.islower() and len(name) < 24 for name in train + test)
    assert train[:2] == ["fleethtail", "xasnout"]


def test_real_names_are_made_small_and_kept_apart(tmp_path, monkeypatch, capsys):
    """A name that comes twice is taken once, one in six is kept for the test split, and what a
    student gets is the rest."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "dinos.txt").write_text("Bo\nAda\r\nCy\nada\n\nDo\nEd\nFi\nGo")
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    assert datasets.load("creature_names") == ["ada", "cy", "do", "ed", "fi"]
    assert "creature_names: 5 real names" in capsys.readouterr().out
    assert datasets.load("creature_names", split="test") == ["bo", "go"]
    datasets.export(["creature_names"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert datasets.load("creature_names") == ["ada", "cy", "do", "ed", "fi"]


def test_letters_are_marked_and_cut_as_the_library_cuts_them():
    """Both splits have the letters that they always have, and no name is in both; rows are what the
    library `tokenizers` makes of the same pieces."""
    (texts, marks), (others, other_marks) = (resumes.draw(split) for split in ("train", "test"))
    assert (len(texts), len(others)) == (4500, 300)
    assert resumes.draw_resumes(3, 7) == resumes.draw_resumes(3, 7) != resumes.draw_resumes(3, 8)
    known, new = (
        {text[start:end].strip() for text, spans in zip(some, every, strict=True) for start, end, _ in spans}
        for some, every in ((texts, marks), (others, other_marks))
    )
    assert len(new) > 1000
    assert not known & new
    pieces = resumes.read_pieces()
    assert pieces[:4] == list(resumes.FIRST_PIECES)
    assert len(set(pieces)) == len(pieces)
    numbers = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(numbers, **{"unk_token": "[UNK]"}))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    ends = [("[CLS]", resumes.CLS), ("[SEP]", resumes.SEP)]
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.enable_truncation(50)
    tokenizer.enable_padding(length=50)
    some = [*texts[:200], *others[:100], "Zoë (2€), a  tab\tand_one"]
    rows, firsts = resumes.make_rows(some, 50)
    for text, row, first in zip(some, rows, firsts, strict=True):
        encoding = tokenizer.encode(text)
        assert row.tolist() == encoding.ids
        words = encoding.word_ids
        assert first == [place for place, word in enumerate(words) if word is not None and word != words[place - 1]]


def test_whole_entities_are_counted():
    """An entity is found if its kind and both of its ends are right; what was cut off is not."""
    text, words = "I am Ada Lund of Bo & Co", 8
    marks, firsts = [[(5, 13, 0), (17, 24, 1)]], [list(range(1, words + 1))]
    for labels, expected in (
        ([0, 0, 1, 2, 0, 3, 4, 4], (2, 2)),
        ([0, 0, 2, 2, 0, 4, 4, 4], (2, 2)),
        ([0, 0, 1, 1, 0, 3, 4, 0], (0, 3)),
        ([0, 0, 3, 4, 4, 3, 4, 4], (1, 2)),
        ([0] * words, (0, 0)),
    ):
        answers = np.array([[9, *labels, 9]])
        assert resumes.count_found([text], marks, answers, firsts) == (*expected, 2)
    answers = np.array([[9, 0, 0, 1, 2, 0, 3, 4, 4, 9]])
    assert resumes.count_found([text], marks, answers, [firsts[0][:7]]) == (1, 2, 2)


@pytest.mark.parametrize("text", ["", "ada\nb2\n", "ada\nzoë\n"])
def test_what_holds_no_names_is_told(text, tmp_path, monkeypatch):
    """A file of other things than letters is not taken for names."""
    (tmp_path / "dinos.txt").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("creature_names")


def test_drawn_verse_puts_lines_aside_that_have_no_other_words():
    """There are 300 lines to read and 90 others of the same words; there is no test split."""
    heard, aside = datasets.load("sonnets")
    assert (len(set(heard)), len(set(aside))) == (300, 90)
    assert not set(heard) & set(aside)
    words = {word for line in heard for word in line.split()}
    assert all(words.issuperset(line.split()) for line in aside)
    assert (heard, aside) == sonnets.draw("train")
    with pytest.raises(ProctorError, match="no test split"):
        datasets.load("sonnets", split="test")


def test_real_verse_is_made_plain(tmp_path, monkeypatch, capsys):
    """Lines have small letters and no punctuation, short ones are left out, those with a new word
    are not put aside, and a jail gets the same."""
    real = tmp_path / "real"
    real.mkdir()
    lines = [
        "Thy glass, O Time's-fool: 't is THINE!",
        "XVIII",
        "",
        *[f"the {'a' * place} and a glass" for place in range(1, 300)],
    ]
    others = ["o glass and thine glass", "the glass is new", "is thy glass thine"]
    (real / "sonnets.txt").write_text("\n".join(lines + others), encoding="utf-8")
    monkeypatch.setenv("PROCTOR_DATA", str(real))
    heard, aside = datasets.load("sonnets")
    assert "sonnets: 300 real lines to read" in capsys.readouterr().out
    assert heard[:2] == ["thy glass o time's-fool t is thine", "the a and a glass"]
    assert aside == ["o glass and thine glass", "is thy glass thine"]
    datasets.export(["sonnets"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    assert datasets.load("sonnets") == (heard, aside)


def test_a_file_of_few_lines_is_told(tmp_path, monkeypatch):
    """A file of fewer lines than there are to read is not taken."""
    (tmp_path / "sonnets.txt").write_text("a line of verse\n" * 300)
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("sonnets")


def test_fables_turn_the_deed_around():
    """Each fable is there once, and its second half follows from its first."""
    every = fables.list_fables()
    assert len(set(every)) == 792
    for fable in every:
        one, deed, other, *rest = fable.split()
        assert rest == ["and", other, fables.ANSWERS[deed], one]
        assert one != other
    heard, aside = fables.draw_fables()
    assert (heard, aside) == (every[:300], every[300:400])


def test_pairs_of_words_are_counted():
    """A bigram model gives pairs that it has met most of what its word has to give, and any other
    pair a little."""
    last, following = np.array([1] * 60 + [2] * 20), np.array([2] * 60 + [1] * 20)
    found = fables.count_pairs(last, following, 4)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(found[1], (np.array([0, 0, 60, 0]) + 20 * np.array([1, 21, 61, 1]) / 84) / 80)
    assert (found > 0).all()
