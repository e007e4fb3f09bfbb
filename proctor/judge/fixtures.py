"""The pytest fixtures that graders ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from proctor.criteria.criterion import Credit
from proctor.criteria.metrics import accuracy
from proctor.judge.flags import looked
from proctor.judge.gap import gap_flags
from proctor.verdict import Flag

if TYPE_CHECKING:
    from proctor.channel.student import Student
    from proctor.models.view import ModelView

Data = tuple[Any, Any]
CREDIT = pytest.StashKey[Credit]()
"""Of a test: how much of its points it earns."""


@dataclass(frozen=True)
class Subject:
    """What the criteria of a pytest session are about.

    Args:
        student: the submission.
        thresholds: the numbers that `assignment.toml` states for the data in use.
        flags: what criteria noted for the instructor; the `gap` fixture adds to them.
    """

    student: Student
    thresholds: dict[str, float]
    flags: list[Flag] = field(default_factory=list)


SUBJECT = pytest.StashKey[Subject]()
"""Of a pytest session; without one, criteria are skipped."""


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of criteria."""
    config.addinivalue_line("markers", "criterion(declared): a graded statement (see proctor.criterion)")


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Iterator[Student]:
    """The submission that is graded."""
    subject = request.config.stash.get(SUBJECT, None)
    if subject is None:
        pytest.skip("criteria need a submission: pytest graders/NAME --submission DIR")
    yield subject.student


@pytest.fixture
def credit(request: pytest.FixtureRequest) -> Credit:
    """How much of its points the criterion earns."""
    return request.node.stash.setdefault(CREDIT, Credit())


@pytest.fixture(scope="session")
def thresholds(request: pytest.FixtureRequest) -> dict[str, float]:
    """The numbers that `assignment.toml` states for the data in use."""
    subject = request.config.stash.get(SUBJECT, None)
    return subject.thresholds if subject is not None else {}


@pytest.fixture
def gap(request: pytest.FixtureRequest) -> Callable[[ModelView, float, Data, Data], None]:
    """Notes for the instructor, at no cost to the mark, if a model knows held-out data better than others.

    It is called with the model, its accuracy on the held-out data, those data, and others that it need not have seen.
    """
    subject = request.config.stash.get(SUBJECT, None)

    def look(model: ModelView, found: float, held_out: Data, others: Data) -> None:
        flags = looked(lambda: gap_flags((found, len(held_out[1])), (accuracy(model, others), len(others[1]))))
        if subject is not None:
            subject.flags.extend(flags)

    return look
