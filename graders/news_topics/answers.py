"""Other right answers of the exercise on averages of words, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, retrained, untrained, variant

COPIES, SPLIT, VECTORISE, NETWORK = "write_drop_copies", "write_split", "write_vectorise", "write_build_network"
NEIGHBOURS, PLANE, FILES = "write_neighbours", "write_to_plane", "write_write_vectors"

COPIES_LOOP = """
def drop_copies(texts, labels):
    new_texts, new_labels = [], []
    for i in range(len(texts)):
        if texts[i] not in new_texts:
            new_texts.append(texts[i])
            new_labels.append(labels[i])
    return new_texts, new_labels
"""
COPIES_UNIQUE = """
def drop_copies(texts, labels):
    _, first = np.unique(texts, return_index=True)
    first = np.sort(first)
    return np.array(texts)[first], np.asarray(labels)[first]
"""
COPIES_REVERSED = """
def drop_copies(texts, labels):
    backwards = {text: label for text, label in zip(reversed(texts), reversed(list(labels)))}
    pairs = [(text, backwards[text]) for text in dict.fromkeys(texts)]
    return tuple(map(list, zip(*pairs)))
"""
SPLIT_SHUFFLED = """
import random

def split(sentences, categories, n_val, seed):
    order = list(range(len(sentences)))
    random.Random(seed).shuffle(order)
    train_sentences, validation_sentences, train_cats, validation_cats = [], [], [], []
    for position, i in enumerate(order):
        if position < len(order) - n_val:
            train_sentences.append(sentences[i])
            train_cats.append(categories[i])
        else:
            validation_sentences.append(sentences[i])
            validation_cats.append(categories[i])
    return [train_sentences, validation_sentences, train_cats, validation_cats]
"""
SPLIT_SAMPLED = """
def split(texts, labels, count, seed):
    np.random.seed(seed)
    held = np.zeros(len(texts), bool)
    held[np.random.choice(len(texts), size=count, replace=False)] = True
    texts, labels = np.array(texts), np.array(labels)
    return texts[~held], texts[held], labels[~held], labels[held]
"""
SPLIT_BY_DESK = """
def split(texts, labels, count, seed):
    rng = np.random.default_rng([seed, 7])
    rank, share = np.empty(len(labels)), np.empty(len(labels))
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        share[places] = (np.arange(len(places)) + rng.random()) / len(places)
    order = np.argsort(share)
    parts = sorted(order[count:]), sorted(order[:count])
    return *([texts[place] for place in part] for part in parts), *(labels[part] for part in parts)
"""
SPLIT_DIGESTS = """
import hashlib

def split(texts, labels, count, seed):
    rank = lambda place: hashlib.md5(f"{seed} {texts[place]}".encode()).digest()
    places = sorted(range(len(texts)), key=rank)
    held, train = sorted(places[:count]), places[count:]
    return [texts[place] for place in train], [texts[place] for place in held], labels[train], labels[held]
"""
VECTORISE_LOOP = """
def vectorise(train_texts, other_texts, size, length):
    counts = {}
    for text in train_texts:
        for word in text.split():
            if word not in counts:
                counts[word] = 0
            counts[word] += 1
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    words = ["", "[UNK]", *ranked][:size]
    word_index = dict(zip(words, range(len(words))))
    result = []
    for texts in [train_texts, other_texts]:
        rows = []
        for text in texts:
            numbers = []
            for word in text.split():
                if word in word_index:
                    numbers.append(word_index[word])
                else:
                    numbers.append(1)
            numbers = numbers + [0] * length
            rows.append(numbers[:length])
        result.append(np.array(rows).reshape(len(texts), length))
    return words, result[0], result[1]
"""
VECTORISE_TOKENIZER = """
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences

def vectorise(train_sentences, val_sentences, num_words, maxlen):
    tokenizer = Tokenizer(num_words=num_words, oov_token="[UNK]")
    tokenizer.fit_on_texts(train_sentences)
    rows = [
        pad_sequences(tokenizer.texts_to_sequences(some), maxlen=maxlen, padding="post", truncating="post")
        for some in (train_sentences, val_sentences)
    ]
    return ([""] + list(tokenizer.word_index))[:num_words], *[row.reshape(-1, maxlen) for row in rows]
"""
VECTORISE_LAYER = """
def vectorise(train_texts, other_texts, size, length):
    layer = keras.layers.TextVectorization(max_tokens=size, output_sequence_length=length)
    layer.adapt(train_texts)
    rows = [np.array(layer(some)) if len(some) else np.zeros((0, length), int) for some in (train_texts, other_texts)]
    return layer.get_vocabulary(), *rows
"""
VECTORISE_UNIQUE = """
def vectorise(train_texts, other_texts, size, length):
    found, counts = np.unique(" ".join(train_texts).split(), return_counts=True)
    words = ["", "[UNK]", *found[np.argsort(-counts, kind="stable")]][:size]
    number = {word: place for place, word in enumerate(words)}.get
    make = lambda texts: np.array([([number(w, 1) for w in t.split()] + length * [0])[:length] for t in texts])
    return words, make(train_texts), make(other_texts)
"""
NETWORK_ADDED = """
def build_network(vocab_size, embedding_dim, n_classes):
    m = keras.models.Sequential()
    m.add(keras.layers.Embedding(vocab_size, embedding_dim, mask_zero=True))
    m.add(keras.layers.GlobalAveragePooling1D())
    m.add(keras.layers.Dense(24, activation="relu"))
    m.add(keras.layers.Dropout(0.2))
    m.add(keras.layers.Dense(n_classes))
    m.add(keras.layers.Softmax())
    m.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005), metrics=["accuracy"])
    m.build((None, None))
    return m
"""
NETWORK_MASKED = """
def build_network(size, numbers, kinds):
    rows = keras.Input((None,), dtype="int64")
    vectors = keras.layers.Embedding(size, numbers)(rows)
    mean = keras.layers.GlobalAveragePooling1D()(vectors, mask=keras.ops.not_equal(rows, 0))
    network = keras.Model(rows, keras.layers.Dense(kinds, "softmax")(mean))
    metrics = [keras.metrics.SparseCategoricalAccuracy("accuracy")]
    network.compile(keras.optimizers.RMSprop(0.01), keras.losses.SparseCategoricalCrossentropy(), metrics=metrics)
    return network
"""
NETWORK_DEEP = """
def build_network(size, numbers, kinds):
    network = keras.Sequential([keras.layers.Embedding(size, numbers, mask_zero=True)])
    network.add(keras.layers.GlobalAveragePooling1D())
    for units in (256, 128, 64):
        network.add(keras.layers.Dense(units, "relu"))
        network.add(keras.layers.Dropout(0.2))
    network.add(keras.layers.Dense(kinds, "softmax"))
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    return network
"""
NEIGHBOURS_LOOP = """
def neighbours(word, words, table, count):
    vector = table[words.index(word)]
    found = []
    for place in range(2, len(words)):
        if words[place] != word:
            cosine = np.dot(vector, table[place]) / (np.linalg.norm(vector) * np.linalg.norm(table[place]))
            found.append((cosine, words[place]))
    found.sort(reverse=True)
    return [name for _, name in found[:count]]
"""
NEIGHBOURS_UNIT = """
def neighbours(word, words, table, count):
    unit = table[2:] / np.linalg.norm(table[2:], axis=1, keepdims=True)
    names = np.array(words[2:])
    order = np.argsort(unit @ unit[names == word][0])[::-1]
    return tuple(names[order][names[order] != word][:count])
"""
NEIGHBOURS_TENSORS = """
import tensorflow as tf

def neighbours(word, words, table, count):
    unit = tf.math.l2_normalize(tf.cast(table, "float64"), axis=1)
    cosines = tf.linalg.matvec(unit, unit[words.index(word)]).numpy()
    cosines[[0, 1, words.index(word)]] = -np.inf
    count = min(count, len(words) - 3)
    return [words[place] for place in tf.math.top_k(cosines, count).indices.numpy()]
"""
PLANE_EIGEN = """
def to_plane(table):
    centred = np.asarray(table) - np.mean(table, axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    return np.dot(centred, vectors[:, ::-1][:, :2])
"""
PLANE_LEFT = """
def to_plane(table):
    left, sizes, _ = np.linalg.svd(table - table.mean(0, keepdims=True), full_matrices=False)
    return -left[:, :2] * sizes[:2]
"""
FILES_IO = """
import io, os

def write_vectors(words, table, folder):
    out_v = io.open(os.path.join(folder, "vectors.tsv"), "w", encoding="utf-8")
    out_m = io.open(os.path.join(folder, "words.tsv"), "w", encoding="utf-8")
    for word_num in range(2, len(words)):
        out_m.write(words[word_num] + "\\n")
        out_v.write("\\t".join([str(x) for x in table[word_num]]) + "\\n")
    out_v.close()
    out_m.close()
"""
FILES_TEXT = """
import csv

def write_vectors(words, table, folder):
    np.savetxt(folder / "vectors.tsv", table[2:], delimiter="\\t", fmt="%.6g")
    with open(f"{folder}/words.tsv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\\t").writerows([word] for word in words[2:])
    return folder
"""
FILES_BARE = """
def write_vectors(words, table, folder):
    lines = "\\n".join("\\t".join(f"{number:.8f}" for number in row) for row in table[2:])
    folder.joinpath("vectors.tsv").write_bytes(lines.encode())
    folder.joinpath("words.tsv").write_bytes("\\n".join(words[2:]).encode("utf-8"))
"""

variants = [
    variant(
        "loops and lists, a dictionary, more layers, trained here",
        replace(COPIES, COPIES_LOOP),
        replace(SPLIT, SPLIT_SHUFFLED),
        replace(VECTORISE, VECTORISE_LOOP),
        replace(NETWORK, NETWORK_ADDED),
        replace(NEIGHBOURS, NEIGHBOURS_LOOP),
        replace(FILES, FILES_IO),
        retrained(),
    ),
    variant(
        "the Tokenizer of old courses, arrays of NumPy, a mask of one's own, trained here",
        replace(COPIES, COPIES_UNIQUE),
        replace(SPLIT, SPLIT_SAMPLED),
        replace(VECTORISE, VECTORISE_TOKENIZER),
        replace(NETWORK, NETWORK_MASKED),
        retrained(),
    ),
    variant(
        "vectors of length 1, the plane by eigenvectors, a text for each file",
        replace(NEIGHBOURS, NEIGHBOURS_UNIT),
        replace(PLANE, PLANE_EIGEN),
        replace(FILES, FILES_TEXT),
    ),
    variant(
        "TextVectorization, a part of each desk, a deep network with acc, trained here",
        replace(COPIES, COPIES_REVERSED),
        replace(SPLIT, SPLIT_BY_DESK),
        replace(VECTORISE, VECTORISE_LAYER),
        replace(NETWORK, NETWORK_DEEP),
        retrained(),
    ),
    variant(
        "tensors, the plane by left vectors, files of bytes",
        replace(NEIGHBOURS, NEIGHBOURS_TENSORS),
        replace(PLANE, PLANE_LEFT),
        replace(FILES, FILES_BARE),
    ),
    variant(
        "texts ranked by their digests, words as np.unique finds them, an unnamed metric, trained here",
        replace(SPLIT, SPLIT_DIGESTS),
        replace(VECTORISE, VECTORISE_UNIQUE),
        edit(NETWORK, '"accuracy"', "keras.metrics.SparseCategoricalAccuracy()"),
        retrained(),
    ),
]


def slips(cell, *rows, again=()):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [mutant(title, edit(cell, old, new), *again, fails=fails.split()) for title, old, new, fails in rows]


# Which criteria a slip fails.
LISTED = "the_list_of_words any_texts"
COUNTED = "the_list_of_words size_counts_all_entries any_texts"
UNSEEN = "other_texts_stay_unseen any_texts"
PLACES = "other_texts_stay_unseen numbers_are_places any_texts"
LABELS = "labels_stay_with_their_texts any_split"
SIZES = "sizes any_split"
PARTS = "sizes each_article_in_one_part any_split"
WORD_LINES = "a_line_for_each_word any_files"
ROW_LINES = "a_line_for_each_row any_files"
MEANS = "seen_from_the_mean any_plane"
LENGTHS = "rows_of_one_length any_texts"
NOBODY = "who_is_no_neighbour any_neighbours"
FORM = "rows_of_any_length networks_of_other_sizes"
TABLES = "the_table_learns networks_of_other_sizes"
FIRSTS = "labels_of_the_first any_copies"
FIRST, ONCE = "first.setdefault(text, place)", "return list(first), labels[list(first.values())]"
SINGLE = "first = {text: place for text, place in first.items() if texts.count(text) == 1}"
PAIRS = "pairs = dict.fromkeys(zip(texts, labels))"
AFTER = """kept = [p for p, text in enumerate(texts) if p == 0 or text != texts[p - 1]]
    return [texts[p] for p in kept], labels[kept]"""
copies = slips(
    COPIES,
    ("copies stay", ONCE, "return texts, labels", "copies"),
    ("labels for the copies, too", "labels[list(first.values())]", "labels", FIRSTS + " trained"),
    ("the label of the last copy", FIRST, "first[text] = place", FIRSTS),
    ("compares with the text before alone", ONCE, AFTER, "copies"),
    ("sorted texts", ONCE, "first = dict(sorted(first.items()))\n    " + ONCE, "each_text_once any_copies"),
    ("whatever is there twice goes", ONCE, f"{SINGLE}\n    {ONCE}", "copies"),
    ("a text with another label is no copy", ONCE, f"{PAIRS}\n    return tuple(map(list, zip(*pairs)))", "copies"),
    ("the last copy stays", "enumerate(texts)", "reversed(list(enumerate(texts)))", "copies"),
    (
        "the order of a set",
        ONCE,
        "mixed = set(texts)\n    return list(mixed), labels[[first[text] for text in mixed]]",
        "each_text_once any_copies",
    ),
    ("the labels of the notebook", "    first = {}", "    labels, first = globals()['labels'], {}", FIRSTS),
    again=[retrained()],
)
ORDER = "order = np.random.default_rng(seed).permutation(len(texts))"
CUT = "held, train = order[:count], order[count:]"
RETURNED = "return [texts[place] for place in train], [texts[place] for place in held], labels[train], labels[held]"
MIXED = RETURNED.replace(", labels[train]", "").replace("train], [", "train], labels[train], [")
SET = """rest = list(set(texts) - {texts[place] for place in held})
    return rest, [texts[place] for place in held], labels[[texts.index(text) for text in rest]], labels[held]"""
EVEN = """before = [np.sum(labels[order[:place]] == labels[order[place]]) for place in range(len(order))]
    order = order[np.argsort(before, kind="stable")]"""
TURNED = "np.roll(np.arange(len(texts)), -seed)"
splits = slips(
    SPLIT,
    ("the last ones are held back", ORDER, "order = np.arange(len(texts))[::-1]", "drawn_at_random"),
    ("each seed is the same one", "default_rng(seed)", "default_rng(34)", "drawn_at_random"),
    ("no seed", "default_rng(seed)", "default_rng()", "a_split_for_each_seed"),
    ("a row of articles, from a place that the seed says", ORDER, f"order = {TURNED}", "drawn_at_random"),
    ("the order of a set", RETURNED, SET, "a_split_for_each_seed"),
    ("as many of each desk", CUT, f"{EVEN}\n    {CUT}", "drawn_at_random"),
    ("one more is held back", CUT, "held, train = order[: count + 1], order[count + 1 :]", SIZES),
    ("one is lost", CUT, "held, train = order[:count], order[count + 1 :]", PARTS),
    ("all articles to learn from", CUT, "held, train = order[:count], order", PARTS),
    (
        "some are drawn twice",
        ORDER,
        "order = np.random.default_rng(seed).integers(0, len(texts), len(texts))",
        "each_article_in_one_part any_split",
    ),
    ("labels in the old order", "labels[train], labels[held]", "labels[count:], labels[:count]", LABELS + " trained"),
    (
        "labels in sorted order",
        "labels[train], labels[held]",
        "labels[np.sort(train)], labels[np.sort(held)]",
        LABELS + " trained",
    ),
    ("the labels of the notebook", "    order", "    labels = globals()['once_labels']\n    order", LABELS),
    again=[retrained()],
)
COUNTS = "for text in train_texts for word in text.split())"
ROWS = "to_rows(train_texts), to_rows(other_texts)"
KEPT = """known = set(" ".join(train_texts).split())
    counts = Counter(w for text in [*train_texts, *other_texts] for w in text.split() if w in known)"""
RANKED = "[word for word, _ in counts.most_common(size - 2)]"
UNSURE = "sorted(set(counts), key=counts.get, reverse=True)[: size - 2]"
vectors = slips(
    VECTORISE,
    (
        "counts the words of all texts",
        COUNTS,
        "for text in [*train_texts, *other_texts] for word in text.split())",
        UNSEEN,
    ),
    ("counts the words of all texts, and lists those of the first", f"counts = Counter(word {COUNTS}", KEPT, UNSEEN),
    ("counts the words of texts cut short", COUNTS, COUNTS[:-1] + "[:length])", LISTED),
    (
        "unknown words are left out",
        "[places.get(word, 1) for word in text.split()[:length]]",
        "[places[word] for word in text.split() if word in places][:length]",
        PLACES,
    ),
    ("unknown words are padding", "places.get(word, 1)", "places.get(word, 0)", PLACES),
    ("the order of a set", RANKED, UNSURE, "the_same_order_tomorrow"),
    ("two entries too many", "size - 2", "size", "size_counts_all_entries any_texts trained"),
    ("zeros at the beginning", "row[: len(numbers)]", "row[length - len(numbers) :]", LENGTHS),
    ("the last words stay", "text.split()[:length]", "text.split()[-length:]", LENGTHS),
    ("floats", "length), int)", "length))", "rows_of_one_length"),
    ("the old name of the unknown", '"", "[UNK]"] +', '"", "<OOV>"] +', LISTED),
    (
        "counts each word once in a text",
        COUNTS,
        "for text in train_texts for word in dict.fromkeys(text.split()))",
        LISTED,
    ),
    ("the rows of other texts first", ROWS, "to_rows(other_texts), to_rows(train_texts)", LENGTHS + " trained"),
    again=[retrained()],
)
# These change what each number stands for, and the network that is handed in knows other ones.
other_words = slips(
    VECTORISE,
    ("words in alphabetical order", RANKED, "sorted(counts)[: size - 2]", LISTED + " trained"),
    ("numbers from 1", "enumerate(words)", "enumerate(words, 1)", "numbers_are_places rows_of_one_length any_texts"),
    ("the rarest words", RANKED, "[word for word, _ in counts.most_common()[::-1][: size - 2]]", LISTED + " trained"),
    (
        "nothing stands for padding",
        '["", "[UNK]"] +',
        '["[UNK]"] +',
        "the_list_of_words numbers_are_places rows_of_one_length any_texts trained",
    ),
    (
        "the words of the other texts",
        COUNTS,
        "for text in other_texts for word in text.split())",
        COUNTED + " other_texts_stay_unseen trained",
    ),
    ("the first text alone", COUNTS, "for text in train_texts[:1] for word in text.split())", COUNTED + " trained"),
    ("letters", "in text.split())", "in text)", COUNTED + " trained"),
)
other_parts = slips(
    SPLIT,
    ("labels before the held-back texts", RETURNED, MIXED, SIZES + " trained"),
    (
        "held back and to learn from in the wrong order",
        CUT,
        "train, held = order[:count], order[count:]",
        SIZES + " trained",
    ),
)
other_texts = slips(
    COPIES,
    ("labels first", ONCE, "return labels[list(first.values())], list(first)", "each_text_once any_copies trained"),
)
apart = [*other_words, *other_parts, *other_texts]
EMBEDDING, MASK = "keras.layers.Embedding(size, numbers, mask_zero=True)", ", mask_zero=True"
KNOWN = """type("Words", (keras.layers.Embedding,), {"compute_mask": lambda self, rows, mask=None: rows > 1})(
            size, numbers)"""
MEAN, LAST = "keras.layers.GlobalAveragePooling1D()", 'keras.layers.Dense(kinds, activation="softmax")'
SUM = """keras.layers.Lambda(
            lambda v, mask: keras.ops.sum(v * keras.ops.cast(mask, v.dtype)[..., None], 1), lambda shape: shape[::2])"""
LOSS = '"sparse_categorical_crossentropy"'
hard_coded = slips(  # in the notebook, such a network learns as well as the right one
    NETWORK,
    ("five desks", "Dense(kinds,", "Dense(5,", FORM),
    ("a label from 1 to kinds", "Dense(kinds,", "Dense(kinds + 1,", FORM),
    ("2,000 words", "Embedding(size,", "Embedding(2000,", TABLES),
    ("16 numbers", "Embedding(size, numbers", "Embedding(size, 16", TABLES),
    ("one row more", "Embedding(size,", "Embedding(size + 1,", TABLES),
    ("no metric", ', metrics=["accuracy"]', "", "taught_by_crossentropy"),
    ("another metric", '"accuracy"', "keras.metrics.SparseTopKCategoricalAccuracy(3)", "taught_by_crossentropy"),
    ("the accuracy of rows", '"accuracy"', 'keras.metrics.CategoricalAccuracy("accuracy")', "taught_by_crossentropy"),
)
networks = slips(
    NETWORK,
    ("no mask", MASK, "", "padding_is_masked networks_of_other_sizes"),
    (
        "the largest numbers",
        MEAN,
        "keras.layers.GlobalMaxPooling1D()",
        "an_average_of_words padding_is_masked networks_of_other_sizes",
    ),
    ("reads in order", MEAN, "keras.layers.LSTM(16)", "an_average_of_words"),
    (
        "rows of 120, flat",
        f'(None,), dtype="int32"),\n            {EMBEDDING},\n            {MEAN}',
        f"(120,)),\n            {EMBEDDING},\n            keras.layers.Flatten()",
        "network",
    ),
    ("rows of 120", "keras.Input((None,)", "keras.Input((120,)", "rows_of_any_length"),
    (
        "no activation",
        ', activation="softmax"',
        "",
        "rows_of_any_length taught_by_crossentropy networks_of_other_sizes",
    ),
    ("sigmoids", '"softmax"', '"sigmoid"', "rows_of_any_length taught_by_crossentropy networks_of_other_sizes"),
    ("two softmaxes", LAST, f"{LAST}, keras.layers.Softmax()", "rows_of_any_length"),
    ("a frozen table", MASK, ", mask_zero=True, trainable=False", "the_table_learns"),
    ("labels in rows of zeros and a one", LOSS, '"categorical_crossentropy"', "taught_by_crossentropy"),
    ("squares of differences", LOSS, '"mse"', "taught_by_crossentropy"),
    ("a rate of 0", "Adam(0.01)", "Adam(0.0)", "taught_by_crossentropy"),
    ("the sum", MEAN, SUM, "an_average_of_words networks_of_other_sizes"),
    ("unknown words are masked, too", EMBEDDING, KNOWN, "padding_is_masked networks_of_other_sizes"),
)
COSINES, NOT = "/ np.linalg.norm(table, axis=1)", "if place > 1 and place != here"
near = slips(
    NEIGHBOURS,
    ("products", f" {COSINES}", "", "smallest_angles any_neighbours"),
    (
        "distances",
        f"table @ table[here] {COSINES}",
        "-np.linalg.norm(table - table[here], axis=1)",
        "smallest_angles any_neighbours",
    ),
    ("the farthest first", "np.argsort(-cosines)", "np.argsort(cosines)", "neighbours"),
    ("the word itself", NOT, "if place > 1", NOBODY),
    ("padding and unknown, too", NOT, "if place != here", NOBODY),
    ("padding is left out, unknown is not", "place > 1", "place > 0", NOBODY),
    ("leaves out the first, whatever it is", NOT, "if place > 1][1:", "who_is_no_neighbour"),
    (
        "opposite words are near, too",
        "-cosines",
        "-np.abs(cosines)",
        "smallest_angles as_many_as_asked_for any_neighbours",
    ),
    ("no negative cosines", NOT, NOT + " and cosines[place] > 0", "as_many_as_asked_for any_neighbours"),
    ("one more", "order[:count]", "order[: count + 1]", "as_many_as_asked_for any_neighbours"),
    ("places for words", "[words[place] for place in order[:count]]", "order[:count]", "neighbours"),
    ("the table of the notebook", "    here", "    table = globals()['table']\n    here", "neighbours"),
)
CENTRED = "table - table.mean(axis=0)"
plane = slips(
    PLANE,
    ("not from the mean", CENTRED, "table", MEANS),
    ("the mean of all numbers", CENTRED, "table - table.mean()", MEANS),
    ("the mean of each row", CENTRED, "table - table.mean(axis=1, keepdims=True)", "plane"),
    ("the first two columns", "centred @ directions[:2].T", "centred[:, :2]", "plane"),
    ("the smallest differences", "directions[:2].T", "directions[-2:].T", "plane"),
    ("columns for rows", "directions[:2].T", "directions[:, :2]", "plane"),
    ("second direction first", "directions[:2].T", "directions[1::-1].T", "plane"),
    (
        "one scale for both",
        "centred @ directions[:2].T",
        "np.linalg.svd(centred, full_matrices=False)[0][:, :2]",
        "plane",
    ),
    ("all directions", "directions[:2].T", "directions.T", "plane"),
    (
        "directions in any order",
        "np.linalg.svd(centred, full_matrices=False)[2]",
        "np.real(np.linalg.eig(centred.T @ centred)[1]).T",
        "a_plane_on_paper seen_from_the_mean any_plane",
    ),
    ("seen from zero", "return centred", "return table", MEANS),
    ("divided by the spread", CENTRED, "(table - table.mean(axis=0)) / table.std(axis=0)", "plane"),
)
files = slips(
    FILES,
    ("a line for padding and unknown", "words[2:]", "words", WORD_LINES),
    ("rows for padding and unknown", "table[2:]", "table", ROW_LINES),
    ("rows from 1", "table[2:]", "table[1:]", ROW_LINES),
    ("commas", '"\\t".join', '",".join', ROW_LINES),
    ("three digits", "str(float(number))", 'f"{number:.3g}"', ROW_LINES),
    ("a line above", '"\\n".join(words[2:])', '"word\\n" + "\\n".join(words[2:])', WORD_LINES),
    (
        "both names swapped",
        '"vectors.tsv").write_text("\\n".join(lines) + "\\n", encoding="utf-8")\n    (folder / "words.tsv")',
        '"words.tsv").write_text("\\n".join(lines) + "\\n", encoding="utf-8")\n    (folder / "vectors.tsv")',
        "files",
    ),
    ("another encoding", 'words[2:]) + "\\n", encoding="utf-8"', 'words[2:]) + "\\n", encoding="latin-1"', WORD_LINES),
    ("words in one line", '"\\n".join(words[2:])', '"\\t".join(words[2:])', WORD_LINES),
    ("sorted words", "words[2:]", "sorted(words[2:])", WORD_LINES),
    (
        "empties the folder",
        "    lines",
        "    for path in folder.iterdir():\n        path.unlink()\n    lines",
        "a_line_for_each_word",
    ),
    ("changes the list", "    lines", "    del words[:2]\n    words = 2 * [''] + words\n    lines", WORD_LINES),
    ("beside the notebook", '(folder / "words.tsv")', 'Path("words.tsv")', WORD_LINES),
    (
        "adds to an older file",
        '(folder / "words.tsv").write_text("\\n".join(words[2:]) + "\\n", encoding="utf-8")',
        'with (folder / "words.tsv").open("a", encoding="utf-8") as file:\n'
        '        file.write("\\n".join(words[2:]) + "\\n")',
        WORD_LINES,
    ),
)
training = [
    mutant("hands in an untrained model", untrained(), fails="trained"),
    mutant("learns too slowly", edit(NETWORK, "Adam(0.01)", "Adam(0.00005)"), retrained(), fails="trained"),
]
mutants = [
    *combine([copies, splits, vectors, hard_coded, near, plane, files[3:]]),
    *combine([apart, networks, files[:3]]),
    *training,
]

SAME_FILE = "a file says the same with and without an end of its last line"
UTF_8 = "it is what Python writes where this is graded; a mutant shows that another one is caught"
harmless_mutations = [
    harmless("full_matrices", because="both ways, the first two directions are the same"),
    harmless("write_to_plane, line 13: False → True", because="both ways, the first two directions are the same"),
    harmless("keyword encoding dropped", because=UTF_8),
    harmless('"utf-8" → None', because=UTF_8),
    harmless('"\\n".join(lines) (operand dropped)', because=SAME_FILE),
    harmless('"\\n".join(words[2:]) (operand dropped)', because=SAME_FILE),
    harmless("keyword dtype dropped", because="all numbers of words are exact in Keras's usual type, too"),
    harmless('"int32" → None', because="all numbers of words are exact in Keras's usual type, too"),
]
