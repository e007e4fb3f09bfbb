"""A warm fork server (`proctor grade --keep-warm`) for as long as something is measured."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def warm_server(course: Path, student: str) -> Iterator[None]:
    """Grade `student` with `--keep-warm`; the fork server that this leaves ends with the block."""
    command = [
        sys.executable,
        "-m",
        "proctor",
        "grade",
        "--student",
        student,
        "--again",
        "--quiet",
        "--keep-warm",
        "60",
    ]
    subprocess.run(command, cwd=course, check=True, capture_output=True)
    try:
        yield
    finally:
        os.kill(json.loads((course / ".proctor" / "server.json").read_text())["keeper"], signal.SIGTERM)
