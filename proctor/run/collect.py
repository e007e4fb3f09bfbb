"""Put hand-ins from outside into `submitted/<student>/<exercise>/`, each in one step."""

from __future__ import annotations

import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Container
from contextlib import ExitStack
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from proctor.course.course import Course
from proctor.course.private import write_private
from proctor.errors import CourseError, ProctorError, UnreadableSubmission
from proctor.intake.clones import clone_all
from proctor.intake.listing import is_zip_file, list_source
from proctor.intake.parcels import Exercises, Parcel, make_parcels
from proctor.intake.platforms import FOLDERS, Attempt, parse_stamp, read_attempts
from proctor.intake.submission import TIMESTAMP
from proctor.record.attempts import Attempts
from proctor.record.places import digest, put_back, read_place, replace_place
from proctor.record.roster import NotMatched, Roster, read_roster, require_usable
from proctor.run.lock import one_run

NEW, REPLACED, UNCHANGED, OLDER = "new", "replaced", "unchanged", "older"
NOT_MATCHED, REFUSED = "not matched", "refused"
STATUSES = (NEW, REPLACED, UNCHANGED, OLDER, NOT_MATCHED, REFUSED)
FORMAT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Row:
    """What became of a hand-in.

    Args:
        student: the identifier, or how the source writes it if nobody is matched.
        exercise: its name, or "".
        status: one of STATUSES.
        note: the reason, or what else is to be known.
        needs_attention: whether the instructor has to do something.
    """

    student: str
    exercise: str
    status: str
    note: str = ""
    needs_attention: bool = False


@dataclass(frozen=True)
class HandIn:
    """What one student handed in for one exercise at one time.

    Args:
        parcel: the files.
        owner: how the source writes the student.
        by_name: whether only the name says that it is this student.
    """

    parcel: Parcel
    owner: str
    by_name: bool


@dataclass(frozen=True)
class Collected:
    """What came of a source.

    Args:
        rows: a row for each hand-in, sorted.
        remarks: sentences on all of them.
    """

    rows: list[Row]
    remarks: list[str]


def collect(course: Course, source: Path, only: str = "", parts: Container[str] | None = None) -> Collected:
    """Put what a source holds into the course's `submitted/`.

    Args:
        course: the course.
        source: a folder, a zip file that a learning platform made, a course's folder in nbgrader's
            exchange, or a text file that lists Git repositories.
        only: the exercise that everything is for; "" if that is to be found out.
        parts: names in the folder `source`, of files and folders; what has none of these is passed
            over. None for all.

    Raises ProctorError if the source as a whole cannot be read, or is not safe; nothing is put
    anywhere then.
    """
    if only:
        course.assignment(only)
    if not source.exists():
        raise ProctorError(f"there is no {source}")
    with one_run(course.state), ExitStack() as stack:
        put_back(course)
        platform, attempts = _open(course, source, stack, parts)
        if not attempts:
            raise UnreadableSubmission(
                f"there is nothing to collect in {source.name}: its names are neither those of Canvas, Moodle, "
                "Gradescope or Blackboard, nor folders of students"
            )
        roster = read_roster(course)
        rows, found = _sort(attempts, roster, Exercises(course, only), platform)
        for (student, exercise), hand_ins in found.items():
            rows.append(_put_newest(course, student, exercise, hand_ins))
        put_back(course)
    remarks = []
    if found and not roster.is_known:
        remarks.append(
            "The gradebook has no roster (names, e-mail addresses or LMS ids), so students are called by the ids in "
            "the source. To have them matched, name a roster in course.toml"
        )
    if platform == "Blackboard":
        remarks.append(f"Blackboard's times are read as those of {_clock(course).key} (c.Exchange.timezone).")
    order = {status: place for place, status in enumerate(STATUSES)}
    return Collected(sorted(rows, key=lambda row: (order[row.status], row.student, row.exercise)), remarks)


def _clock(course: Course) -> ZoneInfo:
    """The time zone of times without one: that of nbgrader's exchange."""
    name = course.settings().Exchange.get("timezone", "UTC")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise CourseError(f"c.Exchange.timezone in nbgrader_config.py is no time zone: {name!r}") from error


def find_inbound(source: Path) -> Path:
    """Where hand-ins lie in a source: in `inbound/` of a course in nbgrader's exchange."""
    inbound = source / "inbound"
    return inbound if inbound.is_dir() and (source / "outbound").is_dir() else source


def _open(course: Course, source: Path, stack: ExitStack, parts: Container[str] | None) -> tuple[str, list[Attempt]]:
    """The platform of a source, and the attempts in it, which can be read until `stack` ends."""
    if source.is_dir() or is_zip_file(source):
        listing = stack.enter_context(list_source(find_inbound(source)))
        if parts is not None:
            listing = {path: file for path, file in listing.items() if path.split("/")[0] in parts}
        return read_attempts(listing, course.every_name(), _clock(course))
    clones = stack.enter_context(tempfile.TemporaryDirectory(prefix="proctor-clones-"))
    return "Git", clone_all(source, Path(clones))


def _sort(
    attempts: list[Attempt], roster: Roster, exercises: Exercises, platform: str
) -> tuple[list[Row], dict[tuple[str, str], list[HandIn]]]:
    """Rows for what cannot be put anywhere, and (student, exercise) → what was handed in for it."""
    rows: list[Row] = []
    found: dict[tuple[str, str], list[HandIn]] = defaultdict(list)
    everybody = {person.id for attempt in attempts for person in attempt.people}
    for attempt in attempts:
        parcels: list[Parcel] = []
        problem = attempt.refused
        account = attempt.account
        if account and (account in everybody or roster.has(account)) and account != attempt.people[0].id:
            problem = f"it is called a hand-in of this student, and the account of {account} made it"
        if not attempt.unmatched and not problem:
            try:
                parcels = make_parcels(attempt, exercises, trust_times=platform == FOLDERS.platform)
            except UnreadableSubmission as error:
                problem = str(error)
        for person in attempt.people:
            try:
                if attempt.unmatched:
                    raise NotMatched(attempt.unmatched)
                student, by_name = roster.find(person)
                require_usable(student)
            except NotMatched as error:
                rows.append(Row(person.shown, "", NOT_MATCHED, str(error), needs_attention=True))
                continue
            if problem:
                rows.append(Row(student, exercises.only, REFUSED, problem, needs_attention=True))
            for parcel in parcels:
                found[student, parcel.exercise].append(HandIn(parcel, person.shown, by_name))
    return rows, found


def _put_newest(course: Course, student: str, exercise: str, hand_ins: list[HandIn]) -> Row:
    """Put the newest of a student's hand-ins for an exercise in its place."""
    owners = sorted({hand_in.owner for hand_in in hand_ins})
    if len(owners) > 1 and any(hand_in.by_name for hand_in in hand_ins):
        reason = f"{' and '.join(owners[:3])} both fit this student: leave the one that is meant"
        return Row(student, exercise, NOT_MATCHED, reason, needs_attention=True)
    parcels = [hand_in.parcel for hand_in in hand_ins]
    try:
        parcel = _find_newest(parcels)
        status, note = _put(course, student, exercise, parcel)
    except (UnreadableSubmission, OSError) as error:
        return Row(student, exercise, REFUSED, str(error), needs_attention=True)
    notes = [note] if note else []
    if len(parcels) > 1:
        notes.append(f"the newest of {len(parcels)}")
    no_time = parcel.late and not (course.submitted(student, exercise) / TIMESTAMP).exists()
    if no_time:
        notes.append(f"late, but the source tells no time: it counts as in time until you write one into {TIMESTAMP}")
    return Row(student, exercise, status, "; ".join([*notes, *parcel.notes]), needs_attention=no_time)


def _find_newest(parcels: list[Parcel]) -> Parcel:
    """The hand-in with the latest time, or the largest order where no times are told.

    Raises UnreadableSubmission if that does not decide.
    """
    if len(parcels) == 1:
        return parcels[0]
    for key in (attrgetter("time"), attrgetter("order")):
        if None not in (keys := [key(parcel) for parcel in parcels]):
            newest = max(parcels, key=key)
            if keys.count(key(newest)) == 1:
                return newest
    raise UnreadableSubmission(
        f"there are {len(parcels)} hand-ins, and nothing tells which is the newest: leave the one that counts"
    )


def _put(course: Course, student: str, exercise: str, parcel: Parcel) -> tuple[str, str]:
    """Put a hand-in in its place, unless what is there is the same or newer.

    Returns its status and a note.

    Raises UnreadableSubmission if it cannot be read, or if nothing tells which is newer.
    """
    place = course.submitted(student, exercise)
    files = {name: file.read() for name, file in parcel.files.items()}
    if not os.path.lexists(place):
        _replace(course, place, files, parcel)
        return NEW, ""
    there = read_place(place)
    stamp = there.pop(TIMESTAMP, None)
    before = parse_stamp(stamp) if stamp is not None else None
    if before and parcel.time and parcel.time < before:
        return (UNCHANGED, "") if files == there else (OLDER, f"what is there is of {before.strftime(FORMAT)}")
    if files == there and (not parcel.time or parcel.time == before):
        return UNCHANGED, ""
    if Attempts(course, exercise, student).has(files | _stamp(parcel)):
        return UNCHANGED, "it was graded, and another attempt was worth more"
    if parcel.order is not None and parcel.order < _read_order(course, place, there):
        return OLDER, "what is there was uploaded later"
    if before and not parcel.time:
        raise UnreadableSubmission(
            f"it differs from what is there, which is of {before.strftime(FORMAT)}, and tells no time: "
            f"to have it, delete submitted/{student}/{exercise}/"
        )
    _replace(course, place, files, parcel)
    return REPLACED, "only its time is another" if files == there else ""


def _order_file(course: Course, place: Path) -> Path:
    """Where it is kept how late a hand-in was uploaded, in the platform's count."""
    return course.state / "collected" / place.parent.name / f"{place.name}.json"


def _read_order(course: Course, place: Path, there: dict[str, bytes]) -> int:
    """The order of the hand-in that is in its place; -1 if that is not known of these files."""
    try:
        kept = json.loads(_order_file(course, place).read_bytes())
        return int(kept["order"]) if kept["files"] == digest(there) else -1
    except (OSError, ValueError, KeyError, TypeError):
        return -1


def _replace(course: Course, place: Path, files: dict[str, bytes], parcel: Parcel) -> None:
    """Put a hand-in in its place, with its time, and note when it was uploaded."""
    replace_place(course, place, files | _stamp(parcel))
    if parcel.order is not None:
        kept = {"order": parcel.order, "files": digest(files)}
        write_private(course, _order_file(course, place), json.dumps(kept).encode())


def _stamp(parcel: Parcel) -> dict[str, bytes]:
    """The file that tells when a parcel was handed in; none if that is not known."""
    return {TIMESTAMP: parcel.time.strftime(f"{FORMAT}\n").encode()} if parcel.time else {}
