"""Every exercise of the course is proven, and its release is what its source makes.

An exercise without a fresh record of a proof is proven whole. Of the others as many are tried as
there is time for, in an order and with answers that depend on the commit. `make verify` proves all.
"""

from __future__ import annotations

import random
import re
import subprocess
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from proctor.answers import load_answers
from proctor.author.proof import why_unproven
from proctor.author.release import stale
from proctor.author.verify import Extent, verify
from proctor.course.cells import check_cells
from proctor.course.course import Course

COURSE = Course(Path(__file__).resolve().parents[2])
MINUTES = 6
"""No sample of a proof is begun later."""
MINUTES_OF_PROOFS = 15
"""No whole proof, of an exercise without a fresh record, is begun later."""
EVERY = 4
"""One in so many of an exercise's answers is tried, if it has a fresh record."""


def tree() -> str:
    """What is committed, as Git's digest; "" outside of a repository."""
    command = ["git", "rev-parse", "HEAD^{tree}"]
    return subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True).stdout.strip()


DRAW = random.Random(tree())
UNPROVEN = [name for name in COURSE.names() if why_unproven(COURSE, name)]
OTHERS = [name for name in COURSE.names() if name not in UNPROVEN]
ORDER = [*UNPROVEN, *DRAW.sample(OTHERS, len(OTHERS))]
TURNS = {name: DRAW.randrange(EVERY) for name in ORDER}


@pytest.fixture(scope="module", params=ORDER)
def name(request: pytest.FixtureRequest) -> str:
    """One exercise after the other."""
    return request.param


@pytest.fixture(scope="module")
def start() -> float:
    """When the first exercise is begun."""
    return time.monotonic()


@pytest.fixture(scope="module")
def begun(name: str, start: float) -> None:
    """Skips a sample for which there is no time; there must be time for a proof that is due."""
    minutes = (time.monotonic() - start) / 60
    if name in UNPROVEN and minutes > MINUTES_OF_PROOFS:
        pytest.fail(f"{why_unproven(COURSE, name)}, and there is no time to prove it here: proctor verify {name}")
    if name not in UNPROVEN and minutes > MINUTES:
        pytest.skip(f"{name} is proven, and no sample of it is tried at this commit: {MINUTES} minutes are over")


@pytest.mark.usefixtures("begun")
def test_the_proof_holds(name, capsys):
    """Solution and variants get full marks, the release none; mutants fail just what they name.

    What has a fresh record is sampled, for the time it takes, and it is told which answers are.
    """
    extent = Extent() if name in UNPROVEN else Extent(every=EVERY, turn=TURNS[name])
    findings = list(verify(COURSE, name, extent))
    tried = [finding.title for finding in findings if finding.kind in ("variant", "habits", "mutant")]
    with capsys.disabled():
        print(f"\n{name}: {why_unproven(COURSE, name) or 'is proven, a sample'}: tried {'; '.join(tried)}")
    assert [f"{finding.kind} {finding.title}: {finding.problem}" for finding in findings if finding.problem] == []


def test_there_are_enough_answers_to_prove_it(name):
    """At least four other right answers and ten slips; a mutant may hold several."""
    answers = load_answers(COURSE.grader(name) / "answers.py")
    assert len(answers.variants) >= 4
    assert sum(len(mutant.slips) or 1 for mutant in answers.mutants) >= 10


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
        assert re.search("not written yet|waits for|your identifier", words), f"{group}: {words}"
        assert " 0 of " in words, f"{group}: {words}"
