"""The hidden criteria of `deep_image`: a network of the grader's own, and unseen pictures."""

import itertools

import numpy as np
import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_close,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
)

PAIR, SLOPES = ("weights", "biases"), ("d_weights", "d_biases")
DEPTHS = [
    pytest.param(sizes, id=f"{len(sizes) - 1} layer{'s' if len(sizes) > 2 else ''}")
    for sizes in [(5, 1), (3, 4, 1), (2, 5, 3, 1), (4, 3, 5, 4, 1)]
]


def numbers(*sizes, seed=0):
    """Random numbers around 0, in double precision."""
    return np.random.default_rng([*sizes, seed]).normal(0.1, 1.0, sizes)


def lesson(sizes, count, seed=0):
    """Random parameters of a network, so many rows, and unbalanced labels."""
    parameters = [
        (0.9 * numbers(inputs, neurons, seed=seed), 0.5 * numbers(neurons, seed=seed))
        for inputs, neurons in itertools.pairwise(sizes)
    ]
    labels = (numbers(count, 1, seed=seed + 2) > 0.5).astype(int)
    labels[0] = 1
    return parameters, numbers(count, sizes[0], seed=seed + 1), labels


def outputs_of(parameters, x):
    """The rows and the outputs of all layers."""
    outputs = [x]
    for number, (weights, biases) in enumerate(parameters, start=1):
        scores = outputs[-1] @ weights + biases
        last = number == len(parameters)
        outputs.append(0.5 + 0.5 * np.tanh(scores / 2) if last else np.where(scores > 0, scores, 0))
    return outputs


def surprise(parameters, x, labels):
    """The cost of a network."""
    return -np.mean(np.log(np.abs(1 - labels - outputs_of(parameters, x)[-1])))


def slopes_of(parameters, x, labels):
    """The slopes of the cost for all weights and biases."""
    outputs = outputs_of(parameters, x)
    errors, slopes = (outputs[-1] - labels) / len(x), []
    for (weights, _), inputs in zip(parameters[::-1], outputs[-2::-1], strict=True):
        slopes.append((np.einsum("nk,nj->kj", inputs, errors), np.einsum("nj->j", errors)))
        errors = np.einsum("nj,kj->nk", errors, weights) * (inputs > 0)
    return slopes[::-1]


def pairs_of(found, count, what, names=PAIR):
    """The pairs of a list that the student's function returned, one for each layer."""
    pairs = as_tuple(found, what, [f"the pair of layer {number}" for number in range(1, count + 1)])
    return [as_tuple(pair, f"{what}[{number}]", names) for number, pair in enumerate(pairs)]


@criterion(
    "with_negatives", points=1, hint="Any number and size of pictures, bytes or fractions; change nothing given."
)
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("shape", [(1, 3, 3, 3), (5, 2, 4, 1), (3, 4, 2, 3)])
def test_any_box(student, shape, dtype):
    """Boxes of any size are filled, whether pictures hold bytes or fractions, and what is given
    stays as it was."""
    draw = np.random.default_rng(shape)
    pictures, labels = draw.integers(0, 256, shape).astype(dtype), draw.integers(0, 2, (shape[0], 1))
    found = call_unchanged(student, "with_negatives", pictures, labels)
    more, twice = as_tuple(found, "with_negatives(...)", ("pictures", "labels"))
    wide = pictures.astype(float)
    assert_close(as_array(more, "the pictures").astype(float), np.concatenate([wide, 255 - wide]), "the pictures")
    assert_close(
        as_array(twice, "the labels").astype(float), np.concatenate([labels, labels]).astype(float), "the labels"
    )


@criterion("prepare", points=1, hint="Try pictures that are not square, grey ones, a single one; leave them unchanged.")
@pytest.mark.parametrize("dtype", ["uint8", "float64"])
@pytest.mark.parametrize("shape", [(5, 3, 2, 3), (1, 8, 8, 3), (6, 4, 5, 1)])
def test_any_pictures(student, shape, dtype):
    """Pictures of any number and size become rows, and are left as they were."""
    pictures = np.random.default_rng(shape).integers(0, 256, shape).astype(dtype)
    found = call_unchanged(student, "prepare", pictures)
    assert_close(found, pictures.reshape(shape[0], -1) / 127.5 - 1, "the rows", rtol=1e-4, atol=1e-5)


@criterion(
    "forward", points=2, hint="Any number of layers, neurons and rows, any score; leave what is given unchanged."
)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_network(student, sizes):
    """Networks of one to four layers put out the right numbers, also for scores of hundreds, and
    what is given stays as it was."""
    for count, scale in ((1, 1), (7, 1), (3, 900)):
        parameters, x, _ = lesson(sizes, count, seed=3)
        found = call_unchanged(student, "forward", parameters, scale * x)
        expected = outputs_of(parameters, scale * x)
        names = [f"outputs[{number}]" for number in range(len(expected))]
        for output, right, name in zip(as_tuple(found, "forward(...)", names), expected, names, strict=True):
            assert_close(output, right, name, atol=1e-6 if scale > 1 and name == names[-1] else None)


@criterion(
    "backward", points=2, hint="Any number of layers, neurons and rows: compare with the nudge cell, layer by layer."
)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_depth(student, sizes):
    """For one to four layers, the slopes are those that one finds by nudging every weight and every
    bias, and what is given stays as it was."""
    parameters, x, labels = lesson(sizes, 6, seed=5)
    found = call_unchanged(student, "backward", parameters, outputs_of(parameters, x), labels)
    for number, slopes in enumerate(pairs_of(found, len(parameters), "backward(...)", SLOPES)):
        for which, name in enumerate(SLOPES):

            def total(part, number=number, which=which):
                nudged = [list(pair) for pair in parameters]
                nudged[number][which] = part
                return surprise(nudged, x, labels)

            assert_gradient(slopes[which], total, parameters[number][which], f"{name} of layer {number + 1}")


@criterion("predict", points=1, hint="One answer for each row, from the parameters that are given.")
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_answers(student, sizes):
    """The answers of any network are right, one for each row, and nothing given is changed."""
    for count in (1, 9):
        parameters, x, _ = lesson(sizes, count, seed=7)
        found = as_array(call_unchanged(student, "predict", parameters, x), "the answers")
        assert_close(found.astype(float), (outputs_of(parameters, x)[-1] >= 0.5).astype(float), "the answers")


@criterion(
    "train",
    points=2,
    needs="any_depth",
    hint="Does it take all steps, with the rate, the rows and the labels that it is given?",
)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_walk(student, sizes):
    """Any walk ends where it should, with the right counts on its way, and leaves what it was given
    as it was."""
    for count, rate, steps in ((8, 0.3, 1), (9, 0.17, 12)):
        parameters, x, labels = lesson(sizes, count, seed=8)
        found = call_unchanged(student, "train", parameters, x, labels, rate=rate, steps=steps)
        ended, wrong = as_tuple(found, "train(...)", ("parameters", "wrong"))
        at, expected = parameters, []
        for _ in range(steps):
            expected.append(np.sum((outputs_of(at, x)[-1] >= 0.5) != (labels == 1)))
            slopes = slopes_of(at, x, labels)
            at = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(at, slopes, strict=True)]
        assert_close(np.ravel(as_array(wrong, "wrong")).astype(float), np.array(expected, float), "wrong")
        for number, pair in enumerate(pairs_of(ended, len(parameters), "train(...)[0]")):
            for part, right, name in zip(pair, at[number], PAIR, strict=True):
                assert_close(part, right, f"the {name} of layer {number + 1}", rtol=1e-4)


@criterion(
    "balanced_share", points=1, hint="Any number of pictures, with more cats or fewer; leave what is given unchanged."
)
@pytest.mark.parametrize("count", [2, 7, 50])
@pytest.mark.parametrize("share", [0.2, 0.7])
def test_any_share(student, count, share):
    """The share is right for any answers and labels, which are left as they were."""
    draw = np.random.default_rng([count, int(10 * share)])
    labels, answers = (draw.random((count, 1)) < share).astype(int), draw.integers(0, 2, (count, 1))
    labels[:2, 0] = 1, 0
    right = [np.mean(answers[labels == kind] == kind) for kind in (0, 1)]
    found = as_array(call_unchanged(student, "balanced_share", answers, labels), "the share")
    assert_close(found, np.mean(right), "the share", rtol=1e-4)


def unseen(student, name, sizes):
    """The balanced share of a network of the notebook, on unseen prints and negatives."""
    photographs, kinds = datasets.load("cats", split="test")
    pictures = np.rint(photographs.reshape(-1, 16, 4, 16, 4, 3).mean(axis=(2, 4))).reshape(-1, sizes[0])
    labels = np.concatenate([kinds, kinds])
    parameters = []
    for number, pair in enumerate(pairs_of(getattr(student, name), len(sizes) - 1, name)):
        weights, biases = (
            as_array(part, f"the {what} of layer {number + 1}") for part, what in zip(pair, PAIR, strict=True)
        )
        assert_shape(weights, sizes[number : number + 2], f"the weights of layer {number + 1}")
        assert_shape(biases, sizes[number + 1 : number + 2], f"the biases of layer {number + 1}")
        parameters.append((weights.astype(float), biases.astype(float)))
    answers = outputs_of(parameters, np.concatenate([pictures, 255 - pictures]) / 127.5 - 1)[-1][:, 0] >= 0.5
    return np.mean([np.mean(answers[labels == kind] == kind) for kind in (0, 1)])


@criterion("learned", points=1, hint="Does each of your functions do its part? Then 400 steps are all that it takes.")
def test_two_layers_see_cats(student, thresholds, credit):
    """The network of two layers does better than a coin on prints and negatives that it has never
    seen."""
    credit.within(unseen(student, "shallow", (768, 24, 1)), thresholds, "unseen_shallow")


@criterion("learned", points=2, hint="Does each of your functions do its part? Then 400 steps are all that it takes.")
def test_four_layers_see_cats(student, thresholds, credit):
    """The network of four layers does better than a coin on prints and negatives that it has never
    seen."""
    credit.within(unseen(student, "deep", (768, 32, 16, 8, 1)), thresholds, "unseen_deep")
