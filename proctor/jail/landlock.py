"""Landlock: the kernel's own list of what a process may open, a second fence behind the view.

Source of the numbers: the kernel's include/uapi/linux/landlock.h. No privilege is needed; what it binds, with all that
is started from there, can only be bound further.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION, BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIRECTORY = 1, 2, 4, 8
READ = EXECUTE | READ_FILE | READ_DIRECTORY
# By the version that brought them: what concerns files, TCP ports, and sockets and signals beyond the jail.
FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
PORTS = {4: 3}
BEYOND = {6: 3}
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15


def version() -> int:
    """The version of Landlock that the kernel offers, 0 if none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION)))


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """Let this process, which must have given up new privileges, open only what is beneath these paths.

    Args:
        read: may be read and run.
        write: may be changed too. Paths that do not exist are passed by.

    Raises OSError if the kernel has no Landlock.
    """
    newest = version()
    files, ports, beyond = (_up_to(newest, rights) for rights in (FILES, PORTS, BEYOND))
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack("<QQQ", files, ports, beyond)[: {0: 8, 1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(newest, 24)]
    ruleset = _checked(libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0)))
    try:
        for paths, rights in ((read, READ), (write, files)):
            for path in paths:
                _allow(libc, ruleset, path, rights & files)
        _checked(libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= OF_A_FILE
        rule = struct.pack("<Qi", rights, beneath)
        _checked(libc.syscall(ADD_RULE, ruleset, ctypes.c_int(BENEATH), rule, ctypes.c_uint32(0)))
    finally:
        os.close(beneath)


def _up_to(newest: int, rights: dict[int, int]) -> int:
    return sum(bits for since, bits in rights.items() if since <= newest)


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses Landlock")
    return result
