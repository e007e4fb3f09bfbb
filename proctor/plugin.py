"""The pytest plugin: `pytest graders/NAME --submission DIR` grades one submission by hand."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from proctor.errors import ProctorError
from proctor.judge import fixtures

if TYPE_CHECKING:
    from proctor.judge.criteria_run import CriteriaRun


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option --submission."""
    parser.getgroup("proctor").addoption(
        "--submission", metavar="DIR", help="grade the submission in DIR with the criteria that are collected"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the criteria's fixtures and, with --submission, the plugin that grades it."""
    if not config.pluginmanager.is_registered(fixtures):
        config.pluginmanager.register(fixtures, "proctor-fixtures")
    folder = config.getoption("--submission", None)
    if folder is not None:
        config.pluginmanager.register(_ByHand(Path(folder)), "proctor-by-hand")


class _ByHand:
    """A pytest plugin that runs a submission's notebook, and the collected criteria on it."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._running = ExitStack()
        self._criteria_run: CriteriaRun

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        from proctor.judge.examiner import open_by_hand

        try:
            paths = [Path(str(path)) for path in session.config.args]
            self._criteria_run = self._running.enter_context(open_by_hand(self._folder, paths))
        except ProctorError as error:
            raise pytest.UsageError(str(error)) from None
        session.config.pluginmanager.register(self._criteria_run, "proctor-criteria-run")

    def pytest_sessionfinish(self) -> None:
        self._running.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from proctor.feedback.table import text

        for group, criteria in self._criteria_run.groups().items():
            terminalreporter.write_line(text(group, criteria))
