"""Other right answers of the exercise on the lamp, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

FRAME_BY_FRAME = """
def spectrogram(sound, frame, hop):
    window = np.hanning(frame)
    rows, start = [], 0
    while start + frame <= len(sound):
        spectrum = np.fft.rfft(sound[start : start + frame] * window)
        rows.append(np.log(np.abs(spectrum) + 0.1))
        start += hop
    return np.array(rows)
"""
WITH_TENSORFLOW = """
def spectrogram(sound, frame, hop):
    window = lambda length, dtype: tf.constant(np.hanning(length), dtype)
    sizes = tf.abs(tf.signal.stft(tf.constant(sound, tf.float32), frame, hop, fft_length=frame, window_fn=window))
    return tf.math.log(0.1 + sizes)
"""
LOOPED = """
def overlaps(start, end, taken):
    found = False
    for place in taken:
        if not (end <= place[0] or start >= place[1]):
            found = True
    return found
"""
WITH_ARRAYS = """
def overlaps(start, end, taken):
    places = np.array(taken).reshape(-1, 2)
    return np.any((places[:, 0] < end) & (places[:, 1] > start))
"""
WITH_WHILE = """
def find_start(length, taken, total, pick, tries):
    start = pick(total - length)
    tries -= 1
    while overlaps(start, start + length, taken):
        if tries == 0:
            return None
        start = pick(total - length)
        tries -= 1
    return start
"""
BY_ITSELF = """
def find_start(length, taken, total, pick, tries):
    for attempt in range(tries):
        proposal = pick(total - length)
        if all(proposal >= b or proposal + length <= a for a, b in taken):
            return np.int64(proposal)
"""
PADDED = """
def insert_clip(recording, clip, start):
    return recording + np.pad(clip, (start, len(recording) - len(clip) - start))
"""
IN_A_LOOP = """
def insert_clip(recording, clip, start):
    mixed = list(recording)
    for i in range(len(clip)):
        mixed[start + i] = mixed[start + i] + clip[i]
    return np.array(mixed, dtype="float32")
"""
BY_TIME = """
def mark_end(labels, end, hop, run):
    begins = np.arange(len(labels)) * hop
    first = np.searchsorted(begins, end)
    frames = np.arange(len(labels))
    return np.where((frames >= first) & (frames < first + run), 1, labels)
"""
COUNTED = """
def mark_end(labels, end, hop, run):
    labels = np.array(labels)
    first = int(np.ceil(end / hop))
    for frame in range(first, min(first + run, len(labels))):
        labels[frame] = 1
    return labels.astype(int)
"""
IN_TWO_LOOPS = """
def make_example(background, calls, others, pick):
    frames = spectrogram(background, FRAME, HOP).shape[0]
    recording, labels, taken = np.copy(background), np.zeros((frames,), dtype="int32"), []

    def put(clip):
        start = find_start(taken=taken, length=len(clip), total=background.size, pick=pick, tries=TRIES)
        if start is None:
            return recording, None
        taken.append([start, start + len(clip)])
        return insert_clip(recording, clip, start), start + len(clip)

    for clip in calls:
        recording, end = put(clip)
        if end:
            labels = mark_end(labels, end, HOP, RUN)
    for clip in others:
        recording, _ = put(clip)
    return [recording, labels]
"""
DILATED = """
def build_model(bins):
    inputs = keras.Input(shape=(None, bins))
    x = inputs
    for rate in (1, 2, 4, 8):
        x = keras.layers.Conv1D(32, 3, padding="causal", dilation_rate=rate, activation="relu")(x)
        x = keras.layers.Dropout(0.2)(x)
    outputs = keras.layers.TimeDistributed(keras.layers.Dense(1, activation="sigmoid"))(x)
    model = keras.Model(inputs, outputs)
    model.compile("adam", keras.losses.BinaryCrossentropy(), metrics=[keras.metrics.Precision()])
    return model
"""
RECURRENT = """
def build_model(bins):
    model = keras.models.Sequential()
    model.add(keras.layers.Input((None, bins)))
    model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.LSTM(40, return_sequences=True))
    model.add(keras.layers.Dense(1))
    model.add(keras.layers.Activation("sigmoid"))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.003), loss="bce", metrics=["accuracy"])
    return model
"""
BY_SUBTRACTION = """
def detect(probabilities, threshold, pause):
    rings, deaf = [], 0
    for frame in range(len(probabilities)):
        if deaf > 0:
            deaf -= 1
        elif probabilities[frame] >= threshold:
            rings.append(frame)
            deaf = pause - 1
    return tuple(rings)
"""
JUMPING = """
def detect(probabilities, threshold, pause):
    high = np.flatnonzero(probabilities >= threshold)
    rings = []
    while high.size:
        rings.append(high[0])
        high = high[high >= high[0] + pause]
    return np.array(rings)
"""
TWO_POINTERS = """
def count_hits(rings, ends, reach):
    hits, number = 0, 0
    for end in ends:
        while number < len(rings) and rings[number] < end - reach:
            number += 1
        if number < len(rings) and rings[number] <= end + reach:
            hits += 1
            number += 1
    return np.int64(hits)
"""
WITH_A_SET = """
def count_hits(rings, ends, reach):
    used = set()
    for end in ends:
        for i, ring in enumerate(rings):
            if i not in used and end - reach <= ring <= end + reach:
                used.add(i)
                break
    return len(used)
"""
FROM_COUNTS = """
def scores(hits, rings, calls):
    if hits == 0:
        return 0, 0, 0
    return np.array([hits / rings, hits / calls, 2 * hits / (rings + calls)])
"""

variants = [
    variant(
        "frame by frame, in loops and by arithmetic",
        replace("write_spectrogram", FRAME_BY_FRAME),
        replace("write_overlaps", LOOPED),
        replace("write_find_start", WITH_WHILE),
        replace("write_insert_clip", PADDED),
        replace("write_mark_end", COUNTED),
        replace("write_detect", BY_SUBTRACTION),
        replace("write_count_hits", TWO_POINTERS),
        replace("write_scores", FROM_COUNTS),
    ),
    variant(
        "TensorFlow's spectrogram, whole arrays",
        replace("write_spectrogram", WITH_TENSORFLOW),
        replace("write_overlaps", WITH_ARRAYS),
        replace("write_mark_end", BY_TIME),
        replace("write_detect", JUMPING),
        replace("write_count_hits", WITH_A_SET),
    ),
    variant(
        "a search without `overlaps`, calls and others in two loops",
        replace("write_find_start", BY_ITSELF),
        replace("write_insert_clip", IN_A_LOOP),
        replace("write_make_example", IN_TWO_LOOPS),
    ),
    variant("dilated convolutions, functional, trained anew", replace("write_build_model", DILATED), retrained()),
    variant("an LSTM, normalised, layer by layer, trained anew", replace("write_build_model", RECURRENT), retrained()),
    variant(
        "F1 as a harmonic mean",
        edit(
            "write_scores",
            "2 * precision * recall / (precision + recall) if hits",
            "2 / (1 / precision + 1 / recall) if hits",
        ),
    ),
]

FADED = """
def spectrogram(sound, frame, hop):
    rows = []
    for start in range(0, len(sound) - frame + 1, hop):
        part = sound[start : start + frame]
        part *= np.hanning(frame)
        rows.append(np.log(0.1 + np.abs(np.fft.rfft(part))))
    return np.array(rows)
"""
LABELS = "1 + (len(background) - FRAME) // HOP"
SUM = "recording = insert_clip(recording, clip, start)"
FIRST = "first = -(-end // hop)"
LOUD = "np.log(0.1 + np.abs(np.fft.rfft(frames * np.hanning(frame))))"
# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # spectrogram
        mutant(
            "frames without a gap between them, whatever the hop is",
            edit("write_spectrogram", "[::hop]", "[::frame]"),
            fails=["only_full_frames", "where_frames_begin", "any_spectrogram"],
        ),
        mutant(
            "edges cut hard",
            edit("write_spectrogram", LOUD, "np.log(0.1 + np.abs(np.fft.rfft(frames)))"),
            fails=["strengths_of_one_frame", "where_frames_begin", "any_spectrogram"],
        ),
        mutant(
            "no logarithm",
            edit("write_spectrogram", LOUD, "0.1 + np.abs(np.fft.rfft(frames * np.hanning(frame)))"),
            fails=["strengths_of_one_frame", "where_frames_begin", "any_spectrogram"],
        ),
        mutant(
            "a logarithm to the base 10",
            edit("write_spectrogram", "np.log(", "np.log10("),
            fails=["strengths_of_one_frame", "where_frames_begin", "any_spectrogram"],
        ),
        mutant(
            "the power in place of the size",
            edit("write_spectrogram", "frames * np.hanning(frame)))", "frames * np.hanning(frame))) ** 2"),
            fails=["strengths_of_one_frame", "where_frames_begin", "any_spectrogram"],
        ),
        mutant(
            "negative frequencies, too",
            edit("write_spectrogram", "rfft", "fft"),
            fails="spectrogram",
        ),
        mutant(
            "a column for each frame",
            edit("write_spectrogram", LOUD, LOUD + ".T"),
            fails=["only_full_frames", "strengths_of_one_frame", "any_spectrogram", "where_frames_begin"],
        ),
        mutant(
            "the last frame is left out",
            edit("write_spectrogram", "[::hop]", "[:-1:hop]"),
            fails="spectrogram",
        ),
    ],
    [  # overlaps
        mutant(
            "places that touch overlap",
            edit(
                "write_overlaps", "start < other_end and other_start < end", "start <= other_end and other_start <= end"
            ),
            fails=["places_that_touch", "any_places"],
        ),
        mutant(
            "looks whether the start lies inside",
            edit("write_overlaps", "start < other_end and other_start < end", "other_start <= start < other_end"),
            fails=["places_that_share_samples", "any_places"],
        ),
        mutant(
            "looks whether an end lies inside",
            edit(
                "write_overlaps",
                "start < other_end and other_start < end",
                "other_start <= start < other_end or other_start < end <= other_end",
            ),
            fails=["places_that_share_samples", "any_places"],
        ),
        mutant(
            "must overlap with all of them",
            edit("write_overlaps", "any(", "all("),
            fails=["places_that_share_samples", "any_places"],
        ),
        mutant(
            "looks at the first place alone",
            edit("write_overlaps", "in taken)", "in taken[:1])"),
            fails=["places_that_share_samples", "any_places"],
        ),
        mutant(
            "the other way round",
            edit("write_overlaps", "return any(", "return not any("),
            fails="overlaps",
        ),
        mutant("always free", edit("write_overlaps", "return any(", "return False and any("), fails="overlaps"),
    ],
    [  # find_start
        mutant(
            "one try more than allowed",
            edit("write_find_start", "range(tries)", "range(tries + 1)"),
            fails=["gives_up", "any_search"],
        ),
        mutant(
            "hardly ever gives up",
            edit("write_find_start", "range(tries)", "range(1000)"),
            fails=["gives_up", "any_search"],
        ),
        mutant(
            "always five tries",
            edit("write_find_start", "range(tries)", "range(TRIES)"),
            fails=["gives_up", "any_search"],
        ),
        mutant(
            "the last proposal, free or not",
            edit("write_find_start", "return None", "return start"),
            fails=["gives_up", "any_search"],
        ),
        mutant(
            "-1 if there is no place",
            edit("write_find_start", "return None", "return -1"),
            fails=["gives_up", "any_search"],
        ),
        mutant(
            "a whistle may begin at the very end",
            edit("write_find_start", "pick(total - length)", "pick(total)"),
            fails=["first_free_proposal", "any_search"],
        ),
        mutant(
            "the last start is missing",
            edit("write_find_start", "pick(total - length)", "pick(total - length - 1)"),
            fails=["first_free_proposal", "any_search"],
        ),
        mutant(
            "returns the place",
            edit("write_find_start", "            return start", "            return start, start + length"),
            fails="find_start",
        ),
        mutant(
            "one proposal, looked at several times",
            edit("write_find_start", "    for _", "    start = pick(total - length)\n    for _"),
            edit("write_find_start", "        start = pick(total - length)\n        if", "        if"),
            fails="find_start",
        ),
        mutant(
            "at least two starts, even where the whistle fits in only once",
            edit("write_find_start", "pick(total - length)", "pick(max(1, total - length))"),
            fails="any_search",
        ),
    ],
    [  # insert_clip
        mutant(
            "replaces what was there",
            edit("write_insert_clip", "+= clip", "= clip"),
            fails=["sounds_add_up", "any_clip"],
        ),
        mutant(
            "writes into the background",
            edit("write_insert_clip", "recording.copy()", "recording"),
            fails=["the_background_stays", "any_clip"],
        ),
        mutant(
            "the mean of both",
            edit("write_insert_clip", "return mixed", "mixed[start : start + len(clip)] /= 2\n    return mixed"),
            fails=["sounds_add_up", "any_clip"],
        ),
        mutant("returns nothing", edit("write_insert_clip", "return mixed", "pass"), fails="insert_clip"),
    ],
    [  # mark_end
        mutant(
            "from the frame in which the call ends",
            edit("write_mark_end", FIRST, "first = end // hop"),
            fails=["the_first_frame_after", "any_end"],
        ),
        mutant(
            "always the next frame",
            edit("write_mark_end", FIRST, "first = end // hop + 1"),
            fails=["the_first_frame_after", "any_end"],
        ),
        mutant(
            "rounds",
            edit("write_mark_end", FIRST, "first = round(end / hop)"),
            fails=["the_first_frame_after", "any_end"],
        ),
        mutant(
            "one label too many",
            edit("write_mark_end", "first + run]", "first + run + 1]"),
            fails=["the_first_frame_after", "any_end"],
        ),
        mutant(
            "ten labels always",
            edit("write_mark_end", "first + run]", "first + RUN]"),
            fails=["the_first_frame_after", "any_end"],
        ),
        mutant(
            "adds 1",
            edit("write_mark_end", "first + run] = 1", "first + run] += 1"),
            fails=["older_marks_stay", "any_end"],
        ),
        mutant(
            "begins anew",
            edit("write_mark_end", "labels.copy()", "np.zeros(len(labels))"),
            fails=["older_marks_stay", "any_end"],
        ),
        mutant(
            "writes into the labels",
            edit("write_mark_end", "labels.copy()", "labels"),
            fails=["older_marks_stay", "any_end"],
        ),
        mutant(
            "a recording that is soon over gets longer",
            edit(
                "write_mark_end",
                "    marked[first",
                "    marked = np.append(marked, np.zeros(max(0, first + run - len(marked))))\n    marked[first",
            ),
            fails=["older_marks_stay", "any_end"],
        ),
        mutant(
            "marks the samples",
            edit("write_mark_end", FIRST, "first = end"),
            fails=["the_first_frame_after", "any_end"],
        ),
    ],
    [  # make_example
        mutant(
            "forgets what is taken",
            edit("write_make_example", "        taken.append((start, end))\n", ""),
            fails=["whistles_in_their_places", "any_example"],
        ),
        mutant(
            "labels all whistles",
            edit("write_make_example", "if number < len(calls):", "if True:"),
            fails=["labels_of_calls", "any_example"],
        ),
        mutant(
            "labels where calls begin",
            edit("write_make_example", "mark_end(labels, end,", "mark_end(labels, start,"),
            fails=["labels_of_calls", "any_example"],
        ),
        mutant(
            "stops where there is no place",
            edit("write_make_example", "continue", "break"),
            fails=["whistles_in_their_places", "any_example"],
        ),
        mutant(
            "the last whistle alone is heard",
            edit("write_make_example", SUM, "recording = insert_clip(background, clip, start)"),
            fails=["whistles_in_their_places", "any_example"],
        ),
        mutant(
            "the others first",
            edit("write_make_example", "[*calls, *others]", "[*others, *calls]"),
            fails=["whistles_in_their_places", "labels_of_calls", "any_example"],
        ),
        mutant(
            "a label for each hop",
            edit("write_make_example", LABELS, "len(background) // HOP"),
            fails=["labels_of_calls", "any_example"],
        ),
        mutant(
            "takes 0 for no place",
            edit("write_make_example", "if start is None", "if not start"),
            fails="any_example",
        ),
        mutant(
            "remembers one sample less",
            edit("write_make_example", "taken.append((start, end))", "taken.append((start + 1, end))"),
            fails="whistles_in_their_places",
        ),
    ],
    [  # build_model
        mutant(
            "peeks at the frame to come",
            edit("write_build_model", '"causal"', '"same"'),
            fails="does_not_look_ahead",
        ),
        mutant(
            "reads from the end, too",
            edit(
                "write_build_model",
                "keras.layers.GRU(32, return_sequences=True)",
                "keras.layers.Bidirectional(keras.layers.GRU(32, return_sequences=True))",
            ),
            fails="does_not_look_ahead",
        ),
        mutant(
            "remembers nothing",
            edit("write_build_model", "            keras.layers.GRU(32, return_sequences=True),\n", ""),
            fails="remembers",
        ),
        mutant(
            "an answer for the whole recording",
            edit("write_build_model", ", return_sequences=True", ""),
            fails=["a_probability_for_each_frame", "does_not_look_ahead", "remembers"],
        ),
        mutant(
            "always as many frequencies",
            edit("write_build_model", "Input((None, bins))", "Input((None, 129))"),
            fails="build_model",
        ),
        mutant(
            "an answer for every other frame",
            edit("write_build_model", "Conv1D(32, 3, ", "Conv1D(32, 3, strides=2, "),
            fails=["a_probability_for_each_frame", "does_not_look_ahead", "remembers"],
        ),
        mutant(
            "an end without activation",
            edit("write_build_model", 'Dense(1, activation="sigmoid")', "Dense(1)"),
            fails=["a_probability_for_each_frame", "is_taught_by_crossentropy"],
        ),
        mutant(
            "softmax over one unit",
            edit("write_build_model", '"sigmoid"', '"softmax"'),
            fails=["does_not_look_ahead", "remembers"],
        ),
        mutant(
            "the squared error",
            edit("write_build_model", '"binary_crossentropy"', '"mse"'),
            fails="is_taught_by_crossentropy",
        ),
    ],
    [  # detect
        mutant(
            "above the threshold",
            edit("write_detect", "probability >= threshold", "probability > threshold"),
            fails=["rings_at_the_first_high_frame", "any_rings"],
        ),
        mutant(
            "every high frame rings",
            edit("write_detect", " and (not rings or frame - rings[-1] >= pause)", ""),
            fails=["pauses_after_a_ring", "any_rings"],
        ),
        mutant(
            "a pause longer by one",
            edit("write_detect", "frame - rings[-1] >= pause", "frame - rings[-1] > pause"),
            fails=["pauses_after_a_ring", "any_rings"],
        ),
        mutant(
            "a threshold of a half",
            edit("write_detect", "probability >= threshold", "probability >= 0.5"),
            fails=["rings_at_the_first_high_frame", "any_rings"],
        ),
        mutant(
            "deaf at the beginning",
            edit("write_detect", "(not rings or frame - rings[-1] >= pause)", "frame - (rings or [0])[-1] >= pause"),
            fails="detect",
        ),
        mutant(
            "each high frame prolongs the pause",
            edit("write_detect", "    rings = []", "    rings, last = [], -pause"),
            edit(
                "write_detect",
                "and (not rings or frame - rings[-1] >= pause):\n            rings.append(frame)",
                ":\n            rings += [frame] * (frame - last >= pause)\n            last = frame",
            ),
            fails=["pauses_after_a_ring", "any_rings"],
        ),
        mutant(
            "rings where the row of high frames begins, and only there",
            edit(
                "write_detect",
                "(not rings or frame - rings[-1] >= pause)",
                "(frame == 0 or probabilities[frame - 1] < threshold)",
            ),
            fails=["pauses_after_a_ring", "any_rings"],
        ),
        mutant(
            "a yes or no for each frame",
            edit("write_detect", "return rings", "return probabilities >= threshold"),
            fails="detect",
        ),
    ],
    [  # count_hits
        mutant(
            "near means nearer than the reach",
            edit("write_count_hits", "<= reach", "< reach"),
            fails=["within_reach", "any_hits"],
        ),
        mutant(
            "only after the end",
            edit("write_count_hits", "abs(ring - end) <= reach", "0 <= ring - end <= reach"),
            fails="count_hits",
        ),
        mutant(
            "one ring answers several calls",
            edit("write_count_hits", "            left.remove(near[0])\n", ""),
            fails=["each_only_once", "any_hits"],
        ),
        mutant(
            "counts rings",
            edit(
                "write_count_hits",
                "            left.remove(near[0])\n            hits += 1",
                "            hits += len(near)",
            ),
            fails=["each_only_once", "any_hits"],
        ),
        mutant(
            "takes all rings that are near",
            edit("write_count_hits", "left.remove(near[0])", "left = [ring for ring in left if ring not in near]"),
            fails=["each_only_once", "any_hits"],
        ),
        mutant(
            "gives a call the nearest ring",
            edit("write_count_hits", "near[0]", "min(near, key=lambda ring: abs(ring - end))"),
            fails="each_only_once",
        ),
        mutant(
            "empties the list of rings",
            edit("write_count_hits", "list(rings), 0", "rings, 0"),
            fails=["each_only_once", "any_hits"],
        ),
        mutant(
            "a share",
            edit("write_count_hits", "return hits", "return hits / max(1, len(ends))"),
            fails="count_hits",
        ),
    ],
    [  # scores
        mutant(
            "precision and recall exchanged",
            edit("write_scores", "return precision, recall, f1", "return recall, precision, f1"),
            fails=["three_of_four_rings", "any_scores"],
        ),
        mutant(
            "divides by zero",
            edit("write_scores", "hits / rings if rings else 0.0", "hits / rings"),
            fails="shares_of_nothing",
        ),
        mutant(
            "the mean of both",
            edit("write_scores", "2 * precision * recall / (precision + recall)", "(precision + recall) / 2"),
            fails=["three_of_four_rings", "any_scores"],
        ),
        mutant(
            "a lamp that never rings is precise",
            edit("write_scores", "hits / rings if rings else 0.0", "hits / rings if rings else 1.0"),
            fails="shares_of_nothing",
        ),
        mutant(
            "forgets the 2",
            edit("write_scores", "2 * precision", "precision"),
            fails=["three_of_four_rings", "any_scores"],
        ),
        mutant("F1 alone", edit("write_scores", "return precision, recall, f1", "return f1"), fails="scores"),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in an untrained model", untrained(), fails="detector"),
    mutant(
        "fades the sound itself, which `make_example` hands over",
        replace("write_spectrogram", FADED),
        edit("write_make_example", LABELS, "len(spectrogram(background, FRAME, HOP))"),
        fails=["where_frames_begin", "any_spectrogram"],
    ),
    mutant(
        "a frame more, filled up with zeros, which `make_example` counts",
        edit("write_spectrogram", "view(sound, frame)", "view(np.pad(sound, (0, hop)), frame)"),
        edit("write_make_example", LABELS, "len(spectrogram(background, FRAME, HOP))"),
        fails=["only_full_frames", "where_frames_begin", "strengths_of_one_frame", "any_spectrogram"],
    ),
    mutant(
        "twice as many tries",
        edit("write_make_example", "TRIES", "2 * TRIES"),
        fails=["whistles_in_their_places", "any_example"],
    ),
]
hidden_because = {
    "any_example": "that a whistle may begin with the first sample is easily forgotten, and easily mended once named",
    "any_search": "that a whistle may fit in only once is easily forgotten, and easily mended once named",
}

BENDS = "the gates of the recurrent layer bend already, and the text leaves the layers open"
harmless_mutations = [
    free("Conv1D[0]", "Conv1D[1]", "GRU[0]", because="the text leaves open how many filters and units there are"),
    free("metrics", because="the text asks for no metric"),
    harmless("return None → None", because="a function without a return returns None"),
    harmless("keyword optimizer dropped", because="Keras takes RMSprop then, and the text leaves the optimizer open"),
    harmless('"relu" → None', because=BENDS),
    harmless('→ keras.layers.Conv1D(32, 3, padding="causal")', because=BENDS),
    harmless("→ keras.layers.Conv1D(3, 32, ", because="the text leaves the layers open, and a wide one hears enough"),
]
