"""Grade one class by `proctor grade` and by plain `nbgrader autograde`; print times and marks.

Everything happens in a temporary folder. Both courses are released beforehand; what is timed is the
command as a person runs it, its start included. Exits with 1 if a mark is not the expected one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from benchmarks.grade_class.exercise import NAME, make_plain_course, make_proctor_course
from benchmarks.grade_class.measure import Measured, run
from benchmarks.grade_class.submissions import Submission, class_of, hand_in
from benchmarks.rows import Row, add_option, write
from benchmarks.warm import warm_server

START_SECONDS, SUBMISSION_SECONDS = 300, 90

Marks = dict[str, float]


def main() -> int:
    """Run the comparison; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grade_class", description=__doc__)
    parser.add_argument("--submissions", type=int, default=20, help="size of the class (20)")
    parser.add_argument("--jobs", type=int, default=0, help="passed on to proctor grade (0: one for each processor)")
    parser.add_argument(
        "--ending", choices=["trained", "drawn", "built"], default="trained", help="what is done to the network"
    )
    add_option(parser)
    arguments = parser.parse_args()
    students = class_of(max(1, arguments.submissions), arguments.ending == "trained")
    console = Console()
    console.print(describe_machine(), highlight=False, soft_wrap=True)
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        ours, theirs = Path(folder, "proctor"), Path(folder, "nbgrader")
        with console.status("making the courses …"):
            prepare(ours, theirs, students, arguments.ending)
        with console.status("the students' own cells in one warm process …"):
            bare = measure_floor(theirs, len(students))
        with console.status("proctor grade …"):
            jobs = ["--jobs", str(arguments.jobs)]
            proctor = grade(ours, ["proctor", "grade", NAME, *jobs], len(students))
            with warm_server(ours, next(iter(students))):
                warm = grade(ours, ["proctor", "grade", NAME, "--again", *jobs], len(students)).seconds
        with console.status("nbgrader autograde …"):
            nbgrader = grade(theirs, ["nbgrader", "autograde", NAME], len(students))
        by_proctor, by_nbgrader = read_marks(ours), read_marks(theirs)
    rows = {"bare compute": bare, "proctor": proctor, "nbgrader": nbgrader}
    console.print(make_cost_table(rows, {"proctor": by_proctor, "nbgrader": by_nbgrader}, students))
    console.print(make_mark_table(students, by_proctor, by_nbgrader))
    faster, less = nbgrader.seconds / proctor.seconds, nbgrader.processor / proctor.processor
    console.print(
        f"proctor takes 1/{faster:.1f} of nbgrader's time, 1/{less:.1f} of its processor time; bare compute: "
        "the students' own cells, one after another in one warm process",
        highlight=False,
    )
    surprises = [
        f"{tool} gave {student} ({students[student].what}) {found.get(student)}, expected {expected[student]:g}"
        for tool, found, expected in (
            ("proctor", by_proctor, {student: work.due for student, work in students.items()}),
            ("nbgrader", by_nbgrader, {student: work.expected_of_nbgrader for student, work in students.items()}),
        )
        for student in students
        if found.get(student) != expected[student]
    ]
    for surprise in surprises:
        console.print(surprise, style="red", highlight=False)
    what = f"{len(students)} Keras notebooks, a small network {arguments.ending}"
    write(arguments.rows, make_rows(what, rows, warm, len(surprises)))
    return 1 if surprises else 0


def make_rows(what: str, found: dict[str, Measured], warm: float, surprises: int) -> list[Row]:
    """Return the lines of docs/performance.md."""
    ours, theirs, bare = found["proctor"], found["nbgrader"], found["bare compute"]
    rows = []
    for name, seconds in ((what, ours.seconds), ("the same, warm server", warm)):
        faster, floor = theirs.seconds / seconds, seconds / bare.seconds
        measured = f"{seconds:.1f} s; {surprises} marks not as expected"
        beside = f"nbgrader {theirs.seconds:.0f} s: {faster:.1f} times; cells alone {bare.seconds:.1f} s: × {floor:.2f}"
        rows.append(Row(name, measured, beside, "15 times, ≤ 1.5", faster >= 15 and floor <= 1.5))
    used = f"nbgrader {theirs.processor:.0f} s, the cells alone {bare.processor:.0f} s"
    return [*rows, Row("processor time of these, cold", f"{ours.processor:.0f} s", used)]


def describe_machine() -> str:
    """Describe the processor, its cores, and the versions of Python and packages, in a line."""
    cores = len(os.sched_getaffinity(0))
    packages = ", ".join(f"{package} {version(package)}" for package in ("proctor", "nbgrader", "keras", "numpy"))
    return f"{cores} cores ({_describe_processor()}), Python {platform.python_version()}, {packages}"


def _describe_processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def prepare(ours: Path, theirs: Path, students: dict[str, Submission], ending: str) -> None:
    """Make and release both courses, and hand the same work in to both."""
    ours.mkdir()
    theirs.mkdir()
    make_proctor_course(ours, ending)
    make_plain_course(theirs, ending)
    run_module(ours, ["proctor", "release", NAME], START_SECONDS)
    run_module(theirs, ["nbgrader", "generate_assignment", NAME], START_SECONDS)
    hand_in(ours, students)
    hand_in(theirs, students)


def measure_floor(course: Path, count: int) -> Measured:
    """Run the students' own cells alone; return their times, and their process's memory."""
    command = ["benchmarks.grade_class.floor", str(course / "submitted")]
    measured = run_module(Path(__file__).parents[2], command, START_SECONDS + SUBMISSION_SECONDS * count)
    return replace(measured, **json.loads(measured.output.splitlines()[-1]))


def grade(course: Path, command: list[str], count: int) -> Measured:
    """Grade the class in `course`."""
    return run_module(course, command, START_SECONDS + SUBMISSION_SECONDS * count)


def run_module(folder: Path, module: list[str], timeout: float) -> Measured:
    """Run `python -m MODULE` as in an activated environment, since nbgrader calls `alembic`.

    TensorFlow's notices are off.
    """
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "MPLBACKEND": "Agg"}
    environment = {**os.environ, **quiet, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return run([sys.executable, "-m", *module], folder, environment, timeout)


def read_marks(course: Path) -> Marks:
    """Return each student's points in the course's gradebook."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        return {found.student.id: found.score for found in book.assignment_submissions(NAME)}


def make_cost_table(rows: dict[str, Measured], found: dict[str, Marks], students: dict[str, Submission]) -> Table:
    """Return a table of what each way took, relative to the first, and how many marks are right."""
    bare = next(iter(rows.values()))
    table = Table("", title=f"{len(students)} submissions", title_justify="left")
    for column in ("wall", "each", "× bare", "CPU", "× bare", "memory", "right"):
        table.add_column(column, justify="right")
    for name, measured in rows.items():
        right = sum(found[name].get(student) == work.due for student, work in students.items()) if name in found else 0
        table.add_row(
            name,
            f"{measured.seconds:.1f} s",
            f"{measured.seconds / len(students):.2f} s",
            f"{measured.seconds / bare.seconds:.2f}",
            f"{measured.processor:.1f} s",
            f"{measured.processor / bare.processor:.2f}",
            f"{measured.peak / 2**20:.0f} MiB",
            f"{right}/{len(students)}" if name in found else "",
        )
    return table


def make_mark_table(students: dict[str, Submission], by_proctor: Marks, by_nbgrader: Marks) -> Table:
    """Return a table of each submission's marks; one that is not due is red."""
    table = Table("submission", title="marks", title_justify="left")
    for column in ("due", "proctor", "nbgrader"):
        table.add_column(column, justify="right")
    for student, work in students.items():
        points = [by_proctor.get(student), by_nbgrader.get(student)]
        texts = ["–" if mark is None else f"{mark:g}" for mark in points]
        colours = ["green" if mark == work.due else "red" for mark in points]
        coloured = [f"[{colour}]{text}[/]" for colour, text in zip(colours, texts, strict=True)]
        table.add_row(work.what, f"{work.due:g}", *coloured)
    return table


if __name__ == "__main__":
    sys.exit(main())
