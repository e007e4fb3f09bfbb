"""The hidden criteria of `folder_pipeline`, which students never get."""

import numpy as np

from proctor import (
    CriterionFailed,
    accuracy,
    as_model,
    as_tuple,
    assert_apart,
    assert_choice,
    assert_close,
    assert_equal,
    assert_shape,
    criterion,
    datasets,
    described,
    input_side,
    layer,
    make_folder,
    make_model,
    pictures,
    share,
    take_batches,
)

SIDE = 64
DOT = np.zeros((3, 5, 3), "uint8")
# Other classes: path → height, width, channels, and the colours of the upper and lower half.
HALVES = {
    "train/Yaks/1.png": (40, 40, 3, (250, 10, 20), (20, 240, 30)),
    "train/Yaks/2.JPG": (60, 30, 3, (15, 25, 245), (200, 200, 0)),
    "train/Yaks/3.png": (40, 80, 4, (0, 180, 190), (130, 3, 131)),
    "train/axes/1.jpeg": (100, 90, 3, (33, 44, 55), (222, 111, 122)),
    "train/axes/2.png": (20, 20, 4, (1, 2, 3), (99, 98, 33)),
    "train/axes/3.png": (40, 20, 1, (70,), (160,)),
    "train/axes/4.png": (17, 33, 3, (77, 177, 77), (255, 255, 255)),
    "validation/Yaks/9.png": (30, 30, 1, (240,), (20,)),
    "validation/axes/8.png": (44, 21, 3, (120, 60, 7), (60, 120, 250)),
}


@criterion("classes", points=1, hint="How does Python's `sorted` order capital letters, small ones and digits?")
def test_any_names(student):
    """The classes of any folder are listed as `sorted` orders them, whatever they are called."""
    names = ["10", "9", "Zoo", "apes", "apes 2", "b.jpg", "élan", "_"]
    files = {**dict.fromkeys(names), ".git/config.txt": "hidden", "z.png": DOT, "apes/inner": None}
    found = student.list_classes(make_folder(student, files))
    if not isinstance(found, (list, tuple, np.ndarray)):
        raise CriterionFailed("a list of names", described(found))
    assert_equal(list(map(str, found)), sorted(names), "list_classes(folder)")


@criterion("count", points=1, hint="Does it look at every class of the folder that it is given, and only at pictures?")
def test_counts_any_folder(student):
    """The pictures of any classes are counted, those of an empty one too."""
    counts = {"Zoo": 3, "empty": 0, "no pictures": 0, "p.png": 11, "1": 2}
    files = {f"{name}/{number}.{('PnG', 'jpeg')[number % 2]}": DOT for name, n in counts.items() for number in range(n)}
    files |= {"empty": None, "no pictures/a.jpg.bak": "not counted", "no pictures/png": "not counted"}
    files |= {"Zoo/photo.gif.txt": "not counted", "cover.jpg": DOT, "1/readme": "not counted", "Zoo/old/9.png": DOT}
    files |= {"1/0.jpg": files.pop("1/1.jpeg"), "p.png/moving.GIF": "not counted"}
    folder = make_folder(student, files)

    def list_classes(folder):  # noqa: ARG001
        return ["1", "Zoo", "empty", "no pictures", "p.png"]

    def judge(_):
        found = student.count_pictures(folder)
        if not isinstance(found, dict) or set(found) != set(counts):
            raise CriterionFailed(f"a dict with a count for {', '.join(sorted(counts))}", described(found))
        assert_close([found[name] for name in counts], list(counts.values()), "the counts")

    assert_apart(student, "count_pictures", {"list_classes": list_classes}, judge)


@criterion(
    "load_parts", points=2, hint="Does it read the folder it is given, files of all kinds, in the side asked for?"
)
def test_loads_any_folder(student):
    """Grey pictures, those with four channels and those of any size, of other classes, become
    batches of the same form, of any side."""
    files = {name: draw_halves(*picture) for name, picture in HALVES.items()}
    files |= {"train/Yaks/notes.txt": "no picture", "validation/notes.txt": "no picture"}
    loaded = as_tuple(
        student.load_parts(make_folder(student, files), 24),
        "load_parts(folder, side)",
        ("to learn from", "to judge by"),
    )
    seen = []
    for dataset in loaded:
        for shown, labels in take_batches(dataset, ("pictures", "labels"), at_most=20):
            assert_shape(shown, (None, 24, 24, 3), "a batch of pictures")
            if labels.shape[:1] != shown.shape[:1]:
                raise CriterionFailed("a label for each picture", f"labels of shape {labels.shape}")
            scale = 255 if shown.size and float(shown.max()) <= 1.01 else 1  # another criterion tells of the scale
            for picture, label in zip(scale * shown.astype(float), labels, strict=True):
                name, number = which_halves(picture), np.ravel(label)[-1:]
                seen.append(name)
                if name and number != [name.split("/")[1] == "axes"]:
                    raise CriterionFailed("Yaks with 0 and axes with 1", f"{name.split('/')[1]} with {number.tolist()}")
    # Other criteria tell of pictures in the wrong part.
    missing = [name for name in HALVES if name.startswith("train") and name not in seen]
    if missing or "" in seen:
        found = f"{len(missing)} of them never, and {seen.count('')} that are none of them"
        raise CriterionFailed("each of the pictures in train/, as it is in its file", found)


@criterion("halve_side", points=1, hint="Does it ask the function that it is given, for the side that it is given?")
def test_of_any_network(student):
    """The parameters of any network are counted, for any side."""

    def build_convolutions(side):
        keras = __import__("keras")
        layers = keras.layers.Conv2D(5, 3, padding="same"), keras.layers.Flatten(), keras.layers.Dense(3)
        return keras.Sequential([keras.Input((side, side, 3)), *layers])

    def build_average(side):
        keras = __import__("keras")
        pool = keras.layers.GlobalAveragePooling2D()
        layers = keras.layers.Conv2D(7, 2), keras.layers.BatchNormalization(), pool, keras.layers.Dense(1)
        return keras.Sequential([keras.Input((side, side, 3)), *layers])

    for build, side, expected in (
        (build_convolutions, 22, [140 + 3 * (5 * 22**2 + 1), 140 + 3 * (5 * 11**2 + 1)]),
        (build_average, 38, [91 + 28 + 8, 91 + 28 + 8]),
    ):
        found = as_tuple(student.halve_side(share(student, build), side), "halve_side(build, side)", ("whole", "half"))
        assert_close(found, expected, f"the numbers of parameters for {side} pixels and half of it")


@criterion("name_picture", points=1, hint="Try a grey picture, one with four channels, and a network of another side.")
def test_names_any_picture(student):
    """Any file is named, grey or with four channels, by a network of another side."""
    side, classes = 33, ["Yaks", "axes"]
    weights = np.outer(np.where(np.arange(side) < side / 2, 1.0, -1.0), [0.02, -0.004, -0.012])
    network = make_seer(student, weights)
    files = {f"a{number}.{kind}": draw_halves(*picture) for number, (*picture, kind) in enumerate(SEEN)}
    folder = make_folder(student, files)
    for name, (height, _, _, upper, lower, _) in zip(files, SEEN, strict=True):
        halves = [np.broadcast_to(colour, 3) for colour in (upper, lower)]
        rows = draw_rows(halves, height, side)
        logit = float((rows * weights).sum() / side)
        named = student.name_picture(network, folder.joinpath(name), classes)
        found, probability = as_tuple(named, "name_picture(model, file, classes)", ("name", "probability"))
        assert_equal(found, classes[int(logit > 0)], "the name")
        # How a picture is resized, and JPEG, change the rows where both halves meet.
        assert_close(probability, 1 / (1 + np.exp(-abs(logit))), "the probability", rtol=0, atol=0.02)


@criterion("accuracy", points=3, hint="How far apart are the two learning curves, and is the second one still rising?")
def test_tells_new_series(student, thresholds, credit):
    """The saved model is right about 90 % of horses and humans of series that it has never seen."""
    model = as_model(student.model)
    shown = pictures.read_folder(datasets.load("horses_humans", split="test"), input_side(model, SIDE))
    credit.within(accuracy(model, shown), thresholds, "new")


@criterion("answers", points=1, hint="Which layers' parameters depend on how large the pictures are?")
def test_where_the_parameters_go(student):
    """You know which parameters depend on the size of the pictures."""
    wrong = {
        "b": "How many numbers does a filter of 3 × 3 have, and does that depend on the picture it moves over?",
        "c": "Look at the summary: how many parameters does a pooling layer have?",
    }
    assert_choice(student.answers, "quarter", "a", wrong)


@criterion(
    "answers", points=1, hint="Think of a series whose pictures are dealt out at random, to learn from and to judge by."
)
def test_what_a_random_choice_hides(student):
    """You know what becomes of a series when pictures are dealt out at random."""
    wrong = {
        "a": "Just as many pictures are held apart in this notebook. What is it that they are compared with?",
        "b": "It favours no picture. But how similar are those on both sides of it?",
    }
    assert_choice(student.answers, "series", "c", wrong)


# Pictures for `name_picture`: height, width, channels, the colours of both halves, and the ending.
SEEN = [
    (60, 40, 3, (220, 30, 60), (40, 90, 200), "png"),
    (30, 90, 3, (20, 90, 200), (230, 60, 20), "jpg"),
    (50, 50, 4, (10, 200, 40), (200, 30, 220), "png"),
    (80, 20, 1, (220,), (40,), "png"),
]


def draw_halves(height, width, channels, upper, lower):
    """A picture with an upper and a lower half, uint8; a fourth channel is opaque."""
    picture = np.empty((height, width, channels), "uint8")
    for rows, colour in ((slice(None, height // 2), upper), (slice(height // 2, None), lower)):
        picture[rows] = (*colour, 255) if channels == 4 else colour
    return picture[..., 0] if channels == 1 else picture


def which_halves(picture):
    """The path of HALVES that a picture shows, the right way up; "" if it is none."""
    found = np.concatenate([picture[3:8].mean(axis=(0, 1)), picture[-8:-3].mean(axis=(0, 1))])
    for name, (*_, upper, lower) in HALVES.items():
        if np.abs(found - np.concatenate([np.broadcast_to(colour, 3) for colour in (upper, lower)])).max() < 6:
            return name
    return ""


def draw_rows(halves, height, side):
    """The rows of a picture with two halves after resizing, float (side, 3)."""
    share_of_upper = np.clip((height // 2) / height * side - np.arange(side), 0, 1)[:, None]
    return share_of_upper * halves[0] + (1 - share_of_upper) * halves[1]


def make_seer(student, weights):
    """A network whose logit is the mean of all rows' colours, summed with `weights`, (side, 3)."""
    side = len(weights)
    spread = np.repeat(weights[:, None], side, axis=1) / side**2
    # In a prediction, nothing is dropped out.
    layers = layer("Flatten"), layer("Dropout", rate=0.5), layer("Dense", units=1, activation="sigmoid")
    return make_model(student, (side, side, 3), *layers, weights=[spread.reshape(-1, 1), [0.0]])
