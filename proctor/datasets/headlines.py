"""Headlines that are meant seriously or as a joke, and the vectors of their words.

The real ones are of two newspapers, one of which writes nothing but jokes; their vectors are
GloVe's, of which `proctor.datasets.word_vectors` reads the file. In the drawn ones, real words
stand in no order that makes sense. Each word leans to jokes or away from them. Most of that is a
direction of its drawn vector, some is the word's own, and the label itself is a matter of chance:
the sum of a headline says how probable a joke is. So nobody can be right each time.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from proctor.datasets import emoji, newswire, word_vectors
from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the stand-in; raise it when `draw` returns something else
SEEDS = {"train": 3601, "test": 3602}
SIZES = {"train": 4_000, "test": 3_000}
LARGEST = 2**26  # bytes of the unpacked file
COLUMNS = "headline", "is_sarcastic"
SURE, OWN = 2.6, 0.6  # how sure the words of a headline make its label; the share that is a word's own
UNKNOWN = 0.25  # the share of the words that have no vector

Headlines = tuple[list[str], np.ndarray, list[str], dict[str, np.ndarray]]


def draw(split: str) -> Headlines:
    """Draw headlines, serious ones first; the words and vectors are the same in both splits."""
    texts, labels = draw_headlines(SIZES[split], SEEDS[split])
    known = texts if split == "train" else draw_headlines(SIZES["train"], SEEDS["train"])[0]
    return texts, labels, _number_words(known), _lexicon()[2]


def draw_headlines(count: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Draw headlines.

    Args:
        count: their number.
        seed: of the words and the labels.

    Returns the headlines, and labels, int64 (count,): 0 for each serious one, which come first, and
    1 for each joke.
    """
    words, leanings, _ = _lexicon()
    rng = np.random.Generator(np.random.PCG64(seed))
    often = 1 / np.arange(8, 8 + len(words))  # as in real texts, few words make up most of them
    texts, labels = [], []
    for length in rng.integers(5, 14, count):
        chosen = rng.choice(len(words), length, replace=False, p=often / often.sum())
        labels.append(rng.random() < 1 / (1 + np.exp(-SURE * leanings[chosen].sum() / np.sqrt(length))))
        texts.append(_typeset([words[place] for place in chosen], rng))
    return _serious_first(texts, labels)


def encode_headlines(texts: Iterable[str], vocabulary: Sequence[str], length: int) -> np.ndarray:
    """Where the words of each headline stand in a vocabulary.

    Args:
        texts: the headlines.
        vocabulary: the padding, the unknown word, and words.
        length: how many words of a headline are kept.

    Returns int32 (n, length): a row for each headline, with 0 after its last word.
    """
    places = {word: place for place, word in enumerate(vocabulary)}
    rows = [[places.get(word, 1) for word in re.findall("[a-z]+", text.lower())][:length] for text in texts]
    return np.array([row + [0] * (length - len(row)) for row in rows], np.int32).reshape(-1, length)


def _typeset(words: list[str], rng: np.random.Generator) -> str:
    """Words as a newspaper prints them, with capitals and signs."""
    if rng.random() < 0.15:
        place = int(rng.integers(1, len(words)))
        words[place - 1 : place + 1] = ["-".join(words[place - 1 : place + 1])]
    for place in range(len(words) - 1):
        if rng.random() < 0.2:
            words[place] += str(rng.choice([",", ":", "'s", "’s", "!", "?"]))
    if rng.random() < 0.2:
        words.insert(0, str(rng.integers(2, 100)))
    text = " ".join(words)
    return text.title().replace("'S", "'s").replace("’S", "’s") if rng.random() < 0.1 else text[0].upper() + text[1:]


@functools.cache
def _lexicon() -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
    """All words, the most frequent first, how each leans, and the vectors of most of them."""
    rng = np.random.Generator(np.random.PCG64(3603))
    topics = newswire.TOPICS.values()
    known = {word for topic in topics for part in topic[1:4] for word in part}
    known.update(emoji.WORDS, word_vectors.draw("train"))
    words = [str(word) for word in rng.permutation(sorted(word for word in known if word.isalpha() and len(word) > 1))]
    table = rng.normal(size=(len(words), word_vectors.SIZE))
    direction = rng.normal(size=word_vectors.SIZE)
    leanings = table @ direction / np.linalg.norm(direction)
    leanings = np.sqrt(1 - OWN**2) * leanings + OWN * rng.normal(size=len(words))
    lengths = rng.uniform(3, 7, (len(words), 1)) / np.sqrt(word_vectors.SIZE)
    has_one = rng.random(len(words)) >= UNKNOWN
    vectors = {word: vector for word, vector, has in zip(words, lengths * table, has_one, strict=True) if has}
    vectors["s"] = rng.normal(0, 5 / np.sqrt(word_vectors.SIZE), word_vectors.SIZE)  # what stands behind an apostrophe
    return words, leanings, vectors


def _number_words(texts: list[str]) -> list[str]:
    """The padding, the unknown word, and the words that occur twice, the most frequent first."""
    spaced = str.maketrans({sign: " " for text in texts for sign in text if not "a" <= sign.lower() <= "z"})
    counts = Counter(" ".join(texts).translate(spaced).lower().split())
    return ["", "[UNK]", *sorted((word for word in counts if counts[word] > 1), key=lambda word: (-counts[word], word))]


def read(path: Path, split: str) -> Headlines:
    """Return the headlines of one split, serious ones first, the words, and the vectors of GloVe.

    Args:
        path: the published file, packed by gzip, which has that of the vectors beside it, or the
            file that `write` wrote.
        split: "train", or "test" for others, none of which is among those to learn from.

    Raises OSError, EOFError or ValueError if a file is missing or holds something else.
    """
    if path.suffix == ".npz":
        if split == "test":
            raise ValueError("it holds the training part alone")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            vectors = dict(zip(arrays["words"].tolist(), arrays["vectors"].astype(np.float64), strict=True))
            texts, vocabulary = arrays["texts"].tolist(), arrays["vocabulary"].tolist()
            return texts, arrays["labels"].astype(np.int64), vocabulary, vectors
    with gzip.open(path) as packed:
        rows = json.loads(packed.read(LARGEST))
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(COLUMNS) <= set(row) for row in rows):
        raise ValueError(f"each of its records must have {' and '.join(COLUMNS)}")
    if len(rows) < sum(SIZES.values()):
        raise ValueError(f"it must have {sum(SIZES.values()):,} headlines or more, found {len(rows):,}")
    records = list({str(row["headline"]): bool(row["is_sarcastic"]) for row in rows}.items())  # each headline once
    first = 0 if split == "train" else SIZES["train"]
    texts, labels = zip(*records[first : first + SIZES[split]], strict=True)
    beside = path.with_name(word_vectors.WORD_VECTORS.file)
    if not beside.is_file():
        raise ValueError(f"{beside.name} must lie beside it")
    known = [text for text, _ in records[: SIZES["train"]]]
    return *_serious_first(texts, labels), _number_words(known), word_vectors.read(beside, "train")


def write(data: Headlines, path: Path) -> None:
    """Write the headlines, the words and their vectors as arrays of NumPy's."""
    texts, labels, vocabulary, vectors = data
    words, table = np.array(list(vectors)), np.array(list(vectors.values()))
    np.savez(path, texts=np.array(texts), labels=labels, vocabulary=np.array(vocabulary), words=words, vectors=table)


def _serious_first(texts: list[str] | tuple[str, ...], labels: object) -> tuple[list[str], np.ndarray]:
    """The serious headlines, and then the jokes, each in their order, and their labels."""
    kinds = np.array(labels, np.int64)
    order = np.argsort(kinds, kind="stable")
    return [texts[place] for place in order], kinds[order]


HEADLINES = Dataset(
    name="headlines",
    noun="headlines",
    draw=draw,
    drawing=DRAWING,
    count=lambda data: len(data[0]),
    file="sarcasm.json.gz",
    sha256="972789e8257cf491989b697f9c39fd356d884b5732b0a3cd26770978c2ad8a7f",
    beside=(word_vectors.WORD_VECTORS.file,),
    read=read,
    part="headlines.npz",
    write=write,
)
