"""The public criteria of `wake_word`: examples on paper, and sixty recordings."""

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
    assert_between,
    assert_close,
    assert_crossentropy_loss,
    assert_shape,
    assert_truth,
    call_unchanged,
    criterion,
    described,
    share,
)
from proctor.datasets import whistles

FRAME, HOP, RUN = 256, 200, 10  # of the notebook
FRAMES, BINS = 40, 129  # of random spectrograms, which have as many frequencies as those of the notebook
SCORES = ("precision", "recall", "F1")
NEARLY = 1e-5  # what rounding may change a probability by
WHATEVER_IS_HEARD = "What does `softmax` make of a single number?"


@criterion("spectrogram", points=1, hint="How many frames fit in, and how many frequencies does `rfft` give for each?")
@pytest.mark.parametrize("samples, frames", [(26, 4), (23, 4), (22, 3), (8, 1)])
def test_only_full_frames(student, samples, frames):
    """With frames of 8 samples, 5 apart, sounds of 26 and of 23 samples have four of them, one of
    22 samples three, and one of 8 just one."""
    found = student.spectrogram(np.cos(np.arange(float(samples))), 8, 5)
    assert_shape(found, (frames, 5), "the spectrogram")


@criterion("spectrogram", points=1, hint="`np.hanning(4)` is 0, 0.75, 0.75, 0. Then `rfft`, `abs`, and the logarithm.")
def test_strengths_of_one_frame(student):
    """In a first frame 9, 3, 4, -7, the strengths are 5.25, 3.75 and 0.75 before the logarithm."""
    found = student.spectrogram(np.array([9.0, 3.0, 4.0, -7.0, 1.0, 1.0, 1.0, 1.0, 1.0]), 4, 4)
    assert_shape(found, (None, 3), "the spectrogram")
    # How many frames there are is another criterion's question.
    assert_close(as_array(found, "the spectrogram")[:1], np.log([[5.35, 3.85, 0.85]]), "the first row", rtol=1e-4)


@criterion("spectrogram", points=1, hint="With which sample does the second frame begin, and the third?")
@pytest.mark.parametrize("click, frame", [(1, 0), (4, 1), (7, 2)])
def test_where_frames_begin(student, click, frame):
    """With frames of 4 samples, 3 apart, a click at sample 1, 4 or 7 is heard in frame 0, 1 or 2
    alone; the sound stays as it is."""
    sound = np.zeros(12)
    sound[click] = 6
    found = as_array(call_unchanged(student, "spectrogram", sound, 4, 3), "the spectrogram")
    assert_shape(found, (None, None), "the spectrogram")
    heard = np.flatnonzero((found > found.min(initial=np.inf)).any(axis=1)).tolist()
    if heard != [frame]:
        raise CriterionFailed(f"the click at sample {click} to be heard in frame {frame}", f"it in the frames {heard}")


@criterion("overlaps", points=1, hint="Is the sample `end` itself part of a place?")
@pytest.mark.parametrize("start, end, expected", [(250, 400, False), (700, 701, False), (400, 700, True)])
def test_places_that_touch(student, start, end, expected):
    """Places that only touch do not overlap: neither 250 to 400 nor 700 to 701 does with 400 to
    700."""
    assert_overlaps(student, start, end, [(400, 700)], expected)


@criterion("overlaps", points=1, hint="Draw both places. Which of the four ways to overlap is missed?")
@pytest.mark.parametrize(
    "start, end, expected",
    [(300, 401, True), (699, 900, True), (500, 600, True), (100, 900, True), (100, 2050, True), (20, 90, False)],
)
def test_places_that_share_samples(student, start, end, expected):
    """Places that share samples overlap, however they lie, with the first of two or the second; and
    none overlaps where nothing is taken."""
    assert_overlaps(student, start, end, [(400, 700), (2000, 2100)], expected)
    assert_overlaps(student, start, end, [(2000, 2100), (400, 700)], expected)
    assert_overlaps(student, start, end, [], False)


@criterion("find_start", points=1, hint="Where does a whistle of 30 end? Which start is the last one in 200 samples?")
@pytest.mark.parametrize(
    "proposals, expected",
    [
        pytest.param([10, 40, 5, 25], 40, id="10 is taken, 40 is free"),
        pytest.param([10, -1, 0], 170, id="10 is taken, then the last possible start"),
        pytest.param([90, 71, 70, 40], 70, id="90 and 71 reach into 100 to 120, and 70 just touches it"),
    ],
)
def test_first_free_proposal(student, proposals, expected):
    """The first free proposal counts, of all the starts at which the whistle fits in."""
    assert_start(student, proposals, 5, expected)


@criterion("find_start", points=1, hint="Count the proposals by hand. What is returned after the last one?")
@pytest.mark.parametrize("tries, expected", [(3, None), (4, 60), (1, None)])
def test_gives_up(student, tries, expected):
    """After as many tries as are allowed, and not before, it gives up and returns None: of the
    proposals 10, 10, 10 and 60, the last is free."""
    assert_start(student, [10, 10, 10, 60], tries, expected)


@criterion("insert_clip", points=1, hint="Is the recording still heard where the clip is?")
@pytest.mark.parametrize(
    "start, expected", [(2, [1.0, 2, 3.5, -4, 5]), (3, [1.0, 2, 3, 4.5, -3]), (0, [1.5, -6, 3, 4, 5])]
)
def test_sounds_add_up(student, start, expected):
    """Where the clip is, both are heard; everywhere else, the recording alone."""
    found = student.insert_clip(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([0.5, -8.0]), start)
    assert_close(found, expected, "the recording")


@criterion("insert_clip", points=1, hint="Work on a copy.")
def test_the_background_stays(student):
    """The recording and the clip that were given stay as they are."""
    found = call_unchanged(student, "insert_clip", np.linspace(0, 1, 7), np.array([1.0, 2.0]), 4)
    assert_shape(found, (7,), "the recording")


@criterion("mark_end", points=1, hint="Frame k begins at k · hop. Which is the first at or after the end?")
@pytest.mark.parametrize("end, first", [(30, 3), (31, 4), (39, 4)])
def test_the_first_frame_after(student, end, first):
    """With frames 10 apart, an end at 30 marks from frame 3 on, and one at 31 or 39 from 4 on."""
    expected = np.zeros(9)
    expected[first : first + 2] = 1
    assert_close(as_float(student.mark_end(np.zeros(9), end, 10, 2), "the labels"), expected, "the labels")


@criterion("mark_end", points=1, hint="What is marked already stays marked; and what if the recording is soon over?")
def test_older_marks_stay(student):
    """Older marks stay, at the end of a recording there are fewer, and the labels that were given
    are not changed."""
    # With which frame the new marks begin is another criterion's question.
    cases = (15, [0, 1, 2]), (60, [0, 1, 2, 3, 4, 5, 7]), (95, [0, 1, 2, 3, 4, 5, 6, 7])
    for end, asked in cases:
        found = call_unchanged(student, "mark_end", np.array([0.0, 1, 1, 0, 0, 0, 0, 0]), end, 10, 3)
        assert_shape(found, (8,), "the labels")
        expected = np.array([0.0, 1, 1, 0, 0, 0, 0, float(end == 60)])[asked]
        assert_close(as_float(found, "the labels")[asked], expected, f"the labels {asked} for an end at {end}")


@criterion("make_example", points=1, hint="Is every place remembered? What comes after a whistle that has no place?")
def test_whistles_in_their_places(student):
    """Two calls and two others are in their places; a call and one of the others, for which there
    is no place, are left out."""
    assert_example(student, 1, lambda recording, _, right, __: assert_close(recording, right, "the recording"))


@criterion("make_example", points=1, hint="Which whistles have labels, and how many frames does the background have?")
def test_labels_of_calls(student):
    """The ends of both calls are marked, and those of other whistles are not."""
    # All of these whistles have a place at once: who is left out is another criterion's question.
    assert_example(student, 2, lambda _, labels, __, right: assert_close(as_float(labels, "labels"), right, "labels"))


@pytest.fixture(scope="module")
def network(student):
    """An untrained network of `build_model` for the spectrograms of the notebook."""
    return as_model(student.build_model(BINS), "build_model(bins)")


@criterion("build_model", points=1, hint="What shape goes in, what comes out, and between which numbers does it lie?")
def test_a_probability_for_each_frame(student):
    """Recordings of any length go in, and a probability for each of their frames comes out, for any
    number of frequencies."""
    network = as_model(student.build_model(16), "build_model(bins)")
    for frames in (40, 47):
        found = network.predict(100 * noise(32, frames, bins=16))
        assert_shape(found, (32, frames, 1), "the answers")
        assert_between(found, 0, 1, "the answers")


@criterion("build_model", points=2, hint="Which layer sees frames to come? Look at `padding`, and for `Bidirectional`.")
def test_does_not_look_ahead(network):
    """No answer changes with what is heard in a later frame."""
    starts, heard = (8, 21, FRAMES - 1), noise(8)
    changed = [np.concatenate([heard[:, :start], 3 * noise(8, FRAMES - start, seed=2)], axis=1) for start in starts]
    # Each by itself: in another place of a batch, the same recording may be rounded otherwise.
    before, *after = (answers(network, recordings) for recordings in (heard, *changed))
    for start, found in zip(starts, after, strict=True):
        moved = np.abs(found - before).max(axis=0)
        if moved[start:].max() <= NEARLY:
            wanted = "answers that depend on what is heard"
            raise CriterionFailed(wanted, "the same answers, whatever is heard", hint=WHATEVER_IS_HEARD)
        if moved[:start].max() > NEARLY:
            wanted = f"the same answers up to frame {start - 1} when frame {start} and later ones change"
            raise CriterionFailed(wanted, f"another answer in frame {int(np.argmax(moved > NEARLY))} already")


@criterion("build_model", points=1, hint="How many frames back does the network hear? A call lasts about 20.")
def test_remembers(network):
    """An answer depends on what was heard 12 frames ago."""
    heard, last = noise(16), FRAMES - 1
    changed = np.concatenate([5 * noise(16, last - 11, seed=3), heard[:, last - 11 :]], axis=1)
    before, after = answers(network, heard), answers(network, changed)
    if np.abs(after - before)[:, last].max() < 1e-7:
        wanted = f"another answer in frame {last} when frames 0 to {last - 12} change"
        raise CriterionFailed(wanted, "the same", hint=WHATEVER_IS_HEARD if np.ptp(before) <= NEARLY else "")


@criterion("build_model", points=1, hint="Which loss is there for a probability and a label that is 0 or 1?")
def test_is_taught_by_crossentropy(network):
    """The loss is the binary cross-entropy of all frames."""
    assert_crossentropy_loss(network, 3 * noise(16))


@criterion("detect", points=1, hint="At least the threshold that is given; and does it hear frame 0?")
def test_rings_at_the_first_high_frame(student):
    """With a threshold of 0.7, it rings at the first frame of 0.7 or more."""
    for row, expected in (
        ([0.1, 0.69, 0.7, 0.2, 0.1, 0.1], [2]),
        ([0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.75], [0, 7]),
        ([0.6, 0.5, 0.69], []),
    ):
        assert_frames(student.detect(np.array(row), 0.7, 5), expected, f"the rings for {row}")


@criterion("detect", points=1, hint="From which frame on do you count the pause? Does a frame in the pause prolong it?")
def test_pauses_after_a_ring(student):
    """With a pause of 4, nine high frames from frame 5 on ring in frames 5, 9 and 13; a high frame
    in a pause is not heard. The probabilities stay as they are."""
    cases = ([0] * 5 + [0.6] + [1] * 8, [5, 9, 13]), ([0] * 5 + [1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1], [5, 10, 15])
    for row, expected in cases:
        found = call_unchanged(student, "detect", np.array(row, float), 0.5, 4)
        assert_frames(found, expected, f"the rings for {row}")


@criterion("count_hits", points=1, hint="Before and after the end, and `reach` itself is near enough.")
@pytest.mark.parametrize("rings, expected", [([47, 103], 2), ([46, 104], 0), ([20, 49, 80], 1), ([], 0)])
def test_within_reach(student, rings, expected):
    """With a reach of 3, calls that ended in 50 and 100 are hit from 47 to 53, and 97 to 103."""
    assert_close(as_array(student.count_hits(rings, [50, 100], 3), "the hits"), expected, "the hits")


@criterion("count_hits", points=1, hint="A ring that one call has got is not there for the next one.")
@pytest.mark.parametrize(
    "rings, ends, expected",
    [
        pytest.param([48, 52, 55], [50], 1, id="three rings for one call"),
        pytest.param([50], [46, 54], 1, id="one ring between two calls"),
        pytest.param([48, 53], [50, 56], 2, id="two rings for two calls"),
        pytest.param([46, 52], [50, 56], 2, id="two rings, of which the first is for the first call"),
        pytest.param([48, 52, 100], [50, 99, 101], 2, id="two rings for one call, then one ring for two calls"),
    ],
)
def test_each_only_once(student, rings, ends, expected):
    """Each call is hit once at most, and each ring hits one call at most."""
    found = call_unchanged(student, "count_hits", rings, ends, 5)
    assert_close(as_array(found, "the hits"), expected, "the hits")


@criterion("scores", points=1, hint="Which share is of the rings, and which of the calls?")
def test_three_of_four_rings(student):
    """Three hits of 4 rings and 12 calls make a precision of 0.75, a recall of 0.25, F1 0.375."""
    assert_all_close(student.scores(3, 4, 12), [0.75, 0.25, 0.375], "scores(3, 4, 12)", SCORES, rtol=1e-4)


@criterion("scores", points=1, hint="Where do you divide by zero?")
@pytest.mark.parametrize("rings, calls", [(0, 5), (3, 0), (4, 6), (0, 0)])
def test_shares_of_nothing(student, rings, calls):
    """Without hits, all three are 0, even where nobody rings or calls."""
    assert_all_close(student.scores(0, rings, calls), [0.0] * 3, f"scores(0, {rings}, {calls})", SCORES)


@criterion("detector", points=3, hint="Is `spectrogram` right? Look at your examples, labels and learning curve.")
def test_hears_the_living_room(student, thresholds, credit):
    """In sixty recordings, the saved network reaches an F1 of 0.80 per call."""
    recordings, ends = whistles.draw_recordings(60, seed=7)
    spectrograms = np.stack([whistles.analyse(sound, FRAME, HOP) for sound in recordings]).astype("float32")
    found = answers(as_model(student.model), spectrograms)
    ends = [np.array([math.ceil(end / HOP) for end in own]) for own in ends]
    credit.within(whistles.f1_per_call(found, ends), thresholds, "living_room")


def noise(count, frames=FRAMES, bins=BINS, seed=1):
    """Random spectrograms, float32 (count, frames, bins)."""
    return np.random.default_rng([seed, frames]).normal(0, 1, (count, frames, bins)).astype("float32")


def answers(model, spectrograms):
    """A model's answers, (n, frames)."""
    found = as_array(model.predict(spectrograms), "the answers")
    assert_shape(found, (*spectrograms.shape[:2], 1), "the answers")
    return found[..., 0]


def assert_overlaps(student, start, end, taken, expected):
    """Assert that `overlaps` returns True, or False."""
    what = f"overlaps({start}, {end}, {taken})"
    found = call_unchanged(student, "overlaps", start, end, taken)
    assert_shape(found, (), what)
    assert_truth(found, expected, what)


def assert_start(student, proposals, tries, expected):
    """Assert what `find_start` returns for a whistle of 30 in 200 samples; None is none."""

    def judge(_):
        pick = share(student, make_pick)(proposals)
        found = call_unchanged(student, "find_start", 30, [(10, 35), (100, 120)], 200, pick, tries)
        if found is None or expected is None:
            if found is not expected:
                raise CriterionFailed(str(expected), "None" if found is None else described(found))
        else:
            assert_close(as_array(found, "the start"), expected, "the start")

    assert_apart(student, "find_start", {"overlaps": odd_overlaps}, judge)


def assert_frames(found, expected, what):
    """Assert that these are the frames of a list, which may be a tuple or an array."""
    found = as_array(found, what)
    if found.ndim != 1 or found.tolist() != expected:
        raise CriterionFailed(f"{what} to be {expected}", f"{found.tolist()}")


def as_float(found, what):
    """Labels, which may be whole numbers or booleans, as floats."""
    return as_array(found, what).astype(float)


def make_pick(proposals):
    """A `pick` that makes these proposals in turn, then the last one again; -1 is the last."""
    left = list(proposals)

    def pick(last):
        proposal = left.pop(0) if len(left) > 1 else left[0]
        return last if proposal < 0 else proposal

    return pick


# What stands in for the student's functions, so that a fault in one of them costs nothing in
# another that calls it. They are no solutions.
def odd_spectrogram(sound, frame, hop):
    import numpy

    return numpy.zeros((44 if (len(sound), frame, hop) == (9000, 256, 200) else 1, 1))


def odd_overlaps(start, end, taken):
    return len(taken) == 2 and (start == 10 or (start, end) in ((71, 101), (90, 120)))


def odd_find_start(length, taken, total, pick, tries):
    start = pick(total - length)
    return None if tries == 5 and any(start in place for place in taken) else start


def odd_insert_clip(recording, clip, start):
    mixed = 1.5 * recording
    mixed[start] += len(clip)
    return mixed


def odd_mark_end(labels, end, hop, run):
    marked = 2 * labels
    marked[end % len(labels)] += hop + 3 * run
    return marked


def assert_example(student, step, compare):
    """Mix whistles, of which every second one (left out with a step of 2) has no place, and compare
    the result."""
    background = np.round(np.sin(np.arange(9000.0)), 3)
    calls = [np.linspace(1, 2, 500), np.full(600, 3.0), np.linspace(2, 1, 500)]
    others = [np.linspace(0, 4, 300), np.full(700, 5.0), np.full(200, -1.0)]
    given = background, calls[::step], others[::step]

    def judge(odd):
        starts = (400, 4400, 1000, 4901) if odd else (400, 4400, 900, 4900)
        # A whistle without a place is left out after five proposals, or after an odd one.
        proposals = [400, 900, 4400, 1000, 1000, 4901]
        if not odd:
            proposals = [400, 0, 899, 399, 500, 300, 500, 4400, 4101, 899, 900, 4300, 4800, 0, 4899, 3701, 1199, 4900]
        pick = share(student, make_pick)(proposals if step == 1 else list(starts))
        found = call_unchanged(student, "make_example", *given, pick)
        recording, labels = as_tuple(found, "make_example(...)", ("recording", "labels"))
        right, marks = background.copy(), np.zeros(44)
        for start, clip in zip(starts, calls[::2] + others[::2], strict=True):
            if odd:
                right = odd_insert_clip(right, clip, start)
            else:
                right[start : start + len(clip)] += clip
        if odd:
            marks = odd_mark_end(odd_mark_end(marks, 900, HOP, RUN), 4900, HOP, RUN)
        else:
            marks[5:15] = marks[25:35] = 1
        compare(recording, labels, right, marks)

    stand_ins = (odd_spectrogram, odd_find_start, odd_insert_clip, odd_mark_end)
    assert_apart(student, "make_example", {one.__name__.removeprefix("odd_"): one for one in stand_ins}, judge)
