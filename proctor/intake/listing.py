"""The files of a folder or of a learning platform's zip file, listed safely and read on demand."""

from __future__ import annotations

import os
import pwd
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import DAMAGE, LARGEST_RATIO, is_zip, read_member, require_readable
from proctor.intake.submission import FILE_BYTES, read_file

MIB = 2**20
MOST_FILES = 100_000
LONGEST_NAME = 255
"""Bytes in the name of a file, on the file systems of today."""
MOST_DIRECTORY_BYTES = 64 * MIB
MOST_BYTES = 32 * 1024 * MIB
"""How large all files of a platform's zip file together may be when they are unpacked."""
SMALL_BYTES = 256 * MIB
"""Up to this total, files may be packed as well as they like: notebooks of text often are."""


@dataclass(frozen=True)
class HandedFile:
    """A file that was handed in, not read yet.

    `read()` returns its content; it raises UnreadableSubmission if the file is larger than 64 MiB,
    is damaged or is no plain file.

    Args:
        read: reads it.
        account: the name of the Unix account that it belongs to; "" if that is not told.
    """

    read: Callable[[], bytes]
    account: str = ""


Listing = dict[str, HandedFile]
"""Path with slashes → file."""


@contextmanager
def list_source(path: Path) -> Iterator[Listing]:
    """List a folder, or a zip file with everybody's hand-ins; its files can be read in the block.

    Hidden files and folders, environments of Python and what macOS adds to zip files are left out.

    Raises UnreadableSubmission if there are too many files, or if the zip file is not safe to
    unpack.
    """
    if path.is_dir():
        yield _list_folder(path)
        return
    with path.open("rb") as file:
        yield _list_zip(file, path.name)


def is_zip_file(path: Path) -> bool:
    """Whether a file begins or is called as a zip file does."""
    with path.open("rb") as file:
        return file.read(2) == b"PK" or is_zip(path.name)


def is_hidden(path: str) -> bool:
    """Whether a path is one of those that no student handed in on purpose."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _list_folder(folder: Path) -> Listing:
    found: Listing = {}
    for place, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            try:
                account = _name_account(path.lstat().st_uid)
            except FileNotFoundError:  # it was taken away just now
                continue
            found[path.relative_to(folder).as_posix()] = HandedFile(partial(read_file, path, FILE_BYTES), account)
        if len(found) > MOST_FILES:
            raise UnreadableSubmission(f"{folder.name}/ holds more than {MOST_FILES} files")
        folders[:] = [name for name in folders if not is_hidden(name)]
    return {path: file for path, file in found.items() if not is_hidden(path)}


@cache
def _name_account(number: int) -> str:
    """The name of a Unix account; "" if this machine does not know it."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return ""


def _list_zip(file: BinaryIO, name: str) -> Listing:
    try:
        size = os.fstat(file.fileno()).st_size
        if _directory_bytes(file, size) > MOST_DIRECTORY_BYTES:
            raise UnreadableSubmission(f"{name} holds more than {MOST_FILES} files")
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
        _require_safe(members, name, size)
    except UnreadableSubmission as error:
        raise UnreadableSubmission(f"{error}. Nothing of it was put anywhere") from None
    except DAMAGE as error:
        raise UnreadableSubmission(f"{name} is not a whole zip file; download it again") from error
    found: Listing = {}
    for member in members:
        path = _name_of(member)
        if not member.is_dir() and not is_hidden(path):
            found[path] = HandedFile(partial(_read, archive, member, path))
    return found


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: str) -> bytes:
    shown = PurePosixPath(path).name
    if member.file_size > FILE_BYTES:
        raise UnreadableSubmission(f"{shown} is larger than {FILE_BYTES // MIB} MiB")
    try:
        return read_member(archive, member)
    except DAMAGE as error:
        raise UnreadableSubmission(f"{shown} is damaged in the zip file") from error


def _name_of(member: zipfile.ZipInfo) -> str:
    """A member's path; names in UTF-8 that are not marked as such are understood, too."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _require_safe(members: list[zipfile.ZipInfo], name: str, size: int) -> None:
    """Refuse a zip file with members that no learning platform makes."""
    if len(members) > MOST_FILES:
        raise UnreadableSubmission(f"{name} holds more than {MOST_FILES} files")
    seen: set[str] = set()
    for member in members:
        path = _name_of(member)
        shown = repr(path[:120])
        if path.startswith("/") or "\\" in path or path[1:2] == ":" or ".." in path.split("/"):
            raise UnreadableSubmission(f"{name} holds {shown}, which leads out of the folder it is unpacked in")
        if any(len(os.fsencode(part)) > LONGEST_NAME for part in path.split("/")):
            raise UnreadableSubmission(f"{name} holds {shown}…, a name of more than {LONGEST_NAME} bytes")
        if path in seen:
            raise UnreadableSubmission(f"{name} holds {shown} twice")
        require_readable(member, name)
        seen.add(path)
    total = sum(member.file_size for member in members)
    if sum(member.compress_size for member in members) > size:
        raise UnreadableSubmission(f"the files in {name} overlap, as in a zip bomb")
    if total > MOST_BYTES or (total > SMALL_BYTES and total > LARGEST_RATIO * size):
        raise UnreadableSubmission(
            f"{name} would become {total // MIB} MiB when it is unpacked: at most {MOST_BYTES // MIB} MiB and "
            f"{LARGEST_RATIO} times its size are accepted. If it can be trusted, unpack it and name the folder"
        )


def _directory_bytes(file: BinaryIO, size: int) -> int:
    """How large a zip file says that its directory is, which `zipfile` reads whole.

    The layout is that of APPNOTE.TXT of PKWARE, 4.3.14 to 4.3.16. Raises BadZipFile if the file
    does not end as a zip file does.
    """
    start = max(0, size - 2**16 - 64)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise zipfile.BadZipFile
    found: int = struct.unpack("<I", tail[end + 12 : end + 16])[0]
    if tail[end - 20 : end - 16] == b"PK\x06\x07":
        file.seek(struct.unpack("<Q", tail[end - 12 : end - 4])[0])
        found = struct.unpack("<Q", file.read(56)[40:48])[0]
    return found
