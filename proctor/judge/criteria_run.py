"""One criteria_run run in pytest: which criteria run, in which order, and what came of each."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Generator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from proctor.channel.student import Student, revive
from proctor.criteria.criterion import Credit, Criterion
from proctor.errors import CourseError, JailLost
from proctor.judge import fixtures
from proctor.judge.explain import explained, short
from proctor.verdict import CriterionResult, Flag, Status


class Collected:
    """A pytest plugin that only notes which criteria there are."""

    def __init__(self) -> None:
        self.criteria: list[tuple[Criterion, CriterionResult]] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note each criterion once, and run none."""
        declared = {_name(item): (found, _unrun(item, found)) for item in items if (found := declaration(item))}
        self.criteria = list(declared.values())
        items.clear()


class CriteriaRun:
    """A pytest plugin that runs the criteria on one submission; `results` holds what came of each.

    Args:
        student: the submission.
        thresholds: the numbers that the `thresholds` fixture hands out.
        only: the group to run (with what it needs), or "" for all.
        to_first_failure: whether to stop at the first criterion that is not met.
    """

    def __init__(self, student: Student, thresholds: dict[str, float], only: str = "", to_first_failure: bool = False):
        self.student = student
        self.thresholds = thresholds
        self.fault = ""
        self.jail_lost: JailLost | None = None
        self.flags: list[Flag] = []
        self.asked_for_files: set[str] = set()
        self._only = only
        self._to_first_failure = to_first_failure
        self._results: dict[str, CriterionResult] = {}
        self._needs: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._compared: tuple[str, str] | None = None

    @property
    def results(self) -> list[CriterionResult]:
        """The criteria that ran or wait, in order."""
        return list(self._results.values())

    def groups(self) -> dict[str, list[CriterionResult]]:
        """The results by group."""
        groups: dict[str, list[CriterionResult]] = {}
        for result in self.results:
            groups.setdefault(result.group, []).append(result)
        return groups

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the fixtures find what this run is about."""
        config.stash[fixtures.SUBJECT] = fixtures.Subject(self.student, self.thresholds, self.flags)

    # -- which, and in which order

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the wanted groups, in the order in which they first appear; run all public criteria before any hidden.

        What a hidden criterion asks with is in the student's process from then on, and could come back in the text
        of whatever is shown to the student after it.
        """
        declared = [(item, declaration(item)) for item in items]
        criteria = [(item, found) for item, found in declared if found is not None]
        order = list(
            dict.fromkeys(found.group for item, found in sorted(criteria, key=lambda pair: is_hidden(pair[0])))
        )
        _check_names(item for item, _ in criteria)
        _check_needs(order, [found for _, found in criteria])
        wanted = _with_needs(self._only, [found for _, found in criteria]) if self._only else set(order)
        kept = [(item, found) for item, found in criteria if found.group in wanted]
        kept.sort(key=lambda pair: (is_hidden(pair[0]), order.index(pair[1].group)))
        config.hook.pytest_deselected(
            items=[item for item in items if item not in [kept_item for kept_item, _ in kept]]
        )
        items[:] = [item for item, _ in kept]
        for item, found in kept:
            self._results.setdefault(_name(item), _unrun(item, found))
            self._needs[_name(item)] = found.needs

    # -- what came of each

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Let a criterion wait while the group that it needs is not met."""
        found = declaration(item)
        self._compared = None
        self.student.__asked_for_artifact__ = False
        revive(self.student)
        if found is not None and found.needs and not self._met(found.needs, before_hidden=not is_hidden(item)):
            self._waiting.add(_name(item))
            self._results[_name(item)] = replace(self._results[_name(item)], found=f"waits for {found.needs}")
            pytest.skip(f"waits for {found.needs}")

    def _met(self, group: str, before_hidden: bool = False) -> bool:
        asked = [result for result in self.results if result.group == group and not (before_hidden and result.hidden)]
        needed = {self._needs[result.name] for result in asked} - {""}
        return all(result.status in ("passed", "partial") for result in asked) and all(
            self._met(other, before_hidden) for other in needed
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Let public criteria wait after all that need a group of which a hidden one, which ran later, is not met."""
        for name, result in self._results.items():
            if result.status != "waiting" and self._needs[name] and not self._met(self._needs[name]):
                self._results[name] = replace(
                    result,
                    status="waiting",
                    earned=0.0,
                    expected="",
                    found=f"waits for {self._needs[name]}",
                    detail=None,
                    marked=(),
                    grader_fault="",
                )

    def pytest_assertrepr_compare(self, config: pytest.Config, op: str, left: object, right: object) -> None:
        """Remember the two sides of the comparison that failed."""
        self._compared = (short(left), f"{'' if op in ('==', 'is') else op + ' '}{short(right)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn what happened into the criterion's result."""
        report = yield
        result = self._results.get(_name(item))
        if result is None or result.name in self._waiting:
            return report
        if call.excinfo is not None:
            if result.status != "failed":
                result = self._failed(item, result, call)
        elif call.when == "call" and result.status != "failed":
            result = _credited(result, item.stash.get(fixtures.CREDIT, None))
        self._results[_name(item)] = result
        if self._to_first_failure and result.status in ("failed", "partial"):
            item.session.shouldfail = "a criterion is not met"
        if self.student.__asked_for_artifact__:
            self.asked_for_files.add(result.name)
        return report

    def _failed(self, item: pytest.Item, result: CriterionResult, call: pytest.CallInfo[None]) -> CriterionResult:
        assert call.excinfo is not None
        failed = replace(result, status="failed", earned=0.0)
        if isinstance(call.excinfo.value, JailLost):
            self.jail_lost = call.excinfo.value
            item.session.shouldfail = "the jail was lost"
            return failed
        reason = explained(call.excinfo, self._compared, in_test=call.when == "call")
        if reason is None:
            place = f"{Path(str(item.path)).name}, {_name(item)}"
            self.fault = f"the grader failed at {place}: {type(call.excinfo.value).__name__}: {call.excinfo.value}"
            return failed
        return replace(
            failed,
            expected=reason.expected,
            found=reason.found + _parameters(item),
            detail=reason.detail,
            marked=reason.marked,
            grader_fault=reason.grader_fault,
        )


def declaration(item: pytest.Item) -> Criterion | None:
    """What `@criterion` declared about the test, or None."""
    marker = item.get_closest_marker("criterion")
    return marker.args[0] if marker is not None else None


def is_hidden(item: pytest.Item) -> bool:
    """Whether the test comes from a file that students do not get."""
    return Path(str(item.path)).name != "test_public.py"


def _name(item: pytest.Item) -> str:
    return str(getattr(item, "originalname", None) or item.name).removeprefix("test_")


def _unrun(item: pytest.Item, found: Criterion) -> CriterionResult:
    title = " ".join((getattr(item, "function", item).__doc__ or "").strip().split("\n\n")[0].split())
    return CriterionResult(
        _name(item), found.group, title, found.hint, found.points, 0.0, "waiting", hidden=is_hidden(item)
    )


def _credited(result: CriterionResult, credit: Credit | None) -> CriterionResult:
    fraction = 1.0 if credit is None else credit.fraction
    fraction = 0.0 if math.isnan(fraction) else min(1.0, max(0.0, fraction))
    if result.status in ("partial",):
        fraction = min(fraction, result.earned / result.points if result.points else 1.0)
    status: Status = "passed" if fraction >= 1 else "partial" if fraction > 0 else "failed"
    expected, found = ("", "") if credit is None or fraction >= 1 else (credit.expected, credit.found)
    return replace(
        result, status=status, earned=round(result.points * fraction, 2), expected=expected, found=found or result.found
    )


def _check_names(items: Iterable[pytest.Item]) -> None:
    """Two criteria of one name would share a result, and a hidden one's reason would be shown as the public one's."""
    files: dict[str, Path] = {}
    for item in items:
        path = Path(str(item.path))
        if files.setdefault(_name(item), path) != path:
            both = f"{files[_name(item)].name} and {path.name}"
            raise CourseError(f"there is a criterion test_{_name(item)} in {both}; give one of them another name")


def _check_needs(order: list[str], criteria: Iterable[Criterion]) -> None:
    for found in criteria:
        if found.needs and found.needs not in order:
            raise CourseError(f"a criterion of '{found.group}' needs '{found.needs}', which has no criteria")
        if found.needs and order.index(found.needs) >= order.index(found.group):
            raise CourseError(f"a criterion of '{found.group}' needs '{found.needs}', which does not come before it")


def _with_needs(group: str, criteria: list[Criterion]) -> set[str]:
    wanted, more = set(), {group}
    while more:
        wanted |= more
        more = {found.needs for found in criteria if found.group in wanted and found.needs} - wanted
    return wanted


def _parameters(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    simple = {} if callspec is None else callspec.params
    said = [
        f"{name}={short(value)}" for name, value in simple.items() if isinstance(value, (int, float, str, bool, tuple))
    ]
    return f"  (with {', '.join(said)})" if said else ""


QUIET = [
    "--import-mode=importlib",
    "--capture=no",
    f"--config-file={os.devnull}",
    *(
        argument
        for name in (
            "terminal",
            "cacheprovider",
            "faulthandler",
            "logging",
            "warnings",
            "junitxml",
            "pastebin",
            "unraisableexception",
            "threadexception",
            "doctest",
            "stepwise",
            "setuponly",
            "setupplan",
        )
        for argument in ("-p", f"no:{name}")
    ),
]


def collect(files: list[Path]) -> list[tuple[Criterion, CriterionResult]]:
    """The criteria that `files` declare, each with its result as it is before it ran."""
    collected = Collected()
    run_criteria(files, collected)
    return collected.criteria


class _Problems:
    """A pytest plugin that remembers why pytest could not collect or run the criteria."""

    def __init__(self) -> None:
        self.problem = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problem = str(report.longrepr).strip().splitlines()[-1]

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        is_course_error = isinstance(excinfo.value, CourseError)
        self.problem = str(excinfo.value) if is_course_error else f"{excinfo.typename}: {excinfo.value}"
        return True  # pytest prints nothing then


def run_criteria(files: list[Path], criteria_run: CriteriaRun | Collected) -> None:
    """Run the criteria of `files` under `criteria_run`, in this process, without a word of pytest's own.

    Raises CourseError if pytest cannot collect them, JailLost if a jail was lost while they ran.
    """
    problems = _Problems()
    folder = files[0].parent
    # What lies above a grader's folder is not the grader's: no conftest.py of anybody's runs here.
    where = [f"--rootdir={folder}", f"--confcutdir={folder}"]
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        code = pytest.main([*QUIET, *where, *map(str, files)], plugins=[fixtures, problems, criteria_run])
    finally:
        sys.dont_write_bytecode = written
        _forget(files)
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
    if isinstance(criteria_run, CriteriaRun) and criteria_run.jail_lost is not None:
        raise criteria_run.jail_lost
    if problems.problem or code not in (0, 1, 5):
        raise CourseError(f"the grader {folder.name} could not be run: {problems.problem or f'pytest {code!r}'}")


def _forget(files: list[Path]) -> None:
    """Make the next run in this process import graders anew: those of two exercises have the same module names."""
    paths = {str(file) for file in files}
    for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) in paths]:
        del sys.modules[name]
