"""The hidden criteria of `face_embed`: other sizes, and people whom nobody has seen."""

import numpy as np
import pytest

from proctor import (
    CriterionFailed,
    as_array,
    as_model,
    as_text,
    as_tuple,
    assert_apart,
    assert_between,
    assert_close,
    assert_shape,
    assert_truth,
    call_on_tensors,
    criterion,
    datasets,
    make_network,
    teach_network,
)
from proctor.datasets.portraits import area_under_curve, list_pairs


def numbers(*sizes, seed=0):
    """Numbers of both signs, in single precision."""
    return np.random.default_rng([*sizes, seed]).normal(0.1, 1.0, sizes).astype("float32")


def far(a, b):
    """Squared distances, in our own NumPy."""
    return np.sum((a.astype(float) - b) ** 2, axis=-1)


def by_tensors(a, b):
    """Squared distances."""
    import tensorflow as tf

    return tf.reduce_sum((a - b) ** 2, axis=-1)


def by_triplets(anchors, positives, negatives, margin):
    """A triplet loss."""
    import tensorflow as tf

    near, far = (tf.reduce_sum((anchors - each) ** 2, axis=-1) for each in (positives, negatives))
    return tf.reduce_mean(tf.nn.relu(near - far + margin))


@criterion("squared_distances", points=1, hint="Any number of points, with any number of numbers each.")
@pytest.mark.parametrize("count, size", [(1, 1), (7, 4), (3, 128), (50, 2)])
def test_distances_of_any_points(student, count, size):
    """Any points are compared, row by row and one with all."""
    a, b = numbers(count, size), 2 * numbers(count, size, seed=1)
    assert_close(call_on_tensors(student, "squared_distances", a, b), far(a, b), "the squared distances")
    assert_close(call_on_tensors(student, "squared_distances", b, a[0]), far(b, a[0]), "the squared distances")


@criterion("triplet_loss", points=1, hint="Batches of any size, and any margin.")
@pytest.mark.parametrize("count, size, margin", [(1, 3, 0.2), (9, 16, 4.0), (64, 5, 1.5), (30, 2, 0.0)])
def test_loss_of_any_batch(student, count, size, margin):
    """The loss of any batch is right, for any margin."""
    a, b, c = (numbers(count, size, seed=seed) for seed in (2, 3, 4))
    expected = np.mean(np.maximum(far(a, b) - far(a, c) + margin, 0))

    def judge(_):
        found = call_on_tensors(student, "triplet_loss", a, b, c, margin)
        assert_close(found, expected, "the loss", rtol=1e-3, atol=1e-4)

    assert_apart(student, "triplet_loss", {"squared_distances": by_tensors}, judge)


@criterion("choose_triplets", points=1, hint="Labels of any size, some of people with one picture only.")
@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(np.array([3, 3, 0]), id="two people, three pictures"),
        pytest.param(
            np.repeat([9, 4, 900, -5, 61, 0, 12], [1, 2, 8, 1, 3, 1, 1]), id="three people in seventeen pictures"
        ),
        pytest.param(np.tile(np.arange(3, 9, dtype="int32"), 3), id="six people, three pictures each"),
    ],
)
def test_triplets_of_any_labels(student, labels):
    """Triplets of any labels follow the rules, and all can come up."""
    names = ("anchors", "positives", "negatives")
    found = as_tuple(student.choose_triplets(labels, 12000), "choose_triplets(…)", names)
    for each, name in zip(found, names, strict=True):
        assert_shape(as_array(each, name), (12000,), name)
        assert_between(each, 0, len(labels) - 1, name)
    anchors, positives, negatives = (np.asarray(each).astype(int) for each in found)
    same = labels[:, None] == labels
    allowed = same & ~np.eye(len(labels), dtype=bool)
    for others, pairs in ((positives, allowed), (negatives, ~same & allowed.any(axis=1)[:, None])):
        drawn = np.zeros_like(pairs)
        drawn[anchors, others] = True
        if (drawn != pairs).any():
            broken, never = int((drawn & ~pairs).sum()), int((pairs & ~drawn).sum())
            raise CriterionFailed(
                "all allowed pairs, and no others", f"{broken} others, and {never} that never come up"
            )


def frozen(keras, first, last):
    """A small convolution that is frozen, and a dense layer behind it."""
    place = here = keras.Input((5, 4, 2))
    look = keras.layers.Conv2D(3, (2, 1), use_bias=False)
    look.trainable = False
    end = keras.layers.Dense(4)
    place = end(keras.layers.GlobalAveragePooling2D()(look(place)))
    model = keras.Model(here, place)
    look.set_weights([first])
    end.set_weights([last, 0 * last[0] + 0.25])
    return model


@criterion("train_step", points=1, hint="Any network and any optimizer: does a frozen layer stay as it is?")
@pytest.mark.parametrize("count, margin", [(6, 0.75), (25, 3.0)])
def test_steps_of_any_network(student, count, margin):
    """Steps of Adam change a network as they should, and leave its frozen layer as it is."""
    first, last = numbers(2, 1, 2, 3), numbers(3, 4)
    batches = [[2 * numbers(count, 5, 4, 2, seed=3 * turn + part) for part in range(3)] for turn in range(2)]
    weight, mean, square, losses = last.astype(float), 0.0, 0.0, []
    for number, batch in enumerate(batches, start=1):
        seen = [np.einsum("nijc,icf->nf", both_rows(each), first[:, 0].astype(float)) for each in batch]
        anchor, positive, negative = (each @ weight for each in seen)
        loss = far(anchor, positive) - far(anchor, negative) + margin
        losses.append(np.mean(np.maximum(loss, 0)))
        on = (loss > 0)[:, None]
        slope = (seen[0] - seen[1]).T @ (on * (anchor - positive)) - (seen[0] - seen[2]).T @ (on * (anchor - negative))
        slope *= 2 / count
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        rate = 0.02 * np.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        weight = weight - rate * mean / (np.sqrt(square) + 1e-7)

    def judge(_):
        network = make_network(student, frozen, first, last)
        turns = [[*batch, margin] for batch in batches]
        taken = teach_network(student, "train_step", network, "Adam", {"learning_rate": 0.02}, turns)
        for number, loss in enumerate(losses):
            assert_close(taken.losses[number], loss, f"the loss of step {number + 1}", rtol=1e-3)
        assert_close(taken.weights[-1][0], first, "the weights of the frozen layer", rtol=0, atol=0)
        assert_close(taken.weights[-1][1], weight, "the weights of the dense layer", rtol=1e-3, atol=1e-3)

    assert_apart(student, "train_step", {"triplet_loss": by_triplets}, judge)


def both_rows(pictures):
    """For each channel the means that a kernel of two rows meets in its upper and its lower row."""
    pictures = pictures.astype(float)
    return np.stack([pictures[:, :-1].mean(axis=(1, 2)), pictures[:, 1:].mean(axis=(1, 2))], axis=1)[:, :, None]


@criterion("model", points=3, hint="What do the maps and the loss of the training look like?")
def test_compares_people_never_seen(student, thresholds, credit):
    """The saved network finds pictures of one person nearer, for people whom nobody has seen."""
    pictures, labels = datasets.draw_portraits(40, 8, seed=70_231)
    points = as_array(as_model(student.model).predict(pictures.astype("float32")), "the embeddings").astype(float)
    one, other, same = list_pairs(labels)
    credit.within(area_under_curve(far(points[one], points[other]), same), thresholds, "unseen")


@criterion("choose_threshold", points=1, hint="Many pairs, many of them equally far apart, and some very near.")
@pytest.mark.parametrize(
    "pairs, parts, scale, seed", [(200, 16, 1, 1), (600, 1024, 32, 2), (31, 512, 0.25, 3), (400, 128, 1, 4)]
)
def test_threshold_of_any_pairs(student, pairs, parts, scale, seed):
    """Of any pairs, as many as possible are judged right."""
    draw = np.random.default_rng(seed)
    same = draw.random(pairs) < (0.2, 0.5, 0.7)[seed % 3]
    distances = np.round(np.where(same, 0.6, 1.1) * parts * draw.uniform(0.4, 1.6, pairs)) / parts / scale
    found = float(np.squeeze(as_array(student.choose_threshold(distances, same), "choose_threshold(…)")))
    count = np.sum((distances < found) == same)
    best = max(np.sum((distances < each) == same) for each in [*distances, np.inf])
    if count < best:
        raise CriterionFailed(f"{best} of {pairs} pairs judged right", f"{count}")


@criterion("doors", points=1, hint="Any number of people, with any number of pictures each.")
def test_verifies_any_person(student):
    """Any visitor is verified by the nearest picture of whom they claim to be."""
    register, visitors = crowd()

    def judge(_):
        for visitor in visitors:
            for name, rows in register.items():
                nearest = far(rows, visitor).min()
                for threshold in (0.98 * nearest, 1.02 * nearest):
                    found = student.verify(visitor, name, register, threshold)
                    assert_truth(found, bool(nearest < threshold), "verify(…)")

    assert_apart(student, "verify", {"squared_distances": by_tensors}, judge)


@criterion("doors", points=1, hint="Any number of people, with any number of pictures each.")
def test_names_any_person(student):
    """Any visitor is named by the nearest picture of all, or is unknown."""
    register, visitors = crowd()

    def judge(_):
        for visitor in visitors:
            nearest = {name: far(rows, visitor).min() for name, rows in register.items()}
            name = min(nearest, key=nearest.get)
            for threshold, expected in ((0.98 * nearest[name], "unknown"), (1.02 * nearest[name], name), (99.0, name)):
                found = as_text(student.who_is_it(visitor, register, threshold), "who_is_it(…)")
                if found != expected:
                    raise CriterionFailed(f"{expected}", f"{found}")

    assert_apart(student, "who_is_it", {"squared_distances": by_tensors, "verify": by_rows}, judge)


def by_rows(embedding, name, register, threshold):
    """Whether a visitor is who they say."""
    import numpy as np

    return name in register and bool(np.min(np.sum((register[name] - embedding) ** 2, axis=-1)) < threshold)


def crowd():
    """A register of five people with up to six pictures each, and visitors."""
    counts = {"Noor": 2, "Åsa": 1, "Per": 6, "Li": 3, "Zoë": 4}
    register = {name: numbers(count, 7, seed=count) for name, count in counts.items()}
    return register, numbers(6, 7, seed=9)
