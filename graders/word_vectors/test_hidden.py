"""The hidden criteria of `word_vectors`: vectors of any size, dictionaries in any order."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_tuple,
    assert_apart,
    assert_close,
    call_unchanged,
    criterion,
    described,
)

TYPES = [
    pytest.param("float64", id="double precision"),
    pytest.param("float32", id="single precision"),
    pytest.param("int64", id="whole numbers"),
]


def cosine(u, v):
    """The cosine of two vectors; it may stand in for the student's."""
    import numpy as np

    lengths = np.sqrt(np.sum(np.square(u, dtype=float)) * np.sum(np.square(v, dtype=float)))
    return float(np.dot(u, v) / lengths) if lengths else 0.0


def ranked(word, vectors, count):
    """The words nearest to a word; it may stand in for the student's `nearest`."""
    import numpy as np

    names = [name for name in vectors if name != word]
    units = np.array([vectors[name] / np.linalg.norm(vectors[name]) for name in names])
    return [names[at] for at in np.argsort(-units @ vectors[word], kind="stable")[:count]]


def beside(vector, direction):
    """What a vector has not in common with a direction; it may stand in for `neutralise`."""
    import numpy as np

    return vector - np.dot(vector, direction) / np.dot(direction, direction) * np.asarray(direction, float)


def arrows(count, size, seed, dtype="float64"):
    """Arrows of different lengths around one that is not 0, and never of zeros."""
    rng = np.random.default_rng([count, size, seed])
    vectors = rng.uniform(1, 9, (count, 1)) * (rng.normal(0, 1, (count, size)) + rng.normal(0, 0.3, size))
    vectors = vectors.astype(dtype)
    vectors[:, 0] += (vectors == 0).all(axis=1)
    return vectors


def dictionary(count, size, seed, dtype="float64"):
    """Made-up words in an order that means nothing, each with its vector."""
    names = np.random.default_rng([seed, count]).permutation([f"{a}{b}" for a in "bdfgklmnprst" for b in "aeiou"])
    return dict(zip(map(str, names[:count]), arrows(count, size, seed, dtype), strict=True))


@criterion("cosine_similarity", points=2, hint="Try vectors of one number and of three hundred, and whole numbers.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", [1, 2, 5, 50, 300])
def test_any_cosine(student, size, dtype):
    """The cosine is right for vectors of any size and type."""
    for u, v in arrows(6, size, 1, dtype).reshape(3, 2, size):
        found = call_unchanged(student, "cosine_similarity", u, v)
        expected = cosine(u.astype(float), v.astype(float))
        assert_close(found, expected, "the cosine", rtol=1e-4, atol=1e-6)


@criterion("nearest", points=2, hint="Use the dictionary that is given, whatever its words are and their order is.")
@pytest.mark.parametrize(
    "count, size, most", [(9, 4, 3), (40, 50, 10), (2, 3, 1), (12, 2, 20)], ids=["9", "40", "2", "12"]
)
def test_neighbours_in_any_dictionary(student, count, size, most):
    """The nearest words are found in any dictionary, in order, and it is left unchanged."""
    vectors = dictionary(count, size, 2)

    def judge(_):
        for word in list(vectors)[:3]:
            found = call_unchanged(student, "nearest", word, vectors, most)
            found = found.tolist() if isinstance(found, np.ndarray) else found
            if not isinstance(found, (list, tuple)) or list(found) != ranked(word, vectors, most):
                raise CriterionFailed("the nearest words, the nearest first", described(found))

    assert_apart(student, "nearest", {"cosine_similarity": cosine}, judge)


@criterion("analogy", points=1, hint="Use the dictionary that is given, and all three words of the question.")
@pytest.mark.parametrize(
    "count, size, dtype",
    [(12, 4, "float64"), (30, 50, "float64"), (9, 6, "float32"), (4, 3, "float64")],
    ids=["12 words", "30 words of 50 numbers", "9 words in single precision", "one word beside the question's"],
)
def test_analogies_in_any_dictionary(student, count, size, dtype):
    """Analogies are completed in any dictionary, and it is left unchanged."""
    vectors = dictionary(count, size, 3, dtype)
    names = sorted(vectors)

    def judge(_):
        for turn in range(4):
            first, second, third, *others = names[turn:] + names[:turn]
            target = vectors[second] - vectors[first] + vectors[third]
            expected = max(others, key=lambda word: cosine(target, vectors[word]))
            if cosine(target, vectors[expected]) < 0:  # asked by a criterion of its own
                continue
            found = call_unchanged(student, "analogy", first, second, third, vectors)
            if str(found) != expected:
                raise CriterionFailed("the word with the largest cosine", described(found))

    assert_apart(student, "analogy", {"cosine_similarity": cosine, "nearest": ranked}, judge)


@criterion("direction_of", points=2, hint="Use the pairs that are given, all of them, and the vectors that are given.")
@pytest.mark.parametrize("dtype", TYPES[:2])
@pytest.mark.parametrize("pairs, size", [(1, 5), (2, 3), (6, 50)], ids=["one pair", "two pairs", "six pairs"])
def test_any_direction(student, pairs, size, dtype):
    """The direction is right for any pairs and vectors, and nothing is changed."""
    vectors = dictionary(2 * pairs + 3, size, 4, dtype)
    names = list(vectors)
    chosen = [(names[2 * pair + 1], names[2 * pair]) for pair in range(pairs)]
    total = sum(vectors[first].astype(float) - vectors[second] for first, second in chosen)
    found = call_unchanged(student, "direction_of", chosen, vectors)
    assert_close(found, total / np.linalg.norm(total), "the direction", rtol=1e-4, atol=1e-5)


@criterion("neutralise", points=1, hint="Try vectors of one number and of three hundred, and any direction.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", [2, 3, 50, 300])
def test_any_neutral_part(student, size, dtype):
    """What is left is right for vectors of any size and type, and nothing is changed."""
    for vector, direction in arrows(6, size, 5, dtype).reshape(3, 2, size):
        found = call_unchanged(student, "neutralise", vector, direction)
        expected = beside(vector.astype(float), direction.astype(float))
        assert_close(found, expected, "what is left", rtol=1e-4, atol=1e-4)


@criterion("equalise", points=2, hint="Try arrows of any size and length, and any direction.")
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", [2, 3, 50])
def test_any_mirror_images(student, size, dtype):
    """Both words are right for arrows and directions of any size and length, and nothing is
    changed."""

    def judge(_):
        for one, other, direction in arrows(9, size, 6, dtype).reshape(3, 3, size):
            a, b = (vector.astype(float) / np.linalg.norm(vector.astype(float)) for vector in (one, other))
            unit = direction.astype(float) / np.linalg.norm(direction.astype(float))
            middle = beside((a + b) / 2, unit)
            side = np.sign((a - b) @ unit) * np.sqrt(1 - middle @ middle) * unit
            found = call_unchanged(student, "equalise", one, other, direction)
            parts = as_tuple(found, "equalise(...)", ("one", "other"))
            for part, expected, name in zip(parts, (middle + side, middle - side), ("one", "other"), strict=True):
                assert_close(part, expected, f"the new `{name}`", rtol=1e-4, atol=1e-5)

    assert_apart(student, "equalise", {"neutralise": beside}, judge)


@criterion("share_on_same_side", points=2, hint="Count all words of both lists, however many each of them has.")
@pytest.mark.parametrize(
    "ones, others, size", [(5, 9, 3), (12, 4, 50), (1, 6, 2)], ids=["5 and 9", "12 and 4", "1 and 6"]
)
def test_any_share(student, ones, others, size):
    """The share is right for any two lists, in any dictionary, and nothing is changed."""
    vectors = dictionary(ones + others + 8, size, 7)
    names = sorted(vectors)
    first, second = names[:ones], names[ones : ones + others]
    both = {word: vectors[word] for word in first + second}
    same = [(word in first) == (ranked(word, both, 1)[0] in first) for word in both]

    def judge(_):
        found = call_unchanged(student, "share_on_same_side", first, second, vectors)
        assert_close(found, np.mean(same), "the share", rtol=1e-3)

    assert_apart(student, "share_on_same_side", {"cosine_similarity": cosine, "nearest": ranked}, judge)
