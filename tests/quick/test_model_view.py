"""What a hostile process says of its model is bounded, and nothing is loaded unsafely."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proctor.errors import CriterionFailed, StudentError
from proctor.models import gate
from proctor.models.view import ModelView


def test_a_model_that_answers_each_row_alike_is_asked_no_more_than_it_needs_to_be():
    """It is asked again for 8 rows of the first large batch, and fails for good if
    it is found out once."""
    sizes: list[int] = []

    def predict(x: Any, batch_size: int) -> Any:
        sizes.append(len(x))
        return x - (x.mean(axis=0) if len(x) > 1 else 0)

    def predict_twice(x: Any, batch_size: int) -> Any:
        sizes.append(len(x))
        return [x, x]

    honest = ModelView(dict, predict_twice, list)
    for _ in range(3):
        honest.predict(np.arange(1000.0)[:, None])
    assert sizes == [1000, 8, 1000, 1000]
    mixing = ModelView(dict, predict, list)
    mixing.predict(np.ones((1, 1)))
    for rows in (20, 1):
        with pytest.raises(CriterionFailed, match="depends on what else is in the batch"):
            mixing.predict(np.arange(float(rows))[:, None])


LAYER: dict[str, Any] = {
    "name": "dense",
    "class_name": "Dense",
    "config": {},
    "input_shape": None,
    "output_shape": [None, 1],
    "parameters": 2,
    "trainable": True,
    "activation": None,
}


ABOUT = {
    "name": "model",
    "class_name": "Sequential",
    "keras_version": "3.15.1",
    "input_shape": [None, 1],
    "output_shape": [None, 1],
    "parameters": 2,
    "trainable_parameters": 2,
    "layers": [LAYER],
    "compiled": None,
    "steps": None,
}


@pytest.mark.parametrize(
    "lie",
    [
        None,
        [],
        {},
        {"parameters": float("nan")},
        {"parameters": -1},
        {"parameters": True},
        {"parameters": np.array([1, 2])},
        {"parameters": "2"},
        {"output_shape": [None, 1.0]},
        {"output_shape": "(None, 1)"},
        {"name": None},
        {"name": "n" * 2**24},
        {"layers": {}},
        {"layers": [{**LAYER, "parameters": float("-inf")}]},
        {"layers": [{**LAYER, "activation": ["relu"]}]},
        {"layers": [{**LAYER, "units": 1}]},
        {"layers": [3]},
        {"compiled": ["adam"]},
        {"steps": -1},
        {"steps": 2.5},
    ],
)
def test_a_description_that_is_none_is_refused(lie):
    """Whatever a hostile process says about its model, a bound is compared with
    nothing but a number."""
    assert ModelView(lambda: ABOUT, lambda x, batch_size: x, list).layers[0].output_shape == (None, 1)
    said = {**ABOUT, **lie} if lie and isinstance(lie, dict) else lie
    with pytest.raises(StudentError, match="described the model in another way"):
        _ = ModelView(lambda: said, lambda x, batch_size: x, list).parameters


def test_no_model_is_ever_loaded_without_safe_mode():
    """Keras loads a file only where no student code runs, or in the notebook's own process."""
    calls = []
    for path in Path(gate.__file__).parent.parent.rglob("*.py"):
        source = path.read_text()
        assert not re.search(r"enable_unsafe_deserialization\(|safe_mode\s*=\s*False", source), path
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "load_model":
                options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                assert (options["safe_mode"], options["compile"]) == ("True", "False"), path
                calls.append((path.name, options.get("custom_objects", "")))
    # `own`: the notebook's, in its own process; `known`: Keras's functions under other names.
    assert sorted(calls) == [("describe.py", "known"), ("describe.py", "own")]
