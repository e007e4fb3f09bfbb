"""The hidden criteria of `wake_word`: other sizes, random cases, and other recordings."""

import math

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_all_close,
    assert_apart,
    assert_close,
    assert_shape,
    assert_truth,
    call_unchanged,
    criterion,
    described,
    share,
)
from proctor.datasets import whistles

FRAME, HOP, RUN, TRIES = 256, 200, 10, 5  # of the notebook


@criterion("spectrogram", points=1, hint="Try other sizes of frames and hops, and look whether the sound has changed.")
@pytest.mark.parametrize("samples, frame, hop", [(500, 64, 20), (333, 32, 50), (70, 70, 9), (400, 6, 6)])
def test_any_spectrogram(student, samples, frame, hop):
    """Sounds of any length are right for any frame and hop, loud and silent ones."""
    rng = np.random.default_rng(samples)
    for sound in (rng.normal(0, 0.3, samples), np.zeros(samples), rng.normal(0, 50, samples).astype("float32")):
        starts = range(0, samples - frame + 1, hop)
        frames = np.stack([sound[start : start + frame] for start in starts]).astype(float)
        expected = np.log(0.1 + np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1)))
        found = call_unchanged(student, "spectrogram", sound, frame, hop)
        assert_close(found, expected, "the spectrogram", rtol=1e-4, atol=1e-3)


@criterion("overlaps", points=1, hint="None, one or several places are taken, in any order.")
def test_any_places(student):
    """The answer is right for any places, in any order, and where none is taken."""
    rng = np.random.default_rng(3)
    for case in range(40):
        taken = [(int(start), int(start + length)) for start, length in rng.integers(1, 12, (case % 5, 2))]
        start, length = (int(number) for number in rng.integers(1, 18, 2))
        common = {*range(start, start + length)} & {one for place in taken for one in range(*place)}
        found = call_unchanged(student, "overlaps", start, start + length, taken)
        assert_shape(found, (), f"overlaps({start}, {start + length}, {taken})")
        assert_truth(found, bool(common), f"overlaps({start}, {start + length}, {taken})")


def spectrogram(sound, frame, hop):
    """As many rows as there are frames; it stands in for the student's."""
    import numpy

    return numpy.zeros((1 + (len(sound) - frame) // hop, 1 + frame // 2))


def overlaps(start, end, taken):
    """Whether a place overlaps with one that is taken; it stands in for the student's."""
    return any(max(start, first) < min(end, last) for first, last in taken)


def find_start(length, taken, total, pick, tries):
    """The first free start, or None; it stands in for the student's."""
    while tries > 0:
        tries, start = tries - 1, pick(total - length)
        if not any(max(start, first) < min(start + length, last) for first, last in taken):
            return start
    return None


def insert_clip(recording, clip, start):
    """The recording with the clip; it stands in for the student's."""
    import numpy

    return recording + numpy.pad(clip, (start, len(recording) - start - len(clip)))


def mark_end(labels, end, hop, run):
    """The labels with those after an end; it stands in for the student's."""
    import numpy

    begins = hop * numpy.arange(len(labels))
    return numpy.where((begins >= end) & (begins < end + hop * run), 1, labels)


def make_pick(proposals):
    """A `pick` that makes these proposals, shares of the last possible start, in turn and again."""
    left = list(proposals)

    def pick(last):
        left.append(left.pop(0))
        return round(left[-1] * last)

    return pick


@criterion("find_start", points=1, hint="Whistles of any length, full recordings, and any number of tries.")
def test_any_search(student):
    """The search ends as it should for any whistle, any places and any number of tries."""
    rng = np.random.default_rng(8)
    cases = [(12, [], 12, [1.0], 1), (5, [(0, 5)], 10, [1.0], 2), (5, [(5, 10)], 10, [0.2, 0.5, 0.0], 3)]
    for case in range(30):
        total = int(rng.integers(30, 300))
        taken = [(start, start + total // 6) for start in rng.integers(0, total, 1 + case % 3).tolist()]
        cases.append((int(rng.integers(1, total // 3)), taken, total, rng.random(9).tolist(), 1 + case % 6))
    for length, taken, total, proposals, tries in cases:
        expected = find_start(length, taken, total, make_pick(proposals), tries)

        def judge(_, given=(length, taken, total), proposals=proposals, tries=tries, expected=expected):
            found = call_unchanged(student, "find_start", *given, share(student, make_pick)(proposals), tries)
            if found is None and expected is not None:
                raise CriterionFailed(f"the start {expected}, which is proposed in {tries} tries and is free", "None")
            if expected is None and found is not None:
                raise CriterionFailed(f"None after {tries} proposals that are not free", described(found))
            if expected is not None:
                assert_close(as_array(found, "the start"), expected, "the start")

        assert_apart(student, "find_start", {"overlaps": overlaps}, judge)


@criterion("insert_clip", points=1, hint="At the beginning, at the end, and a clip as long as the recording.")
@pytest.mark.parametrize("samples, length, start", [(50, 9, 41), (50, 9, 0), (17, 17, 0), (40, 1, 22)])
def test_any_clip(student, samples, length, start):
    """Any clip can be added anywhere, and what is given stays as it was."""
    rng = np.random.default_rng(samples + start)
    for dtype in ("float32", "float64"):
        recording, clip = rng.normal(size=samples).astype(dtype), rng.normal(size=length).astype(dtype)
        found = call_unchanged(student, "insert_clip", recording, clip, start)
        assert_close(found, insert_clip(recording, clip, start), "the recording", rtol=1e-4)


@criterion("mark_end", points=1, hint="Any hop and any run, an end at any sample; what is given stays as it was.")
@pytest.mark.parametrize("hop, run", [(7, 3), (1, 4), (50, 1), (16, 30)])
def test_any_end(student, hop, run):
    """The right labels are marked after any end, among any others."""
    rng = np.random.default_rng(hop)
    for end in (1, hop, hop + 1, *rng.integers(1, 14 * hop + 2, 6).tolist()):
        labels = rng.integers(0, 2, 12).astype("float32")
        found = call_unchanged(student, "mark_end", labels, end, hop, run)
        found = as_array(found, "the labels").astype(float)
        assert_close(found, mark_end(labels, end, hop, run).astype(float), f"the labels for an end at {end}")


@criterion("make_example", points=1, hint="Recordings of any length; no calls, none of the others, none at all.")
@pytest.mark.parametrize("calls, others", [(2, 3), (0, 2), (3, 0), (0, 0), (6, 5)])
def test_any_example(student, calls, others):
    """Any numbers of calls and of other whistles are mixed and labelled as they should be."""
    rng = np.random.default_rng([calls, others])
    for samples in (6000, 4656, 7111):
        background = rng.normal(0, 0.1, samples)
        clips = [rng.normal(0, 1, int(length)) for length in rng.integers(300, 900, calls + others)]
        proposals = [0.0, *rng.random(36), 1.0]
        right, taken, pick = background, [], make_pick(proposals)
        marks = np.zeros(1 + (samples - FRAME) // HOP)
        for number, clip in enumerate(clips):
            start = find_start(len(clip), taken, samples, pick, TRIES)
            if start is not None:
                taken.append((start, start + len(clip)))
                right = insert_clip(right, clip, start)
                marks = mark_end(marks, taken[-1][1], HOP, RUN) if number < calls else marks

        def judge(_, given=(background, clips[:calls], clips[calls:]), proposals=proposals, right=right, marks=marks):
            found = call_unchanged(student, "make_example", *given, share(student, make_pick)(proposals))
            recording, labels = as_tuple(found, "make_example(...)", ("recording", "labels"))
            assert_close(recording, right, "the recording", rtol=1e-4)
            assert_close(as_array(labels, "the labels").astype(float), marks.astype(float), "the labels")

        stand_ins = (spectrogram, overlaps, find_start, insert_clip, mark_end)
        assert_apart(student, "make_example", {one.__name__: one for one in stand_ins}, judge)


@criterion("detect", points=1, hint="Any threshold and pause; is a ring in frame 0 one as well?")
@pytest.mark.parametrize("threshold, pause", [(0.5, 3), (0.8, 1), (0.25, 7), (0.5, 40)])
def test_any_rings(student, threshold, pause):
    """It rings in the right frames for any probabilities, thresholds and pauses."""
    rng = np.random.default_rng(pause)
    for case in range(6):
        row = np.round(rng.random(60) ** (1 + case % 3), 2)
        row[rng.integers(0, 60, 5)] = threshold
        expected = []
        for frame in np.flatnonzero(row >= threshold).tolist():
            expected += [frame] * (not expected or frame >= expected[-1] + pause)
        assert_frames(call_unchanged(student, "detect", row, threshold, pause), expected)


@criterion("count_hits", points=1, hint="Many rings and many calls, close together; go through them in order.")
@pytest.mark.parametrize("reach", [0, 2, 6, 15])
def test_any_hits(student, reach):
    """The hits are counted right for any rings and calls."""
    rng = np.random.default_rng(reach)
    # Here the first ring near a call is neither the last nor the nearest one, which the next needs.
    cases = [([40 - reach, 39 + reach], [40, 39 + 2 * reach])]
    cases += [(rng.choice(80, rng.integers(0, 9 - case), False), rng.choice(80, 2 + case, False)) for case in range(8)]
    for rings, ends in cases:
        rings, ends = sorted(map(int, rings)), sorted(map(int, ends))
        left, expected = list(rings), 0
        for end in ends:
            near = [ring for ring in left if abs(ring - end) <= reach][:1]
            left, expected = [ring for ring in left if ring not in near], expected + len(near)
        found = call_unchanged(student, "count_hits", rings, ends, reach)
        assert_close(as_array(found, "the hits"), expected, f"the hits of rings {rings} and calls {ends}")


@criterion("scores", points=1, hint="Try other numbers, too: all calls hit, more rings than calls, fewer.")
@pytest.mark.parametrize("hits, rings, calls", [(7, 7, 7), (5, 9, 6), (1, 40, 3), (13, 14, 90)])
def test_any_scores(student, hits, rings, calls):
    """Precision, recall and F1 are right for any numbers."""
    expected, names = [hits / rings, hits / calls, 2 * hits / (rings + calls)], ("precision", "recall", "F1")
    assert_all_close(student.scores(hits, rings, calls), expected, "scores(...)", names, rtol=1e-4)


@criterion("detector", points=3, hint="Is F1 in your own table as high? Mix more examples, or train longer.")
def test_hears_strangers(student, thresholds, credit):
    """In a hundred and fifty recordings of other people, the saved network reaches an F1 of 0.80
    per call."""
    recordings, ends = whistles.draw_recordings(150, seed=90_417)
    spectrograms = np.stack([whistles.analyse(sound, FRAME, HOP) for sound in recordings]).astype("float32")
    found = as_array(as_model(student.model).predict(spectrograms), "the answers")
    assert_shape(found, (*spectrograms.shape[:2], 1), "the answers")
    ends = [np.array([math.ceil(end / HOP) for end in own]) for own in ends]
    credit.within(whistles.f1_per_call(found[..., 0], ends), thresholds, "unheard")


def assert_frames(found, expected):
    """Assert that these are the frames in which it rings."""
    found = as_array(found, "the rings")
    if found.ndim != 1 or found.tolist() != expected:
        raise CriterionFailed(f"rings in the frames {expected}", f"{found.tolist()}")
