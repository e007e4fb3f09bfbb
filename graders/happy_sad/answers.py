"""Other right answers of the faces exercise, and wrong ones."""

from proctor.answers import edit, free, harmless, mutant, replace, retrained, untrained, variant

ONE_HOT = """
def load_faces(folder):
    dataset = keras.utils.image_dataset_from_directory(
        str(folder), label_mode="categorical", class_names=["happy", "sad"], image_size=(150, 150), batch_size=10
    )
    return dataset.map(lambda x, y: (tf.cast(x, tf.float32) / 255.0, y)).prefetch(tf.data.AUTOTUNE)
"""
BY_HAND = """
def load_faces(folder):
    files = sorted(str(file) for file in folder.glob("*/*.png"))
    moods = [int(Path(file).parent.name == "sad") for file in files]

    def read(file, mood):
        picture = tf.io.decode_png(tf.io.read_file(file), channels=3)
        return tf.cast(tf.image.resize(picture, (150, 150)) / 255.0, tf.float16), mood

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
IN_ORDER = WITH_PILLOW.replace("shuffle(len(moods))", "shuffle(10)")
COUNTED_BY_NAME = """
def count_faces(folder):
    counts = {}
    for file in folder.glob("*/*"):
        if file.suffix == ".png":
            counts[file.parent.name] = counts.get(file.parent.name, 0) + 1
    return counts
"""
TWO_MOODS = """
def count_faces(folder):
    return {mood: len(list((folder / mood).glob("*.png"))) for mood in ("happy", "sad")}
"""
FROM_A_GENERATOR = """
def load_faces(folder):
    files = [(file, 0.0) for file in folder.glob("happy/*.png")] + [(file, 1.0) for file in folder.glob("sad/*.png")]

    def pictures():
        for index in np.random.permutation(len(files)):
            file, mood = files[index]
            yield keras.utils.img_to_array(keras.utils.load_img(file, target_size=(150, 150))) / 255, [mood]

    kinds = (tf.TensorSpec((150, 150, 3)), tf.TensorSpec((1,)))
    return tf.data.Dataset.from_generator(pictures, output_signature=kinds).batch(10)
"""
IN_A_LOOP = """
def count_faces(folder):
    import os

    counts = {}
    for mood in os.listdir(folder):
        if os.path.isdir(os.path.join(folder, mood)):
            counts[mood] = 0
            for file in os.listdir(os.path.join(folder, mood)):
                if file.endswith(".png"):
                    counts[mood] += 1
    return counts
"""
SADNESS_ASKED = """
def happiness(model, face):
    sad = model.predict(np.expand_dims(face, axis=0) / 255.0, verbose=0)
    return 1 - sad.item()
"""
COUNTING_DOWN = """
class StopWhenPerfect(keras.callbacks.Callback):
    def __init__(self, epochs=2):
        super().__init__()
        self.epochs = epochs

    def on_train_begin(self, logs={}):
        self.missing = self.epochs

    def on_epoch_end(self, epoch, logs={}):
        if logs.get("val_accuracy") == 1.0:
            self.missing -= 1
        else:
            self.missing = self.epochs
        if self.missing <= 0:
            print("perfect: the training stops")
            self.model.stop_training = True
"""
# The first convolution of the networks that are trained here takes large steps, to be quick.
WITHOUT_INPUT = """
def build_model():
    model = keras.Sequential()
    model.add(keras.layers.Conv2D(16, 5, strides=3, activation=tf.nn.relu))
    model.add(keras.layers.MaxPool2D())
    model.add(keras.layers.Conv2D(32, 3, activation=tf.nn.relu))
    model.add(keras.layers.MaxPool2D())
    model.add(keras.layers.Conv2D(32, 3, activation=tf.nn.relu))
    model.add(keras.layers.MaxPool2D())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(64, activation=tf.nn.relu))
    model.add(keras.layers.Dense(2, activation=tf.nn.softmax))
    accuracy = keras.metrics.CategoricalAccuracy("accuracy")
    model.compile(keras.optimizers.Adam(2e-3), keras.losses.CategoricalCrossentropy(), metrics=[accuracy])
    return model
"""
SUBCLASSED = """
@keras.saving.register_keras_serializable()
class Eyes(keras.Model):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.eyes = [
            keras.layers.Conv2D(filters, size, strides=step, activation="relu")
            for filters, size, step in ((16, 5, 3), (32, 3, 1), (32, 3, 1))
        ]
        self.pooling = keras.layers.MaxPooling2D()
        self.flatten = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(64, activation="relu")
        self.last = keras.layers.Dense(1, activation="sigmoid")

    def call(self, pictures):
        x = pictures
        for eye in self.eyes:
            x = self.pooling(eye(x))
        return self.last(self.hidden(self.flatten(x)))

def build_model():
    model = Eyes()
    model(np.zeros((1, 150, 150, 3), "float32"))
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["accuracy"])
    return model
"""
SPARSE = """
def build_model():
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(16, 5, strides=2, padding="same")(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPool2D()(x)
    x = keras.layers.SeparableConv2D(32, 3, activation="relu")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.3)(x)
    x = keras.layers.Dense(2)(x)
    model = keras.Model(inputs, keras.layers.Softmax()(x))
    model.compile(keras.optimizers.RMSprop(), keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return model
"""
HAPPINESS_OF_TWO = """
def happiness(model, face):
    probabilities = model.predict(tf.expand_dims(tf.cast(face, tf.float32) / 255, 0), verbose=0)
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
        "a list of layers without Input, one-hot labels, TensorFlow's activations, trained anew",
        replace("write_load_faces", ONE_HOT),
        replace("write_build_model", WITHOUT_INPUT),
        replace("write_happiness", HAPPINESS_OF_TWO),
        retrained(),
    ),
    variant(
        "a class of its own that has been called, pictures read with Pillow, trained anew",
        replace("write_load_faces", WITH_PILLOW),
        replace("write_build_model", SUBCLASSED),
        retrained(),
    ),
    variant(
        "pictures decoded by hand in half precision, labels an index, two units, batch normalization",
        replace("write_load_faces", BY_HAND),
        replace("write_build_model", SPARSE),
        replace("write_happiness", HAPPINESS_OF_TWO),
        replace("write_count_faces", COUNTED_BY_NAME),
    ),
    variant(
        "remembers all epochs, and is content with more than 0.999; scales by a layer",
        replace("write_stop_when_perfect", REMEMBERED),
        edit(
            "write_happiness",
            'np.asarray(face, "float32")[None] / 255',
            "keras.layers.Rescaling(1 / 255)(face[np.newaxis])",
        ),
    ),
    variant(
        "pictures from a generator, counted in loops, the probability asked of predict",
        replace("write_count_faces", IN_A_LOOP),
        replace("write_load_faces", FROM_A_GENERATOR),
        replace("write_happiness", SADNESS_ASKED),
    ),
    variant("counts down the epochs that are missing", replace("write_stop_when_perfect", COUNTING_DOWN)),
]

mutants = [
    mutant("counts every file", edit("write_count_faces", ALL_PNG, ALL_FILES), fails="counts_any_folder"),
    mutant("counts the two moods that it knows", replace("write_count_faces", TWO_MOODS), fails="counts_any_folder"),
    mutant(
        "counts all moods together",
        edit("write_count_faces", ALL_PNG, 'len(list(folder.glob("*/*.png")))'),
        fails="count_faces",
    ),
    mutant(
        "keeps the bytes whole",
        edit("write_load_faces", "pictures / 255", "tf.cast(pictures, tf.uint8) // 255"),
        fails=["batches_of_ten_from_0_to_1", "every_face_once", "happy_is_0_and_sad_is_1", "loads_any_folder"],
    ),
    mutant("shuffles with a buffer of one batch", replace("write_load_faces", IN_ORDER), fails="moods_are_mixed"),
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
        "loses the last, smaller batch",
        edit("write_load_faces", "    return dataset.map(", "    return dataset.unbatch().batch(10, True).map("),
        fails="loads_any_folder",
    ),
    mutant(
        "never comes to an end, so that the training hangs",
        edit("write_load_faces", "(pictures / 255, labels))", "(pictures / 255, labels)).repeat()"),
        fails=[
            "batches_of_ten_from_0_to_1",
            "every_face_once",
            "happy_is_0_and_sad_is_1",
            "moods_are_mixed",
            "loads_any_folder",
        ],
    ),
    mutant(
        "listens to the running accuracy",
        edit("write_stop_when_perfect", '"val_accuracy", 0.0', '"accuracy", 0.0'),
        fails="stop_when_perfect",
    ),
    mutant(
        "counts perfect epochs that are not in a row",
        edit("write_stop_when_perfect", COUNTED, "self.in_a_row += perfect"),
        fails="a_setback_starts_the_count_again",
    ),
    mutant(
        "is content with nearly perfect",
        edit("write_stop_when_perfect", ">= 1.0", ">= 0.99"),
        fails=["a_setback_starts_the_count_again", "listens_to_val_accuracy_alone"],
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
        "a softmax over one unit",
        edit("write_build_model", LAST, 'keras.layers.Dense(1, activation="softmax")'),
        fails=["probabilities_of_a_mood", "labels_last_layer_and_loss_agree"],
    ),
    mutant(
        "one-hot labels for one unit",
        edit("write_load_faces", '"binary"', '"categorical"'),
        fails=["labels_last_layer_and_loss_agree", "reports_its_accuracy"],
    ),
    mutant(
        "the squared error for a probability",
        edit("write_build_model", BCE, 'loss="mse"'),
        fails="labels_last_layer_and_loss_agree",
    ),
    mutant("no convolutions", replace("write_build_model", FLAT_NETWORK), fails="a_small_network_with_eyes"),
    mutant(
        "nearly all weights in one layer",
        edit("write_build_model", "keras.layers.Dense(64", "keras.layers.Dense(6000"),
        fails="a_small_network_with_eyes",
    ),
    mutant(
        "compiled with the metric's old name",
        edit("write_build_model", '"accuracy"', '"acc"'),
        fails="reports_its_accuracy",
    ),
    mutant("gives the probability of sad", edit("write_happiness", "1.0 - float(", "float("), fails="happiness"),
    mutant(
        "shows the network colours in another order",
        edit("write_happiness", "[None] / 255", "[None, ..., ::-1] / 255"),
        fails="happiness_of_any_face",
    ),
    mutant("hands in an untrained model", untrained(), fails="recognises"),
]

harmless_mutations = [
    free("verbose", because="what is printed is not judged"),
    free("Conv2D[0]", "Conv2D[1]", because="the text leaves sizes open, up to three million parameters"),
    harmless("line 19: 64 → ", because="the text leaves sizes open, up to three million parameters"),
    free("strides", because="the text leaves sizes open, up to three million parameters"),
    harmless("Conv2D(5, 16,", because="five kernels of 16 × 16 pixels are a convolution too"),
    harmless("Conv2D(16, 5, strides=3) (keyword", because="max pooling bends enough; the text asks for no ReLU"),
    harmless("Conv2D(32, 3) (keyword", because="max pooling bends enough; the text asks for no ReLU"),
    harmless("Dense(64) (keyword activation dropped)", because="max pooling bends enough; the text asks for no ReLU"),
    harmless('"relu" → None', because="max pooling bends enough; the text asks for no ReLU"),
    harmless("keyword optimizer dropped", because="the text leaves the optimizer open; RMSprop learns the faces, too"),
    harmless("keyword label_mode dropped", because="an index is one of the three forms that the text allows"),
    harmless("write_stop_when_perfect, line 10:  → logs = None", because="there is nothing in these logs"),
    harmless('"float32" → None', because="what is divided becomes floats in any case"),
    harmless("write_happiness, line 13: 0 → -1", because="the answer has one row and one column"),
]

hidden_because = {
    "counts_any_folder": "what other folders hold would tell what to count",
    "loads_any_folder": "a student who knew the album could load just that",
    "happiness_of_any_face": "it scales and stacks a face as the solution does",
}
