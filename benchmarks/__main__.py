"""Measure everything in docs/performance.md, and write its table: `python -m benchmarks`.

With a name, as in `python -m benchmarks models`, only that benchmark is run, and the table's other
lines stay. The exit code is 1 if a benchmark's is, which means that a mark was wrong. A target that
is missed does not change the exit code; the table says so.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.grade_class.__main__ import describe_machine
from benchmarks.rows import Row, read

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- end -->"
HEAD = ("benchmark", "what", "measured", "beside", "wanted", "")
RUNS = {
    "trained": ["grade_class", "--submissions", "60"],
    "drawn": ["grade_class", "--submissions", "60", "--ending", "drawn"],
    "built": ["grade_class", "--submissions", "60", "--ending", "built"],
    "models": ["models"],
    "numpy_class": ["numpy_class"],
    "many": ["many"],
    "cluster": ["cluster"],
    "gradebook": ["gradebook"],
    "kills": ["kills"],
}


def main() -> int:
    """Run the benchmarks; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"all, or some of {', '.join(RUNS)}")
    names = parser.parse_args().names or list(RUNS)
    if unknown := sorted(set(names) - RUNS.keys()):
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    failed = False
    for name in names:
        with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
            file = Path(folder, "rows.json")
            module, *options = RUNS[name]
            command = [sys.executable, "-m", f"benchmarks.{module}", *options, "--rows", str(file)]
            failed |= subprocess.run(command, check=False).returncode != 0
            if file.exists():
                put(name, read(file))
    return int(failed)


def put(name: str, rows: list[Row]) -> None:
    """Replace a benchmark's lines in docs/performance.md by `rows`, and note the machine."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    earlier = [line for line in table.splitlines() if line.startswith("| `")]
    lines = {which: [line for line in earlier if line.startswith(f"| `{which}`")] for which in RUNS}
    lines[name] = [_line((f"`{name}`", *_cells(row))) for row in rows]
    text = [f"On {describe_machine()}.", "", _line(HEAD), _line(("---",) * len(HEAD))]
    text += [line for which in RUNS for line in lines[which]]
    PAGE.write_text("\n".join([before + BEGIN, *text, END + after]), encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    met = ("✓" if row.met else "✗") if row.wanted else ""
    return row.what, row.measured, row.beside, row.wanted, met


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
