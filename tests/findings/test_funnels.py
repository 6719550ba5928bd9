"""Funnels: counted by hand, a planted leak found with its segment and its friction, chance left alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analyst.core.errors import CannotTell, UsageProblem
from analyst.core.query import Query
from analyst.core.windows import parse_window, zone
from analyst.findings.funnels import Funnel, funnel, suggest
from analyst.findings.walks import common_paths, parse_steps, walk
from analyst.runs.counting import connect
from tests.findings.test_screens import LATE, _query
from tests.runs.small_run import at, write_run

STEPS = ("Home", "Basket", "Payment", "Done")
Visit = tuple[str, int, str, str, list[tuple[str, str]]]


def _run(folder: Path, visits: list[Visit]) -> duckdb.DuckDBPyConnection:
    """Sessions as (user, day, plan, path joined by commas, friction as (screen, signal))."""
    sessions: list[dict[str, Any]] = []
    exposures: list[dict[str, Any]] = []
    for number, (user, day, plan, path, met) in enumerate(visits):
        name, screens = f"s{number:05}", path.split(",") if path else None
        sessions.append(
            {"session_id": name, "user_id": user, "started_at": at(day), "seg_plan": plan, "screens": screens}
        )
        rows = [(screen, "visit") for screen in dict.fromkeys(screens or ())] + met
        exposures += [
            {"session_id": name, "user_id": user, "screen": c, "signal": s, "count": 1, "at": at(day)} for c, s in rows
        ]
    return connect(write_run(folder, sessions=sessions, exposures=exposures))


def _funnel(connection: duckdb.DuckDBPyConnection, **more: Any) -> Funnel:
    return funnel(walk(connection, _query(), STEPS, until=LATE, **more))


HAND: list[Visit] = [
    ("a", 10, "pro", "Home,Basket,Payment,Done", []),
    ("b", 10, "pro", "Home,Help,Basket,Home,Payment", []),  # others in between, and a way back
    ("c", 10, "free", "Basket,Home,Payment", []),  # the basket came before: the order counts
    ("d", 10, "free", "Payment,Done", []),
    ("a", 11, "pro", "Basket,Payment,Done", []),
    ("e", 4, "pro", "Home,Basket", []),
    ("f", 10, "pro", "", []),  # no path is known
    ("g", 20, "pro", "Home,Basket,Payment,Done", []),  # in neither window
]


def test_rates_by_hand(tmp_path: Path) -> None:
    found = _funnel(_run(tmp_path, HAND))
    assert found.known == 5
    assert [(s.screen, s.next, s.reached, s.rate.value) for s in found.steps] == [
        ("Home", "Basket", 3, pytest.approx(2 / 3)), ("Basket", "Payment", 2, 1.0), ("Payment", "Done", 2, 0.5)
    ]  # fmt: skip
    assert found.whole.value == pytest.approx(1 / 3)
    assert [s.before.value for s in found.steps] == [1.0, 0.0, 0.0]
    assert found.steps[2].before.n == 0 and found.steps[2].trend.low is None
    assert [s.number for s in found.worst_first] == [3, 1, 2]


def test_per_user_a_window_is_one_path_and_a_long_baseline_gives_no_more_time(tmp_path: Path) -> None:
    visits: list[Visit] = [
        ("a", 10, "pro", "Home,Basket", []), ("a", 12, "pro", "Payment,Done", []),
        ("b", 10, "pro", "Home", []), ("a", 3, "pro", "Home", []),
    ]  # fmt: skip
    connection = _run(tmp_path, visits)
    assert _funnel(connection).whole.value == 0
    found = _funnel(connection, per="user")
    assert (found.known, found.whole.value, found.steps[0].reached) == (2, 0.5, 2)
    long = walk(connection, _long_baseline(), STEPS, until=LATE, per="user")
    assert sorted(long.depth[~long.post]) == [1] and sorted(long.depth[long.post]) == [1, 4]


def _long_baseline() -> Query:
    return replace(_query(), baseline=parse_window("2026-10-12..2026-11-08", zone("UTC")))


def _shop(folder: Path, leak: float, seed: int = 0, n: int = 3000) -> duckdb.DuckDBPyConnection:
    """Half of those at any step go on; on the free plan a freeze on Payment stops `leak` of those that it would not."""
    rng = np.random.default_rng(seed)
    visits: list[Visit] = []
    for i in range(n):
        plan = "free" if rng.random() < 0.4 else "pro"
        frozen = rng.random() < (0.5 if plan == "free" else 0.05)
        path = ["Home", "Basket"]
        for screen in ("Payment", "Done"):
            stays = 0.8 if screen == "Payment" else 0.8 * (1 - leak * frozen)
            if rng.random() > stays:
                break
            path.append(screen)
        met = [("Payment", "ui_freeze")] if frozen and "Payment" in path else []
        met += [("Basket", "dead_tap")] if rng.random() < 0.2 else []
        visits.append((f"u{i // 2}", 10 if i % 2 else 4, plan, ",".join(path), met))
    return _run(folder, visits)


def test_a_planted_leak_is_the_worst_step_with_its_segment_and_its_friction(tmp_path: Path) -> None:
    found = _funnel(_shop(tmp_path, 0.8))
    worst = found.worst_first[0]
    assert (worst.screen, worst.next) == ("Payment", "Done")
    assert worst.segments[0].where == (("plan", "free"),)
    (freeze,) = [f for f in worst.frictions if f.signal == "ui_freeze"]
    assert freeze.significant and freeze.difference.high is not None and freeze.difference.high < -0.4
    assert not any(f.significant for f in found.steps[1].frictions)
    rates = {one.level: one.rate.value for one in worst.by}
    assert rates["free"] < rates["pro"] - 0.15


def test_without_a_leak_nothing_is_blamed(tmp_path: Path) -> None:
    blamed = 0
    for seed in range(8):
        found = _funnel(_shop(tmp_path / str(seed), 0.0, seed, n=1200))
        blamed += any(f.significant for s in found.steps for f in s.frictions) + any(s.segments for s in found.steps)
    assert blamed <= 2


def test_steps_are_read_whatever_their_case_and_a_stranger_is_named(tmp_path: Path) -> None:
    connection = _run(tmp_path, HAND)
    assert parse_steps(" home > BASKET ") == ("home", "BASKET")
    assert walk(connection, _query(), ("home", "BASKET"), until=LATE).screens == ("Home", "Basket")
    with pytest.raises(UsageProblem, match="called 'Paymnet'") as caught:
        walk(connection, _query(), ("Home", "Paymnet"), until=LATE)
    assert "Payment" in caught.value.hint
    for text in ("Home", "Home > ", ">".join("abcdefghi")):
        with pytest.raises(UsageProblem, match="is not a funnel"):
            parse_steps(text)


def test_sessions_that_tell_no_order_have_no_funnel(tmp_path: Path) -> None:
    connection = _run(tmp_path, [("a", 10, "pro", "", [("Home", "crash")])])
    assert common_paths(connection, _query(), until=LATE) == []
    with pytest.raises(CannotTell, match="in order"):
        walk(connection, _query(), ("Home", "Home"), until=LATE)


def test_the_path_that_most_walk_is_suggested(tmp_path: Path) -> None:
    connection = _run(tmp_path, HAND)
    assert common_paths(connection, _query(), until=LATE)[0][1] == 1
    paths = [(("Home", "Search", "Home", "Basket", "Payment"), 60), (("Home", "Help"), 50), (("Help", "Home"), 50),
             (("Payment", "Basket", "Search", "Home"), 5), (("Home", "Search", "Basket"), 40)]  # fmt: skip
    assert suggest(paths)[0] == ("Home", "Search", "Basket", "Payment")
    assert suggest([]) == [] and suggest([(("Home",), 10)]) == []
