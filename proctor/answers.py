"""What an `answers.py` is written with: variants (right answers) and mutants (wrong answers).

Each is the solution with some changes; `proctor verify` grades them.
"""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from proctor.course.cells import grade_id
from proctor.errors import CourseError

SOLUTION, UNTRAINED, RETRAINED = "the solution's model", "an untrained model", "no model"
"""What an attempt hands in beside its notebook."""


@dataclass
class Attempt:
    """A submission that an answer stands for.

    Args:
        notebook: the solution's, changed.
        hands_in: SOLUTION, UNTRAINED or RETRAINED: the model files that are handed in with it.
        files: file name → bytes that are handed in instead, None to leave the file out.
    """

    notebook: NotebookNode
    hands_in: str = SOLUTION
    files: dict[str, bytes | None] = field(default_factory=dict)

    def cell(self, name: str) -> NotebookNode:
        """The cell with the grade id `name`.

        Raises CourseError if there is none.
        """
        for cell in self.notebook.cells:
            if grade_id(cell) == name:
                return cell
        raise CourseError(f"there is no cell '{name}' to change")


Change = Callable[[Attempt], None]


@dataclass(frozen=True)
class Answer:
    """A variant or a mutant.

    Args:
        title: what it is, in a few words.
        changes: to the solution.
        fails: groups or criteria that must fail; empty for a variant.
        may_fail: criteria with a threshold that may fail, too; no others may.
        slips: the mutants that it is made of, if it is several at once (see `combine`).
    """

    title: str
    changes: tuple[Change, ...]
    fails: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()
    slips: tuple[Answer, ...] = ()

    def attempt(self, solution: NotebookNode) -> Attempt:
        """Apply the changes to a copy of the solution.

        Raises CourseError if a change no longer applies.
        """
        attempt = Attempt(copy.deepcopy(solution))
        try:
            for change in self.changes:
                change(attempt)
        except CourseError as error:
            raise CourseError(f"answers.py, {self.title!r}: {error}") from None
        return attempt


def variant(title: str, *changes: Change) -> Answer:
    """A right answer: the solution with `changes`; it must get full marks."""
    return Answer(title, changes)


def mutant(title: str, *changes: Change, fails: str | Sequence[str], may_fail: str | Sequence[str] = ()) -> Answer:
    """A wrong answer: the solution with `changes`; it must fail all that `fails` names.

    Args:
        title: what is wrong, in a few words.
        changes: to the solution.
        fails: names of groups or criteria, at least one.
        may_fail: names of criteria with a threshold that may fail, too, as whether a slip costs
            accuracy depends on the data. No other criterion may.
    """
    names = _as_names(fails)
    if not names:
        raise CourseError(f"answers.py, {title!r}: a mutant must name what it fails")
    return Answer(title, changes, names, _as_names(may_fail))


def _as_names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def combine(slips: Iterable[Sequence[Answer]]) -> list[Answer]:
    """Mutants that are several slips at once, so that few submissions try many.

    Each has one slip of every list that is long enough.

    Args:
        slips: lists of mutants; those of one list are alternatives, and those of different lists
            change different cells and fail different criteria.
    """
    rows = ([slip for slip in row if slip is not None] for row in zip_longest(*slips))
    return [
        Answer(
            "; ".join(slip.title for slip in row),
            tuple(change for slip in row for change in slip.changes),
            tuple(name for slip in row for name in slip.fails),
            tuple(name for slip in row for name in slip.may_fail),
            tuple(row),
        )
        for row in rows
    ]


def edit(name: str, old: str, new: str) -> Change:
    """Replace the text `old` by `new` in the cell with the grade id `name`.

    When it is applied, it raises CourseError unless `old` is there exactly once.
    """

    def change(attempt: Attempt) -> None:
        cell = attempt.cell(name)
        count = cell.source.count(old)
        if count != 1:
            raise CourseError(f"cell '{name}' must hold {old!r} exactly once, it is there {count} times")
        cell.source = cell.source.replace(old, new)

    return change


def replace(name: str, source: str) -> Change:
    """Give the cell with the grade id `name` the whole of `source`."""

    def change(attempt: Attempt) -> None:
        attempt.cell(name).source = source.strip("\n")

    return change


def append(name: str, source: str) -> Change:
    """Add the lines `source` at the end of the cell with the grade id `name`."""

    def change(attempt: Attempt) -> None:
        cell = attempt.cell(name)
        cell.source = cell.source.rstrip("\n") + "\n" + source.strip("\n")

    return change


def untrained() -> Change:
    """Hand in the model that the changed notebook builds, without training it."""
    return _handing_in(UNTRAINED)


def retrained() -> Change:
    """Hand in no model: the training cells run at grading."""
    return _handing_in(RETRAINED)


def hand_in(file: str, data: bytes | None) -> Change:
    """Hand in `data` as the file `file`; None leaves the file out."""

    def change(attempt: Attempt) -> None:
        attempt.files[file] = data

    return change


def _handing_in(what: str) -> Change:
    def change(attempt: Attempt) -> None:
        attempt.hands_in = what

    return change


@dataclass(frozen=True)
class Harmless:
    """Mutations that are right answers, given by their title or the arguments that they change."""

    change: str
    because: str
    arguments: tuple[str, ...] = ()

    def means(self, title: str, argument: str, operator: str) -> bool:
        """Whether a mutation with this title, argument and operator is meant."""
        if self.arguments:
            return argument in self.arguments and ("constant" in operator or "keyword" in operator)
        return self.change in title


def harmless(change: str, *, because: str) -> Harmless:
    """Declare mutations to be right answers.

    Args:
        change: a part of their titles, as `proctor mutate` prints them.
        because: the reason.
    """
    return Harmless(change, because)


def free(*arguments: str, because: str) -> Harmless:
    """The exercise leaves the values of these arguments open.

    Args:
        arguments: as `proctor mutate` names them: "batch_size" for a keyword, "Dense[0]" for the
            first argument of `Dense`.
        because: the sentence of the notebook that leaves them open, or why any value will do.
    """
    return Harmless(", ".join(arguments), because, arguments)


@dataclass(frozen=True)
class Answers:
    """What an `answers.py` declares.

    Args:
        variants: the right answers.
        mutants: the wrong ones.
        harmless: mutations that are right answers.
        hidden_because: name of a hidden criterion → why the mutants that it alone catches cannot be
            caught by a public one.
    """

    variants: list[Answer] = field(default_factory=list)
    mutants: list[Answer] = field(default_factory=list)
    harmless: list[Harmless] = field(default_factory=list)
    hidden_because: dict[str, str] = field(default_factory=dict)


def load_answers(path: Path) -> Answers:
    """What the file `path` declares, in its lists `variants`, `mutants` and, if it has them,
    `harmless_mutations` and the dictionary `hidden_because`; nothing if there is no such file.

    Raises CourseError if the file raises, or lacks one of the first two.
    """
    if not path.is_file():
        return Answers()
    module = _load(path)
    place = f"graders/{path.parent.name}/{path.name}"
    try:
        answers = Answers(
            list(module.variants),
            list(module.mutants),
            list(getattr(module, "harmless_mutations", [])),
            dict(getattr(module, "hidden_because", {})),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise CourseError(f"{place}: {type(error).__name__}: {error}") from error
    for answer in (*answers.variants, *answers.mutants):
        if not isinstance(answer, Answer):
            raise CourseError(f"{place}: {answer!r} is no variant(...) or mutant(...)")
    return answers


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"answers_of_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # it is an author's program; whatever it raises is told in one sentence
        raise CourseError(f"graders/{path.parent.name}/{path.name}: {type(error).__name__}: {error}") from error
    return module
