"""Find the files of data sets: in the Keras cache, at public addresses, in Proctor's cache."""

from __future__ import annotations

import functools
import os
import re
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

# The exceptions that reading a damaged file may raise.
UNREADABLE = (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile, zlib.error)

ANSWER_SECONDS = 2.0  # seconds within which a public address must answer
UNPACKED_LIMIT = 2**30  # bytes

_unreachable: set[str] = set()  # hosts that did not answer; they are not asked again


def keras_cache() -> Path:
    """Return the folder where Keras keeps data sets."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "datasets"


def proctor_cache() -> Path:
    """Return the user's cache folder for Proctor, which may be missing or read-only."""
    if chosen := os.environ.get("PROCTOR_CACHE"):
        return Path(chosen).expanduser()
    import pooch

    return Path(pooch.os_cache("proctor"))


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """Return the file or folder `name` of Proctor's cache; if it is missing, call `make(path)`.

    If the cache is not writable, it is made in a temporary folder, which is removed when this
    process ends.
    """
    path = proctor_cache() / name
    if os.path.exists(path):
        return path
    if not _is_writable(path.parent):
        path = Path(_temporary_folder().name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with draft(path) as new:
            make(new)
    return path


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """A block that only one thread or process at a time is in, by flock(2) of the file `path`.

    The file is its owner's alone: whoever can open it can keep all others waiting. Where there is
    no flock (Windows), several may be in the block.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; it is renamed to `path` if the block succeeds.

    If another process has made a folder at `path` meanwhile, that folder stays.
    """
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=path.parent) as folder:
        new = Path(folder) / path.name
        yield new
        try:
            os.replace(new, path)
        except OSError:
            if not path.is_dir():
                raise


def download(url: str, sha256: str, name: str) -> Path | None:
    """Return the cached file `name`, which is downloaded from `url` once; None if that fails.

    With `PROCTOR_OFFLINE=1` it is never downloaded.
    """

    def fetch(path: Path) -> None:
        import pooch

        pooch.get_logger().setLevel("WARNING")  # its messages name folders of this machine
        downloader = pooch.HTTPDownloader(timeout=5)
        pooch.retrieve(url, f"sha256:{sha256}", fname=path.name, path=path.parent, downloader=downloader)

    cached_name = os.path.join("downloads", name)
    if not os.path.isfile(proctor_cache() / cached_name) and not _reachable(url):
        return None
    try:
        return cached(cached_name, fetch)
    except (OSError, ValueError):  # the network or the disk failed, or the checksum differs
        _unreachable.add(_host(url))
        return None


def offline() -> bool:
    """Whether `PROCTOR_OFFLINE` forbids the use of the network."""
    return os.environ.get("PROCTOR_OFFLINE", "0") not in ("", "0")


def unpack(archive: Path, folder: Path, member: str) -> None:
    """Unpack into `folder` the files of a zip whose full name matches the pattern `member`.

    Raises ValueError if there is none, or if their sizes sum to more than `UNPACKED_LIMIT`.
    """
    with zipfile.ZipFile(archive) as packed:
        files = [info for info in packed.infolist() if re.fullmatch(member, info.filename)]
        if not files:
            raise ValueError("it holds none of the expected files")
        if sum(info.file_size for info in files) > UNPACKED_LIMIT:
            raise ValueError("unpacked, it would be larger than 1 GB")
        for info in files:
            packed.extract(info, folder)


def _reachable(url: str) -> bool:
    """Whether `url` answers in time; this process asks a host that did not only once."""
    if offline() or _host(url) in _unreachable:
        return False
    import pooch

    downloader = pooch.HTTPDownloader(timeout=ANSWER_SECONDS)
    answers: list[bool] = []

    def ask() -> None:
        with suppress(OSError):  # the base class of all network errors
            answers.append(downloader(url, None, None, check_only=True))

    # In a thread, because the DNS look-up has no timeout.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    if not any(answers):
        _unreachable.add(_host(url))
    return any(answers)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return this process's temporary folder, which is removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="proctor-")
