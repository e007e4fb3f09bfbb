"""The check table as a browser lays it out."""

from __future__ import annotations

import pytest

from proctor.feedback.table import html
from proctor.verdict import CriterionResult

LONG = CriterionResult(
    "knows",
    "learned",
    "The network of the 800 steps is right about the 400 points that it has learned from.",
    "Do both curves fall?",
    12.25,
    10.75,
    "partial",
    expected="0.98 or more (no points at 0.75)",
    found="0.8517",
)
BEYOND = """() => {
    const edge = document.querySelector("table").getBoundingClientRect().right;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(texts.currentNode);
        if (range.getBoundingClientRect().right > edge - 9) found.push(texts.currentNode.textContent);
    }
    return found;
}"""
"""The texts that come nearer to the right edge of the table than its margin of 10 pixels."""


@pytest.mark.parametrize("width", [260, 340, 700, 1100])
def test_points_in_part_stay_within_the_table(browser, width):
    """However narrow the page is, a long score keeps its distance from the edge."""
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.set_content(html("learned", [LONG], 40.5))
    assert page.evaluate(BEYOND) == []


@pytest.mark.parametrize("width", [260, 340])
def test_a_title_has_room_on_a_phone(browser, width):
    """Where there is no room for a few words beside the score, it goes below them."""
    page = browser.new_page(viewport={"width": width, "height": 600})
    page.set_content(html("learned", [LONG], 40.5))
    title = page.get_by_text("The network of the 800 steps").bounding_box()
    assert title["width"] >= 150
