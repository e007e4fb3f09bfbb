"""The hidden criteria of `case_orchard`: the key, the student's own numbers, and others."""

import math

import pytest

from proctor import as_numbers, assert_choice, assert_close, assert_number, call_unchanged, criterion

PROGRAMMES = {"a": ("heron", 190), "b": ("robin", 90), "c": ("wren", 40)}


@criterion("goal", points=1, hint="What is the number of a programme that never calls, and of one that always does?")
def test_the_number_that_ranks(student):
    """You rank by a number that is worth something to the growers."""
    wrong = {
        "a": "Nine photographs in ten, or more, have no moth: a programme that never calls is right about all of them.",
        "c": "A programme that calls for every photograph finds all moths, and the growers have switched it off.",
    }
    assert_choice(student.goal, "metric", "b", wrong, "goal")


@criterion("goal", points=1, hint="What does a millisecond more cost, above the limit and below it?")
def test_the_part_of_time(student):
    """Time plays the part that the battery gives it."""
    wrong = {
        "a": "How many moths is a millisecond worth? No weight makes up for a battery that is empty at midnight.",
        "b": "The programme that never calls is the fastest of all. What do 35 ms save you where 40 ms are allowed?",
    }
    assert_choice(student.goal, "time", "c", wrong, "goal")


@criterion("pick", points=1, hint="Go through the table of programmes with the limits of your own orchard.")
def test_the_programme(student, values):
    """You pick the programme that serves your own orchard best."""
    key, *slower = [letter for letter, (_, time) in PROGRAMMES.items() if time <= values["limit"]]
    wrong = dict.fromkeys(slower, "Some other programme keeps to both limits as well, and misses fewer moths.")
    for letter, (name, time) in PROGRAMMES.items():
        if time > values["limit"]:
            unread = 1 - values["limit"] / time
            wrong[letter] = f"With {name} the battery is empty before {unread:.0%} of the photographs have been read."
    wrong["d"] = "Of the photographs without a moth it calls for 4.5 %, and the growers switch it off."
    assert_choice(student.pick, "programme", key, wrong, "pick")


@criterion(
    "dev_size",
    points=1,
    hint="Other differences and shares than those of the check: does it count moths, or photographs?",
)
@pytest.mark.parametrize(
    "difference, share, photographs",
    [
        pytest.param(0.015, 0.033, 20203, id="rare moths"),
        pytest.param(0.07, 0.9, 159, id="a moth on nearly every photograph"),
        pytest.param(0.23, 0.004, 10870, id="a large difference, and very rare moths"),
        pytest.param(1.0, 1.0, 10, id="all or nothing"),
    ],
)
def test_any_dev_set(student, difference, share, photographs):
    """Other differences and shares get their number, too."""
    assert_close(student.dev_size(difference, share), photographs, "dev_size(…)", rtol=1e-9)


@criterion(
    "sizes", points=1, hint="Ask dev_size with your own difference and share. Who gets the photographs that are left?"
)
def test_your_own_sizes(student, values):
    """Dev and test set are as large as your own orchard needs them, and no larger."""
    moths = 10 / values["difference"]
    total = values["cameras"] + values["archive"]
    wrong = [
        (moths, "So many moths are needed. How many photographs have to be taken for that?"),
        (10 / values["share"], "How large is the difference that you want to see?"),
        (10, "Ten moths have to differ; by far not all do."),
        (0.2 * total, "A share of all photographs is a rule of thumb. Count the moths that are needed."),
    ]
    needed = math.ceil(round(moths / values["share"], 6))
    assert_number(
        as_numbers(student.sizes, "sizes", ["dev"])["dev"], needed, wrong, "the size of the dev set", rtol=1e-9
    )


@criterion("data", points=1, hint="Which photographs will the network meet when the growers use it?")
def test_what_it_is_judged_on(student):
    """The network is judged on what it is going to meet."""
    wrong = {
        "b": "Most of the photographs would be taken with a flash, which none of the cameras in your trees has.",
        "c": "For months you would get better at one kind of photograph, and be judged by another in the end.",
    }
    assert_choice(student.data, "judged_on", "a", wrong, "data")


@criterion("data", points=1, hint="How alike are two photographs of one card, a night apart?")
def test_how_cards_are_divided(student):
    """The dev set has moths that the network has not learned from."""
    wrong = {
        "a": "Tuesday's photograph of a card is nearly Monday's. Who knows one by heart is right about the other.",
        "b": "The same moth is on both sides, a night older. Who knows it by heart finds it again.",
    }
    assert_choice(student.data, "divided", "c", wrong, "data")


@criterion("data", points=1, hint="What do these photographs teach, and what would they ask?")
def test_what_becomes_of_the_pears(student):
    """Photographs from elsewhere are used for what they are good for."""
    wrong = {
        "a": "Part of what you are judged on would then be yellow cards, of which your orchard has none.",
        "c": "The moth is the same one, and its shape can be learned from any card; harm would be noticed.",
    }
    assert_choice(student.data, "pears", "b", wrong, "data")


@criterion("level", points=1, hint="Is a moth that anybody has found impossible to find?")
def test_what_is_possible(student):
    """You know whose misses say how many cannot be avoided."""
    wrong = {
        "a": "There are people who find more in the same photographs, so more can be found.",
        "c": "A mean counts moths as impossible to find that some of these people have found.",
    }
    assert_choice(student.level, "possible", "b", wrong, "level")


@criterion("gaps", points=1, hint="From which number do you subtract what is possible, and whose misses are that?")
def test_the_avoidable_bias(student, values):
    """The avoidable bias of your own network is worked out."""
    found = as_numbers(student.gaps, "gaps", ["bias"])["bias"]
    training, panel = values["training_misses"], values["panel"]
    better = "There are people who miss fewer moths than those that you compare with."
    wrong = [
        (training - values["grower"], better),
        (training - values["specialist"], better),
        (training, "Some moths nobody can find, however well a photograph is read."),
        (
            values["dev_misses"] - panel,
            "The photographs of the dev set are not those that the network has learned from.",
        ),
        (panel - training, "It is the other way round: how much more does the network miss?"),
        (values["dev_misses"] - training, "That is another part. Where do people come in?"),
        (100 * (training - panel), "That is in percent; fractions are asked for."),
    ]
    assert_number(found, training - panel, wrong, "the avoidable bias")


@criterion("gaps", points=1, hint="Which two sets of photographs does the variance compare?")
def test_the_variance(student, values):
    """The variance of your own network is worked out."""
    found = as_numbers(student.gaps, "gaps", ["variance"])["variance"]
    training, dev = values["training_misses"], values["dev_misses"]
    people = "People do not come in here: compare the network with itself."
    wrong = [
        *((dev - values[name], people) for name in ("grower", "specialist", "panel")),
        (dev, "What the network misses on its training set, too, is not due to the new photographs."),
        (training - dev, "It is the other way round: how much more does it miss on new photographs?"),
        (100 * (dev - training), "That is in percent; fractions are asked for."),
    ]
    assert_number(found, dev - training, wrong, "the variance")


@criterion("plan", points=1, hint="Which of your two parts is the larger one, and what makes it smaller?")
def test_what_comes_first(student, values):
    """What you try first is aimed at what your own network lacks most."""
    bias, variance = values["training_misses"] - values["panel"], values["dev_misses"] - values["training_misses"]
    wrong = {
        "a": "On its training set, your network misses little more than people do. There is not much to gain there.",
        "b": "Even on photographs that it has learned from, your network misses many moths. More of them are no help.",
        "c": "Misses become false alarms, of which growers accept no more; the network knows as little as before.",
    }
    key = "a" if bias > variance else "b"
    del wrong[key]
    assert_choice(student.plan, "first", key, wrong, "plan")


@criterion("sample", points=1, hint="What do you want to know of the mistakes, and which hundred are like all of them?")
def test_which_hundred(student):
    """The photographs that you look at tell what mistakes are like."""
    wrong = {
        "a": "It is surest where the label is wrong, or nothing can be seen. The usual miss looks different.",
        "b": "The last nights had their own weather. What was rare in them may be frequent in a season.",
    }
    assert_choice(student.sample, "sample", "c", wrong, "sample")


@criterion("ceilings", points=1, hint="Does it count any list of mistakes, of any length and with any kinds?")
@pytest.mark.parametrize(
    "mistakes, misses, expected",
    [
        pytest.param(
            [{"night", "dew"}] * 3 + [{"night"}] * 9 + [set()] * 12 + [{"web"}],
            0.25,
            {"night": 0.12, "dew": 0.03, "web": 0.01},
            id="mistakes of other kinds",
        ),
        pytest.param([{"a", "b", "c"}], 0.3, {"a": 0.3, "b": 0.3, "c": 0.3}, id="one mistake of three kinds"),
        pytest.param(
            [{"moon"}] * 7 + [{"rain"}] * 121, 1.0, {"moon": 7 / 128, "rain": 121 / 128}, id="a long list of mistakes"
        ),
    ],
)
def test_any_tally(student, mistakes, misses, expected):
    """Lists of other lengths, with other kinds, get their ceilings, too."""
    found = as_numbers(call_unchanged(student, "ceilings", mistakes, misses), "ceilings(…)", expected)
    for kind, number in found.items():
        assert_close(number, expected[kind], "ceilings(…)", rtol=1e-4)


@criterion("mend", points=1, hint="Read your own ceilings from the top.")
def test_what_is_mended_first(student, values):
    """What you mend first is what your own network can gain most from."""
    count = {"a": values["glare"], "b": values["dew"], "c": 9, "d": 12}
    kinds = {"a": "glare", "b": "dew", "c": "leaves", "d": "edges"}
    key = max(count, key=count.get)
    wrong = {
        letter: f"If all misses with {kinds[letter]} were gone, {100 - count[letter]} in 100 would be left."
        for letter in count
        if letter != key
    }
    assert_choice(student.mend, "mend", key, wrong, "mend")


@criterion(
    "mend",
    points=1,
    hint="Is a label right because the network agrees with it? What do dev and test set have to share?",
)
def test_which_labels_are_corrected(student):
    """After the correction, dev and test set can be believed."""
    wrong = {
        "b": "Where network and label are wrong alike you would never look; and the test set counts as before.",
        "c": "A network gets over some wrong labels among many. But what do you measure it by in the meantime?",
    }
    assert_choice(student.mend, "labels", "a", wrong, "mend")


@criterion("later", points=1, hint="The two sets were taken in the same way. What has been done with only one of them?")
def test_the_letter_on_settings(student):
    """You know what two hundred comparisons do."""
    wrong = {
        "b": "Both were taken in the same way, and at first were equally hard. Only one was asked two hundred times.",
        "c": "A network that is too small for its task would miss as many moths in either set.",
    }
    assert_choice(student.later, "tuned", "a", wrong, "later")


@criterion("later", points=1, hint="How would you notice that a new network is better?")
def test_the_letter_on_a_newcomer(student):
    """You know what has to come first when the task changes."""
    wrong = {
        "a": "It would call for flies as well, and no number of yours would say whether it calls for the newcomer.",
        "b": "There is no newcomer among the photographs that there are, and none is asked for.",
    }
    assert_choice(student.later, "newcomer", "c", wrong, "later")


@criterion("later", points=1, hint="What is the number there for?")
def test_the_letter_on_spring(student):
    """You know what to do with a number that ranks what nobody wants."""
    wrong = {
        "a": "The number was to stand for what growers need, and all growers tell you that it does not.",
        "c": "The next network would be chosen by a number that you do not believe yourself.",
    }
    assert_choice(student.later, "spring", "b", wrong, "later")


@criterion("later", points=1, hint="How many ideas can you try in a month, and how well can you compare them?")
def test_the_letter_on_pace(student):
    """You know what makes a month of ideas worth most."""
    wrong = {
        "b": "That is a single idea in the month, and with luck a second one is begun.",
        "c": "A training that is broken off early says little of what the idea is worth in the end.",
    }
    assert_choice(student.later, "pace", "a", wrong, "later")
