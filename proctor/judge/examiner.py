"""The examiner: runs a submission's notebook in a jail and its criteria in pytest.

It imports neither TensorFlow nor student code. `grade` takes one submission and returns a `Result`.
"""

from __future__ import annotations

import contextlib
import copy
import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from proctor import datasets
from proctor.course.assignment import Assignment, Threshold
from proctor.course.cells import STUDENT_ID, grade_id, read_source
from proctor.course.choices import normal
from proctor.course.course import Course
from proctor.course.own_values import OwnValues, describe_owner, own_values
from proctor.errors import CourseError, JailLost, ProctorError, UnreadableSubmission
from proctor.feedback.inert import make_inert
from proctor.intake.rebuild import rebuild
from proctor.intake.submission import Submission, read_submission
from proctor.jail import layers
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge import flags as flag_searches
from proctor.judge.criteria_run import CriteriaRun, run_criteria
from proctor.judge.examination import Examination
from proctor.judge.file_models import FileModels
from proctor.judge.result import Result, not_graded
from proctor.text import neutral
from proctor.verdict import CellRun, CriterionResult, Flag, Verdict
from proctor.versions import versions

_TYPED = re.compile(r"""=\s*(["'])(.{1,100}?)\1""")
"""What is assigned in the cell of the student's identifier."""
Afterwards = Callable[[Examination, list[CriterionResult]], None]
"""What is to be done with the results of the criteria while the jails are still there."""


def grade(course: Course, assignment: Assignment, student: str, jails: Jails, folder: Path | None = None) -> Result:
    """Grade a student's submission.

    Args:
        course, assignment: what is graded.
        student: whose submission.
        jails: where jails come from.
        folder: where it lies; None for the student's folder in `submitted/`.

    Returns the verdict and the notebook as it ran. An unreadable submission, or a fault of ours, is
    a verdict whose `graded` is False. Raises CourseError if the assignment itself is not in order,
    JailLost if a jail was lost, so that the submission has to be graded again.
    """
    source = read_source(course.source(assignment.name))
    try:
        place = folder or course.submitted(student, assignment.name)
        submission = read_submission(place, student, assignment, source)
    except UnreadableSubmission as error:
        return not_graded(assignment.name, student, str(error))
    return examine(course, assignment, source, submission, jails)


def examine(
    course: Course,
    assignment: Assignment,
    source: NotebookNode,
    submission: Submission,
    jails: Jails,
    afterwards: Afterwards = lambda *_: None,
    models: FileModels | None = None,
) -> Result:
    """Grade a submission that has been read already.

    Args:
        course, assignment: what is graded.
        source: the instructor's notebook.
        submission: what was handed in.
        jails: where jails come from.
        afterwards: called with the criteria's results, while the jails are still there.
        models: what is known of model files from other submissions; None to ask for everything.

    Returns and raises what `grade` does.
    """
    started = time.monotonic()
    notebook, notes = rebuild(source, submission.notebook)
    own = own_values(assignment, submission.student)
    if own is not None:
        submission = _note_own_values(submission, assignment, own)
    try:
        with Examination(course, assignment, notebook, submission, jails, models) as examination:
            ran = time.monotonic()
            # What students read beside the criteria is taken before criteria run: after a hidden
            # question, any text that the student's process can choose (an output of a second run,
            # the message of an error) could hold what it was asked.
            shown, cells = copy.deepcopy(notebook), _neutral_cells(examination.run.cells)
            remarks = list(examination.notes)
            criteria_run = CriteriaRun(examination.student, thresholds_of(assignment), own)
            # Loading data prints its source, which is in the verdict already.
            with contextlib.redirect_stdout(io.StringIO()):
                run_criteria(_grader_files(course, assignment.name), criteria_run)
            jail = layers.tier(examination.run.jail.layers)
            model = examination.model_description()
            make_inert(shown)
            flags = _collect_flags(course, source, notebook, submission, examination, criteria_run, cells)
            flags = [*examination.flags, *criteria_run.flags, *flags]
            weights = examination.weights_digests()
            afterwards(examination, criteria_run.results)
    except (CourseError, JailLost):
        raise
    except (ProctorError, OSError, MemoryError) as error:
        return not_graded(assignment.name, submission.student, str(error) or type(error).__name__)
    now = time.monotonic()
    verdict = Verdict(
        assignment.name,
        submission.student,
        graded=not criteria_run.fault,
        reason=criteria_run.fault,
        criteria=_sort_by_notebook(criteria_run, source),
        cells=cells,
        notes=[*submission.notes, *notes, *remarks],
        model=model,
        environment={**environment(assignment), "jail": jail},
        seconds={"run": ran - started, "criteria": now - ran, "total": now - started},
        flags=flags,
        weights=weights,
        measured=criteria_run.measured,
    )
    return Result(verdict, {assignment.name: shown} if verdict.graded else {})


def examine_group(
    course: Course,
    assignment: Assignment,
    submission: Submission,
    jails: Jails,
    group: str,
    afterwards: Afterwards,
    models: FileModels,
) -> list[CriterionResult]:
    """Results of the criteria of a group and the groups that it needs, up to the first failure.

    The submission's notebook is run as it is, and no marks are made.

    Args:
        group: grade id of a check cell.

    The other arguments are those of `examine`. Raises as `grade` does.
    """
    if set(assignment.artifacts.values()) <= submission.files.keys() and assignment.train == "missing":
        assignment = replace(assignment, train="never")  # these files open; a group may not ask for them
    with Examination(course, assignment, submission.notebook, submission, jails, models) as examination:
        own = own_values(assignment, submission.student)
        criteria_run = CriteriaRun(
            examination.student, thresholds_of(assignment), own, only=[group], to_first_failure=True
        )
        with contextlib.redirect_stdout(io.StringIO()):
            run_criteria(_grader_files(course, assignment.name), criteria_run)
        afterwards(examination, criteria_run.results)
    if criteria_run.fault:
        raise CourseError(criteria_run.fault)
    return criteria_run.results


def _note_own_values(submission: Submission, assignment: Assignment, own: OwnValues) -> Submission:
    """The submission with a note on whose values it is graded with.

    A model that was trained with somebody else's values, as the identifier in the notebook tells,
    counts as not handed in: the training cells run again, with the right ones.
    """
    note, files = f"graded with the {describe_owner(own)}", submission.files
    cells = [cell.source for cell in submission.notebook.cells if grade_id(cell) == STUDENT_ID]
    typed = _TYPED.search(cells[0]) if cells else None
    if typed and normal(typed[2]) != own.student:
        note += f", who handed it in; the notebook was worked with those of {normal(typed[2])}"
        if files and assignment.train != "never":
            note, files = f"{note}, so its model is not used and the training cells run again", {}
    return replace(submission, files=files, notes=[*submission.notes, note])


def _collect_flags(
    course: Course,
    source: NotebookNode,
    notebook: NotebookNode,
    submission: Submission,
    examination: Examination,
    criteria_run: CriteriaRun,
    cells: list[CellRun],
) -> list[Flag]:
    """Run the searches for flags on a submission whose criteria have run."""
    public = course.grader(examination.assignment.name) / "test_public.py"
    by_code = [result for result in criteria_run.results if result.name not in criteria_run.asked_for_files]
    return flag_searches.collect_flags(
        lambda: flag_searches.architecture_flags(examination.link, examination.handed_in),
        lambda: flag_searches.output_flags(submission.notebook, by_code, cells),
        lambda: flag_searches.hard_coded_flags(public, source, notebook, criteria_run.results),
    )


def _neutral_cells(cells: list[CellRun]) -> list[CellRun]:
    return [replace(cell, error=neutral(cell.error)) for cell in cells]


@contextlib.contextmanager
def open_by_hand(folder: Path, paths: list[Path]) -> Iterator[CriteriaRun]:
    """For `pytest graders/NAME --submission DIR`: run the submission's notebook.

    Args:
        folder: the submission's.
        paths: what pytest was told to collect, all of it in one grader's folder.

    Yields the pytest plugin that grades it. Raises CourseError if `paths` lie in several folders,
    UnreadableSubmission if the submission cannot be graded.
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
        Examination(course, assignment, notebook, submission, Jails(address)) as running,
    ):
        yield CriteriaRun(running.student, thresholds_of(assignment), own_values(assignment, submission.student))


def _grader_files(course: Course, name: str) -> list[Path]:
    """The files of an assignment's criteria; raises CourseError if there is none."""
    files = [course.grader(name) / file for file in ("test_public.py", "test_hidden.py")]
    found = [file for file in files if file.is_file()]
    if not found:
        raise CourseError(f"graders/{name}/ has neither test_public.py nor test_hidden.py")
    return found


def _sort_by_notebook(criteria_run: CriteriaRun, source: NotebookNode) -> list[Any]:
    order = [grade_id(cell) for cell in source.cells]
    known = {name: index for index, name in enumerate(order)}
    return sorted(criteria_run.results, key=lambda result: known.get(result.group, len(order)))


def thresholds_of(assignment: Assignment) -> dict[str, Threshold]:
    """The assignment's thresholds for the data in use here, real or drawn."""
    source = datasets.source(assignment.dataset) if assignment.dataset else "drawn"
    return assignment.thresholds.get(source, {})


def environment(assignment: Assignment) -> dict[str, str]:
    """The versions and the data source that a verdict states."""
    found = versions()
    if assignment.dataset:
        found["data"] = f"{assignment.dataset}: {datasets.source(assignment.dataset)}"
    return found
