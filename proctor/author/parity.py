"""Compare what `check` tells a student in the notebook with what grading finds."""

from __future__ import annotations

import json

from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.judge.examination import Examination
from proctor.verdict import CriterionResult

MARK = "results of all checks: "
CHECK_ALL = """
def _check_all(files, models, groups):
    import json
    from pathlib import Path

    from proctor.judge.live import check_namespace

    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    namespace = get_ipython().user_ns
    for name, file in models.items():
        import keras

        namespace[name] = keras.saving.load_model(file)
    found = [result for group in groups for result in check_namespace(group, namespace, Path.cwd())]
    print(%r + json.dumps({result.name: result.status for result in found}))


_check_all(%r, %r, %r)
"""


def check_in_notebook(
    course: Course, assignment: Assignment, groups: list[str], examination: Examination
) -> dict[str, str]:
    """Run the checks of a notebook that was graded, in its own process, as the student does.

    A model that was handed in is loaded where the notebook would have trained it.

    Args:
        course, assignment: what is graded.
        groups: grade ids of the check cells.
        examination: of the submission; its criteria have run.

    Returns criterion's name → status; {} if the notebook's process has ended.
    """
    run = examination.run
    if run.jail.ended:
        return {}
    folder = course.grader(assignment.name)
    files = {name: (folder / name).read_text(encoding="utf-8") for name in ("test_public.py", "assignment.toml")}
    models = {} if run.trains else dict(assignment.artifacts)
    seconds = assignment.budget.notebook_seconds
    outcome = run.jail.run_cell(CHECK_ALL % (MARK, files, models, groups), seconds)
    printed = "".join(output.get("text", "") for output in outcome.outputs if output["output_type"] == "stream")
    _, found, told = printed.rpartition(MARK)
    statuses: dict[str, str] = json.loads(told.splitlines()[0]) if found else {}
    return statuses


def find_disparities(criteria: list[CriterionResult], checked: dict[str, str]) -> list[str]:
    """A sentence for each public criterion on which the notebook's check and grading differ.

    Args:
        criteria: as graded.
        checked: name → status as `check_in_notebook` returns it.
    """
    return [
        f"'{result.name}' is {checked[result.name]} in the notebook's check and {result.status} at grading"
        for result in criteria
        if not result.hidden and checked.get(result.name, result.status) != result.status
    ]
