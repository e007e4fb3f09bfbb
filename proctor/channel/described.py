"""Describe values of a submission in a few words, for the "found" of a message."""

from __future__ import annotations

import math
import reprlib
from typing import Any

import numpy as np

from proctor.channel.wire import Reference
from proctor.models.view import ModelView

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlong = 30
_short.maxlist = _short.maxtuple = _short.maxdict = 4
_short.maxlevel = 3


def described(value: Any) -> str:
    """The kind of a value, for a message: "an array of shape (3, 4)", "the function relu itself".

    Args:
        value: anything that an attribute or call of `student` returned. For None the message asks
            about a forgotten `return`.
    """
    if value is None:
        return "None (is there a `return`?)"
    if isinstance(value, ModelView):
        return "a Keras model"
    reference = getattr(value, "__reference__", None)
    if type(reference) is Reference:
        return _describe_reference(reference)
    if type(value) is np.ndarray:
        return f"an array of {value.dtype}" if value.dtype.kind not in "fiubc" else f"an array of shape {value.shape}"
    if type(value) in (list, tuple, dict, set, frozenset):
        return f"{with_article(type(value).__name__)} of {count_items(len(value))}"
    if isinstance(value, np.generic):
        return f"{shorten(value.item())} ({value.dtype})"
    if type(value) in (bool, int, float, complex, str, bytes):
        return f"{shorten(value)} ({type(value).__name__})"
    return with_article(type(value).__name__)


def shorten(value: Any) -> str:
    """The `repr` of a value, cut to a few items; arrays only as their shape."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if type(value) is float:
        return "NaN" if math.isnan(value) else f"{value:.6g}"
    return f"{value:.6g}" if type(value) is complex else _short.repr(value)


def misspelt(name: str, like: str) -> str:
    """What to say where `name` is not defined, but `like` is, which is spelled nearly so."""
    return f"`{name}` is not defined, but `{like}` is: give it the name that the text asks for"


def count_items(number: int) -> str:
    """A number of items as text: "1 item", "3 items"."""
    return f"{number} item{'' if number == 1 else 's'}"


def with_article(name: str) -> str:
    """`name` after "a" or "an"."""
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _describe_reference(reference: Reference) -> str:
    """An object that stays in the student's process; functions and classes by their names."""
    if reference.kind in ("function", "builtin_function_or_method"):
        return f"the function {reference.text[:60]} itself (is it called?)"
    if reference.kind in ("type", "ABCMeta", "module"):
        return f"the {'module' if reference.kind == 'module' else 'class'} {reference.text[:60]} itself"
    return with_article(reference.kind[:60])
