"""Every exercise of the course is proven, and its release is what its source makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from proctor.author.release import stale
from proctor.course.course import Course

COURSE = Course(Path(__file__).resolve().parent.parent)


@pytest.mark.parametrize("name", COURSE.names())
def test_a_sample_of_the_proof_holds(name):
    """The solution gets full marks, the release none, variants all; a mutant is caught by just what it names.

    One in four answers, for the time it takes: `make verify` tries all.
    """
    command = [sys.executable, "-m", "proctor", "verify", name, "--every", "4"]
    done = subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", COURSE.names())
def test_there_are_enough_answers_to_prove_it(name):
    """At least four other right answers and ten wrong ones."""
    from proctor.answers import load_answers

    variants, mutants = load_answers(COURSE.grader(name) / "answers.py")
    assert len(variants) >= 4
    assert len(mutants) >= 10


def test_every_release_is_fresh():
    """What is committed in release/ is what source/ makes now, and tells nothing of a solution."""
    assert stale(COURSE) == []


@pytest.mark.parametrize("name", COURSE.names())
def test_the_release_runs_up_to_the_first_unsolved_cell(name):
    """In a real kernel, what students get runs until the first thing that they are to write, which says so."""
    notebook = nbformat.read(COURSE.release(name) / f"{name}.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(COURSE.release(name))}})
    with pytest.raises(CellExecutionError) as stopped:
        client.execute()
    assert stopped.value.ename == "NotImplementedError"
