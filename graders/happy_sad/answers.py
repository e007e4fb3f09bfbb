"""Other right answers of the faces exercise, and wrong ones."""

from proctor.answers import edit, mutant, replace, retrained, untrained, variant

INDEX_AND_TWO_UNITS = """
def load_faces(folder):
    scale = keras.layers.Rescaling(1 / 255)
    dataset = keras.utils.image_dataset_from_directory(folder, image_size=(150, 150), batch_size=10)
    return dataset.map(lambda x, y: (scale(x), y)).prefetch(tf.data.AUTOTUNE)
"""
ONE_HOT = """
def load_faces(folder):
    dataset = keras.utils.image_dataset_from_directory(
        str(folder), label_mode="categorical", class_names=["happy", "sad"], image_size=(150, 150), batch_size=10
    )
    return dataset.map(lambda x, y: (tf.cast(x, tf.float32) / 255.0, y))
"""
BY_HAND = """
def load_faces(folder):
    files = sorted(str(file) for file in folder.glob("*/*.png"))
    moods = [int(Path(file).parent.name == "sad") for file in files]

    def read(file, mood):
        picture = tf.io.decode_png(tf.io.read_file(file), channels=3)
        return tf.image.resize(picture, (150, 150)) / 255.0, mood

    dataset = tf.data.Dataset.from_tensor_slices((files, moods)).shuffle(len(files))
    return dataset.map(read).batch(10).prefetch(1)
"""
WITH_PILLOW = """
def load_faces(folder):
    pictures, moods = [], []
    for mood, name in enumerate(["happy", "sad"]):
        for file in (folder / name).glob("*.png"):
            pictures.append(np.asarray(Image.open(file).convert("RGB").resize((150, 150))) / 255.0)
            moods.append([float(mood)])
    dataset = tf.data.Dataset.from_tensor_slices((np.array(pictures, "float32"), np.array(moods, "float32")))
    return dataset.shuffle(len(moods)).batch(10)
"""
COUNTED_BY_NAME = """
def count_faces(folder):
    counts = {}
    for file in folder.glob("*/*"):
        if file.suffix == ".png":
            counts[file.parent.name] = counts.get(file.parent.name, 0) + 1
    return counts
"""
TWO_UNITS = """
def build_model():
    inputs = keras.Input((150, 150, 3))
    x = keras.layers.Conv2D(16, 5, strides=2, padding="same")(inputs)
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.Conv2D(32, 3, activation="relu")(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.Conv2D(32, 3, activation="relu")(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(64, activation="relu")(x)
    x = keras.layers.Dense(2)(x)
    model = keras.Model(inputs, keras.layers.Softmax()(x))
    model.compile(keras.optimizers.Adam(), keras.losses.LOSS(), metrics=[keras.metrics.METRIC("accuracy")])
    return model
"""
SPARSE = TWO_UNITS.replace("LOSS", "SparseCategoricalCrossentropy").replace("METRIC", "SparseCategoricalAccuracy")
CATEGORICAL = TWO_UNITS.replace("LOSS", "CategoricalCrossentropy").replace("METRIC", "CategoricalAccuracy")
HAPPINESS_OF_TWO = """
def happiness(model, face):
    probabilities = model(tf.expand_dims(tf.cast(face, tf.float32) / 255, 0), training=False)
    return float(probabilities[0][0])
"""
REMEMBERED = """
class StopWhenPerfect(keras.callbacks.Callback):
    def __init__(self, epochs=2):
        super().__init__()
        self.epochs = epochs

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(logs.get("val_accuracy") if logs else None)
        last = self.seen[-self.epochs :]
        if len(last) == self.epochs and all(value is not None and value > 0.999 for value in last):
            self.model.stop_training = True
"""

PERFECT = '(logs or {}).get("val_accuracy", 0.0) >= 1.0'
COUNTED = "self.in_a_row = self.in_a_row + 1 if perfect else 0"
LAST = 'keras.layers.Dense(1, activation="sigmoid")'
BCE = 'loss="binary_crossentropy"'
FLAT_NETWORK = """
def build_model():
    model = keras.Sequential(
        [
            keras.Input((150, 150, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
"""
ALL_FILES = "{mood.name: len(list(mood.iterdir())) for mood in folder.iterdir() if mood.is_dir()}"
ALL_PNG = '{mood.name: len(list(mood.glob("*.png"))) for mood in folder.iterdir() if mood.is_dir()}'

variants = [
    variant(
        "labels as an index, two units, trained anew",
        replace("write_load_faces", INDEX_AND_TWO_UNITS),
        replace("write_build_model", SPARSE),
        replace("write_happiness", HAPPINESS_OF_TWO),
        retrained(),
    ),
    variant(
        "one-hot labels, two units, categorical crossentropy, trained anew",
        replace("write_load_faces", ONE_HOT),
        replace("write_build_model", CATEGORICAL),
        replace("write_happiness", HAPPINESS_OF_TWO),
        retrained(),
    ),
    variant("read and decoded by hand, labels a flat index for one unit", replace("write_load_faces", BY_HAND)),
    variant("read with Pillow, labels in a column", replace("write_load_faces", WITH_PILLOW)),
    variant("counted file by file", replace("write_count_faces", COUNTED_BY_NAME)),
    variant(
        "remembers all epochs, and is content with more than 0.999", replace("write_stop_when_perfect", REMEMBERED)
    ),
    variant(
        "the face in a batch of its own through Rescaling",
        edit(
            "write_happiness",
            'np.asarray(face, "float32")[None] / 255',
            "keras.layers.Rescaling(1 / 255)(face[np.newaxis])",
        ),
    ),
]

mutants = [
    mutant("counts every file", edit("write_count_faces", ALL_PNG, ALL_FILES), fails="counts_any_folder"),
    mutant(
        "looks at the folder it knows",
        edit("write_count_faces", "for mood in folder.iterdir()", "for mood in faces.iterdir()"),
        fails="counts_any_folder",
    ),
    mutant(
        "counts all moods together",
        edit("write_count_faces", ALL_PNG, 'len(list(folder.glob("*/*.png")))'),
        fails="count_faces",
    ),
    mutant(
        "forgets the scale",
        edit("write_load_faces", "pictures / 255", "pictures"),
        fails=["batches_of_ten_from_0_to_1", "loads_any_folder"],
    ),
    mutant(
        "scales twice",
        edit("write_load_faces", "pictures / 255", "pictures / 255 / 255"),
        fails=["batches_of_ten_from_0_to_1", "loads_any_folder"],
    ),
    mutant(
        "keeps the bytes whole",
        edit("write_load_faces", "pictures / 255", "tf.cast(pictures, tf.uint8) // 255"),
        fails=["batches_of_ten_from_0_to_1", "every_face_once", "happy_is_0_and_sad_is_1", "loads_any_folder"],
    ),
    mutant(
        "does not shuffle",
        edit("write_load_faces", "batch_size=10", "batch_size=10, shuffle=False"),
        fails="moods_are_mixed",
    ),
    mutant(
        "leaves the batch size as it comes",
        edit("write_load_faces", ", batch_size=10", ""),
        fails="batches_of_ten_from_0_to_1",
    ),
    mutant(
        "leaves the picture size as it comes",
        edit("write_load_faces", "image_size=(150, 150), ", ""),
        fails=["load_faces", "reports_its_accuracy"],
    ),
    mutant(
        "names the moods in another order",
        edit("write_load_faces", "folder, ", 'folder, class_names=["sad", "happy"], '),
        fails=["happy_is_0_and_sad_is_1", "loads_any_folder"],
    ),
    mutant(
        "keeps a part for validation",
        edit("write_load_faces", "verbose=False", 'verbose=False, validation_split=0.25, subset="training", seed=1'),
        fails=["every_face_once", "loads_any_folder"],
    ),
    mutant(
        "reads the faces whatever folder it is given",
        edit("write_load_faces", "folder, label_mode", "faces, label_mode"),
        fails="loads_any_folder",
    ),
    mutant(
        "listens to the running accuracy",
        edit("write_stop_when_perfect", '"val_accuracy", 0.0', '"accuracy", 0.0'),
        fails="stop_when_perfect",
    ),
    mutant(
        "stops after the first perfect epoch",
        edit("write_stop_when_perfect", "self.in_a_row >= self.epochs", "self.in_a_row >= 1"),
        fails="stop_when_perfect",
    ),
    mutant(
        "counts perfect epochs that are not in a row",
        edit("write_stop_when_perfect", COUNTED, "self.in_a_row += perfect"),
        fails="a_setback_starts_the_count_again",
    ),
    mutant(
        "is content with 79 of 80",
        edit("write_stop_when_perfect", ">= 1.0", ">= 0.98"),
        fails=["stops_after_two_perfect_epochs", "a_setback_starts_the_count_again"],
    ),
    mutant(
        "waits for more than everything",
        edit("write_stop_when_perfect", ">= 1.0", "> 1.0"),
        fails="stop_when_perfect",
    ),
    mutant(
        "relies on the key being there",
        edit("write_stop_when_perfect", PERFECT, 'logs["val_accuracy"] >= 1.0'),
        fails="listens_to_val_accuracy_alone",
    ),
    mutant(
        "never starts the count afresh",
        edit(
            "write_stop_when_perfect",
            "        self.in_a_row = 0\n",
            '        self.in_a_row = getattr(self, "in_a_row", 0)\n',
        ),
        fails="every_training_starts_afresh",
    ),
    mutant(
        "waits for two epochs whatever it is told",
        edit("write_stop_when_perfect", "self.in_a_row >= self.epochs", "self.in_a_row >= 2"),
        fails="every_training_starts_afresh",
    ),
    mutant(
        "a softmax over one unit",
        edit("write_build_model", LAST, 'keras.layers.Dense(1, activation="softmax")'),
        untrained(),
        fails=["probabilities_of_a_mood", "labels_last_layer_and_loss_agree"],
    ),
    mutant(
        "two units for one label",
        edit("write_build_model", LAST, 'keras.layers.Dense(2, activation="softmax")'),
        untrained(),
        fails=["labels_last_layer_and_loss_agree", "reports_its_accuracy"],
    ),
    mutant(
        "the loss of one-hot labels for labels that are not",
        edit("write_build_model", LAST, 'keras.layers.Dense(2, activation="softmax")'),
        edit("write_build_model", BCE, 'loss="categorical_crossentropy"'),
        untrained(),
        fails=["labels_last_layer_and_loss_agree", "reports_its_accuracy"],
    ),
    mutant(
        "one-hot labels for one unit",
        edit("write_load_faces", '"binary"', '"categorical"'),
        fails=["labels_last_layer_and_loss_agree", "reports_its_accuracy"],
    ),
    mutant(
        "no activation at the end",
        edit("write_build_model", LAST, "keras.layers.Dense(1)"),
        untrained(),
        fails=["probabilities_of_a_mood", "labels_last_layer_and_loss_agree"],
    ),
    mutant(
        "the squared error for a probability",
        edit("write_build_model", BCE, 'loss="mse"'),
        untrained(),
        fails="labels_last_layer_and_loss_agree",
    ),
    mutant(
        "no convolutions", replace("write_build_model", FLAT_NETWORK), untrained(), fails="a_small_network_with_eyes"
    ),
    mutant(
        "nearly all weights in one layer",
        edit("write_build_model", "keras.layers.Dense(64", "keras.layers.Dense(1024"),
        untrained(),
        fails="a_small_network_with_eyes",
    ),
    mutant(
        "compiled with the metric's old name",
        edit("write_build_model", '"accuracy"', '"acc"'),
        fails="reports_its_accuracy",
    ),
    mutant(
        "gives the probability of sad",
        edit("write_happiness", "1.0 - float(", "float("),
        fails="happiness",
    ),
    mutant("shows the network bytes", edit("write_happiness", " / 255", ""), fails="happiness_of_any_face"),
    mutant("gives the network a face without a batch", edit("write_happiness", "[None]", ""), fails="happiness"),
    mutant("says yes or no", edit("write_happiness", "return 1.0 - float(", "return 1.0 - round("), fails="happiness"),
    mutant("hands in an untrained model", untrained(), fails="recognises"),
    mutant(
        "stops at once",
        edit("write_stop_when_perfect", "self.in_a_row >= self.epochs", "self.in_a_row >= 0"),
        retrained(),
        fails=["stop_when_perfect", "recognises"],
    ),
]
