"""What `proctor verify` and `proctor mutate` print."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.status import Status

from proctor import datasets
from proctor.author.findings import Finding
from proctor.author.mutate import mutate
from proctor.author.proof import Proof, add_measured, digest_exercise, why_unproven, write_proof
from proctor.author.verify import Extent, measured_values, verify
from proctor.cli.markup import escape_markup
from proctor.course.course import Course


def check_records(console: Console, course: Course, names: list[str]) -> int:
    """Print which exercises have no fresh record of a proof, and return how many they are."""
    found = [(name, reason) for name in names if (reason := why_unproven(course, name))]
    for name, reason in found:
        console.print(f"{reason}: proctor verify {name}", highlight=False, markup=False, soft_wrap=True)
    return len(found)


def prove(console: Console, course: Course, names: list[str], extent: Extent, *, jobs: int, as_json: bool) -> int:
    """Verify exercises, print the findings, and record each whole proof without a problem.

    On a terminal only problems stay, and a line for each exercise; elsewhere every answer has a
    line.

    Args:
        console: where to.
        course, names: the exercises.
        extent: how much of the proof is tried.
        jobs: how many submissions to grade at once; 0 for one on each processor.
        as_json: whether to print the findings as JSON objects.

    Returns the number of findings with a problem.
    """
    started, bad = time.monotonic(), 0
    for name in names:
        begun = time.monotonic()
        digests, findings = digest_exercise(course, name), []
        teller = _Teller(console, name, as_json)
        with _live_line(console, name) as line:
            for finding in verify(course, name, extent, jobs):
                findings.append(finding)
                teller.tell(finding)
                line.update(f"{name}: {len(findings)} tried, {escape_markup(finding.title)}")
            teller.end()
        problems = sum(bool(finding.problem) for finding in findings)
        bad += problems
        seconds = time.monotonic() - begun
        console.print(_summarize(name, findings, problems, seconds), highlight=False, soft_wrap=True)
        if not problems:
            record = write_proof if extent.whole else add_measured
            record(course, name, _make_proof(course, name, findings, digests, seconds))
    total = f"{time.monotonic() - started:.0f} s"
    if bad:
        noun = "finding" if bad == 1 else "findings"
        console.print(f"[red]{bad} {noun} to mend[/] ({total})", highlight=False)
    else:
        result = "all proven" if extent.whole else "no findings, but only a part of the answers was tried"
        console.print(f"[green]{result}[/] ({total})", highlight=False)
    return bad


def _make_proof(course: Course, name: str, findings: list[Finding], digests: dict[str, str], seconds: float) -> Proof:
    counts = Counter(finding.kind for finding in findings)
    dataset = course.assignment(name).dataset
    source = datasets.source(dataset) if dataset else "drawn"
    answers = {"variants": counts["variant"], "mixes of habits": counts["habits"], "mutants": counts["mutant"]}
    measured = measured_values(findings)
    return Proof(digests, answers, {source: measured} if measured else {}, {source: round(seconds)})


def _summarize(name: str, findings: list[Finding], problems: int, seconds: float) -> str:
    counts = Counter(finding.kind for finding in findings)
    parts = [f"{counts['variant']} variants", f"{counts['habits']} mixes of habits", f"{counts['mutant']} mutants"]
    most = max(findings, key=lambda finding: finding.beyond, default=None)
    if most is not None and most.beyond:
        parts.append(
            f"at most {most.beyond:g} points lost beyond a mutant's own criteria ({escape_markup(most.title)})"
        )
    mark = f"[red]✗ {name}: {problems} to mend[/]" if problems else f"[green]✓[/] {name}"
    return f"{mark}: {', '.join(parts)}, {seconds:.0f} s"


@contextmanager
def _live_line(console: Console, name: str) -> Iterator[Status]:
    """A line at the foot of a terminal, which says how far it is; nothing elsewhere."""
    status = Status(f"{name}: the solution runs", console=console)
    if console.is_terminal:
        with status:
            yield status
    else:
        yield status


class _Teller:
    """Prints the findings about one exercise, and a problem that several share only once.

    Args:
        console: where to.
        name: the exercise's.
        as_json: whether to print JSON objects instead.
    """

    def __init__(self, console: Console, name: str, as_json: bool):
        self._console = console
        self._name = name
        self._as_json = as_json
        self._times: Counter[str] = Counter()

    def tell(self, finding: Finding) -> None:
        """Print one finding, if it is a problem or every line is wanted."""
        if self._as_json:
            print(json.dumps({"exercise": self._name, **asdict(finding)}), flush=True)
            return
        self._times[finding.problem] += 1
        repeated = finding.problem and self._times[finding.problem] > 1
        if not repeated and (finding.problem or not self._console.is_terminal):
            self._print(finding)

    def end(self) -> None:
        """Print how often problems came again."""
        for problem, times in self._times.items():
            if problem and times > 1:
                self._line(f"  [red]{times - 1} more answers: {escape_markup(problem)}[/]")

    def _print(self, finding: Finding) -> None:
        mark = "[red]✗[/]" if finding.problem else "[green]✓[/]"
        caught = f"  caught by {', '.join(finding.caught_by)}" if finding.caught_by else ""
        seconds = f"  {finding.seconds:.1f} s" if finding.seconds else ""
        self._line(f"{mark} {finding.kind}: {escape_markup(finding.title)}{caught}{seconds}")
        for text, style in ((finding.problem, "red"), (finding.remark, "yellow")):
            if text:
                self._line(f"  [{style}]{escape_markup(text)}[/]")

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)


def show_mutations(console: Console, course: Course, name: str, *, jobs: int, most: int) -> int:
    """Print the mutations that survive, and return how many they are with those not graded.

    Args:
        console: where to.
        course, name: the exercise.
        jobs: how many to grade at once; 0 for one on each processor.
        most: how many to try at most; 0 for all.
    """
    started = time.monotonic()
    counts = Counter[str]()
    with _live_line(console, name) as line:
        for trial in mutate(course, name, jobs=jobs, most=most):
            kind = "harmless" if trial.harmless else "survived" if trial.survived else "caught"
            counts[
                "not graded" if trial.fault else "checked and graded differently" if trial.disparities else kind
            ] += 1
            counts["by hidden criteria alone"] += trial.hidden_only
            line.update(f"{name}: {counts['caught']} caught, {escape_markup(trial.mutation.title)}")
            problems = [problem for problem in (trial.fault, *trial.disparities) if problem]
            if trial.survived or problems:
                console.print(f"[red]✗[/] {escape_markup(trial.mutation.title)}", highlight=False, soft_wrap=True)
            for problem in problems:
                console.print(f"  [red]{escape_markup(problem)}[/]", highlight=False, soft_wrap=True)
    parts = [f"{count} {kind}" for kind, count in counts.items() if count]
    console.print(f"{name}: {', '.join(parts) or 'nothing to change'} ({time.monotonic() - started:.0f} s)")
    return counts["survived"] + counts["not graded"] + counts["checked and graded differently"]
