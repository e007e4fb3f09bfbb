"""The hidden criteria of `deep_image`: a network of the grader's own, and unseen pictures."""

import itertools

import numpy as np
import pytest

from proctor import (
    as_array,
    as_tuple,
    assert_apart,
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


def forward(parameters, x):
    """The rows and the outputs of all layers; it stands in for a student's `forward`."""
    import numpy

    outputs = [x]
    for number, (weights, biases) in enumerate(parameters, start=1):
        scores = outputs[-1] @ weights + biases
        last = number == len(parameters)
        outputs.append(0.5 + 0.5 * numpy.tanh(scores / 2) if last else numpy.where(scores > 0, scores, 0))
    return outputs


def backward(parameters, outputs, labels):
    """The slopes for all weights and biases; it stands in for a student's `backward`."""
    errors, slopes = (outputs[-1] - labels) / len(labels), []
    for (weights, _), inputs in zip(parameters[::-1], outputs[-2::-1], strict=True):
        slopes.append((inputs.T @ errors, errors.sum(axis=0)))
        errors = errors @ weights.T * (inputs > 0)
    return slopes[::-1]


def predict(parameters, x):
    """The answers; it stands in for a student's `predict`."""
    import numpy

    for weights, biases in parameters[:-1]:
        x = numpy.maximum(x @ weights + biases, 0)
    return (x @ parameters[-1][0] + parameters[-1][1] >= 0) * 1


def surprise(parameters, x, labels):
    """The cost of a network."""
    return -np.mean(np.log(np.abs(1 - labels - forward(parameters, x)[-1])))


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
    pictures, labels = draw.uniform(0, 255, shape).astype(dtype), draw.integers(0, 2, (shape[0], 1))
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
    pictures = np.random.default_rng(shape).uniform(0, 255, shape).astype(dtype)
    found = call_unchanged(student, "prepare", pictures)
    assert_close(found, pictures.reshape(shape[0], -1) / 127.5 - 1, "the rows", rtol=1e-4, atol=1e-5)


@criterion(
    "forward", points=2, hint="Any number of layers, neurons and rows, any score; leave what is given unchanged."
)
@pytest.mark.parametrize("sizes", DEPTHS)
def test_any_network(student, sizes):
    """Networks of one to four layers put out the right numbers, also for scores of hundreds, and
    what is given stays as it was."""
    for count, scale in ((1, 1), (7, 1), (5, 6), (3, 900)):
        parameters, x, _ = lesson(sizes, count, seed=3)
        found = call_unchanged(student, "forward", parameters, scale * x)
        expected = forward(parameters, scale * x)
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
    scale = 40.0 if len(sizes) == 3 else 1.0  # large numbers, too
    parameters[0], x = (parameters[0][0] / scale, parameters[0][1]), scale * x
    found = call_unchanged(student, "backward", parameters, forward(parameters, x), labels)
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
    for count, scale in ((1, 1.0), (9, 1.0), (9, 1e-4)):
        parameters, x, _ = lesson(sizes, count, seed=7)
        # Probabilities close to 0.5 on both sides, too.
        parameters[-1] = tuple(scale * part for part in parameters[-1])
        expected = (forward(parameters, x)[-1] >= 0.5).astype(float)

        def judge(_, parameters=parameters, x=x, expected=expected):
            found = as_array(call_unchanged(student, "predict", parameters, x), "the answers")
            assert_close(found.astype(float), expected, "the answers")

        assert_apart(student, "predict", {"forward": forward}, judge)


WALKS = [
    pytest.param((5, 1), 9, 0.17, 12, id="one layer"),
    pytest.param((3, 4, 1), 150, 0.2, 30, id="two layers, 150 rows"),
    pytest.param((2, 5, 3, 1), 40, 0.1, 120, id="three layers, 120 steps"),
    pytest.param((4, 3, 5, 4, 1), 9, 0.17, 12, id="four layers"),
    pytest.param((3, 6, 1), 12, 3.0, 8, id="steps so wide that more answers are wrong"),
    pytest.param((4, 3, 5, 1), 8, 0.3, 1, id="one step"),
    pytest.param((3, 6, 1), 5, 1.0, 40, id="steps that go on where all answers are right"),
]


def trained(parameters, x, labels, rate, steps):
    """The right parameters and counts of a walk."""
    wrong = []
    for _ in range(steps):
        outputs = forward(parameters, x)
        wrong.append(np.sum((outputs[-1] >= 0.5) != (labels == 1)))
        slopes = backward(parameters, outputs, labels)
        parameters = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(parameters, slopes, strict=True)]
    return parameters, np.array(wrong, float)


def assert_walk(student, given, compare):
    """Call `train`, and compare what it returns with the right parameters and counts."""
    *arguments, rate, steps = given
    expected = trained(*given)

    def judge(_):
        found = call_unchanged(student, "train", *arguments, rate=rate, steps=steps)
        compare(*as_tuple(found, "train(...)", ("parameters", "wrong")), *expected)

    others = {"forward": forward, "backward": backward, "predict": predict}
    assert_apart(student, "train", others, judge)


@criterion("train", points=1, hint="All steps, with the rate, all rows and the parameters that it is given?")
@pytest.mark.parametrize("sizes, count, rate, steps", WALKS)
def test_where_any_walk_ends(student, sizes, count, rate, steps):
    """Any walk ends where it should, and leaves what it was given as it was."""

    def compare(ended, _, expected, __):
        for number, pair in enumerate(pairs_of(ended, len(sizes) - 1, "train(...)[0]")):
            for part, right, name in zip(pair, expected[number], PAIR, strict=True):
                assert_close(part, right, f"the {name} of layer {number + 1}", rtol=1e-4)

    assert_walk(student, (*lesson(sizes, count, seed=8), rate, steps), compare)


@criterion("train", points=1, hint="Is each count that of the network before the step, as it is, and one a step?")
@pytest.mark.parametrize("sizes, count, rate, steps", WALKS)
def test_the_counts_of_any_walk(student, sizes, count, rate, steps):
    """The counts of any walk are those before each of its steps."""

    def compare(_, wrong, __, expected):
        assert_close(np.ravel(as_array(wrong, "wrong")).astype(float), expected, "wrong")

    assert_walk(student, (*lesson(sizes, count, seed=8), rate, steps), compare)


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
    assert_close(found, np.mean(right), "the share", rtol=1e-6)


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
        # A row in place of a flat array is another criterion's question.
        biases = biases.ravel()
        assert_shape(biases, sizes[number + 1 : number + 2], f"the biases of layer {number + 1}")
        parameters.append((weights.astype(float), biases.astype(float)))
    answers = forward(parameters, np.concatenate([pictures, 255 - pictures]) / 127.5 - 1)[-1][:, 0] >= 0.5
    return np.mean([np.mean(answers[labels == kind] == kind) for kind in (0, 1)])


@criterion("learned", points=1, hint="Does each of your functions do its part? Then 400 steps are all that it takes.")
def test_two_layers_see_cats(student, thresholds, credit):
    """The network of two layers does better than a coin on prints and negatives that it has never
    seen."""
    credit.within(unseen(student, "shallow", (768, 24, 1)), thresholds, "unseen_shallow")


@criterion("learned", points=1, hint="Does each of your functions do its part? Then 400 steps are all that it takes.")
def test_four_layers_see_cats(student, thresholds, credit):
    """The network of four layers does better than a coin on prints and negatives that it has never
    seen."""
    credit.within(unseen(student, "deep", (768, 32, 16, 8, 1)), thresholds, "unseen_deep")
