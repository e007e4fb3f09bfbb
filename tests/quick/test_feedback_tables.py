"""The check table shows what is met and what is not, hides what is hidden and runs nothing."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from proctor.feedback.inert import clean
from proctor.feedback.table import html, overview, summary_text, text
from proctor.text import plain
from proctor.verdict import CellRun, CriterionResult, Verdict

PASSED = CriterionResult(
    "stops", "stop_at", "Training stops as soon as accuracy reaches 99 %, not before.", "Compare.", 1, 1, "passed"
)
FAILED = CriterionResult(
    "survives",
    "stop_at",
    "The callback survives an epoch without the metric.",
    "compile() names the metrics; do not rely on one being there.",
    1,
    0,
    "failed",
    expected='training goes on when `logs` has no "accuracy"',
    found="KeyError: 'accuracy'  (your StopAt.on_epoch_end, line 9)",
)
WAITING = CriterionResult(
    "ends", "stop_at", "Training ends before the tenth epoch.", "Train.", 1, 0, "waiting", found="waits for build_model"
)
LAYERS = CriterionResult(
    "layers",
    "stop_at",
    "The model ends in ten probabilities.",
    "Ten classes: which activation makes them probabilities?",
    3,
    1.25,
    "partial",
    expected="10 units",
    found="1 unit",
    detail=[["layer", "type", "settings"], ["0", "Flatten", ""], ["1", "Dense", "units=1, " * 20]],
    marked=(1,),
)
HIDDEN = CriterionResult(
    "secret",
    "stop_at",
    "It works on any array.",
    "Is one axis special?",
    2,
    1,
    "partial",
    hidden=True,
    expected="0.731058",
    found="0.268941",
    detail=[["index"], ["0.999"]],
    marked=(0,),
)


class _Shape(HTMLParser):
    """The unclosed tags (none in well-formed markup), all tags, and the text."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes, self.content = [], set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)
        if tag != "tbody":  # which browsers add
            self.content.append((tag, *sorted("".join((value or "").split()).strip(";") for _, value in attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.content.append(data)


def test_the_text_reads_as_the_style_guide_shows_it():
    """Group and points, a line for each criterion, and under it expected, found and hint."""
    assert (
        text("stop_at", [PASSED, FAILED, WAITING])
        == """\
stop_at                                                        1 of 3 points
  ✓ Training stops as soon as accuracy reaches 99 %, not before.       1 / 1
  ✗ The callback survives an epoch without the metric.                 0 / 1
      expected  training goes on when `logs` has no "accuracy"
      found     KeyError: 'accuracy'  (your StopAt.on_epoch_end, line 9)
      hint      compile() names the metrics; do not rely on one being there.
  – Training ends before the tenth epoch.                     not yet: 0 / 1
      waits for build_model"""
    )


def test_the_text_is_at_most_80_columns_wide():
    """Long titles, values and layer tables wrap or are cut."""
    long = CriterionResult("a", "g", "A title that goes on " * 9, "h " * 90, 10, 2.345, "partial", found="x" * 300)

    lines = text("g" * 70, [long, LAYERS, HIDDEN]).splitlines()

    assert max(map(len, lines[1:])) <= 80
    assert any("▸ 1" in line for line in lines)
    assert any("2.35 / 10" in line or "2.34 / 10" in line for line in lines)


def test_an_unwritten_answer_is_no_mistake():
    """What is still a stub is "not yet", without a hint about an answer that is not there."""
    stub = replace(FAILED, found="it is not written yet  (your stop_at, line 12)")
    for shown in (text("stop_at", [stub]), html("stop_at", [stub])):
        assert "not yet" in shown
        assert "it is not written yet  (your stop_at, line 12)" in shown
        assert "✗" not in shown
        assert "hint" not in shown
    assert "line 12" not in text("stop_at", [replace(stub, hidden=True)])


def test_an_overview_has_a_line_for_each_group():
    """A group's line has its points, and what to look at first; all that is met is a full bar."""
    other = replace(PASSED, name="other", group="build_model")
    shown = text("all checks", overview([PASSED, FAILED, other, replace(WAITING, group="learned")]), 7)
    assert (
        shown
        == """\
all checks                                                     2 of 7 points
  ◐ `stop_at`: The callback survives an epoch without the      partly: 1 / 2
    metric.
  ✓ `build_model`                                                      1 / 1
  – `learned`: Training ends before the tenth epoch.          not yet: 0 / 1
  … 3 points more to get when you hand in"""
    )
    assert "width:100%;background-color:#1f7a45" in html("all checks", overview([PASSED, other]), 7)
    worthless = replace(PASSED, points=0.0, earned=0.0)
    assert "width:100%" in html("answers", [worthless], 2)
    assert "width:0%" in html("answers", [replace(worthless, status="failed")], 2)


def test_a_hidden_criterion_shows_title_hint_and_status_only():
    """Neither form tells what a hidden criterion expected, found or measured."""
    for shown in (text("stop_at", [HIDDEN]), html("stop_at", [HIDDEN])):
        assert "It works on any array." in shown
        assert "Is one axis special?" in shown
        assert "partly" in shown
        assert not re.search(r"0\.731058|0\.268941|0\.999|expected|found", shown)


def test_the_html_is_well_formed_and_needs_nothing():
    """No script, no style sheet, nothing to load; every state is a word as well as a colour."""
    shown = html("stop_at", [PASSED, FAILED, WAITING, LAYERS, HIDDEN])
    shape = _Shape()
    shape.feed(shown)

    assert shape.open == []
    assert shape.tags <= {"div", "table", "tr", "th", "td", "span", "code", "br"}
    assert shape.attributes <= {"style", "scope", "colspan"}
    assert all(word in shown for word in (">met<", ">not met<", ">not yet<", ">partly met<", "3.25 of 8 points"))
    assert "<code" in shown
    assert "`logs`" not in shown


def test_the_html_survives_the_cleaning_of_feedback_pages():
    """What the sanitiser of the feedback page leaves of a table is the table."""
    shown = html("stop_at", [PASSED, FAILED, WAITING, LAYERS, HIDDEN])

    before, after = _Shape(), _Shape()
    before.feed(shown)
    after.feed(clean(shown))

    assert after.content == before.content


def test_what_students_write_is_shown_and_never_run():
    """Markup is escaped; terminal escapes, bidirectional and invisible characters are gone."""
    nasty = "<script>alert(1)</script>\x1b[31mred\x1b[0m\x1b]0;title\x07\u202egpj\u200b\x00\ud800<img src=x onerror=1>"
    failed = CriterionResult(
        nasty, nasty, nasty, nasty, 1, 0, "failed", expected=nasty, found=nasty, detail=[[nasty], [nasty]], marked=(0,)
    )

    markup, terminal = html(nasty, [failed]), text(nasty, [failed])

    assert "<script" not in markup
    assert "<img" not in markup
    for shown in (markup, terminal):
        assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u200b\ud800]", shown)
        assert "title" not in shown.replace(nasty, "")
        shown.encode("utf-8")


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b]8;;http://e\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;AAAA\x07ok", "ok"),
        ("\x9b31mred", "red"),
        ("\u2066x\u2069é ∑ 漢 ✓", "xé ∑ 漢 ✓"),
        ("x" * 20, "x" * 9 + "…"),
    ],
)
def test_plain_text(raw, shown):
    """Escapes and control characters go, letters of every script stay, and nothing is endless."""
    assert plain(raw, 10) == shown if len(shown) <= 10 else plain(raw) == shown


def test_a_summary_names_total_groups_notes_and_cells():
    """One page for a terminal or a CI log; an ungraded submission says why and shows no points."""
    verdict = Verdict(
        "mnist_callback",
        "ada",
        True,
        criteria=[PASSED, FAILED],
        cells=[CellRun("write_stop_at", "error", "NameError: name 'x' is not defined")],
        notes=["cell 'setup' was changed and was put back as released"],
    )
    shown = summary_text(verdict)

    assert shown.startswith("mnist_callback — ada")
    assert "1 of 2 points" in shown.splitlines()[0]
    assert "NameError: name 'x' is not defined" in shown
    assert "put back as released" in shown
    ungraded = summary_text(Verdict("mnist_callback", "ada", False, reason="the worker was killed"))
    assert "not graded" in ungraded
    assert "the worker was killed" in ungraded
    assert "point" not in ungraded


def test_a_closing_sentence_ends_the_table():
    """The last line of text and of HTML is the sentence, its command set as code."""
    closing = "To hand in: save, and in a terminal `proctor pack a<b.ipynb`"
    assert text("all checks", [PASSED], 3, closing=closing).splitlines()[-1] == f"  {closing}"
    shown = html("all checks", [PASSED], 3, closing=closing)
    assert shown.index("2 points more") < shown.index(">proctor pack a&lt;b.ipynb</code></td></tr></table></div>")
