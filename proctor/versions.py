"""What grades: Proctor's own code, and what it runs on."""

from __future__ import annotations

import hashlib
import platform
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

ENGINE = Path(__file__).parent
NAMED = ("proctor", "keras", "tensorflow", "tensorflow-cpu", "numpy")
LIBRARIES = ("h5py", "ipython", "matplotlib", "msgpack", "nbformat", "pillow", "pytest")
"""What graders and notebooks also run on."""


def versions() -> dict[str, str]:
    """The versions that a verdict names."""
    return {"python": platform.python_version(), **_installed(NAMED)}


@cache
def every_version() -> dict[str, str]:
    """The versions of everything that a verdict depends on."""
    return {**versions(), **_installed(LIBRARIES)}


@cache
def engine() -> str:
    """A digest of Proctor's own code."""
    code = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        code.update(hashlib.sha256(path.read_bytes()).digest())
    return code.hexdigest()[:32]


def _installed(packages: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for package in packages:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
