"""What a release holds beside its notebook, and which of it belongs to the notebook in use.

The files have the exercise's name, so that several exercises can lie in one folder, as in that of a
browser's downloads. Which of them belongs to a notebook is told by its check cells, since students
rename notebooks.
"""

from __future__ import annotations

import ast
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from proctor.errors import ProctorError


def criteria_file(name: str) -> str:
    """The file of an exercise's public criteria."""
    return f"test_{name}.py"


def settings_file(name: str) -> str:
    """The file of what an exercise declares, as far as students may know it."""
    return f"{name}.toml"


@dataclass(frozen=True)
class Released:
    """An exercise in a student's folder.

    Args:
        name: the exercise's.
        folder: where its files lie.
        points: each check cell of its notebook → its points; empty if no notebook could be read.
    """

    name: str
    folder: Path
    points: dict[str, float] = field(default_factory=dict)

    @property
    def criteria(self) -> Path:
        """The file of its public criteria."""
        return self.folder / criteria_file(self.name)

    @property
    def settings(self) -> Path:
        """The file of what it declares; it may be missing."""
        return self.folder / settings_file(self.name)


def find_released(folder: Path, group: str = "", notebook: Path | None = None) -> Released:
    """Find the exercise that a notebook in a folder is about.

    Args:
        folder: the notebook's.
        group: a check that the notebook asks for; "" for all.
        notebook: its file, if that is known; else every notebook in the folder may be it.

    Raises ProctorError if there is none, or if it cannot be told which of several it is.
    """
    names = sorted(path.stem.removeprefix("test_") for path in folder.glob(criteria_file("*")))
    if not names:
        wanted = criteria_file(notebook.stem if notebook else "<exercise>")
        raise ProctorError(f"{wanted} is not in this notebook's folder; put it beside the notebook.")
    cells = read_points(notebook) if notebook else {}
    groups = {name: _read_groups(folder / criteria_file(name)) for name in names}
    # Two exercises may each have a check of one name, and a student may have lost a cell.
    fitting = [name for name in names if not cells or 2 * len(groups[name] & cells.keys()) >= len(groups[name])]
    if not fitting:
        files = " and ".join(criteria_file(name) for name in names)
        raise ProctorError(
            f"{files} in this folder {'is' if len(names) == 1 else 'are'} of another exercise than this notebook; "
            "put the files of its own release beside it."
        )
    if cells:
        fitting = [max(fitting, key=lambda name: len(groups[name] & cells.keys()))]
    elif len(fitting) > 1:
        fitting = [name for name in fitting if group in groups[name]] or fitting
    if len(fitting) > 1:
        raise ProctorError(
            f"this folder holds the checks of {', '.join(fitting)}, and it cannot be told which of them are meant; "
            "put each exercise into a folder of its own."
        )
    (name,) = fitting
    return Released(name, folder, cells or _points_of(name, folder, groups[name]))


def _read_groups(criteria: Path) -> set[str]:
    """The groups that a file of criteria declares by name; empty if none can be read."""
    groups = set()
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for node in ast.walk(ast.parse(criteria.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("criterion"), args=[ast.Constant(value=str(group)), *_]):
                    groups.add(group)
    return groups


def _points_of(name: str, folder: Path, groups: set[str]) -> dict[str, float]:
    """Check cell → points, of the exercise's notebook, which may have another name."""
    own = folder / f"{name}.ipynb"
    points: dict[str, float] = {}
    for path in [own] if own.is_file() else sorted(folder.glob("*.ipynb")):
        found = read_points(path)
        if groups & found.keys():
            points = found | points
    return points


def read_points(notebook: Path) -> dict[str, float]:
    """Each check cell of a notebook → its points; empty if it cannot be read."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        settings = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {found["grade_id"]: float(found["points"]) for found in settings if found.get("grade")}
    return {}
