"""In a proof, the model of a file is loaded once and asked the same thing once."""

from __future__ import annotations

import numpy as np
import pytest

from proctor.errors import StudentError
from proctor.judge.file_models import FileModels
from proctor.models.view import ModelView

DESCRIPTION = {"name": "doubles", "class_name": "Sequential", "keras_version": "3", "parameters": 1}
DESCRIPTION |= {
    "trainable_parameters": 1,
    "input_shape": None,
    "output_shape": None,
    "layers": [],
    "compiled": None,
    "steps": None,
}


class Loader:
    """Loads a model that doubles its input, and counts what it is asked."""

    def __init__(self):
        self.loaded, self.asked = 0, []

    def __call__(self):
        self.loaded += 1
        return ModelView(lambda: DESCRIPTION, self.predict, lambda: [np.array([2.0])])

    def predict(self, inputs, batch_size):
        self.asked.append(batch_size)
        return np.asarray(inputs) * 2


def test_a_file_is_loaded_once_and_asked_the_same_once():
    """Answers with the same file get predictions, description and weights from one load."""
    models, load, x = FileModels(), Loader(), np.arange(6.0).reshape(3, 2)
    for _ in range(3):
        model = models.view(b"file", load)
        np.testing.assert_array_equal(model._predict(x, 2), 2 * x)
        assert model.name == "doubles"
        np.testing.assert_array_equal(model.weights[0], [2.0])
    assert (load.loaded, load.asked) == (1, [2])


@pytest.mark.parametrize("other", [np.arange(6.0).reshape(2, 3), np.arange(6).reshape(3, 2), np.ones((3, 2))])
def test_other_inputs_are_asked_anew(other):
    """An array of another shape, type or content, and another file, is a new question."""
    models, load, x = FileModels(), Loader(), np.arange(6.0).reshape(3, 2)
    models.view(b"file", load)._predict(x, 2)
    np.testing.assert_array_equal(models.view(b"file", load)._predict(other, 2), 2 * other)
    models.view(b"another file", load)._predict(x, 2)
    assert load.asked == [2, 2, 2]


def test_what_a_criterion_writes_into_an_answer_is_its_own():
    """The next answer's predictions are those of the model, whatever was done to these."""
    models, load, x = FileModels(), Loader(), np.ones((3, 2))
    models.view(b"file", load)._predict(x, 2)[:] = 7
    np.testing.assert_array_equal(models.view(b"file", load)._predict(x, 2), 2 * x)


def test_a_file_that_is_refused_is_refused_again():
    """The reason why a file cannot be loaded is raised each time."""

    def refuse():
        raise StudentError("Missing", "not a model")

    models = FileModels()
    for _ in range(2):
        with pytest.raises(StudentError, match="not a model"):
            models.view(b"file", refuse)
