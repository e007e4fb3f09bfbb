"""Right work that would stall what makes pages, or make a page of any height."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from attacks.exercise import RIGHT, notebook


@dataclass(frozen=True)
class Poison:
    """A notebook, and what the feedback page shows in its place (a pattern)."""

    make: Callable[[], NotebookNode]
    shown: str


def _with(*cells: NotebookNode) -> Callable[[], NotebookNode]:
    def make() -> NotebookNode:
        made = notebook(RIGHT)
        made.cells.extend(cells)
        return made

    return make


def _display(html: str, times: int = 1) -> NotebookNode:
    show = f"display({{'text/html': {html}, 'text/plain': ''}}, raw=True)"
    return new_code_cell(f"from IPython.display import display\nfor _ in range({times}):\n    {show}")


def _blanks_in_a_saved_output() -> NotebookNode:
    made = notebook(RIGHT)
    for cell in made.cells:
        if cell.source.startswith("check("):
            cell.outputs = [new_output("stream", text=" " * 49_000)]
    return made


_NESTED = "('<blockquote><details>' * 15_000)[:300_000]"
_TALL = "'<div style=\"height:99999px;color:red\">tall</div>'"
_LINES = "for number in range(9_000):\n    print(number)"
_MARKUP = (_display("'<p>x</p>' * 25_000") for _ in range(20))
_CELLS = (new_code_cell("1") for _ in range(3_000))

POISONS = {
    "nested_tags": Poison(_with(_display(_NESTED, 30)), "nested more than 200 deep"),
    "half_open_tags": Poison(_with(_display("'<p><b>' * 12_500", 30)), "characters of HTML are not shown"),
    "too_much_markup": Poison(_with(*_MARKUP), "the notebook has too much of it"),
    "markdown_of_blanks": Poison(_with(new_markdown_cell(f"a{' ' * 60_000}b")), "shown as they were typed"),
    "markdown_of_brackets": Poison(_with(new_markdown_cell("\\\\(" * 6_000)), r"\(\\\\?\("),
    "code_of_blanks": Poison(_with(new_code_cell(" \n" * 30_000 + "1")), "more lines</summary>"),
    "thousands_of_cells": Poison(_with(*_CELLS), "more cells that were added are not shown"),
    "thousands_of_outputs": Poison(_with(_display("'x'", 3_000)), "2,900 more outputs are not shown"),
    "blanks_in_a_saved_output": Poison(_blanks_in_a_saved_output, "2 of 2 points"),
    "printed_lines": Poison(_with(new_code_cell(_LINES)), "8,950 more lines</summary>"),
    "tall_styles": Poison(_with(_display(_TALL)), '<div style="color:red">tall'),
}
