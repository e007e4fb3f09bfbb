"""Series, points, tunes and sounds."""

import struct
import zlib

import numpy as np
import pytest

from proctor import datasets
from proctor.datasets import (
    jazz,
    whistles,
)
from proctor.errors import ProctorError

pytestmark = pytest.mark.usefixtures("nothing_around")


def test_series_differ_in_everything_by_seed():
    """Each seed generates its own series of 1461 days; the same seed the same one."""
    days, values = datasets.load("series")
    assert days.shape == values.shape == (1461,)
    assert days.dtype == values.dtype == np.float32
    assert days[0] == 0
    assert np.all(np.diff(days) == 1)
    assert np.isfinite(values).all()
    assert np.array_equal(datasets.generate_series(1)[1], datasets.generate_series(1)[1])
    levels = {round(float(datasets.generate_series(seed)[1].mean())) for seed in range(10)}
    assert len(levels) > 5
    assert len(datasets.generate_series(1, days=100)[1]) == 100


def mat_file(matrices, *, compressed):
    """The bytes of a MAT-file of level 5 that holds these matrices."""

    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)

    content = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    for name, matrix in matrices.items():
        label = name.encode()
        parts = [
            element(6, bytes(8)),
            element(5, np.array(matrix.shape, "<i4").tobytes()),
            # A name of up to four letters lies in the same eight bytes as its type and length.
            struct.pack("<HH", 1, len(label)) + label.ljust(4, b"\0"),
            element({"f": 9, "u": 2}[matrix.dtype.kind], matrix.tobytes(order="F")),
        ]
        whole = element(14, b"".join(parts))
        packed = zlib.compress(whole)
        content += struct.pack("<II", 15, len(packed)) + packed if compressed else whole
    return content


@pytest.fixture(params=[True, False], ids=["compressed", "not compressed"])
def real_points(request, tmp_path):
    """A folder with a small file laid out like the published one, and its matrices."""
    folder = tmp_path / "points"
    folder.mkdir()
    matrices = {
        "X": np.arange(14.0).reshape(7, 2),
        "y": np.array([[0, 1, 1, 0, 1, 0, 0]], np.uint8).T,
        "yval": np.array([[1], [0], [1]], np.uint8),
        "Xval": -np.arange(6.0).reshape(3, 2),
    }
    (folder / "data.mat").write_bytes(mat_file(matrices, compressed=request.param))
    return folder, matrices


def test_real_points_are_read_from_a_mat_file(real_points, monkeypatch):
    """Points and labels of both splits are those in the file, whether it is compressed or not."""
    folder, matrices = real_points
    monkeypatch.setenv("PROCTOR_DATA", str(folder))
    for split, ending in (("train", ""), ("test", "val")):
        points, labels = datasets.load("diagonal", split=split)
        assert np.array_equal(points, matrices["X" + ending])
        assert labels.tolist() == matrices["y" + ending].ravel().tolist()
        assert (points.dtype, labels.dtype) == (np.float64, np.int64)


def test_a_damaged_mat_file_is_named(real_points, monkeypatch):
    """Whatever is missing or changed in a MAT-file, the message says which file cannot be read."""
    folder, _ = real_points
    monkeypatch.setenv("PROCTOR_DATA", str(folder))
    content = (folder / "data.mat").read_bytes()
    damaged = [content[:length] for length in (0, 50, 130, len(content) // 2, len(content) - 5)]
    damaged += [content[:place] + b"\xff\x7f" + content[place + 2 :] for place in range(128, 200, 7)]
    for number, changed in enumerate(damaged):
        (folder / "data.mat").write_bytes(changed)
        try:
            datasets.load("diagonal", split="test")
        except ProctorError as error:
            assert "data.mat" in str(error)
        else:
            assert number >= 5, "a file that ends too early was read"


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_points_are_exported_without_the_test_part(kind, real_points, tmp_path, monkeypatch):
    """A jail gets the training points, of either source, and no others."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real_points[0]))
    points, labels = datasets.load("diagonal")
    datasets.export(["diagonal"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    again = datasets.load("diagonal")
    assert datasets.source("diagonal") == kind
    assert np.array_equal(points, again[0])
    assert np.array_equal(labels, again[1])
    with np.load(tmp_path / "out" / "diagonal.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["x_train", "y_train"]


def test_drawn_points_lie_on_both_sides_of_a_diagonal():
    """The label is the side of the diagonal for about nine points in ten, in both splits."""
    for split, count in (("train", 211), ("test", 2000)):
        points, labels = datasets.load("diagonal", split=split)
        assert points.shape == (count, 2)
        assert 0.8 < np.mean((points.sum(axis=1) > 0) == labels) < 0.93
        assert np.array_equal(points, datasets.load("diagonal", split=split)[0])


@pytest.fixture
def real_temperatures(tmp_path):
    """A folder with the two files of readings, laid out like the published ones."""
    folder = tmp_path / "real"
    folder.mkdir()
    days = [f'"day {day}",{day / 10}' for day in range(3650)]
    (folder / "daily-min-temperatures.csv").write_text("\n".join(['"Date","Temp"', *days]) + "\n")
    months = [f"{month},month {month},{month}.5" for month in range(3235)]
    (folder / "Sunspots.csv").write_text("\n".join([",Date,Monthly Mean", *months]))
    return folder


def test_the_last_years_of_both_series_are_the_test_part(real_temperatures, monkeypatch, capsys):
    """Eight of ten years, and the months until 1987, are for learning; the others for testing."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    folders = [datasets.load("temperatures", split=split) for split in ("train", "test")]
    assert "temperatures: 2,920 real days" in capsys.readouterr().out
    known, later = ((folder / "temperatures.csv").read_text().splitlines() for folder in folders)
    assert [known[0], known[1], known[-1]] == ['"Date","Temp"', '"day 0",0.0', '"day 2919",291.9']
    assert [later[0], later[1], later[-1]] == ['"Date","Temp"', '"day 2920",292.0', '"day 3649",364.9']
    known, later = ((folder / "sunspots.csv").read_text().splitlines() for folder in folders)
    assert (len(known), known[-1]) == (2869, "2867,month 2867,2867.5")
    assert (len(later), later[1], later[-1]) == (368, "2868,month 2868,2868.5", "3234,month 3234,3234.5")


@pytest.mark.parametrize("kind", ["real", "drawn"])
def test_both_series_are_exported_without_the_test_part(kind, real_temperatures, tmp_path, monkeypatch):
    """A jail gets the training files, of either source, and no others."""
    if kind == "real":
        monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    texts = {path.name: path.read_text() for path in datasets.load("temperatures").iterdir()}
    datasets.export(["temperatures"], tmp_path / "out")
    monkeypatch.setenv("PROCTOR_DATA", str(tmp_path / "out"))
    folder = datasets.load("temperatures")
    assert datasets.source("temperatures") == kind
    assert {path.name: path.read_text() for path in folder.iterdir()} == texts
    assert sorted(texts) == ["sunspots.csv", "temperatures.csv"]


@pytest.mark.parametrize("file, cut", [("Sunspots.csv", 0), ("Sunspots.csv", 900), ("daily-min-temperatures.csv", 900)])
def test_a_series_that_is_missing_or_too_short_is_told(file, cut, real_temperatures, monkeypatch):
    """If one of the two files is missing or has too few lines, the other is not used alone."""
    monkeypatch.setenv("PROCTOR_DATA", str(real_temperatures))
    path = real_temperatures / file
    path.write_text(path.read_text()[:cut])
    if not cut:
        path.unlink()
    with pytest.raises(ProctorError, match="cannot be read"):
        datasets.load("temperatures")


def test_drawn_temperatures_have_a_season_and_drawn_sunspots_cycles():
    """January is warmer than July, and there is a cycle of sunspots about every eleven years."""
    folders = [datasets.load("temperatures", split=split) for split in ("train", "test")]
    days, months = (
        np.concatenate([np.loadtxt(folder / name, delimiter=",", skiprows=1, usecols=column) for folder in folders])
        for name, column in (("temperatures.csv", 1), ("sunspots.csv", 2))
    )
    assert (len(days), len(months)) == (3650, 3235)
    years = days.reshape(10, 365).mean(axis=0)
    assert years[:31].mean() > years[181:212].mean() + 5
    smooth = np.convolve(months, np.ones(12) / 12, mode="valid")
    assert 20 <= np.sum((smooth[1:] > 40) & (smooth[:-1] <= 40)) <= 32
    assert months.min() >= 0


def test_a_flower_has_petals_of_two_colours_in_turn():
    """Half of the points are red and half blue; the middles of neighbouring petals differ; the
    same seed grows the same flower."""
    for petals in (4, 6):
        points, labels = datasets.grow_flower(3000, seed=1, petals=petals)
        assert labels.sum() == 1500
        radius = np.hypot(*points.T)
        assert radius.max() < 2
        turns = (np.arctan2(points[:, 1], points[:, 0]) - radius / 4) / (2 * np.pi) * petals
        nearest = np.rint(turns) % 2
        assert np.mean((nearest == labels)[np.abs(turns - np.rint(turns)) < 0.2]) > 0.99
        assert np.array_equal(points, datasets.grow_flower(3000, seed=1, petals=petals)[0])
    assert not np.array_equal(points, datasets.grow_flower(3000, seed=2, petals=6)[0])


def test_tunes_keep_to_the_grammar():
    """Every word of a drawn tune is allowed, every chord and every note comes up, and a seed draws
    the same tunes again."""
    tunes = datasets.load("jazz")
    assert tunes.shape == (1500, 40)
    assert all(jazz.legal_words(tune).all() for tune in tunes[:200])
    assert set(np.unique(tunes)) == set(range(len(jazz.WORDS)))
    assert np.array_equal(jazz.draw_tunes(5, seed=1, bars=3), jazz.draw_tunes(5, seed=1, bars=3))
    assert not np.array_equal(jazz.draw_tunes(5, seed=1, bars=3), jazz.draw_tunes(5, seed=2, bars=3))


@pytest.mark.parametrize(
    "words, wrong",
    [
        pytest.param("Dm7 F4 E4 G4 A4 G7 G4", [], id="nothing"),
        pytest.param("F4 Dm7 F4", [0], id="a note before the first chord"),
        pytest.param("Dm7 E4 F4", [1], id="a bar that begins beside its chord"),
        pytest.param("Dm7 D4 A4 B4", [2, 3], id="a leap of a fifth, a note beside the scale"),
        pytest.param("Dm7 F4 A4 G7 B4 A4 B4 A4 Cmaj7 E5", [3, 8 + 1], id="a chord too early, a leap over the bar"),
        pytest.param("Dm7 F4 A4 G4 F4 E4 G7", [5], id="a fifth note in the bar"),
        pytest.param("Dm7 F4 A4 G4 F4 A7", [5], id="a chord that may not follow"),
    ],
)
def test_the_grammar_says_what_is_wrong(words, wrong):
    """Each word that the rules do not allow is found, and no other."""
    tune = [jazz.WORDS.index(word) for word in words.split()]
    assert np.flatnonzero(~jazz.legal_words(tune)).tolist() == wrong


def test_tunes_can_be_heard():
    """A chord sounds for its bar, a note that is repeated within a bar is held, and an A is heard
    as 440 Hz."""
    tune = [jazz.WORDS.index(word) for word in ["Fmaj7", "A4", "A4", "A4", "G4", "Dm7", "A4"]]
    notes = jazz.to_notes(tune)
    assert notes[:4] == [(0, 4, pitch) for pitch in jazz.CHORDS["Fmaj7"].hand]
    assert [note for note in notes if note[2] > 60] == [(0, 3, 69), (3, 1, 67), (4, 1, 69)]
    sound = jazz.perform(tune[1:4])
    assert np.abs(sound).max() == 1
    assert abs(np.abs(np.fft.rfft(sound)).argmax() * 8000 / len(sound) - 440) < 2
    assert jazz.perform([]).size > 0


def test_rings_lie_around_the_origin():
    """Two in five points lie on the inner ring, whatever the seed, and the same seed draws the same
    rings."""
    points, labels = datasets.draw_rings(3000, seed=1)
    assert labels.sum() == 1200
    radius = np.hypot(*points.T)
    for label, expected in ((1, 0.8), (0, 1.6)):
        assert abs(radius[labels == label].mean() - expected) < 0.02
        assert np.abs(points[labels == label].mean(axis=0)).max() < 0.1
    assert np.mean((radius < 1.2) == labels) > 0.98
    assert np.array_equal(points, datasets.draw_rings(3000, seed=1)[0])
    assert not np.array_equal(points, datasets.draw_rings(3000, seed=2)[0])


def test_whistles_are_drawn_in_their_places():
    """Recordings have up to two calls, which do not overlap, and a seed decides on all of it."""
    calls, others, backgrounds = datasets.load("whistles")
    assert [len(part) for part in (calls, others, backgrounds)] == [150, 200, 40]
    assert {sound.dtype.name for part in (calls, others, backgrounds) for sound in part} == {"float32"}
    recordings, ends = datasets.draw_recordings(30, seed=3)
    assert recordings.shape == (30, 24_000)
    assert recordings.dtype == np.float32
    assert {len(own) for own in ends} == {0, 1, 2}
    assert all((np.diff(own) > 0.4 * 8000).all() and (own <= 24_000).all() for own in ends)
    again, _ = datasets.draw_recordings(30, seed=3)
    assert np.array_equal(recordings, again)
    assert not np.array_equal(recordings, datasets.draw_recordings(30, seed=4)[0])


def test_a_lamp_is_judged_by_its_calls():
    """A call counts as heard within ten frames of its end, once; other rings are too many."""
    ends = [np.array([30, 60]), np.array([], int)]
    rows = np.zeros((2, 100))
    assert whistles.f1_per_call(rows, ends) == 0
    rows[0, 20:26] = 0.5  # rings once, and is near enough to the first end
    assert whistles.f1_per_call(rows, ends) == 2 * 1 / (1 + 2)
    rows[0, 71] = 0.9  # too late for the second
    assert whistles.f1_per_call(rows, ends) == 2 * 1 / (2 + 2)
    rows[0, 70] = 0.9
    assert whistles.f1_per_call(rows, ends) == 1
    rows[1] = 1  # rings in frames 0, 20, 40, 60 and 80
    assert whistles.f1_per_call(rows, ends) == 2 * 2 / (7 + 2)


def test_a_tone_is_seen_at_its_frequency():
    """With 8000 samples a second, a tone of 1000 Hz is seen at a quarter of the frequencies."""
    found = whistles.analyse(np.sin(2 * np.pi * 1000 / 8000 * np.arange(2000)), 256, 200)
    assert found.shape == (9, 129)
    assert (found.argmax(axis=1) == 32).all()
