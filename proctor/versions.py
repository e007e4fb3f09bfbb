"""Versions of everything that decides a verdict: Proctor's code and the libraries it runs on."""

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
"""Libraries that graders and notebooks run on, but that a verdict does not name."""


def versions() -> dict[str, str]:
    """Name → version, of Python and the packages that a verdict names."""
    return {"python": platform.python_version(), **_installed(NAMED)}


@cache
def every_version() -> dict[str, str]:
    """Name → version, of Python and all packages that a verdict depends on."""
    return {**versions(), **_installed(LIBRARIES)}


@cache
def engine() -> str:
    """A digest of Proctor's own Python files."""
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
