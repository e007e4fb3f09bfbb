"""Many tasks at once, in processes of which none can take the run down, on this machine or on others."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.forkserver import ensure_running
from multiprocessing.queues import SimpleQueue
from typing import Any, TypeVar

from proctor.jail.limits import processors

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 2
"""How many processes a task may end before it is set aside."""
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
AHEAD = 2
"""How many tasks are given for each process: the one it works on, and the next."""


@dataclass(frozen=True)
class Workers:
    """Processes that tasks can be given to.

    Args:
        executor: a new way to give them tasks.
        room: whether they are to get one more task, from the tasks that they have.
        died: what a task ends in whose process ended; after a `BrokenExecutor` a new executor is needed.
    """

    executor: Callable[[], AbstractContextManager[Executor]]
    room: Callable[[Collection[Any]], bool]
    died: tuple[type[Exception], ...] = (BrokenExecutor,)


def examiners(jobs: int) -> Workers:
    """`jobs` examiner processes here, or as many as there are processors."""
    count = jobs or default_jobs()
    return Workers(lambda: _processes(count), lambda given: len(given) < AHEAD * count)


def prepare() -> None:
    """Let the modules that examiners need be imported from now on, in a process of their own.

    Examiners are forked from it where forking is possible.
    """
    if METHOD == "forkserver":
        multiprocessing.get_context(METHOD).set_forkserver_preload(["proctor.run.no_iri_grammar", "proctor.run.task"])
        ensure_running()


def _processes(count: int) -> ProcessPoolExecutor:
    prepare()
    context = multiprocessing.get_context(METHOD)
    shares: SimpleQueue[set[int]] = context.SimpleQueue()
    for number in range(count):
        shares.put(set(processors()[number::count] or processors()))
    return ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(shares,))


def _begin(shares: SimpleQueue[set[int]]) -> None:
    """In an examiner: keep to a share of the processors, and end with the coordinator.

    The examiner and its jail take turns; left to itself, the system puts two of them on one processor now and then,
    while another is idle.
    """
    share = shares.get()
    if share:
        os.sched_setaffinity(0, share)
    _end_with_coordinator()


def _end_with_coordinator() -> None:
    """A process that waits for tasks does not notice by itself that nobody is left to give it any."""
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None

    def follow() -> None:
        coordinator.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def default_jobs() -> int:
    """As many as this process may use processors."""
    return len(processors()) or os.cpu_count() or 1


def each(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: Workers,
    lost: Callable[[Task, str], Result],
) -> Generator[tuple[Task, Result], None, None]:
    """Each task with its result, in the order in which they are done; `tasks` are taken when there is room for them.

    A process that dies may take the tasks of others with it: all of them are tried again, one by one, so that the
    one to blame is set aside by `lost` and no other is.
    """
    waiting = iter(tasks)
    unfinished = True
    while unfinished:
        unfinished = False
        suspects: list[Task] = []
        for task, result in _given(work, waiting, workers):
            if isinstance(result, workers.died):
                suspects.append(task)
                unfinished |= isinstance(result, BrokenExecutor)
            else:
                yield task, result
        for suspect in suspects:
            for task, result in _given(work, iter([suspect]), workers):
                if isinstance(result, workers.died):
                    yield task, lost(task, "the process that graded it ended unexpectedly, twice")
                else:
                    yield task, result


def _given(work: Callable[[Task], Result], waiting: Iterator[Task], workers: Workers) -> Iterator[tuple[Task, Any]]:
    """Tasks with their results, or with what says that their process died, until all are done or the executor broke."""
    given: dict[Future[Result], Task] = {}
    more = True
    with workers.executor() as executor:
        try:
            while more or given:
                while more and workers.room(given.values()):
                    task = next(waiting, None)
                    if task is None:
                        more = False
                        break
                    try:
                        given[executor.submit(work, task)] = task
                    except BrokenExecutor as error:
                        more = False
                        yield task, error
                for future in wait(given, return_when=FIRST_COMPLETED).done:
                    task = given.pop(future)
                    try:
                        yield task, future.result()
                    except workers.died as error:
                        more = more and not isinstance(error, BrokenExecutor)
                        yield task, error
        finally:
            for future in given:
                future.cancel()
