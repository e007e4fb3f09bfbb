"""Make the student version of an assignment through nbgrader; refuse one that leaks a solution."""

from __future__ import annotations

import filecmp
import shutil
import tempfile
from pathlib import Path

from proctor.author.leaks import PUBLIC, check_markers, leaks, list_files
from proctor.course.cells import read_source
from proctor.course.course import Course
from proctor.errors import ReleaseError
from proctor.record.nbgrader_course import generate


def release(course: Course, name: str) -> Path:
    """Make the student version of an assignment, register it in the gradebook, return its folder.

    Raises ReleaseError, and leaves the previous release and the gradebook as they were, if a BEGIN
    or END marker lacks its other half, a cell without its solution is not valid Python, or the
    release would hold a line of a solution or of a hidden test.
    """
    course.assignment(name)
    with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as folder:
        made = student_version(course, name, Path(folder) / "release")
        found = leaks(course, name, made)
        if found:
            raise ReleaseError(
                f"{name!r} is not released, because the release would give away:\n" + _format_list(found)
            )
        generate(course, name, Path(folder) / "registered")
        target = course.release(name)
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            target.rename(Path(folder) / "previous")
        made.rename(target)
    return target


def stale(course: Course) -> list[str]:
    """Return a sentence for each assignment whose release is not what its source makes now."""
    sentences = []
    for name in course.names():
        try:
            with tempfile.TemporaryDirectory(dir=course.root, prefix=".release-") as folder:
                made = student_version(course, name, Path(folder) / "release")
                changed = _find_differences(made, course.release(name)) + leaks(course, name, made)
        except ReleaseError as error:
            changed = [str(error)]
        if changed:
            sentences.append(f"release/{name} is not fresh; run `proctor release {name}`:\n" + _format_list(changed))
    return sentences


def student_version(course: Course, name: str, folder: Path) -> Path:
    """Make what students would get below `folder`, and return it; it is not checked for leaks.

    Raises ReleaseError if a BEGIN or END marker lacks its other half, or nbgrader refuses the
    source.
    """
    check_markers(name, read_source(course.source(name)))
    made = generate(course, name, folder, register=False)
    put_public(course, name, made)
    return made


def put_public(course: Course, name: str, folder: Path) -> None:
    """Put into `folder` what students get beside the notebook: public criteria, assignment.toml.

    Thresholds that only hidden criteria ask for stay behind, and so do comments, which explain
    them.
    """
    criteria, declared = (course.grader(name) / file for file in PUBLIC)
    public = criteria.read_text(encoding="utf-8") if criteria.is_file() else ""
    if public:
        shutil.copyfile(criteria, folder / criteria.name)
    hidden = {
        key for values in course.assignment(name).thresholds.values() for key in values if f'"{key}"' not in public
    }
    lines = declared.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("#") and line.split("=")[0].strip() not in hidden]
    (folder / declared.name).write_text("\n".join(kept) + "\n", encoding="utf-8")


def _find_differences(made: Path, committed: Path) -> list[str]:
    names = {path.relative_to(folder).as_posix() for folder in (made, committed) for path in list_files(folder)}
    same, _, _ = filecmp.cmpfiles(made, committed, names, shallow=False)
    return [f"{name} {_describe_difference(made / name, committed / name)}" for name in sorted(names - set(same))]


def _describe_difference(made: Path, committed: Path) -> str:
    if not committed.exists():
        return "is missing"
    return "differs from what the source makes" if made.exists() else "does not come from the source"


def _format_list(sentences: list[str]) -> str:
    return "\n".join(f"  {sentence}" for sentence in sentences)
