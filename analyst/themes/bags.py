"""Learn themes from comments that hold several opinions, when only the whole comment was labelled.

A comment has a theme when at least one of its opinions has it, so its chance is the noisy-or of theirs
(Pearl 1988; as multiple-instance learning: Maron and Lozano-Pérez 1998). Fitting that chance to the labels finds
out by itself which opinion carries which label. A lone opinion is a comment of one: plain logistic regression.

With few labels two more things help: the name of a theme pulls its weights towards the name's own vector, and
comments without labels teach what a first fit is sure to find in them (self-training).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyst.themes.cluster import Floats, Ints

Bools = NDArray[np.bool_]
Doubles = NDArray[np.float64]

_RIDGE = 0.1  # pull of the weights towards the names, per theme
_RIDGE_TAUGHT = 0.2  # the same where unlabelled comments teach too
_NAMES = 6.0  # length of the weights that a name stands for; chosen on mams and semeval16 reviews
_UNLABELLED = 0.3  # what an unlabelled comment teaches, as a share of a labelled one
_FIRST_BIAS = -2.0
_STEPS = 80
_LEAST = 1e-9


@dataclass(frozen=True)
class Comments:
    """Opinions grouped into comments: `vectors` (m, d), `owner` (m,) rising from 0, no number left out.

    `whole` (count, d) are the unit vectors of the comments as wholes.
    """

    vectors: Floats
    owner: Ints
    whole: Floats

    @property
    def count(self) -> int:
        return len(self.whole)


@dataclass(frozen=True)
class Scorer:
    """One logistic function a theme: the chance of theme t for a vector v is 1 / (1 + exp(-weights[t]·v - bias[t]))."""

    weights: Doubles  # (k, d)
    bias: Doubles  # (k,)

    def chances(self, vectors: Floats) -> Doubles:
        """Of every theme for each row of `vectors` (n, d): (n, k) in 0..1. Several may be likely at once."""
        return _logistic(vectors.astype(np.float64) @ self.weights.T + self.bias)

    def of_comments(self, comments: Comments) -> Doubles:
        """The chance that a comment holds each theme, (count, k): that any of its opinions does."""
        spared = np.log1p(-np.minimum(self.chances(comments.vectors), 1 - _LEAST))
        return np.asarray(-np.expm1(_summed(spared, comments)), dtype=np.float64)


@dataclass(frozen=True)
class CommentScorer:
    """Three views of a comment whose log-odds are averaged: its opinions, the whole, and its opinions once more
    after the unlabelled comments had taught too. `taught` is also the one to ask about a single opinion."""

    by_opinion: Scorer
    by_whole: Scorer
    taught: Scorer

    def of_comments(self, comments: Comments) -> Doubles:
        """The chance that a comment holds each theme, (count, k) in 0..1."""
        first = _first_view(self.by_opinion, self.by_whole, comments)
        return _logistic((_odds(first) + _odds(self.taught.of_comments(comments))) / 2)


def comments_of(parts: list[Floats], whole: Floats | None = None) -> Comments:
    """The opinions of each comment, (m_i, d) with m_i at least 1, as one `Comments`.

    Without `whole` (n, d) a comment as a whole is the mean of its opinions.
    """
    sizes = [len(part) for part in parts]
    owner = np.repeat(np.arange(len(parts), dtype=np.int64), sizes)
    vectors = np.vstack(parts)
    if whole is None:
        total = np.add.reduceat(vectors, np.searchsorted(owner, np.arange(len(parts))), axis=0)
        whole = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), _LEAST)
    return Comments(vectors, owner, np.asarray(whole, dtype=np.float32))


def learn(comments: Comments, labels: Bools, prior: Floats | None = None, weights: Doubles | None = None) -> Scorer:
    """A scorer from comments with `labels` (count, k): which themes each of them holds, in some of its opinions.

    `prior` (k, d) are vectors of the themes' names (rows of zeros where there is none), `weights` (count,) how much
    each comment teaches, 1 by default.
    """
    return _fit(comments, labels, _pull(prior, labels.shape[1], comments.vectors), _RIDGE, weights)


def learn_from_all(
    labelled: Comments, labels: Bools, unlabelled: Comments | None, prior: Floats | None = None
) -> CommentScorer:
    """Learn from labelled comments, then once more with what that finds in the `unlabelled` ones as weaker labels.

    A theme is found in an unlabelled comment where it is likelier than the cut that makes the expected F1 largest.
    """
    pull = _pull(prior, labels.shape[1], labelled.vectors)
    by_opinion = _fit(labelled, labels, pull, _RIDGE, None)
    by_whole = _fit(_as_one(labelled), labels, pull, _RIDGE_TAUGHT, None)
    if unlabelled is None:
        return CommentScorer(by_opinion, by_whole, by_opinion)
    chance = _first_view(by_opinion, by_whole, unlabelled)
    both = Comments(
        np.vstack([labelled.vectors, unlabelled.vectors]),
        np.concatenate([labelled.owner, unlabelled.owner + labelled.count]),
        np.vstack([labelled.whole, unlabelled.whole]),
    )
    weights = np.concatenate([np.ones(labelled.count), np.full(unlabelled.count, _UNLABELLED)])
    found = np.vstack([labels, chance >= best_cut(chance)])
    return CommentScorer(by_opinion, by_whole, _fit(both, found, pull, _RIDGE_TAUGHT, weights))


def _first_view(by_opinion: Scorer, by_whole: Scorer, comments: Comments) -> Doubles:
    return _logistic((_odds(by_opinion.of_comments(comments)) + _odds(by_whole.of_comments(_as_one(comments)))) / 2)


def best_cut(chances: Doubles) -> float:
    """The chance from which themes should be told, so that the expected micro-F1 is largest, if chances are true.

    The expected F1 of the n likeliest is 2 Σ p(n likeliest) / (n + Σ p(all)) (Lipton et al. 2014, "Optimal
    thresholding of classifiers to maximize F1 measure").
    """
    falling = np.sort(chances.ravel())[::-1]
    if not len(falling):
        return 0.5
    told = np.arange(1, len(falling) + 1)
    return float(falling[int((2 * np.cumsum(falling) / (told + falling.sum())).argmax())])


def cut_for_labels(chances: Doubles, labels: Bools) -> float:
    """The cut with the largest micro-F1 on `labels` (n, k); `chances` must come from comments left out of the fit."""
    order = np.argsort(-chances.ravel(), kind="stable")
    right = np.cumsum(labels.ravel()[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + max(int(labels.sum()), 1))
    best = int(f1.argmax())
    after = min(best + 1, len(order) - 1)
    falling = chances.ravel()[order]
    between = float((falling[best] + falling[after]) / 2)
    return between if between > falling[after] else float(falling[best])  # two neighbouring floats have no middle


def _pull(prior: Floats | None, k: int, vectors: Floats) -> Doubles:
    """Where the weights are drawn to: the names' vectors without what all names share."""
    if prior is None:
        return np.zeros((k, vectors.shape[1]))
    named = np.linalg.norm(prior, axis=1) > 0
    middle = prior[named].mean(axis=0) if named.sum() > 2 else vectors.mean(axis=0)
    drawn = np.where(named[:, None], prior - middle, 0.0)
    return np.asarray(_NAMES * drawn, dtype=np.float64)


def _fit(comments: Comments, labels: Bools, pull: Doubles, ridge: float, weights: Doubles | None) -> Scorer:
    """Least weighted cross-entropy of the noisy-or, plus ridge/2 · |weights - pull|², by L-BFGS."""
    from scipy.optimize import minimize

    vectors = comments.vectors.astype(np.float64)
    k, d = pull.shape
    held = labels.astype(np.float64)
    heavy = (np.ones(comments.count) if weights is None else weights)[:, None]

    def loss(packed: Doubles) -> tuple[float, Doubles]:
        slopes, bias = packed[: k * d].reshape(k, d), packed[k * d :]
        chance = _logistic(vectors @ slopes.T + bias)
        spared = _summed(np.minimum(np.log1p(-np.minimum(chance, 1 - _LEAST)), -_LEAST), comments)
        any_of = np.maximum(-np.expm1(spared), _LEAST)
        off = slopes - pull
        value = -(heavy * (held * np.log(any_of) + (1 - held) * spared)).sum() + ridge / 2 * (off**2).sum()
        at_comment = heavy * (held * np.exp(spared) / any_of - (1 - held))
        at_opinion = -chance * at_comment[comments.owner]
        slope = at_opinion.T @ vectors + ridge * off
        return float(value), np.concatenate([slope.ravel(), at_opinion.sum(axis=0)])

    begin = np.concatenate([pull.ravel(), np.full(k, _FIRST_BIAS)])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return Scorer(found.x[: k * d].reshape(k, d), found.x[k * d :])


def _as_one(comments: Comments) -> Comments:
    """Each comment as if its whole were its only opinion."""
    return Comments(comments.whole, np.arange(comments.count, dtype=np.int64), comments.whole)


def _summed(values: Doubles, comments: Comments) -> Doubles:
    first = np.searchsorted(comments.owner, np.arange(comments.count))
    return np.asarray(np.add.reduceat(values, first, axis=0), dtype=np.float64)


def _logistic(scores: Doubles) -> Doubles:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -40, 40))), dtype=np.float64)


def _odds(chances: Doubles) -> Doubles:
    safe = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(safe / (1 - safe)), dtype=np.float64)
