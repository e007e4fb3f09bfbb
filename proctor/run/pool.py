"""Run tasks in parallel in worker processes; a process that dies does not end the run."""

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

from proctor.jail.environment import ARITHMETIC
from proctor.jail.limits import processors

Task = TypeVar("Task")
Result = TypeVar("Result")

TRIES = 2
"""How many processes may die on a task before it is given up."""
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
AHEAD = 2
"""How many tasks are submitted for each process: the one it works on, and the next."""


@dataclass(frozen=True)
class Workers:
    """Processes that run tasks.

    Args:
        executor: makes an executor that submits tasks to them.
        room: whether to submit one more task, given those that are not done yet.
        died: the exceptions which mean that a task's process died; after a `BrokenExecutor` a new
            executor is needed.
    """

    executor: Callable[[], AbstractContextManager[Executor]]
    room: Callable[[Collection[Any]], bool]
    died: tuple[type[Exception], ...] = (BrokenExecutor,)


def examiners(jobs: int) -> Workers:
    """Examiner processes on this machine: `jobs` of them, or with 0 one for each processor."""
    count = jobs or default_jobs()
    return Workers(lambda: _make_process_pool(count), lambda given: len(given) < AHEAD * count)


def prepare() -> None:
    """Start multiprocessing's fork server, which imports what examiners need in the background.

    Examiners are forked from it where forking is possible. All processes that this one starts from
    now on inherit `ARITHMETIC`: libraries read it when they are imported, which is before an
    examiner knows its share of the processors.
    """
    os.environ.update(ARITHMETIC)
    if START_METHOD == "forkserver":
        multiprocessing.get_context(START_METHOD).set_forkserver_preload(
            ["proctor.run.no_iri_grammar", "proctor.run.task"]
        )
        ensure_running()


def _make_process_pool(count: int) -> ProcessPoolExecutor:
    prepare()
    context = multiprocessing.get_context(START_METHOD)
    shares: SimpleQueue[set[int]] = context.SimpleQueue()
    for number in range(count):
        shares.put(set(processors()[number::count] or processors()))
    return ProcessPoolExecutor(count, mp_context=context, initializer=_initialize_examiner, initargs=(shares,))


def _initialize_examiner(shares: SimpleQueue[set[int]]) -> None:
    """Initialize an examiner process: bind it to its share of processors, end it with its parent.

    An examiner and its jail take turns on one processor. Unbound, the kernel puts two such pairs on
    one processor now and then while another is idle.
    """
    share = shares.get()
    if share:
        os.sched_setaffinity(0, share)
    _end_with_coordinator()


def _end_with_coordinator() -> None:
    """End this process when its parent ends; waiting for tasks, it would not notice by itself."""
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None

    def follow() -> None:
        coordinator.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def default_jobs() -> int:
    """How many processors this process may use."""
    return len(processors()) or os.cpu_count() or 1


def each(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: Workers,
    lost: Callable[[Task, str], Result],
) -> Generator[tuple[Task, Result], None, None]:
    """Run tasks in worker processes and yield each with its result, in the order of completion.

    When a process dies, its executor may fail the tasks of other processes too. All of these are
    run again, one at a time, so that only the task on which a process dies twice is given up.

    Args:
        work: runs a task, in a worker process.
        tasks: taken one by one, when there is room for another.
        workers: the processes.
        lost: makes the result of a task that is given up, from the task and the reason.
    """
    waiting = iter(tasks)
    unfinished = True
    while unfinished:
        unfinished = False
        suspects: list[Task] = []
        for task, result in _run_until_broken(work, waiting, workers):
            if isinstance(result, workers.died):
                suspects.append(task)
                unfinished |= isinstance(result, BrokenExecutor)
            else:
                yield task, result
        for suspect in suspects:
            for task, result in _run_until_broken(work, iter([suspect]), workers):
                if isinstance(result, workers.died):
                    yield task, lost(task, "the process that graded it ended unexpectedly, twice")
                else:
                    yield task, result


def _run_until_broken(
    work: Callable[[Task], Result], waiting: Iterator[Task], workers: Workers
) -> Iterator[tuple[Task, Any]]:
    """Yield tasks with their results, or with the exception which means that their process died.

    Ends when all are done, or when the executor broke; then tasks left in `waiting` have not run.
    """
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
