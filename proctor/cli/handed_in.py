"""Which submissions a command is about, and what changes of them without being graded again."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.console import Console

from proctor.course.course import Course
from proctor.course.schedule import BEST, read_schedule
from proctor.errors import CourseError, ProctorError
from proctor.text import one_line

if TYPE_CHECKING:
    from proctor.record.scores import Score
    from proctor.report.progress import Tally


def update_gradebook(console: Console, course: Course) -> None:
    """Bring students, due dates and late penalties up to date, and say what changed, or why not."""
    from proctor.record import scores
    from proctor.record.calendar import follow
    from proctor.report.progress import name_some

    try:
        schedule = read_schedule(course)
        if schedule.contradictions:
            raise CourseError("course.toml is not followed; proctor course shows why")
        for sentence in follow(course, schedule):
            console.print(sentence, highlight=False, markup=False, soft_wrap=True)
        penalties = scores.update_late_penalties(course)
    except ProctorError as error:
        sentence = f"Late penalties are as they were: {error}"
        console.print(sentence, style="yellow", highlight=False, markup=False, soft_wrap=True)
        return
    for name, changed in groupby(penalties, key=itemgetter(0)):
        sentence = f"{name}: the late penalty changed for {name_some([student for _, student in changed])}"
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def update_before_grading(console: Console, course: Course) -> None:
    """Update the gradebook if grading needs its due dates, to decide which attempt counts."""
    if read_schedule(course).attempts == BEST:
        update_gradebook(console, course)


def read_gradebook(console: Console, course: Course, tally: Tally) -> dict[tuple[str, str], Score]:
    """Bring late penalties up to date after a run; returns (assignment, student) → score.

    A gradebook that the run could not write is not asked again: each time takes its time.
    """
    from proctor.record.scores import named_scores
    from proctor.run.batch import NOT_RECORDED

    if tally.statuses[NOT_RECORDED]:
        return {}
    update_gradebook(console, course)
    try:
        return named_scores(course)
    except ProctorError:  # just said, or another program came in between: the marks are recorded
        return {}


def find_submissions(course: Course, names: list[str], students: list[str] | None) -> list[tuple[str, str]]:
    """Return the (exercise, student) pairs to grade.

    Raises ProctorError if a student of `students` handed in none of the exercises `names`.
    """
    for name in names:
        course.assignment(name)
    pairs = [(name, who) for name in names for who in course.students(name) if students is None or who in students]
    missing = sorted(set(students or ()) - {who for _, who in pairs})
    if missing:
        raise ProctorError(f"{', '.join(missing)} handed in nothing for {', '.join(names)}")
    if not pairs:
        raise ProctorError("there is nothing to grade: submitted/ has no folder <student>/<exercise>")
    return pairs


def find_graded(course: Course, names: list[str], students: list[str] | None) -> list[tuple[str, str]]:
    """Return the (exercise, student) pairs that have been graded.

    Raises ProctorError if there are none, or none of one of `students`.
    """
    for name in names:
        course.assignment(name)
    pairs = [(name, who) for name in names for who in course.graded_students(name)]
    if missing := sorted(set(students or ()) - {who for _, who in pairs}):
        raise ProctorError(f"nothing of {', '.join(map(one_line, missing))} is graded yet: proctor grade")
    if not pairs:
        raise ProctorError("there is nothing to give feedback on: grade something first")
    return [(name, who) for name, who in pairs if students is None or who in students]
