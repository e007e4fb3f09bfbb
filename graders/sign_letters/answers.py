"""Other right answers of the exercise on the finger alphabet, and wrong ones."""

from proctor.answers import append, combine, edit, free, harmless, mutant, replace, untrained, variant

READ, GAP, ROWS, BUILD = "write_read_table", "write_close_gap", "write_one_hot", "write_build_network"
COMPILE, SPELL, ANSWERS = "write_compile_for", "write_spell", "write_answers"

BY_DICT_READER = """
import csv


def read_table(file):
    pictures, labels = [], []
    with open(file, newline="") as lines:
        for line in csv.DictReader(lines):
            labels.append(int(line["label"]))
            pictures.append([float(line[f"pixel{number}"]) for number in range(1, len(line))])
    side = int(np.sqrt(len(pictures[0])))
    return np.array(pictures).reshape(len(labels), side, side, 1), np.array(labels)
"""
BY_SORTED_NAMES = """
def read_table(file):
    lines = file.read_text().splitlines()
    names = lines[0].split(",")
    values = np.array([line.split(",") for line in lines[1:]]).astype("uint8")
    places = sorted((int(name[5:]), place) for place, name in enumerate(names) if name.startswith("pixel"))
    pixels = values[:, [place for _, place in places]]
    size = int(len(places) ** 0.5)
    return [np.expand_dims(pixels.reshape((-1, size, size)), -1), values[:, names.index("label")].tolist()]
"""
BY_NAMES_OF_NUMPY = """
def read_table(file):
    table = np.atleast_1d(np.genfromtxt(file, delimiter=",", names=True))
    pixels = [table[f"pixel{number + 1}"] for number in range(len(table.dtype.names) - 1)]
    side = int(round(len(pixels) ** 0.5))
    images = np.stack(pixels, axis=-1).astype(np.float32)
    return images.reshape(len(table), side, side)[..., np.newaxis], table["label"].astype(int)
"""
BY_CSV_READER = """
import csv


def read_table(filename):
    with open(filename) as csvfile:
        rows = list(csv.reader(csvfile, delimiter=","))
    header = np.array(rows[0])
    data = np.array(rows[1:]).astype("float64")
    labels = data[:, header == "label"][:, 0]
    pixels = data[:, header != "label"]
    numbers = [int(name.replace("pixel", "")) for name in header if name != "label"]
    pixels = pixels[:, np.argsort(numbers)]
    width = int(np.sqrt(pixels.shape[1]))
    return tf.reshape(pixels, (-1, width, width, 1)), labels


import tensorflow as tf
"""
ALPHABETICALLY = """
def read_table(file):
    with open(file) as lines:
        names = next(lines).strip().split(",")
        table = np.loadtxt(lines, delimiter=",", dtype=int, ndmin=2)
    side = round((len(names) - 1) ** 0.5)
    order = np.argsort([name for name in names if name != "label"])
    pixels = np.delete(table, names.index("label"), axis=1)
    return pixels[:, order].reshape(-1, side, side, 1), table[:, names.index("label")]
"""
AS_THEY_STAND = """
def read_table(file):
    table = np.loadtxt(file, delimiter=",", skiprows=1, ndmin=2)
    side = round((table.shape[1] - 1) ** 0.5)
    return table[:, 1:].reshape(-1, side, side, 1), table[:, 0].astype(int)
"""
BY_LOOKUP = """
def close_gap(labels):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if min(labels) < 0:
        raise ValueError("below A")
    return [LETTERS.index(dict(enumerate(alphabet)).get(int(number), "none")) for number in labels]
"""
BY_MASK = """
def close_gap(labels):
    for label in labels:
        if label < 0 or label == 9 or label >= 25:
            raise ValueError(f"{label} is not a letter of the finger alphabet")
    classes = labels.copy()
    classes[classes > 9] -= 1
    return classes
"""
BY_SEARCH = """
GOOD = np.delete(np.arange(25), 9)


def close_gap(labels):
    places = np.clip(np.searchsorted(GOOD, labels), 0, 23)
    if not np.array_equal(GOOD[places], labels):
        raise ValueError(labels)
    return places
"""
IN_PLACE = """
def close_gap(labels):
    if not np.isin(labels, [number for number in range(25) if number != 9]).all():
        raise ValueError("a label that is no letter of the finger alphabet")
    labels[labels > 9] -= 1
    return labels
"""
BY_UNIQUE = """
def close_gap(labels):
    if not np.isin(labels, [number for number in range(25) if number != 9]).all():
        raise ValueError("a label that is no letter of the finger alphabet")
    return np.unique(labels, return_inverse=True)[1]
"""
ONE_BY_ONE = """
def one_hot(classes, count):
    rows = np.zeros((len(classes), count), dtype="float32")
    for row, number in enumerate(classes):
        rows[row, number] = 1.0
    return rows
"""
BY_LISTS = """
def one_hot(classes, count):
    return [[1 if place == number else 0 for place in range(count)] for number in classes]
"""
FUNCTIONAL = """
def build_network(side, classes):
    shown = keras.Input(shape=(side, side, 1), name="hand")
    x = keras.layers.Rescaling(scale=1 / 127.5, offset=-1)(shown)
    x = keras.layers.Conv2D(24, (5, 5), strides=2, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.ReLU()(x)
    x = keras.layers.SeparableConv2D(24, 3, padding="same", activation="gelu")(x)
    x = keras.layers.AveragePooling2D(2)(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(units=classes)(x)
    return keras.Model(inputs=shown, outputs=keras.layers.Softmax()(x))
"""
WITHOUT_INPUT = """
def build_network(side, classes):
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Rescaling(1.0 / 255))
    model.add(tf.keras.layers.Conv2D(20, (3, 3), activation=tf.nn.relu))
    model.add(tf.keras.layers.MaxPool2D(2, 2))
    model.add(tf.keras.layers.Conv2D(20, (3, 3), activation="relu"))
    model.add(tf.keras.layers.MaxPool2D(2, 2))
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(40, activation="relu"))
    model.add(tf.keras.layers.Dense(classes, activation=tf.nn.softmax))
    return model


import tensorflow as tf
"""
OF_ITS_OWN_CLASS = """
class Reader(keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.scale = keras.layers.Rescaling(1 / 255)
        self.convolution = keras.layers.Conv2D(32, 5, strides=3, activation="relu")
        self.average = keras.layers.GlobalAveragePooling2D()
        self.opinion = keras.layers.Dense(classes, activation="softmax")

    def call(self, pictures):
        return self.opinion(self.average(self.convolution(self.scale(pictures))))


def build_network(side, classes):
    return Reader(classes)
"""
WITH_CLASSES = """
def compile_for(model, labels):
    if len(np.shape(labels)) == 2:
        loss = keras.losses.CategoricalCrossentropy()
        metric = keras.metrics.CategoricalAccuracy(name="accuracy")
    else:
        loss = keras.losses.SparseCategoricalCrossentropy()
        metric = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.001), loss=loss, metrics=[metric])
    return model
"""
WITH_A_TABLE = """
def compile_for(model, labels):
    names = {1: "sparse_categorical_crossentropy", 2: "categorical_crossentropy"}
    model.compile("adam", names[labels.ndim], metrics=["accuracy"])
    return model
"""
LETTER_BY_LETTER = """
def spell(model, pictures):
    alphabet, word = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".replace("J", ""), ""
    for picture in pictures:
        opinion = model(picture[None])
        word += alphabet[int(np.argmax(opinion[0]))]
    return word
"""
BY_CODE = """
def spell(model, pictures):
    guesses = np.argmax(model.predict(np.array(pictures), verbose=0), axis=-1)
    guesses = guesses + (guesses >= 9)
    return bytes((65 + guesses).astype("uint8")).decode()
"""
WITH_J = """
def spell(model, pictures):
    return "".join(chr(65 + number) for number in model.predict(pictures, verbose=0).argmax(axis=1))
"""
LARGER = """
model = build_network(28, 24)
model = keras.Sequential([model, keras.layers.Reshape((24,)), keras.layers.Dense(500), keras.layers.Dense(25)])
model = keras.Sequential([keras.Input((28, 28, 1)), model, keras.layers.Dense(24, activation="softmax")])
"""
LOSS = '"sparse_categorical_crossentropy" if labels.ndim == 1 else "categorical_crossentropy"'
SECOND = '            keras.layers.Conv2D(32, 3, activation="relu"),\n'

variants = [
    variant(
        "csv.DictReader, a lookup of letters, one row after the other, a functional network, classes of losses",
        replace(READ, BY_DICT_READER),
        replace(GAP, BY_LOOKUP),
        replace(ROWS, ONE_BY_ONE),
        replace(BUILD, FUNCTIONAL),
        replace(COMPILE, WITH_CLASSES),
        replace(SPELL, LETTER_BY_LETTER),
        edit(ANSWERS, '"start": "c"', '"start": " C "'),
    ),
    variant(
        "splits lines itself, a mask on a copy, lists, no Input, tf.keras, codes of letters",
        replace(READ, BY_SORTED_NAMES),
        replace(GAP, BY_MASK),
        replace(ROWS, BY_LISTS),
        replace(BUILD, WITHOUT_INPUT),
        replace(COMPILE, WITH_A_TABLE),
        replace(SPELL, BY_CODE),
    ),
    variant(
        "names of NumPy, a search, Keras's one-hot, a class of its own",
        replace(READ, BY_NAMES_OF_NUMPY),
        replace(GAP, BY_SEARCH),
        edit(ROWS, "np.eye(count)[classes]", "keras.utils.to_categorical(classes, num_classes=count)"),
        replace(BUILD, OF_ITS_OWN_CLASS),
        edit(COMPILE, "labels.ndim == 1", "labels.shape == (len(labels),)"),
    ),
    variant(
        "csv.reader, tensors, one-hot of TensorFlow, labels of type float",
        replace(READ, BY_CSV_READER),
        edit(ROWS, "np.eye(count)[classes]", '__import__("tensorflow").one_hot(classes, count)'),
        edit(SPELL, "argmax(axis=1)", "argmax(-1).tolist()"),
    ),
    variant(
        "comparing with every place, a single convolution, stochastic gradient descent",
        edit(ROWS, "np.eye(count)[classes]", "(np.arange(count) == classes[:, None]) * 1"),
        edit(BUILD, SECOND, ""),
        edit(BUILD, "Conv2D(16, 3,", "Conv2D(8, 3,"),
        edit(BUILD, "MaxPooling2D(),\n            keras.layers.MaxPooling2D()", "MaxPooling2D(3)"),
        edit(COMPILE, "keras.optimizers.Adam(0.003)", '"sgd"'),
    ),
    variant(
        "the gap by arithmetic, codes, the first row of an identity",
        edit(GAP, "np.where(labels > 9, labels - 1, labels)", "labels - (labels > 9)"),
        edit(ROWS, "np.eye(count)[classes]", 'np.identity(count, dtype="uint8")[list(classes), :]'),
        edit(BUILD, "keras.layers.Flatten(),", "keras.layers.Reshape((-1,)),"),
        edit(BUILD, "Dropout(0.2)", "Dropout(0.4)"),
    ),
]
# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # read_table
        mutant("columns as they stand", replace(READ, AS_THEY_STAND), fails=["columns_in_any_order", "any_table"]),
        mutant(
            "columns in the alphabetical order",
            replace(READ, ALPHABETICALLY),
            fails=["columns_in_any_order", "any_table"],
        ),
        mutant(
            "fails on a single picture",
            edit(READ, ", ndmin=2", ""),
            fails="a_single_picture",
        ),
        mutant(
            "columns change places with rows",
            edit(READ, "reshape(-1, side, side, 1)", "reshape(-1, side, side, 1).transpose(0, 2, 1, 3)"),
            fails=["two_pictures_on_paper", "columns_in_any_order", "a_single_picture", "any_table"],
        ),
        mutant("only 28 pixels a side", edit(READ, "round((len(names) - 1) ** 0.5)", "28"), fails="read"),
        mutant(
            "no channel",
            edit(READ, "reshape(-1, side, side, 1)", "reshape(-1, side, side)"),
            fails="two_pictures_on_paper",
        ),
        mutant(
            "fractions",
            edit(READ, "reshape(-1, side, side, 1),", "reshape(-1, side, side, 1) / 255,"),
            fails="two_pictures_on_paper",
        ),
        mutant(
            "the first line is lost",
            edit(READ, "ndmin=2)", "ndmin=2)[1:]"),
            fails="read",
        ),
        mutant(
            "in the order of the labels",
            edit(READ, "ndmin=2)", 'ndmin=2)\n        table = table[np.argsort(table[:, names.index("label")])]'),
            fails=["two_pictures_on_paper", "columns_in_any_order", "any_table"],
        ),
    ],
    [  # close_gap
        mutant("by the letters that are there", replace(GAP, BY_UNIQUE), fails="a_few_letters_alone"),
        mutant(
            "leaves the gap",
            edit(GAP, "np.where(labels > 9, labels - 1, labels)", "labels"),
            fails=["the_gap_is_closed", "a_few_letters_alone", "any_labels"],
        ),
        mutant(
            "one lower from I on",
            edit(GAP, "labels > 9", "labels > 7"),
            fails=["the_gap_is_closed", "a_few_letters_alone", "any_labels"],
        ),
        mutant(
            "takes J for K",
            edit(GAP, "range(25) if number != 9", "range(25)"),
            fails="no_letter_is_made_up",
        ),
        mutant("takes a Z", edit(GAP, "range(25)", "range(26)"), fails="no_letter_is_made_up"),
        mutant("takes a -1", edit(GAP, "range(25)", "range(-1, 25)"), fails="no_letter_is_made_up"),
        mutant(
            "knows three numbers that are no letters",
            edit(
                GAP,
                "if not np.isin(labels, [number for number in range(25) if number != 9]).all()",
                "if np.isin(labels, [9, 25, -1]).any()",
            ),
            fails="no_letter_is_made_up",
        ),
        mutant(
            "drops what is no letter",
            edit(
                GAP,
                'raise ValueError("a label that is no letter of the finger alphabet")',
                "labels = labels[labels != 9]",
            ),
            fails="no_letter_is_made_up",
        ),
        mutant("changes the labels", replace(GAP, IN_PLACE), fails="leaves_the_labels_alone"),
    ],
    [  # one_hot
        mutant(
            "as long as the largest class says",
            edit(ROWS, "np.eye(count)[classes]", "np.eye(max(classes) + 1)[classes]"),
            fails=["a_place_for_every_class", "any_classes"],
        ),
        mutant(
            "always 24 places",
            edit(ROWS, "np.eye(count)", "np.eye(24)"),
            fails="one_hot",
        ),
        mutant(
            "a column for each label",
            edit(ROWS, "np.eye(count)[classes]", "np.eye(count)[classes].T"),
            fails="one_hot",
        ),
        mutant(
            "in the order of the classes",
            edit(ROWS, "[classes]", "[np.sort(classes)]"),
            fails="one_hot",
        ),
    ],
    [  # build_network
        mutant(
            "a 25th output",
            edit(BUILD, "Dense(classes,", "Dense(classes + 1,"),
            fails=["a_probability_for_each_letter", "three_classes_of_other_pictures", "any_size_and_number"],
        ),
        mutant(
            "always 24 outputs",
            edit(BUILD, "Dense(classes,", "Dense(24,"),
            fails=["three_classes_of_other_pictures", "any_size_and_number"],
        ),
        mutant(
            "always 28 pixels",
            edit(BUILD, "Input((side, side, 1))", "Input((28, 28, 1))"),
            fails=["three_classes_of_other_pictures", "any_size_and_number"],
        ),
        mutant(
            "logits",
            edit(BUILD, ', activation="softmax"', ""),
            fails="a_probability_for_each_letter",
        ),
        mutant(
            "sigmoids",
            edit(BUILD, '"softmax"', '"sigmoid"'),
            fails="a_probability_for_each_letter",
        ),
        mutant(
            "three convolutions",
            edit(BUILD, SECOND, SECOND + SECOND.replace("32, 3", "32, 1")),
            fails="one_or_two_convolutions",
        ),
        mutant(
            "dense layers alone",
            edit(BUILD, SECOND, ""),
            edit(BUILD, '            keras.layers.Conv2D(16, 3, activation="relu"),\n', ""),
            fails="one_or_two_convolutions",
        ),
        mutant("a large hidden layer", edit(BUILD, "Dropout(0.2)", 'Dense(128, "relu")'), fails="within_the_budget"),
    ],
    [  # compile_for
        mutant(
            "always for class numbers",
            edit(COMPILE, LOSS, '"sparse_categorical_crossentropy"'),
            fails=["fits_one_hot_rows", "labels_of_any_type"],
        ),
        mutant(
            "always for one-hot rows",
            edit(COMPILE, LOSS, '"categorical_crossentropy"'),
            fails=["fits_class_numbers", "reports_its_accuracy", "labels_of_any_type"],
        ),
        mutant(
            "the other way round",
            edit(COMPILE, "labels.ndim == 1", "labels.ndim == 2"),
            fails="compile",
        ),
        mutant(
            "goes by the sum of the labels",
            edit(COMPILE, "labels.ndim == 1", "labels.sum() != len(labels)"),
            fails="labels_of_any_type",
        ),
        mutant(
            "goes by the type of the labels",
            edit(COMPILE, "labels.ndim == 1", 'labels.dtype.kind in "iu"'),
            fails=["fits_one_hot_rows", "labels_of_any_type"],
        ),
        mutant(
            "goes by the largest label",
            edit(COMPILE, "labels.ndim == 1", "labels.max() > 1"),
            fails=["fits_class_numbers", "reports_its_accuracy"],
        ),
        mutant(
            "calls the metric acc",
            edit(COMPILE, '["accuracy"]', '["acc"]'),
            fails="reports_its_accuracy",
        ),
        mutant(
            "the accuracy of class numbers, always",
            edit(COMPILE, '["accuracy"]', '[keras.metrics.SparseCategoricalAccuracy(name="accuracy")]'),
            fails=["fits_one_hot_rows", "labels_of_any_type"],
        ),
        mutant(
            "compiles a network of its own",
            edit(COMPILE, "    model.compile", "    model = build_network(28, 24)\n    model.compile"),
            fails="compile",
        ),
        mutant(
            "mean squared error",
            edit(COMPILE, LOSS, '"mse"'),
            fails=["fits_class_numbers", "fits_one_hot_rows", "reports_its_accuracy", "labels_of_any_type"],
        ),
        mutant(
            "returns what compile returns",
            edit(COMPILE, "\n    return model", ""),
            edit(COMPILE, "    model.compile", "    return model.compile"),
            fails="compile",
        ),
    ],
    [  # spell
        mutant(
            "with a J",
            replace(SPELL, WITH_J),
            fails=["spells_letters_behind_the_gap", "spells_any_pictures"],
        ),
        mutant(
            "a list of letters",
            edit(SPELL, '"".join(LETTERS[number] for number in numbers)', "[LETTERS[number] for number in numbers]"),
            fails="spells_letters_before_the_gap",
        ),
        mutant("the least likely", edit(SPELL, "argmax", "argmin"), fails="spell"),
        mutant("small letters", edit(SPELL, "LETTERS[number]", "LETTERS[number].lower()"), fails="spell"),
        mutant(
            "with the network of the notebook",
            edit(
                SPELL,
                "model.predict(pictures, verbose=0)",
                "build_network(28, 24).predict(x_new[: len(pictures)], verbose=0)",
            ),
            fails="spell",
        ),
        mutant(
            "blackens the pictures afterwards",
            edit(SPELL, "    return", "    pictures[...] = 0\n    return"),
            fails="spells_letters_before_the_gap",
        ),
    ],
    [  # questions
        mutant("a small learning rate", edit(ANSWERS, '"start": "c"', '"start": "a"'), fails="where_a_loss_begins"),
        mutant("labels that do not fit", edit(ANSWERS, '"start": "c"', '"start": "b"'), fails="where_a_loss_begins"),
        mutant("an error", edit(ANSWERS, '"outputs": "a"', '"outputs": "b"'), fails="what_the_gap_does"),
        mutant("K as I", edit(ANSWERS, '"outputs": "a"', '"outputs": "c"'), fails="what_the_gap_does"),
        mutant("more to learn from", edit(ANSWERS, '"loss": "b"', '"loss": "a"'), fails="what_the_way_of_writing_does"),
        mutant("near numbers", edit(ANSWERS, '"loss": "b"', '"loss": "c"'), fails="what_the_way_of_writing_does"),
        mutant(
            "a question is left out",
            edit(ANSWERS, ', "loss": "b"', ""),
            fails=["every_question_has_an_answer", "what_the_way_of_writing_does"],
        ),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in a larger network", append(COMPILE, LARGER), untrained(), fails="accuracy"),
    mutant("hands in an untrained network", untrained(), fails=["reads_what_it_learned_from", "reads_new_letters"]),
]
KEY = "a public criterion would hold the key"
hidden_because = {
    "labels_of_any_type": "whoever sees its labels could tell them by another number than that of their axes",
    "where_a_loss_begins": KEY,
    "what_the_gap_does": KEY,
    "what_the_way_of_writing_does": KEY,
}
harmless_mutations = [
    free("Conv2D[0]", "Conv2D[1]", because="the filters and their windows are choices of one's own"),
    free("verbose", because="what `predict` prints is not judged"),
    harmless('"relu" → None', because="the text names no activation, and pooling bends, too"),
    harmless('activation="relu") → keras.layers.Conv2D(', because="the filters are choices of one's own, as above"),
    harmless("1 / 255 → 1", because="the text advises to scale; what it was worth is seen in the accuracy"),
    harmless("line 16: 255 →", because="nearly the same scale is as good"),
    harmless("write_build_network, line 16: 1 → 2", because="levels from 0 to 2 are as good"),
    harmless("keyword dtype dropped", because="whole numbers may be of a floating-point type"),
    harmless("labels > 9 → labels >= 9", because="there is no 9 among the labels"),
    harmless("write_close_gap, line 16: 9 → 8", because="there is no 9 among the labels"),
    harmless('finger alphabet" → None', because="the message is not judged"),
    harmless("write_compile_for, line 11:  → labels = labels[", because="only the number of axes matters"),
    harmless("write_read_table, line 16: 1 →", because="the root of one more or less is rounded to the same side"),
    harmless("write_read_table, line 16: len(names) - 1", because="the root of one more or two is rounded likewise"),
    harmless("write_read_table, line 18: 1 → 2", because="NumPy takes any negative length as it takes -1"),
    harmless("write_spell, line 12: 1 → -1", because="it is the last of two axes"),
]
