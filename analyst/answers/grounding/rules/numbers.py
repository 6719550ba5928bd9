"""Numbers: each equals, as far as it is shown, a number of a cited fact in the same unit. What is not found fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.dates import window_days
from analyst.answers.grounding.folding import words
from analyst.answers.grounding.numerals import Numeral

_SCORED = re.compile(
    r"\b(?:scor(?:ed|es?|ing)|gave|gives?|giving|rat(?:ed|ing|es)|answered(?: with)?|marked)\s(?:us |it |a |"
    r"an |of |of a |it a |us a |only |just )*$",
    re.IGNORECASE,
)
_PEOPLE = words(
    "customers people comments quotes answers voices users responses respondents detractors promoters",
    "passives sessions",
)
_THINGS = words(
    "signs kinds problems groups themes screens fixes segments things weeks windows versions signals complaints points",
)
_SPAN_WORDS = re.compile(r"^\s?(?:before|earlier|prior|preceding|previous|baseline|of baseline)|^\s?$")
_SPAN_BEFORE = re.compile(r"\b(?:previous|preceding|prior|last|past|earlier)\s$")


def numbers(case: Case) -> Iterator[Fault]:
    """See the module."""
    for numeral, candidates in zip(case.sentence.numerals, case.candidates, strict=True):
        if not candidates and not excused(case, numeral):
            unit = {"percent": " %", "pp": " pp"}.get(numeral.unit, "")
            said = numeral.text.strip() + (unit if unit and unit.strip() not in numeral.text else "")
            yield Fault("numbers", f"The number {said} stands in none of its facts, or not in that unit.")


def excused(case: Case, numeral: Numeral) -> bool:
    """Numbers that stand in no fact but in what is cited: a customer's score, how many are quoted, how long the
    baseline is."""
    low = case.sentence.low
    given = any(one.score is not None and numeral.value == abs(one.score) for one in case.cited)
    if given and not numeral.unit and _SCORED.search(low[: numeral.start]):
        return True
    if numeral.noun in _PEOPLE and numeral.value == len(case.cited) > 0 and numeral.exact:
        return True
    if numeral.noun in _THINGS and not numeral.unit and numeral.value <= 6 and numeral.exact:
        named = {mention.name for mention in case.sentence.mentions}
        if numeral.value in (len(named), len(case.facts)) and (len(named) > 1 or len(case.facts) > 1):
            return True
    return numeral.unit in ("weeks", "months") and _is_baseline(case, numeral)


def _is_baseline(case: Case, numeral: Numeral) -> bool:
    """'the four weeks before', where a cited fact's windows span that many."""
    low = case.sentence.low
    if not (_SPAN_WORDS.search(low[numeral.end :]) or _SPAN_BEFORE.search(low[: numeral.start])):
        return False
    labels = {fact.window for fact in case.facts} | {n.window for fact in case.facts for n in fact.numbers if n.window}
    spans = [window_days(label) for label in labels]
    lengths = [(span[1] - span[0]).days + 1 for span in spans if span is not None]
    if numeral.unit == "months":
        return any(round(days / 30.4) == numeral.value and days >= 28 for days in lengths)
    return any(days == 7 * numeral.value for days in lengths)
