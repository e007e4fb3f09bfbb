"""The hidden criteria of `case_driving`: the key, the student's own numbers, and others."""

import numpy as np
import pytest

from proctor import as_numbers, as_tuple, assert_choice, assert_close, assert_number, call_unchanged, criterion, take


@criterion("start", points=1, hint="What do you know after a month that you do not know now?")
def test_how_to_begin(student):
    """Your first month tells you what the second one is for."""
    wrong = {
        "b": "Nobody knows yet whether fog, night and rain are what makes mistakes here.",
        "c": "After a month of collecting, nobody knows which pictures are the ones that are missing.",
    }
    assert_choice(student.start, "begin", "a", wrong, "start")


@criterion("loss", points=1, hint="Does it count any number of pictures, things and holes, and 0 as a label?")
def test_any_labels(student):
    """Other sizes, with few labels known, or all of them, have their loss, too."""
    chance = np.random.default_rng(8)
    for shape, known in (((7, 4), 0.5), ((1, 9), 1.0), ((40, 3), 0.1), ((5, 1), 0.8)):
        probabilities = chance.uniform(0.02, 0.98, shape)
        labels = np.where(chance.random(shape) < known, chance.integers(0, 2, shape), -1)
        labels[0, 0] = 1
        right = np.where(labels == 1, probabilities, 1 - probabilities)
        found = call_unchanged(student, "loss", probabilities, labels)
        assert_close(found, -np.log(right[labels >= 0]).mean(), "loss(…)", rtol=1e-4)


@criterion("holes", points=1, hint="How many of the numbers that you look at are about puddles?")
def test_what_tells_of_puddles(student):
    """What is rare is judged by itself."""
    wrong = {
        "a": "Hardly any of the labels in that mean are those of puddles: it may fall while puddles get worse.",
        "c": "That says how often it calls, and not how often it is right.",
    }
    assert_choice(student.holes, "rare", "b", wrong, "holes")


@criterion("holes", points=1, hint="What does a stop in vain cost, and what a stop that is missing?")
def test_when_to_stop(student):
    """The bus stops as it should, since mistakes do not all cost the same."""
    wrong = {
        "a": "With one half, running into somebody costs as much as a stop for nothing.",
        "b": "It would stop for whatever might be a puddle, too, and hardly get anywhere.",
    }
    assert_choice(student.holes, "stop", "c", wrong, "holes")


@criterion("data", points=1, hint="What will the network meet, and what does it learn from?")
def test_what_the_others_are_for(student):
    """What is rare and right is used where it is missing most."""
    wrong = {
        "b": "It is large enough to judge by; the network would never have seen a picture of the park.",
        "c": "Why should the training set be of one kind? It is used on the other one.",
    }
    assert_choice(student.data, "others", "a", wrong, "data")


@criterion("data", points=1, hint="In how many things do the training set and the dev set differ?")
def test_what_it_is_put_aside_for(student):
    """You know what a training-dev set tells apart."""
    wrong = {
        "a": "That can be seen from the training set and from what people get wrong.",
        "c": "That is to be seen from dev set and test set, whatever was put aside.",
    }
    assert_choice(student.data, "without", "b", wrong, "data")


@criterion("gaps", points=1, hint="Whose error is that of the best that is possible?")
def test_the_avoidable_bias(student, values):
    """The avoidable bias of your own network is worked out."""
    wrong = [
        (values["training"], "People do not get everything right either."),
        (values["training_dev"] - values["people"], "Part of that is due to pictures being new."),
        (values["people"] - values["training"], "It is the other way round: how much more does the network get wrong?"),
    ]
    key = values["training"] - values["people"]
    assert_number(as_numbers(student.gaps, "gaps", ["bias"])["bias"], key, wrong, "the bias")


@criterion("gaps", points=1, hint="Which two sets differ only in that nothing was learned from one of them?")
def test_the_variance(student, values):
    """The variance of your own network is worked out."""
    training = values["training"]
    wrong = [
        (
            values["dev"] - training,
            "The dev set has new pictures of another kind. Which set has new ones of the same kind?",
        ),
        (values["training_dev"] - values["people"], "Part of that it gets wrong on pictures that it has learned from."),
        (training - values["training_dev"], "It is the other way round: how much more does it get wrong?"),
    ]
    found = as_numbers(student.gaps, "gaps", ["variance"])["variance"]
    assert_number(found, values["training_dev"] - training, wrong, "the variance")


@criterion("gaps", points=1, hint="Which two sets, of neither of which anything was learned, are of different kinds?")
def test_the_mismatch(student, values):
    """The gap between both kinds of pictures is worked out for your own network."""
    aside = values["training_dev"]
    wrong = [
        (values["dev"] - values["training"], "Part of that is due to pictures being new, of whichever kind."),
        (values["test"] - aside, "In the test set there is one thing more that is different from the dev set."),
        (aside - values["dev"], "It is the other way round: how much more does it get wrong?"),
    ]
    found = as_numbers(student.gaps, "gaps", ["mismatch"])["mismatch"]
    assert_number(found, values["dev"] - aside, wrong, "the mismatch")


@criterion("gaps", points=1, hint="By which set were settings chosen, and by which not?")
def test_the_fit_to_the_dev_set(student, values):
    """What choosing settings by the dev set has cost is worked out."""
    wrong = [
        (values["dev"] - values["test"], "It is the other way round: how much more is wrong on the test set?"),
        (values["test"] - values["training_dev"], "These two are of different kinds."),
    ]
    found = as_numbers(student.gaps, "gaps", ["fitted"])["fitted"]
    assert_number(found, values["test"] - values["dev"], wrong, "the fit to the dev set")


@criterion("read", points=1, hint="Which of your four gaps is the largest, and what makes it smaller?")
def test_what_to_work_on(student, values):
    """You work on the largest of your own gaps."""
    variance, mismatch = values["training_dev"] - values["training"], values["dev"] - values["training_dev"]
    wrong = {
        "a": "New pictures of streets are nearly as easy for it as known ones; the error grows somewhere else.",
        "b": "Before pictures of the bus come in, your error has grown by more than they add to it.",
        "c": "What it has learned from it gets right nearly as often as people do.",
    }
    key = "a" if variance > mismatch else "b"
    del wrong[key]
    assert_choice(student.read, "work_on", key, wrong, "read")


@criterion(
    "read", points=1, hint="Are both errors of pictures of the same kind? Then what is the difference between them?"
)
def test_what_the_test_set_says(student, values):
    """You know what the error on your own test set says."""
    wrong = {
        "a": "Both are of the same kind, and yet one is larger than the other by a third, or more.",
        "b": "The two errors differ by less than a hundredth, which is chance for sets of a few thousand pictures.",
        "c": "Then nothing would be left that says how good the network is.",
    }
    key = "b" if values["test"] - values["dev"] > 0.02 else "a"
    del wrong[key]
    assert_choice(student.read, "test_set", key, wrong, "read")


@criterion("read", points=1, hint="What if your bus went round at noon, on an empty meadow?")
def test_an_error_that_falls(student):
    """You know what a gap below zero means."""
    wrong = {
        "a": "There is a simpler reason, which has nothing to do with what was learned. Which kind is harder?",
        "b": "Nothing says that an error has to grow from each set to the next.",
    }
    assert_choice(student.read, "easier", "c", wrong, "read")


@criterion("table", points=1, hint="Does it count any list of mistakes, of any length and with any kinds?")
@pytest.mark.parametrize(
    "mistakes, error, expected",
    [
        pytest.param(
            [{"snow", "dew"}] * 3 + [{"snow"}] * 9 + [set()] * 12 + [{"web"}],
            0.25,
            [("snow", 0.48, 0.12), ("dew", 0.12, 0.03), ("web", 0.04, 0.01)],
            id="25 mistakes of other kinds",
        ),
        pytest.param([{"z"}] * 2 + [{"b", "z"}], 0.3, [("z", 1, 0.3), ("b", 1 / 3, 0.1)], id="three mistakes"),
        pytest.param(
            [{"moon"}] * 7 + [{"rain"}] * 121,
            1.0,
            [("rain", 121 / 128, 121 / 128), ("moon", 7 / 128, 7 / 128)],
            id="128 mistakes",
        ),
    ],
)
def test_any_tally(student, mistakes, error, expected):
    """Lists of other lengths, with other kinds, get their table, too."""
    found = call_unchanged(student, "ceiling_table", mistakes, error)
    rows = [as_tuple(row, "a row", ("kind", "share", "ceiling")) for row in take(found, 100)]
    kinds = [kind for kind, _, _ in expected]
    assert [row[0] for row in rows if row[0] in kinds] == kinds
    for row, (_, *numbers) in zip([row for row in rows if row[0] in kinds], expected, strict=True):
        assert_close(list(row[1:]), numbers, "a row", rtol=1e-4)


@criterion("sums", points=1, hint="What if a picture was taken at night, and in fog?")
def test_why_shares_do_not_add_up(student):
    """You can read a table of mistakes of which some are of two kinds."""
    wrong = {
        "a": "Of a picture in fog at night either remedy might help. Which ceiling should lose it?",
        "c": "A kind that a third of the mistakes is of would get another share because of the other kinds.",
    }
    assert_choice(student.sums, "sum", "b", wrong, "sums")


@criterion("mend", points=1, hint="Read your own table from the top.")
def test_what_is_mended_first(student, values):
    """What you mend first is what your own network can gain most from."""
    count = {"a": values["night"], "b": values["fog"], "c": 11}
    words = {"a": "night", "b": "fog", "c": "rain"}
    key = max(count, key=count.get)
    wrong = {
        letter: f"If all mistakes with {words[letter]} were gone, {100 - count[letter]} in 100 would be left."
        for letter in count
        if letter != key
    }
    assert_choice(student.mend, "mend", key, wrong, "mend")


@criterion("mend", points=1, hint="How many different pictures of fog are there, whatever lies below them?")
def test_painted_fog(student):
    """You know what painted pictures may lack although they look real."""
    wrong = {
        "a": "Painted pictures have helped many networks. The question is how much there is in them to learn.",
        "b": "The clear pictures are still there to be learned from.",
    }
    assert_choice(student.mend, "painted", "c", wrong, "mend")


@criterion("mend", points=1, hint="Which wrong labels say all the same, and which contradict each other?")
def test_wrong_labels(student):
    """You know which wrong labels a network gets over, and which it learns."""
    wrong = {
        "a": "It gets over labels that are wrong by chance. A rule that is wrong it learns like any other.",
        "b": "Labels that are wrong by chance contradict each other, and cost little while they are few.",
    }
    assert_choice(student.mend, "labels", "c", wrong, "mend")


@criterion("later", points=1, hint="What has a network learned from a quarter of a million pictures, beside names?")
def test_the_letter_from_the_gate(student):
    """You know what can be taken over for a task with few pictures."""
    wrong = {
        "b": "Edges, colours and surfaces it has seen in plenty; 900 pictures are few to learn these from.",
        "c": "Whether a light is red it cannot say: it has no output for that.",
    }
    assert_choice(student.later, "gate", "a", wrong, "later")


@criterion("later", points=1, hint="What do four networks have to learn four times?")
def test_the_letter_on_four_networks(student):
    """You know when one network for several things is worth it."""
    wrong = {
        "a": "With so many pictures for each thing, a network of its own has all that it needs.",
        "c": "How many things are on a picture is a matter of the last layer, and not of what is shared.",
    }
    assert_choice(student.later, "together", "b", wrong, "later")


@criterion("later", points=1, hint="How much is there to learn from, for the parts and for the whole?")
def test_the_letter_on_steering(student):
    """You know what learning from end to end needs."""
    wrong = {
        "a": "It can be better, with very many recordings. How much can be learned from forty?",
        "b": "More inputs do not make forty recordings more.",
    }
    assert_choice(student.later, "steering", "c", wrong, "later")
