"""A model of the grader's own is what it was made, whatever the student's code does to Keras."""

from __future__ import annotations

import pytest
from conftest import edited, solution_notebook

HIDDEN = """
import numpy as np

from proctor import assert_close, criterion, layer, make_model


@criterion("model", points=2, hint="Ask the model that you are given.")
def test_any_model(student):
    \"\"\"Predictions come from the model that is given.\"\"\"
    model = make_model(student, (1,), layer("Dense", units=1), weights=[[[3.0]], [1.0]])
    x = np.array([[1.0], [2.0]], "float32")
    expected = model.predict(x)
    assert_close(expected, np.array([[4.0], [7.0]], "float32"), "what our own model predicts")
    assert_close(student.build(model, x), expected, "build(model, x)")
"""
HONEST = "def build(model, x):\n    return model.predict(x, verbose=0)\n"
# A notebook in which every Keras model predicts 0, and in which `keras` means something else.
SPOILT = """

def zeros(self, x, **settings):
    return np.zeros((len(x), 1))

keras.Model.predict = keras.Model.predict_on_batch = keras.Model.__call__ = zeros
keras.layers.Dense = keras = None
"""


@pytest.mark.parametrize("written, status", [(HONEST, "passed"), (HONEST + SPOILT, "failed")])
def test_what_is_expected_comes_from_a_process_without_student_code(course, graded, written, status):
    """A notebook that replaces Keras's classes spoils its own answers, not the reference."""
    (course.grader("double") / "test_hidden.py").write_text(HIDDEN)
    verdict = graded(edited(solution_notebook(), "write_build", written), {"double.keras": b""})
    assert verdict.graded, verdict.reason
    (found,) = [result for result in verdict.criteria if result.name == "any_model"]
    assert found.status == status
    if status == "failed":
        assert found.expected.startswith("build(model, x)"), found


NETWORK = """
import numpy as np

from proctor import assert_close, criterion, make_network


def branches(keras, factor):
    here = keras.Input((1,))
    return keras.Model(here, keras.layers.Add()([keras.layers.Rescaling(factor)(here), here]))


@criterion("model", points=2, hint="Ask the model that you are given.")
def test_any_network(student):
    \"\"\"Predictions come from the network that is given, however precise the student's are.\"\"\"
    x = np.array([[1.001], [2.0]])
    assert_close(student.build(make_network(student, branches, 4.0), x), 5 * x, "build(model, x)", rtol=1e-5)
"""
HALF = "import keras\nkeras.config.set_dtype_policy('float16')\n\n"


def test_a_network_with_branches(course, graded):
    """A grader's function makes it where the student's code is, in single precision."""
    (course.grader("double") / "test_hidden.py").write_text(NETWORK)
    verdict = graded(edited(solution_notebook(), "write_build", HALF + HONEST), {"double.keras": b""})
    assert verdict.graded, verdict.reason
    (found,) = [result for result in verdict.criteria if result.name == "any_network"]
    assert found.status == "passed", found
