"""The daily test: rarely for nothing, soon for something, and never from what it cannot know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.findings import sequential
from analyst.findings.sequential import DailySeries, Direction, look, monitor, watch

RHYTHM = np.array([8.0, 4.0, 0.0, 0.0, -2.0, -6.0, -4.0])


def nps(seed: int, days: int, rate: float = 50, drop: float = 0.0, start: int = 10**6) -> DailySeries:
    """NPS of about 30 with a weekday rhythm, `drop` points lower from day `start` on."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(rate, days)
    offset = RHYTHM[np.arange(days) % 7] - np.where(np.arange(days) >= start, drop, 0.0)
    top, low = 0.52 + offset / 200, 0.22 - offset / 200
    counts = rng.multinomial(n, np.stack([top, low, 1 - top - low], axis=1)).astype(float)
    return DailySeries(n.astype(float), 100 * (counts[:, 0] - counts[:, 1]), 1e4 * (counts[:, 0] + counts[:, 1]), False)


def share(seed: int, days: int, rate: float, level: float, rise: float = 0.0, start: int = 10**6) -> DailySeries:
    """Sessions and those hit among them."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(rate, days)
    hits = rng.binomial(n, np.where(np.arange(days) >= start, level + rise, level)).astype(float)
    return DailySeries(n.astype(float), hits, hits, True)


def beginnings(series: DailySeries, direction: Direction, days: int) -> int:
    firing = monitor(series, direction, days).firing
    return int(np.sum(firing & ~np.concatenate([[False], firing[:-1]])))


def wait(series: DailySeries, direction: Direction, days: int) -> float:
    """Days of data until the alert; infinite without one."""
    seen = np.flatnonzero(monitor(series, direction, days).firing)
    return float(seen[0] + 1) if len(seen) else np.inf


def test_false_alerts_are_rare_though_somebody_looks_every_day() -> None:
    months = 80 * 45 / 30
    assert sum(beginnings(nps(seed, 84 + 45), "falls", 45) for seed in range(80)) / months <= 0.3
    assert sum(beginnings(share(seed, 84 + 45, 100, 0.02), "rises", 45) for seed in range(80)) / months <= 0.3


def test_ten_points_at_fifty_a_day_are_seen_within_ten_days() -> None:
    waits = [wait(nps(seed, 84 + 30, drop=10, start=84), "falls", 30) for seed in range(60)]
    assert np.median(waits) <= 10


def test_a_doubled_error_rate_is_seen_within_days() -> None:
    waits = [wait(share(seed, 84 + 20, 300, 0.02, 0.02, 84), "rises", 20) for seed in range(40)]
    assert np.median(waits) <= 3


def test_the_split_is_the_day_of_the_shift() -> None:
    seen = look(nps(3, 84 + 10, rate=400, drop=30, start=84), "falls")
    assert abs(seen.split - 84) <= 1
    assert seen.before - seen.after == pytest.approx(30, abs=6)


def test_a_fall_is_no_rise() -> None:
    series = nps(3, 84 + 10, rate=400, drop=30, start=84)
    assert look(series, "rises").statistic < 1 < sequential.LIMIT < look(series, "falls").statistic


@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_units_do_not_matter(seed: int, scale: float, shift: float) -> None:
    series = nps(seed, 70)
    moved = replace(
        series,
        total=scale * (series.total + shift * series.n),
        squares=scale**2 * (series.squares + 2 * shift * series.total + shift**2 * series.n),
    )
    assert look(moved, "falls").statistic == pytest.approx(look(series, "falls").statistic, rel=1e-6, abs=1e-6)


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_a_fall_is_the_rise_of_the_mirrored_series(seed: int) -> None:
    series = nps(seed, 70)
    mirrored = replace(series, total=-series.total)
    assert look(series, "falls").statistic == pytest.approx(look(mirrored, "rises").statistic, rel=1e-9)


def test_no_day_knows_what_came_later() -> None:
    series = nps(5, 120, drop=25, start=100)
    whole = monitor(series, "falls", 40)
    part = monitor(series.until(99), "falls", 20)
    assert whole.looks[:20] == part.looks
    assert list(whole.firing[:20]) == list(part.firing)


def test_one_lasting_shift_is_one_alert() -> None:
    assert beginnings(nps(8, 84 + 25, rate=100, drop=25, start=84), "falls", 25) == 1


def test_an_alert_does_not_come_and_go_with_each_days_noise() -> None:
    begun = [beginnings(nps(seed, 84 + 28, drop=10, start=84), "falls", 28) for seed in range(40)]
    assert np.mean(begun) <= 1.25  # without the gap between LIMIT and CLEAR it would be 1.7


def test_an_old_shift_has_become_the_level() -> None:
    series = nps(9, 84 + 60, rate=100, drop=25, start=84)
    firing = monitor(series, "falls", 60).firing
    assert firing[5] and not firing[-1]


def test_the_least_shift_that_matters_can_be_said() -> None:
    series = share(2, 84 + 10, 20_000, 0.05, 0.004, 84)
    assert monitor(series, "rises", 10).firing[-1]
    assert not monitor(series, "rises", 10, least=0.02).firing.any()


@pytest.mark.parametrize(
    "series",
    [
        DailySeries(np.zeros(0), np.zeros(0), np.zeros(0), False),
        DailySeries(np.zeros(90), np.zeros(90), np.zeros(90), False),
        nps(1, 90, rate=1),
        nps(1, 13, rate=500),
        share(1, 10, 1000, 0.1),
    ],
    ids=["none", "no rows", "one a day", "too few days", "ten days"],
)
def test_too_little_data_is_said(series: DailySeries) -> None:
    assert not look(series, "falls").enough
    assert not monitor(series, "falls", 5).firing.any()
    assert watch(series, "falls") is None


def test_days_without_rows_and_levels_without_spread_are_no_trouble() -> None:
    n = np.where(np.arange(90) % 7 < 5, 40.0, 0.0)  # nobody answers on weekends
    same = DailySeries(n, 100 * n, 1e4 * n, False)
    never, always = DailySeries(n, 0 * n, 0 * n, True), DailySeries(n, n, n, True)
    for series in (same, never, always):
        for direction in ("falls", "rises"):
            seen = look(series, direction)
            assert seen.enough and np.isfinite(seen.statistic) and abs(seen.statistic) < 0.01
    first_crash = DailySeries(
        n, np.where(np.arange(90) >= 85, 0.2 * n, 0.0), np.where(np.arange(90) >= 85, 0.2 * n, 0), True
    )
    assert look(first_crash, "rises").statistic > sequential.LIMIT


def test_a_weekday_rhythm_is_learned_and_noise_is_none() -> None:
    series = nps(4, 84, rate=2000)
    effect = sequential.weekday_effects(series.n, series.total, series.squares)
    place = (83 - np.arange(84)[-7:]) % 7
    assert effect[place] == pytest.approx(RHYTHM[np.arange(84)[-7:] % 7], abs=2.5)
    flat = share(4, 84, 50, 0.3)
    noise = sequential.weekday_effects(flat.n, flat.total, flat.squares)
    raw = np.sqrt(0.3 * 0.7 / (50 * 12))
    assert np.abs(noise).mean() < raw / 2
    assert not sequential.weekday_effects(flat.n[:20], flat.total[:20], flat.squares[:20]).any()


def test_a_shift_does_not_pass_for_a_rhythm() -> None:
    steady, shifted = nps(6, 84, rate=1000), nps(6, 84, rate=1000, drop=30, start=80)
    difference = sequential.weekday_effects(steady.n, steady.total, steady.squares) - sequential.weekday_effects(
        shifted.n, shifted.total, shifted.squares
    )
    assert np.abs(difference).max() < 2.5


def test_moody_days_widen_the_test() -> None:
    rng = np.random.default_rng(1)
    n = np.full(84, 400.0)
    calm = rng.binomial(400, 0.3, 84).astype(float)
    moody = rng.binomial(400, np.clip(0.3 + 0.06 * rng.normal(size=84), 0, 1)).astype(float)
    level = np.full(84, 0.3)
    spread = level * (1 - level)
    assert 1.0 <= sequential.dispersion(n, calm, level, spread) < 2.0
    assert sequential.dispersion(n, moody, level, spread) > 2.5


def test_a_watch_is_one_day_beyond_a_sigma_and_a_half() -> None:
    n = np.full(40, 50.0)
    total = 50.0 * np.where(np.arange(40) % 2 == 0, 28.0, 32.0)
    total[-1] = 50.0 * 20.0
    squares = total**2 / n + 100 * n  # answers of one day lie 10 points apart
    series = DailySeries(n, total, squares, False)
    seen = watch(series, "falls")
    assert seen is not None
    assert (seen.value, seen.centre, seen.n) == (20.0, 30.0, 50.0)
    assert watch(series, "rises") is None
    n_thin = n.copy()
    n_thin[-1] = 5
    assert watch(DailySeries(n_thin, total * n_thin / n, squares * n_thin / n, False), "falls") is None
    total[-1] = 50.0 * 29.0
    assert watch(DailySeries(n, total, total**2 / n + 100 * n, False), "falls") is None


def test_the_first_crashes_after_a_month_without_are_worth_a_look() -> None:
    n, hits = np.full(40, 100.0), np.where(np.arange(40) == 39, 6.0, 0.0)
    assert watch(DailySeries(n, hits, hits, True), "rises") is not None
    assert watch(DailySeries(n, 0 * n, 0 * n, True), "rises") is None
