"""The public criteria of `transfer_frozen`: small networks whose answers fit on paper."""

from collections import Counter

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_array,
    as_left,
    as_model,
    assert_between,
    assert_choices,
    assert_close,
    assert_crossentropy_loss,
    assert_equal,
    assert_output_shape,
    assert_reports,
    call_unchanged,
    criterion,
    datasets,
    make_network,
    scatter_weights,
    share,
)

X = np.array([[1.0, -2.0], [3.0, 1.0], [-1.0, 4.0]])
FIRST = np.array([[1.0, -1.0, 0.5], [2.0, 1.0, -1.0]])
SECOND = np.array([[1.0, 2.0], [-1.0, 1.0], [3.0, -2.0]])
LAST = np.array([[1.0], [-1.0]])
SCALE = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, -1.0], [4.0, 1.0]])
# Pictures of bytes from 8 to 247, not sorted; uint8, as in the notebook. Their largest is not 255.
BYTES = (np.arange(40 * 2 * 3 * 3) * 97 % 240 + 8).reshape(40, 2, 3, 3).astype("uint8")
LARGEST_HEAD = 10  # numbers for each map
QUESTIONS = {"flip": "abc", "fabric": "abc", "norm": "abc"}


def chain(keras, first, second, last):
    """Three dense layers and a ReLU, one after the other."""
    dense = keras.layers.Dense
    layers = [dense(3, use_bias=False, name="mix"), keras.layers.ReLU(name="bend")]
    layers += [dense(2, use_bias=False, name="blend"), dense(1, use_bias=False, name="end")]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.set_weights([first, second, last])
    return model


def linked(keras, first, second, last, build):
    """The same as a functional model, which knows `model.input`, too."""
    model = build(keras, first, second, last)
    return keras.Model(model.inputs, model.outputs[0])


def branching(keras, scale):
    """Two branches, one with a normalisation, which meet; two layers follow."""
    here = keras.Input((2,))
    even = keras.layers.BatchNormalization(epsilon=0.0, name="even")
    together = keras.layers.Add(name="together")
    shifted = keras.layers.Rescaling(1.0, offset=1.0, name="shifted")(here)
    place = keras.layers.Dense(3, name="behind")(together([even(here), shifted]))
    model = keras.Model(here, keras.layers.Dense(2, name="end")(place))
    even.set_weights(list(scale))
    return model


@criterion("borrow", points=2, hint="Which layer's output does your model return, and where does it begin?")
def test_cut_at_a_named_layer(student):
    """The model says what the named layer says: the first, one in the middle, or the last."""
    bend = np.maximum(X @ FIRST, 0)
    model = make_network(student, chain, FIRST, SECOND, LAST)
    for name, output in {"mix": X @ FIRST, "bend": bend, "end": bend @ SECOND @ LAST}.items():
        assert_close(as_model(student.borrow(model, name), "borrow(…)").predict(X), output, f"the output cut at {name}")


@criterion("borrow", points=1, hint="A model from `model.inputs` to the place of the cut: what else is in yours?")
def test_no_more_than_needed(student):
    """Of a network with branches, all that the named layer needs is borrowed, and no more."""
    model = make_network(student, branching, SCALE)
    found = as_model(student.borrow(model, "together"), "borrow(…)")
    even = (X - [1.0, -1.0]) / [2.0, 1.0] * [2.0, 1.0] + [0.0, 3.0]
    assert_close(found.predict(X), even + X + 1, "the output cut at together")
    assert_equal(found.parameters, 8, "the count of borrowed numbers")


@criterion("borrow", points=2, hint="How many numbers does `model.trainable_weights` hold, before and after?")
def test_all_frozen(student):
    """Training can change none of the borrowed numbers."""
    layers = FIRST, SECOND, LAST, share(student, chain)
    for name, build, arguments in (("blend", linked, layers), ("behind", branching, [SCALE])):
        found = as_model(student.borrow(make_network(student, build, *arguments), name), "borrow(…)")
        assert_equal(found.trainable_parameters, 0, "the count of numbers that training may change")
        count, changed = share(student, learn)(found, X.astype("float32"))
        assert_equal(count, 0, "the count of numbers that training may change, with a head behind it")
        assert_equal(changed, 0, "the count of borrowed arrays that a step of training changes")


def learn(model, x):
    """How many numbers may change in front of a new layer, and how many arrays a step changes."""
    import keras
    import numpy as np

    here, end = keras.Input(x.shape[1:]), keras.layers.Dense(1)
    says = model(here)
    whole = keras.Model(here, end(says[0] if isinstance(says, list | tuple) else says))
    whole.compile("sgd", "mse")
    before = model.get_weights()
    whole.fit(x, np.ones((len(x), 1)), epochs=1, verbose=0)
    free = sum(int(np.prod(weights.shape)) for weights in whole.trainable_weights) - end.count_params()
    return free, sum(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def eyes(keras, kernel, statistics, name="eyes"):
    """A frozen base with a convolution of 1 × 1, a normalisation and dropout."""
    channels = kernel.shape[1]
    here = keras.Input((2, 3, 3))
    look = keras.layers.Conv2D(channels, 1, use_bias=False, name="look")
    even = keras.layers.BatchNormalization(epsilon=0.0, name="even")
    model = keras.Model(here, keras.layers.Dropout(0.5, name="kept")(even(look(here))), name=name)
    model.set_weights([kernel[None, None], *statistics])
    model.trainable = False
    return model


def opinion(keras, weights, name="opinion"):
    """A head: the largest number of each map, and a dense layer of two."""
    layers = [keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(2, use_bias=False)]
    model = keras.Sequential([keras.Input((2, 3, len(weights))), *layers], name=name)
    model.set_weights([weights])
    return model


KERNEL = np.array([[1.0, 0.0, -1.0, 0.5], [-2.0, 1.0, 0.0, 0.5], [0.5, -1.0, 2.0, -1.0]])
STATISTICS = np.array([[1.0, 2.0, -1.0, 1.0], [0.0, 1.0, 0.5, -2.0], [0.5, 0.0, -0.5, 1.0], [4.0, 1.0, 0.25, 1.0]])
OPINION = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 1.0], [3.0, 0.0]])


def maps_of(pictures, kernel=KERNEL, statistics=STATISTICS):
    """What `eyes` says of pictures of bytes."""
    scale, shift, mean, variance = statistics
    return (((pictures / 127.5 - 1) @ kernel) - mean) / np.sqrt(variance) * scale + shift


@criterion("compute_features", points=2, hint="Which number does the base get for a byte of 0, of 255, of 51?")
def test_scaled_as_it_learned(student):
    """The base gets the bytes scaled from −1 to 1; features are of these pictures, in order."""
    for shown in (BYTES, 250 - BYTES):
        base = make_network(student, eyes, KERNEL, STATISTICS)
        found = call_unchanged(student, "compute_features", base, shown)
        assert_close(found, maps_of(shown), "compute_features(base, pictures)", rtol=1e-4, atol=1e-4)


@criterion("compute_features", points=1, hint="What does `Dropout` do in training, and what when a network is used?")
def test_looks_as_when_used(student):
    """The base looks as it does when it is used, and none of its numbers changes."""
    base = make_network(student, eyes, KERNEL, STATISTICS)
    found = as_array(student.compute_features(base, BYTES), "compute_features(…)")
    if np.mean(found == 0) > 0.2:
        raise CriterionFailed(
            "hardly a feature that is exactly 0", f"{np.mean(found == 0):.0%} of them: who drops them?"
        )
    expected = [KERNEL[None, None], *STATISTICS]
    for found, right in zip(as_left(base).weights, expected, strict=True):
        assert_close(found, right, "the numbers of the base afterwards")


def maps(shape, count=9):
    """Features of several pictures, positive and negative."""
    return np.random.default_rng(shape).normal(0.2, 0.7, (count, *shape)).astype("float32")


@pytest.fixture(scope="module")
def head(student):
    """A head for five maps."""
    return make_head(student, 3, 2, 5)


def make_head(student, *shape):
    """A head whose numbers are no longer those that it began with."""
    new = as_model(student.build_head(shape), "build_head(shape)")
    return scatter_weights(student, new, shape)


@criterion("build_head", points=1, hint="How many units, and which activation makes a probability of one number?")
def test_one_probability(student):
    """For the features of each picture comes one probability, it is not the same for all, and it
    can be less than a half."""
    head = make_head(student, 3, 2, 5)
    assert_output_shape(head, (None, 1))
    x = maps((3, 2, 5)) + 3 * maps((1, 1, 5))
    x = np.concatenate([x, -x])
    found = head.predict(x)
    assert_between(found, 0, 1, "the answers")
    if np.ptp(found) < 1e-5:
        raise CriterionFailed("other answers for very different features", f"{found[0, 0]:.3g} for all of them")
    # With the last kernel and its bias turned round, a right head says the opposite.
    weights = head.weights
    last = max((place for place, each in enumerate(weights) if each.ndim > 1), default=0)
    head.set_weights([-each if last <= place <= last + 1 else each for place, each in enumerate(weights)])
    lowest = min(found.min(), head.predict(x).min())
    if lowest > 0.5 - 1e-6:
        hint = "What becomes of negative numbers in front of the sigmoid?"
        raise CriterionFailed(
            "answers below 0.5 as well", f"none below {lowest:.3g}, whatever its weights are", hint=hint
        )


@criterion("build_head", points=2, hint="Does one number of each map come out of the pooling, wherever it stands?")
def test_where_makes_no_difference(head):
    """Each map counts, and where in a map a number stands makes no difference."""
    x, order = maps((3, 2, 5)), np.random.default_rng(3).permutation(6)
    moved = x.reshape(len(x), 6, 5)[:, order].reshape(x.shape)
    larger = [x + 2 * (np.arange(5) == number) for number in range(5)]
    answers = head.predict(np.concatenate([x, moved, *larger]).astype("float32"))
    before, mixed, *others = np.split(answers, 7)
    if (gap := np.abs(mixed - before).max()) > 1e-3:
        raise CriterionFailed("the same answers when the places in the maps are mixed", f"others, by {gap:.2g}")
    for number, other in enumerate(others):
        if np.abs(other - before).max() < 1e-5:
            raise CriterionFailed("other answers when a map is larger everywhere", f"the same ones, for map {number}")


@criterion("build_head", points=1, hint="What comes into the last layer: one number of each map?")
def test_few_numbers(student):
    """The head has at most ten numbers for each map."""
    for shape in ((4, 4, 96), (8, 8, 10)):
        head = make_head(student, *shape)
        assert_between(head.parameters, shape[-1], LARGEST_HEAD * shape[-1], "the count of the head's numbers")


@criterion("build_head", points=1, hint="Which loss compares a probability with 0 or 1?")
def test_taught_by_crossentropy(head):
    """It learns by the crossentropy with labels 0 and 1, and reports its accuracy."""
    assert_taught(head, maps((3, 2, 5)))


def assert_taught(model, x):
    """The model's loss and metric fit one probability and labels 0 and 1, and it takes a step."""
    assert_crossentropy_loss(model, x)
    assert_reports(model, (x, (model.predict(x) > 0.5).astype("float32")), "accuracy")
    before = model.weights
    model.fit(x, np.arange(len(x)) % 2, epochs=1, verbose=0)
    pairs = zip(before, as_left(model).weights, strict=True)
    if all(np.array_equal(a, b) for a, b in pairs if np.ndim(a) > 1):
        raise CriterionFailed("numbers that change when it is trained", "the same ones after a round")


@pytest.fixture(scope="module")
def joined(student):
    """The model of a known base and a known head."""
    base, head = make_network(student, eyes, KERNEL, STATISTICS), make_network(student, opinion, OPINION)
    return as_model(student.put_together(base, head), "put_together(base, head)")


@criterion("put_together", points=2, hint="Which three steps lie between a byte and an answer, and in which order?")
def test_from_bytes_to_answers(joined):
    """For bytes from 0 to 255 the model says what the head says of the features."""
    answers = maps_of(BYTES).max(axis=(1, 2)) @ OPINION
    assert_close(joined.predict(BYTES.astype("float32")), answers, "the answers", rtol=2e-3, atol=1e-2)


@criterion("put_together", points=2, hint="Count the trainable numbers of base and head, and then of your model.")
def test_only_the_head_can_be_trained(joined):
    """All numbers of base and head are in the model, and only those of the head can be trained."""
    assert_equal(joined.trainable_parameters, 8, "the count of numbers that training may change")
    assert_equal(joined.parameters, 12 + 16 + 8, "the count of numbers of the model")


SIZES = (3, 3, 3, 4), *4 * [(4,)], (3, 3, 4, 5), *4 * [(5,)], (5, 1), (1,)
OLD = [np.random.default_rng(seed).uniform(0.1, 0.9, size).astype("float32") for seed, size in enumerate(SIZES)]
OLD[6] /= 20  # what the base says is small, so that no head is sure of anything, be it old or new
OLD[7] /= 20
COUNT, COUNTED = sum(array.size for array in OLD), 2 * (4 + 5)  # all numbers; means and variances


def whole(keras, weights):
    """A network with a frozen base of two convolutions in it, and a head."""
    place = here = keras.Input((6, 6, 3))
    for number, size in enumerate((4, 5)):
        place = keras.layers.Conv2D(size, 3, padding="same", use_bias=False, name=f"conv{number}")(place)
        place = keras.layers.BatchNormalization(name=f"norm{number}")(place)
        place = keras.layers.ReLU(name=f"relu{number}")(place)
    base = keras.Model(here, place, name="base")
    base.trainable = False
    ends = [keras.layers.GlobalMaxPooling2D(), keras.layers.Dense(1, activation="sigmoid")]
    head = keras.Sequential([keras.Input((6, 6, 5)), *ends], name="head")
    model = keras.Sequential([keras.Input((6, 6, 3)), keras.layers.Rescaling(1 / 127.5, offset=-1), base, head])
    model.set_weights(list(weights))
    return model


@pytest.fixture(scope="module")
def renewed(student):
    """A known network, and what `start_again` makes of it in two calls."""
    given = make_network(student, whole, OLD)
    return given, [as_model(student.start_again(given), "start_again(model)") for _ in range(2)]


@criterion("start_again", points=1, hint="Is each layer there, in the same order, also those inside the base?")
def test_the_same_layers(renewed):
    """The new network has the same layers in the same order, of the same sizes."""
    found = renewed[1][0]
    expected = ["Rescaling", *2 * ["Conv2D", "BatchNormalization", "ReLU"], "GlobalMaxPooling2D", "Dense"]
    assert_equal([layer.class_name for layer in found.layers], expected, "the layers")
    assert_equal(found.parameters, COUNT, "the count of numbers")
    assert_output_shape(found, (None, 1))


@criterion(
    "start_again", points=1, hint="Compare a number of the first convolution: in the old one, and in two new ones."
)
def test_new_numbers_each_time(renewed):
    """No layer keeps the numbers of the given model, and each call draws others."""
    first, second = (network.weights for network in renewed[1])
    for weights in (first, second):
        if kept := sum(any(same(a, b) for b in OLD) for a in weights):
            raise CriterionFailed("no layer with its old numbers", f"{kept} of {len(weights)} arrays are as they were")
    if any(same(a, b) for a, b in zip(first, second, strict=True) if np.ndim(a) > 1):
        raise CriterionFailed("other random numbers in each call", "the same ones twice")


def same(a, b):
    """Whether two arrays are equal, or large and as alike as only copies with some noise are."""
    if np.shape(a) != np.shape(b) or np.allclose(a, b, rtol=1e-6, atol=0):
        return np.shape(a) == np.shape(b)
    return a.size >= 100 and np.ptp(a) > 0 and bool(np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.9)


@criterion(
    "start_again", points=1, hint="What does the copy of a frozen layer look like, and do you undo it everywhere?"
)
def test_nothing_is_frozen(renewed):
    """No layer of the new network is frozen, also none inside the base."""
    found = renewed[1][0]
    assert_equal(found.trainable_parameters, COUNT - COUNTED, "the count of numbers that training may change")


@criterion("start_again", points=1, hint="Do you change the copy, or the model that you were given?")
def test_the_given_one_stays(renewed):
    """The given model keeps its numbers, and stays frozen where it is."""
    left = as_left(renewed[0])
    assert_equal(left.trainable_parameters, 5 + 1, "the count of numbers in it that training may change")
    for found, weights in zip(left.weights, OLD, strict=True):
        assert_close(found, weights, "its numbers afterwards")


@criterion("start_again", points=1, hint="A copy is not compiled. With which loss does one learn a probability?")
def test_compiled_as_before(renewed):
    """The new network learns by the crossentropy with labels 0 and 1, and reports its accuracy."""
    pictures = np.random.default_rng(6).integers(0, 256, (8, 6, 6, 3)).astype("float32")
    assert_taught(renewed[1][1], pictures)


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)


@criterion("model", points=2, hint="Where was the network cut, and was it frozen before anything was trained?")
def test_borrowed_bit_for_bit(student):
    """All numbers up to the last cut are in the saved model, bit for bit as they were borrowed."""
    lent = datasets.load("newcomers")
    found = Counter(exactly(weights) for weights in as_model(student.model).weights)
    missing = Counter(exactly(weights) for weights in lent.weights[: lent.borrowed]) - found
    if count := sum(missing.values()):
        raise CriterionFailed(
            f"all {lent.borrowed} arrays of numbers up to {lent.layers[-1]}", f"{count} of them changed, or missing"
        )


def exactly(weights):
    """The shape and all bits of an array in single precision."""
    return np.shape(weights), np.asarray(weights, np.float32).tobytes()


@criterion("model", points=1, hint="Which of its layers are not frozen, and what lies behind the cut?")
def test_only_a_head_was_added(student):
    """Only a small head was added in the saved model, and only that can be trained."""
    lent, model = datasets.load("newcomers"), as_model(student.model)
    borrowed = sum(weights.size for weights in lent.weights[: lent.borrowed])
    most = LARGEST_HEAD * len(lent.weights[lent.borrowed - 1])
    assert_between(model.parameters - borrowed, 1, most, "the count of numbers that were added")
    assert_between(model.trainable_parameters, 1, model.parameters - borrowed, "the count of numbers that can change")


@criterion("model", points=2, hint="How good was the head alone? Is every picture scaled once, on its way through?")
def test_knows_those_apart(student, thresholds, credit):
    """The saved model is right about pictures held apart, whose numbers go from 0 to 255."""
    lent = datasets.load("newcomers")
    shown = lent.pictures[40::2].astype("float32"), lent.labels[40::2]
    credit.within(accuracy(as_model(student.model), shown), thresholds, "apart")
