"""An exercise about live networks, and attempts to show another network, training or answer."""

from __future__ import annotations

import nbformat
from conftest import code
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from proctor.course.course import Course

NETS = "nets"

ASSIGNMENT = """
title = "Nets"
order = 3
[budget]
notebook_seconds = 300
cell_seconds = 120
call_seconds = 120
"""

PUBLIC = '''
import numpy as np

from proctor import assert_close, assert_lasts, assert_layer_count, assert_parameters, criterion


@criterion("network", points=1, hint="Two layers.")
def test_two_small_layers(student):
    """The network has two Dense layers and seven parameters."""
    model = student.network()
    assert_layer_count(model, Dense=2)
    assert_parameters(model, exactly=7)


@criterion("network", points=1, hint="Double with its weights.")
def test_it_doubles(student):
    """The two layers double what comes in."""
    model = student.network()
    assert_layer_count(model, Dense=2)
    assert_close(model.predict(np.array([[1.0], [2.5]], "float32")), np.array([[2.0], [5.0]], "float32"), "doubled")


@criterion("train", points=1, hint="As many epochs as it says.")
def test_trains_for_three_epochs(student):
    """A target that is never met ends no training."""
    assert_lasts(student, "train", (14, 14), 3, target=2.0, max_epochs=3)
'''

HIDDEN = '''
import numpy as np
import pytest

from proctor import assert_close, assert_ends_at_target, criterion, layer, make_model


@criterion("forecast", points=2, hint="Ask the model.")
def test_forecast_of_any_model(student):
    """The forecast is what the model predicts."""
    model = make_model(student, (3,), layer("Dense", units=4, activation="tanh"), layer("Dense", units=1))
    x = np.random.default_rng(73).normal(size=(6, 3)).astype("float32")
    assert_close(student.forecast(model, x), model.predict(x)[:, 0], "the forecast", rtol=1e-3)


@criterion("network", points=1, hint="For any number.")
@pytest.mark.parametrize("number", [7177.0, 8188.0])
def test_doubles_any_number(student, number):
    """The network doubles any number."""
    x = np.array([[number], [-7277.0]], "float32")
    assert_close(student.network().predict(x), 2 * x, "doubled")


@criterion("train", points=2, hint="Look at the accuracy.")
def test_ends_with_the_first_epoch_that_meets_the_target(student):
    """Training ends with the first epoch that meets the target."""
    assert_ends_at_target(student, "train", (14, 14), target=0.5, max_epochs=15)
'''

RIGHT_NET = """def network():
    built = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    built.set_weights([np.array([[1.0, 1.0]]), np.zeros(2), np.array([[1.0], [1.0]]), np.zeros(1)])
    return built"""
RIGHT_TRAIN = """def train(model, x, y, target, max_epochs):
    class StopAt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = logs["accuracy"] >= target
    return model.fit(x, y, batch_size=128, epochs=max_epochs, callbacks=[StopAt()], verbose=0)"""
RIGHT_FORECAST = """def forecast(model, x):
    return model.predict(x, verbose=0)[:, 0]"""
RIGHT_NETS = {"network": RIGHT_NET, "train": RIGHT_TRAIN, "forecast": RIGHT_FORECAST}
NET_POINTS = {"network": 3, "train": 3, "forecast": 2}
NET_FULL = sum(NET_POINTS.values())

# One layer that triples, beside a network that has what is asked for.
DECOY = """
def two_layers():
    built = keras.Sequential([keras.Input((1,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    built.set_weights([np.array([[1.0, 1.0]]), np.zeros(2), np.array([[1.5], [1.5]]), np.zeros(1)])
    return built
decoy = two_layers()
def network():
    built = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    built.set_weights([np.array([[2.0]]), np.zeros(1)])
    return built
"""
INVENTED = """
def train(model, x, y, target, max_epochs):
    history = keras.callbacks.History()
    history.epoch = list(range(1 if target < 1 else max_epochs))
    history.history = {"accuracy": [0.6] * len(history.epoch), "loss": [0.1] * len(history.epoch)}
    history.params = {"steps": 2, "epochs": max_epochs}
    MORE
    return history"""

# What is written for a group, and what it earns there.
NET_CHEATS: dict[str, tuple[str, str, int]] = {
    "saves_a_decoy": (
        "network",
        DECOY + "import proctor.channel.answer as answer\nsaved = answer.Answerer._saved\n"
        "answer.Answerer._saved = lambda self, of: saved(self, decoy if len(of.layers) == 1 else of)",
        1,
    ),
    "patches_save": (
        "network",
        DECOY + "save = keras.Model.save\nkeras.Model.save = keras.Sequential.save = "
        "lambda self, path, **more: save(decoy if len(self.layers) == 1 else self, path, **more)",
        1,
    ),
    "patches_the_config": (
        "network",
        DECOY + "config = keras.Sequential.get_config\nkeras.Sequential.get_config = lambda self: config(decoy)",
        1,
    ),
    "describes_and_predicts_itself": (
        "network",
        DECOY + "import proctor.channel.answer as answer, proctor.models.describe as describe\n"
        "right = describe.describe(decoy)\nanswer.Answerer._describe = lambda self, of: right\n"
        "answer.Answerer._predict = lambda self, of, inputs, batch_size: 2 * np.asarray(inputs)",
        1,
    ),
    "invents_a_history": ("train", INVENTED.replace("MORE", "pass"), 0),
    "invents_a_history_and_steps": (
        "train",
        INVENTED.replace("MORE", "model.optimizer.iterations.assign_add(len(history.epoch))"),
        0,
    ),
    "invents_weights": (
        "train",
        INVENTED.replace(
            "MORE",
            "model.optimizer.iterations.assign_add(len(history.epoch))\n"
            "    model.set_weights([w + 0.001 for w in model.get_weights()])",
        ),
        1,
    ),
    "replaces_keras_in_a_forecast": (
        "forecast",
        "def forecast(model, x):\n    return np.zeros(len(x), 'float32')\n"
        "keras.Model.predict = keras.Model.predict_on_batch = "
        "lambda self, x, **more: np.zeros((len(x), 1), 'float32')",
        0,
    ),
    "replaces_predict_in_the_answerer": (
        "forecast",
        "import proctor.channel.answer as answer\nanswer.Answerer._predict = "
        "lambda self, of, inputs, batch_size: np.zeros((len(inputs), 1), 'float32')\n"
        "def forecast(model, x):\n    return np.zeros(len(x), 'float32')",
        0,
    ),
}
# A network with a layer that remembers its inputs, and that cannot be saved without telling them.
TELLING = {
    "tells_in_an_error": """
asked = []
class Curious(keras.layers.Layer):
    def call(self, x):
        try:
            asked.append(np.asarray(x).tolist())
        except Exception:
            pass
        return x
def tell(self, path, **more):
    raise ValueError(f"asked {asked}")
keras.Model.save = keras.Sequential.save = tell
def network():
    layers = [keras.layers.Dense(2), keras.layers.Dense(1), Curious()]
    built = keras.Sequential([keras.Input((1,)), *layers])
    built.set_weights([np.array([[1.0, 1.0]]), np.zeros(2), np.array([[1.0], [1.0]]), np.zeros(1)])
    return built
"""
}
# The numbers of a hidden question, which no page may show.
SECRET_NUMBERS = ("7177", "7277", "8188", "14354")


def nets_notebook(answers: dict[str, str], solution: bool = False) -> NotebookNode:
    """The exercise with these answers."""
    cells = [
        new_markdown_cell("# Nets", id="title"),
        code("import keras\nimport numpy as np\nfrom proctor import check", "setup"),
    ]
    for group, points in NET_POINTS.items():
        first, _, rest = answers[group].partition("\n")
        source = f"{first}\n    ### BEGIN SOLUTION\n{rest}\n    ### END SOLUTION" if solution else answers[group]
        cells.append(code(source, f"write_{group}", solution=True))
        cells.append(code(f'check("{group}")', group, points=points))
    return new_notebook(cells=cells)


def add_nets(course: Course) -> None:
    """Add the exercise to a course."""
    for folder in (course.source(NETS).parent, course.grader(NETS)):
        folder.mkdir(parents=True)
    nbformat.write(nets_notebook(RIGHT_NETS, solution=True), course.source(NETS))
    for name, text in (("assignment.toml", ASSIGNMENT), ("test_public.py", PUBLIC), ("test_hidden.py", HIDDEN)):
        (course.grader(NETS) / name).write_text(text)
