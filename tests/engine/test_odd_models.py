"""Models that load and answer in odd ways, and notebooks that lie about theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import nbformat
import numpy as np
import pytest
from attacks.models import doubling, judged, saved
from conftest import edited
from keras import layers, ops

from proctor.verdict import CriterionResult

# Keras's own, not about what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def functional(build: Callable[[Any], Any], shape: tuple[int, ...] = (1,), **options: Any) -> Any:
    inputs = keras.Input(shape, **options)
    return keras.Model(inputs, build(inputs))


def with_number(value: float) -> Any:
    model = doubling()
    model.set_weights([np.array([[value]]), np.array([0.0])])
    return model


def doubled(x: Any) -> Any:
    return layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0))(x)


def stateful() -> Any:
    inputs = keras.Input(batch_shape=(1, 1))
    y = layers.GRU(1, stateful=True)(layers.Reshape((1, 1))(inputs))
    return keras.Model(inputs, layers.Dense(1)(y) + 2 * inputs)


def in_words() -> Any:
    words = layers.IntegerLookup(vocabulary=[1, 2, 3], invert=False)
    back = layers.StringLookup(vocabulary=["a", "b", "c"], invert=True)
    return functional(lambda x: back(words(ops.cast(x, "int64"))))


def dense(policy: str) -> Any:
    layer = layers.Dense(1, dtype=policy, kernel_initializer=keras.initializers.Constant(2.0))
    return keras.Sequential([keras.Input((1,)), layer])


AGAIN = "when it is asked for again: it "
ODD: dict[str, tuple[Callable[[], Any], str]] = {
    "not a number": (lambda: with_number(np.nan), "NaN for 20 of 20 inputs"),
    "infinity": (lambda: doubling(layers.Rescaling(1.0, offset=1e300)), "infinity for 20 of 20"),
    "text": (in_words, "text"),
    "yes or no": (lambda: functional(lambda x: doubled(x) > 0.5), "an array of bool"),
    "two answers": (lambda: functional(lambda x: [doubled(x), doubled(x)]), "shape (2, 20)"),
    "two answers with names": (lambda: functional(lambda x: {"a": doubled(x), "b": doubled(x)}), "dict"),
    "one answer for all": (lambda: functional(lambda x: ops.mean(doubled(x))), "a single number"),
    "an answer too few": (lambda: functional(lambda x: ops.max(doubled(x), axis=0, keepdims=True)), "1 predictions"),
    "two numbers": (lambda: functional(lambda x: ops.repeat(doubled(x), 2, axis=1)), "shape (20, 2)"),
    "the mean of the batch": (
        lambda: functional(lambda x: doubled(x) + x - ops.mean(x, axis=0)),
        AGAIN + "depends on what else is in the batch",
    ),
    "the order of the batch": (
        lambda: functional(lambda x: ops.flip(doubled(x), axis=0)),
        AGAIN + "depends on what else is in the batch",
    ),
    "a state": (stateful, "If an RNN is stateful, the batch size"),
    "bfloat16": (lambda: dense("bfloat16"), "not bfloat16"),
}
HONEST: dict[str, Callable[[], Any]] = {
    "half precision": lambda: dense("float16"),
    "mixed precision": lambda: dense("mixed_float16"),
    "double precision": lambda: dense("float64"),
    "a row instead of a column": lambda: functional(lambda x: ops.squeeze(doubled(x), 1)),
    "dropout and noise": lambda: keras.Sequential(
        [doubling(), layers.Dropout(0.5), layers.GaussianNoise(0.9), layers.BatchNormalization(epsilon=1e-7)]
    ),
    "a model in a model": lambda: functional(doubling()),
}


@pytest.fixture(scope="module")
def odd(address, tmp_path_factory) -> dict[str, CriterionResult]:
    """What came of each of `ODD` and `HONEST`."""
    files = {
        name: saved(make()) for name, make in [*((name, make) for name, (make, _) in ODD.items()), *HONEST.items()]
    }
    return judged(tmp_path_factory.mktemp("odd"), address, files)


@pytest.mark.parametrize("answer", ODD)
def test_a_model_that_answers_in_an_odd_way_earns_nothing(answer, odd):
    """What is no number for each input, and the same one each time, fails with what it is."""
    assert odd[answer].earned == 0
    assert ODD[answer][1] in odd[answer].found


@pytest.mark.parametrize("answer", HONEST)
def test_a_model_that_answers_in_another_precision_or_shape_passes(answer, odd):
    """Rounding, a row for a column, and layers that are random in training alone cost nothing."""
    assert odd[answer].status == "passed", odd[answer]


def test_a_model_that_remembers_is_found_out(graded, solution):
    """A model with a state, or one whose class counts its calls, does not answer twice alike."""
    own = """class Own(keras.Sequential):
    calls = 0

    def predict(self, x, **options):
        Own.calls += 1
        return 2 * np.asarray(x) + (Own.calls > 1)


model = Own([keras.Input((1,)), keras.layers.Dense(1)])
model.save("double.keras")"""
    counting = edited(edited(solution, "write_build", own), "train", own)
    keras.utils.set_random_seed(3)  # of the one with a state: its answers differ by more than rounding, twice
    for notebook, files in ((solution, {"double.keras": saved(stateful())}), (counting, {})):
        verdict = graded(notebook, files)
        doubles = next(result for result in verdict.criteria if result.name == "doubles")
        assert (doubles.earned, doubles.expected) == (0, "the same prediction for an input whenever it is asked for")
        assert "is random, or remembers what it was asked" in doubles.found


LIVE = """
from proctor import assert_compiled, assert_layer, assert_parameters, criterion


@criterion("count", points=1, hint="One unit.")
def test_live(student):
    '''The model that is built has one unit.'''
    model = student.build()
    assert_parameters(model, exactly=2)
    assert_layer(model, -1, units=1)
"""
BUILD = """def build():
    built = keras.Sequential([keras.Input((1,)), {}, keras.layers.Dense({})])
    built.compile("sgd", loss=lambda true, found: (true - found) ** 2)
    return built


model = build()"""
FORGED = """
import proctor.channel.answer as answer
import proctor.models.describe as describe

right = describe.describe(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
describe.describe = lambda model: right
answer.Answerer._describe = lambda self, of: right
"""
IDENTITY, OWN = "keras.layers.Identity()", "keras.layers.Lambda(lambda x: x)"


@pytest.mark.parametrize(
    "source, status, noted",
    [
        (BUILD.format(IDENTITY, 1), "passed", False),
        (BUILD.format(IDENTITY, 3), "failed", False),
        (BUILD.format(IDENTITY, 3) + FORGED, "failed", False),
        # A model with custom code is only described by its notebook; a flag tells the instructor.
        (BUILD.format(OWN, 1), "passed", True),
    ],
)
def test_what_a_live_model_is_made_of_is_read_where_no_student_code_runs(
    source, status, noted, graded, course, solution
):
    """A notebook that lies about its model is not asked: the model is saved, and described
    by a process of ours."""
    (course.grader("double") / "test_hidden.py").write_text(LIVE)
    notebook = edited(solution, "write_build", source)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "count":
            cell.metadata["nbgrader"]["points"] = 2
    nbformat.write(notebook, course.source("double"))
    verdict = graded(notebook, {"double.keras": saved(doubling())})
    live = next(result for result in verdict.criteria if result.name == "live")
    assert live.status == status, live
    assert any("told by the notebook's own process" in flag.sentence for flag in verdict.flags) is noted
