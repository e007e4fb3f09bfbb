"""Files that tell marks: readable by their owner alone, whatever the umask is.

Where instructors share the course (nbgrader's `c.CourseDirectory.groupshared`), their group has the
same rights. Files and folders that somebody else owns are left as they are.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from proctor.course.course import Course


def write_anywhere(course: Course, file: Path, content: str | bytes) -> None:
    """Write a file that may lie outside of the course, such as an export, for its owner alone.

    One that is there is tightened before anything is written; a pipe is written to. Text is written
    as UTF-8. Raises OSError.
    """
    with file.open("ab") as opened:
        tighten(course, file)
        if opened.seekable():
            opened.truncate(0)
        opened.write(content.encode() if isinstance(content, str) else content)


def tighten(course: Course, path: Path | str) -> None:
    """Give a file or a folder that is there, and ours, the rights that the owner alone has."""
    with suppress(OSError):
        status = os.lstat(path)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            return
        mode = stat.S_IMODE(status.st_mode) & ~stat.S_IRWXO
        if not course.is_shared:
            mode &= ~stat.S_IRWXG
        else:
            mode |= (mode & stat.S_IRWXU) >> 3 | (stat.S_ISGID if stat.S_ISDIR(status.st_mode) else 0)
        if str(path) == str(course.state):  # jails, which may be another user's, read its folder `data`
            mode |= stat.S_IXGRP | stat.S_IXOTH
        if mode != stat.S_IMODE(status.st_mode):
            os.chmod(path, mode)


def tighten_all(course: Course, folder: Path) -> None:
    """Do so with a folder and all that is in it."""
    for path in (folder, *folder.rglob("*")):
        tighten(course, path)


def make_private_folder(course: Course, path: Path) -> None:
    """Make a folder of the course, and each that is missing above it; tighten those that exist."""
    folder = str(course.root)
    for name in path.relative_to(course.root).parts:
        folder = f"{folder}/{name}"
        if not os.path.lexists(folder):  # mkdir(2) of one that exists takes ten times as long
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700)
        tighten(course, folder)


def write_private(course: Course, path: Path, data: bytes, synchronized: bool = False) -> None:
    """Replace the file `path` in one step (rename(2)), even if we are killed.

    Args:
        course: the course.
        path: the file; its folder is made if it is missing.
        data: what it will hold.
        synchronized: whether to wait until the data is on the disk.

    Raises OSError if it cannot be written; the file is as it was then.
    """
    make_private_folder(course, path.parent)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".unfinished")  # of mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if synchronized:
                os.fsync(file.fileno())
            if course.is_shared:
                os.fchmod(file.fileno(), 0o660)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
