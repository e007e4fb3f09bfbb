"""Flags across a class: models with the same weights, and similar code.

Code is compared by copydetect: by hashes of all its overlapping pieces of `PIECE` characters, the
fingerprints of Schleimer, Wilkerson and Aiken (SIGMOD 2003) with none left out.
"""

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
from proctor.errors import ProctorError, UnreadableSubmission
from proctor.intake.submission import find_notebook, open_hand_in
from proctor.record.kept import read_verdict
from proctor.run.pool import default_jobs, each, examiners
from proctor.verdict import Flag

CODE_CHARACTERS = 50_000  # of a submission's code that are compared
PIECE = 25  # characters of code, each name shortened to one letter, that are hashed together
FEWEST_PIECES = 100  # that two submissions must share to be flagged; about four lines
SHARE = 0.5  # of all the pieces of the one who wrote less, that both must share
COMMON = 10  # a piece in more submissions than this, and than a twentieth of all, does not count
SECONDS = 3600.0  # for the flags of an exercise; those of 2,000 submissions take some
LINES = 6  # how many lines of the shared code are shown
BETWEEN = "\n\n"  # between the code of two cells, when all of it is compared
_MARKERS = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
_SEED = re.compile(r"set_random_seed|set_seed|random\.seed")


@dataclass(frozen=True)
class Flagged:
    """A flag, and the students whose submissions it is about.

    Args:
        pieces: of a flag on two students, hashes of the code that both have (see `fingerprint`).
    """

    exercise: str
    students: tuple[str, ...]
    flag: Flag
    pieces: frozenset[int] = frozenset()


def flags(course: Course, name: str) -> list[Flagged]:
    """Return every flag on the submissions of an exercise, those on single submissions first.

    Raises ProctorError if the exercise itself is not in order.
    """
    verdicts = {student: read_verdict(course, name, student) for student in course.students(name)}
    found = [
        Flagged(name, (student,), flag) for student, verdict in verdicts.items() if verdict for flag in verdict.flags
    ]
    if name in course.plain_names():
        return found
    source = read_source(course.source(name))
    prints = _fingerprint_students(course, name, source, list(verdicts))
    weights = {student: verdict.weights for student, verdict in verdicts.items() if verdict and student in prints}
    for students, flag in same_weights(weights, prints, source):
        common = set.intersection(*(prints[student].hashes for student in students))
        found.append(Flagged(name, students, flag, frozenset(common if len(students) == 2 else ())))
    known = _find_known_pieces(course, name, source)
    found += [Flagged(name, pair, flag, pieces) for pair, flag, pieces in similar_code(prints, known)]
    return found


def find_flags(course: Course, names: list[str]) -> Iterator[tuple[str, list[Flagged]]]:
    """Yield the name and the flags of each exercise as they are found, side by side.

    Raises ProctorError if an exercise is not in order, or if its flags cannot be found.
    """
    for name in names:
        course.assignment(name)
    if len(names) <= 1:  # which needs no other process
        yield from ((name, flags(course, name)) for name in names)
        return
    tasks = [(course, name) for name in names]
    workers = examiners(min(default_jobs(), len(tasks)), lambda _: SECONDS)
    for (_, name), found in each(_search, tasks, workers, lambda _, reason: reason):
        if isinstance(found, str):
            raise ProctorError(f"the flags of {name} cannot be found: {found}")
        yield name, found


def _search(task: tuple[Course, str]) -> list[Flagged] | str:
    """The flags of an exercise, or why they cannot be found."""
    try:
        return flags(*task)
    except ProctorError as error:
        return str(error)


def fingerprint(code: str) -> CodeFingerprint:
    """Return the hashes of `code`, whose comments and names do not matter."""
    return CodeFingerprint("", PIECE, 1, language="python", fp=io.StringIO(code[:CODE_CHARACTERS]))


def _fingerprint_students(
    course: Course, name: str, source: NotebookNode, students: list[str]
) -> dict[str, CodeFingerprint]:
    """Return student → fingerprint of the student's own code; an unreadable hand-in has none."""
    prints = {}
    for student in students:
        if (notebook := read_handed_in(course, name, source, student)) is not None:
            prints[student] = fingerprint(own_code(notebook, source))
    return prints


def read_handed_in(course: Course, name: str, source: NotebookNode, student: str) -> NotebookNode | None:
    """Return the notebook that a student handed in; None if it cannot be read."""
    try:
        handed_in = open_hand_in(course.submitted(student, name), course.assignment(name), [])
        return find_notebook(handed_in, name, source, [])
    except UnreadableSubmission:
        return None


def own_code(notebook: NotebookNode, source: NotebookNode) -> str:
    """Return the code in the solution cells of `source`, and in cells that the student added."""
    return _join_code(iter(own_cells(notebook, source)))


def own_cells(notebook: NotebookNode, source: NotebookNode) -> list[NotebookNode]:
    """Return the cells that `own_code` is made of, and text cells."""
    given = {grade_id(cell) for cell in source.cells if not is_solution(cell)} - {""}
    return [cell for cell in notebook.cells if grade_id(cell) not in given]


def _join_code(cells: Iterator[NotebookNode]) -> str:
    return BETWEEN.join(without_markers(cell.source) for cell in cells if cell.cell_type == "code")


def without_markers(code: str) -> str:
    """Return code without the lines that mark where a solution begins and ends."""
    return _MARKERS.sub("", code)


def _find_known_pieces(course: Course, name: str, source: NotebookNode) -> set[int]:
    """Return the pieces of what everybody is given, and of the author's solution and variants."""
    variants = load_answers(course.grader(name) / "answers.py").variants
    notebooks = [source, *(variant.attempt(source).notebook for variant in variants)]
    released = course.release(name) / f"{name}.ipynb"
    if released.is_file():
        notebooks.append(nbformat.read(released, as_version=4))
    # A piece may span two cells, and `own_code` leaves cells out, so other cells become neighbours:
    # both forms of each notebook count.
    texts = [text for notebook in notebooks for text in (_join_code(iter(notebook.cells)), own_code(notebook, source))]
    return set().union(*(fingerprint(text).hashes for text in texts))


def same_weights(
    weights: dict[str, dict[str, str]], prints: dict[str, CodeFingerprint], source: NotebookNode
) -> Iterator[tuple[tuple[str, ...], Flag]]:
    """Yield the groups of students who handed in models with the same weights, each with its flag.

    Args:
        weights: student → artifact → digest of the weights; "" if they cannot be compared.
        prints: student → fingerprint of the code.
        source: the instructor's notebook; says whether a random seed is given.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for student, digests in weights.items():
        for artifact, digest in digests.items():
            if digest:
                groups.setdefault((artifact, digest), []).append(student)
    seeded = any(_SEED.search(cell.source) for cell in source.cells if cell.cell_type == "code")
    for (artifact, _), students in groups.items():
        if len(students) > 1:
            evidence = _compare_code([prints[student] for student in students], seeded)
            yield tuple(students), Flag("weights", f"`{artifact}` has the very same weights in each", (evidence,))


def _compare_code(prints: list[CodeFingerprint], seeded: bool) -> str:
    if len({code.filtered_code for code in prints}) > 1:
        return "their code differs, so no seed can explain it"
    if seeded or any(_SEED.search(code.raw_code) for code in prints):
        return "their code is the same, and a random seed is set: the same training on the same data explains it"
    return "their code is the same, but no random seed is set: trained apart, they would differ"


def similar_code(
    prints: dict[str, CodeFingerprint], known: set[int]
) -> Iterator[tuple[tuple[str, str], Flag, frozenset[int]]]:
    """Yield the pairs of students who share at least half of their code, with flag and pieces.

    Args:
        prints: student → fingerprint of the code.
        known: pieces that do not count, since everybody has them from the author.
    """
    students = list(prints)
    own = _find_own_pieces([prints[student].hashes for student in students], known)
    sizes = np.array([len(prints[student].hashes) for student in students], "int64")
    shared = _count_shared(own)
    least = np.minimum(sizes[:, None], sizes[None, :])
    alike = np.triu((shared >= FEWEST_PIECES) & (shared >= SHARE * least), 1)
    for one, other in zip(*np.nonzero(alike), strict=True):
        pair = students[one], students[other]
        share = shared[one, other] / least[one, other]
        sentence = f"{share:.0%} of the code is the same, names aside, and in hardly any other submission"
        pieces = frozenset(own[one] & own[other])
        lines = _find_shared_lines(prints[pair[0]], prints[pair[1]], pieces)
        yield pair, Flag("code", sentence, tuple(lines)), pieces


def _find_own_pieces(prints: list[set[int]], known: set[int]) -> list[set[int]]:
    """Return, for each submission, its pieces that are neither known nor common in the class."""
    counts = Counter(chain.from_iterable(prints))
    most = max(COMMON, len(prints) // 20)
    common = {piece for piece, count in counts.items() if count > most}
    return [pieces - known - common for pieces in prints]


def _count_shared(own: list[set[int]]) -> np.ndarray:
    """Return how many pieces each two submissions share, int32 (n, n)."""
    holders: dict[int, list[int]] = {}
    for number, pieces in enumerate(own):
        for piece in pieces:
            holders.setdefault(piece, []).append(number)
    shared = np.zeros((len(own), len(own)), "int32")
    for numbers in holders.values():
        if len(numbers) > 1:
            shared[np.ix_(numbers, numbers)] += 1
    return shared


def _find_shared_lines(one: CodeFingerprint, other: CodeFingerprint, pieces: frozenset[int]) -> list[str]:
    """Return the first lines of the longest stretch of `one` that is in `other`.

    Args:
        pieces: the hashes that count.
    """
    start, end = max(find_stretches(one, other, pieces)[0], key=lambda stretch: stretch[1] - stretch[0])
    lines = [line for line in one.raw_code[start:end].splitlines() if line.strip()]
    return [*lines[:LINES], f"… and {len(lines) - LINES} more lines"] if len(lines) > LINES else lines


def find_stretches(
    one: CodeFingerprint, other: CodeFingerprint, pieces: frozenset[int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where in the code of each the stretches begin and end that both have.

    Args:
        pieces: the hashes that count; those of both fingerprints are replaced by them.
    """
    one.hashes = other.hashes = set(pieces)  # compare_files would also find pieces that do not count
    _, _, (ours, theirs) = compare_files(one, other)
    return _to_pairs(ours), _to_pairs(theirs)


def _to_pairs(stretches: np.ndarray) -> list[tuple[int, int]]:
    return [(int(start), int(end)) for start, end in stretches.T] if stretches.size else []
