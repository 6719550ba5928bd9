"""Which candidates may stand for each number of a sentence, and which pairs of numbers belong together."""

from __future__ import annotations

from analyst.answers.grounding.case import Case
from analyst.answers.grounding.cues import MOVED_BETWEEN, OF_CHANGE
from analyst.answers.grounding.facts_view import Candidate, family, interval_at
from analyst.answers.grounding.objections import objection
from analyst.answers.grounding.place import Place


def standing(case: Case) -> tuple[list[list[Candidate]], list[str]]:
    """For each numeral the candidates that may stand there; and what is wrong with those that have none."""
    cached = getattr(case, "_standing", None)
    if cached is not None:
        return cached  # type: ignore[no-any-return]
    bound: list[list[Candidate]] = []
    objections: list[str] = []
    for index, candidates in enumerate(case.candidates):
        place = Place(case, index)
        weighed = [(objection(place, candidate), candidate) for candidate in candidates]
        good = [candidate for wrong, candidate in weighed if not wrong]
        bound.append(good)
        if candidates and not good:
            objections.append(f"The number {place.numeral.text.strip()} {weighed[0][0]}.")
    _check_pairs(case, bound, objections)
    case._standing = (bound, objections)  # type: ignore[attr-defined]
    return bound, objections


def _check_pairs(case: Case, bound: list[list[Candidate]], objections: list[str]) -> None:
    """The two numbers of an interval or of a from-to belong to one fact, in the right order."""
    for index in range(len(bound) - 1):
        place = Place(case, index)
        if place.partner != (index, index + 1) or not bound[index] or not bound[index + 1]:
            continue
        moved = MOVED_BETWEEN.search(case.sentence.low[: place.numeral.start])
        if moved:
            bound[index] = [a for a in bound[index] if a.family in ("delta", "") or family(a.head) == "delta"]
        pairs = [(a, b) for a in bound[index] for b in bound[index + 1] if _belong(a, b, place)]
        if not pairs or not any(_fits_what_was_said(a, b, bound[:index], place) for a, b in pairs):
            numerals = case.sentence.numerals
            said = f"{numerals[index].text.strip()} to {numerals[index + 1].text.strip()}"
            objections.append(f"The numbers {said} are not the two ends of one interval, nor before and now")


def _fits_what_was_said(a: Candidate, b: Candidate, before: list[list[Candidate]], place: Place) -> bool:
    """Whether an interval is that of a number given before it, where any given before has an interval of its own."""
    if a.family != "end" or b.family != "end":
        return True
    said = {
        id(c.head)
        for found in before
        for c in found
        if c.fact is a.fact and c.place >= 0 and interval_at(c.fact, c.place)
    }
    if not said or id(a.head) in said:
        return True
    numerals, low = place.case.sentence.numerals, place.case.sentence.low
    since = low[numerals[place.index - 1].end : place.numeral.start]  # 'the interval of the change is'
    after = low[numerals[place.index + 1].end :][:28]  # '−4.4 to +1.2 for the change'
    return family(a.head) == "delta" and bool(OF_CHANGE.search(since) or OF_CHANGE.search(after))


def _belong(a: Candidate, b: Candidate, place: Place) -> bool:
    if a.fact is not b.fact:
        return False
    if a.family == "end" and b.family == "end":
        first, second = place.numeral, place.case.sentence.numerals[place.index + 1]
        if b.place - a.place == 1 and a.head is b.head:
            return (
                a.number.value >= 0
                or first.sign != 0
                or first.value == 0
                or (b.number.value < 0 and bool(first.sign) == bool(second.sign))
            )
        # both below zero and unsigned, said the smaller first: '7.9 to 18.8 points lower'
        return (
            a.place - b.place == 1 and a.number.value < 0 and b.number.value < 0 and not first.sign and not second.sign
        )
    if a.family in ("before", "others") and b.family == "level":
        return True
    return "" in (a.family, b.family) or (
        (a.family, b.family) in (("count", "count"), ("level", "before"), ("level", "level"))
        and not place.in_pair_said_as_change
    )
