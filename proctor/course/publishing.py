"""Where a course publishes its `release/` folder: the setting `c.Proctor.url`."""

from __future__ import annotations

import re
from urllib.parse import quote

from proctor.course.course import Course
from proctor.errors import CourseError

ADDRESS = re.compile(r"https://[^\s\"'\\{}]+")
GITHUB = re.compile(r"https://github\.com/(?P<repository>[\w.-]+/[\w.-]+)/tree/(?P<place>[^?#]+)")
"""The address of a folder in a repository on GitHub, such as .../OWNER/NAME/tree/main/release."""


def published_url(course: Course) -> str:
    """The address of the published `release/` folder, without a slash at its end; "" if not set.

    Raises CourseError if it is no https address.
    """
    url = str(course.settings().Proctor.get("url", "")).rstrip("/")
    if url and not ADDRESS.fullmatch(url):
        raise CourseError(
            "c.Proctor.url in nbgrader_config.py must be the https address of the published release/ folder, "
            f"got {url!r}"
        )
    return url


def download_url(course: Course) -> str:
    """The address below which the files of `release/` can be downloaded; "" if not set.

    Raises CourseError as `published_url` does.
    """
    url = published_url(course)
    if found := GITHUB.fullmatch(url):
        return f"https://raw.githubusercontent.com/{found['repository']}/{found['place']}"
    return url


def colab_url(course: Course, name: str) -> str:
    """The address that opens an exercise's notebook in Colab; "" if `release/` is not on GitHub.

    Source: Colab's own notebook on GitHub (colab-github-demo).

    Raises CourseError as `published_url` does.
    """
    if found := GITHUB.fullmatch(published_url(course)):
        path = f"{found['repository']}/blob/{found['place']}/{quote(name)}/{quote(name)}.ipynb"
        return f"https://colab.research.google.com/github/{path}"
    return ""
