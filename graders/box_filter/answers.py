"""Other right answers of the box exercise, and wrong ones."""

from proctor.answers import edit, mutant, replace, variant

LIKELY, CORNERS, IOU, SUPPRESS = "write_likely_boxes", "write_to_corners", "write_iou", "write_suppress"
BY_KIND, PIXELS, DETECT, SETTINGS = "write_suppress_by_kind", "write_to_pixels", "write_detect", "choose_settings"

LIKELY_LOOPED = """
def likely_boxes(rows, least_score):
    boxes, kinds, scores = [], [], []
    for row in rows:
        confidence, probs = row[0], list(row[5:])
        kind = probs.index(max(probs))
        score = confidence * probs[kind]
        if score >= least_score:
            boxes.append(list(row[1:5]))
            kinds.append(kind)
            scores.append(score)
    return boxes, kinds, scores
"""
LIKELY_ALL_SCORES = """
def likely_boxes(rows, least_score):
    all_scores = rows[:, 0:1] * rows[:, 5:]
    kinds = all_scores.argmax(-1)
    scores = all_scores.max(-1)
    mask = np.where(scores >= least_score)[0]
    return np.take(rows[:, 1:5], mask, axis=0), kinds[mask], scores[mask]
"""
LIKELY_DELETED = """
def likely_boxes(rows, least_score):
    rows = np.copy(rows)
    best = np.max(rows[:, 5:], axis=1)
    rows = rows[~(rows[:, 0] * best < least_score)]
    kinds = np.array([int(np.argmax(row[5:])) for row in rows], dtype=int)
    return [rows[:, 1:5], kinds, np.array([row[0] * np.max(row[5:]) for row in rows])]
"""
CORNERS_STACKED = """
def to_corners(boxes):
    x, y, w, h = np.transpose(np.asarray(boxes))
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)
"""
CORNERS_LOOPED = """
def to_corners(boxes):
    result = np.zeros((len(boxes), 4))
    for i in range(len(boxes)):
        x, y, w, h = boxes[i]
        result[i] = [x - 0.5 * w, y - 0.5 * h, x - 0.5 * w + w, y - 0.5 * h + h]
    return result
"""
CORNERS_LISTED = """
def to_corners(boxes):
    return [[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for x, y, w, h in boxes]
"""
IOU_LOOPED = """
def iou_of_two(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    inter = w * h
    return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)


def iou(box, boxes):
    return np.array([iou_of_two(box, other) for other in boxes])
"""
IOU_TINY = """
def iou(box, boxes):
    boxes = np.asarray(boxes)
    inter_w = np.clip(np.minimum(box[2], boxes[:, 2]) - np.maximum(box[0], boxes[:, 0]), 0, None)
    inter_h = np.clip(np.minimum(box[3], boxes[:, 3]) - np.maximum(box[1], boxes[:, 1]), 0, None)
    inter = inter_w * inter_h
    union = (box[2] - box[0]) * (box[3] - box[1]) + (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]) - inter
    return inter / (union + 1e-7)
"""
IOU_QUIET = """
def iou(box, boxes):
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    sides[sides < 0] = 0
    common = np.prod(sides, axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - common
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(common / union)
"""
SUPPRESS_SHRINKING = """
def suppress(boxes, scores, most_overlap):
    order = sorted(range(len(scores)), key=lambda i: scores[i], reverse=True)
    kept = []
    while len(order) > 0:
        best = order.pop(0)
        kept.append(best)
        order = [i for i in order if iou(boxes[best], boxes[i : i + 1])[0] <= most_overlap]
    return np.array(kept, dtype=int)
"""
SUPPRESS_MARKED = """
def suppress(boxes, scores, most_overlap):
    alive = np.ones(len(boxes), dtype=bool)
    kept = []
    while alive.any():
        candidate = int(np.argmax(np.where(alive, scores, -np.inf)))
        kept.append(candidate)
        alive[candidate] = False
        alive[np.array(iou(boxes[candidate], boxes)) > most_overlap] = False
    return kept
"""
SUPPRESS_ALONE = """
def suppress(boxes, scores, most_overlap):
    def overlap(a, b):
        w = max(0, min(a[2], b[2]) - max(a[0], b[0]))
        h = max(0, min(a[3], b[3]) - max(a[1], b[1]))
        total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h
        return w * h / total if total else 0

    left = [(-score, i) for i, score in enumerate(scores)]
    left.sort()
    chosen = []
    for _, i in left:
        if not any(overlap(boxes[i], boxes[j]) > most_overlap for j in chosen):
            chosen.append(i)
    return chosen
"""
BY_KIND_MOVED = """
def suppress_by_kind(boxes, kinds, scores, most_overlap, limit):
    if len(boxes) == 0:
        return []
    shift = np.asarray(kinds)[:, None] * (np.max(boxes) - np.min(boxes) + 1)
    return suppress(boxes + shift, scores, most_overlap)[:limit]
"""
BY_KIND_MASKED = """
def suppress_by_kind(boxes, kinds, scores, most_overlap, limit):
    keep = np.zeros(len(boxes), dtype=bool)
    for k in set(np.asarray(kinds).tolist()):
        index = np.where(kinds == k)[0]
        for i in suppress(boxes[index], scores[index], most_overlap):
            keep[index[int(i)]] = True
    index = np.where(keep)[0]
    return index[np.argsort(-scores[index], kind="stable")][:limit]
"""
BY_KIND_LISTED = """
def suppress_by_kind(boxes, kinds, scores, most_overlap, limit):
    groups = {}
    for place, kind in enumerate(kinds):
        groups.setdefault(int(kind), []).append(place)
    survivors = []
    for places in groups.values():
        local = suppress(np.array([boxes[p] for p in places]), np.array([scores[p] for p in places]), most_overlap)
        survivors.extend(places[int(number)] for number in local)
    survivors.sort()
    survivors.sort(key=lambda p: scores[p], reverse=True)
    return [float(p) for p in survivors[0:limit]]
"""
PIXELS_BRANCHED = """
def to_pixels(boxes, width, height):
    result = np.array(boxes, dtype="float64") * max(width, height)
    if width > height:
        result[:, [1, 3]] -= (width - height) / 2
    else:
        result[:, [0, 2]] -= (height - width) / 2
    result[:, [0, 2]] = np.clip(result[:, [0, 2]], 0, width)
    result[:, [1, 3]] = np.clip(result[:, [1, 3]], 0, height)
    return result
"""
PIXELS_LISTED = """
def to_pixels(boxes, width, height):
    side = width if width >= height else height
    dx, dy = (side - width) / 2, (side - height) / 2
    out = []
    for l, t, r, b in boxes:
        l, r = [min(max(v * side - dx, 0), width) for v in (l, r)]
        t, b = [min(max(v * side - dy, 0), height) for v in (t, b)]
        out.append((l, t, r, b))
    return np.array(out).reshape(len(out), 4)
"""
PIXELS_CENTRED = """
def to_pixels(boxes, width, height):
    side = np.maximum(width, height)
    picture = np.array([width, height, width, height])
    return np.maximum(0, np.minimum(picture, (np.asarray(boxes) - 0.5) * side + picture / 2))
"""
DETECT_STACKED = """
def detect(output, width, height, least_score, most_overlap, limit):
    count = output.shape[0] * output.shape[1] * output.shape[2]
    b, k, s = likely_boxes(np.reshape(output, (count, output.shape[3])), least_score)
    if len(s) == 0:
        return np.zeros((0, 4)), np.zeros(0, dtype=int), np.zeros(0)
    b, k, s = np.array(b), np.array(k), np.array(s)
    b = np.array(to_corners(b))
    keep = [int(place) for place in suppress_by_kind(b, k, s, most_overlap, limit)]
    return [to_pixels(b[keep], width, height), k[keep], s[keep]]
"""
DETECT_LOOPED = """
def detect(output, width, height, least_score, most_overlap, limit):
    rows = []
    for line in output:
        for cell in line:
            for box in cell:
                rows.append(box)
    found, kinds, scores = [np.asarray(a) for a in likely_boxes(np.array(rows), least_score)]
    edges = np.asarray(to_corners(found)).reshape(-1, 4)
    boxes = np.asarray(to_pixels(edges, width, height))
    places = list(suppress_by_kind(edges, kinds, scores, most_overlap, limit))
    pick = lambda array: np.array([array[int(p)] for p in places])
    return pick(boxes), pick(kinds), pick(scores)
"""

variants = [
    variant(
        "plain loops and lists",
        replace(LIKELY, LIKELY_LOOPED),
        replace(CORNERS, CORNERS_LOOPED),
        replace(IOU, IOU_LOOPED),
        replace(SUPPRESS, SUPPRESS_SHRINKING),
        replace(BY_KIND, BY_KIND_LISTED),
        replace(PIXELS, PIXELS_LISTED),
        replace(DETECT, DETECT_LOOPED),
        replace(SETTINGS, "settings = dict(least_score=0.38, most_overlap=0.4)"),
    ),
    variant(
        "whole arrays",
        replace(LIKELY, LIKELY_ALL_SCORES),
        replace(CORNERS, CORNERS_STACKED),
        replace(IOU, IOU_QUIET),
        replace(SUPPRESS, SUPPRESS_MARKED),
        replace(BY_KIND, BY_KIND_MASKED),
        replace(PIXELS, PIXELS_BRANCHED),
        replace(DETECT, DETECT_STACKED),
        replace(SETTINGS, 'settings = {"least_score": np.float32(0.5), "most_overlap": np.float64(0.6)}'),
    ),
    variant(
        "a tiny number in the denominator, kinds moved apart",
        replace(IOU, IOU_TINY),
        replace(BY_KIND, BY_KIND_MOVED),
        replace(PIXELS, PIXELS_CENTRED),
    ),
    variant("its own overlap", replace(SUPPRESS, SUPPRESS_ALONE), replace(LIKELY, LIKELY_DELETED)),
    variant(
        "everything in single precision",
        edit(LIKELY, "probabilities = rows[:, 5:]", 'rows = rows.astype("float32")\n    probabilities = rows[:, 5:]'),
        edit(CORNERS, "middles, halves", "boxes = boxes.astype(np.float32)\n    middles, halves"),
        edit(IOU, "    left, top =", "    box, boxes = np.float32(box), np.float32(boxes)\n    left, top ="),
        edit(PIXELS, "boxes * side", 'boxes.astype("float32") * side'),
        edit(SUPPRESS, "np.argsort(-scores", 'np.argsort(-scores.astype("float32")'),
    ),
    variant(
        "lists of lists, and the settings as texts of numbers made floats",
        replace(CORNERS, CORNERS_LISTED),
        edit(DETECT, "np.asarray(to_corners(boxes))", "np.array(to_corners(boxes)).reshape(-1, 4)"),
        replace(
            SETTINGS, "a, b = 0.45, 0.5\nsettings = {'most_overlap': b, 'least_score': a, 'why': 'both goals are met'}"
        ),
    ),
]

mutants = [
    mutant("t", edit(LIKELY, ">=", ">"), fails=["exactly_enough"]),
]
