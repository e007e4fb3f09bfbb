"""Run a student's own notebook from top to bottom in a fresh process, on the student's machine.

`python -m proctor.judge.fresh_run NOTEBOOK FOLDER` is that process: it prints the check tables and
leaves what came of the run in the folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from proctor.channel.student import Link, LocalLink, Student, ask_for_model
from proctor.course.own_values import last_asked_for
from proctor.errors import CriterionFailed, ProctorError, RefusedModel, StudentError
from proctor.judge.live import ALL, CheckTable, check_notebook, declared_beside
from proctor.models.gate import CustomLayers, open_gate
from proctor.models.view import ModelView

REPORT = "report.json"


@dataclass
class FreshRun:
    """What came of a run of the notebook.

    Args:
        ended: why the process ended before the notebook's end, or "".
        remarks: a sentence for each cell that failed or waits for an answer.
        points: group → the points of its public criteria.
        earned: group → how many of them it has earned.
        owner: the identifier whose values the notebook used, "" if it has none; None if the
            exercise gives everybody the same.
        unknown: artifact's name → why there is no such model in the notebook.
        weights: artifact's name → the weights of the notebook's model.
        in_file: the same for the model in its file, if it has layers of the student's own.
        unopened: artifact's name → why the notebook could not open such a file.
    """

    ended: str = ""
    remarks: list[str] = field(default_factory=list)
    points: dict[str, float] = field(default_factory=dict)
    earned: dict[str, float] = field(default_factory=dict)
    owner: str | None = None
    unknown: dict[str, str] = field(default_factory=dict)
    weights: dict[str, list[np.ndarray]] = field(default_factory=dict)
    in_file: dict[str, list[np.ndarray]] = field(default_factory=dict)
    unopened: dict[str, str] = field(default_factory=dict)


def run_afresh(notebook: Path) -> FreshRun:
    """Run a notebook in a process of its own, which prints the check tables on standard output.

    Args:
        notebook: its file; cells run in the folder where it lies, and may write there.
    """
    with tempfile.TemporaryDirectory(prefix="proctor-pack-") as folder:
        sys.stdout.flush()
        command = [sys.executable, "-m", __name__, str(notebook), folder]
        environment = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}  # errors alone, beside the tables
        code = subprocess.run(command, check=False, env=environment).returncode
        report = Path(folder, REPORT)
        if not report.is_file():
            return FreshRun(ended=f"the notebook's process ended before its last cell (exit code {code})")
        return _read(report)


def main(notebook: Path, folder: Path) -> None:
    """Run the notebook, print its check tables, and leave a `FreshRun` in the folder."""
    run, declared = FreshRun(), declared_beside(notebook)

    def look_at_models(namespace: dict[str, Any]) -> None:
        for name, file in declared.artifacts.items() if declared else ():
            _look_at_model(run, LocalLink(namespace), name, file)
        run.owner = last_asked_for().student if declared and declared.values else None

    for result in check_notebook(notebook, afterwards=look_at_models):
        print(result, end="\n\n", flush=True)
        if not isinstance(result, CheckTable):
            run.remarks.append(str(result))
        elif result.group != ALL:
            run.points[result.group] = sum(criterion.points for criterion in result.criteria)
            run.earned[result.group] = sum(criterion.earned for criterion in result.criteria)
    _write(run, folder)


def _look_at_model(run: FreshRun, link: Link, name: str, file: str) -> None:
    """Note the weights of the notebook's model, and of a file that only the notebook can open."""
    try:
        model = getattr(Student(link), name)
        if isinstance(model, ModelView):
            run.weights[name] = model.weights
        else:
            run.unknown[name] = f"`{name}` is no Keras model"
    except (StudentError, CriterionFailed) as error:
        run.unknown[name] = str(getattr(error, "message", error))
    try:
        open_gate(Path(file).read_bytes(), keras_version=metadata.version("keras"), file_name=file)
    except CustomLayers:
        try:
            run.in_file[name] = ask_for_model(link, op="load_with_own_layers", path=file).weights
        except (StudentError, CriterionFailed) as error:
            run.unopened[name] = str(getattr(error, "message", error))
    except (RefusedModel, OSError, metadata.PackageNotFoundError):
        pass  # whoever packs the file says so


def _write(run: FreshRun, folder: Path) -> None:
    data = asdict(run)
    for part in ("weights", "in_file"):
        for name, arrays in data[part].items():
            np.savez(folder / f"{part}-{name}.npz", *arrays)
        data[part] = sorted(data[part])
    (folder / REPORT).write_text(json.dumps(data), encoding="utf-8")


def _read(report: Path) -> FreshRun:
    data = json.loads(report.read_text(encoding="utf-8"))
    for part in ("weights", "in_file"):
        data[part] = {name: _read_arrays(report.with_name(f"{part}-{name}.npz")) for name in data[part]}
    return FreshRun(**data)


def _read_arrays(path: Path) -> list[np.ndarray]:
    with np.load(path) as arrays:
        return [arrays[f"arr_{number}"] for number in range(len(arrays.files))]


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except ProctorError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell tells of Ctrl-C
