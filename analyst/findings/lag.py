"""How long friction lingers: the score of those who met it 0-7, 8-14 and 15-28 days before they answered.

All lags enter one regression with the segments and the window. The lag that cannot be, friction met after the answer,
is held against it: where that too goes with the score, people who meet friction differ in ways that the segments do not
show, and the other lags are to be read with care.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analyst.core.values import Estimate
from analyst.findings.ols import least_squares, segment_levels
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from analyst.findings.counts import LagCounts
    from analyst.runs.frame import DesignFrame

FEWEST = 15  # answers that met it in a lag, and as many that did not
# (days from, days to) before the answer; the falsification lag is counted after it
LAGS: tuple[tuple[int, int], ...] = ((0, 7), (8, 14), (15, 28))
AFTER = (0, 7)


@dataclass(frozen=True)
class LagEffect:
    """`effect` in points of having met friction `first` to `last` days before the answer (after it, where `after`),
    its n those who did; None where too few did."""

    first: int
    last: int
    after: bool
    effect: Estimate | None


@dataclass(frozen=True)
class Lag:
    """The lags of friction `on` (screen and signals; empty for any), among `n` answers whose users had a session in the
    28 days before. `clean`: friction after the answer goes with no score; None where that could not be looked at."""

    on: tuple[str, ...]
    n: int
    effects: tuple[LagEffect, ...]
    clean: bool | None


def lag_effects(
    frame: DesignFrame, counts: LagCounts, screen: str | None = None, signals: Sequence[str] = ()
) -> Lag:  # fmt: skip
    """The lags of friction on `screen` (any, when None) with one of `signals` (any, when empty)."""
    met = counts.met(screen, signals)
    rows = np.asarray(counts.seen[:, :-1].any(axis=1))
    on = tuple(filter(None, (screen, *signals)))
    kept = frame.only(rows)
    hit, seen = met[rows], counts.seen[rows]
    usable = [k for k in range(hit.shape[1]) if FEWEST <= hit[:, k].sum() <= len(hit) - FEWEST]
    periods = [(first, last, False) for first, last in LAGS] + [(*AFTER, True)]
    if not usable or not rows.any():
        return Lag(on, kept.n, tuple(LagEffect(*period, None) for period in periods), None)
    post = kept.post.astype(float)[:, None]
    window = post if 0 < post.sum() < len(post) else post[:, :0]
    free = np.column_stack([np.ones((kept.n, 1)), hit[:, usable].astype(float), window])
    # whether there was any session in the lag is a level: who was not there met nothing
    there = seen[:, [k for k in range(seen.shape[1]) if 0 < seen[:, k].sum() < len(seen)]].astype(float)
    design = sparse.hstack([sparse.csr_matrix(free), sparse.csr_matrix(there), segment_levels(kept)]).tocsr()
    beta, variance = least_squares(kept, design, free.shape[1])
    effects = []
    for k, period in enumerate(periods):
        estimate = None
        if k in usable:
            at = 1 + usable.index(k)
            value, half = float(beta[at]), Z95 * float(np.sqrt(variance[at, at]))
            estimate = Estimate(value, value - half, value + half, int(hit[:, k].sum()))
        effects.append(LagEffect(*period, estimate))
    last = effects[-1].effect
    return Lag(on, kept.n, tuple(effects), None if last is None else not last.excludes_zero())
