"""Other right answers of the exercise on a maker of names, and wrong ones."""

from proctor.answers import Answer, combine, edit, harmless, mutant, replace, variant

ENCODE, SAMPLE, CLIP, STEP, TRAIN, SHARES = (
    f"write_{name}" for name in ("encode", "sample", "clip", "one_step", "train", "shares")
)

ENCODE_LOOPED = """
def encode(word, alphabet):
    table = {}
    for place, sign in enumerate(alphabet):
        table[sign] = place
    heard, following = [table["\\n"]], []
    for letter in word:
        heard.append(table[letter])
        following.append(table[letter])
    following.append(table["\\n"])
    return heard, following
"""
ENCODE_SHIFTED = """
def encode(name, signs):
    row = np.array(["\\n" + name + "\\n"]).view("U1")
    row = np.argmax(row[:, None] == np.array(list(signs)), axis=1)
    return row[:-1], row[1:]
"""
ENCODE_MAPPED = """
def encode(name, signs):
    numbers = tuple(map(signs.find, f"\\n{name}\\n"))
    return numbers[:-1], numbers[1:]
"""
SAMPLE_COURSE = """
def sample(weights, signs, rng, limit):
    n_a = weights[1].shape[0]
    a_prev, idx, indices, counter = np.zeros((n_a,)), 0, [], 0
    newline = signs.index("\\n")
    while True:
        y, a = recurrent.hear(weights, idx, a_prev)
        idx = rng.choice(list(range(len(signs))), p=y.ravel())
        indices.append(idx)
        a_prev = a
        counter += 1
        if idx == newline or counter == limit:
            break
    return "".join(signs[i] for i in indices)
"""
SAMPLE_SUMS = """
def sample(weights, signs, rng, limit):
    state, last, letters = np.zeros(weights[2].shape), 0, []
    for _ in range(limit):
        chances, state = recurrent.hear(weights, last, state)
        last = int(np.searchsorted(np.cumsum(chances), rng.random() * chances.sum(), side="right"))
        letters.append(signs[last])
        if last == 0:
            break
    return "".join(letters)
"""
SAMPLE_GUMBEL = """
def sample(weights, signs, rng, limit, number=0, state=None):
    state = np.zeros(len(weights[1])) if state is None else state
    found, state = recurrent.hear(weights, number, state)
    with np.errstate(divide="ignore"):
        number = np.argmax(np.log(found) + rng.gumbel(size=len(found)))
    if number == 0 or limit == 1:
        return signs[number]
    return signs[number] + sample(weights, signs, rng, limit - 1, number, state)
"""
SAMPLE_MULTINOMIAL = """
def sample(weights, signs, rng, limit):
    text = "\\n"
    state = np.zeros(weights[3].shape[0])
    while len(text) <= limit:
        p, state = recurrent.hear(weights, signs.index(text[-1]), state)
        text += signs[rng.multinomial(1, p).argmax()]
        if text.endswith("\\n"):
            return text[1:]
    return text[1:]
"""
CLIP_MASKED = """
def clip(gradients, max_value):
    for g in gradients:
        g[g > max_value] = max_value
        g[g < -max_value] = -max_value
"""
CLIP_RETURNS = """
def clip(gradients, maxValue):
    for i in range(len(gradients)):
        gradients[i][...] = np.maximum(np.minimum(gradients[i], maxValue), -maxValue)
    return gradients
"""
CLIP_LOOPED = """
def clip(slopes, bound):
    for part in slopes:
        for place in np.ndindex(part.shape):
            part[place] = min(max(part[place], -bound), bound)
"""
CLIP_METHOD = """
def clip(slopes, bound):
    [part.clip(-bound, bound, out=part) for part in slopes]
    return None
"""
STEP_LOOPED = """
def one_step(weights, name, signs, rate, bound):
    heard, following = encode(name, signs)
    loss, slopes = recurrent.loss_and_slopes(weights, heard, following)
    clip(slopes, bound)
    new = []
    for i in range(5):
        new.append(weights[i] - slopes[i] * rate)
    return [new, loss]
"""
STEP_COPIES = """
def one_step(parameters, word, vocabulary, learning_rate, max_value):
    X, Y = encode(word, vocabulary)
    loss, gradients = recurrent.loss_and_slopes(parameters, X, Y)
    gradients = [np.clip(g, -max_value, max_value) for g in gradients]
    parameters = [p.copy() for p in parameters]
    for p, g in zip(parameters, gradients):
        p -= learning_rate * g
    return tuple(parameters), np.float32(loss)
"""
STEP_RETURNED = """
def one_step(weights, name, signs, rate, bound):
    loss, slopes = recurrent.loss_and_slopes(weights, *encode(name, signs))
    slopes = clip(slopes, bound)
    return [np.subtract(a, rate * b) for a, b in zip(weights, slopes)], loss
"""
TRAIN_ARRAYS = """
def train(weights, names, signs, rate, bound, passes, rng):
    losses = np.zeros(passes)
    for turn in range(passes):
        for name in rng.permutation(names):
            weights, loss = one_step(weights, name, signs, rate, bound)
            losses[turn] += loss / len(names)
    return weights, losses
"""
TRAIN_SHUFFLED = """
def train(parameters, examples, signs, learning_rate, max_value, epochs, rng):
    examples = list(examples)
    history = []
    for epoch in range(epochs):
        rng.shuffle(examples)
        total = 0
        for example in examples:
            parameters, loss = one_step(parameters, example, signs, learning_rate, max_value)
            total += loss
        history += [total / len(examples)]
    return parameters, history
"""
TRAIN_COPIES = """
def train(weights, names, signs, rate, bound, passes, rng):
    weights, losses = [np.array(part) for part in weights], ()
    for _ in range(passes):
        order = np.argsort(rng.random(len(names)))
        steps = []
        for i in order.tolist():
            weights[:], loss = one_step(weights, names[i], signs, rate, bound)
            steps.append(loss)
        losses = (*losses, sum(steps) / len(steps))
    return weights, losses
"""
TRAIN_ALONE = """
def train(weights, names, signs, rate, bound, passes, rng):
    losses = []
    for _ in range(passes):
        found = []
        for at in rng.choice(len(names), len(names), replace=False):
            loss, slopes = recurrent.loss_and_slopes(weights, *encode(names[at], signs))
            weights = [w - rate * np.clip(s, -bound, bound) for w, s in zip(weights, slopes)]
            found.append(loss)
        losses.append(float(np.mean(found)))
    return weights, losses
"""
SHARES_COUNTED = """
def shares(texts, training_names):
    n_ended = n_copied = 0
    for text in texts:
        if text[-1:] == "\\n":
            n_ended += 1
            if text.strip() in set(training_names):
                n_copied += 1
    return n_ended / len(texts), n_copied / len(texts)
"""
SHARES_MEANS = """
def shares(samples, known):
    lines = {name + "\\n" for name in known}
    return np.mean(["\\n" in sample for sample in samples]), np.mean([sample in lines for sample in samples])
"""

variants = [
    variant(
        "as in the courses",
        replace(ENCODE, ENCODE_LOOPED),
        replace(SAMPLE, SAMPLE_COURSE),
        replace(CLIP, CLIP_MASKED),
        replace(STEP, STEP_LOOPED),
        replace(TRAIN, TRAIN_SHUFFLED),
        replace(SHARES, SHARES_COUNTED),
    ),
    variant(
        "cumulative sums, and a clip that returns what it is given",
        replace(SAMPLE, SAMPLE_SUMS),
        replace(CLIP, CLIP_RETURNS),
        replace(STEP, STEP_RETURNED),
        replace(TRAIN, TRAIN_ARRAYS),
        replace(SHARES, SHARES_MEANS),
    ),
    variant(
        "numbers found by comparing, Gumbel's trick and a copy of the weights",
        replace(ENCODE, ENCODE_SHIFTED),
        replace(SAMPLE, SAMPLE_GUMBEL),
        replace(CLIP, CLIP_LOOPED),
        replace(STEP, STEP_COPIES),
    ),
    variant(
        "lists, a multinomial draw and a training of copies",
        replace(ENCODE, ENCODE_MAPPED),
        replace(SAMPLE, SAMPLE_MULTINOMIAL),
        replace(CLIP, CLIP_METHOD),
        replace(TRAIN, TRAIN_COPIES),
    ),
    variant("a training that needs no other function", replace(TRAIN, TRAIN_ALONE)),
    variant(
        "the slopes clipped where they are used, too",
        edit(STEP, "rate * slope", "rate * np.clip(slope, -bound, bound)"),
        edit(SHARES, "known]", "tuple(known)]"),
    ),
]


def slips(cell: str, *rows: tuple[str, str, str, str]) -> list[Answer]:
    """Mutants of one cell: title, what is replaced, by what, and the criteria that fail."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


PAIR = "np.array([0, *letters]), np.array([*letters, 0])"
OUTCOME = " the_loss_falls_by_a_quarter names_end"
CUT = "np.clip(part, -bound, bound, out=part)"
NEW = "[part - rate * slope for part, slope in zip(weights, slopes)]"
BOTH = "len(ended) / len(samples), len(copied) / len(samples)"

# These meet in the training, so only one of them at a time.
TRAINING = [
    *slips(
        ENCODE,
        (
            "heard and following swapped",
            PAIR,
            "np.array([*letters, 0]), np.array([0, *letters])",
            "a_name_on_paper",
        ),
        ("no line break at the end", PAIR, "np.array([0, *letters[:-1]]), np.array(letters)", "encode"),
        ("letters counted from a", "signs.index(letter)", "ord(letter) - 96", "signs_in_any_order any_name"),
        (
            "what is heard twice",
            "np.array([*letters, 0])",
            "np.array([0, *letters])",
            "encode",
        ),
    ),
    *slips(
        CLIP,
        ("new arrays", CUT, "part = np.clip(part, -bound, bound)", "clip"),
        (
            "new arrays that are returned",
            "    for part in slopes:\n        " + CUT,
            "    return [np.clip(part, -bound, bound) for part in slopes]",
            "in_place",
        ),
        (
            "from below alone",
            "-bound, bound",
            "-bound, None",
            "cut_at_the_bound every_array any_slopes",
        ),
        (
            "zeros",
            CUT,
            "part[np.abs(part) > bound] = 0",
            "cut_at_the_bound every_array any_slopes",
        ),
        ("the first array alone", "in slopes:", "in slopes[:1]:", "every_array any_slopes"),
        (
            "row by row",
            "    " + CUT,
            "    for row in part:\n            np.clip(row, -bound, bound, out=row)",
            "every_array any_slopes",
        ),
    ),
    *slips(
        STEP,
        (
            "up instead of down",
            "part - rate",
            "part + rate",
            "a_step_on_paper clipped_before_the_rate all_five_arrays_move any_step",
        ),
        ("never clips", "    clip(slopes, bound)\n", "", "clipped_before_the_rate any_step"),
        (
            "clips the finished step",
            "    clip(slopes, bound)\n",
            "    slopes, rate = [rate * slope for slope in slopes], 1\n    clip(slopes, bound)\n",
            "clipped_before_the_rate any_step",
        ),
        (
            "the weights changed in place",
            "    return " + NEW,
            "    for part, slope in zip(weights, slopes):\n        part -= rate * slope\n    return weights",
            "leaves_the_weights",
        ),
        (
            "the loss after the step",
            "    return " + NEW + ", loss",
            f"    new = {NEW}\n    return new, recurrent.loss_and_slopes(new, *encode(name, signs))[0]",
            "the_loss_before_the_step any_step",
        ),
        (
            "the weights alone",
            "    return " + NEW + ", loss",
            "    return " + NEW,
            "the_loss_before_the_step any_step",
        ),
        ("the notebook's signs", "encode(name, signs)", "encode(name, SIGNS)", "all_five_arrays_move any_step"),
        (
            "loss and weights swapped",
            NEW + ", loss",
            "loss, " + NEW,
            "the_loss_before_the_step",
        ),
        (
            "the head alone",
            NEW,
            "weights[:3] + [part - rate * slope for part, slope in zip(weights[3:], slopes[3:])]",
            "all_five_arrays_move any_step",
        ),
        (
            "takes what clip returns",
            "    clip(slopes",
            "    slopes = clip(slopes",
            "one_step",
        ),
    ),
    *slips(
        TRAIN,
        (
            "drops the new weights",
            "            weights, loss = one_step(weights, names[place], signs, rate, bound)\n",
            "            _, loss = one_step(weights, names[place], signs, rate, bound)\n",
            "three_passes_with_one_name a_new_order_in_each_pass any_training learns_how_names_sound" + OUTCOME,
        ),
        (
            "always in the same order",
            "rng.permutation(len(names))",
            "range(len(names))",
            "a_new_order_in_each_pass",
        ),
        (
            "one order, there and back",
            "        for place in rng.permutation(len(names)):",
            "        order = order[::-1] if losses else rng.permutation(len(names))\n        for place in order:",
            "a_new_order_in_each_pass",
        ),
        (
            "a seed of its own",
            "    losses = []",
            "    rng, losses = np.random.default_rng(0), []",
            "a_new_order_in_each_pass",
        ),
        (
            "names drawn with repetitions",
            "rng.permutation(len(names))",
            "rng.integers(0, len(names), len(names))",
            "the_mean_loss_of_each_pass a_new_order_in_each_pass any_training",
        ),
        (
            "the first name alone",
            "names[place]",
            "names[0]",
            "the_mean_loss_of_each_pass a_new_order_in_each_pass"
            " any_training names_are_new learns_how_names_sound the_loss_falls_by_a_quarter",
        ),
        (
            "shuffles the list that was given",
            "        for place in",
            "        rng.shuffle(names)\n        for place in",
            "leaves_names_and_weights",
        ),
        ("four passes at most", "range(passes)", "range(min(passes, 4))", "a_new_order_in_each_pass"),
        ("the last loss of each pass", "np.mean(found)", "found[-1]", "the_mean_loss_of_each_pass any_training"),
        ("a bound of 5", "rate, bound)", "rate, 5)", "three_passes_with_one_name any_training"),
    ),
]

mutants = combine(
    [
        TRAINING,
        slips(
            SAMPLE,
            (
                "always the most probable sign",
                "rng.choice(len(signs), p=probabilities)",
                "int(np.argmax(probabilities))",
                "drawn_by_their_probabilities chance_comes_from_the_generator whole_names_by_chance",
            ),
            (
                "all signs equally likely",
                ", p=probabilities",
                "",
                "drawn_by_their_probabilities hears_its_own_sign hands_its_state_on stops_at_the_limit"
                " whole_names_by_chance",
            ),
            (
                "probabilities squared",
                "p=probabilities",
                "p=probabilities**2 / np.sum(probabilities**2)",
                "drawn_by_their_probabilities whole_names_by_chance",
            ),
            (
                "always hears a line break",
                "weights, sign,",
                "weights, 0,",
                "hears_its_own_sign hands_its_state_on stops_at_the_limit whole_names_by_chance",
            ),
            ("forgets at each step", "sign, state)", "sign, 0 * state)", "hands_its_state_on whole_names_by_chance"),
            (
                "drops the new state",
                "probabilities, state =",
                "probabilities, _ =",
                "hands_its_state_on whole_names_by_chance",
            ),
            ("a state of ones", "np.zeros(len(", "np.ones(len(", "hands_its_state_on whole_names_by_chance"),
            (
                "a state as wide as the signs",
                "np.zeros(len(weights[2]))",
                "np.zeros(len(signs))",
                "drawn_by_their_probabilities hands_its_state_on ends_with_its_line_break"
                " chance_comes_from_the_generator whole_names_by_chance",
            ),
            ("the line break taken away", "return name", "return name.strip()", "ends_with_its_line_break"),
            (
                "goes on behind the line break",
                ' and not name.endswith("\\n")',
                "",
                "ends_with_its_line_break whole_names_by_chance",
            ),
            ("one sign too many", "< limit", "<= limit", "stops_at_the_limit whole_names_by_chance"),
            ("a limit of 50", "< limit", "< 50", "stops_at_the_limit whole_names_by_chance"),
            (
                "a generator of its own",
                "name, sign, state =",
                "rng = np.random.default_rng()\n    name, sign, state =",
                "chance_comes_from_the_generator",
            ),
            ("NumPy's chance for all", "rng.choice", "np.random.choice", "chance_comes_from_the_generator"),
            (
                "draws twice at each step",
                "name += signs[sign]",
                "name += signs[rng.choice(len(signs), p=probabilities)]",
                "hears_its_own_sign whole_names_by_chance",
            ),
            (
                "never an empty name",
                "        sign =",
                "        probabilities = probabilities * np.array([bool(name), *[True] * (len(signs) - 1)])\n"
                "        probabilities = probabilities / probabilities.sum()\n        sign =",
                "drawn_by_their_probabilities whole_names_by_chance",
            ),
        ),
        slips(
            SHARES,
            ("shares swapped", BOTH, "len(copied) / len(samples), len(ended) / len(samples)", "the_share_that_ended"),
            (
                "copies among those that ended",
                "copied) / len(samples)",
                "copied) / len(ended)",
                "cut_off_is_not_copied any_shares",
            ),
            ("each copy once", "len(copied)", "len(set(copied))", "the_share_that_was_copied any_shares"),
            (
                "what was cut off is a copy, too",
                "for name in ended if",
                "for name in map(str.strip, samples) if",
                "cut_off_is_not_copied any_shares",
            ),
            (
                "compared with the line break",
                "text[:-1] for",
                "text for",
                "the_share_that_was_copied cut_off_is_not_copied any_shares",
            ),
            (
                "an empty name is a copy",
                "if name in known]",
                'if name in [*known, ""]]',
                "the_share_that_was_copied",
            ),
            ("an x is taken away", "text[:-1] for", 'text.strip("x\\n") for', "the_share_that_was_copied"),
            ("known names but the last", "in known]", "in known[:-1]]", "the_share_that_was_copied any_shares"),
            (
                "the same letters",
                "if name in known]",
                "if sorted(name) in map(sorted, known)]",
                "the_share_that_was_copied any_shares",
            ),
            ("parts of names", "in known]", 'in ",".join(known)]', "the_share_that_was_copied cut_off_is_not_copied"),
            ("those that did not end", "return len(ended)", "return 1 - len(ended)", "the_share_that_ended any_shares"),
            ("numbers of samples", BOTH, "len(ended), len(copied)", "shares"),
            ("of a hundred", "return len(ended)", "return 100 * len(ended)", "the_share_that_ended any_shares"),
            (
                "the notebook's names",
                "in known]",
                "in SIGNS]",
                "the_share_that_was_copied cut_off_is_not_copied any_shares",
            ),
        ),
    ]
)

harmless_mutations = [
    harmless("2 → 3", because="the head has as many rows as the state has numbers"),
    harmless("2 → 1", because="the recurrent kernel has as many rows as the state has numbers"),
    harmless("np.clip(-bound, part, bound, out=part)", because="the smaller of the bound and the larger of both"),
]
