"""Helpers of graders whose exercises train or ask the small recurrent network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from proctor import recurrent
from proctor.channel.student import LocalLink, Student
from proctor.criteria.arrays import as_arrays, assert_all_close
from proctor.criteria.calls import call_in_place, write_alike
from proctor.criteria.chance import find_nearest, train_in_every_order
from proctor.criteria.recurrence import as_weights, draw_choices, draw_names, make_names
from proctor.errors import CriterionFailed

PAIR = ("kernel", "bias")


def student(**names: Any) -> Student:
    """A submission with these names."""
    return Student(LocalLink(names))


def cut(arrays: list[np.ndarray], bound: float) -> None:
    """Write into the arrays."""
    for part in arrays:
        part.clip(-bound, bound, out=part)


def test_arrays_have_the_names_and_shapes_that_were_asked_for():
    """What is wrong is told by the part's name; right ones come back as arrays."""
    like = [np.zeros((2, 1)), np.zeros(1)]
    assert as_arrays(([[1], [2]], [3]), like, "the weights", PAIR)[0].tolist() == [[1], [2]]
    assert_all_close(([[0], [0]], [1e-12]), like, "the weights", PAIR, atol=1e-9)
    for found, said in (
        (([[0], [0]],), "a pair"),
        (([[0], [0]], [0, 0]), "bias"),
        (([[0], [0]], "x"), "bias"),
        (([[0], [1]], [0]), "kernel"),
    ):
        with pytest.raises(CriterionFailed, match=said):
            assert_all_close(found, like, "the weights", PAIR)


@pytest.mark.parametrize(
    "function, in_place, changed",
    [
        pytest.param(cut, True, True, id="in place"),
        pytest.param(lambda arrays, bound: [part.clip(-bound, bound) for part in arrays], False, True, id="returned"),
        pytest.param(
            lambda arrays, bound: arrays.__setitem__(0, arrays[0].clip(-bound, bound)), False, True, id="in the list"
        ),
        pytest.param(lambda _arrays, _bound: None, False, False, id="nothing"),
    ],
)
def test_it_is_seen_whether_arrays_were_written_into(function, in_place, changed):
    """New arrays, in the list or returned, are found too, but count as new."""
    given = [np.array([3.0, -5.0])]
    found, written = call_in_place(student(clip=function), "clip", given, 2.0)
    assert written == in_place
    assert found[0].tolist() == ([2, -2] if changed else [3, -5])
    assert given[0].tolist() == [3, -5]


@pytest.mark.parametrize("returns", [True, False])
def test_a_stand_in_returns_something_where_the_students_function_does(returns):
    """It writes in any case."""
    here = student(clip=lambda arrays, _bound: arrays if returns else None)
    stand_in, arrays = write_alike(here, "clip", cut, [np.ones(1)], 1.0), [np.array([3.0])]
    found = stand_in(arrays, 2.0)
    assert (found is not None) == returns
    assert not returns or found[0].tolist() == [2]


def test_weights_tell_in_which_orders_items_were_used():
    """The orders of two passes are found, and the mean loss of each."""

    def step(weights: list[np.ndarray], item: float) -> tuple[list[np.ndarray], float]:
        return [3 * weights[0] + item], item

    found = [np.array(1.0)]
    for item in (1.0, 2.0, 2.0, 1.0):
        found, _ = step(found, item)
    ways = train_in_every_order([np.array(1.0)], [1.0, 2.0], 2, step)
    nearest, gap = find_nearest(found, ways)
    assert (len(ways), gap) == (4, 0)
    assert ways[nearest] == (((1.0, 2.0), (2.0, 1.0)), found, [1.5, 1.5])
    assert not find_nearest([np.array(np.nan)], ways)[1] < 1


def test_names_of_known_networks():
    """Weights that say the same, follow a chain or spell a word do so."""
    assert make_names(recurrent.chain(2, 0, 1), "\nab", 5, 3) == ["ba\n"] * 3
    assert make_names(recurrent.spelling(1, 1, 2, 0, signs=3), "\nab", 9, 1) == ["aab\n"]
    chances, _ = recurrent.hear(recurrent.always(0.25, 0.75), 1, np.ones(3))
    assert chances == pytest.approx([0.25, 0.75])


def test_names_are_drawn_by_the_students_function():
    """One generator draws all of them; what is no text is told."""
    here = student(sample=lambda _weights, signs, rng, limit: "".join(rng.choice(list(signs), limit)), bad=lambda *_: 1)
    names = draw_names(here, "sample", recurrent.always(0.5, 0.5), "\na", 30, count=2)
    assert names == draw_names(here, "sample", recurrent.always(0.5, 0.5), "\na", 30, count=2)
    assert names[0] != names[1]
    with pytest.raises(CriterionFailed, match="list of strings"):
        draw_names(here, "bad", recurrent.always(0.5, 0.5), "\na", 30)


def test_weights_are_found_on_either_side_of_a_pair():
    """Swapped or alone, they are the weights; anything else is told."""
    weights = recurrent.begin(3, 2, seed=1)
    for found, rest in (((weights, 4.0), 4.0), ((4.0, weights), 4.0), (weights, None)):
        parts, other = as_weights(found, weights, "train(...)", "the losses")
        assert np.array_equal(parts[3], weights[3])
        assert other == rest
    with pytest.raises(CriterionFailed, match="a pair"):
        as_weights(4.0, weights, "train(...)", "the losses")


def test_choices_are_whole_numbers_from_one_generator():
    """Each call gets the same probabilities, though it may write into them; half a word is none."""

    def choose(probabilities: np.ndarray, temperature: float, rng: np.random.Generator) -> Any:
        probabilities /= probabilities.sum() * temperature
        return np.array([rng.choice(len(probabilities), p=probabilities)])

    asked = student(choose=choose, half=lambda *_: 0.5, many=lambda *_: [1, 2])
    first, again, other = (draw_choices(asked, "choose", [1, 1, 2.0], 1.0, seed, 12) for seed in (3, 3, 4))
    assert first == again != other
    assert set(first) <= {0, 1, 2}
    for name, said in (("half", "whole numbers"), ("many", "a single number")):
        with pytest.raises(CriterionFailed, match=said):
            draw_choices(asked, name, [1.0], 1.0)
