"""What a fix should bring: the expected lift, how sure it is, and what could explain it away. Pure formulas.

    lift = exposed share of everybody * adjusted gap of those exposed * realisation

Exposure comes from sessions: what people mention depends on how talkative they are, not only on how many met it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analyst.core.values import Estimate
from analyst.findings import ExposureGap
from analyst.fixes.types import Grade
from analyst.metrics import normal_cdf
from analyst.metrics.intervals import Z95

REALISATION = 0.5  # part of a gap that a fix closes: a prior, until fixes that were verified teach better
GRADE_WEIGHT: dict[Grade, float] = {"A": 1.0, "B": 0.8, "C": 0.5}
RISEN = 2.0  # a trouble met this many times as often as before is another trouble: only its present gap counts
HARMFUL_Z = -1.645  # one-sided 5 %
TIE = 0.8


@dataclass(frozen=True)
class Lift:
    """Expected `points` of the score with standard error `error`; both 0 or more sure than they are printed."""

    points: float
    error: float

    def estimate(self, n: int) -> Estimate:
        """With its 95 % interval; `n` the exposed answers behind it."""
        return Estimate(self.points, self.points - Z95 * self.error, self.points + Z95 * self.error, n)

    def chance_above_zero(self) -> float:
        """P(lift > 0), by the normal approximation."""
        return normal_cdf(self.points / self.error) if self.error > 0 else float(self.points > 0)


def expected_lift(share: float, share_n: float, gap: float, gap_error: float, realisation: float = REALISATION) -> Lift:
    """Lift of closing `gap` points (negative: the exposed score lower) for a `share` (0..1) seen among `share_n`.

    The error is that of a product of independent estimates, to first order (delta method).
    """
    variance = (gap * gap) * share * (1 - share) / max(share_n, 1.0) + share * share * gap_error * gap_error
    return Lift(-gap * share * realisation, math.sqrt(variance) * realisation)


def present_gap(gap: ExposureGap, share_now: float, share_before: float) -> tuple[float, float]:
    """(gap, standard error) to reckon with: of both windows together, or of the current one alone where the trouble
    is new there or is met at least twice as often as before."""
    if gap.now is not None and share_now >= RISEN * share_before:
        return gap.now
    return gap.gap.value, gap.error


def replicated(gap: ExposureGap) -> bool:
    """Whether those exposed score lower beyond chance (one-sided 5 %) in each window by itself."""
    return all(part is not None and part[0] / part[1] <= HARMFUL_Z for part in (gap.now, gap.before))


def e_value(gap: float, spread: float) -> float | None:
    """How strongly a hidden cause would have to go with both exposure and score, as a risk ratio, to explain the gap.

    `spread` is the standard deviation of one answer. VanderWeele & Ding 2017, Annals of Internal Medicine 167, with
    their approximation RR = exp(0.91 d) for a standardised difference d. None where there is no spread.
    """
    if spread <= 0:
        return None
    ratio = math.exp(0.91 * abs(gap) / spread)
    return ratio + math.sqrt(ratio * (ratio - 1))


def confidence(lift: Lift, grade: Grade) -> float:
    """P(lift > 0) times the weight of the grade, 0..1."""
    return lift.chance_above_zero() * GRADE_WEIGHT[grade]


def tied(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether neither of two priorities (value, standard error) is above the other with a chance of at least 80 %."""
    error = math.hypot(a[1], b[1])
    if error <= 0:
        return a[0] == b[0]
    above = normal_cdf((a[0] - b[0]) / error)
    return max(above, 1 - above) < TIE
