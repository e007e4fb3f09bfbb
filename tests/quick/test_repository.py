"""Hand-ins in a student's repository, and the lines of their cells."""

from __future__ import annotations

import json

import pytest

from proctor.intake.repository import cell_lines, find_hand_ins

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": '"cells": [{"grade_id": "first"}]'},
    {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "first"}}, "source": ["def f():\n", "    pass"]},
    {"metadata": {"nbgrader": {"grade_id": "second"}}, "source": "x = 1", "outputs": [[], {}], "cell_type": "code"},
    {"metadata": {"nbgrader": {"grade_id": "first"}}, "source": "again", "cell_type": "code"},
    {"metadata": {"nbgrader": {"grade_id": "bare"}}},
]


def test_a_cell_is_found_on_the_line_where_its_source_begins(tmp_path):
    """However the file is laid out, the first cell of a name counts, and text is only text."""
    path = tmp_path / "a.ipynb"
    text = json.dumps({"metadata": {"a": [1, {"b": 2}]}, "cells": CELLS, "nbformat": 4}, indent=1)
    path.write_text(text)
    found, lines = cell_lines(path), text.splitlines()
    assert {name: lines[line - 1].strip() for name, line in found.items()} == {
        "first": '"def f():\\n",',
        "second": '"source": "x = 1",',
        "bare": "{",
    }
    path.write_text(json.dumps({"cells": CELLS}))
    assert cell_lines(path) == {"first": 1, "second": 1, "bare": 1}


@pytest.mark.parametrize(
    "text",
    ["", "[1]", '{"cells": [', '{"cells": {}}', '{"cells": [1, null, {"metadata": 3}]}', '{"cells": ' + "[" * 100_000],
    ids=["empty", "list", "cut", "object", "odd", "deep"],
)
def test_what_is_no_notebook_has_no_lines(tmp_path, text):
    """Neither an error nor a wrong line: annotations then stand on the file."""
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    assert cell_lines(path) == {}
    assert cell_lines(tmp_path / "none.ipynb") == {}


def test_hand_ins_are_looked_for_in_folders_that_a_student_works_in(tmp_path):
    """Not in hidden folders, nor where packages are installed, nor behind links."""
    for place in ("double", ".ipynb_checkpoints", "env/lib", "week/two"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "double.ipynb").touch()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "link").symlink_to(tmp_path / "double")
    assert find_hand_ins(tmp_path, ["half", "double"]) == {"double": [tmp_path / "double", tmp_path / "week" / "two"]}
