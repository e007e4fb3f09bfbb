"""Rewrites of a solution cell: how an answer is written changes, and what it is does not."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

Rewrite = Callable[[ast.Module], ast.Module]

ACTIVATIONS = ("relu", "softmax", "sigmoid", "tanh", "elu", "selu", "gelu", "leaky_relu", "log_softmax")
"""Names of activation functions in Keras that are functions of `tf.nn`, `tf.nn.tanh` too."""
LOSSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "mse": "MeanSquaredError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mae": "MeanAbsoluteError",
}
OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop", "nadam": "Nadam", "adagrad": "Adagrad"}
ACCURACIES = {
    "SparseCategoricalCrossentropy": "SparseCategoricalAccuracy",
    "CategoricalCrossentropy": "CategoricalAccuracy",
    "BinaryCrossentropy": "BinaryAccuracy",
}
"""Class of a loss → class of the metric that Keras takes "accuracy" for beside it."""


def _import(tree: ast.Module, line: str) -> ast.Module:
    tree.body.insert(0, ast.parse(line).body[0])
    return tree


def _expression(code: str) -> Any:
    return ast.parse(code, mode="eval").body


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """The calls of a function or method whose last name is `name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == name:
            yield node


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _activation_of(call: ast.Call) -> ast.keyword | None:
    """The keyword of a call that names one of `ACTIVATIONS` as text."""
    for keyword in call.keywords:
        if keyword.arg == "activation" and _text_of(keyword.value) in ACTIVATIONS:
            return keyword
    return None


def _text_of(node: ast.expr | None) -> str:
    """The text that an expression is; "" for any other expression."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def spell_activations(prefix: str, line: str = "") -> Rewrite:
    def rewrite(tree: ast.Module) -> ast.Module:
        found = [keyword for node in ast.walk(tree) if isinstance(node, ast.Call) and (keyword := _activation_of(node))]
        for keyword in found:
            keyword.value = _expression(f"{prefix}.{_text_of(keyword.value)}")
        return _import(tree, line) if found and line else tree

    return rewrite


class ActivationLayers(ast.NodeTransformer):
    """Makes a layer's activation a layer of its own, in lists of layers and in calls of layers."""

    def visit_List(self, node: ast.List) -> ast.List:
        self.generic_visit(node)
        elements: list[ast.expr] = []
        for element in node.elts:
            elements.append(element)
            if isinstance(element, ast.Call) and (keyword := _activation_of(element)):
                element.keywords.remove(keyword)
                elements.append(self._layer(keyword))
        node.elts = elements
        return node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if isinstance(node.func, ast.Call) and (keyword := _activation_of(node.func)):
            node.func.keywords.remove(keyword)
            return ast.Call(self._layer(keyword), [node], [])
        return node

    @staticmethod
    def _layer(keyword: ast.keyword) -> ast.Call:
        call = _expression("keras.layers.Activation()")
        call.args = [keyword.value]
        assert isinstance(call, ast.Call)
        return call


def _sequential_list(call: ast.expr | None) -> ast.List | None:
    """The list of layers of a `Sequential([…])` call with at least two."""
    if isinstance(call, ast.Call) and _last_name(call.func) == "Sequential" and call.args:
        given = call.args[0]
        return given if isinstance(given, ast.List) and len(given.elts) > 1 and not call.keywords else None
    return None


def _is_input(layer: ast.expr) -> bool:
    return isinstance(layer, ast.Call) and _last_name(layer.func) in ("Input", "InputLayer")


class _Networks(ast.NodeTransformer):
    """Replaces each statement that makes a Sequential network from a list of layers.

    Args:
        write: makes the statements that build the network under a name from its list of layers, or
            None where that does not apply.
    """

    def __init__(self, write: Callable[[str, list[ast.expr]], str | None]):
        self._write = write

    def visit_Assign(self, node: ast.Assign) -> Any:
        layers, target = _sequential_list(node.value), node.targets[0]
        if layers is None or not isinstance(target, ast.Name):
            return node
        code = self._write(target.id, layers.elts)
        return ast.parse(code).body if code else node

    def visit_Return(self, node: ast.Return) -> Any:
        layers = _sequential_list(node.value)
        code = self._write("network", layers.elts) if layers is not None else None
        return [*ast.parse(code).body, ast.Return(_expression("network"))] if code else node


def write_add(name: str, layers: list[ast.expr]) -> str:
    return "\n".join([f"{name} = keras.Sequential()", *(f"{name}.add({ast.unparse(layer)})" for layer in layers)])


def write_functional(name: str, layers: list[ast.expr]) -> str | None:
    if not _is_input(layers[0]):
        return None
    steps = [f"flow = {ast.unparse(layer)}(flow)" for layer in layers[1:]]
    return "\n".join([f"entry = flow = {ast.unparse(layers[0])}", *steps, f"{name} = keras.Model(entry, flow)"])


def write_nested(name: str, layers: list[ast.expr]) -> str | None:
    if not _is_input(layers[0]) or len(layers) < 4:
        return None
    first, *middle, last = map(ast.unparse, layers)
    return f"{name} = keras.Sequential([{first}, keras.Sequential([{', '.join(middle)}]), {last}])"


def write_without_input(name: str, layers: list[ast.expr]) -> str | None:
    if not _is_input(layers[0]):
        return None
    return f"{name} = keras.Sequential([{', '.join(map(ast.unparse, layers[1:]))}])"


def write_input_shape(name: str, layers: list[ast.expr]) -> str | None:
    first, second = layers[:2]
    if not _is_input(first) or not isinstance(first, ast.Call) or not isinstance(second, ast.Call):
        return None
    shape = first.args[0] if first.args else next((k.value for k in first.keywords if k.arg == "shape"), None)
    if shape is None or _last_name(second.func) == "Sequential":
        return None
    second.keywords.append(ast.keyword("input_shape", shape))
    return f"{name} = keras.Sequential([{', '.join(map(ast.unparse, layers[1:]))}])"


def build_networks(write: Callable[[str, list[ast.expr]], str | None]) -> Rewrite:
    def rewrite(tree: ast.Module) -> ast.Module:
        changed: ast.Module = _Networks(write).visit(tree)
        return changed

    return rewrite


def compile_with_objects(tree: ast.Module) -> ast.Module:
    """`compile("adam", "mse", ["accuracy"])` with objects for the names."""
    for call in _calls(tree, "compile"):
        places = {keyword.arg: keyword.value for keyword in call.keywords}
        places |= dict(zip(("optimizer", "loss"), call.args, strict=False))
        loss = places.get("loss")
        metric = ACCURACIES.get(_last_name(loss.func) if isinstance(loss, ast.Call) else LOSSES.get(_text_of(loss), ""))
        objects = {name: f"keras.losses.{made}()" for name, made in LOSSES.items()}
        objects |= {name: f"keras.optimizers.{made}()" for name, made in OPTIMIZERS.items()}
        if metric:
            objects["accuracy"] = f'keras.metrics.{metric}(name="accuracy")'
        names = _Names(objects)
        call.args = [names.visit(value) for value in call.args]
        for keyword in call.keywords:
            if keyword.arg in ("optimizer", "loss", "metrics"):
                # A metric by the name of a loss is reported by that name.
                keyword.value = (
                    names if keyword.arg != "metrics" else _Names({"accuracy": objects.get("accuracy", "")})
                ).visit(keyword.value)
    return tree


def _loss_class(node: ast.expr | None) -> str:
    return _last_name(node.func) if isinstance(node, ast.Call) else ""


class _Names(ast.NodeTransformer):
    """Replaces texts by expressions."""

    def __init__(self, expressions: dict[str, str]):
        self._expressions = expressions

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        found = self._expressions.get(_text_of(node))
        return _expression(found) if found else node

    def visit_Call(self, node: ast.Call) -> ast.Call:
        return node  # an object already


def compile_with_names(tree: ast.Module) -> ast.Module:
    """`compile` with names for objects that were made without arguments."""
    classes = {made: name for name, made in LOSSES.items()} | {made: name for name, made in OPTIMIZERS.items()}
    for call in _calls(tree, "compile"):
        for keyword in call.keywords:
            value = keyword.value
            if isinstance(value, ast.Call) and not value.args and not value.keywords:
                name = classes.get(_last_name(value.func))
                keyword.value = ast.Constant(name) if name else value
    return tree


def through_tensorflow(tree: ast.Module) -> ast.Module:
    """`tf.keras` for `keras`."""

    class Through(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return _expression("tf.keras") if node.id == "keras" else node

    found = any(isinstance(node, ast.Name) and node.id == "keras" for node in ast.walk(tree))
    changed: ast.Module = Through().visit(tree)
    return _import(changed, "import tensorflow as tf") if found else changed


def with_floats(name: str) -> Rewrite:
    """Floats of the type `name` for float32."""

    def rewrite(tree: ast.Module) -> ast.Module:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value == "float32":
                node.value = name
            if isinstance(node, ast.Attribute) and node.attr == "float32":
                node.attr = name
        return tree

    return rewrite


def returning(conversion: str, parts: bool = True) -> Rewrite:
    """Functions whose result is converted.

    Args:
        conversion: an expression of `value`, evaluated with NumPy as np and TensorFlow as tf.
        parts: whether it is of each part of a tuple, not of the tuple.
    """

    def rewrite(tree: ast.Module) -> ast.Module:
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not _yields(node)]
        if not functions:
            return tree
        wrapper = f"""
def _converting(function):
    import functools
    import numpy as np
    import tensorflow as tf

    def convert(value):
        return {conversion}

    @functools.wraps(function)
    def call(*values, **named):
        found = function(*values, **named)
        return tuple(map(convert, found)) if {parts} and isinstance(found, tuple) else convert(found)

    return call
"""
        lines = [f"{name} = _converting({name})" for name in functions]
        tree.body += ast.parse("\n".join([wrapper, *lines])).body
        return tree

    return rewrite


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))


def rename_variables(tree: ast.Module) -> ast.Module:
    """Other names for the variables that a function of the cell alone can see."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        # Those of functions inside it, too: their names are other variables, which look the same.
        parameters = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
        shared = {
            name for node in ast.walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names
        }
        own = (
            {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            - parameters
            - shared
        )
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in own and not node.id.endswith("_of_mine"):
                node.id = f"{node.id}_of_mine"
    return tree


def hint_types(tree: ast.Module) -> ast.Module:
    """Type hints at the parameters and results of functions."""
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for argument in function.args.args:
            if argument.arg != "self":
                argument.annotation = ast.Constant("np.ndarray | float")
        function.returns = ast.Constant("object")
    return tree


def work_in_helpers(tree: ast.Module) -> ast.Module:
    """Functions that pass their arguments on to a helper, which does the work."""
    body: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
            helper = copy.deepcopy(statement)
            helper.name = f"_work_of_{statement.name}"
            names = [argument.arg for argument in [*statement.args.args, *statement.args.kwonlyargs]]
            call = f"{helper.name}({', '.join(f'{name}={name}' for name in names)})"
            documentation = ast.get_docstring(statement, clean=False)
            statement.body = [
                *([ast.Expr(ast.Constant(documentation))] if documentation else []),
                ast.Return(ast.parse(call, mode="eval").body),
            ]
            body.append(helper)
        body.append(statement)
    tree.body = body
    return tree


def saying(code: str) -> Rewrite:
    """Cells that also do what `code` says, at their end."""

    def rewrite(tree: ast.Module) -> ast.Module:
        tree.body += ast.parse(code).body
        return tree

    return rewrite
