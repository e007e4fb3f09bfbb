"""A fork server can outlive its run: the next run uses it, `doctor` names it, nothing remains."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import HIDDEN, HandIn, edited, run_proctor
from nbformat import NotebookNode

from proctor.course.course import Course

Proctor = Callable[..., subprocess.CompletedProcess[str]]

# Graders run in the process that grades; this one lists the fork servers of the course meanwhile.
WATCHING = (
    HIDDEN
    + """

from pathlib import Path


def servers():
    parents, course = {}, str(Path(__file__).parents[2]).encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if b"\\0proctor.jail.server\\0" in command and course in command:
                parents[process.name] = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            pass
    return {process for process, parent in parents.items() if parent not in parents}  # the others are jails


Path(__file__).with_name(".servers").write_text(" ".join(servers()))
"""
)


@pytest.fixture(autouse=True)
def nothing_left(course: Course) -> Iterator[None]:
    """Ends the server that a test leaves."""
    yield
    for keeper in course.state.glob("server.json"):
        os.kill(json.loads(keeper.read_text())["keeper"], signal.SIGTERM)


def servers(course: Course) -> set[str]:
    """The fork servers that were there while the last submission was graded."""
    return set((course.grader("double") / ".servers").read_text().split())


def kept(course: Course) -> dict:
    """What is known about the server that is kept."""
    return json.loads((course.state / "server.json").read_text())


def wait_for_end(process: int) -> None:
    """Wait until a process has ended."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:  # it has
        return
    assert select.select([descriptor], [], [], 300)[0], "it did not end"
    os.close(descriptor)


def test_the_next_run_uses_the_server_that_is_kept(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode
) -> None:
    """It starts no other, gives the same marks, and `doctor` says how to end what is kept;
    then nothing is left."""
    (course.grader("double") / "test_hidden.py").write_text(WATCHING)
    hand_in("ada", solution)
    proctor("grade")
    before = servers(course)
    assert not (course.state / "server.json").exists()
    proctor("grade", "--again", "--keep-warm", "5")
    (own,) = servers(course) - before
    said = json.loads(proctor("grade", "--again", "--json").stdout.splitlines()[0])
    assert servers(course) - before == {own}
    assert (said["earned"], said["jail"]) == (6, "full")
    told = re.search(r"kept for 5 min after its last use; to end it: kill (\d+)", proctor("doctor", code=None).stdout)
    assert told is not None
    keeper, folder = int(told[1]), Path(kept(course)["address"]).parent
    os.kill(keeper, signal.SIGTERM)
    wait_for_end(keeper)
    assert not folder.exists()
    assert not (course.state / "server.json").exists()
    assert not Path("/proc", own).exists()
    assert "kept for" not in proctor("doctor", code=None).stdout


def test_it_ends_when_nobody_has_used_it_for_as_long_as_was_said(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode
) -> None:
    """The last word counts: a server that was to be kept for long ends soon when a run says so."""
    hand_in("ada", solution)
    proctor("grade", "--keep-warm", "60")
    keeper = kept(course)["keeper"]
    proctor("grade", "--again", "--keep-warm", "0.001")
    wait_for_end(keeper)
    assert not (course.state / "server.json").exists()


def test_a_server_of_other_versions_is_not_used_and_ends(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode, tmp_path: Path, monkeypatch
) -> None:
    """A run whose verdicts could be others there starts its own."""
    (course.grader("double") / "test_hidden.py").write_text(WATCHING)
    hand_in("ada", solution)
    proctor("grade", "--keep-warm", "5")
    keeper, before = kept(course)["keeper"], servers(course)
    metadata = tmp_path / "old" / "h5py-2.0.0.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: h5py\nVersion: 2.0.0\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "old"))
    proctor("grade")
    assert servers(course) - before
    wait_for_end(keeper)
    proctor("grade", "--again", "--keep-warm", "5")
    monkeypatch.delenv("PYTHONPATH")
    old, before = kept(course)["keeper"], servers(course)
    proctor("grade", "--keep-warm", "5")
    (own,) = servers(course) - before
    wait_for_end(old)
    proctor("grade", "--again")
    assert servers(course) - before == {own}


def test_a_copy_of_a_course_has_a_server_of_its_own(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode, tmp_path: Path
) -> None:
    """What student code may read there is the copy's, and the first course keeps its own."""
    (course.grader("double") / "test_hidden.py").write_text(WATCHING)
    hand_in("ada", solution)
    proctor("grade", "--keep-warm", "5")
    before, copy = servers(course), tmp_path / "copy"
    shutil.copytree(course.root, copy)
    run_proctor(copy, "grade", "--again")
    assert servers(Course(copy)) - before
    proctor("grade", "--again")
    assert servers(course) == before


def test_a_killed_run_leaves_no_jail_in_it(
    course: Course, hand_in: HandIn, proctor: Proctor, solution: NotebookNode
) -> None:
    """The server lives on without what the run had there, and the next run grades with it."""
    (course.grader("double") / "test_hidden.py").write_text(WATCHING)
    hand_in("ada", solution)
    proctor("grade", "--keep-warm", "5")
    before, server = servers(course), kept(course)["address"]
    hand_in("ada", edited(solution, "write_count", "while True:\n    pass"))
    run = subprocess.Popen([sys.executable, "-m", "proctor", "grade"], cwd=course.root, stdout=subprocess.DEVNULL)
    jails = Path(server).with_name("scratch")
    while not list(jails.glob("run-*")):
        assert run.poll() is None
    run.kill()
    run.wait(300)
    while list(jails.glob("run-*")):
        assert Path(server).exists()
    hand_in("ada", solution)
    assert json.loads(proctor("grade", "--json").stdout.splitlines()[0])["earned"] == 6
    assert servers(course) == before
