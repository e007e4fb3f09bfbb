"""What students write becomes harmless text and markup, and names no folder of the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import pytest
from attacks.markup import VECTORS, Living

from proctor.feedback.inert import clean
from proctor.jail.outputs import tidy
from proctor.report import export
from proctor.text import neutral


@pytest.mark.parametrize(
    "text, told",
    [
        (f"{sys.prefix}/bin/python", "python/bin/python"),
        (f"in '{np.__file__}':", "in 'numpy/__init__.py':"),
        (f"{os.__file__}, line 3", "os.py, line 3"),
        ("/opt/venvs/a/x" + sys.prefix[-1], "/opt/venvs/a/x" + sys.prefix[-1]),
        (f"{tempfile.gettempdir()}/proctor-abcd_123/scratch/run-0123abcd/a/b.png", "./a/b.png"),
        (f"{tempfile.gettempdir()}/proctor-abcd_123/scratch/run-0123abcd'", ".'"),
        ("'/home/jane/My/course/.proctor/data/mnist/x.npz'", "'data/mnist/x.npz'"),
        ("<function f at 0x7f12ab34cd56>", "<function f>"),
        ("https://example.org/a/b 1/2 /usr/bin x = 0xdeadbeef", "https://example.org/a/b 1/2 /usr/bin x = 0xdeadbeef"),
    ],
)
def test_neutral_text(text, told):
    """Folders that differ between machines and runs go; other text stays as it is."""
    assert neutral(text) == told


@pytest.mark.parametrize("vector", VECTORS)
def test_no_markup_of_a_students_lives(vector):
    """Nothing that a student can put into HTML runs, loads, leads away, lies over other things
    or takes their names."""
    shown = clean(vector)
    assert not Living(shown).found
    assert not re.search(r"\\(?:href|style|cssId)\b|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)


def test_what_is_harmless_stays():
    """Tables, pictures, colours and the words and addresses of links are shown."""
    table = '<table class="dataframe"><tr style="text-align:right;color:red"><th colspan="2">a</th></tr></table>'
    assert '<table class="dataframe">' in clean(table)
    assert "color:red" in clean(table).replace(" ", "")
    assert clean('<a href="https://keras.io">Keras</a>') == "Keras (https://keras.io)"
    assert clean('<img src="data:image/png;base64,AAAA">') == '<img src="data:image/png;base64,AAAA">'
    assert clean("a list<int> has < 3") == "a list&lt;int&gt; has &lt; 3"


def test_a_style_sheet_is_neither_applied_nor_shown():
    """pandas puts one before each table; the table is what is meant."""
    assert clean("<style scoped>.dataframe td { color: red }</style><table></table>") == "<table></table>"


UNFOLDING = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from proctor.feedback.inert import clean
repeated = "<p>" + "".join(f"<b title={number}>" for number in range(4_000)) + "<p>x" * 20_000
few = "<p>" + "<b><code><em><i><s><small><strong><u>" * 3 + "<p>x" * 29_000
nested = "<ul><li>" * 37_000
for markup in (repeated, few, nested, nested, nested, nested, "x" * 400_000):
    shown = clean(markup)
    assert len(shown) < 10_000 and "characters of HTML are not shown" in shown
"""


def test_markup_that_would_grow_or_take_minutes_is_cut():
    """HTML that would unfold to gigabytes or nest without end is cheap; its
    beginning and size show."""
    done = subprocess.run([sys.executable, "-c", UNFOLDING], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name, cell",
    [
        ("\u200b=1+1", "'=1+1"),
        ("  =1+1", "'=1+1"),
        ("\n=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("x;=cmd|'/c calc'!A0", "x;'=cmd|'/c calc'!A0"),
        ("Doe, Jane", "Doe, Jane"),
        ("-3", "'-3"),
        ("a" * 500, "a" * 199 + "…"),
    ],
)
def test_no_cell_of_a_spreadsheet_is_a_formula(name, cell):
    """Whatever a spreadsheet of any country takes for a formula is text; other
    names stay as they are."""
    assert export.cell_text(name) == cell


def test_output_records_of_any_kind_become_harmless_quickly():
    """Backspaces, escapes and what is no picture cost no time and reach no notebook."""
    text = "a" * 100_000 + "\b" * 99_999 + "\x1b]0;t\x07\x9b1mb\x00\u202ec\ud800\td"
    stream, error = tidy(
        [
            {"output_type": "stream", "name": "other", "text": text},
            {"output_type": "display_data", "data": {"image/png": '"><script>alert(1)</script>'}},
            {"output_type": "error", "ename": "\x1b[1mE", "evalue": "\x9b1mv", "traceback": ["\x1b[1mt", 3]},
        ]
    )
    assert stream.text == "abc\td"
    assert (error.ename, error.evalue, error.traceback) == ("E", "v", ["t", "3"])
