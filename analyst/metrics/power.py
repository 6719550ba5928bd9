"""What could have been seen: the smallest visible change, and how many answers would settle one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from analyst.metrics.scores import Sample

Z80 = 0.8416212335729143  # 80 % power, one-sided
MOST = 10_000_000  # beyond this many answers a change is not worth settling


def smallest_visible(now: Sample, before: Sample) -> float | None:
    """The change in points that a 5 % two-sided test of these two windows finds four times in five (the MDE).

    (z.975 + z.80) * sqrt(var/n + var/n): Cohen 1988, Statistical Power Analysis, 2.2, with each window's own
    variance and effective n. None when either window is empty.
    """
    if now.n_eff <= 0 or before.n_eff <= 0:
        return None
    return (Z95 + Z80) * math.sqrt(now.variance / now.n_eff + before.variance / before.n_eff)


def answers_needed(variance_now: float, variance_before: float, change: float) -> int | None:
    """Answers that each of two equal windows needs so that `change` (points) is seen with 80 % power.

    n = (var + var) * (z.975 + z.80)^2 / change^2 - 3, Sauro & Lewis (MeasuringU) after Rocks 2016. Variances in
    squared points per answer. None for a change so small that more than ten million would be needed.
    """
    if change == 0:
        return None
    n = (variance_now + variance_before) * (Z95 + Z80) ** 2 / change**2 - 3
    return None if n > MOST else max(2, math.ceil(n))


def answers_needed_now(now: Sample, before: Sample, change: float) -> int | None:
    """Answers that the current window alone needs when the baseline stays as it is; None where no number suffices."""
    if change == 0 or before.n_eff <= 0:
        return None
    room = (change / (Z95 + Z80)) ** 2 - before.variance / before.n_eff
    if room <= 0:
        return None
    n = now.variance / room
    return None if n > MOST else max(2, math.ceil(n))
