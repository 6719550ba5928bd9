"""What several searches agree on: one set of themes from six runs, and how well each is found again.

A single search for communities depends on the order in which it visits the texts. Here the runs vote: an edge of
the graph counts by the share of runs that put both its ends together, and the last search is made on that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analyst.themes.cluster import (
    SMALL,
    Clusters,
    Floats,
    Ints,
    best_jaccard,
    find_clusters,
    ordered,
    principal,
)
from analyst.themes.graph import communities, condense, neighbour_graph

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

PUBLISHED = 0.6  # a theme found again less well than this is emerging (Hennig 2007: under .6 not to be trusted)

_DIMENSIONS = 50
_RUNS = 6
_ORDERS = 0
_AT = 10_000  # texts for which the setting `neighbours` is meant: the number goes with the root of the texts
_FEWEST, _MOST_NEIGHBOURS = 8, 60
_FINE = 12.0  # modularity resolution of the first, fine communities
_INSIDE = 0.72  # share of its own edges that a theme must hold in a single search ...
_AGREED = 0.90  # ... and of the votes in the last one; both chosen on the sample company and sets that are not scored
_DOUBT = 0.05  # an edge that no run kept is not quite forgotten
_LEAST = 8  # unique texts
_MOST_THEMES = 96
_SAYINGS, _ALWAYS = 40, 12  # no more than one theme to so many texts, but that many may always be
_STABILITY_ROUNDS = 3
_STABILITY_SHARE = 0.8


def find_themes(
    vectors: Floats, counts: Ints, *, neighbours: int, min_share: float, seed: int, most: int | None = None
) -> Clusters:
    """The subjects among unit rows `vectors` (n, d), in canonical order, of texts that occur `counts` (n,) times.

    Unlike density clusters (`find_clusters`) these take in nearly every row. A theme holds at least
    max(8, min_share * n / 2) texts; there are at most `most` (by default one to 40 texts, between 12 and 96).
    Fewer than 60 rows are grouped by average linkage.
    """
    n = len(vectors)
    if n < SMALL:
        return find_clusters(vectors, counts, neighbours=neighbours, min_share=min_share, seed=seed)
    around = int(np.clip(round(neighbours * np.sqrt(n / _AT)), min(_FEWEST, n // 4), _MOST_NEIGHBOURS))
    graph = neighbour_graph(principal(vectors, _DIMENSIONS), around)
    limit = min(max(n // _SAYINGS, _ALWAYS), _MOST_THEMES) if most is None else most
    least = max(_LEAST, min_share * n / 2)
    # The orders of the search are the same whatever the seed: there is nothing in them that a person would want to
    # draw anew. The seed draws the subsamples that stability is told from.
    labels = agreed(graph, least, limit, np.random.default_rng(_ORDERS))
    stability = found_again(graph, labels, least, limit, np.random.default_rng(seed))
    # Every row teaches: leaving out those on the border between two themes did not pay.
    return ordered(labels, np.ones(n, np.float32), counts, stability)


def agreed(graph: csr_matrix, least: float, most: int, random: np.random.Generator) -> Ints:
    """The communities (n,) that six searches of `graph`, each in another order, agree on, condensed.

    Lancichinetti and Fortunato 2012, "Consensus clustering in complex networks", with the votes (squared) laid on the
    edges that are there instead of on all pairs.
    """
    n = graph.shape[0]
    edges = graph.tocoo()
    votes = np.zeros(len(edges.data))
    for _ in range(_RUNS):
        run = _search(graph, random.permutation(n), _INSIDE, least, most)
        votes += run[edges.row] == run[edges.col]
    voted = graph.copy()
    voted.data = edges.data * (_DOUBT + (votes / _RUNS) ** 2)
    return _search(voted.tocsr(), np.arange(n, dtype=np.int64), _AGREED, least, most)


def _search(graph: csr_matrix, order: Ints, inside: float, least: float, most: int) -> Ints:
    weights = np.ones(len(order), dtype=np.int64)
    return condense(graph, communities(graph, _FINE, order), weights, inside=inside, least=least, most=most)


def found_again(graph: csr_matrix, labels: Ints, least: float, most: int, random: np.random.Generator) -> Floats:
    """How well each theme is found again without a random fifth of the texts: mean best Jaccard, (k,), 0..1.

    Hennig 2007, "Cluster-wise assessment of cluster stability": above .85 highly stable, under .6 not to be trusted.
    """
    n, count = graph.shape[0], int(labels.max(initial=-1)) + 1
    scores = np.zeros((_STABILITY_ROUNDS, count), dtype=np.float32)
    for row in range(_STABILITY_ROUNDS):
        rows = np.sort(random.permutation(n)[: round(_STABILITY_SHARE * n)])
        part = graph[rows][:, rows].tocsr()
        again = _search(part, random.permutation(len(rows)), _INSIDE, least * _STABILITY_SHARE, most)
        scores[row] = best_jaccard(labels[rows], again, count)
    return np.asarray(scores.mean(axis=0), dtype=np.float32)
