"""`proctor ci`: grades the repository it stands in, and says what came of it where CI shows it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.verdict import Verdict

if TYPE_CHECKING:
    from proctor.run.apart import HandIn


def ci(
    names: Annotated[
        list[str] | None, typer.Argument(help="The exercises that must be there; by default those that are.")
    ] = None,
    course: Annotated[
        Path | None,
        typer.Option(envvar="PROCTOR_COURSE", help="The course with the graders; outside of this repository."),
    ] = None,
    student: Annotated[str, typer.Option(help="Whose work it is; numbers of one's own follow from it.")] = "student",
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Exit with 1 if an exercise has a smaller share of its points.")
    ] = 0,
    summary: Annotated[
        Path | None, typer.Option(envvar="GITHUB_STEP_SUMMARY", help="Add a summary in Markdown to this file.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit's XML, a case for each criterion.")] = None,
    classroom50: Annotated[Path | None, typer.Option(help="Write Classroom 50's result.json.")] = None,
    gradescope: Annotated[Path | None, typer.Option(help="Write Gradescope's results.json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line, for programs.")] = False,
) -> None:
    """Grade a student's repository, in which this is run, with the graders of a course elsewhere.

    No mark is written into a gradebook. The exit code is 1 if an exercise is not graded, or has
    less than the threshold.
    """
    repository = Path.cwd()
    files = {"junit": junit, "classroom50": classroom50, "gradescope": gradescope}
    places = {name: file.absolute() for name, file in files.items() if file}
    page = summary.absolute() if summary else None
    _require_folders([*places.values(), *([page] if page else [])])
    trusted = _find_course(course, repository)
    if not student or "/" in student:
        raise ProctorError(f"--student must be a name without slashes, got {student!r}")
    # The repository is a student's. Python looks for modules in the current folder, also in
    # processes that this one starts: none of its files may be taken for one.
    os.chdir(trusted.root)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(repository))]
    from proctor.run import pool

    pool.prepare()
    from proctor.report import github, results
    from proctor.run.apart import grade_repository

    if classroom50:
        results.read_runner()  # what is missing is told before grading, which takes long
    found = grade_repository(trusted, repository, names or [], student)
    verdicts = [hand_in.verdict for hand_in in found]
    titled = [(trusted.assignment(verdict.assignment).title, verdict) for verdict in verdicts]
    on_github = os.environ.get("GITHUB_ACTIONS") == "true"
    if as_json:
        for title, verdict in titled:
            print(results.json_line(verdict, title))
    else:
        with github.no_commands() if on_github else nullcontext():
            _print_tables(verdicts)
    if on_github:
        _annotate(trusted, repository, found, to=sys.stderr if as_json else sys.stdout)
    if page:
        with page.open("a", encoding="utf-8") as opened:
            opened.write(github.summary(titled))
    makers = {"junit": results.junit, "gradescope": results.gradescope, "classroom50": results.classroom50}
    for name, make in makers.items():
        if name in places:
            _replace(places[name], make(verdicts))
    shortfalls = _describe_shortfalls(verdicts, threshold)
    for sentence in shortfalls:
        print(sentence, file=sys.stderr)
    if shortfalls or not all(verdict.graded for verdict in verdicts):
        raise typer.Exit(1)


def _require_folders(files: Sequence[Path]) -> None:
    for file in files:
        if not file.parent.is_dir():
            raise ProctorError(f"{file.name} cannot be written: there is no folder {file.parent}")


def _find_course(place: Path | None, repository: Path) -> Course:
    """The course to grade with.

    Raises ProctorError if none is named, or if a student could have written it.
    """
    from proctor.intake.repository import repository_of

    if place is None:
        raise ProctorError(
            "which course grades this repository? Name its folder: --course FOLDER, or the variable PROCTOR_COURSE. "
            "(To prove the graders of a course, run `proctor verify` in it.)"
        )
    course = Course.find(place)
    top = repository_of(repository)
    if course.root.resolve().is_relative_to(top):
        raise ProctorError(
            f"the course {course.root} lies in the repository that is to be graded, {top}: who writes the one could "
            "write the other. Check the course out elsewhere. (To prove the graders of a course, run `proctor verify`.)"
        )
    return course


def _print_tables(verdicts: Sequence[Verdict]) -> None:
    from proctor.feedback.table import summary_text

    for verdict in verdicts:
        print(summary_text(verdict), end="\n\n")


def _annotate(course: Course, repository: Path, found: Sequence[HandIn], to: TextIO) -> None:
    """Print GitHub's workflow commands that put annotations onto the notebooks."""
    from proctor.course.cells import read_source
    from proctor.intake.repository import cell_lines, notebook_file
    from proctor.report.github import annotate

    for hand_in in found:
        name = hand_in.verdict.assignment
        notebook = notebook_file(hand_in.folder, name) if hand_in.folder else None
        path = notebook.relative_to(repository).as_posix() if notebook else ""
        lines = cell_lines(notebook) if notebook else {}
        for command in annotate(hand_in.verdict, path, lines, read_source(course.source(name))):
            print(command, file=to)


def _describe_shortfalls(verdicts: Sequence[Verdict], threshold: float) -> list[str]:
    """A sentence for each exercise that has less than the share of its points that is asked for."""
    from proctor.feedback.table import number

    return [
        f"{verdict.assignment}: {number(verdict.earned)} of {number(verdict.points)} points, "
        f"and {threshold:.0%} are asked for"
        for verdict in verdicts
        if verdict.graded and verdict.earned < threshold * verdict.points - 1e-9
    ]


def _replace(path: Path, text: str) -> None:
    """Write a file anew; a link of this name, as a repository can hold, is not followed."""
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".proctor-")
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(made, 0o644)
    os.replace(made, path)
