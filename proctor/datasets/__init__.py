"""The data sets of the exercises, by name.

Real files are used where they can be found; otherwise the package draws a stand-in.

To add a data set to Proctor, write a module that defines a `Dataset` and list it in
`loading.DATASETS`; a course defines its own in the file `course_data.py` of its folder.
"""

from proctor.datasets.course import use_course
from proctor.datasets.dataset import Dataset
from proctor.datasets.digits import draw_digits
from proctor.datasets.exporting import export
from proctor.datasets.faces import draw_faces
from proctor.datasets.flower import grow_flower
from proctor.datasets.garments import draw_garments
from proctor.datasets.herd import draw_herd
from proctor.datasets.loading import load, names, put_aside, source
from proctor.datasets.parks import draw_park
from proctor.datasets.portraits import draw_portraits
from proctor.datasets.rings import draw_rings
from proctor.datasets.series import generate_series
from proctor.datasets.shapes import draw_shapes
from proctor.datasets.species import draw_species
from proctor.datasets.species_base import load_species_base, scale_pictures
from proctor.datasets.tallies import draw_tally
from proctor.datasets.traps import draw_trap
from proctor.datasets.whistles import draw_recordings

__all__ = [
    "Dataset",
    "draw_digits",
    "draw_faces",
    "draw_garments",
    "draw_herd",
    "draw_park",
    "draw_portraits",
    "draw_recordings",
    "draw_rings",
    "draw_shapes",
    "draw_species",
    "draw_tally",
    "draw_trap",
    "export",
    "generate_series",
    "grow_flower",
    "load",
    "load_species_base",
    "names",
    "put_aside",
    "scale_pictures",
    "source",
    "use_course",
]
