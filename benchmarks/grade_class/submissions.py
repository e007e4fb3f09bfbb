"""What the class hands in, and the marks that are due."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from benchmarks.grade_class.exercise import NAME, POINTS, SOLUTION, answered

FULL = sum(POINTS.values())


@dataclass(frozen=True)
class Submission:
    """What one student hands in.

    Args:
        what: a description.
        due: the points it earns.
        answers: grade id of a solution cell → the answer in it; cells left out hold the solution's
            answer, and None stands for the untouched stub.
        own_cell: code of a cell that the student added, after the first code cell.
        by_nbgrader: the points that nbgrader is known to give, if they are not those due.
        learns: whether its network, once trained, tells ring from disc.
    """

    what: str
    due: float
    answers: dict[str, str | None] = field(default_factory=dict)
    own_cell: str = ""
    by_nbgrader: float | None = None
    learns: bool = True

    @property
    def expected_of_nbgrader(self) -> float:
        """The points that nbgrader should give."""
        return self.due if self.by_nbgrader is None else self.by_nbgrader


MIRRORED = "return 1 / (1 + np.exp(np.clip(x, -50, 50)))"
SUMMED = "return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))"

TALKATIVE = f"""import sys
print("entropy of", len(y), "labels", file=sys.stderr)
{SOLUTION["write_entropy"]}"""

ALWAYS_EQUAL = """class Equal:
    def __array_function__(self, *ignored):
        return True
return Equal()"""

FUNCTIONAL = """inputs = keras.Input((2,))
hidden = keras.layers.Dense(24, activation="tanh")(inputs)
return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))"""

DEEPER = """model = keras.Sequential([keras.Input((2,))])
for units in (12, 8):
    model.add(keras.layers.Dense(units, activation="relu"))
model.add(keras.layers.Dense(1))
model.add(keras.layers.Activation("sigmoid"))
return model"""

RELU_TWICE = """return keras.Sequential([
    keras.layers.Input(shape=(2,)),
    keras.layers.Dense(16, activation=keras.activations.relu),
    keras.layers.Dense(16, activation=keras.activations.relu),
    keras.layers.Dense(1, activation=keras.activations.sigmoid),
])"""

ONE_SOFTMAX = """hidden = keras.layers.Dense(16, activation="relu")
return keras.Sequential([keras.Input((2,)), hidden, keras.layers.Dense(1, activation="softmax")])"""

NO_HIDDEN = """return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])"""

TOO_SLOW = SOLUTION["write_training"].replace("0.03", "1e-6")
RMSPROP = SOLUTION["write_training"].replace("Adam", "RMSprop")

# The most different ones come first, so that a small class has them too.
CLASS = (
    Submission("the solution", FULL),
    Submission("right, and writes a line to stderr", FULL, {
        "write_entropy": TALKATIVE,
    }, by_nbgrader=FULL - POINTS["entropy"]),
    Submission("objects that equal everything", FULL - POINTS["sigmoid"] - POINTS["entropy"], {
        "write_sigmoid": ALWAYS_EQUAL, "write_entropy": ALWAYS_EQUAL,
    }, by_nbgrader=FULL),
    Submission("the sigmoid is mirrored", FULL - POINTS["sigmoid"], {"write_sigmoid": MIRRORED}),
    Submission("untouched", 0, dict.fromkeys(SOLUTION), learns=False),
    Submission("right, and NumPy warns of an overflow", FULL, {
        "write_sigmoid": "return 1 / (1 + np.exp(-x))",
    }, by_nbgrader=FULL - POINTS["sigmoid"]),
    Submission("makes np.allclose agree", FULL - POINTS["sigmoid"] - POINTS["entropy"], {
        "write_sigmoid": "return x", "write_entropy": "return 0.0",
    }, own_cell="np.allclose = lambda *values, **settings: True", by_nbgrader=FULL),
    Submission("a functional model", FULL, {"write_network": FUNCTIONAL}),
    Submission("the entropy is a sum", FULL - POINTS["entropy"], {"write_entropy": SUMMED}),
    Submission("softmax on one unit", FULL - POINTS["network"] - POINTS["learned"], {
        "write_network": ONE_SOFTMAX,
    }, learns=False),
    Submission("two hidden layers", FULL, {"write_network": RELU_TWICE}),
    Submission("no hidden layer", FULL - POINTS["learned"], {"write_network": NO_HIDDEN}, learns=False),
    Submission("the activation is a layer", FULL, {"write_network": DEEPER}),
    Submission("the entropy is negative", FULL - POINTS["entropy"], {
        "write_entropy": SOLUTION["write_entropy"].replace("-np.mean", "np.mean"),
    }),
    Submission("hardly trained", FULL - POINTS["learned"], {"write_training": TOO_SLOW}, learns=False),
    Submission("a cell that is not Python", FULL - POINTS["entropy"], {"write_entropy": "return -np.mean("}),
    Submission("another optimizer", FULL, {"write_training": RMSPROP}),
    Submission("entropy with np.where", FULL, {
        "write_entropy": "return -np.log(np.where(y == 1, p, 1 - p)).mean()",
    }),
    Submission("both functions wrong", FULL - POINTS["sigmoid"] - POINTS["entropy"], {
        "write_sigmoid": MIRRORED, "write_entropy": SUMMED,
    }),
    Submission("no network yet", FULL - POINTS["network"] - POINTS["learned"], {"write_network": None}, learns=False),
)  # fmt: skip


def class_of(size: int, trained: bool = True) -> dict[str, Submission]:
    """Return student → submission for a class of `size`; from twenty on they repeat."""
    twenty = CLASS if trained else [_untrained(submission) for submission in CLASS]
    return {f"student{number:04}": twenty[number % len(twenty)] for number in range(size)}


def _untrained(submission: Submission) -> Submission:
    """Return the same work for an exercise that trains nothing and gives no points for training."""
    if not submission.learns:
        return submission
    by_nbgrader = submission.by_nbgrader
    return replace(
        submission,
        due=submission.due - POINTS["learned"],
        by_nbgrader=None if by_nbgrader is None else by_nbgrader - POINTS["learned"],
    )


def hand_in(root: Path, students: dict[str, Submission]) -> None:
    """Fill in the course's release for each student, into `submitted/`."""
    for student, submission in students.items():
        notebook = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            body = {**SOLUTION, **submission.answers}.get(name)
            if body is not None:
                cell.source = answered(name, body)
        if submission.own_cell:
            notebook.cells.insert(2, new_code_cell(submission.own_cell, id="own"))
        folder = root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{NAME}.ipynb")
