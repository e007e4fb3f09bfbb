"""The jails of a course: their fork server, the tier that the course accepts, and their limits."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from proctor import datasets
from proctor.course.assignment import Assignment
from proctor.course.course import Course
from proctor.course.own_values import VARIABLE, own_values, to_variable
from proctor.datasets import places
from proctor.errors import CourseError, NotGraded
from proctor.jail import layers
from proctor.jail.client import SPAWN
from proctor.jail.limits import Limits
from proctor.jail.server import ForkServer, python_paths
from proctor.jail.view import SYSTEM
from proctor.jail.warm import lease_warm_server
from proctor.models.gate import require_keras


@dataclass(frozen=True)
class Jails:
    """How to start the jails of a grading run.

    Args:
        address: of the fork server, or `client.SPAWN`.
        threads: for NumPy and TensorFlow in each jail.
        seed: for Python, NumPy and Keras in each jail.
    """

    address: str
    threads: int = 1
    seed: int = 0


@contextlib.contextmanager
def fork_server(course: Course, own_code: bool = False, keep_warm: float = 0, plain: bool = False) -> Iterator[str]:
    """The address of a fork server: the course's warm one, or one that runs as long as the block.

    Student code may read the course's data there. On macOS and Windows, where forking is not safe,
    the address is `client.SPAWN`.

    Args:
        course: the course whose data and settings apply.
        own_code: whether only the course's own answers run there; any tier of isolation will do
            then.
        keep_warm: minutes for which a warm server is kept after the block; 0 starts none.
        plain: whether it has a server of its own, with the plainest settings of libraries.

    Raises NotGraded if this machine's jails are weaker than the course accepts (see
    `accepted_jail`), if any jail could read the course (see `why_reachable`) or if its Keras is too
    old; CourseError if the course's settings name a tier that does not exist.
    """
    require_keras()
    if not own_code:
        require_out_of_reach(course)
    data = data_folder(course)
    data.mkdir(parents=True, exist_ok=True)
    if not sys.platform.startswith("linux"):
        _require_strength("process", accepted_jail(course, own_code))
        yield SPAWN
        return
    with contextlib.ExitStack() as stack:
        warm = None if plain else stack.enter_context(lease_warm_server(course.state, data, keep_warm))
        server = warm or stack.enter_context(ForkServer(readable=(data,), plain=plain))
        accepted = accepted_jail(course, own_code)
        _require_strength(layers.tier(server.layers), accepted)
        yield server.address


def require_out_of_reach(course: Course) -> None:
    """Raise NotGraded if any jail could read the course (see `why_reachable`)."""
    if reason := why_reachable(course):
        raise NotGraded(f"student code is not run: {reason}")


def why_reachable(course: Course) -> str:
    """A sentence on why any jail could read the course, the data or your home; "" if none could.

    Student code reads the system's folders and Python's own. What lies in one of them is no secret.
    """
    folders = {"the course": course.root, "your home folder": Path.home()}
    if data := os.environ.get("PROCTOR_DATA"):
        folders["the data (PROCTOR_DATA)"] = Path(data).expanduser()
    shown = {Path(os.path.realpath(path)) for path in [*SYSTEM, *python_paths()]}
    for what, folder in folders.items():
        for place in sorted(shown):
            if folder.is_dir() and folder.resolve().is_relative_to(place):
                return f"{what} lies in {place}, where student code may read everything. Move it elsewhere"
    return ""


def _require_strength(found: str, accepted: str) -> None:
    if not layers.is_as_strong(found, accepted):
        raise NotGraded(
            f"student code is not run: this course wants a jail of tier {accepted!r}, and this machine has {found!r}. "
            "`proctor doctor` says what is missing and how to get it. To grade all the same, accept it in "
            f"nbgrader_config.py: c.Proctor.jail = {found!r}"
        )


def accepted_jail(course: Course, own_code: bool = False) -> str:
    """The weakest tier of isolation (`layers.TIERS`) that the course accepts; "full" by default.

    Args:
        course: the course whose settings are read.
        own_code: whether only the course's own answers are to run, for which any tier will do.

    Raises CourseError if the settings name a tier that does not exist.
    """
    accepted = course.settings().Proctor.get("jail", "full")
    if accepted not in layers.TIERS:
        raise CourseError(
            f"c.Proctor.jail in nbgrader_config.py must be one of {', '.join(layers.TIERS)}, got {accepted!r}"
        )
    return "process" if own_code else str(accepted)


def data_folder(course: Course) -> Path:
    """The folder with the data sets that jails may read."""
    return course.state / "data"


def jail_limits(course: Course, assignment: Assignment, jails: Jails, student: str = "") -> Limits:
    """The limits of this assignment's jails; exports its data set to `data_folder` for them.

    Args:
        student: whose values of one's own `proctor.values` returns there.
    """
    variables = {"PROCTOR_OFFLINE": "1"}
    datasets.use_course(course.root)
    if assignment.dataset:
        folder = data_folder(course) / assignment.dataset
        # Two that export the same would each remove what the other's jails are reading.
        with places.locked(course.state / "data.lock"):
            datasets.export([assignment.dataset], folder)
        variables["PROCTOR_DATA"] = str(folder)
    if own := own_values(assignment, student):
        variables[VARIABLE] = to_variable(own)
    return Limits.of(assignment.budget, threads=jails.threads, seed=jails.seed, environment=variables)
