"""What grading promises, on real notebooks in real jails."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from conftest import RELU, edited, set_budget, statuses

from proctor.jail.course_jail import Jails, fork_server
from proctor.judge.examiner import grade
from proctor.verdict import to_data

ALL = {"relu_values", "relu_any_shape", "counts", "one_unit", "doubles"}


def test_the_solution_gets_every_point(graded, solution):
    """The instructor's own answer, its model made by the training cell, is worth 100 %."""
    verdict = graded(solution)
    assert verdict.graded
    assert {name for name, status in statuses(verdict).items() if status == "passed"} == ALL
    assert verdict.earned == verdict.points == 6


def test_nothing_that_lies_above_a_grader_runs(graded, solution, course):
    """A conftest.py in the course's folder, or in one that others may
    write, is not the grader's."""
    for folder in (course.root.parent, course.root, course.root / "graders"):
        (folder / "conftest.py").write_text("raise RuntimeError('not a grader')")
    assert graded(solution).earned == 6


def test_a_criterion_waits_for_what_it_needs(graded, solution):
    """A criterion whose prerequisite is not met is not counted as failed, earns nothing and
    says what it waits for."""
    verdict = graded(edited(solution, "write_relu", "def relu(x):\n    return x"))
    doubles = next(result for result in verdict.criteria if result.name == "doubles")
    assert (doubles.status, doubles.earned, doubles.found) == ("waiting", 0, "waits for relu")


def test_a_failure_names_expected_found_and_the_students_own_line(graded, solution):
    """An exception in the student's code is told with its type, message and their line."""
    verdict = graded(edited(solution, "write_relu", "def relu(x):\n    y = {}\n    return y['key']"))
    failed = verdict.groups()["relu"][0]
    assert failed.found == "KeyError: 'key'  (your relu, line 3)"


def test_a_value_that_no_check_can_use_fails_the_criterion_only(graded, solution):
    """A wrong kind of value costs its criteria, and the others keep their points."""
    verdict = graded(edited(solution, "write_relu", "def relu(x):\n    return None"))
    assert verdict.graded
    assert statuses(verdict)["counts"] == "passed"
    assert verdict.groups()["relu"][0].found.startswith("None")


@pytest.mark.parametrize(
    "deed, said",
    [
        ("import os; os._exit(0)", "ended"),
        ("import ctypes; ctypes.string_at(0)", "ended"),
        ("while True: pass", "6 s"),
        ("raise SystemExit", "SystemExit"),
    ],
)
def test_what_ends_the_process_costs_only_the_criteria_it_touches(course, graded, solution, deed, said):
    """A crash, an exit or an endless loop inside one function leaves every other
    criterion its points."""
    set_budget(course, call_seconds=6)
    verdict = graded(edited(solution, "write_relu", f"def relu(x):\n    {deed}"))
    found = statuses(verdict)
    assert found["relu_values"] == found["relu_any_shape"] == "failed"
    assert found["counts"] == found["one_unit"] == "passed"
    assert said in verdict.groups()["relu"][0].found


@pytest.mark.parametrize("deed", ["import os; os._exit(0)", "while True: pass", "raise RuntimeError"])
def test_a_cell_that_kills_the_process_leaves_the_cells_before_it(course, graded, solution, deed):
    """What was defined before a deadly cell is still graded, and the cell is named."""
    set_budget(course, cell_seconds=4)
    verdict = graded(edited(solution, "write_build", deed))
    found = statuses(verdict)
    assert found["relu_values"] == found["counts"] == "passed"
    assert found["one_unit"] == "failed"
    assert any(cell.id == "write_build" and cell.status != "ok" for cell in verdict.cells)


def test_training_is_not_repeated_when_the_model_is_handed_in(graded, solution, keras_file):
    """The handed-in model is judged, and cells tagged "train" do not run."""
    import keras

    verdict = graded(solution, {"double.keras": keras_file(keras.layers.Dense(1))})
    assert [cell.status for cell in verdict.cells if cell.id == "train"] == ["skipped"]


def test_a_model_is_measured_not_believed(graded, solution, keras_file):
    """An untrained model of the right shape fails what the examiner measures, and only that."""
    import keras

    verdict = graded(solution, {"double.keras": keras_file(keras.layers.Dense(1, kernel_initializer="zeros"))})
    assert {name for name, status in statuses(verdict).items() if status != "passed"} == {"doubles"}


def test_partial_credit_is_in_proportion(graded, solution, keras_file):
    """Halfway between no points and all is half of them."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(1.4), bias_initializer="zeros")
    verdict = graded(solution, {"double.keras": keras_file(layer)})
    doubles = next(result for result in verdict.criteria if result.name == "doubles")
    assert (doubles.status, doubles.earned) == ("partial", 1.0)


def test_a_failed_architecture_shows_the_layer_table_with_its_row_marked(graded, solution, keras_file):
    """The student sees which layer is meant."""
    import keras

    file = keras_file(keras.layers.Dense(3), keras.layers.Dense(2))
    failed = next(r for r in graded(solution, {"double.keras": file}).criteria if r.name == "one_unit")
    assert failed.detail is not None
    assert failed.marked == (1,)


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "empty"),
        (b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "HDF5"),
        (b"<html>log in</html>", "hand"),
        (b"PK\x03\x04 cut short", "cut off or damaged"),
    ],
)
def test_a_model_file_that_cannot_be_opened_is_made_anew(graded, solution, data, said):
    """Truncated, empty or of another format: it counts as not handed in, and a note says why."""
    verdict = graded(solution, {"double.keras": data})
    assert verdict.earned == verdict.points
    (note,) = verdict.notes
    assert note.startswith("double.keras cannot be opened, so the training cell ran to make it anew. ")
    assert said in note


def test_a_model_file_that_is_none_says_what_to_hand_in(course, graded, solution):
    """Where nothing is trained, one sentence says it, and the other criteria keep their points."""
    path = course.grader("double") / "assignment.toml"
    path.write_text('train = "never"\n' + path.read_text())
    verdict = graded(solution, {"double.keras": b""})
    found = next(result for result in verdict.criteria if result.name == "one_unit")
    assert (
        found.found
        == 'double.keras: The model file is empty. Save it with model.save("double.keras") and hand in that file.'
    )
    assert statuses(verdict)["relu_values"] == "passed"


def zipped_again(data: bytes) -> bytes:
    """The model file `data` as another program packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as file, zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as again:
        for name in file.namelist():
            again.writestr(name, file.read(name))
    return packed.getvalue()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: data[: len(data) // 2], id="half of it"),
        pytest.param(lambda data: data[:-30], id="its end missing"),
        zipped_again,
    ],
)
def test_a_damaged_model_file_costs_nothing(damage, graded, solution, keras_file):
    """A model cut short or packed again is trained again, as if it had not been handed in."""
    import keras

    verdict = graded(solution, {"double.keras": damage(keras_file(keras.layers.Dense(1)))})
    assert (verdict.earned, len(verdict.notes)) == (verdict.points, 1)


@pytest.mark.parametrize(
    "build, said",
    [
        ("model = 3", "stopped with AttributeError: 'int' object has no attribute 'set_weights'"),
        (
            "class Endless:\n    def set_weights(self, weights):\n        while True: pass\n\n\nmodel = Endless()",
            "was stopped after 5 s",
        ),
        ("1 / 0", "stopped with NameError: name 'model' is not defined; before, cell 'write_build' stopped with Zero"),
    ],
)
def test_what_stopped_the_training_is_told(course, graded, solution, build, said):
    """Where there is no model, the sentence names the cell and what stopped it."""
    set_budget(course, cell_seconds=5)
    verdict = graded(edited(solution, "write_build", build))
    found = next(result for result in verdict.criteria if result.name == "one_unit").found
    assert found.startswith(f"double.keras was not handed in, and the training cell 'train' {said}"), found


def test_a_model_of_another_exercise_is_told_by_its_shape(graded, solution, keras_file):
    """A well-formed model that is not the asked one fails on its shape, not with a crash."""
    import keras

    verdict = graded(solution, {"double.keras": keras_file(keras.layers.Dense(10), shape=(784,))})
    assert statuses(verdict)["one_unit"] == "failed"
    assert verdict.graded


def test_a_model_with_own_layers_is_judged_where_the_notebook_ran(graded, solution):
    """A layer class of the student's own never enters the jail of model files, and
    still earns its points."""
    own = """class Own(keras.layers.Dense):
    pass


model = keras.Sequential([keras.Input((1,)), Own(1)])
model.set_weights([np.array([[2.0]]), np.array([0.0])])
model.save("double.keras")"""
    verdict = graded(edited(edited(solution, "write_build", own), "train", own))
    assert statuses(verdict)["doubles"] == "passed"
    assert [flag.kind for flag in verdict.flags] == ["model"]


def test_a_model_class_that_takes_no_settings_is_judged_where_the_notebook_ran(graded, solution):
    """A class with `def __init__(self):` cannot be made from its config, and earns its points."""
    own = """class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)


model = Own()
model(np.zeros((3, 1)))
model.set_weights([np.array([[2.0]]), np.array([0.0])])
model.save("double.keras")"""
    verdict = graded(edited(edited(solution, "write_build", own), "train", own))
    assert verdict.earned == verdict.points
    (flag,) = verdict.flags
    assert flag.sentence.startswith("double.keras has layers of the student's own (Own)")


def test_a_sequential_without_input_is_the_one_that_was_handed_in(graded, solution, keras_file):
    """First called on three rows, it has no other layers than its file, and no flag says so."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0))
    build = "model = keras.Sequential([keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0))])"
    notebook = edited(solution, "write_build", f"{build}\nmodel(np.zeros((3, 1)))")
    verdict = graded(notebook, {"double.keras": keras_file(layer)})
    assert verdict.earned == verdict.points
    assert verdict.flags == []


def test_noise_does_not_cost_a_point(graded, solution):
    """stderr, warnings, prints, magics, figures, top-level await and long output change no mark."""
    noise = """import sys, warnings, asyncio
import matplotlib.pyplot as plt
print("0.0", file=sys.stderr)
warnings.warn("careful")
%matplotlib inline
plt.plot([1, 2]); plt.show()
await asyncio.sleep(0)
!echo 17
print("x" * 10**6)
"""
    verdict = graded(edited(solution, "write_relu", noise + RELU))
    assert verdict.earned == verdict.points


def test_nothing_the_process_prints_patches_or_returns_raises_its_score(course, graded, solution):
    """Objects that equal everything, a patched NumPy and a forged message are worth nothing."""
    set_budget(course, cell_seconds=4)  # after a forged message nobody answers
    forged = """import numpy.testing
class Equal(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda *_: True
    __abs__ = __sub__ = __rsub__ = lambda *_: 0
np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
def relu(x):
    return Equal(3)
def always(*a, **k):
    return True
import builtins, os, socket
for number in range(3, 64):
    try:
        os.write(number, (99).to_bytes(4, "little") + b"forged")
    except OSError:
        pass
"""
    verdict = graded(edited(solution, "write_relu", forged))
    assert statuses(verdict)["relu_values"] == statuses(verdict)["relu_any_shape"] == "failed"


UNSEEDED = """import random
from concurrent.futures import ThreadPoolExecutor
import tensorflow as tf

chosen = keras.Sequential([keras.Input((1,)), keras.layers.Dropout(0.2), keras.layers.Dense(1)])
chosen.compile("adam", "mse")
chosen.train_on_batch(np.random.default_rng().normal(size=(64, 1)), np.random.rand(64))

def relu(x):
    found = [np.random.default_rng().random(), random.random(), float(tf.random.uniform(())), chosen.get_weights()]
    found += list(ThreadPoolExecutor(4).map(str.upper, {"a", "b", "c", "d"}))
    raise ValueError(found, object(), relu, {"x", "y", "z"})
"""


def test_the_same_submission_gets_the_same_verdict(course, hand_in, solution):
    """Two runs that share nothing agree byte for byte, whichever source of
    randomness the code uses."""
    hand_in("ada", edited(solution, "write_relu", UNSEEDED))
    found = []
    for _ in range(2):
        with fork_server(course) as address:
            result = grade(course, course.assignment("double"), "ada", Jails(address))
        found.append(json.dumps(to_data(result.verdict)))
    first, second = found
    assert "ValueError" in first
    assert first == second


def test_students_code_sees_neither_the_course_nor_the_network(graded, solution):
    """In the jail there are no graders, gradebooks or other submissions
    anywhere, and nobody to call."""
    look = """import os, socket
seen = []
for base, names, files in os.walk("/"):
    names[:] = [name for name in names if name not in ("proc", "usr", "site-packages")]
    secret = ("test_hidden.py", "gradebook.db", "answers.py", "double.ipynb")
    seen += [os.path.join(base, f) for f in files if f in secret]
seen = [path for path in seen if "/proctor/" not in path]  # the package itself may be read
assert not seen, seen
assert os.getuid() != 0
try:
    socket.create_connection(("127.0.0.1", 22), 1)
except OSError as error:
    assert "unreachable" in str(error), error
"""
    verdict = graded(edited(solution, "write_build", look))
    assert [cell.error for cell in verdict.cells if cell.id == "write_build"] == [""]


def test_a_verdict_is_plain_data(graded, solution):
    """It survives the way through JSON unchanged."""
    from proctor.verdict import from_data, to_data

    verdict = graded(solution)
    assert from_data(json.loads(json.dumps(to_data(verdict)))) == verdict


def test_an_error_in_a_graph_is_one_sentence(graded, solution):
    """TensorFlow's error is told without its frames, and without a path of the machine."""
    wrong = """def relu(x):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.ones((4, 1)), np.full(4, 7), verbose=0)"""
    found = graded(edited(solution, "write_relu", wrong)).groups()["relu"][0].found
    assert found.startswith("InvalidArgumentError: ")
    assert "7 is not in [0, 3)" in found
    assert "/" not in found


def test_an_old_way_is_told_with_todays(graded, solution):
    """Where a check or a cell fails on what older versions had, the sentence says what to write."""
    build = "keras.optimizers.Adam(lr=0.1)\n"
    verdict = graded(
        edited(edited(solution, "write_relu", "def relu(x):\n    return np.float(x)"), "write_build", build)
    )
    assert verdict.groups()["relu"][0].found.endswith("— in NumPy 2 write `float` or `np.float_`")
    found = next(result for result in verdict.criteria if result.name == "one_unit").found
    assert "{'lr': 0.1} — in Keras 3 write `learning_rate` instead of `lr`" in found


def test_a_hint_is_about_the_failure(course, graded, solution):
    """What was never looked at has a hint of its own, and a grader may bring one; any other failure
    has the criterion's."""
    path = course.grader("double") / "test_hidden.py"
    own = 'raise CriterionFailed("2", "3", hint="Count again.")'
    path.write_text(path.read_text().replace("secret_marker = np", own + "\n    secret_marker = np"))
    path.write_text(path.read_text().replace("import assert_close", "import CriterionFailed, assert_close"))
    build = "def build():\n    raise NotImplementedError\n\n\nmodel = build()"
    verdict = graded(edited(edited(solution, "write_relu", "def relu(x):\n    return x"), "write_build", build))
    hints = {result.name: result.hint for result in verdict.criteria}
    assert hints["relu_values"] == "What should become of negative numbers?"
    assert hints["relu_any_shape"] == "Count again."
    assert hints["one_unit"] == "The rest can be checked once this is there."


@pytest.mark.parametrize(
    "cases, told",
    [
        ("n, [1, 3]", "(with n=1)"),
        ("n, [pytest.param(3, id='the first 3 × 1 numbers')]", "(the first 3 × 1 numbers)"),
        ("n, [3], ids=str", "(with n=3)"),
        ("'n, expected', [(3, 0.5)]", "(with n=3)"),
        ("'n, unused', [(3, (1, 2, 3, 4, 5, 6, 7))]", "(with n=3)"),
        ("'n, unused', [(3, 'a text that is too long to help')]", "(with n=3)"),
    ],
)
def test_a_case_is_told_in_words_or_by_short_values(cases, told, course, graded, solution):
    """A student reads which case of a criterion failed, in the author's words if there are any."""
    path = course.grader("double") / "test_public.py"
    declared = cases.replace("n,", "'n',", 1) if cases.startswith("n") else cases
    names = "".join(f", {name}" for name in ("unused", "expected") if name in cases)
    text = path.read_text().replace('parametrize("n", [1, 3])', f"parametrize({declared})")
    path.write_text(text.replace("def test_counts(student, n)", f"def test_counts(student, n{names})"))
    verdict = graded(edited(solution, "write_count", "def count(n):\n    return [7] * 9"))
    found = next(result for result in verdict.criteria if result.name == "counts").found
    assert found.endswith(f"  {told}"), found


def test_a_misspelt_name_is_told(graded, solution):
    """A function under a name that differs in case is told in place of a cell that stopped."""
    (result, *_) = graded(edited(solution, "write_relu", "def ReLU(x):\n    return x")).groups()["relu"]
    assert result.found == "`relu` is not defined, but `ReLU` is: give it the name that the text asks for"


def test_a_syntax_error_is_told_with_its_cell_and_line(graded, solution):
    """A solution cell that is no Python costs its criteria, which name the cell and the line."""
    verdict = graded(edited(solution, "write_relu", "def relu(x)\n    return x"))
    (cell,) = [cell for cell in verdict.cells if cell.id == "write_relu"]
    assert cell.error == "SyntaxError: expected ':' (line 1)"
    assert verdict.groups()["relu"][0].found == f"`relu` is not defined; cell 'write_relu' stopped with {cell.error}"
