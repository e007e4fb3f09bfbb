"""Train the network of `species_base` and write its weights; run it by `python -m`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from proctor.datasets.species import draw_species
from proctor.datasets.species_base import WEIGHTS, build_species_base, scale_pictures

PICTURES, EPOCHS, BATCH = 4800, 12, 64
STEPS = PICTURES // BATCH * EPOCHS


def train_species_base(path: Path) -> float:
    """Write the weights to `path`; returns the share of 1,000 new pictures that it tells right."""
    import keras

    keras.utils.set_random_seed(22)
    pictures, labels = draw_species(PICTURES, seed=6001)
    model = build_species_base()
    # What a filter does not need decays, so that what it answers to can be seen in it.
    rate = keras.optimizers.schedules.CosineDecay(0.004, STEPS)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.05)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(scale_pictures(pictures), labels, batch_size=BATCH, epochs=EPOCHS, verbose=2)
    halves = [weights.astype(np.float16) for weights in model.get_weights()]
    model.set_weights([half.astype(np.float32) for half in halves])
    np.savez(path, **{f"{place:02}": half for place, half in enumerate(halves)})
    pictures, labels = draw_species(1000, seed=6002)
    guesses = model.predict(scale_pictures(pictures), verbose=0).argmax(axis=1)
    return float((guesses == labels).mean())


if __name__ == "__main__":
    print(
        f"{train_species_base(Path(sys.argv[1]) if len(sys.argv) > 1 else WEIGHTS):.1%} of new pictures are told right"
    )
