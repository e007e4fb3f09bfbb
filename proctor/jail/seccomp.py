"""The system-call filter (seccomp(2)): the kernel refuses calls that no notebook needs.

It is a classic BPF program, set with prctl(2) on the one thread of a freshly forked jail. Its
children inherit it; it needs no privilege and cannot be removed. Refused are the calls that the
published profiles of Docker and bubblewrap refuse, and all ways to share memory that a jail's
limits do not count.

Source of the numbers: the kernel's system-call tables for the two machines below.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from proctor.jail.view import PR_SET_PDEATHSIG

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

Numbers = tuple[int | None, int | None]
"""A system call's number on x86_64 and on aarch64; None where it does not exist."""

# Calls that no notebook needs.
REFUSED: dict[str, Numbers] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "sched_setaffinity": (203, 122),
    "semget": (64, 190),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
    "vmsplice": (278, 75),
}
# Refused to a jail without a PID namespace, which could kill other processes of its user with them.
SIGNALS: dict[str, Numbers] = {
    "kill": (62, 129),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
}
# Without a view, a jail could lock other processes of its user out of their files with these.
# Copying a file calls them, so they do nothing and report success.
CHANGES: dict[str, Numbers] = {
    "chmod": (90, None),
    "chown": (92, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "fsetxattr": (190, 7),
    "futimesat": (261, None),
    "lchown": (94, None),
    "lsetxattr": (189, 6),
    "setxattr": (188, 5),
    "utime": (132, None),
    "utimensat": (280, 88),
    "utimes": (235, None),
}
# Without a view, the machine's own Unix sockets are in reach, and a filter cannot read an address.
# So there is no socket to bind or connect: only pairs, which asyncio and multiprocessing use.
ADDRESSES: dict[str, Numbers] = {
    "bind": (49, 200),
    "connect": (42, 203),
}
# Programs test whether these exist and can do without. The memory files escape the limits;
# clone3(2) keeps its flags in memory, where a filter cannot read them.
ABSENT: dict[str, Numbers] = {
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
}
# Calls that are refused for some of their arguments.
CLONE: Numbers = (56, 220)
IOCTL: Numbers = (16, 29)
PRCTL: Numbers = (157, 167)
SETSOCKOPT: Numbers = (54, 208)
SOCKET: Numbers = (41, 198)
SOCKETPAIR: Numbers = (53, 199)

NEW_NAMESPACES = 0x7E020000  # all CLONE_NEW… flags
PUSH_INPUT, PUSH_SELECTION = 0x5412, 0x541C  # TIOCSTI and TIOCLINUX: type into the terminal
# BPF instructions: LD|W|ABS, ALU|AND|K, JMP|JEQ|K, JMP|JGE|K, JMP|JSET|K, RET|K
LOAD, MASK, JUMP_IF_EQUAL, JUMP_IF_MORE, JUMP_IF_ANY, ANSWER = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW and SECCOMP_RET_ERRNO
NUMBER_AT, MACHINE_AT, ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data
X32_BIT = 0x40000000
UNIX = 1  # AF_UNIX
STREAM, SEQUENCED, KIND_OF_SOCKET = 1, 5, 0xF  # SOCK_STREAM, SOCK_SEQPACKET, SOCK_TYPE_MASK
SEND_BUFFER = 7  # SO_SNDBUF
SET_FILTER, FILTER = 22, 2  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def restrict(alone: bool, has_view: bool) -> None:
    """Set the filter on this process; no_new_privs must be set.

    Args:
        alone: whether it has a PID namespace and a view of its own; otherwise `SIGNALS` and
            `CHANGES` are refused, too.
        has_view: whether it has a view and a network of its own; otherwise sockets that have
            addresses are refused, too.

    Raises OSError if the kernel has no filters, or for a machine that is not in `MACHINES`.
    """
    answers = {errno.EPERM: REFUSED, errno.ENOSYS: ABSENT}
    rules = [rule for code, calls in answers.items() for numbers in calls.values() for rule in refuse(numbers, code)]
    if not alone:
        rules += [rule for numbers in SIGNALS.values() for rule in refuse(numbers)]
        rules += [rule for numbers in CHANGES.values() for rule in refuse(numbers, 0)]
    rules += _refuse_argument(CLONE, 0, JUMP_IF_ANY, NEW_NAMESPACES)
    # So that it cannot prevent its own end when the fork server ends.
    rules += _refuse_argument(PRCTL, 0, JUMP_IF_EQUAL, PR_SET_PDEATHSIG)
    # So that `memory` knows how much a socket can hold.
    rules += _refuse_argument(SETSOCKOPT, 2, JUMP_IF_EQUAL, SEND_BUFFER)
    for request in (PUSH_INPUT, PUSH_SELECTION):
        rules += _refuse_argument(IOCTL, 1, JUMP_IF_EQUAL, request)
    if has_view:
        rules += _refuse_all_but_unix_sockets()
    else:
        rules += [rule for numbers in ADDRESSES.values() for rule in refuse(numbers)]
        rules += _check_argument(SOCKET, 0, [(ANSWER, 0, 0, REFUSE | errno.ENETUNREACH)])
        rules += _refuse_addressed_pairs()
    install(rules)


Rule = tuple[int, int, int, int]


def refuse(numbers: Numbers, code: int = errno.EPERM) -> list[Rule]:
    """The rules that make a system call fail with the error `code`; with 0, it does nothing.

    The list is empty where the machine has no such call.
    """
    number = numbers[_machine()[0]]
    return [] if number is None else [(JUMP_IF_EQUAL, 0, 1, number), (ANSWER, 0, 0, REFUSE | code)]


def install(rules: Iterable[Rule]) -> None:
    """Make the kernel apply `rules` to the system calls of this process and its children.

    Calls that no rule refuses are allowed. Raises OSError if the kernel has no filters, or for a
    machine that is not in `MACHINES`.
    """
    machine = _machine()[1]
    program = [
        (LOAD, 0, 0, MACHINE_AT),
        (JUMP_IF_EQUAL, 1, 0, machine),
        (ANSWER, 0, 0, REFUSE | errno.EPERM),
        (LOAD, 0, 0, NUMBER_AT),
        # x86_64 has a second set of numbers for the same calls, the x32 ABI, marked by this bit.
        (JUMP_IF_MORE, 0, 1, X32_BIT),
        (ANSWER, 0, 0, REFUSE | errno.ENOSYS),
        *rules,
        (ANSWER, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *rule) for rule in program))
    header = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(SET_FILTER, FILTER, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses a system-call filter")


def _refuse_argument(numbers: Numbers, argument: int, test: int, value: int) -> list[Rule]:
    """The rules that refuse a call if `test` holds for `value` and 32 low bits of an argument."""
    return _check_argument(numbers, argument, [(test, 0, 1, value), (ANSWER, 0, 0, REFUSE | errno.EPERM)])


def _refuse_all_but_unix_sockets() -> list[Rule]:
    return _check_argument(SOCKET, 0, [(JUMP_IF_EQUAL, 1, 0, UNIX), (ANSWER, 0, 0, REFUSE | errno.ENETUNREACH)])


def _refuse_addressed_pairs() -> list[Rule]:
    """The rules that refuse pairs of datagram sockets, which send to any address: sendmsg(2)."""
    allowed = [(MASK, 0, 0, KIND_OF_SOCKET), (JUMP_IF_EQUAL, 2, 0, STREAM), (JUMP_IF_EQUAL, 1, 0, SEQUENCED)]
    return _check_argument(SOCKETPAIR, 1, [*allowed, (ANSWER, 0, 0, REFUSE | errno.EPERM)])


def _check_argument(numbers: Numbers, argument: int, rules: list[Rule]) -> list[Rule]:
    """Apply `rules` to one argument of a call, instead of to the call's number."""
    number = numbers[_machine()[0]]
    assert number is not None
    load_argument, load_number = (LOAD, 0, 0, ARGUMENTS_AT + 8 * argument), (LOAD, 0, 0, NUMBER_AT)
    return [(JUMP_IF_EQUAL, 0, len(rules) + 2, number), load_argument, *rules, load_number]


def _machine() -> tuple[int, int]:
    """Position in `Numbers` and audit number (linux/audit.h) of this machine."""
    known = MACHINES.get(os.uname().machine)
    if known is None:
        raise OSError(errno.ENOSYS, f"no system-call filter for {os.uname().machine}")
    return known
