"""What a fact is about and what its numbers mean, as the rules need it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from analyst.answers.facts import EVERYONE, Fact, Number
from analyst.answers.grounding.folding import lower, tidy
from analyst.answers.grounding.naming import mentions_in

Family = Literal["level", "before", "others", "delta", "end", "count", "ratio", "limit", ""]
_DELTAS = frozenset(
    [
        "change",
        "effect",
        "gap",
        "trend",
        "contribution",
        "difference",
        "mix",
        "common",
        "segment",
        "release",
        "lift",
        "joint",
        "movement",
    ]
)
LIMITS = frozenset({"smallest visible", "threshold", "answers needed"})  # what is no finding, but a measure of one
CONTRIBUTIONS = frozenset({"contribution", "mix", "common", "segment", "release"})
_OTHERS = re.compile(r"\b(?:others?|elsewhere|rest)\b")
_METRICS = re.compile(r"\b(?:NPS|CSAT|CES)\b")


@lru_cache(maxsize=4096)
def family(number: Number) -> Family:
    """What kind of quantity a number is, from the word that says what it is (its `of`) and its unit."""
    of = number.of.strip().lower()
    if not of:
        return "ratio" if number.unit == "ratio" else "count" if number.unit == "count" else ""
    if of in ("low", "high") or of.endswith((" low", " high")):
        return "end"
    if of == "before" or of.endswith(" before") or of.startswith("before ") or of in ("baseline", "previous"):
        return "before"
    if of in _DELTAS or of.split(" ", 1)[0] in _DELTAS:
        return "delta"
    if of in LIMITS:
        return "limit"
    if _OTHERS.search(of):
        return "others"
    if number.unit in ("count", "days", "weeks"):
        return "count"
    return "ratio" if number.unit == "ratio" else "level"


@lru_cache(maxsize=4096)
def of_others(number: Number) -> bool:
    """Whether it is the level or change of those outside the group that the fact is about."""
    return bool(_OTHERS.search(number.of.lower()))


@dataclass(frozen=True)
class Candidate:
    """A number of a cited fact that a numeral may stand for; `place` is where the fact has it (−1: its n)."""

    fact: Fact
    number: Number
    place: int

    @property
    def family(self) -> Family:
        """See `family`."""
        return family(self.number)

    @property
    def where(self) -> str:
        """Whom the number is about."""
        return self.number.where if self.number.where is not None else self.fact.where

    @property
    def window(self) -> str:
        """When."""
        return self.number.window or self.fact.window

    @property
    def head(self) -> Number:
        """The number that an interval's end belongs to: itself where it is no end."""
        place = self.place
        while place > 0 and family(self.fact.numbers[place]) == "end":
            place -= 1
        return self.fact.numbers[place] if place >= 0 else self.number


@lru_cache(maxsize=4096)
def interval_at(fact: Fact, place: int) -> tuple[float, float] | None:
    """The interval of the number at `place`: the two ends that follow it; None where it has none."""
    following = fact.numbers[place + 1 : place + 3]
    if len(following) == 2 and all(family(number) == "end" for number in following):
        return following[0].value, following[1].value
    return None


@lru_cache(maxsize=4096)
def about(fact: Fact, names: frozenset[str]) -> frozenset[str]:
    """The names that a fact is about, lower case: its own, those of its groups, and those in its words."""
    found = {lower(tidy(name)) for name in fact.names}
    found |= values_of(fact.where)
    for number in fact.numbers:
        if number.where:
            found |= values_of(number.where)
    found |= {mention.name for mention in mentions_in(tidy(fact.text), names)}
    return frozenset(found)


@lru_cache(maxsize=4096)
def values_of(where: str) -> frozenset[str]:
    """`platform = android and app_version = 4.2.0` → android, 4.2.0."""
    if where == EVERYONE:
        return frozenset()
    values = set()
    for part in where.split(" and "):
        _, equals, value = part.partition("=")
        values.add(lower(tidy(value if equals else part)))
    return frozenset(values)


@lru_cache(maxsize=4096)
def metrics_of(fact: Fact) -> frozenset[str]:
    """The metrics that a fact speaks of; empty where it names none."""
    return frozenset(match.lower() for match in _METRICS.findall(" ".join((fact.text, *fact.names))))


def is_about(name: str, names: frozenset[str]) -> bool:
    """Whether `name` is one of `names` or stands inside one of them (Payment in a fix's title)."""
    if name in names:
        return True
    return any(
        len(other) > len(name) and re.search(rf"(?<!\w){re.escape(name)}(?![\w]|\.\d)", other) for other in names
    )


def is_own(name: str, values: frozenset[str]) -> bool:
    """Whether `name` is one of the group's `values`, or one with its dimension before it (`plan plus`)."""
    return name in values or any(name.endswith(f" {value}") for value in values)


@lru_cache(maxsize=4096)
def conditions(where: str) -> int:
    """How many conditions a group has; none for everyone."""
    return 0 if where == EVERYONE else where.count(" and ") + 1


@lru_cache(maxsize=4096)
def partner(fact: Fact, place: int) -> Number | None:
    """The level that the number at `place`, one of the time before or of others, is compared with in its fact."""
    number = fact.numbers[place]
    levels = [
        (i, one) for i, one in enumerate(fact.numbers) if family(one) in ("level", "count") and one.unit == number.unit
    ]
    if family(number) == "before":
        base = number.of.lower().replace("before", "").strip()
        wanted = (base,) if base else ("now", "value", "level", "score", "rate")
        return next((one for _, one in levels if one.of.lower() in wanted), None)
    ahead = [one for i, one in levels if i < place]
    return ahead[-1] if ahead else None


_SIGNALS = {
    "rage taps": re.compile(r"\brage[- ]tap\w*"),
    "dead taps": re.compile(r"\bdead[- ]tap\w*"),
    "freezes": re.compile(r"\b(?:freez\w+|froze\w*)\b"),
    "crashes": re.compile(r"\bcrash\w*"),
    "errors": re.compile(r"\berrors?\b"),
}
_MEASURED = re.compile(
    r"^(?:[Aa]lert rule “[^”]*” as of [^:]*: )?(rage taps|dead taps|freezes|crashes|errors) on ", re.IGNORECASE
)


def signals_in(text: str) -> frozenset[str]:
    """The friction signals that lower-case words name."""
    return frozenset(signal for signal, words in _SIGNALS.items() if words.search(text))


@lru_cache(maxsize=4096)
def signal_of(fact: Fact) -> str:
    """The signal that a fact on a screen's friction measures; empty for other facts."""
    match = _MEASURED.match(fact.text)
    return match[1].lower() if match else ""
