"""The batch function of the room: texts in, vectors out, each distinct text encoded once and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analyst.core.progress import Progress, Silent
from embeddings.cache import VectorCache, stored_form
from embeddings.contract import Encoder, Vectors

_KEEP_EVERY = 2048  # texts between two writes: what a kill can lose


def embed_texts(
    texts: list[str], encoder: Encoder, cache_dir: Path | None = None, progress: Progress | None = None
) -> Vectors:
    """Unit vectors of `texts`: float32, shape (len(texts), encoder.dimension), in their order.

    Each distinct text is encoded once. With `cache_dir`, vectors are read from and added to the cache there;
    without it the result is the same. Pure but for that cache, so a cluster's worker can call it on a batch.
    """
    told = progress or Silent()
    if not texts:
        return np.zeros((0, encoder.dimension), dtype=np.float32)
    # Sorting makes the batches, and so the last bits of a vector, independent of the order of the rows.
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    row_of = {text: row for row, text in enumerate(distinct)}
    told.start("embedding", len(distinct))
    if cache_dir is None:
        found = stored_form(encoder.encode(distinct, told))
    else:
        found = _through_cache(distinct, encoder, cache_dir, told)
    return found[[row_of[text] for text in texts]]


def _through_cache(distinct: list[str], encoder: Encoder, cache_dir: Path, told: Progress) -> Vectors:
    with VectorCache(cache_dir, encoder) as cache:
        found, known = cache.get(distinct)
        told.advance(int(known.sum()))
        missing = np.flatnonzero(~known)
        for first in range(0, len(missing), _KEEP_EVERY):
            rows = missing[first : first + _KEEP_EVERY]
            texts = [distinct[row] for row in rows]
            made = encoder.encode(texts, told)
            cache.put(texts, made)
            found[rows] = stored_form(made)
    return found
