"""The public criteria of `house_price`, which students get with the notebook."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_tuple,
    assert_between,
    assert_close,
    assert_compiled,
    assert_dtype,
    assert_input_shape,
    assert_layer_count,
    assert_output_shape,
    assert_parameters,
    criterion,
    described,
    layer,
    make_model,
)

BASES = (36_000, 62_000)
"""What a house without a bedroom costs in the towns there are."""


def the_list(student):
    """The student's bedrooms and prices."""
    return as_tuple(student.price_list(), "price_list()", ("bedrooms", "prices"))


@criterion(
    "price_list",
    points=1,
    hint="np.array([1.0, 2.0, ...]) makes such an array; the prices can be computed from it in one go.",
)
def test_two_float_arrays(student):
    """The price list is two arrays of floats, a price for every house."""
    bedrooms, prices = the_list(student)
    for name, array in (("bedrooms", bedrooms), ("prices", prices)):
        if not isinstance(array, np.ndarray):
            raise CriterionFailed(f"`{name}` to be a NumPy array", described(array))
        assert_dtype(array, "float", name)
        if array.shape not in ((array.size,), (array.size, 1)):
            raise CriterionFailed(f"`{name}` to be of shape (n,) or (n, 1)", f"shape {array.shape}")
    if bedrooms.size != prices.size:
        raise CriterionFailed("as many prices as houses", f"{prices.size} prices for {bedrooms.size} houses")


@criterion("price_list", points=1, hint="Count the different sizes on your list.")
def test_six_sizes(student):
    """There are at least six houses on the list, each of another size."""
    bedrooms, _ = the_list(student)
    sizes = as_array(bedrooms, "bedrooms")
    if not np.isfinite(sizes).all():
        raise CriterionFailed("`bedrooms` to be finite numbers", "NaN or infinity among them")
    different = len(np.unique(sizes))
    if different < 6:
        raise CriterionFailed("six different sizes or more", f"{different}")
    if different < sizes.size:
        raise CriterionFailed("every size once", f"{different} different sizes among {sizes.size} houses")


@criterion(
    "price_list",
    points=1,
    hint="Work out one price by hand, in full, and divide it by 100,000: 250,000 is 2.5.",
)
def test_prices_follow_the_rule(student, values):
    """Every price follows the rule of your own town, in hundreds of thousands."""
    bedrooms, prices = the_list(student)
    sizes, found = (
        as_array(bedrooms, "bedrooms").ravel().astype(float),
        as_array(prices, "prices").ravel().astype(float),
    )
    expected = (values["base"] + values["per_bedroom"] * sizes) / 100_000
    if found.shape == expected.shape and (other := rule_of_another_town(sizes, found, values)):
        raise CriterionFailed(described_rule(values["base"], values["per_bedroom"]), other)
    assert_close(found, expected, "prices", rtol=1e-3, atol=1e-3)


def rule_of_another_town(sizes, prices, values):
    """A sentence on the rule that `prices` follow if it is such a rule as towns have, and not
    the student's; "" if not."""
    if len(sizes) < 2 or not (np.isfinite(sizes).all() and np.isfinite(prices).all()) or np.ptp(sizes) == 0:
        return ""
    per_bedroom, base = 100_000 * np.polyfit(sizes, prices, 1)
    near = 1_000 * np.round(np.array([base, per_bedroom]) / 1_000)
    mine = near[0] == values["base"] and near[1] == values["per_bedroom"]
    if mine or near[0] not in BASES or near[1] % 5_000 or not 25_000 <= near[1] <= 80_000:
        return ""
    if not np.allclose((near[0] + near[1] * sizes) / 100_000, prices, rtol=1e-3, atol=1e-3):
        return ""
    return f"{described_rule(*near)}: this is the rule of another town, not of yours"


def described_rule(base, per_bedroom):
    """Such as "50,000, and 40,000 more for each bedroom"."""
    return f"{base:,.0f}, and {per_bedroom:,.0f} more for each bedroom"


@criterion(
    "build_model", points=1, hint="keras.Input(shape=...) leaves the batch out: it names the shape of one house."
)
def test_one_number_in(student):
    """The model takes one number for each house and gives one back."""
    model = student.build_model()
    assert_input_shape(model, (None, 1))
    assert_output_shape(model, (None, 1))


@criterion(
    "build_model", points=1, hint="A single Dense layer with a single unit has just a weight and a bias to learn."
)
def test_one_neuron(student):
    """The model is one neuron: a weight and a bias, and nothing else to learn."""
    model = as_model(student.build_model(), "build_model()")
    if not model.built:
        model.predict(np.array([[1.0]]))  # without a `keras.Input`, it has no weights before
    assert_layer_count(model, Dense=1)
    assert_parameters(model, exactly=2)


@criterion("build_model", points=1, hint="Leave the activation out: what does it do to the neuron's number?")
def test_a_straight_line(student):
    """Whatever its weight and bias, the model is a straight line, for small
    houses as for large ones."""
    model = as_model(student.build_model(), "build_model()")
    model.predict(np.array([[1.0]]))
    model.set_weights([np.full_like(weights, 0.7) for weights in model.weights])
    sizes = np.array([[-20.0], [-1.0], [0.0], [0.5], [3.0], [20.0]])
    found = as_array(model.predict(sizes), "predictions")
    first, last = float(found.ravel()[0]), float(found.ravel()[-1])
    line = first + (last - first) * (sizes + 20.0) / 40.0
    assert_close(found, line, "predictions", rtol=1e-3, atol=1e-3 * max(1.0, abs(first), abs(last)))
    if abs(last - first) < 1e-6:
        raise CriterionFailed("predictions that depend on the number of bedrooms", f"{first:g} for every house")


@criterion("build_model", points=1, hint="The text before the cell names the loss; model.compile takes it by its name.")
def test_compiled(student):
    """The model is compiled with the mean squared error."""
    assert_compiled(student.build_model(), loss="mean_squared_error")


@criterion("build_model", points=1, hint="Build the layers inside the function, so that each call starts afresh.")
def test_a_new_model_each_time(student):
    """Every call of build_model gives a new model; changing one leaves the others as they are."""
    sizes = np.array([[0.0], [1.0], [5.0]])
    first, second = (as_model(student.build_model(), "build_model()") for _ in range(2))
    if first.compiled and int(first.optimizer.iterations):
        raise CriterionFailed("a model that is not trained yet", "one that has been trained already")
    for model in (first, second):
        model.predict(sizes)  # without a `keras.Input`, it has no weights before
    first.set_weights([np.zeros_like(weights) for weights in first.weights])
    second.set_weights([np.ones_like(weights) for weights in second.weights])
    assert_close(first.predict(sizes), np.zeros((3, 1), "float32"), "predictions of the first model, all weights 0")


def predicted(student, bedrooms):
    """What the trained model says of houses, of shape (n,), if these are numbers of any use."""
    column = np.array(bedrooms, dtype="float32").reshape(-1, 1)
    found = as_array(student.model.predict(column), "predictions").ravel()
    if not np.isfinite(found).all() or np.abs(found).max() > 1e4:
        raise CriterionFailed(
            "prices in hundreds of thousands",
            f"{found[-1]:g}: the training went out of bounds",
            hint="Houses of more than ten bedrooms on the list, or prices in full, make the steps of plain `sgd` "
            "too large. A shorter list, smaller numbers or a smaller learning rate help.",
        )
    return found


@criterion("train_model", points=2, hint="Has the loss stopped falling? The walk along the valley takes many epochs.")
@pytest.mark.parametrize("bedrooms", [7, 10])
def test_prices_of_large_houses(student, values, bedrooms):
    """The trained model prices houses with 7 and with 10 bedrooms to within 0.25."""
    found = predicted(student, [bedrooms])
    price = (values["base"] + values["per_bedroom"] * bedrooms) / 100_000
    assert_between(found, price - 0.25, price + 0.25, f"the price of {bedrooms} bedrooms")


@criterion(
    "train_model",
    points=1,
    hint="The bias is what a house without a bedroom would cost, and the last thing to be learned: train longer.",
)
def test_the_rule_was_found(student, values):
    """The trained model is one neuron, its weight near the price of a bedroom (to within 0.1) and
    its bias near the price of a house without one (to within 0.2), in hundreds of thousands."""
    model = student.model
    assert_parameters(model, exactly=2)
    at_none, at_four = predicted(student, [0, 4])
    weight, bias = values["per_bedroom"] / 100_000, values["base"] / 100_000
    assert_between((at_four - at_none) / 4, weight - 0.1, weight + 0.1, "the weight")
    assert_between(at_none, bias - 0.2, bias + 0.2, "the bias")


def a_model(student, weight, bias):
    """A model of one neuron with this weight and bias."""
    return make_model(student, (1,), layer("Dense", units=1), weights=[[[weight]], [bias]])


@criterion(
    "predict_prices", points=1, hint="Two things lie between the model's answer and the price: its unit and its shape."
)
def test_full_prices(student):
    """A model that says 0.3 × bedrooms + 0.2 is quoted in full: 2 bedrooms
    80,000, 6 bedrooms 200,000."""
    model = a_model(student, 0.3, 0.2)
    found = student.predict_prices(model, np.array([2.0, 6.0]))
    assert_close(found, np.array([80_000, 200_000], "float32"), "prices")


@criterion("predict_prices", points=1, hint="np.array(...) takes any list, of whole numbers or of fractions.")
@pytest.mark.parametrize(
    "bedrooms",
    [
        pytest.param([1, 2, 3], id="a list of whole numbers"),
        pytest.param([1.0, 2.5, 3.0], id="a list with half a bedroom"),
        pytest.param(np.array([1, 2, 3]), id="an array of whole numbers"),
    ],
)
def test_lists_and_whole_numbers(student, bedrooms):
    """Houses may come as a list or an array, in whole numbers or not."""
    model = a_model(student, 0.5, 0.5)
    found = as_array(student.predict_prices(model, bedrooms), "prices").astype(float)
    expected = 0.5 + 0.5 * np.array(bedrooms, dtype=float)
    if found.size != 3 or not found.ravel()[0] > 0:
        raise CriterionFailed("a price for each of three houses", described(found))
    # In which unit and shape the prices are is another criterion's question.
    unit = 10.0 ** np.round(np.log10(found.ravel()[0]))
    assert_close(found.ravel() / unit, expected, "prices in hundreds of thousands", rtol=1e-4)
