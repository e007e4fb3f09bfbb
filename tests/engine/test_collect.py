"""`proctor collect`: hand-ins from learning platforms, folders and repositories."""

from __future__ import annotations

import getpass
import io
import os
import re
import stat
import struct
import subprocess
import sys
import zipfile

import nbformat
import pytest
from conftest import edited, solution_notebook
from nbgrader.api import Gradebook

from proctor.errors import UnreadableSubmission
from proctor.intake.handed_zip import make_zip
from proctor.intake.listing import list_source
from proctor.record.nbgrader_course import make_gradebook, private_url

NOTEBOOK = nbformat.writes(solution_notebook()).encode()
OTHER = nbformat.writes(edited(solution_notebook(), "write_relu", "relu = abs")).encode()
CLASS = {
    "ada": ("Ada", "King", "ada@example.org", "101"),
    "bob": ("Bob", "Noyce", "bob@example.org", "102"),
    "cy": ("Cyrielle", "Müller", "cy@example.org", "103"),
    "dan1": ("Dan", "Roe", "dan1@example.org", "104"),
    "dan2": ("Dan", "Roe", "dan2@example.org", "105"),
}


@pytest.fixture
def roster(course):
    """Five students in the gradebook, two of one name."""
    url = private_url(course, make=True)
    make_gradebook(url)
    with Gradebook(url) as book:
        for student, (first, last, email, lms) in CLASS.items():
            book.add_student(student, first_name=first, last_name=last, email=email, lms_user_id=lms)


@pytest.fixture
def collect(proctor):
    """Runs `proctor collect`; gives its table, (student, exercise) → (status, note), and text."""

    def run(source, *options, code=0):
        done = proctor("collect", str(source), *options, code=code)
        rows, table = [], done.stdout + done.stderr
        for line in table.splitlines():
            if line.startswith("│"):
                cells = [cell.strip() for cell in line.strip("│").split("│")]
                if cells[2]:
                    rows.append(cells)
                else:  # the rest of the row above
                    rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], cells, strict=True)]
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}, " ".join(table.split())

    return run


def write_zip(path, files):
    """A zip file as platforms make it: folders have no members of their own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def put(course):
    """Path in submitted/ → content of every file there."""
    top = course.root / "submitted"
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def test_a_download_from_canvas(course, roster, collect, tmp_path):
    """Files are those of the students whose LMS id they name; what was uploaded last counts, under
    its own name; late work without a time is pointed out, and twice is the same as once."""
    source = write_zip(
        tmp_path / "submissions.zip",
        {
            "kingada_101_9001_double.ipynb": OTHER,
            "kingada_101_9007_double-1.ipynb": NOTEBOOK,
            "kingada_101_9002_double-1.ipynb": OTHER,
            "kingada_101_9008_double-1.keras": b"weights",
            "noycebob_LATE_102_9003_My work.ipynb": NOTEBOOK,
            "roedan_999_9004_double.ipynb": NOTEBOOK,
            "kingada_102_9005_double.ipynb": OTHER,
            "anon_a1b2c_9006_double.ipynb": NOTEBOOK,
            "müllercyrielle_103_text.html": b"<p>I have a question</p>",
            "notes.ipynb": NOTEBOOK,
        },
    )
    rows, said = collect(source, code=1)
    assert rows["ada", "double"] == ("new", "left out: double.ipynb")
    status, note = rows["bob", "double"]
    assert status == "new"
    assert "late, but the source tells no time" in note
    assert rows["roedan (999)", ""] == ("not matched", "it may be dan1 or dan2: the name fits each of them")
    assert rows["kingada (102)", ""] == ("not matched", "the id is that of bob, but the name that of ada")
    assert rows["a1b2c", ""][0] == "not matched"
    assert rows["cy", ""] == ("refused", "it holds no files")
    assert rows["notes.ipynb", ""] == ("not matched", "its name is none that Canvas gives")
    assert "2 new" in said
    files = put(course)
    assert files == {
        "ada/double/double.ipynb": NOTEBOOK,
        "ada/double/double.keras": b"weights",
        "bob/double/My work.ipynb": NOTEBOOK,
    }
    rows, _ = collect(source, code=1)
    assert rows["ada", "double"][0] == rows["bob", "double"][0] == "unchanged"
    earlier = write_zip(tmp_path / "earlier.zip", {"kingada_101_9001_double.ipynb": OTHER})
    assert collect(earlier)[0] == {("ada", "double"): ("older", "what is there was uploaded later")}
    assert put(course) == files


def test_a_download_from_moodle(course, roster, collect, tmp_path):
    """Students are known by their full names in either order, with or without accents; the number
    in Moodle's names is no id, and of two students with one name none is chosen."""
    source = write_zip(
        tmp_path / "double.zip",
        {
            "Ada King_101_assignsubmission_file/double.ipynb": NOTEBOOK,
            "Noyce Bob_102_assignsubmission_file_/double.ipynb": NOTEBOOK,
            "Cyrielle Muller_103_assignsubmission_file_double.ipynb": NOTEBOOK,
            "Cyrielle Muller_103_assignsubmission_onlinetext_onlinetext.html": b"see the file",
            "Dan Roe_104_assignsubmission_file/double.ipynb": NOTEBOOK,
            "Participant_105_assignsubmission_file/double.ipynb": NOTEBOOK,
        },
    )
    rows, _ = collect(source, code=1)
    assert {key: status for key, (status, _) in rows.items()} == {
        ("ada", "double"): "new",
        ("bob", "double"): "new",
        ("cy", "double"): "new",
        ("Dan Roe (104)", ""): "not matched",
        ("Participant (105)", ""): "not matched",
    }
    assert sorted(put(course)) == [f"{student}/double/double.ipynb" for student in ("ada", "bob", "cy")]


def test_a_plain_nbgrader_assignment(course, roster, collect, tmp_path):
    """All files that lie beside its notebooks are put there; a zip file is refused, since what
    grades these assignments opens none."""
    (course.root / "source/ps1").mkdir()
    (course.root / "source/ps1/problem1.ipynb").write_bytes(NOTEBOOK)
    source = write_zip(
        tmp_path / "ps1.zip",
        {
            "Ada King_1_assignsubmission_file/problem1.ipynb": NOTEBOOK,
            "Ada King_1_assignsubmission_file/data/table.csv": b"1,2",
            "Bob Noyce_2_assignsubmission_file/all.zip": make_zip({"problem1.ipynb": NOTEBOOK}),
        },
    )
    rows, _ = collect(source, code=1)
    assert rows["ada", "ps1"] == ("new", "")
    assert "has no grader that opens zip files" in rows["bob", ""][1]
    assert put(course) == {"ada/ps1/problem1.ipynb": NOTEBOOK, "ada/ps1/data/table.csv": b"1,2"}


SPOOFS = {
    "a file named like an attempt of another": {
        "Double_bob_attempt_2026-01-05-10-11-12_ada_attempt_2026-01-06-10-11-12_double.ipynb": OTHER,
    },
    "a name that ends in the number of another": {"kingada_101_102_9001_double.ipynb": OTHER},
    "two of one name, of whom the roster has one": {
        "Ada King_1_assignsubmission_file/double.ipynb": NOTEBOOK,
        "Ada King_2_assignsubmission_file/double.ipynb": OTHER,
    },
    "a file named as on another platform": {
        "noycebob_102_9001_x_ada_attempt_2026-01-06-10-11-12_double.ipynb": OTHER,
        "noycebob_102_9002_double.keras": b"",
    },
    "only files named as on another platform": {
        "Double_bob_attempt_2026-01-06-10-11-12_kingada_101_9001_double.ipynb": OTHER
    },
    "metadata like Gradescope's, on Moodle": {
        "Bob Noyce_1_assignsubmission_file/submission_metadata.yml": b"sub: {':submitters': [{':sid': '101'}]}",
        "Bob Noyce_1_assignsubmission_file/sub/double.ipynb": OTHER,
    },
    "other metadata than Gradescope's own": {
        "submission_1/submission_metadata.yml": b"submission_1: {':submitters': [{':sid': '101', ':name': Ada}]}",
        "submission_1/double.ipynb": OTHER,
        "submission_metadata.yml": b"submission_1: {':submitters': [{':sid': '102', ':name': Bob}]}",
    },
}


@pytest.mark.parametrize("trick", SPOOFS)
def test_nobody_can_hand_in_for_somebody_else(course, roster, collect, tmp_path, trick):
    """What students can choose, names of files and perhaps their own, makes no hand-in another's:
    it is the right student's, or nobody's until the instructor has looked."""
    collect(write_zip(tmp_path / "all.zip", SPOOFS[trick]), code=None)
    assert not [path for path in put(course) if path.startswith("ada/")]


METADATA = """
submission_1:
  :submitters:
  - :name: Ada King
    :sid: '101'
    :email: ADA@example.org
  - :name: Robert Noyce
    :sid:
    :email: bob@example.org
  :created_at: {}
  :score: 3.0
  :results: {{tests: [{{name: a, output: "!ruby/object:X"}}]}}
submission_2:
  :submitters:
  - :name: Nobody
    :sid: '999'
    :email: nobody@example.org
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-01-05 09:00:00.000000000 Z
    time: 2026-01-05 01:00:00.000000000 Z
"""


def test_an_export_from_gradescope(course, roster, collect, tmp_path):
    """Each of a group has the hand-in with its time; a newer export replaces it, an older one does
    not; a time that a student wrote is not believed."""

    def export(created, notebook, model=None):
        files = {
            "submission_metadata.yml": METADATA.format(created).encode(),
            "submission_1/hw/double.ipynb": notebook,
            "submission_1/hw/timestamp.txt": b"2020-01-01 00:00:00 UTC",
            "submission_2/double.ipynb": NOTEBOOK,
        }
        if model:
            files["submission_1/hw/double.keras"] = model
        return write_zip(tmp_path / "export.zip", {f"assignment_7_export/{name}": data for name, data in files.items()})

    rows, _ = collect(export("2026-01-05 02:10:11.123456000 -08:00", OTHER, b"old"), code=1)
    assert rows["ada", "double"][0] == rows["bob", "double"][0] == "new"
    assert rows["Nobody (999, nobody@example.org)", ""][0] == "not matched"
    assert put(course)["ada/double/timestamp.txt"] == b"2026-01-05 10:10:11 UTC\n"
    assert put(course)["bob/double/double.keras"] == b"old"

    rows, _ = collect(export("2026-01-06 10:00:00.000000000 Z", NOTEBOOK), code=1)
    assert rows["ada", "double"][0] == "replaced"
    files = put(course)
    assert sorted(files) == [
        f"{who}/double/{file}" for who in ("ada", "bob") for file in ("double.ipynb", "timestamp.txt")
    ]
    assert files["ada/double/timestamp.txt"] == b"2026-01-06 10:00:00 UTC\n"

    rows, _ = collect(export("2026-01-05 02:10:11.123456000 -08:00", OTHER), code=1)
    assert rows["ada", "double"] == ("older", "what is there is of 2026-01-06 10:00:00 UTC")
    assert put(course) == files


def test_a_download_from_blackboard(course, roster, collect, tmp_path):
    """The newest attempt counts, with its time on the platform's clock; titles and user names may
    hold underscores, and the text file that Blackboard adds tells whose it is."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + '\nc.Exchange.timezone = "Europe/Berlin"\n')
    source = write_zip(
        tmp_path / "gradebook.zip",
        {
            "Week_1 Double_ada_attempt_2026-07-05-10-11-12.txt": b"Name: Ada King (ada)\nAssignment: Week_1 Double\n",
            "Week_1 Double_ada_attempt_2026-07-05-10-11-12_double.ipynb": NOTEBOOK,
            "Week_1 Double_ada_attempt_2026-07-04-23-00-00_double.ipynb": OTHER,
            "Week_1 Double_ada_attempt_2026-07-04-23-00-00_double.keras": b"old",
            "Week_1 Double_b_noyce_attempt_2026-01-05-10-11-12.txt": b"Name: Bob Noyce (b_noyce)\n",
            "Week_1 Double_b_noyce_attempt_2026-01-05-10-11-12_double.ipynb": NOTEBOOK,
            "Week_1 Double_eve_attempt_2026-01-05-10-11-12_double.ipynb": NOTEBOOK,
        },
    )
    rows, said = collect(source, code=1)
    assert rows["ada", "double"] == ("new", "the newest of 2")
    assert rows["bob", "double"] == ("new", "")
    assert rows["Week_1 Double_eve", ""][0] == "not matched"
    assert "Blackboard's times are read as those of Europe/Berlin" in said
    files = put(course)
    assert sorted(files) == [
        f"{who}/double/{file}" for who in ("ada", "bob") for file in ("double.ipynb", "timestamp.txt")
    ]
    assert files["ada/double/double.ipynb"] == NOTEBOOK
    assert files["ada/double/timestamp.txt"] == b"2026-07-05 08:11:12 UTC\n"
    assert files["bob/double/timestamp.txt"] == b"2026-01-05 09:11:12 UTC\n"


def test_a_folder_of_students_is_collected_and_graded(course, proctor, collect, tmp_path):
    """A notebook is known by its cells, a zip file that `proctor pack` made is put there as it is,
    and both are graded; without a roster the folders' names are the ids, and that is said."""
    packed = make_zip({"double.ipynb": NOTEBOOK})
    strange = nbformat.writes(nbformat.v4.new_notebook()).encode()
    files = {
        "ada/final version.ipynb": NOTEBOOK,
        "bob/double/double-2.zip": packed,
        "bob/double/timestamp.txt": b"2026-01-05 10:11:12.5 UTC",
        "cy/other.ipynb": strange,
        "cy/report.pdf": b"%PDF",
        "dan+1/double.ipynb": NOTEBOOK,
        "eve/a/double.ipynb": NOTEBOOK,
        "eve/b/double.ipynb": NOTEBOOK,
        "fay/double.zip": make_zip({"double.ipynb": NOTEBOOK, "double.keras": bytes(100)}).replace(
            b"double.k", b"../ble.k"
        ),
    }
    for name, data in files.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    rows, said = collect(tmp_path / "in", code=1)
    assert rows["ada", "double"] == rows["bob", "double"] == ("new", "")
    assert rows["cy", ""][0] == "refused"
    assert "which exercise other.ipynb is: name it with --exercise" in rows["cy", ""][1]
    assert rows["dan+1", ""] == ("not matched", "'dan+1' cannot be the name of a folder in submitted/")
    assert rows["eve", ""][0] == "refused"
    assert "leave the one that counts" in rows["eve", ""][1]
    assert "must be in none" in rows["fay", ""][1]
    assert "no roster" in said
    assert put(course) == {
        "ada/double/final version.ipynb": NOTEBOOK,
        "bob/double/double-2.zip": packed,
        "bob/double/timestamp.txt": b"2026-01-05 10:11:12 UTC\n",
    }
    graded = proctor("grade").stdout
    assert re.search(r"ada .* 6 ", graded)
    assert re.search(r"bob .* 6 ", graded)
    # What grading adds to the gradebook is no roster: a new student is still taken by the id.
    (tmp_path / "in/gil").mkdir()
    (tmp_path / "in/gil/any.ipynb").write_bytes(strange)
    rows, _ = collect(tmp_path / "in", "--exercise", "double", code=1)
    assert rows["ada", "double"] == rows["bob", "double"] == ("unchanged", "")
    assert rows["gil", "double"] == ("new", "")


def submit(exchange, home, student, notebook):
    """Hands in with nbgrader's own command, into the exchange of the course c101."""
    folder = home / student / "double"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "double.ipynb").write_bytes(notebook)
    command = [sys.executable, "-m", "nbgrader", "submit", "double", "--course=c101", f"--Exchange.root={exchange}"]
    command += [f"--Exchange.cache={home}/cache", f"--CourseDirectory.student_id={student}"]
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def exchange(tmp_path):
    """nbgrader's exchange, in which the exercise `double` of the course c101 is released."""
    (tmp_path / "exchange/c101/outbound/double").mkdir(parents=True)
    (tmp_path / "exchange/c101/outbound/double/double.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "exchange/c101/inbound").mkdir()
    return tmp_path / "exchange"


def test_nbgraders_exchange(course, roster, collect, exchange, tmp_path):
    """What `nbgrader submit` put there is taken with its time, the newest of each student; a
    hand-in in another student's name, made by an account that is a student, is refused."""
    submit(exchange, tmp_path / "homes", "ada", OTHER)
    submit(exchange, tmp_path / "homes", "ada", NOTEBOOK)
    submit(exchange, tmp_path / "homes", "bob", NOTEBOOK)
    rows, _ = collect(exchange / "c101")
    assert rows == {("ada", "double"): ("new", "the newest of 2"), ("bob", "double"): ("new", "")}
    there = put(course)
    assert there["ada/double/double.ipynb"] == NOTEBOOK
    times = sorted(path.name.split("+")[2][:19] for path in (exchange / "c101/inbound").glob("ada+*"))
    assert there["ada/double/timestamp.txt"].decode().startswith(times[-1])
    assert collect(exchange / "c101/inbound")[0]["ada", "double"][0] == "unchanged"
    with Gradebook(private_url(course)) as book:
        book.add_student(getpass.getuser())
    submit(exchange, tmp_path / "homes", "cy", NOTEBOOK)
    rows, _ = collect(exchange / "c101", code=1)
    assert rows["cy", ""][0] == "refused"
    assert f"the account of {getpass.getuser()} made it" in rows["cy", ""][1]
    assert "cy/double/double.ipynb" not in put(course)


def test_git_repositories(course, roster, collect, tmp_path, monkeypatch):
    """A list of repositories is cloned without hooks, links, submodules or prompts; the last
    commit is what counts, and its time; what cannot be cloned is refused with Git's reason."""
    home = tmp_path / "home"
    (home / "hooks").mkdir(parents=True)
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (home / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
        (home / "hooks" / hook).chmod(0o755)

    def git(folder, *arguments, when="2026-02-03T04:05:06+02:00"):
        identity = {f"GIT_{who}_{what}": "a" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        environment = {**os.environ, **identity, "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
        subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True)

    def commit(folder, files, **options):
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "work", **options)

    for name in ("ada", "bob"):
        (tmp_path / name).mkdir()
        git(tmp_path / name, "init", "-q")
    commit(tmp_path / "ada", {"deep/double.ipynb": OTHER})
    commit(
        tmp_path / "ada",
        {
            "deep/double.ipynb": NOTEBOOK,
            "deep/double.keras": b"weights",
            ".ipynb_checkpoints/double.ipynb": OTHER,
            ".gitattributes": b"*.ipynb filter=evil\n",
        },
        when="2026-02-04T04:05:06+02:00",
    )
    (tmp_path / "secret.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "bob/double.ipynb").symlink_to(tmp_path / "secret.ipynb")
    commit(tmp_path / "bob", {})
    (home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {home}/hooks\n[init]\ntemplateDir = {home}\n"
        f'[filter "evil"]\nsmudge = touch {tmp_path}/hooked; cat\n'
    )
    listed = tmp_path / "repositories.txt"
    listed.write_text(
        "# student  address\n\n"
        f"ada@example.org ada\nBob Noyce, file://{tmp_path}/bob\ncy ./missing\n"
        f"dan1 ext::sh%20-c%20touch%20{tmp_path}/hooked\n"
    )
    monkeypatch.setenv("HOME", str(home))
    rows, _ = collect(listed, code=1)
    assert rows["ada", "double"] == ("new", "")
    assert rows["bob", "double"] == ("refused", "double.ipynb is not a plain file, but a link or a submodule")
    assert rows["cy", ""][0] == "refused"
    assert "could not be cloned" in rows["cy", ""][1]
    assert not (tmp_path / "hooked").exists()
    assert put(course) == {
        "ada/double/double.ipynb": NOTEBOOK,
        "ada/double/double.keras": b"weights",
        "ada/double/timestamp.txt": b"2026-02-04 02:05:06 UTC\n",
    }


def _linked(archive):
    member = zipfile.ZipInfo("noycebob_102_9_double.ipynb")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def _bomb(archive):
    for number in range(5):
        archive.writestr(f"noycebob_102_{number}_double.ipynb", bytes(60 * 2**20))


def _many(archive):
    for number in range(100_001):
        archive.writestr(zipfile.ZipInfo(f"noycebob_102_{number}_a.txt"), b"")


UNSAFE = {
    "leads out of the folder": lambda archive: archive.writestr("../noycebob_102_9_double.ipynb", NOTEBOOK),
    "which leads out": lambda archive: archive.writestr("/noycebob_102_9_double.ipynb", NOTEBOOK),
    "a name of more than 255 bytes": lambda archive: archive.writestr("a_" * 10_000 + "attempt_1", ""),
    "which is a link": _linked,
    "would become 300 MiB": _bomb,
    "more than 100000 files": _many,
}


def unsafe_zip(reason):
    """A zip file that is to be refused for the reason, with one harmless hand-in before."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kingada_101_1_double.ipynb", NOTEBOOK)
        UNSAFE.get(reason, lambda archive: archive.writestr("noycebob_102_9_double.ipynb", NOTEBOOK))(archive)
    data = bytearray(made.getvalue())
    directory = struct.unpack("<I", data[-6:-2])[0]
    if reason == "is encrypted":
        data[directory + 8] |= 1
    elif reason == "overlap":  # both entries of the directory claim nearly the whole file
        second = data.index(b"PK\x01\x02", directory + 4)
        for entry in (directory, second):
            data[entry + 20 : entry + 24] = struct.pack("<I", directory - 10)
    elif reason == "not a whole zip file":
        del data[-40:]
    return bytes(data)


@pytest.mark.parametrize("reason", [*UNSAFE, "is encrypted", "overlap", "not a whole zip file"])
def test_an_unsafe_zip_file_is_not_even_listed(tmp_path, reason):
    """The reason is said."""
    (tmp_path / "submissions.zip").write_bytes(unsafe_zip(reason))
    with pytest.raises(UnreadableSubmission, match=reason), list_source(tmp_path / "submissions.zip"):
        pass


def test_an_unsafe_zip_file_is_refused_whole(course, collect, tmp_path):
    """Nothing of it is put anywhere, and the exit code is 2."""
    (tmp_path / "submissions.zip").write_bytes(unsafe_zip("which is a link"))
    _, said = collect(tmp_path / "submissions.zip", code=2)
    assert "which is a link or another special file. Nothing of it was put anywhere" in said
    assert put(course) == {}


def test_what_a_killed_run_took_out_of_its_place_is_put_back(course, collect, tmp_path):
    """A run that was killed between taking out the old hand-in and putting in the new one has lost
    neither: the next run begins with putting the old one back."""
    taken = course.state / "collecting/before/ada/double/double.ipynb"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(NOTEBOOK)
    (tmp_path / "in/bob").mkdir(parents=True)
    (tmp_path / "in/bob/double.ipynb").write_bytes(NOTEBOOK)
    collect(tmp_path / "in")
    assert sorted(put(course)) == ["ada/double/double.ipynb", "bob/double/double.ipynb"]
    assert not (course.state / "collecting").exists()


def test_without_a_time_what_has_one_stays(course, collect, tmp_path):
    """A hand-in without a time does not replace another one that has a time: nothing tells which
    is newer. One without a time replaces another such one."""
    folder = tmp_path / "in/ada"
    folder.mkdir(parents=True)
    for data, status in ((OTHER, "new"), (NOTEBOOK, "replaced")):
        (folder / "double.ipynb").write_bytes(data)
        rows, _ = collect(tmp_path / "in")
        assert rows["ada", "double"][0] == status
    (course.submitted("ada", "double") / "timestamp.txt").write_text("2026-01-05 10:11:12 UTC\n")
    (folder / "double.ipynb").write_bytes(OTHER)
    rows, _ = collect(tmp_path / "in", code=1)
    assert rows["ada", "double"][0] == "refused"
    assert "tells no time" in rows["ada", "double"][1]
    assert put(course)["ada/double/double.ipynb"] == NOTEBOOK
