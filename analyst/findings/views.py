"""The same change seen as themes, and as screens. Each view adds up to the change by itself; views are never added.

One regression per view, of y on the window, the indicators of each window, and the levels of the segments:

    y ~ 1 + post + sum over things of (before: a_t, now: b_t) * met_t + levels

Intercept and post are free of the penalty, so residuals average zero in both windows and, with p the share of answers
that met a thing,

    change = sum of (a_t + b_t) / 2 * (p_t now - p_t before)        more:  talked about more, met more
           + sum of (b_t - a_t) * (p_t now + p_t before) / 2        hurts: hurts more than before
           + the same for those of whom nothing is known (no comment, no telemetry)
           + levels * (their shares now - before)                    mix
           + post                                                    the shift of all others

exactly (Kitagawa 1955, with average weights, over overlapping groups). The part of `post` that falls to those of whom
nothing is known is put under their "hurts". A mention goes with a score and is partly made
by it: these terms say what the change goes with, not what brought it about.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import sparse

from analyst.findings.exposure import find_troubles
from analyst.findings.ols import least_squares, segment_levels
from analyst.findings.types import ThemeName
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

FEWEST = 10  # answers of a window that met a thing, before it may hurt differently there
RARE = 20  # answers of both windows that met a thing, before it gets a term of its own
MOST = 40  # things with terms of their own
OTHERS = "(others)"

Part = Literal["theme", "screen", "unknown", "mix", "rest"]


@dataclass(frozen=True)
class ViewTerm:
    """What one thing brings, in points: `more` because its share changed, `hurts` because what goes with it did.

    Each is (points, low, high). For `part` mix and rest everything is in `more`. `share`, `share_before` are shares of
    the answers of each window (0..1).
    """

    part: Part
    name: str
    label: str
    more: tuple[float, float, float]
    hurts: tuple[float, float, float]
    share: float
    share_before: float

    @property
    def points(self) -> float:
        """Both parts together."""
        return self.more[0] + self.hurts[0]


@dataclass(frozen=True)
class ChangeView:
    """A view of the change: its terms add up to `change` (points), largest things first, then unknown, mix and rest."""

    kind: Literal["themes", "screens"]
    change: float
    terms: tuple[ViewTerm, ...]


def theme_view(frame: DesignFrame, names: Mapping[str, ThemeName]) -> ChangeView | None:
    """The change by themes mentioned; "no comment" is a level of its own. None where a window is empty or nobody
    comments."""
    met = frame.mentions.copy()
    met.data = (met.data > 0).astype(float)
    labels = [(theme, names[theme].label if theme in names else theme) for theme in frame.theme_ids]
    return _view("themes", frame, met, labels, ~frame.commented, ("no-comment", "no comment"))


def screen_view(frame: DesignFrame) -> ChangeView | None:
    """The change by trouble met on a screen in the days before the answer; "no telemetry" is a level of its own,
    since consent and coverage move too. None where a window is empty or nobody has sessions."""
    troubles = find_troubles(frame)
    if not troubles:
        return None
    met = sparse.csr_matrix(np.stack([t.exposed for t in troubles], axis=1).astype(float))
    labels = [(f"{t.screen}|{'+'.join(t.signals)}", f"{t.screen}|{t.signals[0]}") for t in troubles]
    return _view("screens", frame, met, labels, ~frame.with_sessions, ("no-telemetry", "no telemetry"))


def _view(
    kind: Literal["themes", "screens"],
    frame: DesignFrame,
    met: sparse.csr_matrix,
    labels: list[tuple[str, str]],
    unknown: NDArray[np.bool_],
    unknown_name: tuple[str, str],
) -> ChangeView | None:
    post = frame.post
    if not post.any() or post.all() or unknown.all() or not labels:
        return None
    met, labels = _pooled(met, labels)
    part: Part = "theme" if kind == "themes" else "screen"
    parts: list[tuple[Part, str, str]] = [(part, name, label) for name, label in labels]
    if unknown.any():
        met = sparse.hstack([met, sparse.csr_matrix(unknown.astype(float)[:, None])]).tocsr()
        parts.append(("unknown", *unknown_name))
    return _decompose(kind, frame, met, parts)


def _pooled(
    met: sparse.csr_matrix, labels: list[tuple[str, str]]
) -> tuple[sparse.csr_matrix, list[tuple[str, str]]]:  # fmt: skip
    """The commonest things by themselves, all others as one."""
    count = np.asarray(met.sum(axis=0)).ravel()
    order = np.argsort(-count, kind="stable")
    kept = [int(i) for i in order[:MOST] if count[i] >= RARE]
    rest = [i for i in range(len(labels)) if i not in set(kept) and count[i] > 0]
    columns, named = met[:, kept], [labels[i] for i in kept]
    if rest:
        other = np.asarray(met[:, rest].sum(axis=1)).ravel() > 0
        columns = sparse.hstack([columns, sparse.csr_matrix(other.astype(float)[:, None])]).tocsr()
        named.append((OTHERS, f"{len(rest)} rarer ones"))
    return columns, named


@dataclass(frozen=True)
class _Solved:
    beta: NDArray[np.float64]
    variance: NDArray[np.float64]
    now: NDArray[np.float64]  # share of each column in the window, weighted
    before: NDArray[np.float64]


def _solve(frame: DesignFrame, design: sparse.csr_matrix) -> _Solved:
    beta, variance = least_squares(frame, design, 2)
    w = frame.weight
    means = [np.asarray(w[rows] @ design[rows]).ravel() / w[rows].sum() for rows in (frame.post, ~frame.post)]
    return _Solved(beta, variance, *means)


def _decompose(
    kind: Literal["themes", "screens"], frame: DesignFrame, met: sparse.csr_matrix, parts: list[tuple[Part, str, str]]
) -> ChangeView:
    """Fit and take the terms apart. A thing that a window hardly met is given one coefficient for both windows."""
    post = frame.post.astype(float)
    k = met.shape[1]
    seen = np.minimum(np.asarray(met[frame.post].sum(axis=0)).ravel(), np.asarray(met[~frame.post].sum(axis=0)).ravel())
    apart = np.flatnonzero(seen >= FEWEST)
    now = sparse.diags_array(post) @ met[:, apart]
    # no column for a new release: what came with it shall show as themes and screens, not as other people answering
    levels = segment_levels(frame)
    free = sparse.csr_matrix(np.stack([np.ones(frame.n), post], axis=1))
    # `met` carries what both windows share (a_t), `now` what the current one adds (b_t - a_t)
    design = sparse.hstack([free, met, now, levels]).tocsr()
    solved = _solve(frame, design)
    n = [_effective(frame.weight[rows]) for rows in (frame.post, ~frame.post)]
    place = {int(column): 2 + k + i for i, column in enumerate(apart)}
    terms = [_term(solved, 2 + i, place.get(i), parts[i], n) for i in range(k)]
    mix = slice(2 + k + len(apart), design.shape[1])
    shift = solved.now[mix] - solved.before[mix]
    values = np.asarray(levels @ solved.beta[mix]).ravel()
    spread = sum(
        float(np.average(np.square(values[rows] - np.average(values[rows], weights=frame.weight[rows])),
                         weights=frame.weight[rows])) / size
        for rows, size in zip((frame.post, ~frame.post), n, strict=True)
    )  # fmt: skip
    mixed = _points(float(solved.beta[mix] @ shift), float(shift @ solved.variance[mix, mix] @ shift) + spread)
    known = 1.0
    if parts[-1][0] == "unknown":  # those of whom nothing is known moved too: their part of the shift is their own
        common = (terms[-1].share + terms[-1].share_before) / 2
        terms[-1] = _with_shift(solved, terms[-1], place.get(k - 1), common)
        known -= common
    rest = _points(known * float(solved.beta[1]), known**2 * float(solved.variance[1, 1]))
    nothing = (0.0, 0.0, 0.0)
    terms.sort(key=lambda t: (t.part == "unknown", -abs(t.points), t.name))
    terms.append(ViewTerm("mix", "mix", "other people answering", mixed, nothing, 1.0, 1.0))
    terms.append(ViewTerm("rest", "rest", "with none of these", rest, nothing, 1.0, 1.0))
    return ChangeView(kind, _mean(frame, frame.post) - _mean(frame, ~frame.post), tuple(terms))


def _term(solved: _Solved, shared: int, added: int | None, part: tuple[Part, str, str], n: list[float]) -> ViewTerm:
    """`shared` is the column of the coefficient before, `added` that of its growth since. Variances to first order,
    that of the shares included."""
    p1, p0 = float(solved.now[shared]), float(solved.before[shared])
    a, variance = float(solved.beta[shared]), solved.variance
    growth = float(solved.beta[added]) if added is not None else 0.0
    middle, moved, common = a + growth / 2, p1 - p0, (p1 + p0) / 2
    of_share = max(0.0, p1 * (1 - p1)) / n[0] + max(0.0, p0 * (1 - p0)) / n[1]
    of_middle = float(variance[shared, shared])
    of_growth = 0.0
    if added is not None:
        of_growth = float(variance[added, added])
        of_middle += of_growth / 4 + float(variance[shared, added])
    more = _points(middle * moved, moved**2 * of_middle + middle**2 * of_share)
    hurts = _points(growth * common, common**2 * of_growth + growth**2 * of_share / 4)
    return ViewTerm(*part, more, hurts, p1, p0)


def _with_shift(solved: _Solved, term: ViewTerm, added: int | None, common: float) -> ViewTerm:
    """The term of those of whom nothing is known, with the shift that they share with everybody counted as theirs."""
    shift, variance = float(solved.beta[1]), float(solved.variance[1, 1])
    if added is not None:
        shift += float(solved.beta[added])
        variance += float(solved.variance[added, added] + 2 * solved.variance[1, added])
    return replace(term, hurts=_points(common * shift, common**2 * variance))


def _points(points: float, variance: float) -> tuple[float, float, float]:
    half = Z95 * math.sqrt(max(0.0, variance))
    return points, points - half, points + half


def _effective(weight: NDArray[np.float64]) -> float:
    return float(weight.sum()) ** 2 / float(np.square(weight).sum())


def _mean(frame: DesignFrame, rows: NDArray[np.bool_]) -> float:
    return float(np.average(frame.y[rows], weights=frame.weight[rows]))
