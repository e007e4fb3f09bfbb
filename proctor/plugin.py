"""The pytest plugin: fixtures and hooks that turn a run of a grader's tests into graded criteria.

`pytest graders/NAME --submission DIR` grades one submission by hand; the examiner and `check()` run the same plugin
with a `Grading` of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from proctor.criteria.criterion import Credit
from proctor.criteria.metrics import accuracy
from proctor.flags.gap import gap_flags
from proctor.flags.submission import looked
from proctor.grading import CREDIT, Grading

if TYPE_CHECKING:
    from proctor.channel.student import Student
    from proctor.models.view import ModelView

Data = tuple[Any, Any]
GRADING = pytest.StashKey[Grading]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --submission."""
    parser.getgroup("proctor").addoption(
        "--submission", metavar="DIR", help="grade the submission in DIR with the criteria that are collected"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; with --submission, run that submission and grade it."""
    config.addinivalue_line("markers", "criterion(declared): a graded statement (see proctor.criterion)")
    folder = config.getoption("--submission", None)
    if folder is not None:
        config.pluginmanager.register(_ByHand(Path(folder)), "proctor-by-hand")


@pytest.fixture(scope="session")
def student(request: pytest.FixtureRequest) -> Iterator[Student]:
    """The submission that is graded."""
    grading = request.config.stash.get(GRADING, None)
    if grading is None:
        pytest.skip("criteria need a submission: pytest graders/NAME --submission DIR")
    yield grading.student


@pytest.fixture
def credit(request: pytest.FixtureRequest) -> Credit:
    """How much of its points the criterion earns."""
    return request.node.stash.setdefault(CREDIT, Credit())


@pytest.fixture(scope="session")
def thresholds(request: pytest.FixtureRequest) -> dict[str, float]:
    """The numbers that `assignment.toml` states for the data in use."""
    grading = request.config.stash.get(GRADING, None)
    return grading.thresholds if grading is not None else {}


@pytest.fixture
def gap(request: pytest.FixtureRequest) -> Callable[[ModelView, float, Data, Data], None]:
    """Notes for the instructor, at no cost to the mark, if a model knows held-out data better than others.

    It is called with the model, its accuracy on the held-out data, those data, and others that it need not have seen.
    """
    grading = request.config.stash.get(GRADING, None)

    def look(model: ModelView, found: float, held_out: Data, others: Data) -> None:
        flags = looked(lambda: gap_flags((found, len(held_out[1])), (accuracy(model, others), len(others[1]))))
        if grading is not None:
            grading.flags += flags

    return look


class _ByHand:
    """Grades one folder in a plain pytest run."""

    def __init__(self, folder: Path):
        self._folder = folder

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        from proctor.errors import ProctorError
        from proctor.examiner import by_hand

        try:
            self._examination = by_hand(self._folder, [Path(str(path)) for path in session.config.args])
            grading: Any = self._examination.__enter__()
        except ProctorError as error:
            raise pytest.UsageError(str(error)) from None
        session.config.stash[GRADING] = grading
        session.config.pluginmanager.register(grading, "proctor-grading")

    def pytest_sessionfinish(self) -> None:
        if hasattr(self, "_examination"):
            self._examination.__exit__(None, None, None)

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        from proctor.feedback.table import text

        for group, criteria in config.stash[GRADING].groups().items():
            terminalreporter.write_line(text(group, criteria))
