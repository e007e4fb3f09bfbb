"""Record, record again, export, list and give feedback in gradebooks of several sizes; print what each took.

Everything happens in a temporary folder, on SQLite and on a PostgreSQL server of its own where one is installed.
Each figure is wall time, in brackets the time of this process's own processor: the rest is disk, server and neighbours.
"""

from __future__ import annotations

import argparse
import contextlib
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
)


def main() -> int:
    """Run the measurements; returns the exit status."""
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
                with tempfile.TemporaryDirectory(prefix="proctor-") as folder, a_database(database, folder) as url:
                    course = filled.make(Path(folder, "course"), url, max(students, filled.NEW + 1), assignments)
                    found[database, assignments, students] = measured(course, url)
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
            for what, column in (("record a submission", 0), ("record it again", 1), ("export every mark", 2)):
                size = f"{many:,} students × {max(arguments.assignments)} exercises, {database}"
                rows.append(Row(f"{what}; {size}", large[column], f"{few:,} students: {small[column]}"))
    write(arguments.rows, rows)
    return 0


@contextlib.contextmanager
def a_database(kind: str, folder: str) -> Iterator[str]:
    """The URL of a fresh database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/gradebook.db"
        return
    with server() as url:
        yield url


def measured(course: Course, url: str) -> list[str]:
    """What the operations of `COLUMNS` took."""
    notebook = filled.notebook()
    new = [f"student{number:04}" for number in range(filled.NEW)]

    def record(student: str) -> None:
        gradebook.record(course, filled.verdict(student), notebook)

    shown = [typical(record, new), typical(record, new)]
    wall, own = timed(lambda: export.write(course, course.root / "marks.csv"))
    marks = len((course.root / "marks.csv").read_text().splitlines()) - 1
    shown += [f"{wall:.2f} s ({own:.2f})", f"{1e6 * wall / marks:.0f} µs"]
    shown.append(typical(lambda student: gradebook.feedback(course, filled.NAME, student), new[:3]))
    with Gradebook(url) as book:
        for listing in (book.student_dicts, lambda: book.submission_dicts(filled.NAME)):
            wall, own = timed(listing)
            shown.append(f"{wall:.2f} s ({own:.2f})")
        plugin = CsvExportPlugin(to=str(course.root / "theirs.csv"), student=new[:5], assignment=[filled.NAME])
        wall, _ = timed(lambda: plugin.export(book))
        shown.append(f"{1000 * wall / 5:.0f} ms")
    return shown


def typical(work: Callable[[str], object], students: list[str]) -> str:
    """The medians of what `work` takes for a student."""
    times = [timed(lambda student=student: work(student)) for student in students]
    wall, own = (1000 * statistics.median(column) for column in zip(*times, strict=True))
    return f"{wall:.0f} ms ({own:.0f})"


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of this process's processor."""
    wall, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - own


if __name__ == "__main__":
    sys.exit(main())
