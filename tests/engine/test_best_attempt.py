"""`attempts = "best"` in course.toml: a later attempt that is worth less does not count."""

from __future__ import annotations

import json

import nbformat
import pytest
from conftest import edited
from nbgrader.api import Gradebook

from proctor.intake.handed_zip import make_zip


@pytest.fixture
def marks(course, proctor):
    """Runs `proctor grade`; gives student → what the gradebook has."""

    def grade():
        proctor("grade", "--quiet")
        with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
            return {
                one.student_id: one.score - one.late_submission_penalty for one in book.assignment_submissions("double")
            }

    return grade


def write(course, student, notebook, time=""):
    """Put a hand-in into submitted/, as whoever collects it does."""
    folder = course.submitted(student, "double")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "double.ipynb").write_text(nbformat.writes(notebook))
    if time:
        (folder / "timestamp.txt").write_text(time)


def test_the_best_attempt_counts(course, proctor, marks, solution):
    """A later attempt that is worth less is graded, kept and told to the student, and the better
    one is in its place; one that is worth as much, or more, counts. Then all is unchanged."""
    (course.root / "course.toml").write_text('attempts = "best"')
    assert "the best one counts" in proctor("course").stdout
    wrong = edited(solution, "write_count", "count = 3.5")
    worse = edited(wrong, "write_relu", "relu = abs")
    write(course, "ada", wrong, "2026-10-01 10:00:00 UTC")
    write(course, "bob", worse)
    assert marks() == {"ada": 5, "bob": 1}
    write(course, "ada", worse, "2026-10-02 10:00:00 UTC")
    write(course, "bob", wrong)
    assert marks() == {"ada": 5, "bob": 5}
    place = course.submitted("ada", "double")
    assert nbformat.read(place / "double.ipynb", as_version=4) == wrong
    assert (place / "timestamp.txt").read_text() == "2026-10-01 10:00:00 UTC"
    kept = list((course.state / "attempts/double/ada").glob("*/double.ipynb"))
    assert sorted(nbformat.read(path, as_version=4) == worse for path in kept) == [False, True]
    shown = course.autograded("ada", "double") / "double.ipynb"
    assert "the one of 2026-10-02 10:00:00 UTC was worth 1" in shown.read_text()
    assert "2 unchanged" in proctor("grade").stdout
    write(course, "ada", edited(wrong, "write_count", "count = 4.5"), "2026-10-03 10:00:00 UTC")
    assert marks() == {"ada": 5, "bob": 5}
    assert (place / "timestamp.txt").read_text() == "2026-10-03 10:00:00 UTC"


def test_a_late_penalty_decides_with(course, marks, solution):
    """What is better, but so late that it is worth less, does not count; with an extension that is
    granted later, it does."""
    (course.root / "course.toml").write_text('attempts = "best"\n[due]\ndouble = 2026-10-01T12:00:00Z')
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    wrong = edited(solution, "write_count", "count = 3.5")
    write(course, "ada", wrong, "2026-10-01 10:00:00 UTC")
    assert marks() == {"ada": 5}
    write(course, "ada", solution, "2026-10-01 13:00:00 UTC")
    assert marks() == {"ada": 5}
    stamp = course.submitted("ada", "double") / "timestamp.txt"
    assert stamp.read_text() == "2026-10-01 10:00:00 UTC"
    with (course.root / "course.toml").open("a") as dates:
        dates.write("\n[extensions.double]\nada = 2026-10-02T12:00:00Z\n")
    assert marks() == {"ada": 6}
    assert stamp.read_text() == "2026-10-01 13:00:00 UTC"


def test_what_counts_after_a_grader_was_mended(course, marks, solution):
    """The attempt that is put back is graded as the grader is now."""
    (course.root / "course.toml").write_text('attempts = "best"')
    worse = edited(edited(solution, "write_count", "count = 3.5"), "write_relu", "relu = abs")
    write(course, "ada", solution)
    assert marks() == {"ada": 6}
    tests = course.grader("double") / "test_public.py"
    tests.write_text(tests.read_text() + "\n# mended\n")
    write(course, "ada", worse)
    assert marks() == {"ada": 6}
    kept = json.loads((course.state / "verdicts/double/ada.json").read_text())
    assert kept["notebooks"] is None
    assert marks() == {"ada": 6}


def test_a_run_that_was_stopped_before_it_decided(course, marks, solution):
    """The next run decides, though nothing has changed since."""
    (course.root / "course.toml").write_text('attempts = "best"')
    worse = edited(solution, "write_relu", "relu = abs")
    write(course, "ada", solution)
    marks()
    (course.root / "course.toml").unlink()
    write(course, "ada", worse)
    assert marks() == {"ada": 2}
    (course.root / "course.toml").write_text('attempts = "best"')
    assert marks() == {"ada": 6}


def test_what_cannot_be_compared_is_told(course, proctor, marks, solution):
    """An attempt that cannot be kept is graded, and the reason is told until it is mended."""
    (course.root / "course.toml").write_text('attempts = "best"')
    write(course, "ada", solution)
    link = course.submitted("ada", "double") / "more.txt"
    link.symlink_to("double.ipynb")
    for _ in range(2):
        said = " ".join(proctor("grade", code=1).stdout.replace("│", " ").split())
        assert "which attempt counts cannot be decided" in said
    link.unlink()
    assert marks() == {"ada": 6}


def test_an_attempt_that_was_worth_less_is_not_collected_again(course, proctor, marks, solution, tmp_path):
    """The newest hand-in of a source is the one that has been graded: nothing is put anywhere."""
    (course.root / "course.toml").write_text('attempts = "best"')
    worse = edited(solution, "write_relu", "relu = abs")
    for day, notebook in enumerate([solution, worse], 1):
        source = tmp_path / "in/ada"
        source.mkdir(parents=True, exist_ok=True)
        packed = make_zip({"double.ipynb": nbformat.writes(notebook).encode()})
        (source / "double.zip").write_bytes(packed)
        (source / "timestamp.txt").write_text(f"2026-10-0{day} 10:00:00 UTC")
        proctor("collect", str(tmp_path / "in"))
        assert marks() == {"ada": 6}
    said = " ".join(proctor("collect", str(tmp_path / "in")).stdout.split())
    assert "it was graded, and another attempt was worth more" in said
    assert "1 unchanged" in said
