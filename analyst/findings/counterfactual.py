"""What the score of those who met a trouble would have been, had they not met it: one outcome model, many questions.

The model is fitted on the answers that did not meet the troubles in question, and predicts those that did from their
segments, their use of the product, the window and what else they met; the gap is what is missing. This is Oaxaca's
(1973) and Blinder's regression read as an effect on the exposed: Kline 2011, American Economic Review 101, shows that
it is a propensity-score reweighting at the same time, hence right when either model is. Unlike one coefficient for
all, it is the mean over those exposed when the trouble harms some more than others, and a *set* of troubles is one
question, so that nothing needs adding up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from analyst.findings.axes import Axes, make_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

PENALTY = 1.0  # on levels of segments and of use, in answers of mean weight
FEWEST = 15  # exposed, and unexposed, answers that a gap needs
MOST_USE = 6  # levels of use: 1, 2, 3-4, 5-8, 9-16, more sessions


@dataclass(frozen=True)
class Gap:
    """Mean score of those exposed minus what it would have been, in points, with its standard error (by person).

    `influence` (n,) is each answer's part of the estimate's error: their sums by person, squared and added, are the
    variance, and those of two gaps, multiplied and added, their covariance. 0 for answers that took no part.
    """

    value: float
    error: float
    influence: NDArray[np.float64]


@dataclass(frozen=True)
class Counterfactual:
    """The answers `rows` (n,) of a frame, ready for questions about the troubles whose columns are `met` (n, k)."""

    frame: DesignFrame
    met: NDArray[np.bool_]
    rows: NDArray[np.bool_]
    axes: Axes | None = None  # of the frame, where they are known already

    @cached_property
    def _weight(self) -> NDArray[np.float64]:
        w = self.frame.weight[self.rows]
        return w / w.mean() if len(w) and w.mean() > 0 else w

    @cached_property
    def _y(self) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.frame.y[self.rows]
        return found

    @cached_property
    def _met(self) -> NDArray[np.bool_]:
        """Who of these answers met which trouble, (r, k)."""
        found: NDArray[np.bool_] = self.met[self.rows]
        return found

    @cached_property
    def _usable(self) -> NDArray[np.bool_]:
        """(k,) troubles that enough of these answers met, and enough did not."""
        met = self._met.sum(axis=0)
        usable: NDArray[np.bool_] = (met >= FEWEST) & (self.rows.sum() - met >= FEWEST)
        return usable

    @cached_property
    def _design(self) -> tuple[NDArray[np.float64], int]:
        """Columns: intercept, window, the troubles (unpenalised; the second value counts these), then the context."""
        context, free = context_columns(self.frame, self.rows, self.axes)
        columns = [*context[:free], *self._met.astype(float).T, *context[free:]]
        return np.stack(columns, axis=1), free + self.met.shape[1]

    @cached_property
    def _gram(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        design = self._design[0]
        weighted = design * self._weight[:, None]
        return design.T @ weighted, weighted.T @ self._y

    def gap(self, troubles: Sequence[int], of: NDArray[np.bool_] | None = None) -> Gap | None:
        """The gap of those who met any of `troubles` (columns), of the answers `of` (n,) only where given; None where
        too few of them did, or too few did not. The model learns from all who met none of them."""
        mine = [k for k in troubles if self._met[:, k].any()]
        exposed: NDArray[np.bool_] = np.asarray(self._met[:, mine].any(axis=1))
        counted = exposed if of is None else exposed & of[self.rows]
        if not enough(exposed) or not enough(counted):
            return None
        design, free = self._design
        keep = np.ones(design.shape[1], dtype=bool)
        first = free - len(self._usable)
        keep[first:free] = self._usable
        keep[[first + k for k in mine]] = False
        w, y = self._weight, self._y
        inside = design[exposed]
        weighted = inside * w[exposed][:, None]
        gram, target = self._gram
        gram = gram - inside.T @ weighted
        target = target - weighted.T @ y[exposed]
        penalty = np.where(np.arange(len(keep)) < free, 0.0, PENALTY)
        inverse = _inverse((gram + np.diag(penalty))[np.ix_(keep, keep)])
        beta = np.zeros(len(keep))
        beta[keep] = inverse @ target[keep]
        missing = y - design @ beta
        total = float(w[counted].sum())
        value = float(w[counted] @ missing[counted]) / total
        leverage = np.zeros(len(keep))
        leverage[keep] = inverse @ ((w * counted) @ design / total)[keep]
        part = np.where(exposed, 0.0, -w * missing * (design @ leverage))
        part[counted] = w[counted] * (missing[counted] - value) / total
        influence = np.zeros(self.frame.n)
        influence[self.rows] = part * np.sqrt(len(y) / max(1, len(y) - int(keep.sum())))
        error = float(np.sqrt(covariance(self.frame, influence[:, None])[0, 0]))
        return Gap(value, error, influence) if error > 0 else None


def context_columns(
    frame: DesignFrame, rows: NDArray[np.bool_], axes: Axes | None = None
) -> tuple[list[NDArray[np.float64]], int]:
    """What answers are compared within: intercept and window (their number is the second value), then the levels of
    every usable axis, new releases and how much people use the product; each of as many values as `rows` (n,) picks."""
    columns = [np.ones(int(rows.sum()))]
    post = frame.post[rows].astype(float)
    if 0 < post.sum() < len(post):
        columns.append(post)
    free = len(columns)
    axes = make_axes(frame) if axes is None else axes
    for axis in axes.axes:
        codes = axis.codes[rows]
        columns += [(codes == code).astype(float) for code in range(len(axis.values))]
    columns += [(release.inside & frame.post)[rows].astype(float) for release in axes.releases]
    use = use_levels(frame)[rows]
    columns += [(use == level).astype(float) for level in np.unique(use)]
    columns.append(np.log2(np.maximum(frame.sessions[rows], 1)))  # within a level the busier still meet more
    return columns, free


def use_levels(frame: DesignFrame) -> NDArray[np.int64]:
    """(n,) how much each answer's user used the product before it: 0 for one session or none known, 1 for two, 2 for
    three or four, doubling up to the last. Busy people meet more of everything, and answer differently."""
    use = np.ceil(np.log2(np.maximum(frame.sessions, 1)))
    levels: NDArray[np.int64] = np.minimum(use, MOST_USE - 1).astype(np.int64)
    return levels


def covariance(frame: DesignFrame, influence: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, k) covariance of k estimates from their influence (n, k), clustered on the person (Liang & Zeger 1986)."""
    person = frame.people
    sums = np.stack([np.bincount(person, column).astype(np.float64) for column in influence.T], axis=1)
    found: NDArray[np.float64] = sums.T @ sums
    return found


def enough(exposed: NDArray[np.bool_]) -> bool:
    """Whether enough answers are in and out of `exposed` (n,) for a gap."""
    met = int(exposed.sum())
    return met >= FEWEST and len(exposed) - met >= FEWEST


def _inverse(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        found: NDArray[np.float64] = linalg.cho_solve(linalg.cho_factor(gram), np.eye(len(gram)))
    except linalg.LinAlgError:  # a free column repeats another, or is empty among the unexposed
        found = linalg.pinvh(gram)
    return found
