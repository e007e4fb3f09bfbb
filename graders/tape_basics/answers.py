"""Other right answers of the exercise on the gradient tape, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

TENSOR, HOT, VARIABLES, FORWARD = "write_to_tensor", "write_one_hot", "write_dense_variables", "write_forward"
LOSS, SLOPES, STEP, EPOCH = "write_cross_entropy", "write_slopes", "write_step", "write_epoch"

BY_NUMPY = """
def to_tensor(pictures):
    rows = np.asarray(pictures, dtype=np.float32).reshape(pictures.shape[0], -1)
    return tf.constant(2 * rows / 255 - 1)
"""
IN_PLACE = """
def to_tensor(pictures):
    rows = pictures.reshape(len(pictures), -1)
    rows -= 127
    return tf.cast(rows, tf.float32) / 127.5
"""
BY_EYE = """
def one_hot(labels, classes):
    return tf.gather(tf.eye(classes), tf.cast(labels, tf.int32))
"""
BY_LOOP = """
def one_hot(labels, classes):
    rows = np.zeros((len(labels), classes), "float32")
    for row, label in enumerate(labels):
        rows[row, label] = 1
    return tf.convert_to_tensor(rows)
"""
WITH_A_GENERATOR = """
def dense_variables(inputs, units, seed):
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, np.sqrt(2 / inputs), (inputs, units))
    return [tf.Variable(weights, dtype=tf.float32), tf.Variable(np.zeros(units), dtype=tf.float32, name="b")]
"""
WITH_AN_INITIALIZER = """
def dense_variables(inputs, units, seed):
    weights = tf.keras.initializers.HeNormal(seed=seed)(shape=(inputs, units))
    return tf.Variable(weights, trainable=True), tf.Variable(tf.constant(0.0, shape=[units]))
"""
UNSEEDED = """
def dense_variables(inputs, units, seed):
    weights = tf.random.normal((inputs, units), stddev=(2 / inputs) ** 0.5)
    return tf.Variable(weights), tf.Variable(tf.zeros(units))
"""
UNIFORM = """
def dense_variables(inputs, units, seed):
    end = (6 / inputs) ** 0.5
    weights = tf.random.stateless_uniform((inputs, units), (seed, 0), -end, end)
    return tf.Variable(weights), tf.Variable(tf.zeros(units))
"""
ONE_ROW = """
def dense_variables(inputs, units, seed):
    row = tf.random.stateless_normal((1, units), seed=(seed, 0), stddev=(2 / inputs) ** 0.5)
    return tf.Variable(tf.tile(row, (inputs, 1))), tf.Variable(tf.zeros(units))
"""
BY_INDEX = """
def forward(network, x):
    a = tf.cast(x, tf.float32)
    for i in range(len(network.layers)):
        a = tf.matmul(a, network.layers[i][0])
        a = tf.add(a, network.layers[i][1])
        if i != len(network.layers) - 1:
            a = tf.maximum(a, 0.0)
    return a
"""
IN_NUMPY = """
def forward(network, x):
    for weights, biases in network.layers[:-1]:
        x = np.maximum(np.array(x) @ weights.numpy() + biases.numpy(), 0)
    weights, biases = network.layers[-1]
    return tf.constant(np.array(x) @ weights.numpy() + biases.numpy())
"""
TWO_LAYERS_ONLY = """
def forward(network, x):
    (w1, b1), (w2, b2) = network.layers[0], network.layers[-1]
    if len(network.layers) == 1:
        return x @ w1 + b1
    return tf.nn.relu(x @ w1 + b1) @ w2 + b2
"""
BY_LOG_SOFTMAX = """
def cross_entropy(logits, targets):
    return -tf.reduce_mean(tf.reduce_sum(targets * tf.nn.log_softmax(logits), axis=1))
"""
BY_HAND = """
def cross_entropy(logits, targets):
    logits = logits - tf.reduce_max(logits, axis=1, keepdims=True)
    true = tf.reduce_sum(targets * logits, axis=1)
    return tf.reduce_mean(tf.math.log(tf.reduce_sum(tf.exp(logits), axis=1)) - true)
"""
BY_KERAS = """
def cross_entropy(logits, targets):
    return tf.keras.losses.CategoricalCrossentropy(from_logits=True)(targets, logits)
"""
SPARSE = """
def cross_entropy(logits, targets):
    labels = tf.argmax(targets, axis=-1)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    return tf.reduce_sum(losses) / tf.cast(tf.size(losses), tf.float32)
"""
NAIVE = """
def cross_entropy(logits, targets):
    powers = tf.exp(logits)
    probabilities = powers / tf.reduce_sum(powers, axis=1, keepdims=True)
    return -tf.reduce_mean(tf.reduce_sum(targets * tf.math.log(probabilities), axis=1))
"""
OF_PROBABILITIES = """
def cross_entropy(logits, targets):
    return tf.reduce_mean(tf.keras.losses.categorical_crossentropy(targets, logits))
"""
PERSISTENT = """
def slopes(loss_of, network):
    variables = list(network.trainable_variables)
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(variables)
        loss = loss_of(network)
    return [loss, [tape.gradient(loss, variable) for variable in variables]]
"""
AFTER_THE_TAPE = """
def slopes(loss_of, network):
    with tf.GradientTape() as tape:
        pass
    loss = loss_of(network)
    return loss, tape.gradient(loss, network.trainable_variables)
"""
BACKWARDS = "return loss, tape.gradient(loss, network.trainable_variables[::-1])"
BY_ASSIGN = """
def step(network, gradients, rate):
    for i in range(len(gradients)):
        variable = network.trainable_variables[i]
        variable.assign(variable - rate * gradients[i])
"""
LAYER_BY_LAYER = """
def step(network, gradients, rate):
    gradients = iter(gradients)
    for weights, biases in network.layers:
        weights.assign_add(-rate * next(gradients))
        biases.assign_add(-rate * next(gradients))
"""
NEW_VARIABLES = """
def step(network, gradients, rate):
    for variable, gradient in zip(network.trainable_variables, gradients):
        variable = tf.Variable(variable - rate * gradient)
"""
NEW_LAYERS = """
def step(network, gradients, rate):
    moved = [tf.Variable(v - rate * g) for v, g in zip(network.trainable_variables, gradients)]
    network.layers = list(zip(moved[::2], moved[1::2]))
"""
BY_NUMBERS = """
def step(network, gradients, rate):
    for variable, gradient in zip(network.trainable_variables, gradients):
        variable.assign(variable.numpy() - rate * np.asarray(gradient))
"""
BY_DATASET = """
def epoch(network, x, targets, rate, batch_size):
    losses, counts = [], []
    for inputs, wanted in tf.data.Dataset.from_tensor_slices((x, targets)).batch(batch_size):
        def loss_of(net):
            return cross_entropy(forward(net, inputs), wanted)

        losses.append(float(descend(loss_of, network, rate)))
        counts.append(inputs.shape[0])
    return np.average(losses, weights=counts)
"""
BY_STEPS = """
def epoch(network, x, targets, rate, batch_size):
    total, m = 0.0, x.shape[0]
    for k in range(int(np.ceil(m / batch_size))):
        first, last = k * batch_size, min((k + 1) * batch_size, m)
        loss = descend(lambda n: cross_entropy(forward(n, x[first:last]), targets[first:last]), network, rate)
        total = total + float(loss) * (last - first) / m
    return total
"""
WITH_ITS_OWN_TAPE = """
def epoch(network, x, targets, rate, batch_size):
    total, variables = 0.0, network.trainable_variables
    for start in range(0, x.shape[0], batch_size):
        inputs, wanted = x[start : start + batch_size], targets[start : start + batch_size]
        with tf.GradientTape() as tape:
            loss = cross_entropy(forward(network, inputs), wanted)
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(rate * gradient)
        total += float(loss) * inputs.shape[0]
    return total / x.shape[0]
"""
BACK_TO_FRONT = """
def epoch(network, x, targets, rate, batch_size):
    total = 0.0
    for start in reversed(range(0, len(x), batch_size)):
        inputs, wanted = x[start : start + batch_size], targets[start : start + batch_size]
        loss = descend(lambda network: cross_entropy(forward(network, inputs), wanted), network, rate)
        total += loss * len(inputs)
    return total / len(x)
"""
TOTAL = "total += loss * len(inputs)"

variants = [
    variant(
        "a generator of NumPy's, layers by index, log_softmax, assign",
        replace(TENSOR, BY_NUMPY),
        replace(HOT, BY_EYE),
        replace(VARIABLES, WITH_A_GENERATOR),
        replace(FORWARD, BY_INDEX),
        replace(LOSS, BY_LOG_SOFTMAX),
        replace(STEP, BY_ASSIGN),
    ),
    variant("a tape that persists, and batches of a data set", replace(SLOPES, PERSISTENT), replace(EPOCH, BY_DATASET)),
    variant(
        "an initializer, one-hot in a loop, the loss by hand",
        edit(TENSOR, "rows / 127.5 - 1", "(rows - 127.5) / 127.5"),
        replace(HOT, BY_LOOP),
        replace(VARIABLES, WITH_AN_INITIALIZER),
        replace(LOSS, BY_HAND),
    ),
    variant("a step layer by layer, and steps counted", replace(STEP, LAYER_BY_LAYER), replace(EPOCH, BY_STEPS)),
    variant(
        "functions of Keras, and an epoch with a tape of its own",
        replace(LOSS, BY_KERAS.replace("tf.keras", "keras")),
        edit(HOT, "tf.one_hot(labels, classes)", "keras.ops.one_hot(labels, classes, dtype='float32')"),
        edit(FORWARD, "tf.nn.relu", "keras.activations.relu"),
        replace(VARIABLES, WITH_AN_INITIALIZER.replace("tf.keras", "keras")),
        replace(EPOCH, WITH_ITS_OWN_TAPE),
    ),
    variant(
        "the sparse loss, one_hot of Keras, a list of gradients, and numbers of Python",
        replace(LOSS, SPARSE),
        edit(HOT, "tf.one_hot(labels, classes)", "tf.keras.utils.to_categorical(labels, classes).astype('float32')"),
        edit(
            SLOPES,
            "return loss, tape.gradient(loss, network.trainable_variables)",
            "return float(loss), list(tape.gradient(loss, network.trainable_variables))",
        ),
        edit(EPOCH, "return total / len(x)", "return float(total) / len(x)"),
    ),
]
mutants = [
    # to_tensor
    mutant(
        "from 0 to 1",
        edit(TENSOR, "rows / 127.5 - 1", "rows / 255"),
        fails=["from_bytes_to_small_numbers", "any_pictures"],
    ),
    mutant(
        "in double precision",
        edit(TENSOR, "tf.float32", "tf.float64"),
        fails=["from_bytes_to_small_numbers", "any_pictures"],
    ),
    mutant("scales by the brightest", edit(TENSOR, "127.5", "(tf.reduce_max(rows) / 2)"), fails="any_pictures"),
    mutant("writes into the pictures", replace(TENSOR, IN_PLACE), fails="to_tensor"),
    # one_hot
    mutant("always six classes", edit(HOT, "classes)\n    ###", "6)\n    ###"), fails="one_hot"),
    mutant(
        "a column for each label",
        edit(HOT, "tf.one_hot(labels, classes)", "tf.one_hot(labels, classes, axis=0)"),
        fails="one_hot",
    ),
    # dense_variables
    mutant(
        "tensors for variables",
        edit(VARIABLES, "tf.Variable(weights), tf.Variable(tf.zeros(units))", "weights, tf.zeros(units)"),
        fails="variables_that_can_be_taught",
    ),
    mutant(
        "units before inputs",
        edit(VARIABLES, "(inputs, units), seed", "(units, inputs), seed"),
        fails=["variables_that_can_be_taught", "any_layer"],
    ),
    mutant(
        "the spread of the units",
        edit(VARIABLES, "(2 / inputs)", "(2 / units)"),
        fails=["spread_of_the_weights", "any_layer"],
    ),
    mutant("weights without a seed", replace(VARIABLES, UNSEEDED), fails="the_seed_decides"),
    mutant("a uniform distribution", replace(VARIABLES, UNIFORM), fails=["spread_of_the_weights", "any_layer"]),
    mutant(
        "one row of weights for all inputs", replace(VARIABLES, ONE_ROW), fails=["spread_of_the_weights", "any_layer"]
    ),
    mutant("a hundred seeds", edit(VARIABLES, "(seed, 0)", "(seed % 100, 0)"), fails="the_seed_decides"),
    # forward
    mutant(
        "ReLU behind the last layer, too",
        edit(FORWARD, "return x @ weights + biases", "return tf.nn.relu(x @ weights + biases)"),
        fails=["one_layer", "a_hidden_layer", "any_depth"],
    ),
    mutant(
        "no ReLU",
        edit(FORWARD, "tf.nn.relu(x @ weights + biases)", "x @ weights + biases"),
        fails=["a_hidden_layer", "any_depth"],
    ),
    mutant("two layers at most", replace(FORWARD, TWO_LAYERS_ONLY), fails="any_depth"),
    mutant("forward in NumPy", replace(FORWARD, IN_NUMPY), fails="forward_in_a_graph"),
    # cross_entropy
    mutant("a sum", edit(LOSS, "reduce_mean", "reduce_sum"), fails=["loss_of_two_rows", "loss_of_any_logits"]),
    mutant("exponentials that overflow", replace(LOSS, NAIVE), fails="large_logits"),
    mutant(
        "the largest logit of all rows",
        replace(LOSS, BY_HAND.replace("tf.reduce_max(logits, axis=1, keepdims=True)", "tf.reduce_max(logits)")),
        fails="large_logits",
    ),
    mutant(
        "clipped logits",
        edit(LOSS, "logits=logits", "logits=tf.clip_by_value(logits, -1e3, 1e3)"),
        fails="large_logits",
    ),
    mutant("logits taken for probabilities", replace(LOSS, OF_PROBABILITIES), fails="cross_entropy"),
    # slopes
    mutant("the loss behind the tape", replace(SLOPES, AFTER_THE_TAPE), fails="slopes"),
    mutant(
        "gradients in the wrong order",
        edit(SLOPES, "return loss, tape.gradient(loss, network.trainable_variables)", BACKWARDS),
        fails="slopes",
    ),
    mutant(
        "gradients of the weights alone",
        edit(SLOPES, "network.trainable_variables)", "[weights for weights, _ in network.layers])"),
        fails="slopes",
    ),
    mutant(
        "a loss of NumPy",
        edit(SLOPES, "return loss, ", "return loss.numpy(), "),
        fails="slopes_in_a_graph",
    ),
    # step
    mutant(
        "uphill",
        edit(STEP, "assign_sub", "assign_add"),
        fails=["against_the_slopes", "goes_on_from_there", "step_of_any_length"],
    ),
    mutant(
        "new variables that nobody keeps",
        replace(STEP, NEW_VARIABLES),
        fails="step",
    ),
    mutant("new variables in a graph", replace(STEP, NEW_LAYERS), fails="step_in_a_graph"),
    mutant(
        "always a rate of 0.1",
        edit(STEP, "assign_sub(rate", "assign_sub(0.1"),
        fails=["goes_on_from_there", "step_of_any_length"],
    ),
    mutant("a step in NumPy", replace(STEP, BY_NUMBERS), fails="step_in_a_graph"),
    # epoch
    mutant(
        "without the last batch",
        edit(EPOCH, "range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
        fails=["batch_after_batch", "mean_over_the_examples", "an_epoch_of_any_size", "the_loss_of_any_epoch"],
    ),
    mutant(
        "the first batch again and again",
        edit(
            EPOCH,
            "x[start : start + batch_size], targets[start : start + batch_size]",
            "x[:batch_size], targets[:batch_size]",
        ),
        fails=["batch_after_batch", "mean_over_the_examples", "an_epoch_of_any_size", "the_loss_of_any_epoch"],
    ),
    mutant(
        "the mean over the batches",
        edit(EPOCH, TOTAL, "total += loss"),
        edit(EPOCH, "total / len(x)", "total / -(-len(x) // batch_size)"),
        fails=["mean_over_the_examples", "the_loss_of_any_epoch"],
    ),
    mutant(
        "always seven examples",
        edit(EPOCH, "total / len(x)", "total / 7"),
        fails=["mean_over_the_examples", "the_loss_of_any_epoch"],
    ),
    mutant("always a rate of 0.05", edit(EPOCH, "network, rate)", "network, 0.05)"), fails="epoch"),
    mutant(
        "the loss after the step",
        edit(EPOCH, TOTAL, "total += cross_entropy(forward(network, inputs), wanted) * len(inputs)"),
        fails=["mean_over_the_examples", "the_loss_of_any_epoch"],
    ),
    mutant(
        "the last batch first",
        replace(EPOCH, BACK_TO_FRONT),
        fails=["batch_after_batch", "mean_over_the_examples", "an_epoch_of_any_size", "the_loss_of_any_epoch"],
    ),
]
hidden_because = {
    "any_pictures": "a check with few pictures cannot hold every size, type and brightness",
    "any_depth": "networks of one and of two layers can be worked out on paper",
}
harmless_mutations = [
    harmless("inputs[...] = 0", because="the number of inputs is no array"),
    harmless(
        "write_dense_variables, line 15: 0 →", because="any rule is right by which the weights follow from the seed"
    ),
]
