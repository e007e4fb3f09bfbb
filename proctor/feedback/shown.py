"""The Jinja filters with which nbconvert makes the pages of nbgrader's feedback and formgrader.

Each takes a text that a student may have chosen, takes time in proportion to its length, and
makes HTML that runs and loads nothing and takes up a bounded part of a page.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import inherit
from pygments.lexers.python import PythonLexer
from pygments.token import Operator

from proctor.feedback.inert import clean
from proctor.text import visible

_MAX_MARKDOWN = 20_000
"""Characters of one cell; the worst of this length takes a second, and the time is quadratic."""
_MAX_CODE = 20_000
_MAX_CODE_LINE = 1_000
_SHOWN_LINES = 50  # of printed text that is folded
_FOLDED_LINES = 100  # a printed text with more is folded
_FOLDED_CODE_LINES = 200
_WIDTH = 100  # characters that a line of a page has room for, at least
_BOX = '<div style="max-height:1200px;overflow-y:auto">'
"""Around HTML of a student's; it scrolls, whatever its content takes up."""
# The address of an attached picture while its cell is cleaned; its number follows.
_ATTACHED = "data:image/attached,"
_RAW_ATTACHED = re.compile(r"""\bsrc=(["'])(attachment:[^"'<>]{1,300})\1""")
_EMBEDDED = re.compile(rf'src="{_ATTACHED}(\d{{1,4}})"')
_MAX_SHOWN = 5  # times that one cell shows the same picture
_BLANKS = re.compile(r"([ \t]{80})[ \t]++")


@pass_context
def clean_html(context: Any, source: object) -> str:
    """Return HTML cleaned, in a box of bounded height unless it is a check table of Proctor's."""
    cleaned = clean(source)
    is_table = context.get("output", {}).get("metadata", {}).get("proctor") is True
    return cleaned if is_table else f"{_BOX}{cleaned}</div>"


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Return Markdown as cleaned HTML in a box of bounded height; a very long one is plain text."""
    if len(source) > _MAX_MARKDOWN:
        note = f"{len(source):,} characters of Markdown are shown as they were typed: more than {_MAX_MARKDOWN:,}"
        return f"<p>({note})</p><pre>{fold(source)}</pre>"
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    # Markdown's own patterns are quadratic or worse in the length of a run of blanks.
    rendered = MarkdownWithMath(renderer=renderer).render(_BLANKS.sub(r"\1", source))
    rendered = _RAW_ATTACHED.sub(lambda found: f'src="{renderer.find(found[2])}"', rendered)
    return f"{_BOX}{_embed_pictures(clean(rendered), attachments)}</div>"


class _Renderer(IPythonRenderer):
    """Renders Markdown with a short address in place of each attached picture, which is long."""

    def image(self, *arguments: Any, **keywords: Any) -> str:
        """An image; words in place of one that refers to an attachment which is not there."""
        for text in (*arguments, *keywords.values()):
            if isinstance(text, str) and text.startswith("attachment:") and not self.find(text):
                return html.escape(f"(the picture {text.removeprefix('attachment:')} is not there)")
        return str(super().image(*arguments, **keywords))

    def _embed_image_or_attachment(self, src: str) -> str:
        return self.find(src) if src.startswith("attachment:") else src

    def find(self, address: str) -> str:
        """The short address for "attachment:NAME"; "" if there is no such attachment."""
        name = address.removeprefix("attachment:")
        names = list(self.attachments)
        return next((f"{_ATTACHED}{names.index(each)}" for each in (name, unquote(name)) if each in names), "")


def _embed_pictures(cleaned: str, attachments: dict[str, dict[str, str]]) -> str:
    """Put attached pictures into cleaned HTML, which may not be as long as they are."""
    pictures = [next(iter(bundle.items()), ("", "")) for bundle in attachments.values()]
    shown = [0] * len(pictures)

    def embed(found: re.Match[str]) -> str:
        number = int(found[1])
        if number >= len(pictures) or shown[number] == _MAX_SHOWN:
            return 'src="data:,"'
        shown[number] += 1
        kind, data = pictures[number]
        return f'src="data:{html.escape(kind)};base64,{html.escape(data)}"'

    return _EMBEDDED.sub(embed, cleaned)


class _NotebookLexer(PythonLexer):  # type: ignore[misc]  # Pygments has no types
    """Python, with lines that begin with % or ! as IPython's.

    IPython's own lexer is quadratic in the number of blank lines, and knows nine more languages.
    """

    tokens = {  # noqa: RUF012  as in every lexer of Pygments
        "root": [(r"^[ ]{0,40}[%!][^\n]*", Operator), inherit]
    }


def highlight_code(source: str, language: str | None = None, metadata: Any = None) -> str:  # noqa: ARG001
    """Return highlighted code; if it is very long, or a line of it is, it is plain and folded."""
    lines = [line.rstrip() for line in source.split("\n")]
    code = "\n".join(lines)
    if len(code) > _MAX_CODE or len(lines) > _FOLDED_CODE_LINES or max(map(len, lines)) > _MAX_CODE_LINE:
        return f'<div class="highlight"><pre>{fold(code, _FOLDED_CODE_LINES)}</pre></div>'
    made: str = highlight(code or " ", _NotebookLexer(stripnl=False), HtmlFormatter(cssclass="highlight hl-ipython3"))
    return made


def show_text(text: object) -> str:
    """Return printed text for a `<pre>`, its later lines folded away if there are many."""
    return fold(visible(str(text)))


def fold(text: str, most: int = _FOLDED_LINES) -> str:
    """Escape `text` for a `<pre>`, and fold away what is beyond its first lines if it is long.

    Args:
        text: of any length.
        most: how many lines of a page it may take up without being folded.
    """
    shown = min(most, _SHOWN_LINES) if _count_lines(text, most) > most else most
    end = _find_end(text, shown)
    if end == len(text):
        return html.escape(text)
    rest = text[end:].removeprefix("\n")
    lines = rest.removesuffix("\n").count("\n") + 1
    more = f"{lines:,} more lines" if lines > 1 else f"{len(rest):,} more characters"
    return f"{html.escape(text[:end])}<details><summary>… {more}</summary>{html.escape(rest)}</details>"


def _count_lines(text: str, most: int) -> int:
    """How many lines of a page a text takes up; counted to a little beyond `most`."""
    count, position = 0, 0
    while count <= most and position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        count += 1 + (end - position) // _WIDTH
        position = end + 1
    return count


def _find_end(text: str, lines: int) -> int:
    """The index in `text` up to which it takes up `lines` lines of a page, at most."""
    position = 0
    while lines > 0 and position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if (end - position) // _WIDTH >= lines:
            return position + lines * _WIDTH
        lines -= 1 + (end - position) // _WIDTH
        position = min(len(text), end + 1)
    return position
