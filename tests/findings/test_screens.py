"""Friction by screen, counted in SQL over a run's exposures."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analyst.core.errors import UsageProblem
from analyst.core.query import Query
from analyst.core.values import Estimate
from analyst.core.windows import parse_window, zone
from analyst.findings import named_screens, rage_band, screen_frictions, visit_counts
from analyst.findings.types import ScreenFriction, ScreenLink
from analyst.runs.counting import connect
from tests.runs.small_run import at, response, write_run

LATE = datetime(2027, 1, 1, tzinfo=UTC)


def _query(**where: str) -> Query:
    window, baseline = (parse_window(t, zone("UTC")) for t in ("2026-11-09..2026-11-15", "2026-11-02..2026-11-08"))
    return Query("nps", window, baseline, tuple(sorted(where.items())))


def _run(folder: Path, plan: list[tuple[str, int, str, str, list[tuple[str, str, int]]]]) -> duckdb.DuckDBPyConnection:
    """Sessions as (user, day, plan, screens visited joined by a comma, [(screen, signal, count)])."""
    sessions: list[dict[str, Any]] = []
    exposures: list[dict[str, Any]] = []
    for number, (user, day, segment, visited, met) in enumerate(plan):
        name = f"s{number:05}"
        sessions.append({"session_id": name, "user_id": user, "started_at": at(day), "seg_plan": segment})
        rows = [(screen, "visit", 1) for screen in filter(None, visited.split(","))] + met
        exposures += [
            {"session_id": name, "user_id": user, "screen": c, "signal": s, "count": k, "at": at(day)}
            for c, s, k in rows
        ]  # fmt: skip
    return connect(write_run(folder, sessions=sessions, exposures=exposures))


def _frictions(connection: duckdb.DuckDBPyConnection, query: Query) -> dict[tuple[str, str], ScreenFriction]:
    counts = visit_counts(connection, query, until=LATE)
    return {(f.screen, f.signal): f for f in screen_frictions(counts)}


def test_rates_by_hand(tmp_path: Path) -> None:
    connection = _run(
        tmp_path,
        [
            ("a", 10, "free", "Home,Payment", [("Payment", "rage_tap", 3)]),
            ("a", 11, "free", "Home,Payment", []),
            ("b", 10, "pro", "Home", [("Payment", "rage_tap", 1)]),  # met it there, so saw it
            ("c", 12, "pro", "Home,Payment", [("Home", "crash", 1), ("Payment", "error", 0)]),
            ("d", 4, "pro", "Payment", [("Payment", "rage_tap", 2)]),
            ("e", 5, "pro", "Payment", []),
            ("f", 20, "pro", "Payment", [("Payment", "rage_tap", 2)]),  # in neither window
        ],
    )
    found = _frictions(connection, _query())
    assert set(found) == {("Payment", "rage_tap"), ("Home", "crash")}
    payment = found["Payment", "rage_tap"]
    assert (payment.sessions, payment.users) == (4, 2)
    assert (payment.rate.value, payment.rate.n) == (0.5, 4)
    assert (payment.rate_before.value, payment.rate_before.n) == (0.5, 2)
    assert payment.trend.value == 0 and not payment.trend.excludes_zero()
    assert payment.band == "serious"
    assert found["Home", "crash"].band is None
    assert found["Home", "crash"].rate.value == pytest.approx(1 / 4)
    only_pro = _frictions(connection, _query(plan="pro"))
    assert only_pro["Payment", "rage_tap"].rate.n == 2


def test_nothing_after_the_clock_and_unknown_filters(tmp_path: Path) -> None:
    connection = _run(tmp_path, [("a", 10, "free", "Home", [("Home", "crash", 1)])])
    counts = visit_counts(connection, _query(), until=at(10, 0))
    assert screen_frictions(counts) == []
    with pytest.raises(UsageProblem, match="no segment called 'planet'"):
        visit_counts(connection, _query(planet="mars"), until=LATE)


def test_a_rise_is_seen_and_where_it_is(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    plan = []
    for i in range(1600):
        now, segment = i % 2 == 0, "free" if rng.random() < 0.4 else "pro"
        bad = rng.random() < (0.5 if now and segment == "free" else 0.04)
        met = [("Payment", "rage_tap", 2)] if bad else []
        met += [("Home", "error", 1)] if rng.random() < 0.1 else []
        plan.append((f"u{i}", 10 if now else 4, segment, "Home,Payment", met))
    found = _frictions(_run(tmp_path, plan), _query())
    payment, home = found["Payment", "rage_tap"], found["Home", "error"]
    assert payment.trend.excludes_zero() and payment.trend.value > 0.1
    assert payment.segments[0].where == (("plan", "free"),) and payment.segments[0].lift.value > 5
    assert not home.trend.excludes_zero() and home.segments == []


def test_people_with_many_sessions_widen_the_interval(tmp_path: Path) -> None:
    many = [(f"u{i // 20}", 10, "free", "Home", [("Home", "error", 1)] * (i // 20 % 2)) for i in range(400)]
    one = [(f"u{i}", 10, "free", "Home", [("Home", "error", 1)] * (i // 20 % 2)) for i in range(400)]
    rates = [_frictions(_run(tmp_path / name, rows), _query())["Home", "error"].rate for name, rows in
             (("many", many), ("one", one))]  # fmt: skip
    widths = [(rate.high or 0) - (rate.low or 0) for rate in rates]
    assert rates[0].value == rates[1].value == 0.5
    assert widths[0] > 3 * widths[1]


def test_ties_are_laid_to_their_screen(tmp_path: Path) -> None:
    counts = visit_counts(_run(tmp_path, [("a", 10, "free", "Home", [("Home", "crash", 1)])]), _query(), until=LATE)
    link = ScreenLink("crashes", "Home", "crash", Estimate(4, 2, 8, 30, "ratio"), 0.5, 0.1, True)
    other = ScreenLink("cards", "Home", "error", Estimate(4, 2, 8, 30, "ratio"), 0.5, 0.1, True)
    (friction,) = screen_frictions(counts, links=[link, other])
    assert friction.themes == ["crashes"]


def test_bands_at_their_borders() -> None:
    assert [rage_band(r) for r in (0, 0.049, 0.05, 0.1, 0.15, 1.0)] == [
        "healthy", "healthy", "median", "high", "serious", "serious"
    ]  # fmt: skip


def test_screens_named_in_words(tmp_path: Path) -> None:
    said = ["The Payment page froze", "payments are fine", "stuck at: delivery-slot!", "no delivery slots"]
    answers = [response(i, 10, 3, text=text) for i, text in enumerate(said)]
    answers.append(response(9, 25, 3, text="Payment again"))  # in neither window
    opinions = [
        {"opinion_id": f"o{i}", "response_id": row["response_id"], "text": row["text"], "theme_id": "t"}
        for i, row in enumerate(answers)
    ]
    exposures = [{"session_id": "s", "screen": c, "signal": "visit", "count": 1} for c in ("Payment", "Delivery slot")]
    connection = connect(write_run(tmp_path, responses=answers, opinions=opinions, exposures=exposures))
    found = named_screens(connection, _query(), until=LATE)
    assert found == {("t", "Payment"): 1, ("t", "Delivery slot"): 1}
