"""Ends the processes of a run with the one that started them, by the kernel's hand.

A process that is busy in a library gets no signal handled and no thread of its own run; the kernel
kills it all the same (PR_SET_PDEATHSIG, prctl(2)). Examiners are forked by multiprocessing's fork
server, so that the chain has two links: it imports this module first (see `pool.prepare`).
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1  # linux/prctl.h
COORDINATOR = "PROCTOR_COORDINATOR"
"""Variable of the environment that tells multiprocessing's fork server who has started it."""
_imported_by = os.getpid()


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, and end it now if that has ended.

    Args:
        parent: the process id that its parent must have.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def end_with_coordinator() -> None:
    """End this examiner when the coordinator ends."""
    coordinator = multiprocessing.parent_process()
    assert coordinator is not None
    if sys.platform.startswith("linux"):
        end_with(_imported_by if _imported_by != os.getpid() else os.getppid())
        # The coordinator may have ended between its request for this process and the line above.
        # From here on, its end is that of the fork server, and so of this process.
        if not coordinator.is_alive():
            os._exit(1)
        return

    def follow() -> None:
        coordinator.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


# In the fork server itself. One whose coordinator has ended before this line, and which is another
# process's child by now, ends by itself: nobody is left who could ask it for a process.
if os.environ.pop(COORDINATOR, "") == str(os.getppid()):
    end_with(os.getppid())
