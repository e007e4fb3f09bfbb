"""The public criteria of `tweet_curves`: words and lines on paper, and a measured lesson."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_left,
    as_model,
    as_texts,
    as_tuple,
    assert_between,
    assert_choices,
    assert_close,
    assert_crossentropy_loss,
    assert_drawn,
    assert_reports,
    assert_shape,
    call_unchanged,
    criterion,
    datasets,
    share,
)
from proctor.datasets.headlines import encode_headlines

QUESTIONS = {"flat": "abc", "vectors": "abc", "choice": "abc"}


def assert_words(student, text, expected):
    """Assert the words of a text."""
    found = as_texts(student.to_words(text), "to_words(text)")
    if found != expected.split():
        raise CriterionFailed(f"{expected.split()} of {text!r}", str(found))


@criterion("words", points=1, hint="Which characters does a word consist of, and what happens to capitals?")
@pytest.mark.parametrize(
    "text, expected",
    [
        ("Mayor Bans Rain", "mayor bans rain"),
        ("  zoo\topens \n ZOO closes ", "zoo opens zoo closes"),
        ("a b a c", "a b a c"),
    ],
)
def test_small_letters(student, text, expected):
    """Words are in small letters and in their order, however they are spaced."""
    assert_words(student, text, expected)


@criterion("words", points=1, hint="Is such a character dropped, does it stay, or does it end a word?")
@pytest.mark.parametrize(
    "text, expected",
    [
        ("the mayor's well-known hat, again!", "the mayor s well known hat again"),
        ("“Rain?” says 1st man: 24/7 rain…", "rain says st man rain"),
        ("i_know café,naïve #joke", "i know caf na ve joke"),
    ],
)
def test_what_ends_a_word(student, text, expected):
    """Signs, digits and letters of other languages belong to no word, and end one."""
    assert_words(student, text, expected)


@criterion("words", points=1, hint="What comes back if a text has no letter at all?")
@pytest.mark.parametrize("text", ["", "2016", " ?! "])
def test_no_words(student, text):
    """A text without letters has no words."""
    assert_words(student, text, "")


LISTS = [["rain", "of", "rain"], [], ["zoo", "snow"], ["of", "rain", "hail"]]
KNOWN = {"rain": [1.0, -2.0], "mayor": [0.5, 3.0], "sun": [4.0, 4.0], "tea": [-1.0, 0.25], "zoo": [0.0, 0.0]}


def vectors_of(words):
    """The vectors of some words, as a dict of arrays."""
    return {word: np.array(KNOWN[word]) for word in words}


@criterion("known", points=1, hint="Count on paper: how many words are there, and how many of them have a vector?")
def test_share_on_paper(student):
    """Of eight words in four texts, of which four have a vector, the share is 4/8."""
    found = call_unchanged(student, "share_known", [list(words) for words in LISTS], vectors_of(KNOWN))
    assert_close(found, 4 / 8, "the share")


@criterion("known", points=1, hint="Does a word that comes three times count three times, above and below the line?")
@pytest.mark.parametrize(
    "lists, known, expected",
    [
        pytest.param(LISTS, ["rain"], 3 / 8, id="of which rain occurs three times"),
        pytest.param(LISTS, ["snow"], 0 / 8, id="none of which has a vector"),
        pytest.param([["rain", "rain", "rain"], ["tea"]], ["tea"], 1 / 4, id="of which rain has none"),
        pytest.param([["sun", "tea"], ["tea"]], ["tea", "sun"], 1.0, id="all of which have one"),
    ],
)
def test_each_time_counts(student, lists, known, expected):
    """A word counts as often as it occurs, whichever text it is in."""
    vectors = {word: np.array(KNOWN.get(word, [1.0, 1.0])) for word in known if word != "snow"} or vectors_of(["sun"])
    assert_close(student.share_known([list(words) for words in lists], vectors), expected, "the share")


VOCABULARY = ["", "[UNK]", "hail", "tea", "rain", "gnu", "sun", "mayor"]
ROWS = {3: "tea", 4: "rain", 6: "sun", 7: "mayor"}


@pytest.fixture
def matrix(student):
    """The matrix of eight entries, two of them words without a vector."""
    found = as_array(student.make_matrix(list(VOCABULARY), vectors_of(KNOWN)), "the matrix")
    assert_shape(found, (8, 2), "the matrix")
    return found


@criterion("matrix", points=2, hint="Whose vector should row 3 be? Does the number of a row depend on other rows?")
def test_each_row_is_of_its_word(matrix):
    """Each row has the vector of the word at its place in the vocabulary."""
    expected = np.array([KNOWN[word] for word in ROWS.values()])
    assert_close(matrix[list(ROWS)], expected, f"rows {', '.join(map(str, ROWS))}")


@criterion("matrix", points=1, hint="What does a word get that is not among the vectors?")
def test_words_without_a_vector(matrix):
    """A word of the vocabulary that has no vector gets a row of zeros."""
    assert_close(matrix[[2, 5]], np.zeros((2, 2)), "rows 2 and 5")


@criterion("matrix", points=1, hint="Which rows do the padding and the unknown word have?")
def test_the_first_two_rows(matrix):
    """The padding and the unknown word have rows of zeros, too."""
    assert_close(matrix[:2], np.zeros((2, 2)), "rows 0 and 1")


@criterion("matrix", points=1, hint="Where does your function get the number of columns from?")
@pytest.mark.parametrize(
    "vocabulary, width",
    [(["", "[UNK]", "gnu", "rain"], 3), (["", "[UNK]", "tea", "sun", "rain"], 1), (["", "[UNK]", "gnu"], 4)],
)
def test_any_width(student, vocabulary, width):
    """The matrix is as wide as the vectors are, also if few or none of the words have one."""
    vectors = {word: np.arange(width) - place for place, word in enumerate(["sun", "rain", "tea"], start=1)}
    found = as_array(call_unchanged(student, "make_matrix", list(vocabulary), dict(vectors)), "the matrix")
    assert_shape(found, (len(vocabulary), width), "the matrix")
    expected = [vectors.get(word, np.zeros(width)) for word in vocabulary]
    assert_close(found.astype(float), np.array(expected, float), "the matrix")


COUNT = 31
GIVEN = np.stack([np.arange(120) // 2 % 5, 1000 + np.arange(120)], axis=1)  # the last number says which row it is
GIVEN_LABELS = (np.arange(120) >= 40).astype(int)
PARTS = "x", "y", "x_new", "y_new"


def parts_of(student, seed, count=COUNT):
    """The four parts of a split of these rows."""
    parts = as_tuple(student.split(GIVEN, GIVEN_LABELS, count, seed), "split(...)", PARTS)
    return [as_array(part, name) for part, name in zip(parts, PARTS, strict=True)]


def rows_of(student, seed, count=COUNT):
    """These parts, each row of which has two numbers."""
    x, y, x_new, y_new = parts_of(student, seed, count)
    if x.shape[1:] != (2,) or x_new.shape[1:] != (2,):
        raise CriterionFailed("x and x_new to be arrays of rows of two numbers", f"{x.shape} and {x_new.shape}")
    return x, y, x_new, y_new


@criterion("split", points=1, hint="How many rows does each part have, and in which order do the four come back?")
@pytest.mark.parametrize("count", [31, 1, 119])
def test_sizes(student, count):
    """So many rows as asked for are put aside, with as many labels, and come last."""
    shapes = (120 - count, 2), (120 - count,), (count, 2), (count,)
    for part, shape, name in zip(parts_of(student, 3, count), shapes, PARTS, strict=True):
        assert_shape(part, shape, name)


@criterion("split", points=1, hint="Is there a row in both parts, or in none? Does each label go with its row?")
def test_each_row_once_with_its_label(student):
    """Each row is in one of the two parts, once and unchanged, and has its own label."""
    x, y, x_new, y_new = rows_of(student, 5)
    rows, labels = np.concatenate([x, x_new]), np.concatenate([y, y_new])
    found = len(set(rows[:, 1].tolist()))
    if (len(rows), len(labels), found) != (120, 120, 120):
        raise CriterionFailed("each of 120 rows once, with a label", f"{found} different rows of {len(rows)}")
    order = np.argsort(rows[:, 1])
    assert_close(rows[order] * 1.0, GIVEN * 1.0, "the rows of both parts, sorted,")
    assert_close(labels[order] * 1.0, GIVEN_LABELS * 1.0, "the labels of both parts, sorted as their rows,")


@criterion("split", points=1, hint="Which rows are put aside: those at one end, or any? Mix them first.")
def test_by_chance(student):
    """The rows that are put aside are drawn by chance, each as probably as any other."""
    for numbers in [np.sort(new_rows(student, seed)) for seed in range(1, 7)]:
        if len(set(np.diff(numbers).tolist())) < 3:
            raise CriterionFailed("rows that are put aside by chance", f"rows at equal distances: {numbers[:6]} …")
    drawn = {tuple(new_rows(student, seed, 50).tolist()) for seed in range(1, 51)}
    often = np.histogram(np.concatenate(list(drawn)), np.arange(121))[0].reshape(3, 40)
    if len(drawn) < 40 or often.sum() < 40 * 50:
        return  # other criteria judge the seed, and whether these are rows
    thirds = dict(zip(("in the first third", "in the middle", "in the last third"), often.sum(axis=1), strict=True))
    assert_drawn(thirds, dict.fromkeys(thirds, 1 / 3), "the place of a row that is put aside")
    if not often.all():
        raise CriterionFailed("each of 120 rows put aside sooner or later", f"row {often.argmin()} never, of 50 times")


@criterion("split", points=1, hint="Does your generator get the seed, and does nothing else change it?")
def test_the_seed(student):
    """The same seed gives the same split each time, and other seeds give others."""
    chosen = [set(new_rows(student, seed).tolist()) for seed in (7, 8, 7, 9)]
    if chosen[0] != chosen[2]:
        raise CriterionFailed("the same rows put aside, twice with the seed 7", "other rows")
    if chosen[0] in (chosen[1], chosen[3]) or chosen[1] == chosen[3]:
        raise CriterionFailed("other rows put aside with the seeds 7, 8 and 9", "the same rows")


def new_rows(student, seed, count=COUNT):
    """The numbers of the rows that were put aside, whichever pair they are in."""
    x, _, x_new, _ = rows_of(student, seed, count)
    return (x_new if len(x_new) < len(x) else x)[:, 1] - 1000


@criterion("slope", points=1, hint="Work one out with a pencil: first the means, then the distances from them.")
@pytest.mark.parametrize(
    "values, expected",
    [([3.0, 1.0, 2.0], -0.5), ([1.0, 3.0, 2.0, 6.0, 8.0], 1.7), ([0.5, 0.25], -0.25), ([0.75, 0.75, 0.75, 0.75], 0.0)],
)
def test_slope_on_paper(student, values, expected):
    """The slope is that of the line which fits best."""
    assert_close(student.slope(list(values)), expected, "the slope", atol=1e-6)


@criterion("slope", points=1, hint="Is it the slope of all points, or only of the first and the last one?")
@pytest.mark.parametrize(
    "values, expected", [([1.0, 2.0, 0.0, 1.0], -0.2), ([5.0, 0.0, 0.0, 0.0, 0.0, 5.0, 3.0], 1 / 7)]
)
def test_all_values_count(student, values, expected):
    """The values between the first and the last one count, too."""
    assert_close(call_unchanged(student, "slope", np.array(values)), expected, "the slope", atol=1e-6)


LENGTH, ALL_SURE = 16, 0.999
MATRIX = (np.random.default_rng(36).normal(0, 0.7, (29, 6)) * (np.arange(29) > 1)[:, None]).astype("float32")


@pytest.fixture(scope="module")
def small(student):
    """A network of the student's for this matrix; rows build one that has no Input."""
    model = as_model(student.build_network(MATRIX, LENGTH), "build_network(...)")
    if model.input_shape is None:
        model.predict(some_rows(3))
    return model


def some_rows(count):
    """Rows of any entries, each with some padding at its end."""
    rng = np.random.default_rng(count)
    rows = rng.integers(1, len(MATRIX), (count, LENGTH))
    return rows * (np.arange(LENGTH) < rng.integers(4, LENGTH + 1, (count, 1)))


def distances(model):
    """How far each of the weights is from the matrix; infinite where it has another shape."""
    found = [np.abs(each - MATRIX).max() if each.shape == MATRIX.shape else np.inf for each in model.weights]
    if not np.isfinite(found).any():
        raise CriterionFailed(f"weights of the shape {MATRIX.shape}, those of the matrix", "none", detail=model.table())
    return np.array(found)


@criterion("network", points=1, hint="How does the `Embedding` get the matrix that the function is given?")
def test_the_matrix_is_in_it(small):
    """The network has the matrix that it was given."""
    nearest = small.weights[distances(small).argmin()]
    assert_close(nearest, MATRIX, "the vectors in the network", atol=2e-3)


@criterion("network", points=1, hint="How many units has the last layer, and which activation?")
def test_one_probability(small):
    """Each row is answered with one probability."""
    rows, weights = some_rows(41), small.weights
    found = as_array(small.predict(rows), "the answers")
    assert_shape(found, (41, 1), "the answers to 41 rows")
    assert_between(found, 0, 1, "the answers")
    if (found > ALL_SURE).all():
        raise CriterionFailed("answers of a new network that differ", "1 for all rows, whatever their words are")
    # Weights that are far larger bring answers without an activation beyond 0 and 1.
    small.set_weights([40 * array for array in weights])
    large = as_array(small.predict(rows), "the answers")
    small.set_weights(weights)
    assert_between(large, 0, 1, "the answers of a network with large weights")


@criterion("network", points=1, hint="Look at `compile`: which loss belongs to one probability, and what is reported?")
def test_taught_by_crossentropy(small):
    """It learns by the crossentropy with labels 0 and 1, and reports its accuracy."""
    rows = some_rows(41)
    assert_crossentropy_loss(small, rows)
    assert_reports(small, (rows, np.arange(41) % 2), "accuracy")


@criterion("network", points=2, hint="How many weights can be trained? Which layer should keep its own?")
def test_the_matrix_is_frozen(student):
    """Training leaves every bit of the vectors as it was, and changes other weights."""
    model, rows = as_model(student.build_network(MATRIX, LENGTH), "build_network(...)"), some_rows(41)
    # Other criteria judge how it is compiled, and how many answers it gives.
    model.compile(optimizer="adam", loss="mse", run_eagerly=True)
    answers = as_array(model.predict(rows), "the answers")
    labels = np.arange(answers.size).reshape(answers.shape) % 2
    before, far = model.weights, distances(model)
    model.fit(rows, labels, epochs=2, batch_size=16, verbose=0)
    after = as_left(model).weights
    changed = np.array([not np.array_equal(old, new) for old, new in zip(before, after, strict=True)])
    if changed[far == far.min()].all():
        raise CriterionFailed("the vectors as they were, after two rounds of training", "other ones")
    if not changed.any() and not (answers > ALL_SURE).all():
        raise CriterionFailed("a network that learns", "the same weights after two rounds of training")


EPOCHS, BATCH = 20, 64


def teach(model, x, y, x_new, epochs, batch_size):
    """Teach a network, and return its answers to `x_new` after each epoch."""
    import numpy as np
    import tensorflow as tf

    def step(chosen):
        model.train_step((tf.gather(x, chosen), tf.gather(y, chosen)))
        return 0.0

    def epoch(batches):
        tf.map_fn(step, batches, parallel_iterations=1, fn_output_signature="float32")
        return model(x_new, training=False)

    if not model.run_eagerly:
        epoch = tf.function(epoch, autograph=False)  # takes half as long as `fit`, for the same steps
    rng, steps = np.random.default_rng(36), len(x) // batch_size
    orders = [rng.permutation(len(x))[: steps * batch_size] for _ in range(epochs)]
    return [epoch(order.reshape(steps, batch_size)).numpy() for order in orders]


@pytest.fixture(scope="module")
def lesson(student):
    """A fresh network's validation loss after each epoch of a lesson, and its last accuracy."""
    texts, labels, vocabulary, vectors = datasets.load("headlines")
    rows = encode_headlines(texts, vocabulary, LENGTH)
    none = np.zeros(len(next(iter(vectors.values()))))
    matrix = np.array([vectors.get(word, none) for word in vocabulary])
    order = np.random.default_rng(3600).permutation(len(rows))
    new, known = order[:1000], order[1000:]
    model = as_model(student.build_network(matrix, LENGTH), "build_network(...)")
    if not model.compiled:
        raise CriterionFailed("a network that is compiled", "one that is not")
    answers = share(student, teach)(model, rows[known], labels[known], rows[new], EPOCHS, BATCH)
    answers = [as_array(each, "the answers").astype(float) for each in answers]
    assert_shape(np.array(answers), (EPOCHS, 1000, 1), "the answers after each epoch")
    right = np.stack([np.where(labels[new] == 1, each[:, 0], 1 - each[:, 0]) for each in answers])
    losses = -np.log(np.clip(right, 1e-7, 1)).mean(axis=1)
    return losses, float(np.mean((answers[-1][:, 0] > 0.5) == labels[new]))


@criterion("curve", points=2, needs="one_probability", hint="Where does it begin to rise? More dropout, fewer units?")
def test_the_loss_does_not_rise(lesson, thresholds):
    """In a lesson of 20 epochs, the slope of the validation loss is at most 0.0005."""
    steepness = float(np.polyfit(np.arange(EPOCHS), lesson[0], 1)[0])
    if not steepness <= thresholds["slope"]:
        lowest = int(lesson[0].argmin())
        told = f"{steepness:+.4f}: its lowest loss was {lesson[0][lowest]:.3f} in epoch {lowest + 1}"
        raise CriterionFailed("a slope of at most 0.0005", f"{told}, its last one {lesson[0][-1]:.3f}")


@criterion(
    "curve",
    points=1,
    needs="one_probability",
    hint="Does your curve fall at all? A larger learning rate, or less dropout?",
)
def test_the_loss_falls(lesson, thresholds, credit):
    """At the end of the lesson, the validation loss is at most 0.66."""
    credit.within(float(lesson[0][-3:].mean()), thresholds, "loss")


@criterion(
    "curve",
    points=2,
    needs="one_probability",
    hint="Is it too modest to learn? Try other layers, units and learning rates.",
)
def test_the_accuracy(lesson, thresholds, credit):
    """At the end of the lesson, 62 % of the validation headlines are right."""
    credit.within(lesson[1], thresholds, "accuracy")


@criterion("answers", points=0, hint='`answers` has one of the letters for each question, such as "a".')
def test_every_question_has_an_answer(student):
    """Every question has one of its choices."""
    assert_choices(student.answers, QUESTIONS)
