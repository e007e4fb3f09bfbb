"""Locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from proctor.errors import ProctorError

PREFIX = "proctor-"
OWNER = "owner"


@contextmanager
def one_run(folder: Path) -> Iterator[None]:
    """A block that only one process can be in for `folder`, which is made if need be.

    Raises ProctorError if another process is, or if `folder` cannot be written.
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
        with suppress(OSError):  # the number is only for those who ask; a full disk is told where it matters
            os.write(lock, b"%d" % os.getpid())
        yield
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace")
        raise ProctorError(
            f"this course is being graded already, by process {holder or 'unknown'}; wait until it is done, or end it"
        ) from None
    finally:
        os.close(lock)


class OwnedFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder that `remove_abandoned` leaves alone as long as the process that made it lives."""

    def __init__(self) -> None:
        super().__init__(prefix=PREFIX)
        new = os.path.join(self.name, f"{OWNER}.new")
        self._lock = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Under its name it is never without its lock.
        os.rename(new, os.path.join(self.name, OWNER))

    def cleanup(self) -> None:
        """Remove the folder."""
        super().cleanup()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_abandoned() -> None:
    """Remove the temporary folders of this user's processes that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.lstat().st_uid != os.geteuid():
                continue
            owner = os.open(folder / OWNER, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(owner)
