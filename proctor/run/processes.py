"""Worker processes, each of which runs one task at a time and has to be done by a deadline."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from queue import SimpleQueue
from typing import Any

import psutil

from proctor.run.lifeline import end_with_coordinator

MOST_PROCESSOR_SECONDS = 300.0
"""How much processor time a task may take in its own process, which waits for jails nearly always:
one that computes for so long hangs."""
LOOK_SECONDS = 5.0  # how often that is looked at


class ProcessDied(Exception):
    """The process that worked on a task ended before it had a result."""


class OutOfTime(Exception):
    """A task was not done by its deadline, and its process was killed; the text says so."""


def out_of_time(seconds: float, kind: str = "s") -> str:
    """Why a task was given up: its deadline, in seconds of the clock or of another kind."""
    return f"it was not done after {seconds:,.0f} {kind} and was stopped"


class Processes(Executor):
    """An executor with processes that die alone: what happens to one concerns its own task only.

    `submit(work, task)` gives a future of `work(task)`, or of ProcessDied or OutOfTime.

    Args:
        context: multiprocessing's, with its way to start processes.
        shares: the processors of each process; one process for each share. An empty share is any
            processor.
        seconds: how long a task may take, in seconds of wall time from when a process begins it.
        processor_seconds: how much processor time it may take in its process, jails not counted.
    """

    def __init__(
        self,
        context: BaseContext,
        shares: list[set[int]],
        seconds: Callable[[Any], float],
        processor_seconds: float = MOST_PROCESSOR_SECONDS,
    ):
        self._context = context
        self._seconds = seconds
        self._processor_seconds = processor_seconds
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[Any], Any], Any] | None] = SimpleQueue()
        self._running: set[Any] = set()
        self._is_over = False
        self._lock = threading.Lock()
        # Daemons: Ctrl-C in the middle of this line or of `shutdown` must not leave one that the
        # interpreter waits for at its end.
        self._threads = [threading.Thread(target=self._give_out_tasks, args=(share,), daemon=True) for share in shares]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **ignored: Any) -> Future[Any]:
        """Run `work` on one task, the only argument, in one of the processes."""
        (task,) = arguments
        future: Future[Any] = Future()
        self._waiting.put((future, work, task))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Kill the processes, also those at work."""
        with self._lock:
            self._is_over = True
            for process in self._running:
                process.kill()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _give_out_tasks(self, share: set[int]) -> None:
        """Give tasks to one process after another, which is replaced when it dies."""
        worker: tuple[Any, Connection] | None = None
        while (item := self._waiting.get()) is not None:
            future, work, task = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                worker = worker or self._start(share)
                succeeded, value = self._run(*worker, work, task)
            except Exception as error:  # noqa: BLE001  it belongs to whoever waits for the task
                succeeded, value = False, error
                self._end(worker)
                worker = None
            if succeeded:
                future.set_result(value)
            else:
                future.set_exception(value)
        self._end(worker)

    def _start(self, share: set[int]) -> tuple[Any, Connection]:
        ours, theirs = self._context.Pipe()
        # mypy knows `Process` of each kind of context, and not of what they have in common.
        process = self._context.Process(target=_work, args=(theirs, share), daemon=True)  # type: ignore[attr-defined]
        with self._lock:
            if self._is_over:
                raise ProcessDied
            process.start()
            self._running.add(process)
        theirs.close()
        return process, ours

    def _run(self, process: Any, connection: Connection, work: Callable[[Any], Any], task: Any) -> tuple[bool, Any]:
        """Whether `work` returned, and what it returned or raised."""
        seconds = self._seconds(task)
        try:
            watched = psutil.Process(process.pid)
            used, end = _processor_seconds(watched), time.monotonic() + seconds
            connection.send((work, task))
            while not connection.poll(min(LOOK_SECONDS, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end:
                    raise OutOfTime(out_of_time(seconds))
                if _processor_seconds(watched) - used > self._processor_seconds:
                    raise OutOfTime(out_of_time(self._processor_seconds, "s of processor time"))
            succeeded, value = connection.recv()
        except (OSError, EOFError, psutil.Error) as error:
            raise ProcessDied from error
        return succeeded, value

    def _end(self, worker: tuple[Any, Connection] | None) -> None:
        if worker is not None:
            process, connection = worker
            connection.close()
            with self._lock:
                self._running.discard(process)
            process.kill()
            process.join()


def _processor_seconds(process: psutil.Process) -> float:
    """What a process has used itself, its children not counted."""
    times = process.cpu_times()
    return times.user + times.system


def _work(connection: Connection, share: set[int]) -> None:
    """Run tasks, in a process of their own, until the connection closes.

    The process is bound to its share of processors: an examiner and its jail take turns on one, and
    the kernel, left alone, puts two such pairs on one processor while another is idle.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the coordinator ends the others
    end_with_coordinator()
    if share:
        os.sched_setaffinity(0, share)
    with suppress(EOFError, OSError):
        while True:
            work, task = connection.recv()
            try:
                answer = True, work(task)
            except Exception as error:  # noqa: BLE001
                answer = False, error
            try:
                connection.send(answer)
            except (pickle.PicklingError, AttributeError, TypeError):
                connection.send((False, RuntimeError(f"a result that cannot be sent: {answer[1]!r}"[:1000])))
