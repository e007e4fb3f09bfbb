"""Grading on a cluster: a real scheduler and real worker processes, some of which are killed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from conftest import HIDDEN, HandIn, edited, make_stuck_exercise
from nbformat import NotebookNode

from proctor.course.course import Course
from proctor.intake.handed_zip import make_zip
from proctor.run.pool import Workers, each

Client = pytest.importorskip("distributed").Client

# Graders run in the process that grades; this one kills it or the scheduler if told to.
DEADLY = (
    HIDDEN.replace("    secret_marker =", "    end(student.word)\n    secret_marker =", 1)
    + """

import os
import signal
from pathlib import Path


def end(word):
    what, _, file = word.partition(" ")
    if what == "scheduler":
        os.kill(int(Path(file).read_text()), signal.SIGKILL)
    if what == "always" or what == "once" and not Path(file).exists():
        with open(file, "a") as ended:
            ended.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
"""
)

Proctor = Callable[..., subprocess.CompletedProcess[str]]


@contextlib.contextmanager
def dask(*arguments: str, said: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`dask ...` as a process, and the first line with `said` in it; ended with the block."""
    command = [sys.executable, "-m", *arguments]
    variables = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables)
    assert process.stderr is not None
    line = next((line for line in process.stderr if said in line), "")
    reader = threading.Thread(target=process.stderr.read)  # or it would wait for room in the pipe one day
    reader.start()
    try:
        assert line, f"dask {arguments} ended"
        yield process, line.split()[-1]
    finally:
        process.terminate()
        process.wait(300)
        reader.join()
        process.stderr.close()


@contextlib.contextmanager
def a_scheduler() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A scheduler and its address."""
    arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with dask("distributed.cli.dask_scheduler", *arguments, said="Scheduler at:") as found:
        yield found


@contextlib.contextmanager
def workers(scheduler: str, folder: Path, count: int, **environment: str) -> Iterator[None]:
    """Worker processes, which are started anew when they end."""
    arguments = ("--nthreads", "1", "--nworkers", str(count), "--no-dashboard", "--local-directory", str(folder))
    with dask("distributed.cli.dask_worker", scheduler, *arguments, said="Registered to:", **environment):
        yield


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with a_scheduler() as (_, address), workers(address, tmp_path_factory.mktemp("dask"), 2):
        yield address


def deadly(notebook: NotebookNode, word: str = "") -> NotebookNode:
    """A notebook that tells the grader what to end."""
    return edited(notebook, "write_count", f"def count(n):\n    yield from range(n)\n\n\nword = {word!r}")


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, dict]:
    """What `proctor grade --json` said, by student."""
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line["student"]: line for line in said if "student" in line}


def test_verdicts_from_a_cluster_are_the_verdicts_from_here(
    course: Course, hand_in: HandIn, proctor: Proctor, scheduler: str, solution: NotebookNode
) -> None:
    """Any submission, right, wrong or unreadable, gets the same verdict and
    notebook on a cluster."""
    (course.grader("double") / "test_hidden.py").write_text(DEADLY)
    solution = deadly(solution)
    hand_in("ada", solution, {"double.keras": b"no model", "notes.txt": b"mine"})
    hand_in("bob", edited(solution, "write_relu", "def relu(x):\n    return x"))
    hand_in("cleo", solution)
    (course.submitted("cleo", "double") / "double.ipynb").rename(course.submitted("cleo", "double") / "again.ipynb")
    hand_in("dan", None, {"double.docx": b"essay"})
    hand_in("eve", None)
    os.mkfifo(course.submitted("eve", "double") / "double.ipynb")
    hand_in("fay", None, {"double-3.zip": make_zip({"double.ipynb": nbformat.writes(solution).encode()})})
    hand_in("gus", None, {"double.zip": b"essay"})
    found = []
    for where in (["--scheduler", scheduler], ["--jobs", "1"]):
        said = lines(proctor("grade", "--again", "--json", *where, code=1))
        assert list(said)
        assert {student: line["earned"] for student, line in said.items()} == {
            "ada": 6,
            "bob": 2,
            "cleo": 6,
            "dan": None,
            "eve": None,
            "fay": 6,
            "gus": None,
        }
        reasons = {student: line["reason"] for student, line in said.items()}
        verdicts = {path.stem: json.loads(path.read_bytes()) for path in course.state.glob("verdicts/double/*.json")}
        pages = {path.parent.parent.name: path.read_text() for path in course.root.glob("autograded/*/*/*.ipynb")}
        found.append((reasons, {student: kept["verdict"] for student, kept in verdicts.items()}, pages))
    assert found[0] == found[1]
    with Client(scheduler, set_as_default=False) as client:
        assert list(client.run(lambda: "tensorflow" in sys.modules).values()) == [False, False]


@pytest.mark.parametrize("cluster", [False, True], ids=["here", "cluster"])
def test_only_a_submission_that_ends_its_process_twice_is_set_aside(
    course: Course, hand_in: HandIn, proctor: Proctor, scheduler: str, solution: NotebookNode, cluster: bool
) -> None:
    """Those that were with it are graded, and on a cluster one whose worker ended once
    is graded by another."""
    (course.grader("double") / "test_hidden.py").write_text(DEADLY)
    hand_in("ada", deadly(solution))
    hand_in("bob", deadly(solution, f"once {course.root / 'once'}" if cluster else ""))
    hand_in("cleo", deadly(solution, f"always {course.root / 'always'}"))
    hand_in("dan", deadly(solution))
    where = ["--scheduler", scheduler] if cluster else ["--jobs", "2"]
    said = lines(proctor("grade", "--json", *where, code=1))
    assert {student: line["earned"] for student, line in said.items()} == {"ada": 6, "bob": 6, "cleo": None, "dan": 6}
    assert said["cleo"]["reason"] == "the process that worked on it ended unexpectedly, twice"
    if cluster:
        assert ((course.root / "once").read_text(), (course.root / "always").read_text()) == ("x", "xx")


def test_a_worker_with_other_versions_refuses(
    proctor: Proctor, hand_in: HandIn, scheduler: str, solution: NotebookNode, tmp_path: Path
) -> None:
    """Nothing is graded while a worker is there whose verdicts could be others; it is
    named, with what differs."""
    metadata = tmp_path / "old" / "keras-3.14.0.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: keras\nVersion: 3.14.0\n")
    hand_in("ada", solution)
    with workers(scheduler, tmp_path / "dask", 1, PYTHONPATH=str(tmp_path / "old")):
        refused = proctor("grade", "--scheduler", scheduler, code=2)
    assert "worker tcp://127.0.0.1:" in refused.stdout
    assert "cannot grade this course: its versions differ: keras 3.14.0, here it is 3." in refused.stdout


def test_a_worker_that_has_several_threads_grades_with_one(
    course: Course, proctor: Proctor, hand_in: HandIn, solution: NotebookNode, tmp_path: Path
) -> None:
    """A worker without dask's nanny has imported NumPy with a thread for each processor."""
    grader = course.grader("double") / "test_hidden.py"
    asked = "    assert {pool['num_threads'] for pool in threadpool_info()} == {1}\n"
    grader.write_text(f"from threadpoolctl import threadpool_info\n{HIDDEN}{asked}")
    hand_in("ada", solution)
    arguments = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "dask"))
    program = "distributed.cli.dask_worker"
    with a_scheduler() as (_, address), dask(program, address, *arguments, said="Registered to:"):
        assert lines(proctor("grade", "--json", "--scheduler", address))["ada"]["earned"] == 6


def test_a_lost_scheduler_costs_no_mark(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode, tmp_path: Path
) -> None:
    """What it had is not graded, with that reason, and the next run grades it."""
    (course.grader("double") / "test_hidden.py").write_text(DEADLY)
    with a_scheduler() as (process, address), workers(address, tmp_path / "dask", 1):
        (tmp_path / "pid").write_text(str(process.pid))
        hand_in("ada", deadly(solution, f"scheduler {tmp_path / 'pid'}"))
        hand_in("bob", deadly(solution))
        said = lines(proctor("grade", "--json", "--scheduler", address, code=1))
    assert {line["status"] for line in said.values()} == {"not graded"}
    assert {line["reason"] for line in said.values()} == {f"the scheduler {address} went away"}
    hand_in("ada", deadly(solution))
    said = lines(proctor("grade", "--json", "--jobs", "1"))
    assert {student: line["earned"] for student, line in said.items()} == {"ada": 6, "bob": 6}


def test_a_worker_that_is_stuck_is_ended_and_the_class_goes_on(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode, tmp_path: Path
) -> None:
    """A submission that is not done long after its budget is not graded, with the reason."""
    make_stuck_exercise(course, "ada")
    hand_in("bob", solution)
    with a_scheduler() as (_, address), workers(address, tmp_path / "dask", 1):
        said = lines(proctor("grade", "--json", "--scheduler", address, code=1))
    assert said["ada"]["reason"] == "it was not done after 20 s and was stopped"
    assert (said["bob"]["status"], said["bob"]["earned"]) == ("graded", 6)


def test_no_more_is_in_flight_than_there_is_room_for() -> None:
    """Tasks are taken from the iterable when there is room, so that a class of
    thousands is never in memory."""
    taken = done = most = 0

    def tasks() -> Iterator[int]:
        nonlocal taken, most
        for taken in range(1, 101):
            most = max(most, taken - done)
            yield taken

    local = Workers(lambda: ThreadPoolExecutor(2), lambda given: len(given) < 4)
    for _, result in each(int.__abs__, tasks(), local, lambda task, reason: -1):
        done += 1
        assert result > 0
    assert (done, most) == (100, 4)
