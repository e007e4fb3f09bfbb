"""nbgrader's own machinery, used from within: its converters, its gradebook's database."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from nbgrader.api import Base
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from traitlets.config import Config

from proctor.course.course import Course
from proctor.errors import ProctorError, ReleaseError
from proctor.text import one_line

WAIT_SECONDS = 20.0  # for another program to let go of the gradebook
BUSY = "the gradebook is in use by another program; nothing was lost, run the same command again"
LOCKED_OUT = ("55P03", "40P01")  # PostgreSQL: a lock was not to be had in time, or two waited for each other
# What nbgrader looks rows up by without an index: it would read the rows of the whole class each time.
LOOKED_UP = (
    ("base_cell", "notebook_id"),
    ("comment", "notebook_id"),
    ("grade", "notebook_id"),
    ("source_cell", "notebook_id"),
    ("submitted_assignment", "student_id"),
    ("submitted_notebook", "assignment_id"),
)


def directory(course: Course, **changes: Any) -> CourseDirectory:
    """nbgrader's view of the course, with some of its settings changed."""
    return CourseDirectory(config=course.settings(), **changes)


def generate(course: Course, name: str, into: Path, register: bool = True) -> Path:
    """nbgrader's own `generate_assignment` of `name` into the folder `into`; returns the folder of the assignment.

    Args:
        register: whether the assignment's cells and points go into the gradebook.

    Raises ReleaseError with nbgrader's reason.
    """
    folder = directory(course, assignment_id=name, release_directory=str(into))
    if register:
        make_gradebook(folder.db_url)
    config = course.settings()
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
    with told_in_a_sentence(folder.db_url):
        try:
            made = converter(coursedir=folder, config=config, log=log)
            made.force = True
            made.start()
        except NbGraderException as error:
            if isinstance(heard.error, DBAPIError):
                raise heard.error from error
            raise ProctorError(str(heard.error or error)) from error


def make_gradebook(url: str) -> None:
    """Make nbgrader's tables at `url`, if there are none, and the indexes that a large class needs; all or nothing.

    nbgrader would make the tables itself, but not at once, and only with its program `alembic` on the PATH.
    """
    with transaction(url) as connection:
        _make_tables(connection)


@contextmanager
def transaction(url: str, write: bool = True) -> Iterator[Connection]:
    """The gradebook at `url`; all that is done to it is saved at the end or, if anything is raised, nothing of it.

    Args:
        write: whether no other process may write in the meantime.

    Raises ProctorError for what the database complains about.
    """
    with told_in_a_sentence(url), _engine(url, os.getpid()).connect() as connection:
        _begin(connection, write)
        if not inspect(connection).has_table("assignment"):
            connection.rollback()
            _begin(connection, True)
            _make_tables(connection)
        yield connection
        connection.commit()


@contextmanager
def reading(url: str) -> Iterator[Connection | None]:
    """The gradebook at `url`, to be read only; None if there is none.

    Raises ProctorError for what the database complains about.
    """
    with told_in_a_sentence(url):
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            yield None  # to connect would make the file
            return
        with _engine(url, os.getpid()).connect() as connection:
            _begin(connection, write=False)
            yield connection if inspect(connection).has_table("assignment") else None


@lru_cache(maxsize=4)
def _engine(url: str, process: int) -> Engine:
    """What keeps compiled statements and, with a server, a connection: that of a parent process is not ours to use."""
    if make_url(url).get_backend_name() == "sqlite":
        return create_engine(url, poolclass=NullPool)  # an open file would not show that it has been replaced
    return create_engine(url, pool_size=1, pool_pre_ping=True, connect_args={"connect_timeout": int(WAIT_SECONDS)})


def _begin(connection: Connection, write: bool) -> None:
    milliseconds = int(WAIT_SECONDS * 1000)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        if write:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('proctor'))")


def _make_tables(connection: Connection) -> None:
    if not inspect(connection).has_table("assignment"):
        version = {"version": ScriptDirectory(ALEMBIC_DIR).get_current_head()}
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version)
    for table, column in LOOKED_UP:
        connection.execute(text(f"CREATE INDEX IF NOT EXISTS proctor_{table}_{column} ON {table} ({column})"))


@contextmanager
def told_in_a_sentence(url: str) -> Iterator[None]:
    """Turn what the database at `url`, or the way to it, complains about into a ProctorError."""
    try:
        _check_address(url)
        yield
    except DBAPIError as error:
        if "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", "") in LOCKED_OUT:
            raise ProctorError(BUSY) from error
        raise ProctorError(
            f"the gradebook cannot be read or written: {one_line(error.orig, 400)}; nothing was lost, "
            "run the same command again when it can"
        ) from error
    except (ArgumentError, ModuleNotFoundError) as error:
        raise ProctorError(
            f"the gradebook's address, c.CourseDirectory.db_url, cannot be used: {one_line(error)} "
            '(postgresql://… needs pip install "psycopg[binary]")'
        ) from error


def _check_address(url: str) -> None:
    """Raise ArgumentError for what would make a driver repeat a part of the password."""
    try:
        host = make_url(url).host
    except ValueError:
        raise ArgumentError("its port is no number") from None
    if "@" in (host or ""):
        raise ArgumentError("an @ in its password is written %40")


class _Heard(logging.Handler):
    """Keeps the last exception that nbgrader logged on its way to a general complaint."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Traceback"):
            self.error = sys.exception()
