"""Measure submitted models on 10,000 held-out images: `python -m benchmarks.models`.

`proctor grade` with a warm server is compared with a plain loop in one warm process. Exits with 1
if the two find different accuracies.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.grade_class.measure import Measured, run
from benchmarks.models.exercise import NAME, hand_in, make_course
from benchmarks.rows import Row, add_option, write
from benchmarks.warm import warm_server
from proctor.course.course import Course
from proctor.record.kept import read_verdict

SECONDS = 1800


def main() -> int:
    """Run the comparison; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.models", description=__doc__)
    parser.add_argument("--submissions", type=int, default=100, help="how many models are handed in (100)")
    add_option(parser)
    given = parser.parse_args()
    count = given.submissions
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        models, course = Path(folder, "models"), Path(folder, "course")
        models.mkdir()
        _run(Path.cwd(), ["benchmarks.models.floor", str(models), str(count)])
        floor = json.loads(_run(Path.cwd(), ["benchmarks.models.floor", str(models)]).output.splitlines()[-1])
        make_course(course)
        hand_in(course, sorted(models.iterdir()))
        with warm_server(course, "student000"):
            ours = _run(course, ["proctor", "grade", NAME, "--again"])
        verdicts = [read_verdict(Course(course), NAME, f"student{number:03}") for number in range(count)]
    earned = [verdict.earned if verdict else None for verdict in verdicts]
    ratio = ours.seconds / floor["seconds"]
    row = Row(
        f"{count} MNIST models on 10,000 images, warm server",
        f"{ours.seconds:.1f} s, the command's start included",
        f"a plain loop in one warm process {floor['seconds']:.1f} s: × {ratio:.2f}",
        "≤ 1.3",
        ratio <= 1.3,
    )
    print(f"{row.what}: {row.measured}; {row.beside}")
    write(given.rows, [row])
    # The criterion gives full credit from an accuracy of 0.5 on. Other batches round differently,
    # which may change the digit that is read in an image or two.
    due = [min(1.0, 2 * found) for found in floor["accuracies"]]
    same = [mark is not None and abs(mark - wanted) < 1e-3 for mark, wanted in zip(earned, due, strict=True)]
    return 0 if all(same) else 1


def _run(folder: Path, module: list[str]) -> Measured:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return run([sys.executable, "-m", *module], folder, {**os.environ, **quiet}, SECONDS)


if __name__ == "__main__":
    sys.exit(main())
