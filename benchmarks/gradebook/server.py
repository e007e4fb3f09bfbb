"""A PostgreSQL server for as long as a test or a measurement needs one."""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "s3cret-of-the-gradebook"


def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`, of the newest version; None if not installed."""
    places = [*sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=_version, reverse=True), *os.get_exec_path()]
    return next((Path(place) for place in places if Path(place, "initdb").is_file()), None)


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """Run a PostgreSQL server; yield the URL of its one database.

    It is reached through a Unix socket, with a password.

    Args:
        settings: of the server, such as `fsync="off"`.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("no PostgreSQL here; Debian, Ubuntu: apt-get install postgresql")
    folder = Path(
        tempfile.mkdtemp(prefix="proctor-postgresql-", dir="/tmp")
    )  # a Unix socket's path has at most 107 bytes
    try:
        owner = _owner(folder)
        password, data = folder / "password", folder / "data"
        password.write_text(PASSWORD)
        access = ["-U", "teacher", "-A", "scram-sha-256", f"--pwfile={password}"]
        _as(owner, [found / "initdb", "-D", data, "-E", "UTF8", "-N", *access])
        configured = {"listen_addresses": "", "unix_socket_directories": str(folder), **settings}
        options = " ".join(f"-c {name}='{value}'" for name, value in configured.items())
        control: list[str | Path] = [found / "pg_ctl", "-D", data, "-w", "-t", "60"]
        _as(owner, [*control, "-l", folder / "log", "-o", options, "start"])
        try:
            yield f"postgresql://teacher:{PASSWORD}@/postgres?host={folder}"
        finally:
            _as(owner, [*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _version(place: str) -> float:
    return float(Path(place).parent.name)


def _owner(folder: Path) -> str | None:
    """Return the user to run the server as, now owner of `folder`; None if we are not root.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            os.chown(folder, pwd.getpwnam(name).pw_uid, -1)
            return name
        except KeyError:
            continue
    raise FileNotFoundError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _as(owner: str | None, command: list[str | Path]) -> None:
    done = subprocess.run(
        command,
        user=owner,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        timeout=120,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name}: {done.stderr}")
