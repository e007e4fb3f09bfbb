"""Harmful model files beside a right notebook, graded in the real jail."""

from __future__ import annotations

import csv

import pytest
from attacks.archives import ARCHIVES, CANARY
from attacks.configs import CONFIGS
from attacks.models import doubling, judged, saved
from attacks.weights import WEIGHTS
from conftest import edited

from proctor.errors import NotGraded
from proctor.jail.course_jail import fork_server
from proctor.models import gate
from proctor.verdict import CriterionResult

# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def right() -> bytes:
    """The file of a model that would get every point."""
    return saved(doubling())


@pytest.fixture(scope="module")
def archives(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `ARCHIVES`."""
    files = {attack: make(right) for attack, (make, _) in ARCHIVES.items()}
    assert max(map(len, files.values())) < 2**23
    return judged(tmp_path_factory.mktemp("archives"), address, files)


@pytest.mark.parametrize("attack", ARCHIVES)
def test_an_archive_that_lies_earns_nothing(attack, archives):
    """Whatever a zip file does to be opened costs its own point alone, and
    is told in a sentence."""
    assert archives[attack].earned == 0
    assert ARCHIVES[attack][1] in archives[attack].found
    assert not CANARY.exists()


def test_a_folder_in_the_place_of_the_file_is_not_opened(graded, course, solution):
    """A SavedModel folder counts as no model, and says so."""
    folder = course.submitted("ada", "double") / "double.keras"
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"\x08\x01\x12")
    verdict = graded(solution)
    assert verdict.graded
    assert "double.keras is not a plain file; it counts as not handed in" in verdict.notes


@pytest.fixture(scope="module")
def configs(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `CONFIGS`."""
    files = {attack: make(right) for attack, (make, _) in CONFIGS.items()}
    return judged(tmp_path_factory.mktemp("configs"), address, files)


@pytest.mark.parametrize("attack", CONFIGS)
def test_a_config_that_asks_for_more_than_layers_earns_nothing(attack, configs):
    """What Keras would import, call, read or allocate while it loads is refused
    before Keras sees the file."""
    assert configs[attack].earned == 0
    assert CONFIGS[attack][1] in configs[attack].found


@pytest.fixture(scope="module")
def weights(right, address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `WEIGHTS`."""
    files = {attack: make(right) for attack, (make, _) in WEIGHTS.items()}
    assert max(map(len, files.values())) < 2**17
    return judged(tmp_path_factory.mktemp("weights"), address, files)


@pytest.mark.parametrize("attack", WEIGHTS)
def test_weights_that_are_no_plain_arrays_earn_nothing(attack, weights):
    """HDF5 that points elsewhere, and models that are too large for their jail, cost
    their own point alone."""
    assert weights[attack].earned == 0
    assert WEIGHTS[attack][1] in weights[attack].found


def test_a_keras_with_known_holes_does_not_grade(course, monkeypatch):
    """Below the floor nothing is graded, and the sentence says how to get there."""
    monkeypatch.setattr(gate, "KERAS_FLOOR", (99, 1))
    told = "needs Keras 99.1 or newer.*pip install --upgrade 'keras>=99.1'"
    with pytest.raises(NotGraded, match=told), fork_server(course):
        pass


def test_bombs_in_a_class_cost_nobody_else_a_point(proctor, course, hand_in, solution, right):
    """`proctor grade` gives the bystander every point, and the others what their notebooks earn: a
    file that is refused gains nothing, and the training cell makes another."""
    build = "model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2)])"  # cannot be trained
    wrong = edited(solution, "write_build", build)
    hand_in("honest", solution, {"double.keras": ARCHIVES["a comment"][0](right)})
    hand_in("ada", solution, {"double.keras": right})
    for attack, make in (
        ("archive", ARCHIVES["a 2 GiB bomb"][0]),
        ("config", CONFIGS["bytecode"][0]),
        ("memory", WEIGHTS["4 GiB in two layers"][0]),
    ):
        hand_in(attack, wrong, {"double.keras": make(right)})
    proctor("grade")
    proctor("export")
    with (course.root / "marks.csv").open() as file:
        marks = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert marks == {"ada": "6.0", "honest": "6.0", "archive": "3.0", "config": "3.0", "memory": "3.0"}
