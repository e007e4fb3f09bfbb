"""What a course's `nbgrader_config.py` calls to set up Proctor in nbgrader."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def configure(config: Any) -> None:
    """Make nbgrader's commands and the formgrader grade and release by Proctor.

    Args:
        config: what `get_config()` returns in `nbgrader_config.py`; it is changed.
    """
    # `nbgrader generate_assignment` and the formgrader's button also release the public criteria.
    config.GenerateAssignment.post_convert_hook = "proctor.nbgrader_hooks.complete_release"
    # `nbgrader autograde`: student code runs in Proctor's jail, and the verdict is the mark.
    config.Autograde.exporter_class = "proctor.nbgrader_hooks.Unread"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        "proctor.nbgrader_hooks.GradeInJail",
        "proctor.nbgrader_hooks.RecordVerdict",
    ]
    # What is in `release/` is released, as far as a course has no exchange of nbgrader's.
    config.ExchangeFactory.list = "proctor.nbgrader_hooks.ListReleased"
    config.ExchangeFactory.collect = "proctor.nbgrader_hooks.CollectFromExchange"
    show_inertly(config)


def show_inertly(config: Any) -> None:
    """Make the pages of nbgrader's feedback and formgrader safe: no script of a student's runs.

    Args:
        config: nbgrader's settings; they are changed.
    """
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = {
        "clean_html": "proctor.feedback.shown.clean_html",
        "markdown2html": "proctor.feedback.shown.markdown2html",
        "highlight_code": "proctor.feedback.shown.highlight_code",
        "ansi2html": "proctor.feedback.shown.show_text",
        "number": "proctor.feedback.table.number",
    }
    config.GenerateFeedback.exporter_class = "proctor.feedback.page.FeedbackPage"
    config.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", "proctor.feedback.page.SumUp"]
    config.FeedbackPage.template_name = "feedback_page"
    config.FeedbackPage.extra_template_basedirs = [str(files("proctor.feedback") / "templates")]
