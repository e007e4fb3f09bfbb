"""Checks the zip archive of a `.keras` file.

It must have exactly three known members of bounded size, packed as Keras packs them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

from proctor.errors import RefusedModel

MIB = 2**20
LARGEST_FILE = 64 * MIB
MOST_MEMBERS = 8
MEMBERS = {"metadata.json": MIB // 16, "config.json": 4 * MIB, "model.weights.h5": 256 * MIB}
LARGEST_RATIO = 30
LOCAL_HEADER_BYTES = 30  # without the name of the member, which follows
CHUNK = MIB
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
OTHER_FORMATS = {
    HDF5_MAGIC: "is saved in the old HDF5 format (.h5)",
    b"\x80": "is a Python pickle",
    b"\x1f\x8b": "is a gzip archive",
    b"7z\xbc\xaf": "is a 7z archive",
    b"Rar!": "is a RAR archive",
    b"\x93NUMPY": "is a NumPy array",
    b"%PDF": "is a PDF",
    b"\x08\x01\x12": "is one part of a SavedModel folder",
}


def unpack(data: bytes, again: str) -> dict[str, bytes]:
    """Check the archive, and return its two JSON members.

    Args:
        data: the whole file.
        again: a sentence on how to save the model again, for messages.

    Returns the content of "metadata.json" and "config.json" by name. Raises RefusedModel with what
    was found instead.
    """
    _require_zip(data, again)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_members(archive.infolist(), again)
            _require_hdf5(archive, again)
            return {name: _read_member(archive, name) for name in ("metadata.json", "config.json")}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise RefusedModel(f"The model file is damaged. {again}") from error


def _require_zip(data: bytes, again: str) -> None:
    """Refuse anything but a zip file whose central directory is small; nothing is unpacked yet."""
    if not data:
        raise RefusedModel(f"The model file is empty. {again}")
    if len(data) > LARGEST_FILE:
        raise RefusedModel(
            f"The model file has {len(data) // MIB} MB; at most {LARGEST_FILE // MIB} MB are accepted. "
            "Use fewer or smaller layers."
        )
    if not data.startswith(b"PK"):
        raise RefusedModel(f"The model file {_describe_format(data)}. {again}")
    end = read_end(data)
    if end is None:
        raise RefusedModel(f"The model file is cut off or damaged (it does not end as a zip file does). {again}")
    members, size = end
    if members > MOST_MEMBERS or size > CHUNK:
        raise RefusedModel(f"The file is a zip archive of {members} files rather than a model. {again}")


def read_end(data: bytes) -> tuple[int, int] | None:
    """What the end of a zip file says of its directory, which `zipfile` would read whole.

    Returns how many members it lists and how many bytes it has, the largest numbers possible for a
    zip64 file; None if `data` does not end as a zip file without a comment does.
    """
    end = data[-22:]
    if not end.startswith(b"PK\x05\x06") or len(end) < 22 or end[-2:] != b"\0\0":
        return None
    members, size = struct.unpack("<HI", end[10:16])
    return (2**16 - 1, 2**32 - 1) if data[-42:-38] == b"PK\x06\x07" else (members, size)


def _describe_format(data: bytes) -> str:
    """The format of a file that is not a zip archive, as the rest of a sentence: "is a PDF"."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data[4:8] == b"TFL3":
        return "is in the TFLite format"
    if start[:1] == b"<":
        return "is a web page (was it downloaded without being logged in?)"
    if start.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer; the model itself was not uploaded"
    if start[:1] in (b"{", b"["):
        return "is JSON text"
    for magic, kind in OTHER_FORMATS.items():
        if data.startswith(magic):
            return kind
    try:
        text = data[:512].decode("utf-8", errors="strict" if len(data) <= 512 else "ignore")
    except UnicodeDecodeError:
        text = "\0"
    readable = all(letter.isprintable() or letter in "\r\n\t" for letter in text)
    return "is a text file" if readable else "is not in a format that Keras writes"


def _require_members(members: list[zipfile.ZipInfo], again: str) -> None:
    found = [member.filename for member in members]
    whole = [name for name in found if name.endswith(".keras")]
    if whole and not set(found) & set(MEMBERS):
        raise RefusedModel(f"The file is a zip archive round {whole[0][:80]!r}. Hand in that file as it is.")
    if any(name.endswith(("saved_model.pb", "fingerprint.pb")) for name in found):
        raise RefusedModel(f"The file is a SavedModel folder in a zip archive. {again}")
    if any(name.endswith("data.pkl") for name in found):
        raise RefusedModel(f"The file is a PyTorch model. {again}")
    if any(name.startswith("assets/") for name in found):
        raise RefusedModel(
            "The model keeps a vocabulary in a file of its own. Hand in the model without its text layer, or give "
            "that layer its words as vocabulary=[...]."
        )
    for what, others in (
        ("also holds", set(found) - set(MEMBERS)),
        ("lacks", set(MEMBERS) - set(found)),
        ("holds twice", {name for name in found if found.count(name) > 1}),
    ):
        if others:
            raise RefusedModel(
                f"The file is not as Keras writes a model: it {what} {format_names(sorted(others))}. {again}"
            )
    for member in members:
        limit = MEMBERS[member.filename]
        if member.file_size > limit:
            raise RefusedModel(
                f"The model's {member.filename} has {member.file_size // MIB} MB; at most {max(limit // MIB, 1)} MB "
                "are accepted. Use fewer or smaller layers."
            )
        plain = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not member.flag_bits & 1
        if not plain or member.file_size > LARGEST_RATIO * max(member.compress_size, 64):
            raise RefusedModel(f"The model file is packed other than Keras packs it. {again}")
    # Members must follow one another from the first byte on: overlapping members share compressed
    # bytes, so that a small file unpacks to a huge one.
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end or (end == 0 and member.header_offset > 0):
            raise RefusedModel(f"The model file is packed other than Keras packs it. {again}")
        end = member.header_offset + LOCAL_HEADER_BYTES + len(member.filename) + member.compress_size


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(MEMBERS[name] + 1)


def _require_hdf5(archive: zipfile.ZipFile, again: str) -> None:
    """Refuse weights that are not HDF5, or are damaged: zipfile checks the CRC at their end."""
    with archive.open("model.weights.h5") as file:
        if not file.read(8).startswith(HDF5_MAGIC):
            raise RefusedModel(f"The weights in the model file are not in the HDF5 format. {again}")
        while file.read(CHUNK):
            pass


def format_names(items: Sequence[str]) -> str:
    """The first three names, quoted, and how many more there are."""
    first = ", ".join(repr(item[:80]) for item in items[:3])
    return first if len(items) <= 3 else f"{first} and {len(items) - 3} more"
