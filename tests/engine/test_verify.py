"""`proctor verify`: it finds what an author did not think of, and records a proof."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress

import nbformat
import psutil
from conftest import FOR_EVER, RELU, edited, set_budget, solution_notebook

from proctor.author.findings import Finding
from proctor.author.verify import measured_values


def rewrite(path, old: str, new: str) -> None:
    """Replace a text that must be in a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_whole_proof_is_recorded_until_something_changes(course, proctor):
    """`verify` writes proof.json, to which a proof on other data is added; `verify --check` is
    content until a file of the exercise is another one, and names it."""
    grader = course.grader("double")
    assert "double has no record of a proof: proctor verify double" in proctor("verify", "--check", code=1).stdout
    said = proctor("verify").stdout
    assert "✓ habits: " in said
    assert "1 of 4 mutants are caught by hidden criteria alone" in said
    record = json.loads((grader / "proof.json").read_text())
    assert record["answers"] == {"variants": 3, "mixes of habits": 4, "mutants": 4}
    assert record["digests"].keys() >= {"source/double/double.ipynb", "graders/double/answers.py", "keras", "numpy"}
    assert proctor("verify", "--check").stdout == ""
    assert record["seconds"].keys() == {"drawn"}
    record["seconds"] = {"real": 7}
    (grader / "proof.json").write_text(json.dumps(record))
    for _ in range(2):
        proctor("verify")
        seconds = json.loads((grader / "proof.json").read_text())["seconds"]
        assert (seconds["real"], seconds.keys()) == (7, {"real", "drawn"})
    record["seconds"] = seconds
    assert json.loads((grader / "proof.json").read_text()) == record
    rewrite(grader / "answers.py", "absolute value", "absolute values")
    said = proctor("verify", "--check", code=1).stdout
    assert "double was proven with another graders/double/answers.py: proctor verify double" in said


def compare_with_a_threshold(course) -> None:
    """The criterion `doubles` gives points by a threshold of the data."""
    hidden, settings = (course.grader("double") / file for file in ("test_hidden.py", "assignment.toml"))
    rewrite(hidden, "(student, credit)", "(student, credit, thresholds)")
    rewrite(
        hidden,
        "credit.between(abs(found - 1.0), zero=0.5, full=0.1)",
        'credit.within(abs(found - 1.0), thresholds, "far")',
    )
    settings.write_text(f"{settings.read_text()}\n[thresholds.drawn]\nfar = {{ none = 0.5, full = 0.1 }}\n")


def test_a_record_keeps_the_values_of_the_most_seeds(course, proctor):
    """A run with more seeds adds what the solution reached with each of them to the record of the
    whole proof; one with fewer takes nothing away."""
    grader = course.grader("double")
    compare_with_a_threshold(course)
    whole = ("verify",)
    three_seeds = ("verify", "--every", "99", "--seeds", "3")
    for arguments, values in ((whole, [0.0]), (three_seeds, [0.0] * 3), (whole, [0.0] * 3)):
        proctor(*arguments)
        assert json.loads((grader / "proof.json").read_text())["measured"] == {"drawn": {"far": values}}


def test_values_are_in_the_order_of_the_seeds():
    """Whichever seed's training ends first, a record is the same."""
    reached = [
        Finding("solution", f"the solution (seed {seed})", measured={"error": float(seed)}) for seed in (1, 10, 0, 9)
    ]
    assert measured_values(reached) == {"error": [0.0, 1.0, 9.0, 10.0]}


def test_a_grader_that_dislikes_a_habit_is_told_which(course, proctor):
    """A right answer that is only written otherwise must get full marks; of a mix that does not,
    the habit is named. The text may forbid it, and then it is not tried."""
    source = solution_notebook()
    relu = 'def relu(x):\n    """Keep float32."""\n    ### BEGIN SOLUTION\n    return np.maximum(x, np.float32(0))'
    source = edited(source, "write_relu", f"{relu}\n    ### END SOLUTION")
    nbformat.write(source, course.source("double"))
    grader, answers = course.grader("double") / "test_public.py", course.grader("double") / "answers.py"
    rewrite(
        grader,
        "    assert_close(student.relu(np.array([-1.0, 2.0]))",
        '    assert student.relu(np.ones(2, "float32")).dtype == "float32"\n'
        "    assert_close(student.relu(np.array([-1.0, 2.0]))",
    )
    rewrite(answers, '"np.maximum(x, 0)"', '"np.maximum(x, np.float32(0))"')
    rewrite(answers, '"np.where(x > 0, x, 0)"', '"np.where(x > 0, x, np.float32(0))"')
    said = proctor("verify", code=1).stdout
    assert "✗ habits: float64" in said
    assert "1 to mend" in said
    declared = course.grader("double") / "assignment.toml"
    declared.write_text(f'{declared.read_text()}\n[forbids]\n"float64" = "Keep float32."\n')
    assert "all proven" in proctor("verify").stdout


def test_a_check_that_promises_what_grading_does_not_keep_is_found(course, proctor):
    """The public criteria say the same in the notebook and at grading: this answer counts right
    only as often as it is asked when it is graded."""
    answers = course.grader("double") / "answers.py"
    fickle = "asked = []\ndef count(n):\n    asked.append(n)\n    return iter(range(n if len(asked) < 3 else 0))"
    right = 'edit("write_count", "yield from range(n)", "return iter(range(n))")'
    rewrite(answers, right, f'replace("write_count", {fickle!r})')
    rewrite(answers, "mutant, retrained", "mutant, replace, retrained")
    said = proctor("verify", "--only", "an iterator", code=1).stdout
    assert "'counts' is failed ([]  (with n=1)) in the notebook's check and passed at grading" in said
    assert not (course.grader("double") / "proof.json").exists()


def test_a_training_that_stopped_promises_nothing(course, proctor):
    """Where the training cell ended in an error before it saved its model, the check of that model
    is no promise: `model` is there in the notebook, and the error stands below the cell."""
    answers = course.grader("double") / "answers.py"
    without_bias = 'edit("write_build", \'"zeros"\', \'"zeros", use_bias=False\'), retrained()'
    added = f'    mutant("no bias", {without_bias}, fails=["one_unit", "doubles"]),\n'
    rewrite(answers, "mutants = [\n", f"mutants = [\n{added}")
    said = proctor("verify", "--only", "no bias").stdout
    assert "✓ mutant: no bias  caught by one_unit, doubles" in said


def test_what_hangs_at_grading_is_not_waited_for_again(course, proctor):
    """A mutant whose calls never end costs their time; the notebook's own, which is long, is not
    waited for where the notebook checks the same function."""
    set_budget(course, notebook_seconds=30000, cell_seconds=5, call_seconds=5)
    answers = course.grader("double") / "answers.py"
    hangs = 'replace("write_relu", "def relu(x):\\n    while True:\\n        pass")'
    added = f'    mutant("hangs", {hangs}, fails=["relu_values", "relu_any_shape"]),\n'
    rewrite(answers, "mutants = [\n", f"mutants = [\n{added}")
    rewrite(answers, "mutant, retrained", "mutant, replace, retrained")
    said = proctor("verify", "--only", "hangs").stdout
    assert "✓ mutant: hangs  caught by relu_values, relu_any_shape" in said


def test_ctrl_c_waits_for_no_training(course):
    """An author who has seen enough gets the terminal back, long before the solution ends."""
    set_budget(course, notebook_seconds=3000, cell_seconds=3000)
    nbformat.write(edited(solution_notebook(), "write_relu", f"{RELU}\n{FOR_EVER}"), course.source("double"))
    command = [sys.executable, "-m", "proctor", "verify", "double"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=course.root, stdout=pipe, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            while "in_training" not in names_of_children(process.pid):
                assert process.poll() is None, process.communicate()[0]
            os.killpg(process.pid, signal.SIGINT)
            said = process.communicate(timeout=100)[0]
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Traceback" not in said


def names_of_children(process: int) -> set[str]:
    """The names of a process's children, and theirs."""
    names = set()
    for child in psutil.Process(process).children(recursive=True):
        with suppress(psutil.Error):  # it has ended
            names.add(child.name())
    return names


def test_what_no_answer_proves_is_a_finding(course, proctor):
    """A criterion that no mutant fails, a cell that no variant changes, and a mutant that hidden
    criteria alone catch without a reason."""
    answers = course.grader("double") / "answers.py"
    text = answers.read_text()
    kept = [line for line in text.splitlines() if "write_count" not in line and "hidden_because" not in line]
    answers.write_text("\n".join(kept))
    said = proctor("verify", code=1).stdout
    assert "no mutant fails 'counts': nothing shows that it can fail" in said
    assert "no variant changes the cell 'write_count'" in said
    assert "hidden criteria alone catch 1 mutants, so that no check tells a student; say why in answers.py" in said
    assert 'hidden_because = {"doubles": "…"}' in said


def test_whether_a_slip_costs_accuracy_may_depend_on_the_data(course, proctor):
    """A mutant may leave open whether it fails a criterion with a threshold, and no other one."""
    compare_with_a_threshold(course)
    answers = course.grader("double") / "answers.py"
    rewrite(answers, 'fails=["one_unit", "doubles"]', 'fails="one_unit"')
    said = proctor("verify", "--only", "two units", code=1).stdout
    assert "'doubles' (model) fails too" in said
    rewrite(answers, 'fails="one_unit"', 'fails="one_unit", may_fail="doubles"')
    rewrite(answers, 'fails="count"', 'fails="count", may_fail="doubles"')
    said = proctor("verify").stdout
    assert "✓ mutant: two units  caught by one_unit, doubles" in said
    assert "✓ mutant: counts one more  caught by counts " in said
    rewrite(answers, 'fails="relu"', 'fails="relu", may_fail="counts"')
    said = proctor("verify", "--only", "absolute value", code=1).stdout
    assert "the mutant 'absolute value' may fail 'counts', which is no criterion that takes `thresholds`" in said


def test_slips_that_are_tried_together_are_looked_at_one_by_one(course, proctor):
    """A mutant may hold several; that public criteria catch one does not hide that another one is
    caught by hidden criteria alone."""
    answers = course.grader("double") / "answers.py"
    count, untrained = [
        line.strip().rstrip(",")
        for line in answers.read_text().splitlines()
        if "counts one" in line or '"untrained"' in line
    ]
    rewrite(answers, f"    {count},\n", "")
    rewrite(answers, f"    {untrained},\n", f"    *combine([[{count}], [{untrained}]]),\n")
    rewrite(answers, "import edit", "import combine, edit")
    said = proctor("verify").stdout
    assert "counts one more; untrained  caught by" in said
    assert "1 of 4 mutants are caught by hidden criteria alone" in said
    text = answers.read_text()
    answers.write_text("\n".join(line for line in text.splitlines() if "hidden_because" not in line))
    said = proctor("verify", code=1).stdout
    assert "hidden criteria alone catch 1 mutants, so that no check tells a student; say why in answers.py" in said


def test_a_slip_that_costs_the_rest_is_a_finding(course, proctor):
    """Points that a mutant costs beyond the criteria that it names are shown, and more than a third
    of all must be mended, as by needing one criterion instead of a group."""
    hidden = course.grader("double") / "test_hidden.py"
    rewrite(hidden, "points=2, hint", "points=3, hint")
    source = solution_notebook()
    (cell,) = [cell for cell in source.cells if cell.id == "model"]
    cell.metadata.nbgrader.points = 4
    nbformat.write(source, course.source("double"))
    said = proctor("verify", "--only", "absolute value", code=1).stdout
    assert "it costs 3 of 7 points beyond the criteria that it names: doubles wait" in said
    rewrite(hidden, 'needs="relu"', 'needs="counts"')
    assert "1 mutants" in proctor("verify", "--only", "absolute value").stdout


def test_one_root_cause_is_shown_once(course, proctor):
    """A criterion that fails for every answer is no hundred findings to read."""
    rewrite(course.grader("double") / "test_hidden.py", "    secret_marker =", "    nonsense\n    secret_marker =")
    said = proctor("verify", code=1).stdout
    assert said.count("NameError: name 'nonsense' is not defined") == 2
    assert "more answers: not graded: the grader failed at test_hidden.py, relu_any_shape: NameError" in said


def test_findings_for_programs(proctor):
    """`--json` prints an object for each finding; a title that no answer has suggests others."""
    said = proctor("verify", "--json", "--only", "two units").stdout
    findings = [json.loads(line) for line in said.splitlines()]
    assert [finding["kind"] for finding in findings] == ["source", "release", "solution", "mutant"]
    assert findings[-1]["caught_by"] == ["one_unit", "doubles"]
    said = proctor("verify", "--only", "tow units", code=2).stdout
    assert "no answer's title contains 'tow units'; there are two units" in said
