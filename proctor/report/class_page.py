"""The class page: one HTML file that tells an instructor what a class has understood.

Everything is in the file, and nothing is fetched: its content security policy forbids it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from proctor.course.course import Course
from proctor.course.private import write_anywhere
from proctor.course.schedule import read_schedule
from proctor.errors import ProctorError
from proctor.feedback.table import number
from proctor.record.kept import read_reason
from proctor.report.beside import set_beside
from proctor.report.class_data import Exercise, hardest_first, read_class, read_names, reason_of
from proctor.report.flags import Flagged
from proctor.report.sheet import read_totals
from proctor.report.totals import Total
from proctor.text import one_line

HERE = Path(__file__).parent
STYLE = HERE.parent / "feedback" / "templates" / "feedback_page" / "style.css"
SLOWEST = 10
"""How many of the submissions that took longest to grade are listed."""
PAIRS = 40
"""How many pairs of students have their cells set beside each other."""
_MARKS = {"passed": "p", "partial": "h", "failed": "f", "waiting": "w"}


@dataclass(frozen=True)
class _Trouble:
    """A submission without a mark, and why."""

    exercise: str
    student: str
    reason: str


def class_page(course: Course, names: list[str], flags: dict[str, list[Flagged]]) -> str:
    """The page on these exercises, as HTML; `flags` are those of each.

    Raises ProctorError if an exercise is not in order, or the gradebook cannot be read.
    """
    exercises = read_class(course, names)
    people = read_names(course)
    totals = read_totals(course)
    students = sorted({one.student for exercise in exercises for one in exercise.submissions} | people.keys())
    script = (HERE / "class_page.js").read_text(encoding="utf-8")
    places = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(loader=places, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "percent": lambda share: f"{100 * share:.0f} %"}
    found_flags = [found for name in names for found in flags[name]]
    pairs = [found for found in found_flags if len(found.students) == 2][:PAIRS]
    everything = [(exercise.name, one) for exercise in exercises for one in exercise.submissions]
    return environment.get_template("class_page.html.j2").render(
        course=str(course.settings().CourseDirectory.get("course_id", "")),
        made=datetime.now().astimezone(),
        exercises=exercises,
        hardest={exercise.name: hardest_first(exercise) for exercise in exercises},
        students=len(students),
        groups=read_schedule(course).groups if totals else [],
        troubles=[
            _Trouble(name, one.student, reason)
            for name, one in everything
            if (reason := read_reason(course, name, one.student))
        ],
        late=sorted(((name, one) for name, one in everything if one.late), key=lambda each: -each[1].late),
        slowest=sorted(
            ((name, one.student, one.graded.seconds.get("total", 0.0)) for name, one in everything if one.graded),
            key=lambda each: -each[2],
        )[:SLOWEST],
        flags=[(found, set_beside(course, found) if found in pairs else []) for found in found_flags],
        pairs=PAIRS,
        style=Markup(STYLE.read_text(encoding="utf-8")),  # noqa: S704  # Proctor's own file
        script=Markup(script),  # noqa: S704  # Proctor's own file
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        data=Markup(_to_json(exercises, people, students, totals)),  # noqa: S704  # escaped by `_to_json`
    )


def write(course: Course, names: list[str], flags: dict[str, list[Flagged]], file: Path) -> None:
    """Write the page on these exercises, with their flags, into `file`, for its owner alone.

    Raises ProctorError if the file cannot be written, or as `class_page` does.
    """
    text = class_page(course, names, flags)
    try:
        write_anywhere(course, file, text)
    except OSError as error:
        raise ProctorError(f"the page cannot be written into {file}: {error.strerror}") from error


def _to_json(exercises: list[Exercise], people: dict[str, str], students: list[str], totals: dict[str, Total]) -> str:
    """What the table of students is made from, safe inside a script element.

    A sentence that several got is in it once.
    """
    sentences: dict[str, int] = {}
    columns = []
    for exercise in exercises:
        places = {criterion.name: place for place, criterion in enumerate(exercise.criteria)}
        rows: dict[str, Any] = {}
        for one in exercise.submissions:
            marks, earned = ["-"] * len(places), [0.0] * len(places)
            reasons: dict[int, int] = {}
            for result in one.graded.criteria if one.graded else []:
                place = places.get(result.name)
                if place is None:
                    continue
                marks[place], earned[place] = _MARKS[result.status], round(result.earned, 2)
                if reason := reason_of(result):
                    reasons[place] = sentences.setdefault(one_line(reason, 300), len(sentences))
            points = None if one.points is None else round(one.points, 2)
            rows[one.student] = [points, round(one.late), "".join(marks), earned, reasons]
        about = [[criterion.title, criterion.points, criterion.hidden] for criterion in exercise.criteria]
        columns.append({"name": exercise.name, "worth": exercise.worth, "criteria": about, "rows": rows})
    data = {
        "students": [[student, people.get(student, "")] for student in students],
        "exercises": columns,
        "sentences": list(sentences),
    }
    if totals:
        data["totals"] = {student: [total.rounded, total.dropped, total.unmarked] for student, total in totals.items()}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
