"""The least that is possible: every student's own cells, one after another in one warm process.

`python -m benchmarks.grade_class.floor SUBMITTED` prints, as JSON, the wall and processor seconds
that they took. Imports and a first notebook, which warm the process, are not counted. Figures are
drawn, as in a notebook.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import nbformat


def main(submitted: Path) -> None:
    """Run the notebooks below `submitted`; print what they took."""
    # One thread, as in the jail: networks this small are slower with two.
    os.environ.update(dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1"))
    notebooks = [_cells(path) for path in sorted(submitted.glob("*/*/*.ipynb"))]
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null), contextlib.redirect_stderr(null):
        _run(notebooks[0])
        started = time.perf_counter(), time.process_time()
        for cells in notebooks:
            _run(cells)
        taken = time.perf_counter() - started[0], time.process_time() - started[1]
    print(json.dumps({"seconds": taken[0], "processor": taken[1]}))


def _cells(path: Path) -> list[str]:
    """The code of the notebook's cells, check cells left out."""
    cells = nbformat.read(path, as_version=4).cells
    return [
        cell.source for cell in cells if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")
    ]


def _run(cells: list[str]) -> None:
    import matplotlib.pyplot as plt

    namespace: dict[str, Any] = {"__name__": "__main__"}
    for source in cells:
        with contextlib.suppress(Exception):  # the next cell runs all the same, as in grading
            exec(compile(source, "cell", "exec"), namespace)
        for number in plt.get_fignums():
            plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
        plt.close("all")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
