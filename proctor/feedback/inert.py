"""What a student's notebook shows, made inert: HTML that cannot run, load, lead away or lie over something else.

nbconvert's own cleaning drops the style of every table and nbgrader's templates do not clean Markdown cells at all,
so `nbgrader_settings` puts `clean` and `markdown2html` in the place of nbconvert's filters of those names.
"""

from __future__ import annotations

import html
import re
from typing import Any

import bleach
from bleach.css_sanitizer import ALLOWED_CSS_PROPERTIES, CSSSanitizer
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from proctor.text import visible

# Everything else that an output may carry (scripts, widgets, pages in frames) is dropped; text/plain is always there.
MIME_TYPES = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "application/json",
}
_LONGEST = 300_000  # characters of one HTML output; cleaning takes seconds per megabyte

_MORE_TAGS = (
    "div span p pre br hr h1 h2 h3 h4 h5 h6 img dl dt dd sub sup del ins s u small details summary figure figcaption"
    " table caption colgroup col thead tbody tfoot tr th td"
)
_TAGS = frozenset(bleach.ALLOWED_TAGS) | set(_MORE_TAGS.split())
# No id and hardly a class: the formgrader's scripts find their own buttons and fields by these.
_ATTRIBUTES = {
    "*": {"class", "style", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_CLASSES = frozenset(STANDARD_TYPES.values()) | {"dataframe", "highlight"}
_MORE_PROPERTIES = (
    "border border-top border-right border-bottom border-left border-radius border-spacing max-width min-width"
    " padding padding-top padding-right padding-bottom padding-left margin margin-top margin-right margin-bottom"
    " margin-left overflow-x overflow-wrap opacity table-layout caption-side word-break"
)


_REACHING = re.compile(r"-\s*[\d.]|\\|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(", re.IGNORECASE)


class _Styles(CSSSanitizer):  # type: ignore[misc]
    """bleach's cleaning of a style, which looks at the names of properties only."""

    def sanitize_css(self, style: str) -> str:
        """`style` without what is not known, loads something, or reaches out of its place by a negative length."""
        declarations = super().sanitize_css(style).split(";")
        return ";".join(declaration for declaration in declarations if not _REACHING.search(declaration))


_STYLES = _Styles(allowed_css_properties=(ALLOWED_CSS_PROPERTIES - {"cursor"}) | set(_MORE_PROPERTIES.split()))
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
# What MathJax makes links, styles and ids of.
_TEX = re.compile(r"\\(?=(?:href|url|require|class|cssId|style|unicode|bbox)\b)")


def clean(source: object) -> str:
    """`source`, some HTML, without anything that runs, loads or leaves the page; pictures only if they are in it."""
    markup = source.decode() if isinstance(source, bytes) else str(source)
    if len(markup) > _LONGEST:
        return f"<pre>{html.escape(markup[:1000])}\n… ({len(markup):,} characters of HTML are not shown)</pre>"
    cleaned = bleach.clean(
        visible(markup),
        tags=_TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=_STYLES,
    )
    return _TEX.sub("", _LINK.sub(r"\2 (\1)", cleaned))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in _ATTRIBUTES.get(tag, set()) and (name not in _ATTRIBUTES["*"] or tag == "a"):
        return False
    compact = "".join(value.split()).lower()
    if name == "class":
        return set(value.split()) <= _CLASSES
    if name == "src":
        return compact.startswith("data:image/")
    if name == "href":
        return not compact.startswith("data:")
    return True


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """nbconvert's filter of this name, its result cleaned."""
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return clean(MarkdownWithMath(renderer=renderer).render(source))


def quiet(notebook: NotebookNode) -> None:
    """Make what `notebook` shows inert, in place: its outputs cleaned, their metadata and widget state gone."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.source = visible(cell.source)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = NotebookNode({kind: output.data[kind] for kind in output.data if kind in MIME_TYPES})
                if "text/html" in output.data:
                    output.data["text/html"] = clean(_joined(output.data["text/html"]))
                if "text/latex" in output.data:
                    output.data["text/latex"] = _TEX.sub("", _joined(output.data["text/latex"]))
                output["metadata"] = NotebookNode()


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
