"""The commands; `main` is what the program `proctor` calls."""

from proctor.cli.commands import main

__all__ = ["main"]
