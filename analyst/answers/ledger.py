"""The ledger as people read it: terms in plain words, and the many small mix terms as one row, the sum kept exact."""

from __future__ import annotations

from dataclasses import dataclass

from analyst.answers import wording as w
from analyst.core.values import Estimate
from analyst.findings.types import LedgerTerm, Movement

WORTH_SHOWING = 0.5  # points: a mix term below this joins the others in one row, unless its interval excludes zero


@dataclass(frozen=True)
class LedgerRow:
    """One row on screen; `estimate` carries no interval where several terms were put together."""

    label: str
    estimate: Estimate


def ledger_rows(movement: Movement) -> list[LedgerRow]:
    """The terms to show, largest first among the mix; their points add up to the change exactly."""
    shown = [LedgerRow(_label(term), _estimate(term)) for term in movement.ledger if term.kind != "mix"]
    mix = sorted((term for term in movement.ledger if term.kind == "mix"), key=lambda t: -abs(t.points))
    small = [term for term in mix if not _stands_out(term)]
    shown += [LedgerRow(_label(term), _estimate(term)) for term in mix if _stands_out(term)]
    if len(small) == 1:
        shown.append(LedgerRow(_label(small[0]), _estimate(small[0])))
    elif small:
        points = sum(term.points for term in small)
        label = f"other differences in who answered ({len(small)} small terms)"
        shown.append(LedgerRow(label, Estimate(points, None, None, 0)))
    return shown


def total_row(movement: Movement) -> LedgerRow:
    """What the rows add up to."""
    points = sum(term.points for term in movement.ledger)
    change = movement.change
    return LedgerRow("Change", Estimate(points, change.low if change else None, change.high if change else None, 0))


def _stands_out(term: LedgerTerm) -> bool:
    estimate = _estimate(term)
    return abs(term.points) >= WORTH_SHOWING or (estimate.excludes_zero() and abs(term.points) >= WORTH_SHOWING / 5)


def _estimate(term: LedgerTerm) -> Estimate:
    return Estimate(term.points, term.low, term.high, 0)


def _label(term: LedgerTerm) -> str:
    if term.kind == "common":
        return "everybody alike"
    if term.kind == "mix":
        names = (term.dimension or term.label).split(" x ")
        return f"mix: other {w.listed([w.dimension(name) for name in names])} than before"
    return w.group(term.where) + (" (new release)" if term.kind == "release" else "")
