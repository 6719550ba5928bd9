"""One claim put to its pack: the sentence as read, what it cites, and for each number what it may stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from analyst.answers.facts import EVERYONE, Claim, Evidence, Fact, Number, Pack
from analyst.answers.grounding.facts_view import (
    CONTRIBUTIONS,
    Candidate,
    conditions,
    family,
    metrics_of,
    partner,
    values_of,
)
from analyst.answers.grounding.numerals import Numeral
from analyst.answers.grounding.reading import Sentence

_CLOSE = 1e-6


@dataclass(frozen=True)
class Fault:
    """What is wrong with a claim: the rule that it breaks, and why, in a sentence for people."""

    rule: str
    message: str


class Case:
    """Everything that the rules look at. Nothing in here changes the claim or the pack."""

    def __init__(self, claim: Claim, pack: Pack) -> None:
        self.claim, self.pack = claim, pack
        self.facts: list[Fact] = [pack.facts[one] for one in dict.fromkeys(claim.facts) if one in pack.facts]
        own = {name for fact in self.facts for name in fact.names}
        self.sentence = Sentence(claim.text, pack.names if own <= pack.names else pack.names | own)
        self.cited: list[Evidence] = [pack.evidence[one] for one in dict.fromkeys(claim.cites) if one in pack.evidence]

    @cached_property
    def allows(self) -> frozenset[str]:
        """The strong words that any cited fact carries."""
        return frozenset(word for fact in self.facts for word in fact.allows)

    @cached_property
    def candidates(self) -> list[list[Candidate]]:
        """For each numeral, every number of a cited fact with its value and unit."""
        return [list(self._matching(numeral)) for numeral in self.sentence.numerals]

    def _matching(self, numeral: Numeral) -> Iterator[Candidate]:
        for fact in self.facts:
            for place, number in enumerate(fact.numbers):
                if not number.of and any(other.of and other.value == number.value for other in fact.numbers):
                    continue  # the same number stands there with what it is
                if _means(numeral, number, fact):
                    yield Candidate(fact, number, place)
            if fact.n is not None and not any(n.unit == "count" and n.value == fact.n for n in fact.numbers):
                number = Number(float(fact.n), "count", "n")
                if _means(numeral, number, fact):
                    yield Candidate(fact, number, -1)
            if numeral.worked_out:
                yield from _worked_out(numeral, fact)

    @cached_property
    def bound(self) -> list[list[Candidate]]:
        """Those of the candidates that the numeral may stand for where it stands (see rules.binding)."""
        from analyst.answers.grounding.standing import standing

        return standing(self)[0]

    @cached_property
    def base_group(self) -> str:
        """The group that most facts of the pack are about: what a sentence without a group means."""
        counts = Counter(fact.where for fact in self.pack.facts.values())
        return min(counts, key=lambda where: (-counts[where], conditions(where), where)) if counts else EVERYONE

    @cached_property
    def everyone(self) -> int:
        """How many conditions that group has."""
        return conditions(self.base_group)

    @cached_property
    def base(self) -> frozenset[str]:
        """The values of that group: every sentence may name them."""
        return values_of(self.base_group)


def _means(numeral: Numeral, number: Number, fact: Fact) -> bool:
    """Whether the value and the unit are those of `number`; its sign too, where one was written."""
    for factor in _factors(numeral, number, fact):
        value = number.value * factor
        if not numeral.low - _CLOSE <= abs(value) <= numeral.high + _CLOSE:
            continue
        if numeral.sign and abs(value) > 0.05 and (value > 0) != (numeral.sign > 0):
            continue
        return True
    return False


def _factors(numeral: Numeral, number: Number, fact: Fact) -> tuple[float, ...]:
    """What the number may be multiplied with to be said in the numeral's unit; none where the units do not meet."""
    said, unit = numeral.unit, number.unit
    if numeral.ordinal:
        return (1.0,) if (unit in ("count", "any") and "rank" in number.of) or "place" in number.of else ()
    if unit == "any":
        return (1.0, 100.0) if said in ("percent", "pp", "") else (1.0,)
    if said in ("percent", "pp"):
        if unit == "points" and metrics_of(fact) & {"csat", "ces"} and "nps" not in metrics_of(fact):
            return (1.0,)
        return (100.0,) if unit == "share" else ()
    if said == "points":
        return (1.0,) if unit == "points" else ()
    if said == "times":
        return (1.0,) if unit == "ratio" else ()
    if said in ("days", "weeks", "months"):
        counted = unit == "count" and re.search(r"period|window|month|week|day", number.of)
        if said == "weeks" and unit == "days":
            return (1 / 7,)
        return (1.0,) if unit == said or counted else ()
    if numeral.noun:
        return (1.0,) if unit == "count" else ()
    return (1.0,) if unit in ("points", "count", "ratio", "days", "weeks") else ()


def _worked_out(numeral: Numeral, fact: Fact) -> Iterator[Candidate]:
    """'Doubled' may rest on a level and the one before or elsewhere, where both stand in one fact."""
    if numeral.unit == "percent":
        yield from _part_of_the_change(numeral, fact)
    if numeral.unit != "times":
        return
    for place, other in enumerate(fact.numbers):
        kind = family(other)
        top = partner(fact, place) if kind in ("before", "others") else None
        if top is None or top.unit != other.unit or other.value <= 0 or top.value <= 0:
            continue
        ratio = top.value / other.value
        if numeral.low - _CLOSE <= ratio <= numeral.high + _CLOSE:
            of = "worked out" if kind == "before" else "worked out over others"
            yield Candidate(fact, Number(ratio, "ratio", of), fact.numbers.index(top))


def _part_of_the_change(numeral: Numeral, fact: Fact) -> Iterator[Candidate]:
    """'Half of the fall' may rest on a part of the whole change and the whole, where both stand in one fact."""
    whole = next((number.value for number in fact.numbers if number.of == "change"), 0.0)
    if not whole or not fact.numbers or fact.numbers[0].of != "change":
        return
    for place, number in enumerate(fact.numbers):
        share = number.value / whole
        if number.of in CONTRIBUTIONS and numeral.low - _CLOSE <= 100 * share <= numeral.high + _CLOSE:
            yield Candidate(fact, Number(share, "share", "part of the change"), place)
