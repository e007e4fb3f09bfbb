"""Problems of an exercise that can be seen without running anything."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from proctor.answers import Answer, load_answers
from proctor.author.expectations import find_own_expectations
from proctor.author.formats import FORMATS
from proctor.author.habits import habit_names
from proctor.course.assignment import Assignment
from proctor.course.cells import STUDENT_ID, check_cells, grade_id, has_role, is_check, is_solution, points
from proctor.course.course import Course
from proctor.errors import CourseError
from proctor.intake.rebuild import rebuild
from proctor.intake.submission import parse_notebook
from proctor.judge.criteria_run import collect
from proctor.verdict import CriterionResult

GRADER_IMPORTS = {"proctor", "numpy", "pytest", "PIL", *sys.stdlib_module_names}
"""What graders may import: an examiner has no TensorFlow."""


def read_criteria(course: Course, name: str) -> list[CriterionResult]:
    """The criteria that an exercise's grader declares.

    Raises CourseError, with file and line, if the grader is not Python or cannot be imported.
    """
    files = sorted(course.grader(name).glob("test_*.py"))
    for file in [*files, course.grader(name) / "answers.py"]:
        _parse(file)
    return [result for _, result in collect(files)]


def find_problems(course: Course, assignment: Assignment, source: NotebookNode) -> list[str]:
    """A sentence for each problem of an exercise's notebook and grader.

    Raises CourseError if the grader cannot be read.
    """
    criteria = read_criteria(course, assignment.name)
    files = sorted(course.grader(assignment.name).glob("test_*.py"))
    return [
        *_compare_groups(criteria, source),
        *_check_cells(source),
        *(problem for file in files for problem in _check_imports(file)),
        *(problem for file in files if file.name != "test_public.py" for problem in _check_expected_values(file)),
        *_check_may_fail(load_answers(course.grader(assignment.name) / "answers.py").mutants, files),
        *_check_forbidden(assignment, source),
        *_check_student_id(assignment, source),
        *_check_formats(source),
    ]


def find_remarks(course: Course, name: str) -> list[str]:
    """A sentence for each expected value of a public criterion that is the student's own.

    Such a criterion may be in order, as one that says of a function that it is linear; a hidden one
    has to know better.
    """
    found = find_own_expectations(_parse(course.grader(name) / "test_public.py"))
    return [
        f"test_public.py, line {line}: {name} compares the student's values with each other" for line, name in found
    ]


def _parse(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CourseError(f"{file.parent.name}/{file.name}, line {error.lineno}: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise CourseError(f"{file.parent.name}/{file.name} cannot be read: {error}") from None


def _compare_groups(criteria: list[CriterionResult], source: NotebookNode) -> Iterator[str]:
    """Check cells and groups of criteria agree, and so do their points."""
    cells = check_cells(source)
    for group in dict.fromkeys(result.group for result in criteria):
        if group not in cells:
            yield f"'{group}' has criteria but the notebook has no such check cell"
    for name, cell in cells.items():
        worth = sum(result.points for result in criteria if result.group == name)
        if abs(worth - points(cell)) > 1e-9:
            yield f"'{name}' is worth {points(cell):g} in the notebook, its criteria sum to {worth:g}"
        if cell.source.strip() not in (f'check("{name}")', f"check('{name}')"):
            yield f"check cell '{name}' must hold just check(\"{name}\")"


def _check_cells(source: NotebookNode) -> Iterator[str]:
    """Code cells have grade ids and no outputs, and solution cells have solution marks."""
    for index, cell in enumerate(source.cells):
        if cell.cell_type != "code":
            continue
        if not grade_id(cell):
            yield f"code cell {index} has no grade id: make it a solution, a check or a read-only cell"
        if cell.outputs or cell.execution_count:
            yield f"cell '{grade_id(cell)}' carries outputs; clear them before committing"
        if is_solution(cell) and not is_check(cell) and "BEGIN SOLUTION" not in cell.source:
            yield f"solution cell '{grade_id(cell)}' has no ### BEGIN SOLUTION: a release would hold all of it"


def _check_imports(file: Path) -> Iterator[str]:
    """A grader imports only what an examiner has, except in functions that it hands on."""
    tree = _parse(file)
    handed_on = {node for function in _find_handed_on(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if node in handed_on:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "its own folder"]
        else:
            continue
        for name in names:
            if name.split(".")[0] not in GRADER_IMPORTS:
                yield (
                    f"{file.name}, line {node.lineno}: a grader imports proctor, NumPy, pytest, Pillow and the "
                    f"standard library, not {name}"
                )


def _find_handed_on(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions that the grader names but never calls, as in `share(student, function)`.

    They run in the student's process, which has TensorFlow.
    """
    names = {id(node): node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    called = {names.pop(id(node.func), "") for node in ast.walk(tree) if isinstance(node, ast.Call)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.decorator_list]
    return [function for function in functions if function.name in names.values() and function.name not in called]


def _check_expected_values(file: Path) -> Iterator[str]:
    for line, name in find_own_expectations(_parse(file)):
        yield f"{file.name}, line {line}: the expected value of {name} is the student's own; compute it here"


def _check_may_fail(mutants: Sequence[Answer], files: list[Path]) -> Iterator[str]:
    """What a mutant may fail compares with a threshold: no other criterion depends on the data."""
    functions = [node for file in files for node in _parse(file).body if isinstance(node, ast.FunctionDef)]
    compare = {
        node.name.removeprefix("test_")
        for node in functions
        if any(argument.arg == "thresholds" for argument in node.args.args)
    }
    for mutant in mutants:
        for name in mutant.may_fail:
            if name not in compare:
                yield f"the mutant {mutant.title!r} may fail '{name}', which is no criterion that takes `thresholds`"


def _check_forbidden(assignment: Assignment, source: NotebookNode) -> Iterator[str]:
    """Each forbidden habit exists, and the notebook has the sentence that forbids it."""
    text = " ".join(" ".join(cell.source.split()) for cell in source.cells)
    for habit, sentence in assignment.forbids.items():
        if habit not in habit_names():
            yield f"assignment.toml forbids {habit!r}, which is not a habit; there are {', '.join(habit_names())}"
        if " ".join(sentence.split()) not in text:
            yield f"assignment.toml forbids {habit!r} by a sentence that the notebook does not have: {sentence!r}"


def _check_student_id(assignment: Assignment, source: NotebookNode) -> Iterator[str]:
    """A student can type the identifier that values of one's own follow from."""
    cells = [cell for cell in source.cells if grade_id(cell) == STUDENT_ID]
    if assignment.values and not any(not is_solution(cell) and not has_role(cell, "locked") for cell in cells):
        yield (
            f"assignment.toml has [values], and the notebook no cell '{STUDENT_ID}' to type the identifier into, "
            "which is neither locked nor a solution cell"
        )


def _check_formats(source: NotebookNode) -> Iterator[str]:
    """The notebook is read alike, whichever program wrote it."""
    expected, _ = rebuild(source, source)
    for program, write in FORMATS.items():
        found, _ = rebuild(source, parse_notebook(write(source), "notebook.ipynb", []))
        if [cell.source for cell in found.cells] != [cell.source for cell in expected.cells]:
            yield f"read from the file that {program} writes, the notebook has other cells"
