"""The hidden criteria of `conv_numpy`: a reference implementation and numerical gradients."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from proctor import (
    CriterionFailed,
    as_array,
    as_tuple,
    assert_close,
    assert_dtype,
    assert_gradient,
    assert_shape,
    call_unchanged,
    criterion,
)

# batch, height, width, channels, kernel height, kernel width, kernels, stride, pad
LAYERS = [
    (2, 7, 6, 3, 3, 2, 4, 1, 0),
    (1, 5, 8, 1, 3, 3, 2, 2, 1),
    (3, 6, 9, 2, 2, 4, 1, 3, 2),
    (1, 4, 5, 2, 4, 5, 3, 1, 0),
    (2, 8, 5, 1, 1, 1, 2, 2, 0),
    (1, 3, 4, 2, 5, 3, 2, 2, 2),
]
# batch, height, width, channels, size, stride
POOLS = [(2, 6, 8, 3, 2, 2), (1, 7, 5, 2, 3, 1), (3, 5, 6, 1, 2, 3), (1, 4, 4, 2, 4, 1), (2, 5, 7, 2, 3, 2)]
TYPES = [
    pytest.param("float64", id="double precision"),
    pytest.param("float32", id="single precision"),
    pytest.param("int64", id="whole numbers"),
]
MODES = [pytest.param("max", id="max pooling"), pytest.param("average", id="average pooling")]
GRADIENTS = ("d_images", "d_kernels", "d_biases")


def as_case(shape):
    """The case of a criterion that is about a layer or a pooling of this shape."""
    batch, height, width, channels = shape[:4]
    images = f"{batch} × {height} × {width} pixels with {channels} channels"
    if len(shape) == 6:
        return pytest.param(shape, id=f"{images}, windows of {shape[4]} × {shape[4]}, stride {shape[5]}")
    high, wide, count, stride, pad = shape[4:]
    return pytest.param(shape, id=f"{images}, {count} kernels of {high} × {wide}, stride {stride}, pad {pad}")


def layer(shape, dtype="float64"):
    """Random images, kernels and biases of a layer, cut to whole numbers for an integer dtype."""
    batch, height, width, channels, high, wide, count, _, _ = shape
    draw = np.random.default_rng(sum(shape))
    sizes = (batch, height, width, channels), (high, wide, channels, count), (count,)
    return [(3 * draw.normal(size=size)).astype(dtype) for size in sizes]


def distinct(shape):
    """Sixteenths around 0, all different, in random order."""
    size = int(np.prod(shape))
    return (np.random.default_rng(size).permutation(size) / 16 - size / 32).reshape(shape)


def windows(images, high, wide, stride):
    """All windows of the images, of shape (batch, rows, columns, channels, high, wide)."""
    return sliding_window_view(images, (high, wide), axis=(1, 2))[:, ::stride, ::stride]


def convolved(images, kernels, biases, stride, pad):
    """The right result of `convolve`, of shape (batch, rows, columns, kernels)."""
    frame = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    seen = windows(np.pad(images.astype(float), frame), *kernels.shape[:2], stride)
    return np.einsum("brcdhw,hwdk->brck", seen, kernels.astype(float)) + biases


def pooled(images, size, stride, mode):
    """The right result of `pool`, of shape (batch, rows, columns, channels)."""
    seen = windows(images.astype(float), size, size, stride)
    return seen.max(axis=(4, 5)) if mode == "max" else seen.mean(axis=(4, 5))


def assert_matches(found, expected, dtype, what):
    """Assert that `found` is `expected` to the precision of `dtype`, that of the inputs."""
    array = as_array(found, what)
    if dtype == "float32" and array.dtype == np.float64:
        # Computed from float32 inputs, so no more precise than float32.
        array = array.astype("float32")
    assert_close(array, expected, what)


@criterion(
    "pad_images", points=1, hint="Batch and channels never grow, pad may be 0, and what is given must not be changed."
)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "shape, pad",
    [
        pytest.param((2, 3, 5, 2), 0, id="no frame"),
        pytest.param((1, 4, 2, 3), 1, id="a frame of one pixel"),
        pytest.param((3, 1, 1, 1), 4, id="a frame around single pixels"),
        pytest.param((2, 6, 3, 1), 2, id="a frame of two pixels"),
    ],
)
def test_frames_any_batch(student, shape, pad, dtype):
    """Any batch of images is framed, whatever its shape and type of numbers, and left as it was."""
    images = layer((*shape, 1, 1, 1, 1, 0), dtype)[0]
    expected = np.zeros((shape[0], shape[1] + 2 * pad, shape[2] + 2 * pad, shape[3]), dtype)
    expected[:, pad : pad + shape[1], pad : pad + shape[2]] = images
    assert_close(call_unchanged(student, "pad_images", images, pad), expected, "padded")


@criterion(
    "output_size", points=1, hint="Pixels left over at the end make no further position; the answer is of type int."
)
def test_counts_for_any_length(student):
    """The count is right, and a whole number, for any length, window, stride and padding."""
    for length in (1, 4, 7, 10):
        for window in (1, 2, 3, 5):
            for stride in (1, 2, 3):
                for pad in (0, 1, 2):
                    positions = len(range(0, length + 2 * pad - window + 1, stride))
                    if positions:
                        found = student.output_size(length, window, stride, pad)
                        what = f"output_size({length}, {window}, {stride}, {pad})"
                        assert_dtype(found, "int", what)
                        assert_close(found, positions, what)


@criterion(
    "convolution_step", points=1, hint="A patch may have many channels and any height and width; leave it as it is."
)
@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((3, 3, 3), id="3 × 3 pixels in colour"),
        pytest.param((2, 5, 1), id="2 × 5 pixels in grey"),
        pytest.param((4, 1, 2), id="a column"),
        pytest.param((1, 1, 8), id="one pixel with eight channels"),
    ],
)
@pytest.mark.parametrize("dtype", TYPES)
def test_any_patch(student, shape, dtype):
    """Patches of any shape and type of numbers are answered with one number,
    and left as they were."""
    draw = np.random.default_rng(sum(shape))
    patch, kernel = (4 * draw.normal(size=shape)).astype(dtype), (4 * draw.normal(size=shape)).astype(dtype)
    expected = float(np.dot(patch.ravel().astype(float), kernel.ravel().astype(float)) - 1.5)
    assert_matches(
        call_unchanged(student, "convolution_step", patch, kernel, -1.5), np.asarray(expected), dtype, "the answer"
    )


@criterion("convolve", points=2, hint="Try images and kernels that are not square, several channels, a stride of 3.")
@pytest.mark.parametrize("shape", [as_case(shape) for shape in LAYERS])
def test_any_layer(student, shape):
    """Images and kernels of any shape are convolved, with any stride and padding."""
    images, kernels, biases = layer(shape)
    found = student.convolve(images, kernels, biases, stride=shape[-2], pad=shape[-1])
    assert_close(found, convolved(images, kernels, biases, *shape[-2:]), "maps")


@criterion(
    "convolve", points=1, hint="Of which type is the array that you fill? Do you write into one that you were given?"
)
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [as_case(shape) for shape in LAYERS[:2]])
def test_convolves_any_number_type(student, shape, dtype):
    """Images of floats or of whole numbers are convolved alike, and left as they were."""
    images, kernels, biases = layer(shape, dtype)
    if dtype == "int64":
        kernels, biases = kernels / 4, biases + 0.25
    found = call_unchanged(student, "convolve", images, kernels, biases, stride=shape[-2], pad=shape[-1])
    assert_matches(found, convolved(images, kernels, biases, *shape[-2:]), dtype, "maps")


@criterion("pool", points=1, hint="Try images that are not square, a stride unlike the size, and several channels.")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [as_case(shape) for shape in POOLS])
def test_pools_any_images(student, shape, mode):
    """Images of any shape are pooled, each channel by itself, with any size and stride."""
    images = distinct(shape[:4])
    assert_close(student.pool(images, *shape[4:], mode), pooled(images, *shape[4:], mode), "pooled")


@criterion(
    "pool", points=1, hint="The mean of whole numbers need not be one; and images that are given must not be changed."
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", TYPES)
def test_pools_any_number_type(student, dtype, mode):
    """Images of floats or of whole numbers are pooled alike, and left as they were."""
    images = (16 * distinct((2, 5, 4, 3)) - 300).astype(dtype)
    expected = pooled(images, 2, 1, mode)
    found = as_array(call_unchanged(student, "pool", images, 2, 1, mode), "pooled")
    assert_matches(found, expected, dtype, "pooled")


@pytest.fixture(params=map(as_case, LAYERS))
def backward(request):
    """A layer's inputs, a loss of its outputs, and a function that asks for its three gradients."""
    images, kernels, biases = layer(request.param)
    stride, pad = request.param[-2:]
    maps = convolved(images, kernels, biases, stride, pad)
    upstream = np.random.default_rng(maps.size).normal(size=maps.shape)

    def loss(images=images, kernels=kernels, biases=biases):
        return float(np.sum(upstream * convolved(images, kernels, biases, stride, pad)))

    def gradients(student):
        found = call_unchanged(student, "convolve_backward", upstream, images, kernels, stride=stride, pad=pad)
        return as_tuple(found, "convolve_backward(...)", GRADIENTS)

    return images, kernels, biases, loss, gradients


@criterion(
    "convolve_backward",
    points=2,
    hint="Every pixel collects from all windows, kernels and channels; cut the frame off.",
)
def test_gradient_for_images(student, backward):
    """d_images is the slope that one finds by nudging every pixel, for any
    shape, stride and padding."""
    images, _, _, loss, gradients = backward
    assert_gradient(gradients(student)[0], lambda array: loss(images=array), images, "d_images")


@criterion("convolve_backward", points=1, hint="A kernel collects from every position of every image.")
def test_gradient_for_kernels(student, backward):
    """d_kernels is the slope that one finds by nudging every number of every kernel."""
    _, kernels, _, loss, gradients = backward
    assert_gradient(gradients(student)[1], lambda array: loss(kernels=array), kernels, "d_kernels")


@criterion("convolve_backward", points=1, hint="A bias is added at every position of every image of its own map.")
def test_gradient_for_biases(student, backward):
    """d_biases is the slope that one finds by nudging every bias."""
    _, _, biases, loss, gradients = backward
    assert_gradient(gradients(student)[2], lambda array: loss(biases=array), biases, "d_biases")


@criterion(
    "convolve_backward",
    points=1,
    hint="Gradients have fractions even where images have none: of which type are your arrays?",
)
@pytest.mark.parametrize("dtype", TYPES[1:])
def test_gradients_for_any_number_type(student, dtype):
    """The gradients are as good for images of float32 or of whole numbers."""
    images, kernels, biases = layer(LAYERS[1], dtype)
    upstream = np.random.default_rng(3).normal(size=(1, 3, 4, 2)).astype("float32" if dtype == "float32" else "float64")
    kernels = kernels if dtype == "float32" else kernels / 4

    def loss(images=images, kernels=kernels):
        return float(np.sum(upstream * convolved(images, kernels, biases, 2, 1)))

    found = call_unchanged(student, "convolve_backward", upstream, images, kernels, stride=2, pad=1)
    d_images, d_kernels, d_biases = as_tuple(found, "convolve_backward(...)", GRADIENTS)
    assert_gradient(d_images, lambda array: loss(images=array), images, "d_images")
    assert_gradient(d_kernels, lambda array: loss(kernels=array), kernels, "d_kernels")
    assert_matches(d_biases, upstream.sum(axis=(0, 1, 2), dtype=float), dtype, "d_biases")


@criterion("max_mask", points=1, hint="What happens where several elements are equally large, or all are below zero?")
@pytest.mark.parametrize(
    "window",
    [
        pytest.param(np.zeros((2, 2)), id="nothing but zeros"),
        pytest.param(np.array([[3, 1, 3], [0, 3, 2]]), id="three that are largest"),
        pytest.param(np.array([[0.25, 0.5], [0.875, 0.75], [0.125, 0.625]]), id="all between 0 and 1"),
        pytest.param(-1.0 - distinct((3, 4)) ** 2, id="all below zero"),
        pytest.param(np.full((1, 3), -2.0), id="a row of equal numbers"),
        pytest.param(np.ones((1, 1)), id="a single number"),
    ],
)
def test_exactly_one_is_marked(student, window):
    """Exactly one element is marked, and it is a largest one, even where several are
    equal or all are negative."""
    found = as_array(call_unchanged(student, "max_mask", window), "mask")
    assert_shape(found, window.shape, "mask")
    marked = np.argwhere(found != 0)
    if len(marked) != 1:
        raise CriterionFailed("exactly one element to be marked", f"{len(marked)}")
    row, column = marked[0]
    assert_close(np.asarray(found[row, column], float), np.asarray(1.0), "the mark")
    if window[row, column] != window.max():
        raise CriterionFailed(
            "a largest element to be marked", f"one of {window[row, column]:g}, below {window.max():g}"
        )


@criterion("spread_evenly", points=1, hint="Any number over any window, whole numbers and negative ones too.")
@pytest.mark.parametrize(
    "value, shape",
    [
        pytest.param(-3.5, (1, 1), id="a single pixel"),
        pytest.param(7, (3, 4), id="a whole number"),
        pytest.param(0.0, (2, 2), id="zero"),
        pytest.param(1, (5, 2), id="one"),
        pytest.param(-2, (1, 6), id="a negative number over a row"),
    ],
)
def test_shares_of_any_number(student, value, shape):
    """Any number is divided equally over a window of any shape."""
    assert_close(student.spread_evenly(value, shape), np.full(shape, float(value) / np.prod(shape)), "shares")


@criterion(
    "pool_backward", points=2, hint="Visit the very windows that pool visits, image by image and channel by channel."
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [as_case(shape) for shape in POOLS])
def test_gradient_of_any_pooling(student, shape, mode):
    """The gradient is the slope that one finds by nudging every pixel, for any
    shape, size and stride."""
    images = distinct(shape[:4])
    upstream = np.random.default_rng(1).normal(size=pooled(images, *shape[4:], mode).shape)
    found = call_unchanged(student, "pool_backward", upstream, images, *shape[4:], mode)
    assert_gradient(found, lambda array: np.sum(upstream * pooled(array, *shape[4:], mode)), images, "d_images")


@criterion("pool_backward", points=1, hint="Each window hands out its gradient once, to one of its largest pixels.")
@pytest.mark.parametrize(
    "size, stride",
    [pytest.param(2, 2, id="windows side by side"), pytest.param(3, 1, id="windows that overlap")],
)
def test_nothing_is_handed_out_twice(student, size, stride):
    """Where pixels are equally large, as after a ReLU, max pooling hands each gradient out once."""
    images = np.maximum(distinct((2, 6, 6, 2)) - 2.5, 0)
    upstream = 1.0 + np.random.default_rng(5).random(size=pooled(images, size, stride, "max").shape)
    found = as_array(student.pool_backward(upstream, images, size, stride, "max"), "d_images")
    assert_shape(found, images.shape, "d_images")
    for channel in range(images.shape[-1]):
        arrived, sent = found[..., channel].sum(), upstream[..., channel].sum()
        assert_close(np.asarray(arrived, float), np.asarray(sent), f"the sum of d_images in channel {channel}")


@criterion(
    "pool_backward", points=1, hint="Shares have fractions even where images have none: of which type is your array?"
)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", TYPES[1:])
def test_pool_gradients_for_any_number_type(student, dtype, mode):
    """The gradient is as good for images of float32 or of whole numbers."""
    images = (16 * distinct((1, 4, 6, 2))).astype(dtype)
    upstream = np.random.default_rng(2).normal(size=(1, 2, 3, 2)).astype("float32" if dtype == "float32" else "float64")
    found = call_unchanged(student, "pool_backward", upstream, images, 2, 2, mode)
    assert_gradient(found, lambda array: np.sum(upstream * pooled(array, 2, 2, mode)), images, "d_images")
