"""The commands of `proctor`, one function each; heavy imports wait until a command needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from proctor.cli.ci import ci
from proctor.cli.collecting import collect
from proctor.cli.grading import grade, warn_of_plain_tests
from proctor.cli.handed_in import find_graded, update_gradebook
from proctor.cli.markup import escape_markup
from proctor.cli.schedule import course
from proctor.cli.shared import Jobs, Name, Names, Students, console
from proctor.course.course import Course
from proctor.errors import ProctorError
from proctor.text import one_line, plain

application = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


def main() -> None:
    """Run a command; a ProctorError, which the user can mend, is printed without a traceback."""
    try:
        application()
    except ProctorError as error:
        console.print(plain(error, 20_000), markup=False, highlight=False, style="red", soft_wrap=True)
        sys.exit(2)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        console.print(f"proctor {version('proctor')}", highlight=False)
        raise typer.Exit


@application.callback()
def begin(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback does it
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Deep-learning exercises that grade themselves."""
    if context.invoked_subcommand != "check":  # the only command that runs student code in this process
        from proctor.run import no_iri_grammar  # noqa: F401


@application.command("list", epilog="For example: proctor list")
def list_assignments() -> None:
    """Show the exercises of this course."""
    course = Course.find()
    table = Table(Column("exercise", no_wrap=True), "title", "track", "week", "data", "hands in")
    for name in course.names():
        assignment = course.assignment(name)
        work = ", ".join(["notebook", *assignment.artifacts])
        table.add_row(name, assignment.title, assignment.course, str(assignment.week), assignment.dataset or "–", work)
    for name in course.plain_names():
        files = ", ".join(sorted(path.name for path in (course.root / "source" / name).glob("*.ipynb")))
        table.add_row(name, "(plain nbgrader)", "", "", "–", files)
    console.print(table)
    warn_of_plain_tests(course.plain_names())


@application.command(epilog="For example: proctor new softmax --with-values")
def new(
    name: Name,
    with_values: Annotated[
        bool, typer.Option("--with-values", help="Show how to give each student other numbers.")
    ] = False,
    with_questions: Annotated[
        bool, typer.Option("--with-questions", help="Show how to ask questions with choices.")
    ] = False,
) -> None:
    """Make a new exercise that already passes `verify`; in an empty folder, a course with it."""
    from proctor.author.scaffold import find_or_begin, scaffold

    course = find_or_begin(Path.cwd())
    wanted = {"with_values": with_values, "with_questions": with_questions}
    for path in scaffold(course, name, [part for part, is_wanted in wanted.items() if is_wanted]):
        console.print(f"made {path.relative_to(course.root)}", highlight=False)
    console.print(f"Next: proctor verify {name}", highlight=False)


@application.command(epilog="For example: proctor verify mnist_conv")
def verify(
    names: Names = None,
    jobs: Jobs = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Train the solution with this many random seeds.")] = 1,
    every: Annotated[int, typer.Option(min=1, help="Try every n-th answer only: a sample, and no proof.")] = 1,
    only: Annotated[str, typer.Option(help="Try only the answers whose title contains this: no proof.")] = "",
    fresh: Annotated[
        bool, typer.Option("--check", help="Only say which exercises have no fresh record of a proof.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line, for programs.")] = False,
) -> None:
    """Prove graders right: solution and variants 100 %, untouched release 0, mutants caught.

    A whole proof without a finding is recorded in graders/<exercise>/proof.json. The exit code is 1
    if there is something to mend.
    """
    from proctor.author.verify import Extent
    from proctor.cli.proving import check_records, prove

    course = Course.find()
    console.stderr = as_json  # standard output holds JSON objects only
    chosen = names or course.names()
    bad = check_records(console, course, chosen) if fresh else 0
    if not fresh:
        extent = Extent(seeds=seeds, every=every, only=only)
        bad = prove(console, course, chosen, extent, jobs=jobs, as_json=as_json)
    if bad:
        raise typer.Exit(1)


@application.command(epilog="For example: proctor mutate mnist_conv --most 40")
def mutate(
    name: Name,
    jobs: Jobs = 0,
    most: Annotated[int, typer.Option(min=0, help="Try only so many, drawn with a fixed seed; 0 for all.")] = 0,
) -> None:
    """Make small faults in an exercise's solution and show those that its grader does not catch.

    The exit code is 1 if a fault gets full marks and is not declared harmless in answers.py.
    """
    from proctor.cli.proving import show_mutations

    if show_mutations(console, Course.find(), name, jobs=jobs, most=most):
        raise typer.Exit(1)


@application.command(epilog="For example: proctor release mnist_conv")
def release(
    names: Names = None,
    fresh: Annotated[bool, typer.Option("--check", help="Only say whether release/ is up to date.")] = False,
) -> None:
    """Make what students get, through nbgrader; refuse if any of the solution is left in it."""
    from proctor.author.release import publish, stale
    from proctor.author.release import release as make

    course = Course.find()
    if fresh:
        found = stale(course)
        for sentence in found:
            console.print(sentence, highlight=False, markup=False)
        raise typer.Exit(1 if found else 0)
    for name in (chosen := names or course.names()):
        console.print(f"released {make(course, name).relative_to(course.root)}", highlight=False)
    if chosen:
        publish(course)


@application.command(epilog="For example: proctor check mnist_conv.ipynb")
def check(notebook: Annotated[Path, typer.Argument(help="Your notebook.")]) -> None:
    """Run a notebook whole, training included, and show its check tables; needs no Jupyter.

    The last table sums them up. It runs in this process, without a jail. The exit code is 1 if a
    cell raised an exception or a criterion is not met.
    """
    from proctor.cli.checking import check_in_terminal

    if not check_in_terminal(console, notebook):
        raise typer.Exit(1)


@application.command(epilog="For example: proctor pack mnist_conv.ipynb")
def pack(notebook: Annotated[Path, typer.Argument(help="Your notebook.")]) -> None:
    """Run a notebook whole, training included, and put what is to be handed in into one zip file.

    It shows the check tables, tries the model file, and says what the zip holds. The exit code is 1
    if there is nothing to hand in yet, such as a model file that is missing.
    """
    from proctor.cli.packing import pack_notebook

    if not pack_notebook(console, notebook):
        raise typer.Exit(1)


application.command(epilog="For example: proctor collect submissions.zip --exercise mnist_conv")(collect)


application.command(epilog="For example: proctor grade mnist_conv --student ada --show")(grade)
application.command(epilog="For example: proctor ci mnist_conv --course ~/course --student ada --threshold 1")(ci)
application.command(epilog="For example: proctor course")(course)


@application.command(epilog="For example: proctor flags mnist_conv")
def flags(names: Names = None) -> None:
    """Show what in graded submissions may be worth a look; it is no proof and changes no mark."""
    from proctor.report.flags import find_flags
    from proctor.report.progress import show_bar

    course = Course.find()
    chosen = names or course.every_name()
    by_name = dict(show_bar(console, find_flags(course, chosen), len(chosen)))
    table = Table("exercise", "students", "what", "evidence", show_lines=True)
    for found in (flagged for name in chosen for flagged in by_name[name]):
        texts = (", ".join(found.students), found.flag.sentence, "\n".join(found.flag.evidence))
        table.add_row(found.exercise, *(escape_markup(text) for text in texts))
    console.print(table if table.row_count else "There are no flags.")


@application.command(epilog="For example: proctor feedback mnist_conv --student ada")
def feedback(names: Names = None, student: Students = None, jobs: Jobs = 0) -> None:
    """Make the feedback pages of everything that has been graded.

    The exit code is 1 if the pages of a submission could not be made.
    """
    from proctor.report.progress import MANY, show_bar
    from proctor.run.pages import make_pages

    course = Course.find()
    pairs = find_graded(course, names or course.every_name(), student)
    failed = 0
    for page in show_bar(console, make_pages(course, pairs, jobs), len(pairs)):
        if page.fault:
            failed += 1
            console.print(f"[red]{escape_markup(one_line(page.fault, 2000))}[/]", highlight=False, soft_wrap=True)
        elif len(pairs) <= MANY:
            console.print(f"made {escape_markup(one_line(f'feedback/{page.student}/{page.name}'))}", highlight=False)
    if len(pairs) > MANY:
        console.print(f"{len(pairs) - failed:,} of {len(pairs):,} have pages in feedback/", highlight=False)
    raise typer.Exit(1 if failed else 0)


@application.command(epilog="For example: proctor export canvas.csv --for canvas")
def export(
    file: Annotated[Path | None, typer.Argument(help="The file to write; marks.csv by default.")] = None,
    form: Annotated[
        str,
        typer.Option(
            "--for",
            help="Who reads it: csv, canvas, moodle, gradescope, json, xlsx (a spreadsheet), or a form that a package "
            "adds; by default what the file's name ends with, or else csv.",
        ),
    ] = "",
) -> None:
    """Write every mark in the gradebook to a file, in the form that another gradebook imports."""
    from proctor.report.export import choose, write
    from proctor.report.progress import name_some

    course = Course.find()
    file, form = choose(file, form)
    update_gradebook(console, course)
    sheet = write(course, file, form)
    console.print(f"{len(sheet.scores)} marks in {file}", highlight=False)
    if unmarked := [student for student, total in sheet.totals.items() if total.unmarked]:
        sentence = f"no total for {name_some(unmarked)}: something that was handed in has no mark yet"
        console.print(sentence, style="yellow", markup=False, highlight=False, soft_wrap=True)


@application.command(epilog="For example: proctor report mnist_conv --file report.html")
def report(
    names: Names = None, file: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html")
) -> None:
    """Write a page on the class: what was not understood, what needs attention, and every mark.

    It holds names and hidden criteria: it is for instructors, and readable by you alone.
    """
    from proctor.report.class_page import write
    from proctor.report.flags import find_flags
    from proctor.report.progress import show_bar

    course = Course.find()
    update_gradebook(console, course)
    chosen = names or course.every_name()
    write(course, chosen, dict(show_bar(console, find_flags(course, chosen), len(chosen))), file)
    console.print(f"the class is in {file}", highlight=False)


@application.command(epilog="For example: proctor autograder mnist_conv autograder.zip")
def autograder(
    name: Name, file: Annotated[Path, typer.Argument(help="The zip to write.")] = Path("autograder.zip")
) -> None:
    """Make the zip with which Gradescope or Classroom 50 grades an exercise.

    It holds the hidden tests, and no solution.
    """
    from proctor.author.autograder import make_bundle

    make_bundle(Course.find(), name, file)
    console.print(f"{name} in {file}", highlight=False)


@application.command(epilog="For example: proctor doctor")
def doctor() -> None:
    """Say which layers this machine's jail has, which are missing, and how to get them.

    The exit code is 1 if the jail is weaker than the course accepts, or could read the course:
    nothing is graded here then.
    """
    from proctor import datasets
    from proctor.jail import layers
    from proctor.jail.course_jail import accepted_jail, why_reachable
    from proctor.jail.doctor import describe_time_limits, layers_here, remedy
    from proctor.jail.warm import find_warm_server
    from proctor.versions import versions

    course = Course.find()
    datasets.use_course(course.root)
    accepted = accepted_jail(course)
    found = layers_here()
    table = Table("layer", "", "a jail …")
    for name, promise in layers.LAYERS.items():
        table.add_row(name, "[green]✓[/]" if name in found else "[red]✗[/]", promise)
        if name not in found:
            table.add_row("", "", f"[yellow]{escape_markup(remedy(name))}[/]")
    console.print(table)
    tier = layers.tier(found)
    strong = layers.is_as_strong(tier, accepted)
    facts = {
        "tier": f"{tier}; this course accepts {accepted}" + ("" if strong else ", so no student code is run"),
        "limits": describe_time_limits(),
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
        "data": ", ".join(f"{name} {datasets.source(name)}" for name in datasets.names()),
    }
    if reason := why_reachable(course):
        facts["reach"] = f"{reason}; until then, no student code is run"
    if warm := find_warm_server(course.state):
        facts["warm"] = (
            f"a fork server, kept for {warm.minutes:g} min after its last use; to end it: kill {warm.keeper}"
        )
    for name, text in facts.items():
        console.print(f"{name:8}  {text}", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if strong and not reason else 1)


@application.command(epilog="For example: proctor demo")
def demo(folder: Annotated[Path, typer.Argument(help="Where to make the class.")] = Path("demo")) -> None:
    """Make a class of twelve submissions and grade it."""
    from proctor.cli.demo import demo as run

    run(Course.find(), folder, console)
