"""Melodies over jazz chords, drawn from a grammar of four rules, and what the grammar allows.

A tune is a row of words, each a number: a chord or a note. The rules:

1. a bar is a chord and the four notes after it, and a tune is one bar after another;
2. a chord is followed by one of its followers;
3. the first note of a bar is one of its chord's four tones, the others are of its scale, which has
   two more;
4. from one note to the next it is at most five semitones, across the chord between two bars, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the tunes; raise it when any changes
TUNES_AND_SEEDS = {"train": (1500, 4201), "test": (400, 4202)}
BARS, NOTES_IN_A_BAR, WIDEST = 8, 4, 5
SECONDS_A_BEAT = 0.4


class Chord(NamedTuple):
    """A chord of the grammar.

    Args:
        hand: what the left hand plays, below all notes of a melody: MIDI's numbers of the pitches,
            of which 60 is the middle C.
        tones: pitches of the chord within the octave, from 0 for C to 11 for B.
        scale: those and the two others that a melody may use.
        followers: the chords that may follow, and how probable each is.
    """

    hand: tuple[int, ...]
    tones: frozenset[int]
    scale: frozenset[int]
    followers: dict[str, float]


def _chord(hand: tuple[int, ...], passing: tuple[int, int], followers: dict[str, float]) -> Chord:
    tones = frozenset(pitch % 12 for pitch in hand)
    return Chord(hand, tones, tones | set(passing), followers)


CHORDS = {
    "Dm7": _chord((45, 48, 50, 53), (4, 7), {"G7": 1.0}),
    "G7": _chord((43, 47, 50, 53), (9, 4), {"Cmaj7": 0.7, "Am7": 0.3}),
    "Cmaj7": _chord((47, 48, 52, 55), (2, 9), {"Am7": 0.3, "A7": 0.25, "Fmaj7": 0.25, "Dm7": 0.2}),
    "Am7": _chord((45, 48, 52, 55), (2, 11), {"Dm7": 0.6, "Fmaj7": 0.4}),
    "A7": _chord((45, 49, 52, 55), (2, 11), {"Dm7": 1.0}),
    "Fmaj7": _chord((41, 45, 48, 52), (2, 7), {"G7": 0.5, "Dm7": 0.5}),
}
_LETTERS = {0: "C", 1: "C#", 2: "D", 4: "E", 5: "F", 7: "G", 9: "A", 11: "B"}
PITCHES = {f"{_LETTERS[pitch % 12]}{pitch // 12 - 1}": pitch for pitch in range(57, 82) if pitch % 12 in _LETTERS}
"""The notes of a melody, from A3 to A5, with MIDI's numbers of their pitches."""
WORDS = (*CHORDS, *PITCHES)
"""The word of each number: the chords first, then the notes from the lowest to the highest."""

_CHORDS, _PITCHES = list(CHORDS.values()), np.array(list(PITCHES.values()))
_TONES, _SCALE = (
    np.array([[pitch % 12 in getattr(chord, which) for pitch in _PITCHES] for chord in _CHORDS])
    for which in ("tones", "scale")
)
_FOLLOWS = np.array([[chord.followers.get(name, 0.0) for name in CHORDS] for chord in _CHORDS])


def draw_tunes(count: int, seed: int, bars: int = BARS) -> np.ndarray:
    """Draw tunes that keep to the rules.

    Near notes are more probable than far ones, and a melody likes to go on in its direction.

    Args:
        count: number of tunes.
        seed: of the tunes.
        bars: length of each, in bars of five words.

    Returns int64 (count, 5 * bars), numbers of `WORDS`.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    chord = rng.integers(0, len(CHORDS), count)
    pitch = rng.choice(_PITCHES[4:-4], count).astype(float)
    heading = np.zeros(count)
    tunes = []
    for bar in range(bars):
        if bar:
            chord = _pick(_FOLLOWS[chord], rng)
        tunes.append(chord)
        for place in range(NOTES_IN_A_BAR):
            leaps = _PITCHES - pitch[:, None]
            liking = np.exp(-np.abs(leaps) / 3) * np.where(leaps == 0, 0.5, 1)
            liking = liking * np.where(np.sign(leaps) * heading[:, None] > 0, 2, 1)
            note = _pick(liking * (_TONES if place == 0 else _SCALE)[chord] * (np.abs(leaps) <= WIDEST), rng)
            heading, pitch = np.sign(_PITCHES[note] - pitch), _PITCHES[note].astype(float)
            tunes.append(len(CHORDS) + note)
    return np.stack(tunes, axis=1)


def _pick(likings: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pick a column of each row, with probabilities in proportion to the numbers in the row."""
    sums = likings.cumsum(axis=1)
    picked: np.ndarray = (sums <= rng.random(len(sums))[:, None] * sums[:, -1:]).sum(axis=1)
    return picked


def allowed_words(tune: Sequence[int] | np.ndarray) -> np.ndarray:
    """The words that the rules allow at each place of a tune, after those before it.

    What is not allowed is played all the same: a chord that comes too early begins a bar, and the
    next leap is counted from the note that was played last. A tune begins with any chord, and its
    melody with any of the chord's tones.

    Args:
        tune: numbers of `WORDS`.

    Returns bool (len(tune), len(WORDS)).
    """
    allowed = np.zeros((len(tune), len(WORDS)), dtype=bool)
    chord, pitch, place = -1, None, NOTES_IN_A_BAR
    for row, word in zip(allowed, map(int, tune), strict=True):
        if place >= NOTES_IN_A_BAR:
            row[: len(CHORDS)] = _FOLLOWS[chord] > 0 if chord >= 0 else True
        else:
            near = True if pitch is None else np.abs(_PITCHES - pitch) <= WIDEST
            row[len(CHORDS) :] = (_SCALE if place else _TONES)[chord] & near
        if word < len(CHORDS):
            chord, place = word, 0
        else:
            pitch, place = _PITCHES[word - len(CHORDS)], place + 1
    return allowed


def legal_words(tune: Sequence[int] | np.ndarray) -> np.ndarray:
    """Whether each word of a tune is one of those that `allowed_words` lists, bool (len(tune),)."""
    legal: np.ndarray = allowed_words(tune)[np.arange(len(tune)), np.asarray(tune, dtype=int)]
    return legal


def to_notes(tune: Sequence[int] | np.ndarray) -> list[tuple[int, int, int]]:
    """The notes of a tune: when each begins, how long it is, both in eighths, and its pitch.

    A chord sounds for the bar that it begins, in the left hand. A note that comes twice running
    within a bar is held.

    Args:
        tune: numbers of `WORDS`.

    Returns triples of whole numbers; the pitches are MIDI's, those of the left hand first in a bar.
    """
    notes: list[tuple[int, int, int]] = []
    time, held = 0, -1
    for word in map(int, tune):
        if word < len(CHORDS):
            notes += [(time, NOTES_IN_A_BAR, pitch) for pitch in _CHORDS[word].hand]
            held = -1
            continue
        if word == held:
            begin, length, pitch = notes.pop()
            notes.append((begin, length + 1, pitch))
        else:
            notes.append((time, 1, int(_PITCHES[word - len(CHORDS)])))
        time, held = time + 1, word
    return notes


def perform(tune: Sequence[int] | np.ndarray, rate: int = 8000) -> np.ndarray:
    """Play a tune with swing, on something like an electric piano.

    Args:
        tune: numbers of `WORDS`.
        rate: samples a second.

    Returns float32 (samples,) from -1 to 1.
    """
    notes = to_notes(tune)
    end = max((swing(begin + length) for begin, length, _ in notes), default=0.0)
    sound = np.zeros(int(rate * (SECONDS_A_BEAT * end + 0.5)))
    for begin, length, pitch in notes:
        seconds = SECONDS_A_BEAT * (swing(begin + length) - swing(begin)) + 0.25
        time = np.arange(int(rate * seconds)) / rate
        frequency = 440 * 2 ** ((pitch - 69) / 12)  # equal temperament; MIDI's number 69 is the A of 440 Hz
        wave = sum(np.sin(2 * np.pi * k * frequency * time) / k**2 for k in (1, 2, 3))
        wave = wave * np.minimum(1, time / 0.01) * np.exp(-3 * time) * np.minimum(1, (seconds - time) / 0.2)
        first = int(rate * SECONDS_A_BEAT * swing(begin))
        sound[first : first + len(wave)] += (1.0 if length < NOTES_IN_A_BAR else 0.4) * wave
    return (sound / max(1e-9, np.abs(sound).max(initial=0))).astype(np.float32)


def swing(eighths: int) -> float:
    """When an eighth begins, in beats: the first of two takes two thirds of a beat."""
    return eighths // 2 + eighths % 2 * 2 / 3


def _draw(split: str) -> np.ndarray:
    count, seed = TUNES_AND_SEEDS[split]
    return draw_tunes(count, seed)


JAZZ = Dataset(name="jazz", noun="tunes", draw=_draw, drawing=DRAWING, count=len)
