"""What a release tells that it must not: solution lines, hidden tests, outputs; and stubs that are not Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from proctor.course.cells import grade_id, is_solution, read_source
from proctor.course.course import Course
from proctor.errors import ReleaseError

PUBLIC = ("test_public.py", "assignment.toml")
SECRET = ("test_hidden.py", "answers.py")

_REGIONS = {"SOLUTION": "solution", "HIDDEN TESTS": "grade", "MARK SCHEME": "task"}
_ALMOST = re.compile(r"#\s*(begin|end)[\s_-]*(solutions?|hidden[\s_-]*tests?|mark[\s_-]*schemes?)\b", re.IGNORECASE)

# Lines that any two programs may share.
_TRIVIAL = re.compile(r"return \w+|import .*|from .* import .*|@.*|raise NotImplementedError\(\)|[\W_]*\w*[\W_]*")
_SHORTEST = 8
_IMPORT = re.compile(rf"^(?:from|import)\b.*\b({'|'.join(Path(file).stem for file in SECRET)})\b")
# Two numbers of four digits are data that somebody computed, not an example.
_COMPUTED = re.compile(r"\d*\.\d{4,}\D+(?:.*\D)?\d*\.\d{4,}")


def files_of(folder: Path) -> list[Path]:
    """The files of a release, what editors and interpreters leave behind left out."""
    ignored = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not ignored & set(path.relative_to(folder).parts)
    )


@dataclass(frozen=True)
class _Region:
    """Lines of a cell, by index, that students do not get; its markers are the lines before and after."""

    first: int
    end: int


def check_markers(name: str, notebook: NotebookNode) -> None:
    """Check that every region that nbgrader takes out of the source notebook begins and ends.

    Raises ReleaseError with the cell's grade id and the line; nbgrader would leave the lines before a lone END in
    the release. Also asks for cell ids, without which two releases of one source differ.
    """
    for index, cell in enumerate(notebook.cells):
        where = f"source/{name}/{name}.ipynb, {_called(cell, index)}"
        _regions(cell, where)
        if not cell.get("id"):
            raise ReleaseError(f"{where}: has no cell id; open the notebook in Jupyter and save it once")


def _regions(cell: NotebookNode, where: str) -> list[_Region]:
    regions: list[_Region] = []
    opened = ""
    begun = 0
    for number, line in enumerate(cell.source.split("\n"), start=1):
        begins = next((kind for kind in _REGIONS if f"BEGIN {kind}" in line), "")
        ends = next((kind for kind in _REGIONS if f"END {kind}" in line), "")
        if begins and opened:
            raise ReleaseError(
                f"{where}, line {number}: BEGIN {begins} inside the {opened} that begins in line {begun}"
            )
        if begins:
            flag = _REGIONS[begins]
            if not cell.metadata.get("nbgrader", {}).get(flag):
                raise ReleaseError(f"{where}, line {number}: BEGIN {begins} in a cell that is no {flag} cell")
            opened, begun = begins, number
        elif ends:
            if ends != opened:
                raise ReleaseError(f"{where}, line {number}: END {ends} without a BEGIN {ends} before it")
            regions.append(_Region(begun, number - 1))
            opened = ""
        elif cell.cell_type == "code" and _ALMOST.search(line):
            raise ReleaseError(
                f"{where}, line {number}: {line.strip()!r} is not a marker that nbgrader knows; "
                "it must read ### BEGIN SOLUTION or ### END SOLUTION"
            )
    if opened:
        raise ReleaseError(f"{where}, line {begun}: BEGIN {opened} has no END {opened}")
    return regions


def _called(cell: NotebookNode, index: int) -> str:
    return f"cell '{grade_id(cell)}'" if grade_id(cell) else f"cell {index + 1}"


@dataclass(frozen=True)
class _Line:
    """One line of something, its white space made plain."""

    text: str
    where: str


def leaks(course: Course, name: str, folder: Path | None = None) -> list[str]:
    """What the release tells that it must not, a sentence with file, cell and line for each.

    A line of a solution, of the hidden tests or of the answers leaks when it stands in the release although the
    author gave it nowhere outside a solution. A whole solution leaks wherever it is told again: in the text, the
    public tests or another cell. Saved outputs leak, and so does a stub that is not Python, since it cannot be run.

    Args:
        folder: the release to look at; by default the course's.
    """
    folder = folder or course.release(name)
    if not folder.is_dir():
        return [f"release/{name} is missing; run `proctor release {name}`"]
    source = read_source(course.source(name))
    answers = _answers(name, source)
    given = {line.text for line in _given(source)} | {line.text for line in _lines_of(course.grader(name) / PUBLIC[0])}
    hidden = [line for file in SECRET for line in _lines_of(course.grader(name) / file)]
    secrets = [line for answer in answers for line in answer] + hidden
    secret = {line.text: line.where for line in secrets if _telling(line.text) and line.text not in given}
    public = {line.text for line in _lines_of(course.grader(name) / PUBLIC[0])}
    computed = {line.text: line.where for line in hidden if _COMPUTED.search(line.text) and line.text not in public}

    found: list[str] = []
    for path in files_of(folder):
        file = f"release/{name}/{path.relative_to(folder).as_posix()}"
        if path.name in SECRET:
            found.append(f"{file}: this file never leaves graders/{name}/")
        elif path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            found += _broken(file, notebook) + _left_over(file, notebook)
            found += _told(_notebook_lines(file, notebook), secret | computed)
            for index, cell in enumerate(notebook.cells):
                if not is_solution(cell) or cell.cell_type != "code":
                    found += _retold(_cell_lines(file, cell, index), answers, 1 if cell.cell_type == "markdown" else 2)
        else:
            lines = _lines_of(path, file)
            found += _told(lines, secret)
            found += [
                f"{line.where}: {line.text}: {module} never leaves graders/{name}/"
                for line in lines
                for module in _IMPORT.findall(line.text)
            ]
            if path.name == PUBLIC[0]:
                found += _retold(lines, answers, 1) + _formulas(lines, answers)
    return list(dict.fromkeys(found))


def _answers(name: str, source: NotebookNode) -> list[list[_Line]]:
    """The telling lines of each region that students do not get."""
    answers = []
    for index, cell in enumerate(source.cells):
        where = f"the solution in {_called(cell, index)}"
        regions = _regions(cell, f"source/{name}/{name}.ipynb, {_called(cell, index)}")
        if is_solution(cell) and not regions:
            regions = [_Region(0, len(cell.source.split("\n")))]
        for region in regions:
            lines = [_Line(_plain(line), where) for line in cell.source.split("\n")[region.first : region.end]]
            answers.append([line for line in lines if _telling(line.text)])
    return [answer for answer in answers if answer]


def _given(source: NotebookNode) -> Iterator[_Line]:
    """The lines of the source notebook that students get."""
    for index, cell in enumerate(source.cells):
        regions = _regions(cell, _called(cell, index))
        if is_solution(cell) and not regions:
            continue
        for number, line in enumerate(cell.source.split("\n")):
            if not any(region.first <= number < region.end for region in regions):
                yield _Line(_plain(line), _called(cell, index))


def _plain(line: str) -> str:
    return " ".join(line.split())


def _telling(line: str) -> bool:
    return len(line) >= _SHORTEST and not _TRIVIAL.fullmatch(line)


def _lines_of(path: Path, shown: str = "") -> list[_Line]:
    """The lines of a text file; none if it is missing or not text."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return []
    return [_Line(_plain(line), f"{shown or path.name}, line {number}") for number, line in enumerate(lines, start=1)]


def _cell_lines(file: str, cell: NotebookNode, index: int) -> list[_Line]:
    lines = enumerate(cell.source.split("\n"), start=1)
    return [_Line(_plain(line), f"{file}, {_called(cell, index)}, line {number}") for number, line in lines]


def _notebook_lines(file: str, notebook: NotebookNode) -> list[_Line]:
    """Every line of text in a notebook, wherever it stands."""
    lines = [
        _Line(_plain(line), f"{file}, metadata") for text in _strings(notebook.metadata) for line in text.split("\n")
    ]
    for index, cell in enumerate(notebook.cells):
        lines += _cell_lines(file, cell, index)
        where = f"{file}, {_called(cell, index)}, metadata"
        lines += [_Line(_plain(line), where) for text in _strings(cell.metadata) for line in text.split("\n")]
    return lines


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _strings(key)
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _told(lines: list[_Line], secret: dict[str, str]) -> list[str]:
    """A sentence for each line that is a secret one."""
    return [
        f"{line.where}: a line of {secret[line.text]}: {_short(line.text)}" for line in lines if line.text in secret
    ]


def _retold(lines: list[_Line], answers: list[list[_Line]], shortest: int) -> list[str]:
    """A sentence for each place where all lines of an answer of at least `shortest` lines stand in a row."""
    told = [line for line in lines if _telling(line.text)]
    found = []
    for answer in answers:
        texts = [line.text for line in answer]
        for start in range(len(told) - len(texts) + 1) if len(texts) >= shortest else ():
            if [line.text for line in told[start : start + len(texts)]] == texts:
                found.append(f"{told[start].where}: tells all of {answer[0].where}: {_short(texts[0])}")
    return found


def _formulas(lines: list[_Line], answers: list[list[_Line]]) -> list[str]:
    """A sentence for each line of the public tests that computes what a one-line answer computes."""
    found = []
    for answer in answers:
        formula = re.sub(r"^(?:return |[\w, ]+ = )", "", answer[0].text)
        if len(answer) > 1 or len(formula) < _SHORTEST or not re.search(r"[(*/+@\[-]", formula):
            continue
        pattern = re.compile(rf"(?<![\w.]){re.escape(formula)}(?!\w)")
        found += [
            f"{line.where}: computes {answer[0].where}: {_short(formula)}"
            for line in lines
            if pattern.search(line.text)
        ]
    return found  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _left_over(file: str, notebook: NotebookNode) -> list[str]:
    found = [f"{file}: widgets of an earlier run are saved in it"] if "widgets" in notebook.metadata else []
    for index, cell in enumerate(notebook.cells):
        if cell.get("outputs"):
            found.append(f"{file}, {_called(cell, index)}: its output is saved in it")
        if cell.get("execution_count") is not None:
            found.append(f"{file}, {_called(cell, index)}: an execution count is saved in it")
    return found


def _broken(file: str, notebook: NotebookNode) -> list[str]:
    """A sentence for each code cell that is not Python (or IPython)."""
    found = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        skipped = len(cell.source) - len(cell.source.lstrip("\n"))
        try:
            code = TransformerManager().transform_cell(cell.source)
            compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError) as error:
            line = skipped + (getattr(error, "lineno", None) or 1)
            reason = getattr(error, "msg", None) or str(error)
            found.append(
                f"{file}, {_called(cell, index)}, line {line}: not valid Python once the solution is out: {reason}"
            )
    return found  # fmt: skip
