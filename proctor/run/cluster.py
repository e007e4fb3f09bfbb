"""Grade on a dask.distributed cluster: submissions go as bytes, results come back as JSON.

A run installs a `CourseOnWorker` plugin on every worker, also on those that join later. It unpacks
the course from a zip, refuses to grade if the worker's code, versions or data differ from ours, and
grades one submission at a time. Dask pickles what its processes send each other, which must trust
each other; no object made by a student's code is ever pickled.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import io
import json
import logging
import os
import shutil
import signal
import stat
import tempfile
import threading
import time
import zipfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import nbformat
from distributed import Client, KilledWorker, Reschedule, Worker, WorkerPlugin, get_client, get_worker
from distributed.comm.addressing import resolve_address
from threadpoolctl import threadpool_limits

from proctor.course.assignment import Assignment
from proctor.course.cells import read_source
from proctor.course.course import Course
from proctor.datasets.course import COURSE_DATA
from proctor.errors import CourseError, ProctorError, UnreadableSubmission
from proctor.intake.handed_zip import is_zip
from proctor.intake.submission import FILE_BYTES, read_file, read_submission
from proctor.jail.course_jail import Jails, accepted_jail, fork_server
from proctor.judge.plain_nbgrader import PlainAssignment
from proctor.judge.result import Result, not_graded
from proctor.record.keys import Key, assignment_key, common_key
from proctor.run.plan import Plan
from proctor.run.pool import AHEAD, TRIES, Workers, batches
from proctor.run.processes import out_of_time
from proctor.run.task import Task, grade_task
from proctor.verdict import from_data, to_data

CONNECT_SECONDS = 10
WORKER_SECONDS = 120
IDLE_SECONDS = 600
"""How long a worker keeps an unused fork server; a killed coordinator cannot tell it to stop."""
REFUSING_SECONDS = 1
"""How long a worker that must not grade waits before it returns a submission.

If it returned them at once, the scheduler would give it all of them.
"""
COURSE_BYTES = 256 * 2**20
SUBMISSION_BYTES = 512 * 2**20
GIVEN_BYTES = 2 * 2**30
"""How large the submissions on the cluster may be together."""


class WorkerDied(Exception):
    """A worker, or the fork server on it, ended while it graded a submission."""


@dataclass(frozen=True)
class Parcel:
    """A submission on its way to a worker.

    Args:
        number: of this submission in its run.
        name: the assignment's.
        student: who handed it in.
        files: path in the submission's folder → its bytes, its size if it is too large to be read,
            or None if it is not a regular file.
    """

    number: int
    name: str
    student: str
    files: dict[str, bytes | int | None]

    @functools.cached_property
    def size(self) -> int:
        """How many bytes its files have together."""
        return sum(len(content) for content in self.files.values() if isinstance(content, bytes))


def grade_on(address: str, course: Course, plans: Sequence[Plan]) -> Iterator[list[tuple[Plan, Result]]]:
    """Grade submissions on a cluster and yield those done with their results, as `pool.batches`.

    If the scheduler goes away, those left are yielded as not graded.

    Args:
        address: of the scheduler, such as "tcp://host:8786".
        course: the course.
        plans: the submissions, with what the run has read of their assignments.

    Raises ProctorError if there is no scheduler, no worker, or a worker whose code, versions or
    data differ from ours.
    """
    left = dict(enumerate(plans))
    unsent: dict[int, str] = {}

    def make_parcels() -> Iterator[Parcel]:
        for number, plan in enumerate(plans):
            try:
                yield Parcel(number, plan.name, plan.student, _read_files(course, plan))
            except (UnreadableSubmission, OSError) as error:
                unsent[number] = str(error)

    with _connect(address) as client, _send_course(client, course, plans) as run:
        work = functools.partial(_grade_on_worker, run)
        try:
            with closing(batches(work, make_parcels(), _make_workers(client), _make_given_up_result)) as results:
                for batch in results:
                    yield [(left.pop(parcel.number), _from_json(*sent)) for parcel, sent in batch]
        except (CancelledError, OSError):
            unsent = dict.fromkeys(left, f"the scheduler {address} went away") | unsent
    for number, reason in unsent.items():
        yield [(plans[number], not_graded(plans[number].name, plans[number].student, reason))]


@contextmanager
def _connect(address: str) -> Iterator[Client]:
    try:
        # A Client whose address cannot be resolved keeps our process from ending: raise before.
        resolve_address(address)
        # Dask logs lost connections with tracebacks; our message says it in a sentence.
        for logger in ("distributed", "distributed.client"):  # each has a level of its own
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ProctorError(f"no scheduler answers at {address}: {error}") from error
    try:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            reason = f"the scheduler {address} has no worker yet; to start one: dask worker {address} --nthreads 1"
            raise ProctorError(reason) from None
        yield client
    finally:
        with suppress(OSError, CancelledError):
            client.close()


@contextmanager
def _send_course(client: Client, course: Course, plans: Sequence[Plan]) -> Iterator[str]:
    """Install the course on all workers for the length of the block; yields the plugin's name."""
    shared = {plan.name: plan.shared for plan in plans}
    plain = {name: one.plain for name, one in shared.items() if one.plain is not None}
    keys = {name: one.key for name, one in shared.items() if one.key is not None and name not in plain}
    plugin = CourseOnWorker(_zip_course(course, sorted(keys)), {"": common_key(course), **keys}, plain)
    try:
        try:
            client.register_plugin(plugin)
        except ModuleNotFoundError as error:
            raise ProctorError(
                f"a worker cannot load Proctor ({error}): install on it what is installed here"
            ) from error
        client.set_metadata([plugin.name], {})
        yield plugin.name
    finally:
        with suppress(OSError, CancelledError, ValueError):  # the scheduler may be gone
            client.set_metadata([plugin.name], {})
            client.unregister_worker_plugin(plugin.name)


def _make_workers(client: Client) -> Workers:
    """The cluster's workers; how many there are is asked once a second."""
    asked, count = 0.0, 0

    def room(given: Collection[Parcel]) -> bool:
        nonlocal asked, count
        if not count or time.monotonic() > asked + 1:
            asked, count = time.monotonic(), len(client.nthreads()) or 1
        return not given or (len(given) < AHEAD * count and sum(parcel.size for parcel in given) < GIVEN_BYTES)

    @contextmanager
    def executor() -> Iterator[Executor]:
        made = client.get_executor(pure=False)
        try:
            yield made
        finally:
            with suppress(OSError, CancelledError):
                made.shutdown(wait=False)

    return Workers(executor, room, died=(BrokenExecutor, KilledWorker, WorkerDied))


def _read_files(course: Course, plan: Plan) -> dict[str, bytes | int | None]:
    """Read the files of a submission that its verdict depends on, as in `Parcel.files`.

    Raises UnreadableSubmission if there is no notebook, or the files are too large.
    """
    name, student, files = plan.name, plan.student, list(plan.key["submission"])
    folder = course.submitted(student, name)
    if plan.shared.plain is None and not any(file.endswith(".ipynb") or is_zip(file) for file in files):
        # Raises UnreadableSubmission with the reason, which depends on all files of the folder.
        read_submission(folder, student, plan.shared.assignment, read_source(course.source(name)))
    contents = {file: _read_content(folder / file) for file in files}
    if sum(len(content) for content in contents.values() if isinstance(content, bytes)) > SUBMISSION_BYTES:
        raise UnreadableSubmission(f"{student} handed in more than {SUBMISSION_BYTES // 2**20} MiB")
    return contents


def _read_content(path: Path) -> bytes | int | None:
    try:
        return read_file(path, FILE_BYTES)
    except (UnreadableSubmission, FileNotFoundError):
        status = path.lstat()
        return status.st_size if stat.S_ISREG(status.st_mode) else None


def _from_json(verdict: str, notebooks: str) -> Result:
    data = json.loads(verdict)
    seconds = data.pop("seconds")
    cells = {name: nbformat.from_dict(notebook) for name, notebook in json.loads(notebooks).items()}
    return Result(replace(from_data(data), seconds=seconds), cells)


def _to_json(result: Result) -> tuple[str, str]:
    """The verdict and the notebooks of a result, each as JSON."""
    data = {**to_data(result.verdict), "seconds": result.verdict.seconds}
    return json.dumps(data), json.dumps(result.notebooks)


def _make_given_up_result(parcel: Parcel, reason: str) -> tuple[str, str]:
    return _to_json(not_graded(parcel.name, parcel.student, reason))


def _zip_course(course: Course, names: list[str]) -> bytes:
    """Zip the sources and graders of `names`, and the accepted jail; equal files give equal bytes.

    Raises CourseError if the zip is larger than `COURSE_BYTES`.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        config = f"c = get_config()\nc.Proctor.jail = {accepted_jail(course)!r}\n"
        archive.writestr(zipfile.ZipInfo("nbgrader_config.py"), config)
        if (course.root / COURSE_DATA).is_file():
            archive.writestr(zipfile.ZipInfo(COURSE_DATA), (course.root / COURSE_DATA).read_bytes())
        for name in names:
            for path in [course.source(name), *sorted(course.grader(name).rglob("*"))]:
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.writestr(zipfile.ZipInfo(path.relative_to(course.root).as_posix()), path.read_bytes())
    if written.tell() > COURSE_BYTES:
        raise CourseError(
            f"source/ and graders/ of {', '.join(names)} are larger than {COURSE_BYTES // 2**20} MiB, packed"
        )
    return written.getvalue()


def _grade_on_worker(run: str, parcel: Parcel) -> tuple[str, str]:
    return cast(CourseOnWorker, get_worker().plugins[run]).grade(parcel)


class CourseOnWorker(WorkerPlugin):
    """A dask plugin: the course on a worker, and a fork server from the first submission on.

    Args:
        course: the sources and graders, as a zip.
        keys: assignment → the key that its submissions share (see `record.keys`); "" → that of all.
        plain: name → plain nbgrader assignment; these are not in the zip.
    """

    def __init__(self, course: bytes, keys: dict[str, Key], plain: dict[str, PlainAssignment]):
        self.name = f"proctor-{hashlib.sha256(course + json.dumps(keys).encode()).hexdigest()[:16]}"
        self._zip = course
        self._keys = keys
        self._plain = plain
        self._accepts = False

    async def setup(self, worker: Worker) -> None:
        """Unpack the course; raises ProctorError if an assignment has another key here."""
        self._one_at_a_time = threading.RLock()
        self._server = ExitStack()
        self._address = ""
        self._ending = threading.Timer(0, self._end_server)
        self._folder = tempfile.TemporaryDirectory(prefix="proctor-course-", dir=worker.local_directory)
        await asyncio.to_thread(self._unpack_course, worker.address)
        self._accepts = True

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002  dask gives it by name
        """End the fork server and remove the course."""
        self._ending.cancel()
        await asyncio.to_thread(self._end_server)
        self._folder.cleanup()

    def _unpack_course(self, worker: str) -> None:
        self._course = Course(Path(self._folder.name))
        with zipfile.ZipFile(io.BytesIO(self._zip)) as archive:
            archive.extractall(self._course.root)
        for name, key in self._keys.items():
            found = assignment_key(self._course, self._course.assignment(name)) if name else common_key(self._course)
            other = [_describe_difference(area, found[area], key[area]) for area in key if found[area] != key[area]]
            if other:
                raise ProctorError(f"worker {worker} cannot grade this course: {'; '.join(other)}")

    def grade(self, parcel: Parcel) -> tuple[str, str]:
        """Grade a submission.

        Returns the verdict and the notebooks as they ran, each as JSON; not graded if a worker was
        not done with it by its deadline. Raises WorkerDied if `TRIES` workers have died on the
        submission or the fork server ends, Reschedule if this worker must not grade this course.
        """
        if not self._accepts:  # a worker that joined during the run; at its start, it raises
            time.sleep(REFUSING_SECONDS)
            raise Reschedule
        with self._one_at_a_time:
            # Count tries here: dask itself retries a task on other workers, as often as its
            # scheduler's `allowed-failures` says.
            client, begun = get_client(), [self.name, parcel.number]
            times, since = client.get_metadata(begun, [0, 0.0])
            task = self._make_task(parcel)
            if times and time.time() - since >= task.deadline:
                return _make_given_up_result(parcel, out_of_time(task.deadline))
            if times >= TRIES:
                raise WorkerDied
            client.set_metadata(begun, [times + 1, time.time()])
            # The signal, which nobody handles, ends this worker even if a library is busy and
            # holds the interpreter; its nanny starts another.
            signal.setitimer(signal.ITIMER_REAL, task.deadline)
            folder = self._course.submitted(parcel.student, parcel.name)
            try:
                _write_submission(parcel.files, folder)
                # One thread, as in an examiner of `pool`: the worker has imported NumPy long ago.
                with threadpool_limits(limits=1):
                    result = self._grade(task)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                shutil.rmtree(folder, ignore_errors=True)
        return _to_json(result)

    def _make_task(self, parcel: Parcel) -> Task:
        plain = self._plain.get(parcel.name)
        assignment = Assignment(parcel.name, title=parcel.name) if plain else self._course.assignment(parcel.name)
        return Task(self._course, assignment, parcel.student, Jails(""), plain)

    def _grade(self, task: Task) -> Result:
        self._ending.cancel()
        try:
            if not self._address:
                self._address = self._server.enter_context(fork_server(self._course))
        except ProctorError as error:
            return not_graded(task.assignment.name, task.student, str(error))
        result = grade_task(replace(task, jails=Jails(self._address)))
        if result is None:
            self._end_server()
            raise WorkerDied
        self._ending = threading.Timer(IDLE_SECONDS, self._end_server)
        self._ending.daemon = True
        self._ending.start()
        return result

    def _end_server(self) -> None:
        with self._one_at_a_time:
            self._address = ""
            self._server.close()


def _describe_difference(area: str, found: dict[str, str], expected: dict[str, str]) -> str:
    """Describe in which parts an area of a worker's key differs from ours."""
    parts = sorted(part for part in found.keys() | expected.keys() if found.get(part) != expected.get(part))
    texts = [f"{part} {found.get(part, '(none)')}, here it is {expected.get(part, '(none)')}" for part in parts]
    return f"its {area} differ: {', '.join(texts)}"


def _write_submission(files: dict[str, bytes | int | None], folder: Path) -> None:
    """Write a submission's files into `folder`.

    A file that was too large becomes an empty one of that size, one that was not regular a FIFO, so
    that reading them fails as it does where they were handed in.
    """
    folder.mkdir(parents=True)
    for file, content in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            os.mkfifo(path)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.touch()
            os.truncate(path, content)
