"""Dates, in every way to write them."""

import datetime

import pytest

from proctor import datasets
from proctor.datasets import dates

pytestmark = pytest.mark.usefixtures("nothing_around")


def test_dates_are_what_they_say():
    """Every date is written once, in a known way, at most so long, and its answer is a real day."""
    texts, answers = datasets.load("dates")
    new, _ = datasets.load("dates", split="test")
    assert (len(texts), len(new)) == (4000, 1000)
    assert len({*texts, *new}) == 5000
    assert max(map(len, [*texts, *new])) <= dates.LENGTH
    assert set("".join(texts).lower()) <= set(dates.CHARACTERS)
    for text, answer in zip(texts, answers, strict=True):
        ways = [dates.FORMATS[name](datetime.date.fromisoformat(answer)) for name in dates.KNOWN]
        assert text in ways
    assert dates.as_numbers(["3 May", ""], 6).tolist() == [[9, 1, 28, 16, 40, 0], [0] * 6]


@pytest.mark.parametrize(
    "name, text",
    [
        ("plain", "5 April 2009"),
        ("ordinal", "5th April 2009"),
        ("month first", "April 5, 2009"),
        ("short", "Sun, 5 Apr 2009"),
        ("dots", "5.4.2009"),
        ("weekday", "Sunday, 5.4.09"),
        ("slashes", "4/5/2009"),
        ("two digits", "5 April 09"),
        ("year first", "2009 April 5"),
    ],
)
def test_ways_to_write_a_date(name, text):
    """A day is written in each way, whatever language the machine speaks."""
    assert dates.FORMATS[name](datetime.date(2009, 4, 5)) == text
    found, answers = dates.draw_dates(40, seed=3, formats=[name])
    assert [dates.FORMATS[name](datetime.date.fromisoformat(answer)) for answer in answers] == found


def test_ordinals_end_as_in_english():
    """1st, 2nd, 3rd, 4th, 11th, 12th, 13th, 21st, 22nd, 23rd, 30th, 31st."""
    write = dates.FORMATS["ordinal"]
    found = [write(datetime.date(2024, 5, day)).split()[0] for day in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)]
    assert found == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st"]
