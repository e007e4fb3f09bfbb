"""Students see nothing hidden, no path and no name; what an instructor sees is inert."""

from __future__ import annotations

import csv
import os
import re
import sys
import tempfile

import numpy as np
import pytest
from attacks.markup import VECTORS, Living
from conftest import RELU, code, edited, statuses
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from typer.testing import CliRunner

from proctor.author.leaks import leaks
from proctor.author.release import student_version
from proctor.cli.commands import application
from proctor.course.course import Course
from proctor.errors import CourseError
from proctor.feedback.table import summary_text
from proctor.record import gradebook
from proctor.report import export
from proctor.verdict import from_data, to_data

# What `test_relu_any_shape` of the small course asks with.
HIDDEN_INPUT = np.random.default_rng(31337).normal(size=(2, 3, 4))
TRACES = [f"{value:.5f}"[:-1] for value in HIDDEN_INPUT.ravel()] + ["31337", "secret_marker"]

CURIOUS = """
import os, sys, threading
seen = []


def told():
    return repr([value.ravel().tolist() if hasattr(value, "ravel") else value for value in seen])


def relu(x):
    seen.append(x)
    for say in (print, sys.__stdout__.write, lambda text: os.write(1, text.encode())):
        try:
            say(told())
        except Exception:
            pass
    get_ipython().outputs.show_text("stdout", told())
    get_ipython().display_pub.publish({"text/plain": told()})
    open("double.keras", "w").write(told())
    open("double.ipynb", "w").write(told())
    threading.Thread(target=lambda: print(told())).start()
    if x.ndim > 1:
        raise ValueError(told())
    return np.maximum(x, 0)


class Telling:
    def __repr__(self):
        return told()

    def __iter__(self):
        raise ValueError(told())


def count(n):
    seen.append(n)
    return Telling()
"""


def seen_by_students(course: Course, student: str = "ada") -> str:
    """Everything in the folders that students get files from."""
    gradebook.feedback(course, "double", student)
    folders = (course.autograded(student, "double"), course.feedback(student, "double"))
    return "\n".join(path.read_text() for folder in folders for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def shown(course, hand_in, address):
    """Grades a notebook, records it, and returns the verdict and all that the student may see."""
    from proctor.jail.course_jail import Jails
    from proctor.judge.examiner import grade

    def grade_and_show(notebook, files=None, student="ada"):
        hand_in(student, notebook, files)
        verdict, ran = grade(course, course.assignment("double"), student, Jails(address))
        gradebook.record(course, verdict, ran)
        return verdict, seen_by_students(course, student)

    return grade_and_show


# -- nothing hidden


def test_code_that_tells_all_it_is_given_tells_no_student(shown, solution):
    """Arguments of hidden criteria are on no page, whatever the code prints, raises or returns.

    `count` is asked by a public criterion of a group behind that of the hidden one.
    """
    notebook = edited(edited(solution, "write_relu", CURIOUS), "write_count", "pass")
    verdict, pages = shown(notebook)

    assert verdict.graded
    assert statuses(verdict)["relu_any_shape"] == statuses(verdict)["counts"] == "failed"
    hidden = next(result for result in verdict.criteria if result.hidden)
    assert TRACES[0] in hidden.found  # it was told, to the instructor
    for text in (pages, summary_text(verdict)):
        assert "relu works on any shape." in text
        assert not [trace for trace in TRACES if trace in text]


def test_a_process_started_anew_shows_nothing_of_what_it_was_asked(shown, solution):
    """The notebook that is handed back is the one that ran first: the clock could tell a
    later one what was asked."""
    dying = "import os\nrun = f'run {os.urandom(8).hex()}'\nprint(run)\n" + RELU.replace(
        "return", "if x.ndim > 1:\n        os._exit(0)\n    return"
    )
    notebook = edited(edited(solution, "write_relu", dying), "write_count", "def count(n):\n    raise ValueError(run)")
    verdict, pages = shown(notebook)

    assert statuses(verdict)["relu_any_shape"] == "failed"
    first = re.findall(r"run \w{16}", verdict.groups()["count"][0].found)
    assert set(re.findall(r"run \w{16}", pages)) == set(first) != set()


GROUPS = '''
from proctor import criterion


@criterion("relu", points=1, hint="h")
def test_one(student):
    """Public."""
    assert student.ask("public relu")


@criterion("count", points=1, hint="h", needs="relu")
def test_two(student):
    """Public and needing."""
    assert student.ask("public count")


@criterion("model", points=1, hint="h", needs="count")
def test_three(student):
    """Public and needing one that needs."""
    assert student.ask("public model")
'''
GROUPS_HIDDEN = '''
from proctor import criterion


@criterion("relu", points=1, hint="h")
def test_four(student):
    """Hidden."""
    assert student.ask("hidden relu")


@criterion("model", points=2, hint="h", needs="count")
def test_five(student):
    """Hidden and needing."""
    assert student.ask("hidden model")
'''


@pytest.mark.parametrize(
    "refused, expected",
    [
        ("nothing", ["passed"] * 5),
        ("hidden relu", ["passed", "failed", "waiting", "waiting", "waiting"]),
        ("public relu", ["failed", "passed", "waiting", "waiting", "waiting"]),
        ("public count", ["passed", "passed", "failed", "waiting", "waiting"]),
        ("hidden model", ["passed", "passed", "passed", "passed", "failed"]),
    ],
)
def test_public_criteria_are_asked_first_and_still_wait_for_hidden_ones(course, graded, solution, refused, expected):
    """All public criteria run before any hidden one; a group is met only if its
    hidden criteria are, too."""
    (course.grader("double") / "test_public.py").write_text(GROUPS)
    (course.grader("double") / "test_hidden.py").write_text(GROUPS_HIDDEN)
    asked = "asked = []\ndef ask(what):\n    asked.append(what)\n"
    asked += "    assert not (what.startswith('public') and any(a.startswith('hidden') for a in asked)), 'too late'\n"
    verdict = graded(edited(solution, "write_relu", asked + f"    return what != {refused!r}"))

    assert [result.status for result in verdict.criteria] == expected
    assert [result.name for result in verdict.criteria] == ["one", "four", "two", "three", "five"]
    assert not any("too late" in result.found for result in verdict.criteria)
    assert all(result.earned == 0 for result in verdict.criteria if result.status != "passed")


def test_two_criteria_of_one_name_are_refused(course, graded, solution, capfd):
    """A hidden criterion can never be shown as the public one of its name: the author
    is told to rename it."""
    hidden = course.grader("double") / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("test_relu_any_shape", "test_relu_values"))

    with pytest.raises(
        CourseError, match=r"test_relu_values in test_public\.py and test_hidden\.py; give one of them an"
    ):
        graded(solution)
    assert "INTERNALERROR" not in capfd.readouterr().err


def test_a_release_that_names_hidden_tests_is_refused(course):
    """Public criteria that import the hidden ones would run nowhere and point at them."""
    public = course.grader("double") / "test_public.py"
    public.write_text(public.read_text() + "\nfrom test_hidden import test_doubles as _\n")
    made = student_version(course, "double", course.root / "made")
    assert any("test_hidden never leaves" in sentence for sentence in leaks(course, "double", made))


# -- no path, no name, no address

WHERE = """
import os, sys, warnings, tempfile, keras, subprocess
import IPython.display
print(os.getcwd(), __name__, np.__file__, sys.executable, sys.path, sys.prefix)
print(os.environ, open("/proc/self/mountinfo").read(), open("/proc/self/cmdline").read())
!env; pwd
%pwd
keras
warnings.warn("careful")
IPython.display.display({"text/html": f"<b>{np.__file__}</b>"}, raw=True)
print(os.path.abspath("double.keras"), tempfile.gettempdir())
print(object(), lambda x: x)
keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])(np.ones((2, 3, 4)))
"""
RELU_WHERE = """
def relu(x):
    import os
    raise OSError(f"{np.__file__} {os.getcwd()}/file {object()}")"""


def test_students_pages_name_no_folder_of_the_machine_and_no_classmate(course, shown, solution, hand_in):
    """No page and no verdict has the path of Python, course or jail, or another student's name."""
    hand_in("zebedee", solution)
    notebook = edited(edited(solution, "write_relu", RELU_WHERE), "write_count", WHERE)
    verdict, pages = shown(notebook)

    assert "numpy/__init__.py" in pages
    assert "double.keras" in pages
    assert "careful" in pages
    ours = [
        sys.prefix,
        sys.base_prefix,
        os.getcwd(),
        str(course.root),
        "site-packages/",
        tempfile.gettempdir() + "/proctor-",
    ]
    everything = pages + str(to_data(verdict)) + summary_text(verdict)
    assert not [
        everything[at - 80 :][:160] for folder in ours if folder != "/usr" and (at := everything.find(folder)) > 0
    ]
    assert not re.search(r" at 0x[0-9a-f]{6}", everything)
    assert "zebedee" not in everything


# -- inert


def hostile_class_notebook(solution):
    """A notebook that puts every vector wherever a student can put text."""
    vectors = "\n\n".join(VECTORS)
    shows = f"""
from IPython.display import display, HTML, Markdown, Latex, SVG, Javascript, Image
for vector in {VECTORS!r}:
    print(vector)
    print(vector, file=__import__("sys").stderr)
    for kind in ("text/html", "text/markdown", "text/latex", "image/svg+xml", "text/plain", "image/png", "image/jpeg",
                 "application/javascript", "application/json", "application/vnd.jupyter.widget-view+json", "text/x<y"):
        display({{kind: vector}}, raw=True, metadata={{kind: {{"width": "1 onerror=alert(1)"}}}})
print("a" * 1000, "\\b" * 500, "\\r\\x1b[2J")
class Named(Exception): pass
Named.__name__ = VECTOR = {VECTORS[1]!r}
raise Named(VECTOR)
"""
    notebook = edited(solution, "write_count", shows)
    own = [new_markdown_cell(vectors), new_raw_cell(vectors), new_code_cell("# " + vectors.replace("\n", "\n# "))]
    for cell in own:
        cell.metadata = {"tags": VECTORS, "title": VECTORS[0], "raw_mimetype": "text/html", "name": VECTORS[0]}
    own[0].attachments = {"a.svg": {"image/svg+xml": VECTORS[2]}}
    notebook.cells[2:2] = own
    notebook.metadata = {
        "title": VECTORS[0],
        "authors": [{"name": VECTORS[0]}],
        "kernelspec": {"name": VECTORS[0], "display_name": VECTORS[0], "language": VECTORS[0]},
        "language_info": {"name": VECTORS[0], "mimetype": VECTORS[0], "pygments_lexer": VECTORS[0]},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": VECTORS[0]}}},
    }
    return notebook


def bodies(page: str) -> str:
    """The page without its own style sheets."""
    return re.sub(r"<style\b.*?</style>", "", page[page.index("<body") :], flags=re.DOTALL)


def test_the_feedback_page_of_a_hostile_student_is_inert(course, shown, solution):
    """No script, nothing loaded, nothing sent, no live markup, wherever in a notebook a
    student can put text."""
    verdict, _ = shown(hostile_class_notebook(solution))
    page = (course.feedback("ada", "double") / "double.html").read_text()

    assert verdict.graded
    assert "full marks" in page
    assert "2 of 2 points" in page
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "<link" not in page
    templates_own = re.compile(r'\sid="cell-\d+"')
    assert not Living(templates_own.sub("", bodies(page))).found


def test_the_formgrader_page_of_a_hostile_student_is_inert(course, shown, solution):
    """What an instructor grades by hand has no live markup, and no name that the formgrader's
    own scripts look for."""
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import handlers
    from traitlets.config import Config

    shown(hostile_class_notebook(solution))
    config = course.settings()
    config.merge(
        Config(HTMLExporter={"template_name": "formgrade", "extra_template_basedirs": [handlers.template_path]})
    )
    about = {"nbgrader": {}, "index": 0, "total": 1}
    page, _ = HTMLExporter(config=config).from_filename(
        str(course.autograded("ada", "double") / "double.ipynb"), resources=about
    )

    cells = page[page.rindex('id="notebook-container"') + 30 : page.index('class="help"')]
    own = {f"id={name}{more}" for name in ("relu", "count", "model") for more in ("", "_extra_credit")}
    own |= {f"id={name}-comment" for name in ("write_relu", "write_count", "write_build")}
    found = [live for live in Living(cells).found if live.partition(" ")[2] not in own]
    assert set(found) <= {"input", "button", "textarea"}
    assert found.count("button") == 9
    assert cells.count('id="relu"') == 1
    assert "evil.example" in cells  # as text


HOSTILE_NAMES = [
    "=HYPERLINK(1)",
    "[red]x",
    "[link=evil]y",
    "\x1b]0;owned\x07z",
    "a\nb",
    "\u202etxt",
]


def test_the_terminal_shows_names_and_reasons_and_obeys_none(course, hand_in, proctor, solution, monkeypatch):
    """Folder names and reasons of students are text to `proctor grade`, `feedback` and `export`."""
    for name in HOSTILE_NAMES[:3]:
        hand_in(name, b"no notebook")
    for name in HOSTILE_NAMES[3:]:
        hand_in(name, edited(solution, "write_relu", "raise ValueError('\\x1b[31m [bold] \\u202e :warning:')"))

    said = proctor("grade", "--show", code=1).stdout
    monkeypatch.chdir(course.root)
    for command in ("feedback", "export"):
        said += CliRunner().invoke(application, [command], catch_exceptions=False).output

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
    for name in ("=HYPERLINK(1)", "[red]x", "[link=evil]y", "a b"):
        assert f"│ {name} " in said
    assert ":warning:" in said
    assert "[bold]" in said
    rows = list(csv.reader((course.root / "marks.csv").read_text().splitlines()))
    assert {row[0] for row in rows[1:] if row[2]} == {"z", "a b", "txt"}
    assert {row[0] for row in rows[1:] if not row[2]} == {"'=HYPERLINK(1)", "[red]x", "[link=evil]y"}


# -- scores


@pytest.mark.parametrize(
    "fraction, earned", [("3", 1), ("-3", 0), ("float('nan')", 0), ("float('inf')", 1), ("0.5", 0.5)]
)
def test_credit_is_never_more_than_all_or_less_than_none(course, graded, solution, fraction, earned):
    """Whatever a criterion makes of a student's number, it earns between nothing and its points."""
    hidden = course.grader("double") / "test_hidden.py"
    changed = hidden.read_text().replace(
        "credit.between(abs(found - 1.0), zero=0.5, full=0.1)", f"credit.fraction = {fraction}"
    )
    hidden.write_text(changed)
    verdict = graded(solution)
    assert [result.earned for result in verdict.criteria if result.name == "doubles"] == [2 * earned]
    assert from_data(to_data(verdict)) == verdict


def test_points_that_are_not_those_of_the_cells_are_no_mark(course, shown, solution):
    """Criteria that are worth more, or less, than their check cell are the author's to
    mend; no mark is written."""
    public = course.grader("double") / "test_public.py"
    public.write_text(public.read_text().replace('"count", points=1', '"count", points=5'))

    with pytest.raises(CourseError, match="the criteria of 'count' are worth 5 points and its check cell 1"):
        shown(solution)
    assert not course.autograded("ada", "double").exists()


def test_repeated_cells_earn_once(course, shown, solution):
    """A graded cell that is handed in ten times, with other points, is worth what
    the release says, once."""
    notebook = solution
    for number in range(10):
        notebook.cells.append(code('check("relu")', "relu", points=200))
        notebook.cells[-1].id = f"again-{number}"
    notebook.cells[3].metadata.nbgrader["points"] = 200
    verdict, _ = shown(notebook)
    assert (verdict.earned, verdict.points) == (6, 6)
    assert [(mark.score, mark.max_score) for mark in export.marks(course)] == [(6, 6)]
