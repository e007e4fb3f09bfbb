"""`check()` in a student's live notebook, in a real kernel, on what was released."""

from __future__ import annotations

import copy

import nbformat
import pytest
from conftest import BUILD, COUNT, RELU, edited
from nbclient import NotebookClient

from proctor.author.release import release


@pytest.fixture
def run_released(course, monkeypatch):
    """Releases the small course and runs its notebook, filled in with
    answers, as a student does."""

    def run(allow_errors: bool = True, **answers: str):
        folder = release(course, "double")
        notebook = nbformat.read(folder / "double.ipynb", as_version=4)
        for grade_id, source in answers.items():
            notebook = edited(notebook, grade_id, source)
        client = NotebookClient(
            copy.deepcopy(notebook),
            timeout=600,
            allow_errors=allow_errors,
            coalesce_streams=True,  # as Jupyter shows them: a kernel sends a line in parts when it is slow
            resources={"metadata": {"path": str(folder)}},
        )
        return {cell.metadata.nbgrader.grade_id: cell for cell in client.execute().cells if "nbgrader" in cell.metadata}

    return run


def shown(cell) -> str:
    """The check table in a cell's output, as text; there is an HTML form beside it."""
    (output,) = [output for output in cell.outputs if output.output_type == "execute_result"]
    assert output.data["text/html"].startswith("<div")
    return output.data["text/plain"]


def test_a_solved_notebook_is_told_so(run_released):
    """Right answers get a table that says so, from public criteria alone."""
    cells = run_released(write_relu=RELU, write_count=COUNT, write_build=BUILD)
    assert shown(cells["relu"]).splitlines()[0].split() == ["relu", "1", "of", "2", "points"]
    assert "✓ count yields the numbers below n" in shown(cells["count"])
    assert "✓ The model has one unit." in shown(cells["model"])
    assert "any shape" not in shown(cells["relu"])
    assert "1 point more to get when you hand in" in shown(cells["relu"])


def test_a_wrong_answer_is_told_expected_found_and_hint(run_released):
    """The table says what was expected and found and where to look, without
    Proctor's tracebacks."""
    cells = run_released(write_relu="def relu(x):\n    return abs(x)")
    text = shown(cells["relu"])
    assert "expected  relu([-1, 2])[0] to be 0" in text
    assert "hint      What should become of negative numbers?" in text
    assert not [output for output in cells["relu"].outputs if output.output_type == "error"]


def test_an_untouched_notebook_says_not_yet(run_released):
    """Before anything is written, check says that it is not written."""
    cells = run_released()
    assert "it is not written yet" in shown(cells["relu"])
    assert "n=1" not in shown(cells["count"])  # whatever it is asked with
    assert cells["write_relu"].outputs == []


def test_run_all_reaches_the_last_check_of_an_untouched_notebook(run_released):
    """Jupyter skips what follows a cell that raises; cells that need an unwritten answer only say
    so, and so does a cell that needs what such a cell would have made."""
    cells = run_released(allow_errors=False)
    texts = {name: "".join(output.get("text", "") for output in cell.outputs) for name, cell in cells.items()}
    assert texts["write_build"] == "build() is not written yet, and this cell needs it.\n"
    assert texts["train"] == "`model` is not there, because build() is not written yet.\n"
    assert "not written yet" in shown(cells["model"])


def test_a_picture_that_waits_for_an_answer_is_not_shown_half_drawn(run_released):
    """The cell says what it waits for, and no empty axes stand below that."""
    drawing = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title(relu(1))\nplt.show()"
    (output,) = run_released(train=drawing)["train"].outputs
    assert output.text == "relu() is not written yet, and this cell needs it.\n"
    shown = run_released(train=drawing, write_relu=RELU)["train"].outputs
    assert ["image/png" in output.data for output in shown] == [True]


@pytest.mark.parametrize("mistake", ["print(modle)", "keras.layers.Layer()(1)", "1 / 0"])
def test_any_other_exception_still_stops_a_notebook(run_released, mistake):
    """A typing error, or what a library does not do, is shown with its traceback as ever."""
    cells = run_released(write_relu=f"{RELU}\n\n\n{mistake}")
    assert [output for output in cells["write_relu"].outputs if output.output_type == "error"]


def test_a_cell_with_a_syntax_error_is_told(run_released):
    """An older function of the same name is not judged in its place."""
    older = f"import numpy as np\nimport keras\nfrom proctor import check\n{RELU}"
    cells = run_released(setup=older, write_relu="def relu(x)\n    return x")
    text = " ".join(shown(cells["relu"]).split())
    assert (
        "the cell of `relu` did not run, for it is not Python as it stands: SyntaxError in line 1, expected ':'" in text
    )
    cells = run_released(setup="relu = (\n", write_relu=f"import numpy as np\nfrom proctor import check\n{RELU}")
    assert "✓ relu keeps what is positive" in shown(cells["relu"])


def test_a_model_that_is_not_trained_yet_is_told(course, run_released):
    """A low number says that the training cell has not run, or what it waits for."""
    path = course.grader("double") / "test_public.py"
    asked = "    assert float(student.model.predict(np.array([[1.0]]))[0, 0]) == 2.0\n"
    path.write_text(path.read_text().rstrip() + "\n" + asked)
    build = f"{BUILD}\nmodel.compile('sgd', 'mse')"
    text = " ".join(shown(run_released(write_build=build, train="pass")["model"]).split())
    assert "found 0.0 (`model` is not trained yet: has its training cell run?)" in text
    unwritten = "def teach(model):\n    raise NotImplementedError()\n\n\nmodel = teach(model)"
    text = " ".join(shown(run_released(write_build=build, train=unwritten)["model"]).split())
    assert "found 0.0 (`model` is not trained yet, because teach() is not written yet)" in text
    fitted = "model.fit(np.ones((8, 1)), np.ones(8), verbose=0)"
    assert "not trained yet" not in shown(run_released(write_build=build, train=fitted)["model"])


def test_check_alone_sums_up_every_check(run_released):
    """A line for each check cell, what is open in it, the points so far, and how to hand in."""
    cells = run_released(write_relu=RELU, model="check()")
    said = shown(cells["model"])
    assert said.splitlines()[0].split() == ["all", "checks", "1", "of", "6", "points"]
    assert "✓ `relu`" in said
    assert "– `count`: count yields" in said
    assert "to get when you hand in" in said
    assert said.endswith("\n  To hand in: save, and in a terminal `proctor pack double.ipynb`")


def test_a_mistyped_check_is_told_which_there_are(run_released):
    """A name that is nearly that of a check cell brings it to mind, and any other brings all."""
    cells = run_released(relu="check('relo')", count="check('loss')")
    (nearly,) = cells["relu"].outputs
    assert (
        nearly.data["text/plain"] == "check('relo'): there is no check of that name here; did you mean check('relu')?"
    )
    (other,) = cells["count"].outputs
    assert other.data["text/plain"].endswith("there is no check of that name here; there are 'relu', 'count', 'model'.")


def test_check_elsewhere_says_what_is_missing(tmp_path, monkeypatch, capsys):
    """Without the public criteria beside the notebook, one sentence says what to do."""
    from proctor import check

    monkeypatch.chdir(tmp_path)
    assert "put it beside the notebook" in repr(check("relu"))
