"""Values of one's own in a real notebook: in the kernel, at grading, and in the proof."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
import numpy as np
import pytest
from conftest import code, edited, run_proctor, statuses
from nbclient import NotebookClient
from nbformat.v4 import new_notebook

from proctor import values
from proctor.author.inspection import find_problems
from proctor.author.release import release
from proctor.course.choices import draw
from proctor.course.course import Course
from proctor.course.released import Released
from proctor.jail.course_jail import Jails
from proctor.judge.examiner import grade
from proctor.judge.live import check_namespace

ASSIGNMENT = """
title = "Town"
[artifacts]
model = "town.keras"
[values]
base = { from = 100, to = 900, step = 1 }
[budget]
notebook_seconds = 300
cell_seconds = 60
call_seconds = 30
"""
PUBLIC = '''
from proctor import assert_close, criterion


@criterion("price", points=2, hint="It is at the top of the page.")
def test_price(student, values):
    """The price is your own."""
    assert student.price() == values["base"]


@criterion("price", points=0, hint="Write the function.")
def test_written(student):
    """There is a price."""
    student.price()
'''
HIDDEN = '''
import numpy as np

from proctor import assert_close, criterion


@criterion("model", points=1, needs="price", hint="Train it on your own price.")
def test_model(student, values):
    """The model knows your own price."""
    assert_close(student.model.predict(np.array([[1.0]])), np.array([[values["base"]]], "float32"), "prediction")
'''
ANSWERS = """
from proctor.answers import edit, mutant, untrained, variant

variants = [variant("asked for again", edit("write_price", 'town["base"]', 'values("town", student="")["base"]'))]
mutants = [
    mutant("made up", edit("write_price", 'town["base"]', "99"), fails="price"),
    mutant("nothing", edit("write_price", 'return town["base"]', "raise ValueError"), fails="price"),
    mutant("not trained", untrained(), fails="model"),
]
hidden_because = {"model": "it is trained only here"}
"""
PRICE = """def price():
    ### BEGIN SOLUTION
    return town["base"]
    ### END SOLUTION"""
BUILD = "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])"
TRAIN = """model.set_weights([np.array([[float(town["base"])]]), np.array([0.0])])
model.save("town.keras")"""
BASE = {student: draw("town", student, {"base": list(range(100, 901))})["base"] for student in ("ada", "ben")}


@pytest.fixture
def town(tmp_path, monkeypatch) -> Course:
    """A course with one small exercise that has values of one's own."""
    for folder in ("source/town", "graders/town"):
        (tmp_path / folder).mkdir(parents=True)
    identifier = code('student_id = ""', "student_id")
    identifier.metadata.nbgrader.locked = False
    notebook = new_notebook(
        cells=[
            code("import keras\nimport numpy as np\nfrom proctor import check, values", "setup"),
            identifier,
            code('town = values("town", student=student_id)', "your_town"),
            code(PRICE, "write_price", solution=True),
            code('check("price")', "price", points=2),
            code(BUILD, "build"),
            code(TRAIN, "train", train=True),
            code('check("model")', "model", points=1),
        ]
    )
    nbformat.write(notebook, tmp_path / "source/town/town.ipynb")
    files = {"assignment.toml": ASSIGNMENT, "test_public.py": PUBLIC, "test_hidden.py": HIDDEN, "answers.py": ANSWERS}
    for name, text in files.items():
        (tmp_path / "graders/town" / name).write_text(text)
    return Course(tmp_path)


def source_of(course) -> nbformat.NotebookNode:
    """The instructor's notebook."""
    return nbformat.read(course.source("town"), as_version=4)


def graded(course, address, student, notebook, files=None):
    """The verdict on what a student hands in."""
    folder = course.submitted(student, "town")
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / "town.ipynb")
    for name, data in (files or {}).items():
        (folder / name).write_bytes(data)
    verdict, _ = grade(course, course.assignment("town"), student, Jails(address))
    assert verdict.graded, verdict.reason
    return verdict


def checked(course, *, student_id, price):
    """The outputs of the cell that asks for the values and of `check("price")` in a kernel, as
    text, in the released notebook with this identifier and answer."""
    folder = release(course, "town")
    notebook = nbformat.read(folder / "town.ipynb", as_version=4)
    notebook = edited(edited(notebook, "student_id", student_id), "write_price", price)
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(copy.deepcopy(notebook), timeout=600, allow_errors=True, resources=resources)
    ran = client.execute().cells
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in ran if "nbgrader" in cell.metadata}
    (table,) = cells["price"].outputs
    assert ("numbers of" in table.data["text/html"]) == ("numbers of" in table.data["text/plain"])
    return "".join(output.get("text", "") for output in cells["your_town"].outputs), table.data["text/plain"]


def test_check_says_whose_numbers_it_used(town):
    """The cell that asks for the values and every check table name the identifier, normalised,
    and the answer is compared with the values of that student."""
    said, table = checked(town, student_id='student_id = " Ada "', price="def price():\n    return town['base']")
    assert said == "town: numbers of ada\n"
    assert table.splitlines()[0].startswith("price (numbers of ada)")
    assert "✗" not in table


def test_check_asks_for_an_identifier(town):
    """With none typed the notebook runs, and what needs the student's values says what to do."""
    said, table = checked(town, student_id='student_id = ""', price="def price():\n    return town['base']")
    assert "your identifier is missing" in said
    assert "type it where the notebook asks for it, and run all cells from there on" in " ".join(table.split())
    assert "✓ There is a price." in table


@pytest.mark.parametrize("typed", ['""', '"Ada"', '"ben"', "ada", '"'])
def test_the_graded_folder_says_whose_values_they_are(town, address, typed):
    """Whatever was typed, Python or not, a notebook is graded with the values of its folder; a
    note says whose, and names another student's."""
    verdict = graded(town, address, "Ada", edited(source_of(town), "student_id", f"student_id = {typed}"))
    assert set(statuses(verdict).values()) == {"passed"}
    (note,) = verdict.notes
    assert note.startswith("graded with the numbers of ada")
    assert ("those of ben" in note) == ("ben" in typed)


def test_a_classmates_number_gets_nothing(town, address):
    """An answer that is right with a classmate's values is wrong with one's own."""
    copied = edited(source_of(town), "write_price", f"def price():\n    return {BASE['ben']}")
    copied = edited(copied, "student_id", 'student_id = "ada"')
    verdict = graded(town, address, "ada", copied)
    assert statuses(verdict)["price"] == "failed"
    (failed,) = [result for result in verdict.criteria if result.name == "price"]
    assert (failed.expected, failed.found) == (f"student.price() is {BASE['ada']}", str(BASE["ben"]))
    assert graded(town, address, "ben", copied).earned == 3


def test_a_model_of_another_identifier_is_trained_again(town, address, keras_file):
    """A model handed in with a notebook that was worked with other values is not held against
    the student: the training cells run again. Under the right identifier it is judged as it is."""
    from keras import layers

    other = {"town.keras": keras_file(layers.Dense(1))}
    mistyped = graded(town, address, "ada", edited(source_of(town), "student_id", 'student_id = "ben"'), other)
    assert statuses(mistyped)["model"] == "passed"
    assert "its model is not used and the training cells run again" in mistyped.notes[0]
    wrong = graded(town, address, "ben", edited(source_of(town), "student_id", 'student_id = "ben"'), other)
    assert statuses(wrong)["model"] == "failed"


FORGERIES = [
    "import os, json\n"
    'os.environ["PROCTOR_VALUES"] = json.dumps({"exercise": "town", "student": "ada", "values": {"base": 1}})',
    "from proctor.course import own_values\n"
    'own_values._last_asked_for = own_values.OwnValues("town", "ada", {"base": 1})',
    "from proctor.judge import fixtures\nimport proctor\n"
    'fixtures.values = proctor.values = values = lambda *given, **named: {"base": 1}',
    'town["base"] = 1',
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_student_code_cannot_choose_its_values(town, address, forgery):
    """What the student's process does to its own copy of the values changes nothing that a
    criterion expects."""
    attack = edited(source_of(town), "write_price", f"{forgery}\ndef price():\n    return 1")
    assert statuses(graded(town, address, "ada", attack))["price"] == "failed"


def test_the_rule_of_another_town_is_named_in_house_price(monkeypatch):
    """A classmate's price list gets one sentence that says that it is another town's."""
    folder = Course(Path(__file__).parents[2]).release("house_price")
    monkeypatch.chdir(folder)
    theirs = values("house_price", student="edsger")
    mine = values("house_price", student="ada")

    def found(rule):
        def price_list():
            return np.arange(1.0, 7.0), (rule["base"] + rule["per_bedroom"] * np.arange(1.0, 7.0)) / 1e5

        results = check_namespace(["price_list"], {"price_list": price_list}, Released("house_price", folder))
        (result,) = [one for one in results if one.name == "prices_follow_the_rule"]
        return result

    assert found(mine).status == "passed"
    assert found(theirs).status == "failed"
    assert found(theirs).found == (
        f"{theirs['base']:,}, and {theirs['per_bedroom']:,} more for each bedroom: "
        "this is the rule of another town, not of yours"
    )
    assert "another town" not in found({"base": 0, "per_bedroom": mine["per_bedroom"]}).found


def test_the_proof_is_for_three_students(town):
    """`verify` grades the solution and the untouched release as three students, and finds a
    grader that is right for one of them only."""
    done = run_proctor(town.root, "verify", "town", "--jobs", "1")
    for student in ("ada", "cleo", "edsger"):
        assert f"solution: the solution ({student})" in done.stdout
        assert f"untouched: the untouched release ({student})" in done.stdout
    public = town.grader("town") / "test_public.py"
    public.write_text(public.read_text().replace('values["base"]', str(BASE["ada"])))
    done = run_proctor(town.root, "verify", "town", "--jobs", "1", code=1)
    assert "price/price is failed" in done.stdout


@pytest.mark.parametrize("role", ["locked", "solution"])
def test_a_cell_that_no_student_can_fill_in_is_found(town, role):
    """The identifier has a cell that is free to type in, and no solution that is taken out."""
    source = source_of(town)
    assert find_problems(town, town.assignment("town"), source) == []
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in source.cells}
    cells["student_id"].metadata.nbgrader[role] = True
    problems = find_problems(town, town.assignment("town"), source)
    assert any("no cell 'student_id' to type the identifier into" in problem for problem in problems)


def test_without_values_a_criterion_that_asks_is_the_authors_fault(town, address):
    """A grader that asks for values which `assignment.toml` does not declare grades nobody."""
    declared = town.grader("town") / "assignment.toml"
    declared.write_text(declared.read_text().replace("[values]\nbase = { from = 100, to = 900, step = 1 }\n", ""))
    folder = town.submitted("ada", "town")
    folder.mkdir(parents=True)
    nbformat.write(source_of(town), folder / "town.ipynb")
    course = Course(town.root)
    verdict, _ = grade(course, course.assignment("town"), "ada", Jails(address))
    assert not verdict.graded
    assert "assignment.toml has no table [values]" in verdict.reason


@pytest.mark.parametrize(
    "identifier, said",
    [
        ("Ada", "It was worked with the numbers of ada: hand in under that name."),
        ("", "But: your identifier is missing: type it where the notebook asks for it, save and pack again."),
    ],
)
def test_whose_numbers_are_packed_is_said(town, identifier, said):
    """The name to hand in under is the one that the notebook was worked with."""
    folder = release(town, "town")
    notebook = nbformat.read(folder / "town.ipynb", as_version=4)
    nbformat.write(
        edited(edited(notebook, "student_id", f"student_id = {identifier!r}"), "write_price", PRICE),
        folder / "town.ipynb",
    )
    assert said in " ".join(run_proctor(folder, "pack", "town.ipynb").stdout.split())
    assert (folder / "town.zip").is_file()
