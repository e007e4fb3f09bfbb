"""nbgrader's own machinery, used from within: the course's settings, its converters, its gradebook's tables."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from nbgrader.api import Base
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, inspect, text
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from proctor.course import Course
from proctor.errors import ProctorError, ReleaseError

BUSY = "the gradebook is in use by another program; nothing was lost, run the same command again"


def settings(course: Course) -> Config:
    """The course's own `nbgrader_config.py`, with the folders at the course's root."""
    config = Config()
    if (course.root / "nbgrader_config.py").is_file():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    return config


def directory(course: Course, **changes: Any) -> CourseDirectory:
    """nbgrader's view of the course, with some of its settings changed."""
    return CourseDirectory(config=settings(course), **changes)


def generate(course: Course, name: str, into: Path, register: bool = True) -> Path:
    """nbgrader's own `generate_assignment` of `name` into the folder `into`; returns the folder of the assignment.

    Args:
        register: whether the assignment's cells and points go into the gradebook.

    Raises ReleaseError with nbgrader's reason.
    """
    folder = directory(course, assignment_id=name, release_directory=str(into))
    if register:
        make_gradebook(folder.db_url)
    config = settings(course)
    config.GenerateAssignment.pop("post_convert_hook", None)  # release() does its work before the release is in place
    config.SaveCells.enabled = register
    config.GenerateAssignment.no_database = not register
    try:
        run(GenerateAssignment, folder, config)
    except ProctorError as error:
        raise ReleaseError(f"{name!r} could not be released: {error}") from error
    return into / name


def run(converter: type[Any], folder: CourseDirectory, config: Config) -> None:
    """Run one of nbgrader's converters over what `folder` names.

    Raises ProctorError with nbgrader's own last reason.
    """
    heard = _Heard()
    log = logging.Logger("proctor.nbgrader")
    log.addHandler(heard)
    folder.log = log
    try:
        made = converter(coursedir=folder, config=config, log=log)
        made.force = True
        made.start()
    except NbGraderException as error:
        raise ProctorError(BUSY if "database is locked" in heard.reason else heard.reason or str(error)) from error


def make_gradebook(url: str) -> None:
    """Make nbgrader's tables at `url`, all or none, if there are none.

    nbgrader would do so itself, but not at once, and only with its program `alembic` on the PATH.
    """
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            return
        version = {"version": ScriptDirectory(ALEMBIC_DIR).get_current_head()}
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not inspect(connection).get_table_names():
                Base.metadata.create_all(connection)
                connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
                connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version)
    finally:
        engine.dispose()


class _Heard(logging.Handler):
    """Keeps the last exception that nbgrader logged on its way to a general complaint."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.reason = ""

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage().strip()
        if message.startswith("Traceback"):
            self.reason = message.splitlines()[-1].partition(": ")[2] or message.splitlines()[-1]
