"""Folders of files in a student's process, for functions that read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from proctor.channel.student import Student, share


def make_folder(student: Student, files: Mapping[str, np.ndarray | str | None]) -> Any:
    """Make a folder with these files where the student's functions can read it.

    It is removed when the student's process ends.

    Args:
        student: the submission.
        files: what is in it, by the path in the folder, such as "train/cats/1.png". An array is
            saved as a picture: uint8 (height, width), (height, width, 3) or, with transparency,
            (height, width, 4). A text is written as it is, and None makes an empty folder.

    Returns a handle to its `pathlib.Path`, for the student's functions.
    """
    return share(student, _write_files)(dict(files))


def _write_files(files: dict[str, Any]) -> Any:
    import atexit
    import shutil
    import tempfile
    from pathlib import Path

    from PIL import Image

    folder = Path(tempfile.mkdtemp(prefix="proctor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.write_text(content)
        elif content is not None:
            Image.fromarray(content).save(path)
    return folder
