"""The examiner: runs a submission in the jail, its criteria in pytest, and says what came of it.

It imports no TensorFlow and no student code. `grade` is the front door: one submission in, a verdict and the notebook
as it ran out.
"""

from __future__ import annotations

import contextlib
import copy
import io
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from proctor import datasets
from proctor.course import Assignment, Course
from proctor.course_jail import Settings, fork_server
from proctor.errors import CourseError, ProctorError, UnreadableSubmission
from proctor.examination import Examination
from proctor.feedback.plain import neutral
from proctor.flags import submission as look_for
from proctor.grading import Grading, run_criteria
from proctor.intake import Submission, read_submission
from proctor.jail import layers
from proctor.notebook import grade_id, read_source, rebuild
from proctor.verdict import CellRun, Flag, Verdict
from proctor.versions import versions


def grade(course: Course, name: str, student: str, settings: Settings | None = None) -> tuple[Verdict, NotebookNode]:
    """Grade `student`'s submission of the assignment `name`.

    Args:
        settings: of the run; without them a fork server is started for this one submission.

    Returns the verdict and the notebook as it ran. A fault of ours and an unreadable submission are verdicts too
    (`graded` is False). Raises CourseError if the assignment itself is not in order.
    """
    if settings is None:
        with fork_server(course) as address:
            return grade(course, name, student, Settings(address))
    assignment = course.assignment(name)
    source = read_source(course.source(name))
    try:
        submission = read_submission(course.submitted(student, name), student, assignment, source)
    except UnreadableSubmission as error:
        return Verdict(name, student, graded=False, reason=str(error)), source
    return examine(course, assignment, source, submission, settings)


def examine(
    course: Course, assignment: Assignment, source: NotebookNode, submission: Submission, settings: Settings
) -> tuple[Verdict, NotebookNode]:
    """Grade a submission that has been read; see `grade`."""
    started = time.monotonic()
    notebook, notes = rebuild(source, submission.notebook)
    try:
        with Examination(course, assignment, notebook, submission, settings) as examination:
            ran = time.monotonic()
            # As the cells ran before anything was asked: a process that is started anew while hidden criteria ask
            # could show, by the clock, what they asked with.
            shown, cells = copy.deepcopy(notebook), _told(examination.run.cells)
            grading = Grading(examination.student, thresholds_of(assignment))
            with contextlib.redirect_stdout(io.StringIO()):  # which data graders load is in the verdict
                run_criteria(_graders(course, assignment.name), grading)
            jail = layers.tier(examination.run.jail.layers)
            model, remarks = examination.model_description(), list(examination.notes)
            flags = [*grading.flags, *_flags(course, source, notebook, submission, examination, grading, cells)]
            weights = examination.weights_digests()
    except CourseError:
        raise
    except (ProctorError, OSError, MemoryError) as error:
        reason = str(error) or type(error).__name__
        return Verdict(assignment.name, submission.student, graded=False, reason=reason), notebook
    now = time.monotonic()
    verdict = Verdict(
        assignment.name,
        submission.student,
        graded=not grading.fault,
        reason=grading.fault,
        criteria=_in_notebook_order(grading, source),
        cells=cells,
        notes=[*submission.notes, *notes, *remarks],
        model=model,
        environment={**environment(assignment), "jail": jail},
        seconds={"run": ran - started, "criteria": now - ran, "total": now - started},
        flags=flags,
        weights=weights,
    )
    return verdict, shown


def _flags(
    course: Course,
    source: NotebookNode,
    notebook: NotebookNode,
    submission: Submission,
    examination: Examination,
    grading: Grading,
    cells: list[CellRun],
) -> list[Flag]:
    """What of a graded submission an instructor may want to look at."""
    public = course.grader(examination.assignment.name) / "test_public.py"
    by_code = [result for result in grading.results if result.name not in grading.asked_for_files]
    return look_for.looked(
        lambda: look_for.architecture(examination.link, examination.handed_in),
        lambda: look_for.outputs(submission.notebook, by_code, cells),
        lambda: look_for.hard_coded(public, source, notebook, grading.results),
    )


def _told(cells: list[CellRun]) -> list[CellRun]:
    return [replace(cell, error=neutral(cell.error)) for cell in cells]


@contextlib.contextmanager
def by_hand(folder: Path, paths: list[Path]) -> Iterator[Grading]:
    """For `pytest graders/NAME --submission DIR`: the submission in `folder`, run, ready to be graded.

    Raises CourseError if `paths` do not lie in one grader's folder, UnreadableSubmission if there is nothing to grade.
    """
    graders = {path.resolve().parent if path.suffix else path.resolve() for path in paths}
    if len(graders) != 1:
        raise CourseError("--submission grades one exercise: pytest graders/NAME --submission DIR")
    grader = graders.pop()
    course = Course.find(grader)
    assignment = course.assignment(grader.name)
    source = read_source(course.source(grader.name))
    submission = read_submission(folder, folder.resolve().parent.name, assignment, source)
    notebook, _ = rebuild(source, submission.notebook)
    with (
        fork_server(course) as address,
        Examination(course, assignment, notebook, submission, Settings(address)) as running,
    ):
        yield Grading(running.student, thresholds_of(assignment))


def _graders(course: Course, name: str) -> list[Path]:
    files = [course.grader(name) / file for file in ("test_public.py", "test_hidden.py")]
    found = [file for file in files if file.is_file()]
    if not found:
        raise CourseError(f"graders/{name}/ has neither test_public.py nor test_hidden.py")
    return found


def _in_notebook_order(grading: Grading, source: NotebookNode) -> list[Any]:
    order = [grade_id(cell) for cell in source.cells]
    known = {name: index for index, name in enumerate(order)}
    return sorted(grading.results, key=lambda result: known.get(result.group, len(order)))


def thresholds_of(assignment: Assignment) -> dict[str, float]:
    """The thresholds for the data that is used here."""
    source = datasets.source(assignment.dataset) if assignment.dataset else "drawn"
    return assignment.thresholds.get(source, {})


def environment(assignment: Assignment) -> dict[str, str]:
    """What the verdict depends on beside the submission."""
    found = versions()
    if assignment.dataset:
        found["data"] = f"{assignment.dataset}: {datasets.source(assignment.dataset)}"
    return found
