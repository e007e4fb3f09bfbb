"""Other right answers of the exercise on spans of text, and wrong ones."""

from proctor.answers import append, combine, edit, harmless, mutant, replace, retrained, untrained, variant

TOKENS, TEXT, READER = "write_find_tokens", "write_find_text", "write_build_reader"
SPAN, OVERLAP = "write_choose_span", "write_overlap"

TOKENS_ARRAYS = """
def find_tokens(offsets, parts, start, end):
    in_story = parts == 1
    first = np.where(in_story & (offsets[:, 0] <= start) & (start < offsets[:, 1]))[0]
    last = np.where(in_story & (offsets[:, 0] <= end - 1) & (end - 1 < offsets[:, 1]))[0]
    if len(first) == 0 or len(last) == 0:
        return None
    return first[0], last[0]
"""
TOKENS_DICT = """
def find_tokens(offsets, sequence_ids, start_char, end_char):
    char_to_token = {}
    for index, (low, high) in enumerate(np.asarray(offsets).tolist()):
        if sequence_ids[index] == 1:
            for char in range(low, high):
                char_to_token[char] = index
    if start_char in char_to_token and end_char - 1 in char_to_token:
        return [char_to_token[start_char], char_to_token[end_char - 1]]
"""
TOKENS_WALK = """
def find_tokens(offset_mapping, sequence_ids, start_char, end_char):
    sequence_ids = list(sequence_ids)
    context_start = sequence_ids.index(1)
    context_end = len(sequence_ids) - 1 - sequence_ids[::-1].index(1)
    if offset_mapping[context_start][0] > start_char or offset_mapping[context_end][1] < end_char:
        return None
    i = context_start
    while i <= context_end and offset_mapping[i][0] <= start_char:
        i += 1
    j = context_end
    while j >= context_start and offset_mapping[j][1] >= end_char:
        j -= 1
    return np.array([i - 1, j + 1])
"""
TOKENS_OVERLAP = """
def find_tokens(offsets, parts, start, end):
    inside = [k for k in range(len(parts)) if parts[k] == 1 and offsets[k][0] < end and offsets[k][1] > start]
    if not inside or offsets[inside[0]][0] > start or offsets[inside[-1]][1] < end:
        return None
    return min(inside), max(inside)
"""
TEXT_LETTERS = """
def find_text(story, offsets, first, last):
    begin, end = offsets[first, 0], offsets[last, 1]
    letters = []
    for place, letter in enumerate(story):
        if begin <= place < end:
            letters.append(letter)
    return "".join(letters)
"""
TEXT_SLICE = """
def find_text(context, offset_mapping, start_index, end_index):
    pieces = np.asarray(offset_mapping)[start_index : end_index + 1]
    return context[slice(int(pieces.min()), int(pieces.max()))]
"""
READER_SPLIT = """
def build_reader(encoder):
    scores = keras.layers.Dense(2)(encoder.output)
    start_logits, end_logits = scores[..., 0], scores[..., 1]
    start = keras.layers.Activation("softmax", name="start")(start_logits)
    end = keras.layers.Activation("softmax", name="end")(end_logits)
    return keras.Model(inputs=encoder.input, outputs=[start, end])
"""
READER_RESHAPE = """
def build_reader(enc):
    n_tokens = enc.output.shape[1]

    def head(name):
        x = keras.layers.Dense(1, use_bias=False, activation="linear")(enc.outputs[0])
        x = keras.layers.Reshape((n_tokens,))(x)
        return keras.layers.Activation(keras.activations.softmax, name=name)(x)

    m = keras.models.Model(enc.inputs, [head("first"), head("last")])
    m.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return m
"""
READER_AXIS = """
def build_reader(encoder):
    tokens = keras.Input(encoder.input_shape[1:])
    meanings = encoder(tokens)
    first = keras.layers.Softmax(axis=1)(keras.layers.Dense(units=1)(meanings))
    last = keras.layers.Softmax(axis=1)(keras.layers.Dense(units=1)(meanings))
    return keras.Model(tokens, [keras.ops.squeeze(first, axis=-1), keras.ops.squeeze(last, axis=-1)])
"""
SPAN_TABLE = """
def choose_span(p, q, parts, longest):
    n = len(p)
    i, j = np.arange(n)[:, None], np.arange(n)[None, :]
    in_story = np.array(parts) == 1
    legal = in_story[:, None] & in_story[None, :] & (i <= j) & (j - i + 1 <= longest)
    scores = np.where(legal, np.outer(p, q), -1)
    return np.unravel_index(np.argmax(scores), scores.shape)
"""
SPAN_LOGS = """
def choose_span(start_probs, end_probs, sequence_ids, max_len):
    log_p, log_q = np.log(start_probs), np.log(end_probs)
    candidates = []
    for i in range(len(log_p)):
        if sequence_ids[i] != 1:
            continue
        for j in range(i, min(i + max_len, len(log_q))):
            if sequence_ids[j] == 1:
                candidates.append((log_p[i] + log_q[j], i, j))
    _, i, j = max(candidates)
    return [i, j]
"""
SPAN_SORTED = """
def choose_span(p, q, parts, longest):
    pairs = [(i, j) for i, a in enumerate(parts) for j, b in enumerate(parts) if a == 1 and b == 1]
    pairs = [(i, j) for i, j in pairs if j >= i and j - i < longest]
    pairs.sort(key=lambda pair: p[pair[0]] * q[pair[1]], reverse=True)
    return np.array(pairs[0])
"""
SPAN_TRIANGLE = """
import tensorflow as tf

def choose_span(p, q, parts, longest):
    mask = (np.asarray(parts) == 1).astype("float64")
    scores = np.outer(p * mask, q * mask) + 1e-300 * np.outer(mask, mask)
    scores = tf.linalg.band_part(scores, 0, min(longest, len(p)) - 1).numpy()
    return divmod(int(scores.argmax()), len(p))
"""
OVERLAP_COUNTER = """
from collections import Counter

def overlap(found, true):
    prediction_tokens, truth_tokens = found.split(), true.split()
    num_same = sum((Counter(prediction_tokens) & Counter(truth_tokens)).values())
    if num_same == 0:
        return 0
    precision = num_same / len(prediction_tokens)
    recall = num_same / len(truth_tokens)
    return 2 * precision * recall / (precision + recall)
"""
OVERLAP_REMOVE = """
def overlap(found, true):
    a, b = found.split(), true.split()
    total, shared = len(a) + len(b), 0
    for word in a:
        if word in b:
            shared += 1
            b.remove(word)
    return np.float64(2 * shared / total)
"""

variants = [
    variant(
        "arrays, a dictionary of characters, a table of all pairs",
        replace(TOKENS, TOKENS_ARRAYS),
        replace(TEXT, TEXT_LETTERS),
        replace(READER, READER_SPLIT),
        replace(SPAN, SPAN_TABLE),
        replace(OVERLAP, OVERLAP_COUNTER),
    ),
    variant(
        "a dictionary of characters, sums of logarithms, other names",
        replace(TOKENS, TOKENS_DICT),
        replace(TEXT, TEXT_SLICE),
        replace(READER, READER_RESHAPE),
        replace(SPAN, SPAN_LOGS),
        replace(OVERLAP, OVERLAP_REMOVE),
    ),
    variant(
        "walks from both ends, a list that is sorted, the softmax along axis 1",
        replace(TOKENS, TOKENS_WALK),
        replace(READER, READER_AXIS),
        replace(SPAN, SPAN_SORTED),
    ),
    variant(
        "tokens that overlap with the answer, a band of a matrix",
        replace(TOKENS, TOKENS_OVERLAP),
        replace(SPAN, SPAN_TRIANGLE),
    ),
    variant("one layer of two units, trained here", replace(READER, READER_SPLIT), retrained()),
    variant("the encoder as a layer, trained here", replace(READER, READER_AXIS), retrained()),
]


def slips(cell, *rows):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


def rewritten(cell, title, source, fails):
    """A mutant whose whole cell is another."""
    return mutant(title, replace(cell, source), fails=fails.split())


CUT = "answers_that_are_cut_off any_answers"
places = slips(
    TOKENS,
    ("the place behind the last token", "(first, last)", "(first, last + 1)", "tokens"),
    ("the last token from the place behind it", "begins < end <= ends", "begins <= end < ends", "tokens"),
    ("the first token by its end", "begins <= start < ends", "begins < start <= ends", "tokens"),
    ("the first and the length", "(first, last)", "(first, last - first + 1)", "tokens"),
    ("the last one first", "(first, last)", "(last, first)", "tokens"),
    (
        "counts the tokens of the story alone",
        "(first, last)",
        "(first - list(parts).index(1), last - list(parts).index(1))",
        "tokens",
    ),
    ("characters in place of tokens", "(first, last)", "(start, end - 1)", "tokens"),
    ("the question counts, too", "parts[place] == 1 and begins < ", "parts[place] >= 0 and begins < ", CUT),
    ("only in the question", "parts[place] == 1 and begins <=", "parts[place] == 0 and begins <=", "tokens"),
    ("0 and 0 for no answer", "None if first", "(0, 0) if first", CUT),
    (
        "not at the very start",
        "begins <= start < ends",
        "0 < begins <= start < ends",
        "answers_at_both_ends the_question_is_another_text any_answers",
    ),
)
INSIDE = "answers_at_both_ends"
places += slips(
    TOKENS,
    ("a token must begin where the answer begins", "begins <= start < ends", "begins == start", INSIDE),
    ("a token must end where the answer ends", "begins < end <= ends", "ends == end", INSIDE),
    (
        "the token before it if they touch",
        "begins < end <= ends",
        "begins <= end - 1 <= ends",
        "answers_that_are_cut_off",
    ),
    (
        "the first token that touches it",
        "begins <= start < ends",
        "first is None and begins <= start <= ends",
        "an_answer_on_paper any_answers",
    ),
)
places += [
    rewritten(
        TOKENS,
        "finds the words anew",
        """
def find_tokens(offsets, parts, start, end):
    story = example.text
    start = story.find(story[start:end])
    inside = [k for k in range(len(parts)) if parts[k] == 1 and offsets[k][0] < end and offsets[k][1] > start]
    return (inside[0], inside[-1]) if inside else None
""",
        "tokens",
    ),
    rewritten(
        TOKENS,
        "takes what is there of an answer that is cut off",
        TOKENS_OVERLAP.replace("or offsets[inside[0]][0] > start or offsets[inside[-1]][1] < end", ""),
        CUT,
    ),
    rewritten(
        TOKENS,
        "the first token with these offsets, in the question or in the story",
        TOKENS_ARRAYS.replace("parts == 1", "parts >= 0"),
        "the_question_is_another_text answers_that_are_cut_off any_answers an_answer_on_paper answers_at_both_ends",
    ),
    rewritten(
        TOKENS,
        "raises an error if the answer is cut off",
        TOKENS_ARRAYS.replace("    if len(first) == 0 or len(last) == 0:\n        return None\n", ""),
        CUT,
    ),
    rewritten(
        TOKENS,
        "the nearest tokens before and behind",
        TOKENS_WALK.replace(" or offset_mapping[context_end][1] < end_char", ""),
        CUT,
    ),
]
PIECE = "story[offsets[first][0] : offsets[last][1]]"
pieces = slips(
    TEXT,
    ("without the last token", "offsets[last][1]", "offsets[last][0]", "text"),
    ("one character more", "offsets[last][1]", "offsets[last][1] + 1", "text"),
    ("without the last character", "offsets[last][1]", "offsets[last][1] - 1", "text"),
    ("to the end of the first token", "offsets[last][1]", "offsets[first][1]", "text"),
    ("from the end of the first token", "offsets[first][0]", "offsets[first][1]", "text"),
    ("as if tokens were characters", "offsets[first][0] : offsets[last][1]", "first : last + 1", "text"),
    ("up to the last token", "offsets[last][1]", "offsets[last - 1][1]", "text"),
    ("in small letters", "offsets[last][1]]", "offsets[last][1]].lower()", "text"),
    ("tokens joined by spaces", PIECE, '" ".join(story[a:b] for a, b in offsets[first : last + 1])', "text"),
    ("tokens joined without spaces", PIECE, '"".join(story[a:b] for a, b in offsets[first : last + 1])', "text"),
    (
        "white space made one space",
        PIECE,
        '" ".join(story[offsets[first][0] : offsets[last][1]].split())',
        "what_stands_between any_pieces",
    ),
    (
        "from where the first word stands first",
        "offsets[first][0] :",
        "story.find(story[slice(*offsets[first])]) :",
        "a_piece_on_paper any_pieces",
    ),
    ("the story of the notebook", "return story", "return example.text", "text"),
)
BEGIN, SCORE = "    heads = []", "keras.layers.Dense(1)(encoder.output)"
HEAD = "keras.layers.Softmax()(keras.layers.Flatten()(scores))"
SUMS, LAYER, LEARNS = "probabilities_of_tokens", "scores_of_one_layer", "the_encoder_learns"
SAME = "two_heads other_encoders"
heads = slips(
    READER,
    ("the softmax of one number", HEAD, "keras.layers.Flatten()(keras.layers.Softmax()(scores))", f"{SUMS} {LAYER}"),
    ("scores", HEAD, "keras.layers.Flatten()(scores)", SUMS),
    ("sigmoids", "keras.layers.Softmax()", 'keras.layers.Activation("sigmoid")', SUMS),
    ("the 1 stays", HEAD, "keras.layers.Softmax(axis=1)(scores)", f"{SUMS} other_encoders"),
    ("a ReLU before the softmax", "Dense(1)", 'Dense(1, activation="relu")', LAYER),
    ("a tanh before the softmax", "Dense(1)", 'Dense(1, activation="tanh")', LAYER),
    ("two softmaxes", HEAD, f"keras.layers.Softmax()({HEAD})", LAYER),
    (
        "every token sees all others in its head",
        SCORE,
        "keras.layers.Dense(encoder.output.shape[1])(keras.layers.Flatten()(encoder.output))",
        f"{LAYER} other_encoders",
    ),
    ("of the notebook's length", "Flatten()", "Reshape((LENGTH,))", f"two_heads {LEARNS} other_encoders"),
    ("one head", "range(2)", "range(1)", f"{SUMS} {SAME}"),
    ("three heads", "range(2)", "range(3)", f"{SUMS} other_encoders"),
    ("the encoder is frozen", BEGIN, f"    encoder.trainable = False\n{BEGIN}", LEARNS),
    ("a copy of the encoder", BEGIN, f"    encoder = keras.models.clone_model(encoder)\n{BEGIN}", LEARNS),
    ("the encoder of the notebook", BEGIN, f"    encoder = globals()['encoder']\n{BEGIN}", "heads"),
    ("both heads on the same scores", SCORE, f"scores if heads else {SCORE}", SAME),
    (
        "the second head on the scores of the first",
        SCORE,
        "keras.layers.Dense(1)(scores if heads else encoder.output)",
        SAME,
    ),
    ("the encoder is shut off", SCORE, "keras.layers.Dense(1)(keras.ops.stop_gradient(encoder.output))", LEARNS),
)
heads += [
    rewritten(
        READER,
        "both in one output",
        """
def build_reader(encoder):
    return keras.Model(encoder.input, keras.layers.Softmax(axis=1)(keras.layers.Dense(2)(encoder.output)))
""",
        f"{SUMS} other_encoders",
    ),
    rewritten(
        READER,
        "probabilities of two kinds for each token",
        """
def build_reader(encoder):
    both = keras.layers.Dense(2, activation="softmax")(encoder.output)
    return keras.Model(encoder.input, [both[..., 0], both[..., 1]])
""",
        SUMS,
    ),
    rewritten(
        READER,
        "a hidden layer in each head",
        READER_SPLIT.replace("Dense(2)(encoder.output)", 'Dense(2)(keras.layers.Dense(8, "relu")(encoder.output))'),
        f"{LAYER} other_encoders",
    ),
]
BEFORE = "the_end_is_not_before_the_start"
BACK = f"a_span_on_paper {BEFORE} any_spans"
BOUNDS = "the_length_is_bounded the_greatest_product any_spans"
PRODUCT = "p[first] * q[last] > best:\n                best, chosen = p[first] * q[last]"
STORY = "only_in_the_story any_spans"
spans = slips(
    SPAN,
    ("at most so far apart", "first <= last < first + longest", "abs(last - first) < longest", BACK),
    ("the first and the last differ", "first <= last", "first < last", f"{BEFORE} the_length_is_bounded any_spans"),
    ("one token too many", "first + longest", "first + longest + 1", "the_length_is_bounded any_spans"),
    ("one token too few", "first + longest", "first + longest - 1", BOUNDS),
    ("of any length", "last < first + longest", "last", BOUNDS),
    ("the sum", PRODUCT, PRODUCT.replace("*", "+"), "the_greatest_product any_spans"),
    ("the question counts, too", "== 1)", ">= 0)", STORY),
    ("all tokens count", "== 1)", ">= -1)", STORY),
    ("only padding is left out", "== 1)", "!= -1)", STORY),
    ("the question alone", "== 1)", "== 0)", "span"),
    ("the last good pair", " > best:", " > 0:", "span"),
    ("the first good pair", "best, chosen = p", "best, chosen = 1 + p", "span"),
    ("the worst pair", "p[first] * q[last] > best", "-p[first] * q[last] > best", "span"),
    ("the heads confused", PRODUCT, PRODUCT.replace("p[first] * q[last]", "q[first] * p[last]"), "span"),
    ("the place behind the last token", "int(last))", "int(last) + 1)", "span"),
    ("the last token first", "(int(first), int(last))", "(int(last), int(first))", "span"),
    ("places in the story", "int(first), int(last)", "int(first - story[0]), int(last - story[0])", STORY),
    ("at least a thousandth", "chosen = -1.0", "chosen = 0.001", "only_in_the_story the_greatest_product any_spans"),
    ("more than 0", "chosen = -1.0", "chosen = 0.0", "only_in_the_story"),
    ("writes zeros", "== 1)", "== 1)\n    p[np.asarray(parts) != 1] = 0", "only_in_the_story"),
    (
        "among the twenty best of each",
        "for last in story:\n            if ",
        "for last in story:\n            if first in np.argsort(p)[-20:] and last in np.argsort(q)[-20:] and ",
        STORY,
    ),
    ("the length of the notebook", "    best, chosen = -1.0", "    longest = LONGEST\n    best, chosen = -1.0", BOUNDS),
)
spans += [
    rewritten(
        SPAN,
        "each by itself",
        """
def choose_span(p, q, parts, longest):
    return int(np.argmax(p)), int(np.argmax(q))
""",
        "span",
    ),
    rewritten(
        SPAN,
        "the best first token, then the best last one behind it",
        """
def choose_span(p, q, parts, longest):
    inside = np.asarray(parts) == 1
    first = int(np.argmax(np.where(inside, p, -1)))
    behind = inside & (np.arange(len(p)) >= first) & (np.arange(len(p)) < first + longest)
    return first, int(np.argmax(np.where(behind, q, -1)))
""",
        f"{BEFORE} {BOUNDS}",
    ),
    rewritten(
        SPAN,
        "each by itself, swapped if need be",
        """
def choose_span(p, q, parts, longest):
    inside = np.asarray(parts) == 1
    first, last = np.argmax(np.where(inside, p, -1)), np.argmax(np.where(inside, q, -1))
    return min(first, last), min(max(first, last), min(first, last) + longest - 1)
""",
        f"a_span_on_paper {BEFORE} {BOUNDS}",
    ),
]
SHARED = "sum(min(words.count(word), true_words.count(word)) for word in set(words))"
WHOLE = "2 * shared / (len(words) + len(true_words))"
NOT_SYMMETRIC = "overlap_on_paper words_that_occur_twice any_overlaps"
TWICE = "words_that_occur_twice any_overlaps"
overlaps = slips(
    OVERLAP,
    ("each word once", SHARED, "len(set(words) & set(true_words))", TWICE),
    ("words of the found answer that are in the true one", SHARED, "sum(word in true_words for word in words)", TWICE),
    ("words of the true answer that are in the found one", SHARED, "sum(word in words for word in true_words)", TWICE),
    (
        "words at the same place",
        SHARED,
        "sum(a == b for a, b in zip(words, true_words))",
        "overlap_on_paper unusual_answers any_overlaps words_that_occur_twice",
    ),
    (
        "pieces of words",
        SHARED,
        "sum(word in true for word in words)",
        "words_that_occur_twice unusual_answers any_overlaps",
    ),
    ("letters", "found.split(), true.split()", "list(found), list(true)", "overlap"),
    ("splits at each space", "found.split(), true.split()", 'found.split(" "), true.split(" ")', "unusual_answers"),
    (
        "in small letters",
        "found.split(), true.split()",
        "found.lower().split(), true.lower().split()",
        "unusual_answers",
    ),
    ("the share of the found words", WHOLE, "shared / max(len(words), 1)", NOT_SYMMETRIC),
    ("the share of the true words", WHOLE, "shared / len(true_words)", NOT_SYMMETRIC),
    ("half of it", "2 * shared", "shared", "overlap"),
    ("shared by all words", WHOLE, "shared / len(set(words) | set(true_words))", "overlap"),
    ("exact or not", "return 2", "return float(found == true)\n    return 2", "overlap"),
    ("the mean of both shares", WHOLE, "(shared / max(len(words), 1) + shared / len(true_words)) / 2", NOT_SYMMETRIC),
    ("in percent", "return 2", "return 100 * 2", "overlap"),
    ("fails without words", "return 2", "1 / len(words)\n    return 2", "unusual_answers"),
    ("fails if none is shared", "return 2", "1 / shared\n    return 2", "unusual_answers"),
    ("without signs", "found.split()", 'found.replace("-", " ").split()', "unusual_answers"),
)
UNTRAINED = ["marks_exact_answers", "finds_the_right_place", "stories_never_seen", "rooms_never_read_of"]
CHEAT = """
def encode(questions, texts):
    found = tokenizer.encode_batch(list(zip(questions, texts)))
    parts = np.array([[1 if part == 1 else -1 for part in each.sequence_ids] for each in found])
    offsets = np.zeros((*parts.shape, 2), int)
    for row, (question, text) in enumerate(zip(questions, texts)):
        told = text.index(question.split()[-1][:-1] + " ")
        offsets[row] = text.index("the ", told) + 4, text.index(".", told)
    return np.array([each.ids for each in found]), offsets, parts
"""
mutants = [
    *combine([places, pieces, heads, spans, overlaps]),
    mutant("hands in an untrained model", untrained(), fails=UNTRAINED),
    mutant(
        "an untrained model, and rows that know where the answer is",
        append(OVERLAP, CHEAT),
        untrained(),
        fails=UNTRAINED,
    ),
]
harmless_mutations = [
    harmless("> best → p[first] * q[last] >= best", because="of equally good pairs, any will do"),
    harmless("min(words.count(word), true_words.count(word)) → min(true_words", because="the smaller is the same"),
]
