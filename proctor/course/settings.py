"""Read a course's `nbgrader_config.py`."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader


def read_settings(root: Path) -> Config:
    """nbgrader's settings of the course in `root`; executes its `nbgrader_config.py`, if any."""
    config = Config()
    if (root / "nbgrader_config.py").is_file():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config
