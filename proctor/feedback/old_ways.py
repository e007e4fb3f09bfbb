"""What to write today in place of what older versions of Keras, TensorFlow and NumPy had."""

from __future__ import annotations

import re

_LAYER = r"(?:Dense|Flatten|Dropout|Input\w*|Conv\w+|\w+Pooling\dD|Embedding|LSTM|GRU|Rescaling|\w*Normalization)"
_MISSING = r"(?:has no attribute|cannot import name|No module named) '(?:[\w.]*\.)?"
_NO_KEYWORD = r"(?:Unrecognized keyword arguments passed to \w+: \{|unexpected keyword argument )'"

# A pattern in "Type: message", and what to write; the first that fits is told.
_TABLE: list[tuple[str, str]] = [
    (r"not recognized: \{'lr'|has no attribute 'lr'", "in Keras 3 write `learning_rate` instead of `lr`"),
    (
        r"KeyError: '(?:val_)?acc(?:uracy)?'",
        "in Keras 3 the history has a metric under the very name that `compile` was given: "
        'write "accuracy" in both places, and `val_accuracy` for the validation data',
    ),
    (
        _MISSING + r"ImageDataGenerator'",
        "in Keras 3 write `keras.utils.image_dataset_from_directory`, with layers such as `Rescaling` and `RandomFlip`",
    ),
    (
        _MISSING + r"(?:Tokenizer|preprocessing\.text)'|'keras.preprocessing' has no attribute 'text'",
        "in Keras 3 write a `keras.layers.TextVectorization` layer",
    ),
    (_MISSING + r"pad_sequences'", "in Keras 3 write `keras.utils.pad_sequences`"),
    (_MISSING + r"np_utils'", "in Keras 3 write `keras.utils.to_categorical`"),
    (
        r"keras\.(?:metrics|losses)' has no attribute '(?:mean_squared_error|mse|MSE)'",
        "in Keras 3 write `keras.losses.mean_squared_error`",
    ),
    (
        r"keras\.(?:metrics|losses)' has no attribute '(?:mean_absolute_error|mae|MAE)'",
        "in Keras 3 write `keras.losses.mean_absolute_error`",
    ),
    (
        rf"'{_LAYER}' object is not iterable|Expected `trainable` to be a boolean. Received: trainable=<{_LAYER}",
        "`keras.Sequential` takes its layers as one list: write `keras.Sequential([...])`",
    ),
    (_MISSING + r"predict_classes'", "in Keras 3 write `model.predict(x).argmax(axis=-1)`"),
    (_MISSING + r"predict_proba'", "in Keras 3 write `model.predict(x)`"),
    (_MISSING + r"(fit|evaluate|predict)_generator'", r"in Keras 3 write `model.\1`, which takes generators too"),
    (_MISSING + r"layers\.(?:core|convolutional|pooling|recurrent|embeddings)'", "in Keras 3 write `keras.layers`"),
    (_MISSING + r"advanced_activations'", "in Keras 3 write `keras.layers`, such as `keras.layers.LeakyReLU`"),
    (
        _MISSING + r"layers\.experimental\b|keras\.layers' has no attribute 'experimental'",
        "in Keras 3 write `keras.layers`",
    ),
    (
        r"keras\.optimizers\.legacy|keras\.optimizers' has no attribute 'experimental'",
        "in Keras 3 write `keras.optimizers.Adam`, without `legacy` or `experimental`",
    ),
    (
        r"'(adam|sgd|rmsprop)' from 'keras\.optimizers'|keras\.optimizers' has no attribute '(?:adam|sgd|rmsprop)'",
        "in Keras 3 the classes are `keras.optimizers.Adam`, `SGD` and `RMSprop`, with capital letters",
    ),
    (_MISSING + r"CuDNN(LSTM|GRU)'", r"in Keras 3 write `keras.layers.\1`"),
    (r"keras\.backend' has no attribute '(\w+)'", r"in Keras 3 write `keras.ops`: look for `keras.ops.\1`"),
    (_NO_KEYWORD + r"nb_epoch'", "in Keras 3 write `epochs` instead of `nb_epoch`"),
    (_NO_KEYWORD + r"border_mode'", "in Keras 3 write `padding` instead of `border_mode`"),
    (_NO_KEYWORD + r"subsample'", "in Keras 3 write `strides` instead of `subsample`"),
    (_NO_KEYWORD + r"init'", "in Keras 3 write `kernel_initializer` instead of `init`"),
    (_NO_KEYWORD + r"(workers|use_multiprocessing|max_queue_size)'", r"in Keras 3 leave `\1` out"),
    (
        r"never been called and thus has no defined (input|output)\.",
        r"of a sequential model, write `model.\1s[0]` instead of `model.\1`",
    ),
    (
        r"object has no attribute '(input|output)_shape'",
        r"in Keras 3 a layer that has been called has `layer.\1.shape`",
    ),
    (
        r"KerasTensor cannot be used as input to a TensorFlow function",
        "while a model is built, write the function of `keras.ops` in place of that of `tf`",
    ),
    (
        r"'tensorflow' has no attribute '(?:Session|placeholder|contrib)'",
        "TensorFlow 2 has no sessions: write Keras layers and call them",
    ),
    (r"'tensorflow' has no attribute '(log|to_float)'", "in TensorFlow 2 write `tf.math.log` or `tf.cast`"),
    (r"has no attribute 'set_random_seed'", "in Keras 3 write `keras.utils.set_random_seed`"),
    (
        r"module 'numpy' has no attribute '(float|int|bool|object|str|complex|long)'",
        r"in NumPy 2 write `\1` or `np.\1_`",
    ),
    (r"`np\.(NaN|NAN|Inf|Infinity|infty)` was removed", "in NumPy 2 write `np.nan` or `np.inf`"),
    (r"`np\.(float|complex|unicode|string)_` was removed", "in NumPy 2 write `np.float64`, `np.complex128`, `np.str_`"),
    (r"module 'numpy' has no attribute 'product'", "in NumPy 2 write `np.prod`"),
    (r"module 'numpy' has no attribute 'trapz'", "in NumPy 2 write `np.trapezoid`"),
]


def todays_way(error: str) -> str:
    """What to write instead, if an error comes from an old way of writing; else "".

    Args:
        error: the exception's class name and message, as "KeyError: 'acc'".
    """
    for pattern, advice in _TABLE:
        found = re.search(pattern, error[:1000])
        if found is not None:
            return found.expand(advice)
    return ""


def with_todays_way(error: str) -> str:
    """`error` and, if it comes from an old way of writing, what to write instead."""
    advice = todays_way(error)
    return f"{error} — {advice}" if advice else error
