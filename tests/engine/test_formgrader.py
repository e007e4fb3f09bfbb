"""nbgrader's formgrader on a class that Proctor graded, in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import code, edited, run_proctor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from playwright.sync_api import Browser, Page, Response, Route, expect

from proctor.course.course import Course

WAIT = 300_000  # milliseconds that a busy machine may take for a step
PUBLIC = '''
from proctor import criterion


@criterion("half", points=3, hint="Divide by two.")
def test_half(student):
    """half of 3 is 1.5."""
    assert student.half(3) == 1.5
'''
ROSTER = "id,first_name,last_name\nada,Ada,King\nbob,,\n"


def notebook(answer: str, why: str) -> NotebookNode:
    """One check cell, and one answer that a person grades."""
    written = code("", "why", points=4, solution=True)
    return new_notebook(
        cells=[
            code("from proctor import check", "setup"),
            code(answer, "write_half", solution=True),
            code('check("half")', "half", points=3),
            new_markdown_cell(why, id="why", metadata=written.metadata),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )


SOURCE = notebook("def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION", "Because.")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A released exercise, graded: ada is on the roster, bob without a name, cy is not, and her
    hand-in is a web page."""
    course = Course(tmp_path_factory.mktemp("class") / "course")
    handed_in = {
        "ada": nbformat.writes(edited(notebook("", "It is a sum."), "write_half", "def half(x):\n    return x / 2")),
        "bob": nbformat.writes(edited(notebook("", "It is fair."), "write_half", "def half(x):\n    return x // 2")),
        "cy": "<!doctype html><title>Log in</title>",
    }
    for folder in (course.source("halves").parent, course.grader("halves")):
        folder.mkdir(parents=True)
    nbformat.write(SOURCE, course.source("halves"))
    (course.grader("halves") / "assignment.toml").write_text('title = "Halves"\n')
    (course.grader("halves") / "test_public.py").write_text(PUBLIC)
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", course.root)
    for student, text in handed_in.items():
        course.submitted(student, "halves").mkdir(parents=True)
        (course.submitted(student, "halves") / "halves.ipynb").write_text(text)
    (course.root / "roster.csv").write_text(ROSTER)
    (course.root / "course.toml").write_text('roster = "roster.csv"\n')
    run_proctor(course.root, "release")
    run_proctor(course.root, "grade", "--keep-warm", "2", code=1)
    return course


@pytest.fixture(scope="module")
def address(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Jupyter's server, started in the course folder, has the formgrader."""
    own = tmp_path_factory.mktemp("jupyter")
    folders = {f"JUPYTER_{name}_DIR": str(own / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = ("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "server", *options, "--IdentityProvider.token="],
        cwd=course.root,
        env={**os.environ, **folders, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            break
    else:
        pytest.fail("the server ended:\n" + "".join(said))
    drained = Thread(target=server.stdout.read)  # a full pipe would stop the server
    drained.start()
    yield f"{found[0]}/formgrader"
    server.terminate()
    server.wait(60)
    drained.join()
    server.stdout.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Page:
    """A page of a browser that waits as long as a busy machine may take."""
    page = browser.new_page()
    page.set_default_timeout(WAIT)
    expect.set_options(timeout=WAIT)
    return page


@pytest.fixture
def elsewhere(page: Page, address: str) -> Iterator[list[str]]:
    """The hosts that a page asked for something, beside the server; they are not reached."""
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(urlsplit(route.request.url).netloc)
        route.abort()

    here = urlsplit(address).netloc
    page.route(lambda url: urlsplit(url).netloc not in ("", here), refuse)
    yield asked
    page.unroute_all()


def rows(page: Page, address: str) -> list[list[str]]:
    """The texts in the table of one of the formgrader's pages, whose rows are sorted by name."""
    page.goto(address)
    expect(page.locator("#main-table")).not_to_contain_text("Loading")
    return [
        [" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()]
        for row in page.locator("#main-table tr").all()
    ]


def is_saved(response: Response) -> bool:
    return response.request.method == "PUT" and response.ok


def test_names_and_what_is_released_are_shown(page, address, elsewhere):
    """A student without a name is shown by the id, also one who is not on the roster or could not
    be graded; what is in release/ is released. Nothing is loaded from elsewhere."""
    assert [(row[0], row[2], row[8]) for row in rows(page, f"{address}/manage_assignments")] == [
        ("halves", "released", "3")
    ]
    submissions = rows(page, f"{address}/manage_submissions/halves")
    assert [(name, student, status, score) for name, student, _, status, score, *_ in submissions] == [
        ("bob,", "bob", "needs manual grading", "0 / 7"),
        ("cy,", "cy", "needs autograding", ""),
        ("King, Ada", "ada", "needs manual grading", "3 / 7"),
    ]
    assert [row[0] for row in rows(page, f"{address}/manage_students")] == ["bob,", "cy,", "King, Ada"]
    assert elsewhere == []


def test_why_a_hand_in_is_not_graded_is_told(page, address, elsewhere):
    """*Autograde* on a web page that was handed in as a notebook logs the reason, without the
    traceback of a fault of ours, and leaves it for the next run."""
    rows(page, f"{address}/manage_submissions/halves")
    page.locator("#main-table tr", has_text="cy").locator(".autograde a").click()
    log = page.locator("#error-modal .panel-warning")
    expect(log).to_contain_text("It is not graded: halves.ipynb is a web page, not a notebook")
    expect(log).not_to_contain_text("Traceback (most recent call last)")
    assert rows(page, f"{address}/manage_submissions/halves")[1][3] == "needs autograding"


def test_marks_by_hand_outlive_a_regrade_and_are_the_same_everywhere(course, page, address, elsewhere):
    """What is clicked and typed on a submission's page is in the gradebook; after another
    `proctor grade`, formgrader, feedback page and exported marks agree on it. Of what the page
    asks for elsewhere, formulas alone need it."""
    rows(page, f"{address}/gradebook/halves/halves")
    page.locator("#toggle_names").click()
    page.get_by_role("link", name="bob,").click()
    expect(page.locator("body")).to_contain_text("It is fair.")
    for box in ("#half_extra_credit", "#why-comment"):  # once marks and comments are there, boxes have placeholders
        expect(page.locator(box)).to_have_attribute("placeholder", re.compile("."))
    for box, text in {
        "#why": "2.5",
        "#half": "1",
        "#half_extra_credit": "0.25",
        "#why-comment": "Which *sum*?",
        "#write_half-comment": "Nearly.",
    }.items():
        with page.expect_response(is_saved):
            page.locator(box).fill(text)
            page.locator(box).blur()
    assert set(elsewhere) == {"cdnjs.cloudflare.com"}
    assert rows(page, f"{address}/manage_submissions/halves")[0][3:5] == ["graded", "3.75 / 7"]

    run_proctor(course.root, "grade", "--again", "--student", "bob")
    assert rows(page, f"{address}/manage_submissions/halves")[0][3:5] == ["needs manual grading", "3.75 / 7"]
    run_proctor(course.root, "feedback", "--student", "bob")
    made = BeautifulSoup((course.feedback("bob", "halves") / "halves.html").read_text(), "html.parser")
    assert made.select(".total")[0].text == "3.75 of 7 points"
    assert [comment.text.strip() for comment in made.select(".comment p:not(.kind)")] == ["Nearly.", "Which sum?"]
    run_proctor(course.root, "export")
    assert "bob,halves,3.75,7.0" in (course.root / "marks.csv").read_text().splitlines()


def api_of(course: Course, **exchange: Any) -> NbGraderAPI:
    """What the formgrader's pages ask, with other settings of nbgrader's exchange."""
    config = course.settings()
    config.Exchange.update(exchange)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def test_released_means_what_students_can_get(course, tmp_path):
    """Without an exchange that is `release/`, from which *Unrelease* takes it; with one, what was
    released there. *Collect* says what to do where there is none."""
    shutil.copytree(course.root, tmp_path / "course")
    mine = Course(tmp_path / "course")
    here = api_of(mine, root=str(tmp_path / "nowhere"))
    assert here.get_assignment("halves")["status"] == "released"
    assert "proctor collect SOURCE puts hand-ins into submitted/" in here.collect("halves")["log"]

    (tmp_path / "exchange").mkdir()
    there = api_of(mine, root=str(tmp_path / "exchange"))
    assert there.get_assignment("halves")["status"] == "draft"
    assert there.release_assignment("halves")["success"]
    assert there.get_assignment("halves")["status"] == "released"

    assert "halves.ipynb" in (mine.root / "release/index.html").read_text()
    assert here.unrelease("halves")["success"]
    assert here.get_assignment("halves")["status"] == "draft"
    assert not mine.release("halves").exists()
    assert "halves.ipynb" not in (mine.root / "release/index.html").read_text()
    assert there.get_assignment("halves")["status"] == "released"
