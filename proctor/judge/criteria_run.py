"""Run the criteria on one submission in pytest: which ones, in which order, with which results."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Collection, Generator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from proctor.channel.student import Student, revive
from proctor.course.assignment import Threshold
from proctor.course.own_values import OwnValues
from proctor.criteria.criterion import Credit, Criterion
from proctor.errors import CourseError, JailLost
from proctor.judge import fixtures
from proctor.judge.explain import describe_case, explain_failure, short_repr
from proctor.verdict import UNWRITTEN, CriterionResult, Flag, Status


class CriteriaCollector:
    """A pytest plugin that lists the criteria and runs none."""

    def __init__(self) -> None:
        self.criteria: list[tuple[Criterion, CriterionResult]] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """List each criterion once, whatever its parameters, and leave pytest nothing to run."""
        found = [(item, declared) for item in items if (declared := find_declaration(item))]
        by_name = {criterion_name(item): (declared, _make_waiting_result(item, declared)) for item, declared in found}
        self.criteria = list(by_name.values())
        items.clear()


class CriteriaRun:
    """A pytest plugin that runs the criteria on one submission and holds their results.

    Args:
        student: the submission.
        thresholds: the numbers that the `thresholds` fixture returns.
        values: what the `values` fixture returns; None if the assignment declares none.
        only: the groups to run (with the groups that they need); none for all.
        to_first_failure: whether to stop at the first criterion that is not met.
        remark: asked after each criterion that is not met; what it returns is added to "found".

    `fault` says why the grader itself failed ("" if it did not), `flags` is what the `gap` fixture
    noted, `asked_for_files` are the names of the criteria that used a handed-in model file,
    `measured` the values that were compared with thresholds, by the threshold's name.
    """

    def __init__(
        self,
        student: Student,
        thresholds: dict[str, Threshold],
        values: OwnValues | None = None,
        only: Collection[str] = (),
        to_first_failure: bool = False,
        remark: Callable[[], str] = str,
    ):
        self.student = student
        self.thresholds = thresholds
        self.values = values
        self.fault = ""
        self.jail_lost: JailLost | None = None
        self.flags: list[Flag] = []
        self.asked_for_files: set[str] = set()
        self.measured: dict[str, float] = {}
        self._only = only
        self._to_first_failure = to_first_failure
        self._remark = remark
        self._results: dict[str, CriterionResult] = {}
        self._needs: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._compared: tuple[str, str] | None = None

    @property
    def results(self) -> list[CriterionResult]:
        """The results of the criteria so far, in the order in which they run."""
        return list(self._results.values())

    def groups(self) -> dict[str, list[CriterionResult]]:
        """The results by group (the grade id of the check cell)."""
        groups: dict[str, list[CriterionResult]] = {}
        for result in self.results:
            groups.setdefault(result.group, []).append(result)
        return groups

    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the submission where the fixtures look for it."""
        config.stash[fixtures.SUBJECT] = fixtures.Subject(self.student, self.thresholds, self.values, self.flags)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the wanted groups, in the order in which they first appear, public criteria first.

        A hidden criterion's arguments stay in the student's process, whose code could put them into
        the messages of later failures. Students see those messages for public criteria only, so no
        public criterion runs after a hidden one.
        """
        declared = [(item, find_declaration(item)) for item in items]
        criteria = [(item, found) for item, found in declared if found is not None]
        order = list(
            dict.fromkeys(found.group for item, found in sorted(criteria, key=lambda pair: is_hidden(pair[0])))
        )
        _check_unique_names(item for item, _ in criteria)
        declared_by_name = {criterion_name(item): found for item, found in criteria}
        _check_needs(order, declared_by_name)
        wanted = _add_needed_groups(self._only, declared_by_name) if self._only else set(order)
        kept = [(item, found) for item, found in criteria if found.group in wanted]
        kept.sort(key=lambda pair: (is_hidden(pair[0]), order.index(pair[1].group)))
        config.hook.pytest_deselected(
            items=[item for item in items if item not in [kept_item for kept_item, _ in kept]]
        )
        items[:] = [item for item, _ in kept]
        for item, found in kept:
            self._results.setdefault(criterion_name(item), _make_waiting_result(item, found))
            self._needs[criterion_name(item)] = found.needs

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a criterion whose needed group is not met, and what is left of a failed one."""
        found = find_declaration(item)
        result = self._results.get(criterion_name(item))
        if result is not None and result.status == "failed":
            pytest.skip("another case of this criterion has failed")
        self._compared = None
        self.student.__asked_for_artifact__ = False
        revive(self.student)
        if found is not None and found.needs and not self._is_met(found.needs, before_hidden=not is_hidden(item)):
            name, reason = criterion_name(item), self._tell_wait(found.needs)
            self._waiting.add(name)
            self._results[name] = replace(self._results[name], found=reason)
            pytest.skip(reason)

    def _tell_wait(self, needs: str) -> str:
        """What a student reads: the group, or the title of the one criterion."""
        return f"waits for “{self._results[needs].title}”" if needs in self._results else f"waits for {needs}"

    def _is_met(self, needs: str, before_hidden: bool = False) -> bool:
        """Whether the criteria of a group, or the one criterion, that `needs` names are met."""
        asked = [
            result
            for result in self.results
            if needs in (result.group, result.name) and not (before_hidden and result.hidden)
        ]
        needed = {self._needs[result.name] for result in asked} - {""}
        return all(result.status in ("passed", "partial") for result in asked) and all(
            self._is_met(other, before_hidden) for other in needed
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Turn results into "waiting" if a hidden criterion that they need failed.

        Hidden criteria run last, so a public one may have run before that was known.
        """
        for name, result in self._results.items():
            if result.status != "waiting" and self._needs[name] and not self._is_met(self._needs[name]):
                self._results[name] = replace(
                    result,
                    status="waiting",
                    earned=0.0,
                    expected="",
                    found=self._tell_wait(self._needs[name]),
                    detail=None,
                    marked=(),
                    grader_fault="",
                    tell="",
                )

    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Keep the text of both sides of a failed comparison, for the explanation."""
        self._compared = (short_repr(left), f"{'' if op in ('==', 'is') else op + ' '}{short_repr(right)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Store the criterion's result once pytest has run one of its phases."""
        report = yield
        result = self._results.get(criterion_name(item))
        if result is None or result.name in self._waiting:
            return report
        if call.excinfo is not None:
            if result.status != "failed":
                result = self._make_failed_result(item, result, call)
        elif call.when == "call" and result.status != "failed":
            credit = item.stash.get(fixtures.CREDIT, None)
            self.measured.update(credit.measured if credit else {})
            result = _apply_credit(result, credit)
        if call.when == "call" and result.status in ("failed", "partial") and (remark := self._remark()):
            result = replace(result, found=result.found.removesuffix(remark) + remark)
        self._results[criterion_name(item)] = result
        if self._to_first_failure and result.status in ("failed", "partial"):
            item.session.shouldfail = "a criterion is not met"
        if self.student.__asked_for_artifact__:
            self.asked_for_files.add(result.name)
        return report

    def _make_failed_result(
        self, item: pytest.Item, result: CriterionResult, call: pytest.CallInfo[None]
    ) -> CriterionResult:
        """The failed result, explained; a lost jail or a fault of the grader is noted on `self`."""
        assert call.excinfo is not None
        failed = replace(result, status="failed", earned=0.0)
        if isinstance(call.excinfo.value, JailLost):
            self.jail_lost = call.excinfo.value
            item.session.shouldfail = "the jail was lost"
            return failed
        reason = explain_failure(call.excinfo, self._compared, in_test=call.when == "call")
        if reason is None:
            place = f"{Path(str(item.path)).name}, {criterion_name(item)}"
            self.fault = f"the grader failed at {place}: {type(call.excinfo.value).__name__}: {call.excinfo.value}"
            return failed
        return replace(
            failed,
            hint=reason.hint or failed.hint,
            expected=reason.expected,
            found=reason.found if UNWRITTEN in reason.found else reason.found + describe_case(item),
            detail=reason.detail,
            marked=reason.marked,
            grader_fault=reason.grader_fault,
            tell=reason.tell,
        )


def find_declaration(item: pytest.Item) -> Criterion | None:
    """What `@criterion` declared about the test; None if it is not a criterion."""
    marker = item.get_closest_marker("criterion")
    return marker.args[0] if marker is not None else None


def is_hidden(item: pytest.Item) -> bool:
    """Whether the test is in `test_hidden.py`, which students do not get."""
    return Path(str(item.path)).name == "test_hidden.py"


def criterion_name(item: pytest.Item) -> str:
    """The test function's name without "test_" and without parameters."""
    return str(getattr(item, "originalname", None) or item.name).removeprefix("test_")


def _make_waiting_result(item: pytest.Item, found: Criterion) -> CriterionResult:
    title = " ".join((getattr(item, "function", item).__doc__ or "").strip().split("\n\n")[0].split())
    return CriterionResult(
        criterion_name(item), found.group, title, found.hint, found.points, 0.0, "waiting", hidden=is_hidden(item)
    )


def _apply_credit(result: CriterionResult, credit: Credit | None) -> CriterionResult:
    """The result of a test that ran through: all points, or the fraction that `credit` gives."""
    fraction = 1.0 if credit is None else credit.fraction
    fraction = 0.0 if math.isnan(fraction) else min(1.0, max(0.0, fraction))
    if result.status == "partial":  # other parameters of the criterion earned less
        fraction = min(fraction, result.earned / result.points if result.points else 1.0)
    status: Status = "passed" if fraction >= 1 else "partial" if fraction > 0 else "failed"
    expected, found = ("", "") if credit is None or fraction >= 1 else (credit.expected, credit.found)
    return replace(
        result, status=status, earned=round(result.points * fraction, 2), expected=expected, found=found or result.found
    )


def _check_unique_names(items: Iterable[pytest.Item]) -> None:
    """Raise CourseError if two files have a criterion of the same name.

    They would share a result, and a hidden criterion's reason would be shown as the public one's.
    """
    files: dict[str, Path] = {}
    for item in items:
        path = Path(str(item.path))
        if files.setdefault(criterion_name(item), path) != path:
            name, both = criterion_name(item), f"{files[criterion_name(item)].name} and {path.name}"
            raise CourseError(f"there is a criterion test_{name} in {both}; give one of them another name")


def _check_needs(order: list[str], criteria: dict[str, Criterion]) -> None:
    """Raise CourseError if a criterion needs what is missing or does not come before it.

    Args:
        order: the groups in the order in which they run.
        criteria: name → declaration.
    """
    for name, found in criteria.items():
        if not found.needs:
            continue
        if found.needs not in order and found.needs not in criteria:
            raise CourseError(f"'{name}' needs '{found.needs}', which is neither a group with criteria nor a criterion")
        needed = criteria[found.needs].group if found.needs in criteria else found.needs
        if order.index(needed) >= order.index(found.group):
            raise CourseError(f"'{name}' of '{found.group}' needs '{found.needs}', which is not of an earlier group")


def _add_needed_groups(groups: Collection[str], criteria: dict[str, Criterion]) -> set[str]:
    """`groups`, the groups of what their criteria need, those of what these need, and so on."""
    wanted, more = set[str](), set(groups)
    while more:
        wanted |= more
        needs = {found.needs for found in criteria.values() if found.group in wanted and found.needs}
        more = {criteria[name].group if name in criteria else name for name in needs} - wanted
    return wanted


QUIET_OPTIONS = [
    "--import-mode=importlib",
    "--capture=no",
    f"--config-file={os.devnull}",
    # A case's id may hold any letter, such as the × of "3 × 3"; pytest would write \xd7.
    "--override-ini=disable_test_id_escaping_and_forfeit_all_rights_to_community_support=true",
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
    """The criteria that `files` declare, each with the result that it has before it runs."""
    collected = CriteriaCollector()
    run_criteria(files, collected)
    return collected.criteria


class _ProblemCollector:
    """A pytest plugin that keeps the reason why pytest could not collect or run the criteria."""

    def __init__(self) -> None:
        self.problem = ""
        self.interrupted = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = isinstance(excinfo.value, KeyboardInterrupt)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problem = str(report.longrepr).strip().splitlines()[-1]

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        is_course_error = isinstance(excinfo.value, CourseError)
        self.problem = str(excinfo.value) if is_course_error else f"{excinfo.typename}: {excinfo.value}"
        return True  # pytest prints nothing then


def run_criteria(files: list[Path], criteria_run: CriteriaRun | CriteriaCollector) -> None:
    """Run the criteria of `files` in pytest, in this process; pytest prints nothing.

    Args:
        files: the grader's test files, all in one folder.
        criteria_run: the plugin that runs or lists the criteria; the results are in it afterwards.

    Raises CourseError if pytest cannot collect them, JailLost if a jail was lost while they ran,
    KeyboardInterrupt if a person stopped them.
    """
    problems = _ProblemCollector()
    folder = files[0].parent
    # No conftest.py above the grader's folder is loaded: it could belong to somebody else.
    where = [f"--rootdir={folder}", f"--confcutdir={folder}"]
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        code = pytest.main([*QUIET_OPTIONS, *where, *map(str, files)], plugins=[fixtures, problems, criteria_run])
    finally:
        sys.dont_write_bytecode = written
        _unload(files)
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
    if problems.interrupted:
        raise KeyboardInterrupt
    if isinstance(criteria_run, CriteriaRun) and criteria_run.jail_lost is not None:
        raise criteria_run.jail_lost
    if problems.problem or code not in (0, 1, 5):
        raise CourseError(f"the grader {folder.name} could not be run: {problems.problem or f'pytest {code!r}'}")


def _unload(files: list[Path]) -> None:
    """Remove graders from `sys.modules`: those of the next exercise have the same module names."""
    paths = {str(file) for file in files}
    for name in [name for name, module in sys.modules.items() if getattr(module, "__file__", None) in paths]:
        del sys.modules[name]
