"""Tell the cells of a notebook apart that has lost nbgrader's metadata, by order and content."""

from __future__ import annotations

import copy
import re
import textwrap
from collections.abc import Iterator
from difflib import SequenceMatcher

from nbformat import NotebookNode

from proctor.course.cells import STUB, grade_id, is_solution
from proctor.errors import UnreadableSubmission

_SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION(?:(?!### BEGIN).)*?### END SOLUTION", re.DOTALL | re.MULTILINE)
_HIDDEN_TESTS = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS(?:(?!### BEGIN).)*?### END HIDDEN TESTS", re.DOTALL | re.MULTILINE
)
_ASSIGNED = re.compile(r"^(\w[\w, ]*)=(?!=)", re.MULTILINE)
_DEFINED = re.compile(r"^(?:def|class|async def)\s+(\w+)", re.MULTILINE)
_NAME = re.compile(r"\w+")


def recover(source: NotebookNode, submitted: NotebookNode, name: str, notes: list[str]) -> NotebookNode:
    """Give the cells of a submitted notebook that has no grade id at all the source's metadata.

    Cells that are as they were released are found by their text. An answer is the cell between its
    neighbours that defines the same names, or stands in the same place.

    Args:
        source: the instructor's notebook.
        submitted: the student's.
        name: what the notebook is called, for the message.
        notes: a sentence is added if cells had to be found.

    Returns `submitted` itself if it has any of the source's grade ids, else a copy. Raises
    UnreadableSubmission if an answer cannot be found.
    """
    names = {grade_id(cell) for cell in source.cells} - {""}
    if not names or any(grade_id(cell) in names for cell in submitted.cells):
        return submitted
    pairs = dict(_match(source.cells, submitted.cells))
    found = {grade_id(source.cells[origin]) for origin in pairs.values()}
    lost = [grade_id(cell) for cell in source.cells if is_solution(cell) and grade_id(cell) not in found]
    if lost:
        cells = f"its cell '{lost[0]}'" if found - {""} else "its cells"
        raise UnreadableSubmission(
            f"{name}.ipynb has lost nbgrader's metadata, by which cells are known, and {cells} cannot be told by "
            "order and content. Is it another notebook? Otherwise, copy the answers into the released one"
        )
    recovered = copy.copy(submitted)
    recovered.cells = [copy.copy(cell) for cell in submitted.cells]
    for index, origin in pairs.items():
        recovered.cells[index].metadata = copy.deepcopy(source.cells[origin].metadata)
    notes.append(f"{name}.ipynb had lost nbgrader's metadata; its cells were found by their order and content")
    return recovered


def _match(originals: list[NotebookNode], cells: list[NotebookNode]) -> Iterator[tuple[int, int]]:
    """Pairs of the index of a submitted cell and that of the source's cell that it is."""
    before = [_normal(_as_released(cell)) for cell in originals]
    after = [_normal(cell.source) for cell in cells]
    for kind, i, i_end, j, j_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind == "equal":
            yield from zip(range(j, j_end), range(i, i_end), strict=True)
        elif kind == "replace":
            yield from _match_answers(originals, cells, range(i, i_end), range(j, j_end))


def _match_answers(
    originals: list[NotebookNode], cells: list[NotebookNode], places: range, candidates: range
) -> Iterator[tuple[int, int]]:
    """The same for a stretch in which no cell is as released; only answers are looked for."""
    names = {index: _defined(cells[index].source) for index in candidates}
    for kind in ("code", "markdown"):
        answers = [place for place in places if originals[place].cell_type == kind and is_solution(originals[place])]
        left = [index for index in candidates if cells[index].cell_type == kind]
        in_place = len(left) == len([place for place in places if originals[place].cell_type == kind])
        if in_place and len(left) == len(answers):
            yield from zip(left, answers, strict=True)
            continue
        for place in answers:
            defined = _defined(originals[place].source)
            index = next((each for each in left if defined & names[each]), None)
            if index is not None:
                left = [each for each in left if each > index]
                yield index, place


def _as_released(cell: NotebookNode) -> str:
    """The text of the source's cell without solutions and hidden tests."""
    text = _HIDDEN_TESTS.sub("", cell.source)
    return _SOLUTION.sub(lambda region: textwrap.indent(STUB, region[1]), text)


def _normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines() if line.strip())


def _defined(text: str) -> set[str]:
    """The functions, classes and variables that a cell defines at its top level."""
    assigned = (name for names in _ASSIGNED.findall(text) for name in _NAME.findall(names))
    return {*_DEFINED.findall(text), *assigned}
