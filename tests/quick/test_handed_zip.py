"""A zip file that was handed in is read within bounds, or refused with a sentence."""

import contextlib
import io
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import MIB, MOST_BYTES, make_zip, open_zip

ADVICE = "Make it again."
FILES = {"double.ipynb": b'{"cells": []}', "double.keras": bytes(range(256)) * 8}


def limit_of(name: str) -> int:
    return 2 * MIB if name in FILES else 0


def read(data: bytes) -> dict[str, bytes]:
    return open_zip(data, "ada.zip", ADVICE, limit_of)


def zipped(*members, **settings) -> bytes:
    """A zip file of (name or ZipInfo, content) pairs, as other programs may write it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", **settings) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return written.getvalue()


def special(name: str, mode: int) -> zipfile.ZipInfo:
    """A member that is not a plain file."""
    member = zipfile.ZipInfo(name)
    member.external_attr = (mode | 0o777) << 16
    return member


def encrypted() -> bytes:
    """A zip file whose flags say that its member is encrypted."""
    data = bytearray(zipped(("double.ipynb", b"{}")))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    return bytes(data)


def lying(size: int) -> bytes:
    """A zip file that says of its member that it has `size` bytes."""
    data = bytearray(zipped(("double.ipynb", b"x" * 1000), compression=zipfile.ZIP_DEFLATED))
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, 22, size)
    struct.pack_into("<I", data, directory + 24, size)
    return bytes(data)


BAD = {
    "another kind": (b"%PDF-1.7", "not a whole zip file"),
    "empty": (b"", "not a whole zip file"),
    "cut short": (make_zip(FILES)[:-30], "not a whole zip file"),
    "too many files": (zipped(*((f"{n}.txt", b"") for n in range(17))), "more than 16 files"),
    "a folder": (zipped(("double/double.ipynb", b"{}")), "'double/double.ipynb', which is in a folder"),
    "an empty folder": (zipped(("double/", b"")), "in a folder"),
    "out of the folder": (zipped(("../double.ipynb", b"{}")), "in a folder"),
    "an absolute path": (zipped(("/etc/passwd", b"")), "in a folder"),
    "a path of Windows": (zipped(("..\\double.ipynb", b"{}")), "in a folder"),
    "a drive of Windows": (zipped(("C:double.ipynb", b"{}")), "in a folder"),
    "no name": (zipped((zipfile.ZipInfo("\0x"), b"")), "in a folder"),
    "a link": (zipped((special("double.ipynb", stat.S_IFLNK), b"/etc/passwd")), "a link"),
    "a pipe": (zipped((special("double.ipynb", stat.S_IFIFO), b"")), "special file"),
    "a zip in a zip": (zipped(("double.zip", make_zip(FILES))), "another zip file, 'double.zip'"),
    "in another method": (zipped(("double.ipynb", b"{}"), compression=zipfile.ZIP_LZMA), "method"),
    "encrypted": (encrypted(), "encrypted"),
    "too large": (zipped(("double.ipynb", bytes(range(256)) * 8193)), "double.ipynb in ada.zip is larger than 2 MiB"),
    "a bomb": (zipped(("double.ipynb", bytes(2 * MIB)), compression=zipfile.ZIP_DEFLATED), "100 times"),
    "a bomb that is not asked for": (zipped(("x", bytes(2 * MIB)), compression=zipfile.ZIP_DEFLATED), "100 times"),
    "a file that is longer than it says": (lying(10), "damaged"),
    "a file that is shorter than it says": (lying(2000), "damaged"),
}


@pytest.mark.parametrize("data, said", BAD.values(), ids=BAD)
def test_a_bad_zip_is_refused_and_told_what_to_do(data, said):
    """What is wrong with it and what to do instead, in one sentence each."""
    with pytest.raises(UnreadableSubmission) as caught:
        read(data)
    assert said in str(caught.value)
    assert str(caught.value).endswith(ADVICE)


@pytest.mark.parametrize("second", ["double.ipynb", "Double.IPYNB"])
def test_a_name_that_is_there_twice_is_refused(second):
    """Which one counts would depend on the program that unpacks it."""
    with pytest.warns(UserWarning, match="Duplicate name") if second == "double.ipynb" else contextlib.nullcontext():
        data = zipped(("double.ipynb", b"{}"), (second, b"[]"))
    with pytest.raises(UnreadableSubmission, match="twice"):
        read(data)


def test_all_files_together_are_bounded():
    """Many files that are large, but not too large each, are not unpacked."""
    data = bytearray(zipped(*((name, b"") for name in "abcdefgh")))
    size = MOST_BYTES // 8 + 1
    for place in [n for n in range(len(data)) if data[n : n + 4] == b"PK\x01\x02"]:
        struct.pack_into("<II", data, place + 20, size, size)
    with pytest.raises(UnreadableSubmission, match="larger than 256 MiB when it is unpacked"):
        read(bytes(data))


def test_a_directory_that_is_huge_is_not_read():
    """Only the end of the file tells how large its list of members is."""
    many = b"".join(b"PK\x01\x02" + bytes(42) for _ in range(60_000))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(many), 0, 0)
    with pytest.raises(UnreadableSubmission, match="more than 16 files"):
        read(many + end)


def test_other_files_are_left_alone():
    """Only the members that are asked for are unpacked."""
    assert read(zipped(*FILES.items(), ("timestamp.txt", b"2001-01-01"))) == FILES


contents = st.binary(max_size=300) | st.builds(lambda part, times: part * times, st.binary(max_size=9), st.just(50_000))


@given(st.fixed_dictionaries(dict.fromkeys(FILES, contents)))
def test_what_is_packed_is_read_again(files):
    """Files within the limits come back as they were, however well they compress."""
    data = make_zip(files)
    assert read(data) == files
    assert data == make_zip(files)


def test_what_compresses_too_well_is_stored():
    """A notebook of one line, printed a million times, is no bomb when we pack it."""
    data = make_zip({"double.ipynb": bytes(2 * MIB)})
    assert read(data) == {"double.ipynb": bytes(2 * MIB)}
    assert len(zlib.compress(bytes(2 * MIB))) < len(data) // 100


@given(st.data())
def test_a_damaged_zip_is_read_or_refused(data):
    """Whatever bytes are changed, there is a sentence or the right content, and no other error."""
    whole = bytearray(make_zip(FILES))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read(bytes(whole))
    except UnreadableSubmission as error:
        assert str(error).endswith(ADVICE)
    else:
        assert all(FILES[name] == content for name, content in found.items())
