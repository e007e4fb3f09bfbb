"""The jails of one submission: its notebook runs in one, its model file is loaded in another."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from typing import Any

from nbformat import NotebookNode

from proctor.channel.student import Link, Student, ask_for_model
from proctor.course.assignment import Assignment
from proctor.course.cells import is_train
from proctor.course.course import Course
from proctor.errors import RefusedModel, StudentError
from proctor.intake.submission import Submission
from proctor.jail.client import Jail
from proctor.jail.course_jail import Jails, fork_server, jail_limits
from proctor.jail.run import NotebookRun
from proctor.judge.file_models import FileModels
from proctor.judge.flags import weights_digest
from proctor.judge.links import ModelLink, NotebookLink, RetriedLink
from proctor.models.gate import CustomLayers, open_gate
from proctor.models.view import ModelView
from proctor.verdict import Flag

MODEL_FILE = "model.keras"


class Examination:
    """A context in which a submission's notebook has run and criteria can ask about it.

    Args:
        course, assignment: what is graded.
        notebook: the rebuilt notebook; its outputs are filled in as it runs.
        submission: what was handed in.
        jails: where jails come from.
        models: what is known of model files from other submissions; None to ask for everything.

    `run` is the notebook's run, `student` what criteria ask, `handed_in` the models that criteria
    asked for by the notebook variable's name, `notes` sentences for student and instructor, `flags`
    what of a model could not be looked at, for the instructor alone.
    """

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        notebook: NotebookNode,
        submission: Submission,
        jails: Jails,
        models: FileModels | None = None,
    ):
        self.assignment = assignment
        self._course = course
        self._jails = jails
        self._models = models
        self._servers = contextlib.ExitStack()
        self._plain_address = ""
        self._limits = jail_limits(course, assignment, jails, submission.student)
        self._notebook = notebook
        self._files = dict(submission.files) if assignment.train != "always" else {}
        self._damaged: dict[str, str] = {}  # file → why it cannot be opened
        self._model_jails: list[Jail] = []
        self._loaded: dict[str, ModelView] = {}
        self._copier: Jail | None = None
        self._maker: Jail | None = None
        self._views: dict[str, ModelView] = {}
        self._refused: dict[str, StudentError] = {}
        self.handed_in: dict[str, ModelView] = {}
        self.notes: list[str] = []
        self.flags: list[Flag] = []

    def __enter__(self) -> Examination:
        with contextlib.ExitStack() as jails:
            jails.enter_context(self._servers)
            jails.callback(self._close_model_jails)
            budget, train = self.assignment.budget, self._has_to_train()
            self.run = NotebookRun(self._jails.address, self._limits, budget, self._notebook, self._files, train)
            self.run.start()
            jails.callback(self.run.close)
            if train:
                # Read now, not when a criterion asks for the model: by then the student's process
                # has seen arguments of criteria, and could write another file.
                saved = {file: self.run.read_file(file) for file in self.assignment.artifacts.values()}
                self._files = {file: data for file, data in saved.items() if data is not None}
            self._open_jails = jails.pop_all()
        opened = {name: self._make_opener(name, file) for name, file in self.assignment.artifacts.items()}
        self.link: Link = NotebookLink(self.run, self._copy_model, self._note_other_layers)
        self.student = Student(self.link, opened, self._clean_link)
        return self

    def __exit__(self, *ignored: object) -> None:
        self._open_jails.close()

    def _close_model_jails(self) -> None:
        for jail in self._model_jails:
            jail.close()

    def _has_to_train(self) -> bool:
        """Whether the training cells run.

        If they can make a model anew, handed-in files are opened before the notebook runs. One that
        cannot be opened counts as not handed in, and a note says why.
        """
        files = set(self.assignment.artifacts.values())
        if self.assignment.train != "missing":
            return self.assignment.train == "always"
        if files <= self._files.keys() and any(is_train(cell) for cell in self._notebook.cells):
            for name, file in self.assignment.artifacts.items():
                try:
                    self._loaded[name] = self._load(file)
                except CustomLayers:
                    pass  # it is loaded where the notebook has run
                except StudentError as error:
                    reason = error.message.removeprefix(f"{file}: ")
                    self.notes.append(f"{file} cannot be opened, so the training cell ran to make it anew. {reason}")
                    self._damaged[file] = reason
            self._files = {file: data for file, data in self._files.items() if file not in self._damaged}
        return not files <= self._files.keys()

    def model_description(self) -> dict[str, Any] | None:
        """The description of the first model file that a criterion asked for; None if none did."""
        views = list(self._views.values())
        return views[0].description if views else None

    def weights_digests(self) -> dict[str, str]:
        """Artifact → digest of its weights, for each handed-in model that a criterion asked for."""
        digests = {}
        for name, model in self.handed_in.items():
            with contextlib.suppress(StudentError):  # its process may have ended
                digests[name] = weights_digest(model)
        return digests

    def _make_opener(self, name: str, file: str) -> Callable[[], ModelView]:
        """A function that opens the model file once, and returns or raises the same ever after."""

        def open_model() -> ModelView:
            if name in self._refused:
                raise self._refused[name]
            if name not in self._views:
                try:
                    self._views[name] = self._open_model(name, file)
                except StudentError as error:
                    self._refused[name] = error
                    raise
            return self._views[name]

        return open_model

    def _open_model(self, name: str, file: str) -> ModelView:
        """Load the handed-in model, or the one that the training cells saved.

        It is loaded in a jail without student code, unless it has layers of the student's own.
        Raises StudentError if there is no such file, or it cannot be loaded.
        """
        if file not in self._files:
            reason = self._damaged.get(file)
            what = f"{file} cannot be opened ({reason.rstrip('.')})" if reason else f"{file} was not handed in"
            raise StudentError("Missing", f"{what}, and {self.run.why_untrained()}")
        try:
            model = self._loaded.get(name) if not self.run.trains else None
            model = model or self._load(file)
        except CustomLayers as error:
            own = ", ".join(error.used)
            self._flag(
                f"{file} has layers of the student's own ({own}); what it predicts was told by the notebook's process",
                "That process can make up predictions. The model's layers were not compared with those that the "
                "notebook builds, nor its weights with those of other students. Read the code of these layers.",
            )
            view = ask_for_model(ModelLink(self.run.jail), op="load_with_own_layers", path=file)
            return _make_file_view(view, error.compiled)
        if not self.run.trains:
            self.handed_in[name] = model
        return model

    def _load(self, file: str) -> ModelView:
        """Load a model file in a jail without student code.

        Raises CustomLayers if it has layers of the student's own, StudentError if it is refused.
        """
        data = self._files[file]
        files = {MODEL_FILE: data}

        def load() -> ModelView:
            return ask_for_model(self._model_link(self._model_jail(files), files), op="load", path=MODEL_FILE)

        try:
            gated = open_gate(data, keras_version=metadata.version("keras"), file_name=file)
            view = self._models.view(data, load) if self._models else load()
        except CustomLayers:
            raise
        except RefusedModel as error:
            raise StudentError("Missing", f"{file}: {error}") from None
        except StudentError as error:
            raise StudentError("Missing", f"{file}: {error.message}") from None
        return _make_file_view(view, gated.compiled)

    def _copy_model(self, jail: Jail, model: Any) -> ModelView | None:
        """A copy of a live model: the notebook's jail saves it, one without student code loads it.

        The notebook's own process could lie about it. It is believed only about a model that cannot
        be loaded elsewhere (it has layers of the student's own), and a flag says so.

        Args:
            jail: the notebook's.
            model: reference to the model there.

        Returns None if there can be no copy.
        """
        try:
            data = jail.ask({"op": "saved", "of": model})
            gated = open_gate(data if isinstance(data, bytes) else b"", keras_version=metadata.version("keras"))
            if self._copier is None or self._copier.ended:
                self._copier = self._model_jail({})
            view = ask_for_model(self._model_link(self._copier), op="load", path=MODEL_FILE, data=data)
            return _make_file_view(view, gated.compiled)
        except (StudentError, RefusedModel) as error:
            if jail.ended:
                raise
            own = f"it has layers of its own: {', '.join(error.used)}" if isinstance(error, CustomLayers) else ""
            self._flag(
                "what a model is made of, and what it predicts, was told by the notebook's own process",
                own or f"it cannot be loaded elsewhere: {error}",
                "That process can make up both. Read the cells that make the model.",
            )
            return None

    def _note_other_layers(self, before: str, after: str) -> None:
        self._flag(
            "a model had other layers when it was asked for predictions than when its layers were looked at",
            f"before: {before}",
            f"after: {after}",
            "A function that adds or freezes layers explains it; so does a notebook that shows two models.",
        )

    def _flag(self, sentence: str, *evidence: str) -> None:
        """Add a flag, once for each sentence."""
        if all(flag.sentence != sentence for flag in self.flags):
            self.flags.append(Flag("model", sentence, evidence))

    def _clean_link(self) -> Link:
        """A link to a jail for the grader's models, in which no student code or file is loaded."""
        if self._maker is None or self._maker.ended:
            self._maker = self._model_jail({})
        return self._model_link(self._maker)

    def _model_jail(self, files: dict[str, bytes], plain: bool = False) -> Jail:
        """Start a jail without student code; it is closed with the examination.

        Args:
            files: name → content, written to its scratch folder.
            plain: whether its libraries have the plainest settings.
        """
        address, limits = self._jails.address, self._limits
        if plain:
            if not self._plain_address:
                # Any tier will do: that of this machine was accepted when the run began.
                self._plain_address = self._servers.enter_context(fork_server(self._course, own_code=True, plain=True))
            address, limits = self._plain_address, replace(limits, threads=1)
        jail = Jail(address, limits, files, self.assignment.budget.call_seconds)
        self._model_jails.append(jail)
        return jail

    def _model_link(self, jail: Jail, files: dict[str, bytes] | None = None) -> Link:
        """A link to a jail without student code, in which a library has a second try."""

        def try_again(failure: StudentError) -> Jail:
            self._flag(
                "a library failed on a model, where no student code runs, and had a second try",
                f"{failure.message}; then it had the plainest settings",
            )
            return self._model_jail(files or {}, plain=True)

        return RetriedLink(jail, try_again)


def _make_file_view(view: ModelView, compiled: dict[str, Any] | None) -> ModelView:
    """The view of a model loaded from its file, with the compile settings that the file states."""
    description = {**view.description, "compiled": compiled}
    return ModelView(lambda: description, view._predict, view._weights)  # noqa: SLF001  another of its kind
