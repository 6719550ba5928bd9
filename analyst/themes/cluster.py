"""Find the groups in a cloud of unit vectors: PCA, a seeded UMAP layout, density clusters, near twins merged.

Arrays in, arrays out. Rows must come sorted by content hash (`canonical_order`), which together with fixed
seeds makes the result independent of the order of the input. Scores, segments and screens are no argument
of anything in here: a lift computed over themes that had seen the scores would be circular.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SMALL = 60  # fewer unique texts than this have no density to speak of
_PCA_DIMENSIONS = 50
_LAYOUT_DIMENSIONS = 5
_EPOCHS = 200
_LEAST_THEME = 8  # unique texts
_TWINS = 0.86  # cosine of two centroids from which two clusters say the same
_MOST_THEMES = 64  # more than this nobody reads ...
_SAYINGS = 80  # ... and there is no more than one theme to so many different texts, but
_ALWAYS = 12  # that many may always be
_COARSER = 1.25  # step of the smallest group's size until no more than that many are left
_DUPLICATE = 0.92
_FEW = 300  # so few texts are all needed, however alike
_BLOCK = 2048  # rows of a distance block: bounds memory to n * 2048 floats
_STABILITY_ROUNDS = 3
_STABILITY_SHARE = 0.8


@dataclass(frozen=True)
class Clusters:
    """`labels` (n,) with -1 for noise, `strength` (n,) 0..1, `stability` (k,) 0..1 or nan where not measured."""

    labels: Ints
    strength: Floats
    stability: Floats

    @property
    def count(self) -> int:
        return len(self.stability)


def content_hash(text: str) -> int:
    """64 bits of the content of `text`."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def canonical_order(texts: list[str]) -> list[int]:
    """Positions of `texts` sorted by content hash: the same order however they came."""
    return sorted(range(len(texts)), key=lambda row: (content_hash(texts[row]), texts[row]))


def consistent_sample(count: int, limit: int) -> Ints:
    """The rows to fit on: the first `limit` of rows in canonical order, that is those with the lowest hashes.

    Next week's sample then overlaps this week's by construction.
    """
    return np.arange(min(count, limit), dtype=np.int64)


def damped(counts: Ints) -> Ints:
    """1 + floor(log2 n): "great app", said 500 times, weighs like 9 texts and not like a density peak of 500."""
    return 1 + np.floor(np.log2(np.maximum(counts, 1))).astype(np.int64)


def near_duplicates(vectors: Floats, likeness: float = _DUPLICATE) -> Ints:
    """The leader of each unit row of `vectors` (n, d), (n,): the first row within cosine `likeness`, or itself.
    Fewer than 300 rows are all their own leaders.

    A form letter with another name in it is said many times but is one text; left apart, such texts would be
    the densest groups of all. Greedy, in the (canonical) order of the rows.
    """
    n = len(vectors)
    leader = np.arange(n, dtype=np.int64)
    if n < _FEW:
        return leader
    small = principal(vectors, _PCA_DIMENSIONS)  # a cheap first look; the cosine itself is then checked
    leaders: Ints = np.zeros(0, dtype=np.int64)
    for first in range(0, n, _BLOCK):
        block = np.arange(first, min(first + _BLOCK, n))
        rows, columns = np.nonzero(small[block] @ small[leaders].T > likeness - 0.03)
        exact = np.einsum("pd,pd->p", vectors[block[rows]], vectors[leaders[columns]]) >= likeness
        for row, column in zip(rows[exact].tolist(), columns[exact].tolist(), strict=True):
            leader[block[row]] = min(leader[block[row]], leaders[column])
        open_rows = block[leader[block] == block]
        alike = vectors[open_rows] @ vectors[open_rows].T >= likeness
        for place, row in enumerate(open_rows.tolist()):
            ahead = open_rows[:place][alike[place, :place]]
            ahead = ahead[leader[ahead] == ahead]
            if len(ahead):
                leader[row] = ahead[0]
        leaders = np.concatenate([leaders, open_rows[leader[open_rows] == open_rows]])
    return leader


def find_clusters(
    vectors: Floats, counts: Ints, *, neighbours: int, min_share: float, seed: int, most: int | None = None
) -> Clusters:
    """Groups among unit rows `vectors` (n, d), in canonical order, of texts that occur `counts` (n,) times.

    A group holds at least max(8, min_share * n) texts, or more where that would give more than `most` groups
    (by default one to 80 texts, between 12 and 64);
    its number is 0 for the heaviest group and so on.
    """
    if len(vectors) < SMALL:
        return ordered(_small_groups(vectors, damped(counts)), np.ones(len(vectors), np.float32), counts, None)
    found = dense_search(vectors, counts, neighbours=neighbours, min_share=min_share, seed=seed, most=most)
    stability = subsample_stability(found.layout, damped(counts), found.labels, found.smallest, seed)
    return ordered(found.labels, found.strength, counts, stability)


@dataclass(frozen=True)
class Search:
    """One search: `labels` (n,) with -1 for noise, `strength` (n,) 0..1, the `layout` (n, 5) it was made on, and the
    smallest weight of a group."""

    labels: Ints
    strength: Floats
    layout: Floats
    smallest: int


def dense_search(
    vectors: Floats, counts: Ints, *, neighbours: int, min_share: float, seed: int, most: int | None = None
) -> Search:
    """The groups of `find_clusters` among at least 60 rows, not yet numbered by size, their stability not measured."""
    n = len(vectors)
    reduced = principal(vectors, _PCA_DIMENSIONS)
    around = max(5, min(neighbours, n // 8))
    layout = umap_layout(reduced, around, seed)
    weights = damped(counts)
    smallest = max(_LEAST_THEME, round(min_share * n))
    labels, strength = dense_groups(layout, weights, smallest)
    limit = min(max(n // _SAYINGS, _ALWAYS), _MOST_THEMES) if most is None else most
    while (labels := merge_twins(vectors, labels, weights)).max(initial=-1) >= limit:
        smallest = int(np.ceil(smallest * _COARSER))
        labels, strength = dense_groups(layout, weights, smallest)
    return Search(labels, strength, layout, smallest)


def principal(vectors: Floats, dimensions: int) -> Floats:
    """The first principal components of `vectors` (n, d) as unit rows (n, min(dimensions, n, d)).

    By the eigenvectors of the covariance, each turned so that its largest entry is positive: the same signs
    every time.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, : min(dimensions, *vectors.shape)]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    projected = centred @ (axes * signs)
    lengths = np.linalg.norm(projected, axis=1, keepdims=True)
    return np.asarray(projected / np.maximum(lengths, 1e-12), dtype=np.float32)


def nearest(rows: Floats, k: int) -> tuple[NDArray[np.int32], Floats]:
    """Exact nearest neighbours among unit rows: (indices (n, k), cosine distances (n, k)), itself first.

    Brute force in blocks: exact, and free of the seeds and compile time of approximate search.
    """
    n = len(rows)
    indices = np.empty((n, k), dtype=np.int32)
    distances = np.empty((n, k), dtype=np.float32)
    for first in range(0, n, _BLOCK):
        block = slice(first, min(first + _BLOCK, n))
        far = 1.0 - rows[block] @ rows.T
        far[np.arange(far.shape[0]), np.arange(block.start, block.stop)] = -1.0
        near = np.argpartition(far, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(far, near, axis=1)
        order = np.lexsort((near, values), axis=1)
        indices[block] = np.take_along_axis(near, order, axis=1)
        distances[block] = np.maximum(np.take_along_axis(values, order, axis=1), 0.0)
    return indices, distances


def umap_layout(reduced: Floats, neighbours: int, seed: int) -> Floats:
    """A UMAP layout (n, 5) of unit rows, min_dist 0, laid out from the first principal components.

    McInnes, Healy and Melville 2018, "UMAP". The library's two stages are called by themselves, with exact
    neighbours, so that no approximate search and no thread can change the result.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # umap warns of torch, threads and its own deprecations at import
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

    state = np.random.RandomState(seed)  # the type that umap-learn asks for
    indices, distances = nearest(reduced, neighbours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph, _, _ = fuzzy_simplicial_set(
            reduced, neighbours, state, "cosine", knn_indices=indices, knn_dists=distances, verbose=False
        )
        a, b = find_ab_params(1.0, 0.0)
        dimensions = min(_LAYOUT_DIMENSIONS, reduced.shape[1])
        start = reduced[:, :dimensions].astype(np.float64)
        start = start / max(float(np.abs(start).max()) / 10.0, 1e-9)
        start = start + state.normal(scale=1e-4, size=start.shape)  # no two points may start on one spot
        layout, _ = simplicial_set_embedding(
            reduced,
            graph,
            dimensions,
            1.0,
            a,
            b,
            1.0,
            5,
            _EPOCHS,
            np.asarray(start, dtype=np.float32),
            state,
            "cosine",
            {},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
            parallel=False,
            verbose=False,
        )
    return np.asarray(layout, dtype=np.float32)


def dense_groups(layout: Floats, weights: Ints, smallest: int) -> tuple[Ints, Floats]:
    """HDBSCAN's leaf clusters of `layout` (n, p): (labels (n,) with -1 for noise, strength (n,) 0..1).

    Campello, Moulavi and Sander 2013. Leaves, because the excess-of-mass choice tends to one giant group and
    crumbs; a text of weight w stands as w points, which is how weights reach an algorithm that knows none.
    """
    import hdbscan

    points = np.repeat(layout, weights, axis=0).astype(np.float64)
    first = np.concatenate(([0], np.cumsum(weights)[:-1]))
    model = hdbscan.HDBSCAN(
        min_cluster_size=smallest,
        min_samples=min(10, max(3, smallest // 4)),
        cluster_selection_method="leaf",
        core_dist_n_jobs=1,
        approx_min_span_tree=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(points)
    return model.labels_[first].astype(np.int64), model.probabilities_[first].astype(np.float32)


def centroids(vectors: Floats, labels: Ints, weights: Ints | None = None) -> Floats:
    """Unit centroids (k, d) of the groups 0..k-1 in `labels` (n,)."""
    count = int(labels.max(initial=-1)) + 1
    held = labels >= 0
    scale = np.ones(len(vectors)) if weights is None else weights.astype(np.float64)
    sums = np.zeros((count, vectors.shape[1]))
    np.add.at(sums, labels[held], vectors[held] * scale[held, None])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def merge_twins(vectors: Floats, labels: Ints, weights: Ints, threshold: float = _TWINS) -> Ints:
    """`labels` with every two groups merged whose centroids' cosine is at least `threshold`, nearest pair first."""
    merged = labels.copy()
    while True:
        count = int(merged.max(initial=-1)) + 1
        if count < 2:
            return merged
        middle = centroids(vectors, merged, weights)
        likeness = middle @ middle.T
        np.fill_diagonal(likeness, -1.0)
        a, b = divmod(int(likeness.argmax()), count)
        if likeness[a, b] < threshold:
            return merged
        keep, gone = min(a, b), max(a, b)
        merged[merged == gone] = keep
        merged[merged > gone] -= 1


def subsample_stability(layout: Floats, weights: Ints, labels: Ints, smallest: int, seed: int) -> Floats:
    """How well each group is found again in random 80 % subsamples of the layout: mean best Jaccard, (k,), 0..1.

    Hennig 2007, "Cluster-wise assessment of cluster stability": above .85 highly stable, under .6 not to be
    trusted. The layout is kept, so this speaks of the density step alone.
    """
    count = int(labels.max(initial=-1)) + 1
    scores = np.zeros((_STABILITY_ROUNDS, count), dtype=np.float32)
    random = np.random.default_rng(seed)
    for row in range(_STABILITY_ROUNDS):
        rows = np.sort(random.permutation(len(layout))[: round(_STABILITY_SHARE * len(layout))])
        again, _ = dense_groups(layout[rows], weights[rows], max(3, round(smallest * _STABILITY_SHARE)))
        scores[row] = _best_jaccard(labels[rows], again, count)
    return np.asarray(scores.mean(axis=0), dtype=np.float32)


def _best_jaccard(labels: Ints, again: Ints, count: int) -> Floats:
    """The best Jaccard of each of the `count` groups in `labels` (n,) with any group of `again` (n,), (count,)."""
    other = int(again.max(initial=-1)) + 1
    if other == 0:
        return np.zeros(count, dtype=np.float32)
    table = np.zeros((count, other))
    both = (labels >= 0) & (again >= 0)
    np.add.at(table, (labels[both], again[both]), 1)
    # Points that fell out into noise are no evidence of another grouping: the head places them later.
    sizes = np.bincount(labels[both], minlength=count)[:, None] + np.bincount(again[both], minlength=other)[None, :]
    return np.asarray((table / np.maximum(sizes - table, 1)).max(axis=1), dtype=np.float32)


def _small_groups(vectors: Floats, weights: Ints) -> Ints:
    """Groups of a handful of texts: average linkage on cosine; groups that weigh less than 2 or 3 left alone."""
    n = len(vectors)
    flat: Ints = np.ones(n, dtype=np.int64)
    if n >= 2:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import pdist

        distances = np.clip(pdist(vectors.astype(np.float64), "cosine"), 0.0, 2.0)
        flat = fcluster(linkage(distances, "average"), t=0.6, criterion="distance")
    least = 2 if n < 20 else 3
    labels = np.full(n, -1, dtype=np.int64)
    for number, group in enumerate(g for g in np.unique(flat) if weights[flat == g].sum() >= least):
        labels[flat == group] = number
    return labels


def ordered(labels: Ints, strength: Floats, counts: Ints, stability: Floats | None) -> Clusters:
    """Number the groups by how many mentions they hold, the heaviest first; ties by their first row."""
    count = int(labels.max(initial=-1)) + 1
    mass = [int(counts[labels == group].sum()) for group in range(count)]
    first = [int(np.argmax(labels == group)) for group in range(count)]
    order = sorted(range(count), key=lambda group: (-mass[group], first[group]))
    rank = np.full(count + 1, -1, dtype=np.int64)
    rank[order] = np.arange(count)
    known = np.full(count, np.nan, np.float32) if stability is None else stability[order]
    return Clusters(rank[labels], np.where(labels >= 0, strength, 0).astype(np.float32), known)
