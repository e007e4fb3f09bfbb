"""Other right answers of the exercise on improvising, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, retrained, untrained, variant

PAIRS, STEP, COUNT, LISTENER = "write_pairs", "write_one_step", "write_count_weights", "write_build_listener"
PLAYER, TEMPER, SOLO = "write_build_player", "write_temper", "write_improvise"
CHOICE, LENGTH = "write_choice", "write_var_length"

STEP_BY_CALL = """
def one_step(parts, words, states):
    x = parts[0](words)
    out, (h, c) = parts[1](x, [states[0], states[1]])
    return [parts[2](h), (h, c)]
"""
LISTENER_RNN = """
def build_listener(parts, steps):
    embed, cell, head = parts
    words = keras.Input((steps,), dtype="int32")
    model = keras.Sequential([words, embed, keras.layers.RNN(cell, return_sequences=True), head])
    return model
"""
LISTENER_ALL_AT_ONCE = """
def build_listener(parts, steps):
    inputs = keras.layers.Input(shape=(steps,))
    vectors = parts[0](inputs)
    h, c = silence(inputs, parts[1].units)
    outputs = []
    for t in range(steps):
        h, [_, c] = parts[1](vectors[:, t, :], states=[h, c])
        outputs.append(h[:, None, :])
    together = keras.layers.Concatenate(axis=1)(outputs) if steps > 1 else outputs[0]
    return keras.Model(inputs=inputs, outputs=parts[2](together))
"""
LISTENER_CLASS = """
class Listener(keras.Model):
    def __init__(self, parts, steps):
        super().__init__()
        self.embed, self.cell, self.head = parts
        self.steps = steps
        self(np.zeros((1, steps), "int32"))

    def call(self, words):
        states = silence(words, self.cell.units)
        answers = []
        for t in range(self.steps):
            answer, states = one_step((self.embed, self.cell, self.head), words[:, t], states)
            answers.append(answer)
        return tf.stack(answers, 1)


def build_listener(parts, steps):
    return Listener(parts, steps)
"""
PLAYER_SPELLED_OUT = """
def build_player(parts):
    embed, LSTM_cell, densor = parts
    x0 = keras.layers.Input(shape=(), dtype="int64", name="word")
    a0 = keras.layers.Input(shape=(LSTM_cell.units,), name="a0")
    c0 = keras.layers.Input(shape=(LSTM_cell.units,), name="c0")
    a, (a_next, c_next) = LSTM_cell(embed(x0), [a0, c0])
    return keras.models.Model(inputs=[x0, a0, c0], outputs=[densor(a), a_next, c_next])
"""
PLAYER_RNN = """
def build_player(parts):
    embed, cell, head = parts
    word, h, c = keras.Input(()), keras.Input((cell.units,)), keras.Input((cell.units,))
    played, *memory = keras.layers.RNN(cell, return_state=True)(embed(word)[:, None, :], initial_state=[h, c])
    return keras.Model([word, h, c], [head(played), *memory])
"""
TEMPER_BY_LOGARITHMS = """
def temper(probabilities, temperature):
    p = np.array(probabilities, dtype=np.float64)
    with np.errstate(divide="ignore"):
        scores = np.log(p) / temperature
    scores = np.exp(scores - scores.max())
    return scores / np.sum(scores)
"""
TEMPER_LOOPED = """
def temper(probabilities, temperature):
    found = []
    for p in probabilities:
        found.append((float(p)) ** (1 / temperature))
    total = sum(found)
    return np.array([p / total for p in found])
"""
SOLO_BY_SUMS = """
def improvise(player, units, first, count, temperature, seed):
    generator = np.random.default_rng(seed)
    result = np.zeros(count, dtype=int)
    result[0] = first
    h = np.zeros((1, units))
    c = np.zeros((1, units))
    for i in range(1, count):
        answer = player.predict_on_batch([result[i - 1 : i], h, c])
        h, c = answer[1], answer[2]
        result[i] = np.searchsorted(np.cumsum(temper(answer[0][0], temperature)), generator.random(), side="right")
    return result
"""
SOLO_BY_NOISE = """
def improvise(player, units, first, count, temperature, seed):
    rng = np.random.default_rng(seed)

    def play(word=first, h=np.zeros((1, units)), c=np.zeros((1, units))):
        while True:
            yield word
            p, h, c = player.predict_on_batch([np.array([word]), h, c])
            with np.errstate(divide="ignore"):
                word = np.argmax(np.log(temper(p[0], temperature)) + rng.gumbel(size=p.shape[1]))

    return tuple(word for word, _ in zip(play(), range(count)))
"""
SOLO_BY_CALLING = """
def improvise(player, units, first, count, temperature, seed):
    np.random.seed(seed)
    solo = []
    word = first
    h = c = tf.zeros((1, units))
    for _ in range(count):
        solo.append(word)
        probabilities, h, c = player([tf.constant([word]), h, c])
        word = np.random.choice(probabilities.shape[-1], p=temper(probabilities.numpy()[0], temperature))
    return solo
"""
LENGTH_BY_BITS = """
def var_length(number):
    out = bytearray([number & 0x7F])
    number >>= 7
    while number:
        out.append((number & 0x7F) | 0x80)
        number >>= 7
    return bytes(reversed(out))
"""
LENGTH_RECURSIVE = """
def var_length(number, more=0):
    before = var_length(number // 128, 128) if number > 127 else b""
    return before + (number % 128 + more).to_bytes(1, "big")
"""

variants = [
    variant(
        "the parts by number, a loop over vectors that are looked up at once, names of the published course",
        replace(STEP, STEP_BY_CALL),
        replace(LISTENER, LISTENER_ALL_AT_ONCE),
        replace(PLAYER, PLAYER_SPELLED_OUT),
    ),
    variant(
        "Keras's own loop over time; chooses by cumulated sums; logarithms for powers",
        replace(LISTENER, LISTENER_RNN),
        replace(SOLO, SOLO_BY_SUMS),
        replace(TEMPER, TEMPER_BY_LOGARITHMS),
        replace(LENGTH, LENGTH_BY_BITS),
    ),
    variant(
        "calls the player with tensors, draws by the old generator",
        replace(SOLO, "import tensorflow as tf\n" + SOLO_BY_CALLING),
        replace(TEMPER, TEMPER_LOOPED),
        edit(CHOICE, "7, 0.8", "3, 1.5"),
    ),
    variant(
        "a class of its own for the listener, recursion for bytes, trained anew",
        replace(LISTENER, "import tensorflow as tf\n" + LISTENER_CLASS),
        replace(LENGTH, LENGTH_RECURSIVE),
        edit(
            PAIRS, "return tunes[:, :-1], tunes[:, 1:]", "return np.delete(tunes, -1, 1), np.roll(tunes, -1, 1)[:, :-1]"
        ),
        retrained(),
    ),
    variant(
        "a recurrent layer for the player, Gumbel noise, a generator",
        replace(PLAYER, PLAYER_RNN),
        replace(SOLO, SOLO_BY_NOISE),
    ),
    variant(
        "a sum of the layers' own counts, a list of pairs",
        edit(
            COUNT,
            "return vocabulary * width + 4 * gate + vocabulary * (units + 1)",
            "built = sum(part.count_params() for part in make_parts(vocabulary, units))\n"
            "    return built + (width - 16) * (vocabulary + 4 * units)",
        ),
        edit(PAIRS, "return tunes[:, :-1], tunes[:, 1:]", "return [tunes[:, :-1].copy(), tunes[:, 1:].copy()]"),
    ),
]

NEW_CELL = """
def build_listener(parts, steps):
    embed, cell, head = parts
    words = keras.Input((steps,), dtype="int32")
    states, answers = silence(words, cell.units), []
    for step in range(steps):
        output, states = keras.layers.LSTMCell(cell.units)(embed(words[:, step]), states)
        answers.append(head(output))
    return keras.Model(words, keras.ops.stack(answers, axis=1))
"""
NEW_HEADS = """
def build_listener(parts, steps):
    embed, cell, head = parts
    words = keras.Input((steps,), dtype="int32")
    states, answers = silence(words, cell.units), []
    for step in range(steps):
        output, states = cell(embed(words[:, step]), states)
        answers.append(keras.layers.Dense(head.units, activation="softmax")(output))
    return keras.Model(words, keras.ops.stack(answers, axis=1))
"""
OWN_LSTM = """
def build_listener(parts, steps):
    embed, cell, head = parts
    return keras.Sequential(
        [keras.Input((steps,)), embed, keras.layers.LSTM(cell.units, return_sequences=True), head]
    )
"""
COPIES = """
def build_player(parts):
    vocabulary, units = parts[0].input_dim, parts[1].units
    copies = make_parts(vocabulary, units)
    for copied, part in zip(copies, parts):
        copied.set_weights(part.get_weights())
    word, h, c = keras.Input((), dtype="int32"), keras.Input((units,)), keras.Input((units,))
    probabilities, states = one_step(copies, word, [h, c])
    return keras.Model([word, h, c], [probabilities, *states])
"""
OWN_CELL = "one_step((embed, keras.layers.LSTMCell(cell.units), head)"
OWN_PARTS = "    parts = make_parts(parts[0].input_dim, parts[1].units)\n    embed, cell, head = parts\n    word"
LOOP = ["a_tune_on_paper", "any_listener"]
FED_BACK = ["feeds_its_own_answers_back"]

# Slips in functions that do not call one another share an answer, since each one is run.
slips = [
    [  # pairs, count_weights, build_player
        mutant("what follows is what is heard", edit(PAIRS, "tunes[:, 1:]", "tunes[:, :-1]"), fails="pairs"),
        mutant(
            "the word before", edit(PAIRS, "tunes[:, :-1], tunes[:, 1:]", "tunes[:, 1:], tunes[:, :-1]"), fails="pairs"
        ),
        mutant(
            "cuts tunes off, not words",
            edit(PAIRS, "tunes[:, :-1], tunes[:, 1:]", "tunes[:-1], tunes[1:]"),
            fails="pairs",
        ),
        mutant(
            "always forty words",
            edit(PAIRS, "tunes[:, :-1], tunes[:, 1:]", "tunes[:, :39], tunes[:, 1:40]"),
            fails="pairs",
        ),
        mutant("counts the cell at every step", edit(COUNT, "4 * gate", "4 * gate * steps"), fails="count_weights"),
        mutant("forgets the biases", edit(COUNT, "(width + units + 1)", "(width + units)"), fails="count_weights"),
        mutant("forgets the bias of the head", edit(COUNT, "(units + 1)", "units"), fails="count_weights"),
        mutant("counts one gate", edit(COUNT, "4 * gate", "gate"), fails="count_weights"),
        mutant(
            "a player with a cell of its own, handed to `one_step`",
            edit(PLAYER, "one_step(parts", OWN_CELL),
            fails=["no_weights_of_its_own", "any_player"],
        ),
        mutant(
            "c for h, too",
            edit(PLAYER, "word, states)", "word, [states[1]] * 2)"),
            fails=["no_weights_of_its_own", "any_player"],
        ),
        mutant(
            "a player of the notebook's units",
            edit(
                PLAYER,
                "[keras.Input((cell.units,)), keras.Input((cell.units,))]",
                "[keras.Input((UNITS,)) for _ in 'hc']",
            ),
            fails=["no_weights_of_its_own", "any_player"],
        ),
        mutant("a player made of copies", replace(PLAYER, COPIES), fails=["no_weights_of_its_own", "any_player"]),
        mutant(
            "hands back the memory that it was given",
            edit(PLAYER, "[probabilities, *new_states]", "[probabilities, *states]"),
            fails=["no_weights_of_its_own", "any_player"],
        ),
        mutant(
            "says nothing of its memory",
            edit(PLAYER, "[probabilities, *new_states]", "probabilities"),
            fails="build_player",
        ),
        mutant(
            "h for c and c for h",
            edit(PLAYER, "keras.Model([word, *states]", "keras.Model([word, *states[::-1]]"),
            fails=["no_weights_of_its_own", "any_player"],
        ),
        mutant(
            "a player with parts of its own",
            edit(PLAYER, "    embed, cell, head = parts\n    word", OWN_PARTS),
            fails=["no_weights_of_its_own", "any_player"],
        ),
    ],
    [  # one_step, build_listener
        mutant(
            "keeps the old memory",
            edit(STEP, "output, states = cell", "output, _ = cell"),
            fails=["the_new_memory", "any_step"],
        ),
        mutant(
            "c before h",
            edit(STEP, "return head(output), states", "return head(output), states[::-1]"),
            fails=["the_new_memory", "any_step"],
        ),
        mutant(
            "the head answers to c",
            edit(STEP, "return head(output), states", "return head(states[1]), states"),
            fails=["what_may_come_next", "any_step"],
        ),
        mutant(
            "forgets the head",
            edit(STEP, "return head(output), states", "return output, states"),
            fails=["what_may_come_next", "any_step"],
        ),
        mutant(
            "makes the parts anew in each step",
            edit(
                STEP, "embed, cell, head = parts", "embed, cell, head = make_parts(parts[0].input_dim, parts[1].units)"
            ),
            fails="one_step",
        ),
        mutant(
            "a cell of its own for each step", replace(LISTENER, NEW_CELL), fails=["weights_are_counted_once", *LOOP]
        ),
        mutant(
            "a head of its own for each step", replace(LISTENER, NEW_HEADS), fails=["weights_are_counted_once", *LOOP]
        ),
        mutant(
            "a cell of its own for each step, handed to `one_step`",
            edit(LISTENER, "one_step(parts", OWN_CELL),
            fails=["weights_are_counted_once", *LOOP],
        ),
        mutant("hears with c for h, too", edit(STEP, "words), states)", "words), [states[1]] * 2)"), fails="one_step"),
        mutant(
            "the first h at every step",
            edit(LISTENER, "probabilities, states = one_step", "probabilities, (_, states[1]) = one_step"),
            fails=LOOP,
        ),
        mutant("the notebook's units in silence", edit(LISTENER, "words, cell.units", "words, UNITS"), fails=LOOP),
        mutant("another LSTM of the same size", replace(LISTENER, OWN_LSTM), fails=LOOP),
        mutant(
            "forgets from step to step",
            edit(LISTENER, "probabilities, states = one_step", "probabilities, _ = one_step"),
            fails=LOOP,
        ),
        mutant("hears the first word at every step", edit(LISTENER, "words[:, step]", "words[:, 0]"), fails=LOOP),
        mutant(
            "the last answer alone",
            edit(LISTENER, "keras.ops.stack(answers, axis=1)", "answers[-1]"),
            fails=["an_answer_for_each_step", *LOOP],
        ),
        mutant(
            "steps before tunes",
            edit(LISTENER, "stack(answers, axis=1)", "stack(answers, axis=0)"),
            fails=["an_answer_for_each_step", *LOOP],
        ),
        mutant(
            "the steps of the notebook's tunes, whatever `steps` is",
            edit(LISTENER, "range(steps)", "range(heard.shape[1])"),
            fails=["build_listener"],
        ),
    ],
    [  # improvise
        mutant("hears the first word again and again", edit(SOLO, "tune[-1:]", "tune[:1]"), fails=FED_BACK),
        mutant(
            "forgets what it has played",
            edit(SOLO, "probabilities, *states = player", "probabilities, *_ = player"),
            fails=FED_BACK,
        ),
        mutant(
            "swaps h and c on the way back",
            edit(SOLO, "        choices = ", "        states = states[::-1]\n        choices = "),
            fails=FED_BACK,
        ),
        mutant("begins with a memory of ones", edit(SOLO, "np.zeros((1, units)", "np.ones((1, units)"), fails=FED_BACK),
        mutant(
            "always the likeliest word",
            edit(SOLO, "rng.choice(len(choices), p=choices)", "np.argmax(choices)"),
            fails=["the_seed_decides", "words_come_as_often_as_they_should"],
        ),
        mutant(
            "chooses without the probabilities",
            edit(SOLO, "rng.choice(len(choices), p=choices)", "rng.choice(len(choices))"),
            fails=["careful_at_a_low_temperature", "feeds_its_own_answers_back", "words_come_as_often_as_they_should"],
        ),
        mutant("no seed", edit(SOLO, "default_rng(seed)", "default_rng()"), fails="the_seed_decides"),
        mutant("a seed of its own", edit(SOLO, "default_rng(seed)", "default_rng(7)"), fails="the_seed_decides"),
        mutant(
            "begins the generator anew for each word",
            edit(SOLO, "rng.choice(", "np.random.default_rng(seed).choice("),
            fails=["the_seed_decides", "words_come_as_often_as_they_should"],
        ),
        mutant(
            "another generator for each word, of the next seed",
            edit(SOLO, "rng.choice(", "np.random.default_rng(seed + len(tune)).choice("),
            fails="the_seed_decides",
        ),
        mutant(
            "no temperature above 1",
            edit(SOLO, "temper(probabilities[0], temperature)", "temper(probabilities[0], min(temperature, 1.0))"),
            fails="words_come_as_often_as_they_should",
        ),
        mutant(
            "of the three likeliest words alone",
            edit(SOLO, "p=choices", "p=(best := choices * (choices >= np.sort(choices)[-3])) / best.sum()"),
            fails="words_come_as_often_as_they_should",
        ),
        mutant("the notebook's words", edit(SOLO, "len(choices)", "len(jazz.WORDS)"), fails=FED_BACK),
        mutant("the notebook's units", edit(SOLO, "(1, units)", "(1, UNITS)"), fails=FED_BACK),
        mutant(
            "forgets the temperature",
            edit(SOLO, "temper(probabilities[0], temperature)", "temper(probabilities[0], 1.0)"),
            fails=["careful_at_a_low_temperature", "words_come_as_often_as_they_should"],
        ),
        mutant(
            "no temperature below 0.5",
            edit(SOLO, "temper(probabilities[0], temperature)", "temper(probabilities[0], max(temperature, 0.5))"),
            fails="careful_at_a_low_temperature",
        ),
        mutant(
            "tempers twice",
            edit(
                SOLO,
                "temper(probabilities[0], temperature)",
                "temper(temper(probabilities[0], temperature), temperature)",
            ),
            fails="words_come_as_often_as_they_should",
        ),
        mutant(
            "one word too many", edit(SOLO, "while len(tune) < count", "while len(tune) <= count"), fails="improvise"
        ),
        mutant("without the first word", edit(SOLO, "    return tune", "    return tune[1:]"), fails="improvise"),
    ],
    [  # temper
        mutant(
            "multiplies by T",
            edit(TEMPER, "(1 / temperature)", "temperature"),
            fails=["squares_on_paper", "any_temperature"],
        ),
        mutant("powers that sum to anything", edit(TEMPER, "powers / powers.sum()", "powers"), fails="temper"),
        mutant(
            "a softmax of the probabilities",
            edit(
                TEMPER,
                'np.asarray(probabilities, "float64") ** (1 / temperature)',
                "np.exp(np.asarray(probabilities, 'float64') / temperature)",
            ),
            fails=["squares_on_paper", "any_temperature"],
        ),
        mutant(
            "takes no tensor",
            edit(TEMPER, 'np.asarray(probabilities, "float64")', 'probabilities.astype("float64")'),
            fails="exact_enough_to_choose_by",
        ),
        mutant(
            "powers in the precision that comes in",
            edit(TEMPER, 'np.asarray(probabilities, "float64")', "np.asarray(probabilities)"),
            edit(TEMPER, "return powers /", 'powers = powers.astype("float64")\n    return powers /'),
            fails="exact_enough_to_choose_by",
        ),
        mutant("single precision", edit(TEMPER, '"float64"', '"float32"'), fails="exact_enough_to_choose_by"),
    ],
    [  # var_length
        mutant(
            "the smallest part first",
            edit(LENGTH, "return bytes(groups)", "return bytes(groups[::-1])"),
            fails="var_length",
        ),
        mutant(
            "adds 128 to all",
            edit(LENGTH, "groups = [number % 128]", "groups = [128 + number % 128]"),
            fails="var_length",
        ),
        mutant("adds 128 to none", edit(LENGTH, "128 + number % 128", "number % 128"), fails="var_length"),
        mutant(
            "four bytes at most",
            edit(LENGTH, "number >= 128:", "number >= 128 and len(groups) < 4:"),
            fails="var_length",
        ),
        mutant(
            "two bytes at most", edit(LENGTH, "    while number >= 128:", "    if number >= 128:"), fails="var_length"
        ),
        mutant("a list of numbers", edit(LENGTH, "return bytes(groups)", "return groups"), fails="var_length"),
        mutant("stops at 128", edit(LENGTH, "number >= 128", "number > 128"), fails="var_length"),
    ],
]
hidden_because = {"words_come_as_often_as_they_should": "it counts words in a solo that is too long for a check"}

mutants = combine(slips)
mutants.append(mutant("hands in an untrained model", untrained(), fails="legal"))

harmless_mutations = [
    harmless(CHOICE, because="the seed and the temperature of the own solo are a matter of taste"),
    harmless("keyword dtype dropped", because="an embedding takes whole numbers of any type"),
    harmless('"int32" → None', because="an embedding takes whole numbers of any type"),
    harmless('"float32" → None', because="the player takes a silent memory of any type"),
    harmless("write_improvise, line 17: 1 → 2", because="the second of two silent memories is not heard"),
    harmless("write_improvise, line 20: 0 → -1", because="the player hears one word, and gives one answer"),
]
