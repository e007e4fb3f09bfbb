"""What grading a submission yields."""

from __future__ import annotations

from typing import NamedTuple

from nbformat import NotebookNode

from proctor.verdict import Verdict


class Result(NamedTuple):
    """A verdict and the submission's notebooks as they ran.

    Args:
        verdict: the criteria, points and reasons.
        notebooks: by name without ".ipynb", rebuilt from their sources; empty if it is not graded.
            An exercise has one notebook, a plain nbgrader assignment may have several.
    """

    verdict: Verdict
    notebooks: dict[str, NotebookNode]


def not_graded(assignment: str, student: str, reason: str, notes: list[str] | None = None) -> Result:
    """The result of a submission that could not be graded: unreadable, or a fault of ours."""
    return Result(Verdict(assignment, student, graded=False, reason=reason, notes=notes or []), {})
