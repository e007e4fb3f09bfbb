"""A course: where its folders are, and its assignments and settings, each read once."""

from __future__ import annotations

import copy
import difflib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from traitlets.config import Config

from proctor.course.assignment import Assignment, read_assignment
from proctor.course.settings import read_settings
from proctor.errors import CourseError, UnknownAssignment


@dataclass(frozen=True)
class Course:
    """A course folder: nbgrader's folders and `graders/`, which a plain nbgrader course lacks.

    The list of assignments, what each declares and nbgrader's settings are read when they are first
    asked for, and not again: a change on disk shows in a new `Course`.

    Args:
        root: the course folder.
        nbgrader_rules: whether plain assignments are marked by nbgrader's rule exactly, faults
            included (see `judge.plain_nbgrader`).
    """

    root: Path
    nbgrader_rules: bool = False

    @classmethod
    def find(cls, start: Path | None = None, nbgrader_rules: bool = False) -> Course:
        """Find the course that a folder lies in.

        Args:
            start: the folder; by default the current one.
            nbgrader_rules: as of the class.

        Raises CourseError if neither it nor a folder above has `source/` and either `graders/` or
        `nbgrader_config.py`.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            of_a_course = (folder / "graders").is_dir() or (folder / "nbgrader_config.py").is_file()
            if (folder / "source").is_dir() and of_a_course:
                return cls(folder, nbgrader_rules)
        raise CourseError(
            f"no course here: neither {here.name}/ nor a folder above it has source/ and graders/, "
            "or source/ and nbgrader_config.py"
        )

    def __getstate__(self) -> dict[str, object]:
        """The arguments alone: another process reads the course for itself."""
        return {"root": self.root, "nbgrader_rules": self.nbgrader_rules}

    def names(self) -> list[str]:
        """The assignments, in the order that students meet them."""
        return sorted(self._exercise_names, key=lambda name: (self.assignment(name).order, name))

    def plain_names(self) -> list[str]:
        """The plain nbgrader assignments, sorted: those without a folder in `graders/`."""
        return self._plain_names

    def every_name(self) -> list[str]:
        """The assignments, plain ones last."""
        return [*self.names(), *self.plain_names()]

    @cached_property
    def _exercise_names(self) -> list[str]:
        return sorted(path.parent.name for path in self.root.glob("graders/*/assignment.toml"))

    @cached_property
    def _plain_names(self) -> list[str]:
        names = sorted({path.parent.name for path in self.root.glob("source/*/*.ipynb")})
        return [name for name in names if not self.grader(name).is_dir()]

    @cached_property
    def _assignments(self) -> dict[str, Assignment]:
        return {}

    def assignment(self, name: str) -> Assignment:
        """What an assignment declares; of a plain one, its name and the defaults.

        Raises UnknownAssignment, with the nearest name, if there is none of this name.
        """
        if name not in self._assignments:
            self._assignments[name] = self._read_assignment(name)
        return self._assignments[name]

    def _read_assignment(self, name: str) -> Assignment:
        if name in self._exercise_names:
            return read_assignment(self.grader(name) / "assignment.toml", name)
        if name in self._plain_names:
            return Assignment(name, title=name)
        nearest = difflib.get_close_matches(name, [*self._exercise_names, *self._plain_names], n=1, cutoff=0.5)
        guess = f' Did you mean "{nearest[0]}"?' if nearest else ""
        raise UnknownAssignment(f'There is no exercise "{name}".{guess}  (proctor list shows all)')

    def settings(self) -> Config:
        """A copy of nbgrader's settings of this course, which the caller may change."""
        return copy.deepcopy(self._settings)

    @cached_property
    def _settings(self) -> Config:
        return read_settings(self.root)

    @cached_property
    def is_shared(self) -> bool:
        """Whether the group of instructors has its owner's rights (nbgrader's `groupshared`)."""
        return self._settings.CourseDirectory.get("groupshared", False) is True

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
        return _folders_with(self.root / "submitted", name)

    def graded_students(self, name: str) -> list[str]:
        """Whose submission of the assignment `name` has been graded."""
        return _folders_with(self.root / "autograded", name)


def _folders_with(place: Path, name: str) -> list[str]:
    """The folders in `place` that have a folder `name`, which may hold any characters."""
    return sorted(each.name for each in place.iterdir() if (each / name).is_dir()) if place.is_dir() else []
