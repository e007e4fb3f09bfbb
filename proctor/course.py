"""Where things are in a course, and what an assignment declares."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proctor.errors import CourseError, UnknownAssignment

TRAIN = ("missing", "always", "never")


@dataclass(frozen=True)
class Budget:
    """What a submission may use.

    Args:
        notebook_seconds, cell_seconds: wall time of the whole run and of one cell.
        call_seconds: wall time of one request by a grader.
        memory_gb: address space of the jail; TensorFlow alone maps 2.
        output_kb: what one cell may print before it is cut.
    """

    notebook_seconds: float = 120
    cell_seconds: float = 60
    call_seconds: float = 20
    memory_gb: float = 4
    output_kb: int = 256


@dataclass(frozen=True)
class Assignment:
    """What `assignment.toml` declares.

    Args:
        name: folder name under `graders/` and `source/`.
        train: whether cells tagged "train" run at grading: when their model is "missing", "always" or "never".
        artifacts: name of a notebook variable → file that the student hands in for it.
        thresholds: data source ("real", "drawn") → threshold's name → value.
    """

    name: str
    title: str
    course: str = ""
    week: int = 0
    order: int = 0
    dataset: str = ""
    train: str = "missing"
    artifacts: dict[str, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    thresholds: dict[str, dict[str, float]] = field(default_factory=dict)


def read_assignment(path: Path, name: str) -> Assignment:
    """The assignment that the file `path` declares.

    Raises CourseError if the file is missing, is not TOML, or has a key or value that means nothing.
    """
    try:
        declared: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        budget = Budget(**declared.pop("budget", {}))
        assignment = Assignment(name=name, budget=budget, **declared)
    except OSError as error:
        raise CourseError(f"{name!r} has no readable {path.name} beside its grader ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise CourseError(f"{name}/{path.name}: {_readable(error)}") from error
    if assignment.train not in TRAIN:
        raise CourseError(f"{name}/{path.name}: train must be one of {', '.join(TRAIN)}, got {assignment.train!r}")
    for artifact in assignment.artifacts.values():
        if Path(artifact).name != artifact:
            raise CourseError(f"{name}/{path.name}: an artifact is a plain file name, got {artifact!r}")
    return assignment


def _readable(error: Exception) -> str:
    return str(error).replace("Budget.__init__()", "[budget]").replace("Assignment.__init__()", "it")


@dataclass(frozen=True)
class Course:
    """A course folder: nbgrader's own folders and `graders/`, which a plain nbgrader course does not have.

    Args:
        nbgrader_rules: whether plain assignments are marked by nbgrader's own rule, its faults and all.
    """

    root: Path
    nbgrader_rules: bool = False

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course that `start` (by default the current folder) lies in.

        Raises CourseError if no folder above has `source/` and either `graders/` or `nbgrader_config.py`.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            of_a_course = (folder / "graders").is_dir() or (folder / "nbgrader_config.py").is_file()
            if (folder / "source").is_dir() and of_a_course:
                return cls(folder)
        raise CourseError(
            f"no course here: neither {here.name}/ nor a folder above it has source/ and graders/, "
            "or source/ and nbgrader_config.py"
        )

    def names(self) -> list[str]:
        """The assignments, in the order that students meet them."""
        folders = [path.parent.name for path in self.root.glob("graders/*/assignment.toml")]
        return sorted(folders, key=lambda name: (self.assignment(name).order, name))

    def plain_names(self) -> list[str]:
        """The plain nbgrader assignments: those whose tests are cells, without a folder in `graders/`."""
        names = sorted({path.parent.name for path in self.root.glob("source/*/*.ipynb")})
        return [name for name in names if not self.grader(name).is_dir()]

    def every_name(self) -> list[str]:
        """The assignments, plain ones last."""
        return [*self.names(), *self.plain_names()]

    def assignment(self, name: str) -> Assignment:
        """What the assignment `name` declares.

        Raises UnknownAssignment, with the nearest name, if there is none.
        """
        if name in self.plain_names():
            return Assignment(name, title=name)
        path = self.root / "graders" / name / "assignment.toml"
        if Path(name).name != name or not path.is_file():
            known = sorted(path.parent.name for path in self.root.glob("graders/*/assignment.toml"))
            known += self.plain_names()
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            guess = f' Did you mean "{nearest[0]}"?' if nearest else ""
            raise UnknownAssignment(f'There is no exercise "{name}".{guess}  (proctor list shows all)')
        return read_assignment(path, name)

    def grader(self, name: str) -> Path:
        """The folder of everything trusted about an assignment."""
        return self.root / "graders" / name

    def source(self, name: str) -> Path:
        """The instructor's notebook."""
        return self.root / "source" / name / f"{name}.ipynb"

    def release(self, name: str) -> Path:
        """The folder that students get."""
        return self.root / "release" / name

    def submitted(self, student: str, name: str) -> Path:
        """The folder that a student handed in."""
        return self.root / "submitted" / student / name

    def autograded(self, student: str, name: str) -> Path:
        """The folder of the notebook as it was graded."""
        return self.root / "autograded" / student / name

    def feedback(self, student: str, name: str) -> Path:
        """The folder of the student's feedback pages."""
        return self.root / "feedback" / student / name

    @property
    def state(self) -> Path:
        """The folder of Proctor's own records (verdicts); generated."""
        return self.root / ".proctor"

    def students(self, name: str) -> list[str]:
        """Who handed in the assignment `name`."""
        return sorted(path.parent.name for path in self.root.glob(f"submitted/*/{name}") if path.is_dir())
