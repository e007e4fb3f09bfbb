"""Short sentences, the emoji that goes with each, and the vectors of their words.

The sentences are made of frames, such as "I will be with my {noun}", and of words that fill them.
In a pair, two sentences have the same words in another order, and two different emojis. The
vectors are GloVe's, of which `proctor.datasets.word_vectors` reads the file, or drawn ones: a
direction for each emoji, and something that is the word's own.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from proctor.datasets import word_vectors
from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the sentences and of the stand-in; raise it when any changes
SEEDS = {"train": 3901, "test": 3902}
PLAIN, PAIRS = {"train": 250, "test": 150}, {"train": 125, "test": 75}
TOPIC, OWN, COMMON = 0.8, 0.9, 0.4  # strengths of what a drawn vector is made of

Sentences = tuple[list[str], np.ndarray]
Pairs = tuple[list[str], list[str], np.ndarray, np.ndarray]
Emoji = tuple[list[str], np.ndarray, dict[str, np.ndarray]]


class Topic(NamedTuple):
    """What an emoji is about.

    Args:
        face: the emoji.
        name: what it is called; fonts of pictures lack emojis.
        fillers: words that fill gaps of the frames, by the gap. Those behind the bar are in no
            sentence to learn from.
        frames: sentences with gaps.
    """

    face: str
    name: str
    fillers: dict[str, str]
    frames: str


TOPICS = (
    Topic(
        "❤️",
        "heart",
        {
            "noun": "love family marriage | friends parents",
            "one": "mother father wife husband son sister baby friend | daughter brother child",
        },
        """I love my {one} | My {one} and my {one} | You are my heart and my life | All my love to your {one} |
        I want to see my {one} again | We are one {noun} | Her {one} came back to her | I think of my {one} all day |
        Come home to your {one} | The {noun} of my {one} | My {one} is always with me | Zoe and her {one}""",
    ),
    Topic(
        "⚽",
        "ball",
        {
            "noun": "football basketball tennis golf | soccer hockey cricket",
            "one": "team coach goal league match player | squad tournament",
        },
        """Who will play {noun} with me | The {one} and the {one} | Is the {one} on today | They scored a late goal |
        We saw the {one} at the stadium | The ball is out | I want to see the {one} again | Give me the ball |
        What a season for our {one} | Zoe will play in the second half |
        All day long it is {noun} | The {one} of the year""",
    ),
    Topic(
        "😀",
        "smile",
        {
            "noun": "success victory hope | progress confidence",
            "one": "success victory winner prize | award",
            "how": "good happy great successful fine | strong positive",
        },
        """I am so {how} | What a {how} day | You are very {how} | At last a {one} | It was a {one} for us all |
        We feel {how} again | Everything is {how} today | We won | Such a {how} idea | The {one} is ours |
        How {how} you look | A {one} with a {how} end""",
    ),
    Topic(
        "😞",
        "tears",
        {
            "noun": "fear death trouble failure | crime poverty",
            "one": "crisis failure problem threat | disaster crash",
            "how": "bad poor wrong alone lost | hurt difficult dead",
        },
        """I am so {how} | What a {how} day | They are very {how} | Again a {one} | It was a {one} for us all |
        We feel {how} again | Everything is {how} today | We lost | Such a {how} idea | The {one} is ours |
        How {how} it looks | A {one} with a {how} end""",
    ),
    Topic(
        "🎵",
        "note",
        {"noun": "music dance sound | songs rock", "one": "song album band singer festival | musical artist"},
        """Play that {one} again | The {one} of the year | I hear {noun} in the street | Who wrote this song |
        The {one} and the {one} | I want to hear the {one} again | Turn up the radio | All night long it is {noun} |
        Zoe and her {one} | A new {one} on the radio | That voice and that {noun} | We saw the {one} on stage""",
    ),
)
FACES, NAMES = tuple(topic.face for topic in TOPICS), tuple(topic.name for topic in TOPICS)
# Frames of pairs, with a noun or a word that says how something is: the emoji is that of `yes`.
IN_ORDER = {
    "noun": "It is not {no} but {yes} | It is {yes} and not {no} | We want {yes} instead of {no} | No {no} but {yes}",
    "how": "I am not {no} but {yes} | It was {yes} and not {no} | More {yes} than {no} | You are {yes} and never {no}",
}
UNKNOWN = {"zoe", "ours"}  # not among the words of the real file


def _words(text: str, new: bool | None) -> list[str]:
    """The words before the bar, behind it if `new`, or all of them if that is None."""
    seen, _, unseen = text.partition("|")
    return (seen if not new else "").split() + (unseen if new is not False else "").split()


def draw_sentences(count: int, seed: int, new: bool | None = False) -> Sentences:
    """Draw sentences, each of which says by its words which emoji it goes with.

    None of them is among those to learn from.

    Args:
        count: number of sentences.
        seed: of the sentences.
        new: whether they have words that are in no sentence to learn from; None if some have.

    Returns sentences, and labels, int64 (count,), places in `FACES`.
    """
    return _draw_sentences(count, seed, new, _learned())


def draw_pairs(count: int, seed: int, new: bool | None = False) -> Pairs:
    """Draw pairs of sentences that have the same words in another order, and different emojis.

    None of the sentences is among those to learn from.

    Args:
        count: number of pairs.
        seed: of the pairs.
        new: as for `draw_sentences`.

    Returns the first sentences, the second ones, and the labels of both, int64 (count,).
    """
    return _draw_pairs(count, seed, new, _learned())


def _draw_sentences(count: int, seed: int, new: bool | None, without: frozenset[str]) -> Sentences:
    rng = np.random.Generator(np.random.PCG64(seed))
    sentences: list[str] = []
    labels: list[int] = []
    while len(labels) < count:
        label = int(rng.integers(len(TOPICS)))
        frames = [" ".join(frame.split()) for frame in TOPICS[label].frames.split("|")]
        sentence = str(rng.choice([frame for frame in frames if "{" in frame] if new else frames))
        for gap, words in TOPICS[label].fillers.items():
            for word in rng.permutation(_words(words, new)):
                sentence = sentence.replace(f"{{{gap}}}", str(word), 1)
        if sentence not in without:
            sentences.append(sentence)
            labels.append(label)
    return sentences, np.array(labels, np.int64)


def _draw_pairs(count: int, seed: int, new: bool | None, without: frozenset[str]) -> Pairs:
    rng = np.random.Generator(np.random.PCG64(seed))
    pairs: list[list[str]] = []
    labels: list[list[int]] = []
    while len(pairs) < count:
        gap = "how" if rng.random() < 0.4 else "noun"
        able = [label for label, topic in enumerate(TOPICS) if gap in topic.fillers]
        chosen = [able[place] for place in rng.permutation(len(able))[:2]]
        frame = str(rng.choice(IN_ORDER[gap].split(" | ")))
        one, other = (str(rng.choice(_words(TOPICS[label].fillers[gap], new))) for label in chosen)
        pair = [frame.format(yes=one, no=other), frame.format(yes=other, no=one)]
        if not without.intersection(pair):
            pairs.append(pair)
            labels.append(chosen)
    first, second = zip(*pairs, strict=True)
    return list(first), list(second), *np.array(labels, np.int64).T


@functools.cache
def _learned() -> frozenset[str]:
    """All sentences to learn from."""
    return frozenset(_draw_all("train")[0])


def _all_words() -> tuple[str, ...]:
    """The words of all sentences, in alphabetical order, but for those without a vector."""
    texts = [*IN_ORDER.values()]
    texts += [text for topic in TOPICS for text in (topic.frames, *topic.fillers.values())]
    words = re.sub(r"{\w+}|\|", " ", " ".join(texts)).lower().split()
    return tuple(sorted(set(words) - UNKNOWN))


WORDS = _all_words()
"""The words of the sentences that have a vector; the first ones of all vectors, in this order."""


def draw(split: str) -> Emoji:
    """Draw the vectors, too; both splits have the same ones."""
    rng = np.random.Generator(np.random.PCG64(3903))
    square, triangle = np.linalg.qr(rng.normal(size=(word_vectors.SIZE, word_vectors.SIZE)))
    common, *directions = (square * np.sign(np.diag(triangle))).T[: len(TOPICS) + 1]
    vectors = {}
    for word in WORDS:
        vector = COMMON * common + rng.normal(0, OWN / np.sqrt(word_vectors.SIZE), word_vectors.SIZE)
        for topic, direction in zip(TOPICS, directions, strict=True):
            if word in " ".join(topic.fillers.values()).split():
                vector = vector + TOPIC * direction
        vectors[word] = rng.uniform(3, 7) * vector
    return *_draw_all(split), vectors


def _draw_all(split: str) -> Sentences:
    """The sentences of a split, pairs among them, in random order."""
    given = (False, frozenset[str]()) if split == "train" else (None, _learned())
    plain, labels = _draw_sentences(PLAIN[split], SEEDS[split], *given)
    first, second, first_labels, second_labels = _draw_pairs(PAIRS[split], SEEDS[split], *given)
    sentences, labels = [*plain, *first, *second], np.concatenate([labels, first_labels, second_labels])
    order = np.random.Generator(np.random.PCG64(SEEDS[split])).permutation(len(labels))
    return [sentences[place] for place in order], labels[order]


def read(path: Path, split: str) -> Emoji:
    """Return the sentences, and the vectors of a file of GloVe's, or of what `write` wrote.

    Raises what `word_vectors.read` raises, and ValueError if a word of the sentences is missing.
    """
    found = word_vectors.read(path, "train")
    missing = [word for word in WORDS if word not in found]
    if missing:
        raise ValueError(f"{len(missing)} words are missing, such as {missing[0]!r}")
    return *_draw_all(split), {word: found[word] for word in dict.fromkeys((*WORDS, *found))}


def write(data: Emoji, path: Path) -> None:
    """Write the words and their vectors as arrays of NumPy's."""
    word_vectors.write(data[2], path)


EMOJI = Dataset(
    name="emoji",
    noun="word vectors",
    draw=draw,
    drawing=DRAWING,
    count=lambda data: len(data[2]),
    file=word_vectors.WORD_VECTORS.file,
    sha256=word_vectors.WORD_VECTORS.sha256,
    read=read,
    part="emoji.npz",
    write=write,
)
