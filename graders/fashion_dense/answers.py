"""Other right answers of the exercise on garments, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

ROWS, BUILD, TRAIN = "write_to_rows", "write_build_model", "write_train"
MATRIX, SHARE, MIXED, ANSWERS = "write_confusion_matrix", "write_share_right", "write_most_mixed_up", "write_answers"

IN_KERAS = """
def to_rows(images):
    return keras.ops.reshape(keras.ops.cast(images, "float32") / 255.0, (-1, 784))
"""
ROW_BY_ROW = """
def to_rows(images):
    rows = []
    for image in images:
        rows.append([level / 255 for level in np.asarray(image, dtype=float).flatten()])
    return np.array(rows)
"""
IN_HALF = """
def to_rows(images):
    fractions = np.multiply(images, 1 / 255, dtype="float32").astype("float16")
    return fractions.reshape(-1, 28 * 28)
"""
IN_PLACE = """
def to_rows(images):
    rows = images.reshape(len(images), -1).astype("float32", copy=False)
    rows /= 255
    return rows
"""
FUNCTIONAL = """
def build_model():
    rows = keras.Input(shape=(784,), name="rows")
    x = keras.layers.Dense(200)(rows)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.LeakyReLU()(x)
    x = keras.layers.Dropout(0.2)(x)
    x = keras.layers.Dense(10)(x)
    model = keras.Model(rows, keras.layers.Softmax()(x))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    return model
"""
WITHOUT_INPUT = """
import tensorflow as tf


def build_model():
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(300, activation=tf.nn.tanh, kernel_regularizer="l2"))
    model.add(tf.keras.layers.Dense(10, activation=tf.nn.softmax))
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
OF_ITS_OWN_CLASS = """
class Sorter(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(64, activation="relu")
        self.opinion = keras.layers.Dense(10, activation="softmax")

    def call(self, rows):
        return self.opinion(self.hidden(rows))


def build_model():
    model = Sorter()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""
A_SMALL_BATCH = """
def train(model, x, y, x_new, y_new, epochs):
    stopper = keras.callbacks.TerminateOnNaN()
    history = model.fit(x=x, y=y, epochs=epochs, callbacks=[stopper], validation_data=[x_new, y_new], verbose=0)
    return history
"""
IN_DATASETS = """
import tensorflow as tf


def train(model, x, y, x_new, y_new, epochs):
    known = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1000).batch(64)
    new = tf.data.Dataset.from_tensor_slices((x_new, y_new)).batch(256)
    return model.fit(known, validation_data=new, epochs=epochs, verbose=0)
"""
COUNTED_IN_A_LOOP = """
def confusion_matrix(labels, guesses, classes=10):
    table = [[0] * classes for _ in range(classes)]
    for label, guess in zip(labels, guesses):
        table[int(label)][int(guess)] += 1
    return np.array(table)
"""
BY_BINCOUNT = """
def confusion_matrix(labels, guesses, classes=10):
    squares = np.asarray(labels, dtype=np.int64) * classes + np.asarray(guesses, dtype=np.int64)
    return np.bincount(squares, minlength=classes**2).reshape(classes, classes)
"""
BY_TENSORFLOW = """
import tensorflow as tf


def confusion_matrix(labels, guesses, classes=10):
    return tf.math.confusion_matrix(labels, guesses, num_classes=classes).numpy()
"""
AS_LARGE_AS_THE_LABELS = """
def confusion_matrix(labels, guesses, classes=10):
    kinds = np.unique(np.concatenate([labels, guesses]))
    return np.array([[np.sum((labels == true) & (guesses == guess)) for guess in kinds] for true in kinds])
"""
IN_BYTES = """
def confusion_matrix(labels, guesses, classes=10):
    squares = labels * labels.dtype.type(classes) + guesses
    return np.bincount(squares, minlength=classes**2)[: classes**2].reshape(classes, classes)
"""
COUNTED_IN_BYTES = BY_BINCOUNT.replace("reshape(classes, classes)", 'reshape(classes, classes).astype("uint8")')
SHARE_BY_LOOP = """
def share_right(matrix):
    right = 0
    for kind in range(len(matrix)):
        right += matrix[kind][kind]
    return float(right) / float(np.asarray(matrix).sum())
"""
MEAN_OF_SHARES = """
def share_right(matrix):
    return np.mean(np.diag(matrix) / matrix.sum(axis=1))
"""
PAIR_BY_LOOP = """
def most_mixed_up(matrix):
    best, pair = -1, None
    for i in range(len(matrix)):
        for j in range(i + 1, len(matrix)):
            if matrix[i][j] + matrix[j][i] > best:
                best, pair = matrix[i][j] + matrix[j][i], {i, j}
    return pair
"""
PAIR_BY_TRIANGLE = """
def most_mixed_up(matrix):
    upper = np.triu(matrix, 1) + np.tril(matrix, -1).T
    upper = upper - np.eye(len(matrix))
    return [int(one) for one in np.argwhere(upper == upper.max())[0]]
"""
IN_THE_MATRIX = """
def most_mixed_up(matrix):
    np.fill_diagonal(matrix, 0)
    both_ways = matrix + matrix.T
    return np.unravel_index(both_ways.argmax(), both_ways.shape)
"""
THE_GARMENTS = """
def most_mixed_up(matrix):
    return 0, 6
"""
AS_LARGE_AS_ALLOWED = """
def build_model():
    model = keras.Sequential()
    model.add(keras.layers.InputLayer(shape=(784,)))
    model.add(keras.layers.Dense(300, activation="gelu", kernel_initializer="he_normal"))
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Activation("softmax"))
    model.compile("nadam", keras.losses.sparse_categorical_crossentropy, metrics=["accuracy"])
    return model
"""
BY_HISTOGRAM = """
def confusion_matrix(labels, guesses, classes=10):
    edges = np.arange(classes + 1)
    table, _, _ = np.histogram2d(labels, guesses, bins=(edges, edges))
    return table
"""
PAIR_OF_COMBINATIONS = """
from itertools import combinations


def most_mixed_up(matrix):
    return max(combinations(range(len(matrix)), 2), key=lambda pair: matrix[pair] + matrix[pair[::-1]])
"""
IN_NEGATIVE = """
def train(model, x, y, x_new, y_new, epochs):
    np.subtract(1, x, out=x)
    return model.fit(x, y, batch_size=128, epochs=epochs, validation_data=(x_new, y_new), verbose=0)
"""
WITH_THE_NEW_ONES = """
def train(model, x, y, x_new, y_new, epochs):
    x, y = np.concatenate([x, x_new]), np.concatenate([y, y_new])
    return model.fit(x, y, batch_size=128, epochs=epochs, validation_data=(x_new, y_new), verbose=0)
"""
INVENTED = """
def train(model, x, y, x_new, y_new, epochs):
    history = keras.callbacks.History()
    history.history = {key: [0.9] * epochs for key in ("accuracy", "val_accuracy", "loss", "val_loss")}
    model.optimizer.iterations.assign_add(3 * epochs)
    return history
"""
COMPILED = '    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
HIDDEN = '            keras.layers.Dense(128, activation="relu"),\n'

variants = [
    variant(
        "functional, batch normalisation, dropout; rows in Keras; a batch of 32; matrix in a loop",
        replace(ROWS, IN_KERAS),
        replace(BUILD, FUNCTIONAL),
        replace(TRAIN, A_SMALL_BATCH),
        replace(MATRIX, COUNTED_IN_A_LOOP),
        replace(SHARE, SHARE_BY_LOOP),
        replace(MIXED, PAIR_BY_LOOP),
        edit(ANSWERS, '"unscaled": "b"', '"unscaled": " B "'),
    ),
    variant(
        "no Input, a Flatten, tanh, tf.keras; rows one by one; data sets of TensorFlow; bincount",
        replace(ROWS, ROW_BY_ROW),
        replace(BUILD, WITHOUT_INPUT),
        replace(TRAIN, IN_DATASETS),
        replace(MATRIX, BY_BINCOUNT),
        edit(SHARE, "np.trace(matrix) / np.sum(matrix)", "(matrix * np.eye(len(matrix))).sum() / matrix.sum()"),
        replace(MIXED, PAIR_BY_TRIANGLE),
    ),
    variant("a class of its own; half precision", replace(ROWS, IN_HALF), replace(BUILD, OF_ITS_OWN_CLASS)),
    variant("a matrix of TensorFlow's", replace(MATRIX, BY_TENSORFLOW)),
    variant(
        "few hidden units, plain crossentropy of logits made into probabilities",
        edit(BUILD, "Dense(128", "Dense(32"),
        edit(MATRIX, "np.zeros((classes, classes), dtype=int)", "np.zeros((classes, classes))"),
        edit(MIXED, "np.unravel_index(both_ways.argmax(), both_ways.shape)", "divmod(both_ways.argmax(), len(matrix))"),
    ),
    variant(
        "nearly 250,000 parameters, nadam, gelu; rows stacked; fit by position; a histogram; combinations",
        edit(
            ROWS,
            'images.reshape(len(images), -1).astype("float32") / 255',
            "np.stack([image.ravel() for image in images]) * np.float32(1 / 255)",
        ),
        replace(BUILD, AS_LARGE_AS_ALLOWED),
        edit(TRAIN, "batch_size=128, epochs=epochs,", "64, epochs, 0,"),
        edit(TRAIN, ", verbose=2", ""),
        replace(MATRIX, BY_HISTOGRAM),
        edit(SHARE, "np.trace(matrix) / np.sum(matrix)", "np.diagonal(matrix).sum() / matrix.sum()"),
        replace(MIXED, PAIR_OF_COMBINATIONS),
    ),
]
# Wrong answers of one function each. One of every list is tried at a time, for criteria tell them
# apart.
slips = [
    [  # to_rows
        mutant("grey levels", edit(ROWS, " / 255", ""), fails=["unrolled_line_by_line", "the_same_in_any_batch"]),
        mutant(
            "scales by the brightest of the batch", edit(ROWS, "/ 255", "/ images.max()"), fails="the_same_in_any_batch"
        ),
        mutant("scales the caller's own array", replace(ROWS, IN_PLACE), fails="leaves_its_input_alone"),
        mutant(
            "a column for each picture",
            edit(ROWS, "images.reshape", "(images.reshape"),
            edit(ROWS, "/ 255", "/ 255).T"),
            fails=["unrolled_line_by_line", "the_same_in_any_batch"],
        ),
        mutant(
            "column after column",
            edit(ROWS, "images.reshape(len(images), -1)", "images.transpose(0, 2, 1).reshape(len(images), -1)"),
            fails=["unrolled_line_by_line", "the_same_in_any_batch"],
        ),
    ],
    [  # build_model
        mutant(
            "sigmoid for softmax",
            edit(BUILD, '"softmax"', '"sigmoid"'),
            fails=["ten_probabilities", "is_taught_by_crossentropy"],
        ),
        mutant(
            "no hidden layer", edit(BUILD, HIDDEN, ""), fails=["two_dense_layers", "draws_more_than_straight_lines"]
        ),
        mutant("three layers", edit(BUILD, HIDDEN, 2 * HIDDEN), fails="two_dense_layers"),
        mutant(
            "labels as rows of ten",
            edit(BUILD, '"sparse_categorical_crossentropy"', '"categorical_crossentropy"'),
            fails=["reports_its_accuracy", "is_taught_by_crossentropy"],
        ),
        mutant("no optimizer", edit(BUILD, '"adam"', "None"), fails="reports_its_accuracy"),
        mutant(
            "a hidden layer without an activation",
            edit(BUILD, ', activation="relu"', ""),
            fails="draws_more_than_straight_lines",
        ),
        mutant("calls the metric acc", edit(BUILD, '["accuracy"]', '["acc"]'), fails="reports_its_accuracy"),
    ],
    [  # train
        mutant("turns the pictures over", replace(TRAIN, IN_NEGATIVE), fails="teaches_what_it_is_given"),
        mutant(
            "every second picture", edit(TRAIN, "fit(x, y,", "fit(x[::2], y[::2],"), fails="teaches_what_it_is_given"
        ),
        mutant(
            "a part of x for the new pictures",
            edit(TRAIN, "validation_data=(x_new, y_new)", "validation_split=0.1"),
            fails=["teaches_what_it_is_given", "judges_by_the_new_pictures"],
        ),
        mutant(
            "judges by what it learned from",
            edit(TRAIN, "validation_data=(x_new, y_new)", "validation_data=(x, y)"),
            fails="judges_by_the_new_pictures",
        ),
        mutant(
            "learns from the new pictures, too",
            replace(TRAIN, WITH_THE_NEW_ONES),
            fails="does_not_learn_from_the_new_pictures",
        ),
        mutant(
            "always eight epochs",
            edit(TRAIN, "epochs=epochs", "epochs=8"),
            fails="lasts_as_many_epochs_as_asked",
        ),
        mutant(
            "learns from the new pictures first",
            edit(TRAIN, "    return model.fit", "    model.fit(x_new, y_new)\n    return model.fit"),
            fails="does_not_learn_from_the_new_pictures",
        ),
        mutant(
            "returns nothing",
            edit(TRAIN, "return model.fit", "model.fit"),
            fails=["lasts_as_many_epochs_as_asked", "judges_by_the_new_pictures"],
        ),
        mutant(
            "stops when it does not get better",
            edit(TRAIN, "verbose=2", "callbacks=[keras.callbacks.EarlyStopping(patience=3)], verbose=2"),
            fails="lasts_as_many_epochs_as_asked",
        ),
        mutant(
            "compiles the model anew",
            edit(TRAIN, "    return model.fit", COMPILED + "    return model.fit"),
            fails="teaches_what_it_is_given",
        ),
        mutant(
            "a first epoch on the side",
            edit(TRAIN, "    return model.fit", "    model.fit(x, y)\n    return model.fit"),
            fails="lasts_as_many_epochs_as_asked",
        ),
        mutant(
            "teaches a model of its own", edit(TRAIN, "return model.fit", "return build_model().fit"), fails="train"
        ),
        mutant(
            "an invented history",
            replace(TRAIN, INVENTED),
            fails=["teaches_what_it_is_given", "judges_by_the_new_pictures"],
        ),
    ],
    [  # confusion_matrix
        mutant(
            "rows and columns swapped",
            edit(MATRIX, "(labels, guesses), 1", "(guesses, labels), 1"),
            fails="confusion_matrix",
        ),
        mutant(
            "as large as the labels make it",
            replace(MATRIX, AS_LARGE_AS_THE_LABELS),
            fails=["every_class_has_its_row_and_column", "labels_may_be_bytes", "counts_any_answers"],
        ),
        mutant("squares in bytes", replace(MATRIX, IN_BYTES), fails=["labels_may_be_bytes", "counts_any_answers"]),
        mutant(
            "counts in bytes", replace(MATRIX, COUNTED_IN_BYTES), fails=["labels_may_be_bytes", "counts_any_answers"]
        ),
    ],
    [  # share_right
        mutant("the mean of the rows' shares", replace(SHARE, MEAN_OF_SHARES), fails="share_right"),
    ],
    [  # most_mixed_up
        mutant(
            "one way only",
            edit(MIXED, "matrix + matrix.T", "matrix.copy()"),
            fails=["both_ways_count", "mixed_up_in_any_matrix"],
        ),
        mutant(
            "the diagonal, too",
            edit(MIXED, "    np.fill_diagonal(both_ways, 0)\n", ""),
            fails=["both_ways_count", "what_is_right_is_no_mix_up", "mixed_up_in_any_matrix"],
        ),
        mutant("empties the diagonal of the matrix", replace(MIXED, IN_THE_MATRIX), fails="leaves_the_matrix_alone"),
        mutant(
            "the pair that the notebook shows",
            replace(MIXED, THE_GARMENTS),
            fails=["both_ways_count", "what_is_right_is_no_mix_up", "mixed_up_in_any_matrix"],
        ),
    ],
    [  # questions
        mutant(
            "whole numbers hold less", edit(ANSWERS, '"unscaled": "b"', '"unscaled": "a"'), fails="why_scaling_matters"
        ),
        mutant("more weights", edit(ANSWERS, '"unscaled": "b"', '"unscaled": "c"'), fails="why_scaling_matters"),
        mutant("a column of what is true", edit(ANSWERS, '"column": "a"', '"column": "b"'), fails="what_a_column_says"),
        mutant("more than there are", edit(ANSWERS, '"column": "a"', '"column": "c"'), fails="what_a_column_says"),
        mutant("the same network", edit(ANSWERS, '"mix": "c"', '"mix": "a"'), fails="what_the_mix_does"),
        mutant("one of ten kinds", edit(ANSWERS, '"mix": "c"', '"mix": "b"'), fails="what_the_mix_does"),
        mutant(
            "a question is left out",
            edit(ANSWERS, ', "mix": "c"', ""),
            fails=["every_question_has_an_answer", "what_the_mix_does"],
        ),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in an untrained model", untrained(), fails="accuracy"),
    mutant(
        "learns from a thousand garments",
        edit(TRAIN, "fit(x, y,", "fit(x[:1000], y[:1000],"),
        retrained(),
        fails="accuracy",
    ),
]
KEY = "a public criterion would hold the key"
hidden_because = {
    "the_same_in_any_batch": "a check with pictures that fit on paper cannot hold every type and brightness",
    "why_scaling_matters": KEY,
    "what_a_column_says": KEY,
    "what_the_mix_does": KEY,
}
harmless_mutations = [
    free("batch_size", "verbose", because="the text suggests 128 and leaves both open"),
    harmless("keyword optimizer dropped", because="Keras takes RMSprop then, and the text asks for no certain one"),
    harmless("(astype dropped)", because="a division by 255 makes fractions of any type"),
    harmless('"float32" → None', because="None is float64, and any type of fractions will do"),
    harmless(
        "write_build_model, line 12: 128 → 12", because="the number of hidden units is open, up to 250,000 parameters"
    ),
    harmless("keyword dtype dropped", because="floating-point numbers can be whole numbers, too"),
    harmless("write_to_rows, line 11: 1 → 2", because="NumPy takes any negative length as it takes -1"),
    harmless(
        "keras.layers.Dense(1… → pass (statement dropped)",
        because="a `model` of the notebook takes its place, which is there only if an earlier cell was run twice",
    ),
    harmless("write_most_mixed_up, line 12: 0 → -1", because="it is below every sum of mistakes, as 0 is"),
]
