"""Grade a thousand small Keras notebooks in one run, and sample its memory meanwhile.

`python -m benchmarks.many`. Exits with 1 if a mark is not the one due.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.grade_class.__main__ import describe_machine, grade, read_marks, run_module
from benchmarks.grade_class.exercise import NAME, make_proctor_course
from benchmarks.grade_class.measure import Measured
from benchmarks.grade_class.submissions import class_of, hand_in
from benchmarks.rows import Row, add_option, write

MIB = 2**20
SECONDS = 300


def main() -> int:
    """Measure; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--submissions", type=int, default=1000, help="size of the class (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (%(default)s)")
    parser.add_argument("--few", type=int, default=60, help="size of the class for 1, 2 and 4 jobs (%(default)s)")
    add_option(parser)
    given = parser.parse_args()
    console = Console(highlight=False)
    console.print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        few, course = Path(folder, "few"), Path(folder, "many")
        for root, size in ((few, given.few), (course, given.submissions)):
            root.mkdir()
            make_proctor_course(root, "built")
            run_module(root, ["proctor", "release", NAME], SECONDS)
            hand_in(root, class_of(size, trained=False))
        peaks = {jobs: _grade(few, jobs, given.few).peak / MIB for jobs in (1, 2, 4)}
        ran = _grade(course, given.jobs, given.submissions)
        found = read_marks(course)
    work = class_of(given.submissions, trained=False)
    wrong = sum(found.get(student) != submission.due for student, submission in work.items())
    early, late = (_median_memory(ran, share) for share in ((0.1, 0.3), (0.8, 1.0)))
    extra = (peaks[4] - peaks[1]) / 3
    rows = [
        Row(
            f"{given.submissions:,} small Keras notebooks, {given.jobs} jobs",
            f"{ran.seconds:.0f} s, {given.submissions / ran.seconds:.1f} a second; {wrong} marks wrong",
            met=not wrong,
        ),
        Row(
            "memory of each further job",
            f"{extra:.0f} MiB",
            f"1 job {peaks[1]:.0f} MiB in all",
            "≤ 300 MB",
            extra < 286,
        ),
        Row(
            f"memory over {given.submissions:,} submissions",
            f"{late - early:+.0f} MiB from the second tenth to the last",
            f"{early:.0f} MiB",
            "flat",
            late - early < 0.05 * early,
        ),
    ]
    for row in rows:
        console.print(f"{row.what}: {row.measured} ({row.beside})")
    write(given.rows, rows)
    return 1 if wrong else 0


def _grade(course: Path, jobs: int, count: int) -> Measured:
    return grade(course, ["proctor", "grade", NAME, "--again", "--quiet", "--jobs", str(jobs)], count)


def _median_memory(ran: Measured, share: tuple[float, float]) -> float:
    """Return the median, in MiB, of the memory held during a part of the run.

    Args:
        share: where the part begins and ends, as fractions of the run's time.
    """
    begin, end = (part * ran.seconds for part in share)
    return statistics.median(held / MIB for seconds, held in ran.samples if begin <= seconds <= end)


if __name__ == "__main__":
    sys.exit(main())
