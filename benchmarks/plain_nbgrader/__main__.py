"""Grade a plain nbgrader course by `nbgrader autograde` and `proctor grade`; compare every cell.

The course is made of nbgrader's documentation, nbgrader's own test notebooks, and a notebook with
odd cells. Everything happens in a temporary folder. Exits with 1 if a cell's marks differ and no
flag says so, with or without `--nbgrader-rules`.
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
    """A gradebook's entry for a graded cell of a submission.

    Args:
        score: the points in all.
        automatic: those of the test, if there is one.
        by_hand: whether a person is still to grade it.
    """

    score: float
    automatic: float | None
    by_hand: bool


Cells = dict[tuple[str, str, str], Cell]
"""(assignment, student, "notebook/cell") → the gradebook's entry."""


def main() -> int:
    """Run the comparison; return the exit status."""
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
            theirs, seconds = grade_by_nbgrader(copy_course(root, "nbgrader"))
        with console.status("proctor grade …"):
            ours, our_seconds = grade_by_proctor(copy_course(root, "proctor"))
            alike, _ = grade_by_proctor(copy_course(root, "alike"), "--nbgrader-rules")
        flagged, flagged_alike = read_flags(Path(folder, "proctor")), read_flags(Path(folder, "alike"))
    console.print(f"ps1: nbgrader autograde {seconds:.1f} s, proctor grade {our_seconds:.1f} s", highlight=False)
    table = Table("assignment", "student", "cell", "nbgrader", "Proctor", "its flag", "--nbgrader-rules")
    unflagged = 0
    for at in sorted(theirs.keys() | ours.keys() | alike.keys()):
        differ = [found.get(at) != theirs.get(at) for found in (ours, alike)]
        flag = find_flag(at, flagged)
        unflagged += (differ[0] and not flag) + (differ[1] and not find_flag(at, flagged_alike))
        if any(differ):
            rules = format_cell(alike.get(at)) if differ[1] else "as nbgrader"
            table.add_row(*at, format_cell(theirs.get(at)), format_cell(ours.get(at)), flag, rules)
    console.print(table)
    counts = f"{len(theirs)} cells by nbgrader, {len(ours)} by Proctor; {table.row_count} differ, {unflagged} unflagged"
    console.print(counts, highlight=False)
    return 1 if unflagged else 0


def copy_course(root: Path, name: str) -> Path:
    """Copy the course, which is released and handed in but not graded, into the folder `name`."""
    return Path(shutil.copytree(root, root.parent / name))


def grade_by_nbgrader(root: Path) -> tuple[Cells, float]:
    """Grade by nbgrader; return the gradebook's cells, and the seconds that ps1 took.

    Some submissions end nbgrader's run for all that come after them; those are graded one by one.
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
    return read_cells(root), seconds


def grade_by_proctor(root: Path, *options: str) -> tuple[Cells, float]:
    """Grade by Proctor; return the gradebook's cells, and the seconds that ps1 took."""
    started = time.monotonic()
    run(root, ["proctor", "grade", "ps1", *options])
    seconds = time.monotonic() - started
    run(root, ["proctor", "grade", *options])
    return read_cells(root), seconds


def run(root: Path, command: list[str]) -> None:
    """Run a command in the course; raises RuntimeError if Proctor crashed.

    The exit status is ignored, since some submissions cannot be graded.
    """
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, timeout=SECONDS)
    if "Traceback" in done.stderr and command[0] == "proctor":
        raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")


def read_cells(root: Path) -> Cells:
    """Return every graded cell of every submission that has a mark."""
    found = {}
    with Gradebook(f"sqlite:///{root}/gradebook.db", "plain") as book:
        for assignment in book.assignments:
            for submission in assignment.submissions:
                student = submission.student.id
                if not (root / "autograded" / student / assignment.name).is_dir():
                    continue  # where nbgrader could not grade, it leaves rows without scores
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        at = (assignment.name, student, f"{notebook.name}/{grade.cell.name}")
                        found[at] = Cell(grade.score, grade.auto_score, grade.needs_manual_grade)
    return found


def read_flags(root: Path) -> dict[tuple[str, str, str], str]:
    """Return the reasons, from the verdicts' flags, why nbgrader marks a cell otherwise."""
    course, reasons = Course(root), {}
    for name in course.plain_names():
        for student in course.students(name):
            verdict = read_verdict(course, name, student)
            for line in (line for flag in verdict.flags for line in flag.evidence) if verdict else ():
                cell, _, why = line.partition(": ")
                reasons[name, student, cell if "/" in cell else f"{name}/{cell}"] = why
    return reasons


def find_flag(at: tuple[str, str, str], flagged: dict[tuple[str, str, str], str]) -> str:
    """Return what a flag says about a cell, or about its whole submission; "" if there is none."""
    assignment, student, _ = at
    return flagged.get(at) or flagged.get((assignment, student, f"{assignment}/the whole submission"), "")


def format_cell(cell: Cell | None) -> str:
    """Format a cell for the table."""
    if cell is None:
        return "no mark"
    automatic = "–" if cell.automatic is None else f"{cell.automatic:g}"
    return f"{cell.score:g} (automatic {automatic}{', by hand' if cell.by_hand else ''})"


if __name__ == "__main__":
    sys.exit(main())
