"""Other right answers of the exercise on folders, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

WALKING = """
import os


def list_classes(folder):
    names = []
    for name in os.listdir(folder):
        if os.path.isdir(os.path.join(folder, name)) and name[0] != ".":
            names.append(name)
    names.sort()
    return tuple(names)
"""
COUNTED_BY_NAME = """
def count_pictures(folder):
    counts = {}
    for path in Path(folder).glob("*/"):
        if not path.name.startswith(".") and path.is_dir():
            pictures = [file for file in path.iterdir() if file.name.lower().endswith((".jpg", ".jpeg", ".png"))]
            counts[path.name] = np.int64(len(pictures))
    return counts
"""
BY_HAND = """
def load_parts(folder, side):
    classes = list_classes(folder / "train")

    def read(file, label):
        picture = tf.io.decode_image(tf.io.read_file(file), channels=3, expand_animations=False)
        return tf.image.resize(picture, (side, side)), label

    def load(part):
        files = [
            (str(path), classes.index(path.parent.name))
            for path in sorted((folder / part).glob("*/*"))
            if path.suffix.lower() in (".jpg", ".jpeg", ".png")
        ]
        names, labels = zip(*files)
        dataset = tf.data.Dataset.from_tensor_slices((list(names), list(labels))).shuffle(len(names))
        return dataset.map(read).batch(32).prefetch(1)

    return load("train"), load("validation")
"""
WITH_PILLOW = """
def load_parts(folder, side):
    parts = []
    for part in ("train", "validation"):
        pictures, labels = [], []
        for label, name in enumerate(sorted(p.name for p in (folder / part).iterdir() if p.is_dir())):
            for file in (folder / part / name).iterdir():
                if file.suffix.lower() in {".jpg", ".jpeg", ".png"}:
                    pictures.append(np.asarray(Image.open(file).convert("RGB").resize((side, side))))
                    labels.append([label])
        dataset = tf.data.Dataset.from_tensor_slices((np.array(pictures), np.array(labels, "float32")))
        parts.append(dataset.shuffle(len(labels)).batch(32))
    return parts
"""
GENERATORS = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator


def load_parts(folder, side):
    settings = dict(target_size=(side, side), batch_size=32, class_mode="binary")
    training = ImageDataGenerator().flow_from_directory(folder / "train", **settings)
    validation = ImageDataGenerator().flow_from_directory(folder / "validation", shuffle=False, **settings)
    return training, validation
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
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(16, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer=keras.optimizers.RMSprop(0.001), loss="binary_crossentropy", metrics=["accuracy"])
    return model
"""
WITHOUT_INPUT = """
def build_model(side):
    model = keras.Sequential([
        keras.layers.Rescaling(1 / 127.5, offset=-1),
        keras.layers.Conv2D(8, 5, strides=2, activation=tf.nn.relu),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(16, 3, activation=tf.nn.relu),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
        keras.layers.Dense(1, activation=tf.nn.sigmoid),
    ])
    model.compile("nadam", "binary_crossentropy", metrics=["accuracy"])
    return model
"""
WITH_PREDICT = """
def name_picture(model, file, classes):
    side = model.input_shape[1]
    picture = Image.open(file).convert("RGB").resize((side, side), Image.BILINEAR)
    p = np.asarray(picture, "float32")
    p = model.predict_on_batch(np.expand_dims(p, 0)).item()
    number = int(p >= 0.5)
    return [classes[number], max(p, 1 - p)]
"""
WITH_TENSORFLOW = """
def name_picture(model, file, classes):
    picture = tf.io.decode_image(tf.io.read_file(str(file)), channels=3, expand_animations=False)
    picture = tf.image.resize(picture, model.input_shape[1:3])
    p = model(picture[tf.newaxis])[0][0]
    return (classes[1], p) if p > 0.5 else (classes[0], 1 - p)
"""
COUNTED_BY_LAYER = """
def halve_side(build, side):
    counts = []
    for pixels in (side, int(side / 2)):
        counts.append(sum(int(np.prod(weight.shape)) for weight in build(pixels).weights))
    return np.array(counts)
"""
IN_A_LOOP = """
def train(model, training, held_apart, epochs):
    return model.fit(
        training, epochs=epochs, validation_data=held_apart, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()]
    )
"""
CLASSES = 'sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))'
TRAINED = """tuple(
        sum(int(np.prod(weight.shape)) for weight in build(pixels).trainable_weights) for pixels in (side, side // 2)
    )"""
COMPILED = '    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])\n'
RESCALING = "            keras.layers.Rescaling(1 / 255),\n"
HELD_APART = '(folder / "validation", shuffle=False, **settings)'
BCE = 'loss="binary_crossentropy"'
SECOND_CONVOLUTION = '    model.add(keras.layers.Conv2D(32, (3, 3), activation="relu"))\n'
NAMED = "return (classes[1], probability) if probability > 0.5 else (classes[0], 1 - probability)"

variants = [
    variant(
        "os.listdir, tf.data by hand, functional, scaled by arithmetic",
        replace("write_list_classes", WALKING),
        replace("write_load_parts", BY_HAND),
        replace("write_build_model", FUNCTIONAL),
        replace("write_name_picture", WITH_TENSORFLOW),
    ),
    variant(
        "ImageDataGenerator, input_shape in the first layer, RMSprop",
        replace("write_load_parts", GENERATORS),
        replace("write_build_model", LAYER_BY_LAYER),
        replace("write_halve_side", COUNTED_BY_LAYER),
    ),
    variant(
        "pictures read with Pillow, a list of layers without Input",
        replace("write_count_pictures", COUNTED_BY_NAME),
        replace("write_load_parts", WITH_PILLOW),
        replace("write_build_model", WITHOUT_INPUT),
        replace("write_name_picture", WITH_PREDICT),
        replace("write_train", IN_A_LOOP),
    ),
    variant(
        "labels as an index, both parts shuffled",
        edit("write_load_parts", '"binary"', '"int"'),
        edit("write_load_parts", HELD_APART, '(folder / "validation", **settings)'),
    ),
    variant(
        "one answer after the other",
        replace("write_answers", 'answers = {}\nanswers["quarter"] = "a"\nanswers["series"] = "c"'),
    ),
    variant("a wider first layer, and none before the last", edit("write_build_model", "Conv2D(16, 3", "Conv2D(24, 5")),
]
# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # list_classes
        mutant(
            "names as they come, the last first",
            edit("write_list_classes", CLASSES, CLASSES + "[::-1]"),
            fails=["classes"],
        ),
        mutant(
            "files are classes",
            edit("write_list_classes", "if path.is_dir() and not", "if not"),
            fails=["only_visible_folders", "any_names"],
        ),
        mutant(
            "hidden folders are classes",
            edit("write_list_classes", ' and not path.name.startswith(".")', ""),
            fails=["only_visible_folders", "any_names"],
        ),
        mutant(
            "small letters first",
            edit(
                "write_list_classes",
                CLASSES,
                CLASSES.replace("sorted(", "sorted((").replace('"))', '")), key=str.lower)'),
            ),
            fails="any_names",
        ),
        mutant(
            "the two classes that it knows",
            edit("write_list_classes", CLASSES, '["horses", "humans"]'),
            fails="classes",
        ),
    ],
    [  # count_pictures
        mutant(
            "counts every file",
            edit("write_count_pictures", "path.suffix.lower() in endings", "path.is_file()"),
            fails=["counts_pictures_alone", "counts_any_folder"],
        ),
        mutant(
            "counts pictures of other kinds",
            edit("write_count_pictures", '".png"}', '".png", ".gif", ".bmp"}'),
            fails=["counts_pictures_alone", "counts_any_folder"],
        ),
        mutant(
            "counts a name once, whatever its ending",
            edit("write_count_pictures", "sum(path.suffix.lower() in endings", "len({path.stem"),
            edit(
                "write_count_pictures",
                "(folder / name).iterdir())",
                "(folder / name).iterdir() if path.suffix.lower() in endings})",
            ),
            fails=["counts_pictures_alone", "counts_any_folder"],
        ),
        mutant(
            "counts what lies in folders below",
            edit("write_count_pictures", "(folder / name).iterdir()", '(folder / name).rglob("*")'),
            fails=["counts_pictures_alone", "counts_any_folder"],
        ),
        mutant(
            "capital letters are no picture",
            edit("write_count_pictures", ".suffix.lower()", ".suffix"),
            fails=["counts_pictures_alone", "counts_any_folder"],
        ),
        mutant(
            "a single number",
            edit("write_count_pictures", "    return {", "    return len(list(folder.glob('*/*.jpg')))\n    return {"),
            fails="count",
        ),
    ],
    [  # load_parts
        mutant(
            "both parts of train/",
            edit("write_load_parts", '"validation"', '"train"'),
            fails="every_picture_in_its_own_part",
        ),
        mutant(
            "the parts in the other order",
            edit("write_load_parts", "return training, held_apart", "return held_apart, training"),
            fails="every_picture_in_its_own_part",
        ),
        mutant(
            "learns from both parts",
            edit("write_load_parts", "return training,", "return training.concatenate(held_apart),"),
            fails=["every_picture_in_its_own_part", "batches_of_pictures_from_0_to_255"],
        ),
        mutant(
            "a part of train/ at random",
            edit(
                "write_load_parts",
                '(folder / "train", **',
                '(folder / "train", validation_split=0.2, subset="training", seed=1, **',
            ),
            fails=["every_picture_in_its_own_part", "loads_any_folder"],
        ),
        mutant(
            "scales in the dataset",
            edit(
                "write_load_parts",
                "return training, held_apart",
                "return tuple(dataset.map(lambda x, y: (x / 255, y)) for dataset in (training, held_apart))",
            ),
            fails="batches_of_pictures_from_0_to_255",
        ),
        mutant(
            "classes in another order",
            edit(
                "write_load_parts",
                '"verbose": False}',
                '"verbose": False, "class_names": list_classes(folder / "train")[::-1]}',
            ),
            fails=["labels_follow_the_alphabet", "loads_any_folder"],
        ),
        mutant(
            "not shuffled",
            edit("write_load_parts", '(folder / "train", **', '(folder / "train", shuffle=False, **'),
            fails="kinds_are_mixed",
        ),
        mutant(
            "grey pictures",
            edit("write_load_parts", '"verbose": False}', '"verbose": False, "color_mode": "grayscale"}'),
            fails=["batches_of_pictures_from_0_to_255", "every_picture_in_its_own_part", "loads_any_folder"],
        ),
        mutant(
            "mixes what is near to each other",
            edit("write_load_parts", '(folder / "train", **', '(folder / "train", shuffle=False, **'),
            edit("write_load_parts", "return training,", "return training.unbatch().shuffle(32).batch(32),"),
            fails="kinds_are_mixed",
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
        mutant(
            "softmax over one unit",
            edit("write_build_model", '"sigmoid"', '"softmax"'),
            fails="one_probability",
        ),
        mutant("numbers from -1 to 1", edit("write_build_model", '"sigmoid"', '"tanh"'), fails="one_probability"),
        mutant(
            "an end without activation",
            edit("write_build_model", ', activation="sigmoid"', ""),
            fails="one_probability",
        ),
        mutant(
            "too many units", edit("write_build_model", "Dense(64", "Dense(256"), fails="convolutions_and_a_small_file"
        ),
        mutant(
            "one convolution",
            replace("write_build_model", LAYER_BY_LAYER.replace(SECOND_CONVOLUTION, "")),
            fails="convolutions_and_a_small_file",
        ),
        mutant(
            "one convolution that bends",
            edit("write_build_model", 'Conv2D(16, 3, activation="relu")', "Conv2D(16, 3)"),
            edit("write_build_model", 'Conv2D(32, 3, activation="relu")', "Conv2D(32, 3)"),
            fails="convolutions_and_a_small_file",
        ),
        mutant("the squared error", edit("write_build_model", BCE, 'loss="mse"'), fails="is_taught_by_crossentropy"),
        mutant("no optimizer", edit("write_build_model", '"adam"', "None"), fails="reports_its_accuracy"),
        mutant(
            "the metric's old name", edit("write_build_model", '["accuracy"]', '["acc"]'), fails="reports_its_accuracy"
        ),
    ],
    [  # halve_side
        mutant(
            "counts its own network",
            edit(
                "write_halve_side",
                "build(side).count_params(), build(",
                "build_model(side).count_params(), build_model(",
            ),
            fails="halve_side",
        ),
        mutant(
            "divides the number",
            edit("write_halve_side", "build(side // 2).count_params()", "build(side).count_params() // 4"),
            fails="halve_side",
        ),
        mutant(
            "counts what is trained",
            edit("write_halve_side", "build(side).count_params(), build(side // 2).count_params()", TRAINED),
            fails="of_any_network",
        ),
    ],
    [  # train
        mutant(
            "learns from both at once",
            edit("write_train", "fit(training,", "fit(training.concatenate(held_apart),"),
            fails="learns_nothing_from_the_part_held_apart",
        ),
        mutant(
            "learns from the part held apart first",
            edit("write_train", "    return model", "    model.fit(held_apart, verbose=0)\n    return model"),
            fails="learns_nothing_from_the_part_held_apart",
        ),
        mutant(
            "learns from the part held apart last",
            edit("write_train", "    return model", "    history = model"),
            edit("write_train", "verbose=2)", "verbose=2)\n    model.fit(held_apart, verbose=0)\n    return history"),
            fails="learns_nothing_from_the_part_held_apart",
        ),
        mutant(
            "compiles the model anew",
            edit("write_train", "    return model", COMPILED + "    return model"),
            fails="learns_every_picture",
        ),
        mutant(
            "stops when it does not get better",
            edit("write_train", "verbose=2", "callbacks=[keras.callbacks.EarlyStopping(patience=3)], verbose=2"),
            fails="lasts_as_many_epochs_as_asked",
        ),
        mutant(
            "returns nothing",
            edit("write_train", "    return model", "    model"),
            fails=["lasts_as_many_epochs_as_asked", "is_judged_by_the_part_held_apart"],
        ),
        mutant(
            "is judged by what it learns from",
            edit("write_train", "validation_data=held_apart", "validation_data=training"),
            fails="is_judged_by_the_part_held_apart",
        ),
        mutant(
            "ten epochs always",
            edit("write_train", "epochs=epochs", "epochs=10"),
            fails="lasts_as_many_epochs_as_asked",
        ),
        mutant(
            "the first batches alone",
            edit("write_train", "fit(training,", "fit(training.take(8),"),
            fails=["learns_every_picture", "lasts_as_many_epochs_as_asked"],
        ),
    ],
    [  # name_picture
        mutant(
            "the probability of class 1 for both",
            edit("write_name_picture", "1 - probability)", "probability)"),
            fails="name_picture",
        ),
        mutant(
            "scales once more",
            edit("write_name_picture", "np.array(picture)[None]", "np.array(picture)[None] / 255"),
            fails=["a_picture_of_another_size", "names_any_picture"],
        ),
        mutant(
            "forgets the batch",
            edit("write_name_picture", "np.array(picture)[None]", "np.array(picture)"),
            fails="name_picture",
        ),
        mutant(
            "keeps the file's size",
            edit("write_name_picture", ", target_size=model.input_shape[1:3]", ""),
            fails="names_any_picture",
        ),
        mutant(
            "keeps the file's channels",
            edit(
                "write_name_picture",
                "keras.utils.load_img(file, target_size=model.input_shape[1:3])",
                "Image.open(file).resize(model.input_shape[1:3])",
            ),
            fails="names_any_picture",
        ),
        mutant(
            "names that it knows",
            edit(
                "write_name_picture",
                NAMED,
                'return ("humans", probability) if probability > 0.5 else ("horses", 1 - probability)',
            ),
            fails="name_picture",
        ),
        mutant(
            "asks as in a lesson",
            edit(
                "write_name_picture",
                "model.predict(np.array(picture)[None], verbose=0)[0, 0]",
                "model(np.array(picture)[None], training=True)[0, 0]",
            ),
            fails="names_any_picture",
        ),
    ],
    [  # answers
        mutant(
            "the convolutions lose them",
            edit("write_answers", '"quarter": "a"', '"quarter": "b"'),
            fails="where_the_parameters_go",
        ),
        mutant(
            "the pooling layers lose them",
            edit("write_answers", '"quarter": "a"', '"quarter": "c"'),
            fails="where_the_parameters_go",
        ),
        mutant(
            "lower by chance",
            edit("write_answers", '"series": "c"', '"series": "a"'),
            fails="what_a_random_choice_hides",
        ),
        mutant(
            "the same by chance",
            edit("write_answers", '"series": "c"', '"series": "b"'),
            fails="what_a_random_choice_hides",
        ),
        mutant("no answer", edit("write_answers", ', "series": "c"', ""), fails="answers"),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in an untrained model", untrained(), fails="accuracy"),
    mutant(
        "learns from one batch in each epoch",
        edit("write_train", "fit(training,", "fit(training.take(1),"),
        retrained(),
        fails=["learns_every_picture", "lasts_as_many_epochs_as_asked", "accuracy"],
    ),
]
hidden_because = {
    "any_names": "other names in a check could be written into an answer",
    "of_any_network": "what a check can show of a network that is given can be typed in",
    "where_the_parameters_go": "a public criterion would hold the key",
    "what_a_random_choice_hides": "a public criterion would hold the key",
    "names_any_picture": "it holds the kinds of files that are easily forgotten",
}
harmless_mutations = [
    free("Conv2D[0]", "Conv2D[1]", because="the text leaves open how many filters there are, and how large"),
    free("shuffle", because="the pictures held apart may come in any order"),
    free("verbose", because="what is printed is not judged"),
    harmless("write_load_parts, line 14: False → True", because="what is printed is not judged"),
    harmless("keyword optimizer dropped", because="Keras takes RMSprop then, and the text leaves the optimizer open"),
    harmless("write_build_model, line 23", because="the text leaves the layer before the last open"),
    harmless("write_build_model, line 15: 255 →", because="numbers from 0 to 0.996 or 1.004 are about as large as 1"),
    harmless("write_build_model, line 15: 1 → 2", because="numbers from 0 to 2 are about as large as 1"),
    *(
        harmless(f"write_build_model, line {line}: {what}", because="two other convolutions with ReLU are left")
        for line, filters in ((16, 16), (18, 32), (20, 64))
        for what in (
            '"relu" → None',
            f'keras.layers.Conv2D({filters}, 3, activation="relu") → keras.layers.Conv2D({filters}, 3)',
        )
    ),
    harmless("probability > 0.5 → probability >= 0.5", because="at 0.5 either class is the more probable one"),
    harmless("write_name_picture, line 14: 0 → -1", because="of one row, or one column, the first is the last"),
    harmless("write_name_picture, line 13: 3 → 4", because="`load_img` takes the first two numbers of a size"),
]
