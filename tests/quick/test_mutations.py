"""The faults that `proctor mutate` makes, as text; grading them is in test_mutate."""

from __future__ import annotations

import ast

import pytest
from conftest import code
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from proctor.author.mutations import Mutation, mutations_of

TRAIN = '''def train(model, x, y, epochs=5):
    """Teach `model`."""
    ### BEGIN SOLUTION
    if epochs >= 1:
        scaled = x.astype("float32") / 255
        return model.fit(scaled, y, epochs=epochs, batch_size=32)
    ### END SOLUTION'''
NORMALISE = """def normalise(rows):
    ### BEGIN SOLUTION
    total = rows.sum(axis=1, keepdims=True)
    return -rows / total
    ### END SOLUTION"""


def notebook(*sources: str) -> NotebookNode:
    """A notebook with these solution cells, and a given cell that calls `train`."""
    cells = [code(source, f"write_{number}", solution=True) for number, source in enumerate(sources)]
    return new_notebook(cells=[*cells, code("history = train(network, x_train, labels, epochs=3)", "given")])


def made(*sources: str) -> list[Mutation]:
    return mutations_of(notebook(*sources))


@pytest.mark.parametrize(
    "operator, line",
    [
        ("comparison", "    if epochs > 1:"),
        ("operator", '        scaled = x.astype("float32") * 255'),
        ("operand dropped", '        scaled = x.astype("float32")'),
        ("cut to whole numbers", '        scaled = x.astype("int32") / 255'),
        ("astype dropped", "        scaled = x / 255"),
        ("constant", '        scaled = x.astype("float32") / 256'),
        ("statement dropped", "        pass"),
        ("return dropped", "        model.fit(scaled, y, epochs=epochs, batch_size=32)"),
        ("keyword epochs dropped", "        return model.fit(scaled, y, batch_size=32)"),
        ("arguments swapped", "        return model.fit(y, scaled, epochs=epochs, batch_size=32)"),
        ("condition always true", "    if True:"),
        ("parameter x ignored", "    x = x_train"),
        ("parameter epochs ignored", "    epochs = 3"),
        ("half of the data", "    x = x[: len(x) // 2]; y = y[: len(y) // 2]"),
        ("labels in another order", "    y = y[::-1]"),
    ],
)
def test_each_kind_of_fault_is_made(operator, line):
    """Every operator changes the line that it is meant for, and says which it is."""
    found = [mutation for mutation in made(TRAIN) if mutation.operator == operator]
    assert any(line in mutation.source.split("\n") for mutation in found)


def test_another_axis_and_a_lost_sign_are_made():
    """An axis becomes each other one, a minus is dropped, keepdims too."""
    lines = {line for mutation in made(NORMALISE) for line in mutation.source.split("\n")}
    assert {"    total = rows.sum(axis=0, keepdims=True)", "    total = rows.sum(axis=-1, keepdims=True)"} <= lines
    assert {"    return rows / total", "    total = rows.sum(axis=1)"} <= lines


def test_mutations_are_python_differ_and_leave_given_lines_alone():
    """Each is a program of its own; what is outside the solution's marks stays as it was."""
    for source in (TRAIN, NORMALISE):
        found = made(source)
        assert len({mutation.source for mutation in found}) == len(found)
        for mutation in found:
            ast.parse(mutation.source)
            assert mutation.source != source
            assert source.split("\n")[0] in mutation.source


def test_the_same_notebook_has_the_same_mutations():
    """Order and titles are the same on every run."""
    assert made(TRAIN, NORMALISE) == made(TRAIN, NORMALISE)


def test_a_title_says_where_and_what():
    """The author reads cell, line, what was there and what is there now."""
    titles = [mutation.title for mutation in made(TRAIN)]
    assert "write_0, line 4: epochs >= 1 → epochs > 1 (comparison)" in titles


def test_constants_carry_the_argument_that_they_are_the_value_of():
    """So that an author can leave `batch_size` open once, for every cell."""
    sizes = [mutation for mutation in made(TRAIN) if mutation.argument == "batch_size"]
    assert {mutation.after for mutation in sizes} >= {"31", "33"}
