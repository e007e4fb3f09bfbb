"""The public criteria of `case_orchard`: numbers on paper, and that every question is answered."""

import pytest

from proctor import (
    CriterionFailed,
    as_numbers,
    assert_between,
    assert_choices,
    assert_close,
    call_unchanged,
    criterion,
)

ONE_LETTER = "One letter for each question, in quotes, under the question's name."


@criterion("goal", points=0, hint=ONE_LETTER)
def test_the_goal_is_decided(student):
    """Both questions on the goal have one of their choices."""
    assert_choices(student.goal, {"metric": "abc", "time": "abc"}, "goal")


@criterion("pick", points=0, hint=ONE_LETTER)
def test_a_programme_is_picked(student):
    """One of the programmes is picked."""
    assert_choices(student.pick, {"programme": "abcd"}, "pick")


@criterion(
    "dev_size", points=1, hint="How many moths are on n photographs, and for how many of them do two attempts differ?"
)
@pytest.mark.parametrize(
    "difference, share, photographs",
    [
        pytest.param(0.05, 1, 200, id="a difference of 5 %, and a moth on every photograph"),
        pytest.param(0.05, 0.1, 2000, id="a difference of 5 %, and a moth on a tenth of the photographs"),
        pytest.param(0.02, 0.5, 1000, id="a difference of 2 %, and a moth on every other photograph"),
    ],
)
def test_ten_moths_differ(student, difference, share, photographs):
    """There are so many photographs that ten moths make the difference."""
    # One more or less is rounding, which the next criterion is about.
    assert_close(student.dev_size(difference, share), photographs, f"dev_size({difference}, {share})", rtol=6e-3)


@criterion("dev_size", points=1, hint="Which is the first whole number that makes ten moths or more?")
@pytest.mark.parametrize(
    "difference, share, photographs",
    [
        pytest.param(0.6, 0.7, 24, id="where 23.8 photographs would do"),
        pytest.param(0.3, 1, 34, id="where 33.3 photographs would do"),
        pytest.param(0.5, 0.5, 40, id="where it is 40 exactly"),
    ],
)
def test_a_whole_number(student, difference, share, photographs):
    """It is a whole number, the smallest that makes at least ten moths."""
    assert_close(student.dev_size(difference, share), photographs, f"dev_size({difference}, {share})", rtol=1e-9)


@criterion(
    "sizes", points=1, hint="Does every photograph of the cameras and of the station go into one of the three sets?"
)
def test_every_photograph_once(student, values):
    """Each photograph is in one of three sets, and dev and test set are equally large."""
    sizes = as_numbers(student.sizes, "sizes", ("training", "dev", "test"))
    for name, size in sizes.items():
        if size != round(size) or size < 0:
            raise CriterionFailed(f'a whole number of photographs for "{name}"', f"{size:g}")
    if sizes["test"] - sizes["dev"]:
        raise CriterionFailed("a test set as large as the dev set", f"{sizes['test']:g} and {sizes['dev']:g}")
    assert_close(sum(sizes.values()), values["cameras"] + values["archive"], "the three sizes together", rtol=1e-9)


@criterion("data", points=0, hint=ONE_LETTER)
def test_the_data_are_decided(student):
    """All three questions on the photographs have one of their choices."""
    assert_choices(student.data, {"judged_on": "abc", "divided": "abc", "pears": "abc"}, "data")


@criterion("level", points=0, hint=ONE_LETTER)
def test_the_level_is_decided(student):
    """The question on what is possible has one of its choices."""
    assert_choices(student.level, {"possible": "abc"}, "level")


@criterion("gaps", points=1, hint="A fraction is 0.05 for 5 %. Neither part is larger than all misses on the dev set.")
def test_fractions(student, values):
    """Both parts are fractions of the moths, and smaller than the misses on the dev set."""
    for name, size in as_numbers(student.gaps, "gaps", ("bias", "variance")).items():
        assert_between(size, -values["dev_misses"], values["dev_misses"], f'gaps["{name}"]')


@criterion("plan", points=0, hint=ONE_LETTER)
def test_the_plan_is_decided(student):
    """The question on what comes first has one of its choices."""
    assert_choices(student.plan, {"first": "abc"}, "plan")


@criterion("sample", points=0, hint=ONE_LETTER)
def test_the_sample_is_decided(student):
    """The question on the hundred photographs has one of its choices."""
    assert_choices(student.sample, {"sample": "abc"}, "sample")


@criterion(
    "ceilings", points=1, hint="Which share of the mistakes is of this kind? A mistake of two kinds counts for both."
)
@pytest.mark.parametrize(
    "mistakes, misses, expected",
    [
        pytest.param([{"dew"}, {"edge"}, {"dew"}, {"dew"}], 0.08, {"dew": 0.06, "edge": 0.02}, id="one kind each"),
        pytest.param(
            [{"dew", "glare"}, {"glare"}, set(), {"leaf"}, {"glare", "leaf"}],
            0.07,
            {"dew": 0.014, "glare": 0.042, "leaf": 0.028},
            id="with two kinds, and with none",
        ),
    ],
)
def test_the_share_of_each_kind(student, mistakes, misses, expected):
    """The ceiling of a kind is its share of the mistakes, as a share of the moths."""
    found = call_unchanged(student, "ceilings", mistakes, misses)
    for kind, number in as_numbers(found, "ceilings(…)", expected).items():
        assert_close(number, expected[kind], f'ceilings(…)["{kind}"]', rtol=1e-4)
    if others := [str(kind) for kind in found if kind not in expected and found[kind]]:
        raise CriterionFailed("0 for a kind that does not occur, or no entry", ", ".join(others))


@criterion("mend", points=0, hint=ONE_LETTER)
def test_mending_is_decided(student):
    """Both questions on mending have one of their choices."""
    assert_choices(student.mend, {"mend": "abcd", "labels": "abc"}, "mend")


@criterion("later", points=0, hint=ONE_LETTER)
def test_every_letter_is_answered(student):
    """All four letters are answered with one of their choices."""
    choices = {"tuned": "abc", "newcomer": "abc", "spring": "abc", "pace": "abc"}
    assert_choices(student.later, choices, "later")
