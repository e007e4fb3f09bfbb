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
mutants = [
    mutant(
        "the formula as it is written",
        edit(SIGMOID, STABLE, "return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))"),
        fails="sigmoid_far_from_zero",
    ),
    mutant(
        "both forms calculated everywhere",
        edit(SIGMOID, "-np.abs(x)", "-x"),
        edit(SIGMOID, "small / (1 + small)", "np.exp(x) / (1 + np.exp(x))"),
        fails="sigmoid_far_from_zero",
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
        edit(SIGMOID, "small = ", "x *= 1.0\n    x += 0.0\n    x[...] = np.clip(x, -2, 2)\n    small = "),
        fails=["sigmoid", "sigmoid_derivative"],
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
        fails=["one_axis_is_left", "any_image"],
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
        fails="l1_loss",
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
        "the root of the sum", edit(L2, "np.sum((", "np.linalg.norm(("), edit(L2, "** 2)", "* 1.0)"), fails="l2_loss"
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
        fails="distance_table",
    ),
    mutant(
        "a row for each centre",
        edit(TABLE, "axis=-1))", "axis=-1)).T"),
        fails=[
            "three_points_two_centres",
            "any_number_of_coordinates",
            "whole_coordinates",
            "any_table",
            "millions_of_points",
        ],
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
    mutant("two loops", replace(TABLE, TWO_LOOPS), fails="millions_of_points"),
    mutant("a loop over the points", replace(TABLE, ONE_LOOP), fails="millions_of_points"),
]

harmless_mutations = [
    harmless("x >= 0 → x > 0", because="at 0 both forms are 1/2"),
    harmless("write_image_to_vector, line 12: 1 → 2", because="NumPy takes any negative size for the one to be found"),
    harmless("write_normalise_rows, line 12: 1 → 2", because="zeros divided by 2 are zeros, too"),
]

hidden_because = {
    "millions_of_points": "the notebook's check has no time limit",
}
