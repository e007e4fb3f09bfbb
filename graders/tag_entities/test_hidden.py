"""The hidden criteria of `tag_entities`: other words, tokenizers and labels, and new names."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    answer_with,
    as_array,
    as_model,
    as_number_rows,
    as_tuple,
    assert_apart,
    assert_close,
    assert_equal,
    assert_shape,
    call_unchanged,
    criterion,
    described,
    draw_weights,
    make_network,
    share,
)
from proctor.datasets import resumes

NO = -100


def as_row(found, what):
    """A list of whole numbers."""
    try:
        return as_number_rows([found], what, 1)[0]
    except CriterionFailed:
        raise CriterionFailed(f"{what} to be a list of whole numbers", described(found)) from None


def label_words(words, spans):
    """The labels of words; stands in for the student's, too."""
    labels = []
    before = None
    for start, end in words:
        near = [span for span in spans if start < span[1] and span[0] < end]
        labels.append(0 if not near else 2 * near[0][2] + (2 if near[0] == before else 1))
        before = near[0] if near else None
    return labels


def label_pieces(word_ids, word_labels):
    """The labels of pieces; stands in for the student's, too."""
    around = [None, *word_ids]
    return [
        -100 if word is None or word == before else word_labels[word]
        for before, word in zip(around, word_ids, strict=False)
    ]


def draw_words(seed, count):
    """Words with gaps between some of them, and marks that are a character off now and then."""
    rng = np.random.default_rng(seed)
    words, place = [], int(rng.integers(0, 3))
    for _ in range(count):
        end = place + int(rng.integers(2, 8))
        words.append((place, end))
        place = end + int(rng.integers(0, 3))
    spans, first = [], 0
    while first < count:
        last = min(first + int(rng.integers(1, 4)), count)
        if rng.random() < 0.6:
            start, end = words[first][0] + int(rng.integers(0, 2)), words[last - 1][1] - int(rng.integers(0, 2))
            spans.append((start, end, int(rng.integers(0, 7))))
        first = last
    return words, [spans[place] for place in rng.permutation(len(spans))]


@criterion("words", points=1, hint="Any kinds, any number of words, and marks in any order.")
@pytest.mark.parametrize("seed, count", [(1, 30), (2, 1), (3, 90), (4, 7)])
def test_any_marks(student, seed, count):
    """In any text, the words get the labels of any marks."""
    words, spans = draw_words(seed, count)
    found = as_row(student.label_words(words, spans), "label_words(…)")
    assert_equal(found, label_words(words, spans), "the labels of the words")


@criterion("pieces", points=1, hint="Any number of words, of pieces and of labels.")
@pytest.mark.parametrize("seed, count", [(1, 30), (2, 1), (3, 120), (4, 9)])
def test_any_pieces(student, seed, count):
    """In any text, each piece gets its label."""
    rng = np.random.default_rng(seed)
    begin = int(rng.integers(0, 4))
    numbers = [word for word in range(begin, begin + count) for _ in range(rng.integers(1, 5))]
    word_ids = [None] * int(rng.integers(0, 3)) + numbers + [None] * int(rng.integers(0, 9))
    labels = rng.integers(0, 15, begin + count + 5).tolist()
    found = as_row(student.label_pieces(word_ids, labels), "label_pieces(…)")
    assert_equal(found, label_pieces(word_ids, labels), "the labels of the pieces")


def make_tokenizer(pieces, cls):
    """A tokenizer that knows these pieces; runs in the student's process."""
    import tokenizers

    numbers = {piece: number for number, piece in enumerate(pieces)}
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(numbers, **{"unk_token": "[UNK]"}))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    ends = [(piece, numbers[piece]) for piece in (cls, "[SEP]")]
    made.post_processor = tokenizers.processors.TemplateProcessing(single=f"{cls} $A [SEP]", special_tokens=ends)
    return made


@criterion("rows", points=1, hint="Does it use the tokenizer, the length and all the texts that it is given?")
@pytest.mark.parametrize("seed, count, length", [(1, 9, 40), (2, 1, 17), (3, 5, 100)])
def test_any_rows(student, seed, count, length):
    """Any texts become rows of any length, with any tokenizer of that kind."""
    texts, marks = resumes.draw_resumes(count, seed, new=True)
    known = resumes.read_pieces()
    # [PAD] and [UNK] keep their numbers.
    pieces = [*known[:2], *np.random.default_rng(seed).permutation(known[2:]).tolist()]
    places = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = share(student, make_tokenizer)(pieces, "[CLS]")
    rows, labels = np.zeros((count, length), int), np.full((count, length), NO)
    for row, label, text, spans in zip(rows, labels, texts, marks, strict=True):
        words = resumes.find_words(text)
        cut = [resumes.cut_word(text[start:end], places) for start, end in words]
        word_ids = [None, *(word for word, numbers in enumerate(cut) for _ in numbers)][: length - 1]
        numbers = [places["[CLS]"], *(number for numbers in cut for number in numbers)][: length - 1]
        row[: len(numbers) + 1] = [*numbers, places["[SEP]"]]
        label[: len(word_ids)] = label_pieces(word_ids, label_words(words, spans))

    def judge(_):
        found = as_tuple(student.make_rows(tokenizer, texts, marks, length), "make_rows(…)", ("rows", "labels"))
        for part, expected, name in zip(found, (rows, labels), ("the rows", "the labels"), strict=True):
            assert_equal(as_number_rows(part, name, count), expected.tolist(), name)

    assert_apart(student, "make_rows", {"label_words": label_words, "label_pieces": label_pieces}, judge)


@criterion("loss", points=1, hint="Any number of rows, places and labels.")
@pytest.mark.parametrize("shape, share_of_labels", [((4, 9, 11), 0.4), ((1, 1, 2), 1.0), ((7, 3, 5), 0.7)])
def test_any_loss(student, shape, share_of_labels):
    """For any batch, the loss is the mean over the places with a label, and nothing is changed."""
    rng = np.random.default_rng(shape)
    labels = np.where(rng.random(shape[:2]) < share_of_labels, rng.integers(0, shape[2], shape[:2]), NO)
    labels[0, 0] = shape[2] - 1
    chances = rng.dirichlet(np.ones(shape[2]), shape[:2]).astype("float32")
    found = as_array(call_unchanged(student, "masked_loss", labels, chances), "masked_loss(…)")
    rows, columns = np.nonzero(labels != NO)
    expected = -np.log(chances[rows, columns, labels[rows, columns]]).mean()
    assert_shape(found, (), "masked_loss(…)")
    assert_close(found, float(expected), "the loss", rtol=1e-3)


def make_encoder(keras, length, pieces, width):
    """An encoder that looks at single pieces."""
    begin = keras.Input((length,))
    return keras.Model(begin, keras.layers.Embedding(pieces, width)(begin))


@criterion("tagger", points=1, hint="Is there a number in your function that should be a parameter?")
@pytest.mark.parametrize("length, pieces, width, kinds", [(7, 12, 6, 2), (2, 5, 3, 8)])
def test_any_tagger(student, length, pieces, width, kinds):
    """On any encoder, a head for any number of labels is one Dense layer with softmax."""
    encoder = make_network(student, make_encoder, length, pieces, width)
    model = as_model(student.build_tagger(encoder, kinds), "build_tagger(…)")
    rng, shapes = np.random.default_rng(kinds), [(pieces, width), (width, kinds), (kinds,)]
    draw_weights(model, shapes)  # which says if its weights have other shapes
    rows, weights = rng.integers(0, pieces, (4, length)), [rng.normal(0, 0.7, shape) for shape in shapes]
    scores = weights[0][rows] @ weights[1] + weights[2]
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    (found,) = answer_with(student, model, weights, rows)
    assert_shape(found, scores.shape, "the answers")
    assert_close(found, powers / powers.sum(axis=-1, keepdims=True), "the answers", rtol=2e-3, atol=1e-2)


def read(labels):
    """The entities of labels, in order."""
    found, begin = [], None
    for place, label in enumerate([*labels, 0]):
        if begin is not None and label != 2 * begin[1] + 2:
            found.append((begin[0], place, begin[1]))
            begin = None
        if label and begin is None:
            begin = (place, (label - 1) // 2)
    return found


@criterion("entities", points=1, hint="Go through the four rules with a label of your own for each.")
@pytest.mark.parametrize("seed, count, kinds", [(1, 60, 2), (2, 200, 5), (3, 1, 3), (4, 40, 9)])
def test_any_entities(student, seed, count, kinds):
    """Any labels are read by the four rules."""
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random(count) < 0.25, 0, rng.integers(1, 2 * kinds + 1, count)).tolist()
    asked = student.read_entities(labels)
    if not isinstance(asked, (list, tuple, np.ndarray)):
        raise CriterionFailed("a list of triples", described(asked))
    found = [tuple(as_row(as_tuple(each, "each", ("first", "end", "kind")), "each")) for each in asked]
    assert_equal(found, read(labels), "the entities")


@criterion("score", points=1, hint="Does it use all the texts, and count every entity of each?")
@pytest.mark.parametrize("seed, count", [(1, 40), (2, 1), (3, 7)])
def test_any_score(student, seed, count):
    """For any texts, precision, recall and F1 are right."""
    rng = np.random.default_rng(seed)
    true = [read(rng.integers(0, 7, rng.integers(1, 30)).tolist()) for _ in range(count)]
    found = []
    for entities in true:
        kept = [each for each in entities if rng.random() < 0.7]
        moved = [(first, end + 1, kind) for first, end, kind in entities if rng.random() < 0.2]
        moved = [each for each in moved if each not in true[len(found)]]
        found.append([(kept + moved)[place] for place in rng.permutation(len(kept) + len(moved))])
    right = sum(len(set(one) & set(other)) for one, other in zip(true, found, strict=True))
    precision, recall = right / sum(map(len, found)), right / sum(map(len, true))
    asked = as_tuple(student.score(true, found), "score(…)", ("precision", "recall", "F1"))
    expected = precision, recall, 2 * precision * recall / (precision + recall)
    for name, number, wanted in zip(("precision", "recall", "F1"), asked, expected, strict=True):
        assert_close(number, float(wanted), name, rtol=1e-3)


@criterion(
    "trained", points=2, hint="Has the training come to its end, with the labels and the loss of the checks above?"
)
def test_finds_names_that_are_new_to_it(student, thresholds, credit):
    """In letters whose names are all new to it, the saved network reaches an F1 of 0.90."""
    texts, marks = resumes.draw_resumes(300, 450_045, new=True)
    rows, firsts = resumes.make_rows(texts, 64)
    answers = as_array(as_model(student.tagger, "tagger").predict(rows), "the answers")
    assert_shape(answers, (len(rows), 64, 11), f"the answers to {len(rows)} rows")
    right, found, true = resumes.count_found(texts, marks, answers.argmax(axis=-1), firsts)
    credit.within(2 * right / (found + true), thresholds, "new")
