"""Blocks that vary pictures, and what a step of training changes, with the real Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from proctor import (
    TOWER,
    AroundBase,
    CriterionFailed,
    add_head,
    assert_keeps_range,
    assert_learns_by_adam,
    assert_leaves_alone,
    assert_mirrors,
    assert_pools,
    assert_spread,
    assert_varies_each_anew,
    give_head,
    list_learning,
    make_network,
    make_network_on_tower,
    make_noting,
    make_tower,
    moves_of,
    notes_of,
    take_one_step,
    turns_of,
)
from proctor.channel.student import LocalLink, Student

SIDE = 48
FLIP = keras.layers.RandomFlip


def notebook(*layers, **names):
    """A notebook with these names, and with `block`, which has these layers."""
    keras.utils.set_random_seed(2)
    return Student(LocalLink({"block": keras.Sequential(list(layers)), **names}))


def test_a_good_block_passes_all():
    """It mirrors, turns and shifts as it says, and leaves pictures alone when it is used."""
    layers = keras.layers
    student = notebook(FLIP("horizontal"), layers.RandomRotation(30 / 360), layers.RandomTranslation(0.1, 0.1))
    linear, shifts = moves_of(student, student.block, SIDE)
    assert_mirrors(linear)
    assert_spread(turns_of(linear), 30, 2.5, "angles")
    assert_spread(shifts[:, 0], 0.1, 0.01, "shifts")
    assert_varies_each_anew(student, student.block, SIDE)
    assert_leaves_alone(student, student.block, SIDE)
    assert_keeps_range(student, student.block, SIDE)


@pytest.mark.parametrize(
    "layer, found", [(FLIP("vertical"), "stand on their heads"), (keras.layers.Identity(), "0 of them")]
)
def test_pictures_are_mirrored_left_to_right(layer, found):
    """Mirroring upside down is told, and so is none."""
    student = notebook(layer)
    with pytest.raises(CriterionFailed) as failed:
        assert_mirrors(moves_of(student, student.block, SIDE)[0])
    assert found in failed.value.found


def test_numbers_must_reach_both_ends():
    """Too small a spread, too large a one and one to one side alone are told."""
    for found in (np.linspace(-10, 10, 9), np.linspace(-40, 40, 9), np.linspace(0, 30, 9)):
        with pytest.raises(CriterionFailed):
            assert_spread(found, 30, 2, "angles")


class Always(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Mirrors in both modes."""

    def __init__(self):
        super().__init__()
        self.flip = FLIP("horizontal")

    def call(self, x, training=None):
        return self.flip(x, training=True)


class Alike(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Shifts all pictures of a batch alike."""

    def call(self, x, training=None):
        return keras.ops.roll(x, int(np.random.default_rng().integers(-3, 4)), axis=1)


def test_blocks_that_scale_or_always_vary_are_told():
    """A block that scales keeps no range, and one that is always learning leaves nothing alone."""
    student = notebook(FLIP("horizontal"), keras.layers.Rescaling(1 / 255), always=Always(), number=len)
    assert_leaves_alone(student, student.block, SIDE)
    with pytest.raises(CriterionFailed):
        assert_keeps_range(student, student.block, SIDE)
    with pytest.raises(CriterionFailed) as failed:
        assert_leaves_alone(student, student.always, SIDE)
    assert "differ" in failed.value.found
    with pytest.raises(CriterionFailed) as failed:
        assert_leaves_alone(student, student.number, SIDE)
    assert "called" in failed.value.expected


def test_one_version_for_all_is_told():
    """A block that moves all pictures of a batch alike is told from one that varies each."""
    student = notebook(alike=Alike())
    assert np.ptp(moves_of(student, student.alike, SIDE)[1][:, 1]) > 0.05
    with pytest.raises(CriterionFailed) as failed:
        assert_varies_each_anew(student, student.alike, SIDE)
    assert "like their neighbours" in failed.value.found


def test_a_block_notes_what_it_gets():
    """The numbers and the mode of each call are known, until they are asked for."""

    def ask(block, x, training):
        return np.asarray(keras.Sequential([keras.layers.Rescaling(2.0), block])(x, training=training))

    student, x = notebook(ask=ask), np.arange(12.0).reshape(1, 2, 2, 3).astype("float32")
    block = make_noting(student, mirrors=True)
    assert np.array_equal(student.ask(block, x, True), 2 * x[:, :, ::-1])
    assert np.array_equal(student.ask(block, x, False), 2 * x)
    notes = notes_of(student, block)
    assert [learns for _, learns in notes] == [True, False]
    assert all(np.array_equal(got, 2 * x) for got, _ in notes)
    assert notes_of(student, block) == []


def build_base(keras):
    """A convolution and a normalisation; the first cannot learn."""
    layers = [keras.layers.Conv2D(2, 1, name="look"), keras.layers.BatchNormalization(name="even")]
    model = keras.Sequential([keras.Input((3, 4, 3)), *layers])
    layers[0].trainable = False
    return model


def test_what_a_step_changes():
    """Frozen layers learn nothing; others do, and statistics change that are not learned."""
    student, x = notebook(), np.random.default_rng(1).uniform(0, 1, (6, 3, 4, 3)).astype("float32")
    base = make_network(student, build_base)
    assert list_learning(student, base) == {"look": [False, False], "even": [True, True]}
    changes = take_one_step(student, base, x, np.ones((6, 3, 4, 2)), "sgd")
    assert [bool(np.any(change)) for change in changes] == [False, False, True, True, True, True]


def test_the_rate_of_adam_is_seen():
    """The first step tells the rate, and another optimizer from Adam."""

    def build(optimizer):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(optimizer, "mse")
        model.optimizer.learning_rate = 0.02
        return model

    student, x = notebook(build=build), np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    assert_learns_by_adam(student, student.build("adam"), x, 0.02)
    for optimizer, rate in (("sgd", 0.02), ("adam", 0.01)):
        with pytest.raises(CriterionFailed):
            assert_learns_by_adam(student, student.build(optimizer), x, rate)


def test_a_rate_that_does_not_stay_is_seen():
    """A schedule that begins with the right rate is told."""

    def build():
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, 1000)), "mse")
        return model

    student, x = notebook(build=build), np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]])
    with pytest.raises(CriterionFailed) as failed:
        assert_learns_by_adam(student, student.build(), x, 0.02)
    assert "100,000" in failed.value.expected


def build_network(base, block):
    """A network that is right; its base is frozen."""
    base.trainable = False
    here = keras.Input(base.input_shape[1:])
    place = keras.layers.GlobalAveragePooling2D()(base(keras.layers.Rescaling(1 / 127.5, offset=-1)(block(here))))
    return keras.Model(here, keras.layers.Dense(1)(place))


def test_a_network_around_a_base():
    """What goes into block and base is known, what comes out too, and another head is told."""
    student = notebook(build_network=build_network)
    made, shown = AroundBase(student, "build_network"), np.arange(54.0).reshape(3, 2, 3, 3).astype("float32")
    assert_pools(made.ask(shown, False), made.maps_of(shown), *made.head)
    with pytest.raises(CriterionFailed):
        assert_pools(made.ask(shown, False) + 1, made.maps_of(shown), *made.head)
    made.notes()
    made.ask(shown, True)
    got, went_on = made.notes()
    assert got[0][1]
    assert np.allclose(went_on[0][0], shown[:, :, ::-1] / 127.5 - 1, atol=1e-5)
    assert not give_head(student, made.network, made.base, np.ones((3, 1)), np.ones(1))


def test_towers_and_networks_on_them():
    """A tower is frozen or thawed as a whole, and on a frozen one the head learns alone."""
    student, shown = notebook(), np.random.default_rng(2).uniform(0, 255, (6, 2, 3, 3)).astype("float32")
    for trainable in (True, False):
        tower = make_tower(student, trainable)
        assert list_learning(student, tower) == {name: [trainable, trainable] for name in TOWER}
    network = make_network_on_tower(student, learned=True)
    changes = take_one_step(student, network, shown, np.arange(6) % 2)
    assert [bool(np.any(change)) for change in changes] == [False] * 14 + [True, True]
    changes = take_one_step(student, add_head(student, make_tower(student, True)), shown, np.ones((6, 1)), "sgd")
    assert all(np.any(change) for change in changes[2:6])
