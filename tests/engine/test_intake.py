"""Whatever is handed in gets a verdict or one clear sentence, and nothing is lost."""

from __future__ import annotations

import copy
import json
import os

import nbformat
import pytest
from conftest import edited, statuses
from nbformat.v4 import new_code_cell


def cell(notebook, grade_id):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


@pytest.mark.parametrize(
    "data, said",
    [
        (None, "there is no double.ipynb"),
        (b"", "empty"),
        (b'{"cells": [', "not valid JSON"),
        (b"[1, 2]", "version 3 or 4"),
        (b"<!doctype html><p>Please log in", "web page"),
        (b"\x80\x81\x82\x83 not text", "not text"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "well-formed"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}', "well-formed"),
        (b"[" * 200_000, "nested too deep"),
    ],
)
def test_what_cannot_be_read_is_not_graded_and_says_why(graded, data, said):
    """An unreadable hand-in is no zero: it is reported with the reason."""
    verdict = graded(data)
    assert not verdict.graded
    assert verdict.criteria == []
    assert said in verdict.reason


def test_a_renamed_notebook_is_found_by_its_cells(course, graded, solution):
    """A notebook under another name is graded, with a note."""
    folder = course.submitted("ada", "double")
    folder.mkdir(parents=True)
    nbformat.write(solution, folder / "double (1).ipynb")
    verdict = graded(None)
    assert verdict.earned == verdict.points
    assert "double (1).ipynb" in verdict.notes[0]


def test_two_notebooks_under_other_names_are_a_question_not_a_guess(course, graded, solution):
    """When several could be meant, the instructor decides."""
    folder = course.submitted("ada", "double")
    folder.mkdir(parents=True)
    for name in ("a.ipynb", "b.ipynb"):
        nbformat.write(solution, folder / name)
    assert "a.ipynb, b.ipynb" in graded(None).reason


def test_a_version_3_notebook_is_converted(graded, solution):
    """A notebook of the format before 4 is graded."""
    old = nbformat.convert(copy.deepcopy(solution), 3)
    verdict = graded(nbformat.writes(old, version=3).encode())
    assert verdict.graded
    assert any("format 3" in note for note in verdict.notes)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_another_encoding_is_read(graded, solution, encoding):
    """A byte order mark or UTF-16 costs nothing."""
    verdict = graded(nbformat.writes(solution).encode(encoding))
    assert verdict.earned == verdict.points


def test_a_deleted_check_cell_is_put_back(graded, solution):
    """Without its check cell an answer still gets its points."""
    solution.cells.remove(cell(solution, "relu"))
    verdict = graded(solution)
    assert verdict.earned == verdict.points
    assert "cell 'relu' was missing and was put back" in verdict.notes


def test_an_edited_check_cell_is_put_back(graded, solution):
    """What a student writes into a locked cell has no effect."""
    verdict = graded(edited(edited(solution, "relu", "relu = lambda x: x"), "setup", "raise SystemExit"))
    assert verdict.earned == verdict.points
    assert "cell 'relu' was changed and was put back as released" in verdict.notes


def test_a_duplicated_cell_counts_once(graded, solution):
    """A copied solution cell runs as it does in the student's notebook; nothing is summed twice."""
    double, check = copy.deepcopy(cell(solution, "write_relu")), copy.deepcopy(cell(solution, "relu"))
    double.id, check.id = "copied-1", "copied-2"
    solution.cells[3:3] = [double, check]
    verdict = graded(solution)
    assert verdict.earned == verdict.points == 6
    assert any("more than once" in note for note in verdict.notes)


def test_a_missing_solution_cell_costs_its_own_criteria(graded, solution):
    """A deleted answer is an unwritten one."""
    solution.cells.remove(cell(solution, "write_count"))
    assert statuses(graded(solution))["counts"] == "failed"
    assert any("'write_count' was missing" in note for note in graded(solution).notes)


def test_a_helper_cell_of_the_students_own_runs_in_its_place(graded, solution):
    """Cells that a student adds are run where they stand."""
    solution.cells.insert(2, new_code_cell("def helper(x):\n    return np.maximum(x, 0)"))
    verdict = graded(edited(solution, "write_relu", "def relu(x):\n    return helper(x)"))
    assert verdict.earned == verdict.points


def test_points_in_the_submitted_metadata_mean_nothing(graded, solution):
    """A student who makes a cell worth 200 points gets what it is worth."""
    for name in ("relu", "write_relu"):
        cell(solution, name).metadata.nbgrader["points"] = 200
        cell(solution, name).metadata.nbgrader["solution"] = True
    assert graded(solution).points == 6


def test_strange_json_values_are_read_as_harmless(graded, solution):
    """NaN, NUL and lone surrogates in a notebook do not stop its grading."""
    solution.metadata["x"] = float("nan")
    data = nbformat.writes(solution).replace("# Double", "# \\ud800 \\u0000").encode()
    assert graded(data).earned == 6


def test_a_link_is_not_followed(course, graded, tmp_path, solution):
    """A symbolic link in a submission opens nothing."""
    nbformat.write(solution, tmp_path / "elsewhere.ipynb")
    folder = course.submitted("ada", "double")
    folder.mkdir(parents=True)
    os.symlink(tmp_path / "elsewhere.ipynb", folder / "double.ipynb")
    os.mkfifo(folder / "double.keras")
    assert "plain file" in graded(None).reason


def test_a_model_under_another_name_is_told(graded, solution):
    """It is not read, and nobody has to guess why: the note names it and the name that is due."""
    verdict = graded(solution, {"my_model.keras": b"PK"})
    assert "there is no double.keras, and my_model.keras was not read: hand in the model under the name" in " ".join(
        verdict.notes
    )
    assert verdict.earned == 6  # the training cells ran, as without a model


def test_unicode_answers_survive(graded, solution):
    """Text beyond ASCII in an answer reaches the interpreter unchanged."""
    source = 'def relu(x):\n    größe = {"ключ": np.maximum(x, 0)}  # 解\n    return größe["ключ"]'
    assert statuses(graded(edited(solution, "write_relu", source)))["relu_values"] == "passed"


def test_the_submission_is_never_written_to(course, graded, solution):
    """Grading leaves what was handed in byte for byte as it was."""
    data = json.dumps(solution).encode()
    graded(data)
    assert (course.submitted("ada", "double") / "double.ipynb").read_bytes() == data
