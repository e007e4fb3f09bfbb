"""Other right answers of the exercise on segmentation, and wrong ones."""

from proctor.answers import combine, edit, mutant, replace, retrained, untrained, variant

PAINT, IOU, TWO, DOWN = "write_paint", "write_mean_iou", "write_two_convolutions", "write_down_block"
UP, UNET, COMPILE = "write_up_block", "write_build_unet", "write_compile_network"

PAINT_LOOPED = """
def paint(logits, colours):
    height, width, kinds = logits.shape
    picture = np.zeros((height, width, 3))
    for y in range(height):
        for x in range(width):
            best = 0
            for kind in range(1, kinds):
                if logits[y, x, kind] > logits[y, x, best]:
                    best = kind
            picture[y, x] = colours[best]
    return picture.astype(int)
"""
PAINT_LISTED = """
def paint(logits, colours):
    return [[list(colours[int(np.argmax(pixel))]) for pixel in row] for row in logits]
"""
PAINT_BY_TENSORS = """
import tensorflow as tf

def paint(logits, colours):
    return tf.gather(colours, tf.argmax(logits, axis=-1))
"""
PAINT_ONE_HOT = """
def paint(logits, colours):
    kinds = np.argmax(logits, axis=2)
    return sum((kinds == k)[..., np.newaxis] * np.asarray(colours[k], dtype="int32") for k in range(len(colours)))
"""
IOU_LOOPED = """
def mean_iou(true, found, kinds):
    both, either = [0] * kinds, [0] * kinds
    for t, f in zip(np.ravel(true), np.ravel(found)):
        if t == f:
            both[t] += 1
            either[t] += 1
        else:
            either[t] += 1
            either[f] += 1
    total, count = 0.0, 0
    for b, e in zip(both, either):
        if e:
            total, count = total + b / e, count + 1
    return total / count
"""
IOU_BY_KERAS = """
def mean_iou(true, found, kinds):
    metric = keras.metrics.MeanIoU(num_classes=kinds)
    metric.update_state(true, found)
    return metric.result()
"""
IOU_BY_TABLE = """
def mean_iou(true, found, kinds):
    table = np.zeros((kinds, kinds))
    np.add.at(table, (np.ravel(true), np.ravel(found)), 1)
    overlap = np.diag(table)
    union = table.sum(0) + table.sum(1) - overlap
    with np.errstate(all="ignore"):
        return float(np.nanmean(overlap / union))
"""
IOU_OF_SETS = """
def mean_iou(true, found, kinds):
    t, f = np.asarray(true).flatten().tolist(), np.asarray(found).flatten().tolist()
    values = {}
    for k in sorted(set(t) | set(f)):
        a = {i for i, label in enumerate(t) if label == k}
        b = {i for i, label in enumerate(f) if label == k}
        values[k] = len(a & b) / len(a | b)
    return np.float32(sum(values.values()) / len(values))
"""
TWO_OLD = """
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Dropout, Conv2DTranspose, concatenate, Input
import tensorflow as tf

def two_convolutions(inputs, n_filters=32):
    conv = Conv2D(n_filters, 3, activation="relu", padding="same", kernel_initializer="he_normal")(inputs)
    conv = Conv2D(n_filters, (3, 3), activation=tf.nn.relu, padding="SAME", kernel_initializer="he_normal")(conv)
    return conv
"""
DOWN_OLD = """
def down_block(inputs, n_filters=32):
    conv = two_convolutions(inputs, n_filters)
    next_layer = MaxPooling2D(pool_size=(2, 2))(conv)
    skip_connection = conv
    return next_layer, skip_connection
"""
UP_OLD = """
def up_block(expansive_input, contractive_input, n_filters=32):
    up = Conv2DTranspose(n_filters, (2, 2), strides=(2, 2), padding="same")(expansive_input)
    merge = concatenate([up, contractive_input], axis=3)
    return two_convolutions(merge, n_filters)
"""
UNET_OLD = """
def build_unet(height, width, n_classes, n_filters, levels):
    factor = 2 ** levels
    if height % factor != 0 or width % factor != 0:
        raise ValueError("Height and width must be multiples of %d, but I was given %d x %d" % (factor, height, width))
    inputs = Input(shape=(height, width, 3))
    x = tf.keras.layers.Rescaling(2.0 / 255, offset=-1.0)(inputs)
    blocks = []
    for i in range(levels):
        blocks.append(down_block(x, n_filters * 2**i))
        x = blocks[-1][0]
    x = two_convolutions(x, n_filters=n_filters * factor)
    while blocks:
        n = n_filters * 2 ** (len(blocks) - 1)
        x = up_block(x, blocks.pop()[1], n)
    outputs = Conv2D(n_classes, 1, padding="same")(x)
    return tf.keras.Model(inputs=inputs, outputs=outputs)
"""
TWO_LOOPED = """
L = keras.layers

def two_convolutions(place, filters):
    for _ in range(2):
        place = L.ReLU()(L.Conv2D(filters, (3, 3), strides=1, padding="same")(place))
    return place
"""
DOWN_LISTED = """
def down_block(place, filters):
    skip = two_convolutions(place, filters)
    return [L.MaxPool2D((2, 2), strides=2, padding="same")(skip), skip]
"""
UP_TURNED = """
def up_block(place, skip, filters):
    big = L.Conv2DTranspose(filters, kernel_size=2, strides=(2, 2), padding="valid", activation=None)(place)
    return two_convolutions(keras.ops.concatenate([skip, big], axis=-1), filters)
"""
UNET_INLINE = """
def build_unet(height, width, kinds, filters, levels):
    h, w = height, width
    for _ in range(levels):
        if h % 2 == 1 or w % 2 == 1:
            raise ValueError(f"{height} x {width} is not {levels} times even: take multiples of {2 ** levels}")
        h, w = h // 2, w // 2
    layers = keras.layers
    pictures = keras.Input(shape=(height, width, 3), name="pictures")
    x, kept = pictures / 127.5 - 1.0, {}
    for level in range(levels):
        for step in (1, 2):
            x = layers.Conv2D(filters << level, 3, padding="same", activation="relu", name=f"down{level}_{step}")(x)
        kept[level] = x
        x = layers.MaxPooling2D(name=f"pool{level}")(x)
    for step in (1, 2):
        x = layers.Conv2D(filters << levels, 3, padding="same", activation="relu", name=f"bottom_{step}")(x)
    for level in range(levels - 1, -1, -1):
        x = layers.Conv2DTranspose(filters << level, 2, 2, name=f"double{level}")(x)
        x = layers.Concatenate(name=f"join{level}")([kept[level], x] if level % 2 else [x, kept[level]])
        for step in (1, 2):
            x = layers.Conv2D(filters << level, 3, padding="same", activation="relu", name=f"up{level}_{step}")(x)
    x = layers.Conv2D(kinds, (1, 1), activation="linear", name="logits")(x)
    return keras.Model(inputs=[pictures], outputs=[x], name="unet")
"""
TWO_NESTED = """
def two_convolutions(place, filters):
    block = keras.Sequential()
    block.add(keras.layers.Conv2D(filters, 3, activation="relu", padding="same"))
    block.add(keras.layers.Conv2D(filters, 3, activation="relu", padding="same"))
    return block(place)
"""
UNET_RECURSIVE = """
def inner(place, filters, levels):
    if levels == 0:
        return two_convolutions(place, filters)
    below, skip = down_block(place, filters)
    return up_block(inner(below, 2 * filters, levels - 1), skip, filters)


def build_unet(height, width, kinds, filters, levels):
    wrong = [size for size in (height, width) if (size / 2**levels).is_integer() is False]
    if wrong:
        raise ValueError("Not a multiple of " + str(2**levels) + ": " + " and ".join(map(str, wrong)) + ".")
    begin = keras.layers.Input((height, width, 3))
    scaled = keras.layers.Rescaling(1 / 127.5)(begin)
    scaled = keras.layers.Rescaling(1, offset=-1)(scaled)
    return keras.models.Model(begin, keras.layers.Conv2D(kinds, 1)(inner(scaled, filters, levels)))
"""
COMPILE_OLD = """
import tensorflow as tf

def compile_network(model, opt):
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=opt, loss=loss, metrics=['accuracy'])
    return model
"""
COMPILE_OWN = """
import tensorflow as tf

def compile_network(network, optimizer):
    def loss(y, logits):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(y, tf.int32), logits))

    network.compile(optimizer=optimizer, loss=loss, metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")])
"""
COMPILE_BY_SOFTMAX = """
def compile_network(network, optimizer):
    def loss(labels, logits):
        return keras.losses.sparse_categorical_crossentropy(labels, keras.ops.softmax(logits))

    network.compile(optimizer, loss, metrics=["accuracy"])
"""
COMPILE_BY_FUNCTION = """
def compile_network(network, optimizer):
    def cross_entropy(true, logits):
        return keras.losses.sparse_categorical_crossentropy(true, logits, from_logits=True)

    network.compile(loss=cross_entropy, optimizer=optimizer, metrics=["accuracy"])
"""

variants = [
    variant(
        "as in the old courses, pixel by pixel",
        replace(PAINT, PAINT_LOOPED),
        replace(IOU, IOU_LOOPED),
        replace(TWO, TWO_OLD),
        replace(DOWN, DOWN_OLD),
        replace(UP, UP_OLD),
        replace(UNET, UNET_OLD),
        replace(COMPILE, COMPILE_OLD),
    ),
    variant(
        "layers from loops, lists, the skip first",
        replace(PAINT, PAINT_LISTED),
        replace(IOU, IOU_BY_TABLE),
        replace(TWO, TWO_LOOPED),
        replace(DOWN, DOWN_LISTED),
        replace(UP, UP_TURNED),
        replace(COMPILE, COMPILE_OWN),
    ),
    variant(
        "a network written without blocks, a measure of Keras's",
        replace(PAINT, PAINT_BY_TENSORS),
        replace(IOU, IOU_BY_KERAS),
        replace(UNET, UNET_INLINE),
        replace(COMPILE, COMPILE_BY_FUNCTION),
    ),
    variant(
        "models in the model, a function that calls itself",
        replace(PAINT, PAINT_ONE_HOT),
        replace(IOU, IOU_OF_SETS),
        replace(TWO, TWO_NESTED),
        replace(UNET, UNET_RECURSIVE),
    ),
    variant(
        "scaled by operations, numbers that are dropped, a loss with a softmax of its own",
        replace(
            PAINT, "def paint(logits, colours):\n    return np.take(colours, np.asarray(logits).argmax(2), axis=0)"
        ),
        edit(IOU, "return np.mean(shares)", "return sum(shares) / len(shares)"),
        edit(TWO, "(place)\n    return", "(place)\n    place = keras.layers.Dropout(0.2)(place)\n    return"),
        edit(UNET, "keras.layers.Rescaling(1 / 127.5, offset=-1)(begin)", "(begin - 127.5) / 127.5"),
        edit(
            UNET, '"The {name} {size} is not a multiple of {2**levels}."', '"{size}: must be divisible by {2**levels}"'
        ),
        replace(COMPILE, COMPILE_BY_SOFTMAX),
    ),
    variant("the skip first", replace(UP, UP_TURNED.replace("L.", "keras.layers."))),
]

FIRST = 'place = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(place)\n    return'
LAST = 'return keras.layers.Conv2D(filters, 3, padding="same", activation="relu")'
COMPUTED, OTHERS = ["kinds_in_one_of_the_two", "any_labels"], ["kinds_that_occur_nowhere", "any_labels"]
NOWHERE = ["kinds_that_occur_nowhere", *COMPUTED]
BOTH, BEHIND = "what_two_convolutions_compute", "what_the_up_block_computes"
WHOLE, SKIPS, REFUSED = "what_the_unet_computes", "every_skip_arrives", ["refuses_sizes", "refuses_any_size"]
LOSS, METRIC = "cross_entropy_of_logits", "optimizer_and_metric"
EITHER = "either = np.sum((true == kind) | (found == kind))"
CONVOLVED, JOINED = "two_convolutions(place, filters)", "keras.layers.Concatenate()([doubled, skip])"
WITH_LOSS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
SIZES, SAYS = '(("height", height), ("width", width))', '"The {name} {size} is not a multiple of {2**levels}."'
SMALLER = "keras.layers.MaxPooling2D()(before)"
PAPER = ["colours_on_paper", "colours_of_any_numbers", "any_picture"]
COUNTED = ["iou_on_paper", "kinds_in_one_of_the_two", "pictures_are_counted_together", "any_labels"]
EACH_PICTURE = """    if np.ndim(true) == 3:
        return np.mean([mean_iou(t, f, kinds) for t, f in zip(true, found)])
    shares = []"""
IOU_OF_BYTES = """
def mean_iou(true, found, kinds):
    both = np.uint8(kinds) * np.ravel(true) + np.ravel(found)
    table = np.bincount(both, minlength=kinds**2)[: kinds**2].reshape(kinds, kinds)
    overlap = np.diag(table)
    union = table.sum(0) + table.sum(1) - overlap
    return np.mean(overlap[union > 0] / union[union > 0])
"""
ONE_BEFORE = """
def down_block(place, filters):
    before = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(place)
    behind = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(before)
    return keras.layers.MaxPooling2D()(behind), before
"""
SHARED = """
shared = {}

def two_convolutions(place, filters):
    for step in range(2):
        key = filters, step, place.shape[-1]
        if key not in shared:
            shared[key] = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")
        place = shared[key](place)
    return place
"""
ONCE = """
def two_convolutions(place, filters):
    place = keras.layers.Dense(filters)(place)
    layer = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")
    return layer(layer(place))
"""
UP_SAMPLED = """
def up_block(place, skip, filters):
    doubled = keras.layers.UpSampling2D()(place)
    return two_convolutions(keras.layers.Concatenate()([doubled, skip]), filters)
"""


def slip(title, cell, old, new, *fails):
    """A mutant of one edit; `fails` are names, or lists of them."""
    names = [name for each in fails for name in ([each] if isinstance(each, str) else each)]
    return mutant(title, edit(cell, old, new), fails=names)


slips = [
    [  # paint
        slip("the lowest number", PAINT, "argmax", "argmin", "colours"),
        slip("along the width", PAINT, "axis=-1", "axis=1", "colours"),
        slip("the largest in size", PAINT, "argmax(logits", "argmax(np.abs(logits)", "colours"),
        mutant(
            "the kinds, not their colours",
            edit(PAINT, "np.asarray(colours)[", "("),
            edit(PAINT, "axis=-1)]", "axis=-1))"),
            fails="colours",
        ),
        slip("the colours of the notebook", PAINT, "np.asarray(colours)", "COLOURS", "colours"),
        slip(
            "probabilities that overflow",
            PAINT,
            "np.argmax(logits, axis=-1)",
            "np.argmax(np.exp(logits) / np.sum(np.exp(logits), axis=-1, keepdims=True), axis=-1)",
            "colours_of_any_numbers",
        ),
        mutant(
            "begins to search at 0",
            replace(
                PAINT,
                PAINT_LOOPED.replace("best = 0", "best, high = 0, 0")
                .replace("range(1, kinds)", "range(kinds)")
                .replace(
                    "> logits[y, x, best]:\n                    best = kind",
                    "> high:\n                    best, high = kind, logits[y, x, kind]",
                ),
            ),
            fails=PAPER,
        ),
        mutant(
            "the last of equals",
            replace(PAINT, PAINT_LOOPED.replace("> logits", ">= logits")),
            fails="colours_of_any_numbers",
        ),
        mutant(
            "mixes the colours",
            replace(PAINT, "def paint(logits, colours):\n    return logits @ colours"),
            fails="colours",
        ),
        slip("four kinds", PAINT, "argmax(logits", "argmax(logits[..., :4]", "colours_that_are_given", "any_picture"),
        slip("a picture lies on its side", PAINT, "axis=-1)]", "axis=-1).T]", "colours"),
        slip("red and blue change places", PAINT, "axis=-1)]", "axis=-1)][..., ::-1]", "colours"),
        slip(
            "softens in place",
            PAINT,
            "    return",
            "    logits -= logits.max(axis=-1, keepdims=True)\n    return",
            "colours_that_are_given",
            "any_picture",
        ),
    ],
    [  # mean_iou
        slip(
            "kinds that occur nowhere count 0",
            IOU,
            "if either > 0:\n            shares.append(both / either)",
            "shares.append(both / max(either, 1))",
            NOWHERE,
        ),
        slip("0 by 0", IOU, "if either > 0:\n            shares", "shares", NOWHERE),
        slip(
            "kinds that occur nowhere count 1",
            IOU,
            "        if either > 0:",
            "        if either == 0:\n            shares.append(1)\n        else:",
            NOWHERE,
        ),
        slip("kinds of the truth alone", IOU, "either > 0", "np.any(true == kind)", COMPUTED),
        slip("kinds that were found alone", IOU, "either > 0", "np.any(found == kind)", COMPUTED),
        slip("kinds that overlap alone", IOU, "either > 0", "both > 0", COMPUTED),
        slip(
            "counts the intersection twice",
            IOU,
            EITHER,
            "either = np.sum(true == kind) + np.sum(found == kind)",
            "mean_iou",
        ),
        slip("Dice", IOU, "both / either", "2 * both / (both + either)", "kinds_that_occur_nowhere", COUNTED),
        mutant(
            "the accuracy",
            replace(IOU, "def mean_iou(true, found, kinds):\n    return np.mean(true == found)"),
            fails="mean_iou",
        ),
        slip("picture by picture", IOU, "    shares = []", EACH_PICTURE, "pictures_are_counted_together", "any_labels"),
        slip("without the first kind", IOU, "range(kinds)", "range(1, kinds)", COUNTED),
        slip("four kinds", IOU, "range(kinds)", "range(4)", OTHERS),
        slip("over the true ones", IOU, EITHER, "either = np.sum(true == kind)", "mean_iou"),
        slip("one for each kind", IOU, "np.mean(shares)", "shares", "mean_iou"),
        mutant("small numbers overflow", replace(IOU, IOU_OF_BYTES), fails=OTHERS),
    ],
    [  # two_convolutions
        slip("the first has no ReLU", TWO, FIRST, FIRST.replace(', activation="relu"', ""), BOTH),
        slip("the second has no ReLU", TWO, LAST, LAST.replace(', activation="relu"', ""), BOTH),
        slip("not padded", TWO, FIRST, FIRST.replace(', padding="same"', ""), BOTH),
        slip("one convolution", TWO, FIRST.removesuffix("return"), "", BOTH),
        slip("the first leads nowhere", TWO, FIRST, FIRST.replace("place = ", "other = "), BOTH),
        slip("windows of 5", TWO, FIRST, FIRST.replace("filters, 3", "filters, 5"), BOTH),
        slip("8 filters", TWO, LAST, LAST.replace("filters, 3", "8, 3"), "convolutions"),
        mutant("one layer twice", replace(TWO, ONCE), fails=BOTH),
        mutant("layers outside of the function", replace(TWO, SHARED), fails="convolutions_are_new"),
        slip("sigmoids", TWO, LAST, LAST.replace("relu", "sigmoid"), BOTH),
        slip(
            "normalised",
            TWO,
            FIRST,
            FIRST.replace("(place)\n", "(place)\n    place = keras.layers.BatchNormalization()(place)\n"),
            BOTH,
        ),
        slip("no biases", TWO, FIRST, FIRST.replace('"relu"', '"relu", use_bias=False'), BOTH),
        slip("leaky", TWO, LAST, LAST.replace("relu", "leaky_relu"), BOTH),
        slip("windows of 1", TWO, LAST, LAST.replace("filters, 3", "filters, 1"), BOTH),
    ],
    [  # down_block
        slip("the pair the other way round", DOWN, SMALLER + ", before", "before, " + SMALLER, "pools"),
        slip(
            "behind the pooling twice",
            DOWN,
            "return " + SMALLER + ", before",
            "pooled = " + SMALLER + "\n    return pooled, pooled",
            "before_the_pooling",
        ),
        slip("the skip is what came in", DOWN, "(before), before", "(before), place", "down"),
        slip("averages", DOWN, "MaxPooling2D(", "AveragePooling2D(2", "pools"),
        slip("a pool of 3", DOWN, "MaxPooling2D()", "MaxPooling2D(3, strides=2, padding='same')", "pools"),
        slip("a pool that steps by one", DOWN, "MaxPooling2D()", "MaxPooling2D(2, strides=1)", "pools"),
        slip(
            "a pool that steps by one, padded",
            DOWN,
            "MaxPooling2D()",
            "MaxPooling2D(strides=1, padding='same')",
            "pools",
        ),
        slip("only the way down", DOWN, "(before), before", "(before)", "down"),
        mutant(
            "pooled first",
            edit(DOWN, "s(place, f", "s(keras.layers.MaxPooling2D()(place), f"),
            edit(DOWN, SMALLER + ", before", "before, place"),
            fails="down",
        ),
        mutant("one convolution before the skip", replace(DOWN, ONE_BEFORE), fails=["before_the_pooling", "pools"]),
        slip("always 8 filters", DOWN, "place, filters)\n", "place, 8)\n", "down_blocks_are_new"),
        slip("twice the block", DOWN, CONVOLVED, "two_convolutions(" + CONVOLVED + ", filters)", "before_the_pooling"),
        slip("a pool of 4", DOWN, "MaxPooling2D()", "MaxPooling2D(4)", "pools"),
    ],
    [  # up_block
        slip("the skip is forgotten", UP, JOINED, "doubled", BEHIND),
        mutant(
            "added up",
            replace(
                UP,
                UP_TURNED.replace("L.", "keras.layers.").replace(
                    "keras.ops.concatenate([skip, big], axis=-1)", "keras.layers.Conv2D(filters, 1)(skip) + big"
                ),
            ),
            fails=BEHIND,
        ),
        mutant("doubled without weights", replace(UP, UP_SAMPLED), fails=BEHIND),
        slip("windows of 3 (up)", UP, "(filters, 2, strides=2)", "(filters, 3, strides=2, padding='same')", BEHIND),
        slip("a ReLU on the way", UP, "strides=2)", "strides=2, activation='relu')", BEHIND),
        slip("one above the other", UP, "Concatenate()", "Concatenate(axis=1)", "up"),
        slip("not doubled", UP, "(filters, 2, strides=2)", "(filters, 2, strides=1, padding='same')", "up"),
        slip("joined, and no more", UP, "return two_convolutions(" + JOINED + ", filters)", "return " + JOINED, "up"),
        slip("always 8 filters (up)", UP, "skip]), filters)", "skip]), 8)", "up"),
        slip("twice as many when doubled", UP, "Conv2DTranspose(filters,", "Conv2DTranspose(2 * filters,", BEHIND),
        slip("the skip twice", UP, "[doubled, skip]", "[skip, skip]", BEHIND),
        slip(
            "convolved before it is joined",
            UP,
            JOINED + ", filters)",
            "doubled, filters) * 1 + 0 * two_convolutions(skip, filters)",
            BEHIND,
        ),
    ],
    [  # build_unet: what it builds
        slip("probabilities", UNET, "Conv2D(kinds, 1)", "Conv2D(kinds, 1, activation='softmax')", "ends_in_logits"),
        slip("not scaled", UNET, "keras.layers.Rescaling(1 / 127.5, offset=-1)(begin)", "begin", WHOLE),
        slip("without the offset", UNET, ", offset=-1", "", WHOLE),
        slip(
            "more filters for each level",
            UNET,
            "down_block(place, filters * 2**level)",
            "down_block(place, filters * (level + 1))",
            "other_networks",
        ),
        slip(
            "no more filters at the bottom",
            UNET,
            "(place, filters * 2**levels)",
            "(place, filters * 2 ** (levels - 1))",
            WHOLE,
        ),
        slip("always four kinds", UNET, "Conv2D(kinds, 1)", "Conv2D(4, 1)", "other_networks"),
        slip("always two levels", UNET, "    begin =", "    levels = 2\n    begin =", "other_networks"),
        slip("the skips in the order of the way down", UNET, "skips[level]", "skips[levels - 1 - level]", WHOLE),
        slip(
            "height and width change places",
            UNET,
            "(height, width, 3)",
            "(width, height, 3)",
            "ends_in_logits",
            WHOLE,
            SKIPS,
            "other_networks",
        ),
        slip("the skips carry nothing", UNET, "skips[level]", "0 * skips[level]", WHOLE, SKIPS),
        slip(
            "the innermost skip carries nothing",
            UNET,
            "skips[level]",
            "skips[level] * (level < levels - 1)",
            WHOLE,
            SKIPS,
        ),
        slip("the outermost skip carries nothing", UNET, "skips[level]", "skips[level] * (level > 0)", WHOLE, SKIPS),
        slip("a ReLU at the end", UNET, "Conv2D(kinds, 1)", "Conv2D(kinds, 1, activation='relu')", "ends_in_logits"),
        slip("from 0 to 1", UNET, "1 / 127.5, offset=-1", "1 / 255", WHOLE),
    ],
    [  # build_unet: what it refuses
        slip("nothing is refused", UNET, "size % 2**levels", "False", REFUSED),
        slip("odd sizes alone are refused", UNET, "size % 2**levels", "size % 2", REFUSED),
        slip("the height alone is looked at", UNET, SIZES, '(("height", height),)', REFUSED),
        slip("the width alone is looked at", UNET, SIZES, '(("width", width),)', REFUSED),
        slip("refuses in few words", UNET, SAYS, '"bad size"', REFUSED),
        slip("refuses without a word", UNET, "(f" + SAYS + ")", "", REFUSED),
        slip("another error", UNET, "raise ValueError", "raise TypeError", REFUSED),
        slip("prints, and goes on", UNET, "raise ValueError(", "print(", REFUSED),
        slip("names no size", UNET, "{size} is", "is", REFUSED),
        slip("names the number of levels", UNET, "of {2**levels}", "of {levels}", REFUSED),
    ],
    [  # compile_network
        slip("takes logits for probabilities", COMPILE, "from_logits=True", "", LOSS),
        slip("by its name", COMPILE, WITH_LOSS, '"sparse_categorical_crossentropy"', LOSS),
        slip("labels in rows", COMPILE, "Sparse", "", LOSS, METRIC),
        slip("squares", COMPILE, WITH_LOSS, '"mse"', LOSS, METRIC),
        slip("always Adam", COMPILE, "compile(optimizer", 'compile("adam"', METRIC),
        slip("no metric", COMPILE, ', metrics=["accuracy"]', "", METRIC),
        slip("an old name", COMPILE, '["accuracy"]', '["acc"]', METRIC),
        slip("only part of the loss", COMPILE, "from_logits=True", "from_logits=True, ignore_class=0", LOSS),
        slip("the sum of all pixels", COMPILE, "from_logits=True", "from_logits=True, reduction='sum'", LOSS),
        slip("along the width (loss)", COMPILE, "from_logits=True", "from_logits=True, axis=2", LOSS, METRIC),
    ],
]
mutants = combine(slips)
mutants += [
    mutant("hands in a network that has learned nothing", untrained(), fails="trained"),
    mutant(
        "learns far too slowly, with an optimizer of its own",
        edit(COMPILE, "compile(optimizer", 'compile("sgd"'),
        retrained(),
        fails=[METRIC, "trained"],
    ),
]
