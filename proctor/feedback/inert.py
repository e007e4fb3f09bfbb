"""Sanitize the HTML of a student's notebook: no scripts, no requests, no links, no overlays.

nbconvert's own sanitizer drops the style of every table, and nbgrader's templates do not sanitize
Markdown cells at all. `make_inert` cleans a notebook when it has run, in the examiner, and bounds
all that a page is made of; the filters of `shown`, with which pages are made, clean once more.
"""

from __future__ import annotations

import html
import re

import nh3
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from pygments.token import STANDARD_TYPES

from proctor.course.cells import grade_id
from proctor.feedback import style
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
_RICH = {"text/html", "text/markdown", "text/latex", "image/svg+xml"}
_MAX_CHARACTERS = 300_000  # characters of one HTML output, before and after it is cleaned
_MAX_TAGS = 30_000
# The time to clean tags grows with their number and with how deep they are nested: the output of
# this depth and of `_MAX_TAGS` takes a twentieth of a second, one that nests all of its tags two.
_MAX_DEPTH = 200
# An HTML parser reopens formatting tags that are left open (<b>, <a>, ...) in each paragraph that
# follows, so thousands of them would become gigabytes. This many repetitions take 300 MB and 1 s.
_MAX_REPETITIONS = 1_000_000
# Of a whole notebook, so that no page takes minutes to be made; honest ones have a tenth of it.
_MAX_RICH = 3_000_000  # characters of HTML, Markdown, LaTeX and SVG in outputs
_MAX_OUTPUTS = 2_000
_MAX_OUTPUTS_OF_CELL = 100
_MAX_OWN_CELLS = 300
_MAX_OWN_SOURCE = 500_000  # characters in cells that the student added

_TAG_NAMES = (
    "a abbr acronym b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s small span strong sub summary sup table tbody td tfoot th thead"
    " tr u ul"
)
_TAGS = set(_TAG_NAMES.split())
# Any other tag is shown as text, so that "a list<int>" is not cut short. Style sheets, which pandas
# puts before its tables, and comments are left to the cleaner, which drops them with their content.
_UNKNOWN_TAG = re.compile(rf"<(?=/?[a-z])(?!/?(?:{'|'.join(sorted(_TAGS))}|style)(?:[ \t\n/>]|$))", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_WITHOUT_CONTENT = {"br", "col", "hr", "img"}
_ENDED_BY_THE_NEXT = {"dd", "dt", "li", "p", "td", "th", "tr"}
# Formatting tags with attributes: without, a parser reopens at most three that are equal.
_FORMATTING_TAG = re.compile(r"<(?:a|b|code|em|i|s|small|strong|u)[ \t\n/]", re.IGNORECASE)
# No id and few classes, because the formgrader's scripts find their buttons and fields by these.
_ATTRIBUTES = {tag: {"class", "style", "title"} for tag in _TAGS}
_ATTRIBUTES["*"] = set()  # without it, nh3 adds lang and title
_ATTRIBUTES["a"] = {"href"}
_ATTRIBUTES["img"] |= {"src", "alt", "width", "height"}
_ATTRIBUTES["td"] |= {"colspan", "rowspan"}
_ATTRIBUTES["th"] |= {"colspan", "rowspan", "scope"}
_MAX_PIXELS = {"width": 2400, "height": 600}  # of a picture's attributes
_CLASSES = frozenset(STANDARD_TYPES.values()) | {"dataframe", "highlight"}
_LINK = re.compile(r'<a(?: href="([^"]*)")?>|</a>')
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
        return _format_beginning(markup, "it is too large")
    if _find_depth(markup) > _MAX_DEPTH:
        return _format_beginning(markup, f"its tags are nested more than {_MAX_DEPTH} deep")
    cleaned = _CLEANER.clean(_UNKNOWN_TAG.sub("&lt;", markup))
    if len(cleaned) > _MAX_CHARACTERS:
        return _format_beginning(markup, "it is too large")
    # Once more, for characters that were written as entities, such as &#x202e; and &#92;.
    return _TEX.sub("", without_unseen(_replace_links(cleaned)))


def _find_depth(markup: str) -> int:
    """How deep tags are nested at most, if each is ended by its own end tag; else, more."""
    open_tags: list[str] = []
    deepest = 0
    for found in _TAG.finditer(markup):
        is_end, name = found[1], found[2].lower()
        is_last = bool(open_tags) and open_tags[-1] == name
        if is_end:
            if is_last:
                open_tags.pop()
        elif name not in _WITHOUT_CONTENT and not (is_last and name in _ENDED_BY_THE_NEXT):
            open_tags.append(name)
            deepest = max(deepest, len(open_tags))
    return deepest


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value or the harmless part of it; None drops the attribute."""
    if name == "class":
        return value if set(value.split()) <= _CLASSES else None
    if name == "src":
        return value if value.strip().lower().startswith("data:image/") else None
    if name == "href":
        return None if value.strip().lower().startswith("data:") else value
    if name == "style":
        return style.bounded(value) or None
    if name in ("width", "height"):
        number = value.removesuffix("%")[:9]
        return value if number.isdecimal() and int(number) <= (_MAX_PIXELS[name] if number == value else 100) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"style"},
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    filter_style_properties=set(style.PROPERTIES),
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


def _format_beginning(markup: str, why: str) -> str:
    return f"<pre>{html.escape(markup[:1000])}\n… ({len(markup):,} characters of HTML are not shown: {why})</pre>"


def make_inert(notebook: NotebookNode) -> None:
    """Clean the outputs of `notebook` in place and bound what a page of it takes.

    Metadata of outputs and the state of widgets are dropped. What is over a bound of the whole
    notebook is replaced by a sentence that says how much there was.
    """
    notebook.metadata.pop("widgets", None)
    _leave_out_own_cells(notebook)
    room = {"rich": _MAX_RICH, "outputs": _MAX_OUTPUTS, "source": _MAX_OWN_SOURCE}
    for cell in notebook.cells:
        cell.source = visible(cell.source)
        if not grade_id(cell):
            room["source"] -= len(cell.source)
            if room["source"] < 0:
                cell.source = _shorten_source(cell)
        if cell.cell_type == "code":
            _leave_out_outputs(cell, room)
            for output in cell.outputs:
                _clean_output(output, room)


def _leave_out_own_cells(notebook: NotebookNode) -> None:
    """Replace the cells that the student added beyond `_MAX_OWN_CELLS` by one that counts them."""
    own = [index for index, cell in enumerate(notebook.cells) if not grade_id(cell)]
    left_out = set(own[_MAX_OWN_CELLS:])
    if left_out:
        note = new_markdown_cell(f"*{len(left_out):,} more cells that were added are not shown here, nor below.*")
        note["id"] = "proctor-left-out"
        cells = [note if index == own[_MAX_OWN_CELLS] else cell for index, cell in enumerate(notebook.cells)]
        notebook.cells = [cell for index, cell in enumerate(cells) if cell is note or index not in left_out]


def _shorten_source(cell: NotebookNode) -> str:
    """The first line of a cell's source, with a line that says how much more there is."""
    more = f"({len(cell.source):,} characters are not shown: the notebook has more than {_MAX_OWN_SOURCE:,} like them)"
    begin = "# … " if cell.cell_type == "code" else "… "
    return f"{cell.source.partition(chr(10))[0][:100]}\n\n{begin}{more}"


def _leave_out_outputs(cell: NotebookNode, room: dict[str, int]) -> None:
    """Replace the outputs of a cell for which there is no room by one that counts them."""
    most = max(1, min(_MAX_OUTPUTS_OF_CELL, room["outputs"]))
    left_out = cell.outputs[most:]
    if left_out:
        text = f"… {len(left_out):,} more outputs are not shown\n"
        cell.outputs = [*cell.outputs[:most], new_output("stream", name="stderr", text=text)]
    room["outputs"] -= len(cell.outputs)


def _clean_output(output: NotebookNode, room: dict[str, int]) -> None:
    """Clean one output; its rich forms are dropped if there is no room for them."""
    if "data" not in output:
        return
    data = NotebookNode({kind: output.data[kind] for kind in output.data if kind in MIME_TYPES})
    for kind in _RICH & data.keys():
        data[kind] = _join_lines(data[kind])
        room["rich"] -= len(data[kind])
        if room["rich"] < 0:
            note = f"… ({len(data.pop(kind)):,} characters of {kind} are not shown: the notebook has too much of it)"
            data["text/plain"] = "\n".join(filter(None, [_join_lines(data.get("text/plain", "")), note]))
    if "text/html" in data:
        data["text/html"] = clean(data["text/html"])
    if "text/latex" in data:
        data["text/latex"] = _TEX.sub("", data["text/latex"])
    output["data"], output["metadata"] = data, NotebookNode()


def _join_lines(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
