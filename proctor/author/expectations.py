"""Find comparisons whose expected value is the student's own: such a value agrees with itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

COMPARED_SECOND = {"assert_close", "assert_equal", "assert_shape", "assert_between"}
"""Helpers whose second argument is the expected value."""
MADE = {"make_model", "make_learner"}
"""Helpers that make a model of the grader's own."""
ASKED_OF_A_COPY = {
    "class_name",
    "compiled",
    "description",
    "input_shape",
    "layers",
    "name",
    "output_shape",
    "parameters",
    "predict",
    "steps",
    "table",
    "trainable_parameters",
    "weights",
}
"""What such a model tells from a process without student code; all else, its copy tells."""


def find_own_expectations(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and function of each comparison whose expected value the student's process has told.

    What is looked at are the helpers in `COMPARED_SECOND`, and plain assertions both sides of which
    have been told.

    Args:
        module: a file of criteria.
    """
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    fixtures = _find_told_fixtures(functions)
    for function in functions:
        told = _Told(function, fixtures)
        for node in ast.walk(function):
            if isinstance(node, (ast.expr, ast.stmt)) and any(map(told.is_told, _list_expected(node, told))):
                yield node.lineno, function.name


def _list_expected(node: ast.AST, told: _Told) -> list[ast.expr]:
    """The expected values in a comparison; [] for any other node."""
    if isinstance(node, ast.Call) and _called(node) in COMPARED_SECOND:
        return [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "expected")]
    if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare) and told.is_told(node.test.left):
        return node.test.comparators
    return []


def _find_told_fixtures(functions: list[ast.FunctionDef]) -> set[str]:
    """The fixtures that return what the student's process has told."""
    fixtures = [one for one in functions if any("fixture" in ast.unparse(mark) for mark in one.decorator_list)]
    told: set[str] = set()
    for _ in fixtures:  # one may use another
        for fixture in fixtures:
            known = _Told(fixture, told)
            returned = [node.value for node in ast.walk(fixture) if isinstance(node, (ast.Return, ast.Yield))]
            if any(value is not None and known.is_told(value) for value in returned):
                told.add(fixture.name)
    return told


class _Told:
    """The names in a function whose values the student's process has told.

    Args:
        function: a criterion, a fixture or a helper.
        fixtures: the fixtures that return what has been told.
    """

    def __init__(self, function: ast.FunctionDef, fixtures: set[str]):
        self._told = {"student", *(argument.arg for argument in function.args.args if argument.arg in fixtures)}
        self._made: set[str] = set()
        pairs = [pair for node in ast.walk(function) for pair in _list_assigned(node)]
        known = -1
        while known != len(self._told) + len(self._made):  # a loop may use what it assigns further down
            known = len(self._told) + len(self._made)
            for target, value in pairs:
                names = {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
                if isinstance(value, ast.Call) and _called(value) in MADE:
                    self._made |= names
                elif self.is_told(value):
                    self._told |= names

    def is_told(self, node: ast.AST) -> bool:
        """Whether a part of an expression has been told."""
        if isinstance(node, ast.Call) and _called(node) in MADE:
            return False
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self._made:
            return node.attr not in ASKED_OF_A_COPY
        if isinstance(node, ast.Subscript):  # which item is chosen does not matter
            return self.is_told(node.value)
        if isinstance(node, ast.Name):
            return node.id in self._told and isinstance(node.ctx, ast.Load)
        return any(map(self.is_told, ast.iter_child_nodes(node)))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", "")


def _list_assigned(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """Pairs of target and value that a statement, a loop or a comprehension assigns."""
    if isinstance(node, ast.Assign):
        return _pair(node.targets[0], node.value)
    if isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
        return [(node.target, node.value)] if node.value is not None else []
    if isinstance(node, (ast.For, ast.comprehension)):
        return _pair_items(node.target, node.iter)
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [(node.optional_vars, node.context_expr)]
    return []


def _pair(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The parts of an assignment: `a, b = x, y` has two."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _pair_items(target: ast.expr, items: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """What a loop over `items` assigns: with `zip` and `enumerate`, each part from its own."""
    if isinstance(items, ast.Call) and isinstance(target, ast.Tuple):
        if _called(items) == "enumerate" and len(target.elts) == 2 and items.args:
            return _pair_items(target.elts[1], items.args[0])
        if _called(items) == "zip" and len(target.elts) == len(items.args):
            return list(zip(target.elts, items.args, strict=True))
    return [(target, items)]
