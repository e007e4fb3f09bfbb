"""One small Keras exercise, made as a Proctor course and as a plain nbgrader course.

It ends in one of three ways. "trained": the network is trained, and its border drawn; "drawn": the
border of the untrained network is drawn; "built": the network is only built and called once.
"""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "rings"
POINTS = {"sigmoid": 2, "entropy": 3, "network": 3, "learned": 4}

TITLE = """# A ring around a disc

No straight line can part the points of a ring from those of the disc inside it. A network with one hidden layer can,
and at the end of this page you see the border that yours has drawn."""

SETUP = """import keras
import matplotlib.pyplot as plt
import numpy as np

keras.utils.set_random_seed(7)"""

DATA = '''def rings(count, seed):
    """`count` points of a disc (label 0) and of the ring around it (label 1): float32 (count, 2), int (count,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    radius, angle = rng.uniform(0, 0.8, count) + 1.2 * labels, rng.uniform(0, 2 * np.pi, count)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return points.astype("float32"), labels


x, y = rings(384, seed=0)'''

# Grade id of each solution cell → what the student is given of it.
STUBS = {
    "write_sigmoid": '''def sigmoid(x):
    """1 / (1 + e^-x) of each element of the array `x`, of any shape."""''',
    "write_entropy": '''def entropy(p, y):
    """The mean binary cross-entropy of the probabilities `p` and the labels `y` (0 or 1): one number."""''',
    "write_network": '''def build_network():
    """A network that turns the two coordinates of a point into the probability that it lies on the ring."""''',
    "write_training": '''def train(model, x, y):
    """Compile `model` and train it; return its history."""''',
}

SOLUTION = {
    "write_sigmoid": "return 0.5 * (1.0 + np.tanh(0.5 * x))",
    "write_entropy": "return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))",
    "write_network": """hidden = keras.layers.Dense(16, activation="relu")
return keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1, activation="sigmoid")])""",
    "write_training": """model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.03))
return model.fit(x, y, epochs=10, batch_size=32, verbose=0)""",
}

TRAIN = """model = build_network()
history = train(model, x, y)"""

BUILT = """model = build_network()
print(model(x[:5]))"""

BORDER = """side = np.linspace(-2.2, 2.2, 30)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
plt.contourf(side, side, model.predict(grid, verbose=0).reshape(30, 30), levels=10, cmap="coolwarm")
plt.scatter(*x.T, c=y, s=8, cmap="coolwarm", edgecolors="white", linewidths=0.3)
plt.show()"""

FIGURE = """figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.plot(history.history["loss"])
left.set(xlabel="epoch", ylabel="loss")
side = np.linspace(-2.2, 2.2, 30)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
right.contourf(side, side, model.predict(grid, verbose=0).reshape(30, 30), levels=10, cmap="coolwarm")
right.scatter(*x.T, c=y, s=8, cmap="coolwarm", edgecolors="white", linewidths=0.3)
plt.show()"""

PLAIN_CHECKS = {
    "sigmoid": """assert np.allclose(sigmoid(np.array([-1.0, 0.0, 1.0])), [0.2689414213699951, 0.5, 0.7310585786300049])
### BEGIN HIDDEN TESTS
assert np.allclose(sigmoid(np.array([[-1000.0, 0.5], [2.0, 1000.0]])), [[0.0, 0.6224593312], [0.8807970780, 1.0]])
### END HIDDEN TESTS""",
    "entropy": """assert np.allclose(entropy(np.array([0.9, 0.2, 0.6]), np.array([1, 0, 1])), 0.27977656)
### BEGIN HIDDEN TESTS
_p, _y = np.random.default_rng(5).uniform(0.05, 0.95, (4, 5)), np.arange(20).reshape(4, 5) % 2
assert np.allclose(entropy(_p, _y), -np.where(_y == 1, np.log(_p), np.log(1 - _p)).mean())
### END HIDDEN TESTS""",
    "network": """assert model.input_shape == (None, 2) and model.output_shape == (None, 1)
assert model.layers[-1].activation.__name__ == "sigmoid\"""",
    "learned": """### BEGIN HIDDEN TESTS
_x, _y = rings(400, seed=1)
assert np.mean((model.predict(_x, verbose=0)[:, 0] > 0.5) == _y) >= 0.95
### END HIDDEN TESTS""",
}

ASSIGNMENT = 'title = "A ring around a disc"\ntrain = "always"\n'

PUBLIC = '''import numpy as np

from proctor import assert_close, assert_input_shape, assert_layer, assert_output_shape, criterion


@criterion("sigmoid", points=1, hint="What becomes of 0?")
def test_sigmoid_values(student):
    """sigmoid squeezes every number into 0 to 1."""
    expected = np.array([0.2689414213699951, 0.5, 0.7310585786300049])
    assert_close(student.sigmoid(np.array([-1.0, 0.0, 1.0])), expected, "sigmoid([-1, 0, 1])", rtol=1e-5)


@criterion("entropy", points=1, hint="A mean, and never negative.")
def test_entropy_value(student):
    """entropy is the mean surprise at the labels."""
    found = student.entropy(np.array([0.9, 0.2, 0.6]), np.array([1, 0, 1]))
    assert_close(found, 0.27977656, "entropy([0.9, 0.2, 0.6], [1, 0, 1])", rtol=1e-5)


@criterion("network", points=3, hint="One probability: how many units, and which activation?")
def test_one_probability(student):
    """The network turns two coordinates into one probability."""
    assert_input_shape(student.model, (None, 2))
    assert_output_shape(student.model, (None, 1))
    assert_layer(student.model, -1, activation="sigmoid")
'''

HIDDEN = '''import numpy as np

from proctor import accuracy, assert_between, assert_close, criterion


@criterion("sigmoid", points=1, hint="Any shape, and numbers far from 0.")
def test_sigmoid_of_any_array(student):
    """sigmoid works on any array."""
    found = student.sigmoid(np.array([[-1000.0, 0.5], [2.0, 1000.0]]))
    assert_close(found, np.array([[0.0, 0.6224593312], [0.8807970780, 1.0]]), "sigmoid(x)", rtol=1e-5, atol=1e-8)


@criterion("entropy", points=2, hint="Any shape.")
def test_entropy_of_any_array(student):
    """entropy works on any array."""
    p, y = np.random.default_rng(5).uniform(0.05, 0.95, (4, 5)), np.arange(20).reshape(4, 5) % 2
    assert_close(student.entropy(p, y), -np.where(y == 1, np.log(p), np.log(1 - p)).mean(), "entropy(p, y)", rtol=1e-5)
'''

HIDDEN_OF_TRAINED = '''

@criterion("learned", points=4, hint="Is there a hidden layer? Train longer.")
def test_new_points(student):
    """The trained network tells ring from disc on points it has never seen."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 400)
    radius, angle = rng.uniform(0, 0.8, 400) + 1.2 * labels, rng.uniform(0, 2 * np.pi, 400)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype("float32")
    assert_between(accuracy(student.model, (points, labels)), 0.95, 1.0, "accuracy")
'''


def answered(cell: str, body: str) -> str:
    """The solution cell `cell` with `body` as its answer."""
    return f"{STUBS[cell]}\n{textwrap.indent(body, '    ')}"


def solution(checks: dict[str, str], setup: str, ending: str = "trained") -> NotebookNode:
    """The instructor's notebook, `checks` in its check cells."""
    trained = ending == "trained"

    def write(cell: str) -> NotebookNode:
        return _code(answered(cell, f"### BEGIN SOLUTION\n{SOLUTION[cell]}\n### END SOLUTION"), cell, solution=True)

    def check(group: str) -> NotebookNode:
        return _code(checks[group], group, points=POINTS[group])

    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        cells=[
            new_markdown_cell(TITLE, id="title"),
            _code(setup, "setup"),
            _code(DATA, "data"),
            write("write_sigmoid"),
            check("sigmoid"),
            write("write_entropy"),
            check("entropy"),
            write("write_network"),
            *([write("write_training"), _code(TRAIN, "train", tags=["train"])] if trained else [_code(BUILT, "built")]),
            check("network"),
            *([check("learned"), _code(FIGURE, "figure")] if trained else []),
            *([_code(BORDER, "border")] if ending == "drawn" else []),
        ],
    )


def _code(
    source: str, grade_id: str, *, points: float | None = None, solution: bool = False, **more: object
) -> NotebookNode:
    settings = {"schema_version": 3, "grade_id": grade_id, "task": False, "solution": solution, "locked": not solution}
    settings["grade"] = points is not None
    if points is not None:
        settings["points"] = points
    return new_code_cell(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": settings, **more})


def make_proctor_course(root: Path, ending: str = "trained") -> None:
    """Make the exercise as a Proctor course in `root`."""
    checks = {group: f'check("{group}")' for group in POINTS}
    _write_source(root, solution(checks, f"{SETUP}\nfrom proctor import check", ending))
    grader = root / "graders" / NAME
    grader.mkdir(parents=True)
    hidden = HIDDEN + (HIDDEN_OF_TRAINED if ending == "trained" else "")
    for name, text in {"assignment.toml": ASSIGNMENT, "test_public.py": PUBLIC, "test_hidden.py": hidden}.items():
        (grader / name).write_text(text, encoding="utf-8")
    shutil.copy(Path(__file__).parents[2] / "nbgrader_config.py", root)


def make_plain_course(root: Path, ending: str = "trained") -> None:
    """Make the exercise as a plain nbgrader course in `root`."""
    _write_source(root, solution(PLAIN_CHECKS, SETUP, ending))
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "plain"\n', encoding="utf-8"
    )


def _write_source(root: Path, notebook: NotebookNode) -> None:
    folder = root / "source" / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
