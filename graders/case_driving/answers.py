"""Other right answers of the case study of a bus, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

LOSS, GAPS, TABLE = "write_loss", "write_gaps", "write_table"

CHOSEN = """
def loss(probabilities, labels):
    known = labels != -1
    p, y = probabilities[known], labels[known]
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
LOOPED = """
def loss(probabilities, labels):
    total, count = 0.0, 0
    for row in range(len(labels)):
        for column in range(labels.shape[1]):
            if labels[row, column] == -1:
                continue
            p = probabilities[row, column]
            total -= np.log(p) if labels[row, column] else np.log(1 - p)
            count += 1
    return total / count
"""
MASKED = """
def loss(probabilities, labels):
    right = np.abs(1 - labels - probabilities)
    return np.ma.array(-np.log(right), mask=labels < 0).mean()
"""
BY_KERAS = """
import keras

def loss(probabilities, labels):
    known = np.asarray(labels) >= 0
    p, y = np.asarray(probabilities, dtype="float32")[known], np.asarray(labels, dtype="float32")[known]
    return keras.losses.binary_crossentropy(y, p)
"""
COUNTER = """
from collections import Counter

def ceiling_table(mistakes, error):
    counts = Counter(kind for mistake in mistakes for kind in mistake)
    return [[kind, count / len(mistakes), count / len(mistakes) * error] for kind, count in counts.most_common()]
"""
SORTED_BY_HAND = """
def ceiling_table(mistakes, error):
    table = {}
    for mistake in mistakes:
        for kind in mistake:
            table[kind] = table.get(kind, 0) + 1 / len(mistakes)
    order = sorted(table, key=table.get)[::-1]
    return tuple((kind, table[kind], error * table[kind]) for kind in order)
"""
ARRAYS = """
def ceiling_table(mistakes, error):
    kinds = sorted({kind for mistake in mistakes for kind in mistake} | {"night", "fog"})
    shares = np.mean([[kind in mistake for kind in kinds] for mistake in mistakes], axis=0)
    return [(kinds[at], shares[at], np.float32(error * shares[at])) for at in np.argsort(-shares)]
"""
IN_ORDER = """
names = ["people", "training", "training_dev", "dev", "test"]
differences = np.diff([own[name] for name in names])
gaps = dict(zip(["bias", "variance", "mismatch", "fitted"], differences))
"""
ROUNDED = """
gaps = {}
gaps["fitted"] = round(own["test"] - own["dev"], 4)
gaps["mismatch"] = round(own["dev"] - own["training_dev"], 4)
gaps["variance"] = np.float32(own["training_dev"] - own["training"])
gaps["bias"] = round(own["training"] - own["people"], 4)
"""
LETTERS = {
    "start": 'start = dict(begin=" A")',
    "data": 'data = {}\ndata["without"] = "b"\ndata["others"] = "A "',
    "holes": 'answers = {"stop": "C", "rare": "B"}\nholes = answers',
    "read": 'read = {"easier": "C", "work_on": "b" if own["training_dev"] < 0.05 else "a"}\n'
    'read["test_set"] = "A" if own["test"] < 0.11 else "B"',
    "sums": 'sums = {"sum": "B"}',
    "mend": 'mend = {"labels": "C", "painted": "c", "mend": "b" if own["fog"] > own["night"] else "a"}',
    "later": 'later = dict(zip(["gate", "together", "steering"], "abc"))',
}
BY_HEART = """
def ceiling_table(mistakes, error):
    kinds = ["night", "rain", "fog", "far", "label"]
    shares = [sum(kind in mistake for mistake in mistakes) / len(mistakes) for kind in kinds]
    return [(kind, share, share * error) for share, kind in sorted(zip(shares, kinds), reverse=True)]
"""
EMPTIED = """
def ceiling_table(mistakes, error):
    counts, number = {}, len(mistakes)
    for mistake in mistakes:
        while mistake:
            kind = mistake.pop()
            counts[kind] = counts.get(kind, 0) + 1
    rows = [(kind, count / number, error * count / number) for kind, count in counts.items()]
    return sorted(rows, key=lambda row: -row[1])
"""
SHARE = "sum(kind in mistake for mistake in mistakes) / len(mistakes)"
EACH = "np.sum(each * known) / np.sum(known)"
LOGS = "np.where(labels == 1, -np.log(probabilities), -np.log(1 - probabilities))"


def choose(group, letters):
    """The solution with other letters in one group: `letters` is such as {"metric": "a"}."""
    return append(f"write_{group}", f"{group} |= {letters}")


variants = [
    variant(
        "letters in other spellings, loops",
        replace(LOSS, LOOPED),
        replace(TABLE, SORTED_BY_HAND),
        *(replace(f"write_{group}", source) for group, source in LETTERS.items()),
    ),
    variant("known labels taken out, a counter", replace(LOSS, CHOSEN), replace(TABLE, COUNTER)),
    variant("a masked array, kinds that do not occur", replace(LOSS, MASKED), replace(TABLE, ARRAYS)),
    variant("differences of neighbours", replace(GAPS, IN_ORDER)),
    variant("rounded gaps, entry by entry", replace(GAPS, ROUNDED)),
    variant("Keras's loss", replace(LOSS, BY_KERAS)),
]

DECIDED = replace("write_read", LETTERS["read"])
"""The right reading, whatever the gaps are: with some numbers, one wrong gap changes it."""
BEGIN, RARE, STOP = "how_to_begin", "what_tells_of_puddles", "when_to_stop"
OTHERS, WITHOUT, SUM = "what_the_others_are_for", "what_it_is_put_aside_for", "why_shares_do_not_add_up"
WORK, TEST, EASIER = "what_to_work_on", "what_the_test_set_says", "an_error_that_falls"
MEND, PAINTED, LABELS = "what_is_mended_first", "painted_fog", "wrong_labels"
GATE, FOUR, STEERING = "the_letter_from_the_gate", "the_letter_on_four_networks", "the_letter_on_steering"

mutants = [
    mutant(
        "reads first, judged by all things, more probable than not",
        choose("start", {"begin": "b"}),
        choose("holes", {"rare": "a", "stop": "a"}),
        fails=[BEGIN, RARE, STOP],
    ),
    mutant(
        "collects first, judged by how often, careful with puddles",
        choose("start", {"begin": "c"}),
        choose("holes", {"rare": "c", "stop": "b"}),
        fails=[BEGIN, RARE, STOP],
    ),
    mutant(
        "a larger dev set, something to learn, one kind each",
        choose("data", {"others": "b", "without": "a"}),
        choose("sums", {"sum": "a"}),
        fails=[OTHERS, WITHOUT, SUM],
    ),
    mutant(
        "all of one kind, settings, divided by the sum",
        choose("data", {"others": "c", "without": "c"}),
        choose("sums", {"sum": "c"}),
        fails=[OTHERS, WITHOUT, SUM],
    ),
    mutant(
        "works on the other gap, reads the test set the other way, it was learned",
        edit("write_read", 'gaps["variance"] > ', 'gaps["variance"] < '),
        edit("write_read", " > 0.02", " < 0.02"),
        choose("read", {"easier": "a"}),
        fails=[WORK, TEST, EASIER],
    ),
    mutant(
        "more layers, learns from the test set, it was counted wrongly",
        choose("read", {"work_on": "c", "test_set": "c", "easier": "b"}),
        fails=[WORK, TEST, EASIER],
    ),
    mutant(
        "the second kind first, nothing painted, no label is corrected",
        edit("write_mend", " > ", " < "),
        choose("mend", {"painted": "a", "labels": "a"}),
        fails=[MEND, PAINTED, LABELS],
    ),
    mutant(
        "rain first, forgets clear pictures, labels without a pattern",
        choose("mend", {"mend": "c", "painted": "b", "labels": "b"}),
        fails=[MEND, PAINTED, LABELS],
    ),
    mutant(
        "from zero at the gate, with far more pictures, from end to end",
        choose("later", {"gate": "b", "together": "a", "steering": "a"}),
        fails=[GATE, FOUR, STEERING],
    ),
    mutant(
        "a light is a barrier, one thing at a time, four more inputs",
        choose("later", {"gate": "c", "together": "c", "steering": "b"}),
        fails=[GATE, FOUR, STEERING],
    ),
    mutant(
        "nothing chosen in the first groups",
        choose("start", {"begin": ""}),
        choose("holes", {"rare": "d"}),
        choose("data", {"without": None}),
        choose("read", {"easier": "yes"}),
        fails=[
            *("the_start_is_decided", BEGIN, "the_holes_are_decided", RARE, "the_data_are_decided", WITHOUT),
            *("the_reading_is_decided", EASIER),
        ],
    ),
    mutant(
        "nothing chosen in the last groups",
        choose("sums", {"sum": ["b"]}),
        choose("mend", {"labels": "d"}),
        append("write_later", 'del later["gate"]'),
        fails=["the_sum_is_decided", SUM, "mending_is_decided", LABELS, "every_letter_is_answered", GATE],
    ),
    mutant("over all labels", edit(LOSS, "np.sum(known)", "labels.size"), fails="loss"),
    mutant("the sum", edit(LOSS, " / np.sum(known)", ""), fails="loss"),
    mutant("unknown counts as 0", edit(LOSS, EACH, "np.mean(each)"), fails="loss"),
    mutant("only what is there", edit(LOSS, "labels >= 0", "labels > 0"), fails="loss"),
    mutant("only what is not there", edit(LOSS, "labels >= 0", "labels == 0"), fails="loss"),
    mutant("the other logarithm", edit(LOSS, LOGS, LOGS.replace("log(", "log2(")), fails="loss"),
    mutant("without the minus", edit(LOSS, LOGS, LOGS.replace("-np", "np")), fails="loss"),
    mutant("both cases exchanged", edit(LOSS, "labels == 1", "labels == 0"), fails="loss"),
    mutant(
        "the mean of the pictures' means",
        edit(LOSS, EACH, "np.mean(np.sum(each * known, axis=1) / np.maximum(np.sum(known, axis=1), 1))"),
        fails="loss",
    ),
    mutant(
        "writes 0 into the labels", edit(LOSS, "    return", "    labels[labels < 0] = 0\n    return"), fails="loss"
    ),
    mutant(
        "measured by zero",
        edit(GAPS, 'own["training"] - own["people"]', 'own["training"]'),
        DECIDED,
        fails="the_avoidable_bias",
    ),
    mutant(
        "variance on the bus",
        edit(GAPS, 'own["training_dev"] - own["training"]', 'own["dev"] - own["training"]'),
        DECIDED,
        fails="the_variance",
    ),
    mutant(
        "mismatch from the training set",
        edit(GAPS, 'own["dev"] - own["training_dev"]', 'own["dev"] - own["training"]'),
        DECIDED,
        fails="the_mismatch",
    ),
    mutant(
        "the fit the other way round", append(GAPS, 'gaps["fitted"] *= -1'), DECIDED, fails="the_fit_to_the_dev_set"
    ),
    mutant("in percent", append(GAPS, "gaps = {name: 100 * size for name, size in gaps.items()}"), fails="gaps"),
    mutant("counts, not shares", edit(TABLE, " / len(mistakes)", ""), fails=["share_and_ceiling", "any_tally"]),
    mutant("the ceiling is the share", edit(TABLE, "share * error", "share"), fails=["share_and_ceiling", "any_tally"]),
    mutant(
        "what is left", edit(TABLE, "share * error", "error - share * error"), fails=["share_and_ceiling", "any_tally"]
    ),
    mutant(
        "of all kinds that were found",
        edit(TABLE, "/ len(mistakes)", "/ sum(len(mistake) for mistake in mistakes)"),
        fails=["share_and_ceiling", "any_tally"],
    ),
    mutant(
        "of mistakes that have a kind",
        edit(TABLE, "/ len(mistakes)", "/ sum(bool(mistake) for mistake in mistakes)"),
        fails=["share_and_ceiling", "any_tally"],
    ),
    mutant("the lowest first", edit(TABLE, "-row[1]", "row[1]"), fails=["the_highest_ceiling_first", "any_tally"]),
    mutant(
        "by their names", edit(TABLE, ", key=lambda row: -row[1]", ""), fails=["the_highest_ceiling_first", "any_tally"]
    ),
    mutant("names backwards", edit(TABLE, "key=lambda row: -row[1]", "reverse=True"), fails="table"),
    mutant("empties the sets", replace(TABLE, EMPTIED), fails=["share_and_ceiling", "any_tally"]),
    mutant(
        "rounded to hundredths",
        edit(TABLE, "share * error)", "round(share * error, 2))"),
        fails=["share_and_ceiling", "any_tally"],
    ),
    mutant("the kinds of this bus", replace(TABLE, BY_HEART), fails="any_tally"),
    mutant(
        "a dict",
        edit(TABLE, "return sorted(rows, key=lambda row: -row[1])", "return {row[0]: row[1:] for row in rows}"),
        fails="table",
    ),
]

KEY = "a public criterion would hold the key"
OWN = "a public criterion would work out the student's own numbers"
hidden_because = {
    **dict.fromkeys(
        [
            *(BEGIN, RARE, STOP, OTHERS, WITHOUT, WORK, TEST, EASIER, SUM, MEND, PAINTED, LABELS),
            *(GATE, FOUR, STEERING),
        ],
        KEY,
    ),
    **dict.fromkeys(["the_avoidable_bias", "the_variance", "the_mismatch", "the_fit_to_the_dev_set"], OWN),
    "any_tally": "an answer that knows the kinds of the notebook is right about the public examples",
}

harmless_mutations = [
    harmless('gaps["variance"] >= gaps["mismatch"]', because="they are never equal"),
    harmless('gaps["fitted"] >= 0.02', because="no student's gap is just that"),
    harmless("write_table, line 17: 1 → 2", because="ceilings are in the order of shares"),
    harmless('own["night"] >= own["fog"]', because="they are never equal"),
]
