"""Hand-ins that are strange as files: how each is made, and what becomes of it."""

from __future__ import annotations

import copy
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from attacks.exercise import FULL, NAME, RIGHT, WRONG, notebook
from proctor.course.course import Course

FILE = f"{NAME}.ipynb"


def right() -> NotebookNode:
    """The full solution."""
    return notebook(RIGHT)


def wrong() -> NotebookNode:
    """Nothing of it is right."""
    return notebook(WRONG)


def cell_of(found: NotebookNode, name: str) -> NotebookNode:
    """The cell with this grade id."""
    return next(cell for cell in found.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


# -- notebooks: what is written as sums.ipynb, and the points due (None: not graded)


def _points_raised() -> NotebookNode:
    made = wrong()
    for cell in made.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader |= {"points": 200, "locked": False, "grade": True, "solution": True}
    return made


def _ids_swapped() -> NotebookNode:
    made = notebook({**WRONG, "write_count": RIGHT["write_count"]})
    for name in ("relu", "total"):
        cell_of(made, name).metadata.nbgrader["grade_id"] = "count"
    return made


def _ids_of_odd_types() -> NotebookNode:
    made = right()
    made.cells.append(new_code_cell("1", metadata={"nbgrader": {"grade_id": ["relu"], "points": "200"}}))
    made.cells.append(new_code_cell("1", metadata={"nbgrader": 7}))
    return made


def _check_cells_duplicated() -> NotebookNode:
    made = notebook({**WRONG, "write_count": RIGHT["write_count"]})
    made.cells += [copy.deepcopy(cell_of(made, "count")) for _ in range(9)]
    return made


def _check_cells_rewritten() -> NotebookNode:
    made = wrong()
    for name in ("relu", "total", "column"):
        cell_of(made, name).source = "print('8 of 8')\nimport os; os._exit(0)"
    cell_of(made, "setup").source = "def check(*a): return 'met'\nimport numpy as np"
    return made


def _check_cells_deleted() -> NotebookNode:
    made = wrong()
    made.cells = [cell for cell in made.cells if not cell.source.startswith("check(")]
    return made


def _types_changed() -> NotebookNode:
    made = wrong()
    for cell in made.cells:
        if cell.source.startswith("check("):
            cell["cell_type"] = "markdown"
            cell.pop("outputs"), cell.pop("execution_count")
    return made


def _outputs_pasted() -> NotebookNode:
    made = wrong()
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                new_output("stream", text="8 of 8 points\n"),
                new_output("display_data", {"text/plain": "8.0"}),
            ]
            cell.execution_count = 1
    return made


def _cells_reversed() -> NotebookNode:
    made = right()
    made.cells.reverse()
    return made


def _cells_merged() -> NotebookNode:
    made = right()
    source = "\n\n".join(RIGHT.values())
    made.cells = [cell for cell in made.cells if not cell.metadata.get("nbgrader", {}).get("solution")]
    made.cells.insert(2, new_code_cell(source, id="all-in-one"))
    return made


def _cells_split() -> NotebookNode:
    made = right()
    cell_of(made, "write_relu").source = "def helper(x):\n    return np.maximum(x, 0)"
    index = made.cells.index(cell_of(made, "write_relu"))
    made.cells.insert(index + 1, new_code_cell("def relu(x):\n    return helper(x)", id="second-half"))
    return made


def _ids_duplicated() -> NotebookNode:
    made = right()
    for cell in made.cells:
        cell["id"] = "same"
    return made


def _overridden_later() -> NotebookNode:
    return notebook(RIGHT, after="relu = total = column = Counter = loss = count = None")


def _with(change: Callable[[dict[str, Any]], object]) -> bytes:
    content = json.loads(nbformat.writes(right()))
    change(content)
    return json.dumps(content).encode()


def _heavy(content: dict[str, Any]) -> None:
    content["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (29 * 2**20)}]


def _many_cells(content: dict[str, Any]) -> None:
    cell: dict[str, Any] = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
    content["cells"] += [cell] * 1000


def _kernel(language: str) -> Callable[[dict[str, Any]], object]:
    spec = {"name": language, "display_name": language, "language": language}
    return lambda content: content.update(metadata={"kernelspec": spec, "language_info": {"name": language}})


DEEP = b"[" * 10**5

NOTEBOOKS: dict[str, tuple[Callable[[], NotebookNode | bytes], float | None]] = {
    "points_raised": (_points_raised, 0),
    "ids_swapped": (_ids_swapped, 1),
    "ids_of_odd_types": (_ids_of_odd_types, FULL),
    "check_cells_duplicated": (_check_cells_duplicated, 1),
    "check_cells_rewritten": (_check_cells_rewritten, 0),
    "check_cells_deleted": (_check_cells_deleted, 0),
    "types_changed": (_types_changed, 0),
    "outputs_pasted": (_outputs_pasted, 0),
    "cells_reversed": (_cells_reversed, FULL),
    "cells_merged": (_cells_merged, FULL),
    "cells_split": (_cells_split, FULL),
    "ids_duplicated": (_ids_duplicated, FULL),
    "overridden_later": (_overridden_later, 0),
    "utf_16": (lambda: nbformat.writes(right()).encode("utf-16"), FULL),
    "byte_order_mark": (lambda: nbformat.writes(right()).encode("utf-8-sig"), FULL),
    "latin_1": (lambda: nbformat.writes(notebook(RIGHT, before="# gr\xf6\xdfe")).encode("latin-1"), None),
    "version_3": (lambda: nbformat.writes(nbformat.convert(right(), 3), version=3).encode(), FULL),
    "version_5": (lambda: _with(lambda content: content.update(nbformat=5)), None),
    "version_of_odd_type": (lambda: _with(lambda content: content.update(nbformat=True)), None),
    "no_cells": (lambda: _with(lambda content: content.pop("cells")), None),
    "source_is_a_number": (lambda: _with(lambda content: content["cells"][2].update(source=7)), None),
    "source_is_nested": (lambda: _with(lambda content: content["cells"][2].update(source=[["x"]])), None),
    "nul_in_source": (
        lambda: _with(lambda content: content["cells"][2].update(source=RIGHT["write_relu"] + "\0")),
        FULL,
    ),
    "lone_surrogate": (lambda: nbformat.writes(right()).replace("# Sums", "# \\ud800").encode(), FULL),
    "nan_in_metadata": (lambda: nbformat.writes(right()).replace('"points": 2', '"points": NaN').encode(), FULL),
    "json_too_deep": (lambda: DEEP, None),
    "json_deep_in_metadata": (lambda: b'{"nbformat": 4, "cells": [], "metadata": ' + DEEP, None),
    "huge_integer": (lambda: b'{"nbformat": ' + b"9" * 10**5 + b"}", None),
    "cut_short": (lambda: nbformat.writes(right()).encode()[:900], None),
    "empty": (lambda: b"", None),
    "web_page": (lambda: b"<!doctype html><title>Log in</title>", None),
    "heavy_outputs": (lambda: _with(_heavy), FULL),
    "too_large": (lambda: b" " * (31 * 2**20), None),
    "many_cells": (lambda: _with(_many_cells), FULL),
    "kernel_of_r": (lambda: _with(_kernel("R")), FULL),
    "kernel_of_julia": (lambda: _with(_kernel("julia")), FULL),
    "odd_attachments": (lambda: _with(_odd_attachments), FULL),
    "odd_cell_ids": (lambda: _with(_odd_cell_ids), FULL),
    "no_outputs_no_metadata": (lambda: _with(_bare), FULL),
}


def _odd_attachments(content: dict[str, Any]) -> None:
    script, many = "<script>alert(1)</script>", {f"{n}.png": {"image/png": "iVBORw0KGgo="} for n in range(9000)}
    odd: list[Any] = [
        {script: {"image/svg+xml": script}, "a": {"text/html": [script]}, "b": [], "c": {"image/png": {"d": 1}}},
        many,
        ["image/png"],
        "image/png",
    ]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "![a](attachment:a)", "attachments": each} for each in odd
    ]
    content["cells"][1:1] = cells


def _odd_cell_ids(content: dict[str, Any]) -> None:
    odd = ["", "a b", "x" * 65, "../..", "<b>", 7, None, "cell-1", "cell-1", "proctor-notes"]
    for cell, made in zip(content["cells"], odd, strict=False):
        cell["id"] = made


def _bare(content: dict[str, Any]) -> None:
    content["metadata"] = {}
    for cell in content["cells"]:
        cell.pop("outputs", None), cell.pop("execution_count", None), cell.pop("id", None)


# -- folders: what is done to submitted/<student>/sums, and the points due (None: not graded)


def _write(folder: Path, found: NotebookNode, name: str = FILE) -> None:
    (folder / name).write_text(json.dumps(found))


def _link_to(target: str) -> Callable[[Path, Course], None]:
    return lambda folder, course: os.symlink(course.root / target, folder / FILE)


def _hard_link(folder: Path, course: Course) -> None:
    os.link(course.submitted("bystander", NAME) / FILE, folder / FILE)


def _folder_link(folder: Path, course: Course) -> None:
    folder.rmdir()
    os.symlink(course.submitted("bystander", NAME), folder)


def _fifo(folder: Path, course: Course) -> None:
    os.mkfifo(folder / FILE)


def _directory(folder: Path, course: Course) -> None:
    (folder / FILE).mkdir()


def _checkpoints(folder: Path, course: Course) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    _write(folder / ".ipynb_checkpoints", right(), "sums-checkpoint.ipynb")
    _write(folder, wrong())


def _two_notebooks(folder: Path, course: Course) -> None:
    _write(folder, wrong())
    _write(folder, right(), "sums (1).ipynb")


def _two_candidates(folder: Path, course: Course) -> None:
    for name in ("first.ipynb", "second.ipynb"):
        _write(folder, right(), name)


def _renamed(folder: Path, course: Course) -> None:
    _write(folder, right(), "sums (1).ipynb")


def _zip_of(name: str, content: bytes) -> Callable[[Path, Course], None]:
    def put(folder: Path, course: Course) -> None:
        with zipfile.ZipFile(folder / "sums.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)

    return put


def _zip_and_loose(folder: Path, course: Course) -> None:
    _write(folder, wrong())
    _zip_of(FILE, json.dumps(right()).encode())(folder, course)


def _clutter(folder: Path, course: Course) -> None:
    _write(folder, right())
    for number in range(300):
        (folder / f"file{number}").write_text("x")
    os.mkfifo(folder / "pipe")
    os.symlink("/", folder / "root")
    os.symlink("loop", folder / "loop")
    (folder / "sparse").touch()
    os.truncate(folder / "sparse", 2**30)
    (folder / "-rf; $(rm -rf ~)\n.py").write_text("x")
    for name in ("conftest.py", "pytest.ini", "numpy.py", "sitecustomize.py", "test_public.py", "msgpack.py"):
        (folder / name).write_text("raise SystemExit('achieved')")


def _future(folder: Path, course: Course) -> None:
    _write(folder, right())
    os.utime(folder / FILE, (2**33, 2**33))
    (folder / "timestamp.txt").write_text("9999-99-99 99:99:99 UTC")


def _nothing(folder: Path, course: Course) -> None:
    pass


FOLDERS: dict[str, tuple[Callable[[Path, Course], None], float | None]] = {
    "link_to_the_gradebook": (_link_to("gradebook.db"), None),
    "link_to_another_submission": (_link_to(f"submitted/bystander/{NAME}/{FILE}"), None),
    "link_to_the_solution": (_link_to(f"source/{NAME}/{FILE}"), None),
    "hard_link_to_another_submission": (_hard_link, FULL),
    "folder_that_is_a_link": (_folder_link, None),
    "fifo": (_fifo, None),
    "directory_with_its_name": (_directory, None),
    "checkpoints": (_checkpoints, 0),
    "two_notebooks": (_two_notebooks, 0),
    "two_candidates": (_two_candidates, None),
    "renamed": (_renamed, FULL),
    "zip": (_zip_of(FILE, json.dumps(right()).encode()), FULL),
    "zip_and_loose": (_zip_and_loose, 0),
    "zip_that_leaves_its_folder": (_zip_of(f"../../bystander/{NAME}/{FILE}", b"achieved"), None),
    "zip_bomb": (_zip_of(FILE, b" " * 2**25), None),
    "clutter": (_clutter, FULL),
    "from_the_future": (_future, FULL),
    "nothing_in_it": (_nothing, None),
}

# -- students: the name of the folder, and the points due (None: not graded)

NAMES: dict[str, tuple[str, float | None]] = {
    "looks_like_an_option": ("--help", FULL),
    "looks_like_a_command": ("$(touch achieved); `touch achieved`", FULL),
    "looks_like_a_glob": ("b*[a-z]?", FULL),
    "looks_like_markup": ("[red]<b onclick=alert(1)>", FULL),
    "terminal_escapes": ("\x1b]0;owned\x07\x1b[31mred", FULL),
    "right_to_left": ("\u202egnp.\u202c", FULL),
    "newline": ("two\nlines", FULL),
    "formula": ("=HYPERLINK(1)", FULL),
    "dots": ("...", FULL),
    "percent_and_quotes": ("%s{0}'\"\\", FULL),
    "not_utf_8": (os.fsdecode(b"caf\xe9"), None),
    "very_long": ("x" * 200, FULL),
}
