"""`proctor grade --watch`: collect and grade what arrives, and make its page, until Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from rich.console import Console

from proctor.cli.handed_in import read_gradebook, update_before_grading
from proctor.course.course import Course
from proctor.errors import ProctorError, UnreadableSubmission
from proctor.feedback.table import number
from proctor.jail.course_jail import accepted_jail, require_out_of_reach
from proctor.report.progress import FAILED, Line, Tally, make_line, name_some
from proctor.run.arrivals import QUIET, Arrivals, Pair, look_at_source, look_at_submitted
from proctor.run.batch import NOT_RECORDED, UNCHANGED, Outcome
from proctor.run.collect import NEW, REPLACED, collect, find_inbound
from proctor.run.pages import is_page_old, make_pages
from proctor.text import one_line

LOOK_EVERY = 2.0
"""Seconds between two looks at `submitted/`."""
PAUSE = 10
"""A look that takes long is followed by a pause of this many times as long."""
RETRY = 30.0
"""Seconds after which something is tried again that could not be done."""

Grade = Callable[[Course, list[Pair]], Iterator[Outcome]]


def watch(
    console: Console,
    course: Course,
    names: list[str],
    students: list[str] | None,
    grade: Grade,
    source: Path | None = None,
) -> bool:
    """Grade each hand-in that arrives or changes, once it has stopped growing, and make its page.

    Args:
        console: what is done is printed here, a line each.
        course: the course; what it declares is read anew each time that something is graded.
        names: the exercises.
        students: only these; None for everybody.
        grade: grades (assignment, student) pairs of a course, as `grade_class` does.
        source: a folder that hand-ins are collected from first, as by `proctor collect`.

    Returns, after Ctrl-C or a SIGTERM, whether everything that arrived has its mark. Raises
    CourseError if an exercise or the settings are not in order, NotGraded if any jail could read
    the course.
    """
    accepted_jail(course)
    require_out_of_reach(course)
    for name in names:
        course.assignment(name)
    watching = _Watching(console, course, grade)
    arrivals: Arrivals[Pair] = Arrivals()
    inbox = _Inbox(watching, course, source) if source else None
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: systemd and docker end it so
    try:
        begun, _ = arrivals.look(time.monotonic(), look_at_submitted(course, names, students))
        what = ", ".join(names) if len(names) <= 3 else f"{len(names)} exercises"
        places = f"{source} and submitted/" if source else "submitted/"
        watching.say(f"watching {places} for {what}; Ctrl-C ends it")
        watching.say(f"{len(begun):,} hand-ins are there; first, those are graded that are new or have changed")
        retry_at = 0.0
        while True:
            time.sleep(LOOK_EVERY)
            started = time.monotonic()
            arrived = inbox.look(started) if inbox else []
            begun, ready = arrivals.look(started, look_at_submitted(course, names, students))
            took = time.monotonic() - started
            if inbox and arrived:
                inbox.collect(arrived)
            for name, pairs in groupby(begun, key=itemgetter(0)):
                who = name_some([student for _, student in pairs])
                watching.say(f"{name}: {who} arriving; graded once nothing of it has changed for {QUIET:g} s")
            if ready and started >= retry_at:
                done = watching.deal_with(ready)
                arrivals.take(done)
                retry_at = time.monotonic() + RETRY if len(done) < len(ready) else 0.0
            time.sleep(max(0.0, PAUSE * took - LOOK_EVERY))
    except KeyboardInterrupt:
        watching.say("stopped; the marks above are in the gradebook, and the next run does what is left")
    return not watching.without_mark and not arrivals.are_left


class _Inbox:
    """A folder that hand-ins are collected from, each once it has stopped growing."""

    def __init__(self, watching: _Watching, course: Course, source: Path):
        self._watching = watching
        self._course = course
        self._source = source
        self._arrivals: Arrivals[frozenset[str]] = Arrivals()
        self._retry_at = 0.0

    def look(self, now: float) -> list[frozenset[str]]:
        """Look once; returns the names, in the folder, of what can be collected."""
        _, ready = self._arrivals.look(now, look_at_source(find_inbound(self._source)))
        return ready if now >= self._retry_at else []

    def collect(self, arrived: list[frozenset[str]]) -> None:
        """Collect what `look` has returned; say what is new in `submitted/`, or why not."""
        try:
            rows = collect(self._course, self._source, parts=frozenset().union(*arrived)).rows
        except UnreadableSubmission as error:
            self._watching.say(f"{self._source.name}: {error}")
        except ProctorError as error:
            self._retry_at = time.monotonic() + RETRY
            self._watching.say(f"nothing is collected: {error}; tried again in {RETRY:g} s")
            return
        else:
            for row in rows:
                if row.status in (NEW, REPLACED) or row.needs_attention:
                    what = ", ".join(filter(None, (row.exercise, row.student)))
                    self._watching.say(f"{what}: collected, {row.status}{row.note and ': '}{row.note}")
        self._arrivals.take(arrived)


class _Watching:
    """Deals with hand-ins and says so; `without_mark` holds those that should have one."""

    def __init__(self, console: Console, course: Course, grade: Grade):
        self._console = console
        self._course = course
        self._grade = grade
        self.without_mark: set[Pair] = set()

    def say(self, sentence: str) -> None:
        """Print a line, with the time of day."""
        line = f"{time.strftime('%H:%M:%S')}  {one_line(sentence, 2000)}"
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def deal_with(self, pairs: list[Pair]) -> list[Pair]:
        """Grade hand-ins and make their pages; returns those that need not be tried again soon."""
        course = Course(self._course.root, self._course.nbgrader_rules)
        tally = Tally(len(pairs))
        left = set(pairs)
        try:
            update_before_grading(self._console, course)
            for outcome in self._grade(course, pairs):
                line = make_line(outcome)
                tally.add(line)
                self._announce(line)
                if line.status != NOT_RECORDED:
                    left.discard((line.assignment, line.student))
            if unchanged := tally.statuses[UNCHANGED]:
                self.say(f"{unchanged:,} unchanged since they were graded")
            read_gradebook(self._console, course, tally)
            self._make_pages(course, [pair for pair in pairs if pair not in left])
        except ProctorError as error:
            self.say(str(error))
        if left:
            self.say(f"{len(left):,} not done; tried again in {RETRY:g} s")
        return [pair for pair in pairs if pair not in left]

    def _announce(self, line: Line) -> None:
        pair = line.assignment, line.student
        (self.without_mark.add if line.status in FAILED else self.without_mark.discard)(pair)
        if line.earned is None or line.points is None:
            self.say(f"{line.assignment}, {line.student}: {line.status}: {line.reason}")
        elif line.status != UNCHANGED:
            score = f"{number(line.earned)} of {number(line.points)} points"
            self.say(f"{line.assignment}, {line.student}: {score} ({line.seconds:.1f} s)")

    def _make_pages(self, course: Course, pairs: list[Pair]) -> None:
        old = [pair for pair in pairs if is_page_old(course, *pair)]
        for page in make_pages(course, old) if old else []:
            folder = course.feedback(page.student, page.name).relative_to(course.root)
            self.say(page.fault or f"{page.name}, {page.student}: its page is in {folder}/")
