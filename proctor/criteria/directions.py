"""Arrows in many dimensions: what is near by its angle, and what may point either way."""

from __future__ import annotations

from typing import Any

import numpy as np

from proctor.criteria.arrays import as_array, assert_close, assert_shape


def cosines_with(table: np.ndarray, place: int) -> np.ndarray:
    """The cosines of the angles between one row of a table and all rows, in double precision.

    Args:
        table: array (n, d), in which no row is all zeros.
        place: of the one row.
    """
    exact = table.astype(float)
    cosines: np.ndarray = exact @ exact[place] / np.linalg.norm(exact, axis=1) / np.linalg.norm(exact[place])
    return cosines


def assert_close_but_signs(found: Any, expected: np.ndarray, what: str, **tolerances: float) -> None:
    """Assert that an array is the expected one, but that each column may have the other sign.

    So it is where columns belong to directions that an SVD or an eigenvalue problem finds.

    Args:
        found: from the submission.
        expected: array (n, columns).
        what: its name in the message.
        tolerances: `rtol` and `atol`, as for `assert_close`.
    """
    array = as_array(found, what)
    assert_shape(array, expected.shape, what)
    signs = np.where((array * expected).sum(axis=0) < 0, -1.0, 1.0)
    assert_close(array, signs * expected, what, **tolerances)
