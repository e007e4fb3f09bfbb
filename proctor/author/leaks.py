"""Find what a release gives away: solution lines, hidden tests, saved outputs.

Also finds cells that are not valid Python once the solution is taken out.
"""

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
from proctor.course.released import criteria_file
from proctor.errors import ReleaseError

PUBLIC = "test_public.py"
SECRET = ("test_hidden.py", "answers.py")

_REGIONS = {"SOLUTION": "solution", "HIDDEN TESTS": "grade", "MARK SCHEME": "task"}
_ALMOST = re.compile(r"#\s*(begin|end)[\s_-]*(solutions?|hidden[\s_-]*tests?|mark[\s_-]*schemes?)\b", re.IGNORECASE)

# Lines that any two programs may share, so that one of them in a release gives nothing away.
_TRIVIAL = re.compile(r"return \w+|import .*|from .* import .*|@.*|raise NotImplementedError\(\)|[\W_]*\w*[\W_]*")
_SHORTEST = 8  # characters; a shorter line gives nothing away either
_IMPORT = re.compile(rf"^(?:from|import)\b.*\b({'|'.join(Path(file).stem for file in SECRET)})\b")
# Two numbers with four or more decimals in a line are results that somebody computed.
_COMPUTED = re.compile(r"\d*\.\d{4,}\D+(?:.*\D)?\d*\.\d{4,}")


def list_files(folder: Path) -> list[Path]:
    """Return the files of a release, without Python's caches and Jupyter's checkpoints."""
    ignored = {"__pycache__", ".ipynb_checkpoints"}
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and not ignored & set(path.relative_to(folder).parts)
    )


@dataclass(frozen=True)
class _Region:
    """Lines of a cell that students do not get: `first` up to, but not including, `end`.

    Indices count from 0; the BEGIN and END markers are the lines just before and after.
    """

    first: int
    end: int


def check_markers(name: str, notebook: NotebookNode) -> None:
    """Check that each BEGIN marker in the source notebook has its END, and the other way round.

    nbgrader itself does not notice a lone END, and would leave the solution before it in the
    release. Every cell must also have a cell id: nbformat makes up random ones, and then two
    releases of one source differ.

    Raises ReleaseError with the cell's grade id and the line.
    """
    for index, cell in enumerate(notebook.cells):
        where = f"source/{name}/{name}.ipynb, {_describe_cell(cell, index)}"
        _find_regions(cell, where)
        if not cell.get("id"):
            raise ReleaseError(f"{where}: has no cell id; open the notebook in Jupyter and save it once")


def _find_regions(cell: NotebookNode, where: str) -> list[_Region]:
    """Return the marked regions of a cell; raises ReleaseError, which begins with `where`."""
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


def _describe_cell(cell: NotebookNode, index: int) -> str:
    return f"cell '{grade_id(cell)}'" if grade_id(cell) else f"cell {index + 1}"


@dataclass(frozen=True)
class _Line:
    """One line of a file or cell, with its white space collapsed, and where it stands."""

    text: str
    where: str


def leaks(course: Course, name: str, folder: Path | None = None) -> list[str]:
    """Return a sentence, with file, cell and line, for each thing that a release must not hold.

    - A line of a solution, of test_hidden.py or of answers.py, unless the author wrote the same
      line in test_public.py or in a part of the notebook that students get.
    - A whole solution repeated elsewhere: in the text, the public tests or another cell.
    - Saved outputs, and a cell that is not valid Python without its solution.

    Args:
        folder: the release to look at; by default the course's.
    """
    folder = folder or course.release(name)
    if not folder.is_dir():
        return [f"release/{name} is missing; run `proctor release {name}`"]
    source = read_source(course.source(name))
    answers = _solution_lines(name, source)
    public = {line.text for line in _file_lines(course.grader(name) / PUBLIC)}
    given = {line.text for line in _given_lines(source)} | public
    hidden = [line for file in SECRET for line in _file_lines(course.grader(name) / file)]
    secrets = [line for answer in answers for line in answer] + hidden
    secret = {line.text: line.where for line in secrets if _is_telling(line.text) and line.text not in given}
    computed = {line.text: line.where for line in hidden if _COMPUTED.search(line.text) and line.text not in public}

    found: list[str] = []
    for path in list_files(folder):
        file = f"release/{name}/{path.relative_to(folder).as_posix()}"
        if path.name in SECRET:
            found.append(f"{file}: this file never leaves graders/{name}/")
        elif path.suffix == ".ipynb":
            notebook = nbformat.read(path, as_version=4)
            found += _find_syntax_errors(file, notebook) + _find_leftovers(file, notebook)
            found += _find_secret_lines(_notebook_lines(file, notebook), secret | computed)
            for index, cell in enumerate(notebook.cells):
                if not is_solution(cell) or cell.cell_type != "code":
                    shortest = 1 if cell.cell_type == "markdown" else 2
                    found += _find_whole_answers(_cell_lines(file, cell, index), answers, shortest)
        else:
            lines = _file_lines(path, file)
            found += _find_secret_lines(lines, secret)
            found += [
                f"{line.where}: {line.text}: {module} never leaves graders/{name}/"
                for line in lines
                for module in _IMPORT.findall(line.text)
            ]
            if path.name == criteria_file(name):
                found += _find_whole_answers(lines, answers, 1) + _find_formulas(lines, answers)
    return list(dict.fromkeys(found))


def _solution_lines(name: str, source: NotebookNode) -> list[list[_Line]]:
    """Return the telling lines of each region that students do not get, a list for each region."""
    answers = []
    for index, cell in enumerate(source.cells):
        where = f"the solution in {_describe_cell(cell, index)}"
        regions = _find_regions(cell, f"source/{name}/{name}.ipynb, {_describe_cell(cell, index)}")
        if is_solution(cell) and not regions:
            regions = [_Region(0, len(cell.source.split("\n")))]
        for region in regions:
            lines = [_Line(_normalise(line), where) for line in cell.source.split("\n")[region.first : region.end]]
            answers.append([line for line in lines if _is_telling(line.text)])
    return [answer for answer in answers if answer]


def _given_lines(source: NotebookNode) -> Iterator[_Line]:
    """Yield the lines of the source notebook that students get."""
    for index, cell in enumerate(source.cells):
        regions = _find_regions(cell, _describe_cell(cell, index))
        if is_solution(cell) and not regions:
            continue
        for number, line in enumerate(cell.source.split("\n")):
            if not any(region.first <= number < region.end for region in regions):
                yield _Line(_normalise(line), _describe_cell(cell, index))


def _normalise(line: str) -> str:
    """Collapse the white space of a line."""
    return " ".join(line.split())


def _is_telling(line: str) -> bool:
    """Whether a line is so specific that it can only come from where it was found."""
    return len(line) >= _SHORTEST and not _TRIVIAL.fullmatch(line)


def _file_lines(path: Path, shown: str = "") -> list[_Line]:
    """Return the lines of a text file; none if it is missing or not UTF-8."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return []
    return [
        _Line(_normalise(line), f"{shown or path.name}, line {number}") for number, line in enumerate(lines, start=1)
    ]


def _cell_lines(file: str, cell: NotebookNode, index: int) -> list[_Line]:
    lines = enumerate(cell.source.split("\n"), start=1)
    return [_Line(_normalise(line), f"{file}, {_describe_cell(cell, index)}, line {number}") for number, line in lines]


def _notebook_lines(file: str, notebook: NotebookNode) -> list[_Line]:
    """Return every line of text in a notebook: in cells, and in strings of the metadata."""
    lines = [
        _Line(_normalise(line), f"{file}, metadata")
        for text in _strings(notebook.metadata)
        for line in text.split("\n")
    ]
    for index, cell in enumerate(notebook.cells):
        lines += _cell_lines(file, cell, index)
        where = f"{file}, {_describe_cell(cell, index)}, metadata"
        lines += [_Line(_normalise(line), where) for text in _strings(cell.metadata) for line in text.split("\n")]
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


def _find_secret_lines(lines: list[_Line], secret: dict[str, str]) -> list[str]:
    """Return a sentence for each of `lines` that is a key of `secret` (line → where it is from)."""
    return [
        f"{line.where}: a line of {secret[line.text]}: {_shorten(line.text)}" for line in lines if line.text in secret
    ]


def _find_whole_answers(lines: list[_Line], answers: list[list[_Line]], shortest: int) -> list[str]:
    """Return a sentence for each place where all lines of one answer follow each other.

    Args:
        lines: of the release; those that give nothing away are passed over.
        answers: the telling lines of each solution.
        shortest: how many lines an answer must have to be looked for.
    """
    specific = [line for line in lines if _is_telling(line.text)]
    found: list[str] = []
    for answer in answers:
        texts = [line.text for line in answer]
        starts = range(len(specific) - len(texts) + 1) if len(texts) >= shortest else ()
        found += [
            f"{specific[start].where}: tells all of {answer[0].where}: {_shorten(texts[0])}"
            for start in starts
            if [line.text for line in specific[start : start + len(texts)]] == texts
        ]
    return found


def _find_formulas(lines: list[_Line], answers: list[list[_Line]]) -> list[str]:
    """Return a sentence for each of `lines` that holds the expression of a one-line answer."""
    found = []
    for answer in answers:
        formula = re.sub(r"^(?:return |[\w, ]+ = )", "", answer[0].text)
        if len(answer) > 1 or len(formula) < _SHORTEST or not re.search(r"[(*/+@\[-]", formula):
            continue
        pattern = re.compile(rf"(?<![\w.]){re.escape(formula)}(?!\w)")
        found += [
            f"{line.where}: computes {answer[0].where}: {_shorten(formula)}"
            for line in lines
            if pattern.search(line.text)
        ]
    return found  # fmt: skip


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _find_leftovers(file: str, notebook: NotebookNode) -> list[str]:
    """Return a sentence for each widget state, output and execution count that was saved."""
    found = [f"{file}: widgets of an earlier run are saved in it"] if "widgets" in notebook.metadata else []
    for index, cell in enumerate(notebook.cells):
        if cell.get("outputs"):
            found.append(f"{file}, {_describe_cell(cell, index)}: its output is saved in it")
        if cell.get("execution_count") is not None:
            found.append(f"{file}, {_describe_cell(cell, index)}: an execution count is saved in it")
    return found


def _find_syntax_errors(file: str, notebook: NotebookNode) -> list[str]:
    """Return a sentence for each code cell that is not valid Python or IPython."""
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
            where = f"{file}, {_describe_cell(cell, index)}, line {line}"
            found.append(f"{where}: not valid Python once the solution is out: {reason}")
    return found  # fmt: skip
