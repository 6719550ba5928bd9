"""A graph of who lies next to whom, and the communities in it.

The same graph that UMAP lays out, read directly: no layout, so no random descent, nothing to compile, and a text
between two subjects shows as edges to both. Communities are found fine and then condensed until each of them
holds most of its own edges, which is what decides how many themes there are: many where subjects stand apart, few
where they run into one another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats, Ints, nearest

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_BISECTIONS = 32
_SWEEPS = 20
_SETTLED = 0.002  # a sweep that moves a smaller share of the nodes than this is the last


def neighbour_graph(rows: Floats, k: int) -> csr_matrix:
    """The symmetric graph (n, n) of each unit row's k nearest, weights 0..1, without loops.

    A neighbour's weight is exp(-(distance - distance of the nearest) / scale), the scale such that a row's weights
    sum to log2(k); both directions are joined by a + b - ab: the fuzzy union of McInnes, Healy and Melville 2018,
    "UMAP", section 3.1.
    """
    from scipy.sparse import csr_matrix

    n = len(rows)
    k = min(k + 1, n)
    indices, distances = nearest(rows, k)
    weights = _scaled(distances[:, 1:].astype(np.float64))
    start = np.arange(0, n * (k - 1) + 1, k - 1)
    one_way = csr_matrix((weights.ravel(), indices[:, 1:].astype(np.int64).ravel(), start), shape=(n, n))
    back = one_way.T.tocsr()
    joined = (one_way + back - one_way.multiply(back)).tocsr()
    joined.sort_indices()
    return joined


def _scaled(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights (n, k) of neighbours at `distances` (n, k), each row's sum log2(k + 1), by bisection of its scale."""
    beyond = distances - distances.min(axis=1, keepdims=True)
    wanted = np.log2(distances.shape[1] + 1)
    low, high = np.zeros(len(distances)), np.full(len(distances), 2.0)
    for _ in range(_BISECTIONS):
        scale = (low + high) / 2
        total = np.exp(-beyond / np.maximum(scale, 1e-9)[:, None]).sum(axis=1)
        low, high = np.where(total < wanted, scale, low), np.where(total < wanted, high, scale)
    weights: NDArray[np.float64] = np.exp(-beyond / np.maximum((low + high) / 2, 1e-3)[:, None])
    return weights


def communities(graph: csr_matrix, resolution: float, order: Ints) -> Ints:
    """The community of each node, (n,), by Louvain's method at a modularity `resolution`, nodes visited in `order`.

    Blondel, Guillaume, Lambiotte and Lefebvre 2008, "Fast unfolding of communities in large networks"; the
    resolution is that of Reichardt and Bornholdt 2006.
    """
    from scipy.sparse import csr_matrix

    member = np.arange(graph.shape[0], dtype=np.int64)
    while True:
        labels, moved = _settle(graph, resolution, order)
        names, labels = np.unique(labels, return_inverse=True)
        member = labels[member]
        if not moved or len(names) == graph.shape[0]:
            return member
        ones = np.ones(len(labels))
        fold = csr_matrix((ones, (np.arange(len(labels)), labels)), shape=(len(labels), len(names)))
        graph = (fold.T @ graph @ fold).tocsr()
        order = np.arange(len(names), dtype=np.int64)


def _settle(graph: csr_matrix, resolution: float, order: Ints) -> tuple[Ints, bool]:
    """Move each node to the neighbouring community that it gains most by, until hardly any moves."""
    start, ends, weights = graph.indptr.tolist(), graph.indices.tolist(), graph.data.tolist()
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    rate = resolution / max(float(degrees.sum()), 1e-12)
    degree, mass = degrees.tolist(), degrees.tolist()
    label = list(range(len(degree)))
    moved_ever = False
    for _ in range(_SWEEPS):
        moved = 0
        for node in order.tolist():
            own = label[node]
            links: dict[int, float] = {own: 0.0}
            for edge in range(start[node], start[node + 1]):
                other = ends[edge]
                if other != node:
                    there = label[other]
                    links[there] = links.get(there, 0.0) + weights[edge]
            weight = degree[node]
            mass[own] -= weight
            cost = rate * weight
            best, most = own, links[own] - cost * mass[own]
            for there, link in links.items():
                gain = link - cost * mass[there]
                if gain > most + 1e-12:
                    best, most = there, gain
            mass[best] += weight
            if best != own:
                label[node] = best
                moved += 1
        moved_ever |= moved > 0
        if moved <= _SETTLED * len(degree):
            break
    return np.array(label, dtype=np.int64), moved_ever


def links_between(graph: csr_matrix, labels: Ints) -> NDArray[np.float64]:
    """The summed weight of edges between every two communities (k, k); inside ones count twice."""
    from scipy.sparse import csr_matrix

    ones = np.ones(len(labels))
    fold = csr_matrix((ones, (np.arange(len(labels)), labels)))
    table: NDArray[np.float64] = (fold.T @ graph @ fold).toarray()
    return table


def condense(graph: csr_matrix, labels: Ints, weights: Ints, *, inside: float, least: float, most: int) -> Ints:
    """`labels` (n,) with communities merged, the loosest first, into the neighbour that they are tied to most.

    Goes on until each holds at least the share `inside` of its own edges (a half would be the "community in a weak
    sense" of Radicchi et al. 2004) and weighs at least `least`, and there are at most `most` of them. The tie of a
    community to another is the weight between them over the square root of the other's: neither the largest nor the
    smallest neighbour wins by its size alone. A community without any edge outside stays as it is.
    """
    table = links_between(graph, labels)
    size = np.bincount(labels, weights=weights, minlength=len(table)).astype(np.float64)
    group = np.arange(len(table))
    alive = np.arange(len(table))
    while len(alive) > 1:
        part = table[np.ix_(alive, alive)]
        volume = np.maximum(part.sum(axis=1), 1e-12)
        own = np.diag(part) / volume
        alone = volume - np.diag(part) <= 1e-12
        looseness = np.where(size[alive] < least, own - 1.0, own)  # too small comes before too loose
        looseness[alone] = 2.0
        worst = int(looseness.argmin())
        if alone[worst] or (looseness[worst] >= inside and len(alive) <= most):
            break
        ties = part[worst] / np.sqrt(volume)
        ties[worst] = -1.0
        target = alive[int(ties.argmax())]
        gone = alive[worst]
        table[target] += table[gone]
        table[:, target] += table[:, gone]
        size[target] += size[gone]
        group[group == gone] = target
        alive = alive[alive != gone]
    _, numbers = np.unique(group, return_inverse=True)
    return numbers[labels].astype(np.int64)
