"""Every exercise of the course is proven, and its release is what its source makes.

However many exercises there are, this takes minutes: it tries as many as there is time for, in an
order and with answers that depend on the commit. `make verify` tries everything.
"""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from proctor.answers import load_answers
from proctor.author.release import stale
from proctor.author.verify import verify
from proctor.course.cells import check_cells
from proctor.course.course import Course

COURSE = Course(Path(__file__).resolve().parents[2])
MINUTES = 6
"""No exercise is begun later."""
EVERY = 4
"""One in so many of an exercise's answers is tried."""


def tree() -> str:
    """What is committed, as Git's digest; "" outside of a repository."""
    command = ["git", "rev-parse", "HEAD^{tree}"]
    return subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True).stdout.strip()


DRAW = random.Random(tree())
ORDER = DRAW.sample(COURSE.names(), len(COURSE.names()))
TURNS = {name: DRAW.randrange(EVERY) for name in ORDER}


@pytest.fixture(scope="module", params=ORDER)
def name(request: pytest.FixtureRequest) -> str:
    """One exercise after the other."""
    return request.param


@pytest.fixture(scope="module")
def deadline() -> float:
    """When no further exercise is begun."""
    return time.monotonic() + 60 * MINUTES


@pytest.fixture(scope="module")
def begun(name: str, deadline: float) -> None:
    """Skips what belongs to an exercise for which there is no time."""
    if time.monotonic() > deadline:
        pytest.skip(f"{name} is not tried at this commit: the {MINUTES} minutes are over")


@pytest.mark.usefixtures("begun")
def test_a_sample_of_the_proof_holds(name, capsys):
    """Solution and variants get full marks, the release none; mutants fail just what they name.

    One in four answers, for the time it takes, and it is told which: `make verify` tries all.
    """
    findings = list(verify(COURSE, name, every=EVERY, turn=TURNS[name]))
    tried = [finding.title for finding in findings if finding.kind in ("variant", "mutant")]
    titles = [answer.title for answers in load_answers(COURSE.grader(name) / "answers.py") for answer in answers]
    with capsys.disabled():
        print(f"\n{name}: tried {'; '.join(tried)}")
        print(f"{name}: not tried {'; '.join(title for title in titles if title not in tried)}")
    assert [f"{finding.kind} {finding.title}: {finding.problem}" for finding in findings if finding.problem] == []


def test_there_are_enough_answers_to_prove_it(name):
    """At least four other right answers and ten wrong ones."""
    variants, mutants = load_answers(COURSE.grader(name) / "answers.py")
    assert len(variants) >= 4
    assert len(mutants) >= 10


def test_every_release_is_fresh():
    """What is committed in release/ is what source/ makes now, and tells nothing of a solution."""
    assert stale(COURSE) == []


@pytest.mark.usefixtures("begun")
def test_the_release_runs_to_its_end_with_nothing_written(name):
    """In a real kernel, *Run all* on what students get reaches the last check, and each check cell
    shows that nothing is met yet."""
    notebook = nbformat.read(COURSE.release(name) / f"{name}.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(COURSE.release(name))}})
    client.execute()
    for group, cell in check_cells(notebook).items():
        (table,) = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
        words = " ".join(table.split())
        assert "not written yet" in words or "waits for" in words, f"{group}: {words}"
        assert table.splitlines()[0].split()[1] == "0", f"{group}: {words}"
