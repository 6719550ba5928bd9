"""Before against after, and target against untouched: the arithmetic of proof. Arrays in, numbers out.

    y = week + levels of the segments + target + effect * (target and after)

Weeks take up what moved for everybody (season, drift, a price rise); levels take up who answered (a change of the mix).
What is left is the difference in differences. It stands on one assumption: without the fix, target and untouched would
have moved alike. The placebo asks the time before the fix whether they did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analyst.core.values import Estimate
from analyst.metrics.intervals import Z95

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 15  # answers that each of the four cells needs
Z90 = 1.2815515655446004  # 90 % power, one-sided
MOST_WEEKS = 52  # weeks beyond which waiting for a number is no plan
MOST_DESIGN = 3.0  # a design effect above this says more about few answers than about people answering often
PENALTY = 1.0  # in answers, on the levels: keeps overlapping dimensions solvable
RARE = 15  # answers that a level needs to have a column of its own


@dataclass(frozen=True)
class Panel:
    """n answers of the target and of the untouched, in time.

    y (n,) float in points · weight (n,) float · treated (n,) bool · day (n,) int, days since 1970 · person (n,) int,
    equal for answers of one user · codes (n, d) int, the segment levels.
    """

    y: NDArray[np.float64]
    weight: NDArray[np.float64]
    treated: NDArray[np.bool_]
    day: NDArray[np.int64]
    person: NDArray[np.int64]
    codes: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of answers."""
        return len(self.y)

    def only(self, rows: NDArray[np.bool_]) -> Panel:
        """The answers that `rows` (n,) picks."""
        return Panel(*(getattr(self, name)[rows] for name in ("y", "weight", "treated", "day", "person", "codes")))

    def with_y(self, y: NDArray[np.float64]) -> Panel:
        """The same people with another outcome (n,)."""
        return replace(self, y=y)


@dataclass(frozen=True)
class Contrast:
    """`effect` in points of y with standard error `error`; `cells` are the answers of (target before, target after,
    untouched before, untouched after) and `means` their mean y; `spread` the residual variance of one answer."""

    effect: float
    error: float
    cells: tuple[int, int, int, int]
    means: tuple[float, float, float, float]
    spread: float

    @property
    def z(self) -> float:
        """Effect over its standard error."""
        return self.effect / self.error if self.error > 0 else 0.0

    def estimate(self, scale: float = 1.0) -> Estimate:
        """With its 95 % interval, times `scale`; n the target's answers after."""
        half = Z95 * self.error * abs(scale)
        return Estimate(self.effect * scale, self.effect * scale - half, self.effect * scale + half, self.cells[1])

    @property
    def design_effect(self) -> float:
        """How much the variance by person exceeds that of as many independent answers, 1 to 3."""
        plain = self.spread * sum(1 / n for n in self.cells if n)
        return min(MOST_DESIGN, max(1.0, self.error**2 / plain)) if plain > 0 else 1.0


def contrast(panel: Panel, after: NDArray[np.bool_]) -> Contrast | None:
    """The difference in differences of `panel` with `after` (n,) bool; None where a cell has fewer than 15 answers.

    Weighted least squares with a column a week and one a segment level (Angrist & Pischke 2009, Mostly Harmless
    Econometrics, 5.2), the effect by partialling the rest out (Frisch & Waugh 1933), its variance by the sandwich
    clustered on the person (Liang & Zeger 1986; Bertrand, Duflo & Mullainathan 2004 on why), times n / (n - p).
    """
    parts = [panel.treated & ~after, panel.treated & after, ~panel.treated & ~after, ~panel.treated & after]
    cells = tuple(int(part.sum()) for part in parts)
    if min(cells) < FEWEST:
        return None
    w = panel.weight / panel.weight.mean()
    d = (panel.treated & after).astype(np.float64)
    design, free = _design(panel, after)
    penalty = np.full(design.shape[1], PENALTY)
    penalty[:free] = 0.0
    inverse = np.linalg.pinv(design.T @ (design * w[:, None]) + np.diag(penalty), hermitian=True)
    raw = np.column_stack([panel.y, d])
    left = raw - design @ (inverse @ (design.T @ (raw * w[:, None])))
    size = float((w * d) @ left[:, 1])
    if size <= 1e-9 * panel.n:
        return None
    effect = float((w * d) @ left[:, 0]) / size
    residual = left[:, 0] - effect * left[:, 1]
    _, person = np.unique(panel.person, return_inverse=True)
    scores = np.bincount(person, w * left[:, 1] * residual)
    n, p = panel.n, design.shape[1] + 1
    stretch = n / max(1, n - p)
    error = math.sqrt(float(np.square(scores).sum()) * stretch) / size
    means = tuple(float(np.average(panel.y[part], weights=w[part])) for part in parts)
    spread = float((w * np.square(residual)).sum() / w.sum()) * stretch
    return Contrast(effect, error, (cells[0], cells[1], cells[2], cells[3]),
                    (means[0], means[1], means[2], means[3]), spread)  # fmt: skip


def _design(panel: Panel, after: NDArray[np.bool_]) -> tuple[NDArray[np.float64], int]:
    """Columns: weeks (split where the fix came), target, all unpenalised (their number is the second value), then the
    segments' levels; levels of fewer than 15 answers share the place of none."""
    week = np.where(after, 1_000_000, 0) + (panel.day + 3) // 7  # days since 1970 began on a Thursday
    columns = [_indicators(week, 0), panel.treated[:, None].astype(np.float64)]
    free = columns[0].shape[1] + 1
    columns += [_indicators(panel.codes[:, i], RARE) for i in range(panel.codes.shape[1])]
    return np.concatenate(columns, axis=1), free


def _indicators(codes: NDArray[np.int64], fewest: int) -> NDArray[np.float64]:
    levels, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    kept = np.flatnonzero(counts >= fewest)
    if fewest and len(kept) == len(levels) and len(levels) < 2:
        return np.zeros((len(codes), 0))
    found: NDArray[np.float64] = (place[:, None] == kept[None, :]).astype(np.float64)
    return found


def placebo(panel: Panel) -> Contrast | None:
    """The contrast at a date on which nothing was shipped: the median day of the target's answers.

    `panel` holds only answers from before the fix. Whatever it shows beyond chance is no fix: the target was on its
    way already, or the untouched are no fair comparison. None where a half has too few answers to ask.
    """
    days = panel.day[panel.treated]
    if not len(days):
        return None
    return contrast(panel, panel.day >= np.median(days))


def before_after(
    hit: NDArray[np.float64], person: NDArray[np.int64], after: NDArray[np.bool_]
) -> tuple[float, float, float] | None:
    """(share before, share after, standard error of their difference) of `hit` (n,) 0/1, clustered on `person` (n,).

    People return, so sessions of one person are not independent. None where either side has fewer than 15 rows.
    """
    n1, n0 = int(after.sum()), int((~after).sum())
    if min(n1, n0) < FEWEST:
        return None
    now, then = float(hit[after].mean()), float(hit[~after].mean())
    part = np.where(after, (hit - now) / n1, -(hit - then) / n0)
    _, place = np.unique(person, return_inverse=True)
    sums = np.bincount(place, part)
    people = len(sums)
    return then, now, math.sqrt(float(np.square(sums).sum()) * people / max(1, people - 1))


def weeks_for_contrast(
    effect: float, spread: float, design_effect: float, before: tuple[int, int], a_week: tuple[float, float]
) -> float | None:
    """Weeks after which `effect` (points) is shown with 90 % power at a 95 % interval; None where a year is too short.

    var = spread * design_effect * (1/n target before + 1/n untouched before + 1/n target after + 1/n untouched after)
    has to shrink to (effect / (z.975 + z.90))^2: Cohen 1988, 2.2, for a difference of differences. `before` and
    `a_week` are the answers of (target, untouched).
    """
    if effect <= 0 or spread <= 0 or min(before) < FEWEST or min(a_week) <= 0:
        return None
    room = (effect / (Z95 + Z90)) ** 2 / (spread * design_effect) - 1 / before[0] - 1 / before[1]
    if room <= 0:
        return None
    weeks = (1 / a_week[0] + 1 / a_week[1]) / room
    weeks = max(weeks, FEWEST / a_week[0], FEWEST / a_week[1])
    return weeks if weeks <= MOST_WEEKS else None


def weeks_for_share(then: float, goal: float, before: int, a_week: float, design_effect: float = 1.0) -> float | None:
    """Weeks after which a share that goes from `then` to `goal` is shown with 90 % power at a 95 % interval.

    Two proportions (Fleiss, Levin & Paik 2003, 4.2), the first from `before` rows; None where a year is too short.
    """
    if then <= goal or before < FEWEST or a_week <= 0:
        return None
    room = ((then - goal) / (Z95 + Z90)) ** 2 / design_effect - then * (1 - then) / before
    if room <= 0:
        return None
    weeks = max(goal * (1 - goal) / room, FEWEST) / a_week
    return weeks if weeks <= MOST_WEEKS else None
