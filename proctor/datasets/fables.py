"""Fables of one line, such as "fox calls hen and hen answers fox", made by a single rule.

Somebody does something to somebody else, and the answer turns it around: the second animal, what
answers that deed, the first animal. Whoever looks at the last word alone cannot tell what follows.
"""

from __future__ import annotations

import numpy as np

COUNT, ASIDE = 300, 100  # of the 792 fables

ANIMALS = ["fox", "hen", "owl", "cat", "dog", "bee", "hare", "crow", "mouse", "goat", "frog", "swan"]
ANSWERS = {
    "calls": "answers",
    "follows": "leads",
    "greets": "thanks",
    "teases": "scolds",
    "feeds": "nurses",
    "wakes": "chides",
}


def list_fables() -> list[str]:
    """List all that the rule allows, in an order that means nothing and is always the same."""
    fables = [
        f"{one} {deed} {other} and {other} {answer} {one}"
        for one in ANIMALS
        for other in ANIMALS
        for deed, answer in ANSWERS.items()
        if one != other
    ]
    return [fables[place] for place in np.random.default_rng(3702).permutation(len(fables))]


def draw_fables() -> tuple[list[str], list[str]]:
    """The 300 fables to read, and 100 others to put aside."""
    fables = list_fables()
    return fables[:COUNT], fables[COUNT : COUNT + ASIDE]


def count_pairs(last: np.ndarray, following: np.ndarray, size: int) -> np.ndarray:
    """What a bigram model learns, which counts which word follows which.

    Each word begins with 20 counts that are spread by how frequent all words are, so that a pair
    that was never read has a probability, too.

    Args:
        last: the last words of some beginnings, whole numbers, (n,).
        following: the words that followed, (n,).
        size: how many words there are.

    Returns an array (size, size): in row w, the probabilities of the words that follow word w.
    """
    frequent = 1.0 + np.bincount(following, minlength=size)
    counts = np.zeros((size, size))
    np.add.at(counts, (last, following), 1.0)
    counts += 20 * frequent / frequent.sum()
    return counts / counts.sum(axis=1, keepdims=True)
