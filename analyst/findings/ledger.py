"""The ledger: the terms whose sum is the movement.

From the regression of model.py, exactly (Kitagawa 1955 and Oaxaca 1973, with the change inside found segments apart):

    change = sum over dimensions of beta * (share now - share before)      mix: other people answered
           + gamma                                                        common: everybody shifted
           + sum over segments of delta * share now                       segment, release: a group shifted
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.query import where_text
from analyst.findings.types import LedgerTerm
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from analyst.findings.model import Cells, Fit


def ledger(cells: Cells, model: Fit) -> list[LedgerTerm]:
    """The terms, segments first, then common, then mix by size. They add up to the change of the weighted mean of y.

    A term's variance is that of the coefficients, plus that of the shares (or random wobble of the mix would look
    significant), both to first order.
    """
    now = _mean(cells, model.design, cells.post)
    before = _mean(cells, model.design, ~cells.post)
    shift = now - before
    terms = []
    for k, segment in enumerate(model.segments):
        share, effect = float(now[2 + k]), float(model.beta[2 + k])
        variance = share**2 * float(model.variance[2 + k, 2 + k])
        variance += effect**2 * share * (1 - share) / _answers(cells, cells.post)
        kind = "release" if segment.is_release else "segment"
        label = where_text(segment.where)
        terms.append(_term(kind, label, effect * share, variance, segment.where))
    common = _term("common", "everybody", float(model.beta[1]), float(model.variance[1, 1]))
    mix = [_mix(cells, model, label, block, shift) for label, block in model.blocks]
    mix.sort(key=lambda term: (-abs(term.points), term.label))
    return [*terms, common, *mix]


def _mix(cells: Cells, model: Fit, label: str, block: slice, shift: NDArray[np.float64]) -> LedgerTerm:
    beta, moved = model.beta[block], shift[block]
    variance = float(moved @ model.variance[block, block] @ moved)
    variance += _share_variance(cells, model.design[:, block] @ beta)
    return _term("mix", label, float(beta @ moved), variance, dimension=label)


def _share_variance(cells: Cells, values: NDArray[np.float64]) -> float:
    """Variance of the difference of the two windows' means of `values` (c,): beta' Var(shares) beta."""
    found = 0.0
    for window in (cells.post, ~cells.post):
        weight = cells.weight[window]
        mean = float(weight @ values[window]) / float(weight.sum())
        found += float(weight @ np.square(values[window] - mean)) / float(weight.sum()) / _answers(cells, window)
    return found


def _answers(cells: Cells, window: NDArray[np.bool_]) -> float:
    """Effective number of answers in the window, by Kish."""
    w = cells.w[window[cells.row]]
    return float(w.sum()) ** 2 / float(np.square(w).sum())


def _mean(cells: Cells, design: sparse.csr_matrix, window: NDArray[np.bool_]) -> NDArray[np.float64]:
    inside = cells.weight * window
    return np.asarray(design.T @ inside).ravel() / float(inside.sum())


def _term(
    kind: str, label: str, points: float, variance: float, where: tuple[tuple[str, str], ...] = (),
    dimension: str | None = None,
) -> LedgerTerm:  # fmt: skip
    half = Z95 * math.sqrt(max(0.0, variance))
    return LedgerTerm(kind, label, points, points - half, points + half, where, dimension)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Sums:
    """The ledger in three numbers, points: what found segments, the common shift and the mix bring, and whether the
    last two lie beyond chance."""

    segments: float
    common: float
    mix: float
    common_stands: bool
    mix_stands: bool


def summarise(cells: Cells, model: Fit, terms: list[LedgerTerm]) -> Sums:
    """Add up the ledger by kind; the mix is tested as a whole, since dimensions share what they explain."""
    common = next(term for term in terms if term.kind == "common")
    mix = sum(term.points for term in terms if term.kind == "mix")
    begin = 2 + len(model.segments)
    shift = (_mean(cells, model.design, cells.post) - _mean(cells, model.design, ~cells.post))[begin:]
    variance = float(shift @ model.variance[begin:, begin:] @ shift)
    variance += _share_variance(cells, model.design[:, begin:] @ model.beta[begin:])
    return Sums(
        segments=sum(term.points for term in terms if term.kind in ("segment", "release")),
        common=common.points,
        mix=mix,
        common_stands=common.low > 0 or common.high < 0,
        mix_stands=abs(mix) > Z95 * math.sqrt(variance) if variance > 0 else False,
    )
