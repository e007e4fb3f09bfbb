"""Links of the documentation point to files, headings, pictures and tests that exist."""

import itertools
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("autograded/*.md")])


def links(page):
    """The targets of all links and pictures of a page, written in Markdown or as HTML."""
    for token in MarkdownIt().parse(page.read_text()):
        for part in [token, *(token.children or [])]:
            if part.type in ("html_block", "html_inline"):
                yield from re.findall(r"""(?:src|href)=["']([^"']+)""", part.content)
            elif target := part.attrs.get("href") or part.attrs.get("src"):
                yield str(target)


def anchors(page):
    """The names under which GitHub lets one link to the headings of a page."""
    tokens, names = MarkdownIt().parse(page.read_text()), []
    for opening, heading in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(part.content for part in heading.children or [])
            names.append(re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"))
    # Of headings that are alike, the second is "name-1".
    return [f"{name}-{n}" if (n := names[:at].count(name)) else name for at, name in enumerate(names)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    """Each relative link of a page names a file or folder of the project, and
    a heading that it has."""
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        if parts.fragment:
            assert parts.fragment in anchors(target), f"{link}: no such heading, only {anchors(target)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page):
    """A path in `code` that begins with a folder of the project's code is that of a file."""
    for path in re.findall(r"`((?:benchmarks|docs|fuzz|proctor|tests)/[\w./-]*)`", page.read_text()):
        assert (ROOT / path).exists(), path


def test_the_page_on_security_names_tests_that_exist():
    """Whoever doubts a line of docs/security.md finds the test that shows it."""
    written = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    tests = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text())
    assert len(tests) > 8
    assert [name for name in tests if f"def {name}(" not in written] == []
