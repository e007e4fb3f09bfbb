"""The public criteria of `subwords`: texts, rows and merges that fit on paper."""

from proctor import (
    CriterionFailed,
    as_number_rows,
    as_text,
    as_texts,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_equal,
    call_unchanged,
    criterion,
    described,
)

A, B, C, D = b"abcd"  # 97, 98, 99 and 100


def assert_cut(student, text, *chunks):
    assert_equal(as_texts(student.cut(text), f"cut({text!r})"), list(chunks), f"cut({text!r})")


@criterion("cut", points=1, hint="To which word does a space belong: to the one before it or to the one after it?")
def test_a_space_begins_a_chunk(student):
    """In “the cat sat”, a chunk begins at each space: “the”, “ cat”, “ sat”."""
    assert_cut(student, "the cat sat", "the", " cat", " sat")
    assert_cut(student, "one, two-three? NO!", "one,", " two-three?", " NO!")
    assert_cut(student, "owl", "owl")


@criterion("cut", points=1, hint="Look at white space in a row, at both ends of the text; at line breaks; at tabs.")
def test_no_white_space_is_lost(student):
    """Any white space begins a chunk, also in a row and at the ends; no chunk is empty."""
    assert_cut(student, "two  birds!\n", "two", " ", " birds!", "\n")
    assert_cut(student, "\n\tnew line ", "\n", "\tnew", " line", " ")
    assert_cut(student, "   ", " ", " ", " ")
    assert_cut(student, "")


def ask(student, name, *arguments, strict):
    """What it returns; if `strict`, it may not change its arguments, which is asked once."""
    return call_unchanged(student, name, *arguments) if strict else getattr(student, name)(*arguments)


def as_counts(found):
    if not isinstance(found, dict):
        raise CriterionFailed("a dict of pairs and how often each occurs", described(found))
    for pair in found:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise CriterionFailed("keys that are pairs, such as (5, 6)", f"{pair!r} among the keys")
    return {as_pair(pair, "a key"): often for pair, often in found.items()}


def as_pair(found, what):
    return tuple(as_row(as_tuple(found, what, ("left", "right")), what))


def as_row(found, what):
    try:
        return as_number_rows([found], what, 1)[0]
    except CriterionFailed:
        raise CriterionFailed(f"{what} to be a list of whole numbers", described(found)) from None


def assert_counted(student, rows, times, expected):
    found = as_counts(student.count_pairs([list(row) for row in rows], list(times)))
    for pair in [*expected, *found]:
        if found.get(pair) != expected.get(pair):
            here, there = (f"{pair} {of[pair]}×" if pair in of else f"no {pair}" for of in (expected, found))
            raise CriterionFailed(f"in the rows {rows}, which occur {times} times: {here}", there)


@criterion("pairs", points=1, hint="Write the pairs of each row down: every number and the one after it.")
def test_neighbours_on_paper(student):
    """In 3, 8, 3, 8, 2 and 8, 3, the pairs (3, 8) and (8, 3) are counted twice, (8, 2) once."""
    assert_counted(student, [[3, 8, 3, 8, 2], [8, 3]], [1, 1], {(3, 8): 2, (8, 3): 2, (8, 2): 1})


@criterion("pairs", points=1, hint="What does the second argument say about each row?")
def test_rows_that_occur_often(student):
    """Of a row that occurs 10 times, each pair counts 10 times."""
    assert_counted(student, [[5, 6, 5, 6], [6, 5]], [10, 3], {(5, 6): 20, (6, 5): 13})
    assert_counted(student, [[300, 2], [2, 4], [300, 2, 4], [2, 4]], [1, 7, 2, 5], {(300, 2): 3, (2, 4): 14})


@criterion("pairs", points=1, hint="What are the pairs of 7, 7, 7? And the last number of a row has nothing after it.")
def test_overlaps_and_short_rows(student):
    """7, 7, 7 has (7, 7) twice; rows of one number or none have no pairs; the rows stay."""
    call_unchanged(student, "count_pairs", [[4, 1, 2], [2]], [3, 1])
    assert_counted(student, [[7, 7, 7], [7]], [2, 9], {(7, 7): 4})
    assert_counted(student, [[4], [], [4, 1], [1]], [3, 1, 1, 5], {(4, 1): 1})
    assert_counted(student, [[5]], [2], {})


def assert_chosen(student, pairs, expected):
    found = as_pair(student.most_frequent(dict(pairs)), "most_frequent(pairs)")
    if found != expected:
        known = f"{found}, which occurs {pairs[found]}×" if found in pairs else f"{found}"
        raise CriterionFailed(f"{expected}, which occurs {pairs[expected]}×, out of {pairs}", known)


@criterion("pairs", points=1, hint="Compare how often the pairs occur, and return the pair itself.")
def test_the_most_frequent_pair(student):
    """The pair that occurs most often is chosen, wherever it is, and the dict stays as it is."""
    call_unchanged(student, "most_frequent", {(9, 9): 4, (7, 2): 30})
    assert_chosen(student, {(9, 9): 4, (7, 2): 30, (1, 1): 5}, (7, 2))
    assert_chosen(student, {(1, 2): 2, (300, 4): 3}, (300, 4))
    assert_chosen(student, {(8, 260): 1}, (8, 260))


@criterion("pairs", points=1, hint="Which of these pairs is the smallest? Compare the first numbers, then the second.")
def test_equally_frequent_pairs(student):
    """Of equally frequent pairs, the smallest is chosen."""
    assert_chosen(student, {(6, 1): 5, (5, 9): 5, (7, 0): 5, (1, 1): 4}, (5, 9))
    assert_chosen(student, {(5, 9): 2, (5, 2): 2, (5, 4): 2}, (5, 2))
    assert_chosen(student, {(100, 3): 8, (20, 30): 8, (20, 9): 7}, (20, 30))


def assert_merged(student, row, pair, number, expected):
    what = f"merge({row}, {pair}, {number})"
    assert_equal(as_row(student.merge(list(row), pair, number), what), expected, what)


@criterion("merge", points=1, hint="After a pair, go on behind it. What is written into the new list, and what else?")
def test_a_number_for_each_pair(student):
    """With 256 for (5, 6), the row 1, 5, 6, 5, 6, 5 becomes 1, 256, 256, 5."""
    assert_merged(student, [1, 5, 6, 5, 6, 5], (5, 6), 256, [1, 256, 256, 5])
    assert_merged(student, [256, 9, 4, 256, 9, 9], (256, 9), 270, [270, 4, 270, 9])


@criterion("merge", points=1, hint="From left to right: when two sevens have become one number, where do you go on?")
def test_a_pair_that_overlaps_with_itself(student):
    """With 256 for (7, 7), the row 7, 7, 7 becomes 256, 7, and four sevens become 256, 256."""
    assert_merged(student, [7, 7, 7], (7, 7), 256, [256, 7])
    assert_merged(student, [7, 7, 7, 7], (7, 7), 256, [256, 256])
    assert_merged(student, [7, 2, 7, 7, 7, 7, 7], (7, 7), 300, [7, 2, 300, 300, 7])


@criterion("merge", points=1, hint="Look at both ends of a row, and at rows that are too short for a pair.")
def test_the_ends_of_a_row(student):
    """Pairs at the beginning and at the end are merged; other rows stay as they are."""
    assert_merged(student, [5, 6], (5, 6), 257, [257])
    assert_merged(student, [5, 6, 1, 2, 5, 6], (5, 6), 257, [257, 1, 2, 257])
    assert_merged(student, [15, 6, 5, 61, 6], (5, 6), 257, [15, 6, 5, 61, 6])
    assert_merged(student, [5], (5, 6), 257, [5])
    assert_merged(student, [], (5, 6), 257, [])


@criterion("merge", points=1, hint="Make a new list, and return it.")
def test_the_row_stays_as_it_is(student):
    """The row that was given stays as it is, and a list of numbers is returned."""
    as_row(call_unchanged(student, "merge", [4, 1, 2, 1, 2], (1, 2), 256), "merge(row, pair, number)")


# These stand in for the student's functions where they are not right. None of them is an answer:
# the counts are a half too high, large numbers confuse the weights, pairs that touch stay unmerged.
def half_more(rows, times):
    pairs = {}
    for row, often in zip(rows, times, strict=True):
        for place in range(1, len(row)):
            pairs[row[place - 1], row[place]] = pairs.get((row[place - 1], row[place]), 0.5) + often
    return pairs


def by_weight(pairs):
    return max(pairs, key=lambda pair: 1e6 * pairs[pair] - 1000 * pair[0] - pair[1])


def apart_from_one_another(row, pair, number):
    return [int(x) for x in " ".join(map(str, ["", *row, ""])).replace(f" {pair[0]} {pair[1]} ", f" {number} ").split()]


def as_merges(found, forgiving=True):
    """Merges as a list of pairs. Another criterion tells of a dict of pairs."""
    kinds = (list, tuple, dict) if forgiving else (list, tuple)
    if not isinstance(found, kinds) and not hasattr(found, "ndim"):
        raise CriterionFailed("a list of pairs", described(found))
    return [as_pair(pair, "each of the merges") for pair in found]


def assert_learned(student, counts, how_many, expected, forgiving=True):
    def judge(_):
        found = as_merges(ask(student, "learn_merges", dict(counts), how_many, strict=not forgiving), forgiving)
        assert_equal(found, expected, f"learn_merges({counts}, {how_many})")

    stand_ins = {"count_pairs": half_more, "most_frequent": by_weight, "merge": apart_from_one_another}
    assert_apart(student, "learn_merges", stand_ins, judge)


@criterion("learn", points=2, hint="Write the rows down after each merge. Which pair is the most frequent one then?")
def test_merges_on_paper(student):
    """In “aabc” (twice), “ab” (twice), “aab” (once) and “cd” (four times), the merges are
    (97, 98), (99, 100), (97, 256) and (258, 99)."""
    assert_learned(student, {"ab": 9, "cd": 2, "dc": 4, "ba": 3}, 4, [(A, B), (D, C), (B, A), (C, D)])
    counts = {"aabc": 2, "ab": 2, "aab": 1, "cd": 4}
    assert_learned(student, counts, 4, [(A, B), (C, D), (A, 256), (258, C)], forgiving=False)


@criterion("learn", points=1, hint="Which of the equally frequent pairs is the smallest?")
def test_merges_of_equally_frequent_pairs(student):
    """Of equally frequent pairs, the smallest is merged first."""
    assert_learned(student, {"dc": 2, "ba": 2, "cd": 2}, 3, [(B, A), (C, D), (D, C)])


@criterion("learn", points=1, hint="When are there no pairs any more? And how many merges are none?")
def test_an_early_end(student):
    """As many merges are learned as are wanted, or fewer if there is nothing left to merge."""
    assert_learned(student, {"ab": 3, "ba": 2, "cd": 1, "c": 7}, 50, [(A, B), (B, A), (C, D)])
    assert_learned(student, {"ab": 3, "cd": 1}, 9, [(A, B), (C, D)])
    assert_learned(student, {"ab": 3, "cd": 1}, 1, [(A, B)])
    assert_learned(student, {"ab": 3, "cd": 1}, 0, [])
    assert_learned(student, {"a": 3}, 2, [])


@criterion("learn", points=1, hint="Which numbers does `chunk.encode('utf-8')` hold? Is it the whole chunk?")
def test_rows_are_bytes(student):
    """Rows are all bytes of a chunk: “É” is the row 195, 137, “ö” is 195, 182, “ a” is 32, 97."""
    assert_learned(student, {" a": 4, "É": 3, "ö": 2}, 3, [(32, A), (195, 137), (195, 182)])


def as_pieces(student, merges):
    found = student.make_pieces(list(merges))
    if not isinstance(found, (list, tuple)):
        raise CriterionFailed("a list of bytes", described(found))
    for place, piece in enumerate(found):
        if not isinstance(piece, bytes):
            raise CriterionFailed("a list of bytes", f"one with {described(piece)} at place {place}")
    return list(found)


@criterion("decode", points=1, hint="How many bytes are there, and what is `bytes([65])`?")
def test_the_first_pieces_are_bytes(student):
    """Without merges, there are 256 pieces: the single bytes, from 0 to 255."""
    assert_equal(as_pieces(student, []), [bytes([byte]) for byte in range(256)], "make_pieces([])")


@criterion("decode", points=1, hint="Which number does the first merge make? The left part comes first.")
def test_pieces_of_merges(student):
    """After (104, 111), (104, 256) and (257, 33), the last pieces are “ho”, “hho” and “hho!”."""
    call_unchanged(student, "make_pieces", [(104, 111), (104, 256)])
    found = as_pieces(student, [(104, 111), (104, 256), (257, 33)])
    assert_equal(found[-3:], [b"ho", b"hho", b"hho!"], "the last three pieces")
    assert_equal(as_pieces(student, [(C, A), (256, 256)])[-2:], [b"ca", b"caca"], "the last two pieces")


# The numbers are places in this list.
PIECES = [b"owl", b" the", b"\xc3", b"\xa9", b"t", b" ", b"\xe2\x82", b"\xac!"]


def assert_decoded(student, numbers, expected):
    assert_equal(student.decode(list(numbers), list(PIECES)), expected, f"decode({numbers}, …)")


@criterion("decode", points=1, hint="Each number is a place in the list of pieces. What stands between two pieces?")
def test_numbers_become_text(student):
    """With 0 for “owl”, 1 for “ the” and 5 for a space, 0, 1, 5, 0 are “owl the owl”."""
    call_unchanged(student, "decode", [0, 1], PIECES)
    assert_decoded(student, [0, 1, 5, 0], "owl the owl")
    assert_decoded(student, [5, 4, 4, 5], " tt ")
    assert_decoded(student, [], "")


@criterion("decode", points=1, hint='Join all bytes before you decode any. What does errors="replace" do?')
def test_characters_of_several_pieces(student):
    """The pieces 195 and 169 are “é” together; half of it is “�”, and nothing fails."""
    assert_decoded(student, [4, 2, 3, 4, 1], "tét the")
    assert_decoded(student, [6, 7, 5], "€! ")
    assert_decoded(student, [4, 2, 4], "t�t")
    assert_decoded(student, [3, 0], "�owl")


def cut_at_spaces(text):
    return [chunk for chunk in text.replace(" ", "| ").split("|") if chunk]


def assert_encoded(student, text, merges, expected, strict=False):
    def judge(_):
        what = f"encode({text!r}, {merges})"
        assert_equal(as_row(ask(student, "encode", text, list(merges), strict=strict), what), expected, what)

    assert_apart(student, "encode", {"cut": cut_at_spaces, "merge": apart_from_one_another}, judge)


@criterion("encode", points=1, hint="Which number does the merge at place 0 make? Merge wherever its pair stands.")
def test_a_text_on_paper(student):
    """With the merges (97, 98) and (256, 99), “abcab” is 257, 256; without any, five bytes.
    The list of merges stays as it is."""
    assert_encoded(student, "abcab", [(A, B), (256, C)], [257, 256], strict=True)
    assert_encoded(student, "abcab", [], [A, B, C, A, B])
    assert_encoded(student, "dcb", [(B, C), (D, C)], [257, B])


@criterion("encode", points=1, hint="Which merge was learned first? It comes first, wherever its pair stands.")
def test_the_order_of_the_merges(student):
    """The merges are made in their order: (98, 99) before (97, 98) makes 97, 256 of “abc”."""
    assert_encoded(student, "abc", [(B, C), (A, B)], [A, 256])
    assert_encoded(student, "abc", [(A, B), (B, C)], [256, C])
    assert_encoded(student, "dabcd", [(C, D), (A, B), (257, C), (D, 257)], [259, 256])


@criterion("encode", points=1, hint="Merge in one chunk at a time. Where does a chunk begin?")
def test_chunks_on_their_own(student):
    """Nothing is merged across two chunks, and the chunks stay in their order."""
    assert_encoded(student, "a ba b", [(A, 32)], [A, 32, B, A, 32, B])
    assert_encoded(student, "d c d c", [(D, 32), (C, 32)], [D, 32, C, 32, D, 32, C])
    assert_encoded(student, "d\nc\n", [], [D, 10, C, 10])


@criterion("encode", points=1, hint="Make bytes of every chunk before you merge.")
def test_characters_that_nobody_has_seen(student):
    """Any character is some bytes: “É🦉” is six of them; an empty text is an empty list."""
    assert_encoded(student, "É🦉", [(A, B)], [195, 137, 240, 159, 166, 137])
    assert_encoded(student, "aé", [(C, D), (195, 182)], [A, 195, 169])
    assert_encoded(student, "", [(A, B)], [])


def encode_on_paper(text, merges):
    return [0] * {"ab": 1, " ab": 2, "abc": 2, "c": 1, "é": 2, "cc": 2}[text] * len(merges)


def assert_spelled(student, chunks, expected, strict=False):
    def judge(_):
        found = ask(student, "share_spelled", list(chunks), [(A, B)], strict=strict)
        assert_close(found, expected, f"share_spelled({chunks}, …)", rtol=1e-3)

    stand_ins = {"encode": encode_on_paper, "cut": cut_at_spaces, "merge": apart_from_one_another}
    assert_apart(student, "share_spelled", stand_ins, judge)


@criterion("spelled", points=1, hint="How many numbers does each chunk become? Spelled are those of two or more.")
def test_a_share_on_paper(student):
    """With the merge (97, 98), “abc” and “é” are spelled, “ab” and “c” are not: a share of 0.5."""
    assert_spelled(student, ["abc", "ab", "é", "c"], 0.5, strict=True)
    assert_spelled(student, ["ab", "c", " ab"], 1 / 3)
    assert_spelled(student, ["c", "ab"], 0.0)


@criterion("spelled", points=1, hint="How long is the list of chunks, and how many of them are spelled?")
def test_repeated_chunks(student):
    """A chunk that is in the list three times counts three times."""
    assert_spelled(student, ["abc", "abc", "ab", "abc"], 0.75)
    assert_spelled(student, ["c", "cc", "c", "c", "c"], 0.2)


SYLLABLES = ["ba", "ke", "lo", "mi", "su", "lim", "kes", "bol"]
TALES = [" ".join(f"the {one}{two}{three}" for three in SYLLABLES) for one in SYLLABLES for two in SYLLABLES]


def as_tokenizer(student, texts, size, strict=False):
    if student.tokenizers is None:
        hint = "Run pip install tokenizers in a terminal, then restart the notebook and run it again."
        raise CriterionFailed("the library tokenizers", "this Python does not have it", hint=hint)
    tokenizer = ask(student, "train_tokenizer", list(texts), size, strict=strict)
    if tokenizer is None or isinstance(tokenizer, (str, bytes, list, tuple, dict, int, float)):
        raise CriterionFailed("a tokenizers.Tokenizer", described(tokenizer))
    return tokenizer


def assert_come_back(tokenizer, *texts):
    for text in texts:
        found = as_text(tokenizer.decode(tokenizer.encode(text).ids), "the text that comes back")
        assert_equal(found, text, "the text that comes back")


@criterion("library", points=1, hint="What cuts the text, and what makes text of the pieces in the end?")
def test_texts_come_back_from_the_library(student):
    """A text like those that it has learned from comes back whole, with every space."""
    assert_come_back(as_tokenizer(student, TALES, 300, strict=True), "the balo mikes", "  the  kebol ")


@criterion("library", points=1, hint="Which bytes does the trainer know that are not in the texts?")
def test_unseen_characters_come_back_from_the_library(student):
    """Characters that were in no text come back, too, as they were: capitals, “½”, an emoji."""
    tokenizer = as_tokenizer(student, TALES, 300)
    if tokenizer.decode(tokenizer.encode(" the").ids) != " the":  # it cannot decode, of which another criterion tells
        assert_between(len(tokenizer.encode(" É🦉42").ids), 9, 10, "the numbers for the nine bytes of “ É🦉42”")
    else:
        assert_come_back(tokenizer, " QUIZ 42", " the\nnew é and e\u0301", " an owl: 🦉\t", " ½ €")


@criterion("library", points=1, hint="What does `vocab_size` count, and what does `size`?")
def test_the_size_of_the_library(student):
    """It has as many pieces as it is told, the 256 bytes among them."""
    for size in (300, 276):
        assert_between(as_tokenizer(student, TALES, size).get_vocab_size(), size - 4, size, "the number of pieces")


@criterion("library", points=1, hint="Does it learn, and from the texts that it is given?")
def test_frequent_words_are_one_piece(student):
    """A word is one piece if it is frequent in the texts, and several if it is not."""
    lengths = []
    for texts in (TALES, ["a zigzag is a hat, a zigzag eats a zigzag"] * 9):
        tokenizer = as_tokenizer(student, texts, 280)
        lengths.append([len(tokenizer.encode(word).ids) for word in (" the", " zigzag")])
    told = "“ the” in 1 piece and “ zigzag” in several, and after the other texts the other way round"
    if not (lengths[0][0] == lengths[1][1] == 1 < min(lengths[0][1], lengths[1][0])):
        raise CriterionFailed(told, " and then ".join(f"{the} and {zigzag} pieces" for the, zigzag in lengths))
