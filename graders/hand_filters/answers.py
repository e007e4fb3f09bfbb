"""Other right answers of the filter exercise, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

APPLY, NORMALISE, BYTES = "write_apply_filter", "write_normalise", "write_to_picture"
POOL, CHOICE, STRENGTH = "write_max_pool", "choose_vertical_edges", "write_edge_strength"

APPLY_LOOPED = """
def apply_filter(img, kernel):
    rows = []
    for r in range(1, img.shape[0] - 1):
        row = []
        for c in range(1, img.shape[1] - 1):
            total = 0.0
            for i in (-1, 0, 1):
                for j in (-1, 0, 1):
                    total += float(img[r + i, c + j]) * float(kernel[i + 1, j + 1])
            row.append(total)
        rows.append(row)
    return np.array(rows)
"""
APPLY_PATCHED = """
def apply_filter(picture, kernel):
    height, width = picture.shape
    answers = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            patch = picture[row : row + 3, column : column + 3]
            answers[row, column] = np.sum(patch.astype(float) * kernel)
    return answers
"""
APPLY_VIEWED = """
def apply_filter(picture, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(picture, "float64"), (3, 3))
    return np.tensordot(windows, kernel, axes=2)
"""
APPLY_SINGLE = """
def apply_filter(picture, kernel):
    picture, kernel = picture.astype("float32"), kernel.astype("float32")
    h, w = picture.shape
    out = np.empty((h - 2, w - 2), dtype=np.float32)
    for y, x in np.ndindex(out.shape):
        out[y, x] = np.vdot(picture[y : y + 3, x : x + 3], kernel)
    return out
"""
NORMALISE_BRANCHED = """
def normalise(kernel):
    weight = 0
    for row in kernel:
        for number in row:
            weight = weight + number
    if -1e-9 < weight < 1e-9:
        weight = 1
    return np.array([[number / weight for number in row] for row in kernel])
"""
NORMALISE_CLOSE = """
def normalise(kernel):
    result = np.array(kernel, dtype=float)
    if not np.isclose(result.sum(), 0, rtol=0, atol=1e-9):
        result /= result.sum()
    return result
"""
BYTES_LOOPED = """
def to_picture(answers):
    picture = np.array(answers, dtype=float)
    picture[picture < 0] = 0
    picture[picture > 255] = 255
    return (picture + 0.5).astype(np.uint8)
"""
BYTES_ROUNDED = """
def to_picture(answers):
    return np.minimum(255, np.maximum(0, np.rint(answers))).astype(np.uint8)
"""
POOL_RESHAPED = """
def max_pool(picture):
    h, w = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    return picture[:h, :w].reshape(h // 2, 2, w // 2, 2).max(axis=(1, 3))
"""
POOL_SLICED = """
def max_pool(picture):
    h, w = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    a, b = picture[0:h:2, 0:w:2], picture[0:h:2, 1:w:2]
    c, d = picture[1:h:2, 0:w:2], picture[1:h:2, 1:w:2]
    return np.maximum(np.maximum(a, b), np.maximum(c, d))
"""
POOL_LISTED = """
def max_pool(picture):
    pooled = []
    for y in range(0, picture.shape[0] - 1, 2):
        line = []
        for x in range(0, picture.shape[1] - 1, 2):
            block = [picture[y, x], picture[y + 1, x], picture[y, x + 1], picture[y + 1, x + 1]]
            block.sort()
            line.append(block[-1])
        pooled.append(line)
    return np.array(pooled)
"""
STRENGTH_HYPOT = """
def edge_strength(picture, kernel):
    return np.hypot(apply_filter(picture, kernel), apply_filter(picture, np.transpose(kernel)))
"""
STRENGTH_TURNED = """
def edge_strength(picture, kernel):
    across = apply_filter(picture, kernel)
    down = apply_filter(picture.T, kernel).T
    return (across**2 + down**2) ** 0.5
"""


def chosen(numbers):
    """Nine other numbers for `vertical_edges`."""
    return replace(CHOICE, f"vertical_edges = np.array({numbers})")


variants = [
    variant(
        "four loops, centred on the pixel; a Prewitt filter",
        replace(APPLY, APPLY_LOOPED),
        replace(NORMALISE, NORMALISE_BRANCHED),
        replace(POOL, POOL_LISTED),
        chosen("[[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]"),
    ),
    variant(
        "patch by patch, pooled by reshaping; Scharr's filter, from bright to dark",
        replace(APPLY, APPLY_PATCHED),
        replace(POOL, POOL_RESHAPED),
        replace(STRENGTH, STRENGTH_HYPOT),
        chosen("[[3.0, 0, -3], [10, 0, -10], [3, 0, -3]]"),
    ),
    variant(
        "a view of all patches, four slices; neighbours compared",
        replace(APPLY, APPLY_VIEWED),
        replace(POOL, POOL_SLICED),
        replace(BYTES, BYTES_ROUNDED),
        chosen("[[1, -1, 0], [1, -1, 0], [1, -1, 0]]"),
    ),
    variant(
        "single precision, rounded by adding a half; a filter of upright lines",
        replace(APPLY, APPLY_SINGLE),
        replace(BYTES, BYTES_LOOPED),
        replace(NORMALISE, NORMALISE_CLOSE),
        chosen("[[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]"),
    ),
    variant("the picture turned instead of the filter", replace(STRENGTH, STRENGTH_TURNED)),
    variant("one row is enough", chosen("[[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]]")),
    variant(
        "the filter in a list, one row upside down",
        replace(CHOICE, "vertical_edges = [[-1, 0, 1], [-3, 0, 3], [1, 0, -1]]"),
        append(CHOICE, "vertical_edges = np.array(vertical_edges, dtype='float32')"),
    ),
    variant(
        "single precision, whose rounding leaves something of each row",
        replace(CHOICE, "vertical_edges = np.array([[0.3, 0.4, -0.7]] * 3, dtype='float32')"),
    ),
    variant("just strong enough", chosen("[[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]) / 15 + np.zeros((3, 3)")),
]

PRODUCT = "kernel[row, column] * part.astype(float)"
BLOCK = "picture[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]"
TO_BYTES = 'np.round(np.clip(answers, 0, 255)).astype("uint8")'
mutants = [
    mutant(
        "turns the filter round",
        edit(APPLY, "kernel[row, column]", "kernel[2 - row, 2 - column]"),
        fails=["answers_on_paper", "one_pixel", "beyond_bytes", "any_size", "any_type"],
    ),
    mutant(
        "turns the filter on its side",
        edit(APPLY, "kernel[row, column]", "kernel[column, row]"),
        fails=["apply_filter"],
    ),
    mutant(
        "calculates with bytes",
        edit(APPLY, PRODUCT, "kernel.astype(picture.dtype)[row, column] * part"),
        fails=["beyond_bytes", "fractions", "any_type"],
    ),
    mutant(
        "calculates with bytes where both are bytes",
        edit(APPLY, PRODUCT, "kernel[row, column] * part"),
        fails=["beyond_bytes", "any_type"],
    ),
    mutant(
        "fills an array of the picture's type",
        replace(APPLY, APPLY_PATCHED.replace("width - 2))", "width - 2), picture.dtype)")),
        fails=["beyond_bytes", "fractions", "any_type"],
    ),
    mutant(
        "clips the answers", edit(APPLY, "return answers", "return np.clip(answers, 0, 255)"), fails=["apply_filter"]
    ),
    mutant(
        "takes the mean of the products", edit(APPLY, "return answers", "return answers / 9"), fails=["apply_filter"]
    ),
    mutant(
        "normalises by itself",
        edit(APPLY, "return answers", "return answers / (np.sum(kernel) or 1)"),
        fails=["apply_filter"],
    ),
    mutant(
        "takes the picture for square",
        edit(APPLY, "range(3):\n            part", "range(3):\n            width = height\n            part"),
        fails=["apply_filter"],
    ),
    mutant(
        "one row and column short",
        edit(APPLY, "return answers", "return answers[:-1, :-1]"),
        fails=["apply_filter"],
    ),
    mutant(
        "keeps a frame of zeros", edit(APPLY, "return answers", "return np.pad(answers, 1)"), fails=["apply_filter"]
    ),
    mutant(
        "returns from inside the loop",
        edit(APPLY, "    return answers", "        return answers"),
        fails=["apply_filter"],
    ),
    mutant("divides by the number of numbers", edit(NORMALISE, "np.sum(kernel)", "kernel.size"), fails=["normalise"]),
    mutant("divides by 0", edit(NORMALISE, "abs(total) < 1e-9", "False"), fails=["normalise"]),
    mutant(
        "asks whether the sum is exactly 0", edit(NORMALISE, "abs(total) < 1e-9", "total == 0"), fails=["normalise"]
    ),
    mutant("takes negative sums for 0", edit(NORMALISE, "abs(total) < 1e-9", "total < 1e-9"), fails=["normalise"]),
    mutant("a coarse idea of 0", edit(NORMALISE, "1e-9", "1e-8"), fails=["nearly_zero"]),
    mutant("a fine idea of 0", edit(NORMALISE, "1e-9", "1e-12"), fails=["nearly_zero"]),
    mutant(
        "divides in place",
        edit(NORMALISE, "return kernel / total", "kernel[...] = kernel / total\n    return kernel"),
        fails=["normalise"],
    ),
    mutant(
        "returns nothing where the sum is 0",
        edit(NORMALISE, "        return kernel\n", "        return\n"),
        fails=["normalise"],
    ),
    mutant(
        "lets bytes go round",
        edit(BYTES, TO_BYTES, 'np.round(answers).astype("int64").astype("uint8")'),
        fails=["to_picture"],
    ),
    mutant(
        "cuts fractions off",
        edit(BYTES, "np.round(np.clip(answers, 0, 255))", "np.clip(answers, 0, 255)"),
        fails=["to_picture"],
    ),
    mutant(
        "rounds to short whole numbers first",
        edit(BYTES, TO_BYTES, 'np.clip(np.round(answers).astype("int16"), 0, 255).astype("uint8")'),
        fails=["beyond_both_ends", "any_answers"],
    ),
    mutant(
        "by way of half precision",
        edit(BYTES, "np.clip(answers, 0, 255)", 'np.clip(answers, 0, 255).astype("float16")'),
        fails=["nearest_whole_number", "any_answers"],
    ),
    mutant("rounds up", edit(BYTES, "np.round", "np.ceil"), fails=["to_picture"]),
    mutant("floats that look like bytes", edit(BYTES, '.astype("uint8")', ""), fails=["to_picture"]),
    mutant(
        "stretches from darkest to brightest",
        edit(BYTES, "np.clip(answers, 0, 255)", "255 * (answers - np.min(answers)) / (np.ptp(answers) or 1)"),
        fails=["to_picture"],
    ),
    mutant(
        "clips in place",
        edit(BYTES, "np.clip(answers, 0, 255)", "np.clip(answers, 0, 255, out=answers)"),
        fails=["to_picture"],
    ),
    mutant("up to 256", edit(BYTES, "0, 255", "0, 256"), fails=["to_picture"]),
    mutant("the smallest", edit(POOL, "np.max", "np.min"), fails=["max_pool"]),
    mutant(
        "the largest so far begins at 0",
        edit(POOL, f"np.max({BLOCK})", f"np.max({BLOCK}, initial=0)"),
        fails=["max_pool"],
    ),
    mutant("blocks that overlap", edit(POOL, BLOCK, "picture[row : row + 2, column : column + 2]"), fails=["max_pool"]),
    mutant(
        "keeps what is left over",
        edit(
            POOL, "picture.shape[0] // 2, picture.shape[1] // 2", "-(-picture.shape[0] // 2), -(-picture.shape[1] // 2)"
        ),
        fails=["max_pool"],
    ),
    mutant(
        "rows for columns",
        edit(POOL, "picture.shape[0] // 2, picture.shape[1] // 2", "picture.shape[1] // 2, picture.shape[0] // 2"),
        fails=["max_pool"],
    ),
    mutant("every second pixel", edit(POOL, f"np.max({BLOCK})", "picture[2 * row, 2 * column]"), fails=["max_pool"]),
    mutant("the largest in size", edit(POOL, f"np.max({BLOCK})", f"np.max(np.abs({BLOCK}))"), fails=["max_pool"]),
    mutant("sees horizontal edges", chosen("[[-1, -2, -1], [0, 0, 0], [1, 2, 1]]"), fails=["vertical_edges"]),
    mutant(
        "sees both", chosen("[[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]"), fails=["blind_to_rows", "any_rows_and_edges"]
    ),
    mutant(
        "sees slanting edges, too",
        chosen("[[-2, -1, 0], [-1, 0, 1], [0, 1, 2]]"),
        fails=["blind_to_rows", "any_rows_and_edges"],
    ),
    mutant(
        "sees nothing", chosen("[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"), fails=["sees_vertical_edges", "any_rows_and_edges"]
    ),
    mutant(
        "sees corners only",
        chosen("[[-1, 0, 1], [0, 0, 0], [1, 0, -1]]"),
        fails=["sees_vertical_edges", "any_rows_and_edges"],
    ),
    mutant("nine numbers in a row", chosen("[-1, 0, 1, -2, 0, 2, -1, 0, 1]"), fails=["vertical_edges"]),
    mutant(
        "vertical edges alone", edit(STRENGTH, "vertical**2 + horizontal**2", "vertical**2"), fails=["edge_strength"]
    ),
    mutant(
        "adds up the sizes",
        edit(STRENGTH, "np.sqrt(vertical**2 + horizontal**2)", "np.abs(vertical) + np.abs(horizontal)"),
        fails=["three_four_five", "any_strength"],
    ),
    mutant(
        "adds up the answers",
        edit(STRENGTH, "np.sqrt(vertical**2 + horizontal**2)", "vertical + horizontal"),
        fails=["edge_strength"],
    ),
    mutant(
        "forgets the root",
        edit(STRENGTH, "np.sqrt(vertical**2 + horizontal**2)", "vertical**2 + horizontal**2"),
        fails=["edge_strength"],
    ),
    mutant(
        "the filter of the notebook",
        edit(STRENGTH, "apply_filter(picture, kernel)", "apply_filter(picture, vertical_edges)"),
        edit(STRENGTH, "apply_filter(picture, kernel.T)", "apply_filter(picture, vertical_edges.T)"),
        fails=["edge_strength"],
    ),
    mutant(
        "upside down instead of rows and columns swapped",
        edit(STRENGTH, "kernel.T", "kernel[::-1]"),
        fails=["edge_strength"],
    ),
    mutant(
        "turned by a quarter", edit(STRENGTH, "kernel.T", "np.rot90(kernel)"), fails=["three_four_five", "any_strength"]
    ),
]
harmless_mutations = [
    harmless("total) < 1e-9 → abs(total) <= 1e-9", because="the text leaves open whether the ends count"),
    harmless("np.clip(0, answers, 255)", because="the larger of 0 and the answers, whichever of them comes first"),
]
hidden_because = {
    "any_answers": "the notebook says that what is given stays as it is; whoever forgets it meets it",
}
