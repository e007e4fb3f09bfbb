"""What students see checked, with the temperature that is their own."""

import numpy as np

from proctor import assert_close, criterion


@criterion(
    "warm_softmax",
    points=1,
    needs="rows_are_on_their_own",
    hint="Divide first; the largest score is not the same then.",
)
def test_your_temperature(student, values):
    """The scores are divided by your own temperature."""
    found = student.warm_softmax(values["temperature"] * np.log([1.0, 2.0, 5.0]))
    assert_close(found, np.array([0.125, 0.25, 0.625]), "probabilities")
