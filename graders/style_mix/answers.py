"""Other right answers of the exercise on pictures in another style, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

CONTENT, GRAM, STYLE, MAKE, STEP, PAINT = (
    "write_content_cost",
    "write_gram_matrix",
    "write_style_cost",
    "write_make_cost",
    "write_step",
    "write_paint",
)

CONTENT_LONG = """
def content_cost(a_G, a_C):
    n_H, n_W, n_C = a_G.get_shape().as_list()
    return tf.reduce_sum(tf.square(tf.subtract(a_C, a_G))) / (n_H * n_W * n_C)
"""
CONTENT_ROWS = """
def content_cost(maps, wanted):
    n = tf.size(maps, out_type=tf.int32)
    difference = tf.reshape(maps, [-1]) - tf.reshape(wanted, [-1])
    return tf.tensordot(difference, difference, 1) / tf.cast(n, tf.float32)
"""
CONTENT_KERAS = """
def content_cost(maps, wanted):
    return keras.losses.MeanSquaredError()(wanted, maps)
"""
CONTENT_OPS = """
from keras import ops
def content_cost(maps, wanted):
    return ops.mean((wanted - maps) ** 2)
"""
GRAM_TRANSPOSED = """
def gram_matrix(maps):
    h, w, c = maps.shape
    F = tf.reshape(tf.transpose(maps, perm=[2, 0, 1]), [c, h * w])
    return tf.matmul(F, tf.transpose(F)) / float(h * w)
"""
GRAM_EINSUM = """
def gram_matrix(maps):
    height, width = maps.shape[:2]
    return tf.linalg.einsum("hwi,hwj->ij", maps, maps) / tf.cast(height * width, tf.float32)
"""
GRAM_LOOPS = """
def gram_matrix(maps):
    channels = maps.shape[-1]
    rows = []
    for i in range(channels):
        rows.append([tf.reduce_mean(maps[:, :, i] * maps[:, :, j]) for j in range(channels)])
    return tf.stack([tf.stack(row) for row in rows])
"""
GRAM_OPS = """
def gram_matrix(maps):
    flat = keras.ops.reshape(maps, (-1, keras.ops.shape(maps)[-1]))
    return keras.ops.matmul(keras.ops.transpose(flat), flat) / len(flat)
"""
GRAM_OUTER = """
def gram_matrix(maps):
    return tf.reduce_mean(maps[..., :, None] * maps[..., None, :], axis=(0, 1))
"""
STYLE_LIST = """
def style_cost(maps, grams, weights):
    def one(name):
        a, g = gram_matrix(maps[name]), grams[name]
        n = a.shape[0]
        return tf.reduce_sum((a - g) ** 2) / n ** 2
    return sum(weights[name] * one(name) for name in weights)
"""
STYLE_ADD_N = """
def layer_cost(gram, wanted):
    return tf.reduce_mean(tf.math.squared_difference(gram, wanted))

def style_cost(maps, grams, weights):
    costs = [w * layer_cost(gram_matrix(maps[k]), grams[k]) for k, w in weights.items()]
    return tf.add_n(costs)
"""
STYLE_ALONE = """
def style_cost(maps, grams, weights):
    J_style = tf.constant(0.0)
    for layer in maps:
        if layer not in weights:
            continue
        rows = tf.reshape(maps[layer], [-1, maps[layer].shape[2]])
        G = tf.matmul(rows, rows, transpose_a=True) / rows.shape[0]
        J_style = J_style + tf.cast(weights[layer], tf.float32) * tf.reduce_mean((G - grams[layer]) ** 2)
    return J_style
"""
MAKE_CLASS = """
class Wish:
    def __init__(self, network, content, style, layer, weights, alpha, beta):
        self.network, self.layer, self.weights = network, layer, weights
        self.alpha, self.beta = alpha, beta
        self.content = look(network, content)
        seen = look(network, style)
        self.grams = {name: gram_matrix(seen[name]) for name in weights}

    def __call__(self, picture):
        seen = look(self.network, picture)
        J_content = content_cost(seen[self.layer], self.content[self.layer])
        return self.alpha * J_content + self.beta * style_cost(seen, self.grams, self.weights)

make_cost = Wish
"""
MAKE_LAZY = """
def make_cost(network, content, style, layer, weights, alpha, beta):
    content, style = tf.constant(content), tf.constant(style)
    def total(picture):
        seen = network(tf.expand_dims(picture, 0), training=False)
        here = {k: tf.squeeze(v, axis=0) for k, v in seen.items()}
        grams = {k: gram_matrix(look(network, style)[k]) for k in weights}
        wanted = tf.stop_gradient(look(network, content)[layer])
        return tf.add(alpha * content_cost(here[layer], wanted), beta * style_cost(here, grams, weights))
    return total
"""
MAKE_LAMBDA = """
def make_cost(network, content, style, layer, weights, alpha, beta):
    wanted = network.predict(np.asarray(content)[None], verbose=0)[layer][0]
    grams = {}
    for name, maps in network.predict(style[np.newaxis], verbose=0).items():
        grams[name] = gram_matrix(tf.constant(maps[0])).numpy()
    def both(maps):
        return alpha * content_cost(maps[layer], wanted) + beta * style_cost(maps, grams, weights)
    return lambda picture: both(look(network, picture))
"""
STEP_ZIP = """
def step(image, J, opt):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(image)
        J_total = J(image)
    grads = tape.gradient(J_total, [image])
    opt.apply_gradients(zip(grads, [image]))
    image.assign(keras.ops.clip(image, 0, 1))
    return float(J_total)
"""
STEP_APPLY = """
def step(picture, cost_of, optimizer):
    with tf.GradientTape(persistent=True) as tape:
        cost = cost_of(picture)
    optimizer.apply([tape.gradient(cost, picture)], [picture])
    new = tf.maximum(0.0, tf.minimum(picture, 1.0))
    picture.assign(new)
    return cost.numpy()
"""
STEP_COMPILED = """
@tf.function
def step(picture, cost_of, optimizer):
    with tf.GradientTape() as tape:
        cost = cost_of(picture)
    grad = tape.gradient(cost, picture)
    optimizer.apply_gradients([(grad, picture)])
    picture.assign(tf.clip_by_value(picture, clip_value_min=0.0, clip_value_max=1.0))
    return cost
"""
STEP_NUMPY = """
def step(picture, cost_of, optimizer):
    with tf.GradientTape() as g:
        loss = cost_of(picture)
    optimizer.apply_gradients(grads_and_vars=[[g.gradient(loss, picture), picture]])
    picture.assign(np.clip(picture.numpy(), 0, 1))
    return loss
"""
PAINT_COPY = """
def paint(content, cost_of, steps, rate):
    picture = tf.Variable(tf.convert_to_tensor(content, dtype=tf.float32), trainable=True)
    opt = tf.keras.optimizers.Adam(rate)
    result = []
    for i in range(steps + 1):
        result.append(tf.identity(picture))
        if i < steps:
            step(picture, cost_of, opt)
    return result
"""
PAINT_ARRAY = """
def paint(content, cost_of, steps, rate):
    pictures = np.zeros((steps + 1,) + content.shape, dtype="float32")
    x, adam = tf.Variable(np.array(content)), keras.optimizers.Adam(learning_rate=rate, beta_1=0.9, beta_2=0.999)
    pictures[0] = x
    number = 0
    while number < steps:
        step(x, cost_of, adam)
        number += 1
        pictures[number] = x.numpy()
    return pictures
"""
PAINT_STEPLESS = """
def paint(content, cost_of, steps, rate):
    picture, optimizer = tf.Variable(content), keras.optimizers.get("adam")
    optimizer.learning_rate = rate
    pictures = (np.array(picture),)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            cost = cost_of(picture)
        optimizer.apply_gradients([(tape.gradient(cost, picture), picture)])
        picture.assign(tf.clip_by_value(picture, 0, 1))
        pictures += (np.array(picture),)
    return pictures
"""
PAINT_KERAS = """
def paint(content, cost_of, steps, rate):
    picture = keras.Variable(content)
    optimizer = keras.optimizers.Adam(learning_rate=rate)
    pictures = [np.array(picture)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            cost = cost_of(picture.value)
        optimizer.apply_gradients([(tape.gradient(cost, picture.value), picture)])
        picture.assign(tf.clip_by_value(picture.value, 0, 1))
        pictures.append(np.array(picture))
    return pictures
"""
MAKE_TRAINING = """
def make_cost(network, content, style, layer, weights, alpha, beta):
    def see(picture):
        return {name: maps[0] for name, maps in network(tf.convert_to_tensor(picture)[None], training=True).items()}

    wanted, grams = see(content)[layer], {name: gram_matrix(maps) for name, maps in see(style).items()}

    def cost_of(picture):
        maps = see(picture)
        return alpha * content_cost(maps[layer], wanted) + beta * style_cost(maps, grams, weights)
    return cost_of
"""
PAINT_STOPS = """
def paint(content, cost_of, steps, rate):
    picture = tf.Variable(content)
    optimizer = keras.optimizers.Adam(learning_rate=rate)
    pictures, last = [picture.numpy()], np.inf
    for _ in range(steps):
        cost = float(step(picture, cost_of, optimizer))
        if cost > last:
            break
        last = cost
        pictures.append(picture.numpy())
    return pictures
"""

variants = [
    variant(
        "as the courses write it",
        replace(CONTENT, CONTENT_LONG),
        replace(GRAM, GRAM_TRANSPOSED),
        replace(STYLE, STYLE_LIST),
        replace(MAKE, MAKE_CLASS),
        replace(STEP, STEP_ZIP),
        replace(PAINT, PAINT_COPY),
    ),
    variant(
        "sums over indices, and all work at each step",
        replace(CONTENT, CONTENT_ROWS),
        replace(GRAM, GRAM_EINSUM),
        replace(STYLE, STYLE_ADD_N),
        replace(MAKE, MAKE_LAZY),
        replace(STEP, STEP_APPLY),
        replace(PAINT, PAINT_ARRAY),
    ),
    variant(
        "loops, and the goals by predict",
        replace(CONTENT, CONTENT_KERAS),
        replace(GRAM, GRAM_LOOPS),
        replace(STYLE, STYLE_ALONE),
        replace(MAKE, MAKE_LAMBDA),
        replace(STEP, STEP_NUMPY),
        replace(PAINT, PAINT_STEPLESS),
    ),
    variant("Keras's own functions", replace(CONTENT, CONTENT_OPS), replace(GRAM, GRAM_OPS)),
    variant(
        "all products at each place, and the mean of them",
        replace(GRAM, GRAM_OUTER),
        edit(STYLE, "gram_matrix(maps[name]) - grams[name]", "grams[name] - gram_matrix(maps[name])"),
        edit(MAKE, "look(network, style).items()}", "look(network, style).items() if name in weights}"),
        edit(STEP, "tf.clip_by_value(picture, 0.0, 1.0)", "tf.clip_by_value(tf.convert_to_tensor(picture), 0, 1)"),
        edit(PAINT, "tf.Variable(content)", "tf.Variable(content.copy(), name='picture')"),
    ),
    variant(
        "lists and numbers",
        edit(CONTENT, "tf.square(maps - wanted)", "tf.math.squared_difference(wanted, maps)"),
        edit(GRAM, "tf.transpose(rows) @ rows", "tf.tensordot(rows, rows, axes=[[0], [0]])"),
        edit(STEP, "tape.gradient(cost, picture)", "tape.gradient(cost, [picture])[0]"),
        edit(PAINT, "[picture.numpy()]", "[content]"),
    ),
    variant(
        "the content cost of Gram matrices",
        edit(
            STYLE,
            "tf.reduce_mean(tf.square(gram_matrix(maps[name]) - grams[name]))",
            "content_cost(gram_matrix(maps[name]), grams[name])",
        ),
        replace(PAINT, PAINT_KERAS),
    ),
]

CONTENTS = ["content_on_paper", "content_has_a_slope", "content_of_any_maps"]
GRAMS = ["gram_on_paper", "places_do_not_count", "gram_has_a_slope", "gram_of_any_maps"]
STYLES = ["one_layer_on_paper", "layers_have_weights", "style_of_any_layers"]
TOTALS = ["total_on_paper", "each_part_alone", "functions_are_apart", "total_of_any_network"]
STEPS = ["step_on_paper", "stays_in_range", "returns_the_cost", "the_optimizer_remembers", "steps_of_any_picture"]
PAINTS = ["begins_with_the_content", "steps_of_adam", "paints_any_picture", "falls_by_two_fifths"]
MEAN, ROWS = "tf.reduce_mean(tf.square(maps - wanted))", "tf.reshape(maps, (-1, maps.shape[-1]))"
LAYER = "tf.reduce_mean(tf.square(gram_matrix(maps[name]) - grams[name]))"
CONTENT_PART, STYLE_PART = "content_cost(maps[layer], wanted)", "style_cost(maps, grams, weights)"
WANTED, CLIP = "look(network, content)[layer]", "    picture.assign(tf.clip_by_value(picture, 0.0, 1.0))\n"
APPLY, STEP_CALL = "    optimizer.apply_gradients([(slope, picture)])\n", "step(picture, cost_of, optimizer)"

in_content = [
    mutant("a sum", edit(CONTENT, "reduce_mean", "reduce_sum"), fails=CONTENTS),
    mutant("a quarter of the mean", edit(CONTENT, MEAN, MEAN + " / 4"), fails=CONTENTS),
    mutant("half of the mean", edit(CONTENT, MEAN, "0.5 * " + MEAN), fails=CONTENTS),
    mutant("not squared", edit(CONTENT, "tf.square", "tf.abs"), fails=CONTENTS),
    mutant("differences cancel", edit(CONTENT, MEAN, "tf.square(tf.reduce_mean(maps - wanted))"), fails=CONTENTS),
    mutant("the root of the mean", edit(CONTENT, MEAN, f"tf.sqrt({MEAN})"), fails=CONTENTS),
    mutant("NumPy", edit(CONTENT, MEAN, "np.mean(np.square(maps - wanted))"), fails="content_has_a_slope"),
    mutant("by numbers", edit(CONTENT, MEAN, f"tf.constant({MEAN}.numpy())"), fails="content_has_a_slope"),
    mutant(
        "a mean over the places",
        edit(CONTENT, MEAN, "tf.reduce_sum(tf.reduce_mean(tf.square(maps - wanted), axis=(0, 1)))"),
        fails=CONTENTS,
    ),
    mutant(
        "a square up to 5 only",
        edit(CONTENT, MEAN, "2 * keras.losses.Huber(delta=5.0)(wanted, maps)"),
        fails=["content_on_paper", "content_of_any_maps"],
    ),
    mutant("relative to what is wanted", edit(CONTENT, MEAN, MEAN + " / tf.reduce_mean(wanted ** 2)"), fails=CONTENTS),
]
in_gram = [
    mutant("a sum", edit(GRAM, " / rows.shape[0]", ""), fails=GRAMS),
    mutant("by all numbers", edit(GRAM, "rows.shape[0]", "tf.cast(tf.size(rows), tf.float32)"), fails=GRAMS),
    mutant("by the height", edit(GRAM, "rows.shape[0]", "maps.shape[0]"), fails=GRAMS),
    mutant("by the channels", edit(GRAM, "rows.shape[0]", "maps.shape[-1]"), fails=GRAMS),
    mutant(
        "reshaped, not transposed",
        edit(GRAM, ROWS, "tf.transpose(tf.reshape(maps, (maps.shape[-1], -1)))"),
        fails=GRAMS,
    ),
    mutant(
        "a product over the places",
        edit(GRAM, "tf.transpose(rows) @ rows", "rows @ tf.transpose(rows)"),
        fails=GRAMS,
    ),
    mutant(
        "rows of pictures",
        edit(GRAM, ROWS, "tf.reshape(maps, (maps.shape[0], -1))"),
        fails=GRAMS,
    ),
    mutant(
        "columns with columns",
        edit(
            GRAM,
            "tf.transpose(rows) @ rows / rows.shape[0]",
            "tf.reduce_mean(tf.matmul(maps, maps, transpose_a=True), 0)",
        ),
        fails=GRAMS,
    ),
    mutant(
        "without the means",
        edit(GRAM, "    return", "    rows = rows - tf.reduce_mean(rows, axis=0)\n    return"),
        fails=GRAMS,
    ),
    mutant(
        "as a correlation",
        edit(GRAM, "    return", "    rows = tf.math.l2_normalize(rows, axis=0)\n    return"),
        fails=GRAMS,
    ),
    mutant("what is negative is lost", edit(GRAM, "(maps, (", "(tf.nn.relu(maps), ("), fails=GRAMS),
    mutant(
        "the upper half",
        edit(GRAM, "return tf.transpose(rows) @ rows", "return tf.linalg.band_part(tf.transpose(rows) @ rows, 0, -1)"),
        fails=GRAMS,
    ),
    mutant(
        "NumPy",
        edit(GRAM, "return tf.transpose(rows) @ rows", "rows = rows.numpy()\n    return np.dot(rows.T, rows)"),
        fails="gram_has_a_slope",
    ),
    mutant("one place fewer", edit(GRAM, "rows.shape[0]", "(rows.shape[0] - 1)"), fails=GRAMS),
]
in_style = [
    mutant("a sum", edit(STYLE, "reduce_mean", "reduce_sum"), fails=STYLES),
    mutant("a quarter", edit(STYLE, LAYER, LAYER + " / 4"), fails=STYLES),
    mutant("not squared", edit(STYLE, "tf.square", "tf.abs"), fails=STYLES),
    mutant("weights forgotten", edit(STYLE, "weight * ", ""), fails=["layers_have_weights", "style_of_any_layers"]),
    mutant(
        "weights squared",
        edit(STYLE, "weight * ", "weight**2 * "),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "the last layer alone", edit(STYLE, "cost += ", "cost = "), fails=["layers_have_weights", "style_of_any_layers"]
    ),
    mutant(
        "a mean of the layers",
        edit(STYLE, "return cost", "return cost / len(weights)"),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "by the sum of the weights",
        edit(STYLE, "return cost", "return cost / sum(weights.values())"),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "the first layer alone",
        edit(STYLE, "    return cost", "        break\n    return cost"),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "all layers",
        edit(
            STYLE, "for name, weight in weights.items():", "for name in maps:\n        weight = weights.get(name, 1.0)"
        ),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "weights by their order",
        edit(STYLE, "for name, weight in weights.items():", "for name, weight in zip(maps, weights.values()):"),
        fails=["layers_have_weights", "style_of_any_layers"],
    ),
    mutant(
        "maps in place of Gram matrices",
        edit(STYLE, "gram_matrix(maps[name])", "maps[name]"),
        fails=[*STYLES, "style_has_a_slope"],
    ),
    mutant(
        "the Gram matrix of a Gram matrix",
        edit(STYLE, "- grams[name]", "- gram_matrix(grams[name][None])"),
        fails=STYLES,
    ),
    mutant(
        "weights used up",
        edit(STYLE, "for name, weight in weights.items():", "while weights:\n        name, weight = weights.popitem()"),
        fails="style_has_a_slope",
    ),
    mutant("numbers", edit(STYLE, LAYER, f"float({LAYER})"), fails="style_has_a_slope"),
    mutant(
        "a square up to 7 only",
        edit(STYLE, LAYER, "2 * keras.losses.Huber(delta=7.0)(gram_matrix(maps[name]), grams[name])"),
        fails="one_layer_on_paper",
    ),
    mutant(
        "the diagonal",
        edit(STYLE, LAYER, "tf.reduce_mean(tf.square(tf.linalg.diag_part(gram_matrix(maps[name]) - grams[name])))"),
        fails=STYLES,
    ),
]
in_make = [
    mutant(
        "α and β swapped",
        edit(MAKE, "alpha * content_cost", "beta * content_cost"),
        edit(MAKE, "beta * style_cost", "alpha * style_cost"),
        fails=TOTALS,
    ),
    mutant(
        "content and style swapped",
        edit(MAKE, WANTED, "look(network, style)[layer]"),
        edit(MAKE, "look(network, style).items()", "look(network, content).items()"),
        fails=TOTALS,
    ),
    mutant("α forgotten", edit(MAKE, "alpha * ", ""), fails=TOTALS),
    mutant("β forgotten", edit(MAKE, "beta * ", ""), fails=TOTALS),
    mutant("α for both", edit(MAKE, "beta * ", "alpha * "), fails=TOTALS),
    mutant("no content", edit(MAKE, "alpha * content_cost(maps[layer], wanted) + ", ""), fails=TOTALS),
    mutant("no style", edit(MAKE, " + beta * style_cost(maps, grams, weights)", ""), fails=TOTALS),
    mutant("multiplied", edit(MAKE, "wanted) + beta", "wanted) * beta"), fails=TOTALS),
    mutant(
        "the picture is what is wanted",
        edit(MAKE, "        maps =", "        wanted = look(network, picture)[layer]\n        maps ="),
        fails=TOTALS,
    ),
    mutant(
        "the notebook's network",
        edit(MAKE, "look(network, picture)", "look(eyes, picture)"),
        fails=[*TOTALS, "total_has_a_slope"],
    ),
    mutant(
        "the notebook's layer",
        edit(MAKE, WANTED, "look(network, content)['relu3']"),
        fails=[*TOTALS, "total_has_a_slope"],
    ),
    mutant("the style of the content", edit(MAKE, "look(network, style)", "look(network, content)"), fails=TOTALS),
    mutant(
        "one wish for all functions",
        edit(MAKE, "    wanted = look", "    global wanted, grams\n    wanted = look"),
        fails="functions_are_apart",
    ),
    mutant(
        "one wish for ever",
        edit(
            MAKE,
            "    return cost_of",
            "    make_cost.first = getattr(make_cost, 'first', None) or cost_of\n    return make_cost.first",
        ),
        fails=TOTALS,
    ),
    mutant(
        "a picture without a tape",
        edit(MAKE, "look(network, picture)", "look(network, picture.numpy())"),
        fails=["total_has_a_slope", "total_of_any_network"],
    ),
    mutant(
        "a number",
        edit(MAKE, "return alpha *", "return float(alpha) *"),
        edit(
            MAKE,
            "content_cost(maps[layer], wanted) + beta * style_cost(maps, grams, weights)",
            "float(content_cost(maps[layer], wanted)) + beta * float(style_cost(maps, grams, weights))",
        ),
        fails=["total_has_a_slope", "total_of_any_network"],
    ),
    mutant(
        "no slope for the content",
        edit(MAKE, CONTENT_PART, f"tf.stop_gradient({CONTENT_PART})"),
        fails=["total_has_a_slope", "total_of_any_network"],
    ),
    mutant(
        "no slope for the style",
        edit(MAKE, STYLE_PART, f"tf.stop_gradient({STYLE_PART})"),
        fails=["total_has_a_slope", "total_of_any_network"],
    ),
    mutant("as if the network were in training", replace(MAKE, MAKE_TRAINING), fails=TOTALS),
    mutant(
        "a cost in place of a function",
        edit(MAKE, "    return cost_of\n", "    return cost_of(content)\n"),
        fails=[*TOTALS, "total_has_a_slope"],
    ),
]
in_step = [
    mutant("clip forgotten", edit(STEP, CLIP, ""), fails=["stays_in_range", "steps_of_any_picture"]),
    mutant(
        "clipped before",
        edit(STEP, APPLY + CLIP, CLIP + APPLY),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "clipped and thrown away",
        edit(STEP, CLIP, "    tf.clip_by_value(picture, 0.0, 1.0)\n"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "another picture",
        edit(STEP, CLIP, "    picture = tf.Variable(tf.clip_by_value(picture, 0.0, 1.0))\n"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "from -1",
        edit(STEP, "picture, 0.0, 1.0", "picture, -1.0, 1.0"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "to 255",
        edit(STEP, "picture, 0.0, 1.0", "picture, 0.0, 255.0"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "the slope is clipped",
        edit(STEP, CLIP, ""),
        edit(STEP, APPLY, "    slope = tf.clip_by_value(slope, 0.0, 1.0)\n" + APPLY),
        fails=[*STEPS],
    ),
    mutant(
        "scaled to its range",
        edit(
            STEP,
            "tf.clip_by_value(picture, 0.0, 1.0)",
            "(picture - tf.reduce_min(picture)) / (tf.reduce_max(picture) - tf.reduce_min(picture))",
        ),
        fails=[*STEPS],
    ),
    mutant("uphill", edit(STEP, "[(slope, picture)]", "[(-slope, picture)]"), fails=[*STEPS]),
    mutant("no step", edit(STEP, APPLY, ""), fails=[*STEPS, "the_network_stays"]),
    mutant(
        "a step of its own",
        edit(STEP, APPLY, "    picture.assign_sub(0.02 * slope)\n"),
        fails=[
            "step_on_paper",
            "stays_in_range",
            "returns_the_cost",
            "the_optimizer_remembers",
            "steps_of_any_picture",
        ],
    ),
    mutant(
        "an Adam of its own",
        edit(STEP, "    optimizer.apply", "    optimizer = keras.optimizers.Adam(0.02)\n    optimizer.apply"),
        fails=[*STEPS],
    ),
    mutant(
        "a new optimizer each time",
        edit(
            STEP,
            "    optimizer.apply",
            "    optimizer = type(optimizer).from_config(optimizer.get_config())\n    optimizer.apply",
        ),
        fails=["the_optimizer_remembers", "steps_of_any_picture"],
    ),
    mutant(
        "all that the tape has seen",
        edit(STEP, "    slope = tape.gradient(cost, picture)\n", "    seen = tape.watched_variables()\n"),
        edit(STEP, "[(slope, picture)]", "zip(tape.gradient(cost, seen), seen)"),
        fails="the_network_stays",
    ),
    mutant(
        "the notebook's network learns",
        edit(STEP, "    slope = tape.gradient(cost, picture)\n", "    both = [picture, *eyes.trainable_variables]\n"),
        edit(STEP, "[(slope, picture)]", "zip(tape.gradient(cost, both), both)"),
        fails="the_network_stays",
    ),
    mutant(
        "back if it costs more",
        edit(STEP, "    optimizer.apply", "    before = picture.numpy()\n    optimizer.apply"),
        edit(STEP, "    return", "    if cost_of(picture) > cost:\n        picture.assign(before)\n    return"),
        fails="returns_the_cost",
    ),
    mutant(
        "no lower end",
        edit(STEP, "tf.clip_by_value(picture, 0.0, 1.0)", "tf.minimum(picture, 1.0)"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "no upper end",
        edit(STEP, "tf.clip_by_value(picture, 0.0, 1.0)", "tf.maximum(picture, 0.0)"),
        fails=["stays_in_range", "steps_of_any_picture"],
    ),
    mutant(
        "the cost after the step",
        edit(STEP, "return cost", "return cost_of(picture)"),
        fails=["returns_the_cost", "steps_of_any_picture"],
    ),
    mutant(
        "no cost",
        edit(STEP, "    return cost", "    return picture"),
        fails=["returns_the_cost", "steps_of_any_picture"],
    ),
    mutant(
        "two steps",
        edit(STEP, APPLY, APPLY + APPLY),
        fails=[*STEPS],
    ),
]
in_paint = [
    mutant(
        "the variable, many times",
        edit(PAINT, "[picture.numpy()]", "[picture]"),
        edit(PAINT, "append(picture.numpy())", "append(picture)"),
        fails=PAINTS,
    ),
    mutant("without the first", edit(PAINT, "[picture.numpy()]", "[]"), fails=PAINTS),
    mutant("the last alone", edit(PAINT, "return pictures", "return pictures[-1:]"), fails=PAINTS),
    mutant("the last, not in a list", edit(PAINT, "return pictures", "return pictures[-1]"), fails=PAINTS),
    mutant(
        "the first is missing in the end",
        edit(PAINT, "return pictures", "return pictures[1:] + pictures[:1]"),
        fails=PAINTS,
    ),
    mutant("one step too many", edit(PAINT, "range(steps)", "range(steps + 1)"), fails=PAINTS),
    mutant(
        "kept before the step",
        edit(
            PAINT,
            "        step(picture, cost_of, optimizer)\n        pictures.append(picture.numpy())",
            "        pictures.append(picture.numpy())\n        step(picture, cost_of, optimizer)",
        ),
        fails=["steps_of_adam", "paints_any_picture"],
    ),
    mutant(
        "a new Adam each time",
        edit(PAINT, STEP_CALL, "step(picture, cost_of, keras.optimizers.Adam(learning_rate=rate))"),
        fails=["steps_of_adam", "paints_any_picture"],
    ),
    mutant("SGD", edit(PAINT, "Adam(", "SGD("), fails=["steps_of_adam", "paints_any_picture", "falls_by_two_fifths"]),
    mutant("AdamW", edit(PAINT, "Adam(", "AdamW("), fails=["steps_of_adam", "paints_any_picture"]),
    mutant(
        "slower to forget",
        edit(PAINT, "learning_rate=rate", "learning_rate=rate, beta_1=0.99"),
        fails=["steps_of_adam", "paints_any_picture"],
    ),
    mutant(
        "clipped slopes",
        edit(PAINT, "learning_rate=rate", "learning_rate=rate, clipnorm=1.0"),
        fails=["steps_of_adam", "paints_any_picture"],
    ),
    mutant("another ε", edit(PAINT, "learning_rate=rate", "learning_rate=rate, epsilon=1e-8"), fails="steps_of_adam"),
    mutant("no step that costs more", replace(PAINT, PAINT_STOPS), fails="steps_of_adam"),
    mutant("RMSprop", edit(PAINT, "Adam(", "RMSprop("), fails=["steps_of_adam", "paints_any_picture"]),
    mutant(
        "Adam's own rate",
        edit(PAINT, "learning_rate=rate", ""),
        fails=["steps_of_adam", "paints_any_picture", "falls_by_two_fifths"],
    ),
    mutant(
        "a rate of the notebook",
        edit(PAINT, "learning_rate=rate", "learning_rate=0.02"),
        fails=["steps_of_adam", "paints_any_picture"],
    ),
    mutant(
        "begins with noise",
        edit(PAINT, "tf.Variable(content)", "tf.Variable(tf.random.uniform(content.shape))"),
        fails=PAINTS,
    ),
    mutant("begins with grey", edit(PAINT, "tf.Variable(content)", "tf.Variable(0 * content + 0.5)"), fails=PAINTS),
    mutant(
        "with a little noise",
        edit(
            PAINT,
            "tf.Variable(content)",
            "tf.Variable(tf.clip_by_value(content + tf.random.uniform(content.shape, -0.1, 0.1), 0, 1))",
        ),
        fails=PAINTS,
    ),
    mutant("the notebook's portrait", edit(PAINT, "tf.Variable(content)", "tf.Variable(portrait)"), fails=PAINTS),
    mutant("the notebook's wish", edit(PAINT, STEP_CALL, "step(picture, in_stripes, optimizer)"), fails=PAINTS),
    mutant(
        "forty steps",
        edit(PAINT, "range(steps)", "range(40)"),
        fails=["begins_with_the_content", "steps_of_adam", "paints_any_picture"],
    ),
    mutant(
        "as bytes",
        edit(PAINT, "append(picture.numpy())", "append((255 * picture.numpy()).astype('uint8'))"),
        fails=["steps_of_adam", "paints_any_picture", "falls_by_two_fifths"],
    ),
    mutant(
        "content in place",
        edit(PAINT, "    return", "    content[...] = picture.numpy()\n    return"),
        fails="begins_with_the_content",
    ),
]
mutants = [
    *combine([in_content, in_gram, in_style, in_make, in_step, in_paint]),
    mutant(
        "a sum, which the style takes up",
        edit(CONTENT, "reduce_mean", "reduce_sum"),
        edit(STYLE, LAYER, "content_cost(gram_matrix(maps[name]), grams[name])"),
        fails=CONTENTS,
    ),
]
harmless_mutations = [
    harmless("content_cost(maps[layer], wanted)", because="a squared difference is the same in both directions"),
]
