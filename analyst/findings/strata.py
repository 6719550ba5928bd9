"""Who is compared with whom: answers in cells of like people, and odds ratios put together over the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.findings.axes import make_axes
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from analyst.runs.frame import DesignFrame

BUSY = np.array([2, 4, 8])  # borders of the bands of sessions had: 1, 2-3, 4-7, 8 or more
LEAST_CELL = 12.0  # answers that the cells must hold on average: finer ones would compare nobody with anybody


@dataclass(frozen=True)
class PooledOdds:
    """Odds ratios of t things against e things over the cells, each (t, e): `ratio` with its interval `low`, `high`
    (nan where a margin is empty), and `z` of the test that no cell has a tie."""

    ratio: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    z: NDArray[np.float64]


def like_people(frame: DesignFrame, rows: NDArray[np.int64], outcome: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The cell of each of the answers `rows` (r,), as codes (r,): how many sessions the user had, the window, and the
    segments.

    Dimensions enter one by one, the one that goes most with `outcome` (r,) first (Cramér's V), as long as the cells
    hold twelve answers on average. Users of a new release count with the version it replaced (see axes): else only
    those who met what it broke would be compared with each other.
    """
    cells = np.searchsorted(BUSY, frame.sessions[rows], side="right").astype(np.int64) * 2 + frame.post[rows]
    _, cells = np.unique(cells, return_inverse=True)
    axes = [axis.codes[rows] for axis in make_axes(frame).axes]
    ranked = sorted(range(len(axes)), key=lambda i: (-_cramer(axes[i], outcome), i))
    for i in ranked:
        _, finer = np.unique(cells * (int(axes[i].max()) + 1) + axes[i], return_inverse=True)
        if len(finer) / (int(finer.max()) + 1) >= LEAST_CELL:
            cells = finer
    return np.asarray(cells, dtype=np.int64)


def _cramer(codes: NDArray[np.int64], outcome: NDArray[np.bool_]) -> float:
    """Cramér's V of a level against a yes or no, 0..1 (Cramér 1946)."""
    n = np.bincount(codes).astype(float)
    yes = np.bincount(codes, outcome.astype(float))
    share = float(outcome.mean()) if len(outcome) else 0.0
    if share in (0.0, 1.0):
        return 0.0
    n, yes = n[n > 0], yes[n > 0]
    apart = np.square(yes - n * share) / (n * share * (1 - share))
    return float(np.sqrt(apart.sum() / len(outcome)))


def pooled_odds(said: sparse.csr_matrix, met: sparse.csr_matrix, cells: NDArray[np.int64]) -> PooledOdds:
    """Odds ratios of `met` (r, e) among those who `said` (r, t) against the others of their own cell, over all cells.

    Mantel & Haenszel 1959, JNCI 22; variance of its logarithm after Robins, Breslow & Greenland 1986, Biometrics 42,
    which holds for few large cells and for many small ones. `z` is that of Mantel and Haenszel's test. Both matrices
    hold 0 and 1.
    """
    shape = (said.shape[1], met.shape[1])
    excess, spread = np.zeros(shape), np.zeros(shape)
    r, s, pr, mixed, qs = (np.zeros(shape) for _ in range(5))
    for cell in range(int(cells.max(initial=-1)) + 1):
        rows = np.flatnonzero(cells == cell)
        n = len(rows)
        if n < 2:
            continue
        here, there = said[rows], met[rows]
        a = np.asarray((here.T @ there).todense(), dtype=float)
        spoke = np.asarray(here.sum(axis=0)).ravel()[:, None].astype(float)
        faced = np.asarray(there.sum(axis=0)).ravel()[None, :].astype(float)
        b, c = spoke - a, faced - a
        d = n - spoke - faced + a
        excess += a - spoke * faced / n
        spread += spoke * (n - spoke) * faced * (n - faced) / (n * n * (n - 1))
        up, down = a * d / n, b * c / n
        p, q = (a + d) / n, (b + c) / n
        r, s = r + up, s + down
        pr, mixed, qs = pr + p * up, mixed + p * down + q * up, qs + q * down
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = r / s
        error = np.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s))
        z = np.where(spread > 0, excess / np.sqrt(spread), 0.0)
        usable = (r > 0) & (s > 0)
        ratio = np.where(usable, ratio, np.nan)
        half = np.exp(Z95 * np.where(usable, error, np.nan))
    return PooledOdds(ratio, ratio / half, ratio * half, z)
