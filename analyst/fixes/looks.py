"""What looks at shipped fixes are made of: checks, a verdict, and how they are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from analyst.core.values import Estimate

Verdict = Literal[
    "confirmed", "friction_fell", "no_effect", "reopened", "cannot_tell", "too_early"
]  # fmt: skip
Outcome = Literal["as_hoped", "not_shown", "against", "no_data"]


@dataclass(frozen=True)
class Check:
    """One check: the level `before` and `after` (shares 0..1, or points of the score), the `change` with its interval,
    and what it came to. `seen` rows of the target after shipping, `needed` of them promised."""

    name: Literal["friction", "theme", "score"]
    outcome: Outcome
    before: float | None = None
    after: float | None = None
    change: Estimate | None = None
    seen: int = 0
    needed: int | None = None
    elsewhere: tuple[float, float] | None = None


@dataclass(frozen=True)
class Look:
    """What one look at a shipped fix says. `decisive` looks are made once; `until` is the first day not seen.

    `realised` is the lift over everybody, in points, to be held against the expected one; `placebo` the contrast at a
    date when nothing shipped, `fair` whether it showed nothing.
    """

    fix_id: str
    number: int
    looked: datetime
    until: date
    decisive: bool
    verdict: Verdict
    checks: tuple[Check, ...]
    realised: Estimate | None = None
    placebo: Estimate | None = None
    fair: bool = True
    notes: list[str] = field(default_factory=list)

    def check(self, name: str) -> Check | None:
        """The check called `name`, or None."""
        return next((check for check in self.checks if check.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the store and for JSON."""
        plain = asdict(self)
        plain["looked"], plain["until"] = self.looked.isoformat(), self.until.isoformat()
        plain["checks"] = [asdict(check) for check in self.checks]
        return plain


def look_from(plain: dict[str, Any]) -> Look:
    """What `Look.to_dict` wrote."""
    checks = []
    for check in plain["checks"]:
        elsewhere = tuple(check["elsewhere"]) if check["elsewhere"] else None
        checks.append(Check(**{**check, "change": _estimate(check["change"]), "elsewhere": elsewhere}))
    return Look(
        **{
            **plain,
            "looked": datetime.fromisoformat(plain["looked"]),
            "until": date.fromisoformat(plain["until"]),
            "checks": tuple(checks),
            "realised": _estimate(plain["realised"]),
            "placebo": _estimate(plain["placebo"]),
        }
    )


def _estimate(plain: dict[str, Any] | None) -> Estimate | None:
    return None if plain is None else Estimate(**plain)
