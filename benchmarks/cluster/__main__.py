"""Grade a class on a cluster of one worker, then of two, then of two that are killed repeatedly.

Last, it is graded on workers that answer at once. Scheduler, workers and coordinator are
processes, each in a network namespace of its own where this machine allows it, and only the
coordinator sees the course's folder. From what a submission costs on each of them the time for a
larger class on a larger cluster is computed. Exits with 1 if a mark is not the one due.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console

from benchmarks.cluster.nodes import Used, cluster, end, kill_worker, wait_for
from benchmarks.grade_class.__main__ import describe_machine
from benchmarks.grade_class.exercise import NAME, make_proctor_course
from benchmarks.grade_class.submissions import class_of, hand_in
from benchmarks.rows import Row, add_option, write

CLASS, CORES = 100_000, 200
AT_ONCE = Path(__file__).with_name("at_once.py")


@dataclass
class Run:
    """What a run took.

    Args:
        submissions: how many were graded.
        first, seconds: from the start until the first verdict, and until the last.
        coordinator: processor time and memory of `proctor grade` itself.
        wrong: how many marks are not those due.
        kills: how many workers were killed.
    """

    submissions: int
    first: float
    seconds: float
    coordinator: Used
    wrong: int
    kills: int

    @property
    def rate(self) -> float:
        """Submissions graded per second, from the first verdict on."""
        return (self.submissions - 1) / (self.seconds - self.first)


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--submissions", type=int, default=1000, help="with workers killed (default: %(default)s)")
    parser.add_argument("--scaling", type=int, default=60, help="with one and two workers (default: %(default)s)")
    parser.add_argument("--every", type=int, default=25, help="verdicts between two kills (default: %(default)s)")
    add_option(parser)
    given = parser.parse_args()
    console = Console(width=120, highlight=False)
    console.print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        os.chmod(folder, 0o711)
        course, scratch, logs = (Path(folder, name) for name in ("course", "dask", "logs"))
        for path in (course, scratch, logs):
            path.mkdir()
        make_proctor_course(course, "built")
        subprocess.run([sys.executable, "-m", "proctor", "release", NAME], cwd=course, check=True, capture_output=True)
        hand_in(course, class_of(max(given.submissions, given.scaling), trained=False))
        with cluster(course, logs) as (made, scheduler):
            console.print("nodes are network namespaces" if made.namespaces else "nodes share this machine's loopback")
            prefix, address = made.node("coordinator")
            grade = [*prefix, sys.executable, "-m", "proctor", "grade", "--again", "--json", "--scheduler", address]
            one = made.worker("worker1", scratch)
            alone = _grade(course, grade, given.scaling, lambda _: 0)
            console.print(_describe_run("1 worker", alone))
            two = made.worker("worker2", scratch)
            both = _grade(course, grade, given.scaling, lambda _: 0)
            console.print(_describe_run("2 workers", both) + f"; {both.rate / alone.rate:.2f} times the rate of one")

            def kill(count: int) -> int:
                return count % given.every == 0 and kill_worker([one, two][count // given.every % 2])

            killed = _grade(course, grade, given.submissions, kill)
            console.print(_describe_run("2 workers", killed) + f"; workers killed {killed.kills} times")
            for worker in (one, two):
                end(worker)
            # Several, for the coordinator records together what is done meanwhile.
            made.worker("worker3", scratch, "--preload", str(AT_ONCE), "--nworkers", "8")
            few = _grade(course, grade, given.scaling, lambda _: 0)
            busy = _grade(course, grade, given.submissions, lambda _: 0)
            console.print(_describe_run("8 workers that answer at once", busy))
            between = end(scheduler)
        graded = 3 * given.scaling + 2 * given.submissions
        serial = (busy.coordinator.seconds - few.coordinator.seconds) / (given.submissions - given.scaling)
        console.print(
            f"a submission takes {1 / alone.rate:.2f} s on a worker, {1000 * serial:.0f} ms of processor on the "
            f"coordinator, {1000 * between.seconds / graded:.0f} ms on the scheduler (starts and heartbeats included)"
        )
        working = CLASS / CORES / alone.rate
        writing = CLASS * serial
        console.print(
            f"{CLASS:,} submissions on {CORES} cores: {working / 60:.0f} min of grading, of which the coordinator's "
            f"{writing / 60:.0f} min run beside; with the start {(max(working, writing) + alone.first) / 60:.0f} min"
        )
    minutes = (max(working, writing) + alone.first) / 60
    scaled = both.rate / alone.rate
    wrong = alone.wrong + both.wrong + killed.wrong + busy.wrong
    rows = [
        Row(
            f"a dask cluster, {given.submissions:,} small Keras notebooks, workers killed {killed.kills} times",
            f"{killed.seconds:.0f} s, {killed.rate:.2f} a second; {wrong} marks wrong",
            f"undisturbed {both.rate:.2f} a second",
            "none wrong",
            not wrong,
        ),
        Row("from one worker to two, on two cores", f"{scaled:.2f} times the rate", f"{alone.rate:.2f} a second alone"),
        Row(
            f"{CLASS:,} such on {CORES} cores (computed)",
            f"{minutes:.0f} min",
            f"coordinator {1000 * serial:.0f} ms, scheduler {1000 * between.seconds / graded:.0f} ms a submission",
        ),
    ]
    write(given.rows, rows)
    return 1 if wrong else 0


def _grade(course: Path, command: list[str], count: int, after: Callable[[int], int]) -> Run:
    """Grade the first `count` of the class by `command`.

    Args:
        after: called after each verdict with the number of verdicts so far; may kill a worker, and
            returns how many it killed.
    """
    work = class_of(count, trained=False)
    started, first, kills, seen = time.monotonic(), 0.0, 0, 0
    only = [f"--student={student}" for student in work]
    with subprocess.Popen([*command, *only], cwd=course, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "student" in json.loads(line):
                seen += 1
                first = first or time.monotonic() - started
                kills += after(seen)
        seconds = time.monotonic() - started
        coordinator = wait_for(process)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        marks = {found.student.id: found.score for found in book.assignment_submissions(NAME)}
    wrong = sum(marks.get(student) != submission.due for student, submission in work.items())
    return Run(count, first, seconds, coordinator, wrong, kills)


def _describe_run(workers: str, run: Run) -> str:
    return (
        f"{workers}: {run.submissions} submissions in {run.seconds:.0f} s, the first after {run.first:.0f} s, then "
        f"{run.rate:.2f} a second; {run.wrong} marks wrong; the coordinator used {run.coordinator.seconds:.1f} s of "
        f"processor and at most {run.coordinator.peak / 2**20:.0f} MiB; load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())
