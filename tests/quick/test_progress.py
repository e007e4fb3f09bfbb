"""What a run says about a class while it grades, and at its end."""

from __future__ import annotations

import io

from conftest import verdict
from rich.console import Console

from proctor.record.scores import Score
from proctor.report import progress
from proctor.run.batch import NOT_GRADED, Outcome
from proctor.verdict import CriterionResult, Verdict


def test_many_are_counted_and_those_with_a_problem_listed_by_reason():
    """Where there is no terminal, a line now and then says how far it is; two thousand
    rows are never printed."""
    printed = io.StringIO()
    console = Console(file=printed, width=200)
    outcomes = [Outcome(verdict(f"s{number}"), "graded") for number in range(90)]
    outcomes += [Outcome(Verdict("double", f"t{n}", graded=False, reason="no room"), NOT_GRADED) for n in range(10)]
    tally = progress.Tally(len(outcomes))
    seen = list(progress.show_progress(console, tally, iter(outcomes), show=False, quiet=False))
    progress.print_report(console, tally, seen, {}, quiet=False)
    said = printed.getvalue()
    assert "\x1b" not in said
    assert "\r" not in said
    assert len([line for line in said.splitlines() if " of 100, " in line]) == 9
    assert "s7" not in said.replace("slowest", "")
    assert "t0, t1, t2, t3, t4 and 5 more" in said
    assert said.count("no room") == 1
    assert "100 submissions: 90 graded, 10 not graded" in said


def test_any_long_command_says_how_far_it_is():
    """Without a terminal, a line after each tenth of many, none for few; nothing is held back."""
    for total, lines in ((100, 9), (40, 0)):
        printed = io.StringIO()
        done = progress.show_bar(Console(file=printed, width=200), iter(range(total)), total)
        assert next(done) == 0
        assert list(done) == list(range(1, total))
        assert printed.getvalue().count(f" of {total}, ") == lines
        assert "\x1b" not in printed.getvalue()


def test_quiet_prints_the_problems_and_one_line():
    """Who has a mark is not listed, and how far it is is not told."""
    printed = io.StringIO()
    console = Console(file=printed, width=200)
    outcomes = [Outcome(verdict("ada"), "graded"), Outcome(Verdict("double", "cy", False, "no room"), NOT_GRADED)]
    tally = progress.Tally(2)
    seen = list(progress.show_progress(console, tally, iter(outcomes), show=False, quiet=True))
    progress.print_report(console, tally, seen, {}, quiet=True)
    said = printed.getvalue()
    assert "ada" not in said
    assert "no room" in said
    assert "cy" in said
    assert "2 submissions: 1 graded, 1 not graded" in said


def test_what_a_grader_stumbled_over_is_one_line():
    """If one answer makes a dozen criteria raise, the author is told where most of them did."""
    printed = io.StringIO()
    console = Console(file=printed, width=200)
    faults = ["test_hidden.py:5 raised TypeError: no", "test_public.py:9 raised KeyError: 1", ""]
    criteria = [
        CriterionResult("c", "relu", "t", "h", 1, 0, "failed", grader_fault=fault) for fault in [*faults, faults[0]]
    ]
    found = Verdict("double", "ada", graded=True, criteria=criteria)
    tally = progress.Tally(1)
    seen = list(progress.show_progress(console, tally, iter([Outcome(found, "graded")]), show=False, quiet=True))
    progress.print_report(console, tally, seen, {}, quiet=True)
    said = printed.getvalue()
    assert said.count("stumbled") == 1
    assert (
        "grader of double stumbled over answers, 3 times, most often (2) as test_hidden.py:5 raised TypeError" in said
    )


def test_what_the_gradebook_says_otherwise_is_shown_with_the_reason():
    """A score that people changed, or that is late, stands beside what the criteria gave."""
    printed = io.StringIO()
    console = Console(file=printed, width=200)
    outcomes = [Outcome(verdict(student), "unchanged") for student in ("ada", "bob", "cy")]
    earned = outcomes[0].verdict.earned
    tally = progress.Tally(3)
    seen = list(progress.show_progress(console, tally, iter(outcomes), show=False, quiet=False))
    name = outcomes[0].verdict.assignment
    scores = {
        (name, "ada"): Score(earned + 1.5, 0.0),
        (name, "bob"): Score(earned, earned),
        (name, "cy"): Score(earned, 0.0),
    }
    progress.print_report(console, tally, seen, scores, quiet=False)
    ada, bob, cy = (
        line for line in printed.getvalue().splitlines() if "unchanged" in line and "submissions" not in line
    )
    assert f"{earned + 1.5:g} in the gradebook ({earned + 1.5:g} with what people gave)" in ada
    assert f"0 in the gradebook (less {earned:g} for being late)" in bob
    assert "gradebook" not in cy
