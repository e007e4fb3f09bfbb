"""What a student hands in, put into one zip file, after it was looked at as grading will."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from proctor.channel.student import ask_for_model
from proctor.course.assignment import Assignment
from proctor.course.cells import check_cells, grade_id, has_role, points
from proctor.errors import (
    CriterionFailed,
    JailLost,
    NotPacked,
    ProctorError,
    RefusedModel,
    StudentError,
    UnreadableSubmission,
)
from proctor.intake.handed_zip import make_zip
from proctor.intake.submission import FILE_BYTES, NOTEBOOK_BYTES, parse_notebook, read_file
from proctor.jail.client import SPAWN, Jail
from proctor.jail.limits import Limits
from proctor.judge.examination import MODEL_FILE
from proctor.judge.fresh_run import FreshRun
from proctor.judge.links import ModelLink
from proctor.judge.live import declared_beside
from proctor.models.gate import CustomLayers, open_gate
from proctor.text import as_sentence


@dataclass(frozen=True)
class HandIn:
    """A notebook that is to be handed in, as it is saved.

    Args:
        path: its file.
        assignment: what its exercise declares.
        data: the file's content.
        notebook: the same, read as at grading.
    """

    path: Path
    assignment: Assignment
    data: bytes
    notebook: NotebookNode

    @property
    def zip(self) -> Path:
        """Where the zip file goes: beside the notebook, under the exercise's name."""
        return self.path.with_name(f"{self.assignment.name}.zip")


def read_hand_in(path: Path) -> HandIn:
    """Read a notebook that is to be handed in; raises NotPacked if it cannot be."""
    try:
        data = read_file(path, NOTEBOOK_BYTES)
        notebook = parse_notebook(data, path.name, [])
    except FileNotFoundError:
        raise NotPacked(f"There is no file {path}: give the path of your notebook") from None
    except UnreadableSubmission as error:
        raise NotPacked(f"{as_sentence(error)} Save the notebook again, then pack it") from None
    try:
        assignment = declared_beside(path)
    except ProctorError as error:
        raise NotPacked(str(error)) from None
    if assignment is None:
        raise NotPacked(f"What {path.name} asks for is not known: put beside it all files that you were given with it")
    return HandIn(path, assignment, data, notebook)


@dataclass(frozen=True)
class Model:
    """A model file that is to be handed in.

    Args:
        data: its content.
        remark: what was found when it was opened.
        doubt: why it may not be the one that is meant, or "".
    """

    data: bytes
    remark: str
    doubt: str = ""


def read_model(hand_in: HandIn, name: str, file: str, run: FreshRun) -> Model:
    """Read a model file and open it by the gate and within the limits that hold at grading.

    Args:
        hand_in: the notebook.
        name: of the notebook's variable that holds the model.
        file: what the model's file is called.
        run: the run of the notebook that should have saved it.

    Raises NotPacked if it is missing or cannot be opened.
    """
    try:
        data = read_file(hand_in.path.with_name(file), FILE_BYTES)
    except FileNotFoundError:
        why = f" ({run.remarks[0].rstrip('.')})" if run.remarks else ""
        raise NotPacked(
            f"{file} is missing: the run has not saved it{why}. Complete the cell that trains and saves the model, "
            f"then pack again. Unfinished work can be handed in without it, as {hand_in.assignment.name}.ipynb alone"
        ) from None
    except UnreadableSubmission as error:
        raise NotPacked(f"{as_sentence(error)} Save it with model.save({file!r}), then pack again") from None
    try:
        weights, remark = _open(hand_in.assignment, name, file, data, run), "opens again"
    except RefusedModel as error:
        raise NotPacked(f"{file} cannot be opened again, and so not be graded. {error}") from None
    except (StudentError, CriterionFailed, JailLost) as error:  # perhaps this machine's doing
        return Model(data, "it could not be opened here", f"{file} could not be opened here: {error}")
    if name not in run.weights:
        why = run.ended or run.unknown.get(name, "")
        return Model(data, remark, f"whether {file} is the notebook's `{name}` is not known: {why}")
    if difference := _find_difference(run.weights[name], weights):
        doubt = f"{file} is not `{name}` as the notebook leaves it: {difference}. The file is what is graded"
        return Model(data, f"{remark}; not the notebook's `{name}`", doubt)
    return Model(data, f"{remark}, and is the notebook's `{name}`")


def _open(assignment: Assignment, name: str, file: str, data: bytes, run: FreshRun) -> list[np.ndarray]:
    """The weights in a model file.

    Raises NotPackedModel if it would not be opened at grading; StudentError, CriterionFailed or
    JailLost if the process in which it was tried ended, took too long or could not be started.
    """
    try:
        open_gate(data, keras_version=metadata.version("keras"), file_name=file)
    except CustomLayers as error:  # it is opened where the notebook has run, as at grading
        if name not in run.in_file:
            raise RefusedModel(run.unopened.get(name) or str(error)) from None
        return run.in_file[name]
    budget = assignment.budget
    with Jail(SPAWN, Limits.of(budget), {MODEL_FILE: data}, budget.call_seconds) as jail:
        try:
            return ask_for_model(ModelLink(jail), op="load", path=MODEL_FILE).weights
        except StudentError as error:
            if error.type == RefusedModel.__name__:
                raise RefusedModel(error.message) from None
            raise


def _find_difference(ours: list[np.ndarray], theirs: list[np.ndarray]) -> str:
    """How the weights of a file differ from those of the notebook's model; "" if they do not."""
    if [array.shape for array in ours] != [array.shape for array in theirs]:
        return "its layers have other sizes"
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True), start=1):
        if not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
            largest = np.max(np.abs(one.astype(float) - other.astype(float)))
            return f"its weights differ, array {number} of {len(ours)} by up to {largest:.2g}"
    return ""


def points_to_come(notebook: NotebookNode, run: FreshRun) -> Iterator[tuple[str, dict[str, float]]]:
    """Who gives the points that public criteria do not, and group → how many each."""
    hidden = {name: points(cell) - run.points.get(name, 0) for name, cell in check_cells(notebook).items()}
    by_hand = {
        grade_id(cell): points(cell)
        for cell in notebook.cells
        if grade_id(cell) and has_role(cell, "grade") and grade_id(cell) not in hidden
    }
    yield "judged after you hand in, with other numbers and data", {n: left for n, left in hidden.items() if left > 0}
    yield "given by a person who reads your answer", by_hand


def write_zip(hand_in: HandIn, models: dict[str, Model]) -> int:
    """Write the zip file, its notebook named as its exercise; returns its size in bytes.

    Args:
        hand_in: the notebook.
        models: file's name → model.

    Raises NotPacked if it would be larger than what is read at grading.
    """
    files = {f"{hand_in.assignment.name}.ipynb": hand_in.data}
    data = make_zip(files | {file: model.data for file, model in models.items()})
    if len(data) > FILE_BYTES:
        raise NotPacked(
            f"{hand_in.zip.name} would be larger than {FILE_BYTES // 2**20} MiB, and is not read then. "
            "Use fewer or smaller layers, clear large outputs, or hand in the files themselves"
        )
    part = hand_in.zip.with_name(f".{hand_in.zip.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, hand_in.zip)
    except OSError as error:
        raise NotPacked(f"{hand_in.zip} cannot be written ({error.strerror}). Make room or pack elsewhere") from None
    return len(data)
