"""Other right answers of the case study of an orchard, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

DEV_SIZE, SIZES, GAPS, CEILINGS = "write_dev_size", "write_sizes", "write_gaps", "write_ceilings"
FORMULA = "math.ceil(10 / difference / share)"
SHARE = "sum(kind in mistake for mistake in mistakes) / len(mistakes)"

COUNTED_UP = """
def dev_size(difference, share):
    photographs = 1
    while round(photographs * share * difference, 9) < 10:
        photographs += 1
    return photographs
"""
FLOORED = """
def dev_size(difference, share):
    moths = 10 / difference
    return int(-(-moths // share)) if share < 1 else np.ceil(moths)
"""
MOTHS_FIRST = """
def dev_size(difference, share):
    return int(np.ceil(10 / (difference * share)))
"""
COUNTER = """
from collections import Counter

def ceilings(mistakes, misses):
    counts = Counter(kind for mistake in mistakes for kind in mistake)
    return {kind: count / len(mistakes) * misses for kind, count in counts.items()}
"""
LOOP = """
def ceilings(mistakes, misses):
    table = {}
    for i in range(len(mistakes)):
        for kind in mistakes[i]:
            if kind not in table:
                table[kind] = 0
            table[kind] += misses / len(mistakes)
    return table
"""
ARRAYS = """
def ceilings(mistakes, misses):
    names = sorted(set(kind for mistake in mistakes for kind in mistake) | {"glare", "dew", "edge"})
    table = np.array([[name in mistake for name in names] for mistake in mistakes])
    return dict(zip(names, misses * table.mean(axis=0)))
"""
TYPED = """
dev = round(10 / own["share"] / own["difference"])
sizes = dict(test=float(dev), dev=float(dev), training=float(own["archive"] + own["cameras"] - 2 * dev), all=0)
"""
READ_OFF = """
known, new = own["training_misses"], own["dev_misses"]
gaps = {"variance": round(new - known, 3), "bias": np.float32(known - own["panel"])}
"""
LETTERS = {
    "goal": 'goal = dict(time=" C", metric="B")',
    "data": 'data = {}\ndata["pears"] = "b"\ndata["judged_on"] = "A"\ndata["divided"] = "c "',
    "later": 'later = dict(zip(["tuned", "newcomer", "spring", "pace"], "acba"))',
    "pick": 'pick = {"programme": {60: "c", 120: "b", 240: "a"}[own["limit"]]}',
    "plan": 'plan = {"first": "a" if own["training_misses"] > 0.05 else "B"}',
    "mend": 'mend = {"labels": "A", "mend": "b" if own["dew"] > own["glare"] else "a"}',
}
IN_FIFTHS = """
fifth = (own["cameras"] + own["archive"]) // 5
sizes = {"training": own["cameras"] + own["archive"] - 2 * fifth, "dev": fifth, "test": fifth}
"""
ONLY_THE_FIRST = """
def ceilings(mistakes, misses):
    first = [sorted(mistake)[0] for mistake in mistakes if mistake]
    return {kind: misses * first.count(kind) / len(mistakes) for kind in set().union(*mistakes)}
"""
EMPTIED = """
def ceilings(mistakes, misses):
    table, count = {}, len(mistakes)
    for mistake in mistakes:
        while mistake:
            kind = mistake.pop()
            table[kind] = table.get(kind, 0) + misses / count
    return table
"""
ONLY_ALONE = """
def ceilings(mistakes, misses):
    kinds = set().union(*mistakes)
    return {kind: misses * mistakes.count({kind}) / len(mistakes) for kind in kinds}
"""
FIVE_KINDS = """
def ceilings(mistakes, misses):
    kinds = ["glare", "dew", "leaf", "edge", "label"]
    return {kind: misses * sum(kind in mistake for mistake in mistakes) / len(mistakes) for kind in kinds}
"""
BY_HEART = """
def dev_size(difference, share):
    known = {(0.05, 1): 200, (0.05, 0.1): 2000, (0.02, 0.5): 1000, (0.6, 0.7): 24, (0.3, 1): 34, (0.5, 0.5): 40}
    return known.get((difference, share), round(10 / difference / share))
"""


def choose(group, letters):
    """The solution with other letters in one group: `letters` is such as {"metric": "a"}."""
    return append(f"write_{group}", f"{group} |= {letters}")


variants = [
    variant(
        "letters in other spellings, loops",
        replace(DEV_SIZE, COUNTED_UP),
        replace(CEILINGS, LOOP),
        *(replace(f"write_{group}", source) for group, source in LETTERS.items()),
    ),
    variant("rounded down of negatives, a counter", replace(DEV_SIZE, FLOORED), replace(CEILINGS, COUNTER)),
    variant("floats for whole numbers, further entries", replace(SIZES, TYPED)),
    variant("NumPy's numbers, kinds that do not occur", replace(GAPS, READ_OFF), replace(CEILINGS, ARRAYS)),
    variant(
        "another name for the dict",
        replace("write_level", 'answers = {"possible": "B"}\nlevel = answers'),
        replace("write_sample", 'answers = {"sample": "c"}\nsample = answers'),
    ),
    variant("both factors at once", replace(DEV_SIZE, MOTHS_FIRST)),
]

DECIDED = replace("write_plan", 'plan = {"first": "a" if own["training_misses"] > 0.05 else "b"}')
"""The right plan, whatever the gaps are: with some students' numbers, one wrong gap changes it."""
KEY = "a public criterion would hold the key"
OWN = "a public criterion would work out the student's own numbers"
RANKS, TIME, PROGRAMME = "the_number_that_ranks", "the_part_of_time", "the_programme"
JUDGED, DIVIDED, PEARS = "what_it_is_judged_on", "how_cards_are_divided", "what_becomes_of_the_pears"
TUNED, NEWCOMER, SPRING, PACE = (
    "the_letter_on_settings",
    "the_letter_on_a_newcomer",
    "the_letter_on_spring",
    "the_letter_on_pace",
)

mutants = [
    mutant(
        "all that is judged right, a weight for time", choose("goal", {"metric": "a", "time": "a"}), fails=[RANKS, TIME]
    ),
    mutant("moths at any price, the fastest first", choose("goal", {"metric": "c", "time": "b"}), fails=[RANKS, TIME]),
    mutant("finds most, without its alarms", choose("pick", {"programme": "d"}), fails=PROGRAMME),
    mutant(
        "too slow, or worse than another",
        replace("write_pick", 'pick = {"programme": {60: "b", 120: "a", 240: "c"}[limit]}'),
        fails=PROGRAMME,
    ),
    mutant(
        "far too slow, or worse than another",
        replace("write_pick", 'pick = {"programme": {60: "a", 120: "c", 240: "b"}[limit]}'),
        fails=PROGRAMME,
    ),
    mutant(
        "all photographs together, pears and nights as well",
        choose("data", {"judged_on": "b", "divided": "a", "pears": "a"}),
        fails=[JUDGED, DIVIDED, PEARS],
    ),
    mutant(
        "developed on the station's, divided by nights, no pears",
        choose("data", {"judged_on": "c", "divided": "b", "pears": "c"}),
        fails=[JUDGED, DIVIDED, PEARS],
    ),
    mutant(
        "the grower is the measure, the other part first, the surest mistakes",
        choose("level", {"possible": "a"}),
        edit("write_plan", " > ", " < "),
        choose("sample", {"sample": "a"}),
        fails=["what_is_possible", "what_comes_first", "which_hundred"],
    ),
    mutant(
        "the mean is the measure, calls earlier, the last nights",
        choose("level", {"possible": "c"}),
        choose("plan", {"first": "c"}),
        choose("sample", {"sample": "b"}),
        fails=["what_is_possible", "what_comes_first", "which_hundred"],
    ),
    mutant(
        "the second kind first, labels of misses alone",
        edit("write_mend", " > ", " < "),
        choose("mend", {"labels": "b"}),
        fails=["what_is_mended_first", "which_labels_are_corrected"],
    ),
    mutant(
        "leaves first, labels to learn from",
        choose("mend", {"mend": "c", "labels": "c"}),
        fails=["what_is_mended_first", "which_labels_are_corrected"],
    ),
    mutant("edges first", choose("mend", {"mend": "d"}), fails="what_is_mended_first"),
    mutant(
        "another test set, a lower threshold, agreed is agreed, all photographs",
        choose("later", {"tuned": "b", "newcomer": "a", "spring": "a", "pace": "b"}),
        fails=[TUNED, NEWCOMER, SPRING, PACE],
    ),
    mutant(
        "a larger network, trained for longer, an exception, broken off",
        choose("later", {"tuned": "c", "newcomer": "b", "spring": "c", "pace": "c"}),
        fails=[TUNED, NEWCOMER, SPRING, PACE],
    ),
    mutant(
        "nothing chosen in the first groups",
        choose("goal", {"metric": ""}),
        choose("pick", {"programme": "e"}),
        choose("data", {"pears": None}),
        choose("level", {"possible": "all"}),
        fails=[
            *("the_goal_is_decided", RANKS, "a_programme_is_picked", PROGRAMME, "the_data_are_decided", PEARS),
            *("the_level_is_decided", "what_is_possible"),
        ],
    ),
    mutant(
        "nothing chosen in the last groups",
        choose("plan", {"first": ""}),
        choose("sample", {"sample": ["c"]}),
        choose("mend", {"labels": "d"}),
        append("write_later", 'del later["pace"]'),
        fails=[
            *("the_plan_is_decided", "what_comes_first", "the_sample_is_decided", "which_hundred"),
            *("mending_is_decided", "which_labels_are_corrected", "every_letter_is_answered", PACE),
        ],
    ),
    mutant("counts photographs, not moths", edit(DEV_SIZE, " / share", ""), fails=["dev_size", "your_own_sizes"]),
    mutant("multiplies by the share", edit(DEV_SIZE, " / share", " * share"), fails=["dev_size", "your_own_sizes"]),
    mutant("a single moth", edit(DEV_SIZE, "10 /", "1 /"), fails=["dev_size", "your_own_sizes"]),
    mutant("forgets the difference", edit(DEV_SIZE, "/ difference ", ""), fails=["dev_size", "your_own_sizes"]),
    mutant(
        "rounds down", edit(DEV_SIZE, FORMULA, "int(10 / difference / share)"), fails=["a_whole_number", "any_dev_set"]
    ),
    mutant(
        "rounds to the nearest",
        edit(DEV_SIZE, FORMULA, "round(10 / difference / share)"),
        fails=["a_whole_number", "any_dev_set"],
    ),
    mutant(
        "rounds not at all", edit(DEV_SIZE, FORMULA, "10 / difference / share"), fails=["a_whole_number", "any_dev_set"]
    ),
    mutant(
        "always one more",
        edit(DEV_SIZE, FORMULA, "int(10 / difference / share) + 1"),
        fails=["a_whole_number", "your_own_sizes", "any_dev_set"],
    ),
    mutant("the examples of the check", replace(DEV_SIZE, BY_HEART), fails="any_dev_set"),
    mutant(
        "the station's photographs are forgotten", edit(SIZES, ' + own["archive"]', ""), fails="every_photograph_once"
    ),
    mutant("dev and test in one", edit(SIZES, "2 * dev", "dev"), fails="every_photograph_once"),
    mutant("three fifths to learn from", replace(SIZES, IN_FIFTHS), fails="your_own_sizes"),
    mutant(
        "sizes in thousands",
        append(SIZES, "sizes = {name: size / 1000 for name, size in sizes.items()}"),
        fails="sizes",
    ),
    mutant(
        "half a photograph",
        append(SIZES, 'sizes["training"] -= 0.5\nsizes["extra"] = 0.5'),
        fails="every_photograph_once",
    ),
    mutant("no test set", append(SIZES, 'del sizes["test"]'), fails="every_photograph_once"),
    mutant("measured by the grower", edit(GAPS, 'own["panel"]', 'own["grower"]'), DECIDED, fails="the_avoidable_bias"),
    mutant(
        "measured by one specialist",
        edit(GAPS, 'own["panel"]', 'own["specialist"]'),
        DECIDED,
        fails="the_avoidable_bias",
    ),
    mutant("measured by zero", edit(GAPS, ' - own["panel"]', ""), DECIDED, fails="the_avoidable_bias"),
    mutant(
        "new photographs against people",
        edit(GAPS, 'own["dev_misses"] - own["training_misses"]', 'own["dev_misses"] - own["panel"]'),
        DECIDED,
        fails="the_variance",
    ),
    mutant("in percent", append(GAPS, "gaps = {name: 100 * size for name, size in gaps.items()}"), fails="gaps"),
    mutant(
        "both parts exchanged",
        append(GAPS, 'gaps = {"bias": gaps["variance"], "variance": gaps["bias"]}'),
        fails=["the_avoidable_bias", "the_variance", "what_comes_first"],
    ),
    mutant("counts, not shares", edit(CEILINGS, " / len(mistakes)", ""), fails="ceilings"),
    mutant("shares of the mistakes, not of the moths", edit(CEILINGS, "misses * ", ""), fails="ceilings"),
    mutant("what is left", edit(CEILINGS, f"misses * {SHARE}", f"misses * (1 - {SHARE})"), fails="ceilings"),
    mutant(
        "of all kinds that were found",
        edit(CEILINGS, "/ len(mistakes)", "/ sum(len(mistake) for mistake in mistakes)"),
        fails="ceilings",
    ),
    mutant(
        "of mistakes that have a kind",
        edit(CEILINGS, "/ len(mistakes)", "/ sum(bool(mistake) for mistake in mistakes)"),
        fails="ceilings",
    ),
    mutant("one kind for each mistake", replace(CEILINGS, ONLY_THE_FIRST), fails="ceilings"),
    mutant("empties the sets", replace(CEILINGS, EMPTIED), fails="ceilings"),
    mutant("mistakes of one kind alone", replace(CEILINGS, ONLY_ALONE), fails="ceilings"),
    mutant(
        "rounded to hundredths",
        edit(CEILINGS, f"misses * {SHARE}", f"round(misses * {SHARE}, 2)"),
        fails="ceilings",
    ),
    mutant("the kinds of this orchard", replace(CEILINGS, FIVE_KINDS), fails="any_tally"),
    mutant("in hundredths", edit(CEILINGS, "/ len(mistakes)", "/ 100"), fails="ceilings"),
]

hidden_because = {
    **dict.fromkeys(
        [
            *(RANKS, TIME, PROGRAMME, JUDGED, DIVIDED, PEARS, "what_is_possible", "what_comes_first", "which_hundred"),
            *("what_is_mended_first", "which_labels_are_corrected", TUNED, NEWCOMER, SPRING, PACE),
        ],
        KEY,
    ),
    **dict.fromkeys(["your_own_sizes", "the_avoidable_bias", "the_variance"], OWN),
    "any_dev_set": "an answer that is fitted to the public examples is right about them",
    "any_tally": "an answer that is fitted to the public examples is right about them",
}

harmless_mutations = [
    harmless("limit → programmes[name][2] >= limit", because="no programme takes just as long as a battery allows"),
    harmless(
        "write_pick, line 3: 2 → 1", because="with the numbers of the proof, the slowest programme is fast enough"
    ),
    harmless('dev_size(own["share"], own["difference"])', because="a product does not depend on the order"),
    harmless('gaps["bias"] >= gaps["variance"]', because="they are never equal"),
    harmless('own["glare"] >= own["dew"]', because="they are never equal"),
]
