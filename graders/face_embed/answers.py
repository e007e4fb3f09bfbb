"""Other right answers of the exercise on faces and embeddings, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, untrained, variant

FAR, LOSS, TRIPLETS, BUILD, STEP, THRESHOLD, VERIFY, WHO = (
    "write_squared_distances",
    "write_triplet_loss",
    "write_choose_triplets",
    "write_build_network",
    "write_train_step",
    "write_choose_threshold",
    "write_verify",
    "write_who_is_it",
)

FAR_OPS = """
from keras import ops

def squared_distances(a, b):
    difference = ops.subtract(a, b)
    return ops.einsum("...d,...d->...", difference, difference)
"""
LOSS_COURSE = """
def triplet_loss(anchor, positive, negative, alpha=0.2):
    pos_dist = tf.reduce_sum(tf.square(tf.subtract(anchor, positive)), axis=-1)
    neg_dist = tf.reduce_sum(tf.square(tf.subtract(anchor, negative)), axis=-1)
    basic_loss = tf.add(tf.subtract(pos_dist, neg_dist), alpha)
    n = tf.cast(tf.shape(anchor)[0], tf.float32)
    return tf.reduce_sum(tf.maximum(basic_loss, 0.0)) / n
"""
LOSS_RELU = """
def triplet_loss(anchors, positives, negatives, margin):
    near = squared_distances(anchors, positives)
    far = squared_distances(anchors, negatives)
    return keras.ops.mean(keras.activations.relu(margin - (far - near)))
"""
LOSS_LOOP = """
def triplet_loss(anchors, positives, negatives, margin):
    total = 0.0
    for i in range(len(anchors)):
        d = squared_distances(anchors[i : i + 1], positives[i]) - squared_distances(anchors[i : i + 1], negatives[i])
        cost = d[0] + margin
        if cost > 0:
            total += cost
    return total / len(anchors)
"""
LOSS_WHERE = """
def triplet_loss(anchors, positives, negatives, margin):
    near, far = squared_distances(anchors, positives), squared_distances(anchors, negatives)
    return tf.reduce_mean(tf.where(far >= near + margin, tf.zeros_like(near), near - far + margin))
"""
TRIPLETS_LOOP = """
import random

def choose_triplets(labels, count):
    anchors, positives, negatives = [], [], []
    while len(anchors) < count:
        a, p, n = (random.randrange(len(labels)) for _ in range(3))
        if a != p and labels[a] == labels[p] and labels[n] != labels[a]:
            anchors.append(a)
            positives.append(p)
            negatives.append(n)
    return anchors, positives, negatives
"""
TRIPLETS_PEOPLE = """
def choose_triplets(labels, count):
    rng = np.random.default_rng()
    album = {person: [i for i, label in enumerate(labels) if label == person] for person in set(list(labels))}
    rich = [person for person in album if len(album[person]) >= 2]
    triplets = []
    for _ in range(count):
        person = rich[rng.integers(len(rich))]
        a, p = rng.choice(album[person], size=2, replace=False)
        other = person
        while other == person:
            other = rng.choice(list(album))
        triplets.append((a, p, rng.choice(album[other])))
    return np.array(triplets).T
"""
TRIPLETS_LIST = """
from itertools import product

def choose_triplets(labels, count):
    labels = np.asarray(labels)
    places = range(len(labels))
    pairs = [(a, p) for a, p in product(places, places) if a != p and labels[a] == labels[p]]
    chosen = [pairs[i] for i in np.random.randint(0, len(pairs), size=count)]
    anchors, positives = np.array(chosen).T
    negatives = [np.random.permutation(np.where(labels != labels[a])[0])[0] for a in anchors]
    return anchors.astype("int32"), positives.astype("int32"), tf.constant(negatives)
"""
BUILD_POOLING = """
def build_network(shape, size):
    inputs = keras.layers.Input(shape=shape)
    x = inputs / 255.0
    for filters in (16, 32, 48):
        x = keras.layers.Conv2D(filters, (3, 3), padding="same")(x)
        x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPooling2D((2, 2))(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(size)(x)
    outputs = x / keras.ops.norm(x, axis=-1, keepdims=True)
    return keras.Model(inputs, outputs)
"""
BUILD_BATCH = """
def build_network(shape, size):
    model = keras.models.Sequential()
    model.add(keras.layers.Input(shape))
    model.add(keras.layers.Rescaling(1.0 / 127.5, offset=-1))
    for filters in (16, 32, 64):
        model.add(keras.layers.Conv2D(filters, 3, strides=2, use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dropout(0.1))
    model.add(keras.layers.Dense(size, activation="linear"))
    model.add(keras.layers.UnitNormalization(axis=1))
    return model
"""
STEP_APART = """
def train_step(network, optimizer, anchors, positives, negatives, margin):
    with tf.GradientTape() as tape:
        a = network(anchors, training=True)
        p = network(positives, training=True)
        n = network(negatives, training=True)
        loss = triplet_loss(a, p, n, margin)
    grads = tape.gradient(loss, network.trainable_weights)
    optimizer.apply(grads, network.trainable_weights)
    return float(loss)
"""
STEP_ONE_BATCH = """
def train_step(network, optimizer, anchors, positives, negatives, margin):
    variables = network.trainable_variables
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([v.value for v in variables])
        embeddings = network(tf.concat([anchors, positives, negatives], axis=0), training=True)
        loss = triplet_loss(*tf.split(embeddings, 3), margin)
    grads = tape.gradient(loss, [v.value for v in variables])
    optimizer.apply_gradients(zip(grads, variables))
    return loss.numpy()
"""
STEP_COMPILED = """
@tf.function
def train_step(model, opt, A, P, N, margin):
    with tf.GradientTape() as tape:
        loss = triplet_loss(model(A, training=True), model(P, training=True), model(N, training=True), margin)
    opt.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
    return loss
"""
THRESHOLD_LOOP = """
def choose_threshold(distances, same):
    order = sorted(set(distances))
    candidates = [order[0] / 2] + [(a + b) / 2 for a, b in zip(order, order[1:])] + [order[-1] + 1]
    best, best_right = None, -1
    for candidate in candidates:
        right = 0
        for d, s in zip(distances, same):
            if (d < candidate) == s:
                right += 1
        if right > best_right:
            best, best_right = candidate, right
    return best
"""
THRESHOLD_SORTED = """
def choose_threshold(distances, same):
    order = np.argsort(distances, kind="stable")
    d, s = np.asarray(distances)[order], np.asarray(same)[order].astype(int)
    right = np.concatenate([[0], np.cumsum(s)]) + (1 - s).sum() - np.concatenate([[0], np.cumsum(1 - s)])
    ends = np.append(d, np.inf)
    allowed = np.concatenate([[True], d[1:] != d[:-1], [True]])
    return ends[np.argmax(np.where(allowed, right, -1))]
"""
THRESHOLD_TABLE = """
def choose_threshold(distances, same):
    candidates = np.concatenate([np.unique(distances), [distances.max() * 2 + 1]])
    right = ((distances[None, :] < candidates[:, None]) == same[None, :]).sum(axis=1)
    return tf.constant(candidates[right.argmax()])
"""
VERIFY_LOOP = """
def verify(embedding, name, register, threshold):
    try:
        rows = register[name]
    except KeyError:
        return False
    for row in rows:
        if np.sum((row - embedding) ** 2) < threshold:
            return True
    return False
"""
VERIFY_ANY = """
def verify(embedding, name, register, threshold):
    return name in register and np.any(np.asarray(squared_distances(register[name], embedding)) < threshold)
"""
VERIFY_TENSOR = """
def verify(embedding, name, register, threshold):
    if register.get(name) is None:
        return 0
    return tf.reduce_any(squared_distances(register[name], embedding) < threshold)
"""
WHO_LOOP = """
def who_is_it(embedding, register, threshold):
    min_dist, identity = 100000, "unknown"
    for name, db_enc in register.items():
        for enc in db_enc:
            dist = np.linalg.norm(embedding - enc) ** 2
            if dist < min_dist:
                min_dist, identity = dist, name
    if min_dist >= threshold:
        identity = "unknown"
    return identity
"""
WHO_TABLE = """
def who_is_it(embedding, register, threshold):
    if not register:
        return "unknown"
    names = np.concatenate([[name] * len(rows) for name, rows in register.items()])
    far = np.asarray(squared_distances(np.concatenate(list(register.values())), embedding))
    return names[far.argmin()] if far.min() < threshold else "unknown"
"""
WHO_PAIRS = """
def who_is_it(embedding, register, threshold):
    pairs = [(float(min(squared_distances(register[name], embedding))), name) for name in register]
    pairs = [pair for pair in pairs if pair[0] < threshold]
    return min(pairs)[1] if pairs else "unknown"
"""

variants = [
    variant(
        "as the courses write it",
        replace(LOSS, LOSS_COURSE),
        replace(TRIPLETS, TRIPLETS_LOOP),
        replace(STEP, STEP_APART),
        replace(THRESHOLD, THRESHOLD_LOOP),
        replace(VERIFY, VERIFY_LOOP),
        replace(WHO, WHO_LOOP),
    ),
    variant(
        "Keras's own functions, one batch for all three",
        replace(FAR, FAR_OPS),
        replace(LOSS, LOSS_RELU),
        replace(TRIPLETS, TRIPLETS_PEOPLE),
        replace(STEP, STEP_ONE_BATCH),
        replace(THRESHOLD, THRESHOLD_SORTED),
        replace(VERIFY, VERIFY_ANY),
        replace(WHO, WHO_TABLE),
    ),
    variant(
        "loops over triplets, lists of pairs, tensors",
        edit(FAR, "tf.square(a - b)", "tf.math.squared_difference(b, a)"),
        replace(LOSS, LOSS_LOOP),
        replace(TRIPLETS, TRIPLETS_LIST),
        replace(THRESHOLD, THRESHOLD_TABLE),
        replace(VERIFY, VERIFY_TENSOR),
        replace(WHO, WHO_PAIRS),
    ),
    variant("pooling, and a length of one by hand", replace(BUILD, BUILD_POOLING)),
    variant(
        "batch normalisation and dropout, by a compiled step",
        replace(BUILD, BUILD_BATCH),
        replace(LOSS, LOSS_WHERE),
        replace(STEP, STEP_COMPILED),
    ),
    variant(
        "tanh at the end, and powers",
        edit(FAR, "tf.square(a - b)", "(b - a) ** 2"),
        edit(BUILD, "Dense(size)", 'Dense(size, activation="tanh")'),
        edit(THRESHOLD, "np.max(distances) + 1", "np.inf"),
        edit(STEP, "return loss", "return tf.reduce_mean(loss)"),
    ),
]

FARS = ["distances_on_paper", "one_point_and_many", "distances_of_any_points"]
SLOPE = "distances_have_a_slope"
LOSSES = ["one_triplet_on_paper", "a_mean_over_the_batch", "margin_exactly_met", "loss_of_any_batch"]
LOSS_SLOPE = "loss_has_a_slope"
VALUES = ["one_triplet_on_paper", "a_mean_over_the_batch", "loss_of_any_batch"]
COME_UP = ["every_triplet_can_come_up", "triplets_of_any_labels"]
WAYS = ["step_on_paper", "the_optimizer_remembers", "steps_of_any_network"]
STEPS = [*WAYS, "returns_the_loss"]
LINES = ["threshold_on_paper", "all_pairs_count", "both_ends", "threshold_of_any_pairs"]
VERIFIED = ["verify_on_paper", "verify_at_the_border", "verifies_any_person"]
NAMED = ["names_on_paper", "unknown_persons", "names_any_person"]
BATCHES = ["a_mean_over_the_batch", "loss_of_any_batch"]
DRAWN = ["three_arrays_of_places", "positives_show_the_same_person", "negatives_show_somebody_else", *COME_UP]
DRAWN.append("somebody_with_one_picture")
HIDDEN = "triplets_of_any_labels"
APPLY = "    optimizer.apply_gradients(zip(slopes, network.trainable_variables))\n"
CANDIDATES = "np.append(np.unique(distances), np.max(distances) + 1)"
PICK, ROWS = "candidates[np.argmax(right)]", "register[name], embedding"
NEXT = 'min(nearest, key=nearest.get, default="unknown")'
THREE = "in (anchors, positives, negatives)"
OTHERS = "labels != labels[anchor]"
KNOWN = 'return name if verify(embedding, name, register, threshold) else "unknown"'
SUM, MEAN = "tf.reduce_sum(tf.square(a - b), axis=-1)", "tf.reduce_mean(tf.maximum(losses, 0.0))"
POSITIVE, NEGATIVE = (
    "np.random.choice(same[same != anchor])",
    "np.random.choice(np.flatnonzero(labels != labels[anchor]))",
)
RELU, CONVOLVED = ', activation="relu"', "convolutions_that_bend"
ALONE, LEARNED = "somebody_with_one_picture", "called_as_in_training"
CONVOLUTIONS = """            keras.layers.Conv2D(16, 5, strides=2, activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(64, 3, strides=2, activation="relu"),
"""
WHOSE, NEAR = ["names_on_paper", "names_any_person"], ["verify_on_paper", "verifies_any_person"]
UNKNOWN = ["unknown_persons", "names_any_person"]
NEAREST = "np.min(squared_distances(register[name], embedding))"
FALSE = "    if name not in register:\n        return False\n"


def slip(title, cell, old, new, fails):
    """A mutant that differs in one place."""
    return mutant(title, edit(cell, old, new), fails=fails)


ONE_BY_ONE = """    order = np.argsort(distances, kind="stable")
    gains = np.concatenate([[0], np.cumsum(np.where(same[order], 1, -1))])
    return np.append(distances[order], np.inf)[gains.argmax()]
"""
TIES = ["threshold_on_paper", "threshold_of_any_pairs"]
in_far = [
    slip("the root", FAR, SUM, "tf.norm(a - b, axis=-1)", [*FARS, SLOPE]),
    slip("a root with something added", FAR, SUM, f"tf.sqrt({SUM} + 1e-12)", [*FARS, SLOPE]),
    slip("a mean", FAR, "reduce_sum", "reduce_mean", [*FARS, SLOPE]),
    slip("one sum for all", FAR, ", axis=-1", "", [*FARS, SLOPE]),
    slip("the first axis", FAR, "axis=-1", "axis=0", [*FARS, SLOPE]),
    slip("not squared", FAR, "tf.square", "tf.abs", [*FARS, SLOPE]),
    slip("squared after the sum", FAR, SUM, "tf.square(tf.reduce_sum(a - b, axis=-1))", [*FARS, SLOPE]),
    slip("NumPy", FAR, SUM, "np.sum(np.square(a - b), axis=-1)", SLOPE),
    slip("all with all", FAR, "a - b", "a[:, None] - b[None]", [*FARS, SLOPE]),
    slip("a column", FAR, "axis=-1", "axis=-1, keepdims=True", [*FARS, SLOPE]),
    slip("by way of the product", FAR, SUM, "2 - 2 * tf.reduce_sum(a * b, axis=-1)", [*FARS, SLOPE]),
]
in_loss = [
    slip("a sum", LOSS, "reduce_mean", "reduce_sum", BATCHES),
    slip("never 0", LOSS, MEAN, "tf.reduce_mean(losses)", [*VALUES, LOSS_SLOPE]),
    slip("0 after the mean", LOSS, MEAN, "tf.maximum(tf.reduce_mean(losses), 0.0)", [*BATCHES, LOSS_SLOPE]),
    slip(
        "those that cost nothing left out",
        LOSS,
        MEAN,
        "tf.reduce_sum(tf.maximum(losses, 0.0)) / tf.maximum(tf.math.count_nonzero(losses > 0, dtype=tf.float32), 1)",
        BATCHES,
    ),
    mutant(
        "positives and negatives swapped",
        edit(LOSS, "(anchors, positives) - ", "(anchors, negatives) - "),
        edit(LOSS, "- squared_distances(anchors, negatives)", "- squared_distances(anchors, positives)"),
        fails=[*LOSSES, LOSS_SLOPE],
    ),
    slip("the margin forgotten", LOSS, " + margin", "", LOSSES),
    slip("the notebook's margin", LOSS, "+ margin", "+ 0.5", LOSSES),
    mutant(
        "the margin behind the maximum",
        edit(LOSS, " + margin", ""),
        edit(LOSS, MEAN, MEAN + " + margin"),
        fails=LOSSES,
    ),
    slip("a soft maximum", LOSS, "tf.maximum(losses, 0.0)", "tf.math.softplus(losses)", [*LOSSES, LOSS_SLOPE]),
    slip(
        "only if the negative is nearer",
        LOSS,
        "tf.maximum(losses, 0.0)",
        "tf.where(losses > margin, losses, 0.0)",
        [*LOSSES, LOSS_SLOPE],
    ),
    slip("a number", LOSS, MEAN, f"float({MEAN})", LOSS_SLOPE),
    slip(
        "negatives without a slope", LOSS, "(anchors, negatives)", "(anchors, tf.stop_gradient(negatives))", LOSS_SLOPE
    ),
]
in_triplets = [
    slip(
        "the picture itself", TRIPLETS, POSITIVE, "np.random.choice(same)", ["positives_show_the_same_person", HIDDEN]
    ),
    slip("always the anchor", TRIPLETS, POSITIVE, "anchor", ["positives_show_the_same_person", *COME_UP]),
    slip("anybody", TRIPLETS, OTHERS, "labels < np.inf", ["negatives_show_somebody_else", HIDDEN]),
    mutant(
        "anchors of one picture",
        edit(TRIPLETS, "np.flatnonzero(np.isin(labels, people[pictures_of > 1]))", "len(labels)"),
        edit(TRIPLETS, POSITIVE, "np.random.choice(same[same != anchor] if len(same) > 1 else same)"),
        fails=[ALONE, HIDDEN],
    ),
    slip(
        "the first of the others", TRIPLETS, NEGATIVE, "np.flatnonzero(labels != labels[anchor])[0]", [*COME_UP, ALONE]
    ),
    slip("the next picture", TRIPLETS, POSITIVE, "same[(list(same).index(anchor) + 1) % len(same)]", COME_UP),
    slip(
        "the next person",
        TRIPLETS,
        OTHERS,
        "labels == people[(list(people).index(labels[anchor]) + 1) % len(people)]",
        COME_UP,
    ),
    slip(
        "people of one picture left out",
        TRIPLETS,
        OTHERS,
        "np.isin(labels, people[pictures_of > 1]) & (labels != labels[anchor])",
        [ALONE, HIDDEN],
    ),
    slip(
        "always the same", TRIPLETS, "    people, ", "    np.random.seed(1)\n    people, ", "every_triplet_can_come_up"
    ),
    slip(
        "people in place of pictures",
        TRIPLETS,
        "return anchors, np.array(positives), np.array(negatives)",
        "return labels[anchors], labels[positives], labels[negatives]",
        [*DRAWN],
    ),
    slip("sixty-four", TRIPLETS, "people[pictures_of > 1])), count)", "people[pictures_of > 1])), 64)", [*DRAWN]),
    slip("the notebook's labels", TRIPLETS, "    people, ", "    labels = learn_labels\n    people, ", [*DRAWN]),
]
in_build = [
    slip("ReLU at the end", BUILD, "Dense(size)", 'Dense(size, activation="relu")', "points_to_all_sides"),
    slip("a softmax", BUILD, "Dense(size)", 'Dense(size, activation="softmax")', "points_to_all_sides"),
    slip("of any length", BUILD, "            keras.layers.UnitNormalization(),\n", "", "length_one"),
    slip("over the batch", BUILD, "UnitNormalization()", "UnitNormalization(axis=0)", "build_network"),
    slip("another normalisation", BUILD, "UnitNormalization()", "LayerNormalization()", "length_one"),
    slip("always 32", BUILD, "Dense(size)", "Dense(32)", "an_embedding_for_each_picture"),
    slip("two more numbers", BUILD, "Dense(size)", "Dense(size + 2)", "an_embedding_for_each_picture"),
    slip(
        "the notebook's pictures",
        BUILD,
        "keras.Input(shape)",
        "keras.Input(pictures.shape[1:])",
        "an_embedding_for_each_picture",
    ),
    slip(
        "a large layer",
        BUILD,
        "Flatten(),",
        'Flatten(),\n            keras.layers.Dense(512, activation="relu"),',
        "not_too_large",
    ),
    slip("convolutions without activation", BUILD, CONVOLUTIONS, CONVOLUTIONS.replace(RELU, ""), CONVOLVED),
    slip("no convolutions", BUILD, CONVOLUTIONS, "", CONVOLVED),
    slip("frozen", BUILD, "    return network", "    network.trainable = False\n    return network", "not_too_large"),
    slip(
        "begins with zeros",
        BUILD,
        "Dense(size)",
        'Dense(size, kernel_initializer="zeros")',
        ["length_one", "points_to_all_sides"],
    ),
]
in_step = [
    slip(
        "the last layer alone",
        STEP,
        APPLY,
        APPLY.replace("zip(", "list(zip(").replace("variables))", "variables))[-1:])"),
        WAYS,
    ),
    slip("no step", STEP, APPLY, "", WAYS),
    slip("uphill", STEP, "zip(slopes, ", "zip([-slope for slope in slopes], ", WAYS),
    slip("an Adam of its own", STEP, APPLY, "    optimizer = keras.optimizers.Adam(0.001)\n" + APPLY, WAYS),
    slip(
        "a new optimizer each time",
        STEP,
        APPLY,
        "    optimizer = type(optimizer).from_config(optimizer.get_config())\n" + APPLY,
        ["the_optimizer_remembers", "steps_of_any_network"],
    ),
    slip("positives and negatives swapped", STEP, THREE, "in (anchors, negatives, positives)", [*STEPS]),
    slip("anchors as positives", STEP, THREE, "in (anchors, anchors, negatives)", [*STEPS, LEARNED]),
    slip(
        "the notebook's margin",
        STEP,
        "*embeddings, margin)",
        "*embeddings, 0.5)",
        ["step_on_paper", "steps_of_any_network"],
    ),
    slip("the notebook's network", STEP, "network(pictures, ", "fresh(pictures, ", [*STEPS, LEARNED]),
    slip(
        "the loss after the step",
        STEP,
        "return loss",
        "return triplet_loss(*[network(pictures) for pictures in (anchors, positives, negatives)], margin)",
        ["returns_the_loss", "steps_of_any_network"],
    ),
    slip("not as in training", STEP, ", training=True", "", LEARNED),
    slip("anchors alone as in training", STEP, "training=True", "training=pictures is anchors", LEARNED),
    slip(
        "learns from the anchors alone",
        STEP,
        "triplet_loss(*embeddings, margin)",
        "triplet_loss(embeddings[0], *map(tf.stop_gradient, embeddings[1:]), margin)",
        WAYS,
    ),
]
in_threshold = [
    slip("no end above", THRESHOLD, CANDIDATES, "np.unique(distances)", "both_ends"),
    slip(
        "no end below",
        THRESHOLD,
        "np.append(np.unique(distances), ",
        "np.append(np.unique(distances)[1:], ",
        "both_ends",
    ),
    slip("the distance itself accepted", THRESHOLD, "distances < candidate", "distances <= candidate", LINES),
    slip("a place", THRESHOLD, PICK, "np.argmax(right)", ["threshold_on_paper", "both_ends", "threshold_of_any_pairs"]),
    slip("a grid up to 4", THRESHOLD, CANDIDATES, "np.linspace(0, 4, 401)", ["threshold_on_paper", "both_ends"]),
    slip(
        "a grid",
        THRESHOLD,
        CANDIDATES,
        "np.linspace(0, np.max(distances) + 1, 100)",
        ["threshold_on_paper", "threshold_of_any_pairs"],
    ),
    slip("the furthest of one person", THRESHOLD, PICK, "np.max(distances[same], initial=0) + 1e-6", LINES),
    slip("the nearest of two people", THRESHOLD, PICK, "np.min(distances[~same], initial=99)", LINES),
    slip(
        "between the means",
        THRESHOLD,
        PICK,
        "(np.sum(distances[same]) / max(1, same.sum()) + np.sum(distances[~same]) / max(1, (~same).sum())) / 2",
        LINES,
    ),
    slip(
        "both kinds weigh the same",
        THRESHOLD,
        "np.mean((distances < candidate) == same)",
        "sum(np.sum(((distances < candidate) == same)[kind]) / max(1, kind.sum()) for kind in (same, ~same))",
        ["all_pairs_count", "both_ends", "threshold_of_any_pairs"],
    ),
    slip("equal distances one by one", THRESHOLD, "    candidates =", ONE_BY_ONE + "    candidates =", TIES),
    slip("sorted in place", THRESHOLD, "    return", "    distances.sort()\n    return", LINES[:3]),
    slip(
        "the notebook's pairs",
        THRESHOLD,
        "    candidates",
        "    distances, same = globals()['distances'], globals()['same']\n    candidates",
        LINES,
    ),
]
in_verify = [
    slip(
        "in words",
        VERIFY,
        f"return bool({NEAREST} < threshold)",
        f"return 'yes' if {NEAREST} < threshold else 'no'",
        VERIFIED,
    ),
    slip("also at the border", VERIFY, "< threshold", "<= threshold", "verify_at_the_border"),
    slip("the furthest", VERIFY, "np.min", "np.max", NEAR),
    slip("the mean of the distances", VERIFY, "np.min", "np.mean", NEAR),
    slip("the mean picture", VERIFY, ROWS, "np.mean(register[name], axis=0)[None], embedding", NEAR),
    slip("the first picture", VERIFY, ROWS, "register[name][:1], embedding", NEAR),
    slip("the last picture", VERIFY, ROWS, "register[name][-1:], embedding", NEAR),
    slip("with a root", VERIFY, NEAREST, f"np.sqrt({NEAREST})", VERIFIED),
    slip("anybody", VERIFY, ROWS, "np.concatenate(list(register.values())), embedding", VERIFIED[::2]),
    slip("no unknown name", VERIFY, FALSE, "", "verify_at_the_border"),
    slip("unknown names are let in", VERIFY, "return False", "return True", "verify_at_the_border"),
    slip("the notebook's threshold", VERIFY, "< threshold", "< 0.5", VERIFIED),
]
in_who = [
    slip("nobody is unknown", WHO, KNOWN, "return name", UNKNOWN),
    slip(
        "also at the border",
        WHO,
        KNOWN,
        'return name if nearest.get(name, np.inf) <= threshold else "unknown"',
        "unknown_persons",
    ),
    slip("the mean of the distances", WHO, "np.min", "np.mean", WHOSE),
    slip("the first picture", WHO, "squared_distances(rows, ", "squared_distances(rows[:1], ", WHOSE),
    slip("the mean picture", WHO, "squared_distances(rows, ", "squared_distances(np.mean(rows, axis=0)[None], ", WHOSE),
    slip(
        "the first who is near enough",
        WHO,
        NEXT,
        'next((name for name in nearest if nearest[name] < threshold), "unknown")',
        WHOSE,
    ),
    slip("the last in the register", WHO, NEXT, 'list(nearest)[-1] if nearest else "unknown"', [*NAMED]),
    slip("fails without anybody", WHO, ', default="unknown"', "", "unknown_persons"),
    slip("another word", WHO, 'else "unknown"', 'else "nobody"', UNKNOWN),
    slip("a pair", WHO, KNOWN, KNOWN.replace("return name", "return name, nearest[name]"), [*NAMED]),
    slip("the notebook's register", WHO, "    nearest", "    register = globals()['register']\n    nearest", [*NAMED]),
    slip("the notebook's threshold", WHO, "register, threshold) else", "register, 0.5) else", [*NAMED]),
]
mutants = [
    *combine([in_far, in_loss, in_triplets, in_build, in_step, in_threshold, in_verify, in_who]),
    mutant("hands in an untrained network", untrained(), fails="model"),
]

SCALE = "what counts is what the network learns, and it learns as well from other numbers"
SYMMETRIC = "a squared distance is the same in both directions"
harmless_mutations = [
    free("Conv2D[0]", "Conv2D[1]", "strides", because="the text leaves the filters open, their number and their size"),
    free(
        "activation",
        because="convolutions without ReLU learn here, too, if two others bend; if they do not, it is caught",
    ),
    harmless("Conv2D(5, 16, strides=2", because="five filters of 16 × 16 pixels are filters, too"),
    harmless("1 / 255 → 1", because=SCALE),
    harmless("write_build_network, line 16: 1 → 2", because=SCALE),
    harmless("write_build_network, line 16: 255 → 25", because=SCALE),
    harmless("write_squared_distances, line 12: -1 → 1", because="points in rows have two axes"),
    harmless("squared_distances(positives, anchors)", because=SYMMETRIC),
    harmless("squared_distances(negatives, anchors)", because=SYMMETRIC),
    harmless("squared_distances(embedding, r", because=SYMMETRIC),
    harmless(
        "np.append(np.max(distances) + 1, np.unique(distances))", because="the order of thresholds does not matter"
    ),
    harmless("write_choose_threshold, line 13: 1 → 2", because="any threshold above all distances will do"),
    harmless('"unknown" → None (constant)', because="None is no name of the register, and verify refuses it"),
]
