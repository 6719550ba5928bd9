"""One assignment for every opinion, now and later: a calibrated linear head in the encoder's own space.

The clusters only teach the head. After that the very same function places the texts it was taught with, the
rest of the run, next week's rows and a single sentence, so that fitting and assigning cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats, Ints, centroids
from analyst.themes.muting import mute

_HEAD_DIMENSIONS = 128
_FLOOR = 0.25  # nothing less likely than this is ever placed, whatever coverage is asked for
_SURE = 0.5  # what is more likely than not is always placed
_CORE_STRENGTH = 0.5
_VOTERS = 15
_MIN_TAUGHT = 5  # members of every theme before a logistic head is fitted; below that, nearest centroid
_REACH = 0.75  # a text may lie this far (as a share of cosine) outside a theme's own spread
_AT_ONCE = 16384


@dataclass(frozen=True)
class Head:
    """Scores = vectors @ weights.T + bias, softmax of them = the probability of each theme.

    `reach` (k,) is the least cosine to its centroid that a theme accepts, `core` (k,) the cosine from which
    a text is one of its core, `threshold` the least probability that is placed at all. All of them live in
    the space without the `muted` directions.
    """

    weights: Floats  # (k, d)
    bias: Floats  # (k,)
    centroids: Floats  # (k, d), unit rows
    reach: Floats  # (k,)
    core: Floats  # (k,)
    threshold: float
    muted: Floats  # (m, d), orthonormal: directions of the space that say nothing of the subject

    @property
    def count(self) -> int:
        return len(self.bias)


@dataclass(frozen=True)
class Assignment:
    """`theme` (n,) with -1 for unassigned, `probability` (n,) of the best theme, `state` (n,) one of
    core, assigned, unassigned."""

    theme: Ints
    probability: Floats
    state: NDArray[np.str_]


def assign(head: Head, vectors: Floats) -> Assignment:
    """Place unit rows (n, d) of the encoder: the most likely theme, unless it is too unlikely or too far away."""
    n = len(vectors)
    theme = np.full(n, -1, dtype=np.int64)
    probability = np.zeros(n, dtype=np.float32)
    state = np.full(n, "unassigned", dtype="<U10")
    if head.count == 0:
        return Assignment(theme, probability, state)
    for first in range(0, n, _AT_ONCE):
        part = slice(first, min(first + _AT_ONCE, n))
        heard = mute(vectors[part], head.muted)
        chances = _probabilities(head, heard)
        best = chances.argmax(axis=1)
        chance = chances[np.arange(len(best)), best]
        near = np.einsum("nd,nd->n", heard, head.centroids[best])
        placed = (chance >= head.threshold) & (near >= head.reach[best])
        theme[part] = np.where(placed, best, -1)
        probability[part] = chance
        core = placed & (chance >= _SURE) & (near >= head.core[best])
        state[part] = np.where(core, "core", np.where(placed, "assigned", "unassigned"))
    return Assignment(theme, probability, state)


def _probabilities(head: Head, vectors: Floats) -> NDArray[np.float64]:
    scores = vectors.astype(np.float64) @ head.weights.T.astype(np.float64) + head.bias
    scores -= scores.max(axis=1, keepdims=True)
    odds = np.exp(scores)
    result: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return result


def train_head(
    vectors: Floats,
    labels: Ints,
    strength: Floats,
    counts: Ints,
    coverage: float,
    muted: Floats | None = None,
    weights: Floats | None = None,
) -> Head:
    """A head from clustered unit rows: `labels` (n,) with -1 for noise, `strength` (n,) 0..1, `counts` (n,).

    `weights` (n,) says how much each row teaches (default 1): a row that a person labelled may count for many.

    The logistic regression learns from the members; its temperature is set on held-out members (their label)
    and on noise (the share of votes of its 15 nearest members), so that a probability means what it says.
    `vectors` are muted already, by the directions `muted` (m, d).
    The threshold then aims at `coverage` of all mentions, within [0.25, 0.5].
    """
    count = int(labels.max(initial=-1)) + 1
    middle = centroids(vectors, labels)
    silent = np.zeros((0, vectors.shape[1]), np.float32)
    basis = silent if muted is None else muted
    if count == 0:
        empty = np.zeros(0, np.float32)
        return Head(silent, empty, middle, empty, empty, _SURE, basis)
    taught = (labels >= 0) & (strength >= _CORE_STRENGTH)
    sizes = np.bincount(labels[taught], minlength=count)
    for group in np.flatnonzero(sizes < _MIN_TAUGHT):
        taught |= labels == group
    teaching = np.ones(len(vectors), np.float32) if weights is None else weights
    slopes, bias = _scores(vectors, labels, taught, middle, teaching)
    reach, core = _spread(vectors, labels, taught, middle)
    head = Head(slopes, bias, middle, reach, core, 0.0, silent)  # these vectors are muted already
    placed = assign(head, vectors)
    return replace(head, threshold=_threshold(placed, counts, coverage), muted=basis)


def _scores(
    vectors: Floats, labels: Ints, taught: NDArray[np.bool_], middle: Floats, teaching: Floats
) -> tuple[Floats, Floats]:
    count = len(middle)
    sizes = np.bincount(labels[taught], minlength=count)
    if count == 1:
        return np.zeros_like(middle), np.zeros(1, np.float32)
    if sizes.min() < _MIN_TAUGHT:
        return (20.0 * middle).astype(np.float32), np.zeros(count, np.float32)  # 20: a usual softmax scale for cosines
    axes, centre = _axes(vectors)
    rows = np.flatnonzero(taught)
    held = np.zeros(len(vectors), dtype=bool)
    held[rows[np.arange(len(rows)) % 5 == 4]] = True
    weights, bias = _logistic(vectors, labels, taught & ~held, axes, centre, teaching)
    target = _targets(vectors, labels, taught & ~held, held | (labels < 0), count)
    temperature = _temperature(vectors[target[0]] @ weights.T + bias, target[1])
    weights, bias = _logistic(vectors, labels, taught, axes, centre, teaching)
    return (weights / temperature).astype(np.float32), (bias / temperature).astype(np.float32)


def _axes(vectors: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first principal axes (d, p), scaled so that the projections have unit variance on average; the mean (d,)."""
    centre = vectors.mean(axis=0, dtype=np.float64)
    centred = vectors - centre
    values, axes = np.linalg.eigh(centred.T @ centred / max(len(vectors), 1))
    kept = min(_HEAD_DIMENSIONS, len(values))
    scale = 1.0 / np.sqrt(max(float(values[-kept:].mean()), 1e-12))
    return axes[:, -kept:] * scale, centre


def _logistic(
    vectors: Floats,
    labels: Ints,
    rows: NDArray[np.bool_],
    axes: NDArray[np.float64],
    centre: NDArray[np.float64],
    teaching: Floats,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Multinomial logistic regression on the principal axes, folded back into the space of the vectors."""
    from sklearn.linear_model import LogisticRegression

    count = int(labels.max()) + 1
    model = LogisticRegression(C=0.05, max_iter=200, tol=1e-3)
    model.fit((vectors[rows] - centre) @ axes, labels[rows], sample_weight=teaching[rows])
    if len(model.classes_) == 2:
        coefficients = np.vstack([-model.coef_[0], model.coef_[0]]) / 2
        offsets = np.array([-model.intercept_[0], model.intercept_[0]]) / 2
    else:
        coefficients, offsets = model.coef_, model.intercept_
    weights = np.zeros((count, len(centre)))
    bias = np.full(count, -50.0)  # a theme with no member among these rows cannot be chosen
    weights[model.classes_] = coefficients @ axes.T
    bias[model.classes_] = offsets - weights[model.classes_] @ centre
    return weights, bias


def _targets(
    vectors: Floats, labels: Ints, voters: NDArray[np.bool_], asked: NDArray[np.bool_], count: int
) -> tuple[Ints, NDArray[np.float64]]:
    """What the calibration should find: (rows, probabilities (rows, k)).

    A held-out member should get its label, a noise row the votes of its nearest members.
    """
    rows = np.flatnonzero(asked)[:4000]
    known = np.flatnonzero(voters)[:8000]
    k = min(_VOTERS, len(known))
    target = np.zeros((len(rows), count))
    likeness = vectors[rows] @ vectors[known].T
    near = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
    for column in range(k):
        np.add.at(target, (np.arange(len(rows)), labels[known[near[:, column]]]), 1.0 / k)
    sure = labels[rows] >= 0
    target[sure] = 0.0
    target[np.flatnonzero(sure), labels[rows[sure]]] = 1.0
    return rows, target


def _temperature(scores: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """The temperature of least cross-entropy (Guo et al. 2017, "On Calibration of Modern Neural Networks")."""
    if not len(scores):
        return 1.0
    best, least = 1.0, np.inf
    for temperature in np.geomspace(0.3, 5.0, 25):
        logits = scores / temperature
        logits = logits - logits.max(axis=1, keepdims=True)
        loss = float(-(target * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))).sum() / len(scores))
        if loss < least:
            best, least = float(temperature), loss
    return best


def _spread(vectors: Floats, labels: Ints, taught: NDArray[np.bool_], middle: Floats) -> tuple[Floats, Floats]:
    """(least cosine a theme accepts, cosine from which a text is of its core), both (k,)."""
    reach = np.zeros(len(middle), np.float32)
    core = np.zeros(len(middle), np.float32)
    for group, centre in enumerate(middle):
        near = vectors[taught & (labels == group)] @ centre
        low, quarter = np.quantile(near, [0.02, 0.25])
        reach[group], core[group] = _REACH * low, quarter
    return reach, core


def _threshold(placed: Assignment, counts: Ints, coverage: float) -> float:
    order = np.argsort(-placed.probability, kind="stable")
    reachable = placed.theme[order] >= 0
    mass = np.cumsum(np.where(reachable, counts[order], 0)) / max(int(counts.sum()), 1)
    enough = np.flatnonzero(mass >= coverage)
    wanted = float(placed.probability[order][enough[0]]) if len(enough) else 0.0
    return float(np.clip(wanted, _FLOOR, _SURE))
