"""The hidden criteria of `house_price`, which students never get."""

import numpy as np
import pytest

from proctor import as_array, assert_between, assert_close, criterion, layer, make_model


@criterion(
    "train_model", points=1, hint="The model has to follow the rule for every size, not only for those that are named."
)
@pytest.mark.parametrize("bedrooms", [2.5, 9.0])
def test_other_houses(student, values, bedrooms):
    """The trained model prices other houses that it has never seen to within 0.25."""
    found = as_array(student.model.predict(np.array([[bedrooms]])), "predictions")
    price = (values["base"] + values["per_bedroom"] * bedrooms) / 100_000
    assert_between(found, price - 0.25, price + 0.25, f"the price of {bedrooms:g} bedrooms")


@criterion(
    "predict_prices", points=1, hint="Use the model and the houses that the function is given, whatever they are."
)
@pytest.mark.parametrize(
    "weight, bias, bedrooms", [(-0.2, 7.0, [0.0, 2.5, 7.0, 11.0]), (2.0, 0.25, [7.0]), (0.0, 1.5, [10.0, 1.0])]
)
def test_any_model(student, weight, bias, bedrooms):
    """predict_prices asks the model that it is given, for the houses that it
    is given, however many."""
    model = make_model(student, (1,), layer("Dense", units=1), weights=[[[weight]], [bias]])
    expected = 100_000 * (weight * np.array(bedrooms, "float32") + bias)
    assert_close(student.predict_prices(model, bedrooms), expected.astype("float32"), "prices")
