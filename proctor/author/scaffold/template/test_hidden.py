"""What is checked when the work is handed in: any shape, and numbers that overflow."""

import numpy as np
import pytest

from proctor import assert_close, criterion


def reference(scores):
    """Return the softmax of `scores` along the last axis, computed by way of logarithms."""
    return np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))


@criterion("softmax", points=1, hint="axis=-1 is the last axis, however many there are.")
@pytest.mark.parametrize("shape", [(7,), (1, 4), (3, 2, 5)])
def test_any_shape(student, shape):
    """The last axis becomes probabilities, whatever the shape of the scores."""
    scores = np.random.default_rng(len(shape)).normal(scale=3, size=shape)
    assert_close(student.softmax(scores), reference(scores), f"probabilities of scores of shape {shape}")


@criterion("softmax", points=1, hint="Adding a number to a whole row changes nothing. Which one keeps exp small?")
def test_large_scores(student):
    """Scores in the thousands become probabilities too."""
    scores = np.array([[1000.0, 1001.0, 999.0], [-2000.0, -2000.0, -3000.0]])
    assert_close(student.softmax(scores), reference(scores), "probabilities")
