"""Scenes, shapes and animals that are drawn, and what is told about them."""

import io
import zipfile

import h5py
import numpy as np
import pytest

from proctor import datasets
from proctor.author.wheel import build_wheel
from proctor.datasets import (
    crossings,
    newcomers,
    portraits,
    species,
    species_base,
    streets,
)
from proctor.errors import ProctorError

pytestmark = pytest.mark.usefixtures("nothing_around")


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
