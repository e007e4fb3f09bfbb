"""Text from outside in rich's markup."""

from __future__ import annotations

from proctor.text import plain


def escape_markup(text: str) -> str:
    """Return `text` without terminal escapes, and with rich's markup escaped."""
    from rich.markup import escape

    return escape(plain(text))
