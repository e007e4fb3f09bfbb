"""What a student's notebook shows, made inert: HTML that cannot run, load, lead away or lie over something else.

nbconvert's own cleaning drops the style of every table and nbgrader's templates do not clean Markdown cells at all,
so `nbgrader_settings` puts `clean` and `markdown2html` in the place of nbconvert's filters of those names.
"""

from __future__ import annotations

import html
import re
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from proctor.text import visible, without_unseen

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
_LONGEST = 300_000  # characters of one HTML output, before and after it is cleaned
# Cleaning nested tags takes the square of their depth: two seconds for as many as this.
_MOST_TAGS = 30_000
# A parser repeats formatting tags that are left open (<b>, <a>, ...) in each paragraph that follows, so thousands of
# them would become gigabytes. This many repetitions take 300 MB and a second.
_MOST_REPETITIONS = 1_000_000

_TAG_NAMES = (
    "a abbr acronym b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s small span strong sub summary sup table tbody td tfoot th thead"
    " tr u ul"
)
_TAGS = set(_TAG_NAMES.split())
# Every other tag is shown as text, so that "a list<int>" is not cut short. Style sheets, which pandas puts before its
# tables, are left to the cleaner, which drops them whole; comments likewise.
_UNKNOWN_TAG = re.compile(rf"<(?=/?[a-z])(?!/?(?:{'|'.join(sorted(_TAGS))}|style)(?:[ \t\n/>]|$))", re.IGNORECASE)
# Those with attributes: of equal ones, a parser repeats three at most.
_FORMATTING_TAG = re.compile(r"<(?:a|b|code|em|i|s|small|strong|u)[ \t\n/]", re.IGNORECASE)
# No id and hardly a class: the formgrader's scripts find their own buttons and fields by these.
_ATTRIBUTES = {tag: {"class", "style", "title"} for tag in _TAGS}
_ATTRIBUTES["*"] = set()  # without it, nh3 adds lang and title
_ATTRIBUTES["a"] = {"href"}
_ATTRIBUTES["img"] |= {"src", "alt", "width", "height"}
_ATTRIBUTES["td"] |= {"colspan", "rowspan"}
_ATTRIBUTES["th"] |= {"colspan", "rowspan", "scope"}
_CLASSES = frozenset(STANDARD_TYPES.values()) | {"dataframe", "highlight"}
_PROPERTY_NAMES = (
    "background-color border border-bottom border-bottom-color border-collapse border-color border-left"
    " border-left-color border-radius border-right border-right-color border-spacing border-top border-top-color"
    " caption-side clear color direction display float font font-family font-size font-style font-variant font-weight"
    " height letter-spacing line-height margin margin-bottom margin-left margin-right margin-top max-width min-width"
    " opacity overflow overflow-wrap overflow-x padding padding-bottom padding-left padding-right padding-top"
    " table-layout text-align text-decoration text-indent unicode-bidi vertical-align white-space width word-break"
)
# In the value of a property: a negative length, an escape, any function but a colour.
_REACHING = re.compile(r"-\s*[\d.]|\\|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(", re.IGNORECASE)
_LINK = re.compile(r'<a(?: href="([^"]*)")?>|</a>')
# What MathJax makes links, styles and ids of.
_TEX = re.compile(r"\\+(?=(?:href|url|require|class|cssId|style|unicode|bbox)\b)")


def clean(source: object) -> str:
    """Return `source`, some HTML, without anything that runs, loads or leaves the page.

    Pictures stay if they are in it (`data:`), links become their text with the address behind it.
    """
    markup = visible(source.decode() if isinstance(source, bytes) else str(source))
    tags, formatting = markup.count("<"), len(_FORMATTING_TAG.findall(markup))
    if len(markup) > _LONGEST or tags > _MOST_TAGS or tags * formatting > _MOST_REPETITIONS:
        return _not_shown(markup)
    cleaned = _CLEANER.clean(_UNKNOWN_TAG.sub("&lt;", markup))
    if len(cleaned) > _LONGEST:
        return _not_shown(markup)
    # Once more, for what was written as &#x202e; or &#92;.
    return _TEX.sub("", without_unseen(_without_links(cleaned)))


def _allowed(_tag: str, name: str, value: str) -> str | None:
    """Return what is left of an attribute's value, None if the attribute goes."""
    if name == "class":
        return value if set(value.split()) <= _CLASSES else None
    if name == "src":
        return value if value.strip().lower().startswith("data:image/") else None
    if name == "href":
        return None if value.strip().lower().startswith("data:") else value
    if name == "style":
        # By text, before the cleaner parses it and drops all properties that it does not know.
        return ";".join(declaration for declaration in value.split(";") if not _REACHING.search(declaration))
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"style"},
    attributes=_ATTRIBUTES,
    attribute_filter=_allowed,
    filter_style_properties=set(_PROPERTY_NAMES.split()),
    link_rel=None,
    url_schemes={"http", "https", "mailto", "data"},
)


def _without_links(cleaned: str) -> str:
    """Return `cleaned` with each link as its text and, in brackets, its address."""
    open_links: list[str] = []

    def text_for(tag: re.Match[str]) -> str:
        if tag[0] != "</a>":
            open_links.append(tag[1])
            return ""
        address = open_links.pop()
        return f" ({address})" if address else ""

    return _LINK.sub(text_for, cleaned)


def _not_shown(markup: str) -> str:
    return f"<pre>{html.escape(markup[:1000])}\n… ({len(markup):,} characters of HTML are not shown)</pre>"


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
