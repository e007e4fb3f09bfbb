"""The lines of docs/performance.md: what was measured, beside its peer or its floor, and what was wanted."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A line.

    Args:
        beside: what the peer takes, or what cannot be gone below.
        wanted: the target, as it was set before; "" if there was none.
        met: whether it is met.
    """

    what: str
    measured: str
    beside: str = ""
    wanted: str = ""
    met: bool = True


def add_option(parser: argparse.ArgumentParser) -> None:
    """The option by which a benchmark is told where to write its lines."""
    parser.add_argument("--rows", type=Path, help="also write what was measured into this file, as JSON")


def write(path: Path | None, rows: list[Row]) -> None:
    """Write the lines, if there is a file to write them to."""
    if path is not None:
        path.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """The lines that a benchmark has written."""
    return [Row(**found) for found in json.loads(path.read_text(encoding="utf-8"))]
