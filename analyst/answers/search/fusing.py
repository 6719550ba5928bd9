"""Two rankings into one, and the first few of it that differ: reciprocal rank fusion, then variety."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMOOTHING = 60  # the k of reciprocal rank fusion, as Cormack, Clarke and Büttcher (2009) set it
_VARIETY = 0.2  # weight of being unlike what was chosen before


def ranks(values: NDArray[np.floating]) -> NDArray[np.int64]:
    """The place of each of m `values`, the highest 1; equal ones share the better place."""
    ordered = np.sort(-values)
    return np.asarray(np.searchsorted(ordered, -values, side="left") + 1, dtype=np.int64)


def fuse(rankings: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], n: int) -> NDArray[np.float64]:
    """Reciprocal rank fusion (Cormack et al., SIGIR 2009) of n items: each of `rankings` is (items, their places), and
    an item scores the sum of 1 / (SMOOTHING + place) over the rankings that hold it; 0 where none does."""
    score = np.zeros(n)
    for items, places in rankings:
        score[items] += 1.0 / (SMOOTHING + places)
    return score


def varied(relevance: NDArray[np.float64], vectors: NDArray[np.float32], limit: int) -> list[int]:
    """The places of up to `limit` of m candidates, best first, each unlike those before it (maximal marginal relevance,
    Carbonell and Goldstein 1998). `relevance` (m,) any scale; `vectors` (m, d) unit rows, zero where there is none."""
    if len(relevance) == 0:
        return []
    best = float(relevance.max())
    worth = relevance / best if best > 0 else relevance
    alike = np.zeros(len(worth))
    left = np.ones(len(worth), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < limit and left.any():
        gain = np.where(left, worth - _VARIETY * alike, -np.inf)
        place = int(np.argmax(gain))
        chosen.append(place)
        left[place] = False
        alike = np.maximum(alike, vectors @ vectors[place])
    return chosen
