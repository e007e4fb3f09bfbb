"""What a grader asks of a data set of batches (`tf.data`, `PyDataset`, a generator) in the student's process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.channel.student import Handle, take
from proctor.criteria.arrays import as_array, as_tuple
from proctor.errors import CriterionFailed

Batch = tuple[np.ndarray, ...]


def take_batches(dataset: Any, names: Sequence[str], at_most: int) -> list[Batch]:
    """The batches of one pass through `dataset`, each a tuple of arrays.

    Args:
        dataset: from the submission.
        names: what the arrays of a batch are called, in order: ("pictures", "labels").
        at_most: how many batches there may be; choose it well above what is right.

    Raises CriterionFailed if there is no batch, if there are more than `at_most` (it may never end), or if a batch is
    no such tuple.
    """
    batches = _taken(dataset, names, at_most + 1)
    if len(batches) > at_most:
        raise CriterionFailed(
            f"batches of {' and '.join(names)} that come to an end",
            f"more than {at_most} of them (does the data set repeat itself?)",
        )
    return batches


def first_batch(dataset: Any, names: Sequence[str]) -> Batch:
    """The first batch of `dataset`, which need not end, as a tuple of arrays; see `take_batches`."""
    return _taken(dataset, names, 1)[0]


def _taken(dataset: Any, names: Sequence[str], count: int) -> list[Batch]:
    what = f"batches of {' and '.join(names)}"
    if not isinstance(dataset, (Handle, list, tuple)):
        raise CriterionFailed(what, described(dataset))
    items = take(dataset, count)
    if not items:
        raise CriterionFailed(what, "no batch at all")
    return [
        tuple(as_array(part, name) for part, name in zip(as_tuple(item, "each batch", names), names, strict=True))
        for item in items
    ]
