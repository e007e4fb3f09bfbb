"""Who follows docs/first_exercise.md ends with a proven grader, and reads what the page shows."""

import re
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

PAGE = Path(__file__).parents[2] / "docs" / "first_exercise.md"
SECONDS = re.compile(r" +\(?\d+(\.\d)? s\)?$")


def test_every_step_of_the_first_exercise(tmp_path):
    """Commands exit with 1 where the page shows a finding, else with 0, and print what it shows."""
    blocks = [(token.info, token.content) for token in MarkdownIt().parse(PAGE.read_text()) if token.type == "fence"]
    followers = [*blocks[1:], ("", "")]
    for (info, content), (next_info, shown) in zip(blocks, followers, strict=True):
        language, _, file = info.partition(" ")
        if language == "sh":
            shown = shown if next_info == "text" else ""
            run_commands(content.splitlines(), shown.splitlines(), tmp_path)
        elif file:
            with (tmp_path / file).open("a") as end:
                end.write(f"\n\n{content}")
        elif language == "python":
            subprocess.run([sys.executable, "-c", content], cwd=tmp_path, check=True)
    assert (tmp_path / "graders" / "softmax" / "proof.json").exists()
    assert "-np.log" not in (tmp_path / "release" / "softmax" / "softmax.ipynb").read_text()


def run_commands(commands, shown, folder):
    """Run `commands` in `folder`, and compare what they print with the lines that are `shown`."""
    printed = []
    for command in commands:
        words = [sys.executable, "-m", *command.split()]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        assert done.returncode == any("✗" in line for line in shown), done.stdout + done.stderr
        printed += [SECONDS.sub("", line) for line in done.stdout.splitlines()]
    assert [line for line in shown if line not in printed] == []
