"""The lines of the table in docs/performance.md, and how a benchmark hands them on, as JSON."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Args:
        what: what is measured.
        measured: the result, with its unit.
        beside: the same of another tool, or the least that is possible.
        wanted: the target, set before measuring; "" if there was none.
        met: whether the target is met.
    """

    what: str
    measured: str
    beside: str = ""
    wanted: str = ""
    met: bool = True


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add the option `--rows FILE`, which says where to write the lines."""
    parser.add_argument("--rows", type=Path, help="also write what was measured into this file, as JSON")


def write(path: Path | None, rows: list[Row]) -> None:
    """Write the lines to `path`, unless it is None."""
    if path is not None:
        path.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """Read the lines that a benchmark wrote to `path`."""
    return [Row(**found) for found in json.loads(path.read_text(encoding="utf-8"))]
