"""An error that comes from an older Keras, TensorFlow or NumPy says what to write today."""

from __future__ import annotations

import numpy as np
import pytest

from proctor.feedback.old_ways import todays_way, with_todays_way

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")

OLD = {
    "keras.optimizers.Adam(lr=0.1)": "`learning_rate`",
    "keras.optimizers.Adam().lr": "`learning_rate`",
    "{'accuracy': [0.5]}['acc']": '"accuracy"',
    "{'acc': [0.5]}['accuracy']": '"accuracy"',
    "keras.preprocessing.image.ImageDataGenerator": "image_dataset_from_directory",
    "from keras.preprocessing.image import ImageDataGenerator": "image_dataset_from_directory",
    "from keras.preprocessing.text import Tokenizer": "TextVectorization",
    "keras.preprocessing.text.Tokenizer": "TextVectorization",
    "from keras.utils import np_utils": "to_categorical",
    "tf.keras.metrics.mean_squared_error": "keras.losses.mean_squared_error",
    "keras.losses.mse": "keras.losses.mean_squared_error",
    "keras.metrics.mae": "keras.losses.mean_absolute_error",
    "keras.Sequential(keras.layers.Dense(1))": "`keras.Sequential([...])`",
    "keras.Sequential(keras.layers.Dense(1), keras.layers.Dense(1))": "`keras.Sequential([...])`",
    "keras.Sequential().predict_classes": "argmax",
    "keras.Sequential().predict_proba": "`model.predict(x)`",
    "keras.Sequential().fit_generator": "`model.fit`",
    "keras.Sequential().evaluate_generator": "`model.evaluate`",
    "from keras.layers.core import Dense": "`keras.layers`",
    "keras.layers.advanced_activations": "LeakyReLU",
    "from tensorflow.keras.layers.experimental import preprocessing": "`keras.layers`",
    "tf.keras.optimizers.legacy.Adam()": "without `legacy`",
    "from keras.optimizers import adam": "capital letters",
    "keras.optimizers.adam(0.1)": "capital letters",
    "keras.layers.CuDNNLSTM(3)": "`keras.layers.LSTM`",
    "keras.backend.mean": "`keras.ops.mean`",
    "keras.layers.Conv2D(3, 3, border_mode='same')": "`padding`",
    "keras.layers.Conv2D(3, 3, subsample=(2, 2))": "`strides`",
    "keras.layers.Dense(3, init='uniform')": "`kernel_initializer`",
    "keras.Sequential().fit([], nb_epoch=2)": "`epochs`",
    "keras.Sequential().fit([], workers=2)": "leave `workers` out",
    "keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).input": "`model.inputs[0]`",
    "keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).output": "`model.outputs[0]`",
    "keras.layers.Dense(1).output_shape": "`layer.output.shape`",
    "tf.expand_dims(keras.Input((2,)), -1)": "`keras.ops`",
    "tf.Session": "no sessions",
    "tf.log": "tf.math.log",
    "tf.set_random_seed": "keras.utils.set_random_seed",
    "np.float": "`float`",
    "np.NaN": "`np.nan`",
    "np.product": "`np.prod`",
    "np.trapz": "`np.trapezoid`",
}


@pytest.mark.parametrize("source", OLD, ids=str)
def test_what_is_written_today_is_told(source):
    """What the libraries installed here say of an old way is recognised."""
    with pytest.raises(Exception) as raised:  # noqa: PT011  each raises its own
        exec(source, {"keras": keras, "tf": tf, "np": np})
    assert OLD[source] in todays_way(f"{raised.type.__name__}: {raised.value}")


@pytest.mark.parametrize(
    "error", ["KeyError: 'loss'", "TypeError: 'int' object is not iterable", "AttributeError: 'Own' object has no x"]
)
def test_other_errors_are_left_alone(error):
    """An error that is the student's own is told as it is."""
    assert with_todays_way(error) == error
