"""Other right answers of the exercise on sentences and emojis, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, retrained, untrained, variant

ROWS, TABLE, AVERAGE, SOFTMAX = "write_to_rows", "write_make_table", "write_average_words", "write_softmax"
SLOPES, PAIRS, READER = "write_slopes", "write_share_of_pairs", "write_build_reader"

ROWS_LOOP = """
def to_rows(sentences, words, length):
    result = []
    for sentence in sentences:
        numbers = []
        for word in sentence.lower().split():
            if word in words:
                numbers.append(words.index(word) + 2)
            else:
                numbers.append(1)
        numbers = numbers[:length] + [0] * (length - len(numbers))
        result.append(numbers)
    return np.array(result)
"""
ROWS_PADDED = """
from tensorflow.keras.preprocessing.sequence import pad_sequences

def to_rows(sentences, words, length):
    word_to_index = dict(zip(words, range(2, len(words) + 2)))
    rows = [[word_to_index.get(w.lower(), 1) for w in s.split()] for s in sentences]
    return pad_sequences(rows, maxlen=length, padding="post", truncating="post")
"""
ROWS_LAYER = """
def to_rows(sentences, words, length):
    layer = keras.layers.TextVectorization(
        vocabulary=list(words), standardize="lower", output_sequence_length=length
    )
    return np.array(layer(sentences))
"""
ROWS_IN_PLACE = """
def to_rows(sentences, word_list, max_len):
    X_indices = np.zeros((len(sentences), max_len))
    for i in range(len(sentences)):
        sentence_words = [w.lower() for w in sentences[i].split()]
        for j, w in enumerate(sentence_words):
            if j >= max_len:
                break
            try:
                X_indices[i, j] = word_list.index(w) + 2
            except ValueError:
                X_indices[i, j] = 1
    return X_indices.astype("int32")
"""
TABLE_LOOP = """
def make_table(words, vectors):
    size = len(vectors[words[0]])
    table = np.zeros((len(words) + 2, size))
    for place, word in enumerate(words):
        table[place + 2] = vectors[word]
        table[1] += vectors[word] / len(words)
    return table
"""
TABLE_STACKED = """
def make_table(words, vectors):
    known = np.stack(list(map(vectors.get, words)))
    return np.vstack([np.zeros_like(known[0]), np.mean(known, axis=0), known]).astype("float32")
"""
AVERAGE_LOOP = """
def average_words(rows, table):
    averages = np.zeros((len(rows), table.shape[1]))
    for place, row in enumerate(rows):
        row = [number for number in row if number != 0]
        if len(row) > 0:
            total = np.zeros(table.shape[1])
            for number in row:
                total += table[number]
            averages[place] = total / len(row)
    return averages
"""
AVERAGE_MASKED = """
def average_words(rows, table):
    mask = (rows != 0)[:, :, None]
    masked = np.ma.masked_array(table[rows], mask=np.broadcast_to(~mask, (*rows.shape, table.shape[1])))
    return masked.mean(axis=1).filled(0.0)
"""
AVERAGE_TENSORS = """
import tensorflow as tf

def average_words(rows, table):
    mask = tf.cast(tf.not_equal(rows, 0), "float64")
    total = tf.einsum("nl,nld->nd", mask, tf.cast(tf.gather(table, rows), "float64"))
    return tf.math.divide_no_nan(total, tf.reduce_sum(mask, axis=1)[:, None]).numpy()
"""
AVERAGE_COUNTED = """
def average_words(rows, table):
    rows, table = np.asarray(rows), np.asarray(table)
    counts = np.zeros((len(rows), len(table)))
    np.add.at(counts, (np.arange(len(rows))[:, None], rows), 1)
    counts[:, 0] = 0
    number = counts.sum(axis=1)
    number[number == 0] = 1
    return (counts @ table) / number[:, np.newaxis]
"""
SOFTMAX_LOOP = """
def softmax(scores):
    result = []
    for row in scores:
        e = np.exp(row - max(row))
        result.append(e / sum(e))
    return np.array(result)
"""
SOFTMAX_TENSORS = """
import tensorflow as tf

def softmax(scores):
    return tf.nn.softmax(tf.cast(scores, "float64")).numpy()
"""
SLOPES_LOOP = """
def slopes(X, Y, W, b):
    m = X.shape[0]
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i in range(m):
        a = softmax((np.dot(X[i], W) + b)[None, :])[0]
        y = np.zeros(len(b))
        y[Y[i]] = 1
        dz = a - y
        dW += np.outer(X[i], dz) / m
        db += dz / m
    return dW, db
"""
SLOPES_ONE_HOT = """
def slopes(x, labels, weights, bias):
    one_hot = np.eye(weights.shape[1])[labels]
    said = softmax(np.matmul(x, weights) + bias[np.newaxis])
    return [np.einsum("nd,nk->dk", x, said - one_hot) / len(labels), np.mean(said - one_hot, axis=0)]
"""
SLOPES_TAPE = """
import tensorflow as tf

def slopes(x, labels, weights, bias):
    W, b = tf.Variable(weights, dtype="float64"), tf.Variable(bias, dtype="float64")
    with tf.GradientTape() as tape:
        scores = tf.cast(x, "float64") @ W + b
        cost = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores))
    return tuple(slope.numpy() for slope in tape.gradient(cost, [W, b]))
"""
PAIRS_LOOP = """
def share_of_pairs(first, second, first_labels, second_labels):
    count = 0
    for i in range(len(first)):
        if np.argmax(first[i]) == first_labels[i] and np.argmax(second[i]) == second_labels[i]:
            count += 1
    return count / len(first)
"""
PAIRS_PRODUCT = """
def share_of_pairs(first, second, first_labels, second_labels):
    one = np.equal(np.argmax(first, -1), first_labels).astype(float)
    other = np.equal(np.argmax(second, -1), second_labels).astype(float)
    return float(np.dot(one, other)) / len(one)
"""
READER_ADDED = """
def build_reader(emb_matrix, n_units, n_classes):
    vocab_size, emb_dim = emb_matrix.shape
    embedding_layer = keras.layers.Embedding(vocab_size, emb_dim, trainable=False, mask_zero=True)
    embedding_layer.build((None,))
    embedding_layer.set_weights([emb_matrix])
    m = keras.models.Sequential()
    m.add(embedding_layer)
    m.add(keras.layers.LSTM(n_units, return_sequences=False))
    m.add(keras.layers.Dropout(0.2))
    m.add(keras.layers.Dense(n_classes))
    m.add(keras.layers.Activation("softmax"))
    optimizer = keras.optimizers.Adam(learning_rate=0.003)
    m.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    m.build((None, None))
    return m
"""
READER_GRAPH = """
def build_reader(table, units, kinds):
    rows = keras.Input(shape=(None,))
    initial = keras.initializers.Constant(np.asarray(table))
    vectors = keras.layers.Embedding(len(table), table.shape[1], embeddings_initializer=initial, mask_zero=True)
    vectors.trainable = False
    read = keras.layers.RNN(keras.layers.LSTMCell(units))(vectors(rows))
    network = keras.Model(rows, keras.layers.Dense(kinds, activation=keras.activations.softmax)(read))
    metrics = [keras.metrics.SparseCategoricalAccuracy("accuracy")]
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(), metrics=metrics)
    network.optimizer.learning_rate = 0.003
    return network
"""
READER_MASKED = """
def build_reader(table, units, kinds):
    rows = keras.Input((None,), dtype="int64")
    look = keras.layers.Embedding(*table.shape)
    look.trainable = False
    lstm, dense = keras.layers.LSTM(units), keras.layers.Dense(kinds, "softmax")
    network = keras.Model(rows, dense(lstm(look(rows), mask=keras.ops.not_equal(rows, 0))))
    look.set_weights([table])
    steps = keras.optimizers.RMSprop(0.003)
    network.compile(optimizer=steps, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return network
"""

variants = [
    variant(
        "loops, lists and indices",
        replace(ROWS, ROWS_LOOP),
        replace(TABLE, TABLE_LOOP),
        replace(AVERAGE, AVERAGE_LOOP),
        replace(SOFTMAX, SOFTMAX_LOOP),
        replace(SLOPES, SLOPES_LOOP),
        replace(PAIRS, PAIRS_LOOP),
        replace(READER, READER_ADDED),
    ),
    variant(
        "the padding of old courses, stacked and masked arrays, rows of an identity",
        replace(ROWS, ROWS_PADDED),
        replace(TABLE, TABLE_STACKED),
        replace(AVERAGE, AVERAGE_MASKED),
        replace(SLOPES, SLOPES_ONE_HOT),
        replace(PAIRS, PAIRS_PRODUCT),
        replace(READER, READER_GRAPH),
    ),
    variant(
        "tensors and a tape; a mask of one's own",
        replace(ROWS, ROWS_LAYER),
        replace(AVERAGE, AVERAGE_TENSORS),
        replace(SOFTMAX, SOFTMAX_TENSORS),
        replace(SLOPES, SLOPES_TAPE),
        replace(READER, READER_MASKED),
    ),
    variant(
        "numbers filled in one by one, counts of words times the table",
        replace(ROWS, ROWS_IN_PLACE),
        replace(AVERAGE, AVERAGE_COUNTED),
        edit(SOFTMAX, "powers / powers.sum(axis=1, keepdims=True)", "(powers.T / np.sum(powers, -1)).T"),
        edit(SLOPES, "x.T @ error, error.sum(axis=0)", "np.dot(x.transpose(), error), np.ones(len(x)) @ error"),
        edit(PAIRS, "both.mean()", "np.count_nonzero(both) / both.size"),
    ),
    variant("the layers one by one, trained here", replace(READER, READER_ADDED), retrained()),
    variant(
        "a graph with a table from an initializer, trained here, and less precise tables",
        replace(TABLE, TABLE_STACKED),
        replace(READER, READER_GRAPH),
        retrained(),
    ),
]


def slips(cell, *rows):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


LSTM = "keras.layers.LSTM(units),"
TOP = "scores.max(axis=1, keepdims=True)"
BIAS = "slopes_of_the_bias the_bias_takes_part any_slopes"
MEAN, NOTHING = "known.mean(axis=0, keepdims=True)", "np.zeros((1, known.shape[1]))"
COUNTS = "(rows > 0).sum(axis=1, keepdims=True)"
SUMS = "powers.sum(axis=1, keepdims=True)"
ORDINARY = "the_unknown_word_is_ordinary any_table"
sentences = slips(
    ROWS,
    ("the first word has row 1", "start=2", "start=1", "rows"),
    ("the first word has row 0", "start=2", "start=0", "rows"),
    ("capitals stay", "sentence.lower()", "sentence", "capitals_and_spaces any_sentences"),
    ("splits at each space", ".split()", '.split(" ")', "capitals_and_spaces one_length any_sentences"),
    ("unknown words are dropped", ".split()]", ".split() if word in places]", "unknown_words any_sentences"),
    ("unknown words are padding", "places.get(word, 1)", "places.get(word, 0)", "unknown_words any_sentences"),
    ("padding in front", "row[: len(numbers)]", "row[length - len(numbers) :]", "one_length any_sentences"),
    ("keeps the last words", "[:length]", "[-length:]", "one_length any_sentences"),
    (
        "fills up with the unknown word",
        "np.zeros((len(sentences), length), int)",
        "np.ones((len(sentences), length), int)",
        "one_length any_sentences",
    ),
    ("floats", "length), int)", "length))", "places_of_words"),
    ("the list of the notebook", "places = ", "words = globals()['words']\n    places = ", "rows"),
    ("the length of the notebook", "places = ", "length = 10\n    places = ", "rows"),
    ("ten words at most", "[:length]", "[: min(length, 10)]", "one_length any_sentences"),
    ("words in alphabetical order", "enumerate(words,", "enumerate(sorted(words),", "rows"),
)
tables = slips(
    TABLE,
    ("all words of the dictionary", "for word in words", "for word in vectors", "table"),
    (
        "in the order of the dictionary",
        "for word in words",
        "for word in vectors if word in words",
        "vectors_in_the_order_of_the_list any_table",
    ),
    ("the unknown word is zeros", MEAN, NOTHING, ORDINARY),
    (
        "the mean of all words that have a vector",
        MEAN,
        "np.mean(list(vectors.values()), axis=0, keepdims=True)",
        ORDINARY,
    ),
    ("the mean of all numbers", MEAN, "np.full((1, known.shape[1]), known.mean())", ORDINARY),
    ("the mean counts the padding", MEAN, "known.sum(axis=0, keepdims=True) / (len(known) + 1)", ORDINARY),
    ("the median", MEAN, "np.median(known, axis=0, keepdims=True)", ORDINARY),
    ("the padding is ordinary, too", NOTHING, MEAN, "two_rows_and_the_words any_table"),
    (
        "unknown first, then padding",
        f"[{NOTHING}, {MEAN}, known]",
        f"[{MEAN}, {NOTHING}, known]",
        "two_rows_and_the_words the_unknown_word_is_ordinary any_table",
    ),
    ("no row for the padding", f"{NOTHING}, ", "", "table"),
    ("both rows at the end", f"[{NOTHING}, {MEAN}, known]", f"[known, {NOTHING}, {MEAN}]", "table"),
)
averages = slips(
    AVERAGE,
    ("padding counts", COUNTS, "np.full((len(rows), 1), rows.shape[1])", "padding_does_not_count any_averages"),
    (
        "counts the numbers that are not 0",
        COUNTS,
        "(table[rows] != 0).sum(axis=1)",
        "means_on_paper padding_does_not_count every_word_counts a_sentence_without_words",
    ),
    (
        "a vector of zeros is taken for padding",
        COUNTS,
        "(table[rows] != 0).any(axis=2).sum(axis=1, keepdims=True)",
        "every_word_counts",
    ),
    (
        "unknown words do not count",
        "    counts =",
        "    rows = np.where(rows == 1, 0, rows)\n    counts =",
        "every_word_counts any_averages",
    ),
    (
        "unknown words count below the line alone",
        "table[rows].sum(axis=1)",
        "table[np.where(rows == 1, 0, rows)].sum(axis=1)",
        "every_word_counts any_averages",
    ),
    (
        "repeated words count once",
        "    counts =",
        "    rows = np.array([[n * (n not in r[:k]) for k, n in enumerate(r)] for r in rows.tolist()])\n    counts =",
        "every_word_counts any_averages",
    ),
    (
        "ends at the first padding",
        "    counts =",
        "    rows = rows * (np.cumsum(rows == 0, axis=1) == 0)\n    counts =",
        "padding_does_not_count any_averages",
    ),
    ("divides by zero", "np.maximum(counts, 1)", "counts", "a_sentence_without_words"),
    ("one more below the line", "np.maximum(counts, 1)", "(counts + 1)", "average"),
    ("the sum", " / np.maximum(counts, 1)", "", "average"),
    ("the largest numbers", "table[rows].sum(axis=1) / np.maximum(counts, 1)", "table[rows].max(axis=1)", "average"),
    (
        "the mean over the numbers of a word",
        "table[rows].sum(axis=1)",
        "table[rows].sum(axis=2)",
        "average the_average_knows_topics the_average_knows_new_words",
    ),
    ("the table of the notebook", "    counts =", "    table = globals()['table']\n    counts =", "average"),
)
scores = slips(
    SOFTMAX,
    ("the powers as they come", "scores - scores.max(axis=1, keepdims=True)", "scores", "large_scores"),
    ("takes the largest of all scores away", TOP, "scores.max()", "large_scores"),
    ("divides by the sum of all", SUMS, "powers.sum()", "softmax"),
    ("columns", SUMS, "powers.sum(axis=0)", "softmax"),
    ("powers of two", "np.exp(", "np.exp2(", "softmax"),
    ("does not divide", "return powers / powers.sum(axis=1, keepdims=True)", "return powers", "softmax"),
    ("sigmoids", "powers / powers.sum(axis=1, keepdims=True)", "powers / (1 + powers)", "softmax"),
    (
        "in place",
        "powers = np.exp(scores - scores.max(axis=1, keepdims=True))",
        "scores -= scores.max(axis=1, keepdims=True)\n    powers = np.exp(scores)",
        "probabilities_on_paper any_scores",
    ),
    ("takes the first score away", TOP, "scores[:, :1]", "large_scores any_scores"),
    ("a row of zeros and a one", "return powers", "powers = np.float64(powers == 1)\n    return powers", "softmax"),
)
gradients = slips(
    SLOPES,
    ("the bias in a row", "error.sum(axis=0)", "error.sum(axis=0, keepdims=True)", "slopes_of_the_bias"),
    ("the sum over the sentences", "error = error / len(x)", "error = error", "slopes"),
    ("divided by the number of emojis", "/ len(x)", "/ len(bias)", "slopes"),
    ("uphill", "error = error / len(x)", "error = -error / len(x)", "slopes"),
    ("labels from 1", "labels] -= 1", "labels - 1] -= 1", "slopes"),
    ("takes 1 away in whole columns", "error[np.arange(len(x)), labels]", "error[:, labels]", "slopes"),
    ("the mean of the errors for the bias", "error.sum(axis=0)", "error.mean(axis=0)", BIAS),
    ("the sum over the emojis", "error.sum(axis=0)", "error.sum(axis=1)", BIAS),
    ("scores without the bias", "x @ weights + bias", "x @ weights", "the_bias_takes_part any_slopes"),
    ("the bias first", "x.T @ error, error.sum(axis=0)", "error.sum(axis=0), x.T @ error", "slopes_of_the_weights"),
    ("the probabilities without the labels", "    error[np.arange(len(x)), labels] -= 1\n", "", "slopes"),
    (
        "as many emojis as there are labels",
        "    error[np.arange(len(x)), labels] -= 1",
        "    error = error - np.eye(labels.max() + 1)[labels]",
        "the_bias_takes_part any_slopes",
    ),
    ("whole errors", "error = error / len(x)", "error = np.sign(error) / len(x)", "slopes"),
    (
        "the vectors of the notebook",
        "    error = softmax",
        "    x, labels = averages, globals()['labels']\n    error = softmax",
        "slopes",
    ),
)
shares = slips(
    PAIRS,
    ("both or none", ") & (", ") == (", "pairs"),
    ("each sentence by itself", ") & (", ") * 0.5 + 0.5 * (", "pairs"),
    ("one of both will do", ") & (", ") | (", "pairs"),
    ("the first alone", "both.mean()", "(first.argmax(axis=1) == first_labels).mean()", "pairs"),
    ("the second alone", "both.mean()", "(second.argmax(axis=1) == second_labels).mean()", "pairs"),
    (
        "one share times the other",
        "both.mean()",
        "(first.argmax(axis=1) == first_labels).mean() * (second.argmax(axis=1) == second_labels).mean()",
        "pairs",
    ),
    ("how many pairs", "both.mean()", "both.sum()", "pairs"),
    ("in percent", "both.mean()", "100 * both.mean()", "pairs"),
    ("the share of wrong ones", "both.mean()", "1 - both.mean()", "pairs"),
    ("the labels of the first for both", "== second_labels", "== first_labels", "pairs"),
    ("all or nothing", "both.mean()", "float(both.all())", "pairs"),
    ("the least likely emoji", "first.argmax(", "first.argmin(", "pairs"),
    ("probable by more than a half", "    both =", "    first = first > 0.5\n    both =", "pairs"),
    (
        "more probable than by a guess",
        "(first.argmax(axis=1) == first_labels) & (second.argmax(axis=1) == second_labels)",
        "(np.take_along_axis(first, first_labels[:, None], 1) > 1 / first.shape[1])[:, 0]"
        " & (np.take_along_axis(second, second_labels[:, None], 1) > 1 / second.shape[1])[:, 0]",
        "pairs",
    ),
    ("two different answers", "both.mean()", "(first.argmax(axis=1) != second.argmax(axis=1)).mean()", "pairs"),
)
readers = slips(
    READER,
    ("no mask", ", mask_zero=True", "", "padding_is_masked"),
    ("the table learns", " trainable=False,", "", "the_table_is_frozen"),
    ("a table of its own", " weights=[table],", "", "the_table_is_in_it"),
    (
        "takes the average of what the LSTM said",
        LSTM,
        "keras.layers.LSTM(units, return_sequences=True), keras.layers.GlobalAveragePooling1D(),",
        "reads_as_an_lstm",
    ),
    (
        "says something after each word",
        LSTM,
        "keras.layers.LSTM(units, return_sequences=True),",
        "rows_of_any_length reads_as_an_lstm taught_by_crossentropy",
    ),
    ("a GRU", LSTM, "keras.layers.GRU(units),", "reads_as_an_lstm readers_of_other_sizes"),
    ("a plain memory", LSTM, "keras.layers.SimpleRNN(units),", "reads_as_an_lstm readers_of_other_sizes"),
    ("reads backwards", "LSTM(units)", "LSTM(units, go_backwards=True)", "reads_as_an_lstm"),
    (
        "two LSTMs",
        LSTM,
        "keras.layers.LSTM(units, return_sequences=True), keras.layers.LSTM(units),",
        "reads_as_an_lstm readers_of_other_sizes",
    ),
    ("another activation in the LSTM", "LSTM(units)", 'LSTM(units, activation="relu")', "reads_as_an_lstm"),
    (
        "a ReLU before the softmax",
        'keras.layers.Dense(kinds, activation="softmax"),',
        'keras.layers.Dense(kinds, activation="relu"), keras.layers.Softmax(),',
        "reads_as_an_lstm",
    ),
    ("sigmoids", '"softmax"', '"sigmoid"', "rows_of_any_length reads_as_an_lstm taught_by_crossentropy"),
    ("scores", ', activation="softmax"', "", "rows_of_any_length reads_as_an_lstm taught_by_crossentropy"),
    ("64 units, whatever is asked for", "LSTM(units)", "LSTM(64)", "reads_as_an_lstm readers_of_other_sizes"),
    ("labels in rows of zeros and a one", "sparse_categorical", "categorical", "taught_by_crossentropy"),
    ("mean squared error", "sparse_categorical_crossentropy", "mse", "taught_by_crossentropy"),
    ("reports it by another name", '["accuracy"]', '["acc"]', "taught_by_crossentropy"),
    ("reports nothing", ', metrics=["accuracy"]', "", "taught_by_crossentropy"),
    ("steps of no length", "0.003", "0.0", "taught_by_crossentropy"),
    ("the LSTM is frozen", "LSTM(units)", "LSTM(units, trainable=False)", "the_table_is_frozen"),
)
readers.append(
    mutant(
        "rows of ten numbers alone",
        replace(READER, READER_MASKED.replace("(None,)", "(10,)")),
        fails="rows_of_any_length",
    )
)
KNOWS = ["the_reader_knows_topics", "the_reader_knows_order", "the_reader_knows_new_words", "the_order_of_new_words"]
mutants = [
    *combine([sentences, tables, scores, gradients, shares]),
    *combine([averages, readers]),
    mutant(
        "hands in an untrained model",
        untrained(),
        fails=KNOWS,
    ),
]
LAST = "a table has two axes, so the second one is the last"
harmless_mutations = [
    harmless('"int32" → None', because="an Embedding makes whole numbers of what it is given"),
    harmless("keyword dtype dropped", because="an Embedding makes whole numbers of what it is given"),
    harmless("write_average_words, line 12: 1 → -1", because=LAST),
    harmless("write_softmax, line 11: 1 → -1", because=LAST),
    harmless("write_softmax, line 12: 1 → -1", because=LAST),
    harmless("write_share_of_pairs, line 12: 1 → -1", because=LAST),
]
