"""Measure what Proctor adds to each submission of a NumPy exercise, and its time to first verdict.

`python -m benchmarks.numpy_class`. Exits with 1 if a mark is not the one due.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.grade_class.__main__ import describe_machine
from benchmarks.numpy_class.exercise import BODIES, INPUTS, NAME, code, hand_in, make_course
from benchmarks.rows import Row, add_option, write
from benchmarks.warm import warm_server

SECONDS = 600
DUE = len(BODIES) * len(INPUTS)


@dataclass(frozen=True)
class Run:
    """What a run took.

    Args:
        first, last: seconds from the start of the command to the first and to the last verdict.
        right: how many marks are those due.
    """

    first: float
    last: float
    right: int


def main() -> int:
    """Measure; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.numpy_class", description=__doc__)
    parser.add_argument("--submissions", type=int, default=60, help="size of the class (%(default)s)")
    parser.add_argument("--starts", type=int, default=5, help="how often a start is measured (%(default)s)")
    add_option(parser)
    given = parser.parse_args()
    console = Console(highlight=False)
    console.print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        course = Path(folder, "course")
        make_course(course)
        hand_in(course, given.submissions)
        bare = bare_seconds(course / "submitted" / "student000" / NAME / f"{NAME}.ipynb")
        every = grade(course, "--jobs", "1")
        cold = [grade(course, "--student", "student000").first for _ in range(given.starts)]
        with warm_server(course, "student000"):
            warm = [grade(course, "--student", "student000").first for _ in range(given.starts)]
    each = (every.last - every.first) / (given.submissions - 1)
    rows = [
        Row(
            f"overhead on a NumPy exercise, {DUE} criteria",
            f"{each - bare:.2f} s a submission",
            f"its cells alone {1000 * bare:.1f} ms",
            "under 0.5 s",
            each - bare < 0.5,
        ),
        Row("start to first verdict, cold", _format_times(cold), "", "under 8 s", statistics.median(cold) < 8),
        Row("start to first verdict, warm server", _format_times(warm), "", "under 2 s", statistics.median(warm) < 2),
    ]
    table = Table("", "measured", "wanted")
    for row in rows:
        table.add_row(row.what, row.measured, row.wanted)
    console.print(table)
    write(given.rows, rows)
    return 0 if every.right == given.submissions else 1


def bare_seconds(notebook: Path) -> float:
    """Return the seconds that the cells take in a warm process: the median of 50 runs."""
    cells, times = code(notebook), []
    for _ in range(50):
        started, namespace = time.perf_counter(), {"__name__": "__main__"}
        for source in cells:
            exec(compile(source, "cell", "exec"), namespace)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def grade(course: Path, *options: str) -> Run:
    """Run `proctor grade --again` with `options`, and time its verdicts."""
    started, first, right, last = time.monotonic(), 0.0, 0, 0.0
    command = [sys.executable, "-m", "proctor", "grade", "--again", "--json", *options]
    with subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found = json.loads(line)
            if "student" in found:
                last = time.monotonic() - started
                first = first or last
                right += found["earned"] == DUE
        process.wait(SECONDS)
    return Run(first, last, right)


def _format_times(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} s ({min(times):.1f} to {max(times):.1f}, {len(times)} starts)"


if __name__ == "__main__":
    sys.exit(main())
