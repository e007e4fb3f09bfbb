"""Build a wheel of the Proctor that is installed here."""

from __future__ import annotations

import base64
import hashlib
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from proctor.versions import ENGINE


def wheel_name() -> str:
    """The file name of a wheel of the Proctor that is installed here."""
    return f"proctor-{metadata.version('proctor')}-py3-none-any.whl"


def build_wheel() -> bytes:
    """The content of a wheel of the Proctor that is installed here.

    Source: "Binary distribution format" of the Python Packaging User Guide (PEP 427).
    """
    installed = metadata.distribution("proctor")
    described = f"proctor-{installed.version}.dist-info"
    files = {path.relative_to(ENGINE.parent).as_posix(): path.read_bytes() for path in list_package_files(ENGINE)}
    for part in ("METADATA", "entry_points.txt"):
        files[f"{described}/{part}"] = (installed.read_text(part) or "").encode()
    files[f"{described}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: proctor\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{described}/RECORD"] = f"{record}{described}/RECORD,,\n".encode()
    with tempfile.TemporaryFile() as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as wheel:
            for path, content in files.items():
                add_file(wheel, path, content)
        written.seek(0)
        return written.read()


def list_package_files(folder: Path) -> list[Path]:
    """Every file below a folder, sorted, without Python's caches."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def add_file(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Add a file whose date is fixed, so that equal files give equal archives."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
