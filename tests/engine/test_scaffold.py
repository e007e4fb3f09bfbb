"""`proctor new` makes exercises that are worth copying: they prove themselves."""

import html
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from conftest import edited, run_proctor

from proctor import __all__, datasets
from proctor.author.leaks import leaks
from proctor.author.release import student_version
from proctor.author.scaffold import find_or_begin, scaffold
from proctor.author.verify import verify
from proctor.course.cells import check_cells, points, read_source
from proctor.course.course import Course
from proctor.errors import CourseError, ProctorError

REPOSITORY = Path(__file__).parents[2]


def test_a_new_exercise_proves_itself(tmp_path):
    """What `proctor new` makes passes `proctor verify` as it is."""
    course = find_or_begin(tmp_path)
    scaffold(course, "first_steps")
    findings = list(verify(Course(course.root), "first_steps"))
    assert [finding.problem for finding in findings if finding.problem] == []
    kinds = [finding.kind for finding in findings]
    assert (kinds.count("variant"), kinds.count("mutant")) == (2, 3)


@pytest.mark.parametrize(
    "part, tried", [("--with-values", "another temperature"), ("--with-questions", "a question is left out")]
)
def test_a_new_exercise_shows_how(tmp_path, part, tried):
    """With values of one's own, or with questions, it agrees with its grader, can be released,
    and catches a mistake of that kind."""
    run_proctor(tmp_path, "new", "first_steps", part)
    assert tried in run_proctor(tmp_path, "verify", "first_steps", "--only", tried).stdout
    for path in (tmp_path / "graders").rglob("*.py"):
        assert len(re.findall(r"^from proctor", path.read_text(encoding="utf-8"), re.MULTILINE)) == 1


def test_a_new_exercise_with_both_proves_itself(tmp_path):
    """Values of one's own and questions together pass all of `proctor verify` as they come."""
    run_proctor(tmp_path, "new", "first_steps", "--with-values", "--with-questions")
    done = run_proctor(tmp_path, "verify", "first_steps")
    assert "all proven" in done.stdout
    for title in ("the solution (edsger)", "another temperature", "a question is left out"):
        assert title in done.stdout


def test_a_wrong_choice_is_told_on_the_feedback_page_and_the_key_is_not(tmp_path):
    """The page has the sentence of the choice that was made, and no other one, and neither the
    key nor what the hidden criterion expected."""
    run_proctor(tmp_path, "new", "first_steps", "--with-questions")
    course = Course(tmp_path)
    run_proctor(tmp_path, "release", "first_steps")
    notebook = edited(read_source(course.source("first_steps")), "write_answers", 'answers = {"shift": "a"}')
    course.submitted("ada", "first_steps").mkdir(parents=True)
    nbformat.write(notebook, course.submitted("ada", "first_steps") / "first_steps.ipynb")
    run_proctor(tmp_path, "grade", "first_steps")
    run_proctor(tmp_path, "feedback", "first_steps")
    (page,) = course.feedback("ada", "first_steps").glob("*.html")
    shown = html.unescape(page.read_text(encoding="utf-8"))
    assert "They cannot all become larger, because they sum to 1." in shown
    assert '"scale" has no answer in' in shown
    assert "another choice" not in shown
    assert "Every exponential becomes larger" not in shown
    assert '"shift": "b"' not in shown


def test_a_new_exercise_comes_last_and_names_its_files(course):
    """It is a notebook and four files of graders, after the exercises that are there."""
    made = scaffold(course, "first_steps")
    assert [path.relative_to(course.root).as_posix() for path in made] == [
        "source/first_steps/first_steps.ipynb",
        "graders/first_steps/assignment.toml",
        "graders/first_steps/test_public.py",
        "graders/first_steps/test_hidden.py",
        "graders/first_steps/answers.py",
    ]
    after = Course(course.root)
    assert after.names() == ["double", "first_steps"]
    assert after.assignment("first_steps").order == 2


@pytest.mark.parametrize(
    "name", ["", "First", "2nd", "first-steps", "first steps", "first__steps", "steps_", "class", "../up", "schön"]
)
def test_a_name_that_would_not_do_is_refused(course, name):
    """A name that is no lower-case identifier is refused, and nothing is made."""
    with pytest.raises(ProctorError, match="cannot name an exercise"):
        scaffold(course, name)
    assert course.names() == ["double"]


def snippet(containing: str) -> str:
    """The Python of the authors' page that has these words in it."""
    page = (REPOSITORY / "docs" / "authors.md").read_text(encoding="utf-8")
    (found,) = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if containing in block]
    return found


def test_the_authors_page_writes_a_notebook_without_jupyter(tmp_path, monkeypatch):
    """What the lines of the page write is a notebook that can be released."""
    monkeypatch.chdir(tmp_path)
    exec(snippet("nbformat.write"), {})
    course = Course(tmp_path)
    course.grader("rectify").mkdir(parents=True)
    (course.grader("rectify") / "assignment.toml").write_text('title = "Rectify"\n')
    made = student_version(course, "rectify", tmp_path / "made")
    assert leaks(course, "rectify", made) == []
    assert [points(cell) for cell in check_cells(read_source(course.source("rectify"))).values()] == [2]


def test_the_authors_page_defines_a_data_set(tmp_path, monkeypatch):
    """The data set of the page can be loaded, its student's part too."""
    (tmp_path / "course_data.py").write_text(snippet("leaves = Dataset("))
    monkeypatch.setattr("proctor.datasets.course._folder", tmp_path)
    monkeypatch.setenv("PROCTOR_DATA", "")
    assert [len(datasets.load("leaves", split=split)[0]) for split in ("train", "test")] == [200, 50]
    datasets.export(["leaves"], tmp_path / "exported")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "exported"))
    assert len(datasets.load("leaves")[0]) == 200


@pytest.mark.parametrize("name", __all__)
def test_the_authors_page_names_everything(name):
    """Whatever `proctor` gives to authors is in the tables."""
    assert re.search(rf"\b{name}\b", (REPOSITORY / "docs" / "authors.md").read_text(encoding="utf-8"))


def test_authors_editors_see_types():
    """The package says that it is typed."""
    assert (REPOSITORY / "proctor" / "py.typed").is_file()


@pytest.mark.parametrize("folder", ["source", "graders"])
def test_what_is_there_is_never_written_over(course, folder):
    """A name whose folder is there already is refused, even if only one of the two is."""
    (course.root / folder / "first_steps").mkdir()
    with pytest.raises(ProctorError, match=f"{folder}/first_steps/ is there already"):
        scaffold(course, "first_steps")
    assert not list(course.root.glob("*/first_steps/*"))


def test_a_folder_with_other_things_becomes_no_course(tmp_path):
    """Only an empty folder (but for hidden files) becomes a course; any other is left alone."""
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(CourseError, match="no course here"):
        find_or_begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_course_around_a_folder_is_found(course):
    """Inside a course no new one begins."""
    assert find_or_begin(course.root / "source") == Course(course.root.resolve())


def test_a_new_course_is_set_up_as_this_one(tmp_path):
    """nbgrader's settings of a new course are this repository's, under its own name."""
    (tmp_path / ".git").mkdir()
    course = find_or_begin(tmp_path)
    ours = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
    theirs = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
    assert f'course_id = "{tmp_path.name}"' in theirs
    assert theirs == ours.replace('course_id = "proctor"', f'course_id = "{tmp_path.name}"')


def test_check_runs_a_notebook_without_jupyter(course, proctor):
    """`proctor check` shows the table of each check cell, and the cells that stopped."""
    scaffold(course, "first_steps")
    notebook = course.source("first_steps")
    shutil.copy(course.grader("first_steps") / "test_public.py", notebook.with_name("test_first_steps.py"))
    said = proctor("check", str(notebook)).stdout
    assert "2 of 4 points" in said
    assert "2 points more to get when you hand in" in said

    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("return powers / powers.sum", "return power / powers.sum"), encoding="utf-8")
    said = proctor("check", str(notebook), code=1).stdout
    assert "cell 'show_opinions' stopped with NameError: name 'power' is not defined" in said
    total = said.split("all checks")[1]
    assert "0 of 4 points" in total
    assert "✗ `softmax`: " in total
    assert "2 points more to get when you hand in" in total


def test_check_of_an_untouched_release_names_what_is_not_written_yet(course, proctor):
    """A stub, and a cell that needs it, are waited for; neither is a mistake."""
    scaffold(course, "first_steps")
    proctor("release", "first_steps")
    said = proctor("check", str(course.release("first_steps") / "first_steps.ipynb"), code=1).stdout
    assert "cell 'show_opinions': softmax() is not written yet, and this cell needs it." in said
    assert "not yet: 0 / " in said
    assert "stopped with" not in said
    assert "✗" not in said


@pytest.mark.parametrize("text, reason", [(None, "No such file"), ("{}", "not a notebook"), ("é{", "not a notebook")])
def test_check_says_what_it_cannot_read(course, proctor, text, reason):
    """What is no notebook is said to be none, in one sentence."""
    path = course.root / "mine.ipynb"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    said = proctor("check", str(path), code=2).stdout
    assert "mine.ipynb cannot be read" in said
    assert reason in said
