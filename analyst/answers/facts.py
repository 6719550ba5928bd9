"""Facts, evidence and claims: the one contract of everything that Undertone says.

A fact is what was measured, under an id: its numbers with unit, interval and n, whom and when they are about, and the
command that reproduces it. Evidence is a response or a session under the id it has in the run. A claim is a sentence
that cites them. Every writer writes claims, every reader (command line, API, digest, evaluation) gets claims, and no
claim leaves without the facts behind its numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from analyst.core.values import Estimate

# What a number counts: points of a score or of its change, a share (0..1), a ratio of two shares or odds, a plain
# count, days, person-weeks, or (of facts that do not say) anything.
Unit = Literal["points", "share", "ratio", "count", "days", "weeks", "any"]
Direction = Literal["up", "down", "flat", ""]
# Words that a sentence may use only where a fact carries them: that there is none of something, that it is the only,
# largest, smallest or first one, that it is new, that it holds for all or for most, that two things go together.
Allowance = Literal["none", "only", "most", "least", "first", "new", "all", "majority", "together"]
EVERYONE = "everyone"


@dataclass(frozen=True)
class Number:
    """One number of a fact, unrounded. `of` says in a word or two what it is, and binds it to the words beside it:

    now, value, level, share of comments, share of sessions, share of answers (levels) · the same with `before` behind
    it, or before · with `elsewhere` or `others` in it (of those outside the group) · change, trend, effect, gap, lift,
    joint (differences) · contribution, mix, common, segment, release (parts of the whole change) · low, high (the ends
    of the interval of the number before them) · answers, comments, mentions, sessions, users, opinions, groups checked
    (counts) · smallest visible, answers needed, threshold (measures of what could be seen) · rank. Empty binds to
    nothing.

    `where` and `window` are set where the number belongs to other people or another time than the fact itself.
    """

    value: float
    unit: Unit = "any"
    of: str = ""
    where: str | None = None
    window: str | None = None


@dataclass(frozen=True)
class Fact:
    """`text` says the fact in words; `numbers` are those that a sentence citing it may use, the value itself first.

    `names` are the themes, screens, groups, versions and fixes that it is about; `direction` the sign of the change
    that it states (flat where chance explains it, empty where it states none); `allows` the strong words that it
    carries. `command` reproduces it on this workspace.
    """

    fact_id: str
    text: str
    numbers: tuple[Number, ...]
    n: int | None
    where: str
    window: str
    command: str
    names: tuple[str, ...] = ()
    direction: Direction = ""
    allows: frozenset[Allowance] = frozenset()


Part = Literal["", "verdict", "who", "where", "what", "screen", "quote", "fix", "sure", "aside"]


@dataclass(frozen=True)
class Claim:
    """One sentence, the ids of the facts its numbers come from, and of the responses and sessions it cites.

    `part` says which part of an answer it is, for those who set it out.
    """

    text: str
    facts: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    part: Part = ""


@dataclass(frozen=True)
class Evidence:
    """A response or a session that an answer may cite; `text` is redacted, and a quote is checked against it."""

    evidence_id: str
    kind: Literal["response", "session"]
    text: str
    score: float | None = None
    at: str | None = None  # ISO date
    url: str | None = None  # the session's replay


@dataclass(frozen=True)
class Pack:
    """All that one answer may say: its facts and evidence by id.

    `names` are all names that the run knows (labels, screens, segment values, versions, fixes): one of them may stand
    in a sentence only where a cited fact is about it.
    """

    facts: Mapping[str, Fact]
    evidence: Mapping[str, Evidence]
    names: frozenset[str] = frozenset()


@dataclass
class FactBook:
    """Collects the facts of one answer and hands out their ids (f1, f2, ... in order of first use).

    `window`, `command` and `where` are those of every fact that names no others; `baseline` is the window that numbers
    of the time before belong to.
    """

    window: str
    command: str
    where: str = EVERYONE
    baseline: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        text: str,
        numbers: Iterable[Number | float | None],
        *,
        n: int | None = None,
        where: str | None = None,
        window: str | None = None,
        command: str | None = None,
        names: Collection[str] = (),
        direction: Direction = "",
        allows: Collection[Allowance] = (),
    ) -> str:
        """Register a fact and return its id; the same fact registered twice keeps its first id."""
        known = self._ids.get(text)
        if known:
            return known
        fact_id = f"f{len(self.facts) + 1}"
        self._ids[text] = fact_id
        self.facts[fact_id] = Fact(
            fact_id,
            text,
            tuple(one if isinstance(one, Number) else Number(one) for one in numbers if one is not None),
            n,
            self.where if where is None else where,
            window or self.window,
            command or self.command,
            tuple(names),
            direction,
            frozenset(allows),
        )
        return fact_id

    def add_estimate(
        self,
        text: str,
        estimate: Estimate,
        *more: Number | float | None,
        of: str = "value",
        counted: str = "n",
        where: str | None = None,
        window: str | None = None,
        command: str | None = None,
        names: Collection[str] = (),
        direction: Direction = "",
        allows: Collection[Allowance] = (),
    ) -> str:
        """Register an estimate with its interval and n; `more` are further numbers that belong to it.

        `of` says what the value is, `counted` what its n counts.
        """
        own = [replace(one, of=counted) if one.of == "n" else one for one in numbers_of(estimate, of)]
        numbers = (*own, *more)
        return self.add(
            text,
            numbers,
            n=estimate.n,
            where=where,
            window=window,
            command=command,
            names=names,
            direction=direction,
            allows=allows,
        )


def numbers_of(
    estimate: Estimate, of: str = "value", *, where: str | None = None, window: str | None = None
) -> list[Number]:
    """The value, the two ends of its interval and its n, as numbers of a fact."""
    unit = unit_of(estimate)
    ends = [("low", estimate.low), ("high", estimate.high)]
    return [
        Number(estimate.value, unit, of, where, window),
        *(Number(end, unit, name, where, window) for name, end in ends if end is not None),
        Number(float(estimate.n), "count", "n", where, window),
    ]


def unit_of(estimate: Estimate) -> Unit:
    """The unit of an estimate, as facts call it."""
    units: dict[str, Unit] = {"points": "points", "share": "share", "ratio": "ratio", "count": "count"}
    return units.get(estimate.unit, "any")


def direction_of(change: Estimate) -> Direction:
    """Up or down where the interval lies on one side of zero, else flat."""
    if not change.excludes_zero():
        return "flat"
    return "up" if change.value > 0 else "down"
