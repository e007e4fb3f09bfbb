"""Which exercise the files of an attempt belong to, and which of them are put into its folder."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import PurePosixPath

from proctor.course.cells import grade_id, read_source
from proctor.course.course import Course
from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import is_zip, open_zip
from proctor.intake.listing import HandedFile, Listing
from proctor.intake.platforms import Attempt, is_work, parse_stamp
from proctor.intake.submission import FILE_BYTES, NOTEBOOK_BYTES, TIMESTAMP, parse_notebook

_COPY = re.compile(r"(?<!^)(?:-\d{1,6}| ?\(\d{1,6}\))\Z")
"""What Canvas (`-1`) or a browser (` (1)`) adds to a name when there is another of that name."""


@dataclass
class Parcel:
    """The files of one attempt that belong to one exercise.

    Args:
        exercise: its name.
        files: the name under which each is put → file.
        time: the second in which it was handed in; None if that is not known.
        order: a number that is larger for what was uploaded later; None if none is told.
        late: whether the source calls it late.
        notes: a sentence for each thing that the instructor may want to know.
    """

    exercise: str
    files: Listing
    time: datetime | None = None
    order: int | None = None
    late: bool = False
    notes: list[str] = field(default_factory=list)


class Exercises:
    """The exercises of a course, and how to tell that a notebook is of one.

    Args:
        course: the course.
        only: the exercise that everything is for; "" if that is to be found out.
    """

    def __init__(self, course: Course, only: str = ""):
        self.course = course
        self.only = only
        self._stems: dict[str, set[str]] = defaultdict(set)
        for name in course.names():
            self._stems[name].add(name)
        for name in course.plain_names():
            for path in (course.root / "source" / name).glob("*.ipynb"):
                self._stems[path.stem].add(name)

    @cached_property
    def _grade_ids(self) -> dict[str, list[set[str]]]:
        """Exercise → the grade ids of each of its notebooks."""
        return {
            name: [
                {grade_id(cell) for cell in read_source(path).cells} - {""}
                for path in sorted((self.course.root / "source" / name).glob("*.ipynb"))
            ]
            for name in self.course.every_name()
        }

    def own_name(self, path: str) -> str:
        """A file's name without folders, and as it was before it became one of several copies."""
        name = PurePosixPath(PurePosixPath(path).name)
        return name.name if name.stem in self._stems else _COPY.sub("", name.stem) + name.suffix

    def find(self, path: str, file: HandedFile) -> str:
        """The exercise of a notebook, by its name, its folder's or its cells; "" if none tells.

        A notebook is of the exercise of which it has more than half of the grade ids.
        """
        named = self._stems.get(PurePosixPath(self.own_name(path)).stem, set())
        if len(named) == 1:
            return next(iter(named))
        folders = [part for part in PurePosixPath(path).parts[:-1] if part in self.course.every_name()]
        if folders:
            return folders[-1]
        try:
            cells = parse_notebook(file.read(), path, []).cells
        except UnreadableSubmission:
            return ""
        found = {grade_id(cell) for cell in cells} - {""}
        fits = [
            name
            for name, notebooks in self._grade_ids.items()
            if any(len(known & found) > len(known) / 2 for known in notebooks)
        ]
        return fits[0] if len(fits) == 1 else ""

    def find_zipped(self, path: str, file: HandedFile) -> str:
        """The exercise of a zip file such as `proctor pack` makes; "" if it does not tell.

        Raises UnreadableSubmission if the zip file could not be read when it is graded.
        """
        name = PurePosixPath(path).name
        advice = "Ask for the zip file that this makes: proctor pack NOTEBOOK"
        unpacked = open_zip(file.read(), name, advice, _limit_of)
        notebooks = [inner for inner in unpacked if inner.endswith(".ipynb")]
        if not notebooks:
            raise UnreadableSubmission(f"there is no notebook in {name}. {advice}")
        found = {self.find(inner, HandedFile(partial(unpacked.__getitem__, inner))) for inner in notebooks} - {""}
        if len(found) > 1:
            raise UnreadableSubmission(f"{name} holds notebooks of {' and '.join(sorted(found))}: one each is needed")
        return next(iter(found), "")


def _limit_of(name: str) -> int:
    if name.endswith(".ipynb"):
        return NOTEBOOK_BYTES
    return FILE_BYTES if name.endswith(".keras") else 0


def make_parcels(attempt: Attempt, exercises: Exercises, trust_times: bool) -> list[Parcel]:
    """Sort an attempt's files by exercise.

    Args:
        attempt: what was handed in.
        exercises: the course's.
        trust_times: whether a `timestamp.txt` among the files is the instructor's.

    Raises UnreadableSubmission if there is nothing in it that could be graded.
    """
    notebooks, zips, unknown, refused = _find_exercises(attempt, exercises)
    if exercises.only:
        unknown_notebooks = [path for path in unknown if not is_zip(path)]
        if not notebooks.get(exercises.only) and unknown_notebooks:
            notebooks[exercises.only] = unknown_notebooks
        elif not notebooks.get(exercises.only) and not zips.get(exercises.only):
            zips[exercises.only] = unknown
    wanted = {name for found in (notebooks, zips) for name, paths in found.items() if paths}
    if exercises.only:
        wanted &= {exercises.only}
    if not wanted:
        raise UnreadableSubmission(_describe_nothing(attempt, exercises, {*notebooks, *zips}, unknown, refused))
    parcels = []
    used: set[str] = set()
    for name in sorted(wanted):
        if exercises.course.grader(name).is_dir():
            paths = _choose_files(attempt, exercises, name, notebooks.get(name) or zips[name], alone=len(wanted) == 1)
        elif notebooks.get(name):
            paths = _take_all(attempt, exercises, name, notebooks[name])
        else:
            raise UnreadableSubmission(f"{zips[name][0]}: {name} has no grader that opens zip files; unpack it")
        orders = [attempt.orders[path] for path in paths.values() if path in attempt.orders]
        files = {own: attempt.files[path] for own, path in paths.items()}
        time = (_read_stamp(attempt, next(iter(paths.values()))) if trust_times else None) or attempt.time
        time = time.replace(microsecond=0) if time else None
        parcels.append(Parcel(name, files, time, max(orders, default=None), attempt.late))
        used.update(paths.values())
    left = [path for path in attempt.files if is_work(path) and path not in used]
    notes = [*refused, *([f"left out: {name_some(left)}"] if left else [])]
    parcels[0].notes.extend(notes)
    return parcels


def name_some(names: Iterable[str]) -> str:
    """The first three of some names, and how many more there are."""
    listed = list(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def _find_exercises(
    attempt: Attempt, exercises: Exercises
) -> tuple[dict[str, list[str]], dict[str, list[str]], list[str], list[str]]:
    """Exercise → its notebooks, exercise → its zip files, files of no known exercise, and why zip
    files are refused.
    """
    notebooks: dict[str, list[str]] = defaultdict(list)
    zips: dict[str, list[str]] = defaultdict(list)
    unknown: list[str] = []
    refused: list[str] = []
    for path, file in attempt.files.items():
        if path.endswith(".ipynb"):
            name = exercises.find(path, file)
            (notebooks[name] if name else unknown).append(path)
        elif is_zip(path):
            try:
                name = exercises.find_zipped(path, file)
            except UnreadableSubmission as error:
                refused.append(str(error))
                continue
            (zips[name] if name else unknown).append(path)
    return notebooks, zips, unknown, refused


def _describe_nothing(
    attempt: Attempt, exercises: Exercises, known: set[str], unknown: list[str], refused: list[str]
) -> str:
    if refused:
        return "; ".join(refused)
    if known:
        return f"it has no notebook of {exercises.only}, but of {name_some(sorted(known))}"
    if unknown:
        return f"neither name nor cells tell which exercise {name_some(unknown)} is: name it with --exercise"
    return f"it has no notebook: it holds {name_some(attempt.files)}" if attempt.files else "it holds no files"


def _choose_files(attempt: Attempt, exercises: Exercises, name: str, main: list[str], alone: bool) -> dict[str, str]:
    """The files of an exercise with a grader: the name under which each is put → path.

    Args:
        attempt: which has them.
        exercises: the course's.
        name: the exercise's.
        main: its notebooks, or zip files if there are none.
        alone: whether all model files beside it can only be meant for this exercise.
    """
    chosen = _choose(attempt, main, f"{name}.ipynb", f"files of {name}")
    own = exercises.own_name(chosen)
    paths = {own if own == f"{name}.ipynb" else PurePosixPath(chosen).name: chosen}
    place = PurePosixPath(chosen).parent
    beside = [path for path in attempt.files if PurePosixPath(path).parent == place]
    models = exercises.course.assignment(name).artifacts.values()
    for file in models:
        if copies := [path for path in beside if exercises.own_name(path) == file]:
            paths[file] = _choose(attempt, copies, file, f"files {file}")
    for path in beside:
        shown = PurePosixPath(path).name
        if alone and path.endswith(".keras") and exercises.own_name(path) not in models:
            paths[shown] = path
    return paths


def _take_all(attempt: Attempt, exercises: Exercises, name: str, notebooks: list[str]) -> dict[str, str]:
    """All files beside the notebooks of a plain nbgrader assignment, and below."""
    places = {str(PurePosixPath(path).parent) for path in notebooks}
    if len(places) > 1:
        raise UnreadableSubmission(f"there are notebooks of {name} in several folders: {name_some(sorted(places))}")
    place = PurePosixPath(places.pop())
    copies: dict[str, list[str]] = defaultdict(list)
    for path in attempt.files:
        inside = PurePosixPath(path)
        if inside.is_relative_to(place) and inside.name != TIMESTAMP:
            copies[str(inside.relative_to(place).with_name(exercises.own_name(path)))].append(path)
    return {own: _choose(attempt, paths, own, f"files {own}") for own, paths in copies.items()}


def _choose(attempt: Attempt, paths: list[str], exact: str, what: str) -> str:
    """The one of several files that counts: uploaded last, or else of exactly the right name."""
    if len(paths) == 1:
        return paths[0]
    if all(path in attempt.orders for path in paths):
        return max(paths, key=lambda path: attempt.orders[path])
    named = [path for path in paths if PurePosixPath(path).name == exact]
    if len(named) != 1:
        raise UnreadableSubmission(f"there are several {what}: {name_some(paths)}; leave the one that counts")
    return named[0]


def _read_stamp(attempt: Attempt, beside: str) -> datetime | None:
    """The time in the `timestamp.txt` beside a file."""
    file = attempt.files.get(str(PurePosixPath(beside).with_name(TIMESTAMP)))
    return parse_stamp(file.read()) if file else None
