"""What `proctor pack` finds in a model file, beside what a run of the notebook has left."""

import os

import nbformat
import numpy as np
import pytest
from conftest import code, solution_notebook
from nbformat.v4 import new_notebook

from proctor.course.assignment import Assignment
from proctor.errors import NotPacked
from proctor.intake.submission import FILE_BYTES
from proctor.judge.fresh_run import FreshRun
from proctor.judge.packing import HandIn, Model, points_to_come, read_model, write_zip
from proctor.text import as_sentence

ASSIGNMENT = Assignment("double", "Double", artifacts={"model": "double.keras"})


@pytest.fixture
def hand_in(tmp_path) -> HandIn:
    """A notebook that is to be handed in."""
    path = tmp_path / "mine.ipynb"
    nbformat.write(solution_notebook(), path)
    return HandIn(path, ASSIGNMENT, path.read_bytes(), solution_notebook())


@pytest.fixture(scope="module")
def model(keras_file) -> bytes:
    """A model file with two weights, both 1."""
    import keras

    return keras_file(keras.layers.Dense(1, kernel_initializer="ones", bias_initializer="ones"))


def found(hand_in, data: bytes, **run) -> Model:
    hand_in.path.with_name("double.keras").write_bytes(data)
    return read_model(hand_in, "model", "double.keras", FreshRun(**run))


ONES = [np.ones((1, 1), "float32"), np.ones(1, "float32")]


def test_the_notebooks_model_is_known_by_its_weights(hand_in, model):
    """Equal weights in the same order, and no others, are the notebook's model."""
    assert found(hand_in, model, weights={"model": ONES}) == Model(model, "opens again, and is the notebook's `model`")
    other = found(hand_in, model, weights={"model": [ONES[0], 3 * ONES[1]]})
    assert "its weights differ, array 2 of 2 by up to 2" in other.doubt
    assert "its layers have other sizes" in found(hand_in, model, weights={"model": [np.ones((2, 1)), ONES[1]]}).doubt
    assert "is not known: it is 7" in found(hand_in, model, unknown={"model": "it is 7"}).doubt


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "The model file is empty"),
        (b"my model", "is a text file"),
        (b"PK\x03\x04 and no more", "cut off or damaged"),
        (bytes(FILE_BYTES + 1), "double.keras is larger than 64 MiB. Save it with model.save('double.keras')"),
    ],
)
def test_what_grading_would_not_open_is_refused(hand_in, data, said):
    """The gate is the one at grading, and so is what it says."""
    with pytest.raises(NotPacked, match=r"pack again|cannot be opened again") as caught:
        found(hand_in, data)
    assert said in str(caught.value)


def test_a_link_is_not_packed(hand_in, tmp_path, model):
    """A link would not be read when it is handed in."""
    (tmp_path / "elsewhere.keras").write_bytes(model)
    os.symlink(tmp_path / "elsewhere.keras", tmp_path / "double.keras")
    with pytest.raises(NotPacked, match="not a plain file"):
        read_model(hand_in, "model", "double.keras", FreshRun())


def test_a_zip_that_would_not_be_read_is_not_made(hand_in):
    """A notebook and a model that are within their limits may be too large together."""
    noise = np.random.default_rng(5).bytes(FILE_BYTES)
    with pytest.raises(NotPacked, match=r"double\.zip would be larger than 64 MiB"):
        write_zip(hand_in, {"double.keras": Model(noise, "")})
    assert [path.name for path in hand_in.path.parent.iterdir()] == ["mine.ipynb"]


def test_the_zip_depends_on_its_files_alone(hand_in, model):
    """Packing the same files again gives the same bytes, in one layout."""
    models = {"double.keras": Model(model, "")}
    write_zip(hand_in, models)
    first = hand_in.zip.read_bytes()
    os.utime(hand_in.path, (0, 0))
    write_zip(hand_in, models)
    assert hand_in.zip.read_bytes() == first


def test_each_point_is_accounted_for():
    """What public criteria do not give, hidden ones do, or a person who reads the answer."""
    essay = code("", "essay", points=2, solution=True)
    cells = [code("", "relu", points=2), essay, code("", "count", points=1), code("", "model", points=3)]
    run = FreshRun(points={"relu": 1, "count": 1}, earned={"relu": 0, "count": 1})
    by_hidden, by_hand = (groups for _, groups in points_to_come(new_notebook(cells=cells), run))
    assert (by_hidden, by_hand) == ({"relu": 1, "model": 3}, {"essay": 2})


def test_a_sentence_ends_once():
    """Reasons from everywhere become sentences, whatever they end with."""
    assert [as_sentence(text) for text in ("no", "no.", "no? ")] == ["no.", "no.", "no?"]
