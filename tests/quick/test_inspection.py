"""What is wrong with an exercise that can be seen without running a notebook."""

from __future__ import annotations

from contextlib import nullcontext

import nbformat
import pytest
from conftest import edited, solution_notebook

from proctor.author.formats import FORMATS
from proctor.author.inspection import find_problems, find_remarks
from proctor.channel.student import LocalLink, Student
from proctor.course.cells import read_source
from proctor.course.course import Course
from proctor.errors import CourseError
from proctor.judge.criteria_run import CriteriaRun, run_criteria


def problems_of(course: Course) -> str:
    return "\n".join(find_problems(course, course.assignment("double"), read_source(course.source("double"))))


def test_the_small_exercise_has_none(course):
    """A notebook and a grader that agree, however the file is written, have no problem."""
    assert problems_of(course) == ""


@pytest.mark.parametrize("line", ["import tensorflow as tf", "from keras import ops", "from . import helpers"])
def test_a_grader_imports_what_an_examiner_has(course, line):
    """TensorFlow and Keras are not there where criteria run; which import it is, is said."""
    grader = course.grader("double") / "test_hidden.py"
    grader.write_text(f"import json\nif False:\n    {line}\n{grader.read_text()}")
    assert "test_hidden.py, line 3: a grader imports proctor, NumPy" in problems_of(course)


@pytest.mark.parametrize(
    "use, problem",
    [
        ("share(student, bowl)(2.0)", False),
        ("assert_apart(student, 'f', {'g': bowl}, judge)", False),
        ("share(student, bowl); bowl(2.0)", True),
        ("student.f(2.0)", True),
    ],
)
def test_a_function_that_is_handed_on_imports_what_it_needs(course, use, problem):
    """It runs in the student's process; one that the grader calls itself, or nobody, does not."""
    grader = course.grader("double") / "test_hidden.py"
    bowl = "def bowl(x):\n    import tensorflow as tf\n\n    return tf.square(x)\n"
    grader.write_text(f"{grader.read_text()}\n\n{bowl}\n\ndef ask(student, judge):\n    {use}\n")
    assert ("not tensorflow" in problems_of(course)) is problem


@pytest.mark.parametrize(
    "test",
    [
        "assert_close(student.relu(x), student.relu_of_theirs(x), 'relu(x)')",
        "right = student.np.maximum(x, 0)\n    assert_close(student.relu(x), right, 'relu(x)')",
        "assert_close(found=student.relu(x), expected=student.table['right'], what='relu(x)')",
        "assert student.relu(x) == student.np.maximum(x, 0)",
        "for found, right in zip(student.relu(x), student.right):\n        assert_close(found, right, 'relu(x)')",
        "if (right := student.right) is not None:\n        assert_close(student.relu(x), right, 'relu(x)')",
        "right = [2 * value for value in student.right]\n    assert_close(student.relu(x), right, 'relu(x)')",
        "assert_close(student.relu(x), told, 'relu(x)')",
        "model = make_model(student)\n    assert_close(student.f(model), model.get_weights()[0], 'f(model)')",
        "model = make_model(student)\n    right = model.evaluate(x)\n    assert_close(student.f(x), right, 'f(x)')",
    ],
)
def test_an_expected_value_is_not_the_students(course, test):
    """A hidden criterion that compares the student's values with the student's is no test; a public
    one is named."""
    written = f"def test_own(student, told):\n    x = np.ones(3)\n    {test}\n"
    fixture = "@pytest.fixture\ndef told(student):\n    return student.right\n"
    hidden, public = (course.grader("double") / name for name in ("test_hidden.py", "test_public.py"))
    before = public.read_text()
    public.write_text(f"{before}\n\n{fixture}\n\n{written}")
    assert problems_of(course) == ""
    (remark,) = find_remarks(course, "double")
    assert "test_own compares the student's values with each other" in remark
    public.write_text(before)
    hidden.write_text(f"import pytest\n{hidden.read_text()}\n\n{fixture}\n\n{written}")
    assert "the expected value of test_own is the student's own; compute it here" in problems_of(course)


@pytest.mark.parametrize(
    "test",
    [
        "model = make_model(student)\n    assert_close(student.f(model, x), model.predict(x), 'f(model, x)')",
        "for found, right in zip(student.relu(x), np.ones(3)):\n        assert_close(found, right, 'relu(x)')",
        "which = student.relu(x)\n    assert_close(student.f(x), [1.0, 2.0][which], 'f(x)')",
        "assert student.relu(x) == 2 * x",
    ],
)
def test_an_expected_value_of_the_graders_is_none_of_the_students(course, test):
    """What is computed here, or predicted by a model of the grader's own, is in order."""
    hidden = course.grader("double") / "test_hidden.py"
    hidden.write_text(f"{hidden.read_text()}\n\ndef test_own(student):\n    x = np.ones(3)\n    {test}\n")
    assert problems_of(course) == ""


def test_a_solution_cell_has_solution_marks(course):
    """Without them nbgrader would release the whole cell as it is."""
    source = edited(solution_notebook(), "write_count", "def count(n):\n    yield from range(n)")
    nbformat.write(source, course.source("double"))
    assert "solution cell 'write_count' has no ### BEGIN SOLUTION" in problems_of(course)


@pytest.mark.parametrize("file", ["test_public.py", "test_hidden.py", "answers.py"])
def test_a_syntax_error_is_told_with_file_and_line(course, file):
    """One sentence, before anything is run."""
    path = course.grader("double") / file
    path.write_text("import numpy\n\ndef broken(:\n    pass\n")
    with pytest.raises(CourseError, match=rf"double/{file}, line 3: "):
        problems_of(course)


@pytest.mark.parametrize(
    "needs, said",
    [
        ("relu_values", ""),
        ("doubles", "'doubles' of 'model' needs 'doubles', which is not of an earlier group"),
        ("one_unit", "'doubles' of 'model' needs 'one_unit', which is not of an earlier group"),
        ("rely", "'doubles' needs 'rely', which is neither a group with criteria nor a criterion"),
    ],
)
def test_a_criterion_needs_an_earlier_group_or_criterion(course, needs, said):
    """Anything else is the author's mistake, and both names are told."""
    grader = course.grader("double") / "test_hidden.py"
    grader.write_text(grader.read_text().replace('needs="relu"', f'needs="{needs}"'))
    files = [course.grader("double") / "test_public.py", grader]
    run = CriteriaRun(Student(LocalLink({})), {})
    with pytest.raises(CourseError, match=said) if said else nullcontext():
        run_criteria(files, run)
    if not said:
        waiting = {result.name: result.found for result in run.results if result.status == "waiting"}
        assert waiting == {"doubles": "waits for “relu keeps what is positive.”"}


def test_what_the_text_forbids_is_quoted_from_it(course):
    """A forbidden habit is one that exists, and its sentence is the notebook's."""
    declared = course.grader("double") / "assignment.toml"
    declared.write_text(f'{declared.read_text()}\n[forbids]\n"float61" = "Double"\n"float64" = "Keep float32."\n')
    found = problems_of(Course(course.root))
    assert "forbids 'float61', which is not a habit; there are" in found
    assert "forbids 'float64' by a sentence that the notebook does not have: 'Keep float32.'" in found


def test_every_program_writes_another_file():
    """The formats that a notebook is read from differ from one another."""
    files = {write(solution_notebook()) for write in FORMATS.values()}
    assert len(files) == len(FORMATS)
