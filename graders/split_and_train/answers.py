"""Other right answers of the exercise on a messy folder, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, untrained, variant

CONVERTED = """
import os


def state(file):
    if os.path.getsize(file) == 0:
        return "empty"
    try:
        Image.open(file).verify()
    except Exception:
        return "no picture"
    try:
        with Image.open(file) as picture:
            picture.convert("RGB")
    except Exception:
        return "cut short"
    return "whole"
"""
STATE_BY_ARRAY = """
def state(file):
    if not Path(file).read_bytes():
        return "empty"
    picture = None
    try:
        with Image.open(file) as picture:
            np.asarray(picture).sum()
    except (OSError, SyntaxError):
        return "cut short" if picture else "no picture"
    return "whole"
"""
STATE_BY_KERAS = """
def state(file):
    try:
        with Image.open(file):
            pass
    except OSError:
        return "no picture" if file.stat().st_size else "empty"
    try:
        keras.utils.load_img(file, target_size=(10, 10))
        return "whole"
    except OSError:
        return "cut short"
"""
LISTED = """
import os


def sort_files(folder):
    whole, report = [], {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            continue
        found = state(Path(path))
        if found == "whole":
            whole.append(path)
        else:
            report[name] = found
    return [whole, report]
"""
IN_TWO_PASSES = """
def sort_files(folder):
    files = [path for path in Path(folder).glob("*") if path.is_file()]
    report = {path.name: state(path) for path in files if state(path) != "whole"}
    pictures = [path for path in files if path.name not in report]
    pictures.sort(key=lambda path: path.name)
    return pictures, report
"""
SAMPLED = """
def split(files, share, seed):
    mixed = random.Random(seed).sample(list(files), len(files))
    count = int(len(files) * (1 - share) + 1e-9)
    return mixed[:count], mixed[count:]
"""
SHUFFLED = """
def split(files, share, seed):
    files = list(files)
    random.seed(seed)
    random.shuffle(files)
    apart = int(np.ceil(share * len(files) - 1e-9))
    return tuple(files[:-apart]), tuple(files[-apart:])
"""
BY_MASK = """
def split(files, share, seed):
    rng = np.random.RandomState(seed)
    held_apart = set(rng.choice(len(files), size=round(share * len(files)), replace=False))
    parts = [], []
    for i, file in enumerate(files):
        parts[i in held_apart].append(file)
    return parts
"""
MIXED_ARRAY = """
def split(files, share, seed):
    np.random.seed(seed)
    mixed = np.random.permutation(np.array(files, dtype=object))
    return np.split(mixed, [len(files) - round(share * len(files))])
"""
BYTES = """
def copy_files(files, folder):
    if not folder.exists():
        folder.mkdir(parents=True)
    for file in files:
        (folder / Path(file).name).write_bytes(Path(file).read_bytes())
"""
COPIED_BY_NAME = """
import os
from shutil import copyfile


def copy_files(files, folder):
    os.makedirs(folder, exist_ok=True)
    [copyfile(str(file), os.path.join(folder, os.path.basename(str(file)))) for file in files]
    return len(files)
"""
IF_THERE = """
def split_folder(source, target, share, seed):
    if os.path.isdir(target):
        shutil.rmtree(target)
    counts = dict()
    for name in os.listdir(source):
        if os.path.isdir(os.path.join(source, name)):
            good, bad = sort_files(source / name)
            parts = split(good, share, seed)
            for part, files in zip(["train", "held_apart"], parts):
                copy_files(files, Path(target) / part / name)
            counts[name] = bad
    return counts
"""
REPORT_FIRST = """
def split_folder(source, target, share, seed):
    classes = [path.name for path in source.glob("*/") if path.is_dir()]
    sorted_files = {name: sort_files(source / name) for name in classes}
    for name, (_, report) in sorted_files.items():
        print(name, report)
    if target.exists():
        shutil.rmtree(target)
    for number, name in enumerate(classes):
        learn, judge = split(sorted_files[name][0], share, seed + 1000 * len(name))
        copy_files(learn, target / "train" / name)
        copy_files(judge, target / "held_apart" / name)
    return {name: report for name, (_, report) in sorted_files.items()}
"""
FUNCTIONAL = """
def build_model(side):
    inputs = keras.Input((side, side, 3))
    x = inputs / 127.5 - 1.0
    for filters in (16, 32, 64):
        x = keras.layers.Conv2D(filters, 3, padding="same")(x)
        x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPool2D(2)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dropout(0.3)(x)
    outputs = keras.layers.Activation("sigmoid")(keras.layers.Dense(1)(x))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
    return model
"""
LAYER_BY_LAYER = """
def build_model(side):
    model = keras.models.Sequential()
    model.add(keras.layers.Rescaling(scale=1.0 / 255, input_shape=(side, side, 3)))
    model.add(keras.layers.Conv2D(16, (3, 3), activation="relu"))
    model.add(keras.layers.MaxPooling2D(2, 2))
    model.add(keras.layers.Conv2D(32, (3, 3), activation="relu"))
    model.add(keras.layers.MaxPooling2D(2, 2))
    model.add(keras.layers.Conv2D(64, (3, 3), activation="relu"))
    model.add(keras.layers.MaxPooling2D(2, 2))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer=keras.optimizers.RMSprop(0.001), loss="binary_crossentropy", metrics=["accuracy"])
    return model
"""
NORMALISED = """
def build_model(side):
    model = keras.Sequential([
        keras.layers.Rescaling(1 / 127.5, offset=-1),
        keras.layers.Conv2D(8, 5, strides=2, activation=tf.nn.relu),
        keras.layers.BatchNormalization(),
        keras.layers.MaxPooling2D(),
        keras.layers.SeparableConv2D(16, 3, activation=tf.nn.relu),
        keras.layers.Conv2D(32, 3, padding="same", activation=tf.nn.relu),
        keras.layers.Flatten(),
        keras.layers.Dense(1, activation=tf.nn.sigmoid),
    ])
    model.compile("nadam", "binary_crossentropy", metrics=["accuracy"])
    return model
"""
RESCALING = "            keras.layers.Rescaling(1 / 255),\n"
BCE = 'loss="binary_crossentropy"'
THIRD = '            keras.layers.Conv2D(64, 3, activation="relu"),\n'
ORDER = "np.random.default_rng(seed).permutation(len(files))"
RETURNED = "return [files[i] for i in order[apart:]], [files[i] for i in order[:apart]]"
COPIED = "        shutil.copy(file, folder)"
NEIGHBOURS = """        for other in file.parent.iterdir():
            if other.is_file():
                shutil.copy(other, folder)"""
EMPTIED = "    shutil.rmtree(target, ignore_errors=True)\n"
ONE_LIST = """
def split_folder(source, target, share, seed):
    shutil.rmtree(target, ignore_errors=True)
    sorted_files = {kind: sort_files(kind) for kind in sorted(source.iterdir()) if kind.is_dir()}
    parts = split([file for whole, _ in sorted_files.values() for file in whole], share, seed)
    for part, files in zip(("train", "held_apart"), parts):
        for kind in sorted_files:
            copy_files([file for file in files if file.parent == kind], target / part / kind.name)
    return {kind.name: report for kind, (_, report) in sorted_files.items()}
"""
ALL_FILES = """
def split_folder(source, target, share, seed):
    shutil.rmtree(target, ignore_errors=True)
    reports = {}
    for kind in sorted(path for path in source.iterdir() if path.is_dir()):
        to_learn, held_apart = split(sorted(kind.iterdir()), share, seed)
        copy_files([file for file in to_learn if state(file) == "whole"], target / "train" / kind.name)
        copy_files([file for file in held_apart if state(file) == "whole"], target / "held_apart" / kind.name)
        reports[kind.name] = sort_files(kind)[1]
    return reports
"""

variants = [
    variant(
        "verify and convert, os.listdir, a sample, bytes, functional",
        replace("write_state", CONVERTED),
        replace("write_sort_files", LISTED),
        replace("write_split", SAMPLED),
        replace("write_copy_files", BYTES),
        replace("write_build_model", FUNCTIONAL),
    ),
    variant(
        "an array of the pixels, two passes, shuffled copies, copyfile, os.path, input_shape",
        replace("write_state", STATE_BY_ARRAY),
        replace("write_sort_files", IN_TWO_PASSES),
        replace("write_split", SHUFFLED),
        replace("write_copy_files", COPIED_BY_NAME),
        replace("write_split_folder", IF_THERE),
        replace("write_build_model", LAYER_BY_LAYER),
    ),
    variant(
        "load_img, a mask, all reports first, without Input",
        replace("write_state", STATE_BY_KERAS),
        replace("write_split", BY_MASK),
        replace("write_split_folder", REPORT_FIRST),
        replace("write_build_model", NORMALISED),
    ),
    variant("arrays of paths", replace("write_split", MIXED_ARRAY)),
    variant("a chosen seed", edit("write_split", "default_rng(seed)", "default_rng(seed + 7)")),
    variant(
        "a wider first layer, five convolutions",
        edit("write_build_model", "Conv2D(16, 3", "Conv2D(24, 5"),
        edit("write_build_model", THIRD, THIRD + 2 * THIRD.replace("3, a", "1, a")),
    ),
]
slips = [
    [  # state
        mutant(
            "verifies alone",
            edit("write_state", "picture.load()", "picture.verify()"),
            fails=["cut_short", "any_files"],
        ),
        mutant(
            "opens, and reads nothing",
            edit("write_state", "        picture.load()\n", "        picture.size\n"),
            fails=["cut_short", "any_files"],
        ),
        mutant(
            "what is cut short is filled up",
            edit(
                "write_state",
                "def state",
                "from PIL import ImageFile\n\nImageFile.LOAD_TRUNCATED_IMAGES = True\n\n\ndef state",
            ),
            fails=["cut_short", "any_files"],
        ),
        mutant(
            "an empty file is no picture",
            edit("write_state", 'return "empty"', 'return "no picture"'),
            fails=["empty_or_no_picture", "any_files"],
        ),
        mutant(
            "by the ending of the name",
            edit(
                "write_state",
                "    try:\n        picture = ",
                '    if file.suffix != ".jpg":\n        return "no picture"\n    try:\n        picture = ',
            ),
            fails=["whole", "any_files"],
        ),
        mutant(
            "nothing is whole",
            edit("write_state", 'return "whole"', 'return "cut short"'),
            fails=["whole", "any_files"],
        ),
        mutant(
            "small files are empty",
            edit("write_state", "st_size == 0", "st_size < 1000"),
            fails=["empty_or_no_picture", "cut_short", "whole", "any_files"],
        ),
        mutant(
            "true or false",
            edit("write_state", 'return "whole"', "return True"),
            fails=["whole", "any_files"],
        ),
    ],
    [  # sort_files
        mutant(
            "in the order of the file system",
            edit("write_sort_files", "sorted(folder.iterdir())", "folder.iterdir()"),
            fails=["whole_pictures_in_order", "any_folder"],
        ),
        mutant(
            "the newest first",
            edit(
                "write_sort_files",
                "sorted(folder.iterdir())",
                "sorted(folder.iterdir(), key=lambda file: -file.stat().st_ctime_ns)",
            ),
            fails=["whole_pictures_in_order", "any_folder"],
        ),
        mutant(
            "folders are files",
            edit("write_sort_files", " if file.is_file()", ""),
            fails=["files_alone", "any_folder"],
        ),
        mutant(
            "hidden files are left out",
            edit("write_sort_files", "if file.is_file()", 'if file.is_file() and file.name[0] != "."'),
            fails=["files_alone", "any_folder"],
        ),
        mutant(
            "looks into folders below",
            edit("write_sort_files", "folder.iterdir()", 'folder.rglob("*")'),
            fails=["files_alone", "any_folder"],
        ),
        mutant(
            "files that end in .jpg",
            edit("write_sort_files", "folder.iterdir()", 'folder.glob("*.jpg")'),
            fails=["files_alone", "any_folder"],
        ),
        mutant(
            "names in place of paths",
            edit("write_sort_files", "whole = [file ", "whole = [file.name "),
            fails=["whole_pictures_in_order", "any_folder"],
        ),
        mutant(
            "a list of names for the report",
            edit("write_sort_files", "{file.name: states[file] for", "[file.name for"),
            edit("write_sort_files", '!= "whole"}', '!= "whole"]'),
            fails=["report", "any_folder"],
        ),
        mutant(
            "paths in the report",
            edit("write_sort_files", "{file.name: states", "{file: states"),
            fails=["report", "files_alone", "any_folder"],
        ),
        mutant(
            "the report has all files",
            edit("write_sort_files", "in states if states[file] != ", "in states if file != "),
            fails=["report", "any_folder"],
        ),
        mutant(
            "capital letters do not count",
            edit(
                "write_sort_files",
                "sorted(folder.iterdir())",
                "sorted(folder.iterdir(), key=lambda file: file.name.lower())",
            ),
            fails="any_folder",
        ),
    ],
    [  # split
        mutant("takes the last tenth", edit("write_split", ORDER, "range(len(files))[::-1]"), fails="by_chance"),
        mutant(
            "every tenth file, from a place that chance chooses",
            edit(
                "write_split", ORDER, "np.roll(np.arange(len(files)), np.random.default_rng(seed).integers(len(files)))"
            ),
            fails="by_chance",
        ),
        mutant("no seed", edit("write_split", "default_rng(seed)", "default_rng()"), fails="the_same_seed"),
        mutant("always the same seed", edit("write_split", "default_rng(seed)", "default_rng(42)"), fails="by_chance"),
        mutant(
            "draws with replacement",
            edit("write_split", "permutation(len(files))", "integers(0, len(files), len(files))"),
            fails=["each_file_in_one_part", "any_share", "nine_tenths_and_one_tenth"],
        ),
        mutant(
            "two draws",
            edit(
                "write_split",
                "[files[i] for i in order[:apart]]",
                "list(np.random.default_rng(seed + 1).permutation(files)[:apart])",
            ),
            fails=["each_file_in_one_part", "any_share"],
        ),
        mutant(
            "the parts in the other order",
            edit(
                "write_split",
                RETURNED,
                RETURNED.replace("[apart:]", "[x]").replace("[:apart]", "[apart:]").replace("[x]", "[:apart]"),
            ),
            fails=["nine_tenths_and_one_tenth", "any_share"],
        ),
        mutant(
            "the share to learn from",
            edit("write_split", "round(share *", "round((1 - share) *"),
            fails=["nine_tenths_and_one_tenth", "any_share"],
        ),
        mutant(
            "a tenth always",
            edit("write_split", "round(share *", "round(0.1 *"),
            fails=["by_chance", "any_share"],
        ),
        mutant(
            "mixes the list that it is given",
            edit(
                "write_split",
                f"    order = {ORDER}",
                "    random.Random(seed).shuffle(files)\n    order = range(len(files))",
            ),
            fails=["leaves_the_list"],
        ),
        mutant(
            "loses the file in between",
            edit("write_split", "order[apart:]", "order[apart + 1 :]"),
            fails=["each_file_in_one_part", "nine_tenths_and_one_tenth", "any_share"],
        ),
        mutant(
            "learns from all",
            edit("write_split", "[files[i] for i in order[apart:]]", "list(files)"),
            fails=["each_file_in_one_part", "nine_tenths_and_one_tenth", "any_share"],
        ),
    ],
    [  # copy_files
        mutant(
            "moves",
            edit("write_copy_files", "shutil.copy(", "shutil.move("),
            fails="originals_stay",
        ),
        mutant(
            "links",
            edit("write_copy_files", COPIED, "        (folder / file.name).symlink_to(file)"),
            fails="copies_are_no_links",
        ),
        mutant(
            "hard links",
            edit("write_copy_files", COPIED, "        (folder / file.name).hardlink_to(file)"),
            fails="copies_are_no_links",
        ),
        mutant(
            "does not make the folders above",
            edit("write_copy_files", "parents=True, ", ""),
            fails=["makes_the_folder", "copies_anything"],
        ),
        mutant(
            "fails if the folder is there",
            edit("write_copy_files", "parents=True, exist_ok=True", "parents=True"),
            fails="makes_the_folder",
        ),
        mutant(
            "empties the folder",
            edit(
                "write_copy_files",
                "    folder.mkdir",
                "    shutil.rmtree(folder, ignore_errors=True)\n    folder.mkdir",
            ),
            fails="makes_the_folder",
        ),
        mutant(
            "the first file alone",
            edit("write_copy_files", COPIED, COPIED + "\n        break"),
            fails=["copies", "copies_are_no_links", "copies_anything"],
        ),
        mutant(
            "gives them numbers",
            edit("write_copy_files", "for file in files:", "for number, file in enumerate(files):"),
            edit("write_copy_files", "(file, folder)", '(file, folder / f"{number}.jpg")'),
            fails=["copies", "copies_anything"],
        ),
        mutant(
            "pictures saved anew",
            edit("write_copy_files", COPIED, "        Image.open(file).save(folder / file.name)"),
            fails=["copies", "copies_are_no_links", "copies_anything"],
        ),
        mutant(
            "copies all that lies beside them",
            edit("write_copy_files", COPIED, NEIGHBOURS),
            fails=["copies"],
        ),
    ],
    [  # split_folder
        mutant("leaves what is there", edit("write_split_folder", EMPTIED, ""), fails="run_twice"),
        mutant(
            "always one seed",
            edit("write_split_folder", "share, seed)\n        copy", "share, 1)\n        copy"),
            fails="any_classes",
        ),
        mutant(
            "fails without a target",
            edit("write_split_folder", ", ignore_errors=True", ""),
            fails=["first_run", "any_classes"],
        ),
        mutant(
            "empties one part",
            edit("write_split_folder", "rmtree(target,", 'rmtree(target / "held_apart",'),
            fails="run_twice",
        ),
        mutant(
            "empties the source in the end",
            edit("write_split_folder", "    return reports", "    shutil.rmtree(source)\n    return reports"),
            fails=["source_is_untouched", "run_twice"],
        ),
        mutant(
            "deals out all classes together",
            replace("write_split_folder", ONE_LIST),
            fails=["both_parts_of_each_class", "any_classes"],
        ),
        mutant(
            "all classes in one folder",
            edit("write_split_folder", 'target / "train" / kind.name', 'target / "train"'),
            fails=["both_parts_of_each_class", "any_classes"],
        ),
        mutant(
            "the parts exchanged",
            edit("write_split_folder", "to_learn, held_apart = split", "held_apart, to_learn = split"),
            fails=["both_parts_of_each_class", "any_classes"],
        ),
        mutant(
            "the report of the last class",
            edit("write_split_folder", "return reports", "return reports[kind.name]"),
            fails=["reports", "any_classes"],
        ),
        mutant(
            "always a tenth",
            edit("write_split_folder", "split(whole, share, seed)", "split(whole, 0.1, seed)"),
            fails=["both_parts_of_each_class", "any_classes"],
        ),
        mutant(
            "files beside the classes are classes",
            edit("write_split_folder", " if path.is_dir())", ")"),
            fails="split_folder",
        ),
    ],
    [  # build_model
        mutant("does not scale", edit("write_build_model", RESCALING, ""), fails="scales_the_pictures_itself"),
        mutant("scales twice", edit("write_build_model", RESCALING, RESCALING * 2), fails="scales_the_pictures_itself"),
        mutant(
            "always 64 pixels in",
            edit("write_build_model", "Input((side, side, 3))", "Input((64, 64, 3))"),
            fails="one_probability",
        ),
        mutant("softmax over one unit", edit("write_build_model", '"sigmoid"', '"softmax"'), fails="one_probability"),
        mutant(
            "an end without activation",
            edit("write_build_model", ', activation="sigmoid"', ""),
            fails="one_probability",
        ),
        mutant(
            "too many units",
            edit("write_build_model", "Dense(64", "Dense(256"),
            fails="three_convolutions_and_a_small_file",
        ),
        mutant(
            "two convolutions",
            edit("write_build_model", THIRD, ""),
            fails="three_convolutions_and_a_small_file",
        ),
        mutant(
            "a convolution that bends nothing",
            edit("write_build_model", 'Conv2D(32, 3, activation="relu")', "Conv2D(32, 3)"),
            fails="three_convolutions_and_a_small_file",
        ),
        mutant("the squared error", edit("write_build_model", BCE, 'loss="mse"'), fails="is_taught_by_crossentropy"),
        mutant("no optimizer", edit("write_build_model", '"adam"', "None"), fails="reports_its_accuracy"),
        mutant(
            "the metric's old name", edit("write_build_model", '["accuracy"]', '["acc"]'), fails="reports_its_accuracy"
        ),
    ],
]
mutants = combine(slips)
mutants += [
    mutant(
        "another seed each time",
        edit("write_split_folder", "split(whole, share, seed)", "split(whole, share, random.randrange(10**9))"),
        fails="any_classes",
    ),
    mutant(
        "deals out all files, and leaves the bad ones out afterwards",
        replace("write_split_folder", ALL_FILES),
        fails="both_parts_of_each_class",
    ),
]
mutants += [mutant("hands in an untrained model", untrained(), fails="accuracy")]
hidden_because = {
    "any_folder": "whoever knows its names could sort by them",
    "any_classes": "whoever knows its classes could name them, and the public one would take twice the time",
}
harmless_mutations = [
    free("Conv2D[0]", "Conv2D[1]", "Dropout[0]", because="the text leaves the sizes of the layers open"),
    harmless("write_build_model, line 24: 64 →", because="the text leaves open how many units there are"),
    harmless('write_build_model, line 24: "relu" → None', because="the text leaves the layer before the last open"),
    harmless('Dense(64, activation="relu") → ', because="the text leaves the layer before the last open"),
    harmless("write_build_model, line 15: 255 →", because="numbers to 0.996 or 1.004 are about as large as 1"),
    harmless(
        "write_build_model, line 15: 1 → 2", because="the text leaves open between which small numbers pictures lie"
    ),
    harmless("(keyword optimizer dropped)", because="the text names no optimizer, and Keras's own learns it as well"),
]
