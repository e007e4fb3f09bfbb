"""The CSS that a student's HTML may have: known properties, with values of bounded size.

Nothing here can lie over other things, load, or make a page of any height.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class _Most:
    """The largest values of a property.

    Args:
        px: of a length, in CSS pixels.
        percent: of a percentage.
        number: of a number without a unit; 0 is always allowed.
    """

    px: float = 0
    percent: float = 0
    number: float = 0


_WORDS = _Most()
"""Only words and colours."""
_THIN = _Most(px=20)
_SPACE = _Most(px=100, percent=20)
_SIDES = ("-top", "-right", "-bottom", "-left")
_OF_WORDS = (
    *("background-color", "border-collapse", "border-color", "border-style", "caption-side", "clear", "color"),
    *(f"border{side}-color" for side in _SIDES),
    *("direction", "display", "flex-wrap", "float", "font-family", "font-style", "font-variant"),
    *("overflow", "overflow-wrap", "overflow-x", "overflow-y", "table-layout", "text-align", "text-decoration"),
    *("unicode-bidi", "white-space", "word-break"),
)
_PROPERTIES = {
    **dict.fromkeys(("height", "min-height"), _Most(px=600, percent=100)),
    **dict.fromkeys(("width", "min-width", "max-width"), _Most(px=2400, percent=100)),
    **{f"{kind}{side}": _SPACE for kind in ("margin", "padding") for side in ("", *_SIDES)},
    **{f"border{side}": _THIN for side in ("", *_SIDES, "-width", "-spacing")},
    "border-radius": _Most(px=100, percent=50),
    "flex": _Most(px=600, percent=100, number=100),
    "font-size": _Most(px=40, percent=100),
    "font-weight": _Most(number=1000),
    "gap": _SPACE,
    "letter-spacing": _THIN,
    "line-height": _Most(px=60, percent=300, number=3),
    "opacity": _Most(number=1, percent=100),
    "text-indent": _SPACE,
    "vertical-align": _THIN,
    **dict.fromkeys(_OF_WORDS, _WORDS),
}
PROPERTIES = frozenset(_PROPERTIES)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "em": 40.0, "ex": 20.0, "ch": 20.0}
"""How many pixels a unit has at most; `font-size` is 40 px at most."""
_VALUE = re.compile(
    r"(?:(?P<number>\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})(?P<unit>px|pt|rem|em|ex|ch|%)?(?![\w.%])"
    r"|(?:\#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([\d.,%/ ]{1,60}\))(?![\w(])"
    r"|(?P<word>[a-z][a-z-]{0,40})(?![\w(])"
    r"|\"[\w -]{0,60}\"|'[\w -]{0,60}')"
    r"[ \t\n]{0,20},?[ \t\n]{0,20}",
    re.IGNORECASE,
)
_GROWING = {"larger"}
"""Words that make more of what an element around has: a hundred of them, nested, grow for ever."""


def bounded(style: str) -> str:
    """The declarations of a style attribute whose property and value are allowed."""
    kept = []
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if colon and name in _PROPERTIES and _is_bounded(value, _PROPERTIES[name]):
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _is_bounded(value: str, most: _Most) -> bool:
    """Whether a value consists of words, colours and lengths that are not too large."""
    position = 0
    while position < len(value):
        part = _VALUE.match(value, position)
        if part is None or (part["word"] or "").lower() in _GROWING:
            return False
        if part["number"]:
            number, unit = float(part["number"]), (part["unit"] or "").lower()
            limit = most.percent if unit == "%" else most.px if unit else most.number
            if number * _PIXELS.get(unit, 1.0) > limit:
                return False
        position = part.end()
    return position > 0
