"""The bundle for Gradescope and Classroom 50, called as their machines call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from conftest import RELU, edited

METADATA = {
    "id": 123456,
    "created_at": "2018-07-01T14:22:32.365935-07:00",
    "assignment": {"id": 25828, "title": "Double", "total_points": "6.0", "late_due_date": None},
    "submission_method": "upload",
    "users": [{"email": "ada@example.org", "id": 1234, "name": "Ada"}],
    "previous_submissions": [],
}
VARIABLES = {
    "CLASSROOM": "learning",
    "ASSIGNMENT": "double-it",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.example/commit/1",
    "RELEASE_URL": "https://github.example/releases/tag/1",
    "REVIEW_URL": "",
}


def run(command: list[str], place: Path, code: int, **variables: str) -> str:
    """Run a service's command in its folder; returns what was printed."""
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, timeout=1200, env={**os.environ, **variables}
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done.stdout


def test_the_bundle_holds_what_grades_and_no_solution(course, bundle, tmp_path):
    """Hidden tests, yes; a line of a solution, in the notebook or in answers.py, no. Its wheel is
    one that pip installs, with the command."""
    texts = {path.relative_to(bundle).as_posix(): path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    assert b"31337" in texts["course/graders/double/test_hidden.py"]
    assert {name for name in texts if name.startswith("course/graders")} == {
        f"course/graders/double/{name}" for name in ("assignment.toml", "test_public.py", "test_hidden.py")
    }
    assert b"raise NotImplementedError" in texts["course/source/double/double.ipynb"]
    solution_line = RELU.splitlines()[2].strip().encode()
    assert [name for name, text in texts.items() if name.startswith("course/") and solution_line in text] == []
    (wheel,) = bundle.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    run([*pip, str(tmp_path / "installed"), str(wheel)], tmp_path, 0)
    assert (tmp_path / "installed" / "bin" / "proctor").is_file()
    assert (tmp_path / "installed" / "proctor" / "py.typed").is_file()


def test_gradescope_gets_a_test_for_each_criterion(course, bundle, solution, tmp_path):
    """`run_autograder` writes results.json: points, titles and hints, of a hidden test no more;
    what is not graded has its reason and no score."""
    root = tmp_path / "autograder"
    (root / "submission").mkdir(parents=True)
    bundle.rename(root / "source")
    (root / "submission_metadata.json").write_text(json.dumps(METADATA))
    wrong = edited(solution, "write_relu", "def relu(x):\n    return x")
    nbformat.write(wrong, root / "submission" / "double.ipynb")
    variables = {"AUTOGRADER_ROOT": str(root), "PROCTOR_VENV": str(tmp_path / "proctor")}
    said = run([str(root / "source" / "run_autograder")], root, 0, **variables)
    assert "double — ada@example.org" in said
    results = json.loads((root / "results" / "results.json").read_text())
    tests = results["tests"]
    assert [(test["score"], test["max_score"]) for test in tests] == [(0, 1), (0, 1), (1, 1), (1, 1), (0, 2)]
    assert [test["status"] for test in tests] == ["failed", "failed", "passed", "passed", "failed"]
    assert "expected: " in tests[0]["output"]
    assert tests[1]["name"] == "relu: relu works on any shape."
    assert tests[1]["output"] == "not met\nhint: Any number of dimensions."
    assert "ran in a jail of tier" in results["output"]

    (root / "submission" / "double.ipynb").write_text("")
    run([str(root / "source" / "run_autograder")], root, 1, **variables)
    results = json.loads((root / "results" / "results.json").read_text())
    assert results.keys() == {"output", "output_format", "test_output_format"}
    assert "double is not graded: double.ipynb is empty" in results["output"]


def test_classroom_50_gets_its_result(course, bundle, solution, tmp_path):
    """`autograder.py` writes a result.json of the schema classroom50/result/v1, in hundredths; what
    is not graded is an error of the run, not a result."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    wrong = edited(solution, "write_relu", "def relu(x):\n    return x")
    nbformat.write(wrong, checkout / "double.ipynb")
    command = [sys.executable, str(bundle / "autograder.py")]
    run(command, checkout, 0, RUNNER_TEMP=str(tmp_path), **VARIABLES)
    result = json.loads((checkout / "result.json").read_text())
    assert result.pop("schema") == "classroom50/result/v1"
    for field, variable in (("review", "COMMIT_URL"), ("submission", "SUBMISSION_TAG"), ("owner", "OWNER")):
        assert result.pop(field) == VARIABLES[variable]
    for field in ("classroom", "assignment", "assignment_type"):
        assert result.pop(field) == VARIABLES[field.upper()]
    for field in ("commit", "release"):
        assert result.pop(field) == VARIABLES[f"{field.upper()}_URL"]
    assert result.pop("datetime") == result.pop("graded_at")
    tests = result.pop("tests")
    assert [(test["passed"], test["score"], test["max-score"]) for test in tests] == [
        (False, 0, 100), (False, 0, 100), (True, 100, 100), (True, 100, 100), (False, 0, 200),
    ]  # fmt: skip
    assert result == {"score": 200, "max-score": 600}
    assert {type(value) for value in [*result.values(), *(test["score"] for test in tests)]} == {int}

    (checkout / "result.json").unlink()
    (checkout / "double.ipynb").write_text("")
    run(command, checkout, 2, RUNNER_TEMP=str(tmp_path), **VARIABLES)
    assert not (checkout / "result.json").exists()
