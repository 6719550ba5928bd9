"""What a fix should bring: the expected lift, how sure it is, and what could explain it away. Pure formulas.

    lift = exposed share of everybody * adjusted gap of those exposed * realisation

Exposure comes from sessions: what people mention depends on how talkative they are, not only on how many met it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.findings import ExposureGap, Gap, covariance
from analyst.findings.exposure import RISEN
from analyst.fixes.types import Grade
from analyst.metrics import normal_cdf
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

REALISATION = 0.5  # part of a gap that a fix closes: a prior, until fixes that were verified teach better
GRADE_WEIGHT: dict[Grade, float] = {"A": 1.0, "B": 0.8, "C": 0.5}
HARMFUL_Z = -1.645  # one-sided 5 %


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


def exposed_share(frame: DesignFrame, exposed: NDArray[np.bool_], rows: NDArray[np.bool_]) -> float:
    """Weighted share (0..1) of the answers `rows` (n,) whose users met it; 0 for none."""
    total = float(frame.weight[rows].sum())
    return float(frame.weight[rows & exposed].sum()) / total if total > 0 else 0.0


def lift_of(
    frame: DesignFrame, gap: Gap, exposed: NDArray[np.bool_], seen: float, realisation: float
) -> tuple[Lift, NDArray[np.float64]]:
    """Lift of closing `gap` for all who meet it now, and what each answer adds to its error, (n,).

    `seen` (0..1) is the share of answers whose users are seen in sessions at all: the others are taken to meet it as
    often. Both the gap's error and that of the share are counted, together, since the same answers tell both.
    """
    post, w = frame.post, frame.weight
    total = float(w[post].sum())
    if total <= 0 or seen <= 0:
        return Lift(0.0, 0.0), np.zeros(frame.n)
    share = min(1.0, exposed_share(frame, exposed, post) / seen)
    wobble = np.where(post, w * (exposed / seen - share) / total, 0.0)
    influence = -realisation * (share * gap.influence + gap.value * wobble)
    error = math.sqrt(float(covariance(frame, influence[:, None])[0, 0]))
    return Lift(-gap.value * share * realisation, error), influence


def present_gap(gap: ExposureGap, share_now: float, share_before: float) -> Gap:
    """The gap to reckon with: of both windows together, or of the current one alone where the trouble
    is new there or is met at least twice as often as before."""
    if gap.now is not None and share_now >= RISEN * share_before:
        return gap.now
    return gap.both


def replicated(gap: ExposureGap) -> bool:
    """Whether those exposed score lower beyond chance (one-sided 5 %) in each window by itself."""
    return all(part is not None and part.value / part.error <= HARMFUL_Z for part in (gap.now, gap.before))


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
