"""Temporary folders that can be told apart from those whose process was killed.

The owner holds a flock(2) on a file in the folder; the kernel releases it when the process ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "proctor-"
OWNER = "owner"


class OwnedFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder that `remove_abandoned` spares while the process that made it runs."""

    def __init__(self) -> None:
        super().__init__(prefix=PREFIX)
        new = os.path.join(self.name, f"{OWNER}.new")
        self._lock = os.open(new, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # Renamed once it is locked, so that nobody finds the file without its lock.
        os.rename(new, os.path.join(self.name, OWNER))

    def cleanup(self) -> None:
        """Remove the folder."""
        super().cleanup()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_abandoned() -> None:
    """Remove the owned folders of this user whose process has ended without removing them."""
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
