"""A course can keep its gradebook in PostgreSQL: same commands and marks, on a real server."""

import itertools
import multiprocessing
import os
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from conftest import edited, make_course, run_proctor, solution_notebook
from nbgrader.api import Gradebook
from sqlalchemy import Engine, NullPool, create_engine, event, text

from benchmarks.gradebook.server import PASSWORD, programs, server
from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.jail.course_jail import Jails
from proctor.judge import examiner
from proctor.record import gradebook, nbgrader_course
from proctor.report import export
from proctor.verdict import CriterionResult, Verdict

pytestmark = pytest.mark.skipif(
    programs() is None or find_spec("psycopg") is None,
    reason='no PostgreSQL here (apt-get install postgresql; pip install "psycopg[binary]")',
)
NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def cluster():
    """The URL of a server's first database."""
    with server(fsync="off") as url:
        yield url


@contextmanager
def connected(url, **settings):
    with create_engine(url, poolclass=NullPool, **settings).connect() as connection:
        yield connection


@pytest.fixture
def url(cluster):
    """The URL of an empty database on that server."""
    name = f"marks{next(NUMBERS)}"
    with connected(cluster, isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = cluster.replace("/postgres?", f"/{name}?")
    yield made
    nbgrader_course._engine(made, os.getpid()).dispose()


def use(course, url):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {url!r}\n")
    return Course(course.root)


@pytest.fixture
def on_server(course, url):
    """The small course with its gradebook on the server."""
    course = use(course, url)
    gradebook.register(course, "double", ["double"])
    return course


def record(course, student="ada"):
    results = [("relu", 2, 1), ("count", 1, 1), ("model", 3, 2)]
    criteria = [
        CriterionResult(name, name, "It holds.", "", points, earned, "partial") for name, points, earned in results
    ]
    gradebook.record(
        course, Verdict("double", student, graded=True, criteria=criteria), {"double": solution_notebook()}
    )


def marks(course):
    return {mark.student: mark.score for mark in export.marks(course)}


def handed_in(root, url):
    """The small course in `root`, its gradebook at `url`, with a right and a wrong submission."""
    course = make_course(root)
    use(course, url)
    for student, relu in (("ada", "np.maximum(x, 0)"), ("bob", "x")):
        course.submitted(student, "double").mkdir(parents=True)
        notebook = edited(solution_notebook(), "write_relu", f"def relu(x):\n    return {relu}")
        nbformat.write(notebook, course.submitted(student, "double") / "double.ipynb")
    return course


def grade_all(course, address):
    for student in ("ada", "bob"):
        gradebook.record(course, *examiner.grade(course, course.assignment("double"), student, Jails(address)))


def grade_by_hand(url):
    with Gradebook(url, "proctor") as book:
        grade = book.find_grade("count", "double", "double", "bob")
        grade.manual_score, grade.extra_credit = 0.5, 0.25
        book.db.commit()


def exported(course, url):
    """What Proctor and nbgrader export, and what the formgrader lists."""
    export.write(course, course.root / "marks.csv")
    nbgrader(course.root, "export", "--to", "theirs.csv")
    with Gradebook(url, "proctor") as book:
        grade = book.find_grade("count", "double", "double", "bob")
        assert (grade.manual_score, grade.extra_credit, grade.needs_manual_grade) == (0.5, 0.25, True)
        listed = sorted((row["student"], row["score"], row["max_score"]) for row in book.submission_dicts("double"))
    return listed, *(sorted((course.root / file).read_text().splitlines()) for file in ("marks.csv", "theirs.csv"))


def nbgrader(root, *arguments):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, "PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSWORD not in done.stdout + done.stderr


def test_a_class_has_the_marks_that_it_has_on_sqlite(tmp_path, url, address):
    """Released, graded, marked by hand, graded again, exported by Proctor and by
    nbgrader: both are the same."""
    course = handed_in(tmp_path / "postgresql", url)
    run_proctor(course.root, "release", "double")
    run_proctor(course.root, "grade")
    here = f"sqlite:///{tmp_path}/gradebook.db"
    other = handed_in(tmp_path / "sqlite", here)
    grade_all(other, address)
    for one, book in ((course, url), (other, here)):
        grade_by_hand(book)
        grade_all(one, address)

    listed, *files = exported(course, url)

    assert (listed, *files) == exported(other, here)
    assert "ada,double,6.0,6.0" in files[0]
    gradebook.feedback(course, "double", "bob")
    assert "<td>0.75 / 1</td>" in (course.feedback("bob", "double") / "double.html").read_text()


def test_a_locked_gradebook_is_told_in_a_sentence(on_server, url, monkeypatch):
    """Another program that keeps the gradebook locked is waited for, not for ever, and
    named; nothing is lost."""
    monkeypatch.setattr(nbgrader_course, "WAIT_SECONDS", 0.2)
    with connected(url) as other:
        other.execute(text("LOCK TABLE grade IN SHARE MODE"))
        with pytest.raises(ProctorError, match="in use by another program; nothing was lost"):
            record(on_server)
    assert not on_server.autograded("ada", "double").exists()
    record(on_server)
    assert marks(on_server) == {"ada": 4}


def test_two_runs_do_not_write_at_the_same_time(on_server, url, monkeypatch):
    """A second one waits for the first; an export waits for none."""
    monkeypatch.setattr(nbgrader_course, "WAIT_SECONDS", 0.2)
    with nbgrader_course.transaction(url):
        with pytest.raises(ProctorError, match="in use by another program"), nbgrader_course.transaction(url):
            pass
        assert marks(on_server) == {}


def cut_all_connections(url):
    with connected(url) as other:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        other.execute(text(f"{cut} AND pid <> pg_backend_pid()"))


def test_a_server_that_goes_away_is_told_in_a_sentence(on_server, url):
    """In the middle of a record, it is a sentence and no mark; between two, nobody notices."""
    record(on_server)
    cut_all_connections(url)
    record(on_server, "bob")

    def cut(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO grade"):
            event.remove(Engine, "before_cursor_execute", cut)
            cut_all_connections(url)

    event.listen(Engine, "before_cursor_execute", cut)
    with pytest.raises(ProctorError, match=r"cannot be read or written: .*; nothing was lost") as told:
        record(on_server, "eve")

    assert PASSWORD not in str(told.value)
    assert marks(on_server) == {"ada": 4, "bob": 4}
    record(on_server, "eve")
    assert marks(on_server) == {"ada": 4, "bob": 4, "eve": 4}


def test_a_refused_password_is_not_told(on_server, url):
    """The server's refusal is passed on, the password is not."""
    on_server = use(on_server, url.replace(PASSWORD, "another-pa55word"))

    with pytest.raises(ProctorError, match="password authentication failed") as told:
        record(on_server)

    assert "another-pa55word" not in str(told.value)


def _record_and_die(course, moment):
    left = itertools.count(moment, -1)

    def count(*_):
        if next(left) <= 0:
            os._exit(9)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    record(course)
    os._exit(0)


def test_a_killed_run_leaves_all_marks_or_none(on_server):
    """Whatever moment it is killed at, the gradebook has every mark of a submission or
    none, and a rerun has all."""
    for moment in range(0, 100, 4):
        process = multiprocessing.get_context("fork").Process(target=_record_and_die, args=(on_server, moment))
        process.start()
        process.join(300)
        if process.exitcode == 0:
            break
        assert process.exitcode == 9
        assert marks(on_server) == {}
    assert moment > 12
    record(on_server)
    assert marks(on_server) == {"ada": 4}
