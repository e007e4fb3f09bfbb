"""Mutations of a notebook: copies of its solution cells with one small fault each.

The mutation operators are the usual ones (DeMillo, Lipton and Sayward, "Hints on Test Data
Selection", 1978) and mistakes that students make: an ignored parameter, half of the data, a
forgotten `return`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from proctor.course.cells import grade_id, is_check, is_solution

COMPARISONS = {"Lt": "<=", "LtE": "<", "Gt": ">=", "GtE": ">", "Eq": "!=", "NotEq": "=="}
OPERATORS = {"Add": "-", "Sub": "+", "Mult": "/", "Div": "*", "FloorDiv": "/", "Mod": "//", "Pow": "*", "MatMult": "*"}
ALONG_AXES = {"sum", "mean", "std", "var", "max", "min", "argmax", "argmin", "softmax", "concatenate", "stack"}
SYMMETRIC = {
    "maximum",
    "minimum",
    "add",
    "multiply",
    "equal",
    "not_equal",
    "isclose",
    "logical_and",
    "logical_or",
    "hypot",
}
"""Commutative functions, whose arguments are not swapped."""
LABELS = ("y", "labels", "label", "targets", "y_true")
DATA = ("x", "images", "pictures", "inputs", "series", "data", "windows")
_Placed = ast.expr | ast.stmt | ast.keyword
"""Parts of a syntax tree that know where they stand."""


@dataclass(frozen=True)
class Mutation:
    """A solution cell with one small fault.

    Args:
        cell: the cell's grade id.
        line: the line of the fault in the cell, counted from 1.
        operator: name of the mutation operator, such as "comparison" or "half of the data".
        before: the original code, in one line.
        after: the code that replaces it, in one line.
        source: the code of the whole cell with the fault.
        argument: for a constant, the argument of a call that has this value: "Dense[0]" (the first
            positional one of `Dense`) or "batch_size".
    """

    cell: str
    line: int
    operator: str
    before: str
    after: str
    source: str
    argument: str = ""

    @property
    def title(self) -> str:
        """Place and change: "write_stop_at, line 9: x >= y → x > y (comparison)"."""
        return f"{self.cell}, line {self.line}: {self.before} → {self.after} ({self.operator})"


def mutations_of(notebook: NotebookNode) -> list[Mutation]:
    """All mutations of the solution cells of an instructor's notebook, in their order."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_solution(cell) and not is_check(cell):
            calls = _find_calls_elsewhere(notebook, cell)
            found += _Mutations(grade_id(cell), cell.source, calls).make()
    return found


def _find_calls_elsewhere(notebook: NotebookNode, own: NotebookNode) -> dict[str, ast.Call]:
    """The first call of each function in the notebook's given cells, by the function's name."""
    calls: dict[str, ast.Call] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell is own or is_check(cell):
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # an IPython magic
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                calls.setdefault(node.func.id, node)
    return calls


class _Mutations:
    """Makes the mutations of one cell.

    Args:
        cell: its grade id.
        source: its code, with nbgrader's solution markers.
        calls: the first call of each function in the rest of the notebook, by the function's name.
    """

    def __init__(self, cell: str, source: str, calls: dict[str, ast.Call]):
        self._cell = cell
        self._source = source
        self._bytes = source.encode()
        self._calls = calls
        self._starts = [0]
        for line in source.split("\n"):
            self._starts.append(self._starts[-1] + len(line.encode()) + 1)
        self._solution = _find_solution_lines(source)

    def make(self) -> list[Mutation]:
        """The mutations that are valid Python, without duplicates."""
        tree = ast.parse(self._source)
        by_source: dict[str, Mutation] = {}
        for mutation in self._mutate_tree(tree):
            if mutation.source != self._source and _is_python(mutation.source):
                by_source.setdefault(mutation.source, mutation)
        return list(by_source.values())

    def _mutate_tree(self, tree: ast.Module) -> Iterator[Mutation]:
        arguments = {
            id(value): name
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            for name, value in _name_arguments(node)
        }
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if getattr(node, "lineno", 0) in self._solution:
                if isinstance(node, ast.expr) and id(node) not in docstrings:
                    yield from self._mutate_expression(node, arguments.get(id(node), ""))
                if isinstance(node, ast.Call):
                    yield from self._mutate_call(node)
                if isinstance(node, ast.stmt):
                    yield from self._mutate_statement(node)
            if isinstance(node, ast.FunctionDef) and any(
                node.lineno <= line <= (node.end_lineno or 0) for line in self._solution
            ):
                yield from self._mutate_function(node)

    def _mutate_expression(self, node: ast.expr, argument: str) -> Iterator[Mutation]:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            symbol = COMPARISONS.get(type(node.ops[0]).__name__)
            if symbol:
                left, right = self._code(node.left), self._code(node.comparators[0])
                yield self._replace(node, f"{left} {symbol} {right}", "comparison")
        if isinstance(node, ast.BinOp):
            symbol = OPERATORS.get(type(node.op).__name__)
            if symbol:
                yield self._replace(node, f"{self._code(node.left)} {symbol} {self._code(node.right)}", "operator")
            if isinstance(node.op, (ast.Add, ast.Sub, ast.Div)):
                yield self._replace(node, self._code(node.left), "operand dropped")
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
            yield self._replace(node, self._code(node.operand), "sign or `not` dropped")
        if isinstance(node, ast.BoolOp):
            joint = " or " if isinstance(node.op, ast.And) else " and "
            yield self._replace(node, joint.join(f"({self._code(value)})" for value in node.values), "and / or")
        if isinstance(node, ast.Constant):
            yield from self._mutate_constant(node, argument)

    def _mutate_constant(self, node: ast.Constant, argument: str) -> Iterator[Mutation]:
        value = node.value
        if isinstance(value, bool):
            yield self._replace(node, str(not value), "constant", argument)
        elif isinstance(value, int):
            for other in (value + 1, value - 1):
                yield self._replace(node, str(other), "constant", argument)
        elif isinstance(value, str) and argument:
            yield self._replace(node, repr(f"{value}_") if argument.startswith("get") else "None", "constant", argument)

    def _mutate_call(self, node: ast.Call) -> Iterator[Mutation]:
        for keyword in node.keywords:
            if keyword.arg is None:
                continue
            rest: list[_Placed] = [*node.args, *(other for other in node.keywords if other is not keyword)]
            text = f"{self._code(node.func)}({', '.join(self._code(part) for part in rest)})"
            yield self._replace(node, text, f"keyword {keyword.arg} dropped", keyword.arg)
        for number in range(len(node.args) - 1 if _function_name(node) not in SYMMETRIC else 0):
            swapped: list[_Placed] = [*node.args, *node.keywords]
            swapped[number : number + 2] = swapped[number + 1], swapped[number]
            text = f"{self._code(node.func)}({', '.join(self._code(part) for part in swapped)})"
            yield self._replace(node, text, "arguments swapped")
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name == "astype":
                yield self._replace(node, self._code(node.func.value), "astype dropped")
                yield self._replace(node, f'{self._code(node.func.value)}.astype("int32")', "cut to whole numbers")
            elif name == "reshape":
                yield self._replace(node, self._code(node.func.value), "reshape dropped")
        if _function_name(node) in ALONG_AXES:
            yield from self._mutate_axis(node)

    def _mutate_axis(self, node: ast.Call) -> Iterator[Mutation]:
        for keyword in node.keywords:
            if keyword.arg == "axis" and isinstance(keyword.value, (ast.Constant, ast.UnaryOp, ast.Tuple)):
                for other in ("0", "1", "-1", "None"):
                    if other != self._code(keyword.value):
                        yield self._replace(keyword.value, other, "axis")

    def _mutate_statement(self, node: ast.stmt) -> Iterator[Mutation]:
        if isinstance(node, ast.Return) and node.value is not None:
            yield self._replace(node, self._code(node.value), "return dropped")
        elif isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.If, ast.For, ast.While)):
            is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            yield from () if is_docstring else (self._replace(node, "pass", "statement dropped"),)
        if isinstance(node, ast.If):
            yield self._replace(node.test, "True", "condition always true")
        if isinstance(node, (ast.For, ast.While)):
            last = node.body[-1]
            indent = " " * last.col_offset
            yield self._insert_after(last, f"{indent}break", "loop ends after its first round")

    def _mutate_function(self, node: ast.FunctionDef) -> Iterator[Mutation]:
        names = [argument.arg for argument in node.args.args if argument.arg != "self"]
        call = self._calls.get(node.name)
        for position, name in enumerate(names):
            given = self._find_argument(node, call, name, position)
            if given and given != name:
                yield self._insert_first(node, f"{name} = {given}", f"parameter {name} ignored")
            if name in DATA or name in LABELS:
                yield self._insert_first(node, f"{name} = {name}[: len({name}) // 2]", f"half of {name}")
            if name in LABELS:
                yield self._insert_first(node, f"{name} = {name}[::-1]", "labels in another order")
        both = [name for name in names if name in DATA][:1] + [name for name in names if name in LABELS][:1]
        if len(both) == 2:
            halves = "; ".join(f"{name} = {name}[: len({name}) // 2]" for name in both)
            yield self._insert_first(node, halves, "half of the data")
        for name in names:
            if name in DATA or name in LABELS:
                yield self._zero_after_return(node, name)

    def _find_argument(self, node: ast.FunctionDef, call: ast.Call | None, name: str, position: int) -> str:
        """Code of the argument for a parameter in `call`, else of its default, else ""."""
        if call is not None:
            if position < len(call.args):
                return ast.unparse(call.args[position])
            for keyword in call.keywords:
                if keyword.arg == name:
                    return ast.unparse(keyword.value)
        defaults = dict(
            zip([argument.arg for argument in reversed(node.args.args)], reversed(node.args.defaults), strict=False)
        )
        return ast.unparse(defaults[name]) if name in defaults else ""

    def _zero_after_return(self, node: ast.FunctionDef, name: str) -> Mutation:
        """A wrapped function that, after it has returned, sets its argument `name` to zeros."""
        indent = " " * node.col_offset
        wrapper = (
            f"\n\n{indent}def _emptied(function, name={name!r}):\n"
            f"{indent}    import functools, inspect\n"
            f"{indent}    @functools.wraps(function)\n"
            f"{indent}    def call(*values, **named):\n"
            f"{indent}        found = function(*values, **named)\n"
            f"{indent}        given = inspect.signature(function).bind(*values, **named).arguments.get(name)\n"
            f"{indent}        if hasattr(given, 'flags') and given.flags.writeable:\n"
            f"{indent}            given[...] = 0\n"
            f"{indent}        return found\n"
            f"{indent}    return call\n"
            f"{indent}{node.name} = _emptied({node.name})"
        )
        lines = self._source.split("\n")
        end = len(lines) if node.col_offset == 0 else node.end_lineno or len(lines)
        source = "\n".join([*lines[:end], wrapper, *lines[end:]])
        line = node.lineno
        return Mutation(self._cell, line, "input changed in place", name, f"{name}[...] = 0", source)

    def _code(self, node: _Placed) -> str:
        """The source code of a node, in the parentheses that the cell has around an operation."""
        if isinstance(node, ast.keyword):
            return f"{node.arg}={self._code(node.value)}" if node.arg else f"**{self._code(node.value)}"
        text = ast.get_source_segment(self._source, node) or ast.unparse(node)
        begin, end = self._byte_range(node)
        wrapped = self._bytes[max(0, begin - 1) : begin] == b"(" and self._bytes[end : end + 1] == b")"
        return f"({text})" if wrapped and isinstance(node, (ast.BinOp, ast.BoolOp, ast.Compare)) else text

    def _byte_range(self, node: _Placed) -> tuple[int, int]:
        begin = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return begin, end

    def _replace(self, node: _Placed, text: str, operator: str, argument: str = "") -> Mutation:
        begin, end = self._byte_range(node)
        changed = (self._bytes[:begin] + text.encode() + self._bytes[end:]).decode()
        before = _shorten_to_line(self._bytes[begin:end].decode())
        return Mutation(self._cell, node.lineno, operator, before, _shorten_to_line(text), changed, argument)

    def _insert_first(self, node: ast.FunctionDef, code: str, operator: str) -> Mutation:
        """Insert `code` as the first statement of a function, after its docstring."""
        body = node.body
        is_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        at = (body[0].end_lineno or 0) if is_docstring else body[0].lineno - 1
        indent = " " * body[0].col_offset
        return self._insert(at, f"{indent}{code}", operator)

    def _insert_after(self, node: ast.stmt, code: str, operator: str) -> Mutation:
        return self._insert(node.end_lineno or node.lineno, code, operator)

    def _insert(self, at: int, code: str, operator: str) -> Mutation:
        lines = self._source.split("\n")
        source = "\n".join([*lines[:at], code, *lines[at:]])
        return Mutation(self._cell, at + 1, operator, "", code.strip(), source)


def _find_solution_lines(source: str) -> set[int]:
    """Numbers, counted from 1, of the lines between nbgrader's BEGIN and END SOLUTION markers."""
    found: set[int] = set()
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        inside = inside and "END SOLUTION" not in line
        if inside:
            found.add(number)
        inside = inside or "BEGIN SOLUTION" in line
    return found


def _function_name(call: ast.Call) -> str:
    """The last part of the called function's name, such as "sum" for `np.sum`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _name_arguments(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The name and value of each argument: "Dense[0]" if positional, "units" if by keyword.

    The elements of a tuple or list count as arguments of the same name.
    """
    name = _function_name(call)
    for number, value in enumerate(call.args):
        for part in value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]:
            yield f"{name}[{number}]", part
    for keyword in call.keywords:
        for part in keyword.value.elts if isinstance(keyword.value, (ast.Tuple, ast.List)) else [keyword.value]:
            yield keyword.arg or "", part


def _shorten_to_line(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= 70 else joined[:69] + "…"


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
