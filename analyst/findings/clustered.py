"""Differences between two groups of sessions when one person may have many: the variance is clustered on the person."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.metrics import share_difference
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20  # sessions that each of the two groups needs


@dataclass(frozen=True)
class TwoGroups:
    """Mean and number of sessions inside a group and outside, and the variance of the difference of the means."""

    inside: float
    n_inside: float
    outside: float
    n_outside: float
    variance: float


def two_groups(
    total: NDArray[np.float64], n: NDArray[np.float64], inside: NDArray[np.bool_], person: NDArray[np.int64]
) -> TwoGroups | None:
    """Means of rows that each stand for `n` sessions with the sum `total`, `inside` a group and outside, all (r,).

    Variance of a difference of ratios clustered on the person (Liang & Zeger 1986). None where either side has fewer
    than twenty sessions.
    """
    sizes = [float(n[group].sum()) for group in (inside, ~inside)]
    if min(sizes) < FEWEST:
        return None
    means = [float(total[group].sum()) / size for group, size in zip((inside, ~inside), sizes, strict=True)]
    pull = np.where(inside, (total - means[0] * n) / sizes[0], -(total - means[1] * n) / sizes[1])
    _, who = np.unique(person, return_inverse=True)
    return TwoGroups(means[0], sizes[0], means[1], sizes[1], float(np.square(np.bincount(who, pull)).sum()))


def share_gap(groups: TwoGroups) -> tuple[Estimate, float]:
    """Difference of two shares, inside minus outside, and its z.

    Newcombe's interval at the n that clustering leaves (the design effect of Kish 1965, never below 1), which holds
    where one of the shares is 0 or 1; z with the pooled variance, for a few who all went on would else look certain.
    """
    p, q = groups.inside, groups.outside
    alone = p * (1 - p) / groups.n_inside + q * (1 - q) / groups.n_outside
    effect = max(1.0, groups.variance / alone) if alone > 0 else 1.0
    low, high = share_difference(p, groups.n_inside / effect, q, groups.n_outside / effect)
    pooled = (p * groups.n_inside + q * groups.n_outside) / (groups.n_inside + groups.n_outside)
    null = pooled * (1 - pooled) * (1 / groups.n_inside + 1 / groups.n_outside)
    z = (p - q) / math.sqrt(null * effect) if null > 0 else 0.0
    return Estimate(p - q, low, high, round(groups.n_inside + groups.n_outside), "share"), z


def ratio_of_means(groups: TwoGroups) -> Estimate:
    """Ratio of geometric means of which `groups` holds the logarithms, inside over outside."""
    ratio = groups.inside - groups.outside
    half = Z95 * math.sqrt(groups.variance)
    n = round(groups.n_inside + groups.n_outside)
    return Estimate(math.exp(ratio), math.exp(ratio - half), math.exp(ratio + half), n, "ratio")
