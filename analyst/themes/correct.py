"""A correction changes the head where it must and nowhere else.

Retrained from the ground up, a head moves one text in twenty that nobody spoke of. So it is fine-tuned instead: the
corrected texts must go where people put them, and everything else must keep the probabilities it had (distillation,
Hinton et al. 2015). What many texts share is then dear to change, what sets the corrected ones apart is cheap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analyst.themes.assign import Head
from analyst.themes.bags import Doubles
from analyst.themes.cluster import Floats, Ints

_SAMPLE = 6000  # texts that hold the head in place
_WEIGHTS = (1.0, 5.0, 25.0)  # of a corrected text against one that holds: the least that is enough, but ...
_SHARE = 1.0  # ... from the second on, all together weigh at most this many times what holds
_SURENESS = 0.9  # the probability that a corrected text should have: certainty would sharpen the head everywhere
_FOLLOW = 0.85  # cosine from which a text says what the corrected one says
_NEIGHBOURS = 200
_BLOCK = 2048
_RIDGE = 1e-3
_STEPS = 150
_LEAST_REACH = 0.2  # a text further than this from a theme's middle would open it to anything


@dataclass(frozen=True)
class Corrections:
    """Texts that people placed: unit rows `vectors` (m, d), muted like the head, and the `theme` (m,) of each."""

    vectors: Floats
    theme: Ints


def correct(head: Head, heard: Floats, corrections: Corrections) -> Head:
    """`head` so changed that it places the corrections as people did; `heard` (n, d) are the muted rows of the run.

    Rows that say the same as a corrected one (cosine at least .85) follow it. Where the head agrees already, it comes
    back as it is, so that the same corrections every week change nothing.
    """
    if not len(corrections.vectors) or head.count < 2:
        return head
    nearest, likeness = _nearest(heard, corrections.vectors)
    follows = np.flatnonzero(likeness >= _FOLLOW)
    follows = follows[np.argsort(-likeness[follows], kind="stable")[:_NEIGHBOURS]]
    told = Corrections(
        np.vstack([corrections.vectors, heard[follows]]),
        np.concatenate([corrections.theme, corrections.theme[nearest[follows]]]),
    )
    wide = _widened(head, told)
    if _agrees(head, corrections):
        return head if (wide == head.reach).all() else replace(head, reach=wide)
    hold = heard[likeness < _FOLLOW][:_SAMPLE]
    most = max(_WEIGHTS[0], _SHARE * len(hold) / len(told.theme))
    changed = head
    for weight in _WEIGHTS:
        changed = _tuned(head, changed, hold, told, min(weight, most))
        if _agrees(changed, corrections) or weight >= most:
            break
    return replace(changed, reach=wide)


def _agrees(head: Head, corrections: Corrections) -> bool:
    """Whether the head finds every corrected text likeliest, and likely enough, where people put it."""
    chances = _softmax(corrections.vectors.astype(np.float64) @ head.weights.T.astype(np.float64) + head.bias)
    likely = chances[np.arange(len(chances)), corrections.theme] >= head.threshold
    return bool((likely & (chances.argmax(axis=1) == corrections.theme)).all())


def _nearest(rows: Floats, others: Floats) -> tuple[Ints, Floats]:
    """The nearest of `others` (m, d) to each of `rows` (n, d) and its cosine, both (n,). In blocks, to spare memory."""
    nearest, likeness = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.float32)
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK] @ others.T
        best = block.argmax(axis=1)
        nearest[first : first + _BLOCK] = best
        likeness[first : first + _BLOCK] = block[np.arange(len(best)), best]
    return nearest, likeness


def _tuned(head: Head, begin: Head, hold: Floats, told: Corrections, weight: float) -> Head:
    """`head` tuned to `told`, each of which weighs `weight` times a row of `hold`; the search starts at `begin`."""
    from scipy.optimize import minimize

    k, d = head.weights.shape
    weights, bias = head.weights.astype(np.float64), head.bias.astype(np.float64)
    vectors = np.vstack([hold, told.vectors]).astype(np.float64)
    known = vectors @ weights.T + bias
    target = _softmax(known)
    target[len(hold) :] *= 1 - _SURENESS
    target[np.arange(len(hold), len(vectors)), told.theme] += _SURENESS
    heavy = np.append(np.ones(len(hold)), np.full(len(told.theme), weight))[:, None]

    def loss(packed: Doubles) -> tuple[float, Doubles]:
        slope, offset = packed[: k * d].reshape(k, d), packed[k * d :]
        scores = known + vectors @ slope.T + offset
        scores -= scores.max(axis=1, keepdims=True)
        total = np.exp(scores).sum(axis=1, keepdims=True)
        off = heavy * (np.exp(scores) / total - target)
        # The logarithm is never taken of a probability: one that is as good as 0 would hide where to go.
        value = -(heavy * target * (scores - np.log(total))).sum() + _RIDGE / 2 * float((packed**2).sum())
        return float(value), np.concatenate([(off.T @ vectors).ravel(), off.sum(axis=0)]) + _RIDGE * packed

    first = np.append((begin.weights - head.weights).ravel(), begin.bias - head.bias).astype(np.float64)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return replace(
        head,
        weights=(weights + found[: k * d].reshape(k, d)).astype(np.float32),
        bias=(bias + found[k * d :]).astype(np.float32),
    )


def _widened(head: Head, corrections: Corrections) -> Floats:
    """The reach of every theme, wide enough for what people put into it, but not so wide that anything fits."""
    near = np.einsum("md,md->m", corrections.vectors, head.centroids[corrections.theme]) - 0.01
    reach = head.reach.copy()
    np.minimum.at(reach, corrections.theme, np.maximum(near, _LEAST_REACH).astype(np.float32))
    return np.asarray(reach, dtype=np.float32)


def _softmax(scores: Doubles) -> Doubles:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)
