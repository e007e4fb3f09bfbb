"""The feedback page: nbgrader's own, without scripts, and forbidden to load anything."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

# A second line of defence behind the cleaning in `inert`: the content security policy forbids
# scripts, loading and sending; `contain: paint` keeps an output inside its own cell; the outputs of
# a cell scroll in a box of their own if they are very high.
_HEAD = """<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<style>
.rendered_html, .output_area { contain: paint; overflow-x: auto }
.rendered_html img, .output_area img { max-width: 100%; max-height: 1200px }
.output_wrapper { max-height: 2000px; overflow-y: auto }
details > summary { cursor: pointer; color: #296eaa }
</style>
"""
_LINK = re.compile(r"<link\b[^<>]*>", re.IGNORECASE)
_SCRIPT, _SCRIPT_END = re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script\s*+>", re.IGNORECASE)


class FeedbackPage(HTMLExporter):
    """Export nbgrader's page without its scripts.

    One of them is MathJax, loaded from the network; without it formulas are shown as typed.
    """

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **settings: Any) -> tuple[Any, Any]:
        """Return the page of `nb`, and nbconvert's resources."""
        page, resources = super().from_notebook_node(nb, resources, **settings)
        return _LINK.sub("", _without_scripts(page)).replace("<head>", _HEAD, 1), resources


def _without_scripts(page: str) -> str:
    """`page` without its scripts; one that does not end takes the rest of the page with it."""
    kept, end = [], 0
    while script := _SCRIPT.search(page, end):
        kept.append(page[end : script.start()])
        closing = _SCRIPT_END.search(page, script.end())
        end = closing.end() if closing else len(page)
    return "".join([*kept, page[end:]])
