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
    centroids,
    damped,
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
_INSIDE = 0.77  # share of its own edges that a theme must hold in a single search ...
_AGREED = 0.93  # ... and of the votes in the last one; both chosen on sets that are not scored, and by K alone
_DOUBT = 0.05  # an edge that no run kept is not quite forgotten
_LEAST = 8  # unique texts
_MOST_THEMES = 96
_SAYINGS, _ALWAYS = 40, 12  # no more than one theme to so many texts, but that many may always be
_BORDER = 0.4
_ROUNDS = 3  # of moving each text to the nearest middle: more of them make all themes of one size
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
    final = refined(vectors, labels, damped(counts))
    # A text on which the graph and the middles differ is placed, but teaches nothing.
    return ordered(final, np.where(final == labels, 1.0, _BORDER).astype(np.float32), counts, stability)


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


def refined(vectors: Floats, labels: Ints, weights: Ints, rounds: int = _ROUNDS) -> Ints:
    """`labels` (n,) after some rounds of spherical k-means on unit rows (n, d), without ever emptying a theme.

    The graph knows who is next to whom; the middle of a theme, in the encoder's own space, knows the rest.
    """
    count = int(labels.max(initial=-1)) + 1
    for _ in range(rounds if count else 0):
        moved = (vectors @ centroids(vectors, labels, weights).T).argmax(axis=1)
        if np.array_equal(moved, labels) or len(np.unique(moved)) < count:
            break
        labels = moved.astype(np.int64)
    return labels


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
