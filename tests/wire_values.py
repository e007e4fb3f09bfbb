"""Values that are sent over the wire, and processes that say what they like."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as some
import hypothesis.strategies as st

FUZZ = Path(__file__).parents[1] / "fuzz"


def harness(name: str) -> Any:
    """The module `fuzz/name.py`, which is no part of the package."""
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", FUZZ / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fuzzed = harness("decode")
replies = harness("replies")


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=20,
)
ARRAYS = some.arrays(
    dtype=some.boolean_dtypes() | some.integer_dtypes() | some.floating_dtypes() | some.complex_number_dtypes(),
    shape=some.array_shapes(min_dims=0, min_side=0),
)


@contextlib.contextmanager
def talk(*messages: Any) -> Iterator[Any]:
    """A jail whose process says `messages`, in turn, and then no more."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=say, args=(theirs, b"".join(map(replies.frame, messages))))
        sender.start()
        yield replies.jail_on(replies.Said(ours))
        ours.close()
        sender.join()


def say(connection: socket.socket, data: bytes) -> None:
    """Say `data` and no more, to somebody who may not be listening."""
    with contextlib.suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
