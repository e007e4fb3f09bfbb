"""The hidden criteria of `house_price`, which students never get."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    assert_between,
    assert_close,
    call_unchanged,
    criterion,
    described,
    layer,
    make_model,
)


@criterion(
    "train_model", points=1, hint="The model has to follow the rule for every size, not only for those that are named."
)
@pytest.mark.parametrize("bedrooms", [0.0, 2.5, 9.0])
def test_other_houses(student, values, bedrooms):
    """The trained model prices other houses that it has never seen to within 0.25."""
    found = as_array(student.model.predict(np.array([[bedrooms]])), "predictions")
    price = (values["base"] + values["per_bedroom"] * bedrooms) / 100_000
    assert_between(found, price - 0.25, price + 0.25, f"the price of {bedrooms:g} bedrooms")


@criterion(
    "predict_prices", points=1, hint="Use the model and the houses that the function is given, whatever they are."
)
@pytest.mark.parametrize(
    "weight, bias, bedrooms",
    [
        pytest.param(-0.2137, 1.03719, [4.0, 1.0, 2.0, 4.0, 9.0], id="houses in any order, one of them twice"),
        pytest.param(2.0, 0.25, [7.0], id="a single house"),
        pytest.param(0.0, 1.5, [10.0, 1.0], id="a model that says the same of every house"),
    ],
)
def test_any_model(student, weight, bias, bedrooms):
    """predict_prices asks the model that it is given, for the houses that it is given, in their
    order and however many, and leaves their list as it is."""
    model = make_model(student, (1,), layer("Dense", units=1), weights=[[[weight]], [bias]])
    sizes = np.array(bedrooms, dtype="float64")
    found = as_array(call_unchanged(student, "predict_prices", model, sizes), "prices").astype(float)
    expected = weight * sizes + bias
    if found.size != sizes.size or not found.ravel()[0] * expected[0] > 0:
        raise CriterionFailed("a price for each house", described(found))
    # In which unit and shape the prices are is another criterion's question.
    unit = 10.0 ** np.round(np.log10(found.ravel()[0] / expected[0]))
    assert_close(found.ravel() / unit, expected, "prices in hundreds of thousands", rtol=1e-4)
