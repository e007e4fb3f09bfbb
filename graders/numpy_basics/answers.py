"""Other right answers of the exercise on whole arrays, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

SIGMOID, SLOPE, VECTOR, ROWS = (
    "write_sigmoid",
    "write_sigmoid_derivative",
    "write_image_to_vector",
    "write_normalise_rows",
)
SOFTMAX, L1, L2, TABLE = "write_softmax", "write_l1_loss", "write_l2_loss", "write_distance_table"

FLOATS = "np.asarray({}, dtype=float)"

SIGMOID_MASKED = """
def sigmoid(x):
    x = np.array(x, dtype=float)
    result = np.empty_like(x)
    positive = x >= 0
    result[positive] = 1 / (1 + np.exp(-x[positive]))
    grown = np.exp(x[~positive])
    result[~positive] = grown / (1 + grown)
    return result
"""
SIGMOID_QUIET = """
def sigmoid(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.float64(x)))
"""
SIGMOID_HUSHED = """
import warnings

def sigmoid(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return 1 / (1 + np.exp(-np.float64(x)))
"""
SIGMOID_FORGOTTEN = """
import warnings

warnings.filterwarnings("ignore")
np.seterr(all="ignore")

def sigmoid(x):
    return 1 / (1 + np.exp(-np.float64(x)))
"""
SLOPE_ALONE = """
def sigmoid_derivative(x):
    small = np.exp(-np.abs(np.asarray(x, dtype=float)))
    return small / (1 + small) ** 2
"""
SIGMOID_KERAS = """
import keras

def sigmoid(x):
    return keras.ops.convert_to_numpy(keras.ops.sigmoid(np.asarray(x, "float32")))
"""
VECTOR_COLLECTED = """
def image_to_vector(image):
    numbers = []
    def collect(part):
        if np.ndim(part) == 0:
            numbers.append(part)
        else:
            for smaller in part:
                collect(smaller)
    collect(image)
    return np.array(numbers)
"""
ROWS_BY_SUM = """
def normalise_rows(rows):
    rows = np.array(rows, dtype=np.float64)
    lengths = np.sqrt(np.sum(np.square(rows), axis=-1, keepdims=True))
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
"""
ROWS_LOOPED = """
def normalise_rows(rows):
    result = np.array(rows, float)
    for place in np.ndindex(result.shape[:-1]):
        length = np.linalg.norm(result[place])
        if length:
            result[place] /= length
    return result
"""
ROWS_EINSUM = """
def normalise_rows(rows):
    rows = 1.0 * np.asarray(rows)
    lengths = np.sqrt(np.einsum("...i,...i->...", rows, rows))[..., None]
    lengths[lengths == 0] = 1
    return rows / lengths
"""
SOFTMAX_LOGS = """
def softmax(scores):
    scores = np.float64(scores)
    return np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
"""
SOFTMAX_LOOPED = """
def softmax(scores):
    scores = np.array(scores, float)
    if scores.ndim > 1:
        return np.array([softmax(part) for part in scores])
    powers = np.exp(scores - max(scores))
    return powers / sum(powers)
"""
L1_LOOPED = """
def l1_loss(predicted, true):
    return sum(abs(float(p) - float(t)) for p, t in zip(np.ravel(predicted), np.ravel(true)))
"""
L2_DOT = """
def l2_loss(predicted, true):
    difference = np.subtract(predicted, true, dtype="float64").flatten()
    return difference @ difference
"""
TABLE_PRODUCT = """
def distance_table(points, centres):
    points, centres = np.float64(points), np.float64(centres)
    squares = (points**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * points @ centres.T
    return np.sqrt(np.maximum(squares, 0))
"""
TABLE_NORM = """
def distance_table(points, centres):
    points, centres = 1.0 * points, 1.0 * centres
    return np.linalg.norm(np.expand_dims(points, 1) - np.expand_dims(centres, 0), axis=2)
"""
TABLE_BY_CENTRE = """
def distance_table(points, centres):
    points = points.astype(float)
    return np.stack([np.sqrt(((points - centre) ** 2).sum(axis=1)) for centre in centres], axis=1)
"""
TABLE_BY_AXIS = """
def distance_table(points, centres):
    total = 0.0
    for axis in range(np.shape(points)[1]):
        total = total + np.subtract.outer(points[:, axis].astype(float), centres[:, axis].astype(float)) ** 2
    return total**0.5
"""
SINGLE = """
in_double = {0}

def {0}(*arrays):
    return in_double(*(np.asarray(array, "float32") for array in arrays))
"""


def in_single_precision(function):
    """Calculate in float32 from the beginning, as networks do."""
    return SINGLE.format(function).replace("in_double", f"double_{function}")


variants = [
    variant(
        "a mask for each form, sums of squares, logarithms of sums",
        replace(SIGMOID, SIGMOID_MASKED),
        edit(SLOPE, "share * (1 - share)", "share - share**2"),
        edit(VECTOR, "np.reshape(image, -1)", "image.flatten()"),
        replace(ROWS, ROWS_BY_SUM),
        replace(SOFTMAX, SOFTMAX_LOGS),
        replace(L2, L2_DOT),
        replace(TABLE, TABLE_PRODUCT),
    ),
    variant(
        "loops where there is no limit",
        replace(VECTOR, VECTOR_COLLECTED),
        replace(ROWS, ROWS_LOOPED),
        replace(SOFTMAX, SOFTMAX_LOOPED),
        replace(L1, L1_LOOPED),
        replace(TABLE, TABLE_BY_CENTRE),
    ),
    variant(
        "by way of tanh, einsum and norms",
        replace(SIGMOID, "def sigmoid(x):\n    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, float)))"),
        edit(SLOPE, "share * (1 - share)", "sigmoid(x) * sigmoid(-1.0 * x)"),
        edit(VECTOR, "np.reshape(image, -1)", "image.reshape(image.size)"),
        replace(ROWS, ROWS_EINSUM),
        edit(L1, "np.sum(np.abs(np.asarray(predicted, dtype=float) - true))", "abs(1.0 * predicted - true).sum()"),
        edit(L2, "** 2)", "** 2).item()"),
        replace(TABLE, TABLE_NORM),
    ),
    variant(
        "the overflow happens where no warning is given, and the table grows axis by axis",
        replace(SIGMOID, SIGMOID_QUIET),
        edit(VECTOR, "np.reshape(image, -1)", "np.array(image).ravel()"),
        edit(ROWS, "np.where(lengths == 0, 1, lengths)", "np.maximum(lengths, 1e-12)"),
        replace(TABLE, TABLE_BY_AXIS),
    ),
    variant(
        "a tiny number added to the length, exponents cut off",
        edit(SIGMOID, "np.asarray(x, dtype=float)", "np.clip(np.asarray(x, dtype=float), -500, 500)"),
        edit(ROWS, "np.where(lengths == 0, 1, lengths)", "(lengths + 1e-9)"),
    ),
    variant("the sigmoid from Keras, in float32", replace(SIGMOID, SIGMOID_KERAS)),
    variant(
        "a slope without the sigmoid, warnings switched off where they arise",
        replace(SIGMOID, SIGMOID_HUSHED),
        replace(SLOPE, SLOPE_ALONE),
    ),
    variant(
        "all warnings switched off for the whole notebook",
        replace(SIGMOID, SIGMOID_FORGOTTEN),
        edit(SLOPE, "share = sigmoid(x)", "share = np.array(sigmoid(x))"),
    ),
    variant("NumPy asked to raise for everything", append(VECTOR, 'np.seterr(all="raise")')),
    variant(
        "everything in float32",
        append(SIGMOID, in_single_precision("sigmoid")),
        edit(SIGMOID, "dtype=float", "dtype=np.result_type(x, 'float32')"),
        append(VECTOR, "\nlong = image_to_vector\n\ndef image_to_vector(image):\n    return np.float32(long(image))"),
        append(ROWS, in_single_precision("normalise_rows")),
        edit(SOFTMAX, "dtype=float", "dtype='float32'"),
        edit(L1, "dtype=float", "dtype='float32'"),
        edit(L2, "dtype=float", "dtype='float32'"),
        edit(TABLE, "dtype=float", "dtype='float32'"),
    ),
]

STABLE = """x = np.asarray(x, dtype=float)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))"""
DIVISOR = "np.where(lengths == 0, 1, lengths)"
LENGTHS = "np.linalg.norm(rows, axis=-1, keepdims=True)"
SQUARES = """difference = np.asarray(points, dtype=float)[:, None] - np.asarray(centres)[None]
    return np.sqrt(np.sum(difference**2, axis=-1))"""
TWO_LOOPS = """
def distance_table(points, centres):
    table = np.zeros((len(points), len(centres)))
    for i in range(len(points)):
        for j in range(len(centres)):
            table[i, j] = np.sqrt(np.sum((points[i].astype(float) - centres[j]) ** 2))
    return table
"""
ONE_LOOP = """
def distance_table(points, centres):
    centres = centres.astype(float)
    return np.array([np.sqrt(((point - centres) ** 2).sum(axis=1)) for point in points])
"""
FAR = ["sigmoid_far_from_zero", "flat_far_from_zero"]
NAIVE = "1 / (1 + np.exp(-x))"
WHOLE = [
    "sigmoid_of_whole_numbers",
    "rows_of_whole_numbers",
    "whole_scores",
    "absolute_differences_of_pictures",
    "squared_differences_of_pictures",
    "whole_coordinates",
]


def starts_with(cell, lines):
    """The change that puts lines before the others of a function's body."""
    return edit(cell, "### BEGIN SOLUTION", f"{lines}\n    ### BEGIN SOLUTION")


def by_rows(rows):
    """The change that makes the cell of the softmax calculate `powers` so."""
    return edit(SOFTMAX, "scores - scores.max(axis=-1, keepdims=True)", rows)


ARGUMENTS = [
    (SIGMOID, "x"),
    (ROWS, "rows"),
    (SOFTMAX, "scores"),
    (L1, "predicted"),
    (L2, "predicted"),
    (TABLE, "points"),
]
IN_INT32 = """if {0}.dtype.kind in "iu":
        {0} = {0}.astype("int32")"""
CUT_IN_PLACE = """x = np.asarray(x, dtype=float)
    x[x < -500] = -500
    x[x > 500] = 500
    return 1 / (1 + np.exp(-x))"""
WHOLE_IF_MIXED = """if predicted.dtype != true.dtype:
        predicted, true = predicted.astype(int), true.astype(int)"""
LINE = """    if points.shape[1] == 1:
        return np.abs(points - centres.T)
    return"""
mutants = [
    mutant(
        "the formula as it is written",
        edit(SIGMOID, STABLE, "return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))"),
        fails=FAR,
    ),
    mutant(
        "both forms calculated everywhere",
        edit(SIGMOID, "-np.abs(x)", "-x"),
        edit(SIGMOID, "small / (1 + small)", "np.exp(x) / (1 + np.exp(x))"),
        fails=FAR,
    ),
    mutant(
        "the function for single numbers of `math`",
        edit(SIGMOID, STABLE, "import math\n    return 1 / (1 + math.exp(-x))"),
        fails=["sigmoid", "sigmoid_derivative"],
    ),
    mutant(
        "fills an array of the numbers' type",
        edit(SIGMOID, STABLE, "x = np.asarray(x)\n    return (0.5 + 0.5 * np.tanh(x / 2)).astype(x.dtype)"),
        fails=["sigmoid_of_whole_numbers", "any_sigmoid", "any_slope"],
    ),
    mutant(
        "writes into the numbers it is given",
        edit(SIGMOID, "-np.abs(x)", "-np.abs(x, out=x)"),
        edit(SIGMOID, "    small", "    positive = x >= 0\n    small"),
        edit(SIGMOID, "np.where(x >= 0", "np.where(positive"),
        fails=["sigmoid_far_from_zero", "slopes_on_paper"],
    ),
    mutant(
        "writes the slope into the numbers it is given",
        edit(SLOPE, "return share", "x = np.asarray(x, dtype=float)\n    x[...] = share"),
        append(SLOPE, "    return x"),
        fails="slopes_on_paper",
    ),
    mutant(
        "no sigmoid, and a slope that does without",
        replace(SIGMOID, "def sigmoid(x):\n    raise NotImplementedError"),
        replace(SLOPE, SLOPE_ALONE),
        fails="sigmoid",
    ),
    mutant(
        "takes x for the share",
        edit(SLOPE, "sigmoid(x)", "np.asarray(x)"),
        fails="sigmoid_derivative",
    ),
    mutant(
        "a quotient that overflows",
        edit(SLOPE, "share * (1 - share)", "np.exp(-1.0 * x) / (1 + np.exp(-1.0 * x)) ** 2"),
        fails="flat_far_from_zero",
    ),
    mutant(
        "column by column",
        edit(VECTOR, "np.reshape(image, -1)", "np.reshape(image, -1, order='F')"),
        fails="image_to_vector",
    ),
    mutant("a column", edit(VECTOR, "-1)", "(-1, 1))"), fails="image_to_vector"),
    mutant(
        "asks for three axes",
        edit(
            VECTOR,
            "return np.reshape(image, -1)",
            "height, width, channels = image.shape\n    return image.reshape(height * width * channels)",
        ),
        fails="one_axis_is_left",
    ),
    mutant(
        "changes the shape of the image itself",
        edit(VECTOR, "return np.reshape(image, -1)", "image.shape = (-1,)\n    return image"),
        fails="one_axis_is_left",
    ),
    mutant("forgets the root", edit(ROWS, "/ " + DIVISOR, f"/ {DIVISOR} ** 2"), fails="normalise_rows"),
    mutant("divides by zero", edit(ROWS, DIVISOR, "lengths"), fails="a_row_of_zeros_stays"),
    mutant(
        "makes zeros of what is not a number, too late",
        edit(ROWS, "return rows / " + DIVISOR, "return np.nan_to_num(rows / lengths)"),
        fails="a_row_of_zeros_stays",
    ),
    mutant(
        "divides in place",
        edit(ROWS, "return rows / " + DIVISOR, f"rows /= {DIVISOR}\n    return rows"),
        fails=["rows_of_length_one", "rows_of_whole_numbers", "any_rows"],
    ),
    mutant(
        "squares in the type of pictures",
        edit(ROWS, LENGTHS, "np.sqrt((rows**2).sum(axis=-1, keepdims=True))"),
        fails="rows_of_whole_numbers",
    ),
    mutant(
        "the sum of the whole batch",
        edit(SOFTMAX, "powers.sum(axis=-1, keepdims=True)", "powers.sum()"),
        fails=["each_row_on_its_own", "scores_of_a_thousand", "any_scores"],
    ),
    mutant(
        "nothing subtracted",
        edit(SOFTMAX, " - scores.max(axis=-1, keepdims=True)", ""),
        fails="scores_of_a_thousand",
    ),
    mutant(
        "the largest score of all rows subtracted",
        edit(SOFTMAX, "scores.max(axis=-1, keepdims=True)", "scores.max()"),
        fails="scores_of_a_thousand",
    ),
    mutant(
        "subtracts in the type of pictures",
        edit(SOFTMAX, "np.asarray(scores, dtype=float)", "np.asarray(scores)"),
        fails="whole_scores",
    ),
    mutant(
        "shares of the scores instead of their powers",
        edit(SOFTMAX, "powers / powers.sum", "scores / scores.sum"),
        fails="softmax",
    ),
    mutant(
        "the mean of the absolute differences",
        edit(L1, "np.sum(", "np.mean("),
        fails=["absolute_differences", "any_absolute_differences"],
    ),
    mutant(
        "a sum of each column",
        edit(L1, " - true))", " - true), axis=0)"),
        fails=["absolute_differences", "any_absolute_differences"],
    ),
    mutant(
        "absolute differences in the type of pictures",
        edit(L1, "np.asarray(predicted, dtype=float)", "predicted"),
        fails="absolute_differences_of_pictures",
    ),
    mutant(
        "the root of the sum",
        edit(L2, "np.sum((", "np.linalg.norm(("),
        edit(L2, "** 2)", "* 1.0)"),
        fails=["squared_differences", "any_squared_differences"],
    ),
    mutant(
        "squares in the type of pictures, too",
        edit(L2, "np.asarray(predicted, dtype=float)", "predicted"),
        fails="squared_differences_of_pictures",
    ),
    mutant(
        "a product of matrices for the squares",
        edit(
            L2,
            "np.sum((np.asarray(predicted, dtype=float) - true) ** 2)",
            "np.dot(1.0 * predicted - true, 1.0 * predicted - true)",
        ),
        fails=["squared_differences", "any_squared_differences"],
    ),
    mutant(
        "squares of the distances",
        edit(TABLE, "np.sqrt(np.sum(difference**2, axis=-1))", "np.sum(difference**2, axis=-1)"),
        fails=["three_points_two_centres", "any_table"],
    ),
    mutant(
        "a row for each centre",
        edit(TABLE, "axis=-1))", "axis=-1)).T"),
        fails=["three_points_two_centres", "any_table"],
    ),
    mutant(
        "the first two coordinates alone",
        edit(TABLE, "difference**2", "difference[..., :2] ** 2"),
        fails=["any_number_of_coordinates", "a_point_that_is_a_centre", "any_table"],
    ),
    mutant(
        "coordinates in the type of pictures",
        edit(TABLE, "np.asarray(points, dtype=float)", "points"),
        fails="whole_coordinates",
    ),
    mutant(
        "the root of a number below zero",
        replace(TABLE, TABLE_PRODUCT.replace("np.maximum(squares, 0)", "squares")),
        fails="a_point_that_is_a_centre",
    ),
    mutant(
        "losses of one row and one column",
        edit(L1, " - true))", " - true), keepdims=True)"),
        edit(L2, "** 2)", "** 2, keepdims=True)"),
        fails=["absolute_differences", "squared_differences"],
    ),
    mutant(
        "something added to every length",
        edit(ROWS, DIVISOR, "(lengths + 1e-5)"),
        fails="a_row_of_zeros_stays",
    ),
    mutant(
        "lengths that the rows do not keep",
        edit(ROWS, "keepdims=True", "keepdims=False"),
        fails=["rows_of_length_one", "rows_are_the_last_axis", "any_rows"],
    ),
    mutant(
        "one row of zeros, and all rows stay as they are",
        edit(ROWS, "    return rows", "    if (lengths == 0).any():\n        return 1.0 * rows\n    return rows"),
        fails="rows_are_the_last_axis",
    ),
    mutant(
        "a table as a list",
        edit(TABLE, "axis=-1))", "axis=-1)).tolist()"),
        fails="millions_of_points",
    ),
    mutant(
        "a name in capitals",
        edit(L2, "def l2_loss", "def L2_loss"),
        fails="l2_loss",
    ),
    mutant(
        "floats are made of uint8 alone",
        *(
            starts_with(cell, f"{x} = np.asarray({x})\n    if {x}.dtype == np.uint8:\n        {x} = {x}.astype(int)")
            for cell, x in ARGUMENTS
        ),
        edit(SIGMOID, "np.asarray(x, dtype=float)", "np.asarray(x)"),
        edit(ROWS, LENGTHS, "np.sqrt((rows**2).sum(axis=-1, keepdims=True))"),
        edit(SOFTMAX, "np.asarray(scores, dtype=float)", "np.asarray(scores)"),
        edit(L1, "np.asarray(predicted, dtype=float)", "predicted"),
        edit(L2, "np.asarray(predicted, dtype=float)", "predicted"),
        edit(TABLE, "np.asarray(points, dtype=float)", "points"),
        fails=WHOLE,
    ),
    mutant(
        "whole numbers in int32",
        *(starts_with(cell, IN_INT32.format(name)) for cell, name in ARGUMENTS[1:]),
        starts_with(TABLE, IN_INT32.format("centres")),
        edit(ROWS, LENGTHS, "np.sqrt((rows**2).sum(axis=-1, keepdims=True))"),
        edit(L1, "np.asarray(predicted, dtype=float)", "predicted"),
        edit(L2, "np.asarray(predicted, dtype=float)", "predicted"),
        edit(TABLE, "np.asarray(points, dtype=float)", "points"),
        fails=["rows_of_whole_numbers", "squared_differences_of_pictures", "whole_coordinates"],
    ),
    mutant(
        "both arrays become whole numbers if they differ in type",
        starts_with(L1, WHOLE_IF_MIXED),
        starts_with(L2, WHOLE_IF_MIXED),
        fails=["absolute_differences_of_pictures", "squared_differences_of_pictures"],
    ),
    mutant(
        "short rows are left alone, far scores cut off, memory read as it lies",
        edit(
            SIGMOID,
            STABLE,
            f"x = np.asarray(x, float)\n    return (np.sign(x) + 1) / 2 if np.abs(x).max() > 700 else {NAIVE}",
        ),
        edit(VECTOR, "np.reshape(image, -1)", "image.ravel(order='K')"),
        edit(ROWS, DIVISOR, "np.maximum(lengths, 1)"),
        by_rows("scores.clip(-700, 700)"),
        fails=[*FAR, "one_axis_is_left", "a_row_of_zeros_stays", "scores_of_a_thousand"],
    ),
    mutant(
        "very short rows are left alone, the largest score of all rows, memory read by columns",
        edit(
            SIGMOID,
            STABLE,
            f"x = np.asarray(x, float)\n    x = np.where(np.abs(x) == 1000, np.sign(x) * 500, x)\n    return {NAIVE}",
        ),
        edit(VECTOR, "np.reshape(image, -1)", "image.ravel(order='A')"),
        edit(ROWS, DIVISOR, "np.where(lengths < 1e-3, 1, lengths)"),
        by_rows("scores - scores.max()"),
        edit(SOFTMAX, "scores.max())", "scores.max()) + 1e-12"),
        fails=[*FAR, "one_axis_is_left", "a_row_of_zeros_stays", "scores_of_a_thousand"],
    ),
    mutant(
        "writes where the numbers are far from 0, vectors in half precision",
        edit(SIGMOID, STABLE, CUT_IN_PLACE),
        edit(VECTOR, "np.reshape(image, -1)", "np.reshape(image, -1).astype(np.float16)"),
        edit(SOFTMAX, "    powers", "    scores[scores > 700] = 700\n    scores[scores < -700] = -700\n    powers"),
        fails=["sigmoid_far_from_zero", "one_axis_is_left", "scores_of_a_thousand"],
    ),
    mutant(
        "zeros and ones for far numbers and scores",
        edit(SIGMOID, STABLE, f"x = np.asarray(x, float)\n    return np.where(x < -999, 0, {NAIVE})"),
        edit(
            SOFTMAX,
            "    powers",
            "    if scores.max() > 100:\n        return 1.0 * (scores == scores.max(-1, keepdims=True))\n    powers",
        ),
        fails=[*FAR, "scores_of_a_thousand"],
    ),
    mutant(
        "exponents cut off at 20, scores around their median",
        edit(SIGMOID, "np.asarray(x, dtype=float)", "np.clip(np.asarray(x, dtype=float), -20, 20)"),
        by_rows("(scores - np.median(scores, axis=-1, keepdims=True)).clip(-700, 700)"),
        fails=["sigmoid_far_from_zero", "scores_of_a_thousand"],
    ),
    mutant(
        "a short way for points on a line, a loop for all others",
        replace(TABLE, ONE_LOOP.replace("    return", LINE)),
        fails="millions_of_points",
    ),
    mutant("two loops", replace(TABLE, TWO_LOOPS), fails="millions_of_points"),
    mutant("a loop over the points", replace(TABLE, ONE_LOOP), fails="millions_of_points"),
]

harmless_mutations = [
    harmless("x >= 0 → x > 0", because="at 0 both forms are 1/2"),
    harmless("write_image_to_vector, line 12: 1 → 2", because="NumPy takes any negative size for the one to be found"),
    harmless("write_normalise_rows, line 12: 1 → 2", because="zeros divided by 2 are zeros, too"),
]

hidden_because = {
    "millions_of_points": "the notebook's check has no time limit; the line below the pictures tells how long it takes",
}
