"""Remember what the models of files answered, for proofs in which many answers share a file."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from proctor.models.view import ModelView


class FileModels:
    """What models that were loaded from files are made of, predicted and weigh.

    The same bytes in a jail without student code answer the same, so that a file is loaded and
    asked again only for what is not known yet. Nothing is ever forgotten: it is for a process
    that ends with its proof.
    """

    def __init__(self) -> None:
        self._descriptions: dict[bytes, dict[str, Any]] = {}
        self._answers: dict[tuple[bytes, ...], Any] = {}

    def view(self, data: bytes, load: Callable[[], ModelView]) -> ModelView:
        """The model of a file.

        Args:
            data: the file's content.
            load: loads it in a jail; called only if something is asked that is not known yet.

        Raises what `load` raises if the file was never loaded.
        """
        file, load = hashlib.sha256(data).digest(), cache(load)
        if file not in self._descriptions:
            self._descriptions[file] = load().description

        def predict(inputs: Any, batch_size: int) -> Any:
            return self._recall(
                (file, _digest(inputs), b"%d" % batch_size),
                lambda: load()._predict(inputs, batch_size),  # noqa: SLF001  another of its kind
            )

        def weights() -> list[np.ndarray]:
            found: list[np.ndarray] = self._recall((file, b"weights"), lambda: load().weights)
            return found

        return ModelView(lambda: self._descriptions[file], predict, weights)

    def _recall(self, key: tuple[bytes, ...], ask: Callable[[], Any]) -> Any:
        if key not in self._answers:
            self._answers[key] = ask()
        return copy.deepcopy(self._answers[key])  # a criterion may write into it


def _digest(inputs: Any) -> bytes:
    """A digest of an array, or of a list or dict of arrays: their names, types, shapes, numbers."""
    if isinstance(inputs, dict):
        parts = [part for key, value in inputs.items() for part in (str(key).encode(), _digest(value))]
    elif isinstance(inputs, (list, tuple)):
        parts = [_digest(value) for value in inputs]
    else:
        array = np.ascontiguousarray(inputs)
        parts = [array.dtype.str.encode(), str(array.shape).encode(), hashlib.sha256(array.data).digest()]
    return hashlib.sha256(b"\0".join(parts)).digest()
