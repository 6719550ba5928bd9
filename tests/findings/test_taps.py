"""Rage taps that are meant to be repeated are told from rage: planted both ways."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analyst.core.values import Estimate
from analyst.findings import screen_frictions, visit_counts
from analyst.findings.counts import week_counts
from analyst.findings.taps import tap_check, tap_counts
from analyst.findings.types import TapCheck
from analyst.runs.counting import connect
from tests.findings.test_screens import LATE, _query
from tests.runs.small_run import at, write_run

Chance = Callable[[bool], float]


def _shop(
    folder: Path, trouble: Chance, ends: Chance, seconds: Chance, n: int = 1200, seed: int = 0, paths: bool = True
) -> duckdb.DuckDBPyConnection:
    """Sessions on Recipes, a quarter of them with rage taps; the rest depends on whether they had."""
    rng = np.random.default_rng(seed)
    sessions: list[dict[str, Any]] = []
    exposures: list[dict[str, Any]] = []
    for i in range(n):
        rage = bool(rng.random() < 0.25)
        last = rng.random() < ends(rage)
        began = at(10 if i % 2 else 4)
        sessions.append(
            {
                "session_id": f"s{i:05}", "user_id": f"u{i // 2}", "started_at": began,
                "duration_s": float(seconds(rage) * rng.lognormal(0.0, 0.6)) if paths else None,
                "screens": (["Home", "Recipes"] if last else ["Home", "Recipes", "Basket"]) if paths else None,
            }
        )  # fmt: skip
        met = [("visit", 1)] + [("rage_tap", 3)] * rage + [("dead_tap", 1)] * bool(rng.random() < trouble(rage))
        exposures += [
            {
                "session_id": f"s{i:05}",
                "user_id": f"u{i // 2}",
                "screen": "Recipes",
                "signal": s,
                "count": k,
                "at": began,
            }
            for s, k in met
        ]
    return connect(write_run(folder, sessions=sessions, exposures=exposures))


def _check(connection: duckdb.DuckDBPyConnection, gap: Estimate | None = None) -> TapCheck:
    found = tap_check(tap_counts(connection, _query(), until=LATE), "Recipes", gap, None)
    assert found is not None
    return found


def _same(value: float) -> Chance:
    return lambda rage: value


def test_a_heart_that_is_meant_to_be_tapped_is_called_false(tmp_path: Path) -> None:
    for seed in range(3):
        check = _check(_shop(tmp_path / str(seed), _same(0.03), _same(0.2), _same(200.0), seed=seed))
        assert check.likely_false and check.sessions + check.others == 1200
        assert check.longer is not None and 0.8 < check.longer.value < 1.25


@pytest.mark.parametrize(
    ("trouble", "ends", "seconds"),
    [
        (lambda rage: 0.4 if rage else 0.03, _same(0.2), _same(200.0)),  # other signals come with it
        (_same(0.03), lambda rage: 0.5 if rage else 0.2, _same(200.0)),  # they leave
        (_same(0.03), _same(0.2), lambda rage: 100.0 if rage else 200.0),  # they stay half as long
    ],
)
def test_rage_is_never_called_false(tmp_path: Path, trouble: Chance, ends: Chance, seconds: Chance) -> None:
    for seed in range(3):
        assert not _check(_shop(tmp_path / str(seed), trouble, ends, seconds, seed=seed)).likely_false


def test_a_lower_score_is_harm_whatever_else_holds(tmp_path: Path) -> None:
    shop = _shop(tmp_path, _same(0.03), _same(0.2), _same(200.0))
    assert _check(shop, Estimate(1.0, -8.0, 10.0, 60)).likely_false
    assert not _check(shop, Estimate(-8.0, -14.0, -2.0, 300)).likely_false  # small, but beyond chance
    assert not _check(shop, Estimate(-20.0, -45.0, 5.0, 20)).likely_false  # within chance, but large


def test_what_just_rose_needs_the_score_to_be_known(tmp_path: Path) -> None:
    counts = tap_counts(_shop(tmp_path, _same(0.03), _same(0.2), _same(200.0)), _query(), until=LATE)
    rose, score = Estimate(0.3, 0.2, 0.4, 900, "share"), Estimate(1.0, -8.0, 10.0, 60)
    unknown, known = (tap_check(counts, "Recipes", gap, rose) for gap in (None, score))
    assert unknown is not None and known is not None
    assert not unknown.likely_false and known.likely_false


def test_little_data_calls_nothing_false(tmp_path: Path) -> None:
    few = tap_counts(_shop(tmp_path / "few", _same(0.0), _same(0.2), _same(200.0), n=60), _query(), until=LATE)
    assert tap_check(few, "Recipes", None, None) is None
    unsure = _check(_shop(tmp_path / "some", _same(0.1), _same(0.5), _same(200.0), n=160))
    assert unsure.ended is not None and not unsure.ended.excludes_zero()  # no harm seen, but none ruled out
    assert not unsure.likely_false
    blind = _check(_shop(tmp_path / "blind", _same(0.03), _same(0.2), _same(200.0), paths=False))
    assert (blind.ended, blind.longer, blind.likely_false) == (None, None, False)


def test_the_check_is_laid_to_rage_taps_with_people_and_weeks(tmp_path: Path) -> None:
    shop = _shop(tmp_path, _same(0.1), _same(0.2), _same(200.0))
    counts, taps = (of(shop, _query(), until=LATE) for of in (visit_counts, tap_counts))
    weeks = week_counts(shop, _query(), "UTC", until=LATE)
    found = {f.signal: f for f in screen_frictions(counts, taps=taps, weeks=weeks)}
    assert found["rage_tap"].likely_false and not found["dead_tap"].likely_false
    assert found["dead_tap"].taps is None
    rage = found["rage_tap"]
    assert rage.user_share is not None and rage.user_share.n == len(set(counts.person[counts.post]))
    assert [w.week for w in rage.by_week] == ["2026-W45", "2026-W46"]
    assert rage.by_week[1].rate.value == pytest.approx(rage.rate.value)
    assert rage.by_week[1].rate.n == rage.rate.n
