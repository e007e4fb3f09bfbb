"""Coverage-guided fuzzing of the wire format's decoder, with atheris.

`python fuzz/decode.py CORPUS [libFuzzer options]`. Any bytes must decode to data within the bounds,
or raise WireError. `python fuzz/decode.py seeds` writes the first inputs of the corpus.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import numpy as np

try:
    import atheris
except ImportError:  # the tests replay the corpus without it
    atheris = None

with atheris.instrument_imports(include=["proctor.channel"]) if atheris else contextlib.nullcontext():
    from proctor.channel.wire import DEPTH, ITEMS, NUMBERS, Reference, decode, encode
    from proctor.errors import WireError

SCALARS = (type(None), bool, int, float, complex, str, bytes, Reference)
SEEDS = [
    *(None, True, 0, -1, 200, -200, 2**40, 2**64, -(2**80), 1.5, 2j, "text", "ä" * 40, b"bytes", b"b" * 300),
    *([], [1, [2, [3]]], (1, "a"), {1, 2}, frozenset({(1, 2)}), {"a": 1, (1, 2): [None], -1: {}, -2: ()}),
    *(np.arange(6.0).reshape(2, 3), np.zeros((0, 3), "i2"), np.array(True), np.float32(1), np.arange(20, dtype="u1")),
    *(Reference(1, "Model", "<Model>", True), [Reference(2, "f", "f")], [0] * 20, {n: n for n in range(20)}, "x" * 300),
]


def one(data: bytes) -> None:
    """Decode `data`, check the bounds, and check that encoding it again gives the same data."""
    try:
        value = decode(data)
    except WireError:
        return
    items, numbers = count_items(value, 0)
    assert items <= ITEMS, items
    assert numbers <= NUMBERS, numbers
    repr(value)
    try:
        again = encode(value)
    except WireError:
        return
    assert count_items(decode(again), 0) == (items, numbers)


def count_items(value: Any, depth: int) -> tuple[int, int]:
    """Count the items of `value` and the numbers in its arrays; assert that all types are known."""
    assert depth <= DEPTH + 4
    if type(value) is np.ndarray or isinstance(value, np.generic):
        assert value.dtype.kind in "biufc"
        assert type(value).__module__ == "numpy"
        return 1, value.size
    if type(value) is dict:
        parts = [part for pair in value.items() for part in pair]
    elif type(value) in (list, tuple, set, frozenset):
        parts = [*value]
    else:
        assert type(value) in SCALARS, type(value)
        return 1, 0
    found = [count_items(part, depth + 1) for part in parts]
    return 1 + sum(items for items, _ in found), sum(numbers for _, numbers in found)


if __name__ == "__main__":
    if sys.argv[1:] == ["seeds"]:
        from pathlib import Path

        for number, seed in enumerate(SEEDS):
            Path(__file__).with_name("corpus").joinpath("decode", f"seed-{number:02}").write_bytes(encode(seed))
    else:
        atheris.Setup(sys.argv, one)
        atheris.Fuzz()
