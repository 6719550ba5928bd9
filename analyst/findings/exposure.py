"""What meeting friction goes with: the score of those exposed against what it would have been.

Signals that the same people meet on one screen (a freeze, and the taps it provokes) are one trouble. All troubles
stand in one model, with the segments, the window and how much people use the product, so that a harmless signal met by
the same busy users as a harmful one gets no blame for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.findings.axes import make_axes
from analyst.findings.counterfactual import PENALTY, Counterfactual, Gap, context_columns, enough
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analyst.runs.frame import DesignFrame

SAME = 0.3  # signals of one screen whose exposed answers overlap by this much (Jaccard) are one trouble
WITHIN = 0.5  # and those of which this share met the other one too,
BEYOND_CHANCE = 2.0  # if that is this many times what chance would bring
RISEN = 2.0  # a trouble met this many times as often as before is another trouble: its present gap counts alone
WORTH_A_LOOK = -1.0  # z above which a gap is not fitted window by window


@dataclass(frozen=True)
class Trouble:
    """Friction on one screen: its signals, commonest first, and who met any of them, `exposed` (n,) bool."""

    screen: str
    signals: tuple[str, ...]
    exposed: NDArray[np.bool_]


@dataclass(frozen=True)
class ExposureGap:
    """Score of those who met a trouble minus that of others, adjusted for segments, window and other troubles.

    `gap` in points with a 95 % interval, its n the exposed answers; `both` the same with what each answer adds to its
    error; `now` and `before` fitted on each window alone: None where too few met it, or where the gap of both is not
    telling (a standard error below nothing) and the trouble, for `now`, did not rise.
    """

    trouble: Trouble
    gap: Estimate
    both: Gap
    now: Gap | None
    before: Gap | None

    @property
    def error(self) -> float:
        """Standard error of the gap of both windows, in points."""
        return self.both.error


def find_troubles(frame: DesignFrame) -> list[Trouble]:
    """The frame's frictions as troubles, by screen."""
    met = {pair: np.asarray(frame.exposed[:, [i]].todense()).ravel() > 0 for i, pair in enumerate(frame.frictions)}
    found = []
    for screen in sorted({screen for screen, _ in met}):
        signals = sorted((s for c, s in met if c == screen), key=lambda s: (-int(met[screen, s].sum()), s))
        clusters: list[list[str]] = []
        for signal in signals:
            mine = met[screen, signal]
            home = next((c for c in clusters if any(_same(mine, met[screen, other]) for other in c)), None)
            if home is None:
                clusters.append([signal])
            else:
                home.append(signal)
        for cluster in clusters:
            exposed = np.logical_or.reduce([met[screen, signal] for signal in cluster])
            found.append(Trouble(screen, tuple(cluster), exposed))
    return found


def _same(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> bool:
    """Whether two signals of one screen are one trouble: mostly met together, or the rarer mostly with the other."""
    both, either = int((a & b).sum()), int((a | b).sum())
    if not both:
        return False
    rarer, commoner = sorted((int(a.sum()), int(b.sum())))
    by_chance = rarer * commoner / len(a)
    return both / either >= SAME or (both >= WITHIN * rarer and both >= BEYOND_CHANCE * by_chance)


def exposure_gaps(frame: DesignFrame, troubles: list[Trouble] | None = None) -> list[ExposureGap]:
    """The adjusted gap of every trouble that enough answers met, the most harmful (lowest z) first.

    Only answers whose users had sessions count: of the others nobody knows what they met. What those exposed would
    have scored comes from the others' segments, number of sessions, window, new releases and other troubles (see
    counterfactual); errors are clustered on the person. Assumes that what makes people meet friction and score low is
    among these.
    """
    candidates = find_troubles(frame) if troubles is None else troubles
    rows = frame.with_sessions
    kept = [t for t in candidates if enough(t.exposed[rows])]
    if not kept:
        return []
    met, axes = np.stack([trouble.exposed for trouble in kept], axis=1), make_axes(frame)
    whole, now, before = (
        Counterfactual(frame, met, part, axes) for part in (rows, rows & frame.post, rows & ~frame.post)
    )
    found = []
    for i, trouble in enumerate(kept):
        both = whole.gap([i])
        if both is None:
            continue
        low, high = both.value - Z95 * both.error, both.value + Z95 * both.error
        estimate = Estimate(both.value, low, high, int((trouble.exposed & rows).sum()))
        telling = both.value <= WORTH_A_LOOK * both.error
        grew = _share(trouble, rows & frame.post) >= RISEN * _share(trouble, rows & ~frame.post)
        found.append(
            ExposureGap(
                trouble, estimate, both,
                now.gap([i]) if telling or grew else None,
                before.gap([i]) if telling else None,
            )
        )  # fmt: skip
    return sorted(found, key=lambda g: (g.gap.value / g.error, g.trouble.screen, g.trouble.signals))


def _share(trouble: Trouble, rows: NDArray[np.bool_]) -> float:
    return float(trouble.exposed[rows].mean()) if rows.any() else 0.0


def adjusted_gaps(
    frame: DesignFrame, indicators: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> list[tuple[float, float] | None]:
    """(gap, standard error) in points of each indicator (n, k) by itself among `rows` (n,), adjusted as above but not
    for the other indicators; None where too few have it, or too few have it not.

    The coefficient of a regression, by partialling out what it is adjusted for (Frisch & Waugh 1933).
    """
    found: list[tuple[float, float] | None] = []
    if not rows.any():
        return [None] * indicators.shape[1]
    columns, free = context_columns(frame, rows)
    design = np.stack(columns, axis=1)
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
        if not enough(indicators[rows, k]) or size <= 0:
            found.append(None)
            continue
        gap = float((w * raw[:, 1 + k]) @ y) / size
        scores = np.bincount(person, w * d * (y - gap * d))
        found.append((gap, float(np.sqrt(np.square(scores).sum() * n / max(1, n - p))) / size))
    return found
