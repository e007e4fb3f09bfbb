"""What GitHub shows of a graded repository: a summary in Markdown, and annotations on the notebook.

Text that a student can choose is escaped: in the summary it stands in blocks of HTML, in which no
Markdown is read; in annotations as GitHub's own toolkit does it (`@actions/core`, command.ts).
"""

from __future__ import annotations

import html
import itertools
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nbformat import NotebookNode

from proctor.course.cells import grade_id, is_check, is_solution
from proctor.feedback.table import number
from proctor.jail.layers import HOLDS
from proctor.report.public import MOST_REMARKS, Row, remarks, rows
from proctor.text import one_line, plain, visible
from proctor.verdict import Verdict

LEVELS = {"failed": "error", "partial": "warning", "waiting": "notice"}
"""Status of a group → the kind of annotation that it gets."""
_MOST = 5000  # characters of an annotation's text


def summary(titled: Iterable[tuple[str, Verdict]]) -> str:
    """A page in Markdown on what was graded: points, each criterion, remarks, and what held.

    Args:
        titled: title of the exercise and its verdict.
    """
    return "\n".join(block for title, verdict in titled for block in _describe(title, verdict))


def _describe(title: str, verdict: Verdict) -> Iterator[str]:
    name = f"{_escape(title)} ({_escape(verdict.assignment)}), {_escape(one_line(verdict.student))}"
    if not verdict.graded:
        yield f"<h3>{name}: not graded</h3>\n<p>{_escape(verdict.reason)}</p>\n"
        return
    yield f"<h3>{name}: {number(verdict.earned)} of {number(verdict.points)} points</h3>"
    yield "<table>\n<tr><th>check</th><th>what is asked</th><th>points</th></tr>"
    for group, criteria in itertools.groupby(rows(verdict), lambda row: row.group):
        yield from _format_group(group, list(criteria))
    yield "</table>\n"
    if said := remarks(verdict):
        yield "<ul>\n" + "\n".join(f"<li><code>{_escape(text)}</code></li>" for text in said) + "\n</ul>\n"
    tier = verdict.environment.get("jail", "")
    if tier in HOLDS:
        yield f"<p>The notebook's code ran in a jail of tier <code>{tier}</code>. {_escape(HOLDS[tier])}</p>\n"


def _format_group(group: str, criteria: list[Row]) -> Iterator[str]:
    """A row of the table for each criterion; the first begins with a cell on the check itself."""
    score = f"{number(sum(row.earned for row in criteria))} of {number(sum(row.points for row in criteria))}"
    check = f'<td rowspan="{len(criteria)}"><code>{_escape(group)}</code><br>{score}</td>'
    for row in criteria:
        below = "".join(f"<br>{label}: {_format_fact(label, text)}" for label, text in row.facts)
        points = f"{number(row.earned)} of {number(row.points)}"
        yield f"<tr>{check}<td>{row.symbol} {_escape(row.title)}{below}</td><td>{points}</td></tr>"
        check = ""


def _format_fact(label: str, text: str) -> str:
    """A hint is the author's; what was expected and found may quote the student: no @name there."""
    return _escape(text) if label == "hint" else f"<code>{_escape(text)}</code>"


def _escape(text: str) -> str:
    """`text` as HTML without a blank line, which would end the block and begin Markdown."""
    return "<br>".join(html.escape(line) for line in plain(text).split("\n"))


def annotate(verdict: Verdict, file: str, lines: dict[str, int], source: NotebookNode) -> Iterator[str]:
    """Workflow commands that put what is not met onto the notebook, each in one line.

    Each check gets one, at the nearest solution cell above it, and so does each cell that raised.

    Args:
        verdict: of one exercise.
        file: the notebook's path in the repository, "" if there is none.
        lines: grade id → the line where the cell begins in that file.
        source: the instructor's notebook, which has the order of cells.
    """
    if not verdict.graded:
        yield _command("error", file, 1, f"{verdict.assignment}: not graded", verdict.reason)
        return
    answers = _find_answers(source)
    groups: dict[str, list[Row]] = {}
    for row in rows(verdict):
        groups.setdefault(row.group, []).append(row)
    for group, criteria in groups.items():
        unmet = [row for row in criteria if row.status != "passed"]
        if not unmet:
            continue
        earned, points = sum(row.earned for row in criteria), sum(row.points for row in criteria)
        statuses = [row.status for row in unmet]
        level = next(LEVELS[status] for status in LEVELS if status in statuses)
        line = lines.get(answers.get(group, group)) or lines.get(group, 1)
        text = "\n".join(f"{row.title}\n{row.explanation}".strip() for row in unmet)
        yield _command(level, file, line, f"{group}: {number(earned)} of {number(points)} points", text)
    # What is not written yet raises in every cell that uses it; the check's annotation says so.
    failed = [run for run in verdict.cells if run.error and not run.error.startswith("NotImplementedError")]
    for run in failed[:MOST_REMARKS]:
        yield _command("warning", file, lines.get(run.id, 1), f"{run.id or 'your own cell'}: {run.status}", run.error)


def _find_answers(source: NotebookNode) -> dict[str, str]:
    """Grade id of a check cell → grade id of the nearest solution cell above it."""
    found, last = {}, ""
    for cell in source.cells:
        if is_solution(cell):
            last = grade_id(cell)
        elif is_check(cell) and last:
            found[grade_id(cell)] = last
    return found


def _command(level: str, file: str, line: int, title: str, text: str) -> str:
    where = f"file={_escape_property(visible(file))},line={line}," if file else ""
    return f"::{level} {where}title=Proctor%3A {_escape_property(one_line(title))}::{_escape_data(plain(text, _MOST))}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def no_commands() -> Iterator[None]:
    """A block whose printed lines GitHub takes for text, even if one holds a student's command.

    The word that ends it cannot be guessed.
    """
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"::{word}::", flush=True)
