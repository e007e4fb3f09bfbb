"""What hangs costs its own time, and nothing else."""

from __future__ import annotations

import json

from conftest import STUCK, edited, make_stuck_exercise, set_budget, solution_notebook, statuses
from nbformat.v4 import new_code_cell

HANGING = "def relu(x):\n    while True:\n        pass"


def test_cells_after_one_that_hangs_have_their_own_time(course, graded, solution):
    """Cells that never end use up the notebook's time, and the cells after them still run."""
    set_budget(course, notebook_seconds=10, cell_seconds=8)
    solution.cells[2:2] = [new_code_cell("while True: pass"), new_code_cell("while True: pass")]
    verdict = graded(solution)
    assert [cell.error for cell in verdict.cells if cell.status == "timeout"] == [
        "stopped after 8 s",
        "stopped after 8 s",
    ]
    assert [cell.status for cell in verdict.cells if cell.id in ("write_build", "train")] == ["ok", "ok"]
    assert verdict.earned == verdict.points


def test_a_function_that_has_hung_once_is_given_a_tenth_of_the_time(course, graded, solution):
    """A function that hangs in call after call costs seconds, and its callers are not blamed."""
    set_budget(course, cell_seconds=10, call_seconds=20)
    solution.cells.insert(3, new_code_cell("def twice(x):\n    return relu(relu(x))\n\n\ntwice(np.ones(3))"))
    solution.cells.insert(4, new_code_cell("twice(np.ones(3))"))
    verdict = graded(edited(solution, "write_relu", HANGING))
    errors = [cell.error for cell in verdict.cells if cell.status == "timeout"]
    assert errors == ["stopped after 10 s", "stopped after 1 s, for it calls what ran out of time before"]
    assert [cell.status for cell in verdict.cells if cell.id == "train"] == ["ok"]
    relu = verdict.groups()["relu"]
    assert [result.found.split("  (your relu")[0] for result in relu] == [
        "no answer within 20 s",
        "no answer within 2 s, and it had run out of time before",
    ]
    assert {name for name, status in statuses(verdict).items() if status == "passed"} == {"counts", "one_unit"}


def test_a_criterion_ends_at_the_first_case_that_fails(course, graded, solution):
    """A function that hangs is not asked again in the other cases of a criterion."""
    set_budget(course, call_seconds=5)
    count = "asked = []\n\n\ndef count(n):\n    asked.append(n)\n    while True:\n        pass"
    path = course.grader("double") / "test_hidden.py"
    kept, _, last = path.read_text().partition("    assert_close(student.relu")
    path.write_text(f"{kept}    assert student.asked == [1]\n{last.partition(chr(10))[2]}")
    verdict = graded(edited(solution, "write_count", count))
    assert {name for name, status in statuses(verdict).items() if status != "passed"} == {"counts"}


def test_a_grader_that_never_ends_is_stopped_and_the_class_goes_on(course, hand_in, proctor):
    """A submission that is not done long after its budget is not graded, with the reason;
    others get their marks, and the next run grades it."""
    make_stuck_exercise(course, "ada")
    hand_in("ada", solution_notebook())

    said = proctor("grade", "--json", "--jobs", "1", code=1).stdout
    lines = {line["assignment"]: line for line in map(json.loads, said.splitlines()) if "assignment" in line}
    assert (lines["double"]["status"], lines["double"]["earned"]) == ("graded", 6)
    assert lines["stuck"]["status"] == "not graded"
    assert lines["stuck"]["reason"] == "it was not done after 20 s and was stopped"

    (course.grader("stuck") / "test_public.py").write_text(STUCK.replace("(?:a|a)*b", "b"))
    assert "graded" in proctor("grade").stdout
