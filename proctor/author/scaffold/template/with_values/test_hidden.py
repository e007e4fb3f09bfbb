"""What is checked when the work is handed in, with the temperature of the folder's owner."""

import numpy as np

from proctor import assert_close, criterion


@criterion(
    "warm_softmax",
    points=1,
    needs="rows_are_on_their_own",
    hint="`softmax` is written already: what do you hand to it?",
)
def test_warm_rows(student, values):
    """Each row of a batch becomes probabilities of its own."""
    scores = np.random.default_rng(7).normal(scale=9, size=(4, 3))
    powers = np.exp(scores / values["temperature"])
    assert_close(student.warm_softmax(scores), powers / powers.sum(axis=-1, keepdims=True), "probabilities")
