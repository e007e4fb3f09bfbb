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
BY_TENSORS = """
def overlaps(start, end, taken):
    places = tf.reshape(tf.constant(taken, tf.int32), (-1, 2))
    return tf.reduce_any((places[:, 0] < end) & (start < places[:, 1]))
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
ALL_AT_ONCE = """
def find_start(length, taken, total, pick, tries):
    proposals = [pick(total - length) for _ in range(tries)]
    return next((start for start in proposals if not overlaps(start, start + length, taken)), None)
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
JOINED = """
def mark_end(labels, end, hop, run):
    first, rest = divmod(end, hop)
    first += rest > 0
    marked = max(0, min(run, len(labels) - first))
    return np.concatenate([labels[:first], np.ones(marked), labels[first + marked :]])
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
ATTENTIVE = """
def build_model(bins):
    x = inputs = keras.Input((None, bins))
    x = keras.layers.ZeroPadding1D((2, 0))(x)
    x = keras.layers.Conv1D(32, 3, activation="relu")(x)
    x = x + keras.layers.MultiHeadAttention(4, 8)(x, x, use_causal_mask=True)
    x = keras.layers.SimpleRNN(32, return_sequences=True)(keras.layers.LayerNormalization()(x))
    model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(x))
    model.compile("adam", keras.losses.binary_crossentropy, metrics=["AUC"])
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
FROM_RING_TO_RING = """
def detect(probabilities, threshold, pause):
    def rings_from(start):
        for frame in range(start, len(probabilities)):
            if not probabilities[frame] < threshold:
                return [frame] + rings_from(frame + pause)
        return []
    return rings_from(0)
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
RING_BY_RING = """
def count_hits(rings, ends, reach):
    hit = [False] * len(ends)
    for ring in rings:
        for number, end in enumerate(ends):
            if not hit[number] and -reach <= ring - end <= reach:
                hit[number] = True
                break
    return sum(hit)
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
    variant(
        "tensors, all proposals at once, an attention that is causal",
        replace("write_overlaps", BY_TENSORS),
        replace("write_find_start", ALL_AT_ONCE),
        replace("write_mark_end", JOINED),
        replace("write_build_model", ATTENTIVE),
        replace("write_detect", FROM_RING_TO_RING),
        replace("write_count_hits", RING_BY_RING),
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


def slips(cell, *rows):
    """Mutants of one cell: of each the title, what is replaced by what, and what fails."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


LABELS = "1 + (len(background) - FRAME) // HOP"
SUM = "recording = insert_clip(recording, clip, start)"
FIRST = "first = -(-end // hop)"
STRENGTH = "strengths_of_one_frame any_spectrogram"
SIZE = "np.abs(np.fft.rfft(frames * np.hanning(frame)))"
spectrograms = slips(
    "write_spectrogram",
    ("frames without a gap", "[::hop]", "[::frame]", "only_full_frames where_frames_begin any_spectrogram"),
    ("edges cut hard", "frames * np.hanning(frame)", "frames", STRENGTH),
    ("a window that is one sample longer", "np.hanning(frame)", "np.hanning(frame + 1)[:-1]", STRENGTH),
    ("no logarithm", "np.log(0.1 + ", "(0.1 + ", STRENGTH),
    ("a logarithm to the base 10", "np.log(", "np.log10(", STRENGTH),
    ("1 in place of 0.1", "np.log(0.1 + ", "np.log1p(", STRENGTH),
    ("0.1 at the least", f"0.1 + {SIZE}", f"np.maximum(0.1, {SIZE})", STRENGTH),
    ("the power in place of the size", SIZE, f"{SIZE} ** 2", STRENGTH),
    ("the real part alone", SIZE, f"{SIZE[:-1]}.real)", STRENGTH),
    ("negative frequencies, too", "rfft", "fft", "only_full_frames strengths_of_one_frame any_spectrogram"),
    ("a column for each frame", SIZE, f"{SIZE}.T", "spectrogram"),
    ("the last frame is left out", "[::hop]", "[:-1:hop]", "only_full_frames any_spectrogram"),
    ("frames of the notebook", "    frames = ", "    frame, hop = FRAME, HOP\n    frames = ", "spectrogram"),
)
INSIDE = "start < other_end and other_start < end"
ENDS_INSIDE = "other_start <= start < other_end or other_start < end <= other_end"
SHARED = "places_that_share_samples any_places"
TOUCHED = "places_that_touch any_places"
places = slips(
    "write_overlaps",
    ("places that touch overlap", INSIDE, "start <= other_end and other_start <= end", TOUCHED),
    ("one that ends where another begins overlaps", "other_start < end", "other_start <= end", TOUCHED),
    ("one that begins where another ends overlaps", "start < other_end", "start <= other_end", TOUCHED),
    ("looks whether the start lies inside", INSIDE, "other_start <= start < other_end", SHARED),
    ("looks whether it is around another", INSIDE, "start <= other_start and other_end <= end", SHARED),
    ("looks whether an end lies inside", INSIDE, ENDS_INSIDE, SHARED),
    ("must overlap with all of them", "any(", "all(", SHARED),
    ("looks at the first place alone", "in taken)", "in taken[:1])", SHARED),
    ("the other way round", "return any(", "return not any(", "overlaps"),
    ("always free", "return any(", "return False and any(", "overlaps"),
    ("how many places overlap", "return any(", "return sum(", SHARED),
    ("an answer for each place", "return any(", "return list(", "overlaps"),
    ("at least one place must be taken", "return any(", "return min(taken) and any(", SHARED),
    ("sorts the list that it is given", "return any(", "taken.sort()\n    return any(", SHARED),
)
LAST, GIVEN_UP = "first_free_proposal any_search", "gives_up any_search"
FREE = "            return start"
searches = slips(
    "write_find_start",
    ("one try more than allowed", "range(tries)", "range(tries + 1)", GIVEN_UP),
    ("hardly ever gives up", "range(tries)", "range(1000)", GIVEN_UP),
    ("always five tries", "range(tries)", "range(TRIES)", GIVEN_UP),
    ("the last proposal, free or not", "return None", "return start", GIVEN_UP),
    ("-1 if there is no place", "return None", "return -1", GIVEN_UP),
    ("a whistle may begin at the very end", "pick(total - length)", "pick(total)", LAST),
    ("the last start is missing", "pick(total - length)", "pick(total - length - 1)", LAST),
    ("the length in place of the end", "start + length", "length", LAST),
    ("one sample longer", "start + length", "start + length + 1", LAST),
    ("one sample shorter", "start + length", "start + length - 1", LAST),
    ("looks at the first place alone", ", taken)", ", taken[:1])", LAST),
    ("returns the place", FREE, f"{FREE}, start + length", "find_start"),
    ("gives up at once", "    return None", "        return None", "find_start"),
    (
        "at least two starts, even where it fits in only once",
        "(total - length)",
        "(max(1, total - length))",
        "any_search",
    ),
)
searches.append(
    mutant(
        "one proposal, looked at several times",
        edit("write_find_start", "    for _", "    start = pick(total - length)\n    for _"),
        edit("write_find_start", "        start = pick(total - length)\n        if", "        if"),
        fails="find_start",
    )
)
ADDED, KEPT = "sounds_add_up any_clip", "the_background_stays any_clip"
clips = slips(
    "write_insert_clip",
    ("replaces what was there", "+= clip", "= clip", ADDED),
    ("writes into the background", "recording.copy()", "recording", KEPT),
    ("the mean of both", "+= clip", "+= clip - (mixed[start : start + len(clip)] + clip) / 2", ADDED),
    ("cut to what a loudspeaker can play", "return mixed", "return np.clip(mixed, -1, 1)", ADDED),
    ("counts the end from the end", "start + len(clip)]", "start + len(clip) - len(mixed)]", ADDED),
    ("one sample too early", "mixed[start : start + len(clip)]", "mixed[start - 1 : start - 1 + len(clip)]", ADDED),
    ("writes into the clip", "+= clip", "= np.add(mixed[start : start + len(clip)], clip, out=clip)", KEPT),
    ("returns nothing", "return mixed", "pass", "insert_clip"),
)
BEGINS, OLDER = "the_first_frame_after any_end", "older_marks_stay any_end"
marks = slips(
    "write_mark_end",
    ("from the frame in which the call ends", FIRST, "first = end // hop", BEGINS),
    ("always the next frame", FIRST, "first = end // hop + 1", BEGINS),
    ("rounds", FIRST, "first = round(end / hop)", BEGINS),
    ("one label too many", "first + run]", "first + run + 1]", BEGINS),
    ("ten labels always", "first + run]", "first + RUN]", BEGINS),
    ("adds 1", "first + run] = 1", "first + run] += 1", OLDER),
    ("begins anew", "labels.copy()", "np.zeros(len(labels))", OLDER),
    ("writes into the labels", "labels.copy()", "labels", OLDER),
    ("nothing where not all labels fit in", FIRST, f"{FIRST}\n    run *= first + run <= len(marked)", OLDER),
    (
        "earlier where not all labels fit in",
        "marked[first :",
        "marked[(first := min(first, len(marked) - run)) :",
        OLDER,
    ),
    (
        "goes on at the beginning",
        "marked[first : first + run]",
        "marked[(first + np.arange(run)) % len(marked)]",
        OLDER,
    ),
    ("longer where not all labels fit in", FIRST, f"{FIRST}\n    marked.resize(max(len(marked), first + run))", OLDER),
    ("marks the samples", FIRST, "first = end", "mark_end"),
    ("the hop of the notebook", FIRST, "first = -(-end // HOP)", "mark_end"),
)
PLACED, LABELLED = "whistles_in_their_places any_example", "labels_of_calls any_example"
KEEP = "        taken.append((start, end))\n"
examples = slips(
    "write_make_example",
    ("forgets what is taken", KEEP, "", PLACED),
    ("forgets where the others are", KEEP, f"        if number < len(calls):\n    {KEEP}", PLACED),
    ("remembers lengths in place of ends", KEEP, "        taken.append((start, len(clip)))\n", PLACED),
    ("remembers one sample less", KEEP, "        taken.append((start + 1, end))\n", "whistles_in_their_places"),
    ("labels all whistles", "number < len(calls)", "True", LABELLED),
    ("labels one whistle too many", "number < len(calls)", "number <= len(calls)", LABELLED),
    ("labels where calls begin", "mark_end(labels, end,", "mark_end(labels, start,", LABELLED),
    ("stops where there is no place", "continue", "break", PLACED),
    ("stops where a call has no place", "continue", "if number < len(calls): break\n            continue", PLACED),
    ("each call must have a place", "if start is None", "if start is None and number >= len(calls)", PLACED),
    ("takes 0 for no place", "if start is None", "if not start", "any_example"),
    ("twice as many tries", "TRIES", "2 * TRIES", PLACED),
    ("the last whistle alone is heard", SUM, "recording = insert_clip(background, clip, start)", PLACED),
    ("writes into the background", SUM, f"background[:] = {SUM}", "make_example"),
    ("the others first", "[*calls, *others]", "[*others, *calls]", "make_example"),
    ("a label for each hop", LABELS, "len(background) // HOP", LABELLED),
)
GRU, EACH = "keras.layers.GRU(32, return_sequences=True)", "a_probability_for_each_frame"
BCE, TAUGHT = '"binary_crossentropy"', "is_taught_by_crossentropy"
networks = slips(
    "write_build_model",
    ("peeks at the frame to come", '"causal"', '"same"', "does_not_look_ahead"),
    ("reads from the end, too", GRU, f"keras.layers.Bidirectional({GRU})", "does_not_look_ahead"),
    ("reads from the end alone", GRU, f"{GRU[:-1]}, go_backwards=True)", "does_not_look_ahead"),
    ("looks at frames to come in the end", "Dense(1, ", 'Conv1D(1, 3, padding="same", ', "does_not_look_ahead"),
    ("remembers nothing", f"            {GRU},\n", "", "remembers"),
    ("remembers ten frames", GRU, 'keras.layers.Conv1D(32, 8, padding="causal")', "remembers"),
    ("an answer for the whole recording", ", return_sequences=True", "", f"{EACH} does_not_look_ahead remembers"),
    ("always as many frequencies", "Input((None, bins))", "Input((None, 129))", EACH),
    ("an answer for every other frame", "32, 3, ", "32, 3, strides=2, ", f"{EACH} does_not_look_ahead remembers"),
    ("an end without activation", ', activation="sigmoid"', "", f"{EACH} is_taught_by_crossentropy"),
    ("softmax over one unit", '"sigmoid"', '"softmax"', "does_not_look_ahead remembers"),
    ("the squared error", BCE, '"mse"', TAUGHT),
    ("a loss for logits", BCE, "keras.losses.BinaryCrossentropy(from_logits=True)", TAUGHT),
    ("smoothed labels", BCE, "keras.losses.BinaryCrossentropy(label_smoothing=0.1)", TAUGHT),
    ("a loss for several classes", BCE, '"categorical_crossentropy"', TAUGHT),
)
HIGH, PAUSED = "rings_at_the_first_high_frame any_rings", "pauses_after_a_ring any_rings"
RING = "            rings.append(frame)"
DEAF = "(not rings or frame - rings[-1] >= pause)"
rings = slips(
    "write_detect",
    ("above the threshold", "probability >= threshold", "probability > threshold", HIGH),
    ("a threshold of a half", "probability >= threshold", "probability >= 0.5", HIGH),
    ("deaf at the beginning", DEAF, "frame - (rings or [0])[-1] >= pause", HIGH),
    ("every high frame rings", f" and {DEAF}", "", PAUSED),
    ("a pause longer by one", "rings[-1] >= pause", "rings[-1] > pause", PAUSED),
    ("a pause shorter by one", "rings[-1] >= pause", "rings[-1] >= pause - 1", PAUSED),
    ("rings only where high frames begin", DEAF, "(frame == 0 or probabilities[frame - 1] < threshold)", PAUSED),
    ("rings at a peak", ">= threshold", ">= max(threshold, *probabilities[frame : frame + 2])", PAUSED),
    ("empties what it has heard", RING, f"{RING}; probabilities[frame : frame + pause] = 0", PAUSED),
    ("counts from 1", "enumerate(probabilities)", "enumerate(probabilities, 1)", "detect"),
    ("rings once", "return rings", "return rings[:1]", "detect"),
    ("the pause of the notebook", "rings[-1] >= pause", "rings[-1] >= 20", "detect"),
    ("a yes or no for each frame", "return rings", "return probabilities >= threshold", "detect"),
)
LATEST = ":\n            rings += [frame] * (frame - last >= pause)\n            last = frame"
rings.append(
    mutant(
        "each high frame prolongs the pause",
        edit("write_detect", "    rings = []", "    rings, last = [], -pause"),
        edit("write_detect", f" and {DEAF}:\n{RING}", LATEST),
        fails=PAUSED.split(),
    )
)
NEAR, ONCE = "within_reach any_hits", "each_only_once any_hits"
hits = slips(
    "write_count_hits",
    ("near means nearer than the reach", "<= reach", "< reach", NEAR),
    ("only after the end", "abs(ring - end) <= reach", "0 <= ring - end <= reach", "count_hits"),
    ("only before the end", "abs(ring - end) <= reach", "0 <= end - ring <= reach", NEAR),
    ("one ring answers several calls", "            left.remove(near[0])\n", "", ONCE),
    ("counts rings", "hits += 1", "hits += len(near)", ONCE),
    ("takes all rings that are near", "left.remove(near[0])", "left = sorted({*left} - {*near})", ONCE),
    ("gives a call the last ring near it", "near[0]", "near[-1]", ONCE),
    ("gives a call the nearest ring", "near[0]", "min((abs(one - end), one) for one in near)[1]", ONCE),
    ("empties the list of rings", "list(rings), 0", "rings, 0", ONCE),
    ("a share", "return hits", "return hits / max(1, len(ends))", "count_hits"),
)
PAIRED = "return sum(abs(ring - end) <= reach for ring, end in zip(rings, ends))"
FEWER = """def count_hits(rings, ends, reach):
    near = [[abs(ring - end) <= reach for end in ends] for ring in rings]
    return min(sum(map(any, near)), sum(map(any, zip(*near))))"""
hits += [
    mutant(
        "the first ring for the first call, the second one for the second",
        replace("write_count_hits", f"def count_hits(rings, ends, reach):\n    {PAIRED}"),
        fails=NEAR.split(),
    ),
    mutant(
        "the fewer of calls near a ring and rings near a call",
        replace("write_count_hits", FEWER),
        fails=ONCE.split(),
    ),
]
SHARES, NOTHING = "three_of_four_rings any_scores", "shares_of_nothing"
MEAN = "2 * precision * recall / (precision + recall)"
RESULT = "return precision, recall, f1"
numbers = slips(
    "write_scores",
    ("precision and recall exchanged", RESULT, "return recall, precision, f1", SHARES),
    ("F1 first", RESULT, "return f1, precision, recall", SHARES),
    ("percent", RESULT, "return 100 * precision, 100 * recall, 100 * f1", SHARES),
    ("two digits", RESULT, "return round(precision, 2), round(recall, 2), round(f1, 2)", SHARES),
    ("the mean of both", MEAN, "(precision + recall) / 2", SHARES),
    ("the root of the product", MEAN, "(precision * recall) ** 0.5", SHARES),
    ("forgets the 2", "2 * precision", "precision", SHARES),
    ("divides by zero where nobody rings", "hits / rings if rings else 0.0", "hits / rings", NOTHING),
    ("divides by zero where nobody calls", "hits / calls if calls else 0.0", "hits / calls", NOTHING),
    ("divides by zero where nothing is hit", " if hits else 0.0", "", NOTHING),
    ("a lamp that never rings is precise", "if rings else 0.0", "if rings else 1.0", NOTHING),
    ("F1 alone", RESULT, "return f1", "scores"),
)
# One of every list is tried at a time, for criteria tell them apart.
mutants = combine([spectrograms, places, searches, clips, marks, examples, networks, rings, hits, numbers])
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
        fails=["only_full_frames", "any_spectrogram"],
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
