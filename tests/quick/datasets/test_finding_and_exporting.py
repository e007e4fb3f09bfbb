"""Data sets are found or drawn, and handed out without their test part."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from proctor import datasets
from proctor.datasets import (
    places,
)
from proctor.errors import ProctorError
from proctor.jail.client import SPAWN
from proctor.jail.course_jail import Jails, jail_limits

pytestmark = pytest.mark.usefixtures("nothing_around")


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


def test_what_has_no_public_address_is_looked_for_at_none(monkeypatch, capsys):
    """Of a data set that is published nowhere, the stand-in is loaded at once, and the line says
    why."""
    monkeypatch.delenv("PROCTOR_OFFLINE")
    datasets.load("cats")
    assert places._unreachable == set()
    assert "(no real ones found: they have no public address, no $PROCTOR_DATA)" in capsys.readouterr().out


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
