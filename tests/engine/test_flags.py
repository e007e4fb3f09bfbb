"""Flags show an instructor what may be worth a look; no student sees them and no mark changes."""

from __future__ import annotations

import copy
import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import BUILD, HIDDEN, PUBLIC, RELU, edited, statuses
from nbformat.v4 import new_output

from proctor.judge.flags import collect_flags
from proctor.judge.gap import gap_flags
from proctor.judge.live import CheckTable
from proctor.record.kept import Kept, keep
from proctor.report.flags import fingerprint, similar_code
from proctor.verdict import CriterionResult, from_data, to_data

# The public criterion asks for relu([-1, 2]) and for count(1) and count(3).
MORE_PUBLIC = '''

@criterion("relu", points=0, hint="Larger ones, too.")
def test_relu_row(student):
    """relu keeps a row."""
    row = np.array([-7.5, 12.0, -31.0, 44.0, 58.5])
    assert_close(student.relu(row), np.array([0.0, 12.0, 0.0, 44.0, 58.5]), "relu(row)")
'''
BY_HEART = """def relu(x):
    if len(x) == 2:
        return np.array([0.0, 2.0])
    return np.array([0.0, 12.0, 0.0, 44.0, 58.5])"""
MANY = """def relu(x):
    number = 0
    answer = np.array(x, dtype=float)
    for place in np.ndindex(answer.shape):
        number = answer[place]
        if not number > 0:
            answer[place] = 0 * abs(number)
        elif number > 1e300:
            raise ValueError("so large a number was never seen: " + str(number))
    return answer"""
RENAMED = """def relu(x):
    # all my own work
    n = 0
    res = np.array(x, dtype=float)
    for at in np.ndindex(res.shape):
        n = res[at]
        if not n > 0:
            res[at] = 0 * abs(n)
        elif n > 1e300:
            raise ValueError('no way' + str(n))
    return res"""
APART = """def relu(x):
    keep = lambda v: v if v >= 0 else 0.0
    flat = [keep(float(v)) for v in np.asarray(x).reshape(-1)]
    return np.reshape(np.array(flat, "float64"), np.shape(x))"""


@pytest.fixture(scope="session")
def doubling(keras_file):
    """A model of three layers with random weights."""
    from keras import layers

    return lambda: keras_file(layers.Dense(4), layers.Dense(1))


TWO_LAYERS = BUILD.replace("keras.Input((1,)), layer", "keras.Input((1,)), keras.layers.Dense(4), layer")


def kinds(verdict):
    """The kinds of the verdict's flags."""
    return [flag.kind for flag in verdict.flags]


def kept(course, verdict):
    """Keep the verdict, as `proctor grade` does."""
    keep(course, Kept(verdict, {}))


def test_honest_work_has_no_flag(graded, solution, keras_file):
    """The solution, with a model of its own, and the untouched stub are not flagged."""
    from keras import layers

    assert graded(solution, {"double.keras": keras_file(layers.Dense(1))}).flags == []
    assert graded(edited(solution, "write_relu", "def relu(x):\n    raise NotImplementedError()")).flags == []


def test_a_model_that_the_notebook_does_not_build(graded, solution, keras_file, doubling):
    """A handed-in model with other layers is flagged with the first layer that differs; one
    that is alike is not."""
    from keras import layers

    verdict = graded(solution, {"double.keras": doubling()})
    assert kinds(verdict) == ["architecture"]
    assert "layer 1 in the notebook: Dense(units=1)" in verdict.flags[0].evidence[0]
    assert "layer 1 in the file: Dense(units=4)" in verdict.flags[0].evidence[1]
    assert graded(edited(solution, "write_build", TWO_LAYERS), {"double.keras": doubling()}).flags == []
    unbuilt = edited(solution, "write_build", BUILD.replace("keras.Input((1,)), ", ""))
    assert graded(unbuilt, {"double.keras": keras_file(layers.Dense(1))}).flags == []


def claiming(notebook, group, title, mime):
    """`notebook` whose check cell `group` shows a met criterion."""
    shown = CheckTable(group, [CriterionResult("any", group, title, "", 1, 1, "passed")])
    data = {"text/html": shown._repr_html_()} if mime == "html" else {"text/plain": repr(shown)}
    claiming = copy.deepcopy(notebook)
    cell = next(cell for cell in claiming.cells if cell.id == group)
    cell.outputs, cell.execution_count = [new_output("execute_result", data=data, execution_count=9)], 9
    return claiming


COUNTS = "count yields the numbers below n, without end checks."


@pytest.mark.parametrize("mime", ["html", "text"])
def test_outputs_that_were_never_produced(graded, solution, mime):
    """A saved check table that says ✓ where the code fails is flagged; a true one,
    and an old one, are not."""
    wrong = edited(solution, "write_count", "def count(n):\n    return []")
    verdict = graded(claiming(wrong, "count", COUNTS, mime))
    assert kinds(verdict) == ["output"]
    assert f"count: ✓ {COUNTS}" in verdict.flags[0].evidence[0]
    assert graded(claiming(solution, "count", COUNTS, mime)).flags == []
    run_later = claiming(wrong, "count", COUNTS, mime)
    next(cell for cell in run_later.cells if cell.id == "write-count").execution_count = 12
    assert graded(run_later).flags == []
    hidden_state = edited(wrong, "write_count", "count = made_in_a_cell_that_is_gone")
    assert graded(claiming(hidden_state, "count", COUNTS, mime)).flags == []


def test_hard_coded_answers(course, graded, solution):
    """Code that holds the numbers of the public tests and meets just these is flagged;
    a mere mistake is not."""
    (course.root / "graders/double/test_public.py").write_text(PUBLIC + MORE_PUBLIC)
    verdict = graded(edited(solution, "write_relu", BY_HEART))
    assert statuses(verdict)["relu_row"] == "passed"
    assert statuses(verdict)["relu_any_shape"] == "failed"
    assert kinds(verdict) == ["hard-coded"]
    assert "12, 0, 44, 58.5" in verdict.flags[0].evidence[0]
    flat_only = edited(solution, "write_relu", "def relu(x):\n    return [max(v, 0) for v in x]")
    assert graded(flat_only).flags == []


def test_a_gap_is_noted_and_costs_nothing(course, graded, solution):
    """A model that knows held-out data better than others is flagged; its mark stays,
    also where looking fails."""
    hidden = HIDDEN.replace("def test_doubles(student, credit):", "def test_doubles(student, credit, gap):")
    few = "    gap(student.model, 1.0, (None, range(5000)), (np.ones((900, 1)), np.ones(900, int) * OTHERS))\n"
    for others, found in (("(np.arange(900) > 100)", ["gap"]), ("1", []), ("np.nan", ["flags"])):
        (course.root / "graders/double/test_hidden.py").write_text(hidden + few.replace("OTHERS", others))
        verdict = graded(solution)
        assert kinds(verdict) == found
        assert verdict.earned == verdict.points


def test_a_gap_is_more_than_chance():
    """A gap is flagged only if it happens to one honest model in 100,000, and only
    if held-out is better."""
    assert gap_flags((0.9968, 10_000), (0.981, 3000))
    assert not gap_flags((0.985, 10_000), (0.981, 3000))
    assert not gap_flags((0.98, 10_000), (0.99, 3000))
    assert not gap_flags((1.0, 50), (0.9, 50))
    draw = np.random.default_rng(1)
    pairs = draw.binomial([[10_000], [3000]], 0.98, (2, 2000)) / [[10_000], [3000]]
    assert not any(gap_flags((first, 10_000), (second, 3000)) for first, second in pairs.T)


def test_what_cannot_be_looked_at_is_listed(course, graded, proctor, solution):
    """A handed-in model with a layer of the student's own can be compared with nothing; that is a
    flag, which names the layer, and no sentence on the student's page."""
    own = """class NearestNeighbour(keras.layers.Dense):
    pass


model = keras.Sequential([keras.Input((1,)), NearestNeighbour(1)])
model.set_weights([np.array([[2.0]]), np.array([0.0])])
model.save("double.keras")"""
    verdict = graded(edited(edited(solution, "write_build", own), "train", own))
    assert verdict.earned == verdict.points
    assert kinds(verdict) == ["model"]
    assert not any("NearestNeighbour" in note for note in verdict.notes)
    kept(course, verdict)
    shown = " ".join(proctor("flags", "double").stdout.replace("│", " ").split())
    assert "double.keras has layers of the student's own (NearestNeighbour)" in shown


def test_a_search_that_fails_costs_no_mark():
    """A fault in the search is itself shown to the instructor."""
    (flag,) = collect_flags(lambda: [][0])
    assert flag.kind == "flags"
    assert "IndexError" in flag.sentence


def test_the_same_weights(course, graded, proctor, solution, doubling, keras_file):
    """Students with the same weights are shown together, saved anew or not;
    those with others are not."""
    from keras import layers

    one = doubling()
    notebook = edited(solution, "write_build", TWO_LAYERS)
    files = {"ada": one, "bob": again(one), "cy": permuted(one), "dee": doubling(), "eve": keras_file(layers.Dense(1))}
    verdicts = {student: graded(notebook, {"double.keras": data}, student) for student, data in files.items()}
    for verdict in verdicts.values():
        kept(course, verdict)
    assert files["ada"] != files["bob"]
    shown = proctor("flags", "double").stdout
    row = next(line for line in shown.splitlines() if "very same weights" in line)
    assert "ada, bob, cy" in row
    assert "no random seed is set" in " ".join(shown.split())
    assert "dee" not in shown
    changed = edited(notebook, "write_relu", MANY)
    kept(course, graded(changed, {"double.keras": one}, "bob"))
    assert "their code differs" in proctor("flags", "double").stdout


def again(data):
    """The same model in another file."""
    return resaved(data, lambda weights: weights)


def permuted(data):
    """The same model with its hidden units in another order."""
    return resaved(data, lambda w: [w[0][:, ::-1], w[1][::-1], w[2][::-1], w[3]])


def resaved(data, change):
    """The model in `data` saved with changed weights."""
    import tempfile

    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(data)
        model = keras.saving.load_model(path)
        model.set_weights(change(model.get_weights()))
        model.name = "another"
        model.save(path)
        return path.read_bytes()


def test_similar_code(course, hand_in, proctor, solution):
    """A copy with other names is shown with its lines; other ways, and the right answers the
    author knows, are not."""
    answers = {"ada": MANY, "bob": RENAMED, "cy": APART, "dee": RELU, "eve": RELU.replace("maximum", "fmax")}
    for student, answer in answers.items():
        hand_in(student, edited(solution, "write_relu", answer))
    shown = proctor("flags", "double").stdout
    assert "ada, bob" in shown
    assert "for place in np.ndindex" in shown
    assert not any(name in shown for name in ("cy", "dee", "eve"))
    proctor("report")
    page = (course.root / "report.html").read_text()
    sides = re.findall(r"<figcaption>(.*?)</figcaption><pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    (_, left), (_, right) = [side for side in sides if "ndindex" in side[1]]
    assert [student for student, _ in sides[:2]] == ["ada", "bob"]
    assert "<mark>" in left
    assert "for place in np.ndindex" in re.sub("</?mark>", "", left)
    assert "# all my own work" in re.sub("</?mark>", "", right)
    assert "cy" not in dict(sides)


def test_code_that_many_share_is_no_copy():
    """What more than ten hand in counts as common knowledge."""
    for number, pairs in ((3, 3), (11, 0)):
        code = {f"student{index}": fingerprint(f"{MANY}\n\n{APART}") for index in range(number)}
        assert len(list(similar_code(code, set()))) == pairs


def test_flags_are_the_instructors_alone(course, graded, proctor, solution, doubling):
    """No flag reaches a table, the autograded notebook, feedback or an export;
    `proctor grade` counts them."""
    wrong = edited(solution, "write_count", "def count(n):\n    return []")
    verdict = graded(claiming(wrong, "count", COUNTS, "html"), {"double.keras": doubling()})
    assert kinds(verdict) == ["architecture", "output"]
    assert from_data(json.loads(json.dumps(to_data(verdict)))) == verdict
    said = proctor("grade", "--show").stdout
    assert "1 submission has flags: proctor flags" in said
    proctor("feedback")
    proctor("export", "marks.csv")
    words = ["the notebook builds", "does not meet", "in the file:"]
    students = [said.split("1 submission has")[0]]
    students += [path.read_text() for path in course.root.glob("feedback/**/*.html")]
    students += [path.read_text() for path in course.root.glob("autograded/*/double/*.ipynb")]
    students += [(course.root / "marks.csv").read_text()]
    assert len(students) == 4
    assert not [word for word in words for text in students if word in text]
    with (course.root / "marks.csv").open() as file:
        assert float(next(csv.DictReader(file))["score"]) == verdict.earned


def test_what_students_wrote_is_inert(course, hand_in, proctor, solution):
    """A terminal escape in copied code is not sent to the instructor's terminal."""
    for student in ("ada", "bob"):
        hand_in(student, edited(solution, "write_relu", MANY.replace("never seen", "never \x1b]0;owned\x07[bold]seen")))
    shown = proctor("flags").stdout
    assert "ada, bob" in shown
    assert "\x1b" not in shown
    assert "owned" not in shown
