"""Other right answers of the exercise on words and numbers, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

READ, STANDARD, STOP, VOCABULARY = (
    "write_read_articles",
    "write_standardise",
    "write_remove_stop_words",
    "write_make_vocabulary",
)
ENCODE, PAD, LABELS, DECODE = "write_encode", "write_pad", "write_number_labels", "write_decode"

READ_ROWS = """
import csv

def read_articles(filename):
    sentences, labels = [], []
    with open(filename, "r", encoding="utf-8") as csvfile:
        reader = csv.reader(csvfile, delimiter=",")
        header = next(reader)
        for row in reader:
            labels.append(row[header.index("category")])
            sentences.append(row[header.index("text")])
    return sentences, labels
"""
READ_BY_HAND = """
def read_articles(file):
    rows, row, field, quoted = [], [], "", False
    content = file.read_text(encoding="utf-8")
    place = 0
    while place < len(content):
        letter = content[place]
        if quoted:
            if letter == '"' and content[place + 1 : place + 2] == '"':
                field += '"'
                place += 1
            elif letter == '"':
                quoted = False
            else:
                field += letter
        elif letter == '"':
            quoted = True
        elif letter == ",":
            row.append(field)
            field = ""
        elif letter == "\\n":
            rows.append(row + [field])
            row, field = [], ""
        else:
            field += letter
        place += 1
    if row:
        rows.append(row + [field])
    names = rows[0]
    category, text = names.index("category"), names.index("text")
    return [row[text] for row in rows[1:]], [row[category] for row in rows[1:]]
"""
READ_ARRAYS = """
import csv

def read_articles(file):
    with open(str(file), encoding="utf-8") as lines:
        names, *rows = list(csv.reader(lines))
    table = np.array(rows)
    return table[:, names.index("text")], table[:, names.index("category")]
"""
STANDARD_LETTERS = """
def standardise(text):
    result = ""
    for letter in text.lower():
        result += letter if letter.isalnum() else " "
    while "  " in result:
        result = result.replace("  ", " ")
    return result.strip()
"""
STANDARD_SUBSTITUTED = """
import re

def standardise(text):
    return re.sub(r"[\\W_]+", " ", text).strip().lower()
"""
STOP_LOOP = """
def remove_stop_words(text, stop_words):
    kept = []
    for word in text.split():
        if word in stop_words:
            continue
        kept.append(word)
    return " ".join(kept)
"""
STOP_PATTERN = """
import re

def remove_stop_words(text, stop_words):
    if not stop_words:
        return " ".join(text.split())
    pattern = r"(?<!\\S)(" + "|".join(map(re.escape, stop_words)) + r")(?!\\S)"
    return " ".join(re.sub(pattern, " ", text).split())
"""
COUNTED = """
def make_vocabulary(texts, size):
    counts = {}
    for text in texts:
        for word in text.split():
            counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return ["", "[UNK]", *ranked][:size]
"""
BY_UNIQUE = """
def make_vocabulary(texts, size):
    words, counts = np.unique(" ".join(texts).split(), return_counts=True)
    return np.concatenate([["", "[UNK]"], words[np.argsort(-counts)]])[:size]
"""
BY_LAYER = """
import keras

def make_vocabulary(texts, size):
    layer = keras.layers.TextVectorization(max_tokens=size)
    layer.adapt(texts)
    return layer.get_vocabulary()
"""
BY_OLD_TOKENIZER = """
import tensorflow as tf

def make_vocabulary(texts, size):
    tokenizer = tf.keras.preprocessing.text.Tokenizer(oov_token="[UNK]")
    tokenizer.fit_on_texts(texts)
    return [""] + list(tokenizer.word_index)[: size - 1]
"""
ENCODE_INDEX = """
def encode(texts, vocabulary):
    result = []
    for text in texts:
        row = []
        for word in text.split():
            if word in vocabulary:
                row.append(vocabulary.index(word))
            else:
                row.append(1)
        result.append(row)
    return result
"""
ENCODE_ARRAYS = """
def encode(texts, vocabulary):
    number_of = dict(zip(vocabulary, range(len(vocabulary))))
    unknown = number_of["[UNK]"]
    rows = [[number_of.get(word, unknown) for word in text.split()] for text in texts]
    return tuple(np.array(row, dtype="int32") for row in rows)
"""
ENCODE_LOOKUP = """
import keras

def encode(texts, vocabulary):
    if len(vocabulary) == 2:
        return [[1] * len(text.split()) for text in texts]
    lookup = keras.layers.StringLookup(vocabulary=vocabulary[2:], num_oov_indices=1, mask_token="")
    words = [word for text in texts for word in text.split()]
    numbers = iter(np.array(lookup(words)).tolist()) if words else iter([])
    return [[next(numbers) for _ in text.split()] for text in texts]
"""
ENCODE_VECTORIZED = """
import keras

def encode(texts, vocabulary):
    rows = keras.layers.TextVectorization(vocabulary=vocabulary, standardize=None)(texts)
    return [row[row > 0].tolist() for row in np.array(rows)]
"""
PAD_KERAS = """
import keras

def pad(rows, length):
    return keras.utils.pad_sequences(rows, maxlen=length, padding="post", truncating="post")
"""
PAD_OLD = """
from tensorflow.keras.preprocessing.sequence import pad_sequences

def pad(rows, length):
    return pad_sequences(rows, length, padding="post", truncating="post")
"""
PAD_LISTS = """
def pad(rows, length):
    return np.array([row[:length] + [0] * (length - len(row)) for row in rows])
"""
LABELS_UNIQUE = """
def number_labels(categories):
    return np.unique(categories, return_inverse=True)
"""
LABELS_DICT = """
def number_labels(categories):
    names = list(dict.fromkeys(categories))
    names.sort()
    number_of = {name: number for number, name in enumerate(names)}
    return names, [number_of[category] for category in categories]
"""
LABELS_LOOKUP = """
import keras

def number_labels(categories):
    names = sorted(set(categories))
    return names, keras.layers.StringLookup(vocabulary=names, num_oov_indices=0)(categories)
"""
DECODE_LOOP = """
def decode(row, vocabulary):
    text = ""
    for number in row:
        if number == 0:
            continue
        text = text + " " + vocabulary[number]
    return text.strip()
"""
DECODE_ARRAY = """
def decode(row, vocabulary):
    row = np.asarray(row)
    return " ".join(np.array(vocabulary)[row[row > 0]])
"""

variants = [
    variant(
        "rows of csv.reader, letters one by one, loops, counts in a dict",
        replace(READ, READ_ROWS),
        replace(STANDARD, STANDARD_LETTERS),
        replace(STOP, STOP_LOOP),
        replace(VOCABULARY, COUNTED),
        replace(ENCODE, ENCODE_INDEX),
        replace(PAD, PAD_LISTS),
        replace(LABELS, LABELS_DICT),
        replace(DECODE, DECODE_LOOP),
    ),
    variant(
        "arrays of NumPy wherever there may be some",
        replace(READ, READ_ARRAYS),
        replace(VOCABULARY, BY_UNIQUE),
        replace(ENCODE, ENCODE_ARRAYS),
        replace(LABELS, LABELS_UNIQUE),
        replace(DECODE, DECODE_ARRAY),
    ),
    variant(
        "a reader by hand; patterns",
        replace(READ, READ_BY_HAND),
        replace(STANDARD, STANDARD_SUBSTITUTED),
        replace(STOP, STOP_PATTERN),
    ),
    variant(
        "Keras's layers and pad_sequences",
        replace(VOCABULARY, BY_LAYER),
        replace(ENCODE, ENCODE_LOOKUP),
        replace(PAD, PAD_KERAS),
        replace(LABELS, LABELS_LOOKUP),
    ),
    variant(
        "the Tokenizer and the pad_sequences of old courses",
        replace(VOCABULARY, BY_OLD_TOKENIZER),
        replace(ENCODE, ENCODE_VECTORIZED),
        replace(PAD, PAD_OLD),
    ),
    variant(
        "equally frequent words in another order; one function by way of another",
        edit(VOCABULARY, "for word in text.split())", "for word in reversed(text.split()))"),
        edit(STANDARD, 're.findall(r"\\w+", text.lower())', 're.split(r"\\W+", f" {text} ".lower())[1:-1]'),
        edit(
            DECODE,
            '" ".join(vocabulary[number] for number in row if number != 0)',
            '" ".join(map(vocabulary.__getitem__, filter(None, map(int, row))))',
        ),
        edit(
            PAD,
            "padded[place, : len(row)] = row[:length]",
            "for k in range(min(length, len(row))):\n            padded[place, k] = row[k]",
        ),
    ),
]

READ_SPLIT = """
def read_articles(file):
    texts, categories = [], []
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    names = header.split(",")
    for line in lines:
        fields = line.split(",")
        texts.append(fields[names.index("text")])
        categories.append(fields[names.index("category")])
    return texts, categories
"""
READ_STRIPPED = """
def read_articles(file):
    texts, categories = [], []
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        category, text = line.split(",", 1)
        texts.append(text.strip('"'))
        categories.append(category)
    return texts, categories
"""
READ_TYPED = """
read_any = read_articles

def read_articles(file):
    return read_any(archive)
"""
STOP_REPLACED = """
def remove_stop_words(text, stop_words):
    for word in stop_words:
        text = text.replace(word, "")
    return " ".join(text.split())
"""
STOP_BETWEEN_SPACES = """
def remove_stop_words(text, stop_words):
    for word in stop_words:
        text = text.replace(" " + word + " ", " ")
    return " ".join(text.split())
"""
STOP_BOUNDARY = """
import re

def remove_stop_words(text, stop_words):
    for word in stop_words:
        text = re.sub(rf"\\b{word}\\b", " ", text)
    return " ".join(text.split())
"""
STOP_IN_PLACE = """
def remove_stop_words(text, stop_words):
    words = text.split()
    for word in words:
        if word in stop_words:
            words.remove(word)
    return " ".join(words)
"""
VOCABULARY_OF_DICT = """
from collections import Counter

def make_vocabulary(texts, size):
    counts = Counter(word for text in texts for word in text.split())
    words = [word for word, _ in counts.most_common(size - 2)]
    return {word: number for number, word in enumerate(["", "[UNK]"] + words)}
"""
EXPECTED_LOOKUP = """
import keras

def number_labels(categories):
    lookup = keras.layers.StringLookup()
    lookup.adapt(categories)
    return lookup.get_vocabulary()[1:], np.array(lookup(categories))
"""

READING = [
    mutant(
        "splits at commas",
        replace(READ, READ_SPLIT),
        fails=["commas_and_quotes", "a_line_break_in_a_text", "reads_any_file"],
    ),
    mutant(
        "splits lines at the first comma, and strips quotes",
        replace(READ, READ_STRIPPED),
        fails=["commas_and_quotes", "a_line_break_in_a_text", "columns_by_their_names", "reads_any_file"],
    ),
    mutant("always reads the archive", edit(READ, "file.open(", "archive.open("), fails="read_articles"),
    mutant(
        "categories first",
        edit(
            READ,
            'return [row["text"] for row in rows], [row["category"] for row in rows]',
            'return [row["category"] for row in rows], [row["text"] for row in rows]',
        ),
        fails=["three_articles", "reads_any_file"],
    ),
    mutant(
        "the first two columns, whatever they are called",
        edit(
            READ,
            "rows = list(csv.DictReader(lines))",
            'rows = [{"category": row[0], "text": row[1]} for row in list(csv.reader(lines))[1:]]',
        ),
        fails=["columns_by_their_names", "reads_any_file"],
    ),
    mutant(
        "the names of the columns are an article",
        edit(READ, "list(csv.DictReader(lines))", 'list(csv.DictReader(lines, ["category", "text"]))'),
        fails=["three_articles", "columns_by_their_names", "reads_any_file"],
    ),
    mutant(
        "the first article is lost",
        edit(READ, "rows = list(csv.DictReader(lines))", "rows = list(csv.DictReader(lines))[1:]"),
        fails=["three_articles", "reads_any_file"],
    ),
    mutant(
        "quotes that are not known",
        edit(READ, "csv.DictReader(lines)", "csv.DictReader(lines, quoting=csv.QUOTE_NONE)"),
        fails=["commas_and_quotes", "a_line_break_in_a_text", "reads_any_file"],
    ),
    mutant(
        "takes the file apart into lines first",
        edit(READ, "csv.DictReader(lines)", "csv.DictReader(lines.read().splitlines())"),
        fails=["a_line_break_in_a_text", "reads_any_file"],
    ),
    mutant("another encoding", edit(READ, '"utf-8"', '"latin-1"'), fails=["three_articles", "reads_any_file"]),
    mutant(
        "texts are stripped",
        edit(READ, '[row["text"] for row in rows]', '[row["text"].strip() for row in rows]'),
        fails=["a_line_break_in_a_text", "reads_any_file"],
    ),
]
ONE_FORM = [
    mutant(
        "capitals stay",
        edit(STANDARD, "text.lower()", "text"),
        fails=["a_loud_text", "letters_of_other_languages", "standardises_any_text"],
    ),
    mutant(
        "punctuation is dropped, and leaves no space",
        edit(
            STANDARD,
            '" ".join(re.findall(r"\\w+", text.lower()))',
            '" ".join(re.sub(r"[^\\w\\s]", "", text.lower()).split())',
        ),
        fails=["spaces_between_words", "standardises_any_text"],
    ),
    mutant(
        "letters from a to z alone",
        edit(STANDARD, "\\w+", "[a-z0-9]+"),
        fails=["letters_of_other_languages", "standardises_any_text"],
    ),
    mutant(
        "a space for each character that goes",
        edit(STANDARD, '" ".join(re.findall(r"\\w+", text.lower()))', 're.sub(r"\\W", " ", text.lower())'),
        fails=["spaces_between_words", "standardises_any_text"],
    ),
    mutant(
        "no digits",
        edit(STANDARD, "\\w+", "[^\\W\\d]+"),
        fails=["a_loud_text", "spaces_between_words", "standardises_any_text"],
    ),
    mutant(
        "the punctuation of Python's list alone",
        edit(
            STANDARD,
            '" ".join(re.findall(r"\\w+", text.lower()))',
            '" ".join("".join(" " if c in __import__("string").punctuation else c for c in text.lower()).split())',
        ),
        fails=["a_loud_text", "standardises_any_text"],
    ),
    mutant(
        "words as a list",
        edit(STANDARD, '" ".join(re.findall(r"\\w+", text.lower()))', 're.findall(r"\\w+", text.lower())'),
        fails=["spaces_between_words", "standardises_any_text"],
    ),
]
STOP_WORDS = [
    mutant(
        "letters within words go",
        replace(STOP, STOP_REPLACED),
        fails=["whole_words_alone", "any_stop_words"],
    ),
    mutant(
        "stop words between two spaces alone",
        replace(STOP, STOP_BETWEEN_SPACES),
        fails=["a_cat_on_a_mat", "wherever_they_stand", "single_spaces", "any_stop_words"],
    ),
    mutant("in-house loses its in", replace(STOP, STOP_BOUNDARY), fails=["whole_words_alone", "any_stop_words"]),
    mutant(
        "removes from the list that it goes through",
        replace(STOP, STOP_IN_PLACE),
        fails=["wherever_they_stand", "any_stop_words"],
    ),
    mutant(
        "splits at each single space",
        edit(STOP, "text.split()", 'text.split(" ")'),
        fails=["single_spaces", "any_stop_words"],
    ),
    mutant(
        "always the same stop words",
        edit(STOP, "not in stop_words", "not in STOP_WORDS"),
        fails=["a_cat_on_a_mat", "any_stop_words"],
    ),
    mutant("keeps the stop words, and no others", edit(STOP, "not in stop_words", "in stop_words"), fails="stop_words"),
    mutant(
        "each word once",
        edit(STOP, "for word in text.split() if", "for word in dict.fromkeys(text.split()) if"),
        fails=["a_cat_on_a_mat", "any_stop_words"],
    ),
    mutant(
        "a list of words",
        edit(
            STOP,
            'return " ".join(word for word in text.split() if word not in stop_words)',
            "return [word for word in text.split() if word not in stop_words]",
        ),
        fails=["single_spaces", "any_stop_words"],
    ),
    mutant(
        "a space after each word",
        replace(STOP, STOP_LOOP.replace('" ".join(kept)', '"".join(word + " " for word in kept)')),
        fails=["single_spaces", "any_stop_words"],
    ),
    mutant(
        "words that are a part of a stop word go",
        edit(STOP, "word not in stop_words", "not any(word in stop for stop in stop_words)"),
        fails=["whole_words_alone", "any_stop_words"],
    ),
]
VOCABULARIES = [
    mutant(
        "words from 0 on",
        edit(VOCABULARY, '["", "[UNK]"] + [word', "[word"),
        fails=["two_places_given_away", "size_counts_all_entries", "any_vocabulary"],
    ),
    mutant("unknown first", edit(VOCABULARY, '["", "[UNK]"]', '["[UNK]", ""]'), fails="two_places_given_away"),
    mutant(
        "the old name of the unknown",
        edit(VOCABULARY, 'return ["", "[UNK]"]', 'return ["", "<OOV>"]'),
        fails=["two_places_given_away"],
    ),
    mutant(
        "size words, and two entries more",
        edit(VOCABULARY, "size - 2", "size"),
        fails=["size_counts_all_entries", "any_vocabulary"],
    ),
    mutant(
        "words in alphabetical order",
        edit(VOCABULARY, "[word for word, _ in counts.most_common(size - 2)]", "sorted(counts)[: size - 2]"),
        fails=["the_most_frequent_word_first", "any_vocabulary"],
    ),
    mutant(
        "the rarest first",
        edit(VOCABULARY, "counts.most_common(size - 2)", "counts.most_common()[::-1][: size - 2]"),
        fails=["the_most_frequent_word_first", "any_vocabulary"],
    ),
    mutant(
        "counts texts, and not words",
        edit(VOCABULARY, "for word in text.split())", "for word in set(text.split()))"),
        fails=["the_most_frequent_word_first", "any_vocabulary"],
    ),
    mutant(
        "words as they first appear",
        edit(VOCABULARY, "[word for word, _ in counts.most_common(size - 2)]", "list(counts)[: size - 2]"),
        fails=["the_most_frequent_word_first", "any_vocabulary"],
    ),
    mutant(
        "a dict of numbers", replace(VOCABULARY, VOCABULARY_OF_DICT), fails=["two_places_given_away", "any_vocabulary"]
    ),
    mutant(
        "words with their counts",
        edit(VOCABULARY, "[word for word, _ in counts.most_common(size - 2)]", "counts.most_common(size - 2)"),
        fails=["two_places_given_away", "any_vocabulary"],
    ),
    mutant(
        "equal texts count once",
        edit(VOCABULARY, "for text in texts for", "for text in dict.fromkeys(texts) for"),
        fails=["the_most_frequent_word_first"],
    ),
    mutant(
        "an empty text has an empty word",
        edit(VOCABULARY, "for word in text.split())", 'for word in text.split(" "))'),
        fails=["size_counts_all_entries", "any_vocabulary"],
    ),
    mutant(
        "the first text alone",
        edit(VOCABULARY, "for text in texts for", "for text in texts[:1] for"),
        fails=["the_most_frequent_word_first", "size_counts_all_entries", "any_vocabulary"],
    ),
]
ENCODINGS = [
    mutant(
        "unknown words are left out",
        edit(
            ENCODE,
            "[places.get(word, 1) for word in text.split()]",
            "[places[word] for word in text.split() if word in places]",
        ),
        fails=["unknown_words", "encodes_any_text"],
    ),
    mutant(
        "unknown words are 0",
        edit(ENCODE, "places.get(word, 1)", "places.get(word, 0)"),
        fails=["unknown_words", "encodes_any_text"],
    ),
    mutant(
        "places from 1 on",
        edit(ENCODE, "enumerate(vocabulary)", "enumerate(vocabulary, 1)"),
        fails=["places_of_words", "encodes_any_text"],
    ),
    mutant("floats", edit(ENCODE, "word: place for", "word: float(place) for"), fails=["places_of_words"]),
    mutant(
        "rows of one length, as TextVectorization makes them",
        replace(ENCODE, ENCODE_VECTORIZED.replace("row[row > 0].tolist()", "row.tolist()")),
        fails=["a_row_for_each_text", "encodes_any_text"],
    ),
    mutant(
        "always the vocabulary of the archive",
        edit(
            ENCODE,
            "places = {word: place for place, word in enumerate(vocabulary)}",
            "places = {word: place for place, word in enumerate(globals().get('vocabulary', []))}",
        ),
        fails="encode",
    ),
    mutant(
        "one long row",
        edit(
            ENCODE,
            "[[places.get(word, 1) for word in text.split()] for text in texts]",
            "[places.get(word, 1) for text in texts for word in text.split()]",
        ),
        fails="encode",
    ),
    mutant("letters for words", edit(ENCODE, "for word in text.split()]", "for word in text]"), fails=["encode"]),
    mutant(
        "leaves out empty texts",
        edit(ENCODE, "for text in texts]", "for text in texts if text]"),
        fails=["a_row_for_each_text", "encodes_any_text"],
    ),
    mutant(
        "each word once in a row",
        edit(ENCODE, "for word in text.split()]", "for word in dict.fromkeys(text.split())]"),
        fails=["a_row_for_each_text", "places_of_words", "encodes_any_text"],
    ),
]
PADDING = [
    mutant(
        "zeros at the beginning, as pad_sequences does it",
        replace(PAD, PAD_KERAS.replace('padding="post", ', "")),
        fails=["zeros_at_the_end", "pads_any_rows"],
    ),
    mutant(
        "cut at the beginning, as pad_sequences does it",
        replace(PAD, PAD_KERAS.replace(', truncating="post"', "")),
        fails=["cut_at_the_end", "pads_any_rows"],
    ),
    mutant(
        "as long as the longest row", edit(PAD, "padded = ", "length = max(map(len, rows))\n    padded = "), fails="pad"
    ),
    mutant("floats", edit(PAD, "dtype=int", "dtype=float"), fails="an_array_of_whole_numbers"),
    mutant(
        "bytes, which are too small",
        edit(PAD, "row[:length]", "np.array(row[:length], dtype='int64').astype('uint8')"),
        fails=["zeros_at_the_end", "pads_any_rows"],
    ),
    mutant(
        "long rows stay long",
        replace(PAD, PAD_LISTS.replace("row[:length]", "row")),
        fails=["cut_at_the_end", "pads_any_rows"],
    ),
    mutant("ones for padding", edit(PAD, "np.zeros(", "np.ones("), fails=["zeros_at_the_end", "pads_any_rows"]),
    mutant(
        "leaves out empty rows",
        edit(PAD, "padded = ", "rows = [row for row in rows if row]\n    padded = "),
        fails=["an_array_of_whole_numbers", "pads_any_rows"],
    ),
    mutant(
        "writes into the given rows",
        edit(PAD, "        padded[place", "        row += [0] * (length - len(row))\n        padded[place"),
        fails=["zeros_at_the_end", "pads_any_rows"],
    ),
]
LABELLING = [
    mutant(
        "labels from 1",
        edit(LABELS, "names.index(category)", "names.index(category) + 1"),
        fails=["labels_from_zero", "labels_any_categories"],
    ),
    mutant(
        "in the order in which they come",
        edit(LABELS, "sorted(set(categories))", "list(dict.fromkeys(categories))"),
        fails=["names_in_alphabetical_order", "labels_any_categories"],
    ),
    mutant("StringLookup, which counts an unknown category", replace(LABELS, EXPECTED_LOOKUP), fails="labels"),
    mutant(
        "the labels first",
        edit(
            LABELS,
            "return names, np.array([names.index(category) for category in categories])",
            "return np.array([names.index(category) for category in categories]), names",
        ),
        fails=["names_in_alphabetical_order", "labels_any_categories"],
    ),
    mutant(
        "labels as floats",
        edit(LABELS, "for category in categories])", "for category in categories], dtype=float)"),
        fails=["labels_from_zero", "labels_any_categories"],
    ),
    mutant(
        "a name for each article",
        edit(LABELS, "return names,", "return sorted(categories),"),
        fails=["names_in_alphabetical_order", "labels_any_categories"],
    ),
    mutant(
        "always the five topics",
        edit(LABELS, "sorted(set(categories))", '["business", "entertainment", "politics", "sport", "tech"]'),
        fails="labels",
    ),
]
BACK = [
    mutant(
        "padding leaves spaces", edit(DECODE, " if number != 0", ""), fails=["padding_is_no_word", "decodes_any_row"]
    ),
    mutant(
        "unknown words are left out",
        edit(DECODE, "number != 0", "number > 1"),
        fails=["words_come_back", "decodes_any_row"],
    ),
    mutant(
        "each word once",
        edit(DECODE, "return ", "row = list(dict.fromkeys(list(row)))\n    return "),
        fails=["words_come_back", "decodes_any_row"],
    ),
    mutant("one place off", edit(DECODE, "vocabulary[number]", "vocabulary[number - 1]"), fails="decode"),
    mutant(
        "a list of words",
        edit(
            DECODE,
            'return " ".join(vocabulary[number] for number in row if number != 0)',
            "return [vocabulary[number] for number in row if number != 0]",
        ),
        fails=["padding_is_no_word", "decodes_any_row"],
    ),
    mutant("words without spaces", edit(DECODE, '" ".join', '"".join'), fails="decode"),
]
mutants = combine([READING, ONE_FORM, STOP_WORDS, VOCABULARIES, ENCODINGS, PADDING, LABELLING, BACK])

harmless_mutations = [
    harmless(
        "keyword newline dropped", because="line breaks within these texts are \\n, which Python leaves as they are"
    ),
    harmless('"" → None (constant)', because="line breaks within these texts are \\n, which Python leaves as they are"),
    harmless("keyword encoding dropped", because="UTF-8 is what files are read as where it is graded"),
    harmless('"utf-8" → None', because="UTF-8 is what files are read as where it is graded"),
]
