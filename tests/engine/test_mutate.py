"""`proctor mutate`: small faults that the grader does not catch are shown to the author."""

from __future__ import annotations

import re

import nbformat

from proctor.course.cells import grade_id


def test_survivors_are_shown_and_make_the_command_fail(course, proctor):
    """A grader that never asks about a cell lets its faults through, each
    named with cell and line."""
    hidden = course.grader("double") / "test_hidden.py"
    hidden.write_text(re.sub(r'\n@criterion\("relu".*?\n\n\n', "\n\n\n", hidden.read_text(), flags=re.DOTALL))
    public = course.grader("double") / "test_public.py"
    public.write_text(public.read_text().replace("[-1.0, 2.0]", "[1.0, 2.0]").replace("[0.0, 2.0]", "[1.0, 2.0]"))
    ran = proctor("mutate", "double", code=1)
    assert "write_relu" in ran.stdout
    assert "survived" in ran.stdout


def test_a_grader_that_catches_all_passes(course, proctor):
    """Every fault of the small exercise is caught or declared harmless, and the
    command says how many."""
    answers = course.grader("double") / "answers.py"
    answers.write_text(
        answers.read_text().replace("import edit,", "import edit, free, harmless,")
        + """
harmless_mutations = [
    free("kernel_initializer", "Dense[0]", because="the weights are set afterwards"),
    harmless("input changed in place", because="nobody uses the array again"),
    harmless("write_build", because="the model that is handed in is not built anew here"),
]
"""
    )
    ran = proctor("mutate", "double")
    assert re.search(r"\d+ caught", ran.stdout)
    assert "survived" not in ran.stdout


def test_a_declaration_that_means_nothing_is_an_error(course, proctor):
    """What is declared harmless must still be a mutation, or the declaration goes."""
    answers = course.grader("double") / "answers.py"
    answers.write_text(
        answers.read_text().replace("import edit,", "import edit, harmless,")
        + '\nharmless_mutations = [harmless("write_gone", because="it was there once")]\n'
    )
    ran = proctor("mutate", "double", code=2)
    assert "no mutation is 'write_gone'" in ran.stdout


def test_a_fault_in_the_training_cell_is_trained(course, proctor):
    """The model of the unchanged solution hides no fault of the cell that trains."""
    source = nbformat.read(course.source("double"), as_version=4)
    (cell,) = [cell for cell in source.cells if cell.id == "train"]
    cell.metadata.nbgrader.update({"solution": True, "locked": False})
    first, last = cell.source.splitlines()
    cell.source = f"### BEGIN SOLUTION\n{first}\n### END SOLUTION\n{last}"
    nbformat.write(source, course.source("double"))
    ran = proctor("mutate", "double", code=None)
    assert "✗ write_build" in ran.stdout
    assert "✗ train" not in ran.stdout


def test_a_fault_that_is_checked_and_graded_differently_is_shown(course, proctor):
    """Where the notebook's check says one thing of a mutation and grading another, both are told:
    this answer counts right only as often as it is asked when it is graded."""
    source = nbformat.read(course.source("double"), as_version=4)
    (cell,) = [cell for cell in source.cells if grade_id(cell) == "write_count"]
    right = "    yield from range(n)"
    assert right in cell.source
    cell.source = "asked = []\n\n\n" + cell.source.replace(
        right, "    asked.append(n)\n    return iter(range(n if len(asked) < 3 else 0))"
    )
    nbformat.write(source, course.source("double"))
    said = proctor("mutate", "double", "--most", "12", code=1).stdout
    assert "checked and graded differently" in said
    assert "in the notebook's check and passed at grading" in said


def test_a_check_before_the_training_knows_no_model(course, proctor):
    """A name that is missing where it is graded is missing in the notebook's check, too, although a
    later cell would have given it to a model."""
    source = nbformat.read(course.source("double"), as_version=4)
    (cell,) = [cell for cell in source.cells if grade_id(cell) == "write_count"]
    right = "    yield from range(n)"
    assert right in cell.source
    named = "    model = n\n    return iter(range(n)) if model is not None else None"
    cell.source = cell.source.replace(right, named)
    nbformat.write(source, course.source("double"))
    said = proctor("mutate", "double", code=None).stdout
    assert "caught" in said
    assert "graded differently" not in said
