"""Hand signs from 0 to 5, small photographs; six kinds of drawn shapes are the stand-in."""

from proctor.datasets import cats, shapes
from proctor.datasets.dataset import Dataset

SIZES_AND_SEEDS = {"train": (1080, 6101), "test": (400, 6102)}
FILES = {"train": "train_signs_from_jpg.h5", "test": "test_signs.h5"}

SIGNS = Dataset(
    name="signs",
    noun="signs",
    draw=lambda split: shapes.draw_shapes(*SIZES_AND_SEEDS[split]),
    drawing=shapes.DRAWING,
    count=lambda data: len(data[0]),
    file=FILES["train"],
    beside=(FILES["test"],),
    sha256="e5815bfb39fc5f45d7e2c30a2edbaa40c9c16bdedbf5c6d52cb90e625a30914c",
    read=lambda path, split: cats.read(path, split, FILES),  # the files have the layout of the cats'
    part="signs.npz",
    write=cats.write,
)
