"""An interrupted run is continued: unchanged work is not redone, changed
work is, no mark is lost."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import COUNT, PUBLIC, edited, solution_notebook, verdict

from proctor import versions
from proctor.course.course import Course
from proctor.jail.course_jail import Jails
from proctor.jail.owned_folder import OwnedFolder, remove_abandoned
from proctor.judge.examiner import grade
from proctor.judge.result import Result
from proctor.record import gradebook, keys, nbgrader_course
from proctor.record.kept import Kept, keep, log_file, read_kept
from proctor.report import export
from proctor.run import batch
from proctor.run.batch import NOT_GRADED, NOT_RECORDED, RECORDED, UNCHANGED, grade_class
from proctor.run.lock import one_run
from proctor.run.plan import make_plans
from proctor.run.task import TRIES, Task, grade_task

PAIR = ("double", "ada")


@pytest.fixture
def keep_graded(course, hand_in, solution) -> Callable[..., None]:
    """Leave the files of a run that was killed before or (`recorded`) after
    its marks were recorded."""

    def put(student: str = "ada", recorded: bool = False) -> None:
        hand_in(student, solution, {"double.keras": b"a model"})
        notebooks = None if recorded else {"double": solution_notebook()}
        keep(course, Kept(verdict(student), current_key(course, student), notebooks))

    return put


def current_key(course, student: str) -> keys.Key:
    """What a verdict on the student's submission depends on now."""
    return next(make_plans(Course(course.root), [("double", student)])).key


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


CHANGES = {
    "submission changed: double.ipynb": lambda course: append(course.submitted("ada", "double") / "double.ipynb", " "),
    "submission changed: double.keras": lambda course: append(course.submitted("ada", "double") / "double.keras", "!"),
    "submission changed: timestamp.txt (new)": lambda course: (
        course.submitted("ada", "double") / "timestamp.txt"
    ).write_text("2030-01-01"),
    "grader changed: test_hidden.py": lambda course: append(course.grader("double") / "test_hidden.py", "\n# more"),
    "grader changed: tables/held_out.csv (new)": lambda course: (
        (course.grader("double") / "tables").mkdir(),
        (course.grader("double") / "tables" / "held_out.csv").write_text("1,2"),
    ),
    "source changed: double.ipynb": lambda course: append(course.source("double"), " "),
    "budget.cell_seconds 60 → 5": lambda course: replaced(course, "cell_seconds = 60", "cell_seconds = 5"),
    "train missing → always": lambda course: replaced(course, "order = 1", 'order = 1\ntrain = "always"'),
    "thresholds.drawn.accuracy (none) → 0.5": lambda course: append(
        course.grader("double") / "assignment.toml", "[thresholds.drawn]\naccuracy = 0.5\n"
    ),
}


def replaced(course, old: str, new: str) -> None:
    path = course.grader("double") / "assignment.toml"
    path.write_text(path.read_text().replace(old, new))


def reasons(course) -> tuple[str, ...]:
    """Why ada's submission would be graded."""
    return next(make_plans(Course(course.root), [PAIR])).why


@pytest.mark.parametrize("sentence", CHANGES)
def test_changed_work_is_graded_again_and_it_is_said_what_changed(course, keep_graded, sentence):
    """Each part that a verdict depends on, changed alone, is why the submission is graded again."""
    keep_graded()
    assert reasons(course) == ()
    CHANGES[sentence](course)
    assert reasons(course) == (sentence,)


def test_data_are_a_part_too(course, keep_graded, monkeypatch, tmp_path):
    """Changed bytes of any file of a data set cause a regrade."""
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path))
    train, test = tmp_path / "train_catvnoncat.h5", tmp_path / "test_catvnoncat.h5"
    train.write_bytes(b"some cats")
    test.write_bytes(b"other cats")
    replaced(course, "order = 1", 'order = 1\ndataset = "cats"')
    for changed in (train, test):
        keep_graded()
        changed.write_bytes(b"cats of today")
        (because,) = reasons(course)
        assert because.startswith("cats real ")
        assert because.count("real") == 2


def test_versions_and_engine_are_parts_too(course, keep_graded, monkeypatch):
    """Another library version or another Proctor cause a regrade."""
    keep_graded()
    monkeypatch.setattr(keys, "every_version", lambda: {**versions.every_version(), "keras": "99.1"})
    assert any(sentence.endswith(" → 99.1") for sentence in reasons(course))
    monkeypatch.undo()
    monkeypatch.setattr(keys, "engine", lambda: "another")
    assert "Proctor changed" in reasons(course)


def test_what_no_verdict_depends_on_is_no_reason(course, keep_graded):
    """A new title, another place in the course and files that nobody reads leave work as it is."""
    keep_graded()
    replaced(course, 'title = "Double"\norder = 1', 'title = "Twice"\norder = 7')
    (course.submitted("ada", "double") / "notes.txt").write_text("mine")
    (course.grader("double") / "__pycache__").mkdir()
    (course.grader("double") / "__pycache__" / "test_public.pyc").write_bytes(b"code")
    assert reasons(course) == ()


def test_a_jail_that_the_course_no_longer_accepts_is_a_reason_a_stronger_one_is_not(course, keep_graded):
    """Verdicts of a weaker jail than is wanted now are made anew; to want less changes nothing."""
    keep_graded()
    append(course.root / "nbgrader_config.py", '\nc.Proctor.jail = "process"\n')
    assert reasons(course) == ()
    kept = read_kept(course, *PAIR)
    assert kept is not None
    keep(course, Kept(kept.verdict, {**kept.key, "jail": {"tier": "process"}}))
    append(course.root / "nbgrader_config.py", '\nc.Proctor.jail = "full"\n')
    assert reasons(course) == ("it ran in a jail of tier process, and the course wants full",)


@pytest.mark.parametrize("several", [False, True], ids=["one notebook", "several"])
def test_a_verdict_that_version_0_1_kept_is_read(course, keep_graded, several):
    """It kept one "notebook", or several within it; they are recorded as today's are."""
    keep_graded()
    path = course.state / "verdicts" / "double" / "ada.json"
    data = json.loads(path.read_text())
    notebooks = data.pop("notebooks")
    path.write_text(json.dumps({**data, "notebook": {"notebooks": notebooks} if several else notebooks["double"]}))
    kept = read_kept(course, *PAIR)
    assert kept is not None
    assert kept.notebooks == {"double": solution_notebook()}
    assert [each.status for each in grade_class(course, [PAIR])] == [RECORDED]
    path.write_text(json.dumps({**data, "notebook": None}))
    recorded = read_kept(course, *PAIR)
    assert recorded is not None
    assert recorded.notebooks is None


def test_what_changes_while_it_is_graded_is_graded_again(course, keep_graded, monkeypatch):
    """If the grader is edited during a run, nobody can say which one was at work, and the
    next run grades again."""
    keep_graded()
    plan = next(make_plans(Course(course.root), [PAIR]))
    (course.grader("double") / "test_public.py").write_text(PUBLIC + "# edited")
    batch._Recorder(course).take([(plan, Result(verdict(), {"double": solution_notebook()}))])
    (course.grader("double") / "test_public.py").write_text(PUBLIC)
    assert reasons(course) == ("something changed while it was graded",)


def test_explain_says_why_and_grades_nothing(course, proctor, keep_graded, hand_in, solution):
    """`proctor grade --explain` names the changed part of each submission and
    leaves everything as it is."""
    keep_graded("ada", recorded=True)
    keep_graded("bob", recorded=True)
    keep_graded("cy")
    hand_in("dan", solution)
    append(course.submitted("bob", "double") / "double.ipynb", " ")
    said = proctor("grade", "--explain").stdout
    for sentence in ("unchanged", "submission changed: double.ipynb", "not recorded yet", "not graded yet"):
        assert sentence in said
    assert "2 of 4 would be graded" in said
    assert not (course.root / "gradebook.db").exists()


@pytest.fixture
def temporary(monkeypatch) -> Iterator[Path]:
    """A folder for temporary files, of this process and of those it starts; sockets in
    it need a short path."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


@contextlib.contextmanager
def running(course, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`proctor ...`, while it runs; killed at the end."""
    command = [sys.executable, "-m", "proctor", *arguments]
    with subprocess.Popen(command, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            yield run
        finally:
            run.kill()


def await_that(there: Callable[[], object], run: subprocess.Popen[str]) -> None:
    """Look until `there()` is so; fails if the run ends before."""
    assert run.stdout is not None
    while not there():
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(0.02)
            raise AssertionError(run.stdout.read())


def children(process: int) -> list[int]:
    """The numbers of the processes that `process` has started."""
    with contextlib.suppress(OSError):
        return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def descendants(process: int) -> list[int]:
    """The numbers of all processes below `process`."""
    return [number for child in children(process) for number in (child, *descendants(child))]


def fork_servers(process: int) -> list[int]:
    """The fork servers that `process` has started."""
    commands = {child: Path(f"/proc/{child}/cmdline") for child in children(process)}
    return [child for child, path in commands.items() if path.exists() and b"proctor.jail.server" in path.read_bytes()]


def await_end(processes: list[int]) -> None:
    """Wait until they are gone; fails after five minutes."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(process)
            over, _, _ = select.select([descriptor], [], [], 300)
            os.close(descriptor)
            assert over, Path(f"/proc/{process}/cmdline").read_text()


def test_a_coordinator_killed_before_its_marks_are_written(course, proctor, hand_in, solution, temporary):
    """A verdict that was computed is not computed again: the next run records it. No
    process and no folder stays."""
    hand_in("ada", solution)
    kept = course.state / "verdicts" / "double" / "ada.json"
    with contextlib.closing(sqlite3.connect(course.root / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with running(course, "grade") as run:
            await_that(kept.exists, run)
            below = descendants(run.pid)
            run.kill()
    assert len(below) > 2
    assert list(temporary.glob("proctor-*"))
    await_end(below)
    assert "1 recorded" in proctor("grade").stdout
    assert not list(temporary.glob("proctor-*"))
    assert [mark.score for mark in export.marks(course)] == [6]
    assert reasons(course) == ()


def test_a_fork_server_that_is_killed_is_replaced(course, hand_in, solution):
    """Who was in its jails, or had not been, is graded by the same run with another one."""
    for student in ("ada", "bob", "cy"):
        hand_in(student, solution)
    with running(course, "grade", "--json", "--jobs", "1") as run:
        await_that(log_file(course, "double", "ada").exists, run)
        os.kill(fork_servers(run.pid)[0], signal.SIGKILL)
        said = run.communicate(timeout=1200)[0]
    assert run.returncode == 0, said
    found = [json.loads(line) for line in said.splitlines()]
    assert {line["student"]: line["earned"] for line in found[:-1]} == {"ada": 6, "bob": 6, "cy": 6}


def kill_jails(server: int, count: int, grading: threading.Thread) -> None:
    """Start a grading and kill the first `count` of its jails whose notebook says that it has
    `started`; let the others go on."""
    killed: list[int] = []
    earlier = set(children(server))  # on a busy machine, those of the test before take a while to end
    grading.start()
    while grading.is_alive():
        for jail in set(children(server)) - earlier - set(killed):
            started = Path(f"/proc/{jail}/root/home/student/started")
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if not started.exists():
                    continue
                if len(killed) < count:
                    os.kill(jail, signal.SIGKILL)
                    killed.append(jail)
                else:
                    started.write_text("go on")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a connection that was cut
@pytest.mark.parametrize("kills", [1, 2, 3])
def test_a_jail_that_is_killed_costs_the_student_nothing(course, hand_in, solution, address, kills):
    """If a jail is killed in the same cell again, as for lack of memory, a mark is
    due or there is none."""
    # The cell goes on when this test writes into its file: until then its jail can be killed in it.
    stays = "import os, time\nopen('started', 'w').close()\nwhile not os.stat('started').st_size: time.sleep(0.01)\n"
    hand_in("ada", edited(solution, "write_count", stays + COUNT))
    got: list[Result | None] = []
    task = Task(course, course.assignment("double"), "ada", Jails(address))
    thread = threading.Thread(target=lambda: got.append(grade_task(task)))
    kill_jails(fork_servers(os.getpid())[-1], kills, thread)
    thread.join()
    assert got[0] is not None
    found = got[0].verdict
    assert found.graded == (kills < TRIES)
    assert found.earned == (6 if found.graded else 0)
    assert found.graded or "short of memory" in found.reason


@pytest.mark.parametrize(
    "ends", ["import os\nos._exit(9)", "import os\nos.closerange(3, 256)", "import os\nos.abort()"]
)
def test_a_process_that_ends_itself_is_the_students(course, hand_in, solution, address, ends):
    """It is a cell that died, and is graded at once: nobody else killed it."""
    hand_in("bob", edited(solution, "write_count", ends))
    task = Task(course, course.assignment("double"), "bob", Jails(address))
    dead = grade(task.course, task.assignment, task.student, task.jails).verdict  # raises JailLost for another's fault
    assert [cell.status for cell in dead.cells if cell.id == "write_count"] == ["died"]
    assert dead.graded


def test_a_gradebook_that_cannot_be_written_is_waited_for_once(course, keep_graded, monkeypatch):
    """After the first failure the others are kept unrecorded, at once, and the next
    run records them all."""
    for student in ("ada", "bob", "cy"):
        keep_graded(student)
    pairs = [("double", student) for student in ("ada", "bob", "cy")]
    tried: list[str] = []
    record_all = gradebook.record_all

    def note_and_record(course, results):
        tried.extend(result.verdict.student for result in results)
        return record_all(course, results)

    monkeypatch.setattr(batch, "TOGETHER", 1)
    monkeypatch.setattr(nbgrader_course, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(gradebook, "record_all", note_and_record)
    with contextlib.closing(sqlite3.connect(course.root / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        outcomes = list(grade_class(course, pairs))
    assert tried == ["ada"]
    assert [(each.status, each.verdict.graded) for each in outcomes] == [(NOT_RECORDED, False)] * 3
    assert "in use by another program" in outcomes[2].verdict.reason
    assert [each.status for each in grade_class(course, pairs)] == [RECORDED] * 3
    assert [each.status for each in grade_class(course, pairs)] == [UNCHANGED] * 3
    assert {mark.student: mark.score for mark in export.marks(course)} == {"ada": 6, "bob": 6, "cy": 6}


def test_a_submission_that_cannot_be_recorded_keeps_no_other_back(course, keep_graded):
    """Of submissions that are recorded together, those at fault are told with their reasons, and
    the marks of all others are written."""
    students = ["ada", "bob", "cy", "dan", "eve"]
    for student in students:
        keep_graded(student)
    kept = read_kept(course, "double", "bob")
    assert kept is not None
    criteria = [replace(kept.verdict.criteria[0], earned=float("nan")), *kept.verdict.criteria[1:]]
    keep(course, replace(kept, verdict=replace(kept.verdict, criteria=criteria)))
    (course.root / "autograded").mkdir(exist_ok=True)
    (course.root / "autograded" / "dan").write_text("no folder")
    outcomes = {each.verdict.student: each for each in grade_class(course, [("double", each) for each in students])}
    assert list(outcomes) == students
    assert [student for student in students if outcomes[student].status == NOT_RECORDED] == ["bob", "dan"]
    assert "is not a number" in outcomes["bob"].verdict.reason
    assert "its notebook cannot be written into autograded/" in outcomes["dan"].verdict.reason
    assert {mark.student: mark.score for mark in export.marks(course)} == {
        "ada": 6,
        "bob": None,
        "cy": 6,
        "dan": None,
        "eve": 6,
    }


@contextlib.contextmanager
def full_disk(monkeypatch) -> Iterator[None]:
    """A block in which this process cannot write a file of more than a few bytes."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it would be cut short, and stay so
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_verdict_that_cannot_be_kept_gives_no_mark(course, keep_graded, monkeypatch):
    """On a full disk nothing is recorded, and there is no use in grading on; what was kept
    before is still there."""
    keep_graded("ada")
    gradebook.register(course, "double", ["double"])
    before = read_kept(course, *PAIR)
    records = batch._Recorder(course)
    plan = next(make_plans(course, [PAIR]))
    with full_disk(monkeypatch):
        (outcome,) = records.take([(plan, Result(verdict(), {"double": solution_notebook()}))])
    assert outcome.status == NOT_GRADED
    assert records.full == outcome.verdict.reason == "its verdict cannot be kept in .proctor/: File too large"
    assert [mark.score for mark in export.marks(course)] == [None]
    assert read_kept(course, *PAIR) == before
    assert not list(course.state.glob("**/*.unfinished"))


def test_two_runs_of_a_course_are_never_at_once(course, proctor, hand_in, solution):
    """The second says who is at it and does nothing; a lock that was left by a
    killed run stops nobody."""
    hand_in("ada", solution)
    with one_run(course.state):
        said = proctor("grade", code=2).stdout
    assert f"this course is being graded already, by process {os.getpid()}" in said
    assert not (course.root / "gradebook.db").exists()
    with one_run(course.state):
        pass


def test_only_abandoned_folders_of_our_own_are_removed(temporary):
    """What a killed process left goes; what a living one has, what is another
    program's, and links stay."""
    command = (
        "import os\nfrom proctor.jail.owned_folder import OwnedFolder\nfolder = OwnedFolder()\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", command], timeout=300)
    (left,) = temporary.glob("proctor-*")
    (temporary / "proctor-elsewhere").symlink_to(left)
    (temporary / "proctor-not-ours").mkdir()
    mine = OwnedFolder()
    remove_abandoned()
    stays = {"proctor-elsewhere", "proctor-not-ours", Path(mine.name).name}
    assert {path.name for path in temporary.iterdir()} == stays
    mine.cleanup()
    assert not Path(mine.name).exists()


def test_programs_get_an_object_a_line_and_people_a_log(course, proctor, hand_in, solution):
    """--json tells each submission as it is done, then the counts; a log says how each
    was graded, or why not."""
    hand_in("ada", edited(solution, "write_count", "raise OSError('far away')"))
    hand_in("cy", b"not a notebook")
    done = proctor("grade", "--json", code=1)
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {line["student"]: line for line in lines[:-1]}
    assert (found["ada"]["status"], found["ada"]["earned"], found["ada"]["points"]) == ("graded", 5, 6)
    assert (found["cy"]["status"], found["cy"]["earned"]) == ("not graded", None)
    assert "is not valid JSON" in found["cy"]["reason"]
    summary = lines[-1]["summary"]
    assert (summary["submissions"], summary["graded"], summary["not graded"]) == (2, 1, 1)
    assert "OSError: far away" in log_file(course, "double", "ada").read_text()
    assert "is not valid JSON" in log_file(course, "double", "cy").read_text()
    assert proctor("grade", "nothing", "--json", code=2).stdout == ""
