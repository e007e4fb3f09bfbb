"""Other right answers of the exercise on pieces of words, and wrong ones."""

from proctor.answers import Answer, combine, edit, harmless, mutant, replace, variant

CUT, PAIRS, CHOOSE, MERGE = "write_cut", "write_count_pairs", "write_most_frequent", "write_merge"
LEARN, PIECES, DECODE, ENCODE = "write_learn_merges", "write_make_pieces", "write_decode", "write_encode"
SPELLED, LIBRARY = "write_share_spelled", "write_train_tokenizer"

CUT_LOOP = """
def cut(text):
    chunks = []
    for character in text:
        if not chunks or character.isspace():
            chunks.append("")
        chunks[-1] += character
    return chunks
"""
CUT_SPLIT = """
def cut(text):
    return [part for part in re.split(r"(?=\\s)", text) if part]
"""
CUT_PLACES = """
def cut(text):
    begins = [0] + [place for place in range(1, len(text)) if text[place].isspace()] + [len(text)]
    return tuple(text[left:right] for left, right in zip(begins, begins[1:]) if text)
"""
PAIRS_DICT = """
def count_pairs(rows, times):
    result = {}
    for number in range(len(rows)):
        for place in range(len(rows[number]) - 1):
            pair = (rows[number][place], rows[number][place + 1])
            if pair not in result:
                result[pair] = 0
            result[pair] += times[number]
    return result
"""
PAIRS_DEFAULT = """
from collections import defaultdict

def count_pairs(rows, times):
    pairs = defaultdict(int)
    for row, count in zip(rows, times):
        before = None
        for number in row:
            if before is not None:
                pairs[before, number] += count
            before = number
    return pairs
"""
PAIRS_ARRAYS = """
def count_pairs(rows, times):
    both = [(*pair, often) for row, often in zip(rows, times) for pair in zip(row[:-1], row[1:])]
    if not both:
        return {}
    table = np.array(both)
    found, places = np.unique(table[:, :2], axis=0, return_inverse=True)
    return {tuple(pair): count for pair, count in zip(found, np.bincount(places.ravel(), table[:, 2]))}
"""
CHOOSE_LOOP = """
def most_frequent(pairs):
    best = None
    for pair in pairs:
        if best is None or pairs[pair] > pairs[best] or (pairs[pair] == pairs[best] and pair < best):
            best = pair
    return best
"""
CHOOSE_SORTED = """
def most_frequent(pairs):
    return max(sorted(pairs), key=pairs.get)
"""
CHOOSE_TIES = """
def most_frequent(pairs):
    highest = max(pairs.values())
    return list(min(pair for pair, often in pairs.items() if often == highest))
"""
MERGE_COPY = """
def merge(row, pair, number):
    row, place = list(row), 0
    while place < len(row) - 1:
        if (row[place], row[place + 1]) == tuple(pair):
            row[place : place + 2] = [number]
        place += 1
    return row
"""
MERGE_SKIP = """
def merge(row, pair, number):
    result, skip = [], False
    for left, right in zip(row, [*row[1:], None]):
        if skip:
            skip = False
        elif (left, right) == pair:
            result.append(number)
            skip = True
        else:
            result.append(left)
    return np.array(result, dtype=int)
"""
MERGE_AGAIN = """
def merge(row, pair, number):
    if len(row) < 2:
        return list(row)
    if row[0] == pair[0] and row[1] == pair[1]:
        return [number] + merge(row[2:], pair, number)
    return [row[0]] + merge(row[1:], pair, number)
"""
LEARN_FOR = """
def learn_merges(counts, how_many):
    words = {chunk: list(chunk.encode()) for chunk in counts}
    merges = []
    for number in range(256, 256 + how_many):
        chunks = [chunk for chunk in words if len(words[chunk]) > 1]
        pairs = count_pairs([words[chunk] for chunk in chunks], [counts[chunk] for chunk in chunks])
        if len(pairs) == 0:
            return merges
        best = most_frequent(pairs)
        merges.append([int(part) for part in best])
        for chunk in chunks:
            words[chunk] = list(merge(words[chunk], tuple(best), number))
    return merges
"""
LEARN_ALONE = """
def learn_merges(counts, how_many):
    rows = {tuple(chunk.encode("utf-8")): often for chunk, often in counts.items()}
    merges = {}
    while len(merges) < how_many:
        pairs = Counter()
        for row, often in rows.items():
            for left, right in zip(row, row[1:]):
                pairs[left, right] += often
        if not pairs:
            break
        best = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[0][0]
        merges[best] = 256 + len(merges)
        after = {}
        for row, often in rows.items():
            new = []
            for part in row:
                new.append(part)
                if tuple(new[-2:]) == best:
                    new[-2:] = [merges[best]]
            after[tuple(new)] = often
        rows = after
    return list(merges)
"""
PIECES_SPELLED = """
def make_pieces(merges):
    def spell(number):
        if number < 256:
            return number.to_bytes(1, "big")
        return b"".join(spell(int(part)) for part in merges[number - 256])

    return [spell(number) for number in range(256 + len(merges))]
"""
DECODE_ARRAY = """
def decode(numbers, pieces):
    text = bytearray()
    for number in numbers:
        text.extend(pieces[number])
    return str(text, "utf-8", "replace")
"""
ENCODE_RANKS = """
def encode(text, merges):
    ranks = {tuple(pair): rank for rank, pair in enumerate(merges)}

    def encode_chunk(chunk):
        row = list(chunk.encode("utf-8"))
        while len(row) > 1:
            pair = min(zip(row, row[1:]), key=lambda pair: ranks.get(pair, len(ranks)))
            if pair not in ranks:
                break
            row = list(merge(row, pair, 256 + ranks[pair]))
        return row

    return [number for chunk in cut(text) for number in encode_chunk(chunk)]
"""
ENCODE_ALL_ROWS = """
def encode(text, merges):
    rows = [[byte for byte in chunk.encode()] for chunk in cut(text)]
    for place in range(len(merges)):
        for k in range(len(rows)):
            rows[k] = list(merge(rows[k], merges[place], place + 256))
    return np.array(sum(rows, []), dtype=int)
"""
SPELLED_LOOP = """
def share_spelled(chunks, merges):
    several = 0
    for chunk in chunks:
        if len(encode(chunk, merges)) >= 2:
            several += 1
    return several / len(chunks)
"""
SPELLED_MEAN = """
def share_spelled(chunks, merges):
    lengths = {chunk: len(encode(chunk, merges)) for chunk in set(chunks)}
    return np.mean([lengths[chunk] != 1 for chunk in chunks])
"""
LIBRARY_READY = """
def train_tokenizer(texts, size):
    tokenizer = tokenizers.ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(texts, vocab_size=size, show_progress=False)
    return tokenizer
"""
LIBRARY_NAMES = """
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

def train_tokenizer(texts, size):
    tok = Tokenizer(models.BPE(unk_token="[UNK]"))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        special_tokens=["[UNK]"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    tok.train_from_iterator(iter(texts), trainer=trainer, length=len(texts))
    return tok
"""

variants = [
    variant(
        "loops, dicts and places",
        replace(CUT, CUT_LOOP),
        replace(PAIRS, PAIRS_DICT),
        replace(CHOOSE, CHOOSE_LOOP),
        replace(MERGE, MERGE_COPY),
        replace(LEARN, LEARN_FOR),
        replace(DECODE, DECODE_ARRAY),
        replace(SPELLED, SPELLED_LOOP),
    ),
    variant(
        "learning and encoding that go their own ways",
        replace(CUT, CUT_SPLIT),
        replace(PAIRS, PAIRS_DEFAULT),
        replace(CHOOSE, CHOOSE_SORTED),
        replace(LEARN, LEARN_ALONE),
        replace(ENCODE, ENCODE_RANKS),
        replace(PIECES, PIECES_SPELLED),
    ),
    variant(
        "a tuple of chunks, arrays for lists, a list for a pair",
        replace(CUT, CUT_PLACES),
        replace(CHOOSE, CHOOSE_TIES),
        replace(MERGE, MERGE_SKIP),
        edit(LEARN, "most_frequent(pairs)", "tuple(most_frequent(pairs))"),
        edit(LEARN, "return merges", "return np.array(merges).reshape(-1, 2)"),
        replace(ENCODE, ENCODE_ALL_ROWS),
        replace(SPELLED, SPELLED_MEAN),
    ),
    variant(
        "pairs counted by NumPy",
        replace(PAIRS, PAIRS_ARRAYS),
        replace(PIECES, PIECES_SPELLED),
        edit(LIBRARY, "models.BPE()", "models.BPE(byte_fallback=True)"),
    ),
    variant(
        "the library's ready-made tokenizer, a merge that calls itself",
        replace(LIBRARY, LIBRARY_READY),
        replace(MERGE, MERGE_AGAIN),
    ),
    variant("the library's own cut, with a piece for the unknown", replace(LIBRARY, LIBRARY_NAMES)),
]

# Criteria that many slips fail together.
LOST = "no_white_space_is_lost cuts_any_text"
COUNTED = "neighbours_on_paper rows_that_occur_often overlaps_and_short_rows counts_any_rows"
TIES = "equally_frequent_pairs chooses_among_many_pairs"
CHOSEN = "the_most_frequent_pair equally_frequent_pairs chooses_among_many_pairs"
MERGED = "a_number_for_each_pair a_pair_that_overlaps_with_itself the_ends_of_a_row merges_in_any_row"
LEARNED = "merges_on_paper learns_from_any_chunks"
BYTES = "rows_are_bytes learns_from_any_chunks"
ENDED = "an_early_end learns_from_any_chunks"
SPELT = "the_first_pieces_are_bytes pieces_of_merges decodes_any_numbers"
FIRST = "the_first_pieces_are_bytes decodes_any_numbers"
TOLD = "numbers_become_text characters_of_several_pieces decodes_any_numbers"
WHOLE = "texts_come_back_from_the_library unseen_characters_come_back_from_the_library"
UNSEEN = "characters_that_nobody_has_seen any_text_comes_back"
SPACED = "chunks_on_their_own any_text_comes_back encodes_any_text"
STEPS = "a_text_on_paper the_order_of_the_merges encodes_any_text"
ENDS = "a_pair_that_overlaps_with_itself the_ends_of_a_row merges_in_any_row"
TIMES = "rows_that_occur_often overlaps_and_short_rows counts_any_rows"
REPEATED = "repeated_chunks the_share_falls_as_merges_grow"
SELF = "overlaps_and_short_rows counts_any_rows"
PARTS = "characters_of_several_pieces decodes_any_numbers"
NUMBERED = "a_text_on_paper the_order_of_the_merges any_text_comes_back encodes_any_text"
NEW = "unseen_characters_come_back_from_the_library"
OLD = "texts_come_back_from_the_library"

# What many slips change.
FOUND, RULE = 're.findall(r"\\s?\\S+|\\s", text)', "\\s?\\S+|\\s"
LEAST, KEY = "min(pairs, key=lambda pair: (-pairs[pair], pair))", "(-pairs[pair], pair)"
BOTH, ROW = "zip(row, row[1:])", 'list(chunk.encode("utf-8"))'
SEVERAL, JOINED = "len(encode(chunk, merges)) > 1", "pieces[left] + pieces[right]"


def slips(cell, rows):
    """Mutants of one cell: the title, what is replaced, by what, and what fails."""
    return [
        row if isinstance(row, Answer) else mutant(row[0], edit(cell, row[1], row[2]), fails=row[3].split())
        for row in rows
    ]


CUTTING = slips(
    CUT,
    [
        ("splits, and drops the white space", FOUND, "text.split()", "cut"),
        ("an empty chunk before a space", FOUND, 're.split(r"(?=\\s)", text)', LOST),
        ("at spaces alone", RULE, " ?[^ ]+| ", LOST),
        ("white space that has no word after it is lost", RULE, "\\s?\\S+", LOST),
        ("several spaces in one chunk", RULE, "\\s*\\S+|\\s+", LOST),
        ("a space ends a chunk", RULE, "\\S+\\s?|\\s", "cut"),
        (
            "cuts at punctuation, too",
            RULE,
            "\\s?\\w+|[^\\w\\s]+|\\s",
            "a_space_begins_a_chunk no_white_space_is_lost cuts_any_text",
        ),
        ("strips the text", ", text)", ", text.strip())", LOST),
        ("small letters", ", text)", ", text.lower())", "a_space_begins_a_chunk cuts_any_text"),
    ],
)
COUNTING = slips(
    PAIRS,
    [
        ("each row once", "+= often", "+= 1", TIMES),
        ("pairs that do not overlap", BOTH, "zip(row[::2], row[1::2])", COUNTED),
        ("pairs in either direction", "pairs[pair]", "pairs[tuple(sorted(pair))]", COUNTED),
        ("each pair once in a row", "in zip(row, row[1:])", "in set(zip(row, row[1:]))", COUNTED),
        ("without the last pair of a row", BOTH, "zip(row, row[1:-1])", COUNTED),
        (
            "all rows as one",
            "    for row, often",
            "    rows, times = [[number for row in rows for number in row]], times[:1]\n    for row, often",
            COUNTED,
        ),
        (
            "a pair that overlaps with itself, once",
            "            pairs[pair] += often",
            "            if pair[0] != pair[1] or pair not in pairs:\n                pairs[pair] += often",
            SELF,
        ),
    ],
)
COUNTING += slips(
    PAIRS,
    [
        (
            "empties the rows",
            "    return pairs",
            "    for row in rows:\n        row.clear()\n    return pairs",
            "overlaps_and_short_rows",
        )
    ],
)
CHOOSING = slips(
    CHOOSE,
    [
        ("the first of equally frequent pairs", LEAST, "max(pairs, key=pairs.get)", TIES),
        ("the largest of equally frequent pairs", LEAST, "max(pairs, key=lambda pair: (pairs[pair], pair))", TIES),
        ("compares the second numbers first", KEY, "(-pairs[pair], pair[::-1])", TIES),
        ("compares the first numbers alone", KEY, "(-pairs[pair], pair[0])", "equally_frequent_pairs"),
        ("compares the pairs as texts", KEY, "(-pairs[pair], str(pair))", TIES),
        ("compares the sums", KEY, "(-pairs[pair], sum(pair))", TIES),
        ("the rarest pair", "-pairs[pair]", "pairs[pair]", CHOSEN),
        ("the smallest pair", KEY, "pair", CHOSEN),
        ("takes the pair out of the dict", LEAST, f"(best := {LEAST}, pairs.pop(best))[0]", "the_most_frequent_pair"),
        ("how often, and not which", LEAST, "max(pairs.values())", CHOSEN),
    ],
)
MERGING = slips(
    MERGE,
    [
        ("the second number of a pair stays", "place += 2", "place += 1", MERGED),
        mutant(
            "from right to left",
            edit(MERGE, "    left, right = pair", "    row, (right, left) = list(row)[::-1], pair"),
            edit(MERGE, "return merged", "return merged[::-1]"),
            fails=["a_pair_that_overlaps_with_itself", "merges_in_any_row"],
        ),
        (
            "the pair in either direction",
            "row[place] == left and place + 1 < len(row) and row[place + 1] == right",
            "sorted(row[place : place + 2]) == sorted(pair)",
            "the_ends_of_a_row merges_in_any_row",
        ),
        ("the first place alone", "row[place] == left and", "number not in merged and row[place] == left and", MERGED),
        ("the last number is lost", "while place < len(row)", "while place < len(row) - 1", MERGED),
        ("always 256", "merged.append(number)", "merged.append(256)", MERGED),
        ("changes the row", "return merged", "row[:] = merged\n    return merged", "the_row_stays_as_it_is"),
        ("returns nothing", "return merged", "", "merge"),
        ("looks at the first number alone", " and row[place + 1] == right", "", ENDS),
        ("a pair at the end is not seen", "place + 1 < len(row)", "place + 2 < len(row)", ENDS),
    ],
)
LEARNING = slips(
    LEARN,
    [
        ("small letters", "chunk.encode", "chunk.lower().encode", "rows_are_bytes"),
        ("without the spaces", "chunk.encode", "chunk.strip().encode", "rows_are_bytes learns_from_any_chunks"),
        ("always the number 256", "255 + len(merges)", "256", LEARNED),
        (
            "short rows are dropped, and their times stay",
            "for row in rows]",
            "for row in rows if len(row) > 1]",
            LEARNED,
        ),
        ("one number too high", "255 + len(merges)", "256 + len(merges)", LEARNED),
        (
            "the best pairs of the first count, and no merging",
            "        rows = [merge(row, merges[-1], 255 + len(merges)) for row in rows]",
            "        times = [often for often in times]",
            "learn",
        ),
        ("each chunk once", "list(counts.values())", "[1 for _ in counts]", LEARNED),
        ("characters for bytes", ROW, "[ord(character) for character in chunk]", BYTES),
        ("Latin-1", '"utf-8"', '"latin-1", "replace"', BYTES),
        (
            "ends with pairs that occur once",
            "if not pairs:",
            "if not pairs or max(pairs.values()) < 2:",
            "an_early_end",
        ),
        ("one merge too many", "len(merges) < how_many", "len(merges) <= how_many", ENDED),
        ("fails in the end", "        if not pairs:\n            break\n", "", "an_early_end"),
        ("as many as in the notebook", "< how_many", "< 300", ENDED),
        ("always the articles", "learn_merges(counts, how_many)", "learn_merges(_, how_many)", "learn"),
        ("sorted in the end", "return merges", "return sorted(merges)", LEARNED),
        (
            "a dict of numbers",
            "return merges",
            "return {pair: number for number, pair in enumerate(merges, start=256)}",
            "merges_on_paper",
        ),
    ],
)
SPELLING = slips(
    PIECES,
    [
        ("right before left", JOINED, "pieces[right] + pieces[left]", "pieces_of_merges decodes_any_numbers"),
        ("characters for bytes", "bytes([byte])", "chr(byte).encode()", FIRST),
        ("255 bytes", "range(256)", "range(255)", SPELT),
        ("a byte of zeros", "bytes([byte])", "bytes(byte)", SPELT),
        ("strings", "return pieces", 'return [piece.decode("latin-1") for piece in pieces]', SPELT),
        ("merged pieces alone", "return pieces", "return pieces[256:]", FIRST),
    ],
)
TELLING = slips(
    DECODE,
    [
        (
            "each piece decoded alone",
            'b"".join(pieces[number] for number in numbers).decode("utf-8", errors="replace")',
            '"".join(pieces[number].decode("utf-8", errors="replace") for number in numbers)',
            PARTS,
        ),
        ("fails at half a character", ', errors="replace"', "", "characters_of_several_pieces"),
        ("half a character is left out", '"replace"', '"ignore"', "characters_of_several_pieces"),
        ("spaces between the pieces", 'b"".join', 'b" ".join', TOLD),
        ("Latin-1", '"utf-8"', '"latin-1"', PARTS),
        ("always the pieces of the articles", "pieces[number]", "globals()['pieces'][number]", TOLD),
        ("stripped", 'errors="replace")', 'errors="replace").strip()', TOLD),
        ("bytes", '.decode("utf-8", errors="replace")', "", TOLD),
    ],
)
GREEDY = """
def encode(text, merges):
    pieces = [bytes([byte]) for byte in range(256)]
    for one, other in merges:
        pieces.append(pieces[one] + pieces[other])
    numbers = []
    for chunk in cut(text):
        left = chunk.encode("utf-8")
        while left:
            number = max((n for n in range(len(pieces)) if left.startswith(pieces[n])), key=lambda n: len(pieces[n]))
            numbers.append(number)
            left = left[len(pieces[number]) :]
    return numbers
"""
LATER = """            if (new := list(merge(row, pair, number))) != row:
                row = new
                break"""
ENCODING = slips(
    ENCODE,
    [
        ("the whole text as one row", "cut(text)", "[text]", "chunks_on_their_own"),
        (
            "the last merge first",
            "enumerate(merges, start=256):",
            "reversed(list(enumerate(merges, start=256))):",
            STEPS,
        ),
        ("numbers from 257", "start=256", "start=257", NUMBERED),
        mutant(
            "the longest piece first", replace(ENCODE, GREEDY), fails=["the_order_of_the_merges", "encodes_any_text"]
        ),
        ("characters for bytes", ROW, "[ord(character) for character in chunk]", UNSEEN),
        ("unknown characters are left out", 'chunk.encode("utf-8")', 'chunk.encode("ascii", "ignore")', UNSEEN),
        ("words without spaces", "cut(text)", "text.split()", SPACED),
        ("a row for each chunk", "numbers += row", "numbers.append(row)", "encode"),
        ("the last chunk alone", "numbers += row", "numbers = row", SPACED),
        ("one merge for each chunk", "            row = merge(row, pair, number)", LATER, STEPS),
        (
            "always the merges of the articles",
            "enumerate(merges",
            "enumerate(globals()['merges']",
            "a_text_on_paper the_order_of_the_merges chunks_on_their_own any_text_comes_back encodes_any_text",
        ),
        ("small letters", "cut(text)", "cut(text.lower())", UNSEEN),
    ],
)
MEASURING = slips(
    SPELLED,
    [
        ("known ones", "> 1", "== 1", "spelled"),
        ("percent", "return ", "return 100 * ", "spelled"),
        ("a number of chunks", " / len(chunks)", "", "spelled"),
        ("each chunk once", "return ", "chunks = list(set(chunks))\n    return ", REPEATED),
        ("of all pieces", "/ len(chunks)", "/ sum(len(encode(chunk, merges)) for chunk in chunks)", "spelled"),
        ("pieces for each chunk", SEVERAL, "len(encode(chunk, merges))", "spelled"),
        ("counts letters", SEVERAL, "len(chunk) > 1", "spelled"),
        ("three pieces or more", "> 1", "> 2", "spelled"),
        ("always the merges of the articles", "encode(chunk, merges)", "encode(chunk, globals()['merges'])", "spelled"),
        ("the spelled ones, each once", "for chunk in chunks)", "for chunk in set(chunks))", REPEATED),
    ],
)
TRAINING = slips(
    LIBRARY,
    [
        ("without a decoder", "    tokenizer.decoder = tokenizers.decoders.ByteLevel()\n", "", OLD),
        ("without the alphabet", "initial_alphabet=alphabet, ", "", NEW),
        ("a space before each text", "make_cutter()", "tokenizers.pre_tokenizers.ByteLevel()", OLD),
        ("cut at white space, which is lost", "make_cutter()", "tokenizers.pre_tokenizers.Whitespace()", WHOLE),
        (
            "not cut at all",
            "    tokenizer.pre_tokenizer = make_cutter()\n",
            "",
            "unseen_characters_come_back_from_the_library frequent_words_are_one_piece",
        ),
        (
            "other forms of the same signs",
            "    tokenizer.decoder",
            "    tokenizer.normalizer = tokenizers.normalizers.NFKC()\n    tokenizer.decoder",
            NEW,
        ),
        ("changes the texts", "return tokenizer", "texts.reverse()\n    return tokenizer", OLD),
        ("the bytes come on top", "vocab_size=size", "vocab_size=256 + size", "the_size_of_the_library"),
        ("without a size", "vocab_size=size, ", "", "the_size_of_the_library"),
        ("learns nothing", "    tokenizer.train_from_iterator(texts, trainer)\n", "", "library"),
        ("returns nothing", "return tokenizer", "return tokenizer.train_from_iterator(texts, trainer)", "library"),
        (
            "always the articles",
            "iterator(texts",
            "iterator(globals()['texts']",
            "frequent_words_are_one_piece the_library_learns_as_much",
        ),
        (
            "the first text alone",
            "iterator(texts",
            "iterator(texts[:1]",
            "the_size_of_the_library the_library_learns_as_much",
        ),
        mutant(
            "an unknown piece",
            edit(LIBRARY, "initial_alphabet=alphabet", 'special_tokens=["[UNK]"]'),
            edit(LIBRARY, "models.BPE()", 'models.BPE(unk_token="[UNK]")'),
            fails=NEW,
        ),
    ],
)
mutants = combine([CUTTING, COUNTING, CHOOSING, MERGING, LEARNING, SPELLING, TELLING, ENCODING, MEASURING, TRAINING])

harmless_mutations = [
    harmless("keyword show_progress dropped", because="whether a training shows its progress is not judged"),
    harmless("False → True (constant)", because="whether a training shows its progress is not judged"),
]
