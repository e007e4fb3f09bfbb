"""Submitted models measured on 10,000 held-out images, by `proctor grade` and by one warm process in a plain loop.

`python -m benchmarks.models`. Exits with 1 if an accuracy is not the same by both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.grade_class.measure import Measured, run
from benchmarks.models.exercise import NAME, hand_in, make_course
from proctor.course import Course
from proctor.kept import read_verdict

SECONDS = 1800


def main() -> int:
    """Run the comparison; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__)
    parser.add_argument("--submissions", type=int, default=100, help="how many models are handed in (100)")
    count = parser.parse_args().submissions
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        models, course = Path(folder, "models"), Path(folder, "course")
        models.mkdir()
        _run(Path.cwd(), ["benchmarks.models.floor", str(models), str(count)])
        floor = json.loads(_run(Path.cwd(), ["benchmarks.models.floor", str(models)]).said.splitlines()[-1])
        make_course(course)
        hand_in(course, sorted(models.iterdir()))
        ours = _run(course, ["proctor", "grade", NAME])
        verdicts = [read_verdict(Course(course), NAME, f"student{number:03}") for number in range(count)]
    earned = [verdict.earned if verdict else None for verdict in verdicts]
    table = Table("", "wall", "× loop", "processor", title=f"{count} models on 10,000 images", title_justify="left")
    for name, seconds, processor in (
        ("one warm process, a plain loop", floor["seconds"], floor["processor"]),
        ("proctor grade, start included", ours.seconds, ours.processor),
    ):
        table.add_row(name, f"{seconds:.1f} s", f"{seconds / floor['seconds']:.2f}", f"{processor:.1f} s")
    Console().print(table)
    # The criterion gives full credit from an accuracy of one half on; rounding may turn an image or two.
    due = [min(1.0, 2 * found) for found in floor["accuracies"]]
    same = [mark is not None and abs(mark - wanted) < 1e-3 for mark, wanted in zip(earned, due, strict=True)]
    return 0 if all(same) else 1


def _run(folder: Path, module: list[str]) -> Measured:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "TF_ENABLE_ONEDNN_OPTS": "0"}
    return run([sys.executable, "-m", *module], folder, {**os.environ, **quiet}, SECONDS)


if __name__ == "__main__":
    sys.exit(main())
