"""The cells of two students beside each other, with what both have marked."""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from proctor.course.cells import grade_id, is_solution, read_source
from proctor.course.course import Course
from proctor.report.flags import (
    BETWEEN,
    Flagged,
    find_stretches,
    fingerprint,
    own_cells,
    own_code,
    read_handed_in,
    without_markers,
)
from proctor.text import plain

LONGEST = 4000
"""Characters of a cell that are shown."""
OWN = "cells of their own"

Text = list[tuple[str, bool]]
"""Pieces of a text, and whether both have them."""


@dataclass(frozen=True)
class Cells:
    """A cell of two students.

    Args:
        title: the grade id; or `OWN`, for all the cells that each has added.
        left, right: what each wrote, safe to show.
    """

    title: str
    left: Text
    right: Text


def set_beside(course: Course, found: Flagged) -> list[Cells]:
    """Set beside each other what the two students of a flag wrote, in the notebook's order.

    Returns [] if the flag is not about two, or a hand-in can no longer be read.
    """
    if len(found.students) != 2 or found.exercise in course.plain_names():
        return []
    source = read_source(course.source(found.exercise))
    one, other = (read_handed_in(course, found.exercise, source, student) for student in found.students)
    if one is None or other is None:
        return []
    prints = [fingerprint(own_code(notebook, source)) for notebook in (one, other)]
    of_one, of_other = find_stretches(prints[0], prints[1], found.pieces)
    left, right = _split_cells(one, source, of_one), _split_cells(other, source, of_other)
    titles = [grade_id(cell) for cell in source.cells if is_solution(cell)] + [OWN]
    return [Cells(title, left.get(title, []), right.get(title, [])) for title in titles if title in left | right]


def _split_cells(notebook: NotebookNode, source: NotebookNode, stretches: list[tuple[int, int]]) -> dict[str, Text]:
    """Grade id → the code of a cell, split at the ends of stretches of `own_code`."""
    texts: dict[str, Text] = {}
    solutions = {grade_id(cell) for cell in source.cells if is_solution(cell)}
    start = 0
    for cell in own_cells(notebook, source):
        if cell.cell_type != "code":
            continue
        code = without_markers(cell.source)
        if code.strip():
            title = grade_id(cell) if grade_id(cell) in solutions else OWN
            before = [("\n\n", False)] if title in texts else []
            texts[title] = texts.get(title, []) + before + _split(code, start, stretches)
        start += len(code) + len(BETWEEN)
    return texts


def _split(code: str, start: int, stretches: list[tuple[int, int]]) -> Text:
    """A cell's code, which begins at `start`, split at the ends of stretches."""
    shown = code[:LONGEST]
    inside = [(max(0, begin - start), min(len(shown), end - start)) for begin, end in sorted(stretches)]
    pieces: Text = []
    place = 0
    for begin, end in inside:
        if max(begin, place) < end:
            pieces += [(shown[place:begin], False), (shown[max(begin, place) : end], True)]
            place = end
    pieces.append((shown[place:], False))
    if len(code) > LONGEST:
        pieces.append((f"\n… and {len(code) - LONGEST:,} more characters", False))
    return [(plain(text, LONGEST), is_shared) for text, is_shared in pieces if text]
