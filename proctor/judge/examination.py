"""A submission under examination: its notebook in one jail, the model that it handed in in another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from importlib import metadata
from typing import Any

from nbformat import NotebookNode

from proctor.channel.student import Link, Student, ask_for_model
from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.errors import RefusedModel, StudentError
from proctor.intake.submission import Submission
from proctor.jail.client import Jail
from proctor.jail.course_jail import Jails, jail_limits
from proctor.jail.run import NotebookRun
from proctor.judge import flags as look_for
from proctor.models.gate import CustomLayers, open_gate
from proctor.models.view import ModelView

MODEL_FILE = "model.keras"
LOOKS = {"get", "attribute", "item", "length", "fetch", "weights"}
"""Questions after which a model is as it was before."""


class Examination:
    """A submission's notebook, run in its jail, and the model it handed in, in another."""

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        notebook: NotebookNode,
        submission: Submission,
        jails: Jails,
    ):
        self.assignment = assignment
        self._jails = jails
        self._limits = jail_limits(course, assignment, jails)
        self._files = dict(submission.files)
        self._model_jails: list[Jail] = []
        self._describer: Jail | None = None
        self._views: dict[str, ModelView] = {}
        self._refused: dict[str, StudentError] = {}
        self.handed_in: dict[str, ModelView] = {}
        self.notes: list[str] = []
        train = assignment.train
        handed_in = all(file in submission.files for file in assignment.artifacts.values())
        self.run = NotebookRun(
            jails.address,
            self._limits,
            assignment.budget,
            notebook,
            files=submission.files if train != "always" else {},
            train=train == "always" or (train == "missing" and not handed_in),
        )

    def __enter__(self) -> Examination:
        self.run.start()
        if self.run.trains:
            # Now, not when a criterion asks: by then the student's code has seen what criteria ask with.
            saved = {file: self.run.read_file(file) for file in self.assignment.artifacts.values()}
            self._files = {file: data for file, data in saved.items() if data is not None}
        opened = {name: self._opener(name, file) for name, file in self.assignment.artifacts.items()}
        self.link: Link = _NotebookLink(self.run, self._described)
        self.student = Student(self.link, opened)
        return self

    def __exit__(self, *ignored: object) -> None:
        self.run.close()
        for jail in self._model_jails:
            jail.close()

    def model_description(self) -> dict[str, Any] | None:
        """What is known about the handed-in model, if a criterion asked for it."""
        views = list(self._views.values())
        return views[0].description if views else None

    def weights_digests(self) -> dict[str, str]:
        """A digest of the weights of each handed-in model that a criterion asked for, by artifact."""
        digests = {}
        for name, model in self.handed_in.items():
            with contextlib.suppress(StudentError):  # its process may have ended
                digests[name] = look_for.weights_digest(model)
        return digests

    def _opener(self, name: str, file: str) -> Any:
        def open_model() -> ModelView:
            if name in self._refused:
                raise self._refused[name]
            if name not in self._views:
                try:
                    self._views[name] = self._open(name, file)
                except StudentError as error:
                    self._refused[name] = error
                    raise
            return self._views[name]

        return open_model

    def _open(self, name: str, file: str) -> ModelView:
        """The handed-in model, or the one that the training cells saved, read in a jail without student code."""
        data = self._files.get(file)
        if data is None:
            where = (
                "the training cell did not save one" if self.run.trains else "and the training cells are not run here"
            )
            raise StudentError("Missing", f"{file} was not handed in, {where}")
        try:
            gated = open_gate(data, keras_version=metadata.version("keras"), file_name=file)
        except CustomLayers as error:
            self.notes.append(f"{file} has layers of the student's own ({error}); it was judged where the notebook ran")
            view = ask_for_model(_ModelLink(self.run.jail), op="load_with_own_layers", path=file)
            return _read_from_file(view, error.compiled)
        except RefusedModel as error:
            raise StudentError("Missing", f"{file}: {error}") from None
        try:
            view = ask_for_model(_ModelLink(self._model_jail({MODEL_FILE: data})), op="load", path=MODEL_FILE)
        except StudentError as error:
            raise StudentError("Missing", f"{file}: {error.message}") from None
        model = _read_from_file(view, gated.compiled)
        if not self.run.trains:
            self.handed_in[name] = model
        return model

    def _described(self, jail: Jail, model: Any) -> Any:
        """What is to be said about the live `model` in the notebook's `jail`.

        It is saved, and described in a jail without student code: what the notebook's process says about it could be
        made up. Only of a model that cannot be read there (it has layers of the student's own) that has to do.
        """
        try:
            data = jail.ask({"op": "saved", "of": model})
            gated = open_gate(data if isinstance(data, bytes) else b"", keras_version=metadata.version("keras"))
            if self._describer is None or self._describer.ended:
                self._describer = self._model_jail({})
            found = ask_for_model(_ModelLink(self._describer), op="load", path=MODEL_FILE, data=data)
            return {**found.description, "compiled": gated.compiled}
        except (StudentError, RefusedModel) as error:
            told = jail.ask({"op": "describe", "of": model})
            note = f"what a model is made of was told by the notebook itself ({error})"
            if note not in self.notes:
                self.notes.append(note)
            return told

    def _model_jail(self, files: dict[str, bytes]) -> Jail:
        """A jail without student code."""
        jail = Jail(self._jails.address, self._limits, files, self.assignment.budget.call_seconds)
        self._model_jails.append(jail)
        return jail


def _read_from_file(view: ModelView, compiled: dict[str, Any] | None) -> ModelView:
    """A model that was read from its file, compiled as that says; beside what it is, it only answers `predict`."""
    description = {**view.description, "compiled": compiled}
    return ModelView(lambda: description, view._predict, view._weights)


class _NotebookLink:
    """The way to the process that ran the notebook; a new one is made when that has ended."""

    def __init__(self, run: NotebookRun, described: Callable[[Jail, Any], Any]):
        self._run = run
        self._jail = run.jail
        self._described = described
        self._descriptions: dict[int, Any] = {}

    def ask(self, request: dict[str, Any]) -> Any:
        """What the notebook's process answers, except about how a model is built."""
        if request["op"] == "describe":
            model = request["of"]
            if model.number not in self._descriptions:
                self._descriptions[model.number] = self._described(self._jail, model)
            return self._descriptions[model.number]
        if request["op"] not in LOOKS:
            self._descriptions.clear()
        try:
            return self._jail.ask(request)
        except StudentError as error:
            if request["op"] == "get" and error.type == "NameError" and not error.where:
                raise StudentError("Missing", self._run.why_missing(str(request.get("name")))) from None
            raise

    def revived(self) -> Link:
        """This link, or one to a process in which the notebook has run anew."""
        if not self._jail.ended:
            return self
        self._run.restart()
        return _NotebookLink(self._run, self._described)


class _ModelLink:
    """The way to a process that holds a model, asked about nothing else."""

    def __init__(self, jail: Jail):
        self._jail = jail

    def ask(self, request: dict[str, Any]) -> Any:
        """What the model answers."""
        return self._jail.ask(request)

    def revived(self) -> Link:
        """This link; a model that ended its process is not loaded twice."""
        return self
