"""What CI is told of a verdict: no more than the feedback page shows, and no point rounded away."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from proctor.errors import ProctorError
from proctor.jail.layers import HOLDS, TIERS
from proctor.judge.result import not_graded
from proctor.report import github, results
from proctor.verdict import UNWRITTEN, CellRun, CriterionResult, Verdict

SHOWN = CriterionResult(
    "a", "one", "It adds.", "Add.", 1.5, 0.55, "partial", expected="four", found="f\x00our & <five>"
)
HIDDEN = replace(SHOWN, name="b", hidden=True, title="Always.", expected="31337", found="31338", detail=[["31339"]])
OPEN = replace(SHOWN, name="c", status="failed", earned=0, found=f"it {UNWRITTEN}")
WAITING = replace(SHOWN, name="d", status="waiting", earned=0, hidden=True, found="waits for one")
VERDICT = Verdict("sum", "ada", graded=True, criteria=[SHOWN, HIDDEN, OPEN, WAITING], environment={"jail": "landlock"})
UNREADABLE = not_graded("sum", "ada", "it is empty").verdict
FORMS = {
    "junit": results.junit,
    "json": lambda verdicts: results.json_line(verdicts[0], "Sum"),
    "classroom50": results.classroom50,
    "gradescope": results.gradescope,
    "summary": lambda verdicts: github.summary([("Sum", verdict) for verdict in verdicts]),
}


@pytest.fixture(autouse=True)
def classroom(monkeypatch):
    """The environment of Classroom 50's runner."""
    for name in ("CLASSROOM", "ASSIGNMENT", "ASSIGNMENT_TYPE", "OWNER", "COMMIT_URL", "RELEASE_URL"):
        monkeypatch.setenv(name, name.lower())
    monkeypatch.setenv("SUBMISSION_TAG", "submit/1")


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_criterion_tells_its_title_and_hint(form):
    """In no form what it expected or found; a public one tells both."""
    text = FORMS[form]([VERDICT])
    assert "Always." in text
    assert "3133" not in text
    assert "four" in text


def test_junit_counts_what_is_open_apart_from_what_is_wrong():
    """What is not written yet, or waits, is skipped; partial credit is a failure with points."""
    suite = ElementTree.fromstring(results.junit([VERDICT]))[0]
    assert [suite.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["4", "2", "2", "0"]
    case = suite[0]
    assert {each.get("name"): each.get("value") for each in case.iter("property")} == {
        "points": "1.5",
        "earned": "0.55",
    }
    assert case.findtext("failure") == "expected: four\nfound: four & <five>\nhint: Add."


def test_classroom_50_loses_no_hundredth_of_a_point():
    """Its scores are whole numbers: hundredths, that add up."""
    result = json.loads(results.classroom50([VERDICT]))
    assert [(test["score"], test["max-score"]) for test in result["tests"]] == [
        (55, 150),
        (55, 150),
        (0, 150),
        (0, 150),
    ]
    assert (result["score"], result["max-score"]) == (110, 600)


def test_classroom_50_gets_no_score_for_what_is_not_graded(monkeypatch):
    """Its runner then reports an error; a missing variable is named."""
    with pytest.raises(ProctorError, match="sum is not graded: it is empty"):
        results.classroom50([UNREADABLE])
    monkeypatch.delenv("RELEASE_URL")
    with pytest.raises(ProctorError, match="the variable RELEASE_URL is not set"):
        results.classroom50([VERDICT])


def test_every_tier_has_a_sentence_on_what_held():
    """The summary quotes it, for each tier that a course can accept."""
    assert HOLDS.keys() == TIERS.keys()
    assert "had no network" in github.summary([("Sum", VERDICT)])


def test_a_thousand_failed_cells_fill_no_summary():
    """The first are shown, the others counted: GitHub drops a summary of more than a megabyte."""
    verdict = replace(VERDICT, cells=[CellRun("", "error", "E: " + "x" * 5000)] * 5000)
    page = github.summary([("Sum", verdict)])
    assert "… and 4980 more" in page
    assert len(page) < 100_000
