"""The record of a proof, `graders/<name>/proof.json`: what was proven, and when it expires."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from proctor import datasets
from proctor.course.course import Course
from proctor.datasets import loading
from proctor.errors import CourseError
from proctor.versions import versions

FILE = "proof.json"
MATTERING = ("keras", "numpy", "tensorflow", "tensorflow-cpu")
"""Packages with whose versions a proof expires."""


@dataclass(frozen=True)
class Proof:
    """A whole proof without a finding.

    Args:
        digests: file of the exercise, or package → digest of the file, or version.
        answers: "variants", "mutants", "habits" → how many were tried.
        measured: data source ("real", "drawn") → threshold's name → what the solution reached, a
            value for each seed.
        seconds: data source on which all was tried → wall time that it took; "drawn", too, for an
            exercise without a data set.
    """

    digests: dict[str, str]
    answers: dict[str, int]
    measured: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def write_proof(course: Course, name: str, proof: Proof) -> None:
    """Write the record of a whole proof.

    What was proven and measured with the same files on other data, or measured with more seeds, is
    kept in it, and so is the time that an earlier proof took.
    """
    earlier = read_proof(course, name)
    if earlier is not None and earlier.digests == proof.digests:
        measured = _merge(earlier.measured, proof.measured)
        proof = replace(proof, measured=measured, seconds={**proof.seconds, **earlier.seconds})
    _write(course, name, proof)


def add_measured(course: Course, name: str, proof: Proof) -> None:
    """Add what a part of a proof has measured, on other data or with more seeds, to a record of the
    same files."""
    earlier = read_proof(course, name)
    if proof.measured and earlier is not None and earlier.digests == proof.digests:
        _write(course, name, replace(earlier, measured=_merge(earlier.measured, proof.measured)))


def _merge(
    earlier: dict[str, dict[str, list[float]]], later: dict[str, dict[str, list[float]]]
) -> dict[str, dict[str, list[float]]]:
    """What both have measured; of the same data, the values of more seeds."""

    def seeds(measured: dict[str, list[float]]) -> int:
        return max(map(len, measured.values()), default=0)

    more = {source: values for source, values in later.items() if seeds(values) > seeds(earlier.get(source, {}))}
    return {**earlier, **more}


def _write(course: Course, name: str, proof: Proof) -> None:
    text = json.dumps(asdict(proof), indent=2, sort_keys=True)
    (course.grader(name) / FILE).write_text(f"{text}\n", encoding="utf-8")


def read_proof(course: Course, name: str) -> Proof | None:
    """The record of an exercise; None if it has none.

    Raises CourseError if the file is not a record.
    """
    path = course.grader(name) / FILE
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        return Proof(**data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"graders/{name}/{FILE} is not a record of a proof ({error}); delete it") from error


def digest_exercise(course: Course, name: str) -> dict[str, str]:
    """File or package → digest or version, of all that a proof of the exercise depends on.

    These are its notebook, the files of its grader, the definition of its data set, and Keras,
    TensorFlow and NumPy. Proctor itself is not among them: its own tests prove it.
    """
    dataset = course.assignment(name).dataset
    datasets.use_course(course.root)
    files = {f"source/{name}/{name}.ipynb": course.source(name)}
    files |= {
        f"graders/{name}/{path.name}": path for path in sorted(course.grader(name).iterdir()) if _is_content(path)
    }
    if dataset and (defined := loading.definition(dataset)):
        files[f"{defined.name} of the course"] = defined
    found = {file: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for file, path in files.items()}
    if dataset:
        data = loading.named(dataset)
        found[f"data set {dataset}"] = f"{data.sha256[:16] or 'drawn'}, drawing {data.drawing}"
    installed = versions()
    return found | {package: installed[package] for package in MATTERING if package in installed}


def _is_content(path: Path) -> bool:
    return path.is_file() and path.name != FILE and path.suffix in (".py", ".toml")


def why_unproven(course: Course, name: str) -> str:
    """Why an exercise has no fresh record, in a sentence; "" if it has one."""
    proof = read_proof(course, name)
    if proof is None:
        return f"{name} has no record of a proof"
    now = digest_exercise(course, name)
    changed = sorted(what for what in now.keys() | proof.digests.keys() if now.get(what) != proof.digests.get(what))
    return f"{name} was proven with another {', another '.join(changed)}" if changed else ""
