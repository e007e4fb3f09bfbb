"""The public criteria of `weight_init`: small examples on paper, and what chance draws."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_choices,
    assert_close,
    assert_shape,
    criterion,
    datasets,
)

SIZES = ([3, 5, 2], [4, 1])
QUESTIONS = {"zeros": "abc", "tenth": "abc", "no_relu": "abc"}


@criterion("start_zeros", points=1, hint="Compare with the table: for the sizes [3, 5, 2] there are two pairs.")
def test_the_shapes_of_zeros(student):
    """There is a pair of weights and biases for each layer, shaped as in the table."""
    assert_shapes(student.start_zeros)


@criterion("start_zeros", points=1, hint="np.zeros makes arrays of zeros.")
def test_nothing_but_zeros(student):
    """All weights and biases are zero."""
    for number, pair in enumerate(as_layers(student.start_zeros([3, 5, 2]), 2), start=1):
        for name, part in zip(("weights", "biases"), pair, strict=True):
            assert_between(part, 0, 0, f"the {name} of layer {number}")


@criterion("apart", points=1, hint="Compare the numbers of a row, then take the row in which they differ most.")
def test_apart_on_paper(student):
    """Where neurons differ by 0.75, 1 and 0.5 at most in three rows, they are 1 apart."""
    weights = np.array(
        [[0.5, -0.25, 0.125, 0.0, 0.25], [3.0, 2.75, 3.25, 3.75, 3.5], [-1.0, -0.75, -1.25, -1.0, -0.875]]
    )
    assert_close(as_array(student.apart(weights), "how far apart they are"), np.array(1.0), "how far apart they are")


@criterion("apart", points=1, hint="Which numbers belong to one neuron, those of a row or those of a column?")
def test_neurons_that_are_alike(student):
    """Three neurons that are all the same are 0 apart, and so is a single one."""
    for weights in (np.array([[0.5] * 3, [-2.0] * 3]), np.array([[0.5], [-2.0], [7.0]])):
        assert_close(
            as_array(student.apart(weights), "how far apart they are"), np.array(0.0), "how far apart they are"
        )


@criterion("start_normal", points=1, hint="Compare with the table: for the sizes [3, 5, 2] there are two pairs.")
def test_the_shapes_of_random_parameters(student):
    """There is a pair of weights and biases for each layer, shaped as in the table."""
    assert_shapes(lambda sizes: student.start_normal(sizes, 0.5))


@criterion(
    "start_normal", points=2, hint="Draw a histogram of the weights. What does `normal(…)` take, and in which order?"
)
@pytest.mark.parametrize(
    "deviation", [pytest.param(0.3, id="a deviation of 0.3"), pytest.param(4, id="a deviation of 4")]
)
def test_normally_distributed(student, deviation):
    """The weights of each layer are normally distributed around 0, with the standard deviation that
    is asked for."""
    for number, (weights, _) in enumerate(as_layers(student.start_normal([90, 110, 100], deviation), 2), start=1):
        assert_deviation(weights, deviation, number)
        # 4.55 % of a normal distribution lie beyond 2, and 0.27 % beyond 3 standard deviations; of
        # 9,900 weights, that strays by 0.21 % and 0.05 %.
        for far, least, most in ((2, 0.03, 0.061), (3, 0.0003, 0.0065)):
            beyond = np.mean(np.abs(weights.astype(float)) > far * deviation)
            assert_between(beyond, least, most, f"in layer {number}, the share beyond {far} standard deviations")


@criterion("start_normal", points=1, hint="Is a generator with the same seed made anew for each layer?")
def test_random_numbers_differ(student):
    """Each weight is drawn on its own, and each layer has other ones."""
    assert_all_different(student.start_normal([40, 40, 40, 60], 0.5))


@criterion("start_normal", points=1, hint="Only the weights are drawn; the biases begin at zero.")
def test_biases_of_zero(student):
    """All biases are zero."""
    assert_no_biases(student.start_normal([3, 5, 2], 0.5))


@criterion("share_sure", points=1, hint="Sure of blue is a probability near 1, sure of red is one near 0. Count both.")
def test_sure_of_four_in_ten(student):
    """Of ten answers, 0.995, 0.004, 1 and 0 are sure: a share of 0.4."""
    probabilities = np.array([0.995, 0.5, 0.004, 0.98, 0.03, 1.0, 0.0, 0.7, 0.2, 0.91])
    assert_close(as_array(student.share_sure(probabilities), "the share"), np.array(0.4), "the share")


@criterion("share_sure", points=1, hint="`limit` or more is sure, and so is 1 - limit or less.")
def test_the_limit_itself_is_sure(student):
    """With a limit of 0.75, the answers 0.75 and 0.25 are sure, 0.7 and 0.3 are not."""
    for probabilities, share in (([0.75, 0.7, 0.3, 0.5], 0.25), ([0.3, 0.25, 0.5, 0.7, 0.6], 0.2)):
        found = as_array(student.share_sure(np.array(probabilities), limit=0.75), "the share")
        assert_close(found, np.array(share), "the share")


PAPER = (np.array([[2.0, -7.0, -1.0], [4.0, 0.0, 2.0]]), np.zeros(3))


@criterion(
    "strengths", points=1, hint="First set what is below zero to zero, then take the root of the mean of all squares."
)
def test_one_layer_on_paper(student):
    """Where a layer lets 2 and 0, 0 through, and then 4, 0, 2, the strength is 2."""
    assert_close(found_strengths(student, [PAPER], np.eye(2)), np.array([2.0]), "strengths")


@criterion("strengths", points=1, hint="The biases are added before what is below zero becomes zero.")
def test_biases_count(student):
    """Where all inputs are 0, biases of 6, -5, 8 and 0 make a strength of 5."""
    layer = (np.ones((2, 4)), np.array([6.0, -5.0, 8.0, 0.0]))
    assert_close(found_strengths(student, [layer], np.zeros((1, 2))), np.array([5.0]), "strengths")


@criterion(
    "strengths", points=1, hint="What comes out of a layer, without what its ReLU has cut off, goes into the next."
)
def test_two_layers_on_paper(student):
    """With a second layer, which makes 2 and 14 of that, the strengths are 2 and 10."""
    second = (np.array([[1.0], [1.0], [5.0]]), np.zeros(1))
    assert_close(found_strengths(student, [PAPER, second], np.eye(2)), np.array([2.0, 10.0]), "strengths")


@criterion("predict_strengths", points=1, hint="The deviation times the root of n / 2: what is n?")
def test_predicts_one_layer(student):
    """18 inputs and a deviation of 0.5 make a strength of 1.5 of 1, however many neurons there
    are."""
    for neurons in (7, 18, 1):
        found = as_array(student.predict_strengths([18, neurons], 0.5), "the prediction")
        assert_close(found, np.array([1.5]), "the prediction")


@criterion("predict_strengths", points=1, hint="A signal of strength s leaves a layer with s times the layer's factor.")
def test_predicts_three_layers(student):
    """For the sizes 8, 50, 2 and 1 and a deviation of 0.5, the layers multiply by 1, 2.5 and 0.5,
    so the strengths are 1, 2.5 and 1.25."""
    found = as_array(student.predict_strengths([8, 50, 2, 1], 0.5), "the prediction")
    assert_close(found, np.array([1.0, 2.5, 1.25]), "the prediction")


@criterion("start_he", points=1, hint="Compare with the table: for the sizes [3, 5, 2] there are two pairs.")
def test_the_shapes_of_the_right_start(student):
    """There is a pair of weights and biases for each layer, shaped as in the table."""
    assert_start(student, lambda: assert_shapes(student.start_he))


@criterion(
    "start_he", points=1, hint="For which deviation is d times the root of n / 2 equal to 1? Is n of this very layer?"
)
@pytest.mark.parametrize(
    "sizes, deviations",
    [
        pytest.param([50, 200, 50, 200], (0.2, 0.1, 0.2), id="layers of 50 and of 200 inputs"),
        pytest.param([8000, 1], ((2 / 8000) ** 0.5,), id="a last layer of 8000 inputs"),
    ],
)
def test_the_right_deviations(student, sizes, deviations):
    """The weights of each layer are around 0 and have the deviation that keeps the strength."""

    def judge():
        layers = as_layers(student.start_he(sizes), len(deviations))
        for number, ((weights, _), deviation) in enumerate(zip(layers, deviations, strict=True), start=1):
            assert_deviation(weights, deviation, number)

    assert_start(student, judge)


@criterion("start_he", points=1, hint="Is a generator with the same seed made anew for each layer?")
def test_random_numbers_of_the_right_start_differ(student):
    """Each weight is drawn on its own, and each layer has other ones."""
    assert_all_different(student.start_he([40, 40, 40, 60]))


@criterion("start_he", points=1, hint="Only the weights are drawn; the biases begin at zero.")
def test_no_biases_in_the_right_start(student):
    """All biases are zero."""
    assert_start(student, lambda: assert_no_biases(student.start_he([3, 5, 2])))


@criterion(
    "learned",
    points=1,
    hint="Look at the race: does your start get as far as the lesson says?",
)
def test_knows_the_rings(student, thresholds, credit):
    """The network that began with `start_he` is right about the 300 points that it has learned
    from."""
    x, labels = datasets.draw_rings(300, seed=21)
    layers = as_layers(student.he_parameters, 5)
    for number, (weights, biases) in enumerate(layers):
        inputs, neurons = (2, 16, 16, 16, 16, 1)[number : number + 2]
        assert_shape(weights, (inputs, neurons), f"the weights of layer {number + 1}")
        assert_shape(np.ravel(biases), (neurons,), f"the biases of layer {number + 1}")
    for weights, biases in layers[:-1]:
        x = np.maximum(x @ weights + np.ravel(biases), 0)
    weights, biases = layers[-1]
    credit.within(np.mean((x @ weights + np.ravel(biases) >= 0)[:, 0] == labels), thresholds, "known")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


def as_layers(found, count):
    """The pairs of weights and biases that a student's function returned, as arrays."""
    layers = as_tuple(found, "the parameters", [f"layer {number}" for number in range(1, count + 1)])
    pairs = [as_tuple(layer, f"layer {number}", ("weights", "biases")) for number, layer in enumerate(layers, start=1)]
    return [(as_array(weights, "the weights"), as_array(biases, "the biases")) for weights, biases in pairs]


def assert_shapes(start):
    """Assert that a start's parameters have the shapes of the table."""
    for sizes in SIZES:
        for number, (weights, biases) in enumerate(as_layers(start(sizes), len(sizes) - 1), start=1):
            assert_shape(
                weights, (sizes[number - 1], sizes[number]), f"for sizes {sizes}, the weights of layer {number}"
            )
            assert_shape(biases, (sizes[number],), f"for sizes {sizes}, the biases of layer {number}")


def assert_deviation(weights, deviation, number):
    """Assert that weights scatter around 0 as far as they should.

    Of 8,000 weights, the mean strays by 1.1 % of the deviation and the standard deviation by 0.8 %:
    a right answer misses these bounds less than once in a billion times.
    """
    weights = weights.astype(float)
    assert_between(weights.mean(), -0.075 * deviation, 0.075 * deviation, f"the mean of the weights of layer {number}")
    bounds = 0.945 * deviation, 1.055 * deviation
    assert_between(weights.std(), *bounds, f"the standard deviation of the weights of layer {number}")


def assert_all_different(found):
    """Assert that no two weights of a layer are equal, and that no layer repeats another's."""
    layers = [np.ravel(weights).astype(float) for weights, _ in as_layers(found, 3)]
    for number, weights in enumerate(layers, start=1):
        if len(np.unique(np.abs(weights))) < 0.6 * len(weights):  # half precision repeats a quarter of 2,400
            raise CriterionFailed(f"the weights of layer {number} to differ from one another", "many that are equal")
        for before in layers[: number - 1]:
            if abs(np.corrcoef(weights[:1600], before[:1600])[0, 1]) > 0.5:
                raise CriterionFailed(f"layer {number} to have weights of its own", "those of a layer before it")


def assert_start(student, judge):
    """Assert that `start_he` is right, even if it calls a `start_normal` that is not."""
    assert_apart(student, "start_he", {"start_normal": waves}, lambda _: judge())


def waves(sizes, deviation):
    """In place of `start_normal`: weights with that deviation, neither random nor normal."""
    import numpy as np

    shapes = [sizes[layer : layer + 2] for layer in range(len(sizes) - 1)]
    waves = [np.sin(np.square(np.arange(1, np.prod(shape) + 1.0))).reshape(shape) for shape in shapes]
    return [(2**0.5 * deviation * wave, 0 * wave[0]) for wave in waves]


def assert_no_biases(found):
    """Assert that all biases are zero."""
    for number, (_, biases) in enumerate(as_layers(found, 2), start=1):
        assert_between(biases, 0, 0, f"the biases of layer {number}")


def found_strengths(student, parameters, x):
    """What the student's `strengths` returned, as an array."""
    return as_array(student.strengths(parameters, x), "strengths")
