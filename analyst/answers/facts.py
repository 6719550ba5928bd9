"""Facts, evidence and claims: the one contract of everything that Undertone says.

A fact is one number (with interval and n) under an id; evidence is a quote or a session under the id it has in
the run; a claim is a sentence that cites them. No sentence leaves without the facts behind its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyst.core.values import Estimate


@dataclass(frozen=True)
class Fact:
    """`text` says the fact in words; `numbers` are the values a sentence citing it may use (unrounded).

    `command` reproduces it on this workspace.
    """

    fact_id: str
    text: str
    numbers: tuple[float, ...]
    n: int | None
    where: str
    window: str
    command: str


@dataclass(frozen=True)
class Claim:
    """One sentence, the ids of the facts its numbers come from, and of the responses and sessions it cites."""

    text: str
    facts: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass
class FactBook:
    """Collects the facts of one answer and hands out their ids (f1, f2, ... in order of first use)."""

    window: str
    command: str
    facts: dict[str, Fact] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        text: str,
        numbers: tuple[float | None, ...],
        *,
        n: int | None = None,
        where: str = "everyone",
        window: str | None = None,
        command: str | None = None,
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
            tuple(number for number in numbers if number is not None),
            n,
            where,
            window or self.window,
            command or self.command,
        )
        return fact_id

    def add_estimate(
        self,
        text: str,
        estimate: Estimate,
        *more: float | None,
        where: str = "everyone",
        window: str | None = None,
        command: str | None = None,
    ) -> str:
        """Register an estimate with its interval and n; `more` are further numbers that belong to it."""
        numbers = (estimate.value, estimate.low, estimate.high, float(estimate.n), *more)
        return self.add(text, numbers, n=estimate.n, where=where, window=window, command=command)
