"""What several submissions of an exercise have in common and an instructor may want to look at: weights, code."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import nbformat
import numpy as np
from copydetect import CodeFingerprint, compare_files
from nbformat import NotebookNode

from proctor.answers import load_answers
from proctor.course.cells import grade_id, is_solution, read_source
from proctor.course.course import Course
from proctor.errors import UnreadableSubmission
from proctor.intake.submission import find_notebook
from proctor.record.kept import read_verdict
from proctor.verdict import Flag

CODE_CHARACTERS = 50_000  # of a submission's code that are compared
PIECE = 25  # characters of code, names shortened to one, that are compared at a time
FEWEST_PIECES = 100  # that two must share; about four lines
SHARE = 0.5  # of all the code of the one who wrote less
COMMON = 10  # submissions; a piece in more than these, and in more than a twentieth of all, is common knowledge
LINES = 6  # of the code that are shown
_MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
_SEED = re.compile(r"set_random_seed|set_seed|random\.seed")


@dataclass(frozen=True)
class Found:
    """A flag and the students that it is about."""

    exercise: str
    students: tuple[str, ...]
    flag: Flag


def flags(course: Course, name: str) -> list[Found]:
    """Every flag on the submissions of an exercise, those of single ones first.

    Raises ProctorError if the exercise itself is not in order.
    """
    verdicts = {student: read_verdict(course, name, student) for student in course.students(name)}
    found = [
        Found(name, (student,), flag) for student, verdict in verdicts.items() if verdict for flag in verdict.flags
    ]
    if name in course.plain_names():
        return found
    source = read_source(course.source(name))
    prints = _prints(course, name, source, list(verdicts))
    weights = {student: verdict.weights for student, verdict in verdicts.items() if verdict and student in prints}
    found += [Found(name, students, flag) for students, flag in same_weights(weights, prints, source)]
    known = _known(course, name, source)
    found += [Found(name, students, flag) for students, flag in similar_code(prints, known)]
    return found


def fingerprint(code: str) -> CodeFingerprint:
    """`code` in pieces, without comments and whatever its names are."""
    return CodeFingerprint("", PIECE, 1, language="python", fp=io.StringIO(code[:CODE_CHARACTERS]))


def _prints(course: Course, name: str, source: NotebookNode, students: list[str]) -> dict[str, CodeFingerprint]:
    """The code that each student wrote."""
    prints = {}
    for student in students:
        try:
            notebook = find_notebook(course.submitted(student, name), name, source, [])
        except UnreadableSubmission:
            continue
        prints[student] = fingerprint(own_code(notebook, source))
    return prints


def own_code(notebook: NotebookNode, source: NotebookNode) -> str:
    """The code in the cells that `source` leaves to the student, and in those that it does not know."""
    given = {grade_id(cell) for cell in source.cells if not is_solution(cell)} - {""}
    return _code(cell for cell in notebook.cells if grade_id(cell) not in given)


def _code(cells: Iterator[NotebookNode]) -> str:
    return "\n\n".join(_MARKERS.sub("", cell.source) for cell in cells if cell.cell_type == "code")


def _known(course: Course, name: str, source: NotebookNode) -> set[int]:
    """The pieces of what everybody is given, and of the right answers that the author knows."""
    variants, _ = load_answers(course.grader(name) / "answers.py")
    notebooks = [source, *(variant.attempt(source).notebook for variant in variants)]
    released = course.release(name) / f"{name}.ipynb"
    if released.is_file():
        notebooks.append(nbformat.read(released, as_version=4))
    # As a whole and as `own_code` has it, where other cells are neighbours.
    texts = [text for notebook in notebooks for text in (_code(iter(notebook.cells)), own_code(notebook, source))]
    return set().union(*(fingerprint(text).hashes for text in texts))


def same_weights(
    weights: dict[str, dict[str, str]], prints: dict[str, CodeFingerprint], source: NotebookNode
) -> Iterator[tuple[tuple[str, ...], Flag]]:
    """The groups of students that handed in a model with the same weights.

    Args:
        weights: student → artifact → digest.
        prints: student → code.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for student, digests in weights.items():
        for artifact, digest in digests.items():
            if digest:
                groups.setdefault((artifact, digest), []).append(student)
    seeded = any(_SEED.search(cell.source) for cell in source.cells if cell.cell_type == "code")
    for (artifact, _), students in groups.items():
        if len(students) > 1:
            evidence = _about_code([prints[student] for student in students], seeded)
            yield tuple(students), Flag("weights", f"`{artifact}` has the very same weights in each", (evidence,))


def _about_code(prints: list[CodeFingerprint], seeded: bool) -> str:
    if len({code.filtered_code for code in prints}) > 1:
        return "their code differs, so no seed can explain it"
    if seeded or any(_SEED.search(code.raw_code) for code in prints):
        return "their code is the same, and a random seed is set: the same training on the same data explains it"
    return "their code is the same, but no random seed is set: trained apart, they would differ"


def similar_code(prints: dict[str, CodeFingerprint], known: set[int]) -> Iterator[tuple[tuple[str, ...], Flag]]:
    """The pairs of students who have at least half of their code in common, common knowledge not counted.

    Args:
        prints: student → code.
        known: pieces that do not count.
    """
    students = list(prints)
    own = _own_pieces([prints[student].hashes for student in students], known)
    sizes = np.array([len(prints[student].hashes) for student in students], "int64")
    shared = _shared(own)
    least = np.minimum(sizes[:, None], sizes[None, :])
    alike = np.triu((shared >= FEWEST_PIECES) & (shared >= SHARE * least), 1)
    for one, other in zip(*np.nonzero(alike), strict=True):
        pair = students[one], students[other]
        share = shared[one, other] / least[one, other]
        sentence = f"{share:.0%} of the code is the same, names aside, and in hardly any other submission"
        lines = _shared_lines(prints[pair[0]], prints[pair[1]], own[one] & own[other])
        yield pair, Flag("code", sentence, tuple(lines))


def _own_pieces(prints: list[set[int]], known: set[int]) -> list[set[int]]:
    """Each submission's pieces that are neither given nor common."""
    counts = Counter(chain.from_iterable(prints))
    most = max(COMMON, len(prints) // 20)
    common = {piece for piece, count in counts.items() if count > most}
    return [pieces - known - common for pieces in prints]


def _shared(own: list[set[int]]) -> np.ndarray:
    """How many pieces each two have in common, (n, n)."""
    holders: dict[int, list[int]] = {}
    for number, pieces in enumerate(own):
        for piece in pieces:
            holders.setdefault(piece, []).append(number)
    shared = np.zeros((len(own), len(own)), "int32")
    for numbers in holders.values():
        if len(numbers) > 1:
            shared[np.ix_(numbers, numbers)] += 1
    return shared


def _shared_lines(one: CodeFingerprint, other: CodeFingerprint, pieces: set[int]) -> list[str]:
    """The first lines of the longest stretch of `one` that is in `other`."""
    one.hashes = other.hashes = pieces  # compare_files would show what is common knowledge, too
    _, _, (stretches, _) = compare_files(one, other)
    start, end = stretches[:, np.argmax(stretches[1] - stretches[0])].astype(int)
    lines = [line for line in one.raw_code[start:end].splitlines() if line.strip()]
    return [*lines[:LINES], f"… and {len(lines) - LINES} more lines"] if len(lines) > LINES else lines
