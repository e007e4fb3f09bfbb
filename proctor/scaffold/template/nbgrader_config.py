"""nbgrader's settings for this course: its own commands and the formgrader, graded by Proctor.

To start another course, copy this file into its folder and change `course_id`.
"""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "proctor"
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"

# `nbgrader generate_assignment` (and the formgrader's button) also hand out the public criteria.
c.GenerateAssignment.post_convert_hook = "proctor.nbgrader_hooks.complete_release"

# `nbgrader autograde`: student code runs in Proctor's jail, and the verdict is the mark.
c.Autograde.exporter_class = "proctor.nbgrader_hooks.Unread"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = ["proctor.nbgrader_hooks.Grade", "proctor.nbgrader_hooks.Record"]

# Feedback pages and the formgrader show what students wrote, but nothing of it runs.
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {
    "clean_html": "proctor.feedback.inert.clean",
    "markdown2html": "proctor.feedback.inert.markdown2html",
}
