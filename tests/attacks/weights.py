"""Model files whose weights are no plain arrays."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

from attacks.archives import with_member
from attacks.configs import with_layer

HDF5 = b"\x89HDF\r\n\x1a\n"


def with_weights(data: bytes, write: Callable[[Any], None]) -> bytes:
    """The model file `data` with the weights that `write` writes."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file)
    return with_member(data, "model.weights.h5", data=buffer.getvalue())


def _external(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (1, 1), "f4", external=[("/etc/passwd", 0, 16)])


def _link(file: Any) -> None:
    file["layers"] = h5py.ExternalLink("/etc/passwd", "/")


def _virtual(file: Any) -> None:
    layout = h5py.VirtualLayout((1, 1), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (1, 1))
    file.create_virtual_dataset("layers/dense/vars/0", layout)


def _sparse(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (2**34,), "f4", chunks=(2**10,))


def _late(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", (2**30 - 2**26,), "f4")


def _packed(file: Any) -> None:
    file.create_dataset("layers/dense/vars/0", data=np.zeros((1, 1), "f4"), chunks=(1, 1), compression="gzip")


def _loop(file: Any) -> None:
    file["layers"] = file["/"]


def _text(file: Any) -> None:
    file["layers/dense/vars/0"] = b"two"


def _missing(file: Any) -> None:
    file.create_group("layers")


def _damaged(data: bytes) -> bytes:
    return with_member(data, "model.weights.h5", data=HDF5 + bytes(5000))


def stretched(*settings: tuple[str, dict[str, Any]]) -> Callable[[bytes], bytes]:
    """Adds layers to a model file."""

    def make(data: bytes) -> bytes:
        for number, (class_name, config) in enumerate(settings):
            data = with_layer(data, "keras.layers", class_name, name=f"more_{number}", **config)
        return data

    return make


WEIGHTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another file's bytes": (lambda data: with_weights(data, _external), "not stored as Keras does"),
    "another file's groups": (lambda data: with_weights(data, _link), "point into another file"),
    "another file's numbers": (lambda data: with_weights(data, _virtual), "not stored as Keras does"),
    "64 GiB in 3 kB": (lambda data: with_weights(data, _sparse), "not stored as Keras does"),
    "3.75 GiB in 3 kB": (lambda data: with_weights(data, _late), "are incomplete"),
    "an unknown filter": (lambda data: with_weights(data, _packed), "not stored as Keras does"),
    "without end": (lambda data: with_weights(data, _loop), "point at one another"),
    "text": (lambda data: with_weights(data, _text), "must be numbers"),
    "none": (lambda data: with_weights(data, _missing), "Keras could not load the model"),
    "damaged": (_damaged, "cannot be read"),
    # These pass the gate: each number in them could be an honest model's.
    "4 TiB in two layers": (stretched(("Dense", {"units": 2**20}), ("Dense", {"units": 2**20})), "could not load"),
    "4 GiB in two layers": (stretched(("Dense", {"units": 2**10}), ("Dense", {"units": 2**20})), "could not load"),
    "an answer of 4 TiB": (
        stretched(("RepeatVector", {"n": 2**20}), ("Flatten", {}), ("RepeatVector", {"n": 2**20})),
        "OOM when allocating",
    ),
}
