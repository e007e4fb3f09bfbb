"""Batches, calls, warnings, files, drawn lessons and credit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from assertions import said, student
from PIL import Image

from proctor import datasets, pictures
from proctor.course.assignment import Threshold
from proctor.criteria.arrays import (
    assert_close,
    assert_shape,
)
from proctor.criteria.batches import first_batch, take_batches
from proctor.criteria.calls import assert_apart, assert_refuses, call_unchanged, without_warnings
from proctor.criteria.criterion import Credit
from proctor.criteria.equality import assert_equal
from proctor.criteria.files import assert_untouched, make_folder, make_paths, names_of, read_files
from proctor.errors import CourseError, CriterionFailed, StudentError


def batches_of(count: int, size: int = 4):
    return [(np.full((size, 2), number), np.arange(size)) for number in range(count)]


def endless():
    while True:
        yield np.zeros(3), np.zeros(3)


def test_batches_are_taken_whole():
    """A generator, a list or a tf.data.Dataset gives its batches, each a tuple of arrays."""
    import tensorflow as tf

    made = tf.data.Dataset.from_tensor_slices((np.zeros((10, 2)), np.arange(10))).batch(4)
    here = student(made=made, listed=batches_of(3), generated=(batch for batch in batches_of(3)))
    for dataset in (here.made, here.listed, here.generated):
        taken = take_batches(dataset, ("pictures", "labels"), at_most=3)
        assert len(taken) == 3
        assert [type(part) for part in taken[0]] == [np.ndarray] * 2
    assert [len(labels) for _, labels in take_batches(here.made, ("x", "y"), at_most=9)] == [4, 4, 2]


def test_a_data_set_of_kerass_own_kind_is_passed_through_once():
    """It has a length. Iterated over, that of `ImageDataGenerator` never ends."""
    import itertools

    import keras

    # Keras has no types, so that mypy takes any class of its for one of an unknown kind.
    class Repeating(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no types
        def __len__(self):
            return 3

        def __getitem__(self, number):
            return batches_of(3)[number]

        def __iter__(self):
            return itertools.cycle(batches_of(3))

    taken = take_batches(student(made=Repeating()).made, ("pictures", "labels"), at_most=5)
    assert [shown[0, 0] for shown, _ in taken] == [0, 1, 2]


def test_an_endless_data_set_is_said_to_be_endless():
    """It is not waited for; its first batch is to be had all the same."""
    told = said(take_batches, student(x=endless()).x, ("pictures", "labels"), at_most=5)
    assert told[0] == "batches of pictures and labels that come to an end"
    assert told[1].startswith("more than 5 of them")
    assert first_batch(student(x=endless()).x, ("pictures", "labels"))[0].shape == (3,)


@pytest.mark.parametrize(
    "value, expected, found",
    [
        (None, "batches of x and y", "None (is there a `return`?)"),
        (7, "batches of x and y", "7 (int)"),
        (np.zeros(3), "batches of x and y", "an array of shape (3,)"),
        ([], "batches of x and y", "no batch at all"),
        ([np.zeros(3)], "each batch to be a pair (x, y)", "an array of shape (3,)"),
        ([(np.zeros(3), "a")], "`y` to be an array of numbers", "'a' (str)"),
    ],
)
def test_what_are_no_batches_is_told(value, expected, found):
    """A student reads what was asked for and what came."""
    for take in (lambda: take_batches(value, ("x", "y"), at_most=5), lambda: first_batch(value, ("x", "y"))):
        assert said(take) == (expected, found)


def test_an_argument_that_was_changed_is_named():
    """Contents, type and shape of arrays, lists and dicts are watched, wherever they
    stand; NaN equals itself."""

    def good(x, items, *, table):
        return x.sum() + len(items) + len(table)

    def writes(x, items, *, table):
        x[0] = 0

    def appends(x, items, *, table):
        items.append(object())

    def counts(x, items, *, table):
        table["n"] += 1

    given = (np.array([np.nan, 2]), [1, 2])
    here = student(good=good, writes=writes, appends=appends, counts=counts)
    assert np.isnan(call_unchanged(here, "good", *given, table={"n": 1}))
    for name, which in (("writes", "argument 1"), ("appends", "argument 2"), ("counts", "`table`")):
        told = said(call_unchanged, here, name, *given, table={"n": 1})
        assert told == (f"`{name}` to leave its arguments as they are", f"{which} was changed")
    with pytest.raises(CriterionFailed) as failure:
        call_unchanged(here, "writes", *given, table={"n": 1})
    assert "makes another one" in failure.value.hint


@pytest.mark.parametrize("half", ["def half(x): return x / 3", "half = None", ""], ids=["wrong", "no function", "none"])
def test_a_function_is_judged_apart_from_those_that_it_calls(half):
    """A function is right if it is with the grader's functions in place of the student's; what it
    says is what went wrong with the student's, and afterwards these are in place again."""
    notebook: dict[str, Any] = {}
    exec(f"{half}\ndef quarter(x): return half(half(x))\ndef eighth(x): return half(half(x))", notebook)
    before = notebook.get("half")
    here = student(**{name: notebook[name] for name in ("quarter", "eighth")})

    def half_of(x):
        return x / 2

    def judge(name, part):
        def judge(theirs):
            assert_close(getattr(here, name)(8.0), part, "the part")

        assert_apart(here, name, {"half": half_of}, judge)

    judge("quarter", 2.0)
    with pytest.raises((CriterionFailed, StudentError)) as failure:
        judge("eighth", 1.0)
    assert "2" not in getattr(failure.value, "found", "")
    assert notebook.get("half") is before


@pytest.mark.parametrize(
    "sentence, said",
    [
        ("'50 is no multiple of 4.'", None),
        ("", "no words"),
        ("'not 5 of 40'", "not 5 of 40"),
        (None, "no error at all"),
    ],
)
def test_a_refusal_names_what_is_wrong(sentence, said):
    """A ValueError with all the numbers passes; without one of them or an error, it fails."""
    notebook: dict[str, Any] = {}
    line = "return size" if sentence is None else f"raise ValueError({sentence})"
    exec(f"def halve(size, times): {line}", notebook)
    here = student(halve=notebook["halve"])
    if said is None:
        assert_refuses(here, "halve", [50, 2], [50, 4])
        return
    with pytest.raises(CriterionFailed) as failure:
        assert_refuses(here, "halve", [50, 2], [50, 4])
    assert "50 and 4" in failure.value.expected
    assert failure.value.found == said


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "number, operation", [(1000.0, np.exp), (0.0, lambda x: 1 / x), (-1.0, np.sqrt)], ids=["over", "divide", "invalid"]
)
def test_what_numpy_warns_of_fails_a_criterion(number, operation):
    """A warning that the notebook would show fails the criterion in the warning's own words, each
    time; one that is switched off in any way does not. After it, all is as before."""

    def quiet(x):
        with np.errstate(all="ignore"):
            return operation(x)

    def hushed(x):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return operation(x)

    def forgotten(x):
        warnings.filterwarnings("ignore")
        np.seterr(all="ignore")
        return operation(x)

    here = student(bad=operation, quiet=quiet, hushed=hushed, forgotten=forgotten)
    before = np.geterr(), list(warnings.filters), warnings.showwarning
    for _ in range(2):
        with pytest.raises(CriterionFailed, match=r"RuntimeWarning: .* encountered in"), without_warnings(here):
            here.bad(np.array([number]))
    for silent in (here.quiet, here.hushed, here.forgotten):
        with without_warnings(here):
            silent(np.array([number]))
    assert (np.geterr(), list(warnings.filters), warnings.showwarning) == before


def test_what_rounds_to_zero_is_no_warning():
    """A notebook that has NumPy raise for everything may calculate exp(-1000), and meets its own
    exception for exp(1000)."""
    here = student(exp=np.exp)
    with np.errstate(all="raise"):
        with without_warnings(here):
            assert here.exp(np.array([-1000.0])) == 0
        with pytest.raises(StudentError, match="FloatingPointError: overflow"), without_warnings(here):
            here.exp(np.array([1000.0]))


def test_a_value_that_is_no_number_where_one_is_wanted():
    """Where a single number is expected, the message does not ask for an array."""
    assert said(assert_close, None, 2.0, "loss") == ("`loss` to be a single number", "None (is there a `return`?)")
    assert said(assert_shape, "a", (), "loss") == ("`loss` to be a single number", "'a' (str)")
    assert said(assert_close, "a", [2.0], "w") == ("`w` to be an array of numbers", "'a' (str)")


def test_a_folder_is_made_where_the_student_reads():
    """`make_folder` writes pictures, texts and empty folders, each time into a new folder."""
    picture = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    someone = student(read=lambda folder: np.asarray(Image.open(folder / "a" / "1.png")), names=list_files)
    folder = make_folder(someone, {"a/1.png": picture, "b/notes.txt": "hello", "empty": None})
    assert_equal(someone.names(folder), ["a", "a/1.png", "b", "b/notes.txt", "empty"], "names")
    assert_equal(someone.read(folder), picture, "the picture")
    assert someone.names(make_folder(someone, {})) == []


def test_a_folder_is_read_where_the_student_writes(tmp_path):
    """`read_files` has the bytes of all files, also below, and what is empty; of a folder that is
    not there it has nothing."""
    someone = student(write=lambda folder: (folder / "a" / "new").write_bytes(b"\x00\xff"))
    folder = make_folder(someone, {"a/1.jpg": b"\xff\xd8", "b/notes.txt": "hello", "empty": None})
    before = read_files(someone, folder)
    assert before == {"a/1.jpg": b"\xff\xd8", "b/notes.txt": b"hello", "empty": None}
    someone.write(folder)
    after = read_files(someone, folder)
    assert after["a/new"] == b"\x00\xff"
    assert read_files(someone, folder.joinpath("none")) == {}
    assert_untouched(before, dict(before))
    assert said(assert_untouched, before, after) == ("no new files among them", "1, such as a/new")
    assert said(assert_untouched, before, {"a/1.jpg": b""}) == ("all files as they were", "2 of them gone, 1 changed")


def test_paths_come_and_go_by_their_names():
    """`make_paths` makes a list of paths, `names_of` names those that come back in any form."""
    someone = student(
        reverse=lambda paths: tuple(paths[::-1]),
        texts=lambda paths: [str(path) for path in paths],
        array=lambda paths: np.array(paths, dtype=object),
        elsewhere=lambda paths: [path.parent.parent / "x" for path in paths],
    )
    folder = make_folder(someone, {"a/1.jpg": "", "b.jpg": ""})
    paths = make_paths(someone, ["a/1.jpg", "b.jpg"], folder)
    assert names_of(someone, paths, folder) == ["a/1.jpg", "b.jpg"]
    assert names_of(someone, someone.reverse(paths), folder) == ["b.jpg", "a/1.jpg"]
    for name in ("texts", "array"):
        assert names_of(someone, getattr(someone, name)(paths), folder) == ["a/1.jpg", "b.jpg"]
    assert names_of(someone, someone.elsewhere(paths), folder) == ["x", "../x"]
    assert names_of(someone, make_paths(someone, ["c.jpg"])) == ["c.jpg"]


def list_files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_pictures_of_folders_are_read_as_keras_reads_them(tmp_path):
    """`read_folder` numbers the classes alphabetically, and resizes as Keras does, to any side."""
    import keras

    rng = np.random.default_rng(4)
    for kind, size in (("zebras", (20, 31)), ("ants", (9, 50)), ("ants", (64, 64))):
        (tmp_path / kind).mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (*size, 3), "uint8")).save(tmp_path / kind / f"{size[0]}.png")
    (tmp_path / "ants" / "notes.txt").write_text("no picture")
    for side in (16, 64):
        found, labels = pictures.read_folder(tmp_path, side)
        settings = {"image_size": (side, side), "shuffle": False, "verbose": False, "batch_size": None}
        expected = [picture for picture, _ in keras.utils.image_dataset_from_directory(tmp_path, **settings)]
        assert labels.tolist() == [0, 0, 1]
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, np.stack(expected), atol=0.01)
    with pytest.raises(ValueError, match="read-only"):  # they are kept, for the next submission
        found[0] = 0


def test_files_that_are_no_whole_pictures_are_left_out(tmp_path):
    """`read_folder` skips what is empty, cut short or no picture; `every` takes some files."""
    picture = np.random.default_rng(2).integers(0, 256, (30, 20, 3), "uint8")
    for kind, count in (("ants", 5), ("zebras", 4)):
        (tmp_path / kind).mkdir()
        for number in range(count):
            (tmp_path / kind / f"{number}.png").write_bytes(pictures.as_file(picture, "png"))
    (tmp_path / "ants" / "5.jpg").write_bytes(b"")
    (tmp_path / "ants" / "6.jpg").write_text("no picture")
    (tmp_path / "zebras" / "7.jpg").write_bytes(pictures.as_file(picture, "jpeg", left=0.5))
    assert pictures.read_folder(tmp_path, 8)[1].tolist() == [0] * 5 + [1] * 4
    assert pictures.read_folder(tmp_path, 8, every=2)[1].tolist() == [0] * 3 + [1] * 2


@pytest.mark.parametrize("draw", [pictures.bars, pictures.stripes, pictures.noise])
@pytest.mark.parametrize("shape", [(28, 28), (14, 32, 3), (40, 17, 1)])
def test_drawn_lessons_are_the_same_for_a_seed(draw, shape):
    """Pictures are fractions of the asked shape, labels ten classes, and the
    seed decides about them."""
    images, labels = draw(200, shape, seed=3)
    assert (images.shape, images.dtype, labels.dtype) == ((200, *shape), np.float32, np.uint8)
    assert images.min() >= 0
    assert images.max() <= 1.01
    assert set(labels) == set(range(10))
    again, others = draw(200, shape, seed=3), draw(200, shape, seed=4)
    assert (images == again[0]).all()
    assert (labels == again[1]).all()
    assert (images != others[0]).any()


def test_drawn_lessons_show_what_they_teach():
    """The brightest row of a bar and the brightest column of a stripe give the label
    away; noise gives nothing."""
    images, labels = pictures.bars(60, (28, 28), seed=1)
    assert ((images.mean(axis=2).argmax(axis=1) - 4) // 2 == labels).all()
    images, labels = pictures.stripes(60, (28, 28, 1), seed=1)
    assert ((images.mean(axis=(1, 3)).argmax(axis=1) - 4) // 2 == labels).all()
    with pytest.raises(ValueError, match="14 pixels"):
        pictures.bars(1, (13, 28), seed=1)


@pytest.mark.parametrize("count, aside", [(100, 10), (25, 2), (9, 0)])
def test_the_last_tenth_is_put_aside(count, aside):
    """Nothing is in both parts, and nothing is lost."""
    x, y = np.arange(count), np.arange(count) * 2
    (first, first_y), (last, last_y) = datasets.put_aside(x, y)
    assert len(last) == aside
    assert (np.concatenate([first, last]) == x).all()
    assert (first_y == 2 * first).all()
    assert (last_y == 2 * last).all()


def test_credit_within_a_threshold_of_the_assignment():
    """Nothing at `none`, everything at `full`; a threshold that is not stated is the author's
    fault, not a failure."""
    credit = Credit()
    thresholds: dict[str, Threshold] = {"known": {"none": 0.5, "full": 0.9}, "plain": 0.9}
    for value, fraction in ((0.5, 0), (0.7, 0.5), (0.95, 1), (float("nan"), 0)):
        credit.within(value, thresholds, "known")
        assert credit.fraction == pytest.approx(fraction)
    for name in ("new", "plain"):
        with pytest.raises(CourseError, match=name):
            credit.within(0.7, thresholds, name)
