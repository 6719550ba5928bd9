"""The order of fixes, and how sure it is: every place with its interval, ties by name. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.findings import covariance
from analyst.fixes.candidates import Candidate
from analyst.fixes.lift import confidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

DRAWS = 4000
TIE = 0.8  # below this chance of being above the other, either way, two fixes are tied


@dataclass(frozen=True)
class Places:
    """`order` (k,) places of the candidates, first things first; for each candidate its `priority`, the lowest and
    highest rank it could have (95 %), and those it is tied with."""

    order: tuple[int, ...]
    priority: tuple[float, ...]
    bounds: tuple[tuple[int, int], ...]
    ties: tuple[frozenset[int], ...]


def places_of(
    frame: DesignFrame, candidates: Sequence[Candidate], efforts: Sequence[float], ids: Sequence[str]
) -> Places:
    """Order by lift x confidence / effort (person-weeks, above 0), ties in priority by id; complaints that chance may
    explain (`heard`) come after all others.

    Ranks are bounded by a parametric bootstrap: 4,000 draws of all lifts at once, from the joint normal distribution
    that the same answers give them (errors of complaints, which share no model, stand alone), with confidence and
    effort held fixed. Two fixes are tied when neither is above the other in 80 % of the draws.
    """
    if not candidates:
        return Places((), (), (), ())
    per_point = np.array([confidence(c.lift, c.grade) / e for c, e in zip(candidates, efforts, strict=True)])
    priority = np.array([c.lift.points for c in candidates]) * per_point
    order = sorted(range(len(candidates)), key=lambda i: (candidates[i].heard, -priority[i], ids[i]))
    draws = priority + _noise(frame, candidates) * per_point
    above = (draws[:, :, None] > draws[:, None, :]).mean(axis=0)
    ranks = 1 + (draws[:, None, :] > draws[:, :, None]).sum(axis=2)
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="nearest").astype(int)
    place = {i: rank for rank, i in enumerate(order, start=1)}
    k = range(len(candidates))
    return Places(
        order=tuple(order),
        priority=tuple(float(value) for value in priority),
        bounds=tuple((min(int(low[i]), place[i]), max(int(high[i]), place[i])) for i in k),
        ties=tuple(
            frozenset(j for j in k if j != i and max(above[i, j], above[j, i]) < TIE) for i in k
        ),
    )  # fmt: skip


def _noise(frame: DesignFrame, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """(draws, k) errors of the lifts in points, the same whenever asked."""
    k = len(candidates)
    spread = np.zeros((k, k))
    seen = [i for i, candidate in enumerate(candidates) if candidate.influence is not None]
    if seen:
        columns = [c.influence for c in candidates if c.influence is not None]
        spread[np.ix_(seen, seen)] = covariance(frame, np.stack(columns, axis=1))
    for i, candidate in enumerate(candidates):
        if candidate.influence is None:
            spread[i, i] = candidate.lift.error**2
    # equal influences (one trouble told twice) make the matrix singular: its root still exists
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    noise: NDArray[np.float64] = np.random.default_rng(0).standard_normal((DRAWS, k)) @ root.T
    return noise
