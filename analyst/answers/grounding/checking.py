"""The check itself: every rule put to every claim."""

from __future__ import annotations

from collections.abc import Iterable

from analyst.answers.facts import Claim, Pack
from analyst.answers.grounding.case import Case, Fault
from analyst.answers.grounding.report import Refused, Report, counted
from analyst.answers.grounding.rules import RULES


def check(claim: Claim, pack: Pack) -> tuple[Fault, ...]:
    """Every fault of `claim` against `pack`, in the order of the rules; empty when it is grounded.

    A pure function of the two: no model, no clock, no state. Never raises, whatever the text.
    """
    return judged(Case(claim, pack))


def judged(case: Case) -> tuple[Fault, ...]:
    """The same for a case that was read already."""
    return tuple(fault for rule in RULES for fault in rule(case))


def keep_grounded(claims: Iterable[Claim], pack: Pack) -> tuple[list[Claim], list[Refused]]:
    """The claims that stand, in order, and those that do not with their faults."""
    kept: list[Claim] = []
    refused: list[Refused] = []
    for claim in claims:
        faults = check(claim, pack)
        if faults:
            refused.append(Refused(claim, faults))
        else:
            kept.append(claim)
    return kept, refused


def report(claims: Iterable[Claim], pack: Pack) -> Report:
    """The rates over `claims`, for the evaluation."""
    rows = []
    for claim in claims:
        case = Case(claim, pack)
        cites = bool(claim.facts or claim.cites)
        rows.append((len(case.sentence.quotes), len(case.sentence.numerals), cites, judged(case)))
    return counted(rows)
