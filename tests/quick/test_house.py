"""The shape of the package: imports run one way, and importing it is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import proctor

PACKAGE = Path(proctor.__file__).parent
ORDER = (
    "errors verdict versions text nbgrader_settings plots recurrent",
    "course models datasets",
    "channel feedback intake answers",
    "criteria",
    "jail",
    "judge",
    "record",
    "run",
    "author report",
    "cli nbgrader_hooks",
)
"""Folders and root modules ("rooms") from the ground up: a module imports only from its own room
and from lower floors."""
DOORS = {"__init__": "judge", "__main__": "cli", "plugin": "judge"}
"""What the outside imports, and the floor that it may see at most."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package, by its dotted name without "proctor."."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if "template" not in parts:
            yield ".".join(parts), ast.parse(path.read_text())


def imported(tree: ast.Module) -> set[str]:
    """The package's modules that a module imports, at its top or later, by their dotted names."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "proctor":
            of = (node.module or "").removeprefix("proctor").removeprefix(".")
            for alias in node.names:
                inner = f"{of}.{alias.name}".removeprefix(".")
                is_module = (PACKAGE / inner.replace(".", "/")).with_suffix(".py").exists()
                found.add(inner if is_module or (PACKAGE / inner.replace(".", "/")).is_dir() else of or "__init__")
    return found


def floor(module: str) -> int:
    """How high the room of a module lies."""
    room = DOORS.get(module, module.split(".")[0])
    return next(number for number, rooms in enumerate(ORDER) if room in rooms.split())


def test_imports_run_one_way():
    """No module imports from a higher floor, nor from another room on its own."""
    wrong = [
        f"{module} imports {other}"
        for module, tree in modules()
        for other in imported(tree)
        if floor(other) > floor(module)
        or (floor(other) == floor(module) and other.split(".")[0] != module.split(".")[0] and module not in DOORS)
    ]
    assert wrong == []


def test_modules_do_not_import_each_other_in_a_circle():
    """The modules can be put into an order in which each comes after all that it imports."""
    TopologicalSorter({module: imported(tree) - {module} for module, tree in modules()}).prepare()


def test_a_students_process_loads_little_and_keeps_its_modules():
    """`import proctor` loads neither nbformat nor Keras, and hides no package from students."""
    script = (
        "import sys, proctor, rfc3987_syntax\n"
        "assert rfc3987_syntax.is_valid_syntax('iri', 'https://example.org')\n"
        "print([name for name in ('nbformat', 'nbgrader', 'keras', 'tensorflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_check_in_a_notebook_does_not_load_nbformat():
    """Importing what runs the criteria of a check takes no second for nbformat's schemas."""
    script = (
        "import sys, proctor.judge.criteria_run\n"
        "print([name for name in ('nbformat', 'jsonschema') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == "[]", done.stderr


def test_proctors_own_processes_start_without_the_grammar():
    """An examiner imports nbformat without the grammar that jsonschema would build."""
    script = (
        "import sys, proctor.run.no_iri_grammar, proctor.run.task\n"
        "print([name for name in ('nbformat', 'jsonschema', 'lark') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == "['nbformat', 'jsonschema']", done.stderr


def test_the_doors_of_existing_courses_stand():
    """What courses, notebooks and graders import or name in their settings is where it was."""
    from proctor import answers, check, criterion, datasets, nbgrader_settings, plugin

    assert callable(nbgrader_settings.configure)
    assert callable(check)
    assert callable(criterion)
    assert {"variant", "mutant", "edit", "replace", "append", "untrained", "retrained", "hand_in"} <= set(vars(answers))
    assert {"load", "source", "names"} <= set(vars(datasets))
    assert hasattr(plugin, "pytest_addoption")
