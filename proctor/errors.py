"""The exceptions of Proctor: one class for each thing that can go wrong."""


class ProctorError(Exception):
    """A fault that the user can mend; its text is the whole message to the user."""


class CourseError(ProctorError):
    """The course folder, an `assignment.toml` or a grader is not as it must be."""


class UnknownAssignment(CourseError):
    """The course has no assignment of that name."""


class UnreadableSubmission(ProctorError):
    """A submission cannot be read; it is reported as not graded, never scored 0."""


class NotPacked(ProctorError):
    """There is nothing to hand in as it stands; the text says what to do."""


class ReleaseError(ProctorError):
    """A release would show parts of the solution, would not run, or could not be made."""


class NotGraded(ProctorError):
    """A fault of ours (or of the machine) kept a submission from being graded."""


class JailLost(NotGraded):
    """No jail could be started, or one was killed from outside; grading again may help."""


class RefusedModel(ProctorError):
    """A model file was refused; the text says why and what to hand in instead."""


class WireError(ProctorError):
    """A message from a student's process is malformed or too large (see `channel.wire`)."""


class StudentError(Exception):
    """The student's code raised, or its process ended, during a request.

    Args:
        type: name of the exception's class, such as "KeyError"; or "Timeout", "ProcessEnded" or
            "Missing" (there is no such name or file).
        message: its text.
        where: the student's own line, such as "your StopAt.on_epoch_end, line 9", or "".

    `types` holds the names of the class and its bases.
    """

    def __init__(self, type: str, message: str, where: str = ""):
        self.types: tuple[str, ...] = (type,)
        self.type = type
        self.message = message
        self.where = where
        super().__init__(f"{type}: {message}" + (f"  ({where})" if where else ""))


class CriterionFailed(AssertionError):
    """A criterion is not met.

    Args:
        expected: what was expected, one sentence or value.
        found: what was found instead.
        detail: rows of a table that shows where they differ; the first row is its header.
        marked: indices of the rows that differ, counted without the header.
        tell: a sentence that the student is shown even if the criterion is hidden, which withholds
            all of the others; it must not hold what is to be kept secret.
        hint: shown in place of the criterion's own, where that would not fit this failure.
    """

    def __init__(
        self,
        expected: str,
        found: str,
        detail: list[list[str]] | None = None,
        marked: tuple[int, ...] = (),
        tell: str = "",
        hint: str = "",
    ):
        self.expected = expected
        self.found = found
        self.detail = detail
        self.marked = marked
        self.tell = tell
        self.hint = hint
        super().__init__(f"expected {expected}, found {found}")
