"""Grade hand-ins that lie apart from the course, in a student's repository; nothing is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proctor.course.cells import read_source
from proctor.course.course import Course
from proctor.errors import CourseError, NotGraded, ProctorError, UnreadableSubmission
from proctor.intake.repository import choose_folder, find_hand_ins
from proctor.intake.submission import read_submission
from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.result import Result, not_graded
from proctor.record.kept import write_log
from proctor.run.batch import NOT_GRADED
from proctor.run.pool import each, examiners
from proctor.run.task import Task, grade_task
from proctor.verdict import Verdict


@dataclass(frozen=True)
class HandIn:
    """What came of an exercise in a repository.

    Args:
        verdict: if it is not graded for another reason than the files that were handed in, its
            reason is `withheld`, since the real one may quote a hidden test.
        folder: where the notebook is; None if that cannot be told.
    """

    verdict: Verdict
    folder: Path | None


def grade_repository(course: Course, repository: Path, names: list[str], student: str) -> list[HandIn]:
    """Grade the exercises in a student's repository and write neither marks nor verdicts anywhere.

    Args:
        course: which has the graders; it must not lie in the repository.
        repository: the folder with the hand-ins, in any folders below it.
        names: the exercises that must be there; if empty, those that are.
        student: whose work it is; values of one's own follow from it.

    Returns a hand-in for each exercise. Raises ProctorError if the repository has no exercise of
    the course, CourseError if the course is not in order.
    """
    for name in names:
        if name not in course.names():
            course.assignment(name)  # raises UnknownAssignment, with the nearest name
            raise CourseError(f"{name!r} has no grader in graders/: only `proctor grade` grades plain assignments")
    places = find_hand_ins(repository, names or course.names())
    if not names and not places:
        known = ", ".join(f"{name}.ipynb" for name in course.names()[:5])
        raise ProctorError(f"there is nothing to grade: {repository.name}/ has no notebook of this course ({known}, …)")
    found: dict[str, HandIn] = {}
    folders: dict[str, Path] = {}
    for name in names or places:
        source, folder = read_source(course.source(name)), None
        try:
            folder = choose_folder(repository, name, places.get(name, []))
            read_submission(folder, student, course.assignment(name), source)
            folders[name] = folder
        except UnreadableSubmission as error:
            found[name] = HandIn(not_graded(name, student, str(error)).verdict, folder)
    for verdict in _grade_folders(course, folders, student):
        found[verdict.assignment] = HandIn(verdict, folders[verdict.assignment])
    return [found[name] for name in names or places]


def withheld(name: str, student: str) -> str:
    """What a student reads in place of a reason that may quote a hidden test."""
    return (
        "the machine or the exercise's grader failed, which is no fault of yours; for your instructor, "
        f"the reason is in .proctor/logs/{name}/{student}.log of the course"
    )


def _grade_folders(course: Course, folders: dict[str, Path], student: str) -> list[Verdict]:
    """The verdicts on readable hand-ins, by exercise."""
    if not folders:
        return []
    try:
        with fork_server(course) as address:
            jails = Jails(address)
            tasks = [
                Task(course, course.assignment(name), student, jails, folder=folder) for name, folder in folders.items()
            ]
            workers = examiners(0, lambda task: task.deadline)
            results = [(task, result) for task, result in each(grade_task, tasks, workers, _make_given_up_result)]
    except NotGraded as error:  # no jail that the course accepts: that is no secret
        return [not_graded(name, student, str(error)).verdict for name in folders]
    return [_withhold_reason(course, task, result) for task, result in results]


def _make_given_up_result(task: Task, reason: str) -> Result:
    return not_graded(task.assignment.name, task.student, reason)


def _withhold_reason(course: Course, task: Task, result: Result | None) -> Verdict:
    name = task.assignment.name
    verdict = (result or not_graded(name, task.student, "the fork server ended")).verdict
    if verdict.graded:
        return verdict
    write_log(course, verdict, NOT_GRADED)
    return not_graded(name, task.student, withheld(name, task.student)).verdict
