"""Make the bundle with which Gradescope or Classroom 50 grades an exercise on its own machines."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from proctor.author.release import student_version
from proctor.author.wheel import add_file, build_wheel, list_package_files, wheel_name
from proctor.course.course import Course
from proctor.datasets.course import COURSE_DATA
from proctor.jail.course_jail import accepted_jail
from proctor.versions import every_version

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
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for own, mode in FILES.items():
            text = (Path(__file__).parent / own).read_text(encoding="utf-8").replace("EXERCISE", name)
            add_file(bundle, own, text.encode(), mode)
        versions = {
            package: version for package, version in every_version().items() if package not in ("python", "proctor")
        }
        add_file(
            bundle,
            "constraints.txt",
            "".join(f"{package}=={version}\n" for package, version in versions.items()).encode(),
        )
        add_file(bundle, wheel_name(), build_wheel())
        settings = f"c = get_config()\nc.Proctor.jail = {accepted_jail(course)!r}\n"
        add_file(bundle, "course/nbgrader_config.py", settings.encode())
        add_file(bundle, f"course/source/{name}/{name}.ipynb", notebook)
        for path in list_package_files(course.grader(name)):
            if path.name not in NOT_NEEDED:
                add_file(bundle, f"course/{path.relative_to(course.root).as_posix()}", path.read_bytes())
        if (course.root / COURSE_DATA).is_file():
            add_file(bundle, f"course/{COURSE_DATA}", (course.root / COURSE_DATA).read_bytes())
