"""The examiner: runs a submission in the jail, its criteria in pytest, and says what came of it.

It imports no TensorFlow and no student code. `grade` is the front door: one submission in, a verdict and the notebook
as it ran out.
"""

from __future__ import annotations

import contextlib
import copy
import io
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from proctor import datasets
from proctor.channel.student import Link, Student, ask_for_model
from proctor.course import Assignment, Course
from proctor.errors import CourseError, NotGraded, ProctorError, RefusedModel, StudentError, UnreadableSubmission
from proctor.feedback.plain import neutral
from proctor.flags import submission as look_for
from proctor.grading import Grading, run_criteria
from proctor.intake import Submission, read_submission
from proctor.jail import layers
from proctor.jail.client import SPAWN, Jail
from proctor.jail.limits import Limits
from proctor.jail.run import NotebookRun
from proctor.jail.server import ForkServer
from proctor.models.gate import CustomLayers, open_gate, require_keras
from proctor.models.view import ModelView
from proctor.notebook import grade_id, read_source, rebuild
from proctor.verdict import CellRun, Flag, Verdict

MODEL_FILE = "model.keras"


@dataclass(frozen=True)
class Settings:
    """What a grading run decides beside the submission.

    Args:
        address: of the fork server.
        threads: of each jail.
        seed: of each jail.
    """

    address: str
    threads: int = 1
    seed: int = 0


@contextlib.contextmanager
def fork_server(course: Course, own_code: bool = False) -> Iterator[str]:
    """The address of a fork server that lives as long as the block; students see only the course's data.

    Where forking is not safe (macOS, Windows) it stands for a fresh process for each jail.

    Args:
        own_code: whether only the course's own answers run there, which need no jail that holds.

    Raises NotGraded if this machine's jails are weaker than the course accepts (see `accepted_jail`) or
    its Keras is too old.
    """
    require_keras()
    data = data_folder(course)
    data.mkdir(parents=True, exist_ok=True)
    if not sys.platform.startswith("linux"):
        _require_strength("process", accepted_jail(course, own_code))
        yield SPAWN
        return
    with ForkServer(shown=(data,)) as server:
        accepted = accepted_jail(course, own_code)  # takes a second, in which the server starts
        _require_strength(layers.tier(server.layers), accepted)
        yield server.address


def _require_strength(found: str, accepted: str) -> None:
    if not layers.is_as_strong(found, accepted):
        raise NotGraded(
            f"student code is not run: this course wants a jail of tier {accepted!r}, and this machine has {found!r}. "
            "`proctor doctor` says what is missing and how to get it. To grade all the same, accept it in "
            f"nbgrader_config.py: c.Proctor.jail = {found!r}"
        )


def accepted_jail(course: Course, own_code: bool = False) -> str:
    """The weakest tier of jail in which the course lets student code run: "full" unless its settings say otherwise.

    Args:
        own_code: whether only the course's own answers are to run.

    Raises CourseError if they name a tier that is none.
    """
    from proctor.nbgrader_course import settings

    accepted = settings(course).Proctor.get("jail", "full")
    if accepted not in layers.TIERS:
        raise CourseError(
            f"c.Proctor.jail in nbgrader_config.py must be one of {', '.join(layers.TIERS)}, got {accepted!r}"
        )
    return "process" if own_code else str(accepted)


def data_folder(course: Course) -> Path:
    """The folder of what jails may read of the data sets."""
    return course.state / "data"


def grade(course: Course, name: str, student: str, settings: Settings | None = None) -> tuple[Verdict, NotebookNode]:
    """Grade `student`'s submission of the assignment `name`.

    Args:
        settings: of the run; without them a fork server is started for this one submission.

    Returns the verdict and the notebook as it ran. A fault of ours and an unreadable submission are verdicts too
    (`graded` is False). Raises CourseError if the assignment itself is not in order.
    """
    if settings is None:
        with fork_server(course) as address:
            return grade(course, name, student, Settings(address))
    assignment = course.assignment(name)
    source = read_source(course.source(name))
    try:
        submission = read_submission(course.submitted(student, name), student, assignment, source)
    except UnreadableSubmission as error:
        return Verdict(name, student, graded=False, reason=str(error)), source
    return examine(course, assignment, source, submission, settings)


def examine(
    course: Course, assignment: Assignment, source: NotebookNode, submission: Submission, settings: Settings
) -> tuple[Verdict, NotebookNode]:
    """Grade a submission that has been read; see `grade`."""
    started = time.monotonic()
    notebook, notes = rebuild(source, submission.notebook)
    try:
        with _Examination(course, assignment, notebook, submission, settings) as examination:
            ran = time.monotonic()
            # As the cells ran before anything was asked: a process that is started anew while hidden criteria ask
            # could show, by the clock, what they asked with.
            shown, cells = copy.deepcopy(notebook), _told(examination.run.cells)
            grading = Grading(examination.student, thresholds_of(assignment))
            with contextlib.redirect_stdout(io.StringIO()):  # which data graders load is in the verdict
                run_criteria(_graders(course, assignment.name), grading)
            jail = layers.tier(examination.run.jail.layers)
            model, remarks = examination.model_description(), list(examination.notes)
            flags = [*grading.flags, *_flags(course, source, notebook, submission, examination, grading, cells)]
            weights = examination.weights_digests()
    except CourseError:
        raise
    except (ProctorError, OSError, MemoryError) as error:
        reason = str(error) or type(error).__name__
        return Verdict(assignment.name, submission.student, graded=False, reason=reason), notebook
    now = time.monotonic()
    verdict = Verdict(
        assignment.name,
        submission.student,
        graded=not grading.fault,
        reason=grading.fault,
        criteria=_in_notebook_order(grading, source),
        cells=cells,
        notes=[*submission.notes, *notes, *remarks],
        model=model,
        environment={**environment(assignment), "jail": jail},
        seconds={"run": ran - started, "criteria": now - ran, "total": now - started},
        flags=flags,
        weights=weights,
    )
    return verdict, shown


def _flags(
    course: Course,
    source: NotebookNode,
    notebook: NotebookNode,
    submission: Submission,
    examination: _Examination,
    grading: Grading,
    cells: list[CellRun],
) -> list[Flag]:
    """What of a graded submission an instructor may want to look at."""
    public = course.grader(examination.assignment.name) / "test_public.py"
    by_code = [result for result in grading.results if result.name not in grading.asked_for_files]
    return look_for.looked(
        lambda: look_for.architecture(examination.link, examination.handed_in),
        lambda: look_for.outputs(submission.notebook, by_code, cells),
        lambda: look_for.hard_coded(public, source, notebook, grading.results),
    )


def _told(cells: list[CellRun]) -> list[CellRun]:
    return [replace(cell, error=neutral(cell.error)) for cell in cells]


@contextlib.contextmanager
def examination(folder: Path, paths: list[Path]) -> Iterator[Grading]:
    """For `pytest graders/NAME --submission DIR`: the submission in `folder`, run, ready to be graded.

    Raises CourseError if `paths` do not lie in one grader's folder, UnreadableSubmission if there is nothing to grade.
    """
    graders = {path.resolve().parent if path.suffix else path.resolve() for path in paths}
    if len(graders) != 1:
        raise CourseError("--submission grades one exercise: pytest graders/NAME --submission DIR")
    grader = graders.pop()
    course = Course.find(grader)
    assignment = course.assignment(grader.name)
    source = read_source(course.source(grader.name))
    submission = read_submission(folder, folder.resolve().parent.name, assignment, source)
    notebook, _ = rebuild(source, submission.notebook)
    with (
        fork_server(course) as address,
        _Examination(course, assignment, notebook, submission, Settings(address)) as running,
    ):
        yield Grading(running.student, thresholds_of(assignment))


class _Examination:
    """A submission's notebook, run in its jail, and the model it handed in, in another."""

    def __init__(
        self,
        course: Course,
        assignment: Assignment,
        notebook: NotebookNode,
        submission: Submission,
        settings: Settings,
    ):
        self.assignment = assignment
        self._settings = settings
        self._limits = jail_limits(course, assignment, settings)
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
            settings.address,
            self._limits,
            assignment.budget,
            notebook,
            files=submission.files if train != "always" else {},
            train=train == "always" or (train == "missing" and not handed_in),
        )

    def __enter__(self) -> _Examination:
        self.run.start()
        if self.run.trains:
            # Now, not when a criterion asks: by then the student's code has seen what criteria ask with.
            saved = {file: self.run.file(file) for file in self.assignment.artifacts.values()}
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
        jail = Jail(self._settings.address, self._limits, files, self.assignment.budget.call_seconds)
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

    def ask(self, request: dict[str, Any]) -> Any:
        """What the notebook's process answers, except about how a model is built."""
        if request.get("op") == "describe":
            return self._described(self._jail, request["of"])
        try:
            return self._jail.ask(request)
        except StudentError as error:
            if request.get("op") == "get" and error.type == "NameError" and not error.where:
                raise StudentError("Missing", self._run.why_missing(str(request.get("name")))) from None
            raise

    def alive(self) -> Link:
        """This link, or one to a process in which the notebook has run anew."""
        if not self._jail.ended:
            return self
        self._run.again()
        return _NotebookLink(self._run, self._described)


class _ModelLink:
    """The way to a process that holds a model, asked about nothing else."""

    def __init__(self, jail: Jail):
        self._jail = jail

    def ask(self, request: dict[str, Any]) -> Any:
        """What the model answers."""
        return self._jail.ask(request)

    def alive(self) -> Link:
        """This link; a model that ended its process is not loaded twice."""
        return self


def jail_limits(course: Course, assignment: Assignment, settings: Settings) -> Limits:
    """The limits of this assignment's jails, its data set laid out for them."""
    variables = {"PROCTOR_OFFLINE": "1"}
    if assignment.dataset:
        folder = data_folder(course) / assignment.dataset
        datasets.export([assignment.dataset], folder)
        variables["PROCTOR_DATA"] = str(folder)
    return Limits.of(assignment.budget, threads=settings.threads, seed=settings.seed, environment=variables)


def _graders(course: Course, name: str) -> list[Path]:
    files = [course.grader(name) / file for file in ("test_public.py", "test_hidden.py")]
    found = [file for file in files if file.is_file()]
    if not found:
        raise CourseError(f"graders/{name}/ has neither test_public.py nor test_hidden.py")
    return found


def _in_notebook_order(grading: Grading, source: NotebookNode) -> list[Any]:
    order = [grade_id(cell) for cell in source.cells]
    known = {name: index for index, name in enumerate(order)}
    return sorted(grading.results, key=lambda result: known.get(result.group, len(order)))


def thresholds_of(assignment: Assignment) -> dict[str, float]:
    """The thresholds for the data that is used here."""
    source = datasets.source(assignment.dataset) if assignment.dataset else "drawn"
    return assignment.thresholds.get(source, {})


def environment(assignment: Assignment) -> dict[str, str]:
    """What the verdict depends on beside the submission."""
    found = versions()
    if assignment.dataset:
        found["data"] = f"{assignment.dataset}: {datasets.source(assignment.dataset)}"
    return found


def versions() -> dict[str, str]:
    """The versions of what grades."""
    found = {"python": platform.python_version()}
    for package in ("proctor", "keras", "tensorflow", "tensorflow-cpu", "numpy"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
