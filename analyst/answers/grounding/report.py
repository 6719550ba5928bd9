"""What the check found over many claims: what is kept, what is refused and why, and the rates for the evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyst.answers.answer import Grounded
from analyst.answers.facts import Claim
from analyst.answers.grounding.case import Fault


@dataclass(frozen=True)
class Refused:
    """A claim that did not stand, with every fault found in it."""

    claim: Claim
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return f"{self.claim.text}: {' '.join(fault.message for fault in self.faults)}"


@dataclass(frozen=True)
class Report:
    """Counts over claims. `by_rule` counts the claims that broke each rule."""

    claims: int
    refused: int
    cited: int  # claims with at least one id
    quotes: int  # quotations
    numbers: int  # numbers said
    by_rule: Mapping[str, int]

    @property
    def unsupported(self) -> float | None:
        """Share of claims that broke any rule; None without claims."""
        return self.refused / self.claims if self.claims else None

    @property
    def citation_validity(self) -> float | None:
        """Share of claims whose ids all exist and that cite what they rest on."""
        return 1 - self.by_rule.get("citing", 0) / self.claims if self.claims else None

    @property
    def quote_validity(self) -> float | None:
        """Share of claims with a quote whose quotes stand; None without any."""
        return max(0.0, 1 - self.by_rule.get("quotes", 0) / self.quotes) if self.quotes else None

    @property
    def number_validity(self) -> float | None:
        """Share of claims with a number whose numbers stand, in value and in place; None without any."""
        wrong = self.by_rule.get("numbers or binding", 0)
        return max(0.0, 1 - wrong / self.numbers) if self.numbers else None


def grounded_of(made: Sequence[Claim], kept: Sequence[Claim]) -> Grounded:
    """Full where every claim stood, partial where at least half did, else the extractive answer has to stand in."""
    if made and len(kept) == len(made):
        return "full"
    return "partial" if made and len(kept) * 2 >= len(made) else "extractive"


def counted(judged: Iterable[tuple[int, int, bool, tuple[Fault, ...]]]) -> Report:
    """Sum up (quotes, numbers, cites anything, faults) of each claim."""
    claims = refused = cited = quotes = numbers = 0
    by_rule: dict[str, int] = {}
    for of_quotes, of_numbers, cites, faults in judged:
        claims += 1
        refused += bool(faults)
        cited += cites
        quotes += of_quotes > 0
        numbers += of_numbers > 0
        rules = {fault.rule for fault in faults}
        if rules & {"numbers", "binding"}:
            rules.add("numbers or binding")
        for rule in sorted(rules):
            by_rule[rule] = by_rule.get(rule, 0) + 1
    return Report(claims, refused, cited, quotes, numbers, by_rule)
