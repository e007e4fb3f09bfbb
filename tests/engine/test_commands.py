"""The commands, as a user runs them, on a small real course."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from conftest import RELU, edited
from nbgrader.api import Gradebook

from proctor.course.course import Course

WRONG = "def relu(x):\n    return x"


def marks(course) -> dict[str, str]:
    """Student → score, from what `proctor export` wrote."""
    with (course.root / "marks.csv").open() as file:
        return {row["student"]: row["score"] for row in csv.DictReader(file)}


@pytest.fixture
def submissions(hand_in, solution):
    """A right, a wrong and an unreadable submission."""
    hand_in("ada", solution)
    hand_in("bob", edited(solution, "write_relu", WRONG))
    hand_in("cy", b"not a notebook")


def test_the_version_is_told(proctor):
    """`proctor --version` prints the installed version in one line, without
    looking for a course."""
    assert proctor("--version").stdout == f"proctor {metadata.version('proctor')}\n"


def test_a_class_is_graded_from_release_to_marks(course, proctor, submissions):
    """One submission's trouble stops no other; it gets no mark, and the exit code says
    that something is left."""
    proctor("release")
    done = proctor("grade", code=1)
    assert "not graded: double.ipynb is not valid JSON" in " ".join(done.stdout.split())
    proctor("export")
    assert marks(course) == {"ada": "6.0", "bob": "2.0", "cy": ""}  # who is not graded has a row, too
    nowhere = proctor("export", "nowhere/marks.csv", code=2).stdout
    assert "the marks cannot be written into nowhere/marks.csv: No such file or directory" in nowhere

    proctor("feedback")
    page = (course.feedback("bob", "double") / "double.html").read_text()
    assert "relu keeps what is positive." in page
    assert "31337" not in page

    again = proctor("grade", code=1)
    assert "2 unchanged" in again.stdout

    (course.submitted("bob", "double") / "double.ipynb").write_bytes(
        (course.submitted("ada", "double") / "double.ipynb").read_bytes()
    )
    assert "1 unchanged" in proctor("grade", code=1).stdout
    proctor("export")
    assert marks(course)["bob"] == "6.0"


def test_a_file_of_the_course_is_not_taken_for_a_module(course, hand_in, solution):
    """An instructor may call a file as a library is called."""
    (course.root / "numpy.py").write_text("raise SystemExit('not NumPy')")
    hand_in("ada", solution)
    command = [str(Path(sys.executable).with_name("proctor")), "grade"]
    subprocess.run(command, cwd=course.root, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_submission("double", "ada").score == 6


def test_a_page_that_cannot_be_made_stops_no_other(course, hand_in, proctor, solution):
    """The student whose page is missing is named with the reason, and the exit code says so."""
    for student in ("ada", "bob", "cy"):
        hand_in(student, solution)
    proctor("grade")
    (course.autograded("bob", "double") / "double.ipynb").write_text("no notebook")
    said = proctor("feedback", code=1).stdout
    assert "no feedback on 'double' for bob: " in said
    assert "Traceback" not in said
    made = [
        student for student in ("ada", "bob", "cy") if (course.feedback(student, "double") / "double.html").exists()
    ]
    assert made == ["ada", "cy"]


def test_plain_nbgrader_gives_the_same_marks(course, proctor, submissions):
    """`nbgrader autograde` goes through the same code, and marks the readable submissions alike."""
    proctor("release")
    command = [str(Path(sys.executable).with_name("nbgrader")), "autograde", "double"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=1200, env=environment)
    assert "is not valid JSON" in done.stderr
    proctor("export")
    by_nbgrader = marks(course)
    assert {name: by_nbgrader[name] for name in ("ada", "bob")} == {"ada": "6.0", "bob": "2.0"}
    assert by_nbgrader.get("cy", "") == ""


def test_a_manual_grade_survives_a_regrade(course, proctor, hand_in, solution):
    """What an instructor gave by hand is still there after grading again."""
    from nbgrader.api import Gradebook

    hand_in("ada", edited(solution, "write_relu", WRONG))
    proctor("release")
    proctor("grade")
    url = course.settings().CourseDirectory.get("db_url", f"sqlite:///{course.root}/gradebook.db")
    with Gradebook(url) as book:
        grade = book.find_grade("relu", "double", "double", "ada")
        grade.manual_score = 1.5
        book.db.commit()
    proctor("grade", "--again")
    with Gradebook(url) as book:
        assert book.find_grade("relu", "double", "double", "ada").manual_score == 1.5
        assert book.find_submission("double", "ada").score == 3.5


def test_verify_proves_the_small_exercise(proctor):
    """Solution 100 %, release 0, variants 100 %, mutants caught by just what they name."""
    done = proctor("verify", "double")
    assert "all proven" in done.stdout
    assert "3 variants" in done.stdout
    assert "4 mutants" in done.stdout


def test_verify_finds_what_is_wrong(course, proctor):
    """A mutant that nothing catches, one that is named wrongly and an edit that no
    longer applies are errors."""
    answers = course.grader("double") / "answers.py"
    answers.write_text(
        "from proctor.answers import edit, mutant, variant\n"
        "variants = [variant('wrong', edit('write_relu', 'np.maximum(x, 0)', 'x'))]\n"
        "mutants = [mutant('right', fails='relu'),\n"
        "           mutant('misnamed', edit('write_relu', 'np.maximum(x, 0)', 'x'), fails='count'),\n"
        "           mutant('gone', edit('write_relu', 'no such text', 'x'), fails='relu')]\n"
    )
    said = " ".join(proctor("verify", "double", code=1).stdout.split())
    assert "no criterion catches it" in said
    assert "'count' does not catch it" in said
    assert "must hold 'no such text' exactly once, it is there 0 times" in said
    assert "relu/relu_values is failed" in said


def test_points_that_do_not_agree_are_found(course, proctor):
    """A cell's points and its criteria's must be the same."""
    grader = course.grader("double") / "test_public.py"
    grader.write_text(grader.read_text().replace('points=1, hint="What', 'points=3, hint="What'))
    said = " ".join(proctor("verify", "double", code=1).stdout.split())
    assert "'relu' is worth 2 in the notebook, its criteria sum to 4" in said


def test_an_unknown_exercise_suggests_the_nearest(proctor):
    """A slip of the pen is answered with what was meant."""
    done = proctor("grade", "duoble", code=2)
    assert 'There is no exercise "duoble". Did you mean "double"?' in done.stdout


def test_names_are_listed_whole():
    """Every exercise can be typed as it stands there, in a terminal of the usual width too."""
    course = Course(Path(__file__).parents[2])
    command = [sys.executable, "-m", "proctor", "list"]
    environment = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=300, env=environment)
    assert course.names()
    assert all(f" {name} " in done.stdout for name in course.names())


def test_outside_a_course_one_sentence_says_so(tmp_path):
    """No traceback where there is no course."""
    done = subprocess.run(
        [sys.executable, "-m", "proctor", "list"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2
    assert "no course here" in done.stdout


def test_plain_pytest_grades_one_submission(course, hand_in, solution):
    """`pytest graders/double --submission DIR` shows the check tables."""
    hand_in("ada", edited(solution, "write_relu", WRONG + "  # " + RELU.splitlines()[0]))
    folder = course.submitted("ada", "double")
    command = [sys.executable, "-m", "pytest", "graders/double", "--submission", str(folder), "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 1
    assert "1 / 1" in done.stdout
    assert "waits for relu" in done.stdout


def test_a_gradebook_in_use_loses_nothing(course, proctor, hand_in, solution):
    """While another program locks the gradebook, one sentence says so; later the command works."""
    import sqlite3

    hand_in("ada", solution)
    proctor("release")
    with sqlite3.connect(course.root / "gradebook.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        done = proctor("grade", code=1)
        assert "the gradebook is in use by another program" in done.stdout
        other.rollback()
    other.close()
    proctor("grade")
    proctor("export")
    assert marks(course) == {"ada": "6.0"}


def test_a_fresh_process_gives_the_same_verdict(course, hand_in, solution):
    """Where forking is not possible, the same protocol over a fresh process marks alike."""
    from conftest import statuses

    from proctor.jail.client import SPAWN
    from proctor.jail.course_jail import Jails
    from proctor.judge.examiner import grade

    hand_in("ada", edited(solution, "write_relu", WRONG))
    verdict, _ = grade(course, course.assignment("double"), "ada", Jails(SPAWN))
    assert statuses(verdict) == {
        "relu_values": "failed",
        "relu_any_shape": "failed",
        "counts": "passed",
        "one_unit": "passed",
        "doubles": "waiting",
    }


def test_lateness_is_decided_anew_whenever_a_due_date_changes(course, proctor, hand_in, solution):
    """A due date or an extension that comes after grading changes marks, table and pages, and
    grades nothing again."""
    hand_in("ada", solution)
    hand_in("bob", solution)
    for student in ("ada", "bob"):
        (course.submitted(student, "double") / "timestamp.txt").write_text("2030-01-02 10:00:00 UTC")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    proctor("release")
    assert "late" not in proctor("grade").stdout
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        book.update_or_create_assignment("double", duedate="2030-01-01 10:00:00 UTC")

    said = " ".join(proctor("grade").stdout.split())
    assert "double: the late penalty changed for ada, bob" in said
    assert "2 unchanged" in said
    assert "0 in the gradebook (less 6 for being late)" in said
    proctor("export")
    assert marks(course) == {"ada": "0.0", "bob": "0.0"}

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        book.grant_extension("double", "ada", days=3)
    assert "the late penalty changed for ada" in proctor("export").stdout
    assert marks(course) == {"ada": "6.0", "bob": "0.0"}
    assert "changed" not in proctor("export").stdout


def test_pages_of_one_student(course, proctor, submissions):
    """`--student` makes theirs alone; of one who is not graded it says so."""
    proctor("release")
    proctor("grade", code=1)
    assert proctor("feedback", "--student", "bob").stdout.split() == ["made", "feedback/bob/double"]
    assert "nothing of cy is graded yet" in proctor("feedback", "--student", "cy", code=2).stdout


def test_a_proof_that_grows_grades_nothing_again(course, proctor, hand_in, solution):
    """On answers.py and the proof's record no verdict depends."""
    hand_in("ada", solution)
    proctor("release")
    proctor("grade")
    with (course.grader("double") / "answers.py").open("a") as answers:
        answers.write("\nvariants.append(variants[0])\n")
    (course.grader("double") / "proof.json").write_text("{}")
    assert "1 unchanged" in proctor("grade").stdout
    with (course.grader("double") / "test_hidden.py").open("a") as tests:
        tests.write("\n")
    assert "1 graded" in proctor("grade").stdout
