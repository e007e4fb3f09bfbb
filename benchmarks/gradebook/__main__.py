"""Measure what recording, exporting, listing and feedback take in gradebooks of several sizes.

Everything happens in a temporary folder, on SQLite and, where PostgreSQL is installed, on a server
of its own. Each figure is wall time, and in brackets the processor time of this process; the rest
is spent on disk, in the server and on other programs.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from rich.console import Console
from rich.table import Table

from benchmarks.gradebook import filled
from benchmarks.gradebook.server import programs, server
from benchmarks.rows import Row, add_option, write
from proctor.course.course import Course
from proctor.judge.result import Result
from proctor.record import gradebook
from proctor.report import export

COLUMNS = (
    "record",
    "again",
    "export",
    "a mark",
    "feedback",
    "formgrader: class",
    "exercise",
    "nbgrader export: a mark",
    "record, 50 together: each",
)
TOGETHER = 50


def main() -> int:
    """Run the measurements; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gradebook", description=__doc__)
    parser.add_argument("--students", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--assignments", type=int, nargs="+", default=[1, 53])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], nargs="+", default=["sqlite", "postgresql"])
    add_option(parser)
    arguments = parser.parse_args()
    table = Table("database", "students", "exercises", title="wall (own processor)", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    found: dict[tuple[str, int, int], list[str]] = {}
    for database in arguments.database:
        if database == "postgresql" and programs() is None:
            print("postgresql: not installed here (apt-get install postgresql)", file=sys.stderr)
            continue
        for assignments in arguments.assignments:
            for students in arguments.students:
                with tempfile.TemporaryDirectory(prefix="proctor-") as folder, make_database(database, folder) as url:
                    course = filled.make(Path(folder, "course"), url, max(students, filled.NEW + 1), assignments)
                    found[database, assignments, students] = measure(course, url)
                    row = [database, f"{students:,}", str(assignments), *found[database, assignments, students]]
                    table.add_row(*row)
                    print(*row, sep=" | ", file=sys.stderr)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    cores = len(os.sched_getaffinity(0))
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(f"{cores} cores ({platform.machine()}), Python {platform.python_version()}; load {load}")
    console.print(table)
    few, many = min(arguments.students), max(arguments.students)
    rows = []
    for database in arguments.database:
        small, large = (found.get((database, max(arguments.assignments), students)) for students in (few, many))
        if small and large:
            shown = ("record a submission", 0), ("record it again", 1), ("record one of 50 together", -1)
            for what, index in (*shown, ("export every mark", 2)):
                size = f"{many:,} students × {max(arguments.assignments)} exercises, {database}"
                rows.append(Row(f"{what}; {size}", large[index], f"{few:,} students: {small[index]}"))
    write(arguments.rows, rows)
    return 0


@contextlib.contextmanager
def make_database(kind: str, folder: str) -> Iterator[str]:
    """Yield the URL of a fresh database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/gradebook.db"
        return
    with server() as url:
        yield url


def measure(course: Course, url: str) -> list[str]:
    """Measure the operations of `COLUMNS`; return what each took, formatted."""
    notebook = filled.notebook()
    new = [f"student{number:04}" for number in range(filled.NEW)]

    def record(student: str) -> None:
        gradebook.record(course, filled.verdict(student), {filled.NAME: notebook})

    figures = [median_times(record, new), median_times(record, new)]
    wall, own = time_call(lambda: export.write(course, course.root / "marks.csv"))
    marks = len((course.root / "marks.csv").read_text().splitlines()) - 1
    figures += [f"{wall:.2f} s ({own:.2f})", f"{1e6 * wall / marks:.0f} µs"]
    figures.append(median_times(lambda student: gradebook.feedback(course, filled.NAME, student), new[:3]))
    with Gradebook(url) as book:
        for listing in (book.student_dicts, lambda: book.submission_dicts(filled.NAME)):
            wall, own = time_call(listing)
            figures.append(f"{wall:.2f} s ({own:.2f})")
        plugin = CsvExportPlugin(to=str(course.root / "theirs.csv"), student=new[:5], assignment=[filled.NAME])
        wall, _ = time_call(lambda: plugin.export(book))
        figures.append(f"{1000 * wall / 5:.0f} ms")
    results = [Result(filled.verdict(f"late{number:02}"), {filled.NAME: notebook}) for number in range(TOGETHER)]
    wall, own = time_call(lambda: gradebook.record_all(course, results))
    figures.append(f"{1000 * wall / TOGETHER:.1f} ms ({1000 * own / TOGETHER:.1f})")
    return figures


def median_times(work: Callable[[str], object], students: list[str]) -> str:
    """Return the medians of wall and processor time that `work` takes for a student, formatted."""
    times = [time_call(functools.partial(work, student)) for student in students]
    wall, own = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    return f"{wall:.0f} ms ({own:.0f})"


def time_call(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of wall time and of this process's processor time that `work` takes."""
    wall, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - own


if __name__ == "__main__":
    sys.exit(main())
