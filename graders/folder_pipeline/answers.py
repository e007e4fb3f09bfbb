"""Other right answers of the exercise on folders, and wrong ones."""

from proctor.answers import edit, mutant, replace, untrained, variant

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
RESCALING = "            keras.layers.Rescaling(1 / 255),\n"
HELD_APART = '(folder / "validation", shuffle=False, **settings)'

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
mutants = [
    mutant(
        "names as they come, the last first",
        edit("write_list_classes", CLASSES, CLASSES[:-1] + ", reverse=True)"),
        fails=["classes"],
    ),
    mutant(
        "files are classes",
        edit("write_list_classes", "if path.is_dir() and not", "if not"),
        fails=["only_visible_folders", "any_names", "counts_any_folder"],
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
    mutant(
        "both parts of train/",
        edit("write_load_parts", '"validation"', '"train"'),
        fails=["every_picture_in_its_own_part", "loads_any_folder"],
    ),
    mutant(
        "scales in the dataset",
        edit(
            "write_load_parts",
            "return training, held_apart",
            "return tuple(dataset.map(lambda x, y: (x / 255, y)) for dataset in (training, held_apart))",
        ),
        fails=["batches_of_pictures_from_0_to_255", "loads_any_folder"],
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
    mutant("does not scale", edit("write_build_model", RESCALING, ""), fails="scales_the_pictures_itself"),
    mutant(
        "softmax over one unit",
        edit("write_build_model", '"sigmoid"', '"softmax"'),
        fails=["one_probability", "scales_the_pictures_itself", "is_taught_by_crossentropy"],
    ),
    mutant("too many units", edit("write_build_model", "Dense(64", "Dense(256"), fails="convolutions_and_a_small_file"),
    mutant("the metric's old name", edit("write_build_model", '["accuracy"]', '["acc"]'), fails="reports_its_accuracy"),
    mutant(
        "counts its own network",
        edit(
            "write_halve_side", "build(side).count_params(), build(", "build_model(side).count_params(), build_model("
        ),
        fails="halve_side",
    ),
    mutant(
        "learns from both at once",
        edit("write_train", "fit(training,", "fit(training.concatenate(held_apart),"),
        fails=[
            "learns_nothing_from_the_part_held_apart",
            "lasts_as_many_epochs_as_asked",
            "is_judged_by_the_part_held_apart",
        ],
    ),
    mutant(
        "the first batches alone",
        edit("write_train", "fit(training,", "fit(training.take(3),"),
        fails=["learns_every_picture", "lasts_as_many_epochs_as_asked"],
    ),
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
    mutant("no answer", edit("write_answers", ', "series": "c"', ""), fails="answers"),
    mutant("hands in an untrained model", untrained(), fails=["tells_the_validation_pictures", "tells_new_series"]),
    mutant(
        "wrong about both questions",
        edit("write_answers", '"quarter": "a", "series": "c"', '"quarter": "b", "series": "a"'),
        fails=["why_more_than_a_quarter", "what_a_random_choice_hides"],
    ),
    mutant(
        "wrong about both in another way",
        edit("write_answers", '"quarter": "a", "series": "c"', '"quarter": "c", "series": "b"'),
        fails=["why_more_than_a_quarter", "what_a_random_choice_hides"],
    ),
]
hidden_because = {
    "any_names": "other names in a check could be written into an answer",
    "why_more_than_a_quarter": "a public criterion would hold the key",
    "what_a_random_choice_hides": "a public criterion would hold the key",
    "names_any_picture": "it holds the kinds of files that are easily forgotten",
}
harmless_mutations = []
