"""Questions with choices or a number: that each is answered, and that an answer is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from proctor.channel.described import described
from proctor.criteria.arrays import as_array
from proctor.errors import CourseError, CriterionFailed


def assert_choices(answers: Any, questions: Mapping[str, Iterable[str]], what: str = "answers") -> None:
    """Fail unless every question is answered with one of its choices, right or wrong.

    Args:
        answers: the student's dict, question → choice; spaces and case of a choice do not matter.
        questions: question → its choices, such as "abc" or ("yes", "no").
        what: the dict's name in the message.
    """
    for question, choices in questions.items():
        _choice(answers, question, [_plain(choice) for choice in choices], what)


def assert_choice(answers: Any, question: str, key: str, wrong: Mapping[str, str], what: str = "answers") -> None:
    """Fail unless a question is answered with its key; for hidden criteria.

    The key is in no message. A wrong choice's sentence is shown to the student though the criterion
    is hidden (see `CriterionFailed`): it says what the choice overlooks, and not the right one.

    Args:
        answers: the student's dict, question → choice; spaces and case of a choice do not matter.
        question: one of its keys.
        key: the right choice.
        wrong: each of the other choices → its sentence.
        what: the dict's name in the message.

    Raises CourseError if the key is among the wrong choices, or one of them has no sentence.
    """
    sentences = {_plain(choice): sentence.strip() for choice, sentence in wrong.items()}
    if _plain(key) in sentences or not all(sentences.values()) or not sentences:
        raise CourseError(f"assert_choice of {question!r}: every choice but the key needs a sentence, and only those")
    found = _choice(answers, question, sorted([_plain(key), *sentences]), what)
    if found != _plain(key):
        raise CriterionFailed("another choice", f'"{found}" for "{question}"', tell=sentences[found])


def as_numbers(found: Any, what: str, names: Iterable[str]) -> dict[str, float]:
    """The numbers that a student's dict has under `names`, whatever their dtypes.

    Args:
        found: the student's dict; further entries do not matter.
        what: its name in the message.
        names: of the entries that it must have, a single number each.

    Raises CriterionFailed if it is no dict, or one of them is missing or no single number.
    """
    if not isinstance(found, dict):
        raise CriterionFailed(f"`{what}` to be a dict", described(found))
    numbers = {}
    for name in names:
        if name not in found:
            raise CriterionFailed(f'an entry "{name}" in `{what}`', described(found))
        number = as_array(found[name], f'{what}["{name}"]')
        if number.size != 1 or number.dtype.kind == "c":
            raise CriterionFailed(f'`{what}["{name}"]` to be a single number', described(found[name]))
        numbers[name] = float(number.item())
    return numbers


def assert_number(found: float, key: float, wrong: Iterable[tuple[float, str]], what: str, rtol: float = 1e-3) -> None:
    """Fail unless a number that the student worked out is the right one; for hidden criteria.

    The key is in no message. As in `assert_choice`, the sentence of a wrong number is shown to the
    student: it says what was overlooked.

    Args:
        found: the student's number, as `as_numbers` returns it.
        key: the right one, not 0.
        wrong: pairs of a number that a usual slip leads to, and its sentence. One that equals the
            key, as it may with some student's own values, is passed over.
        what: its name in the message.
        rtol: relative tolerance, for numbers that were rounded on the way.

    Raises CourseError if a sentence is missing.
    """
    slips = [(number, sentence.strip()) for number, sentence in wrong]
    if not all(sentence for _, sentence in slips):
        raise CourseError(f"assert_number of {what}: every wrong number needs a sentence")
    if np.isclose(found, key, rtol=rtol, atol=0):
        return
    near = [sentence for number, sentence in slips if np.isclose(found, number, rtol=rtol, atol=1e-9)]
    raise CriterionFailed("another number", f"{found:.6g} as {what}", tell=near[0] if near else "")


def _choice(answers: Any, question: str, choices: list[str], what: str) -> str:
    """The student's choice, or CriterionFailed, which students are told, if it is none."""
    expected = f'one of {", ".join(choices)} for "{question}" in `{what}`'
    if not isinstance(answers, dict):
        raise CriterionFailed(f"`{what}` to be a dict", described(answers), tell=f"`{what}` is not a dict.")
    if question not in answers:
        others = ", ".join(f'"{name}"' for name in answers if isinstance(name, str)) or "none"
        told = f'"{question}" has no answer in `{what}`.'
        raise CriterionFailed(expected, f"no such question there, only {others}", tell=told)
    found = answers[question]
    if not isinstance(found, str) or _plain(found) not in choices:
        raise CriterionFailed(expected, described(found), tell=f'The answer to "{question}" is none of its choices.')
    return _plain(found)


def _plain(choice: str) -> str:
    """A choice without spaces around it, in lower case."""
    return choice.strip().casefold()
