"""Other right answers of the convolution exercise, and wrong ones."""

from proctor.answers import append, edit, harmless, mutant, replace, variant

PAD, SIZE, STEP = "write_pad_images", "write_output_size", "write_convolution_step"
FORWARD, POOL = "write_convolve", "write_pool"
BACKWARD, MASK, SPREAD, POOL_BACKWARD = (
    "write_convolve_backward",
    "write_max_mask",
    "write_spread_evenly",
    "write_pool_backward",
)

PAD_BY_HAND = """
def pad_images(images, pad):
    batch, height, width, channels = np.shape(images)
    padded = np.zeros((batch, height + 2 * pad, width + 2 * pad, channels))
    padded[:, pad : pad + height, pad : pad + width, :] = images
    return padded
"""
PAD_JOINED = """
def pad_images(images, pad):
    side = np.zeros((images.shape[0], images.shape[1], pad, images.shape[3]), images.dtype)
    wide = np.concatenate([side, images, side], axis=2)
    above = np.zeros((wide.shape[0], pad, *wide.shape[2:]), images.dtype)
    return np.concatenate([above, wide, above], axis=1)
"""
SIZE_COUNTED = """
def output_size(length, window, stride=1, pad=0):
    starts = [start for start in range(0, length + 2 * pad, stride) if start + window <= length + 2 * pad]
    return np.int32(len(starts))
"""
SIZE_FLOOR = """
def output_size(length, window, stride=1, pad=0):
    return int(np.floor((length - window + 2 * pad) / stride) + 1)
"""
STEP_LOOPED = """
def convolution_step(patch, kernel, bias):
    total = float(bias)
    for row in range(patch.shape[0]):
        for column in range(patch.shape[1]):
            for channel in range(patch.shape[2]):
                total += float(patch[row, column, channel]) * float(kernel[row, column, channel])
    return total
"""
STEP_DOT = """
def convolution_step(patch, kernel, bias):
    return np.vdot(patch, kernel) + bias
"""
CONVOLVE_LOOPED = """
def convolve(images, kernels, biases, stride=1, pad=0):
    batch, height, width, channels = images.shape
    high, wide, _, count = kernels.shape
    maps = []
    for image in pad_images(images, pad):
        rows = []
        for top in range(0, height + 2 * pad - high + 1, stride):
            row = []
            for left in range(0, width + 2 * pad - wide + 1, stride):
                patch = image[top : top + high, left : left + wide, :]
                row.append([convolution_step(patch, kernels[:, :, :, k], biases[k]) for k in range(count)])
            rows.append(row)
        maps.append(rows)
    return np.array(maps)
"""
CONVOLVE_BATCHED = """
def convolve(images, kernels, biases, stride=1, pad=0):
    padded = pad_images(images, pad)
    high, wide = kernels.shape[:2]
    rows = output_size(images.shape[1], high, stride, pad)
    columns = output_size(images.shape[2], wide, stride, pad)
    maps = np.empty((images.shape[0], rows, columns, kernels.shape[3]))
    for row in range(rows):
        for column in range(columns):
            patches = padded[:, row * stride :, column * stride :][:, :high, :wide]
            maps[:, row, column] = np.tensordot(patches, kernels, axes=3)
    return maps + biases
"""
CONVOLVE_EINSUM = """
def convolve(images, kernels, biases, stride=1, pad=0):
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(padded, kernels.shape[:2], axis=(1, 2))
    return np.einsum("brcdhw,hwdk->brck", view[:, ::stride, ::stride], kernels) + biases
"""
CONVOLVE_STRIDED = """
def patches_of(padded, high, wide, stride):
    batch, height, width, channels = padded.shape
    shape = (batch, (height - high) // stride + 1, (width - wide) // stride + 1, high, wide, channels)
    b, h, w, c = padded.strides
    return np.lib.stride_tricks.as_strided(padded, shape, (b, h * stride, w * stride, h, w, c))

def convolve(images, kernels, biases, stride=1, pad=0):
    patches = patches_of(np.ascontiguousarray(pad_images(images, pad)), *kernels.shape[:2], stride)
    rows = patches.reshape(-1, int(np.prod(kernels.shape[:3])))
    return (rows @ kernels.reshape(-1, kernels.shape[3])).reshape(*patches.shape[:3], -1) + biases
"""
CONVOLVE_SHIFTED = """
def convolve(images, kernels, biases, stride=1, pad=0):
    padded = pad_images(images, pad)
    high, wide = kernels.shape[:2]
    rows, columns = (output_size(n, k, stride, pad) for n, k in zip(images.shape[1:3], kernels.shape[:2]))
    maps = np.zeros((len(images), rows, columns, kernels.shape[3])) + biases
    for i in range(high):
        for j in range(wide):
            seen = padded[:, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]
            maps += seen @ kernels[i, j]
    return maps
"""
POOL_LOOPED = """
def pool(images, size, stride, mode="max"):
    batch, height, width, channels = images.shape
    rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
    out = np.zeros((batch, rows, columns, channels))
    for b in range(batch):
        for r in range(rows):
            for c in range(columns):
                for d in range(channels):
                    window = [images[b, r * stride + i, c * stride + j, d] for i in range(size) for j in range(size)]
                    out[b, r, c, d] = max(window) if mode == "max" else sum(window) / len(window)
    return out
"""
POOL_VIEWED = """
def pool(images, size, stride, mode="max"):
    view = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    return view.max((-2, -1)) if mode == "max" else view.mean((-2, -1))
"""
POOL_FOLDED = """
def pool(images, size, stride, mode="max"):
    rows, columns = output_size(images.shape[1], size, stride), output_size(images.shape[2], size, stride)
    shifted = [
        images[:, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]
        for i in range(size) for j in range(size)
    ]
    stack = np.stack(shifted, axis=-1)
    return np.amax(stack, axis=-1) if mode == "max" else np.average(stack, axis=-1)
"""
BACKWARD_SHIFTED = """
def convolve_backward(upstream, images, kernels, stride=1, pad=0):
    padded = pad_images(images, pad)
    d_padded, d_kernels = np.zeros_like(padded, dtype=float), np.empty_like(kernels, dtype=float)
    rows, columns = upstream.shape[1:3]
    for i in range(kernels.shape[0]):
        for j in range(kernels.shape[1]):
            seen = np.s_[:, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]
            d_kernels[i, j] = np.einsum("brcd,brck->dk", padded[seen], upstream)
            d_padded[seen] += upstream @ kernels[i, j].T
    bottom, right = d_padded.shape[1] - pad, d_padded.shape[2] - pad
    return [d_padded[:, pad:bottom, pad:right], d_kernels, np.einsum("brck->k", upstream)]
"""
BACKWARD_LOOPED = """
def convolve_backward(upstream, images, kernels, stride=1, pad=0):
    batch, height, width, channels = images.shape
    high, wide, _, count = kernels.shape
    d_images, d_kernels, d_biases = np.zeros(images.shape), np.zeros(kernels.shape), np.zeros(count)
    for b, r, c, k in np.ndindex(*upstream.shape):
        g = upstream[b, r, c, k]
        d_biases[k] += g
        for i in range(high):
            for j in range(wide):
                y, x = r * stride + i - pad, c * stride + j - pad
                if 0 <= y < height and 0 <= x < width:
                    d_images[b, y, x] += g * kernels[i, j, :, k]
                    d_kernels[i, j, :, k] += g * images[b, y, x]
    return d_images, d_kernels, d_biases
"""
BACKWARD_TURNED = """
def convolve_backward(upstream, images, kernels, stride=1, pad=0):
    batch, rows, columns, count = upstream.shape
    high, wide = kernels.shape[:2]
    height, width = images.shape[1] + 2 * pad, images.shape[2] + 2 * pad
    spread = np.zeros((batch, height + high - 1, width + wide - 1, count))
    spread[:, high - 1 :: stride, wide - 1 :: stride][:, :rows, :columns] = upstream
    turned = kernels[::-1, ::-1].transpose(0, 1, 3, 2)
    d_padded = convolve(spread, turned, np.zeros(turned.shape[3]))
    view = np.lib.stride_tricks.sliding_window_view(pad_images(images, pad), (high, wide), axis=(1, 2))
    d_kernels = np.einsum("brcdhw,brck->hwdk", view[:, ::stride, ::stride], upstream)
    return d_padded[:, pad : height - pad, pad : width - pad], d_kernels, upstream.sum((0, 1, 2))
"""
MASK_LAST = """
def max_mask(window):
    marks = [[0] * window.shape[1] for _ in range(window.shape[0])]
    best = (0, 0)
    for place in np.ndindex(window.shape):
        if window[place] >= window[best]:
            best = place
    marks[best[0]][best[1]] = 1
    return np.array(marks)
"""
MASK_FLAT = """
def max_mask(window):
    flat = np.arange(window.size) == np.argmax(window)
    return flat.reshape(window.shape)
"""
SPREAD_ONES = """
def spread_evenly(value, shape):
    height, width = shape
    return np.ones((height, width)) * value / (height * width)
"""
POOL_BACKWARD_SHIFTED = """
def pool_backward(upstream, images, size, stride, mode="max"):
    d_images = np.zeros(images.shape)
    rows, columns = upstream.shape[1:3]
    places = [
        np.s_[:, i : i + stride * (rows - 1) + 1 : stride, j : j + stride * (columns - 1) + 1 : stride]
        for i in range(size) for j in range(size)
    ]
    winner = np.argmax(np.stack([images[place] for place in places]), axis=0)
    for number, place in enumerate(places):
        d_images[place] += upstream * (winner == number if mode == "max" else 1 / size**2)
    return d_images
"""


def in_single_precision(function, returned):
    """The solution's function, with all that it returns in float32."""
    return f"""
double_{function} = {function}

def {function}(*arguments, **settings):
    result = double_{function}(*arguments, **settings)
    return {returned}
"""


SINGLE = "np.asarray(result, dtype='float32')"

variants = [
    variant(
        "plain loops throughout",
        replace(PAD, PAD_BY_HAND),
        replace(SIZE, SIZE_COUNTED),
        replace(STEP, STEP_LOOPED),
        replace(FORWARD, CONVOLVE_LOOPED),
        replace(POOL, POOL_LOOPED),
        replace(BACKWARD, BACKWARD_LOOPED),
        replace(MASK, MASK_LAST),
    ),
    variant(
        "sliding windows and einsum",
        replace(FORWARD, CONVOLVE_EINSUM),
        replace(POOL, POOL_VIEWED),
        replace(BACKWARD, BACKWARD_SHIFTED),
        replace(POOL_BACKWARD, POOL_BACKWARD_SHIFTED),
    ),
    variant(
        "stride tricks and one matrix product",
        replace(PAD, PAD_JOINED),
        replace(FORWARD, CONVOLVE_STRIDED),
        replace(BACKWARD, BACKWARD_TURNED),
        replace(MASK, MASK_FLAT),
    ),
    variant(
        "one position of the kernel at a time",
        replace(FORWARD, CONVOLVE_SHIFTED),
        replace(POOL, POOL_FOLDED),
        replace(SIZE, SIZE_FLOOR),
        replace(SPREAD, SPREAD_ONES),
    ),
    variant("the whole batch in one product per position", replace(FORWARD, CONVOLVE_BATCHED), replace(STEP, STEP_DOT)),
    variant(
        "everything in float32",
        append(PAD, in_single_precision("pad_images", SINGLE)),
        append(FORWARD, in_single_precision("convolve", SINGLE)),
        append(POOL, in_single_precision("pool", SINGLE)),
        append(BACKWARD, in_single_precision("convolve_backward", f"tuple({SINGLE} for result in result)")),
        append(POOL_BACKWARD, in_single_precision("pool_backward", SINGLE)),
    ),
    variant(
        "Keras's own convolution",
        replace(
            FORWARD,
            """
def convolve(images, kernels, biases, stride=1, pad=0):
    images, kernels = pad_images(images, pad).astype("float32"), kernels.astype("float32")
    return keras.ops.conv(images, kernels, strides=stride, padding="valid") + biases.astype("float32")
""",
        ),
    ),
]

mutants = [
    mutant(
        "pools by the mean unless told otherwise",
        edit(POOL, 'mode="max"', 'mode="average"'),
        fails="largest_of_each_window",
    ),
    mutant(
        "compares whole numbers",
        edit(MASK, "np.argmax(window)", "np.argmax(window.astype(int))"),
        fails=["exactly_one_is_marked", "pool_backward"],
    ),
    mutant(
        "pads below and on the right only",
        edit(PAD, "(pad, pad), (pad, pad)", "(0, 2 * pad), (0, 2 * pad)"),
        fails=["pad_images", "convolve", "convolve_backward"],
    ),
    mutant(
        "pads batch and channels as well",
        replace(PAD, "def pad_images(images, pad):\n    return np.pad(images, pad)"),
        fails=["pad_images", "convolve", "convolve_backward"],
    ),
    mutant(
        "repeats the border instead of zeros",
        edit(PAD, "(0, 0)))", "(0, 0)), mode='edge')"),
        fails=["pad_images", "convolve", "convolve_backward"],
    ),
    mutant(
        "pad counts both sides together",
        edit(PAD, "(pad, pad), (pad, pad)", "(pad // 2, pad - pad // 2), (pad // 2, pad - pad // 2)"),
        fails=["pad_images", "convolve", "convolve_backward"],
    ),
    mutant("divides with /", edit(SIZE, "//", "/"), fails=["output_size", "convolve", "pool"]),
    mutant(
        "a whole number, but a float",
        edit(SIZE, "(length + 2 * pad - window) // stride + 1", "np.floor((length + 2 * pad - window) / stride) + 1"),
        fails=["output_size", "convolve", "pool"],
    ),
    mutant(
        "rounds up",
        edit(SIZE, "(length + 2 * pad - window) // stride + 1", "-((window - length - 2 * pad) // stride) + 1"),
        fails=["output_size", "convolve", "pool"],
    ),
    mutant("forgets the + 1", edit(SIZE, "stride + 1", "stride"), fails=["output_size", "convolve", "pool"]),
    mutant("counts the padding once", edit(SIZE, "2 * pad", "pad"), fails=["output_size", "convolve"]),
    mutant(
        "adds the bias to every product",
        edit(STEP, "np.sum(patch * kernel) + bias", "np.sum(patch * kernel + bias)"),
        fails=["convolution_step", "convolve", "the_promise_is_kept"],
    ),
    mutant(
        "forgets the bias", edit(STEP, " + bias", ""), fails=["convolution_step", "convolve", "the_promise_is_kept"]
    ),
    mutant(
        "a matrix product instead of element by element",
        edit(STEP, "patch * kernel", "np.matmul(patch[..., 0], kernel[..., 0])"),
        fails=["convolution_step", "convolve"],
    ),
    mutant(
        "keeps the channels apart",
        edit(STEP, "np.sum(patch * kernel)", "np.sum(patch * kernel, axis=(0, 1))"),
        fails=["convolution_step", "convolve"],
    ),
    mutant(
        "multiplies into the image it was given",
        edit(STEP, "return np.sum(patch * kernel) + bias", "patch *= kernel\n    return np.sum(patch) + bias"),
        fails=["any_patch", "convolve"],
    ),
    mutant(
        "turns the kernels round",
        edit(FORWARD, "patch, kernels[..., kernel]", "patch, kernels[::-1, ::-1, :, kernel]"),
        fails=["convolve", "the_promise_is_kept"],
    ),
    mutant(
        "forgets the stride when cutting patches",
        edit(FORWARD, "row * stride, column * stride", "row, column"),
        fails=["convolve", "the_promise_is_kept"],
    ),
    mutant(
        "takes the kernel for square",
        edit(FORWARD, "left : left + wide", "left : left + high"),
        fails=["convolve", "the_promise_is_kept"],
    ),
    mutant("takes rows for columns", edit(FORWARD, "rows, columns, count", "columns, rows, count"), fails="convolve"),
    mutant("forgets to pad", edit(FORWARD, "padded = pad_images(images, pad)", "padded = images"), fails="convolve"),
    mutant(
        "only the first image", edit(FORWARD, "padded[image, ", "padded[0, "), fails=["convolve", "the_promise_is_kept"]
    ),
    mutant(
        "every map with the first bias",
        edit(FORWARD, "biases[kernel]", "biases[0]"),
        fails=["convolve", "the_promise_is_kept"],
    ),
    mutant(
        "fills an array of the images' type",
        edit(FORWARD, "rows, columns, count))", "rows, columns, count), images.dtype)"),
        fails="convolves_any_number_type",
    ),
    mutant(
        "largest so far starts at zero",
        edit(POOL, "np.max,", "lambda x, axis: np.max(x, axis=axis, initial=0),"),
        fails=["largest_of_each_window", "pools_any_images", "pools_any_number_type"],
    ),
    mutant("steps by the size", edit(POOL, "row * stride, column * stride", "row * size, column * size"), fails="pool"),
    mutant("always the largest", edit(POOL, "[mode]", "['max']"), fails="pool"),
    mutant("sums instead of averaging", edit(POOL, "np.mean", "np.sum"), fails="pool"),
    mutant("one number for all channels", edit(POOL, "axis=(1, 2))", "axis=(1, 2, 3))[:, None]"), fails="pool"),
    mutant(
        "averages into whole numbers",
        edit(POOL, "channels))", "channels), images.dtype)"),
        fails="pools_any_number_type",
    ),
    mutant(
        "takes windows that stick out",
        edit(
            POOL,
            "output_size(height, size, stride), output_size(width, size, stride)",
            "-(-height // stride), -(-width // stride)",
        ),
        fails=["windows_that_overlap", "pools_any_images", "pools_any_number_type"],
    ),
    mutant(
        "sorts the images in place",
        edit(POOL, "    for row", "    images.sort(axis=0)\n    for row"),
        fails=["pools_any_images", "pools_any_number_type"],
    ),
    mutant(
        "overwrites instead of adding up",
        edit(BACKWARD, "d_padded[window] +=", "d_padded[window] ="),
        fails="convolve_backward",
    ),
    mutant(
        "keeps only the last kernel gradient",
        edit(BACKWARD, "d_kernels[..., kernel] +=", "d_kernels[..., kernel] ="),
        fails="convolve_backward",
    ),
    mutant(
        "keeps the frame on",
        edit(BACKWARD, "d_padded[:, pad : pad + images.shape[1], pad : pad + images.shape[2]]", "d_padded"),
        fails=["the_promise_is_kept", "gradient_for_images", "gradients_for_any_number_type"],
    ),
    mutant(
        "cuts the frame off with [pad:-pad]",
        edit(
            BACKWARD,
            "d_padded[:, pad : pad + images.shape[1], pad : pad + images.shape[2]]",
            "d_padded[:, pad:-pad, pad:-pad]",
        ),
        fails="convolve_backward",
    ),
    mutant(
        "forgets the stride on the way back",
        edit(BACKWARD, "row * stride, column * stride", "row, column"),
        fails="convolve_backward",
    ),
    mutant(
        "kernel gradient from unpadded images",
        edit(BACKWARD, "* padded[window]", "* np.pad(images, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))[window]"),
        fails="convolve_backward",
    ),
    mutant(
        "averages over the batch",
        edit(BACKWARD, "upstream.sum(axis=(0, 1, 2))", "upstream.mean(axis=0).sum(axis=(0, 1))"),
        fails="convolve_backward",
    ),
    mutant(
        "one bias gradient for all kernels",
        edit(BACKWARD, "upstream.sum(axis=(0, 1, 2))", "upstream.sum()"),
        fails="convolve_backward",
    ),
    mutant(
        "gradients in whole numbers",
        edit(BACKWARD, "np.zeros(padded.shape)", "np.zeros_like(padded)"),
        fails="gradients_for_any_number_type",
    ),
    mutant(
        "marks every largest element",
        replace(MASK, "def max_mask(window):\n    return window == np.max(window)"),
        fails=["exactly_one_is_marked", "nothing_is_handed_out_twice"],
    ),
    mutant(
        "marks the place in the flattened window",
        edit(MASK, "np.unravel_index(np.argmax(window), window.shape)", "divmod(np.argmax(window), len(window))"),
        fails="max_mask",
    ),
    mutant("marks the smallest", edit(MASK, "argmax", "argmin"), fails=["max_mask", "pool_backward"]),
    mutant(
        "gives everybody all of it",
        edit(SPREAD, "value / (shape[0] * shape[1])", "value"),
        fails=["spread_evenly", "pool_backward"],
    ),
    mutant(
        "divides by the height only",
        edit(SPREAD, "shape[0] * shape[1]", "shape[0]"),
        fails=["spread_evenly", "pool_backward"],
    ),
    mutant(
        "shares in whole numbers",
        edit(SPREAD, "value / (shape[0] * shape[1])", "value // (shape[0] * shape[1])"),
        fails=["spread_evenly", "pool_backward"],
    ),
    mutant(
        "pooling gradients overwrite",
        edit(POOL_BACKWARD, "d_images[window] += gradient", "d_images[window] = gradient"),
        fails=["overlapping_windows_add_up", "gradient_of_any_pooling", "nothing_is_handed_out_twice"],
    ),
    mutant(
        "pooling gradients in the images' type",
        edit(POOL_BACKWARD, "np.zeros(images.shape)", "np.zeros_like(images)"),
        fails="pool_gradients_for_any_number_type",
    ),
    mutant(
        "shares by value, not by mask",
        edit(POOL_BACKWARD, "max_mask(images[window])", "images[window]"),
        fails="pool_backward",
    ),
    mutant("max pooling whatever the mode", edit(POOL_BACKWARD, 'mode == "max"', "True"), fails="pool_backward"),
    mutant(
        "windows of the first channel",
        edit(POOL_BACKWARD, "max_mask(images[window])", "max_mask(images[window[:3]][..., 0])"),
        fails="pool_backward",
    ),
]

harmless_mutations = [
    harmless("→ convolution_step(kernels[..., kernel], patch,", because="a product is the same the other way round"),
    harmless("keyword dtype dropped", because="the text allows 0 and 1 as well as True and False"),
]

REFERENCE = "it needs a right convolution or pooling to compare with, which students must not get"
hidden_because = {
    "convolves_any_number_type": REFERENCE,
    "pools_any_images": REFERENCE,
    "pools_any_number_type": REFERENCE,
    "gradients_for_any_number_type": REFERENCE,
    "gradient_of_any_pooling": REFERENCE,
    "pool_gradients_for_any_number_type": REFERENCE,
    "exactly_one_is_marked": "the notebook tells of the trap; whoever forgets it meets it",
    "nothing_is_handed_out_twice": REFERENCE,
}
