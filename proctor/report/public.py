"""What a student may read of a verdict: the rows and remarks that every report in CI is made of."""

from __future__ import annotations

from dataclasses import dataclass

from proctor.feedback.table import facts_of, look_of
from proctor.text import one_line, plain
from proctor.verdict import CriterionResult, Verdict

MOST_REMARKS = 20
_LONGEST = 600


@dataclass(frozen=True)
class Row:
    """What a student may read of a criterion, as plain text.

    Args:
        group: grade id of its check cell.
        title: what the criterion states.
        status: "passed", "partial", "failed" or "waiting", also of what is not written yet.
        symbol, word: how the status is shown.
        points, earned: what it is worth, what it got.
        hidden: whether only its title, its hint and what it tells are shown.
        facts: what stands below the title, as (label, text).
    """

    group: str
    title: str
    status: str
    symbol: str
    word: str
    points: float
    earned: float
    hidden: bool
    facts: list[tuple[str, str]]

    @property
    def explanation(self) -> str:
        """The facts, a line each."""
        return "\n".join(f"{label}: {text}" for label, text in self.facts)


def rows(verdict: Verdict) -> list[Row]:
    """The verdict's criteria, in the order of the notebook."""
    return [_make_row(criterion) for criterion in verdict.criteria]


def _make_row(criterion: CriterionResult) -> Row:
    look = look_of(criterion)
    return Row(
        one_line(criterion.group),
        one_line(criterion.title, _LONGEST),
        "waiting" if criterion.unwritten else criterion.status,
        look.symbol,
        look.word,
        criterion.points,
        criterion.earned,
        criterion.hidden,
        facts_of(criterion),
    )


def remarks(verdict: Verdict) -> list[str]:
    """A sentence for each cell that did not run through, and each note; at most `MOST_REMARKS`."""
    found = [f"{_name_cell(run.id)} {run.status}: {run.error}" for run in verdict.cells if run.error]
    found += verdict.notes
    shown = [plain(text, _LONGEST) for text in found[:MOST_REMARKS]]
    return [*shown, f"… and {len(found) - MOST_REMARKS} more"] if len(found) > MOST_REMARKS else shown


def _name_cell(name: str) -> str:
    return f"cell '{name}'" if name else "a cell of your own"
