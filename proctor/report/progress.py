"""What long commands print: a progress bar while they run.

And of `proctor grade`: a table of what needs attention at the end, or JSON lines.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.table import Table
from rich.text import Text

from proctor.feedback.table import number, summary_text
from proctor.record.scores import Score
from proctor.run.batch import GRADED, NOT_GRADED, NOT_RECORDED, RECORDED, UNCHANGED, Outcome
from proctor.run.plan import Plan
from proctor.text import one_line

MANY = 40
"""Of more submissions than this, only those that need attention are listed."""
NAMED = 5
"""How many students are named of those to whom the same sentence applies; the rest are counted."""
FAILED = (NOT_RECORDED, NOT_GRADED)
"""The statuses of submissions without a new mark; `proctor grade` then exits with 1."""


class Line(NamedTuple):
    """What a run remembers of a submission, and what `--json` prints of it.

    Args:
        earned, points: None if there is no new mark.
        reason: why there is none, or "".
        seconds: how long grading it took, perhaps in an earlier run.
        jail: the tier of the jail that its code ran in, if it ran.
        flags: how many an instructor may want to look at.
        faults: exceptions that the grader itself raised.
    """

    assignment: str
    student: str
    status: str
    earned: float | None
    points: float | None
    reason: str
    seconds: float
    jail: str | None
    flags: int
    faults: list[str]


def make_line(outcome: Outcome) -> Line:
    """What is remembered of an outcome."""
    verdict, status = outcome
    return Line(
        verdict.assignment,
        verdict.student,
        status,
        verdict.earned if verdict.graded else None,
        verdict.points if verdict.graded else None,
        verdict.reason,
        round(verdict.seconds.get("total", 0.0), 3),
        verdict.environment.get("jail"),
        len(verdict.flags),
        [result.grader_fault for result in verdict.criteria if result.grader_fault],
    )


class Pace:
    """How far a run is, and how long the rest will take.

    Args:
        total: how many things there are to do.
    """

    def __init__(self, total: int):
        self.total = total
        self.done = 0
        self.worked = 0  # of those done, how many took time
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall time since the run began."""
        return time.monotonic() - self._started

    def line(self) -> str:
        """Return how far the run is, such as "120 of 2,000, 4.1 each second, about 8 min left"."""
        parts = [f"{self.done:,} of {self.total:,}"]
        if self.worked:
            rate = self.worked / self.seconds
            parts.append(f"{rate:.1f} each second" if rate >= 1 else f"{1 / rate:.1f} s each")
            parts.append(f"about {_format_duration((self.total - self.done) / rate)} left")
        return ", ".join(parts)


class Tally(Pace):
    """Counts the submissions that a run has dealt with, and estimates how long it will take.

    Args:
        total: how many submissions there are.
    """

    def __init__(self, total: int):
        super().__init__(total)
        self.statuses: Counter[str] = Counter()
        self.slowest: tuple[float, str] = (0.0, "")

    @property
    def failed(self) -> int:
        """How many submissions should have a new mark and have none."""
        return sum(self.statuses[status] for status in FAILED)

    def add(self, line: Line) -> None:
        """Count one more submission."""
        self.done += 1
        self.statuses[line.status] += 1
        if line.status != UNCHANGED:
            self.worked += 1
            self.slowest = max(self.slowest, (line.seconds, f"{one_line(line.student)}/{line.assignment}"))

    def line(self) -> str:
        """Return how far the run is, what went wrong and which submission was slowest.

        Such as "120 of 2,000, 4.1 each second, about 8 min left, 2 not graded, slowest
        ada/mnist_conv (31 s)".
        """
        parts = [super().line()]
        if self.failed:
            parts.append(f"{self.failed:,} not graded")
        if self.slowest[1]:
            parts.append(f"slowest {self.slowest[1]} ({self.slowest[0]:.0f} s)")
        return ", ".join(parts)

    def counts(self) -> str:
        """Return such as "2,000 submissions: 1,990 unchanged, 8 graded, 2 not graded (41 s)"."""
        order = (UNCHANGED, GRADED, RECORDED, NOT_RECORDED, NOT_GRADED)
        parts = [f"{self.statuses[status]:,} {status}" for status in order if self.statuses[status]]
        noun = f"submission{'' if self.done == 1 else 's'}"
        return f"{self.done:,} {noun}: {', '.join(parts)} ({_format_duration(self.seconds)})"


def _format_duration(seconds: float) -> str:
    minutes, hours = seconds / 60, seconds / 3600
    return f"{seconds:.0f} s" if seconds < 100 else f"{minutes:.0f} min" if minutes < 100 else f"{hours:.1f} h"


class _PaceColumn(ProgressColumn):
    """A column with the line of a pace, read again each time that the bar is drawn."""

    def __init__(self, pace: Pace):
        super().__init__()
        self._pace = pace

    def render(self, _task: Task) -> Text:
        return Text(self._pace.line())


@contextmanager
def _progress_bar(console: Console, pace: Pace, hidden: bool) -> Iterator[Progress]:
    """Show a progress bar for as long as the block lasts."""
    with Progress(BarColumn(20), _PaceColumn(pace), console=console, transient=True, disable=hidden) as bar:
        bar.add_task("", total=pace.total)
        yield bar


def _print_tenth(console: Console, pace: Pace) -> None:
    """Print how far it is after each tenth of many, where there is no terminal to draw a bar."""
    tenth = max(1, pace.total // 10)
    if not console.is_terminal and pace.total > MANY and pace.done % tenth == 0 and pace.done < pace.total:
        console.print(pace.line(), highlight=False, markup=False, soft_wrap=True)


Thing = TypeVar("Thing")


def show_bar(console: Console, things: Iterable[Thing], total: int) -> Iterator[Thing]:
    """Yield each thing as it is done, and meanwhile show how far it is, as `show_progress` does.

    Args:
        console: where.
        things: what is done, one by one.
        total: how many there will be.
    """
    pace = Pace(total)
    with _progress_bar(console, pace, hidden=not console.is_terminal) as bar:
        for thing in things:
            pace.done += 1
            pace.worked += 1
            bar.advance(bar.task_ids[0])
            _print_tenth(console, pace)
            yield thing


def show_progress(
    console: Console, tally: Tally, outcomes: Iterable[Outcome], *, show: bool, quiet: bool
) -> Iterator[Line]:
    """Yield what came of each submission, and meanwhile show how far the run is.

    That is a progress bar on a terminal. Elsewhere, where a bar's control characters would be
    garbage, it is a line after each tenth of a large class.

    Args:
        show: print every check table.
        quiet: do not show how far it is.
    """
    with _progress_bar(console, tally, hidden=quiet or not console.is_terminal) as bar:
        for outcome in outcomes:
            line = make_line(outcome)
            tally.add(line)
            bar.advance(bar.task_ids[0])
            if show:
                console.print(summary_text(outcome.verdict), highlight=False, markup=False)
            if not quiet and outcome.status != UNCHANGED:
                _print_tenth(console, tally)
            yield line


def print_json(tally: Tally, outcomes: Iterable[Outcome]) -> None:
    """Print a JSON object a line: one for each submission as it is done, at the end a summary."""
    for outcome in outcomes:
        line = make_line(outcome)
        tally.add(line)
        print(json.dumps(line._asdict()), flush=True)
    summary = {"submissions": tally.total, "seconds": round(tally.seconds, 3), **tally.statuses}
    print(json.dumps({"summary": summary}), flush=True)


def print_report(
    console: Console, tally: Tally, lines: list[Line], scores: dict[tuple[str, str], Score], *, quiet: bool
) -> None:
    """Print the table at the end of a run, and what the user has to do about it.

    Of up to `MANY` submissions each has a row; of more, only those that need attention, by reason.

    Args:
        scores: (assignment, student) → what stands in the gradebook, shown where it is another.
    """
    if not quiet and len(lines) <= MANY:
        console.print(_make_table(lines, scores))
    elif problems := _group_problems(lines):
        console.print(problems)
    for name in sorted({line.assignment for line in lines if line.faults}):
        faults = Counter(fault for line in lines if line.assignment == name for fault in line.faults)
        fault, count = faults.most_common(1)[0]
        often = f"{faults.total()} times, most often ({count}) as {one_line(fault, 2000)}"
        console.print(f"The grader of {name} stumbled over answers, {often}; see .proctor/logs/{name}/", markup=False)
    weaker = sorted({line.jail for line in lines if line.jail} - {"full"})
    if weaker:
        console.print(f"[yellow]Student code ran in a jail of tier {', '.join(weaker)}[/] (see proctor doctor).")
    flagged = sum(bool(line.flags) for line in lines)
    if flagged:
        console.print(f"{flagged} submission{'s have' if flagged > 1 else ' has'} flags: proctor flags")
    console.print(tally.counts(), highlight=False)
    if tally.statuses[NOT_RECORDED]:
        console.print("The verdicts not recorded are kept: run this again when the gradebook can be written.")
    if tally.statuses[NOT_GRADED]:
        console.print("Submissions not graded keep the marks they had: mend the reason and run this again.")


def _make_table(lines: list[Line], scores: dict[tuple[str, str], Score]) -> Table:
    table = Table("exercise", "student", "points", "of", "")
    for line in lines:
        if line.earned is None or line.points is None:
            row = ["–", "–", f"[yellow]{line.status}:[/] {escape(one_line(line.reason, 2000))}"]
        else:
            remark = f"{line.seconds:.1f} s" if line.status == GRADED else line.status
            if recorded := _describe_recorded(line.earned, scores.get((line.assignment, line.student))):
                remark += f"; {recorded}"
            row = [number(line.earned), number(line.points), remark]
        table.add_row(line.assignment, escape(one_line(line.student)), *row)
    return table


def _describe_recorded(earned: float, score: Score | None) -> str:
    """What stands in the gradebook, and why, if it is not what the criteria gave; else ""."""
    if score is None or abs(score.total - earned) < 0.005:
        return ""
    why = [f"{number(score.given)} with what people gave"] if abs(score.given - earned) >= 0.005 else []
    why += [f"less {number(score.penalty)} for being late"] if score.penalty else []
    return f"{number(score.total)} in the gradebook ({', '.join(why)})"


def _group_problems(lines: list[Line]) -> Table | None:
    """Return a table of who has no new mark, a row for each reason; None if all have one."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        if line.status in FAILED:
            grouped.setdefault((line.assignment, f"{line.status}: {line.reason}"), []).append(line.student)
    return _make_grouped_table(grouped) if grouped else None


def explain(plans: Iterable[Plan]) -> tuple[Table, str]:
    """Say why each submission would be graded or not.

    Returns a table with a row for each reason, and a sentence with the counts.
    """
    grouped: dict[tuple[str, str], list[str]] = {}
    graded = total = 0
    for plan in plans:
        total += 1
        graded += bool(plan.why) and not plan.fault
        grouped.setdefault((plan.name, _describe_plan(plan)), []).append(plan.student)
    return _make_grouped_table(grouped), f"{graded:,} of {total:,} would be graded"


def _describe_plan(plan: Plan) -> str:
    if plan.fault:
        return f"cannot be graded: {plan.fault}"
    if plan.why:
        return "; ".join(plan.why)
    if plan.kept is not None and plan.kept.notebooks is not None:
        return "graded, but its marks are not recorded yet"
    return UNCHANGED


def _make_grouped_table(students: dict[tuple[str, str], list[str]]) -> Table:
    """Return a table with a row for each (exercise, sentence) and the students that it is about."""
    table = Table("exercise", "", "", "students")
    for (name, sentence), who in students.items():
        table.add_row(name, escape(one_line(sentence, 2000)), f"{len(who):,}", escape(name_some(who)))
    return table


def name_some(students: list[str]) -> str:
    """The first few students, and how many more there are."""
    named = ", ".join(one_line(student) for student in students[:NAMED])
    return named + (f" and {len(students) - NAMED:,} more" if len(students) > NAMED else "")
