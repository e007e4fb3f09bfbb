"""Other right answers of the exercise on reading curves, and wrong ones."""

from proctor.answers import combine, edit, free, harmless, mutant, replace, retrained, untrained, variant

SMOOTH, OVERFITS, DIAGNOSE = "write_smooth", "write_overfits_from", "write_diagnose"
STOP, TRAIN, ANSWERS = "write_stop_early", "write_train", "write_answers"

SMOOTH_LOOPS = """
def smooth(values, reach=2):
    result = []
    n = len(values)
    for i in range(n):
        total, count = 0.0, 0
        for j in range(i - reach, i + reach + 1):
            if 0 <= j < n:
                total += values[j]
                count += 1
        result.append(total / count)
    return result
"""
SMOOTH_CONVOLVED = """
def smooth(x, window=2):
    x = np.asarray(x, dtype="float32")
    kernel = np.ones(2 * window + 1)
    full = lambda y: np.convolve(y, kernel)[window : window + len(x)]
    return full(x) / full(np.ones(len(x)))
"""
SMOOTH_SUMMED = """
def smooth(values, reach=2):
    sums = np.concatenate([[0.0], np.cumsum(np.array(values, float))])
    places = np.arange(len(values))
    first, end = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(values))
    return (sums[end] - sums[first]) / (end - first)
"""
SMOOTH_PADDED = """
def smooth(values, reach=2):
    padded = np.pad(np.array(values, dtype=float), reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.nanmean(windows, axis=1)
"""
OVERFITS_LISTS = """
def overfits_from(history, reach=2, margin=0.05):
    train = list(smooth(history["loss"], reach))
    valid = list(smooth(history["val_loss"], reach))
    lowest = min(valid)
    best_epoch = valid.index(lowest) + 1
    rise = (valid[-1] - lowest) / lowest
    if rise <= margin:
        return None
    if train[-1] >= train[best_epoch - 1]:
        return None
    return best_epoch + 1
"""
OVERFITS_BY_HAND = """
def mean_around(values, i, reach):
    near = [value for j, value in enumerate(values) if abs(i - j) <= reach]
    return sum(near) / len(near)

def overfits_from(logs, r=2, m=0.05):
    last = len(logs["val_loss"]) - 1
    v = [mean_around(logs["val_loss"], i, r) for i in range(last + 1)]
    turn = 0
    for i in range(1, last + 1):
        if v[i] < v[turn]:
            turn = i
    learns = mean_around(logs["loss"], last, r) < mean_around(logs["loss"], turn, r)
    if learns and v[last] / v[turn] - 1 > m:
        return np.int64(turn + 2)
"""
DIAGNOSE_NESTED = """
def diagnose(history, goal, reach=2, margin=0.05, lately=5):
    verdict = "right"
    begins = overfits_from(history=history, reach=reach, margin=margin)
    valid = smooth(history["val_loss"], reach)
    if begins:
        verdict = "too much"
    elif smooth(history["loss"], reach)[-1] > goal:
        verdict = "too little"
    else:
        if len(valid) > lately:
            before = valid[-1 - lately]
        else:
            before = valid[0]
        if (before - valid[-1]) / before > margin:
            verdict = "too little"
    return verdict
"""
DIAGNOSE_WINDOW = """
REACH = 0

def diagnose(history, goal, reach=2, margin=0.05, lately=5):
    recent = smooth(np.array(history["val_loss"]), reach)[-(lately + 1):]
    final = smooth(np.array(history["loss"]), reach)[-1]
    checks = [
        ("too much", overfits_from(history, margin=margin, reach=reach) is not None),
        ("too little", final > goal or recent[0] * (1 - margin) > recent[-1]),
        ("right", True),
    ]
    return next(words for words, fits in checks if fits)
"""
STOP_WAITS = """
def stop_early(val_losses, patience, min_delta=0.0):
    best = float("inf")
    wait = 0
    best_epoch = None
    for epoch in range(len(val_losses)):
        if val_losses[epoch] + min_delta < best:
            best = val_losses[epoch]
            best_epoch = epoch + 1
            wait = 0
        else:
            wait += 1
            if wait >= patience:
                break
    return [epoch + 1, best_epoch]
"""
STOP_WHILE = """
def stop_early(losses, patience, delta=0.0):
    x = np.asarray(losses, dtype=float)
    kept = 0
    while True:
        better = np.flatnonzero(x[kept + 1 : kept + 1 + patience] < x[kept] - delta)
        if better.size == 0:
            return np.array([min(kept + 1 + patience, x.size), kept + 1])
        kept = kept + 1 + better[0]
"""
CALLBACK = """
class Supervisor(keras.callbacks.Callback):
    def __init__(self, patience):
        super().__init__()
        self.patience, self.best, self.wait, self.weights = patience, np.inf, 0, None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best:
            self.best, self.wait, self.weights = logs["val_loss"], 0, self.model.get_weights()
            return
        self.wait += 1
        if self.wait == self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)

def train(model, x, y, x_new, y_new, patience=5, max_epochs=40):
    return model.fit(x, y, epochs=max_epochs, validation_data=[x_new, y_new], callbacks=Supervisor(patience))
"""
CHECKPOINT = """
def train(model, x, y, x_new, y_new, patience=5, max_epochs=40):
    callbacks = [
        keras.callbacks.EarlyStopping("val_loss", mode="min", patience=patience, verbose=1),
        keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True),
    ]
    history = model.fit(x, y, 90, max_epochs, validation_data=(x_new, y_new), callbacks=callbacks, verbose=2)
    model.load_weights("best.weights.h5")
    return history
"""
TENSORFLOW = """
import tensorflow as tf

def train(model, x, y, x_new, y_new, patience=5, max_epochs=40):
    known = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x)).batch(40)
    new = tf.data.Dataset.from_tensor_slices((x_new, y_new)).batch(500)
    stop = tf.keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    return model.fit(known, epochs=max_epochs, validation_data=new, callbacks=[stop])
"""

variants = [
    variant(
        "loops and lists, a callback of its own",
        replace(SMOOTH, SMOOTH_LOOPS),
        replace(OVERFITS, OVERFITS_LISTS),
        replace(DIAGNOSE, DIAGNOSE_NESTED),
        replace(STOP, STOP_WAITS),
        replace(TRAIN, CALLBACK),
    ),
    variant(
        "convolutions, a checkpoint file, other names",
        replace(SMOOTH, SMOOTH_CONVOLVED),
        replace(OVERFITS, OVERFITS_BY_HAND),
        replace(DIAGNOSE, DIAGNOSE_WINDOW),
        replace(STOP, STOP_WHILE),
        replace(TRAIN, CHECKPOINT),
        replace(ANSWERS, 'answers = dict(surer="A", honest=" c", below="B")'),
    ),
    variant("running sums, data sets of TensorFlow", replace(SMOOTH, SMOOTH_SUMMED), replace(TRAIN, TENSORFLOW)),
    variant(
        "padded windows, one large batch",
        replace(SMOOTH, SMOOTH_PADDED),
        edit(TRAIN, "batch_size=64", "batch_size=len(x), shuffle=False"),
        edit(OVERFITS, "np.argmin(val_loss)", "np.flatnonzero(val_loss == np.min(val_loss))[0]"),
    ),
    variant(
        "tiny batches, the answer in floating-point numbers",
        edit(TRAIN, "batch_size=64", "batch_size=8, verbose=1"),
        edit(TRAIN, ", verbose=0", ""),
        edit(OVERFITS, "int(turn) + 2", "turn + 2.0"),
        edit(STOP, "return epoch, kept", "return float(epoch), np.float32(kept)"),
    ),
    variant(
        "trains again, with the usual batches",
        edit(TRAIN, "batch_size=64, ", ""),
        edit(DIAGNOSE, "max(0, len(val_loss) - 1 - lately)", "-min(lately + 1, len(val_loss))"),
        retrained(),
    ),
]

VALUES = "values[max(0, i - reach) : i + reach + 1]"
CURVES = 'smooth(history["loss"], reach), smooth(history["val_loss"], reach)'
RAW = 'np.array(history["loss"]), np.array(history["val_loss"])'
EARLIER = "val_loss[max(0, len(val_loss) - 1 - lately)]"
RISEN = "val_loss[-1] > val_loss[turn] * (1 + margin)"
FALLS = "val_loss[-1] < earlier * (1 - margin)"
FIT = "return model.fit("
ANY_LESSON = ["ends_when_patience_does", "leaves_the_best_weights", "the_best_weights_at_max_epochs", "any_patience"]
COMPILE = "model.compile('adam', 'sparse_categorical_crossentropy')\n    "
slips = [
    [
        mutant("looks back only", edit(SMOOTH, VALUES, "values[max(0, i - reach) : i + 1]"), fails="smooth"),
        mutant(
            "divides by the whole window",
            edit(SMOOTH, f"np.mean({VALUES})", f"sum({VALUES}) / (2 * reach + 1)"),
            fails=["at_the_ends", "smooths_nothing_or_all", "any_curve"],
        ),
        mutant(
            "leaves the ends out",
            edit(SMOOTH, "range(len(values))", "range(reach, len(values) - reach)"),
            fails="smooth",
        ),
        mutant(
            "slices from the end",
            edit(SMOOTH, "max(0, i - reach)", "i - reach"),
            fails=["at_the_ends", "any_curve"],
        ),
        mutant("the median", edit(SMOOTH, "np.mean", "np.median"), fails="smooth"),
        mutant(
            "cuts to whole numbers",
            edit(SMOOTH, "for i in range(len(values))])", "for i in range(len(values))]).astype(int)"),
            fails=["at_the_ends", "smooths_nothing_or_all", "any_curve"],
        ),
        mutant(
            "leaves the two ends as they are",
            edit(
                SMOOTH,
                f"np.mean({VALUES})",
                "np.mean(values[i - reach : i + reach + 1]) if reach <= i < len(values) - reach else values[i]",
            ),
            fails=["at_the_ends", "smooths_nothing_or_all", "any_curve"],
        ),
        mutant(
            "takes the mean of what is smoothed already",
            edit(
                SMOOTH,
                f"return np.array([np.mean({VALUES}) for i in range(len(values))])",
                f"for i in range(len(values)):\n        values[i] = np.mean({VALUES})\n    return values",
            ),
            fails="smooth",
        ),
        mutant(
            "the end of the slice is one short",
            edit(SMOOTH, "i + reach + 1", "max(1, i + reach)"),
            fails="smooth",
        ),
        mutant(
            "always a reach of 2",
            edit(SMOOTH, "    return", "    reach = 2\n    return"),
            fails="smooth",
        ),
    ],
    [
        mutant(
            "counts from 0",
            edit(OVERFITS, "int(turn) + 2", "int(turn) + 1"),
            fails=["the_epoch_after_the_turning_point", "begins_in_any_history"],
        ),
        mutant(
            "the last of the lowest",
            edit(OVERFITS, "np.argmin(val_loss)", "len(val_loss) - 1 - np.argmin(val_loss[::-1])"),
            fails="the_first_of_the_lowest",
        ),
        mutant(
            "no margin",
            edit(OVERFITS, " * (1 + margin)", ""),
            fails=["the_margin_is_a_share", "nothing_where_it_has_not_risen", "begins_in_any_history"],
        ),
        mutant(
            "the margin is a loss",
            edit(OVERFITS, " * (1 + margin)", " + margin"),
            fails=["the_margin_is_a_share", "begins_in_any_history"],
        ),
        mutant(
            "the margin is enough", edit(OVERFITS, "val_loss[-1] >", "val_loss[-1] >="), fails="the_margin_is_a_share"
        ),
        mutant(
            "any rise counts",
            edit(OVERFITS, "val_loss[-1] >", "val_loss[turn:].max() >"),
            fails=["nothing_where_it_has_not_risen", "begins_in_any_history"],
        ),
        mutant(
            "does not look at the training loss",
            edit(OVERFITS, " and loss[-1] < loss[turn]", ""),
            fails=["the_training_loss_must_be_lower", "begins_in_any_history"],
        ),
        mutant(
            "an equal training loss will do",
            edit(OVERFITS, "loss[-1] < loss[turn]", "loss[-1] <= loss[turn]"),
            fails="the_training_loss_must_be_lower",
        ),
        mutant(
            "smooths nothing",
            edit(OVERFITS, CURVES, RAW),
            fails=["looks_through_the_noise", "begins_in_any_history"],
        ),
        mutant(
            "smooths the validation loss alone",
            edit(OVERFITS, 'smooth(history["loss"], reach)', 'np.array(history["loss"])'),
            fails="looks_through_the_noise",
        ),
        mutant(
            "smooths with the usual reach",
            edit(OVERFITS, CURVES, 'smooth(history["loss"]), smooth(history["val_loss"])'),
            fails=[
                "the_epoch_after_the_turning_point",
                "the_first_of_the_lowest",
                "the_margin_is_a_share",
                "the_training_loss_must_be_lower",
                "looks_through_the_noise",
                "begins_in_any_history",
            ],
        ),
        mutant(
            "the margin is a share of the last loss",
            edit(OVERFITS, RISEN, "val_loss[-1] - val_loss[turn] > margin * val_loss[-1]"),
            fails="the_margin_is_a_share",
        ),
    ],
    [
        mutant(
            "asks for the goal first",
            edit(
                DIAGNOSE,
                "    if overfits",
                '    if smooth(history["loss"], reach)[-1] > goal:\n        return "too little"\n    if overfits',
            ),
            fails=["too_much", "any_verdict"],
        ),
        mutant("just the goal is not enough", edit(DIAGNOSE, "> goal", ">= goal"), fails="the_goal"),
        mutant(
            "no goal",
            edit(DIAGNOSE, "loss[-1] > goal or ", ""),
            fails=["the_goal", "any_verdict"],
        ),
        mutant(
            "the goal is for the validation loss",
            edit(DIAGNOSE, "if loss[-1] > goal", "if val_loss[-1] > goal"),
            fails=["the_goal", "the_verdict_looks_through_the_noise", "any_verdict"],
        ),
        mutant(
            "never falls",
            edit(DIAGNOSE, f" or {FALLS}", ""),
            fails=["still_falling", "how_far_back", "short_histories", "any_verdict"],
        ),
        mutant(
            "falls by a loss",
            edit(DIAGNOSE, "earlier * (1 - margin)", "earlier - margin"),
            fails="still_falling",
        ),
        mutant(
            "the margin is a fall already",
            edit(DIAGNOSE, "val_loss[-1] < e", "val_loss[-1] <= e"),
            fails="still_falling",
        ),
        mutant(
            "one epoch too late",
            edit(DIAGNOSE, EARLIER, "val_loss[max(0, len(val_loss) - lately)]"),
            fails=["how_far_back", "any_verdict"],
        ),
        mutant(
            "a short history never falls",
            edit(DIAGNOSE, EARLIER, "val_loss[-1 - lately if len(val_loss) > lately else -1]"),
            fails=["short_histories"],
        ),
        mutant(
            "with the usual reach and margin",
            edit(DIAGNOSE, "overfits_from(history, reach, margin)", "overfits_from(history)"),
            fails=["too_much", "any_verdict"],
        ),
        mutant(
            "smooths nothing for the verdict",
            edit(DIAGNOSE, CURVES, RAW),
            fails=["the_verdict_looks_through_the_noise", "any_verdict"],
        ),
        mutant(
            "says enough",
            edit(DIAGNOSE, 'return "right"', 'return "enough"'),
            fails=[
                "the_goal",
                "still_falling",
                "how_far_back",
                "short_histories",
                "the_verdict_looks_through_the_noise",
                "any_verdict",
            ],
        ),
        mutant(
            "the lowest of the last losses",
            edit(DIAGNOSE, "val_loss[-1] < e", "min(val_loss[-lately:]) < e"),
            fails="still_falling",
        ),
    ],
    [
        mutant(
            "counts from 0 here, too",
            edit(STOP, "start=1", "start=0"),
            edit(STOP, "val_losses[0], 1", "val_losses[0], 0"),
            edit(STOP, "len(val_losses), kept", "len(val_losses) - 1, kept"),
            fails=["ends_and_keeps", "any_losses"],
        ),
        mutant(
            "one epoch too patient",
            edit(STOP, "epoch - kept == patience", "epoch - kept > patience"),
            fails=["ends_and_keeps", "the_list_ends_first", "any_losses"],
        ),
        mutant(
            "counts all epochs that were no better",
            edit(STOP, "best, kept = val_losses[0], 1", "best, kept, bad = val_losses[0], 1, -1"),
            edit(
                STOP,
                "        if epoch - kept == patience:",
                "        bad += epoch != kept\n        if bad == patience - 1:",
            ),
            fails=["in_a_row", "more_than_min_delta", "any_losses"],
        ),
        mutant(
            "compares with the epoch before",
            edit(STOP, "        if epoch - kept", "        best = loss\n        if epoch - kept"),
            fails="stop_early",
        ),
        mutant(
            "an equal loss is better",
            edit(STOP, "loss < best - min_delta", "loss <= best - min_delta"),
            fails=["equal_is_no_improvement", "more_than_min_delta", "any_losses"],
        ),
        mutant("no min_delta", edit(STOP, " - min_delta", ""), fails=["more_than_min_delta", "any_losses"]),
        mutant(
            "knows the future",
            edit(STOP, "return epoch, kept", "return epoch, int(np.argmin(val_losses)) + 1"),
            fails=["ends_and_keeps", "more_than_min_delta", "any_losses"],
        ),
        mutant(
            "nothing where the list ends",
            edit(STOP, "return len(val_losses), kept", "return None"),
            fails=["the_list_ends_first", "any_losses"],
        ),
        mutant(
            "keeps the last",
            edit(STOP, "return len(val_losses), kept", "return len(val_losses), len(val_losses)"),
            fails=["the_list_ends_first", "any_losses"],
        ),
        mutant(
            "takes 10 for a loss that any epoch beats",
            edit(STOP, "best, kept = val_losses[0], 1", "best, kept = 10.0, 1"),
            fails=["the_list_ends_first", "any_losses"],
        ),
        mutant(
            "the other way round",
            edit(STOP, "return epoch, kept", "return kept, epoch"),
            fails=["ends_and_keeps", "in_a_row", "equal_is_no_improvement", "more_than_min_delta", "any_losses"],
        ),
    ],
    [
        mutant(
            "keeps the last weights",
            edit(TRAIN, ", restore_best_weights=True", ""),
            fails=["leaves_the_best_weights", "the_best_weights_at_max_epochs", "any_patience"],
        ),
        mutant("watches the training loss", edit(TRAIN, '"val_loss"', '"loss"'), fails=ANY_LESSON),
        mutant(
            "always a patience of 5",
            edit(TRAIN, "patience=patience", "patience=5"),
            fails=["ends_when_patience_does", "the_best_weights_at_max_epochs", "any_patience"],
        ),
        mutant(
            "always forty epochs at most",
            edit(TRAIN, "epochs=max_epochs", "epochs=40"),
            fails="the_best_weights_at_max_epochs",
        ),
        mutant(
            "validates with what it learns from",
            edit(TRAIN, "validation_data=(x_new, y_new)", "validation_data=(x, y)"),
            fails=[*ANY_LESSON, "returns_the_history"],
        ),
        mutant(
            "half of the data",
            edit(TRAIN, "        x, y, ", "        x[::2], y[::2], "),
            fails="teaches_all_of_x_and_y",
        ),
        mutant(
            "labels in another order",
            edit(TRAIN, "        x, y, ", "        x, np.random.permutation(y), "),
            fails="teaches_all_of_x_and_y",
        ),
        mutant(
            "hands back a dict",
            edit(TRAIN, "verbose=0\n    )", "verbose=0\n    ).history"),
            fails="returns_the_history",
        ),
        mutant("returns nothing", edit(TRAIN, FIT, "model.fit("), fails="returns_the_history"),
        mutant(
            "teaches a network of its own",
            edit(
                TRAIN,
                FIT,
                "model = keras.models.clone_model(model)\n    " + COMPILE + FIT,
            ),
            fails="train",
        ),
        mutant(
            "a small improvement is none",
            edit(TRAIN, "patience=patience", "patience=patience, min_delta=0.02"),
            fails=ANY_LESSON,
        ),
    ],
    [
        mutant(
            "learned from validation pictures, less than the lowest, one is wrong",
            edit(ANSWERS, '"below": "b"', '"below": "a"'),
            edit(ANSWERS, '"honest": "c"', '"honest": "a"'),
            edit(ANSWERS, '"surer": "a"', '"surer": "b"'),
            fails=["why_a_validation_loss_is_lower", "how_honest_the_lowest_loss_is", "how_loss_and_share_differ"],
        ),
        mutant(
            "a goal too low, just the lowest, ever more mistakes",
            edit(ANSWERS, '"below": "b"', '"below": "c"'),
            edit(ANSWERS, '"honest": "c"', '"honest": "b"'),
            edit(ANSWERS, '"surer": "a"', '"surer": "c"'),
            fails=["why_a_validation_loss_is_lower", "how_honest_the_lowest_loss_is", "how_loss_and_share_differ"],
        ),
        mutant(
            "leaves the surest out",
            edit(ANSWERS, ', "surer": "a"', ""),
            fails=["every_question_has_an_answer", "how_loss_and_share_differ"],
        ),
    ],
]
# Where `smooth` is wrong, what is wrong with the functions that call it could go unseen.
mutants = combine([slips[0], *slips[3:]]) + combine(slips[1:3])
mutants += [
    mutant("hands in an untrained network", untrained(), fails="network"),
    mutant(
        "stops nothing",
        edit(TRAIN, "callbacks=[supervisor], ", ""),
        retrained(),
        fails=[*ANY_LESSON, "network"],
    ),
]
KEY = "a public criterion would hold the key"
hidden_because = {
    "why_a_validation_loss_is_lower": KEY,
    "how_honest_the_lowest_loss_is": KEY,
    "how_loss_and_share_differ": KEY,
}
harmless_mutations = [
    free("batch_size", "verbose", because="the size of a batch and what `fit` prints are choices of one's own"),
    harmless("line 17: 64 →", because="the size of a batch is a choice of one's own, as above"),
    harmless("write_train, line 17: 0 →", because="what `fit` prints is not judged, as above"),
    harmless("keyword monitor dropped", because="the validation loss is what Keras watches by itself"),
    harmless("write_overfits_from, line 18: return None → None", because="a function without an end returns None"),
    harmless("max(0, i - reach) →", because="the larger of two numbers is the same in any order"),
    harmless("max(0, len(val_loss) - 1 - lately) →", because="the larger of two numbers is the same in any order"),
]
