"""Other right answers of the exercise on a validation loss that behaves, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

WORDS, KNOWN, MATRIX, SPLIT = "write_to_words", "write_share_known", "write_make_matrix", "write_split"
SLOPE, NETWORK, ANSWERS = "write_slope", "write_build_network", "write_answers"

WORDS_LOOP = """
def to_words(text):
    words = []
    current = ""
    for letter in text.lower() + " ":
        if letter in "abcdefghijklmnopqrstuvwxyz":
            current += letter
        elif current:
            words.append(current)
            current = ""
    return words
"""
WORDS_REPLACED = """
def to_words(sentence):
    return re.sub(r"[^a-zA-Z]", " ", sentence).lower().split()
"""
WORDS_GENERATOR = """
import string

def to_words(text):
    letters = set(string.ascii_letters)
    cleaned = "".join(c if c in letters else " " for c in text)
    return tuple(word.lower() for word in cleaned.split(" ") if word)
"""
KNOWN_LOOP = """
def share_known(lists, vectors):
    known, total = 0, 0
    for words in lists:
        for word in words:
            total += 1
            if word in vectors.keys():
                known += 1
    return known / total
"""
KNOWN_COUNTED = """
def share_known(texts, embeddings):
    counts = Counter()
    for words in texts:
        counts.update(words)
    return np.sum([n for w, n in counts.items() if w in embeddings]) / sum(counts.values())
"""
KNOWN_MEAN = """
def share_known(lists, vectors):
    return np.mean([vectors.get(word) is not None for words in lists for word in words])
"""
MATRIX_COMPREHENSION = """
def make_matrix(vocabulary, vectors):
    d = len(list(vectors.values())[0])
    return np.array([vectors[word] if word in vectors else np.zeros(d) for word in vocabulary], dtype="float32")
"""
MATRIX_INDEX = """
def make_matrix(vocab, glove):
    word_index = {word: index for index, word in enumerate(vocab)}
    embedding_dim = next(iter(glove.values())).shape[0]
    embeddings_matrix = np.zeros((len(vocab), embedding_dim))
    for word, i in word_index.items():
        embedding_vector = glove.get(word)
        if embedding_vector is not None:
            embeddings_matrix[i] = embedding_vector
    return embeddings_matrix
"""
MATRIX_ROWS = """
def make_matrix(vocabulary, vectors):
    for vector in vectors.values():
        nothing = [0.0] * len(vector)
        break
    return [list(vectors.get(word, nothing)) for word in vocabulary]
"""
SPLIT_SHUFFLED = """
def split(rows, labels, count, seed):
    indices = np.arange(len(rows))
    np.random.seed(seed)
    np.random.shuffle(indices)
    train_size = len(rows) - count
    train, val = indices[:train_size], indices[train_size:]
    return rows[train], labels[train], rows[val], labels[val]
"""
SPLIT_SAMPLED = """
import random

def split(rows, labels, count, seed):
    chosen = random.Random(seed).sample(range(len(rows)), count)
    aside = np.zeros(len(rows), bool)
    aside[chosen] = True
    return [rows[~aside], labels[~aside], rows[aside], labels[aside]]
"""
SPLIT_LISTS = """
def split(rows, labels, count, seed):
    pairs = list(zip(list(rows), list(labels)))
    order = np.random.RandomState(seed).permutation(len(pairs))
    pairs = [pairs[i] for i in order]
    train, val = pairs[count:], pairs[:count]
    x, y = zip(*train)
    x_new, y_new = zip(*val)
    return np.array(x), np.array(y), np.array(x_new), np.array(y_new)
"""
SPLIT_TENSORS = """
import tensorflow as tf

def split(rows, labels, count, seed):
    order = tf.random.experimental.stateless_shuffle(tf.range(len(rows)), seed=[seed, 1]).numpy()
    x_new, x = np.split(np.take(rows, order, axis=0), [count])
    y_new, y = np.split(np.take(labels, order, axis=0), [count])
    return x, y, x_new, y_new
"""
SLOPE_LOOP = """
def slope(values):
    n = len(values)
    t_mean, v_mean = (n + 1) / 2, sum(values) / n
    above, below = 0.0, 0.0
    for t in range(1, n + 1):
        above += (t - t_mean) * (values[t - 1] - v_mean)
        below += (t - t_mean) ** 2
    return above / below
"""
SLOPE_COVARIANCE = """
def slope(v):
    t = np.arange(1, len(v) + 1)
    covariances = np.cov(t, v)
    return covariances[0, 1] / covariances[0, 0]
"""
SLOPE_SOLVED = """
def slope(values):
    t = np.column_stack([np.arange(len(values)), np.ones(len(values))])
    return np.linalg.lstsq(t, np.asarray(values, dtype=float), rcond=None)[0][0]
"""
NETWORK_ADDED = """
def build_network(embeddings_matrix, maxlen):
    vocab_size, embedding_dim = embeddings_matrix.shape
    m = keras.models.Sequential()
    m.add(keras.Input(shape=(maxlen,)))
    m.add(keras.layers.Embedding(vocab_size, embedding_dim, trainable=False))
    m.add(keras.layers.SpatialDropout1D(0.3))
    m.add(keras.layers.Conv1D(32, 4, activation="relu"))
    m.add(keras.layers.GlobalMaxPooling1D())
    m.add(keras.layers.Dropout(0.6))
    m.add(keras.layers.Dense(1, activation="sigmoid"))
    m.layers[0].set_weights([embeddings_matrix])
    m.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=0.003), metrics=["accuracy"])
    return m
"""
NETWORK_MEAN = """
def build_network(matrix, length):
    mean = keras.Sequential()
    mean.add(keras.layers.Embedding(*matrix.shape, weights=[matrix], trainable=False, mask_zero=True))
    mean.add(keras.layers.GlobalAveragePooling1D())
    mean.add(keras.layers.Dense(1, "sigmoid", kernel_initializer="zeros"))
    mean.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    mean.optimizer.learning_rate = 0.01
    return mean
"""
NETWORK_TWO_TABLES = """
def build_network(matrix, length):
    rows = keras.Input((length,), dtype="int32")
    kept = keras.layers.Embedding(*matrix.shape, weights=[matrix], trainable=False)(rows)
    learned = keras.layers.Embedding(*matrix.shape, embeddings_regularizer=keras.regularizers.L2(3e-3))(rows)
    h = keras.layers.GlobalAveragePooling1D()(keras.layers.concatenate([kept, learned]))
    network = keras.Model(rows, keras.layers.Dense(1, activation="sigmoid")(keras.layers.Dropout(0.5)(h)))
    network.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
    return network
"""
NETWORK_GRAPH = """
def build_network(matrix, length):
    rows = keras.Input(shape=(length,), dtype="int64")
    initial = keras.initializers.Constant(np.asarray(matrix))
    look = keras.layers.Embedding(len(matrix), matrix.shape[1], embeddings_initializer=initial, mask_zero=True)
    look.trainable = False
    h = keras.layers.Dropout(0.4)(look(rows))
    h = keras.layers.GRU(16)(h)
    h = keras.layers.Dropout(0.4)(h)
    network = keras.Model(rows, keras.layers.Dense(1, activation=keras.activations.sigmoid)(h))
    metrics = [keras.metrics.BinaryAccuracy("accuracy")]
    network.compile(keras.optimizers.RMSprop(0.003), keras.losses.BinaryCrossentropy(), metrics=metrics)
    return network
"""
NETWORK_BOTH_WAYS = """
def build_network(matrix, length):
    l = keras.layers
    embedding = l.Embedding(matrix.shape[0], matrix.shape[1])
    network = keras.Sequential([
        embedding,
        l.SpatialDropout1D(0.3),
        l.Bidirectional(l.LSTM(8)),
        l.Dropout(0.5),
        l.Dense(1),
        l.Activation("sigmoid"),
    ])
    network.build((None, length))
    embedding.set_weights([matrix])
    embedding.trainable = False
    network.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy", metrics=["acc" "uracy"])
    return network
"""

variants = [
    variant(
        "loops and lists",
        replace(WORDS, WORDS_LOOP),
        replace(KNOWN, KNOWN_LOOP),
        replace(MATRIX, MATRIX_INDEX),
        replace(SPLIT, SPLIT_SHUFFLED),
        replace(SLOPE, SLOPE_LOOP),
        replace(NETWORK, NETWORK_ADDED),
        replace(ANSWERS, 'answers = dict(vectors="C", flat=" b", choice="A")'),
    ),
    variant(
        "other characters become spaces, counts, a fitted polynomial, a graph that reads in order",
        replace(WORDS, WORDS_REPLACED),
        replace(KNOWN, KNOWN_COUNTED),
        replace(MATRIX, MATRIX_COMPREHENSION),
        replace(SPLIT, SPLIT_SAMPLED),
        edit(
            SLOPE,
            "return (away * (values - values.mean())).sum() / (away**2).sum()",
            "return np.polyfit(epochs, values, 1)[0]",
        ),
        replace(NETWORK, NETWORK_GRAPH),
    ),
    variant(
        "tuples and rows of lists, pairs, covariances",
        replace(WORDS, WORDS_GENERATOR),
        replace(KNOWN, KNOWN_MEAN),
        replace(MATRIX, MATRIX_ROWS),
        replace(SPLIT, SPLIT_LISTS),
        replace(SLOPE, SLOPE_COVARIANCE),
        replace(NETWORK, NETWORK_MEAN),
        edit("build", "build_network(matrix, LENGTH)", "build_network(np.array(matrix), LENGTH)"),
    ),
    variant(
        "an array of words, shuffled tensors, least squares of NumPy, a second table that learns",
        edit(WORDS, 're.findall("[a-z]+", text.lower())', 'np.array(re.findall("[a-z]+", text.lower()))'),
        replace(SPLIT, SPLIT_TENSORS),
        replace(SLOPE, SLOPE_SOLVED),
        replace(NETWORK, NETWORK_TWO_TABLES),
    ),
    variant("reads both ways, trained here", replace(NETWORK, NETWORK_BOTH_WAYS), retrained()),
    variant("looks at four words at a time, trained here", replace(NETWORK, NETWORK_ADDED), retrained()),
]


def slips(cell, *rows):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


FOUND = 're.findall("[a-z]+", text.lower())'
ENDS = "what_ends_a_word any_text"
words = slips(
    WORDS,
    ("capitals stay", FOUND, 're.findall("[a-zA-Z]+", text)', "words"),
    ("capitals are dropped", "text.lower()", "text", "words"),
    ("cuts at white space alone", FOUND, "text.lower().split()", f"no_words {ENDS}"),
    ("drops the signs", FOUND, 're.sub("[^a-z ]", "", text.lower()).split()', f"small_letters {ENDS}"),
    ("digits belong to words", '"[a-z]+"', '"[a-z0-9]+"', f"no_words {ENDS}"),
    ("all that Python calls a word", '"[a-z]+"', r'r"\w+"', f"no_words {ENDS}"),
    ("letters of all languages", '"[a-z]+"', r'r"[^\W\d_]+"', ENDS),
    ("apostrophes belong to words", '"[a-z]+"', '''"[a-z']+"''', ENDS),
    ("two letters or more", '"[a-z]+"', '"[a-z][a-z]+"', f"small_letters {ENDS}"),
    ("each word once", FOUND, f"list(dict.fromkeys({FOUND}))", "words"),
    ("in alphabetical order", FOUND, f"sorted({FOUND})", "words"),
    ("a single text", FOUND, f'" ".join({FOUND})', "words"),
    ("single letters", '"[a-z]+"', '"[a-z]"', f"small_letters {ENDS}"),
    ("no words is one empty word", FOUND, f'({FOUND} or [""])', "no_words"),
)
ALL = "words = [word for words in lists for word in words]"
shares = slips(
    KNOWN,
    ("different words", ALL, "words = set(word for words in lists for word in words)", "known"),
    ("different words of each text", ALL, "words = [word for words in lists for word in set(words)]", "known"),
    ("counts those without one", "word in vectors", "word not in vectors", "each_time_counts any_share"),
    ("how many", " / len(words)", "", "known"),
    ("in percent", "return sum", "return 100 * sum", "known"),
    ("divides by the number of texts", "/ len(words)", "/ len(lists)", "known"),
    ("divides by the number of vectors", "/ len(words)", "/ len(vectors)", "known"),
    ("the first text alone", "for words in lists", "for words in lists[:1]", "known"),
    ("the vectors of the notebook", ALL, f"vectors = globals()['vectors']\n    {ALL}", "known"),
    (
        "the mean of the shares",
        "return sum(word in vectors for word in words) / len(words)",
        "return np.mean([np.mean([word in vectors for word in words]) for words in lists if words])",
        "known",
    ),
    ("whole numbers", "/ len(words)", "// len(words)", "known"),
    ("a vector of zeros is none", "sum(word in vectors", "sum(any(vectors.get(word, []))", "share_on_paper"),
)
LOOP = "for row, word in zip(matrix, vocabulary):"
VALUES, ALWAYS = "each_row_is_of_its_word any_vocabulary", "any_width any_vocabulary"
NONE = "words_without_a_vector any_width any_vocabulary"
matrices = slips(
    MATRIX,
    (
        "slips by a row",
        "zip(matrix, vocabulary)",
        "zip(matrix[1:], vocabulary)",
        f"each_row_is_of_its_word {NONE}",
    ),
    (
        "words begin with row 0",
        "zip(matrix, vocabulary)",
        "zip(matrix, vocabulary[2:])",
        f"each_row_is_of_its_word the_first_two_rows {NONE}",
    ),
    ("in alphabetical order", "zip(matrix, vocabulary)", "zip(matrix, sorted(vocabulary))", "matrix"),
    ("without the first two", "len(vocabulary), size", "len(vocabulary) - 2, size", "matrix"),
    ("two rows more", "len(vocabulary), size", "len(vocabulary) + 2, size", "matrix"),
    ("unknown words are ones", "np.zeros(", "np.ones(", f"the_first_two_rows {NONE}"),
    (
        "unknown words are drawn",
        "np.zeros((len(vocabulary), size))",
        "np.random.default_rng(0).normal(0, 0.1, (len(vocabulary), size)); matrix[:2] = 0",
        NONE,
    ),
    (
        "the unknown word is ordinary",
        "    return matrix",
        "    matrix[1] = np.mean(list(vectors.values()), axis=0)\n    return matrix",
        f"the_first_two_rows {ALWAYS}",
    ),
    ("in the order of the vectors", LOOP, "for row, word in zip(matrix, vectors):", "matrix"),
    (
        "unknown words have no row",
        "    return matrix",
        "    return matrix[[k < 2 or word in vectors for k, word in enumerate(vocabulary)]]",
        "matrix",
    ),
    ("always fifty numbers", "len(next(iter(vectors.values())))", "50", "matrix"),
    (
        "as wide as the first known word says",
        "len(next(iter(vectors.values())))",
        "len(vectors[[w for w in vocabulary if w in vectors][0]])",
        "any_width",
    ),
    ("whole numbers", "(len(vocabulary), size)", "(len(vocabulary), size), int", VALUES),
    ("length 1", "= vectors[word]", "= vectors[word] / np.linalg.norm(vectors[word])", f"any_width {VALUES}"),
    ("takes the vectors out", "= vectors[word]", "= vectors.pop(word)", ALWAYS),
    ("the vectors of the notebook", "    size =", "    vectors = globals()['vectors']\n    size =", "matrix"),
)
ORDER = "np.random.default_rng(seed).permutation(len(rows))"
ONCE = "each_row_once_with_its_label any_split"
splits = slips(
    SPLIT,
    ("no chance", ORDER, "np.arange(len(rows))", "by_chance the_seed"),
    ("the last rows", ORDER, "np.arange(len(rows))[::-1]", "by_chance the_seed"),
    ("no seed", "default_rng(seed)", "default_rng()", "the_seed"),
    ("always the same seed", "default_rng(seed)", "default_rng(0)", "the_seed"),
    (
        "the new rows first",
        "return rows[known], labels[known], rows[new], labels[new]",
        "return rows[new], labels[new], rows[known], labels[known]",
        "sizes",
    ),
    ("rows together, labels together", "labels[known], rows[new]", "rows[new], labels[known]", "split"),
    (
        "labels stay in their order",
        "labels[known], rows[new], labels[new]",
        "labels[count:], rows[new], labels[:count]",
        ONCE,
    ),
    ("learns from all", "order[:count], order[count:]", "order[:count], order", f"sizes {ONCE}"),
    ("one row is lost", "order[count:]", "order[count + 1 :]", f"sizes {ONCE}"),
    ("one too many", "order[:count], order[count:]", "order[: count + 1], order[count + 1 :]", "sizes any_split"),
    ("draws with repeats", ORDER, "np.random.default_rng(seed).integers(0, len(rows), len(rows))", ONCE),
    ("always a quarter", "    new,", "    count = len(rows) // 4\n    new,", "sizes any_split"),
    (
        "a block that begins by chance",
        ORDER,
        "np.roll(np.arange(len(rows)), np.random.default_rng(seed).integers(len(rows)))",
        "by_chance",
    ),
    ("every third or fourth", ORDER, "np.argsort(np.arange(seed, seed + len(rows)) % 4, kind='stable')", "by_chance"),
    ("mixes the rows in place", "    order =", "    np.random.default_rng(seed).shuffle(rows)\n    order =", ONCE),
    ("the labels of the notebook", "    order =", "    labels = globals()['labels']\n    order =", ONCE),
    ("never the first row", ORDER, f"np.append(1 + {ORDER.replace('(rows)', '(rows) - 1')}, 0)", "by_chance"),
    (
        "serious ones more probably",
        ORDER,
        "np.argsort(np.random.default_rng(seed).random(len(rows)) * (labels + 1))",
        "by_chance",
    ),
)
LINE = "return (away * (values - values.mean())).sum() / (away**2).sum()"
slopes = slips(
    SLOPE,
    ("from the first to the last", LINE, "return (values[-1] - values[0]) / (len(values) - 1)", "slope"),
    ("the mean of the steps", LINE, "return np.mean(np.diff(values))", "slope"),
    ("the last step", LINE, "return values[-1] - values[-2]", "slope"),
    ("the correlation", LINE, "return np.corrcoef(epochs, values)[0, 1]", "slope"),
    ("does not divide", " / (away**2).sum()", "", "slope"),
    ("divides by the number of epochs", "(away**2).sum()", "len(values)", "slope"),
    ("the other way round", "(away**2).sum()", "((values - values.mean()) ** 2).sum()", "slope"),
    ("through the origin", "epochs - epochs.mean()", "epochs + 1.0", "slope"),
    ("uphill is below 0", "return (away", "return -(away", "slope"),
    ("its height at the first epoch", LINE, "return np.polyfit(epochs, values, 1)[1]", "slope"),
    ("both numbers of the line", LINE, "return np.polyfit(epochs, values, 1)", "slope"),
    ("twenty epochs", "np.arange(len(values))", "np.arange(20)", "slope"),
    ("leaves the first epochs out", "    away =", "    values, epochs = values[1:], epochs[1:]\n    away =", "slope"),
    ("whole numbers", "np.array(values, float)", "np.array(values).astype(int)", "slope_on_paper any_slope"),
    (
        "writes into an array",
        "values, epochs = np.array(values, float)",
        "values = np.asarray(values, float)\n    values -= values.mean()\n    values, epochs = values",
        "all_values_count any_slope",
    ),
    ("shares of the lesson", "np.arange(len(values))", "np.linspace(0, 1, len(values))", "slope"),
)
VECTORS = "weights=[matrix], trainable=False"
networks = [
    *slips(
        NETWORK,
        (
            "a matrix of zeros",
            "weights=[matrix]",
            "weights=[0 * matrix]",
            "the_matrix_is_in_it the_loss_falls the_accuracy",
        ),
        (
            "two classes",
            'Dense(1, activation="sigmoid")',
            'Dense(2, activation="softmax")',
            "one_probability taught_by_crossentropy",
        ),
        (
            "all of one class",
            'activation="sigmoid"',
            'activation="softmax"',
            "one_probability taught_by_crossentropy",
        ),
        ("no activation", ', activation="sigmoid"', "", "one_probability taught_by_crossentropy"),
        ("a loss for numbers", '"binary_crossentropy"', '"mse"', "taught_by_crossentropy"),
        ("reports nothing", ', metrics=["accuracy"]', "", "taught_by_crossentropy"),
        ("reports an error", 'metrics=["accuracy"]', 'metrics=["mae"]', "taught_by_crossentropy"),
        ("steps of no length", "0.003", "0.0", "the_loss_falls the_accuracy"),
        ("steps that are far too short", "0.003", "1e-6", "the_loss_falls the_accuracy"),
    ),
]
PLAIN = """
def build_network(matrix, length):
    network = keras.Sequential(
        [
            keras.Input((length,)),
            keras.layers.Embedding(*matrix.shape, weights=[matrix], trainable=False),
            keras.layers.Conv1D(64, 5, activation="relu"),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.compile(keras.optimizers.Adam(0.002), "binary_crossentropy", metrics=["accuracy"])
    return network
"""
RISES = ["the_loss_does_not_rise", "the_loss_falls"]
UNSEEN = ["the_loss_of_unseen_headlines", "the_accuracy_of_unseen_headlines"]
networks += [
    mutant("frozen, but nothing else holds it back", replace(NETWORK, PLAIN), fails=RISES),
    mutant(
        "learns its vectors, and nothing holds it back",
        replace(NETWORK, PLAIN.replace(", trainable=False", "")),
        fails=["the_matrix_is_frozen", *RISES],
    ),
    mutant(
        "rows of sixteen numbers alone",
        edit(NETWORK, "keras.Input((length,))", "keras.Input((16,))"),
        fails="networks_of_other_sizes",
    ),
]
trained = [
    mutant(
        "hands in a network that nothing holds back",
        replace(NETWORK, PLAIN),
        retrained(),
        fails=[*RISES, "the_loss_of_unseen_headlines"],
    ),
    mutant("hands in an untrained network", untrained(), fails=UNSEEN),
    mutant(
        "the matrix of the notebook",
        edit(NETWORK, "    network =", "    matrix = globals()['matrix']\n    network ="),
        fails=["the_matrix_is_in_it", "the_matrix_is_frozen", "networks_of_other_sizes"],
    ),
    mutant(
        "the matrix slips by a row, also in the network that is handed in",
        edit(MATRIX, "zip(matrix, vocabulary)", "zip(matrix[1:], vocabulary)"),
        retrained(),
        fails=["each_row_is_of_its_word", "words_without_a_vector", "any_width", "any_vocabulary"],
    ),
]


def choose(question, right, wrong, fails):
    """Mutants that choose each wrong answer of a question."""
    rows = [(f"{question}: {letter}", f'"{question}": "{letter}"') for letter in wrong]
    return slips(ANSWERS, *((title, f'"{question}": "{right}"', said, fails) for title, said in rows))


choices = [
    *choose("flat", "b", "ac", "what_a_flat_curve_hides"),
    *choose("vectors", "c", "ab", "why_frozen_vectors_help"),
    *choose("choice", "a", "bc", "which_network_to_use"),
    *slips(
        ANSWERS,
        ("a question is left out", ', "choice": "a"', "", "every_question_has_an_answer which_network_to_use"),
    ),
]
mutants = [
    *combine([words, shares, matrices, splits, slopes, choices, networks]),
    *trained,
]
OPEN = "the text leaves the layers of the network open"
harmless_mutations = [
    *(
        harmless(change, because="the distances of the epochs add up to 0: what is added to all values is no slope")
        for change in ("values - values.mean() → values (", "values - values.mean() → values +")
    ),
    free("Conv1D[0]", "Conv1D[1]", because=OPEN),
    harmless("keras.layers.Conv1D(32, 3)", because=OPEN),
    harmless('"relu" → None', because=OPEN),
]
KEY, NEW = "a public criterion would hold the key", "the headlines must stay unknown"
hidden_because = {
    "what_a_flat_curve_hides": KEY,
    "why_frozen_vectors_help": KEY,
    "which_network_to_use": KEY,
    "the_loss_of_unseen_headlines": NEW,
    "the_accuracy_of_unseen_headlines": NEW,
    "networks_of_other_sizes": "the function is for any matrix and length, and the lesson is for those of the notebook",
}
