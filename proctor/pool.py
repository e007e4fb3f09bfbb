"""Many submissions at once: examiner processes beside each other, none of which can take the run down."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 2


def examiners(jobs: int) -> ProcessPoolExecutor:
    """A pool of `jobs` examiner processes; the modules they need are imported once where forking is possible."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["proctor.examiner"])
    return ProcessPoolExecutor(jobs, mp_context=context)


def default_jobs() -> int:
    """As many as this process may use processors."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    jobs: int,
    lost: Callable[[Task, str], Result],
    executors: Callable[[int], Executor] = examiners,
) -> Iterator[tuple[Task, Result]]:
    """Each task with its result, in the order in which they are done.

    A process that dies takes the tasks of its pool with it: they are tried again in a new pool, the second time one
    by one, so that the one to blame is set aside by `lost` and no other is.
    """
    waiting, attempt = list(tasks), 0
    while waiting:
        attempt += 1
        again: list[Task] = []
        for batch in [waiting] if attempt == 1 else [[task] for task in waiting]:
            for task, result in _once(work, batch, jobs, executors):
                if not isinstance(result, BrokenProcessPool):
                    yield task, result
                elif attempt < TRIES:
                    again.append(task)
                else:
                    yield task, lost(task, "the process that graded it ended unexpectedly, twice")
        waiting = again


def _once(
    work: Callable[[Task], Result], tasks: list[Task], jobs: int, executors: Callable[[int], Executor]
) -> Iterator[tuple[Task, Result | BrokenProcessPool]]:
    with executors(min(jobs, len(tasks))) as executor:
        futures: dict[Future[Result], Task] = {executor.submit(work, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                try:
                    yield futures[future], future.result()
                except BrokenProcessPool as error:
                    yield futures[future], error
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
