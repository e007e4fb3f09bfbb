"""The public criteria of `face_embed`: points, labels and networks that fit on paper."""

import itertools

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_number_rows,
    as_text,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_convolutions,
    assert_layer_count,
    assert_parameters,
    assert_shape,
    assert_truth,
    at_most,
    call_on_tensors,
    call_unchanged,
    criterion,
    datasets,
    layer,
    make_model,
    numerical_gradient,
    share,
    slope_on_tape,
    teach_network,
)
from proctor.datasets.portraits import area_under_curve, list_pairs

A = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0], [-1.0, 0.5, 2.0], [4.0, 0.0, -1.0]])
B = np.array([[3.0, -1.0, 0.5], [0.0, 3.0, 1.0], [-2.0, 0.5, -1.0], [0.0, 3.0, -1.0]])
FAR = np.array([5.0, 0.0, 10.0, 25.0])
TAPE = "Is all of it computed by TensorFlow, from what comes in to what you return?"


@criterion("squared_distances", points=1, hint="Row by row: subtract, square, and add up along which axis?")
def test_distances_on_paper(student):
    """The rows of two batches are compared pair by pair: four distances for four pairs."""
    assert_close(call_on_tensors(student, "squared_distances", A, B), FAR, "the squared distances")
    found = call_unchanged(student, "squared_distances", B[1:], A[1:])
    assert_close(found, FAR[1:], "the squared distances of arrays")


@criterion("squared_distances", points=1, hint="What does `a - b` do if `b` is one row? Which axis is the last?")
def test_one_point_and_many(student):
    """A single point is compared with every row of the other batch."""
    expected = np.array([4 + 6.25 + 2.25, 1 + 6.25 + 1, 0, 25 + 0.25 + 9])
    found = call_on_tensors(student, "squared_distances", A, A[2])
    assert_close(found, expected, "the squared distances", atol=1e-6)
    assert_close(student.squared_distances(A[3:], A[2]), expected[3:], "the squared distance of one row")


@criterion("squared_distances", points=1, hint=TAPE)
def test_distances_have_a_slope(student):
    """A tape finds how the distances change with each number, and 0 for two equal points."""
    along = np.array([1.0, 2.0, -1.0, 0.5])
    found = slope_on_tape(student, "squared_distances", A, B, along=along)
    if np.isnan(found).any():
        raise CriterionFailed("a slope of 0 for equal points", "no number (NaN)", hint="A root has no slope at 0.")
    assert_close(found, 2 * along[:, None] * (A - B), "the slope of the squared distances", atol=1e-5)


# From positives they are 2, 0.25, 0.25, 2.25 and 0.5 away, from negatives 1, 4, 0.5, 2.25 and 1.
ANCHORS = np.array([[0.0, 0.0], [1.0, 1.0], [-1.0, 2.0], [0.5, -1.0], [2.0, 0.0]])
POSITIVES = ANCHORS + np.array([[1.0, 1.0], [0.0, 0.5], [-0.5, 0.0], [1.5, 0.0], [0.5, 0.5]])
NEGATIVES = ANCHORS + np.array([[0.0, 1.0], [2.0, 0.0], [0.5, -0.5], [0.0, -1.5], [-1.0, 0.0]])


def assert_losses(student, cases):
    """Assert what the loss of some of the five triplets is, for margins."""

    def judge(_):
        for rows, margin, expected in cases:
            batch = ANCHORS[rows], POSITIVES[rows], NEGATIVES[rows]
            found = call_on_tensors(student, "triplet_loss", *batch, margin)
            assert_close(found, expected, f"the loss with a margin of {margin:g}", atol=1e-6)

    assert_apart(student, "triplet_loss", {"squared_distances": by_numpy}, judge)


@criterion("triplet_loss", points=1, hint="One triplet: which distance is taken from which, and what is added?")
def test_one_triplet_on_paper(student):
    """Distances of 2 and 1 make a loss of 1.5 with a margin of 0.5; 0.25 and 4 make 0."""
    assert_losses(student, [([0], 0.5, 1.5), ([0], 0.25, 1.25), ([1], 0.5, 0.0), ([3], 0.125, 0.125), ([1], 5.0, 1.25)])


@criterion("triplet_loss", points=1, hint="How many triplets are in the batch, and what is the loss of each?")
def test_a_mean_over_the_batch(student):
    """The loss of a batch is the mean over all triplets, those that cost nothing included."""
    all_five = ([0, 1, 2, 3, 4], 0.5, 2.25 / 5), ([0, 1, 2, 3, 4], 1.0, 4.25 / 5)
    assert_losses(student, [*all_five, ([1, 3, 0], 0.5, 2.0 / 3), ([4, 1], 0.25, 0.0)])


@criterion("triplet_loss", points=1, hint="What is left of the loss if the margin is met with nothing to spare?")
def test_margin_exactly_met(student):
    """Further by exactly the margin, a negative costs 0; if it is a little less, it costs that."""
    assert_losses(student, [([2], 0.25, 0.0), ([4], 0.5, 0.0), ([2], 0.28125, 0.03125), ([4], 0.75, 0.25)])


@criterion("triplet_loss", points=1, hint=TAPE)
def test_loss_has_a_slope(student):
    """A tape finds how the loss changes with anchors, positives and negatives; triplets that cost
    nothing add 0."""
    batch, counts = np.stack([ANCHORS, POSITIVES, NEGATIVES]), np.array([[1], [0], [1], [1], [1]])

    def judge(apart):
        found = slope_on_tape(student, share(student, of_all_three)(student.triplet_loss), batch, 0.875)
        assert_shape(found, batch.shape, "the slope of the loss")
        expected = counts * np.stack([NEGATIVES - POSITIVES, POSITIVES - ANCHORS, ANCHORS - NEGATIVES])
        if apart:
            counted = np.sum(ANCHORS * (POSITIVES - NEGATIVES), axis=1, keepdims=True) > -0.05
            expected = counted * np.stack([POSITIVES - NEGATIVES, ANCHORS, -ANCHORS])
        # A sum has a multiple of the slope of a mean; another criterion tells them apart.
        largest = np.abs(expected).max()
        assert_close(found / np.abs(found).max(), expected / largest, "the slope, in parts of its largest", atol=1e-5)

    assert_apart(student, "triplet_loss", {"squared_distances": by_a_tape}, judge)


def of_all_three(triplet_loss):
    """The loss as a function of one array, for one slope."""
    return lambda batch, margin: triplet_loss(batch[0], batch[1], batch[2], margin)


def by_numpy(a, b):
    """Squared distances by NumPy, which no tape can follow."""
    import numpy as np

    return np.float32(np.linalg.norm(np.subtract(a, b), axis=-1) ** 2)


def by_a_tape(a, b):
    """No distances, but a tape can follow it, and they differ from pair to pair."""
    import tensorflow as tf

    return 10.0 * tf.reduce_sum(a * b, axis=-1)


ALBUM = np.array([7, -2, 7, 40, -2, 7, 40])
ROLES = ("anchors", "positives", "negatives")


def draw_triplets(student, labels, count):
    """The triplets that the student draws for labels, three arrays of places."""
    found = as_tuple(call_unchanged(student, "choose_triplets", labels, count), "choose_triplets(…)", ROLES)
    arrays = [as_array(each, role) for each, role in zip(found, ROLES, strict=True)]
    rows = as_number_rows(arrays, "choose_triplets(…)", len(ROLES))
    for row, role in zip(rows, ROLES, strict=True):
        assert_shape(np.array(row), (count,), role)
        assert_between(np.array(row), 0, len(labels) - 1, role)
    return np.array(rows)


@criterion("choose_triplets", points=1, hint="Three arrays of places in `labels`; how many numbers are in each?")
def test_three_arrays_of_places(student):
    """Three arrays come back, each with as many places in `labels` as triplets were asked for."""
    for count in (1, 5, 30):
        draw_triplets(student, ALBUM, count)


def assert_none(broken, anchors, others, wanted):
    """Assert that the rule is broken for no anchor and other picture; else name the first."""
    if broken.any():
        pair = [each[np.argmax(broken)] for each in (anchors, others)]
        raise CriterionFailed(wanted, "the places {} and {}, with the labels {} and {}".format(*pair, *ALBUM[pair]))


@criterion("choose_triplets", points=1, hint="Look up the labels of both, and compare their places, too.")
def test_positives_show_the_same_person(student):
    """A positive shows the person of the anchor, and is another picture than the anchor."""
    anchors, positives, _ = draw_triplets(student, ALBUM, 400)
    assert_none(ALBUM[anchors] != ALBUM[positives], anchors, positives, "anchor and positive of one person")
    assert_none(anchors == positives, anchors, positives, "two different pictures")


@criterion("choose_triplets", points=1, hint="Look up the labels of both.")
def test_negatives_show_somebody_else(student):
    """A negative shows another person than the anchor does."""
    anchors, _, negatives = draw_triplets(student, ALBUM, 400)
    assert_none(ALBUM[anchors] == ALBUM[negatives], anchors, negatives, "anchor and negative of two people")


@criterion("choose_triplets", points=1, hint="Which pictures can come up in each role? Try it with few labels.")
def test_every_triplet_can_come_up(student):
    """Every triplet that the rules allow can come up, and each call draws anew."""
    first, second = (draw_triplets(student, ALBUM, 4000).T.tolist() for _ in range(2))
    for a, p, n in itertools.product(range(len(ALBUM)), repeat=3):
        if a != p and ALBUM[a] == ALBUM[p] != ALBUM[n] and [a, p, n] not in first:
            wanted = f"every triplet among 4,000 of the labels {ALBUM.tolist()}"
            raise CriterionFailed(wanted, f"the places {a}, {p} and {n} never come up together")
    if first == second:
        raise CriterionFailed("other triplets in a second call", "the same 4,000 triplets again")


@criterion("choose_triplets", points=1, hint="Who has no second picture? What can that picture still be?")
def test_somebody_with_one_picture(student):
    """Somebody of whom there is one picture only is never an anchor, but can be a negative."""
    anchors, _, negatives = draw_triplets(student, np.append(ALBUM, 13), 1000) == len(ALBUM)
    if anchors.any() or not negatives.any():
        found = f"{anchors.sum()} anchors and {negatives.sum()} negatives, of 1,000 triplets"
        raise CriterionFailed("a picture without a second one of that person as no anchor, but as a negative", found)


@pytest.fixture(scope="module")
def built(student):
    """A fresh network, and its embeddings of twelve people."""
    model = as_model(student.build_network((48, 40, 3), 24), "build_network(shape, size)")
    faces = datasets.draw_portraits(12, 1, seed=6)[0].astype("float32")
    return model, as_array(model.predict(faces), "the embeddings").astype(float)


@criterion("build_network", points=1, hint="Which layer decides how many numbers come out?")
def test_an_embedding_for_each_picture(student):
    """Of each picture the network makes as many numbers as it is asked for."""
    for shape, size in (((48, 40, 3), 24), ((40, 56, 3), 5)):
        model = as_model(student.build_network(shape, size), "build_network(shape, size)")
        noise = np.random.default_rng(size).uniform(0, 255, (3, *shape)).astype("float32")
        assert_shape(model.predict(noise), (3, size), "the embeddings")


@criterion("build_network", points=1, hint="Which layer comes last, and along which axis does it work?")
def test_length_one(built):
    """Every embedding has the length 1."""
    assert_close(np.sqrt(np.sum(built[1] ** 2, axis=-1)), np.ones(12), "the lengths", atol=2e-3)


@criterion("build_network", points=1, hint="What does the last dense layer do to numbers below 0?")
def test_points_to_all_sides(built):
    """Embeddings have numbers above 0 and below 0, and differ from picture to picture."""
    found = built[1]
    if np.ptp(found, axis=0).max(initial=0) < 1e-3:
        raise CriterionFailed("other embeddings for very different pictures", "the same for all of them")
    if not (found.min() < 0 < found.max()):
        raise CriterionFailed("numbers above 0 and below 0", f"all of them from {found.min():.3g} to {found.max():.3g}")


@criterion("build_network", points=1, hint="How many convolutions are there, and which activation does each have?")
def test_convolutions_that_bend(built):
    """There are at least two convolutions with an activation such as ReLU."""
    assert_convolutions(built[0], least=2)


@criterion("build_network", points=1, hint="`network.summary()` shows which layer has most of them.")
def test_not_too_large(built):
    """The network has at most 300,000 numbers, some to be trained, and no Lambda, which no file can
    hold."""
    assert_parameters(built[0], at_most=300_000)
    assert_layer_count(built[0], Lambda=at_most(0))
    if not built[0].trainable_parameters:
        raise CriterionFailed("numbers that training can change", "none")


# Pictures of 1 × 2 pixels, six numbers each, for a network that multiplies them by two matrices.
X = [
    np.array([[1, 0, 2, -1, 0, 1], [0, 2, 1, 1, -1, 0], [2, 1, 0, 0, 1, 1], [1, 1, -1, 2, 0, 0.0]]),
    np.array([[0, 1, 1, 0, 2, -1], [1, 0, 0, 2, 1, 1], [2, 1, 1, 0, 1, 1], [-1, 0, 2, 0, 1, 1.0]]),
    np.array([[2, 0, 1, -1, 0, 0], [0, 1, 1, 1, -1, 1], [-1, 2, 2, 1, 0, 1], [1, 2, -1, 1, 0, 1.0]]),
]
FIRST, LAST = np.array([[1, 0], [0, 2], [1, 1], [-1, 0], [2, 3], [0, -1]]) / 4, np.array([[1.0, -1.0], [0.0, 1.0]])
DENSE = layer("Dense", units=2, use_bias=False)


def teach(student, margin, count, *before, **settings):
    """The student's steps with both matrices, SGD, and the same batch each time."""
    weights = None if before else [FIRST, LAST]
    network = make_model(student, (1, 2, 3), layer("Flatten"), *before, DENSE, DENSE, weights=weights)
    batch = [*(each.reshape(4, 1, 2, 3).astype("float32") for each in X), margin]
    return teach_network(student, "train_step", network, "SGD", settings, [batch] * count)


def loss_of(matrix, margin, apart):
    """The loss for a product of matrices, in our own NumPy; that of `overlap` if `apart`."""
    anchor, positive, negative = (each @ matrix for each in X)
    if apart:
        return np.mean(np.sum(margin * anchor * positive - 2 * anchor * negative, axis=1))
    return np.mean(np.maximum(np.sum((anchor - positive) ** 2 - (anchor - negative) ** 2, axis=1) + margin, 0))


def overlap(anchors, positives, negatives, margin):
    """No triplet loss, but a tape can follow it, and no two arguments can be exchanged."""
    import tensorflow as tf

    return tf.reduce_mean(tf.reduce_sum(margin * anchors * positives - 2.0 * anchors * negatives, axis=1))


def descend(margin, count, rate, momentum, apart):
    """Both matrices before each step of gradient descent, and after the last."""
    matrices, speeds = (FIRST.astype(float), LAST.astype(float)), (0.0, 0.0)
    yield matrices
    for _ in range(count):
        first, last = matrices
        slope = numerical_gradient(lambda matrix: loss_of(matrix, margin, apart), first @ last)
        slopes = slope @ last.T, first.T @ slope
        speeds = [momentum * speed - rate * each for speed, each in zip(speeds, slopes, strict=True)]
        matrices = first + speeds[0], last + speeds[1]
        yield matrices


def assert_steps(student, margin, count, rate, momentum=0.0):
    """Assert that each step changes both matrices as gradient descent does."""

    def judge(apart):
        found = teach(student, margin, count, learning_rate=rate, momentum=momentum).weights
        for number, (after, expected) in enumerate(
            zip(found, descend(margin, count, rate, momentum, apart), strict=True)
        ):
            for place in (0, 1):
                what = f"the weights of layer {place + 1} after {number} steps"
                assert_close(after[place], expected[place], what, atol=1e-5)

    assert_apart(student, "train_step", {"triplet_loss": overlap}, judge)


@criterion("train_step", points=1, hint="For what do you ask the tape, and what does the optimizer get?")
def test_step_on_paper(student):
    """Plain gradient descent with a rate of 0.1 takes 0.1 × slope from each weight."""
    for margin in (0.5, 3.0):
        assert_steps(student, margin, 1, 0.1)


@criterion("train_step", points=1, hint="When is the loss computed, and is it returned?")
def test_returns_the_loss(student):
    """A step returns the loss of the batch as it was before the step."""

    def judge(apart):
        found = teach(student, 0.5, 1, learning_rate=0.1).losses[0]
        assert_close(found, loss_of(FIRST @ LAST, 0.5, apart), "what the step returned", atol=1e-5)

    assert_apart(student, "train_step", {"triplet_loss": overlap}, judge)


@criterion("train_step", points=1, hint="Is it the optimizer that you are given, each time?")
def test_the_optimizer_remembers(student):
    """Three steps of an optimizer with momentum go on from one another."""
    assert_steps(student, 0.5, 3, 0.05, momentum=0.8)


@criterion("train_step", points=1, hint="What does the network get besides the pictures when it is called?")
def test_called_as_in_training(student):
    """The network is called as in training with anchors, positives and negatives, so that a layer
    of batch normalisation learns from all their means."""

    def judge(_):
        normal = layer("BatchNormalization", center=False, scale=False)
        learned = teach(student, 1.0, 1, normal, learning_rate=0.01).weights[-1][0]
        shares = np.linalg.lstsq(np.transpose([each.mean(axis=0) for each in X]), learned, rcond=None)[0]
        for share_of, role in zip(shares, ROLES, strict=True):
            if not share_of > 1e-3:
                raise CriterionFailed(f"means that follow the pictures of the {role}", "those without them")

    assert_apart(student, "train_step", {"triplet_loss": overlap}, judge)


@criterion("model", points=2, hint="What do the maps and the loss of the training look like?")
def test_compares_people_put_aside(student, thresholds, credit):
    """The saved network finds pictures of one person nearer, for people it did not learn from."""
    pictures, labels = (each[datasets.load("portraits")[1] >= 40] for each in datasets.load("portraits"))
    points = as_array(as_model(student.model).predict(pictures.astype("float32")), "the embeddings").astype(float)
    one, other, same = list_pairs(labels)
    credit.within(area_under_curve(np.sum((points[one] - points[other]) ** 2, axis=1), same), thresholds, "apart")


ON_PAPER = (
    "2.5- 0.5+ 1+ 3- 0.25+",
    "6+ 40- 7.5+ 52-",
    "8- 0.5+ 0.502- 0.501+",
    "1+ 9- 0.5+ 2- 1.5+ 0.75- 2.25- 2.5+",
    "1+ 2- 1+ 0.5+ 1- 3-",
)
UNBALANCED = "2+ 1.5- 4.5- 1.75- 2.25- 2.5+ 3- 3.5- 4- 0.25+", "2- 0.5+ 3+ 9- 1+ 2.5- 1.25+ 1.5+ 2.75+ 3.25+"


def assert_best_threshold(student, pairs):
    """Assert that no threshold is right more often; 0.5+ is a pair of one person, 0.5- of two."""
    distances = np.array([float(pair[:-1]) for pair in pairs.split()])
    same = np.array([pair.endswith("+") for pair in pairs.split()])
    found = as_array(call_unchanged(student, "choose_threshold", distances, same), "choose_threshold(…)")
    assert_shape(np.squeeze(found), (), "choose_threshold(…)")
    best, *counts = (np.sum((distances < each) == same) for each in (np.squeeze(found), *distances, np.inf))
    if best < max(counts):
        wanted = f"a threshold with which {max(counts)} of the pairs {pairs} are judged right"
        raise CriterionFailed(wanted, f"{np.squeeze(found):.6g}, with which {best} are")


@criterion("choose_threshold", points=1, hint="Write the distances in a row, in order. Where would you draw the line?")
@pytest.mark.parametrize("pairs", ON_PAPER)
def test_threshold_on_paper(student, pairs):
    """As many pairs as possible are judged right, near each other, far apart, or mixed."""
    assert_best_threshold(student, pairs)


@criterion("choose_threshold", points=1, hint="Do all pairs count the same, of whichever kind there are more?")
@pytest.mark.parametrize("pairs", UNBALANCED)
def test_all_pairs_count(student, pairs):
    """It is the number of pairs that counts, also if most of them are of one kind."""
    assert_best_threshold(student, pairs)


@criterion("choose_threshold", points=1, hint="Can your threshold lie above all distances, and below all of them?")
@pytest.mark.parametrize("pairs", ["1.5+ 0.5+ 6+", "0.5- 5- 1.5-", "0.5- 1.5+ 1+ 2+ 2.5+", "0.5- 1- 1.5+ 0.25-"])
def test_both_ends(student, pairs):
    """If that is best, all pairs are accepted, or none."""
    assert_best_threshold(student, pairs)


PEOPLE = {
    "Ida": np.array([[4.0, 0.0], [0.0, 0.0], [5.0, 3.0]]),
    "Jon": np.array([[-2.0, 1.0]]),
    "Kim": np.array([[2.0, 4.0], [-3.0, -3.0]]),
}


def assert_answers(student, function, cases, register=PEOPLE):
    """Assert what `verify` or `who_is_it` says of visitors, for names and thresholds."""

    def judge(_):
        for visitor, *name, threshold, expected in cases:
            found = call_unchanged(student, function, np.array(visitor), *name, dict(register), threshold)
            what = f"{function}({visitor}, {''.join(f'{each}, ' for each in name)}register, {threshold:g})"
            if name:
                assert_truth(found, expected, what)
            elif as_text(found, what) != expected:
                raise CriterionFailed(f"{what} to be {expected}", as_text(found, what))

    others = {"squared_distances": by_numpy, "verify": listed}
    assert_apart(student, function, {each: others[each] for each in others if each != function}, judge)


def listed(embedding, name, register, threshold):
    """Whether a name is in the register and near enough, where `verify` is not right."""
    far = [abs(complex(*row) - complex(*embedding)) ** 2 for row in register.get(name, [])]
    return bool(far) and min(far) < threshold


@criterion("doors", points=1, hint="Which pictures of the register count for this name? Draw the six points.")
def test_verify_on_paper(student):
    """The nearest picture of the claimed person decides, and no picture of anybody else."""
    near = [([0.5, 0.0], "Ida", 1.0, True), ([5.0, 2.0], "Ida", 2.0, True), ([4.0, -1.0], "Ida", 1.5, True)]
    wrong = [([-2.0, 1.0], "Ida", 2.0, False), ([0.0, 0.5], "Jon", 2.0, False), ([1.0, 1.0], "Kim", 4.0, False)]
    assert_answers(student, "verify", [*near, *wrong, ([-3.0, -1.0], "Kim", 5.0, True)])


@criterion("doors", points=1, hint="Smaller than the threshold. And what if the register has no such name?")
def test_verify_at_the_border(student):
    """At exactly the threshold the answer is False, and so it is for a name that is not there."""
    border = [([-2.0, 2.25], "Jon", 1.5625, False), ([-2.0, 2.25], "Jon", 1.625, True), ([4.0, 0.0], "Ida", 0.0, False)]
    assert_answers(student, "verify", [*border, ([0.0, 0.0], "Lou", 100.0, False)])


@criterion("doors", points=1, hint="Whose nearest picture is the nearest of all?")
def test_names_on_paper(student):
    """The person with the nearest picture is named, wherever their other pictures are."""
    cases = [([0.5, 0.5], 2.0, "Ida"), ([-1.5, 1.0], 1.0, "Jon"), ([-3.0, -2.0], 2.0, "Kim")]
    cases += [([2.0, 3.0], 30.0, "Kim"), ([-1.5, 0.5], 99.0, "Jon"), ([4.5, 2.0], 50.0, "Ida")]
    assert_answers(student, "who_is_it", cases)


@criterion("doors", points=1, hint="Who is named if even the nearest picture is too far, or if there is none?")
def test_unknown_persons(student):
    """Nobody is named from the threshold on, or if the register is empty."""
    cases = [([-2.0, 2.25], 1.5625, "unknown"), ([-2.0, 2.25], 1.625, "Jon"), ([9.0, -9.0], 5.0, "unknown")]
    assert_answers(student, "who_is_it", cases)
    assert_answers(student, "who_is_it", [([0.0, 0.0], 9.0, "unknown")], register={})
