"""What the documentation links to and shows is there: files, headings, commands, settings."""

import itertools
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer
from markdown_it import MarkdownIt

from proctor.cli.commands import application

COMMANDS: dict[str, Any] = vars(typer.main.get_command(application))["commands"]

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


def fences(language):
    """The code blocks of all pages in a language, as parameters that are named by page and line."""
    return [
        pytest.param(token.content, id=f"{page.name}:{(token.map or [0])[0] + 1}")
        for page in PAGES
        for token in MarkdownIt().parse(page.read_text())
        if token.type == "fence" and token.info.split()[:1] == [language]
    ]


def commands(text):
    """The commands of a shell block, each as its words, without comments."""
    lines = (shlex.split(line, comments=True) for line in text.replace("\\\n", " ").splitlines())
    return [part for words in lines for part in split_at(words, "&&") if part]


def split_at(words, separator):
    return [list(part) for is_it, part in itertools.groupby(words, separator.__eq__) if not is_it]


def assert_parses(words):
    """Assert that `proctor` has this command and these options."""
    COMMANDS[words[1]].make_context(words[1], words[2:])


@pytest.mark.parametrize("text", fences("sh"))
def test_the_commands_of_a_page_are_there(text):
    """Each `proctor …` is a command with these options, each `make …` is in the Makefile."""
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in commands(text):
        if words[0] == "proctor":
            assert_parses(words)
        elif words[0] == "make":
            assert words[1] in targets


@pytest.mark.parametrize("name, command", list(COMMANDS.items()))
def test_each_command_has_an_example(name, command):
    """`--help` ends with an example, which is a command with options that there are."""
    words = shlex.split(command.epilog.removeprefix("For example: "))
    assert words[:2] == ["proctor", name]
    assert_parses(words)


@pytest.mark.parametrize("text", fences("python"))
def test_the_python_of_a_page_is_python(text):
    """Each block can be compiled."""
    compile(textwrap.dedent(text), "page", "exec")


@pytest.mark.parametrize("text", fences("toml"))
def test_the_settings_of_a_page_are_toml(text):
    """Each block can be read."""
    assert tomllib.loads(text)


def test_every_code_block_says_what_it_is():
    """A block without a language would be tried by no test."""
    kinds = {
        token.info.split(" ")[0]
        for page in PAGES
        for token in MarkdownIt().parse(page.read_text())
        if token.type == "fence"
    }
    assert kinds <= {"sh", "python", "toml", "text"}


def test_the_site_is_built_without_a_warning(tmp_path):
    """`make site` makes a page of each document, of all exercises, commands and names, and no link
    leads nowhere."""
    pages = ["--fail-on-warning", "--quiet", ROOT / "docs", tmp_path / "site"]
    done = subprocess.run([sys.executable, "-m", "sphinx", *pages], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.html")}
    assert made >= {f"{page.stem}.html" for page in ROOT.glob("docs/*.md")}
    exercises = (tmp_path / "site" / "made" / "exercises.html").read_text()
    assert all(f">{folder.name}<" in exercises for folder in (ROOT / "release").iterdir() if folder.is_dir())
