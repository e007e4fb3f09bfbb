"""A newswire that no agency sent: articles on five topics, put together from words and templates.

All topics share the templates and many of the words. What an article is about shows in which words
it has more of, and some articles are about two things. Names of people, places and firms are made
of syllables. Some of them occur in the training split alone, and some in the test split alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


def _words(text: str) -> list[str]:
    return text.split()


class Topic(NamedTuple):
    """The words of a topic, the frequent ones first.

    Args:
        share: of all articles.
        nouns, adjectives, verbs: of which most sentences are made; a verb stands in the past.
        roles: what its people are.
        bodies: what its firms, teams and parties are called, with a name in place of "{}".
        sentences: templates that only this topic has.
    """

    share: float
    nouns: Sequence[str]
    adjectives: Sequence[str]
    verbs: Sequence[str]
    roles: Sequence[str]
    bodies: Sequence[str]
    sentences: Sequence[str]


TOPICS = {
    "business": Topic(
        0.23,
        _words(
            "market price profit share bank company growth sale economy cost oil investor trade dollar debt factory"
            " export loan rate merger budget currency bond airline retailer customer wage steel takeover insurer"
        ),
        _words("economic annual quarterly financial global weak steady expensive cheap commercial profitable risky"),
        _words("sold bought raised borrowed cut invested traded exported closed merged paid"),
        ["chief executive", "analyst", "economist", "banker", "shareholder", "broker"],
        ["{} Holdings", "{} & Sons", "the Bank of {}", "{} Motors"],
        [
            "Shares in {body} {moved} {number}% to {number} cents.",
            "The {noun} of {body} {moved} to ${number}m in the {quarter} quarter.",
            "Analysts had expected a {noun} of £{number}m.",
            "It plans to cut {number},000 jobs at its {noun} in {place}.",
            "The {adjective} {noun} grew by {number}.{digit}%, more than the {noun} of last year.",
        ],
    ),
    "entertainment": Topic(
        0.17,
        _words(
            "film music album actor band award show singer song festival star director audience stage theatre concert"
            " studio comedy drama screen chart prize role guitar opera premiere painting museum script dancer"
        ),
        _words("musical famous comic classic brilliant dramatic original romantic funny loud glamorous tragic"),
        _words("played recorded directed performed starred painted danced composed filmed toured premiered"),
        ["singer", "film director", "actor", "guitarist", "composer", "comedian"],
        ["the {} Theatre", "{} and the Larks", "the {} Film Festival", "{} Records"],
        [
            'The {noun} "{title}" went to number {digit} in the {noun} chart.',
            'For "{title}", {person} won the prize for the best {noun}.',
            "Tickets for the {noun} in {place} were sold out in {number} minutes.",
            "Critics called the {noun} {adjective}, {adjective} and far too long.",
            "The {adjective} {noun} opens in {place} on {day}.",
        ],
    ),
    "politics": Topic(
        0.19,
        _words(
            "government party minister election law tax vote parliament policy voter council campaign leader reform"
            " mayor bill budget senate pension immigration coalition poll debate speech opposition treaty school"
            " referendum constitution candidate"
        ),
        _words(
            "political public national local liberal conservative unpopular legal secret democratic foreign"
            " controversial"
        ),
        _words("voted promised resigned elected debated opposed passed campaigned rejected appointed accused governed"),
        ["prime minister", "party leader", "mayor", "senator", "home secretary", "spokesman"],
        ["the {} Party", "the {} Alliance", "{} council", "the Institute of {}"],
        [
            "The {noun} was passed by {number} votes to {number}.",
            "{person}, the {role}, told parliament that the {noun} would be {adjective}.",
            "In a poll, {number}% of voters were against the {noun}.",
            "The opposition called the {noun} {adjective}, and asked the {role} to resign.",
            "Voters in {place} go to the polls on {day}.",
        ],
    ),
    "sport": Topic(
        0.23,
        _words(
            "match team player game season coach goal cup win champion final injury club race title league defeat"
            " captain medal referee squad fan tennis penalty striker stadium tournament runner rugby record"
        ),
        _words("fast young injured unbeaten olympic strong tired fit disappointing physical athletic decisive"),
        _words("won scored lost trained kicked defended missed finished raced tackled served"),
        ["coach", "captain", "striker", "goalkeeper", "manager", "sprinter"],
        ["{} United", "{} Rovers", "the {} Lions", "Real {}"],
        [
            "{body} beat {body} {digit}-{digit} in {place}.",
            "{person} scored in the {number}th minute, and the {noun} was {adjective}.",
            "The {role} is out for {digit} weeks with an injury to his knee.",
            "It was the {adjective} {noun} of the season, in front of {number},000 fans.",
            "{body} play {body} in the {noun} on {day}.",
        ],
    ),
    "tech": Topic(
        0.18,
        _words(
            "computer phone keyboard user internet network game site virus device program search camera technology"
            " broadband file chip website password player hacker download server laptop gadget message spam robot"
            " battery screen"
        ),
        _words("digital mobile online wireless fast electronic virtual portable clever free faulty interactive"),
        _words(
            "downloaded installed searched connected updated copied programmed hacked designed launched blocked stored"
        ),
        ["engineer", "software developer", "researcher", "security expert", "inventor", "programmer"],
        ["{}soft", "{} Systems", "{} Labs", "the University of {}"],
        [
            "Some {number} million people have {verb} the {noun}.",
            "The {adjective} {noun} weighs {number} grams, and costs £{number}.",
            "A new version of the {noun} can be {verb} from the website of {body}.",
            "{person}, a {role} at {body}, said that the {noun} was not safe.",
            "The {noun} has a {adjective} {noun} and a {noun} of {number} gigabytes.",
        ],
    ),
}
SHARED_NOUNS = _words(
    "year time day plan week group month country world deal number report change problem move part way chance"
    " decision future result point question city family idea meeting story answer neighbour"
    " friend street house morning hope mistake summer winter letter train river garden bridge secret"
)
SHARED_ADJECTIVES = _words(
    "new big good last first next great early late old long important clear difficult better small different likely"
    " strange simple local real short bad"
)
SHARED_VERBS = _words(
    "made found helped asked wanted changed started kept moved called needed warned held led brought lost used"
)
SHARED_SENTENCES = (
    "{person}, the {role} of {body}, said that the {noun} had {verb} the {noun}.",
    "The {adjective} {noun} of {body} {verb} a {noun} in {place}.",
    '"We have {verb} every {noun}," said {person}, "and it was a {adjective} {noun}."',
    "But the {noun} is {adjective}, and the {noun} is not.",
    "{body} {verb} the {noun}, but not the {adjective} {noun} of {body}.",
    "It is the {adjective} {noun} since the {noun} of {year}.",
    "After the {noun}, {person} {verb} a {noun} with {person}.",
    "There was no {noun} in {place} on {day}, so the {noun} was {verb} again.",
    "What will become of the {adjective} {noun}, and who {verb} it?",
    '"That is no {noun}," {person} said.',
    "On {day} the {role} of {body} {verb} in {place}.",
    "More than {number} people {verb} the {noun}, and {number} of them were {adjective}.",
    "The {noun} and the {noun} are both {adjective}; neither has {verb}.",
    "A spokeswoman for {body} would not say who had {verb} the {noun}.",
    "If the {noun} is as {adjective} as the {noun}, it will be {verb} by {day}.",
    "Nobody in {place} had {verb} such a {adjective} {noun} before.",
)
HEADLINES = (
    "{body}: {adjective} {noun}, {adjective} {noun}",
    "{role} {verb} {noun} in {place}",
    "the {noun} that {verb} a {role}",
    '"no {noun}", says {role} of {body}',
    "{person} and the {adjective} {noun}",
    "{noun} {verb}, {noun} to follow",
)
DAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
FORMER, LATER = (
    _words("bar bel cor dal fen gar hal ken lor mar nor pel quin ros sel tam ul var wen yor"),
    _words("bury by dale den field ford gate ham lan ley lock mont nick ring ston thorpe vale wick win worth"),
)
FIRST_NAMES = _words("Ada Ben Cleo Dora Emil Fay Gus Hana Ivo June Karl Lena Milo Nora Otto Pia Rosa Sam Tess Yuri")
MOVES = ("rose", "fell", "jumped", "slid", "climbed", "dropped")
QUARTERS = ("first", "second", "third", "fourth")
MIDDLE = _words("a bor chel der en fin ger har is kel")
UNFAMILIAR = 0.15  # how many of a split's names are its own

ORDINARY, TWOFOLD = 0.72, 0.4  # how much of an article's sentences and words is its own topic's
HALF_AND_HALF = 0.03  # how many articles are about two things


def write_articles(count: int, seed: int, others: bool = False) -> list[tuple[str, str]]:
    """Write articles.

    Args:
        count: how many.
        seed: of all that is random.
        others: whether some names are those of the test split, in place of the training split's.

    Returns a list of pairs: the topic, and the text, which has commas, quotes and line breaks.
    """
    desk = _Desk(np.random.default_rng(seed), others)
    return [desk.write() for _ in range(count)]


class _Desk:
    """Writes one article after the other."""

    def __init__(self, rng: np.random.Generator, others: bool):
        self._rng = rng
        middles = ["", *MIDDLE]
        names = [(a + b + c).capitalize() for a in FORMER for b in middles for c in LATER]
        names = list(np.random.default_rng(2225).permutation(names))
        own = round(UNFAMILIAR * len(names))
        self._names = names[own:-own] + (names[-own:] if others else names[:own])
        self._topic, self._second, self._loyalty = "", "", 0.0

    def write(self) -> tuple[str, str]:
        """The topic and the text of one article."""
        names = list(TOPICS)
        shares = [topic.share for topic in TOPICS.values()]
        self._topic, self._second = (str(name) for name in self._rng.choice(names, 2, replace=False, p=shares))
        twofold = self._rng.random() < HALF_AND_HALF
        self._loyalty = TWOFOLD if twofold else float(self._rng.normal(ORDINARY, 0.1))
        parts = [self._fill(self._one_of(HEADLINES), self._topic) + "."]
        for _ in range(self._rng.integers(6, 14)):
            about = self._about(0.8 if twofold else 0.3)
            own = self._rng.random() < 0.35
            parts.append(self._fill(self._one_of(TOPICS[about].sentences if own else SHARED_SENTENCES), about))
        cut = int(self._rng.integers(2, len(parts)))
        paragraphs = [" ".join(parts[:cut]), " ".join(parts[cut:])]
        return self._topic, ("\n" if self._rng.random() < 0.3 else " ").join(paragraphs)

    def _about(self, second: float) -> str:
        """The topic of the next sentence: the article's, or, rather or hardly, its second one."""
        if self._rng.random() < self._loyalty:
            return self._topic
        return self._second if self._rng.random() < second else str(self._one_of(list(TOPICS)))

    def _fill(self, template: str, about: str) -> str:
        """A sentence, with a word in place of each slot, and a capital letter at its beginning."""
        parts = template.split("{")
        text = parts[0]
        for part in parts[1:]:
            slot, rest = part.split("}", 1)
            text += self._word(slot, about) + rest
        text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
        return text[0].upper() + text[1:]

    def _word(self, slot: str, about: str) -> str:
        topic, rng = TOPICS[about], self._rng
        shared = rng.random() < 0.3
        if slot == "noun":
            return self._frequent(SHARED_NOUNS if shared else topic.nouns)
        if slot == "adjective":
            return self._frequent(SHARED_ADJECTIVES if shared else topic.adjectives)
        if slot == "verb":
            return self._frequent(SHARED_VERBS if shared else topic.verbs)
        if slot == "person":
            return f"{self._one_of(FIRST_NAMES)} {self._name()}"
        simple = {
            "role": lambda: self._one_of(topic.roles),
            "body": lambda: self._one_of(topic.bodies).format(self._name()),
            "place": self._name,
            "day": lambda: self._one_of(DAYS),
            "moved": lambda: self._one_of(MOVES),
            "quarter": lambda: self._one_of(QUARTERS),
            "title": lambda: f"{self._frequent(SHARED_ADJECTIVES)} {self._frequent(SHARED_NOUNS)}".title(),
            "number": lambda: str(rng.integers(2, 100)),
            "digit": lambda: str(rng.integers(0, 10)),
            "year": lambda: str(rng.integers(1980, 2024)),
        }
        return simple[slot]()

    def _name(self) -> str:
        return self._frequent(self._names)

    def _one_of(self, words: Sequence[str]) -> str:
        return words[int(self._rng.integers(len(words)))]

    def _frequent(self, words: Sequence[str]) -> str:
        """One of the words, of which the first are more frequent than the last."""
        return words[int(len(words) * self._rng.random() ** 1.8)]
