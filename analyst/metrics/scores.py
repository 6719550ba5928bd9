"""A score and its change, each with interval and n. A score is the mean of y: one engine for NPS, CSAT and CES."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.metrics.intervals import Z95, effective_n, nps_adjusted, share_difference, wilson
from analyst.metrics.kinds import detractors, kind_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.core.query import Metric


@dataclass(frozen=True)
class Sample:
    """What the formulas need of the answers of one window.

    `n` answers worth `n_eff` independent ones; `top` and `bottom` are the weighted shares (0..1) with y = 100
    and with the lowest y (-100 for NPS, 0 otherwise). The score is 100 * top for shares, 100 * (top - bottom)
    for NPS.
    """

    metric: Metric
    n: int
    n_eff: float
    top: float
    bottom: float

    @property
    def score(self) -> float:
        """Mean of y; NaN for no answers."""
        if self.n == 0:
            return math.nan
        return 100.0 * (self.top if kind_of(self.metric).is_share else self.top - self.bottom)

    @property
    def variance(self) -> float:
        """Variance of one answer in squared points, after the interval's own adjustment, so that it is never 0."""
        if kind_of(self.metric).is_share:  # Agresti & Coull 1998: two successes and two failures more
            share = (self.top * self.n_eff + 2) / (self.n_eff + 4)
            return 1e4 * share * (1 - share)
        return 1e4 * nps_adjusted(self.top, self.bottom, self.n_eff)[1]


def sample(
    metric: Metric,
    y: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    person: NDArray[np.int64] | None = None,
) -> Sample:
    """The sufficient statistics of answers `y` (n,), on the scale of `metric`, with weights and people if known."""
    w = np.ones(len(y)) if weight is None else weight
    total = float(w.sum())
    if total <= 0:
        return Sample(metric, 0, 0.0, 0.0, 0.0)
    top = float(w[y >= 100].sum()) / total
    bottom = float(w[y <= kind_of(metric).low].sum()) / total
    return Sample(metric, len(y), effective_n(y, w, person), top, bottom)


def sample_of_moments(metric: Metric, n: int, n_eff: float, mean: float, square: float) -> Sample:
    """The sufficient statistics from the mean of y and of y squared (points): the shares follow from the two.

    In units of 100, NPS has mean = top - bottom and mean square = top + bottom; for shares the mean is the top.
    """
    mean, square = mean / 100, square / 1e4
    if kind_of(metric).is_share:
        return Sample(metric, n, n_eff, mean, 1 - mean)
    return Sample(metric, n, n_eff, (square + mean) / 2, (square - mean) / 2)


def score_estimate(of: Sample) -> Estimate | None:
    """The score with its 95 % interval, or None for no answers.

    NPS: adjusted Wald (Rocks 2016); shares: Wilson. Both are clipped to the score's range and hold the score.
    """
    if of.n == 0 or of.n_eff <= 0:
        return None
    kind = kind_of(of.metric)
    if kind.is_share:
        low, high = wilson(of.top, of.n_eff)
        return Estimate(of.score, 100 * low, 100 * high, of.n)
    middle, variance = nps_adjusted(of.top, of.bottom, of.n_eff)
    half = Z95 * math.sqrt(variance / (of.n_eff + 3))
    low, high = 100 * (middle - half), 100 * (middle + half)
    return Estimate(of.score, max(kind.low, min(low, of.score)), min(kind.high, max(high, of.score)), of.n)


def change_estimate(now: Sample, before: Sample) -> Estimate | None:
    """The change of the score from `before` to `now` with its 95 % interval; None when either has no answers.

    The windows count as independent: somebody who answered in both makes the true interval narrower, never wider.
    NPS: difference of two adjusted Wald estimates (Rocks 2016); shares: Newcombe's hybrid score interval.
    """
    if now.n == 0 or before.n == 0 or now.n_eff <= 0 or before.n_eff <= 0:
        return None
    change, n = now.score - before.score, now.n + before.n
    if kind_of(now.metric).is_share:
        low, high = share_difference(now.top, now.n_eff, before.top, before.n_eff)
        return Estimate(change, 100 * low, 100 * high, n)
    middle_now, variance_now = nps_adjusted(now.top, now.bottom, now.n_eff)
    middle_before, variance_before = nps_adjusted(before.top, before.bottom, before.n_eff)
    middle = 100 * (middle_now - middle_before)
    half = 100 * Z95 * math.sqrt(variance_now / (now.n_eff + 3) + variance_before / (before.n_eff + 3))
    return Estimate(change, min(middle - half, change), max(middle + half, change), n)


@dataclass(frozen=True)
class Shares:
    """Promoters, passives and detractors (or satisfied, neutral and dissatisfied) as shares with Wilson intervals."""

    promoters: Estimate
    passives: Estimate
    detractors: Estimate


def shares(
    metric: Metric, y: NDArray[np.float64], score: NDArray[np.float64], weight: NDArray[np.float64]
) -> Shares | None:
    """How the answers split; the three shares add up to 1. None for no answers."""
    total = float(weight.sum())
    if total <= 0:
        return None
    low = detractors(metric, y, score)
    top = np.asarray(y >= 100)
    n_eff = effective_n(y, weight)

    def share(inside: NDArray[np.bool_]) -> Estimate:
        value = float(weight[inside].sum()) / total
        bounds = wilson(value, n_eff)
        return Estimate(value, bounds[0], bounds[1], len(y), "share")

    return Shares(share(top), share(~top & ~low), share(low))


def mean_answer(score: NDArray[np.float64], weight: NDArray[np.float64]) -> Estimate | None:
    """The mean of the answers as given (CSAT 1-5, CES 1-7), with a normal 95 % interval; None for no answers."""
    known = np.isfinite(score)
    score, weight = score[known], weight[known]
    total = float(weight.sum())
    if total <= 0:
        return None
    mean = float(weight @ score) / total
    n_eff = effective_n(score, weight)
    if n_eff <= 1:
        return Estimate(mean, None, None, len(score), "answer")
    spread = float(weight @ np.square(score - mean)) / total * n_eff / (n_eff - 1)
    half = Z95 * math.sqrt(spread / n_eff)
    return Estimate(mean, mean - half, mean + half, len(score), "answer")
