"""The checks of an exercise judge its own notebook, whatever else lies in the folder."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
import textwrap

import nbformat
import psutil
import pytest
from conftest import FOR_EVER, RELU, edited, make_course

from proctor.author.release import release
from proctor.author.scaffold import scaffold
from proctor.course.course import Course

OTHER = "first_steps"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Two exercises' releases in one folder, one of them begun."""
    course = make_course(tmp_path_factory.mktemp("course"))
    scaffold(course, OTHER)
    folder = tmp_path_factory.mktemp("unpacked")
    for name in ("double", OTHER):
        shutil.copytree(release(Course(course.root), name), folder, dirs_exist_ok=True)
    notebook = nbformat.read(folder / "double.ipynb", as_version=4)
    nbformat.write(edited(notebook, "write_relu", RELU), folder / "double.ipynb")
    return folder


@pytest.fixture
def downloads(unpacked, tmp_path):
    """A copy of that folder, as a browser's folder of downloads."""
    return shutil.copytree(unpacked, tmp_path / "downloads")


def test_two_exercises_in_one_folder_are_judged_each_by_its_own_checks(downloads, proctor):
    """As in a browser's folder of downloads."""
    said = proctor("check", str(downloads / "double.ipynb"), code=1).stdout
    assert "✓ relu keeps what is positive" in said
    assert "1 of 6 points" in said
    said = proctor("check", str(downloads / f"{OTHER}.ipynb"), code=1).stdout
    assert "softmax" in said
    assert "relu" not in said


def test_a_renamed_notebook_is_known_by_its_cells(downloads, proctor):
    """Even the name of the other exercise misleads nobody."""
    renamed = downloads / f"{OTHER} (1).ipynb"
    (downloads / "double.ipynb").rename(renamed)
    assert "1 of 6 points" in proctor("check", str(renamed), code=1).stdout


def test_the_files_of_another_exercise_are_refused(downloads, proctor):
    """A notebook whose own files are missing says which are there, and is not judged by them."""
    (downloads / "test_double.py").unlink()
    said = " ".join(proctor("check", str(downloads / "double.ipynb"), code=1).stdout.split())
    assert f"test_{OTHER}.py in this folder is of another exercise than this notebook" in said
    assert "put the files of its own release beside it" in said
    assert "points" not in said


def test_a_check_of_the_same_name_makes_no_exercise_the_same(downloads, proctor):
    """The criteria of an exercise that has one check in common are not those of this notebook."""
    criteria = (downloads / "test_double.py").read_text()
    others = criteria.replace('criterion("count"', 'criterion("mean"').replace('criterion("model"', 'criterion("loss"')
    (downloads / "test_third.py").write_text(others)
    (downloads / "test_double.py").unlink()
    assert "of another exercise" in " ".join(proctor("check", str(downloads / "double.ipynb"), code=1).stdout.split())


def test_missing_files_are_named(downloads, proctor):
    """The sentence names the file that belongs beside the notebook."""
    for path in downloads.glob("test_*.py"):
        path.unlink()
    said = " ".join(proctor("check", str(downloads / "double.ipynb"), code=1).stdout.split())
    assert "test_double.py is not in this notebook's folder; put it beside the notebook." in said


@pytest.mark.parametrize("name", ["JPY_SESSION_NAME", "__vsc_ipynb_file__"])
def test_jupyter_and_vs_code_tell_which_notebook_runs(downloads, name):
    """In a kernel, the notebook is the one that the front end names; unnamed, one that asks for all
    checks in a folder of two exercises is told to have a folder of its own."""
    from nbclient import NotebookClient

    told = f"import os\nos.environ[{name!r}] = {name} = {str(downloads / 'double.ipynb')!r}"
    for setup, expected in [(told, "1 of 6 points"), ("", "put each exercise into a folder of its own")]:
        notebook = nbformat.read(downloads / "double.ipynb", as_version=4)
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in _cells(setup)]
        made = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(downloads)}}).execute()
        assert expected in " ".join(made.cells[-1].outputs[0].data["text/plain"].split())


def _cells(setup: str) -> list[str]:
    return [f"{setup}\nimport numpy as np\nfrom proctor import check\n{RELU}", "check()"]


def test_a_terminal_shows_which_cell_runs_and_what_the_run_overwrites(downloads):
    """A training may take minutes: the line is replaced cell by cell, the tables stay."""
    (downloads / "double.keras").touch()
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "proctor", "check", "double.ipynb"]
    with subprocess.Popen(command, cwd=downloads, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:  # the other end is closed
            pass
        finally:
            running.kill()
            os.close(ours)
    text = shown.decode()
    assert "double.keras is there already. If the run saves it anew, it is overwritten." in text
    assert "is running" in text
    assert "relu keeps what is positive" in text


@pytest.mark.parametrize("where", ["a cell", "a check"])
def test_ctrl_c_ends_the_run(downloads, where):
    """Who stops `proctor check` gets the terminal back: no further cell runs, and nothing is said
    of the one that was stopped."""
    notebook = nbformat.read(downloads / "double.ipynb", as_version=4)
    hangs = FOR_EVER if where == "a cell" else "def relu(x):\n" + textwrap.indent(FOR_EVER, "    ")
    nbformat.write(edited(notebook, "write_relu", hangs), downloads / "double.ipynb")
    command = [sys.executable, "-m", "proctor", "check", "double.ipynb"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=downloads, stdout=pipe, stderr=subprocess.STDOUT, text=True) as running:
        try:
            while psutil.Process(running.pid).name() != "in_training":
                assert running.poll() is None, running.communicate()[0]
            running.send_signal(signal.SIGINT)
            said = running.communicate(timeout=100)[0]
        finally:
            running.kill()
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert "cell" not in said
