"""Everything that can go wrong in Proctor, one class each, told to the person who meets it."""


class ProctorError(Exception):
    """A fault that the user can read and mend; its text is the whole message."""


class CourseError(ProctorError):
    """The course folder, an `assignment.toml` or a grader is not as it must be."""


class UnknownAssignment(CourseError):
    """The course has no assignment of that name."""


class UnreadableSubmission(ProctorError):
    """The submission cannot be graded as it was handed in; it is kept and reported, never scored 0."""


class ReleaseError(ProctorError):
    """A release would leak, would not run, or could not be made."""


class NotGraded(ProctorError):
    """A fault of ours (or of the machine) kept a submission from being graded."""


class JailLost(NotGraded):
    """No jail could be had, or something else than its own limits killed it; grading again may help."""


class RefusedModel(ProctorError):
    """A handed-in model file does not pass the gate; the text says why and what to hand in instead."""


class WireError(ProctorError):
    """What came over the channel is not data in the agreed form, or is too large."""


class StudentError(Exception):
    """The student's code raised, or its process ended, while it was asked for something.

    Args:
        type: name of the exception's class, such as "KeyError".
        message: its text.
        where: the student's own line, such as "your StopAt.on_epoch_end, line 9", or "".

    `types` names the class and its bases.
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
        detail: rows of a table that shows where, the first row being its header; `marked` are the
            indices (into the rows after the header) of the offending ones.
        marked: see `detail`.
    """

    def __init__(
        self,
        expected: str,
        found: str,
        detail: list[list[str]] | None = None,
        marked: tuple[int, ...] = (),
    ):
        self.expected = expected
        self.found = found
        self.detail = detail
        self.marked = marked
        super().__init__(f"expected {expected}, found {found}")
