"""Run tasks in parallel in worker processes; a process that dies or hangs does not end the run."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Collection, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from multiprocessing.forkserver import ensure_running
from typing import Any, TypeVar

from proctor.jail.environment import ARITHMETIC
from proctor.jail.limits import processors
from proctor.run.lifeline import COORDINATOR
from proctor.run.processes import OutOfTime, ProcessDied, Processes

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 2
"""How many processes may die on a task before it is given up."""
TWICE = "the process that worked on it ended unexpectedly, twice"
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
AHEAD = 2
"""How many tasks are submitted for each process: the one it works on, and the next."""


@dataclass(frozen=True)
class Workers:
    """Processes that run tasks.

    Args:
        executor: makes an executor that submits tasks to them.
        room: whether to submit one more task, given those that are not done yet.
        died: the exceptions which mean that a task's process died.
    """

    executor: Callable[[], AbstractContextManager[Executor]]
    room: Callable[[Collection[Any]], bool]
    died: tuple[type[Exception], ...] = (ProcessDied,)


def examiners(jobs: int, seconds: Callable[[Any], float]) -> Workers:
    """Examiner processes on this machine.

    Args:
        jobs: how many; with 0, one for each processor.
        seconds: how long a task may take before it is given up.
    """
    count = jobs or default_jobs()
    return Workers(lambda: _make_processes(count, seconds), lambda given: len(given) < AHEAD * count)


def prepare() -> None:
    """Start multiprocessing's fork server, which imports what examiners need in the background.

    Examiners are forked from it where forking is possible. All processes that this one starts from
    now on inherit `ARITHMETIC`: libraries read it when they are imported, which is before an
    examiner knows its share of the processors. Nor do they look for modules in the current folder,
    where a course may have a file by the name of one.
    """
    os.environ.update(ARITHMETIC | {"PYTHONSAFEPATH": "1"})
    if START_METHOD == "forkserver":
        multiprocessing.get_context(START_METHOD).set_forkserver_preload(
            ["proctor.run.lifeline", "proctor.run.no_iri_grammar", "proctor.run.task"]
        )
        os.environ[COORDINATOR] = str(os.getpid())
        ensure_running()
        del os.environ[COORDINATOR]


def _make_processes(count: int, seconds: Callable[[Any], float]) -> Processes:
    prepare()
    shares = [set(processors()[number::count] or processors()) for number in range(count)]
    return Processes(multiprocessing.get_context(START_METHOD), shares, seconds)


def default_jobs() -> int:
    """How many processors this process may use."""
    return len(processors()) or os.cpu_count() or 1


def each(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: Workers,
    lost: Callable[[Task, str], Result],
) -> Generator[tuple[Task, Result], None, None]:
    """Yield tasks and results as `batches` does, but one by one."""
    with closing(batches(work, tasks, workers, lost)) as found:
        for batch in found:
            yield from batch


def batches(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: Workers,
    lost: Callable[[Task, str], Result],
) -> Generator[list[tuple[Task, Result]], None, None]:
    """Run tasks in worker processes and yield them with their results, in the order of completion.

    Each list holds all that were done when it was asked for, at least one. A task whose process
    dies is run again; one whose process dies twice, or which is not done by its deadline, is given
    up.

    Args:
        work: runs a task, in a worker process.
        tasks: taken one by one, when there is room for another.
        workers: the processes.
        lost: makes the result of a task that is given up, from the task and the reason.
    """
    waiting = iter(tasks)
    given: dict[Future[Result], tuple[Task, int]] = {}
    more = True
    with workers.executor() as executor:
        try:
            while more or given:
                while more and workers.room([task for task, _ in given.values()]):
                    task = next(waiting, None)
                    if task is None:
                        more = False
                    else:
                        given[executor.submit(work, task)] = task, 1
                done: list[tuple[Task, Result]] = []
                try:
                    for future in wait(given, return_when=FIRST_COMPLETED).done:
                        task, tries = given.pop(future)
                        try:
                            done.append((task, _wait_for(future, task, lost)))
                        except workers.died:
                            if tries == TRIES:
                                done.append((task, lost(task, TWICE)))
                            else:
                                given[executor.submit(work, task)] = task, tries + 1
                finally:
                    if done:  # also if the next one raises
                        yield done
        finally:
            for future in given:
                future.cancel()


def _wait_for(future: Future[Result], task: Task, lost: Callable[[Task, str], Result]) -> Result:
    try:
        return future.result()
    except OutOfTime as error:
        return lost(task, str(error))
