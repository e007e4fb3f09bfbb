"""The feedback page of a submission: one HTML file without scripts, forbidden to load anything."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets import List

from proctor.course.cells import grade_id
from proctor.feedback.table import LOOKS, number

UNANSWERED = "No response."
"""nbgrader's automatic comment on an answer that is as it was released."""
_HEADING = re.compile(r"^(#{1,4})[ \t]+([^\n]{1,200})", re.MULTILINE)
_FOLDED_LINES = 12  # given code with more is folded


class FeedbackPage(HTMLExporter):
    """Export a graded notebook as a page by the template `feedback_page`.

    It shows what `SumUp` has found. Formulas are shown as typed, since MathJax is a script.
    """

    display_data_priority = List(
        ["text/html", "text/markdown", "image/png", "image/jpeg", "image/svg+xml", "text/latex", "text/plain"]
    )


class SumUp(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Find what the page says above the notebook: the score, how it came about, each graded cell.

    nbgrader's `GetGrades` has put score, points and comment into a cell's metadata before, and
    `graded_notebook.with_tables` what the criteria of a check cell came to.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Put it into `resources.proctor`, and into each cell what its place on the page needs."""
        about = resources["nbgrader"]
        section = title = ""
        rows = []
        for index, cell in enumerate(nb.cells):
            cell.metadata["proctor_anchor"] = f"cell-{index}"
            if cell.cell_type == "markdown" and (heading := _HEADING.search(cell.source)):
                section = heading[2].strip("# \t")
                title = title or section
            if is_locked(cell) and not is_grade(cell) and cell.source.count("\n") >= _FOLDED_LINES:
                cell.metadata["proctor_folded"] = cell.source.count("\n") + 1
            if is_grade(cell) or is_task(cell) or _has_comment(cell):
                rows.append(_describe(cell, section))
        score, worth = about["score"], about["max_score"]
        late = about["late_penalty"]
        resources["proctor"] = {
            "title": title or about["notebook"],
            "score": score,
            "worth": worth,
            "share": round(100 * min(1.0, max(0.0, score / worth))) if worth else 100,
            "sentences": [f"{number(score + late)} points, less {number(late)} for being late."] if late else [],
            "rows": rows,
        }
        return nb, resources


def _has_comment(cell: NotebookNode) -> bool:
    return (is_solution(cell) or is_task(cell)) and cell.metadata.nbgrader.get("comment") not in (None, "", UNANSWERED)


def _describe(cell: NotebookNode, section: str) -> dict[str, Any]:
    """A line of the page's table on one cell.

    Args:
        cell: one that is graded or has a comment.
        section: the heading above it.
    """
    about, found = cell.metadata.nbgrader, cell.metadata.get("proctor", {})
    remarks = ["There is a comment on it."] if _has_comment(cell) else []
    row = {"anchor": cell.metadata.proctor_anchor, "name": grade_id(cell), "section": section, "remarks": remarks}
    if not (is_grade(cell) or is_task(cell)):
        return {**row, "status": "waiting", "symbol": "✎", "word": "comment"}
    earned, worth = float(about["score"] or 0), float(about["points"])
    status = "passed" if earned >= worth else "partial" if earned > 0 else "failed"
    if not found:
        remarks.append("Graded by hand.")
    elif abs(earned - found["earned"]) > 1e-9:
        remarks.append(f"The tests gave {number(found['earned'])}; changed by hand.")
    else:
        status, row["open"] = found["status"], found["open"]
    look = LOOKS[status]
    return {**row, "earned": earned, "worth": worth, "status": status, "symbol": look.symbol, "word": look.word}
