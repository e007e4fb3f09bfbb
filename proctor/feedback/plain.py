"""Text that came out of a student's process, made safe to show."""

from __future__ import annotations

import re
import unicodedata

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # OSC: titles, links, clipboard
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\|$)"  # DCS and the other strings
    r"|\x1b[ -/]*[0-~]?"
)


def plain(text: object, limit: int = 4000) -> str:
    """`text` without terminal escapes, control, bidirectional and invisible characters, at most `limit` long.

    Line ends and tabs become a newline and four spaces; what cannot be encoded becomes "�".
    """
    shown = _ESCAPES.sub("", str(text)[: 2 * limit])
    for end in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        shown = shown.replace(end, "\n")
    shown = "".join(_shown(character) for character in shown.replace("\t", "    "))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _shown(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Cs", "Co", "Cn"):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in ("Cc", "Cf") else character
