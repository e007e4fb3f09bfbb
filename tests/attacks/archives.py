"""Model files that are zip archives which lie, written by hand."""

from __future__ import annotations

import io
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attacks.models import doubling, saved

GIB = 2**30
CANARY = Path("/tmp/proctor-was-here")


@dataclass
class Member:
    """One file of an archive, and what is said about it there and in front of it."""

    name: str
    data: bytes
    size: int | None = None
    checksum: int | None = None
    method: int = 0
    flags: int = 0
    mode: int = 0o100600
    front_name: str = ""
    wide_size: int | None = None


def archive(*members: Member, comment: bytes = b"", offsets: list[int] | None = None) -> bytes:
    """The archive of `members`; `offsets` says where the directory claims that they start."""
    body, directory = b"", b""
    for number, member in enumerate(members):
        offset = offsets[number] if offsets else len(body)
        size = len(member.data) if member.size is None else member.size
        checksum = zlib.crc32(member.data) if member.checksum is None else member.checksum
        common = struct.pack("<HHHHHIII", 20, member.flags, member.method, 0, 33, checksum, len(member.data), size)
        front = (member.front_name or member.name).encode()
        body += b"PK\x03\x04" + common + struct.pack("<HH", len(front), 0) + front + member.data
        name, extra = member.name.encode(), b""
        if member.wide_size is not None:
            common = common[:-4] + b"\xff" * 4
            extra = struct.pack("<HHQ", 1, 8, member.wide_size)
        directory += b"PK\x01\x02" + struct.pack("<H", 0x0314) + common
        directory += struct.pack("<HHHHHII", len(name), len(extra), 0, 0, 0, member.mode << 16, offset) + name + extra
    count = len(members)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), len(comment))
    return body + directory + b"PK\x05\x06" + end + comment


def members(data: bytes) -> dict[str, Member]:
    """The three files in the model file `data`."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: Member(name, file.read(name)) for name in file.namelist()}


def with_member(file: bytes, name: str, **changes: Any) -> bytes:
    """The model file `data`, one of its files changed."""
    found = members(file)
    found[name] = Member(**{"name": name, "data": found[name].data, **changes})
    return archive(*found.values())


def with_more(data: bytes, *more: Member) -> bytes:
    return archive(*members(data).values(), *more)


def zeros(gib: int) -> bytes:
    """`gib` GiB of zeros, deflated without ever having been there."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(2**24)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (gib * 64) + b"\x03\x00"


class Touches:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


def overlapping(data: bytes) -> bytes:
    """Every file starts where the first one does, and so holds what the later ones hold, too."""
    found = list(members(data).values())
    return archive(*found, offsets=[0] * len(found))


ARCHIVES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a pickle": (lambda data: pickle.dumps(Touches(CANARY)), "is a Python pickle"),
    "the old format": (lambda data: saved(doubling(), "old.h5"), "is saved in the old HDF5 format"),
    "a 2 GiB bomb": (
        lambda data: with_member(data, "model.weights.h5", data=zeros(2), size=2 * GIB, checksum=0, method=8),
        "model.weights.h5 has 2048 MB; at most 256 MB are accepted",
    ),
    "a 5 GiB bomb": (
        lambda data: with_member(data, "model.weights.h5", data=zeros(1), method=8, checksum=0, wide_size=5 * GIB),
        "model.weights.h5 has 5120 MB",
    ),
    "a bomb that says it is small": (
        lambda data: with_member(data, "config.json", data=zeros(1), size=2**22, checksum=0, method=8),
        "is damaged",
    ),
    "six large files": (
        lambda data: with_more(data, *(Member(f"assets{n}", zeros(1), 240 * 2**20, 0, 8) for n in range(4))),
        "it also holds 'assets0', 'assets1', 'assets2' and 1 more",
    ),
    "a way out": (
        lambda data: with_more(data, Member("../../../etc/cron.d/x", b"")),
        "also holds '../../../etc/cron.d",
    ),
    "an absolute name": (lambda data: with_more(data, Member("/etc/cron.d/x", b"")), "also holds '/etc/cron.d/x'"),
    "a link": (
        lambda data: with_member(data, "config.json", data=b"/etc/passwd", mode=0o120777),
        "config.json is not readable",
    ),
    "another link": (lambda data: with_more(data, Member("link", b"/etc", mode=0o120777)), "it also holds 'link'"),
    "a name twice": (lambda data: with_more(data, Member("config.json", b"{}")), "it holds twice 'config.json'"),
    "another case": (lambda data: with_more(data, Member("Config.JSON", b"{}")), "it also holds 'Config.JSON'"),
    "encrypted": (lambda data: with_member(data, "config.json", flags=1), "packed other than Keras packs it"),
    "a patch": (lambda data: with_member(data, "config.json", flags=0x20), "is damaged"),
    "an unknown method": (lambda data: with_member(data, "config.json", method=97), "packed other than Keras packs it"),
    "a name in front that is not the one in the directory": (
        lambda data: with_member(data, "config.json", front_name="c0nfig.json"),
        "is damaged",
    ),
    "a size in front that is not the one in the directory": (
        lambda data: with_member(data, "config.json", size=100),
        "is damaged",
    ),
    "files within files": (overlapping, "packed other than Keras packs it"),
    "something in front": (lambda data: b"PK\x03\x04" + bytes(100) + data, "packed other than Keras packs it"),
    "two archives": (lambda data: data + data, "packed other than Keras packs it"),
    "a comment": (lambda data: archive(*members(data).values(), comment=b"PK\x05\x06"), "cut off or damaged"),
    "many files": (lambda data: with_more(data, *(Member(str(n), b"") for n in range(400))), "archive of 403 files"),
}
