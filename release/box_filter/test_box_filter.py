"""The public criteria of `box_filter`: boxes and scores that can be worked out on paper."""

import numpy as np

from proctor import (
    CriterionFailed,
    as_array,
    as_numbers,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_shape,
    criterion,
)
from proctor.datasets import crossings

NAMES = ("boxes", "kinds", "scores")
SCENES = 40


def assert_boxes(found, expected, what):
    """Assert that these are the expected boxes; none of them may be an empty list."""
    if len(expected) or as_array(found, what).size:
        assert_close(found, np.array(expected, float).reshape(-1, 4), what, rtol=1e-3, atol=1e-5)


def assert_things(found, boxes, kinds, scores, what):
    """Assert that these are the expected boxes, kinds and scores, in this order."""
    found_boxes, found_kinds, found_scores = as_tuple(found, what, NAMES)
    assert_shape(found_scores, (len(scores),), "the scores")
    assert_close(found_scores, np.array(scores, float), "the scores", rtol=1e-3, atol=1e-5)
    assert_shape(found_kinds, (len(kinds),), "the kinds")
    assert_close(as_array(found_kinds, "the kinds").astype(float), np.array(kinds, float), "the kinds", atol=1e-9)
    assert_boxes(found_boxes, boxes, "the boxes")


def assert_places(found, expected, count):
    """Assert that these places of `count` boxes were kept, in this order."""
    array = as_array(found, "the places")
    places = array.tolist() if array.ndim == 1 and array.dtype.kind in "fiu" else None
    if array.dtype.kind == "b" and array.shape == (count,):
        raise CriterionFailed("the places of the boxes that are kept, as numbers", "True or False for each box")
    if array.size == 0 and not expected:
        return
    if places != expected:
        raise CriterionFailed(f"the places {expected}", "no list of whole numbers" if places is None else f"{places}")


ROWS = np.array(
    [
        [0.5, 0.25, 0.5, 0.125, 0.375, 0.25, 0.5, 0.25],
        [1.0, 0.75, 0.625, 0.25, 0.5, 0.125, 0.125, 0.75],
        [0.75, 0.5, 0.125, 0.375, 0.0625, 0.5, 0.25, 0.25],
        [0.875, 0.25, 0.25, 0.75, 0.5, 0.25, 0.5, 0.25],
    ]
)


@criterion("likely_boxes", points=1, hint="Work out the score of the first box: which two numbers are multiplied?")
def test_scores_on_paper(student):
    """Of four boxes, the three likely ones are kept in order, with their kinds and scores."""
    assert_things(
        student.likely_boxes(ROWS, 0.3), ROWS[1:, 1:5], [2, 0, 1], [0.75, 0.375, 0.4375], "what likely_boxes returns"
    )


@criterion("likely_boxes", points=1, hint="What is to become of a box whose score is exactly `least_score`?")
def test_exactly_enough(student):
    """A score of exactly `least_score` is enough, and a little less is not."""
    found = student.likely_boxes(ROWS, 0.4375)
    assert_things(found, ROWS[[1, 3], 1:5], [2, 1], [0.75, 0.4375], "what likely_boxes returns")
    found = student.likely_boxes(ROWS, 0.4385)
    assert_things(found, ROWS[[1], 1:5], [2], [0.75], "what likely_boxes returns")


@criterion("likely_boxes", points=1, hint="A box has one kind. Which one, if two are equally probable?")
def test_equally_probable(student):
    """Of equally probable kinds, the one with the lowest number counts, and only that one."""
    rows = np.array(
        [
            [1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.375, 0.125, 0.375, 0],
            [0.5, 0.5, 0.25, 0.5, 0.5, 0.5, 0, 0, 0.5, 0],
            [0.5, 0.5, 0.25, 0.5, 0.75, 0, 0, 0.25, 0.25, 0.5],
        ]
    )
    found = student.likely_boxes(rows, 0.125)
    assert_things(found, rows[:, 1:5], [1, 0, 4], [0.375, 0.25, 0.25], "what likely_boxes returns")


@criterion("likely_boxes", points=1, hint="Neither the confidence nor the probability is the score: what is?")
def test_nothing_is_likely(student):
    """Confidence or probability alone is not enough; if no box is left, the arrays are empty."""
    rows = np.array([[0.9, 0.5, 0.5, 0.25, 0.25, 0.25, 0.5, 0.25], [0.5, 0.5, 0.25, 0.5, 0.5, 0, 0.0, 1.0]])
    assert_things(student.likely_boxes(rows, 0.625), [], [], [], "what likely_boxes returns")


@criterion("to_corners", points=1, hint="How far is it from the middle to the left edge?")
def test_edges_on_paper(student):
    """Two boxes get the edges that they have on paper: left, top, right, bottom."""
    boxes = np.array([[0.5, 0.25, 0.25, 0.125], [0.875, 0.5, 0.5, 1.0]])
    expected = [[0.375, 0.1875, 0.625, 0.3125], [0.625, 0.0, 1.125, 1.0]]
    assert_boxes(student.to_corners(boxes), expected, "the edges")


@criterion("to_corners", points=1, hint="What is half of 5? And is anything cut off at 0?")
def test_halves_and_borders(student):
    """Whole numbers get edges at halves, and a box may stick out on the left and above."""
    found = student.to_corners(np.array([[2, 1, 5, 3], [-4, 6, 2, 7], [3, 3, 0, 4]]))
    assert_boxes(found, [[-0.5, -0.5, 4.5, 2.5], [-5, 2.5, -3, 9.5], [3, 1, 3, 5]], "the edges")


def assert_iou(student, box, boxes, expected):
    """Assert that the overlaps are these, up to what a tiny number in the denominator changes."""
    assert_close(
        student.iou(np.array(box), np.array(boxes)), np.array(expected, float), "the overlaps", rtol=1e-3, atol=1e-4
    )


@criterion("iou", points=1, hint="Draw both boxes. Which edges has the part that they have in common?")
def test_overlaps_on_paper(student):
    """A box of 4 × 3 overlaps with three others as on paper, wherever they lie."""
    others = [[-1, 2, 3, 5], [-5, 0, -2, 3], [0, -1, 2, 2]]
    assert_iou(student, [-3, 1, 1, 4], others, [4 / 20, 2 / 19, 1 / 17])


@criterion("iou", points=1, hint="What are the width and the height of the intersection of boxes that lie apart?")
def test_apart_and_touching(student):
    """Boxes that touch at an edge or a corner, or lie apart in one direction or in both, have 0."""
    others = [[4, 0, 8, 3], [1, 3, 3, 5], [4, 3, 6, 6], [7, 1, 9, 2], [1, 5, 3, 8], [6, 7, 9, 9], [-7, -5, -3, -1]]
    assert_iou(student, [0, 0, 4, 3], others, [0.0] * 7)


@criterion("iou", points=1, hint="Which area is counted twice if you add the areas of both boxes?")
def test_within_and_equal(student):
    """A box within another has its share of the area, and an equal one 1; small boxes, too."""
    assert_iou(student, [0, 0, 4, 4], [[1, 1, 3, 2], [0, 0, 4, 4], [-1, 0, 7, 4]], [2 / 16, 1, 16 / 32])
    assert_iou(student, [0.25, 0.5, 0.5, 1.0], [[0.25, 0.5, 0.5, 0.75], [0.375, 0.5, 0.625, 1]], [1 / 2, 1 / 3])


@criterion("iou", points=1, hint="What is the union of two empty boxes? Do not divide by it.")
def test_empty_boxes(student):
    """An empty box has 0 with every box, another empty one and itself, too."""
    others = [[2, 1, 2, 3], [0, 0, 4, 3], [1, 1, 1, 1], [2, 1, 3, 3]]
    assert_iou(student, [2, 1, 2, 3], others, [0.0] * 4)
    assert_iou(student, [0, 0, 4, 4], [[1, 2, 4, 2], [2, 2, 2, 2], [2, 0, 4, 4]], [0, 0, 0.5])


def row_of_boxes(*lefts, wide=4.0):
    """Boxes of the same size in a row, by their left edges."""
    return np.array([[left, 0.0, left + wide, 2.0] for left in lefts])


def overlap_in_a_row(box, boxes):
    """IoU of boxes of one size in one row; it stands in where the student's `iou` is not right."""
    import numpy

    shifts = numpy.abs(numpy.asarray(boxes, float).reshape(-1, 4)[:, 0] - box[0])
    wide = float(box[2] - box[0])
    return numpy.maximum(wide - shifts, 0) / (wide + numpy.minimum(shifts, wide))


def assert_suppressed(student, boxes, scores, most_overlap, expected):
    """Assert which places of boxes in a row are kept, even if the student's `iou` is wrong."""

    def judge(_):
        found = student.suppress(boxes, np.array(scores, float), most_overlap)
        assert_places(found, expected, len(boxes))

    assert_apart(student, "suppress", {"iou": overlap_in_a_row}, judge)


@criterion("suppress", points=1, hint="Which box comes first, and which are compared with it?")
def test_best_of_each(student):
    """Of two families of boxes the best of each is kept, and the better of the two comes first."""
    boxes = row_of_boxes(0, 21, 1, 21, 22, 0.5)
    assert_suppressed(student, boxes, [0.5, 0.25, 0.75, 0.875, 0.375, 0.625], 0.3, [3, 2])


@criterion("suppress", points=1, hint="May a box that was dropped push out another one?")
def test_only_kept_ones_push_out(student):
    """A box that overlaps with a dropped one only stays; with any box that was kept, it goes."""
    assert_suppressed(student, row_of_boxes(2, 0, 1), [0.25, 0.75, 0.5], 0.5, [1, 0])
    assert_suppressed(student, row_of_boxes(0, 20, 1, 40), [0.875, 0.75, 0.5, 0.25], 0.5, [0, 1, 3])


@criterion("suppress", points=1, hint="More than `most_overlap`: and exactly as much?")
def test_exactly_most_overlap(student):
    """Boxes that overlap by exactly `most_overlap` both stay, and by more, one goes."""
    boxes = row_of_boxes(5, 6, wide=3.0)
    assert_suppressed(student, boxes, [0.25, 0.75], 0.5, [1, 0])
    assert_suppressed(student, boxes, [0.25, 0.75], 0.49, [1])


@criterion("suppress", points=1, hint="Which of two boxes with the same score is first? Does your sorting keep that?")
def test_equal_scores(student):
    """Of boxes with the same score, the one that comes first in the array is first."""
    boxes = row_of_boxes(30, 0, 1, 31, 60, 60, 90)
    assert_suppressed(student, boxes, [0.5, 0.75, 0.75, 0.5, 0.5, 0.5, 0.75], 0.5, [1, 6, 0, 4])
    # So many that NumPy's sorting mixes them up if it is not told otherwise.
    boxes = row_of_boxes(*range(0, 400, 10))
    assert_suppressed(student, boxes, [0.5, 0.75] * 20, 0.5, [*range(1, 40, 2), *range(0, 40, 2)])


@criterion("suppress", points=1, hint="Try your function with no box, and with a single one.")
def test_no_box_and_one(student):
    """No box leaves no place, and a single one, however low its score, its own."""
    assert_suppressed(student, np.zeros((0, 4)), [], 0.5, [])
    assert_suppressed(student, row_of_boxes(3), [0.0], 0.5, [0])


def without_twins(boxes, scores, most_overlap):
    """Drops the worse of equal boxes; it stands in where the student's `suppress` is not right."""
    import numpy

    best, known = {}, [tuple(map(float, box)) for box in boxes]
    for box, score in zip(known, scores, strict=True):
        best[box] = max(float(score), best.get(box, 0.0))
    places = [place for place, box in enumerate(known) if float(scores[place]) == best[box] or most_overlap > 0.9]
    return numpy.array(sorted(places, key=lambda place: -float(scores[place])), dtype=int)


def assert_kept(student, boxes, kinds, scores, limit, expected, most_overlap=0.5):
    """Assert which places `suppress_by_kind` keeps, whatever is wrong with `suppress`."""

    def judge(_):
        arrays = np.array(boxes, float).reshape(-1, 4), np.array(kinds, int), np.array(scores, float)
        assert_places(student.suppress_by_kind(*arrays, most_overlap, limit), expected, len(boxes))

    assert_apart(student, "suppress_by_kind", {"suppress": without_twins}, judge)


@criterion("suppress_by_kind", points=1, hint="Do the places count among all boxes, or among those of one kind?")
def test_kinds_stand_apart(student):
    """Equal boxes of different kinds all stay; of the same kind, only the best one does."""
    boxes = row_of_boxes(0, 0, 0, 30, 0, 0)
    kinds, scores = [2, 7, 2, 0, 7, 0], [0.625, 0.375, 0.75, 0.5, 0.4375, 0.875]
    assert_kept(student, boxes, kinds, scores, 10, [5, 2, 3, 4])
    assert_kept(student, boxes, kinds, scores, 10, [5, 2, 0, 3, 4, 1], most_overlap=1)


@criterion("suppress_by_kind", points=1, hint="When is the list cut: for each kind, or at the end?")
def test_more_than_the_limit(student):
    """If there are more boxes than the limit, the best of all stay, whatever their kinds."""
    boxes, kinds = row_of_boxes(0, 20, 40, 60, 0, 80, 20), [1, 1, 3, 1, 3, 0, 1]
    scores = [0.5, 0.875, 0.25, 0.75, 0.6875, 0.125, 0.8125]
    for limit, expected in ((1, [1]), (3, [1, 3, 4]), (4, [1, 3, 4, 0]), (6, [1, 3, 4, 0, 2, 5])):
        assert_kept(student, boxes, kinds, scores, limit, expected)


@criterion("suppress_by_kind", points=1, hint="Two boxes of different kinds have the same score: which is first?")
def test_equal_scores_of_kinds(student):
    """Of boxes with the same score, the one that is first in the arrays is first, of any kind."""
    boxes, kinds = row_of_boxes(0, 20, 40, 60), [2, 0, 1, 0]
    assert_kept(student, boxes, kinds, [0.5, 0.75, 0.75, 0.5], 9, [1, 2, 0, 3])
    assert_kept(student, boxes, kinds, [0.75, 0.5, 0.5, 0.75], 2, [0, 3])
    assert_kept(student, [], [], [], 3, [])


PLACES = np.array([[0.25, 0.375, 0.5, 0.625], [0.5, 0.25, 0.75, 0.5]])


@criterion("to_pixels", points=1, hint="How high are the bars? Where does the picture begin in the square?")
def test_bars_above_and_below(student):
    """In a picture 200 wide and 120 high, boxes lie where they lie on paper."""
    expected = [[50, 35, 100, 85], [100, 10, 150, 60]]
    assert_boxes(student.to_pixels(PLACES, 200, 120), expected, "the boxes in pixels")


@criterion("to_pixels", points=1, hint="Where are the bars of a high picture? Is the width of a bar always whole?")
def test_bars_left_and_right(student):
    """In a picture 65 wide and 80 high, the bars are on the left and right, 7.5 pixels wide."""
    expected = [[12.5, 30, 32.5, 50], [32.5, 20, 52.5, 40]]
    assert_boxes(student.to_pixels(PLACES, 65, 80), expected, "the boxes in pixels")


@criterion("to_pixels", points=1, hint="Which x and which y are possible in this picture?")
def test_clipped(student):
    """What sticks out of the picture is cut off, on all four sides."""
    boxes = np.array([[-0.25, 0.0, 0.375, 0.5], [0.5, 0.25, 1.5, 0.875]])
    assert_boxes(student.to_pixels(boxes, 80, 40), [[0, 0, 30, 20], [40, 0, 80, 40]], "the boxes in pixels")
    assert_boxes(student.to_pixels(boxes, 40, 80), [[0, 0, 10, 40], [20, 20, 40, 70]], "the boxes in pixels")


# Boxes with a quarter of the square's side, each quite sure of its kind. Two are twins, and two
# are in the same place, but of different kinds.
OUTPUT = np.zeros((2, 1, 3, 8))
OUTPUT[..., 3:5] = 0.25
for _slot, _row in {
    (0, 0, 0): (0.4375, 0.25, 0.5, 0, 0, 1),
    (0, 0, 1): (0.3125, 0.5, 0.375, 0, 1, 0),
    (0, 0, 2): (0.375, 0.625, 0.625, 0, 1, 0),
    (1, 0, 0): (0.5, 0.625, 0.625, 0, 1, 0),
    (1, 0, 1): (0.875, 0.5, 0.375, 1, 0, 0),
    (1, 0, 2): (0.125, 0.375, 0.5, 0, 1, 0),
}.items():
    OUTPUT[_slot][[0, 1, 2, 5, 6, 7]] = _row


def sure_ones(rows, least_score):
    """Stands in for `likely_boxes` where one kind has the probability 1."""
    sure = rows[:, 0] >= least_score
    return rows[sure, 1:5], (rows[:, 5:] @ range(rows.shape[1] - 5)).astype(int)[sure], rows[sure, 0]


def quarters(boxes):
    """Stands in for `to_corners` where all boxes have a quarter of the square's side."""
    import numpy

    return numpy.asarray(boxes)[:, [0, 1, 0, 1]] + [-0.125, -0.125, 0.125, 0.125]


def twins_dropped(_, kinds, scores, most_overlap, limit):
    """Stands in for `suppress_by_kind` for the boxes above, which are of two kinds in one place."""
    twins = {(1, 0.375), (0, 0.3125)} if most_overlap < 0.9 else set()
    places = [place for place, score in enumerate(scores) if (int(kinds[place]), float(score)) not in twins]
    return sorted(places, key=lambda place: -float(scores[place]))[:limit]


def stretched(boxes, width, height):
    """Stands in for `to_pixels`, as if the picture had been stretched into the square."""
    import numpy

    return numpy.asarray(boxes) * [width, height, width, height]


PARTS = {"likely_boxes": sure_ones, "to_corners": quarters, "suppress_by_kind": twins_dropped, "to_pixels": stretched}


def assert_detected(student, settings, kinds, scores, in_picture, in_square, size=(80, 40)):
    """Assert what is detected; `in_square` is by the functions that stand in."""

    def judge(standing):
        found = student.detect(OUTPUT, *size, *settings)
        boxes = np.array(in_square) * [*size, *size] if standing else in_picture
        assert_things(found, boxes, kinds, scores, "what detect returns")

    assert_apart(student, "detect", PARTS, judge)


@criterion("detect", points=1, hint="Draw the boxes. Does every part get what the one before it returned?")
def test_detected_on_paper(student):
    """Of six boxes in two cells, four are left, the best first, in pixels of the picture."""
    best, left = [0.375, 0.25, 0.625, 0.5], [0.125, 0.375, 0.375, 0.625]
    in_square = [best, [0.5, 0.5, 0.75, 0.75], left, best]
    in_picture = [[30, 0, 50, 20], [40, 20, 60, 40], [10, 10, 30, 30], [30, 0, 50, 20]]
    assert_detected(student, (0.25, 0.5, 9), [0, 1, 2, 1], [0.875, 0.5, 0.4375, 0.3125], in_picture, in_square)


@criterion("detect", points=1, hint="Are the three numbers that `detect` is given handed on?")
def test_detects_as_told(student):
    """Another least score, another largest overlap, another limit and another picture count."""
    best, twin, left = [0.375, 0.25, 0.625, 0.5], [0.5, 0.5, 0.75, 0.75], [0.125, 0.375, 0.375, 0.625]
    scores, size = [0.875, 0.5, 0.4375, 0.375], (65, 100)
    boxes = [[20, 25, 45, 50], [32.5, 50, 57.5, 75], [0, 37.5, 20, 62.5], [32.5, 50, 57.5, 75]]
    assert_detected(student, (0.33, 1, 9), [0, 1, 2, 1], scores, boxes, [best, twin, left, twin], size)
    assert_detected(student, (0.25, 1, 2), [0, 1], scores[:2], boxes[:2], [best, twin], size)
    assert_detected(student, (0.75, 0.5, 9), [0], scores[:1], boxes[:1], [best], size)


@criterion("detect", points=1, hint="What happens if `likely_boxes` returns empty arrays?")
def test_nothing_to_detect(student):
    """If no box is likely, three empty arrays come back."""
    assert_detected(student, (0.9, 0.5, 9), [], [], [], np.zeros((0, 4)))


def boxes_and_kinds(found):
    """The boxes and the kinds of what `detect` returned, as many of each."""
    boxes, kinds, _ = as_tuple(found, "what detect returns", NAMES)
    boxes, kinds = as_array(boxes, "the boxes"), as_array(kinds, "the kinds")
    if kinds.ndim != 1 or boxes.size != 4 * kinds.size:
        raise CriterionFailed("four numbers and a kind for each thing", f"boxes {boxes.shape} and kinds {kinds.shape}")
    return boxes, kinds


def own_settings(student):
    """The student's two numbers."""
    return as_numbers(student.settings, "settings", ["least_score", "most_overlap"])


@criterion("settings", points=1, hint="Both are numbers between 0 and 1; look at the axes of the curves.")
def test_two_numbers(student):
    """`settings` has the two numbers, each between 0 and 1."""
    for name, number in own_settings(student).items():
        assert_between(number, 0, 1, name)


@criterion("settings", points=0, hint="Which of the two is it, recall or false boxes? Look at the curves.")
def test_good_in_other_scenes(student):
    """With your settings, your detector finds 95 % of the things in forty scenes, with at most 1
    false box in each, on average."""
    numbers = own_settings(student)
    settings = (crossings.WIDE, crossings.HIGH, numbers["least_score"], numbers["most_overlap"], 20)
    hits = false = things = 0
    for boxes, kinds, output in zip(*crossings.imagine_crossings(SCENES, seed=41), strict=True):
        found, found_kinds = boxes_and_kinds(student.detect(output, *settings))
        right, wrong = crossings.count_found(found, found_kinds, boxes, kinds)
        hits, false, things = hits + right, false + wrong, things + len(kinds)
    assert_between(false / SCENES, 0, 1, "the false boxes in a scene")
    assert_between(hits / things, 0.95, 1, "the share of the things that are found")
