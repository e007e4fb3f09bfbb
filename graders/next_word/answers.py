"""Other right answers of the exercise on verse, and wrong ones."""

from proctor.answers import Answer, combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

N_GRAMS, PAD, BUILD, PERPLEXITY, CHOOSE, WRITE = (
    f"write_{name}" for name in ("n_grams", "pad", "build_model", "perplexity", "choose", "write_line")
)

N_GRAMS_COURSE = """
from tensorflow.keras.preprocessing.text import Tokenizer

def n_grams(corpus, vocabulary):
    tokenizer = Tokenizer(filters="", lower=False)
    tokenizer.word_index = dict(zip(vocabulary, range(len(vocabulary))))
    input_sequences = []
    for line in corpus:
        token_list = tokenizer.texts_to_sequences([line])[0]
        for i in range(1, len(token_list)):
            input_sequences.append(token_list[: i + 1])
    return [row[:-1] for row in input_sequences], [row[-1] for row in input_sequences]
"""
N_GRAMS_ARRAYS = """
def n_grams(lines, vocabulary):
    rows = [np.array([vocabulary.index(word) for word in line.split(" ")]) for line in lines]
    found = [(row[:place], row[place]) for row in rows for place in range(1, len(row))]
    return tuple(row for row, _ in found), np.array([number for _, number in found])
"""
N_GRAMS_LOOKUP = """
def n_grams(lines, vocabulary):
    lookup = keras.layers.StringLookup(vocabulary=vocabulary[1:], num_oov_indices=0, mask_token="")
    starts, nexts = [], []
    for line in lines:
        numbers = lookup(line.split())
        for n in range(len(numbers) - 1):
            starts.append([int(k) for k in numbers[: n + 1]])
            nexts.append(numbers[n + 1])
    return [starts, [int(k) for k in nexts]]
"""
N_GRAMS_GROWING = """
def n_grams(lines, vocabulary):
    result, answers = [], []
    for text in lines:
        so_far = []
        for word in map(vocabulary.index, text.split()):
            if so_far:
                result.append(tuple(so_far))
                answers.append(word)
            so_far.append(word)
    return result, answers
"""
PAD_KERAS = """
def pad(rows, length):
    return keras.utils.pad_sequences(rows, maxlen=length)
"""
PAD_COURSE = """
from tensorflow.keras.preprocessing.sequence import pad_sequences

def pad(input_sequences, maxlen):
    return np.array(pad_sequences(input_sequences, maxlen=maxlen, padding="pre"))
"""
PAD_LISTS = """
def pad(rows, length):
    return np.array([([0] * length + list(row))[-length:] for row in rows])
"""
PAD_ROLLED = """
def pad(rows, length):
    result = []
    for row in rows:
        row = list(row)
        while len(row) < length:
            row.insert(0, 0)
        while len(row) > length:
            row.pop(0)
        result.append(np.array(row, "int32"))
    return np.stack(result)
"""
BUILD_COURSE = """
import tensorflow as tf

def build_model(total_words, max_sequence_len):
    model = tf.keras.models.Sequential([
        tf.keras.layers.Embedding(total_words, 100),
        tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(40)),
        tf.keras.layers.Dense(total_words, activation="softmax")
    ])
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.005)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model
"""
BUILD_DEEP = """
def build_model(size, length):
    network = keras.Sequential()
    network.add(keras.layers.Input(shape=(length,), dtype="int32"))
    network.add(keras.layers.Embedding(input_dim=size, output_dim=32, mask_zero=True))
    network.add(keras.layers.GRU(48, return_sequences=True))
    network.add(keras.layers.Dropout(0.2))
    network.add(keras.layers.GRU(48))
    network.add(keras.layers.Dense(size))
    network.add(keras.layers.Softmax())
    network.compile(optimizer=keras.optimizers.RMSprop(0.005), loss=keras.losses.SparseCategoricalCrossentropy())
    return network
"""
BUILD_CELLS = """
def build_model(size, length):
    words = keras.Input((length,))
    x = keras.layers.Embedding(size + 3, 24)(words)
    x = keras.layers.RNN(keras.layers.SimpleRNNCell(50))(x)
    x = keras.layers.Dense(30, activation="relu", kernel_regularizer="l2")(x)
    network = keras.Model(words, keras.layers.Dense(size, activation=keras.activations.softmax)(x))
    network.compile("nadam", loss=keras.losses.sparse_categorical_crossentropy)
    return network
"""
BUILD_RELU = """
def build_model(size, length):
    words = keras.Input((length,), dtype="int32")
    x = keras.layers.Embedding(size, 16, embeddings_initializer="glorot_uniform")(words)
    x = keras.layers.SimpleRNN(100, activation="relu")(x)
    network = keras.Model(words, keras.layers.Activation("softmax")(keras.layers.Dense(size)(x)))
    network.compile(keras.optimizers.Adam(0.003), keras.losses.SparseCategoricalCrossentropy(from_logits=False))
    return network
"""
PERPLEXITY_LOSS = """
def perplexity(probabilities, following):
    losses = keras.losses.sparse_categorical_crossentropy(np.array(following), np.array(probabilities))
    return float(np.exp(np.mean(losses)))
"""
PERPLEXITY_LOOP = """
import math

def perplexity(probs, answers):
    total = 0.0
    for row, answer in zip(probs, answers):
        total += math.log2(row[answer])
    return 2 ** (-total / len(answers))
"""
PERPLEXITY_GATHERED = """
def perplexity(probabilities, following):
    column = np.take_along_axis(np.array(probabilities), np.reshape(following, (-1, 1)), axis=1)
    return np.prod(column.astype("float64") ** (-1 / len(column)))
"""
CHOOSE_LOGS = """
def choose(preds, temperature, rng):
    preds = np.asarray(preds).astype("float64")
    if not temperature:
        return preds.argmax()
    with np.errstate(divide="ignore"):
        logits = np.log(preds) / temperature
    exp_preds = np.exp(logits - logits.max())
    preds = exp_preds / np.sum(exp_preds)
    return np.argmax(rng.multinomial(1, preds))
"""
CHOOSE_SUMS = """
def choose(probabilities, temperature, rng):
    p = [float(each) for each in probabilities]
    if temperature < 0.01:
        return p.index(max(p))
    sums = np.cumsum([each ** (1 / temperature) for each in p])
    return int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))
"""
CHOOSE_GUMBEL = """
def choose(probabilities, temperature, rng):
    if temperature == 0:
        return np.argsort(probabilities)[-1]
    with np.errstate(divide="ignore"):
        scores = np.log(np.array(probabilities, float)) / temperature
    return np.argmax(scores + rng.gumbel(size=scores.shape))
"""
WRITE_COURSE = """
def write_line(model, seed_words, temperature, rng, next_words):
    tokens = [number for number in seed_words]
    for _ in range(next_words - len(tokens)):
        token_list = keras.utils.pad_sequences([tokens], maxlen=model.input_shape[1], padding="pre")
        predicted = model.predict(token_list, verbose=0)
        index = choose(predicted[0], temperature, rng)
        tokens += [index]
        if index == END:
            break
    return tokens
"""
WRITE_RECURSIVE = """
def write_line(model, beginning, temperature, rng, most):
    if len(beginning) >= most:
        return list(beginning)
    answer = model(pad([beginning], model.input_shape[-1]))
    word = int(choose(np.ravel(answer), temperature, rng))
    if word == 1:
        return [*beginning, word]
    return write_line(model, [*beginning, word], temperature, rng, most)
"""
WRITE_ARRAYS = """
def write_line(model, beginning, temperature, rng, most):
    length, words = model.inputs[0].shape[1], np.array(beginning)
    while words.size < most:
        row = np.concatenate([np.zeros(length, int), words])[None, -length:]
        chances = keras.ops.convert_to_numpy(model(row))[0]
        words = np.append(words, choose(chances, temperature, rng))
        if words[-1] == 1:
            return words
    return words
"""

N_GRAMS_CUT = """
def n_grams(lines, vocabulary):
    number = {word: i for i, word in enumerate(vocabulary)}
    numbers = [[number[w] for w in line.split()] for line in lines]
    grams = [row[:n] for row in numbers for n in range(2, len(row) + 1)]
    return [gram[:-1] for gram in grams], np.array([gram[-1] for gram in grams])
"""
PAD_FROM_THE_END = """
def pad(rows, length):
    out = np.zeros((len(rows), length), "int32")
    for i, row in enumerate(rows):
        for j in range(1, min(len(row), length) + 1):
            out[i, -j] = row[-j]
    return out
"""
BUILD_WITHOUT_INPUT = """
def build_model(size, length):
    network = keras.Sequential()
    network.add(keras.layers.Embedding(size, 80))
    network.add(keras.layers.Bidirectional(keras.layers.GRU(60)))
    network.add(keras.layers.Dense(size, activation="softmax"))
    network.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    return network
"""
CHOOSE_SUBTRACTED = """
def choose(probabilities, temperature, rng):
    if temperature == 0:
        return list(probabilities).index(max(probabilities))
    weights = [float(p) ** (1 / temperature) for p in probabilities]
    left = rng.uniform(0, sum(weights))
    for number, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return number
    return int(np.argmax(weights))
"""

variants = [
    variant(
        "as in the courses",
        replace(N_GRAMS, N_GRAMS_COURSE),
        replace(PAD, PAD_COURSE),
        replace(BUILD, BUILD_COURSE),
        replace(PERPLEXITY, PERPLEXITY_LOSS),
        replace(CHOOSE, CHOOSE_LOGS),
        replace(WRITE, WRITE_COURSE),
    ),
    variant(
        "arrays, two layers, cumulative sums and recursion",
        replace(N_GRAMS, N_GRAMS_ARRAYS),
        replace(PAD, PAD_LISTS),
        replace(BUILD, BUILD_DEEP),
        replace(PERPLEXITY, PERPLEXITY_LOOP),
        replace(CHOOSE, CHOOSE_SUMS),
        replace(WRITE, WRITE_RECURSIVE),
    ),
    variant(
        "a layer that looks words up, cells, Gumbel's trick and one long array",
        replace(N_GRAMS, N_GRAMS_LOOKUP),
        replace(PAD, PAD_ROLLED),
        replace(BUILD, BUILD_CELLS),
        replace(PERPLEXITY, PERPLEXITY_GATHERED),
        replace(CHOOSE, CHOOSE_GUMBEL),
        replace(WRITE, WRITE_ARRAYS),
    ),
    variant(
        "a beginning that grows, and ReLU in the recurrent layer",
        replace(N_GRAMS, N_GRAMS_GROWING),
        replace(PAD, PAD_KERAS),
        replace(BUILD, BUILD_RELU),
    ),
    variant(
        "n-grams cut in two, a network without Input, and what is left of a random number",
        replace(N_GRAMS, N_GRAMS_CUT),
        replace(PAD, PAD_FROM_THE_END),
        replace(BUILD, BUILD_WITHOUT_INPUT),
        replace(CHOOSE, CHOOSE_SUBTRACTED),
    ),
    variant(
        "a smaller GRU at half the rate, trained anew",
        edit(BUILD, "LSTM(128)", "GRU(96)"),
        edit(BUILD, "Adam(0.01)", "Adam(0.005)"),
        retrained(),
    ),
]


def slips(cell: str, *rows: tuple[str, str, str, str]) -> list[Answer]:
    """Mutants of one cell: title, what is replaced, by what, and the criteria that fail."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


DRAWS, LINES, NEXT = "by_chance tempered any_temperature", "every_line_in_its_order any_lines", "what_follows any_lines"
ZEROS, LEARNS = "zeros_before pads_any_rows", "the_loss_is_the_crossentropy all_of_it_learns"
SURPRISE = "between_four_words knowing_all_and_nothing thousands_of_questions any_answers"
MEANS = "between_four_words any_answers"
POWERS = 'np.asarray(probabilities, "float64") ** (1 / temperature)'
BY_CHANCE = "int(rng.choice(len(powers), p=powers / powers.sum()))"
CHOSEN = "line.append(choose(probabilities[0], temperature, rng))"
KEPT = "kept = row[-length:]"
CHANCES = "np.asarray(probabilities)[np.arange(len(following)), following]"
MEAN = "np.exp(-np.mean(np.log(chances)))"
DRAWN = "rng.choice(len(powers), p=powers / powers.sum())"
ASK = "model.predict_on_batch(pad([line], model.input_shape[1]))"
STOP = "        if line[-1] == 1:\n            break\n"
LOOP, RETURN, APPENDED = (
    "for line in lines:",
    "return beginnings, following",
    " " * 12 + "beginnings.append(row[:count])",
)
LAYER, EMBED = "keras.layers.LSTM(128)", "Embedding(size, 64)"

mutants = [
    mutant("networks as they were built", untrained(), fails=["rules", "by_heart"]),
    mutant(
        "a rate that is far too low",
        edit(BUILD, "Adam(0.01)", "Adam(0.0001)"),
        retrained(),
        fails=["rules", "by_heart"],
    ),
    *combine(
        [
            slips(
                N_GRAMS,
                (
                    "the n-gram together with what follows",
                    "row[:count])",
                    "row[: count + 1])",
                    "beginnings_on_paper every_line_in_its_order lines_without_n_grams any_lines",
                ),
                ("beginnings of two words and more", "range(1, len(row))", "range(2, len(row))", "n_grams"),
                ("the longest first", "range(1, len(row))", "range(len(row) - 1, 0, -1)", "n_grams"),
                ("each line once", LOOP, "for line in dict.fromkeys(lines):", LINES),
                (
                    "lines in alphabetical order",
                    LOOP,
                    "for line in sorted(lines):",
                    "every_line_in_its_order lines_without_n_grams any_lines",
                ),
                ("the word before the last", "following.append(row[count])", "following.append(row[count - 1])", NEXT),
                ("the last word of each line", "row[count])", "row[-1])", NEXT),
                (
                    "the stroke left out",
                    "in line.split()]",
                    'in line.split() if word != "/"]',
                    "beginnings_on_paper what_follows every_line_in_its_order any_lines",
                ),
                ("numbers from 1 on", "enumerate(vocabulary)", "enumerate(vocabulary, 1)", "n_grams"),
                (
                    "each beginning once",
                    APPENDED,
                    "            if row[:count] in beginnings:\n                continue\n" + APPENDED,
                    LINES,
                ),
                (
                    "rows of zeros and a one",
                    "beginnings, following\n",
                    "beginnings, np.eye(len(vocabulary))[following]\n",
                    NEXT,
                ),
                ("what follows comes first", RETURN, "return following, beginnings", "what_follows"),
            ),
            slips(
                PAD,
                ("zeros behind", "padded[place, length - len(kept) :]", "padded[place, : len(kept)]", ZEROS),
                ("the beginning is kept", KEPT, "kept = row[:length]", "the_end_is_kept pads_any_rows"),
                ("as long as the longest", "    padded =", "    length = max(map(len, rows))\n    padded =", "pad"),
                ("floats", "dtype=int", "dtype=float", "an_array_of_whole_numbers"),
                ("ones for nothing", "np.zeros(", "np.ones(", ZEROS),
                ("bytes", "dtype=int", 'dtype="uint8"', "pad"),
                ("words backwards", KEPT, "kept = row[-length:][::-1]", "zeros_before the_end_is_kept pads_any_rows"),
                (
                    "long rows are left out",
                    "    padded =",
                    "    rows = [row for row in rows if len(row) <= length]\n    padded =",
                    "the_end_is_kept pads_any_rows",
                ),
                (
                    "writes into the rows",
                    "        " + KEPT,
                    "        row[:0] = [0] * (length - len(row))\n        " + KEPT,
                    ZEROS,
                ),
            ),
            slips(
                BUILD,
                ("one word too few", EMBED, "Embedding(size - 1, 64)", "build_model"),
                ("no recurrent layer", LAYER, "keras.layers.Flatten()", "the_layers_of_the_table"),
                (
                    "an average",
                    LAYER,
                    "keras.layers.GlobalAveragePooling1D()",
                    "the_layers_of_the_table every_word_and_their_order",
                ),
                (
                    "the last two words alone",
                    LAYER,
                    "keras.layers.Lambda(lambda rows: rows[:, -2:]), " + LAYER,
                    "every_word_and_their_order",
                ),
                ("an answer for each word", "LSTM(128)", "LSTM(128, return_sequences=True)", "build_model"),
                (
                    "a sigmoid",
                    '"softmax"',
                    '"sigmoid"',
                    "probabilities_of_all_words any_sizes the_loss_is_the_crossentropy",
                ),
                ("the loss for rows of zeros and a one", "sparse_categorical", "categorical", LEARNS),
                ("a squared error", "sparse_categorical_crossentropy", "mse", LEARNS),
                (
                    "always the rows of the verse",
                    "    network = ",
                    "    length = verse_length\n    network = ",
                    "probabilities_of_all_words",
                ),
                ("a rate of 0", "Adam(0.01)", "Adam(0.0)", "all_of_it_learns"),
                ("an Embedding that does not learn", EMBED, "Embedding(size, 64, trainable=False)", "all_of_it_learns"),
                ("a word too many", "Dense(size,", "Dense(size + 1,", "probabilities_of_all_words any_sizes"),
            ),
            slips(
                PERPLEXITY,
                ("the mean of one over the probabilities", MEAN, "np.mean(1 / chances)", MEANS),
                ("the crossentropy", MEAN, "-np.mean(np.log(chances))", "perplexity"),
                ("one over the mean", MEAN, "1 / np.mean(chances)", MEANS),
                ("two to the power", "np.exp(", "2 ** (", SURPRISE),
                ("a sum", "np.mean(", "np.sum(", SURPRISE),
                ("the product", MEAN, "np.prod(chances) ** (-1 / len(chances))", "thousands_of_questions any_answers"),
                ("the most probable word", CHANCES, "np.max(probabilities, axis=1)", MEANS),
                (
                    "columns for rows",
                    CHANCES,
                    "np.asarray(probabilities)[:, following]",
                    "between_four_words knowing_all_and_nothing any_answers",
                ),
                ("the sign", "-np.mean", "np.mean", SURPRISE),
                (
                    "the entropy",
                    CHANCES,
                    "np.exp(np.sum(probabilities * np.log(np.maximum(probabilities, 1e-9)), axis=1))",
                    "between_four_words thousands_of_questions any_answers",
                ),
            ),
            slips(
                CHOOSE,
                (
                    "never greedy",
                    "    if temperature == 0:\n        return int(np.argmax(probabilities))\n",
                    "",
                    "greedy",
                ),
                (
                    "always greedy",
                    "temperature == 0",
                    "temperature < 5",
                    "by_chance tempered chance_comes_from_the_generator any_temperature",
                ),
                ("the power T", "(1 / temperature)", "temperature", "tempered any_temperature"),
                (
                    "the softmax of probabilities",
                    POWERS,
                    'np.exp(np.asarray(probabilities, "float64") / temperature)',
                    DRAWS,
                ),
                ("all words alike", ", p=powers / powers.sum()", "", DRAWS),
                (
                    "the array written into",
                    '    powers = np.asarray(probabilities, "float64") ** (1 / temperature)',
                    "    probabilities **= 1 / temperature\n    powers = probabilities",
                    "a_whole_number",
                ),
                ("a float", BY_CHANCE, BY_CHANCE.replace("int", "float"), "a_whole_number"),
                (
                    "a generator of its own",
                    "    powers =",
                    "    rng = np.random.default_rng(0)\n    powers =",
                    "by_chance tempered chance_comes_from_the_generator any_temperature",
                ),
                (
                    "an array of one number",
                    BY_CHANCE,
                    BY_CHANCE[4:-1].replace("len(powers)", "len(powers), 1"),
                    "a_whole_number",
                ),
                ("chance without a seed", DRAWN, DRAWN.replace("rng", "np.random"), "chance_comes_from_the_generator"),
                ("the least probable", "np.argmax(probabilities)", "np.argmin(probabilities)", "greedy"),
                ("the probability", "int(np.argmax(probabilities))", "float(np.max(probabilities))", "greedy"),
                (
                    "never the first word",
                    DRAWN,
                    "1 + rng.choice(len(powers) - 1, p=powers[1:] / powers[1:].sum())",
                    DRAWS,
                ),
                (
                    "a temperature of 1 at most",
                    "(1 / temperature)",
                    "(1 / min(temperature, 1))",
                    "tempered any_temperature",
                ),
            ),
            slips(
                WRITE,
                ("hears the beginning alone", "pad([line]", "pad([beginning]", "hears_its_own_words words_by_chance"),
                ("hears the last word alone", "pad([line]", "pad([line[-1:]]", "hears_its_own_words"),
                ("the length of the verse", "model.input_shape[1]", "verse_length", "write_line"),
                ("the stroke is left out", STOP, STOP.replace("break", "return line[:-1]"), "ends_with_its_stroke"),
                ("goes on behind the stroke", STOP, "", "ends_with_its_stroke"),
                (
                    "ends where a stroke is likeliest",
                    "line[-1] == 1",
                    "np.argmax(probabilities[0]) == 1",
                    "ends_with_its_stroke",
                ),
                (
                    "chooses once more, to see whether it ends",
                    "line[-1] == 1",
                    CHOSEN[12:-1] + " == 1",
                    "ends_with_its_stroke",
                ),
                ("one word too many", "< most", "<= most", "stops_at_the_limit words_by_chance"),
                (
                    "the limit without the beginning",
                    "len(line) < most",
                    "len(line) < most + len(beginning)",
                    "stops_at_the_limit words_by_chance",
                ),
                (
                    "a row in place of its numbers",
                    "choose(probabilities[0]",
                    "choose(probabilities",
                    "hears_its_own_words ends_with_its_stroke stops_at_the_limit words_by_chance",
                ),
                ("always greedy", "temperature, rng)", "0, rng)", "hands_on_temperature_and_chance words_by_chance"),
                ("always at T = 1", "temperature, rng)", "1, rng)", "hands_on_temperature_and_chance"),
                (
                    "a generator of its own",
                    "    line = ",
                    "    rng = np.random.default_rng(0)\n    line = ",
                    "hands_on_temperature_and_chance",
                ),
                ("writes into the beginning", "list(beginning)", "beginning", "ends_with_its_stroke words_by_chance"),
                ("the new words alone", "return line", "return line[len(beginning) :]", "write_line"),
            ),
        ]
    ),
]

harmless_mutations = [
    free("Embedding[1]", "LSTM[0]", "Adam[0]", because="the text leaves the sizes and the rate open"),
    harmless("write_write_line, line 18: 0 → -1", because="there is one row"),
    harmless('"float64" → None', because="single precision is exact enough to draw by"),
]
