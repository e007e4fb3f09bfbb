"""Pictures in a student's answer are kept and shown; whatever ids cells have, there is a page."""

from __future__ import annotations

import base64
import io
import json
import re

import nbformat
import pytest
from conftest import code
from nbformat.v4 import new_markdown_cell
from PIL import Image

from proctor.report import export


def picture(kind: str, width: int = 8, noise: bool = False) -> str:
    """A picture's file in base64."""
    file = io.BytesIO()
    made = Image.effect_noise((width, width), 99) if noise else Image.new("L", (width, width), 99)
    made.save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


PNG, JPEG, GIF, WEBP = map(picture, ("PNG", "JPEG", "GIF", "WEBP"))
LARGE = picture("PNG", 1000, noise=True)  # longer than other HTML of a page may be


@pytest.fixture
def essay(course, solution):
    """The solution of a course in which an answer in words is graded by hand."""
    answer = code("", "why", points=4, solution=True)
    made = new_markdown_cell("YOUR ANSWER HERE", id="why", metadata=answer.metadata)
    for notebook in (source := nbformat.read(course.source("double"), 4), solution):
        notebook.cells.append(made.copy())
    nbformat.write(source, course.source("double"))
    return solution


def write_answer(notebook, text, attachments):
    """Put text and attachments into the answer in words."""
    notebook.cells[-1].source = text
    notebook.cells[-1].attachments = attachments


def pages(course, student):
    """The feedback page, and the page on which an instructor grades by hand."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers
    from traitlets.config import Config

    config = course.settings()
    config.merge(
        Config(HTMLExporter={"template_name": "formgrade", "extra_template_basedirs": [handlers.template_path]})
    )
    about = {"nbgrader": {}, "index": 0, "total": 1}
    graded = str(course.autograded(student, "double") / "double.ipynb")
    feedback = (course.feedback(student, "double") / "double.html").read_text()
    return feedback, HTMLExporter(config=config).from_filename(graded, resources=about)[0]


def test_pictures_reach_whoever_grades_by_hand_and_the_feedback_page(course, essay, hand_in, proctor):
    """Pictures are kept by what they are and not by what they are called, also in cells of one's
    own; what is no picture is left out with a note, and words stand where a picture is missing."""
    markdown = "![a](attachment:a.png) ![b](attachment:b.png) ![c](attachment:c%20c.jpg) ![d](attachment:d.svg)"
    raw = '<img src="attachment:e.gif" width="300"/>'
    attachments = {
        "a.png": {"image/png": PNG},
        "b.png": {"image/png": [LARGE[:70] + "\n", LARGE[70:]]},
        "c c.jpg": {"application/octet-stream": JPEG},
        "d.svg": {"image/svg+xml": base64.b64encode(b"<svg onload='alert(1)'/>").decode()},
        "e.gif": {"image/png": GIF},
        "f.pdf": {"application/pdf": base64.b64encode(b"%PDF-1.7").decode()},
        "g.png": {"image/png": "not base64"},
    }
    write_answer(essay, f"{markdown}\n\n{raw}", attachments)
    own = new_markdown_cell("![w](attachment:w.webp)", attachments={"w.webp": {"image/webp": WEBP}})
    essay.cells.insert(2, own)
    hand_in("ada", essay)
    proctor("grade")
    proctor("feedback")
    for page in pages(course, "ada"):
        shown = re.findall(r'<img[^>]*src="data:([^;]*);base64,([^"]*)"', page)
        assert shown[:3] == [("image/webp", WEBP), ("image/png", PNG), ("image/png", LARGE)]
        assert shown[3:] == [("image/jpeg", JPEG), ("image/gif", GIF)]
        assert "(the picture d.svg is not there)" in page
        for name in ("d.svg", "f.pdf", "g.png"):
            assert f"the attachment &#x27;{name}&#x27; was left out" in page or f"'{name}' was left out" in page
        assert "onload" not in page.partition("<body")[2].replace("(the picture d.svg is not there)", "")


def test_pictures_are_bounded(course, essay, hand_in, proctor):
    """A notebook has room for fifty, and a page does not grow with how often one is shown."""
    many = {f"{number}.png": {"image/png": LARGE if number == 0 else PNG} for number in range(60)}
    write_answer(essay, "![0](attachment:0.png) " * 500, many)
    hand_in("ada", essay)
    proctor("grade")
    proctor("feedback")
    kept = nbformat.read(course.autograded("ada", "double") / "double.ipynb", 4)
    assert [len(cell.attachments) for cell in kept.cells if "attachments" in cell] == [50]
    for page in pages(course, "ada"):
        assert 1 <= page.count(LARGE) <= 5
        assert "5 more attachments were left out" in page


@pytest.mark.parametrize(
    "make_id",
    [
        lambda _: "",
        lambda _: "the same",
        lambda n: f"cell-{9 - n}",
        lambda _: "proctor-notes",
        lambda n: "x" * (60 + n),
    ],
    ids=["none", "not allowed", "like new ones", "that of the notes", "too long"],
)
def test_cell_ids_that_nbformat_refuses_are_made_anew(course, solution, hand_in, proctor, make_id):
    """The work is graded, there is a feedback page, and no cell is lost."""
    solution.cells.insert(2, new_markdown_cell("A remark of my own."))
    for number, cell in enumerate(solution.cells):
        cell["id"] = make_id(number)
    hand_in("ada", json.dumps(solution).encode())
    (course.submitted("ada", "double") / "my.keras").write_bytes(b"PK")  # so that there is a note
    proctor("grade")
    proctor("feedback")
    assert [mark.score for mark in export.marks(course)] == [6]
    assert "A remark of my own." in (course.feedback("ada", "double") / "double.html").read_text()
    kept = nbformat.read(course.autograded("ada", "double") / "double.ipynb", 4)
    nbformat.validate(kept)
    assert len({cell.id for cell in kept.cells}) == len(kept.cells) == len(solution.cells) + 1
