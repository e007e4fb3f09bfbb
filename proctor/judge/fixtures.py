"""The pytest fixtures that graders ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from proctor.course.assignment import Threshold
from proctor.course.choices import Choice
from proctor.course.own_values import OwnValues
from proctor.criteria.criterion import Credit
from proctor.criteria.metrics import accuracy
from proctor.errors import CourseError, CriterionFailed
from proctor.judge.gap import gap_flags
from proctor.verdict import Flag

if TYPE_CHECKING:
    from proctor.channel.student import Student
    from proctor.models.view import ModelView

Data = tuple[Any, Any]
CREDIT = pytest.StashKey[Credit]()
"""Where a test item's `Credit` is stored: the fraction of its points that it earns."""


@dataclass(frozen=True)
class Subject:
    """The submission on which a pytest session runs criteria.

    Args:
        student: the submission.
        thresholds: name → the number that `assignment.toml` states for the data in use.
        values: the student's own; None if the assignment declares none.
        flags: notes for the instructor; the `gap` fixture adds to them.
    """

    student: Student
    thresholds: dict[str, Threshold]
    values: OwnValues | None = None
    flags: list[Flag] = field(default_factory=list)


SUBJECT = pytest.StashKey[Subject]()
"""Where a pytest session's `Subject` is stored; without one, criteria are skipped."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker that `@criterion` sets; pytest rejects unknown ones."""
    config.addinivalue_line("markers", "criterion(declared): a graded statement (see proctor.criterion)")


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Student:
    """The submission that is graded."""
    subject = request.config.stash.get(SUBJECT, None)
    if subject is None:
        pytest.skip("criteria need a submission: pytest graders/NAME --submission DIR")
    return subject.student


@pytest.fixture
def credit(request: pytest.FixtureRequest) -> Credit:
    """How much of its points the criterion earns."""
    return request.node.stash.setdefault(CREDIT, Credit())


@pytest.fixture(scope="session")
def thresholds(request: pytest.FixtureRequest) -> dict[str, Threshold]:
    """The numbers that `assignment.toml` states for the data in use."""
    subject = request.config.stash.get(SUBJECT, None)
    return subject.thresholds if subject is not None else {}


@pytest.fixture
def values(request: pytest.FixtureRequest) -> dict[str, Choice]:
    """The student's own values: at grading the examiner's, in `check` those of the notebook."""
    subject = request.config.stash.get(SUBJECT, None)
    own = subject.values if subject is not None else None
    if own is None:
        raise CourseError("a criterion asks for `values`, and assignment.toml has no table [values]")
    if not own.student:
        raise CriterionFailed(
            "your identifier, from which your own numbers follow",
            "none: type it where the notebook asks for it, and run all cells from there on",
            hint="Numbers of your own need your identifier; nothing else is looked at before.",
        )
    return dict(own.values)


@pytest.fixture
def gap(request: pytest.FixtureRequest) -> Callable[[ModelView, float, Data, Data], None]:
    """A function that flags a model which knows the held-out data better than other unseen data.

    The flag is for the instructor and does not change the mark. The function's arguments are the
    model, its accuracy on the held-out data (0 to 1), those data and the other ones, both
    (inputs, labels).
    """
    subject = request.config.stash.get(SUBJECT, None)

    def look(model: ModelView, found: float, held_out: Data, others: Data) -> None:
        # It imports nbformat, which takes a second, and no check in a notebook gets here.
        from proctor.judge.flags import collect_flags

        flags = collect_flags(lambda: gap_flags((found, len(held_out[1])), (accuracy(model, others), len(others[1]))))
        if subject is not None:
            subject.flags.extend(flags)

    return look
