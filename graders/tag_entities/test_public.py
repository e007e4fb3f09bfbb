"""The public criteria of `tag_entities`: words, pieces and entities that fit on paper."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_array,
    as_left,
    as_model,
    as_number_rows,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_dtype,
    assert_equal,
    assert_shape,
    call_on_tensors,
    call_unchanged,
    criterion,
    datasets,
    described,
    draw_weights,
    make_network,
    share,
    slope_on_tape,
)
from proctor.datasets import resumes

LENGTH = 64  # of the rows of the notebook


def as_row(found, what):
    """A list of whole numbers: a list, a tuple or an array of them."""
    try:
        return as_number_rows([found], what, 1)[0]
    except CriterionFailed:
        raise CriterionFailed(f"{what} to be a list of whole numbers", described(found)) from None


def as_entities(found):
    """A list of triples of whole numbers, as a list of tuples."""
    if not isinstance(found, (list, tuple, np.ndarray)):
        raise CriterionFailed("a list of triples (first, end, kind)", described(found))
    for each in found:
        as_tuple(each, "each entity", ("first", "end", "kind"))
    return [tuple(as_row(each, "each entity")) for each in found]


def ask(student, name, *given, strict):
    """What a function returns; if `strict`, it may not change what it is given."""
    return call_unchanged(student, name, *given) if strict else getattr(student, name)(*given)


# The words of “Ada Lund, Oslo & Co”; two skills side by side; and some marks.
WORDS = [(0, 3), (4, 8), (8, 9), (10, 14), (15, 16), (17, 19)]


def assert_words(student, spans, expected, words=WORDS, strict=False):
    found = as_row(ask(student, "label_words", list(words), list(spans), strict=strict), "label_words(…)")
    assert_equal(found, expected, f"the labels of the words {words} with the marks {spans}")


@criterion("words", points=1, hint="Which two labels has the kind 1? And which words does no mark cover?")
def test_begins_and_inside(student):
    """The first word of a mark has the label that begins its kind, the others the label inside."""
    assert_words(student, [(0, 8, 0)], [1, 2, 0, 0, 0, 0])
    assert_words(student, [(0, 3, 4), (10, 19, 1)], [9, 0, 0, 3, 4, 4])


@criterion("words", points=1, hint="Where does the second name begin? What label has the first word of a mark?")
def test_names_side_by_side(student):
    """Of two names of one kind side by side, each begins anew."""
    assert_words(student, [(0, 3, 3), (4, 8, 3)], [7, 7, 0, 0, 0, 0])
    assert_words(student, [(0, 8, 3), (8, 16, 3), (17, 19, 3)], [7, 8, 7, 8, 8, 7])


@criterion("words", points=1, hint="Draw the word and the mark as two lines. When do they share a character?")
def test_marks_that_are_a_character_off(student):
    """A word belongs to a mark if they share a character; to touch one another is not enough."""
    assert_words(student, [(1, 7, 0), (11, 12, 2)], [1, 2, 0, 5, 0, 0])
    assert_words(student, [(3, 9, 1)], [0, 3, 4, 0, 0, 0])
    assert_words(student, [(9, 15, 2), (16, 20, 3)], [0, 0, 0, 5, 0, 7])


@criterion("words", points=1, hint="Does your function need the marks to be in order, or to be there at all?")
def test_marks_in_any_order(student):
    """The marks may be in any order, and there may be none; the lists stay as they are."""
    assert_words(student, [(17, 19, 1), (0, 8, 0), (10, 14, 2)], [1, 2, 0, 5, 0, 3], strict=True)
    assert_words(student, [], [0, 0, 0, 0, 0, 0])
    assert_words(student, [(9, 31, 3), (0, 4, 3)], [7, 7, 8], [(0, 4), (9, 12), (20, 31)])


def assert_pieces(student, word_ids, word_labels, expected, strict=False):
    found = as_row(ask(student, "label_pieces", list(word_ids), list(word_labels), strict=strict), "label_pieces(…)")
    assert_equal(found, expected, f"the labels of {word_ids} with the labels {word_labels} of the words")


@criterion("pieces", points=1, hint="Whose label is at the place of a word's number?")
def test_the_first_piece_has_the_label(student):
    """Words of one piece keep their labels."""
    assert_pieces(student, [None, 0, 1, 2, None], [0, 7, 8], [-100, 0, 7, 8, -100])
    assert_pieces(student, [None, 0, 1, 2, 3, None], [5, 0, 0, 5], [-100, 5, 0, 0, 5, -100])


@criterion("pieces", points=2, hint="How do you see that a piece belongs to the same word as the one before it?")
def test_further_pieces_have_none(student):
    """Further pieces of a word get -100, however many there are, whatever the labels are."""
    assert_pieces(student, [None, 0, 1, 1, 1, 2, None], [0, 1, 2], [-100, 0, 1, -100, -100, 2, -100])
    assert_pieces(student, [None, 0, 0, 0, 0, 0, 0, None], [3], [-100, 3, *[-100] * 6])
    # Neighbours with one label are two words.
    assert_pieces(student, [None, 0, 0, 1, 1, 2, None], [7, 7, 7], [-100, 7, -100, 7, -100, 7, -100])


@criterion("pieces", points=1, hint="Is 0 the number of a word, or no word?")
def test_special_pieces_have_none(student):
    """Special pieces get -100, wherever they stand, and the word with the number 0 its label."""
    assert_pieces(student, [None, 0, 0, 1, None, None, None], [9, 10], [-100, 9, -100, 10, -100, -100, -100])
    assert_pieces(student, [0, 1, 1, None], [1, 2], [1, 2, -100, -100])
    assert_pieces(student, [None, 0, None, 1, 1, None], [5, 6], [-100, 5, -100, 6, -100, -100])
    assert_pieces(student, [None, None], [4], [-100, -100])


@criterion("pieces", points=1, hint="Count neither words nor pieces: the number of a word says which label it gets.")
def test_a_part_of_a_text(student):
    """If a text was cut off, or begins in the middle, words get their labels; the lists stay."""
    assert_pieces(student, [None, 0, 1, None], [1, 2, 0, 5], [-100, 1, 2, -100])
    assert_pieces(student, [None, 3, 3, 4, None], [1, 2, 0, 5, 6, 0], [-100, 5, -100, 6, -100], strict=True)


def make_tokenizer(pieces):
    """A tokenizer of the library that knows these pieces; runs in the student's process."""
    import tokenizers

    numbers = {piece: number for number, piece in enumerate(pieces)}
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(numbers, **{"unk_token": "[UNK]"}))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    ends = [(piece, numbers[piece]) for piece in ("[CLS]", "[SEP]")]
    made.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return made


SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
SMALL = [*SPECIAL, "I", "am", "Al", "##ba", "##na", "in", "Os", "##lo", "."]
TEXTS = ["I am Alba in Oslo.", "Albana"]
MARKS = [[(5, 9, 0), (13, 17, 2)], [(0, 6, 3)]]
NO = -100
FIRST = [[2, 4, 5, 6, 7, 9, 10, 11, 12, 3], [NO, 0, 0, 1, NO, 0, 5, NO, 0, NO]]
SECOND = [[2, 6, 7, 8, 3], [NO, 7, NO, NO, NO]]


def stand_in_words(words, spans):
    """Stands in for `label_words`: where each word begins, and how many marks there are."""
    return [10 * start + len(spans) for start, _ in words]


def stand_in_pieces(word_ids, word_labels):
    """Stands in for `label_pieces`: all pieces get something."""
    return [-1 if word is None else word_labels[word] for word in word_ids]


STAND_INS = {"label_words": stand_in_words, "label_pieces": stand_in_pieces}
STOOD = [[-1, 2, 22, 52, 52, 102, 132, 132, 172, -1], [-1, 1, 1, 1, -1]]


def fill(row, length, empty):
    return row + [empty] * (length - len(row))


def ask_rows(student, length, strict=False):
    """The rows and the labels of both texts."""
    tokenizer = share(student, make_tokenizer)(SMALL)
    marks = [list(each) for each in MARKS]
    made = ask(student, "make_rows", tokenizer, list(TEXTS), marks, length, strict=strict)
    rows, labels = as_tuple(made, "make_rows(…)", ("rows", "labels"))
    return as_number_rows(rows, "the rows", 2), as_number_rows(labels, "the labels", 2), rows, labels


def assert_numbers(student, expected):
    """Assert that rows of some lengths have these numbers, whatever their labels are."""

    def judge(_):
        for length, rows in expected.items():
            assert_equal(ask_rows(student, length)[0], rows, f"the rows of length {length}")

    assert_apart(student, "make_rows", STAND_INS, judge)


@criterion("rows", points=1, hint="What stands behind [SEP] in a short row, and how long is a row?")
def test_short_texts_are_filled_up(student):
    """A short text becomes the numbers of its pieces, [CLS] and [SEP] among them, and zeros."""
    expected = {length: [fill(FIRST[0], length, 0), fill(SECOND[0], length, 0)] for length in (12, 10)}
    assert_numbers(student, expected)


@criterion("rows", points=1, hint="Does a row of length 8 have 8 pieces? Which one is the last?")
def test_long_texts_are_cut_off(student):
    """A long text is cut off at its end, and [SEP] still stands there."""
    expected = {8: [[2, 4, 5, 6, 7, 9, 10, 3], fill(SECOND[0], 8, 0)], 4: [[2, 4, 5, 3], [2, 6, 7, 3]]}
    assert_numbers(student, expected)


@criterion(
    "rows", points=2, hint="Do the labels come from all of the text's words, and is each row as long as the other?"
)
@pytest.mark.parametrize("length", [12, 8])
def test_the_labels_of_rows(student, length):
    """Each piece of a row has its label: -100 for padding, [CLS], [SEP] and further pieces."""

    def judge(standing):
        _, labels, *_ = ask_rows(student, length)
        first, second = STOOD if standing else (FIRST[1], SECOND[1])
        none = -1 if standing else NO
        expected = fill([*first[: length - 1], none], length, none) if length < 10 else fill(first, length, none)
        assert_equal(labels, [expected, fill(second, length, none)], f"the labels of the rows of length {length}")

    assert_apart(student, "make_rows", STAND_INS, judge)


@criterion("rows", points=1, hint="The docstring says what kind of thing comes back, and that the lists stay.")
def test_whole_numbers(student):
    """Both are whole numbers, of the shape (texts, length), and the lists stay as they are."""

    def judge(_):
        for name, found in zip(("the rows", "the labels"), ask_rows(student, 11, strict=True)[2:], strict=True):
            found = as_array(found, name)
            assert_shape(found, (2, 11), name)
            assert_dtype(found, "int", name)

    assert_apart(student, "make_rows", STAND_INS, judge)


def log_loss(labels, probabilities):
    """The mean over all places with a label."""
    rows, columns = np.nonzero(labels != NO)
    return float(-np.log(probabilities[rows, columns, labels[rows, columns]]).mean())


PAPER = np.array([[[0.25, 0.25, 0.5], [0.125, 0.75, 0.125], [0.25, 0.5, 0.25]]], "float32")
PAPER_LABELS = np.array([[2, NO, 0]])
# Two rows: four places with a label in the first, and one in the second.
ROW_LABELS = np.array([[0, 2, 1, 1], [NO, 2, NO, NO]])
CHANCES = np.random.default_rng(45).dirichlet([1, 1, 1], (2, 4)).astype("float32")


def ask_loss(student, labels, probabilities):
    found = as_array(student.masked_loss(labels, probabilities), "masked_loss(…)")
    assert_shape(found, (), "masked_loss(…)")
    return found


@criterion("loss", points=1, hint="Work the example of the text out: log 2, log 4, and what you divide by.")
def test_loss_on_paper(student):
    """For the example of the text it is (log 2 + log 4) / 2."""
    assert_close(ask_loss(student, PAPER_LABELS, PAPER), np.log(8) / 2, "the loss", rtol=1e-4)


@criterion("loss", points=1, hint="What happens at a place with -100, above the line and below it?")
def test_places_without_a_label_do_not_count(student):
    """Whatever the network says at places with -100, and however many there are, the loss stays."""
    other = PAPER.copy()
    for place in ([0.998, 0.001, 0.001], [0.001, 0.998, 0.001], [0.001, 0.001, 0.998]):
        other[0, 1] = place
        assert_close(ask_loss(student, PAPER_LABELS, other), np.log(8) / 2, "the loss", rtol=1e-4)
    longer = np.concatenate([PAPER_LABELS, np.full((1, 5), NO)], axis=1)
    found = ask_loss(student, longer, np.concatenate([PAPER, CHANCES.reshape(1, 8, 3)[:, :5]], axis=1))
    assert_close(found, np.log(8) / 2, "the loss with five places without a label behind it", rtol=1e-4)


@criterion("loss", points=1, hint="Divide once, at the end, by the number of all places with a label in the batch.")
def test_all_places_of_a_batch_count_the_same(student):
    """A place counts the same in a row with one label and in a row with four."""
    found = ask_loss(student, ROW_LABELS, CHANCES)
    assert_close(found, log_loss(ROW_LABELS, CHANCES), "the loss", rtol=1e-4)
    found = ask_loss(student, ROW_LABELS[::-1].copy(), CHANCES)
    assert_close(found, log_loss(ROW_LABELS[::-1], CHANCES), "the loss", rtol=1e-4)


@criterion(
    "loss", points=1, hint="Is each step one of keras.ops or keras.losses? And Keras hands labels over as floats."
)
def test_keras_can_train_with_it(student):
    """It takes tensors and labels that are floats, and has a slope at places with a label alone."""
    labels = ROW_LABELS.astype("float32")
    found = as_array(call_on_tensors(student, "masked_loss", labels, CHANCES), "masked_loss(…)")
    assert_close(found, log_loss(ROW_LABELS, CHANCES), "the loss of tensors", rtol=1e-4)
    swapped = share(student, swap)(student.masked_loss, labels)
    slope = slope_on_tape(student, swapped, CHANCES)
    rows, columns = np.nonzero(ROW_LABELS != NO)
    chosen = np.zeros_like(CHANCES, bool)
    chosen[rows, columns, ROW_LABELS[rows, columns]] = True
    if np.any(slope[chosen] >= 0) or np.any(slope[ROW_LABELS == NO] != 0):
        raise CriterionFailed("slopes that raise the right probabilities, and 0 where no label is", "other slopes")


def swap(loss, labels):
    """The loss as a function of the probabilities; runs in the student's process."""
    return lambda probabilities: loss(labels, probabilities)


TABLE = np.random.default_rng(4500).normal(0, 1, (9, 4)).astype("float32")
HEAD = [np.random.default_rng(size).normal(0, 0.7, size).astype("float32") for size in [(9, 4), (4, 3), (3,)]]
ROWS = np.array([[3, 8, 1, 0, 0], [5, 5, 2, 7, 4], [6, 0, 0, 0, 0]])


def make_encoder(keras, length, table):
    """An encoder that looks at single pieces."""
    begin = keras.Input((length,))
    network = keras.Model(begin, keras.layers.Embedding(*table.shape)(begin))
    network.set_weights([table])
    return network


def build(student, kinds=3):
    """A tagger of the student's, on an encoder of the grader's."""
    encoder = make_network(student, make_encoder, 5, TABLE)
    return as_model(student.build_tagger(encoder, kinds), "build_tagger(…)")


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


@criterion("tagger", points=1, hint="How many units has the head, and which activation makes probabilities?")
@pytest.mark.parametrize("kinds", [3, 11])
def test_probabilities_for_each_piece(student, kinds):
    """It says a probability for each label at each piece."""
    (found,) = answer_with(student, build(student, kinds), None, ROWS)
    assert_shape(found, (3, 5, kinds), f"the answers to 3 rows of 5 pieces, with {kinds} labels")
    assert_between(found, 0.0, 1.0, "the answers")
    assert_close(found.sum(axis=-1), np.ones((3, 5)), "the sums of the answers at each piece", atol=1e-2)


@criterion("tagger", points=1, hint="One Dense layer on what the encoder says, and nothing between.")
def test_a_dense_head(student):
    """With weights that the check gives to it, it answers as one Dense layer with softmax."""
    model = build(student)
    draw_weights(model, [array.shape for array in HEAD])  # which says if its weights have other shapes
    (found,) = answer_with(student, model, HEAD, ROWS)
    expected = softmax(HEAD[0][ROWS] @ HEAD[1] + HEAD[2])
    assert_shape(found, expected.shape, "the answers")
    assert_close(found, expected, "the answers", rtol=2e-3, atol=1e-2)


@criterion("tagger", points=1, hint="Is the encoder that was given in it, as it was, and may it learn?")
def test_the_encoder_is_in_it(student):
    """It has the weights of the encoder that it was given, and training changes them, too."""
    model = build(student)
    before = model.weights
    tables = [array for array in before if array.shape == TABLE.shape]
    if not tables or np.abs(tables[0] - TABLE).max() > 2e-3:
        raise CriterionFailed("the weights of the encoder that is given", "others" if tables else "no such weights")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    shape = as_array(model.predict(ROWS), "the answers").shape[:-1]  # another criterion judges it
    model.fit(ROWS, np.arange(np.prod(shape)).reshape(shape) % 3, epochs=8, verbose=0)  # half precision skips some
    for old, new in zip(before, as_left(model).weights, strict=True):
        if np.array_equal(old, new):
            raise CriterionFailed("weights that all change in training", f"some of the shape {old.shape} that do not")


def assert_read(student, labels, expected, strict=False):
    found = as_entities(ask(student, "read_entities", list(labels), strict=strict))
    assert_equal(found, expected, f"the entities of the labels {labels}")


@criterion("entities", points=1, hint="Which words belong to it, and which number has the word behind the last one?")
def test_entities_on_paper(student):
    """A beginning and what is inside of the same kind are one entity."""
    assert_read(student, [0, 1, 2, 0, 5, 0], [(1, 3, 0), (4, 5, 2)])
    assert_read(student, [9, 10, 10, 0, 0, 3, 4, 0], [(0, 3, 4), (5, 7, 1)])


@criterion("entities", points=1, hint="What does a “begins” label do while another entity is open?")
def test_neighbours_are_two_entities(student):
    """A beginning ends the entity before it, of the same kind or of another."""
    assert_read(student, [0, 7, 7, 8, 7, 0], [(1, 2, 3), (2, 4, 3), (4, 5, 3)])
    assert_read(student, [1, 2, 3, 4, 5, 0], [(0, 2, 0), (2, 4, 1), (4, 5, 2)])


@criterion("entities", points=1, hint="Read the third rule again: where may an “inside” label begin an entity?")
def test_inside_out_of_nowhere(student):
    """An “inside” label behind none, or behind another kind, begins an entity."""
    assert_read(student, [0, 4, 4, 0, 10, 0], [(1, 3, 1), (4, 5, 4)])
    assert_read(student, [2, 2, 0, 1, 4, 4, 2, 0], [(0, 2, 0), (3, 4, 0), (4, 6, 1), (6, 7, 0)])
    assert_read(student, [7, 0, 8, 7, 0], [(0, 1, 3), (2, 3, 3), (3, 4, 3)])


@criterion("entities", points=1, hint="What if the text ends while an entity is open? And if there is no word at all?")
def test_the_end_of_a_text(student):
    """The end of the text ends an entity; without names there is none; the list stays as it is."""
    assert_read(student, [0, 5, 6], [(1, 3, 2)], strict=True)
    assert_read(student, [0, 3], [(1, 2, 1)])
    assert_read(student, [8], [(0, 1, 3)])
    assert_read(student, [0, 0], [])
    assert_read(student, [], [])


def assert_score(student, true, found, expected, strict=False):
    given = [[list(entities) for entities in texts] for texts in (true, found)]
    asked = as_tuple(ask(student, "score", *given, strict=strict), "score(…)", ("precision", "recall", "F1"))
    for name, number, wanted in zip(("precision", "recall", "F1"), asked, expected, strict=True):
        assert_close(number, float(wanted), f"{name} of {found}, where {true} is true", rtol=1e-3)


@criterion("score", points=1, hint="Which of the two is divided by the found ones, and which by the true ones?")
def test_score_on_paper(student):
    """Of four true entities and two found ones, one is right: 1/2, 1/4 and 1/3."""
    true = [[(0, 2, 0), (5, 6, 2), (8, 9, 3), (9, 11, 3)]]
    assert_score(student, true, [[(8, 9, 3), (4, 6, 2)]], (1 / 2, 1 / 4, 1 / 3))
    assert_score(student, true, [[(9, 11, 3), (0, 2, 0), (8, 9, 3), (5, 6, 2)]], (1, 1, 1))
    assert_score(student, [[(5, 6, 2)]], [[(0, 2, 1), (3, 4, 2), (5, 6, 2), (7, 9, 0)]], (1 / 4, 1, 2 / 5))


@criterion("score", points=1, hint="An entity is three numbers. When are two of them the same one?")
def test_only_whole_entities_count(student):
    """An entity with another kind, another beginning or another end is not right."""
    true = [[(0, 2, 0), (3, 6, 1), (7, 8, 4), (9, 12, 3)]]
    assert_score(student, true, [[(0, 2, 1), (3, 5, 1), (7, 8, 4), (10, 12, 3), (4, 6, 1)]], (1 / 5, 1 / 4, 2 / 9))


@criterion("score", points=1, hint="Sum up over all texts before you divide, and compare each text with itself.")
def test_all_texts_together(student):
    """Entities of all texts are counted together, each in its own text; the lists stay."""
    true = [[(0, 2, 0), (5, 6, 2)], [(0, 2, 0)]]
    assert_score(student, true, [[(0, 2, 0), (4, 6, 2)], []], (1 / 2, 1 / 3, 2 / 5), strict=True)
    true, found = [[(0, 1, 3)], [(2, 3, 1), (4, 5, 1), (6, 7, 1)]], [[(2, 3, 1), (0, 1, 3)], [(0, 1, 3), (4, 5, 1)]]
    assert_score(student, true, found, (1 / 2, 1 / 2, 1 / 2))
    assert_score(student, [[(0, 1, 2)]] * 3, [[(0, 1, 2)]] * 2 + [[]], (1, 2 / 3, 4 / 5))


@criterion("score", points=1, hint="What would you divide by, if nothing was found, or nothing is true?")
def test_nothing_found_or_nothing_true(student):
    """Where nothing was found, nothing is true or nothing is right, the results are 0."""
    assert_score(student, [[(0, 1, 2)], []], [[], []], (0, 0, 0))
    assert_score(student, [[], []], [[], [(0, 1, 2)]], (0, 0, 0))
    assert_score(student, [[], []], [[], []], (0, 0, 0))
    assert_score(student, [[(0, 1, 2)]], [[(0, 1, 3), (0, 2, 2)]], (0, 0, 0))


def measure(model, texts, marks):
    """The F1 of a network over the whole entities of letters."""
    rows, firsts = resumes.make_rows(texts, LENGTH)
    answers = as_array(as_model(model, "tagger").predict(rows), "the answers")
    assert_shape(answers, (len(rows), LENGTH, 11), f"the answers to {len(rows)} rows")
    right, found, true = resumes.count_found(texts, marks, answers.argmax(axis=-1), firsts)
    return 2 * right / (found + true)


@criterion("trained", points=2, hint="Are the checks above green? Then build it and train it again, to the end.")
def test_knows_the_letters_that_it_has_learned_from(student, thresholds, credit):
    """In letters that it has learned from, the saved network reaches an F1 of 0.90."""
    texts, marks = datasets.load("resumes")
    credit.within(measure(student.tagger, texts[:200], marks[:200]), thresholds, "known")
