"""What about one submission an instructor may want to look at; found at grading, worth no point.

Everything here may be evaded by who knows it, and each flag has an innocent reading too: it is a place to look.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from proctor.channel.student import Link, Student
from proctor.course.cells import grade_id, is_check, is_solution
from proctor.errors import CriterionFailed, JailLost, StudentError
from proctor.models.view import LayerView, ModelView, format_shape
from proctor.verdict import CellRun, CriterionResult, Flag

FEWEST_WEIGHTS = 8  # distinct numbers; fewer may agree by themselves
LONGEST_CODE = 100_000  # characters that are searched for numbers
SHARED_NUMBERS = 4  # in the same order
_NUMBER = re.compile(r"(?<![\w.])\d{1,20}(?:\.\d{0,20})?(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_SCORE = re.compile(r"\s{2,}(?:[a-z ]+: )?[\d.]+ / [\d.]+$", re.MULTILINE)


def looked(*searches: Callable[[], list[Flag]]) -> list[Flag]:
    """What the searches found together; one that fails is itself a flag, since no mark may depend on it."""
    found = []
    for search in searches:
        try:
            found += search()
        except JailLost:
            raise
        except Exception as error:
            found.append(Flag("flags", f"a search for flags failed: {type(error).__name__}", (str(error)[:500],)))
    return found


def weights_digest(model: ModelView) -> str:
    """The same for two models with the same weights, also where units have changed places; "" for a tiny model.

    Weights that are all alike, such as untrained biases, do not count.
    """
    digests = []
    for weights in model.weights:
        numbers = np.sort(np.asarray(weights, "<f4"), axis=None)
        if numbers.size and numbers[0] != numbers[-1]:
            distinct = 1 + int(np.count_nonzero(np.diff(numbers)))
            digests.append((hashlib.sha256(numbers.tobytes()).hexdigest(), distinct))
    if sum(distinct for _, distinct in digests) < FEWEST_WEIGHTS:
        return ""
    return hashlib.sha256("".join(digest for digest, _ in sorted(digests)).encode()).hexdigest()


def architecture(link: Link, handed_in: dict[str, ModelView]) -> list[Flag]:
    """A handed-in model that has other layers than the one that the notebook builds under the same name.

    Args:
        link: the way to the process that ran the notebook without training.
        handed_in: name → the model read from its file.
    """
    flags = []
    for name, model in handed_in.items():
        try:
            built = getattr(Student(link), name)
        except (StudentError, CriterionFailed):
            continue
        if isinstance(built, ModelView) and (evidence := _difference(built, model)):
            sentence = f"the handed-in `{name}` is not the one that the notebook builds"
            flags.append(Flag("architecture", sentence, evidence))
    return flags


def _difference(built: ModelView, handed_in: ModelView) -> tuple[str, ...]:
    """The first layer in which the two differ, or nothing."""
    ours, theirs = ([_row(layer) for layer in model.layers] for model in (built, handed_in))
    for number in range(max(len(ours), len(theirs))):
        left, right = (rows[number] if number < len(rows) else None for rows in (ours, theirs))
        if left is None or right is None or not _alike(left, right):
            return (
                f"layer {number + 1} in the notebook: {_told(left)}",
                f"layer {number + 1} in the file: {_told(right)}",
                f"{len(ours)} layers, {built.parameters:,} parameters in the notebook; "
                f"{len(theirs)} layers, {handed_in.parameters:,} parameters in the file",
            )
    return ()


_Row = tuple[str, str, Any, int]


def _row(layer: LayerView) -> _Row:
    # A layer may be frozen or thawed in training.
    return layer.class_name, replace(layer, trainable=True).settings, layer.output_shape, layer.parameters


def _alike(left: _Row, right: _Row) -> bool:
    """Whether two layers are the same as far as both are built."""
    built = None not in (left[2], right[2])
    return left[:2] == right[:2] and (not built or left[2:] == right[2:])


def _told(row: _Row | None) -> str:
    if row is None:
        return "there is none"
    shape = "" if row[2] is None else f" → {format_shape(row[2])}"
    return f"{row[0]}({row[1]}){shape}, {row[3]:,} parameters"


def outputs(submitted: NotebookNode, results: list[CriterionResult], cells: list[CellRun]) -> list[Flag]:
    """Check tables in the submitted notebook that say ✓ where the same code does not meet the criterion now.

    Not where another order of running, another machine or a later run of the answer explains it.

    Args:
        results: those that depend on nothing but the notebook's code.
        cells: how the cells ran.
    """
    excused = ("NameError", "ModuleNotFoundError", "ImportError")
    if any(cell.status in ("timeout", "died", "not run") or cell.error.startswith(excused) for cell in cells):
        return []
    evidence = []
    latest = 0
    for cell in submitted.cells:
        if cell.cell_type != "code" or not grade_id(cell):
            continue
        count = cell.execution_count or 0
        if is_solution(cell):
            latest = max(latest, count)
        elif count >= latest or not count:
            shown = _shown(cell)
            unmet = [r for r in results if r.group == grade_id(cell) and r.status == "failed" and not r.hidden]
            evidence += [
                f"{r.group}: ✓ {r.title} - now: found {r.found}" for r in unmet if f"✓ {_words(r.title)}" in shown
            ]
    if not evidence:
        return []
    evidence.append("It may also be left over from an answer that was changed afterwards and not checked again.")
    return [Flag("output", "the notebook shows criteria as met that its code does not meet", tuple(evidence))]


def _shown(cell: NotebookNode) -> str:
    """What a check cell shows, as words."""
    text = "".join(output.get("text", "") for output in cell.outputs)
    return _words(html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", _SCORE.sub("", text))))


def _words(text: str) -> str:
    return " ".join(text.replace("`", " ").split())


def hard_coded(
    grader: Path, source: NotebookNode, notebook: NotebookNode, results: list[CriterionResult]
) -> list[Flag]:
    """Groups whose public criteria are all met and whose hidden ones are all failed, by code with the expected numbers.

    Args:
        grader: the file of the public criteria.
        source: the instructor's notebook.
        notebook: what ran.
    """
    flags = []
    for group in dict.fromkeys(result.group for result in results):
        public, hidden = ([r for r in results if r.group == group and r.hidden is kind] for kind in (False, True))
        if not public or not hidden or any(r.status != "passed" for r in public):
            continue
        if any(r.status != "failed" for r in hidden):
            continue
        expected = _numbers(_tests(grader, {result.name for result in public}))
        ours = _numbers(_answers(source, group))
        run = _common(expected, _numbers(_answers(notebook, group)))
        if len(set(run)) >= SHARED_NUMBERS - 1 and len(run) >= SHARED_NUMBERS and len(_common(run, ours)) < len(run):
            met, unmet = ("; ".join(result.title for result in part) for part in (public, hidden))
            evidence = (
                f"numbers of the public tests in the answer, in their order: {', '.join(f'{n:g}' for n in run[:20])}",
                f"met: {met}",
                f"not met, hidden: {unmet}",
            )
            flags.append(Flag("hard-coded", f"{group}: just the checks that could be seen are met", evidence))
    return flags


def _tests(grader: Path, names: set[str]) -> str:
    """The source of the tests of these criteria."""
    text = grader.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.removeprefix("test_") in names:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found += lines[first - 1 : node.end_lineno]
    return "\n".join(found)


def _answers(notebook: NotebookNode, group: str) -> str:
    """The solution cells between the check cell `group` and the one before it."""
    found: list[str] = []
    for cell in notebook.cells:
        if grade_id(cell) == group:
            break
        if is_check(cell):
            found = []
        elif is_solution(cell) and cell.cell_type == "code":
            found.append(cell.source)
    return "\n".join(found)


def _numbers(code: str) -> list[float]:
    """The numbers in `code`, in order; it is not parsed, since a hostile text can bring Python's parser down."""
    return [float(number) for number in _NUMBER.findall(code[:LONGEST_CODE])][:2000]


def _common(left: list[float], right: list[float]) -> list[float]:
    """The longest run of numbers that is in both."""
    match = difflib.SequenceMatcher(None, left, right, autojunk=False).find_longest_match()
    return left[match.a : match.a + match.size]
