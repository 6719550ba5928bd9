"""A test of a daily series that may be looked at every day: has the level dropped (or risen), and since when?

The last HISTORY days are split at each of the last RECENT days, and what came after is held against what came before:
the generalised likelihood ratio for a shift when the level before it is itself only estimated (Siegmund & Venkatraman
1995, Annals of Statistics 23), limited to a window of recent days (Lai 1995, JRSS B 57). Looking every day at every
split is many looks; LIMIT is set by simulation so that all of them together rarely fire on a series in which nothing
happens (bench/movement/alerts.py holds the rates).

A series is three arrays by day: `n` rows (answers, comments, visits), the `total` of their y and of y `squares`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Direction = Literal["falls", "rises"]

HISTORY = 84  # days that one look takes in: twelve whole weeks
RECENT = 28  # a shift is sought among this many last days; an older one has become the level
LEAST_DAYS = 14  # days with rows before a split
LEAST_BEFORE = 150.0  # rows before a split; fewer cannot say what the level was
LEAST_AFTER = 30.0  # rows after it; fewer and one day's handful could fire
LIMIT = 2.8  # the test fires at this many standard errors, ...
CLEAR = 2.0  # ... and is over when the statistic comes back below this
ECHO_DAYS = 6  # how long a day's mood is taken to echo in the days after it
WATCH_DAYS = 30
WATCH_SIGMA = 1.5
WATCH_LEAST_DAY = 10.0  # rows that one day needs to be watched


@dataclass(frozen=True)
class DailySeries:
    """(d,) rows, total and squares of y per day, consecutive days. `share`: y is 0 or 1, so totals are counts."""

    n: Floats
    total: Floats
    squares: Floats
    share: bool

    def until(self, day: int) -> DailySeries:
        """The series up to and including the day at index `day`."""
        return DailySeries(self.n[: day + 1], self.total[: day + 1], self.squares[: day + 1], self.share)


@dataclass(frozen=True)
class Look:
    """What one day's look saw: the best split.

    `statistic` in standard errors, positive in the direction asked for; `split` the index of the first day after
    the shift; `before` and `after` the mean y on either side (weekday rhythm taken out), `n_before` and `n_after`
    their rows. None of these holds where `enough` is False: too little data.
    """

    enough: bool
    statistic: float = 0.0
    split: int = -1
    before: float = 0.0
    after: float = 0.0
    n_before: float = 0.0
    n_after: float = 0.0


TOO_LITTLE = Look(False)


def look(series: DailySeries, direction: Direction) -> Look:
    """The best split of the series' last HISTORY days, as seen on its last day."""
    first = max(0, len(series.n) - HISTORY)
    n, total, squares = (column[first:] for column in (series.n, series.total, series.squares))
    if n.sum() < LEAST_BEFORE + LEAST_AFTER:
        return TOO_LITTLE
    effect = weekday_effects(n, total, squares)[_places(len(n))]
    if series.share:  # a rhythm cannot take more hits out of a day than it has
        adjusted = np.clip(total - n * effect, 0.0, n)
        squares = adjusted
    else:
        adjusted = total - n * effect
        squares = squares - 2 * effect * total + n * effect**2
    sizes, sums = np.cumsum(n), np.cumsum(adjusted)
    starts = np.arange(1, len(n))
    before, after = sizes[starts - 1], sizes[-1] - sizes[starts - 1]
    days = np.cumsum(n > 0)[starts - 1]
    usable = (before >= LEAST_BEFORE) & (after >= LEAST_AFTER) & (days >= LEAST_DAYS)
    usable &= starts >= len(n) - RECENT
    if not usable.any():
        return TOO_LITTLE
    starts, before, after = starts[usable], before[usable], after[usable]
    low, high = sums[starts - 1] / before, (sums[-1] - sums[starts - 1]) / after
    sign = -1.0 if direction == "falls" else 1.0
    if series.share:
        raw = np.sign(high - low) * np.sqrt(_deviance(before, low, after, high))
    else:
        within = squares.sum() - before * low**2 - after * high**2
        spread = np.maximum(within / sizes[-1], 1e-12)
        raw = (high - low) / np.sqrt(spread * (1 / before + 1 / after))
    best = int(np.argmax(sign * raw))
    level = np.where(np.arange(len(n)) < starts[best], low[best], high[best])
    over = dispersion(n, adjusted, level, _spread(series.share, n, squares, level))
    return Look(
        True,
        float(sign * raw[best] / np.sqrt(over)),
        first + int(starts[best]),
        float(low[best]),
        float(high[best]),
        float(before[best]),
        float(after[best]),
    )


def _places(days: int) -> NDArray[np.intp]:
    """Each day's place in the weeks counted back from the last day, 0..6."""
    return np.arange(days - 1, -1, -1) % 7


def weekday_effects(n: Floats, total: Floats, squares: Floats) -> Floats:
    """How far each of the seven places of the week lies off its week, (7,) in units of y, shrunken towards none.

    Deviations of the days from their own week's mean, so that a shift of the level passes for no rhythm; positive-part
    James-Stein over the six free ones (Efron & Morris 1973, JASA 68), so that noise passes for none either. Zero
    with less than four whole weeks.
    """
    weeks = len(n) // 7
    if weeks < 4:
        return np.zeros(7)
    size, mean = n[-7 * weeks :], _mean(n[-7 * weeks :], total[-7 * weeks :])
    by_week = size.reshape(weeks, 7)[:, ::-1]
    means = mean.reshape(weeks, 7)[:, ::-1]
    seen = by_week > 0
    centre = np.where(seen, means, 0.0).sum(axis=1) / np.maximum(1, seen.sum(axis=1))
    off = np.where(seen, means - centre[:, None], 0.0)
    rows = by_week.sum(axis=0)
    effect = (by_week * off).sum(axis=0) / np.maximum(rows, 1.0)
    effect = effect - (rows @ effect) / max(rows.sum(), 1.0)
    spread = max(float(squares.sum() - total.sum() ** 2 / n.sum()) / float(n.sum()), 1e-12)
    strength = float((rows * effect**2).sum()) / spread
    return effect * max(0.0, 1.0 - 4.0 / strength) if strength > 0 else np.zeros(7)


def _mean(n: Floats, total: Floats) -> Floats:
    return np.divide(total, n, out=np.zeros_like(total), where=n > 0)


def _deviance(before: Floats, low: Floats, after: Floats, high: Floats) -> Floats:
    """Twice the log likelihood ratio of two shares against one (G squared)."""
    one = (before * low + after * high) / (before + after)
    return np.maximum(0.0, 2 * (_gain(before, low, one) + _gain(after, high, one)))


def _gain(n: Floats, share: Floats, one: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(share > 0, share * np.log(share / one), 0.0)
        miss = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - one)), 0.0)
    return np.asarray(n * (hit + miss))


def _spread(share: bool, n: Floats, squares: Floats, level: Floats) -> Floats:
    """Variance of one row, (d,)."""
    if share:
        return np.maximum(level * (1 - level), 1e-9)
    within = float(squares.sum() - (n * level**2).sum()) / float(n.sum())
    return np.full(len(n), max(within, 1e-12))


def dispersion(n: Floats, total: Floats, level: Floats, spread: Floats) -> float:
    """How much more the means of days and weeks vary about `level` than their rows explain; never below 1.

    Pearson's X squared over its degrees of freedom (McCullagh & Nelder 1989, 4.5) plus its echoes over the next
    ECHO_DAYS days with falling weights (Newey & West 1987, Econometrica 55): a mood that lasts for days must not
    pass for a shift. A quiet series cannot sharpen the test.
    """
    seen = n > 0
    residual = np.zeros(len(n))
    residual[seen] = (_mean(n, total)[seen] - level[seen]) * np.sqrt(n[seen] / spread[seen])
    found = float(residual @ residual)
    for lag in range(1, min(ECHO_DAYS, len(n) - 1) + 1):
        found += 2 * (1 - lag / (ECHO_DAYS + 1)) * float(residual[lag:] @ residual[:-lag])
    return max(1.0, found / max(1.0, float(seen.sum()) - 2.0))


@dataclass(frozen=True)
class Watch:
    """Yesterday against its 30 days: `value` the last day's mean, `centre` and `sigma` of the days before it."""

    value: float
    centre: float
    sigma: float
    n: float


def watch(series: DailySeries, direction: Direction) -> Watch | None:
    """The last day where it lies more than WATCH_SIGMA of the 30-day baseline on the wrong side, else None.

    Quiet series have about two such days a month (bench/movement/alerts.py), so this is a reason to look, never to
    act. None too where the day has too few rows, or fewer than LEAST_DAYS of the days before it have enough.
    """
    n, mean = series.n, _mean(series.n, series.total)
    if len(n) < LEAST_DAYS + 1 or n[-1] < WATCH_LEAST_DAY:
        return None
    past = slice(max(0, len(n) - 1 - WATCH_DAYS), len(n) - 1)
    days = mean[past][n[past] >= WATCH_LEAST_DAY]
    if len(days) < LEAST_DAYS:
        return None
    centre, sigma = float(days.mean()), float(days.std(ddof=1))
    whole = slice(past.start, len(n))
    rows = float(n[whole].sum())
    spread = float(series.squares[whole].sum()) / rows - (float(series.total[whole].sum()) / rows) ** 2
    sigma = max(
        sigma, float(np.sqrt(max(spread, 0.0) / n[-1]))
    )  # thirty days without a crash have no spread of their own
    sign = -1.0 if direction == "falls" else 1.0
    if sigma <= 0 or sign * (mean[-1] - centre) <= WATCH_SIGMA * sigma:
        return None
    return Watch(float(mean[-1]), centre, sigma, float(n[-1]))


@dataclass(frozen=True)
class Monitor:
    """The looks of consecutive days (k,), oldest first, and on which of them the alert stands."""

    looks: tuple[Look, ...]
    firing: NDArray[np.bool_]


def monitor(series: DailySeries, direction: Direction, days: int, least: float = 0.0) -> Monitor:
    """Look on each of the last `days` days as if it were today, using nothing later.

    The alert starts when the statistic reaches LIMIT and the shift is at least `least` (units of y), and stands until
    the statistic falls below CLEAR: without that gap one alert would come and go with every day's noise.
    """
    last = len(series.n) - 1
    looks = tuple(look(series.until(day), direction) for day in range(max(0, last + 1 - days), last + 1))
    firing = np.zeros(len(looks), dtype=bool)
    on = False
    for at, seen in enumerate(looks):
        if not seen.enough:
            on = False
        elif on:
            on = seen.statistic >= CLEAR
        else:
            on = seen.statistic >= LIMIT and abs(seen.after - seen.before) >= least
        firing[at] = on
    return Monitor(looks, firing)
