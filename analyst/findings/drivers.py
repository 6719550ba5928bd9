"""Drivers: which themes go with a high or a low score, in level, not in change.

People who mention one theme mention others, and are other people. So all themes enter one regression, together with the
segments and the window; the figure that other tools print, the score without those who mention a theme, is given
beside it, and the difference is taken apart: what goes with themes mentioned along with it, and with who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analyst.core.values import Estimate
from analyst.findings.ols import least_squares, segment_levels
from analyst.findings.types import ThemeName
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

FEWEST = 20  # mentioning answers, and as many that comment without it


@dataclass(frozen=True)
class Along:
    """A theme mentioned along with a driver: by `share_in` of those who mention the driver and `share_out` of others;
    `points` of the driver's raw gap go with it."""

    theme_id: str
    label: str
    points: float
    share_in: float
    share_out: float


@dataclass(frozen=True)
class Driver:
    """A theme's part in the level of the score, in points.

    `effect` is what mentioning it goes with when other themes and segments are held fixed; `at_stake` that times its
    share of the comments. `raw_gap` is the plain difference between those who mention it and other commenters,
    `leave_one_out` the score minus the score without those who mention it. raw_gap = effect + the points of all themes
    mentioned along with it (`along_themes`; the largest in `along`) + `along_segments` + a remainder of the penalty.
    `importance` is its share of the variance that themes explain (Johnson's relative weights, 0..1).
    """

    theme_id: str
    label: str
    kind: str
    n: int
    share: float
    effect: Estimate
    at_stake: Estimate
    importance: float
    raw_gap: float
    leave_one_out: float
    along_themes: float
    along_segments: float
    along: tuple[Along, ...]


@dataclass(frozen=True)
class Drivers:
    """`n` commented answers, the share of variance `explained` by themes beyond segments (0..1), and the drivers, most
    points at stake first, system themes last."""

    n: int
    explained: float
    drivers: tuple[Driver, ...]


def find_drivers(frame: DesignFrame, names: Mapping[str, ThemeName]) -> Drivers:
    """The drivers among the commented answers of both windows. Empty where no theme is mentioned often enough."""
    spoken = frame.only(frame.commented)
    met = spoken.mentions.copy()
    met.data = (met.data > 0).astype(float)
    count = np.asarray(met.sum(axis=0)).ravel()
    kept = [i for i in range(len(frame.theme_ids)) if FEWEST <= count[i] <= spoken.n - FEWEST]
    if not kept:
        return Drivers(spoken.n, 0.0, ())
    said = np.asarray(met[:, kept].todense())
    levels = segment_levels(spoken)
    post = spoken.post.astype(float)
    free = np.ones((spoken.n, 1)) if post.all() or not post.any() else np.stack([np.ones(spoken.n), post], axis=1)
    design = sparse.hstack([sparse.csr_matrix(free), sparse.csr_matrix(said), levels]).tocsr()
    beta, variance = least_squares(spoken, design, free.shape[1])
    at = slice(free.shape[1], free.shape[1] + len(kept))
    weights, explained = _relative_weights(spoken, said, sparse.hstack([sparse.csr_matrix(free), levels]).tocsr())
    others = np.asarray(levels @ beta[at.stop :]).ravel() + free[:, 1:] @ beta[1 : free.shape[1]]
    themes = [
        names.get(frame.theme_ids[i], ThemeName(frame.theme_ids[i], frame.theme_ids[i], "discovered")) for i in kept
    ]
    errors = np.sqrt(np.diag(variance)[at])
    found = [
        _driver(spoken, said, k, themes, beta[at], float(errors[k]), others, float(weights[k]))
        for k in range(len(kept))
    ]  # fmt: skip
    order = sorted(found, key=lambda d: (d.kind == "system", -abs(d.at_stake.value), d.theme_id))
    return Drivers(spoken.n, explained, tuple(order))


def _driver(
    frame: DesignFrame,
    said: NDArray[np.float64],
    k: int,
    themes: list[ThemeName],
    beta: NDArray[np.float64],
    error: float,
    others: NDArray[np.float64],
    importance: float,
) -> Driver:
    w, inside = frame.weight, said[:, k] > 0
    in_, out = w * inside, w * ~inside
    share = float(in_.sum() / w.sum())

    def apart(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(in_ @ values / in_.sum() - out @ values / out.sum())

    share_in, share_out = in_ @ said / in_.sum(), out @ said / out.sum()
    points = beta * (share_in - share_out)
    points[k] = 0.0
    top = [int(i) for i in np.argsort(-np.abs(points), kind="stable")[:3] if abs(points[i]) >= 0.5]
    raw = float(apart(frame.y))
    n = int(inside.sum())
    effect = float(beta[k])
    return Driver(
        theme_id=themes[k].theme_id,
        label=themes[k].label,
        kind=themes[k].kind,
        n=n,
        share=share,
        effect=Estimate(effect, effect - Z95 * error, effect + Z95 * error, n),
        at_stake=Estimate(share * effect, share * (effect - Z95 * error), share * (effect + Z95 * error), frame.n),
        importance=importance,
        raw_gap=raw,
        leave_one_out=share * raw,  # mean(y) - mean(y without it), by arithmetic
        along_themes=float(points.sum()),
        along_segments=float(apart(others)),
        along=tuple(
            Along(themes[i].theme_id, themes[i].label, float(points[i]), float(share_in[i]), float(share_out[i]))
            for i in top
        ),
    )


def _relative_weights(
    frame: DesignFrame, said: NDArray[np.float64], controls: sparse.csr_matrix
) -> tuple[NDArray[np.float64], float]:
    """Each theme's share of the variance that themes explain beyond the controls, and that variance (0..1).

    Johnson 2000, Multivariate Behavioral Research 35: the themes are replaced by their nearest orthogonal
    counterparts, whose squared coefficients are handed back along the squared loadings.
    """
    w = frame.weight / frame.weight.sum()
    columns = np.column_stack([frame.y, said])
    gram = np.asarray((controls.T @ sparse.diags_array(w) @ controls).todense())
    coefficient = np.linalg.pinv(gram, hermitian=True) @ (controls.T @ (columns * w[:, None]))
    rest = columns - controls @ coefficient
    covariance = rest.T @ (rest * w[:, None])
    spread = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
    correlation = covariance / np.outer(spread, spread)
    values, vectors = np.linalg.eigh(correlation[1:, 1:])
    root = np.sqrt(np.maximum(values, 1e-9))
    loading = (vectors * root) @ vectors.T
    weight = np.square(loading) @ np.square((vectors / root) @ vectors.T @ correlation[1:, 0])
    explained = float(weight.sum())
    return (weight / explained if explained > 0 else weight), min(1.0, explained)
