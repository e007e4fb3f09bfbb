"""The pictures that exercises share show what they are given."""

from __future__ import annotations

import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from proctor import plots


@pytest.fixture(autouse=True)
def close_figures():
    """Each test begins and ends without open figures."""
    yield
    plt.close("all")


def texts(axis):
    """The texts in a drawing that are not empty, in the order in which they were drawn."""
    return [text.get_text() for text in axis.texts if text.get_text()]


def test_pictures_stand_in_rows_below_their_titles():
    """Each picture keeps its proportions and covers no other; a title is any text or number."""
    rng = np.random.default_rng(5)
    axis = plots.draw_pictures(
        [rng.random((8, 8)), rng.random((6, 12)), rng.random((8, 4, 3))], ["a", 7, "c\nd"], columns=2
    )
    assert texts(axis) == ["a", "7", "c\nd"]
    boxes = [image.get_extent() for image in axis.images]
    assert [round((right - left) / (top - bottom), 6) for left, right, bottom, top in boxes] == [1, 2, 0.5]
    first, second, third = boxes
    assert first[1] < second[0]
    assert third[3] < min(first[2], second[2])
    for left, right, bottom, top in boxes:
        assert axis.get_xlim()[0] <= left < right <= axis.get_xlim()[1]
        assert axis.get_ylim()[0] <= bottom < top <= axis.get_ylim()[1]
    with pytest.raises(ValueError, match="shorter"):
        plots.draw_pictures(np.zeros((3, 4, 4)), ["one", "two"])
    assert not plots.draw_pictures([]).images


def test_learning_curves_are_those_of_the_history():
    """Both curves if there is validation data, the target, and the epochs that were not needed."""
    history = SimpleNamespace(
        history={"accuracy": [0.5, 0.8, 0.9], "val_accuracy": [0.4, 0.6, 0.7], "loss": [3, 2, 1]}, params={"epochs": 8}
    )
    axis = plots.draw_learning_curves(history, "accuracy", target=0.88, names=("seen", "unseen"))
    drawn = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in axis.lines}
    assert drawn == {"seen": [0.5, 0.8, 0.9], "unseen": [0.4, 0.6, 0.7], "target": [0.88, 0.88]}
    assert np.asarray(axis.lines[0].get_xdata()).tolist() == [1, 2, 3]
    assert axis.get_title() == "ended after 3 of 8 epochs"
    history.params = {"epochs": 3}
    axis = plots.draw_learning_curves(history)
    assert [line.get_label() for line in axis.lines] == ["training"]
    assert axis.get_title() == ""
    for name in ("acc", "sparse_categorical_accuracy"):  # what else Keras calls it
        named = SimpleNamespace(history={name: [0.5, 0.8], f"val_{name}": [0.4, 0.6], "loss": [3, 2]}, params={})
        axis = plots.draw_learning_curves(named, "accuracy")
        assert [np.asarray(line.get_ydata()).tolist() for line in axis.lines] == [[0.5, 0.8], [0.4, 0.6]]
        assert axis.get_ylabel() == "accuracy"
    with pytest.raises(KeyError, match="no 'acc', but 'accuracy', 'val_accuracy', 'loss'"):
        plots.draw_learning_curves(history, "acc")


def test_a_confusion_matrix_has_its_numbers_and_the_colours_of_the_mistakes():
    """Rows are true, columns guessed; what is right has the palest colour, however often."""
    axis = plots.draw_confusion_matrix([[90, 3], [7, 60]], ["cat", "dog"])
    assert texts(axis) == ["90", "3", "7", "60"]
    assert np.asarray(axis.images[0].get_array()).tolist() == [[0, 3], [7, 0]]
    assert (axis.get_ylabel(), axis.get_xlabel()) == ("true", "guessed")
    given = plt.figure().subplots()
    assert plots.draw_confusion_matrix(np.eye(3), "abc", given) is given


def test_the_worst_mistakes_come_first():
    """Those of which the network was most sure; right answers are not shown."""
    probabilities = [[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4]]
    axis = plots.draw_worst_mistakes(np.ones((4, 5, 5)), [[0], [0], [0], [1]], probabilities, ["cat", "dog"])
    assert texts(axis) == ["cat read as dog\n80% sure", "cat read as dog\n70% sure", "dog read as cat\n60% sure"]
    assert len(plots.draw_worst_mistakes(np.ones((4, 5, 5)), [0, 0, 0, 1], probabilities, most=1).images) == 1


def test_regions_lie_behind_their_points():
    """Where the rule says blue is seen at the place of the points, not mirrored or turned."""
    x, axis = np.array([[2.0, 1.0], [-2.0, 1.5], [0.0, -2.0]]), plt.figure().subplots()
    plots.draw_regions(axis, x, np.array([[1], [0], [0]]), lambda ground: ground[:, 0] > 1.5, "right of a line")
    (image,) = axis.images
    left, right, _, _ = image.get_extent()
    field = np.asarray(image.get_array())
    columns = np.linspace(left, right, field.shape[1])
    assert (field == (columns > 1.5)).all()
    assert left < -2
    assert right > 2
    colours = np.asarray(axis.collections[0].get_facecolor())[:, :3]
    np.testing.assert_allclose(colours, [to_rgb(f"tab:{name}") for name in ("blue", "red", "red")])


def arrows(axis):
    """Each arrow in a drawing: the texts of the boxes where it begins and ends."""
    boxes = {text.get_position(): text.get_text().split("\n")[0] for text in axis.texts if text.get_text()}
    ends = [(arrow.xyann, arrow.xy) for arrow in axis.texts if getattr(arrow, "arrow_patch", None)]

    def nearest(point):
        return boxes[min(boxes, key=lambda place: np.hypot(*np.subtract(place, point)))]

    return sorted((nearest(begin), nearest(end)) for begin, end in ends)


def test_a_graph_has_a_box_for_each_call_and_an_arrow_for_each_place():
    """Branches, joins, shapes and parameters; a layer that is called again has them once only."""
    import keras

    begin = keras.Input((4, 6, 3))
    maps = keras.layers.Conv2D(5, 1, activation="relu")(begin)
    roads = [keras.layers.GlobalMaxPooling2D()(maps), keras.ops.mean(maps, axis=(1, 2))]
    reader = keras.Model(begin, keras.layers.Concatenate()(roads))
    axis = plots.draw_graph(reader, title="two roads")
    assert {text.split("\n")[0]: text.split("\n")[1:] for text in texts(axis)} == {
        "InputLayer": ["4 × 6 × 3"],
        "Conv2D, relu": ["4 × 6 × 5", "20 parameters"],
        "GlobalMaxPooling2D": ["5"],
        "Mean": ["5"],
        "Concatenate": ["10"],
    }
    assert arrows(axis) == [
        ("Conv2D, relu", "GlobalMaxPooling2D"),
        ("Conv2D, relu", "Mean"),
        ("GlobalMaxPooling2D", "Concatenate"),
        ("InputLayer", "Conv2D, relu"),
        ("Mean", "Concatenate"),
    ]
    assert axis.get_title() == "two roads"
    left, right = keras.Input((4, 6, 3)), keras.Input((4, 6, 3))
    pair = keras.Model([left, right], keras.layers.Subtract()([reader(left), reader(right)]))
    boxes = texts(plots.draw_graph(pair, plt.figure().subplots()))
    assert boxes.count("InputLayer\n4 × 6 × 3") == 2
    assert boxes.count("Functional\n10\n20 parameters") == boxes.count("Functional\n10\nthe same layer again") == 1


def test_a_chain_is_a_graph_and_a_road_may_pass_boxes():
    """A sequential model is drawn like a functional one; without an Input it has no graph.

    What leads nowhere has its shape, too; of several outputs, the first one's is shown.
    """
    import keras

    layers = [keras.layers.Flatten(), keras.layers.Dense(2), keras.layers.Softmax()]
    chain = keras.Sequential([keras.Input((None, 3)), keras.layers.GlobalMaxPooling1D(), *layers])
    axis = plots.draw_graph(chain)
    assert texts(axis)[0] == "InputLayer\nany × 3"
    assert arrows(axis) == [
        ("Dense", "Softmax"),
        ("Flatten", "Dense"),
        ("GlobalMaxPooling1D", "Flatten"),
        ("InputLayer", "GlobalMaxPooling1D"),
    ]
    begin = keras.Input((3,))
    long = keras.layers.Dense(3)(keras.layers.Dense(3)(begin))
    axis = plots.draw_graph(keras.Model(begin, keras.layers.Add()([begin, long])))
    assert ("InputLayer", "Add") in arrows(axis)
    other = keras.Input((2, 5))
    states = keras.layers.GRU(4, return_sequences=True, return_state=True)(other)
    boxes = texts(plots.draw_graph(keras.Model([begin, other], keras.layers.Concatenate()([long, states[1]]))))
    assert "GRU, tanh\n2 × 4\n132 parameters" in boxes
    boxes = texts(plots.draw_graph(keras.Model([begin, other], long)))
    assert "InputLayer\n2 × 5" in boxes
    with pytest.raises(ValueError, match="no graph"):
        plots.draw_graph(keras.Sequential([keras.layers.Dense(2)]))


def test_a_training_is_one_line_that_says_how_long_it_takes(capsys, monkeypatch):
    """The line is written over, batch by batch, and ends with what the training came to."""
    import keras

    monkeypatch.setattr(plots, "LOOK", 0)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 1)), np.ones(8), batch_size=4, epochs=3, verbose=0, callbacks=[plots.show_progress()])
    lines = capsys.readouterr().out.split("\r")
    assert lines[1].strip() == "epoch 1 of 3"
    assert re.fullmatch(r"epoch 1 of 3, loss [\d.e-]+ *", lines[2])  # the first batch also plans the network
    for epoch, told in ((1, 1), (2, 2), (3, 2)):
        assert sum(f"epoch {epoch} of 3, loss" in line and "s left" in line for line in lines) == told
    assert re.fullmatch(r"3 epochs in \d+ s, loss [\d.e-]+ *\n", lines[-1])
