"""What was graded as data: JUnit's XML, JSON, and what Classroom 50 and Gradescope read.

None holds more than the feedback page: of a hidden criterion the title, the hint and what it tells.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from proctor.errors import ProctorError
from proctor.feedback.table import number
from proctor.jail.layers import HOLDS
from proctor.report.public import Row, remarks, rows
from proctor.text import one_line, plain
from proctor.verdict import Verdict

HUNDREDTHS = 100
"""Classroom 50 takes whole numbers only; partial credit is rounded to hundredths of a point."""


def junit(verdicts: Sequence[Verdict]) -> str:
    """JUnit's XML: a suite for each exercise, a case for each criterion, points as properties.

    The form is that of pytest's `--junitxml`, which GitLab, Jenkins and GitHub's actions read.
    """
    root = ElementTree.Element("testsuites", name="proctor")
    for verdict in verdicts:
        suite = ElementTree.SubElement(root, "testsuite", name=verdict.assignment)
        cases = [_add_case(suite, verdict, row) for row in rows(verdict)] if verdict.graded else []
        if not verdict.graded:
            case = ElementTree.SubElement(suite, "testcase", classname=verdict.assignment, name="is graded")
            ElementTree.SubElement(case, "error", message=one_line(verdict.reason, 500))
            cases = ["error"]
        suite.set("tests", str(len(cases)))
        for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(cases.count(kind)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_case(suite: ElementTree.Element, verdict: Verdict, row: Row) -> str:
    """Add a criterion to a suite; returns "failure", "skipped" or "" as it went."""
    case = ElementTree.SubElement(suite, "testcase", classname=f"{verdict.assignment}.{row.group}", name=row.title)
    properties = ElementTree.SubElement(case, "properties")
    for name, value in (("points", row.points), ("earned", row.earned)):
        ElementTree.SubElement(properties, "property", name=name, value=number(value))
    kind = {"passed": "", "waiting": "skipped"}.get(row.status, "failure")
    if kind:
        score = f"{row.word}, {number(row.earned)} of {number(row.points)} points"
        ElementTree.SubElement(case, kind, message=score).text = row.explanation
    return kind


def json_line(verdict: Verdict, title: str) -> str:
    """A JSON object in one line: points, criteria and remarks of one exercise.

    GitHub would read "##[…]" anywhere in a line as a command; here it is written as an escape.
    """
    data = {
        "assignment": verdict.assignment,
        "title": title,
        "student": verdict.student,
        "status": "graded" if verdict.graded else "not graded",
        "reason": verdict.reason,
        "earned": verdict.earned if verdict.graded else None,
        "points": verdict.points if verdict.graded else None,
        "jail": verdict.environment.get("jail"),
        "seconds": round(verdict.seconds.get("total", 0.0), 3),
        "criteria": [
            {
                "group": row.group,
                "title": row.title,
                "status": row.status,
                "hidden": row.hidden,
                "earned": row.earned,
                "points": row.points,
                "facts": dict(row.facts),
            }
            for row in rows(verdict)
        ],
        "remarks": remarks(verdict) if verdict.graded else [],
    }
    return json.dumps(data).replace("##[", "##\\u005b")


def classroom50(verdicts: Sequence[Verdict]) -> str:
    """The `result.json` of Classroom 50 (schema `classroom50/result/v1`), from its environment.

    Points are hundredths: its scores are whole numbers. Source: "The result.json contract" in the
    wiki of foundation50/classroom50, and schemas/result-v1.schema.json there.

    Raises ProctorError if a variable is missing that its runner sets, or an exercise is not graded,
    which is no score of 0: its runner then reports an error.
    """
    ungraded = [f"{verdict.assignment} is not graded: {verdict.reason}" for verdict in verdicts if not verdict.graded]
    if ungraded:
        raise ProctorError("; ".join(ungraded))
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tests: list[dict[str, Any]] = [
        {
            "test-name": f"{row.group}: {row.title}",
            "passed": row.status == "passed",
            "score": round(row.earned * HUNDREDTHS),
            "max-score": round(row.points * HUNDREDTHS),
            "output": row.explanation,
        }
        for verdict in verdicts
        for row in rows(verdict)
    ]
    result = {
        "schema": "classroom50/result/v1",
        **read_runner(),
        "datetime": moment,
        "graded_at": moment,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(result, indent=2) + "\n"


def read_runner() -> dict[str, str]:
    """What Classroom 50's runner says of a hand-in in its environment, named as in `result.json`.

    Raises ProctorError if a variable is missing that it sets.
    """
    return {
        "classroom": _ask("CLASSROOM"),
        "assignment": _ask("ASSIGNMENT"),
        "assignment_type": _ask("ASSIGNMENT_TYPE"),
        "owner": _ask("OWNER", "USERNAME"),
        "submission": _ask("SUBMISSION_TAG"),
        "commit": _ask("COMMIT_URL"),
        "release": _ask("RELEASE_URL"),
        "review": _ask("REVIEW_URL", "COMMIT_URL"),
    }


def _ask(*names: str) -> str:
    """The first of these environment variables that is set and not empty."""
    for name in names:
        if found := os.environ.get(name, ""):
            return found
    raise ProctorError(f"the variable {names[0]} is not set: --classroom50 is for Classroom 50's runner, which sets it")


def gradescope(verdicts: Sequence[Verdict]) -> str:
    """Gradescope's `results.json`: a test for each criterion, or the reason why there is no score.

    Source: gradescope-autograders.readthedocs.io, "Autograder Specifications". Without a score and
    tests Gradescope gives no mark, which is what an exercise that is not graded needs.
    """
    text = "\n".join(_say(verdict) for verdict in verdicts)
    result: dict[str, Any] = {"output": text, "output_format": "text", "test_output_format": "text"}
    if all(verdict.graded for verdict in verdicts):
        result["execution_time"] = round(sum(verdict.seconds.get("total", 0.0) for verdict in verdicts))
        result["tests"] = [_make_test(row) for verdict in verdicts for row in rows(verdict)]
    return json.dumps(result, indent=2) + "\n"


def _say(verdict: Verdict) -> str:
    if not verdict.graded:
        return f"{verdict.assignment} is not graded: {plain(verdict.reason)}"
    tier = verdict.environment.get("jail", "")
    held = [f"The notebook's code ran in a jail of tier {tier}. {HOLDS[tier]}"] if tier in HOLDS else []
    score = f"{verdict.assignment}: {number(verdict.earned)} of {number(verdict.points)} points"
    return "\n".join([score, *remarks(verdict), *held])


def _make_test(row: Row) -> dict[str, Any]:
    return {
        "name": f"{row.group}: {row.title}",
        "name_format": "text",
        "score": row.earned,
        "max_score": row.points,
        "status": "passed" if row.status == "passed" else "failed",
        "output": f"{row.word}\n{row.explanation}".strip(),
        "output_format": "text",
        "visibility": "visible",
    }
