"""`proctor grade --watch`: what arrives is graded and gets its page, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import nbformat
import pytest
from conftest import run_proctor
from nbgrader.api import Gradebook

from proctor.run.lock import one_run


@pytest.fixture
def watching(course, request):
    """A process that watches the course; it is sent Ctrl-C at the end, if it still runs."""
    command = [sys.executable, "-m", "proctor", "grade", "--watch", *getattr(request, "param", [])]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=course.root, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)


@pytest.fixture
def exchange(course):
    """A course's folder in nbgrader's exchange, made before it is watched."""
    place = course.root / "exchange/c101"
    (place / "inbound").mkdir(parents=True)
    (place / "outbound").mkdir()
    return place


def read_until(process, text: str) -> str:
    """What it says, up to the first line with `text`."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError("it ended: " + "".join(lines))


def test_what_arrives_is_graded_until_ctrl_c(course, hand_in, solution, watching):
    """A hand-in gets its mark, then its page; one that cannot be read is told, and why, and the
    exit code says so; Ctrl-C, which a terminal sends to all processes, ends it without a
    traceback."""
    read_until(watching, "watching submitted/ for double; Ctrl-C ends it")
    hand_in("bob", b"nothing")
    hand_in("ada", nbformat.writes(solution).encode())
    said = read_until(watching, "double, ada: its page is in feedback/ada/double/")
    assert "double, ada: 6 of 6 points" in said
    assert "double, bob: not graded: double.ipynb is not valid JSON" in said
    assert (course.feedback("ada", "double") / "double.html").is_file()
    os.killpg(watching.pid, signal.SIGINT)
    said = watching.communicate(timeout=100)[0]
    assert "stopped" in said
    assert "Traceback" not in said
    assert watching.returncode == 1
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_submission("double", "ada").score == 6
    assert "1 unchanged" in run_proctor(course.root, "grade", "--student", "ada").stdout


def test_the_exit_code_tells_of_what_is_left(course, hand_in, solution, watching):
    """A hand-in that has arrived and could not be graded yet has no mark, though nothing failed."""
    read_until(watching, "watching submitted/")
    with one_run(course.state):
        hand_in("ada", nbformat.writes(solution).encode())
        read_until(watching, "1 not done; tried again in 30 s")
        os.killpg(watching.pid, signal.SIGINT)
        said = watching.communicate(timeout=100)[0]
    assert "Traceback" not in said
    assert watching.returncode == 1


@pytest.mark.parametrize("watching", [["--collect", "exchange/c101"]], indirect=True)
def test_what_arrives_in_the_exchange_is_collected(course, solution, exchange, watching):
    """Each hand-in is collected when it is whole, and graded; what nobody can read is told, and the
    others go on."""
    read_until(watching, "exchange/c101 and submitted/ for double; Ctrl-C ends it")
    inbound = exchange / "inbound"
    write(inbound / "bob+double+2026-10-01 10:11:12.131415 UTC+x/notes.txt", b"no notebook")
    write(inbound / "ada+double+2026-10-01 10:11:12.131415 UTC+y/double.ipynb", nbformat.writes(solution).encode())
    said = read_until(watching, "double, ada: its page is in feedback/ada/double/")
    assert "bob: collected, refused: it has no notebook: it holds double/notes.txt" in said
    assert "double, ada: collected, new" in said
    assert "double, ada: 6 of 6 points" in said
    assert (course.submitted("ada", "double") / "timestamp.txt").read_text() == "2026-10-01 10:11:12 UTC\n"


def write(path, data: bytes) -> None:
    """Write a file in a folder of its own."""
    path.parent.mkdir()
    path.write_bytes(data)


def test_it_refuses_what_does_not_go_with_it(proctor):
    """With the options that are meant."""
    said = " ".join(proctor("grade", "--collect", ".", code=2).stdout.split())
    assert "--collect goes with --watch" in said
    said = " ".join(proctor("grade", "--watch", "--json", "--again", code=2).stderr.split())
    assert "--watch says what it does line by line and goes without --again, --json" in said
