"""The lines of a proof: what was tried, and what has to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from proctor.answers import Answer, Answers
from proctor.course.cells import grade_id, is_check, is_solution
from proctor.verdict import CriterionResult, Verdict

MOST_BEYOND = 1 / 3
"""The largest part of all points that a mutant may cost beyond the criteria that it names."""


@dataclass(frozen=True)
class Finding:
    """One line of the proof.

    Args:
        kind: "source", "release", "solution", "untouched", "variant", "habits", "mutant" or
            "proof".
        title: what was tried.
        problem: what has to be mended, or "".
        caught_by: the criteria that a mutant failed.
        hidden_only: whether all of them, or of those of one of its slips, are hidden from students.
        beyond: points that a mutant cost in other criteria than it names.
        measured: the values that were compared with thresholds, by the threshold's name.
        remark: something to know that is no problem, or "".
        seconds: wall time.
    """

    kind: str
    title: str
    problem: str = ""
    caught_by: tuple[str, ...] = ()
    hidden_only: bool = False
    beyond: float = 0.0
    measured: dict[str, float] = field(default_factory=dict)
    remark: str = ""
    seconds: float = 0.0


def make_finding(kind: str, answer: Answer, verdict: Verdict, disparities: Sequence[str]) -> Finding:
    """Compare a verdict with what is due to an answer.

    Args:
        kind: of the answer: "solution", "untouched", "variant", "habits" or "mutant".
        answer: the answer.
        verdict: on the submission that it stands for.
        disparities: sentences on where the notebook's own checks differ from the verdict.
    """
    failed = [result for result in verdict.criteria if result.status in ("failed", "partial")]
    if not verdict.graded:
        problems = [f"not graded: {verdict.reason}"]
    elif kind == "untouched":
        earned = [result for result in verdict.criteria if result.earned]
        problems = [f"it gets {verdict.earned:g} points: {_join_names(earned)}"] if earned else []
    elif kind == "mutant":
        problems = _find_mutant_problems(answer, verdict, failed)
    else:
        unmet = [result for result in verdict.criteria if result.status != "passed"]
        problems = [_describe_result(result) for result in unmet[:3]]
    faults = [result.grader_fault for result in verdict.criteria if result.grader_fault]
    is_mutant = kind == "mutant"
    return Finding(
        kind,
        answer.title,
        "; ".join([*problems, *disparities]),
        caught_by=tuple(result.name for result in failed) if is_mutant else (),
        hidden_only=is_mutant and any(map(_are_hidden, _failed_by_slip(answer, failed))),
        beyond=_count_beyond(answer, verdict) if is_mutant else 0.0,
        measured=verdict.measured if kind == "solution" else {},
        remark="; ".join(faults),
    )


def find_unproven(source: NotebookNode, declared: Answers, graded: list[tuple[str, Answer, Verdict]]) -> Finding:
    """What the answers leave unproven.

    That is a criterion that no mutant fails, a solution cell that no variant changes, and a mutant
    that hidden criteria alone catch, of which the author does not say why.

    Args:
        source: the instructor's notebook.
        declared: what `answers.py` declares.
        graded: kind, answer and verdict of every submission.
    """
    failed_by = [
        failed
        for kind, answer, verdict in graded
        if kind == "mutant"
        for failed in _failed_by_slip(
            answer, [result for result in verdict.criteria if result.status in ("failed", "partial")]
        )
    ]
    criteria = {result.name for _, _, verdict in graded for result in verdict.criteria}
    never = sorted(criteria - {result.name for failed in failed_by for result in failed})
    problems = [f"no mutant fails '{name}': nothing shows that it can fail" for name in never]
    problems += [f"no variant changes the cell '{name}'" for name in _find_unchanged_cells(source, declared.variants)]
    hidden_only = [failed for failed in failed_by if _are_hidden(failed)]
    unexplained = sorted({result.name for failed in hidden_only for result in failed} - declared.hidden_because.keys())
    if unexplained:
        entries = ", ".join(f'"{name}": "…"' for name in unexplained)
        problems.append(
            f"hidden criteria alone catch {len(hidden_only)} mutants, so that no check tells a student; say why in "
            f"answers.py: hidden_because = {{{entries}}}"
        )
    problems += [
        f"hidden_because names '{name}', which alone catches no mutant"
        for name in sorted(declared.hidden_because)
        if not any(name == result.name for failed in hidden_only for result in failed)
    ]
    return Finding(
        "proof",
        "every criterion and every solution cell is tried",
        "; ".join(problems),
        remark=f"{len(hidden_only)} of {len(failed_by)} mutants are caught by hidden criteria alone",
    )


def _failed_by_slip(answer: Answer, failed: list[CriterionResult]) -> list[list[CriterionResult]]:
    """What failed, for each of the slips that a mutant is made of; all of it for any other."""
    if not answer.slips:
        return [failed]
    return [[result for result in failed if _is_named(result, slip)] for slip in answer.slips]


def _are_hidden(failed: list[CriterionResult]) -> bool:
    """Whether something failed, and hidden criteria alone."""
    return bool(failed) and all(result.hidden for result in failed)


def _find_unchanged_cells(source: NotebookNode, variants: Iterable[Answer]) -> list[str]:
    """Grade ids of the solution cells that no variant changes."""
    unchanged = {
        grade_id(cell): cell.source
        for cell in source.cells
        if cell.cell_type == "code" and is_solution(cell) and not is_check(cell)
    }
    for variant in variants:
        for cell in variant.attempt(source).notebook.cells:
            if unchanged.get(grade_id(cell), cell.source) != cell.source:
                del unchanged[grade_id(cell)]
    return list(unchanged)


def _find_mutant_problems(answer: Answer, verdict: Verdict, failed: list[CriterionResult]) -> list[str]:
    problems = [] if failed else ["no criterion catches it"]
    problems += [
        f"'{name}' does not catch it, {_join_names(failed)} does"
        for name in (answer.fails if failed else ())
        if not any(name in (result.name, result.group) for result in failed)
    ]
    problems += [
        f"'{result.name}' ({result.group}) fails too: {_describe_result(result)}"
        for result in failed
        if not _is_named(result, answer)
    ]
    beyond = _count_beyond(answer, verdict)
    if beyond > MOST_BEYOND * verdict.points:
        others = [result for result in verdict.criteria if not _is_named(result, answer)]
        waiting = [result for result in others if result.status == "waiting"]
        problems.append(
            f"it costs {beyond:g} of {verdict.points:g} points beyond the criteria that it names: "
            f"{_join_names(waiting)} wait; need only what they cannot be judged without"
        )
    return problems


def _count_beyond(answer: Answer, verdict: Verdict) -> float:
    """Points that a mutant cost in criteria that it does not name."""
    return sum(result.points - result.earned for result in verdict.criteria if not _is_named(result, answer))


def _is_named(result: CriterionResult, answer: Answer) -> bool:
    return result.name in (*answer.fails, *answer.may_fail) or result.group in answer.fails


def _describe_result(result: CriterionResult) -> str:
    difference = f"expected {result.expected or '…'}, found {result.found or '…'}"
    return f"{result.group}/{result.name} is {result.status}: {difference}"


def _join_names(results: Iterable[CriterionResult]) -> str:
    return ", ".join(result.name for result in results)
