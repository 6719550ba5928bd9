"""What three searches agree on: the themes of the first, how well the others find them again, and which texts are sure.

A UMAP layout depends on its seed, and density clusters on the layout. What only one of three seeds shows is an accident
of the layout: such a theme is called emerging, and a text that other searches put elsewhere teaches the head less.
"""

from __future__ import annotations

import numpy as np

from analyst.themes.cluster import (
    SMALL,
    Clusters,
    Floats,
    Ints,
    consistent_sample,
    dense_search,
    find_clusters,
    ordered,
)

PUBLISHED = 0.6  # a theme found again less well than this is emerging (Hennig 2007: under .6 not to be trusted)
_AGAIN = 2  # searches beside the first
_AGAIN_ROWS = 10_000  # that many rows are enough to ask whether a theme is found again
_NOISE_VOTE = 0.5  # a search that leaves a text out says nothing for or against its theme


def find_themes(
    vectors: Floats, counts: Ints, *, neighbours: int, min_share: float, seed: int, most: int | None = None
) -> Clusters:
    """Groups as in `find_clusters`, with what two more searches (other seeds, at most 10,000 rows) say of them.

    `stability` is the mean Jaccard of a theme with its match in the other searches, matched one to one (Kuhn 1955);
    `strength` is damped by the share of searches that put a text where the first one did.
    """
    n = len(vectors)
    if n < SMALL:
        return find_clusters(vectors, counts, neighbours=neighbours, min_share=min_share, seed=seed, most=most)
    first = dense_search(vectors, counts, neighbours=neighbours, min_share=min_share, seed=seed, most=most)
    count = int(first.labels.max(initial=-1)) + 1
    rows = consistent_sample(n, _AGAIN_ROWS)
    votes = np.ones(len(rows))
    stability = np.zeros(count, dtype=np.float32)
    for step in range(1, _AGAIN + 1):
        again = dense_search(
            vectors[rows], counts[rows], neighbours=neighbours, min_share=min_share, seed=seed + step, most=most
        ).labels
        match, jaccard = matched(first.labels[rows], again, count)
        stability += jaccard / _AGAIN
        same = again == match[np.maximum(first.labels[rows], 0)]
        votes += np.where(again < 0, _NOISE_VOTE, same)
    strength = first.strength.copy()
    strength[rows] *= (votes / (1 + _AGAIN)).astype(np.float32)
    return ordered(first.labels, strength, counts, stability)


def matched(labels: Ints, again: Ints, count: int) -> tuple[Ints, Floats]:
    """(the group of `again` (n,) that each of the `count` groups of `labels` (n,) is matched to or -2, their Jaccard).

    Rows that are noise in either are left out of the Jaccard: the head places them later.
    """
    from scipy.optimize import linear_sum_assignment

    match = np.full(max(count, 1), -2, dtype=np.int64)
    jaccard = np.zeros(count, dtype=np.float32)
    other = int(again.max(initial=-1)) + 1
    if not count or not other:
        return match, jaccard
    both = (labels >= 0) & (again >= 0)
    table = np.zeros((count, other))
    np.add.at(table, (labels[both], again[both]), 1)
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    likeness = table / np.maximum(either, 1)
    mine, theirs = linear_sum_assignment(-likeness)
    match[mine] = theirs
    jaccard[mine] = likeness[mine, theirs]
    return match, jaccard
