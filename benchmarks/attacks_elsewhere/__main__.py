"""Grade the same cheating notebooks by `nbgrader autograde` and `proctor grade`; print the marks.

Everything happens in a temporary folder. Exits with 1 if Proctor gives a mark that is not the one
earned.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from benchmarks.attacks_elsewhere.exercise import (
    AT_THE_GRADEBOOK,
    CLASS,
    FULL,
    NAME,
    HandIn,
    hand_in,
    make_plain_course,
    make_proctor_course,
)

SECONDS = 600
Marks = dict[str, float]


def main() -> int:
    """Run the comparison; return the exit status."""
    console = Console(width=100)
    packages = ", ".join(f"{package} {version(package)}" for package in ("proctor", "nbgrader", "ipykernel"))
    console.print(packages, highlight=False)
    table = Table("handed in", title=f"marks, of {FULL}", title_justify="left")
    for column in ("earned", "nbgrader", "Proctor"):
        table.add_column(column, justify="right")
    wrong = 0
    for students in (CLASS, AT_THE_GRADEBOOK):
        status = console.status(f"a class of {len(students)}, twice …")
        with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder, status:
            theirs, their_sizes = grade(
                Path(folder, "nbgrader"), make_plain_course, ["nbgrader", "generate_assignment"],
                ["nbgrader", "autograde", NAME], students,
            )  # fmt: skip
            ours, our_sizes = grade(
                Path(folder, "proctor"), make_proctor_course, ["proctor", "release"],
                ["proctor", "grade", NAME], students,
            )  # fmt: skip
        for student, work in students.items():
            wrong += ours.get(student) != work.due
            found = (_format_mark(marks, student, work) for marks in (theirs, ours))
            table.add_row(work.what, f"{work.due:g}", *found)
        largest = max(their_sizes, key=lambda student: their_sizes[student])
        if their_sizes[largest] > 2**20:
            sizes = [f"{size / 2**20:.1f} MiB" for size in (their_sizes[largest], our_sizes[largest])]
            table.add_row("  and the notebook that is kept of it", "", *sizes)
    console.print(table)
    return 1 if wrong else 0


def _format_mark(marks: Marks, student: str, work: HandIn) -> str:
    mark = marks.get(student)
    return "[red]no mark[/]" if mark is None else f"[{'green' if mark == work.due else 'red'}]{mark:g}[/]"


def grade(
    course: Path, make: Callable[[Path], None], release: list[str], grade: list[str], students: dict[str, HandIn]
) -> tuple[Marks, dict[str, int]]:
    """Make a course, let `students` hand in, and grade it.

    Returns student → mark, and student → bytes of the graded notebook.
    """
    course.mkdir()
    make(course)
    _run(course, [*release, NAME], check=True)
    hand_in(course, students)
    _run(course, grade, check=False)
    sizes = {path.parts[-3]: path.stat().st_size for path in course.glob(f"autograded/*/{NAME}/{NAME}.ipynb")}
    return read_marks(course), sizes


def _run(folder: Path, module: list[str], check: bool) -> None:
    """Run `python -m MODULE` as in an activated environment (nbgrader calls `alembic`)."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(module)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")


def read_marks(course: Path) -> Marks:
    """Return student → points in the course's gradebook, for those whose grading was completed."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}?timeout=60") as book:
        return {
            found.student.id: found.score
            for found in book.assignment_submissions(NAME)
            if all(grade.auto_score is not None for notebook in found.notebooks for grade in notebook.grades)
        }


if __name__ == "__main__":
    sys.exit(main())
