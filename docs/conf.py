"""The site that `make site` builds from these pages into build/site/."""

import inspect
import sys
from collections import defaultdict
from pathlib import Path

import typer
from sphinx.application import Sphinx

import proctor
from proctor.author.index_page import read_tracks
from proctor.cli.commands import application
from proctor.course.course import Course

HERE = Path(__file__).parent

project = "Proctor"
author = copyright = "The Proctor authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["ci"]
myst_heading_anchors = 4
autodoc_typehints = "none"  # the types are in the signature
napoleon_custom_sections = ["Raises"]
default_role = "code"  # docstrings have code in single backticks
html_theme = "furo"
html_title = "Proctor"
html_copy_source = False

CONTENTS = """
```{toctree}
:hidden:
:caption: For
students
instructors
authors
first_exercise
architecture
```
```{toctree}
:hidden:
:caption: To look up
made/exercises
made/commands
made/reference
security
performance
made/contributing
made/changelog
```
"""


def setup(app: Sphinx) -> None:
    """Make the pages that follow from other files, and give the first page its list of pages."""
    made = HERE / "made"
    made.mkdir(exist_ok=True)
    pages = {
        "exercises": list_exercises(Course(HERE.parent)),
        "commands": describe_commands(),
        "reference": list_names(),
        "contributing": from_root("CONTRIBUTING.md"),
        "changelog": from_root("CHANGELOG.md"),
    }
    for name, text in pages.items():
        (made / f"{name}.md").write_text(text, encoding="utf-8")
    app.connect("source-read", add_contents)


def add_contents(_app: Sphinx, page: str, source: list[str]) -> None:
    """Append the list of all pages, which GitHub would show as code, to the first one."""
    if page == "index":
        source[0] += CONTENTS


def from_root(name: str) -> str:
    """A page that lies beside `docs/`, with its links as they are from `docs/made/`."""
    text = (HERE.parent / name).read_text(encoding="utf-8")
    for there, here in (("docs/", "../"), ("SECURITY.md", "../security.md"), ("CHANGELOG.md", "changelog.md")):
        text = text.replace(f"]({there}", f"]({here}")
    return text


def list_exercises(course: Course) -> str:
    """The page on all exercises, as their own files describe them."""
    lines = ["# Exercises", ""]
    for track, entries in read_tracks(course).items():
        lines += [f"## {track}", ""]
        for entry in entries:
            declared = entry.declared
            facts = [
                f"`{declared.name}`",
                f"{entry.points:g} points",
                "hands in " + ", ".join(["the notebook", *(f"`{file}`" for file in declared.artifacts.values())]),
                f"data set `{declared.dataset}`" if declared.dataset else "",
            ]
            written = ", ".join(f"`{name}`" for name in entry.written)
            lines += [f"### {declared.title}", "", " · ".join(filter(None, facts)), "", entry.opening.strip(), ""]
            lines += [f"You write {written}.", ""] if written else []
    return "\n".join(lines)


def describe_commands() -> str:
    """The page on all commands, as `--help` describes them."""
    group = typer.main.get_command(application)
    lines = ["# Commands", ""]
    for name, command in group.commands.items():
        context = typer.Context(command, info_name=f"proctor {name}")
        lines += [f"## proctor {name}", "", escape(inspect.cleandoc(command.help)), ""]
        lines += ["```", command.epilog.removeprefix("For example: "), "```", ""]
        parameters = [parameter for parameter in command.params if parameter.name != "help"]
        if parameters:
            lines += ["| | |", "|---|---|"]
        for parameter in parameters:
            option, text = parameter.get_help_record(context) or (parameter.human_readable_name, parameter.help)
            lines.append(f"| `{option}` | {escape(' '.join(str(text).split()))} |")
        lines.append("")
    return "\n".join(lines)


def escape(text: str) -> str:
    """Text in which Markdown sees no HTML, and a table no column."""
    return text.replace("<", "&lt;").replace("|", "\\|")


def find_module(name: str) -> str:
    """The module that a public name comes from, that of a constant, too."""
    thing = getattr(proctor, name)
    return getattr(thing, "__module__", None) or next(
        module
        for module, loaded in sys.modules.items()
        if module.startswith("proctor.") and vars(loaded).get(name) is thing
    )


def list_names() -> str:
    """The page on what notebooks and graders import from `proctor`, with its docstrings."""
    modules = defaultdict(list)
    for name in proctor.__all__:
        thing = getattr(proctor, name)
        if not inspect.ismodule(thing):
            modules[find_module(name)].append(name)
    lines = ["# Names that graders and notebooks import", "", "All of it is `from proctor import …`.", ""]
    for module, names in sorted(modules.items()):
        title, _, _ = (sys.modules[module].__doc__ or "").partition("\n")
        lines += [f"## {module.rpartition('.')[2].capitalize()}", "", title, ""]
        for name in names:
            if callable(getattr(proctor, name)):
                kind = "autoexception" if name == "CriterionFailed" else "autofunction"
                directive = [f".. {kind}:: proctor.{name}"]
            else:  # the docstring of a constant stands only where it is defined
                directive = [f".. autodata:: {module}.{name}", "   :no-value:"]
            lines += ["```{eval-rst}", *directive, "```", ""]
    return "\n".join(lines)
