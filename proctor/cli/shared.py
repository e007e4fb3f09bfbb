"""What several commands share: the console, arguments and options."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

console = Console(emoji=False)

Name = Annotated[str, typer.Argument(help="The name of the exercise, like mnist_callback.")]
Names = Annotated[list[str] | None, typer.Argument(help="The exercises; all of them by default.")]
Students = Annotated[list[str] | None, typer.Option("--student", help="Only these students.")]
Jobs = Annotated[int, typer.Option(help="How many at once; 0 for one on each processor.")]
