"""The public criteria of `split_and_train`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    as_tuple,
    ask_network,
    assert_apart,
    assert_convolutions,
    assert_equal,
    assert_learns_by_crossentropy,
    assert_one_probability,
    assert_parameters,
    assert_reports,
    assert_scales_pictures,
    assert_untouched,
    criterion,
    datasets,
    described,
    input_side,
    make_folder,
    make_paths,
    names_of,
    pictures,
    read_files,
    share,
)

SIDE, SMALLEST, BUDGET = 64, 32, 300_000
DOT = np.zeros((6, 8, 3), "uint8")
WEB_PAGE = "<html>404 Not Found</html>"
# A folder of two classes, with whole pictures and other files.
OTHERS = {
    "moths": {
        "empty-1.jpg": "empty",
        "cut_short-2.jpg": "cut short",
        "no_picture-3.jpg": "no picture",
        "no_picture-4.txt": "no picture",
    },
    "ants": {"cut_short-1.jpg": "cut short", "empty-8.jpg": "empty", "no_picture-6.jpg": "no picture"},
}
WHOLE = {"moths": [f"moth-{n}.jpg" for n in range(20)], "ants": [f"ant-{n}.jpg" for n in range(7, 17)]}


@pytest.fixture(scope="module")
def network(student):
    """A network of `build_model`, and its answers to very different pictures."""
    return ask_network(student, "build_model", SIDE)


@criterion("state", points=1, hint="How many bytes has the file, and what happens when Pillow opens it?")
def test_empty_or_no_picture(student):
    """A file without bytes is "empty", a text is "no picture", whatever its name ends in."""
    files = {"a.jpg": "", "b.png": "", "c.jpg": WEB_PAGE, "notes.txt": "hello", "d.png": "PNG"}
    assert_states(student, files, ["empty", "empty", "no picture", "no picture", "no picture"])


@criterion("state", points=2, hint="Opening a picture reads none of its pixels. What makes Pillow read them?")
def test_cut_short(student):
    """A JPEG file of which the second half is missing is "cut short"."""
    files = {f"{side}.jpg": pictures.as_file(grainy(side, 30), "jpeg", left=0.5) for side in (40, 90)}
    assert_states(student, files, ["cut short", "cut short"])


@criterion("state", points=1, hint="Does it say the same of every file that Pillow can open?")
def test_whole(student):
    """A picture all of whose pixels can be read is "whole"."""
    files = {"a.jpg": grainy(40, 30), "b.png": grainy(9, 20), "c.png": grainy(30, 30)[..., 0], "d.jpg": DOT}
    assert_states(student, files, ["whole"] * 4)


@criterion("sort_files", points=1, hint="Print what a folder lists, and then what your function returns.")
def test_whole_pictures_in_order(student):
    """The paths of all whole pictures are listed in alphabetical order, and no others are."""
    assert_sorted(student, "pictures")


@criterion("sort_files", points=1, hint="One entry for each file that is no whole picture: its name, and its state.")
def test_report(student):
    """The report has the state of each other file under its name."""
    assert_sorted(student, "report")


@criterion("sort_files", points=1, hint="Ask each path whether it is a file. Which names begin with a dot?")
def test_files_alone(student):
    """Folders are in neither; a file whose name begins with a dot is a file."""
    assert_sorted(student, "files")


@criterion("split", points=1, hint="What becomes of the first file, and of the last one?")
def test_each_file_in_one_part(student):
    """Each file comes once, in one of the two parts."""
    for count, part in ((20, 0.1), (8, 0.5)):
        files = [f"{n}.jpg" for n in range(count)]
        train, held_apart = deal_out(student, files, part, 1)
        if both := set(train) & set(held_apart):
            raise CriterionFailed("no file in both parts", f"{len(both)} of {count} files in both")
        assert_equal(sorted(train + held_apart), sorted(files), "the files of both parts together")


@criterion("split", points=1, hint="Which part is returned first, and what is `share` the share of?")
def test_nine_tenths_and_one_tenth(student):
    """With a share of 0.1, of twenty files eighteen are to learn from and two are held apart."""
    train, held_apart = deal_out(student, [f"{n}.jpg" for n in range(20)], 0.1, 1)
    if (len(set(train)), len(set(held_apart))) != (18, 2):
        raise CriterionFailed("18 files to learn from and 2 held apart", f"{len(train)} and {len(held_apart)}")


@criterion("split", points=1, hint="What starts the random numbers, and does it start them again in each call?")
def test_the_same_seed(student):
    """The same seed gives the same parts again, whatever was dealt out in between."""
    files, seeds = [f"{n}.jpg" for n in range(30)], (5, 8, 13)
    first, again = ([set(deal_out(student, files, 0.3, seed)[1]) for seed in seeds] for _ in range(2))
    if first != again:
        raise CriterionFailed("the same files held apart for the same seed", "others in the second call")


@criterion("split", points=2, hint="Which files can be held apart together? Try the seeds 1 to 10, and look.")
def test_by_chance(student):
    """Other seeds give other parts, and any file may be held apart, beside any other."""
    files, count = [f"{n}.jpg" for n in range(12)], 80
    parts = {frozenset(deal_out(student, files, 0.25, seed)[1]) for seed in range(count)}
    # By chance 64 to 77 of the 220 possible parts are seen, and a file misses once in 10^9 times.
    if len(parts) < 40:
        told = "always the same part" if len(parts) == 1 else f"only {len(parts)} different parts"
        raise CriterionFailed(f"other parts for {count} seeds", told)
    if never := set(files).difference(*parts):
        raise CriterionFailed(f"each file held apart for one of {count} seeds", f"{len(never)} of them never")


@criterion("split", points=1, hint="Does your function mix its own list, or the one that it was given?")
def test_leaves_the_list(student):
    """The list of files is left as it is."""
    files = [f"{n}.jpg" for n in range(15)]
    assert_equal(share(student, list_after)(student.split, files), files, "the list of files after the call")


@criterion("copy_files", points=1, hint="Where does each file go, and under which name?")
def test_copies(student):
    """Each file is in the folder afterwards, under its name and with all its bytes."""
    before, _, copies = copy(student, ["a.jpg", "b.png"])
    if copies != {name: before[name] for name in ("a.jpg", "b.png")}:
        told = f"{', '.join(sorted(copies)) or 'no files'}: are they the same, byte for byte?"
        raise CriterionFailed("copies of a.jpg and b.png, with all their bytes", told)


@criterion("copy_files", points=1, hint="What does `mkdir` do if a folder above is missing, or if the folder is there?")
def test_makes_the_folder(student):
    """A missing folder is made, with those above it; what lies in a folder already, stays."""
    folder = make_folder(student, {"a.jpg": DOT, "b.jpg": DOT, "there/old.jpg": "old"})
    for name, target in (("a.jpg", "new/train/cats"), ("b.jpg", "there")):
        student.copy_files(make_paths(student, [name], folder), folder.joinpath(target))
    found = read_files(student, folder)
    if not any(name.startswith("new/train/cats") for name in found) or "there/old.jpg" not in found:
        raise CriterionFailed("a folder new/train/cats, and there/old.jpg where it was", ", ".join(sorted(found)))


@criterion("copy_files", points=1, hint="What is left in the folder that the files come from?")
def test_originals_stay(student):
    """The originals are still there, and as they were."""
    before, after, _ = copy(student, ["a.jpg", "b.png"])
    assert_untouched(before, after)


@criterion("copy_files", points=1, hint="What becomes of a link when the file that it points to changes?")
def test_copies_are_no_links(student):
    """A copy stays as it is when its original is changed or removed."""
    folder, target = make_folder(student, {"a.jpg": "one", "b.jpg": "two"}), make_folder(student, {}).joinpath("new")
    student.copy_files(make_paths(student, ["a.jpg", "b.jpg"], folder), target)
    folder.joinpath("a.jpg").write_text("changed")
    folder.joinpath("b.jpg").unlink(missing_ok=True)
    found = list(read_files(student, target).values())
    if len(found) != 2 or set(found) != {b"one", b"two"}:
        told = "copies that change, or are gone, with their originals" if found else "no copies"
        raise CriterionFailed("two copies that stand on their own", told)


@criterion("split_folder", points=1, hint="Which files are counted and dealt out, and in which folder does each land?")
def test_both_parts_of_each_class(student):
    """With a share of 0.2, a fifth of the whole pictures of each class are in held_apart/."""

    def judge(_):
        for part, kind, count in (("train", "moths", 16), ("train", "ants", 8), ("held_apart", "ants", 2)):
            for seed in (1, 2, 3):
                target = split_ants_and_moths(student, seeds=[seed])[1]
                names = [name.split("/")[-1] for name in target if name.startswith(f"{part}/{kind}/")]
                if strangers := [name for name in names if name not in WHOLE[kind]]:
                    raise CriterionFailed(f"whole pictures of {kind} alone in {part}/{kind}/", f"{strangers[0]} in it")
                if len(names) != count:
                    raise CriterionFailed(f"{count} of {len(WHOLE[kind])} {kind} in {part}/{kind}/", str(len(names)))

    assert_apart(student, "split_folder", STAND_INS, judge)


@criterion("split_folder", points=1, hint="What does `sort_files` return second, and of which class?")
def test_reports(student):
    """The reports name each other file of each class, and its state."""

    def judge(_):
        reports = split_ants_and_moths(student, seeds=[1])[2]
        if not isinstance(reports, dict) or not all(isinstance(report, dict) for report in reports.values()):
            raise CriterionFailed("a dict with the report, a dict, of each class", described(reports))
        assert_equal({kind: dict(report) for kind, report in reports.items()}, OTHERS, "the reports")

    assert_apart(student, "split_folder", STAND_INS, judge)


@criterion("split_folder", points=1, hint="What does `rmtree` do, and `mkdir`, if there is no such folder?")
def test_first_run(student):
    """On the first run, when there is no folder `target`, it is made."""

    def judge(_):
        if not split_ants_and_moths(student, seeds=[1], old=None)[1]:
            raise CriterionFailed("pictures in a target that was not there before", "none")

    assert_apart(student, "split_folder", STAND_INS, judge)


@criterion("split_folder", points=1, hint="Where do the files go, and what is removed?")
def test_source_is_untouched(student):
    """All files of the source are still there, and as they were."""

    def judge(_):
        before = split_ants_and_moths(student, seeds=[])[0]
        assert_untouched(before, split_ants_and_moths(student, seeds=[1, 2])[0])

    assert_apart(student, "split_folder", STAND_INS, judge)


@criterion("split_folder", points=2, hint="What lies in `target` when the function is called for the second time?")
def test_run_twice(student):
    """After a second run with another seed no picture is in both parts, and nothing old is left."""

    def judge(_):
        target = split_ants_and_moths(student, seeds=[1, 2])[1]
        train, held_apart = ({n.split("/", 1)[1] for n in target if n.startswith(p)} for p in ("train/", "held_apart/"))
        if both := train & held_apart:
            raise CriterionFailed("no picture in both parts", f"{len(both)} in both after a run with another seed")
        if "old.jpg" in target:
            raise CriterionFailed("an empty target to begin with", "a file that was in it before")

    assert_apart(student, "split_folder", STAND_INS, judge)


@criterion("build_model", points=1, hint="What shape has what goes in, and what comes out of the last layer?")
def test_one_probability(student):
    """The model answers each picture, of the side that it was built for, with one probability."""
    assert_one_probability(student, "build_model", SMALLEST)


@criterion("build_model", points=1, hint="What does each convolution end in? Which layer has most parameters?")
def test_three_convolutions_and_a_small_file(network):
    """The model has three convolutions with ReLU or more, and 300,000 parameters at most for
    64 × 64."""
    assert_convolutions(network[0], least=3)
    assert_parameters(network[0], at_most=BUDGET)


@criterion("build_model", points=2, hint="What does the first layer multiply by, and is there another one like it?")
def test_scales_the_pictures_itself(student, network):
    """The numbers from 0 to 255 are scaled inside the model, once."""
    assert_scales_pictures(student, "build_model", SIDE, network)


@criterion("build_model", points=1, hint="Which loss is there for one probability and a label that is 0 or 1?")
def test_is_taught_by_crossentropy(student, network):
    """The loss is the crossentropy of the probability with labels 0 and 1."""
    assert_learns_by_crossentropy(student, "build_model", SIDE, network)


@criterion("build_model", points=1, hint="compile() takes the names of metrics; write this one out in full.")
def test_reports_its_accuracy(network):
    """Asked about pictures and their labels, the model reports its "accuracy"."""
    model, found = network
    assert_reports(model, (pictures.very_different(SIDE), (found[:, -1:] > 0.5).astype("float32")), "accuracy")


@criterion("accuracy", points=3, hint="Where did the first curve end? Are the pictures scaled in the model alone?")
def test_knows_the_folder(student, thresholds, credit):
    """The saved model is right about most whole pictures of the folder, from 0 to 255."""
    model = as_model(student.model)
    shown = pictures.read_folder(datasets.load("cats_dogs"), input_side(model, SIDE), every=8)
    credit.within(accuracy(student.model, shown), thresholds, "known")


def grainy(height, width):
    """A picture of noise, which JPEG cannot make small, uint8 (height, width, 3)."""
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), "uint8")


def assert_states(student, files, expected):
    """Assert what `state` says of each file, in their order."""
    folder = make_folder(student, files)
    for name, state in zip(files, expected, strict=True):
        if not isinstance(found := student.state(folder.joinpath(name)), str) or found != state:
            raise CriterionFailed(f"{state!r} for {name}", described(found))


def state(file):
    """Stands in for the student's function in one folder alone, by the names of its files."""
    states = {"b": "empty", "n": "no picture", ".": "no picture", "d": "cut short"}
    return states.get(str(file).rsplit("/", 1)[-1][0], "whole")


def assert_sorted(student, what):
    """Assert one of three things about `sort_files`, whatever the student's `state` does."""
    files = {f"{name}.jpg": DOT for name in ("w10", "z", "w9", "a", "m", "w1")}
    files |= {"b.jpg": "", "notes.jpg": WEB_PAGE, "d.jpg": pictures.as_file(grainy(40, 30), "jpeg", left=0.5)}
    report = {"b.jpg": "empty", "notes.jpg": "no picture", "d.jpg": "cut short"}
    more = {"old/1.jpg": DOT, "e.jpg/2.jpg": "", ".hidden": "hello"} if what == "files" else {}
    folder = make_folder(student, files | more)

    def judge(_):
        listed, found = as_tuple(student.sort_files(folder), "sort_files(folder)", ("pictures", "report"))
        names = names_of(student, listed, folder)
        if what == "files":
            seen = {"old", "e.jpg", "old/1.jpg", "e.jpg/2.jpg", ".hidden"}.intersection([*names, *map(str, found)])
            if seen != {".hidden"}:
                told = ", ".join(sorted(seen)) or "none of the three"
                raise CriterionFailed("the file .hidden in the report, the folders old and e.jpg in neither", told)
        elif what == "report":
            assert_equal(found, report, "the report")
        else:
            expected = ["a.jpg", "m.jpg", "w1.jpg", "w10.jpg", "w9.jpg", "z.jpg"]
            assert_equal(names, expected, "the paths of the whole pictures")

    assert_apart(student, "sort_files", {"state": state}, judge)


def deal_out(student, names, part, seed):
    """The names in both parts that `split` makes of files."""
    dealt = student.split(make_paths(student, names), part, seed)
    parts = as_tuple(dealt, "split(files, share, seed)", ("to learn from", "held apart"))
    return [names_of(student, files) for files in parts]


def list_after(split, names):
    """In the student's process: the list of files after the student's function got it."""
    from pathlib import Path

    files = [Path(name) for name in names]
    split(files, 0.2, 3)
    return [str(file) for file in files]


def copy(student, names):
    """What is in a folder before and after `copy_files` copies from it, and the copies."""
    folder = make_folder(student, {"a.jpg": grainy(12, 9), "b.png": DOT, "c.txt": "c"})
    target, before = make_folder(student, {}).joinpath("new"), read_files(student, folder)
    student.copy_files(make_paths(student, names, folder), target)
    return before, read_files(student, folder), read_files(student, target)


def split_ants_and_moths(student, seeds, old="old.jpg"):
    """What is in the source and in the target after a run of `split_folder` for each seed, and what
    the last one returned. `old` is in the target before; without it, there is no target."""
    content = {"empty": "", "cut short": pictures.as_file(grainy(40, 30), "jpeg", left=0.5), "no picture": WEB_PAGE}
    files = {f"{kind}/{name}": content[state] for kind, report in OTHERS.items() for name, state in report.items()}
    files |= {f"{kind}/{name}": grainy(4 + len(name), 5) for kind, names in WHOLE.items() for name in names}
    source = make_folder(student, files | {"notes.txt": "beside the classes"})
    target = make_folder(student, {f"pets/{old}": "old"} if old else {}).joinpath("pets")
    reports = [student.split_folder(source, target, 0.2, seed) for seed in seeds]
    return read_files(student, source), read_files(student, target), *reports[-1:]


def sort_files(folder):
    """Stands in for the student's function in this folder alone, by the names of its files."""
    whole = sorted(file for file in folder.iterdir() if file.name[:4] in ("moth", "ant-"))
    others = [file.name for file in folder.iterdir() if file not in whole]
    return whole, {name: name.split("-")[0].replace("_", " ") for name in others}


def split(files, share, seed):
    """Stands in for the student's function: deals out without chance."""
    end = seed + round(share * len(files))
    return files[:seed] + files[end:], files[seed:end]


def copy_files(files, folder):
    """Stands in for the student's function: makes files that have the right names alone."""
    import os

    os.makedirs(folder, exist_ok=True)
    for file in files:
        (folder / file.name).write_text(file.name)


STAND_INS = {"sort_files": sort_files, "split": split, "copy_files": copy_files}
