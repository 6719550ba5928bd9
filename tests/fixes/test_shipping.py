"""Registering a fix: what is promised, from when to when, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from analyst.core.errors import UsageProblem
from analyst.fixes.shipping import Shipping, promise, register, shipping_day, shipping_from, target_of
from analyst.fixes.standing import FixBook, calling, standings
from analyst.fixes.telling import standing_sentence
from analyst.fixes.watching import (
    Target,
    Visits,
    day_number,
    is_quiet_elsewhere,
    lasting,
    rolled_out,
    trouble_since,
    version_key,
)
from analyst.records import FixState
from analyst.runs.counting import connect
from tests.fixes.shipped_shop import SHIPPED, START, Story, found_in, moment, the_fix, write_story


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A run of the shop, the trouble since the eighteenth of May."""
    return connect(write_story(tmp_path_factory.mktemp("shop"), Story(since=date(2026, 5, 18))))


def _register(connection: duckdb.DuckDBPyConnection, lift: float = 10.0, target: Target | None = None) -> Shipping:
    fix = the_fix(lift)
    aimed = target or target_of(fix, found_in())
    return register(
        connection, fix, found_in(), aimed, shipped=SHIPPED, version=None, number=1,
        now=moment(SHIPPED), until=moment(SHIPPED), join_days=7, realisation=0.5,
    )  # fmt: skip


def test_what_is_promised(connection: duckdb.DuckDBPyConnection) -> None:
    made = _register(connection)
    assert made.target.where == (("platform", "android"),)  # without the version: people leave it by updating
    assert made.target.signals == ("ui_freeze",) and made.target.themes == ("freeze",)
    assert made.effect == pytest.approx(10.0 / made.share) and 0.3 < made.share < 0.5
    assert made.review >= SHIPPED + timedelta(days=14)
    assert made.score.n and made.friction.n and made.score.n > made.friction.n
    told = " ".join(promise(made, "NPS"))
    assert "NPS +10.0 points over everybody (95% interval +5.0 to +15.0)" in told
    assert f"judged once, on {made.review}" in told


def test_the_baseline_begins_with_the_trouble_and_leaves_out_where_it_was_found(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    made = _register(connection)
    assert abs((made.history - date(2026, 5, 18)).days) <= 7
    assert made.left_out == (SHIPPED - timedelta(days=7), SHIPPED - timedelta(days=1))
    assert any("the friction appeared" in note for note in made.notes)


def test_nothing_after_the_shipping_enters_the_promise(tmp_path: Path) -> None:
    works = connect(write_story(tmp_path / "a", Story(left=0.1)))
    fails = connect(write_story(tmp_path / "b", Story(left=1.0, follows=False)))
    a, b = _register(works), _register(fails)
    assert (a.share, a.score.n, a.friction.n) == pytest.approx((b.share, b.score.n, b.friction.n), rel=0.15)


def test_a_registration_reads_as_it_was_written(connection: duckdb.DuckDBPyConnection) -> None:
    made = _register(connection)
    assert shipping_from(json.loads(json.dumps(made.to_dict()))) == made


def test_a_lift_too_small_is_told_before_any_look(connection: duckdb.DuckDBPyConnection) -> None:
    made = _register(connection, lift=0.4)
    assert made.score.n is None and made.friction.n
    told = " ".join(promise(made, "NPS"))
    assert "The score will never prove it within a year" in told and "Only friction will." in told


def test_without_untouched_people_no_score_is_promised(connection: duckdb.DuckDBPyConnection) -> None:
    everybody = Target(None, (), ("freeze",), (), "nps")
    made = _register(connection, target=everybody)
    assert made.score.n is None and "nobody is untouched" in made.score.why
    assert "nobody is untouched" in " ".join(promise(made, "NPS"))


def test_days_and_versions(connection: duckdb.DuckDBPyConnection) -> None:
    target = target_of(the_fix(), found_in())
    today, until = SHIPPED + timedelta(days=30), moment(SHIPPED + timedelta(days=30))
    assert shipping_day(connection, target, on=SHIPPED, version=None, today=today, until=until) == SHIPPED
    assert shipping_day(connection, target, on=None, version="5.0", today=today, until=until) == SHIPPED
    assert shipping_day(connection, target, on=None, version=None, today=today, until=until) == today
    with pytest.raises(UsageProblem, match="lies in the future"):
        shipping_day(connection, target, on=today + timedelta(days=1), version=None, today=today, until=until)
    with pytest.raises(UsageProblem, match=r"names the version 9\.9.*The newest seen are 5\.0, 4\.9"):
        shipping_day(connection, target, on=None, version="9.9", today=today, until=until)


def test_versions_are_ordered_by_their_numbers() -> None:
    assert version_key("4.10.1") > version_key("v4.9")
    assert lasting((("app_version", "4.2"), ("build", "7"), ("plan", "pro"))) == (("plan", "pro"),)
    days = [(START + timedelta(days=i), min(100, 5 * i), 100) for i in range(30)]
    assert rolled_out(days) == START + timedelta(days=7)
    assert rolled_out(days[:5]) is None


def _visits(rate_by_week: list[float], per_week: int = 200) -> Visits:
    rng = np.random.default_rng(0)
    week = np.repeat(np.arange(len(rate_by_week)), per_week)
    hit = (rng.random(len(week)) < np.array(rate_by_week)[week]).astype(float)
    day = day_number(START) + 7 * week + rng.integers(0, 7, len(week))
    return Visits(hit, rng.integers(0, 900, len(week)), day, np.ones(len(week), dtype=bool))


def test_trouble_begins_where_the_friction_does() -> None:
    shipped = START + timedelta(weeks=12)
    assert trouble_since(_visits([0.02] * 7 + [0.3] * 5), START, shipped) == START + timedelta(weeks=7)
    assert trouble_since(_visits([0.3] * 12), START, shipped) == START
    assert trouble_since(None, START, shipped) == START
    half = replace(_visits([0.3] * 12), inside=np.arange(2400) % 2 == 0)
    assert not is_quiet_elsewhere(half)
    assert is_quiet_elsewhere(replace(half, hit=half.hit * half.inside))


def _states(**fields: object) -> dict[str, FixState]:
    return {"fix-1": FixState("fix-1", **fields)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "call"),
    [
        ({"due": "2026-11-10", "status": "doing", "owner": "Ana"}, "overdue"),
        ({"due": "2026-11-16", "status": "doing"}, None),
        ({"due": "2026-11-10", "status": "dropped"}, None),
        ({"owner": "Ana"}, None),
    ],
)
def test_overdue_fixes_call_for_somebody(fields: dict[str, object], call: str | None) -> None:
    (row,) = standings(FixBook(_states(**fields)), date(2026, 11, 16), {"fix-1": "Payment freezes"})
    assert row.call == call and row.title == "Payment freezes"
    if call:
        assert standing_sentence(row) == "Payment freezes (Ana) was due on 2026-11-10: 6 days overdue."
        assert calling([row]) == [row]


def test_a_shipped_fix_is_due_for_review_until_it_is_judged(connection: duckdb.DuckDBPyConnection) -> None:
    made = _register(connection)
    book = FixBook({}, {made.fix_id: [made.to_dict()]}, {})
    (before,) = standings(book, made.review - timedelta(days=1), {})
    (after,) = standings(book, made.review + timedelta(days=3), {})
    assert (before.call, before.status) == (None, "shipped")
    assert (after.call, after.days) == ("review_due", 3)
    assert "due for review" in standing_sentence(after)
