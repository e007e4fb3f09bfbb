"""A release is all that a student needs: first cell, Proctor's wheel, the page of the course."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from conftest import make_course

from proctor.author.release import publish, release, stale
from proctor.author.wheel import wheel_name
from proctor.course.course import Course
from proctor.errors import CourseError


def first_cell(folder: Path, name: str = "double") -> str:
    """The first code cell of a released notebook."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


def run(python: Path | str, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh Python, in a folder."""
    return subprocess.run(
        [str(python), "-c", code], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Course:
    """A course with an address, and its release."""
    course = make_course(tmp_path_factory.mktemp("published"))
    settings = course.root / "nbgrader_config.py"
    text = settings.read_text() if settings.is_file() else "c = get_config()\n"
    settings.write_text(f'{text}\nc.Proctor.url = "https://github.com/ada/course/tree/main/release/"\n')
    course = Course(course.root)
    release(course, "double")
    publish(course)
    return course


def test_the_first_cell_installs_proctor_in_a_bare_python(released, tmp_path):
    """Python without Proctor, and nothing but the notebook: the cell downloads the other files and
    the wheel, from which the checks then run. A second run changes nothing."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "bare")], check=True, timeout=300)
    python, folder = tmp_path / "bare" / "bin" / "python", tmp_path / "downloads"
    folder.mkdir()
    shutil.copy(released.release("double") / "double.ipynb", folder)
    cell = first_cell(folder)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(released.root / "release"))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = "https://raw.githubusercontent.com/ada/course/main/release"
        assert address in cell
        cell = cell.replace(address, f"http://127.0.0.1:{server.server_port}")
        checked = cell + "\nfrom proctor import check\nfor _ in range(2):\n    print(check())"
        done = run(python, checked, folder)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("of 6 points") == 2
    assert "relu keeps what is positive" in done.stdout
    assert sorted(path.suffix for path in folder.iterdir() if path.is_file()) == [".ipynb", ".py", ".toml", ".whl"]
    # The server is gone: what is installed is not asked for again.
    assert run(python, checked, folder).returncode == 0


def test_a_wheel_in_the_folder_above_will_do_and_its_lack_is_said(released, tmp_path):
    """Without an address nothing is downloaded; the sentence says which file belongs beside the
    notebook. `release/` as it is has the wheel one folder above."""
    course = make_course(tmp_path / "course")
    release(course, "double")
    publish(course)
    cell = first_cell(course.release("double"))
    assert "urlretrieve" not in cell
    missing = "import importlib.util\nimportlib.util.find_spec = lambda name: None\n"
    succeeded = "subprocess.CompletedProcess(command, 0)"
    pip = f"import subprocess\nsubprocess.run = lambda command, **_: print(command) or {succeeded}\n"
    done = run(sys.executable, missing + pip + cell, course.release("double"))
    assert re.search(r"'install', '--quiet', '\.\./proctor-[\w.]+-py3-none-any\.whl'", done.stdout), done.stderr
    (wheel,) = (course.root / "release").glob("*.whl")
    wheel.unlink()
    done = run(sys.executable, missing + pip + cell, course.release("double"))
    assert "Put proctor-….whl, which comes with the exercises, beside this notebook" in done.stderr


def test_tensorflow_starts_without_a_line(tmp_path):
    """The notices of TensorFlow's start are red lines above a student's first picture, and those on
    retracing a paragraph above a table; other warnings are said."""
    many = "for n in range(1, 9):\n    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])\n"
    many += "    model.predict(numpy.ones((1, n)), verbose=0)\n"
    code = "import proctor\nproctor.start_tensorflow()\nimport keras, numpy\nimport tensorflow as tf\n" + many
    done = run(sys.executable, code + "tf.get_logger().warning('this matters')", tmp_path)
    assert done.returncode == 0
    assert done.stdout + done.stderr in ("WARNING:tensorflow:this matters\n", "this matters\n")


def test_the_page_of_the_course_names_each_exercise_and_opens_it_in_colab(released):
    """With its points, what is written in it, its files, and the wheel; a change makes it stale."""
    page = released.root / "release" / "index.html"
    text = page.read_text()
    colab = "https://colab.research.google.com/github/ada/course/blob/main/release/double/double.ipynb"
    for part in (released.assignment("double").title, colab, 'href="double/double.ipynb"', "<code>relu</code>"):
        assert part in text, part
    assert all((page.parent / link).is_file() for link in re.findall(r'href="([^":]+)"', text))
    (released.release("double") / ".ipynb_checkpoints").mkdir(exist_ok=True)  # as Jupyter leaves it
    assert stale(released) == []
    page.write_text(text.replace("points", "marks"))
    assert stale(released) == ["release/index.html is not fresh; run `proctor release`"]
    page.write_text(text)


@pytest.mark.parametrize("url", ["http://example.org/release", 'https://example.org/"+evil+"', "release"])
def test_an_address_that_is_none_is_refused(tmp_path, url):
    """The sentence says what is expected and what was found."""
    course = make_course(tmp_path)
    (course.root / "nbgrader_config.py").write_text(f"c = get_config()\nc.Proctor.url = {url!r}\n")
    with pytest.raises(CourseError, match=r"must be the https address of the published release/ folder, got"):
        release(Course(course.root), "double")


def test_what_is_published_follows_the_course(tmp_path):
    """Exercises of one track stand together whatever lies between them, a name with a blank is a
    link, and there is one wheel, today's."""
    course = make_course(tmp_path)
    for name, track, order in (("double", "First", 1), ("other one", "Second", 2), ("third", "First", 3)):
        if name != "double":
            shutil.copytree(course.grader("double"), course.grader(name))
            shutil.copytree(course.source("double").parent, course.source(name).parent)
            (course.source(name).parent / "double.ipynb").rename(course.source(name))
        declared = course.grader(name) / "assignment.toml"
        lines = [line for line in declared.read_text().splitlines() if not line.startswith(("course", "order"))]
        declared.write_text("\n".join([f'course = "{track}"', f"order = {order}", *lines]))
    course = Course(course.root)
    for name in course.names():
        release(course, name)
    (course.root / "release" / "proctor-0.0.1-py3-none-any.whl").touch()
    publish(course)
    text = (course.root / "release" / "index.html").read_text()
    assert re.findall(r"<h2>(\w+)</h2>", text) == ["First", "Second"]
    assert re.findall(r'<article id="([^"]+)"', text) == ["double", "third", "other one"]
    assert 'href="other%20one/other%20one.ipynb"' in text
    assert [path.name for path in (course.root / "release").glob("*.whl")] == [wheel_name()]
