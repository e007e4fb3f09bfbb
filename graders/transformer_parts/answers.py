"""Other right answers of the exercise on the parts of a transformer, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

POSITIONS, ATTENTION, MASKS, HEADS = "write_positions", "write_attention", "write_masks", "write_multi_head"
ENCODER, DECODER, EMBED = "write_encoder_layer", "write_decoder_layer", "write_embed"
BUILD, WRITE = "write_build_transformer", "write_write"

POSITIONS_COURSE = """
def get_angles(pos, k, d):
    i = k // 2
    return pos / np.power(10000, (2 * i) / np.float32(d))

def positions(length, d):
    angle_rads = get_angles(np.arange(length)[:, np.newaxis], np.arange(d)[np.newaxis, :], d)
    angle_rads[:, 0::2] = np.sin(angle_rads[:, 0::2])
    angle_rads[:, 1::2] = np.cos(angle_rads[:, 1::2])
    return angle_rads
"""
POSITIONS_LOOPED = """
import math

def positions(length, size):
    rows = []
    for p in range(length):
        row = []
        for i in range(size // 2):
            angle = p / 10000 ** (2 * i / size)
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return np.array(rows)
"""
POSITIONS_COMPLEX = """
def positions(length, size):
    speeds = np.logspace(0, -4, size // 2, endpoint=False)
    turned = np.outer(range(length), speeds)
    return np.dstack([np.sin(turned), np.cos(turned)]).reshape(length, size).astype("float32")
"""
ATTENTION_COURSE = """
import tensorflow as tf

def attention(q, k, v, mask=None):
    q, k, v = tf.cast(q, tf.float32), tf.cast(k, tf.float32), tf.cast(v, tf.float32)
    matmul_qk = tf.matmul(q, k, transpose_b=True)
    dk = tf.cast(tf.shape(k)[-1], tf.float32)
    scaled_attention_logits = matmul_qk / tf.math.sqrt(dk)
    if mask is not None:
        scaled_attention_logits += (1.0 - tf.cast(mask, tf.float32)) * -1.0e9
    attention_weights = tf.nn.softmax(scaled_attention_logits, axis=-1)
    return tf.matmul(attention_weights, v).numpy(), attention_weights.numpy()
"""
ATTENTION_LOOPED = """
def attention(queries, keys, values, mask=None):
    shape = queries.shape[:-1] + (keys.shape[-2],)
    mask = np.broadcast_to(True if mask is None else mask, shape)
    weights = np.zeros(shape)
    for place in np.ndindex(*shape[:-1]):
        query, looked_at = queries[place], keys[place[:-1]]
        seen = [j for j in range(shape[-1]) if mask[place][j]]
        scores = np.array([sum(query * looked_at[j]) for j in seen]) * keys.shape[-1] ** -0.5
        powers = np.exp(scores - max(scores))
        weights[place][seen] = powers / sum(powers)
    return np.matmul(weights, values), weights
"""
ATTENTION_EINSUM = """
def attention(queries, keys, values, mask=None):
    scores = np.einsum("...qd,...kd->...qk", queries / np.sqrt(np.shape(queries)[-1]), keys)
    if mask is not None:
        scores = np.where(np.logical_not(mask), -np.inf, scores)
    logs = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    weights = np.exp(logs)
    return [np.einsum("...qk,...kw->...qw", weights, values), weights]
"""
ATTENTION_KERAS = """
def attention(queries, keys, values, mask=None):
    scores = keras.ops.matmul(queries, keras.ops.swapaxes(keys, -1, -2)) / np.sqrt(keys.shape[-1])
    if mask is not None:
        scores = keras.ops.where(mask, scores, -1e9)
    weights = keras.ops.convert_to_numpy(keras.ops.softmax(scores, axis=-1))
    return weights @ values, weights
"""
MASKS_COURSE = """
import tensorflow as tf

def padding_mask(seq):
    seq = 1 - keras.ops.cast(keras.ops.equal(seq, 0), "float32")
    return seq[:, None, :]

def look_ahead_mask(size):
    return tf.linalg.band_part(tf.ones((1, size, size)), -1, 0)
"""
MASKS_KERAS = """
def padding_mask(numbers):
    return keras.ops.expand_dims(keras.ops.not_equal(numbers, 0), axis=1)

def look_ahead_mask(length):
    return np.arange(length)[:, None] >= np.arange(length)
"""
MASKS_LISTS = """
def padding_mask(numbers):
    stands = keras.ops.cast(numbers, "bool")
    return keras.ops.reshape(stands, (-1, 1, numbers.shape[-1]))

def look_ahead_mask(length):
    return np.array([[column <= row for column in range(length)] for row in range(length)])
"""
HEADS_LOOPED = """
def multi_head(x, memory, weights, mask=None):
    wq, bq, wk, bk, wv, bv, wo, bo = weights
    total, wheres = bo, []
    for h in range(wq.shape[1]):
        found, where = attention(x @ wq[:, h] + bq[h], memory @ wk[:, h] + bk[h], memory @ wv[:, h] + bv[h], mask)
        total = total + found @ wo[h]
        wheres.append(where)
    return total, np.stack(wheres, axis=1)
"""
HEADS_RESHAPED = """
def split_heads(x, kernel, bias):
    width, heads, size = kernel.shape
    rows = np.matmul(x, kernel.reshape(width, heads * size)) + bias.reshape(-1)
    return rows.reshape(x.shape[0], x.shape[1], heads, size).transpose(0, 2, 1, 3)

def multi_head(looking, looked_at, weights, mask=None):
    heads = [split_heads(x, *weights[i:i + 2]) for x, i in ((looking, 0), (looked_at, 2), (looked_at, 4))]
    if mask is not None:
        mask = np.expand_dims(np.broadcast_to(mask, (len(looking), looking.shape[1], looked_at.shape[1])), 1)
    output, where = attention(*heads, mask=mask)
    batch, count, places, size = output.shape
    joined = output.transpose(0, 2, 1, 3).reshape(batch, places, count * size)
    return joined @ weights[6].reshape(count * size, -1) + weights[7], where
"""
HEADS_TENSORDOT = """
def multi_head(looking, looked_at, weights, mask=None):
    pairs = [weights[i : i + 2] for i in range(0, 8, 2)]
    made = [np.tensordot(x, k, 1) + b for x, (k, b) in zip((looking, looked_at, looked_at), pairs)]
    queries, keys, values = [np.moveaxis(array, 2, 1) for array in made]
    if mask is not None:
        mask = mask[:, None] if mask.ndim == 3 else mask[None, None]
    output, where = attention(queries, keys, values, mask)
    return [np.tensordot(output, pairs[3][0], ((1, 3), (0, 1))) + pairs[3][1], where]
"""
LAYERS_CLASS = """
@keras.saving.register_keras_serializable()
class EncoderLayer(keras.layers.Layer):
    def __init__(self, embedding_dim, num_heads, fully_connected_dim, **kwargs):
        super().__init__(**kwargs)
        self.sizes = embedding_dim, num_heads, fully_connected_dim
        self.mha = keras.layers.MultiHeadAttention(num_heads=num_heads, key_dim=embedding_dim // num_heads)
        self.ffn = keras.Sequential([keras.layers.Dense(fully_connected_dim, activation="relu"),
                                     keras.layers.Dense(embedding_dim)])
        self.layernorm1 = keras.layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = keras.layers.LayerNormalization(epsilon=1e-6)
        self.dropout = keras.layers.Dropout(0.02)

    def call(self, x, training=False, mask=None):
        out1 = self.layernorm1(x + self.mha(x, x, x, attention_mask=mask))
        return self.layernorm2(out1 + self.dropout(self.ffn(out1), training=training))

    def get_config(self):
        names = "embedding_dim", "num_heads", "fully_connected_dim"
        return {**super().get_config(), **dict(zip(names, self.sizes))}


def encoder_layer(place, mask, heads, hidden):
    return EncoderLayer(place.shape[-1], heads, hidden)(place, mask=mask)
"""
ENCODER_NAMED = """
def add_and_normalise(*places):
    return keras.layers.LayerNormalization(epsilon=1e-5)(keras.ops.add(*places))

def encoder_layer(place, mask, heads, hidden):
    d = place.shape[2]
    attend = keras.layers.MultiHeadAttention(num_heads=heads, key_dim=int(d / heads))
    place = add_and_normalise(place, attend(query=place, value=place, key=place, attention_mask=mask))
    think = keras.Sequential([keras.layers.Dense(hidden), keras.layers.ReLU(), keras.layers.Dense(d)])
    return add_and_normalise(think(place), place)
"""
ENCODER_PLUS = """
def encoder_layer(place, mask, heads, hidden):
    width = int(place.shape[-1])
    inner, outer = keras.layers.Dense(hidden, "relu"), keras.layers.Dense(units=width)
    first, second = keras.layers.LayerNormalization(), keras.layers.LayerNormalization()
    x = first(place + keras.layers.MultiHeadAttention(heads, width // heads)(place, place, attention_mask=mask))
    return second(x + outer(inner(x)))
"""
DECODER_PLUS = """
def decoder_layer(place, memory, own_mask, memory_mask, heads, hidden):
    width = place.shape[-1]

    def attend(place, other, mask):
        look = keras.layers.MultiHeadAttention(heads, width // heads, dropout=0.01)
        said = look(place, other, other, attention_mask=mask)
        return keras.layers.LayerNormalization(epsilon=1e-6)(said + place)

    place = attend(attend(place, place, own_mask), memory, memory_mask)
    said = keras.layers.Dense(width)(keras.layers.Activation("relu")(keras.layers.Dense(hidden)(place)))
    return keras.layers.LayerNormalization(epsilon=1e-6)(keras.layers.add([said, place]))
"""
DECODER_MADE_FIRST = """
def decoder_layer(x, enc_output, look_ahead_mask, padding_mask, heads, hidden):
    L = keras.layers
    norms = [L.LayerNormalization() for _ in range(3)]
    ffn2, ffn1 = L.Dense(x.shape[-1]), L.Dense(hidden, activation=keras.activations.relu)
    mha2, mha1 = [L.MultiHeadAttention(heads, x.shape[-1] // heads) for _ in range(2)]
    a1, _ = mha1(x, x, x, attention_mask=look_ahead_mask, return_attention_scores=True)
    o1 = norms[2](a1 + x)
    a2, _ = mha2(o1, enc_output, enc_output, attention_mask=padding_mask, return_attention_scores=True)
    o2 = norms[1](a2 + o1)
    return norms[0](ffn2(ffn1(o2)) + o2)
"""
EMBED_SQRT = """
def embed(numbers, kinds, width):
    length = numbers.shape[-1]
    x = keras.layers.Embedding(input_dim=kinds, output_dim=width, mask_zero=True)(numbers)
    x = x * keras.ops.sqrt(float(width))
    return x + positions(length, width)[None, :length, :]
"""
EMBED_LAYERS = """
def embed(numbers, kinds, width):
    scaled = keras.layers.Rescaling(np.sqrt(width))(keras.layers.Embedding(kinds, width)(numbers))
    return keras.ops.add(keras.ops.convert_to_tensor(positions(numbers.shape[1], width), dtype="float32"), scaled)
"""
EMBED_KEPT = """
class AddPositions(keras.layers.Layer):
    def __init__(self, length, width, **kwargs):
        super().__init__(**kwargs)
        self.table = self.add_weight(shape=(length, width), trainable=False, initializer="zeros")
        self.table.assign(positions(length, width))

    def call(self, x):
        return x + self.table


def embed(numbers, kinds, width):
    place = keras.layers.Embedding(kinds, width)(numbers) * keras.ops.sqrt(keras.ops.cast(width, "float32"))
    return AddPositions(numbers.shape[1], width)(place)
"""
BUILD_HELPERS = """
def build_transformer(encoder_layer, decoder_layer, kinds, row_length, answer_length, width, heads, hidden, layers=1):
    inputs = [keras.Input(shape=(length,), dtype="int32") for length in (row_length, answer_length)]
    mask, told_mask = padding_mask(inputs[0]), look_ahead_mask(answer_length)

    def encode(place):
        for _ in range(layers):
            place = encoder_layer(place, mask=mask, heads=heads, hidden=hidden)
        return place

    place, memory = embed(inputs[1], kinds, width), encode(embed(inputs[0], kinds, width))
    for _ in range(layers):
        place = decoder_layer(place, memory, own_mask=told_mask, memory_mask=mask, heads=heads, hidden=hidden)
    scores = keras.layers.Dense(kinds)(place)
    return keras.Model(inputs=inputs, outputs=keras.layers.Softmax()(scores))
"""
BUILD_BOTH_MASKS = """
def build_transformer(encoder_layer, decoder_layer, kinds, row_length, answer_length, width, heads, hidden, layers=1):
    told, row = keras.Input((answer_length,), name="told"), keras.Input((row_length,), name="row")
    own = keras.ops.logical_and(padding_mask(told), look_ahead_mask(answer_length))
    own = keras.ops.logical_or(own, np.eye(answer_length, dtype=bool))
    place, memory, mask = embed(told, kinds, width), embed(row, kinds, width), padding_mask(row)
    for _ in range(layers):
        memory = encoder_layer(memory, mask, heads, hidden)
    for _ in range(layers):
        place = decoder_layer(place, memory, own, mask, heads, hidden)
    return keras.Model((row, told), keras.activations.softmax(keras.layers.Dense(kinds)(place)))
"""
WRITE_FIXED = """
def write(transformer, rows, marks, length):
    answers = np.zeros((len(rows), length), dtype=int)
    for _ in range(length):
        told = np.hstack([np.reshape(marks, (-1, 1)), answers[:, :-1]])
        answers = np.argmax(transformer.predict([rows, told], verbose=0), axis=2)
    return answers
"""
WRITE_CALLED = """
def write(transformer, rows, marks, length):
    told, written = np.zeros((len(rows), length)), []
    told[:, 0] = marks
    while True:
        said = np.array(transformer([np.asarray(rows), told]))
        written.append([int(np.argmax(said[word, len(written)])) for word in range(len(rows))])
        if len(written) == length:
            return np.transpose(written).tolist()
        told[:, len(written)] = written[-1]
"""

variants = [
    variant(
        "in the form of the published courses",
        replace(POSITIONS, POSITIONS_COURSE),
        replace(ATTENTION, ATTENTION_COURSE),
        replace(MASKS, MASKS_COURSE),
        replace(HEADS, HEADS_LOOPED),
        replace(ENCODER, LAYERS_CLASS),
        replace(DECODER, DECODER_MADE_FIRST),
        replace(EMBED, EMBED_SQRT),
        replace(BUILD, BUILD_BOTH_MASKS),
        replace(WRITE, WRITE_FIXED),
        retrained(),
    ),
    variant(
        "loops over everything",
        replace(POSITIONS, POSITIONS_LOOPED),
        replace(ATTENTION, ATTENTION_LOOPED),
        replace(MASKS, MASKS_LISTS),
    ),
    variant(
        "heads by reshaping, a network that is called", replace(HEADS, HEADS_RESHAPED), replace(WRITE, WRITE_CALLED)
    ),
    variant(
        "einsum, places with names, helpers",
        replace(POSITIONS, POSITIONS_COMPLEX),
        replace(ATTENTION, ATTENTION_EINSUM),
        replace(MASKS, MASKS_KERAS),
        replace(HEADS, HEADS_TENSORDOT),
        replace(ENCODER, ENCODER_NAMED),
        replace(DECODER, DECODER_PLUS),
        replace(EMBED, EMBED_LAYERS),
        replace(BUILD, BUILD_HELPERS),
    ),
    variant(
        "patterns that a layer keeps, sums by a plus",
        replace(ENCODER, ENCODER_PLUS),
        replace(EMBED, EMBED_KEPT),
    ),
    variant(
        "Keras's functions, half of a square of ones",
        replace(ATTENTION, ATTENTION_KERAS),
        edit(MASKS, "np.tri(length, dtype=bool)", "np.tril(np.ones((length, length))) == 1"),
    ),
]

MASKED = "what_true_means far_scores axes_in_front any_attention"
SCORED = "weights_on_paper axes_in_front any_attention"
HEADED = "as_in_keras masks_of_heads any_heads"
WAVES = "the_slower_pairs six_columns any_positions"
ENCODED, DECODED = "what_the_encoder_computes any_encoder", "what_the_decoder_computes any_decoder"
SEEN, BUILT = f"own_mask {DECODED}", "what_the_transformer_computes"
FUTURE, NOTHING, EMBEDDED = "the_future_cannot_change_the_past", "nothing_is_looked_at", "embedded_signs"
WHOLE = f"{BUILT} {FUTURE} {NOTHING}"
PADDED, AHEAD, STRETCHED = "padding_of_an_array any_masks", "looking_ahead any_masks", "masks_of_heads any_heads"
SIZED, SIZES, UNMASKED = "layers_of_the_encoder", "layers_of_the_decoder", "masked_places any_encoder"
WRITTEN = "written_sign_by_sign another_length written_by_any_network"
KNOWN = "knows_how_to_copy knows_how_to_go_backwards"
TRAINED = "copies_new_words writes_new_words_backwards"

WHERE, SUM, STABLE = "np.where(mask, scores, -1e9)", "powers.sum(axis=-1", " - scores.max(axis=-1, keepdims=True)"
BOTH, LOOK, SELF = "weights @ values, weights", "attention(queries, keys, values, mask)", "np.tri(length, dtype=bool)"
SPEEDS, PLACES = "np.arange(0, size, 2) / size", "np.arange(length)[:, None]"
NORMALISE = "keras.layers.LayerNormalization()"
ADD_LOOKED = f"{NORMALISE}(keras.layers.Add()([place, looked]))"
OWN_STEP = (
    "    looked = keras.layers.MultiHeadAttention(heads, width // heads)(place, place, attention_mask=own_mask)\n"
)
AFTER_MEMORY = f"    place = {ADD_LOOKED}\n    thought"


def slips(cell, *rows):
    """Mutants of one cell: a title, what is there, what a slip makes of it, and what fails."""
    return [mutant(title, edit(cell, old, new), fails=fails.split()) for title, old, new, fails in rows]


of_positions = slips(
    POSITIONS,
    ("pairs count twice as fast", SPEEDS, "np.arange(size // 2) / size", WAVES),
    ("pairs turn four times as slowly", SPEEDS, f"2 * {SPEEDS}", WAVES),
    ("1000 for 10000", "10000", "1000", WAVES),
    ("counts places from 1", PLACES, "np.arange(1, length + 1)[:, None]", "positions"),
    ("cosines of another angle", "np.cos(angles)", "np.cos(angles / 10000 ** (1 / size))", "positions"),
    ("degrees", PLACES, f"np.pi / 180 * {PLACES}", "positions"),
    ("turned round", "return patterns", "return patterns.T", "positions"),
    ("sines alone", "np.cos(angles)", "np.sin(angles)", "positions"),
    ("columns in the other order", "return patterns", "return patterns[:, ::-1]", "positions"),
)
halves = edit(POSITIONS, "[:, 0::2] =", "[:, : size // 2] ="), edit(POSITIONS, "[:, 1::2] =", "[:, size // 2 :] =")
of_positions.append(mutant("halves of sines and cosines", *halves, fails=WAVES.split()))
of_attention = slips(
    ATTENTION,
    ("forgets the root", " / np.sqrt(keys.shape[-1])", "", SCORED),
    ("divides by d", "np.sqrt(keys.shape[-1])", "keys.shape[-1]", SCORED),
    ("the root of the number of keys", "keys.shape[-1]", "keys.shape[-2]", f"far_scores {SCORED}"),
    ("True means masked", WHERE, "np.where(mask, -1e9, scores)", MASKED),
    ("a masked score is 0", WHERE, "scores * mask", MASKED),
    ("masked by a score of -30", "-1e9", "-30", "far_scores"),
    ("softmax over the queries", SUM, "powers.sum(axis=-2", "attention"),
    ("powers that are too large", STABLE, "", "far_scores"),
    ("the largest of all scores taken away", STABLE, " - scores.max()", "far_scores"),
    ("turns all axes round", "np.swapaxes(keys, -1, -2)", "keys.T", "axes_in_front any_attention"),
    ("mixes keys", BOTH, "weights @ keys, weights", "output_on_paper what_true_means axes_in_front any_attention"),
    ("returns the output alone", BOTH, "weights @ values", "attention"),
    ("returns both in the other order", BOTH, "weights, weights @ values", "attention"),
    ("writes into the queries", "    powers", "    queries += 1\n    powers", "axes_in_front any_attention"),
)
after = edit(ATTENTION, WHERE, "scores"), edit(ATTENTION, BOTH, "weights @ values, weights * (mask is None or mask)")
of_attention.append(mutant("masks after the softmax", *after, fails=MASKED.split()))
of_masks = slips(
    MASKS,
    ("True where nothing stands", "numbers != 0", "keras.ops.equal(numbers, 0)", PADDED),
    ("no axis for the queries", "[:, None, :]", "", PADDED),
    ("an axis at the end", "[:, None, :]", "[:, :, None]", PADDED),
    ("an axis more", "[:, None, :]", "[:, None, None, :]", PADDED),
    ("for arrays alone", "(numbers != 0)", "np.not_equal(numbers, 0)", "padding_in_a_network"),
    ("a comparison that places do not know", "(numbers != 0)", "(1 - (numbers == 0))", "padding_in_a_network"),
    ("signs from 2 on", "numbers != 0", "numbers > 1", "padding_of_an_array"),
    ("does not see itself", SELF, "np.tri(length, k=-1, dtype=bool)", AHEAD),
    ("sees what is to come", SELF, "np.tri(length, dtype=bool).T", AHEAD),
    ("True for what must not be seen", SELF, "~np.tri(length, dtype=bool)", AHEAD),
    ("sees one place ahead", SELF, "np.tri(length, k=1, dtype=bool)", AHEAD),
    ("large numbers below zero", SELF, "np.where(np.tri(length), 0, -1e9)", AHEAD),
    ("scores", "(numbers != 0)", "keras.ops.where(numbers > 0, 0, -1e9)", PADDED),
)
of_heads = slips(
    HEADS,
    ("keys of the row that looks", "looked_at, k_kernel", "looking, k_kernel", "heads"),
    ("queries and keys swapped", LOOK, "attention(keys, queries, values, mask)", "heads"),
    ("keys and values swapped", LOOK, "attention(queries, values, keys, mask)", "heads"),
    ("no bias for the values", " + v_bias[:, None]", "", HEADED),
    ("no bias for the queries", " + q_bias[:, None]", "", "heads"),
    ("no output bias", " + out_bias", "", HEADED),
    ("forgets the mask", LOOK, "attention(queries, keys, values)", STRETCHED),
    ("no axis for the heads", "mask[..., None, :, :]", "mask", STRETCHED),
    ("an axis in the wrong place", "mask[..., None, :, :]", "mask[:, None]", STRETCHED),
    ("the mask turned round", "mask[..., None, :, :]", "~mask[..., None, :, :]", STRETCHED),
    ("the mean of the heads", "output, out_kernel)", "output, out_kernel) / len(out_kernel)", HEADED),
    ("the weights' mean", "+ out_bias, where", "+ out_bias, where.mean(axis=1)", "where_the_heads_look any_heads"),
    ("the output alone", "+ out_bias, where", "+ out_bias", "heads"),
    ("writes into the weights", "    mask = None", "    v_bias += 1\n    mask = None", "as_in_keras any_heads"),
)
of_encoder = slips(
    ENCODER,
    ("the whole width for each head", "width // heads)", "width)", SIZED),
    ("one head", "(heads, width // heads)", "(1, width)", SIZED),
    ("heads and size swapped", "(heads, width // heads)", "(width // heads, heads)", SIZED),
    ("forgets the mask", "attention_mask=mask", "attention_mask=None", UNMASKED),
    ("the mask without its name", "attention_mask=mask", "place, mask", UNMASKED),
    ("the mask turned round", "=mask", "=1.0 - keras.ops.cast(mask, 'float32')", UNMASKED),
    ("adds nothing to the attention", "keras.layers.Add()([place, looked])", "looked", ENCODED),
    ("adds nothing to the thought", "keras.layers.Add()([place, thought])", "thought", ENCODED),
    ("no ReLU", ', activation="relu"', "", ENCODED),
    ("a ReLU at the second Dense", "Dense(width)", 'Dense(width, activation="relu")', ENCODED),
    ("no normalisation in between", ADD_LOOKED, "keras.layers.Add()([place, looked])", f"{SIZED} {ENCODED}"),
    ("another normalisation", "return keras.layers.Layer", "return keras.layers.Batch", "encoder"),
    ("one Dense", "    thought = keras.layers.Dense(width)(thought)\n", "", "encoder"),
    ("thinks with the width", "Dense(hidden,", "Dense(width,", SIZED),
    ("one place alone", "[place, thought]))", "[place, thought]))[:, 0]", f"masked_places {ENCODED}"),
)
of_decoder = slips(
    DECODER,
    ("forgets its own mask", "=own_mask", "=None", "own_mask any_decoder"),
    ("forgets the mask of the memory", "=memory_mask", "=None", "memory_mask any_decoder"),
    ("a mask without its name", "attention_mask=own_mask", "place, own_mask", "own_mask any_decoder"),
    ("always looks back", "attention_mask=own_mask", "use_causal_mask=True", f"own_mask {DECODED}"),
    ("its own mask turned round", "=own_mask", "=keras.ops.swapaxes(own_mask, 1, 2)", "own_mask any_decoder"),
    (
        "does not look at the memory",
        "(place, memory, attention_mask=memory_mask)",
        "(place, place)",
        f"memory_mask {SEEN}",
    ),
    ("adds nothing to what it saw", AFTER_MEMORY, f"    place = {NORMALISE}(looked)\n    thought", DECODED),
    ("no ReLU", ', activation="relu"', "", DECODED),
    ("adds nothing to the thought", "keras.layers.Add()([place, thought])", "thought", DECODED),
    ("the whole width for each head", "width // heads)(place, mem", "width)(place, mem", SIZES),
    ("looks at the memory alone", f"{OWN_STEP}    place = {ADD_LOOKED}\n", "", f"{SIZES} {SEEN}"),
    ("thinks with the width", "Dense(hidden,", "Dense(width,", SIZES),
)
of_embed = slips(
    EMBED,
    ("forgets the root of the width", " * width**0.5", "", EMBEDDED),
    ("times the width", "width**0.5", "width", EMBEDDED),
    ("divides by the root", "* width**0.5", "/ width**0.5", EMBEDDED),
    ("forgets the patterns", " + positions(numbers.shape[1], width)", "", EMBEDDED),
    ("patterns as in the notebook", "positions(numbers.shape[1]", "positions(ANSWER", EMBEDDED),
    ("patterns cut", "positions(numbers.shape[1], width)", "positions(9, width)[: numbers.shape[1]]", EMBEDDED),
)
of_build = slips(
    BUILD,
    ("one encoder layer", "    for _ in range(layers):\n        memory =", "    if layers:\n        memory =", BUILT),
    ("each layer begins anew", "= decoder_layer(place, mem", "= decoder_layer(embed(told, kinds, width), mem", BUILT),
    ("the bare row", "= decoder_layer(place, memory,", "= decoder_layer(place, embed(row, kinds, width),", BUILT),
    ("no softmax", ', activation="softmax"', "", BUILT),
    ("a sigmoid", '"softmax"', '"sigmoid"', BUILT),
    ("inputs in the other order", "keras.Model([row, told]", "keras.Model([told, row]", WHOLE),
    ("heads and hidden swapped", "row_mask, heads, hidden)\n    place", "row_mask, hidden, heads)\n    place", BUILT),
    ("two decoder layers", "range(layers):\n        place", "range(2):\n        place", BUILT),
    ("only the last place answers", "(place))", "(place[:, -1]))", WHOLE),
    ("no mask for the memory", "own_mask, row_mask, heads", "own_mask, None, heads", NOTHING),
    ("no bias at the end", "Dense(kinds,", "Dense(kinds, use_bias=False,", BUILT),
    ("padding for its own row", "look_ahead_mask(answer_length)", "padding_mask(told)", FUTURE),
)
of_write = slips(
    WRITE,
    ("reads one place too late", "[:, place]", "[:, min(place + 1, length - 1)]", WRITTEN),
    ("reads the first place always", "[:, place]", "[:, 0]", WRITTEN),
    ("reads the last place always", "[:, place]", "[:, -1]", WRITTEN),
    ("does not tell what it wrote", "told[:, :-1]]", "0 * told[:, :-1]]", WRITTEN),
    ("forgets the mark", "    told[:, 0] = marks\n", "", WRITTEN),
    ("returns what was told", "return told[:, 1:]", "return told[:, :-1]", WRITTEN),
    ("the least probable sign", "argmax", "argmin", WRITTEN),
    ("one sign too few", "in range(length)", "in range(length - 1)", WRITTEN),
    ("the first mark for all", "= marks", "= marks[0]", WRITTEN),
    ("the notebook's network", "transformer.predict", "globals()['transformer'].predict", WRITTEN),
    ("probabilities for signs", ".argmax(axis=-1)", ".max(axis=-1)", WRITTEN),
    (
        "stops at nothing",
        "    return told",
        "        if not told[:, place + 1].any(): break\n    return told",
        "another_length",
    ),
    ("writes into the rows", "return told", "rows[:] = 0\n    return told", "another_length written_by_any_network"),
)
softmax = ', activation="softmax")(place)'
two = edit(BUILD, "keras.layers.Dense(kinds" + softmax, "[keras.layers.Dense(kinds" + softmax + ", memory]")
of_build.append(mutant("two outputs", two, fails=[BUILT]))
of_build += slips(
    BUILD,
    ("looks ahead later", "memory, own_mask, row_mask", "memory, None if _ else own_mask, row_mask", FUTURE),
    ("a mask for the first layer", "(memory, row_mask", "(memory, None if _ else row_mask", NOTHING),
)
relu = (
    edit(BUILD, '"softmax")(place))', '"relu")(place)))'),
    edit(BUILD, "keras.Model([row, told], ", "keras.Model([row, told], keras.layers.Softmax()("),
)
of_build.append(mutant("a ReLU before the softmax", *relu, fails=BUILT))
looking_ahead = edit(BUILD, "memory, own_mask, row_mask", "memory, None, row_mask")
mutants = [
    *combine([of_positions, of_attention, of_masks, of_heads, of_encoder, of_decoder, of_embed, of_build, of_write]),
    mutant("hands in an untrained network", untrained(), fails=[*KNOWN.split(), *TRAINED.split()]),
    mutant("looks ahead in the lesson", looking_ahead, retrained(), fails=[FUTURE, *TRAINED.split()]),
]

harmless_mutations = [
    free("verbose", because="a line of progress is not judged"),
    harmless('"float32" → None', because="the text asks for floating-point numbers of any precision"),
    harmless("10000 → 10001", because="the patterns differ by less than half precision"),
    harmless("10000 → 9999", because="the patterns differ by less than half precision"),
    harmless("np.swapaxes(keys, -2, -1)", because="the same two axes are turned round"),
    harmless("np.tri(length)", because="1 and 0 are truth values, too"),
    harmless("k_bias[:, None]", because="it changes all scores of a query alike, which no softmax heeds"),
    harmless("write_write, line 18: -1 → 1", because="the array has two axes"),
]
