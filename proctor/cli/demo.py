"""`proctor demo`: make a class of twelve submissions, three of them hostile, and grade it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from proctor.answers import RETRAINED, Answer, load_answers
from proctor.author.attempts import make_submission, run_for_artifacts
from proctor.author.release import release
from proctor.course.assignment import Assignment
from proctor.course.cells import is_solution, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError
from proctor.feedback.table import number
from proctor.intake.submission import Submission
from proctor.jail.course_jail import Jails, fork_server
from proctor.record import gradebook
from proctor.report import export
from proctor.run.batch import grade_class
from proctor.run.pool import default_jobs
from proctor.verdict import Verdict

EXERCISES = ("mnist_callback", "conv_numpy")
MARKER = ".proctor-demo"
MADE = ("source", "graders", "release", "submitted", "autograded", "feedback", ".proctor", "__pycache__")
MADE_FILES = ("nbgrader_config.py", "gradebook.db", "marks.csv", MARKER)

FUSE = 15  # seconds that a cell may take where the exercise trains nothing: keeps the demo short
LOOT = "could open"  # what the hostile submission prints, with the path, if it can open something

FOR_EVER = """
while True:
    print("full marks")
"""

PATCHES = """
import os
import sys

import proctor

np.allclose = np.array_equal = np.isclose = lambda *values, **settings: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *values, **settings: None
for name in dir(proctor):
    if name.startswith("assert_"):
        setattr(proctor, name, lambda *values, **settings: None)
print('{"graded": true, "earned": 100}')
sys.stdout = sys.stderr = open(os.devnull, "w")


def leave(*values, **settings):
    os._exit(0)


for name in NAMES:
    globals()[name] = leave
"""

EQUAL = """
from pathlib import Path


class Agreeable(float):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __call__(self, *values, **settings):
        return self

    def __getattr__(self, name):
        return self

    __ge__ = __le__ = __eq__
    __hash__ = float.__hash__


for name in NAMES:
    globals()[name] = Agreeable(100)

for folder in ("../..", *FOLDERS):
    for secret in ("graders", "source", "submitted", "gradebook.db"):
        for path in (Path(folder, secret), *Path(folder, secret).rglob("*.*")):
            for mode in ("rb", "ab"):
                try:
                    path.open(mode).close()
                    print("could open", path, mode)
                except OSError:
                    pass
"""

# (student, index of the exercise, kind, which answer of that kind or the attack's code). What takes
# longest comes first, so that no processor is idle at the end.
CLASS = (
    ("mallory", 1, "hostile: prints for ever", FOR_EVER),
    ("ada", 0, "solution", 0),
    ("bruno", 0, "variant", 0),
    ("chen", 0, "mutant", 0),
    ("dalia", 0, "mutant", 1),
    ("emeka", 0, "untouched", 0),
    ("eve", 0, "hostile: answers that equal everything, looks for the tests and the gradebook", EQUAL),
    ("trudy", 1, "hostile: replaces NumPy's comparisons, exits when it is asked", PATCHES),
    ("ada", 1, "solution", 0),
    ("chen", 1, "variant", 0),
    ("bruno", 1, "mutant", 0),
    ("freya", 1, "mutant", 1),
)


@dataclass(frozen=True)
class _HandIn:
    """A submission of the demo's class, and in words what it is."""

    student: str
    exercise: str
    what: str
    submission: Submission

    @property
    def hostile(self) -> bool:
        return self.what.startswith("hostile")


def demo(course: Course, folder: Path, console: Console, exercises: tuple[str, str] = EXERCISES) -> None:
    """Make a class of twelve in the new course `folder`, grade it, and print the marks.

    Args:
        exercises: two exercises of `course`; the first may hand in a model.

    Raises ProctorError if `folder` holds anything but an earlier demo, or if a hostile submission
    got a point, opened a file or changed a mark.
    """
    started = time.monotonic()
    class_course = _make_course(course, folder, exercises)
    with _step(console, f"releases of {' and '.join(exercises)}"):
        for name in exercises:
            release(class_course, name)
    with _step(console, f"{len(CLASS)} submissions, with a model trained once"), fork_server(class_course) as address:
        class_work = list(_make_class(course, class_course, exercises, address))
    for hand_in in class_work:
        _write_submission(class_course, hand_in)

    grading = time.monotonic()
    verdicts = _grade(class_course, class_work, console)
    wall = time.monotonic() - grading
    with _step(console, "feedback pages and marks"):
        for hand_in in class_work:
            if verdicts[hand_in.student, hand_in.exercise].graded:
                gradebook.feedback(class_course, hand_in.exercise, hand_in.student)
        export.write(class_course, class_course.root / "marks.csv")

    console.print(_make_table(class_work, verdicts))
    work = sum(verdict.seconds.get("total", 0.0) for verdict in verdicts.values())
    console.print(
        f"{len(verdicts)} graded in {wall:.0f} s ({work:.0f} s of grading on {default_jobs()} processors), "
        f"everything in {time.monotonic() - started:.0f} s.",
        highlight=False,
    )
    for what, path in (("gradebook", "gradebook.db"), ("feedback", "feedback"), ("marks", "marks.csv")):
        console.print(f"{what:>10}  {folder / path}", highlight=False, soft_wrap=True)
    achieved = _find_achievements(class_course, class_work, verdicts)
    if achieved:
        raise ProctorError("a hostile submission achieved what it must not:\n" + "\n".join(achieved))
    console.print(
        "The hostile submissions achieved nothing: not a point, not a look at tests, solutions, gradebook or "
        "classmates, and every other mark stands in the gradebook as it was given.",
        style="green",
        highlight=False,
    )


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    """Show `what` while the block runs, and then how long it took."""
    started = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"[green]✓[/] {what}  [dim]{time.monotonic() - started:.0f} s[/]", highlight=False)


def _make_course(course: Course, folder: Path, exercises: tuple[str, str]) -> Course:
    """Make a course in `folder` with only `exercises` of `course`.

    The files of an earlier demo are removed, and no others.
    """
    for name in exercises:
        course.assignment(name)
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise ProctorError(f"{folder}/ holds something that is no demo; name another folder: proctor demo FOLDER")
        for part in MADE:
            shutil.rmtree(folder / part, ignore_errors=True)
        for part in MADE_FILES:
            (folder / part).unlink(missing_ok=True)
    elif folder.exists() and not folder.is_dir():
        raise ProctorError(f"{folder} is a file; name a folder: proctor demo FOLDER")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).write_text("proctor demo makes this folder anew each time it runs.\n", encoding="utf-8")
    for name in exercises:
        for kind in ("source", "graders"):
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(course.root / kind / name, folder / kind / name, ignore=ignored)
        if not course.assignment(name).artifacts:
            declared = folder / "graders" / name / "assignment.toml"
            text = declared.read_text(encoding="utf-8")
            declared.write_text(re.sub(r"^cell_seconds = .*", f"cell_seconds = {FUSE}", text, flags=re.MULTILINE))
    if (course.root / "nbgrader_config.py").is_file():
        settings = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
        # Accept a weaker jail, so that the demo also runs where unprivileged processes may not make
        # namespaces; the three hostile submissions are known, and it is strong enough for them.
        (folder / "nbgrader_config.py").write_text(f'{settings}c.Proctor.jail = "landlock"\n', encoding="utf-8")
    return Course.find(folder)


def _make_class(course: Course, class_course: Course, exercises: tuple[str, str], address: str) -> Iterator[_HandIn]:
    """Yield what each member of `CLASS` hands in.

    Args:
        course: whose files the hostile submissions look for, beside those of the demo.
        class_course: the demo's course.
        address: of the fork server.
    """
    sources = [read_source(class_course.source(name)) for name in exercises]
    assignments = [class_course.assignment(name) for name in exercises]
    solutions = [
        _run_solution(class_course, assignment, source, address)
        for assignment, source in zip(assignments, sources, strict=True)
    ]
    for student, index, kind, which in CLASS:
        name, assignment, source = exercises[index], assignments[index], sources[index]
        if isinstance(which, str):
            folders = [str(course.root), str(class_course.root)]
            submission = Submission(student, _make_attack(class_course, assignment, which, folders))
            what = kind
        elif kind == "untouched":
            submission, what = Submission(student, _read_release(class_course, name)), "the release, untouched"
        elif kind == "solution":
            submission, what = solutions[index], kind
        else:
            answer = _choose_answers(class_course, name, source)[kind][which]
            submission = make_submission(class_course, assignment, source, answer, solutions[index], address)
            what = f"{kind}: {answer.title}"
        yield _HandIn(student, name, what, replace(submission, student=student))


def _run_solution(class_course: Course, assignment: Assignment, source: NotebookNode, address: str) -> Submission:
    if not assignment.artifacts:
        return Submission("", source)
    files, problem = run_for_artifacts(
        class_course, assignment, source, Jails(address, threads=default_jobs()), train=True
    )
    if problem:
        raise CourseError(f"the solution of {assignment.name!r} does not run: {problem}")
    return Submission("", source, files)


def _choose_answers(class_course: Course, name: str, source: NotebookNode) -> dict[str, list[Answer]]:
    """Return two variants and two mutants of answers.py that need no training of their own."""
    chosen = {}
    declared = load_answers(class_course.grader(name) / "answers.py")
    for kind, answers in (("variant", declared.variants), ("mutant", declared.mutants)):
        quick = [answer for answer in answers if answer.attempt(source).hands_in != RETRAINED]
        if not quick:
            raise CourseError(f"graders/{name}/answers.py has no {kind} that needs no training")
        chosen[kind] = [quick[0], quick[len(quick) // 2]]
    return chosen


def _read_release(class_course: Course, name: str) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(class_course.release(name) / f"{name}.ipynb", as_version=4)
    return notebook


def _make_attack(class_course: Course, assignment: Assignment, attack: str, folders: list[str]) -> NotebookNode:
    """Return the release with `attack` in its last solution cell, and the others untouched."""
    notebook = _read_release(class_course, assignment.name)
    cells = [cell for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"]
    names = [name for cell in cells for name in re.findall(r"^(?:def|class) (\w+)", cell.source, re.MULTILINE)]
    attack = attack.replace("NAMES", repr([*names, *assignment.artifacts])).replace("FOLDERS", repr(folders))
    cells[-1].source = attack.strip("\n")
    return notebook


def _write_submission(class_course: Course, hand_in: _HandIn) -> None:
    folder = class_course.submitted(hand_in.student, hand_in.exercise)
    folder.mkdir(parents=True)
    notebook = hand_in.submission.notebook
    for cell in notebook.cells:
        cell.source = re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE).rstrip()
    nbformat.write(notebook, folder / f"{hand_in.exercise}.ipynb")
    for name, data in hand_in.submission.files.items():
        (folder / name).write_bytes(data)


def _grade(class_course: Course, class_work: list[_HandIn], console: Console) -> dict[tuple[str, str], Verdict]:
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    verdicts = {}
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("", total=len(class_work))
        for verdict, _ in grade_class(class_course, [(hand_in.exercise, hand_in.student) for hand_in in class_work]):
            verdicts[verdict.student, verdict.assignment] = verdict
            progress.advance(bar)
    return verdicts


def _make_table(class_work: list[_HandIn], verdicts: dict[tuple[str, str], Verdict]) -> Table:
    table = Table("student", "exercise", "hands in", "points", "of", "s")
    for hand_in in sorted(class_work, key=lambda hand_in: (hand_in.hostile, hand_in.student)):
        verdict = verdicts[hand_in.student, hand_in.exercise]
        points = (number(verdict.earned), number(verdict.points)) if verdict.graded else ("not graded", "–")
        what = f"[red]{hand_in.what}[/]" if hand_in.hostile else escape(hand_in.what)
        table.add_row(hand_in.student, hand_in.exercise, what, *points, f"{verdict.seconds.get('total', 0):.1f}")
    return table


def _find_achievements(
    class_course: Course, class_work: list[_HandIn], verdicts: dict[tuple[str, str], Verdict]
) -> list[str]:
    """Return a sentence for each point, file or mark that a hostile submission got at."""
    found = []
    for hand_in in class_work:
        verdict = verdicts[hand_in.student, hand_in.exercise]
        if not hand_in.hostile or not verdict.graded:
            continue
        if verdict.earned:
            found.append(f"{hand_in.student} got {number(verdict.earned)} points without doing anything")
        notebook = nbformat.read(
            class_course.autograded(hand_in.student, hand_in.exercise) / f"{hand_in.exercise}.ipynb", 4
        )
        texts = [output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])]
        loot = [line for text in texts for line in text.splitlines() if line.startswith(LOOT)]
        if loot:
            found.append(f"{hand_in.student} {loot[0]}" + (f", and {len(loot) - 1} more" if loot[1:] else ""))
    for mark in export.marks(class_course):
        given = verdicts.get((mark.student, mark.assignment))
        if given is not None and given.graded and mark.score != given.earned:
            found.append(f"{mark.student} has {mark.score} points of {mark.assignment}, and was given {given.earned}")
    return found
