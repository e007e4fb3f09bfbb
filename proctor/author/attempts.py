"""Make the submission that an answer of `answers.py` stands for."""

from __future__ import annotations

import threading

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from proctor.answers import RETRAINED, UNTRAINED, Answer, Attempt
from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, jail_limits
from proctor.jail.run import NotebookRun

# Changes parse code. In Python 3.11, `ast.parse` raises SystemError if another thread parses while
# it collects garbage (https://github.com/python/cpython/issues/106905).
_CHANGING = threading.Lock()
NO_FIGURES = 'import matplotlib.pyplot as plt\nplt.show = lambda *values, **named: plt.close("all")'


def without_figures(notebook: NotebookNode) -> NotebookNode:
    """The notebook with a first cell that keeps pictures from being drawn, which takes long."""
    return NotebookNode({**notebook, "cells": [new_code_cell(NO_FIGURES), *notebook.cells]})


def run_for_artifacts(
    course: Course, assignment: Assignment, notebook: NotebookNode, jails: Jails, train: bool, student: str = ""
) -> tuple[dict[str, bytes], str]:
    """Run `notebook` in a jail; return its artifacts (file name → content) and the problem or "".

    Args:
        train: whether the training cells run; if not, the notebook's untrained models are saved.
        student: whose values of one's own it gets.
    """
    limits = jail_limits(course, assignment, jails, student)
    run = NotebookRun(jails.address, limits, assignment.budget, notebook, {}, train)
    files = {}
    try:
        run.start()
        for name, file in assignment.artifacts.items():
            if not train:
                run.jail.ask({"op": "save", "name": name, "path": file})
            data = run.read_file(file)
            if data is not None:
                files[file] = data
    finally:
        run.close()
    bad = [
        f"cell '{cell.id}' {cell.status}: {cell.error}" for cell in run.cells if cell.status not in ("ok", "skipped")
    ]
    missing = [f"it did not save {file}" for file in assignment.artifacts.values() if file not in files]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return files, "; ".join(bad + missing)


def make_submission(
    course: Course, assignment: Assignment, source: NotebookNode, answer: Answer, solution: Submission, address: str
) -> Submission:
    """Return what a student with this `answer` would hand in; threads may call it side by side.

    Args:
        solution: what the solution's own run hands in, as the same student; its files are handed in
            again, unless `answer` says otherwise.
        address: of the fork server, in a jail of which an untrained model is made.
    """
    with _CHANGING:
        attempt: Attempt = answer.attempt(source)
    files = dict(solution.files)
    if attempt.hands_in == RETRAINED:
        files = {}
    elif attempt.hands_in == UNTRAINED:
        files, _ = run_for_artifacts(
            course, assignment, attempt.notebook, Jails(address), train=False, student=solution.student
        )
    for name, data in attempt.files.items():
        files.pop(name, None)
        if data is not None:
            files[name] = data
    return Submission(solution.student, attempt.notebook, files)
