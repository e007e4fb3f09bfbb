"""What forty hostile submissions cost a class of two hundred: `python -m benchmarks.hostile_class`.

The class is graded without them and with them, each time by one `proctor grade` with a cold start.
Exits with 1 if an honest mark is wrong, if a process or temporary file is left over, or if grading,
less the time that the hostile submissions themselves used, took more than 1.5 times as long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from itertools import zip_longest
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from proctor.course.course import Course
from proctor.record.kept import read_verdict
from proctor.report import export

# The attacks are those that the tests make.
sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tests"))
from attacks.cheats import ALL, CHEATS
from attacks.damage import DAMAGE
from attacks.exercise import FULL, NAME, RIGHT, WRONG, hand_in, make_attacked_course, notebook
from attacks.reaches import REACHES, TOOLS

CELL_SECONDS = 5
ALLOWED = 1.5
SECONDS = 3000


def main(honest: int = 160, hostile: int = 40) -> None:
    """Grade `honest` right submissions without and with `hostile` others; print the differences."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-class-"))
    (folder / "temporary").mkdir()
    alone, _ = grade(folder, honest, 0)
    both, course = grade(folder, honest, hostile)
    time.sleep(3)  # what Python starts beside a pool ends a moment after it
    left = find_processes(folder), list((folder / "temporary").iterdir())
    marks = {mark.student: mark.score for mark in export.marks(course)}
    right = sum(marks.get(f"honest{number:03}") == FULL for number in range(honest))
    verdicts = [read_verdict(course, NAME, f"hostile{number:03}") for number in range(hostile)]
    own = sum(verdict.seconds["total"] for verdict in verdicts if verdict is not None) / (os.cpu_count() or 1)
    table = Table("what", "found")
    table.add_row(f"{honest} honest alone", f"{alone:.0f} s")
    table.add_row(f"with {hostile} hostile", f"{both:.0f} s, of which theirs {own:.0f} s on each processor")
    table.add_row("honest, with them, against alone", f"{(both - own) / alone:.2f}")
    table.add_row("honest marks right", f"{right} of {honest}")
    table.add_row("processes and folders left over", " and ".join(str(len(found)) for found in left))
    Console().print(table)
    held = right == honest and both <= ALLOWED * alone + own and not any(left)
    raise SystemExit(0 if held else 1)


def grade(folder: Path, honest: int, hostile: int) -> tuple[float, Course]:
    """Grade a new class by `proctor grade`; return the seconds that it took, and the course."""
    course = make_attacked_course(folder / f"course{hostile}", CELL_SECONDS)
    for number in range(honest):
        hand_in(course, f"honest{number:03}", notebook(RIGHT))
    for number, (answers, cell) in enumerate(attacks(course)[:hostile]):
        hand_in(course, f"hostile{number:03}", notebook(answers, before=cell))
    started = time.monotonic()
    command = [sys.executable, "-m", "proctor", "grade", NAME]
    environment = {**os.environ, "TMPDIR": str(folder / "temporary")}
    subprocess.run(command, cwd=course.root, env=environment, stdout=subprocess.DEVNULL, timeout=SECONDS)
    return time.monotonic() - started, course


def attacks(course: Course) -> list[tuple[dict[str, str], str]]:
    """Return each attack as its answers and a cell before them, the kinds of attack in turn."""
    names = f"ALL, COURSE, PORT, ABSTRACT, UNIX, CANARY = {ALL}, {str(course.root)!r}, 1, 'none', '/none', 'none'\n"
    damage = [
        ({**RIGHT, deed.instead_of: names + deed.cell}, "") if deed.instead_of else (RIGHT, names + deed.cell)
        for deed in DAMAGE.values()
    ]
    cheats = [(WRONG, names + cell) for cell in CHEATS.values()]
    reaches = [(RIGHT, names + TOOLS + cell) for cell in REACHES.values()]
    return [pair for row in zip_longest(damage, cheats, reaches) for pair in row if pair is not None]


def find_processes(folder: Path) -> list[str]:
    """Return the ids of processes whose environment or command line names `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in text:
            found.append(process.name)
    return found


if __name__ == "__main__":
    typer.run(main)
