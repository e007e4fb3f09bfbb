"""The submissions that the answers of a proof stand for."""

from __future__ import annotations

import ast
import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from proctor.answers import Answer
from proctor.author.attempts import make_submission
from proctor.intake.submission import Submission

CODE = "\n".join(f"def f{i}(a):\n    return [x * ({i} + a) for x in range(10) if x and (a or -x)]" for i in range(60))


class Slow:
    """Garbage whose collection lets another thread run."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        time.sleep(0)  # waits for nothing: it lets go of the interpreter's lock


@pytest.fixture
def collecting_often():
    """Python collects garbage, and changes from thread to thread, much more often than usual."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(20)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("collecting_often")
def test_answers_are_made_side_by_side(course, solution):
    """Each applies its changes, which parse code, without disturbing another's."""

    def change(attempt):
        for _ in range(10):
            Slow()
            ast.parse(CODE)
        attempt.files["parsed.txt"] = b"yes"

    assignment, handed_in = course.assignment("double"), Submission("ada", solution, {})

    def make(number):
        answer = Answer(f"answer {number}", (change,))
        return make_submission(course, assignment, solution, answer, handed_in, address="")

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(40)))
    assert [submission.files for submission in made] == [{"parsed.txt": b"yes"}] * 40
