"""Students' Git repositories, as a text file lists them: read without a working tree.

A bare clone runs no hook and no filter, follows no link and fetches no submodule: files are read
from Git's objects.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from proctor.errors import UnreadableSubmission
from proctor.intake.listing import MOST_FILES, HandedFile, Listing, is_hidden
from proctor.intake.platforms import Attempt, Person
from proctor.intake.submission import FILE_BYTES, read_file
from proctor.text import one_line

LIST_BYTES = 2**20
CLONE_SECONDS = 300.0
CLONE_BYTES = 1024 * 2**20
"""The most bytes that a file of a clone may have; Git puts a whole repository into one."""
_BETWEEN = re.compile(r"[\s,]")
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "LC_ALL": "C",
}


def clone_all(path: Path, into: Path) -> list[Attempt]:
    """Clone the repositories of a list, one after the other, each with its last commit alone.

    Args:
        path: the list; a line holds a student and an address or a local path, which is relative to
            the list's folder. Empty lines and lines that begin with "#" are passed by.
        into: an empty folder for the clones.

    Returns an attempt for each line; its time is that of the last commit. One that cannot be
    cloned is an attempt that is `refused`. Raises UnreadableSubmission if a line is none such.
    """
    try:
        text = read_file(path, LIST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSubmission(
            f"{path.name} is neither a folder, nor a zip file, nor a text that lists repositories"
        ) from error
    attempts = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        address = _BETWEEN.split(line.strip())[-1]
        student = line.strip().removesuffix(address).rstrip(", \t")
        if not student or not address:
            raise UnreadableSubmission(
                f"line {number} of {path.name} must hold a student and the address of a repository, "
                f"such as 'ada https://example.org/ada.git', got {line[:80]!r}"
            )
        attempt = Attempt([Person(student, (student,), student, student)])
        try:
            _clone(address, path.parent, into / str(number))
            attempt.files = _list_files(into / str(number))
            attempt.time = _read_commit_time(into / str(number))
        except UnreadableSubmission as error:
            attempt.refused = str(error)
        attempts.append(attempt)
    if not attempts:
        raise UnreadableSubmission(f"{path.name} lists no repository")
    return attempts


def _clone(address: str, base: Path, into: Path) -> None:
    local = (base / address).resolve()
    if local.exists():
        address = f"file://{local}"  # as a plain path, --depth would not count
    options = ["--bare", "--depth=1", "--single-branch", "--no-tags", "--template=", "--quiet"]
    try:
        _git(["-c", "core.hooksPath=/dev/null", "clone", *options, "--", address, str(into)])
    except UnreadableSubmission as error:
        raise UnreadableSubmission(f"{address} could not be cloned: {error}") from None


def _list_files(clone: Path) -> Listing:
    """The plain files of the last commit; a link or a submodule is listed, but cannot be read."""
    found: Listing = {}
    for entry in _git(["ls-tree", "-r", "-z", "-l", "HEAD"], clone).split(b"\0"):
        if not entry:
            continue
        told, _, name = entry.partition(b"\t")
        mode, _, object_name, size = told.split()
        path = os.fsdecode(name)
        if path.startswith("/"):
            raise UnreadableSubmission(f"it holds {path[:80]!r}, which leads out of the repository")
        if not is_hidden(path):
            found[path] = HandedFile(
                partial(_read, clone, path, mode.decode(), object_name.decode(), int(size) if size.isdigit() else 0)
            )
        if len(found) > MOST_FILES:
            raise UnreadableSubmission(f"the repository holds more than {MOST_FILES} files")
    return found


def _read(clone: Path, path: str, mode: str, name: str, size: int) -> bytes:
    """The content of the object `name`."""
    shown = path.split("/")[-1]
    if mode not in ("100644", "100755"):
        raise UnreadableSubmission(f"{shown} is not a plain file, but a link or a submodule")
    if size > FILE_BYTES:
        raise UnreadableSubmission(f"{shown} is larger than {FILE_BYTES // 2**20} MiB")
    return _git(["cat-file", "blob", name], clone)


def _read_commit_time(clone: Path) -> datetime:
    told = _git(["log", "-1", "--format=%ct", "HEAD"], clone)
    try:
        return datetime.fromtimestamp(int(told), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableSubmission("its last commit has no time that exists") from error


def _git(arguments: list[str], clone: Path | None = None) -> bytes:
    """What Git prints; raises UnreadableSubmission with what it complains about."""
    command = ["git", *(["--git-dir", str(clone)] if clone else []), *arguments]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=CLONE_SECONDS,
            env={**os.environ, **_ENVIRONMENT},
            preexec_fn=_bound_files,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableSubmission(f"it took longer than {CLONE_SECONDS:g} s") from error
    except FileNotFoundError as error:
        raise UnreadableSubmission("there is no program git on this machine") from error
    if done.returncode:
        complaints = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise UnreadableSubmission(one_line("; ".join(complaints[-3:]), 300) or f"git ended with {done.returncode}")
    return done.stdout


def _bound_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (CLONE_BYTES, CLONE_BYTES))
