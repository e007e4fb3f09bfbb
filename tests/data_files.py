"""Fixtures for tests of data sets: real files, made small, and a machine that has none."""

import gzip
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from proctor import datasets
from proctor.datasets import (
    loading,
    places,
)


@pytest.fixture(scope="session")
def data_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests, because drawing all digits takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def nothing_around(data_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without network or real data, on which nothing was announced yet."""
    monkeypatch.delenv("PROCTOR_DATA", raising=False)
    monkeypatch.setenv("PROCTOR_OFFLINE", "1")
    monkeypatch.setenv("PROCTOR_CACHE", str(data_cache))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(loading, "_announced", set())
    monkeypatch.setattr(places, "_unreachable", set())


@pytest.fixture
def real(tmp_path: Path) -> Path:
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


@pytest.fixture
def real_cats(tmp_path: Path) -> Path:
    """A folder with small files laid out like the two published ones."""
    folder = tmp_path / "cats"
    folder.mkdir()
    for split, count in (("train", 5), ("test", 3)):
        with h5py.File(folder / f"{split}_catvnoncat.h5", "w") as file:
            file[f"{split}_set_x"] = np.full((count, 64, 64, 3), count, np.uint8)
            file[f"{split}_set_y"] = np.arange(count) % 2
    return folder


@pytest.fixture
def real_horses(tmp_path: Path) -> Path:
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


@pytest.fixture
def real_words(tmp_path: Path) -> Path:
    """A folder with some words laid out like the cut file of GloVe's."""
    folder = tmp_path / "real"
    folder.mkdir()
    rows = [["the", *range(50)], [",", *range(-50, 0)], ["#1/2", *[0.25] * 50], ["naïve", *[-1e-05] * 50]]
    text = "\n".join(" ".join(map(str, row)) for row in rows) + "\n"
    (folder / "glove.6B.50d.first2446.txt.gz").write_bytes(gzip.compress(text.encode()))
    return folder
