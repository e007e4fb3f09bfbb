"""The least that is possible: one warm process that loads and measures each model in a plain loop.

`python -m benchmarks.models.floor MODELS` prints, as JSON, the seconds that the loop took, and each
model's accuracy. `python -m benchmarks.models.floor MODELS COUNT` instead makes COUNT model files
in the folder MODELS, and prints nothing.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np

from proctor import datasets


def main(folder: Path) -> None:
    """Load and measure the models in `folder`; print the time and the accuracies."""
    images, labels = datasets.load("mnist", "test")
    images = images[..., None].astype("float32") / 255
    paths = sorted(folder.glob("*.keras"))
    _accuracy(paths[0], images, labels)
    started = time.perf_counter(), time.process_time()
    accuracies = [_accuracy(path, images, labels) for path in paths]
    taken = time.perf_counter() - started[0], time.process_time() - started[1]
    print(json.dumps({"seconds": taken[0], "processor": taken[1], "accuracies": accuracies}))


def _accuracy(path: Path, images: np.ndarray, labels: np.ndarray) -> float:
    model = keras.saving.load_model(path, compile=False)
    return float((model.predict(images, batch_size=256, verbose=0).argmax(axis=1) == labels).mean())


def make(folder: Path, count: int) -> None:
    """Train a model briefly, and save `count` copies with different noise on the weights."""
    images, labels = datasets.load("mnist")
    keras.utils.set_random_seed(1)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images[:6000, ..., None] / 255, labels[:6000], epochs=1, verbose=0)
    trained, noise = model.get_weights(), np.random.default_rng(2)
    for number in range(count):
        model.set_weights([weight + 0.05 * noise.standard_normal(weight.shape) for weight in trained])
        model.save(folder / f"{number:03}.keras")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        make(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
