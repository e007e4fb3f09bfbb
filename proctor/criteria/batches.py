"""Read batches from a student's data set: a `tf.data.Dataset`, a `PyDataset` or a generator."""

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
        dataset: an iterable of the student's, or a list of batches.
        names: the names of a batch's arrays in the message, in order: ("pictures", "labels").
        at_most: the most batches that are accepted, since the data set may never end; choose it
            well above the right number.

    Raises CriterionFailed if there is no batch, if there are more than `at_most`, or if a batch is
    not a tuple of as many arrays as `names`.
    """
    batches = _take(dataset, names, at_most + 1)
    if len(batches) > at_most:
        raise CriterionFailed(
            f"batches of {' and '.join(names)} that come to an end",
            f"more than {at_most} of them (does the data set repeat itself?)",
        )
    return batches


def first_batch(dataset: Any, names: Sequence[str]) -> Batch:
    """The first batch of `dataset`, which may be endless, as a tuple of arrays.

    Args:
        dataset: an iterable of the student's, or a list of batches.
        names: the names of the batch's arrays in the message, in order: ("pictures", "labels").

    Raises CriterionFailed if there is no batch, or it is not a tuple of as many arrays as `names`.
    """
    return _take(dataset, names, 1)[0]


def _take(dataset: Any, names: Sequence[str], count: int) -> list[Batch]:
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
