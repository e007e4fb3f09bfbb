"""A notebook that has lost nbgrader's metadata is graded all the same, or not graded."""

from __future__ import annotations

import nbformat
import pytest
from conftest import edited
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from proctor.author.release import student_version


def bare(notebook, answers=()):
    """`notebook` as a tool leaves it that keeps no metadata and joins no ids."""
    for grade_id, source in dict(answers).items():
        notebook = edited(notebook, grade_id, source)
    for cell in notebook.cells:
        cell.metadata, cell.id = {}, f"new-{cell.id}"
    return notebook


@pytest.fixture
def released(course, tmp_path):
    """The small exercise as students get it."""
    return nbformat.read(student_version(course, "double", tmp_path) / "double.ipynb", as_version=4)


ANSWERS = {
    "write_relu": "def relu(x):\n    return np.maximum(x, 0)",
    "write_count": "def count(n):\n    yield from range(n)",
    "write_build": "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])",
}


def test_answers_are_found_by_order_and_content(graded, released):
    """Every answer is found, a cell of the student's own between them too, and a note says so."""
    notebook = bare(released, ANSWERS)
    notebook.cells[3:3] = [new_code_cell("print(relu(np.ones(3)))"), new_markdown_cell("My notes.")]
    verdict = graded(notebook)
    assert verdict.earned == verdict.points
    assert verdict.notes == [
        "double.ipynb had lost nbgrader's metadata; its cells were found by their order and content"
    ]
    assert [cell.id for cell in verdict.cells if cell.id] == [
        "setup",
        "write_relu",
        "write_count",
        "write_build",
        "train",
    ]


def test_what_is_not_written_is_found_as_well(graded, released):
    """An answer that is as released costs its own points."""
    verdict = graded(bare(released, {**ANSWERS, "write_count": cell_source(released, "write_count")}))
    assert verdict.earned == verdict.points - 1


def cell_source(notebook, grade_id):
    return next(c.source for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


@pytest.mark.parametrize(
    "cells, said",
    [
        ([new_code_cell("print('another notebook')")], "and its cells cannot be told"),
        ([], "and its cells cannot be told"),
    ],
)
def test_another_notebook_is_not_graded(graded, cells, said):
    """A notebook without any of the cells is no 0: it is reported with the reason."""
    verdict = graded(new_notebook(cells=cells))
    assert not verdict.graded
    assert said in verdict.reason


def test_an_answer_that_cannot_be_told_is_named(graded, released):
    """Where an answer has neither its place nor its names, nothing is guessed."""
    notebook = bare(released, ANSWERS)
    notebook.cells = [cell for cell in notebook.cells if ANSWERS["write_relu"] not in cell.source]
    verdict = graded(notebook)
    assert not verdict.graded
    assert "its cell 'write_relu' cannot be told" in verdict.reason
