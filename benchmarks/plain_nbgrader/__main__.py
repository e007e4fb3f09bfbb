"""Grade a plain nbgrader course by `nbgrader autograde` and by `proctor grade`, and compare every cell.

The course is nbgrader's documentation, nbgrader's own test notebooks, and one with odd cells. Everything happens in a
temporary folder. Exits with 1 if a cell differs that no flag tells of, with or without `--nbgrader-rules`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from benchmarks.plain_nbgrader.course import hand_in, make_course, names
from proctor.course.course import Course
from proctor.record.kept import read_verdict

SECONDS = 3600


class Cell(NamedTuple):
    """What a gradebook says of a graded cell of a submission."""

    score: float
    automatic: float | None
    by_hand: bool


Cells = dict[tuple[str, str, str], Cell]
"""(assignment, student, "notebook/cell") → what the gradebook says."""


def main() -> int:
    """Run the comparison; returns the exit status."""
    console = Console(width=160)
    packages = ", ".join(f"{package} {version(package)}" for package in ("proctor", "nbgrader", "ipykernel"))
    console.print(packages, highlight=False)
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        root = Path(folder, "course")
        make_course(root)
        for name in names(root):
            run(root, ["nbgrader", "generate_assignment", name, "--force"])
        hand_in(root)
        with console.status("nbgrader autograde …"):
            theirs, seconds = by_nbgrader(copied(root, "nbgrader"))
        with console.status("proctor grade …"):
            ours, our_seconds = by_proctor(copied(root, "proctor"))
            alike, _ = by_proctor(copied(root, "alike"), "--nbgrader-rules")
        flagged, flagged_alike = flags(Path(folder, "proctor")), flags(Path(folder, "alike"))
    console.print(f"ps1: nbgrader autograde {seconds:.1f} s, proctor grade {our_seconds:.1f} s", highlight=False)
    table = Table("assignment", "student", "cell", "nbgrader", "Proctor", "its flag", "--nbgrader-rules")
    untold = 0
    for at in sorted(theirs.keys() | ours.keys() | alike.keys()):
        differ = [found.get(at) != theirs.get(at) for found in (ours, alike)]
        told = told_of(at, flagged)
        untold += (differ[0] and not told) + (differ[1] and not told_of(at, flagged_alike))
        if any(differ):
            rules = shown(alike.get(at)) if differ[1] else "as nbgrader"
            table.add_row(*at, shown(theirs.get(at)), shown(ours.get(at)), told, rules)
    console.print(table)
    counts = (
        f"{len(theirs)} cells by nbgrader, {len(ours)} by Proctor; {table.row_count} differ, {untold} of them untold"
    )
    console.print(counts, highlight=False)
    return 1 if untold else 0


def copied(root: Path, name: str) -> Path:
    """A copy of the course, released and handed in, but not graded."""
    return Path(shutil.copytree(root, root.parent / name))


def by_nbgrader(root: Path) -> tuple[Cells, float]:
    """What nbgrader's gradebook has, and the seconds that `nbgrader autograde ps1` took.

    Some submissions end its run for all that come after them; who was left out is graded one by one.
    """
    seconds = 0.0
    for name in names(root):
        started = time.monotonic()
        run(root, ["nbgrader", "autograde", name])
        if name == "ps1":
            seconds = time.monotonic() - started
        for student in Course(root).students(name):
            if not (root / "autograded" / student / name).is_dir():
                run(root, ["nbgrader", "autograde", name, "--student", student])
    return cells(root), seconds


def by_proctor(root: Path, *options: str) -> tuple[Cells, float]:
    """What the gradebook has after `proctor grade`, and the seconds that `proctor grade ps1` took."""
    started = time.monotonic()
    run(root, ["proctor", "grade", "ps1", *options])
    seconds = time.monotonic() - started
    run(root, ["proctor", "grade", *options])
    return cells(root), seconds


def run(root: Path, command: list[str]) -> None:
    """Run a command in the course; some submissions cannot be graded, so its exit status tells nothing."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, timeout=SECONDS)
    if "Traceback" in done.stderr and command[0] == "proctor":
        raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")


def cells(root: Path) -> Cells:
    """Every graded cell of every submission that has a mark."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db", "plain") as book:
        for assignment in book.assignments:
            for submission in assignment.submissions:
                student = submission.student.id
                if not (root / "autograded" / student / assignment.name).is_dir():
                    continue  # nbgrader leaves empty grades of what it could not grade
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        at = (assignment.name, student, f"{notebook.name}/{grade.cell.name}")
                        found[at] = Cell(grade.score, grade.auto_score, grade.needs_manual_grade)
    return found


def flags(root: Path) -> dict[tuple[str, str, str], str]:
    """What the verdicts tell of cells that nbgrader marks otherwise."""
    course, told = Course(root), {}
    for name in course.plain_names():
        for student in course.students(name):
            verdict = read_verdict(course, name, student)
            for line in (line for flag in verdict.flags for line in flag.evidence) if verdict else ():
                cell, _, why = line.partition(": ")
                told[name, student, cell if "/" in cell else f"{name}/{cell}"] = why
    return told


def told_of(at: tuple[str, str, str], flagged: dict[tuple[str, str, str], str]) -> str:
    """What a flag says of a cell, or of the whole submission."""
    assignment, student, _ = at
    return flagged.get(at) or flagged.get((assignment, student, f"{assignment}/the whole submission"), "")


def shown(cell: Cell | None) -> str:
    """A cell as it is printed."""
    if cell is None:
        return "no mark"
    automatic = "–" if cell.automatic is None else f"{cell.automatic:g}"
    return f"{cell.score:g} (automatic {automatic}{', by hand' if cell.by_hand else ''})"


if __name__ == "__main__":
    sys.exit(main())
