"""Worker processes that die or hang cost their own task at most, and none outlives its run."""

from __future__ import annotations

import multiprocessing
import os
import re
import select
import signal
import subprocess
import sys

import pytest

from proctor.run.pool import START_METHOD, each, examiners
from proctor.run.processes import OutOfTime, Processes

# A match that takes years, in which the interpreter runs no other thread and no signal handler.
HANG = "__import__('re').findall('(?:a|a)*b', 'a' * 200)"
DIE = "__import__('os')._exit(3)"
LONG = 600.0  # seconds, which no honest task comes near


def run(tasks: list[str], jobs: int, seconds: dict[str, float]) -> dict[str, object]:
    """The results of Python expressions, evaluated in `jobs` processes, or why there is none."""
    workers = examiners(jobs, lambda task: seconds.get(task, LONG))
    return dict(each(eval, tasks, workers, lambda task, reason: reason))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_task_that_hangs_is_stopped_and_the_others_are_done(jobs: int) -> None:
    """At its deadline a task is given up with the reason, even one that holds the interpreter."""
    done = run(["1 + 1", HANG, "2 + 2", "3 + 3"], jobs, {HANG: 1.0})
    assert done == {"1 + 1": 2, "2 + 2": 4, "3 + 3": 6, HANG: "it was not done after 1 s and was stopped"}


def test_a_task_that_computes_on_and_on_is_stopped_long_before_its_deadline() -> None:
    """A task, which waits for jails nearly all of its time, may compute for a while only."""
    context = multiprocessing.get_context(START_METHOD)
    with Processes(context, [set()], lambda _: LONG, processor_seconds=1.0) as processes:
        assert processes.submit(eval, "1 + 1").result() == 2
        hangs = processes.submit(eval, HANG)
        with pytest.raises(OutOfTime, match="it was not done after 1 s of processor time and was stopped"):
            hangs.result()


def test_a_process_that_dies_costs_no_other_task_a_try(tmp_path) -> None:
    """A task on which a process dies is tried twice; those of other processes run once."""
    notes = [f"open({str(tmp_path / 'notes')!r}, 'a').write('{number}\\n') and {number}" for number in range(6)]
    done = run([notes[0], DIE, *notes[1:]], 2, {})
    assert done.pop(DIE) == "the process that worked on it ended unexpectedly, twice"
    assert done == {note: number for number, note in enumerate(notes)}
    assert sorted((tmp_path / "notes").read_text().split()) == list("012345")


def test_what_a_task_raises_reaches_whoever_asked_for_it() -> None:
    """An exception that no grading is meant to raise is not passed over."""
    with pytest.raises(ZeroDivisionError):
        run(["1 / 0"], 1, {})
    with pytest.raises(RuntimeError, match="cannot be sent"):
        run(["lambda: 0"], 1, {})


RUN = rf"""
from proctor.run.pool import each, examiners
tell = "__import__('os').write(1, b'%d\\n' % __import__('os').getpid()) and " + {HANG!r}
for _ in each(eval, [tell, tell + " "], examiners(2, lambda task: 3600), print): pass
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_examiners_end_with_their_coordinator(end: signal.Signals) -> None:
    """However a run is ended, by Ctrl-C or by force, no examiner that is busy goes on."""
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        try:
            found = [int(run.stdout.readline()) for _ in range(2)]
            examiners = [os.pidfd_open(pid) for pid in found]
            run.send_signal(end)
            run.wait(60)
        finally:
            run.kill()
        ended = [bool(select.select([examiner], [], [], 60)[0]) for examiner in examiners]
        for examiner in examiners:
            os.close(examiner)
    assert ended == [True, True]


INTERRUPTED = """
import sys
from proctor.run import pool, processes

def interrupt_at(number):
    left = number
    def trace(frame, event, _):
        nonlocal left
        if frame.f_code.co_filename not in (pool.__file__, processes.__file__):
            return None
        left -= event == "line"
        if left == 0 and event == "line":
            raise KeyboardInterrupt
        return trace
    return trace

number = 0
while True:
    number += 1
    sys.settrace(interrupt_at(number))
    try:
        done = list(pool.each(eval, ["1 + 1"], pool.examiners(1, lambda task: 3600), print))
    except KeyboardInterrupt:
        continue
    finally:
        sys.settrace(None)
    print(done, "after", number)
    break
"""


def test_ctrl_c_at_any_line_ends_a_run() -> None:
    """Also one that comes while the processes are started or ended: nothing is waited for then."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(r"\[\('1 \+ 1', 2\)\] after (\d+)\n", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 50, "hardly any line was interrupted"


def test_an_examiner_whose_coordinator_has_ended_already_does_not_begin() -> None:
    """A process that finds another parent than it was made by has missed its parent's end."""
    script = "import os, sys; from proctor.run.lifeline import end_with; end_with(os.getppid() + 1); print('alive')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    script = re.sub(r" \+ 1", "", script)
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "alive\n"
