"""Other right answers of the exercise on names in letters, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, retrained, untrained, variant

WORDS, PIECES, ROWS, LOSS = "write_label_words", "write_label_pieces", "write_make_rows", "write_masked_loss"
TAGGER, ENTITIES, SCORE = "write_build_tagger", "write_read_entities", "write_score"

WORDS_LOOP = """
def label_words(offsets, annotations):
    result = []
    previous = None
    for (w0, w1) in offsets:
        label, current = 0, None
        for i, (a, b, k) in enumerate(annotations):
            if max(w0, a) < min(w1, b):
                current = i
                label = 2 * k + 2 if previous == i else 2 * k + 1
        previous = current
        result.append(label)
    return result
"""
WORDS_SETS = """
def label_words(words, spans):
    labels = np.zeros(len(words), dtype=int)
    for start, end, kind in sorted(spans):
        mark = set(range(start, end))
        belong = [n for n, (a, b) in enumerate(words) if mark & set(range(a, b))]
        labels[belong] = 2 * kind + 2
        labels[belong[:1]] = 2 * kind + 1
    return labels
"""
WORDS_BY_LETTERS = """
def label_words(words, spans):
    owner = {}
    for span in spans:
        for place in range(span[0], span[1]):
            owner[place] = tuple(span)
    seen, labels = set(), []
    for start, end in words:
        owners = [owner[place] for place in range(start, end) if place in owner]
        if not owners:
            labels.append(0)
        elif owners[0] in seen:
            labels.append(2 * owners[0][2] + 2)
        else:
            seen.add(owners[0])
            labels.append(2 * owners[0][2] + 1)
    return tuple(labels)
"""
PIECES_OF_THE_LIBRARY = """
def label_pieces(word_ids, labels):
    previous_word_idx = None
    label_ids = []
    for word_idx in word_ids:
        if word_idx is None:
            label_ids.append(-100)
        elif word_idx != previous_word_idx:
            label_ids.append(labels[word_idx])
        else:
            label_ids.append(-100)
        previous_word_idx = word_idx
    return label_ids
"""
PIECES_SEEN = """
def label_pieces(word_ids, word_labels):
    seen = {None}
    return np.array([-100 if w in seen or seen.add(w) else word_labels[w] for w in word_ids])
"""
PIECES_FILLED = """
def label_pieces(word_ids, word_labels):
    labels = [-100] * len(word_ids)
    for word, label in enumerate(word_labels):
        if word in word_ids:
            labels[word_ids.index(word)] = label
    return labels
"""
ROWS_BY_HAND = """
def make_rows(tokenizer, texts, marks, length):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    X = np.zeros((len(texts), length), dtype="int32")
    Y = np.full((len(texts), length), -100)
    for i in range(len(texts)):
        enc = tokenizer.encode(texts[i])
        ids, word_ids = list(enc.ids), list(enc.word_ids)
        if len(ids) > length:
            ids = ids[: length - 1] + ids[-1:]
            word_ids = word_ids[: length - 1] + [None]
        X[i, : len(ids)] = ids
        Y[i, : len(ids)] = label_pieces(word_ids, label_words(find_words(tokenizer, texts[i]), marks[i]))
    return X, Y
"""
ROWS_AT_ONCE = """
def make_rows(tokenizer, texts, marks, length):
    tokenizer.enable_truncation(max_length=length)
    tokenizer.enable_padding(length=length, pad_id=0, pad_token="[PAD]")
    encodings = tokenizer.encode_batch(list(texts))
    words = [find_words(tokenizer, text) for text in texts]
    labels = [label_pieces(e.word_ids, label_words(w, m)) for e, w, m in zip(encodings, words, marks)]
    return [np.array([e.ids for e in encodings], "int32"), np.array(labels, "int32")]
"""
ROWS_OF_OFFSETS = """
def make_rows(tokenizer, texts, marks, length):
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(length=length)
    rows, labels = [], []
    for text, spans in zip(texts, marks):
        e = tokenizer.encode(text)
        count = max([w for w in e.word_ids if w is not None], default=-1) + 1
        places = [e.word_to_chars(w) for w in range(count)]
        rows.append(e.ids)
        labels.append(label_pieces(e.word_ids, label_words(places, spans)))
    return np.asarray(rows, dtype=np.int32), np.asarray(labels, dtype=np.int32)
"""
LOSS_OF_KERAS = """
def masked_loss(labels, probabilities):
    return keras.losses.SparseCategoricalCrossentropy(ignore_class=-100)(labels, probabilities)
"""
LOSS_WEIGHTED = """
def masked_loss(y_true, y_pred):
    y_true = keras.ops.convert_to_tensor(y_true)
    weights = keras.ops.cast(y_true != -100, "float32")
    loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
    return loss(keras.ops.maximum(y_true, 0), y_pred, sample_weight=weights) / keras.ops.sum(weights)
"""
LOSS_OF_TENSORFLOW = """
import tensorflow as tf

def masked_loss(labels, probabilities):
    labels = tf.cast(labels, tf.int32)
    keep = tf.where(labels != -100)
    chosen = tf.gather_nd(tf.cast(probabilities, tf.float32), keep)
    right = tf.gather_nd(labels, keep)
    return tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(right, chosen))
"""
LOSS_ONE_HOT = """
def masked_loss(labels, probabilities):
    labels = keras.ops.cast(labels, "int32")
    hot = keras.ops.one_hot(labels, keras.ops.shape(probabilities)[-1], dtype=probabilities.dtype)
    picked = keras.ops.sum(hot * keras.ops.log(keras.ops.clip(probabilities, 1e-7, 1.0)), axis=-1)
    mask = keras.ops.cast(labels >= 0, picked.dtype)
    return -keras.ops.sum(picked * mask) / keras.ops.sum(mask)
"""
TAGGER_NESTED = """
def build_tagger(encoder, kinds):
    m = keras.models.Sequential()
    m.add(encoder)
    m.add(keras.layers.Dense(kinds))
    m.add(keras.layers.Softmax())
    return m
"""
TAGGER_DISTRIBUTED = """
def build_tagger(base, n):
    inputs = keras.Input(shape=base.input_shape[1:], dtype="int32")
    head = keras.layers.TimeDistributed(keras.layers.Dense(n, activation=keras.activations.softmax))
    return keras.Model(inputs=inputs, outputs=head(base(inputs)))
"""
ENTITIES_OPEN = """
def read_entities(labels):
    result, start, kind = [], None, None
    for i, label in enumerate(labels):
        label = int(label)
        k = None if label == 0 else (label - 1) // 2
        starts = label % 2 == 1 or (k is not None and k != kind)
        if start is not None and (k is None or starts):
            result.append([start, i, kind])
            start, kind = None, None
        if starts and k is not None:
            start, kind = i, k
    if start is not None:
        result.append([start, len(labels), kind])
    return result
"""
ENTITIES_AHEAD = """
def read_entities(labels):
    entities, place = [], 0
    while place < len(labels):
        if labels[place] == 0:
            place += 1
            continue
        kind = (labels[place] + 1) // 2 - 1
        end = place + 1
        while end < len(labels) and labels[end] == 2 * kind + 2:
            end += 1
        entities.append((place, end, kind))
        place = end
    return entities
"""
SCORE_LOOP = """
def score(y_true, y_pred):
    tp = fp = fn = 0
    for t, p in zip(y_true, y_pred):
        for e in p:
            if e in t:
                tp += 1
            else:
                fp += 1
        for e in t:
            if e not in p:
                fn += 1
    precision = tp / (tp + fp) if tp + fp > 0 else 0
    recall = tp / (tp + fn) if tp + fn > 0 else 0
    f1 = 2 * tp / (2 * tp + fp + fn) if tp > 0 else 0
    return [precision, recall, f1]
"""
SCORE_TAGGED = """
def score(true, found):
    t = {(n, *entity) for n, entities in enumerate(true) for entity in entities}
    f = {(n, *entity) for n, entities in enumerate(found) for entity in entities}
    p, r = len(t & f) / max(len(f), 1), len(t & f) / max(len(t), 1)
    return np.array([p, r, 2 * p * r / max(p + r, 1e-12)])
"""

variants = [
    variant(
        "loops as in the tutorials of the library, and the loss of Keras, trained with it",
        replace(WORDS, WORDS_LOOP),
        replace(PIECES, PIECES_OF_THE_LIBRARY),
        replace(ROWS, ROWS_BY_HAND),
        replace(LOSS, LOSS_OF_KERAS),
        replace(TAGGER, TAGGER_NESTED),
        replace(ENTITIES, ENTITIES_OPEN),
        replace(SCORE, SCORE_LOOP),
        retrained(),
    ),
    variant(
        "sets, arrays and batches, and TensorFlow's own functions",
        replace(WORDS, WORDS_SETS),
        replace(PIECES, PIECES_SEEN),
        replace(ROWS, ROWS_AT_ONCE),
        replace(LOSS, LOSS_OF_TENSORFLOW),
    ),
    variant(
        "a head for each place, entities looked for ahead, entities with their text",
        replace(TAGGER, TAGGER_DISTRIBUTED),
        replace(ENTITIES, ENTITIES_AHEAD),
        replace(SCORE, SCORE_TAGGED),
    ),
    variant(
        "letter by letter, places looked up, the library's own places, rows of zeros and a one",
        replace(WORDS, WORDS_BY_LETTERS),
        replace(PIECES, PIECES_FILLED),
        replace(ROWS, ROWS_OF_OFFSETS),
        replace(LOSS, LOSS_ONE_HOT),
    ),
    variant(
        "weights for the places, rows by hand",
        replace(LOSS, LOSS_WEIGHTED),
        replace(ROWS, ROWS_BY_HAND),
        replace(PIECES, PIECES_SEEN),
    ),
    variant("TensorFlow's loss, a nested model, trained", replace(LOSS, LOSS_OF_TENSORFLOW), retrained()),
]


def slips(cell, *rows):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [
        mutant(row[0], edit(cell, *row[1:-1]) if row[2:-1] else replace(cell, row[1]), fails=row[-1].split())
        for row in rows
    ]


SHARED = "word_start < end and start < word_end"
OFF = "marks_that_are_a_character_off any_marks"
words = slips(
    WORDS,
    ("kinds from 1", "label = 2 * kind + 1\n", "label = 2 * kind + 3\n", "words"),
    ("inside and beginning mixed up", "label = 2 * kind + 1\n", "label = 2 * kind + 2\n", "words"),
    ("every word begins", "                label = 2 * kind + 2\n", "", "begins_and_inside any_marks"),
    ("one label for each kind", "labels[place] = label", "labels[place] = kind + 1", "words"),
    ("a word that is covered whole", SHARED, "start <= word_start and word_end <= end", OFF),
    ("a word whose beginning is covered", SHARED, "start <= word_start < end", OFF),
    ("a word whose middle is covered", SHARED, "start <= (word_start + word_end) / 2 < end", OFF.split()[0]),
    ("touching is enough", SHARED, "word_start <= end and start <= word_end", OFF),
    ("touching the end is enough", SHARED, "word_start <= end and start < word_end", OFF),
    ("touching the beginning is enough", SHARED, "word_start < end and start <= word_end", OFF),
    (
        "the last mark alone",
        "        label = 2 * kind + 1\n",
        "        labels, label = [0] * len(words), 2 * kind + 1\n",
        "words",
    ),
    ("marks are taken off the list", "return labels", "spans.clear()\n    return labels", "marks_in_any_order"),
    ("one word too few", "return labels", "return labels[:-1]", "words"),
    (
        "begins if the word before has another kind",
        WORDS_LOOP.replace("previous == i", "previous == k").replace("current = i", "current = k"),
        "names_side_by_side any_marks",
    ),
    ("the marks of the notebook", "in spans:", "in marks[0]:", "words"),
    ("fails without marks", "labels = [0]", "spans[0]\n    labels = [0]", "marks_in_any_order any_marks"),
)
INSIDE = "word_labels[word] if word != before else word_labels[word] + word_labels[word] % 2"
NONE, CHOICE = "word is None or word == before", "-100 if word is None or word == before else word_labels[word]"
FURTHER, SPECIAL = "further_pieces_have_none any_pieces", "special_pieces_have_none any_pieces"
pieces = slips(
    PIECES,
    ("takes the labels off the list", "    return", "    word_labels.clear()\n    return", "a_part_of_a_text"),
    ("every piece has the label of its word", NONE, "word is None", FURTHER),
    (
        "the last piece has the label",
        PIECES_OF_THE_LIBRARY.replace("in word_ids:", "in word_ids[::-1]:").replace("label_ids\n", "label_ids[::-1]\n"),
        FURTHER,
    ),
    ("further pieces are inside", CHOICE, f"-100 if word is None else {INSIDE}", FURTHER),
    ("special pieces get 0", "-100 if word is None or", "0 if word is None else -100 if", SPECIAL),
    ("further pieces get 0", NONE + " else", "word is None else 0 if word == before else", FURTHER),
    (
        "the word 0 is taken for none",
        NONE,
        "not word or word == before",
        "the_first_piece_has_the_label further_pieces_have_none special_pieces_have_none a_part_of_a_text",
    ),
    ("-1", "-100 if", "-1 if", f"{FURTHER} {SPECIAL}"),
    (
        "words are told apart by their labels",
        NONE,
        "word is None or (before is not None and word_labels[word] == word_labels[before])",
        FURTHER,
    ),
    (
        "compares with the last piece, too",
        "for word in word_ids:",
        "for place, word in enumerate(word_ids):\n        before = word_ids[place - 1]",
        "further_pieces_have_none",
    ),
    (
        "counts the words",
        PIECES_OF_THE_LIBRARY.replace("labels[word_idx]", "labels[len([n for n in label_ids if n != -100])]"),
        "a_part_of_a_text any_pieces",
    ),
    ("one label too many", PIECES_OF_THE_LIBRARY.replace("labels[word_idx]", "labels[word_idx - 1]"), "pieces"),
    (
        "as many labels as there are words",
        "return labels",
        "return [label for label in labels if label >= 0]",
        f"{FURTHER} {SPECIAL}",
    ),
    (
        "needs all words",
        "labels = []\n",
        "labels = []\n    assert len(word_labels) == max(word for word in word_ids if word is not None) + 1\n",
        f"{SPECIAL} a_part_of_a_text",
    ),
)
CUT, FILL = "enable_truncation(length)", "enable_padding(length=length)"
LONG = "long_texts_are_cut_off the_labels_of_rows any_rows"
SHORT = "short_texts_are_filled_up"
BOTH = f"{SHORT} {LONG}"
rows = slips(
    ROWS,
    ("no truncation", f"tokenizer.{CUT}", "", LONG),
    ("no padding", f"tokenizer.{FILL}", "", "rows"),
    ("padding to the longest", FILL, "enable_padding()", "rows"),
    ("always 64", FILL, "enable_padding(length=64)", "rows"),
    ("two more than the length", CUT, "enable_truncation(length - 2)", LONG),
    ("cuts as it did before", "tokenizer.enable_t", "tokenizer.truncation or tokenizer.enable_t", LONG.split()[0]),
    (
        "without [SEP] if it is cut off",
        ROWS_BY_HAND.replace("ids[: length - 1] + ids[-1:]", "ids[:length]").replace(
            "[: length - 1] + [None]", "[:length]"
        ),
        LONG,
    ),
    ("without special pieces", "encode(text)", "encode(text, add_special_tokens=False)", BOTH),
    ("padding before the text", FILL, 'enable_padding(length=length, direction="left")', BOTH),
    ("keeps the end of a text", CUT, 'enable_truncation(length, direction="left")', LONG),
    (
        "filled up with ones",
        FILL,
        "enable_padding(length=length, pad_id=1)",
        f"{SHORT} long_texts_are_cut_off any_rows",
    ),
    ("the marks of the first text", "text), spans)", "text), marks[0])", "the_labels_of_rows any_rows"),
    ("labels first", "np.array(rows), np.array(labels)", "np.array(labels), np.array(rows)", BOTH),
    (
        "the labels of words",
        "label_pieces(encoding.word_ids, word_labels)",
        "(word_labels + [-100] * length)[:length]",
        "the_labels_of_rows any_rows",
    ),
    ("empties the marks", "    return np", "    marks.clear()\n    return np", "whole_numbers"),
    ("floats", "np.array(rows)", "np.array(rows, float)", "whole_numbers"),
)
COUNT = "keras.ops.sum(losses * counts) / keras.ops.sum(counts)"
MEAN = "all_places_of_a_batch_count_the_same any_loss"
VALUE = f"loss_on_paper places_without_a_label_do_not_count {MEAN}"
EAGER = """
def masked_loss(labels, probabilities):
    labels = np.array(labels).astype(int)
    rows, columns = np.nonzero(labels >= 0)
    chosen = keras.ops.reshape(probabilities, (-1, np.shape(probabilities)[-1]))
    places = rows * labels.shape[1] + columns
    return keras.losses.SparseCategoricalCrossentropy()(labels[rows, columns], keras.ops.take(chosen, places, axis=0))
"""
loss = slips(
    LOSS,
    ("divides by all places", COUNT, "keras.ops.mean(losses * counts)", VALUE),
    ("-100 is taken for the label 0", COUNT, "keras.ops.mean(losses)", "loss"),
    ("a mean of means", COUNT, "keras.ops.mean(keras.ops.sum(losses * counts, -1) / keras.ops.sum(counts, -1))", MEAN),
    ("the sum", " / keras.ops.sum(counts)", "", VALUE),
    ("a loss for each row", COUNT, "keras.ops.sum(losses * counts, -1) / keras.ops.sum(counts, -1)", VALUE),
    ("a loss for each place", COUNT, "losses * counts", VALUE),
    ("the label 0 does not count either", "keras.ops.not_equal(labels, -100)", "keras.ops.greater(labels, 0)", "loss"),
    ("uphill", "return ", "return -", "loss"),
    ("NumPy", COUNT, "np.sum(losses.numpy() * counts.numpy()) / np.sum(counts.numpy())", "keras_can_train_with_it"),
    ("NumPy for the labels", EAGER, "keras_can_train_with_it"),
    (
        "nothing, where the label 0 is impossible in the place of -100",
        LOSS_ONE_HOT.replace("keras.ops.clip(probabilities, 1e-7, 1.0)", "probabilities").replace(
            "one_hot(labels", "one_hot(keras.ops.maximum(labels, 0)"
        ),
        "places_without_a_label_do_not_count",
    ),
    (
        "a place that adds nothing does not count",
        LOSS_ONE_HOT.replace("keras.ops.sum(mask)", "keras.ops.sum(keras.ops.cast(picked < 0, mask.dtype))"),
        MEAN,
    ),
    ("minus one", "labels, -100)", "labels, -1)", "loss"),
)
HEAD = 'keras.layers.Dense(kinds, activation="softmax")(encoder.output)'
ANSWERS, IN_IT = "probabilities_for_each_piece a_dense_head any_tagger", "the_encoder_is_in_it"
tagger = slips(
    TAGGER,
    ("scores", ', activation="softmax"', "", ANSWERS),
    ("sigmoids", '"softmax"', '"sigmoid"', ANSWERS),
    ("eleven labels", "Dense(kinds", "Dense(11", "probabilities_for_each_piece any_tagger"),
    ("one answer for each row", "(encoder.output)", "(keras.layers.GlobalMaxPooling1D()(encoder.output))", ANSWERS),
    ("softmax over the places", '"softmax"', "lambda scores: keras.ops.softmax(scores, axis=1)", ANSWERS),
    ("softmax twice", HEAD, f"keras.layers.Softmax()({HEAD})", "a_dense_head any_tagger"),
    ("an encoder of its own", "    return", "    encoder = keras.models.clone_model(encoder)\n    return", IN_IT),
    ("a frozen encoder", "    return", "    encoder.trainable = False\n    return", IN_IT),
    ("a layer more", "(encoder.output)", "(keras.layers.Dense(8)(encoder.output))", "a_dense_head any_tagger"),
    ("the first layer of the encoder", "encoder.output", "encoder.layers[1].output", "a_dense_head any_tagger"),
    ("the encoder alone", HEAD, "encoder.output", ANSWERS),
)
GOES_ON = "label and label % 2 == 0 and kind == before"
NOWHERE = "inside_out_of_nowhere any_entities"
entities = slips(
    ENTITIES,
    ("a 0 is left at the end of the labels", "= []\n", "= []\n    labels.append(0)\n", "the_end_of_a_text"),
    ("the last word for the end", ENTITIES_AHEAD.replace("(place, end, kind)", "(place, end - 1, kind)"), "entities"),
    ("an inside out of nowhere is dropped", "elif label:", "elif label % 2:", f"the_end_of_a_text {NOWHERE}"),
    ("an inside goes on with any kind", GOES_ON, "label and label % 2 == 0 and before is not None", NOWHERE),
    (
        "the last label is before the first one",
        "    before = None\n",
        "    before = (labels[-1] - 1) // 2 if any(labels[-1:]) else None\n",
        "the_end_of_a_text any_entities",
    ),
    ("a beginning goes on, too", GOES_ON, "label and kind == before", "neighbours_are_two_entities any_entities"),
    (
        "an entity at the end is lost",
        ENTITIES_OPEN.replace("if start is not None:\n        result.append([start, len(labels), kind])", "pass"),
        "the_end_of_a_text any_entities",
    ),
    ("kinds from 1", "place + 1, kind))", "place + 1, kind + 1))", "entities"),
    ("a gap does not end an entity", "before = kind\n", "before = before if kind is None else kind\n", NOWHERE),
    ("kind first", "return entities", "return [(kind, first, end) for first, end, kind in entities]", "entities"),
    ("every word by itself", GOES_ON, "False", f"entities_on_paper {NOWHERE}"),
    ("None for no names", "return entities", "return entities or None", "the_end_of_a_text"),
)
F1 = "2 * precision * recall / both if both else 0.0"
RIGHT = "set(some) & set(others)"
PAPER, WHOLE = "score_on_paper any_score", "only_whole_entities_count any_score"
NUMBERS = f"{PAPER} only_whole_entities_count all_texts_together"
NOTHING, ALL = "nothing_found_or_nothing_true", "all_texts_together any_score"
score = slips(
    SCORE,
    ("takes the entities out of the lists", "    both = ", "    true.clear()\n    both = ", "all_texts_together"),
    ("precision and recall swapped", "return precision, recall,", "return recall, precision,", PAPER),
    ("the arithmetic mean", F1, "both / 2", PAPER),
    ("without the two", F1, "precision * recall / both if both else 0.0", NUMBERS),
    (
        "half of an entity is enough",
        RIGHT,
        "[e for e in others if any(e[2] == t[2] and e[0] < t[1] and t[0] < e[1] for t in some)]",
        WHOLE,
    ),
    ("the kind does not matter", RIGHT, "{e[:2] for e in some} & {e[:2] for e in others}", WHOLE.split()[0]),
    ("the end does not matter", RIGHT, "{(e[0], e[2]) for e in some} & {(e[0], e[2]) for e in others}", WHOLE),
    ("the beginning does not matter", RIGHT, "{e[1:] for e in some} & {e[1:] for e in others}", WHOLE),
    ("all texts as one", "    right = ", "    true, found = [sum(true, [])], [sum(found, [])]\n    right = ", ALL),
    (
        "the mean over texts",
        "right / all_found if all_found else 0.0",
        "sum(len(set(t) & set(f)) / max(len(f), 1) for t, f in zip(true, found)) / len(true)",
        ALL,
    ),
    ("entities in one order", RIGHT, "[e for e, other in zip(some, others) if e == other]", PAPER),
    ("divides by zero", "right / all_found if all_found else 0.0", "right / all_found", NOTHING),
    ("recall divides by zero", "right / all_true if all_true else 0.0", "right / all_true", NOTHING),
    ("F1 divides by zero", F1, "2 * precision * recall / both", NOTHING),
    ("1 if nothing is true", "all_true else 0.0", "all_true else 1.0", NOTHING),
    ("F1 alone", "return precision, recall, ", "return ", "score"),
    ("in percent", "right / all_found if", "100 * right / all_found if", NUMBERS),
)
mutants = [
    *combine([words, pieces, rows, loss, entities, score, tagger]),
    mutant(
        "hands in an untrained model",
        untrained(),
        fails=["knows_the_letters_that_it_has_learned_from", "finds_names_that_are_new_to_it"],
    ),
]

ANY = "a label in the place of -100 only has to be one that Keras can take"
harmless_mutations = [
    harmless('"int32" → None', because="Keras makes whole numbers of the labels itself"),
    harmless("write_masked_loss, line 13: 0 → 1", because=ANY),
    harmless("labels[...] = 0", because="the labels are a list, which such a line cannot change"),
    harmless("zip(found, true)", because="what two sets share does not depend on which is the first"),
]
