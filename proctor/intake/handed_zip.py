"""The zip file that `proctor pack` makes, and reading one that was handed in, in memory only."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

from proctor.errors import UnreadableSubmission
from proctor.models.archive import read_end

MIB = 2**20
MOST_MEMBERS = 16
MOST_DIRECTORY_BYTES = 2**16
MOST_BYTES = 256 * MIB
"""How large all files together may be when they are unpacked."""
LARGEST_RATIO = 100
"""How many times as large a file may become when it is unpacked, if it is larger than 1 MiB."""
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, NotImplementedError, RuntimeError, ValueError,
    OSError,
)  # fmt: skip
"""What `zipfile` raises for a file that is damaged."""
_DATE = (1980, 1, 1, 0, 0, 0)


def is_zip(name: str) -> bool:
    """Whether a file is called a zip file."""
    return name.lower().endswith(".zip")


def make_zip(files: dict[str, bytes]) -> bytes:
    """A zip file of `files`, name → content, in this order; equal files give an equal layout.

    `open_zip` takes it, if the files are within its limits.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, _DATE)
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            twice = 2 * len(content)  # zlib and zipfile may differ by a few bytes
            is_bomb = _is_bomb(twice, len(zlib.compress(content)))
            member.compress_type = zipfile.ZIP_STORED if is_bomb else zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return written.getvalue()


def open_zip(data: bytes, name: str, advice: str, limit_of: Callable[[str], int]) -> dict[str, bytes]:
    """Read a zip file that was handed in.

    Args:
        data: the whole file.
        name: what it is called, for messages.
        advice: what to do instead, which ends each message.
        limit_of: a member's name → how many bytes it may have; 0 if it is not to be read.

    Returns the members to be read: name → content. Raises UnreadableSubmission if it is not a zip
    file such as `make_zip` writes, with files of bounded size and plain names.
    """
    try:
        end = read_end(data)
        if not data.startswith(b"PK") or end is None:
            raise UnreadableSubmission(f"{name} is not a whole zip file: it was cut short, or is of another kind")
        if end[0] > MOST_MEMBERS or end[1] > MOST_DIRECTORY_BYTES:
            raise UnreadableSubmission(f"{name} holds more than {MOST_MEMBERS} files")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _require_plain(members, name)
            _require_bounded(members, name, limit_of)
            return {member.filename: read_member(archive, member) for member in members if limit_of(member.filename)}
    except UnreadableSubmission as error:
        raise UnreadableSubmission(f"{error}. {advice}") from None
    except DAMAGE as error:
        raise UnreadableSubmission(f"{name} is damaged. {advice}") from error


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The content of a member; zipfile reads no more than it has by the directory."""
    content = archive.read(member)
    if len(content) < member.file_size:
        raise zipfile.BadZipFile(f"{member.filename} is shorter than the directory says")
    return content


def _require_plain(members: list[zipfile.ZipInfo], name: str) -> None:
    """Refuse members that are anything but files with plain names, each once."""
    if len(members) > MOST_MEMBERS:
        raise UnreadableSubmission(f"{name} holds more than {MOST_MEMBERS} files")
    seen: set[str] = set()
    for member in members:
        found = member.filename
        shown = repr(found[:80])
        if not _is_plain_name(found):
            raise UnreadableSubmission(f"{name} holds {shown}, which is in a folder: its files must be in none")
        if found.casefold() in seen:
            raise UnreadableSubmission(f"{name} holds {shown} twice")
        require_readable(member, name)
        if is_zip(found):
            raise UnreadableSubmission(f"{name} holds another zip file, {shown}")
        seen.add(found.casefold())


def require_readable(member: zipfile.ZipInfo, name: str) -> None:
    """Raise UnreadableSubmission unless a member of the zip file `name` is a file or a folder that
    can be unpacked: no link, no device, not encrypted, packed in one of the two usual ways.
    """
    shown = repr(member.filename[:80])
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG):
        raise UnreadableSubmission(f"{name} holds {shown}, which is a link or another special file")
    if member.flag_bits & 1:
        raise UnreadableSubmission(f"{name} is encrypted, with a password that nobody here knows")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableSubmission(f"{name} is packed by a method that is not read here")


def _is_plain_name(name: str) -> bool:
    return name not in ("", ".", "..") and PurePosixPath(name).name == PureWindowsPath(name).name == name


def _require_bounded(members: list[zipfile.ZipInfo], name: str, limit_of: Callable[[str], int]) -> None:
    """Refuse members that are too large when they are unpacked, as the directory states."""
    for member in members:
        limit = limit_of(member.filename)
        if limit and member.file_size > limit:
            raise UnreadableSubmission(f"{member.filename} in {name} is larger than {limit // MIB} MiB")
        if _is_bomb(member.file_size, member.compress_size):
            times = f"more than {LARGEST_RATIO} times as large as it is packed"
            raise UnreadableSubmission(f"{member.filename[:80]!r} in {name} would become {times}")
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise UnreadableSubmission(f"{name} would become larger than {MOST_BYTES // MIB} MiB when it is unpacked")


def _is_bomb(size: int, packed: int) -> bool:
    return size > MIB and size > LARGEST_RATIO * packed
