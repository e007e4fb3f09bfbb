"""Grading where the kernel refuses parts of the jail, really refused on this machine."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from conftest import edited, make_course, run_proctor, solution_notebook

from proctor.report import export

LOOK = """
import os, socket, sys

def connected(kind, path):
    with socket.socket(socket.AF_UNIX, kind) as opened:
        opened.connect(path)

def sent(path):
    left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.sendto(b"loot", path)

def bound():
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("mine")
        opened.connect(UNIX)

def reached(name, deed):
    try:
        deed()
    except OSError:
        return
    print("REACHED", name)

def close(path):
    os.chmod(path, 0)
    if os.stat(path).st_mode & 0o777:
        raise OSError

for path in PATHS:
    reached(path, lambda: os.listdir(path) if os.path.isdir(path) else open(path).close())
    reached(path + " to write", lambda: open(path + "/x" if os.path.isdir(path) else path, "a").close())
    reached(path + " to close", lambda: close(path))
for path in (UNIX, "\\0" + ABSTRACT):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        reached(f"the machine's socket {path!r} {kind}", lambda: connected(kind, path))
    reached(f"the machine's socket {path!r} from a pair", lambda: sent(path))
reached("a socket of its own, then the machine's", bound)
for path in ("/proc/net/unix", "/proc/self/net/unix", f"/proc/self/task/{os.getpid()}/net/unix"):
    def listed():
        if UNIX not in open(path).read():
            raise OSError
    reached(path, listed)
reached("other processors", lambda: os.sched_setaffinity(0, [0]))
import asyncio, multiprocessing
from concurrent.futures import ProcessPoolExecutor
async def slept():
    await asyncio.sleep(0)
    return await (await asyncio.create_subprocess_exec("true")).wait()
ends = multiprocessing.Pipe()
ends[0].send("through")
with multiprocessing.Pool(2) as pool, ProcessPoolExecutor(2) as more:
    print("WORKS", await slept(), ends[1].recv(), pool.map(abs, [-1]), list(more.map(abs, [-2])))
reached("the network", lambda: socket.socket(socket.AF_INET))
reached("other processes", lambda: os.kill(-1, 0))
reached("its parent's memory", lambda: open(f"/proc/{os.getppid()}/mem", "rb").close())
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)  # MARK"])
    os._exit(0)
def relu(x):
    return np.maximum(x, 0)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def on_weaker(course) -> Run:
    """Runs `proctor ...` in the course where some layers cannot be had."""

    def run(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        weaker = str(Path(__file__).parent.with_name("weaker.py"))
        command = [sys.executable, weaker, missing, sys.executable, "-m", "proctor", *arguments]
        environment = {**os.environ, "COLUMNS": "160", "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=1200, env=environment)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    return run


def accept(course, tier: str) -> None:
    """Put the word of consent into the course's settings."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f'c.Proctor.jail = "{tier}"\n')


@pytest.mark.parametrize(
    "missing, tier",
    [("namespaces", "landlock"), ("landlock", "namespaces"), ("namespaces,landlock", "process"), ("filter", "process")],
)
def test_doctor_says_what_is_missing_and_what_to_do(on_weaker, missing, tier):
    """Each layer that cannot be had is named with a remedy, and so is what that means here."""
    done = on_weaker(missing, "doctor")
    assert done.returncode == 1
    assert f"{tier}; this course accepts full, so no student code is run" in done.stdout
    assert re.search(
        r"limits +(time spent waiting for a processor does not count|this kernel does not tell)", done.stdout
    )
    crossed = {line.split("│")[1].strip() for line in done.stdout.splitlines() if "✗" in line}
    layers = {"namespaces": {"view", "processes"}, "landlock": {"landlock"}, "filter": {"filter"}}
    assert crossed == set().union(*(layers[name] for name in missing.split(",")))


def test_student_code_is_not_run_in_a_weaker_jail_than_is_accepted(course, hand_in, solution, on_weaker):
    """Without a word of consent nothing is graded, and the word is told."""
    hand_in("ada", solution)
    done = on_weaker("namespaces", "grade")
    assert done.returncode == 2
    assert "c.Proctor.jail = 'landlock'" in done.stdout + done.stderr
    assert [mark for mark in export.marks(course) if mark.score is not None] == []


@pytest.mark.parametrize("missing, tier", [("namespaces", "landlock"), ("landlock", "namespaces")])
def test_an_accepted_weaker_jail_still_holds_and_is_noted(course, hand_in, solution, on_weaker, missing, tier):
    """With consent the class is graded, the tier is noted, and files, network and
    processes are out of reach."""
    accept(course, tier)
    hand_in("ada", solution)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as named:
        os.chmod(folder, 0o755)
        named.bind(f"{folder}/socket")
        os.chmod(f"{folder}/socket", 0o666)
        named.listen()
        with socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(f"\0{folder}")
            abstract.listen()
            look(course, hand_in, solution, on_weaker, missing, tier, folder)


def look(course, hand_in, solution, on_weaker, missing, tier, folder):
    """Grade the solution and one that looks around, where there are sockets to be found."""
    paths = [course.source("double"), course.grader("double"), course.submitted("ada", "double"), "/etc/shadow"]
    named = f"UNIX, ABSTRACT = {folder + '/socket'!r}, {folder!r}\n"
    source = named + LOOK.replace("PATHS", repr(list(map(str, paths)))).replace("MARK", str(course.root))
    hand_in("mallory", edited(solution, "write_relu", source))
    done = on_weaker(missing, "grade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"a jail of tier {tier}" in done.stdout
    shown = nbformat.read(course.autograded("mallory", "double") / "double.ipynb", 4)
    printed = [output.get("text", "") for cell in shown.cells for output in cell.get("outputs", [])]
    assert [text for text in printed if "REACHED" in text] == []
    assert any("WORKS 0 through [1] [2]" in text for text in printed), printed
    for student in ("ada", "mallory"):
        kept = json.loads((course.state / "verdicts" / "double" / f"{student}.json").read_text())["verdict"]
        assert kept["environment"]["jail"] == tier
        assert sum(criterion["earned"] for criterion in kept["criteria"]) == 6
    running = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True).stdout
    assert f"# {course.root}" not in running


def test_a_tier_that_is_none_is_told(course, hand_in, solution, proctor):
    """A word that the settings do not know names those that they do."""
    accept(course, "strong")
    hand_in("ada", solution)
    done = proctor("grade", code=2)
    assert "must be one of full, namespaces, landlock, process, got 'strong'" in done.stdout + done.stderr


def test_a_course_that_any_jail_could_read_is_not_graded():
    """In a folder that Python needs, nothing is secret: the reason is told, by `doctor` too."""
    with tempfile.TemporaryDirectory(dir=Path(sys.prefix, "lib")) as inside:
        course = make_course(Path(inside, "course"))
        folder = course.submitted("ada", "double")
        folder.mkdir(parents=True)
        nbformat.write(solution_notebook(), folder / "double.ipynb")
        for command, code in (("grade", 2), ("doctor", 1)):
            done = run_proctor(course.root, command, code=code)
            said = " ".join((done.stdout + done.stderr).split())
            assert f"the course lies in {Path(sys.prefix, 'lib').resolve()}" in said
        assert not course.autograded("ada", "double").exists()
