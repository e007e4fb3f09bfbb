"""Compare what `check` tells a student in the notebook with what grading finds."""

from __future__ import annotations

import json

from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.course.released import criteria_file, settings_file
from proctor.errors import StudentError
from proctor.judge.examination import Examination
from proctor.verdict import CriterionResult

MARK = "results of all checks: "
CHECK_ALL = """
def _check_all(exercise, files, models, trained, groups):
    import json
    from pathlib import Path

    from proctor.course.released import Released
    from proctor.judge.live import check_namespace

    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    namespace = get_ipython().user_ns
    for name, file in models.items():
        import keras

        own = {key: value for key, value in namespace.items() if isinstance(value, type)}
        namespace[name] = keras.saving.load_model(file, custom_objects=own)
    for name, file in trained.items():
        if not Path(file).exists():
            namespace.pop(name, None)
    found = check_namespace(groups, namespace, Released(exercise, Path.cwd()))
    print(%r + json.dumps({result.name: (result.status, result.found) for result in found}))


_check_all(%r, %r, %r, %r, %r)
"""


def find_disparities(
    course: Course,
    assignment: Assignment,
    groups: list[str],
    examination: Examination,
    criteria: list[CriterionResult],
) -> list[str]:
    """A sentence for each public criterion on which a notebook's check and grading differ.

    Args:
        course, assignment: what is graded.
        groups: grade ids of the check cells to run.
        examination: of the submission; its criteria have run.
        criteria: their results.
    """
    if any(result.hung and not result.hidden for result in criteria):
        return []  # it hangs in the notebook, too, where nothing stops it before the notebook's time is up
    try:
        checked = _check_in_notebook(course, assignment, groups, examination)
    except StudentError as error:
        # What ends the process at grading ends it in the notebook, too.
        return [error.message] if all(result.status == "passed" for result in criteria) else []
    sentences = []
    for result in criteria:
        status, found = checked.get(result.name, (result.status, ""))
        if not result.hidden and status != result.status:
            both = f"{_tell(status, found)} in the notebook's check and {_tell(result.status, result.found)} at grading"
            sentences.append(f"'{result.name}' is {both}")
    return sentences


def _check_in_notebook(
    course: Course, assignment: Assignment, groups: list[str], examination: Examination
) -> dict[str, tuple[str, str]]:
    """Run the checks of a notebook that was graded, in its own process, as the student does.

    A model that was handed in is loaded where the notebook would have trained it. One whose
    training cell stopped before it saved its file counts as not there: the error was shown.

    Args:
        course, assignment: what is graded.
        groups: grade ids of the check cells.
        examination: of the submission; its criteria have run.

    Returns criterion's name → its status and what was found; {} if there are no groups, or the
    notebook's process has ended. Raises StudentError, with the reason, if the checks could not be
    run.
    """
    run = examination.run
    if run.jail.ended or not groups:
        return {}
    folder = course.grader(assignment.name)
    released = {"test_public.py": criteria_file(assignment.name), "assignment.toml": settings_file(assignment.name)}
    files = {name: (folder / file).read_text(encoding="utf-8") for file, name in released.items()}
    # A notebook that ends before its training cell has no model yet.
    has_skipped = any(cell.status == "skipped" for cell in run.cells)
    loaded, trained = assignment.artifacts if has_skipped else {}, assignment.artifacts if run.trains else {}
    code = CHECK_ALL % (MARK, assignment.name, files, dict(loaded), dict(trained), groups)
    outcome = run.jail.run_cell(code, assignment.budget.notebook_seconds)
    printed = "".join(output.get("text", "") for output in outcome.outputs if output["output_type"] == "stream")
    _, found, told = printed.rpartition(MARK)
    if not found:
        raise StudentError("Missing", f"the notebook's checks could not be run: {outcome.error or outcome.status}")
    results = json.loads(told.splitlines()[0])
    return {name: (status, text) for name, (status, text) in results.items()}


def _tell(status: str, found: str) -> str:
    return f"{status} ({found})" if found else status
