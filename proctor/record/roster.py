"""The students of a course, as nbgrader's gradebook lists them, and who of them is meant."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from operator import attrgetter

from nbgrader.api import Student
from sqlalchemy import select
from sqlalchemy.orm import Session

from proctor.course.course import Course
from proctor.course.schedule import COLUMNS, Listed, why_unusable
from proctor.errors import ProctorError
from proctor.intake.platforms import Person
from proctor.record.gradebook import reading
from proctor.record.nameless import names_as_meant


class NotMatched(ProctorError):
    """Nobody, or more than one, of the roster is meant; the text says why."""


class Roster:
    """The students of a course.

    Grading adds whoever handed in something, with nothing but an identifier. So a gradebook in
    which no student has a name, an e-mail address or an LMS id is no roster (`is_known`).
    """

    def __init__(self, students: list[Listed]):
        self.is_known = any(one.first_name or one.last_name or one.email or one.lms_user_id for one in students)
        self._by_id: dict[str, set[str]] = defaultdict(set)
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for one in students:
            for found in filter(None, (one.id, one.lms_user_id, one.email.casefold())):
                self._by_id[found].add(one.id)
            for name in (one.first_name + one.last_name, one.last_name + one.first_name):
                if letters := _letters(name):
                    self._by_name[letters].add(one.id)

    def has(self, student: str) -> bool:
        """Whether a student has this identifier, e-mail address or LMS id."""
        return student in self._by_id

    def find(self, person: Person) -> tuple[str, bool]:
        """The identifier of the student who is meant.

        An identifier, an LMS id or an e-mail address decides. A name does so only where the roster
        knows none of these; case, accents, blanks and the order of first and last name do not
        matter in it.

        Returns it, and whether only the name says so. Raises NotMatched if nobody is meant, or more
        than one.
        """
        by_id: set[str] = set()
        for found in person.ids:
            by_id |= self._by_id.get(found, set()) | self._by_id.get(found.casefold() if "@" in found else found, set())
        by_name = self._by_name.get(_letters(person.name), set())
        if len(by_id) == 1 and by_name and not by_id & by_name:
            raise NotMatched(f"the id is that of {_list(by_id)}, but the name that of {_list(by_name)}")
        matched = by_id or by_name
        if len(matched) > 1:
            raise NotMatched(f"it may be {_list(matched)}: {'the ids fit' if by_id else 'the name fits'} each of them")
        if matched:
            return next(iter(matched)), not by_id
        if self.is_known:
            raise NotMatched("nobody in the gradebook has this id, e-mail address, LMS id or name")
        if not person.id:
            raise NotMatched("the source tells no id, or it can be read as two: name a roster in course.toml first")
        return person.id, False


def require_usable(student: str) -> None:
    """Raise NotMatched if an identifier cannot be a student's."""
    if reason := why_unusable(student):
        raise NotMatched(reason)


def read_roster(course: Course) -> Roster:
    """The students in a course's gradebook; nobody if there is none."""
    with reading(course) as session:
        if session is None:
            return Roster([])
        return Roster(read_students(session))


def read_students(session: Session) -> list[Listed]:
    """The students of a gradebook, sorted by their names."""
    students = []
    for who, first, last, *others in session.execute(select(*(getattr(Student, column) for column in COLUMNS))):
        texts = (*names_as_meant(who, first, last), *others)
        students.append(Listed(who, *((text or "").strip() for text in texts)))
    return sorted(students, key=attrgetter("last_name", "first_name", "id"))


def _letters(name: str) -> str:
    """The letters and digits of a name, without accents and case."""
    apart = unicodedata.normalize("NFKD", name)
    return "".join(one for one in apart if one.isalnum()).casefold()


def _list(students: set[str]) -> str:
    return " or ".join(sorted(students)[:4])
