"""Habits: ways to write a right answer that no verdict may depend on.

Each habit rewrites a notebook's solution cells, wherever it applies, over their syntax trees. Mixes
of habits are graded, so that all of them are tried in a few submissions.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from proctor.answers import Attempt
from proctor.author.rewrites import (
    ActivationLayers,
    Rewrite,
    build_networks,
    compile_with_names,
    compile_with_objects,
    hint_types,
    rename_variables,
    returning,
    saying,
    spell_activations,
    through_tensorflow,
    with_floats,
    work_in_helpers,
    write_add,
    write_functional,
    write_input_shape,
    write_nested,
    write_without_input,
)
from proctor.course.cells import is_check, is_solution


@dataclass(frozen=True)
class Habit:
    """A way of writing.

    Args:
        name: what `[forbids]` in `assignment.toml` calls it.
        rewrite: rewrites the syntax tree of a solution cell.
        first_line: a line to put above the cell's code, or "".
        own_cell: the code of a cell to put first in a notebook whose answers use Keras, or "".
    """

    name: str
    rewrite: Rewrite = lambda tree: tree
    first_line: str = ""
    own_cell: str = ""


@dataclass(frozen=True)
class Mix:
    """Habits that are tried together in one submission, at most one of each family."""

    habits: tuple[Habit, ...]

    @property
    def title(self) -> str:
        """The habits' names."""
        return ", ".join(habit.name for habit in self.habits)

    def change(self, attempt: Attempt) -> None:
        """Rewrite the attempt's notebook; a change, as `answers.py` has them."""
        for habit in self.habits:
            apply_habit(habit, attempt.notebook)


def mixes_of(source: NotebookNode, forbidden: Iterable[str]) -> list[Mix]:
    """The mixes that try each habit that applies to the instructor's notebook.

    Args:
        source: the notebook.
        forbidden: names of habits that its text forbids.
    """
    families = [
        [habit for habit in family if habit.name not in set(forbidden) and _applies(habit, source)]
        for family in FAMILIES
    ]
    families = [family for family in families if family]
    count = max(map(len, families), default=0)
    return [Mix(tuple(family[number % len(family)] for family in families)) for number in range(count)]


def habit_names() -> list[str]:
    """The names of all habits."""
    return [habit.name for family in FAMILIES for habit in family]


def apply_habit(habit: Habit, notebook: NotebookNode) -> None:
    """Rewrite the solution cells of `notebook`, of which those that are not Python are left."""
    for cell in notebook.cells:
        if cell.cell_type != "code" or not is_solution(cell) or is_check(cell):
            continue
        magic, code = _part_magic(cell.source)
        try:
            tree = ast.parse(code)
        except SyntaxError:
            continue
        before = ast.unparse(tree)
        after = ast.unparse(ast.fix_missing_locations(habit.rewrite(tree)))
        first = f"{habit.first_line}\n" if habit.first_line else ""
        if after != before or first:
            cell.source = f"{first}{magic}{after}"
    if habit.own_cell and any(is_solution(cell) and "keras" in cell.source for cell in notebook.cells):
        notebook.cells.insert(0, new_code_cell(habit.own_cell))


def _applies(habit: Habit, source: NotebookNode) -> bool:
    changed = copy.deepcopy(source)
    apply_habit(habit, changed)
    return [cell.source for cell in changed.cells] != [cell.source for cell in source.cells]


def _part_magic(code: str) -> tuple[str, str]:
    """A cell's first line, if it is a cell magic, and the rest."""
    first, _, rest = code.partition("\n")
    return (f"{first}\n", rest) if first.startswith("%%") else ("", code)


PRINTS = """
import logging
import sys
import warnings
print("so far, so good", "✓")
print("epoch 1/3 - loss: 0.1", file=sys.stderr)
warnings.warn("this is only a warning")
logging.getLogger("mine").warning("and this a line of a log")
"""
FIGURE = """
import matplotlib.pyplot as plt
plt.figure()
plt.plot([1, 2, 3])
"""
PROGRESS = """
import sys
for _step in range(0, 101, 20):
    print(f"\\r{_step:3}% |{'#' * (_step // 10):10}|", end="", file=sys.stderr, flush=True)
"""
TENSORFLOW = "import tensorflow as tf"
IS_ARRAY = "isinstance(value, np.ndarray) and value.dtype.kind in 'fiub'"

FAMILIES: list[list[Habit]] = [
    [
        Habit("keras.activations", spell_activations("keras.activations")),
        Habit("tf.nn", spell_activations("tf.nn", TENSORFLOW)),
        Habit("activations as layers", lambda tree: ActivationLayers().visit(tree)),
    ],
    [
        Habit(".add", build_networks(write_add)),
        Habit("functional", build_networks(write_functional)),
        Habit("nested networks", build_networks(write_nested)),
        Habit("no Input", build_networks(write_without_input)),
        Habit("input_shape", build_networks(write_input_shape)),
    ],
    [Habit("compiled with objects", compile_with_objects), Habit("compiled with names", compile_with_names)],
    [
        Habit("float64", with_floats("float64")),
        Habit("float16", with_floats("float16")),
        Habit("mixed precision", own_cell='import keras\nkeras.mixed_precision.set_global_policy("mixed_float16")'),
    ],
    [
        Habit("tensors", returning(f"tf.constant(value) if {IS_ARRAY} else value")),
        Habit("NumPy scalars", returning("np.asarray(value)[()] if type(value) in (int, float, bool) else value")),
        Habit("lists for tuples", returning("list(value) if isinstance(value, tuple) else value", parts=False)),
    ],
    [
        Habit("renamed variables", rename_variables),
        Habit("type hints", hint_types),
        Habit("helpers", work_in_helpers),
    ],
    [
        Habit("prints and warnings", saying(PRINTS)),
        Habit("open figures", saying(FIGURE)),
        Habit("progress bars", saying(PROGRESS)),
        Habit("%%time", first_line="%%time"),
    ],
    [Habit("tf.keras", through_tensorflow)],
]
"""Habits of which a mix has one of each family, in the order in which they are applied."""
