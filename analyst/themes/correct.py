"""A correction changes the head where it must and nowhere else.

Retrained from the ground up, a head moves one text in twenty that nobody spoke of. So it is fine-tuned instead: the
corrected texts must go where people put them, and everything else must keep the probabilities it had (distillation,
Hinton et al. 2015). What many texts share is then dear to change, what sets the corrected ones apart is cheap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analyst.themes.assign import Head, assign
from analyst.themes.bags import Doubles
from analyst.themes.cluster import Floats, Ints

_SAMPLE = 6000  # texts that hold the head in place
_WEIGHT = 30.0  # a corrected text against one that holds
_FOLLOW = 0.85  # cosine from which a text says what the corrected one says
_NEIGHBOURS = 200
_RIDGE = 1e-3
_STEPS = 150
_WIDEN = 0.5  # a theme's reach may shrink to this share for a text that people put into it


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
    told = _with_neighbours(heard, corrections)
    if _agrees(head, corrections):
        return head
    hold = heard[:_SAMPLE]
    hold = hold[~((hold @ corrections.vectors.T) >= _FOLLOW).any(axis=1)]
    changed = _tuned(head, hold, told)
    return replace(changed, reach=_widened(changed, corrections))


def _agrees(head: Head, corrections: Corrections) -> bool:
    placed = assign(replace(head, muted=head.muted[:0]), corrections.vectors)
    return bool((placed.theme == corrections.theme).all())


def _with_neighbours(heard: Floats, corrections: Corrections) -> Corrections:
    """The corrections and, for each, the rows that say the same, as if they had been corrected too."""
    vectors, theme = [corrections.vectors], [corrections.theme]
    likeness = heard @ corrections.vectors.T
    nearest = likeness.argmax(axis=1)
    best = likeness[np.arange(len(heard)), nearest]
    rows = np.flatnonzero(best >= _FOLLOW)
    rows = rows[np.argsort(-best[rows], kind="stable")[:_NEIGHBOURS]]
    vectors.append(heard[rows])
    theme.append(corrections.theme[nearest[rows]])
    return Corrections(np.vstack(vectors), np.concatenate(theme))


def _tuned(head: Head, hold: Floats, told: Corrections) -> Head:
    from scipy.optimize import minimize

    k, d = head.weights.shape
    weights, bias = head.weights.astype(np.float64), head.bias.astype(np.float64)
    vectors = np.vstack([hold, told.vectors]).astype(np.float64)
    target = np.zeros((len(vectors), k))
    target[: len(hold)] = _softmax(hold.astype(np.float64) @ weights.T + bias)
    target[np.arange(len(hold), len(vectors)), told.theme] = 1.0
    heavy = np.append(np.ones(len(hold)), np.full(len(told.theme), _WEIGHT))[:, None]
    known = vectors @ weights.T + bias

    def loss(packed: Doubles) -> tuple[float, Doubles]:
        slope, offset = packed[: k * d].reshape(k, d), packed[k * d :]
        chance = _softmax(known + vectors @ slope.T + offset)
        off = heavy * (chance - target)
        value = -(heavy * target * np.log(np.maximum(chance, 1e-12))).sum() + _RIDGE / 2 * float((packed**2).sum())
        return float(value), np.concatenate([(off.T @ vectors).ravel(), off.sum(axis=0)]) + _RIDGE * packed

    found = minimize(loss, np.zeros(k * d + k), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return replace(
        head,
        weights=(weights + found[: k * d].reshape(k, d)).astype(np.float32),
        bias=(bias + found[k * d :]).astype(np.float32),
    )


def _widened(head: Head, corrections: Corrections) -> Floats:
    """The reach of every theme, wide enough for what people put into it, but never less than half of what it was."""
    near = np.einsum("md,md->m", corrections.vectors, head.centroids[corrections.theme]) - 0.01
    reach = head.reach.copy()
    np.minimum.at(reach, corrections.theme, near.astype(np.float32))
    return np.asarray(np.maximum(reach, _WIDEN * head.reach), dtype=np.float32)


def _softmax(scores: Doubles) -> Doubles:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)
