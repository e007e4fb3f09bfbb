"""Whistles in noise: the call that a lamp waits for, other whistles, and backgrounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proctor.datasets.dataset import Dataset

DRAWING = 1  # version of the sounds; raise it when any changes

RATE = 8000  # samples a second
SECONDS = 3  # of a background, and of a recording
OTHERS = ("valley", "rise", "fall", "flat")
SIZES_AND_SEEDS = {"train": (150, 200, 40, 5101), "test": (150, 200, 40, 5102)}

Sounds = list[np.ndarray]


def draw_whistles(calls: int, others: int, backgrounds: int, seed: int) -> tuple[Sounds, Sounds, Sounds]:
    """Draw whistles, each of somebody else, and backgrounds.

    A call rises and falls again. The others are as many of each kind, in turn: some fall and rise,
    some only rise, some only fall, and some stay where they are.

    Args:
        calls, others, backgrounds: how many there are.
        seed: everything follows from it.

    Returns three lists of sounds, float32 (samples,) each, at 8000 samples a second: the calls and
    the others, 0.4 to 0.6 seconds each, and the backgrounds, 3 seconds each.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return (
        [_whistle("arch", rng) for _ in range(calls)],
        [_whistle(OTHERS[number % len(OTHERS)], rng) for number in range(others)],
        [_background(rng) for _ in range(backgrounds)],
    )


def draw_recordings(count: int, seed: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Draw recordings of 3 seconds, with up to two calls and up to two other whistles in each.

    Returns recordings, float32 (count, 24000), and for each of them where its calls end: an integer
    array of the first samples after them, in rising order.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 1]))
    calls, others, backgrounds = draw_whistles(2 * count, 2 * count, count, seed)
    recordings, ends = [], []
    for number, background in enumerate(backgrounds):
        pair = slice(2 * number, 2 * number + 2)
        heard = [(clip, True) for clip in calls[pair][: rng.integers(3)]]
        heard += [(clip, False) for clip in others[pair][: rng.integers(3)]]
        # What time is left is dealt out to the gaps before, between and after the whistles.
        free = len(background) - sum(len(clip) for clip, _ in heard)
        gaps = np.floor(free * rng.dirichlet(np.ones(len(heard) + 1))).astype(int)
        recording, at, own = background.copy(), 0, []
        for which, gap in zip(rng.permutation(len(heard)), gaps, strict=False):
            clip, is_call = heard[which]
            recording[at + gap : at + gap + len(clip)] += clip
            at += int(gap) + len(clip)
            own += [at] * is_call
        recordings.append(recording)
        ends.append(np.array(own, int))
    return np.stack(recordings), ends


def analyse(sound: np.ndarray, frame: int, hop: int) -> np.ndarray:
    """The logarithm of 0.1 + the strength of each frequency in each frame of a sound.

    Args:
        sound: array (samples,).
        frame: samples in a frame, which are weighted by `np.hanning(frame)`.
        hop: samples from the beginning of one frame to that of the next.

    Returns float array (frames, frame // 2 + 1); a frame that is not full is left out.
    """
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(sound, float), frame)[::hop]
    return np.log(0.1 + np.abs(np.fft.rfft(frames * np.hanning(frame))))


def f1_per_call(probabilities: np.ndarray, ends: Sequence[np.ndarray]) -> float:
    """The F1 score, per call, of a lamp that goes on where a network says at least 0.5.

    Args:
        probabilities: array (recordings, frames).
        ends: for each recording, the frames in which its calls have just ended.

    The lamp pays no attention for 20 frames after it went on. It has heard a call if it went on 10
    frames from its end at most, before or after.
    """
    rung = hits = 0
    for row, own in zip(probabilities, ends, strict=True):
        rings: list[int] = []
        for place in np.flatnonzero(np.asarray(row) >= 0.5).tolist():
            if not rings or place >= rings[-1] + 20:
                rings.append(place)
        rung += len(rings)
        for end in sorted(own):
            heard = next((ring for ring in rings if abs(ring - end) <= 10), None)
            if heard is not None:
                rings.remove(heard)
                hits += 1
    return 2 * hits / max(1, rung + sum(len(own) for own in ends))


def _whistle(kind: str, rng: np.random.Generator) -> np.ndarray:
    samples = int(RATE * rng.uniform(0.4, 0.6))
    time = np.arange(samples) / samples
    lowest, span, peak = rng.uniform(600, 750), rng.uniform(1.8, 2.3), rng.uniform(0.42, 0.58)
    arch = np.sin(np.pi / 2 * np.minimum(time / peak, (1 - time) / (1 - peak)))
    heights = {"arch": arch, "valley": 1 - arch, "rise": time, "fall": 1 - time, "flat": np.full(samples, peak)}
    phase = 2 * np.pi * np.cumsum(lowest * span ** heights[kind]) / RATE
    tone = np.sin(phase) + rng.uniform(0.05, 0.3) * np.sin(2 * phase) + 0.05 * rng.normal(size=samples)
    swell = np.minimum(1, 12 * np.minimum(time, 1 - time))
    return (rng.uniform(0.1, 0.3) * swell * tone).astype(np.float32)


def _background(rng: np.random.Generator) -> np.ndarray:
    """Noise with more low frequencies than high ones, a hum, and a few clicks."""
    samples = SECONDS * RATE
    frequencies = np.fft.rfftfreq(samples, 1 / RATE)
    spectrum = np.fft.rfft(rng.normal(size=samples)) / (1 + frequencies / 300) ** rng.uniform(0.3, 1)
    noise = np.fft.irfft(spectrum, samples)
    noise *= rng.uniform(0.01, 0.05) / noise.std()
    noise += 0.02 * rng.uniform() * np.sin(2 * np.pi * 100 * np.arange(samples) / RATE)
    for start in rng.integers(0, samples - 200, rng.integers(4)):
        noise[start : start + 200] += 0.2 * rng.normal(size=200) * np.exp(-np.arange(200) / 30)
    return noise.astype(np.float32)


WHISTLES = Dataset(
    name="whistles",
    noun="sounds",
    draw=lambda split: draw_whistles(*SIZES_AND_SEEDS[split]),
    drawing=DRAWING,
    count=lambda data: sum(len(part) for part in data),
)
