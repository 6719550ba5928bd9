"""The one contract that every sentence encoder keeps."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analyst.core.progress import Progress

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors.

    `name` is the model's name, `revision` tells one state of its weights from another, `dimension` is the
    length of a vector. The same (name, revision) gives the same vectors to within a cosine of 0.999,
    whichever engine computes them, so they may share one cache.
    """

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: list[str], progress: Progress | None = None) -> Vectors:
        """Unit rows, float32, shape (len(texts), dimension), in the order of `texts`."""
        ...


def unit_rows(vectors: NDArray[np.floating]) -> Vectors:
    """`vectors` (n, d) with every row scaled to length 1; a row of zeros stays zero."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
