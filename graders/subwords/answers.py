"""Other right answers of the exercise on pieces of words, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

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
    variant("pairs counted by NumPy", replace(PAIRS, PAIRS_ARRAYS), replace(PIECES, PIECES_SPELLED)),
    variant(
        "the library's ready-made tokenizer, a merge that calls itself",
        replace(LIBRARY, LIBRARY_READY),
        replace(MERGE, MERGE_AGAIN),
    ),
    variant("the library's own cut, with a piece for the unknown", replace(LIBRARY, LIBRARY_NAMES)),
]

# Criteria that many slips fail together.
LOST = ["no_white_space_is_lost", "cuts_any_text"]
COUNTED = ["neighbours_on_paper", "rows_that_occur_often", "overlaps_and_short_rows", "counts_any_rows"]
TIES = ["equally_frequent_pairs", "chooses_among_many_pairs"]
CHOSEN = ["the_most_frequent_pair", "equally_frequent_pairs", "chooses_among_many_pairs"]
MERGED = ["a_number_for_each_pair", "a_pair_that_overlaps_with_itself", "the_ends_of_a_row", "merges_in_any_row"]
LEARNED = ["merges_on_paper", "learns_from_any_chunks"]
BYTES = ["rows_are_bytes", "learns_from_any_chunks"]
ENDED = ["merges_on_paper", "an_early_end", "learns_from_any_chunks"]
SPELT = ["the_first_pieces_are_bytes", "pieces_of_merges", "decodes_any_numbers"]
FIRST = ["the_first_pieces_are_bytes", "decodes_any_numbers"]
TOLD = ["numbers_become_text", "characters_of_several_pieces", "decodes_any_numbers"]
WHOLE = ["texts_come_back_from_the_library", "unseen_characters_come_back_from_the_library"]
UNSEEN = ["characters_that_nobody_has_seen", "any_text_comes_back", "encodes_any_text"]
CUTTING = [
    mutant(
        "splits, and drops the white space", edit(CUT, 're.findall(r"\\s?\\S+|\\s", text)', "text.split()"), fails="cut"
    ),
    mutant(
        "an empty chunk before a space",
        edit(CUT, 're.findall(r"\\s?\\S+|\\s", text)', 're.split(r"(?=\\s)", text)'),
        fails=LOST,
    ),
    mutant("at spaces alone", edit(CUT, "\\s?\\S+|\\s", " ?[^ ]+| "), fails=LOST),
    mutant("white space that has no word after it is lost", edit(CUT, "\\s?\\S+|\\s", "\\s?\\S+"), fails=LOST),
    mutant("several spaces in one chunk", edit(CUT, "\\s?\\S+|\\s", "\\s*\\S+|\\s+"), fails=LOST),
    mutant("a space ends a chunk", edit(CUT, "\\s?\\S+|\\s", "\\S+\\s?|\\s"), fails="cut"),
    mutant(
        "cuts at punctuation, too",
        edit(CUT, "\\s?\\S+|\\s", "\\s?\\w+|[^\\w\\s]+|\\s"),
        fails=["a_space_begins_a_chunk", "no_white_space_is_lost", "cuts_any_text"],
    ),
    mutant("strips the text", edit(CUT, ", text)", ", text.strip())"), fails=LOST),
    mutant("small letters", edit(CUT, ", text)", ", text.lower())"), fails=["a_space_begins_a_chunk", "cuts_any_text"]),
]
COUNTING = [
    mutant(
        "each row once",
        edit(PAIRS, "+= often", "+= 1"),
        fails=["rows_that_occur_often", "overlaps_and_short_rows", "counts_any_rows"],
    ),
    mutant("pairs that do not overlap", edit(PAIRS, "zip(row, row[1:])", "zip(row[::2], row[1::2])"), fails=COUNTED),
    mutant("pairs in either direction", edit(PAIRS, "pairs[pair]", "pairs[tuple(sorted(pair))]"), fails=COUNTED),
    mutant("each pair once in a row", edit(PAIRS, "in zip(row, row[1:])", "in set(zip(row, row[1:]))"), fails=COUNTED),
    mutant("without the last pair of a row", edit(PAIRS, "zip(row, row[1:])", "zip(row, row[1:-1])"), fails=COUNTED),
    mutant(
        "all rows as one",
        edit(
            PAIRS,
            "    for row, often",
            "    rows, times = [[number for row in rows for number in row]], times[:1]\n    for row, often",
        ),
        fails=COUNTED,
    ),
    mutant(
        "a pair that overlaps with itself, once",
        edit(
            PAIRS,
            "            pairs[pair] += often",
            "            if pair[0] != pair[1] or pair not in pairs:\n                pairs[pair] += often",
        ),
        fails=["overlaps_and_short_rows", "counts_any_rows"],
    ),
]
CHOOSING = [
    mutant(
        "the first of equally frequent pairs",
        edit(CHOOSE, "min(pairs, key=lambda pair: (-pairs[pair], pair))", "max(pairs, key=pairs.get)"),
        fails=TIES,
    ),
    mutant(
        "the largest of equally frequent pairs",
        edit(
            CHOOSE,
            "min(pairs, key=lambda pair: (-pairs[pair], pair))",
            "max(pairs, key=lambda pair: (pairs[pair], pair))",
        ),
        fails=TIES,
    ),
    mutant(
        "compares the second numbers first",
        edit(CHOOSE, "(-pairs[pair], pair)", "(-pairs[pair], pair[::-1])"),
        fails=TIES,
    ),
    mutant(
        "compares the first numbers alone",
        edit(CHOOSE, "(-pairs[pair], pair)", "(-pairs[pair], pair[0])"),
        fails=["equally_frequent_pairs"],
    ),
    mutant(
        "compares the pairs as texts", edit(CHOOSE, "(-pairs[pair], pair)", "(-pairs[pair], str(pair))"), fails=TIES
    ),
    mutant("compares the sums", edit(CHOOSE, "(-pairs[pair], pair)", "(-pairs[pair], sum(pair))"), fails=TIES),
    mutant("the rarest pair", edit(CHOOSE, "-pairs[pair]", "pairs[pair]"), fails=CHOSEN),
    mutant("the smallest pair", edit(CHOOSE, "(-pairs[pair], pair)", "pair"), fails=CHOSEN),
    mutant(
        "how often, and not which",
        edit(CHOOSE, "min(pairs, key=lambda pair: (-pairs[pair], pair))", "max(pairs.values())"),
        fails=CHOSEN,
    ),
]
MERGING = [
    mutant("the second number of a pair stays", edit(MERGE, "place += 2", "place += 1"), fails=MERGED),
    mutant(
        "from right to left",
        edit(MERGE, "    left, right = pair", "    row, (right, left) = list(row)[::-1], pair"),
        edit(MERGE, "return merged", "return merged[::-1]"),
        fails=["a_pair_that_overlaps_with_itself", "merges_in_any_row"],
    ),
    mutant(
        "the pair in either direction",
        edit(
            MERGE,
            "row[place] == left and place + 1 < len(row) and row[place + 1] == right",
            "sorted(row[place : place + 2]) == sorted(pair)",
        ),
        fails=["the_ends_of_a_row", "merges_in_any_row"],
    ),
    mutant(
        "the first place alone",
        edit(MERGE, "row[place] == left and", "number not in merged and row[place] == left and"),
        fails=MERGED,
    ),
    mutant(
        "the last number is lost", edit(MERGE, "while place < len(row)", "while place < len(row) - 1"), fails=MERGED
    ),
    mutant("always 256", edit(MERGE, "merged.append(number)", "merged.append(256)"), fails=MERGED),
    mutant(
        "changes the row",
        edit(MERGE, "return merged", "row[:] = merged\n    return merged"),
        fails=["the_row_stays_as_it_is", "merges_in_any_row"],
    ),
    mutant("returns nothing", edit(MERGE, "return merged", ""), fails="merge"),
    mutant(
        "looks at the first number alone",
        edit(MERGE, " and row[place + 1] == right", ""),
        fails=["a_pair_that_overlaps_with_itself", "the_ends_of_a_row", "merges_in_any_row"],
    ),
    mutant(
        "a pair at the end is not seen",
        edit(MERGE, "place + 1 < len(row)", "place + 2 < len(row)"),
        fails=["a_pair_that_overlaps_with_itself", "the_ends_of_a_row", "merges_in_any_row"],
    ),
]
ALL_LEARNED = [
    "merges_on_paper",
    "merges_of_equally_frequent_pairs",
    "an_early_end",
    "rows_are_bytes",
    "learns_from_any_chunks",
]
LEARNING = [
    mutant("always the number 256", edit(LEARN, "255 + len(merges)", "256"), fails=LEARNED),
    mutant(
        "one number too high",
        edit(LEARN, "255 + len(merges)", "256 + len(merges)"),
        fails=ENDED,
    ),
    mutant(
        "the best pairs of the first count, and no merging",
        edit(
            LEARN,
            "        rows = [merge(row, merges[-1], 255 + len(merges)) for row in rows]",
            "        times = [often for often in times]",
        ),
        fails=ALL_LEARNED,
    ),
    mutant("each chunk once", edit(LEARN, "list(counts.values())", "[1 for _ in counts]"), fails=LEARNED),
    mutant(
        "characters for bytes",
        edit(LEARN, 'list(chunk.encode("utf-8"))', "[ord(character) for character in chunk]"),
        fails=BYTES,
    ),
    mutant("Latin-1", edit(LEARN, '"utf-8"', '"latin-1", "replace"'), fails=BYTES),
    mutant(
        "fails in the end",
        edit(LEARN, "        if not pairs:\n            break\n", ""),
        fails=["an_early_end", "rows_are_bytes"],
    ),
    mutant(
        "ends with pairs that occur once",
        edit(LEARN, "if not pairs:", "if not pairs or max(pairs.values()) < 2:"),
        fails=["an_early_end"],
    ),
    mutant("one merge too many", edit(LEARN, "len(merges) < how_many", "len(merges) <= how_many"), fails=ENDED),
    mutant("as many as in the notebook", edit(LEARN, "< how_many", "< 300"), fails=ENDED),
    mutant(
        "always the articles",
        edit(LEARN, "learn_merges(counts, how_many)", "learn_merges(_, how_many)"),
        fails="learn",
    ),
    mutant("sorted in the end", edit(LEARN, "return merges", "return sorted(merges)"), fails=LEARNED),
    mutant(
        "a dict of numbers",
        edit(LEARN, "return merges", "return {pair: number for number, pair in enumerate(merges, start=256)}"),
        fails="merges_on_paper",
    ),
]
SPELLING = [
    mutant(
        "right before left",
        edit(PIECES, "pieces[left] + pieces[right]", "pieces[right] + pieces[left]"),
        fails=["pieces_of_merges", "decodes_any_numbers"],
    ),
    mutant("characters for bytes", edit(PIECES, "bytes([byte])", "chr(byte).encode()"), fails=FIRST),
    mutant("255 bytes", edit(PIECES, "range(256)", "range(255)"), fails=SPELT),
    mutant("a byte of zeros", edit(PIECES, "bytes([byte])", "bytes(byte)"), fails=SPELT),
    mutant(
        "strings", edit(PIECES, "return pieces", 'return [piece.decode("latin-1") for piece in pieces]'), fails=SPELT
    ),
    mutant("merged pieces alone", edit(PIECES, "return pieces", "return pieces[256:]"), fails=FIRST),
]
TELLING = [
    mutant(
        "each piece decoded alone",
        edit(
            DECODE,
            'b"".join(pieces[number] for number in numbers).decode("utf-8", errors="replace")',
            '"".join(pieces[number].decode("utf-8", errors="replace") for number in numbers)',
        ),
        fails=["characters_of_several_pieces", "decodes_any_numbers"],
    ),
    mutant("fails at half a character", edit(DECODE, ', errors="replace"', ""), fails="characters_of_several_pieces"),
    mutant("half a character is left out", edit(DECODE, '"replace"', '"ignore"'), fails="characters_of_several_pieces"),
    mutant("spaces between the pieces", edit(DECODE, 'b"".join', 'b" ".join'), fails=TOLD),
    mutant(
        "Latin-1", edit(DECODE, '"utf-8"', '"latin-1"'), fails=["characters_of_several_pieces", "decodes_any_numbers"]
    ),
    mutant(
        "always the pieces of the articles", edit(DECODE, "pieces[number]", "globals()['pieces'][number]"), fails=TOLD
    ),
    mutant("stripped", edit(DECODE, 'errors="replace")', 'errors="replace").strip()'), fails=TOLD),
    mutant("bytes", edit(DECODE, '.decode("utf-8", errors="replace")', ""), fails=TOLD),
]
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
ENCODING = [
    mutant("the whole text as one row", edit(ENCODE, "cut(text)", "[text]"), fails=["chunks_on_their_own"]),
    mutant(
        "the last merge first",
        edit(ENCODE, "enumerate(merges, start=256):", "reversed(list(enumerate(merges, start=256))):"),
        fails=["a_text_on_paper", "the_order_of_the_merges", "encodes_any_text", "characters_that_nobody_has_seen"],
    ),
    mutant(
        "numbers from 257",
        edit(ENCODE, "start=256", "start=257"),
        fails=[
            "a_text_on_paper",
            "the_order_of_the_merges",
            "chunks_on_their_own",
            "characters_that_nobody_has_seen",
            "any_text_comes_back",
            "encodes_any_text",
        ],
    ),
    mutant("the longest piece first", replace(ENCODE, GREEDY), fails=["the_order_of_the_merges", "encodes_any_text"]),
    mutant(
        "characters for bytes",
        edit(ENCODE, 'list(chunk.encode("utf-8"))', "[ord(character) for character in chunk]"),
        fails=UNSEEN,
    ),
    mutant(
        "unknown characters are left out",
        edit(ENCODE, 'chunk.encode("utf-8")', 'chunk.encode("ascii", "ignore")'),
        fails=UNSEEN,
    ),
    mutant(
        "words without spaces",
        edit(ENCODE, "cut(text)", "text.split()"),
        fails=["chunks_on_their_own", "any_text_comes_back", "encodes_any_text"],
    ),
    mutant("a row for each chunk", edit(ENCODE, "numbers += row", "numbers.append(row)"), fails="encode"),
    mutant(
        "the last chunk alone",
        edit(ENCODE, "numbers += row", "numbers = row"),
        fails=["chunks_on_their_own", "any_text_comes_back", "encodes_any_text"],
    ),
    mutant(
        "always the merges of the articles",
        edit(ENCODE, "enumerate(merges", "enumerate(globals()['merges']"),
        fails="encode",
    ),
    mutant(
        "one merge for each chunk",
        edit(
            ENCODE,
            "            row = merge(row, pair, number)",
            "            if (after := list(merge(row, pair, number))) != row:\n"
            "                row = after\n                break",
        ),
        fails=["a_text_on_paper", "the_order_of_the_merges", "characters_that_nobody_has_seen", "encodes_any_text"],
    ),
    mutant(
        "small letters",
        edit(ENCODE, "cut(text)", "cut(text.lower())"),
        fails=["characters_that_nobody_has_seen", "any_text_comes_back"],
    ),
]
MEASURING = [
    mutant("known ones", edit(SPELLED, "> 1", "== 1"), fails="spelled"),
    mutant("percent", edit(SPELLED, "return ", "return 100 * "), fails="spelled"),
    mutant("a number of chunks", edit(SPELLED, " / len(chunks)", ""), fails="spelled"),
    mutant(
        "each chunk once",
        edit(SPELLED, "return ", "chunks = list(set(chunks))\n    return "),
        fails=["repeated_chunks", "the_share_falls_as_merges_grow"],
    ),
    mutant(
        "of all pieces",
        edit(SPELLED, "/ len(chunks)", "/ sum(len(encode(chunk, merges)) for chunk in chunks)"),
        fails="spelled",
    ),
    mutant(
        "pieces for each chunk",
        edit(SPELLED, "len(encode(chunk, merges)) > 1", "len(encode(chunk, merges))"),
        fails="spelled",
    ),
    mutant("counts letters", edit(SPELLED, "len(encode(chunk, merges)) > 1", "len(chunk) > 1"), fails="spelled"),
    mutant("three pieces or more", edit(SPELLED, "> 1", "> 2"), fails="spelled"),
    mutant(
        "always the merges of the articles",
        edit(SPELLED, "encode(chunk, merges)", "encode(chunk, globals()['merges'])"),
        fails="spelled",
    ),
    mutant(
        "the spelled ones, each once",
        edit(SPELLED, "for chunk in chunks)", "for chunk in set(chunks))"),
        fails=["repeated_chunks", "the_share_falls_as_merges_grow"],
    ),
]
TRAINING = [
    mutant(
        "without a decoder", edit(LIBRARY, "    tokenizer.decoder = tokenizers.decoders.ByteLevel()\n", ""), fails=WHOLE
    ),
    mutant(
        "without the alphabet",
        edit(LIBRARY, "initial_alphabet=alphabet, ", ""),
        fails="unseen_characters_come_back_from_the_library",
    ),
    mutant(
        "a space before each text", edit(LIBRARY, "make_cutter()", "tokenizers.pre_tokenizers.ByteLevel()"), fails=WHOLE
    ),
    mutant(
        "cut at white space, which is lost",
        edit(LIBRARY, "make_cutter()", "tokenizers.pre_tokenizers.Whitespace()"),
        fails=WHOLE,
    ),
    mutant(
        "not cut at all",
        edit(LIBRARY, "    tokenizer.pre_tokenizer = make_cutter()\n", ""),
        fails=["unseen_characters_come_back_from_the_library", "frequent_words_are_one_piece"],
    ),
    mutant(
        "the bytes come on top",
        edit(LIBRARY, "vocab_size=size", "vocab_size=256 + size"),
        fails="the_size_of_the_library",
    ),
    mutant("without a size", edit(LIBRARY, "vocab_size=size, ", ""), fails="the_size_of_the_library"),
    mutant("learns nothing", edit(LIBRARY, "    tokenizer.train_from_iterator(texts, trainer)\n", ""), fails="library"),
    mutant(
        "returns nothing",
        edit(LIBRARY, "return tokenizer", "return tokenizer.train_from_iterator(texts, trainer)"),
        fails="library",
    ),
    mutant(
        "always the articles",
        edit(LIBRARY, "iterator(texts", "iterator(globals()['texts']"),
        fails=["frequent_words_are_one_piece", "the_library_learns_as_much"],
    ),
    mutant(
        "the first text alone",
        edit(LIBRARY, "iterator(texts", "iterator(texts[:1]"),
        fails=["the_size_of_the_library", "the_library_learns_as_much"],
    ),
    mutant(
        "an unknown piece",
        edit(LIBRARY, "initial_alphabet=alphabet", 'special_tokens=["[UNK]"]'),
        edit(LIBRARY, "models.BPE()", 'models.BPE(unk_token="[UNK]")'),
        fails="unseen_characters_come_back_from_the_library",
    ),
]
mutants = combine([CUTTING, COUNTING, CHOOSING, MERGING, LEARNING, SPELLING, TELLING, ENCODING, MEASURING, TRAINING])

harmless_mutations = [
    harmless("keyword show_progress dropped", because="whether a training shows its progress is not judged"),
    harmless("False → True (constant)", because="whether a training shows its progress is not judged"),
]
