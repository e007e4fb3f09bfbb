"""Canonical names: one spelling for what Keras lets people spell in several ways."""

from __future__ import annotations

import re
from typing import Any

# TensorFlow's activations that a file names otherwise than Keras's, which compute the same:
# `activation=tf.nn.softmax` is saved as "softmax_v2".
TENSORFLOW_ACTIVATIONS = {"log_softmax_v2": "log_softmax", "softmax_v2": "softmax", "swish": "silu"}

# Aliases of names, and class names that conversion to snake case splits in the wrong place
# ("p_re_lu").
ALIASES = {
    "acc": "accuracy",
    "adam_w": "adamw",
    "bce": "binary_crossentropy",
    "binary_io_u": "binary_iou",
    "categorical_cross_entropy": "categorical_crossentropy",
    "binary_cross_entropy": "binary_crossentropy",
    "cce": "categorical_crossentropy",
    "f_beta_score": "fbeta_score",
    "hard_swish": "hard_silu",
    "huber_loss": "huber",
    "io_u": "iou",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "leaky_re_lu": "leaky_relu",
    "logcosh": "log_cosh",
    "log_cosh_error": "log_cosh",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mean_io_u": "mean_iou",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
    "one_hot_io_u": "one_hot_iou",
    "one_hot_mean_io_u": "one_hot_mean_iou",
    "p_re_lu": "prelu",
    "re_lu": "relu",
    "re_lu6": "relu6",
    "rm_sprop": "rmsprop",
    "rmse": "root_mean_squared_error",
    "scce": "sparse_categorical_crossentropy",
    "sparse_categorical_cross_entropy": "sparse_categorical_crossentropy",
    **TENSORFLOW_ACTIVATIONS,
}

LONGEST = 80

# Classes of layers and operations that only apply an activation.
ACTIVATION_LAYERS = frozenset(
    [
        "Activation",
        "Celu",
        "Elu",
        "ELU",
        "Exponential",
        "Gelu",
        "HardSigmoid",
        "HardSilu",
        "HardTanh",
        "LeakyReLU",
        "LeakyRelu",
        "LogSigmoid",
        "LogSoftmax",
        "Mish",
        "PReLU",
        "ReLU",
        "ReLU6",
        "Relu",
        "Relu6",
        "Selu",
        "Sigmoid",
        "Silu",
        "Softmax",
        "Softplus",
        "Softsign",
        "Tanh",
    ]
)

# Kind of layers → pattern in the class names of its layers, and of operations in a functional model
# (`keras.ops.max_pool`).
LAYER_KINDS = {
    "attention": re.compile("Attention"),
    "convolution": re.compile("Conv"),
    "dropout": re.compile("Dropout"),
    "embedding": re.compile("Embedding"),
    "normalization": re.compile("Normalization"),
    "pooling": re.compile("Pool"),
    "recurrent": re.compile("LSTM|GRU|RNN"),
}

_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_WORD_AFTER_WORD = re.compile(r"([a-z0-9])([A-Z])")
_MAX_POOL, _AVERAGE_POOL = re.compile(r"MaxPool(?=\dD)"), re.compile(r"(Avg|Average)Pool(?=\dD)")


def canonical(name: Any) -> str:
    """The canonical name, in snake case, of a loss, metric, optimizer, activation or initializer.

    Args:
        name: a name ("mse", "SGD", "MeanSquaredError") or the config that Keras writes for an
            object or function.
    """
    if isinstance(name, dict):
        config = name.get("config")
        if isinstance(config, dict) and "fn" in config and str(name.get("class_name")).endswith("Wrapper"):
            return canonical(config["fn"])
        return canonical(config if name.get("class_name") == "function" else name.get("class_name", ""))
    text = str(name).rsplit(">", 1)[-1][:LONGEST]
    text = _WORD.sub(r"\1_\2", text)
    text = _WORD_AFTER_WORD.sub(r"\1_\2", text).lower()
    return ALIASES.get(text, text)


def layer_class(name: str) -> str:
    """The class that a layer's name is an alias of: `MaxPooling2D` for `MaxPool2D`."""
    name = name.replace("Convolution", "Conv")
    name = _MAX_POOL.sub("MaxPooling", name)
    return _AVERAGE_POOL.sub("AveragePooling", name)


def is_a(class_name: str, wanted: str) -> bool:
    """Whether the class `class_name` is `wanted`, or of the kind `wanted` (see `LAYER_KINDS`)."""
    if wanted in LAYER_KINDS:
        return LAYER_KINDS[wanted].search(class_name) is not None
    return class_name == layer_class(wanted)


def compiled(config: Any) -> dict[str, Any] | None:
    """What a model was compiled with, in canonical names; None if it was not compiled.

    Args:
        config: the compile config that Keras saves with a model; it is only read, never
            deserialised.

    Returns a dict with optimizer (a name), loss (a name, or a list of names if there are several),
    from_logits (True if a loss has it set) and metrics (a list of names).
    """
    if not isinstance(config, dict) or not config.get("optimizer"):
        return None
    losses = [item for item in _flatten(config.get("loss")) if item is not None]
    names = [canonical(item) for item in losses]
    configs = [item["config"] for item in losses if isinstance(item, dict) and isinstance(item.get("config"), dict)]
    return {
        "optimizer": canonical(config["optimizer"]),
        "loss": names[0] if len(names) == 1 else names or None,
        "from_logits": any(config.get("from_logits") is True for config in configs),
        "metrics": [canonical(item) for item in _flatten(config.get("metrics")) if item is not None],
    }


def _flatten(value: Any) -> list[Any]:
    """The names and object configs in `value`: one, or nested lists and dicts of them."""
    if isinstance(value, dict) and "class_name" not in value:
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [item for part in value for item in _flatten(part)]
    return [value]
