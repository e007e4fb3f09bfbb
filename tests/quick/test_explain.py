"""What a failure is told as: a stub is not written yet, and an error of a library is its own."""

import pytest

from proctor.errors import StudentError
from proctor.judge.explain import explain_failure


@pytest.mark.parametrize(
    "message, found",
    [
        ("", "it is not written yet  (your f, line 2)"),
        ("Cannot convert a tensor", "NotImplementedError: Cannot convert a tensor  (your f, line 2)"),
    ],
)
def test_a_stub_is_told_from_an_error_of_a_library(message, found):
    """A stub says nothing; TensorFlow raises the same exception, with a sentence."""
    with pytest.raises(StudentError) as caught:
        raise StudentError("NotImplementedError", message, "your f, line 2")
    explanation = explain_failure(caught, None, in_test=True)
    assert explanation is not None
    assert explanation.found == found
