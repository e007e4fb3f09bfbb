"""Plain nbgrader assignments: tests in cells, no folder in graders/, several notebooks."""

from __future__ import annotations

import copy
import functools
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import code, edited, run_proctor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from proctor.course.cells import grade_id
from proctor.course.course import Course
from proctor.errors import CourseError
from proctor.jail.course_jail import Jails
from proctor.judge.plain_nbgrader import PlainAssignment, grade_plain, nbgrader_score, our_score
from proctor.record.keys import Key, describe_changes
from proctor.record.plain_course import read_plain
from proctor.run.plan import make_plans
from proctor.verdict import CellRun, Verdict

SOLUTION = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"
HIDDEN = "import os\nassert answer\n### BEGIN HIDDEN TESTS\nassert answer == 42, 'not the answer'\n### END HIDDEN TESTS"

NOISY = """import sys
class Noisy(int):
    def __bool__(self):
        print('hm', file=sys.stderr)
        return True
    def __truediv__(self, other):
        print('hm', file=sys.stderr)
        return int(self) / other
answer = Noisy(42)"""


def prose(grade_id: str, points: float) -> NotebookNode:
    """An answer that a person grades."""
    settings = {"schema_version": 3, "grade_id": grade_id, "solution": True, "grade": True, "locked": False}
    return new_markdown_cell(
        "Because.", id=grade_id, metadata={"nbgrader": {**settings, "task": False, "points": points}}
    )


def first() -> NotebookNode:
    """The instructor's first notebook."""
    return new_notebook(
        cells=[
            code(SOLUTION, "answer", solution=True),
            code(HIDDEN, "exact", points=2),
            code("min(3.0, answer / 14)", "partial", points=3),
            code("assert len(open('data/numbers.txt').read().split()) == 3", "file", points=1),
            prose("why", 4),
        ]
    )


def second() -> NotebookNode:
    """The instructor's second notebook, with a grade id that the first one has too."""
    return new_notebook(cells=[code(SOLUTION, "answer", solution=True), code("assert answer > 40", "exact", points=1)])


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A plain course: two notebooks, a file that they read, no graders/."""
    folder = tmp_path / "course/source/ps1"
    (folder / "data").mkdir(parents=True)
    nbformat.write(first(), folder / "one.ipynb")
    nbformat.write(second(), folder / "two.ipynb")
    (folder / "data/numbers.txt").write_text("1 2 3")
    (tmp_path / "course/nbgrader_config.py").write_text("c = get_config()\nc.ExecutePreprocessor.timeout = 2\n")
    return Course(tmp_path / "course")


def hand_in(course: Course, student: str, **notebooks: NotebookNode) -> Path:
    """Puts notebooks into submitted/."""
    folder = course.submitted(student, "ps1")
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


def register(course: Course) -> PlainAssignment:
    """The assignment, as the gradebook has it from now on."""
    assignment = read_plain(course, "ps1", register=True)
    assert assignment is not None
    return assignment


@pytest.fixture
def graded(course: Course, address: str) -> Callable[..., Verdict]:
    """Hands in the two notebooks, the first with another answer, and grades
    them in this process."""

    def hand_in_and_grade(answer: str = "answer = 42", rules: bool = False, one: NotebookNode | None = None) -> Verdict:
        folder = hand_in(course, "ada", one=one or edited(first(), "answer", answer), two=second())
        assignment = register(replace(course, nbgrader_rules=rules))
        verdict, _ = grade_plain(assignment, folder, "ada", Jails(address))
        return verdict

    return hand_in_and_grade


def earned(verdict: Verdict) -> dict[str, float]:
    """Cell → what it earned."""
    assert verdict.graded, verdict.reason
    return {result.group: result.earned for result in verdict.criteria}


def told(verdict: Verdict) -> str:
    """What flags tell of nbgrader's rule."""
    return "\n".join(line for flag in verdict.flags for line in flag.evidence)


FULL = {"one/exact": 2, "one/partial": 3, "one/file": 1, "two/exact": 1}


def test_a_plain_course_is_graded_into_nbgraders_gradebook(course: Course) -> None:
    """`proctor grade` gives every cell of every notebook nbgrader's mark, and
    grades nothing twice."""
    hand_in(course, "ada", one=first(), two=second())
    hand_in(
        course, "bob", one=edited(first(), "answer", "answer = 14"), two=edited(second(), "answer", "answer = 1 / 0")
    )
    run = functools.partial(run_proctor, course.root)
    assert "own process" in run("grade").stdout
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        found = {
            (student, grade.notebook.name, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for student in ("ada", "bob")
            for notebook in book.find_submission("ps1", student).notebooks
            for grade in notebook.grades
        }
    assert found == {
        ("ada", "one", "exact"): (2, False),
        ("ada", "one", "partial"): (3, False),
        ("ada", "one", "file"): (1, False),
        ("ada", "one", "why"): (None, True),
        ("ada", "two", "exact"): (1, False),
        ("bob", "one", "exact"): (0, False),
        ("bob", "one", "partial"): (1, False),
        ("bob", "one", "file"): (1, False),
        ("bob", "one", "why"): (None, True),
        ("bob", "two", "exact"): (0, False),
    }
    exact = nbformat.read(course.autograded("bob", "ps1") / "one.ipynb", as_version=4).cells[1]
    assert [output.output_type for output in exact.outputs] == ["error", "display_data"]
    assert "AssertionError: not the answer" in exact.outputs[1].data["text/plain"]
    again = [json.loads(line) for line in run("grade", "--json").stdout.splitlines()]
    assert [line["status"] for line in again if "status" in line] == ["unchanged", "unchanged"]


def test_stderr_costs_nothing_unless_nbgraders_rules_are_wanted(graded: Callable[..., Verdict]) -> None:
    """A line on stderr keeps its points, a flag says what nbgrader gives, and
    --nbgrader-rules gives that."""
    verdict = graded(NOISY)
    assert earned(verdict) == FULL
    assert "one/exact: 2 here, 0 by nbgrader (a line on stderr" in told(verdict)
    theirs = graded(NOISY, rules=True)
    assert earned(theirs) == {**FULL, "one/exact": 0, "one/partial": 0}
    assert not theirs.flags


def test_a_cell_that_did_not_run_to_its_end_earns_nothing(graded: Callable[..., Verdict]) -> None:
    """A test that takes too long or ends the process earns 0, says why, and keeps
    the other cells' points."""
    slow = (
        "class Slow(int):\n    def __truediv__(self, other):\n        while True:\n            pass\nanswer = Slow(42)"
    )
    verdict = graded(slow)
    assert earned(verdict) == {**FULL, "one/partial": 0}
    assert "stopped after 2 s" in next(result.found for result in verdict.criteria if result.group == "one/partial")
    deadly = (
        "import os\nclass Deadly(int):\n    def __truediv__(self, other):\n        os._exit(0)\nanswer = Deadly(42)"
    )
    verdict = graded(deadly)
    assert earned(verdict) == {**FULL, "one/partial": 0}
    assert told(verdict).startswith("the whole submission: nbgrader gives no mark (the process ended")
    assert not graded(deadly, rules=True).graded


def test_a_notebook_that_has_lost_its_metadata_is_graded(graded: Callable[..., Verdict]) -> None:
    """Its cells are found by order and content, a note says so, and a flag what nbgrader does."""
    notebook = edited(first(), "answer", "answer = 14")
    notebook.cells[1].source = "import os\nassert answer"
    for cell in notebook.cells:
        cell.metadata = {}
    verdict = graded(one=notebook)
    assert earned(verdict) == {**FULL, "one/exact": 0, "one/partial": 1}
    assert verdict.notes == ["one.ipynb had lost nbgrader's metadata; its cells were found by their order and content"]
    assert "one: nbgrader knows none of its cells" in told(verdict)


def test_a_notebook_without_any_of_the_cells_is_not_graded(graded: Callable[..., Verdict]) -> None:
    """Another notebook under the right name is no 0."""
    verdict = graded(one=new_notebook(cells=[new_markdown_cell("Another one.")]))
    assert not verdict.graded
    assert "one.ipynb has lost nbgrader's metadata" in verdict.reason


def test_changed_tests_do_not_count(graded: Callable[..., Verdict]) -> None:
    """Whatever a student writes into a test, or says that it is worth, what the
    instructor wrote counts."""
    notebook = edited(edited(first(), "answer", "answer = 7"), "exact", "pass")
    notebook.cells[1].metadata.nbgrader["points"] = 100
    verdict = graded(one=notebook)
    assert earned(verdict) == {**FULL, "one/exact": 0, "one/partial": 0.5}
    assert verdict.points == 7


def test_a_deleted_test_is_put_back(graded: Callable[..., Verdict]) -> None:
    """A deleted test runs where it was, and a flag says that nbgrader gives nothing; by its
    rules there is nothing."""
    notebook = first()
    del notebook.cells[1]
    verdict = graded(one=notebook)
    assert earned(verdict) == FULL
    assert "one/exact: it had been deleted; nbgrader leaves it to a person" in told(verdict)
    assert "one: cell 'exact' was missing and was put back" in verdict.notes
    assert earned(graded(one=notebook, rules=True)) == {**FULL, "one/exact": 0}


def test_cells_run_in_the_students_order_and_the_last_of_two_answers_counts(graded: Callable[..., Verdict]) -> None:
    """An answer behind its tests is too late, as in nbgrader; of two with one grade
    id the last one is it."""
    notebook = first()
    notebook.cells.append(notebook.cells.pop(0))
    assert earned(graded(one=notebook)) == {**FULL, "one/exact": 0, "one/partial": 0}
    doubled = first()
    late = copy.deepcopy(doubled.cells[0])
    late.source, late["id"] = "answer = 0", "late"
    doubled.cells.append(late)
    assert earned(graded(one=doubled)) == FULL
    early = copy.deepcopy(doubled.cells[1])
    early.source, early["id"] = "answer = 0", "early"
    doubled.cells.insert(1, early)
    verdict = graded(one=doubled)
    assert earned(verdict) == {**FULL, "one/exact": 0, "one/partial": 0}
    assert [result.group for result in verdict.criteria] == list(FULL)
    assert told(verdict).startswith("the whole submission: nbgrader gives no mark (cell 'exact' is there")


def test_a_notebook_that_was_not_handed_in_earns_nothing(course: Course, address: str) -> None:
    """One of two notebooks: nothing for the other, said in a note. None: not graded."""
    folder = hand_in(course, "ada", two=second())
    assignment = register(course)
    verdict, notebooks = grade_plain(assignment, folder, "ada", Jails(address))
    assert earned(verdict) == {"one/exact": 0, "one/partial": 0, "one/file": 0, "one/why": 0, "two/exact": 1}
    assert verdict.notes == ["one.ipynb was not handed in"]
    assert set(notebooks) == {"one", "two"}
    (folder / "two.ipynb").unlink()
    verdict, _ = grade_plain(assignment, folder, "ada", Jails(address))
    assert not verdict.graded
    assert "handed in no notebook of 'ps1' (one.ipynb, two.ipynb)" in verdict.reason


def test_students_files_lie_beside_the_notebook_but_not_in_the_place_of_ours(course: Course, address: str) -> None:
    """A file of the student's is there when the notebook runs; one of the
    instructor's cannot be replaced."""
    folder = hand_in(
        course, "ada", one=edited(first(), "answer", "answer = int(open('lib/mine.txt').read())"), two=second()
    )
    for name, text in {"lib/mine.txt": "42", "data/numbers.txt": "1"}.items():
        (folder / name).parent.mkdir()
        (folder / name).write_text(text)
    verdict, _notebooks = grade_plain(register(course), folder, "ada", Jails(address))
    assert earned(verdict) == FULL
    assert not verdict.notes


def test_a_file_in_the_way_of_the_assignments_is_left_out(course: Course, address: str) -> None:
    """A file called like a folder of the assignment's, or with a name that is no text,
    costs nothing but itself."""
    folder = hand_in(course, "ada", one=first(), two=second())
    (folder / "data").write_text("mine")
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("mine")
    verdict, _ = grade_plain(register(course), folder, "ada", Jails(address))
    assert earned(verdict) == FULL
    assert len(verdict.notes) == 2


def test_another_language_is_refused(course: Course) -> None:
    """A notebook for another kernel than Python's says so, and is not graded."""
    notebook = second()
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(notebook, course.root / "source/ps1/two.ipynb")
    with pytest.raises(CourseError, match=r"two\.ipynb is for the kernel 'ir'; the jail runs Python only"):
        register(course)


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ml-course", "display_name": "ML", "language": "python"}},
        {"kernelspec": {"name": "ml-course", "display_name": "ML"}, "language_info": {"name": "python"}},
        {"kernelspec": {"name": "ml-course", "display_name": "ML"}, "language_info": {"name": "ipython"}},
        {},
    ],
)
def test_a_python_kernel_may_have_any_name(course: Course, metadata: dict[str, dict[str, str]]) -> None:
    """What counts is the language, which Jupyter writes beside the kernel or as what ran last."""
    notebook = second()
    notebook.metadata = NotebookNode({name: NotebookNode(values) for name, values in metadata.items()})
    nbformat.write(notebook, course.root / "source/ps1/two.ipynb")
    assert set(register(course).notebooks) == {"one", "two"}


def test_tests_are_those_that_were_released(course: Course) -> None:
    """What the gradebook has of a cell counts, as in nbgrader, until the
    assignment is released again."""
    before = register(course)
    changed = edited(first(), "exact", "pass")
    changed.cells[1].metadata.nbgrader["points"] = 100
    nbformat.write(changed, course.root / "source/ps1/one.ipynb")
    assert register(course).notebooks["one"].cells[1] == before.notebooks["one"].cells[1]


def current_key(course: Course) -> Key:
    """What a verdict on ada's submission depends on now, read anew."""
    fresh = Course(course.root, course.nbgrader_rules)
    return next(make_plans(fresh, [("ps1", "ada")], register=True)).key


def test_a_change_of_anything_that_counts_is_seen(course: Course) -> None:
    """A file beside the notebooks, a student's file, a time limit and the rule each make
    work to be graded again."""
    folder = hand_in(course, "ada", one=first(), two=second())
    before = current_key(course)
    assert not describe_changes(before, current_key(course))
    assert describe_changes(before, current_key(Course(course.root, nbgrader_rules=True)))
    for path in (course.root / "source/ps1/data/numbers.txt", folder / "lib.py", course.root / "nbgrader_config.py"):
        old = path.read_text() if path.exists() else ""
        path.write_text(
            "c = get_config()\nc.Proctor.budget = {'cell_seconds': 5}\n" if path.suffix == ".py" else "4 5 6"
        )
        assert describe_changes(before, current_key(course)), path
        path.write_text(old)
        if not old:
            path.unlink()
    assert not describe_changes(before, current_key(course))


def result(text: str | None) -> NotebookNode:
    """What a cell's last expression shows."""
    return new_output("execute_result", data={} if text is None else {"text/plain": text})


ERROR = new_output("error", ename="AssertionError", evalue="no", traceback=[])
OUTPUTS = {
    "nothing": [],
    "printed": [new_output("stream", name="stdout", text="3")],
    "stderr": [new_output("stream", name="stderr", text="hm")],
    "error": [ERROR],
    "half": [result("0.5")],
    "all": [result("2")],
    "too much": [result("2.5")],
    "negative": [result("-1")],
    "not a number": [result("nan")],
    "infinite": [result("inf")],
    "text": [result("'fine'")],
    "no text": [result(None)],
    "true": [result("True")],
    "half, then an error": [result("0.5"), ERROR],
    "stderr, then half": [new_output("stream", name="stderr", text="hm"), result("0.5")],
}
OURS = {
    "half": 0.5,
    "error": 0,
    "half, then an error": 0,
    "negative": 0,
    "not a number": 0,
    "infinite": 0,
    "stderr, then half": 0.5,
}


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_nbgraders_rule_is_nbgraders(outputs: str) -> None:
    """What we say that nbgrader gives is what its own function gives, or None where that
    gives up; ours never does."""
    cell = code("pass", "x", points=2)
    cell.outputs = OUTPUTS[outputs]
    try:
        due = determine_grade(cell)[0]
    except (ValueError, KeyError):
        due = None
    outcome = CellRun("x", "ok")
    assert nbgrader_score(cell, outcome)[0] == due
    assert our_score(cell, outcome)[0] == OURS.get(outputs, 2)
    assert grade_id(cell) == "x"
