"""Check tables: what came of each criterion of a group, as text and as HTML."""

from __future__ import annotations

import html as markup
import re
import textwrap
from dataclasses import dataclass

from proctor.text import one_line, plain
from proctor.verdict import CriterionResult, Status, Verdict

WIDTH = 76
_INDENT = 6
_LABEL = 10
_LONGEST = 600  # characters of one "expected" or "found"
_QUOTED = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Look:
    """How a criterion's status is shown."""

    symbol: str
    word: str
    colour: str


# These colours stand out, also to colour-blind people, behind white symbols and as a thin bar on a
# white or black page.
LOOKS = {
    "passed": Look("✓", "met", "#1f7a45"),
    "partial": Look("◐", "partly met", "#9a5b00"),
    "failed": Look("✗", "not met", "#b3372f"),
    "waiting": Look("–", "not yet", "#5f6b7a"),
}


def look_of(criterion: CriterionResult) -> Look:
    """How its status is shown: what is not written yet looks as what waits."""
    return LOOKS["waiting" if criterion.unwritten else criterion.status]


def text(
    group: str, criteria: list[CriterionResult], points: float | None = None, owner: str = "", closing: str = ""
) -> str:
    """Format the check table of `group` for a terminal, at most 80 columns wide.

    Args:
        points: what the group is worth; by default the sum over its criteria.
        owner: whose values of their own were used, such as "numbers of ada", or "".
        closing: a sentence that ends the table, or "".
    """
    name = f"{plain(group)} ({one_line(owner)})" if owner else plain(group)
    lines = [_justify(name, _format_score(criteria, points))]
    for criterion in criteria:
        lines += _format_text(criterion)
    if more := _describe_missing_points(criteria, points):
        lines.append(f"  … {more}")
    return "\n".join(lines + (_wrap(plain(closing), "  ", "  ") if closing else []))


def _describe_missing_points(criteria: list[CriterionResult], points: float | None) -> str:
    """Say how many points are left for criteria not shown, such as hidden ones; "" if none are."""
    missing = (points or 0) - sum(criterion.points for criterion in criteria)
    return f"{_format_points(missing)} more to get when you hand in" if missing > 1e-9 else ""


def overview(criteria: list[CriterionResult]) -> list[CriterionResult]:
    """Sum up each group as one row of a table: its name, its first open criterion, its points."""
    groups: dict[str, list[CriterionResult]] = {}
    for criterion in criteria:
        groups.setdefault(criterion.group, []).append(criterion)
    return [_sum_up(group, found) for group, found in groups.items()]


def _sum_up(group: str, criteria: list[CriterionResult]) -> CriterionResult:
    points, earned = sum(found.points for found in criteria), sum(found.earned for found in criteria)
    first = title_of_first_open(criteria)
    return CriterionResult(
        group, group, f"`{group}`: {first}" if first else f"`{group}`", "", points, earned, status_of(criteria)
    )


def status_of(criteria: list[CriterionResult]) -> Status:
    """The status of a group: "waiting" if all of it is not written yet, or waits."""
    unmet = [found for found in criteria if found.status != "passed"]
    if not unmet:
        return "passed"
    if any(found.earned for found in criteria):
        return "partial"
    return "waiting" if all(found.unwritten or found.status == "waiting" for found in unmet) else "failed"


def title_of_first_open(criteria: list[CriterionResult]) -> str:
    """The title of the first criterion that is not met; "" if all are."""
    return next((plain(found.title) for found in criteria if found.status != "passed"), "")


def summary_text(verdict: Verdict) -> str:
    """Format a verdict for a terminal or a CI log: each group's table, failed cells, notes."""
    title = f"{one_line(verdict.assignment)} — {one_line(verdict.student)}"
    if not verdict.graded:
        return "\n".join([_justify(title, "not graded"), *_wrap(plain(verdict.reason), "  ", "  ")])
    total = f"{number(verdict.earned)} of {_format_points(verdict.points)}"
    parts = [_justify(title, total) + "\n" + "─" * WIDTH]
    parts += [text(group, criteria) for group, criteria in verdict.groups().items()]
    notes = [f"{_name_cell(run.id)} {run.status}: {run.error}" for run in verdict.cells if run.error]
    notes += verdict.notes
    if notes:
        parts.append("\n".join(line for note in notes for line in _wrap(plain(note, _LONGEST), "note  ", " " * 6)))
    return "\n\n".join(parts)


def html(
    group: str, criteria: list[CriterionResult], points: float | None = None, owner: str = "", closing: str = ""
) -> str:
    """Format the check table of `group` as HTML without style sheet or script, for any theme.

    Args:
        points: what the group is worth; by default the sum over its criteria.
        owner: whose values of their own were used, such as "numbers of ada", or "".
        closing: a sentence that ends the table, or "".
    """
    # What is only checked after handing in is said in words, not drawn as missing.
    shown = sum(criterion.points for criterion in criteria)
    met = all(criterion.status == "passed" for criterion in criteria)
    share = 100 * min(1.0, max(0.0, sum(criterion.earned for criterion in criteria) / shown)) if shown else 100.0 * met
    whose = f'<span style="{_MUTED}font-weight:normal"> {_escape(owner)}</span>' if owner else ""
    colour = LOOKS["passed" if share == 100 else "partial"].colour
    score = _format_score(criteria, points)
    rows = "".join(_format_html(criterion) for criterion in criteria)
    for line in (_describe_missing_points(criteria, points), _format_prose(closing)):
        if line:
            rows += f'<tr style="{_ROW}"><td style="{_CELL}padding-left:38px;{_MUTED}">{line}</td></tr>'
    return (
        '<div style="max-width:52em;margin:4px 0;border:1px solid rgba(128,128,128,0.4);border-radius:6px;'
        'overflow:hidden;font-family:system-ui,sans-serif;font-size:13px;line-height:1.45">'
        '<div style="height:4px;background-color:rgba(128,128,128,0.25)">'
        f'<div style="height:4px;width:{share:.0f}%;background-color:{colour}"></div></div>'
        '<table style="border-collapse:collapse;table-layout:fixed;width:100%;margin:0;border:none;font-size:13px">'
        f'<tr style="background-color:rgba(128,128,128,0.12)"><th scope="col" style="{_CELL}"><div style="{_LINE}">'
        f'<div style="{_REST}"><code style="font-size:13px;font-weight:600;color:inherit;background-color:transparent">'
        f'{_escape(group)}</code>{whose}</div><div style="{_SCORE}font-weight:600">{score}</div></div></th></tr>'
        f"{rows}</table></div>"
    )


# Jupyter's style sheet changes every table, header and row of an output; these undo that.
_RESET = "border:none;background-color:transparent;vertical-align:top;max-width:none;white-space:normal;"
_CELL = _RESET + "text-align:left;padding:6px 10px;"
# Where a title would be narrow, as on a phone, the score goes below it.
_LINE = "display:flex;flex-wrap:wrap;gap:0 10px;"
_REST = "flex:1 1 9em;overflow-wrap:anywhere;"
_SCORE = "margin-left:auto;text-align:right;white-space:nowrap;"
_ROW = "background-color:transparent;border-top:1px solid rgba(128,128,128,0.25)"
_FACT = _RESET + "text-align:left;padding:1px 10px 1px 0;font-weight:normal;"
_BELOW = _CELL + "padding:0 10px 8px 38px;"
_MUTED = "opacity:0.72;"
_NAME = "width:62px;white-space:nowrap;"


def _format_html(criterion: CriterionResult) -> str:
    look = look_of(criterion)
    score = f"{number(criterion.earned)} / {number(criterion.points)}"
    badge = (
        "flex:none;width:18px;height:18px;line-height:18px;border-radius:9px;text-align:center;"
        f"color:#fff;background-color:{look.colour};font-size:12px;font-weight:700"
    )
    return (
        f'<tr style="{_ROW}"><td style="{_CELL}"><div style="{_LINE}"><span style="{badge}">{look.symbol}</span> '
        f'<div style="{_REST}">{_format_prose(criterion.title)}</div> '
        f'<div style="{_SCORE}"><span style="{_MUTED}">{look.word}</span>&nbsp; {score}</div></div></td></tr>'
        + _format_html_facts(criterion)
        + _format_html_detail(criterion)
    )


def _format_html_facts(criterion: CriterionResult) -> str:
    """A row as wide as the table, since a column of it is too narrow for a sentence on a phone."""
    facts = "".join(
        f'<tr style="background-color:transparent"><th scope="row" style="{_FACT}{_MUTED}{_NAME}">{label}</th>'
        f'<td style="{_FACT}overflow-wrap:anywhere">{_format_prose(value)}</td></tr>'
        for label, value in facts_of(criterion)
    )
    if not facts:
        return ""
    table = f'<table style="border-collapse:collapse;margin:0;border:none;font-size:12.5px">{facts}</table>'
    return f'<tr style="background-color:transparent"><td style="{_BELOW}">{table}</td></tr>'


def _format_html_detail(criterion: CriterionResult) -> str:
    if not _may_be_shown(criterion) or not criterion.detail:
        return ""
    header, *rows = criterion.detail
    cell = _RESET + "text-align:left;padding:2px 12px 2px 6px;font-family:monospace;font-size:12px;"
    styles = [cell + "white-space:pre;"] * (len(header) - 1) + [cell]
    names = "".join(
        f'<th scope="col" style="{style}font-weight:600;{_MUTED}">{_escape(name)}</th>'
        for name, style in zip(header, styles, strict=False)
    )
    lines = [f'<tr style="background-color:transparent">{names}</tr>']
    for index, row in enumerate(rows):
        marked = index in criterion.marked
        look = "background-color:rgba(214,132,20,0.22);font-weight:600" if marked else "background-color:transparent"
        values = [_escape(value) for value in row]
        values[:1] = [f"▸ {value}" if marked else value for value in values[:1]]
        cells = "".join(f'<td style="{style}">{value}</td>' for value, style in zip(values, styles, strict=False))
        lines.append(f'<tr style="{look}">{cells}</tr>')
    frame = "border-collapse:collapse;margin:0;border:1px solid rgba(128,128,128,0.3)"
    return (
        f'<tr style="background-color:transparent"><td style="{_BELOW}"><div style="overflow-x:auto">'
        f'<table style="{frame}">{"".join(lines)}</table></div></td></tr>'
    )


def _may_be_shown(criterion: CriterionResult) -> bool:
    """Whether the student may see what a criterion expected and found."""
    return not criterion.hidden and criterion.status in ("failed", "partial")


def facts_of(criterion: CriterionResult) -> list[tuple[str, str]]:
    """Return what a student reads below a criterion's title, as (label, text)."""
    if criterion.status == "passed":
        return []
    if criterion.status == "waiting":
        awaited = plain(criterion.found).removeprefix("waits for ")
        return [("waits for", awaited)] if awaited else []
    if criterion.unwritten:
        return [] if criterion.hidden else [("found", plain(criterion.found, _LONGEST))]
    facts = [("reason", plain(criterion.tell, _LONGEST)), ("hint", plain(criterion.hint, _LONGEST))]
    if _may_be_shown(criterion):
        facts = [
            ("expected", plain(criterion.expected, _LONGEST)),
            ("found", plain(criterion.found, _LONGEST)),
            *facts,
        ]
    return [(label, value) for label, value in facts if value.strip()]


def _format_text(criterion: CriterionResult) -> list[str]:
    look = look_of(criterion)
    score = f"{number(criterion.earned)} / {number(criterion.points)}"
    if look is LOOKS["partial"] or look is LOOKS["waiting"]:
        score = f"{'partly' if criterion.status == 'partial' else look.word}: {score}"
    title = _wrap(plain(criterion.title), f"  {look.symbol} ", " " * 4, WIDTH - len(score) - 2)
    lines = [_justify(title[0], score), *title[1:]]
    for label, value in facts_of(criterion):
        first = " " * _INDENT + label.ljust(_LABEL)
        lines += _wrap(value, first, " " * (_INDENT + _LABEL))
    if _may_be_shown(criterion) and criterion.detail:
        lines += _format_text_detail(criterion.detail, criterion.marked)
    return lines


def _format_text_detail(detail: list[list[str]], marked: tuple[int, ...]) -> list[str]:
    rows = [[plain(value, 200).replace("\n", " ") for value in row] for row in detail]
    widths = [max(len(row[column]) if column < len(row) else 0 for row in rows) for column in range(len(rows[0]))]
    while sum(widths) + 2 * len(widths) > WIDTH - _INDENT - 2 and max(widths) > 4:
        widths[widths.index(max(widths))] -= 1
    lines = []
    for index, row in enumerate(rows):
        mark = "▸ " if index - 1 in marked else "  "
        cells = [_shorten(value, width).ljust(width) for value, width in zip(row, widths, strict=False)]
        lines.append((" " * _INDENT + mark + "  ".join(cells)).rstrip())
    return lines


def _shorten(value: str, width: int) -> str:
    return value if len(value) <= width else value[: width - 1] + "…"


def _wrap(value: str, first: str, later: str, width: int = WIDTH) -> list[str]:
    """Wrap `value` to `width` characters; `first` begins the first line, `later` each other."""
    lines: list[str] = []
    for line in value.strip("\n").split("\n"):
        start = later if lines else first
        lines += textwrap.wrap(line, width, initial_indent=start, subsequent_indent=later) or [start.rstrip()]
    return lines


def _justify(left: str, right: str) -> str:
    """Put `left` and `right` at the ends of one line."""
    return left.ljust(WIDTH - len(right)) + right if len(left) + len(right) < WIDTH else f"{left}  {right}"


def _format_score(criteria: list[CriterionResult], points: float | None) -> str:
    worth = sum(criterion.points for criterion in criteria) if points is None else points
    return f"{number(sum(criterion.earned for criterion in criteria))} of {_format_points(worth)}"


def _format_points(value: float) -> str:
    return f"{number(value)} point" + ("" if value == 1 else "s")


def number(value: float) -> str:
    """Format `value` with at most two decimals and no trailing zeros."""
    return f"{round(value, 2):.10g}"


def _name_cell(name: str) -> str:
    return f"cell '{name}'" if name else "a cell of your own"


def _escape(value: str) -> str:
    return markup.escape(plain(value, _LONGEST))


def _format_prose(value: str) -> str:
    """Escape `value` for HTML, keep its line ends, and set `names` between backticks as code."""
    code = r'<code style="color:inherit;background-color:rgba(128,128,128,0.15);padding:0 3px">\1</code>'
    return _QUOTED.sub(code, _escape(value)).replace("\n", "<br>")
