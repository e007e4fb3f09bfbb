"""`proctor ci` in a student's repository: what it grades and shows, and what no student can do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from conftest import edited
from markdown_it import MarkdownIt

PROCTOR = str(Path(sys.executable).with_name("proctor"))
HIDDEN = ("31337", "secret_marker", "any_shape", "relu(x)")
"""What only a hidden test's source, its name and its messages hold."""
MODULE = 'import pathlib\npathlib.Path(__file__).with_suffix(".ran").touch()\nraise SystemExit("taken for a module")\n'
HOSTILE = "</table><script>x</script>\n\n::error file=a::b ##[add-mask]x 100 % | `x` ]]> @ada\n::set-output name=a::b"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A student's repository, apart from the course."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    return folder


@pytest.fixture
def run_ci(course, repository, tmp_path):
    """Runs `proctor ci` in the repository, as a workflow does."""

    def run(*arguments: str, code: int = 0, without: str = "", **variables: str):
        chdir = ["/usr/bin/env", f"--chdir={repository}"]
        weaker = [sys.executable, str(Path(__file__).parent.with_name("weaker.py")), without]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        done = subprocess.run(
            [*(weaker if without else []), *chdir, PROCTOR, "ci", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=1200,
            env={**environment, "PROCTOR_COURSE": str(course.root), "COLUMNS": "160", **variables},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return done

    return run


def put(repository: Path, notebook, place: str = "double.ipynb") -> Path:
    """Write a notebook into the repository, as Jupyter does."""
    path = repository / place
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def commands(log: str) -> list[str]:
    """The lines that GitHub's runner executes (actions/runner, ActionCommand.cs)."""
    found, stopped = [], ""
    for line in log.splitlines():
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif match := re.match(r"\s*::stop-commands::(\w+)", line):
            stopped = match[1]
        elif re.match(r"\s*::[\w-]+.*::", line) or "##[" in line:
            found.append(line)
    return found


class Tags(HTMLParser):
    """Collects the names of the tags of a page."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)


def test_right_work_is_graded_wherever_it_lies_and_nothing_of_the_repository_is_run(
    course, repository, run_ci, solution
):
    """Full marks are told in every form and recorded nowhere; files with the names of modules or of
    tests are never imported."""
    (put(repository, solution, "week 1/double.ipynb").parent / "double.keras").write_bytes(b"")
    for name in ("numpy", "pytest", "multiprocessing", "sitecustomize", "conftest", "proctor", "test_hidden"):
        (repository / f"{name}.py").write_text(MODULE)
    (repository / "junit.xml").symlink_to(repository / "somewhere else")
    done = run_ci("--threshold", "1", "--json", "--junit", "junit.xml", "--student", "ada")
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    assert (told["assignment"], told["student"], told["status"]) == ("double", "ada", "graded")
    assert (told["earned"], told["points"]) == (6.0, 6.0)
    assert {criterion["status"] for criterion in told["criteria"]} == {"passed"}
    assert told["remarks"][0].startswith("double.keras cannot be opened, so the training cell ran")
    suite = ElementTree.parse(repository / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "0", "0")
    assert not (repository / "somewhere else").exists()
    assert list(repository.glob("*.ran")) == []
    left = {path.name for path in course.root.rglob("*") if "data" not in path.parts}
    assert left & {"gradebook.db", "verdicts", "autograded", "submitted", "feedback"} == set()


def test_wrong_work_is_told_where_it_is_and_hostile_text_stays_text(course, repository, run_ci, solution, tmp_path):
    """In a jail as GitHub's runners have it: an annotation stands on the line of the answer, the
    summary says what held, and nothing that a student or a title says is a tag or a command."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('c.Proctor.jail = "landlock"\n')
    settings = course.grader("double") / "assignment.toml"
    settings.write_text(settings.read_text().replace('"Double"', json.dumps(HOSTILE)))
    public = course.grader("double") / "test_public.py"
    public.write_text(public.read_text().replace("relu keeps what", "relu, 100 %: <b>::error::x</b> keeps what"))
    wrong = edited(solution, "write_relu", f"def relu(x):\n    raise ValueError({HOSTILE!r})")
    wrong = edited(wrong, "write_count", f"raise ValueError({HOSTILE!r})")
    path = put(repository, wrong, "a: b,\n::error::%/double.ipynb")
    tmp_path.chmod(0o755)  # jails may be another user's, and read the course's data
    summary, junit, student = tmp_path / "summary.md", tmp_path / "junit.xml", "<i>ada,%0A::error::x"
    done = run_ci(
        "--threshold", "0.9", "--junit", str(junit), "--student", student,
        without="namespaces", code=1, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    executed = commands(done.stdout + done.stderr)
    assert [line.split()[0] for line in executed] == ["::error", "::error", "::notice", "::warning"]
    assert len(done.stdout.split("::stop-commands::")) == 2
    line = 1 + next(n for n, text in enumerate(path.read_text().splitlines()) if "def relu(x)" in text)
    file = "a%3A b%2C%0A%3A%3Aerror%3A%3A%25/double.ipynb"
    start = f"::error file={file},line={line},title=Proctor%3A relu%3A 0 of 2 points::"
    assert executed[0].startswith(start + "relu, 100 %25: <b>::error::x</b> keeps what is positive.%0A")
    assert "ValueError" in executed[0]
    assert done.stderr == "double: 1 of 6 points, and 90% are asked for\n"

    page = summary.read_text()
    assert {token.type for token in MarkdownIt("commonmark").parse(page)} == {"html_block"}
    tags = Tags()
    tags.feed(page)
    assert tags.names == {"h3", "table", "tr", "th", "td", "code", "br", "ul", "li", "p"}
    assert "jail of tier <code>landlock</code>. It could open the system" in page
    assert "any shape" in page
    cases = ElementTree.parse(junit).getroot().iter("testcase")
    assert [case.get("classname") for case in cases] == [
        f"double.{name}" for name in ("relu", "relu", "count", "model", "model")
    ]
    assert [word for word in HIDDEN if word in done.stdout + done.stderr + page + junit.read_text()] == []


def test_what_cannot_be_read_is_not_graded_and_says_why(repository, run_ci, solution, tmp_path):
    """A file that is no notebook, two of one name, or none: the reason is told, and the exit code
    is 1 whatever the threshold."""
    (repository / "double.ipynb").write_text("<html>log in</html>")
    summary, junit = tmp_path / "summary.md", tmp_path / "junit.xml"
    done = run_ci("--junit", str(junit), "--summary", str(summary), code=1, GITHUB_ACTIONS="true")
    assert "double.ipynb is a web page, not a notebook" in summary.read_text()
    (error,) = ElementTree.parse(junit).getroot().iter("error")
    assert "is a web page" in error.get("message", "")
    (told,) = commands(done.stdout)
    assert told.startswith(
        "::error file=double.ipynb,line=1,title=Proctor%3A double%3A not graded::double.ipynb is a web"
    )
    put(repository, solution, "old/double.ipynb")
    assert "there are several double.ipynb, in ./, old/; keep the one" in " ".join(run_ci(code=1).stdout.split())
    for path in repository.rglob("*.ipynb"):
        path.unlink()
    assert "there is nothing to grade: repository/ has no notebook" in run_ci(code=2).stdout
    assert "there is no double.ipynb in the submission" in " ".join(run_ci("double", code=1).stdout.split())


def test_a_graders_fault_is_not_told_to_the_student(course, repository, run_ci, solution):
    """What a hidden test raised by itself is in the course's log, and nowhere else."""
    hidden = course.grader("double") / "test_hidden.py"
    hidden.write_text(
        hidden.read_text().replace("    credit.between", "    raise RuntimeError(31337)\n    credit.between")
    )
    put(repository, solution)
    done = run_ci(code=1, GITHUB_ACTIONS="true")
    assert "which is no fault of yours" in " ".join(done.stdout.split())
    assert "31337" not in done.stdout + done.stderr
    assert "31337" in (course.state / "logs" / "double" / "student.log").read_text()


def test_a_course_within_the_repository_grades_nothing(course, repository, run_ci, solution):
    """Whoever writes the hand-in could have written those graders; and no course is looked for."""
    put(repository, solution)
    course.root.rename(repository / "course")
    said = " ".join(run_ci("--course", "course", code=2).stdout.split())
    assert "lies in the repository that is to be graded" in said
    (repository / "course").rename(course.root)
    assert "which course grades this repository?" in run_ci(code=2, PROCTOR_COURSE="").stdout
    assert "there is no folder" in run_ci("--junit", "reports/junit.xml", code=2).stdout
    assert 'Did you mean "double"?' in run_ci("duoble", code=2).stdout


def test_what_a_runner_does_not_say_is_told_before_anything_is_graded(repository, run_ci, solution):
    """Grading takes long, and without it there is no result for the runner."""
    put(repository, solution)
    said = run_ci("--classroom50", "result.json", code=2).stdout
    assert "the variable CLASSROOM is not set" in said
    assert "points" not in said
