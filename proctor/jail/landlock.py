"""Landlock (landlock(7)): a list, kept by the kernel, of the paths that a process may open.

It stands behind the view as a second fence. It needs no privilege; a restricted process and its
children can only be restricted further.

Source of the numbers: the kernel's include/uapi/linux/landlock.h.
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
# Access rights by the version of Landlock that brought them: of files, of TCP ports, and the
# scopes, which keep abstract Unix sockets and signals within the jail.
FILES = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
PORTS = {4: 3}
SCOPES = {6: 3}
# Those that apply to a file; the others apply to folders only.
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15


def version() -> int:
    """The version of Landlock that the kernel offers, 0 if it has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION)))


def restrict(read: Iterable[str], write: Iterable[str]) -> None:
    """Let this process open only what lies beneath these paths; no_new_privs must be set.

    Args:
        read: paths that may be read and executed.
        write: paths that may be changed, too. In both, paths that do not exist are skipped.

    Raises OSError if the kernel has no Landlock.
    """
    newest = version()
    files, ports, scopes = (_rights_until(newest, rights) for rights in (FILES, PORTS, SCOPES))
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack("<QQQ", files, ports, scopes)[: {0: 8, 1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(newest, 24)]
    ruleset = _check_result(libc.syscall(CREATE_RULESET, handled, ctypes.c_size_t(len(handled)), ctypes.c_uint32(0)))
    try:
        for paths, rights in ((read, READ), (write, files)):
            for path in paths:
                _allow(libc, ruleset, path, rights & files)
        _check_result(libc.syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)))
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
        _check_result(libc.syscall(ADD_RULE, ruleset, ctypes.c_int(BENEATH), rule, ctypes.c_uint32(0)))
    finally:
        os.close(beneath)


def _rights_until(newest: int, rights: dict[int, int]) -> int:
    return sum(bits for since, bits in rights.items() if since <= newest)


def _check_result(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses Landlock")
    return result
