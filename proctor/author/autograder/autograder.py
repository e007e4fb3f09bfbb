"""Classroom 50's runner runs this in the student's checkout: it installs Proctor and grades."""

import os
import subprocess
import sys
import venv
from pathlib import Path

bundle = Path(__file__).resolve().parent
environment = Path(os.environ.get("RUNNER_TEMP", bundle)) / "proctor"
if not environment.exists():
    venv.create(environment, with_pip=True)
    (wheel,) = bundle.glob("proctor-*.whl")
    install = ["install", "--quiet", "--constraint", str(bundle / "constraints.txt"), f"{wheel}[grading]"]
    subprocess.run([environment / "bin" / "pip", *install], check=True)
student = os.environ.get("OWNER") or os.environ["USERNAME"]
where = ["--course", str(bundle / "course"), "--student", student, "--classroom50", "result.json"]
done = subprocess.run([environment / "bin" / "proctor", "ci", "EXERCISE", *where], check=False)
sys.exit(done.returncode)
