"""Other right answers of the exercise on costs, and wrong ones."""

from proctor.answers import edit, harmless, mutant, replace, variant

DENSE, POSITIONS, CONV, NETWORK, ANSWERS = (
    "write_dense_cost",
    "write_positions",
    "write_conv_cost",
    "write_network_cost",
    "write_answers",
)

POSITIONS_COUNTED = """
def positions(length, window, stride=1, padding="valid"):
    last = length if padding.lower() == "same" else length - window + 1
    return len(range(0, last, stride))
"""
POSITIONS_ROUNDED = """
def positions(length, window, stride=1, padding="valid"):
    if padding == "valid":
        return int(np.ceil((length - window + 1) / stride))
    return int(np.ceil(length / stride))
"""
POSITIONS_PADDED = """
def positions(length, window, stride=1, padding="valid"):
    if padding == "same":
        length = length + window - 1
    return int((length - window) / stride) + 1
"""
POSITIONS_WALKED = """
def positions(length, window, stride=1, padding="valid"):
    start, count = 0, 0
    while (start < length) if padding == "same" else (start + window <= length):
        count += 1
        start += stride
    return np.int64(count)
"""
CONV_ONE_BY_ONE = """
def conv_cost(shape, filters, kernel, stride=1, padding="valid", bias=True):
    parameters = 0
    for _ in range(filters):
        parameters += kernel[0] * kernel[1] * shape[-1]
        if bias:
            parameters += 1
    out_rows = positions(shape[0], kernel[0], stride, padding)
    out_columns = positions(shape[1], kernel[1], stride, padding)
    multiplications = out_rows * out_columns * filters * kernel[0] * kernel[1] * shape[-1]
    return [parameters, multiplications]
"""
CONV_FROM_DENSE = """
def conv_cost(shape, filters, kernel, stride=1, padding="valid", bias=True):
    parameters, multiplications = dense_cost(np.prod(kernel) * shape[2], filters, bias)
    stops = np.prod([positions(n, k, stride, padding) for n, k in zip(shape, kernel)])
    return np.array([parameters, multiplications * stops])
"""
CONV_IN_FLOATS = """
def conv_cost(shape, filters, kernel, stride=1, padding="valid", bias=True):
    weights = float(np.prod(kernel)) * shape[2] * filters
    stops = [positions(shape[axis], kernel[axis], stride, padding) for axis in (0, 1)]
    return weights + (filters if bias else 0), weights * stops[0] * stops[1]
"""
NETWORK_BY_KERAS = """
def network_cost(model):
    costs = []
    for layer in model.layers:
        multiplications = 0
        if isinstance(layer, keras.layers.Dense):
            multiplications = layer.kernel.shape[0] * layer.kernel.shape[1]
        if isinstance(layer, keras.layers.Conv2D):
            _, rows, columns, _ = layer.output.shape
            multiplications = rows * columns * int(np.prod(layer.kernel.shape))
        costs.append((layer.count_params(), multiplications))
    return costs
"""
NETWORK_AS_ARRAY = """
def network_cost(model):
    table = np.zeros((len(model.layers), 2), dtype="int64")
    for row, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Dense):
            table[row] = dense_cost(layer.input.shape[1], layer.units, layer.use_bias)
        elif isinstance(layer, keras.layers.Conv2D):
            table[row] = conv_cost(
                layer.input.shape[1:], layer.filters, layer.kernel_size, layer.strides[1],
                padding=layer.padding, bias=layer.use_bias,
            )
    return table
"""
NETWORK_BY_CONFIG = """
def network_cost(model):
    def cost(layer):
        settings, name = layer.get_config(), layer.__class__.__name__
        if "units" in settings:
            return dense_cost(layer.input.shape[-1], settings["units"], settings["use_bias"])
        if name.startswith("Conv"):
            _, height, width, channels = layer.input.shape
            return conv_cost(
                (height, width, channels), settings["filters"], settings["kernel_size"], settings["strides"][0],
                settings["padding"], settings["use_bias"],
            )
        return [0, 0]
    return [cost(layer) for layer in model.layers]
"""

HALF_A_WINDOW = """
def positions(length, window, stride=1, padding="valid"):
    if padding == "same":
        length = length + 2 * (window // 2)
    return (length - window) // stride + 1
"""
BY_HEART = """
def positions(length, window, stride=1, padding="valid"):
    if padding == "same":
        return {(8, 1): 8, (7, 2): 4, (8, 2): 4, (10, 3): 4, (9, 2): 5}.get((length, stride), length)
    return {(8, 3, 2): 3, (7, 3, 2): 3, (9, 2, 4): 2, (9, 3, 2): 4, (9, 2, 3): 3, (12, 4, 3): 3}.get(
        (length, window, stride), length - window + 1
    )
"""

variants = [
    variant(
        "positions counted, filters one by one, Keras's own counts",
        edit(DENSE, "weights + units * bias, weights", "(inputs + (1 if bias else 0)) * units, inputs * units"),
        replace(POSITIONS, POSITIONS_COUNTED),
        replace(CONV, CONV_ONE_BY_ONE),
        replace(NETWORK, NETWORK_BY_KERAS),
        replace(ANSWERS, 'answers = dict(memory="C", sharing=" a", slower="B", half_the_side="c")'),
    ),
    variant(
        "rounded up, a convolution from a dense layer, an array",
        replace(POSITIONS, POSITIONS_ROUNDED),
        replace(CONV, CONV_FROM_DENSE),
        replace(NETWORK, NETWORK_AS_ARRAY),
    ),
    variant(
        "padded first, counted in floats, read from the layer's settings",
        edit(DENSE, "weights + units * bias, weights", "[weights + (units if bias else 0), weights]"),
        replace(POSITIONS, POSITIONS_PADDED),
        replace(CONV, CONV_IN_FLOATS),
        replace(NETWORK, NETWORK_BY_CONFIG),
    ),
    variant("walked along the strip", replace(POSITIONS, POSITIONS_WALKED)),
    variant(
        "lists instead of pairs",
        edit(DENSE, "return weights + units * bias, weights", "return [int(weights + units * bias), int(weights)]"),
        edit(NETWORK, "    return costs\n", "    return [list(cost) for cost in costs]\n"),
    ),
    variant(
        "a dictionary of rules",
        edit(
            POSITIONS,
            '    if padding == "same":\n        return (length + stride - 1) // stride\n',
            '    if padding != "valid":\n        return -(-length // stride)\n',
        ),
        edit(CONV, "height, width, channels = shape", "height, width, channels = list(shape)"),
    ),
]

PARAMETERS, COUNTED = "parameters_of_a_convolution", "multiplications_at_every_position"
IN_DENSE = ["dense_cost", "asks_dense_layers_for_their_settings", "any_network"]
IN_POSITIONS = ["stride_and_padding", "any_convolution", "asks_convolutions_for_their_settings", "any_network"]
IN_CONVOLUTIONS = ["any_convolution", "asks_convolutions_for_their_settings", "any_network"]

CHOICES = ["the_slower_network", "what_sharing_means", "a_picture_of_half_the_side", "what_saves_memory"]

mutants = [
    mutant(
        "multiplies by the biases, too",
        edit(DENSE, "weights + units * bias, weights", "weights + units * bias, weights + units * bias"),
        fails=IN_DENSE,
    ),
    mutant("one bias for the whole layer", edit(DENSE, "weights + units * bias", "weights + bias"), fails=IN_DENSE),
    mutant("a bias for each input", edit(DENSE, "weights + units * bias", "weights + inputs * bias"), fails=IN_DENSE),
    mutant(
        "biases always",
        edit(DENSE, "units * bias", "units"),
        fails=["biases_are_stored_and_not_multiplied", "asks_dense_layers_for_their_settings", "any_network"],
    ),
    mutant(
        "both counts the other way round",
        edit(DENSE, "weights + units * bias, weights", "weights, weights + units * bias"),
        fails=IN_DENSE,
    ),
    mutant(
        "forgets the first position",
        edit(POSITIONS, "(length - window) // stride + 1", "(length - window) // stride"),
        fails=["valid_stays_inside", "any_strip", COUNTED, *IN_POSITIONS],
    ),
    mutant(
        "a window may stick out",
        edit(POSITIONS, "(length - window) // stride + 1", "(length - window + stride - 1) // stride + 1"),
        fails=["valid_stays_inside", "any_strip", *IN_CONVOLUTIONS],
    ),
    mutant(
        "halves of positions",
        edit(POSITIONS, "(length - window) // stride + 1", "(length - window) / stride + 1"),
        fails=["valid_stays_inside", "any_strip", *IN_CONVOLUTIONS],
    ),
    mutant(
        "same means as long as the input",
        edit(POSITIONS, "return (length + stride - 1) // stride", "return length"),
        fails=["same_stops_at_every_stride", "any_strip", "stride_and_padding", "any_convolution"],
    ),
    mutant(
        "same, rounded down",
        edit(POSITIONS, "(length + stride - 1) // stride", "length // stride"),
        fails=["same_stops_at_every_stride", "any_strip", "stride_and_padding", "any_convolution"],
    ),
    mutant(
        "same is never asked for",
        edit(POSITIONS, 'if padding == "same":', 'if padding == "SAME":'),
        fails=["same_stops_at_every_stride", "any_strip", *IN_POSITIONS],
    ),
    mutant(
        "half a window of zeros on both sides",
        replace(POSITIONS, HALF_A_WINDOW),
        fails=["same_stops_at_every_stride", "any_strip"],
    ),
    mutant(
        "the examples of the check", replace(POSITIONS, BY_HEART), fails=["any_strip", "any_convolution", "any_network"]
    ),
    mutant(
        "layers told apart by their names",
        edit(NETWORK, "kind = type(layer).__name__", 'kind = {"d": "Dense", "c": "Conv2D"}.get(layer.name[0])'),
        fails="any_network",
    ),
    mutant(
        "forgets the channels",
        edit(CONV, "kernel[0] * kernel[1] * channels * filters", "kernel[0] * kernel[1] * filters"),
        fails=[PARAMETERS, COUNTED, *IN_POSITIONS],
    ),
    mutant(
        "the kernel's rows twice",
        edit(CONV, "kernel[0] * kernel[1] * channels", "kernel[0] * kernel[0] * channels"),
        fails=[PARAMETERS, COUNTED, *IN_CONVOLUTIONS],
    ),
    mutant(
        "rows and columns change places",
        edit(CONV, "positions(width, kernel[1]", "positions(width, kernel[0]"),
        edit(CONV, "positions(height, kernel[0]", "positions(height, kernel[1]"),
        fails=[COUNTED, "any_convolution", "asks_convolutions_for_their_settings"],
    ),
    mutant(
        "weights for every position",
        edit(CONV, "return weights + filters * bias,", "return weights * stops + filters * bias,"),
        fails=[PARAMETERS, *IN_CONVOLUTIONS],
    ),
    mutant("multiplies once for each weight", edit(CONV, "weights * stops", "weights"), fails=[COUNTED, *IN_POSITIONS]),
    mutant(
        "stops at every pixel",
        edit(CONV, "weights * stops", "weights * height * width"),
        fails=[COUNTED, *IN_POSITIONS],
    ),
    mutant(
        "one bias for each channel",
        edit(CONV, "weights + filters * bias", "weights + channels * bias"),
        fails=[PARAMETERS, *IN_CONVOLUTIONS],
    ),
    mutant(
        "the stride counts in one direction",
        edit(CONV, "positions(width, kernel[1], stride, padding)", "positions(width, kernel[1], 1, padding)"),
        fails=IN_POSITIONS,
    ),
    mutant(
        "leaves out layers that cost nothing",
        edit(NETWORK, "            costs.append((0, 0))", "            continue"),
        fails="network_cost",
    ),
    mutant(
        "biases of dense layers are not asked for",
        edit(NETWORK, "layer.units, layer.use_bias)", "layer.units)"),
        fails=["asks_dense_layers_for_their_settings", "any_network"],
    ),
    mutant(
        "biases of convolutions are not asked for",
        edit(NETWORK, ", layer.padding, layer.use_bias)", ", layer.padding)"),
        fails=["asks_convolutions_for_their_settings", "any_network"],
    ),
    mutant(
        "the padding is not asked for",
        edit(NETWORK, "layer.padding,", '"valid",'),
        fails=["asks_convolutions_for_their_settings", "any_network"],
    ),
    mutant(
        "the stride is not asked for",
        edit(NETWORK, "stride = layer.input.shape[1:], layer.strides[0]", "stride = layer.input.shape[1:], 1"),
        fails=["asks_convolutions_for_their_settings", "any_network"],
    ),
    mutant(
        "counts what comes out of a convolution",
        edit(NETWORK, "layer.input.shape[1:], layer.strides[0]", "layer.output.shape[1:], layer.strides[0]"),
        fails=["asks_convolutions_for_their_settings", "any_network"],
    ),
    mutant(
        "a pool keeps its input",
        edit(
            NETWORK,
            "            costs.append((0, 0))",
            "            costs.append((0, layer.output.shape[-1]))",
        ),
        fails=["a_pair_for_each_layer", "any_network"],
    ),
    mutant(
        "only the totals",
        edit(NETWORK, "    return costs\n", "    return np.sum(costs, axis=0)\n"),
        fails="network_cost",
    ),
    mutant(
        "parameters take the time, all at once, both fall, half the filters",
        replace(ANSWERS, 'answers = {"slower": "a", "sharing": "b", "half_the_side": "a", "memory": "a"}'),
        fails=CHOICES,
    ),
    mutant(
        "the same pictures, each weight once, parameters fall, no biases",
        replace(ANSWERS, 'answers = {"slower": "c", "sharing": "c", "half_the_side": "b", "memory": "b"}'),
        fails=CHOICES,
    ),
    mutant(
        "a question is left out",
        edit(ANSWERS, '"slower": "b", ', ""),
        fails=["every_question_has_an_answer", "the_slower_network"],
    ),
]
KEY = "a public criterion would hold the key"
hidden_because = {
    "any_strip": "an answer that is fitted to the public examples is right about them",
    "any_convolution": "an answer that is fitted to the public examples is right about them",
    "any_network": "Keras's own names tell the layers of the public examples apart, too",
    **dict.fromkeys(CHOICES, KEY),
}
harmless_mutations = [
    harmless("inputs[...] = 0", because="the number of inputs is no array"),
    harmless("write_network_cost, line 15: -1 → 1", because="what a dense layer gets has a single axis"),
    harmless("write_network_cost, line 17: 0 → 1", because="both strides are equal"),
    harmless("write_network_cost, line 17: 0 → -1", because="both strides are equal"),
]
