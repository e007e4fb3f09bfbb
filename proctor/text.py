"""Make text from a student's process safe to show and the same on every machine."""

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
    """Shorten a text and drop terminal escapes, control, bidirectional and invisible characters.

    Every kind of line end becomes a newline, a tab four spaces, a surrogate, private or unassigned
    character "�".

    Args:
        text: anything; its `str` is taken.
        limit: the most characters to return; a longer text ends in "…".
    """
    shown = str(text)[: 2 * limit]
    if not shown.isprintable():  # most texts are
        shown = _drop_unprintable(shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _drop_unprintable(text: str) -> str:
    shown = without_escapes(text)
    for end in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        shown = shown.replace(end, "\n")
    return "".join(_replace_unprintable(character) for character in shown.replace("\t", "    "))


def _replace_unprintable(character: str) -> str:
    if character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Cs", "Co", "Cn"):
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in ("Cc", "Cf") else character


# Control, bidirectional and invisible characters, except tab, newline and the joiners of emoji.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def without_escapes(text: str) -> str:
    """`text` without terminal escape sequences (ECMA-48)."""
    return _ESCAPES.sub("", text)


def visible(text: str) -> str:
    """`text`, of any length, without terminal escapes, control and bidirectional characters.

    Tabs and newlines stay.
    """
    return without_unseen(without_escapes(text))


def without_unseen(text: str) -> str:
    """`text` without control and bidirectional characters, except tabs and newlines."""
    return _UNSEEN.sub("", text)


def one_line(text: object, limit: int = 200) -> str:
    """`text` as `plain` gives it, in a single line."""
    return " ".join(plain(text, limit).split())


def as_sentence(text: object) -> str:
    """`text` with a full stop, unless it ends as a sentence does."""
    found = str(text).rstrip()
    return found if found.endswith((".", "?", "!")) else f"{found}."


def _folders() -> dict[str, str]:
    """Folders of Python and its packages on this machine → what `neutral` writes for each."""
    paths = sysconfig.get_paths()
    code = [paths["purelib"], paths["platlib"], paths["stdlib"], *site.getsitepackages(), Path(__file__).parents[1]]
    named = {str(Path.home()): "~", sys.base_prefix: "python", sys.prefix: "python"} | {str(path): "" for path in code}
    # A folder right under the root, like /usr or /root, says nothing about a machine.
    return {folder: name for folder, name in named.items() if len(Path(folder).parts) > 2}


_NAMES = _folders()
_FOLDER = re.compile("(" + "|".join(map(re.escape, sorted(_NAMES, key=len, reverse=True))) + r")(?:(/)|(?![\w.-]))")
_SCRATCH = re.compile(re.escape(tempfile.gettempdir()) + r"/proctor-\w{8}(?:/scratch)?(?:/run-\w{8})?(?![\w-])")
_PATH = re.compile(r"/[^\s'\"<>|:;,()\[\]{}=]+")
_DATA = "/.proctor/data"
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}\b")


def neutral(text: str) -> str:
    """`text` without what differs between machines and runs: folders and addresses of objects.

    It makes verdicts comparable. It hides nothing: a student's code can print a path so that it is
    not recognised here.
    """
    text = _FOLDER.sub(_name_folder, _SCRATCH.sub(".", text))
    if _DATA in text:
        text = _PATH.sub(_name_data, text)
    return _ADDRESS.sub("", text)


def _name_data(path: re.Match[str]) -> str:
    """A path below the jail's data folder as "data/…", any other path as it is."""
    _, found, rest = path[0].rpartition(_DATA)
    return f"data{rest}" if found else rest


def _name_folder(found: re.Match[str]) -> str:
    """What stands for a folder of `_NAMES`, with the slash that followed it, if any."""
    name = _NAMES[found[1]]
    if not found[2]:
        return name or "python"
    return f"{name}/" if name else ""
