"""The system-call numbers in `proctor/jail` are the kernel's own, on both kinds of machine."""

import os
import re
from pathlib import Path

import pytest

from proctor.jail import isolate, landlock, seccomp, view

# Kernel headers, where Debian's linux-libc-dev and similar packages install them; aarch64 uses the
# kernel's generic table.
HEADERS = {"x86_64": ["x86_64-linux-gnu/asm/unistd_64.h"], "aarch64": ["asm-generic/unistd.h"]}
if os.uname().machine == "x86_64":
    HEADERS["x86_64"].append("asm/unistd_64.h")


def our_numbers(machine):
    """Pairs of a system call's name and our number for it; None if the machine has no such call."""
    column = seccomp.MACHINES[machine][0]
    for calls in (seccomp.REFUSED, seccomp.SIGNALS, seccomp.CHANGES, seccomp.ABSENT, seccomp.ADDRESSES):
        for name, numbers in calls.items():
            yield name, numbers[column]
    for name in ("clone", "ioctl", "prctl", "setsockopt", "socket", "socketpair"):
        yield name, getattr(seccomp, name.upper())[column]
    yield "clone", isolate.CLONE[machine]
    yield "pivot_root", view.PIVOT_ROOT[machine]
    for name in ("create_ruleset", "add_rule", "restrict_self"):
        yield f"landlock_{name}", getattr(landlock, name.upper())


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_system_call_numbers_are_those_of_the_kernel_headers(machine):
    """Every number is what the header says, and a call without a number is one that the
    machine does not have."""
    header = next((path for name in HEADERS[machine] if (path := Path("/usr/include", name)).is_file()), None)
    if header is None:
        pytest.skip(f"no kernel headers for {machine} (Debian, Ubuntu: apt install linux-libc-dev)")
    defined = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
    kernels = {name: int(number) for name, number in defined}
    newest = max(kernels.values())

    # A header may be older than a call.
    known = [(name, number) for name, number in our_numbers(machine) if number is None or number <= newest]
    assert len(known) > 90
    assert known == [(name, kernels.get(name)) for name, _ in known]
