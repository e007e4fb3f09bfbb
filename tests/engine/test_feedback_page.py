"""The page that a student gets back: the score and how it came about, then the notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import code, edited
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

WRONG = "def relu(x):\n    return x"
LATE = "\nfrom nbgrader.plugins import BasePlugin\n\n\nclass Half(BasePlugin):\n"
LATE += "    def late_submission_penalty(self, student_id, score, seconds):\n        return 0.5\n\n\n"
LATE += "c.AssignLatePenalties.plugin_class = Half\n"


@pytest.fixture
def page_of(course, proctor):
    """Makes the feedback pages and returns a student's, parsed."""

    def make(student: str) -> BeautifulSoup:
        proctor("feedback")
        return BeautifulSoup(read(course, student), "html.parser")

    return make


def read(course, student: str) -> str:
    return (course.feedback(student, "double") / "double.html").read_text(encoding="utf-8")


def lines(page: BeautifulSoup) -> dict[str, str]:
    """Grade id → the text of its line above the notebook."""
    return {row.select("code")[0].text: " ".join(row.get_text(" ").split()) for row in page.select("header .groups tr")}


def test_each_group_has_a_line_with_its_points_and_what_to_look_at(hand_in, solution, proctor, page_of):
    """What is met, what is not and what is not written yet; each line leads to its check."""
    solution.cells.insert(0, new_markdown_cell("# Mine"))
    hand_in("ada", edited(edited(solution, "write_relu", WRONG), "write_count", "raise NotImplementedError()"))
    proctor("grade")
    page = page_of("ada")
    assert page.select_one(".who").text == "ada · double"
    assert page.select_one(".total").text == "1 of 6 points"
    found = lines(page)
    assert found["relu"].startswith("✗")
    assert "relu keeps what is positive." in found["relu"]
    assert found["relu"].endswith("0 / 2")
    assert found["count"].startswith("–")
    assert found["model"].startswith("◐")
    assert found["model"].endswith("1 / 3")
    for link in page.select("header a"):
        section = page.find(id=link["href"].removeprefix("#")).parent
        assert link.find_next_sibling("code").text in section.text


def test_marks_by_hand_comments_and_lateness_are_told(course, hand_in, solution, proctor, page_of):
    """How the score came about stands above the notebook; nbgrader itself makes the same page."""
    answer = code("", "why", points=4, solution=True)
    made = new_markdown_cell("YOUR ANSWER HERE", id="why", metadata=answer.metadata)
    for notebook in (source := nbformat.read(course.source("double"), 4), solution):
        notebook.cells.append(made.copy())
    nbformat.write(source, course.source("double"))
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE)
    solution.cells[-1].source = "Because of the bend."
    hand_in("ada", edited(solution, "write_relu", WRONG))
    proctor("grade")
    url = course.settings().CourseDirectory.get("db_url", f"sqlite:///{course.root}/gradebook.db")
    with Gradebook(url) as book:
        book.update_or_create_assignment("double", duedate="2025-01-01 00:00:00 UTC")
    (course.submitted("ada", "double") / "timestamp.txt").write_text("2025-01-02 00:00:00 UTC")
    proctor("grade", "--again")
    with Gradebook(url) as book:
        book.find_grade("why", "double", "double", "ada").manual_score = 3
        book.find_grade("relu", "double", "double", "ada").manual_score = 1.5
        book.find_comment("why", "double", "double", "ada").manual_comment = "Which *bend*?"
        book.find_comment("write_relu", "double", "double", "ada").manual_comment = "Nearly."
        book.db.commit()

    page = page_of("ada")
    assert page.select_one(".total").text == "6 of 10 points"
    assert page.select_one(".sum").text == "6.5 points, less 0.5 for being late."
    found = lines(page)
    assert "The tests gave 0; changed by hand." in found["relu"]
    assert "Graded by hand." in found["why"]
    assert found["why"].endswith("3 / 4")
    assert found["write_relu"].startswith("✎")
    assert [comment.text.strip() for comment in page.select(".comment p:not(.kind)")] == ["Nearly.", "Which bend?"]

    ours = read(course, "ada")
    command = [str(Path(sys.executable).with_name("nbgrader")), "generate_feedback", "double", "--force"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=course.root, check=True, capture_output=True, timeout=600, env=environment)
    assert read(course, "ada") == ours


def test_the_page_is_small_and_needs_nothing(course, hand_in, solution, proctor, page_of):
    """No script, nothing loaded, a few kilobytes without pictures; long given code is folded."""
    given = new_code_cell("\n".join(f"given_{number} = {number}" for number in range(30)))
    given.metadata["nbgrader"] = code("", "given").metadata.nbgrader | {"locked": True, "grade": False}
    source = nbformat.read(course.source("double"), 4)
    for notebook in (source, solution):
        notebook.cells.insert(1, given.copy())
    nbformat.write(source, course.source("double"))
    hand_in("ada", solution)
    proctor("grade")
    page = page_of("ada")
    assert len(read(course, "ada")) < 40_000
    assert page.find_all(["script", "link", "iframe", "object"]) == []
    assert [tag for tag in page.find_all(src=True) if not tag["src"].startswith("data:")] == []
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    folded = page.select_one("details")
    assert folded.summary.text == "given code, 30 lines"
    assert "given_29" in folded.text
