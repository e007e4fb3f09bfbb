"""A course with one exercise, which asks for a model of MNIST, and a class that hands it in."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "digits"
FILE = f"{NAME}.keras"

ASSIGNMENT = f'title = "Digits"\ndataset = "mnist"\ntrain = "never"\n[artifacts]\nmodel = "{FILE}"\n'

HIDDEN = '''import numpy as np

from proctor import accuracy, criterion, datasets


@criterion("accuracy", points=1, hint="Train longer.")
def test_reads_new_digits(student, credit):
    """The model reads digits that it has never seen."""
    images, labels = datasets.load("mnist", "test")
    images = images[..., None].astype("float32") / 255
    credit.between(accuracy(student.model, (images, labels)), zero=0.0, full=0.5)
'''


def make_course(root: Path) -> None:
    """Make the exercise as a Proctor course in `root`."""
    check = {"schema_version": 3, "grade_id": "accuracy", "task": False, "solution": False, "locked": True}
    cells = [
        new_markdown_cell("# Digits\n\nTrain a model elsewhere and hand it in.", id="title"),
        new_code_cell(
            'from proctor import check\n\ncheck("accuracy")',
            id="accuracy",
            metadata={"nbgrader": {**check, "grade": True, "points": 1}},
        ),
    ]
    for folder in ("source", "graders"):
        (root / folder / NAME).mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), root / "source" / NAME / f"{NAME}.ipynb")
    (root / "graders" / NAME / "assignment.toml").write_text(ASSIGNMENT, encoding="utf-8")
    (root / "graders" / NAME / "test_hidden.py").write_text(HIDDEN, encoding="utf-8")
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", root)


def hand_in(root: Path, models: list[Path]) -> None:
    """Hand in each of the model files, beside the untouched notebook."""
    for number, model in enumerate(models):
        folder = root / "submitted" / f"student{number:03}" / NAME
        folder.mkdir(parents=True)
        shutil.copy(root / "source" / NAME / f"{NAME}.ipynb", folder)
        shutil.copy(model, folder / FILE)
