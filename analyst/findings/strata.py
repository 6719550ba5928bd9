"""Who is compared with whom: answers in cells of like people, and odds ratios put together over the cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analyst.findings.axes import make_axes
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    rows, t = said.shape
    size = int(cells.max(initial=-1)) + 1
    cell_of = sparse.csr_matrix((np.ones(rows), (cells, np.arange(rows))), shape=(size, rows))
    n = np.maximum(np.bincount(cells, minlength=size), 2).astype(float)[:, None]  # alone, one is compared with nobody
    alone = np.bincount(cells, minlength=size) < 2
    spoke, faced = (np.asarray((cell_of @ what).todense(), dtype=float) for what in (said, met))
    spoke[alone], faced[alone] = 0.0, 0.0
    # How many did both, by cell: nearly all of these tables hold none, so only the others are written out.
    pairs = said.tocoo()
    by_cell = sparse.csr_matrix(
        (np.ones(pairs.nnz), (cells[pairs.row] * t + pairs.col, pairs.row)), shape=(size * t, rows)
    )
    found = (by_cell @ met).tocoo()
    cell, theme = np.divmod(found.row, t)
    keep = (found.data > 0) & ~alone[cell]
    cell, theme, friction, both = cell[keep], theme[keep], found.col[keep], found.data[keep]

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = sparse.coo_matrix((values, (theme, friction)), shape=(t, met.shape[1]))
        return np.asarray(total.todense())

    k, s0, f0 = n[cell, 0], spoke[cell, theme], faced[cell, friction]
    with_both = _terms(both, s0 - both, f0 - both, k)
    with_none = _terms(np.zeros(len(both)), s0, f0, k)
    share = spoke / n
    none_down = share.T @ faced
    none_q = (spoke * share / n).T @ faced + (share / n).T @ np.square(faced)
    excess = summed(both) - none_down
    spread = (share * (n - spoke) / (n * (n - 1))).T @ (faced * (n - faced))
    r = summed(with_both.up)
    s = none_down + summed(with_both.down - with_none.down)
    pr = summed(with_both.p * with_both.up)
    mixed = (
        none_down
        - none_q
        + summed(with_both.p * with_both.down + with_both.q * with_both.up - with_none.p * with_none.down)
    )
    qs = none_q + summed(with_both.q * with_both.down - with_none.q * with_none.down)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = r / s
        error = np.sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s))
        z = np.where(spread > 1e-12, excess / np.sqrt(spread), 0.0)
        usable = (r > 0) & (s > 1e-12)
        ratio = np.where(usable, ratio, np.nan)
        half = np.exp(Z95 * np.where(usable, error, np.nan))
    return PooledOdds(ratio, ratio / half, ratio * half, z)


@dataclass(frozen=True)
class _Terms:
    """Of tables [[a, b], [c, d]]: ad/n, bc/n, (a+d)/n and (b+c)/n."""

    up: NDArray[np.float64]
    down: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]


def _terms(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], n: NDArray[np.float64]) -> _Terms:
    d = n - a - b - c
    return _Terms(a * d / n, b * c / n, (a + d) / n, (b + c) / n)
