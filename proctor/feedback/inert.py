"""Sanitize the HTML of a student's notebook: no scripts, no requests, no links, no overlays.

nbconvert's own sanitizer drops the style of every table, and nbgrader's templates do not sanitize
Markdown cells at all. So `nbgrader_settings` replaces nbconvert's Jinja filters `clean_html` and
`markdown2html` by `clean` and `markdown2html` of this module.
"""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

from proctor.text import visible, without_unseen

# Outputs of any other type (scripts, widgets, frames) are dropped; text/plain is always present.
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
_MAX_CHARACTERS = 300_000  # characters of one HTML output, before and after it is cleaned
# The time to clean nested tags is quadratic in their depth: two seconds for this many.
_MAX_TAGS = 30_000
# An HTML parser reopens formatting tags that are left open (<b>, <a>, ...) in each paragraph that
# follows, so thousands of them would become gigabytes. This many repetitions take 300 MB and 1 s.
_MAX_REPETITIONS = 1_000_000

_TAG_NAMES = (
    "a abbr acronym b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s small span strong sub summary sup table tbody td tfoot th thead"
    " tr u ul"
)
_TAGS = set(_TAG_NAMES.split())
# Any other tag is shown as text, so that "a list<int>" is not cut short. Style sheets, which pandas
# puts before its tables, and comments are left to the cleaner, which drops them with their content.
_UNKNOWN_TAG = re.compile(rf"<(?=/?[a-z])(?!/?(?:{'|'.join(sorted(_TAGS))}|style)(?:[ \t\n/>]|$))", re.IGNORECASE)
# Formatting tags with attributes: without, a parser reopens at most three that are equal.
_FORMATTING_TAG = re.compile(r"<(?:a|b|code|em|i|s|small|strong|u)[ \t\n/]", re.IGNORECASE)
# No id and few classes, because the formgrader's scripts find their buttons and fields by these.
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
# In the value of a CSS property: a negative length, an escape, any function but rgb() and hsl().
_REACHING = re.compile(r"-\s*[\d.]|\\|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(", re.IGNORECASE)
_LINK = re.compile(r'<a(?: href="([^"]*)")?>|</a>')
# The address of an attached picture while its cell is cleaned; its number follows.
_ATTACHED = "data:image/attached,"
_RAW_ATTACHED = re.compile(r"""\bsrc=(["'])(attachment:[^"'<>]{1,300})\1""")
_MAX_SHOWN = 5  # times that one cell shows the same picture
# TeX commands from which MathJax makes links, styles and ids.
_TEX = re.compile(r"(?<!\\)\\++(?=(?:href|url|require|class|cssId|style|unicode|bbox)\b)")


def clean(source: object) -> str:
    """Return the HTML `source` without anything that runs, loads or leaves the page.

    Pictures stay if they are embedded (`data:`); a link becomes its text and, in brackets, its
    address.
    """
    markup = visible(source.decode() if isinstance(source, bytes) else str(source))
    tags, formatting = markup.count("<"), len(_FORMATTING_TAG.findall(markup))
    if len(markup) > _MAX_CHARACTERS or tags > _MAX_TAGS or tags * formatting > _MAX_REPETITIONS:
        return _format_beginning(markup)
    cleaned = _CLEANER.clean(_UNKNOWN_TAG.sub("&lt;", markup))
    if len(cleaned) > _MAX_CHARACTERS:
        return _format_beginning(markup)
    # Once more, for characters that were written as entities, such as &#x202e; and &#92;.
    return _TEX.sub("", without_unseen(_replace_links(cleaned)))


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value or the harmless part of it; None drops the attribute."""
    if name == "class":
        return value if set(value.split()) <= _CLASSES else None
    if name == "src":
        return value if value.strip().lower().startswith("data:image/") else None
    if name == "href":
        return None if value.strip().lower().startswith("data:") else value
    if name == "style":
        # As text; afterwards the cleaner parses it and drops properties that are not allowed.
        return ";".join(declaration for declaration in value.split(";") if not _REACHING.search(declaration))
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"style"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    filter_style_properties=set(_PROPERTY_NAMES.split()),
    link_rel=None,
    url_schemes={"http", "https", "mailto", "data"},
)


def _replace_links(cleaned: str) -> str:
    """Return `cleaned` with each link replaced by its text and, in brackets, its address."""
    open_links: list[str] = []

    def text_for(tag: re.Match[str]) -> str:
        if tag[0] != "</a>":
            open_links.append(tag[1])
            return ""
        address = open_links.pop()
        return f" ({address})" if address else ""

    return _LINK.sub(text_for, cleaned)


def _format_beginning(markup: str) -> str:
    return f"<pre>{html.escape(markup[:1000])}\n… ({len(markup):,} characters of HTML are not shown)</pre>"


class _Renderer(IPythonRenderer):
    """Renders Markdown with a short address in place of each attached picture, which is long."""

    def image(self, *arguments: Any, **keywords: Any) -> str:
        """An image; words in place of one that refers to an attachment which is not there."""
        for text in (*arguments, *keywords.values()):
            if isinstance(text, str) and text.startswith("attachment:") and not self._find(text):
                return html.escape(f"(the picture {text.removeprefix('attachment:')} is not there)")
        return str(super().image(*arguments, **keywords))

    def _embed_image_or_attachment(self, src: str) -> str:
        return self._find(src) if src.startswith("attachment:") else src

    def _find(self, address: str) -> str:
        """The short address for "attachment:NAME"; "" if there is no such attachment."""
        name = address.removeprefix("attachment:")
        names = list(self.attachments)
        return next((f"{_ATTACHED}{names.index(each)}" for each in (name, unquote(name)) if each in names), "")


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Return Markdown as cleaned HTML; replaces nbconvert's Jinja filter of this name.

    Attached pictures are put in after the cleaning, since they are longer than other HTML may be.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    rendered = _RAW_ATTACHED.sub(
        lambda found: f'src="{renderer._find(found[2])}"',  # noqa: SLF001
        MarkdownWithMath(renderer=renderer).render(source),
    )
    pictures = [next(iter(bundle.items()), ("", "")) for bundle in attachments.values()]
    shown = [0] * len(pictures)

    def embed(found: re.Match[str]) -> str:
        number = int(found[1])
        if number >= len(pictures) or shown[number] == _MAX_SHOWN:
            return 'src="data:,"'
        shown[number] += 1
        kind, data = pictures[number]
        return f'src="data:{html.escape(kind)};base64,{html.escape(_join_lines(data))}"'

    return re.sub(rf'src="{_ATTACHED}(\d{{1,4}})"', embed, clean(rendered))


def make_inert(notebook: NotebookNode) -> None:
    """Clean the outputs of `notebook` in place, and drop their metadata and the widget state."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.source = visible(cell.source)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = NotebookNode({kind: output.data[kind] for kind in output.data if kind in MIME_TYPES})
                if "text/html" in output.data:
                    output.data["text/html"] = clean(_join_lines(output.data["text/html"]))
                if "text/latex" in output.data:
                    output.data["text/latex"] = _TEX.sub("", _join_lines(output.data["text/latex"]))
                output["metadata"] = NotebookNode()


def _join_lines(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
