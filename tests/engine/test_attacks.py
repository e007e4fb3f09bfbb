"""Real attacks through the real front door: no point gained, nothing reached, nobody else harmed.

Each class is graded by one `proctor grade`; every test looks at one student of it and at the
bystander, who handed in the full solution. `docs/security.md` has a row for each.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from attacks.cheats import ALL, CHEATS, MODEL_CHEATS
from attacks.damage import DAMAGE, HASTY, PATIENT
from attacks.exercise import CANARY, FULL, NAME, POINTS, RIGHT, WRONG, hand_in, make_attacked_course, notebook
from attacks.handins import FOLDERS, NAMES, NOTEBOOKS
from attacks.networks import (
    NET_CHEATS,
    NET_FULL,
    NET_POINTS,
    NETS,
    RIGHT_NETS,
    SECRET_NUMBERS,
    TELLING,
    add_nets,
    nets_notebook,
)
from attacks.noise import NOISE
from attacks.pages import POISONS
from attacks.reaches import REACHES, TOOLS
from attacks.values import HONEST, LIES
from conftest import BUILD, edited, run_proctor, solution_notebook

from proctor.course.course import Course
from proctor.record.kept import read_verdict
from proctor.report import export
from proctor.verdict import Verdict

SECRET = secrets.token_hex(8)
BYSTANDER = "bystander"


@dataclass(frozen=True)
class Graded:
    """A class that has been graded, and how its files were before."""

    course: Course
    said: str
    before: dict[str, str]
    after: dict[str, str]
    marks: dict[tuple[str, str], float | None]

    def verdict(self, student: str, name: str = NAME) -> Verdict | None:
        """What was kept of a student; None if nothing was graded."""
        return read_verdict(self.course, name, student)

    def mark(self, student: str, name: str = NAME) -> float | None:
        """What the gradebook has."""
        return self.marks.get((export.cell_text(student), name))

    def shown(self, student: str, name: str = NAME) -> str:
        """All text that the graded notebook shows as output."""
        path = self.course.autograded(student, name) / f"{name}.ipynb"
        outputs = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]
        return "\n".join(output.get("text") or "\n".join(output.get("traceback", [])) for output in outputs)

    def assert_due(self, student: str, due: float | None, name: str = NAME) -> None:
        """The student's mark is the one due, nothing was achieved, and the bystander is as ever."""
        verdict = self.verdict(student, name)
        found = None if verdict is None else verdict.earned
        failed = [] if verdict is None else [f"{r.name}: {r.found}" for r in verdict.criteria if r.status != "passed"]
        cells = [] if verdict is None else [f"{c.id}: {c.status} {c.error}" for c in verdict.cells if c.status != "ok"]
        assert found == self.mark(student, name) == due, "\n".join([*failed, *cells, self.said])
        if verdict is not None:
            achieved = [line for line in self.shown(student, name).splitlines() if line.startswith("ACHIEVED")]
            assert not achieved, "\n".join(achieved)
        self.assert_nobody_harmed()

    def assert_nobody_harmed(self) -> None:
        """The bystander has full marks, and only files that grading makes have changed."""
        for name, full in ((NAME, FULL), ("double", 6)):
            verdict = self.verdict(BYSTANDER, name)
            assert verdict is not None, self.said
            assert verdict.earned == self.mark(BYSTANDER, name) == full, self.said
        assert self.after == self.before


def files(course: Course) -> dict[str, str]:
    """Everything that grading must not touch → its digest."""
    found = {}
    for part in ("submitted", "source", "graders", "nbgrader_config.py"):
        for path in sorted([course.root / part, *(course.root / part).rglob("*")]):
            status = path.lstat()
            text = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
            key = os.fsencode(path.relative_to(course.root)).decode(errors="backslashreplace")
            if "__pycache__" not in key:
                found[key] = f"{stat.filemode(status.st_mode)} {hashlib.sha256(text).hexdigest()}"
    return found


def own(course: Course, source: str, more: str = "") -> str:
    """An attack's cell, with the names that it uses."""
    return f"ALL, COURSE = {ALL}, {str(course.root)!r}\n{more}{source}"


def graded_class(root: Path, put: Callable[[Course], None], seconds: int) -> Graded:
    """Make a course, let the bystander and all others hand in, and grade it."""
    course = make_attacked_course(root / "course", seconds)
    hand_in(course, BYSTANDER, notebook(RIGHT))
    hand_in(course, BYSTANDER, solution_notebook(), "double")
    put(course)
    before = files(course)
    done = run_proctor(course.root, "grade", code=None)
    marks = {(mark.student, mark.assignment): mark.score for mark in export.marks(course)}
    return Graded(course, done.stdout, before, files(course), marks)


Folder = pytest.TempPathFactory


@pytest.fixture(scope="module")
def cheats(tmp_path_factory: Folder, keras_file: Callable[..., bytes]) -> Graded:
    """Wrong work with a trick, and lying values in work that is right but for them."""
    import keras

    untrained = keras_file(keras.layers.Dense(1, kernel_initializer="zeros"))

    def put(course: Course) -> None:
        for student, source in CHEATS.items():
            hand_in(course, student, notebook(WRONG, before=own(course, source)))
        for student, (group, answer) in LIES.items():
            hand_in(course, student, notebook({**RIGHT, f"write_{group}": answer}))
        for student, source in MODEL_CHEATS.items():
            folder = hand_in(course, student, edited(solution_notebook(), "write_build", BUILD + source), "double")
            (folder / "double.keras").write_bytes(untrained)

    return graded_class(tmp_path_factory.mktemp("cheats"), put, seconds=HASTY)


@pytest.fixture(scope="module")
def reaches(tmp_path_factory: Folder) -> Iterator[Graded]:
    """Right work that looks around; what there is to be reached is there."""
    folder = tmp_path_factory.mktemp("reaches")
    abstract = f"proctor-attack-{SECRET}"
    with (
        socket.create_server(("127.0.0.1", 0)) as port,
        _unix(f"\0{abstract}"),
        _unix(str(folder / "unix")),
        tempfile.TemporaryDirectory(dir=sys.prefix) as beside,
    ):
        make_attacked_course(Path(beside), PATIENT)
        os.chmod(beside, 0o755)
        names = {"PORT": port.getsockname()[1], "ABSTRACT": abstract, "UNIX": str(folder / "unix"), "BESIDE": beside}
        tools = "".join(f"{name} = {value!r}\n" for name, value in names.items()) + TOOLS
        tools += f"CANARY = ''.join(({', '.join(map(repr, CANARY.partition('-')))}))\n"

        def put(course: Course) -> None:
            for student, source in REACHES.items():
                hand_in(course, student, notebook(RIGHT, before=own(course, source + "\nprint('to the end')", tools)))

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PROCTOR_TEST_SECRET", f"SECRET {CANARY}")
            yield graded_class(folder, put, seconds=PATIENT)


def _unix(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    return listener


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: Folder) -> dict[int, Graded]:
    """Cells that break things, by the seconds that a cell may take."""

    def put(course: Course, seconds: int) -> None:
        for student, damage in DAMAGE.items():
            if damage.seconds != seconds:
                continue
            if damage.instead_of:
                made = notebook({**RIGHT, damage.instead_of: own(course, damage.cell)})
            else:
                made = notebook(RIGHT, before=own(course, damage.cell))
            hand_in(course, student, made)

    return {
        seconds: graded_class(tmp_path_factory.mktemp("damaged"), functools.partial(put, seconds=seconds), seconds)
        for seconds in (HASTY, PATIENT)
    }


@pytest.fixture(scope="module")
def untidy(tmp_path_factory: Folder) -> Graded:
    """Right work with noise, strange files, and strange names of students."""

    def put(course: Course) -> None:
        for student, noise in NOISE.items():
            made = notebook(RIGHT, before=noise) if isinstance(noise, str) else notebook({**RIGHT, **noise})
            hand_in(course, student, made)
        for student, (make, _) in NOTEBOOKS.items():
            hand_in(course, student, make())
        for student, (make_folder, _) in FOLDERS.items():
            folder = course.submitted(student, NAME)
            folder.mkdir(parents=True)
            make_folder(folder, course)
        for student, _ in NAMES.values():
            hand_in(course, student, notebook(RIGHT))

    return graded_class(tmp_path_factory.mktemp("untidy"), put, seconds=PATIENT)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: Folder) -> Graded:
    """Live networks, trainings and forecasts that are not what they are made to look like."""

    def put(course: Course) -> None:
        add_nets(course)
        hand_in(course, BYSTANDER, nets_notebook(RIGHT_NETS), NETS)
        for student, (group, answer, _) in NET_CHEATS.items():
            hand_in(course, student, nets_notebook({**RIGHT_NETS, group: answer}), NETS)
        for student, answer in TELLING.items():
            hand_in(course, student, nets_notebook({**RIGHT_NETS, "network": answer}), NETS)

    return graded_class(tmp_path_factory.mktemp("networks"), put, seconds=PATIENT)


@dataclass(frozen=True)
class Shown:
    """A class with its feedback pages, and the bystander's from before the others handed in."""

    graded: Graded
    before: str

    def page(self, student: str) -> str:
        """The feedback page of a student."""
        return (self.graded.course.feedback(student, NAME) / f"{NAME}.html").read_text()


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: Folder) -> Shown:
    """Right work that would stall what makes pages, or make one of any height."""
    course = graded_class(tmp_path_factory.mktemp("stalled"), lambda _: None, seconds=PATIENT).course
    run_proctor(course.root, "feedback")
    before = Shown(Graded(course, "", {}, {}, {}), "").page(BYSTANDER)
    for student, poison in POISONS.items():
        hand_in(course, student, poison.make())
    handed_in = files(course)
    said = run_proctor(course.root, "grade", code=None).stdout + run_proctor(course.root, "feedback", code=None).stdout
    marks = {(mark.student, mark.assignment): mark.score for mark in export.marks(course)}
    return Shown(Graded(course, said, handed_in, files(course), marks), before)


@pytest.mark.parametrize("attack", CHEATS)
def test_no_trick_earns_a_point(cheats: Graded, attack: str) -> None:
    """Work that is wrong throughout gets nothing, whatever it patches, prints, writes or sends."""
    cheats.assert_due(attack, 0)


@pytest.mark.parametrize("lie", LIES)
def test_no_lying_value_meets_a_criterion(cheats: Graded, lie: str) -> None:
    """A value that pretends to be another costs its criteria, and only those."""
    group = LIES[lie][0]
    cheats.assert_due(lie, FULL - POINTS[group] + HONEST.get(lie, 0))


@pytest.mark.parametrize("attack", MODEL_CHEATS)
def test_no_trick_makes_a_model_better(cheats: Graded, attack: str) -> None:
    """An untrained model gets the points of its shape, whatever Keras was made to say."""
    cheats.assert_due(attack, 4, "double")


@pytest.mark.parametrize("attack", NET_CHEATS)
def test_no_trick_shows_another_network(networks: Graded, attack: str) -> None:
    """What a network is made of, what it predicts and what it was taught is read from one file of
    it, where no student code runs."""
    group, _, earned = NET_CHEATS[attack]
    assert networks.mark(BYSTANDER, NETS) == NET_FULL
    networks.assert_due(attack, NET_FULL - NET_POINTS[group] + earned, NETS)


@pytest.mark.parametrize("student", TELLING)
def test_no_page_tells_what_hidden_criteria_asked(networks: Graded, student: str) -> None:
    """A model that tells its inputs in an error tells the instructor alone, who is told of it."""
    networks.assert_due(student, NET_FULL, NETS)
    run_proctor(networks.course.root, "feedback", NETS)
    pages = [
        *networks.course.root.glob("feedback/*/**/*.html"),
        *networks.course.root.glob("autograded/*/**/*"),
    ]
    shown = "".join(path.read_text(encoding="utf-8") for path in pages if path.is_file())
    assert "doubles any number" in shown
    assert [number for number in SECRET_NUMBERS if number in shown] == []
    verdict = networks.verdict(student, NETS)
    assert verdict is not None
    assert [flag.kind for flag in verdict.flags] == ["model"]
    assert "told by the notebook's own process" in verdict.flags[0].sentence
    assert student in run_proctor(networks.course.root, "flags", NETS).stdout


@pytest.mark.parametrize("attack", REACHES)
def test_nothing_is_reached(reaches: Graded, attack: str) -> None:
    """Foreign files and objects cannot be read, written or called; right work keeps its marks."""
    assert "to the end" in reaches.shown(attack)
    reaches.assert_due(attack, FULL)


@pytest.mark.parametrize("deed", DAMAGE)
def test_damage_costs_what_it_touches(damaged: dict[int, Graded], deed: str) -> None:
    """A cell that hangs, dies or uses something up is stopped and named; everything
    else keeps its marks."""
    graded = damaged[DAMAGE[deed].seconds]
    verdict = graded.verdict(deed)
    assert verdict is not None, graded.said
    cells = [f"{cell.status} {cell.error}" for cell in verdict.cells if cell.id == DAMAGE[deed].instead_of]
    assert any(re.search(DAMAGE[deed].said, cell) for cell in cells), cells
    graded.assert_due(deed, DAMAGE[deed].due)
    assert (graded.course.autograded(deed, NAME) / f"{NAME}.ipynb").stat().st_size < 40 * 2**20


@pytest.mark.parametrize("noise", NOISE)
def test_noise_costs_nothing(untidy: Graded, noise: str) -> None:
    """Right work keeps its marks, however untidy it is."""
    untidy.assert_due(noise, FULL)


@pytest.mark.parametrize("poison", POISONS)
def test_no_page_stalls_or_grows(stalled: Shown, poison: str) -> None:
    """Right work keeps its marks, its page shows little of what is too much and says so, and the
    bystander's page is as it was."""
    stalled.graded.assert_due(poison, FULL)
    assert re.search(POISONS[poison].shown, stalled.page(poison)), stalled.graded.said
    assert "2 of 2 points" in stalled.page(poison)
    assert len(stalled.page(poison)) < 4_000_000
    assert stalled.page(BYSTANDER) == stalled.before


@pytest.mark.parametrize("kind", NOTEBOOKS)
def test_a_strange_notebook_gets_what_its_answers_earn(untidy: Graded, kind: str) -> None:
    """A notebook gets the points of its answers, or it is not graded, with the reason;
    never a zero for its form."""
    untidy.assert_due(kind, NOTEBOOKS[kind][1])


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_strange_folder_opens_nothing_else(untidy: Graded, kind: str) -> None:
    """Links, pipes and files beside the notebook lead nowhere."""
    untidy.assert_due(kind, FOLDERS[kind][1])


@pytest.mark.parametrize("kind", NAMES)
def test_a_students_name_is_only_a_name(untidy: Graded, kind: str) -> None:
    """A folder's name is never an option, a command, a pattern, a path or a terminal's escape."""
    untidy.assert_due(*NAMES[kind])
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", untidy.said)
    assert not list(untidy.course.root.rglob("achieved"))


def test_every_attack_is_in_the_table() -> None:
    """docs/security.md names every test here, and no test that is not here."""
    tests = {name: found for name, found in globals().items() if name.startswith("test_")}
    here = set()
    for name, found in tests.items():
        marks = [mark for mark in getattr(found, "pytestmark", []) if mark.name == "parametrize"]
        here |= {f"{name}[{case}]" for case in marks[0].args[1]} if marks else {name}
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    table = text[text.index("## Attacks") : text.index("## What is not promised")]
    named, group = set(), ""
    for line in table.splitlines():
        if found_group := re.match(r"### .* `(test_\w+)`", line):
            group = found_group[1]
        elif line.startswith("| ") and (last := line.rstrip(" |").rpartition("|")[2]):
            named |= {f"{group}[{case}]" for case in re.findall(r"`(\w+)`", last)}
    assert named == here - {"test_every_attack_is_in_the_table"}
