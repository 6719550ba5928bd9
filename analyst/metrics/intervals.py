"""Intervals for shares and scores, and the effective number of answers behind them. Pure formulas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z95 = 1.959963984540054  # two-sided 95 %


def effective_n(y: NDArray[np.float64], weight: NDArray[np.float64], person: NDArray[np.int64] | None = None) -> float:
    """How many independent, equally weighted answers these n answers are worth; 0 for none.

    Unequal weights count as (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling, 11.7). Several answers of one
    person divide that by the design effect: the variance of the mean clustered on the person over the one that
    treats answers as independent (Liang & Zeger 1986), never below 1, so that repeats cannot narrow an interval.
    """
    total = float(weight.sum())
    if total <= 0:
        return 0.0
    kish = total**2 / float(np.square(weight).sum())
    if person is None or len(person) == 0:
        return kish
    _, group = np.unique(person, return_inverse=True)
    if int(group.max()) + 1 == len(group):
        return kish
    residual = weight * (y - float(weight @ y) / total)
    apart = float(np.square(residual).sum())
    if apart <= 0:  # everybody answers the same: only the number of people counts
        return kish * (int(group.max()) + 1) / len(group)
    together = float(np.square(np.bincount(group, residual)).sum())
    return kish / max(1.0, together / apart)


def wilson(share: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of a share (0..1) seen in n answers; (0, 1) for n = 0.

    Wilson 1927, JASA 22; recommended for small n by Brown, Cai & DasGupta 2001, Statistical Science 16.
    """
    if n <= 0:
        return 0.0, 1.0
    z2 = z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(max(0.0, share * (1 - share) / n + z2 / (4 * n * n)))
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def share_difference(now: float, n_now: float, before: float, n_before: float, z: float = Z95) -> tuple[float, float]:
    """Interval of the difference now - before of two independent shares (0..1); (-1, 1) when either n is 0.

    Newcombe's hybrid score interval: Newcombe 1998, Statistics in Medicine 17, method 10.
    """
    if n_now <= 0 or n_before <= 0:
        return -1.0, 1.0
    low_now, high_now = wilson(now, n_now, z)
    low_before, high_before = wilson(before, n_before, z)
    change = now - before
    low = change - math.hypot(now - low_now, high_before - before)
    high = change + math.hypot(high_now - now, before - low_before)
    return max(-1.0, low), min(1.0, high)


def nps_adjusted(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """NPS/100 and its variance per answer after the adjusted Wald's three extra answers.

    `promoters` and `detractors` are shares (0..1) of n answers. Three answers are added, 3/4 of one to the
    promoters and 3/4 of one to the detractors: Rocks 2016, The American Statistician 70, "Interval estimation
    for the Net Promoter Score". The standard error of the score is sqrt(variance / (n + 3)).
    """
    p = (promoters * n + 0.75) / (n + 3)
    d = (detractors * n + 0.75) / (n + 3)
    return p - d, p + d - (p - d) ** 2


def risk_ratio(hit_in: float, n_in: float, hit_out: float, n_out: float, z: float = Z95) -> tuple[float, float, float]:
    """Ratio of two shares with its interval: (ratio, low, high). Half an answer is added to each hit and one to each n.

    Log-normal interval of Katz et al. 1978, Biometrics 34, with the half that keeps empty cells finite
    (Walter 1976, Biometrika 62). Needs n_in and n_out above 0.
    """
    a, b = hit_in + 0.5, hit_out + 0.5
    n1, n0 = n_in + 0.5, n_out + 0.5
    log_ratio = math.log(a / n1) - math.log(b / n0)
    half = z * math.sqrt(max(0.0, 1 / a - 1 / n1 + 1 / b - 1 / n0))
    return math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half)


def odds_ratio(a: float, b: float, c: float, d: float, z: float = Z95) -> tuple[float, float, float, float]:
    """Odds ratio of the table [[a, b], [c, d]]: (ratio, low, high, z of its logarithm).

    A half is added to every cell (Haldane 1956, Annals of Human Genetics 20), the interval is Wald's on the
    logarithm (Woolf 1955).
    """
    a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    log_ratio = math.log(a * d / (b * c))
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return (
        math.exp(log_ratio),
        math.exp(log_ratio - z * error),
        math.exp(log_ratio + z * error),
        log_ratio / error,
    )


def two_sided_p(z: float) -> float:
    """P(|Z| > |z|) of a standard normal."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_cdf(z: float) -> float:
    """P(Z <= z) of a standard normal."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def false_discoveries(p: NDArray[np.float64], q: float = 0.05) -> NDArray[np.bool_]:
    """Which of the tests with these p-values hold when false discoveries shall stay below the share `q`. (m,) bool.

    Benjamini & Hochberg 1995, JRSS B 57.
    """
    m = len(p)
    held = np.zeros(m, dtype=bool)
    if m == 0:
        return held
    order = np.argsort(p, kind="stable")
    passing = np.flatnonzero(p[order] <= q * np.arange(1, m + 1) / m)
    if len(passing):
        held[order[: int(passing[-1]) + 1]] = True
    return held
