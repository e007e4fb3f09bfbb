"""What many exercises show: pictures (matplotlib's axes come back) and how far a training is.

Matplotlib takes long to import, so `import proctor` does not: write `from proctor import plots`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

LINE = 0.17
"""Height of a title's line, in inches."""
LOOK = 0.5
"""After how many seconds the line of a training is written anew."""

OTHER_ACCURACIES = "acc", "sparse_categorical_accuracy", "categorical_accuracy", "binary_accuracy"
"""What a history calls the accuracy of a model that was compiled with another name of it."""


def draw_pictures(pictures: Any, titles: Any = (), columns: int = 10, width: float = 9.5, **colours: Any) -> Axes:
    """Draw pictures in rows, each below its title.

    Args:
        pictures: a sequence of arrays (height, width), or (height, width, 3) in colour.
        titles: a sequence of as many texts or numbers; or none.
        columns: pictures in a row.
        width: of the whole drawing, in inches.
        colours: how `imshow` colours a picture (height, width): `cmap`, `vmin`, `vmax`; by default
            its largest value is black and its smallest white.

    Returns the axes. Raises ValueError if there are titles, but not one for each picture.
    """
    titles = [str(title) for title in titles] or [""] * len(pictures)
    rows, unit = max(1, math.ceil(len(pictures) / columns)), width / columns
    shapes = [np.shape(picture)[:2] for picture in pictures]
    tallest = max((height / breadth for height, breadth in shapes), default=1)
    lines = max((title.count("\n") + 1 for title in titles if title), default=0)
    step = 0.9 * tallest + (LINE * lines + 0.06) / unit
    _, axis = plt.subplots(figsize=(width, unit * step * rows), layout="constrained")
    for index, (picture, title) in enumerate(zip(pictures, titles, strict=True)):
        left, bottom = index % columns, -step * (index // columns)
        height = 0.9 * shapes[index][0] / shapes[index][1]
        axis.imshow(picture, extent=(left, left + 0.9, bottom, bottom + height), **({"cmap": "gray_r"} | colours))
        axis.text(left + 0.45, bottom + height + 0.03, title, ha="center", va="bottom", fontsize=9)
    axis.set(xlim=(-0.05, columns - 0.05), ylim=(-step * (rows - 1) - 0.03, step - 0.03), aspect="equal")
    axis.axis("off")
    return axis


def draw_learning_curves(
    history: Any, metric: str = "loss", target: float | None = None, names: tuple[str, str] = ("training", "validation")
) -> Axes:
    """Draw how a number changed from epoch to epoch.

    If the training ended before its last epoch, the epochs that it did not need are shaded.

    Args:
        history: what Keras's `model.fit` returns.
        metric: "loss", or the name of a metric that the model was compiled with; "accuracy" is
            found under Keras's other names for it, too.
        target: drawn as a line across, if given.
        names: what the curves are called: that of `metric`, and that of "val_" + `metric`, which is
            drawn if the training had validation data.

    Returns the axes. Raises KeyError, with the names there are, if the history lacks the metric.
    """
    shown = metric
    if metric == "accuracy":  # Keras knows it by more names
        shown = next((name for name in (metric, *OTHER_ACCURACIES) if name in history.history), metric)
    if shown not in history.history:
        raise KeyError(f"the history has no {metric!r}, but {', '.join(map(repr, history.history))}")
    _, axis = plt.subplots(figsize=(7, 3), layout="constrained")
    epochs, planned = len(history.history[shown]), history.params.get("epochs", 0)
    for key, name, marker in zip((shown, f"val_{shown}"), names, "os", strict=True):
        if key in history.history:
            axis.plot(range(1, epochs + 1), history.history[key], f"{marker}-", markersize=4, label=name)
    if target is not None:
        axis.axhline(target, color="tab:red", linewidth=1, label="target")
    if planned > epochs:
        axis.axvspan(epochs, planned, color="0.5", alpha=0.12, linewidth=0, label="epochs it did not need")
        axis.set_title(f"ended after {epochs} of {planned} epochs", fontsize=10)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set(xlabel="epoch", ylabel=metric, xlim=(0.5, max(epochs, planned) + 0.5))
    axis.legend()
    return axis


def draw_confusion_matrix(matrix: Any, names: Sequence[Any], axis: Axes | None = None) -> Axes:
    """Draw a confusion matrix with its numbers; the colours are those of the mistakes.

    Args:
        matrix: array (classes, classes) of counts, a row for each true class, a column for each
            guessed one.
        names: of the classes.
        axis: where to draw; by default in a figure of its own.

    Returns the axes.
    """
    counts = np.asarray(matrix)
    mistakes = counts * (1 - np.eye(len(counts)))
    if axis is None:
        side = 1.4 + 0.42 * len(counts)
        _, axis = plt.subplots(figsize=(side, side), layout="constrained")
    axis.imshow(mistakes, cmap="Reds")
    for (true, guessed), count in np.ndenumerate(counts):
        dark = mistakes[true, guessed] > mistakes.max() / 2
        axis.text(guessed, true, f"{count:.0f}", ha="center", va="center", fontsize=7, color="w" if dark else "k")
    axis.set_xticks(range(len(names)), names, rotation=90)
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="guessed", ylabel="true")
    return axis


def draw_worst_mistakes(
    pictures: Any, labels: Any, probabilities: Any, names: Sequence[Any] | None = None, most: int = 16
) -> Axes:
    """Draw the pictures about which a network was wrong and most sure, the surest first.

    Args:
        pictures: array (n, height, width) or (n, height, width, 3).
        labels: array (n,) of their true classes, as numbers from 0.
        probabilities: array (n, classes), as the network gives them.
        names: of the classes; by default their numbers.
        most: how many to draw at most.

    Returns the axes.
    """
    labels, probabilities = np.asarray(labels).ravel(), np.asarray(probabilities)
    guesses, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    worst = wrong[np.argsort(-sure[wrong], kind="stable")][:most]
    named = list(names) if names is not None else list(range(probabilities.shape[1]))
    titles = [f"{named[labels[i]]} read as {named[guesses[i]]}\n{sure[i]:.0%} sure" for i in worst]
    return draw_pictures([pictures[i] for i in worst], titles, columns=8)


def draw_regions(
    axis: Axes, x: Any, labels: Any, says_blue: Callable[[Any], Any] | None = None, title: str = ""
) -> None:
    """Draw points of two classes in the plane, and behind them where a rule says blue.

    Args:
        axis: where to draw.
        x: array (n, 2) of points.
        labels: array (n,) of 0 (red) and 1 (blue).
        says_blue: function of an array (m, 2) of points that returns m numbers from 0 (red) to 1
            (blue), or True and False.
        title: of the drawing.
    """
    limit, steps = 1.05 * float(np.abs(x).max()), 100
    if says_blue is not None:
        side = np.linspace(-limit, limit, steps)
        ground = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        field = np.asarray(says_blue(ground), float).reshape(steps, steps)
        extent = (-limit, limit, -limit, limit)
        axis.imshow(field, origin="lower", extent=extent, cmap="coolwarm_r", vmin=-0.6, vmax=1.6)
    colours = np.where(np.ravel(labels) == 1, "tab:blue", "tab:red")
    axis.scatter(np.asarray(x)[:, 0], np.asarray(x)[:, 1], s=9, c=colours)
    axis.set_title(title, fontsize=10)
    axis.set(xticks=[], yticks=[], xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")


def draw_graph(model: Any, axis: Axes | None = None, title: str = "") -> Axes:
    """Draw the graph of a Keras model from top to bottom: a box for each call of a layer.

    A box has the layer's class, the shape of its output without the batch, and its parameters. A
    layer that is called again has one more box, without its parameters and in another colour. A
    model in the model is a single box.

    Args:
        model: a functional model, or a sequential one that knows the shape of its input.
        axis: where to draw; by default in a figure of its own.
        title: above the drawing.

    Returns the axes. Raises ValueError if Keras knows no graph of the model.
    """
    calls, parameters = _list_calls(model), {layer.name: layer.count_params() for layer in model.layers}
    sources = {call: list(dict.fromkeys(call.parent_nodes)) for call in calls}
    depths: dict[Any, int] = {}
    columns: dict[Any, float] = {}
    for call in calls:
        depths[call] = 1 + max((depths[source] for source in sources[call]), default=-1)
    deepest = max(depths.values())
    for depth in range(deepest + 1):
        row = [call for call in calls if depths[call] == depth]
        below = [float(np.mean([columns[source] for source in sources[call]] or [0])) for call in row]
        for number, index in enumerate(np.argsort(below, kind="stable")):
            columns[row[index]] = float(np.mean(below)) + number - (len(row) - 1) / 2
    left, right = min(columns.values()), max(columns.values())
    edge = left - 0.44
    if axis is None:
        _, axis = plt.subplots(figsize=(2.2 * (right - left + 1), 0.75 * (deepest + 1)), layout="constrained")
    drawn = set()
    for call in calls:
        x, y, layer, shape = columns[call], -depths[call], call.operation, call.outputs[0].shape[1:]
        lines = [
            _name_kind(layer),
            " × ".join("any" if size is None else f"{size:,}" for size in shape) or "one number",
        ]
        if layer in drawn:
            lines.append("the same layer again")
        elif parameters.get(layer.name):
            lines.append(f"{parameters[layer.name]:,} parameters")
        colour, style = "#fbe3bd" if layer in drawn else "#dbe9f6", "round,pad=0,rounding_size=0.06"
        drawn.add(layer)
        axis.add_patch(FancyBboxPatch((x - 0.44, y - 0.34), 0.88, 0.68, style, facecolor=colour, edgecolor="0.4"))
        axis.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=8)
        for source in sources[call]:
            begin, end = (columns[source], -depths[source] - 0.34), (x, y + 0.34)
            bent = "arc3,rad=0.35" if depths[call] - depths[source] > 1 else "arc3"
            if columns[source] == x and depths[call] - depths[source] > 1:  # past the boxes between
                begin, end = (x - 0.44, -depths[source]), (x - 0.44, y)
                edge = min(edge, x - 0.44 - 0.25 * (depths[call] - depths[source]))
            arrow = {"arrowstyle": "-|>", "color": "0.3", "shrinkA": 0, "shrinkB": 0, "connectionstyle": bent}
            axis.annotate("", end, begin, arrowprops=arrow)
    axis.set(xlim=(edge - 0.11, right + 0.55), ylim=(-deepest - 0.45, 0.45))
    axis.set_title(title, fontsize=10)
    axis.axis("off")
    return axis


def _list_calls(model: Any) -> list[Any]:
    """The calls of a model's layers, Keras's nodes, each behind those that it takes inputs from."""
    import keras

    if not getattr(model, "inputs", None):
        raise ValueError("Keras knows no graph of this model: it is not functional, nor sequential with an Input.")
    graph = keras.Model(model.inputs, list(model.outputs))  # a sequential model as a functional one
    order = [call for layer in graph.operations for call in layer._inbound_nodes]  # noqa: SLF001
    rows = graph._nodes_by_depth  # noqa: SLF001
    return [call for depth in sorted(rows, reverse=True) for call in order if call in rows[depth]]


def _name_kind(layer: Any) -> str:
    """The class of a layer, with its activation."""
    kind, activation = type(layer).__name__, getattr(getattr(layer, "activation", None), "__name__", "linear")
    return kind if activation in ("linear", kind.lower()) else f"{kind}, {activation}"


def show_progress() -> Any:
    """Make a Keras callback that shows a training as one line, with the time that is left.

    Give it to `model.fit(…, verbose=0, callbacks=[show_progress()])`. The line is written anew in
    its place, as a carriage return does it in notebooks and terminals.
    """
    import keras

    class Progress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_train_begin(self, _logs: Any = None) -> None:
            self.began, self.shown, self.epoch, self.loss = time.monotonic(), -math.inf, 0, math.nan
            self.first: tuple[float, float] | None = None
            self.show(0)

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.loss = (logs or {}).get("loss", self.loss)
            part = (batch + 1) / (self.params.get("steps") or math.inf)
            # The first batch also plans the network, which takes seconds and is not done again.
            self.first = self.first or (time.monotonic(), part)
            if time.monotonic() - self.shown > LOOK:
                self.show(part)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.loss, self.epoch = (logs or {}).get("loss", self.loss), epoch + 1

        def on_train_end(self, _logs: Any = None) -> None:
            seconds = time.monotonic() - self.began
            self.write(f"{self.epoch} epochs in {seconds:.0f} s, loss {self.loss:.3g}", end="\n")

        def show(self, part: float) -> None:
            """Show the line after `part` of an epoch."""
            self.shown, epochs = time.monotonic(), self.params["epochs"]
            line, done = f"epoch {min(self.epoch + 1, epochs)} of {epochs}", self.epoch + part
            if self.first:
                line += f", loss {self.loss:.3g}"
                began, skipped = self.first
                if done > skipped:
                    line += f", about {math.ceil((self.shown - began) * (epochs - done) / (done - skipped))} s left"
            self.write(line)

        def write(self, line: str, end: str = "") -> None:
            """Write over the line that was there."""
            print(f"\r{line:<60}", end=end, flush=True)

    return Progress()
