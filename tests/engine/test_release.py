"""Releases hold what students need and nothing of what they must find themselves."""

import json
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from proctor.author.leaks import leaks
from proctor.author.release import publish, release, stale
from proctor.course.course import Course
from proctor.errors import ReleaseError

SOLUTION = '''def relu(x):
    """Keep what is positive."""
    ### BEGIN SOLUTION
    positive = np.asarray(x) > 0
    return np.where(positive, x, 0.0)
    ### END SOLUTION
'''
PUBLIC = '''from proctor import criterion


@criterion("relu", points=1, hint="What happens to a negative number?")
def test_negative_becomes_zero(student):
    """A negative number becomes 0."""
    assert student.relu(-2.0) == 0
'''
HIDDEN = '''import numpy as np

EXPECTED = np.array([0.731058, 0.268941])


def test_shapes_stay(student):
    """The shape of the array stays."""
    assert student.relu(np.full((3, 2), 8.25)).sum() == 49.5
'''


def cell(source, name="", id="", **flags):
    made = new_code_cell(source, id=id or name)
    settings = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3} | flags
    if name:
        made.metadata["nbgrader"] = {"grade_id": name} | settings
    return made


def notebook(solution=SOLUTION):
    made = new_notebook(
        cells=[
            new_markdown_cell("# Rectify\n\nUse `np.where(condition, a, b)`.", id="intro"),
            cell("import numpy as np\nfrom proctor import check", "setup", locked=True),
            cell(solution, "write_relu", solution=True),
            cell('check("relu")', "relu", grade=True, locked=True, points=3),
        ]
    )
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def write(course, made, name="rectify"):
    course.source(name).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, course.source(name))


@pytest.fixture
def course(tmp_path):
    made = Course(tmp_path)
    folder = made.grader("rectify")
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('title = "Rectify"\n')
    (folder / "test_public.py").write_text(PUBLIC)
    (folder / "test_hidden.py").write_text(HIDDEN)
    (folder / "answers.py").write_text('variants = [replace("write_relu", "def relu(x):\\n    return max(x, 0)")]\n')
    write(made, notebook())
    return made


def content(folder: Path):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refusal(course):
    with pytest.raises(ReleaseError) as raised:
        release(course, "rectify")
    return str(raised.value)


def test_a_release_has_stub_checksums_and_the_public_criteria(course):
    """Students get the notebook without its solutions, cells locked, and the
    public criteria beside it."""
    folder = release(course, "rectify")

    assert sorted(content(folder)) == ["rectify.ipynb", "rectify.toml", "test_rectify.py"]
    setup, stub, check = nbformat.read(folder / "rectify.ipynb", as_version=4).cells[2:]
    assert "raise NotImplementedError()" in stub.source
    assert "np.where" not in stub.source
    assert stub.metadata.nbgrader.checksum
    assert stub.id == "write_relu"
    assert setup.metadata.editable is False
    assert check.metadata.deletable is False
    everything = b"".join(content(folder).values()).decode()
    assert "0.731058" not in everything
    assert "49.5" not in everything
    assert leaks(course, "rectify") == []
    assert not list(course.root.glob(".release-*"))


def test_a_release_is_registered_in_the_gradebook(course):
    """The assignment's check cells and points are in the gradebook, as after `nbgrader
    generate_assignment`."""
    release(course, "rectify")

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_assignment("rectify").max_score == 3
        assert {made.name for made in book.find_notebook("rectify", "rectify").grade_cells} == {"relu"}


def test_releasing_twice_gives_the_same_bytes(course):
    """A release depends on the source alone, so CI can see whether the committed one is fresh."""
    first = content(release(course, "rectify"))

    assert content(release(course, "rectify")) == first
    publish(course)
    assert stale(course) == []


def test_a_stale_release_is_told(course):
    """A changed source, a changed public test, a foreign file and a missing
    release are each named."""
    assert "rectify.ipynb is missing" in stale(course)[0]
    release(course, "rectify")

    write(course, notebook(SOLUTION.replace("positive.", "above 0.")))
    assert "rectify.ipynb differs" in stale(course)[0]
    release(course, "rectify")
    (course.grader("rectify") / "test_public.py").write_text(PUBLIC + "\n")
    (course.release("rectify") / "notes.txt").write_text("x")
    (sentence,) = stale(course)
    assert "test_rectify.py differs" in sentence
    assert "notes.txt does not come from the source" in sentence


@pytest.mark.parametrize(
    "solution, told",
    [
        (SOLUTION.replace("    ### END SOLUTION\n", ""), "cell 'write_relu', line 3: BEGIN SOLUTION has no END"),
        (SOLUTION.replace("    ### BEGIN SOLUTION\n", ""), "line 5: END SOLUTION without a BEGIN SOLUTION"),
        (SOLUTION.replace("### END", "### BEGIN"), "line 6: BEGIN SOLUTION inside the SOLUTION that begins in line 3"),
        (SOLUTION.replace("BEGIN SOLUTION", "Begin Solution"), "line 3: '### Begin Solution' is not a marker"),
        (SOLUTION.replace("def relu(x):", "def relu(x)"), "cell 'write_relu', line 1: not valid Python"),
    ],
)
def test_a_broken_source_is_refused_with_cell_and_line(course, solution, told):
    """Markers that do not pair and stubs that are not Python are told with
    file, grade id and line."""
    write(course, notebook(solution))

    assert told in refusal(course)
    assert not course.release("rectify").exists()


def test_magics_are_python_enough(course):
    """A stub may use what IPython understands."""
    made = notebook("%matplotlib inline\n!pwd\nawait thing()\n### BEGIN SOLUTION\nsecret_value = 17\n### END SOLUTION")
    made.cells.insert(1, new_code_cell("%%bash\nls | wc", id="shell"))
    write(course, made)

    release(course, "rectify")


def test_a_failed_release_leaves_the_previous_one(course):
    """Students keep the last good release, and the gradebook the points that belong to it."""
    before = content(release(course, "rectify"))

    made = notebook()
    made.cells[-1].metadata.nbgrader["points"] = 5
    made.cells.append(new_markdown_cell(SOLUTION, id="told"))
    write(course, made)
    refusal(course)

    assert content(course.release("rectify")) == before
    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as book:
        assert book.find_assignment("rectify").max_score == 3


SETTINGS = """title = "Rectify"
order = 3
# measured: 0.7

[budget]
memory_gb = 3

[thresholds.real]
known = { none = 0.5, full = 0.9 }  # measured
new = { none = 0.4, full = 0.8 }
order = 0.25
slope = 0.125

[thresholds.drawn]
known = { none = 0.5, full = 0.7 }
new = 0.6
"""
ASKING = (
    PUBLIC
    + """

@criterion("relu", points=1, hint="Is it steep enough?")
def test_thresholds(student, thresholds, credit):
    \"\"\"It is as good as it must be; "new" and thresholds["new"] in a text ask for nothing.\"\"\"
    credit.within(student.relu(0.5), thresholds, "known")
    assert student.relu(0.5) > thresholds["slope"]
"""
)


def test_students_get_the_thresholds_that_public_criteria_ask_for(course):
    """Others stay behind, in every source, and everything else of the settings is as it was."""
    (course.grader("rectify") / "assignment.toml").write_text(SETTINGS)
    (course.grader("rectify") / "test_public.py").write_text(ASKING)

    text = (release(course, "rectify") / "rectify.toml").read_text()

    known = {"none": 0.5, "full": 0.9}
    thresholds = {"real": {"known": known, "slope": 0.125}, "drawn": {"known": {"none": 0.5, "full": 0.7}}}
    budget = {"memory_gb": 3}
    assert tomllib.loads(text) == {"title": "Rectify", "order": 3, "budget": budget, "thresholds": thresholds}
    assert "0.8" not in text
    assert "measured: 0.7" not in text


@pytest.mark.parametrize(
    "use",
    [
        "thresholds[name]",
        "helper(thresholds)",
        "thresholds.values()",
        'request.getfixturevalue("thresholds")',
        "credit.within(1.0, thresholds, name)",
        'credit.within(1.0, {**thresholds}, "known")',
    ],
)
def test_a_use_that_does_not_name_its_threshold_is_refused(course, use):
    """It could ask for any of them; the line is told, and how to write it."""
    (course.grader("rectify") / "assignment.toml").write_text(SETTINGS)
    (course.grader("rectify") / "test_public.py").write_text(ASKING + f"    print({use})\n")

    told = refusal(course)

    assert "rectify/test_public.py, line 15" in told
    assert 'write thresholds["name"]' in told


def test_public_criteria_that_are_no_python_are_refused(course):
    """The message names the file."""
    (course.grader("rectify") / "test_public.py").write_text("def f(:\n")

    assert "rectify/test_public.py is not Python" in refusal(course)


def test_thresholds_that_cannot_be_told_apart_by_line_are_refused(course):
    """A table on a line of its own would leave its hidden thresholds in the release."""
    spread = "[thresholds]\nreal = { known = { none = 0.5, full = 0.9 }, new = 0.4 }\n"
    (course.grader("rectify") / "assignment.toml").write_text('title = "Rectify"\n' + spread)
    (course.grader("rectify") / "test_public.py").write_text(ASKING)

    assert "each threshold on a line of its own" in refusal(course)


def test_a_solution_that_the_text_tells_is_a_leak(course):
    """A whole solution in the text, in another cell or in the public tests
    is told with its place."""
    lines = "\n".join(SOLUTION.splitlines()[3:5])
    made = notebook()
    made.cells.append(new_markdown_cell(f"Like this:\n```\n{lines}\n```", id="hint"))
    made.cells.append(cell(f"def again(x):\n{lines}", "again", locked=True))
    write(course, made)
    (course.grader("rectify") / "test_public.py").write_text(PUBLIC + lines.replace("return", "wanted ="))
    (course.grader("rectify") / "test_public.py").write_text(PUBLIC + lines)

    told = refusal(course)

    assert "cell 6, line 3: tells all of the solution in cell 'write_relu'" in told
    assert "cell 'again', line 2" in told
    assert "test_rectify.py, line 8" in told


def test_a_public_test_that_computes_the_answer_is_a_leak(course):
    """A one-line solution's formula is not in the public tests either."""
    write(course, notebook(SOLUTION.replace("    positive = np.asarray(x) > 0\n", "").replace("positive", "x > 0")))
    (course.grader("rectify") / "test_public.py").write_text(PUBLIC + "    wanted = np.where(x > 0, x, 0.0)\n")

    assert "test_rectify.py, line 8: computes the solution in cell 'write_relu'" in refusal(course)


def test_what_the_author_gives_is_no_leak(course):
    """A line of a solution that stands in given code, and a text that names
    a function, are fine."""
    made = notebook()
    made.cells.append(cell("positive = np.asarray(x) > 0\nplot(positive)", "draw", locked=True))
    made.cells.append(new_markdown_cell("`np.where(positive, x, 0.0)` is short.", id="text"))
    write(course, made)

    release(course, "rectify")


def test_hidden_values_in_the_notebook_are_a_leak(course):
    """A line of computed data from the hidden tests is not in the student's notebook."""
    made = notebook()
    made.cells.append(cell("EXPECTED = np.array([0.731058, 0.268941])", "given", locked=True))
    write(course, made)

    assert "cell 'given', line 1: a line of test_hidden.py, line 3" in refusal(course)


def test_files_outputs_and_metadata_are_searched(course):
    """What nbgrader would carry along unseen (files, metadata) and what a later
    edit put back is found."""
    folder = release(course, "rectify")
    made = nbformat.read(folder / "rectify.ipynb", as_version=4)
    made.cells[2].outputs = [new_output("stream", text="0.73")]
    made.cells[2].execution_count = 4
    made.cells[3].metadata["old"] = ["    positive = np.asarray(x) > 0"]
    nbformat.write(made, folder / "rectify.ipynb")
    (folder / "test_hidden.py").write_text(HIDDEN)
    (folder / "helper.py").write_text("def relu(x):\n    return np.where(positive,  x, 0.0)\n")

    told = "\n".join(leaks(course, "rectify"))

    assert "cell 'setup': its output is saved in it" in told
    assert "cell 'setup': an execution count is saved in it" in told
    assert "cell 'write_relu', metadata: a line of the solution" in told
    assert "test_hidden.py: this file never leaves graders/rectify/" in told
    assert "helper.py, line 2: a line of the solution in cell 'write_relu'" in told


def test_a_source_without_cell_ids_is_refused(course):
    """Cell ids that are made up at each release would make no two of them equal."""
    write(course, notebook())
    raw = json.loads(course.source("rectify").read_text())
    raw["nbformat_minor"] = 4
    for made in raw["cells"]:
        del made["id"]
    course.source("rectify").write_text(json.dumps(raw))

    assert "has no cell id" in refusal(course)
