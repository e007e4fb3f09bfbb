"""What a report tells of a class: each submission of each exercise, as grading has kept it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import mean

from nbgrader.api import Assignment
from sqlalchemy import select

from proctor.course.course import Course
from proctor.record.gradebook import reading
from proctor.record.kept import read_verdict
from proctor.record.roster import read_students
from proctor.record.scores import Score, named_scores, read_hand_ins
from proctor.verdict import CriterionResult, Verdict

SENTENCES = 3
"""How many of the most frequent reasons for not meeting a criterion are told."""
_NUMBER = re.compile(r"[-+]?\d[\d.,]*(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Submission:
    """One student's work on an exercise.

    Args:
        student: the id.
        verdict: of the last grading; None if there was none.
        score: what the gradebook has; None if it has no mark.
        late: seconds after the due date, extensions included; 0 if in time.
    """

    student: str
    verdict: Verdict | None
    score: Score | None
    late: float

    @property
    def graded(self) -> Verdict | None:
        """The verdict, if it led to a mark."""
        return self.verdict if self.verdict and self.verdict.graded else None

    @property
    def points(self) -> float | None:
        """What counts: the gradebook's score, or without one what the criteria gave."""
        if self.score is not None:
            return self.score.total
        return self.graded.earned if self.graded else None


@dataclass(frozen=True)
class Exercise:
    """An exercise with all that was handed in for it.

    Args:
        worth: its points.
        criteria: in the notebook's order, as most submissions were judged by them; their results
            are one student's.
    """

    name: str
    title: str
    week: int
    worth: float
    criteria: list[CriterionResult]
    submissions: list[Submission]

    @property
    def shares(self) -> list[float]:
        """Everyone's share of the points, from 0 to 1 or more; who has no mark is left out."""
        points = [submission.points for submission in self.submissions]
        return [found / self.worth if self.worth else 1.0 for found in points if found is not None]

    @property
    def mean(self) -> float | None:
        """The mean of `shares`; None if nobody has a mark."""
        return mean(self.shares) if self.shares else None

    def tenths(self) -> list[int]:
        """How many have up to 10 % of the points, up to 20 %, … up to 100 % or more."""
        counts = Counter(min(9, max(0, int(share * 10 - 1e-9))) for share in self.shares)
        return [counts[tenth] for tenth in range(10)]


@dataclass(frozen=True)
class Asked:
    """What became of a criterion in a class.

    Args:
        criterion: its name, title, group and points.
        met: how many met it.
        of: of how many graded submissions.
        reasons: the most frequent sentences on why not, and how many got each. Sentences that
            differ only in numbers are counted together, under the most frequent of them.
    """

    criterion: CriterionResult
    met: int
    of: int
    reasons: list[tuple[str, int]]

    @property
    def share(self) -> float:
        """The share that met it, from 0 to 1."""
        return self.met / self.of if self.of else 0.0


def read_class(course: Course, names: list[str]) -> list[Exercise]:
    """The exercises of these names with every submission, in the given order."""
    scores = named_scores(course)
    late: dict[tuple[str, str], float] = {}
    worth: dict[str, float] = {}
    with reading(course) as session:
        if session is not None:
            late = {pair: found.late for pair, found in read_hand_ins(session).items()}
            worth = {name: float(most) for name, most in session.execute(select(Assignment.name, Assignment.max_score))}
    return [_read_exercise(course, name, worth.get(name), scores, late) for name in names]


def read_names(course: Course) -> dict[str, str]:
    """Student's id → name as the gradebook has it, "" if it has none."""
    with reading(course) as session:
        students = read_students(session) if session else []
        return {one.id: ", ".join(filter(None, (one.last_name, one.first_name))) for one in students}


def hardest_first(exercise: Exercise) -> list[Asked]:
    """Each criterion of an exercise, the one that the fewest met first."""
    found: dict[str, list[CriterionResult]] = defaultdict(list)
    for submission in exercise.submissions:
        for result in submission.graded.criteria if submission.graded else []:
            found[result.name].append(result)
    asked = [_ask(criterion, found[criterion.name]) for criterion in exercise.criteria]
    return sorted(asked, key=lambda one: one.share)


def reason_of(result: CriterionResult) -> str:
    """Why a criterion is not met, in a sentence; "" if it is."""
    if result.status == "passed":
        return ""
    if result.status == "waiting":
        return "waits for what it needs"
    if result.unwritten:
        return "not written yet"
    if result.grader_fault:
        return f"the grader failed: {result.grader_fault}"
    return result.tell or (f"found {result.found}" if result.found else "not met")


def _read_exercise(
    course: Course,
    name: str,
    worth: float | None,
    scores: dict[tuple[str, str], Score],
    late: dict[tuple[str, str], float],
) -> Exercise:
    submissions = [
        Submission(who, read_verdict(course, name, who), scores.get((name, who)), late.get((name, who), 0.0))
        for who in course.students(name)
    ]
    # A grader may have changed between two submissions: most tell what it asks.
    forms = Counter(
        tuple(result.name for result in submission.graded.criteria) for submission in submissions if submission.graded
    )
    usual = forms.most_common(1)[0][0] if forms else ()
    criteria = next(
        (
            submission.graded.criteria
            for submission in submissions
            if submission.graded and tuple(result.name for result in submission.graded.criteria) == usual
        ),
        [],
    )
    assignment = course.assignment(name)
    if worth is None:
        worth = sum(criterion.points for criterion in criteria)
    return Exercise(name, assignment.title or name, assignment.week, worth, criteria, submissions)


def _ask(criterion: CriterionResult, results: list[CriterionResult]) -> Asked:
    alike: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        if reason := reason_of(result):
            alike[_NUMBER.sub("…", reason)][reason] += 1
    often = sorted(alike.values(), key=lambda counts: -counts.total())[:SENTENCES]
    reasons = [(counts.most_common(1)[0][0], counts.total()) for counts in often]
    return Asked(criterion, sum(result.status == "passed" for result in results), len(results), reasons)
