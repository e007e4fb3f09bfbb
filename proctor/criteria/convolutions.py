"""What convolutions, poolings and normalisations make of maps, in the examiner's own NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def convolve(maps: np.ndarray, kernel: np.ndarray, stride: int = 1, padding: str = "same") -> np.ndarray:
    """What Keras's `Conv2D` without a bias and an activation makes of maps.

    Args:
        maps: an array (n, height, width, channels).
        kernel: an array (rows, columns, channels, filters).
        stride: by how many pixels the window moves on, in both directions.
        padding: "same" or "valid", as Keras has it.

    Returns an array (n, height, width, filters) of float64.
    """
    rows, columns = kernel.shape[:2]
    if padding == "same":
        missing = [
            max((-(-size // stride) - 1) * stride + window - size, 0)
            for size, window in zip(maps.shape[1:3], (rows, columns), strict=True)
        ]
        maps = np.pad(maps, [(0, 0), *((each // 2, each - each // 2) for each in missing), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(maps, (rows, columns), axis=(1, 2))[:, ::stride, ::stride]
    return np.asarray(np.tensordot(windows.astype(float), kernel.astype(float), axes=((4, 5, 3), (0, 1, 2))))


def convolve_all(maps: np.ndarray, weights: Sequence[np.ndarray], bends: Sequence[Any] = (True, True)) -> np.ndarray:
    """What several padded convolutions, one behind the other, make of maps.

    Args:
        maps: an array (n, height, width, channels).
        weights: kernel and bias of each convolution.
        bends: for each, whether it ends in a ReLU.
    """
    for kernel, bias, bend in zip(weights[::2], weights[1::2], bends, strict=True):
        maps = convolve(maps, kernel) + bias
        maps = np.maximum(maps, 0) if bend else maps
    return maps


def pool_maps(maps: np.ndarray, size: int = 2, take: Callable[..., Any] = np.max) -> np.ndarray:
    """What Keras's `MaxPooling2D` makes of maps whose height and width it divides.

    Args:
        maps: an array (n, height, width, channels).
        size: of the fields, in both directions.
        take: of each field, such as `np.mean`.
    """
    count, height, width, channels = maps.shape
    fields = maps.reshape(count, height // size, size, width // size, size, channels)
    return np.asarray(take(fields, axis=(2, 4)))


def enlarge_maps(maps: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What Keras's `Conv2DTranspose` without a bias makes of maps, if its stride is its window.

    Args:
        maps: an array (n, height, width, channels).
        kernel: an array (size, size, filters, channels).
    """
    count, height, width, _ = maps.shape
    fields = np.einsum("nijc,abkc->niajbk", maps, kernel)
    return fields.reshape(count, height * kernel.shape[0], width * kernel.shape[1], -1)


def normalise(
    maps: np.ndarray, gamma: np.ndarray, beta: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> np.ndarray:
    """What Keras's `BatchNormalization` makes of maps in use.

    Args:
        maps: an array whose last axis is that of the channels.
        gamma, beta, mean, variance: the weights of the layer, in Keras's order.

    Returns an array of the same shape.
    """
    return np.asarray((maps - mean) / np.sqrt(variance + 1e-3) * gamma + beta)
