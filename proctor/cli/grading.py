"""`proctor grade`: a class, once or as it arrives."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from proctor.cli.handed_in import find_submissions, read_gradebook, update_before_grading
from proctor.cli.markup import escape_markup
from proctor.cli.shared import Jobs, Names, Students, console
from proctor.course.course import Course
from proctor.errors import ProctorError


def grade(
    names: Names = None,
    student: Students = None,
    jobs: Jobs = 0,
    scheduler: Annotated[str, typer.Option(help="Grade on the dask cluster at tcp://HOST:PORT.")] = "",
    keep_warm: Annotated[
        float,
        typer.Option(min=0, max=24 * 60, help="Keep the fork server, slow to start, so many minutes for later runs."),
    ] = 0,
    again: Annotated[bool, typer.Option("--again", help="Grade even what has not changed.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Only say what would be graded, and why.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print every check table.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the problems and one line.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line, for programs.")] = False,
    nbgrader_rules: Annotated[
        bool,
        typer.Option(
            "--nbgrader-rules", help="Mark plain nbgrader assignments by nbgrader's own rule, including its faults."
        ),
    ] = False,
    watching: Annotated[
        bool, typer.Option("--watch", help="Go on, until Ctrl-C, with what arrives, and make its feedback pages.")
    ] = False,
    collect_from: Annotated[
        Path | None,
        typer.Option(
            "--collect",
            exists=True,
            file_okay=False,
            help="With --watch: collect what arrives in this folder, or a course's folder in nbgrader's exchange.",
        ),
    ] = None,
) -> None:
    """Grade what is in submitted/ and write the marks into nbgrader's gradebook.

    The exit code is 1 if a submission is not graded or its marks could not be written.
    """
    from proctor.run import pool

    console.stderr = as_json  # standard output holds JSON objects only
    others = {"--again": again, "--explain": explain, "--show": show, "--quiet": quiet, "--json": as_json}
    if watching and (wrong := [name for name, given in others.items() if given]):
        raise ProctorError(f"--watch says what it does line by line and goes without {', '.join(wrong)}")
    if collect_from and not watching:
        raise ProctorError("--collect goes with --watch; to collect once, run `proctor collect` first")

    if not explain and not scheduler:
        pool.prepare()  # the process that examiners are forked from imports while this one does
    from proctor.report import progress
    from proctor.run.batch import grade_class
    from proctor.run.plan import make_plans

    course = Course.find(nbgrader_rules=nbgrader_rules)
    if watching:
        from proctor.cli.watching import watch

        grade_pairs = partial(grade_class, jobs=jobs, scheduler=scheduler, keep_warm=keep_warm)
        chosen = names or course.every_name()
        warn_of_plain_tests(sorted({*chosen} & set(course.plain_names())))
        if not watch(console, course, chosen, student, grade_pairs, collect_from and collect_from.absolute()):
            raise typer.Exit(1)
        return
    pairs = find_submissions(course, names or course.every_name(), student)
    if explain:
        table, count = progress.explain(make_plans(course, pairs))
        console.print(table)
        console.print(count, highlight=False)
        return
    update_before_grading(console, course)
    tally = progress.Tally(len(pairs))
    outcomes = grade_class(course, pairs, jobs=jobs, again=again, scheduler=scheduler, keep_warm=keep_warm)
    if as_json:
        progress.print_json(tally, outcomes)
        read_gradebook(console, course, tally)
    else:
        place = {pair: index for index, pair in enumerate(pairs)}
        lines = sorted(
            progress.show_progress(console, tally, outcomes, show=show, quiet=quiet),
            key=lambda line: place[line.assignment, line.student],
        )
        progress.print_report(console, tally, lines, read_gradebook(console, course, tally), quiet=quiet)
        if not quiet:
            warn_of_plain_tests(sorted({name for name, _ in pairs} & set(course.plain_names())))
    if tally.failed:
        raise typer.Exit(1)


def warn_of_plain_tests(names: list[str]) -> None:
    """Print a warning about plain nbgrader assignments, if there are any."""
    if names:
        warning = f"{', '.join(names)}: tests are cells and run in the student's own process, which can cheat them"
        console.print(f"[yellow]{escape_markup(warning)}[/] (docs/security.md).", highlight=False, soft_wrap=True)
