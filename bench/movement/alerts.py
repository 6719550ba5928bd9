"""False alerts a series-month, and days to see a shift: the daily test beside what other tools alert on.

    nice -n 10 python -m bench.movement.alerts      writes bench/movement/results/alerts.json and .md

Every series has 84 days of past and is then looked at daily; nobody waits for a week's end. All rules are one-sided
(a fall of NPS, a rise of a share), and an alert is one beginning: a run of days on which a rule stays in alert counts
once. The mood of the `mood` series moves from day to day and lasts (autocorrelation .7); whether an alert on that is
false is a matter of taste, and it is counted as false here. Single core; 1,000 null series a row, 500 planted ones.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyst.findings import sequential
from analyst.findings.sequential import DailySeries, Direction

RESULTS = Path(__file__).resolve().parent / "results"
NULLS, PLANTED = 1_000, 500
PAST, MONITORED, AFTER = 84, 60, 30  # days: of past, of a null series looked at, after a planted shift
PROMOTERS, DETRACTORS = 0.52, 0.22
VOLUME = np.array([1.2, 1.1, 1.05, 1.0, 0.95, 0.9, 0.8])  # by weekday
MOOD = np.array([6.0, 3.0, 0.0, 0.0, -2.0, -4.0, -3.0])  # points of NPS by weekday
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Scenario:
    """A kind of series: `rate` rows a day; NPS, or a share of `share`; a shift of `shift` (points, or of the share)."""

    name: str
    rate: float
    share: float | None = None
    shift: float = 0.0
    mood: float = 0.0
    past: int = PAST

    @property
    def direction(self) -> Direction:
        return "falls" if self.share is None else "rises"


def draw(scenario: Scenario, days: int, start: int, rng: np.random.Generator) -> DailySeries:
    """A series with weekday rhythm in volume and level and a drifting volume; the shift begins on day `start`."""
    weekday = (np.arange(days) + int(rng.integers(7))) % 7
    drift = np.exp(np.cumsum(rng.normal(0.0, 0.03, days)))
    n = rng.poisson(scenario.rate * VOLUME[weekday] * drift / drift.mean()).astype(float)
    shifted = np.arange(days) >= start
    mood = np.zeros(days)
    for day in range(1, days):
        mood[day] = 0.7 * mood[day - 1] + np.sqrt(1 - 0.49) * rng.normal(0.0, 1.0)
    if scenario.share is not None:
        level = np.where(shifted, scenario.share + scenario.shift, scenario.share)
        level = np.clip(level * (1 - MOOD[weekday] / 60) * np.exp(scenario.mood * mood), 0.0, 1.0)
        hits = rng.binomial(n.astype(int), level).astype(float)
        return DailySeries(n, hits, hits, True)
    offset = MOOD[weekday] + scenario.mood * mood - np.where(shifted, scenario.shift, 0.0)
    top, bottom = PROMOTERS + offset / 200, DETRACTORS - offset / 200
    counts = rng.multinomial(n.astype(int), np.stack([top, bottom, 1 - top - bottom], axis=1))
    up, down = counts[:, 0].astype(float), counts[:, 1].astype(float)
    return DailySeries(n, 100 * (up - down), 1e4 * (up + down), False)


def daily_test(series: DailySeries, direction: Direction, days: int) -> Flags:
    """The product's own."""
    return sequential.monitor(series, direction, days).firing


def _sign(direction: Direction) -> float:
    return -1.0 if direction == "falls" else 1.0


def _means(series: DailySeries) -> NDArray[np.float64]:
    means: NDArray[np.float64] = np.divide(
        series.total, series.n, out=np.full(len(series.n), np.nan), where=series.n > 0
    )
    return means


def sigma_rule(limit: float) -> Callable[[DailySeries, Direction, int], Flags]:
    """The last day against mean and standard deviation of the 30 days before it."""

    def rule(series: DailySeries, direction: Direction, days: int) -> Flags:
        mean, sign, total = _means(series), _sign(direction), len(series.n)
        fires = []
        for day in range(total - days, total):
            past = mean[max(0, day - 30) : day]
            fires.append(sign * (mean[day] - np.nanmean(past)) > limit * np.nanstd(past, ddof=1))
        return np.array(fires)

    return rule


def week_rule(limit: float) -> Callable[[DailySeries, Direction, int], Flags]:
    """The last seven days against the 30 before them, a two-sample z every day."""

    def rule(series: DailySeries, direction: Direction, days: int) -> Flags:
        sign, last = _sign(direction), len(series.n)
        fires = []
        for day in range(last - days, last):
            now, past = slice(day - 6, day + 1), slice(max(0, day - 36), day - 6)
            n1, n0 = series.n[now].sum(), series.n[past].sum()
            m1, m0 = series.total[now].sum() / n1, series.total[past].sum() / n0
            variance = (series.squares[now].sum() / n1 - m1**2) / n1 + (series.squares[past].sum() / n0 - m0**2) / n0
            fires.append(variance > 0 and sign * (m1 - m0) > limit * np.sqrt(variance))
        return np.array(fires)

    return rule


def cusum(series: DailySeries, direction: Direction, days: int) -> Flags:
    """One-sided CUSUM (Page 1954) of daily residuals against the 56 days that ended 28 days ago; k = .5, h = 4."""
    sign, last, total = _sign(direction), len(series.n), 0.0
    fires = np.zeros(days, dtype=bool)
    for at, day in enumerate(range(last - days, last)):
        past = slice(max(0, day - 84), day - 28)
        n0 = series.n[past].sum()
        m0 = series.total[past].sum() / n0
        variance = max(series.squares[past].sum() / n0 - m0**2, 1e-9)
        if series.n[day] > 0:
            z = (series.total[day] / series.n[day] - m0) / np.sqrt(variance * (1 / series.n[day] + 1 / n0))
            total = max(0.0, total + sign * z - 0.5)
        fires[at] = total >= 4.0
        if fires[at]:
            total = 0.0
    return fires


METHODS: dict[str, Callable[[DailySeries, Direction, int], Flags]] = {
    "daily test": daily_test,
    "day, 1.5 sigma": sigma_rule(1.5),
    "day, 3 sigma": sigma_rule(3.0),
    "week v. 30 days, 5%": week_rule(1.96),
    "CUSUM": cusum,
}
NULL_SERIES = (
    Scenario("NPS, 50 a day", 50),
    Scenario("NPS, 200 a day", 200),
    Scenario("NPS, 8 a day", 8),
    Scenario("NPS, 50 a day, mood of 4 points", 50, mood=4.0),
    Scenario("NPS, 200 a day, mood of 4 points", 200, mood=4.0),
    Scenario("NPS, 50 a day, 28 days of past", 50, past=28),
    Scenario("share 1%, 100 sessions a day", 100, share=0.01),
    Scenario("share 6%, 300 sessions a day", 300, share=0.06),
    Scenario("share 6%, 300 sessions a day, mood of 20%", 300, share=0.06, mood=0.2),
    Scenario("share 0.2%, 1,000 sessions a day", 1_000, share=0.002),
)
SHIFTS = (
    *(Scenario(f"NPS, {rate} a day, {shift} points", rate, shift=shift) for rate in (50, 200) for shift in (5, 10, 20)),
    Scenario("NPS, 50 a day, 10 points, mood of 4 points", 50, shift=10, mood=4.0),
    Scenario("share 1% to 2%, 300 sessions a day", 300, share=0.01, shift=0.01),
    Scenario("share 6% to 9%, 300 sessions a day", 300, share=0.06, shift=0.03),
    Scenario("share 6% to 12%, 100 sessions a day", 100, share=0.06, shift=0.06),
)


def beginnings(fires: Flags) -> int:
    """How many alerts begin in consecutive days."""
    return int(np.sum(fires & ~np.concatenate([[False], fires[:-1]])))


def false_alerts(scenario: Scenario, seed: int) -> dict[str, dict[str, float]]:
    """Alerts a series-month of 30 days on null series, with the half-width of its 95 % interval, by method."""
    rng = np.random.default_rng([seed, 1])
    counts: dict[str, list[int]] = {name: [] for name in METHODS}
    for _ in range(NULLS):
        series = draw(scenario, scenario.past + MONITORED, 10**6, rng)
        for name, method in _fitting(scenario):
            counts[name].append(beginnings(method(series, scenario.direction, MONITORED)))
    months = MONITORED / 30
    return {
        name: {
            "rate": float(np.mean(found)) / months,
            "half_width": float(1.96 * np.std(found, ddof=1) / np.sqrt(len(found)) / months),
        }
        for name, found in counts.items()
        if found
    }


def _fitting(scenario: Scenario) -> Iterable[tuple[str, Callable[[DailySeries, Direction, int], Flags]]]:
    """The methods that the series' past suffices for."""
    return [item for item in METHODS.items() if scenario.past >= PAST or item[0] != "CUSUM"]


def delays(scenario: Scenario, seed: int) -> dict[str, dict[str, float | None]]:
    """Days of data after the shift until the alert, by method: quartiles, and the share seen within 30 days.

    Series on which a method is in alert already when the shift comes are left out of its row.
    """
    rng = np.random.default_rng([seed, 2])
    found: dict[str, list[float]] = {name: [] for name in METHODS}
    for _ in range(PLANTED):
        start = PAST + 14
        series = draw(scenario, start + AFTER, start, rng)
        for name, method in METHODS.items():
            fires = method(series, scenario.direction, AFTER + 14)
            if fires[13]:
                continue
            seen = np.flatnonzero(fires[14:])
            found[name].append(float(seen[0] + 1) if len(seen) else np.inf)
    return {name: _quartiles(waits) for name, waits in found.items()}


def _quartiles(waits: list[float]) -> dict[str, float | None]:
    quarter, median, three = (float(v) for v in np.quantile(waits, [0.25, 0.5, 0.75], method="inverted_cdf"))
    return {
        "quarter": quarter if np.isfinite(quarter) else None,
        "median": median if np.isfinite(median) else None,
        "three_quarters": three if np.isfinite(three) else None,
        "within_30_days": float(np.mean(np.isfinite(waits))),
        "series": len(waits),
    }


def machine() -> dict[str, Any]:
    """What this was measured on."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if "model name" in line]
    return {
        "processor": named[0] if named else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "system": platform.platform(),
    }


def main() -> None:
    """Measure, and write both results."""
    begun = time.perf_counter()
    nulls = {s.name: false_alerts(s, seed) for seed, s in enumerate(NULL_SERIES)}
    shifts = {s.name: delays(s, seed) for seed, s in enumerate(SHIFTS, 100)}
    series = draw(Scenario("", 50), 240, 10**6, np.random.default_rng(5))
    looked = time.perf_counter()
    sequential.monitor(series, "falls", 90)
    result = {
        "machine": machine(),
        "null_series": NULLS,
        "planted_series": PLANTED,
        "seconds": round(time.perf_counter() - begun, 1),
        "milliseconds_for_90_looks": round(1000 * (time.perf_counter() - looked), 1),
        "limit": sequential.LIMIT,
        "clear": sequential.CLEAR,
        "false_alerts_a_series_month": nulls,
        "days_to_alert": shifts,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "alerts.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "alerts.md").write_text(page(result), encoding="utf-8")


def page(result: dict[str, Any]) -> str:
    """The result as Markdown."""
    names = list(METHODS)
    ruler = "|---" + "|---:" * len(names) + "|"
    found = result["false_alerts_a_series_month"]
    nulls = [
        f"| {row} | " + " | ".join(f"{rates[n]['rate']:.2f}" if n in rates else "" for n in names) + " |"
        for row, rates in found.items()
    ]
    shifts = [
        f"| {row} | " + " | ".join(_wait(v[n]) for n in names) + " |" for row, v in result["days_to_alert"].items()
    ]
    where = result["machine"]
    widest = max(v[n]["half_width"] for v in found.values() for n in v)
    return "\n".join(
        [
            "# Alerts: how often for nothing, and how soon",
            "",
            f"`python -m bench.movement.alerts`: {result['null_series']:,} null series a row (95 % interval of each "
            f"rate within ±{widest:.2f}), {result['planted_series']:,} planted ones; {result['seconds']:.0f} s on one "
            f"core of {where['processor']}, Python {where['python']}, NumPy {where['numpy']}. 90 daily looks at one "
            f"series take {result['milliseconds_for_90_looks']:.0f} ms. Every series has a weekday rhythm and a "
            "drifting volume.",
            "",
            "## False alerts a series-month (one-sided; gate .3 for the daily test)",
            "",
            f"| nothing happens | {' | '.join(names)} |",
            ruler,
            *nulls,
            "",
            "## Days of data until the alert: median, and the share of series that see it within 30 days",
            "",
            "(gate: 10 points at 50 a day in a median of at most 10 days)",
            "",
            f"| what happens | {' | '.join(names)} |",
            ruler,
            *shifts,
            "",
        ]
    )


def _wait(found: dict[str, float | None]) -> str:
    median = found["median"]
    return f"{'over 30' if median is None else f'{median:.0f}'} ({100 * (found['within_30_days'] or 0):.0f}%)"


if __name__ == "__main__":
    main()
