"""No pattern that meets a student's text can be made to take long by what the text is."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_output

import proctor
from proctor.feedback.old_ways import todays_way
from proctor.judge import flags

PACKAGE = Path(proctor.__file__).parent
TRUSTED = ("author", "cli", "datasets")
"""Rooms that read only what instructors write, or what Proctor itself has downloaded."""
MODULES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).parts[0] not in TRUSTED and path.name not in ("__init__.py", "__main__.py")
]


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern that a module has at its top, in a table or by itself."""
    found = {}
    for name in MODULES:
        for variable, value in vars(importlib.import_module(name)).items():
            values = value.items() if isinstance(value, dict) else [("", value)]
            for key, one in values:
                if isinstance(one, re.Pattern):
                    found[f"{name}.{variable}{key and f'[{key}]'}"] = one
    return found


PATTERNS = patterns()
SMALL, SIZE, LARGE = 1_000, 4_000, 16_000
SECONDS = 0.5
"""Of processor time, for any text: a linear pattern needs little of it."""
TOLD = 0.01
"""Seconds of processor time from which on the growth of a time can be told."""
GROWTH = 8
"""How much longer four times the text may take, on whatever machine: a linear pattern takes four
times as long, a quadratic one sixteen times."""
UNITS = [
    *(" ", "\t", "\n", "\r", " \n", "a", "A", "Aa", "0", "0.", "_", "a a", "a, ", "a = ", "- ", "  a", "\\", "/", "/a"),
    *(
        "<",
        "</",
        "<a ",
        "<a>",
        "(",
        "[",
        "{",
        ")",
        "]",
        "}",
        "'",
        '"',
        "`",
        "&",
        "$",
        "#",
        "*",
        "\x1b[",
        "\x1b]",
        "\x9b",
    ),
    *("\ud800", "\u200b", "é", "def ", "class", " 1 / ", " / ", ": "),
]


def literals(pattern: re.Pattern[str]) -> set[str]:
    """The pieces of plain text in a pattern, such as "### BEGIN SOLUTION" or "<a href=", without
    its sets of characters, counts and names of groups."""
    outside = re.sub(r"(?<!\\)\[(?:\\.|[^\]\\])+\]|\{\d*,?\d*\}|\(\?(?:P<\w+>|[:=!])|\\[dws]", "\n", pattern.pattern)
    found = re.findall(r"[A-Za-z0-9 #<>/=\"'.:,`-]+|\\x1b\\?.", outside)
    return {piece.replace("\\x1b", "\x1b").replace("\\", "") for piece in found}


def poisons(words: set[str], size: int) -> Iterator[str]:
    """Long texts of one repeated piece, behind and before another."""
    units = [*UNITS, *sorted(words)]
    for unit in units:
        run = unit * (size // len(unit))
        yield run
        yield run + "!"
        for word in sorted(words):
            yield word + run
            yield word + run + word
    for one, other in itertools.product(sorted(words), units):
        yield (one + other) * (size // len(one + other))


def measure(work: Callable[[str], object], text: str) -> float:
    """Seconds of processor time that `work` takes."""
    started = time.thread_time()
    work(text)
    return time.thread_time() - started


def assert_quick(work: Callable[[str], object], words: set[str]) -> None:
    """`work` takes time in proportion to a text's length, whatever the text is."""
    for text in poisons(words, SMALL):
        assert_within(measure(work, text), text)
    for text, longer in zip(poisons(words, SIZE), poisons(words, LARGE), strict=True):
        used = measure(work, longer)
        assert_within(used, longer)
        if used > TOLD and used > GROWTH * measure(work, text):
            # The least of three: other processes make a time longer and never shorter.
            growth = min(measure(work, longer) for _ in range(3)) / min(measure(work, text) for _ in range(3))
            assert growth < GROWTH, f"{growth:.1f} times as long for four times {text[:40]!r}…{text[-20:]!r}"


def assert_within(used: float, text: str) -> None:
    """No text takes longer than `SECONDS`."""
    assert used < SECONDS, f"{used:.1f} s for {len(text):,} characters: {text[:40]!r}…{text[-20:]!r}"


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_takes_long(name: str) -> None:
    """Searching a text takes time in proportion to its length, whatever it is."""
    assert_quick(lambda text: PATTERNS[name].sub("", text), literals(PATTERNS[name]))


def test_every_pattern_is_at_the_top_of_its_module() -> None:
    """Patterns are compiled where the test above finds them, or their text is bounded."""
    bounded = {"proctor.feedback.old_ways", "proctor.judge.unwritten"}  # the second runs in a student's own kernel
    calls = []
    for name in MODULES:
        path = (PACKAGE.parent / name.replace(".", "/")).with_suffix(".py")
        tree = ast.parse(path.read_text())
        top = {id(node) for statement in tree.body if isinstance(statement, ast.Assign) for node in ast.walk(statement)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                if of_re and node.func.attr != "escape" and id(node) not in top and name not in bounded:
                    calls.append(f"{name}:{node.lineno}")
    assert calls == []


def test_an_error_of_any_length_is_looked_up_quickly() -> None:
    """What an old way of writing says is looked for in any error's text."""
    words = {"module 'numpy' has no attribute '", "cannot import name '", "'Conv", "unexpected keyword argument '"}
    assert_quick(todays_way, words)


def test_a_saved_output_of_any_kind_is_read_quickly() -> None:
    """A check cell's saved output is searched for ✓ in time in proportion to its length."""

    def read(text: str) -> str:
        cell = new_code_cell(outputs=[new_output("stream", text=text)])
        return flags._read_outputs(cell)

    assert_quick(read, {"  1 / 1", "  partly: 0.5 / ", "&#", "✓ "})


@pytest.mark.parametrize(
    "line, title",
    [
        ("  ✓ Training stops.                1 / 1", "✓ Training stops."),
        ("  ◐ It learns.           partly: 0.5 / 2", "◐ It learns."),
        ("  – It ends.      not yet: 0 / 1  ", "– It ends."),
        ("  ✓ a / b  is  1 / x", "✓ a / b is 1 / x"),
        ("<td>✓</td><td>x &amp; y</td>", "✓ x & y"),
    ],
)
def test_a_title_is_read_without_its_score(line: str, title: str) -> None:
    """What a saved check table says of a criterion is its title, without the score behind it."""
    cell = new_code_cell(outputs=[new_output("stream", text=f"relu   1 of 2 points\n{line}\n")])
    assert flags._read_outputs(cell).endswith(title)
