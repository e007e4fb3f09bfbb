"""The bare compute: every student's own cells, one after another in one warm process.

`python -m benchmarks.grade_class.floor SUBMITTED` prints a JSON list of the seconds of each notebook. Imports and
a first notebook, which make the process warm, are not counted; pictures are drawn, as a notebook draws them.
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
    """Print the seconds of each notebook below `submitted`."""
    import keras  # noqa: F401
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    notebooks = [_cells(path) for path in sorted(submitted.glob("*/*/*.ipynb"))]
    seconds = []
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null), contextlib.redirect_stderr(null):
        _run(notebooks[0])
        for cells in notebooks:
            started = time.perf_counter()
            _run(cells)
            seconds.append(time.perf_counter() - started)
    print(json.dumps(seconds))


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
        with contextlib.suppress(Exception):  # the next cell runs all the same, as it does in grading
            exec(compile(source, "cell", "exec"), namespace)
        for number in plt.get_fignums():
            plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
        plt.close("all")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
