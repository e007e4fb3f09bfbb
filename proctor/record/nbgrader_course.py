"""Call nbgrader's own code: its converters, and the database of its gradebook."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
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
from traitlets import TraitError
from traitlets.config import Config

from proctor.course.course import Course
from proctor.course.private import tighten
from proctor.errors import CourseError, ProctorError, ReleaseError
from proctor.text import one_line

WAIT_SECONDS = 20.0  # for another program to let go of the gradebook
BUSY = "the gradebook is in use by another program; nothing was lost, run the same command again"
LOCK_ERRORS = ("55P03", "40P01")  # PostgreSQL's codes lock_not_available and deadlock_detected
# nbgrader looks rows up by these columns but has no index on them, so that each query would scan
# the rows of the whole class.
INDEXED_COLUMNS = (
    ("base_cell", "notebook_id"),
    ("comment", "notebook_id"),
    ("grade", "notebook_id"),
    ("source_cell", "notebook_id"),
    ("submitted_assignment", "student_id"),
    ("submitted_notebook", "assignment_id"),
)


def directory(course: Course, **changes: Any) -> CourseDirectory:
    """nbgrader's CourseDirectory of the course; `changes` override its settings.

    Raises CourseError if nbgrader refuses one of them, such as a name with a plus sign.
    """
    try:
        return CourseDirectory(config=course.settings(), **changes)
    except TraitError as error:
        raise CourseError(f"nbgrader refuses {', '.join(map(repr, changes.values()))}: {error}") from error


def generate(course: Course, name: str, into: Path, register: bool = True) -> Path:
    """Run nbgrader's `generate_assignment`.

    Args:
        course: the course.
        name: the assignment's.
        into: the folder in which the assignment's released folder is made.
        register: whether the assignment's cells and points go into the gradebook.

    Returns the released folder. Raises ReleaseError with nbgrader's reason.
    """
    folder = directory(course, assignment_id=name, release_directory=str(into))
    if register:
        make_gradebook(private_url(course, make=True))
    config = course.settings()
    # `author.release` does what the hook does, before the release is moved into its place.
    config.GenerateAssignment.pop("post_convert_hook", None)
    config.SaveCells.enabled = register
    config.GenerateAssignment.no_database = not register
    try:
        run_converter(GenerateAssignment, folder, config)
    except ProctorError as error:
        raise ReleaseError(f"{name!r} could not be released: {error}") from error
    return into / name


def run_converter(converter: type[Any], folder: CourseDirectory, config: Config) -> None:
    """Run one of nbgrader's converters on one folder.

    Args:
        converter: its class.
        folder: the course directory, with the names of the assignment and student to convert.
        config: nbgrader's settings.

    Raises ProctorError with the last exception that nbgrader logged.
    """
    last_exception = _LastException()
    log = logging.Logger("proctor.nbgrader")
    log.addHandler(last_exception)
    folder.log = log
    with _explain_database_errors(folder.db_url):
        try:
            made = _of_one_folder(converter)(coursedir=folder, config=config, log=log)
            made.force = True
            made.start()
        except NbGraderException as error:
            if isinstance(last_exception.error, DBAPIError):
                raise last_exception.error from error
            raise ProctorError(str(last_exception.error or error)) from error


def _of_one_folder(converter: type[Any]) -> type[Any]:
    """`converter`, but taking names as they are, where nbgrader takes `[` and `*` as patterns."""

    class OfOneFolder(converter):  # type: ignore[misc]  # any of nbgrader's
        def init_notebooks(self) -> None:
            folder = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
            found = [path.name for path in Path(folder).glob("*.ipynb")]
            if not found:
                raise NbGraderException(f"there is no notebook in {folder}")
            # nbgrader reads the student's name from these paths: they keep its "source/./".
            self.assignments = {folder: [os.path.join(folder, file) for file in sorted(found)]}
            self.notebooks: list[str] = []

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            super().init_assignment(assignment_id, student_id)
            # What nbgrader does not copy it finds by a pattern, too: in "hw [1]" it copied all,
            # and a feedback folder would hold the notebook with its hidden tests.
            folder = Path(self._format_dest(assignment_id, student_id))
            ignored = ("*.ipynb", *self.coursedir.ignore)
            for path in list(folder.rglob("*")):
                names = path.relative_to(folder).parts
                if path.is_file() and any(fnmatch(name, pattern) for name in names for pattern in ignored):
                    path.unlink()

    return OfOneFolder


def private_url(course: Course, make: bool = False) -> str:
    """SQLAlchemy's address of the gradebook; if it is a file, its owner alone can read it.

    Args:
        course: whose gradebook.
        make: whether an empty file is made if there is none.
    """
    url = str(directory(course).db_url)
    with suppress(ArgumentError, ValueError):  # `transaction` and `reading` say what is wrong with it
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database:
            path = Path(address.database)
            if make and path.parent.is_dir() and not os.path.lexists(path):
                with suppress(OSError):
                    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            tighten(course, path)
    return url


def make_gradebook(url: str) -> None:
    """Create nbgrader's tables and our indexes at `url` where missing, in one transaction.

    nbgrader itself creates them in several transactions and runs the program `alembic`, which
    must be on the PATH.
    """
    with transaction(url) as connection:
        _make_tables(connection)


@contextmanager
def transaction(url: str, write: bool = True) -> Iterator[Connection]:
    """A connection to the gradebook in one transaction: all is saved, or nothing if it raises.

    Missing tables are created.

    Args:
        url: SQLAlchemy's address of the gradebook.
        write: whether to lock out other writers from the start.

    Raises ProctorError for errors of the database.
    """
    with _explain_database_errors(url), _engine(url, os.getpid()).connect() as connection:
        _begin(connection, write)
        if not inspect(connection).has_table("assignment"):
            connection.rollback()
            _begin(connection, True)
            _make_tables(connection)
        yield connection
        connection.commit()


@contextmanager
def reading(url: str) -> Iterator[Connection | None]:
    """A connection to the gradebook at `url` for reading; None if there is no gradebook.

    Raises ProctorError for errors of the database.
    """
    with _explain_database_errors(url):
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            yield None  # connecting would create the file
            return
        with _engine(url, os.getpid()).connect() as connection:
            _begin(connection, write=False)
            yield connection if inspect(connection).has_table("assignment") else None


@lru_cache(maxsize=4)
def _engine(url: str, _process: int) -> Engine:
    """The engine, which caches compiled statements and, with a server, one connection.

    `_process` is part of the cache's key: a forked process must not use its parent's connection.
    """
    if make_url(url).get_backend_name() == "sqlite":
        # Opened anew each time: an open file would not notice that the gradebook was replaced.
        return create_engine(url, poolclass=NullPool)
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
    for table, column in INDEXED_COLUMNS:
        connection.execute(text(f"CREATE INDEX IF NOT EXISTS proctor_{table}_{column} ON {table} ({column})"))


@contextmanager
def _explain_database_errors(url: str) -> Iterator[None]:
    """Turn errors of the database at `url`, and of its address, into a ProctorError."""
    try:
        _check_address(url)
        yield
    except DBAPIError as error:
        if "database is locked" in str(error.orig) or getattr(error.orig, "sqlstate", "") in LOCK_ERRORS:
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
    """Raise ArgumentError for an address that a driver would quote with part of its password."""
    try:
        host = make_url(url).host
    except ValueError:
        raise ArgumentError("its port is no number") from None
    if "@" in (host or ""):
        raise ArgumentError("an @ in its password is written %40")


class _LastException(logging.Handler):
    """A log handler that keeps the last exception whose traceback nbgrader logged.

    nbgrader raises a general NbGraderException afterwards, which does not say the reason.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("Traceback"):
            self.error = sys.exception()
