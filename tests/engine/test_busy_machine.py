"""A time limit is about what a student's code uses, and not about what it has to wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import edited, set_budget, statuses
from nbformat.v4 import new_code_cell

from proctor.jail.used_time import tells_waiting

NEIGHBOURS = 5
# Processor time is the same on a slow machine and a fast one, a quiet machine and a busy one.
COMPUTE = """import subprocess, sys, threading, time

def compute(seconds):
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass
"""
IN_A_CELL = "compute(1.5)"
IN_A_THREAD = "thread = threading.Thread(target=compute, args=(1.5,))\nthread.start()\nthread.join()"
IN_A_CHILD = "import inspect\nchild = f'import time\\n{inspect.getsource(compute)}\\ncompute(1.5)'\n" + (
    "_ = subprocess.run([sys.executable, '-c', child], check=True)"
)
CROWD = """going = True
def spin():
    while going:
        pass

try:
    for _ in range(8):
        threading.Thread(target=spin).start()
    spin()
finally:
    going = False"""
SLOW_RELU = "def relu(x):\n    compute(1.5)\n    return np.maximum(x, 0)"


@pytest.fixture
def neighbours() -> Iterator[None]:
    """One processor for this process and its jails, which processes that never wait use, too."""
    if not tells_waiting():  # limits are then four times as long, and nothing is left out of them
        pytest.skip("this kernel does not tell how long a process waits for a processor")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    # Each in a session of its own, since the kernel may share processors among sessions; they
    # end with this process.
    spin = f"import os\nwhile os.getppid() == {os.getpid()}: pass"
    spinning = [subprocess.Popen([sys.executable, "-c", spin], start_new_session=True) for _ in range(NEIGHBOURS)]
    yield
    for process in spinning:
        process.kill()
        process.wait()
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("neighbours")
def test_right_work_beside_busy_neighbours_gets_full_marks(course, graded, solution):
    """Cells, threads, children and calls have all of their time, however slowly they get it."""
    set_budget(course, cell_seconds=4, call_seconds=4)
    cells = [COMPUTE, IN_A_CELL, IN_A_THREAD, IN_A_CHILD]
    solution.cells[2:2] = [new_code_cell(source) for source in cells]
    verdict = graded(edited(solution, "write_relu", SLOW_RELU))
    assert [cell.error for cell in verdict.cells if cell.status != "ok"] == []
    assert set(statuses(verdict).values()) == {"passed"}


@pytest.mark.usefixtures("neighbours")
def test_what_never_ends_is_stopped_beside_busy_neighbours(course, graded, solution):
    """An endless loop, sleep or crowd of threads ends, and costs nothing else."""
    set_budget(course, cell_seconds=2)
    endless = ["while True:\n    pass", "time.sleep(10**6)", CROWD]  # each is stopped after two seconds
    solution.cells[2:2] = [new_code_cell(COMPUTE), *map(new_code_cell, endless)]
    verdict = graded(solution)
    assert [cell.error for cell in verdict.cells if cell.status != "ok"] == ["stopped after 2 s"] * len(endless)
    assert set(statuses(verdict).values()) == {"passed"}
