"""What meeting friction goes with: the score of those exposed against others like them.

Signals that the same people meet on one screen (a freeze, and the taps it provokes) are one trouble. All troubles
enter one regression together, with the segments and the window, so that a harmless signal met by the same busy users
as a harmful one gets no blame for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from analyst.core.values import Estimate
from analyst.findings.axes import make_axes
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

FEWEST = 15  # exposed, and unexposed, answers that a gap needs
SAME = 0.3  # signals of one screen whose exposed answers overlap by this much (Jaccard) are one trouble
PENALTY = 1.0


@dataclass(frozen=True)
class Trouble:
    """Friction on one screen: its signals, commonest first, and who met any of them, `exposed` (n,) bool."""

    screen: str
    signals: tuple[str, ...]
    exposed: NDArray[np.bool_]


@dataclass(frozen=True)
class ExposureGap:
    """Score of those who met a trouble minus that of others, adjusted for segments, window and other troubles.

    `gap` in points with a 95 % interval, its n the exposed answers; `error` its standard error; `now` and `before`
    the (gap, error) fitted on each window alone, None where too few met it.
    """

    trouble: Trouble
    gap: Estimate
    error: float
    now: tuple[float, float] | None
    before: tuple[float, float] | None


def find_troubles(frame: DesignFrame) -> list[Trouble]:
    """The frame's frictions as troubles, by screen."""
    met = {pair: np.asarray(frame.exposed[:, [i]].todense()).ravel() > 0 for i, pair in enumerate(frame.frictions)}
    found = []
    for screen in sorted({screen for screen, _ in met}):
        signals = sorted((s for c, s in met if c == screen), key=lambda s: (-int(met[screen, s].sum()), s))
        clusters: list[list[str]] = []
        for signal in signals:
            mine = met[screen, signal]
            home = next((c for c in clusters if any(_overlap(mine, met[screen, other]) >= SAME for other in c)), None)
            if home is None:
                clusters.append([signal])
            else:
                home.append(signal)
        for cluster in clusters:
            exposed = np.logical_or.reduce([met[screen, signal] for signal in cluster])
            found.append(Trouble(screen, tuple(cluster), exposed))
    return found


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    either = int((a | b).sum())
    return int((a & b).sum()) / either if either else 0.0


def exposure_gaps(frame: DesignFrame, troubles: list[Trouble] | None = None) -> list[ExposureGap]:
    """The adjusted gap of every trouble that enough answers met, the most harmful (lowest z) first.

    Only answers whose users had sessions count: of the others nobody knows what they met. Weighted least squares of
    y on the troubles, the levels of every usable axis (penalty of one answer), new releases and the window; sandwich
    variance clustered on the person (Liang & Zeger 1986). Assumes that what makes people meet friction and score low
    is among the segments and the other troubles.
    """
    candidates = find_troubles(frame) if troubles is None else troubles
    rows = frame.with_sessions
    kept = [t for t in candidates if _enough(t.exposed[rows])]
    if not kept:
        return []
    pooled = _fit(frame, kept, rows)
    now, before = _fit(frame, kept, rows & frame.post), _fit(frame, kept, rows & ~frame.post)
    found = []
    for i, trouble in enumerate(kept):
        pair = pooled[i]
        if pair is None:
            continue
        gap, error = pair
        n = int((trouble.exposed & rows).sum())
        found.append(
            ExposureGap(
                trouble, Estimate(gap, gap - Z95 * error, gap + Z95 * error, n), error, now[i], before[i]
            )
        )  # fmt: skip
    return sorted(found, key=lambda g: (g.gap.value / g.error, g.trouble.screen, g.trouble.signals))


def adjusted_gaps(
    frame: DesignFrame, indicators: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> list[tuple[float, float] | None]:
    """(gap, standard error) in points of each indicator (n, k) by itself among `rows` (n,), adjusted as above but not
    for the other indicators; None where too few have it, or too few have it not.

    The coefficient of the full regression, by partialling out what it is adjusted for (Frisch & Waugh 1933).
    """
    found: list[tuple[float, float] | None] = []
    if not rows.any():
        return [None] * indicators.shape[1]
    design, free = _design(frame, [], rows)
    w = frame.weight[rows] / frame.weight[rows].mean()
    penalty = np.full(design.shape[1], PENALTY)
    penalty[:free] = 0.0
    inverse = np.linalg.pinv(design.T @ (design * w[:, None]) + np.diag(penalty), hermitian=True)
    raw = np.column_stack([frame.y[rows], indicators[rows].astype(float)])
    both = raw - design @ (inverse @ (design.T @ (raw * w[:, None])))
    _, person = np.unique(frame.person[rows], return_inverse=True)
    y, n, p = both[:, 0], len(both), design.shape[1] + 1
    for k in range(indicators.shape[1]):
        d = both[:, 1 + k]
        size = float((w * raw[:, 1 + k]) @ d)
        if not _enough(indicators[rows, k]) or size <= 0:
            found.append(None)
            continue
        gap = float((w * raw[:, 1 + k]) @ y) / size
        scores = np.bincount(person, w * d * (y - gap * d))
        found.append((gap, float(np.sqrt(np.square(scores).sum() * n / max(1, n - p))) / size))
    return found


def _enough(exposed: NDArray[np.bool_]) -> bool:
    met = int(exposed.sum())
    return met >= FEWEST and len(exposed) - met >= FEWEST


def _fit(frame: DesignFrame, troubles: list[Trouble], rows: NDArray[np.bool_]) -> list[tuple[float, float] | None]:
    """(gap, standard error) of each trouble on `rows`, None where too few of them met it, or too few did not."""
    usable = [i for i, t in enumerate(troubles) if _enough(t.exposed[rows])]
    found: list[tuple[float, float] | None] = [None] * len(troubles)
    if not usable:
        return found
    design, free = _design(frame, [troubles[i] for i in usable], rows)
    w = frame.weight[rows] / frame.weight[rows].mean()
    y = frame.y[rows]
    penalty = np.full(design.shape[1], PENALTY)
    penalty[:free] = 0.0
    inverse = np.linalg.pinv(design.T @ (design * w[:, None]) + np.diag(penalty), hermitian=True)
    beta = inverse @ (design.T @ (w * y))
    score = w * (y - design @ beta)
    _, person = np.unique(frame.person[rows], return_inverse=True)
    by_person = sparse.csr_matrix((score, (person, np.arange(len(y)))), shape=(int(person.max()) + 1, len(y))) @ design
    variance = inverse @ (by_person.T @ by_person) @ inverse * (len(y) / max(1, len(y) - design.shape[1]))
    for k, i in enumerate(usable):
        error = float(np.sqrt(variance[1 + k, 1 + k]))
        if error > 0:
            found[i] = float(beta[1 + k]), error
    return found


def _design(frame: DesignFrame, troubles: list[Trouble], rows: NDArray[np.bool_]) -> tuple[NDArray[np.float64], int]:
    """Columns: intercept, troubles, window (all unpenalised; their number is the second value), then levels."""
    columns = [np.ones(int(rows.sum()))]
    columns += [trouble.exposed[rows].astype(float) for trouble in troubles]
    post = frame.post[rows].astype(float)
    if 0 < post.sum() < len(post):
        columns.append(post)
    free = len(columns)
    axes = make_axes(frame)
    for axis in axes.axes:
        codes = axis.codes[rows]
        columns += [(codes == code).astype(float) for code in range(len(axis.values))]
    columns += [(release.inside & frame.post)[rows].astype(float) for release in axes.releases]
    return np.stack(columns, axis=1), free
