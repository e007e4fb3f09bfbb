"""Marks get into nbgrader's gradebook once, whole and only if there is one;
feedback runs nothing."""

import csv
import io
import multiprocessing
import os
import random
import re
import shutil
import sqlite3
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import Engine, event
from traitlets.config import Config

from proctor.author.release import release
from proctor.course.course import Course
from proctor.errors import CourseError, NotGraded, ProctorError
from proctor.feedback.inert import make_inert
from proctor.judge.result import Result
from proctor.record import gradebook, nbgrader_course
from proctor.record.roster import read_roster
from proctor.report import export
from proctor.report.sheet import read_sheet
from proctor.verdict import CriterionResult, Verdict

HERE = Path(__file__).parents[2]
SCRIPT = "<script>alert(1)</script>"
HIDDEN_VALUE = "0.731058"


def graded_cell(make, source, name, **flags):
    made = make(source, id=name)
    made.metadata["nbgrader"] = {
        "grade_id": name,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
    } | flags
    return made


def source_notebook():
    return new_notebook(
        cells=[
            graded_cell(new_code_cell, "### BEGIN SOLUTION\nhalf = 1 / 2\n### END SOLUTION", "write", solution=True),
            graded_cell(new_code_cell, 'check("half")', "half", grade=True, locked=True, points=3),
            graded_cell(new_code_cell, 'check("double")', "double", grade=True, locked=True, points=2),
            graded_cell(new_markdown_cell, "Because.", "why", grade=True, solution=True, points=4),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course with one released assignment, made once."""
    course = Course(tmp_path_factory.mktemp("course"))
    course.grader("halves").mkdir(parents=True)
    (course.grader("halves") / "assignment.toml").write_text('title = "Halves"\n')
    (course.grader("halves") / "test_public.py").write_text('"""Public."""\n')
    course.source("halves").parent.mkdir(parents=True)
    nbformat.write(source_notebook(), course.source("halves"))
    shutil.copy(HERE / "nbgrader_config.py", course.root)
    release(course, "halves")
    return course.root


@pytest.fixture
def course(released, tmp_path):
    shutil.copytree(released, tmp_path / "course")
    made = Course(tmp_path / "course")
    hand_in(made, "ada")
    return made


def hand_in(course, student, stamp="2030-01-02 10:00:00 UTC"):
    folder = course.submitted(student, "halves")
    folder.mkdir(parents=True)
    shutil.copy(course.release("halves") / "halves.ipynb", folder)
    (folder / "timestamp.txt").write_text(stamp)


def verdict(student="ada", half=2.0, **changes):
    criteria = [
        CriterionResult("a", "half", "A half is 0.5.", "Divide.", 2, half, "passed"),
        CriterionResult(
            "b", "half", "Halves add up.", "Add.", 1, 0, "failed", hidden=True, expected=HIDDEN_VALUE, found="0.268941"
        ),
        CriterionResult("c", "double", f"Doubles {SCRIPT}.", "Twice.", 2, 1, "partial", expected="2", found=SCRIPT),
    ]
    given: dict[str, Any] = {"graded": True, "criteria": criteria} | changes
    return Verdict("halves", student, **given)


def run_notebooks(answer="half = 0.5", why="As I said."):
    made = source_notebook()
    made.cells[0].source = answer
    made.cells[3].source = why
    made.cells[0].outputs = [
        new_output("stream", text=SCRIPT),
        new_output("display_data", data={"text/html": f"<b>bold</b>{SCRIPT}", "application/javascript": "alert(2)"}),
        new_output("display_data", data={"text/markdown": "<img src=x onerror=alert(3)>"}),
        new_output(
            "display_data", data={"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"width": "1 onerror=alert(4)"}}
        ),
        new_output("display_data", data={"image/svg+xml": f"<svg onload='alert(5)'>{SCRIPT}</svg>"}),
    ]
    make_inert(made)  # as the examiner does
    return {"halves": made}


def book_of(course):
    return Gradebook(f"sqlite:///{course.root}/gradebook.db", "proctor")


def grades(course, student="ada"):
    with book_of(course) as book:
        found = book.find_submission("halves", student).notebooks[0].grades
        return {grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade) for grade in found}


def everything(course):
    with sqlite3.connect(course.root / "gradebook.db") as database:
        return list(database.iterdump())


def test_marks_are_recorded_by_grade_id(course):
    """Each check cell gets what its criteria earned; a written answer waits for a
    person, as with nbgrader."""
    gradebook.record(course, verdict(), run_notebooks())

    assert grades(course) == {"half": (2, None, False), "double": (1, None, False), "why": (None, None, True)}
    with book_of(course) as book:
        submission = book.find_submission("halves", "ada")
        assert (submission.score, submission.max_score) == (3, 9)
        assert submission.timestamp.year == 2030
    released = nbformat.read(course.release("halves") / "halves.ipynb", as_version=4)
    unanswered = next(
        cell.source for cell in released.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why"
    )
    gradebook.record(course, verdict("bob"), run_notebooks(why=unanswered))
    assert grades(course, "bob")["why"] == (0, None, False)


def test_an_id_in_place_of_a_name_is_no_name(course):
    """A gradebook that has no names but the ids is no roster, and an export tells no name."""
    gradebook.record(course, verdict(), run_notebooks())
    with book_of(course) as book:
        assert book.find_student("ada").last_name == "ada"
    assert not read_roster(course).is_known
    assert export.to_moodle(read_sheet(course)).splitlines()[1].startswith(",,ada,")


def test_recording_twice_changes_nothing(course):
    """A command that is run again leaves gradebook and notebook as they were."""
    gradebook.record(course, verdict(), run_notebooks())
    before, written = everything(course), (course.autograded("ada", "halves") / "halves.ipynb").read_bytes()

    gradebook.record(course, verdict(), run_notebooks())

    assert everything(course) == before
    assert (course.autograded("ada", "halves") / "halves.ipynb").read_bytes() == written


def test_what_a_person_gave_survives_a_regrade(course):
    """Manual scores, extra credit and comments stay, and the cell is marked for another look."""
    gradebook.record(course, verdict(), run_notebooks())
    with book_of(course) as book:
        grade = book.find_grade("half", "halves", "halves", "ada")
        grade.manual_score, grade.extra_credit = 2.5, 0.25
        book.find_comment("write", "halves", "halves", "ada").manual_comment = "Nice."
        book.db.commit()

    gradebook.record(course, verdict(half=1.0), run_notebooks())

    assert grades(course)["half"] == (1, 2.5, True)
    with book_of(course) as book:
        assert book.find_grade("half", "halves", "halves", "ada").score == 2.75
        assert book.find_comment("write", "halves", "halves", "ada").comment == "Nice."


def test_scores_are_clamped_and_finite(course):
    """No cell earns more than it is worth or less than nothing; what is not a number is no mark."""
    gradebook.record(course, verdict(half=99), run_notebooks())
    assert grades(course)["half"][0] == 3
    gradebook.record(course, verdict(half=-5), run_notebooks())
    assert grades(course)["half"][0] == 0
    before = everything(course)
    with pytest.raises(NotGraded, match="not a number"):
        gradebook.record(course, verdict(half=float("nan")), run_notebooks())
    assert everything(course) == before


def test_a_submission_that_is_not_graded_gets_no_mark(course):
    """A fault of ours leaves no trace in the gradebook or in autograded/."""
    before = everything(course)

    assert gradebook.record(course, verdict(graded=False, reason="the worker was killed"), run_notebooks()) is None

    assert everything(course) == before
    assert not course.autograded("ada", "halves").exists()


def test_a_check_cell_without_criteria_is_no_full_mark(course):
    """Verdict, notebook and gradebook must be about the same check cells."""
    before = everything(course)
    half = [criterion for criterion in verdict().criteria if criterion.group == "half"]
    with pytest.raises(CourseError, match="'double' that no criterion belongs to"):
        gradebook.record(course, verdict(criteria=half), run_notebooks())
    other = CriterionResult("d", "other", "t", "h", 1, 1, "passed")
    with pytest.raises(CourseError, match="criteria for other"):
        gradebook.record(course, verdict(criteria=[*verdict().criteria, other]), run_notebooks())
    missing = run_notebooks()
    del missing["halves"].cells[3]
    with pytest.raises(CourseError, match="release it again"):
        gradebook.record(course, verdict(), missing)
    assert everything(course) == before


def test_an_unregistered_assignment_is_registered(course):
    """Grading works on a gradebook that has never seen the assignment."""
    (course.root / "gradebook.db").unlink()

    gradebook.record(course, verdict(), run_notebooks())

    assert grades(course)["half"][0] == 2
    with sqlite3.connect(course.root / "gradebook.db") as database:
        assert len(database.execute("SELECT version_num FROM alembic_version").fetchall()) == 1


def test_late_penalties_are_nbgraders(course):
    """The plugin that the course's `nbgrader_config.py` names decides, and a
    regrade decides anew."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    with book_of(course) as book:
        book.update_or_create_assignment("halves", duedate="2030-01-01 10:00:00 UTC")

    gradebook.record(course, verdict(), run_notebooks())

    with book_of(course) as book:
        assert book.find_submission("halves", "ada").late_submission_penalty == 3
        book.update_or_create_assignment("halves", duedate="2030-02-01 10:00:00 UTC")
    gradebook.record(course, verdict(), run_notebooks())
    with book_of(course) as book:
        assert not book.find_submission("halves", "ada").late_submission_penalty


@pytest.mark.parametrize("stamp", ["yesterday-ish", "", "9" * 500, "99999-01-01"])
def test_an_unreadable_timestamp_is_no_timestamp(course, stamp):
    """What is no date stops no grading, and a note on the page says that it counts as on time."""
    (course.submitted("ada", "halves") / "timestamp.txt").write_text(stamp)

    gradebook.record(course, verdict(), run_notebooks())

    with book_of(course) as book:
        assert book.find_submission("halves", "ada").timestamp is None
    page = (course.autograded("ada", "halves") / "halves.ipynb").read_text()
    assert "counts as handed in on time" in page


def _record_and_die(root, moment):
    """Record two verdicts together in a process that ends before the `moment`-th statement,
    commit or file."""
    left = [moment]

    def count(*_):
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    sys.addaudithook(lambda what, _: count() if what == "os.rename" else None)
    gradebook.record_all(Course(root), [Result(verdict(student), run_notebooks()) for student in ("ada", "bob")])
    os._exit(0)


def test_a_killed_run_leaves_all_marks_or_none(course):
    """Whatever moment it is killed at, the gradebook has every mark of the submissions that
    are recorded together or none, and a rerun has all."""
    hand_in(course, "bob")
    before = everything(course)
    for moment in range(100):
        process = multiprocessing.get_context("fork").Process(target=_record_and_die, args=(course.root, moment))
        process.start()
        process.join(300)
        if process.exitcode == 0:
            break
        assert process.exitcode == 9
        assert everything(course) == before
    assert moment > 15
    gradebook.record(course, verdict(), run_notebooks())
    assert grades(course)["half"][0] == 2


def test_a_locked_gradebook_is_told_in_a_sentence(course, monkeypatch):
    """Another program that keeps the gradebook locked is waited for, not for ever, and
    named; nothing is lost."""
    monkeypatch.setattr(nbgrader_course, "WAIT_SECONDS", 0.2)
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(ProctorError, match="in use by another program; nothing was lost, run the same command again"):
        gradebook.record(course, verdict(), run_notebooks())

    other.close()
    assert not course.autograded("ada", "halves").exists()
    gradebook.record(course, verdict(), run_notebooks())
    assert grades(course)["half"][0] == 2


def test_a_read_only_gradebook_is_told_in_a_sentence(course):
    """Where nothing can be written, that is said and nothing lies around; what is
    there can be exported."""
    gradebook.record(course, verdict(), run_notebooks())
    course = use_gradebook(course, f"sqlite:///file:{course.root}/gradebook.db?mode=ro&uri=true")
    hand_in(course, "bob")

    with pytest.raises(ProctorError, match="cannot be read or written: attempt to write a readonly database; nothing"):
        gradebook.record(course, verdict("bob"), run_notebooks())

    assert not course.autograded("bob", "halves").exists()
    assert [(mark.student, mark.score) for mark in export.marks(course)] == [("ada", 3), ("bob", None)]


def test_an_export_does_not_wait_for_a_run_that_writes(course, monkeypatch):
    """Marks can be exported while another process is in the middle of writing."""
    monkeypatch.setattr(nbgrader_course, "WAIT_SECONDS", 0.2)
    gradebook.record(course, verdict(), run_notebooks())
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert [mark.score for mark in export.marks(course)] == [3]

    other.close()


@pytest.mark.parametrize(
    "url, said",
    [
        ("postgresql://teacher:pa55word@/marks?host=/nowhere", "cannot be read or written"),
        ("postgresql://teacher@/marks?host=/nowhere&password=pa55word", "cannot be read or written"),
        ("postgres://teacher:pa55word@localhost/marks", "db_url, cannot be used"),
        ("postgresql://teacher:pa55@pa55word@localhost/marks", "an @ in its password is written %40"),
        ("postgresql://teacher@localhost:pa55word/marks", "its port is no number"),
        ("pa55word", "db_url, cannot be used"),
    ],
)
def test_a_gradebook_that_cannot_be_reached_tells_no_password(course, url, said):
    """What is wrong with the address is a sentence; the password in it is nowhere."""
    course = use_gradebook(course, url)

    with pytest.raises(ProctorError, match=said) as record:
        gradebook.record(course, verdict(), run_notebooks())
    with pytest.raises(ProctorError) as page:
        gradebook.feedback(course, "halves", "ada")

    assert "pa55word" not in str(record.value) + str(page.value)


def use_gradebook(course, url):
    """The course, which reads its settings once, with another gradebook in them."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {url!r}\n")
    return Course(course.root)


READ_WHOLE = re.compile(r"SCAN (grade|comment|student|submitted_\w+)\b")


@contextmanager
def statements():
    """Every statement that is sent to a database meanwhile, with its values."""
    found = []

    def note(connection, cursor, statement, values, context, many):
        found.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_no_record_or_page_reads_the_whole_class(course):
    """The queries of recording and of a feedback page are few and use an index."""
    gradebook.record(course, verdict(), run_notebooks())
    hand_in(course, "bob")
    with statements() as new:
        gradebook.record(course, verdict("bob"), run_notebooks())
    with statements() as again:
        gradebook.record(course, verdict("bob", half=1.0), run_notebooks())
    with statements() as page:
        gradebook.feedback(course, "halves", "bob")

    assert len(again) <= len(new) < 35
    with sqlite3.connect(course.root / "gradebook.db") as database:
        for statement, values in (*new, *again, *page):
            if statement.startswith(("SELECT", "UPDATE")):
                plan = " ".join(step[3] for step in database.execute(f"EXPLAIN QUERY PLAN {statement}", values))
                assert not READ_WHOLE.search(plan), f"{statement}\n{plan}"


def rows_of(course):
    """All that the gradebook has of each student's cells, notebook and submission, without ids."""
    grade = "base_cell.name, auto_score, manual_score, extra_credit, needs_manual_grade FROM grade"
    comment = "base_cell.name, auto_comment, manual_comment, NULL, NULL FROM comment"
    with sqlite3.connect(course.root / "gradebook.db") as database:
        return [
            sorted(
                map(
                    repr,
                    database.execute(
                        f"""SELECT student_id, timestamp, extension, late_submission_penalty, flagged, {row}
                        JOIN base_cell ON base_cell.id = cell_id
                        JOIN submitted_notebook AS sheet ON sheet.id = {row.split()[-1]}.notebook_id
                        JOIN submitted_assignment AS submission ON submission.id = sheet.assignment_id"""
                    ),
                )
            )
            for row in (grade, comment)
        ]


def test_what_is_recorded_together_is_as_recorded_alone(course, tmp_path):
    """Several submissions written in one transaction, some of them there already and one late,
    get the rows that each gets alone, by as many statements as one of them."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    students = ["ada", *(f"student{number}" for number in range(8))]
    for student in students[1:]:
        hand_in(course, student, "2031-01-02 10:00:00 UTC" if student == "student3" else "2030-01-02 10:00:00 UTC")
    with book_of(course) as book:
        book.update_or_create_assignment("halves", duedate="2030-06-01 10:00:00 UTC")
    for student in ("ada", "student0"):
        gradebook.record(course, verdict(student, half=0.5), run_notebooks())
    with book_of(course) as book:
        book.find_grade("half", "halves", "halves", "student0").manual_score = 2.5
        book.db.commit()
    shutil.copytree(course.root, tmp_path / "alone")
    alone = Course(tmp_path / "alone")
    results = [
        Result(verdict(student, half=number / 4), run_notebooks("half = 0.5", "" if number % 2 else "As I said."))
        for number, student in enumerate(students)
    ]

    with statements() as together:
        gradebook.record_all(course, results)
    for result in results:
        gradebook.record(alone, *result)

    assert rows_of(course) == rows_of(alone)
    with book_of(course) as book:
        assert book.find_submission("halves", "student3").late_submission_penalty == 2
        assert book.find_grade("half", "halves", "halves", "student0").needs_manual_grade
    hand_in(course, "student8")
    with statements() as one:
        gradebook.record(course, verdict("student8"), run_notebooks())
    assert len(together) <= len(one) + 6  # two UPDATEs, and four for the one that is late


@pytest.mark.parametrize("seed", range(10))
def test_marks_are_nbgraders_own(course, seed):
    """Score, manual score, extra credit, penalty and highest score are summed as in nbgrader."""
    chance = random.Random(seed)

    def some():  # in quarters: sums are exact in any order
        return chance.choice([None, 0.0, chance.randrange(40) / 4])

    with book_of(course) as book, book.db.no_autoflush:
        book.remove_assignment("halves")
        for name, duedate in (("one", None), ("two", "2030-01-01")):
            book.add_assignment(name, duedate=duedate)
            for notebook in "ab"[: chance.randrange(3)]:
                book.add_notebook(notebook, name)
                for cell in "xy"[: chance.randrange(3)]:
                    book.add_grade_cell(cell, notebook, name, max_score=chance.randrange(40) / 4, cell_type="code")
                book.add_task_cell("task", notebook, name, max_score=chance.randrange(9), cell_type="markdown")
        for student in ("ada", "bob", "eve"):
            book.add_student(student, last_name=chance.choice("AB"))
            for name in ("one", "two")[: chance.randrange(1, 3)]:
                for notebook in book.add_submission(name, student).notebooks:
                    notebook.late_submission_penalty = some()
                    for grade in notebook.grades:
                        grade.auto_score, grade.manual_score, grade.extra_credit = some(), some(), some()
        book.db.commit()
        theirs = [
            export.Mark(student.id, assignment.name, score_by_nbgrader(book, assignment, student), max_score)
            for assignment, max_score in [(found, found.max_score) for found in book.assignments]
            for student in book.students
        ]

    assert sorted(export.marks(course), key=str) == sorted(theirs, key=str)


def score_by_nbgrader(book, assignment, student):
    """The score that nbgrader's own export has; None where nobody has given a mark yet."""
    try:
        submission = book.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None
    given = [(grade.auto_score, grade.manual_score) for part in submission.notebooks for grade in part.grades]
    if not any(score is not None for scores in given for score in scores):
        return None
    return max(0.0, submission.score - submission.late_submission_penalty)


def test_the_autograded_notebook_shows_the_tables(course):
    """Check cells show their table as HTML and as text, notes stand first,
    and nothing in it runs."""
    gradebook.record(course, verdict(notes=[f"cell 'x' was {SCRIPT}"]), run_notebooks())

    path = course.autograded("ada", "halves") / "halves.ipynb"
    notes, write, half, double, _ = nbformat.read(path, as_version=4).cells
    assert "&lt;script&gt;" in notes.source
    assert "<script" not in notes.source
    assert "A half is 0.5." in half.outputs[0].data["text/html"]
    assert "half                " in half.outputs[0].data["text/plain"]
    assert "2 of 3 points" in half.outputs[0].data["text/plain"]
    assert "<script" not in double.outputs[0].data["text/html"]
    assert write.outputs[1].data.keys() == {"text/html"}
    assert "<script" not in write.outputs[1].data["text/html"]
    assert half.metadata.nbgrader.checksum
    assert path.stat().st_mode & 0o777 == 0o600
    assert (path.parent / "timestamp.txt").read_text() == "2030-01-02 10:00:00 UTC"
    assert not [left for left in path.parent.iterdir() if left.name.startswith(".")]


def test_feedback_shows_the_tables_and_runs_nothing(course):
    """The page that a student opens has the tables with their style, escaped text, and no
    live markup of anybody's."""
    why = f"{SCRIPT}<img src=x onerror=alert(6)> [link](javascript:alert(7)) <b>kept</b>"
    gradebook.record(course, verdict(), run_notebooks(why=why))

    page = (gradebook.feedback(course, "halves", "ada") / "halves.html").read_text()

    body = page[page.index("<body") :]
    assert "A half is 0.5." in body
    assert "border-radius" in body
    assert "<td>2 / 3</td>" in body
    assert "<b>kept</b>" in body
    assert "<b>bold</b>" in body
    assert "&lt;script&gt;alert(1)" in body
    assert not any(
        live in body for live in ("<script", '<img src="x', "onerror=alert", 'href="javascript', "<svg", "<iframe")
    )
    assert HIDDEN_VALUE not in page
    assert "0.268941" not in page


def test_nothing_hidden_leaves_the_graders_folder(course):
    """Neither autograded/ nor feedback/ nor release/ holds what a hidden
    criterion expected or found."""
    gradebook.record(course, verdict(), run_notebooks())
    gradebook.feedback(course, "halves", "ada")

    for folder in ("release", "autograded", "feedback"):
        for path in (course.root / folder).rglob("*.*"):
            assert HIDDEN_VALUE.encode() not in path.read_bytes()
            assert b"0.268941" not in path.read_bytes()


def test_feedback_on_what_is_not_graded_says_so(course):
    """A missing autograded notebook is a sentence, not a traceback."""
    with pytest.raises(ProctorError, match="no feedback on 'halves' for ada"):
        gradebook.feedback(course, "halves", "ada")


def test_marks_can_be_opened_in_a_spreadsheet(course):
    """Names that a spreadsheet would run are text, scores are numbers, and who
    has no mark has none."""
    gradebook.record(course, verdict("=HYPERLINK(1)"), run_notebooks())
    with book_of(course) as book:
        book.add_student("bob")

    rows = {mark.student: mark for mark in export.marks(course)}

    assert rows["'=HYPERLINK(1)"].score == 3
    assert rows["'=HYPERLINK(1)"].max_score == 9
    assert rows["bob"].score is None
    assert len(export.write(course, course.root / "marks.csv").scores) == 1
    assert "'=HYPERLINK(1),halves,3.0,9.0\n" in (course.root / "marks.csv").read_text()
    assert "bob,halves,,9.0\n" in (course.root / "marks.csv").read_text()
    out = io.StringIO()
    csv.writer(out).writerow([export.cell_text(text) for text in ("+1", "-1", "@a", "\ta", "\rb", "ok", "a-b")])
    assert out.getvalue().strip() == "'+1,'-1,'@a,'a,'b,ok,a-b"


@pytest.fixture
def nbgrader(course, monkeypatch):
    """nbgrader's own commands with the course's own settings."""
    monkeypatch.chdir(course.root)
    config = course.settings()
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def test_plain_nbgrader_generate_assignment_gives_the_public_criteria(course, nbgrader):
    """The formgrader's button makes the same release as `proctor release`."""
    before = {path.name: path.read_bytes() for path in course.release("halves").iterdir()}

    assert nbgrader.generate_assignment("halves")["success"]

    assert {path.name: path.read_bytes() for path in course.release("halves").iterdir()} == before


def test_the_formgrader_runs_nothing_of_a_students(course):
    """The page on which an instructor grades by hand shows the table and no live markup."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers

    gradebook.record(course, verdict(), run_notebooks(why=f"{SCRIPT}<img src=x onerror=alert(6)>"))
    config = course.settings()
    config.merge(
        Config(HTMLExporter={"template_name": "formgrade", "extra_template_basedirs": [handlers.template_path]})
    )
    about = {"nbgrader": {}, "index": 0, "total": 1}

    page, _ = HTMLExporter(config=config).from_filename(
        str(course.autograded("ada", "halves") / "halves.ipynb"), resources=about
    )

    assert "A half is 0.5." in page
    assert "onerror=alert" not in page
    assert "<script>alert" not in page
