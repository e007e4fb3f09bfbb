"""Other right answers of the exercise on attention, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, retrained, untrained, variant

NUMBERS, ATTEND, ONE, READER = "write_to_numbers", "write_attend", "write_one_character", "write_build_reader"
TEXTS, EXACT, ANSWERS = "write_to_texts", "write_exact_match", "write_answers"

OLD_COURSE = {
    NUMBERS: """
def to_numbers(string, length):
    vocab = {character: index + 1 for index, character in enumerate(CHARACTERS)}
    string = string.lower()
    if len(string) > length:
        string = string[:length]
    rep = list(map(lambda x: vocab.get(x, 0), string))
    if len(string) < length:
        rep += [0] * (length - len(string))
    return np.array(rep)
""",
    ATTEND: """
from tensorflow.keras.layers import Concatenate, Dot, Flatten, RepeatVector, Softmax

concatenator = Concatenate(axis=-1)
activator = Softmax(axis=1, name="attention_weights")
dotor = Dot(axes=1)

def attend(a, s_prev, parts):
    s_prev = RepeatVector(a.shape[1])(s_prev)
    concat = concatenator([a, s_prev])
    e = parts.hidden(concat)
    energies = parts.score(e)
    alphas = activator(energies)
    context = dotor([alphas, a])
    return context[:, 0, :], Flatten()(alphas)
""",
    ONE: """
def one_character(a, s, parts):
    context, alphas = attend(a, s, parts)
    s, _ = parts.cell(context, [s])
    out = parts.head(s)
    return [out, alphas, s]
""",
    READER: """
def build_reader(parts, Tx, Ty):
    X = keras.layers.Input(shape=(Tx,), name="X")
    a = parts.encoder(X)
    s = begin(a, parts)
    outputs = []
    maps = []
    for t in range(Ty):
        out, alphas, s = one_character(a, s, parts)
        outputs.append(keras.layers.Reshape((1, -1))(out))
        maps.append(keras.layers.Reshape((1, Tx))(alphas))
    if Ty > 1:
        outputs = [keras.layers.Concatenate(axis=1)(outputs), keras.layers.Concatenate(axis=1)(maps)]
    else:
        outputs = [outputs[0], maps[0]]
    return keras.models.Model(inputs=[X], outputs=outputs)
""",
    TEXTS: """
def to_texts(prediction):
    inv_machine_vocab = dict(enumerate(ISO_CHARACTERS))
    output = []
    for row in prediction:
        string = ""
        for i in np.argmax(row, axis=1):
            string += inv_machine_vocab[int(i)]
        output.append(string)
    return output
""",
    EXACT: """
def exact_match(found, right):
    count = 0
    for i in range(len(found)):
        if found[i] == right[i]:
            count += 1
    return count / len(found)
""",
}
OPERATIONS = {
    NUMBERS: """
def to_numbers(text, length):
    numbers = np.zeros(length, dtype=int)
    for place, character in enumerate(text):
        numbers[place] = 1 + CHARACTERS.find(character.lower())
    return numbers
""",
    ATTEND: """
def attend(notes, state, parts):
    ops = keras.ops
    states = ops.repeat(ops.expand_dims(state, 1), notes.shape[1], axis=1)
    scores = ops.squeeze(parts.score(parts.hidden(ops.concatenate([states, notes], axis=-1))), -1)
    weights = ops.softmax(scores)
    return ops.einsum("nl,nlw->nw", weights, notes), weights
""",
    ONE: """
def one_character(notes, state, parts):
    context, weights = attend(state=state, notes=notes, parts=parts)
    _, state = parts.cell(context, state)
    return (parts.head(state), weights, state)
""",
    READER: """
def build_reader(parts, length, steps):
    place = keras.Input((length,))
    notes = parts.encoder(place)
    rows = [(None, None, keras.ops.zeros_like(notes[:, 0, :1]) * np.zeros((1, parts.cell.units), "float32"))]
    while len(rows) <= steps:
        rows += [one_character(notes, rows[-1][2], parts)]
    answers, looks, _ = zip(*rows[1:])
    stack = lambda arrays: keras.ops.concatenate([array[:, None, :] for array in arrays], axis=1)
    return keras.Model(place, (stack(answers), stack(looks)))
""",
    TEXTS: """
def to_texts(probabilities):
    letters = np.array(list(ISO_CHARACTERS))
    return np.array(["".join(row) for row in letters[np.asarray(probabilities).argmax(2)]])
""",
    EXACT: """
def exact_match(found, right):
    return np.mean(np.array(found) == np.array(right))
""",
}
BY_PRODUCTS = {
    NUMBERS: """
def to_numbers(text, length):
    return tuple((" " + CHARACTERS).rindex(each) if each != "~" else 0 for each in text.lower().ljust(length, "~"))
""",
    ATTEND: """
def attend(notes, state, parts):
    both = keras.ops.concatenate([notes, state[:, None, :] + 0 * notes[:, :, :1]], axis=2)
    powers = keras.ops.exp(parts.score(parts.hidden(both)))
    weights = powers / keras.ops.sum(powers, axis=1, keepdims=True)
    context = keras.ops.matmul(keras.ops.transpose(weights, (0, 2, 1)), notes)
    return keras.ops.squeeze(context, axis=1), keras.ops.squeeze(weights, axis=2)
""",
    ONE: """
def one_character(notes, state, parts):
    look = attend(notes, state, parts)
    state = parts.cell(look[0], state)[1]
    return parts.head(state), look[1], state
""",
    TEXTS: """
def to_texts(probabilities):
    return [
        "".join(ISO_CHARACTERS[max(range(11), key=lambda place: row[place])] for row in rows) for rows in probabilities
    ]
""",
    EXACT: """
def exact_match(found, right):
    return np.array([int(f == r) for f, r in zip(found, right)], dtype=float).mean()
""",
}


def changes(cells):
    """All of these cells replaced."""
    return [replace(cell, source) for cell, source in cells.items()]


variants = [
    variant("in the words of the old course", *changes(OLD_COURSE)),
    variant("operations, the state first", *changes(OPERATIONS)),
    variant("the old course, trained anew", *changes(OLD_COURSE), retrained()),
    variant("a softmax by hand and products of matrices", *changes(BY_PRODUCTS)),
    variant(
        "layers for every operation",
        edit(
            ATTEND,
            "keras.ops.sum(weights * notes, axis=1)",
            "keras.layers.Flatten()(keras.layers.Dot(axes=(1, 1))([weights, notes]))",
        ),
        edit(ATTEND, "keras.ops.softmax(scores, axis=1)", "keras.layers.Softmax(axis=-2)(scores)"),
        edit(ATTEND, "weights[..., 0]", "keras.layers.Reshape((notes.shape[1],))(weights)"),
        edit(
            READER,
            "begin(notes, parts)",
            "keras.layers.Lambda(lambda n: n[:, 0, :1] * 0)(notes) * np.zeros((1, parts.cell.units))",
        ),
        edit(ANSWERS, '"axis": "c"', '"axis": " C"'),
    ),
    variant(
        "everything in one loop, without the other functions",
        edit(ONE, "context, weights = attend(notes, state, parts)", "context, weights = look_at(notes, state, parts)"),
        edit(
            ONE,
            "def one_character",
            """look_at = attend


def one_character""",
        ),
        edit(
            READER,
            "probabilities, weights, state = one_character(notes, state, parts)",
            """context, weights = attend(notes, state, parts)
        output, state = parts.cell(context, state)
        probabilities = parts.head(output)""",
        ),
        edit(
            EXACT,
            "sum(one == other for one, other in zip(found, right)) / len(right)",
            "1 - np.mean([a != b for a, b in zip(found, right)])",
        ),
    ),
]

LOOK = ["where_it_looks", "any_look"]
SCORED = ["weights_of_a_date", *LOOK]


def wrong(cell, fails, slips):
    """Mutants with one change each, all of which fail the same criteria."""
    return [mutant(f"{title} ({cell[6:]})", edit(cell, old, new), fails=fails) for title, (old, new) in slips.items()]


MASKS = "return context, weights[..., 0]"
in_numbers = [
    *wrong(
        NUMBERS,
        "numbers",
        {
            "without plus 1": ("(character) + 1", "(character)"),
            "always 20": ("(length -", "(20 -"),
            "nothing comes back": ("return ", ""),
        },
    ),
    *wrong(
        NUMBERS,
        ["numbers_of_a_date", "numbers_of_any_date"],
        {"capital letters": ("text.lower()", "(t for t in text if t in CHARACTERS)")},
    ),
    *wrong(
        NUMBERS,
        ["zeros_behind", "numbers_of_any_date"],
        {
            "zeros in front": ("numbers + [0] * (length - len(numbers))", "[0] * (length - len(numbers)) + numbers"),
            "no zeros": (" + [0] * (length - len(numbers))", ""),
            "spaces behind": ("[0] *", "[1] *"),
        },
    ),
]
in_attend = [
    *wrong(
        ATTEND,
        SCORED,
        {
            "over the dates": ("softmax(scores, axis=1)", "softmax(scores, axis=0)"),
            "over an axis of one": ("softmax(scores, axis=1)", "softmax(scores)"),
            "no softmax": ("keras.ops.softmax(scores, axis=1)", "scores"),
            "a sigmoid": ("keras.ops.softmax(scores, axis=1)", "keras.ops.sigmoid(scores)"),
        },
    ),
    *wrong(
        ATTEND,
        LOOK,
        {
            "scores the wrong way round": ("softmax(scores,", "softmax(-scores,"),
            "a ReLU on the scores": (
                "parts.score(parts.hidden(both))",
                "keras.ops.relu(parts.score(parts.hidden(both)))",
            ),
            "the state of another date": (
                "RepeatVector(notes.shape[1])(state)",
                "RepeatVector(notes.shape[1])(keras.ops.flip(state, axis=0))",
            ),
        },
    ),
    *wrong(
        ATTEND,
        ["attend"],
        {
            "the state is not asked": ("([notes, states])", "([notes, 0 * states[..., :0]])"),
            "nothing comes back": ("return context, weights[..., 0]", ""),
        },
    ),
    *wrong(
        ATTEND,
        ["the_context", "any_look"],
        {
            "the mean of the notes": ("keras.ops.sum(weights * notes, axis=1)", "keras.ops.mean(notes, axis=1)"),
            "the mean of weighted notes": ("keras.ops.sum(weights", "keras.ops.mean(weights"),
            "scores for weights": ("keras.ops.sum(weights *", "keras.ops.sum(scores *"),
            "the note that weighs most": (
                "keras.ops.sum(weights * notes, axis=1)",
                "keras.ops.max(weights * notes, axis=1)",
            ),
        },
    ),
    *wrong(
        ATTEND, ["the_context"], {"the context keeps an axis": ("* notes, axis=1)", "* notes, axis=1, keepdims=True)")}
    ),
    *wrong(ATTEND, ["weights_of_a_date"], {"the weights keep an axis": ("weights[..., 0]", "weights")}),
    *wrong(
        ATTEND,
        ["weights_of_a_date"],
        {"the two swapped": ("return context, weights[..., 0]", "return weights[..., 0], context")},
    ),
    *wrong(
        ATTEND,
        ["looks_with_the_given_parts"],
        {
            "a new hidden layer": ("parts.hidden(both)", 'keras.layers.Dense(16, activation="tanh")(both)'),
            "a new score": ("parts.score(", "keras.layers.Dense(1)("),
        },
    ),
    *wrong(
        ATTEND,
        "attend",
        {
            "another layer of one's own": (
                "parts.score(parts.hidden(both))",
                "keras.layers.Dense(1)(parts.score(parts.hidden(both)))",
            )
        },
    ),
]
in_one = [
    *wrong(
        ONE,
        ["the_probabilities", "any_step"],
        {
            "the head reads the context": (
                "parts.head(output)",
                "parts.head(keras.ops.pad(context, ((0, 0), (0, 99)))[:, :state.shape[1]])",
            ),
            "the head reads the old state": (
                "    output, state = parts.cell(context, state)\n    return parts.head(output)",
                "    old = state\n    output, state = parts.cell(context, state)\n    return parts.head(old)",
            ),
            "scores for probabilities": ("parts.head(output)", "keras.ops.log(parts.head(output))"),
            "a second softmax": ("parts.head(output)", "keras.ops.softmax(parts.head(output))"),
        },
    ),
    *wrong(
        ONE,
        ["the_new_state", "any_step"],
        {
            "the old state": ("output, state = parts.cell(context, state)", "output, _ = parts.cell(context, state)"),
            "the sum of both states": (
                "parts.head(output), weights, state",
                "parts.head(output), weights, state + output",
            ),
        },
    ),
    *wrong(
        ONE,
        ["the_probabilities", "the_new_state", "any_step"],
        {
            "the cell forgets": ("parts.cell(context, state)", "parts.cell(context, keras.ops.zeros_like(state))"),
            "the cell gets the mean of the notes": (
                "parts.cell(context, state)",
                "parts.cell(keras.ops.mean(notes, axis=1), state)",
            ),
        },
    ),
    *wrong(
        ONE,
        ["weights_are_handed_on", "any_step"],
        {
            "the weights of the next look": (
                "return parts.head(output), weights, state",
                "return parts.head(output), attend(notes, state, parts)[1], state",
            )
        },
    ),
    *wrong(
        ONE,
        ["the_probabilities", "the_new_state", "weights_are_handed_on", "any_step"],
        {"looks without the state": ("attend(notes, state, parts)", "attend(notes, 0 * state, parts)")},
    ),
    *wrong(
        ONE,
        ["the_probabilities"],
        {"another order": ("parts.head(output), weights, state", "weights, parts.head(output), state")},
    ),
    *wrong(
        ONE,
        ["writes_with_the_given_parts"],
        {
            "a new head": ("parts.head(output)", 'keras.layers.Dense(11, activation="softmax")(output)'),
            "a new cell": ("parts.cell(context, state)", "keras.layers.GRUCell(state.shape[1])(context, state)"),
        },
    ),
    *wrong(
        ONE, ["one"], {"no state comes back": ("weights, state\n", "weights\n"), "nothing comes back": ("return ", "")}
    ),
]
LOOP = "probabilities, weights, state = one_character(notes, state, parts)"
in_reader = [
    *wrong(
        READER,
        ["the_further_steps", "any_reader"],
        {
            "the state is not passed on": (LOOP, "probabilities, weights, _ = one_character(notes, state, parts)"),
            "the state begins again": (
                "    for _ in range(steps):\n",
                "    for _ in range(steps):\n        state = begin(notes, parts)\n",
            ),
            "the first look in every row": ("looks.append(weights)", "looks.append((looks + [weights])[0])"),
            "the last answer first": ("keras.ops.stack(answers, axis=1)", "keras.ops.stack(answers[::-1], axis=1)"),
        },
    ),
    *wrong(
        READER,
        ["the_first_step", "the_further_steps", "any_reader"],
        {
            "begins with ones": ("begin(notes, parts)", "begin(notes, parts) + 1"),
            "a step too early": (
                "    answers, looks = [], []\n",
                "    answers, looks = [], []\n    _, _, state = one_character(notes, state, parts)\n",
            ),
            "notes from back to front": ("parts.encoder(numbers)", "keras.ops.flip(parts.encoder(numbers), axis=1)"),
            "the text from back to front": ("parts.encoder(numbers)", "parts.encoder(keras.ops.flip(numbers, axis=1))"),
        },
    ),
    *wrong(
        READER,
        ["weights_are_counted_once", "the_further_steps", "reads_with_the_given_parts", "any_reader"],
        {
            "new parts in each step": (
                LOOP,
                LOOP.replace("parts)", "make_parts(notes.shape[2], state.shape[1]))"),
            ),
        },
    ),
    *wrong(
        READER,
        ["reads_with_the_given_parts"],
        {
            "parts of its own": (
                "    numbers = keras",
                "    width = 2 * parts.encoder.layers[-1].forward_layer.units\n"
                "    parts = make_parts(width, parts.cell.units)\n    numbers = keras",
            )
        },
    ),
    *wrong(
        READER,
        ["outputs_of_the_reader", "the_first_step", "the_further_steps", "any_reader"],
        {
            "stacked along the last axis": ("stack(answers, axis=1)", "stack(answers, axis=2)"),
            "the answers alone": (
                "[keras.ops.stack(answers, axis=1), keras.ops.stack(looks, axis=1)]",
                "keras.ops.stack(answers, axis=1)",
            ),
            "one step more": ("range(steps)", "range(steps + 1)"),
            "always ten steps": ("range(steps)", "range(10)"),
        },
    ),
    *wrong(
        READER,
        ["outputs_of_the_reader"],
        {
            "the looks first": (
                "[keras.ops.stack(answers, axis=1), keras.ops.stack(looks, axis=1)]",
                "[keras.ops.stack(looks, axis=1), keras.ops.stack(answers, axis=1)]",
            )
        },
    ),
    *wrong(READER, ["reader"], {"nothing comes back": ("return ", "")}),
]
in_texts = [
    *wrong(
        TEXTS,
        ["the_most_probable_characters", "answers_of_any_length"],
        {
            "over the steps": ("axis=-1", "axis=1"),
            "the least probable": ("argmax", "argmin"),
            "one place on": ("ISO_CHARACTERS[place]", "ISO_CHARACTERS[place - 1]"),
            "the wrong characters": ("ISO_CHARACTERS[place]", "CHARACTERS[place]"),
            "spaces between": ('"".join', '" ".join'),
            "numbers": ('"".join(ISO_CHARACTERS[place] for place in row)', "list(row)"),
            "nothing comes back": ("return ", ""),
        },
    ),
]
PAIRS = "sum(one == other for one, other in zip(found, right)) / len(right)"
in_exact = [
    *wrong(
        EXACT,
        ["whole_texts_count", "any_share"],
        {
            "characters count": (
                PAIRS,
                "np.mean([a == b for one, other in zip(found, right) for a, b in zip(one, other)])",
            ),
            "the whole lists": (PAIRS, "np.mean(found == right)"),
            "any place": (PAIRS, "sum(one in right for one in found) / len(right)"),
            "a count": (" / len(right)", ""),
            "percent": (" / len(right)", " * 100 / len(right)"),
            "the wrong ones": ("one == other", "one != other"),
            "different texts": (PAIRS, "len(set(found) & set(right)) / len(set(right))"),
            "the same year": ("one == other", "one[:4] == other[:4]"),
        },
    ),
    *wrong(EXACT, ["whole_texts_count", "any_share"], {"nothing comes back": ("return ", "")}),
]
in_answers = [
    *wrong(
        ANSWERS, "a_softmax_over_dates", {f"axis {letter}": ('"axis": "c"', f'"axis": "{letter}"') for letter in "ab"}
    ),
    *wrong(
        ANSWERS,
        "weights_of_more_steps",
        {f"steps {letter}": ('"steps": "b"', f'"steps": "{letter}"') for letter in "ac"},
    ),
    *wrong(ANSWERS, "a_new_order", {f"order {letter}": ('"order": "a"', f'"order": "{letter}"') for letter in "bc"}),
    *wrong(
        ANSWERS,
        ["every_question_has_an_answer", "a_new_order"],
        {"two of three answers": (', "order": "a"', "")},
    ),
]
FLAT = edit(ATTEND, "softmax(scores, axis=1)", "softmax(0 * scores, axis=1)")
mutants = [
    *combine([in_numbers, in_attend, in_texts, in_exact, in_answers]),
    *combine([in_one, in_reader]),
    mutant("hands in an untrained reader", untrained(), fails="trained"),
    mutant("looks everywhere alike, trained so", FLAT, retrained(), fails=[*LOOK, "trained"]),
]
key = "a public criterion would hold the key"
hidden_because = {"a_softmax_over_dates": key, "weights_of_more_steps": key, "a_new_order": key}
harmless_mutations = [
    harmless("write_attend, line 18: 0 → -1", because="the last axis of the weights has the size 1"),
    harmless("keyword dtype dropped", because="an Embedding takes whole numbers of any type"),
    harmless('"int32" → None', because="an Embedding takes whole numbers of any type"),
    harmless("zip(found, right) → zip(right, found)", because="what equals does not depend on the order"),
]
