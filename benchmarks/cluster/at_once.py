"""A preload of dask workers, which grade each work once and give whoever copied it that answer.

Such a worker takes next to no time, so that the coordinator has to do all that it can.
"""

from __future__ import annotations

import functools
import json

from proctor.run.cluster import CourseOnWorker, Parcel

_grade = getattr(CourseOnWorker.grade, "__wrapped__", CourseOnWorker.grade)  # dask runs this file twice
_known: dict[tuple[tuple[str, object], ...], tuple[str, str]] = {}


@functools.wraps(_grade)
def _grade_once(course: CourseOnWorker, parcel: Parcel) -> tuple[str, str]:
    files = tuple(sorted(parcel.files.items()))
    if files not in _known:
        _known[files] = _grade(course, parcel)
    verdict, notebooks = _known[files]
    return json.dumps({**json.loads(verdict), "student": parcel.student}), notebooks


setattr(CourseOnWorker, "grade", _grade_once)  # noqa: B010  mypy lets nobody assign to a method
