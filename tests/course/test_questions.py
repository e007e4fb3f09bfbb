"""The key of no question is in a release, and none is told by the look of its choices."""

from __future__ import annotations

import importlib.util
import inspect
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from proctor.author.leaks import list_files
from proctor.author.release import student_version
from proctor.course.cells import is_solution, read_source
from proctor.course.course import Course
from proctor.course.own_values import own_values

COURSE = Course(Path(__file__).resolve().parents[2])
ASKING = [name for name in COURSE.names() if "assert_choice(" in (COURSE.grader(name) / "test_hidden.py").read_text()]
CASES = [name for name in ASKING if name.startswith("case_")]
SOLUTION = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
STUDENTS = ("ada", "ben", "cem", "dot", "eve")


class Anyone:
    """A student whose every dict of answers is empty."""

    def __getattr__(self, name: str) -> dict:
        return {}


def key_of(name: str, student: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Question → the right choice for a student, and the sentences of the wrong ones."""
    path = COURSE.grader(name) / "test_hidden.py"
    spec = importlib.util.spec_from_file_location(f"hidden_criteria_of_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    key = {}

    def note(answers, question, right, wrong, what="answers"):
        key[question] = (right, dict(wrong))

    vars(module)["assert_choice"] = note
    own = own_values(COURSE.assignment(name), student)
    for test in vars(module).values():
        if inspect.isfunction(test) and "assert_choice(" in inspect.getsource(test) and test is not note:
            given = {"student": Anyone(), "values": own.values if own else {}}
            test(**{fixture: given[fixture] for fixture in inspect.signature(test).parameters})
    return key


def choices_of(name: str) -> dict[str, dict[str, str]]:
    """Each question of an exercise → its choices as the notebook words them, by their letters."""
    text = "\n".join(cell.source for cell in read_source(COURSE.source(name)).cells if cell.cell_type == "markdown")
    asked = re.split(r"^`(\w+)`: ", text, flags=re.MULTILINE)[1:]
    return {
        question: dict(re.findall(r"^- \*\*(\w)\*\* (.*)$", words, re.MULTILINE))
        for question, words in zip(asked[::2], asked[1::2], strict=True)
    }


def test_there_are_questions():
    """Several exercises ask, and a case study is among them."""
    assert len(ASKING) >= 4
    assert CASES


@pytest.mark.parametrize("name", ASKING)
def test_a_release_is_made_without_the_key(name, tmp_path):
    """It is the same, byte for byte, without solutions and hidden criteria to make it of."""
    bare = Course(tmp_path)
    shutil.copytree(COURSE.source(name).parent, bare.source(name).parent)
    notebook = read_source(bare.source(name))
    for cell in notebook.cells:
        if is_solution(cell):
            assert SOLUTION.search(cell.source)
            cell.source = SOLUTION.sub("### BEGIN SOLUTION\n### END SOLUTION", cell.source)
    nbformat.write(notebook, bare.source(name))
    bare.grader(name).mkdir(parents=True)
    for file in ("assignment.toml", "test_public.py"):
        shutil.copy(COURSE.grader(name) / file, bare.grader(name))
    made = student_version(bare, name, tmp_path / "made")
    assert [path.name for path in list_files(made)] == [path.name for path in list_files(COURSE.release(name))]
    for path in list_files(made):
        assert path.read_bytes() == (COURSE.release(name) / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", ASKING)
def test_a_release_tells_no_wrong_choices_sentence(name):
    """What a wrong choice overlooks is told after handing in."""
    texts = [path.read_text() for path in list_files(COURSE.release(name))]
    for _, wrong in key_of(name, "ada").values():
        for sentence in wrong.values():
            assert not any(sentence in text for text in texts), sentence


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("student", STUDENTS)
def test_no_look_tells_the_right_choice(name, student):
    """Who always takes the same letter, the longest or the shortest choice, or the example of a
    cell, is right about half of the questions at most."""
    key, choices = key_of(name, student), choices_of(name)
    assert len(key) >= 12
    assert key.keys() == choices.keys()
    for question, (right, wrong) in key.items():
        assert {right, *wrong} == choices[question].keys(), question
        lengths = [len(words) for words in choices[question].values()]
        assert max(lengths) <= 1.35 * min(lengths), question
    guesses = {letter: dict.fromkeys(key, letter) for letter in "abc"}
    guesses["longest"] = {
        question: max(words, key=lambda each: len(words[each])) for question, words in choices.items()
    }
    guesses["shortest"] = {
        question: min(words, key=lambda each: len(words[each])) for question, words in choices.items()
    }
    source = "\n".join(cell.source for cell in read_source(COURSE.source(name)).cells if is_solution(cell))
    examples = SOLUTION.sub("", source)
    guesses["example"] = dict(re.findall(r'"(\w+)": "(\w)"', examples))
    assert guesses["example"].keys() == key.keys()
    agreeing = [question for question in key if guesses["example"][question] == key[question][0]]
    assert len(agreeing) >= 3, "an example that is always wrong tells as much as one that is right"
    for guess, letters in guesses.items():
        guessed = [question for question in key if letters[question] == key[question][0]]
        assert len(guessed) <= len(key) / 2, f"{guess}: {', '.join(guessed)}"


@pytest.mark.parametrize("name", CASES)
def test_some_keys_are_the_students_own(name):
    """At least two questions have another right choice for another student."""
    keys = [key_of(name, f"student {number}") for number in range(20)]
    differing = [question for question in keys[0] if len({key[question][0] for key in keys}) > 1]
    assert len(differing) >= 2
