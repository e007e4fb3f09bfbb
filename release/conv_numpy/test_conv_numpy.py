"""The public criteria of `conv_numpy`: small examples that can be worked out on paper."""

import numpy as np
import pytest

from proctor import as_array, as_tuple, assert_close, assert_dtype, assert_shape, criterion


def one_image(*rows):
    """A batch of one image with one channel, of shape (1, rows, columns, 1)."""
    return np.array(rows, float)[None, :, :, None]


def one_kernel(*rows):
    """One kernel for one channel, of shape (rows, columns, 1, 1)."""
    return np.array(rows, float)[:, :, None, None]


def three_gradients(found):
    """The three arrays that `convolve_backward` returned, as a tuple."""
    return as_tuple(found, "convolve_backward(...)", ("d_images", "d_kernels", "d_biases"))


@criterion("pad_images", points=1, hint="Four axes, and only two of them grow.")
def test_a_frame_of_zeros(student):
    """An image gets zeros above, below, left and right, and nothing else is changed."""
    found = student.pad_images(one_image([1, 2, 3], [4, 5, 6]), 1)
    expected = one_image([0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0])
    assert_close(found, expected, "padded")
    assert_shape(student.pad_images(np.ones((3, 2, 5, 4)), 2), (3, 6, 9, 4), "padded")


@criterion(
    "output_size",
    points=1,
    hint="Where does the first window begin, and where may the last? Half a step is no position.",
)
@pytest.mark.parametrize(
    "length, window, stride, pad, positions",
    [
        pytest.param(8, 3, 1, 0, 6, id="a window of 3 over 8 squares"),
        pytest.param(8, 3, 2, 0, 3, id="the same with a stride of 2"),
        pytest.param(8, 3, 3, 1, 3, id="the same with a stride of 3 and a frame"),
        pytest.param(5, 5, 2, 0, 1, id="a window as long as the strip"),
        pytest.param(6, 3, 1, 1, 6, id="a window of 3 over 6 squares and a frame"),
    ],
)
def test_counted_on_paper(student, length, window, stride, pad, positions):
    """The numbers of positions that one counts on paper come out, as ints."""
    found = student.output_size(length, window, stride=stride, pad=pad)
    what = f"output_size({length}, {window}, stride={stride}, pad={pad})"
    assert_dtype(found, "int", what)
    assert_close(found, positions, what)


@criterion("convolution_step", points=1, hint="Multiply element by element, add up everything, and add the bias once.")
def test_one_patch(student):
    """The patch (1 2 / 3 4) under the kernel (1 0 / 0 -1) with bias 0.5
    gives 1 - 4 + 0.5 = -2.5."""
    patch, kernel = np.array([[1.0, 2.0], [3.0, 4.0]])[..., None], np.array([[1.0, 0.0], [0.0, -1.0]])[..., None]
    assert_close(student.convolution_step(patch, kernel, 0.5), -2.5, "the answer")


@criterion("convolve", points=2, hint="Follow the window by hand: which pixels lie under it at row 0, column 1?")
def test_every_position(student):
    """The kernel (1 2 3 / 0 0 0) answers at every position of an image of 3 × 4 pixels."""
    image = one_image([0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11])
    found = student.convolve(image, one_kernel([1, 2, 3], [0, 0, 0]), np.array([10.0]))
    assert_close(found, one_image([18, 24], [42, 48]), "maps")


@criterion(
    "convolve", points=1, hint="A new position begins `stride` pixels further on; the kernel stays as large as it is."
)
def test_stride_skips_pixels(student):
    """With a stride of 2, a kernel of a single 1 picks every second pixel."""
    image = one_image([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16], [17, 18, 19, 20])
    found = student.convolve(image, one_kernel([1]), np.array([0.0]), stride=2)
    assert_close(found, one_image([1, 3], [9, 11], [17, 19]), "maps")


@criterion(
    "convolve", points=1, hint="Pad the images first; the number of positions then follows from the padded size."
)
def test_padding_keeps_the_size(student):
    """With a frame of one pixel, a 3 × 3 kernel that has a 1 in its middle gives the image back."""
    image = one_image([3, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8])
    found = student.convolve(image, one_kernel([0, 0, 0], [0, 1, 0], [0, 0, 0]), np.array([0.0]), pad=1)
    assert_close(found, image, "maps")


@criterion("convolve", points=1, hint="A patch has all the channels; each kernel, with its own bias, fills one map.")
def test_each_kernel_fills_its_map(student):
    """One kernel gives the sum of two channels, another, with a bias of 100, their
    difference, for both images."""
    images = np.array([[[[1.0, 2.0], [3.0, 5.0]]], [[[7.0, 11.0], [13.0, 17.0]]]])
    kernels = np.array([[[[1.0, 1.0], [1.0, -1.0]]]])
    found = student.convolve(images, kernels, np.array([0.0, 100.0]))
    assert_close(found, np.array([[[[3.0, 99.0], [8.0, 98.0]]], [[[18.0, 96.0], [30.0, 96.0]]]]), "maps")


@criterion("pool", points=1, hint="What is the largest of four numbers that are all below zero?")
def test_largest_of_each_window(student):
    """Max pooling, which one gets without saying a mode, keeps the largest number of each
    window, whatever its sign."""
    image = one_image([1, 3, -5, -2], [2, 0, -1, -7], [4, 4, 6, 0], [8, 4, 0, 9])
    assert_close(student.pool(image, 2, 2), one_image([3, -1], [8, 9]), "pooled")


@criterion("pool", points=1, hint="The mean over rows and columns, for each image and each channel on its own.")
def test_mean_of_each_window(student):
    """Average pooling keeps the mean of each window."""
    image = one_image([1, 3, -5, -2], [2, 0, -1, -7], [4, 4, 6, 0], [8, 4, 0, 9])
    assert_close(student.pool(image, 2, 2, "average"), one_image([1.5, -3.75], [5, 3.75]), "pooled")


@criterion("pool", points=1, hint="Size and stride are two things; output_size tells how many windows fit.")
def test_windows_that_overlap(student):
    """Windows may overlap, and rows that are left over at the end are not looked at."""
    image = one_image([1, 2, 3], [4, 9, 5], [8, 7, 6])
    assert_close(student.pool(image, 2, 1, "max"), one_image([9, 9], [9, 9]), "pooled with stride 1")
    assert_close(student.pool(image, 2, 2, "max"), one_image([9]), "pooled with stride 2")


@criterion("convolve_backward", points=1, hint="One answer: each pixel counts as much as the kernel's number on it.")
def test_gradients_of_one_answer(student):
    """Where the window fits once and upstream is 3, the gradients are 3 ×
    kernel, 3 × image and 3."""
    image, kernel = one_image([1, 2], [3, 4]), one_kernel([5, 6], [7, 8])
    d_images, d_kernels, d_biases = three_gradients(student.convolve_backward(one_image([3]), image, kernel))
    assert_close(d_images, one_image([15, 18], [21, 24]), "d_images")
    assert_close(d_kernels, one_kernel([3, 6], [9, 12]), "d_kernels")
    assert_close(d_biases, np.array([3.0]), "d_biases")


@criterion("convolve_backward", points=1, hint="A pixel under four windows collects four contributions.")
def test_contributions_add_up(student):
    """With a 2 × 2 kernel of ones, each pixel of a 3 × 3 image collects as often as
    it lies under a window."""
    image, kernel = one_image([1, 2, 3], [4, 5, 6], [7, 8, 9]), one_kernel([1, 1], [1, 1])
    d_images, d_kernels, d_biases = three_gradients(student.convolve_backward(np.ones((1, 2, 2, 1)), image, kernel))
    assert_close(d_images, one_image([1, 2, 1], [2, 4, 2], [1, 2, 1]), "d_images")
    assert_close(d_kernels, one_kernel([12, 16], [24, 28]), "d_kernels")
    assert_close(d_biases, np.array([4.0]), "d_biases")


@criterion(
    "convolve_backward",
    points=1,
    needs="padding_keeps_the_size",
    hint="Visit the very windows that convolve visits, with its stride, and cut the frame off again at the end.",
)
@pytest.mark.parametrize(
    "stride, pad",
    [
        pytest.param(1, 0, id="a stride of 1"),
        pytest.param(2, 0, id="a stride of 2"),
        pytest.param(1, 1, id="a frame of one pixel"),
        pytest.param(2, 2, id="a stride of 2 and a frame of two pixels"),
    ],
)
def test_the_promise_is_kept(student, stride, pad):
    """Nudge images, kernels or biases: your convolve changes by what the gradients promise."""
    draw = np.random.default_rng(10 * stride + pad)
    images, kernels, biases = draw.normal(size=(2, 5, 6, 2)), draw.normal(size=(3, 2, 2, 3)), draw.normal(size=3)
    maps = as_array(student.convolve(images, kernels, biases, stride=stride, pad=pad), "maps")
    upstream = draw.normal(size=maps.shape)
    found = three_gradients(student.convolve_backward(upstream, images, kernels, stride=stride, pad=pad))
    given = {"images": images, "kernels": kernels, "biases": biases}
    for (name, array), gradient in zip(given.items(), found, strict=True):
        gradient = as_array(gradient, f"d_{name}")
        assert_shape(gradient, array.shape, f"d_{name}")
        for _ in range(3):
            nudge = draw.normal(size=array.shape)
            nudged = student.convolve(**given | {name: array + nudge}, stride=stride, pad=pad)
            happened = np.sum(upstream * (as_array(nudged, "maps") - maps))
            promised = np.sum(gradient * nudge)
            assert_close(promised, happened, f"what d_{name} promises for a nudge", rtol=1e-3, atol=1e-3)


@criterion(
    "max_mask",
    points=1,
    hint="Print your mask: has it the shape of the window, and its one mark in the right row and column?",
)
def test_the_largest_is_marked(student):
    """In (1 4 2 / 5 0 3) the 5 is marked and nothing else."""
    found = as_array(student.max_mask(np.array([[1.0, 4.0, 2.0], [5.0, 0.0, 3.0]])), "mask")
    assert_close(found.astype(int), np.array([[0, 0, 0], [1, 0, 0]]), "mask")


@criterion("spread_evenly", points=1, hint="How many pixels are in the window?")
def test_six_over_six_pixels(student):
    """6 over a window of 2 × 3 pixels is 1 for each, and 1 over the same window a sixth."""
    assert_close(student.spread_evenly(6.0, (2, 3)), np.ones((2, 3)), "shares")
    assert_close(student.spread_evenly(1, (2, 3)), np.full((2, 3), 1 / 6), "shares")


@criterion("pool_backward", points=1, hint="Only the largest pixel of a window was let through.")
def test_the_winner_takes_it(student):
    """Backward through max pooling, each window's gradient goes to its largest pixel."""
    image = one_image([1, 3, -5, -2], [2, 0, -1, -7])
    found = student.pool_backward(one_image([10, 20]), image, 2, 2)
    assert_close(found, one_image([0, 10, 0, 0], [0, 0, 20, 0]), "d_images")


@criterion("pool_backward", points=1, hint="Each of the window's pixels moved the mean by the same share.")
def test_everybody_gets_a_share(student):
    """Backward through average pooling, each window's gradient is divided equally; pixels
    left over get nothing."""
    image = one_image([1, 3, -5, -2, 0], [2, 0, -1, -7, 0])
    found = student.pool_backward(one_image([10, 20]), image, 2, 2, "average")
    assert_close(found, one_image([2.5, 2.5, 5, 5, 0], [2.5, 2.5, 5, 5, 0]), "d_images")


@criterion("pool_backward", points=1, hint="A pixel in two windows collects from both.")
@pytest.mark.parametrize(
    "mode, expected",
    [
        pytest.param("max", [0, 0, 30, 0], id="max pooling"),
        pytest.param("average", [2.5, 7.5, 12.5, 7.5], id="average pooling"),
    ],
)
def test_overlapping_windows_add_up(student, mode, expected):
    """Where windows overlap, the gradients add up."""
    image = one_image([1, 2, 9, 3], [0, 1, 8, 1])
    upstream = one_image([0, 10, 20]) if mode == "max" else one_image([10, 20, 30])
    found = student.pool_backward(upstream, image, 2, 1, mode)
    rows = [expected, [0, 0, 0, 0]] if mode == "max" else [expected, expected]
    assert_close(found, one_image(*rows), "d_images")
