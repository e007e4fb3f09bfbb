"""What students write becomes harmless text and markup, and names no folder of the machine."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import pytest
from attacks.markup import VECTORS, Living

from proctor.feedback.inert import clean
from proctor.feedback.shown import clean_html, highlight_code, show_text
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


STALLING = r"""
import resource
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from proctor.feedback.inert import make_inert
from proctor.feedback.shown import highlight_code, markdown2html
nested = ("<blockquote><details>" * 15_000)[:300_000]
outputs = [new_output("display_data", data={"text/html": nested}) for _ in range(100)]
wide = [new_output("display_data", data={"text/html": "<p>x</p>" * 30_000}) for _ in range(100)]
own = [new_code_cell("1 + 1") for _ in range(20_000)]
notebook = new_notebook(cells=[new_code_cell(outputs=outputs), new_code_cell(outputs=wide), *own])
make_inert(notebook)
assert len(notebook.cells) == 301 and "19,702 more cells" in notebook.cells[-1].source
assert "nested more than 200 deep" in outputs[0].data["text/html"]
assert "text/html" not in wide[-1].data and "characters of text/html are not shown" in wide[-1].data["text/plain"]
blanks = "a" + " " * 60_000 + "b"
for source in (blanks, blanks[:19_000] + "b", "[" * 19_000, "\\\\(" * 6_000, " \n" * 30_000 + "1"):
    markdown2html({}, source)
    highlight_code(source)
"""


def test_no_markup_markdown_or_code_stalls_what_shows_it():
    """What takes libraries quadratic time is bounded before they see it, and the page says so."""
    done = subprocess.run([sys.executable, "-c", STALLING], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


SIZED = (
    "height min-height max-height width padding padding-top margin margin-bottom border-top line-height font-size font "
    "text-indent letter-spacing vertical-align border-spacing opacity"
)


@pytest.mark.parametrize("unit", ["px", "pt", "em", "rem", "ex", "ch", "vh", "cm", "in", "%", ""])
def test_no_style_makes_a_page_high_or_wide(unit):
    """A length of any property and unit is let through only if it is small."""
    for name in SIZED.split():
        for value in (f"99999{unit}", f"9e5{unit}", f"1{unit} 99999{unit}"):
            assert clean(f"<div style='{name}:{value}'>x</div>") == "<div>x</div>", f"{name}: {value}"


@pytest.mark.parametrize(
    "style",
    [
        "position:absolute",
        "position:relative;top:3px",
        "transform:scale(99)",
        "zoom:99",
        "columns:99",
        "height:calc(99px*999)",
        "font-size:larger",
        "font-size:200%",
        "height:99999px!important",
        "animation:x 1s",
        "aspect-ratio:1/9999",
        "margin-top:-4px",
        "height:0x99px",
        "height:1/**/99999px",
        "width:var(--x)",
        "inset:0",
        "grid-template-rows:99999px",
        "--x:99999px",
        "background:url(x)",
        "color:url(x)",
        "width:min(1px)",
    ],
)
def test_no_other_style_is_let_through(style):
    """Properties that move, grow or load are not allowed, nor functions, escapes and comments."""
    assert clean(f"<div style='{style}'>x</div>") == "<div>x</div>"


@pytest.mark.parametrize(
    "style",
    [
        "background-color:#fee2e2;color:rgb(10, 20, 30)",
        "padding:0 10px 8px 38px",
        "border:1px solid rgba(128,128,128,0.5);border-radius:6px",
        "font-family:'DejaVu Sans',sans-serif;font-weight:bold;font-size:12.5px",
        "width:10em;height:80%;line-height:1.45",
        "background-color:hsl(120, 60%, 50%);opacity:0.5",
    ],
)
def test_styles_of_tables_stay(style):
    """What pandas and check tables are styled with is kept."""
    shown = html.unescape(clean(f'<div style="{style}">x</div>'))
    assert re.sub(r"""[ "']""", "", shown) == re.sub(r"""[ "']""", "", f'<div style="{style}">x</div>')


def test_long_printed_text_is_folded():
    """The first lines show, the rest is folded away, with how many there are; nothing is lost."""
    short = "".join(f"{number}<\n" for number in range(100))
    assert show_text(short) == short.replace("<", "&lt;")
    shown = show_text("".join(f"{number}<\n" for number in range(20_000)))
    before, _, after = shown.partition("<details><summary>… 19,950 more lines</summary>")
    assert before.endswith("49&lt;\n")
    assert after.startswith("50&lt;\n")
    assert after.endswith("19999&lt;\n</details>")
    rest = "x" * 995_000
    assert show_text("xxxxx" + rest + "x" * 4_995).endswith(
        f"<summary>… 995,000 more characters</summary>{rest}</details>"
    )


def test_code_is_highlighted_as_python_or_shown_folded():
    """Code has its colours, IPython's magics too; a very long cell is plain text and folded."""
    shown = highlight_code("%matplotlib inline\n\n\nx = 1  # <one>")
    assert '<span class="o">%matplotlib inline</span>\n\n\n<span class="n">x</span>' in shown
    assert '<span class="err">' not in shown
    long = highlight_code("x = '<'\n" * 5_000)
    assert long.count("x = &#x27;&lt;&#x27;") == 5_000
    assert "… 4,950 more lines" in long


def test_html_is_shown_in_a_box_but_a_check_table_is_not():
    """HTML of a student's scrolls in a box of bounded height, whatever it holds."""
    assert clean_html({}, "<br>" * 9) == f'<div style="max-height:1200px;overflow-y:auto">{"<br>" * 9}</div>'
    assert clean_html({"output": {"metadata": {"proctor": True}}}, "<p>x</p>") == "<p>x</p>"


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
