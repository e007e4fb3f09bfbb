"""`proctor course`: the course as it is set up, and what of it contradicts."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Column, Table

from proctor.cli.markup import escape_markup
from proctor.course.course import Course
from proctor.course.schedule import FILE, LAST, Schedule, read_schedule
from proctor.feedback.table import number


def course() -> None:
    """Show the course as it is set up, and bring the gradebook's students and due dates up to it.

    What counts how much is shown, too. The exit code is 1 if course.toml contradicts itself or the
    course; nothing is changed then.
    """
    from proctor.course.publishing import published_url
    from proctor.record.calendar import follow

    console = Console(emoji=False)
    here = Course.find()
    schedule = read_schedule(here)
    late = here.settings().LateSubmissionPlugin.get("penalty_method", "none")
    facts = {
        "course": str(here.settings().CourseDirectory.get("course_id", ""))
        or "has no name (c.CourseDirectory.course_id)",
        "address": published_url(here) or "not published (c.Proctor.url)",
        "roster": f"{len(schedule.people)} students" if schedule.people else f"none in {FILE}",
        "attempts": "the last one counts" if schedule.attempts == LAST else "the best one counts",
        "late": f"penalty {late!r} (c.LateSubmissionPlugin.penalty_method)",
    }
    for name, text in facts.items():
        console.print(f"{name:8}  {text}", highlight=False, markup=False, soft_wrap=True)
    console.print(_make_table(here, schedule))
    if schedule.groups:
        console.print(_make_table_of_groups(schedule))
        counting = {name for group in schedule.groups for name in group.exercises}
        if others := [name for name in here.every_name() if name not in counting]:
            sentence = f"in no group, and so not part of the total: {', '.join(others)}"
            console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    for sentence in schedule.contradictions:
        console.print(f"{FILE}: {sentence}", style="red", highlight=False, markup=False, soft_wrap=True)
    if schedule.contradictions:
        raise typer.Exit(1)
    for sentence in follow(here, schedule):
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _make_table(here: Course, schedule: Schedule) -> Table:
    table = Table("exercise", "week", "due", "extensions")
    for name in here.every_name():
        due = schedule.due.get(name)
        extended = [f"{who} until {date:%Y-%m-%d %H:%M}" for who, date in schedule.extensions.get(name, {}).items()]
        week = here.assignment(name).week
        cells = (name, number(week) if week else "", f"{due:%Y-%m-%d %H:%M %z}" if due else "", ", ".join(extended))
        table.add_row(*map(escape_markup, cells))
    return table


def _make_table_of_groups(schedule: Schedule) -> Table:
    table = Table("group", Column("percent of the total", justify="right"), "exercises, each as much", "dropped")
    for group in schedule.groups:
        dropped = f"the lowest {group.drop}" if group.drop > 1 else "the lowest" if group.drop else ""
        table.add_row(
            escape_markup(group.name), number(group.weight), escape_markup(", ".join(group.exercises)), dropped
        )
    return table
