"""Make the bundle with which Gradescope or Classroom 50 grades an exercise on its own machines."""

from __future__ import annotations

import base64
import hashlib
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from proctor.author.release import student_version
from proctor.course.course import Course
from proctor.datasets.course import COURSE_DATA
from proctor.jail.course_jail import accepted_jail
from proctor.versions import ENGINE, every_version

FILES = {"setup.sh": 0o755, "run_autograder": 0o755, "autograder.py": 0o644}
"""Files in this folder that go into the bundle, with their modes.

The first two are what Gradescope calls, the third what Classroom 50 calls.
"""
NOT_NEEDED = {"answers.py", "proof.json"}
"""Files of a grader that prove it and do not grade: its answers are solutions."""


def make_bundle(course: Course, name: str, file: Path) -> None:
    """Write a zip with an exercise's grader, Proctor itself, and the files that the services call.

    It holds hidden tests and no solution: the notebook is the one that students get, which has the
    same locked cells.

    Args:
        course: the course.
        name: the exercise's.
        file: the zip.

    Raises UnknownAssignment if there is none of this name, ReleaseError if it cannot be released.
    """
    course.assignment(name)
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as folder:
        notebook = (student_version(course, name, Path(folder)) / f"{name}.ipynb").read_bytes()
    wheel, content = build_wheel()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for own, mode in FILES.items():
            text = (Path(__file__).parent / own).read_text(encoding="utf-8").replace("EXERCISE", name)
            _add(bundle, own, text.encode(), mode)
        versions = {
            package: version for package, version in every_version().items() if package not in ("python", "proctor")
        }
        _add(
            bundle,
            "constraints.txt",
            "".join(f"{package}=={version}\n" for package, version in versions.items()).encode(),
        )
        _add(bundle, wheel, content)
        settings = f"c = get_config()\nc.Proctor.jail = {accepted_jail(course)!r}\n"
        _add(bundle, "course/nbgrader_config.py", settings.encode())
        _add(bundle, f"course/source/{name}/{name}.ipynb", notebook)
        for path in _list_files(course.grader(name)):
            if path.name not in NOT_NEEDED:
                _add(bundle, f"course/{path.relative_to(course.root).as_posix()}", path.read_bytes())
        if (course.root / COURSE_DATA).is_file():
            _add(bundle, f"course/{COURSE_DATA}", (course.root / COURSE_DATA).read_bytes())


def build_wheel() -> tuple[str, bytes]:
    """The file name and the content of a wheel of the Proctor that is installed here.

    Source: "Binary distribution format" of the Python Packaging User Guide (PEP 427).
    """
    installed = metadata.distribution("proctor")
    described = f"proctor-{installed.version}.dist-info"
    files = {path.relative_to(ENGINE.parent).as_posix(): path.read_bytes() for path in _list_files(ENGINE)}
    for part in ("METADATA", "entry_points.txt"):
        files[f"{described}/{part}"] = (installed.read_text(part) or "").encode()
    files[f"{described}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: proctor\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items())
    files[f"{described}/RECORD"] = f"{record}{described}/RECORD,,\n".encode()
    with tempfile.TemporaryFile() as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as wheel:
            for path, content in files.items():
                _add(wheel, path, content)
        written.seek(0)
        return f"proctor-{installed.version}-py3-none-any.whl", written.read()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def _list_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Add a file whose date is fixed, so that equal files give equal archives."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
