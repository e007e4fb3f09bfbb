"""Other right answers of the box exercise, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

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

slips = [
    [  # likely_boxes
        mutant("more than the least score", edit(LIKELY, ">=", ">"), fails="exactly_enough"),
        mutant("keeps what is unlikely", edit(LIKELY, ">=", "<="), fails=["likely_boxes", "good_in_other_scenes"]),
        mutant(
            "the confidence decides",
            edit(LIKELY, "likely = scores >=", "likely = rows[:, 0] >="),
            fails=["any_rows", "exactly_enough", "good_in_other_scenes", "nothing_is_likely", "scores_on_paper"],
        ),
        mutant(
            "the probability is the score",
            edit(LIKELY, "rows[:, 0] * np.max", "np.max"),
            fails=["likely_boxes", "good_in_other_scenes"],
        ),
        mutant(
            "the confidence is the score",
            edit(LIKELY, "rows[:, 0] * np.max(probabilities, axis=1)", "rows[:, 0]"),
            fails=["likely_boxes", "good_in_other_scenes"],
        ),
        mutant(
            "the mean of both",
            edit(
                LIKELY, "rows[:, 0] * np.max(probabilities, axis=1)", "(rows[:, 0] + np.max(probabilities, axis=1)) / 2"
            ),
            fails=["likely_boxes", "good_in_other_scenes"],
        ),
        mutant(
            "kinds begin with the box",
            edit(LIKELY, "np.argmax(probabilities", "np.argmax(rows"),
            fails=["any_rows", "equally_probable", "exactly_enough", "good_in_other_scenes", "scores_on_paper"],
        ),
        mutant(
            "kinds from 1",
            edit(LIKELY, "axis=1)\n    scores", "axis=1) + 1\n    scores"),
            fails=["any_rows", "equally_probable", "exactly_enough", "good_in_other_scenes", "scores_on_paper"],
        ),
        mutant(
            "the middle is left out",
            edit(LIKELY, "1:5]", "0:4]"),
            fails=["any_rows", "equally_probable", "exactly_enough", "good_in_other_scenes", "scores_on_paper"],
        ),
        mutant(
            "the best first",
            edit(
                LIKELY,
                "likely = scores >= least_score",
                "likely = np.argsort(-scores)[: np.sum(scores >= least_score)]",
            ),
            fails=["any_rows", "scores_on_paper"],
        ),
        mutant(
            "the last of equally probable kinds",
            edit(
                LIKELY,
                "np.argmax(probabilities, axis=1)",
                "probabilities.shape[1] - 1 - np.argmax(probabilities[:, ::-1], axis=1)",
            ),
            fails="equally_probable",
        ),
        mutant(
            "every kind that is likely",
            replace(
                LIKELY,
                """
def likely_boxes(rows, least_score):
    scores = rows[:, :1] * rows[:, 5:]
    places, kinds = np.nonzero(scores >= least_score)
    return rows[places, 1:5], kinds, scores[places, kinds]
""",
            ),
            fails="equally_probable",
        ),
        mutant(
            "the scores of all boxes",
            edit(LIKELY, "kinds[likely], scores[likely]", "kinds[likely], scores"),
            fails=["any_rows", "exactly_enough", "nothing_is_likely", "scores_on_paper"],
        ),
        mutant(
            "four kinds",
            edit(LIKELY, "rows[:, 5:]", "rows[:, 5:9]"),
            fails=["any_rows", "equally_probable"],
        ),
        mutant(
            "multiplies in place",
            edit(
                LIKELY,
                "scores = rows[:, 0] * np.max(probabilities, axis=1)",
                "scores = rows[:, 0]\n    scores *= np.max(probabilities, axis=1)",
            ),
            fails="any_rows",
        ),
        mutant(
            "None if nothing is likely",
            edit(LIKELY, "    return rows", "    if not likely.any():\n        return None\n    return rows"),
            fails=["any_rows", "nothing_is_likely"],
        ),
    ],
    [  # to_corners
        mutant("the whole width", edit(CORNERS, " / 2", ""), fails=["to_corners", "good_in_other_scenes"]),
        mutant("half in whole numbers", edit(CORNERS, " / 2", " // 2"), fails=["to_corners", "good_in_other_scenes"]),
        mutant(
            "the middle is the corner",
            edit(CORNERS, "[middles - halves, middles + halves]", "[middles, middles + 2 * halves]"),
            fails=["to_corners", "good_in_other_scenes"],
        ),
        mutant(
            "top before left",
            edit(CORNERS, "axis=1)", "axis=1)[:, [1, 0, 3, 2]]"),
            fails=["to_corners", "good_in_other_scenes"],
        ),
        mutant(
            "right and bottom first",
            edit(CORNERS, "middles - halves, middles + halves", "middles + halves, middles - halves"),
            fails=["to_corners", "good_in_other_scenes"],
        ),
        mutant(
            "left, right, top, bottom",
            edit(CORNERS, "axis=1)", "axis=1)[:, [0, 2, 1, 3]]"),
            fails=["to_corners", "good_in_other_scenes"],
        ),
        mutant(
            "keeps boxes in the square",
            edit(
                CORNERS,
                "return np.concatenate([middles - halves, middles + halves], axis=1)",
                "return np.clip(np.concatenate([middles - halves, middles + halves], axis=1), 0, None)",
            ),
            fails=["any_corners", "halves_and_borders"],
        ),
        mutant(
            "writes into the boxes",
            replace(
                CORNERS,
                """
def to_corners(boxes):
    boxes[:, :2] = boxes[:, :2] - boxes[:, 2:] / 2
    boxes[:, 2:] = boxes[:, :2] + boxes[:, 2:]
    return boxes
""",
            ),
            fails=["any_corners", "halves_and_borders"],
        ),
        mutant(
            "fills an array of the same type",
            replace(CORNERS, CORNERS_LOOPED.replace("np.zeros((len(boxes), 4))", "np.zeros_like(boxes)")),
            fails="halves_and_borders",
        ),
    ],
    [  # iou
        mutant(
            "no box is an error",
            edit(IOU, "    left, top", "    assert len(boxes) > 0\n    left, top"),
            fails=["any_overlaps", "good_in_other_scenes"],
        ),
        mutant(
            "a negative area for boxes that lie apart",
            edit(IOU, "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)", "(right - left) * (bottom - top)"),
            fails=["any_overlaps", "apart_and_touching"],
        ),
        mutant(
            "negative twice is an area",
            edit(
                IOU,
                "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)",
                "np.maximum((right - left) * (bottom - top), 0)",
            ),
            fails=["any_overlaps", "apart_and_touching"],
        ),
        mutant(
            "the size of negative sides",
            edit(
                IOU,
                "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)",
                "np.abs(right - left) * np.abs(bottom - top)",
            ),
            fails=["any_overlaps", "apart_and_touching", "good_in_other_scenes"],
        ),
        mutant(
            "one more pixel",
            edit(
                IOU,
                "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)",
                "np.maximum(right - left + 1, 0) * np.maximum(bottom - top + 1, 0)",
            ),
            fails=["iou", "good_in_other_scenes"],
        ),
        mutant(
            "counts the intersection twice",
            edit(IOU, "area + areas - common", "area + areas"),
            fails=["any_overlaps", "empty_boxes", "good_in_other_scenes", "overlaps_on_paper", "within_and_equal"],
        ),
        mutant(
            "intersection over the first",
            edit(IOU, "union = area + areas - common", "union = area + 0 * areas"),
            fails=["any_overlaps", "overlaps_on_paper", "within_and_equal"],
        ),
        mutant(
            "intersection over the smaller one",
            edit(IOU, "union = area + areas - common", "union = np.minimum(area, areas)"),
            fails=["any_overlaps", "empty_boxes", "good_in_other_scenes", "overlaps_on_paper", "within_and_equal"],
        ),
        mutant("0 by 0", edit(IOU, "np.where(union > 0, union, 1)", "union"), fails="empty_boxes"),
        mutant(
            "1 for empty boxes",
            edit(
                IOU,
                "return common / np.where(union > 0, union, 1)",
                "return np.where(union > 0, common / np.where(union > 0, union, 1), 1.0)",
            ),
            fails="empty_boxes",
        ),
        mutant(
            "whole numbers only",
            edit(IOU, "common / np", "common // np"),
            fails=["any_overlaps", "empty_boxes", "good_in_other_scenes", "overlaps_on_paper", "within_and_equal"],
        ),
        mutant(
            "a union of at least 1",
            edit(IOU, "np.where(union > 0, union, 1)", "np.maximum(union, 1)"),
            fails=["any_overlaps", "good_in_other_scenes", "within_and_equal"],
        ),
        mutant(
            "at least one pixel in common",
            edit(IOU, "np.maximum(right - left, 0)", "np.maximum(right - left, 1)"),
            fails=["any_overlaps", "apart_and_touching", "empty_boxes", "good_in_other_scenes", "within_and_equal"],
        ),
        mutant(
            "the outer edges",
            edit(IOU, "np.maximum(box[:2]", "np.minimum(box[:2]"),
            edit(IOU, "np.minimum(box[2:]", "np.maximum(box[2:]"),
            fails=["iou", "good_in_other_scenes"],
        ),
        mutant(
            "only the first of the others",
            edit(IOU, "    left, top", "    boxes = boxes[:1]\n    left, top"),
            fails=["iou", "good_in_other_scenes"],
        ),
        mutant(
            "x alone",
            edit(
                IOU,
                "np.maximum(right - left, 0) * np.maximum(bottom - top, 0)",
                "np.maximum(right - left, 0) * np.minimum(box[3] - box[1], boxes[:, 3] - boxes[:, 1])",
            ),
            fails=["any_overlaps", "apart_and_touching", "overlaps_on_paper"],
        ),
        mutant(
            "cuts off what is left of 0",
            edit(IOU, "    left, top", "    box, boxes = np.maximum(box, 0), np.maximum(boxes, 0)\n    left, top"),
            fails=["any_overlaps", "overlaps_on_paper", "within_and_equal"],
        ),
    ],
    [  # suppress
        mutant(
            "the worst first",
            edit(SUPPRESS, "np.argsort(-scores", "np.argsort(scores"),
            fails=["any_families", "best_of_each", "equal_scores", "exactly_most_overlap", "only_kept_ones_push_out"],
        ),
        mutant(
            "in the order of the array",
            edit(SUPPRESS, 'np.argsort(-scores, kind="stable")', "range(len(boxes))"),
            fails=["any_families", "best_of_each", "equal_scores", "exactly_most_overlap", "only_kept_ones_push_out"],
        ),
        mutant(
            "the last of equal scores",
            edit(SUPPRESS, 'np.argsort(-scores, kind="stable")', 'np.argsort(scores, kind="stable")[::-1]'),
            fails=["any_families", "equal_scores"],
        ),
        mutant(
            "drops at exactly the largest overlap",
            edit(SUPPRESS, "<= most_overlap", "< most_overlap"),
            fails="exactly_most_overlap",
        ),
        mutant(
            "keeps what overlaps",
            edit(SUPPRESS, "<= most_overlap", "> most_overlap"),
            fails=[
                "any_families",
                "best_of_each",
                "equal_scores",
                "exactly_most_overlap",
                "good_in_other_scenes",
                "only_kept_ones_push_out",
            ],
        ),
        mutant(
            "dropped boxes push out others",
            replace(
                SUPPRESS,
                """
def suppress(boxes, scores, most_overlap):
    order = np.argsort(-scores, kind="stable")
    better = [boxes[order[:number]] for number in range(len(order))]
    return [place for place, others in zip(order, better) if np.all(iou(boxes[place], others) <= most_overlap)]
""",
            ),
            fails="only_kept_ones_push_out",
        ),
        mutant(
            "looks at the last kept one alone",
            edit(SUPPRESS, "boxes[kept]", "boxes[kept[-1:]]"),
            fails=["any_families", "best_of_each", "good_in_other_scenes", "only_kept_ones_push_out"],
        ),
        mutant(
            "looks at the best one alone",
            edit(SUPPRESS, "boxes[kept]", "boxes[kept[:1]]"),
            fails=["any_families", "best_of_each", "equal_scores", "good_in_other_scenes"],
        ),
        mutant(
            "one overlap that is small enough will do",
            edit(
                SUPPRESS,
                "np.all(iou(boxes[place], boxes[kept]) <= most_overlap)",
                "not kept or np.any(iou(boxes[place], boxes[kept]) <= most_overlap)",
            ),
            fails=["any_families", "best_of_each", "equal_scores", "good_in_other_scenes", "only_kept_ones_push_out"],
        ),
        mutant(
            "sorted places",
            edit(SUPPRESS, "return kept", "return sorted(kept)"),
            fails=["any_families", "best_of_each", "equal_scores", "exactly_most_overlap", "only_kept_ones_push_out"],
        ),
        mutant(
            "places in the sorted order",
            edit(
                SUPPRESS,
                "enumerate" if False else "kept.append(place)",
                "kept.append(place)\n            ranks = np.argsort(np.argsort(-scores))",
            ),
            edit(SUPPRESS, "return kept", "return [ranks[place] for place in kept]"),
            fails=[
                "any_families",
                "best_of_each",
                "equal_scores",
                "exactly_most_overlap",
                "good_in_other_scenes",
                "only_kept_ones_push_out",
            ],
        ),
        mutant(
            "the boxes instead of places",
            edit(SUPPRESS, "return kept", "return boxes[kept]"),
            fails=["suppress", "good_in_other_scenes"],
        ),
        mutant(
            "a mask instead of places",
            edit(SUPPRESS, "return kept", "return np.isin(np.arange(len(boxes)), kept)"),
            fails="suppress",
        ),
        mutant(
            "always 0.45",
            edit(SUPPRESS, "<= most_overlap", "<= 0.45"),
            fails=["any_families", "exactly_most_overlap"],
        ),
        mutant(
            "takes used scores away",
            replace(
                SUPPRESS,
                """
def suppress(boxes, scores, most_overlap):
    kept = []
    while len(scores) and np.max(scores) > -1:
        best = int(np.argmax(scores))
        scores[best] = -1
        if np.all(iou(boxes[best], boxes[kept]) <= most_overlap):
            kept.append(best)
    return kept
""",
            ),
            fails="any_families",
        ),
        mutant(
            "a score of 0 is no box",
            edit(SUPPRESS, "if np.all(", "if scores[place] > 0 and np.all("),
            fails="no_box_and_one",
        ),
        mutant(
            "the first place of an equal box",
            edit(SUPPRESS, "kept.append(place)", "kept.append(boxes.tolist().index(boxes[place].tolist()))"),
            fails="best_of_each",
        ),
        mutant(
            "fails without a box",
            edit(SUPPRESS, "kept = []", "kept = [int(np.argmax(scores))]"),
            edit(SUPPRESS, "if np.all(", "if place not in kept and np.all("),
            fails="no_box_and_one",
        ),
    ],
    [  # suppress_by_kind
        mutant(
            "all kinds together",
            replace(
                BY_KIND,
                """
def suppress_by_kind(boxes, kinds, scores, most_overlap, limit):
    return suppress(boxes, scores, most_overlap)[:limit]
""",
            ),
            fails=["any_kinds", "good_in_other_scenes", "kinds_stand_apart", "more_than_the_limit"],
        ),
        mutant(
            "moves each kind by twenty",
            replace(
                BY_KIND,
                """
def suppress_by_kind(boxes, kinds, scores, most_overlap, limit):
    return list(suppress(boxes + 20 * np.asarray(kinds)[:, None], scores, most_overlap))[:limit]
""",
            ),
            fails="any_kinds",
        ),
        mutant(
            "places among one kind",
            edit(
                BY_KIND,
                "places[np.asarray(suppress(boxes[places], scores[places], most_overlap))]",
                "np.asarray(suppress(boxes[places], scores[places], most_overlap))",
            ),
            fails=["suppress_by_kind", "good_in_other_scenes"],
        ),
        mutant(
            "kind after kind",
            edit(BY_KIND, "sorted(kept, key=lambda place: (-scores[place], place))", "kept"),
            fails="suppress_by_kind",
        ),
        mutant(
            "the limit for each kind",
            edit(BY_KIND, "most_overlap))])", "most_overlap))])[:limit]"),
            edit(BY_KIND, "place))[:limit]", "place))"),
            fails=["any_kinds", "equal_scores_of_kinds", "more_than_the_limit"],
        ),
        mutant(
            "no limit",
            edit(BY_KIND, "place))[:limit]", "place))"),
            fails=["any_kinds", "equal_scores_of_kinds", "more_than_the_limit"],
        ),
        mutant(
            "the limit before the order",
            edit(BY_KIND, "sorted(kept,", "sorted(kept[:limit],"),
            fails=["any_kinds", "equal_scores_of_kinds", "more_than_the_limit"],
        ),
        mutant(
            "the limit before it suppresses",
            edit(BY_KIND, "np.flatnonzero(kinds == kind)", "top[kinds[top] == kind]"),
            edit(
                BY_KIND,
                "    kept = []",
                '    top = np.argsort(-scores, kind="stable")[:limit]\n    kept = []',
            ),
            edit(BY_KIND, "np.unique(kinds)", "np.unique(kinds[top])"),
            fails="more_than_the_limit",
        ),
        mutant(
            "one too few",
            edit(BY_KIND, "[:limit]", "[: limit - 1]"),
            fails=["any_kinds", "equal_scores_of_kinds", "more_than_the_limit"],
        ),
        mutant(
            "in the order of the arrays",
            edit(BY_KIND, "key=lambda place: (-scores[place], place)", "key=int"),
            fails="suppress_by_kind",
        ),
        mutant(
            "the worst first",
            edit(BY_KIND, "(-scores[place], place)", "(scores[place], place)"),
            fails="suppress_by_kind",
        ),
        mutant(
            "equal scores by kind",
            edit(BY_KIND, "(-scores[place], place)", "-scores[place]"),
            fails=["any_kinds", "equal_scores_of_kinds"],
        ),
        mutant(
            "the last of equal scores",
            edit(BY_KIND, "(-scores[place], place)", "(-scores[place], -place)"),
            fails=["any_kinds", "equal_scores_of_kinds"],
        ),
        mutant(
            "kinds from 0 to the number of kinds",
            edit(BY_KIND, "np.unique(kinds)", "range(len(np.unique(kinds)))"),
            fails=["any_kinds", "good_in_other_scenes", "kinds_stand_apart", "more_than_the_limit"],
        ),
        mutant(
            "the kinds of the notebook",
            edit(BY_KIND, "np.unique(kinds)", "range(len(KINDS))"),
            fails=["any_kinds", "good_in_other_scenes", "kinds_stand_apart"],
        ),
        mutant(
            "not the first kind",
            edit(BY_KIND, "np.unique(kinds)", "range(1, 1 + int(max(kinds, default=0)))"),
            fails=["suppress_by_kind", "good_in_other_scenes"],
        ),
        mutant(
            "always 0.45",
            edit(BY_KIND, "scores[places], most_overlap)", "scores[places], 0.45)"),
            fails=["any_kinds", "kinds_stand_apart"],
        ),
        mutant(
            "the limit of the notebook",
            edit(BY_KIND, "[:limit]", "[:LIMIT]"),
            fails=["any_kinds", "equal_scores_of_kinds", "more_than_the_limit"],
        ),
        mutant(
            "hides what it has seen",
            edit(
                BY_KIND,
                "return sorted(kept, key=lambda place: (-scores[place], place))[:limit]",
                "kept.sort(key=lambda place: (-scores[place], place))\n    scores[kept] = 0\n    return kept[:limit]",
            ),
            fails="any_kinds",
        ),
    ],
    [  # to_pixels
        mutant(
            "stretched",
            edit(PIXELS, "boxes * side - bars", "boxes * [width, height, width, height]"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "forgets the bars",
            edit(PIXELS, "boxes * side - bars", "boxes * side"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "adds the bars",
            edit(PIXELS, "side - bars", "side + bars"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "both bars",
            edit(PIXELS, " * 2) / 2", " * 2)"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "whole bars",
            edit(PIXELS, " * 2) / 2", " * 2) // 2"),
            fails=["any_picture", "bars_left_and_right"],
        ),
        mutant(
            "height before width",
            edit(PIXELS, "[side - width, side - height]", "[side - height, side - width]"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "the smaller side",
            edit(PIXELS, "max(width, height)", "min(width, height)"),
            fails=["to_pixels", "good_in_other_scenes"],
        ),
        mutant(
            "always wide",
            edit(PIXELS, "max(width, height)", "width"),
            fails=["any_picture", "bars_left_and_right", "clipped"],
        ),
        mutant(
            "not clipped",
            edit(PIXELS, "np.clip(boxes * side - bars, 0, [width, height, width, height])", "boxes * side - bars"),
            fails=["any_picture", "clipped"],
        ),
        mutant(
            "clipped to the square",
            edit(PIXELS, "0, [width, height, width, height]", "0, side"),
            fails=["any_picture", "clipped"],
        ),
        mutant(
            "clipped below only",
            edit(PIXELS, "0, [width, height, width, height]", "0, None"),
            fails=["any_picture", "clipped"],
        ),
        mutant(
            "clipped before the shift",
            edit(
                PIXELS,
                "np.clip(boxes * side - bars, 0, [width, height, width, height])",
                "np.clip(boxes, 0, 1) * side - bars",
            ),
            fails=["any_picture", "clipped"],
        ),
        mutant(
            "rounded",
            edit(
                PIXELS,
                "return np.clip(boxes * side - bars, 0, [width, height, width, height])",
                "return np.round(np.clip(boxes * side - bars, 0, [width, height, width, height]))",
            ),
            fails=["any_picture", "bars_left_and_right"],
        ),
        mutant(
            "the size of the notebook",
            edit(PIXELS, "    side =", "    width, height = WIDTH, HEIGHT\n    side ="),
            fails="to_pixels",
        ),
        mutant(
            "in place",
            edit(PIXELS, "    side =", "    whole = boxes\n    side ="),
            edit(
                PIXELS,
                "return np.clip(boxes * side - bars, 0, [width, height, width, height])",
                "boxes *= side\n    boxes -= bars\n    return np.clip(boxes, 0, [width, height, width, height])",
            ),
            fails="any_picture",
        ),
    ],
    [  # detect
        mutant(
            "forgets the edges",
            edit(DETECT, "np.asarray(to_corners(boxes))", "boxes"),
            fails=[
                "any_output",
                "detected_on_paper",
                "detects_as_told",
                "good_in_other_scenes",
                "works_in_unseen_scenes",
            ],
        ),
        mutant(
            "four kinds",
            edit(DETECT, "output.shape[-1])", "9)"),
            fails=["any_output", "detected_on_paper", "detects_as_told", "nothing_to_detect"],
        ),
        mutant(
            "one box in a cell",
            edit(DETECT, "output.reshape(-1, output.shape[-1])", "output[:, :, 0].reshape(-1, output.shape[-1])"),
            fails=["any_output", "detected_on_paper", "detects_as_told"],
        ),
        mutant(
            "height before width",
            edit(DETECT, "width, height), kinds", "height, width), kinds"),
            fails=[
                "any_output",
                "detected_on_paper",
                "detects_as_told",
                "good_in_other_scenes",
                "works_in_unseen_scenes",
            ],
        ),
        mutant(
            "the size of the notebook",
            edit(DETECT, "width, height), kinds", "WIDTH, HEIGHT), kinds"),
            fails=["any_output", "detected_on_paper", "detects_as_told"],
        ),
        mutant(
            "all kinds together",
            edit(DETECT, "suppress_by_kind(corners, kinds,", "suppress_by_kind(corners, 0 * kinds,"),
            fails=["any_output", "detected_on_paper", "good_in_other_scenes", "works_in_unseen_scenes"],
        ),
        mutant(
            "the kinds of all likely boxes",
            edit(DETECT, "kinds[kept]", "kinds"),
            fails=[
                "any_output",
                "detected_on_paper",
                "detects_as_told",
                "good_in_other_scenes",
                "works_in_unseen_scenes",
            ],
        ),
        mutant(
            "without suppression",
            edit(
                DETECT,
                "kept = np.asarray(suppress_by_kind(corners, kinds, scores, most_overlap, limit), dtype=int)",
                "kept = np.argsort(-scores)[:limit]",
            ),
            fails=["any_output", "detected_on_paper", "good_in_other_scenes", "works_in_unseen_scenes"],
        ),
        mutant(
            "sorted by place",
            edit(DETECT, "    return to_pixels", "    kept = np.sort(kept)\n    return to_pixels"),
            fails=["any_output", "detected_on_paper", "detects_as_told"],
        ),
        mutant(
            "always 0.4",
            edit(DETECT, "rows, least_score)", "rows, 0.4)"),
            fails=["any_output", "detected_on_paper", "detects_as_told", "nothing_to_detect"],
        ),
        mutant(
            "always 0.45", edit(DETECT, "scores, most_overlap", "scores, 0.45"), fails=["any_output", "detects_as_told"]
        ),
        mutant(
            "the limit of the notebook",
            edit(DETECT, "scores, most_overlap, limit)", "scores, most_overlap, LIMIT)"),
            fails=["any_output", "detects_as_told"],
        ),
        mutant(
            "in sides of the square",
            edit(DETECT, "to_pixels(corners[kept], width, height)", "corners[kept]"),
            fails=[
                "any_output",
                "detected_on_paper",
                "detects_as_told",
                "good_in_other_scenes",
                "works_in_unseen_scenes",
            ],
        ),
        mutant(
            "scores before kinds",
            edit(DETECT, "kinds[kept], scores[kept]", "scores[kept], kinds[kept]"),
            fails=[
                "any_output",
                "detected_on_paper",
                "detects_as_told",
                "good_in_other_scenes",
                "works_in_unseen_scenes",
            ],
        ),
        mutant(
            "suppresses before it chooses",
            edit(DETECT, "rows, least_score)", "rows, 0)"),
            fails=["detect", "good_in_other_scenes"],
        ),
        mutant(
            "empty outputs are an error",
            edit(DETECT, "    corners =", "    assert len(boxes)\n    corners ="),
            fails="nothing_to_detect",
        ),
    ],
    [  # settings
        mutant(
            "lets everything through",
            edit(SETTINGS, "0.42", "0.05"),
            fails=["few_false_boxes", "good_in_other_scenes", "things_are_found"],
        ),
        mutant(
            "a little too low",
            edit(SETTINGS, "0.42", "0.22"),
            fails=["few_false_boxes", "good_in_other_scenes", "things_are_found"],
        ),
        mutant("too strict", edit(SETTINGS, "0.42", "0.72"), fails=["good_in_other_scenes", "things_are_found"]),
        mutant("no overlap at all", edit(SETTINGS, "0.48", "0.05"), fails=["good_in_other_scenes", "things_are_found"]),
        mutant(
            "any overlap",
            edit(SETTINGS, "0.48", "1.0"),
            fails=["few_false_boxes", "good_in_other_scenes", "things_are_found"],
        ),
        mutant(
            "in per cent",
            edit(SETTINGS, "0.42", "42"),
            fails=["good_in_other_scenes", "things_are_found", "two_numbers"],
        ),
        mutant("a number is missing", edit(SETTINGS, '"most_overlap": 0.48', '"overlap": 0.48'), fails="settings"),
        mutant("nothing is found", edit(SETTINGS, "0.42", "1.0"), fails=["good_in_other_scenes", "things_are_found"]),
    ],
]
mutants = combine(slips)

LEFT_ALONE = "the notebook says that what is given stays as it is; whoever forgets it meets it"
hidden_because = {
    "any_rows": LEFT_ALONE,
    "any_families": LEFT_ALONE,
    "any_kinds": f"{LEFT_ALONE}; boxes so large that twenty does not part them do not fit on paper",
    "any_picture": LEFT_ALONE,
}

LAST = "the last of two axes is the second one"
harmless_mutations = [
    harmless("write_likely_boxes, line 16: 1 → -1 (axis)", because=LAST),
    harmless("write_likely_boxes, line 17: 1 → -1 (axis)", because=LAST),
    harmless("write_to_corners, line 12: 1 → -1 (axis)", because=LAST),
    harmless("write_iou, line 18: 1 → 2 (constant)", because="an empty union has nothing in common: 0 / 2 is 0, too"),
    harmless("max(width, height) → max(height, width)", because="the larger of two, whichever comes first"),
    harmless("np.clip(0, boxes * side - bars", because="the larger of 0 and the number, whichever of them comes first"),
    harmless(
        "write_detect, line 18: 1 → 2 (constant)", because="NumPy takes any negative number for the size left open"
    ),
]
