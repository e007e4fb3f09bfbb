"""The pictures that a student attached to text cells: known by their content, bounded in size."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from proctor.text import one_line

PICTURES = 50
PICTURE_BYTES = 10 * 2**20
ALL_BYTES = 20 * 2**20
_NOTES = 5


class Pictures:
    """Reads attachments of a notebook's cells; `notes` has a sentence for each that is left out."""

    def __init__(self) -> None:
        self._left = ALL_BYTES
        self._count = 0
        self._left_out: list[str] = []

    @property
    def notes(self) -> list[str]:
        """What was left out, and why."""
        more = len(self._left_out) - _NOTES
        rest = [f"{more} more attachments were left out"] if more > 0 else []
        return [*self._left_out[:_NOTES], *rest]

    def read(self, attachments: Any) -> dict[str, dict[str, str]]:
        """The attachments of a cell that are pictures.

        Args:
            attachments: as in the notebook's JSON: name → MIME type → base64, or anything else.

        Returns name → MIME type → base64, with the type that the content has.
        """
        kept = {}
        for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
            picture = self._read_picture(bundle)
            if isinstance(picture, bytes):
                self._count += 1
                self._left -= len(picture)
                kept[name] = {_kind(picture): base64.b64encode(picture).decode()}
            else:
                self._left_out.append(f"the attachment '{one_line(name, 60)}' was left out: {picture}")
        return kept

    def _read_picture(self, bundle: Any) -> bytes | str:
        """The picture's bytes, or why it is left out."""
        for text in bundle.values() if isinstance(bundle, dict) else ():
            data = _decode(text)
            if not _kind(data):
                continue
            if len(data) > PICTURE_BYTES:
                return f"it is larger than {PICTURE_BYTES // 2**20} MiB"
            if self._count == PICTURES or len(data) > self._left:
                return f"a notebook has room for {PICTURES} pictures and {ALL_BYTES // 2**20} MiB of them"
            return data
        return "it is not a picture (PNG, JPEG, GIF or WebP)"


def _decode(text: Any) -> bytes:
    """The bytes of base64, which may be cut into lines; b"" if it is not base64."""
    joined = "".join(part for part in text if isinstance(part, str)) if isinstance(text, list) else text
    try:
        return base64.b64decode("".join(joined.split()), validate=True) if isinstance(joined, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _kind(data: bytes) -> str:
    """The MIME type of a picture by its first bytes; "" if it is none that browsers show."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""
