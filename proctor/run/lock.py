"""The lock that keeps two processes from grading one course at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from proctor.errors import ProctorError


@contextmanager
def one_run(folder: Path) -> Iterator[None]:
    """A block that only one process at a time can be in (flock(2) on a file in `folder`).

    Args:
        folder: the course's `.proctor/`; it is created if it is missing.

    Raises ProctorError if another process is in the block, or if `folder` cannot be written.
    """
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ProctorError(f"{folder.name}/ in the course folder cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        with suppress(OSError):  # a full disk: the process number is only for the message below
            os.write(lock, b"%d" % os.getpid())
        yield
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace")
        raise ProctorError(
            f"this course is being graded already, by process {holder or 'unknown'}; wait until it is done, or end it"
        ) from None
    finally:
        os.close(lock)
