"""Whose hand-in a file is: how learning platforms name what an instructor downloads from them."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from nbgrader.utils import parse_utc

from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import is_zip
from proctor.intake.listing import HandedFile, Listing

METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class Person:
    """A student, as a source names them.

    Args:
        shown: how the source writes it.
        ids: what may be an identifier or an address, compared with the roster's.
        name: the name, in either order; "" if there is none.
        id: the identifier to take where there is no roster; "" if the source has none of its own.
    """

    shown: str
    ids: tuple[str, ...] = ()
    name: str = ""
    id: str = ""


@dataclass
class Attempt:
    """What somebody handed in at one time.

    Args:
        people: whose it is: one student, or each of a group.
        files: path as the student named it → file.
        orders: path → a number that is larger for what was uploaded later; empty if none is told.
        time: when it was handed in; None if the source does not say.
        late: whether the source calls it late.
        account: the Unix account that handed it in; "" if the source does not tell.
        unmatched: why nobody can tell whose it is; "" otherwise.
        refused: why it cannot be had; "" otherwise.
    """

    people: list[Person]
    files: Listing = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    time: datetime | None = None
    late: bool = False
    account: str = ""
    unmatched: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Naming:
    """How a platform names files.

    Its groups: `file` (the student's own name for it), `name`, `id`, `title_id` (the assignment's
    title, "_" and an identifier), `exercise`, `time` (numbers with hyphens, on the platform's
    clock, or as nbgrader writes it), `order`, `late`, `anonymous` and `number` (which tells
    namesakes apart). Files that agree in all but
    `file` and `order` are one attempt. What a student can choose, the file's name, stands last: a
    pattern takes as little as it can for all that is before it.
    """

    platform: str
    pattern: re.Pattern[str]


# Sources: Moodle's mod/assign/classes/downloader.php, with folders or without, and the underscore
# that versions before 4 put before the slash; Blackboard's help on "Download assignments"; Canvas's
# lib/content_zipper.rb; nbgrader's exchange/default/submit.py, with a random string or not.
# What Moodle numbers is the participant in one assignment: no identifier.
EXCHANGE = Naming(
    "nbgrader's exchange",
    re.compile(
        r"(?P<name>(?P<id>[^/]+))\+(?P<exercise>[^/+]+)\+(?P<time>\d{4}-\d\d-\d\d [^/+]+)(\+[^/+]*)?/(?P<file>.+)"
    ),
)
NAMINGS = (
    EXCHANGE,
    Naming("Moodle", re.compile(r"(?P<name>[^/]+?)(_(?P<number>\d+))?_assignsubmission_[a-z]+(_?/|_)(?P<file>.+)")),
    Naming(
        "Blackboard",
        re.compile(r"(?P<title_id>[^/]+?_[^/]+?)_attempt_(?P<time>\d{4}(-\d\d){5})(_(?P<file>[^/]+)|\.txt)"),
    ),
    Naming("Canvas", re.compile(r"((?P<late>LATE)_)?anon_(?P<anonymous>[^/_]+)_(?P<order>\d+)_(?P<file>[^/]+)")),
    Naming(
        "Canvas",
        re.compile(
            r"(?P<name>[^/]+?)_((?P<late>LATE)_)?(?P<id>\d+)_((?P<order>\d+)_(?P<file>[^/]+)|(text|link)\.html)"
        ),
    ),
)
_TELLING = ("name", "id", "number", "title_id", "exercise", "time", "anonymous")
"""The groups that tell one attempt from another."""
FOLDERS = Naming("folders", re.compile(r"(?P<name>(?P<id>[^/]+))/(?P<file>.+)"))
_GRADESCOPE_FOLDER = re.compile(r"assignment_\d{1,20}_export")
_NUMBERED = re.compile(r"\d{1,20}_")
_RECEIPT = re.compile(r"\AName: (?P<name>.*) \((?P<id>[^()]+)\)\s*")
"""The first line of the text that Blackboard adds to each attempt. It is tried only once: `\\A`."""


def read_attempts(listing: Listing, names: list[str], clock: tzinfo) -> tuple[str, list[Attempt]]:
    """Sort files by who handed them in, and when.

    Args:
        listing: the files.
        names: the exercises of the course; a folder of such a name is no student's.
        clock: the time zone of times without one.

    Returns the platform that names files so ("folders" for a folder a student), and the attempts;
    work whose name fits no rule is an attempt that is `unmatched`. Raises UnreadableSubmission if
    Gradescope's metadata cannot be read, or the names may be those of two platforms.
    """
    top = _top_folder(listing)
    if top in names or _GRADESCOPE_FOLDER.fullmatch(top):
        listing = {path.split("/", 1)[1]: file for path, file in listing.items()}
    if METADATA in listing:
        return "Gradescope", _read_gradescope(listing)
    # A student can give a file a name that fits another platform, too. All names fit the right one.
    fits = Counter(
        platform
        for path in listing
        for platform in {naming.platform for naming in NAMINGS if naming.pattern.fullmatch(path)}
    )
    if not fits:
        return FOLDERS.platform, _read_names(listing, FOLDERS.platform, [FOLDERS], clock, tuple(names))
    (platform, most), *others = fits.most_common(2)
    if others and others[0][1] == most:
        raise UnreadableSubmission(f"these names may be those of {platform} or of {others[0][0]}: rename the files")
    namings = [naming for naming in NAMINGS if naming.platform == platform]
    return platform, _read_names(listing, platform, namings, clock, tuple(names))


def is_work(path: str) -> bool:
    """Whether a file is of a kind that is graded: a notebook, a model or a zip file."""
    return path.endswith((".ipynb", ".keras")) or is_zip(path)


def _top_folder(listing: Listing) -> str:
    """The one folder that holds all files; "" if there is no such."""
    tops = {path.split("/")[0] if "/" in path else "" for path in listing}
    return tops.pop() if len(tops) == 1 else ""


def _read_names(
    listing: Listing, platform: str, namings: list[Naming], clock: tzinfo, names: tuple[str, ...]
) -> list[Attempt]:
    attempts: dict[tuple[str | None, ...], Attempt] = {}
    strange = []
    for path, file in listing.items():
        match = next(filter(None, (naming.pattern.fullmatch(path) for naming in namings)), None)
        if match is None:
            if is_work(path):
                strange.append(Attempt([Person(path)], unmatched=f"its name is none that {_source(platform)} gives"))
            continue
        found = match.groupdict()
        key = tuple(found.get(group) for group in _TELLING)
        person = _person(found)
        if found.get("order") and _NUMBERED.match(found["file"] or "") and not found["file"].startswith(names):
            # A student's name may end in a number: "x_1_2_3_file" is of 1, or of 2 called "x_1".
            key, person = (path,), Person(path, (found.get("id") or "", found["order"]))
        attempt = attempts.get(key)
        if attempt is None:
            attempt = attempts[key] = Attempt([person], time=_read_time(found.get("time"), clock))
            attempt.late = bool(found.get("late"))
            attempt.account = file.account if platform == EXCHANGE.platform else ""
            if found.get("anonymous"):
                attempt.unmatched = "Canvas made the file without names; download it when names are shown"
            elif found.get("time") and not attempt.time:
                attempt.refused = "the time in its name does not exist"
        if found["file"] is None:  # Blackboard's receipt, or text typed into Canvas
            if found.get("title_id"):
                attempt.people = [_read_receipt(file, attempt.people[0], found["title_id"])]
            continue
        order = int(found.get("order") or 0)
        if order < attempt.orders.get(found["file"], 0):
            continue  # the same name again, uploaded earlier
        name = f"{found['exercise']}/{found['file']}" if found.get("exercise") else found["file"]
        attempt.files[name] = file
        if order:
            attempt.orders[name] = order
    return [*attempts.values(), *strange]


def _source(platform: str) -> str:
    return "a folder a student" if platform == FOLDERS.platform else platform


def _person(found: dict[str, str | None]) -> Person:
    """The student that a name tells."""
    name, number = found.get("name") or "", found.get("number")
    if title_id := found.get("title_id"):
        # Both parts may hold underscores: whatever stands behind one may be the identifier.
        parts = title_id.split("_")
        ids = tuple("_".join(parts[at:]) for at in range(1, len(parts)))
        return Person(title_id, ids, id=ids[0] if len(ids) == 1 else "")
    identifier = found.get("id") or ""
    told = identifier if identifier != name else ""
    shown = " ".join(filter(None, (name, f"({told})" if told else "", f"({number})" if number else "")))
    return Person(shown or (found.get("anonymous") or ""), (identifier,) if identifier else (), name, identifier)


def _read_receipt(file: HandedFile, person: Person, title_id: str) -> Person:
    """The student that Blackboard's text file names, if it fits the file's name."""
    lines = file.read()[:1000].decode("utf-8-sig", "replace").splitlines()
    match = _RECEIPT.fullmatch(lines[0]) if lines else None
    if match is None or not title_id.endswith(f"_{match['id']}"):
        return person
    return Person(f"{match['name']} ({match['id']})", (match["id"],), match["name"], match["id"])


def _read_time(text: str | None, clock: tzinfo) -> datetime | None:
    with suppress(ValueError, OverflowError):
        if " " in (text or ""):
            return parse_stamp((text or "").encode())
        return datetime.strptime(text or "", "%Y-%m-%d-%H-%M-%S").replace(tzinfo=clock).astimezone(UTC)
    return None


def parse_stamp(data: bytes) -> datetime | None:
    """The second in a `timestamp.txt` as nbgrader understands it; None if there is none in it."""
    try:
        text = data.decode("utf-8").strip()
        found: datetime | None = parse_utc(text).replace(microsecond=0, tzinfo=UTC) if text else None
    except (ValueError, OverflowError):
        return None
    return found


def _read_gradescope(listing: Listing) -> list[Attempt]:
    """The attempts that Gradescope's file of metadata lists: a folder each."""
    attempts = {}
    for folder, told in _read_yaml(listing[METADATA]).items():
        told = told if isinstance(told, dict) else {}
        submitters = told.get(":submitters")
        people = [_submitter(one) for one in submitters or [] if isinstance(one, dict)]
        attempt = attempts[str(folder)] = Attempt(people or [Person(str(folder))])
        attempt.time = _time_of(told.get(":created_at"))
        if not people:
            attempt.unmatched = f"{METADATA} names no student for it"
    strange: dict[str, Attempt] = {}
    for path, file in listing.items():
        folder, _, inner = path.partition("/")
        if inner and folder in attempts:
            attempts[folder].files[inner] = file
        elif is_work(path):
            strange[folder] = Attempt([Person(folder)], unmatched=f"{METADATA} does not name it")
    return [*attempts.values(), *strange.values()]


def _submitter(told: dict[str, Any]) -> Person:
    sid, email, name = (str(told.get(f":{key}") or "").strip() for key in ("sid", "email", "name"))
    ids = tuple(filter(None, (sid, email)))
    return Person(f"{name} ({', '.join(ids)})" if ids else name, ids, name, sid or email)


def _time_of(found: Any) -> datetime | None:
    if isinstance(found, dict):  # a time of Rails, written with its parts
        found = found.get("utc")
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            return None
    if not isinstance(found, datetime):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _read_yaml(file: HandedFile) -> dict[Any, Any]:
    """Read YAML with classes of Ruby in it, which are read as plain data."""
    import yaml

    # Which of the two loaders there is, is only known when it runs.
    class Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    def read_plainly(loader: Any, _: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Plain.add_multi_constructor("!", read_plainly)
    try:
        found = yaml.load(file.read(), Plain)  # noqa: S506  it is a SafeLoader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise UnreadableSubmission(f"{METADATA} cannot be read: {str(error)[:300]}") from error
    if not isinstance(found, dict):
        raise UnreadableSubmission(f"{METADATA} does not list submissions")
    return found
