"""Kill processes of `proctor grade` at random moments, and look for marks lost, double or wrong.

In each round every student hands in something else, and a run is started. Until it is over, its
processes get a SIGKILL one after another: the coordinator, an examiner, the process that examiners
are forked from, the fork server or a jail. Then the run is started again and left alone. Exits with
1 if a mark is lost, double or wrong, or a process or file is left over; each is printed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console

from benchmarks.grade_class.exercise import NAME, make_proctor_course
from benchmarks.grade_class.submissions import CLASS, Submission, hand_in
from benchmarks.rows import Row, add_option, write

BY_HAND = 1.25
"""The points that a person gave the first student for `sigmoid`; they must stay."""
COORDINATORS = 0.1
"""The share of kills that hit the coordinator; few, since such a kill ends the round."""
EARLY = 0.01
"""The share of moments before the first examiner starts in which something is killed."""
SECONDS = 900


def main() -> int:
    """Run the rounds; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="stop after this many (default: %(default)s)")
    parser.add_argument("--students", type=int, default=8, help="in the class (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=3.0, help="between two kills, at most (default: %(default)s s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is killed when (default: %(default)s)")
    add_option(parser)
    given = parser.parse_args()
    console, rng = Console(width=110), random.Random(given.seed)
    killed: Counter[str] = Counter()
    found = rounds = 0
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        os.chmod(folder, 0o711)
        course = _Course(Path(folder))
        while killed.total() < given.kills:
            rounds += 1
            work = course.hand_in(rounds, given.students)
            now = course.disturbed(rng, given.pause)
            killed += now
            wrong = course.again(work)
            found += len(wrong)
            console.print(f"round {rounds}: killed {_format_counts(now)}; {killed.total()} so far", highlight=False)
            for sentence in wrong:
                console.print(f"  [red]{sentence}[/]", highlight=False)
            sys.stdout.flush()
    console.print(
        f"{killed.total()} kills in {rounds} rounds ({_format_counts(killed)}), {found} things wrong", highlight=False
    )
    what = "random SIGKILLs of " + ", ".join(sorted(killed))
    measured = f"{killed.total()} kills in {rounds} rounds, {found} things wrong"
    write(given.rows, [Row(what, measured, "", "100, none wrong", killed.total() >= 100 and not found)])
    return 1 if found or not killed else 0


def _format_counts(killed: Counter[str]) -> str:
    return ", ".join(f"{count} {victim}" for victim, count in sorted(killed.items())) or "nothing"


class _Course:
    """A course in `folder`: runs grading in it, kills the runs, and checks the result."""

    def __init__(self, folder: Path):
        self.root, self.temporary = folder / "course", folder / "tmp"
        self.temporary.mkdir()
        os.chmod(self.temporary, 0o711)
        self.root.mkdir()
        make_proctor_course(self.root)
        self._run("release")
        self.graded_by_hand = False

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "proctor", *arguments],
            cwd=self.root,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def _run(self, *arguments: str) -> tuple[int, str]:
        with self._start(*arguments) as process:
            output = process.communicate(timeout=SECONDS)[0].decode("utf-8", "replace")
        return process.returncode, output

    def hand_in(self, number: int, size: int) -> dict[str, Submission]:
        """Let each student hand in something else than in the round before."""
        shutil.rmtree(self.root / "submitted", ignore_errors=True)
        work = {f"student{index}": CLASS[(index + number) % len(CLASS)] for index in range(size)}
        hand_in(self.root, work)
        return work

    def disturbed(self, rng: random.Random, pause: float) -> Counter[str]:
        """Start a run, kill its processes until it is over, and count them by kind."""
        killed: Counter[str] = Counter()
        with self._start("grade", "--quiet") as run:
            while run.poll() is None:
                try:
                    run.communicate(timeout=rng.uniform(0, pause))
                except subprocess.TimeoutExpired:
                    victims = _find_victims(run.pid)
                    if "examiner" not in victims and rng.random() > EARLY:
                        continue
                    if not victims or rng.random() < COORDINATORS:
                        victims = {"coordinator": [run.pid]}
                    kind = rng.choice(sorted(victims))
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(rng.choice(sorted(victims[kind])), signal.SIGKILL)
                        killed[kind] += 1
        return killed

    def again(self, work: dict[str, Submission]) -> list[str]:
        """Grade without kills; return a sentence for each thing that is wrong then."""
        code, output = self._run("grade")
        wrong = [] if code == 0 else [f"the run after it exited with {code}: {output}"]
        wrong += self._marks(work)
        wrong += self._left_over()
        code, output = self._run("grade", "--explain")
        if f"0 of {len(work)} would be graded" not in output:
            wrong.append(f"what was graded would be graded again: {output}")
        return wrong

    def _marks(self, work: dict[str, Submission]) -> list[str]:
        wrong = []
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "proctor") as book:
            submissions = book.assignment_submissions(NAME)
            if Counter(each.student.id for each in submissions) != Counter(list(work)):
                wrong.append(f"there are {len(submissions)} submissions of {len(work)} students")
            for each in submissions:
                grades = each.notebooks[0].grades
                earned = sum(grade.auto_score or 0 for grade in grades)
                if earned != work[each.student.id].due or len(grades) != len({grade.name for grade in grades}):
                    what = work[each.student.id]
                    wrong.append(f"{each.student.id} ({what.what}) has {earned:g} points, and {what.due:g} are due")
            grade = book.find_grade("sigmoid", NAME, NAME, "student0")
            if self.graded_by_hand and grade.manual_score != BY_HAND:
                wrong.append(f"student0 was given {BY_HAND} by hand, and has {grade.manual_score}")
            grade.manual_score, self.graded_by_hand = BY_HAND, True
            book.db.commit()
        return wrong

    def _left_over(self) -> list[str]:
        deadline = time.monotonic() + 10  # processes that were told to end may need a moment
        while (processes := _find_running(str(self.temporary))) and time.monotonic() < deadline:
            time.sleep(0.2)
        wrong = [f"process {number} is left: {command}" for number, command in processes.items()]
        files = [
            *self.temporary.glob("proctor-*"),
            *self.root.glob(".proctor/**/*.unfinished"),
            *self.root.glob(".release-*"),
        ]
        files += self.root.glob(f"autograded/*/*/.{NAME}*")
        return wrong + [f"{path.relative_to(self.root.parent)} is left" for path in files]


def _find_victims(coordinator: int) -> dict[str, list[int]]:
    """Return kind → process ids, of the processes below a coordinator."""
    victims: dict[str, list[int]] = {}
    for child in _children(coordinator):
        command = _read_command(child)
        if "proctor.jail.server" in command:
            victims["fork server"] = [child]
            victims["jail"] = _descendants(child)
        elif "multiprocessing.forkserver" in command:
            victims["examiners' fork server"] = [child]
            victims["examiner"] = _children(child)
    return {kind: numbers for kind, numbers in victims.items() if numbers}


def _descendants(process: int) -> list[int]:
    return [number for child in _children(process) for number in (child, *_descendants(child))]


def _children(process: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _read_command(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def _find_running(temporary: str) -> dict[int, str]:
    """Return id → command line of processes started with `temporary` as their temporary folder."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if temporary.encode() in (path / "environ").read_bytes() + (path / "cmdline").read_bytes():
                found[int(path.name)] = _read_command(int(path.name))
    return found


if __name__ == "__main__":
    sys.exit(main())
