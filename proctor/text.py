"""Text that came out of a student's process, made safe to show."""

from __future__ import annotations

import re
import site
import sys
import sysconfig
import tempfile
import unicodedata
from pathlib import Path

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
    shown = without_escapes(str(text)[: 2 * limit])
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


# All but the joiners that letters and emoji are made of, and the tab.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def without_escapes(text: str) -> str:
    """`text` without what tells a terminal to do something."""
    return _ESCAPES.sub("", text)


def visible(text: str) -> str:
    """`text`, however long, without terminal escapes, control characters and those that turn the direction of writing.

    Tabs and newlines stay.
    """
    return without_unseen(without_escapes(text))


def without_unseen(text: str) -> str:
    """`text` without control characters and those that turn the direction of writing; tabs and newlines stay."""
    return _UNSEEN.sub("", text)


def one_line(text: object, limit: int = 200) -> str:
    """`text` as `plain` gives it, in a single line."""
    return " ".join(plain(text, limit).split())


def _folders() -> dict[str, str]:
    """Where Python and the packages lie on this machine → what students read in that place ("" for nothing)."""
    paths = sysconfig.get_paths()
    code = [paths["purelib"], paths["platlib"], paths["stdlib"], *site.getsitepackages(), Path(__file__).parents[1]]
    named = {str(Path.home()): "~", sys.base_prefix: "python", sys.prefix: "python"} | {str(path): "" for path in code}
    # A folder right under the root, like /usr or /root, tells nothing.
    return {folder: name for folder, name in named.items() if len(Path(folder).parts) > 2}


_NAMES = _folders()
_FOLDER = re.compile("(" + "|".join(map(re.escape, sorted(_NAMES, key=len, reverse=True))) + r")(?:(/)|(?![\w.-]))")
_SCRATCH = re.compile(re.escape(tempfile.gettempdir()) + r"/proctor-\w{8}(?:/scratch)?(?:/run-\w{8})?(?![\w-])")
_PATH = re.compile(r"/[^\s'\"<>|:;,()\[\]{}=]+")
_DATA = "/.proctor/data"
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}\b")


def neutral(text: str) -> str:
    """`text` without what is different on another machine or in another run: absolute folders, addresses of objects.

    A student who wants to show where Python lies can; this is for those who do not, and for verdicts that are equal.
    """
    text = _FOLDER.sub(_named, _SCRATCH.sub(".", text))
    if _DATA in text:
        text = _PATH.sub(lambda path: "data" * (_DATA in path[0]) + path[0].rpartition(_DATA)[2], text)
    return _ADDRESS.sub("", text)


def _named(found: re.Match[str]) -> str:
    name = _NAMES[found[1]]
    return f"{name}/" * bool(name) if found[2] else name or "python"
