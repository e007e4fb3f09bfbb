"""Make the student version of an assignment through nbgrader; refuse one that leaks a solution."""

from __future__ import annotations

import ast
import filecmp
import shutil
import tempfile
import tomllib
from pathlib import Path

from proctor import datasets
from proctor.author.first_cell import put_first_cell
from proctor.author.index_page import INDEX, index_page
from proctor.author.leaks import PUBLIC, check_markers, leaks, list_files
from proctor.author.wheel import build_wheel, wheel_name
from proctor.course.cells import read_source
from proctor.course.course import Course
from proctor.course.released import criteria_file, settings_file
from proctor.datasets.loading import definition
from proctor.errors import ReleaseError
from proctor.record.nbgrader_course import generate

THRESHOLDS = "thresholds"


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


def publish(course: Course) -> None:
    """Write what all releases share into `release/`: the page of the course and Proctor's wheel.

    Raises CourseError if the course's settings are not valid.
    """
    folder = course.root / "release"
    (folder / INDEX).write_text(index_page(course), encoding="utf-8")
    for earlier in folder.glob("proctor-*.whl"):  # a first cell takes the one that it finds
        earlier.unlink()
    (folder / wheel_name()).write_bytes(build_wheel())


def stale(course: Course) -> list[str]:
    """Return a sentence for each assignment whose release is not what its source makes now.

    One more is about the page of the course. The wheel is not compared, since it changes with every
    change of Proctor.
    """
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
    index = course.root / "release" / INDEX
    if not sentences and (not index.is_file() or index.read_text(encoding="utf-8") != index_page(course)):
        sentences.append(f"release/{INDEX} is not fresh; run `proctor release`")
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
    """Put into `folder` what students get beside nbgrader's part of the notebook.

    That is the public criteria, the settings without hidden thresholds and comments, and the file
    of the course's own data sets. The notebook gets the cell that finds or installs Proctor.
    Raises ReleaseError if it cannot be told which thresholds are public.
    """
    datasets.use_course(course.root)
    if defined := definition(course.assignment(name).dataset):
        shutil.copyfile(defined, folder / defined.name)
    criteria, declared = course.grader(name) / PUBLIC, course.grader(name) / "assignment.toml"
    public: set[str] = set()
    if criteria.is_file():
        shutil.copyfile(criteria, folder / criteria_file(name))
        public = thresholds_asked_for(criteria)
    text = _public_settings(declared.read_text(encoding="utf-8"), public)
    found, whole = tomllib.loads(text), tomllib.loads(declared.read_text(encoding="utf-8"))
    for values in whole.get("thresholds", {}).values():
        for key in values.keys() - public:
            del values[key]
    if found != whole:
        raise ReleaseError(f"graders/{name}/{declared.name}: write each threshold on a line of its own: name = value")
    (folder / settings_file(name)).write_text(text, encoding="utf-8")
    put_first_cell(course, name, folder)


def thresholds_asked_for(criteria: Path) -> set[str]:
    """The thresholds that a file of criteria asks for, read from its syntax tree.

    A test asks for one by `thresholds["name"]` or `credit.within(value, thresholds, "name")`, where
    the name is a string literal.

    Raises ReleaseError, with the line, if `thresholds` is used in any other way, since then the
    names cannot be known.
    """
    try:
        tree = ast.parse(criteria.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise ReleaseError(f"{criteria.parent.name}/{criteria.name} is not Python: {error}") from error
    named: dict[int, str] = {}  # the nodes that stand for `thresholds` beside a name, by their identity
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=ast.Name() as used, slice=ast.Constant(value=str(name))):
                named[id(used)] = name
            case ast.Call(
                func=ast.Attribute(attr="within"), args=[_, ast.Name() as used, ast.Constant(value=str(name))]
            ):
                named[id(used)] = name
    found = set()
    for node in ast.walk(tree):
        # A fixture can be asked for by its name as a text, too.
        if THRESHOLDS not in (getattr(node, "id", ""), getattr(node, "value", "")):
            continue
        if id(node) not in named:
            where = f"{criteria.parent.name}/{criteria.name}, line {getattr(node, 'lineno', 1)}"
            raise ReleaseError(
                f"{where}: it is not said which threshold is asked for; "
                'write thresholds["name"] or credit.within(value, thresholds, "name")'
            )
        found.add(named[id(node)])
    return found


def _public_settings(text: str, public: set[str]) -> str:
    """`assignment.toml` for students: no comments, and of the thresholds only those in `public`."""
    kept, section = [], ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        is_threshold = section.startswith(THRESHOLDS) and "=" in line
        if not line.startswith("#") and (not is_threshold or line.split("=")[0].strip(" \"'") in public):
            kept.append(line)
    return "\n".join(kept) + "\n"


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
