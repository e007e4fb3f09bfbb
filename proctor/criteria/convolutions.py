"""What a convolution makes of maps, in the examiner's own NumPy."""

from __future__ import annotations

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
