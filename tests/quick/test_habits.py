"""Habits of writing, as text; grading them is in test_verify."""

from __future__ import annotations

import copy

import nbformat
import pytest
from conftest import code

from proctor.author.habits import FAMILIES, apply_habit, mixes_of

HABITS = {habit.name: habit for family in FAMILIES for habit in family}
BUILD = """def build(units=8):
    ### BEGIN SOLUTION
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
    ### END SOLUTION"""


def written(name: str, source: str = BUILD) -> str:
    """A solution cell's code with the habit, with no line breaks."""
    notebook = nbformat.v4.new_notebook(cells=[code(source, "write_build", solution=True)])
    apply_habit(HABITS[name], notebook)
    return " ".join(" ".join(cell.source for cell in notebook.cells).split())


@pytest.mark.parametrize(
    "name, text",
    [
        ("keras.activations", "keras.layers.Dense(units, activation=keras.activations.relu)"),
        ("tf.nn", "import tensorflow as tf def build(units=8): model"),
        ("tf.nn", "activation=tf.nn.sigmoid"),
        ("activations as layers", "keras.layers.Dense(1), keras.layers.Activation('sigmoid')]"),
        (".add", "model.add(keras.layers.Dropout(0.5)) model.add("),
        ("functional", "flow = keras.layers.Dropout(0.5)(flow)"),
        ("functional", "model = keras.Model(entry, flow)"),
        (
            "nested networks",
            "keras.Sequential([keras.layers.Dense(units, activation='relu'), keras.layers.Dropout(0.5)])",
        ),
        ("no Input", "keras.Sequential([keras.layers.Dense(units"),
        ("input_shape", "keras.layers.Dense(units, activation='relu', input_shape=(4,))"),
        ("compiled with objects", "optimizer=keras.optimizers.Adam(), loss=keras.losses.BinaryCrossentropy()"),
        ("compiled with objects", "metrics=[keras.metrics.BinaryAccuracy(name='accuracy')]"),
        ("mixed precision", "set_global_policy('mixed_float16')"),
        ("tensors", "build = _converting(build)"),
        ("renamed variables", "model_of_mine.compile("),
        ("type hints", "def build(units: 'np.ndarray | float'=8) -> 'object':"),
        ("helpers", "def build(units=8): return _work_of_build(units=units)"),
        ("%%time", "%%time def build("),
        ("tf.keras", "tf.keras.layers.Dropout(0.5)"),
    ],
)
def test_a_habit_changes_how_an_answer_is_written(name, text):
    """Each habit writes the same network in its own way."""
    assert text in written(name).replace('"', "'")


def test_functions_keep_what_they_say():
    """Parameters, docstrings and global variables are the exercise's, and are not renamed."""
    source = 'def f(x):\n    """What f does."""\n    global total\n    total = x\n    y = x + 1\n    return y'
    for name in ("renamed variables", "helpers", "type hints"):
        found = written(name, source)
        assert '"""What f does."""' in found
        assert "total = x" in found
    assert "y_of_mine = x + 1 return y_of_mine" in written("renamed variables", source)
    source = "def f(n):\n    def g(x):\n        x = x + n\n        return x\n    y = g(n)\n    return y"
    assert "x = x + n return x y_of_mine = g(n)" in written("renamed variables", source)


def test_what_is_not_python_is_left_alone():
    """A cell with an IPython command is as it was, and one below a cell magic is rewritten."""
    assert written("type hints", "!ls\ndef f(x):\n    return x") == "!ls def f(x): return x"
    assert written("type hints", "%%time\ndef f(x):\n    return x").startswith("%%time def f(x: 'np")


def test_every_habit_that_applies_is_in_a_mix():
    """Mixes have one habit of each family, and together all that apply and are not forbidden."""
    notebook = nbformat.v4.new_notebook(cells=[code(BUILD, "write_build", solution=True)])
    before = copy.deepcopy(notebook)
    mixes = mixes_of(notebook, ["no Input", "%%time"])
    tried = {habit.name for mix in mixes for habit in mix.habits}
    assert {".add", "functional", "tf.keras", "mixed precision"} <= tried
    assert not tried & {"no Input", "%%time", "float16", "compiled with names"}
    for mix in mixes:
        assert sum(habit.name in (".add", "functional", "nested networks", "input_shape") for habit in mix.habits) == 1
    assert notebook == before
