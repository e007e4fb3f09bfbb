"""Flags: things in one submission that an instructor may want to look at; they cost no points.

A student who knows these searches can evade them, and every flag can have an innocent cause.
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

FEWEST_WEIGHTS = 8
"""A model with fewer distinct weights may agree with another by chance and gets no digest."""
LONGEST_CODE = 100_000
"""How many characters of code are searched for numbers."""
SHARED_NUMBERS = 4
"""How many numbers of the public tests, in their order, make an answer suspicious."""
_NUMBER = re.compile(r"(?<![\w.])\d{1,20}(?:\.\d{0,20})?(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NO_CHARACTER = re.compile(r"&#\d{8,}")  # `html.unescape` raises ValueError for one of 4,300 digits


def collect_flags(*searches: Callable[[], list[Flag]]) -> list[Flag]:
    """The flags of all searches; a search that raises yields a flag, so that no mark depends on it.

    Raises JailLost, which means that the submission is graded again.
    """
    found = []
    for search in searches:
        try:
            found += search()
        except JailLost:
            raise
        except Exception as error:  # noqa: BLE001
            found.append(Flag("flags", f"a search for flags failed: {type(error).__name__}", (str(error)[:500],)))
    return found


def weights_digest(model: ModelView) -> str:
    """A digest of a model's weights, the same if units were reordered; "" for a tiny model.

    Arrays of one repeated number, such as untrained biases, are left out.
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


def architecture_flags(link: Link, handed_in: dict[str, ModelView]) -> list[Flag]:
    """A flag for each handed-in model whose layers differ from those that the notebook builds.

    Args:
        link: to the process that ran the notebook without training.
        handed_in: variable's name in the notebook → the model read from its file.
    """
    flags = []
    for name, model in handed_in.items():
        try:
            built = getattr(Student(link), name)
        except (StudentError, CriterionFailed):
            continue
        if isinstance(built, ModelView) and (evidence := _find_difference(built, model)):
            sentence = f"the handed-in `{name}` is not the one that the notebook builds"
            flags.append(Flag("architecture", sentence, evidence))
    return flags


def _find_difference(built: ModelView, handed_in: ModelView) -> tuple[str, ...]:
    """Three lines about the first layer in which two models differ; () if they do not."""
    ours, theirs = ([_summarize_layer(layer) for layer in model.layers] for model in (built, handed_in))
    for number in range(max(len(ours), len(theirs))):
        left, right = (rows[number] if number < len(rows) else None for rows in (ours, theirs))
        if left is None or right is None or not _are_alike(left, right):
            return (
                f"layer {number + 1} in the notebook: {_format_summary(left)}",
                f"layer {number + 1} in the file: {_format_summary(right)}",
                f"{len(ours)} layers, {built.parameters:,} parameters in the notebook; "
                f"{len(theirs)} layers, {handed_in.parameters:,} parameters in the file",
            )
    return ()


_LayerSummary = tuple[str, str, Any, int]


def _summarize_layer(layer: LayerView) -> _LayerSummary:
    # `trainable` is left out: training may freeze or unfreeze layers.
    return layer.class_name, replace(layer, trainable=True).settings, layer.output_shape, layer.parameters


def _are_alike(left: _LayerSummary, right: _LayerSummary) -> bool:
    """Whether two layers are the same; shapes and parameters count only if both are built."""
    built = None not in (left[2], right[2])
    return left[:2] == right[:2] and (not built or left[2:] == right[2:])


def _format_summary(row: _LayerSummary | None) -> str:
    if row is None:
        return "there is none"
    shape = "" if row[2] is None else f" → {format_shape(row[2])}"
    return f"{row[0]}({row[1]}){shape}, {row[3]:,} parameters"


def output_flags(submitted: NotebookNode, results: list[CriterionResult], cells: list[CellRun]) -> list[Flag]:
    """A flag if saved check tables say ✓ for criteria that the notebook's code fails now.

    There is none where another machine or another order of running explains it: if a cell failed to
    import or to run, or if the answer's cell was run after the check's.

    Args:
        submitted: the notebook as it was handed in, with its check cells' outputs.
        results: of the criteria that depend on the notebook's code alone.
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
            shown = _read_outputs(cell)
            unmet = [r for r in results if r.group == grade_id(cell) and r.status == "failed" and not r.hidden]
            evidence += [
                f"{r.group}: ✓ {r.title} - now: found {r.found}"
                for r in unmet
                if f"✓ {_normalize_words(r.title)}" in shown
            ]
    if not evidence:
        return []
    evidence.append("It may also be left over from an answer that was changed afterwards and not checked again.")
    return [Flag("output", "the notebook shows criteria as met that its code does not meet", tuple(evidence))]


def _read_outputs(cell: NotebookNode) -> str:
    """The text of a check cell's saved outputs, without HTML tags and scores."""
    lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
    text = _TAG.sub(" ", "\n".join(map(_without_score, lines)))
    return _normalize_words(html.unescape(_NO_CHARACTER.sub(" ", text)))


def _without_score(line: str) -> str:
    """A line of a check table without the score that it ends with, such as "  partly: 0.5 / 1"."""
    title, _, score = line.rstrip().rpartition("  ")
    earned, slash, worth = score.rpartition(": ")[2].partition(" / ")
    return title if slash and _is_number(earned) and _is_number(worth) else line


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _normalize_words(text: str) -> str:
    return " ".join(text.replace("`", " ").split())


def hard_coded_flags(
    grader: Path, source: NotebookNode, notebook: NotebookNode, results: list[CriterionResult]
) -> list[Flag]:
    """A flag for each group whose answer repeats numbers of the public tests and passes only those.

    That is: all public criteria are met, all hidden ones fail, and the answer has at least
    `SHARED_NUMBERS` numbers of the public tests in their order that the solution does not have.

    Args:
        grader: the file of the public criteria.
        source: the instructor's notebook.
        notebook: the submitted notebook as it ran.
        results: of all criteria.
    """
    flags = []
    for group in dict.fromkeys(result.group for result in results):
        public, hidden = ([r for r in results if r.group == group and r.hidden is kind] for kind in (False, True))
        if not public or not hidden or any(r.status != "passed" for r in public):
            continue
        if any(r.status != "failed" for r in hidden):
            continue
        expected = _find_numbers(_read_tests(grader, {result.name for result in public}))
        ours = _find_numbers(_read_answers(source, group))
        run = _longest_common_run(expected, _find_numbers(_read_answers(notebook, group)))
        if (
            len(set(run)) >= SHARED_NUMBERS - 1
            and len(run) >= SHARED_NUMBERS
            and len(_longest_common_run(run, ours)) < len(run)
        ):
            met, unmet = ("; ".join(result.title for result in part) for part in (public, hidden))
            evidence = (
                f"numbers of the public tests in the answer, in their order: {', '.join(f'{n:g}' for n in run[:20])}",
                f"met: {met}",
                f"not met, hidden: {unmet}",
            )
            flags.append(Flag("hard-coded", f"{group}: just the checks that could be seen are met", evidence))
    return flags


def _read_tests(grader: Path, names: set[str]) -> str:
    """The source code of the tests of the criteria `names`, decorators included."""
    text = grader.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.removeprefix("test_") in names:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found += lines[first - 1 : node.end_lineno]
    return "\n".join(found)


def _read_answers(notebook: NotebookNode, group: str) -> str:
    """The source code of the solution cells between check cell `group` and the one before it."""
    found: list[str] = []
    for cell in notebook.cells:
        if grade_id(cell) == group:
            break
        if is_check(cell):
            found = []
        elif is_solution(cell) and cell.cell_type == "code":
            found.append(cell.source)
    return "\n".join(found)


def _find_numbers(code: str) -> list[float]:
    """The first 2,000 numbers in `code`, by a pattern: hostile code can crash Python's parser."""
    return [float(number) for number in _NUMBER.findall(code[:LONGEST_CODE])][:2000]


def _longest_common_run(left: list[float], right: list[float]) -> list[float]:
    """The longest run of consecutive numbers that both lists have."""
    match = difflib.SequenceMatcher(None, left, right, autojunk=False).find_longest_match()
    return left[match.a : match.a + match.size]
