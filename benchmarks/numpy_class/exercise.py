"""Ten functions from scratch, with three criteria each, and a class that hands in the solution."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "ten_functions"

# Function → its one line, with `x` an array of any shape.
BODIES = {
    "relu": "np.maximum(x, 0)",
    "leaky_relu": "np.where(x > 0, x, 0.01 * x)",
    "sigmoid": "0.5 * (1 + np.tanh(x / 2))",
    "softplus": "np.logaddexp(0, x)",
    "swish": "x * 0.5 * (1 + np.tanh(x / 2))",
    "softmax": "np.exp(x - x.max(-1, keepdims=True)) / np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True)",
    "normalised": "(x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + 1e-6)",
    "unit_length": "x / (np.sqrt((x**2).sum(-1, keepdims=True)) + 1e-6)",
    "scaled": "(x - x.min()) / (x.max() - x.min())",
    "centred": "x - x.mean()",
}
INPUTS = {
    "values": "np.linspace(-3, 3, 7)",
    "matrices": "np.random.default_rng(1).normal(size=(4, 5))",
    "batches": "np.random.default_rng(2).normal(size=(2, 3, 4)) * 20",
}

CRITERION = '''

@criterion("{name}", points=1, hint="Which axis, and which numbers?")
def test_{name}_of_{what}(student):
    """{name} is right for {what}."""
    x = {array}
    assert_close(student.{name}(x), {body}, "{name}(x)", rtol=1e-6, atol=1e-9)
'''


def make_course(root: Path) -> None:
    """Make the exercise as a Proctor course in `root`."""
    for folder in ("source", "graders"):
        (root / folder / NAME).mkdir(parents=True)
    nbformat.write(_notebook(), root / "source" / NAME / f"{NAME}.ipynb")
    grader = root / "graders" / NAME
    (grader / "assignment.toml").write_text('title = "Ten functions"\n', encoding="utf-8")
    (grader / "test_public.py").write_text(_criteria("values"), encoding="utf-8")
    (grader / "test_hidden.py").write_text(_criteria("matrices", "batches"), encoding="utf-8")
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", root)


def hand_in(root: Path, count: int) -> None:
    """Let `count` students hand in the solution."""
    for number in range(count):
        folder = root / "submitted" / f"student{number:03}" / NAME
        folder.mkdir(parents=True)
        shutil.copy(root / "source" / NAME / f"{NAME}.ipynb", folder)


def code(notebook: Path) -> list[str]:
    """Return the source of a notebook's code cells, check cells left out."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code" and "check(" not in cell.source]


def _criteria(*kinds: str) -> str:
    text = "import numpy as np\n\nfrom proctor import assert_close, criterion\n"
    for name, body in BODIES.items():
        for what in kinds:
            text += CRITERION.format(name=name, what=what, array=INPUTS[what], body=body)
    return text


def _notebook() -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# Ten functions", id="title"), _cell("setup", "import numpy as np")]
    for name, body in BODIES.items():
        answer = f"def {name}(x):\n    ### BEGIN SOLUTION\n    return {body}\n    ### END SOLUTION"
        cells.append(_cell(f"write_{name}", answer, solution=True))
        cells.append(_cell(name, f'from proctor import check\ncheck("{name}")', points=3))
    return new_notebook(cells=cells)


def _cell(grade_id: str, source: str, *, solution: bool = False, points: float | None = None) -> nbformat.NotebookNode:
    settings = {"schema_version": 3, "grade_id": grade_id, "task": False, "solution": solution, "locked": not solution}
    settings["grade"] = points is not None
    if points is not None:
        settings["points"] = points
    return new_code_cell(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": settings})
