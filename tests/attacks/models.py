"""Small Keras models, and a course in which each of their files is a model of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import nbformat
import numpy as np
from conftest import code
from keras import layers
from nbformat.v4 import new_notebook

from proctor.course.course import Course
from proctor.jail.course_jail import Jails
from proctor.judge.examiner import grade
from proctor.verdict import CriterionResult


def saved(model: Any, name: str = "model.keras") -> bytes:
    """The file that Keras saves `model` to."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        model.save(path)
        return path.read_bytes()


def doubling(*more: Any) -> Any:
    """A model that doubles a number, as it is asked for, and then what `more` makes of it."""
    dense = layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), dense, *more])
    dense.set_weights([np.array([[2.0]]), np.array([0.0])])
    return model


ASSIGNMENT = """
title = "Many models"
order = 1
[budget]
call_seconds = 20
[artifacts]
"""
GRADER = """
import numpy as np

from proctor import assert_equal, criterion, mean_absolute_error

X = np.arange(20.0)[:, None] / 10


@criterion("answer", points=1, hint="It is 42.")
def test_answer(student):
    \'\'\'The answer is 42.\'\'\'
    assert_equal(student.answer, 42, "answer")
"""
CRITERION = """

@criterion("models", points=1, hint="Two times two?")
def test_{name}(student):
    \'\'\'The model doubles.\'\'\'
    assert mean_absolute_error(student.{name}.predict(X), 2 * X) < 0.01
"""
NAMES = [f"model_{number}" for number in range(50)]


def judged(folder: Path, address: str, files: dict[str, bytes]) -> dict[str, CriterionResult]:
    """What comes of `files`, each handed in as the model of a criterion of its own, all
    beside one right notebook."""
    names = dict(zip(files, NAMES, strict=False))
    (folder / "source/many").mkdir(parents=True)
    (folder / "graders/many").mkdir(parents=True)
    cells = [code("answer = 42", "write", solution=True), code('check("answer")', "answer", points=1)]
    notebook = new_notebook(cells=[*cells, code('check("models")', "models", points=len(files))])
    nbformat.write(notebook, folder / "source/many/many.ipynb")
    artifacts = "".join(f'{name} = "{name}.keras"\n' for name in names.values())
    (folder / "graders/many/assignment.toml").write_text(ASSIGNMENT + artifacts)
    criteria = "".join(CRITERION.format(name=name) for name in names.values())
    (folder / "graders/many/test_hidden.py").write_text(GRADER + criteria)
    course = Course(folder)
    handed_in = course.submitted("mallory", "many")
    handed_in.mkdir(parents=True)
    nbformat.write(notebook, handed_in / "many.ipynb")
    for attack, data in files.items():
        (handed_in / f"{names[attack]}.keras").write_bytes(data)
    verdict, _ = grade(course, course.assignment("many"), "mallory", Jails(address))
    assert verdict.graded, verdict.reason
    results = {result.name: result for result in verdict.criteria}
    assert results["answer"].status == "passed"
    assert not any(result.grader_fault for result in verdict.criteria)
    return {attack: results[name] for attack, name in names.items()}
