"""The data sets of the exercises, by name.

Real files are used where they can be found; otherwise the package draws a stand-in itself.

A new data set is one file that makes a `Dataset`, and a line in `loading.DATASETS`.
"""

from proctor.datasets.digits import draw_digits
from proctor.datasets.exporting import export
from proctor.datasets.faces import draw_faces
from proctor.datasets.loading import load, names, source
from proctor.datasets.series import generate_series

__all__ = ["draw_digits", "draw_faces", "export", "generate_series", "load", "names", "source"]
