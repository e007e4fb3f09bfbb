"""Small pictures, with a cat or without one: published photographs, or drawn ones as a stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from proctor.datasets import critters
from proctor.datasets.dataset import Dataset

Pictures = tuple[np.ndarray, np.ndarray]

SIZES_AND_SEEDS = {"train": (209, 5201), "test": (400, 5202)}
FILES = {"train": "train_catvnoncat.h5", "test": "test_catvnoncat.h5"}


def read(path: Path, split: str, files: Mapping[str, str] = FILES) -> Pictures:
    """Return pictures, uint8 (n, 64, 64, 3), and labels, int64 (n,), of one split.

    Args:
        path: the published file of training pictures, which has that of test pictures beside it, or
            what `write` wrote.
        split: "train" or "test".
        files: the published file's name for each split.

    Raises OSError or KeyError if the file or what it should hold is missing, ValueError if its
    arrays have another form.
    """
    if path.suffix == ".npz":
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            pictures, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
    else:
        import h5py

        with h5py.File(path.with_name(files[split])) as arrays:
            pictures, labels = arrays[f"{split}_set_x"][()], arrays[f"{split}_set_y"][()]
    if pictures.dtype != np.uint8 or pictures.shape[1:] != (64, 64, 3) or labels.shape != pictures.shape[:1]:
        raise ValueError(f"it must hold uint8 pictures of 64 x 64 pixels, found {pictures.dtype} {pictures.shape}")
    return pictures, labels.astype(np.int64)


def write(data: Pictures, path: Path) -> None:
    """Write the training pictures without HDF5, which a jail need not be able to read."""
    pictures, labels = data
    np.savez(path, x_train=pictures, y_train=labels)


CATS = Dataset(
    name="cats",
    noun="pictures",
    draw=lambda split: critters.draw_cats(*SIZES_AND_SEEDS[split]),
    drawing=critters.DRAWING,
    count=lambda data: len(data[0]),
    file=FILES["train"],
    sha256="fbe56ab67c3ae28d564e3a644189117976d6b31af0a3ce9bb17dbf22908af242",
    beside=(FILES["test"],),
    read=read,
    part="cats.npz",
    write=write,
)
