"""Predicted against realised: how much of a gap a fix closes, learned from the fixes that were judged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyst.core.values import Estimate
from analyst.fixes.lift import REALISATION
from analyst.fixes.looks import Look
from analyst.fixes.shipping import Shipping
from analyst.metrics.intervals import Z95

PRIOR_SPREAD = 0.25  # of the realisation before any fix was judged: nearly all of 0 to 1 is thought possible
BETWEEN = 0.2  # fixes differ: the least spread of their realisations around the common one
LEAST, MOST = 0.05, 1.0


@dataclass(frozen=True)
class Judged:
    """One judged fix: the lift expected before realisation, and the lift that came, both over everybody in points."""

    fix_id: str
    title: str
    verdict: str
    predicted: Estimate
    realised: Estimate


@dataclass(frozen=True)
class Calibration:
    """`realisation` is the factor to reckon with, its n the judged fixes behind it (0: the assumed one)."""

    realisation: Estimate
    judged: tuple[Judged, ...]

    @property
    def told(self) -> str:
        """`realisation .62 learned from 7 verified fixes`, or that it is assumed."""
        n, value = self.realisation.n, f"{self.realisation.value:.2f}".lstrip("0")
        if not n:
            return f"realisation {value} assumed: no shipped fix has been judged yet"
        return f"realisation {value} learned from {n} verified {'fix' if n == 1 else 'fixes'}"


def calibrate(pairs: Sequence[tuple[Shipping, Look]]) -> Calibration:
    """The realisation learned from every decisive look that measured the score, whatever its verdict.

    Taking only the confirmed would teach that all promises are kept. Looks whose placebo showed something are left out,
    and so are fixes without an expected lift.
    """
    judged = [j for shipping, look in pairs if (j := _judged(shipping, look)) is not None]
    return Calibration(realisation_of(judged), tuple(judged))


def _judged(shipping: Shipping, look: Look) -> Judged | None:
    if not look.decisive or not look.fair or look.realised is None or shipping.realisation <= 0:
        return None
    if shipping.lift.value <= 0 or _error(look.realised) <= 0:
        return None
    lift, r = shipping.lift, shipping.realisation
    low, high = lift.low if lift.low is not None else lift.value, lift.high if lift.high is not None else lift.value
    predicted = Estimate(lift.value / r, low / r, high / r, lift.n)
    return Judged(shipping.fix_id, shipping.title, look.verdict, predicted, look.realised)


def realisation_of(judged: Sequence[Judged], prior: float = REALISATION, spread: float = PRIOR_SPREAD) -> Estimate:
    """The shrunken ratio of realised to predicted lift, with its 95 % interval; n the fixes behind it.

    Each fix gives a ratio r = realised / predicted with variance v (delta method; the prediction's error counts).
    Ratios scatter around the common one with variance t, by moments and at least .2 squared (DerSimonian & Laird 1986).
    The common one has a normal prior of mean .5 and standard deviation .25; its posterior mean is the weighted mean of
    the prior and the ratios with weights 1/spread^2 and 1/(v + t) (normal-normal empirical Bayes: Morris 1983, JASA
    78). Kept between .05 and 1.
    """
    if not judged:
        return Estimate(prior, max(0.0, prior - Z95 * spread), min(1.0, prior + Z95 * spread), 0, "ratio")
    predicted = np.array([j.predicted.value for j in judged])
    ratio = np.array([j.realised.value for j in judged]) / predicted
    own = np.array([_error(j.realised) for j in judged]) / predicted
    promised = prior * np.array([_error(j.predicted) for j in judged]) / predicted
    v = np.square(own) + np.square(promised)
    weight = 1 / (v + _between(ratio, v))
    total = float(weight.sum()) + 1 / spread**2
    mean = (float((weight * ratio).sum()) + prior / spread**2) / total
    half = Z95 / math.sqrt(total)
    kept = min(MOST, max(LEAST, mean))
    return Estimate(kept, max(0.0, min(mean - half, kept)), max(mean + half, kept), len(judged), "ratio")


def _between(ratio: np.ndarray, v: np.ndarray) -> float:
    """Variance between fixes by moments, at least BETWEEN squared."""
    if len(ratio) < 2:
        return BETWEEN**2
    w = 1 / v
    mean = float((w * ratio).sum() / w.sum())
    q = float((w * np.square(ratio - mean)).sum())
    scale = float(w.sum() - np.square(w).sum() / w.sum())
    return max(BETWEEN**2, (q - (len(ratio) - 1)) / scale if scale > 0 else 0.0)


def _error(estimate: Estimate) -> float:
    """Standard error from the 95 % interval."""
    if estimate.low is None or estimate.high is None:
        return 0.0
    return (estimate.high - estimate.low) / (2 * Z95)
