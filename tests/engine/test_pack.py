"""`proctor pack` makes the one zip file that is handed in, and `proctor grade` takes it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from conftest import BUILD, COUNT, RELU, edited, run_proctor, statuses
from nbformat.v4 import new_code_cell

from proctor.author.release import release
from proctor.intake.handed_zip import make_zip
from proctor.record.kept import read_verdict

SOLVED = {"write_relu": RELU, "write_count": COUNT, "write_build": BUILD}


@pytest.fixture
def work(course):
    """Writes a student's notebook into a released folder; returns the folder."""

    def write(file: str = "double.ipynb", own: str = "", **answers: str):
        folder = release(course, "double")
        notebook = nbformat.read(folder / "double.ipynb", as_version=4)
        (folder / "double.ipynb").unlink()
        for grade_id, source in (SOLVED | answers).items():
            notebook = edited(notebook, grade_id, source)
        if own:
            notebook.cells.append(new_code_cell(own))
        nbformat.write(notebook, folder / file)
        return folder

    return write


def pack(folder, file: str = "double.ipynb", code: int = 0) -> str:
    """Pack a notebook as a student does; what is printed, its lines joined."""
    return " ".join(run_proctor(folder, "pack", file, code=code).stdout.split())


def contents(path) -> dict[str, bytes]:
    """What a zip file holds."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_zip(course, data: bytes, file: str = "double.zip", student: str = "ada"):
    """Hand in a zip file; returns the folder."""
    folder = course.submitted(student, "double")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(data)
    return folder


def test_what_is_packed_is_graded_like_loose_files(course, work, proctor):
    """A right notebook, packed and renamed by a learning platform, gets the same verdict."""
    folder = work()
    said = pack(folder)
    assert list(contents(folder / "double.zip")) == ["double.ipynb", "double.keras"]
    assert "the model: opens again, and is the notebook's `model`" in said
    assert "The checks give 3 of 3 points" in said
    assert "3 more are judged after you hand in, with other numbers and data: relu 1, model 2." in said
    assert "But:" not in said
    assert said.endswith("Hand in double.zip")
    put_zip(course, (folder / "double.zip").read_bytes(), "double-3.zip", "ada")
    loose = course.submitted("bob", "double")
    loose.mkdir(parents=True)
    for name, data in contents(folder / "double.zip").items():
        (loose / name).write_bytes(data)
    lines = [json.loads(line) for line in proctor("grade", "--json", "--jobs", "1").stdout.splitlines()]
    assert {line["student"]: line.get("earned") for line in lines[:-1]} == {"ada": 6, "bob": 6}
    ada, bob = (read_verdict(course, "double", student) for student in ("ada", "bob"))
    assert ada is not None
    assert bob is not None
    assert replace(ada, seconds={}) == replace(bob, student="ada", seconds={})
    assert "unchanged" in proctor("grade", "--explain").stdout
    put_zip(course, make_zip({"double.ipynb": b"{}"}), "double-3.zip", "ada")
    assert "submission changed: double-3.zip" in " ".join(proctor("grade", "--explain").stdout.split())


def test_a_notebook_of_another_name_is_packed_under_the_right_one(work):
    """The zip file and the notebook in it are called as the exercise, whatever the student's is."""
    folder = work("mine (1).ipynb")
    pack(folder, "mine (1).ipynb")
    assert contents(folder / "double.zip")["double.ipynb"] == (folder / "mine (1).ipynb").read_bytes()


def test_what_worked_only_in_the_kernel_is_told(work):
    """A name that a deleted cell had defined is not there in a fresh run, and that is said."""
    folder = work(write_relu="def relu(x):\n    return helper(x)", own="print(left_over)")
    said = pack(folder)
    assert "NameError" in said
    assert "But: not all checks are met (relu)." in said
    assert "But: cell '11' stopped with NameError: name 'left_over' is not defined." in said
    assert "The checks give 2 of 3 points." in said
    assert (folder / "double.zip").is_file()


def test_unfinished_work_without_a_model_is_not_packed(work):
    """The sentence says which file is missing, why, and what can be done instead."""
    folder = work(write_build="def build():\n    raise NotImplementedError()\n\n\nmodel = build()")
    (folder / "double.zip").write_bytes(b"of last week")
    said = pack(folder, code=1)
    assert "Not packed. double.keras is missing: the run has not saved it (cell 'write_build': build() is not" in said
    assert "can be handed in without it, as double.ipynb alone" in said
    assert "double.zip is from an earlier time: do not hand it in" in said
    assert (folder / "double.zip").read_bytes() == b"of last week"


@pytest.mark.parametrize(
    "own, said",
    [
        ("model.set_weights([np.array([[3.0]]), np.array([0.0])])", "its weights differ, array 1 of 2 by up to 1."),
        ("model = 7", "whether double.keras is the notebook's `model` is not known: `model` is no Keras model"),
    ],
)
def test_a_model_that_is_not_the_notebooks_is_told(work, own, said):
    """It is packed, since the file is what is graded, and the student hears of the difference."""
    folder = work(own=own)
    found = pack(folder)
    assert f"But: double.keras is not `model` as the notebook leaves it: {said}" in found or f"But: {said}" in found
    assert "opens again, and is the notebook's" not in found
    assert (folder / "double.zip").is_file()


def test_a_model_that_is_there_already_is_told_before_it_is_overwritten(work):
    """The model of an earlier run goes; the student hears of it first."""
    folder = work()
    (folder / "double.keras").write_bytes(b"of last week")
    said = pack(folder)
    assert said.index("double.keras is there already. If the run saves it anew, it is overwritten.") < said.index("✓")
    assert "is the notebook's `model`" in said


def test_a_model_that_grading_would_not_open_is_not_packed(work):
    """The same gate as at grading refuses it, with the same advice, while it can be mended."""
    own = "model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: 2 * x)])"
    folder = work(own=f'{own}\nmodel.save("double.keras")')
    said = pack(folder, code=1)
    assert "Not packed. double.keras cannot be opened again, and so not be graded. The model has a Lambda layer" in said
    assert not (folder / "double.zip").exists()


def test_a_model_with_layers_of_ones_own_is_opened_where_the_notebook_has_run(work):
    """As at grading: a layer that the notebook registers is known there alone."""
    own = (
        "class Twice(keras.layers.Layer):\n    def call(self, x):\n        return 2 * x\n\n\n"
        'model = keras.Sequential([keras.Input((1,)), Twice(), keras.layers.Dense(1)])\nmodel.save("double.keras")'
    )
    assert "the model: opens again, and is the notebook's `model`" in pack(work(own=own))


def test_a_notebook_that_ends_its_process_is_packed_with_a_warning(work):
    """What the run had saved until then is tried, and the rest is not known."""
    folder = work(own="import os\nos._exit(3)")
    said = pack(folder)
    assert "But: the notebook's process ended before its last cell (exit code 3)." in said
    assert list(contents(folder / "double.zip")) == ["double.ipynb", "double.keras"]


@pytest.mark.parametrize(
    "data, said",
    [
        (None, "There is no file"),
        (b'{"cells": [', "is not valid JSON"),
        (b"<!doctype html>", "is a web page, not a notebook"),
        (b" " * (30 * 2**20 + 1), "is larger than 30 MiB"),
    ],
)
def test_a_notebook_that_grading_could_not_read_is_not_packed(work, data, said):
    """One sentence says what is wrong, before anything runs."""
    folder = work()
    (folder / "double.ipynb").unlink()
    if data is not None:
        (folder / "double.ipynb").write_bytes(data)
    found = pack(folder, code=1)
    assert said in found
    assert not (folder / "double.zip").exists()


def test_a_notebook_without_its_files_is_not_packed(work):
    """Without what lies beside it, nobody knows what the exercise asks for."""
    folder = work()
    (folder / "double.toml").unlink()
    assert "put beside it all files that you were given with it" in pack(folder, code=1)
    (folder / "test_double.py").unlink()
    assert "test_double.py is not in this notebook's folder" in pack(folder, code=1)


def zipped(*members) -> bytes:
    """A zip file of (name, content) pairs, as another program may write it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return written.getvalue()


def as_file(notebook) -> bytes:
    return nbformat.writes(notebook).encode()


BAD = {
    "no zip": (lambda data: b"<html>", "not a whole zip file"),
    "cut short": (lambda data: make_zip({"double.ipynb": data})[:-40], "not a whole zip file"),
    "in a folder": (lambda data: zipped(("double/double.ipynb", data)), "which is in a folder"),
    "out of the folder": (lambda data: zipped(("../../bob/double/double.ipynb", data)), "which is in a folder"),
    "a zip in a zip": (lambda data: zipped(("double.zip", make_zip({"double.ipynb": data}))), "another zip file"),
    "no notebook": (lambda data: make_zip({"double.keras": data}), "there is no notebook in double-3.zip"),
    "damaged": (lambda data: make_zip({"double.ipynb": data}).replace(b"double.ipynb", b"double.ipynX", 1), "damaged"),
    "a bomb": (lambda data: zipped_well("double.keras", bytes(9 * 2**20)), "100 times as large"),
}


def zipped_well(name: str, content: bytes) -> bytes:
    """A zip file that is compressed without regard for how well."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize("make, said", BAD.values(), ids=BAD)
def test_a_bad_zip_is_not_graded_and_says_what_to_do(course, graded, solution, make, said):
    """It is no zero and no crash: the reason says what was found and what to ask for."""
    put_zip(course, make(as_file(solution)), "double-3.zip")
    verdict = graded(None)
    assert not verdict.graded
    assert said in verdict.reason
    assert verdict.reason.endswith("Ask for the zip file that this makes: proctor pack double.ipynb")


def test_a_notebook_of_another_name_in_a_zip_is_found(course, graded, solution):
    """A zip that was made by hand is read as if it were unpacked."""
    put_zip(course, zipped(("double (1).ipynb", as_file(solution)), ("notes.txt", b"mine")), "Archive.ZIP")
    verdict = graded(None)
    assert verdict.earned == 6
    assert "the notebook was handed in as 'double (1).ipynb', not 'double.ipynb'" in verdict.notes


def test_a_loose_notebook_counts_and_the_zip_beside_it_is_named(course, graded, solution):
    """Two hand-ins are never mixed; the note says which one counts."""
    put_zip(course, make_zip({"double.ipynb": b"{}", "double.keras": b"PK"}))
    verdict = graded(solution)
    assert verdict.earned == 6
    assert verdict.notes == ["double.zip was not opened: double.ipynb, which lies beside it, counts"]


def test_a_loose_model_counts_where_the_zip_has_none(course, graded, solution, keras_file):
    """A notebook in a zip and a model beside it are one hand-in; the zip counts before it."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer="ones")
    model = keras_file(layer)
    folder = put_zip(course, make_zip({"double.ipynb": as_file(solution)}))
    (folder / "double.keras").write_bytes(model)
    assert statuses(graded(None))["doubles"] == "failed"  # as that model does
    put_zip(course, make_zip({"double.ipynb": as_file(solution), "double.keras": model}))
    (folder / "double.keras").write_bytes(b"of last week")
    verdict = graded(None)
    assert statuses(verdict)["doubles"] == "failed"
    assert verdict.notes == ["double.keras beside double.zip was not read: the one in the zip file counts"]


def test_several_zips_are_a_question_not_a_guess(course, graded, solution):
    """When several could be meant, the instructor decides."""
    for file in ("double-1.zip", "double-2.zip"):
        put_zip(course, make_zip({"double.ipynb": as_file(solution)}), file)
    verdict = graded(None)
    assert not verdict.graded
    assert "several zip files: double-1.zip, double-2.zip. Leave the one that is meant" in verdict.reason


def test_a_zip_that_is_a_link_is_not_followed(course, graded, solution, tmp_path):
    """A symbolic link in a submission opens nothing."""
    (tmp_path / "elsewhere.zip").write_bytes(make_zip({"double.ipynb": as_file(solution)}))
    folder = course.submitted("ada", "double")
    folder.mkdir(parents=True)
    os.symlink(tmp_path / "elsewhere.zip", folder / "double.zip")
    assert "double.zip is not a plain file" in graded(None).reason


def test_a_time_in_the_zip_is_not_the_time_of_handing_in(course, graded, solution):
    """What says when it was handed in lies beside the zip, out of a student's reach."""
    folder = put_zip(course, zipped(("double.ipynb", as_file(solution)), ("timestamp.txt", b"2001-01-01 00:00:00 UTC")))
    assert graded(None).earned == 6
    assert [path.name for path in folder.iterdir()] == ["double.zip"]


COLLECT = r"""
c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>\w+)_attempt_[-\d]+_(?P<file_id>[^/]+)$"
c.FileNameCollectorPlugin.valid_ext = [".ipynb", ".keras", ".zip"]
c.ExtractorPlugin.zip_ext = []
"""


def test_nbgrader_collects_zips_and_names_those_that_it_does_not_grade(course, proctor, solution):
    """A zip from a learning platform is collected whole; `nbgrader autograde` opens none, and says
    which command does."""
    with open(course.root / "nbgrader_config.py", "a") as config:
        config.write(COLLECT)
    archive = course.root / "downloaded/double/archive"
    archive.mkdir(parents=True)
    (archive / "ada_attempt_2026-01-30-15-00-00_double.ipynb").write_bytes(as_file(solution))
    zipped = make_zip({"double.ipynb": as_file(solution)})
    (archive / "bob_attempt_2026-01-30-15-00-00_double-3.zip").write_bytes(zipped)
    proctor("release")
    run_nbgrader(course, "zip_collect", "double")
    assert (course.submitted("bob", "double") / "double-3.zip").read_bytes() == zipped
    said = run_nbgrader(course, "autograde", "double")
    assert (
        "nbgrader autograde does not open zip files, so that bob is not graded here; run: proctor grade double" in said
    )
    assert not course.autograded("bob", "double").exists()
    lines = [json.loads(line) for line in proctor("grade", "--json", "--jobs", "1").stdout.splitlines()]
    assert {line["student"]: line.get("earned") for line in lines[:-1]} == {"ada": 6, "bob": 6}


def run_nbgrader(course, *arguments: str) -> str:
    """Run `nbgrader ...` in the course; returns what it logs."""
    command = [str(Path(sys.executable).with_name("nbgrader")), *arguments]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=1200, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stderr
