"""The hidden criteria of `split_and_train`, which students never get."""

import numpy as np

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    as_tuple,
    assert_apart,
    assert_equal,
    criterion,
    datasets,
    described,
    input_side,
    make_folder,
    make_paths,
    names_of,
    pictures,
    read_files,
)

SIDE = 64


@criterion("state", points=1, hint="Try PNG files that are cut short, and pictures whose names say something else.")
def test_any_files(student):
    """Files of any kind are told apart by what is in them, and stay as they are."""
    files = {
        "a.png": (pictures.as_file(picture(60, 40, 3), "png", 0.4), "cut short"),
        "late.jpg": (pictures.as_file(picture(80, 90, 3), "jpeg", 0.9), "cut short"),
        "grey.jpeg": (pictures.as_file(picture(70, 33, 1), "jpeg", 0.5), "cut short"),
        "notes.txt": (pictures.as_file(picture(9, 31, 3), "png", 1), "whole"),
        "no ending": (pictures.as_file(picture(20, 20, 3), "jpeg", 1), "whole"),
        "png.jpg": (pictures.as_file(picture(25, 14, 4), "png", 1), "whole"),
        "g.gif": (pictures.as_file(picture(13, 14, 1), "gif", 1), "whole"),
        "one byte.jpg": (b"\xff", "no picture"),
        "bytes.png": (bytes(range(256)) * 9, "no picture"),
        "nothing": (b"", "empty"),
    }
    folder = make_folder(student, {name: content for name, (content, _) in files.items()})
    for name, (_, expected) in files.items():
        found = student.state(folder.joinpath(name))
        # `verify` cannot read a PNG file that is cut short; whoever asks it first says this.
        also = ("no picture",) if name == "a.png" else ()
        if not isinstance(found, str) or found not in (expected, *also):
            raise CriterionFailed(f"another state of a file called {name!r}", described(found))
    if read_files(student, folder) != {name: content for name, (content, _) in files.items()}:
        raise CriterionFailed("files that are looked at to stay as they are", "others")


@criterion("sort_files", points=1, hint="Try capital letters, names without an ending, and a folder without files.")
def test_any_folder(student):
    """Any folder is sorted, an empty one too."""
    whole = ["10.png", "9.jpg", "B.jpg", "Z", "a picture.jpeg", "b.txt", "e.gif.png"]
    report = {"~x.jpg": "cut short", "A.jpg": "empty", "~y": "no picture", ".b.jpg": "empty", "~z.png": "cut short"}
    content = {"empty": b"", "no picture": b"no", "cut short": pictures.as_file(picture(50, 40, 3), "jpeg", 0.6)}
    files = {name: pictures.as_file(picture(8, 8 + len(name), 3), "png", 1) for name in reversed(whole)}
    files |= {name: content[state] for name, state in report.items()} | {"folder.jpg": None, "more/1.jpg": b""}
    folder = make_folder(student, dict(sorted(files.items(), key=lambda item: hash_of(item[0]))))
    nothing = make_folder(student, {})

    def state(file):
        name = str(file).rsplit("/", 1)[-1]
        others = {"~x.jpg": "cut short", "A.jpg": "empty", "~y": "no picture", ".b.jpg": "empty", "~z.png": "cut short"}
        return others.get(name, "whole")

    def judge(_):
        listed, found = as_tuple(student.sort_files(folder), "sort_files(folder)", ("pictures", "report"))
        assert_equal(names_of(student, listed, folder), whole, "the paths of the whole pictures")
        assert_equal(found, report, "the report")
        listed, found = as_tuple(student.sort_files(nothing), "sort_files(folder)", ("pictures", "report"))
        if names_of(student, listed) or found:
            raise CriterionFailed("an empty list and an empty report of an empty folder", "others")

    assert_apart(student, "sort_files", {"state": state}, judge)


@criterion("split", points=1, hint="Try 7 files with a share of 0.3, and 12 with 0.25.")
def test_any_share(student):
    """Any number of files is dealt out, any share of them held apart."""
    for count, part, apart in ((12, 0.25, (3,)), (7, 0.3, (2, 3)), (101, 0.1, (10, 11)), (10, 0.75, (7, 8))):
        names = [f"folder {n % 3}/{n}.png" for n in range(count)]
        dealt = student.split(make_paths(student, names), part, count)
        parts = as_tuple(dealt, "split(files, share, seed)", ("to learn from", "held apart"))
        train, held_apart = (names_of(student, files) for files in parts)
        if len(held_apart) not in apart or len(train) + len(held_apart) != count:
            told = f"{len(train)} to learn from and {len(held_apart)} held apart"
            raise CriterionFailed(f"a share of {part} of {count} files held apart", told)
        if set(train) | set(held_apart) != set(names):
            raise CriterionFailed(f"each of {count} files in one part", "others")


@criterion("copy_files", points=1, hint="Does it copy each file that it is given, wherever the file lies?")
def test_copies_anything(student):
    """Any files are copied, from several folders, and of no files the folder alone is made."""
    files = {"one/a b.jpg": bytes(range(256)) * 300, "two/deep/c.tar.gz": b"\x00\xff", "two/.d": b"", "d/e": b"e"}
    folder = make_folder(student, files)
    student.copy_files(make_paths(student, list(files), folder), folder.joinpath("to", "it"))
    found = read_files(student, folder.joinpath("to"))
    expected = {f"it/{name.split('/')[-1]}": content for name, content in files.items()}
    if found != expected:
        told = ", ".join(sorted(found)) or "no files"
        raise CriterionFailed("all four files in the folder, with all their bytes", told)
    student.copy_files([], folder.joinpath("none"))
    if "none" not in read_files(student, folder):
        raise CriterionFailed("the folder for no files", "no such folder")


@criterion("split_folder", points=1, hint="Does every class, whatever it is called, go through all four steps?")
def test_any_classes(student):
    """Any number of classes is dealt out, any share of each, the same way for the same seed."""
    counts = {"bees": 8, "Wasps": 12, "hover flies": 4}
    whole = [f"{kind}/{kind[0]}{number}.png" for kind, count in counts.items() for number in range(count)]
    dot = pictures.as_file(picture(6, 5, 3), "png", 1)
    files = dict.fromkeys(whole, dot) | {"bees/x.png": b"", "hover flies/y": b"no", "cover.png": dot}
    reports = {"bees": {"x.png": "empty"}, "Wasps": {}, "hover flies": {"y": "no picture"}}

    def sort_files(folder):
        files = sorted(file for file in folder.iterdir() if file.is_file())
        states = {"x.png": "empty", "y": "no picture"}
        return [f for f in files if f.name not in states], {f.name: states[f.name] for f in files if f.name in states}

    def split(files, share, seed):
        order = __import__("numpy").random.default_rng(seed).permutation(len(files))
        apart = round(share * len(files))
        return [files[place] for place in order[apart:]], [files[place] for place in order[:apart]]

    def copy_files(files, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            __import__("shutil").copy(file, folder)

    def judge(_):
        seen = []
        for key, seed in ((None, 11), (by_number, 11), (None, 12)):
            source = make_folder(student, dict(sorted(files.items(), key=key)))
            target = make_folder(student, {"old": b"old"}).joinpath("insects")
            found = student.split_folder(source, target, 0.25, seed)
            if not isinstance(found, dict):
                raise CriterionFailed("the reports, a dict", described(found))
            assert_equal({kind: found[kind] for kind in sorted(found)}, dict(sorted(reports.items())), "the reports")
            seen.append(read_files(student, target))
        for kind, count in counts.items():
            apart = sum(name.startswith(f"held_apart/{kind}/") for name in seen[0])
            if apart != count // 4:
                raise CriterionFailed(f"{count // 4} of {count} pictures of a class held apart", str(apart))
        if sorted(name.split("/", 1)[1] for name in seen[0]) != sorted(whole):
            raise CriterionFailed("each picture once, below train/ or held_apart/", f"{len(seen[0])} files")
        if set(seen[0].values()) != {dot}:
            raise CriterionFailed("copies with all their bytes", "others")
        if seen[0].keys() != seen[1].keys():
            raise CriterionFailed("the same parts for the same names and the same seed", "others")
        if seen[0].keys() == seen[2].keys():
            raise CriterionFailed("other parts for another seed", "the same ones")

    stand_ins = {"sort_files": sort_files, "split": split, "copy_files": copy_files}
    assert_apart(student, "split_folder", stand_ins, judge)


@criterion("accuracy", points=3, hint="How far apart are the two learning curves, and is the second one still rising?")
def test_tells_new_animals(student, thresholds, credit):
    """The saved model is right about many cats and dogs that it has never seen."""
    model = as_model(student.model)
    shown = pictures.read_folder(datasets.load("cats_dogs", split="test"), input_side(model, SIDE))
    credit.within(accuracy(model, shown), thresholds, "new")


def picture(height, width, channels):
    """A picture of noise, uint8."""
    pixels = np.random.default_rng(height + width).integers(0, 256, (height, width, channels), "uint8")
    return pixels[..., 0] if channels == 1 else pixels


def hash_of(name):
    """A number for each name, so that sorting by it leaves no order that anybody would guess."""
    return sum(place * ord(letter) * 31 % 97 for place, letter in enumerate(name, start=1)) % 89


def by_number(item):
    """Another order of the files: the last letters of their names first."""
    return item[0][::-1]
