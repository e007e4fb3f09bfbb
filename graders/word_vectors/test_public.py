"""The public criteria of `word_vectors`: a few words in the plane, to be drawn on paper."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    call_unchanged,
    criterion,
    described,
    raises,
    without_warnings,
)


def cosine_in_the_plane(u, v):
    """The cosine of an angle between arrows of two numbers, where the student's is not right."""
    import math

    return math.cos(math.atan2(u[1], u[0]) - math.atan2(v[1], v[0]))


def behind_the_first(word, vectors, count):
    """All words but the one of the same direction, where the student's `nearest` is not right."""
    import numpy as np

    here = complex(*vectors[word])
    turns = sorted((abs(np.angle(complex(*vector) / here)), name) for name, vector in vectors.items())
    return [name for _, name in turns][1 : count + 1]


def without_the_first(vector, *_arguments, **_settings):
    """What is left beside the first axis, where `neutralise` is not right."""
    import numpy as np

    return np.array([0.0, *vector[1:]])


def as_word(found, what):
    """The student's word as a text."""
    found = found.item() if isinstance(found, np.ndarray) and found.size == 1 else found
    if not isinstance(found, str):
        raise CriterionFailed(f"{what} to be a word", described(found))
    return str(found)


def as_words(found, what):
    """The student's words as a list of texts."""
    found = found.tolist() if isinstance(found, np.ndarray) else found
    if not isinstance(found, (list, tuple)) or not all(isinstance(word, str) for word in found):
        raise CriterionFailed(f"{what} to be a list of words", described(found))
    return [str(word) for word in found]


def plane(text):
    """A dictionary of words and their vectors in the plane, made of "tea 2 1, cup 1 1"."""
    rows = (row.split() for row in text.split(","))
    return {word: np.array([float(x), float(y)]) for word, x, y in rows}


def assert_nearest(student, word, vectors, count, *expected):
    """Assert that `nearest` names these words, in this order, or in one of these orders."""

    def judge(_):
        found = as_words(call_unchanged(student, "nearest", word, vectors, count), "nearest(...)")
        if found not in expected:
            wanted = " or ".join(map(", ".join, expected))
            raise CriterionFailed(f'the neighbours of "{word}" to be {wanted}', ", ".join(found) or "none")

    assert_apart(student, "nearest", {"cosine_similarity": cosine_in_the_plane}, judge)


def assert_answers(student, question, vectors, expected):
    """Assert that `analogy` gives this answer."""

    def judge(_):
        found = as_word(call_unchanged(student, "analogy", *question, vectors), "analogy(...)")
        if found != expected:
            raise CriterionFailed('"{}" is to "{}" as "{}" is to "{}"'.format(*question, expected), f'"{found}"')

    assert_apart(student, "analogy", {"cosine_similarity": cosine_in_the_plane, "nearest": behind_the_first}, judge)


@criterion("cosine_similarity", points=1, hint="The sum of the products, divided by both lengths.")
@pytest.mark.parametrize(
    "u, v, expected",
    [
        ([3.0, 4.0], [4.0, 3.0], 0.96),
        ([1.0, 2.0, 2.0], [2.0, -1.0, 2.0], 4 / 9),
        ([3.0, 4.0], [-5.0, -12.0], -63 / 65),
        ([3.0, 4.0, 1.0], [4.0, -3.0, 0.0], 0.0),
        ([2.0, -2.0], [1.0, -7.0], 0.8),
    ],
)
def test_cosines_on_paper(student, u, v, expected):
    """The cosine of (3, 4) and (4, 3) is 0.96, and that of (3, 4) and (-5, -12) is -63/65."""
    found = call_unchanged(student, "cosine_similarity", np.array(u), np.array(v))
    assert_close(found, expected, "the cosine", rtol=1e-5, atol=1e-6)


@criterion("cosine_similarity", points=1, hint="Add nothing to the lengths, and compare them with 0 itself.")
@pytest.mark.parametrize(
    "u, v, expected",
    [
        pytest.param([3.0, 4.0], [30.0, 40.0], 1.0, id="an arrow and one of ten times its length"),
        pytest.param([3e-10, 4e-10], [-5e-10, 12e-10], 33 / 65, id="two arrows a billionth long"),
        pytest.param([-3e6, 4e6], [0.02, 0.0], -0.6, id="one that is very long"),
    ],
)
def test_lengths_do_not_count(student, u, v, expected):
    """Short arrows and long ones have the same cosine if they have the same direction."""
    assert_close(student.cosine_similarity(np.array(u), np.array(v)), expected, "the cosine")


@criterion("cosine_similarity", points=1, hint="Ask for a length of 0 before you divide.")
@pytest.mark.parametrize(
    "u, v",
    [
        pytest.param([0.0, 0.0], [4.0, 3.0], id="zeros and (4, 3)"),
        pytest.param([4.0, 3.0, 1.0], [0.0, 0.0, 0.0], id="(4, 3, 1) and zeros"),
        pytest.param([0.0, 0.0], [0.0, 0.0], id="zeros and zeros"),
    ],
)
def test_zeros_have_no_direction(student, u, v):
    """The cosine of a vector of zeros with any other is 0, and NumPy has nothing to warn of."""
    with without_warnings(student):
        found = student.cosine_similarity(np.array(u), np.array(v))
    assert_close(found, 0.0, "the cosine")


@criterion("cosine_similarity", points=1, hint="`np.asarray(u)` makes an array of a list.")
@pytest.mark.parametrize(
    "u, v",
    [
        pytest.param([1, 2, -2], [2, 1, 2], id="two lists"),
        pytest.param([1.0, 2.0, -2.0], np.array([2, 1, 2]), id="a list and an array of whole numbers"),
        pytest.param(np.array([1, 2, -2]), np.array([2, 1, 2]), id="two arrays of whole numbers"),
    ],
)
def test_lists_and_whole_numbers(student, u, v):
    """Vectors may be lists, and hold whole numbers: (1, 2, -2) and (2, 1, 2) have the cosine 0."""
    assert_close(student.cosine_similarity(u, v), 0.0, "the cosine", atol=1e-6)


# As angles: milk 0°, coffee 18°, tea 27°, cup 45°, spoon 63°, snow 108°, night 198°.
TABLE = plane("night -3 -1, cup 1 1, tea 2 1, snow -1 3, coffee 9 3, spoon 1 2, milk 4 0")


@criterion("nearest", points=1, hint="Draw the seven arrows. The largest cosine belongs to the smallest angle.")
def test_neighbours_on_paper(student):
    """The nearest words are those with the smallest angles, however long their arrows are."""
    assert_nearest(student, "tea", TABLE, 3, ["coffee", "cup", "milk"])
    assert_nearest(student, "snow", TABLE, 2, ["spoon", "cup"])


@criterion("nearest", points=1, hint="Leave out the word by its name, not the first of the list.")
@pytest.mark.parametrize("order", [pytest.param(1, id="listed after it"), pytest.param(-1, id="listed before it")])
def test_the_word_itself_is_left_out(student, order):
    """The word itself is left out, and another word with the same vector is not."""
    vectors = dict(list(plane("teapot 2 1, teapots 2 1, tea 1 1, night -3 -1").items())[::order])
    assert_nearest(student, "teapot", vectors, 2, ["teapots", "tea"])


@criterion("nearest", points=1, hint="Every other word has a place in the list, whatever its cosine is.")
def test_few_words_and_opposite_ones(student):
    """If there are fewer words than asked for, all are returned, also opposite and equal ones."""
    vectors = plane("night -3 -1, tea 2 1, snow -1 1, moon -4 -1, luna -4 -1")
    expected = ["snow", "moon", "luna", "night"], ["snow", "luna", "moon", "night"]
    assert_nearest(student, "tea", vectors, 4, *expected)
    assert_nearest(student, "tea", vectors, 10, *expected)


@criterion("nearest", points=1, hint="Take the vector by `vectors[word]`, before anything else.")
def test_an_unknown_word(student):
    """A word that is not in the dictionary raises a KeyError."""
    with raises("KeyError"):
        student.nearest("soup", TABLE, 2)


@criterion("analogy", points=2, hint="Work out second - first + third. Which word has the smallest angle to it?")
@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(
            plane("sky 9 3, car 2 -3, net -4 -5, road 3 2, boat -5 -4, wheel -5 1, horse 3 6, water 3 9"),
            id="the target being (10, 10)",
        ),
        pytest.param(
            plane("sky 1 7, car 0 -6, net -3 -6, road -2 -3, boat 5 9, wheel 7 5, horse -5 3, water -2 9"),
            id="the target being (-7, -6)",
        ),
        pytest.param(plane("sky 9 3, car 2 -3, road 5 4.99, boat -5 -4, water 3 9"), id="road next to the target"),
    ],
)
def test_analogies_on_paper(student, vectors):
    """Boat is to water as car is to road: road has the largest cosine with water - boat + car."""
    assert_answers(student, ("boat", "water", "car"), vectors, "road")


@criterion("analogy", points=2, hint="Which three words must not be the answer?")
@pytest.mark.parametrize(
    "first, second, third, answer",
    [
        pytest.param("1 4", "2 4", "5 1", "pen", id="the third word being nearest to the target"),
        pytest.param("3 3", "1 5", "3 4", "stone", id="the second word being nearest to the target"),
        pytest.param("1 1", "4 1", "1 3", "pen", id="the first word being nearest to the target"),
        pytest.param("1 4", "2 4", "2 -1", "pen", id="another word having the vector of the third"),
    ],
)
def test_words_of_the_question_are_no_answer(student, first, second, third, answer):
    """None of the three words of the question is the answer."""
    vectors = plane(f"pencil {second}, stone -1 2, ink {first}, pen 2 -1, book {third}")
    assert_answers(student, ("ink", "pencil", "book"), vectors, answer)


@criterion("analogy", points=1, hint="With which number does your search begin? Cosines go down to -1.")
def test_an_answer_with_a_negative_cosine(student):
    """There is an answer even if every cosine is below 0: the one that is the least below."""
    vectors = plane("ink -10 0, stone -3 -1, leaf -1 5, pen -1 2, sand -2 -5, book -1 -2")
    assert_answers(student, ("ink", "pen", "book"), vectors, "leaf")


PAIRS = {"a": [4.0, 0, 1], "b": [0.0, 3, 1], "c": [1.0, 1, 1], "d": [0.0, -1, 0], "e": [2.0, -1, 5], "f": [1.0, 1, 0]}


@criterion("direction_of", points=1, hint="First minus second; add up all differences, number by number; then divide.")
def test_the_mean_of_three_differences(student):
    """The differences (4, -3, 0), (1, 2, 1) and (1, -2, 5) make the direction (2/3, -1/3, 2/3)."""
    vectors = {word: np.array(vector) for word, vector in PAIRS.items()}
    pairs = [("a", "b"), ("c", "d"), ("e", "f")]
    found = call_unchanged(student, "direction_of", pairs, vectors)
    assert_close(found, np.array([2, -1, 2]) / 3, "the direction")


@criterion("direction_of", points=1, hint="From the second word to the first, and as long as 1.")
def test_the_direction_of_one_pair(student):
    """One pair makes a direction, too: from (1, 1) to (-2, 5) it is (-0.6, 0.8)."""
    vectors = plane("small 1 1, tall -2 5, other 7 7")
    assert_close(student.direction_of([("tall", "small")], vectors), np.array([-0.6, 0.8]), "the direction")
    assert_close(student.direction_of([("small", "tall")], vectors), np.array([0.6, -0.8]), "the opposite direction")


@criterion("neutralise", points=1, hint="How far does it reach in the direction? That much is taken away.")
@pytest.mark.parametrize(
    "vector, direction, expected",
    [
        ([5.0, 0.0], [0.6, 0.8], [3.2, -2.4]),
        ([-5.0, 0.0], [0.6, 0.8], [-3.2, 2.4]),
        ([3.0, 1.0, -2.0], [0.0, 0.0, 1.0], [3.0, 1.0, 0.0]),
        ([4.0, -3.0], [3.0, 4.0], [4.0, -3.0]),
    ],
)
def test_what_is_left_on_paper(student, vector, direction, expected):
    """Beside (0.6, 0.8), (3.2, -2.4) is left of (5, 0), and (-3.2, 2.4) of (-5, 0)."""
    found = call_unchanged(student, "neutralise", np.array(vector), np.array(direction))
    assert_close(found, np.array(expected), "what is left")


@criterion("neutralise", points=1, hint="Divide by g · g, the square of the direction's length.")
@pytest.mark.parametrize("direction", [(1.0, 1.0), (-1.0, -1.0), (0.1, 0.1), (6.0, 6.0)])
def test_a_direction_of_any_length(student, direction):
    """Beside (1, 1), (1, -1) is left of (4, 2); and beside (6, 6), or (-1, -1), the same."""
    found = student.neutralise(np.array([4.0, 2.0]), np.array(direction))
    assert_close(found, np.array([1.0, -1.0]), "what is left")


@criterion("neutralise", points=1, hint="Whole numbers have no fractions: let the result be a new array of floats.")
def test_whole_numbers_have_a_neutral_part(student):
    """Vectors may hold whole numbers: beside (1, 2, 2), 9 · (7, 0, 2) leaves (52, -22, -4)."""
    found = call_unchanged(student, "neutralise", np.array([63, 0, 18]), np.array([1, 2, 2]))
    assert_close(found, np.array([52.0, -22, -4]), "what is left")
    found = call_unchanged(student, "neutralise", np.array([2, 0, 0]), np.array([1, 2, 2]))
    assert_close(found, np.array([16, -4, -4]) / 9, "what is left")


@criterion("neutralise", points=1, hint="Calculate with all decimals: round nothing, and keep the type float64.")
@pytest.mark.parametrize("length", [1.0, 0.03, 40.0])
def test_at_a_right_angle(student, length):
    """Of fifty numbers, what is left is at a right angle to the direction, to nine decimals."""
    rng = np.random.default_rng(38)
    vector, direction = rng.normal(0.2, 1, 50), rng.normal(0, 1, 50)
    direction *= length / np.linalg.norm(direction)
    found = as_array(student.neutralise(vector, direction), "what is left")
    assert_close(found + vector @ direction / length**2 * direction, vector, "what is left and its shadow", rtol=1e-3)
    cosine = found.astype(float) @ direction / (np.linalg.norm(found.astype(float)) * length)
    assert_between(cosine, -1e-9, 1e-9, "the cosine with the direction")


def assert_mirrored(student, one, other, direction, expected):
    """Assert that `equalise` makes these two of the two arrows."""

    def judge(_):
        found = call_unchanged(student, "equalise", *(np.array(vector) for vector in (one, other, direction)))
        parts = as_tuple(found, "equalise(...)", ("one", "other"))
        for part, vector, name in zip(parts, expected, ("one", "other"), strict=True):
            assert_close(part, np.array(vector), f"the new `{name}`")

    assert_apart(student, "equalise", {"neutralise": without_the_first}, judge)


ROOT = np.sqrt(0.75)
MIRRORED = [[ROOT, 0.3, 0.4], [-ROOT, 0.3, 0.4]]


@criterion("equalise", points=1, hint="What is left of the mean beside (1, 0, 0), and how long is that?")
def test_mirror_images_on_paper(student):
    """In the direction (1, 0, 0), (0.8, 0.6, 0) and (-0.6, 0, 0.8) become (√0.75, 0.3, 0.4) and
    (-√0.75, 0.3, 0.4)."""
    assert_mirrored(student, [0.8, 0.6, 0.0], [-0.6, 0.0, 0.8], [1.0, 0.0, 0.0], MIRRORED)


@criterion("equalise", points=1, hint="Which of the two reaches farther in the direction? That one gets the plus.")
@pytest.mark.parametrize(
    "one, other, side, middle",
    [
        pytest.param([-0.6, 0.8], [0.8, -0.6], -1, 0.1, id="`other` reaching farther"),
        pytest.param([0.6, 0.8], [0.8, 0.6], -1, 0.7, id="both reaching forward, `other` farther"),
        pytest.param([-0.6, 0.8], [-0.8, -0.6], 1, 0.1, id="both reaching backward, `one` less"),
    ],
)
def test_each_on_its_side(student, one, other, side, middle):
    """The word that reaches farther in the direction gets the plus, wherever the other one is."""
    reach = side * np.sqrt(1 - middle**2)
    assert_mirrored(student, one, other, [1.0, 0.0], [[reach, middle], [-reach, middle]])


@criterion("equalise", points=1, hint="Divide both arrows by their lengths before anything else.")
@pytest.mark.parametrize(
    "one, other, expected",
    [
        pytest.param([8, 6, 0], [-3, 0, 4], MIRRORED, id="(8, 6, 0) and (-3, 0, 4)"),
        pytest.param([0.08, 0.06, 0.0], [-6.0, 0.0, 8.0], MIRRORED, id="a short arrow and a long one"),
        pytest.param(
            [3.0, 4.0],
            [0.8, -0.6],
            [[-np.sqrt(0.99), 0.1], [np.sqrt(0.99), 0.1]],
            id="a long arrow that reaches less far once it has the length 1",
        ),
    ],
)
def test_arrows_of_any_length(student, one, other, expected):
    """Arrows of other lengths become the same two of length 1."""
    direction = [1.0, 0.0, 0.0][: len(one)]
    assert_mirrored(student, one, other, direction, expected)


@criterion("equalise", points=1, hint="Divide g by its length. Who gets the plus if g is turned round?")
def test_mirrored_in_a_direction_of_any_length(student):
    """The direction may have any length, and point the other way: the two images stay the same."""
    for direction in ([2.0, 0.0, 0.0], [-0.5, 0.0, 0.0]):
        assert_mirrored(student, [0.8, 0.6, 0.0], [-0.6, 0.0, 0.8], direction, MIRRORED)


def assert_share(student, ones, others, vectors, expected):
    """Assert that this share of the words has its neighbour on its own side."""

    def judge(_):
        found = call_unchanged(student, "share_on_same_side", ones, others, vectors)
        assert_close(found, expected, "the share", rtol=1e-3)

    stand_ins = {"cosine_similarity": cosine_in_the_plane, "nearest": behind_the_first}
    assert_apart(student, "share_on_same_side", stand_ins, judge)


# As angles: ant 0°, bee 18°, cat 31°, dog 90°, elk 99°.
FIVE = plane("dog 0 2, bee 3 1, ant 3 0, elk -1 6, cat 5 3")


@criterion("share_on_same_side", points=1, hint="Draw the five arrows. Whose nearest is of its own list?")
@pytest.mark.parametrize(
    "ones, others, expected",
    [
        pytest.param(["ant", "bee"], ["cat", "dog", "elk"], 3 / 5, id="ant, bee and cat, dog, elk"),
        pytest.param(["cat", "bee", "ant", "dog"], ["elk"], 3 / 5, id="cat, bee, ant, dog and elk"),
        pytest.param(["dog", "elk"], ["bee", "cat", "ant"], 1.0, id="dog, elk and bee, cat, ant"),
        pytest.param(["bee", "ant"], ["cat"], 1 / 3, id="bee, ant and cat"),
        pytest.param(["dog", "bee"], ["elk", "cat"], 0.0, id="dog, bee and elk, cat"),
    ],
)
def test_shares_on_paper(student, ones, others, expected):
    """With the lists ant, bee and cat, dog, elk, three of five stay with their own."""
    assert_share(student, ones, others, FIVE, expected)


@criterion("share_on_same_side", points=1, hint="Compare a word with the words of the two lists alone.")
@pytest.mark.parametrize(
    "ones, others",
    [
        pytest.param(["ant", "bee"], ["cat", "dog", "elk"], id="ant, bee and cat, dog, elk"),
        pytest.param(["cat", "elk", "dog"], ["bee", "ant"], id="cat, elk, dog and bee, ant"),
    ],
)
def test_other_words_do_not_count(student, ones, others):
    """Words of the dictionary that are in neither list do not take part."""
    assert_share(student, ones, others, plane("hen -1 20, fox 9 2, gnu 8 4, ibis 20 1") | FIVE, 3 / 5)
