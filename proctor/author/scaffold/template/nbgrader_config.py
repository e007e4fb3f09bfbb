"""nbgrader's settings for this course: its own commands and the formgrader, graded by Proctor."""

from proctor.nbgrader_settings import configure

c = get_config()  # noqa: F821
configure(c)

c.CourseDirectory.course_id = "proctor"
