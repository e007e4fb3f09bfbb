"""`proctor pack`: what a student sees of it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from proctor.cli.checking import warn_of_overwriting
from proctor.errors import NotPacked
from proctor.feedback.table import number
from proctor.judge.fresh_run import FreshRun, run_afresh
from proctor.judge.packing import HandIn, Model, points_to_come, read_hand_in, read_model, write_zip
from proctor.text import as_sentence, plain


def pack_notebook(console: Console, path: Path) -> bool:
    """Run a notebook and pack it with its model files; returns whether there is a zip file.

    Args:
        console: where to print.
        path: the notebook's file.
    """

    def say(sentence: str, style: str | None = None) -> None:
        console.print(plain(sentence), style=style, markup=False, highlight=False, soft_wrap=True)

    hand_in = None
    try:
        hand_in = read_hand_in(path)
        artifacts = hand_in.assignment.artifacts
        say(f"{path.name}, as it was last saved, runs from top to bottom in a fresh process.")
        warn_of_overwriting(console, path, artifacts.values())
        say("")
        run = run_afresh(path)
        models = {file: read_model(hand_in, name, file, run) for name, file in artifacts.items()}
        size = write_zip(hand_in, models)
    except NotPacked as error:
        say(f"Not packed. {as_sentence(error)}", "red")
        if hand_in is not None and hand_in.zip.exists():
            say(f"{hand_in.zip.name} is from an earlier time: do not hand it in.", "red")
        return False
    for sentence in _describe(hand_in, run, models, size):
        say(sentence)
    for doubt in _list_doubts(run, models):
        say(f"But: {as_sentence(doubt)}", "yellow")
    say(f"Hand in {hand_in.zip}")
    return True


def _describe(hand_in: HandIn, run: FreshRun, models: dict[str, Model], size: int) -> list[str]:
    """What is in the zip, and what it is worth so far."""
    lines = [f"{hand_in.zip.name} has {_format_bytes(size)} and holds"]
    files = {f"{hand_in.assignment.name}.ipynb": (len(hand_in.data), "the notebook, as it was last saved")}
    files |= {file: (len(model.data), f"the model: {model.remark}") for file, model in models.items()}
    width = max(map(len, files))
    lines += [f"  {name.ljust(width)}  {_format_bytes(count):>9}  {what}" for name, (count, what) in files.items()]
    if run.ended:
        return lines
    worth, earned = sum(run.points.values()), sum(run.earned.values())
    lines.append(f"The checks give {number(earned)} of {number(worth)} points.")
    for who, groups in points_to_come(hand_in.notebook, run):
        if groups:
            named = ", ".join(f"{group} {number(left)}" for group, left in groups.items())
            lines.append(f"{number(sum(groups.values()))} more are {who}: {named}.")
    if run.owner:
        lines.append(f"It was worked with the numbers of {run.owner}: hand in under that name.")
    return lines


def _list_doubts(run: FreshRun, models: dict[str, Model]) -> list[str]:
    """What a student may want to mend before handing in."""
    doubts = [run.ended, *(model.doubt for model in models.values())]
    if run.owner == "":
        doubts.append("your identifier is missing: type it where the notebook asks for it, save and pack again")
    if unmet := [group for group in run.points if run.earned[group] < run.points[group]]:
        doubts.append(f"not all checks are met ({', '.join(unmet)})")
    doubts += run.remarks
    return [doubt for doubt in doubts if doubt]


def _format_bytes(count: int) -> str:
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
