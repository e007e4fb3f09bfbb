"""The files in docs/ci that a course copies: their commands, run as GitHub and GitLab run them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A student's repository with a hand-in that is told in no time: it cannot be read."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "double.ipynb").write_text("")
    for name in ("venv", "ensurepip", "pip", "subprocess"):
        (folder / f"{name}.py").write_text("open(__file__ + '.ran', 'w')")
    return folder


def shell(script: str, place: Path, code: int, **variables: str) -> str:
    """Run a script as a service's shell does, which ends with the first command that fails."""
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, **variables},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def pretend_to_install(folder: Path) -> str:
    """A PATH whose python makes no environment; the pip in `folder` only asks for the files."""
    (folder / "bin" / "pip").write_text(
        '#!/bin/sh\nfor last; do :; done\ntest -f "${last%\\[grading\\]}" && test -f "$4"\n'
    )
    (folder / "bin" / "pip").chmod(0o755)
    (folder / "path").mkdir()
    (folder / "path" / "python").write_text("#!/bin/sh\n")
    (folder / "path" / "python").chmod(0o755)
    return f"{folder / 'path'}:{os.environ['PATH']}"


def test_the_github_workflow_grades_a_push(bundle, repository, tmp_path):
    """Its steps, in order, with the checkouts already made; its actions are those that Proctor's
    own workflow pins."""
    text = (ROOT / "docs/ci/github.yml").read_text()
    own = (ROOT / ".github/workflows/test.yml").read_text()
    assert set(re.findall(r"uses: (.*)", text)) <= set(re.findall(r"uses: (.*)", own))
    steps = yaml.safe_load(text)["jobs"]["grade"]["steps"]
    checkouts = [number for number, step in enumerate(steps) if "checkout" in step.get("uses", "")]
    install, grade = (next(step["run"] for step in steps if step.get("name") == name) for name in ("Install", "Grade"))
    assert checkouts[0] < steps.index({"name": "Install", "run": install}) < checkouts[1]
    variables = {"RUNNER_TEMP": str(tmp_path), "EXERCISE": "double", "PATH": pretend_to_install(tmp_path / "proctor")}
    shell(install, bundle, 0, **variables)
    summary = tmp_path / "summary.md"
    variables |= {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "ada", "GITHUB_STEP_SUMMARY": str(summary)}
    said = shell(grade, repository, 1, **variables)
    assert "::error file=double.ipynb,line=1,title=Proctor%3A double%3A not graded::double.ipynb is empty" in said
    assert "(double), ada: not graded" in summary.read_text()
    assert list(repository.glob("*.ran")) == []


def test_the_gitlab_job_grades_a_push(bundle, repository, tmp_path):
    """Its script, in one shell that begins in the student's files, and the report for GitLab."""
    job = yaml.safe_load((ROOT / "docs/ci/gitlab.yml").read_text())["grade"]
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "a"]):
        subprocess.run(["git", *command], cwd=bundle, check=True, timeout=100)
    address = f"https://graders:word@{job['variables']['GRADERS']}"
    variables = {
        **job["variables"],
        "EXERCISE": "double",
        "PROCTOR_GRADERS_TOKEN": "word",
        "CI_PROJECT_DIR": str(repository),
        "GITLAB_USER_LOGIN": "ada",
        "PATH": pretend_to_install(tmp_path / "proctor"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bundle}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    said = shell("\n".join(job["script"]).replace("/tmp", str(tmp_path)), repository, 1, **variables)
    assert "double — ada" in said
    report = ElementTree.parse(repository / job["artifacts"]["reports"]["junit"])
    (error,) = report.getroot().iter("error")
    assert error.get("message") == "double.ipynb is empty"
    assert list(repository.glob("*.ran")) == []
