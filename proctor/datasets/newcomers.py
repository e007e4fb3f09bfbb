"""Few pictures of two new kinds, and a network that was trained on others: to borrow from.

The real pair is MobileNetV2 with its published weights, and rendered horses and humans; the
stand-in is the network of `species_base`, and drawn foxes and ducks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from proctor.datasets import horses_humans, species, species_base
from proctor.datasets.dataset import Dataset

FEW = 40  # the pictures to learn from; half of them show each kind
REAL_SIDE = 128  # pixels
NETWORK_FILE = "mobilenet_v2_0.35_224_no_top.weights.h5"
PICTURES_FILE = horses_humans.HORSES_HUMANS.file
DRAWN_SEEDS = {"train": ((FEW, 2301), (160, 2302)), "test": ((400, 2303),)}


@dataclass(frozen=True)
class Newcomers:
    """Pictures of two new kinds, and the network to borrow from.

    Args:
        pictures: uint8 (n, side, side, 3). Of the training split, the first `FEW` are to learn
            from, and the others are held apart.
        labels: int64 (n,), places in `kinds`.
        kinds: the names of the two kinds.
        layers: names of layers of the network at which to cut it, from its beginning to its end.
        weights: of the network, float32, in Keras's order.
        borrowed: how many of them belong to the layers up to the last of `layers`.
    """

    pictures: np.ndarray
    labels: np.ndarray
    kinds: tuple[str, ...]
    layers: tuple[str, ...]
    weights: list[np.ndarray]
    borrowed: int

    def load_base(self) -> Any:
        """Make the network, a Keras model; its weights are those shipped, bit for bit.

        It takes pictures of the side of `pictures`, numbers from -1 (a byte of 0) to 1 (of 255).
        """
        side = self.pictures.shape[1]
        if self.kinds == DRAWN["kinds"]:
            model = species_base.build_species_base()
        else:
            import keras

            model = keras.applications.MobileNetV2((side, side, 3), alpha=0.35, include_top=False, weights=None)
        model.set_weights(self.weights)
        return model


# What else is known of each pair. The weights behind the last of `layers` are a convolution and its
# normalisation in MobileNetV2, and a dense layer in the other network.
REAL: dict[str, Any] = {
    "kinds": ("horse", "human"),
    "layers": ("block_2_add", "block_5_add", "block_12_add", "block_16_project_BN"),
}
DRAWN: dict[str, Any] = {"kinds": ("fox", "duck"), "layers": ("pool1", "pool2", "pool3", "pool4")}
BEHIND = {REAL["kinds"]: 5, DRAWN["kinds"]: 2}


def _gather(pictures: np.ndarray, labels: np.ndarray, weights: list[np.ndarray], known: dict[str, Any]) -> Newcomers:
    return Newcomers(pictures, labels, **known, weights=weights, borrowed=len(weights) - BEHIND[known["kinds"]])


def draw(split: str) -> Newcomers:
    """The stand-in: foxes and ducks, and the network that comes with the package."""
    parts = [species.draw_species(count, seed, DRAWN["kinds"]) for count, seed in DRAWN_SEEDS[split]]
    pictures, labels = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return _gather(pictures, labels, species_base.read_weights(), DRAWN)


def read(path: Path, split: str) -> Newcomers:
    """Return one split of the real pair, or of what `write` wrote.

    Args:
        path: the published file of the network, which has that of the pictures beside it, or what
            `write` wrote.
        split: "train" or "test".

    Raises OSError, KeyError or ValueError if a file or what it should hold is missing.
    """
    if path.suffix == ".npz":
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            weights = [arrays[name] for name in sorted(arrays.files) if name.startswith("weights")]
            known = REAL if arrays["real"] else DRAWN
            return _gather(arrays["pictures"], arrays["labels"], weights, known)
    pictures = path.with_name(PICTURES_FILE)
    if not pictures.exists():
        raise ValueError(f"{PICTURES_FILE} must lie beside it")
    folder = horses_humans.read(pictures, split)
    shown = _choose(folder / "train") + _all_of(folder / "validation") if split == "train" else _all_of(folder)
    shrunk, labels = np.stack([_open(file) for file, _ in shown]), np.array([label for _, label in shown])
    return _gather(shrunk, labels, _read_weights(path), REAL)


def _all_of(folder: Path) -> list[tuple[Path, int]]:
    """All pictures of a folder, each with its label."""
    kinds = enumerate(horses_humans.CLASSES)
    return [(file, label) for label, kind in kinds for file in sorted((folder / kind).glob("*.jpg"))]


def _choose(folder: Path) -> list[tuple[Path, int]]:
    """`FEW` pictures of a folder, of as many different animals and people as it has."""
    rng = np.random.default_rng(2308)
    chosen: list[tuple[Path, int]] = []
    for label, kind in enumerate(horses_humans.CLASSES):
        series: dict[str, list[Path]] = {}
        for file in sorted((folder / kind).glob("*.jpg")):
            series.setdefault(file.name.split("-")[0], []).append(file)
        mixed = [[files[place] for place in rng.permutation(len(files))] for files in series.values()]
        in_turn = [files[turn] for turn in range(max(map(len, mixed))) for files in mixed if turn < len(files)]
        chosen += [(file, label) for file in in_turn[: FEW // 2]]
    return [chosen[place] for place in rng.permutation(len(chosen))]


def _open(file: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB").resize((REAL_SIDE, REAL_SIDE), Image.Resampling.BILINEAR))


def _read_weights(path: Path) -> list[np.ndarray]:
    """The weights of MobileNetV2 in Keras's order, which its file names by kind and number.

    A convolution and its normalisation begin it, a depthwise one and a projection follow, then
    come sixteen blocks that expand, look and project, and a last convolution.
    """
    import h5py

    names = {"c": "conv2d", "d": "depthwise_conv2d", "b": "batch_normalization"}
    numbers = dict.fromkeys(names, 0)
    weights: list[np.ndarray] = []
    with h5py.File(path) as file:
        for kind in "cb" + "dbcb" + 16 * "cbdbcb" + "cb":
            name = names[kind] + (f"_{numbers[kind]}" if numbers[kind] else "")
            numbers[kind] += 1
            variables = file["layers"][name]["vars"]
            weights += [np.asarray(variables[str(place)], np.float32) for place in range(len(variables))]
    return weights


def write(data: Newcomers, path: Path) -> None:
    """Write the training split without HDF5, which a jail need not be able to read."""
    arrays: dict[str, Any] = {"pictures": data.pictures, "labels": data.labels, "real": data.kinds == REAL["kinds"]}
    arrays |= {f"weights{place:03}": weights for place, weights in enumerate(data.weights)}
    np.savez(path, **arrays)


NEWCOMERS = Dataset(
    name="newcomers",
    noun="pictures",
    draw=draw,
    drawing=species.DRAWING,
    count=lambda data: len(data.labels),
    file=NETWORK_FILE,
    sha256="ee6b452fd7e10fbf82bd64f5e41fe4ad7e763ef2750b663f5446c26ae558e057",
    beside=(PICTURES_FILE,),
    read=read,
    part="newcomers.npz",
    write=write,
)
