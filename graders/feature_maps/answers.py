"""Other right answers of the exercise on what filters see, and wrong ones."""

from proctor.answers import combine, edit, harmless, mutant, replace, variant

REVEAL, NESTED, PICTURES, LIKENESS, NAMES, STRONGEST, SEEN, ANSWERS = (
    "write_reveal",
    "write_reveal_nested",
    "write_to_pictures",
    "write_likeness",
    "write_name_filters",
    "write_strongest_pictures",
    "write_seen_pixels",
    "write_answers",
)

REVEAL_LOOP = """
def reveal(model):
    outputs = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        outputs[layer.name] = model.get_layer(layer.name).output
    return keras.models.Model(inputs=model.inputs, outputs=outputs)
"""
REVEAL_BY_NAMES = """
import tensorflow as tf
def reveal(net):
    names = [l.name for l in net.layers]
    places = [l.output for l in net.layers]
    return tf.keras.Model(inputs=net.inputs[0], outputs=dict(zip(names, places)), name="opened")
"""
NESTED_FLAT = """
def flat_layers(model):
    found = []
    for layer in model.layers:
        if hasattr(layer, "layers"):
            found += flat_layers(layer)
        elif type(layer).__name__ != "InputLayer":
            found.append(layer)
    return found

def reveal_nested(model):
    (x,) = model.inputs
    outputs = {}
    for layer in flat_layers(model):
        x = layer(x)
        outputs[layer.name] = x
    return keras.Model(inputs=model.inputs, outputs=outputs)
"""
NESTED_STACK = """
def reveal_nested(model):
    here = x = keras.Input(model.input_shape[1:])
    waiting, outputs = list(model.layers)[::-1], dict()
    while waiting:
        layer = waiting.pop()
        if isinstance(layer, keras.layers.InputLayer):
            pass
        elif isinstance(layer, (keras.Sequential, keras.Model)):
            waiting.extend(reversed(layer.layers))
        else:
            x = layer(x)
            outputs[layer.name] = x
    return keras.Model(here, outputs)
"""
NESTED_WITH_ALL = """
def reveal_nested(model):
    def walk(part, x, outputs):
        for layer in part.layers:
            if isinstance(layer, keras.layers.InputLayer):
                outputs[layer.name] = x
                continue
            x = walk(layer, x, outputs)[0] if isinstance(layer, keras.Model) else layer(x)
            outputs[layer.name] = x
        return x, outputs
    return keras.Model(model.inputs[0], walk(model, model.inputs[0], {})[1])
"""
PICTURES_LOOP = """
def to_pictures(maps):
    height, width, filters = maps.shape
    pictures = np.zeros((filters, height, width), dtype=np.uint8)
    for f in range(filters):
        one = maps[:, :, f]
        if one.max() == one.min():
            continue
        pictures[f] = np.rint((one - np.min(one)) / (np.max(one) - np.min(one)) * 255).astype(np.uint8)
    return pictures
"""
PICTURES_LIST = """
def to_pictures(maps):
    def stretch(m):
        span = np.ptp(m)
        if span == 0:
            return np.zeros_like(m).astype("uint8")
        return (255.0 * (m - m.min()) / span + 0.5).astype("uint8")
    return np.array([stretch(maps[..., i]) for i in range(maps.shape[-1])])
"""
PICTURES_IN_ONE = """
def to_pictures(maps):
    low, high = np.min(maps, axis=(0, 1)), np.max(maps, axis=(0, 1))
    shares = np.divide(maps - low, high - low, out=np.zeros(maps.shape), where=np.broadcast_to(high > low, maps.shape))
    return np.transpose(np.around(shares * 255).astype(np.uint8), (2, 0, 1))
"""
LIKENESS_LOOPS = """
def likeness(filters, patterns):
    rows, columns, channels, count = filters.shape
    result = np.zeros((count, len(patterns)))
    for f in range(count):
        for p, pattern in enumerate(patterns):
            answer = squares = patch_squares = 0.0
            for c in range(channels):
                weights = filters[:, :, c, f]
                answer += np.sum(weights * pattern)
                squares += np.sum(weights ** 2)
                patch_squares += np.sum(pattern ** 2)
            if squares > 0:
                result[f, p] = answer / (squares ** 0.5 * patch_squares ** 0.5)
    return result
"""
LIKENESS_EINSUM = """
def likeness(filters, patterns):
    answers = np.einsum("ijcf,pij->fp", filters, patterns)
    long = np.sqrt(np.einsum("ijcf,ijcf->f", filters, filters))[:, np.newaxis]
    wide = np.sqrt(filters.shape[-2]) * np.sqrt(np.sum(np.square(patterns), axis=(1, 2)))
    with np.errstate(all="ignore"):
        return np.nan_to_num(answers / long / wide)
"""
LIKENESS_UNIT = """
def likeness(filters, patterns):
    channels = filters.shape[2]
    result = []
    for weights in np.moveaxis(filters, -1, 0):
        row = []
        for pattern in patterns:
            patch = np.dstack([pattern] * channels)
            length = np.linalg.norm(weights)
            row.append(0.0 if length == 0 else np.vdot(weights / length, patch / np.linalg.norm(patch)))
        result.append(row)
    return result
"""
LIKENESS_NAN = """found = weights.T @ patches.T / sizes
    found[np.isnan(found)] = 0
    return found"""
NAMES_NUMPY = """
def name_filters(alike, names, clear=0.5):
    best = np.abs(alike).argmax(axis=1)
    values = np.take_along_axis(np.asarray(alike), best[:, None], axis=1)[:, 0]
    return ["?" if abs(v) < clear else ("-" if v < 0 else "+") + names[b] for v, b in zip(values, best)]
"""
NAMES_MAX = """
def name_filters(alike, names, clear=0.5):
    def label(row):
        value, name = max(zip(row, names), key=lambda pair: abs(pair[0]))
        if -clear < value < clear:
            return "?"
        return f"+{name}" if value > 0 else f"-{name}"
    return tuple(map(label, alike))
"""
STRONGEST_LOOPS = """
def strongest_pictures(maps, count):
    favourites = []
    for f in range(maps.shape[-1]):
        strengths = [np.max(maps[n, :, :, f]) for n in range(len(maps))]
        order = sorted(range(len(maps)), key=lambda n: strengths[n], reverse=True)
        favourites.append(order[:count])
    return favourites
"""
STRONGEST_REVERSED = """
def strongest_pictures(maps, count):
    n, filters = maps.shape[0], maps.shape[-1]
    strengths = maps.reshape(n, -1, filters).max(axis=1).T
    return np.argsort(strengths, axis=1)[:, ::-1][:, :count]
"""
STRONGEST_TOP = """
def strongest_pictures(maps, count):
    strengths = keras.ops.transpose(keras.ops.max(maps, axis=[1, 2]))
    return keras.ops.top_k(strengths, count)[1]
"""
SEEN_BACKWARDS = """
def seen_pixels(layers):
    found = []
    for depth in range(1, len(layers) + 1):
        pixels = 1
        for window, stride in reversed(layers[:depth]):
            pixels = (pixels - 1) * stride + window
        found.append(pixels)
    return found
"""
SEEN_NUMPY = """
def seen_pixels(layers):
    windows, strides = np.array(layers).T
    apart = np.concatenate([[1], np.cumprod(strides)[:-1]])
    return 1 + np.cumsum((windows - 1) * apart)
"""
STRONGEST_PARTS = """
def strongest_pictures(maps, count):
    s = -maps.max(axis=1).max(axis=1).T
    top = np.argpartition(s, count - 1, axis=1)[:, :count]
    return np.take_along_axis(top, np.argsort(np.take_along_axis(s, top, 1), axis=1), 1)
"""

variants = [
    variant(
        "loops everywhere",
        replace(REVEAL, REVEAL_LOOP),
        replace(NESTED, NESTED_FLAT),
        replace(PICTURES, PICTURES_LOOP),
        replace(LIKENESS, LIKENESS_LOOPS),
        replace(NAMES, NAMES_NUMPY),
        replace(STRONGEST, STRONGEST_LOOPS),
        replace(SEEN, SEEN_BACKWARDS),
        replace(ANSWERS, 'answers = dict(favourites="C", moved=" a", minus="B")'),
    ),
    variant(
        "a stack, lists, other names",
        replace(REVEAL, REVEAL_BY_NAMES),
        replace(NESTED, NESTED_STACK),
        replace(PICTURES, PICTURES_LIST),
        replace(LIKENESS, LIKENESS_EINSUM),
        replace(NAMES, NAMES_MAX),
        replace(STRONGEST, STRONGEST_REVERSED),
        replace(SEEN, SEEN_NUMPY),
    ),
    variant(
        "inputs and whole models among the outputs, Keras's own top_k",
        replace(NESTED, NESTED_WITH_ALL),
        replace(PICTURES, PICTURES_IN_ONE),
        replace(LIKENESS, LIKENESS_UNIT),
        edit(NAMES, "    return labels\n", "    return np.array(labels)\n"),
        replace(STRONGEST, STRONGEST_TOP),
    ),
    variant(
        "a copy that has the same weights",
        edit(
            REVEAL,
            "    return keras.Model(",
            "    weights = model.get_weights()\n    model = keras.models.clone_model(model)\n"
            "    model.set_weights(weights)\n    return keras.Model(",
        ),
        edit(SEEN, "    return found\n", "    return tuple(found)\n"),
    ),
    variant(
        "the model as a function, flattened first",
        edit(NESTED, "isinstance(layer, keras.Model)", "isinstance(layer, keras.models.Model)"),
        edit(PICTURES, "np.moveaxis(maps, -1, 0)", "maps.transpose(2, 0, 1).astype('float64')"),
        edit(LIKENESS, "weights.T @ patches.T", "np.dot(patches, weights).T"),
        replace(STRONGEST, STRONGEST_PARTS),
    ),
    variant(
        "unrolled by hand",
        edit(
            STRONGEST,
            "np.argsort(-strengths, axis=0)[:count].T",
            "np.flipud(strengths.argsort(axis=0))[:count].T.tolist()",
        ),
        edit(NAMES, "for row in alike:", "for row in np.asarray(alike).tolist():"),
        edit(LIKENESS, "return weights.T @ patches.T / np.where(sizes > 0, sizes, 1)", LIKENESS_NAN),
        edit(SEEN, "sees += (window - 1) * apart", "sees = sees + window * apart - apart"),
    ),
]

OPENED = ["a_chain_of_layers", "branches", "any_network"]
BOXES = ["a_model_in_a_model", "a_model_in_a_functional_model", "a_box_in_a_box", "boxes_in_boxes"]
LIKE_ALL = ["filters_on_paper", "size_does_not_count", "three_channels", "a_filter_of_zeros", "known_filters"]
STRETCHED = ["each_map_from_0_to_255", "a_constant_map", "rounded_bytes", "any_maps"]
LABELS = ["labels_with_signs", "clear_enough", "any_labels"]
FAVOURITES = ["one_good_spot_is_enough", "each_filter_has_its_own", "any_favourites"]
SEES = ["windows_without_strides", "strides_count_behind", "any_layers"]
ALL_OUTPUTS = "{layer.name: layer.output for layer in model.layers}"

WALKS_STRAIGHT_ON = """
def reveal(model):
    x, outputs = model.inputs[0], {}
    for layer in model.layers:
        if not isinstance(layer, keras.layers.InputLayer):
            x = outputs[layer.name] = layer(x)
    return keras.Model(model.inputs, outputs)
"""
CLOSED = """
def reveal_nested(model):
    return keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
"""
ONE_LEVEL = """
def reveal_nested(model):
    x, outputs = model.inputs[0], {}
    for layer in model.layers:
        inside = layer.layers if isinstance(layer, keras.Model) else [layer]
        for one in inside:
            if not isinstance(one, keras.layers.InputLayer):
                x = outputs[one.name] = one(x)
    return keras.Model(model.inputs, outputs)
"""

in_reveal = [
    mutant("the last layer alone", edit(REVEAL, "in model.layers}", "in model.layers[-1:]}"), fails=OPENED),
    mutant("a list", edit(REVEAL, ALL_OUTPUTS, "[layer.output for layer in model.layers]"), fails=OPENED),
    mutant("layers with weights", edit(REVEAL, "in model.layers}", "in model.layers if layer.weights}"), fails=OPENED),
    mutant("what goes in", edit(REVEAL, "layer.output", "layer.input"), fails=OPENED),
    mutant("named by classes", edit(REVEAL, "layer.name:", "type(layer).__name__:"), fails=OPENED),
    mutant("walks straight on", replace(REVEAL, WALKS_STRAIGHT_ON), fails=["branches", "any_network"]),
    mutant(
        "a copy with new weights",
        edit(REVEAL, "    return keras", "    model = keras.models.clone_model(model)\n    return keras"),
        fails=["a_chain_of_layers", "any_network"],
    ),
    mutant(
        "takes the last layer away",
        edit(
            REVEAL,
            "return keras.Model(model.inputs, " + ALL_OUTPUTS + ")",
            "opened = keras.Model(model.inputs, " + ALL_OUTPUTS + ")\n    if hasattr(model, 'pop'):\n"
            "        model.pop()\n    return opened",
        ),
        fails="the_model_stays",
    ),
    mutant(
        "freezes it",
        edit(REVEAL, "    return keras", "    model.trainable = False\n    return keras"),
        fails="the_model_stays",
    ),
]
in_nested = [
    mutant("stays shut", replace(NESTED, CLOSED), fails=BOXES),
    mutant(
        "opens sequential boxes",
        edit(NESTED, "isinstance(layer, keras.Model)", "isinstance(layer, keras.Sequential)"),
        fails=["a_model_in_a_functional_model", "boxes_in_boxes"],
    ),
    mutant(
        "freezes what it opens",
        edit(NESTED, "    walk(model, model", "    model.trainable = False\n    walk(model, model"),
        fails="plain_ones_too",
    ),
    mutant("opens one box", replace(NESTED, ONE_LEVEL), fails=["a_box_in_a_box", "boxes_in_boxes"]),
    mutant(
        "calls input layers",
        edit(NESTED, "elif not isinstance(layer, keras.layers.InputLayer):", "else:"),
        fails=["a_model_in_a_functional_model", "boxes_in_boxes"],
    ),
    mutant("goes on from before the box", edit(NESTED, "x = walk(layer, x)", "walk(layer, x)"), fails=BOXES),
    mutant(
        "begins anew in each box", edit(NESTED, "x = walk(layer, x)", "x = walk(layer, layer.inputs[0])"), fails=BOXES
    ),
    mutant("gives nothing back", edit(NESTED, "        return x\n", ""), fails=BOXES),
    mutant(
        "layers made anew",
        edit(NESTED, "= layer(x)", "= type(layer).from_config(layer.get_config())(x)"),
        fails=[*BOXES, "plain_ones_too"],
    ),
    mutant(
        "only what is inside",
        edit(
            NESTED,
            "x = outputs[layer.name] = layer(x)",
            "x = layer(x)\n                if part is not model:\n                    outputs[layer.name] = x",
        ),
        fails=[*BOXES, "plain_ones_too"],
    ),
]
in_pictures = [
    mutant(
        "filters last",
        edit(PICTURES, '.astype("uint8")', '.astype("uint8").transpose(1, 2, 0)'),
        fails=["each_map_from_0_to_255", "a_constant_map", "any_maps"],
    ),
    mutant(
        "all maps together",
        edit(PICTURES, "low = maps.min(axis=(1, 2), keepdims=True)", "low = maps.min()"),
        edit(PICTURES, "maps.max(axis=(1, 2), keepdims=True)", "maps.max()"),
        fails=["each_map_from_0_to_255", "a_constant_map", "any_maps"],
    ),
    mutant("divides by zero", edit(PICTURES, "np.where(span > 0, span, 1)", "span"), fails="a_constant_map"),
    mutant(
        "cuts off",
        edit(
            PICTURES,
            "np.round(255 * (maps - low) / np.where(span > 0, span, 1))",
            "(255 * (maps - low) / np.where(span > 0, span, 1))",
        ),
        fails=["rounded_bytes", "any_maps"],
    ),
    mutant("rounds up", edit(PICTURES, "np.round(", "np.ceil("), fails=["rounded_bytes", "any_maps"]),
    mutant("floats", edit(PICTURES, '.astype("uint8")', ""), fails="rounded_bytes"),
    mutant("256 steps", edit(PICTURES, "255 *", "256 *"), fails=STRETCHED),
    mutant("from zero", edit(PICTURES, "(maps - low)", "maps"), fails=STRETCHED),
    mutant("a negative", edit(PICTURES, "255 * (maps - low)", "255 - 255 * (maps - low)"), fails=STRETCHED),
    mutant(
        "a constant map is white",
        edit(PICTURES, "(maps - low) /", "np.where(span > 0, maps - low, 1) /"),
        fails="a_constant_map",
    ),
    mutant(
        "by the largest number",
        edit(PICTURES, ".max(axis=(1, 2), keepdims=True) - low", ".max(axis=(1, 2), keepdims=True)"),
        fails=["each_map_from_0_to_255", "rounded_bytes", "any_maps"],
    ),
    mutant(
        "in place",
        edit(PICTURES, "    low =", "    maps[...] = maps - maps.min(axis=(1, 2), keepdims=True)\n    low ="),
        fails="each_map_from_0_to_255",
    ),
]
in_likeness = [
    mutant("plain sums", edit(LIKENESS, " / np.where(sizes > 0, sizes, 1)", ""), fails=LIKE_ALL),
    mutant("by the filter's length", edit(LIKENESS, " * np.linalg.norm(patches, axis=1)", ""), fails=LIKE_ALL),
    mutant(
        "by the pattern's length", edit(LIKENESS, "np.linalg.norm(weights, axis=0)[:, None] * ", ""), fails=LIKE_ALL
    ),
    mutant(
        "the pattern's length in one channel",
        edit(LIKENESS, "np.linalg.norm(patches, axis=1)", "np.linalg.norm(patterns, axis=(1, 2))"),
        fails=["three_channels", "known_filters"],
    ),
    mutant(
        "the mean of the channels",
        edit(LIKENESS, "    weights =", "    filters = filters.mean(axis=2, keepdims=True)\n    weights ="),
        fails=["three_channels", "known_filters"],
    ),
    mutant(
        "the first channel",
        edit(LIKENESS, "    weights =", "    filters = filters[:, :, :1]\n    weights ="),
        fails=["three_channels", "known_filters"],
    ),
    mutant("divides by zero", edit(LIKENESS, "np.where(sizes > 0, sizes, 1)", "sizes"), fails="a_filter_of_zeros"),
    mutant(
        "without signs",
        edit(LIKENESS, "weights.T @ patches.T", "np.abs(weights.T @ patches.T)"),
        fails=["filters_on_paper", "size_does_not_count", "known_filters"],
    ),
    mutant(
        "patterns first",
        edit(LIKENESS, "np.where(sizes > 0, sizes, 1)", "np.where(sizes > 0, sizes, 1)\n    return found.T"),
        edit(LIKENESS, "return weights.T", "found = weights.T"),
        fails=["filters_on_paper", "size_does_not_count", "three_channels", "known_filters"],
    ),
    mutant(
        "without the mean",
        edit(LIKENESS, "    patches =", "    weights = weights - weights.mean(axis=0)\n    patches ="),
        fails=["filters_on_paper", "known_filters"],
    ),
    mutant(
        "turned round",
        edit(LIKENESS, "filters.reshape", "filters[::-1, ::-1].reshape"),
        fails=["filters_on_paper", "a_filter_of_zeros", "known_filters"],
    ),
    mutant(
        "in place",
        edit(LIKENESS, "    weights =", "    patterns /= np.linalg.norm(patterns)\n    weights ="),
        fails="filters_on_paper",
    ),
    mutant("no root", edit(LIKENESS, "sizes > 0, sizes,", "sizes > 0, sizes**2,"), fails=LIKE_ALL),
    mutant("something against zero", edit(LIKENESS, "np.where(sizes > 0, sizes, 1)", "(sizes + 0.01)"), fails=LIKE_ALL),
]
in_names = [
    mutant("without sizes", edit(NAMES, "np.argmax(np.abs(row))", "np.argmax(row)"), fails=LABELS),
    mutant(
        "never in doubt", edit(NAMES, ' if abs(row[best]) >= clear else "?"', ""), fails=["clear_enough", "any_labels"]
    ),
    mutant("more than clear", edit(NAMES, ">= clear", "> clear"), fails="clear_enough"),
    mutant("minus is never clear", edit(NAMES, "abs(row[best]) >= clear", "row[best] >= clear"), fails=LABELS),
    mutant("a half, always", edit(NAMES, ">= clear", ">= 0.5"), fails=["clear_enough", "any_labels"]),
    mutant("no sign", edit(NAMES, "sign + names[best]", "names[best]"), fails=LABELS),
    mutant("the other sign", edit(NAMES, "row[best] > 0", "row[best] < 0"), fails=LABELS),
    mutant("always plus", edit(NAMES, 'else "-"', 'else "+"'), fails=LABELS),
    mutant(
        "in place",
        edit(NAMES, "    for row in", "    alike[np.abs(alike) < clear] = 0\n    for row in"),
        fails="labels_with_signs",
    ),
    mutant("numbers", edit(NAMES, "sign + names[best]", "int(best)"), fails=LABELS),
]
in_strongest = [
    mutant("means", edit(STRONGEST, "maps.max(", "maps.mean("), fails=["one_good_spot_is_enough", "any_favourites"]),
    mutant("the weakest", edit(STRONGEST, "-strengths", "strengths"), fails=FAVOURITES),
    mutant("the strongest last", edit(STRONGEST, "[:count].T", "[:count][::-1].T"), fails=FAVOURITES),
    mutant(
        "in size",
        edit(STRONGEST, "maps.max(", "np.abs(maps).max("),
        fails=["each_filter_has_its_own", "any_favourites"],
    ),
    mutant("pictures in columns", edit(STRONGEST, "[:count].T", "[:count]"), fails=FAVOURITES),
    mutant(
        "strengths",
        edit(STRONGEST, "np.argsort(-strengths, axis=0)[:count].T", "-np.sort(-strengths, axis=0)[:count].T"),
        fails=FAVOURITES,
    ),
    mutant("all pictures", edit(STRONGEST, "[:count].T", ".T"), fails=["each_filter_has_its_own", "any_favourites"]),
    mutant(
        "in the order of the pictures",
        edit(STRONGEST, "np.argsort(-strengths, axis=0)[:count].T", "np.sort(np.argsort(-strengths.T)[:, :count])"),
        fails=FAVOURITES,
    ),
    mutant(
        "ranks",
        edit(STRONGEST, "np.argsort(-strengths, axis=0)", "np.argsort(np.argsort(-strengths, axis=0), axis=0)"),
        fails=["each_filter_has_its_own", "any_favourites"],
    ),
    mutant(
        "in place",
        edit(STRONGEST, "    return", "    maps -= maps.min()\n    return"),
        fails="each_filter_has_its_own",
    ),
    mutant("counted from 1", edit(STRONGEST, "[:count].T", "[:count].T + 1"), fails=FAVOURITES),
    mutant(
        "the same for all filters",
        edit(STRONGEST, "-strengths, axis", "-strengths.max(axis=1, keepdims=True) + 0 * strengths, axis"),
        fails=["each_filter_has_its_own", "any_favourites"],
    ),
]
in_seen = [
    mutant("no strides", edit(SEEN, "        apart *= stride\n", ""), fails=["strides_count_behind", "any_layers"]),
    mutant(
        "strides count at once",
        edit(
            SEEN,
            "        sees += (window - 1) * apart\n        apart *= stride\n",
            "        apart *= stride\n        sees += (window - 1) * apart\n",
        ),
        fails=["strides_count_behind", "any_layers"],
    ),
    mutant("whole windows", edit(SEEN, "(window - 1)", "window"), fails=SEES),
    mutant("windows multiplied", edit(SEEN, "sees += (window - 1) * apart", "sees *= window"), fails=SEES),
    mutant("the last layer", edit(SEEN, "return found", "return found[-1]"), fails=SEES),
    mutant("begins with nothing", edit(SEEN, "sees, apart, found = 1,", "sees, apart, found = 0,"), fails=SEES),
    mutant(
        "one stride at a time",
        edit(SEEN, "apart *= stride", "apart = stride"),
        fails=["strides_count_behind", "any_layers"],
    ),
    mutant(
        "strides added",
        edit(SEEN, "apart *= stride", "apart += stride - 1"),
        fails=["strides_count_behind", "any_layers"],
    ),
    mutant(
        "in place",
        edit(SEEN, "in layers:\n", "in list(layers):\n        layers.pop()\n"),
        fails="strides_count_behind",
    ),
    mutant("what lies between", edit(SEEN, "found.append(sees)", "found.append(apart)"), fails=SEES),
]
in_answers = [
    mutant("bright bars", edit(ANSWERS, '"minus": "b"', '"minus": "a"'), fails="what_a_minus_means"),
    mutant("no bars", edit(ANSWERS, '"minus": "b"', '"minus": "c"'), fails="what_a_minus_means"),
    mutant(
        "by eight",
        edit(ANSWERS, 'moved": "a", "favourites": "c"', 'moved": "b", "favourites": "c"'),
        fails="a_moved_picture",
    ),
    mutant(
        "forgotten places",
        edit(ANSWERS, 'moved": "a", "favourites": "c"', 'moved": "c", "favourites": "c"'),
        fails="a_moved_picture",
    ),
    mutant("spiders only", edit(ANSWERS, '"favourites": "c"', '"favourites": "a"'), fails="what_favourites_tell"),
    mutant("on purpose", edit(ANSWERS, '"favourites": "c"', '"favourites": "b"'), fails="what_favourites_tell"),
    mutant(
        "one is left out",
        edit(ANSWERS, '"minus": "b", ', ""),
        fails=["every_question_has_an_answer", "what_a_minus_means"],
    ),
]
mutants = combine([in_reveal, in_nested, in_pictures, in_likeness, in_names, in_strongest, in_seen, in_answers])

KEY = "a public criterion would hold the key"
hidden_because = {
    "what_a_minus_means": KEY,
    "a_moved_picture": KEY,
    "what_favourites_tell": KEY,
    "the_model_stays": "the text says that the model stays; whoever takes a layer away meets it in the next cell",
    "plain_ones_too": "so does this text; and who opens a model to look into it has no cause to freeze it",
}
harmless_mutations = [
    harmless("write_reveal_nested, line 15: x → x[...] = 0", because="x is a place in a network, and no array"),
    harmless("write_reveal_nested, line 23: 0 → -1", because="the model has one input"),
    harmless("write_to_pictures, line 14: 1 → 2", because="0 divided by any number is 0"),
    harmless("write_likeness, line 12: 1 → 2", because="NumPy takes any negative size for the one that it works out"),
    harmless("write_likeness, line 13: 1 → 2", because="so it does here, and to repeat columns is the same in a row"),
    harmless(
        "np.repeat(patterns[..., None], filters.shape[2]) (keyword",
        because="each number is repeated where it stands, and then all are in a row anyway",
    ),
    harmless("write_likeness, line 15: 1 → 2", because="0 divided by any number is 0"),
    harmless("row[best] > 0 → row[best] >= 0", because="a likeness of 0 is never clear"),
]
