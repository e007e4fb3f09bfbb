"""What students see checked: small examples that can be followed with pencil and paper."""

import numpy as np

from proctor import assert_close, criterion


@criterion("softmax", points=1, hint="Exponentials are never negative; divide each by what they sum to.")
def test_odds_become_shares(student):
    """Scores whose exponentials are 1, 2 and 5 become the shares 1/8, 2/8 and 5/8."""
    found = student.softmax(np.log([1.0, 2.0, 5.0]))
    assert_close(found, np.array([0.125, 0.25, 0.625]), "probabilities")


@criterion("softmax", points=1, hint="Which axis do you sum over? `keepdims=True` keeps the shapes in line.")
def test_rows_are_on_their_own(student):
    """Each row of a batch becomes probabilities of its own."""
    found = student.softmax(np.log([[1.0, 1.0], [1.0, 3.0], [4.0, 1.0]]))
    assert_close(found, np.array([[0.5, 0.5], [0.25, 0.75], [0.8, 0.2]]), "probabilities")
