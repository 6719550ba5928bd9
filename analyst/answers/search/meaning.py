"""The search by meaning: cosines between a question and the vectors of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_BYTES = 256 * 2**20  # up to here the vectors are held widened: five times quicker than widening them each time
_BLOCK = 4_096
_PAIRS = 20_000


@dataclass(frozen=True)
class Background:
    """How near two opinions of the run lie that have nothing to do with each other: `mean` and `spread` of cosines.

    Encoders differ in this: what is near for one is nothing for another, so floors are counted in spreads.
    """

    mean: float
    spread: float

    def floor(self, spreads: float) -> float:
        """The cosine that lies `spreads` above the mean."""
        return self.mean + spreads * self.spread


class MeaningIndex:
    """Unit `vectors` (n, d), float16 as a run keeps them. Reading only, so safe from several threads."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        wide = vectors.shape[0] * vectors.shape[1] * 4
        self._vectors: NDArray[np.floating] = vectors.astype(np.float32) if wide <= HELD_BYTES else vectors
        self.background = background(vectors)

    def cosines(self, question: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Cosines of `rows` (all n where None) to the unit vector `question` (d,)."""
        if self._vectors.dtype == np.float32 and (rows is None or len(rows) * 2 > len(self._vectors)):
            every = self._vectors @ question
            return np.asarray(every if rows is None else every[rows], dtype=np.float32)
        count = len(self._vectors) if rows is None else len(rows)
        found = np.empty(count, dtype=np.float32)
        for first in range(0, count, _BLOCK):
            part = slice(first, first + _BLOCK)
            block = self._vectors[part] if rows is None else self._vectors[rows[part]]
            found[part] = np.asarray(block, dtype=np.float32) @ question
        return found

    def of(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some rows, float32."""
        return np.asarray(self._vectors[rows], dtype=np.float32)


def background(vectors: NDArray[np.float16]) -> Background:
    """Mean and spread of the cosines of random pairs of `vectors`, always the same pairs."""
    n = len(vectors)
    if n < 2:
        return Background(0.0, 0.1)
    rng = np.random.default_rng(7)
    left, right = rng.integers(0, n, _PAIRS), rng.integers(0, n, _PAIRS)
    apart = left != right
    rows, place = np.unique(np.concatenate([left[apart], right[apart]]), return_inverse=True)
    wide = np.asarray(vectors[rows], dtype=np.float32)
    half = len(place) // 2
    cosines = np.einsum("nd,nd->n", wide[place[:half]], wide[place[half:]])
    return Background(float(cosines.mean()), max(float(cosines.std()), 1e-3))
