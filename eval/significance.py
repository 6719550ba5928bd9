"""Is a difference more than chance: paired sign-flip test and paired bootstrap, by cluster.

Rows of one company share its people and its texts, so companies, not rows, are flipped and drawn. A measure is a
weighted mean over rows, which each cluster gives as two sums: value times weight, and weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXACT = 16  # clusters up to which every pattern of flips is tried
DRAWS = 10_000
SEED = 7
TIE = 1e-6  # values nearer than that are the same: files keep six decimals
Sums = tuple[float, float]  # value x weight, weight
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval (NaN ends where there are not two clusters), over `rows` in `clusters`."""

    mean: float
    low: float
    high: float
    rows: int
    clusters: int


@dataclass(frozen=True)
class Difference:
    """New minus old: the difference of the means with its 95 % interval, the p of the sign-flip test (two-sided), and
    in how many rows the new one is higher, the same, lower."""

    difference: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int
    clusters: int


def mean_interval(clusters: Mapping[str, Sums], rows: int, *, draws: int = DRAWS, seed: int = SEED) -> Interval:
    """Weighted mean over all clusters, with the percentile interval of a bootstrap that draws clusters."""
    total, weight = _arrays(clusters)
    if not len(total) or weight.sum() <= 0:
        return Interval(math.nan, math.nan, math.nan, rows, len(total))
    mean = float(total.sum() / weight.sum())
    if len(total) < 2:
        return Interval(mean, math.nan, math.nan, rows, len(total))
    times = _draws(len(total), draws, seed)
    low, high = _percentiles(times @ total, times @ weight)
    return Interval(mean, low, high, rows, len(total))


def paired_difference(
    new: Mapping[str, Sums],
    old: Mapping[str, Sums],
    pairs: Sequence[tuple[float, float]] = (),
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Difference:
    """New minus old over the clusters that both have.

    The interval is the percentile interval of a paired bootstrap over clusters (Efron and Tibshirani 1993), the p that
    of a sign-flip test which swaps new and old in whole clusters (Fisher 1935; exact up to 16 clusters, else 10,000
    seeded draws with the observed one among them). `pairs` are the (new, old) values of the rows, for wins and losses.
    """
    both = sorted(set(new) & set(old))
    a, aw = _arrays({name: new[name] for name in both})
    b, bw = _arrays({name: old[name] for name in both})
    wins = sum(x > y + TIE for x, y in pairs)
    losses = sum(x < y - TIE for x, y in pairs)
    told = (wins, len(pairs) - wins - losses, losses, len(both))
    if not both or aw.sum() <= 0 or bw.sum() <= 0:
        return Difference(math.nan, math.nan, math.nan, math.nan, *told)
    observed = float(a.sum() / aw.sum() - b.sum() / bw.sum())
    p = _sign_flip(a, aw, b, bw, observed, draws, seed)
    if len(both) < 2:
        return Difference(observed, math.nan, math.nan, p, *told)
    times = _draws(len(both), draws, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = (times @ a) / (times @ aw) - (times @ b) / (times @ bw)
    low, high = (float(q) for q in np.nanpercentile(drawn, (2.5, 97.5)))
    return Difference(observed, low, high, p, *told)


def _sign_flip(a: Floats, aw: Floats, b: Floats, bw: Floats, observed: float, draws: int, seed: int) -> float:
    n = len(a)
    if n <= EXACT:
        swap = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    else:
        swap = np.random.default_rng([seed, 2]).integers(0, 2, (draws, n))
        swap[0] = 0
    kept = 1 - swap
    with np.errstate(invalid="ignore", divide="ignore"):
        first = (kept @ a + swap @ b) / (kept @ aw + swap @ bw)
        second = (kept @ b + swap @ a) / (kept @ bw + swap @ aw)
        flipped = np.abs(first - second)
    # Rounding must not decide a tie with the observed pattern itself.
    return float((np.nan_to_num(flipped) >= abs(observed) - 1e-12).mean())


def _arrays(clusters: Mapping[str, Sums]) -> tuple[Floats, Floats]:
    pairs = [clusters[name] for name in sorted(clusters)]
    return np.array([p[0] for p in pairs], dtype=float), np.array([p[1] for p in pairs], dtype=float)


def _draws(n: int, draws: int, seed: int) -> Floats:
    """How often each cluster is drawn, (draws, n)."""
    return np.random.default_rng([seed, 1]).multinomial(n, np.full(n, 1 / n), draws).astype(float)


def _percentiles(total: Floats, weight: Floats) -> tuple[float, float]:
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nanpercentile(total / weight, (2.5, 97.5))
    return float(low), float(high)
